//! Nested stacks: `AWS::CloudFormation::Stack` and `AWS::Serverless::Application` whose template is a local file, as
//! `aws cloudformation package` takes them or as an app of CDK wrote it; and stack sets that hold their template.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use ecow::EcoString;

use super::context::{MAX_NESTED, Place};
use super::evaluator::Evaluator;
use super::parameter::{Argument, Arguments};
use super::text::known;
use crate::eval::{Data, Declared, Role, Truth, Value, Via, Why, budget};
use crate::source::{Code, Span, deep};
use crate::syntax::yaml::Document;

/// A nested stack that was evaluated.
pub(super) struct Child {
    pub(super) resources: Vec<Declared>,
    outputs: Value,
}

/// The property that names the template, by type.
fn template_property(type_name: &str) -> Option<&'static str> {
    match type_name {
        "AWS::CloudFormation::Stack" => Some("TemplateURL"),
        "AWS::Serverless::Application" => Some("Location"),
        _ => None,
    }
}

impl Evaluator<'_, '_> {
    pub(super) fn is_stack(&self, id: &str) -> bool {
        self.resources
            .get(id)
            .is_some_and(|resource| template_property(&resource.type_name).is_some())
    }

    /// An output of a nested stack.
    pub(super) fn output(&mut self, id: &EcoString, name: &str, span: Span) -> Value {
        if self.making.contains(id) || matches!(self.bodies.get(id), Some(None)) {
            return Value::unknown(Why::Cycle(id.clone()), span);
        }
        let Some(child) = self.child(id) else {
            let url = self.template_url(id).unwrap_or_else(|| id.clone());
            return Value::unknown(Why::Module(url), span);
        };
        let Data::Map(outputs) = &child.outputs.data else {
            return Value::unknown(Why::Invalid, span);
        };
        match (outputs.value(name), &outputs.rest) {
            (Some(value), _) => value.clone().through(span, Role::Output),
            (None, Some(rest)) => Value::unknown(rest.why.clone(), span),
            (None, None) => self.invalid(
                span,
                format!("the template of `{id}` has no output `{name}`"),
            ),
        }
    }

    /// The location of the template of a nested stack as written, where it is known.
    fn template_url(&mut self, id: &EcoString) -> Option<EcoString> {
        let property = template_property(&self.resources.get(id)?.type_name)?;
        let body = self.body(id);
        known(body.as_map()?.value(property)?)
    }

    /// The nested stack that a resource makes; nothing if it makes none, or if its template is not here.
    pub(super) fn child(&mut self, id: &EcoString) -> Option<Arc<Child>> {
        if let Some(known) = self.children.get(id) {
            return known.clone();
        }
        let resource = self.resources.get(id)?.clone();
        let key = resource.item.key;
        let property = template_property(&resource.type_name);
        let is_set = resource.type_name == "AWS::CloudFormation::StackSet";
        if (property.is_none() && !is_set) || !self.making.insert(id.clone()) {
            return None;
        }
        let child = match property {
            Some(property) => self.make_child(id, property, key),
            None => self.stack_set(id, key),
        };
        self.making.remove(id);
        self.children.insert(id.clone(), child.clone());
        child
    }

    fn make_child(&mut self, id: &EcoString, property: &str, key: Span) -> Option<Arc<Child>> {
        let body = self.body(id);
        let map = body.as_map()?;
        let Some(location) = map.value(property) else {
            self.context.missing(id.clone(), key);
            return None;
        };
        let span = location.origin.span;
        let written = known(location);
        let asset = match &written {
            Some(url) if !url.contains("://") => None,
            _ => self.asset(id, property, location),
        };
        let Some(url) = asset.or(written) else {
            self.context.missing(id.clone(), key);
            return None;
        };
        let template = match self.context.find(&self.place, &url) {
            Some(Ok(template)) => template,
            Some(Err(closed)) => {
                self.context.say_closed(&url, span, &closed);
                self.context.missing(url, span);
                return None;
            }
            None => {
                self.context.missing(url, span);
                return None;
            }
        };
        let (file, document) = &*template;
        let arguments = arguments(map.value("Parameters"), map.rest.is_some());
        let place = self.child_place(id, key, file.at.clone(), file.at.clone());
        self.run_child(document, &file.text, place, arguments, span)
    }

    /// The template that a stack set holds as a text.
    fn stack_set(&mut self, id: &EcoString, key: Span) -> Option<Arc<Child>> {
        let body = self.body(id);
        let map = body.as_map()?;
        let Some(template) = map.value("TemplateBody") else {
            return self.make_child(id, "TemplateURL", key);
        };
        let span = template.origin.span;
        let Some(text) = known(template) else {
            self.context.missing(id.clone(), span);
            return None;
        };
        let (document, text) = self.context.inside(&text, span);
        self.context.grant(document.nodes.len());
        self.context
            .diagnostics
            .extend(document.errors.iter().cloned());
        let arguments = pairs(map.value("Parameters"), map.rest.is_some());
        let inside = self.place.path.join(format!("#{id}"));
        let place = self.child_place(id, key, self.place.path.clone(), inside.into());
        self.run_child(&document, &text, place, arguments, span)
    }

    fn run_child(
        &mut self,
        document: &Document,
        text: &str,
        place: Place,
        arguments: Arguments,
        span: Span,
    ) -> Option<Arc<Child>> {
        let (own, above) = place.above.split_last()?;
        let shown = self.context.door.scope().shown(own);
        if above.contains(own) {
            let message = format!("circular nested stacks: `{shown}` is being made by itself");
            self.error(Code::Cycle, span, message);
            self.context.missing(shown, span);
            return None;
        }
        if above.len() > MAX_NESTED || !self.context.nested(span) {
            let message = format!("nested stacks lie more than {MAX_NESTED} deep");
            self.error(Code::Limit, span, message);
            self.context.missing(shown, span);
            return None;
        }
        if !self.context.enter(span) {
            return None;
        }
        let whole = self.context.included(document, &place);
        let document = whole.as_ref().unwrap_or(document);
        budget::take(budget::INSTANCE);
        let made = deep(|| Evaluator::new(self.context, document, text, place, arguments).run());
        self.context.leave();
        Some(Arc::new(Child {
            resources: made.resources,
            outputs: made.outputs,
        }))
    }

    /// Where a template stands; `own` tells it apart from those it lies in.
    fn child_place(&mut self, id: &EcoString, key: Span, path: Arc<Path>, own: Arc<Path>) -> Place {
        let exists = self.exists(id) & self.place.exists;
        let mut above = self.place.above.clone();
        above.push(own);
        let module = match self.place.module.as_str() {
            "" => id.clone(),
            outer => ecow::eco_format!("{outer}/{id}"),
        };
        Place {
            path,
            module,
            calls: Some(Arc::new(Via {
                span: key,
                role: Role::Call,
                previous: self.place.calls.clone(),
            })),
            exists: if exists.is_false() {
                Truth::Unknown
            } else {
                exists
            },
            above,
        }
    }
}

/// The arguments that the property `Parameters` passes.
fn arguments(parameters: Option<&Value>, open: bool) -> Arguments {
    let mut given = BTreeMap::new();
    let Some(value) = parameters else {
        let rest = open.then(|| super::evaluator::unknown(Why::Condition));
        return Arguments { given, rest };
    };
    let Data::Map(map) = &value.resolved().data else {
        let why = value.first_why().unwrap_or(Why::Invalid);
        let rest = Some(super::evaluator::unknown(why));
        return Arguments { given, rest };
    };
    for entry in &map.entries {
        let value = entry.value.clone().through(entry.span, Role::Argument);
        let key = entry.span;
        given.insert(
            entry.key.clone(),
            Argument {
                key,
                value: Some(value),
            },
        );
    }
    let rest = map.rest.clone();
    Arguments { given, rest }
}

/// The arguments that a list of `ParameterKey` and `ParameterValue` passes.
fn pairs(parameters: Option<&Value>, open: bool) -> Arguments {
    let members = match parameters.map(|value| &value.resolved().data) {
        Some(Data::List(list)) if list.rest.is_none() => list.items.as_slice(),
        None if !open => &[],
        _ => {
            let why = parameters
                .and_then(Value::first_why)
                .unwrap_or(Why::Condition);
            return Arguments {
                given: BTreeMap::new(),
                rest: Some(super::evaluator::unknown(why)),
            };
        }
    };
    let given = members.iter().filter_map(|member| {
        let map = member.as_map()?;
        let name = map.get("ParameterKey")?;
        let value = map.value("ParameterValue")?.clone();
        let argument = Argument {
            key: name.span,
            value: Some(value.through(name.span, Role::Argument)),
        };
        Some((known(&name.value)?, argument))
    });
    Arguments {
        given: given.collect(),
        rest: None,
    }
}
