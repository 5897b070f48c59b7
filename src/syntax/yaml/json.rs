//! JSON to the letter (RFC 8259), read without the YAML parser. Of damaged JSON everything is kept but the members that
//! are damaged themselves: where the next one begins is told by indentation, and in a text on one line by how resources
//! begin.

mod recover;

use ecow::EcoString;

use super::MAX_DEPTH;
use super::builder::Builder;
use super::tree::{Document, Range};
use crate::source::{Code, Diagnostic, Span};

const COMMA: &str = "a comma is missing here, or the closing bracket";
const SURPLUS: &str = "no member follows this comma";

/// Whether a text that begins with `{` is meant as JSON and not as a YAML flow mapping.
pub(super) fn looks_like(text: &str) -> bool {
    let inside = text
        .trim_start()
        .strip_prefix('{')
        .unwrap_or("")
        .trim_start();
    inside.is_empty() || inside.starts_with(['"', '}'])
}

/// Reads JSON text from byte `start` on. Without `recover`, gives nothing where the text is not JSON.
pub(super) fn read(text: &str, start: usize, place: Span, recover: bool) -> Option<Document> {
    let mut reader = Reader {
        text,
        bytes: text.as_bytes(),
        at: start,
        builder: Builder::new(Document::new(place.source)),
        open: Vec::new(),
        recover,
    };
    match reader.document() {
        Ok(()) => Some(reader.builder.document),
        Err(_) => None,
    }
}

struct Problem {
    code: Code,
    at: usize,
    message: &'static str,
}

struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    builder: Builder,
    /// The open collections, the outermost first.
    open: Vec<Open>,
    /// Whether damage is stepped over.
    recover: bool,
}

/// A collection that is being read.
#[derive(Debug, Clone, Copy)]
struct Open {
    /// The column of its members, where they begin a line.
    column: Option<usize>,
    /// Where its last member begins, or it itself.
    member: usize,
}

type Step<T = ()> = Result<T, Problem>;

impl Reader<'_> {
    fn document(&mut self) -> Step {
        let mut state = self.value();
        loop {
            let more = match state {
                Ok(()) if self.builder.depth() == 0 => break,
                Ok(()) => self.member(),
                Err(problem) if self.recover => match self.resume(&problem) {
                    Some(step) => step,
                    None => return Ok(()),
                },
                Err(problem) => return Err(problem),
            };
            state = more;
        }
        self.blanks();
        if self.at < self.bytes.len() {
            let problem = self.problem("nothing may follow the closing brace");
            if !self.recover {
                return Err(problem);
            }
            self.report(&problem);
        }
        Ok(())
    }

    /// What follows inside the innermost collection: a comma and a member, or the end.
    fn member(&mut self) -> Step {
        self.blanks();
        let mapping = self.builder.in_mapping();
        let close = if mapping { b'}' } else { b']' };
        let first = self.builder.members() == 0;
        match self.peek() {
            Some(byte) if byte == close => {
                if !self.recover || self.close_by_indentation() {
                    self.close();
                }
                return Ok(());
            }
            Some(b',') if !first => {
                let comma = self.at;
                self.at += 1;
                self.blanks();
                if self.recover && self.peek() == Some(close) {
                    self.report(&self.problem_at(comma, SURPLUS));
                    return Ok(());
                }
            }
            _ if first => {}
            // Only the comma is missing.
            Some(b'"') if self.recover => self.report(&self.problem(COMMA)),
            _ => return Err(self.problem(COMMA)),
        }
        if self.recover {
            self.close_what_lies_deeper();
        }
        self.begin_member();
        if self.builder.in_mapping() {
            self.key()?;
        }
        self.value()
    }

    /// Steps over the closing bracket of the innermost collection.
    fn close(&mut self) {
        self.at += 1;
        self.open.pop();
        self.builder.close(Some(self.at as u32));
    }

    fn begin_member(&mut self) {
        let (at, column) = (self.at, self.column(self.at));
        if let Some(open) = self.open.last_mut() {
            open.member = at;
            open.column = open.column.or(column);
        }
    }

    fn key(&mut self) -> Step {
        if self.peek() != Some(b'"') {
            return Err(self.problem("a key in double quotes is expected here"));
        }
        self.string()?;
        let end = self.at;
        self.blanks();
        if self.peek() != Some(b':') {
            return Err(self.problem_at(end, "a colon is missing after this key"));
        }
        self.at += 1;
        self.blanks();
        Ok(())
    }

    fn value(&mut self) -> Step {
        self.blanks();
        let start = self.at as u32;
        match self.peek() {
            Some(b'"') => self.string(),
            Some(open @ (b'{' | b'[')) => {
                if self.builder.depth() >= MAX_DEPTH {
                    let message = "collections lie too deep in each other";
                    return Err(Problem {
                        code: Code::Limit,
                        at: self.at,
                        message,
                    });
                }
                self.at += 1;
                self.builder
                    .open(open == b'{', EcoString::new(), start, start);
                self.open.push(Open {
                    column: None,
                    member: start as usize,
                });
                Ok(())
            }
            Some(_) => self.word(),
            None => Err(self.problem("the text ends where a value is expected")),
        }
    }

    /// `true`, `false`, `null` or a number.
    fn word(&mut self) -> Step {
        let rest = &self.bytes[self.at..];
        let len = rest
            .iter()
            .position(|byte| !matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'+' | b'-' | b'.'))
            .unwrap_or(rest.len());
        let word = &self.text[self.at..self.at + len];
        if !matches!(word, "true" | "false" | "null") && !is_number(word) {
            return Err(self.problem("a value is expected here"));
        }
        let range = self.range(self.at, self.at + len);
        self.builder
            .scalar(word, true, EcoString::new(), range, range.start);
        self.at += len;
        Ok(())
    }

    fn string(&mut self) -> Step {
        let start = self.at;
        let mut at = start + 1;
        let mut owned: Option<String> = None;
        let mut from = at;
        loop {
            let Some(len) = self.bytes[at..]
                .iter()
                .position(|&b| b == b'"' || b == b'\\' || b < 0x20)
            else {
                return Err(self.problem("this text is never closed"));
            };
            at += len;
            match self.bytes[at] {
                b'"' => break,
                b'\\' => {
                    let text = owned.get_or_insert_default();
                    text.push_str(&self.text[from..at]);
                    at = self.escape(at, text)?;
                    from = at;
                }
                _ => {
                    return Err(Problem {
                        code: Code::Syntax,
                        at,
                        message: "a line break or control character inside a text must be written as an escape",
                    });
                }
            }
        }
        let tail = &self.text[from..at];
        let range = self.range(start, at + 1);
        match owned {
            None => self
                .builder
                .scalar(tail, false, EcoString::new(), range, range.start),
            Some(mut text) => {
                text.push_str(tail);
                self.builder
                    .scalar(&text, false, EcoString::new(), range, range.start)
            }
        };
        self.at = at + 1;
        Ok(())
    }

    /// Reads the escape at `at` and gives the offset after it.
    fn escape(&self, at: usize, into: &mut String) -> Step<usize> {
        let problem = |message| Problem {
            code: Code::Syntax,
            at,
            message,
        };
        let char = match self.bytes.get(at + 1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let high = self
                    .hex(at + 2)
                    .ok_or_else(|| problem("`\\u` needs four hexadecimal digits"))?;
                if !(0xD800..0xDC00).contains(&high) {
                    into.push(
                        char::from_u32(high).ok_or_else(|| problem("half of a surrogate pair"))?,
                    );
                    return Ok(at + 6);
                }
                let low = self
                    .bytes
                    .get(at + 6..at + 8)
                    .filter(|&two| two == b"\\u")
                    .and_then(|_| self.hex(at + 8));
                let low = low.filter(|low| (0xDC00..0xE000).contains(low));
                let low = low.ok_or_else(|| problem("half of a surrogate pair"))?;
                let char = char::from_u32(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00));
                into.push(char.ok_or_else(|| problem("half of a surrogate pair"))?);
                return Ok(at + 12);
            }
            _ => return Err(problem("JSON has no such escape")),
        };
        into.push(char);
        Ok(at + 2)
    }

    fn hex(&self, at: usize) -> Option<u32> {
        let digits = self.bytes.get(at..at + 4)?;
        digits.iter().try_fold(0, |sum, &byte| {
            Some(sum * 16 + (byte as char).to_digit(16)?)
        })
    }

    fn column(&self, at: usize) -> Option<usize> {
        // Only the blanks before it are looked at: the line may be the whole text.
        let before = self.bytes[..at].iter().rev();
        let blanks = before
            .take_while(|byte| matches!(byte, b' ' | b'\t'))
            .count();
        let line = at - blanks;
        (line == 0 || self.bytes[line - 1] == b'\n').then_some(blanks)
    }

    fn report(&mut self, problem: &Problem) {
        let len = self
            .text
            .get(problem.at..)
            .and_then(|rest| rest.chars().next())
            .map_or(0, char::len_utf8);
        let range = self.range(problem.at, problem.at + len);
        let span = Span::new(self.builder.document.source, range.start, range.end);
        self.builder
            .error(Diagnostic::new(problem.code, span, problem.message));
    }

    fn problem(&self, message: &'static str) -> Problem {
        self.problem_at(self.at, message)
    }

    fn problem_at(&self, at: usize, message: &'static str) -> Problem {
        Problem {
            code: Code::Syntax,
            at,
            message,
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn range(&self, start: usize, end: usize) -> Range {
        Range {
            start: start as u32,
            end: end as u32,
        }
    }
}

/// Whether this is a JSON number.
pub fn is_number(word: &str) -> bool {
    let word = word.as_bytes();
    let digits = |from: usize| {
        word[from..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count()
    };
    let mut at = usize::from(word.first() == Some(&b'-'));
    let whole = digits(at);
    if whole == 0 || (whole > 1 && word[at] == b'0') {
        return false;
    }
    at += whole;
    if word.get(at) == Some(&b'.') {
        let fraction = digits(at + 1);
        if fraction == 0 {
            return false;
        }
        at += 1 + fraction;
    }
    if matches!(word.get(at), Some(b'e' | b'E')) {
        at += 1 + usize::from(matches!(word.get(at + 1), Some(b'+' | b'-')));
        let exponent = word.get(at..).map_or(0, |_| digits(at));
        if exponent == 0 {
            return false;
        }
        at += exponent;
    }
    at == word.len()
}
