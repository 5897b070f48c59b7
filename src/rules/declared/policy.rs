//! Questions about the statements of a policy document.

use super::model::Statement as Like;
use super::outcome::{Outcome, Witness};
use crate::eval::{Truth, Value, Why};
use crate::policy::{Document, Members, Principal, Statement, any_covers};

/// Whether some statement of the document is like this. True because of the values of each one that is.
pub(super) fn some_statement(value: &Value, like: &Like) -> Outcome {
    let document = Document::read(value);
    let mut outcomes: Vec<Outcome> = document
        .statements
        .iter()
        .map(|statement| is_like(statement, like, value))
        .collect();
    if let Some(why) = document.rest {
        outcomes.push(Outcome::unknown(value, why));
    }
    let outcome = Outcome::any(outcomes);
    if outcome.truth.is_false() {
        // No statement is to blame for what none of them says.
        return Outcome::new(Truth::False, Witness::of(value));
    }
    outcome
}

fn is_like(statement: &Statement, like: &Like, document: &Value) -> Outcome {
    let wanted = if like.allow { "Allow" } else { "Deny" };
    let effect = statement
        .effect
        .as_ref()
        .map_or(Truth::False, |effect| effect.equals_text(wanted));
    let mut asked = vec![(effect, statement.effect.clone())];
    if let Some(principal) = &like.principal {
        asked.push(principals(statement, principal));
    }
    if let Some(action) = &like.action {
        asked.push(either(
            &statement.actions,
            &statement.not_actions,
            action,
            true,
        ));
    }
    if let Some(resource) = &like.resource {
        asked.push(either(
            &statement.resources,
            &statement.not_resources,
            resource,
            false,
        ));
    }
    if let Some(wanted) = like.conditioned {
        let has = match (statement.conditions.is_empty(), &statement.conditions_rest) {
            (false, _) => Truth::True,
            (true, Some(_)) => Truth::Unknown,
            (true, None) => Truth::False,
        };
        asked.push((if wanted { has } else { !has }, None));
    }
    if let Some(condition) = &like.condition {
        asked.push(conditioned(statement, condition));
    }
    let truth = Truth::all(asked.iter().map(|(truth, _)| *truth));
    let telling = asked
        .iter()
        .skip(1)
        .find(|(own, value)| *own == truth && value.is_some());
    let telling = telling.and_then(|(_, value)| value.clone());
    let why = asked
        .iter()
        .filter(|(truth, _)| truth.is_unknown())
        .find_map(|(_, value)| value.as_ref()?.first_why());
    let why = why.or_else(|| statement.conditions_rest.clone());
    let witness = match telling {
        Some(value) => Witness::of(&value),
        None => Witness {
            place: Some(statement.span),
            ..Witness::absent(None)
        },
    };
    let why = truth
        .is_unknown()
        .then(|| why.or(document.first_why()).unwrap_or(Why::Condition));
    Outcome::new(truth, Witness { why, ..witness })
}

/// Whether `Action` covers a pattern, or `NotAction` leaves it in; and the member that does.
fn either(
    members: &Members,
    excluded: &Members,
    wanted: &str,
    ignore_case: bool,
) -> (Truth, Option<Value>) {
    if excluded.written {
        // Everything but some is not everything; of one thing it is known whether it is among those.
        if wanted.contains(['*', '?']) {
            return (Truth::False, excluded.items.first().cloned());
        }
        let (named, value) = any_covers(excluded, wanted, ignore_case);
        return (!named, value);
    }
    any_covers(members, wanted, ignore_case)
}

fn principals(statement: &Statement, wanted: &str) -> (Truth, Option<Value>) {
    if !statement.not_principals.is_empty() && wanted == "*" {
        // Everyone but some is strangers.
        let first = statement
            .not_principals
            .iter()
            .find_map(|own| own.members.items.first().cloned());
        return (Truth::True, first);
    }
    let fits = |own: &&Principal| own.kind == "*" || own.kind == "AWS";
    let mut best = (Truth::False, None);
    for principal in statement.principals.iter().filter(fits) {
        let (truth, value) = any_covers(&principal.members, wanted, false);
        if truth.is_true() {
            return (truth, value);
        }
        if truth.is_unknown() || best.1.is_none() {
            best = (truth | best.0, value);
        }
    }
    best
}

/// Whether the statement has a condition: operators, key, value.
fn conditioned(
    statement: &Statement,
    (operators, key, value): &(Vec<String>, String, String),
) -> (Truth, Option<Value>) {
    let mut best = (Truth::False, None);
    for condition in &statement.conditions {
        let operator = operators.is_empty()
            || operators
                .iter()
                .any(|own| own.eq_ignore_ascii_case(&condition.operator));
        // Condition keys are compared without case (IAM User Guide, "Condition").
        if !operator || !condition.key.eq_ignore_ascii_case(key) {
            continue;
        }
        if value.is_empty() {
            return (Truth::True, condition.values.items.first().cloned());
        }
        for own in &condition.values.items {
            let truth = own.equals_text(value);
            if !truth.is_false() {
                best = (truth | best.0, Some(own.clone()));
            }
        }
    }
    match &statement.conditions_rest {
        Some(why) if best.0.is_false() => (
            Truth::Unknown,
            Some(Value::unknown(why.clone(), statement.span)),
        ),
        _ => best,
    }
}
