//! JSON, out and in. What is encoded is remembered, so that the members of a policy keep their origins.

use std::fmt::Write;
use std::sync::Arc;

use super::Parameter::{Nullable, Text as T};
use super::call::made_at;
use super::json_text::{MAX_VALUES, Refusal, parse};
use super::place::Places;
use super::{Call, Function, MAX_TEXT};
use crate::eval::terraform::operator::{rebuild, text_pieces, unknown_of};
use crate::eval::terraform::types::{MAX_DEPTH, alike};
use crate::eval::{
    Collection, Data, Entry, List, Map, Piece, Reference, Template, Value, Why, budget,
};
use crate::source::Span;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::parts("jsonencode", &[Nullable], |call| {
        let mut encoder = Encoder::new(call.span);
        if !encoder.value(&call.arguments[0], 0) {
            return Ok(call.limit());
        }
        Ok(remembered(encoder.finish(), &call.arguments[0]))
    }),
    Function::parts("jsondecode", &[T], decode),
];

/// The text with the value that it encodes.
fn remembered(text: Value, of: &Value) -> Value {
    let (pieces, known) = match &text.data {
        Data::Text(known) => (
            vec![Piece::Text(known.clone(), text.origin.span)],
            Some(known.clone()),
        ),
        Data::Template(template) => (template.pieces.clone(), template.text.clone()),
        _ => return text,
    };
    let template = Template {
        text: known,
        pieces,
        decoded: Some(of.clone()),
    };
    alike(&text, Data::Template(Arc::new(template)))
}

/// The JSON of a wholly known value; nothing when it is beyond the bounds or not wholly known.
pub(super) fn encode(value: &Value) -> Option<String> {
    let mut encoder = Encoder::new(Span::nowhere());
    let within = encoder.value(value, 0);
    (within && encoder.pieces.is_empty()).then_some(encoder.text)
}

/// A JSON text with quotes.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    escape(text, &mut out);
    out.push('"');
    out
}

/// The escapes of Go's `encoding/json`, which also spares HTML.
fn escape(text: &str, out: &mut String) {
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\0'..='\u{1f}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(letter));
            }
            other => out.push(other),
        }
    }
}

/// Writes JSON; unknown values are pieces between the known text.
struct Encoder {
    pieces: Vec<Piece>,
    text: String,
    bytes: usize,
    span: Span,
}

impl Encoder {
    fn new(span: Span) -> Self {
        Self {
            pieces: Vec::new(),
            text: String::new(),
            bytes: 0,
            span,
        }
    }

    fn finish(mut self) -> Value {
        self.flush();
        rebuild(self.pieces, self.span)
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            self.bytes += self.text.len();
            let text = std::mem::take(&mut self.text);
            let span = made_at(&text, self.span);
            self.pieces.push(Piece::Text(text.into(), span));
        }
    }

    fn piece(&mut self, value: Value) {
        self.flush();
        self.pieces.push(Piece::Value(value));
    }

    /// Writes a value; `false` beyond the bounds.
    fn value(&mut self, value: &Value, depth: usize) -> bool {
        if depth > MAX_DEPTH
            || self.bytes + self.text.len() > MAX_TEXT
            || self.pieces.len() > super::MAX_MEMBERS
            || !budget::room(self.bytes + self.text.len())
        {
            return false;
        }
        let inner = value.resolved();
        match &inner.data {
            Data::Null => self.text.push_str("null"),
            Data::Bool(own) => self.text.push_str(if *own { "true" } else { "false" }),
            Data::Number(own) => self.text.push_str(&own.to_string()),
            Data::Text(text) => self.text.push_str(&quoted(text)),
            Data::Template(template) => match &template.text {
                Some(text) => self.text.push_str(&quoted(text)),
                None => self.template(inner),
            },
            Data::List(list) => return self.list(list, depth),
            Data::Map(map) => return self.map(map, depth),
            Data::Unknown(_) | Data::Reference(_) => self.piece(unknown_of([value], self.span)),
        }
        true
    }

    /// A text with unknown pieces is a text all the same: quotes around it.
    fn template(&mut self, value: &Value) {
        self.text.push('"');
        for piece in text_pieces(value) {
            match piece {
                Piece::Text(text, _) => escape(&text, &mut self.text),
                // As JSON the unknown text may have escapes, so it is not the same text.
                Piece::Value(value) => self.piece(unknown_of([&value], self.span)),
            }
        }
        self.text.push('"');
    }

    fn list(&mut self, list: &List, depth: usize) -> bool {
        self.text.push('[');
        if list.kind == Collection::Set && !super::collection::is_counted(list) {
            // Neither the order of the members is known nor which of them are the same.
            let why = list.items.iter().find_map(Value::first_why);
            let why = why.or_else(|| list.rest.as_ref().map(|rest| rest.why.clone()));
            self.piece(Value::unknown(why.unwrap_or(Why::Unclear), self.span));
            self.text.push(']');
            return true;
        }
        for (at, item) in list.items.iter().enumerate() {
            if at > 0 {
                self.text.push(',');
            }
            if !self.value(item, depth + 1) {
                return false;
            }
        }
        if let Some(rest) = &list.rest {
            self.piece(Value::unknown(rest.why.clone(), self.span));
        }
        self.text.push(']');
        true
    }

    fn map(&mut self, map: &Map, depth: usize) -> bool {
        self.text.push('{');
        for (at, entry) in map.entries.iter().enumerate() {
            if at > 0 {
                self.text.push(',');
            }
            self.text.push_str(&quoted(&entry.key));
            self.text.push(':');
            if !self.value(&entry.value, depth + 1) {
                return false;
            }
        }
        if let Some(rest) = &map.rest {
            self.piece(Value::unknown(rest.why.clone(), self.span));
        }
        self.text.push('}');
        true
    }
}

fn decode(call: &Call<'_>) -> Result<Value, String> {
    decode_value(call.argument(0), call.span, MAX_VALUES)
}

/// The value that a JSON text encodes; unknown beyond `most` values.
pub(super) fn decode_value(text: &Value, span: Span, most: usize) -> Result<Value, String> {
    if let Data::Template(template) = &text.data
        && let Some(decoded) = &template.decoded
    {
        return Ok(structural(decoded, 0));
    }
    let Some(known) = text.as_text() else {
        let why = text.first_why().unwrap_or(Why::Invalid);
        return Ok(Value::unknown(why, span).sensitive_if(text.sensitive));
    };
    match parse(known, Places::of(text, span), most) {
        Ok(value) => Ok(value),
        Err(Refusal::Limit) => {
            budget::refuse();
            Ok(Value::unknown(Why::Limit, span))
        }
        Err(Refusal::Syntax(why)) => Err(why),
    }
}

/// The same value with tuples and objects for all collections, as decoding gives them.
fn structural(value: &Value, depth: usize) -> Value {
    if depth > MAX_DEPTH {
        return Value::unknown(Why::Limit, value.origin.span);
    }
    let data = match &value.data {
        Data::List(list) => {
            let items = list
                .items
                .iter()
                .map(|item| structural(item, depth + 1))
                .collect();
            // A set that is not wholly known may have fewer members, in another order.
            let unsure =
                list.kind == Collection::Set && list.items.len() > 1 && !value.is_wholly_known();
            let rest = match &list.rest {
                None if unsure => Some(super::call::rest_of(value)),
                rest => rest.clone(),
            };
            Data::List(Arc::new(List {
                items,
                rest,
                kind: Collection::Structural,
            }))
        }
        Data::Map(map) => {
            let entries = map.entries.iter().map(|entry| Entry {
                value: structural(&entry.value, depth + 1),
                ..entry.clone()
            });
            let map = Map {
                entries: entries.collect(),
                rest: map.rest.clone(),
                maybe: map.maybe.clone(),
                kind: Collection::Structural,
            };
            Data::Map(Arc::new(map))
        }
        Data::Reference(reference) => {
            let value = reference
                .value
                .as_ref()
                .map(|inner| structural(inner, depth + 1));
            Data::Reference(Arc::new(Reference {
                value,
                ..(**reference).clone()
            }))
        }
        data => data.clone(),
    };
    alike(value, data)
}
