//! Related resources that checks ask for, against the edges of the vocabulary. Compiled into the build script too.

use std::collections::BTreeMap;

use super::super::model::Check;
use crate::catalog::model::{EdgeSpec, Kind};
use crate::catalog::tree::Wrong;

/// A check that asks for related resources must have an edge of the vocabulary to go by: without one nobody knows what
/// is not known of it, and absence is taken for a fact.
///
/// # Errors
/// The first that has none.
pub fn declared(
    check: &Check,
    own: &[String],
    kinds: &BTreeMap<String, Kind>,
) -> Result<(), Wrong> {
    let inner = |check: &Check| declared(check, own, kinds);
    match check {
        Check::All(checks) | Check::Any(checks) => checks.iter().try_for_each(inner),
        Check::Not(check) | Check::Each(_, check) | Check::Some(_, check) => inner(check),
        Check::Unless(guard, check) => inner(guard).and_then(|()| inner(check)),
        Check::Beside(others, check) => declared(check, others, kinds),
        Check::Related(related) => {
            for other in related.kinds.iter().filter(|kind| *kind != "*") {
                let joined = own.iter().any(|own| {
                    let (from, to) = if related.outgoing {
                        (own, other)
                    } else {
                        (other, own)
                    };
                    declares(kinds, from, to, related.relation.as_deref())
                });
                if !joined {
                    let own = own.join(", ");
                    let message =
                        format!("the vocabulary has no such edge between `{other}` and {own}");
                    return Err(Wrong::at(2, message));
                }
            }
            let check = related.check.as_deref();
            check.map_or(Ok(()), |check| declared(check, &related.kinds, kinds))
        }
        _ => Ok(()),
    }
}

/// Whether the vocabulary has an edge from one kind to another, perhaps drawn by a third one between them.
fn declares(kinds: &BTreeMap<String, Kind>, from: &str, to: &str, relation: Option<&str>) -> bool {
    let fits = |edge: &&EdgeSpec| relation.is_none_or(|word| edge.relation.word() == word);
    let named = |edge: &EdgeSpec| edge.kinds.iter().any(|kind| kind == to);
    let ends = |edge: &EdgeSpec| edge.kinds.is_empty() || named(edge);
    let own = kinds.get(from).into_iter().flat_map(|kind| &kind.edges);
    let own = own
        .filter(fits)
        .any(|edge| edge.from.is_empty() && ends(edge));
    let others = kinds.values().flat_map(|kind| &kind.edges);
    own || others
        .filter(fits)
        .any(|edge| !edge.from.is_empty() && named(edge))
}
