//! `AWS::Serverless::Function` → `AWS::Lambda::Function`, its role, version, alias, URL and events.

use super::function_version::{self as version, Published};
use super::make::{Body, Maker};
use super::role::Role;
use super::{Expander, deployment, event, invoke, shape};
use crate::eval::{Data, Declared, Truth, Value, Why};

/// Properties that pass under their own names.
const SAME: &[&str] = &[
    "Architectures",
    "CodeSigningConfigArn",
    "Description",
    "DurableConfig",
    "Environment",
    "EphemeralStorage",
    "FileSystemConfigs",
    "FunctionName",
    "FunctionScalingConfig",
    "Handler",
    "ImageConfig",
    "KmsKeyArn",
    "Layers",
    "LoggingConfig",
    "MemorySize",
    "PackageType",
    "PublishToLatestPublished",
    "RecursiveLoop",
    "ReservedConcurrentExecutions",
    "Runtime",
    "RuntimeManagementConfig",
    "SnapStart",
    "TenancyConfig",
    "Timeout",
    "VpcConfig",
];

/// What an event invokes: the function, or its alias where one is published.
pub(super) struct Target {
    /// Its ARN.
    pub(super) arn: Value,
    /// What names it in a permission or an event source mapping.
    pub(super) name: Value,
    /// How it is written inside an integration's URI.
    pub(super) shorthand: Value,
}

pub(super) fn expand(work: &mut Expander<'_>, source: &Declared) {
    let make = Maker::of(source, work.context);
    let first = work.made.len();
    let properties = &source.body;
    let mut role = execution_role(work, source, &make);
    let code = code(properties, &make);
    let published = version::publish(work, source, &make, &code);
    let target = match &published {
        Some(Published { alias, .. }) => alias_target(alias, &make),
        None => function_target(&make),
    };
    url(work, properties, &make, published.as_ref());
    deployment::add(work, source, &make, published.as_ref());
    invoke::expand(work, source, &make, published.as_ref(), &mut role);
    event::expand_all(work, source, &make, &target, &mut role);
    let (role_arn, role_exists) = role_reference(properties, &make);
    if !role_exists.is_false() {
        let mut declared = role.declare(&make);
        declared.exists = declared.exists & role_exists;
        work.made.push(declared);
    }
    let body = body(properties, &make, code, role_arn);
    let made = make.declare("AWS::Lambda::Function", &source.address.name, body);
    work.main(source, made);
    propagate_tags(work, source, first);
}

fn function_target(make: &Maker<'_>) -> Target {
    let id = &make.address.name;
    Target {
        arn: make.attribute("AWS::Lambda::Function", id, &["Arn"]),
        name: make.refer("AWS::Lambda::Function", id),
        shorthand: make.attribute("AWS::Lambda::Function", id, &["Arn"]),
    }
}

/// `Ref` to an alias is its ARN.
fn alias_target(alias: &str, make: &Maker<'_>) -> Target {
    let reference = make.refer("AWS::Lambda::Alias", alias);
    Target {
        arn: reference.clone(),
        name: reference.clone(),
        shorthand: reference,
    }
}

fn body(properties: &Value, make: &Maker<'_>, code: Value, role: Value) -> Body {
    let mut body = Body::from(properties);
    body.copy(properties, SAME);
    body.set("Code", code);
    body.set("Role", role);
    body.set("Tags", created_by(make, "lambda:createdBy", properties));
    if let Some(hash) = shape::get(properties, "AutoPublishCodeSha256")
        && shape::something(properties, "AutoPublishAlias").is_some()
    {
        let description = shape::get(properties, "Description");
        body.set(
            "Description",
            match description {
                Some(text) => make.sub(
                    "${text} ${hash}",
                    &[("text", text.clone()), ("hash", hash.clone())],
                ),
                None => hash.clone(),
            },
        );
    }
    if let Some(mode) = tracing(properties) {
        body.set("TracingConfig", make.map([("Mode", mode.clone())]));
    }
    if let Some(target) = shape::at(properties, &["DeadLetterQueue", "TargetArn"]) {
        body.set(
            "DeadLetterConfig",
            make.map([("TargetArn", target.clone())]),
        );
    }
    if let Some(provider) = shape::get(properties, "CapacityProviderConfig") {
        let mut config = Body::from(provider);
        config.copy_as(provider, "Arn", "CapacityProviderArn");
        config.copy(
            provider,
            &[
                "ExecutionEnvironmentMemoryGiBPerVCpu",
                "PerExecutionEnvironmentMaxConcurrency",
            ],
        );
        let config = config.finish(provider.origin.span);
        let config = make.map([("LambdaManagedInstancesCapacityProviderConfig", config)]);
        body.set("CapacityProviderConfig", config);
    }
    body
}

/// The tag that the transform adds, and those of the resource.
pub(super) fn created_by(make: &Maker<'_>, key: &str, properties: &Value) -> Value {
    let own = make.map([("Key", make.text(key)), ("Value", make.text("SAM"))]);
    let tags = shape::get(properties, "Tags");
    let items = std::iter::once(own).chain(shape::tags(tags)).collect();
    make.open_list(items, tags.and_then(shape::rest))
}

/// The mode of tracing, unless it is switched off.
fn tracing(properties: &Value) -> Option<&Value> {
    shape::something(properties, "Tracing").filter(|mode| !mode.equals_text("Disabled").is_true())
}

/// The name of the policy that lets a role write traces: that of the ordinary regions unless another partition is known.
pub(super) fn xray_policy(make: &Maker<'_>) -> &'static str {
    match make.pseudo("AWS::Partition").as_text() {
        Some(partition) if partition != "aws" => "AWSXRayDaemonWriteAccess",
        _ => "AWSXrayWriteOnlyAccess",
    }
}

fn execution_role(work: &mut Expander<'_>, source: &Declared, make: &Maker<'_>) -> Role {
    let properties = &source.body;
    let trust = shape::get(properties, "AssumeRolePolicyDocument")
        .cloned()
        .unwrap_or_else(|| make.trusts("lambda.amazonaws.com"));
    let mut role = Role::new(make.id("Role"), trust);
    role.managed.push(make.managed_policy(
        if shape::something(properties, "DurableConfig").is_some() {
            "service-role/AWSLambdaBasicDurableExecutionRolePolicy"
        } else {
            "service-role/AWSLambdaBasicExecutionRole"
        },
    ));
    if tracing(properties).is_some() {
        role.managed.push(make.managed_policy(xray_policy(make)));
    }
    if shape::something(properties, "VpcConfig").is_some() {
        role.managed
            .push(make.managed_policy("service-role/AWSLambdaVPCAccessExecutionRole"));
    }
    if let Some(queue) = shape::get(properties, "DeadLetterQueue") {
        let action = match shape::text(queue, "Type") {
            Some("SNS") => "sns:Publish",
            _ => "sqs:SendMessage",
        };
        let resource = shape::get(queue, "TargetArn").cloned();
        let resource = resource.unwrap_or_else(|| Value::unknown(Why::Invalid, queue.origin.span));
        let statement = make.allow(make.text(action), resource);
        role.policies.push(make.map([
            ("PolicyName", make.text("DeadLetterQueuePolicy")),
            ("PolicyDocument", make.document(vec![statement])),
        ]));
    }
    let (path, boundary) = ("RolePath", "PermissionsBoundary");
    role.path = shape::get(properties, path).cloned();
    role.boundary = shape::get(properties, boundary).cloned();
    role.tags = Some(created_by(make, "lambda:createdBy", properties));
    role.add(work, source, make, shape::get(properties, "Policies"));
    role
}

/// What the function's `Role` is, and whether the generated role exists.
fn role_reference(properties: &Value, make: &Maker<'_>) -> (Value, Truth) {
    let own = make.attribute("AWS::IAM::Role", &make.id("Role"), &["Arn"]);
    match shape::get(properties, "Role") {
        None => (own, Truth::True),
        Some(role) => {
            let exists = match &role.data {
                Data::Unknown(unknown) if !unknown.among.is_empty() => {
                    Truth::agreed(unknown.among.iter().map(Value::is_null))
                }
                // One of the alternatives could be anything, another may be nothing.
                Data::Unknown(unknown) if unknown.why == Why::Condition => Truth::Unknown,
                _ => Truth::False,
            };
            let value = shape::convert(role, &mut |role| match role.data {
                Data::Null => own.clone(),
                _ => role.clone(),
            });
            (value, exists)
        }
    }
}

/// Where the code is: an image, inline, or an object in S3. A local folder is uploaded before the transform sees it, so
/// bucket and key are unknown.
fn code(properties: &Value, make: &Maker<'_>) -> Value {
    let given = |key: &str| shape::get(properties, key);
    if shape::text(properties, "PackageType") == Some("Image") {
        let image = given("ImageUri").cloned();
        let image = image.unwrap_or_else(|| uploaded("ImageUri", make));
        return make.map([("ImageUri", image)]);
    }
    let mut code = if let Some(inline) = given("InlineCode") {
        make.map([("ZipFile", inline.clone())])
    } else {
        let uri = given("CodeUri");
        object(
            uri,
            ["S3Bucket", "S3Key", "S3ObjectVersion"],
            "CodeUri",
            make,
        )
    };
    if let Some(storage) = given("CodeUri").and_then(|uri| shape::get(uri, "StorageMode")) {
        shape::set(&mut code, "S3ObjectStorageMode", storage.clone());
    }
    if let Some(key) = given("SourceKMSKeyArn") {
        shape::set(&mut code, "SourceKMSKeyArn", key.clone());
    }
    code
}

fn uploaded(property: &str, make: &Maker<'_>) -> Value {
    Value::unknown(Why::Environment(property.into()), make.header)
}

/// An object in S3 under the names that a resource type has for bucket, key and version.
pub(super) fn object(
    uri: Option<&Value>,
    names: [&str; 3],
    property: &str,
    make: &Maker<'_>,
) -> Value {
    let [bucket, key, version] = names;
    let Some(uri) = uri else {
        return make.map([
            (bucket, uploaded(property, make)),
            (key, uploaded(property, make)),
        ]);
    };
    let span = uri.origin.span;
    let mut body = Body::default();
    if uri.as_map().is_some() {
        body = Body::from(uri);
        body.copy_as(uri, "Bucket", bucket);
        body.copy_as(uri, "Key", key);
        body.copy_as(uri, "Version", version);
        return body.finish(span);
    }
    let parsed = uri.as_text().and_then(s3_uri);
    if let Some((own_bucket, own_key, own_version)) = parsed {
        body.set(bucket, Value::text(own_bucket, span));
        body.set(key, Value::text(own_key, span));
        body.set_some(
            version,
            own_version.map(|version| Value::text(version, span)),
        );
    } else {
        let unknown = || Value::unknown(Why::Environment(property.into()), span);
        body.set(bucket, unknown());
        body.set(key, unknown());
    }
    body.finish(span)
}

/// `s3://bucket/key?versionId=v`.
fn s3_uri(uri: &str) -> Option<(&str, &str, Option<&str>)> {
    let (bucket, rest) = uri.strip_prefix("s3://")?.split_once('/')?;
    let (key, query) = rest.split_once('?').unwrap_or((rest, ""));
    let version = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("versionId="));
    (!bucket.is_empty()).then_some((bucket, key.trim_start_matches('/'), version))
}

/// `FunctionUrlConfig`: the URL, and for one open to all the two permissions that let everybody call it.
fn url(
    work: &mut Expander<'_>,
    properties: &Value,
    make: &Maker<'_>,
    published: Option<&Published>,
) {
    let Some(config) = shape::get(properties, "FunctionUrlConfig") else {
        return;
    };
    let function = make.refer("AWS::Lambda::Function", &make.address.name);
    let target = published.map_or(function, |published| {
        make.refer("AWS::Lambda::Alias", &published.alias)
    });
    let mut body = Body::from(config);
    body.copy(config, &["AuthType", "Cors", "InvokeMode"]);
    body.set("TargetFunctionArn", target.clone());
    work.made
        .push(make.declare("AWS::Lambda::Url", &make.id("Url"), body));
    // The transform sees no parameter's value: only a written `NONE` opens the URL.
    let Some(auth) =
        shape::get(config, "AuthType").filter(|auth| shape::literal(Some(auth)) == Some("NONE"))
    else {
        return;
    };
    let mut open = Body::default();
    open.set("Action", make.text("lambda:InvokeFunctionUrl"));
    open.set("FunctionName", target.clone());
    open.set("FunctionUrlAuthType", auth.clone());
    open.set("Principal", Value::text("*", auth.origin.span));
    let id = make.id("UrlPublicPermissions");
    work.made
        .push(make.declare("AWS::Lambda::Permission", &id, open));
    let mut invoke = Body::default();
    invoke.set("Action", make.text("lambda:InvokeFunction"));
    invoke.set("FunctionName", target);
    invoke.set("InvokedViaFunctionUrl", make.bool(true));
    invoke.set("Principal", Value::text("*", auth.origin.span));
    let id = make.id("URLInvokeAllowPublicAccess");
    work.made
        .push(make.declare("AWS::Lambda::Permission", &id, invoke));
}

/// The generated types that take tags as a list.
const TAGGED: &[&str] = &[
    "AWS::ApiGateway::ApiKey",
    "AWS::ApiGateway::DomainName",
    "AWS::ApiGateway::DomainNameAccessAssociation",
    "AWS::ApiGateway::DomainNameV2",
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGateway::Stage",
    "AWS::ApiGateway::UsagePlan",
    "AWS::IAM::Role",
    "AWS::IoT::TopicRule",
    "AWS::Lambda::Function",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
    "AWS::StepFunctions::StateMachine",
];

/// The generated types that take tags as a map.
const TAGGED_BY_MAP: &[&str] = &[
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::DomainName",
    "AWS::ApiGatewayV2::Stage",
];

/// `PropagateTags`: everything made for the resource since `first` gets its tags, in place of those it had.
pub(super) fn propagate_tags(work: &mut Expander<'_>, source: &Declared, first: usize) {
    if !shape::is_true(&source.body, "PropagateTags").is_true() {
        return;
    }
    let Some(tags) = shape::something(&source.body, "Tags").cloned() else {
        return;
    };
    for made in &mut work.made[first..] {
        let type_name = made.address.type_name.as_str();
        if TAGGED.contains(&type_name) {
            let list = Maker::of(source, work.context)
                .open_list(shape::tags(Some(&tags)), shape::rest(&tags));
            shape::set(&mut made.body, "Tags", list);
        } else if TAGGED_BY_MAP.contains(&type_name)
            && shape::text(&made.body, "ProtocolType").is_some()
                | (type_name != "AWS::ApiGatewayV2::Api")
        {
            for entry in tags.as_map().map_or(&[][..], |map| &map.entries) {
                if let Some(own) = shape::child(&mut made.body, "Tags", entry.span) {
                    shape::set(own, &entry.key, entry.value.clone());
                }
            }
        }
    }
}
