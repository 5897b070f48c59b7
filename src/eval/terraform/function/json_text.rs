//! A reader of JSON that keeps the places: Go's `encoding/json` in what it accepts.

use super::place::Places;
use crate::eval::terraform::types::MAX_DEPTH;
use crate::eval::{Data, Entry, Number, Value};
use crate::source::Span;

/// Why a text was not read.
pub(super) enum Refusal {
    /// It is not JSON.
    Syntax(String),
    /// It is beyond the bounds.
    Limit,
}

/// The most values of a document.
pub(super) const MAX_VALUES: usize = 1 << 18;

/// The value of a document of at most so many values.
///
/// # Errors
/// What is wrong with it.
pub(super) fn parse(text: &str, places: Places, most: usize) -> Result<Value, Refusal> {
    let mut parser = Parser {
        text,
        at: 0,
        places,
        left: most,
    };
    parser.document()
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    places: Places,
    /// Values that may still be read.
    left: usize,
}

impl Parser<'_> {
    fn document(&mut self) -> Result<Value, Refusal> {
        let value = self.value(0)?;
        self.blank();
        if self.at < self.text.len() {
            return Err(Refusal::Syntax("extraneous data after JSON object".into()));
        }
        Ok(value)
    }

    fn blank(&mut self) {
        let rest = &self.text[self.at..];
        self.at = self.text.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
    }

    fn refuse<T>(&self) -> Result<T, Refusal> {
        Err(Refusal::Syntax(match self.text[self.at..].chars().next() {
            Some(letter) => format!("invalid character {letter:?} at offset {}", self.at),
            None => "unexpected end of JSON input".into(),
        }))
    }

    fn eat(&mut self, token: &str) -> bool {
        let found = self.text[self.at..].starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn value(&mut self, depth: usize) -> Result<Value, Refusal> {
        self.left = self.left.saturating_sub(1);
        if depth > MAX_DEPTH || self.left == 0 {
            return Err(Refusal::Limit);
        }
        self.blank();
        let start = self.at;
        let data = match self.text.as_bytes().get(start) {
            Some(b'{') => return self.object(depth),
            Some(b'[') => return self.array(depth),
            Some(b'"') => {
                let (text, span) = self.string()?;
                return Ok(Value::text(text, span));
            }
            Some(b'-' | b'0'..=b'9') => self.number()?,
            _ if self.eat("null") => Data::Null,
            _ if self.eat("true") => Data::Bool(true),
            _ if self.eat("false") => Data::Bool(false),
            _ => return self.refuse(),
        };
        Ok(Value::new(data, self.places.at(start, self.at)))
    }

    fn number(&mut self) -> Result<Data, Refusal> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let digits = |at: &mut usize| {
            let from = *at;
            while bytes.get(*at).is_some_and(u8::is_ascii_digit) {
                *at += 1;
            }
            *at > from
        };
        let mut at = start + usize::from(bytes[start] == b'-');
        let zero = bytes.get(at) == Some(&b'0');
        let whole = at;
        let mut valid = digits(&mut at) && !(zero && at > whole + 1);
        if bytes.get(at) == Some(&b'.') {
            at += 1;
            valid &= digits(&mut at);
        }
        if matches!(bytes.get(at), Some(b'e' | b'E')) {
            at += 1 + usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
            valid &= digits(&mut at);
        }
        if !valid {
            return self.refuse();
        }
        self.at = at;
        Number::parse(&self.text[start..at])
            .map(Data::Number)
            .ok_or(Refusal::Limit)
    }

    /// A string and the place of what is between its quotes.
    fn string(&mut self) -> Result<(String, Span), Refusal> {
        self.at += 1;
        let start = self.at;
        let mut out = String::new();
        loop {
            let rest = &self.text[self.at..];
            let Some(stop) =
                rest.find(|letter: char| matches!(letter, '"' | '\\' | '\0'..='\u{1f}'))
            else {
                self.at = self.text.len();
                return self.refuse();
            };
            out.push_str(&rest[..stop]);
            self.at += stop;
            match rest.as_bytes()[stop] {
                b'"' => {
                    let span = self.places.at(start, self.at);
                    self.at += 1;
                    return Ok((out, span));
                }
                b'\\' => out.push(self.escaped()?),
                _ => return self.refuse(),
            }
        }
    }

    fn escaped(&mut self) -> Result<char, Refusal> {
        let letter = self.text.as_bytes().get(self.at + 1).copied();
        self.at += 1;
        let plain = match letter {
            Some(quoted @ (b'"' | b'\\' | b'/')) => char::from(quoted),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                let Some(high) = self.unit() else {
                    return self.refuse();
                };
                // Two escapes may be the halves of one letter; a half by itself is replaced, as Go does.
                if (0xd800..0xdc00).contains(&high) && self.text[self.at..].starts_with("\\u") {
                    let back = self.at;
                    self.at += 2;
                    let low = self.unit();
                    let pair = low.and_then(|low| char::decode_utf16([high, low]).next()?.ok());
                    match pair {
                        Some(letter) if u32::from(letter) > 0xffff => return Ok(letter),
                        _ => self.at = back,
                    }
                }
                return Ok(char::from_u32(u32::from(high)).unwrap_or('\u{fffd}'));
            }
            _ => return self.refuse(),
        };
        self.at += 1;
        Ok(plain)
    }

    fn unit(&mut self) -> Option<u16> {
        let digits = self.text.get(self.at..self.at + 4)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        self.at += 4;
        u16::from_str_radix(digits, 16).ok()
    }

    fn array(&mut self, depth: usize) -> Result<Value, Refusal> {
        let start = self.at;
        self.at += 1;
        let mut items = Vec::new();
        self.blank();
        if !self.eat("]") {
            loop {
                items.push(self.value(depth + 1)?);
                self.blank();
                if self.eat("]") {
                    break;
                }
                if !self.eat(",") {
                    return self.refuse();
                }
            }
        }
        Ok(Value::tuple(items, self.places.at(start, self.at)))
    }

    fn object(&mut self, depth: usize) -> Result<Value, Refusal> {
        let start = self.at;
        self.at += 1;
        let mut entries: Vec<Entry> = Vec::new();
        self.blank();
        if !self.eat("}") {
            loop {
                self.blank();
                if !self.text[self.at..].starts_with('"') {
                    return self.refuse();
                }
                let (key, span) = self.string()?;
                self.blank();
                if !self.eat(":") {
                    return self.refuse();
                }
                let value = self.value(depth + 1)?;
                entries.push(Entry {
                    key: key.into(),
                    span,
                    value,
                });
                self.blank();
                if self.eat("}") {
                    break;
                }
                if !self.eat(",") {
                    return self.refuse();
                }
            }
        }
        Ok(Value::object(entries, self.places.at(start, self.at)))
    }
}
