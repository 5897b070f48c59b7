//! What sources say, put together: the first that speaks, several that may, the words that they use.

use super::default::literal_value;
use super::walk;
use crate::catalog::{Literal, Source};
use crate::eval::{Data, Language, Truth, Value, Why};
use crate::source::Span;

/// Whether the filter of a source holds in a body.
pub(super) fn filtered(body: &Value, source: &Source, language: Language) -> Truth {
    Truth::all(source.filter.iter().map(|(path, literal)| {
        match walk::value(body, &path.0, language) {
            Some(value) => value.equals_text(&literal.to_string()),
            None => Truth::from(*literal == Literal::Null),
        }
    }))
}

/// The value in the vocabulary's words.
pub(super) fn translated(value: Value, source: &Source) -> Option<Value> {
    if source.when.is_empty() {
        return Some(value);
    }
    let to = |literal: &Literal| Value {
        data: literal_value(literal, Span::nowhere()).data,
        origin: value.origin.clone(),
        sensitive: value.sensitive,
    };
    for (text, literal) in &source.when {
        match value.equals_text(text) {
            Truth::True => return Some(to(literal)),
            Truth::False => {}
            Truth::Unknown => {
                let why = value.first_why().unwrap_or(Why::Condition);
                let possible = source
                    .when
                    .iter()
                    .filter(|(text, _)| !value.equals_text(text).is_false());
                let all = possible
                    .map(|(_, literal)| to(literal))
                    .chain([Value::null(value.origin.span)]);
                let mut among = Value::among(why, all, value.origin.span);
                among.origin = value.origin.clone();
                return Some(among);
            }
        }
    }
    None
}
/// The first unless it may be absent; then what the second says instead of the absence.
pub(super) fn otherwise(first: Option<Value>, second: Option<Value>) -> Option<Value> {
    let Some(first) = first else { return second };
    let Data::Unknown(unknown) = &first.data else {
        return Some(first);
    };
    if !perhaps_absent(&first) {
        return Some(first);
    }
    let Some(second) = second else {
        return Some(first);
    };
    let kept = unknown
        .among
        .iter()
        .filter(|one| !matches!(one.data, Data::Null))
        .cloned();
    let mut value = Value::among(unknown.why.clone(), kept.chain([second]), first.origin.span);
    if matches!(value.data, Data::Unknown(_)) {
        value.origin = first.origin.clone();
    }
    Some(value)
}

pub(super) fn perhaps_absent(value: &Value) -> bool {
    match &value.data {
        Data::Unknown(unknown) => unknown
            .among
            .iter()
            .any(|one| matches!(one.data, Data::Null)),
        _ => false,
    }
}

/// The value, or nothing.
pub(super) fn perhaps(value: Value, why: Why) -> Value {
    let span = value.origin.span;
    Value::among(why, [value, Value::null(span)], span)
}

/// Two values for one thing: the same, or who knows which wins.
pub(super) fn both(first: Value, second: Value) -> Value {
    let span = first.origin.span;
    if first.data == second.data {
        return first;
    }
    Value::among(Why::Condition, [first, second], span)
}
