//! Indexing, attributes and splats.

use std::sync::Arc;

use ecow::EcoString;

use super::{is_sensitive, lift};
use crate::eval::terraform::types::{MAX_DEPTH, Type, convert, kind_name};
use crate::eval::{Collection, Data, Key, List, Map, Number, Reference, Unknown, Value, Why};
use crate::source::Span;

/// The step of a path for an index that is not known. Two such paths need not lead to the same value.
pub(super) const SOME_INDEX: &str = "?";

/// `of[key]`. A member keeps its own origin. With an unknown key the result is one of the members.
///
/// An index into a reference to a whole block (no path, no key) chooses the instance; into any other reference it is
/// one more step of the path. An unknown one chooses [`Key::Placeholder`] or adds the step `?`.
///
/// # Errors
/// Terraform's reason for refusing it.
pub fn index(of: &Value, key: &Value, span: Span) -> Result<Value, String> {
    let sensitive = is_sensitive(of) || is_sensitive(key);
    let operands = [of.clone(), key.clone()];
    let result = lift(&operands, span, &mut |operands| {
        index_at(&operands[0], &operands[1], span, 0)
    });
    result.map(|value| value.sensitive_if(sensitive))
}

/// `of.name`. A member keeps its own origin. A name of digits only is the legacy index `of.0`.
///
/// What a reference leads to keeps the reference around it; what the configuration of the resource does not say is a
/// reference without a value, for the provider may compute it.
///
/// # Errors
/// Terraform's reason for refusing it.
pub fn attribute(of: &Value, name: &str, span: Span) -> Result<Value, String> {
    if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit()) {
        let Some(number) = Number::parse(name) else {
            return Err(format!("Invalid index {name}."));
        };
        return index(of, &Value::new(Data::Number(number), span), span);
    }
    let sensitive = is_sensitive(of);
    let result = lift(std::slice::from_ref(of), span, &mut |operands| {
        attribute_at(&operands[0], name, span, 0)
    });
    result.map(|value| value.sensitive_if(sensitive))
}

fn attribute_at(of: &Value, name: &str, span: Span, depth: usize) -> Result<Value, String> {
    if depth > MAX_DEPTH {
        return Ok(Value::unknown(Why::Limit, span));
    }
    match &of.data {
        Data::Reference(reference) => {
            let Some(inner) = &reference.value else {
                return Ok(extended(reference, name.into(), None, span));
            };
            let found = match &inner.resolved().data {
                Data::Map(map) if map.get(name).is_none() => None,
                Data::Null => None,
                _ => Some(attribute_at(inner, name, span, depth + 1)?),
            };
            Ok(extended(reference, name.into(), found, span))
        }
        Data::Unknown(_) => Ok(again(of, span)),
        Data::Null => Err("This value is null, so it does not have any attributes.".into()),
        Data::Map(map) => match (map.value(name), &map.rest) {
            (Some(value), _) => Ok(value.clone()),
            (None, Some(rest)) => Ok(member_of(rest, span)),
            (None, None) if map.kind == Collection::Structural => Err(format!(
                "This object does not have an attribute named {name:?}."
            )),
            (None, None) => Err(format!(
                "This map does not have an element with the key {name:?}."
            )),
        },
        Data::List(list) if list.kind == Collection::Uniform => Err(format!(
            "Can't access attributes on a list. Did you mean to access attribute {name:?} for a \
             specific element of the list, or across all elements of the list?"
        )),
        Data::List(_) => Err("This value does not have any attributes.".into()),
        Data::Bool(_) | Data::Number(_) | Data::Text(_) | Data::Template(_) => Err(format!(
            "Can't access attributes on a primitive-typed value ({}).",
            kind_name(of)
        )),
    }
}

fn index_at(of: &Value, key: &Value, span: Span, depth: usize) -> Result<Value, String> {
    if depth > MAX_DEPTH {
        return Ok(Value::unknown(Why::Limit, span));
    }
    if matches!(of.data, Data::Null) {
        return Err("This value is null, so it does not have any indices.".into());
    }
    if matches!(key.resolved().data, Data::Null) {
        return Err("Can't use a null value as an indexing key.".into());
    }
    match &of.data {
        Data::Reference(reference) => index_reference(reference, key, span, depth),
        Data::Unknown(_) => Ok(again(of, span)),
        Data::List(list) if list.kind == Collection::Set => Err(
            "Elements of a set are identified only by their value and don't have any separate index or \
             key to select with, so it's only possible to perform operations across all elements of the \
             set."
            .into(),
        ),
        Data::List(list) => index_list(list, key, span),
        Data::Map(map) => index_map(map, key, span),
        _ => Err("This value does not have any indices.".into()),
    }
}

fn index_reference(
    reference: &Reference,
    key: &Value,
    span: Span,
    depth: usize,
) -> Result<Value, String> {
    if let Some(inner) = &reference.value {
        let found = match (&inner.resolved().data, key.as_text()) {
            (Data::Map(map), Some(name)) if map.get(name).is_none() => None,
            (Data::Null, _) => None,
            _ => Some(index_at(inner, key, span, depth + 1)?),
        };
        return Ok(extended(reference, step_of(key), found, span));
    }
    if reference.path.is_empty() && reference.target.key == Key::None {
        let mut reference = reference.clone();
        reference.target.key = match &key.resolved().data {
            Data::Number(Number::Int(at)) if *at >= 0 => Key::Index(at.unsigned_abs()),
            _ => match key.as_text() {
                Some(text) => Key::Text(text.into()),
                None => Key::Placeholder,
            },
        };
        return Ok(Value::new(Data::Reference(Arc::new(reference)), span));
    }
    Ok(extended(reference, step_of(key), None, span))
}

fn step_of(key: &Value) -> EcoString {
    match convert(key, &Type::Text) {
        Ok(text) => text.as_text().map_or(SOME_INDEX.into(), EcoString::from),
        Err(_) => SOME_INDEX.into(),
    }
}

fn index_list(list: &List, key: &Value, span: Span) -> Result<Value, String> {
    const WRONG: &str = "The given key does not identify an element in this collection value";
    let key = convert(key, &Type::Number).map_err(|why| format!("{WRONG}: {why}."))?;
    let Data::Number(number) = &key.resolved().data else {
        return Ok(some_member(&list.items, list.rest.as_deref(), &key, span));
    };
    if !number.is_whole() {
        return Err(format!(
            "{WRONG}: indexing a sequence requires a whole number, but the given index has a fractional part."
        ));
    }
    if number.sign().is_lt() {
        return Err(format!(
            "{WRONG}: a negative number is not a valid index for a sequence."
        ));
    }
    if let Some(rest) = &list.rest {
        return Ok(some_member(&list.items, Some(rest), &key, span));
    }
    let at = number.as_i64().and_then(|at| usize::try_from(at).ok());
    match at.and_then(|at| list.items.get(at)) {
        Some(item) => Ok(item.clone()),
        None if list.items.is_empty() => Err(format!("{WRONG}: the collection has no elements.")),
        None => Err(format!(
            "{WRONG}: the given index is greater than or equal to the length of the collection."
        )),
    }
}

fn index_map(map: &Map, key: &Value, span: Span) -> Result<Value, String> {
    const WRONG: &str = "The given key does not identify an element in this collection value";
    let key = convert(key, &Type::Text).map_err(|why| format!("{WRONG}: {why}."))?;
    let Some(name) = key.as_text() else {
        let members: Vec<Value> = map
            .entries
            .iter()
            .map(|entry| entry.value.clone())
            .collect();
        return Ok(some_member(&members, map.rest.as_deref(), &key, span));
    };
    match (map.value(name), &map.rest) {
        (Some(value), _) => Ok(value.clone()),
        (None, Some(rest)) => Ok(member_of(rest, span)),
        (None, None) => Err(format!("{WRONG}.")),
    }
}

/// One of the members, which one is not known because of the key or because more may stand between them.
fn some_member(members: &[Value], rest: Option<&Unknown>, key: &Value, span: Span) -> Value {
    let why = key
        .first_why()
        .or_else(|| rest.map(|rest| rest.why.clone()))
        .unwrap_or(Why::Unclear);
    match rest {
        Some(rest) if rest.among.is_empty() => Value::unknown(why, span),
        Some(rest) => Value::among(why, members.iter().chain(&rest.among).cloned(), span),
        None => Value::among(why, members.iter().cloned(), span),
    }
}

/// A member that is there without being known.
pub(in crate::eval::terraform) fn member_of(rest: &Unknown, span: Span) -> Value {
    if rest.among.is_empty() {
        Value::unknown(rest.why.clone(), span)
    } else {
        Value::among(rest.why.clone(), rest.among.iter().cloned(), span)
    }
}

/// An unknown part of an unknown.
fn again(of: &Value, span: Span) -> Value {
    Value::unknown(of.why().unwrap_or(Why::Unclear), span)
}

/// A reference with one more step. What was found keeps its origin; alternatives are referred to one by one.
fn extended(reference: &Reference, step: EcoString, found: Option<Value>, span: Span) -> Value {
    let with = |value: Option<Value>| {
        let mut path = reference.path.clone();
        path.push(step.clone());
        let origin = value.as_ref().map(|value| value.origin.clone());
        let sensitive = value.as_ref().is_some_and(|value| value.sensitive);
        let reference = Reference {
            target: reference.target.clone(),
            path,
            value,
        };
        let mut out =
            Value::new(Data::Reference(Arc::new(reference)), span).sensitive_if(sensitive);
        if let Some(origin) = origin {
            out.origin = origin;
        }
        out
    };
    match found {
        Some(found) => match &found.data {
            Data::Unknown(unknown) if unknown.among.is_empty() => with(None),
            Data::Unknown(unknown) => {
                let among = unknown
                    .among
                    .iter()
                    .map(|member| with(Some(member.clone())));
                Value::among(unknown.why.clone(), among, span)
            }
            _ => with(Some(found)),
        },
        None => with(None),
    }
}

/// The members that a splat walks over: those of a list or set, the value itself in a list, none of null.
/// Attributes are then taken from each by the caller, also from the `among` of `rest`.
///
/// A reference whose value is not known is a list of nothing but a rest, whose one alternative is a reference to some
/// member; a reference to one instance stands in a list by itself.
///
/// # Errors
/// Terraform's reason for refusing it.
pub fn splat(of: &Value, span: Span) -> Result<Value, String> {
    let sensitive = is_sensitive(of);
    let result = lift(std::slice::from_ref(of), span, &mut |operands| {
        splat_known(&operands[0], span)
    });
    result.map(|value| value.sensitive_if(sensitive))
}

fn splat_known(of: &Value, span: Span) -> Result<Value, String> {
    match &of.data {
        Data::Null => Ok(Value::tuple(Vec::new(), span)),
        Data::Unknown(_) => Ok(again(of, span)),
        Data::List(list) if list.kind == Collection::Set => {
            convert(of, &Type::List(Box::new(Type::Any)))
        }
        Data::List(_) => Ok(of.clone()),
        Data::Reference(reference) => match &reference.value {
            Some(inner) if matches!(inner.resolved().data, Data::List(_)) => {
                members(reference, inner, span)
            }
            Some(inner) if matches!(inner.resolved().data, Data::Null) => splat_known(inner, span),
            None if reference.path.is_empty() && reference.target.key == Key::None => {
                Ok(only_rest(of, of.clone(), span))
            }
            None if !reference.path.is_empty() => Ok(only_rest(
                of,
                extended(reference, SOME_INDEX.into(), None, span),
                span,
            )),
            _ => Ok(Value::tuple(vec![of.clone()], span)),
        },
        _ => Ok(Value::tuple(vec![of.clone()], span)),
    }
}

fn only_rest(of: &Value, member: Value, span: Span) -> Value {
    let rest = Unknown {
        why: of.why().unwrap_or(Why::Unclear),
        among: vec![member],
    };
    let list = List {
        items: Vec::new(),
        rest: Some(Arc::new(rest)),
        kind: Collection::Uniform,
    };
    Value::new(Data::List(Arc::new(list)), span)
}

/// What a loop walks over: the members of a list that belongs to another resource stay links to it, so that what the
/// provider adds to them is no mistake.
pub(in crate::eval::terraform) fn walked(of: &Value, span: Span) -> Value {
    let linked = match &of.data {
        Data::Reference(reference) => {
            reference
                .value
                .as_ref()
                .and_then(|inner| match &inner.resolved().data {
                    Data::List(list) if list.kind != Collection::Set => {
                        members(reference, inner, span).ok()
                    }
                    _ => None,
                })
        }
        _ => None,
    };
    linked.unwrap_or_else(|| of.resolved().clone())
}

/// The members of the list that a reference leads to, each referred to by its index.
fn members(reference: &Reference, inner: &Value, span: Span) -> Result<Value, String> {
    let of = splat_known(inner.resolved(), span)?;
    let Data::List(list) = &of.data else {
        return Ok(of);
    };
    let ordered = list.rest.is_none();
    let refer = |(at, item): (usize, &Value)| {
        let step = if ordered {
            at.to_string().into()
        } else {
            SOME_INDEX.into()
        };
        extended(reference, step, Some(item.clone()), span)
    };
    let members = List {
        items: list.items.iter().enumerate().map(refer).collect(),
        rest: list.rest.clone(),
        kind: list.kind,
    };
    Ok(Value {
        data: Data::List(Arc::new(members)),
        ..of.clone()
    })
}
