//! Roles: the policies that a function or state machine names, as ARNs, statements or policy templates.

use std::sync::Arc;

use ecow::EcoString;

use super::make::{Body, Maker};
use super::{Expander, managed_policies, policy_templates, shape};
use crate::eval::{Data, Declared, Unknown, Value, Why};

/// A role while its policies are collected.
pub(super) struct Role {
    pub(super) id: EcoString,
    trust: Value,
    pub(super) managed: Vec<Value>,
    pub(super) policies: Vec<Value>,
    pub(super) path: Option<Value>,
    pub(super) boundary: Option<Value>,
    pub(super) tags: Option<Value>,
    /// Why it may have more policies than are known.
    rest: Option<Arc<Unknown>>,
}

/// What an entry of `Policies` is.
#[derive(PartialEq)]
enum Policy {
    Nothing,
    Managed,
    Statements,
    Wrong,
}

impl Role {
    pub(super) fn new(id: EcoString, trust: Value) -> Self {
        Self {
            id,
            trust,
            managed: Vec::new(),
            policies: Vec::new(),
            path: None,
            boundary: None,
            tags: None,
            rest: None,
        }
    }

    /// Says that there may be more policies.
    pub(super) fn open(&mut self, why: Why) {
        self.rest.get_or_insert_with(|| {
            Arc::new(Unknown {
                why,
                among: Vec::new(),
            })
        });
    }

    /// Adds a managed policy unless it is there.
    pub(super) fn add_managed(&mut self, policy: Value) {
        if !self
            .managed
            .iter()
            .any(|known| plain(known) == plain(&policy))
        {
            self.managed.push(policy);
        }
    }

    /// Adds an inline policy unless one with this document is there.
    pub(super) fn add_inline(&mut self, policy: Value) {
        let document = |policy: &Value| shape::get(policy, "PolicyDocument").map(plain);
        let wanted = document(&policy);
        if !self.policies.iter().any(|known| document(known) == wanted) {
            self.policies.push(policy);
        }
    }

    /// Adds the entries of a property `Policies`.
    pub(super) fn add(
        &mut self,
        work: &mut Expander<'_>,
        source: &Declared,
        make: &Maker<'_>,
        policies: Option<&Value>,
    ) {
        let Some(policies) = policies else {
            return;
        };
        match &policies.resolved().data {
            Data::List(list) => {
                if let Some(rest) = &list.rest {
                    self.open(rest.why.clone());
                }
            }
            Data::Unknown(unknown) if unknown.among.is_empty() => {
                self.open(unknown.why.clone());
                return;
            }
            _ => {}
        }
        for (index, entry) in shape::members(policies).iter().enumerate() {
            self.entry(work, source, make, index, entry);
        }
    }

    fn entry(
        &mut self,
        work: &mut Expander<'_>,
        source: &Declared,
        make: &Maker<'_>,
        index: usize,
        entry: &Value,
    ) {
        let kinds: Vec<Policy> = match &entry.data {
            Data::Unknown(unknown) if !unknown.among.is_empty() => {
                unknown.among.iter().map(kind).collect()
            }
            _ => vec![kind(entry)],
        };
        let nothing = || Value::null(entry.origin.span);
        if kinds.contains(&Policy::Managed) {
            let arn = shape::convert(entry, &mut |value| match kind(value) {
                Policy::Managed => arn(make, value),
                _ => nothing(),
            });
            self.add_managed(arn);
        }
        if kinds.contains(&Policy::Statements) {
            let name = format!("{}Policy{index}", self.id);
            let mut missing = Vec::new();
            let policy = shape::convert(entry, &mut |value| {
                if kind(value) != Policy::Statements {
                    return nothing();
                }
                let document = match policy_templates::document(make, value) {
                    Some(Ok(document)) => document,
                    Some(Err(message)) => {
                        missing.push(message);
                        Value::unknown(Why::Invalid, value.origin.span)
                    }
                    None => value.clone(),
                };
                let mut body = Body::default();
                body.set("PolicyName", make.text(name.as_str()));
                body.set("PolicyDocument", document);
                body.finish(value.origin.span)
            });
            missing
                .into_iter()
                .for_each(|message| work.report(source, message));
            self.policies.push(policy);
        }
        if kinds.contains(&Policy::Wrong) {
            work.report(
                source,
                format!("member {index} of Policies is no policy, statement or policy template"),
            );
            self.open(Why::Invalid);
        }
    }

    /// The role.
    pub(super) fn declare(self, make: &Maker<'_>) -> Declared {
        let mut body = Body::default();
        body.set("AssumeRolePolicyDocument", self.trust);
        if !self.managed.is_empty() || self.rest.is_some() {
            body.set(
                "ManagedPolicyArns",
                make.open_list(self.managed, self.rest.clone()),
            );
        } else {
            body.set("ManagedPolicyArns", make.list(Vec::new()));
        }
        if !self.policies.is_empty() || self.rest.is_some() {
            body.set("Policies", make.open_list(self.policies, self.rest));
        }
        body.set_some("Path", self.path);
        body.set_some("PermissionsBoundary", self.boundary);
        body.set_some("Tags", self.tags);
        make.declare("AWS::IAM::Role", &self.id, body)
    }
}

/// The value without its origins, for comparison.
fn plain(value: &Value) -> EcoString {
    super::make::hash(value)
}

fn kind(value: &Value) -> Policy {
    match &value.resolved().data {
        Data::Null => Policy::Nothing,
        Data::Map(map) => {
            if map.get("Statement").is_some() || policy_templates::is_template(value) {
                Policy::Statements
            } else {
                Policy::Wrong
            }
        }
        // A list cannot be a member; a number or truth value is the name of nothing.
        Data::List(_) | Data::Bool(_) | Data::Number(_) => Policy::Wrong,
        Data::Text(_) | Data::Template(_) | Data::Reference(_) | Data::Unknown(_) => {
            Policy::Managed
        }
    }
}

/// The ARN of a managed policy that is named by its name or ARN.
fn arn(make: &Maker<'_>, value: &Value) -> Value {
    let Some(name) = value.as_text() else {
        return value.clone();
    };
    // A name has no colon: ARNs and what is resolved at deployment stay.
    if name.contains(':') {
        return value.clone();
    }
    let path = managed_policies::path(name);
    make.sub(
        &format!("arn:${{AWS::Partition}}:iam::aws:policy/{path}${{name}}"),
        &[("name", value.clone())],
    )
}
