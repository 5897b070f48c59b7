//! Nested stacks: `AWS::CloudFormation::Stack` and `AWS::Serverless::Application` whose template is a local file, as
//! `aws cloudformation package` takes them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use ecow::EcoString;

use super::context::{MAX_NESTED, Place, Template};
use super::evaluator::Evaluator;
use super::parameter::{Argument, Arguments};
use super::text::known;
use crate::eval::{Data, Declared, Role, Truth, Value, Via, Why};
use crate::source::{Closed, Code, Diagnostic, Span};
use crate::syntax::yaml;

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
        let property = template_property(&resource.type_name)?;
        if !self.making.insert(id.clone()) {
            return None;
        }
        let child = self.make_child(id, property, resource.item.key);
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
        let Some(url) = known(location) else {
            self.context.missing(id.clone(), key);
            return None;
        };
        let template = match self.find_template(&url) {
            Some(Ok(template)) => template,
            Some(Err(closed)) => {
                self.say_closed(&url, span, &closed);
                self.context.missing(url, span);
                return None;
            }
            None => {
                self.context.missing(url, span);
                return None;
            }
        };
        let (file, document) = &*template;
        if self.place.above.contains(&file.at) {
            self.error(
                Code::Cycle,
                span,
                format!("circular nested stacks: `{url}` is being made by itself"),
            );
            self.context.missing(url, span);
            return None;
        }
        if self.place.above.len() > MAX_NESTED || !self.context.nested(span) {
            self.error(
                Code::Limit,
                span,
                format!("nested stacks lie more than {MAX_NESTED} deep"),
            );
            self.context.missing(url, span);
            return None;
        }
        let place = self.child_place(id, key, file.at.clone());
        let arguments = arguments(map.value("Parameters"), map.rest.is_some());
        if !self.context.enter(span) {
            return None;
        }
        let made = Evaluator::new(self.context, document, &file.text, place, arguments).run();
        self.context.leave();
        Some(Arc::new(Child {
            resources: made.resources,
            outputs: made.outputs,
        }))
    }

    fn child_place(&mut self, id: &EcoString, key: Span, path: Arc<Path>) -> Place {
        let exists = self.exists(id) & self.place.exists;
        let mut above = self.place.above.clone();
        above.push(path.clone());
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

    /// The template in a file that a location names; nothing where it names no file.
    fn find_template(&mut self, url: &str) -> Option<Result<Template, Closed>> {
        if url.contains("://") || url.is_empty() {
            return None;
        }
        let url = url.replace('\\', "/");
        let path = self.place.folder().join(&url);
        let path = self.context.door.scope().absolute(&path);
        if let Some(known) = self.context.templates.get(&path) {
            return Some(known.clone());
        }
        let template = self.load(&path);
        self.context.templates.insert(path, template.clone());
        Some(template)
    }

    fn load(&mut self, path: &Path) -> Result<Template, Closed> {
        let bytes = self.context.door.read(path)?;
        let shown = self.context.door.scope().shown(path);
        let (file, problem) = self.context.sources.add_file(path, &shown, bytes);
        let document = yaml::parse(&file);
        self.context.diagnostics.extend(problem);
        self.context
            .diagnostics
            .extend(document.errors.iter().cloned());
        self.context.grant(document.nodes.len());
        Ok(Arc::new((file, document)))
    }

    /// Says why a template that lies beside this one is not read. What is not there (it may be built, or packaged from
    /// elsewhere) is named at the end of the run, as what lies elsewhere is.
    fn say_closed(&mut self, url: &str, span: Span, closed: &Closed) {
        let said = match closed {
            Closed::Missing => return,
            Closed::Outside => Diagnostic::new(
                Code::Outside,
                span,
                format!("the template `{url}` lies outside of the folders that are read"),
            )
            .help("run the tool on a folder that holds both templates"),
            closed => Diagnostic::new(
                closed.code(),
                span,
                format!("the template `{url}` could not be read: {closed}"),
            ),
        };
        self.context.error(said);
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
