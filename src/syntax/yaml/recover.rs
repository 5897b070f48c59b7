//! What can be read of a damaged YAML template: its sections and their members are told apart by indentation and read
//! one by one, so a broken resource loses only itself. Lines that no YAML has (indented with tabs, tags of a language of
//! templates, a word at the left margin) are left out first, as if they were blank.

mod mask;

use ecow::EcoString;

use self::mask::Masked;
use super::builder::Builder;
use super::sniff::SECTIONS;
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
    let masked = Masked::of(&file.text);
    let text = &*masked.text;
    let mut builder = Builder::new(Document::new(file.id));
    builder.open(true, EcoString::new(), start as u32, start as u32);
    let whole = Part {
        start,
        end: text.len(),
    };
    for section in parts(text, whole, 0) {
        if whole_part(&mut builder, &file.text, &masked, section) {
            continue;
        }
        let Some(key) = key(text, section) else {
            continue;
        };
        let body = Part {
            start: line_end(text, section.start),
            end: section.end,
        };
        let column = column(text, body).filter(|_| key.alone);
        let members = column.map_or_else(Vec::new, |column| parts(text, body, column));
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
            member_part(&mut builder, &file.text, &masked, member);
        }
        builder.close(None);
    }
    builder.close(None);
    builder.document
}

/// Reads one member of a section; a damaged one keeps its name.
fn member_part(builder: &mut Builder, text: &str, masked: &Masked, member: Part) {
    if whole_part(builder, text, masked, member) {
        return;
    }
    if let Some(key) = key(&masked.text, member) {
        push_key(builder, &key);
        builder.broken(range(member));
    }
}

/// Reads a part that is a mapping by itself and adds its members to the open mapping. What is left out is said. False, with
/// the error, if it is no mapping even so.
fn whole_part(builder: &mut Builder, text: &str, masked: &Masked, part: Part) -> bool {
    let comments = builder.document.comments.len();
    let members = builder.members();
    let (from, to) = (part.start, part.end);
    if super::read(builder, text, from..to, true).is_err() {
        builder.document.comments.truncate(comments);
        if text[from..to] == masked.text[from..to] {
            return false;
        }
        let nodes = builder.document.nodes.len();
        if super::read(builder, &masked.text, from..to, true).is_err() {
            builder.document.comments.truncate(comments);
            builder.document.errors.pop();
            return false;
        }
        for node in &mut builder.document.nodes[nodes..] {
            if masked.is_lost(node) {
                node.kind = Kind::Broken;
            }
        }
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

/// Cuts lines into parts, each beginning with a line in this column or left of it.
fn parts(text: &str, within: Part, column: usize) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for line in lines(text, within) {
        let begins = line.indent <= column && !line.is_silent() && !line.goes_on();
        if begins && !line.is_marker() {
            parts.push(Part {
                start: line.start,
                end: line.end,
            });
        } else if let (Some(last), false) = (parts.last_mut(), line.is_marker()) {
            last.end = line.end;
        }
    }
    parts
}

/// The column of the members of a section: that of what has the first type or value, else the leftmost in which more than
/// one begin.
fn column(text: &str, section: Part) -> Option<usize> {
    let keys: Vec<(usize, EcoString)> = lines(text, section)
        .filter_map(|line| {
            let part = Part {
                start: line.start,
                end: line.end,
            };
            Some((line.indent, key(text, part)?.text))
        })
        .collect();
    let inside = keys
        .iter()
        .position(|(_, key)| key == "Type" || key == "Value");
    let holder = inside.and_then(|at| {
        let own = keys[at].0;
        let before = keys[..at].iter().rev();
        before
            .map(|(indent, _)| *indent)
            .find(|indent| *indent < own)
    });
    let often = |indent: usize| {
        keys.iter()
            .filter(|(own, _)| *own == indent)
            .take(2)
            .count()
            > 1
    };
    let mut indents: Vec<usize> = keys.iter().map(|(indent, _)| *indent).collect();
    indents.sort_unstable();
    indents.dedup();
    let leftmost = || {
        let shared = indents.iter().copied().find(|indent| often(*indent));
        shared.or(indents.first().copied())
    };
    holder.or_else(leftmost)
}

/// A line of the text.
struct Line<'t> {
    start: usize,
    end: usize,
    indent: usize,
    /// Without the blanks around it.
    rest: &'t str,
}

impl Line<'_> {
    /// Whether it is blank or a comment.
    fn is_silent(&self) -> bool {
        self.rest.is_empty() || self.rest.starts_with('#')
    }

    /// Whether it is between documents, or a directive.
    fn is_marker(&self) -> bool {
        let rest = self.rest;
        self.indent == 0
            && (rest.starts_with("---") || rest.starts_with("...") || rest.starts_with('%'))
    }

    /// Whether it goes on with the line before: an entry of a sequence, a closing bracket, the value of an explicit key.
    fn goes_on(&self) -> bool {
        self.rest.starts_with("- ")
            || self.rest.starts_with(": ")
            || self.rest.starts_with(['}', ']', ','])
    }
}

fn lines(text: &str, within: Part) -> impl Iterator<Item = Line<'_>> {
    let mut at = within.start;
    std::iter::from_fn(move || {
        let start = at;
        if start >= within.end {
            return None;
        }
        let end = line_end(text, start).min(within.end);
        at = end;
        let line = &text[start..end];
        let indent = line.len() - line.trim_start_matches(' ').len();
        Some(Line {
            start,
            end,
            indent,
            rest: line[indent..].trim_end(),
        })
    })
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
                .or_else(|| line.ends_with(':').then(|| line.len() - 1));
            let Some(at) = at else {
                return bare_section(line, start);
            };
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

/// The name of a section at the left margin whose colon is missing.
fn bare_section(line: &str, start: usize) -> Option<Key> {
    let word = line.split(" #").next().unwrap_or(line).trim_end();
    SECTIONS.contains(&word).then(|| Key {
        text: word.into(),
        range: Range {
            start: start as u32,
            end: (start + word.len()) as u32,
        },
        alone: true,
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
