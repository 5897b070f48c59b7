//! `AWS::Serverless::Api` → `AWS::ApiGateway::RestApi` with its deployment and stage.

use super::implicit::Draft;
use super::make::{Body, Maker, hash};
use super::{Expander, api_auth, api_cors, domain, function, shape, swagger, usage_plan};
use crate::eval::{Declared, Value};

pub(super) fn expand(work: &mut Expander<'_>, draft: Draft) {
    let source = &draft.source;
    let make = Maker::of(source, work.context);
    let first = work.made.len();
    let definition = draft.definition.clone();
    let definition = definition.map(|own| finished(own, &make, source, &draft));
    let rest = rest_api(&make, &source.body, definition.as_ref());
    let stage = stage(work, &make, source, definition.as_ref());
    let made = make.declare("AWS::ApiGateway::RestApi", &source.address.name, rest);
    work.main(source, made);
    if let Some(auth) = shape::something(&source.body, "Auth") {
        for (id, body) in api_auth::permissions(&make, auth) {
            work.made
                .push(make.declare("AWS::Lambda::Permission", &id, body));
        }
        usage_plan::add(work, source, &make, auth, &stage);
    }
    domain::rest(work, source, &make, &stage);
    function::propagate_tags(work, source, first);
}

/// The definition with everything that the properties of the API add to it.
fn finished(mut definition: Value, make: &Maker<'_>, source: &Declared, draft: &Draft) -> Value {
    let properties = &source.body;
    if definition.as_map().is_none() {
        return definition;
    }
    let openapi = shape::get(properties, "OpenApiVersion")
        .filter(|version| version.test_text(|text| text.starts_with('3')).is_true());
    if let Some(cors) = shape::something(properties, "Cors") {
        api_cors::add(&mut definition, make, cors);
    }
    if let Some(auth) = shape::something(properties, "Auth") {
        let stage = shape::get(properties, "StageName").cloned();
        let stage = stage.unwrap_or_else(|| make.text(""));
        api_auth::add(&mut definition, make, auth, &stage);
    }
    gateway_responses(&mut definition, make, properties);
    if let Some(types) = shape::something(properties, "BinaryMediaTypes") {
        let types = unescaped(types);
        shape::set(
            &mut definition,
            "x-amazon-apigateway-binary-media-types",
            types,
        );
    }
    if let Some(models) = shape::something(properties, "Models").and_then(Value::as_map) {
        for entry in &models.entries {
            if let Some(all) = shape::child(&mut definition, "definitions", entry.span) {
                shape::set(all, &entry.key.to_lowercase(), entry.value.clone());
            }
        }
    }
    if let Some(disabled) = shape::get(properties, "DisableExecuteApiEndpoint") {
        disable_endpoint(&mut definition, make, disabled);
    }
    if shape::get(&definition, "swagger").is_none()
        && (openapi.is_some() || swagger::is_openapi3(&definition))
    {
        as_openapi3(&mut definition, make);
    }
    if !draft.conditional.is_empty() {
        swagger::make_conditional(&mut definition, &draft.conditional);
    }
    definition
}

/// `~1` stands for `/` in media types.
fn unescaped(types: &Value) -> Value {
    let mut types = types.clone();
    if let crate::eval::Data::List(list) = &mut types.data {
        for item in &mut std::sync::Arc::make_mut(list).items {
            if let Some(text) = item.as_text().filter(|text| text.contains("~1")) {
                *item = Value::text(text.replace("~1", "/"), item.origin.span);
            }
        }
    }
    types
}

fn gateway_responses(definition: &mut Value, make: &Maker<'_>, properties: &Value) {
    const PLACES: &[(&str, &str)] = &[
        ("Headers", "header"),
        ("Paths", "path"),
        ("QueryStrings", "querystring"),
    ];
    let responses = shape::something(properties, "GatewayResponses").and_then(Value::as_map);
    for entry in responses.map_or(&[][..], |map| &map.entries) {
        let mut parameters = Body::default();
        for (key, place) in PLACES {
            let own = shape::at(&entry.value, &["ResponseParameters", key]);
            for own in own
                .and_then(Value::as_map)
                .map_or(&[][..], |map| &map.entries)
            {
                let name = format!("gatewayresponse.{place}.{}", own.key);
                parameters.set(&name, own.value.clone());
            }
        }
        let mut response = Body::from(&entry.value);
        response.set("responseParameters", parameters.finish(make.header));
        let templates = shape::get(&entry.value, "ResponseTemplates").cloned();
        response.set(
            "responseTemplates",
            templates.unwrap_or_else(|| make.map([])),
        );
        if let Some(status) = shape::get(&entry.value, "StatusCode") {
            let text = make.sub("${status}", &[("status", status.clone())]);
            response.set("statusCode", text);
        }
        let key = "x-amazon-apigateway-gateway-responses";
        if let Some(all) = shape::child(definition, key, make.header) {
            shape::set(all, &entry.key, response.finish(entry.value.origin.span));
        }
    }
}

/// Version 3 has it in each server, version 2 at the top.
fn disable_endpoint(definition: &mut Value, make: &Maker<'_>, disabled: &Value) {
    let key = "x-amazon-apigateway-endpoint-configuration";
    if swagger::is_openapi3(definition) {
        let own = make.map([("disableExecuteApiEndpoint", disabled.clone())]);
        servers(definition, make, key, &own);
    } else if let Some(own) = shape::child(definition, key, make.header) {
        shape::set(own, "disableExecuteApiEndpoint", disabled.clone());
    }
}

/// Sets a key in every server of an OpenAPI definition; without servers, in one made for it.
pub(super) fn servers(definition: &mut Value, make: &Maker<'_>, key: &str, value: &Value) {
    let known = shape::get(definition, "servers").map(shape::members);
    let mut servers = known.unwrap_or_else(|| vec![make.map([])]);
    for server in &mut servers {
        shape::set(server, key, value.clone());
    }
    shape::set(definition, "servers", make.list(servers));
}

/// Version 3 keeps security definitions and models among the components, and describes headers by schemas.
fn as_openapi3(definition: &mut Value, make: &Maker<'_>) {
    for (from, to) in [
        ("securityDefinitions", "securitySchemes"),
        ("definitions", "schemas"),
    ] {
        if let Some(own) = shape::remove(definition, from)
            && let Some(components) = shape::child(definition, "components", make.header)
        {
            shape::set(components, to, own);
        }
    }
    swagger::each_path(definition, &mut |_, item| {
        if shape::get(item, "options").is_none() {
            return;
        }
        let Some(options) = shape::child(item, "options", make.header) else {
            return;
        };
        shape::remove(options, "consumes");
        shape::remove(options, "produces");
        if shape::at(options, &["responses", "200", "headers"]).is_none() {
            return;
        }
        let headers = ["responses", "200", "headers"]
            .into_iter()
            .try_fold(options, |value, key| shape::child(value, key, make.header));
        let Some(headers) = headers.and_then(shape::map_mut) else {
            return;
        };
        for header in &mut headers.entries {
            header.value = make.map([("schema", header.value.clone())]);
        }
    });
}

fn rest_api(make: &Maker<'_>, properties: &Value, definition: Option<&Value>) -> Body {
    let mut body = Body::from(properties);
    body.copy(
        properties,
        &[
            "ApiKeySourceType",
            "BinaryMediaTypes",
            "Description",
            "EndpointAccessMode",
            "FailOnWarnings",
            "MinimumCompressionSize",
            "Mode",
            "Name",
            "Policy",
            "SecurityPolicy",
        ],
    );
    if let Some(uri) = shape::something(properties, "DefinitionUri") {
        let names = ["Bucket", "Key", "Version"];
        let location = function::object(Some(uri), names, "DefinitionUri", make);
        body.set("BodyS3Location", location);
    } else {
        body.set_some("Body", definition.cloned());
    }
    if let Some(configuration) = shape::something(properties, "EndpointConfiguration") {
        endpoint(&mut body, make, configuration);
    }
    body
}

fn endpoint(body: &mut Body, make: &Maker<'_>, configuration: &Value) {
    let kind = shape::something(configuration, "Type").unwrap_or(configuration);
    let mut made = match configuration.as_map() {
        Some(_) => Body::from(configuration),
        None => Body::default(),
    };
    made.set("Types", make.list(vec![kind.clone()]));
    if configuration.as_map().is_some() {
        made.copy_as(configuration, "VPCEndpointIds", "VpcEndpointIds");
        made.copy(configuration, &["IpAddressType", "VpcEndpointIds"]);
    }
    body.set(
        "EndpointConfiguration",
        made.finish(configuration.origin.span),
    );
    let parameters = make.map([("endpointConfigurationTypes", kind.clone())]);
    body.set("Parameters", parameters);
}

/// The deployment, named by a hash of the definition, and the stage: gives the id of the stage.
fn stage(
    work: &mut Expander<'_>,
    make: &Maker<'_>,
    source: &Declared,
    definition: Option<&Value>,
) -> String {
    let properties = &source.body;
    let api = make.refer("AWS::ApiGateway::RestApi", &source.address.name);
    let uri = shape::get(properties, "DefinitionUri");
    let hashed = uri.or(definition).map(hash).unwrap_or_default();
    let deployment = make.id(&format!("Deployment{hashed}"));
    let mut body = Body::default();
    body.set("RestApiId", api.clone());
    if !hashed.is_empty() {
        let text = format!("RestApi deployment id: {hashed}");
        body.set("Description", make.text(text));
    }
    if shape::something(properties, "OpenApiVersion").is_none() {
        body.set("StageName", make.text("Stage"));
    }
    let declared = make.declare("AWS::ApiGateway::Deployment", &deployment, body);
    work.referable(source, "Deployment", &declared.address);
    work.made.push(declared);

    let name = shape::literal(shape::get(properties, "StageName")).unwrap_or_default();
    let id = if shape::is_alphanumeric(name) {
        make.id(&format!("{name}Stage"))
    } else {
        make.id(&format!("Stage{}", hash(&make.text(name))))
    };
    let mut body = Body::from(properties);
    body.copy(
        properties,
        &[
            "AccessLogSetting",
            "CacheClusterEnabled",
            "CacheClusterSize",
            "CanarySetting",
            "MethodSettings",
            "StageName",
            "TracingEnabled",
            "Variables",
        ],
    );
    body.set("RestApiId", api);
    body.set(
        "DeploymentId",
        make.refer("AWS::ApiGateway::Deployment", &deployment),
    );
    if let Some(tags) = shape::get(properties, "Tags") {
        let list = make.open_list(shape::tags(Some(tags)), shape::rest(tags));
        body.set("Tags", list);
    }
    let declared = make.declare("AWS::ApiGateway::Stage", &id, body);
    work.referable(source, "Stage", &declared.address);
    work.made.push(declared);
    id.to_string()
}
