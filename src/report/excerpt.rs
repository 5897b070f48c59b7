//! The part of a source that is shown beside a finding, cut to a bounded size.
//!
//! A place may lie in a minified file of megabytes on one line; what is shown of it, and the time it takes, must not
//! grow with that. Offsets are kept exact while text is cut.

use std::ops::Range;

use super::mask::{MASK, Masks};
use super::printable::{printable, shown_letter};
use crate::source::{SourceFile, SourceMap, Span};

/// Labels that are farther apart than this many lines are shown in excerpts of their own.
const NEAR_LINES: usize = 40;
/// Labels on one line that are farther apart than this many bytes are shown in excerpts of their own.
const NEAR_BYTES: usize = 160;
/// Bytes of a line that are shown before its first label, when the line is longer than [`LONG_LINE`].
const BEFORE: usize = 40;
/// Bytes that a label underlines at most.
const UNDERLINED: usize = 240;
/// A line of more bytes than this is cut.
const LONG_LINE: usize = 480;
/// What stands for text that was left out.
const CUT: char = '…';

/// A place to be shown with its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark<'a> {
    /// The bytes.
    pub span: Span,
    /// Its words, perhaps none.
    pub text: &'a str,
    /// Whether this is the place at fault.
    pub primary: bool,
}

/// Some neighbouring lines of one source with marks on them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt<'a> {
    /// The path as shown.
    pub path: String,
    /// 1-based line of the mark that the excerpt is about: the primary one, else the first.
    pub line: usize,
    /// 1-based column of that mark, in characters of the source.
    pub column: usize,
    /// 1-based number of the first line of `text`.
    pub first_line: usize,
    /// The lines, cut where they are long.
    pub text: String,
    /// The marks as byte ranges of `text`.
    pub marks: Vec<(Range<usize>, &'a str, bool)>,
}

/// A mark on one line of its source: a place of many lines is shown by its first.
struct Placed<'a> {
    mark: Mark<'a>,
    line: usize,
    start: usize,
    end: usize,
}

/// The excerpts that show these marks: the one with the primary mark first, the others by path and line.
/// Marks without a text behind them are left out.
pub fn excerpts<'a>(
    sources: &SourceMap,
    masks: &Masks,
    marks: impl IntoIterator<Item = Mark<'a>>,
) -> Vec<Excerpt<'a>> {
    let mut marks: Vec<Mark<'a>> = marks
        .into_iter()
        .filter(|mark| mark.span.is_somewhere())
        .collect();
    marks.sort_by_cached_key(|mark| (sources.order(mark.span), !mark.primary));
    let mut out = Vec::new();
    for of_source in marks.chunk_by(|a, b| a.span.source == b.span.source) {
        let file = sources.get(of_source[0].span.source);
        let placed: Vec<Placed<'a>> = of_source
            .iter()
            .map(|mark| place(&file, mark.clone()))
            .collect();
        for near in placed.chunk_by(|a, b| {
            b.line - a.line <= NEAR_LINES && (a.line != b.line || b.start - a.start <= NEAR_BYTES)
        }) {
            out.push(excerpt(&file, masks, near));
        }
    }
    // Stable: the rest stays in the order of its places.
    out.sort_by_key(|excerpt| !excerpt.marks.iter().any(|(_, _, primary)| *primary));
    out
}

/// The bytes of a line without its line break.
fn line_bounds(file: &SourceFile, line: usize) -> (usize, usize) {
    let starts = file.line_starts();
    let start = starts[line] as usize;
    let end = starts
        .get(line + 1)
        .map_or(file.text.len(), |next| *next as usize);
    let text = file.text[start..end].trim_end_matches(['\n', '\r']);
    (start, start + text.len())
}

/// A mark within the first line of its place, at character boundaries, and of a bounded length.
fn place<'a>(file: &SourceFile, mark: Mark<'a>) -> Placed<'a> {
    let starts = file.line_starts();
    let at = floor(&file.text, mark.span.start as usize);
    let line = starts.partition_point(|&start| start as usize <= at) - 1;
    let (_, line_end) = line_bounds(file, line);
    let start = at.min(line_end);
    let end = (mark.span.end as usize)
        .min(line_end)
        .min(start + UNDERLINED);
    let end = floor(&file.text, end.max(start));
    // What follows the last word of the first line of a long place says nothing.
    let end = start + file.text[start..end].trim_end().len();
    Placed {
        mark,
        line,
        start,
        end,
    }
}

/// The last character boundary at or before an offset.
fn floor(text: &str, at: usize) -> usize {
    text.floor_char_boundary(at.min(text.len()))
}

/// The lines from the first mark to the last.
fn excerpt<'a>(file: &SourceFile, masks: &Masks, near: &[Placed<'a>]) -> Excerpt<'a> {
    let (first, last) = (near[0].line, near[near.len() - 1].line);
    let mut text = String::new();
    let mut marks = Vec::with_capacity(near.len());
    for line in first..=last {
        let on: Vec<&Placed<'a>> = near.iter().filter(|placed| placed.line == line).collect();
        push_line(file, masks, line, &on, &mut text, &mut marks);
        text.push('\n');
    }
    let about = near
        .iter()
        .find(|placed| placed.mark.primary)
        .unwrap_or(&near[0]);
    let place = file.position(about.start as u32);
    Excerpt {
        path: printable(&file.path).into_owned(),
        line: place.line as usize,
        column: place.column as usize,
        first_line: first + 1,
        text,
        marks,
    }
}

/// Appends a line, cut around its marks when it is long and without its secrets, and where the marks then are.
fn push_line<'a>(
    file: &SourceFile,
    masks: &Masks,
    line: usize,
    on: &[&Placed<'a>],
    text: &mut String,
    marks: &mut Vec<(Range<usize>, &'a str, bool)>,
) {
    let (start, end) = line_bounds(file, line);
    let part = cut(file, start..end, on);
    let hidden = masks.within(file, part.clone());
    if part.start > start {
        text.push(CUT);
    }
    let begin = text.len();
    // A place that begins or ends inside a secret does so where its mask does.
    let reach = |at: usize, edge: fn(&Range<usize>) -> usize| {
        let inside = hidden.iter().find(|own| own.start < at && at < own.end);
        let at = inside.map_or(at, edge).clamp(part.start, part.end);
        begin + shown(file, part.start..at, &hidden).len()
    };
    for placed in on {
        let from = reach(placed.start, |secret| secret.start);
        let to = reach(placed.end, |secret| secret.end).max(from);
        marks.push((from..to, placed.mark.text, placed.mark.primary));
    }
    text.push_str(&shown(file, part.clone(), &hidden));
    if part.end < end {
        text.push(CUT);
    }
}

/// The part of a line around its marks; all of it where it is not long.
fn cut(file: &SourceFile, line: Range<usize>, on: &[&Placed<'_>]) -> Range<usize> {
    if line.len() <= LONG_LINE {
        return line;
    }
    let focus = on.iter().map(|placed| placed.start).min();
    let reach = on.iter().map(|placed| placed.end).max();
    let (focus, reach) = (focus.unwrap_or(line.start), reach.unwrap_or(line.start));
    let from = floor(&file.text, focus.saturating_sub(BEFORE).max(line.start));
    let least = from + LONG_LINE / 2;
    from..floor(&file.text, (reach + BEFORE).max(least).min(line.end))
}

/// A part of a source as it is shown: letters that are obeyed replaced, each secret a mask.
fn shown(file: &SourceFile, part: Range<usize>, hidden: &[Range<usize>]) -> String {
    let mut out = String::with_capacity(part.len());
    let letters = |part: Range<usize>, out: &mut String| {
        for (at, letter) in file.text[part.clone()].char_indices() {
            out.push(shown_letter(letter, &file.text[part.start + at..]));
        }
    };
    let mut from = part.start;
    for secret in hidden.iter().filter(|secret| secret.start < part.end) {
        if secret.end > from {
            letters(from..secret.start.max(from), &mut out);
            out.push_str(MASK);
            from = secret.end.min(part.end);
        }
    }
    letters(from..part.end, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::{Excerpt, Mark};
    use crate::report::mask::Masks;
    use crate::source::{SourceMap, Span};

    fn mark(source: crate::source::SourceId, start: usize, end: usize) -> Mark<'static> {
        Mark {
            span: Span::new(source, start as u32, end as u32),
            text: "",
            primary: true,
        }
    }

    fn excerpts<'a>(
        sources: &SourceMap,
        marks: impl IntoIterator<Item = Mark<'a>>,
    ) -> Vec<Excerpt<'a>> {
        super::excerpts(sources, &Masks::default(), marks)
    }

    #[test]
    fn a_secret_is_masked_as_wide_as_any_other() {
        let sources = SourceMap::new();
        for word in ["hu\u{1b}é", "hunter2-and-a-very-long-tail"] {
            let text = format!("password = \"{word}\", user = 1");
            let (file, _) = sources.add(&format!("{}.tf", word.len()), text.into_bytes());
            let whole = mark(file.id, 11, 13 + word.len());
            let shown = excerpts(&sources, [whole, mark(file.id, 14, 15)]);
            let (text, marks) = (&shown[0].text, &shown[0].marks);
            assert_eq!(text, "password = \"********\", user = 1\n");
            let of = |nth: usize| &text[marks[nth].0.clone()];
            assert_eq!((of(0), of(1)), ("\"********\"", "********"));
        }
    }

    #[test]
    fn a_minified_file_is_cut_and_the_place_stays_exact() {
        let sources = SourceMap::new();
        let text = format!(
            "{{\"é\":\"{}\",\"Acl\":\"public\",{}}}",
            "x".repeat(90_000),
            "y".repeat(90_000)
        );
        let at = text.find("\"public\"").expect("it is there");
        let (file, _) = sources.add("min.json", text.clone().into_bytes());
        let [excerpt] = &excerpts(&sources, [mark(file.id, at, at + 8)])[..] else {
            panic!("one place, one excerpt");
        };
        assert!(excerpt.text.len() < 600, "{}", excerpt.text.len());
        assert_eq!(&excerpt.text[excerpt.marks[0].0.clone()], "\"public\"");
        assert_eq!(
            (excerpt.line, excerpt.column),
            (1, text[..at].chars().count() + 1)
        );
    }

    #[test]
    fn far_labels_are_apart_and_a_long_place_is_its_first_line() {
        let sources = SourceMap::new();
        let text = format!("a {{  \r\n{}}}\r\n", "  b\n".repeat(100));
        let (file, _) = sources.add("x.tf", text.clone().into_bytes());
        let mut last = mark(file.id, text.len() - 3, text.len() - 2);
        last.primary = false;
        let shown = excerpts(&sources, [last, mark(file.id, 0, text.len())]);
        let [first, second] = &shown[..] else {
            panic!("two excerpts")
        };
        assert_eq!(&first.text[first.marks[0].0.clone()], "a {");
        assert_eq!((second.line, &second.text[..]), (102, "}\n"));
    }

    #[test]
    fn places_at_the_very_end_and_inside_a_character_are_shown() {
        let sources = SourceMap::new();
        let (file, _) = sources.add("x.tf", "é\u{1b}[31m".into());
        let (empty, _) = sources.add("y.tf", Vec::new());
        for place in [
            mark(file.id, 1, 2),
            mark(file.id, 7, 7),
            mark(file.id, 0, 900),
            mark(empty.id, 0, 0),
        ] {
            let shown = excerpts(&sources, [place]);
            assert!(!shown[0].text.contains('\u{1b}'));
        }
    }
}
