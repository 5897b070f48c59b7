//! HCL to tokens, whole: nothing between two tokens but spaces.

/// What a token is, as far as spaces depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Newline,
    Comment,
    Name,
    Number,
    /// A quotation mark that begins a template.
    Quote,
    /// One that ends it.
    Unquote,
    /// Text of a template.
    Text,
    /// `<<NAME` with its line end.
    Heredoc,
    /// The last line of a heredoc.
    HeredocEnd,
    /// `${` or `%{`.
    Interpolation,
    /// The brace that ends one.
    InterpolationEnd,
    Open,
    Close,
    OpenBrace,
    CloseBrace,
    OpenBracket,
    Dot,
    Comma,
    Colons,
    Equal,
    Minus,
    Bang,
    /// Every other operator.
    Operator,
}

/// A token: its text, and how many spaces stand before it.
#[derive(Debug, Clone)]
pub(super) struct Token<'t> {
    pub(super) kind: Kind,
    pub(super) text: &'t str,
    pub(super) spaces: usize,
}

impl Token<'_> {
    /// How many brackets it opens.
    pub(super) fn opens(&self) -> isize {
        match self.kind {
            Kind::Open | Kind::OpenBrace | Kind::OpenBracket | Kind::Interpolation => 1,
            Kind::Close | Kind::CloseBrace | Kind::InterpolationEnd => -1,
            _ => 0,
        }
    }

    /// Whether a line ends with it: comments on one line hold their line end.
    pub(super) fn ends_line(&self) -> bool {
        self.kind == Kind::Newline || self.kind == Kind::Comment && self.text.ends_with('\n')
    }
}

/// Where the lexer is: each bracket that has to be closed, and each template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Within<'t> {
    Brace,
    Interpolation,
    Quoted,
    Heredoc(&'t str),
}

/// The operators of more than one character.
const LONG: [&str; 9] = ["...", "==", "!=", "<=", ">=", "&&", "||", "=>", "::"];

/// The tokens of a text.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut lexer = Lexer {
        rest: text,
        within: Vec::new(),
        tokens: Vec::new(),
        spaces: 0,
    };
    while !lexer.rest.is_empty() {
        match lexer.within.last().copied() {
            Some(Within::Quoted) => lexer.quoted(),
            Some(Within::Heredoc(name)) => lexer.heredoc(name),
            _ => lexer.plain(),
        }
    }
    lexer.tokens
}

struct Lexer<'t> {
    rest: &'t str,
    within: Vec<Within<'t>>,
    tokens: Vec<Token<'t>>,
    spaces: usize,
}

impl<'t> Lexer<'t> {
    fn take(&mut self, kind: Kind, length: usize) {
        let (text, rest) = self.rest.split_at(length);
        let spaces = std::mem::take(&mut self.spaces);
        self.tokens.push(Token { kind, text, spaces });
        self.rest = rest;
    }

    /// A token outside of the text of a template.
    fn plain(&mut self) {
        let rest = self.rest;
        let first = rest.chars().next().unwrap_or_default();
        match first {
            ' ' | '\t' | '\r' => {
                self.spaces += 1;
                self.rest = &rest[1..];
            }
            '\n' => self.take(Kind::Newline, 1),
            '#' => self.take(Kind::Comment, line(rest)),
            '/' if rest.starts_with("//") => self.take(Kind::Comment, line(rest)),
            '/' if rest.starts_with("/*") => {
                let end = rest.find("*/").map_or(rest.len(), |at| at + 2);
                self.take(Kind::Comment, end);
            }
            '"' => {
                self.within.push(Within::Quoted);
                self.take(Kind::Quote, 1);
            }
            '<' if heredoc_name(rest).is_some() => {
                let name = heredoc_name(rest).unwrap_or_default();
                self.within.push(Within::Heredoc(name));
                self.take(Kind::Heredoc, line(rest));
            }
            '{' => {
                self.within.push(Within::Brace);
                self.take(Kind::OpenBrace, 1);
            }
            '~' if rest.starts_with("~}") && self.within.last() == Some(&Within::Interpolation) => {
                self.within.pop();
                self.take(Kind::InterpolationEnd, 2);
            }
            '}' => match self.within.pop() {
                Some(Within::Interpolation) => self.take(Kind::InterpolationEnd, 1),
                _ => self.take(Kind::CloseBrace, 1),
            },
            '[' => self.take(Kind::OpenBracket, 1),
            '(' => self.take(Kind::Open, 1),
            ']' | ')' => self.take(Kind::Close, 1),
            ',' => self.take(Kind::Comma, 1),
            '0'..='9' => self.take(Kind::Number, number(rest)),
            c if c.is_alphabetic() || c == '_' => {
                let more = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
                let length = rest.find(|c| !more(c)).unwrap_or(rest.len());
                self.take(Kind::Name, length);
            }
            _ => self.operator(first),
        }
    }

    fn operator(&mut self, first: char) {
        let long = LONG.iter().find(|long| self.rest.starts_with(**long));
        let kind = match (long, first) {
            // Both stand close to what is before them.
            (Some(&"..."), _) => Kind::Comma,
            (Some(&"::"), _) => Kind::Colons,
            (Some(_), _) => Kind::Operator,
            (None, '.') => Kind::Dot,
            (None, '=') => Kind::Equal,
            (None, '-') => Kind::Minus,
            (None, '!') => Kind::Bang,
            _ => Kind::Operator,
        };
        self.take(kind, long.map_or(first.len_utf8(), |long| long.len()));
    }

    /// Text between quotation marks.
    fn quoted(&mut self) {
        let bytes = self.rest.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            match bytes[at] {
                b'\\' => at += 1,
                b'$' | b'%' if escaped(bytes, at) => at += 2,
                b'"' | b'\n' => break,
                b'$' | b'%' if bytes.get(at + 1) == Some(&b'{') => break,
                _ => {}
            }
            at += 1;
        }
        let at = at.min(bytes.len());
        let at = (at..=bytes.len())
            .find(|at| self.rest.is_char_boundary(*at))
            .unwrap_or(bytes.len());
        match bytes.get(at) {
            _ if at > 0 => self.take(Kind::Text, at),
            Some(b'"') => {
                self.within.pop();
                self.take(Kind::Unquote, 1);
            }
            Some(b'\n') | None => {
                self.within.pop();
            }
            Some(_) => self.interpolation(),
        }
    }

    fn interpolation(&mut self) {
        self.within.push(Within::Interpolation);
        let strip = self.rest.as_bytes().get(2) == Some(&b'~');
        self.take(Kind::Interpolation, 2 + usize::from(strip));
    }

    /// Lines of a heredoc up to an interpolation or its end.
    fn heredoc(&mut self, name: &str) {
        let own = self.tokens.last().map(|token| token.kind);
        let starts_line = self
            .tokens
            .last()
            .is_some_and(|last| last.text.ends_with('\n'));
        let end = line(self.rest);
        let text = self.rest[..end].trim_end_matches('\n');
        if starts_line && own != Some(Kind::InterpolationEnd) && text.trim() == name {
            self.within.pop();
            return self.take(Kind::HeredocEnd, text.len());
        }
        let bytes = self.rest.as_bytes();
        let mut at = 0;
        while at < end {
            match bytes[at] {
                b'$' | b'%' if escaped(bytes, at) => at += 3,
                b'$' | b'%' if bytes.get(at + 1) == Some(&b'{') => break,
                _ => at += 1,
            }
        }
        match at.min(end) {
            0 => self.interpolation(),
            at => self.take(Kind::Text, at),
        }
    }
}

/// Whether `$${` or `%%{` stands here.
fn escaped(bytes: &[u8], at: usize) -> bool {
    bytes.get(at + 1) == Some(&bytes[at]) && bytes.get(at + 2) == Some(&b'{')
}

/// The length of the first line, with its end.
fn line(text: &str) -> usize {
    text.find('\n').map_or(text.len(), |at| at + 1)
}

/// The word that ends the heredoc that begins here.
fn heredoc_name(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("<<")?;
    let rest = rest.strip_prefix('-').unwrap_or(rest);
    let name = rest.split('\n').next()?.trim_end();
    let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    (!name.is_empty() && name.chars().all(is_name)).then_some(name)
}

fn number(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let fraction = bytes[at] == b'.' && bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
        let exponent = matches!(bytes[at], b'e' | b'E')
            && bytes
                .get(at + 1)
                .is_some_and(|next| next.is_ascii_digit() || matches!(next, b'+' | b'-'));
        match bytes[at].is_ascii_digit() || fraction {
            true => at += 1,
            false if exponent => at += 2,
            false => break,
        }
    }
    at
}
