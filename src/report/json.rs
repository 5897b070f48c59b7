//! The format for programs. Its schema is `docs/report.schema.json`; a change that breaks readers raises [`VERSION`].
//!
//! The same input gives the same bytes: no times, no absolute paths but those outside the repository.

use std::io::{self, Write};

use serde::{Serialize, Serializer};

use super::{Report as Shown, Suppressed, View, write_json};
use crate::eval::Address;
use crate::findings::{self, Applicability, Certainty};
use crate::source::{self, Span};

/// The version of the schema.
pub const VERSION: u32 = 1;

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    tool: Tool,
    findings: Proven<'a>,
    /// Only where asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    undecided: Option<Undecided<'a>>,
    suppressed: Accepted<'a>,
    diagnostics: Vec<Diagnostic<'a>>,
    missing: Vec<Missing<'a>>,
    statistics: Statistics,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Finding<'a> {
    rule: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    /// What counts: the rule's, unless settings say otherwise.
    severity: &'static str,
    /// What the rule says.
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_severity: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pillar: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    because: Option<Because>,
    message: &'a str,
    subjects: Vec<Subject<'a>>,
    primary: Option<Place>,
    related: Vec<Place>,
    advice: &'a str,
    remedy: Option<Remedy<'a>>,
    /// The rule of the finding at the same bytes that explains this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    explained_by: Option<&'a str>,
    /// The rules of the findings that this one explains.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    explains: Vec<&'a str>,
    /// What accepts it, of a suppressed one.
    #[serde(skip_serializing_if = "Option::is_none")]
    suppression: Option<Suppression<'a>>,
    /// Only where it is a question.
    #[serde(skip_serializing_if = "Option::is_none")]
    exposure: Option<Exposure<'a>>,
    fingerprint: &'a str,
}

#[derive(Serialize)]
struct Suppression<'a> {
    kind: &'static str,
    tool: &'static str,
    reason: &'a str,
    place: Option<Place>,
}

#[derive(Serialize)]
struct Because {
    cause: &'static str,
    text: String,
}

#[derive(Serialize)]
struct Subject<'a> {
    address: String,
    stack: &'a str,
    #[serde(rename = "type")]
    type_name: &'a str,
}

#[derive(Serialize)]
struct Place {
    path: String,
    start: Position,
    end: Position,
    #[serde(skip_serializing_if = "String::is_empty")]
    text: String,
}

#[derive(Serialize)]
struct Position {
    /// 1-based.
    line: u32,
    /// 1-based, in Unicode scalar values.
    column: u32,
    /// 0-based, in bytes of the file.
    offset: u32,
}

#[derive(Serialize)]
struct Remedy<'a> {
    title: &'a str,
    applicability: &'static str,
}

#[derive(Serialize)]
struct Exposure<'a> {
    verdict: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    because: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    packet: Option<&'a str>,
    path: Vec<Place>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lowered_from: Option<&'static str>,
}

#[derive(Serialize)]
struct Diagnostic<'a> {
    code: &'static str,
    level: &'static str,
    message: &'a str,
    place: Option<Place>,
    related: Vec<Place>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
}

#[derive(Serialize)]
struct Missing<'a> {
    source: &'a str,
    calls: Vec<Place>,
}

#[derive(Serialize)]
struct Statistics {
    files: usize,
    stacks: usize,
    resources: usize,
    rules: usize,
    findings: usize,
    undecided: usize,
    suppressed: usize,
}

/// Writes the report as one JSON document.
///
/// # Errors
/// Those of the output.
pub fn write(report: &Shown, view: View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let document = Report {
        version: VERSION,
        tool: Tool {
            name: "distrust",
            version: env!("CARGO_PKG_VERSION"),
        },
        findings: Proven(report, view),
        undecided: view.undecided.then_some(Undecided(report, view)),
        suppressed: Accepted(report, view),
        diagnostics: report
            .diagnostics
            .iter()
            .map(|it| diagnostic(it, view))
            .collect(),
        missing: report.missing.iter().map(|it| missing(it, view)).collect(),
        statistics: Statistics {
            files: report.statistics.files,
            stacks: report.statistics.stacks,
            resources: report.statistics.resources,
            rules: report.statistics.rules,
            findings: report.findings.len(),
            undecided: report.undecided.len(),
            suppressed: report.suppressed.len(),
        },
    };
    write_json(&document, out)
}

fn finding<'a>(finding: &'a findings::Finding, view: View<'a>) -> Finding<'a> {
    let rule = view.rule(&finding.rule);
    Finding {
        rule: &finding.rule,
        title: rule.map(|rule| rule.title.as_str()),
        severity: finding.severity.name(),
        rule_severity: rule.map(|rule| rule.severity.name()),
        pillar: rule.map(|rule| rule.pillar.name()),
        because: match &finding.certainty {
            Certainty::Proven => None,
            Certainty::Undecided(why) => Some(Because {
                cause: why.cause(),
                text: why.to_string(),
            }),
        },
        message: &finding.message,
        subjects: finding.subjects.iter().map(|own| subject(own)).collect(),
        primary: place(finding.primary.span, &finding.primary.text, view),
        related: finding
            .related
            .iter()
            .filter_map(|label| place(label.span, &label.text, view))
            .collect(),
        advice: &finding.advice,
        remedy: finding.remedy.as_ref().map(|remedy| Remedy {
            title: &remedy.title,
            applicability: match remedy.applicability {
                Applicability::Safe => "safe",
                Applicability::Unsafe => "unsafe",
                Applicability::DisplayOnly => "display-only",
            },
        }),
        explained_by: None,
        explains: Vec::new(),
        suppression: None,
        exposure: finding.exposure.as_ref().map(|it| exposure(it, view)),
        fingerprint: &finding.fingerprint,
    }
}

/// The proven findings, each with what explains it and what it explains. Each is made when it is written: a hundred
/// thousand at once would take more memory than all that was found.
struct Proven<'a>(&'a Shown, View<'a>);

impl Serialize for Proven<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(report, view) = *self;
        let all = report.findings.iter().enumerate();
        let shown = all.filter(|(_, own)| own.severity >= view.least);
        serializer.collect_seq(shown.map(|(at, own)| {
            let strong = view.folded.explained_by(at);
            let notes = view.notes(report, at);
            Finding {
                explained_by: strong.map(|strong| report.findings[strong].rule.as_str()),
                explains: notes.map(|note| note.rule.as_str()).collect(),
                ..finding(own, view)
            }
        }))
    }
}

/// What is undecided.
struct Undecided<'a>(&'a Shown, View<'a>);

impl Serialize for Undecided<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(report, view) = *self;
        let shown = view.shown(&report.undecided);
        serializer.collect_seq(shown.map(|own| finding(own, view)))
    }
}

/// The suppressed findings.
struct Accepted<'a>(&'a Shown, View<'a>);

impl Serialize for Accepted<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(report, view) = *self;
        serializer.collect_seq(report.suppressed.iter().map(|one| Finding {
            suppression: Some(suppression(one, view)),
            ..finding(&one.finding, view)
        }))
    }
}

fn suppression<'a>(one: &'a Suppressed, view: View<'_>) -> Suppression<'a> {
    Suppression {
        kind: match one.by.in_source {
            true => "inSource",
            false => "external",
        },
        tool: one.by.tool.name(),
        reason: &one.by.reason,
        place: place(one.by.span, "", view),
    }
}

fn exposure<'a>(it: &'a findings::Exposure, view: View<'_>) -> Exposure<'a> {
    let path = it.path.iter();
    Exposure {
        verdict: it.word(),
        because: &it.because,
        packet: it.packet.as_deref(),
        path: path
            .filter_map(|label| place(label.span, &label.text, view))
            .collect(),
        lowered_from: it.lowered_from.map(findings::Severity::name),
    }
}

fn subject(address: &Address) -> Subject<'_> {
    Subject {
        address: address.to_string(),
        stack: &address.stack,
        type_name: &address.type_name,
    }
}

fn diagnostic<'a>(it: &'a source::Diagnostic, view: View<'_>) -> Diagnostic<'a> {
    Diagnostic {
        code: it.code.id(),
        level: if it.code.loses_input() {
            "error"
        } else {
            "warning"
        },
        message: &it.message,
        place: place(it.span, "", view),
        related: it
            .related
            .iter()
            .filter_map(|(span, text)| place(*span, text, view))
            .collect(),
        help: it.help.as_deref(),
    }
}

fn missing<'a>(it: &'a super::Missing, view: View<'_>) -> Missing<'a> {
    Missing {
        source: &it.source,
        calls: it
            .calls
            .iter()
            .filter_map(|span| place(*span, "", view))
            .collect(),
    }
}

/// A place with its words; `None` where no text stands behind it.
fn place(span: Span, text: &str, view: View<'_>) -> Option<Place> {
    if !span.is_somewhere() {
        return None;
    }
    let file = view.sources.get(span.source);
    let position = |offset| {
        let at = file.position(offset);
        Position {
            line: at.line,
            column: at.column,
            offset,
        }
    };
    Some(Place {
        path: file.path.to_string(),
        start: position(span.start),
        end: position(span.end),
        text: text.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use crate::report::sample;

    fn text(undecided: bool) -> String {
        let sample = sample::Sample::new();
        let mut view = sample.view();
        view.undecided = undecided;
        let mut out = Vec::new();
        super::write(&sample.report, view, &mut out).expect("memory takes all");
        String::from_utf8(out).expect("text")
    }

    fn rendered(undecided: bool) -> serde_json::Value {
        serde_json::from_str(&text(undecided)).expect("it is JSON")
    }

    #[test]
    fn it_is_what_the_schema_says() {
        let schema = include_str!("../../docs/report.schema.json");
        let schema: serde_json::Value = serde_json::from_str(schema).expect("it is JSON");
        let validator = jsonschema::draft202012::new(&schema).expect("it is a schema");
        for undecided in [false, true] {
            let document = rendered(undecided);
            let errors: Vec<String> = validator
                .iter_errors(&document)
                .map(|error| format!("{}: {error}", error.instance_path()))
                .collect();
            assert!(errors.is_empty(), "{errors:#?}");
            assert_eq!(document.get("undecided").is_some(), undecided);
        }
        let mut wrong = rendered(true);
        wrong["findings"][0]["severity"] = "dire".into();
        assert!(
            !validator.is_valid(&wrong),
            "the schema refuses what is wrong"
        );
    }

    #[test]
    fn notes_are_findings_that_name_what_explains_them() {
        let sample = sample::Sample::one_place();
        let mut out = Vec::new();
        super::write(&sample.report, sample.view(), &mut out).expect("memory takes all");
        let document: serde_json::Value = serde_json::from_slice(&out).expect("it is JSON");
        let findings = document["findings"].as_array().expect("a list");
        let shown: Vec<_> = findings
            .iter()
            .map(|one| {
                (
                    one["explained_by"].as_str(),
                    one["explains"].as_array().map(Vec::len),
                )
            })
            .collect();
        let note = (Some("aws-s3-b"), None);
        assert_eq!(shown, [note, (None, Some(2)), note, (None, None)]);
    }

    #[test]
    fn a_document() {
        insta::assert_snapshot!(text(true));
    }
}
