//! Templates: pieces joined into one text.

use std::sync::Arc;

use ecow::EcoString;

use super::is_sensitive;
use crate::eval::terraform::types::{Type, convert};
use crate::eval::{Data, Piece, Template, Value, Why, budget};
use crate::source::Span;

/// A piece of a template while it is rendered.
#[derive(Debug, Clone)]
pub enum Rendered {
    /// Literal text and its bytes.
    Text(EcoString, Span),
    /// An interpolated value.
    Value(Value),
}

/// The pieces of a template joined into one text; each interpolated value is converted as Terraform does.
///
/// Literal text from one place is [`Data::Text`] with those bytes as its origin; anything else is a
/// [`Data::Template`] written at `span`. A quoted template that is nothing but one interpolation is the value itself
/// in Terraform, not a text: the caller sees to that.
///
/// # Errors
/// Terraform's reason for refusing it (a list in a template, a null).
pub fn join(pieces: Vec<Rendered>, span: Span) -> Result<Value, String> {
    let mut out = Vec::with_capacity(pieces.len());
    let mut sensitive = false;
    let mut bytes = 0;
    for piece in pieces {
        match piece {
            Rendered::Text(text, span) => out.push(Piece::Text(text, span)),
            Rendered::Value(value) => {
                sensitive |= is_sensitive(&value);
                let value = convert(&value, &Type::Text).map_err(|why| {
                    format!("Cannot include the given value in a string template: {why}.")
                })?;
                if matches!(value.resolved().data, Data::Null) {
                    return Err(
                        "The expression result is null. Cannot include a null value in a \
                                string template."
                            .into(),
                    );
                }
                let more = text_pieces(&value);
                bytes += weight(&more);
                // One text may stand in another any number of times.
                if !budget::room(bytes) {
                    return Ok(Value::unknown(Why::Limit, span));
                }
                out.extend(more);
            }
        }
    }
    Ok(rebuild(out, span).sensitive_if(sensitive))
}

/// The pieces of a text, or of what may become one.
pub(in crate::eval::terraform) fn text_pieces(value: &Value) -> Vec<Piece> {
    let inner = value.resolved();
    match &inner.data {
        Data::Text(text) if text.is_empty() => Vec::new(),
        Data::Text(text) => vec![Piece::Text(text.clone(), inner.origin.span)],
        Data::Template(template) => template.pieces.clone(),
        _ => vec![Piece::Value(value.clone())],
    }
}

/// How many bytes a text takes that has these pieces among others.
pub(in crate::eval::terraform) fn weight(pieces: &[Piece]) -> usize {
    let texts = pieces.iter().map(|piece| match piece {
        Piece::Text(text, _) => text.len(),
        Piece::Value(_) => 0,
    });
    size_of_val(pieces) + texts.sum::<usize>()
}

/// A text of these pieces. Neighbours that are the very bytes of the source become one.
pub(in crate::eval::terraform) fn rebuild(pieces: Vec<Piece>, span: Span) -> Value {
    let mut merged: Vec<Piece> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let Piece::Text(text, at) = &piece else {
            merged.push(piece);
            continue;
        };
        if text.is_empty() {
            continue;
        }
        match merged.last_mut() {
            Some(Piece::Text(before, place)) if adjacent(before, *place, text, *at) => {
                before.push_str(text);
                *place = place.to(*at);
            }
            _ => merged.push(piece),
        }
    }
    match &merged[..] {
        [] => return Value::text("", span),
        [Piece::Text(text, at)] => return Value::text(text.clone(), *at),
        _ => {}
    }
    let known: Option<EcoString> = merged
        .iter()
        .map(|piece| match piece {
            Piece::Text(text, _) => Some(text.as_str()),
            Piece::Value(_) => None,
        })
        .collect();
    let template = Template {
        text: known,
        pieces: merged,
        decoded: None,
    };
    Value::new(Data::Template(Arc::new(template)), span)
}

/// Whether two pieces are neighbouring bytes of the source, unchanged.
fn adjacent(before: &str, place: Span, text: &str, at: Span) -> bool {
    let verbatim =
        |text: &str, span: Span| span.is_somewhere() && span.len() as usize == text.len();
    place.source == at.source
        && place.end == at.start
        && verbatim(before, place)
        && verbatim(text, at)
}
