//! The nested blocks of one type in a body: a list under the name of the type.

use std::sync::Arc;

use ecow::EcoString;

use crate::eval::{Collection, Data, Entry, List, Unknown, Value};
use crate::source::Span;

/// The nested blocks of one type.
pub(super) struct BlocksOfType {
    name: EcoString,
    /// The header of the first.
    span: Span,
    pub(super) made: Made,
}

/// The blocks that are made.
#[derive(Default)]
pub(super) struct Made {
    pub(super) values: Vec<Value>,
    /// Whether there may be more.
    pub(super) rest: Option<Arc<Unknown>>,
    /// Where `rest` is one of several lists of blocks, and nothing else may be there: those lists.
    pub(super) lists: Option<Vec<Vec<Value>>>,
}

impl Made {
    /// What may be there because of other blocks too.
    fn add(mut self, before: Arc<Unknown>) -> Self {
        self.lists = None;
        self.rest = Some(match self.rest {
            // No alternatives mean "anything".
            Some(own) => Arc::new(Unknown {
                why: before.why.clone(),
                among: match before.among.is_empty() || own.among.is_empty() {
                    true => Vec::new(),
                    false => [before.among.as_slice(), &own.among].concat(),
                },
            }),
            None => before,
        });
        self
    }

    /// The same, where there are such.
    pub(super) fn add_rest(&mut self, before: Option<Arc<Unknown>>) {
        if let Some(before) = before {
            *self = std::mem::take(self).add(before);
        }
    }
}

impl BlocksOfType {
    pub(super) fn new(name: &EcoString, span: Span) -> Self {
        Self {
            name: name.clone(),
            span,
            made: Made::default(),
        }
    }

    /// Nothing when no block was made for certain or perhaps.
    pub(super) fn into_entry(self) -> Option<Entry> {
        let Made {
            values,
            rest,
            lists,
        } = self.made;
        if values.is_empty() && rest.is_none() {
            return None;
        }
        let value = match (lists, &rest) {
            // One of several lists, and one may be bad like the other.
            (Some(lists), Some(rest)) if values.is_empty() => {
                let lists = lists.into_iter();
                let lists = lists.map(|blocks| Value::tuple(blocks, self.span));
                Value::among(rest.why.clone(), lists, self.span)
            }
            _ => {
                let list = List {
                    items: values,
                    rest,
                    kind: Collection::Structural,
                };
                Value::new(Data::List(Arc::new(list)), self.span)
            }
        };
        Some(Entry {
            key: self.name,
            span: self.span,
            value,
        })
    }
}
