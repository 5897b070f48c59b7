//! Whether the Internet reaches what a finding is about.

use super::{Label, Severity};
use crate::eval::Truth;

/// Whether the Internet reaches what a finding is about, and how that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exposure {
    /// Whether it does.
    pub reached: Truth,
    /// Why it does not, or why that is not known; empty where it does.
    pub because: String,
    /// A packet that gets there: `tcp 203.0.113.7:50000 -> 10.0.9.4:5432`.
    pub packet: Option<String>,
    /// The places that the packet passes, in order.
    pub path: Vec<Label>,
    /// How bad the finding would be if the Internet reached it, where it is less bad because it does not.
    pub lowered_from: Option<Severity>,
}

impl Exposure {
    /// The word for it in output.
    pub fn word(&self) -> &'static str {
        match self.reached {
            Truth::True => "reachable",
            Truth::False => "not",
            Truth::Unknown => "unknown",
        }
    }

    /// One sentence about it.
    pub fn sentence(&self) -> String {
        let mut said = match (self.reached, &self.packet) {
            (Truth::True, Some(packet)) => format!("the Internet reaches it: {packet}"),
            (Truth::True, None) => "the Internet reaches it".to_owned(),
            (Truth::False, _) => format!("the Internet does not reach it: {}", self.because),
            (Truth::Unknown, _) => {
                format!(
                    "it is not known whether the Internet reaches it: {}",
                    self.because
                )
            }
        };
        if let Some(severity) = self.lowered_from {
            said.push_str(&format!("; it would be {severity} if it did"));
        }
        said
    }

    /// The worse of two about the same place: what is reached counts, then what may be.
    #[must_use]
    pub fn worse(self: Box<Self>, other: Box<Self>) -> Box<Self> {
        let rank = |one: &Exposure| match one.reached {
            Truth::True => 2,
            Truth::Unknown => 1,
            Truth::False => 0,
        };
        if rank(&other) > rank(&self) {
            other
        } else {
            self
        }
    }
}
