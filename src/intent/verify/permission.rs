//! Who may do what: what verbs grant must be possible, and nothing else of a workload.

use super::never;
use super::place::Placed;
use super::possible::{self, Asked, Found, about};
use super::{Answer, Kind, Step, Verdict, name, step};
use crate::eval::Truth;
use crate::graph::ResourceId;
use crate::intent::language::{Grant, Origin, Thing};
use crate::intent::verb::{Meaning, On, Target as What, VERBS};
use crate::policy::Statement;
use crate::policy::held::Held;
use crate::policy::target::Target;
use crate::source::Span;

/// The answers about permissions.
pub(super) fn answers(placed: &Placed<'_>) -> Vec<Answer> {
    let intent = placed.intent;
    let mut answers: Vec<Answer> = intent
        .grants()
        .map(|(who, grant)| granted(placed, who, grant))
        .collect();
    for at in 0..intent.workloads.len() {
        answers.extend(excess(placed, Thing::Workload(at)));
    }
    answers
}

/// A thing as the resource of a request.
pub(super) struct Object {
    pub(super) id: ResourceId,
    pub(super) target: Target,
    pub(super) policies: Vec<Held>,
    pub(super) key: bool,
}

pub(super) fn object(
    placed: &Placed<'_>,
    thing: Thing,
    meaning: &Meaning,
    user: &str,
    under: Option<&str>,
) -> Option<Object> {
    let id = placed.things.get(&thing)?.first().copied()?;
    let (service, front) = match meaning.target {
        What::Bucket => ("s3", ""),
        What::Table => ("dynamodb", "table/"),
        What::Database => ("rds-db", "dbuser:"),
        What::Queue => ("sqs", ""),
        What::Topic => ("sns", ""),
        What::Secret => ("secretsmanager", "secret:"),
        What::Key => ("kms", "key/"),
        What::Function => ("lambda", "function:"),
        What::Api => ("execute-api", ""),
    };
    let target = Target::named_by(id, placed.graph, placed.catalog, service, front);
    let target = match meaning.on {
        On::Itself | On::Indexes => target,
        On::Content => target.below(&format!("/{}x", under.unwrap_or_default())),
        On::User => target.below(&format!("/{user}")),
    };
    Some(Object {
        id,
        target,
        policies: possible::policies(placed, id),
        key: meaning.target == What::Key,
    })
}

pub(super) fn ask(placed: &Placed<'_>, role: ResourceId, object: &Object, action: &str) -> Found {
    let asked = Asked {
        action,
        on: &object.target,
        policies: &object.policies,
        key: object.key,
    };
    possible::can(placed, role, &asked)
}

pub(super) fn request(
    placed: &Placed<'_>,
    role: ResourceId,
    action: &str,
    object: &Object,
    found: &Found,
) -> String {
    let graph = placed.graph;
    let (role, on) = (
        &graph.resource(role).address,
        &graph.resource(object.id).address,
    );
    let when = match found.when.is_empty() {
        true => String::new(),
        false => format!(" where {}", found.when.join(", ")),
    };
    format!("{role} does {action} on {on}{when}")
}

pub(super) fn place(placed: &Placed<'_>, id: ResourceId, found: &Found, text: &str) -> Step {
    let whole = step(placed.graph, id, text);
    Step {
        span: found
            .span
            .filter(|span| span.is_somewhere())
            .unwrap_or(whole.span),
        ..whole
    }
}

fn granted(placed: &Placed<'_>, who: Thing, grant: &Grant) -> Answer {
    let intent = placed.intent;
    let on = name(intent, grant.on.value);
    let to = match &grant.under {
        Some(under) => format!("{} {on}/{}", grant.verb.word, under.value),
        None => format!("{} {on}", grant.verb.word),
    };
    let answer = Answer::new(Kind::Permission, name(intent, who), to, grant.span);
    let Some(meaning) = intent
        .target_of(grant.on.value)
        .and_then(|target| grant.verb.on(target))
    else {
        return answer;
    };
    let roles = placed.roles(who);
    let under = grant.under.as_ref().map(|under| under.value.as_str());
    let user = name(intent, who);
    let Some(object) = object(placed, grant.on.value, meaning, &user, under) else {
        return answer.stale(false, true);
    };
    let Some(role) = roles.first().copied() else {
        return outsider(placed, who, (&object, meaning), answer);
    };
    let mut answer = answer;
    for action in meaning.actions {
        let found = ask(placed, role, &object, action);
        match found.truth {
            Truth::True => {
                answer.path.push(place(
                    placed,
                    role,
                    &found,
                    &format!("this allows {action}"),
                ));
                answer
                    .witness
                    .get_or_insert_with(|| request(placed, role, action, &object, &found));
            }
            Truth::Unknown => {
                return answer.with(Verdict::Undecided, format!("{action}: {}", found.because));
            }
            Truth::False => {
                answer.path = vec![place(placed, role, &found, &found.because)];
                answer.witness = None;
                let address = &placed.graph.resource(object.id).address;
                answer.change = Some(format!(
                    "allow {action} on {address} to {}",
                    placed.graph.resource(role).address
                ));
                return answer.with(Verdict::Blocked, format!("{action}: {}", found.because));
            }
        }
    }
    answer
}

/// Of who is declared elsewhere nothing is known but what is said here of them: the policy of the resource may let them
/// in, by itself.
fn outsider(
    placed: &Placed<'_>,
    who: Thing,
    (object, meaning): (&Object, &Meaning),
    mut answer: Answer,
) -> Answer {
    let elsewhere = match who {
        Thing::Identity(at) => matches!(placed.intent.identities[at].origin, Origin::Role(_)),
        _ => false,
    };
    if !elsewhere {
        return answer.stale(true, false);
    }
    let statements = || {
        object
            .policies
            .iter()
            .flat_map(|held| &held.document.statements)
    };
    for action in meaning.actions {
        let asked = Asked {
            action,
            on: &object.target,
            policies: &object.policies,
            key: object.key,
        };
        let lets = |own: &&Statement| {
            (about(own, &asked) & own.allows()).is_true() && never::invites(placed, who, own)
        };
        match statements().find(lets) {
            Some(own) => answer.path.push(Step {
                span: own.span,
                ..step(placed.graph, object.id, format!("this allows {action}"))
            }),
            None => {
                return answer.with(
                    Verdict::Undecided,
                    format!("{action}: it is declared outside of this code, with its own policies"),
                );
            }
        }
    }
    answer
}

/// What a workload can do and no verb says.
fn excess(placed: &Placed<'_>, who: Thing) -> Vec<Answer> {
    let intent = placed.intent;
    let mut answers = Vec::new();
    let span = match who {
        Thing::Workload(at) => intent.workloads[at].name.span,
        _ => intent.name.span,
    };
    let stores = (0..intent.stores.len()).map(Thing::Store);
    for thing in stores.chain((0..intent.keys.len()).map(Thing::Key)) {
        let Some(target) = intent.target_of(thing) else {
            continue;
        };
        let own = intent
            .grants()
            .filter(|(other, _)| *other == who)
            .map(|(_, grant)| grant);
        let mut declared: Vec<&str> = Vec::new();
        for grant in own {
            let Some(meaning) = intent
                .target_of(grant.on.value)
                .and_then(|target| grant.verb.on(target))
            else {
                continue;
            };
            if grant.on.value == thing {
                declared.extend(meaning.actions);
            }
            // The service of a store uses its key for the caller.
            if let Thing::Store(store) = grant.on.value
                && thing == Thing::Key(intent.stores[store].key.value)
            {
                declared.extend(meaning.key);
            }
        }
        for role in placed.roles(who) {
            answers.extend(besides(
                placed,
                (who, role),
                (thing, target),
                &declared,
                span,
            ));
        }
    }
    answers
}

fn besides(
    placed: &Placed<'_>,
    (who, role): (Thing, ResourceId),
    (thing, target): (Thing, What),
    declared: &[&str],
    span: Span,
) -> Option<Answer> {
    let user = name(placed.intent, who);
    let mut found: Option<Answer> = None;
    for verb in VERBS {
        let Some(meaning) = verb.on(target) else {
            continue;
        };
        let object = object(placed, thing, meaning, &user, None)?;
        for action in meaning
            .actions
            .iter()
            .filter(|action| !declared.contains(action))
        {
            let possible = ask(placed, role, &object, action);
            if !possible.truth.is_true() {
                continue;
            }
            let to = format!("{} beyond its verbs", name(placed.intent, thing));
            let answer =
                found.get_or_insert_with(|| Answer::new(Kind::Permission, user.clone(), to, span));
            answer.path.push(place(
                placed,
                role,
                &possible,
                &format!("this allows {action}"),
            ));
            answer
                .witness
                .get_or_insert_with(|| request(placed, role, action, &object, &possible));
            answer.verdict = Verdict::Violated;
            answer.because = "it can do more than its verbs say".into();
        }
    }
    found
}
