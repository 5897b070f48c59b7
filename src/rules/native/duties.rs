//! Duties that nobody should have together: whoever administers keys or accounts, and whoever uses them.

use crate::catalog::{Path, Step};
use crate::eval::{Data, Truth, Value, Why};
use crate::graph::Resource;
use crate::rules::Subject;
use crate::rules::declared::{Outcome, Witness};

/// Two duties, each the roles of which one is enough for it.
struct Duties {
    administers: &'static [&'static str],
    uses: &'static [&'static str],
}

/// Separation of duties for keys (CIS Google Cloud Platform Foundation Benchmark, 1.11).
const KEYS: Duties = Duties {
    administers: &["roles/cloudkms.admin"],
    uses: &[
        "roles/cloudkms.cryptoKeyDecrypter",
        "roles/cloudkms.cryptoKeyEncrypter",
        "roles/cloudkms.cryptoKeyEncrypterDecrypter",
    ],
};

/// Separation of duties for service accounts (the same benchmark, 1.8).
const ACCOUNTS: Duties = Duties {
    administers: &["roles/iam.serviceAccountAdmin"],
    uses: &["roles/iam.serviceAccountUser"],
};

/// Nobody administers keys and uses them.
pub(super) fn keys(subject: &Subject<'_>) -> Outcome {
    apart(subject, &KEYS)
}

/// Nobody administers service accounts and acts as them.
pub(super) fn accounts(subject: &Subject<'_>) -> Outcome {
    apart(subject, &ACCOUNTS)
}

/// A role and one who has it.
struct Grant {
    role: Value,
    member: Value,
}

/// Whoever administers here uses nothing, neither here nor by another resource of the same kind.
fn apart(subject: &Subject<'_>, duties: &Duties) -> Outcome {
    let own = grants(subject.resource);
    let mut outcomes = Vec::new();
    for admin in &own {
        let administers = one_of(&admin.role, duties.administers);
        if administers.is_false() {
            continue;
        }
        let mut against = |other: &Grant, place: Truth| {
            let both = administers & one_of(&other.role, duties.uses) & same(admin, other) & place;
            if !both.is_false() {
                let mut witness = Witness::of(&admin.member);
                if both.is_unknown() {
                    witness.why.get_or_insert(Why::Condition);
                }
                let mut outcome = Outcome::new(!both, witness);
                for cause in &mut outcome.causes {
                    cause.extend([Witness::of(&admin.role), Witness::of(&other.member)]);
                    cause.push(Witness::of(&other.role));
                    // Neither role is wrong by itself: what gives both is.
                    if both.is_true() {
                        cause.insert(0, Witness::absent(None));
                    }
                }
                outcomes.push(outcome);
            }
        };
        own.iter().for_each(|other| against(other, Truth::True));
        // Roles of administrators are few: this does not grow with the square of the resources.
        if administers.is_true() {
            let others = subject.graph.of_kind(&subject.resource.kind).iter();
            let others = others.map(|id| subject.graph.resource(*id));
            let others = others.filter(|other| other.id != subject.resource.id);
            for other in others {
                let place = in_one_place(subject.resource, other);
                if !place.is_false() {
                    grants(other).iter().for_each(|other| against(other, place));
                }
            }
        }
    }
    Outcome::all(outcomes)
}

/// Whether two grants are of one project, folder, organisation or key: what they name is the same, or neither names one
/// and both mean that of the provider. One variable of a module has one value, whatever it is.
fn in_one_place(one: &Resource, other: &Resource) -> Truth {
    const PLACES: [&str; 4] = ["project", "folder", "org_id", "crypto_key_id"];
    if one.address.module != other.address.module {
        return Truth::False;
    }
    let named = |own: &Resource, name: &str| {
        own.get(&Path(vec![Step {
            name: name.into(),
            each: false,
        }]))
    };
    Truth::all(
        PLACES
            .iter()
            .map(|place| match (named(one, place), named(other, place)) {
                (Some(one), Some(other)) => match (one.why(), other.why()) {
                    (Some(Why::Variable(one)), Some(Why::Variable(other))) if one == other => {
                        Truth::True
                    }
                    _ => one.same(&other),
                },
                (None, None) => Truth::True,
                _ => Truth::Unknown,
            }),
    )
}

fn one_of(role: &Value, roles: &[&str]) -> Truth {
    Truth::any(roles.iter().map(|own| role.equals_text(own)))
}

fn same(one: &Grant, other: &Grant) -> Truth {
    match one.member.as_text() {
        Some(name) => other.member.equals_text(name),
        None => Truth::Unknown,
    }
}

/// Every role of a resource with every one who has it; what is not known stands for one that may be any.
fn grants(resource: &Resource) -> Vec<Grant> {
    let path = Path(vec![Step {
        name: "grants".into(),
        each: true,
    }]);
    let (value, _) = resource.start(&path);
    let mut all = Vec::new();
    for item in members(value) {
        let own = item.resolved();
        let Data::Map(map) = &own.data else {
            if let Some(why) = own.why() {
                let any = Value::unknown(why, own.origin.span);
                all.push(Grant {
                    role: any.clone(),
                    member: any,
                });
            }
            continue;
        };
        let (Some(role), Some(who)) = (map.value("role"), map.value("members")) else {
            continue;
        };
        all.extend(members(who).into_iter().map(|member| Grant {
            role: role.clone(),
            member,
        }));
    }
    all
}

/// The members of a list, and one that is not known where there may be more.
fn members(value: &Value) -> Vec<Value> {
    let own = value.resolved();
    match &own.data {
        Data::List(list) => {
            let mut all = list.items.clone();
            all.extend(
                list.rest
                    .iter()
                    .map(|rest| Value::unknown(rest.why.clone(), own.origin.span)),
            );
            all
        }
        Data::Null => Vec::new(),
        _ => vec![own.clone()],
    }
}
