//! Reading and editing values by their shape, through the alternatives of those that are known in part.

use std::sync::Arc;

use ecow::EcoString;

use crate::eval::{Collection, Data, Entry, List, Map, Truth, Unknown, Value};
use crate::source::Span;

/// The property of a map, unless it is absent or null.
pub(super) fn get<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    value
        .as_map()?
        .value(key)
        .filter(|value| value.data != Data::Null)
}

/// What a chain of properties leads to.
pub(super) fn at<'v>(value: &'v Value, path: &[&str]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, key| get(value, key))
}

/// The known text of a property.
pub(super) fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    get(value, key)?.as_text()
}

/// Whether a property is `true`; false where it is absent.
pub(super) fn is_true(value: &Value, key: &str) -> Truth {
    get(value, key).map_or(Truth::False, Value::is_true)
}

/// Whether Python would call the value false: absent, null, `false`, `0`, empty. What is not known counts as something.
pub(super) fn is_nothing(value: Option<&Value>) -> bool {
    value.is_none_or(|value| {
        value.is_empty().is_true() || value.is_false().is_true() || value.equals_text("0").is_true()
    })
}

/// The property where it is something.
pub(super) fn something<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    get(value, key).filter(|value| !is_nothing(Some(value)))
}

/// The members of a list; a single value is its own only member.
pub(super) fn members(value: &Value) -> Vec<Value> {
    match &value.resolved().data {
        Data::List(list) => list.items.clone(),
        Data::Null => Vec::new(),
        _ => vec![value.clone()],
    }
}

/// Why a list may have more members than are known.
pub(super) fn rest(value: &Value) -> Option<Arc<Unknown>> {
    match &value.resolved().data {
        Data::List(list) => list.rest.clone(),
        Data::Map(map) => map.rest.clone(),
        Data::Unknown(unknown) => Some(unknown.clone()),
        _ => None,
    }
}

/// The same with every alternative of an unknown value converted; what could be anything stays.
pub(super) fn convert(value: &Value, with: &mut dyn FnMut(&Value) -> Value) -> Value {
    match &value.data {
        Data::Unknown(unknown) if unknown.among.is_empty() => value.clone(),
        Data::Unknown(unknown) => Value::among(
            unknown.why.clone(),
            unknown.among.iter().map(with).collect::<Vec<_>>(),
            value.origin.span,
        ),
        _ => with(value),
    }
}

/// Edits the value, or each alternative of it.
pub(super) fn edit(value: &mut Value, with: &mut dyn FnMut(&mut Value)) {
    match &mut value.data {
        Data::Unknown(unknown) if !unknown.among.is_empty() => {
            Arc::make_mut(unknown).among.iter_mut().for_each(with);
        }
        _ => with(value),
    }
}

/// The map to edit in place; references with known values are replaced by those.
pub(super) fn map_mut(value: &mut Value) -> Option<&mut Map> {
    if let Data::Reference(_) = value.data {
        let inner = value.resolved().data.clone();
        value.data = inner;
    }
    match &mut value.data {
        Data::Map(map) => Some(Arc::make_mut(map)),
        _ => None,
    }
}

/// The value under a key, to edit; an empty map of the given place where there is none.
pub(super) fn child<'v>(value: &'v mut Value, key: &str, place: Span) -> Option<&'v mut Value> {
    let map = map_mut(value)?;
    let at = match map
        .entries
        .binary_search_by(|entry| entry.key.as_str().cmp(key))
    {
        Ok(at) => at,
        Err(at) => {
            let empty = Value::object(Vec::new(), place);
            map.entries.insert(
                at,
                Entry {
                    key: key.into(),
                    span: place,
                    value: empty,
                },
            );
            at
        }
    };
    let found = &mut map.entries.get_mut(at)?.value;
    if found.data == Data::Null {
        *found = Value::object(Vec::new(), place);
    }
    Some(found)
}

/// Sets the value under a key of a map; nothing happens to what is no map.
pub(super) fn set(value: &mut Value, key: &str, new: Value) {
    let place = new.origin.span;
    if let Some(slot) = child(value, key, place) {
        *slot = new;
    }
}

/// Removes a key of a map and gives what was there.
pub(super) fn remove(value: &mut Value, key: &str) -> Option<Value> {
    let map = map_mut(value)?;
    let at = map
        .entries
        .binary_search_by(|entry| entry.key.as_str().cmp(key))
        .ok()?;
    Some(map.entries.remove(at).value)
}

/// Adds a member to the list under a key of a map; what is there and is no list becomes its first member.
pub(super) fn push(value: &mut Value, key: &str, new: Value) {
    let place = new.origin.span;
    let Some(slot) = child(value, key, place) else {
        return;
    };
    if let Data::Map(map) = &slot.data
        && map.entries.is_empty()
        && map.rest.is_none()
    {
        *slot = Value::tuple(Vec::new(), place);
    }
    if let Data::Unknown(unknown) = &slot.data {
        // It is not known what is there, but this is added.
        let list = List {
            items: Vec::new(),
            rest: Some(unknown.clone()),
            kind: Collection::Structural,
        };
        slot.data = Data::List(Arc::new(list));
    }
    if slot.as_list().is_none() {
        let first = std::mem::replace(slot, Value::null(place));
        *slot = Value::tuple(vec![first], place);
    }
    if let Data::List(list) = &mut slot.data {
        let list = Arc::make_mut(list);
        list.items.push(new);
    }
}

/// The keys of a map.
pub(super) fn keys(value: &Value) -> Vec<EcoString> {
    value.as_map().map_or_else(Vec::new, |map| {
        map.entries.iter().map(|entry| entry.key.clone()).collect()
    })
}

/// `{a: b}` as the list `[{Key: a, Value: b}]` of CloudFormation's tags.
pub(super) fn tags(value: Option<&Value>) -> Vec<Value> {
    let Some(map) = value.and_then(Value::as_map) else {
        return Vec::new();
    };
    let tag = |entry: &Entry| {
        let value = match entry.value.data {
            Data::Null => Value::text("", entry.span),
            _ => entry.value.clone(),
        };
        let part = |key: &str, value: Value| Entry {
            key: key.into(),
            span: entry.span,
            value,
        };
        Value::object(
            vec![
                part("Key", Value::text(entry.key.clone(), entry.span)),
                part("Value", value),
            ],
            entry.span.to(entry.value.origin.span),
        )
    };
    map.entries.iter().map(tag).collect()
}

/// The logical id that a value refers to, as a reference or by its name.
pub(super) fn logical_id(value: &Value) -> Option<EcoString> {
    match &value.data {
        Data::Reference(reference) => Some(reference.target.name.clone()),
        Data::Text(text) => Some(text.clone()),
        _ => None,
    }
}

/// Whether only letters and digits are in a text that is not empty.
pub(super) fn is_alphanumeric(text: &str) -> bool {
    !text.is_empty() && text.chars().all(char::is_alphanumeric)
}

/// The known text that is written in the place itself: the transform reads the template before parameters have values,
/// and sees no text where a parameter or function gives one.
pub(super) fn literal(value: Option<&Value>) -> Option<&str> {
    value
        .filter(|value| value.origin.via.is_none())
        .and_then(Value::as_text)
}
