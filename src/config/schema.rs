//! The schema of the settings, for editors.

use serde_json::{Map, Value, json};

use super::keys::{KEYS, Key, Sort};
use crate::findings::Severity;
use crate::report::Format;

impl Key {
    fn schema(&self) -> Value {
        let mut schema = self.sort.schema();
        schema["description"] = Value::from(self.about);
        schema
    }
}

impl Sort {
    fn schema(self) -> Value {
        let texts = json!({ "type": "array", "items": { "type": "string" } });
        let text = json!({ "type": "string" });
        let flag = json!({ "type": "boolean" });
        let day = json!({ "type": "string", "format": "date" });
        let object = |members: &[(&str, &Value)], required: &[&str]| {
            let members: Map<String, Value> = members
                .iter()
                .map(|(name, schema)| ((*name).to_owned(), (*schema).clone()))
                .collect();
            let mut out =
                json!({ "type": "object", "additionalProperties": false, "properties": members });
            if !required.is_empty() {
                out["required"] = json!(required);
            }
            out
        };
        let severities = Severity::ALL.map(Severity::name);
        let mut or_off = severities.to_vec();
        or_off.push("off");
        let levels = json!({ "type": "object", "additionalProperties": { "enum": or_off } });
        match self {
            Sort::Flag => flag,
            Sort::Severity => json!({ "enum": severities }),
            Sort::Format => json!({ "enum": Format::ALL.map(Format::name) }),
            Sort::Text | Sort::Path => text,
            Sort::Texts | Sort::Paths => texts,
            Sort::Values => json!({ "type": "object", "additionalProperties": text }),
            Sort::Severities => levels,
            Sort::OnPaths => json!({
                "type": "array",
                "items": object(&[("path", &text), ("ignore", &texts), ("severity", &levels)], &["path"]),
            }),
            Sort::Suppress => {
                let members = [
                    ("rule", &text),
                    ("rules", &texts),
                    ("path", &text),
                    ("address", &text),
                    ("reason", &text),
                    ("owner", &text),
                    ("until", &day),
                ];
                json!({ "type": "array", "items": object(&members, &[]) })
            }
            Sort::Suppression => {
                let members = [
                    ("require-reason", &flag),
                    ("require-expiry", &flag),
                    ("inline", &flag),
                    ("foreign", &flag),
                    ("forbid", &texts),
                ];
                object(&members, &[])
            }
            Sort::Rules => json!({
                "type": "object",
                "additionalProperties": {
                    "type": "object",
                    "additionalProperties": { "type": ["integer", "string"] },
                },
            }),
        }
    }
}

/// The schema of the settings, for editors.
pub fn schema() -> String {
    let keys: Map<String, Value> = KEYS
        .iter()
        .map(|key| (key.name.to_owned(), key.schema()))
        .collect();
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "distrust.toml",
        "description": "The settings of distrust",
        "type": "object",
        "additionalProperties": false,
        "properties": keys,
    });
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}
