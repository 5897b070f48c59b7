//! A call under way: converted arguments, and the ways to make results.

use std::sync::Arc;

use super::{Environment, MAX_MEMBERS, MAX_TEXT};
use crate::eval::terraform::operator::unknown_of;
use crate::eval::{Collection, Data, Entry, List, Map, Number, Truth, Unknown, Value, Why, budget};
use crate::source::Span;

/// A call of a function with arguments of the types of its parameters.
pub(super) struct Call<'a> {
    /// The arguments.
    pub(super) arguments: &'a [Value],
    /// The world.
    pub(super) environment: &'a dyn Environment,
    /// The call expression.
    pub(super) span: Span,
}

impl<'a> Call<'a> {
    /// An argument, looking through references.
    pub(super) fn argument(&self, at: usize) -> &'a Value {
        self.arguments[at].resolved()
    }

    /// The text of an argument that is a known text.
    pub(super) fn text(&self, at: usize) -> &'a str {
        self.arguments[at].as_text().unwrap_or_default()
    }

    /// The number of an argument that is a known number.
    pub(super) fn number(&self, at: usize) -> Number {
        match &self.argument(at).data {
            Data::Number(number) => number.clone(),
            _ => Number::Int(0),
        }
    }

    /// The whole number of an argument that is a known number.
    pub(super) fn int(&self, at: usize) -> Result<i64, String> {
        self.number(at).as_i64().ok_or_else(|| {
            format!(
                "value must be a whole number, between {} and {}",
                i64::MIN,
                i64::MAX
            )
        })
    }

    /// The members of an argument that is a known list or set.
    pub(super) fn items(&self, at: usize) -> &'a [Value] {
        self.arguments[at].as_list().map_or(&[], |list| &list.items)
    }

    /// The list of an argument.
    pub(super) fn list(&self, at: usize) -> Option<&'a List> {
        self.arguments[at].as_list()
    }

    /// The map of an argument.
    pub(super) fn map(&self, at: usize) -> Option<&'a Map> {
        self.arguments[at].as_map()
    }

    /// A result that is not known, for the first reason in the arguments.
    pub(super) fn unknown(&self) -> Value {
        unknown_of(self.arguments, self.span)
    }

    /// A result beyond the bounds of this tool. The evaluator says so at the call.
    pub(super) fn limit(&self) -> Value {
        budget::refuse();
        Value::unknown(Why::Limit, self.span)
    }

    /// A text that the function made.
    pub(super) fn made(&self, text: impl Into<String>) -> Value {
        let text: String = text.into();
        budget::work(text.len() / 8);
        if text.len() > MAX_TEXT {
            return self.limit();
        }
        let span = made_at(&text, self.span);
        Value::text(text, span)
    }

    /// A truth value; an unknown one is either for the first reason in the arguments.
    pub(super) fn truth(&self, truth: Truth) -> Value {
        match truth {
            Truth::True => Value::bool(true, self.span),
            Truth::False => Value::bool(false, self.span),
            Truth::Unknown => {
                let why = self
                    .arguments
                    .iter()
                    .find_map(Value::first_why)
                    .unwrap_or(Why::Unclear);
                let both = [Value::bool(true, self.span), Value::bool(false, self.span)];
                Value::among(why, both, self.span)
            }
        }
    }

    /// A number; none is one beyond the bounds.
    pub(super) fn numeric(&self, number: Option<Number>) -> Value {
        match number {
            Some(number) => Value::new(Data::Number(number), self.span),
            None => self.limit(),
        }
    }

    /// A collection of all these members.
    pub(super) fn sequence(&self, items: Vec<Value>, kind: Collection) -> Value {
        self.sequence_with(items, None, kind)
    }

    /// A collection of these members and perhaps more.
    pub(super) fn sequence_with(
        &self,
        items: Vec<Value>,
        rest: Option<Arc<Unknown>>,
        kind: Collection,
    ) -> Value {
        if items.len() > MAX_MEMBERS {
            return self.limit();
        }
        Value::new(Data::List(Arc::new(List { items, rest, kind })), self.span)
    }

    /// A map or object.
    pub(super) fn mapping(
        &self,
        entries: Vec<Entry>,
        rest: Option<Arc<Unknown>>,
        kind: Collection,
    ) -> Value {
        if entries.len() > MAX_MEMBERS {
            return self.limit();
        }
        Value::new(
            Data::Map(Arc::new(Map::new(entries, rest, kind))),
            self.span,
        )
    }

    /// An entry of a map that the function made.
    pub(super) fn entry(&self, key: impl Into<ecow::EcoString>, value: Value) -> Entry {
        Entry {
            key: key.into(),
            span: self.span,
            value,
        }
    }
}

/// The place of a text that was computed there. A span as long as its text says that the text is those very bytes
/// ([`Piece::Text`](crate::eval::Piece::Text)); a computed text must not say so by accident.
pub(super) fn made_at(text: &str, span: Span) -> Span {
    if span.len() as usize == text.len() && !span.is_empty() {
        return Span {
            end: span.end - 1,
            ..span
        };
    }
    span
}

/// Members that may be there because of an unknown collection.
pub(super) fn rest_of(value: &Value) -> Arc<Unknown> {
    let why = value.first_why().unwrap_or(Why::Unclear);
    Arc::new(Unknown {
        why,
        among: Vec::new(),
    })
}

/// What may be there because of either; without a common short list it could be anything.
pub(super) fn both_rests(a: Option<Arc<Unknown>>, b: Option<Arc<Unknown>>) -> Option<Arc<Unknown>> {
    match (a, b) {
        (Some(a), Some(b)) if a == b => Some(a),
        (Some(a), Some(b)) => {
            let short =
                !a.among.is_empty() && !b.among.is_empty() && a.among.len() + b.among.len() <= 16;
            let among = if short {
                a.among.iter().chain(&b.among).cloned().collect()
            } else {
                Vec::new()
            };
            Some(Arc::new(Unknown {
                why: a.why.clone(),
                among,
            }))
        }
        (one, None) | (None, one) => one,
    }
}
