//! Functions on maps and objects.

use std::sync::Arc;

use super::Parameter::{Any, Nullable, Text as T, Texts};
use super::call::{both_rests, rest_of};
use super::{Call, Function};
use crate::eval::terraform::operator::{attribute, member_of};
use crate::eval::terraform::types::{Type, convert, kind_name, type_of};
use crate::eval::{Collection, Data, Entry, Map, Unknown, Value, Why};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::members("keys", &[Any], keys),
    Function::members("values", &[Any], values),
    Function::members("lookup", &[Any, T], lookup).variadic(Nullable),
    Function::members("merge", &[], merge).variadic(Nullable),
    Function::members("zipmap", &[Texts, Any], zip),
];

fn keys(call: &Call<'_>) -> Result<Value, String> {
    let map = match &call.argument(0).data {
        Data::Map(map) => map,
        Data::Unknown(_) | Data::Reference(_) => return Ok(call.unknown()),
        _ => return Err("must have map or object type".into()),
    };
    let items = map
        .entries
        .iter()
        .map(|entry| Value::text(entry.key.clone(), entry.span));
    let rest = map.rest.as_ref().map(|rest| {
        Arc::new(Unknown {
            why: rest.why.clone(),
            among: Vec::new(),
        })
    });
    Ok(call.sequence_with(items.collect(), rest, map.kind))
}

fn values(call: &Call<'_>) -> Result<Value, String> {
    let map = match &call.argument(0).data {
        Data::Map(map) => map,
        Data::Unknown(_) | Data::Reference(_) => return Ok(call.unknown()),
        _ => return Err("values() requires a map as the first argument".into()),
    };
    let items = map.entries.iter().map(|entry| entry.value.clone());
    Ok(call.sequence_with(items.collect(), map.rest.clone(), map.kind))
}

fn lookup(call: &Call<'_>) -> Result<Value, String> {
    if call.arguments.len() > 3 {
        return Err(format!(
            "lookup() takes two or three arguments, got {}",
            call.arguments.len()
        ));
    }
    let default = call.arguments.get(2);
    let map = match &call.argument(0).data {
        Data::Map(map) => map,
        Data::Unknown(_) => return Ok(call.unknown()),
        Data::Reference(_) => return Ok(lookup_reference(call, default)),
        _ => return Err("lookup() requires a map as the first argument".into()),
    };
    let default = match default {
        Some(default) if map.kind != Collection::Structural => match type_of(call.argument(0)) {
            Type::Map(of) => Some(convert(default, &of).map_err(|_| {
                "the default value must have the same type as the map elements".to_owned()
            })?),
            _ => Some(default.clone()),
        },
        other => other.cloned(),
    };
    let Some(key) = call.arguments[1].as_text() else {
        return Ok(any_of(call, map, default));
    };
    match (map.value(key), &map.rest, default) {
        (Some(value), _, _) => Ok(value.clone()),
        (None, Some(rest), None) => Ok(member_of(rest, call.span)),
        (None, Some(rest), Some(_)) if rest.among.is_empty() => Ok(member_of(rest, call.span)),
        (None, Some(rest), Some(default)) => {
            let among = rest.among.iter().cloned().chain([default]);
            Ok(Value::among(rest.why.clone(), among, call.span))
        }
        (None, None, Some(default)) => Ok(default),
        (None, None, None) => Err(format!("lookup failed to find key {key:?}")),
    }
}

/// The key is not known: any of the values, or the default.
fn any_of(call: &Call<'_>, map: &Map, default: Option<Value>) -> Value {
    let why = call.arguments[1].first_why().unwrap_or(Why::Unclear);
    let values = map.entries.iter().map(|entry| entry.value.clone());
    match &map.rest {
        Some(rest) if rest.among.is_empty() => Value::unknown(why, call.span),
        rest => {
            let more = rest.iter().flat_map(|rest| rest.among.iter().cloned());
            Value::among(why, values.chain(more).chain(default), call.span)
        }
    }
}

/// A map that only the provider knows: its member under the key, or the default.
fn lookup_reference(call: &Call<'_>, default: Option<&Value>) -> Value {
    let Some(key) = call.arguments[1].as_text() else {
        return call.unknown();
    };
    let Ok(member) = attribute(&call.arguments[0], key, call.span) else {
        return call.unknown();
    };
    let why = member.first_why().unwrap_or(Why::Unclear);
    Value::among(why, [member].into_iter().chain(default.cloned()), call.span)
}

fn merge(call: &Call<'_>) -> Result<Value, String> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut rest: Option<Arc<Unknown>> = None;
    let mut uniform = true;
    let mut common: Option<Type> = None;
    for argument in call.arguments {
        let more = match &argument.resolved().data {
            Data::Null => continue,
            Data::Map(map) => {
                let of = type_of(argument);
                uniform &= map.kind != Collection::Structural
                    && common.as_ref().is_none_or(|common| *common == of);
                common = Some(of);
                map.rest.clone()
            }
            Data::Unknown(_) | Data::Reference(_) => Some(rest_of(argument)),
            _ => {
                return Err(format!(
                    "arguments must be maps or objects, got {:?}",
                    kind_name(argument)
                ));
            }
        };
        if let Some(more) = &more {
            for entry in &mut entries {
                entry.value = overwritten(&entry.value, more, call);
            }
        }
        rest = both_rests(rest, more);
        entries.extend(
            argument
                .as_map()
                .into_iter()
                .flat_map(|map| map.entries.iter().cloned()),
        );
    }
    let kind = match common {
        Some(_) if uniform => Collection::Uniform,
        _ => Collection::Structural,
    };
    Ok(call.mapping(entries, rest, kind))
}

/// A value that a later map may have under the same key too.
fn overwritten(value: &Value, by: &Unknown, call: &Call<'_>) -> Value {
    if by.among.is_empty() {
        return Value::unknown(by.why.clone(), call.span).sensitive_if(value.sensitive);
    }
    Value::among(
        by.why.clone(),
        [value.clone()].into_iter().chain(by.among.iter().cloned()),
        call.span,
    )
    .sensitive_if(value.sensitive)
}

fn zip(call: &Call<'_>) -> Result<Value, String> {
    let values = match &call.argument(1).data {
        Data::List(list) if list.kind != Collection::Set => list,
        Data::Unknown(_) | Data::Reference(_) => return Ok(zip_unknown(call)),
        _ => return Err("values argument must be a list or tuple value".into()),
    };
    if !call.arguments[0].is_wholly_known() {
        return Ok(call.unknown());
    }
    let keys = call.items(0);
    let kind = values.kind;
    if values.rest.is_some() {
        return Ok(zip_unknown(call));
    }
    if keys.len() != values.items.len() {
        return Err(format!(
            "number of keys ({}) does not match number of values ({})",
            keys.len(),
            values.items.len()
        ));
    }
    let mut entries = Vec::with_capacity(keys.len());
    for (at, (key, value)) in keys.iter().zip(&values.items).enumerate() {
        let Some(text) = key.as_text() else {
            return Err(format!("keys list has null value at index {at}"));
        };
        entries.push(Entry {
            key: text.into(),
            span: key.resolved().origin.span,
            value: value.clone(),
        });
    }
    Ok(call.mapping(entries, None, kind))
}

/// Known keys with values that are not.
fn zip_unknown(call: &Call<'_>) -> Value {
    if !call.arguments[0].is_wholly_known() {
        return call.unknown();
    }
    let why = call.arguments[1].first_why().unwrap_or(Why::Unclear);
    let entries = call.items(0).iter().filter_map(|key| {
        let value = Value::unknown(why.clone(), call.span);
        Some(Entry {
            key: key.as_text()?.into(),
            span: key.resolved().origin.span,
            value,
        })
    });
    call.mapping(entries.collect(), None, Collection::Structural)
}
