//! Suppressions in comments: our own form, and those of other tools where they themselves would be silent.
//!
//! Ours is `distrust: ignore[rule] reason`, on the line, above it, or at the head of a block; `ignore-file[rule] reason`
//! counts for the file. In the brackets may stand several rules with commas between. Further brackets narrow it:
//! `ignore[rule][module.a["x"]]`, `ignore[rule][from_port=22]`. `until 2027-03-31` behind them ends it.

use super::cover;
use super::{Day, Narrow, Suppression};
use crate::source::{SourceFile, Span};
use crate::syntax::outline::Outline;

/// Whose form a suppression has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tool {
    /// Ours.
    Own,
    /// Checkov, and Bridgecrew before it.
    Checkov,
    /// Trivy, and tfsec before it.
    Trivy,
    /// KICS.
    Kics,
    /// Terrascan.
    Terrascan,
    /// TFLint.
    Tflint,
    /// Semgrep.
    Semgrep,
    /// cfn_nag.
    CfnNag,
    /// cfn-lint.
    CfnLint,
    /// cdk-nag.
    CdkNag,
    /// CloudFormation Guard.
    Guard,
}

impl Tool {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Tool::Own => "distrust",
            Tool::Checkov => "checkov",
            Tool::Trivy => "trivy",
            Tool::Kics => "kics",
            Tool::Terrascan => "terrascan",
            Tool::Tflint => "tflint",
            Tool::Semgrep => "semgrep",
            Tool::CfnNag => "cfn_nag",
            Tool::CfnLint => "cfn-lint",
            Tool::CdkNag => "cdk-nag",
            Tool::Guard => "guard",
        }
    }

    /// Whether an alias of a rule is an id of this tool: what silences another tool altogether silences what it asks.
    pub(super) fn knows(self, alias: &str) -> bool {
        let numbered = |letters: &str| {
            let rest = alias.strip_prefix(|first| letters.contains(first));
            rest.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()))
        };
        match self {
            Tool::Own => true,
            Tool::Checkov => alias.starts_with("CKV"),
            Tool::Trivy => {
                alias.starts_with("AVD-") || alias.starts_with("aws-") || alias.contains("-sg-")
            }
            Tool::Kics => alias.len() == 36 && alias.matches('-').count() == 4,
            Tool::Terrascan => alias.starts_with("AC_"),
            Tool::Tflint => {
                alias.contains('_') && alias.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
            }
            Tool::Semgrep => alias.contains(".security."),
            Tool::CfnNag => numbered("WF"),
            Tool::CfnLint => numbered("EWI"),
            Tool::CdkNag => alias.contains("Solutions-"),
            Tool::Guard => {
                alias
                    .bytes()
                    .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
                    && alias.contains('_')
                    && !alias.starts_with("CKV")
                    && !alias.starts_with("AC_")
            }
        }
    }
}

/// What a suppression is about, seen from its comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// The line of the comment or the one below, and the block that begins there.
    Line,
    /// Only the line below.
    Next,
    /// The block that begins below.
    NextBlock,
    /// The block around it.
    Around,
    /// The file.
    File,
}

/// The words that some suppression has.
const MARKS: [&str; 11] = [
    "distrust:",
    "checkov:skip=",
    "bridgecrew:skip=",
    "cortex:skip=",
    "tfsec:ignore:",
    "trivy:ignore:",
    "kics-scan",
    "ts:skip=",
    "tflint-ignore",
    "nosemgrep",
    "nosem",
];

/// Whether a comment of this text may suppress something.
pub(super) fn may_be_in(text: &str) -> bool {
    MARKS
        .iter()
        .any(|mark| memchr::memmem::find(text.as_bytes(), mark.as_bytes()).is_some())
}

/// The suppressions in the comments of a source.
pub(super) fn read(file: &SourceFile, outline: &Outline) -> Vec<Suppression> {
    let mut found = Vec::new();
    for &(start, end) in &outline.comments {
        let text = file
            .text
            .get(start as usize..end as usize)
            .unwrap_or_default();
        let mut at = start;
        for line in text.split_inclusive('\n') {
            for (said, reach) in line_of(line) {
                let span = Span::new(file.id, at, at + line.trim_end().len() as u32);
                let comment = (start, end);
                let covers = match reach {
                    Reach::Line => cover::line(file, outline, comment),
                    Reach::Next => cover::next(file, outline, comment, false),
                    Reach::NextBlock => cover::next(file, outline, comment, true),
                    Reach::Around => cover::around(outline, comment),
                    Reach::File => (0, file.text.len() as u32 + 1),
                };
                found.push(Suppression {
                    span,
                    covers,
                    ..said
                });
            }
            at += line.len() as u32;
        }
    }
    found
}

fn said(tool: Tool, rules: Vec<String>, reason: &str) -> Suppression {
    Suppression {
        tool,
        rules,
        narrow: Vec::new(),
        reason: reason.trim().trim_end_matches("*/").trim().to_owned(),
        until: None,
        span: Span::nowhere(),
        covers: (0, 0),
        wrong: None,
    }
}

/// The suppressions in a line of a comment.
fn line_of(line: &str) -> Vec<(Suppression, Reach)> {
    let mut out = Vec::new();
    if let Some((_, rest)) = line.split_once("distrust:") {
        own(rest, &mut out);
    }
    for mark in ["checkov:skip=", "bridgecrew:skip=", "cortex:skip="] {
        if let Some((_, rest)) = line.split_once(mark) {
            let rest = rest.trim_start();
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == ','));
            let (ids, rest) = rest.split_at(end.unwrap_or(rest.len()));
            let reason = rest.strip_prefix(':').unwrap_or_default();
            let ids = ids.split(',').filter(|id| !id.is_empty());
            let ids = ids.map(str::to_owned).collect();
            out.push((said(Tool::Checkov, ids, reason), Reach::Around));
        }
    }
    for word in line.split_whitespace() {
        let rest = ["tfsec:ignore:", "trivy:ignore:"]
            .iter()
            .find_map(|mark| word.trim_start_matches(['#', '/', '*']).strip_prefix(mark));
        out.extend(rest.and_then(trivy).map(|one| (one, Reach::Line)));
    }
    if let Some((_, rest)) = line.split_once("kics-scan") {
        let rest = rest.trim();
        let (word, ids) = rest.split_once('=').unwrap_or((rest, "*"));
        let ids = || ids.split(',').map(|id| id.trim().to_owned()).collect();
        let reach = match word.split_whitespace().next() {
            Some("ignore") | Some("disable") => Some(Reach::File),
            Some("ignore-line") => Some(Reach::Next),
            Some("ignore-block") => Some(Reach::NextBlock),
            _ => None,
        };
        out.extend(reach.map(|reach| (said(Tool::Kics, ids(), ""), reach)));
    }
    if let Some((_, rest)) = line.split_once("ts:skip=") {
        let (id, reason) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        out.push((
            said(Tool::Terrascan, vec![id.trim().to_owned()], reason),
            Reach::Around,
        ));
    }
    for (mark, reach) in [
        ("tflint-ignore-file:", Reach::File),
        ("tflint-ignore:", Reach::Line),
    ] {
        if let Some((_, rest)) = line.split_once(mark) {
            let ids = rest.split(" #").next().unwrap_or_default().split(',');
            let ids = ids.map(|id| id.trim().replace("all", "*")).collect();
            out.push((said(Tool::Tflint, ids, ""), reach));
        }
    }
    if let Some((_, rest)) = line.split_once("nosem") {
        let rest = rest.strip_prefix("grep").unwrap_or(rest);
        let ids: Vec<String> = match rest.strip_prefix(':') {
            Some(ids) => ids.split(',').map(|id| id.trim().to_owned()).collect(),
            None if rest.trim().is_empty() => vec!["*".to_owned()],
            None => Vec::new(),
        };
        out.push((said(Tool::Semgrep, ids, ""), Reach::Line));
    }
    out
}

/// `rule[name=value]:exp:2027-01-02`, after tfsec and Trivy. What holds for one workspace only is left alone.
fn trivy(text: &str) -> Option<Suppression> {
    let mut sections = text.split(':');
    let first = sections.next()?;
    let (id, narrow) = match first.split_once('[') {
        Some((id, narrow)) => (id, Some(narrow.trim_end_matches(']'))),
        None => (first, None),
    };
    let mut one = said(Tool::Trivy, vec![id.to_owned()], "");
    for pair in narrow.iter().flat_map(|narrow| narrow.split(',')) {
        let (name, value) = pair.split_once('=')?;
        one.narrow.push(Narrow::Value(
            name.trim().to_owned(),
            value.trim().to_owned(),
        ));
    }
    while let Some(key) = sections.next() {
        match (key, sections.next()) {
            ("exp", Some(day)) => one.until = Some(day.parse().ok()?),
            ("ws", _) => return None,
            _ => {}
        }
    }
    Some(one)
}

/// Our own form; what follows `distrust:`.
fn own(text: &str, out: &mut Vec<(Suppression, Reach)>) {
    let mut rest = text.trim_start();
    loop {
        let (after, reach) = match rest.strip_prefix("ignore-file") {
            Some(after) => (after, Reach::File),
            None => match rest.strip_prefix("ignore") {
                Some(after) => (after, Reach::Line),
                None => {
                    out.push((
                        wrong("`ignore[rule] reason` is expected behind `distrust:`"),
                        Reach::Line,
                    ));
                    return;
                }
            },
        };
        let Some((inside, mut after)) = bracket(after) else {
            out.push((
                wrong("a rule in brackets is expected: `ignore[rule] reason`"),
                Reach::Line,
            ));
            return;
        };
        let rules: Vec<String> = inside.split(',').map(|id| id.trim().to_owned()).collect();
        let mut narrow = Vec::new();
        while let Some((inside, rest)) = bracket(after) {
            let is_address = inside.starts_with("module.") || inside.contains('"');
            narrow.push(match inside.split_once('=') {
                Some((name, value)) if !is_address => {
                    let value = value.trim().trim_matches('"');
                    Narrow::Value(name.trim().to_owned(), value.to_owned())
                }
                _ => Narrow::Instance(inside.trim().to_owned()),
            });
            after = rest;
        }
        let next = after
            .find(" ignore[")
            .or_else(|| after.find(" ignore-file["));
        let (words, following) = after.split_at(next.unwrap_or(after.len()));
        let mut one = Suppression {
            narrow,
            ..said(Tool::Own, rules, words)
        };
        let words = words.trim_start();
        if let Some(rest) = words.strip_prefix("until ") {
            let (day, reason) = rest
                .trim_start()
                .split_once(char::is_whitespace)
                .unwrap_or((rest.trim(), ""));
            match day.trim_end_matches([',', ';', ':']).parse::<Day>() {
                Ok(day) => one.until = Some(day),
                Err(_) => one.wrong = Some(format!("`{day}` is no day such as 2027-03-31")),
            }
            one.reason = said(Tool::Own, Vec::new(), reason).reason;
        }
        if one.rules.iter().any(String::is_empty) {
            one.wrong = Some("a rule is missing in the brackets".into());
        }
        one.reason = one
            .reason
            .trim_start_matches([':', ';', '-', ','])
            .trim()
            .to_owned();
        out.push((one, reach));
        rest = following.trim_start();
        if rest.is_empty() {
            return;
        }
    }
}

fn wrong(message: &str) -> Suppression {
    Suppression {
        wrong: Some(message.to_owned()),
        ..said(Tool::Own, Vec::new(), "")
    }
}

/// What stands in brackets at the start of a text, and what follows; brackets and quotes inside belong to it.
fn bracket(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('[')?;
    let (mut depth, mut quoted) = (0, false);
    for (at, letter) in inner.char_indices() {
        match letter {
            '"' => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted && depth == 0 => return Some((&inner[..at], &inner[at + 1..])),
            ']' if !quoted => depth -= 1,
            _ => {}
        }
    }
    None
}
