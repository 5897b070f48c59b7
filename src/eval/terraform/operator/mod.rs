//! Operators, indexing, templates and conditionals over values that may be unknown.

mod access;
mod arithmetic;
mod conditional;
mod equality;
mod lift;
mod template;

use super::types::MAX_DEPTH;
use crate::eval::{Data, Piece, Value, Why};
use crate::source::Span;

pub use access::{attribute, index, splat};
pub(super) use access::{member_of, walked};
pub use arithmetic::{binary, unary};
pub use conditional::conditional;
pub use equality::equal;
pub use template::{Rendered, join};

pub(super) use lift::lift;
pub(super) use template::{rebuild, text_pieces, weight};

/// An unknown result because of these operands: for the first reason there is.
pub(super) fn unknown_of<'v>(operands: impl IntoIterator<Item = &'v Value>, span: Span) -> Value {
    let why = operands.into_iter().find_map(Value::first_why);
    Value::unknown(why.unwrap_or(Why::Unclear), span)
}

/// Whether a value, or a reference around it, is marked sensitive at its top.
pub(super) fn is_sensitive(value: &Value) -> bool {
    let mut value = value;
    loop {
        if value.sensitive {
            return true;
        }
        match &value.data {
            Data::Reference(reference) => match &reference.value {
                Some(inner) => value = inner,
                None => return false,
            },
            _ => return false,
        }
    }
}

/// Whether any part of a value is sensitive, as deep as values are looked into.
pub(super) fn holds_sensitive(value: &Value) -> bool {
    sensitive_at(value, 0)
}

fn sensitive_at(value: &Value, depth: usize) -> bool {
    if value.sensitive || depth > MAX_DEPTH {
        return value.sensitive;
    }
    let within = |value: &Value| sensitive_at(value, depth + 1);
    match &value.data {
        Data::List(list) => list.items.iter().any(within),
        Data::Map(map) => map.entries.iter().any(|entry| within(&entry.value)),
        Data::Reference(reference) => reference.value.as_ref().is_some_and(within),
        Data::Unknown(unknown) => unknown.among.iter().any(within),
        Data::Template(template) => template
            .pieces
            .iter()
            .any(|piece| matches!(piece, Piece::Value(value) if within(value))),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
