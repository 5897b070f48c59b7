//! What documents allow: actions on resources, less what they deny.

use super::action::{self, Action};
use super::condition::{denies_strangers, narrows_callers};
use super::pattern::{any_covers, any_of, covers, flat, value_covers, widest};
use super::region::Term;
use super::target::{Target, form_of};
use super::weigh::{Weight, denies_all_given, narrows_given};
use super::{Document, Members, Statement};
use crate::eval::{Data, Truth, Value, Why};

/// On which resources an action is allowed.
#[derive(Debug, Clone, Copy)]
pub enum On<'t> {
    /// On every one of those that the action takes.
    Every,
    /// On every one of a kind, where the action takes such; else as above.
    EveryOf(&'t str),
    /// On some.
    Some,
    /// On this one.
    One(&'t Target),
    /// On what a text names, or all that a pattern means.
    Named(&'t str),
}

/// A statement that allows something, or may.
#[derive(Debug, Clone)]
pub struct Grant<'d> {
    /// Whether it does.
    pub truth: Truth,
    /// The statement.
    pub statement: &'d Statement,
    /// The member of `Action` or `NotAction` that says so.
    pub member: Option<Value>,
    /// Why it is not known.
    pub why: Option<Why>,
}

/// The statements of documents that allow an action (or all that a pattern such as `s3:*` means), and that no other
/// statement takes back; first those that surely do. A statement with conditions that are proven to narrow it does not
/// count: what it allows is less.
pub fn grants<'d>(documents: &[&'d Document], wanted: &str, on: On<'_>) -> Vec<Grant<'d>> {
    grants_given(documents, wanted, on, &[])
}

/// The same of requests that surely have some values under condition keys.
pub fn grants_given<'d>(
    documents: &[&'d Document],
    wanted: &str,
    on: On<'_>,
    given: &[Term],
) -> Vec<Grant<'d>> {
    let mut found: Vec<Grant<'d>> = Vec::new();
    let mut known: Option<Option<Action>> = None;
    let mut taken_back: Option<Weight> = None;
    for statement in documents.iter().flat_map(|document| &document.statements) {
        let (has_action, member) = has_action(statement, wanted);
        let truth = statement.allows() & has_action;
        if truth.is_false() {
            continue;
        }
        let (has_resource, resource) = match on {
            On::Every => {
                let known = known.get_or_insert_with(|| action::find(wanted));
                on_every(statement, known.as_ref())
            }
            On::EveryOf(kind) => {
                let known = known.get_or_insert_with(|| action::find(wanted));
                on_every_of(statement, known.as_ref(), kind)
            }
            On::Some => (Truth::True, None),
            On::One(target) => on_target(statement, target),
            On::Named(text) => on_named(statement, text),
        };
        let truth = truth & has_resource;
        if truth.is_false() {
            continue;
        }
        let narrow = narrows_given(statement, wanted, documents, given);
        let truth = truth & !narrow.truth;
        if truth.is_false() {
            continue;
        }
        let denied = taken_back.get_or_insert_with(|| denied_on(documents, wanted, on, given));
        let truth = truth & !denied.truth;
        if truth.is_false() {
            continue;
        }
        let unsure = [
            (has_action, member.as_ref()),
            (has_resource, resource.as_ref()),
            (statement.allows(), statement.effect.as_ref()),
        ];
        let why = unsure
            .iter()
            .filter(|(own, _)| own.is_unknown())
            .find_map(|(_, value)| value.and_then(Value::first_why));
        let why = why.or_else(|| statement.conditions_rest.clone());
        let key = narrow.key.or_else(|| denied.key.clone());
        let why = why.or_else(|| key.map(Why::Context));
        found.push(Grant {
            truth,
            statement,
            member,
            why: truth.is_unknown().then(|| why.unwrap_or(Why::Condition)),
        });
    }
    found.sort_by_key(|grant| grant.truth.is_unknown());
    found
}

/// Whether a statement of the documents denies all of an action on every resource that it takes, whatever the
/// circumstances; not known, by the key, where conditions may leave something.
pub(super) fn denied(documents: &[&Document], wanted: &str) -> Weight {
    denied_on(documents, wanted, On::Every, &[])
}

fn denied_on(documents: &[&Document], wanted: &str, on: On<'_>, given: &[Term]) -> Weight {
    let action = action::find(wanted);
    let mut all = Weight {
        truth: Truth::False,
        key: None,
    };
    let statements = documents.iter().flat_map(|document| &document.statements);
    for statement in statements.filter(|statement| !statement.allows().is_true()) {
        let every = on_every(statement, action.as_ref()).0;
        let covers = match on {
            On::One(target) => every | on_target(statement, target).0,
            On::Named(text) => every | on_named(statement, text).0,
            On::EveryOf(kind) => on_every_of(statement, action.as_ref(), kind).0,
            On::Every | On::Some => every,
        };
        let sure = has_action(statement, wanted).0 & covers & statement.denies();
        if sure.is_false() {
            continue;
        }
        let weight = denies_all_given(statement, wanted, given);
        all.truth = all.truth | (sure & weight.truth);
        all.key = all.key.or(weight.key);
    }
    all
}

/// Whether a Deny of the document leaves only chosen callers to an action that a statement allows.
pub fn closed_to_strangers(document: &Document, allowing: &Statement, wanted: &str) -> Truth {
    let by_deny = Truth::any(
        document
            .statements
            .iter()
            .filter(|statement| !statement.allows().is_true())
            .map(|statement| {
                let covers_resource = Truth::all(allowing.resources.items.iter().map(|resource| {
                    match resource.as_text() {
                        Some(text) => any_covers(&statement.resources, text, false).0,
                        None => {
                            any_of(&statement.resources, |own| {
                                own.same(resource) | value_covers(own, "*", false)
                            })
                            .0
                        }
                    }
                }));
                statement.denies()
                    & super::party::everyone(statement).0
                    & has_action(statement, wanted).0
                    & covers_resource
                    & denies_strangers(statement)
            }),
    );
    narrows_callers(allowing) | by_deny
}

impl Statement {
    /// Whether its effect is to allow. IAM refuses a statement without an effect; it is read as its author means it.
    pub fn allows(&self) -> Truth {
        match &self.effect {
            Some(_) => self.effect_is("Allow"),
            None => Truth::True,
        }
    }

    /// Whether its effect is to deny.
    pub fn denies(&self) -> Truth {
        self.effect_is("Deny")
    }

    fn effect_is(&self, wanted: &str) -> Truth {
        let effect = self.effect.as_ref();
        effect.map_or(Truth::False, |effect| effect.equals_text(wanted))
    }

    /// The members of `Action`, or those of `NotAction`.
    pub fn any_actions(&self) -> &Members {
        if self.not_actions.written {
            &self.not_actions
        } else {
            &self.actions
        }
    }
}

/// Whether a statement is about an action, or about all that a pattern means; and the member that says so.
pub fn has_action(statement: &Statement, wanted: &str) -> (Truth, Option<Value>) {
    let excluded = &statement.not_actions;
    if !excluded.written {
        return any_covers(&statement.actions, wanted, true);
    }
    if !wanted.contains(['*', '?']) {
        let (named, value) = any_covers(excluded, wanted, true);
        return (!named, value.or_else(|| excluded.items.first().cloned()));
    }
    // All of a pattern is left in when nothing of it is taken out.
    let (meets, value) = any_of(excluded, |item| {
        item.ask(|own| match own.as_text() {
            Some(text) => Truth::from(overlap(text, wanted)),
            None => Truth::Unknown,
        })
    });
    (!meets, value)
}

/// Whether two patterns of actions have an action in common.
fn overlap(a: &str, b: &str) -> bool {
    covers(a, b, true)
        || covers(b, a, true)
        || action::expand(a).any(|action| covers(b, &action.to_string(), true))
}

/// Whether a statement is about every resource that an action takes: `*`, or every ARN of one of its types.
pub fn on_every(statement: &Statement, action: Option<&Action>) -> (Truth, Option<Value>) {
    on_types(statement, action, &|_| true)
}

/// The same of one kind: an action that takes several, such as a session on a machine by a document, is on every machine
/// only where all machines are named, whatever is said of documents.
fn on_every_of(
    statement: &Statement,
    action: Option<&Action>,
    kind: &str,
) -> (Truth, Option<Value>) {
    let types = action.map(Action::resource_types).unwrap_or_default();
    let form = form_of(kind).filter(|form| types.iter().any(|own| same_type(own.arn, form)));
    match form {
        Some(form) => on_types(statement, action, &|arn| same_type(arn, &form)),
        None => on_every(statement, action),
    }
}

fn on_types(
    statement: &Statement,
    action: Option<&Action>,
    counts: &dyn Fn(&str) -> bool,
) -> (Truth, Option<Value>) {
    if statement.not_resources.written {
        // Everything but some is not everything.
        return (Truth::False, statement.not_resources.items.first().cloned());
    }
    let types = action.map(Action::resource_types).unwrap_or_default();
    any_of(&statement.resources, |item| {
        let all = value_covers(item, "*", false);
        if all.is_true() {
            return all;
        }
        let types = types.iter().filter(|own| counts(own.arn));
        all | Truth::any(types.map(|own| every_arn(item, own.arn)))
    })
}

/// Whether a statement is about one resource.
fn on_target(statement: &Statement, target: &Target) -> (Truth, Option<Value>) {
    if statement.not_resources.written {
        let (named, value) = any_of(&statement.not_resources, |item| target.is_meant_by(item));
        return (!named, value);
    }
    any_of(&statement.resources, |item| target.is_meant_by(item))
}

/// Whether a statement is about what a text names, or all that a pattern means.
fn on_named(statement: &Statement, text: &str) -> (Truth, Option<Value>) {
    if statement.not_resources.written {
        let (named, value) = any_covers(&statement.not_resources, text, false);
        return (!named, value);
    }
    any_covers(&statement.resources, text, false)
}

/// Whether a value is a pattern of every resource of a type: service and name are those of the type, whatever the
/// partition, region and account.
fn every_arn(item: &Value, arn: &str) -> Truth {
    item.ask(|own| match &own.data {
        Data::Template(template) if template.text.is_none() => {
            // Where a piece is not known the text may go either way: `x` is a name, `*` a wildcard.
            let (most, least) = (widest(&template.pieces), flat(&template.pieces, "x"));
            match (same_type(&most, arn), same_type(&least, arn)) {
                (false, _) => Truth::False,
                (true, true) => Truth::True,
                (true, false) => Truth::Unknown,
            }
        }
        Data::Text(text) => Truth::from(same_type(text, arn)),
        Data::Template(template) => match &template.text {
            Some(text) => Truth::from(same_type(text, arn)),
            None => Truth::Unknown,
        },
        _ => Truth::False,
    })
}

fn same_type(pattern: &str, arn: &str) -> bool {
    let fields = |text: &str| -> Vec<String> { text.splitn(6, ':').map(str::to_owned).collect() };
    let (own, all) = (fields(pattern), fields(arn));
    own.len() == 6
        && all.len() == 6
        && own[0] == "arn"
        && covers(&own[2], &all[2], true)
        && covers(&own[5], &all[5], false)
}
