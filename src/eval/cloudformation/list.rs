//! `Fn::Select`, `Fn::Split`, `Fn::Length`.

use std::sync::Arc;

use ecow::EcoString;

use super::evaluator::{Evaluator, one_of, unknown};
use super::foreach::Scope;
use super::intrinsic::Call;
use super::text::{finish, known, pieces_of};
use crate::eval::{Collection, Data, List, Number, Piece, Reference, Role, Unknown, Value, Why};

/// The members that a split surely gives at the front, and what hides the others.
struct Split {
    front: Vec<Value>,
    rest: Option<Arc<Unknown>>,
}

impl Evaluator<'_, '_> {
    pub(super) fn select(&mut self, call: &Call, scope: &Scope) -> Value {
        let &[index, list] = self.document.items(call.argument) else {
            return self.invalid(call.span, "Fn::Select needs a list of an index and a list");
        };
        let index = self.value(index, scope);
        let split = self.call(list).filter(|inner| inner.name == "Fn::Split");
        if let (Some(inner), Some(at)) = (split, position(&index)) {
            // Members before an unknown piece keep their places; as a list of unknown length they would lose them.
            if let Ok(Split {
                front,
                rest: Some(rest),
            }) = self.split_parts(&inner, scope)
            {
                return match front.get(at) {
                    Some(member) => member.clone().through(call.span, Role::Expression),
                    None => Value::unknown(rest.why.clone(), call.span),
                };
            }
        }
        let list = self.value(list, scope);
        match (&index.resolved().data, position(&index)) {
            (_, Some(at)) => self.select_at(call, &list, at),
            (Data::Unknown(unknown), None) => {
                let places: Option<Vec<usize>> = match (&unknown.among, &list.resolved().data) {
                    (among, _) if !among.is_empty() => among.iter().map(position).collect(),
                    (_, Data::List(list)) if list.rest.is_none() => {
                        Some((0..list.items.len()).collect())
                    }
                    _ => None,
                };
                let places = places.unwrap_or_default();
                let members: Vec<Value> = places
                    .into_iter()
                    .map(|at| self.select_at(call, &list, at))
                    .collect();
                one_of(unknown.why.clone(), members, call.span)
            }
            _ => self.unusable(call, &index, "a whole number as its first member"),
        }
    }

    fn select_at(&mut self, call: &Call, list: &Value, at: usize) -> Value {
        let secret = list.sensitive;
        let selected = match &list.resolved().data {
            Data::List(list) => match (&list.rest, list.items.get(at)) {
                (None, Some(member)) => member.clone().through(call.span, Role::Expression),
                (None, None) => {
                    let message = format!(
                        "Fn::Select: the list has {} members, none at {at}",
                        list.items.len()
                    );
                    self.invalid(call.span, message)
                }
                (Some(rest), _) if rest.among.is_empty() => {
                    Value::unknown(rest.why.clone(), call.span)
                }
                (Some(rest), _) => {
                    let all = list.items.iter().chain(&rest.among).cloned();
                    one_of(rest.why.clone(), all, call.span)
                }
            },
            Data::Reference(reference) => {
                let mut path = reference.path.clone();
                path.push(at.to_string().into());
                let reference = Reference {
                    path,
                    ..Reference::clone(reference)
                };
                Value::new(Data::Reference(Arc::new(reference)), call.span)
            }
            Data::Unknown(unknown) if !unknown.among.is_empty() => {
                let members: Vec<Value> = unknown
                    .among
                    .iter()
                    .map(|one| self.select_at(call, one, at))
                    .collect();
                one_of(unknown.why.clone(), members, call.span)
            }
            _ => self.unusable(call, list, "a list as its second member"),
        };
        selected.sensitive_if(secret)
    }

    pub(super) fn split(&mut self, call: &Call, scope: &Scope) -> Value {
        match self.split_parts(call, scope) {
            Err(value) => value,
            Ok(Split { front, rest }) => {
                let kind = Collection::Structural;
                let items = front;
                Value::new(Data::List(Arc::new(List { items, rest, kind })), call.span)
            }
        }
    }

    fn split_parts(&mut self, call: &Call, scope: &Scope) -> Result<Split, Value> {
        let needs = "a list of a delimiter and a text";
        let &[delimiter, text] = self.document.items(call.argument) else {
            return Err(self.invalid(call.span, format!("Fn::Split needs {needs}")));
        };
        let delimiter = self.value(delimiter, scope);
        let Some(by) = known(&delimiter).filter(|by| !by.is_empty()) else {
            return Err(self.unusable(call, &delimiter, needs));
        };
        let value = self.value(text, scope);
        match &value.resolved().data {
            Data::Unknown(unknown) if !unknown.among.is_empty() => {
                let lists: Vec<Value> = unknown
                    .among
                    .iter()
                    .map(|one| self.split_text(call, one, &by))
                    .collect();
                Err(one_of(unknown.why.clone(), lists, call.span))
            }
            Data::Unknown(_) | Data::Reference(_) => Err(self.unusable(call, &value, needs)),
            _ => match pieces_of(&value) {
                Some(pieces) => Ok(split_pieces(call, &pieces, &by, &value)),
                None => Err(self.unusable(call, &value, needs)),
            },
        }
    }

    fn split_text(&mut self, call: &Call, value: &Value, by: &EcoString) -> Value {
        match known(value) {
            Some(text) => {
                let pieces = [Piece::Text(text, value.origin.span)];
                Value::tuple(split_pieces(call, &pieces, by, value).front, call.span)
            }
            None => self.unusable(call, value, "a list of a delimiter and a text"),
        }
    }

    pub(super) fn length(&mut self, call: &Call, scope: &Scope) -> Value {
        let value = self.argument(call, scope);
        self.each_known(call, &value, |this, value| match &value.data {
            Data::List(list) => match &list.rest {
                Some(rest) => Value::unknown(rest.why.clone(), call.span),
                None => Value::new(
                    Data::Number(Number::from(list.items.len() as i64)),
                    call.span,
                ),
            },
            _ => this.unusable(call, value, "a list"),
        })
    }
}

/// A whole number that can be an index.
fn position(value: &Value) -> Option<usize> {
    known(value)?.parse().ok()
}

/// Splits a text of pieces; an unknown piece may hold the delimiter itself, so nothing is sure from there on.
fn split_pieces(call: &Call, pieces: &[Piece], by: &str, value: &Value) -> Split {
    let mut front = Vec::new();
    let mut open: Vec<Piece> = Vec::new();
    let text: Option<EcoString> = known(value);
    // A delimiter may reach over two known pieces.
    let joined = text.map(|text| vec![Piece::Text(text, value.origin.span)]);
    let member = |pieces: Vec<Piece>| {
        let made = finish(pieces, value.origin.span);
        let origin = value.origin.through(call.span, Role::Expression);
        Value { origin, ..made }.sensitive_if(value.sensitive)
    };
    for piece in joined.as_deref().unwrap_or(pieces) {
        let (text, span) = match piece {
            Piece::Text(text, span) => (text.clone(), *span),
            Piece::Value(value) => match known(value) {
                Some(text) => (text, value.origin.span),
                None => {
                    let rest = Some(unknown(value.first_why().unwrap_or(Why::Invalid)));
                    return Split { front, rest };
                }
            },
        };
        let mut parts = text.split(by);
        open.push(Piece::Text(parts.next().unwrap_or("").into(), span));
        for part in parts {
            front.push(member(std::mem::take(&mut open)));
            open.push(Piece::Text(part.into(), span));
        }
    }
    front.push(member(open));
    Split { front, rest: None }
}
