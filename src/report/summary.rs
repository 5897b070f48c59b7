//! What is said at the end, to people: how many findings, what was not decided, what was not here, how much was read.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::concise::{place, position};
use super::suppress::SOON;
use super::text::severity_style;
use super::{Dress, Report, View, printable};
use crate::findings::{Certainty, Finding, Severity};

/// Calls of a missing module that are named; of the others, the number is said.
const NAMED_CALLS: usize = 3;
/// Missing modules that are named; of the others, the number is said.
const NAMED_MODULES: usize = 12;

/// Critical findings that are named.
const NAMED_CRITICAL: usize = 10;
/// Rules and resources that are named as those with most findings.
const NAMED_MOST: usize = 5;
/// From so many findings on it is said which rules and resources have most.
const MANY: usize = 10;

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
    if let Some(before) = report.before {
        let count = counted(before, "result was", "results were");
        let _ = writeln!(out, "{count} like that before and not shown");
        out += &accepts_more(report, view);
    }
    if !report.suppressed.is_empty() {
        let count = counted(report.suppressed.len(), "finding", "findings");
        let hint = match view.suppressed {
            true => "",
            false => "; --show-suppressed lists them",
        };
        let _ = writeln!(out, "{count} suppressed{hint}");
    }
    if report.over > 0 {
        let count = counted(
            report.over,
            "suppression has ended",
            "suppressions have ended",
        );
        let _ = writeln!(out, "{count}");
    }
    if report.ending > 0 {
        let count = counted(report.ending, "suppression ends", "suppressions end");
        let _ = writeln!(out, "{count} within {SOON} days");
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
    out += &first(report, view);
    out
}

/// What a change accepts that was not accepted before: who reads it is to see that, however severe it counts.
fn accepts_more(report: &Report, view: View<'_>) -> String {
    let rules = [
        "distrust-baseline-grown",
        "distrust-settings-weakened",
        "distrust-suppression-new",
    ];
    let said = report.findings.iter();
    let mut said = said
        .filter(|one| rules.contains(&one.rule.as_str()))
        .peekable();
    let mut out = String::new();
    if said.peek().is_some() {
        out += "This change accepts more:\n";
    }
    for one in said {
        let place = match place(one) {
            Some(span) => format!("{}: ", position(view.sources, span)),
            None => String::new(),
        };
        let _ = writeln!(out, "  {place}{} [{}]", printable(&one.message), one.rule);
    }
    out
}

/// What to do first: the critical findings by name; of many findings, the rules and resources that have most.
fn first(report: &Report, view: View<'_>) -> String {
    let shown: Vec<&Finding> = view.leading(report).map(|(_, one)| one).collect();
    let critical: Vec<&&Finding> = shown
        .iter()
        .filter(|one| one.severity == Severity::Critical)
        .collect();
    let mut out = String::new();
    if !critical.is_empty() {
        out += "First of all:\n";
    }
    for one in critical.iter().take(NAMED_CRITICAL) {
        let place = place(one).map(|span| position(view.sources, span));
        let (message, rule) = (printable(&one.message), printable(&one.rule));
        let _ = writeln!(out, "  {}: {message} [{rule}]", place.unwrap_or_default());
    }
    if critical.len() > NAMED_CRITICAL {
        let _ = writeln!(
            out,
            "  and {} more critical",
            critical.len() - NAMED_CRITICAL
        );
    }
    if shown.len() < MANY {
        return out;
    }
    let rules = shown.iter().map(|one| one.rule.to_string());
    let _ = writeln!(out, "Rules with most findings: {}", most(rules));
    let resources = shown.iter().flat_map(|one| &one.subjects);
    let resources = resources.map(ToString::to_string);
    let _ = writeln!(out, "Resources with most findings: {}", most(resources));
    out
}

/// The most frequent of some names with their numbers; of equally frequent ones the first by name.
fn most(names: impl Iterator<Item = String>) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    let mut counts: Vec<(String, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let named = counts.iter().take(NAMED_MOST);
    let named: Vec<String> = named
        .map(|(name, count)| format!("{} ({count})", printable(name)))
        .collect();
    named.join(", ")
}

/// What fixes did and could do, with a line break at the end of each line.
pub fn fixes(made: usize, could: usize) -> String {
    let more = match could {
        0 => String::new(),
        _ => format!("; {could} more with --unsafe-fixes"),
    };
    format!("Fixed {}{more}\n", counted(made, "finding", "findings"))
}

/// Findings by severity.
fn found(report: &Report, view: View<'_>, dress: Dress) -> String {
    if report.statistics.rules == 0 {
        return "No rule was asked, so nothing was proven\n".into();
    }
    if report.findings.is_empty() {
        return "Found nothing\n".into();
    }
    let all = View {
        least: Severity::Info,
        ..view
    };
    let leading: Vec<Severity> = all.leading(report).map(|(_, one)| one.severity).collect();
    let parts: Vec<String> = Severity::ALL
        .into_iter()
        .filter_map(|severity| {
            let count = leading.iter().filter(|own| **own == severity).count();
            let text = format!("{count} {severity}");
            let style = severity_style(severity);
            (count > 0).then(|| match dress.color {
                true => format!("{}{text}{}", style.render(), style.render_reset()),
                false => text,
            })
        })
        .collect();
    let count = counted(leading.len(), "finding", "findings");
    let hidden = leading.len() - view.leading(report).count();
    let notes = match view.folded.count() {
        0 => String::new(),
        1 => "; 1 more is a note of one of these, --no-yield lists it".into(),
        many => format!("; {many} more are notes of these, --no-yield lists them"),
    };
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
    format!("Found {count}: {}{hidden}{notes}\n", parts.join(", "))
}

/// The modules and templates that are not here.
fn missing(report: &Report, view: View<'_>) -> String {
    if report.missing.is_empty() {
        return String::new();
    }
    let mut out = match report.missing.len() {
        1 => "1 module is not here: of what it makes only what the call says was checked:\n"
            .to_owned(),
        count => format!(
            "{count} modules are not here: of what they make only what the calls say was checked:\n"
        ),
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
    fn of_many_findings_it_is_said_what_to_do_first() {
        let dress = Dress {
            color: false,
            links: false,
            width: 80,
        };
        let (many, one_place) = (sample::Sample::many(12), sample::Sample::one_place());
        let mut out = String::new();
        for sample in [&many, &one_place] {
            out += &super::summary(&sample.report, sample.view(), dress);
            out.push('\n');
        }
        insta::assert_snapshot!(out);
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
