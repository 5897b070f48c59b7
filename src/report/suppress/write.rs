//! A comment of ours that accepts a finding, as it is written into a file.

use super::Day;
use crate::findings::Finding;
use crate::report::Places;
use crate::source::{SourceId, Span};

/// A line to put into a source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    /// The source.
    pub source: SourceId,
    /// Where: the byte that a line begins with.
    pub at: u32,
    /// The line, with the indentation of the block that it stands above, and its end.
    pub text: String,
}

/// The comment that accepts a finding: above the block of its resource, else above the block around the place. `None`
/// where no comment can stand: JSON has none, and what the command line gave has no file.
pub fn line(
    places: &Places<'_>,
    finding: &Finding,
    reason: &str,
    until: Option<Day>,
) -> Option<Line> {
    let (source, at) = above(places, finding)?;
    let file = places.sources.get(source);
    let rest = &file.text[at..];
    let indent = &rest[..rest.len() - rest.trim_start_matches([' ', '\t']).len()];
    let end = match file.text.contains("\r\n") {
        true => "\r\n",
        false => "\n",
    };
    let until = until.map(|day| format!(" until {day}")).unwrap_or_default();
    let (rule, reason) = (&finding.rule, reason.trim());
    Some(Line {
        source,
        at: at as u32,
        text: format!("{indent}# distrust: ignore[{rule}]{until} {reason}{end}"),
    })
}

/// Where the line begins with which the block of a finding does.
fn above(places: &Places<'_>, finding: &Finding) -> Option<(SourceId, usize)> {
    let labels = std::iter::once(&finding.primary).chain(&finding.related);
    let mut spans = labels
        .map(|label| label.span)
        .filter(|span| span.is_somewhere());
    spans.find_map(|span: Span| {
        let file = places.sources.get(span.source);
        if file.path.ends_with(".json") || file.path.starts_with('<') {
            return None;
        }
        let outline = places.outline(&file);
        let around: Vec<_> = outline.around(span.start, span.end).collect();
        let section = ["Resources", "Parameters", "Globals"];
        let part = match around.first()? {
            first if section.contains(&first.name.as_str()) => around.get(1)?,
            first => first,
        };
        let before = &file.text[..part.start as usize];
        Some((file.id, before.rfind('\n').map_or(0, |newline| newline + 1)))
    })
}
