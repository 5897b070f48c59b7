//! What settings say of findings whatever their authors do: how severe they are, where, and whether they were there before.

use super::{By, Suppressions, Tool};
use crate::findings::{Certainty, Finding, Severity};
use crate::source::Span;

impl Suppressions<'_> {
    /// What the settings say of the severity of a finding, and at least what holds whatever they say.
    pub(super) fn level(&self, finding: &Finding) -> Option<Option<Severity>> {
        let levels = self.policy.levels.iter();
        let mut ours = levels.filter(|level| {
            let mut words = level.rules.iter();
            words.any(|word| self.names(word, &finding.rule, Tool::Own))
                && self.is_within(&level.within, finding)
                && level
                    .path
                    .as_ref()
                    .is_none_or(|glob| self.lies_in(glob, finding))
        });
        let said = ours.next().map(|level| level.severity);
        let least = self.policy.least.iter();
        let mut least = least
            .filter(|(word, _)| self.names(word, &finding.rule, Tool::Own))
            .map(|(_, severity)| severity.unwrap_or(finding.severity));
        let Some(first) = least.next() else {
            return said;
        };
        let own = said.map_or(finding.severity, |said| said.unwrap_or(Severity::Info));
        Some(Some(least.fold(first, Severity::max).max(own)))
    }

    /// Whether a finding was there before.
    pub(super) fn by_baseline(&self, finding: &Finding) -> Option<By> {
        let baseline = self.policy.baseline.as_ref()?;
        let mut never = self.policy.never.iter();
        if never.any(|word| self.names(word, &finding.rule, Tool::Own)) {
            return None;
        }
        let proven = finding.certainty == Certainty::Proven;
        (proven && baseline.has(finding, self.scope)).then(|| By {
            tool: Tool::Own,
            in_source: false,
            span: Span::nowhere(),
            reason: "baseline".into(),
        })
    }

    /// Whether the place of a finding, or the stack that it is found in, lies in a folder.
    pub(super) fn is_within(&self, folder: &str, finding: &Finding) -> bool {
        if folder.is_empty() {
            return true;
        }
        let below = |path: &str| {
            let from_root = self.scope.from_root(path);
            let path = from_root.as_deref().unwrap_or(path);
            path.starts_with(folder) || format!("{path}/") == folder
        };
        let span = finding.primary.span;
        (span.is_somewhere() && below(&self.places.sources.get(span.source).path))
            || finding.subjects.iter().any(|subject| below(&subject.stack))
    }
}
