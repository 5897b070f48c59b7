//! From a remedy to bytes: what a finding asks for, written into the files as their language writes it.
//!
//! A tree is never printed back: an edit replaces, adds or removes the bytes of one place, and everything else stays as
//! it is. Edits are made one after another on the texts as they have become ([`Texts`]), so that two that touch the same
//! block agree. Whether an edit mends its finding is proved by asking again, not here.

mod apply;
mod hcl;
mod layout;
mod literal;
mod texts;
mod uses;
mod yaml;

pub use apply::{Fixed, apply};
pub use texts::{Edit, Texts};

use crate::catalog::spell::Writing;
use crate::eval::Language;
use crate::findings::{Applicability, Change, Finding};

/// Why a remedy is only for reading: what it would change is not written where it can be changed alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// Nothing says how this language writes it.
    NotWritten,
    /// The rule says what to do in words only.
    DisplayOnly,
    /// The block was not found in its text, or the text is broken there.
    NotFound,
    /// The value is computed, or shared by several places.
    Shared,
    /// The block stands for several resources, or for something that the file does not name.
    Several,
    /// An earlier fix has changed these bytes.
    Changed,
    /// It is written like that already.
    Same,
}

/// The edits that mend a finding on the texts as they are now, and how far they can be trusted.
///
/// # Errors
/// Why there are none.
pub fn propose(
    finding: &Finding,
    texts: &Texts<'_>,
) -> Result<(Vec<Edit>, Applicability), Refused> {
    let remedy = finding.remedy.as_ref().ok_or(Refused::NotWritten)?;
    if remedy.applicability == Applicability::DisplayOnly {
        return Err(Refused::DisplayOnly);
    }
    let change = remedy.change.as_deref().ok_or(Refused::NotWritten)?;
    let mut refused = Refused::NotWritten;
    for writing in in_order(change, texts) {
        let edits = match (change.language, texts.is_json(change.header)) {
            (Language::Terraform, false) => hcl::edits(change, writing, texts),
            (Language::Terraform, true) | (Language::CloudFormation, _) => {
                yaml::edits(change, writing, texts)
            }
        };
        match edits {
            Ok(edits) if edits.iter().all(|edit| texts.says(edit)) => refused = Refused::Same,
            Ok(edits) => {
                let over_comment = edits.iter().any(|edit| texts.has_comment(edit));
                let applicability = match over_comment {
                    true => remedy.applicability.min(Applicability::Unsafe),
                    false => remedy.applicability,
                };
                return Ok((edits, applicability));
            }
            Err(why) => refused = why,
        }
    }
    Err(refused)
}

/// The ways to write a change, the best first: where the value or its satellite already is, then as it is read first. To
/// versions of the AWS provider before 4 the settings of buckets are arguments, later resources of their own.
fn in_order<'c>(change: &'c Change, texts: &Texts<'_>) -> Vec<&'c Writing> {
    let old = change.major.is_some_and(|major| major < 4);
    let rank = |writing: &&Writing| match &writing.join {
        Some(join) if change.satellite(join).is_some() => 0,
        None if is_there(change, writing, texts) => 0,
        Some(_) if old => 2,
        _ => 1,
    };
    let mut all: Vec<&Writing> = change.writings.iter().collect();
    all.sort_by_key(rank);
    all
}

/// Whether the resource itself already writes what holds the value.
fn is_there(change: &Change, writing: &Writing, texts: &Texts<'_>) -> bool {
    match (change.language, texts.is_json(change.header)) {
        (Language::Terraform, false) => hcl::is_there(change, writing, texts),
        _ => false,
    }
}
