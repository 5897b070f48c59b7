//! Events on a schedule or by a pattern: rules of EventBridge and schedules of EventBridge Scheduler.

use super::event::{self, Event};
use super::make::{Body, Maker};
use super::{Expander, invoke, shape};
use crate::eval::{Truth, Value};

pub(super) fn schedule(work: &mut Expander<'_>, event: &Event<'_, '_>) {
    let mut body = Body::from(&event.properties);
    body.copy_as(&event.properties, "Schedule", "ScheduleExpression");
    body.copy(&event.properties, &["Description", "Name"]);
    rule(work, event, body);
}

pub(super) fn pattern(work: &mut Expander<'_>, event: &Event<'_, '_>) {
    let mut body = Body::from(&event.properties);
    body.copy_as(&event.properties, "Pattern", "EventPattern");
    body.copy_as(&event.properties, "RuleName", "Name");
    body.copy(&event.properties, &["EventBusName"]);
    rule(work, event, body);
}

fn rule(work: &mut Expander<'_>, event: &Event<'_, '_>, mut body: Body) {
    let make = event.make;
    let arn = make.attribute("AWS::Events::Rule", &event.id, &["Arn"]);
    body.set_some("State", state(make, &event.properties));
    let queue = dead_letters(work, make, &event.properties, &event.id, Some(&arn));
    let mut target = rule_target(make, &event.properties, &event.id, "LambdaTarget", queue);
    target.set("Arn", event.target.arn.clone());
    body.set("Targets", make.list(vec![target.finish(make.header)]));
    work.made
        .push(make.declare("AWS::Events::Rule", &event.id, body));
    let permission = event::permission(event, "events.amazonaws.com", Some(arn));
    event::declare_permission(work, event, &event.id, "", permission, |_| {});
}

/// `State`, or what `Enabled` says.
pub(super) fn state(make: &Maker<'_>, properties: &Value) -> Option<Value> {
    if let Some(state) = shape::something(properties, "State") {
        return Some(state.clone());
    }
    let enabled = shape::get(properties, "Enabled")?;
    let span = enabled.origin.span;
    let text = |text: &str| Value::text(text, span);
    Some(match enabled.is_true() {
        Truth::True => text("ENABLED"),
        Truth::False => text("DISABLED"),
        Truth::Unknown => Value::among(
            enabled.first_why().unwrap_or(crate::eval::Why::Condition),
            [text("ENABLED"), text("DISABLED")],
            make.header,
        ),
    })
}

/// A target of a rule, but for its `Arn`.
pub(super) fn rule_target(
    make: &Maker<'_>,
    properties: &Value,
    id: &str,
    suffix: &str,
    queue: Option<Value>,
) -> Body {
    let mut target = Body::default();
    let given = shape::at(properties, &["Target", "Id"]).cloned();
    target.set(
        "Id",
        given.unwrap_or_else(|| make.text(target_id(id, suffix))),
    );
    target.copy(
        properties,
        &["Input", "InputPath", "InputTransformer", "RetryPolicy"],
    );
    if let Some(queue) = queue {
        target.set("DeadLetterConfig", make.map([("Arn", queue)]));
    }
    target
}

/// The id of a target has 64 characters at most: the translator keeps the suffix whole.
fn target_id(id: &str, suffix: &str) -> String {
    let room = 64usize.saturating_sub(suffix.len());
    let kept: String = id.chars().take(room).collect();
    format!("{kept}{suffix}")
}

/// The queue for events that could not be delivered: its ARN, given or that of a queue made here. With `rule`, a policy
/// lets that rule send to it.
pub(super) fn dead_letters(
    work: &mut Expander<'_>,
    make: &Maker<'_>,
    properties: &Value,
    id: &str,
    rule: Option<&Value>,
) -> Option<Value> {
    let config = shape::get(properties, "DeadLetterConfig")?;
    if let Some(arn) = shape::get(config, "Arn") {
        return Some(arn.clone());
    }
    let queue =
        shape::text(config, "QueueLogicalId").map_or_else(|| format!("{id}Queue"), str::to_owned);
    work.made
        .push(make.declare("AWS::SQS::Queue", &queue, Body::default()));
    let arn = make.attribute("AWS::SQS::Queue", &queue, &["Arn"]);
    if let Some(rule) = rule {
        let mut statement = make.allow(make.text("sqs:SendMessage"), arn.clone());
        let service = make.map([("Service", make.text("events.amazonaws.com"))]);
        shape::set(&mut statement, "Principal", service);
        shape::set(
            &mut statement,
            "Condition",
            event::arn_equals(make, rule.clone()),
        );
        let url = make.refer("AWS::SQS::Queue", &queue);
        event::queue_policy(work, make, &format!("{id}QueuePolicy"), statement, url);
    }
    Some(arn)
}

/// Properties of a schedule that pass under their own names.
const SCHEDULE: &[&str] = &[
    "Description",
    "EndDate",
    "GroupName",
    "KmsKeyArn",
    "ScheduleExpression",
    "ScheduleExpressionTimezone",
    "StartDate",
    "State",
];

pub(super) fn scheduler(work: &mut Expander<'_>, event: &Event<'_, '_>) {
    let kind = "Lambda";
    let arn = event.target.arn.clone();
    scheduled(work, event.make, &event.properties, &event.id, arn, kind);
}

/// A schedule of EventBridge Scheduler that invokes a target (`Lambda` or `StepFunctions`) through a role.
pub(super) fn scheduled(
    work: &mut Expander<'_>,
    make: &Maker<'_>,
    properties: &Value,
    id: &str,
    arn: Value,
    kind: &str,
) {
    let mut body = Body::from(properties);
    body.copy(properties, SCHEDULE);
    if !shape::is_true(properties, "OmitName").is_true() {
        let name = shape::something(properties, "Name").cloned();
        body.set("Name", name.unwrap_or_else(|| make.text(id)));
    }
    let window = shape::something(properties, "FlexibleTimeWindow").cloned();
    let window = window.unwrap_or_else(|| make.map([("Mode", make.text("OFF"))]));
    body.set("FlexibleTimeWindow", window);
    let queue = dead_letters(work, make, properties, id, None);
    let role = shape::something(properties, "RoleArn").cloned();
    let role = role.unwrap_or_else(|| {
        schedule_role(
            work,
            make,
            properties,
            id,
            arn.clone(),
            kind,
            queue.as_ref(),
        )
    });
    let mut target = Body::default();
    target.set("Arn", arn);
    target.set("RoleArn", role);
    target.copy(properties, &["Input", "RetryPolicy"]);
    if let Some(queue) = queue {
        target.set("DeadLetterConfig", make.map([("Arn", queue)]));
    }
    body.set("Target", target.finish(make.header));
    work.made
        .push(make.declare("AWS::Scheduler::Schedule", id, body));
}

fn schedule_role(
    work: &mut Expander<'_>,
    make: &Maker<'_>,
    properties: &Value,
    id: &str,
    arn: Value,
    kind: &str,
    queue: Option<&Value>,
) -> Value {
    let role = format!("{id}Role");
    let mut policies = Vec::new();
    if kind == "Lambda" {
        policies.extend(invoke::write_policy("Lambda", make, id, arn));
    } else {
        policies.push(start_execution(make, id, arn));
    }
    policies.extend(queue.and_then(|queue| invoke::write_policy("SQS", make, id, queue.clone())));
    let mut body = Body::default();
    body.set(
        "AssumeRolePolicyDocument",
        make.trusts("scheduler.amazonaws.com"),
    );
    body.set("Policies", make.list(policies));
    body.copy(properties, &["PermissionsBoundary"]);
    work.made.push(make.declare("AWS::IAM::Role", &role, body));
    make.attribute("AWS::IAM::Role", &role, &["Arn"])
}

/// The inline policy that lets a role start a state machine.
pub(super) fn start_execution(make: &Maker<'_>, id: &str, arn: Value) -> Value {
    let statement = make.allow(make.text("states:StartExecution"), arn);
    make.inline_policy(&format!("{id}StartExecutionPolicy"), vec![statement])
}
