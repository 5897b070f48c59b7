//! What nobody may but those who are named: everybody else must be denied.

use super::permission::{Object, ask, object, place, request};
use super::place::Placed;
use super::possible::{Asked, about};
use super::{Answer, Kind, Step, Verdict, name, step};
use crate::eval::Value;
use crate::graph::ResourceId;
use crate::intent::language::{Never, Origin, Thing};
use crate::policy::Statement;
use crate::policy::identity::{Identities, ROLE};
use crate::policy::operator::Operator;
use crate::policy::party::everyone;
use crate::policy::target::Target;
use crate::source::Span;

/// The answers about what is never done.
pub(super) fn answers(placed: &Placed<'_>) -> Vec<Answer> {
    let all = placed.intent.never.iter();
    all.map(|never| never_done(placed, never)).collect()
}

/// Whether a statement lets somebody in who is declared elsewhere, by what the deployer supplies for it.
pub(super) fn invites(placed: &Placed<'_>, who: Thing, statement: &Statement) -> bool {
    let named = |items: &[Value]| items.iter().any(|item| is_supplied(placed, who, item));
    let by_arn = statement.conditions.iter().filter(|own| {
        own.key.eq_ignore_ascii_case("aws:PrincipalArn") && !Operator::read(&own.operator).negated
    });
    let mut by_arn = by_arn.peekable();
    match by_arn.peek() {
        Some(_) => by_arn.any(|own| named(&own.values.items)),
        None => statement
            .principals
            .iter()
            .any(|own| named(&own.members.items)),
    }
}

fn never_done(placed: &Placed<'_>, never: &Never) -> Answer {
    let intent = placed.intent;
    let except: Vec<&str> = never
        .except
        .iter()
        .map(|own| intent.name_of(own.value))
        .collect();
    let from = match except.is_empty() {
        true => "nobody".to_owned(),
        false => format!("nobody but {}", except.join(", ")),
    };
    let to = format!("{} {}", never.verb.word, name(intent, never.on.value));
    let mut answer = Answer::new(Kind::Never, from, to, never.span);
    let Some(meaning) = intent
        .target_of(never.on.value)
        .and_then(|target| never.verb.on(target))
    else {
        return answer;
    };
    let Some(object) = object(placed, never.on.value, meaning, "x", None) else {
        return answer.stale(false, true);
    };
    let excepted: Vec<ResourceId> = never
        .except
        .iter()
        .flat_map(|own| placed.roles(own.value))
        .collect();
    let identities = Identities::of(placed.graph, placed.catalog);
    let mut open = None;
    for identity in identities.iter().filter(|own| !excepted.contains(&own.id)) {
        if placed.graph.resource(identity.id).kind != ROLE {
            continue;
        }
        for action in meaning.actions {
            let found = ask(placed, identity.id, &object, action);
            if found.truth.is_true() {
                answer.path = vec![place(
                    placed,
                    identity.id,
                    &found,
                    &format!("this allows {action}"),
                )];
                answer.witness = Some(request(placed, identity.id, action, &object, &found));
                return answer.with(Verdict::Violated, "somebody else can");
            }
            if found.truth.is_unknown() {
                let address = &placed.graph.resource(identity.id).address;
                open = open.or(Some(format!("whether {address} can: {}", found.because)));
            }
        }
    }
    for action in meaning.actions {
        let denied = denied_to_others(placed, never, &excepted, &object, action);
        match denied {
            Ok(span) => answer.path.push(Step {
                span,
                ..step(
                    placed.graph,
                    object.id,
                    format!("this denies {action} to everybody else"),
                )
            }),
            Err(why) => {
                let address = &placed.graph.resource(object.id).address;
                answer.change = Some(format!(
                    "a statement in the policy of {address} that denies {action} to all others"
                ));
                return answer.with(Verdict::Undecided, why);
            }
        }
    }
    match open {
        // Who is denied cannot, whatever else is not known of them.
        Some(_) | None => answer,
    }
}

/// The statement that denies an action to all but who is excepted.
fn denied_to_others(
    placed: &Placed<'_>,
    never: &Never,
    excepted: &[ResourceId],
    object: &Object,
    action: &str,
) -> Result<Span, String> {
    let asked = Asked {
        action,
        on: &object.target,
        policies: &object.policies,
        key: object.key,
    };
    let mut why = format!("nothing denies {action} to roles that are declared elsewhere");
    let statements = object
        .policies
        .iter()
        .flat_map(|held| &held.document.statements);
    for statement in statements {
        let denies = about(statement, &asked) & statement.denies() & everyone(statement).0;
        if !denies.is_true() || statement.conditions_rest.is_some() {
            continue;
        }
        match lets_others(placed, never, excepted, statement) {
            None => return Ok(statement.span),
            Some(other) => why = other,
        }
    }
    // A key is closed to all whom its own policy does not name.
    if object.key
        && object
            .policies
            .iter()
            .all(|held| held.document.rest.is_none())
    {
        let mut allowing = object
            .policies
            .iter()
            .flat_map(|held| &held.document.statements);
        let open = allowing.any(|own| {
            (about(own, &asked) & own.allows()).is_true()
                && lets_only(placed, never, excepted, own).is_some()
        });
        if !open && !object.policies.is_empty() {
            return Ok(placed.graph.resource(object.id).header);
        }
    }
    Err(why)
}

/// Whom a denial leaves besides those who are excepted.
fn lets_others(
    placed: &Placed<'_>,
    never: &Never,
    excepted: &[ResourceId],
    statement: &Statement,
) -> Option<String> {
    for condition in &statement.conditions {
        let key = condition.key.to_ascii_lowercase();
        let operator = Operator::read(&condition.operator);
        let values = &condition.values;
        let service = key == "aws:principalisawsservice" && !operator.negated;
        if service && values.items.iter().all(|value| value.is_false().is_true()) {
            continue;
        }
        if key != "aws:principalarn" || !operator.negated || values.rest.is_some() {
            return Some(format!("what denies it depends on {}", condition.key));
        }
        for value in &values.items {
            if !is_excepted(placed, never, excepted, value) {
                let shown = value
                    .as_text()
                    .map_or_else(|| "somebody who is not known".into(), str::to_owned);
                return Some(format!("what denies it lets {shown} through"));
            }
        }
    }
    None
}

/// Whom a statement of a key lets in besides those who are excepted.
fn lets_only(
    placed: &Placed<'_>,
    never: &Never,
    excepted: &[ResourceId],
    statement: &Statement,
) -> Option<String> {
    let by_arn = statement.conditions.iter().find(|own| {
        own.key.eq_ignore_ascii_case("aws:PrincipalArn") && !Operator::read(&own.operator).negated
    });
    let items: Vec<&Value> = match by_arn {
        Some(condition) => condition.values.items.iter().collect(),
        None => statement
            .principals
            .iter()
            .filter(|own| own.kind != "Service")
            .flat_map(|own| &own.members.items)
            .collect(),
    };
    let other = items
        .into_iter()
        .find(|item| !is_excepted(placed, never, excepted, item));
    other.map(|_| "it lets others in".to_owned())
}

/// Whether a principal is one of those who are excepted: a role of this code, or what the deployer supplies for one.
fn is_excepted(placed: &Placed<'_>, never: &Never, excepted: &[ResourceId], value: &Value) -> bool {
    let here = excepted.iter().any(|id| {
        let target = Target::of(*id, placed.graph, placed.catalog);
        target.is_some_and(|target| target.is_meant_by(value).is_true())
    });
    here || never
        .except
        .iter()
        .any(|own| is_supplied(placed, own.value, value))
}

/// Whether a value is what the deployer supplies for an identity: its ARN as written in the intent, or an input that is
/// called after it.
fn is_supplied(placed: &Placed<'_>, who: Thing, value: &Value) -> bool {
    let Thing::Identity(at) = who else {
        return false;
    };
    let identity = &placed.intent.identities[at];
    let Origin::Role(role) = &identity.origin else {
        return false;
    };
    if let Some(given) = role.value.text() {
        return value.as_text() == Some(given);
    }
    let shown = [
        value.first_why().map(|why| why.to_string()),
        came_through(value, placed),
    ];
    let name = plain(&identity.name.value);
    let shown = shown.into_iter().flatten().map(|text| plain(&text));
    placed.roles(who).is_empty() && shown.into_iter().any(|text| text.contains(&name))
}

/// The variable that a value came through, by its declaration.
fn came_through(value: &Value, placed: &Placed<'_>) -> Option<String> {
    let mut via = value.origin.via.as_ref();
    let mut found = String::new();
    while let Some(step) = via {
        let declared = placed.graph.resources.iter().find(|own| {
            own.address.mode == crate::eval::Mode::Input
                && own.span.source == step.span.source
                && own.span.start <= step.span.start
                && step.span.end <= own.span.end
        });
        if let Some(declared) = declared {
            found.push_str(&declared.address.name);
        }
        via = step.previous.as_ref();
    }
    (!found.is_empty()).then_some(found)
}

fn plain(text: &str) -> String {
    let kept = text.chars().filter(|c| c.is_alphanumeric());
    kept.flat_map(char::to_lowercase).collect()
}
