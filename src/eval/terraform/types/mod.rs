//! Type constraints and conversion.

mod convert;
mod describe;
mod parse;
mod unify;

use ecow::EcoString;

use crate::eval::Value;

pub(super) use convert::alike;
pub use convert::convert;
pub(super) use describe::{kind_name, type_of};
pub use parse::parse_type;
pub use unify::{convert_with, unify, unify_values};

/// How deep values and types may be nested; what lies deeper is an unknown with [`Why::Limit`](crate::eval::Why::Limit).
pub(super) const MAX_DEPTH: usize = 128;

/// A type constraint.
#[derive(Debug, Clone, PartialEq)]
pub enum Type {
    /// `any`.
    Any,
    /// `bool`.
    Bool,
    /// `number`.
    Number,
    /// `string`.
    Text,
    /// `list(…)`.
    List(Box<Type>),
    /// `set(…)`.
    Set(Box<Type>),
    /// `map(…)`.
    Map(Box<Type>),
    /// `tuple([…])`.
    Tuple(Vec<Type>),
    /// `object({…})`.
    Object(Vec<Field>),
}

/// An attribute of an object type.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its name.
    pub name: EcoString,
    /// Its type.
    pub of: Type,
    /// Whether it may be left out.
    pub optional: bool,
    /// What it then is; null without a default.
    pub default: Option<Value>,
}
