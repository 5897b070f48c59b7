//! Users and groups, and the policies that are theirs alone.

use crate::catalog::{Path, Relation, Step};
use crate::eval::{Data, Truth, Value, Why};
use crate::graph::{Resource, walk};
use crate::rules::Subject;
use crate::rules::declared::{Outcome, Witness};

const USER: &str = "aws.iam.user";

/// How many resources of the kind before and after one are looked at for the same text: those of one stack stand together,
/// and nothing may be quadratic.
const NEIGHBOURS: usize = 32;

/// Whether there are more resources of the kind than [`some_neighbour`] looks at.
pub(super) fn has_more_neighbours(subject: &Subject<'_>) -> bool {
    subject.graph.of_kind(&subject.resource.kind).len() > NEIGHBOURS + 1
}

/// Whether a question holds of some other resource of the same kind; not known where there are too many to ask
/// and none of those asked says yes.
pub(super) fn some_neighbour(subject: &Subject<'_>, ask: impl Fn(&Resource) -> Truth) -> Truth {
    let (resource, graph) = (subject.resource, subject.graph);
    let all = graph.of_kind(&resource.kind);
    let at = all.partition_point(|id| *id < resource.id);
    let (from, to) = (
        at.saturating_sub(NEIGHBOURS),
        all.len().min(at + 1 + NEIGHBOURS),
    );
    let near = all[from..to].iter().filter(|id| **id != resource.id);
    let found = Truth::any(near.map(|id| ask(graph.resource(*id))));
    let all_asked = from == 0 && to == all.len() && graph.unread.is_none();
    if all_asked {
        found
    } else {
        found | Truth::Unknown
    }
}

fn path(name: &str, each: bool) -> Path {
    Path(
        name.split('.')
            .map(|name| Step {
                name: name.into(),
                each,
            })
            .collect(),
    )
}

/// Wrong by being there: the header is to blame.
pub(super) fn itself() -> Outcome {
    Outcome::new(Truth::False, Witness::absent(None))
}

/// The values at a path, and one that is not known where there may be more.
pub(super) fn values(resource: &Resource, name: &str) -> Vec<Value> {
    let path = path(name, true);
    let (value, start) = resource.start(&path);
    let mut values = Vec::new();
    walk::every(
        value,
        start.each,
        start.steps,
        resource.language,
        &mut values,
    );
    let whole = resource.get(&self::path(name, false));
    let why = whole.as_ref().and_then(|whole| match whole.as_list() {
        Some(list) => list.rest.as_ref().map(|rest| rest.why.clone()),
        // What is one thing of another resource is among the values already.
        None if matches!(whole.resolved().data, Data::Reference(_)) => None,
        None => whole.why(),
    });
    if let (Some(why), Some(whole)) = (why, whole) {
        values.push(Value::unknown(why, whole.origin.span));
    }
    values
}

/// False because of each value at a path; a list that is not known may be empty.
fn none_at(resource: &Resource, name: &str) -> Outcome {
    let each = values(resource, name).into_iter().map(|value| {
        let unknown = matches!(value.resolved().data, Data::Unknown(_));
        let truth = if unknown { Truth::Unknown } else { Truth::True };
        Outcome::new(truth, Witness::of(&value))
    });
    Outcome::any(each).negated()
}

/// It is there at all.
pub(super) fn exists(_: &Subject<'_>) -> Outcome {
    itself()
}

/// Permissions of single users.
pub(super) fn user_policy(subject: &Subject<'_>) -> Outcome {
    let resource = subject.resource;
    match resource.kind.as_str() {
        USER => Outcome::all([
            none_at(resource, "policies"),
            none_at(resource, "managed_policy_arns"),
        ]),
        // The others that this is asked of name a user, or a list of them.
        "aws.iam.managed_policy" | "aws.iam.policy" => none_at(resource, "users"),
        _ if resource.get(&path("user", false)).is_some()
            || resource.get(&path("user_name", false)).is_some() =>
        {
            itself()
        }
        _ => none_at(resource, "users"),
    }
}

/// Policies written inside an identity.
pub(super) fn inline_policy(subject: &Subject<'_>) -> Outcome {
    match subject.resource.kind.as_str() {
        USER | "aws.iam.group" | "aws.iam.role" => none_at(subject.resource, "policies"),
        _ => itself(),
    }
}

/// A password for the console; made by another resource, it is told at the user where that is here.
pub(super) fn console(subject: &Subject<'_>) -> Outcome {
    let resource = subject.resource;
    let Some(profile) = resource.get(&path("login_profile", false)) else {
        return Outcome::new(Truth::True, Witness::absent(None));
    };
    if let Some(why) = profile.why() {
        return Outcome::unknown(&profile, why);
    }
    let (own, place) = (resource.span, profile.origin.span);
    let inside = place.source == own.source && own.start <= place.start && place.end <= own.end;
    let mut witnesses = vec![Witness::of(&profile)];
    if !inside {
        witnesses.insert(0, Witness::absent(None));
    }
    Outcome {
        truth: Truth::False,
        causes: vec![witnesses],
    }
}

/// Somebody's group.
pub(super) fn user_has_group(subject: &Subject<'_>) -> Outcome {
    let listed = values(subject.resource, "groups").into_iter().map(|group| {
        let unknown = matches!(group.resolved().data, Data::Unknown(_));
        let truth = if unknown { Truth::Unknown } else { Truth::True };
        Outcome::new(truth, Witness::of(&group))
    });
    let incoming = subject.graph.incoming(subject.resource.id);
    let named = incoming.filter_map(|edge| {
        let kind = &subject.graph.resource(edge.from).kind;
        let added = matches!(
            kind.as_str(),
            "aws.iam.user_to_group_addition" | "aws.iam.user_group_membership"
        );
        let witness = Witness {
            origin: Some(edge.origin.clone()),
            ..Witness::absent(None)
        };
        added.then(|| Outcome::new(Truth::True, witness))
    });
    let open = may_be_named(
        subject,
        &[
            "aws.iam.user_to_group_addition",
            "aws.iam.user_group_membership",
        ],
    );
    let found = Outcome::any(listed.chain(named).chain(open));
    if found.truth.is_false() {
        return itself();
    }
    found
}

/// A role of its own, which no other resource of the kind acts as.
pub(super) fn own_role(subject: &Subject<'_>) -> Outcome {
    let resource = subject.resource;
    let Some(role) = resource.get(&path("role", false)) else {
        return Outcome::new(Truth::True, Witness::absent(None));
    };
    let declared: Vec<_> = subject
        .graph
        .outgoing(resource.id)
        .iter()
        .filter(|edge| edge.relation == Relation::Assumes)
        .map(|edge| edge.to)
        .collect();
    let shared = if declared.is_empty() {
        some_neighbour(subject, |other| {
            let own = other.get(&path("role", false));
            own.map_or(Truth::False, |own| own.same(&role))
        })
    } else {
        Truth::from(declared.iter().any(|to| {
            subject.graph.incoming(*to).any(|edge| {
                edge.from != resource.id
                    && edge.relation == Relation::Assumes
                    && subject.graph.resource(edge.from).kind == resource.kind
            })
        }))
    };
    let why = shared.is_unknown();
    let other = || match has_more_neighbours(subject) {
        true => Why::Limit,
        false => Why::Unclear,
    };
    let why = why.then(|| role.first_why().unwrap_or_else(other));
    Outcome::new(
        !shared,
        Witness {
            why,
            ..Witness::of(&role)
        },
    )
}

/// The first password must be changed.
pub(super) fn password_reset(subject: &Subject<'_>) -> Outcome {
    let resource = subject.resource;
    let inside = resource.kind == USER;
    if inside && resource.get(&path("login_profile", false)).is_none() {
        return Outcome::new(Truth::True, Witness::absent(None));
    }
    let name = if inside {
        "login_profile.password_reset_required"
    } else {
        "password_reset_required"
    };
    match resource.get(&path(name, false)) {
        Some(value) => {
            let truth = value.is_true();
            Outcome::new(truth, Witness::of(&value))
        }
        None => itself(),
    }
}

/// Somebody is in the group.
pub(super) fn group_has_user(subject: &Subject<'_>) -> Outcome {
    let incoming = subject.graph.incoming(subject.resource.id);
    let each = incoming.map(|edge| {
        let from = subject.graph.resource(edge.from);
        let witness = Witness {
            origin: Some(edge.origin.clone()),
            ..Witness::absent(None)
        };
        let member = edge.relation == Relation::Within
            || matches!(from.kind.as_str(), USER | "aws.iam.user_group_membership");
        let truth = match from.kind.as_str() {
            "aws.iam.user_to_group_addition" => has_members(from),
            _ => Truth::from(member),
        };
        let why = truth.is_unknown().then_some(Why::Condition);
        Outcome::new(truth, Witness { why, ..witness })
    });
    let open = may_be_named(
        subject,
        &[
            USER,
            "aws.iam.user_to_group_addition",
            "aws.iam.user_group_membership",
        ],
    );
    let found = Outcome::any(each.chain(open));
    if found.truth.is_false() {
        return itself();
    }
    found
}

/// Not known, where a resource of these kinds names nobody knows whom: it may be this one.
fn may_be_named(subject: &Subject<'_>, kinds: &[&str]) -> Option<Outcome> {
    let graph = subject.graph;
    let mut open = graph.open_towards(subject.resource);
    let open = open.find(|open| kinds.contains(&graph.resource(open.from).kind.as_str()));
    // What could not be read may name it too.
    let why = open.map(|open| open.why.clone());
    let witness = Witness {
        origin: open.map(|open| open.origin.clone()),
        why: Some(why.or_else(|| graph.unread.clone())?),
        ..Witness::absent(None)
    };
    Some(Outcome::new(Truth::Unknown, witness))
}

fn has_members(addition: &Resource) -> Truth {
    let users = addition.get(&path("users", false));
    match users.as_ref().map(Value::resolved) {
        None => Truth::False,
        Some(users) => !users.is_empty(),
    }
}
