//! Values as JSON for comparison with what the languages' own tools recorded.

use distrust::eval::{Data, Value};
use serde_json::{Map, Number, json};

/// The value as JSON; a part that is not known is `{"$unknown": true}`, and so is what the provider may add.
pub(crate) fn of(value: &Value) -> serde_json::Value {
    let value = value.resolved();
    match &value.data {
        Data::Null => serde_json::Value::Null,
        Data::Bool(value) => json!(value),
        Data::Number(number) => serde_json::Value::Number(
            number
                .to_string()
                .parse::<Number>()
                .expect("a number's text is JSON"),
        ),
        Data::Text(_) | Data::Template(_) => {
            value.as_text().map_or_else(unknown, |text| json!(text))
        }
        Data::List(list) if list.rest.is_some() => unknown(),
        Data::List(list) => list.items.iter().map(of).collect(),
        Data::Map(map) if map.rest.is_some() => unknown(),
        Data::Map(map) => {
            let entries: Map<String, serde_json::Value> = map
                .entries
                .iter()
                .map(|entry| (entry.key.to_string(), of(&entry.value)))
                .collect();
            serde_json::Value::Object(entries)
        }
        Data::Reference(_) | Data::Unknown(_) => unknown(),
    }
}

/// The mark of a part that is not known.
pub(crate) fn unknown() -> serde_json::Value {
    json!({"$unknown": true})
}

/// Whether two JSON values are the same, numbers by their decimal value.
pub(crate) fn same(a: &serde_json::Value, b: &serde_json::Value) -> bool {
    use serde_json::Value::{Array, Number as N, Object};
    match (a, b) {
        (N(a), N(b)) => {
            let parse = |number: &Number| distrust::eval::Number::parse(&number.to_string());
            parse(a) == parse(b)
        }
        (Array(a), Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Object(a), Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}

/// Whether two JSON values are the same but for how scalars are written: `"80"` is 80, `"true"` is true.
pub(crate) fn alike(a: &serde_json::Value, b: &serde_json::Value) -> bool {
    let text = |json: &serde_json::Value| match json {
        serde_json::Value::String(text) => Some(text.clone()),
        serde_json::Value::Bool(_) | serde_json::Value::Number(_) => Some(json.to_string()),
        _ => None,
    };
    same(a, b) || text(a).is_some() && text(a) == text(b)
}
