//! JSON, out and in. What is encoded is remembered, so that the members of a policy keep their origins.

use std::fmt::Write;
use std::sync::Arc;

use super::Parameter::{Nullable, Text as T};
use super::call::made_at;
use super::{Call, Function, MAX_TEXT};
use crate::eval::terraform::operator::{rebuild, text_pieces, unknown_of};
use crate::eval::terraform::types::{MAX_DEPTH, alike};
use crate::eval::{
    Collection, Data, Entry, List, Map, Number, Piece, Reference, Template, Value, Why,
};
use crate::source::Span;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::parts("jsonencode", &[Nullable], |call| {
        // A null that is none of an object is encoded; an unknown one keeps what it will be made of.
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
    let mut parser = Parser {
        text: known,
        at: 0,
        places: Places::of(text, span),
        left: most,
    };
    match parser.document() {
        Ok(value) => Ok(value),
        Err(Refusal::Limit) => Ok(Value::unknown(Why::Limit, span)),
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

/// Where the parts of a text stand in the sources.
pub(super) struct Places {
    /// First byte in the text, length, place.
    pieces: Vec<(usize, usize, Span)>,
    otherwise: Span,
}

impl Places {
    pub(super) fn of(value: &Value, otherwise: Span) -> Self {
        let mut pieces = Vec::new();
        let mut at = 0;
        for piece in text_pieces(value) {
            if let Piece::Text(text, span) = piece {
                pieces.push((at, text.len(), span));
                at += text.len();
            }
        }
        Self { pieces, otherwise }
    }

    /// The place of a range: its very bytes where the piece is verbatim, else the whole piece.
    pub(super) fn at(&self, start: usize, end: usize) -> Span {
        let piece = self.pieces.partition_point(|(first, ..)| *first <= start);
        let Some((first, len, span)) = piece.checked_sub(1).and_then(|at| self.pieces.get(at))
        else {
            return self.otherwise;
        };
        if end > first + len || !span.is_somewhere() {
            return self.otherwise;
        }
        if span.len() as usize != *len {
            return *span;
        }
        let offset = |at: usize| span.start + (at - first) as u32;
        Span {
            start: offset(start),
            end: offset(end),
            ..*span
        }
    }
}

enum Refusal {
    Syntax(String),
    Limit,
}

/// The most values of a document.
const MAX_VALUES: usize = 1 << 20;

struct Parser<'t> {
    text: &'t str,
    at: usize,
    places: Places,
    /// Values that may still be read.
    left: usize,
}

impl Parser<'_> {
    fn document(&mut self) -> Result<Value, Refusal> {
        let value = self.value(0)?;
        self.blank();
        if self.at < self.text.len() {
            return Err(Refusal::Syntax("extraneous data after JSON object".into()));
        }
        Ok(value)
    }

    fn blank(&mut self) {
        let rest = &self.text[self.at..];
        self.at = self.text.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
    }

    fn refuse<T>(&self) -> Result<T, Refusal> {
        Err(Refusal::Syntax(match self.text[self.at..].chars().next() {
            Some(letter) => format!("invalid character {letter:?} at offset {}", self.at),
            None => "unexpected end of JSON input".into(),
        }))
    }

    fn eat(&mut self, token: &str) -> bool {
        let found = self.text[self.at..].starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn value(&mut self, depth: usize) -> Result<Value, Refusal> {
        self.left = self.left.saturating_sub(1);
        if depth > MAX_DEPTH || self.left == 0 {
            return Err(Refusal::Limit);
        }
        self.blank();
        let start = self.at;
        let data = match self.text.as_bytes().get(start) {
            Some(b'{') => return self.object(depth),
            Some(b'[') => return self.array(depth),
            Some(b'"') => {
                let (text, span) = self.string()?;
                return Ok(Value::text(text, span));
            }
            Some(b'-' | b'0'..=b'9') => self.number()?,
            _ if self.eat("null") => Data::Null,
            _ if self.eat("true") => Data::Bool(true),
            _ if self.eat("false") => Data::Bool(false),
            _ => return self.refuse(),
        };
        Ok(Value::new(data, self.places.at(start, self.at)))
    }

    fn number(&mut self) -> Result<Data, Refusal> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let digits = |at: &mut usize| {
            let from = *at;
            while bytes.get(*at).is_some_and(u8::is_ascii_digit) {
                *at += 1;
            }
            *at > from
        };
        let mut at = start + usize::from(bytes[start] == b'-');
        let zero = bytes.get(at) == Some(&b'0');
        let whole = at;
        let mut valid = digits(&mut at) && !(zero && at > whole + 1);
        if bytes.get(at) == Some(&b'.') {
            at += 1;
            valid &= digits(&mut at);
        }
        if matches!(bytes.get(at), Some(b'e' | b'E')) {
            at += 1 + usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
            valid &= digits(&mut at);
        }
        if !valid {
            return self.refuse();
        }
        self.at = at;
        Number::parse(&self.text[start..at])
            .map(Data::Number)
            .ok_or(Refusal::Limit)
    }

    /// A string and the place of what is between its quotes.
    fn string(&mut self) -> Result<(String, Span), Refusal> {
        self.at += 1;
        let start = self.at;
        let mut out = String::new();
        loop {
            let rest = &self.text[self.at..];
            let Some(stop) =
                rest.find(|letter: char| matches!(letter, '"' | '\\' | '\0'..='\u{1f}'))
            else {
                self.at = self.text.len();
                return self.refuse();
            };
            out.push_str(&rest[..stop]);
            self.at += stop;
            match rest.as_bytes()[stop] {
                b'"' => {
                    let span = self.places.at(start, self.at);
                    self.at += 1;
                    return Ok((out, span));
                }
                b'\\' => out.push(self.escaped()?),
                _ => return self.refuse(),
            }
        }
    }

    fn escaped(&mut self) -> Result<char, Refusal> {
        let letter = self.text.as_bytes().get(self.at + 1).copied();
        self.at += 1;
        let plain = match letter {
            Some(quoted @ (b'"' | b'\\' | b'/')) => char::from(quoted),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                let Some(high) = self.unit() else {
                    return self.refuse();
                };
                // Two escapes may be the halves of one letter; a half by itself is replaced, as Go does.
                if (0xd800..0xdc00).contains(&high) && self.text[self.at..].starts_with("\\u") {
                    let back = self.at;
                    self.at += 2;
                    let low = self.unit();
                    let pair = low.and_then(|low| char::decode_utf16([high, low]).next()?.ok());
                    match pair {
                        Some(letter) if u32::from(letter) > 0xffff => return Ok(letter),
                        _ => self.at = back,
                    }
                }
                return Ok(char::from_u32(u32::from(high)).unwrap_or('\u{fffd}'));
            }
            _ => return self.refuse(),
        };
        self.at += 1;
        Ok(plain)
    }

    fn unit(&mut self) -> Option<u16> {
        let digits = self.text.get(self.at..self.at + 4)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        self.at += 4;
        u16::from_str_radix(digits, 16).ok()
    }

    fn array(&mut self, depth: usize) -> Result<Value, Refusal> {
        let start = self.at;
        self.at += 1;
        let mut items = Vec::new();
        self.blank();
        if !self.eat("]") {
            loop {
                items.push(self.value(depth + 1)?);
                self.blank();
                if self.eat("]") {
                    break;
                }
                if !self.eat(",") {
                    return self.refuse();
                }
            }
        }
        Ok(Value::tuple(items, self.places.at(start, self.at)))
    }

    fn object(&mut self, depth: usize) -> Result<Value, Refusal> {
        let start = self.at;
        self.at += 1;
        let mut entries: Vec<Entry> = Vec::new();
        self.blank();
        if !self.eat("}") {
            loop {
                self.blank();
                if !self.text[self.at..].starts_with('"') {
                    return self.refuse();
                }
                let (key, span) = self.string()?;
                self.blank();
                if !self.eat(":") {
                    return self.refuse();
                }
                let value = self.value(depth + 1)?;
                entries.push(Entry {
                    key: key.into(),
                    span,
                    value,
                });
                self.blank();
                if self.eat("}") {
                    break;
                }
                if !self.eat(",") {
                    return self.refuse();
                }
            }
        }
        Ok(Value::object(entries, self.places.at(start, self.at)))
    }
}
