//! Leaving out what no YAML has, byte for byte, so that all places stay what they are.

use super::super::tree::{Kind, Node};
use super::{Line, Part, key, lines};

/// A text with blanks for what was left out.
pub(super) struct Masked {
    /// As long as the text.
    pub(super) text: String,
    /// Where the lines begin that were left out.
    lost: Vec<usize>,
}

impl Masked {
    pub(super) fn of(text: &str) -> Masked {
        let mut masked = Masked {
            text: text.chars().map(plain).collect(),
            lost: Vec::new(),
        };
        let whole = Part {
            start: 0,
            end: text.len(),
        };
        let lost: Vec<(usize, usize)> = lines(&masked.text, whole)
            .filter(|line| is_foreign(&masked.text, line))
            .map(|line| {
                (
                    line.start + line.indent,
                    line.start + line.indent + line.rest.len(),
                )
            })
            .collect();
        for (start, end) in lost {
            masked
                .text
                .replace_range(start..end, &" ".repeat(end - start));
            masked.lost.push(start);
        }
        masked
    }

    /// Whether a node is an empty value where a line was left out: what it was is not known.
    pub(super) fn is_lost(&self, node: &Node) -> bool {
        let end = node.range.end as usize;
        let empty = matches!(&node.kind, Kind::Scalar { text, plain: true } if text.is_empty());
        let next = self.lost.partition_point(|start| *start < end);
        let Some(&next) = self.lost.get(next).filter(|_| empty) else {
            return false;
        };
        self.text[end..next]
            .trim_start_matches(':')
            .trim()
            .is_empty()
    }
}

/// A control character costs no more than itself.
fn plain(letter: char) -> char {
    match letter {
        '\t' | '\n' | '\r' => letter,
        '\0'..='\u{1f}' | '\u{7f}' => ' ',
        _ => letter,
    }
}

/// Whether a line is none of YAML's.
fn is_foreign(text: &str, line: &Line<'_>) -> bool {
    let rest = line.rest;
    if rest.starts_with('\t') {
        return !rest.trim().is_empty();
    }
    if rest.starts_with("{%") || rest.starts_with("{{") {
        return true;
    }
    let part = Part {
        start: line.start,
        end: line.end,
    };
    let word = line.indent == 0 && !line.is_silent() && !line.is_marker() && !line.goes_on();
    word && !rest.starts_with(['{', '[', '?', '-']) && key(text, part).is_none()
        || line.indent == 0 && matches!(rest, "-" | "--")
}
