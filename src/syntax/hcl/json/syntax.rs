//! JSON text to a flat array of values, strictly, each with its bytes.

use super::super::tree::Range;

/// How deep arrays and objects may be nested.
const MAX_DEPTH: usize = super::super::parser::MAX_DEPTH as usize / 2;

/// How many errors are worth telling.
const MAX_ERRORS: usize = 100;

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Null,
    Bool(bool),
    Number,
    /// The bytes between the quotes; with escapes undone they lie behind the source.
    String(Range),
    /// The values in it follow it.
    Array,
    /// Keys (strings) and values in turn follow it.
    Object,
    /// Something that could not be read.
    Broken,
}

/// A value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    pub(super) shape: Shape,
    pub(super) range: Range,
    /// The index behind everything in it.
    pub(super) next: u32,
}

/// Something wrong: where, what, and what to do.
pub(super) struct Problem {
    pub(super) range: Range,
    pub(super) message: &'static str,
    pub(super) help: &'static str,
    /// Too deep, not ill-formed.
    pub(super) limit: bool,
}

/// A JSON text, read.
#[derive(Default)]
pub(super) struct Json {
    pub(super) nodes: Vec<Node>,
    pub(super) problems: Vec<Problem>,
    /// Strings whose escapes were undone, one behind the other.
    pub(super) unescaped: String,
    /// Where each of them begins, counted from the start of the source, and its bytes in the source.
    pub(super) synthetic: Vec<(u32, Range)>,
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
    json: Json,
}

/// Reads a JSON text.
pub(super) fn read(text: &str) -> Json {
    let mut reader = Reader {
        text,
        at: 0,
        depth: 0,
        json: Json::default(),
    };
    if text.starts_with('\u{FEFF}') {
        reader.problem(
            0,
            3,
            "JSON does not begin with a byte order mark",
            "save the file without one",
        );
        reader.at = 3;
    }
    reader.value();
    reader.space();
    if reader.at < text.len() && reader.json.problems.is_empty() {
        reader.problem(
            reader.at,
            text.len(),
            "there is text behind the JSON value",
            "remove it, or put it inside",
        );
    }
    reader.json
}

impl Reader<'_> {
    fn problem(&mut self, start: usize, end: usize, message: &'static str, help: &'static str) {
        if self.json.problems.len() < MAX_ERRORS {
            let range = Range {
                start: start as u32,
                end: end as u32,
            };
            self.json.problems.push(Problem {
                range,
                message,
                help,
                limit: false,
            });
        }
    }

    fn byte(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    fn ended(&self) -> bool {
        self.at >= self.text.len()
    }

    fn space(&mut self) {
        while matches!(self.byte(), b' ' | b'\t' | b'\n' | b'\r') && !self.ended() {
            self.at += 1;
        }
    }

    fn node(&mut self, shape: Shape, start: usize) -> usize {
        let range = Range {
            start: start as u32,
            end: self.at as u32,
        };
        self.json.nodes.push(Node {
            shape,
            range,
            next: self.json.nodes.len() as u32 + 1,
        });
        self.json.nodes.len() - 1
    }

    fn value(&mut self) {
        self.space();
        let start = self.at;
        match self.byte() {
            b'{' | b'[' => self.container(),
            b'"' => self.string(),
            b'-' | b'0'..=b'9' => self.number(),
            b'a'..=b'z' | b'A'..=b'Z' => self.word(),
            _ => {
                let message = "a JSON value is missing here";
                self.problem(
                    start,
                    start,
                    message,
                    "write an object, an array, a string, a number, true, false or null",
                );
                self.node(Shape::Broken, start);
            }
        }
    }

    fn container(&mut self) {
        let start = self.at;
        let object = self.byte() == b'{';
        let node = self.node(if object { Shape::Object } else { Shape::Array }, start);
        if self.depth >= MAX_DEPTH {
            let range = Range {
                start: start as u32,
                end: start as u32 + 1,
            };
            let (message, help) = (
                "this is nested too deep",
                "move inner parts into local values",
            );
            self.json.problems.push(Problem {
                range,
                message,
                help,
                limit: true,
            });
            self.json.nodes[node].shape = Shape::Broken;
            self.skip();
        } else {
            self.depth += 1;
            self.at += 1;
            self.members(object, start);
            self.depth -= 1;
        }
        self.json.nodes[node].range.end = self.at as u32;
        self.json.nodes[node].next = self.json.nodes.len() as u32;
    }

    /// What is in an object or array, and its closing bracket.
    fn members(&mut self, object: bool, open: usize) {
        let mut comma = None;
        loop {
            self.space();
            match self.byte() {
                _ if self.ended() => {
                    let message = if object {
                        "this object is not closed"
                    } else {
                        "this array is not closed"
                    };
                    return self.problem(
                        open,
                        open + 1,
                        message,
                        "add the closing bracket where it ends",
                    );
                }
                byte @ (b'}' | b']') => {
                    if let Some(comma) = comma {
                        let help = "remove it: JSON knows no comma behind the last value";
                        self.problem(comma, comma + 1, "a value must follow this comma", help);
                    }
                    if (byte == b'}') != object {
                        let help = "close { with } and [ with ]";
                        self.problem(
                            self.at,
                            self.at + 1,
                            "this bracket does not match the one it closes",
                            help,
                        );
                    }
                    self.at += 1;
                    return;
                }
                _ => {}
            }
            let before = self.at;
            if object {
                self.entry()
            } else {
                self.value()
            }
            self.space();
            comma = (self.byte() == b',').then_some(self.at);
            match self.byte() {
                b',' => self.at += 1,
                b'}' | b']' => {}
                _ if self.ended() => {}
                _ => {
                    self.problem(
                        self.at,
                        self.at,
                        "a comma is missing here",
                        "put a comma between two values",
                    );
                    if self.at == before || self.byte() != b'"' {
                        self.skip_stray();
                    }
                }
            }
        }
    }

    /// A key, a colon and a value; always two nodes.
    fn entry(&mut self) {
        let start = self.at;
        if self.byte() == b'"' {
            self.string();
        } else {
            let message = "the name of a property must be a string";
            self.problem(
                start,
                start,
                message,
                "write it in double quotes; JSON has no comments, but a property named //",
            );
            self.node(Shape::Broken, start);
            self.skip_stray();
            self.node(Shape::Broken, start);
            return;
        }
        self.space();
        if self.byte() == b':' {
            self.at += 1;
            return self.value();
        }
        self.problem(
            self.at,
            self.at,
            "a colon is missing behind the name of this property",
            "write \"name\": value",
        );
        if self.byte() == b'=' {
            self.at += 1;
            return self.value();
        }
        let at = self.at;
        self.node(Shape::Broken, at);
    }

    /// Steps over what does not fit, up to a comma or a bracket.
    fn skip_stray(&mut self) {
        while !self.ended()
            && !matches!(self.byte(), b',' | b'{' | b'}' | b'[' | b']' | b'"' | b'\n')
        {
            self.at += 1;
        }
        if matches!(self.byte(), b'{' | b'[') {
            self.skip();
        } else if self.byte() == b'"' {
            self.skip_string();
        }
    }

    /// Steps over a container without looking at what is in it.
    fn skip(&mut self) {
        let mut depth = 0usize;
        while !self.ended() {
            match self.byte() {
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                b'"' => {
                    self.skip_string();
                    continue;
                }
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return;
            }
        }
    }

    /// Steps over a string; whether it was closed, and whether it has escapes.
    fn skip_string(&mut self) -> (bool, bool) {
        let mut escapes = false;
        self.at += 1;
        while let Some(len) = self.text.as_bytes()[self.at..]
            .iter()
            .position(|&byte| byte < 32 || matches!(byte, b'"' | b'\\'))
        {
            self.at += len;
            match self.byte() {
                b'"' => {
                    self.at += 1;
                    return (true, escapes);
                }
                b'\\' => {
                    escapes = true;
                    self.at += 1;
                    self.at += self.text[self.at..]
                        .chars()
                        .next()
                        .filter(|&char| char >= ' ')
                        .map_or(0, char::len_utf8);
                }
                _ => return (false, escapes),
            }
        }
        self.at = self.text.len();
        (false, escapes)
    }

    fn string(&mut self) {
        let start = self.at;
        let (closed, escapes) = self.skip_string();
        let inner = start + 1..self.at - usize::from(closed);
        if !closed {
            let help =
                "close it with a double quote; write \\n for a line end and \\t for a tab in it";
            self.problem(start, self.at, "this string is not closed", help);
        }
        let mut place = Range {
            start: inner.start as u32,
            end: inner.end as u32,
        };
        if escapes {
            let source = place;
            let first = self.text.len() + self.json.unescaped.len();
            self.unescape(inner);
            place = Range {
                start: first as u32,
                end: (self.text.len() + self.json.unescaped.len()) as u32,
            };
            self.json.synthetic.push((place.start, source));
        }
        self.node(Shape::String(place), start);
    }

    fn unescape(&mut self, inner: std::ops::Range<usize>) {
        let mut rest = &self.text[inner.clone()];
        while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
            self.json.unescaped.push_str(&rest[..at]);
            let (len, char) = escape(&rest[at..]);
            if char.is_none() {
                let place = inner.end - rest.len() + at;
                let help = r#"the escapes of JSON are \" \\ \/ \b \f \n \r \t \uNNNN"#;
                self.problem(place, place + len, "this escape does not exist", help);
            }
            self.json.unescaped.extend(char);
            rest = &rest[at + len..];
        }
        self.json.unescaped.push_str(rest);
    }

    fn number(&mut self) {
        let start = self.at;
        while matches!(self.byte(), b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9') {
            self.at += 1;
        }
        if !is_number(&self.text[start..self.at]) {
            let help =
                "write digits, perhaps with a sign, a point and an exponent, without leading zeros";
            self.problem(start, self.at, "this is not a JSON number", help);
            self.node(Shape::Broken, start);
            return;
        }
        self.node(Shape::Number, start);
    }

    fn word(&mut self) {
        let start = self.at;
        while self.byte().is_ascii_alphanumeric() || self.byte() == b'_' {
            self.at += 1;
        }
        let shape = match &self.text[start..self.at] {
            "true" => Shape::Bool(true),
            "false" => Shape::Bool(false),
            "null" => Shape::Null,
            _ => {
                self.problem(
                    start,
                    self.at,
                    "JSON does not know this word",
                    "write text in double quotes",
                );
                Shape::Broken
            }
        };
        self.node(shape, start);
    }
}

/// The escape at the start of `raw`: its length and what it stands for. Half a surrogate pair is U+FFFD.
fn escape(raw: &str) -> (usize, Option<char>) {
    let char = match raw.as_bytes().get(1) {
        Some(b'"') => '"',
        Some(b'\\') => '\\',
        Some(b'/') => '/',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{C}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => return unicode(raw),
        _ => return (1, None),
    };
    (2, Some(char))
}

fn unicode(raw: &str) -> (usize, Option<char>) {
    let code = |at: usize| {
        let hex = raw.get(at..at + 6)?.strip_prefix("\\u")?;
        let digits = hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        digits.then(|| u32::from_str_radix(hex, 16).ok()).flatten()
    };
    let Some(first) = code(0) else {
        return (2, None);
    };
    if let (0xD800..=0xDBFF, Some(second @ 0xDC00..=0xDFFF)) = (first, code(6)) {
        return (
            12,
            char::from_u32(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)),
        );
    }
    (
        6,
        Some(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER)),
    )
}

/// Whether this is a number by the grammar of JSON.
fn is_number(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|text| digits(text.strip_prefix(['+', '-']).unwrap_or(text)))
}
