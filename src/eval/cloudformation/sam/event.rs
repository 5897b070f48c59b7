//! The events of a function: what invokes it, and the permission or role policy that lets it.

use ecow::EcoString;

use super::function::Target;
use super::make::{Body, Maker, hash};
use super::role::Role;
use super::{Expander, event_api, event_pull, event_rule, shape};
use crate::eval::{Data, Declared, Value, Why};

/// One event while it is expanded.
pub(super) struct Event<'e, 'c> {
    pub(super) make: &'e Maker<'c>,
    pub(super) source: &'e Declared,
    pub(super) target: &'e Target,
    /// The event's own id.
    pub(super) name: EcoString,
    /// The id of what is made: that of the function, then that of the event.
    pub(super) id: EcoString,
    pub(super) properties: Value,
}

/// Expands every event of a function.
pub(super) fn expand_all(
    work: &mut Expander<'_>,
    source: &Declared,
    make: &Maker<'_>,
    target: &Target,
    role: &mut Role,
) {
    let Some(events) = shape::get(&source.body, "Events") else {
        return;
    };
    if let Some(rest) = shape::rest(events) {
        role.open(rest.why.clone());
    }
    for (name, event) in in_order(events) {
        let event_name = name.clone();
        let Some(kind) = shape::text(&event, "Type") else {
            if let Some(why) = event.first_why() {
                role.open(why);
            } else {
                work.report(source, format!("the event '{event_name}' has no Type"));
            }
            continue;
        };
        let place = event.origin.span;
        let properties = shape::get(&event, "Properties").cloned();
        let event = Event {
            make,
            source,
            target,
            id: make.id(&name),
            name,
            properties: properties.unwrap_or_else(|| Value::object(Vec::new(), place)),
        };
        dispatch(work, &event, kind, role);
    }
}

/// The translator takes events by their path, those without one by their id.
fn in_order(events: &Value) -> Vec<(EcoString, Value)> {
    let mut sorted: Vec<(EcoString, EcoString, Value)> = Vec::new();
    for entry in events.as_map().map_or(&[][..], |map| &map.entries) {
        let given = |key: &str| shape::at(&entry.value, &["Properties", key]);
        let mut path = given("Path").and_then(Value::as_text);
        // Without path and method, an event of an HTTP API is its default route.
        if shape::text(&entry.value, "Type") == Some("HttpApi")
            && given("Path").is_none()
            && given("Method").is_none()
        {
            path = Some("$default");
        }
        sorted.push((
            path.map_or_else(|| entry.key.clone(), EcoString::from),
            entry.key.clone(),
            entry.value.clone(),
        ));
    }
    sorted.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
    sorted
        .into_iter()
        .filter(|(_, _, value)| value.data != Data::Null)
        .map(|(_, name, value)| (name, value))
        .collect()
}

fn dispatch(work: &mut Expander<'_>, event: &Event<'_, '_>, kind: &str, role: &mut Role) {
    match kind {
        "Api" => event_api::rest(work, event),
        "HttpApi" => event_api::http(work, event),
        "Schedule" => event_rule::schedule(work, event),
        "CloudWatchEvent" | "EventBridgeRule" => event_rule::pattern(work, event),
        "ScheduleV2" => event_rule::scheduler(work, event),
        "S3" => bucket(work, event),
        "SNS" => topic(work, event, role),
        "CloudWatchLogs" => log_group(work, event),
        "IoTRule" => iot_rule(work, event),
        "AlexaSkill" => {
            let body = permission(event, "alexa-appkit.amazon.com", None);
            let token = shape::get(&event.properties, "SkillId").cloned();
            declare_permission(work, event, &event.id, "", body, |body| {
                body.set_some("EventSourceToken", token);
            });
        }
        "Cognito" => user_pool(work, event),
        kind if event_pull::is_kind(kind) => event_pull::expand(work, event, kind, role),
        _ => work.report(
            event.source,
            format!("the event '{}' has the unknown Type '{kind}'", event.name),
        ),
    }
}

/// The permission of a service to invoke the target.
pub(super) fn permission(
    event: &Event<'_, '_>,
    principal: &str,
    source_arn: Option<Value>,
) -> Body {
    let mut body = Body::default();
    body.set("Action", event.make.text("lambda:InvokeFunction"));
    body.set("FunctionName", event.target.name.clone());
    body.set("Principal", event.make.text(principal));
    body.set_some("SourceArn", source_arn);
    body
}

/// Declares a permission; a suffix that cannot stand in a logical id is hashed.
pub(super) fn declare_permission(
    work: &mut Expander<'_>,
    event: &Event<'_, '_>,
    prefix: &str,
    suffix: &str,
    mut body: Body,
    more: impl FnOnce(&mut Body),
) {
    more(&mut body);
    let suffix = if shape::is_alphanumeric(suffix) {
        EcoString::from(suffix)
    } else {
        hash(&event.make.text(suffix))
    };
    let id = format!("{prefix}Permission{suffix}");
    work.made
        .push(event.make.declare("AWS::Lambda::Permission", &id, body));
}

/// The resource of the template that an event names by `Ref`, to add to it.
fn named<'w>(work: &'w mut Expander<'_>, value: Option<&Value>) -> Option<&'w mut Declared> {
    let id = value.and_then(shape::logical_id)?;
    work.plain
        .iter_mut()
        .find(|resource| resource.address.name == id)
}

/// A bucket: notifications are written into it.
fn bucket(work: &mut Expander<'_>, event: &Event<'_, '_>) {
    let make = event.make;
    let account = make.pseudo("AWS::AccountId");
    let body = permission(event, "s3.amazonaws.com", None);
    declare_permission(work, event, &event.id, "", body, |body| {
        body.set("SourceAccount", account);
    });
    let kinds = shape::get(&event.properties, "Events")
        .map(shape::members)
        .unwrap_or_default();
    let mut notifications = Vec::new();
    for kind in kinds {
        let mut entry = Body::default();
        entry.set("Event", kind.clone());
        entry.set("Function", event.target.arn.clone());
        entry.copy(&event.properties, &["Filter"]);
        let entry = entry.finish(kind.origin.span);
        notifications.push(if make.exists.is_unknown() {
            let absent = Value::null(make.header);
            Value::among(Why::Condition, [entry, absent], make.header)
        } else {
            entry
        });
    }
    let wanted = shape::get(&event.properties, "Bucket");
    let Some(bucket) = named(work, wanted) else {
        let message = format!(
            "the event '{}' names no bucket of this template",
            event.name
        );
        work.report(event.source, message);
        return;
    };
    for notification in notifications {
        let place = notification.origin.span;
        let Some(configuration) =
            shape::child(&mut bucket.body, "NotificationConfiguration", place)
        else {
            return;
        };
        let known = shape::get(configuration, "LambdaConfigurations").map(shape::members);
        if !known
            .unwrap_or_default()
            .iter()
            .any(|known| hash(known) == hash(&notification))
        {
            shape::push(configuration, "LambdaConfigurations", notification);
        }
    }
}

/// A topic: a subscription of the function, or of a queue between them.
fn topic(work: &mut Expander<'_>, event: &Event<'_, '_>, role: &mut Role) {
    let make = event.make;
    let properties = &event.properties;
    let topic = shape::get(properties, "Topic").cloned();
    let topic = topic.unwrap_or_else(|| Value::unknown(Why::Invalid, make.header));
    let through = shape::something(properties, "SqsSubscription").cloned();
    let (protocol, endpoint) = match &through {
        None => {
            let body = permission(event, "sns.amazonaws.com", Some(topic.clone()));
            declare_permission(work, event, &event.id, "", body, |_| {});
            ("lambda", event.target.arn.clone())
        }
        Some(settings) => ("sqs", queue_between(work, event, settings, &topic, role)),
    };
    let mut body = Body::from(properties);
    body.set("Endpoint", endpoint);
    body.set("Protocol", make.text(protocol));
    body.set("TopicArn", topic);
    body.copy(
        properties,
        &[
            "FilterPolicy",
            "FilterPolicyScope",
            "RedrivePolicy",
            "Region",
        ],
    );
    work.made
        .push(make.declare("AWS::SNS::Subscription", &event.id, body));
}

/// The queue between a topic and the function, made here or given; its policy lets the topic send.
fn queue_between(
    work: &mut Expander<'_>,
    event: &Event<'_, '_>,
    settings: &Value,
    topic: &Value,
    role: &mut Role,
) -> Value {
    let make = event.make;
    let given = settings.as_map().is_some();
    let (arn, url) = if given {
        let part = |key: &str| {
            let value = shape::get(settings, key).cloned();
            value.unwrap_or_else(|| Value::unknown(Why::Invalid, settings.origin.span))
        };
        (part("QueueArn"), part("QueueUrl"))
    } else {
        let id = format!("{}Queue", event.id);
        let mut queue = Body::default();
        let declared = shape::logical_id(topic).and_then(|id| work.find(&id).cloned());
        queue.set_some(
            "FifoQueue",
            declared.and_then(|topic| shape::something(&topic.body, "FifoTopic").cloned()),
        );
        work.made.push(make.declare("AWS::SQS::Queue", &id, queue));
        (
            make.attribute("AWS::SQS::Queue", &id, &["Arn"]),
            make.refer("AWS::SQS::Queue", &id),
        )
    };
    let batch = shape::something(settings, "BatchSize").filter(|_| given);
    let mut mapping = Body::default();
    mapping.set(
        "BatchSize",
        batch.cloned().unwrap_or_else(|| make.number(10)),
    );
    mapping.set("Enabled", make.bool(true));
    mapping.set("EventSourceArn", arn.clone());
    mapping.set("FunctionName", event.target.name.clone());
    work.made.push(make.declare(
        "AWS::Lambda::EventSourceMapping",
        &format!("{}EventSourceMapping", event.id),
        mapping,
    ));
    role.add_managed(make.managed_policy("service-role/AWSLambdaSQSQueueExecutionRole"));
    let mut statement = make.allow(make.text("sqs:SendMessage"), arn.clone());
    shape::set(&mut statement, "Principal", make.text("*"));
    shape::set(&mut statement, "Condition", arn_equals(make, topic.clone()));
    let id = shape::text(settings, "QueuePolicyLogicalId")
        .map_or_else(|| format!("{}QueuePolicy", event.id), str::to_owned);
    queue_policy(work, make, &id, statement, url);
    arn
}

/// `ArnEquals` on the source.
pub(super) fn arn_equals(make: &Maker<'_>, arn: Value) -> Value {
    make.map([("ArnEquals", make.map([("aws:SourceArn", arn)]))])
}

pub(super) fn queue_policy(
    work: &mut Expander<'_>,
    make: &Maker<'_>,
    id: &str,
    statement: Value,
    url: Value,
) {
    let mut policy = Body::default();
    policy.set("PolicyDocument", make.document(vec![statement]));
    policy.set("Queues", make.list(vec![url]));
    work.made
        .push(make.declare("AWS::SQS::QueuePolicy", id, policy));
}

fn log_group(work: &mut Expander<'_>, event: &Event<'_, '_>) {
    let make = event.make;
    let group = shape::get(&event.properties, "LogGroupName").cloned();
    let group = group.unwrap_or_else(|| Value::unknown(Why::Invalid, make.header));
    let arn = make.sub(
        "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${group}:*",
        &[("group", group)],
    );
    let body = permission(event, "logs.amazonaws.com", Some(arn));
    declare_permission(work, event, &event.id, "", body, |_| {});
    let mut body = Body::from(&event.properties);
    body.copy(&event.properties, &["FilterPattern", "LogGroupName"]);
    body.set("DestinationArn", event.target.arn.clone());
    work.made
        .push(make.declare("AWS::Logs::SubscriptionFilter", &event.id, body));
}

fn iot_rule(work: &mut Expander<'_>, event: &Event<'_, '_>) {
    let make = event.make;
    let rule = make.refer("AWS::IoT::TopicRule", &event.id);
    let arn = make.sub(
        "arn:${AWS::Partition}:iot:${AWS::Region}:${AWS::AccountId}:rule/${rule}",
        &[("rule", rule)],
    );
    let account = make.pseudo("AWS::AccountId");
    let body = permission(event, "iot.amazonaws.com", Some(arn));
    declare_permission(work, event, &event.id, "", body, |body| {
        body.set("SourceAccount", account);
    });
    let action = make.map([("FunctionArn", event.target.arn.clone())]);
    let mut payload = Body::from(&event.properties);
    payload.copy(&event.properties, &["AwsIotSqlVersion", "Sql"]);
    payload.set("Actions", make.list(vec![make.map([("Lambda", action)])]));
    payload.set("RuleDisabled", make.bool(false));
    let mut body = Body::default();
    body.set("TopicRulePayload", payload.finish(make.header));
    work.made
        .push(make.declare("AWS::IoT::TopicRule", &event.id, body));
}

/// A user pool: triggers are written into it.
fn user_pool(work: &mut Expander<'_>, event: &Event<'_, '_>) {
    let wanted = shape::get(&event.properties, "UserPool").cloned();
    let id = wanted.as_ref().and_then(shape::logical_id);
    let arn = id.map(|id| {
        event
            .make
            .attribute("AWS::Cognito::UserPool", &id, &["Arn"])
    });
    let body = permission(event, "cognito-idp.amazonaws.com", arn);
    let prefix = event.make.id("Cognito");
    declare_permission(work, event, &prefix, "", body, |_| {});
    let triggers = shape::get(&event.properties, "Trigger").map(shape::members);
    let name = event.name.clone();
    let Some(pool) = named(work, wanted.as_ref()) else {
        let message = format!("the event '{name}' names no user pool of this template");
        work.report(event.source, message);
        return;
    };
    for trigger in triggers.unwrap_or_default() {
        let Some(config) = shape::child(&mut pool.body, "LambdaConfig", trigger.origin.span) else {
            return;
        };
        if let Some(trigger) = trigger.as_text() {
            shape::set(config, trigger, event.target.arn.clone());
        }
    }
}
