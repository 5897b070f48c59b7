//! Operations on sets.

use std::sync::Arc;

use super::Parameter::Set as S;
use super::call::{both_rests, rest_of};
use super::sequence::perhaps;
use super::{Call, Function};
use crate::eval::terraform::operator::equal;
use crate::eval::terraform::types::{Type, convert, convert_with, unify_values};
use crate::eval::{Collection, List, Truth, Unknown, Value, Why, budget};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::members("setintersection", &[S], |call| kept(call, false)).variadic(S),
    Function::members("setsubtract", &[S, S], |call| kept(call, true)),
    Function::members("setunion", &[S], union).variadic(S),
];

/// The most pairs of members that are compared.
const MAX_PAIRS: usize = 1 << 24;

/// The arguments as sets of one type of members.
fn alike(call: &Call<'_>) -> Result<Vec<Value>, String> {
    let of = unify_values(call.arguments.iter())
        .ok_or("given sets must all have compatible element types")?;
    call.arguments
        .iter()
        .map(|argument| convert_with(argument, &of, call.arguments.iter()))
        .collect()
}

fn union(call: &Call<'_>) -> Result<Value, String> {
    let (mut items, mut rest) = (Vec::new(), None);
    for argument in alike(call)? {
        match argument.as_list() {
            Some(list) => {
                items.extend(list.items.iter().cloned());
                rest = both_rests(rest, list.rest.clone());
            }
            None => rest = both_rests(rest, Some(rest_of(&argument))),
        }
    }
    let all = call.sequence_with(items, rest, Collection::Uniform);
    convert(&all, &Type::Set(Box::new(Type::Any)))
}

/// The members of the first set that are in all the others, or in none of them. Those of which it is not known may be.
fn kept(call: &Call<'_>, without: bool) -> Result<Value, String> {
    let sets = alike(call)?;
    let Some(first) = sets[0].as_list() else {
        return Ok(call.unknown());
    };
    let others: Vec<Option<&List>> = sets[1..].iter().map(Value::as_list).collect();
    let size: usize = others.iter().flatten().map(|list| list.items.len()).sum();
    let pairs = size.saturating_mul(first.items.len());
    if pairs > MAX_PAIRS {
        return Ok(call.limit());
    }
    budget::work(pairs);
    let stays = |item: &Value| {
        Truth::all(others.iter().map(|other| {
            let inside = other.map_or(Truth::Unknown, |list| list.any(|other| equal(item, other)));
            if without { !inside } else { inside }
        }))
    };
    let (mut items, mut unsure) = (Vec::new(), Vec::new());
    for item in &first.items {
        match stays(item) {
            Truth::True => items.push(item.clone()),
            Truth::False => {}
            Truth::Unknown => unsure.push(item.clone()),
        }
    }
    let why = sets
        .iter()
        .find_map(Value::first_why)
        .unwrap_or(Why::Unclear);
    let unsure = (!unsure.is_empty()).then(|| perhaps(unsure, why));
    let rest: Option<Arc<Unknown>> = both_rests(first.rest.clone(), unsure);
    let kept = call.sequence_with(items, rest, Collection::Uniform);
    convert(&kept, &Type::Set(Box::new(Type::Any)))
}
