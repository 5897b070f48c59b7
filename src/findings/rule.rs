//! What formats, selections and pages need to know about a rule.

use std::fmt;

use ecow::EcoString;

use super::{RuleId, Severity};

/// The part of zero trust that a rule belongs to: the pillars and cross-cutting capabilities of CISA's Zero Trust
/// Maturity Model, version 2.0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Pillar {
    /// Who asks.
    Identity,
    /// From what machine.
    Devices,
    /// Over which way.
    Networks,
    /// By what program and workload.
    Applications,
    /// For which data.
    Data,
    /// What is recorded of it.
    Visibility,
    /// What reacts by itself.
    Automation,
    /// Who decides.
    Governance,
}

impl Pillar {
    /// All of them, in the order of the model.
    pub const ALL: [Pillar; 8] = [
        Pillar::Identity,
        Pillar::Devices,
        Pillar::Networks,
        Pillar::Applications,
        Pillar::Data,
        Pillar::Visibility,
        Pillar::Automation,
        Pillar::Governance,
    ];

    /// Its name in rule files, on the command line and in output.
    pub fn name(self) -> &'static str {
        match self {
            Pillar::Identity => "identity",
            Pillar::Devices => "devices",
            Pillar::Networks => "networks",
            Pillar::Applications => "applications",
            Pillar::Data => "data",
            Pillar::Visibility => "visibility",
            Pillar::Automation => "automation",
            Pillar::Governance => "governance",
        }
    }

    /// The pillar of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|pillar| pillar.name() == name)
    }
}

impl fmt::Display for Pillar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Severity {
    /// All of them, the worst first.
    pub const ALL: [Severity; 5] = [
        Severity::Critical,
        Severity::High,
        Severity::Medium,
        Severity::Low,
        Severity::Info,
    ];

    /// Its name in rule files, on the command line and in output.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Critical => "critical",
        }
    }

    /// The severity of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What a published standard says that a rule looks after.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Control {
    /// The standard and its version: `nist-800-53-r5`.
    pub framework: EcoString,
    /// The id of the control in it: `CP-9`.
    pub id: EcoString,
}

/// A rule as shown: all that formats, selections and pages need, and nothing of how it decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleInfo {
    /// Its id.
    pub id: RuleId,
    /// Its title, a short sentence without a final stop.
    pub title: String,
    /// How bad a finding of it is, unless the finding says otherwise.
    pub severity: Severity,
    /// The pillar it belongs to.
    pub pillar: Pillar,
    /// Its page: what it finds, why it matters, what to do, with examples.
    pub help_markdown: String,
    /// The controls it looks after, sorted.
    pub controls: Vec<Control>,
    /// Other ids it is known by, sorted.
    pub aliases: Vec<EcoString>,
    /// The rules whose findings explain one of this rule at the same bytes.
    pub yields_to: Vec<RuleId>,
    /// What of it users may set, each with its value.
    pub parameters: Vec<(EcoString, String)>,
    /// Where its page stands on the web, if it does.
    pub url: Option<String>,
}
