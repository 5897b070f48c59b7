//! What is shown: findings sorted once, and one file per output format with its own structs and its own escaping.
//!
//! `text` and `concise` are for people, `json` and `sarif` for programs; `docs/output.md` describes all of them.

mod baseline;
pub mod concise;
pub mod excerpt;
mod fingerprint;
mod fold;
pub mod graph;
pub mod intent;
pub mod json;
mod known;
mod mask;
mod places;
mod printable;
pub mod reach;
pub mod sarif;
pub mod summary;
pub mod suppress;
pub mod text;
pub mod triage;

#[cfg(test)]
mod sample;

use std::io::{self, Write};
use std::time::Duration;

use ecow::EcoString;

use crate::findings::{Finding, RuleInfo, Severity};
use crate::source::{Diagnostic, Scope, SourceMap, Span};

pub use baseline::Baseline;
pub use fingerprint::{Fingerprints, instance};
pub use fold::Folded;
pub use known::{Identity, Known, is_among};
pub use mask::Masks;
pub use places::Places;
pub use printable::{Guarded, json_text, obeyed, printable, printable_lines, write_json};
pub use summary::counted;
pub use suppress::{Suppressed, Tool};
pub use triage::triage;

/// All that a run has to say, in the order in which it is said.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// What is proven to be wrong.
    pub findings: Vec<Finding>,
    /// Findings that their author accepted in a comment, in settings or a baseline.
    pub suppressed: Vec<Suppressed>,
    /// Suppressions that have ended.
    pub over: usize,
    /// Suppressions that end soon.
    pub ending: usize,
    /// What could neither be proven nor refuted.
    pub undecided: Vec<Finding>,
    /// What was wrong with the input.
    pub diagnostics: Vec<Diagnostic>,
    /// Modules and templates that are called but are not here, each once.
    pub missing: Vec<Missing>,
    /// How much was looked at.
    pub statistics: Statistics,
    /// What must not be shown.
    pub masks: Masks,
    /// The findings one by one, where they are to be known again.
    pub known: Known,
    /// How many of them were there before, and are not part of the report.
    pub before: Option<usize>,
}

impl Report {
    /// Every finding, suppressed and undecided ones too.
    pub fn all(&self) -> impl Iterator<Item = &Finding> {
        let accepted = self.suppressed.iter().map(|one| &one.finding);
        self.findings.iter().chain(accepted).chain(&self.undecided)
    }
}

/// A module or template that is not here, and the calls of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// Its source as written.
    pub source: EcoString,
    /// The calls, sorted; never empty.
    pub calls: Vec<Span>,
}

/// How much a run looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Statistics {
    /// Files that were read because they matter.
    pub files: usize,
    /// Stacks that were evaluated.
    pub stacks: usize,
    /// Resources in them.
    pub resources: usize,
    /// Rules that were asked.
    pub rules: usize,
    /// From start to report. Not part of formats for programs: those are the same from run to run.
    pub elapsed: Duration,
}

/// How findings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// With the source, for people.
    Text,
    /// One line each.
    Concise,
    /// For programs.
    Json,
    /// For code hosts and editors.
    Sarif,
}

impl Format {
    /// All of them, the default first.
    pub const ALL: [Format; 4] = [Format::Text, Format::Concise, Format::Json, Format::Sarif];

    /// Its name on the command line and in settings.
    pub fn name(self) -> &'static str {
        match self {
            Format::Text => "text",
            Format::Concise => "concise",
            Format::Json => "json",
            Format::Sarif => "sarif",
        }
    }

    /// The format of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// Writes a report.
    ///
    /// # Errors
    /// Those of the output.
    pub fn write(
        self,
        report: &Report,
        view: View<'_>,
        dress: Dress,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let mut guarded = Guarded::new(&mut *out, dress.color);
        match self {
            Format::Text => {
                text::write(report, view, dress, &mut guarded).and_then(|()| guarded.flush())
            }
            Format::Concise => {
                concise::write(report, view, dress, &mut guarded).and_then(|()| guarded.flush())
            }
            Format::Json => json::write(report, view, out),
            Format::Sarif => sarif::write(report, view, out),
        }
    }
}

/// What the renderers look things up in.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// The texts that spans point into.
    pub sources: &'a SourceMap,
    /// What of them must not be shown.
    pub masks: &'a Masks,
    /// Which findings explain which.
    pub folded: &'a Folded,
    /// The rules that the report speaks of, sorted by id.
    pub rules: &'a [RuleInfo],
    /// How paths are shown and where the repository begins.
    pub scope: &'a Scope,
    /// Whether undecided results are part of the output.
    pub undecided: bool,
    /// Whether suppressed findings are part of texts.
    pub suppressed: bool,
    /// The least severity that is part of the output.
    pub least: Severity,
}

impl<'a> View<'a> {
    /// The findings of a list that are part of the output.
    pub fn shown<'f>(&self, findings: &'f [Finding]) -> impl Iterator<Item = &'f Finding> {
        let least = self.least;
        findings
            .iter()
            .filter(move |finding| finding.severity >= least)
    }

    /// The proven findings that are part of the output with their places in the report, without those that are notes of
    /// others.
    pub fn leading(&self, report: &'a Report) -> impl Iterator<Item = (usize, &'a Finding)> {
        let (least, folded) = (self.least, self.folded);
        let all = report.findings.iter().enumerate();
        all.filter(move |(at, finding)| {
            finding.severity >= least && folded.explained_by(*at).is_none()
        })
    }

    /// The notes of a finding.
    pub fn notes(&self, report: &'a Report, at: usize) -> impl Iterator<Item = &'a Finding> {
        let notes = self.folded.notes(at).iter();
        notes.map(|note| &report.findings[*note])
    }

    /// The rule of this id.
    pub fn rule(&self, id: &str) -> Option<&'a RuleInfo> {
        let at = self
            .rules
            .binary_search_by(|rule| rule.id.as_str().cmp(id))
            .ok()?;
        Some(&self.rules[at])
    }
}

/// How text is dressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dress {
    /// Colours and bold, as terminal escapes.
    pub color: bool,
    /// Links from rule ids to their pages, as terminal escapes.
    pub links: bool,
    /// Columns of the terminal.
    pub width: usize,
}

impl Report {
    /// Whether some input could not be read or parsed.
    pub fn lost_input(&self) -> bool {
        self.diagnostics
            .iter()
            .any(|diagnostic| diagnostic.code.loses_input())
    }
}
