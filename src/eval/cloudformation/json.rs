//! `Fn::ToJsonString`: the order of keys is that written, so it walks nodes and not values.

use std::sync::Arc;

use ecow::EcoString;

use super::evaluator::Evaluator;
use super::foreach::Scope;
use super::intrinsic::Call;
use super::text::{finish, pieces_of};
use crate::eval::{Data, Piece, Template, Value, Why, budget};
use crate::source::Span;
use crate::syntax::yaml::{Kind, NodeId};

/// Puts JSON together out of known text and unknown pieces.
struct Writer {
    pieces: Vec<Piece>,
    text: String,
    /// The bytes in `pieces`.
    written: usize,
    span: Span,
    /// Something that could not be written as a part of a text.
    lost: Option<Value>,
}

impl Writer {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            self.written += self.text.len();
            let text = EcoString::from(std::mem::take(&mut self.text));
            self.pieces.push(Piece::Text(text, self.span));
        }
    }

    /// A text in quotes.
    fn quoted(&mut self, text: &str) {
        self.push("\"");
        self.escaped(text);
        self.push("\"");
    }

    fn escaped(&mut self, text: &str) {
        for char in text.chars() {
            match char {
                '"' => self.text.push_str("\\\""),
                '\\' => self.text.push_str("\\\\"),
                '\n' => self.text.push_str("\\n"),
                '\r' => self.text.push_str("\\r"),
                '\t' => self.text.push_str("\\t"),
                char if (char as u32) < 0x20 => {
                    self.text.push_str(&format!("\\u{:04x}", char as u32))
                }
                char => self.text.push(char),
            }
        }
    }

    fn value(&mut self, value: &Value, depth: usize) {
        if self.lost.is_some() {
            return;
        }
        if !budget::room(self.written + self.text.len()) {
            self.lost = Some(Value::unknown(Why::Limit, self.span));
            return;
        }
        match &value.data {
            _ if depth > super::context::MAX_DEPTH => self.lost = Some(value.clone()),
            Data::Null => self.push("null"),
            Data::Bool(own) => self.push(if *own { "true" } else { "false" }),
            Data::Number(own) => self.push(&own.to_string()),
            Data::List(list) => {
                if list.rest.is_some() {
                    self.lost = Some(value.clone());
                }
                self.push("[");
                for (at, item) in list.items.iter().enumerate() {
                    self.push(if at > 0 { "," } else { "" });
                    self.value(item, depth + 1);
                }
                self.push("]");
            }
            Data::Map(map) => {
                if map.rest.is_some() {
                    self.lost = Some(value.clone());
                }
                self.push("{");
                for (at, entry) in map.entries.iter().enumerate() {
                    self.push(if at > 0 { "," } else { "" });
                    self.quoted(&entry.key);
                    self.push(":");
                    self.value(&entry.value, depth + 1);
                }
                self.push("}");
            }
            _ => {
                self.push("\"");
                for piece in pieces_of(value).unwrap_or_default() {
                    match piece {
                        Piece::Text(text, _) => self.escaped(&text),
                        Piece::Value(value) => match super::text::known(&value) {
                            Some(text) => self.escaped(&text),
                            None => {
                                self.flush();
                                self.pieces.push(Piece::Value(value));
                            }
                        },
                    }
                }
                self.push("\"");
            }
        }
    }
}

impl Evaluator<'_, '_> {
    pub(super) fn json_text(&mut self, call: &Call, scope: &Scope) -> Value {
        let decoded = self.argument(call, scope);
        let is_collection = matches!(decoded.data, Data::List(_) | Data::Map(_));
        if !is_collection {
            return self.unusable(call, &decoded, "a mapping or a list");
        }
        let mut writer = Writer {
            pieces: Vec::new(),
            text: String::new(),
            written: 0,
            span: call.span,
            lost: None,
        };
        let inner = if call.short {
            self.long_call(call.argument)
        } else {
            self.call(call.argument)
        };
        match inner {
            Some(_) => writer.value(&decoded, 0),
            None => self.write_content(call.argument, &decoded, scope, &mut writer),
        }
        if let Some(lost) = writer.lost {
            return self.unusable(call, &lost, "values that can be written as JSON");
        }
        writer.flush();
        let made = finish(writer.pieces, call.span);
        let text = super::text::known(&made);
        let pieces = match made.data {
            Data::Template(template) => template.pieces.clone(),
            _ => pieces_of(&made).unwrap_or_default(),
        };
        let template = Template {
            text,
            pieces,
            decoded: Some(decoded),
        };
        Value::new(Data::Template(Arc::new(template)), call.span)
    }

    /// Writes a collection in the order written; `value` is what it evaluates to.
    fn write_content(&mut self, node: NodeId, value: &Value, scope: &Scope, writer: &mut Writer) {
        let document = self.document;
        match (&document.node(node).kind, &value.data) {
            (Kind::Mapping(_), Data::Map(map)) if map.rest.is_none() => {
                let mut rest = None;
                let mut first = true;
                writer.push("{");
                for (key, item) in self.members(node, scope, &mut rest) {
                    let Some(own) = map.value(&key) else { continue };
                    writer.push(if first { "" } else { "," });
                    first = false;
                    writer.quoted(&key);
                    writer.push(":");
                    self.write_node(item.node, own, &item.scope, writer);
                }
                writer.push("}");
            }
            (Kind::Sequence(_), Data::List(list))
                if list.items.len() == document.items(node).len() =>
            {
                writer.push("[");
                for (at, (&item, own)) in document.items(node).iter().zip(&list.items).enumerate() {
                    writer.push(if at > 0 { "," } else { "" });
                    self.write_node(item, own, scope, writer);
                }
                writer.push("]");
            }
            _ => writer.value(value, 0),
        }
    }

    fn write_node(&mut self, node: NodeId, value: &Value, scope: &Scope, writer: &mut Writer) {
        if let Data::Unknown(unknown) = &value.data {
            // It may be absent, or be a number or a collection: then it is no text in quotes.
            let text = |one: &Value| {
                matches!(
                    one.data,
                    Data::Text(_) | Data::Template(_) | Data::Reference(_)
                )
            };
            let is_text = match unknown.among.is_empty() {
                true => self.gives_text(node, scope),
                false => unknown.among.iter().all(text),
            };
            if !is_text {
                writer.lost = Some(value.clone());
            }
        }
        let is_ref = self.call(node).is_some_and(|call| call.name == "Ref");
        if let (true, Data::Bool(_) | Data::Number(_)) = (is_ref, &value.data) {
            // Parameters are texts, however their default is written.
            writer.quoted(&super::text::known(value).unwrap_or_default());
            return;
        }
        if self.call(node).is_some() || !self.context.enter(writer.span) {
            writer.value(value, 0);
            return;
        }
        self.write_content(node, value, scope, writer);
        self.context.leave();
    }

    /// Whether a node of which nothing is known gives a text, if anything.
    fn gives_text(&self, node: NodeId, scope: &Scope) -> bool {
        let Some(call) = self.call(node) else {
            return matches!(self.document.node(node).kind, Kind::Scalar { .. });
        };
        match call.name.as_str() {
            "Fn::Sub" | "Fn::Join" | "Fn::Base64" | "Fn::ImportValue" => true,
            "Ref" => {
                let name = self.document.text(call.argument);
                name.is_some_and(|name| !self.is_list_name(&scope.replace(name)))
            }
            _ => false,
        }
    }
}
