//! Loops: `Fn::ForEach::Name: [variable, collection, {key: value}]` in any mapping of a template
//! (transform `AWS::LanguageExtensions`).

use std::sync::Arc;

use ecow::EcoString;
use rustc_hash::FxHashSet;

use super::evaluator::{Evaluator, Item, unknown};
use crate::eval::{Data, Truth, Unknown, Value, Why, budget};
use crate::source::{Code, Span};
use crate::syntax::yaml::{Kind, NodeId};

/// How many loops may lie in each other; CloudFormation allows five.
const MAX_LOOPS: usize = 5;

/// The variables of the loops around a node, the innermost first.
#[derive(Clone, Default)]
pub(super) struct Scope(Option<Arc<Binding>>);

struct Binding {
    name: EcoString,
    turn: Turn,
    outer: Scope,
}

impl Scope {
    fn with(&self, name: &str, turn: Turn) -> Scope {
        Scope(Some(Arc::new(Binding {
            name: name.into(),
            turn,
            outer: self.clone(),
        })))
    }

    /// Whether the loops around surely take this turn.
    pub(super) fn exists(&self) -> Truth {
        Truth::all(self.bindings().map(|binding| binding.turn.exists))
    }

    fn bindings(&self) -> impl Iterator<Item = &Binding> {
        std::iter::successors(self.0.as_deref(), |binding| binding.outer.0.as_deref())
    }

    /// The value of a loop variable.
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.bindings()
            .find(|binding| binding.name == name)
            .map(|binding| &binding.turn.value)
    }

    /// Puts the values of loop variables in the place of `${Name}`, and without what is neither letter nor digit in
    /// that of `&{Name}`.
    pub(super) fn replace(&self, text: &EcoString) -> EcoString {
        if self.0.is_none() || !text.contains("{") {
            return text.clone();
        }
        let mut text = text.to_string();
        for binding in self.bindings() {
            let whole = format!("${{{}}}", binding.name);
            let plain = format!("&{{{}}}", binding.name);
            let found = text.matches(&whole).count();
            if found > 0 {
                if !budget::room(text.len() + found * binding.turn.text.len()) {
                    // What is around it is given up.
                    return text.into();
                }
                text = text.replace(&whole, &binding.turn.text);
            }
            if text.contains(&plain) {
                let letters: String = binding
                    .turn
                    .text
                    .chars()
                    .filter(char::is_ascii_alphanumeric)
                    .collect();
                text = text.replace(&plain, &letters);
            }
        }
        text.into()
    }
}

/// One turn of a loop.
#[derive(Clone)]
struct Turn {
    text: EcoString,
    value: Value,
    /// Whether the loop surely takes it.
    exists: Truth,
}

/// The turns of a loop.
struct Turns {
    known: Vec<Turn>,
    /// Why there may be others.
    open: Option<Why>,
}

/// The turns that a loop takes over a list. One of several lists has perhaps each of their members; a member that nobody
/// knows is one turn that stands for any, under the name of the variable as it is written: what its body says without the
/// variable holds for whatever the member is.
fn turns(name: &str, list: &Value, span: Span) -> Turns {
    let mut known: Vec<Turn> = Vec::new();
    let mut seen: FxHashSet<EcoString> = FxHashSet::default();
    let mut open: Option<Why> = None;
    let lists: Vec<&Value> = match &list.resolved().data {
        Data::Unknown(unknown) if !unknown.among.is_empty() => unknown.among.iter().collect(),
        _ => vec![list],
    };
    let exists = Truth::from(lists.len() == 1) | Truth::Unknown;
    for one in &lists {
        let Data::List(members) = &one.resolved().data else {
            let why = one.first_why().unwrap_or(Why::Invalid);
            open.get_or_insert(why);
            continue;
        };
        if let Some(rest) = &members.rest {
            open.get_or_insert_with(|| rest.why.clone());
        }
        for item in &members.items {
            match super::text::known(item) {
                Some(text) if !seen.insert(text.clone()) => {}
                Some(text) => known.push(Turn {
                    text,
                    value: item.clone(),
                    exists,
                }),
                None => {
                    open.get_or_insert_with(|| item.first_why().unwrap_or(Why::Invalid));
                }
            }
        }
    }
    if let Some(why) = open.as_ref().filter(|why| **why != Why::Invalid) {
        known.push(Turn {
            text: ecow::eco_format!("${{{name}}}"),
            value: Value::unknown(why.clone(), span),
            exists: Truth::Unknown,
        });
    }
    Turns { known, open }
}

impl Evaluator<'_, '_> {
    /// The members of a mapping, with loops unrolled. `rest` is set where a loop makes members that are not known.
    pub(super) fn members(
        &mut self,
        node: NodeId,
        scope: &Scope,
        rest: &mut Option<Arc<Unknown>>,
    ) -> Vec<(EcoString, Item)> {
        let mut members = Vec::with_capacity(self.document.pairs(node).len());
        // Of what loops ask for, as much is made as leaves something for what the members hold.
        budget::share(2, || self.unroll(node, scope, 0, &mut members, rest));
        members
    }

    fn unroll(
        &mut self,
        node: NodeId,
        scope: &Scope,
        depth: usize,
        into: &mut Vec<(EcoString, Item)>,
        rest: &mut Option<Arc<Unknown>>,
    ) {
        let document = self.document;
        for pair in document.pairs(node) {
            let Some(key) = document.text(pair.key) else {
                continue;
            };
            let span = document.span(pair.key);
            if key.starts_with("Fn::ForEach::") {
                if let Err(why) = self.unroll_loop(pair.value, scope, depth, into, rest) {
                    self.context.missing(key.clone(), span);
                    *rest = Some(unknown(why));
                }
                continue;
            }
            if !self.context.enter(span) {
                *rest = Some(unknown(Why::Limit));
                return;
            }
            self.context.leave();
            budget::take(4 * size_of::<Item>());
            let item = Item {
                key: span,
                node: pair.value,
                scope: scope.clone(),
            };
            into.push((scope.replace(key), item));
        }
    }

    fn unroll_loop(
        &mut self,
        node: NodeId,
        scope: &Scope,
        depth: usize,
        into: &mut Vec<(EcoString, Item)>,
        rest: &mut Option<Arc<Unknown>>,
    ) -> Result<(), Why> {
        let document = self.document;
        let span = document.span(node);
        let &[variable, collection, body] = document.items(node) else {
            self.error(
                Code::Structure,
                span,
                "Fn::ForEach needs a name, a list and a mapping",
            );
            return Err(Why::Invalid);
        };
        let name = document.text(variable).cloned();
        let (Some(name), Kind::Mapping(_)) = (name, &document.node(body).kind) else {
            self.error(
                Code::Structure,
                span,
                "Fn::ForEach needs a name, a list and a mapping",
            );
            return Err(Why::Invalid);
        };
        if depth >= MAX_LOOPS {
            self.error(
                Code::Limit,
                span,
                "Fn::ForEach lies more than five deep in itself",
            );
            return Err(Why::Limit);
        }
        let list = self.value(collection, scope);
        let turns = turns(&name, &list, span);
        for turn in &turns.known {
            budget::take(2 * size_of::<Binding>());
            if self.context.is_spent(span) {
                return Err(Why::Limit);
            }
            let inner = scope.with(&name, turn.clone());
            self.unroll(body, &inner, depth + 1, into, rest);
        }
        match turns.open {
            Some(why) => Err(why),
            None => Ok(()),
        }
    }
}
