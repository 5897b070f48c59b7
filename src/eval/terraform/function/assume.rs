//! OpenTofu's assumptions: the value itself, refused where it is known not to be as assumed.

use super::Parameter::{List, Nullable, Number as N, Set, Text as T};
use super::collection::is_counted;
use super::{Call, Function};
use crate::eval::terraform::operator::{equal, rebuild, text_pieces};
use crate::eval::terraform::types::{convert, type_of};
use crate::eval::{Data, Piece, Truth, Value};

const WRONG: &str = "assumption was not upheld";

pub(super) const FUNCTIONS: &[Function] = &[
    Function::members("assumeequal", &[Nullable, Nullable], |call| {
        let actual = convert(&call.arguments[0], &type_of(&call.arguments[1]))
            .map_err(|why| format!("actual value does not match assumed value type: {why}"))?;
        match equal(&actual, &call.arguments[1]) {
            Truth::True => Ok(actual),
            Truth::False => Err(WRONG.into()),
            // Where it does not fail, it is the assumed value.
            Truth::Unknown => Ok(call.arguments[1].clone()),
        }
    }),
    Function::members("assumenotnull", &[Nullable], |call| {
        match call.arguments[0].is_null() {
            Truth::True => Err(WRONG.into()),
            _ => Ok(call.arguments[0].clone()),
        }
    }),
    Function::members("assumestringprefix", &[T, T], prefix),
    Function::members("assumelistlength", &[List, N, N], |call| {
        sized(call, Some(1), Some(2))
    }),
    Function::members("assumelistlengthmin", &[List, N], |call| {
        sized(call, Some(1), None)
    }),
    Function::members("assumelistlengthmax", &[List, N], |call| {
        sized(call, None, Some(1))
    }),
    Function::members("assumesetlength", &[Set, N, N], |call| {
        sized(call, Some(1), Some(2))
    }),
    Function::members("assumesetlengthmin", &[Set, N], |call| {
        sized(call, Some(1), None)
    }),
    Function::members("assumesetlengthmax", &[Set, N], |call| {
        sized(call, None, Some(1))
    }),
    Function::members("assumemaplength", &[Nullable, N, N], |call| {
        sized(call, Some(1), Some(2))
    }),
    Function::members("assumemaplengthmin", &[Nullable, N], |call| {
        sized(call, Some(1), None)
    }),
    Function::members("assumemaplengthmax", &[Nullable, N], |call| {
        sized(call, None, Some(1))
    }),
];

/// A text that begins as assumed, also where the rest of it is not known.
fn prefix(call: &Call<'_>) -> Result<Value, String> {
    let value = &call.arguments[0];
    let Some(prefix) = call.arguments[1].as_text() else {
        return Ok(value.clone());
    };
    match value.starts_with(prefix) {
        Truth::False => Err(WRONG.into()),
        Truth::Unknown if matches!(value.resolved().data, Data::Unknown(_)) => {
            let mut pieces = text_pieces(&call.arguments[1]);
            pieces.push(Piece::Value(value.clone()));
            Ok(rebuild(pieces, call.span))
        }
        _ => Ok(value.clone()),
    }
}

/// A collection of at least and at most so many members.
fn sized(call: &Call<'_>, least: Option<usize>, most: Option<usize>) -> Result<Value, String> {
    let bound = |at: Option<usize>| match at {
        Some(at) if call.arguments[at].is_wholly_known() => call.int(at).map(Some),
        _ => Ok(None),
    };
    let (least, most) = (bound(least)?, bound(most)?);
    let count = match &call.argument(0).data {
        Data::List(list) if is_counted(list) => list.items.len() as i64,
        Data::Map(map) if map.rest.is_none() => map.entries.len() as i64,
        _ => return Ok(call.arguments[0].clone()),
    };
    if least.is_some_and(|least| count < least) || most.is_some_and(|most| count > most) {
        return Err(WRONG.into());
    }
    Ok(call.arguments[0].clone())
}
