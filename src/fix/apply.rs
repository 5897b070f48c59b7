//! All fixes of a run, one after another, in a fixed order.

use std::collections::BTreeSet;

use super::{Refused, Texts, propose};
use crate::findings::{Applicability, Finding};

/// What became of the remedy of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fixed {
    /// The edits were made.
    Made(Applicability),
    /// There are edits, but they are trusted less than was asked for.
    Less(Applicability),
    /// There are none.
    Not(Refused),
}

/// Makes the edits that are trusted enough, finding by finding in the order of the report; what became of each. Of two
/// findings that ask for the same place the first is served.
pub fn apply(
    findings: &[&Finding],
    least: Applicability,
    texts: &mut Texts<'_>,
    wanted: &dyn Fn(&Finding) -> bool,
) -> Vec<Fixed> {
    let mut served = BTreeSet::new();
    let mut outcome = Vec::with_capacity(findings.len());
    for finding in findings {
        outcome.push(match propose(finding, texts) {
            Err(why) => Fixed::Not(why),
            Ok((_, applicability)) if applicability < least => Fixed::Less(applicability),
            Ok(_) if !wanted(finding) => Fixed::Not(Refused::Changed),
            Ok((edits, applicability)) => {
                let same = finding
                    .remedy
                    .as_ref()
                    .and_then(|remedy| remedy.change.as_deref());
                let same = same.map(|change| {
                    let path = change.writings.first().map(|writing| writing.path());
                    (
                        change.header.source,
                        change.header.start,
                        path,
                        change.place.map(|place| place.start),
                    )
                });
                match served.insert(same) {
                    true => {
                        texts.make(&edits);
                        Fixed::Made(applicability)
                    }
                    false => Fixed::Not(Refused::Changed),
                }
            }
        });
    }
    outcome
}
