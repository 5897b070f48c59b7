//! How the transform writes values: small builders that give every value it adds the span of the SAM resource's header.

use std::sync::Arc;

use ecow::EcoString;
use sha1::{Digest, Sha1};

use super::Context;
use crate::eval::{
    Address, Collection, Data, Declared, Entry, Key, List, Map, Mode, Number, Piece, Reference,
    Template, Truth, Unknown, Value, Via, Why,
};
use crate::source::Span;

/// What a SAM resource hands to everything made from it: its place, its stack, whether it exists.
#[derive(Clone)]
pub(super) struct Maker<'c> {
    pub(super) context: &'c Context<'c>,
    pub(super) address: Address,
    pub(super) header: Span,
    pub(super) span: Span,
    pub(super) exists: Truth,
    /// The attributes that everything made has too: condition, deletion and replacement.
    meta: Value,
    /// What bounds the roles of a state machine's events.
    pub(super) boundary: Option<Value>,
    calls: Option<Arc<Via>>,
}

impl<'c> Maker<'c> {
    /// For what is made from `source`.
    pub(super) fn of(source: &Declared, context: &'c Context<'c>) -> Self {
        Self {
            context,
            address: source.address.as_ref().clone(),
            header: source.header,
            span: source.span,
            exists: source.exists,
            meta: passed_on(&source.meta, source.header),
            boundary: super::shape::get(&source.body, "PermissionsBoundary").cloned(),
            calls: source.calls.clone(),
        }
    }

    /// The logical id of the SAM resource with a suffix.
    pub(super) fn id(&self, suffix: &str) -> EcoString {
        ecow::eco_format!("{}{suffix}", self.address.name)
    }

    pub(super) fn text(&self, text: impl Into<EcoString>) -> Value {
        Value::text(text, self.header)
    }

    pub(super) fn bool(&self, value: bool) -> Value {
        Value::bool(value, self.header)
    }

    pub(super) fn number(&self, value: i64) -> Value {
        Value::new(Data::Number(Number::Int(value)), self.header)
    }

    pub(super) fn list(&self, items: Vec<Value>) -> Value {
        Value::tuple(items, self.header)
    }

    pub(super) fn texts(&self, items: &[&str]) -> Value {
        self.list(items.iter().map(|item| self.text(*item)).collect())
    }

    /// A list that may have more members, for the reason in `rest`.
    pub(super) fn open_list(&self, items: Vec<Value>, rest: Option<Arc<Unknown>>) -> Value {
        let list = List {
            items,
            rest,
            kind: Collection::Structural,
        };
        Value::new(Data::List(Arc::new(list)), self.header)
    }

    pub(super) fn map<const N: usize>(&self, entries: [(&str, Value); N]) -> Value {
        self.map_of(entries.into_iter().map(|(key, value)| (key.into(), value)))
    }

    pub(super) fn map_of(&self, entries: impl IntoIterator<Item = (EcoString, Value)>) -> Value {
        let entries = entries.into_iter().map(|(key, value)| Entry {
            key,
            span: self.header,
            value,
        });
        Value::object(entries.collect(), self.header)
    }

    /// The address of something that this SAM resource makes, or of another resource of its stack.
    pub(super) fn sibling(&self, type_name: &str, id: &str) -> Address {
        Address {
            mode: Mode::Managed,
            type_name: type_name.into(),
            name: id.into(),
            key: Key::None,
            ..self.address.clone()
        }
    }

    /// `Ref id`.
    pub(super) fn refer(&self, type_name: &str, id: &str) -> Value {
        self.attribute(type_name, id, &[])
    }

    /// `Fn::GetAtt [id, path…]`.
    pub(super) fn attribute(&self, type_name: &str, id: &str, path: &[&str]) -> Value {
        let reference = Reference {
            target: self.sibling(type_name, id),
            path: path.iter().map(|step| EcoString::from(*step)).collect(),
            value: None,
        };
        Value::new(Data::Reference(Arc::new(reference)), self.header)
    }

    /// `Ref AWS::…`: what the evaluator knows about it, at the header.
    pub(super) fn pseudo(&self, name: &str) -> Value {
        let mut value = (self.context.pseudo)(name);
        value.origin = crate::eval::Origin::at(self.header);
        value
    }

    /// `Fn::Sub [pattern, variables]`; a name that is no variable is a pseudo parameter.
    pub(super) fn sub(&self, pattern: &str, variables: &[(&str, Value)]) -> Value {
        let mut parts = Parts::default();
        let mut rest = pattern;
        while let Some((before, after)) = rest.split_once("${") {
            parts.text(before, self.header);
            let Some((name, after)) = after.split_once('}') else {
                parts.text("${", self.header);
                rest = after;
                continue;
            };
            match variables.iter().find(|(variable, _)| *variable == name) {
                Some((_, value)) => parts.value(value),
                None => parts.value(&self.pseudo(name)),
            }
            rest = after;
        }
        parts.text(rest, self.header);
        parts.finish(self.header)
    }

    /// The ARN of a managed policy of AWS, e.g. `service-role/AWSLambdaBasicExecutionRole`.
    pub(super) fn managed_policy(&self, name: &str) -> Value {
        self.sub(
            &format!("arn:${{AWS::Partition}}:iam::aws:policy/{name}"),
            &[],
        )
    }

    /// `[{Effect: Allow, Action, Resource}]` as one statement.
    pub(super) fn allow(&self, action: Value, resource: Value) -> Value {
        self.map([
            ("Effect", self.text("Allow")),
            ("Action", action),
            ("Resource", resource),
        ])
    }

    /// The trust policy that lets a service of AWS take a role.
    pub(super) fn trusts(&self, service: &str) -> Value {
        let statement = self.map([
            ("Action", self.texts(&["sts:AssumeRole"])),
            ("Effect", self.text("Allow")),
            ("Principal", self.map([("Service", self.texts(&[service]))])),
        ]);
        self.document(vec![statement])
    }

    /// A policy document of statements with the current version.
    pub(super) fn document(&self, statements: Vec<Value>) -> Value {
        self.map([
            ("Version", self.text("2012-10-17")),
            ("Statement", self.list(statements)),
        ])
    }

    /// An inline policy of a role; the transform gives most of its own no `Version`.
    pub(super) fn inline_policy(&self, name: &str, statements: Vec<Value>) -> Value {
        self.map([
            ("PolicyName", self.text(name)),
            (
                "PolicyDocument",
                self.map([("Statement", self.list(statements))]),
            ),
        ])
    }

    /// A generated resource.
    pub(super) fn declare(&self, type_name: &str, id: &str, body: Body) -> Declared {
        Declared {
            address: self.sibling(type_name, id).into(),
            body: body.finish(self.header),
            meta: self.meta.clone(),
            header: self.header,
            span: self.span,
            exists: self.exists,
            calls: self.calls.clone(),
            provider: None,
        }
    }
}

/// The attributes of a resource that the transform passes on to all that it makes of it.
fn passed_on(meta: &Value, place: Span) -> Value {
    let mut body = Body::default();
    body.copy(
        meta,
        &["Condition", "DeletionPolicy", "UpdateReplacePolicy"],
    );
    body.finish(place)
}

/// The properties of a generated resource while they are collected. What is null or absent is left out.
#[derive(Default)]
pub(super) struct Body {
    entries: Vec<Entry>,
    rest: Option<Arc<Unknown>>,
}

impl Body {
    /// Properties made from those of `source`: where it may have more, so may they.
    pub(super) fn from(source: &Value) -> Self {
        let rest = match &source.resolved().data {
            Data::Map(map) => map.rest.clone(),
            Data::Unknown(unknown) => Some(Arc::new(Unknown {
                why: unknown.why.clone(),
                among: Vec::new(),
            })),
            _ => None,
        };
        Self {
            entries: Vec::new(),
            rest,
        }
    }

    /// A property with a value that the transform adds.
    pub(super) fn set(&mut self, key: &str, value: Value) -> &mut Self {
        let span = value.origin.span;
        self.put(key, span, value)
    }

    /// A property with a value, where there is one.
    pub(super) fn set_some(&mut self, key: &str, value: Option<Value>) -> &mut Self {
        if let Some(value) = value {
            self.set(key, value);
        }
        self
    }

    /// The properties of these names as they are.
    pub(super) fn copy(&mut self, source: &Value, keys: &[&str]) -> &mut Self {
        for key in keys {
            self.copy_as(source, key, key);
        }
        self
    }

    /// The property `from` under the name `to`.
    pub(super) fn copy_as(&mut self, source: &Value, from: &str, to: &str) -> &mut Self {
        if let Some(entry) = source.as_map().and_then(|map| map.get(from)) {
            self.put(to, entry.span, entry.value.clone());
        }
        self
    }

    fn put(&mut self, key: &str, span: Span, value: Value) -> &mut Self {
        if value.data != Data::Null {
            self.entries.push(Entry {
                key: key.into(),
                span,
                value,
            });
        }
        self
    }

    /// The map.
    pub(super) fn finish(self, span: Span) -> Value {
        let map = Map::new(self.entries, self.rest, Collection::Structural);
        Value::new(Data::Map(Arc::new(map)), span)
    }
}

/// The pieces of a text while they are collected.
#[derive(Default)]
struct Parts(Vec<Piece>);

impl Parts {
    fn text(&mut self, text: &str, span: Span) {
        if text.is_empty() {
            return;
        }
        // Neighbours that one place wrote are one piece.
        if let Some(Piece::Text(last, at)) = self.0.last_mut()
            && *at == span
        {
            last.push_str(text);
            return;
        }
        self.0.push(Piece::Text(text.into(), span));
    }

    fn value(&mut self, value: &Value) {
        let span = value.origin.span;
        match &value.data {
            Data::Text(text) => self.text(text, span),
            Data::Number(number) => self.text(&number.to_string(), span),
            Data::Bool(own) => self.text(if *own { "true" } else { "false" }, span),
            Data::Template(template) => {
                for piece in &template.pieces {
                    match piece {
                        Piece::Text(text, span) => self.text(text, *span),
                        Piece::Value(value) => self.0.push(Piece::Value(value.clone())),
                    }
                }
            }
            _ => self.0.push(Piece::Value(value.clone())),
        }
    }

    fn finish(self, span: Span) -> Value {
        let mut pieces = self.0;
        if pieces.len() == 1
            && let Some(Piece::Value(_)) = pieces.first()
            && let Some(Piece::Value(value)) = pieces.pop()
        {
            return value;
        }
        let mut text = EcoString::new();
        for piece in &pieces {
            match piece {
                Piece::Text(known, _) => text.push_str(known),
                Piece::Value(_) => {
                    let template = Template {
                        text: None,
                        pieces,
                        decoded: None,
                    };
                    return Value::new(Data::Template(Arc::new(template)), span);
                }
            }
        }
        match pieces.as_slice() {
            [] | [_] => {
                let origin = pieces.first().map_or(span, |piece| match piece {
                    Piece::Text(_, at) => *at,
                    Piece::Value(value) => value.origin.span,
                });
                Value::text(text, origin)
            }
            _ => {
                let template = Template {
                    text: Some(text),
                    pieces,
                    decoded: None,
                };
                Value::new(Data::Template(Arc::new(template)), span)
            }
        }
    }
}

/// Ten hexadecimal digits for a logical id.
///
/// The transform takes the first ten digits of the SHA-1 of a text, or of the compact JSON with sorted keys of what
/// it hashes (`samtranslator/translator/logical_id_generator.py`). That text holds intrinsic functions as written,
/// which are gone after evaluation: here references are written as `Ref` and `Fn::GetAtt`, and each unknown by its
/// reason. So the digits are the transform's own where every value was written literally, and stable elsewhere.
pub(super) fn hash(value: &Value) -> EcoString {
    let mut text = String::new();
    match value.as_text() {
        Some(own) => text.push_str(own),
        None => write_json(value, &mut text, 0),
    }
    if text.is_empty() {
        return EcoString::new();
    }
    let digest = Sha1::digest(text.as_bytes());
    digest
        .iter()
        .take(5)
        .map(|byte| ecow::eco_format!("{byte:02x}"))
        .collect()
}

/// Nesting beyond this depth no longer changes a hash.
const MAX_DEPTH: usize = 100;

fn write_json(value: &Value, out: &mut String, depth: usize) {
    if depth > MAX_DEPTH {
        return;
    }
    match &value.data {
        Data::Null => out.push_str("null"),
        Data::Bool(own) => out.push_str(if *own { "true" } else { "false" }),
        Data::Number(number) => out.push_str(&number.to_string()),
        Data::Text(text) => write_text(text, out),
        Data::Template(template) => match &template.text {
            Some(text) => write_text(text, out),
            None => {
                let mut values = Vec::new();
                for piece in &template.pieces {
                    values.push(match piece {
                        Piece::Text(text, span) => Value::text(text.clone(), *span),
                        Piece::Value(value) => value.clone(),
                    });
                }
                write_joined("{\"Fn::Join\":[\"\",[", &values, "]]}", out, depth);
            }
        },
        Data::List(list) => write_joined("[", &list.items, "]", out, depth),
        Data::Map(map) => {
            out.push('{');
            for (at, entry) in map.entries.iter().enumerate() {
                out.push_str(if at == 0 { "" } else { "," });
                write_text(&entry.key, out);
                out.push(':');
                write_json(&entry.value, out, depth + 1);
            }
            out.push('}');
        }
        Data::Reference(reference) => {
            let path = reference.path.join(".");
            if path.is_empty() {
                out.push_str("{\"Ref\":");
                write_text(&reference.target.name, out);
                out.push('}');
            } else {
                out.push_str("{\"Fn::GetAtt\":[");
                write_text(&reference.target.name, out);
                out.push(',');
                write_text(&path, out);
                out.push_str("]}");
            }
        }
        Data::Unknown(unknown) => match &unknown.why {
            Why::Variable(name) | Why::Environment(name) | Why::Pseudo(name) => {
                out.push_str("{\"Ref\":");
                write_text(name, out);
                out.push('}');
            }
            why => {
                write_text(&why.to_string(), out);
                write_joined("[", &unknown.among, "]", out, depth);
            }
        },
    }
}

fn write_joined(open: &str, values: &[Value], close: &str, out: &mut String, depth: usize) {
    out.push_str(open);
    for (at, value) in values.iter().enumerate() {
        out.push_str(if at == 0 { "" } else { "," });
        write_json(value, out, depth + 1);
    }
    out.push_str(close);
}

/// A JSON text, everything beyond ASCII escaped as Python does.
pub(super) fn write_text(text: &str, out: &mut String) {
    use std::fmt::Write;
    out.push('"');
    for unit in text.encode_utf16() {
        match unit {
            0x22 => out.push_str("\\\""),
            0x5c => out.push_str("\\\\"),
            0x0a => out.push_str("\\n"),
            0x0d => out.push_str("\\r"),
            0x09 => out.push_str("\\t"),
            0x08 => out.push_str("\\b"),
            0x0c => out.push_str("\\f"),
            0x20..=0x7e => out.push(char::from(unit as u8)),
            _ => write!(out, "\\u{unit:04x}").unwrap_or_default(),
        }
    }
    out.push('"');
}
