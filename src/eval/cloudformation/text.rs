//! Texts of pieces: joining, dynamic references, `Fn::Join`, `Fn::Base64`.

use std::sync::Arc;

use base64::Engine;
use ecow::EcoString;

use super::evaluator::{Evaluator, one_of};
use super::foreach::Scope;
use super::intrinsic::Call;
use super::sub::dynamic;
use crate::eval::{Data, List, Piece, Role, Template, Value, Why, budget};
use crate::source::Span;

const RESOLVE: &str = "{{resolve:";

/// The text of a scalar that is wholly known.
pub(super) fn known(value: &Value) -> Option<EcoString> {
    match &value.resolved().data {
        Data::Text(text) => Some(text.clone()),
        Data::Bool(true) => Some("true".into()),
        Data::Bool(false) => Some("false".into()),
        Data::Number(number) => Some(number.to_string().into()),
        Data::Template(template) => template.text.clone(),
        _ => None,
    }
}

/// A scalar as pieces of a text; nothing for collections.
pub(super) fn pieces_of(value: &Value) -> Option<Vec<Piece>> {
    match &value.data {
        Data::Template(template) => Some(template.pieces.clone()),
        Data::Reference(_) | Data::Unknown(_) => Some(vec![Piece::Value(value.clone())]),
        Data::Null => Some(Vec::new()),
        Data::List(_) | Data::Map(_) => None,
        _ => Some(vec![Piece::Text(known(value)?, value.origin.span)]),
    }
}

/// A scalar that is the whole of a text: as a text, with the way it came. Nothing for what has to be put together.
pub(super) fn alone(value: &Value, span: Span) -> Option<Value> {
    let data = match &value.data {
        Data::Text(text) if text.contains("{{") => return None,
        Data::Bool(_) | Data::Number(_) => Data::Text(known(value)?),
        Data::Text(_) | Data::Template(_) | Data::Reference(_) | Data::Unknown(_) => {
            value.data.clone()
        }
        Data::Null | Data::List(_) | Data::Map(_) => return None,
    };
    let value = Value {
        data,
        ..value.clone()
    };
    Some(value.through(span, Role::Expression))
}

/// How many bytes a text of these pieces takes.
pub(super) fn weight(pieces: &[Piece]) -> usize {
    let texts = pieces.iter().map(|piece| match piece {
        Piece::Text(text, _) => text.len(),
        Piece::Value(value) => value.as_text().map_or(0, str::len),
    });
    size_of_val(pieces) + texts.sum::<usize>()
}

/// The text that pieces make; dynamic references in it become unknown. `span` is where it is put together.
pub(super) fn finish(pieces: Vec<Piece>, span: Span) -> Value {
    let mut pieces = resolve(pieces, span);
    pieces.retain(|piece| !matches!(piece, Piece::Text(text, _) if text.is_empty()));
    match pieces.len() {
        0 => return Value::text("", span),
        1 => {
            return match pieces.swap_remove(0) {
                Piece::Text(text, own) => Value::text(text, own).through(span, Role::Expression),
                Piece::Value(value) => value.through(span, Role::Expression),
            };
        }
        _ => {}
    }
    if !budget::room(weight(&pieces)) {
        return Value::unknown(Why::Limit, span);
    }
    let mut whole = Some(String::new());
    for piece in &pieces {
        let text = match piece {
            Piece::Text(text, _) => Some(text.clone()),
            Piece::Value(value) => known(value),
        };
        match (text, &mut whole) {
            (Some(text), Some(whole)) => whole.push_str(&text),
            _ => whole = None,
        }
    }
    let template = Template {
        text: whole.map(EcoString::from),
        pieces,
        decoded: None,
    };
    Value::new(Data::Template(Arc::new(template)), span)
}

/// Puts an unknown in the place of every `{{resolve:…}}`, also of those that reach over several pieces
/// ("Dynamic references": they are looked up when the stack is deployed).
fn resolve(pieces: Vec<Piece>, span: Span) -> Vec<Piece> {
    let open = |piece: &Piece| matches!(piece, Piece::Text(text, _) if text.contains("{{"));
    if !pieces.iter().any(open) {
        return pieces;
    }
    // `{{resolve:` itself may be cut in two, so adjacent texts are looked at as one.
    let mut out: Vec<Piece> = Vec::new();
    let mut inside: Option<Vec<Piece>> = None;
    for piece in pieces {
        let Piece::Text(text, own) = piece else {
            inside.as_mut().unwrap_or(&mut out).push(piece);
            continue;
        };
        let mut rest = text.as_str();
        loop {
            let within = |part: &str, whole: &str| {
                let exact = own.len() as usize == whole.len() && own.is_somewhere();
                if !exact {
                    return own;
                }
                let at = own.start + (part.as_ptr() as usize - whole.as_ptr() as usize) as u32;
                Span::new(own.source, at, at + part.len() as u32)
            };
            match &mut inside {
                None => {
                    let Some(start) = rest.find(RESOLVE) else {
                        if !rest.is_empty() {
                            out.push(Piece::Text(rest.into(), within(rest, &text)));
                        }
                        break;
                    };
                    if start > 0 {
                        out.push(Piece::Text(
                            rest[..start].into(),
                            within(&rest[..start], &text),
                        ));
                    }
                    inside = Some(Vec::new());
                    rest = &rest[start..];
                }
                Some(kept) => match rest.find("}}") {
                    Some(end) => {
                        let place = within(&rest[..end + 2], &text);
                        out.push(Piece::Value(dynamic(if kept.is_empty() {
                            place
                        } else {
                            span
                        })));
                        inside = None;
                        rest = &rest[end + 2..];
                    }
                    None => {
                        kept.push(Piece::Text(rest.into(), within(rest, &text)));
                        break;
                    }
                },
            }
        }
    }
    out.extend(inside.unwrap_or_default());
    out
}

impl Evaluator<'_, '_> {
    pub(super) fn join(&mut self, call: &Call, scope: &Scope) -> Value {
        let needs = "a list of a delimiter and a list";
        let &[delimiter, list] = self.document.items(call.argument) else {
            return self.invalid(call.span, format!("Fn::Join needs {needs}"));
        };
        let delimiter = self.value(delimiter, scope);
        let Some(between) = known(&delimiter) else {
            return self.unusable(call, &delimiter, needs);
        };
        let list = self.value(list, scope);
        self.each_known(call, &list, |this, value| match &value.data {
            Data::List(list) => this.join_list(
                call,
                list,
                &Piece::Text(between.clone(), delimiter.origin.span),
            ),
            _ => this.unusable(call, value, needs),
        })
    }

    fn join_list(&mut self, call: &Call, list: &List, between: &Piece) -> Value {
        if let Some(rest) = &list.rest {
            return Value::unknown(rest.why.clone(), call.span);
        }
        if let [item] = list.items.as_slice()
            && let Some(value) = alone(item, call.span)
        {
            return value;
        }
        let mut pieces = Vec::new();
        let (mut secret, mut bytes) = (false, 0);
        for (at, item) in list.items.iter().enumerate() {
            secret |= item.sensitive;
            let Some(own) = pieces_of(item) else {
                return self.invalid(call.span, "Fn::Join: a member of the list is not a text");
            };
            bytes += weight(std::slice::from_ref(between)) + weight(&own);
            if !budget::room(bytes) {
                return Value::unknown(Why::Limit, call.span);
            }
            if at > 0 {
                pieces.push(between.clone());
            }
            pieces.extend(own);
        }
        finish(pieces, call.span).sensitive_if(secret)
    }

    /// Does the work for a value, or for every alternative of one that is not known.
    pub(super) fn each_known(
        &mut self,
        call: &Call,
        value: &Value,
        work: impl Fn(&mut Self, &Value) -> Value,
    ) -> Value {
        let value = value.resolved();
        match &value.data {
            Data::Unknown(unknown) if !unknown.among.is_empty() => {
                let results: Vec<Value> = unknown
                    .among
                    .iter()
                    .map(|one| work(self, one.resolved()))
                    .collect();
                one_of(unknown.why.clone(), results, call.span)
            }
            _ => work(self, value).sensitive_if(value.sensitive),
        }
    }

    pub(super) fn base64(&mut self, call: &Call, scope: &Scope) -> Value {
        let value = self.argument(call, scope);
        self.each_known(call, &value, |this, value| match known(value) {
            Some(text) => {
                let encoded = base64::engine::general_purpose::STANDARD.encode(text.as_bytes());
                let origin = value.origin.through(call.span, Role::Expression);
                Value {
                    origin,
                    ..Value::text(encoded, call.span)
                }
            }
            None => this.unusable(call, value, "a text"),
        })
    }
}
