//! The policies that AWS manages: which are attached, and which roles are privileged.

use super::identities::values;
use crate::catalog::{Relation, Usage};
use crate::eval::{Data, Mode, Truth, Value};
use crate::graph::Resource;
use crate::policy::{self, On};
use crate::rules::Subject;
use crate::rules::declared::{Outcome, Witness};

/// Where the vocabulary keeps the ARNs of attached policies.
const ATTACHED: [&str; 4] = [
    "managed_policy_arns",
    "managed_policies",
    "policy_arn",
    "managed_policy_arn",
];

/// The ARNs of policies that a resource attaches.
fn attached(resource: &Resource) -> Vec<Value> {
    ATTACHED
        .iter()
        .flat_map(|name| values(resource, name))
        .collect()
}

/// No policy of this kind is attached.
pub(super) fn none_like(subject: &Subject<'_>, is_like: fn(&str) -> bool) -> Outcome {
    let each = attached(subject.resource).into_iter().map(|arn| {
        // What the configuration makes is no policy that AWS manages.
        let made = matches!(&arn.resolved().data, Data::Reference(own) if own.target.mode == Mode::Managed);
        let truth = match made {
            true => Truth::False,
            false => arn.test_text(|text| is_like(name_of(text))),
        };
        let name = arn.as_text().map(name_of).unwrap_or_default().to_owned();
        Outcome::new(truth, Witness::of(&arn).saying(name))
    });
    Outcome::any(each).negated()
}

/// The name of a policy that AWS manages; of others nothing.
fn name_of(arn: &str) -> &str {
    match arn.split_once(":policy/") {
        Some((front, rest)) if front.ends_with(":iam::aws") => {
            rest.rsplit('/').next().unwrap_or_default()
        }
        _ => "",
    }
}

/// `AdministratorAccess`, and what amounts to it.
pub(super) fn is_administrator(name: &str) -> bool {
    matches!(
        name,
        "AdministratorAccess"
            | "AdministratorAccess-Amplify"
            | "AWSManagementConsoleAdministratorAccess"
    )
}

/// All of IAM: who may attach policies may do everything.
pub(super) fn is_iam_full(name: &str) -> bool {
    name == "IAMFullAccess"
}

/// Everything but identities.
pub(super) fn is_power_user(name: &str) -> bool {
    name == "PowerUserAccess"
}

/// Everything that one service can do.
pub(super) fn is_full_access(name: &str) -> bool {
    name.ends_with("FullAccess") && !is_iam_full(name)
}

/// The roles that code acts as may not do everything: neither on every resource of a service that grants permissions, nor
/// by a policy that AWS manages for administrators.
pub(super) fn acts_as_privileged(subject: &Subject<'_>) -> Outcome {
    let roles: Vec<_> = subject
        .graph
        .outgoing(subject.resource.id)
        .iter()
        .filter(|edge| edge.relation == Relation::Assumes)
        .collect();
    let elsewhere = roles.is_empty();
    let each = roles.into_iter().map(|edge| {
        let role = Subject::new(
            subject.graph.resource(edge.to),
            subject.graph,
            subject.catalog,
        );
        let place = Witness {
            origin: Some(edge.origin.clone()),
            ..Witness::absent(None)
        };
        let mut outcome = privileged(&role);
        for cause in &mut outcome.causes {
            cause.insert(0, place.clone());
        }
        outcome
    });
    let unknown = values(subject.resource, "role").into_iter();
    let unknown = unknown.filter_map(|role| match &role.data {
        Data::Unknown(unknown) if elsewhere => Some(Outcome::unknown(&role, unknown.why.clone())),
        _ => None,
    });
    Outcome::any(each.chain(unknown)).negated()
}

/// True because of what makes a role privileged.
fn privileged(role: &Subject<'_>) -> Outcome {
    let documents: Vec<_> = role
        .effective()
        .iter()
        .filter(|held| held.usage == Usage::Identity)
        .map(|held| &held.document)
        .collect();
    let grants = [
        "*",
        "iam:*",
        "iam:CreateLoginProfile",
        "iam:AttachRolePolicy",
        "iam:PutRolePolicy",
    ];
    let mut outcomes = Vec::new();
    for wanted in grants {
        for grant in policy::grants(&documents, wanted, On::Every) {
            let witness = grant
                .member
                .as_ref()
                .map_or_else(|| Witness::absent(Some(grant.statement.span)), Witness::of);
            let witness = witness.saying(format!("{wanted} on every resource"));
            let why = grant.why.clone();
            outcomes.push(Outcome::new(grant.truth, Witness { why, ..witness }));
        }
    }
    let attaching = role.graph.incoming(role.resource.id);
    let attaching = attaching.map(|edge| role.graph.resource(edge.from));
    for resource in attaching.chain(std::iter::once(role.resource)) {
        for arn in attached(resource) {
            let truth = arn.test_text(|text| {
                let name = name_of(text);
                is_administrator(name) || is_iam_full(name) || is_power_user(name)
            });
            // An ARN that is not known here is of a policy that is declared here or elsewhere: its document was asked.
            if truth.is_true() {
                let name = arn.as_text().map(name_of).unwrap_or_default();
                outcomes.push(Outcome::new(Truth::True, Witness::of(&arn).saying(name)));
            }
        }
    }
    Outcome::any(outcomes)
}
