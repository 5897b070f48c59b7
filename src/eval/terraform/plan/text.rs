//! The parts of a plan that are looked at, out of its JSON text.
//!
//! A plan repeats most of what it says (what was before, what the state holds), so only what is used becomes values, and
//! the rest is stepped over, at any depth. Whatever is damaged costs no more than it must: an entry that cannot be read
//! loses itself, a text that ends too early what is behind its end. All of it is said.

use memchr::memmem;

use super::escape::unescaped;
use crate::eval::terraform::types::MAX_DEPTH;
use crate::eval::{Data, Entry, Number, Value, Why};
use crate::source::{Code, Diagnostic, SourceFile, SourceId, Span};
use crate::syntax::yaml::is_number;

/// The most values that are made of one plan: fewer than 20 stand for a resource.
const MAX_VALUES: usize = 1 << 21;

/// The most diagnostics about one plan.
const MAX_DIAGNOSTICS: usize = 20;

/// Members of an entry's `change` that nothing is asked of.
const UNUSED: [&str; 5] = [
    "before",
    "before_sensitive",
    "replace_paths",
    "importing",
    "generated_config",
];

/// The parts of a plan.
#[derive(Default)]
pub(super) struct Parts {
    /// `resource_changes`, one by one; without it nothing.
    pub(super) changes: Option<Vec<Value>>,
    /// `planned_values`, where there are no changes.
    pub(super) planned: Option<Value>,
    /// `configuration`.
    pub(super) configuration: Option<Value>,
    /// What could not be read.
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// Reads the text of a plan.
pub(super) fn read(file: &SourceFile) -> Parts {
    let mut reader = Reader {
        text: &file.text,
        source: file.id,
        at: 0,
        left: MAX_VALUES,
        parts: Parts::default(),
        planned_at: None,
    };
    reader.plan();
    reader.parts
}

/// What is wrong, and where.
struct Wrong(usize, String);

type Step<T = ()> = Result<T, Wrong>;

struct Reader<'t> {
    text: &'t str,
    source: SourceId,
    at: usize,
    /// Values that may still be made.
    left: usize,
    parts: Parts,
    /// Where `planned_values` stands, which comes before it is known whether it is needed.
    planned_at: Option<usize>,
}

impl Reader<'_> {
    fn plan(&mut self) {
        let Some(start) = beginning(self.text) else {
            return self.say(Code::Syntax, 0, "this plan has no JSON object".into());
        };
        let before = self.text[..start].trim_start_matches('\u{feff}');
        if !before.trim().is_empty() {
            self.say(
                Code::Syntax,
                0,
                "a plan is JSON alone; what stands before it was left out".into(),
            );
        }
        self.at = start + 1;
        let mut read = self.root();
        while let Err(Wrong(at, message)) = read {
            self.say(
                Code::Syntax,
                at,
                format!("this plan is not valid JSON: {message}"),
            );
            self.at = self.at.max(at);
            read = self.rescue();
        }
        if let (None, Some(at)) = (&self.parts.changes, self.planned_at) {
            self.at = at;
            // What is wrong in it was said when it was stepped over.
            self.parts.planned = self.value(1).ok();
        }
    }

    fn root(&mut self) -> Step {
        self.blank();
        if self.eat(b'}') {
            return self.end();
        }
        self.sections()
    }

    /// Members of the plan, from a key on.
    fn sections(&mut self) -> Step {
        loop {
            self.blank();
            let (key, _) = self.key()?;
            self.section(&key)?;
            self.blank();
            if self.eat(b'}') {
                return self.end();
            }
            self.expect(b',')?;
        }
    }

    fn end(&mut self) -> Step {
        self.blank();
        match self.at < self.text.len() {
            true => Err(self.wrong("nothing may follow the closing brace")),
            false => Ok(()),
        }
    }

    fn section(&mut self, key: &str) -> Step {
        self.blank();
        match key {
            "resource_changes" => match self.peek() {
                Some(b'[') => self.changes(),
                Some(b'n') => self.skip(),
                _ => {
                    let message = "`resource_changes` is no list".into();
                    self.say(Code::Structure, self.at, message);
                    self.skip()
                }
            },
            "configuration" => {
                self.parts.configuration = Some(self.value(1)?);
                Ok(())
            }
            "planned_values" => {
                self.planned_at = Some(self.at);
                self.skip()
            }
            "errored" => {
                let at = self.at;
                self.skip()?;
                if self.text[at..].starts_with("true") {
                    let message = "this plan was made with errors: it does not hold all";
                    self.say(Code::Structure, at, message.into());
                }
                Ok(())
            }
            _ => self.skip(),
        }
    }

    fn changes(&mut self) -> Step {
        self.at += 1;
        self.parts.changes = Some(Vec::new());
        self.blank();
        if self.eat(b']') {
            return Ok(());
        }
        loop {
            self.blank();
            let change = self.value(2)?;
            self.parts.changes.get_or_insert_default().push(change);
            self.blank();
            if self.eat(b']') {
                return Ok(());
            }
            self.expect(b',')?;
        }
    }

    /// Goes on behind a damaged place: with the next entry of `resource_changes`, else with the next section that is
    /// needed.
    fn rescue(&mut self) -> Step {
        if self.parts.changes.is_some()
            && let Some(entry) = self.next_entry()
        {
            self.at = entry;
            return self.rescued_entries();
        }
        let wanted = match self.parts.changes {
            None => &["resource_changes", "configuration"][..],
            Some(_) => &["configuration"],
        };
        for key in wanted {
            let quoted = format!("\"{key}\"");
            let rest = &self.text.as_bytes()[self.at..];
            if let Some(found) = memmem::find(rest, quoted.as_bytes()) {
                self.at += found;
                return self.sections();
            }
        }
        Ok(())
    }

    /// Entries from here to the end of their list.
    fn rescued_entries(&mut self) -> Step {
        loop {
            let change = self.value(2)?;
            self.parts.changes.get_or_insert_default().push(change);
            self.blank();
            if self.eat(b']') {
                self.blank();
                if self.eat(b'}') {
                    return self.end();
                }
                self.expect(b',')?;
                return self.sections();
            }
            self.expect(b',')?;
            self.blank();
        }
    }

    /// The next object that begins as the entries do that Terraform writes.
    fn next_entry(&self) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let end = memmem::find(&bytes[self.at..], b"\"configuration\"")
            .map_or(bytes.len(), |len| self.at + len);
        let mut found = memmem::find_iter(&bytes[self.at..end], b"\"address\"");
        found.find_map(|found| {
            let before = bytes[..self.at + found].trim_ascii_end();
            (before.last() == Some(&b'{')).then(|| before.len() - 1)
        })
    }

    /// Steps over a value at any depth.
    fn skip(&mut self) -> Step {
        let mut open: Vec<u8> = Vec::new();
        loop {
            self.blank();
            match self.peek() {
                Some(b'{') => {
                    self.at += 1;
                    self.blank();
                    if !self.eat(b'}') {
                        open.push(b'}');
                        self.key()?;
                        continue;
                    }
                }
                Some(b'[') => {
                    self.at += 1;
                    self.blank();
                    if !self.eat(b']') {
                        open.push(b']');
                        continue;
                    }
                }
                Some(b'"') => self.skip_text()?,
                _ => drop(self.word()?),
            }
            loop {
                let Some(&close) = open.last() else {
                    return Ok(());
                };
                self.blank();
                if self.eat(close) {
                    open.pop();
                    continue;
                }
                self.expect(b',')?;
                if close == b'}' {
                    self.blank();
                    self.key()?;
                }
                break;
            }
        }
    }

    /// A value at this depth below the plan.
    fn value(&mut self, depth: usize) -> Step<Value> {
        self.blank();
        let start = self.at;
        if depth > MAX_DEPTH || self.left == 0 {
            self.skip()?;
            let message = match self.left {
                0 => "this plan holds more values than are read",
                _ => "this lies deeper than is read",
            };
            self.say(Code::Limit, start, message.into());
            return Ok(Value::unknown(Why::Limit, self.span(start, self.at)));
        }
        self.left -= 1;
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => {
                let (text, span) = self.string()?;
                Ok(Value::text(text, span))
            }
            _ => {
                let data = self.word()?;
                Ok(Value::new(data, self.span(start, self.at)))
            }
        }
    }

    fn array(&mut self, depth: usize) -> Step<Value> {
        let start = self.at;
        self.at += 1;
        let mut items = Vec::new();
        self.blank();
        if !self.eat(b']') {
            loop {
                items.push(self.value(depth + 1)?);
                self.blank();
                if self.eat(b']') {
                    break;
                }
                self.expect(b',')?;
            }
        }
        Ok(Value::tuple(items, self.span(start, self.at)))
    }

    fn object(&mut self, depth: usize) -> Step<Value> {
        let start = self.at;
        self.at += 1;
        let mut entries: Vec<Entry> = Vec::new();
        self.blank();
        if !self.eat(b'}') {
            loop {
                self.blank();
                let (key, span) = self.key()?;
                if depth == 3 && UNUSED.contains(&key.as_str()) {
                    self.skip()?;
                } else {
                    let value = self.value(depth + 1)?;
                    let key = key.into();
                    entries.push(Entry { key, span, value });
                }
                self.blank();
                if self.eat(b'}') {
                    break;
                }
                self.expect(b',')?;
            }
        }
        Ok(Value::object(entries, self.span(start, self.at)))
    }

    /// A key and the colon behind it.
    fn key(&mut self) -> Step<(String, Span)> {
        if self.peek() != Some(b'"') {
            return Err(self.wrong("a key in double quotes is expected"));
        }
        let key = self.string()?;
        self.blank();
        self.expect(b':')?;
        Ok(key)
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self) -> Step<Data> {
        let rest = &self.text[self.at..];
        let end = |letter: char| !letter.is_ascii_alphanumeric() && !"+-.".contains(letter);
        let word = &rest[..rest.find(end).unwrap_or(rest.len())];
        let data = match word {
            "true" => Data::Bool(true),
            "false" => Data::Bool(false),
            "null" => Data::Null,
            _ if is_number(word) => match Number::parse(word) {
                Some(number) => Data::Number(number),
                None => return Err(self.wrong("this number is too long")),
            },
            "" => return Err(self.wrong("a value is expected")),
            _ => return Err(self.wrong("this is no JSON value")),
        };
        self.at += word.len();
        Ok(data)
    }

    fn skip_text(&mut self) -> Step {
        self.closing_quote().map(|end| self.at = end + 1)
    }

    /// A text, and the place of what is between its quotes.
    fn string(&mut self) -> Step<(String, Span)> {
        let start = self.at;
        let end = self.closing_quote()?;
        let inside = &self.text[start + 1..end];
        let text = match inside.contains('\\') {
            false => inside.to_owned(),
            true => unescaped(inside)
                .ok_or_else(|| self.wrong("an escape in this text is not JSON's"))?,
        };
        self.at = end + 1;
        Ok((text, self.span(start + 1, end)))
    }

    fn closing_quote(&self) -> Step<usize> {
        let bytes = self.text.as_bytes();
        let mut at = self.at + 1;
        loop {
            let rest = bytes.get(at..).unwrap_or_default();
            let stop = rest
                .iter()
                .position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20));
            let Some(stop) = stop else {
                return Err(self.wrong("this text is never closed"));
            };
            at += stop;
            match bytes[at] {
                b'"' => return Ok(at),
                b'\\' => at += 2,
                _ => {
                    let message = "a text is not closed on its line";
                    return Err(Wrong(at, message.to_owned()));
                }
            }
        }
    }

    fn blank(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        let white = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        self.at += rest
            .iter()
            .position(|byte| !white(byte))
            .unwrap_or(rest.len());
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8) -> Step {
        match self.eat(byte) {
            true => Ok(()),
            false => Err(self.wrong(&format!("`{}` is expected", char::from(byte)))),
        }
    }

    fn wrong(&self, message: &str) -> Wrong {
        let early = self.at >= self.text.trim_end().len();
        let message = if early { "it ends too early" } else { message };
        Wrong(self.at, message.to_owned())
    }

    fn say(&mut self, code: Code, at: usize, message: String) {
        if self.parts.diagnostics.len() < MAX_DIAGNOSTICS {
            let at = self.text.floor_char_boundary(at);
            let span = self.span(at, self.text.ceil_char_boundary(at + 1));
            self.parts
                .diagnostics
                .push(Diagnostic::new(code, span, message));
        }
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.source, start as u32, end as u32)
    }
}

/// Where the JSON of a plan begins: the first brace that begins a line and is followed by a key.
fn beginning(text: &str) -> Option<usize> {
    let bytes = text.trim_end().as_bytes();
    let mark = text.len() - text.trim_start_matches('\u{feff}').len();
    let starts = memchr::memchr_iter(b'{', bytes).filter(|&at| {
        let before = bytes[mark..at]
            .iter()
            .rfind(|byte| !matches!(byte, b' ' | b'\t'));
        before.is_none_or(|byte| *byte == b'\n')
    });
    let opens = |at: &usize| {
        let after = bytes[at + 1..].trim_ascii_start();
        matches!(after.first(), Some(b'"' | b'}') | None)
    };
    starts.into_iter().find(opens)
}
