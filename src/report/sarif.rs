//! SARIF 2.1.0 (OASIS standard), as code hosts and editors read it.
//!
//! Columns and `charOffset` count UTF-16 code units, the standard's default, which readers assume even where another
//! unit is named. Paths are relative to the root of the repository. The same input gives the same bytes.

use std::io::{self, Write};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rustc_hash::FxHashMap;

use super::{Report, View, write_json};
use crate::findings::{Certainty, Finding, RuleInfo, Severity};
use crate::fix::Texts;
use crate::source::{Code, Diagnostic, SourceId, Span};

mod document;
mod fixes;

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
/// Code hosts refuse more tags on a rule.
const TAGS: usize = 20;

/// Writes the report as one SARIF log.
///
/// # Errors
/// Those of the output.
pub fn write(report: &Report, view: View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = Writer {
        view,
        offsets: FxHashMap::default(),
        texts: Texts::new(view.sources),
    };
    let mut results: Vec<Outcome<'_>> = Vec::new();
    for (at, finding) in report.findings.iter().enumerate() {
        if finding.severity < view.least {
            continue;
        }
        let strong = view.folded.explained_by(at);
        let mut result = writer.result(finding);
        result.properties.explained_by = strong.map(|at| report.findings[at].rule.as_str());
        result.properties.explains = view
            .notes(report, at)
            .map(|note| note.rule.as_str())
            .collect();
        results.push(result);
    }
    if view.undecided {
        for finding in view.shown(&report.undecided) {
            results.push(writer.result(finding));
        }
    }
    for one in &report.suppressed {
        if one.finding.severity < view.least {
            continue;
        }
        let mut result = writer.result(&one.finding);
        result.suppressions = Some([Suppression {
            kind: match one.by.in_source {
                true => "inSource",
                false => "external",
            },
            justification: &one.by.reason,
            location: writer.physical(one.by.span).map(Location::at),
        }]);
        results.push(result);
    }
    let notifications = writer.notifications(report);
    let log = Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: driver(view.rules),
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
            results,
        }],
    };
    write_json(&log, out)
}

fn driver(rules: &[RuleInfo]) -> Driver<'_> {
    Driver {
        name: "distrust",
        full_name: concat!("distrust ", env!("CARGO_PKG_VERSION")),
        organization: "distrust",
        semantic_version: env!("CARGO_PKG_VERSION"),
        information_uri: env!("CARGO_PKG_REPOSITORY"),
        rules: rules.iter().map(descriptor).collect(),
        notifications: CODES.into_iter().map(notice).collect(),
    }
}

/// Every code that a notification may have, in the order of their ids.
const CODES: [Code; 11] = [
    Code::Cycle,
    Code::Encoding,
    Code::Internal,
    Code::Evaluation,
    Code::Limit,
    Code::Unread,
    Code::Outside,
    Code::Stale,
    Code::Structure,
    Code::Syntax,
    Code::Unreadable,
];

/// What a kind of notification means.
fn notice(code: Code) -> Notice {
    let text = match code {
        Code::Unreadable => "A file could not be read.",
        Code::Encoding => "A file is not UTF-8 text.",
        Code::Syntax => "A file is not valid HCL, YAML or JSON.",
        Code::Structure => "A file is valid, but not what its language accepts.",
        Code::Evaluation => "An expression is one that Terraform or CloudFormation would refuse.",
        Code::Cycle => "Something is defined in terms of itself.",
        Code::Limit => {
            "A bound on size, depth or count was reached; what lies beyond it was not read."
        }
        Code::Internal => {
            "The program failed on an input, by a fault of its own; the input was not read."
        }
        Code::Unread => "Something that nobody asked for, or that holds no input, was not read.",
        Code::Stale => {
            "A plan was not made from the configuration as it is, and says nothing about it."
        }
        Code::Outside => "A path leads out of the folders that may be read, and was not followed.",
    };
    let message = || Message { text: text.into() };
    Notice {
        id: code.id(),
        name: pascal(code.id()),
        short_description: message(),
        full_description: message(),
        help: message(),
        default_configuration: Configuration {
            level: if code.loses_input() {
                "error"
            } else {
                "warning"
            },
        },
    }
}

fn descriptor(rule: &RuleInfo) -> Descriptor<'_> {
    let mut tags = vec![
        "security".into(),
        "zero-trust".into(),
        rule.pillar.name().into(),
    ];
    let controls = rule.controls.iter();
    tags.extend(controls.map(|control| format!("{}/{}", control.framework, control.id)));
    tags.truncate(TAGS);
    Descriptor {
        id: &rule.id,
        name: pascal(&rule.id),
        short_description: Message {
            text: sentence(&rule.title),
        },
        full_description: Message {
            text: sentence(&rule.title),
        },
        help: Help {
            text: plain(&rule.help_markdown),
            markdown: &rule.help_markdown,
        },
        help_uri: rule.url.as_deref(),
        default_configuration: Configuration {
            level: level(rule.severity),
        },
        properties: RuleProperties {
            precision: "very-high",
            severity: security_severity(rule.severity),
            tags,
            aliases: rule.aliases.iter().map(|alias| alias.as_str()).collect(),
        },
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

/// The middle of the range that code hosts translate back: above 9.0 critical, 7.0–8.9 high, 4.0–6.9 medium, else low
/// (GitHub documentation, "SARIF support for code scanning", `security-severity`).
fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
        Severity::Info => "0.1",
    }
}

/// `AwsS3BucketAclPublic`: the form that the standard recommends for names.
fn pascal(id: &str) -> String {
    let words = id.split(|letter: char| !letter.is_alphanumeric());
    words
        .flat_map(|word| {
            let mut letters = word.chars();
            let first = letters.next().map(|letter| letter.to_ascii_uppercase());
            first.into_iter().chain(letters)
        })
        .collect()
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

/// Markdown for viewers that show plain text: without the marks of headings.
fn plain(markdown: &str) -> String {
    let lines = markdown.lines();
    let text: Vec<&str> = lines
        .map(|line| line.trim_start_matches('#').trim_start())
        .collect();
    let text = text.join("\n");
    if text.trim().is_empty() {
        "See the rule's page.".into()
    } else {
        text
    }
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
    /// UTF-16 units before each line, by source: counting from the front for every place would be quadratic.
    offsets: FxHashMap<SourceId, Vec<u32>>,
    texts: Texts<'a>,
}

impl<'a> Writer<'a> {
    fn result(&mut self, finding: &'a Finding) -> Outcome<'a> {
        let rule = self.view.rule(&finding.rule);
        let rules = self.view.rules;
        let proven = finding.certainty == Certainty::Proven;
        let mut message = finding.message.clone();
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
            rule_index: rule.and_then(|rule| rules.iter().position(|it| std::ptr::eq(it, rule))),
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
    fn code_flows(&mut self, finding: &'a Finding) -> Vec<CodeFlow<'a>> {
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
    fn notifications(&mut self, report: &'a Report) -> Vec<Notification<'a>> {
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

    fn notification(&mut self, diagnostic: &'a Diagnostic) -> Notification<'a> {
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
    fn physical(&mut self, span: Span) -> Option<Physical> {
        if !span.is_somewhere() {
            return None;
        }
        let file = self.view.sources.get(span.source);
        let offsets = self.offsets.entry(span.source).or_insert_with(|| {
            let mut sum = 0;
            let lines = file.text.split_inclusive('\n').map(|line| {
                let before = sum;
                sum += line.encode_utf16().count() as u32;
                before
            });
            let mut offsets: Vec<u32> = lines.collect();
            offsets.push(sum);
            offsets
        });
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
            artifact_location: artifact(&file.path, self.view),
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
