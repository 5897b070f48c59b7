//! `DeploymentPreference`: gradual deployment of functions through CodeDeploy.

use super::function_version::Published;
use super::make::{Body, Maker};
use super::{Expander, shape};
use crate::eval::{Declared, Truth, Value};

const APPLICATION: &str = "ServerlessDeploymentApplication";
const ROLE: &str = "CodeDeployServiceRole";

/// The configurations that CodeDeploy has for functions.
const CONFIGURATIONS: &[&str] = &[
    "AllAtOnce",
    "Canary10Percent10Minutes",
    "Canary10Percent15Minutes",
    "Canary10Percent30Minutes",
    "Canary10Percent5Minutes",
    "Linear10PercentEvery10Minutes",
    "Linear10PercentEvery1Minute",
    "Linear10PercentEvery2Minutes",
    "Linear10PercentEvery3Minutes",
];

/// A function that is deployed so.
pub(super) struct Preference {
    source: Declared,
    config: Value,
    exists: Truth,
}

/// Remembers the preference of a function unless it is switched off.
pub(super) fn add(
    work: &mut Expander<'_>,
    source: &Declared,
    make: &Maker<'_>,
    published: Option<&Published>,
) {
    let Some(config) = shape::something(&source.body, "DeploymentPreference") else {
        return;
    };
    let enabled = shape::get(config, "Enabled").map_or(Truth::True, |enabled| {
        !(enabled.is_false() | enabled.equals_text("False"))
    });
    if enabled.is_false() {
        return;
    }
    if published.is_none() {
        work.report(source, "DeploymentPreference needs AutoPublishAlias");
    }
    // Without `PassthroughCondition` the group is made even where the function is not.
    let passes = shape::is_true(config, "PassthroughCondition").is_true();
    let exists = if passes { make.exists } else { Truth::True };
    work.deployments.push(Preference {
        source: source.clone(),
        config: config.clone(),
        exists: exists & enabled,
    });
}

/// Makes one application, one service role unless every function names its own, and a group for each function.
pub(super) fn finish(work: &mut Expander<'_>) {
    let deployments = std::mem::take(&mut work.deployments);
    let Some(first) = deployments.first() else {
        return;
    };
    let make = Maker::of(&first.source, work.context);
    let tags = tags(&make, &deployments);
    let exists = Truth::any(deployments.iter().map(|deployment| deployment.exists));
    let mut body = Body::default();
    body.set("ComputePlatform", make.text("Lambda"));
    body.set_some("Tags", tags.clone());
    let mut made = make.declare("AWS::CodeDeploy::Application", APPLICATION, body);
    made.exists = exists;
    work.made.push(made);
    let own_roles = deployments
        .iter()
        .all(|deployment| shape::something(&deployment.config, "Role").is_some());
    if !own_roles {
        let mut body = Body::default();
        body.set(
            "AssumeRolePolicyDocument",
            make.trusts("codedeploy.amazonaws.com"),
        );
        let limited = matches!(
            make.pseudo("AWS::Partition").as_text(),
            Some("aws-iso" | "aws-iso-b")
        );
        let policy = if limited {
            "service-role/AWSCodeDeployRoleForLambdaLimited"
        } else {
            "service-role/AWSCodeDeployRoleForLambda"
        };
        body.set(
            "ManagedPolicyArns",
            make.list(vec![make.managed_policy(policy)]),
        );
        body.set_some("Tags", tags);
        let mut made = make.declare("AWS::IAM::Role", ROLE, body);
        made.exists = exists;
        work.made.push(made);
    }
    for deployment in &deployments {
        let made = group(work, deployment);
        work.made.push(made);
    }
}

fn tags(make: &Maker<'_>, deployments: &[Preference]) -> Option<Value> {
    let mut all = make.map([]);
    for deployment in deployments {
        let body = &deployment.source.body;
        let tags = shape::something(body, "Tags").and_then(Value::as_map);
        if shape::is_true(body, "PropagateTags").is_true() {
            for entry in tags.map_or(&[][..], |map| &map.entries) {
                shape::set(&mut all, &entry.key, entry.value.clone());
            }
        }
    }
    let list = shape::tags(Some(&all));
    (!list.is_empty()).then(|| make.list(list))
}

fn group(work: &Expander<'_>, deployment: &Preference) -> Declared {
    let make = Maker::of(&deployment.source, work.context);
    let config = &deployment.config;
    let mut body = Body::default();
    body.set(
        "ApplicationName",
        make.refer("AWS::CodeDeploy::Application", APPLICATION),
    );
    let events = ["FAILURE", "STOP_ON_ALARM", "STOP_ON_REQUEST"];
    let events = events.map(|event| make.text(format!("DEPLOYMENT_{event}")));
    body.set(
        "AutoRollbackConfiguration",
        make.map([
            ("Enabled", make.bool(true)),
            ("Events", make.list(events.to_vec())),
        ]),
    );
    if let Some(kind) = shape::get(config, "Type") {
        body.set("DeploymentConfigName", configuration(&make, kind));
    }
    body.set(
        "DeploymentStyle",
        make.map([
            ("DeploymentType", make.text("BLUE_GREEN")),
            ("DeploymentOption", make.text("WITH_TRAFFIC_CONTROL")),
        ]),
    );
    let role = shape::something(config, "Role").cloned();
    body.set(
        "ServiceRoleArn",
        role.unwrap_or_else(|| make.attribute("AWS::IAM::Role", ROLE, &["Arn"])),
    );
    body.copy(config, &["TriggerConfigurations"]);
    if let Some(alarms) = shape::something(config, "Alarms") {
        body.set("AlarmConfiguration", self::alarms(&make, alarms));
    }
    if shape::is_true(&deployment.source.body, "PropagateTags").is_true() {
        body.set_some("Tags", self::tags(&make, std::slice::from_ref(deployment)));
    }
    let id = make.id("DeploymentGroup");
    let mut made = make.declare("AWS::CodeDeploy::DeploymentGroup", &id, body);
    made.exists = deployment.exists;
    made
}

fn alarms(make: &Maker<'_>, alarms: &Value) -> Value {
    shape::convert(alarms, &mut |alarms| {
        let names = shape::members(alarms);
        if names.iter().all(|name| name.is_null().is_true()) {
            return make.map([]);
        }
        let named = names.into_iter().map(|name| make.map([("Name", name)]));
        make.map([
            ("Enabled", make.bool(true)),
            (
                "Alarms",
                make.open_list(named.collect(), shape::rest(alarms)),
            ),
        ])
    })
}

/// The full name of a configuration of CodeDeploy's; others are named by the user.
fn configuration(make: &Maker<'_>, kind: &Value) -> Value {
    shape::convert(kind, &mut |kind| {
        let known = kind
            .as_text()
            .is_some_and(|name| CONFIGURATIONS.contains(&name));
        if known {
            make.sub("CodeDeployDefault.Lambda${kind}", &[("kind", kind.clone())])
        } else {
            kind.clone()
        }
    })
}
