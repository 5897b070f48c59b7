//! What a document allows on every resource, by access level: only actions that could be narrowed to some.

use super::action::{self, Action, Level};
use super::condition::narrows;
use super::{Document, On, Statement, any_covers, grants, has_action};
use crate::eval::{Data, Truth, Value, Why};

/// A member of `Action` that allows actions of a level on every resource.
#[derive(Debug, Clone)]
pub struct Wide<'d> {
    /// Whether it does.
    pub truth: Truth,
    /// The statement.
    pub statement: &'d Statement,
    /// The member.
    pub member: Value,
    /// The first such action.
    pub action: Option<Action>,
    /// Why it is not known.
    pub why: Option<Why>,
}

/// The members of a document that allow actions on `*` of which the question holds. `*` itself is left out: who allows
/// everything is told so once.
pub fn wide<'d>(document: &'d Document, fits: &dyn Fn(&Action) -> bool) -> Vec<Wide<'d>> {
    let mut found = Vec::new();
    for statement in &document.statements {
        let (every, resource) = any_covers(&statement.resources, "*", false);
        let whole = statement.allows() & every & !narrows(statement);
        if whole.is_false() || statement.not_actions.written {
            continue;
        }
        for member in &statement.actions.items {
            let (truth, action) = member_fits(member, document, statement, fits);
            let truth = truth & whole;
            if truth.is_false() {
                continue;
            }
            let why = member
                .first_why()
                .or_else(|| resource.as_ref().and_then(Value::first_why))
                .or_else(|| statement.conditions_rest.clone());
            found.push(Wide {
                truth,
                statement,
                member: member.clone(),
                action,
                why: truth.is_unknown().then(|| why.unwrap_or(Why::Condition)),
            });
        }
    }
    found
}

fn member_fits(
    member: &Value,
    document: &Document,
    statement: &Statement,
    fits: &dyn Fn(&Action) -> bool,
) -> (Truth, Option<Action>) {
    let own = member.resolved();
    let Some(text) = own.as_text() else {
        // What is not known may be anything, or something of the service that is.
        let unsure = matches!(
            own.data,
            Data::Unknown(_) | Data::Reference(_) | Data::Template(_)
        );
        return (if unsure { Truth::Unknown } else { Truth::False }, None);
    };
    if text.chars().all(|c| matches!(c, '*' | ':')) {
        return (Truth::False, None);
    }
    let denied = |action: &Action| {
        grants(&[document], &action.to_string(), On::Some)
            .iter()
            .all(|grant| !std::ptr::eq(grant.statement, statement))
    };
    let first = action::expand(text).find(|action| fits(action) && !denied(action));
    (Truth::from(first.is_some()), first)
}

/// Whether an action is of a level and can be narrowed.
pub fn of_level(level: Level) -> impl Fn(&Action) -> bool {
    move |action| action.level() == level && action.can_be_narrowed()
}

/// Whether a statement allows everything that a service can do, and which member says so.
pub fn whole_service(statement: &Statement, prefix: &str) -> (Truth, Option<Value>) {
    has_action(statement, &format!("{prefix}:*"))
}
