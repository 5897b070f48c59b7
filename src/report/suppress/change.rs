//! What a change accepts that was not accepted before: suppressions that are new in comparison with another revision.

use std::collections::BTreeMap;

use super::hygiene::said;
use super::{Level, Suppressions, Tool};
use crate::findings::{Finding, Severity};
use crate::report::Known;
use crate::source::Span;

/// What accepts something, by what makes it the same in another revision; with its places and what is said of it.
type Accepted = BTreeMap<String, Vec<(Span, String)>>;

impl Suppressions<'_> {
    /// Everything that accepts findings or makes them count for less: comments and metadata by folder, entries and levels of
    /// settings.
    fn accepted(&self) -> Accepted {
        let mut out = Accepted::new();
        for file in self.places.sources.all() {
            let path = self.scope.from_root(&file.path);
            let path = path.as_deref().unwrap_or(&file.path);
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            for one in self.of(&file).iter().filter(|one| one.wrong.is_none()) {
                let counts = match one.tool {
                    Tool::Own => !self.policy.no_inline,
                    _ => !self.policy.no_inline && !self.policy.no_foreign,
                };
                if !counts || self.is_over(one.until) {
                    continue;
                }
                let rules = one.rules.join(", ");
                let key = format!(
                    "{} {folder} {rules} {:?} {:?}",
                    one.tool.name(),
                    one.narrow,
                    one.until
                );
                let said = format!(
                    "{rules} is accepted here that was not: {}",
                    reason(&one.reason)
                );
                out.entry(key).or_default().push((one.span, said));
            }
        }
        for entry in &self.policy.entries {
            let rules = entry.rules.join(", ");
            let glob = |glob: &Option<globset::GlobMatcher>| {
                glob.as_ref().map(|glob| glob.glob().to_string())
            };
            let key = format!(
                "settings {} {rules} {:?} {:?} {:?}",
                entry.within,
                glob(&entry.path),
                glob(&entry.address),
                entry.until
            );
            let said = format!(
                "{rules} is accepted by the settings that was not: {}",
                reason(&entry.reason)
            );
            out.entry(key).or_default().push((entry.span, said));
        }
        for level in self
            .policy
            .levels
            .iter()
            .filter(|level| self.is_lower(level))
        {
            let rules = level.rules.join(", ");
            let path = level.path.as_ref().map(|glob| glob.glob().to_string());
            let word = level.severity.map_or("off", Severity::name);
            let key = format!("level {} {rules} {path:?} {word}", level.within);
            let said = format!("the settings make {rules} {word}");
            out.entry(key).or_default().push((Span::nowhere(), said));
        }
        out
    }

    /// Whether a level makes some rule count for less than it says itself.
    fn is_lower(&self, level: &Level) -> bool {
        let Some(severity) = level.severity else {
            return true;
        };
        level.rules.iter().any(|word| match self.rules.find(word) {
            Some(rule) => severity < rule.severity_of_findings(),
            None => true,
        })
    }

    /// Notes in what is known of a run what it accepts.
    pub fn note(&self, known: &mut Known) {
        let counts = self.accepted().into_iter();
        known.accept(counts.map(|(key, places)| (key, places.len())));
    }

    /// A finding for everything that accepts more than was accepted before.
    pub fn new_since(&self, before: &Known) -> Vec<Finding> {
        let mut out = Vec::new();
        for (key, places) in self.accepted() {
            let was = before.accepted(&key);
            for (span, message) in places.into_iter().skip(was) {
                out.push(said("distrust-suppression-new", span, message));
            }
        }
        out
    }
}

fn reason(text: &str) -> &str {
    if text.is_empty() {
        "without a reason"
    } else {
        text
    }
}
