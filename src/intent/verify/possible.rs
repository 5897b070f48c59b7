//! Whether a role can do something under some circumstances: a request is made up that meets the conditions of what
//! allows it and avoids those of what denies it.
//!
//! Source: IAM User Guide, "Policy evaluation logic", "IAM JSON policy elements: Condition operators"; AWS KMS Developer
//! Guide, "Key policies".

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::catalog::{Relation, Usage};
use crate::eval::{Data, Truth, Value};
use crate::graph::ResourceId;
use crate::policy::held::{Held, held};
use crate::policy::identity::{Identities, Identity};
use crate::policy::operator::{Compare, Operator};
use crate::policy::party::{everyone, is_account};
use crate::policy::target::Target;
use crate::policy::{Condition, Statement, any_of, covers, has_action};
use crate::source::Span;

use super::place::Placed;

/// What stands for any value that is not named.
const OTHER: &str = "\u{1}";

/// The circumstances of a request: values by condition key.
type Chosen = BTreeMap<String, String>;

/// What was found.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// Whether it can.
    pub(super) truth: Truth,
    /// The statement that decides.
    pub(super) span: Option<Span>,
    /// Why, where it cannot or that is not known.
    pub(super) because: String,
    /// The circumstances, as `key = value`.
    pub(super) when: Vec<String>,
}

/// What is asked: an action on something.
pub(super) struct Asked<'a> {
    pub(super) action: &'a str,
    pub(super) on: &'a Target,
    pub(super) policies: &'a [Held],
    /// Whether it is a key: its own policy must let everyone in.
    pub(super) key: bool,
}

/// The policies of a resource: those in it, and those that are attached to it.
pub(super) fn policies(placed: &Placed<'_>, id: ResourceId) -> Vec<Held> {
    let attached = placed.graph.incoming(id);
    let attached = attached.filter(|edge| {
        let kind = &placed.graph.resource(edge.from).kind;
        edge.relation == Relation::Attached || kind.ends_with("policy")
    });
    let all = std::iter::once(id).chain(attached.map(|edge| edge.from));
    let all = all.flat_map(|id| held(placed.graph.resource(id), placed.graph, placed.catalog));
    all.filter(|held| held.usage == Usage::Resource).collect()
}

struct Attempt<'a> {
    asked: &'a Asked<'a>,
    role: &'a Target,
    chosen: Chosen,
}

/// Whether a role can.
pub(super) fn can(placed: &Placed<'_>, role: ResourceId, asked: &Asked<'_>) -> Found {
    let nothing = |truth, because: &str| Found {
        truth,
        span: None,
        because: because.to_owned(),
        when: Vec::new(),
    };
    let identities = Identities::of(placed.graph, placed.catalog);
    let Some(target) = Target::of(role, placed.graph, placed.catalog) else {
        return nothing(Truth::Unknown, "it is not known how policies name it");
    };
    let Some(identity) = identities.get(role) else {
        return nothing(Truth::Unknown, "its policies are not here");
    };
    let allowing = allowing(identity, asked, &target);
    let mut best = match identity
        .held
        .iter()
        .find_map(|held| held.document.rest.clone())
    {
        Some(why) => nothing(Truth::Unknown, &why.to_string()),
        None => nothing(Truth::False, "no policy allows it"),
    };
    for (statement, about) in allowing {
        let mut attempt = Attempt {
            asked,
            role: &target,
            chosen: Chosen::new(),
        };
        let found = attempt.run(identity, statement, about);
        if found.truth.is_true() {
            return found;
        }
        if best.truth.is_false() {
            best = found;
        }
    }
    best
}

/// The statements that allow it, with how sure that is.
fn allowing<'d>(
    identity: &'d Identity,
    asked: &Asked<'d>,
    role: &Target,
) -> Vec<(&'d Statement, Truth)> {
    let own = identity
        .held
        .iter()
        .flat_map(|held| &held.document.statements);
    let own = own.map(|statement| (statement, about(statement, asked)));
    let theirs = asked
        .policies
        .iter()
        .flat_map(|held| &held.document.statements);
    let theirs = theirs.map(|statement| {
        (
            statement,
            about(statement, asked) & names(statement, role, false),
        )
    });
    let all = own.chain(theirs);
    let all = all.map(|(statement, truth)| (statement, truth & statement.allows()));
    let mut all: Vec<_> = all.filter(|(_, truth)| !truth.is_false()).collect();
    all.sort_by_key(|(_, truth)| !truth.is_true());
    all
}

/// Whether a statement is about the action and the resource.
pub(super) fn about(statement: &Statement, asked: &Asked<'_>) -> Truth {
    let action = has_action(statement, asked.action).0;
    if action.is_false() {
        return action;
    }
    let means = |item: &Value| asked.on.is_meant_by(item);
    let resource = if statement.not_resources.written {
        !any_of(&statement.not_resources, means).0
    } else if statement.resources.written {
        any_of(&statement.resources, means).0
    } else {
        Truth::True
    };
    action & resource
}

/// Whether the principals of a statement mean a role; `account`: also by its account.
fn names(statement: &Statement, role: &Target, account: bool) -> Truth {
    if !statement.not_principals.is_empty() {
        let members = statement
            .not_principals
            .iter()
            .flat_map(|own| &own.members.items);
        return !Truth::any(members.map(|item| role.is_meant_by(item)));
    }
    let aws = statement
        .principals
        .iter()
        .filter(|own| matches!(own.kind.as_str(), "AWS" | "*"));
    let items = aws.flat_map(|own| &own.members.items);
    let one = items.map(|item| {
        let whole = account && !is_account(item).is_false();
        role.is_meant_by(item) | Truth::from(whole)
    });
    Truth::any(one) | everyone(statement).0
}

impl Attempt<'_> {
    fn run(&mut self, identity: &Identity, statement: &Statement, about_it: Truth) -> Found {
        let found = |truth, span, because: &str| Found {
            truth,
            span: Some(span),
            because: because.to_owned(),
            when: Vec::new(),
        };
        let mut truth = about_it & self.all_met(statement);
        if truth.is_false() {
            return found(
                truth,
                statement.span,
                "what allows it is about other circumstances",
            );
        }
        if self.asked.key {
            let (opened, span) = self.opened();
            if opened.is_false() {
                let span = span.unwrap_or(statement.span);
                return found(
                    Truth::False,
                    span,
                    "the policy of the key does not let it in",
                );
            }
            truth = truth & opened;
        }
        if let Some(boundary) = &identity.boundary {
            let (left, span) = self.bounded(&boundary.documents);
            if left.is_false() && boundary.why.is_none() {
                return found(
                    Truth::False,
                    span.unwrap_or(boundary.value.origin.span),
                    "its boundary does not allow it",
                );
            }
            truth = truth
                & if left.is_false() {
                    Truth::Unknown
                } else {
                    left
                };
        }
        let own = identity
            .held
            .iter()
            .flat_map(|held| held.document.statements.iter());
        let bound = identity.boundary.iter().flat_map(|own| &own.documents);
        let bound = bound.flat_map(|held| held.document.statements.iter());
        let own: Vec<&Statement> = own.chain(bound).collect();
        for statement in own {
            match self.denied(statement, Truth::True) {
                Truth::True => {
                    return found(Truth::False, statement.span, "its own policies deny it");
                }
                Truth::Unknown => truth = truth & Truth::Unknown,
                Truth::False => {}
            }
        }
        let policies = self.asked.policies;
        for statement in policies.iter().flat_map(|held| &held.document.statements) {
            let named = names(statement, self.role, true);
            match self.denied(statement, named) {
                Truth::True => {
                    return found(
                        Truth::False,
                        statement.span,
                        "the policy of the resource denies it",
                    );
                }
                Truth::Unknown => truth = truth & Truth::Unknown,
                Truth::False => {}
            }
        }
        let because = if truth.is_true() {
            ""
        } else {
            "what policies say of it is not known in full"
        };
        Found {
            truth,
            span: Some(statement.span),
            because: because.into(),
            when: self.when(),
        }
    }

    fn when(&self) -> Vec<String> {
        let named = self.chosen.iter().filter(|(_, value)| *value != OTHER);
        named
            .map(|(key, value)| format!("{key} = {value}"))
            .collect()
    }

    /// Whether the policy of a key lets the role in, by itself or by its account.
    fn opened(&mut self) -> (Truth, Option<Span>) {
        let mut best = (Truth::False, None);
        let policies = self.asked.policies;
        for statement in policies.iter().flat_map(|held| &held.document.statements) {
            let truth = about(statement, self.asked)
                & names(statement, self.role, true)
                & statement.allows();
            best.1 = best.1.or(Some(statement.span));
            if truth.is_false() {
                continue;
            }
            let before = self.chosen.clone();
            let truth = truth & self.all_met(statement);
            if truth.is_true() {
                return (truth, Some(statement.span));
            }
            self.chosen = before;
            best.0 = best.0 | truth;
        }
        let open = policies.iter().any(|held| held.document.rest.is_some()) || policies.is_empty();
        if open {
            (best.0 | Truth::Unknown, best.1)
        } else {
            best
        }
    }

    fn bounded(&mut self, documents: &[Arc<Held>]) -> (Truth, Option<Span>) {
        let mut best = (Truth::False, None);
        for statement in documents.iter().flat_map(|held| &held.document.statements) {
            let truth = about(statement, self.asked) & statement.allows();
            best.1 = best.1.or(Some(statement.span));
            if truth.is_false() {
                continue;
            }
            let before = self.chosen.clone();
            let truth = truth & self.all_met(statement);
            if truth.is_true() {
                return (truth, Some(statement.span));
            }
            self.chosen = before;
            best.0 = best.0 | truth;
        }
        match documents.iter().any(|held| held.document.rest.is_some()) {
            true => (best.0 | Truth::Unknown, best.1),
            false => best,
        }
    }

    /// Whether a statement denies the request whatever its circumstances; those that avoid it are chosen.
    fn denied(&mut self, statement: &Statement, named: Truth) -> Truth {
        let denies = about(statement, self.asked) & named & statement.denies();
        if denies.is_false() {
            return denies;
        }
        let mut sure = Truth::from(statement.conditions_rest.is_none()) | Truth::Unknown;
        for condition in &statement.conditions {
            match self.choose(condition, false) {
                // It is avoided.
                Truth::True => return Truth::False,
                Truth::Unknown => sure = sure & Truth::Unknown,
                Truth::False => {}
            }
        }
        denies & sure
    }

    fn all_met(&mut self, statement: &Statement) -> Truth {
        let met: Vec<Truth> = statement
            .conditions
            .iter()
            .map(|own| self.choose(own, true))
            .collect();
        let met = Truth::all(met);
        match statement.conditions_rest {
            Some(_) => met & Truth::Unknown,
            None => met,
        }
    }

    /// Chooses circumstances under which a condition is met, or is not; whether there are any.
    fn choose(&mut self, condition: &Condition, met: bool) -> Truth {
        let key = condition.key.to_ascii_lowercase().to_string();
        let operator = Operator::read(&condition.operator);
        if operator.for_all || operator.for_any || condition.values.rest.is_some() {
            return Truth::Unknown;
        }
        if key == "aws:principalarn" {
            let meant = condition
                .values
                .items
                .iter()
                .map(|item| self.role.is_meant_by(item));
            let meant = Truth::any(meant);
            let holds = if operator.negated { !meant } else { meant };
            return if met { holds } else { !holds };
        }
        // The caller itself decides these.
        if key.starts_with("aws:principal")
            && key != "aws:principalisawsservice"
            && key != "aws:principalorgid"
            || key == "aws:userid"
            || key == "aws:username"
        {
            return Truth::Unknown;
        }
        if key == "aws:principalisawsservice" {
            let service = condition.values.items.iter().map(Value::is_true);
            let holds = !Truth::any(service);
            return if met { holds } else { !holds };
        }
        let texts: Vec<String> = condition.values.items.iter().filter_map(text).collect();
        if texts.len() != condition.values.items.len() || texts.is_empty() {
            return Truth::Unknown;
        }
        if operator.compare == Compare::Null {
            return self.null(&key, texts[0] == "true", met);
        }
        // Whether the value is to be one of those that are listed.
        let among = met != operator.negated;
        match (self.chosen.get(&key), among) {
            (Some(own), _) => {
                let is = texts.iter().any(|text| covers(text, own, false));
                Truth::from(is == among)
            }
            (None, true) => {
                self.chosen.insert(key, texts[0].clone());
                Truth::True
            }
            (None, false) => {
                let other = match operator.compare {
                    Compare::Bool => {
                        if texts[0] == "true" {
                            "false"
                        } else {
                            "true"
                        }
                    }
                    _ => OTHER,
                };
                self.chosen.insert(key, other.to_owned());
                Truth::True
            }
        }
    }

    /// `Null`: whether the key is absent.
    fn null(&mut self, key: &str, absent: bool, met: bool) -> Truth {
        let absent = absent == met;
        match self.chosen.get(key) {
            Some(_) => Truth::from(!absent),
            None if absent => Truth::Unknown,
            None => {
                self.chosen.insert(key.to_owned(), OTHER.to_owned());
                Truth::True
            }
        }
    }
}

/// A value of a condition as a text that is the same for the same value.
fn text(value: &Value) -> Option<String> {
    if let Some(text) = value.as_text() {
        return Some(text.to_owned());
    }
    match &value.resolved().data {
        Data::Bool(own) => Some(own.to_string()),
        Data::Number(own) => Some(own.to_string()),
        Data::Reference(reference) => Some(reference.to_string()),
        Data::Unknown(unknown) => Some(format!("<{}>", unknown.why)),
        Data::Template(template) => {
            let pieces = template.pieces.iter().map(|piece| match piece {
                crate::eval::Piece::Text(text, _) => Some(text.to_string()),
                crate::eval::Piece::Value(value) => text_in(value),
            });
            pieces.collect()
        }
        _ => None,
    }
}

fn text_in(value: &Value) -> Option<String> {
    let why = || value.first_why().map(|why| format!("<{why}>"));
    match value.as_text() {
        Some(text) => Some(text.to_owned()),
        None => match &value.data {
            Data::Reference(reference) => Some(reference.to_string()),
            _ => why(),
        },
    }
}
