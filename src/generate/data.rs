//! YAML to plain data, and back: for answers and the descriptions of patterns.

use std::fmt::Write;

use serde_json::{Map, Value};

use crate::source::{Code, Diagnostic, SourceFile};
use crate::syntax::yaml::{self, Document, Kind, NodeId};

/// The data of a YAML or JSON text; all that is wrong with it, at its place.
///
/// # Errors
/// What cannot be read.
pub fn read(file: &SourceFile) -> Result<Value, Vec<Diagnostic>> {
    let document = yaml::parse(file);
    if !document.errors.is_empty() {
        return Err(document.errors);
    }
    let mut wrong = Vec::new();
    let root = document.root;
    let value = root.map_or(Value::Null, |root| value(&document, root, &mut wrong));
    match wrong.is_empty() {
        true => Ok(value),
        false => Err(wrong),
    }
}

fn value(document: &Document, id: NodeId, wrong: &mut Vec<Diagnostic>) -> Value {
    let node = document.node(id);
    match &node.kind {
        Kind::Scalar { text, plain: false } => Value::from(text.as_str()),
        Kind::Scalar { text, plain: true } => plain(text),
        Kind::Sequence(_) => {
            let items = document.items(id).iter();
            items.map(|item| value(document, *item, wrong)).collect()
        }
        Kind::Mapping(_) => {
            let mut map = Map::new();
            for pair in document.pairs(id) {
                let key = document.text(pair.key).cloned().unwrap_or_default();
                map.insert(key.to_string(), value(document, pair.value, wrong));
            }
            Value::Object(map)
        }
        Kind::Broken => {
            let message = "this cannot be read";
            wrong.push(Diagnostic::new(Code::Structure, document.span(id), message));
            Value::Null
        }
    }
}

/// What a word without quotes stands for.
pub fn plain(word: &str) -> Value {
    match word {
        "" | "~" | "null" => Value::Null,
        "true" => Value::from(true),
        "false" => Value::from(false),
        word => match word.parse::<i64>() {
            // `007` is a text: an account, perhaps.
            Ok(number) if number.to_string() == word => Value::from(number),
            _ => Value::from(word),
        },
    }
}

/// A value on one line of YAML; reading it gives it back.
pub fn written(value: &Value) -> String {
    match value {
        Value::String(text) if is_plain(text) => text.clone(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(written).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(map) if !map.is_empty() => {
            let mut out = String::from("{ ");
            for (nth, (key, value)) in map.iter().enumerate() {
                let comma = if nth == 0 { "" } else { ", " };
                let key = written(&Value::from(key.as_str()));
                let _ = write!(out, "{comma}{key}: {}", written(value));
            }
            out + " }"
        }
        other => other.to_string(),
    }
}

/// Whether a text needs no quotes: words, names, paths.
fn is_plain(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/' | '.');
    let first = text.chars().next();
    first.is_some_and(|first| first.is_ascii_alphabetic())
        && text.chars().all(inner)
        && plain(text).is_string()
        && !["yes", "no", "on", "off", "y", "n"].contains(&text.to_ascii_lowercase().as_str())
        && !["true", "false", "null"].contains(&text.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::{read, written};
    use crate::source::SourceMap;
    use serde_json::json;

    #[test]
    fn what_is_written_is_read_back() {
        let sources = SourceMap::new();
        for (nth, value) in [
            json!("plain-word"),
            json!("No"),
            json!("007"),
            json!(7),
            json!("with: colon # and more"),
            json!(["a", "b", [], {}]),
            json!({"key one": "x", "b": [true, null]}),
            json!("two\nlines"),
        ]
        .into_iter()
        .enumerate()
        {
            let text = format!("v: {}\n", written(&value));
            let (file, _) = sources.add(&format!("{nth}.yaml"), text.clone().into_bytes());
            assert_eq!(read(&file).expect("it is read")["v"], value, "{text}");
        }
    }
}
