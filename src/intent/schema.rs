//! The JSON Schema of the language, for editors: made from the grammar.

use serde_json::{Map, Value, json};

use super::grammar::{Field, Keys, Shape, TEXT};
use super::verb::VERBS;

/// The schema, as a text.
pub fn schema() -> String {
    let mut root = Map::new();
    root.insert(
        "$schema".into(),
        json!("http://json-schema.org/draft-07/schema#"),
    );
    root.insert("title".into(), json!("distrust intent"));
    if let Value::Object(map) = map(TEXT) {
        root.extend(map);
    }
    let mut text = serde_json::to_string_pretty(&root).unwrap_or_default();
    text.push('\n');
    text
}

fn shape(of: Shape) -> Value {
    match of {
        Shape::Text => json!({ "type": ["string", "number", "boolean"] }),
        Shape::Name => json!({ "type": "string", "pattern": "^[a-z][a-z0-9-]*$" }),
        Shape::Flag => json!({ "type": "boolean" }),
        Shape::Whole(least, most) => {
            json!({ "type": "integer", "minimum": least, "maximum": most })
        }
        Shape::Length => json!({ "type": "string", "pattern": "^[0-9]+[mhd]$" }),
        Shape::Block => json!({ "type": "string", "pattern": "^[0-9.]+/[0-9]+$" }),
        Shape::Ports => json!({
            "anyOf": [
                { "type": "integer", "minimum": 0, "maximum": 65_535 },
                { "type": "string", "pattern": "^([0-9]+(-[0-9]+)?(/(tcp|udp))?|icmp)$" },
            ]
        }),
        Shape::Selector => json!({ "type": "string", "minLength": 1 }),
        Shape::Word(words) => json!({ "enum": words() }),
        Shape::Supply => json!({
            "anyOf": [{ "const": "input" }, { "type": "string", "minLength": 1 }]
        }),
        Shape::List(of) => json!({
            "anyOf": [shape(*of), { "type": "array", "items": shape(*of) }]
        }),
        Shape::Map(keys) => map(keys),
        Shape::Each(keys) => json!({
            "type": "object",
            "propertyNames": { "pattern": "^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$" },
            "additionalProperties": map(keys),
        }),
        Shape::Texts => json!({ "type": "object", "additionalProperties": shape(Shape::Text) }),
        Shape::Or(word, more) => json!({ "anyOf": [shape(*word), shape(*more)] }),
    }
}

fn map(keys: Keys) -> Value {
    let mut properties = Map::new();
    for field in keys.fields {
        properties.insert(
            field.key.into(),
            described(shape(field.shape), &about(field)),
        );
    }
    for (verb, of) in keys
        .verbs
        .iter()
        .flat_map(|of| VERBS.iter().map(move |verb| (verb, **of)))
    {
        properties.insert(verb.word.into(), described(shape(of), verb.about));
    }
    let required: Vec<&str> = keys
        .fields
        .iter()
        .filter(|field| field.default.is_none())
        .map(|field| field.key)
        .collect();
    let mut map = json!({
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
    });
    if !required.is_empty() {
        map["required"] = json!(required);
    }
    map
}

fn about(field: &Field) -> String {
    match field.default {
        Some(default) => format!("{} (default: {default})", field.about),
        None => field.about.to_owned(),
    }
}

fn described(mut schema: Value, about: &str) -> Value {
    schema["description"] = json!(about);
    schema
}

/// The keys and the verbs of the language as tables of Markdown.
pub fn tables() -> (String, String) {
    let mut out = String::from("| key | meaning | where it is absent |\n|---|---|---|\n");
    rows("", TEXT, &mut out);
    let mut verbs = String::from("| verb | meaning | on | actions |\n|---|---|---|---|\n");
    for (verb, meaning) in VERBS
        .iter()
        .flat_map(|verb| verb.meanings.iter().map(move |meaning| (verb, meaning)))
    {
        let all = meaning.actions.iter().chain(meaning.key);
        let actions: Vec<String> = all.map(|action| format!("`{action}`")).collect();
        let actions = match actions.len() > 8 {
            true => format!("{} administrative actions, no use", actions.len()),
            false => actions.join(", "),
        };
        let (about, on) = (verb.about, meaning.target.word());
        verbs.push_str(&format!(
            "| `{}` | {about} | {on} | {actions} |\n",
            verb.word
        ));
    }
    (out, verbs)
}

fn rows(front: &str, keys: Keys, out: &mut String) {
    for field in keys.fields {
        let default = field.default.map_or("**it must be there**", |own| own);
        out.push_str(&format!(
            "| `{front}{}` | {} | {default} |\n",
            field.key, field.about
        ));
        inner(&format!("{front}{}", field.key), field.shape, out);
    }
}

fn inner(front: &str, shape: Shape, out: &mut String) {
    match shape {
        Shape::List(of) => inner(&format!("{front}[]"), *of, out),
        Shape::Map(keys) => rows(&format!("{front}."), keys, out),
        Shape::Each(keys) => rows(&format!("{front}.X."), keys, out),
        Shape::Or(_, more) => inner(front, *more, out),
        _ => {}
    }
}
