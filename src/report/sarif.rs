//! SARIF 2.1.0 (OASIS standard), as code hosts and editors read it.
//!
//! Columns and `charOffset` count UTF-16 code units, the standard's default, which readers assume even where another
//! unit is named. Paths are relative to the root of the repository. The same input gives the same bytes.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;
use std::sync::Arc;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rustc_hash::FxHashMap;
use serde::{Serialize, Serializer};

use super::{Report, View, write_json};
use crate::findings::{Certainty, Finding, Severity};
use crate::fix::Texts;
use crate::source::{Diagnostic, SourceFile, SourceId, Span};

mod document;
mod fixes;
mod tool;

use document::*;

/// What stays as it is in the path of a URI: RFC 3986, `pchar` without the sub-delimiters, and `/`.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/')
    .remove(b'@');

/// The base that relative URIs stand on; code hosts resolve it to the root of the repository.
const ROOT: &str = "%SRCROOT%";
/// Writes the report as one SARIF log.
///
/// # Errors
/// Those of the output.
pub fn write(report: &Report, view: View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let writer = Writer {
        view,
        shown: RefCell::default(),
        texts: Texts::new(view.sources),
    };
    let notifications = writer.notifications(report);
    let log = Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: tool::driver(view.rules),
            },
            invocations: [Invocation {
                execution_successful: !report.lost_input(),
                tool_execution_notifications: notifications,
            }],
            original_uri_base_ids: Bases {
                root: Base {
                    description: Message {
                        text: "The root of the repository.".into(),
                    },
                },
            },
            column_kind: "utf16CodeUnits",
            results: Results(report, &writer),
        }],
    };
    write_json(&log, out)
}

/// The results. Each is made when it is written: a hundred thousand at once would take more memory than all that was
/// found.
struct Results<'a>(&'a Report, &'a Writer<'a>);

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(report, writer) = *self;
        let view = writer.view;
        let proven = report.findings.iter().enumerate();
        let proven = proven.filter(|(_, own)| own.severity >= view.least);
        let proven = proven.map(|(at, own)| {
            let strong = view.folded.explained_by(at);
            let notes = view.notes(report, at);
            let mut result = writer.result(own);
            result.properties.explained_by = strong.map(|at| report.findings[at].rule.as_str());
            result.properties.explains = notes.map(|note| note.rule.as_str()).collect();
            result
        });
        let undecided = report.undecided.iter().filter(|_| view.undecided);
        let undecided = undecided.filter(|own| own.severity >= view.least);
        let accepted = report.suppressed.iter();
        let accepted = accepted.filter(|one| one.finding.severity >= view.least);
        let accepted = accepted.map(|one| Outcome {
            suppressions: Some([Suppression {
                kind: match one.by.in_source {
                    true => "inSource",
                    false => "external",
                },
                justification: &one.by.reason,
                location: writer.physical(one.by.span).map(Location::at),
            }]),
            ..writer.result(&one.finding)
        });
        let all = proven.chain(undecided.map(|own| writer.result(own)));
        serializer.collect_seq(all.chain(accepted))
    }
}

/// The level that viewers show; they know three.
fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// A sentence with its final stop.
fn sentence(text: &str) -> String {
    let text = text.trim();
    let mut letters = text.chars();
    let first: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    let stop = if text.ends_with(['.', '!', '?']) {
        ""
    } else {
        "."
    };
    format!("{first}{}{stop}", letters.as_str())
}

/// The path as a URI: relative to the root, or `file:` for what lies outside.
fn artifact(path: &str, view: View<'_>) -> Artifact {
    let encode = |path: &str| utf8_percent_encode(path, KEPT).to_string();
    match view.scope.from_root(path) {
        Some(path) => Artifact {
            uri: encode(&path),
            uri_base_id: Some(ROOT),
        },
        None => {
            let absolute = view.scope.absolute(path.as_ref());
            Artifact {
                uri: format!("file://{}", encode(&absolute.to_string_lossy())),
                uri_base_id: None,
            }
        }
    }
}

struct Writer<'a> {
    view: View<'a>,
    shown: RefCell<FxHashMap<SourceId, Rc<Shown>>>,
    texts: Texts<'a>,
}

/// A source as places in it are shown.
struct Shown {
    file: Arc<SourceFile>,
    artifact: Artifact,
    /// UTF-16 units before each line: counting from the front for every place would be quadratic.
    offsets: Vec<u32>,
}

impl<'a> Writer<'a> {
    fn result(&self, finding: &'a Finding) -> Outcome<'a> {
        let rule = self.view.rule(&finding.rule);
        let rules = self.view.rules;
        let proven = finding.certainty == Certainty::Proven;
        let mut message = finding.message.to_string();
        if let Certainty::Undecided(why) = &finding.certainty {
            message = format!("Undecided: {message}, because {why}");
        }
        if !finding.advice.is_empty() {
            message = format!("{}\nTo mend it: {}", sentence(&message), finding.advice);
        }
        let physical = super::concise::place(finding).and_then(|span| self.physical(span));
        let related = finding
            .related
            .iter()
            .enumerate()
            .filter_map(|(id, label)| {
                let physical = self.physical(label.span)?;
                let message = (!label.text.is_empty()).then(|| Message {
                    text: sentence(&label.text),
                });
                Some(Related {
                    id,
                    physical_location: physical,
                    message,
                })
            });
        let related_locations = related.collect();
        Outcome {
            rule_id: &finding.rule,
            rule_index: rules
                .binary_search_by(|own| own.id.as_str().cmp(&finding.rule))
                .ok(),
            kind: if proven { "fail" } else { "review" },
            // The standard: a result that is not a failure has no level.
            level: if proven {
                level(finding.severity)
            } else {
                "none"
            },
            message: Message {
                text: sentence(&message),
            },
            locations: vec![Location {
                physical_location: physical,
                logical_locations: logical(finding),
                message: None,
            }],
            related_locations,
            partial_fingerprints: Prints {
                block: &finding.fingerprint,
            },
            suppressions: None,
            fixes: self.fixes(finding),
            code_flows: self.code_flows(finding),
            properties: ResultProperties {
                severity: finding.severity.name(),
                rule_severity: rule.map(|rule| rule.severity.name()),
                explained_by: None,
                explains: Vec::new(),
                exposure: finding.exposure.as_ref().map(|it| it.word()),
            },
        }
    }

    /// The way of a packet from the Internet, where one gets there.
    fn code_flows(&self, finding: &'a Finding) -> Vec<CodeFlow<'a>> {
        let Some(exposure) = finding.exposure.as_ref().filter(|it| !it.path.is_empty()) else {
            return Vec::new();
        };
        let steps = exposure.path.iter().filter_map(|label| {
            let mut location = Location::at(self.physical(label.span)?);
            location.message = Some(Message {
                text: sentence(&label.text),
            });
            Some(Step { location })
        });
        let locations: Vec<Step<'a>> = steps.collect();
        if locations.is_empty() {
            return Vec::new();
        }
        vec![CodeFlow {
            message: Message {
                text: sentence(&exposure.sentence()),
            },
            thread_flows: [ThreadFlow { locations }],
        }]
    }

    /// What was wrong with the input, and what was not here.
    fn notifications(&self, report: &'a Report) -> Vec<Notification<'a>> {
        let mut out: Vec<Notification<'a>> = Vec::new();
        for diagnostic in &report.diagnostics {
            out.push(self.notification(diagnostic));
        }
        for missing in &report.missing {
            let calls = missing.calls.iter().filter_map(|span| self.physical(*span));
            out.push(Notification {
                descriptor: None,
                level: "note",
                message: Message {
                    text: format!(
                        "Module {} is not here: of what it makes only what the call says was checked.",
                        missing.source
                    ),
                },
                locations: calls.map(Location::at).collect(),
            });
        }
        out
    }

    fn notification(&self, diagnostic: &'a Diagnostic) -> Notification<'a> {
        let mut text = sentence(&diagnostic.message);
        if let Some(help) = &diagnostic.help {
            text = format!("{text} {}", sentence(help));
        }
        let mut locations: Vec<Location<'a>> = self
            .physical(diagnostic.span)
            .map(Location::at)
            .into_iter()
            .collect();
        for (span, text) in &diagnostic.related {
            if let Some(physical) = self.physical(*span) {
                let mut location = Location::at(physical);
                location.message = Some(Message {
                    text: sentence(text),
                });
                locations.push(location);
            }
        }
        Notification {
            descriptor: Some(Id {
                id: diagnostic.code.id(),
            }),
            level: if diagnostic.code.loses_input() {
                "error"
            } else {
                "warning"
            },
            message: Message { text },
            locations,
        }
    }

    /// The file and the range; `None` where no text stands behind a span.
    fn physical(&self, span: Span) -> Option<Physical> {
        if !span.is_somewhere() {
            return None;
        }
        let shown = self.shown(span.source);
        let Shown { file, offsets, .. } = &*shown;
        let (start, end) = (file.position(span.start), file.position(span.end));
        // An empty text has one line and no offsets but the first.
        let before = |line: u32| {
            offsets
                .get(line as usize - 1)
                .or(offsets.last())
                .copied()
                .unwrap_or(0)
        };
        let char_offset = before(start.line) + start.utf16;
        Some(Physical {
            artifact_location: shown.artifact.clone(),
            region: Region {
                start_line: start.line,
                start_column: start.utf16 + 1,
                end_line: end.line,
                end_column: end.utf16 + 1,
                char_offset,
                char_length: before(end.line) + end.utf16 - char_offset,
                byte_offset: span.start,
                byte_length: span.len(),
            },
        })
    }
}

impl Writer<'_> {
    /// A source as it is shown, made once.
    fn shown(&self, source: SourceId) -> Rc<Shown> {
        let mut all = self.shown.borrow_mut();
        let made = all.entry(source).or_insert_with(|| {
            let file = self.view.sources.get(source);
            let mut sum = 0;
            let lines = file.text.split_inclusive('\n').map(|line| {
                let before = sum;
                sum += line.encode_utf16().count() as u32;
                before
            });
            let mut offsets: Vec<u32> = lines.collect();
            offsets.push(sum);
            Rc::new(Shown {
                artifact: artifact(&file.path, self.view),
                file,
                offsets,
            })
        });
        made.clone()
    }
}

/// The resources of a finding by their full addresses.
fn logical(finding: &Finding) -> Vec<Logical<'_>> {
    let subjects = finding.subjects.iter();
    subjects
        .map(|address| Logical {
            name: &address.name,
            fully_qualified_name: address.to_string(),
            kind: "resource",
        })
        .collect()
}

#[cfg(test)]
mod tests;
