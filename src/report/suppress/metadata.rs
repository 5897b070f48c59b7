//! Suppressions in the metadata of templates and their resources: ours, and those of other tools.

use super::comment::Tool;
use super::{Suppression, cover};
use crate::source::{SourceFile, Span};
use crate::syntax::outline::{Outline, Part, Sort};

/// Where each tool keeps them: the keys below `Metadata`.
const KEPT: [(&[&str], Tool); 6] = [
    (&["distrust", "ignore"], Tool::Own),
    (&["checkov", "skip"], Tool::Checkov),
    (&["cfn_nag", "rules_to_suppress"], Tool::CfnNag),
    (&["cdk_nag", "rules_to_suppress"], Tool::CdkNag),
    (&["cfn-lint", "config", "ignore_checks"], Tool::CfnLint),
    (&["guard", "SuppressedRules"], Tool::Guard),
];
/// Keys of a reason.
const REASONS: [&str; 3] = ["reason", "comment", "Reason"];
/// Keys of a rule.
const IDS: [&str; 4] = ["id", "rule", "Id", "ID"];

/// Whether a text may have some.
pub(super) fn may_be_in(text: &str) -> bool {
    text.contains("Metadata") && KEPT.iter().any(|(keys, _)| text.contains(keys[0]))
}

/// The suppressions in the metadata of a source.
pub(super) fn read(file: &SourceFile, outline: &Outline) -> Vec<Suppression> {
    let mut found = Vec::new();
    for metadata in outline.parts.iter().filter(|part| part.name == "Metadata") {
        // Of the template, or of a resource: the part around it.
        let around = outline.around(metadata.start, metadata.end);
        let around = around
            .filter(|part| part.depth + 1 == metadata.depth)
            .last();
        let covers = match around {
            Some(resource) => (resource.start, resource.end),
            None => (0, file.text.len() as u32 + 1),
        };
        for (keys, tool) in KEPT {
            let mut at = Some(metadata);
            for key in keys {
                at = at.and_then(|part| outline.below(part).find(|own| own.name == *key));
            }
            let Some(list) = at else { continue };
            for item in outline.below(list) {
                found.extend(item_of(file, outline, item, tool, covers));
            }
        }
    }
    found
}

/// An item: a text, a mapping with an id, or a member whose name is the rule and whose value the reason.
fn item_of(
    file: &SourceFile,
    outline: &Outline,
    item: &Part,
    tool: Tool,
    covers: (u32, u32),
) -> Option<Suppression> {
    let value = |keys: &[&str]| {
        let member = outline
            .below(item)
            .find(|own| keys.contains(&own.name.as_str()))?;
        Some(cover::value_of(file, member))
    };
    let text = || file.text.get(item.start as usize..item.end as usize);
    let (id, reason) = match item.sort {
        Sort::Member => (item.name.to_string(), cover::value_of(file, item)),
        _ => match value(&IDS) {
            Some(id) => (id, value(&REASONS).unwrap_or_default()),
            None => {
                let text = text()?.trim().trim_matches(['"', '\'']);
                let (id, reason) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
                (id.to_owned(), reason.trim().to_owned())
            }
        },
    };
    let until = value(&["until"]);
    let day = until.as_deref().map(str::parse::<super::Day>);
    let wrong = match &day {
        Some(Err(_)) => until.map(|day| format!("`{day}` is no day such as 2027-03-31")),
        _ => None,
    };
    Some(Suppression {
        tool,
        rules: vec![id],
        narrow: Vec::new(),
        reason,
        until: day.and_then(Result::ok),
        span: Span::new(file.id, item.start, item.end),
        covers,
        wrong,
    })
}
