//! Custom domains of APIs: the domain name, what maps it to the stage, and records in Route 53.

use super::make::{Body, Maker, hash};
use super::{Expander, shape};
use crate::eval::{Declared, Value};

/// The kinds of domain names.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// Of a REST API.
    Rest,
    /// Of a private REST API.
    Private,
    /// Of an HTTP or WebSocket API.
    V2,
}

impl Kind {
    fn domain(self) -> &'static str {
        match self {
            Kind::Rest => "AWS::ApiGateway::DomainName",
            Kind::Private => "AWS::ApiGateway::DomainNameV2",
            Kind::V2 => "AWS::ApiGatewayV2::DomainName",
        }
    }

    fn mapping(self) -> &'static str {
        match self {
            Kind::Rest => "AWS::ApiGateway::BasePathMapping",
            Kind::Private => "AWS::ApiGateway::BasePathMappingV2",
            Kind::V2 => "AWS::ApiGatewayV2::ApiMapping",
        }
    }
}

pub(super) fn rest(work: &mut Expander<'_>, source: &Declared, make: &Maker<'_>, stage: &str) {
    let Some(domain) = shape::get(&source.body, "Domain") else {
        return;
    };
    let private = shape::text(domain, "EndpointConfiguration") == Some("PRIVATE");
    let kind = if private { Kind::Private } else { Kind::Rest };
    expand(
        work,
        source,
        make,
        domain,
        kind,
        ("AWS::ApiGateway::Stage", stage),
        None,
    );
}

/// The domain of an HTTP or WebSocket API, with the tag that the transform adds.
pub(super) fn v2(
    work: &mut Expander<'_>,
    source: &Declared,
    make: &Maker<'_>,
    stage: &str,
    tags: Value,
) {
    let Some(domain) = shape::get(&source.body, "Domain") else {
        return;
    };
    let stage = ("AWS::ApiGatewayV2::Stage", stage);
    expand(work, source, make, domain, Kind::V2, stage, Some(tags));
}

fn expand(
    work: &mut Expander<'_>,
    source: &Declared,
    make: &Maker<'_>,
    domain: &Value,
    kind: Kind,
    stage: (&str, &str),
    tags: Option<Value>,
) {
    let Some(name) = shape::get(domain, "DomainName") else {
        work.report(source, "Domain needs DomainName and CertificateArn");
        return;
    };
    let prefix = if kind == Kind::Rest {
        "ApiGatewayDomainName"
    } else {
        "ApiGatewayDomainNameV2"
    };
    let id = format!("{prefix}{}", hash(name));
    let mut body = Body::from(domain);
    body.copy(domain, &["DomainName"]);
    body.set_some("Tags", tags);
    certificate(&mut body, make, domain, kind);
    let declared = make.declare(kind.domain(), &id, body);
    let property = if kind == Kind::Private {
        "DomainNameV2"
    } else {
        "DomainName"
    };
    work.referable(source, property, &declared.address);
    work.share(declared, |_| {});
    mappings(work, make, domain, kind, &id, stage);
    if let Some(association) = shape::get(domain, "AccessAssociation")
        && kind == Kind::Private
    {
        access_association(work, make, association, &id);
    }
    records(work, make, domain, kind, &id);
}

fn certificate(body: &mut Body, make: &Maker<'_>, domain: &Value, kind: Kind) {
    let given = shape::get(domain, "EndpointConfiguration").cloned();
    let endpoint = given.unwrap_or_else(|| make.text("REGIONAL"));
    if let Some(tls) = shape::something(domain, "MutualTlsAuthentication") {
        let mut made = Body::from(tls);
        for key in ["TruststoreUri", "TruststoreVersion"] {
            made.set_some(key, shape::something(tls, key).cloned());
        }
        body.set("MutualTlsAuthentication", made.finish(tls.origin.span));
    }
    if kind == Kind::V2 {
        let mut configuration = Body::default();
        configuration.copy(
            domain,
            &[
                "CertificateArn",
                "OwnershipVerificationCertificateArn",
                "SecurityPolicy",
            ],
        );
        configuration.set("EndpointType", endpoint);
        let configuration = configuration.finish(domain.origin.span);
        body.set("DomainNameConfigurations", make.list(vec![configuration]));
        return;
    }
    body.copy(
        domain,
        &[
            "EndpointAccessMode",
            "OwnershipVerificationCertificateArn",
            "Policy",
            "SecurityPolicy",
        ],
    );
    let regional = endpoint.equals_text("REGIONAL").is_true();
    let property = if regional {
        "RegionalCertificateArn"
    } else {
        "CertificateArn"
    };
    body.copy_as(domain, "CertificateArn", property);
    let mut configuration = Body::default();
    configuration.set("Types", make.list(vec![endpoint]));
    configuration.copy(domain, &["IpAddressType"]);
    body.set("EndpointConfiguration", configuration.finish(make.header));
}

/// One mapping for each base path, or one for the root.
fn mappings(
    work: &mut Expander<'_>,
    make: &Maker<'_>,
    domain: &Value,
    kind: Kind,
    id: &str,
    (stage_type, stage): (&str, &str),
) {
    let suffix = if kind == Kind::V2 {
        "ApiMapping"
    } else {
        "BasePathMapping"
    };
    let paths = shape::something(domain, "BasePath").map(shape::members);
    let paths: Vec<Option<Value>> = match paths {
        Some(paths) => paths.into_iter().map(Some).collect(),
        None => vec![None],
    };
    let normal =
        !shape::get(domain, "NormalizeBasePath").is_some_and(|own| own.is_false().is_true());
    for path in paths {
        let mut body = Body::default();
        let (api, api_type) = if kind == Kind::V2 {
            ("ApiId", "AWS::ApiGatewayV2::Api")
        } else {
            ("RestApiId", "AWS::ApiGateway::RestApi")
        };
        let name = if kind == Kind::Private {
            "DomainNameArn"
        } else {
            "DomainName"
        };
        body.set(name, make.refer(kind.domain(), id));
        body.set(api, make.refer(api_type, &make.address.name));
        body.set("Stage", make.refer(stage_type, stage));
        let mut part = String::new();
        if let Some(path) = path {
            let text = path.as_text().unwrap_or_default();
            part = text
                .chars()
                .filter(|letter| letter.is_alphanumeric())
                .collect();
            let value = base_path(&path, &part, kind, normal);
            let key = if kind == Kind::V2 {
                "ApiMappingKey"
            } else {
                "BasePath"
            };
            body.set(key, value);
        }
        let id = make.id(&format!("{part}{suffix}"));
        work.made.push(make.declare(kind.mapping(), &id, body));
    }
}

/// A base path as its mapping has it: without slashes at its ends, or only its letters and digits.
fn base_path(path: &Value, part: &str, kind: Kind, normal: bool) -> Value {
    let Some(text) = path.as_text() else {
        return path.clone();
    };
    let text = match kind {
        Kind::V2 => text.trim_matches('/'),
        Kind::Rest | Kind::Private if normal => part,
        Kind::Rest | Kind::Private => text,
    };
    Value::text(text, path.origin.span)
}

fn access_association(
    work: &mut Expander<'_>,
    make: &Maker<'_>,
    association: &Value,
    domain: &str,
) {
    let endpoint = shape::get(association, "VpcEndpointId").cloned();
    let endpoint = endpoint.unwrap_or_else(|| Value::null(make.header));
    let hashed = hash(&make.list(vec![endpoint.clone(), make.text(domain)]));
    let mut body = Body::default();
    body.set("AccessAssociationSource", endpoint);
    body.set("AccessAssociationSourceType", make.text("VPCE"));
    body.set("DomainNameArn", make.refer(Kind::Private.domain(), domain));
    let id = format!("DomainNameAccessAssociation{hashed}");
    let type_name = "AWS::ApiGateway::DomainNameAccessAssociation";
    work.made.push(make.declare(type_name, &id, body));
}

/// The records, in one group for each hosted zone unless the API asks for its own.
fn records(work: &mut Expander<'_>, make: &Maker<'_>, domain: &Value, kind: Kind, id: &str) {
    let Some(route) = shape::get(domain, "Route53") else {
        return;
    };
    let zone = shape::get(route, "HostedZoneId").or_else(|| shape::get(route, "HostedZoneName"));
    let Some(zone) = zone else {
        return;
    };
    let name = shape::get(domain, "DomainName").cloned();
    let name = name.unwrap_or_else(|| Value::null(make.header));
    let separate = shape::is_true(route, "SeparateRecordSetGroup").is_true();
    let hashed = if separate {
        hash(&make.list(vec![zone.clone(), name.clone()]))
    } else {
        hash(zone)
    };
    let mut body = Body::default();
    body.copy(route, &["HostedZoneId", "HostedZoneName"]);
    let fresh = make.declare(
        "AWS::Route53::RecordSetGroup",
        &format!("RecordSetGroup{hashed}"),
        body,
    );
    let target = alias_target(make, domain, route, kind, id);
    let mut types = vec!["A"];
    if shape::is_true(route, "IpV6").is_true() {
        types.push("AAAA");
    }
    work.share(fresh, |group| {
        for kind in types {
            let mut record = Body::default();
            record.set("Name", name.clone());
            record.set("Type", make.text(kind));
            record.set("AliasTarget", target.clone());
            record.copy(route, &["Region", "SetIdentifier"]);
            shape::push(group, "RecordSets", record.finish(route.origin.span));
        }
    });
}

/// The hosted zone of every CloudFront distribution (API Gateway, endpoints and quotas).
const CLOUDFRONT_ZONE: &str = "Z2FDTNDATAQYW2";

fn alias_target(make: &Maker<'_>, domain: &Value, route: &Value, kind: Kind, id: &str) -> Value {
    let mut target = Body::default();
    target.copy(route, &["EvaluateTargetHealth"]);
    let attribute = |name: &str| make.attribute(kind.domain(), id, &[name]);
    match shape::text(domain, "EndpointConfiguration") {
        Some("EDGE") => {
            target.set("HostedZoneId", make.text(CLOUDFRONT_ZONE));
            let given = shape::get(route, "DistributionDomainName").cloned();
            let name = given.unwrap_or_else(|| attribute("DistributionDomainName"));
            target.set("DNSName", name);
        }
        Some("PRIVATE") => {
            target.copy_as(route, "VpcEndpointHostedZoneId", "HostedZoneId");
            target.copy_as(route, "VpcEndpointDomainName", "DNSName");
        }
        _ => {
            target.set("HostedZoneId", attribute("RegionalHostedZoneId"));
            target.set("DNSName", attribute("RegionalDomainName"));
        }
    }
    target.finish(make.header)
}
