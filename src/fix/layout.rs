//! How the lines of a text are laid out: line ends, indentation, and the columns that `terraform fmt` aligns.

use std::collections::BTreeMap;

use crate::source::Span;
use crate::syntax::hcl::{Expr, Item, Tree};

use super::Edit;

/// The line end that a text uses.
pub(super) fn line_end(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if text[..at].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

/// The white space that a line begins with, of the line that holds a byte.
pub(super) fn indent_at(text: &str, at: usize) -> &str {
    let start = text[..at].rfind('\n').map_or(0, |nl| nl + 1);
    let line = &text[start..];
    let line = line.strip_prefix('\u{feff}').unwrap_or(line);
    let len = line.len() - line.trim_start_matches([' ', '\t']).len();
    &line[..len]
}

/// Where the line that holds a byte ends, before its line end.
pub(super) fn end_of_line(text: &str, at: usize) -> usize {
    let end = text[at..].find('\n').map_or(text.len(), |nl| at + nl);
    if text[at..end].ends_with('\r') {
        end - 1
    } else {
        end
    }
}

/// One step of indentation: what the text uses, two spaces unless it uses tabs.
pub(super) fn step(text: &str) -> &'static str {
    if text.lines().any(|line| line.starts_with('\t')) {
        "\t"
    } else {
        "  "
    }
}

/// A line that `terraform fmt` puts into columns.
#[derive(Debug, Clone, Copy)]
struct Row {
    /// One past what stands before the equals sign.
    lead: usize,
    /// The equals sign.
    equals: usize,
    /// One past the value.
    end: usize,
    /// The comment at the end of the line.
    comment: Option<usize>,
}

/// The edits that put the columns of the lines around a place in order, where those that were there before it are.
///
/// `terraform fmt` (hclwrite's `formatCells`) aligns the equals signs of lines that follow each other without another line
/// between, each holding one whole attribute, and likewise the comments at their ends.
pub(super) fn aligned(tree: &Tree, around: Span) -> Vec<Edit> {
    let text = &*tree.text;
    let starts: Vec<usize> = std::iter::once(0)
        .chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1))
        .collect();
    let line_of = |at: usize| starts.partition_point(|start| *start <= at) - 1;
    let rows = rows(tree, &line_of);
    let (first, last) = (line_of(around.start as usize), line_of(around.end as usize));
    let new = |line: &usize| (first..=last).contains(line);
    let mut edits = Vec::new();
    for line in first..=last {
        if !rows.contains_key(&line) || line > first && rows.contains_key(&(line - 1)) {
            continue;
        }
        let mut from = line;
        while from > 0 && rows.contains_key(&(from - 1)) {
            from -= 1;
        }
        let mut to = line;
        while rows.contains_key(&(to + 1)) {
            to += 1;
        }
        let chain: Vec<(usize, Row)> = (from..=to).map(|line| (line, rows[&line])).collect();
        let width = |row: &Row, line: usize| text[starts[line]..row.lead].chars().count();
        let gap = |row: &Row| row.equals - row.lead;
        let column = |line: usize, row: &Row| width(row, line) + gap(row);
        let mut before = chain.iter().filter(|(line, _)| !new(line));
        let wanted = before.next().map(|(line, row)| column(*line, row));
        if !before.all(|(line, row)| Some(column(*line, row)) == wanted) {
            continue;
        }
        let widest = chain
            .iter()
            .map(|(line, row)| width(row, *line))
            .max()
            .unwrap_or(0);
        for (line, row) in &chain {
            let spaces = widest + 1 - width(row, *line);
            if spaces != gap(row) {
                edits.push(Edit {
                    span: Span::new(tree.source, row.lead as u32, row.equals as u32),
                    text: " ".repeat(spaces),
                });
            }
        }
        edits.extend(comments(tree, &chain, &starts, widest));
    }
    edits
}

/// The edits that put the comments at the ends of a chain of lines into one column again. Lines without one end a run.
fn comments(tree: &Tree, chain: &[(usize, Row)], starts: &[usize], widest: usize) -> Vec<Edit> {
    let mut edits = Vec::new();
    for run in chain.chunk_by(|a, b| a.1.comment.is_some() && b.1.comment.is_some()) {
        if run.len() < 2 {
            continue;
        }
        let text = &*tree.text;
        let old = |line: usize, at: usize| text[starts[line]..at].chars().count();
        let commented = || {
            run.iter()
                .filter_map(|(line, row)| Some((*line, row, row.comment?)))
        };
        let mut columns: Vec<usize> = commented().map(|(line, _, at)| old(line, at)).collect();
        columns.sort_unstable();
        // Before the edit all but one stood in one column, or nobody cares here.
        let usual = columns
            .chunk_by(|a, b| a == b)
            .map(<[usize]>::len)
            .max()
            .unwrap_or(0);
        if usual + 1 < columns.len() {
            continue;
        }
        let after = |row: &Row| widest + 1 + text[row.equals..row.end].chars().count();
        let column = commented().map(|(_, row, _)| after(row)).max().unwrap_or(0) + 1;
        for (_, row, at) in commented() {
            let spaces = column - after(row);
            if spaces != at - row.end {
                edits.push(Edit {
                    span: Span::new(tree.source, row.end as u32, at as u32),
                    text: " ".repeat(spaces),
                });
            }
        }
    }
    edits
}

fn rows(tree: &Tree, line_of: &dyn Fn(usize) -> usize) -> BTreeMap<usize, Row> {
    let mut rows = BTreeMap::new();
    let text = &*tree.text;
    let mut add = |lead: usize, end: usize| {
        let equals = text[lead..end].find('=').map(|at| lead + at);
        if let Some(equals) = equals
            && line_of(lead) == line_of(end)
            && text[lead..equals].trim_matches(' ').is_empty()
        {
            rows.entry(line_of(lead)).or_insert(Row {
                lead,
                equals,
                end,
                comment: None,
            });
        }
    };
    for attribute in &tree.attributes {
        let value = tree.ranges[attribute.value.0 as usize];
        add(attribute.name.end as usize, value.end as usize);
    }
    for expr in &tree.exprs {
        if let Expr::Object(list) = expr {
            for (key, value) in tree.entries(*list) {
                let (key, value) = (tree.ranges[key.0 as usize], tree.ranges[value.0 as usize]);
                add(key.end as usize, value.end as usize);
            }
        }
    }
    for comment in &tree.comments {
        let start = comment.range.start as usize;
        if let Some(row) = rows.get_mut(&line_of(start))
            && row.end <= start
            && text[row.end..start].trim().is_empty()
        {
            row.comment = Some(start);
        }
    }
    rows
}

/// Whether a body stands on one line with its braces.
pub(super) fn is_flat(tree: &Tree, body: &crate::syntax::hcl::Body) -> bool {
    !tree.slice(body.range).contains('\n')
}

/// One past the last byte of an item.
pub(super) fn end_of(tree: &Tree, item: Item) -> usize {
    match item {
        Item::Attribute(at) => {
            let value = tree.attributes[at as usize].value;
            tree.ranges[value.0 as usize].end as usize
        }
        Item::Block(at) => tree.blocks[at as usize].range.end as usize,
    }
}
