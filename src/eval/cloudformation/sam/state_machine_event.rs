//! The events of a state machine: each starts it through a role of its own.

use super::event_api::{api_of, draft};
use super::make::{Body, Maker};
use super::{Expander, api_auth, event_rule, shape, swagger};
use crate::eval::{Declared, Value};

/// Expands every event; `target` is `Ref` to the state machine or its alias, which is its ARN.
pub(super) fn expand_all(
    work: &mut Expander<'_>,
    source: &Declared,
    make: &Maker<'_>,
    target: &Value,
) {
    let events = shape::get(&source.body, "Events").and_then(Value::as_map);
    for entry in events.map_or(&[][..], |map| &map.entries) {
        let id = make.id(&entry.key);
        let properties = shape::get(&entry.value, "Properties").cloned();
        let properties = properties.unwrap_or_else(|| make.map([]));
        match shape::text(&entry.value, "Type") {
            Some("Api") => api(work, make, &properties, &id, target),
            Some("Schedule") => {
                let mut body = Body::from(&properties);
                body.copy_as(&properties, "Schedule", "ScheduleExpression");
                body.copy(&properties, &["Description", "Name"]);
                rule(work, make, &properties, &id, target, body);
            }
            Some("CloudWatchEvent" | "EventBridgeRule") => {
                let mut body = Body::from(&properties);
                body.copy_as(&properties, "Pattern", "EventPattern");
                body.copy_as(&properties, "RuleName", "Name");
                body.copy(&properties, &["EventBusName"]);
                rule(work, make, &properties, &id, target, body);
            }
            Some("ScheduleV2") => {
                let kind = "StepFunctions";
                event_rule::scheduled(work, make, &properties, &id, target.clone(), kind);
            }
            Some(kind) => work.report(
                source,
                format!("the event '{}' has the unknown Type '{kind}'", entry.key),
            ),
            None => work.report(source, format!("the event '{}' has no Type", entry.key)),
        }
    }
}

/// The role that lets a service start the state machine: gives its ARN.
fn role(
    work: &mut Expander<'_>,
    make: &Maker<'_>,
    id: &str,
    target: &Value,
    service: &str,
) -> Value {
    let id = format!("{id}Role");
    let mut body = Body::default();
    body.set("AssumeRolePolicyDocument", make.trusts(service));
    let policy = event_rule::start_execution(make, &id, target.clone());
    body.set("Policies", make.list(vec![policy]));
    body.set_some("PermissionsBoundary", make.boundary.clone());
    work.made.push(make.declare("AWS::IAM::Role", &id, body));
    make.attribute("AWS::IAM::Role", &id, &["Arn"])
}

fn rule(
    work: &mut Expander<'_>,
    make: &Maker<'_>,
    properties: &Value,
    id: &str,
    target: &Value,
    mut body: Body,
) {
    let arn = make.attribute("AWS::Events::Rule", id, &["Arn"]);
    body.set_some("State", event_rule::state(make, properties));
    let given = shape::get(properties, "RoleArn").cloned();
    let role = given.unwrap_or_else(|| role(work, make, id, target, "events.amazonaws.com"));
    let queue = event_rule::dead_letters(work, make, properties, id, Some(&arn));
    let suffix = "StepFunctionsTarget";
    let mut made = event_rule::rule_target(make, properties, id, suffix, queue);
    made.set("Arn", target.clone());
    made.set("RoleArn", role);
    body.set("Targets", make.list(vec![made.finish(make.header)]));
    work.made.push(make.declare("AWS::Events::Rule", id, body));
}

fn api(work: &mut Expander<'_>, make: &Maker<'_>, properties: &Value, id: &str, target: &Value) {
    if properties.is_empty().is_true() {
        return;
    }
    let (_, api) = api_of(work, make, properties, false);
    let role = role(work, make, id, target, "apigateway.amazonaws.com");
    let (Some(path), Some(method)) = (
        shape::text(properties, "Path"),
        shape::text(properties, "Method"),
    ) else {
        return;
    };
    let Some(draft) = draft(work, api.as_ref()).filter(|draft| draft.managed) else {
        return;
    };
    let Some(definition) = &mut draft.definition else {
        return;
    };
    let method = swagger::method_name(method);
    let spot = (path, method.as_str());
    let integration = integration(make, properties, role, target);
    let response = |text: &str| make.map([("description", make.text(text))]);
    let responses = make.map([("200", response("OK")), ("400", response("Bad Request"))]);
    swagger::integrate(definition, make, spot, &integration, &responses);
    let stage = shape::literal(shape::get(&draft.source.body, "StageName")).unwrap_or("Stage");
    let stage = stage.to_owned();
    api_auth::method(
        definition,
        make,
        properties,
        &draft.source.body,
        spot,
        &stage,
    );
    if make.exists.is_unknown() {
        draft.conditional.push((path.into(), method));
    }
}

fn integration(make: &Maker<'_>, properties: &Value, role: Value, target: &Value) -> Value {
    let status = |code: &str| make.map([("statusCode", make.text(code))]);
    let input = "$util.escapeJavaScript($input.json('$'))";
    let unescaped = shape::is_true(properties, "UnescapeMappingTemplate").is_true();
    let input = if unescaped {
        format!("{input}.replaceAll(\"\\\\'\",\"'\")")
    } else {
        input.to_owned()
    };
    let template = make.sub(
        "{\"input\": \"${input}\", \"stateMachineArn\": \"${arn}\"}",
        &[("input", make.text(input)), ("arn", target.clone())],
    );
    make.map([
        ("type", make.text("aws")),
        ("httpMethod", make.text("POST")),
        (
            "uri",
            make.sub(
                "arn:${AWS::Partition}:apigateway:${AWS::Region}:states:action/StartExecution",
                &[],
            ),
        ),
        ("credentials", role),
        (
            "requestTemplates",
            make.map([("application/json", template)]),
        ),
        (
            "responses",
            make.map([("200", status("200")), ("400", status("400"))]),
        ),
    ])
}
