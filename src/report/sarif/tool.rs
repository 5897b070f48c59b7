//! What a log says of the program and its rules.

use super::document::*;
use super::{level, sentence};
use crate::findings::{RuleInfo, Severity};
use crate::source::Code;

/// Code hosts refuse more tags on a rule.
const TAGS: usize = 20;

pub(super) fn driver(rules: &[RuleInfo]) -> Driver<'_> {
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
