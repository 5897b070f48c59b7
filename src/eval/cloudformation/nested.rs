//! Nested stacks: `AWS::CloudFormation::Stack` and `AWS::Serverless::Application` whose template is a local file, as
//! `aws cloudformation package` takes them.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use ecow::EcoString;

use super::context::{MAX_NESTED, Place, Template};
use super::evaluator::Evaluator;
use super::parameter::{Argument, Arguments};
use super::text::known;
use crate::eval::{Data, Declared, Role, Truth, Value, Via, Why};
use crate::source::{Code, Diagnostic, EntryKind, Span};
use crate::syntax::yaml;

/// A nested stack that was evaluated.
pub(super) struct Child {
    pub(super) resources: Vec<Declared>,
    outputs: Value,
}

/// Where the template of a nested stack is.
enum Found {
    Here(Template, PathBuf, String),
    /// Not here, or it could not be read.
    Missing,
    Outside,
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
        let (template, path, shown) = match self.find_template(&url) {
            Found::Here(template, path, shown) => (template, path, shown),
            Found::Missing => {
                self.context.missing(url, span);
                return None;
            }
            Found::Outside => {
                let message =
                    format!("the template `{url}` lies outside of the folders that are read");
                let diagnostic = Diagnostic::new(Code::Outside, span, message);
                self.context
                    .error(diagnostic.help("run the tool on a folder that holds both templates"));
                self.context.missing(url, span);
                return None;
            }
        };
        if self.place.above.contains(&shown) {
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
        let place = self.child_place(id, key, path, shown);
        let arguments = arguments(map.value("Parameters"), map.rest.is_some());
        let (file, document) = &*template;
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

    fn child_place(&mut self, id: &EcoString, key: Span, path: PathBuf, shown: String) -> Place {
        let exists = self.exists(id) & self.place.exists;
        let mut above = self.place.above.clone();
        above.push(shown.clone());
        let module = match self.place.module.as_str() {
            "" => id.clone(),
            outer => ecow::eco_format!("{outer}/{id}"),
        };
        Place {
            path,
            shown,
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

    fn find_template(&mut self, url: &str) -> Found {
        if url.contains("://") || url.is_empty() {
            return Found::Missing;
        }
        let url = url.replace('\\', "/");
        let path = self.place.folder().join(&url);
        if self.context.files.kind(&path) != Some(EntryKind::File) {
            return Found::Missing;
        }
        let Ok(canonical) = self.context.files.canonical(&path) else {
            return Found::Missing;
        };
        if !self
            .context
            .roots
            .iter()
            .any(|root| canonical.starts_with(root))
        {
            return Found::Outside;
        }
        let shown = beside(&self.place.shown, &url);
        match self.load(&path, &shown) {
            Some(template) => Found::Here(template, path, shown),
            None => Found::Missing,
        }
    }

    /// Reads a template, once.
    fn load(&mut self, path: &Path, shown: &str) -> Option<Template> {
        if let Some(known) = self.context.templates.get(shown) {
            return known.clone();
        }
        let template = self.context.files.read(path).ok().map(|bytes| {
            let (file, problem) = self.context.sources.add(shown, bytes);
            let document = yaml::parse(&file);
            self.context.diagnostics.extend(problem);
            self.context
                .diagnostics
                .extend(document.errors.iter().cloned());
            self.context.grant(document.nodes.len());
            Arc::new((file, document))
        });
        self.context
            .templates
            .insert(shown.to_owned(), template.clone());
        template
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

/// The path as shown of a file named in another one.
fn beside(shown: &str, url: &str) -> String {
    let mut path = PathBuf::from(shown);
    path.pop();
    for part in Path::new(url).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir
                if matches!(path.components().next_back(), Some(Component::Normal(_))) =>
            {
                path.pop();
            }
            other => path.push(other),
        }
    }
    path.to_string_lossy().replace('\\', "/")
}
