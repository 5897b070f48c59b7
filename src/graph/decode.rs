//! Values that attributes hold as text: JSON, Base64.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::catalog::Encoding;
use crate::catalog::case::snake;
use crate::eval::{
    Collection, Data, Entry, List, Map, Piece, Template, Unknown, Value, Why, parse_json_loosely,
};
use crate::source::SourceMap;
use crate::syntax::yaml;

/// The deepest nesting whose keys are renamed.
const MAX_DEPTH: usize = 64;

/// What a text holds. `None` where it holds nothing; unknown where it is not in that encoding, which a provider would
/// refuse: what it was meant to say is not known.
pub(super) fn decoded(value: Value, encoding: Encoding) -> Option<Value> {
    let own = value.resolved();
    match &own.data {
        Data::Unknown(unknown) if !unknown.among.is_empty() => {
            let among = unknown.among.iter().map(|one| {
                decoded(one.clone(), encoding).unwrap_or_else(|| Value::null(one.origin.span))
            });
            Some(Value::among(unknown.why.clone(), among, own.origin.span))
        }
        Data::Unknown(_) | Data::Reference(_) => Some(value),
        _ => match encoding {
            Encoding::Json => json(own).map(|value| renamed(&value, 0)),
            Encoding::Yaml => yaml(own).map(|value| renamed(&value, 0)),
            Encoding::Base64 => base64(own),
        },
    }
}

/// What a text of JSON or YAML holds, under its own words.
pub(super) fn raw(value: &Value) -> Option<Value> {
    yaml(value.resolved())
}

fn json(own: &Value) -> Option<Value> {
    let parsed = match &own.data {
        // A template or plan may hold the value itself in place of its text.
        Data::List(_) | Data::Map(_) => own.clone(),
        Data::Template(template) if template.decoded.is_some() => template.decoded.clone()?,
        Data::Text(_) | Data::Template(_) => match parse_json_loosely(own) {
            Ok((parsed, _)) => parsed,
            Err(_) if is_blank(own) => return None,
            Err(_) => {
                let why = own.first_why().unwrap_or(Why::Invalid);
                return Some(Value::unknown(why, own.origin.span));
            }
        },
        _ => return None,
    };
    Some(parsed)
}

/// Stands for a piece of a text that is not known; no text means anything by it.
const HOLE: char = '\u{f8ff}';

/// YAML; a text that is JSON keeps the places of its parts.
fn yaml(own: &Value) -> Option<Value> {
    let text = match &own.data {
        Data::Template(template) if template.decoded.is_none() => flat(template),
        Data::Text(text) => text.to_string(),
        _ => return json(own),
    };
    if text.trim_start().starts_with(['{', '[']) {
        return json(own);
    }
    let sources = SourceMap::new();
    let (file, _) = sources.add("text", text.as_bytes().to_vec());
    let document = yaml::parse(&file);
    let Some(root) = document.root.filter(|_| document.errors.is_empty()) else {
        let why = own.first_why().unwrap_or(Why::Invalid);
        return (!is_blank(own)).then(|| Value::unknown(why, own.origin.span));
    };
    Some(plain(&document, root, own, 0))
}

fn flat(template: &Template) -> String {
    let text = |piece: &Piece| match piece {
        Piece::Text(text, _) => text.to_string(),
        Piece::Value(value) => value.as_text().map_or_else(|| HOLE.into(), str::to_owned),
    };
    template.pieces.iter().map(text).collect()
}

fn is_blank(own: &Value) -> bool {
    own.as_text().is_some_and(|text| text.trim().is_empty())
}

/// A node of a YAML text as a value, at the place of the text.
fn plain(document: &yaml::Document, id: yaml::NodeId, own: &Value, depth: usize) -> Value {
    if depth > MAX_DEPTH {
        return Value::unknown(Why::Limit, own.origin.span);
    }
    let data = match &document.node(id).kind {
        yaml::Kind::Sequence(_) => {
            let items = document.items(id).iter();
            Data::List(Arc::new(List {
                items: items
                    .map(|item| plain(document, *item, own, depth + 1))
                    .collect(),
                rest: None,
                kind: Collection::Structural,
            }))
        }
        yaml::Kind::Mapping(_) => {
            let entries = document.pairs(id).iter().filter_map(|pair| {
                Some(Entry {
                    key: document.text(pair.key)?.clone(),
                    span: own.origin.span,
                    value: plain(document, pair.value, own, depth + 1),
                })
            });
            Data::Map(Arc::new(Map::new(
                entries.collect(),
                None,
                Collection::Structural,
            )))
        }
        yaml::Kind::Scalar { text, plain: true } if matches!(text.as_str(), "" | "~" | "null") => {
            Data::Null
        }
        yaml::Kind::Scalar { text, .. } if text.contains(HOLE) => {
            return Value::unknown(own.first_why().unwrap_or(Why::Unclear), own.origin.span);
        }
        // Scalars are compared by their text.
        yaml::Kind::Scalar { text, .. } => Data::Text(text.clone()),
        yaml::Kind::Broken => return Value::unknown(Why::Invalid, own.origin.span),
    };
    Value {
        data,
        origin: own.origin.clone(),
        sensitive: own.sensitive,
    }
}

/// The value with its keys in the words of the vocabulary: `readonlyRootFilesystem` is `readonly_root_filesystem`.
fn renamed(value: &Value, depth: usize) -> Value {
    if depth > MAX_DEPTH {
        return Value::unknown(Why::Limit, value.origin.span);
    }
    let own = value.resolved();
    let more = |rest: &Option<Arc<Unknown>>| {
        rest.as_ref().map(|rest| {
            let among = rest.among.iter().map(|one| renamed(one, depth + 1));
            Arc::new(Unknown {
                why: rest.why.clone(),
                among: among.collect(),
            })
        })
    };
    let data = match &own.data {
        Data::List(list) => Data::List(Arc::new(List {
            items: list
                .items
                .iter()
                .map(|item| renamed(item, depth + 1))
                .collect(),
            rest: more(&list.rest),
            kind: list.kind,
        })),
        Data::Map(map) => {
            let entries = map.entries.iter().map(|entry| Entry {
                key: snake(&entry.key).into(),
                span: entry.span,
                value: renamed(&entry.value, depth + 1),
            });
            Data::Map(Arc::new(Map::new(
                entries.collect(),
                more(&map.rest),
                map.kind,
            )))
        }
        _ => return value.clone(),
    };
    Value {
        data,
        origin: own.origin.clone(),
        sensitive: own.sensitive,
    }
}

/// The text behind Base64. What is no text behind it (compressed, a program) says nothing.
fn base64(own: &Value) -> Option<Value> {
    let Some(text) = own.as_text() else {
        return own
            .first_why()
            .map(|why| Value::unknown(why, own.origin.span));
    };
    let bytes = STANDARD.decode(text.trim()).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    Some(Value {
        data: Data::Text(text.into()),
        origin: own.origin.clone(),
        sensitive: own.sensitive,
    })
}

#[cfg(test)]
mod tests {
    use super::decoded;
    use crate::catalog::Encoding;
    use crate::eval::{Data, Piece, Template, Value, Why};
    use crate::source::{SourceId, Span};
    use std::sync::Arc;

    fn text(text: &str) -> Value {
        Value::text(text, Span::new(SourceId(0), 0, text.len() as u32))
    }

    #[test]
    fn json_speaks_the_vocabulary() {
        let value = decoded(
            text(r#"[{"readonlyRootFilesystem": true}]"#),
            Encoding::Json,
        )
        .unwrap();
        let container = value.as_list().unwrap().items[0].as_map().unwrap();
        let own = container.value("readonly_root_filesystem").unwrap();
        assert!(own.is_true().is_true());
        assert_eq!(
            (own.origin.span.start, own.origin.span.end),
            (28, 32),
            "its own bytes"
        );
        assert!(decoded(text(" "), Encoding::Json).is_none());
        let broken = decoded(text("nonsense"), Encoding::Json).unwrap();
        assert_eq!(broken.why(), Some(Why::Invalid));
    }

    #[test]
    fn yaml_is_read_at_the_place_of_the_text() {
        let own = text("inputs:\n  s3BucketName: logs\n  kmsKeyId:\n");
        let value = decoded(own.clone(), Encoding::Yaml).unwrap();
        let inputs = value.as_map().unwrap().value("inputs").unwrap();
        let bucket = inputs.as_map().unwrap().value("s3_bucket_name").unwrap();
        assert_eq!(bucket.as_text(), Some("logs"));
        assert_eq!(bucket.origin.span, own.origin.span);
        let key = inputs.as_map().unwrap().value("kms_key_id").unwrap();
        assert!(key.is_null().is_true());
        let json = decoded(text(r#"{"kmsKeyId": ""}"#), Encoding::Yaml).unwrap();
        assert!(json.as_map().unwrap().value("kms_key_id").is_some());
        let broken = decoded(text("a: ["), Encoding::Yaml).unwrap();
        assert_eq!(broken.why(), Some(Why::Invalid));
    }

    #[test]
    fn what_is_not_known_stays_so() {
        let hole = Value::unknown(Why::Variable("var.c".into()), Span::nowhere());
        let pieces = vec![
            Piece::Text("[".into(), Span::nowhere()),
            Piece::Value(hole.clone()),
        ];
        let open = Template {
            text: None,
            pieces,
            decoded: None,
        };
        let open = Value::new(Data::Template(Arc::new(open)), Span::nowhere());
        for value in [hole, open] {
            let value = decoded(value, Encoding::Json).unwrap();
            assert_eq!(value.why(), Some(Why::Variable("var.c".into())));
        }
    }

    #[test]
    fn base64_of_a_text() {
        let value = decoded(text("aGVsbG8="), Encoding::Base64).unwrap();
        assert_eq!(value.as_text(), Some("hello"));
        assert!(
            decoded(text("H4sIAAAAAAAA/w=="), Encoding::Base64).is_none(),
            "compressed"
        );
    }
}
