//! Conversions between types and of marks, and `try` and `can` over values that were evaluated already.

use super::Parameter::Nullable;
use super::{Call, Function};
use crate::eval::terraform::operator::is_sensitive;
use crate::eval::terraform::types::{Type, alike, convert, kind_name};
use crate::eval::{Data, Reference, Truth, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::members("tobool", &[Nullable], |call| to(call, &Type::Bool)),
    Function::members("tonumber", &[Nullable], |call| to(call, &Type::Number)),
    Function::members("tostring", &[Nullable], |call| to(call, &Type::Text)),
    Function::members("tolist", &[Nullable], |call| {
        to(call, &Type::List(Box::new(Type::Any)))
    }),
    Function::members("toset", &[Nullable], |call| {
        to(call, &Type::Set(Box::new(Type::Any)))
    }),
    Function::members("tomap", &[Nullable], |call| {
        to(call, &Type::Map(Box::new(Type::Any)))
    }),
    Function::members("sensitive", &[Nullable], |call| {
        Ok(call.arguments[0].clone().sensitive_if(true))
    }),
    Function::members("nonsensitive", &[Nullable], |call| {
        Ok(unmarked(&call.arguments[0]))
    }),
    Function::members("issensitive", &[Nullable], |call| {
        let value = &call.arguments[0];
        Ok(call.truth(match value.resolved().data {
            _ if is_sensitive(value) => Truth::True,
            Data::Unknown(_) | Data::Reference(_) => Truth::Unknown,
            _ => Truth::False,
        }))
    }),
    // Nothing ephemeral reaches an argument that is kept, so nothing of the value is lost.
    Function::members("ephemeralasnull", &[Nullable], |call| {
        Ok(call.arguments[0].clone())
    }),
    // The evaluator gives `try` and `can` only what did not fail.
    Function::members("try", &[Nullable], |call| Ok(call.arguments[0].clone())).variadic(Nullable),
    Function::parts("can", &[Nullable], |call| Ok(Value::bool(true, call.span))),
];

fn to(call: &Call<'_>, to: &Type) -> Result<Value, String> {
    let value = &call.arguments[0];
    convert(value, to).map_err(|why| match (value.as_text(), to) {
        (Some(text), Type::Bool) => {
            format!("cannot convert {text:?} to bool; only the strings \"true\" or \"false\" are allowed")
        }
        (Some(text), Type::Number) => format!(
            "cannot convert {text:?} to number; given string must be a decimal representation of a number"
        ),
        _ => format!("cannot convert {} to {to}: {why}", kind_name(value)),
    })
}

/// The value and the references around it without their marks; what is inside keeps its own.
fn unmarked(value: &Value) -> Value {
    let data = match &value.data {
        Data::Reference(reference) => {
            let value = reference.value.as_ref().map(unmarked);
            Data::Reference(std::sync::Arc::new(Reference {
                value,
                ..(**reference).clone()
            }))
        }
        data => data.clone(),
    };
    Value {
        sensitive: false,
        ..alike(value, data)
    }
}
