//! Resources: whether they exist, their properties, and what is written beside those.

use std::sync::Arc;

use ecow::EcoString;

use super::evaluator::{Evaluator, Item, Resource, one_of, unknown};
use super::foreach::Scope;
use super::text::known;
use crate::eval::{Collection, Data, Declared, Entry, Map, Truth, Value, Why, budget};
use crate::source::{Code, Diagnostic, Span, nearest};
use crate::syntax::yaml::{Kind, NodeId};

/// What stands beside each other in a resource (AWS CloudFormation User Guide, "Resource attribute reference"; SAM).
const ATTRIBUTES: [&str; 11] = [
    "Condition",
    "Connectors",
    "CreationPolicy",
    "DeletionPolicy",
    "DependsOn",
    "IgnoreGlobals",
    "Metadata",
    "Properties",
    "Type",
    "UpdatePolicy",
    "UpdateReplacePolicy",
];

impl Evaluator<'_, '_> {
    /// Reads the section `Resources`.
    pub(super) fn read_resources(&mut self) {
        let Some(section) = self.section("Resources") else {
            let at = self
                .document
                .root
                .map_or(Span::new(self.document.source, 0, 0), |root| {
                    let span = self.document.span(root);
                    Span::new(span.source, span.start, span.start)
                });
            // A damaged text has said more already.
            if self.document.errors.is_empty() {
                self.error(
                    Code::Structure,
                    at,
                    "the template has no section `Resources`",
                );
            }
            return;
        };
        if !matches!(
            self.document.node(section).kind,
            Kind::Mapping(_) | Kind::Broken
        ) {
            let span = self.document.span(section);
            self.error(
                Code::Structure,
                span,
                "`Resources` must be a mapping of logical ids to resources",
            );
            return;
        }
        let mut rest = None;
        let members = self.members(section, &Scope::default(), &mut rest);
        self.open_resources =
            rest.is_some() || matches!(self.document.node(section).kind, Kind::Broken);
        for (id, item) in members {
            if id == "Fn::Transform" {
                self.open_resources = true;
                let why = self.include(item.node, &item.scope).why;
                let Why::Function(name) = why else { continue };
                self.context.missing(name, item.key);
                continue;
            }
            if let Some(first) = self.resources.get(&id) {
                let message = format!(
                    "duplicate logical id `{id}`: a loop makes a resource of this name again"
                );
                let diagnostic = Diagnostic::new(Code::Structure, item.key, message);
                let first = first.item.key;
                self.context
                    .error(diagnostic.related(first, "the first one"));
                continue;
            }
            let type_name = self.resource_type(&id, &item);
            if type_name.ends_with("::MODULE") {
                self.context.missing(type_name.clone(), item.key);
            }
            self.resources.insert(id, Resource { item, type_name });
        }
    }

    /// The type of a resource; empty, with a diagnostic, where none can be read.
    fn resource_type(&mut self, id: &str, item: &Item) -> EcoString {
        let written = self.document.get(item.node, "Type").map(|pair| pair.value);
        let is_module = |node: NodeId| {
            let tagged = self.document.node(node).tag == "!Rain::Module";
            tagged || self.document.get(node, "Rain::Module").is_some()
        };
        if written.is_some_and(is_module) {
            // `rain pkg` puts the resources of a module in its place.
            self.context.missing("Rain::Module", item.key);
            self.open_resources = true;
            return EcoString::new();
        }
        let text = written.and_then(|node| self.document.text(node));
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            return item.scope.replace(text);
        }
        if !matches!(self.document.node(item.node).kind, Kind::Broken) {
            self.error(
                Code::Structure,
                item.key,
                format!("resource `{id}` has no `Type`"),
            );
        }
        EcoString::new()
    }

    /// Whether a resource exists.
    pub(super) fn exists(&mut self, id: &str) -> Truth {
        let Some(resource) = self.resources.get(id) else {
            return Truth::Unknown;
        };
        let (node, scope) = (resource.item.node, resource.item.scope.clone());
        let own = match self.document.get(node, "Condition") {
            Some(pair) => self.named_condition(pair.value, &scope),
            None => Truth::True,
        };
        own & scope.exists()
    }

    /// The resource as declared, unless it provably does not exist; those of a nested stack go to `nested`.
    pub(super) fn declare(
        &mut self,
        id: &EcoString,
        nested: &mut Vec<Declared>,
    ) -> Option<Declared> {
        let resource = self.resources.get(id)?.clone();
        if resource.type_name.is_empty() {
            return None;
        }
        let exists = self.exists(id) & self.place.exists;
        if exists.is_false() {
            return None;
        }
        let body = self.body(id);
        let meta = self.meta(id, &resource);
        if let Some(child) = self.child(id) {
            // Each stack around a nested one lists its resources again.
            if budget::room(child.resources.len() * size_of::<Declared>()) {
                budget::take(child.resources.len() * size_of::<Declared>());
                nested.extend(child.resources.iter().cloned());
            }
        }
        let item = &resource.item;
        Some(Declared {
            address: self.address(id, &resource.type_name).into(),
            body,
            meta,
            header: item.key,
            span: item.key.to(self.document.span(item.node)),
            exists,
            calls: self.place.calls.clone(),
            provider: None,
        })
    }

    /// The properties of a resource: a map.
    pub(super) fn body(&mut self, id: &EcoString) -> Value {
        match self.bodies.get(id) {
            Some(Some(body)) => return body.clone(),
            Some(None) => return open_map(Why::Cycle(id.clone()), Span::nowhere()),
            None => {}
        }
        let Some(resource) = self.resources.get(id).cloned() else {
            return open_map(Why::Invalid, Span::nowhere());
        };
        self.bodies.insert(id.clone(), None);
        let outside = self.current.replace(id.clone());
        let perhaps = usize::from(!self.exists(id).is_true());
        let unsure = std::mem::replace(&mut self.unsure, perhaps);
        let node = self.document.get(resource.item.node, "Properties");
        let condition = self
            .document
            .get(resource.item.node, "Condition")
            .map(|pair| pair.value);
        let scope = &resource.item.scope;
        let is_sam = self.is_serverless() && resource.type_name.starts_with("AWS::Serverless::");
        let keeps = std::mem::replace(&mut self.keeps_nothing, is_sam);
        let body = match node {
            // A name that was lost, or is misspelt, may have been `Properties`.
            None if self.has_other_attributes(resource.item.node) => {
                open_map(Why::Invalid, resource.item.key)
            }
            None => Value::object(Vec::new(), resource.item.key),
            Some(pair) => {
                let work =
                    || self.within(condition, scope, |this| this.properties(pair.value, scope));
                match budget::share(4, work) {
                    (body, true) => body,
                    (_, false) => open_map(Why::Limit, self.document.span(pair.value)),
                }
            }
        };
        self.keeps_nothing = keeps;
        self.unsure = unsure;
        self.current = outside;
        self.bodies.insert(id.clone(), Some(body.clone()));
        body
    }

    /// Does something for a resource with this condition, outside of everything that is assumed elsewhere.
    fn within<T>(
        &mut self,
        condition: Option<NodeId>,
        scope: &Scope,
        work: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let assumed = self.suspend_assumptions();
        let result = self.assuming(condition, scope, work);
        self.resume_assumptions(assumed);
        result
    }

    fn properties(&mut self, node: NodeId, scope: &Scope) -> Value {
        let span = self.document.span(node);
        if self.document.is_null(node) {
            return Value::object(Vec::new(), span);
        }
        if !matches!(
            self.document.node(node).kind,
            Kind::Mapping(_) | Kind::Broken
        ) && self.call(node).is_none()
        {
            self.error(Code::Structure, span, "`Properties` must be a mapping");
            return open_map(Why::Invalid, span);
        }
        let arms = self.arms(node, scope);
        if let [one] = arms.as_slice() {
            if matches!(one.data, Data::Map(_)) {
                return one.clone();
            }
            if matches!(one.data, Data::Null) {
                return Value::object(Vec::new(), span);
            }
        }
        merged(&arms, span)
    }

    /// What is written beside the properties, without type: a map.
    fn meta(&mut self, id: &EcoString, resource: &Resource) -> Value {
        let scope = &resource.item.scope;
        let mut entries = Vec::new();
        let outside = self.current.replace(id.clone());
        for pair in self.document.pairs(resource.item.node) {
            let Some(key) = self.document.text(pair.key).cloned() else {
                continue;
            };
            if matches!(key.as_str(), "Type" | "Properties") {
                continue;
            }
            if key == "DependsOn" {
                self.depends_on(id, pair.value, scope);
            }
            self.check_attribute(&key, pair.key);
            self.unsure += 1;
            let value = self.value(pair.value, scope);
            self.unsure -= 1;
            if !matches!(value.data, Data::Null) {
                let span = self.document.span(pair.key);
                entries.push(Entry { key, span, value });
            }
        }
        self.current = outside;
        Value::object(entries, resource.item.key)
    }

    /// Whether a resource has an attribute that no resource has.
    fn has_other_attributes(&self, node: NodeId) -> bool {
        let mut pairs = self.document.pairs(node).iter();
        let lost = self.document.lost_a_member(node);
        lost || pairs.any(|pair| match self.document.text(pair.key) {
            Some(key) => !ATTRIBUTES.contains(&key.as_str()) && !key.contains(':'),
            None => true,
        })
    }

    /// Says that an attribute of a resource is misspelt.
    fn check_attribute(&mut self, key: &str, node: NodeId) {
        if ATTRIBUTES.contains(&key) || key.contains(':') {
            return;
        }
        let Some(near) = nearest(key, ATTRIBUTES.iter().copied()) else {
            return;
        };
        let message = format!("a resource has no attribute `{key}`: what it holds was not checked");
        let said = Diagnostic::new(Code::Structure, self.document.span(node), message);
        self.context
            .error(said.help(format!("did you mean `{near}`?")));
    }

    fn depends_on(&mut self, id: &EcoString, node: NodeId, scope: &Scope) {
        let nodes = match self.document.node(node).kind {
            Kind::Sequence(_) => self.document.items(node).to_vec(),
            _ => vec![node],
        };
        for node in nodes {
            if self.call(node).is_some() {
                continue;
            }
            let Some(other) = known(&self.value(node, scope)) else {
                continue;
            };
            if self.resources.contains_key(&other) {
                if self.exists(id).is_true() && self.exists(&other).is_true() {
                    self.edges.insert((id.clone(), other));
                }
            } else if !self.open_resources && !self.has_macro() && !self.is_serverless() {
                let span = self.document.span(node);
                self.error(
                    Code::Evaluation,
                    span,
                    format!("DependsOn: there is no resource `{other}`"),
                );
            }
        }
    }
}

/// A map of which nothing is known.
fn open_map(why: Why, span: Span) -> Value {
    let map = Map::new(Vec::new(), Some(unknown(why)), Collection::Structural);
    Value::new(Data::Map(Arc::new(map)), span)
}

/// One map of several that it could be: what is not the same in all is one of them, or absent.
fn merged(arms: &[Value], span: Span) -> Value {
    let maps: Option<Vec<&Map>> = arms
        .iter()
        .map(|arm| match &arm.data {
            Data::Map(map) if map.rest.is_none() => Some(&**map),
            _ => None,
        })
        .collect();
    let Some(maps) = maps else {
        let why = arms
            .iter()
            .find_map(Value::first_why)
            .unwrap_or(Why::Condition);
        return open_map(why, span);
    };
    let mut keys: Vec<&Entry> = maps.iter().flat_map(|map| &map.entries).collect();
    keys.sort_by(|a, b| a.key.cmp(&b.key));
    keys.dedup_by(|a, b| a.key == b.key);
    let entries = keys.into_iter().map(|entry| {
        let values = maps.iter().map(|map| {
            let value = map.value(&entry.key).cloned();
            value.unwrap_or_else(|| Value::null(entry.span))
        });
        Entry {
            value: one_of(Why::Condition, values, span),
            ..entry.clone()
        }
    });
    Value::object(entries.collect(), span)
}
