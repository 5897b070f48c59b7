//! Policy templates: `{S3ReadPolicy: {BucketName: …}}` as the policy document it stands for.

use super::make::Maker;
use super::policy_template_table::TEMPLATES;
use super::shape;
use crate::eval::Value;

/// One statement of a policy template.
pub(super) struct Grant {
    /// `service:Action Action …`.
    pub(super) actions: &'static str,
    /// Patterns with the template's parameters in them. `service:rest` stands for an ARN of that service in the region
    /// and account of the stack.
    pub(super) resources: &'static [&'static str],
    /// Whether the one action is written without a list.
    pub(super) one_action: bool,
    /// Whether even one resource is written as a list.
    pub(super) list: bool,
    /// `Condition: {StringEquals: {key: pattern}}`.
    pub(super) equals: Option<(&'static str, &'static str)>,
}

/// What most statements have in common.
pub(super) const GRANT: Grant = Grant {
    actions: "",
    resources: &[],
    one_action: false,
    list: false,
    equals: None,
};

/// Whether a member of `Policies` is a policy template: a map whose one key names one.
pub(super) fn is_template(value: &Value) -> bool {
    find(value).is_some()
}

type Found<'v> = (
    &'static (&'static str, &'static [&'static str], &'static [Grant]),
    &'v Value,
);

fn find(value: &Value) -> Option<Found<'_>> {
    let [entry] = value.as_map()?.entries.as_slice() else {
        return None;
    };
    let at = TEMPLATES
        .binary_search_by(|(name, ..)| (*name).cmp(&entry.key))
        .ok()?;
    Some((&TEMPLATES[at], &entry.value))
}

/// The document of a policy template; nothing for another policy, and a complaint where a parameter is missing.
pub(super) fn document(make: &Maker<'_>, value: &Value) -> Option<Result<Value, String>> {
    let ((name, parameters, grants), given) = find(value)?;
    let mut variables = Vec::new();
    for parameter in *parameters {
        match shape::get(given, parameter) {
            Some(value) => variables.push((*parameter, value.clone())),
            None => {
                return Some(Err(format!(
                    "the policy template {name} needs the parameter {parameter}"
                )));
            }
        }
    }
    // A template stands where it is used: what it grants points there, not to the header.
    let mut here = make.clone();
    here.header = value.origin.span;
    let statements = grants
        .iter()
        .map(|grant| statement(&here, grant, &variables))
        .collect();
    Some(Ok(here.map([("Statement", here.list(statements))])))
}

fn statement(make: &Maker<'_>, grant: &Grant, variables: &[(&str, Value)]) -> Value {
    let names = actions(make, grant.actions);
    let action = match names.as_slice() {
        [one] if grant.one_action => one.clone(),
        _ => make.list(names),
    };
    let resources: Vec<Value> = grant
        .resources
        .iter()
        .map(|pattern| make.sub(&arn_pattern(pattern), variables))
        .collect();
    let resource = match resources.as_slice() {
        [one] if !grant.list => one.clone(),
        _ => make.list(resources),
    };
    let mut statement = make.allow(action, resource);
    if let Some((key, pattern)) = grant.equals {
        let test = make.map([(key, make.sub(&arn_pattern(pattern), variables))]);
        shape::set(
            &mut statement,
            "Condition",
            make.map([("StringEquals", test)]),
        );
    }
    statement
}

/// `service:Action Action` as a list of actions.
pub(super) fn actions(make: &Maker<'_>, packed: &str) -> Vec<Value> {
    let (service, names) = packed.split_once(':').unwrap_or((packed, ""));
    names
        .split(' ')
        .map(|name| make.text(format!("{service}:{name}")))
        .collect()
}

/// `service:rest` as the pattern of an ARN in the region and account of the stack; others stay.
pub(super) fn arn_pattern(pattern: &str) -> String {
    match pattern.split_once(':') {
        Some((service, rest)) if service != "arn" && !service.contains(['$', '*']) => {
            format!("arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{rest}")
        }
        _ => pattern.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{TEMPLATES, arn_pattern};

    #[test]
    fn templates_are_sorted_and_use_only_their_parameters() {
        assert!(TEMPLATES.is_sorted_by(|a, b| a.0 < b.0));
        for (name, parameters, grants) in TEMPLATES {
            for pattern in grants.iter().flat_map(|grant| grant.resources) {
                for variable in arn_pattern(pattern).split("${").skip(1) {
                    let variable = variable.split('}').next().unwrap_or_default();
                    assert!(
                        variable.starts_with("AWS::") || parameters.contains(&variable),
                        "{name} uses {variable}"
                    );
                }
            }
        }
    }
}
