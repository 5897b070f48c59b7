//! Operators, indexing, templates and conditionals over values that may be unknown.

mod access;
mod arithmetic;
mod conditional;
mod equality;
mod lift;
mod template;

use crate::eval::{Value, Why};
use crate::source::Span;

pub(super) use access::member_of;
pub use access::{attribute, index, splat};
pub use arithmetic::{binary, unary};
pub use conditional::conditional;
pub use equality::equal;
pub use template::{Rendered, join};

pub(super) use lift::lift;
pub(super) use template::{rebuild, text_pieces};

/// An unknown result because of these operands: for the first reason there is.
pub(super) fn unknown_of<'v>(operands: impl IntoIterator<Item = &'v Value>, span: Span) -> Value {
    let why = operands.into_iter().find_map(Value::first_why);
    Value::unknown(why.unwrap_or(Why::Limit), span)
}

/// Whether a value, or a reference around it, is marked sensitive at its top.
pub(super) fn is_sensitive(value: &Value) -> bool {
    let mut value = value;
    loop {
        if value.sensitive {
            return true;
        }
        match &value.data {
            crate::eval::Data::Reference(reference) => match &reference.value {
                Some(inner) => value = inner,
                None => return false,
            },
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests;
