//! Conditions: three-valued, on demand, each once; and what follows where one is assumed.

use std::collections::BTreeMap;

use ecow::EcoString;
use rustc_hash::FxHashMap;

use super::evaluator::{Evaluator, Item, one_of};
use super::foreach::Scope;
use super::intrinsic::Call;
use crate::eval::{Data, Truth, Value, Why};
use crate::source::{Code, Span, deep};
use crate::syntax::yaml::{Kind, NodeId};

/// The conditions of a template.
#[derive(Default)]
pub(super) struct Conditions {
    declared: BTreeMap<EcoString, Item>,
    /// Whether conditions may be declared that are not known (a loop, an include).
    open: bool,
    /// None while it is being evaluated.
    known: FxHashMap<EcoString, Option<Truth>>,
    assumed: Vec<Assumption>,
}

/// What holds in a branch.
#[derive(Default, Clone)]
pub(super) struct Assumption {
    facts: BTreeMap<EcoString, bool>,
    known: FxHashMap<EcoString, Truth>,
}

impl Evaluator<'_, '_> {
    pub(super) fn read_conditions(&mut self) {
        let Some(section) = self.section("Conditions") else {
            return;
        };
        let mut rest = None;
        let members = self.members(section, &Scope::default(), &mut rest);
        self.conditions.open = rest.is_some();
        for (name, item) in members {
            if name == "Fn::Transform" {
                self.conditions.open = true;
            } else {
                self.conditions.declared.insert(name, item);
            }
        }
        let names: Vec<EcoString> = self.conditions.declared.keys().cloned().collect();
        for name in names {
            self.condition(&name, Span::nowhere());
        }
    }

    /// Whether the condition that a node names holds.
    pub(super) fn named_condition(&mut self, node: NodeId, scope: &Scope) -> Truth {
        match self.condition_name(node, scope) {
            Some(name) => self.condition(&name, self.document.span(node)),
            None if self.call(node).is_some() => self.truth(node, scope),
            None => {
                self.error(
                    Code::Evaluation,
                    self.document.span(node),
                    "the name of a condition is expected here",
                );
                Truth::Unknown
            }
        }
    }

    fn condition_name(&self, node: NodeId, scope: &Scope) -> Option<EcoString> {
        let document = self.document;
        let named = match &document.node(node).kind {
            Kind::Mapping(_) => match document.pairs(node) {
                [pair]
                    if document
                        .text(pair.key)
                        .is_some_and(|key| key == "Condition") =>
                {
                    pair.value
                }
                _ => return None,
            },
            _ => node,
        };
        matches!(document.node(named).tag.as_str(), "" | "!Condition" | "!").then_some(())?;
        Some(scope.replace(document.text(named)?))
    }

    /// Whether a declared condition holds; `span` is where it is named.
    fn condition(&mut self, name: &EcoString, span: Span) -> Truth {
        if let Some(assumption) = self.conditions.assumed.last() {
            if let Some(&fact) = assumption.facts.get(name) {
                return fact.into();
            }
            if let Some(&known) = assumption.known.get(name) {
                return known;
            }
        }
        let Some(item) = self.conditions.declared.get(name).cloned() else {
            if !self.conditions.open {
                self.error(
                    Code::Evaluation,
                    span,
                    format!("there is no condition `{name}`"),
                );
            }
            return Truth::Unknown;
        };
        let assumed = std::mem::take(&mut self.conditions.assumed);
        let plain = self.plain_condition(name, &item, span);
        self.conditions.assumed = assumed;
        if !plain.is_unknown() || self.conditions.assumed.is_empty() {
            return plain;
        }
        self.remember(name, Truth::Unknown);
        let truth = self.truth(item.node, &item.scope);
        self.remember(name, truth);
        truth
    }

    fn remember(&mut self, name: &EcoString, truth: Truth) {
        if let Some(assumption) = self.conditions.assumed.last_mut() {
            assumption.known.insert(name.clone(), truth);
        }
    }

    /// Whether a condition holds when nothing is assumed.
    fn plain_condition(&mut self, name: &EcoString, item: &Item, span: Span) -> Truth {
        match self.conditions.known.get(name) {
            Some(Some(truth)) => return *truth,
            Some(None) => {
                let place = if span.is_somewhere() { span } else { item.key };
                self.error(
                    Code::Cycle,
                    place,
                    format!("condition `{name}` is circular: it depends on itself"),
                );
                return Truth::Unknown;
            }
            None => {}
        }
        self.conditions.known.insert(name.clone(), None);
        let truth = self.truth(item.node, &item.scope);
        self.conditions.known.insert(name.clone(), Some(truth));
        truth
    }

    /// Whether the condition that a node writes holds.
    pub(super) fn truth(&mut self, node: NodeId, scope: &Scope) -> Truth {
        let span = self.document.span(node);
        if !self.context.enter(span) {
            return Truth::Unknown;
        }
        let truth = match self.call(node) {
            Some(call) => deep(|| self.call_truth(&call, scope)),
            None => match self.condition_name(node, scope) {
                Some(name) if matches!(self.document.node(node).kind, Kind::Mapping(_)) => {
                    self.condition(&name, span)
                }
                _ => self.value_truth(node, scope),
            },
        };
        self.context.leave();
        truth
    }

    /// A condition that is written as a plain value: `true`, `"false"`.
    fn value_truth(&mut self, node: NodeId, scope: &Scope) -> Truth {
        let value = self.value(node, scope);
        if value.is_true().is_true() {
            return Truth::True;
        }
        if value.is_false().is_true() {
            return Truth::False;
        }
        if value.is_wholly_known() {
            let message =
                "a condition is expected here: Fn::Equals, Fn::And, Fn::Or, Fn::Not or Condition";
            self.error(Code::Evaluation, self.document.span(node), message);
        }
        Truth::Unknown
    }

    pub(super) fn call_truth(&mut self, call: &Call, scope: &Scope) -> Truth {
        let members = self.document.items(call.argument);
        match (call.name.as_str(), members) {
            ("Condition", _) => match self.document.text(call.argument) {
                Some(name) => self.condition(&scope.replace(name), call.span),
                None => self.malformed(call, "the name of a condition"),
            },
            ("Fn::Equals", &[left, right]) => self.equals(left, right, scope),
            ("Fn::Equals", _) => self.malformed(call, "a list of two values"),
            ("Fn::Not", &[of]) => !self.truth(of, scope),
            ("Fn::Not", _) => self.malformed(call, "a list of one condition"),
            ("Fn::And" | "Fn::Or", []) => self.malformed(call, "a list of conditions"),
            ("Fn::And", all) => {
                let truths: Vec<Truth> = all.iter().map(|&of| self.truth(of, scope)).collect();
                Truth::all(truths)
            }
            ("Fn::Or", any) => {
                let truths: Vec<Truth> = any.iter().map(|&of| self.truth(of, scope)).collect();
                Truth::any(truths)
            }
            _ => {
                let value = self.apply(call, scope);
                match (value.is_true(), value.is_false()) {
                    (Truth::True, _) => Truth::True,
                    (_, Truth::True) => Truth::False,
                    _ => Truth::Unknown,
                }
            }
        }
    }

    fn malformed(&mut self, call: &Call, needs: &str) -> Truth {
        self.error(
            Code::Evaluation,
            call.span,
            format!("{} needs {needs}", call.name),
        );
        Truth::Unknown
    }

    fn equals(&mut self, left: NodeId, right: NodeId, scope: &Scope) -> Truth {
        let (a, b) = (self.value(left, scope), self.value(right, scope));
        let same = a.same(&b);
        if !same.is_unknown() {
            return same;
        }
        // Whatever it is, it equals itself: nothing that a template can write has two values in one stack.
        if self.same_tree(left, right, 0) && !invalid(&a) {
            return Truth::True;
        }
        for (node, other) in [(left, &b), (right, &a)] {
            if self.allowed_refutes(node, other, scope) {
                return Truth::False;
            }
        }
        Truth::Unknown
    }

    /// Whether a node is `Ref` to a parameter that nothing sets, none of whose allowed values is this text: also where
    /// they are too many to be listed in a value.
    fn allowed_refutes(&mut self, node: NodeId, other: &Value, scope: &Scope) -> bool {
        let Some(call) = self.call(node).filter(|call| call.name == "Ref") else {
            return false;
        };
        let (Some(name), Some(text)) =
            (self.document.text(call.argument), super::text::known(other))
        else {
            return false;
        };
        let name = scope.replace(name);
        scope.get(&name).is_none() && self.never_allowed(&name, &text)
    }

    /// Whether two nodes are written alike.
    fn same_tree(&self, a: NodeId, b: NodeId, depth: usize) -> bool {
        let document = self.document;
        if a == b {
            return true;
        }
        if depth > 32 {
            return false;
        }
        let (calls, next) = ((self.call(a), self.call(b)), depth + 1);
        if let (Some(x), Some(y)) = &calls {
            return x.name == y.name && self.same_content(x.argument, y.argument, next);
        }
        calls.0.is_none()
            && calls.1.is_none()
            && document.node(a).tag == document.node(b).tag
            && self.same_content(a, b, next)
    }

    fn same_content(&self, a: NodeId, b: NodeId, depth: usize) -> bool {
        let document = self.document;
        match (&document.node(a).kind, &document.node(b).kind) {
            (Kind::Scalar { text: x, .. }, Kind::Scalar { text: y, .. }) => x == y,
            (Kind::Sequence(_), Kind::Sequence(_)) => {
                let (x, y) = (document.items(a), document.items(b));
                x.len() == y.len() && x.iter().zip(y).all(|(&x, &y)| self.same_tree(x, y, depth))
            }
            (Kind::Mapping(_), Kind::Mapping(_)) => {
                let (x, y) = (document.pairs(a), document.pairs(b));
                let same = |x: &crate::syntax::yaml::Pair| {
                    let key = document.text(x.key);
                    key.and_then(|key| document.get(b, key))
                        .is_some_and(|y| self.same_tree(x.value, y.value, depth))
                };
                x.len() == y.len() && x.iter().all(same)
            }
            _ => false,
        }
    }

    /// `Fn::If` as a value.
    pub(super) fn if_value(&mut self, call: &Call, scope: &Scope) -> Value {
        let arms = self.if_arms(call, scope);
        one_of(Why::Condition, arms, call.span)
    }

    /// What an `Fn::If` could be: one value, or those of both arms.
    pub(super) fn if_arms(&mut self, call: &Call, scope: &Scope) -> Vec<Value> {
        let &[condition, yes, no] = self.document.items(call.argument) else {
            return vec![self.invalid(
                call.span,
                "Fn::If needs a list of a condition and two values",
            )];
        };
        let name = self.condition_name(condition, scope);
        if let Some(name) = name
            .filter(|name| !self.conditions.declared.contains_key(name) && !self.conditions.open)
        {
            let span = self.document.span(condition);
            return vec![self.invalid(span, format!("there is no condition `{name}`"))];
        }
        match self.named_condition(condition, scope) {
            Truth::True => self.arms(yes, scope),
            Truth::False => self.arms(no, scope),
            Truth::Unknown => {
                self.unsure += 1;
                let mut arms = self.assuming(Some(condition), scope, |this| this.arms(yes, scope));
                arms.extend(self.assuming_not(condition, scope, |this| this.arms(no, scope)));
                self.unsure -= 1;
                arms
            }
        }
    }

    /// Puts away everything that is assumed, to be brought back by [`Self::resume_assumptions`].
    pub(super) fn suspend_assumptions(&mut self) -> Vec<Assumption> {
        std::mem::take(&mut self.conditions.assumed)
    }

    pub(super) fn resume_assumptions(&mut self, assumed: Vec<Assumption>) {
        self.conditions.assumed = assumed;
    }

    /// Does something where the condition that a node names holds.
    pub(super) fn assuming<T>(
        &mut self,
        condition: Option<NodeId>,
        scope: &Scope,
        work: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let name = condition.and_then(|node| self.condition_name(node, scope));
        self.assume(name, true, work)
    }

    fn assuming_not<T>(
        &mut self,
        condition: NodeId,
        scope: &Scope,
        work: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let name = self.condition_name(condition, scope);
        self.assume(name, false, work)
    }

    fn assume<T>(
        &mut self,
        name: Option<EcoString>,
        holds: bool,
        work: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let Some(name) = name else {
            return work(self);
        };
        let mut facts = self
            .conditions
            .assumed
            .last()
            .map(|last| last.facts.clone())
            .unwrap_or_default();
        self.conclude(&name, holds, &mut facts, 0);
        let known = FxHashMap::default();
        self.conditions.assumed.push(Assumption { facts, known });
        let result = work(self);
        self.conditions.assumed.pop();
        result
    }

    /// Adds what follows for other named conditions from one that holds or does not.
    fn conclude(
        &self,
        name: &EcoString,
        holds: bool,
        facts: &mut BTreeMap<EcoString, bool>,
        depth: usize,
    ) {
        if depth > 32 || facts.contains_key(name) {
            return;
        }
        facts.insert(name.clone(), holds);
        if let Some(item) = self.conditions.declared.get(name) {
            self.conclude_node(item.node, &item.scope, holds, facts, depth + 1);
        }
    }

    fn conclude_node(
        &self,
        node: NodeId,
        scope: &Scope,
        holds: bool,
        facts: &mut BTreeMap<EcoString, bool>,
        depth: usize,
    ) {
        if depth > 32 {
            return;
        }
        let call = self.call(node);
        let named = match &call {
            Some(call) if call.name == "Condition" => self
                .document
                .text(call.argument)
                .map(|name| scope.replace(name)),
            Some(_) => None,
            None => self.condition_name(node, scope),
        };
        if let Some(name) = named {
            return self.conclude(&name, holds, facts, depth + 1);
        }
        let Some(call) = call else { return };
        match (call.name.as_str(), holds) {
            ("Fn::And", true) | ("Fn::Or", false) => {
                for &member in self.document.items(call.argument) {
                    self.conclude_node(member, scope, holds, facts, depth + 1);
                }
            }
            ("Fn::Not", _) => {
                if let &[of] = self.document.items(call.argument) {
                    self.conclude_node(of, scope, !holds, facts, depth + 1);
                }
            }
            _ => {}
        }
    }
}

fn invalid(value: &Value) -> bool {
    matches!(&value.data, Data::Unknown(unknown) if matches!(unknown.why, Why::Invalid | Why::Unclear | Why::Limit))
}
