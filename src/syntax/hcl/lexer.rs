//! Bytes to tokens, one at a time and on demand: template contents are read by the parser, which knows where they are.

use std::cell::Cell;

use super::tree::{Comment, Range};

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    End,
    Newline,
    Name,
    Number,
    /// `"`; what follows belongs to a quoted template.
    Quote,
    /// `<<NAME` with its line end; what follows belongs to the heredoc.
    Heredoc,
    OpenBrace,
    CloseBrace,
    /// `~}`
    CloseStrip,
    OpenBracket,
    CloseBracket,
    OpenParen,
    CloseParen,
    Dot,
    Ellipsis,
    Comma,
    Colon,
    DoubleColon,
    Question,
    Assign,
    Arrow,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    And,
    Or,
    Bang,
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    /// A character that the language does not use, or a comment without an end.
    Invalid,
}

/// A token and its bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Token {
    pub(super) fn range(self) -> Range {
        Range {
            start: self.start,
            end: self.end,
        }
    }
}

/// Whether a byte goes on with a name that has begun: ASCII letters, digits, `_` and `-`.
static NAME: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        let b = byte as u8;
        table[byte] = b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
        byte += 1;
    }
    table
};

/// The lexer: a position in a text, and the comments it went over.
#[derive(Debug)]
pub(super) struct Lexer<'t> {
    /// The text up to where it may be read.
    pub(super) text: &'t str,
    /// The next byte to read.
    pub(super) at: usize,
    pub(super) comments: Vec<Comment>,
    /// From here on no `*/` follows: asked once, so that many `/*` do not each read to the end.
    no_comment_end: usize,
    /// The line that was asked about last: errors on one long line must not each go through it.
    line: Cell<Line>,
}

/// A line of a text.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Line {
    /// Its first byte.
    pub(super) start: usize,
    /// Where the space at its end begins.
    pub(super) trimmed: usize,
    /// Before its line end.
    pub(super) end: usize,
    /// The first byte of the next line, or the end of the text.
    pub(super) next: usize,
    /// How long the text was.
    len: usize,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str, at: usize) -> Self {
        Self {
            text,
            at,
            comments: Vec::new(),
            no_comment_end: usize::MAX,
            line: Cell::default(),
        }
    }

    pub(super) fn bytes(&self) -> &'t [u8] {
        self.text.as_bytes()
    }

    /// The byte at `at`, or 0 past the end (a NUL in the text is an invalid character like any other).
    pub(super) fn byte(&self, at: usize) -> u8 {
        self.bytes().get(at).copied().unwrap_or(0)
    }

    /// Goes on at `at`, or behind the comment that holds it; gives where. Comments behind it will be met again.
    pub(super) fn go_to(&mut self, mut at: usize) -> usize {
        while let Some(&Comment { range }) = self.comments.last() {
            if (range.start as usize) < at {
                at = at.max(range.end as usize);
                break;
            }
            self.comments.pop();
        }
        self.at = at;
        at
    }

    /// The next token; line ends are left out where the parser does not care for them.
    pub(super) fn next(&mut self, skip_newlines: bool) -> Token {
        loop {
            let start = self.at;
            let Some(&byte) = self.bytes().get(start) else {
                return self.token(Kind::End, start, start);
            };
            match byte {
                b' ' | b'\t' => self.at += 1,
                b'\n' | b'\r' => {
                    let len = match byte {
                        b'\n' => 1,
                        _ if self.byte(start + 1) == b'\n' => 2,
                        _ => return self.token(Kind::Invalid, start, start + 1),
                    };
                    if !skip_newlines {
                        return self.token(Kind::Newline, start, start + len);
                    }
                    self.at += len;
                }
                b'#' => self.line_comment(),
                b'/' if self.byte(start + 1) == b'/' => self.line_comment(),
                b'/' if self.byte(start + 1) == b'*' => {
                    if !self.block_comment() {
                        return self.token(Kind::Invalid, start, start + 2);
                    }
                }
                b'a'..=b'z' | b'A'..=b'Z' | b'_' => {
                    let end = self.name_end(start + 1);
                    return self.token(Kind::Name, start, end);
                }
                b'0'..=b'9' => return self.token(Kind::Number, start, self.number_end(start + 1)),
                0x80.. => return self.wide(start),
                _ => {
                    let (kind, len) = self.symbol(byte, start);
                    return self.token(kind, start, start + len);
                }
            }
        }
    }

    fn token(&mut self, kind: Kind, start: usize, end: usize) -> Token {
        self.at = end;
        Token {
            kind,
            start: start as u32,
            end: end as u32,
        }
    }

    fn symbol(&self, byte: u8, start: usize) -> (Kind, usize) {
        let next = self.byte(start + 1);
        match (byte, next) {
            (b'{', _) => (Kind::OpenBrace, 1),
            (b'}', _) => (Kind::CloseBrace, 1),
            (b'"', _) => (Kind::Quote, 1),
            (b'[', _) => (Kind::OpenBracket, 1),
            (b']', _) => (Kind::CloseBracket, 1),
            (b'(', _) => (Kind::OpenParen, 1),
            (b')', _) => (Kind::CloseParen, 1),
            (b'.', b'.') if self.byte(start + 2) == b'.' => (Kind::Ellipsis, 3),
            (b'.', _) => (Kind::Dot, 1),
            (b',', _) => (Kind::Comma, 1),
            (b'=', b'=') => (Kind::Equal, 2),
            (b'=', b'>') => (Kind::Arrow, 2),
            (b'=', _) => (Kind::Assign, 1),
            (b':', b':') => (Kind::DoubleColon, 2),
            (b':', _) => (Kind::Colon, 1),
            (b'?', _) => (Kind::Question, 1),
            (b'!', b'=') => (Kind::NotEqual, 2),
            (b'!', _) => (Kind::Bang, 1),
            (b'<', b'<') => self
                .heredoc_end(start)
                .map_or((Kind::Less, 1), |end| (Kind::Heredoc, end - start)),
            (b'<', b'=') => (Kind::LessEqual, 2),
            (b'<', _) => (Kind::Less, 1),
            (b'>', b'=') => (Kind::GreaterEqual, 2),
            (b'>', _) => (Kind::Greater, 1),
            (b'&', b'&') => (Kind::And, 2),
            (b'|', b'|') => (Kind::Or, 2),
            (b'+', _) => (Kind::Plus, 1),
            (b'-', _) => (Kind::Minus, 1),
            (b'*', _) => (Kind::Star, 1),
            (b'/', _) => (Kind::Slash, 1),
            (b'%', _) => (Kind::Percent, 1),
            (b'~', b'}') => (Kind::CloseStrip, 2),
            _ => (Kind::Invalid, 1),
        }
    }

    /// A token that begins with a character outside ASCII: a name or nothing the language knows.
    fn wide(&mut self, start: usize) -> Token {
        let first = self.text[start..].chars().next().unwrap_or('\0');
        let after = start + first.len_utf8();
        if unicode_id_start::is_id_start(first) {
            let end = self.name_end(after);
            return self.token(Kind::Name, start, end);
        }
        self.token(Kind::Invalid, start, after)
    }

    /// Where a name that has begun ends.
    fn name_end(&self, mut at: usize) -> usize {
        let bytes = self.bytes();
        loop {
            while at < bytes.len() && NAME[bytes[at] as usize] {
                at += 1;
            }
            if at == bytes.len() || bytes[at] < 0x80 {
                return at;
            }
            match self.text[at..].chars().next() {
                Some(wide) if unicode_id_start::is_id_continue(wide) => at += wide.len_utf8(),
                _ => return at,
            }
        }
    }

    /// Where a number that has begun ends. Like HashiCorp's scanner this takes every digit, point and exponent it
    /// can get (`1.2.3` is one token, refused later), but never ends with a point.
    fn number_end(&self, mut at: usize) -> usize {
        let mut end = at;
        loop {
            let byte = self.byte(at);
            match byte {
                b'0'..=b'9' => at += 1,
                b'.' => {
                    at += 1;
                    continue;
                }
                b'e' | b'E' => {
                    let sign = usize::from(matches!(self.byte(at + 1), b'+' | b'-'));
                    if !self.byte(at + 1 + sign).is_ascii_digit() {
                        return end;
                    }
                    at += sign + 2;
                }
                _ => return end,
            }
            end = at;
        }
    }

    /// Where the introduction of a heredoc at `start` ends, if it is one: `<<`, perhaps `-`, a name, a line end.
    pub(super) fn heredoc_end(&self, start: usize) -> Option<usize> {
        let name = start + 2 + usize::from(self.byte(start + 2) == b'-');
        let first = self.text.get(name..)?.chars().next()?;
        if first != '_' && !unicode_id_start::is_id_start(first) {
            return None;
        }
        let end = self.name_end(name + first.len_utf8());
        match (self.byte(end), self.byte(end + 1)) {
            (b'\n', _) => Some(end + 1),
            (b'\r', b'\n') => Some(end + 2),
            _ => None,
        }
    }

    fn line_comment(&mut self) {
        let start = self.at;
        let end = self.line_end(start);
        self.comments.push(Comment {
            range: Range {
                start: start as u32,
                end: end as u32,
            },
        });
        self.at = end;
    }

    fn block_comment(&mut self) -> bool {
        let start = self.at;
        if start >= self.no_comment_end {
            return false;
        }
        let Some(len) = memchr::memmem::find(&self.bytes()[start + 2..], b"*/") else {
            self.no_comment_end = start;
            return false;
        };
        let end = start + 2 + len + 2;
        self.comments.push(Comment {
            range: Range {
                start: start as u32,
                end: end as u32,
            },
        });
        self.at = end;
        true
    }

    /// The line that holds `at`.
    pub(super) fn line(&self, at: usize) -> Line {
        let known = self.line.get();
        let inside = known.start <= at && (at <= known.end || at < known.next);
        if known.len == self.text.len() && inside {
            return known;
        }
        let bytes = self.bytes();
        let start = memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |found| found + 1);
        let (end, next) = match memchr::memchr(b'\n', &bytes[at..]) {
            Some(len) if at + len > start && bytes[at + len - 1] == b'\r' => {
                (at + len - 1, at + len + 1)
            }
            Some(len) => (at + len, at + len + 1),
            None => (bytes.len(), bytes.len()),
        };
        let line = Line {
            start,
            trimmed: start + self.text[start..end].trim_end().len(),
            end,
            next,
            len: bytes.len(),
        };
        self.line.set(line);
        line
    }

    /// The end of the line that holds `at`, before its line end.
    pub(super) fn line_end(&self, at: usize) -> usize {
        // Between the two bytes of a line end, it is behind it.
        self.line(at).end.max(at)
    }

    /// The first byte of the line after the one that holds `at`, or the end.
    pub(super) fn next_line(&self, at: usize) -> usize {
        self.line(at).next
    }
}
