//! `AWS::Serverless::WebSocketApi` → `AWS::ApiGatewayV2::Api` with a route, integration and permission for each route.

use super::make::{Body, Maker};
use super::{Expander, domain, function, http_api, shape};
use crate::eval::{Declared, Value};

pub(super) fn expand(work: &mut Expander<'_>, source: &Declared) {
    let make = Maker::of(source, work.context);
    let first = work.made.len();
    let properties = &source.body;
    let id = &source.address.name;
    let created = make.map([("websocketapi:createdBy", make.text("SAM"))]);
    let mut body = Body::from(properties);
    body.copy(
        properties,
        &[
            "ApiKeySelectionExpression",
            "Description",
            "DisableExecuteApiEndpoint",
            "DisableSchemaValidation",
            "IpAddressType",
            "RouteSelectionExpression",
        ],
    );
    let name = shape::get(properties, "Name").cloned();
    body.set("Name", name.unwrap_or_else(|| make.text(id.clone())));
    body.set("ProtocolType", make.text("WEBSOCKET"));
    let mut tags = shape::something(properties, "Tags")
        .cloned()
        .unwrap_or_else(|| make.map([]));
    shape::set(&mut tags, "websocketapi:createdBy", make.text("SAM"));
    body.set("Tags", tags);
    let made = make.declare("AWS::ApiGatewayV2::Api", id, body);
    work.main(source, made);
    let stage_name = shape::something(properties, "StageName").cloned();
    let stage_name = stage_name.unwrap_or_else(|| make.text("default"));
    let routes = shape::get(properties, "Routes").and_then(Value::as_map);
    for entry in routes.map_or(&[][..], |map| &map.entries) {
        route(
            work,
            &make,
            properties,
            &entry.key,
            &entry.value,
            &stage_name,
        );
    }
    authorizer(work, &make, properties);
    let stage = stage(work, source, &make, stage_name, created.clone());
    domain::v2(work, source, &make, &stage, created);
    function::propagate_tags(work, source, first);
}

/// `$connect` as `Connect`.
fn route_id(key: &str) -> String {
    let key = key.trim_start_matches('$').to_lowercase();
    let mut letters = key.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

fn route(
    work: &mut Expander<'_>,
    make: &Maker<'_>,
    properties: &Value,
    key: &str,
    route: &Value,
    stage: &Value,
) {
    let base = make.id(&route_id(key));
    let api = make.refer("AWS::ApiGatewayV2::Api", &make.address.name);
    let integration = format!("{base}Integration");
    let mut body = Body::from(route);
    body.copy(
        route,
        &[
            "ApiKeyRequired",
            "ModelSelectionExpression",
            "OperationName",
            "RequestModels",
            "RequestParameters",
            "RouteResponseSelectionExpression",
        ],
    );
    body.set("ApiId", api.clone());
    body.set("RouteKey", make.text(key));
    let target = make.refer("AWS::ApiGatewayV2::Integration", &integration);
    body.set(
        "Target",
        make.sub("integrations/${target}", &[("target", target)]),
    );
    if key == "$connect"
        && let Some(kind) = shape::at(properties, &["Auth", "AuthType"])
    {
        body.set("AuthorizationType", kind.clone());
        if kind.equals_text("CUSTOM").is_true() {
            let id = make.id("ConnectAuthorizer");
            body.set(
                "AuthorizerId",
                make.refer("AWS::ApiGatewayV2::Authorizer", &id),
            );
        }
    }
    let type_name = "AWS::ApiGatewayV2::Route";
    work.made
        .push(make.declare(type_name, &format!("{base}Route"), body));

    let function = shape::get(route, "FunctionArn").cloned();
    let function =
        function.unwrap_or_else(|| Value::unknown(crate::eval::Why::Invalid, route.origin.span));
    let mut body = Body::from(route);
    body.set("ApiId", api.clone());
    body.set("IntegrationType", make.text("AWS_PROXY"));
    body.set("IntegrationUri", super::api_auth::uri(make, &function));
    body.copy_as(route, "IntegrationTimeout", "TimeoutInMillis");
    let type_name = "AWS::ApiGatewayV2::Integration";
    work.made.push(make.declare(type_name, &integration, body));

    let mut body = Body::default();
    body.set("Action", make.text("lambda:InvokeFunction"));
    body.set("FunctionName", function);
    body.set("Principal", make.text("apigateway.amazonaws.com"));
    let id = make.attribute("AWS::ApiGatewayV2::Api", &make.address.name, &["ApiId"]);
    let arn = make.sub(
        &format!("arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{api}}/${{stage}}/{key}"),
        &[("api", id), ("stage", stage.clone())],
    );
    body.set("SourceArn", arn);
    let type_name = "AWS::Lambda::Permission";
    work.made
        .push(make.declare(type_name, &format!("{base}Permission"), body));
}

/// The function that decides who may connect.
fn authorizer(work: &mut Expander<'_>, make: &Maker<'_>, properties: &Value) {
    let Some(auth) = shape::get(properties, "Auth") else {
        return;
    };
    let has_connect = shape::at(properties, &["Routes", "$connect"]).is_some();
    if shape::text(auth, "AuthType") != Some("CUSTOM") || !has_connect {
        return;
    }
    let Some(function) = shape::get(auth, "AuthArn") else {
        return;
    };
    let id = make.id("ConnectAuthorizer");
    let mut body = Body::from(auth);
    body.set(
        "ApiId",
        make.refer("AWS::ApiGatewayV2::Api", &make.address.name),
    );
    body.copy_as(auth, "InvokeRole", "AuthorizerCredentialsArn");
    body.set("AuthorizerType", make.text("REQUEST"));
    body.set("AuthorizerUri", super::api_auth::uri(make, function));
    body.copy(auth, &["IdentitySource"]);
    let name = shape::something(auth, "Name").cloned();
    body.set("Name", name.unwrap_or_else(|| make.text(id.clone())));
    let type_name = "AWS::ApiGatewayV2::Authorizer";
    work.made.push(make.declare(type_name, &id, body));
    if shape::something(auth, "InvokeRole").is_none() {
        let body = http_api::authorizer_permission(make, function);
        let id = make.id("AuthorizerPermission");
        work.made
            .push(make.declare("AWS::Lambda::Permission", &id, body));
    }
}

fn stage(
    work: &mut Expander<'_>,
    source: &Declared,
    make: &Maker<'_>,
    name: Value,
    tags: Value,
) -> String {
    let properties = &source.body;
    let id = match shape::literal(Some(&name)) {
        Some("default") => make.id("DefaultStage"),
        Some(name) => make.id(&format!("{name}Stage")),
        None => make.id("Stage"),
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
    body.set("StageName", name);
    body.set("Tags", tags);
    let declared = make.declare("AWS::ApiGatewayV2::Stage", &id, body);
    work.referable(source, "Stage", &declared.address);
    work.made.push(declared);
    id.to_string()
}
