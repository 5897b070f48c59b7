//! What a condition leaves: whether it narrows what a statement grants at all, and whether it takes a denial away.
//!
//! That there is a condition proves nothing. Its values are read as a set of all values that its key can have
//! ([`super::region`]), and that set is compared with the values that requests ordinarily have: what holds of every
//! request, what whoever holds the permission writes or leaves away at will, and what lets everyone through but a few
//! narrows nothing. What is not known of a key stays open by its name.
//!
//! Sources: IAM User Guide, "AWS global condition context keys" (which keys are there, and when), "IAM JSON policy elements:
//! Condition operators", "Creating a condition that tests multiple key values".

mod key;
#[cfg(test)]
mod tests;

use ecow::EcoString;

use key::{GLOBAL, Kind, kind_of};

use super::action::{self, Action, Level};
use super::operator::{Compare, Operator, Order};
use super::region::{self, Left, Reading, Term, Test, atom::Pattern, atom::Wild};
use super::{Condition, Document, Statement, has_action, on_every};
use crate::eval::{Data, Truth, Value};
use crate::source::Span;

/// The day that "now" is: that of the table of actions, so that the same sources give the same answer on every day.
const NOW: &str = "2026-11-22T00:00:00Z";
/// What lies so many seconds ahead is no end.
const HORIZON: f64 = 10.0 * 365.25 * 86_400.0;
/// The part of all addresses of a family that is more than an organisation has: a /8, of IPv6 a /16.
const WORLD: (f64, f64) = (1.0 / 256.0, 1.0 / 65_536.0);

/// An answer, and the condition key that leaves it open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weight {
    /// The answer.
    pub truth: Truth,
    /// The key, where the answer is not known because of one.
    pub key: Option<EcoString>,
}

/// Whether the conditions of a statement narrow an action (or all that a pattern means) that it allows. `documents` are all
/// that the holder has: a tag that it may write itself narrows nothing.
pub fn narrows(statement: &Statement, wanted: &str, documents: &[&Document]) -> Weight {
    narrows_given(statement, wanted, documents, &[])
}

/// The same of requests that surely have some values under condition keys.
pub fn narrows_given(
    statement: &Statement,
    wanted: &str,
    documents: &[&Document],
    given: &[Term],
) -> Weight {
    let each = keys(statement).into_iter().map(|(key, conditions)| {
        let fixed = of_key(given, &key);
        if !fixed.is_empty() {
            let truth = of_both_readings(&conditions, |terms| {
                Truth::from(!meets_fixed(&key, terms, &fixed))
            });
            return (truth, conditions[0].key.clone());
        }
        let truth = of_both_readings(&conditions, |terms| narrows_key(&key, terms, wanted, false));
        let truth = match kind_of(&key) {
            Kind::ResourceTag if !truth.is_false() => truth & !may_tag(documents, wanted, &key),
            Kind::CallerTag if !truth.is_false() => truth & !may_tag(documents, "iam:Tag", &key),
            _ => truth,
        };
        (truth, conditions[0].key.clone())
    });
    joined(each, statement, Truth::any)
}

/// Whether a Deny with conditions leaves nothing of what it names: it holds of every request, or all that it lets through
/// are few that somebody chose, which leaves the answer open.
pub fn denies_all_given(statement: &Statement, wanted: &str, given: &[Term]) -> Weight {
    let each = keys(statement).into_iter().map(|(key, conditions)| {
        let fixed = of_key(given, &key);
        if !fixed.is_empty() {
            let truth = of_both_readings(&conditions, |terms| {
                Truth::from(meets_fixed(&key, terms, &fixed))
            });
            return (truth, conditions[0].key.clone());
        }
        let truth = of_both_readings(&conditions, |terms| match total(&key, terms) {
            true => Truth::True,
            // Who has a second factor, and speaks TLS, is let through.
            false if key.starts_with("aws:multifactor") || key == "aws:securetransport" => {
                Truth::False
            }
            false => narrows_key(&key, terms, wanted, true) & Truth::Unknown,
        });
        (truth, conditions[0].key.clone())
    });
    joined(each, statement, Truth::all)
}

fn of_key(given: &[Term], key: &str) -> Vec<Term> {
    given.iter().filter(|own| own.key == key).cloned().collect()
}

/// Whether conditions on one key hold of a request with these values.
fn meets_fixed(key: &str, terms: &[Term], fixed: &[Term]) -> bool {
    Left::of(key, terms, fixed).is_ok_and(|left| left.covers(fixed))
}

/// Whether the conditions of a statement hold of every request that has these values, whatever else it has.
pub fn holds_of(statement: &Statement, fixed: &[Term]) -> Weight {
    let each = keys(statement).into_iter().map(|(key, conditions)| {
        let own = of_key(fixed, &key);
        let truth = of_both_readings(&conditions, |terms| {
            Truth::from(match own.is_empty() {
                true => total(&key, terms),
                false => meets_fixed(&key, terms, &own),
            })
        });
        (truth, conditions[0].key.clone())
    });
    joined(each, statement, Truth::all)
}

/// The requests whose key has a truth value.
pub fn has_truth(key: &str, value: &str) -> Term {
    like(key, value)
}

/// The requests whose key has a text.
pub fn has_text(key: &str, value: &str) -> Term {
    let test = Test::Text(Pattern::new(value, Wild::Not, false));
    term(key, Compare::Exact(false), vec![test])
}

/// The requests whose key has a number.
pub fn has_number(key: &str, with: f64) -> Term {
    let order = Order::Equal;
    let range = Test::Range(region::range_of(order, with));
    term(key, Compare::Number(order), vec![range])
}

fn joined(
    each: impl Iterator<Item = (Truth, EcoString)>,
    statement: &Statement,
    join: fn(Vec<Truth>) -> Truth,
) -> Weight {
    let (mut truths, keys): (Vec<Truth>, Vec<EcoString>) = each.unzip();
    let open = truths.iter().position(|truth| truth.is_unknown());
    let key = open.map(|at| keys[at].clone());
    truths.extend(statement.conditions_rest.as_ref().map(|_| Truth::Unknown));
    let truth = join(truths);
    Weight {
        truth,
        key: key.filter(|_| truth.is_unknown()),
    }
}

/// The conditions of a statement by key, each key in lower case.
fn keys(statement: &Statement) -> Vec<(EcoString, Vec<&Condition>)> {
    let mut keys: Vec<(EcoString, Vec<&Condition>)> = Vec::new();
    for condition in &statement.conditions {
        let key: EcoString = condition.key.to_ascii_lowercase();
        match keys.iter_mut().find(|(own, _)| *own == key) {
            Some((_, all)) => all.push(condition),
            None => keys.push((key, vec![condition])),
        }
    }
    keys
}

/// An answer that holds whatever the values are that are not known.
fn of_both_readings(conditions: &[&Condition], ask: impl Fn(&[Term]) -> Truth) -> Truth {
    let read = |reading| -> Option<Vec<Term>> {
        let terms = conditions
            .iter()
            .map(|own| Term::of(&fixed(own), reading).ok());
        terms.collect()
    };
    let answers = [Reading::Most, Reading::Least]
        .map(|reading| read(reading).map_or(Truth::Unknown, |terms| ask(&terms)));
    Truth::agreed(answers)
}

/// A condition on exact texts: one that is not known is one all the same.
fn fixed(condition: &Condition) -> Condition {
    let mut own = condition.clone();
    if !matches!(
        Operator::read(&own.operator).compare,
        Compare::Exact(_) | Compare::Binary
    ) {
        return own;
    }
    let some = || Value::text("\u{e003}", Span::nowhere());
    let values = &mut own.values;
    for item in &mut values.items {
        let open = match &item.resolved().data {
            Data::Unknown(unknown) => unknown.among.is_empty(),
            Data::Template(template) => template.text.is_none(),
            _ => false,
        };
        if open {
            *item = some();
        }
    }
    if values.rest.take().is_some() {
        values.items.push(some());
    }
    own
}

/// A set of values under a key, or all others.
struct View {
    left: Left,
    inverted: bool,
}

impl View {
    /// Whether something of these terms is in it.
    fn meets(&self, terms: &[Term]) -> bool {
        match self.inverted {
            false => self.left.meets(terms),
            true => !self.left.covers(terms),
        }
    }

    /// Whether all of these terms is in it.
    fn covers(&self, terms: &[Term]) -> bool {
        match self.inverted {
            false => self.left.covers(terms),
            true => !self.left.meets(terms),
        }
    }
}

/// Whether conditions on one key hold of every request.
fn total(key: &str, terms: &[Term]) -> bool {
    let mut more = vec![null(key, "true"), null(key, "false")];
    let ordinary: Vec<Vec<Term>> = match kind_of(key) {
        Kind::Always(patterns) => patterns.iter().map(|own| vec![like(key, own)]).collect(),
        Kind::Now => vec![from_now(key)],
        _ => vec![vec![null(key, "true")], vec![null(key, "false")]],
    };
    more.extend(ordinary.iter().flatten().cloned());
    Left::of(key, terms, &more).is_ok_and(|left| ordinary.iter().all(|own| left.covers(own)))
}

fn narrows_key(key: &str, terms: &[Term], wanted: &str, inverted: bool) -> Truth {
    let kind = kind_of(key);
    if let (Kind::Address, false) = (kind, terms.iter().any(|own| !is_network(own))) {
        return leaves_a_few_addresses(terms, inverted);
    }
    let strangers = strangers(key, terms);
    let absent = vec![null(key, "true")];
    let present = vec![null(key, "false")];
    let mut ordinary: Vec<Vec<Term>> = match kind {
        Kind::Always(patterns) | Kind::Mostly(patterns) | Kind::Chosen(patterns) => {
            patterns.iter().map(|own| vec![like(key, own)]).collect()
        }
        Kind::Now | Kind::Issued => vec![from_now(key)],
        Kind::Region => vec![vec![like(key, "us-east-1")]],
        _ => Vec::new(),
    };
    // A key that is compared as something else than text has no such patterns.
    if !matches!(kind, Kind::Now | Kind::Issued) && terms.iter().any(|own| !is_text(own)) {
        ordinary.clear();
    }
    let mut more: Vec<Term> = ordinary.iter().flatten().cloned().collect();
    more.extend(strangers.iter().chain(&absent).chain(&present).cloned());
    let Ok(left) = Left::of(key, terms, &more) else {
        return Truth::Unknown;
    };
    let view = View { left, inverted };
    if !view.meets(&absent) && !view.meets(&present) {
        return Truth::True;
    }
    let by_value = || {
        let all = !ordinary.is_empty() && ordinary.iter().all(|own| view.covers(own));
        let few = |own: &[Term]| !view.meets(own);
        match () {
            () if all || view.covers(&present) => Truth::False,
            () if !terms.iter().all(is_text) => Truth::True,
            () if !few(&strangers) => Truth::False,
            () if terms.iter().all(|own| own.tests.iter().all(begins_open)) => Truth::Unknown,
            () => Truth::True,
        }
    };
    match kind {
        Kind::Always(_) | Kind::Address => by_value(),
        Kind::Mostly(_) | Kind::ResourceTag if view.meets(&absent) => Truth::False,
        Kind::ResourceTag if view.covers(&present) => Truth::Unknown,
        Kind::Mostly(_) | Kind::ResourceTag => by_value(),
        Kind::Chosen(_) => {
            let brought = ordinary.iter().any(|own| view.meets(own));
            Truth::from(!brought && !view.meets(&absent))
        }
        Kind::Now => match (view.covers(&from_now(key)), view.meets(&[ahead(key)])) {
            (true, _) => Truth::False,
            (false, true) => Truth::Unknown,
            (false, false) => Truth::True,
        },
        Kind::Issued => Truth::from(!view.covers(&from_now(key))),
        Kind::Own => Truth::False,
        Kind::Region => {
            let global = GLOBAL
                .iter()
                .any(|own| wanted.to_ascii_lowercase().starts_with(own));
            let reached = ordinary.iter().any(|own| view.meets(own));
            Truth::from(!(view.covers(&present) || global && reached))
        }
        Kind::Free if view.meets(&absent) => Truth::False,
        // The front of a browser's request is the caller's to write; tags go along only with some actions.
        Kind::Free if key == "aws:useragent" || key == "aws:referer" => Truth::False,
        Kind::Free | Kind::Service => carried(key, wanted, &view, &absent, &by_value),
        Kind::CallerTag | Kind::Unsure => Truth::Unknown,
    }
}

/// A key that only some actions carry.
fn carried(
    key: &str,
    wanted: &str,
    view: &View,
    absent: &[Term],
    by_value: &dyn Fn() -> Truth,
) -> Truth {
    let may_lack = view.meets(absent);
    if wanted.contains(['*', '?']) {
        // Of all actions most lack it.
        return Truth::from(!may_lack);
    }
    let Some(action) = action::find(wanted) else {
        return Truth::Unknown;
    };
    if !carries(&action, key) {
        return Truth::from(!may_lack);
    }
    if matches!(kind_of(key), Kind::Free) {
        return Truth::False;
    }
    // Whoever passes a role says to which service.
    let always = key == "iam:passedtoservice";
    match by_value() {
        Truth::True if may_lack && !always => Truth::Unknown,
        other => other,
    }
}

fn carries(action: &Action, key: &str) -> bool {
    action.condition_keys().iter().any(|own| {
        own.eq_ignore_ascii_case(key)
            || own.ends_with('/')
                && key.len() > own.len()
                && key[..own.len()].eq_ignore_ascii_case(own)
    })
}

/// Whether the holder may write the tags of a condition itself, on every resource and without a condition.
fn may_tag(documents: &[&Document], wanted: &str, key: &str) -> Truth {
    let prefix = wanted.split(':').next().unwrap_or_default();
    let Some(service) = action::service(prefix) else {
        return Truth::False;
    };
    // Of the caller only its own tags count, of a resource those that services write under any name.
    let about = |own: &Action| match key.starts_with("aws:principaltag/") {
        true => matches!(own.name(), "TagUser" | "TagRole"),
        false => own.level() == Level::Tagging && !own.name().starts_with("Untag"),
    };
    let mut tagging = service.actions().filter(about);
    let allowed = |own: Action| {
        let mut statements = documents.iter().flat_map(|document| &document.statements);
        Truth::any(statements.by_ref().map(|statement| {
            let free = Truth::from(statement.conditions.is_empty());
            statement.allows()
                & free
                & has_action(statement, &own.to_string()).0
                & on_every(statement, Some(&own)).0
        }))
    };
    Truth::from(tagging.any(|own| allowed(own).is_true()))
}

fn is_text(term: &Term) -> bool {
    term.operator.compare == Compare::Null
        || term.tests.iter().all(|test| matches!(test, Test::Text(_)))
            && !matches!(
                term.operator.compare,
                Compare::Number(_) | Compare::Date(_) | Compare::Network
            )
}

fn is_network(term: &Term) -> bool {
    term.operator.compare == Compare::Network
}

fn begins_open(test: &Test) -> bool {
    matches!(test, Test::Text(pattern) if pattern.begins_open())
}

/// Values that nobody wrote: there, and all of them unlike those in the conditions.
fn strangers(key: &str, terms: &[Term]) -> Vec<Term> {
    let mut all = vec![null(key, "false")];
    let written = terms
        .iter()
        .filter(|own| own.operator.compare != Compare::Null);
    all.extend(written.map(|own| Term {
        operator: Operator {
            negated: true,
            if_exists: false,
            for_all: false,
            for_any: false,
            ..own.operator
        },
        ..own.clone()
    }));
    let patterns = match kind_of(key) {
        Kind::Always(patterns) | Kind::Mostly(patterns) => patterns,
        _ => &[],
    };
    // Such values are like those that requests have.
    if terms.iter().all(is_text) {
        all.extend(patterns.first().map(|own| like(key, own)));
    }
    all
}

fn term(key: &str, compare: Compare, tests: Vec<Test>) -> Term {
    let operator = Operator {
        compare,
        negated: false,
        if_exists: false,
        for_all: false,
        for_any: false,
    };
    Term {
        key: key.into(),
        operator,
        tests,
    }
}

fn null(key: &str, is: &str) -> Term {
    let test = Test::Text(Pattern::new(is, Wild::Not, true));
    term(key, Compare::Null, vec![test])
}

fn like(key: &str, pattern: &str) -> Term {
    let truth = matches!(pattern, "true" | "false");
    let test = Test::Text(Pattern::new(pattern, Wild::Free, truth));
    term(key, Compare::Pattern, vec![test])
}

fn at(key: &str, order: Order, with: f64) -> Term {
    let range = Test::Range(region::range_of(order, with));
    term(key, Compare::Date(order), vec![range])
}

/// The time from now to the horizon.
fn from_now(key: &str) -> Vec<Term> {
    let now = region::time(NOW).unwrap_or_default();
    vec![
        at(key, Order::GreaterOrEqual, now),
        at(key, Order::LessOrEqual, now + HORIZON),
    ]
}

/// The time from now on.
fn ahead(key: &str) -> Term {
    at(
        key,
        Order::GreaterOrEqual,
        region::time(NOW).unwrap_or_default(),
    )
}

fn leaves_a_few_addresses(terms: &[Term], inverted: bool) -> Truth {
    let few = |own: &Term| {
        let networks = own.tests.iter().filter_map(|test| match test {
            Test::Network(network) => Some(*network),
            _ => None,
        });
        let (four, six) = region::share(&networks.collect::<Vec<_>>());
        let narrow = if own.operator.negated != inverted {
            // All but these.
            1.0 - four <= WORLD.0 && (four > 0.0 || six > 0.0)
        } else {
            four <= WORLD.0 && six <= WORLD.1
        };
        Truth::from(narrow)
    };
    if inverted {
        return Truth::all(terms.iter().map(few));
    }
    Truth::any(terms.iter().map(few))
}
