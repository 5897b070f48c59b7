//! What is said: findings, their severity and certainty, the places they point at, and the change they ask for.

mod rule;

use ecow::EcoString;

use crate::eval::{Address, Value, Why};
use crate::source::Span;

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

/// A place with its own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The bytes.
    pub span: Span,
    /// What this place has to do with it; may be empty for the primary place.
    pub text: String,
}

/// One statement: this rule, at this place, about these resources.
///
/// There is one finding per rule and place; the instances and callers that share it are its subjects.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Which rule.
    pub rule: RuleId,
    /// Its severity.
    pub severity: Severity,
    /// Proven or undecided.
    pub certainty: Certainty,
    /// The resources it is about, sorted; never empty.
    pub subjects: Vec<Address>,
    /// What is wrong, one sentence without a final stop; names the first subject.
    pub message: String,
    /// The bytes at fault: where the offending value is written, or the header of the resource that lacks one.
    pub primary: Label,
    /// The header of the resource, and the variable, tfvars line, module call that the value came through.
    pub related: Vec<Label>,
    /// Whether what stands at the primary place is a secret that outputs must not repeat.
    pub secret: bool,
    /// What to do, one sentence of the rule's page; may be empty.
    pub advice: String,
    /// The change that would mend it.
    pub remedy: Option<Remedy>,
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

/// The change that a finding asks for, in the vocabulary of the graph.
#[derive(Debug, Clone, PartialEq)]
pub struct Remedy {
    /// One line of what to do, for people.
    pub title: String,
    /// The attribute to set, as a path in the vocabulary.
    pub path: EcoString,
    /// What to set it to; `None` removes it.
    pub to: Option<Value>,
    /// How far it can be trusted.
    pub applicability: Applicability,
}
