//! Operators, indexing, templates and conditionals over values that may be unknown.

use crate::eval::Value;
use crate::source::Span;
use crate::syntax::hcl::{Binary, Unary};

/// `left op right`.
///
/// # Errors
/// Terraform's reason for refusing it.
pub fn binary(_op: Binary, _left: &Value, _right: &Value, _span: Span) -> Result<Value, String> {
    Err("not there yet".into())
}

/// `op of`.
///
/// # Errors
/// Terraform's reason for refusing it.
pub fn unary(_op: Unary, _of: &Value, _span: Span) -> Result<Value, String> {
    Err("not there yet".into())
}

/// `test ? yes : no` with both arms evaluated (an arm that failed is `Err`): unified as Terraform does; an unknown test
/// gives one of both.
///
/// # Errors
/// Terraform's reason for refusing it.
pub fn conditional(
    _test: &Value,
    _yes: Result<Value, String>,
    _no: Result<Value, String>,
    _span: Span,
) -> Result<Value, String> {
    Err("not there yet".into())
}

/// `of[key]`.
///
/// # Errors
/// Terraform's reason for refusing it.
pub fn index(_of: &Value, _key: &Value, _span: Span) -> Result<Value, String> {
    Err("not there yet".into())
}

/// `of.name`.
///
/// # Errors
/// Terraform's reason for refusing it.
pub fn attribute(_of: &Value, _name: &str, _span: Span) -> Result<Value, String> {
    Err("not there yet".into())
}

/// The members that a splat walks over: those of a list or set, the value itself in a list, none of null.
/// Attributes are then taken from each by the caller.
///
/// # Errors
/// Terraform's reason for refusing it.
pub fn splat(_of: &Value, _span: Span) -> Result<Value, String> {
    Err("not there yet".into())
}

/// A piece of a template while it is rendered.
#[derive(Debug, Clone)]
pub enum Rendered {
    /// Literal text and its bytes.
    Text(ecow::EcoString, Span),
    /// An interpolated value.
    Value(Value),
}

/// The pieces of a template joined into one text; each interpolated value is converted as Terraform does.
///
/// # Errors
/// Terraform's reason for refusing it (a list in a template, a null).
pub fn join(_pieces: Vec<Rendered>, _span: Span) -> Result<Value, String> {
    Err("not there yet".into())
}
