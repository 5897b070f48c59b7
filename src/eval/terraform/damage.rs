//! What was lost of a body.

use std::sync::Arc;

use crate::eval::{Data, Map, Unknown, Value, Why};
use crate::source::{Code, Diagnostic};
use crate::syntax::hcl::{Body, Tree};

/// The arguments of a body in which something could not be read: there may be more of them.
pub(super) fn damaged(tree: &Tree, body: &Body, mut value: Value) -> Value {
    let inside = |at: u32| body.range.start <= at + 1 && at <= body.range.end;
    let lost = |error: &Diagnostic| error.code == Code::Syntax && inside(error.span.start);
    if let Data::Map(map) = &value.data
        && map.rest.is_none()
        && tree.errors.iter().any(lost)
    {
        let rest = Some(Arc::new(Unknown {
            why: Why::Invalid,
            among: Vec::new(),
        }));
        let map = Map::new(map.entries.clone(), rest, map.kind);
        value.data = Data::Map(Arc::new(map));
    }
    value
}
