//! `AWS::Serverless::HttpApi` → `AWS::ApiGatewayV2::Api` with its stage.

use super::implicit::Draft;
use super::make::{Body, Maker, hash};
use super::{Expander, api, api_auth, domain, function, http_auth, shape, swagger};
use crate::eval::{Declared, Value};

pub(super) fn expand(work: &mut Expander<'_>, draft: Draft) {
    let source = &draft.source;
    let make = Maker::of(source, work.context);
    let properties = &source.body;
    let tags = tags(&make, properties);
    let definition = draft.definition.clone();
    let definition = definition.map(|own| finished(own, &make, source, &draft, &tags));
    let valid = definition
        .as_ref()
        .is_some_and(|own| own.as_map().is_some());
    let mut body = Body::from(properties);
    body.copy(properties, &["FailOnWarnings"]);
    if let Some(uri) = shape::something(properties, "DefinitionUri") {
        let names = ["Bucket", "Key", "Version"];
        let location = function::object(Some(uri), names, "DefinitionUri", &make);
        body.set("BodyS3Location", location);
    } else {
        body.set_some("Body", definition);
    }
    let made = make.declare("AWS::ApiGatewayV2::Api", &source.address.name, body);
    work.main(source, made);
    let tags = valid.then_some(tags);
    let stage = stage(work, source, &make, tags.clone());
    if let Some(auth) = shape::something(properties, "Auth") {
        for (id, body) in http_auth::permissions(&make, auth) {
            work.made
                .push(make.declare("AWS::Lambda::Permission", &id, body));
        }
    }
    let tags = tags.unwrap_or_else(|| created(&make));
    domain::v2(work, source, &make, &stage, tags);
}

fn created(make: &Maker<'_>) -> Value {
    make.map([("httpapi:createdBy", make.text("SAM"))])
}

/// The tags of the API with the one that the transform adds.
fn tags(make: &Maker<'_>, properties: &Value) -> Value {
    let mut tags = shape::get(properties, "Tags").cloned();
    if let Some(tags) = &mut tags {
        shape::set(tags, "httpapi:createdBy", make.text("SAM"));
    }
    tags.unwrap_or_else(|| created(make))
}

fn finished(
    mut definition: Value,
    make: &Maker<'_>,
    source: &Declared,
    draft: &Draft,
    tags: &Value,
) -> Value {
    let properties = &source.body;
    if definition.as_map().is_none() {
        return definition;
    }
    if let Some(cors) = shape::something(properties, "CorsConfiguration") {
        self::cors(&mut definition, make, cors);
    }
    if let Some(auth) = shape::something(properties, "Auth") {
        http_auth::add(&mut definition, make, auth);
    }
    tag_list(&mut definition, make, tags);
    if let Some(disabled) = shape::get(properties, "DisableExecuteApiEndpoint") {
        let own = make.map([("disableExecuteApiEndpoint", disabled.clone())]);
        api::servers(
            &mut definition,
            make,
            "x-amazon-apigateway-endpoint-configuration",
            &own,
        );
    }
    for (property, key) in [("Name", "title"), ("Description", "description")] {
        if let Some(value) = shape::something(properties, property)
            && let Some(info) = shape::child(&mut definition, "info", make.header)
        {
            shape::set(info, key, value.clone());
        }
    }
    if !draft.conditional.is_empty() {
        swagger::make_conditional(&mut definition, &draft.conditional);
    }
    // With `FailOnWarnings`, API Gateway refuses a path without a slash.
    if shape::something(properties, "FailOnWarnings").is_some()
        && let Some(paths) = shape::child(&mut definition, "paths", make.header)
        && let Some(default) = shape::remove(paths, "$default")
    {
        shape::set(paths, "/$default", default);
    }
    definition
}

/// Tags of an OpenAPI definition: a list of names with values.
fn tag_list(definition: &mut Value, make: &Maker<'_>, tags: &Value) {
    for entry in tags.as_map().map_or(&[][..], |map| &map.entries) {
        let key = "x-amazon-apigateway-tag-value";
        let mut known = shape::get(definition, "tags")
            .map(shape::members)
            .unwrap_or_default();
        let found = known
            .iter_mut()
            .find(|tag| shape::text(tag, "name") == Some(entry.key.as_str()));
        match found {
            Some(tag) => {
                shape::set(tag, key, entry.value.clone());
                shape::set(definition, "tags", make.list(known));
            }
            None => {
                let name = Value::text(entry.key.clone(), entry.span);
                let tag = make.map([("name", name), (key, entry.value.clone())]);
                shape::push(definition, "tags", tag);
            }
        }
    }
}

/// `true` allows every origin; a map says what is allowed.
fn cors(definition: &mut Value, make: &Maker<'_>, cors: &Value) {
    const KEYS: &[(&str, &str)] = &[
        ("AllowOrigins", "allowOrigins"),
        ("AllowHeaders", "allowHeaders"),
        ("AllowMethods", "allowMethods"),
        ("ExposeHeaders", "exposeHeaders"),
    ];
    let Some(made) = shape::child(definition, "x-amazon-apigateway-cors", make.header) else {
        return;
    };
    if cors.as_map().is_none() {
        let all = if cors.is_true().is_true() {
            make.list(vec![Value::text("*", cors.origin.span)])
        } else {
            cors.clone()
        };
        shape::set(made, "allowOrigins", all);
        return;
    }
    for (from, to) in KEYS {
        if let Some(value) = shape::something(cors, from) {
            shape::set(made, to, value.clone());
        }
    }
    if let Some(age) = shape::get(cors, "MaxAge") {
        shape::set(made, "maxAge", age.clone());
    }
    if let Some(allowed) =
        shape::get(cors, "AllowCredentials").filter(|own| !own.is_false().is_true())
    {
        shape::set(made, "allowCredentials", allowed.clone());
    }
}

/// The stage: gives its id.
fn stage(
    work: &mut Expander<'_>,
    source: &Declared,
    make: &Maker<'_>,
    tags: Option<Value>,
) -> String {
    let properties = &source.body;
    let given = shape::something(properties, "StageName");
    let id = match (given, shape::literal(given)) {
        (None, _) | (_, Some("$default")) => make.id("ApiGatewayDefaultStage"),
        (_, Some(name)) if shape::is_alphanumeric(name) => make.id(&format!("{name}Stage")),
        (_, name) => {
            let hashed = hash(&make.text(name.unwrap_or_default()));
            make.id(&format!("Stage{hashed}"))
        }
    };
    let mut body = Body::from(properties);
    body.copy(
        properties,
        &[
            "AccessLogSettings",
            "DefaultRouteSettings",
            "RouteSettings",
            "StageVariables",
        ],
    );
    body.set(
        "ApiId",
        make.refer("AWS::ApiGatewayV2::Api", &source.address.name),
    );
    body.set("AutoDeploy", make.bool(true));
    body.set(
        "StageName",
        given.cloned().unwrap_or_else(|| make.text("$default")),
    );
    body.set_some("Tags", tags);
    let declared = make.declare("AWS::ApiGatewayV2::Stage", &id, body);
    work.referable(source, "Stage", &declared.address);
    work.made.push(declared);
    id.to_string()
}

/// The permission of an HTTP or WebSocket API to invoke an authorizer.
pub(super) fn authorizer_permission(make: &Maker<'_>, function: &Value) -> Body {
    let api = make.refer("AWS::ApiGatewayV2::Api", &make.address.name);
    api_auth::permission(make, function, api)
}
