//! `EventInvokeConfig`: what happens to asynchronous invocations, with queues and topics made for it.

use super::function_version::Published;
use super::make::{Body, Maker};
use super::role::Role;
use super::{Expander, shape};
use crate::eval::{Declared, Truth, Value};

pub(super) fn expand(
    work: &mut Expander<'_>,
    source: &Declared,
    make: &Maker<'_>,
    published: Option<&Published>,
    role: &mut Role,
) {
    let Some(config) = shape::something(&source.body, "EventInvokeConfig") else {
        return;
    };
    let mut destinations = Body::default();
    for side in ["OnSuccess", "OnFailure"] {
        let Some(wanted) = shape::at(config, &["DestinationConfig", side]) else {
            continue;
        };
        let destination = destination(work, source, make, wanted, side, role);
        let span = wanted.origin.span;
        let mut body = Body::default();
        body.set("Destination", destination);
        destinations.set(side, body.finish(span));
    }
    let mut body = Body::from(config);
    body.set(
        "FunctionName",
        make.refer("AWS::Lambda::Function", &source.address.name),
    );
    body.set(
        "Qualifier",
        published.map_or_else(|| make.text("$LATEST"), |published| published.name.clone()),
    );
    let place = shape::get(config, "DestinationConfig").map_or(make.header, |own| own.origin.span);
    body.set("DestinationConfig", destinations.finish(place));
    body.copy(
        config,
        &["MaximumEventAgeInSeconds", "MaximumRetryAttempts"],
    );
    work.made.push(make.declare(
        "AWS::Lambda::EventInvokeConfig",
        &make.id("EventInvokeConfig"),
        body,
    ));
}

/// The ARN of a destination; a queue or topic without one is made. The role may write to it.
fn destination(
    work: &mut Expander<'_>,
    source: &Declared,
    make: &Maker<'_>,
    wanted: &Value,
    side: &str,
    role: &mut Role,
) -> Value {
    let id = make.id(&format!("EventInvokeConfig{side}"));
    let kind = shape::text(wanted, "Type").unwrap_or_default();
    let given = shape::get(wanted, "Destination");
    let made = match kind {
        "SQS" => Some(("AWS::SQS::Queue", "Queue", "DestinationQueue")),
        "SNS" => Some(("AWS::SNS::Topic", "Topic", "DestinationTopic")),
        _ => None,
    };
    let missing = given.map_or(Truth::True, Value::is_null);
    let mut arn = given.cloned();
    if let Some((type_name, suffix, property)) = made
        && needs_own(given)
    {
        let id = format!("{id}{suffix}");
        let own = match type_name {
            "AWS::SNS::Topic" => make.refer(type_name, &id),
            _ => make.attribute(type_name, &id, &["Arn"]),
        };
        let mut declared = make.declare(type_name, &id, Body::default());
        declared.exists = declared.exists & missing;
        work.referable(source, property, &declared.address);
        work.made.push(declared);
        arn = Some(match given {
            Some(given) => shape::convert(given, &mut |value| match value.is_null() {
                Truth::True => own.clone(),
                _ => value.clone(),
            }),
            None => own,
        });
    }
    let Some(arn) = arn else {
        work.report(
            source,
            format!("EventInvokeConfig.DestinationConfig.{side} has no Destination"),
        );
        return make.map([]);
    };
    role.policies
        .extend(write_policy(kind, make, &id, arn.clone()));
    arn
}

/// Whether no destination is given, or perhaps none.
fn needs_own(given: Option<&Value>) -> bool {
    let Some(given) = given else {
        return true;
    };
    match &given.data {
        crate::eval::Data::Unknown(unknown) => unknown
            .among
            .iter()
            .any(|alternative| alternative.is_null().is_true()),
        _ => false,
    }
}

/// The inline policy that lets a role write to a destination of a kind.
pub(super) fn write_policy(kind: &str, make: &Maker<'_>, id: &str, arn: Value) -> Option<Value> {
    let (action, suffix) = match kind {
        "SQS" => ("sqs:SendMessage", "SQSPolicy"),
        "SNS" => ("sns:publish", "SNSPolicy"),
        "EventBridge" => ("events:PutEvents", "EventBridgePolicy"),
        "Lambda" => ("lambda:InvokeFunction", "LambdaPolicy"),
        "S3" | "S3Bucket" => {
            let objects = make.sub("${arn}/*", &[("arn", arn.clone())]);
            return Some(make.inline_policy(
                &format!("{id}S3Policy"),
                vec![
                    make.allow(make.text("s3:PutObject"), objects),
                    make.allow(make.text("s3:ListBucket"), arn),
                ],
            ));
        }
        _ => return None,
    };
    let statement = make.allow(make.text(action), arn);
    Some(make.inline_policy(&format!("{id}{suffix}"), vec![statement]))
}
