//! What can be read of a damaged YAML template: its sections and their members are told apart by indentation and read
//! one by one, so a broken resource loses only itself.

use ecow::EcoString;

use super::builder::Builder;
use super::tree::{Document, Kind, Range};
use crate::source::SourceFile;

/// A part of the text: whole lines, the first of which begins a member.
#[derive(Debug, Clone, Copy)]
struct Part {
    start: usize,
    end: usize,
}

/// Reads the members of the root mapping, and the members of those of them that are damaged.
pub(super) fn read(file: &SourceFile, start: usize) -> Document {
    let text = &*file.text;
    let mut builder = Builder::new(Document::new(file.id));
    builder.open(true, EcoString::new(), start as u32, start as u32);
    let whole = Part {
        start,
        end: text.len(),
    };
    for section in parts(text, whole, Some(0)) {
        if whole_part(&mut builder, text, section) {
            continue;
        }
        let Some(key) = key(text, section) else {
            continue;
        };
        let body = Part {
            start: line_end(text, section.start),
            end: section.end,
        };
        let members = if key.alone {
            parts(text, body, None)
        } else {
            Vec::new()
        };
        push_key(&mut builder, &key);
        if members.is_empty() {
            builder.broken(range(section));
            continue;
        }
        // The errors of the members take the place of the error of the section.
        builder.document.errors.pop();
        let first = members[0].start as u32;
        builder.open(true, EcoString::new(), first, first);
        for member in members {
            member_part(&mut builder, text, member);
        }
        builder.close(None);
    }
    builder.close(None);
    builder.document
}

/// Reads one member of a section; a damaged one keeps its name.
fn member_part(builder: &mut Builder, text: &str, member: Part) {
    if whole_part(builder, text, member) {
        return;
    }
    if let Some(key) = key(text, member) {
        push_key(builder, &key);
        builder.broken(range(member));
    }
}

/// Reads a part that is a mapping by itself and adds its members to the open mapping. False, with the error, if it is not.
fn whole_part(builder: &mut Builder, text: &str, part: Part) -> bool {
    let comments = builder.document.comments.len();
    let members = builder.members();
    if super::read(builder, text, part.start..part.end, true).is_err() {
        builder.document.comments.truncate(comments);
        return false;
    }
    if builder.members() == members {
        return true;
    }
    let Some(id) = builder.pop() else { return true };
    if matches!(builder.document.node(id).kind, Kind::Mapping(_)) {
        for pair in builder.document.pairs(id).to_vec() {
            builder.push(pair.key);
            builder.push(pair.value);
        }
    }
    true
}

/// Cuts lines into parts, each beginning with a line in this column; by default that of the first line.
fn parts(text: &str, within: Part, column: Option<usize>) -> Vec<Part> {
    let mut column = column;
    let mut parts: Vec<Part> = Vec::new();
    let mut at = within.start;
    while at < within.end {
        let end = line_end(text, at).min(within.end);
        let line = &text[at..end];
        let indent = line.len() - line.trim_start_matches(' ').len();
        let rest = line[indent..].trim_end();
        let marker = indent == 0
            && (rest.starts_with("---") || rest.starts_with("...") || rest.starts_with('%'));
        let silent = rest.is_empty() || rest.starts_with(['#', '\t']);
        if !silent && !marker && *column.get_or_insert(indent) == indent && !rest.starts_with("- ")
        {
            parts.push(Part { start: at, end });
        } else if let (Some(last), false) = (parts.last_mut(), marker) {
            last.end = end;
        }
        at = end;
    }
    parts
}

/// A key at the beginning of a line.
struct Key {
    text: EcoString,
    range: Range,
    /// Whether nothing but a comment follows on the line.
    alone: bool,
}

fn key(text: &str, part: Part) -> Option<Key> {
    let line = &text[part.start..line_end(text, part.start)];
    let start = part.start + line.len() - line.trim_start().len();
    let line = line.trim();
    let (name, len, rest) = match line.as_bytes().first()? {
        quote @ (b'"' | b'\'') => {
            let end = 1 + line[1..].find(*quote as char)?;
            (
                &line[1..end],
                end + 1,
                line[end + 1..].trim_start().strip_prefix(':')?,
            )
        }
        _ => {
            let at = line
                .find(": ")
                .or_else(|| line.ends_with(':').then(|| line.len() - 1))?;
            (
                line[..at].trim_end(),
                line[..at].trim_end().len(),
                &line[at + 1..],
            )
        }
    };
    let rest = rest.trim();
    Some(Key {
        text: name.into(),
        range: Range {
            start: start as u32,
            end: (start + len) as u32,
        },
        alone: rest.is_empty() || rest.starts_with('#'),
    })
}

fn push_key(builder: &mut Builder, key: &Key) {
    builder.scalar(
        &key.text,
        true,
        EcoString::new(),
        key.range,
        key.range.start,
    );
}

fn range(part: Part) -> Range {
    Range {
        start: part.start as u32,
        end: part.end as u32,
    }
}

/// One past the line break of the line at `at`.
fn line_end(text: &str, at: usize) -> usize {
    memchr::memchr(b'\n', &text.as_bytes()[at..]).map_or(text.len(), |len| at + len + 1)
}
