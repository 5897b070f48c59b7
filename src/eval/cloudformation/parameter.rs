//! Parameters: what nothing sets, defaults, parameter files, arguments of nested stacks; pseudo parameters.

use std::collections::BTreeMap;
use std::sync::Arc;

use ecow::EcoString;

use super::evaluator::{Evaluator, literal, one_of};
use super::text::known;
use crate::eval::{
    Address, Data, Declared, Entry, Mode, PARAMETER, Role, Truth, Unknown, Value, Why,
};
use crate::source::{Code, Diagnostic, Span};
use crate::syntax::yaml::{Document, Kind, NodeId};

/// The partitions of AWS (botocore's `partitions.json`, 2025).
const PARTITIONS: [&str; 8] = [
    "aws",
    "aws-cn",
    "aws-us-gov",
    "aws-iso",
    "aws-iso-b",
    "aws-iso-e",
    "aws-iso-f",
    "aws-eusc",
];

/// The values that a template is given from outside.
#[derive(Default)]
pub(super) struct Arguments {
    pub(super) given: BTreeMap<EcoString, Argument>,
    /// There may be more of them.
    pub(super) rest: Option<Arc<Unknown>>,
}

/// A value for a parameter.
pub(super) struct Argument {
    /// The bytes of the name.
    pub(super) key: Span,
    /// None: the value that the stack already has (`UsePreviousValue`).
    pub(super) value: Option<Value>,
}

/// The arguments that parameter files give. What has another form is left out: the file may be meant for other tools.
pub(super) fn from_files(files: &[Document]) -> Arguments {
    let mut given = BTreeMap::new();
    for file in files {
        let Some(root) = file.root else { continue };
        let map = file.get(root, "Parameters").map_or(root, |pair| pair.value);
        for pair in file.pairs(map) {
            let (Some(name), Kind::Scalar { .. }) =
                (file.text(pair.key), &file.node(pair.value).kind)
            else {
                continue;
            };
            let key = file.span(pair.key);
            let value = Some(literal(file, pair.value));
            given.insert(name.clone(), Argument { key, value });
        }
        for &item in file.items(root) {
            if let Some((name, argument)) = from_item(file, item) {
                given.insert(name, argument);
            }
        }
    }
    Arguments { given, rest: None }
}

/// A member of the array of the AWS CLI.
fn from_item(file: &Document, item: NodeId) -> Option<(EcoString, Argument)> {
    let key = file.span(item);
    if let Some(text) = file.text(item) {
        let (name, value) = text.split_once('=')?;
        let value = Some(Value::text(value, key));
        return Some((name.into(), Argument { key, value }));
    }
    let name = file.get(item, "ParameterKey")?.value;
    let previous = file
        .get(item, "UsePreviousValue")
        .and_then(|pair| file.text(pair.value));
    let value = match file.get(item, "ParameterValue") {
        Some(pair) => Some(literal(file, pair.value)),
        None if previous.is_some_and(|text| text.eq_ignore_ascii_case("true")) => None,
        None => return None,
    };
    let key = file.span(name);
    Some((file.text(name)?.clone(), Argument { key, value }))
}

impl Evaluator<'_, '_> {
    /// Reports arguments for parameters that are not declared, and values that are not allowed.
    pub(super) fn check_arguments(&mut self) {
        let stray: Vec<(EcoString, Span)> = self
            .arguments
            .given
            .iter()
            .filter(|(name, _)| self.member("Parameters", name).is_none())
            .map(|(name, argument)| (name.clone(), argument.key))
            .collect();
        for (name, span) in stray {
            let message = format!("the template has no parameter `{name}`");
            let diagnostic = Diagnostic::new(Code::Evaluation, span, message);
            self.context
                .error(diagnostic.help("remove it, or correct its name"));
        }
        let Some(section) = self.section("Parameters") else {
            return;
        };
        for pair in self.document.pairs(section) {
            if let Some(name) = self.document.text(pair.key) {
                self.parameter(name);
            }
        }
    }

    /// The value of a parameter; nothing if none is declared under this name.
    pub(super) fn parameter(&mut self, name: &str) -> Option<Value> {
        if let Some(value) = self.parameters.get(name) {
            return Some(value.clone());
        }
        let item = self.member("Parameters", name)?;
        let secret = self
            .field(item.node, "NoEcho")
            .is_some_and(|text| text.eq_ignore_ascii_case("true"));
        let value = self
            .parameter_value(name, item.node, item.key)
            .sensitive_if(secret);
        self.parameters.insert(name.into(), value.clone());
        Some(value)
    }

    /// Declares the parameters: the `name`, the `default` under that name, and whether it is `sensitive`.
    pub(super) fn declare_parameters(&mut self) {
        let Some(section) = self.section("Parameters") else {
            return;
        };
        for pair in self.document.pairs(section) {
            let Some(name) = self.document.text(pair.key).cloned() else {
                continue;
            };
            let header = self.document.span(pair.key);
            let entry = |key: &str, value: Value| Entry {
                key: key.into(),
                span: value.origin.span,
                value,
            };
            let hidden = self.field(pair.value, "NoEcho");
            let hidden = hidden.is_some_and(|text| text.eq_ignore_ascii_case("true"));
            let mut entries = vec![
                entry("name", Value::text(name.clone(), header)),
                entry("sensitive", Value::bool(hidden, header)),
            ];
            if let Some(default) = self.document.get(pair.value, "Default") {
                let value = literal(self.document, default.value);
                let span = value.origin.span;
                let named = Value::object(vec![entry(&name, value)], span);
                entries.push(entry("default", named));
            }
            let declared = Declared {
                address: Arc::new(Address {
                    mode: Mode::Input,
                    ..self.address(&name, &PARAMETER.into())
                }),
                body: Value::object(entries, header),
                meta: Value::null(header),
                header,
                span: header.to(self.document.span(pair.value)),
                exists: Truth::True,
                calls: self.place.calls.clone(),
                provider: None,
            };
            self.context.inputs.push(declared);
        }
    }

    /// Whether a parameter or pseudo parameter is a list.
    pub(super) fn is_list_name(&self, name: &str) -> bool {
        let of_type = self
            .member("Parameters", name)
            .and_then(|item| self.field(item.node, "Type"));
        of_type.map_or(name == "AWS::NotificationARNs", |of_type| {
            is_list_type(of_type)
        })
    }

    fn field(&self, node: NodeId, name: &str) -> Option<&EcoString> {
        self.document.text(self.document.get(node, name)?.value)
    }

    fn parameter_value(&mut self, name: &str, node: NodeId, key: Span) -> Value {
        let nothing = || Why::Variable(name.into());
        let of_type = self.field(node, "Type").cloned().unwrap_or_default();
        let from_store = of_type.starts_with("AWS::SSM::Parameter::Value<");
        let is_list = is_list_type(&of_type);
        let given = match self.arguments.given.get(name) {
            Some(Argument { value: None, .. }) => return Value::unknown(nothing(), key),
            Some(Argument { value, .. }) => value.clone(),
            None => None,
        };
        let value = match (given, &self.arguments.rest) {
            (Some(value), _) => value,
            (None, Some(rest)) => return Value::unknown(rest.why.clone(), key),
            (None, None) => match self.document.get(node, "Default") {
                Some(pair) => literal(self.document, pair.value),
                None if is_list || from_store => return Value::unknown(nothing(), key),
                None => return one_of(nothing(), self.allowed(node), key),
            },
        };
        if from_store {
            return Value::unknown(nothing(), key);
        }
        let value = self.written(value).through(key, Role::Variable);
        let value = if is_list { split_list(value) } else { value };
        self.check_allowed(name, node, &value);
        value
    }

    /// A default or argument may hold dynamic references.
    fn written(&mut self, value: Value) -> Value {
        match &value.data {
            Data::Text(text) if text.contains("{{resolve:") => {
                let span = value.origin.span;
                super::text::finish(super::text::pieces_of(&value).unwrap_or_default(), span)
            }
            _ => value,
        }
    }

    fn allowed(&self, node: NodeId) -> Vec<Value> {
        let list = self
            .document
            .get(node, "AllowedValues")
            .map(|pair| self.document.items(pair.value));
        list.unwrap_or_default()
            .iter()
            .map(|&item| literal(self.document, item))
            .collect()
    }

    fn check_allowed(&mut self, name: &str, node: NodeId, value: &Value) {
        let allowed = self.allowed(node);
        if allowed.is_empty() {
            return;
        }
        let values = match &value.data {
            Data::List(list) => list.items.as_slice(),
            _ => std::slice::from_ref(value),
        };
        let refused = values
            .iter()
            .find(|value| allowed.iter().all(|one| one.same(value).is_false()));
        if let Some(refused) = refused {
            let span = refused.origin.span;
            let message = format!("this is not among the allowed values of parameter `{name}`");
            let place = self
                .document
                .get(node, "AllowedValues")
                .map_or(node, |pair| pair.value);
            let diagnostic = Diagnostic::new(Code::Evaluation, span, message);
            let place = self.document.span(place);
            self.context
                .error(diagnostic.related(place, "the allowed values"));
        }
    }

    /// Whether nothing sets this parameter and none of its allowed values is this text.
    pub(super) fn never_allowed(&mut self, name: &str, text: &str) -> bool {
        let Some(Data::Unknown(unknown)) = self.parameter(name).map(|value| value.data) else {
            return false;
        };
        let Some(item) = self.member("Parameters", name) else {
            return false;
        };
        let allowed = self.allowed(item.node);
        unknown.why == Why::Variable(name.into())
            && !allowed.is_empty()
            && allowed.iter().all(|one| one.equals_text(text).is_false())
    }
}

fn is_list_type(of_type: &str) -> bool {
    of_type.contains("List<") || of_type == "CommaDelimitedList"
}

/// A list parameter: its text split at commas, white space around each member removed.
fn split_list(value: Value) -> Value {
    let span = value.origin.span;
    let Some(text) = known(&value) else {
        return value;
    };
    let member = |part: &str| Value {
        data: Data::Text(part.trim().into()),
        ..value.clone()
    };
    let items = if text.trim().is_empty() {
        Vec::new()
    } else {
        text.split(',').map(member).collect()
    };
    Value {
        origin: value.origin.clone(),
        ..Value::tuple(items, span)
    }
}

/// The value of a pseudo parameter ("Pseudo parameters reference"); nothing if there is none of this name.
pub(super) fn pseudo(name: &str, span: Span) -> Option<Value> {
    let why = Why::Environment(name.into());
    match name {
        "AWS::NoValue" => Some(Value::null(span)),
        "AWS::Partition" => {
            let partitions = PARTITIONS.map(|partition| Value::text(partition, Span::nowhere()));
            Some(one_of(why, partitions, span))
        }
        "AWS::AccountId"
        | "AWS::NotificationARNs"
        | "AWS::Region"
        | "AWS::StackId"
        | "AWS::StackName"
        | "AWS::URLSuffix" => Some(Value::unknown(Why::Pseudo(name.into()), span)),
        _ => None,
    }
}
