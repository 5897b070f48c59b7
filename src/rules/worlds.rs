//! The answer that every alternative gives.
//!
//! Where a value is one of a few, a question about it alone is answered when all of them agree. A check may ask several
//! values together, or a whole list, block or document that is one of a few: then the resource is looked at as each of its
//! alternatives would have it, and what is wrong in all of them is wrong.

use super::Subject;
use super::declared::model::Check;
use super::declared::{Outcome, evaluate};
use crate::eval::{Truth, Why};

/// The most choices that are made one inside the other.
const MAX_DEPTH: usize = 4;
/// The most times that one check is asked of alternatives of one resource.
const MAX_WORLDS: usize = 24;

/// Whether a check holds of a resource: as it is written, and where that leaves it open, as its alternatives have it.
pub(super) fn ask(check: &Check, subject: &Subject<'_>) -> Outcome {
    let outcome = evaluate(check, subject);
    if !outcome.truth.is_unknown() {
        return outcome;
    }
    agreed(check, subject, &outcome, 0, &mut MAX_WORLDS.clone()).unwrap_or(outcome)
}

/// The common answer of all alternatives of what the answer depends on; nothing where they differ or leave it open too.
fn agreed(
    check: &Check,
    subject: &Subject<'_>,
    open: &Outcome,
    depth: usize,
    left: &mut usize,
) -> Option<Outcome> {
    if depth >= MAX_DEPTH {
        return None;
    }
    let choice = subject.resource.choice(&reasons(open))?;
    let mut common: Option<Outcome> = None;
    for alternative in 0..choice.count() {
        *left = left.checked_sub(1)?;
        let resource = subject.resource.chosen(&choice, alternative);
        let subject = Subject::new(&resource, subject.graph, subject.catalog);
        let mut outcome = evaluate(check, &subject);
        // What is refused when it is deployed is no alternative.
        let why = reasons(&outcome);
        if outcome.truth.is_unknown()
            && !why.is_empty()
            && why.iter().all(|why| *why == Why::Invalid)
        {
            continue;
        }
        if outcome.truth.is_unknown() {
            outcome = agreed(check, &subject, &outcome, depth + 1, left)?;
        }
        common = Some(match common {
            None => outcome,
            Some(known) if known.truth == outcome.truth => together(known, outcome),
            Some(_) => return None,
        });
    }
    common.filter(|outcome| outcome.truth != Truth::Unknown)
}

fn reasons(outcome: &Outcome) -> Vec<Why> {
    let witnesses = outcome.causes.iter().flatten();
    witnesses
        .filter_map(|witness| witness.why.clone())
        .collect()
}

/// One answer of two alternatives: what is wrong in the second stands beside what is wrong in the first.
fn together(first: Outcome, second: Outcome) -> Outcome {
    let mut causes = first.causes;
    let more = second
        .causes
        .into_iter()
        .filter(|cause| !causes.contains(cause));
    let more: Vec<_> = more.collect();
    if let (Some(cause), Some(more)) = (causes.first_mut(), more.into_iter().next()) {
        for witness in more {
            if !cause.contains(&witness) {
                cause.push(witness);
            }
        }
    }
    Outcome {
        truth: first.truth,
        causes,
    }
}
