//! Which bytes a comment is about.

use crate::source::SourceFile;
use crate::syntax::outline::{Outline, Part, Sort};

/// Lines of comments and blanks that are gone over.
const MAX_LINES: usize = 64;

/// The line of the comment if something else stands there, else the next line that is no comment; with the block or
/// mapping that begins on it. Comments at the head of a block are about the block.
pub(super) fn line(file: &SourceFile, outline: &Outline, comment: (u32, u32)) -> (u32, u32) {
    let bounds = bounds(file, comment.0);
    let own = &file.text[bounds.0 as usize..comment.0 as usize];
    if !own.trim().trim_start_matches(['{', '}', ',']).is_empty() {
        return with_block(outline, bounds);
    }
    if let Some(head) = head(file, outline, comment.0) {
        return head;
    }
    next(file, outline, comment, true)
}

/// The next line that is no comment, with the block that begins on it where that is wanted.
pub(super) fn next(
    file: &SourceFile,
    outline: &Outline,
    comment: (u32, u32),
    block: bool,
) -> (u32, u32) {
    let mut at = bounds(file, comment.1).1;
    let end = file.text.len() as u32;
    for _ in 0..MAX_LINES {
        if at >= end {
            break;
        }
        let line = bounds(file, at);
        let text = file.text[line.0 as usize..line.1 as usize].trim_start();
        let first = line.1
            - file.text[line.0 as usize..line.1 as usize]
                .trim_start()
                .len() as u32;
        let is_comment = outline.is_comment(first);
        if !text.trim().is_empty() && !is_comment {
            return match block {
                true => with_block(outline, line),
                false => line,
            };
        }
        at = line.1.max(at + 1);
    }
    (end, end)
}

/// The outermost block around a comment: the resource or module.
pub(super) fn around(outline: &Outline, comment: (u32, u32)) -> (u32, u32) {
    let parts: Vec<&Part> = outline.around(comment.0, comment.1).collect();
    let block = parts.iter().find(|part| part.sort == Sort::Block);
    // In a template, the resource: the member of the section.
    let resource = parts
        .iter()
        .position(|part| part.name == "Resources")
        .and_then(|at| parts.get(at + 1));
    let part = block.or(resource);
    part.map_or((comment.0, comment.1), |part| (part.start, part.end))
}

/// The text of the value of a member, without quotes.
pub(super) fn value_of(file: &SourceFile, part: &Part) -> String {
    let text = file
        .text
        .get(part.head.1 as usize..part.end as usize)
        .unwrap_or_default();
    let text = text.trim_start_matches(['"', '\'']).trim_start();
    let text = text.trim_start_matches(['=', ':']).trim();
    text.trim_matches(['"', '\'']).to_owned()
}

/// The bytes of the line that holds an offset, with its line break.
fn bounds(file: &SourceFile, at: u32) -> (u32, u32) {
    let starts = file.line_starts();
    let line = starts.partition_point(|start| *start <= at).max(1) - 1;
    let end = starts
        .get(line + 1)
        .copied()
        .unwrap_or(file.text.len() as u32);
    (starts[line], end)
}

/// A line, with the outermost of the blocks, mappings and lists that begin on it.
fn with_block(outline: &Outline, line: (u32, u32)) -> (u32, u32) {
    let begins = |part: &&Part| line.0 <= part.start && part.start < line.1;
    let end = outline
        .parts
        .iter()
        .filter(begins)
        .map(|part| part.end)
        .max();
    (line.0, end.unwrap_or(line.1).max(line.1))
}

/// The block at whose head a comment stands: only comments are between its first line and the comment.
fn head(file: &SourceFile, outline: &Outline, comment: u32) -> Option<(u32, u32)> {
    let around: Vec<&Part> = outline.around(comment, comment).collect();
    let block = around.iter().rev().find(|part| part.sort == Sort::Block)?;
    let (_, first) = bounds(file, block.head.1);
    let mut at = first;
    for _ in 0..MAX_LINES {
        if at >= comment {
            break;
        }
        let line = bounds(file, at);
        let text = &file.text[line.0 as usize..line.1 as usize];
        let begins = line.0 + (text.len() - text.trim_start().len()) as u32;
        let is_comment = outline.is_comment(begins);
        if begins >= comment {
            break;
        }
        if !text.trim().is_empty() && !is_comment {
            return None;
        }
        at = line.1.max(at + 1);
    }
    Some((block.start, block.end))
}
