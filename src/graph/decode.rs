//! Values that attributes hold as text: JSON, Base64.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::catalog::Encoding;
use crate::catalog::case::snake;
use crate::eval::{Data, Entry, List, Map, Unknown, Value, Why, parse_json};

/// The deepest nesting whose keys are renamed.
const MAX_DEPTH: usize = 64;

/// What a text holds. `None` where it holds nothing in that encoding: a provider would refuse it.
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
            Encoding::Json => json(own),
            Encoding::Base64 => base64(own),
        },
    }
}

fn json(own: &Value) -> Option<Value> {
    let parsed = match &own.data {
        // A template or plan may hold the value itself in place of its text.
        Data::List(_) | Data::Map(_) => own.clone(),
        Data::Template(template) if template.decoded.is_some() => template.decoded.clone()?,
        Data::Text(_) | Data::Template(_) => match parse_json(own) {
            Ok(parsed) => parsed,
            Err(_) => {
                return own
                    .first_why()
                    .map(|why| Value::unknown(why, own.origin.span));
            }
        },
        _ => return None,
    };
    Some(renamed(&parsed, 0))
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
        assert!(decoded(text("nonsense"), Encoding::Json).is_none());
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
