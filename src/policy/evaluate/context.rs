//! The circumstances of a request: what is known under each condition key.

use std::collections::BTreeMap;

use ecow::EcoString;

use super::caller::{Caller, CallerKind};
use super::{Request, passes};
use crate::eval::{Truth, Value};
use crate::policy::operator::{Compare, Operator};
use crate::policy::region::{Reading, Term};
use crate::policy::{Condition, Statement, action};
use crate::source::Span;

/// What is known under condition keys. A key that is not set here is not known, but for those that the request itself
/// decides: who asks, and keys that the action does not carry.
#[derive(Debug, Clone, Default)]
pub struct Context {
    keys: BTreeMap<EcoString, Option<Vec<String>>>,
    /// Whether all keys that are not set are absent.
    closed: bool,
}

impl Context {
    /// A context in which every key is absent that is not set.
    pub fn closed() -> Context {
        Context {
            closed: true,
            ..Context::default()
        }
    }

    /// With these values under a key.
    #[must_use]
    pub fn with(mut self, key: &str, values: &[&str]) -> Context {
        let values = values.iter().map(|own| (*own).to_owned()).collect();
        self.keys
            .insert(key.to_ascii_lowercase().into(), Some(values));
        self
    }

    /// Without this key.
    #[must_use]
    pub fn without(mut self, key: &str) -> Context {
        self.keys.insert(key.to_ascii_lowercase().into(), None);
        self
    }
}

/// What is under a key: `Err` where it is not known, `Ok(None)` where it is absent.
fn value(
    key: &str,
    context: &Context,
    caller: &Caller,
    action: Option<&str>,
) -> Result<Option<Vec<String>>, ()> {
    if let Some(known) = context.keys.get(key) {
        return Ok(known.clone());
    }
    let one = |text: &str| Ok(Some(vec![text.to_owned()]));
    let identity = matches!(
        caller.kind,
        CallerKind::User | CallerKind::Role | CallerKind::ServiceLinkedRole | CallerKind::Root
    );
    match key {
        "aws:principalarn" if identity => return one(&caller.arn),
        "aws:principalaccount" if identity => return one(&caller.account),
        "aws:username" => return Ok(caller.user_name().map(|name| vec![name.to_owned()])),
        "aws:principaltype" if identity => {
            return one(match caller.kind {
                CallerKind::User => "User",
                CallerKind::Root => "Account",
                _ => "AssumedRole",
            });
        }
        "aws:principalisawsservice" => {
            return one(if caller.kind == CallerKind::Service {
                "true"
            } else {
                "false"
            });
        }
        _ => {}
    }
    if context.closed {
        return Ok(None);
    }
    // What an action does not carry is not there.
    let known = action.and_then(action::find);
    // Claims of identity providers are no keys of a service.
    let prefix = key.split(':').next().unwrap_or_default();
    let of_service = prefix != "aws" && action::service(prefix).is_some();
    match known {
        Some(action) if of_service => {
            let carried = action.condition_keys().iter().any(|own| {
                own.eq_ignore_ascii_case(key)
                    || own.ends_with('/') && key.starts_with(&own.to_ascii_lowercase())
            });
            if carried { Err(()) } else { Ok(None) }
        }
        _ => Err(()),
    }
}

/// A text with its policy variables filled in: `Ok(None)` where one has no value, so that the text matches nothing; `Err`
/// where one is not known.
pub(super) fn filled(
    text: &str,
    context: &Context,
    caller: &Caller,
) -> Result<Option<String>, EcoString> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let Some(end) = rest[at..].find('}').map(|end| at + end) else {
            break;
        };
        let inner = &rest[at + 2..end];
        out.push_str(&rest[..at]);
        rest = &rest[end + 1..];
        if matches!(inner, "*" | "?" | "$") {
            out.push_str(&format!("${{{inner}}}"));
            continue;
        }
        let (key, default) = match inner.split_once(',') {
            Some((key, default)) => (key.trim(), Some(default.trim().trim_matches('\''))),
            None => (inner.trim(), None),
        };
        match (
            value(&key.to_ascii_lowercase(), context, caller, None),
            default,
        ) {
            (Ok(Some(values)), _) if values.len() == 1 => {
                // What a variable holds is no pattern.
                out.push_str(
                    &values[0]
                        .replace('$', "${$}")
                        .replace('*', "${*}")
                        .replace('?', "${?}"),
                );
            }
            (Ok(_), Some(default)) => out.push_str(default),
            (Ok(_), None) => return Ok(None),
            (Err(()), _) => return Err(key.into()),
        }
    }
    out.push_str(rest);
    Ok(Some(out))
}

/// Whether the conditions of a statement are met, and the keys that leave it open.
pub(super) fn met(statement: &Statement, request: &Request) -> (Truth, Vec<EcoString>) {
    let mut open = Vec::new();
    let each: Vec<Truth> = statement
        .conditions
        .iter()
        .map(|condition| {
            let truth = holds(condition, request);
            if truth.is_unknown() {
                open.push(condition.key.clone());
            }
            truth
        })
        .collect();
    let all = Truth::all(each);
    match &statement.conditions_rest {
        Some(_) => (all & Truth::Unknown, open),
        None => (all, open),
    }
}

fn holds(condition: &Condition, request: &Request) -> Truth {
    let operator = Operator::read(&condition.operator);
    let key = condition.key.to_ascii_lowercase();
    let found = value(
        &key,
        &request.context,
        &request.caller,
        Some(&request.action),
    );
    if operator.compare == Compare::Null {
        return null(condition, operator, found);
    }
    let values = match found {
        Err(()) => return Truth::Unknown,
        Ok(None) => {
            let true_of_nothing =
                operator.for_all || operator.if_exists || operator.negated && !operator.for_any;
            return Truth::from(true_of_nothing);
        }
        Ok(Some(values)) => values,
    };
    let Some(tests) = tests(condition, request) else {
        return Truth::Unknown;
    };
    let good = |value: &String| tests.iter().any(|test| passes(test, value)) != operator.negated;
    // Without a set operator a negated comparison must hold of all values.
    let every = operator.for_all || (operator.negated && !operator.for_any);
    let held = match every {
        true => values.iter().all(good),
        false => values.iter().any(good),
    };
    Truth::from(held)
}

fn null(
    condition: &Condition,
    operator: Operator,
    found: Result<Option<Vec<String>>, ()>,
) -> Truth {
    if operator.for_all {
        return Truth::True;
    }
    if operator.for_any {
        return Truth::False;
    }
    let absent = match found {
        Err(()) => return Truth::Unknown,
        Ok(values) => values.is_none_or(|values| values.is_empty()),
    };
    let wanted = if absent { "true" } else { "false" };
    let each = condition
        .values
        .items
        .iter()
        .map(|item| item.test_text(|text| text.eq_ignore_ascii_case(wanted)));
    Truth::any(each)
}

/// What a condition compares with, its variables filled in; `None` where that is not known.
fn tests(condition: &Condition, request: &Request) -> Option<Vec<crate::policy::region::Test>> {
    let mut own = condition.clone();
    let mut items = Vec::new();
    for item in &own.values.items {
        match item.as_text() {
            Some(text) => match filled(text, &request.context, &request.caller) {
                Ok(Some(text)) => items.push(Value::text(text.as_str(), Span::nowhere())),
                Ok(None) => {}
                Err(_) => return None,
            },
            None if item.is_wholly_known() => items.push(item.clone()),
            None => return None,
        }
    }
    if own.values.rest.is_some() {
        return None;
    }
    own.values.items = items;
    Term::of(&own, Reading::Most).ok().map(|term| term.tests)
}
