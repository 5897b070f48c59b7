//! One template at work: its sections, and nodes to values.

use std::collections::BTreeMap;
use std::sync::Arc;

use ecow::EcoString;
use rustc_hash::{FxHashMap, FxHashSet};

use super::condition::Conditions;
use super::context::{Context, Place};
use super::foreach::Scope;
use super::nested::Child;
use super::parameter::Arguments;
use super::sam::UNDECLARED;
use crate::eval::{
    Address, Collection, Data, Declared, Entry, Key, List, Map, Mode, Number, Truth, Unknown,
    Value, Why, budget,
};
use crate::source::{Code, Diagnostic, Span, deep};
use crate::syntax::yaml::{Document, Kind, NodeId};

/// Something a section declares: its name, where that is written, its node, and the loops around it.
#[derive(Clone)]
pub(super) struct Item {
    pub(super) key: Span,
    pub(super) node: NodeId,
    pub(super) scope: Scope,
}

/// A resource of the template.
#[derive(Clone)]
pub(super) struct Resource {
    pub(super) item: Item,
    /// Empty where none is written or it could not be read.
    pub(super) type_name: EcoString,
}

/// What a template evaluates to.
pub(super) struct Made {
    pub(super) resources: Vec<Declared>,
    pub(super) outputs: Value,
}

/// The evaluation of one template with one set of arguments.
pub(super) struct Evaluator<'e, 'r> {
    pub(super) context: &'e mut Context<'r>,
    pub(super) document: &'e Document,
    pub(super) source: &'e str,
    pub(super) place: Place,
    pub(super) arguments: Arguments,
    pub(super) parameters: FxHashMap<EcoString, Value>,
    pub(super) conditions: Conditions,
    pub(super) resources: BTreeMap<EcoString, Resource>,
    pub(super) bodies: FxHashMap<EcoString, Option<Value>>,
    pub(super) names: FxHashMap<EcoString, Option<Value>>,
    pub(super) children: FxHashMap<EcoString, Option<Arc<Child>>>,
    /// The nested stacks that are being evaluated.
    pub(super) making: FxHashSet<EcoString>,
    /// The resource that is being evaluated.
    pub(super) current: Option<EcoString>,
    /// How many branches that are perhaps not taken lie around what is being evaluated.
    pub(super) unsure: usize,
    /// From a resource to one that it surely refers to.
    pub(super) edges: FxHashSet<(EcoString, EcoString)>,
    /// The transforms that the template asks for.
    pub(super) transforms: Vec<EcoString>,
    /// References to logical ids that only SAM can make.
    pub(super) undeclared: Vec<(Address, Vec<EcoString>, Span)>,
    /// Whether there may be resources that are not known.
    pub(super) open_resources: bool,
    /// Whether members of mappings that are nothing are kept: what a resource of SAM sets to nothing its `Globals` do not
    /// set either.
    pub(super) keeps_nothing: bool,
}

impl<'e, 'r> Evaluator<'e, 'r> {
    pub(super) fn new(
        context: &'e mut Context<'r>,
        document: &'e Document,
        source: &'e str,
        place: Place,
        arguments: Arguments,
    ) -> Self {
        Self {
            context,
            document,
            source,
            place,
            arguments,
            parameters: FxHashMap::default(),
            conditions: Conditions::default(),
            resources: BTreeMap::new(),
            bodies: FxHashMap::default(),
            names: FxHashMap::default(),
            children: FxHashMap::default(),
            making: FxHashSet::default(),
            current: None,
            unsure: 0,
            edges: FxHashSet::default(),
            transforms: Vec::new(),
            undeclared: Vec::new(),
            open_resources: false,
            keeps_nothing: false,
        }
    }

    /// The section of this name.
    pub(super) fn section(&self, name: &str) -> Option<NodeId> {
        let root = self.document.root?;
        self.document.get(root, name).map(|pair| pair.value)
    }

    /// The member of a section.
    pub(super) fn member(&self, section: &str, name: &str) -> Option<Item> {
        let pair = self.document.get(self.section(section)?, name)?;
        Some(Item {
            key: self.document.span(pair.key),
            node: pair.value,
            scope: Scope::default(),
        })
    }

    pub(super) fn error(&mut self, code: Code, span: Span, message: impl Into<String>) {
        self.context.error(Diagnostic::new(code, span, message));
    }

    /// An expression that CloudFormation would refuse: says so, and gives an unknown.
    pub(super) fn invalid(&mut self, span: Span, message: impl Into<String>) -> Value {
        self.error(Code::Evaluation, span, message);
        Value::unknown(Why::Invalid, span)
    }

    /// The address of a resource of this template.
    pub(super) fn address(&self, id: &str, type_name: &EcoString) -> Address {
        Address {
            stack: self.context.stack.clone(),
            module: self.place.module.clone(),
            mode: Mode::Managed,
            type_name: type_name.clone(),
            name: id.into(),
            key: Key::None,
        }
    }

    /// The value of a node. [`Data::Null`] stands for `AWS::NoValue`.
    pub(super) fn value(&mut self, node: NodeId, scope: &Scope) -> Value {
        self.bounded(node, |this| this.node_value(node, scope))
    }

    /// The value of a node without its tag: the argument of a function in short form.
    pub(super) fn untagged(&mut self, node: NodeId, scope: &Scope) -> Value {
        self.bounded(node, |this| this.untagged_value(node, scope))
    }

    fn bounded(&mut self, node: NodeId, work: impl FnOnce(&mut Self) -> Value) -> Value {
        let span = self.document.span(node);
        if !self.context.enter(span) {
            return Value::unknown(Why::Limit, span);
        }
        let value = deep(|| work(self));
        self.context.leave();
        match self.context.is_spent(span) {
            true => Value::unknown(Why::Limit, span),
            false => value,
        }
    }

    fn node_value(&mut self, node: NodeId, scope: &Scope) -> Value {
        match self.call(node) {
            Some(call) => self.apply(&call, scope),
            None => self.plain_value(node, scope),
        }
    }

    fn untagged_value(&mut self, node: NodeId, scope: &Scope) -> Value {
        match self.long_call(node) {
            Some(call) => self.apply(&call, scope),
            None => self.plain_value(node, scope),
        }
    }

    fn plain_value(&mut self, node: NodeId, scope: &Scope) -> Value {
        match &self.document.node(node).kind {
            Kind::Scalar { .. } => self.scalar(node, scope),
            Kind::Sequence(_) => self.sequence(node, scope),
            Kind::Mapping(_) => self.mapping(node, scope),
            Kind::Broken => Value::unknown(Why::Invalid, self.document.span(node)),
        }
    }

    fn scalar(&mut self, node: NodeId, scope: &Scope) -> Value {
        let span = self.document.span(node);
        if self.document.is_null(node) {
            // What SAM takes is not what it gives to CloudFormation: an API's definition may have examples without a value.
            if !self.in_serverless_resource() {
                self.error(
                    Code::Evaluation,
                    span,
                    "CloudFormation accepts no null values",
                );
            }
            return Value::null(span);
        }
        let value = literal(self.document, node);
        let Data::Text(text) = &value.data else {
            return value;
        };
        let text = scope.replace(text);
        if text.contains("{{resolve:") {
            return self.dynamic(node, &text);
        }
        match &value.data {
            Data::Text(own) if *own == text => value,
            _ => Value::text(text, span),
        }
    }

    /// Whether what is read is part of a resource that SAM makes others of.
    fn in_serverless_resource(&self) -> bool {
        let current = self.current.as_ref().and_then(|id| self.resources.get(id));
        current.is_some_and(|resource| resource.type_name.starts_with(UNDECLARED))
    }

    fn sequence(&mut self, node: NodeId, scope: &Scope) -> Value {
        let document = self.document;
        let span = document.span(node);
        let mut items = Vec::with_capacity(document.items(node).len());
        let mut rest: Option<Vec<Value>> = None;
        let mut why = Why::Condition;
        for &item in document.items(node) {
            let mut arms = self.arms(item, scope);
            if arms.iter().any(|arm| matches!(arm.data, Data::Null)) {
                arms.retain(|arm| !matches!(arm.data, Data::Null));
                if let [
                    Value {
                        data: Data::Unknown(unknown),
                        ..
                    },
                ] = arms.as_slice()
                {
                    why = unknown.why.clone();
                }
                if !arms.is_empty() {
                    rest.get_or_insert_default().append(&mut arms);
                }
            } else {
                items.push(one_of(Why::Condition, arms, document.span(item)));
            }
        }
        let rest = rest.map(|arms| {
            let among = match Value::among(why.clone(), arms, span) {
                Value {
                    data: Data::Unknown(unknown),
                    ..
                } => unknown.among.clone(),
                value => vec![value],
            };
            Arc::new(Unknown { why, among })
        });
        let kind = Collection::Structural;
        Value::new(Data::List(Arc::new(List { items, rest, kind })), span)
    }

    fn mapping(&mut self, node: NodeId, scope: &Scope) -> Value {
        let document = self.document;
        let span = document.span(node);
        let mut entries = Vec::with_capacity(document.pairs(node).len());
        // What has no name may have been meant as anything.
        let mut rest = document.lost_a_member(node).then(|| unknown(Why::Invalid));
        for (key, item) in self.members(node, scope, &mut rest) {
            if key.starts_with("Fn::") {
                if key == "Fn::Transform" {
                    rest = Some(Arc::new(self.include(item.node, &item.scope)));
                } else {
                    self.error(
                        Code::Evaluation,
                        item.key,
                        format!("{key} must be the only key of its mapping"),
                    );
                    rest = Some(unknown(Why::Invalid));
                }
                continue;
            }
            let value = self.value(item.node, &item.scope);
            // A turn of a loop in here that is perhaps not taken.
            if item.scope.exists() != scope.exists() {
                rest.get_or_insert_with(|| unknown(Why::Condition));
                continue;
            }
            if self.keeps_nothing || !matches!(value.data, Data::Null) {
                entries.push(Entry {
                    key,
                    span: item.key,
                    value,
                });
            }
        }
        let map = Map::new(entries, rest, Collection::Structural);
        Value::new(Data::Map(Arc::new(map)), span)
    }

    /// Everything a value could be: one, or the arms of an `Fn::If` whose condition is not known. [`Data::Null`]
    /// stands for "absent".
    pub(super) fn arms(&mut self, node: NodeId, scope: &Scope) -> Vec<Value> {
        let call = self.call(node).filter(|call| call.name == "Fn::If");
        let Some(call) = call else {
            return vec![self.value(node, scope)];
        };
        if !self.context.enter(call.span) {
            return vec![Value::unknown(Why::Limit, call.span)];
        }
        let arms = deep(|| self.if_arms(&call, scope));
        self.context.leave();
        arms
    }

    /// The resources that provably do not exist are left out; so are those that could not be read.
    pub(super) fn run(mut self) -> Made {
        self.read_transforms();
        self.check_arguments();
        self.read_conditions();
        self.read_resources();
        let mut resources = Vec::new();
        let ids: Vec<EcoString> = self.resources.keys().cloned().collect();
        let mut nested = Vec::new();
        for id in &ids {
            budget::take(budget::RESOURCE);
            let key = self.resources[id].item.key;
            if self.context.is_spent(key) {
                break;
            }
            resources.extend(self.declare(id, &mut nested));
        }
        self.declare_parameters();
        let outputs = self.outputs();
        self.report_cycles();
        self.transform(Made { resources, outputs }, nested)
    }

    fn outputs(&mut self) -> Value {
        let Some(section) = self.section("Outputs") else {
            return Value::object(Vec::new(), Span::nowhere());
        };
        let span = self.document.span(section);
        let mut rest = None;
        let mut entries = Vec::new();
        for (key, item) in self.members(section, &Scope::default(), &mut rest) {
            let Some(value) = self.document.get(item.node, "Value") else {
                continue;
            };
            let condition = self.document.get(item.node, "Condition");
            let exists = condition.map_or(Truth::True, |pair| {
                self.named_condition(pair.value, &item.scope)
            });
            let value = match exists {
                Truth::False => continue,
                Truth::True => self.value(value.value, &item.scope),
                Truth::Unknown => {
                    self.unsure += 1;
                    let value =
                        self.assuming(condition.map(|pair| pair.value), &item.scope, |this| {
                            this.value(value.value, &item.scope)
                        });
                    self.unsure -= 1;
                    one_of(Why::Condition, [value, Value::null(item.key)], item.key)
                }
            };
            entries.push(Entry {
                key,
                span: item.key,
                value,
            });
        }
        Value::new(
            Data::Map(Arc::new(Map::new(entries, rest, Collection::Structural))),
            span,
        )
    }
}

/// One of several values. A single one is itself and keeps its own reason if it is not known.
pub(super) fn one_of(why: Why, values: impl IntoIterator<Item = Value>, span: Span) -> Value {
    let mut values: Vec<Value> = values.into_iter().collect();
    match values.len() {
        1 => values.swap_remove(0),
        _ => Value::among(why, values, span),
    }
}

/// An unknown that could be anything.
pub(super) fn unknown(why: Why) -> Arc<Unknown> {
    let among = Vec::new();
    Arc::new(Unknown { why, among })
}

/// The value of a scalar that is no function: plain `true` and `false` and numbers in their canonical form are what
/// they say, everything else is text. (CloudFormation reads YAML 1.1, where `on` and `0123` mean something else, but
/// hands the text on to whoever reads the property.)
pub(super) fn literal(document: &Document, node: NodeId) -> Value {
    let span = document.span(node);
    let node = document.node(node);
    let Kind::Scalar { text, plain } = &node.kind else {
        return Value::unknown(Why::Invalid, span);
    };
    if !plain || !node.tag.is_empty() {
        return Value::text(text.clone(), span);
    }
    if let Some(truth) = truth(text) {
        return Value::bool(truth, span);
    }
    let digits = text.len() < 40 && text.starts_with(|c: char| c.is_ascii_digit() || c == '-');
    match digits.then(|| Number::parse(text)).flatten() {
        Some(number) if number.to_string() == *text => Value::new(Data::Number(number), span),
        _ => Value::text(text.clone(), span),
    }
}

/// The truth value that a plain word of YAML 1.1 is, which CloudFormation reads ("YAML Version 1.1 specification with a few
/// exceptions"; AWS CloudFormation User Guide, "Template format"). A word may be written small, with a capital or all in
/// capitals; the one-letter forms are texts to the parsers in use.
pub(super) fn truth(text: &str) -> Option<bool> {
    const WORDS: [(&str, bool); 6] = [
        ("true", true),
        ("yes", true),
        ("on", true),
        ("false", false),
        ("no", false),
        ("off", false),
    ];
    let capital = |rest: &str| rest.bytes().all(|byte| byte.is_ascii_lowercase());
    let shouted = |text: &str| text.bytes().all(|byte| byte.is_ascii_uppercase());
    let (_, truth) = WORDS
        .into_iter()
        .find(|(word, _)| word.eq_ignore_ascii_case(text))?;
    (capital(&text[1..]) || shouted(text)).then_some(truth)
}

#[cfg(test)]
mod tests {
    use super::truth;

    #[test]
    fn words_of_yaml_1_1() {
        for word in [
            "yes", "Yes", "YES", "on", "On", "ON", "true", "True", "TRUE",
        ] {
            assert_eq!(truth(word), Some(true), "{word}");
        }
        for word in [
            "no", "No", "NO", "off", "Off", "OFF", "false", "False", "FALSE",
        ] {
            assert_eq!(truth(word), Some(false), "{word}");
        }
        for word in ["y", "N", "yEs", "oFF", "tRUE", "onn", "", "1"] {
            assert_eq!(truth(word), None, "{word}");
        }
    }
}
