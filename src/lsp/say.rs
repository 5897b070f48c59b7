//! A report in the words of the protocol.

use std::collections::BTreeMap;
use std::path::PathBuf;

use gen_lsp_types::{
    Code, CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, Location,
    Message,
};

use super::document::{Encoding, range};
use super::place::uri;
use crate::engine::Checked;
use crate::findings::{Finding, Severity};
use crate::source::{SourceFile, Span};

/// The name that diagnostics carry.
pub(super) const NAME: &str = "distrust";

/// The path of the file that a source was read from.
pub(super) fn path(file: &SourceFile) -> PathBuf {
    file.at.to_path_buf()
}

/// What is to be shown at each file.
pub(super) fn diagnostics(
    checked: &Checked,
    least: Severity,
    encoding: Encoding,
    out: &mut BTreeMap<PathBuf, Vec<Diagnostic>>,
) {
    let least = checked.least.unwrap_or(least);
    for finding in checked
        .report
        .findings
        .iter()
        .filter(|one| one.severity >= least)
    {
        if let Some((file, diagnostic)) = of_finding(checked, finding, encoding) {
            out.entry(file).or_default().push(diagnostic);
        }
    }
    for one in checked
        .report
        .diagnostics
        .iter()
        .filter(|one| one.code.loses_input())
    {
        if !one.span.is_somewhere() {
            continue;
        }
        let file = checked.sources.get(one.span.source);
        let message = match &one.help {
            Some(help) => format!("{}; {help}", one.message),
            None => one.message.clone(),
        };
        let diagnostic = Diagnostic {
            range: range(&file, one.span.start, one.span.end, encoding),
            severity: Some(DiagnosticSeverity::Warning),
            code: None,
            code_description: None,
            source: Some(NAME.into()),
            message: Message::String(message),
            tags: None,
            related_information: None,
            data: None,
        };
        out.entry(path(&file)).or_default().push(diagnostic);
    }
}

/// A finding, and the file it stands in.
pub(super) fn of_finding(
    checked: &Checked,
    finding: &Finding,
    encoding: Encoding,
) -> Option<(PathBuf, Diagnostic)> {
    let span = finding.primary.span;
    if !span.is_somewhere() {
        return None;
    }
    let file = checked.sources.get(span.source);
    let rule = checked.rules.iter().find(|rule| rule.id == finding.rule);
    let url = rule.and_then(|rule| rule.url.as_ref());
    let callers = finding.subjects.len();
    let message = match (callers, finding.advice.is_empty()) {
        (0 | 1, true) => finding.message.to_string(),
        (0 | 1, false) => format!("{}\n{}", finding.message, finding.advice),
        _ => {
            let all: Vec<String> = finding.subjects.iter().map(ToString::to_string).collect();
            format!(
                "{}\n{}\nAbout: {}",
                finding.message,
                finding.advice,
                all.join(", ")
            )
        }
    };
    let related = finding
        .related
        .iter()
        .filter(|label| label.span.is_somewhere());
    let related = related.map(|label| DiagnosticRelatedInformation {
        location: location(checked, label.span, encoding),
        message: label.text.to_string(),
    });
    let diagnostic = Diagnostic {
        range: range(&file, span.start, span.end, encoding),
        severity: Some(match finding.severity {
            Severity::Critical | Severity::High => DiagnosticSeverity::Error,
            Severity::Medium => DiagnosticSeverity::Warning,
            Severity::Low => DiagnosticSeverity::Information,
            Severity::Info => DiagnosticSeverity::Hint,
        }),
        code: Some(Code::String(finding.rule.to_string())),
        code_description: url.map(|href| CodeDescription {
            href: href.as_str().into(),
        }),
        source: Some(NAME.into()),
        message: Message::String(message),
        tags: None,
        related_information: Some(related.collect()),
        data: None,
    };
    Some((path(&file), diagnostic))
}

fn location(checked: &Checked, span: Span, encoding: Encoding) -> Location {
    let file = checked.sources.get(span.source);
    Location {
        uri: uri(&path(&file)),
        range: range(&file, span.start, span.end, encoding),
    }
}
