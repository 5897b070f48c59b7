//! After an error: what to say about it, and where to go on.
//!
//! Brackets say little once one of them is missing. People and formatters indent, so the column at which a line
//! begins is the better witness; it is heard only in a text that is known to be wrong.

use super::super::lexer::{Kind, Token};
use super::super::tree::Range;
use super::body::Opened;
use super::{Failed, Parsed, Parser};

/// How often a byte may be read again on average, so that hostile input stays linear.
const REREAD: usize = 8;

/// Words that begin a block at the top of a file and nowhere else.
const TOP: &[&str] = &[
    "resource",
    "data",
    "ephemeral",
    "module",
    "variable",
    "output",
    "provider",
    "locals",
    "terraform",
    "check",
    "moved",
    "import",
    "removed",
    "action",
];

impl Parser<'_> {
    /// Says that the token does not fit; a character that the language does not have is the better explanation.
    pub(super) fn unexpected<T>(&mut self, message: &str, help: &str) -> Parsed<T> {
        if self.token.kind != Kind::Invalid {
            return self.fail(self.token.range(), message, help);
        }
        let range = self.token.range();
        let (message, help) = match self.text(range) {
            "'" => ("single quotes do not mark strings", "use double quotes"),
            "`" => (
                "backticks do not mark strings",
                "use double quotes, or a heredoc (<<EOT) for several lines",
            ),
            "“" | "”" | "„" => (
                "curly quotes do not mark strings",
                "use straight double quotes",
            ),
            ";" => (
                "a semicolon separates nothing here",
                "use line ends between arguments and commas in lists",
            ),
            "&" => ("there is no operator &", "use && for a logical and"),
            "|" => ("there is no operator |", "use || for a logical or"),
            "~" => ("there is no operator ~", "use ! for a logical not"),
            "^" => ("there is no operator ^", "use pow() for powers"),
            "\r" => (
                "a lone carriage return is not a line end",
                "end lines with \\n or \\r\\n",
            ),
            "/*" => ("this comment is not closed", "close it with */"),
            _ => (
                "this character is not part of the language",
                "remove it, or quote the text it belongs to",
            ),
        };
        self.fail(range, message, help)
    }

    /// Says that the bracket at `open` is not closed where the token stands.
    pub(super) fn unclosed<T>(&mut self, open: u32, what: &str, closer: &str) -> Parsed<T> {
        if self.is(Kind::Invalid) {
            return self.unexpected("", "");
        }
        let here = self.tree.span(self.token.range());
        let before = self.tree.errors.len();
        let help = format!("add {closer} where it ends");
        self.report(
            Range {
                start: open,
                end: open + 1,
            },
            format!("this {what} is not closed"),
            &help,
        );
        if let Some(problem) = self.tree.errors.get_mut(before) {
            problem
                .related
                .push((here, format!("{closer} was expected before this")));
        }
        Err(Failed)
    }

    /// Whether the token may end the body of `open`; decided by [`Parser::closes`].
    pub(super) fn ends_body(&mut self, open: &mut Opened) -> bool {
        if matches!(self.token.kind, Kind::CloseBrace | Kind::End) {
            return true;
        }
        if !self.recovering || !self.is(Kind::Name) {
            return false;
        }
        let Some(column) = self.first_on_line() else {
            return false;
        };
        let indented = *open.indented.get_or_insert(column > open.indent);
        if column == 0 && self.is_top() {
            return true;
        }
        indented
            && column <= open.indent
            && !self.is_outlier(self.token.start as usize, open.indent)
    }

    /// Whether the line of `at` lies farther left than its surroundings, in something that is indented by `indent`:
    /// then the line is wrong, and it ends nothing.
    fn is_outlier(&self, at: usize, indent: usize) -> bool {
        let next = self.skip_blank(at);
        if next >= self.lexer.text.len() {
            return false;
        }
        let line = self.lexer.text[at..self.lexer.line_end(at)].trim_end();
        let column = self.indent(next);
        let closer = matches!(self.lexer.byte(next), b'}' | b']' | b')');
        !line.ends_with(['{', '[', '(']) && (column > indent || (column == indent && closer))
    }

    /// Whether the body of `open` ends here (and was closed), or not at all.
    pub(super) fn closes(&mut self, open: &Opened) -> Parsed<Option<bool>> {
        if self.is(Kind::CloseBrace) {
            let column = self.first_on_line().filter(|_| self.recovering);
            let indented = open.indented == Some(true);
            match column {
                // Left over from something in this body that could not be read.
                Some(column) if open.failed && column > open.indent => {
                    self.advance();
                    return Ok(None);
                }
                Some(column) if indented && column < open.indent => {}
                _ => return Ok(Some(true)),
            }
        }
        self.report(
            open.brace,
            "this block is not closed",
            "add a closing brace where it ends",
        );
        if self.recovering {
            Ok(Some(false))
        } else {
            Err(Failed)
        }
    }

    /// A closing brace that nothing opened.
    pub(super) fn stray_brace(&mut self) -> Parsed<()> {
        // After another error this one says nothing new.
        if self.tree.errors.is_empty() || !self.recovering {
            self.report(
                self.token.range(),
                "this brace closes nothing",
                "remove it, or add the opening brace",
            );
        }
        if !self.recovering {
            return Err(Failed);
        }
        self.advance();
        Ok(())
    }

    /// Looks for the brace of a block whose header could not be read; whether it is missing altogether.
    pub(super) fn find_brace(&mut self, start: usize) -> Parsed<bool> {
        let end = self.lexer.line_end(start);
        if self.ends_with_brace(start) {
            let brace = start + self.lexer.text[start..end].trim_end().len() - 1;
            self.labels_before(brace);
            self.resume(brace);
            return Ok(false);
        }
        let next = self.skip_blank(end);
        if self.lexer.byte(next) == b'{' {
            self.resume(next);
            return Ok(false);
        }
        let indent = self.indent(start);
        let inside = self.enclosing.is_none_or(|outer| indent > outer);
        if inside && next < self.lexer.text.len() && self.indent(next) > indent {
            self.resume(end);
            return Ok(true);
        }
        Err(Failed)
    }

    /// Whether the line from `at` on ends with an opening brace.
    pub(super) fn ends_with_brace(&self, at: usize) -> bool {
        let line = self.lexer.line(at);
        line.trimmed > at && self.lexer.byte(line.trimmed - 1) == b'{'
    }

    /// Takes the quoted labels that stand between the token and the brace of a broken header.
    fn labels_before(&mut self, brace: usize) {
        let said = self.tree.errors.len();
        while (self.token.start as usize) < brace && !self.is(Kind::Newline) {
            if !self.is(Kind::Quote) {
                self.advance();
            } else if self.label().is_err() {
                break;
            }
        }
        self.tree.errors.truncate(said);
    }

    /// Where to go on after an item that began at `start` and could not be read: at the end of one of its lines.
    pub(super) fn item_end(&mut self, start: usize) -> usize {
        let failed = self.token.start as usize;
        let mut end = self.by_indentation(start);
        self.reread += failed.saturating_sub(end);
        if self.reread > REREAD * self.lexer.text.len() {
            end = end.max(self.lexer.line_end(failed));
        }
        end
    }

    fn by_indentation(&mut self, start: usize) -> usize {
        let indent = self.indent(start);
        let mut balance = Balance::default();
        let mut end = self.feed(&mut balance, start);
        if balance.complete() {
            return end;
        }
        loop {
            let next = self.skip_blank(end);
            if next >= self.lexer.text.len() {
                break;
            }
            let column = self.indent(next);
            let closer = matches!(self.lexer.byte(next), b'}' | b']' | b')');
            let back = column < indent && !self.is_outlier(next, indent);
            if back || (column == indent && !closer) {
                break;
            }
            end = self.feed(&mut balance, next);
            // Lines that nothing was opened for belong to an opening bracket that is missing.
            let done = if column == indent {
                !matches!(balance.last, b'{' | b'[' | b'(')
            } else {
                balance.complete()
            };
            if done && (balance.opened || column == indent) {
                break;
            }
        }
        end
    }

    /// Counts the brackets of the line from `at`; gives its end, or that of the heredoc it begins.
    fn feed(&mut self, balance: &mut Balance, at: usize) -> usize {
        let end = self.lexer.line_end(at);
        balance.count(&self.lexer.bytes()[at..end]);
        let intro = memchr::memmem::rfind(&self.lexer.bytes()[at..end], b"<<");
        let Some(intro) = intro.map(|found| at + found) else {
            return end;
        };
        let Some(content) = self.lexer.heredoc_end(intro) else {
            return end;
        };
        let marker = self.lexer.text[intro..content]
            .trim_end()
            .trim_start_matches(['<', '-']);
        self.find_line(content, |line| line == marker)
            .map_or(end, |line| self.lexer.line_end(line))
    }

    /// The first line from `at` on whose text without the space around it is `wanted`; none when too much was read.
    fn find_line(&mut self, at: usize, wanted: impl Fn(&str) -> bool) -> Option<usize> {
        let mut line = at;
        while line < self.lexer.text.len() && self.reread <= REREAD * self.lexer.text.len() {
            let next = self.lexer.next_line(line);
            self.reread += next - line;
            if wanted(self.lexer.text[line..next].trim()) {
                return Some(line);
            }
            line = next;
        }
        None
    }

    /// The first byte of the next line that holds more than space and comments; the end if there is none.
    fn skip_blank(&self, mut at: usize) -> usize {
        loop {
            at = self.lexer.next_line(at);
            let first = at + self.leading(at);
            let rest = &self.lexer.bytes()[first..];
            let blank =
                matches!(rest.first(), Some(b'\n' | b'\r' | b'#')) || rest.starts_with(b"//");
            if !blank {
                return first;
            }
        }
    }

    fn leading(&self, at: usize) -> usize {
        self.lexer.bytes()[at..]
            .iter()
            .take_while(|&&byte| matches!(byte, b' ' | b'\t'))
            .count()
    }

    /// How far the line that holds `at` is indented.
    pub(super) fn indent(&self, at: usize) -> usize {
        if !self.recovering {
            return 0;
        }
        self.leading(self.line_start(at))
    }

    fn line_start(&self, at: usize) -> usize {
        self.lexer.line(at).start
    }

    /// The column of the token, if nothing but space stands before it on its line.
    fn first_on_line(&self) -> Option<usize> {
        let at = self.token.start as usize;
        let start = self.line_start(at);
        (start + self.leading(start) == at).then_some(at - start)
    }

    /// Whether the token begins a block that stands at the top of a file only.
    fn is_top(&self) -> bool {
        let at = self.token.start as usize;
        if !self.is(Kind::Name) || !TOP.contains(&self.text(self.token.range())) {
            return false;
        }
        let rest = self.lexer.text[self.token.end as usize..self.lexer.line_end(at)].trim();
        rest.starts_with('"') || rest.ends_with('{')
    }

    /// The end of a broken argument in a block of one line: before the last closing brace of the line.
    pub(super) fn one_line_end(&self, from: usize) -> usize {
        let end = self.lexer.line_end(from);
        memchr::memrchr(b'}', &self.lexer.bytes()[from..end]).map_or(end, |found| from + found)
    }

    /// The range without the space around it.
    pub(super) fn trimmed(&self, start: u32, end: u32) -> Range {
        let text = self.text(Range { start, end });
        let start = start + (text.len() - text.trim_start().len()) as u32;
        Range {
            start,
            end: start + text.trim().len() as u32,
        }
    }

    /// While recovering: where a heredoc without its marker was likely meant to end (its text, and its last line).
    pub(super) fn heredoc_stop(
        &mut self,
        open: Token,
        marker: &str,
    ) -> Parsed<Option<(usize, usize)>> {
        let content = open.end as usize;
        let line = self.find_line(content, |line| line == marker);
        if line.is_some_and(|line| self.lexer.next_line(line) > self.lexer.line_end(line)) {
            return Ok(None);
        }
        let top = self.find_line(content, starts_top);
        let near = line.or_else(|| self.find_line(content, |line| is_near(line, marker)));
        let Some(line) = near.filter(|&line| top.is_none_or(|top| line < top)) else {
            return self.heredoc_unclosed(open, marker);
        };
        let _: Parsed<()> = self.heredoc_unclosed(open, marker);
        Ok(Some((line, self.lexer.line_end(line))))
    }

    /// Says that a heredoc has no end.
    pub(super) fn heredoc_unclosed<T>(&mut self, open: Token, marker: &str) -> Parsed<T> {
        let help =
            format!("end it with a line that holds only {marker}, with a line end behind it");
        self.fail(
            self.trimmed(open.start, open.end),
            format!("this heredoc has no closing line {marker}"),
            &help,
        )
    }
}

/// Whether a line of a heredoc looks like the start of another block.
fn starts_top(line: &str) -> bool {
    let word = line.split([' ', '\t']).next().unwrap_or_default();
    line.ends_with('{') && line.contains('"') && TOP.contains(&word)
}

/// Whether a line is `marker` but for one character.
fn is_near(line: &str, marker: &str) -> bool {
    if line.is_empty() || line.len() + 4 < marker.len() || line.len() > marker.len() + 4 {
        return false;
    }
    let same = line
        .chars()
        .zip(marker.chars())
        .take_while(|(a, b)| a == b)
        .count();
    let rest = |text: &str, skip: usize| text.chars().skip(same + skip).collect::<String>();
    let (a, b) = (rest(line, 0), rest(marker, 0));
    (rest(line, 1) == rest(marker, 1) || rest(line, 1) == b || a == rest(marker, 1))
        && line.len() > 1
}

/// The brackets that a run of lines leaves open.
#[derive(Debug, Default)]
struct Balance {
    open: i32,
    /// Whether any was opened.
    opened: bool,
    /// The last byte that is neither space nor comment.
    last: u8,
}

impl Balance {
    fn count(&mut self, line: &[u8]) {
        let mut quoted = false;
        let mut at = 0;
        while at < line.len() {
            let byte = line[at];
            match byte {
                b' ' | b'\t' => {}
                b'\\' if quoted => at += 1,
                b'"' => {
                    quoted = !quoted;
                    self.last = byte;
                }
                _ if quoted => {}
                b'#' => return,
                b'/' if line.get(at + 1) == Some(&b'/') => return,
                _ => {
                    self.last = byte;
                    self.open += match byte {
                        b'{' | b'[' | b'(' => 1,
                        b'}' | b']' | b')' => -1,
                        _ => 0,
                    };
                    self.opened |= self.open > 0;
                }
            }
            at += 1;
        }
    }

    /// Whether the lines read so far can be a whole item.
    fn complete(&self) -> bool {
        self.open <= 0 && !matches!(self.last, b'=' | b',' | b'?' | b'+' | b'*' | b'&' | b'|')
    }
}
