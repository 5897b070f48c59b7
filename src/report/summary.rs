//! What is said at the end, to people: how many findings, what was not decided, what was not here, how much was read.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::concise::position;
use super::text::severity_style;
use super::{Dress, Report, View, printable};
use crate::findings::{Certainty, Severity};

/// Calls of a missing module that are named; of the others, the number is said.
const NAMED_CALLS: usize = 3;
/// Missing modules that are named; of the others, the number is said.
const NAMED_MODULES: usize = 12;

/// The summary, with a line break at the end of each line.
pub fn summary(report: &Report, view: View<'_>, dress: Dress) -> String {
    let mut out = String::new();
    out += &missing(report, view);
    out += &found(report, view, dress);
    if !report.undecided.is_empty() {
        let count = counted(report.undecided.len(), "check", "checks");
        let hint = match view.undecided {
            true => "",
            false => "; --undecided shows them",
        };
        let _ = writeln!(
            out,
            "{count} undecided: what they ask about is not known before deployment{hint}"
        );
    }
    if !report.suppressed.is_empty() {
        let count = counted(report.suppressed.len(), "finding", "findings");
        let _ = writeln!(out, "{count} suppressed");
    }
    let lost = lost_files(report);
    if lost > 0 {
        let count = counted(lost, "file", "files");
        let _ = writeln!(
            out,
            "{count} could not be read in full; what is in the rest was checked"
        );
    }
    let it = report.statistics;
    let _ = writeln!(
        out,
        "Checked {}, {}, {} in {}",
        counted(it.files, "file", "files"),
        counted(it.stacks, "stack", "stacks"),
        counted(it.resources, "resource", "resources"),
        duration(it.elapsed),
    );
    out
}

/// Findings by severity.
fn found(report: &Report, view: View<'_>, dress: Dress) -> String {
    if report.statistics.rules == 0 {
        return "No rule was asked, so nothing was proven\n".into();
    }
    if report.findings.is_empty() {
        return "Found nothing\n".into();
    }
    let parts: Vec<String> = Severity::ALL
        .into_iter()
        .filter_map(|severity| {
            let count = report.count(severity);
            let text = format!("{count} {severity}");
            let style = severity_style(severity);
            (count > 0).then(|| match dress.color {
                true => format!("{}{text}{}", style.render(), style.render_reset()),
                false => text,
            })
        })
        .collect();
    let count = counted(report.findings.len(), "finding", "findings");
    let hidden = report.findings.len() - view.shown(&report.findings).count();
    let hidden = match hidden {
        0 => String::new(),
        1 => format!(
            "; 1 below {} is not shown, --min-severity info shows it",
            view.least
        ),
        many => format!(
            "; {many} below {} are not shown, --min-severity info shows them",
            view.least
        ),
    };
    format!("Found {count}: {}{hidden}\n", parts.join(", "))
}

/// The modules and templates that are not here.
fn missing(report: &Report, view: View<'_>) -> String {
    if report.missing.is_empty() {
        return String::new();
    }
    let mut out = match report.missing.len() {
        1 => "1 module is not here, so what it makes was not checked:\n".to_owned(),
        count => format!("{count} modules are not here, so what they make was not checked:\n"),
    };
    for one in report.missing.iter().take(NAMED_MODULES) {
        let calls: Vec<String> = one
            .calls
            .iter()
            .filter(|span| span.is_somewhere())
            .take(NAMED_CALLS)
            .map(|span| position(view.sources, *span))
            .collect();
        let _ = write!(out, "  {}  {}", printable(&one.source), calls.join(", "));
        if one.calls.len() > NAMED_CALLS {
            let _ = write!(out, " and {} more", one.calls.len() - NAMED_CALLS);
        }
        out.push('\n');
    }
    if report.missing.len() > NAMED_MODULES {
        let _ = writeln!(out, "  and {} more", report.missing.len() - NAMED_MODULES);
    }
    out
}

/// The number of sources of which some part was lost.
fn lost_files(report: &Report) -> usize {
    let lost = report
        .diagnostics
        .iter()
        .filter(|one| one.code.loses_input());
    let mut sources: Vec<_> = lost.map(|one| one.span.source).collect();
    sources.sort();
    sources.dedup();
    sources.len()
}

/// The undecided results by rule and by cause, and the findings by rule: what `--statistics` prints.
pub fn statistics(report: &Report) -> String {
    let mut rules: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut causes: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in &report.findings {
        rules.entry(&finding.rule).or_default().0 += 1;
    }
    for finding in &report.undecided {
        rules.entry(&finding.rule).or_default().1 += 1;
        if let Certainty::Undecided(why) = &finding.certainty {
            *causes.entry(why.cause()).or_default() += 1;
        }
    }
    let mut rows: Vec<_> = rules.into_iter().collect();
    // The most frequent first; of equally frequent ones the order of ids is kept.
    rows.sort_by_key(|(_, (found, _))| std::cmp::Reverse(*found));
    let mut out = format!("{:>8} {:>10}  rule\n", "findings", "undecided");
    for (rule, (found, undecided)) in rows {
        let _ = writeln!(out, "{found:>8} {undecided:>10}  {}", printable(rule));
    }
    if !causes.is_empty() {
        let causes: Vec<String> = causes
            .into_iter()
            .map(|(cause, count)| format!("{count} {cause}"))
            .collect();
        let _ = writeln!(out, "undecided because of: {}", causes.join(", "));
    }
    out
}

/// `1 file`, `1,204 files`.
pub fn counted(count: usize, one: &str, many: &str) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (nth, digit) in digits.chars().enumerate() {
        if nth > 0 && (digits.len() - nth).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out.push(' ');
    out.push_str(if count == 1 { one } else { many });
    out
}

/// `12 ms`, `3.4 s`.
fn duration(elapsed: std::time::Duration) -> String {
    if elapsed.as_millis() < 1000 {
        format!("{} ms", elapsed.as_millis())
    } else {
        format!("{:.1} s", elapsed.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use crate::report::{Dress, sample};

    #[test]
    fn what_is_said_at_the_end() {
        let sample = sample::Sample::new();
        let mut out = String::new();
        for (color, undecided) in [(false, false), (true, true)] {
            let dress = Dress {
                color,
                links: false,
                width: 80,
            };
            let mut view = sample.view();
            view.undecided = undecided;
            out += &super::summary(&sample.report, view, dress);
            out.push('\n');
        }
        out += &super::statistics(&sample.report);
        insta::assert_snapshot!(out.replace('\u{1b}', "␛"));
    }

    #[test]
    fn nothing_is_said_to_be_nothing() {
        let sample = sample::Sample::many(0);
        let dress = Dress {
            color: false,
            links: false,
            width: 80,
        };
        assert_eq!(
            super::summary(&sample.report, sample.view(), dress),
            "Found nothing\nChecked 5 files, 3 stacks, 1,204 resources in 12 ms\n"
        );
    }
}
