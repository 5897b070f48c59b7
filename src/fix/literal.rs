//! A literal as each language writes it.

use crate::catalog::Literal;

/// In HCL.
pub(super) fn hcl(value: &Literal) -> String {
    match value {
        Literal::Null => "null".to_owned(),
        Literal::Bool(value) => value.to_string(),
        Literal::Int(value) => value.to_string(),
        Literal::Text(text) => quoted(&text.replace("${", "$${").replace("%{", "%%{")),
        Literal::List(items) => format!("[{}]", joined(items, hcl)),
        Literal::Map(entries) => {
            let entries = entries
                .iter()
                .map(|(key, value)| format!("{} = {}", key_of(key), hcl(value)));
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}

/// A key of an object in HCL: bare where that is an identifier.
pub(super) fn key_of(key: &str) -> String {
    let bare = key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && key
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if bare { key.to_owned() } else { quoted(key) }
}

/// In JSON.
pub(super) fn json(value: &Literal) -> String {
    match value {
        Literal::Text(text) => quoted(text),
        Literal::List(items) => format!("[{}]", joined(items, json)),
        Literal::Map(entries) => {
            let entries = entries
                .iter()
                .map(|(key, value)| format!("{}: {}", quoted(key), json(value)));
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
        plain => hcl(plain),
    }
}

/// In YAML, plain where a reader of YAML 1.1 and of 1.2 sees the same text.
pub(super) fn yaml(value: &Literal) -> String {
    match value {
        Literal::Text(text) if is_plain(text) => text.clone(),
        Literal::List(items) => format!("[{}]", joined(items, yaml)),
        other => json(other),
    }
}

fn is_plain(text: &str) -> bool {
    const WORDS: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_-./".contains(c))
        && !WORDS.contains(&text.to_ascii_lowercase().as_str())
}

fn joined(items: &[Literal], write: fn(&Literal) -> String) -> String {
    items.iter().map(write).collect::<Vec<_>>().join(", ")
}

/// Between quotes, with the escapes that HCL and JSON share.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
