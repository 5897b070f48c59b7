//! From what the rules said to what is shown: one finding per rule and place, sorted once.

use std::collections::BTreeMap;

use ecow::EcoString;
use rayon::prelude::*;

use super::{Masks, Missing, Report, Statistics};
use crate::eval::MissingModule;
use crate::findings::{Certainty, Finding};
use crate::source::{Diagnostic, SourceMap};

/// Hides secrets in what is said, sorts, merges and divides.
///
/// Findings of one rule at one place are one finding about all their subjects: a module that is called ten times is
/// wrong once. The order depends on paths, offsets and ids only.
pub fn triage(
    sources: &SourceMap,
    masks: Masks,
    mut findings: Vec<Finding>,
    mut diagnostics: Vec<Diagnostic>,
    mut missing: Vec<MissingModule>,
    statistics: Statistics,
) -> Report {
    masks.findings(&mut findings);
    diagnostics.iter_mut().for_each(|one| masks.diagnostic(one));
    for one in &mut missing {
        let hidden = masks.text(&one.source).into_owned();
        one.source = hidden.into();
    }
    let (findings, undecided) = findings
        .into_iter()
        .partition(|finding| finding.certainty == Certainty::Proven);
    Report {
        findings: sorted(sources, findings),
        undecided: sorted(sources, undecided),
        diagnostics: sorted_diagnostics(sources, diagnostics),
        missing: by_source(sources, missing),
        statistics,
        masks,
        ..Report::default()
    }
}

/// Findings by place, rule and subject; those of one rule at one place are merged.
fn sorted(sources: &SourceMap, mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.par_sort_by_cached_key(|finding| {
        (
            sources.order(finding.primary.span),
            finding.rule.clone(),
            finding.subjects.first().map(ToString::to_string),
            finding.message.clone(),
        )
    });
    let mut out: Vec<Finding> = Vec::with_capacity(findings.len());
    for finding in findings {
        match out.last_mut() {
            Some(last)
                if last.rule == finding.rule && last.primary.span == finding.primary.span =>
            {
                merge(last, finding);
            }
            _ => out.push(finding),
        }
    }
    out
}

/// Adds what another finding of the same rule and place knows.
fn merge(kept: &mut Finding, other: Finding) {
    kept.severity = kept.severity.max(other.severity);
    kept.exposure = match (kept.exposure.take(), other.exposure) {
        (Some(own), Some(other)) => Some(own.worse(other)),
        (one, other) => one.or(other),
    };
    // Sorted and unique at the end would be quadratic in the calls of a module: a merge of two sorted lists is not.
    kept.subjects.extend(other.subjects);
    kept.subjects.sort();
    kept.subjects.dedup();
    for label in other.related {
        if kept.related.len() < MAX_RELATED && !kept.related.contains(&label) {
            kept.related.push(label);
        }
    }
}

/// More places than this say nothing more about a finding.
const MAX_RELATED: usize = 16;

/// Diagnostics by place and code, each once.
fn sorted_diagnostics(sources: &SourceMap, mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    diagnostics.sort_by_cached_key(|diagnostic| {
        (
            sources.order(diagnostic.span),
            diagnostic.code,
            diagnostic.message.clone(),
        )
    });
    diagnostics.dedup();
    diagnostics
}

/// Each source once, with all its calls.
fn by_source(sources: &SourceMap, missing: Vec<MissingModule>) -> Vec<Missing> {
    let mut by: BTreeMap<EcoString, Vec<_>> = BTreeMap::new();
    for one in missing {
        by.entry(one.source).or_default().push(one.span);
    }
    by.into_iter()
        .map(|(source, mut calls)| {
            calls.sort_by_cached_key(|span| sources.order(*span));
            calls.dedup();
            Missing { source, calls }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::triage;
    use crate::eval::MissingModule;
    use crate::report::{Masks, Statistics, sample};

    #[test]
    fn the_order_is_that_of_places_and_a_place_is_said_once() {
        let (sources, findings) = sample::findings();
        let shown = |findings: Vec<_>| {
            let report = triage(
                &sources,
                Masks::default(),
                findings,
                Vec::new(),
                Vec::new(),
                Statistics::default(),
            );
            let lines = report.findings.iter().map(|finding| {
                let (path, start, _) = sources.order(finding.primary.span);
                let subjects: Vec<String> =
                    finding.subjects.iter().map(ToString::to_string).collect();
                format!("{path} {start} {} {}\n", finding.rule, subjects.join(" "))
            });
            lines.collect::<String>()
        };
        let forwards = shown(findings.clone());
        insta::assert_snapshot!(forwards);
        let twice = findings.iter().rev().chain(&findings).cloned().collect();
        assert_eq!(shown(twice), forwards);
    }

    #[test]
    fn missing_modules_are_said_once_each() {
        let (sources, findings) = sample::findings();
        let call = |source: &str, span| MissingModule {
            source: source.into(),
            span,
        };
        let (a, b) = (findings[0].primary.span, findings[1].primary.span);
        let missing = vec![call("z", a), call("m", b), call("m", a), call("m", b)];
        let report = triage(
            &sources,
            Masks::default(),
            Vec::new(),
            Vec::new(),
            missing,
            Statistics::default(),
        );
        let shown: Vec<_> = report
            .missing
            .iter()
            .map(|one| (one.source.as_str(), one.calls.len()))
            .collect();
        assert_eq!(shown, [("m", 2), ("z", 1)]);
    }
}
