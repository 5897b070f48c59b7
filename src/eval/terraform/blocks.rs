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
    pub(super) values: Vec<Value>,
    /// Whether there may be more.
    pub(super) rest: Option<Arc<Unknown>>,
}

impl BlocksOfType {
    pub(super) fn new(name: &EcoString, span: Span) -> Self {
        Self {
            name: name.clone(),
            span,
            values: Vec::new(),
            rest: None,
        }
    }

    /// Nothing when no block was made for certain or perhaps.
    pub(super) fn into_entry(self) -> Option<Entry> {
        if self.values.is_empty() && self.rest.is_none() {
            return None;
        }
        let list = List {
            items: self.values,
            rest: self.rest,
            kind: Collection::Structural,
        };
        Some(Entry {
            key: self.name,
            span: self.span,
            value: Value::new(Data::List(Arc::new(list)), self.span),
        })
    }
}
