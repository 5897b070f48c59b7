//! The resource policy of a REST API, from the short forms of `Auth.ResourcePolicy`.

use super::make::Maker;
use super::{shape, swagger};
use crate::eval::{Truth, Value};

const POLICY: &str = "x-amazon-apigateway-policy";

/// Adds what a policy says about one path.
pub(super) fn add(
    definition: &mut Value,
    make: &Maker<'_>,
    policy: &Value,
    path: &str,
    stage: &Value,
) {
    let mut here = make.clone();
    here.header = policy.origin.span;
    let resources = resources(definition, &here, path, stage);
    for (key, effect) in [
        ("AwsAccountWhitelist", "Allow"),
        ("AwsAccountBlacklist", "Deny"),
    ] {
        if let Some(accounts) = shape::something(policy, key) {
            let accounts = match accounts.as_list() {
                Some(_) => accounts.clone(),
                None => here.list(vec![accounts.clone()]),
            };
            let principal = here.map([("AWS", accounts)]);
            let made = statement(&here, effect, &resources, principal);
            if shape::at(definition, &[POLICY, "Statement"]).is_some() {
                push(definition, &here, made, false);
                continue;
            }
            // As the translator has it, a lone statement is no list.
            version(definition, &here);
            if let Some(own) = shape::child(definition, POLICY, here.header) {
                shape::set(own, "Statement", made);
            }
        }
    }
    for (key, test) in [
        ("IpRangeWhitelist", "NotIpAddress"),
        ("IpRangeBlacklist", "IpAddress"),
    ] {
        if let Some(ranges) = shape::something(policy, key) {
            let ranges = match ranges.as_list() {
                Some(_) => ranges.clone(),
                None => here.list(vec![ranges.clone()]),
            };
            let condition = here.map([("aws:SourceIp", ranges)]);
            allow_but(definition, &here, &resources, here.map([(test, condition)]));
        }
    }
    for (side, test) in [
        ("Blacklist", "StringEquals"),
        ("Whitelist", "StringNotEquals"),
    ] {
        if let Some(condition) = networks(&here, policy, side) {
            allow_but(definition, &here, &resources, here.map([(test, condition)]));
        }
    }
}

/// Adds the statements written out in a policy.
pub(super) fn add_custom(definition: &mut Value, make: &Maker<'_>, policy: &Value) {
    let Some(statements) = shape::something(policy, "CustomStatements") else {
        return;
    };
    if shape::at(definition, &[POLICY, "Statement"]).is_none() {
        version(definition, make);
        if let Some(own) = shape::child(definition, POLICY, make.header) {
            shape::set(own, "Statement", statements.clone());
        }
        return;
    }
    for statement in shape::members(statements) {
        push(definition, make, statement, true);
    }
}

/// The VPCs and endpoints that one side of a policy names.
fn networks(make: &Maker<'_>, policy: &Value, side: &str) -> Option<Value> {
    let members = |key: String| {
        shape::get(policy, &key)
            .map(shape::members)
            .unwrap_or_default()
    };
    let (mut vpcs, mut endpoints) = (Vec::new(), Vec::new());
    for network in members(format!("SourceVpc{side}")) {
        match network.starts_with("vpce-") {
            Truth::True => endpoints.push(network),
            Truth::False => vpcs.push(network),
            Truth::Unknown => {}
        }
    }
    vpcs.extend(members(format!("IntrinsicVpc{side}")));
    endpoints.extend(members(format!("IntrinsicVpce{side}")));
    let named = [("aws:SourceVpc", vpcs), ("aws:SourceVpce", endpoints)]
        .into_iter()
        .filter(|(_, members)| !members.is_empty())
        .map(|(key, members)| (key.into(), make.list(members)));
    let condition = make.map_of(named);
    (!condition.is_empty().is_true()).then_some(condition)
}

/// Everybody may, but who meets the condition.
fn allow_but(definition: &mut Value, make: &Maker<'_>, resources: &Value, condition: Value) {
    let allow = statement(make, "Allow", resources, make.text("*"));
    let mut deny = statement(make, "Deny", resources, make.text("*"));
    shape::set(&mut deny, "Condition", condition);
    push(definition, make, allow, true);
    push(definition, make, deny, true);
}

fn statement(make: &Maker<'_>, effect: &str, resources: &Value, principal: Value) -> Value {
    make.map([
        ("Effect", make.text(effect)),
        ("Action", make.text("execute-api:Invoke")),
        ("Resource", resources.clone()),
        ("Principal", principal),
    ])
}

fn version(definition: &mut Value, make: &Maker<'_>) {
    if let Some(policy) = shape::child(definition, POLICY, make.header) {
        shape::set(policy, "Version", make.text("2012-10-17"));
    }
}

/// Adds a statement; with `once`, unless it is there.
fn push(definition: &mut Value, make: &Maker<'_>, statement: Value, once: bool) {
    version(definition, make);
    let known = shape::at(definition, &[POLICY, "Statement"]).map(shape::members);
    let hash = super::make::hash(&statement);
    let is_known = known
        .unwrap_or_default()
        .iter()
        .any(|known| super::make::hash(known) == hash);
    if !(once && is_known)
        && let Some(policy) = shape::child(definition, POLICY, make.header)
    {
        shape::push(policy, "Statement", statement);
    }
}

/// `execute-api:/stage/METHOD/path` of each method.
fn resources(definition: &Value, make: &Maker<'_>, path: &str, stage: &Value) -> Value {
    let methods = shape::at(definition, &["paths", path])
        .map(swagger::methods_of)
        .unwrap_or_default();
    let path = swagger::starred(path, true);
    let uris = methods.iter().map(|method| {
        let method = if swagger::method_name(method) == swagger::ANY {
            "*".to_owned()
        } else {
            method.to_uppercase().to_string()
        };
        make.sub(
            &format!("execute-api:/${{stage}}/{method}{path}"),
            &[("stage", stage.clone())],
        )
    });
    make.list(uris.collect())
}
