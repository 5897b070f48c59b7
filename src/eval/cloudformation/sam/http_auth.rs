//! Who may call an HTTP API: authorizers by token or function, in its definition.

use super::make::{Body, Maker};
use super::{api_auth, http_api, shape, swagger};
use crate::eval::Value;

/// What the event of a route says about who may call it.
pub(super) fn method(
    definition: &mut Value,
    make: &Maker<'_>,
    event: &Value,
    api: &Value,
    spot: (&str, &str),
) {
    let Some(auth) = shape::something(event, "Auth") else {
        return;
    };
    let default = shape::at(api, &["Auth", "DefaultAuthorizer"]);
    let Some(authorizer) = shape::something(auth, "Authorizer").or(default) else {
        return;
    };
    let Some(name) = authorizer.as_text() else {
        return;
    };
    let own = shape::something(auth, "AuthorizationScopes");
    let declared = shape::at(api, &["Auth", "Authorizers", name, "AuthorizationScopes"]);
    let scopes = own
        .or(declared)
        .filter(|_| !matches!(name, "NONE" | "AWS_IAM"));
    let entry = security(make, name, scopes);
    swagger::at_method(definition, spot, &mut |method| {
        shape::push(method, "security", entry.clone());
    });
}

fn security(make: &Maker<'_>, name: &str, scopes: Option<&Value>) -> Value {
    make.map([(
        name,
        scopes.cloned().unwrap_or_else(|| make.list(Vec::new())),
    )])
}

/// What the API's `Auth` says about all its routes.
pub(super) fn add(definition: &mut Value, make: &Maker<'_>, auth: &Value) {
    let mut schemes: Vec<(ecow::EcoString, Value)> = Vec::new();
    if shape::is_true(auth, "EnableIamAuthorizer").is_true() {
        let iam = make.map([
            ("type", make.text("apiKey")),
            ("name", make.text("Authorization")),
            ("in", make.text("header")),
            ("x-amazon-apigateway-authtype", make.text("awsSigv4")),
        ]);
        schemes.push(("AWS_IAM".into(), iam));
    }
    let authorizers = shape::get(auth, "Authorizers").and_then(Value::as_map);
    for entry in authorizers.map_or(&[][..], |map| &map.entries) {
        schemes.push((entry.key.clone(), scheme(make, &entry.value)));
    }
    for (name, scheme) in schemes {
        if let Some(components) = shape::child(definition, "components", make.header)
            && let Some(all) = shape::child(components, "securitySchemes", make.header)
        {
            shape::set(all, &name, scheme);
        }
    }
    let Some(default) = shape::text(auth, "DefaultAuthorizer") else {
        return;
    };
    let scopes = shape::at(auth, &["Authorizers", default, "AuthorizationScopes"]);
    let entry = security(make, default, scopes);
    swagger::each_method(definition, &mut |_, name, method| {
        if name != "options" && shape::something(method, "security").is_none() {
            shape::push(method, "security", entry.clone());
        }
    });
}

/// The security scheme of an authorizer.
fn scheme(make: &Maker<'_>, config: &Value) -> Value {
    if let Some(jwt) = shape::something(config, "JwtConfiguration") {
        let entries = jwt.as_map().map_or(&[][..], |map| &map.entries).iter();
        let lower = entries.map(|entry| (entry.key.to_lowercase(), entry.value.clone()));
        let mut inner = Body::from(config);
        inner.set("jwtConfiguration", make.map_of(lower));
        inner.copy_as(config, "IdentitySource", "identitySource");
        inner.set("type", make.text("jwt"));
        return make.map([
            ("type", make.text("oauth2")),
            (api_auth::AUTHORIZER, inner.finish(config.origin.span)),
        ]);
    }
    let mut inner = Body::from(config);
    inner.set("type", make.text("request"));
    if let Some(function) = shape::get(config, "FunctionArn") {
        inner.set("authorizerUri", api_auth::uri(make, function));
    }
    inner.set_some("authorizerCredentials", api_auth::invoke_role(config));
    if let Some(identity) = shape::something(config, "Identity") {
        inner.copy_as(identity, "ReauthorizeEvery", "authorizerResultTtlInSeconds");
        inner.set("identitySource", source(make, identity));
    }
    inner.copy_as(
        config,
        "AuthorizerPayloadFormatVersion",
        "authorizerPayloadFormatVersion",
    );
    if shape::something(config, "EnableSimpleResponses").is_some() {
        inner.copy_as(config, "EnableSimpleResponses", "enableSimpleResponses");
    }
    make.map([
        ("type", make.text("apiKey")),
        ("name", make.text("Unused")),
        ("in", make.text("header")),
        (api_auth::AUTHORIZER, inner.finish(config.origin.span)),
    ])
}

/// Where an authorizer finds who is calling.
fn source(make: &Maker<'_>, identity: &Value) -> Value {
    const PLACES: &[(&str, &str)] = &[
        ("Headers", "$request.header."),
        ("QueryStrings", "$request.querystring."),
        ("StageVariables", "$stageVariables."),
        ("Context", "$context."),
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
    make.list(names)
}

/// The permissions to invoke the authorizers that are functions and ask for it.
pub(super) fn permissions(make: &Maker<'_>, auth: &Value) -> Vec<(String, Body)> {
    let authorizers = shape::get(auth, "Authorizers").and_then(Value::as_map);
    let wanted = authorizers.map_or(&[][..], |map| &map.entries).iter();
    let wanted = wanted
        .filter(|entry| shape::is_true(&entry.value, "EnableFunctionDefaultPermissions").is_true());
    wanted
        .filter_map(|entry| {
            let function = shape::something(&entry.value, "FunctionArn")?;
            let id = make.id(&format!("{}AuthorizerPermission", entry.key));
            Some((
                id.to_string(),
                http_api::authorizer_permission(make, function),
            ))
        })
        .collect()
}
