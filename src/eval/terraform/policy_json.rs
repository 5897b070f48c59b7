//! Policy documents as the JSON text that the AWS provider gives.

use std::sync::Arc;

use super::operator::{self, Rendered};
use crate::eval::{Data, Entry, Map, Piece, Template, Value, Why, budget};
use crate::source::Span;

/// Members of a statement in the order in which the provider writes them.
const STATEMENT: [&str; 9] = [
    "Sid",
    "Effect",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Principal",
    "NotPrincipal",
    "Condition",
];
const DOCUMENT: [&str; 3] = ["Version", "Id", "Statement"];

/// The document as JSON text that remembers the document.
pub(super) fn encoded(document: &Value, span: Span, indent: bool) -> Value {
    let mut writer = Writer {
        out: Vec::new(),
        text: String::new(),
        span,
        indent,
        full: false,
        written: 0,
    };
    writer.value(document, &DOCUMENT, 0);
    writer.flush();
    if writer.full {
        return Value::unknown(Why::Limit, span);
    }
    let joined =
        operator::join(writer.out, span).unwrap_or_else(|_| Value::unknown(Why::Invalid, span));
    let (text, pieces) = match &joined.data {
        Data::Text(text) => (Some(text.clone()), vec![Piece::Text(text.clone(), span)]),
        Data::Template(template) => (template.text.clone(), template.pieces.clone()),
        _ => (None, vec![Piece::Value(joined.clone())]),
    };
    let remembered = Template {
        text,
        pieces,
        decoded: Some(document.clone()),
    };
    Value {
        origin: joined.origin.clone(),
        sensitive: joined.sensitive,
        ..Value::new(Data::Template(Arc::new(remembered)), span)
    }
}

/// Writes JSON as Go's `encoding/json` does, members in the provider's order.
struct Writer {
    out: Vec<Rendered>,
    text: String,
    span: Span,
    indent: bool,
    /// The bytes that were flushed.
    written: usize,
    /// Whether there is no room for more: members that stand in many statements are written in each.
    full: bool,
}

impl Writer {
    fn flush(&mut self) {
        if !self.text.is_empty() {
            self.written += self.text.len();
            self.out.push(Rendered::Text(
                std::mem::take(&mut self.text).into(),
                self.span,
            ));
        }
    }

    fn unknown(&mut self, value: &Value) {
        self.flush();
        self.out.push(Rendered::Value(value.clone()));
    }

    fn line(&mut self, depth: usize) {
        if self.indent {
            self.text.push('\n');
            self.text.extend(std::iter::repeat_n("  ", depth));
        }
    }

    fn value(&mut self, value: &Value, order: &[&str], depth: usize) {
        self.full |= !budget::room(self.written + self.text.len());
        if self.full {
            return;
        }
        budget::work(budget::EXPRESSION);
        let known = value.resolved();
        match &known.data {
            Data::Map(map) => self.map(map, order, depth),
            Data::List(list) => {
                self.text.push('[');
                for (at, item) in list.items.iter().enumerate() {
                    if at > 0 {
                        self.text.push(',');
                    }
                    self.line(depth + 1);
                    self.value(item, &STATEMENT, depth + 1);
                }
                if let Some(rest) = &list.rest {
                    self.unknown(&Value::unknown(rest.why.clone(), self.span));
                }
                self.line(depth);
                self.text.push(']');
            }
            Data::Template(template) if template.text.is_none() => {
                self.text.push('"');
                for piece in &template.pieces {
                    match piece {
                        Piece::Text(text, _) => self.escaped(text),
                        Piece::Value(value) => self.unknown(value),
                    }
                }
                self.text.push('"');
            }
            Data::Unknown(_) | Data::Reference(_) => {
                // In these documents a value that is not known is a text.
                self.text.push('"');
                self.unknown(known);
                self.text.push('"');
            }
            Data::Null => self.text.push_str("null"),
            Data::Bool(value) => self.quoted(if *value { "true" } else { "false" }),
            Data::Number(number) => self.quoted(&number.to_string()),
            Data::Text(_) | Data::Template(_) => self.quoted(known.as_text().unwrap_or_default()),
        }
    }

    fn map(&mut self, map: &Map, order: &[&str], depth: usize) {
        let place = |entry: &&Entry| {
            (
                order
                    .iter()
                    .position(|name| *name == entry.key)
                    .unwrap_or(order.len()),
                entry.key.clone(),
            )
        };
        let mut entries: Vec<&Entry> = map.entries.iter().collect();
        entries.sort_by_key(place);
        self.text.push('{');
        for (at, entry) in entries.into_iter().enumerate() {
            if at > 0 {
                self.text.push(',');
            }
            self.line(depth + 1);
            self.quoted(&entry.key);
            self.text.push_str(if self.indent { ": " } else { ":" });
            self.value(&entry.value, &[], depth + 1);
        }
        if let Some(rest) = &map.rest {
            self.unknown(&Value::unknown(rest.why.clone(), self.span));
        }
        self.line(depth);
        self.text.push('}');
    }

    fn quoted(&mut self, text: &str) {
        self.text.push('"');
        self.escaped(text);
        self.text.push('"');
    }

    fn escaped(&mut self, text: &str) {
        for char in text.chars() {
            match char {
                '"' => self.text.push_str("\\\""),
                '\\' => self.text.push_str("\\\\"),
                '\n' => self.text.push_str("\\n"),
                '\r' => self.text.push_str("\\r"),
                '\t' => self.text.push_str("\\t"),
                '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                    self.text.push_str(&format!("\\u{:04x}", char as u32));
                }
                other => self.text.push(other),
            }
        }
    }
}
