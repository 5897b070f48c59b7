//! What resources hold that could not be read: policy documents that AWS would refuse, texts that are not what they are
//! to be, arguments whose names are misspelt. No rule is sure about these, and what they were meant to say was lost.

use rayon::prelude::*;

use super::held;
use crate::catalog::Catalog;
use crate::graph::{Graph, misspelt, unread_texts};
use crate::source::Diagnostic;

/// What was not read of the resources of a graph, in their order.
pub fn unread(graph: &Graph, catalog: &Catalog) -> Vec<Diagnostic> {
    let resources = graph.resources.par_iter();
    let said = resources.flat_map_iter(|resource| {
        let documents = held(resource, graph, catalog);
        let refused = documents.into_iter().flat_map(|held| held.document.refused);
        let texts = unread_texts(resource, catalog);
        refused.chain(texts).chain(misspelt(resource))
    });
    said.collect()
}
