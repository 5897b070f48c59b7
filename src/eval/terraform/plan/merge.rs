//! One instance of a plan laid over what the source says of it.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ecow::EcoString;
use sha1::{Digest as _, Sha1};

use super::{list, path};
use crate::eval::terraform::types::MAX_DEPTH;
use crate::eval::{
    Address, Collection, Data, Entry, Key, List, Map, Mode, Origin, Piece, Reference, Template,
    Unknown, Value, Why,
};
use crate::source::Span;

/// Lays the plan's values over those of the source.
pub(super) struct Merge<'a> {
    /// The instance that is merged.
    pub(super) address: &'a Address,
    /// What the `for_each` of its block refers to.
    pub(super) each: Option<Reference>,
    /// The stack that stands in the source's references: they must name the plan's.
    pub(super) source_stack: Option<EcoString>,
}

impl Merge<'_> {
    /// The value of the plan with what the source knows of it. `holder` is where the collection it stands in was written,
    /// for members that the source does not have.
    pub(super) fn value(
        &self,
        after: &Value,
        unknown: Option<&Value>,
        sensitive: Option<&Value>,
        expressions: Option<&Value>,
        source: Option<&Value>,
        holder: Option<&Origin>,
    ) -> Value {
        if matches!(unknown.map(|unknown| &unknown.data), Some(Data::Bool(true))) {
            return self.unknown(after.origin.span, expressions, source);
        }
        let hidden = matches!(sensitive.map(|value| &value.data), Some(Data::Bool(true)));
        let origin = match (source, holder) {
            (Some(source), _) if same_kind(after, source) => source.origin.clone(),
            (Some(source), _) => used_at(&source.origin),
            (None, Some(holder)) => holder.clone(),
            (None, None) => after.origin.clone(),
        };
        let held = source.or(holder.and(Some(after))).map(|_| used_at(&origin));
        let inner = source.map(Value::resolved);
        let data = match &after.data {
            Data::Map(map) => self.map(map, unknown, sensitive, expressions, inner, held.as_ref()),
            Data::List(items) => {
                self.list(items, unknown, sensitive, expressions, inner, held.as_ref())
            }
            // The pieces of the source know where they were written, and what a JSON text decodes to.
            Data::Text(text) => match inner.map(|source| &source.data) {
                Some(Data::Template(template)) if says(template, text) => {
                    Data::Template(template.clone())
                }
                Some(Data::Text(own)) if is_digest_of(text, own) => Data::Text(own.clone()),
                _ => after.data.clone(),
            },
            _ => after.data.clone(),
        };
        let value = Value {
            data,
            origin,
            sensitive: hidden || source.is_some_and(|source| source.sensitive),
        };
        match source.map(|source| &source.data) {
            Some(Data::Reference(reference)) => {
                let reference = Reference {
                    target: self.own(&reference.target),
                    path: reference.path.clone(),
                    value: Some(value.clone()),
                };
                Value {
                    data: Data::Reference(Arc::new(reference)),
                    ..value
                }
            }
            _ => value,
        }
    }

    /// A value that is known only after apply: the source may know what it refers to.
    fn unknown(&self, span: Span, expressions: Option<&Value>, source: Option<&Value>) -> Value {
        if let Some(source) = source {
            return self.restacked(source, 0);
        }
        let references = expressions
            .map(|expressions| list(path(expressions, &["references"])))
            .unwrap_or_default();
        let target = references
            .iter()
            .find_map(|reference| self.reference(reference.as_text()?));
        match target {
            Some(reference) => Value::new(Data::Reference(Arc::new(reference)), span),
            None => Value::unknown(Why::Computed(ecow::eco_format!("{}", self.address)), span),
        }
    }

    /// `aws_x.y.id` in the module of the resource.
    pub(super) fn reference(&self, text: &str) -> Option<Reference> {
        let mut parts = text.split('.');
        let (mode, first) = match parts.next()? {
            "each" if parts.next() == Some("value") => {
                let each = self.each.as_ref()?;
                let target = Address {
                    key: self.address.key.clone(),
                    ..each.target.clone()
                };
                return Some(Reference {
                    target,
                    path: parts.map(EcoString::from).collect(),
                    value: None,
                });
            }
            "data" => (Mode::Data, parts.next()?),
            "var" | "local" | "each" | "count" | "path" | "module" | "self" | "terraform" => {
                return None;
            }
            kind => (Mode::Managed, kind),
        };
        let name = parts.next()?;
        let name = name.split('[').next().unwrap_or(name);
        let target = Address {
            mode,
            type_name: first.into(),
            name: name.into(),
            key: Key::None,
            ..self.address.clone()
        };
        Some(Reference {
            target,
            path: parts.map(EcoString::from).collect(),
            value: None,
        })
    }

    /// The address in the plan's stack.
    fn own(&self, target: &Address) -> Address {
        match &self.source_stack {
            Some(stack) if *stack == target.stack => Address {
                stack: self.address.stack.clone(),
                ..target.clone()
            },
            _ => target.clone(),
        }
    }

    /// A value of the source whose references name the plan's stack.
    fn restacked(&self, value: &Value, depth: usize) -> Value {
        if depth > MAX_DEPTH {
            return Value::unknown(Why::Limit, value.origin.span);
        }
        let inner = |value: &Value| self.restacked(value, depth + 1);
        let data = match &value.data {
            Data::Reference(reference) => Data::Reference(Arc::new(Reference {
                target: self.own(&reference.target),
                path: reference.path.clone(),
                value: reference.value.as_ref().map(inner),
            })),
            Data::List(list) => Data::List(Arc::new(List {
                items: list.items.iter().map(inner).collect(),
                rest: list.rest.clone(),
                kind: list.kind,
            })),
            Data::Map(map) => {
                let entries = map.entries.iter().map(|entry| Entry {
                    value: inner(&entry.value),
                    ..entry.clone()
                });
                Data::Map(Arc::new(Map::new(
                    entries.collect(),
                    map.rest.clone(),
                    map.kind,
                )))
            }
            Data::Template(template) => {
                let pieces = template.pieces.iter().map(|piece| match piece {
                    Piece::Value(value) => Piece::Value(inner(value)),
                    Piece::Text(..) => piece.clone(),
                });
                let decoded = template.decoded.as_ref().map(inner);
                Data::Template(Arc::new(Template {
                    text: template.text.clone(),
                    pieces: pieces.collect(),
                    decoded,
                }))
            }
            other => other.clone(),
        };
        Value {
            data,
            ..value.clone()
        }
    }

    fn map(
        &self,
        after: &Map,
        unknown: Option<&Value>,
        sensitive: Option<&Value>,
        expressions: Option<&Value>,
        source: Option<&Value>,
        holder: Option<&Origin>,
    ) -> Data {
        let source = source.and_then(Value::as_map);
        let member = |value: Option<&Value>, key: &str| {
            value
                .and_then(Value::as_map)
                .and_then(|map| map.value(key))
                .cloned()
        };
        let mut entries: Vec<Entry> = Vec::new();
        let extra = unknown
            .and_then(Value::as_map)
            .map(|map| map.entries.as_slice())
            .unwrap_or_default();
        let extra = extra.iter().filter(|entry| {
            after.get(&entry.key).is_none() && matches!(entry.value.data, Data::Bool(true))
        });
        for entry in after.entries.iter().chain(extra) {
            let key = entry.key.as_str();
            let own = source.and_then(|source| source.get(key));
            let inside = (
                member(unknown, key),
                member(sensitive, key),
                member(expressions, key),
            );
            let value = self.value(
                &entry.value,
                inside.0.as_ref(),
                inside.1.as_ref(),
                inside.2.as_ref(),
                own.map(|own| &own.value),
                holder,
            );
            let value = match key == "user_data" && is_digest(&value) {
                true => Value::unknown(Why::Unclear, value.origin.span),
                false => value,
            };
            // A computed attribute that nobody configured is no part of what is declared.
            let computed =
                own.is_none() && inside.2.is_none() && matches!(value.data, Data::Unknown(_));
            if !matches!(value.data, Data::Null) && !computed {
                entries.push(Entry {
                    key: entry.key.clone(),
                    span: own.map_or(entry.span, |own| own.span),
                    value,
                });
            }
        }
        Data::Map(Arc::new(Map::new(entries, None, Collection::Structural)))
    }

    fn list(
        &self,
        after: &List,
        unknown: Option<&Value>,
        sensitive: Option<&Value>,
        expressions: Option<&Value>,
        source: Option<&Value>,
        holder: Option<&Origin>,
    ) -> Data {
        let member = |value: Option<&Value>, at: usize| {
            value
                .and_then(Value::as_list)
                .and_then(|list| list.items.get(at))
                .cloned()
        };
        let own = source
            .and_then(Value::as_list)
            .map(|list| list.items.as_slice())
            .unwrap_or_default();
        let mut taken = vec![false; own.len()];
        let items = after.items.iter().enumerate().map(|(at, item)| {
            // The provider may give a set in another order than it was written in.
            let best = (0..own.len())
                .filter(|&index| !taken[index])
                .max_by_key(|&index| (likeness(item, &own[index]), index == at))
                .filter(|&index| {
                    !is_scalar(item)
                        || likeness(item, &own[index]) > 0
                        || !own[index].is_wholly_known()
                });
            if let Some(index) = best {
                taken[index] = true;
            }
            let inside = (
                member(unknown, at),
                member(sensitive, at),
                member(expressions, at),
            );
            let source = best.map(|index| &own[index]);
            self.value(
                item,
                inside.0.as_ref(),
                inside.1.as_ref(),
                inside.2.as_ref(),
                source,
                holder,
            )
        });
        Data::List(Arc::new(List {
            items: items.collect(),
            rest: None::<Arc<Unknown>>,
            kind: Collection::Structural,
        }))
    }
}

/// How many members of two values are provably the same.
fn likeness(a: &Value, b: &Value) -> usize {
    match (&a.data, &b.resolved().data) {
        (Data::Map(a), Data::Map(b)) => a
            .entries
            .iter()
            .filter(|entry| {
                b.value(&entry.key)
                    .is_some_and(|other| entry.value.same(other).is_true())
            })
            .count(),
        _ => usize::from(a.same(b).is_true()),
    }
}

/// Whether a template of the source is this text, or JSON that says the same.
fn says(template: &Template, text: &str) -> bool {
    template.text.as_deref().is_some_and(|own| {
        own == text || template.decoded.is_some() && same_json(own, text) || is_digest_of(text, own)
    })
}

/// Whether a value looks like what providers keep of a text: nobody knows what that says.
fn is_digest(value: &Value) -> bool {
    let text = value.as_text();
    text.is_some_and(|text| text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Whether a text is what providers keep in place of a long one: its SHA-1, of a Base64 text that of its bytes
/// (`user_data` of the AWS provider, whose versions before 6 do so).
pub(super) fn is_digest_of(digest: &str, text: &str) -> bool {
    if digest.len() != 40 || !digest.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return false;
    }
    let bytes = STANDARD.decode(text).unwrap_or_else(|_| text.into());
    let hash = Sha1::digest(&bytes);
    hash.iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .zip(digest.chars())
        .all(|(half, letter)| letter.to_digit(16) == Some(half.into()))
}

pub(super) fn same_json(a: &str, b: &str) -> bool {
    let parse = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
    parse(a).is_some_and(|a| Some(a) == parse(b))
}

/// Whether the source says this very value, or a collection whose members are looked at one by one.
fn same_kind(after: &Value, source: &Value) -> bool {
    !is_scalar(after) && !matches!(after.data, Data::List(_)) || after.same(source).is_true()
}

fn is_scalar(value: &Value) -> bool {
    !matches!(value.data, Data::Map(_) | Data::List(_))
}

/// Where a value is used, when what was written for it is not what the plan was made with.
fn used_at(origin: &Origin) -> Origin {
    Origin::at(origin.via.as_ref().map_or(origin.span, |via| via.span))
}
