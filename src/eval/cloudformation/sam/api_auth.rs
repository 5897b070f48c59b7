//! Who may call a REST API: authorizers, keys and scopes, in its definition.

use ecow::EcoString;

use super::make::{Body, Maker};
use super::{api_policy, shape, swagger};
use crate::eval::{Truth, Value};

const DEFINITIONS: &str = "securityDefinitions";
pub(super) const AUTHORIZER: &str = "x-amazon-apigateway-authorizer";

/// The credentials of an integration behind AWS_IAM: those of the caller unless a role is named.
pub(super) fn credentials(make: &Maker<'_>, event: &Value, api: &Value) -> Option<Value> {
    let auth = shape::something(event, "Auth");
    let api = shape::something(api, "Auth");
    let is_iam = |auth: Option<&Value>, key: &str| {
        auth.and_then(|auth| shape::text(auth, key)) == Some("AWS_IAM")
    };
    if !(is_iam(auth, "Authorizer") || (auth.is_none() && is_iam(api, "DefaultAuthorizer"))) {
        return None;
    }
    let role = [auth, api]
        .into_iter()
        .find_map(|auth| shape::get(auth?, "InvokeRole"));
    match role.and_then(Value::as_text) {
        Some("NONE" | "") => None,
        Some("CALLER_CREDENTIALS") => Some(callers(make)),
        _ => Some(role.cloned().unwrap_or_else(|| callers(make))),
    }
}

fn callers(make: &Maker<'_>) -> Value {
    make.sub("arn:${AWS::Partition}:iam::*:user/*", &[])
}

/// What the event of a method says about who may call it.
pub(super) fn method(
    definition: &mut Value,
    make: &Maker<'_>,
    event: &Value,
    api: &Value,
    spot: (&str, &str),
    stage: &str,
) {
    let Some(auth) = shape::something(event, "Auth") else {
        return;
    };
    if let Some(authorizer) = shape::get(auth, "Authorizer")
        && let Some(name) = authorizer.as_text()
    {
        let declared = shape::at(api, &["Auth", "Authorizers", name]);
        let own = shape::get(auth, "AuthorizationScopes");
        let scopes = declared
            .and_then(|declared| own.or_else(|| shape::get(declared, "AuthorizationScopes")))
            .filter(|_| name != "NONE");
        let security = security(make, name, scopes, authorizer.origin.span);
        if name == "AWS_IAM" {
            define(definition, make, name, iam(make));
        }
        swagger::at_method(definition, spot, &mut |method| {
            shape::push(method, "security", security.clone());
        });
    }
    if let Some(required) = shape::get(auth, "ApiKeyRequired") {
        let name = match required.is_true() {
            Truth::False => "api_key_false",
            Truth::True | Truth::Unknown => "api_key",
        };
        let security = security(make, name, None, required.origin.span);
        if name == "api_key" {
            define(definition, make, name, key(make));
        }
        swagger::at_method(definition, spot, &mut |method| {
            shape::push(method, "security", security.clone());
        });
    }
    if let Some(policy) = shape::get(auth, "ResourcePolicy") {
        let stage = make.text(stage);
        api_policy::add(definition, make, policy, spot.0, &stage);
        api_policy::add_custom(definition, make, policy);
    }
}

/// One entry of `security`: `{name: [scopes]}`.
fn security(
    make: &Maker<'_>,
    name: &str,
    scopes: Option<&Value>,
    place: crate::source::Span,
) -> Value {
    let mut here = make.clone();
    here.header = place;
    here.map([(
        name,
        scopes.cloned().unwrap_or_else(|| here.list(Vec::new())),
    )])
}

/// Adds a security definition unless there is one of this name.
fn define(definition: &mut Value, make: &Maker<'_>, name: &str, value: Value) {
    if let Some(all) = shape::child(definition, DEFINITIONS, make.header)
        && shape::get(all, name).is_none()
    {
        shape::set(all, name, value);
    }
}

fn iam(make: &Maker<'_>) -> Value {
    make.map([
        ("type", make.text("apiKey")),
        ("name", make.text("Authorization")),
        ("in", make.text("header")),
        ("x-amazon-apigateway-authtype", make.text("awsSigv4")),
    ])
}

fn key(make: &Maker<'_>) -> Value {
    make.map([
        ("type", make.text("apiKey")),
        ("name", make.text("x-api-key")),
        ("in", make.text("header")),
    ])
}

/// The names of the authorizers that an API declares.
fn names(auth: &Value) -> Vec<EcoString> {
    let mut names = vec!["AWS_IAM".into()];
    names.extend(
        shape::get(auth, "Authorizers")
            .map(shape::keys)
            .unwrap_or_default(),
    );
    names
}

/// What the API's `Auth` says about all its methods.
pub(super) fn add(definition: &mut Value, make: &Maker<'_>, auth: &Value, stage: &Value) {
    let default = shape::get(auth, "DefaultAuthorizer");
    if default.and_then(Value::as_text) == Some("AWS_IAM") {
        define(definition, make, "AWS_IAM", iam(make));
    }
    let authorizers = shape::get(auth, "Authorizers").and_then(Value::as_map);
    for entry in authorizers.map_or(&[][..], |map| &map.entries) {
        let made = authorizer(make, &entry.value);
        if let Some(all) = shape::child(definition, DEFINITIONS, make.header) {
            shape::set(all, &entry.key, made);
        }
    }
    if let Some(default) = default
        && let Some(name) = default.as_text()
    {
        default_authorizer(definition, make, auth, name, default.origin.span);
    }
    if shape::something(auth, "ApiKeyRequired").is_some() {
        define(definition, make, "api_key", key(make));
        let preflight = "AddApiKeyRequiredToCorsPreflight";
        let preflight = !shape::get(auth, preflight).is_some_and(|own| own.is_false().is_true());
        default_key(definition, make, preflight);
    }
    if let Some(policy) = shape::something(auth, "ResourcePolicy") {
        let paths = shape::get(definition, "paths").map(shape::keys);
        for path in paths.unwrap_or_default() {
            api_policy::add(definition, make, policy, &path, stage);
        }
        api_policy::add_custom(definition, make, policy);
    }
}

fn existing(method: &Value) -> Vec<Value> {
    shape::get(method, "security")
        .map(shape::members)
        .unwrap_or_default()
}

fn names_any(security: &Value, names: &[EcoString]) -> bool {
    shape::keys(security).iter().any(|key| names.contains(key))
}

/// Methods without an authorizer of their own get the default one; `NONE` opts out of it.
fn default_authorizer(
    definition: &mut Value,
    make: &Maker<'_>,
    auth: &Value,
    default: &str,
    place: crate::source::Span,
) {
    let preflight = "AddDefaultAuthorizerToCorsPreflight";
    let preflight = !shape::get(auth, preflight).is_some_and(|own| own.is_false().is_true());
    let scopes = shape::at(auth, &["Authorizers", default, "AuthorizationScopes"]);
    let entry = security(make, default, scopes, place);
    let names = names(auth);
    let mut uses_iam = false;
    swagger::each_method(definition, &mut |_, name, method| {
        if !preflight && name == "options" {
            return;
        }
        let (own, mut other): (Vec<_>, Vec<_>) = existing(method)
            .into_iter()
            .partition(|security| names_any(security, &names));
        let none = other
            .iter()
            .position(|security| names_any(security, &["NONE".into()]));
        if let Some(at) = none {
            other.remove(at);
        } else if own.is_empty() {
            other.push(entry.clone());
        } else {
            other.extend(own);
        }
        // As the translator has it: a method whose only entry is NONE keeps it.
        if let Some(first) = other.first() {
            uses_iam |= names_any(first, &["AWS_IAM".into()]);
            let list = make.list(other);
            shape::set(method, "security", list);
        }
    });
    if uses_iam {
        define(definition, make, "AWS_IAM", iam(make));
    }
}

/// Methods get the key unless they opt out of it.
fn default_key(definition: &mut Value, make: &Maker<'_>, preflight: bool) {
    let entry = security(make, "api_key", None, make.header);
    swagger::each_method(definition, &mut |_, name, method| {
        let (own, mut other): (Vec<_>, Vec<_>) = existing(method)
            .into_iter()
            .partition(|security| names_any(security, &["api_key".into(), "api_key_false".into()]));
        let opted_out = own
            .iter()
            .any(|security| names_any(security, &["api_key_false".into()]));
        if !opted_out && (name != "options" || preflight) {
            other.push(entry.clone());
        }
        // A method that says nothing about security keeps saying nothing.
        if !other.is_empty() || !existing(method).is_empty() {
            let list = make.list(other);
            shape::set(method, "security", list);
        }
    });
}

/// The security definition of an authorizer: of a user pool, or of a function.
fn authorizer(make: &Maker<'_>, config: &Value) -> Value {
    let identity = shape::get(config, "Identity");
    let pool = shape::something(config, "UserPoolArn");
    let request = pool.is_none() && shape::text(config, "FunctionPayloadType") == Some("REQUEST");
    let header = identity
        .and_then(|identity| shape::something(identity, "Header"))
        .cloned();
    let mut inner = Body::from(config);
    if let Some(pool) = pool {
        inner.set("type", make.text("cognito_user_pools"));
        let arns = match pool.as_list() {
            Some(_) => pool.clone(),
            None => make.list(vec![pool.clone()]),
        };
        inner.set("providerARNs", arns);
    } else {
        inner.set("type", make.text(if request { "request" } else { "token" }));
        let function = shape::get(config, "FunctionArn");
        inner.set_some(
            "authorizerUri",
            function.map(|function| uri(make, function)),
        );
        if let Some(identity) = identity {
            inner.copy_as(identity, "ReauthorizeEvery", "authorizerResultTtlInSeconds");
        }
        inner.set_some("authorizerCredentials", invoke_role(config));
        if request {
            inner.set_some("identitySource", identity.and_then(|own| source(make, own)));
        }
    }
    if !request && let Some(identity) = identity {
        inner.copy_as(
            identity,
            "ValidationExpression",
            "identityValidationExpression",
        );
    }
    let name = if request {
        make.text("Unused")
    } else {
        header.unwrap_or_else(|| make.text("Authorization"))
    };
    let kind = if pool.is_some() {
        "cognito_user_pools"
    } else {
        "custom"
    };
    make.map([
        ("type", make.text("apiKey")),
        ("name", name),
        ("in", make.text("header")),
        ("x-amazon-apigateway-authtype", make.text(kind)),
        (AUTHORIZER, inner.finish(config.origin.span)),
    ])
}

/// The URI by which API Gateway invokes an authorizer.
pub(super) fn uri(make: &Maker<'_>, function: &Value) -> Value {
    make.sub(
        "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${function}/invocations",
        &[("function", function.clone())],
    )
}

/// The role that an authorizer is invoked with.
pub(super) fn invoke_role(config: &Value) -> Option<Value> {
    shape::something(config, "FunctionInvokeRole")
        .filter(|role| !role.equals_text("NONE").is_true())
        .cloned()
}

/// Where a request authorizer finds who is calling, as one text.
fn source(make: &Maker<'_>, identity: &Value) -> Option<Value> {
    const PLACES: &[(&str, &str)] = &[
        ("Headers", "method.request.header."),
        ("QueryStrings", "method.request.querystring."),
        ("StageVariables", "stageVariables."),
        ("Context", "context."),
    ];
    let mut names = Vec::new();
    for (key, prefix) in PLACES {
        for name in shape::get(identity, key)
            .map(shape::members)
            .unwrap_or_default()
        {
            names.push(make.sub(&format!("{prefix}${{name}}"), &[("name", name)]));
        }
    }
    names
        .into_iter()
        .reduce(|all, name| make.sub("${all}, ${name}", &[("all", all), ("name", name)]))
}

/// The permissions to invoke the authorizers that are functions.
pub(super) fn permissions(make: &Maker<'_>, auth: &Value) -> Vec<(String, Body)> {
    let mut made = Vec::new();
    let authorizers = shape::get(auth, "Authorizers").and_then(Value::as_map);
    for entry in authorizers.map_or(&[][..], |map| &map.entries) {
        let disabled = shape::is_true(&entry.value, "DisableFunctionDefaultPermissions").is_true();
        let Some(function) = shape::something(&entry.value, "FunctionArn") else {
            continue;
        };
        // A user pool comes first where both are named, but the permission is made all the same.
        if !disabled {
            let api = make.refer("AWS::ApiGateway::RestApi", &make.address.name);
            let id = make.id(&format!("{}AuthorizerPermission", entry.key));
            made.push((id.to_string(), permission(make, function, api)));
        }
    }
    made
}

/// The permission of an API to invoke an authorizer.
pub(super) fn permission(make: &Maker<'_>, function: &Value, api: Value) -> Body {
    let mut body = Body::default();
    body.set("Action", make.text("lambda:InvokeFunction"));
    body.set("FunctionName", function.clone());
    body.set("Principal", make.text("apigateway.amazonaws.com"));
    body.set(
        "SourceArn",
        make.sub(
            "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${api}/authorizers/*",
            &[("api", api)],
        ),
    );
    body
}
