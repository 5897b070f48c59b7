//! One cause, one finding: which findings say less about the same bytes than another does, and so become notes of it.
//!
//! Rules declare it (`yields-to`), and it is applied here and nowhere else, after rules were selected and findings
//! suppressed: what is not in the report explains nothing. Nothing is lost. Texts show a note as a line of the finding
//! that explains it, formats for programs list every finding and say which explains which.

use rustc_hash::FxHashMap;

use crate::findings::{Finding, RuleId};
use crate::source::{SourceId, Span};

/// How many findings of the stronger rule that begin before a place are looked at.
const NEAR: usize = 64;

/// Which finding of a list explains which.
#[derive(Debug, Clone, Default)]
pub struct Folded {
    /// For each finding the one that explains it, which is explained by none itself.
    by: Vec<Option<usize>>,
    /// For each finding those that it explains, in order.
    notes: Vec<Vec<usize>>,
}

impl Folded {
    /// Looks through findings in the order of their places. `stronger` are the rules that a rule yields to.
    pub fn new<'r>(findings: &[Finding], stronger: impl Fn(&str) -> &'r [RuleId]) -> Self {
        let mut of_rule: FxHashMap<(&str, SourceId), Vec<usize>> = FxHashMap::default();
        for (at, finding) in findings.iter().enumerate() {
            let span = finding.primary.span;
            if span.is_somewhere() {
                let key = (finding.rule.as_str(), span.source);
                of_rule.entry(key).or_default().push(at);
            }
        }
        let mut by = vec![None; findings.len()];
        for (at, weak) in findings.iter().enumerate() {
            let source = weak.primary.span.source;
            let rules = stronger(&weak.rule).iter();
            let known = rules.filter_map(|rule| of_rule.get(&(rule.as_str(), source)));
            let near = known.flat_map(|all| near(findings, all, weak.primary.span));
            let explaining = near.filter(|strong| explains(&findings[*strong], weak));
            // The worst of them, of equal ones the first.
            by[at] = explaining
                .min_by_key(|strong| (std::cmp::Reverse(findings[*strong].severity), *strong));
        }
        let root = |mut at: usize| {
            // The rules are in an order, so that this ends; a bound costs nothing.
            for _ in 0..findings.len() {
                let Some(next) = by[at] else { break };
                at = next;
            }
            at
        };
        let mut notes = vec![Vec::new(); findings.len()];
        let by: Vec<Option<usize>> = (0..by.len()).map(|at| by[at].map(&root)).collect();
        for (at, strong) in by.iter().enumerate() {
            if let Some(strong) = strong {
                notes[*strong].push(at);
            }
        }
        Self { by, notes }
    }

    /// The finding that explains another.
    pub fn explained_by(&self, at: usize) -> Option<usize> {
        self.by.get(at).copied().flatten()
    }

    /// The findings that one explains.
    pub fn notes(&self, at: usize) -> &[usize] {
        self.notes.get(at).map_or(&[], Vec::as_slice)
    }

    /// How many are notes of others.
    pub fn count(&self) -> usize {
        self.by.iter().flatten().count()
    }
}

/// Those of some findings, sorted by place, that may overlap a place.
fn near(findings: &[Finding], all: &[usize], span: Span) -> impl Iterator<Item = usize> {
    let begins = |at: &usize| findings[*at].primary.span.start;
    let last = all.partition_point(|at| begins(at) <= span.start.max(span.end.saturating_sub(1)));
    all[last.saturating_sub(NEAR)..last].iter().copied()
}

/// Whether a finding says all that a weaker one does: of the same bytes, about at least its subjects, and as severely.
fn explains(strong: &Finding, weak: &Finding) -> bool {
    let (one, other) = (strong.primary.span, weak.primary.span);
    let overlap = one == other || one.start < other.end && other.start < one.end;
    let mut subjects = weak.subjects.iter();
    overlap
        && strong.severity >= weak.severity
        && subjects.all(|subject| strong.subjects.binary_search(subject).is_ok())
}

#[cfg(test)]
mod tests {
    use super::Folded;
    use crate::findings::{Finding, RuleId, Severity};
    use crate::report::sample;
    use crate::source::Span;

    fn finding(rule: &str, severity: Severity, place: (u32, u32), subjects: &[&str]) -> Finding {
        let (_, samples) = sample::findings();
        let mut own = samples[0].clone();
        let address = own.subjects[0].clone();
        own.subjects = subjects
            .iter()
            .map(|name| {
                std::sync::Arc::new(crate::eval::Address {
                    name: (*name).into(),
                    ..address.as_ref().clone()
                })
            })
            .collect();
        own.subjects.sort();
        own.primary.span = Span::new(own.primary.span.source, place.0, place.1);
        Finding {
            rule: rule.into(),
            severity,
            ..own
        }
    }

    fn folded(findings: &[Finding]) -> Vec<Option<usize>> {
        let weak: [RuleId; 2] = ["middle".into(), "strong".into()];
        let middle: [RuleId; 1] = ["strong".into()];
        let folded = Folded::new(findings, |rule| match rule {
            "weak" => &weak,
            "middle" => &middle,
            _ => &[],
        });
        (0..findings.len())
            .map(|at| folded.explained_by(at))
            .collect()
    }

    #[test]
    fn a_chain_ends_at_its_strongest() {
        use Severity::{Critical, High, Low};
        let all = [
            finding("weak", Low, (5, 9), &["a"]),
            finding("middle", High, (5, 9), &["a", "b"]),
            finding("strong", Critical, (4, 9), &["a", "b"]),
        ];
        assert_eq!(folded(&all), [Some(2), Some(2), None]);
        assert_eq!(folded(&all[..2]), [Some(1), None]);
    }

    #[test]
    fn other_bytes_other_subjects_and_lesser_severity_explain_nothing() {
        use Severity::{High, Low, Medium};
        let strong = |place, subjects| finding("strong", Medium, place, subjects);
        for (weak, strong) in [
            (
                finding("weak", Low, (5, 9), &["a"]),
                strong((9, 12), &["a"]),
            ),
            (
                finding("weak", Low, (5, 9), &["a", "b"]),
                strong((5, 9), &["a"]),
            ),
            (
                finding("weak", High, (5, 9), &["a"]),
                strong((5, 9), &["a"]),
            ),
            (
                finding("other", Low, (5, 9), &["a"]),
                strong((5, 9), &["a"]),
            ),
        ] {
            assert_eq!(folded(&[weak, strong]), [None, None]);
        }
    }
}
