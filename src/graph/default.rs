//! What holds when nothing is written.

use std::sync::Arc;

use crate::catalog::{Attribute, Literal};
use crate::eval::{Data, Entry, Language, Number, Origin, Provider, Value};
use crate::source::Span;

/// A literal as a value that no text wrote, or written at a span.
pub(super) fn literal_value(literal: &Literal, span: Span) -> Value {
    let data = match literal {
        Literal::Null => Data::Null,
        Literal::Bool(value) => Data::Bool(*value),
        Literal::Int(value) => Data::Number(Number::Int(*value)),
        Literal::Text(value) => Data::Text(value.as_str().into()),
        Literal::List(items) => {
            return Value::tuple(
                items.iter().map(|item| literal_value(item, span)).collect(),
                span,
            );
        }
        Literal::Map(entries) => {
            let entry = |(key, value): &(String, Literal)| Entry {
                key: key.as_str().into(),
                span,
                value: literal_value(value, span),
            };
            return Value::object(entries.iter().map(entry).collect(), span);
        }
    };
    Value {
        data,
        origin: Origin::at(span),
        sensitive: false,
    }
}

/// What holds when nothing is written.
pub(super) fn default(
    attribute: &Attribute,
    provider: &Option<Arc<Provider>>,
    language: Language,
) -> Option<Value> {
    let version = provider
        .as_ref()
        .and_then(|provider| provider.version.as_deref());
    let holds = |range: Option<(u32, u32)>| match range {
        None => true,
        Some(range) => language == Language::Terraform && in_majors(version, range),
    };
    let case = attribute.defaults.iter().find(|case| holds(case.provider));
    case.map(|case| literal_value(&case.value, Span::nowhere()))
}

/// Whether the newest version that a constraint allows, which is the one that Terraform installs, has a major number in
/// a range. Without an upper bound it is newer than every range that ends.
fn in_majors(constraint: Option<&str>, (low, high): (u32, u32)) -> bool {
    let newest = constraint.and_then(newest_major).unwrap_or(u32::MAX);
    low <= newest && newest <= high
}

/// The major number of the newest version that a constraint allows; `None` without an upper bound.
pub(super) fn newest_major(constraint: &str) -> Option<u32> {
    let mut newest = None;
    for part in constraint.split(',').map(str::trim) {
        let digits = part
            .find(|c: char| c.is_ascii_digit() || c == 'v')
            .unwrap_or(part.len());
        let (operator, version) = part.split_at(digits);
        let mut numbers = version
            .trim_start_matches('v')
            .split(['.', '-', '+'])
            .map(str::parse::<u32>);
        let Some(Ok(major)) = numbers.next() else {
            continue;
        };
        let bound = match operator.trim() {
            "" | "=" | "<=" => major,
            "~>" if numbers.next().is_some() => major,
            "<" if numbers.all(|number| number == Ok(0)) => major.saturating_sub(1),
            "<" => major,
            _ => continue,
        };
        newest = Some(newest.map_or(bound, |known: u32| known.min(bound)));
    }
    newest
}

#[cfg(test)]
mod tests {
    use super::in_majors;

    #[test]
    fn constraints_and_majors() {
        for (constraint, old) in [
            (None, false),
            (Some("~> 2.99"), true),
            (Some("= 4.1.0"), false),
            (Some(">= 2.0"), false),
            (Some(">= 2.0, < 3.0"), true),
            (Some(">= 2.0, < 3.1"), false),
            (Some(">= 3.5, < 5"), false),
            (Some("~> 2"), false),
            (Some("nonsense"), false),
        ] {
            assert_eq!(in_majors(constraint, (0, 2)), old, "{constraint:?}");
            assert_eq!(in_majors(constraint, (3, u32::MAX)), !old, "{constraint:?}");
        }
    }
}
