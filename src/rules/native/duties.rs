//! Duties that nobody should have together: whoever administers keys or accounts, and whoever uses them.

use ecow::EcoString;
use rustc_hash::FxHashMap;

use crate::catalog::{Path, Step};
use crate::eval::{Data, Truth, Value, Why};
use crate::graph::{Graph, Resource, ResourceId};
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

/// How many grants against an administrator are told at the most: what is wrong is the same for all.
const ENOUGH: usize = 8;

/// Who uses what others may administer, in all resources of a graph.
#[derive(Default)]
struct Users {
    /// By kind of resource, module and name.
    named: FxHashMap<(EcoString, EcoString, EcoString), Vec<Used>>,
    /// Those of whom it is not known who they are, by kind and module.
    unnamed: FxHashMap<(EcoString, EcoString), Vec<Used>>,
    /// By kind and module.
    all: FxHashMap<(EcoString, EcoString), Vec<Used>>,
}

/// A grant of one who uses, and the resource that makes it.
#[derive(Clone)]
struct Used {
    of: ResourceId,
    grant: Grant,
}

impl Users {
    fn of(graph: &Graph, duties: &Duties) -> Self {
        let mut users = Self::default();
        for resource in &graph.resources {
            // Only resources that grant roles have such grants, whatever their kind.
            for grant in grants(resource) {
                if one_of(&grant.role, duties.uses).is_false() {
                    continue;
                }
                let place = (resource.kind.clone(), resource.address.module.clone());
                let name = grant.member.as_text().map(EcoString::from);
                let of = resource.id;
                let used = Used { of, grant };
                match name {
                    Some(name) => {
                        let key = (place.0.clone(), place.1.clone(), name);
                        users.named.entry(key).or_default().push(used.clone());
                    }
                    None => {
                        let unnamed = users.unnamed.entry(place.clone()).or_default();
                        unnamed.push(used.clone());
                    }
                }
                users.all.entry(place).or_default().push(used);
            }
        }
        users
    }

    /// The grants beside this one, of the same kind and module, that may be of this member.
    fn beside<'u>(&'u self, own: &Resource, member: &Value) -> impl Iterator<Item = &'u Used> {
        let (kind, module) = (own.kind.clone(), own.address.module.clone());
        let place = (kind.clone(), module.clone());
        let lists = match member.as_text() {
            Some(name) => [
                self.named.get(&(kind, module, name.into())),
                self.unnamed.get(&place),
            ],
            None => [self.all.get(&place), None],
        };
        lists.into_iter().flatten().flatten()
    }
}

/// A role and one who has it.
#[derive(Clone)]
struct Grant {
    role: Value,
    member: Value,
}

/// Whoever administers here uses nothing, neither here nor by another resource of the same kind.
fn apart(subject: &Subject<'_>, duties: &Duties) -> Outcome {
    let own = grants(subject.resource);
    let users = subject
        .graph
        .kept
        .get(duties.uses[0], || Users::of(subject.graph, duties));
    let mut outcomes = Vec::new();
    for admin in &own {
        let administers = one_of(&admin.role, duties.administers);
        if administers.is_false() {
            continue;
        }
        let before = outcomes.len();
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
            outcomes.len() - before
        };
        for other in users.beside(subject.resource, &admin.member) {
            let place = match other.of == subject.resource.id {
                true => Truth::True,
                // Of one who may not be an administrator, other resources say nothing.
                false if !administers.is_true() => Truth::False,
                false => in_one_place(subject.resource, subject.graph.resource(other.of)),
            };
            if !place.is_false() && against(&other.grant, place) >= ENOUGH {
                break;
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
