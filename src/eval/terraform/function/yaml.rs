//! YAML, out and in: the output format and the reading of scalars of the `go-cty-yaml` module.

use std::collections::BTreeMap;

use granit_parser::{Event, Parser, ScalarStyle, Tag};

use super::Parameter::{Nullable, Text as T};
use super::place::Places;
use super::yaml_words::{number, word};
use super::{Call, Function, MAX_TEXT};
use crate::eval::terraform::types::{MAX_DEPTH, alike};
use crate::eval::{Collection, Data, Entry, Map, Piece, Template, Value, budget};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::parts("yamlencode", &[Nullable], |call| {
        let value = &call.arguments[0];
        if !value.is_wholly_known() {
            // Where an unknown text would break lines is not known, so no part of the text is certain.
            return Ok(call.unknown());
        }
        let mut out = String::new();
        if !write(
            value,
            &Position {
                indent: 0,
                key: false,
                inline: false,
                top: true,
            },
            &mut out,
            0,
        ) {
            return Ok(call.limit());
        }
        let text = call.made(out);
        let Data::Text(known) = &text.data else {
            return Ok(text);
        };
        let pieces = vec![Piece::Text(known.clone(), text.origin.span)];
        let template = Template {
            text: Some(known.clone()),
            pieces,
            decoded: None,
        };
        Ok(alike(&text, Data::Template(std::sync::Arc::new(template))))
    }),
    Function::whole("yamldecode", &[T], decode),
];

/// Where a node is written.
struct Position {
    /// The blanks before each line of a block here.
    indent: usize,
    /// Directly after `key:` of a mapping.
    key: bool,
    /// Directly after `- ` of a sequence: the first line goes on there.
    inline: bool,
    /// The whole document.
    top: bool,
}

/// Writes a node with the line end behind it; `false` beyond the bounds.
fn write(value: &Value, position: &Position, out: &mut String, depth: usize) -> bool {
    if depth > MAX_DEPTH || out.len() > MAX_TEXT || !budget::room(out.len()) {
        return false;
    }
    let value = value.resolved();
    let blank = if position.key || position.inline {
        " "
    } else {
        ""
    };
    let scalar = match &value.data {
        Data::Null => "null".to_owned(),
        Data::Bool(own) => own.to_string(),
        Data::Number(own) => own.to_string(),
        Data::List(list) if list.items.is_empty() => "[]".to_owned(),
        Data::Map(map) if map.entries.is_empty() => "{}".to_owned(),
        Data::List(list) => {
            return block(position, false, out, &list.items, |item, position, out| {
                out.push('-');
                write(item, position, out, depth + 1)
            });
        }
        Data::Map(map) => {
            return block(position, true, out, &map.entries, |entry, position, out| {
                out.push_str(&double_quoted(&entry.key));
                out.push(':');
                let under = Position {
                    key: true,
                    inline: false,
                    ..*position
                };
                write(&entry.value, &under, out, depth + 1)
            });
        }
        _ => {
            let own = value.as_text().unwrap_or_default();
            let blanks = own.matches('\n').count() * (position.indent + 2);
            if blanks > MAX_TEXT || !budget::room(own.len() + blanks) {
                return false;
            }
            text(own, position.indent)
        }
    };
    out.push_str(blank);
    out.push_str(&scalar);
    out.push('\n');
    // A plain scalar that is the whole document needs an end.
    if position.top && matches!(value.data, Data::Null | Data::Bool(_) | Data::Number(_)) {
        out.push_str("...\n");
    }
    true
}

/// The members of a collection, each on its own line.
fn block<T>(
    position: &Position,
    mapping: bool,
    out: &mut String,
    members: &[T],
    mut member: impl FnMut(&T, &Position, &mut String) -> bool,
) -> bool {
    // A sequence under a key stands at the indentation of the key; everything else two blanks deeper.
    let deeper = !position.top && (mapping || !position.key);
    let indent = position.indent + if deeper { 2 } else { 0 };
    if position.key {
        out.push('\n');
    }
    for (at, item) in members.iter().enumerate() {
        if at == 0 && position.inline {
            out.push(' ');
        } else {
            out.push_str(&" ".repeat(indent));
        }
        let inner = Position {
            indent,
            key: false,
            inline: true,
            top: false,
        };
        if !member(item, &inner, out) {
            return false;
        }
    }
    true
}

/// A text: a literal block where it has several lines and nothing forbids it, else in double quotes.
fn text(text: &str, indent: usize) -> String {
    if !text.contains('\n') || !block_allowed(text) {
        return double_quoted(text);
    }
    let mut out = String::from("|");
    if text.starts_with([' ', '\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']) {
        out.push('2');
    }
    let breaks = text
        .chars()
        .rev()
        .take_while(|letter| is_break(*letter))
        .count();
    match breaks {
        0 => out.push('-'),
        1 if text.chars().count() > 1 => {}
        _ => out.push('+'),
    }
    let blanks = " ".repeat(indent + 2);
    let body = text.strip_suffix('\n').unwrap_or(text);
    for line in body.split('\n') {
        out.push('\n');
        if !line.is_empty() {
            out.push_str(&blanks);
            out.push_str(line);
        }
    }
    out
}

fn is_break(letter: char) -> bool {
    matches!(letter, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// The letters that YAML counts as printable; the others are escaped.
fn is_printable(letter: char) -> bool {
    matches!(letter, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}')
        && letter != '\u{feff}'
}

/// No blank before a line break or at the end, and nothing that has to be escaped.
fn block_allowed(text: &str) -> bool {
    let mut before = 'x';
    for letter in text.chars() {
        if !is_printable(letter) || is_break(letter) && before == ' ' {
            return false;
        }
        before = letter;
    }
    before != ' '
}

fn double_quoted(text: &str) -> String {
    use std::fmt::Write;
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '\0' => out.push_str("\\0"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{b}' => out.push_str("\\v"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            '\u{1b}' => out.push_str("\\e"),
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{85}' => out.push_str("\\N"),
            '\u{2028}' => out.push_str("\\L"),
            '\u{2029}' => out.push_str("\\P"),
            letter if is_printable(letter) => out.push(letter),
            letter => {
                let code = u32::from(letter);
                let _ = match code {
                    0..=0xff => write!(out, "\\x{code:02X}"),
                    0x100..=0xffff => write!(out, "\\u{code:04X}"),
                    _ => write!(out, "\\U{code:08X}"),
                };
            }
        }
    }
    out.push('"');
    out
}

/// The most values of a document, aliases counted as often as they stand there.
const MAX_VALUES: usize = 1 << 18;

enum Refusal {
    Syntax(String),
    Limit,
}

fn decode(call: &Call<'_>) -> Result<Value, String> {
    let text = call.text(0);
    let options = granit_parser::options! { block_scalar_eof_without_line_feed: true };
    let mut reader = Reader {
        events: Parser::new_from_str_with_options(text, options),
        places: Places::of(call.argument(0), call.span),
        anchors: BTreeMap::new(),
        values: 0,
    };
    match reader.document() {
        Ok(value) => Ok(value),
        Err(Refusal::Limit) => Ok(call.limit()),
        Err(Refusal::Syntax(why)) => Err(why),
    }
}

struct Reader<'t> {
    events: Parser<'t, granit_parser::StrInput<'t>>,
    places: Places,
    /// By number: the value and how many values are in it.
    anchors: BTreeMap<usize, (Value, usize)>,
    values: usize,
}

fn refuse<T>(why: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::Syntax(why.into()))
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Result<(Event<'t>, crate::source::Span), Refusal> {
        let mut next = self.events.next_event();
        while let Some(Ok((Event::Comment(..), _))) = next {
            next = self.events.next_event();
        }
        match next {
            Some(Ok((event, span))) => {
                let at = |marker: granit_parser::Marker| marker.byte_offset().unwrap_or(0);
                let span = self
                    .places
                    .at(at(span.start), at(span.end).max(at(span.start)));
                Ok((event, span))
            }
            Some(Err(why)) => refuse(why.to_string()),
            None => refuse("unexpected end of the document"),
        }
    }

    fn document(&mut self) -> Result<Value, Refusal> {
        self.next()?;
        if !matches!(self.next()?.0, Event::DocumentStart(..)) {
            return refuse("missing start of document");
        }
        let value = self.node(0)?;
        if !matches!(self.next()?.0, Event::DocumentEnd) {
            return refuse("unexpected extra content after value");
        }
        match self.next()?.0 {
            Event::StreamEnd => Ok(value),
            _ => refuse("unexpected extra content after value"),
        }
    }

    fn node(&mut self, depth: usize) -> Result<Value, Refusal> {
        let (event, span) = self.next()?;
        self.node_of(event, span, depth)
    }

    fn node_of(
        &mut self,
        event: Event<'t>,
        span: crate::source::Span,
        depth: usize,
    ) -> Result<Value, Refusal> {
        self.values += 1;
        if depth > MAX_DEPTH || self.values > MAX_VALUES {
            return Err(Refusal::Limit);
        }
        let before = self.values;
        let (anchor, value) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                (anchor, scalar(&text, style, tag.as_deref(), span)?)
            }
            Event::SequenceStart(_, anchor, tag) => {
                check_tag(tag.as_deref(), "seq")?;
                (anchor, self.sequence(span, depth)?)
            }
            Event::MappingStart(_, anchor, tag) => {
                check_tag(tag.as_deref(), "map")?;
                (anchor, self.mapping(span, depth)?)
            }
            Event::Alias(anchor) => {
                let Some((value, size)) = self.anchors.get(&anchor) else {
                    return refuse("cannot refer to an anchor from inside its own definition");
                };
                self.values += size;
                return Ok(value.clone());
            }
            _ => return refuse("expecting value"),
        };
        if anchor > 0 {
            self.anchors
                .insert(anchor, (value.clone(), self.values - before + 1));
        }
        Ok(value)
    }

    fn sequence(&mut self, start: crate::source::Span, depth: usize) -> Result<Value, Refusal> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, end) => return Ok(Value::tuple(items, start.to(end))),
                (event, span) => items.push(self.node_of(event, span, depth + 1)?),
            }
        }
    }

    fn mapping(&mut self, start: crate::source::Span, depth: usize) -> Result<Value, Refusal> {
        let mut entries: Vec<Entry> = Vec::new();
        loop {
            let (event, span) = self.next()?;
            let Event::Scalar(text, style, _, tag) = event else {
                if matches!(event, Event::MappingEnd) {
                    return Ok(Value::object(entries, start.to(span)));
                }
                return refuse("only strings are allowed as mapping keys");
            };
            let merges = text == "<<" && tag.is_none()
                || tag.as_deref().is_some_and(|tag| core(tag) == Some("merge"));
            if merges {
                let value = self.node(depth + 1)?;
                merge(&value, &mut entries)?;
                continue;
            }
            let key = scalar(&text, style, tag.as_deref(), span)?;
            let key = match &key.data {
                Data::Null => return refuse("mapping key cannot be null"),
                Data::Bool(own) => own.to_string().into(),
                Data::Number(own) => own.to_string().into(),
                Data::Text(text) => text.clone(),
                _ => return refuse("only strings are allowed as mapping keys"),
            };
            let value = self.node(depth + 1)?;
            entries.push(Entry { key, span, value });
            if entries.len() > MAX_VALUES {
                return Err(Refusal::Limit);
            }
        }
    }
}

/// `<<`: the entries of a mapping, or of each in a sequence.
fn merge(value: &Value, entries: &mut Vec<Entry>) -> Result<(), Refusal> {
    let one = |map: &Map, entries: &mut Vec<Entry>| entries.extend(map.entries.iter().cloned());
    match &value.data {
        Data::Map(map) => one(map, entries),
        Data::List(list) if list.kind == Collection::Structural => {
            for item in &list.items {
                let Data::Map(map) = &item.data else {
                    return refuse(
                        "cannot merge a sequence of anything but mappings into a mapping",
                    );
                };
                one(map, entries);
            }
        }
        _ => return refuse("cannot merge a scalar into a mapping"),
    }
    if entries.len() > MAX_VALUES {
        Err(Refusal::Limit)
    } else {
        Ok(())
    }
}

/// The name of a tag of the core schema.
fn core(tag: &Tag) -> Option<&str> {
    (tag.handle() == "tag:yaml.org,2002:").then(|| tag.suffix())
}

fn check_tag(tag: Option<&Tag>, wanted: &str) -> Result<(), Refusal> {
    match tag {
        Some(tag) if core(tag) != Some(wanted) => {
            refuse("this collection has a tag that is not supported")
        }
        _ => Ok(()),
    }
}

/// A scalar as `go-cty-yaml` resolves it: YAML 1.1 truth values, decimal numbers, timestamps as texts.
fn scalar(
    text: &str,
    style: ScalarStyle,
    tag: Option<&Tag>,
    span: crate::source::Span,
) -> Result<Value, Refusal> {
    let string = || Ok(Value::text(text, span));
    let tag = match tag {
        None => "",
        Some(tag) if tag.handle() == "!" && tag.suffix().is_empty() => "str",
        Some(tag) => core(tag).unwrap_or("?"),
    };
    match tag {
        "" | "bool" | "int" | "float" | "null" | "timestamp" => {}
        "str" | "binary" => return string(),
        _ => return refuse(format!("unsupported tag on {text:?}")),
    }
    let quoted = matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
    let begins = text.as_bytes().first().copied();
    let special = begins.is_none_or(|byte| b"+-.0123456789yYnNtTfFoO~".contains(&byte));
    if quoted && special || tag.is_empty() && !special {
        return string();
    }
    if let Some(data) = word(text) {
        return Ok(Value::new(data, span));
    }
    if matches!(text, ".nan" | ".NaN" | ".NAN") {
        return refuse("floating point NaN is not supported");
    }
    if text
        .trim_start_matches(['+', '-'])
        .eq_ignore_ascii_case(".inf")
    {
        return Err(Refusal::Limit);
    }
    if matches!(tag, "" | "timestamp")
        && let Some(time) = super::date::yaml_timestamp(text)
    {
        return Ok(Value::text(time, span));
    }
    if let Some(number) = number(text) {
        return Ok(Value::new(Data::Number(number), span));
    }
    if tag.is_empty() {
        string()
    } else {
        refuse(format!("cannot parse {text:?} as {tag}"))
    }
}
