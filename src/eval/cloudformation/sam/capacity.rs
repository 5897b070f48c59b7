//! `AWS::Serverless::CapacityProvider` → `AWS::Lambda::CapacityProvider` and the role of its operator.

use super::make::{Body, Maker};
use super::{Expander, shape};
use crate::eval::{Declared, Value};

pub(super) fn expand(work: &mut Expander<'_>, source: &Declared) {
    let make = Maker::of(source, work.context);
    let properties = &source.body;
    let given = shape::something(properties, "OperatorRole").cloned();
    let role = given.unwrap_or_else(|| operator(work, &make, properties));
    let mut body = Body::from(properties);
    body.copy(
        properties,
        &["CapacityProviderName", "KmsKeyArn", "VpcConfig"],
    );
    body.set(
        "PermissionsConfig",
        make.map([("CapacityProviderOperatorRoleArn", role)]),
    );
    body.set("Tags", tags(&make, shape::get(properties, "Tags")));
    if let Some(requirements) = shape::something(properties, "InstanceRequirements") {
        let mut made = Body::from(requirements);
        made.copy(requirements, &["Architectures"]);
        made.copy_as(requirements, "AllowedTypes", "AllowedInstanceTypes");
        made.copy_as(requirements, "ExcludedTypes", "ExcludedInstanceTypes");
        body.set(
            "InstanceRequirements",
            made.finish(requirements.origin.span),
        );
    }
    if let Some(scaling) = shape::something(properties, "ScalingConfig") {
        body.set(
            "CapacityProviderScalingConfig",
            self::scaling(&make, scaling),
        );
    }
    if let Some(logging) = shape::something(properties, "LoggingConfig") {
        let telemetry = make.map([("LoggingConfig", logging.clone())]);
        body.set("TelemetryConfig", telemetry);
    }
    if let Some(tags) = shape::at(properties, &["ManagedResourceTags", "Tags"]) {
        let list = make.open_list(shape::tags(Some(tags)), shape::rest(tags));
        body.set(
            "PropagateTags",
            make.map([("Mode", make.text("Explicit")), ("ExplicitTags", list)]),
        );
    }
    let made = make.declare("AWS::Lambda::CapacityProvider", &source.address.name, body);
    work.main(source, made);
}

/// The tags of the resource, then the one that the transform adds.
fn tags(make: &Maker<'_>, own: Option<&Value>) -> Value {
    let mut list = shape::tags(own);
    list.push(make.map([
        ("Key", make.text("lambda:createdBy")),
        ("Value", make.text("SAM")),
    ]));
    make.open_list(list, own.and_then(shape::rest))
}

fn scaling(make: &Maker<'_>, scaling: &Value) -> Value {
    let mut made = Body::from(scaling);
    made.copy(scaling, &["MaxVCpuCount"]);
    match shape::get(scaling, "AverageCPUUtilization") {
        Some(target) => {
            let metric = make.text("LambdaCapacityProviderAverageCPUUtilization");
            let policy = make.map([
                ("PredefinedMetricType", metric),
                ("TargetValue", target.clone()),
            ]);
            made.set("ScalingMode", make.text("Manual"));
            made.set("ScalingPolicies", make.list(vec![policy]));
        }
        None => {
            made.set("ScalingMode", make.text("Auto"));
        }
    }
    made.finish(scaling.origin.span)
}

/// The role that operates instances: gives its ARN.
fn operator(work: &mut Expander<'_>, make: &Maker<'_>, properties: &Value) -> Value {
    let propagates = shape::is_true(properties, "PropagateTags").is_true();
    let own = shape::get(properties, "Tags").filter(|_| propagates);
    let mut list = shape::tags(own);
    list.insert(
        0,
        make.map([
            ("Key", make.text("lambda:createdBy")),
            ("Value", make.text("SAM")),
        ]),
    );
    let mut body = Body::default();
    body.set(
        "AssumeRolePolicyDocument",
        make.trusts("lambda.amazonaws.com"),
    );
    let policy = make.managed_policy("AWSLambdaManagedEC2ResourceOperator");
    body.set("ManagedPolicyArns", make.list(vec![policy]));
    body.set("Tags", make.list(list));
    let id = make.id("OperatorRole");
    work.made.push(make.declare("AWS::IAM::Role", &id, body));
    make.attribute("AWS::IAM::Role", &id, &["Arn"])
}
