//! The places of texts that their author, or a plan, calls sensitive: nothing shows them, whatever they look like.

use crate::eval::{Data, Value};
use crate::graph::Graph;
use crate::source::Span;

/// The deepest nesting that is searched.
const MAX_DEPTH: usize = 32;

/// A text that is sensitive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hidden {
    /// Where it was written.
    pub span: Span,
    /// What it is.
    pub text: String,
}

/// The sensitive texts in what resources are given.
pub fn sensitive(graph: &Graph) -> Vec<Hidden> {
    let mut out = Vec::new();
    for resource in &graph.resources {
        search(&resource.body, false, 0, &mut out);
    }
    out
}

fn search(value: &Value, around: bool, depth: usize, out: &mut Vec<Hidden>) {
    if depth > MAX_DEPTH {
        return;
    }
    let own = value.resolved();
    let hidden = around || value.sensitive || own.sensitive;
    match &own.data {
        Data::List(list) => {
            let items = list.items.iter();
            items.for_each(|item| search(item, hidden, depth + 1, out));
        }
        Data::Map(map) => {
            let entries = map.entries.iter();
            entries.for_each(|entry| search(&entry.value, hidden, depth + 1, out));
        }
        _ if hidden => {
            if let Some(text) = own.as_text().filter(|text| !text.is_empty()) {
                out.push(Hidden {
                    span: own.origin.span,
                    text: text.to_owned(),
                });
            }
        }
        _ => {}
    }
}
