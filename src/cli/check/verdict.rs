//! How a check ends, and why.

use super::super::Exit;
use super::super::options::Check;
use crate::findings::Severity;
use crate::report::{Format, Report, View, counted};

/// What a finding must reach to be shown in text and to make the run fail, unless the user says otherwise.
const USUAL: Severity = Severity::Medium;

/// The severities that decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Thresholds {
    /// The least that is shown.
    pub(super) least: Severity,
    /// The least that makes the run fail.
    pub(super) fail_on: Severity,
}

impl Thresholds {
    /// By the options and settings. What fails does not depend on the format, and a run that shows nothing does not
    /// fail: `--min-severity` raises what fails, and what fails is shown. Who reads a text is spared what is only worth
    /// knowing, unless it is asked for.
    pub(super) fn of(options: &Check) -> Self {
        let fail_on = options
            .fail_on
            .unwrap_or(USUAL)
            .max(options.min_severity.unwrap_or(Severity::Info));
        let text = options.output_format.unwrap_or(Format::Text) == Format::Text;
        let usual = match text && options.selected.is_none() {
            true => USUAL.min(fail_on),
            false => Severity::Info,
        };
        Self {
            least: options.min_severity.unwrap_or(usual),
            fail_on,
        }
    }
}

/// Whether the format is one for programs.
pub(super) fn is_for_programs(options: &Check) -> bool {
    matches!(options.output_format, Some(Format::Json | Format::Sarif))
}

/// The exit status, and the last line of what is said, where the status is not 0.
pub(super) struct Verdict {
    pub(super) exit: Exit,
    pub(super) why: Option<String>,
}

/// Judges a report; `fixed` findings are gone from it by fixes.
pub(super) fn judge(report: &Report, view: View<'_>, options: &Check, fixed: usize) -> Verdict {
    let fail_on = Thresholds::of(options).fail_on;
    // What is a note of another finding is not more severe than it.
    let all = View {
        least: fail_on,
        ..view
    };
    let found = all.leading(report).count();
    let unseen = match options.strict {
        true => report.missing.len(),
        false => 0,
    };
    let open = match options.fail_on_undecided || options.strict {
        true => all.shown(&report.undecided).count(),
        false => 0,
    };
    let all = [
        (Exit::Input.when(report.lost_input()), lost()),
        (Exit::Findings.when(found > 0), findings(found, fail_on)),
        (
            Exit::Findings.when(options.exit_non_zero_on_fix && fixed > 0),
            format!("{} fixed", counted(fixed, "finding", "findings")),
        ),
        (Exit::Undecided.when(open > 0), undecided(open, fail_on)),
        (
            Exit::Undecided.when(unseen > 0),
            format!("{} not here", counted(unseen, "module is", "modules are")),
        ),
    ];
    let exit = all
        .iter()
        .fold(Exit::Clean, |exit, (own, _)| exit.and(*own));
    if options.exit_zero || exit == Exit::Clean {
        return Verdict {
            exit: Exit::Clean,
            why: None,
        };
    }
    let so = all.into_iter().filter(|(own, _)| *own != Exit::Clean);
    let reasons: Vec<String> = so.map(|(_, reason)| reason).collect();
    let why = format!("Exit status {}: {}", exit.status(), reasons.join("; "));
    Verdict {
        exit,
        why: Some(why),
    }
}

fn lost() -> String {
    "part of the input was lost, so it was not checked".to_owned()
}

fn findings(count: usize, fail_on: Severity) -> String {
    let count = counted(count, "finding", "findings");
    format!("{count} of severity {fail_on} or above")
}

fn undecided(count: usize, fail_on: Severity) -> String {
    let count = counted(count, "check", "checks");
    format!("{count} of severity {fail_on} or above undecided")
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::Thresholds;
    use crate::cli::options::{Command, Options};
    use crate::findings::Severity;

    fn thresholds(arguments: &str) -> (Severity, Severity) {
        let words = ["distrust", "check"].into_iter();
        let words = words.chain(arguments.split_whitespace());
        let Command::Check(check) = Options::parse_from(words).command else {
            panic!("a check")
        };
        let own = Thresholds::of(&check);
        (own.least, own.fail_on)
    }

    #[test]
    fn what_fails_is_shown_and_does_not_depend_on_the_format() {
        use Severity::{Critical, High, Info, Low, Medium};
        for (arguments, wanted) in [
            ("", (Medium, Medium)),
            ("--output-format json", (Info, Medium)),
            ("--min-severity high", (High, High)),
            ("--min-severity low", (Low, Medium)),
            ("--fail-on low", (Low, Low)),
            (
                "--fail-on low --min-severity critical",
                (Critical, Critical),
            ),
            ("--fail-on high --output-format sarif", (Info, High)),
            ("--fail-on high", (Medium, High)),
        ] {
            assert_eq!(thresholds(arguments), wanted, "{arguments}");
        }
    }
}
