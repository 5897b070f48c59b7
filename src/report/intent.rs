//! What is proven of an intent: for people and for programs.

mod findings;
pub mod matrix;

use std::fmt::Write as _;

use serde::Serialize;

use super::printable;
use crate::intent::verify::{Answer, Verdict};
use crate::source::{SourceMap, Span};
pub use findings::{findings, infos};

#[derive(Serialize)]
struct Row<'a> {
    kind: &'static str,
    from: &'a str,
    to: &'a str,
    ports: Vec<String>,
    verdict: &'static str,
    path: Vec<Hop<'a>>,
    because: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    witness: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
}

#[derive(Serialize)]
struct Hop<'a> {
    resource: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    text: &'a str,
}

fn place(span: Span, sources: &SourceMap) -> Option<(String, u32)> {
    if !span.is_somewhere() {
        return None;
    }
    let file = sources.get(span.source);
    Some((file.path.to_string(), file.position(span.start).line))
}

/// For programs: a list of answers.
pub fn json(answers: &[Answer], sources: &SourceMap) -> String {
    let rows: Vec<Row<'_>> = answers
        .iter()
        .map(|own| Row {
            kind: own.kind.word(),
            from: &own.from,
            to: &own.to,
            ports: own.ports.iter().map(ToString::to_string).collect(),
            verdict: own.verdict.word(),
            path: own
                .path
                .iter()
                .map(|step| {
                    let place = place(step.span, sources);
                    Hop {
                        resource: &step.resource,
                        line: place.as_ref().map(|(_, line)| *line),
                        path: place.map(|(path, _)| path),
                        text: &step.text,
                    }
                })
                .collect(),
            because: &own.because,
            witness: own.witness.as_deref(),
            change: own.change.as_deref(),
            line: place(own.span, sources).map(|(_, line)| line),
        })
        .collect();
    super::json_text(&rows)
}

/// For people: what does not hold first, each with its proof; what is proven as one line each.
pub fn text(answers: &[Answer], sources: &SourceMap, all: bool) -> String {
    let mut out = String::new();
    for wanted in Verdict::ALL {
        let shown = answers.iter().filter(|own| own.verdict == wanted);
        for own in shown.filter(|own| {
            wanted != Verdict::Proven || all || own.kind != crate::intent::verify::Kind::Prohibition
        }) {
            row(&mut out, own, sources);
        }
    }
    let count = |verdict: Verdict| answers.iter().filter(|own| own.verdict == verdict).count();
    let counts = Verdict::ALL.map(|verdict| (count(verdict), verdict.word()));
    let counts = counts.iter().filter(|(count, _)| *count > 0);
    let counts: Vec<String> = counts
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    let _ = writeln!(
        out,
        "{}",
        if counts.is_empty() {
            "the intent asks for nothing".into()
        } else {
            counts.join(", ")
        }
    );
    out
}

fn row(out: &mut String, own: &Answer, sources: &SourceMap) {
    let ports: Vec<String> = own.ports.iter().map(ToString::to_string).collect();
    let ports = if ports.is_empty() {
        String::new()
    } else {
        format!(" [{}]", ports.join(", "))
    };
    let (from, to) = (printable(&own.from), printable(&own.to));
    let verdict = own.verdict.word().to_uppercase();
    let _ = writeln!(out, "{verdict} {}: {from} -> {to}{ports}", own.kind.word());
    if own.verdict == Verdict::Proven {
        return;
    }
    if let Some((path, line)) = place(own.span, sources) {
        let _ = writeln!(
            out,
            "  {} ({}:{line})",
            printable(&own.because),
            printable(&path)
        );
    } else {
        let _ = writeln!(out, "  {}", printable(&own.because));
    }
    if let Some(witness) = &own.witness {
        let _ = writeln!(out, "  {}", printable(witness));
    }
    for step in &own.path {
        let at = place(step.span, sources).map(|(path, line)| format!(" ({path}:{line})"));
        let _ = writeln!(
            out,
            "    {}{}: {}",
            printable(&step.resource),
            printable(&at.unwrap_or_default()),
            printable(&step.text)
        );
    }
    if let Some(change) = &own.change {
        let _ = writeln!(out, "  {}", printable(change));
    }
}
