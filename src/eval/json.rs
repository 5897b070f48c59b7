//! JSON text with holes to a value: the text of a policy document or of container definitions, some of whose pieces are
//! not known.
//!
//! Members keep the bytes that wrote them where the text is those very bytes (heredocs); elsewhere they keep the place of
//! the whole text.

use std::sync::Arc;

use ecow::EcoString;

use crate::eval::{
    Collection, Data, Entry, List, Map, Number, Origin, Piece, Template, Unknown, Value, Why,
};
use crate::source::Span;

/// The deepest nesting that is read.
const MAX_DEPTH: usize = 64;
/// Stands for an unknown piece in the flat text. JSON admits no such character unescaped.
const HOLE: char = '\u{1}';

/// The value that a text is the JSON of.
///
/// # Errors
/// Where and why it is no JSON, as a sentence.
pub fn parse(text: &Value) -> Result<Value, (Span, String)> {
    match parse_loosely(text)? {
        (value, None) => Ok(value),
        (_, Some(wrong)) => Err(wrong),
    }
}

/// Where a text is no JSON, and why, as a sentence.
pub(super) type Fault = (Span, String);

/// The value that a text is the JSON of, and where and why it is not quite JSON: commas that are missing or too many leave
/// no doubt about the value.
///
/// # Errors
/// Where and why it is no JSON at all, as a sentence.
pub fn parse_loosely(text: &Value) -> Result<(Value, Option<Fault>), Fault> {
    let own = text.resolved();
    let mut input = Input {
        text: String::new(),
        segments: Vec::new(),
        holes: Vec::new(),
        origin: own.origin.clone(),
    };
    match &own.data {
        Data::Text(text) => input.push(text, own.origin.span),
        Data::Template(template) => {
            for piece in &template.pieces {
                match piece {
                    Piece::Text(text, span) => input.push(text, *span),
                    Piece::Value(value) => {
                        input.holes.push((input.text.len(), value.clone()));
                        input.text.push(HOLE);
                    }
                }
            }
        }
        _ => return Err((own.origin.span, "this is no text".into())),
    }
    let mut reader = Reader {
        input: &input,
        at: 0,
        tolerated: None,
    };
    let value = reader.value(0)?;
    reader.space();
    if reader.at < input.text.len() {
        return Err(reader.wrong("text after the end of the JSON"));
    }
    Ok((value, reader.tolerated))
}

/// A text laid flat, with the way back to its places.
struct Input {
    text: String,
    /// Where a known piece begins in the flat text, its bytes, and whether they are the very text.
    segments: Vec<(usize, Span, bool)>,
    holes: Vec<(usize, Value)>,
    origin: Origin,
}

impl Input {
    fn push(&mut self, text: &str, span: Span) {
        let exact = span.is_somewhere() && span.len() as usize == text.len();
        self.segments.push((self.text.len(), span, exact));
        self.text.push_str(text);
    }

    /// The bytes behind a part of the flat text.
    fn span(&self, from: usize, to: usize) -> Span {
        let at = self.segments.partition_point(|(start, ..)| *start <= from);
        let Some(&(start, span, exact)) = at.checked_sub(1).and_then(|at| self.segments.get(at))
        else {
            return self.origin.span;
        };
        if !exact {
            return if span.is_somewhere() {
                span
            } else {
                self.origin.span
            };
        }
        let first = (span.start + (from - start) as u32).min(span.end);
        let last = (span.start + (to - start) as u32).min(span.end);
        Span::new(span.source, first, last.max(first))
    }

    fn hole(&self, at: usize) -> Option<&Value> {
        let index = self
            .holes
            .binary_search_by_key(&at, |(start, _)| *start)
            .ok()?;
        Some(&self.holes[index].1)
    }
}

type Read<T> = Result<T, (Span, String)>;

/// What stands in front of the reader in a collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Last {
    /// The bracket.
    Start,
    /// A member.
    Value,
    /// What is not known: it may have ended with a member or a comma.
    Hole,
    Comma,
}

struct Reader<'a> {
    input: &'a Input,
    at: usize,
    /// The first comma that is missing or too many.
    tolerated: Option<(Span, String)>,
}

impl Reader<'_> {
    fn wrong(&self, message: &str) -> (Span, String) {
        (self.input.span(self.at, self.at + 1), message.to_owned())
    }

    /// Goes on in spite of a comma that is missing or too many.
    fn tolerate(&mut self, message: &str) {
        let wrong = self.wrong(message);
        self.tolerated.get_or_insert(wrong);
    }

    fn peek(&self) -> Option<u8> {
        self.input.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn made(&self, data: Data, from: usize) -> Value {
        let origin = Origin {
            span: self.input.span(from, self.at),
            via: self.input.origin.via.clone(),
        };
        Value {
            data,
            origin,
            sensitive: false,
        }
    }

    fn value(&mut self, depth: usize) -> Read<Value> {
        if depth > MAX_DEPTH {
            return Err(self.wrong("nested too deeply"));
        }
        self.space();
        let from = self.at;
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => self.string(),
            Some(b'\x01') => {
                self.at += 1;
                self.input
                    .hole(from)
                    .cloned()
                    .ok_or_else(|| self.wrong("a control character"))
            }
            Some(_) => {
                let rest = &self.input.text[from..];
                let end = rest
                    .find(|c: char| ",]} \t\r\n\u{1}".contains(c))
                    .unwrap_or(rest.len());
                self.at += end;
                let data = match &rest[..end] {
                    "true" => Data::Bool(true),
                    "false" => Data::Bool(false),
                    "null" => Data::Null,
                    other => Data::Number(Number::parse(other).ok_or_else(|| {
                        (
                            self.input.span(from, self.at),
                            format!("`{other}` is no JSON value"),
                        )
                    })?),
                };
                Ok(self.made(data, from))
            }
            None => Err(self.wrong("the JSON ends too early")),
        }
    }

    fn object(&mut self, depth: usize) -> Read<Value> {
        let from = self.at;
        self.at += 1;
        let mut entries = Vec::new();
        let mut last = Last::Start;
        loop {
            self.space();
            match (self.peek(), last) {
                (Some(b'}'), _) => {
                    if last == Last::Comma {
                        self.tolerate("a key is expected after a comma");
                    }
                    break;
                }
                (Some(b','), _) => self.comma(&mut last),
                (Some(b'"'), _) => {
                    if last == Last::Value {
                        self.tolerate("`,` is expected between members");
                    }
                    let key = self.key()?;
                    last = self.after_value();
                    let value = self.value(depth + 1)?;
                    entries.push(Entry {
                        key: key.0,
                        span: key.1,
                        value,
                    });
                }
                _ => return Err(self.wrong("a key or `}` is expected")),
            }
        }
        self.at += 1;
        Ok(self.made(
            Data::Map(Arc::new(Map::new(entries, None, Collection::Structural))),
            from,
        ))
    }

    fn comma(&mut self, last: &mut Last) {
        if matches!(last, Last::Start | Last::Comma) {
            self.tolerate("a comma stands where a member is expected");
        }
        self.at += 1;
        *last = Last::Comma;
    }

    /// A key and the colon behind it.
    fn key(&mut self) -> Read<(EcoString, Span)> {
        let from = self.at;
        let key = self.string()?;
        let Some(text) = key.as_text().map(EcoString::from) else {
            return Err((
                self.input.span(from, self.at),
                "a key that is not known".into(),
            ));
        };
        self.space();
        if self.peek() != Some(b':') {
            return Err(self.wrong("`:` is expected after a key"));
        }
        self.at += 1;
        Ok((text, key.origin.span))
    }

    /// What the value that begins here will have been.
    fn after_value(&mut self) -> Last {
        self.space();
        match self.peek() {
            Some(b'\x01') => Last::Hole,
            _ => Last::Value,
        }
    }

    fn array(&mut self, depth: usize) -> Read<Value> {
        let from = self.at;
        self.at += 1;
        let mut items = Vec::new();
        let mut rest = None;
        let mut last = Last::Start;
        loop {
            self.space();
            match (self.peek(), last) {
                // A bare hole may bring any number of members, with their commas.
                (Some(b'\x01'), _) => {
                    let hole = self.value(depth + 1)?;
                    let why = hole.first_why().unwrap_or(Why::Unclear);
                    rest.get_or_insert_with(|| {
                        Arc::new(Unknown {
                            why,
                            among: Vec::new(),
                        })
                    });
                    last = Last::Hole;
                }
                (Some(b']'), _) => {
                    if last == Last::Comma {
                        self.tolerate("a value is expected after a comma");
                    }
                    break;
                }
                (Some(b','), _) => self.comma(&mut last),
                (Some(_), _) => {
                    if last == Last::Value {
                        self.tolerate("`,` or `]` is expected");
                    }
                    items.push(self.value(depth + 1)?);
                    last = Last::Value;
                }
                (None, _) => return Err(self.wrong("`]` is missing")),
            }
        }
        self.at += 1;
        Ok(self.made(
            Data::List(Arc::new(List {
                items,
                rest,
                kind: Collection::Structural,
            })),
            from,
        ))
    }

    fn string(&mut self) -> Read<Value> {
        let from = self.at;
        self.at += 1;
        let mut pieces: Vec<Piece> = Vec::new();
        let mut text = EcoString::new();
        let mut piece_from = self.at;
        loop {
            let rest = &self.input.text[self.at..];
            let Some(c) = rest.chars().next() else {
                return Err(self.wrong("a text is not closed"));
            };
            match c {
                '"' => break,
                '\\' => text.push(self.escape()?),
                HOLE => {
                    if !text.is_empty() {
                        let span = self.input.span(piece_from, self.at);
                        pieces.push(Piece::Text(std::mem::take(&mut text), span));
                    }
                    let hole = self.input.hole(self.at).cloned();
                    pieces.push(Piece::Value(
                        hole.ok_or_else(|| self.wrong("a control character"))?,
                    ));
                    self.at += 1;
                    piece_from = self.at;
                }
                c => {
                    text.push(c);
                    self.at += c.len_utf8();
                }
            }
        }
        let end = self.at;
        self.at += 1;
        if pieces.is_empty() {
            return Ok(self.made(Data::Text(text), from));
        }
        if !text.is_empty() {
            pieces.push(Piece::Text(text, self.input.span(piece_from, end)));
        }
        if let [Piece::Value(only)] = pieces.as_slice() {
            // The whole text is one unknown; that it is a text is all that is known of it.
            return Ok(only.clone());
        }
        Ok(self.made(
            Data::Template(Arc::new(Template {
                text: None,
                pieces,
                decoded: None,
            })),
            from,
        ))
    }

    /// The character of an escape. A lone half of a surrogate pair becomes U+FFFD.
    fn escape(&mut self) -> Read<char> {
        let kind = self.input.text.as_bytes().get(self.at + 1).copied();
        self.at += 2;
        Ok(match kind {
            Some(b'n') => '\n',
            Some(b't') => '\t',
            Some(b'r') => '\r',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(plain @ (b'"' | b'\\' | b'/')) => char::from(plain),
            Some(b'u') => {
                let high = self.hex()?;
                let pair = (0xD800..0xDC00).contains(&high)
                    && self.input.text[self.at..].starts_with("\\u");
                if !pair {
                    return Ok(char::from_u32(high).unwrap_or('\u{FFFD}'));
                }
                self.at += 2;
                let low = self.hex()?;
                let code = 0x10000 + ((high - 0xD800) << 10) + (low.wrapping_sub(0xDC00) & 0x3FF);
                char::from_u32(code).unwrap_or('\u{FFFD}')
            }
            _ => {
                self.at = (self.at - 2).min(self.input.text.len());
                return Err(self.wrong("an escape that JSON does not have"));
            }
        })
    }

    fn hex(&mut self) -> Read<u32> {
        let digits = self.input.text.get(self.at..self.at + 4);
        let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        self.at += 4;
        code.ok_or_else(|| {
            (
                self.input.span(self.at - 4, self.at - 4),
                "four hexadecimal digits are expected".to_owned(),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{parse, parse_loosely};
    use crate::eval::{Data, Piece, Template, Value, Why};
    use crate::source::Span;

    /// A text; `@` stands for what is not known.
    fn text(json: &str) -> Value {
        let mut pieces = Vec::new();
        for (at, known) in json.split('@').enumerate() {
            if at > 0 {
                let hole = Value::unknown(Why::Condition, Span::nowhere());
                pieces.push(Piece::Value(hole));
            }
            pieces.push(Piece::Text(known.into(), Span::nowhere()));
        }
        let template = Template {
            text: None,
            pieces,
            decoded: None,
        };
        Value::new(Data::Template(Arc::new(template)), Span::nowhere())
    }

    #[test]
    fn commas_stand_between_members_alone() {
        for good in [
            "[]",
            "{}",
            "[1, 2]",
            r#"{"a": 1, "b": [2]}"#,
            // What is not known may bring a comma, or members.
            "[1 @ 2]",
            "[@]",
            "[@, 1]",
            "[1, @]",
            r#"{"a": @ "b": 1}"#,
        ] {
            assert!(parse(&text(good)).is_ok(), "{good}");
        }
        for bad in [
            "[1 2]",
            "[1,]",
            "[,1]",
            "[1,,2]",
            "[@,]",
            r#"{"a": 1 "b": 2}"#,
            r#"{"a": 1,}"#,
            r#"{,"a": 1}"#,
            r#"{"a": 1,, "b": 2}"#,
        ] {
            assert!(parse(&text(bad)).is_err(), "{bad}");
            let (_, wrong) = parse_loosely(&text(bad)).expect(bad);
            assert!(wrong.is_some(), "{bad}");
        }
        for none in ["[1] // why", "[1", "{\"a\" 1}", "{a: 1}", "[tru]"] {
            assert!(parse_loosely(&text(none)).is_err(), "{none}");
        }
    }
}
