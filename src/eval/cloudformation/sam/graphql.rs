//! `AWS::Serverless::GraphQLApi` → `AWS::AppSync::GraphQLApi` with its schema, data sources, functions and resolvers.

use std::collections::BTreeMap;

use ecow::EcoString;

use super::make::{Body, Maker};
use super::{Expander, connector, shape};
use crate::eval::{Declared, Entry, Value};

const API: &str = "AWS::AppSync::GraphQLApi";

pub(super) fn expand(work: &mut Expander<'_>, source: &Declared) {
    let make = Maker::of(source, work.context);
    let properties = &source.body;
    let id = &source.address.name;
    let api_id = make.attribute(API, id, &["ApiId"]);
    let mut body = Body::from(properties);
    let name = shape::something(properties, "Name").cloned();
    body.set("Name", name.unwrap_or_else(|| make.text(id.clone())));
    body.copy(
        properties,
        &[
            "IntrospectionConfig",
            "OwnerContact",
            "QueryDepthLimit",
            "ResolverCountLimit",
            "Visibility",
            "XrayEnabled",
        ],
    );
    let mut tags = shape::tags(shape::get(properties, "Tags"));
    tags.push(make.map([
        ("Key", make.text("graphqlapi:createdBy")),
        ("Value", make.text("SAM")),
    ]));
    body.set("Tags", make.list(tags));
    authentication(&mut body, &make, properties);
    body.set_some("LogConfig", logging(work, &make, properties));
    let made = make.declare(API, id, body);
    work.main(source, made);

    let mut body = Body::default();
    body.set("ApiId", api_id.clone());
    body.copy_as(properties, "SchemaInline", "Definition");
    body.copy_as(properties, "SchemaUri", "DefinitionS3Location");
    let type_name = "AWS::AppSync::GraphQLSchema";
    work.made
        .push(make.declare(type_name, &make.id("Schema"), body));
    lambda_authorizers(work, &make, properties, &api_id);
    extras(work, &make, properties, &api_id);
    let sources = data_sources(work, &make, properties, &api_id);
    let functions = functions(work, &make, properties, &api_id, &sources);
    resolvers(work, &make, properties, &api_id, &functions);
}

fn entries<'v>(value: &'v Value, path: &[&str]) -> &'v [Entry] {
    shape::at(value, path)
        .and_then(Value::as_map)
        .map_or(&[], |map| &map.entries)
}

/// The types of authentication, and the property of SAM and of AppSync that configures each.
const TYPES: &[(&str, &str, &str)] = &[
    ("AWS_LAMBDA", "LambdaAuthorizer", "LambdaAuthorizerConfig"),
    ("OPENID_CONNECT", "OpenIDConnect", "OpenIDConnectConfig"),
    ("AMAZON_COGNITO_USER_POOLS", "UserPool", "UserPoolConfig"),
];

fn authentication(body: &mut Body, make: &Maker<'_>, properties: &Value) {
    let Some(auth) = shape::get(properties, "Auth") else {
        return;
    };
    configure(body, auth);
    let Some(additional) = shape::something(auth, "Additional") else {
        return;
    };
    let providers = shape::members(additional).into_iter().map(|auth| {
        let mut provider = Body::from(&auth);
        configure(&mut provider, &auth);
        let mut provider = provider.finish(auth.origin.span);
        // Only the default provider decides what happens to requests that no other takes.
        if let Some(pool) = shape::get(&provider, "UserPoolConfig").cloned() {
            let mut pool = pool;
            shape::remove(&mut pool, "DefaultAction");
            shape::set(&mut provider, "UserPoolConfig", pool);
        }
        provider
    });
    let list = make.open_list(providers.collect(), shape::rest(additional));
    body.set("AdditionalAuthenticationProviders", list);
}

fn configure(body: &mut Body, auth: &Value) {
    body.copy_as(auth, "Type", "AuthenticationType");
    for (kind, from, to) in TYPES {
        if shape::text(auth, "Type") == Some(kind) {
            body.copy_as(auth, from, to);
        }
    }
}

/// The permissions of the API to invoke the functions that authenticate.
fn lambda_authorizers(
    work: &mut Expander<'_>,
    make: &Maker<'_>,
    properties: &Value,
    api_id: &Value,
) {
    let Some(auth) = shape::get(properties, "Auth") else {
        return;
    };
    let additional = shape::get(auth, "Additional").map(shape::members);
    let all = std::iter::once(auth.clone()).chain(additional.unwrap_or_default());
    let arns: Vec<Value> = all
        .filter(|auth| shape::text(auth, "Type") == Some("AWS_LAMBDA"))
        .filter_map(|auth| shape::at(&auth, &["LambdaAuthorizer", "AuthorizerUri"]).cloned())
        .collect();
    for (index, arn) in arns.into_iter().enumerate() {
        let from = make.map([
            ("Type", make.text(API)),
            ("Arn", make.refer(API, &make.address.name)),
            ("ResourceId", api_id.clone()),
        ]);
        let number = index + 1;
        connect(
            work,
            make,
            &make.id(&format!("ToLambdaAuthConnector{number}")),
            from,
            ("AWS::Lambda::Function", arn),
            make.texts(&["Write"]),
        );
    }
}

/// Expands a connector that the API needs.
fn connect(
    work: &mut Expander<'_>,
    make: &Maker<'_>,
    id: &str,
    from: Value,
    (type_name, arn): (&str, Value),
    permissions: Value,
) {
    let to = make.map([("Type", make.text(type_name)), ("Arn", arn)]);
    let mut body = Body::default();
    body.set("Source", from);
    body.set("Destination", to);
    body.set("Permissions", permissions);
    let declared = make.declare("AWS::Serverless::Connector", id, body);
    connector::expand(work, &declared);
}

/// Logging is on unless it is switched off; without a role one is made.
fn logging(work: &mut Expander<'_>, make: &Maker<'_>, properties: &Value) -> Option<Value> {
    let logging = shape::get(properties, "Logging");
    if logging.is_some_and(|logging| logging.is_false().is_true()) {
        return None;
    }
    let mut config = Body::default();
    let given = |key: &str| {
        logging
            .and_then(|logging| shape::something(logging, key))
            .cloned()
    };
    config.set_some("ExcludeVerboseContent", given("ExcludeVerboseContent"));
    config.set(
        "FieldLogLevel",
        given("FieldLogLevel").unwrap_or_else(|| make.text("ALL")),
    );
    let role = given("CloudWatchLogsRoleArn").unwrap_or_else(|| {
        let id = make.id("CloudWatchRole");
        let mut body = Body::default();
        body.set(
            "AssumeRolePolicyDocument",
            make.trusts("appsync.amazonaws.com"),
        );
        let policy = make.managed_policy("service-role/AWSAppSyncPushToCloudWatchLogs");
        body.set("ManagedPolicyArns", make.list(vec![policy]));
        work.made.push(make.declare("AWS::IAM::Role", &id, body));
        make.attribute("AWS::IAM::Role", &id, &["Arn"])
    });
    config.set("CloudWatchLogsRoleArn", role);
    Some(config.finish(make.header))
}

/// Keys, cache and domain name.
fn extras(work: &mut Expander<'_>, make: &Maker<'_>, properties: &Value, api_id: &Value) {
    for entry in entries(properties, &["ApiKeys"]) {
        let mut body = Body::from(&entry.value);
        body.set("ApiId", api_id.clone());
        body.copy(&entry.value, &["ApiKeyId", "Description"]);
        body.copy_as(&entry.value, "ExpiresOn", "Expires");
        let id = make.id(&entry.key);
        work.made
            .push(make.declare("AWS::AppSync::ApiKey", &id, body));
    }
    if let Some(cache) = shape::something(properties, "Cache") {
        let mut body = Body::from(cache);
        body.set("ApiId", api_id.clone());
        body.copy(
            cache,
            &[
                "ApiCachingBehavior",
                "AtRestEncryptionEnabled",
                "TransitEncryptionEnabled",
                "Ttl",
                "Type",
            ],
        );
        let id = make.id("ApiCache");
        work.made
            .push(make.declare("AWS::AppSync::ApiCache", &id, body));
    }
    if let Some(domain) = shape::something(properties, "DomainName") {
        let mut body = Body::from(domain);
        body.copy(domain, &["CertificateArn", "Description", "DomainName"]);
        let id = make.id("DomainName");
        let type_name = "AWS::AppSync::DomainName";
        work.made.push(make.declare(type_name, &id, body));
        let mut body = Body::default();
        body.set("ApiId", api_id.clone());
        body.set("DomainName", make.refer(type_name, &id));
        let id = make.id("DomainNameApiAssociation");
        let type_name = "AWS::AppSync::DomainNameApiAssociation";
        work.made.push(make.declare(type_name, &id, body));
    }
}

/// The data sources: gives their names by the ids that functions use for them.
fn data_sources(
    work: &mut Expander<'_>,
    make: &Maker<'_>,
    properties: &Value,
    api_id: &Value,
) -> BTreeMap<EcoString, Value> {
    let mut names = BTreeMap::new();
    for (section, suffix) in [("DynamoDb", "DynamoDB"), ("Lambda", "Lambda")] {
        for entry in entries(properties, &["DataSources", section]) {
            let id = make.id(&format!("{}{suffix}DataSource", entry.key));
            let is_table = section == "DynamoDb";
            let source = &entry.value;
            let mut body = Body::from(source);
            body.set("ApiId", api_id.clone());
            let name = shape::something(source, "Name").cloned();
            let name = name.unwrap_or_else(|| Value::text(entry.key.clone(), entry.span));
            body.set("Name", name);
            body.copy(source, &["Description"]);
            if is_table {
                body.set("Type", make.text("AMAZON_DYNAMODB"));
                body.set("DynamoDBConfig", table_config(make, source));
            } else {
                body.set("Type", make.text("AWS_LAMBDA"));
                let mut config = Body::from(source);
                config.copy_as(source, "FunctionArn", "LambdaFunctionArn");
                body.set("LambdaConfig", config.finish(source.origin.span));
            }
            let role = shape::something(source, "ServiceRoleArn").cloned();
            let role = role.unwrap_or_else(|| source_role(work, make, &id, source, is_table));
            body.set("ServiceRoleArn", role);
            let type_name = "AWS::AppSync::DataSource";
            work.made.push(make.declare(type_name, &id, body));
            names.insert(entry.key.clone(), make.attribute(type_name, &id, &["Name"]));
        }
    }
    names
}

fn table_config(make: &Maker<'_>, source: &Value) -> Value {
    let mut config = Body::from(source);
    let region = shape::something(source, "Region").cloned();
    config.set(
        "AwsRegion",
        region.unwrap_or_else(|| make.pseudo("AWS::Region")),
    );
    config.copy(source, &["TableName", "UseCallerCredentials", "Versioned"]);
    config.copy_as(source, "DeltaSync", "DeltaSyncConfig");
    config.finish(source.origin.span)
}

/// The role of a data source and its policy: gives the ARN.
fn source_role(
    work: &mut Expander<'_>,
    make: &Maker<'_>,
    id: &str,
    source: &Value,
    is_table: bool,
) -> Value {
    let role = format!("{id}Role");
    let mut body = Body::default();
    body.set(
        "AssumeRolePolicyDocument",
        make.trusts("appsync.amazonaws.com"),
    );
    work.made.push(make.declare("AWS::IAM::Role", &role, body));
    let type_name = "AWS::AppSync::DataSource";
    let from = make.map([
        ("Type", make.text(type_name)),
        ("Arn", make.attribute(type_name, id, &["DataSourceArn"])),
        ("RoleName", make.refer("AWS::IAM::Role", &role)),
    ]);
    let given = |key: &str| shape::something(source, key).cloned();
    let (suffix, to, permissions) = if is_table {
        let arn = given("TableArn").unwrap_or_else(|| {
            let region = given("Region").unwrap_or_else(|| make.pseudo("AWS::Region"));
            let table = given("TableName").unwrap_or_else(|| make.text("*"));
            make.sub(
                "arn:${AWS::Partition}:dynamodb:${region}:${AWS::AccountId}:table/${table}",
                &[("region", region), ("table", table)],
            )
        });
        let permissions = given("Permissions");
        let permissions = permissions.unwrap_or_else(|| make.texts(&["Read", "Write"]));
        (
            "ToTableConnector",
            ("AWS::DynamoDB::Table", arn),
            permissions,
        )
    } else {
        let missing = || Value::unknown(crate::eval::Why::Invalid, source.origin.span);
        let arn = given("FunctionArn").unwrap_or_else(missing);
        let to = ("AWS::Lambda::Function", arn);
        ("ToLambdaConnector", to, make.texts(&["Write"]))
    };
    connect(work, make, &format!("{id}{suffix}"), from, to, permissions);
    make.attribute("AWS::IAM::Role", &role, &["Arn"])
}

/// The functions of pipelines: gives their ids by the names that resolvers use for them.
fn functions(
    work: &mut Expander<'_>,
    make: &Maker<'_>,
    properties: &Value,
    api_id: &Value,
    sources: &BTreeMap<EcoString, Value>,
) -> BTreeMap<EcoString, Value> {
    let mut ids = BTreeMap::new();
    for entry in entries(properties, &["Functions"]) {
        let function = &entry.value;
        if let Some(id) = shape::something(function, "Id") {
            ids.insert(entry.key.clone(), id.clone());
            continue;
        }
        let id = make.id(&entry.key);
        let mut body = Body::from(function);
        body.set("ApiId", api_id.clone());
        let name = shape::something(function, "Name").cloned();
        body.set(
            "Name",
            name.unwrap_or_else(|| Value::text(entry.key.clone(), entry.span)),
        );
        code(&mut body, function);
        body.copy(function, &["Description", "MaxBatchSize"]);
        body.copy_as(function, "Sync", "SyncConfig");
        if let Some(source) = shape::get(function, "DataSource") {
            let source = match source.as_text() {
                Some(name) if name.eq_ignore_ascii_case("none") => none_source(work, make, api_id),
                Some(name) => sources.get(name).unwrap_or(source).clone(),
                None => source.clone(),
            };
            body.set("DataSourceName", source);
        }
        let type_name = "AWS::AppSync::FunctionConfiguration";
        work.made.push(make.declare(type_name, &id, body));
        ids.insert(
            entry.key.clone(),
            make.attribute(type_name, &id, &["FunctionId"]),
        );
    }
    ids
}

/// The data source for functions without one: gives its name.
fn none_source(work: &mut Expander<'_>, make: &Maker<'_>, api_id: &Value) -> Value {
    let id = make.id("NoneDataSource");
    let mut body = Body::default();
    body.set("ApiId", api_id.clone());
    body.set("Name", make.text(id.clone()));
    body.set("Type", make.text("NONE"));
    let type_name = "AWS::AppSync::DataSource";
    let fresh = make.declare(type_name, &id, body);
    work.share(fresh, |_| {});
    make.attribute(type_name, &id, &["Name"])
}

/// Code, and the runtime it is for.
fn code(body: &mut Body, function: &Value) {
    body.copy_as(function, "InlineCode", "Code");
    body.copy_as(function, "CodeUri", "CodeS3Location");
    if let Some(runtime) = shape::get(function, "Runtime") {
        let mut made = Body::from(runtime);
        made.copy(runtime, &["Name"]);
        made.copy_as(runtime, "Version", "RuntimeVersion");
        body.set("Runtime", made.finish(runtime.origin.span));
    }
}

/// What a resolver does that only runs its pipeline.
const PIPELINE_CODE: &str = "
export function request(ctx) {
    return {};
}

export function response(ctx) {
    return ctx.prev.result;
}
";

fn resolvers(
    work: &mut Expander<'_>,
    make: &Maker<'_>,
    properties: &Value,
    api_id: &Value,
    functions: &BTreeMap<EcoString, Value>,
) {
    for kind in entries(properties, &["Resolvers"]) {
        for entry in entries(&kind.value, &[]) {
            let resolver = &entry.value;
            let mut body = Body::from(resolver);
            body.set("ApiId", api_id.clone());
            let field = shape::something(resolver, "FieldName").cloned();
            body.set(
                "FieldName",
                field.unwrap_or_else(|| Value::text(entry.key.clone(), entry.span)),
            );
            body.set("TypeName", Value::text(kind.key.clone(), kind.span));
            body.set("Kind", make.text("PIPELINE"));
            code(&mut body, resolver);
            if shape::get(resolver, "InlineCode").is_none()
                && shape::get(resolver, "CodeUri").is_none()
            {
                body.set("Code", make.text(PIPELINE_CODE));
                body.set(
                    "Runtime",
                    make.map([
                        ("Name", make.text("APPSYNC_JS")),
                        ("RuntimeVersion", make.text("1.0.0")),
                    ]),
                );
            }
            body.copy_as(resolver, "Caching", "CachingConfig");
            body.copy(resolver, &["MaxBatchSize"]);
            let pipeline = shape::get(resolver, "Pipeline").map(shape::members);
            let steps = pipeline.unwrap_or_default().into_iter().map(|step| {
                let known = step.as_text().and_then(|name| functions.get(name));
                known.cloned().unwrap_or(step)
            });
            let steps = make.list(steps.collect());
            body.set("PipelineConfig", make.map([("Functions", steps)]));
            let id = make.id(&format!("{}{}", kind.key, entry.key));
            work.made
                .push(make.declare("AWS::AppSync::Resolver", &id, body));
        }
    }
}
