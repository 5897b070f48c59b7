//! Functions on collections of any kind.

use super::Parameter::{Any, Bools, List as L, Nullable, TextLists};
use super::{Call, Function};
use crate::eval::terraform::operator::{equal, index};
use crate::eval::terraform::types::{
    Type, convert, convert_with, kind_name, type_of, unify_values,
};
use crate::eval::{Collection, Data, List, Number, Truth, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::members("length", &[Any], length),
    Function::parts("alltrue", &[Bools], |call| Ok(all_true(call))),
    Function::parts("anytrue", &[Bools], |call| Ok(any_true(call))),
    Function::members("coalesce", &[], coalesce).variadic(Nullable),
    Function::members("coalescelist", &[], coalesce_list).variadic(Nullable),
    Function::parts("contains", &[Any, Any], contains),
    Function::parts("index", &[Any, Any], find),
    Function::members("one", &[Any], one),
    Function::whole("sum", &[Any], sum),
    Function::members("matchkeys", &[L, L, L], match_keys),
    Function::whole("transpose", &[TextLists], transpose),
];

/// Whether how many members a list has is known.
pub(super) fn is_counted(list: &List) -> bool {
    let may_double = list.kind == Collection::Set && list.items.len() > 1;
    list.rest.is_none() && (!may_double || list.items.iter().all(Value::is_wholly_known))
}

fn length(call: &Call<'_>) -> Result<Value, String> {
    use unicode_segmentation::UnicodeSegmentation;
    let count = match &call.argument(0).data {
        Data::Text(text) => text.graphemes(true).count(),
        Data::Template(template) => match &template.text {
            Some(text) => text.graphemes(true).count(),
            None => return Ok(call.unknown()),
        },
        Data::List(list) if is_counted(list) => list.items.len(),
        Data::Map(map) if map.rest.is_none() => map.entries.len(),
        Data::List(_) | Data::Map(_) | Data::Unknown(_) | Data::Reference(_) => {
            return Ok(call.unknown());
        }
        _ => {
            return Err(
                "argument must be a string, a collection type, or a structural type".into(),
            );
        }
    };
    Ok(call.numeric(Some(Number::Int(count as i64))))
}

fn all_true(call: &Call<'_>) -> Value {
    let Some(list) = call.list(0) else {
        return call.truth(Truth::Unknown);
    };
    call.truth(list.every(|item| match item.resolved().data {
        Data::Bool(own) => own.into(),
        Data::Null => Truth::False,
        _ => Truth::Unknown,
    }))
}

fn any_true(call: &Call<'_>) -> Value {
    let Some(list) = call.list(0) else {
        return call.truth(Truth::Unknown);
    };
    call.truth(list.any(|item| match item.resolved().data {
        Data::Bool(own) => own.into(),
        Data::Null => Truth::False,
        _ => Truth::Unknown,
    }))
}

fn coalesce(call: &Call<'_>) -> Result<Value, String> {
    let Some(of) = unify_values(call.arguments.iter()) else {
        return Err("all arguments must have the same type".into());
    };
    let texts = of == Type::Text;
    let skipped = |value: &Value| {
        let empty = if texts {
            value.is_empty()
        } else {
            Truth::False
        };
        value.is_null() | empty
    };
    let none = "no non-null, non-empty-string arguments";
    let prepare = |value: &Value| convert_with(value, &of, call.arguments.iter());
    first(call, 0, &prepare, &skipped, none)
}

fn coalesce_list(call: &Call<'_>) -> Result<Value, String> {
    for argument in call.arguments {
        match &argument.resolved().data {
            Data::List(list) if list.kind != Collection::Set => {}
            Data::Null | Data::Unknown(_) | Data::Reference(_) => {}
            _ => return Err("coalescelist arguments must be lists or tuples".into()),
        }
    }
    first(
        call,
        0,
        &|value| Ok(value.clone()),
        &Value::is_empty,
        "no non-null arguments",
    )
}

/// The first argument that is not skipped. Where that is not known of one, the result is that one or the next.
fn first(
    call: &Call<'_>,
    from: usize,
    prepare: &dyn Fn(&Value) -> Result<Value, String>,
    skipped: &dyn Fn(&Value) -> Truth,
    none: &str,
) -> Result<Value, String> {
    let mut maybe: Vec<Value> = Vec::new();
    for argument in &call.arguments[from..] {
        let value = prepare(argument)?;
        match skipped(&value) {
            Truth::True => {}
            Truth::False if maybe.is_empty() => return Ok(value),
            Truth::False => {
                maybe.push(value);
                return Ok(either(call, maybe));
            }
            Truth::Unknown => maybe.push(value),
        }
    }
    if maybe.is_empty() {
        Err(none.into())
    } else {
        Ok(either(call, maybe))
    }
}

fn either(call: &Call<'_>, maybe: Vec<Value>) -> Value {
    let why = maybe
        .iter()
        .find_map(Value::first_why)
        .unwrap_or(crate::eval::Why::Unclear);
    let sensitive = maybe.iter().any(|value| value.sensitive);
    Value::among(why, maybe, call.span).sensitive_if(sensitive)
}

fn contains(call: &Call<'_>) -> Result<Value, String> {
    let wanted = &call.arguments[1];
    match &call.argument(0).data {
        Data::List(list) => Ok(call.truth(list.any(|item| equal(item, wanted)))),
        Data::Unknown(_) | Data::Reference(_) => Ok(call.truth(Truth::Unknown)),
        _ => Err("argument must be list, tuple, or set".into()),
    }
}

fn find(call: &Call<'_>) -> Result<Value, String> {
    let list = match &call.argument(0).data {
        Data::List(list) if list.kind != Collection::Set => list,
        Data::Unknown(_) | Data::Reference(_) => return Ok(call.unknown()),
        _ => return Err("argument must be a list or tuple".into()),
    };
    if list.rest.is_some() {
        return Ok(call.unknown());
    }
    if list.items.is_empty() {
        return Err("cannot search an empty list".into());
    }
    for (at, item) in list.items.iter().enumerate() {
        match equal(item, &call.arguments[1]) {
            Truth::True => return Ok(call.numeric(Some(Number::Int(at as i64)))),
            Truth::Unknown => return Ok(call.unknown()),
            Truth::False => {}
        }
    }
    Err("item not found".into())
}

fn one(call: &Call<'_>) -> Result<Value, String> {
    let refusal = "must be a list, set, or tuple value with either zero or one elements";
    let list = match &call.argument(0).data {
        Data::List(list) => list,
        Data::Reference(_) => {
            return index(
                &call.arguments[0],
                &Value::new(Data::Number(Number::Int(0)), call.span),
                call.span,
            );
        }
        Data::Unknown(_) => return Ok(call.unknown()),
        _ => return Err(refusal.into()),
    };
    match (&list.items[..], &list.rest) {
        ([], None) => Ok(Value::null(call.span)),
        ([item], None) => Ok(item.clone()),
        // With one member there cannot be another; a set may hold it twice.
        ([item], Some(_)) => Ok(item.clone()),
        ([], Some(rest)) if !rest.among.is_empty() => {
            let null = Value::null(call.span);
            let among = rest.among.iter().cloned().chain([null]);
            Ok(Value::among(rest.why.clone(), among, call.span))
        }
        _ if !is_counted(list) && list.kind == Collection::Set => Ok(call.unknown()),
        ([], Some(_)) => Ok(call.unknown()),
        _ => Err(refusal.into()),
    }
}

fn sum(call: &Call<'_>) -> Result<Value, String> {
    let list = match &call.argument(0).data {
        Data::List(list) => list,
        Data::Map(_) => {
            return Err(format!(
                "argument must be list, set, or tuple. Received {}",
                kind_name(&call.arguments[0])
            ));
        }
        _ => return Err("cannot sum noniterable".into()),
    };
    if list.items.is_empty() {
        return Err("cannot sum an empty list".into());
    }
    let mut total: Option<Number> = None;
    for item in &list.items {
        let number = convert(item, &Type::Number).ok();
        let Some(Data::Number(number)) = number.map(|number| number.resolved().data.clone()) else {
            return Err("argument must be list, set, or tuple of number values".into());
        };
        total = match total {
            None => Some(number),
            Some(total) => match total.add(&number) {
                Some(total) => Some(total),
                None => return Ok(call.limit()),
            },
        };
    }
    Ok(call.numeric(total))
}

fn match_keys(call: &Call<'_>) -> Result<Value, String> {
    let (Some(values), Some(keys), Some(search)) = (call.list(0), call.list(1), call.list(2))
    else {
        return Ok(call.unknown());
    };
    let types = [type_of(&call.arguments[1]), type_of(&call.arguments[2])];
    let Some(of) = unify_values(call.arguments[1..].iter()) else {
        return Err("keys and searchset must be of the same type".into());
    };
    if values.rest.is_some() || keys.rest.is_some() {
        return Ok(call.unknown());
    }
    if values.items.len() != keys.items.len() {
        return Err("length of keys and values should be equal".into());
    }
    let (keys, search) = if types[0] == types[1] {
        (keys.clone(), search.clone())
    } else {
        let keys = convert_with(&call.arguments[1], &of, call.arguments[1..].iter())?;
        let search = convert_with(&call.arguments[2], &of, call.arguments[1..].iter())?;
        match (keys.as_list(), search.as_list()) {
            (Some(keys), Some(search)) => (keys.clone(), search.clone()),
            _ => return Ok(call.unknown()),
        }
    };
    if keys.items.len().saturating_mul(search.items.len()) > 1 << 24 {
        return Ok(call.limit());
    }
    let mut items = Vec::new();
    for (value, key) in values.items.iter().zip(&keys.items) {
        match search.any(|other| equal(key, other)) {
            Truth::True => items.push(value.clone()),
            Truth::False => {}
            Truth::Unknown => return Ok(call.unknown()),
        }
    }
    Ok(call.sequence(items, Collection::Uniform))
}

fn transpose(call: &Call<'_>) -> Result<Value, String> {
    use std::collections::BTreeMap;
    let Some(map) = call.map(0) else {
        return Ok(call.unknown());
    };
    let mut out: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for entry in &map.entries {
        let Some(list) = entry.value.as_list() else {
            return Err("input must not contain null list".into());
        };
        for item in &list.items {
            let Some(text) = item.as_text() else {
                return Err("input list must not contain null string".into());
            };
            out.entry(text)
                .or_default()
                .push(Value::text(entry.key.clone(), entry.span));
        }
    }
    let entries = out
        .into_iter()
        .map(|(key, items)| call.entry(key, call.sequence(items, Collection::Uniform)));
    Ok(call.mapping(entries.collect(), None, Collection::Uniform))
}
