//! The policies that AWS manages: which are attached, and which roles are privileged.

use std::sync::LazyLock;

use super::identities::values;
use crate::catalog::{Relation, Usage};
use crate::eval::{Data, Mode, Texts, Truth, Value};
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

/// The ARNs of policies that AWS manages: what the names of some are like, and which of them do not count.
pub(super) struct Named {
    like: Texts,
    but: Option<Texts>,
}

impl Named {
    fn new(like: &str, but: Option<&str>) -> Named {
        let arns =
            |names: &str| Texts::matching(&format!("arn:[^:]*:iam::aws:policy/(.*/)?({names})"));
        Named {
            like: arns(like),
            but: but.map(arns),
        }
    }

    fn has(&self, arn: &Value) -> Truth {
        let but = self.but.as_ref().map_or(Truth::False, |but| arn.fits(but));
        arn.fits(&self.like) & !but
    }
}

/// `AdministratorAccess`, and what amounts to it.
pub(super) static ADMINISTRATOR: LazyLock<Named> = LazyLock::new(|| {
    Named::new(
        "AdministratorAccess(-Amplify)?|AWSManagementConsoleAdministratorAccess",
        None,
    )
});

/// All of IAM: who may attach policies may do everything.
pub(super) static IAM_FULL: LazyLock<Named> = LazyLock::new(|| Named::new("IAMFullAccess", None));

/// Everything but identities.
pub(super) static POWER_USER: LazyLock<Named> =
    LazyLock::new(|| Named::new("PowerUserAccess", None));

/// Everything that one service can do.
pub(super) static FULL_ACCESS: LazyLock<Named> =
    LazyLock::new(|| Named::new("[^/]*FullAccess", Some("IAMFullAccess")));

/// No policy of this kind is attached.
pub(super) fn none_like(subject: &Subject<'_>, named: &Named) -> Outcome {
    let each = attached(subject.resource).into_iter().map(|arn| {
        // What the configuration makes is no policy that AWS manages.
        let made = matches!(&arn.resolved().data, Data::Reference(own) if own.target.mode == Mode::Managed);
        let truth = match made {
            true => Truth::False,
            false => named.has(&arn),
        };
        Outcome::new(truth, Witness::of(&arn).saying(name_of(&arn)))
    });
    Outcome::any(each).negated()
}

/// The name of a policy, from the end of its ARN.
fn name_of(arn: &Value) -> String {
    let end = arn.known_end();
    end.rsplit_once('/')
        .map(|(_, name)| name.to_owned())
        .unwrap_or_default()
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
            let truth =
                Truth::any([&ADMINISTRATOR, &IAM_FULL, &POWER_USER].map(|own| own.has(&arn)));
            // An ARN that is not known here is of a policy that is declared here or elsewhere: its document was asked.
            if truth.is_true() {
                outcomes.push(Outcome::new(
                    Truth::True,
                    Witness::of(&arn).saying(name_of(&arn)),
                ));
            }
        }
    }
    Outcome::any(outcomes)
}
