//! What is said: findings, their severity and certainty, the places they point at, and the change they ask for.

mod exposure;
mod rule;

use std::borrow::Cow;
use std::sync::Arc;

use ecow::EcoString;

use crate::catalog::Join;
use crate::catalog::spell::Writings;
use crate::eval::{Address, Language, Origin, Why};
use crate::graph::Satellite;
use crate::source::Span;

pub use exposure::Exposure;
pub use rule::{Control, Pillar, RuleInfo};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// A weakness that needs others to matter.
    Low,
    /// A missing layer of defence.
    Medium,
    /// An attacker who finds it gains something.
    High,
    /// An attacker who finds it gains the thing itself.
    Critical,
}

/// How sure it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Certainty {
    /// Follows from what is written.
    Proven,
    /// Neither proven nor refuted, for this reason.
    Undecided(Why),
}

/// The id of a rule: `aws-s3-bucket-versioning-disabled`.
pub type RuleId = EcoString;

/// What is said of the header of a resource that says something about the subject of a finding.
pub const SAYS_SO: &str = "this says so";

/// A place with its own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The bytes.
    pub span: Span,
    /// What this place has to do with it; may be empty for the primary place. Mostly one of a few words of ours.
    pub text: Cow<'static, str>,
}

/// One statement: this rule, at this place, about these resources.
///
/// There is one finding per rule and place; the instances and callers that share it are its subjects. A large stack has a
/// hundred thousand of them: what several say alike, they share.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Which rule.
    pub rule: RuleId,
    /// Its severity.
    pub severity: Severity,
    /// Proven or undecided.
    pub certainty: Certainty,
    /// The resources it is about, sorted; never empty.
    pub subjects: Vec<Arc<Address>>,
    /// What is wrong, one sentence without a final stop; names the first subject.
    pub message: EcoString,
    /// The bytes at fault: where the offending value is written, or the header of the resource that lacks one.
    pub primary: Label,
    /// The header of the resource, and the variable, tfvars line, module call that the value came through.
    pub related: Vec<Label>,
    /// Whether what stands at the primary place is a secret that outputs must not repeat.
    pub secret: bool,
    /// What to do, one sentence of the rule's page; may be empty.
    pub advice: EcoString,
    /// The change that would mend it.
    pub remedy: Option<Remedy>,
    /// What makes it the same one in the next run; empty until a report needs it.
    pub fingerprint: EcoString,
    /// Whether the Internet reaches what it is about, where that is a question.
    pub exposure: Option<Box<Exposure>>,
}

/// How far a change can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Applicability {
    /// Only for reading.
    DisplayOnly,
    /// Right, but it changes how things behave (replaces a resource, closes a port someone uses).
    Unsafe,
    /// Right and without side effects.
    Safe,
}

/// The change that a finding asks for.
#[derive(Debug, Clone)]
pub struct Remedy {
    /// One line of what to do, for people, in the words of the file's language.
    pub title: EcoString,
    /// How far it can be trusted.
    pub applicability: Applicability,
    /// What an edit needs to know; `None` where nothing says how it is written.
    pub change: Option<Arc<Change>>,
}

/// What an edit needs to know: where, and how the language of the file writes it.
#[derive(Debug, Clone)]
pub struct Change {
    /// The ways to write it, the one that is read first before the others.
    pub writings: Writings,
    /// The resource.
    pub address: Arc<Address>,
    /// Its language.
    pub language: Language,
    /// The newest major version of its provider that the configuration admits, if it says so.
    pub major: Option<u32>,
    /// The bytes that name it.
    pub header: Span,
    /// The resources that say something about it.
    pub satellites: Arc<[Satellite]>,
    /// Where the value to blame was written and the way it came; `None`: it is absent.
    pub origin: Option<Origin>,
    /// Where it is absent, when that is some place better than the resource.
    pub place: Option<Span>,
    /// Whether the resource is only what another one says of it.
    pub partial: bool,
}

impl Change {
    /// The satellite of a join that the configuration has.
    pub fn satellite(&self, join: &Join) -> Option<&Satellite> {
        let mut all = self.satellites.iter();
        all.find(|own| own.address.type_name == join.type_name)
    }
}
