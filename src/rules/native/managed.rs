//! The policies that AWS manages: which are attached, and which roles are privileged.

use std::sync::LazyLock;

use super::identities::values;
use crate::catalog::Relation;
use crate::eval::{Data, Mode, Texts, Truth, Value};
use crate::policy::On;
use crate::policy::identity::attached;
use crate::rules::Subject;
use crate::rules::declared::{Outcome, Witness};

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
        let truth = match truth {
            Truth::False => truth,
            // Within a boundary that takes the permissions of identities away it is not what its name says.
            _ => truth & subject.is_left_by_boundaries("iam:*"),
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
    let wanted = [
        "*",
        "iam:*",
        "iam:CreateLoginProfile",
        "iam:AttachRolePolicy",
        "iam:PutRolePolicy",
    ];
    let mut outcomes = Vec::new();
    for wanted in wanted {
        let Some(may) = role.identity().map(|own| own.may(wanted, On::Every, &[])) else {
            continue;
        };
        if may.truth.is_false() {
            continue;
        }
        let witness = may
            .values
            .first()
            .map_or_else(|| Witness::absent(None), Witness::of);
        let witness = witness.saying(format!("{wanted} on every resource"));
        outcomes.push(Outcome::new(
            may.truth,
            Witness {
                why: may.why,
                ..witness
            },
        ));
    }
    let attaching = role.graph.incoming(role.resource.id);
    let attaching = attaching.map(|edge| role.graph.resource(edge.from));
    for resource in attaching.chain(std::iter::once(role.resource)) {
        for arn in attached(resource) {
            // What the others say was asked above.
            if POWER_USER.has(&arn).is_true() {
                outcomes.push(Outcome::new(
                    Truth::True,
                    Witness::of(&arn).saying(name_of(&arn)),
                ));
            }
        }
    }
    Outcome::any(outcomes)
}
