//! Regular expressions. Go and the `regex` crate both descend from RE2; what differs is translated here.

use std::cell::RefCell;

use regex::{Captures, Regex, RegexBuilder};
use rustc_hash::FxHashMap;

use super::Parameter::Text as T;
use super::{Call, Function, MAX_MEMBERS, MAX_TEXT};
use crate::eval::{Collection, Value, budget};

/// How many compiled patterns are kept by each thread.
const MAX_COMPILED: usize = 64;

/// The bounds that compiled patterns are tried with, in bytes: the least one that is enough says how large it is, which
/// decides what a match with it takes. A pattern of a few letters may be as large as the last (`(\\w{200}){9}`).
const SIZES: [usize; 4] = [16 << 10, 128 << 10, 1 << 20, 4 << 20];

/// A compiled pattern.
#[derive(Clone)]
pub(super) struct Pattern {
    pub(super) regex: Regex,
    /// At most as large as this many bytes.
    size: usize,
}

impl Pattern {
    /// Charges the stack under way for going through a text; whether it can still be afforded.
    pub(super) fn afford(&self, text: &str) -> bool {
        let for_each = 1 + self.size / (64 << 10);
        budget::work(text.len().saturating_mul(for_each));
        !budget::is_spent()
    }
}

thread_local! {
    /// The patterns used before, and by which stack last. To compile one takes a hundred times as long as to match a name
    /// with it, and modules match every file or element with the same few.
    static COMPILED: RefCell<Compiled> = RefCell::default();
}

/// Compiled patterns; none where one is larger than is computed here.
#[derive(Default)]
struct Compiled {
    stack: u32,
    /// Those of the stack under way, which pays for each that is not here.
    own: FxHashMap<String, Option<Pattern>>,
    /// Those of stacks before it: what it pays must not depend on them.
    others: FxHashMap<String, Option<Pattern>>,
}

pub(super) const FUNCTIONS: &[Function] = &[
    Function::whole("regex", &[T, T], |call| {
        let Some(pattern) = compile(call.text(0))? else {
            return Ok(call.limit());
        };
        if !pattern.afford(call.text(1)) {
            return Ok(call.limit());
        }
        let pattern = pattern.regex;
        let shape = Shape::of(&pattern)?;
        match pattern.captures(call.text(1)) {
            Some(found) => Ok(result(call, &pattern, &shape, &found)),
            None => Err("pattern did not match any part of the given string".into()),
        }
    }),
    Function::whole("regexall", &[T, T], |call| {
        let Some(pattern) = compile(call.text(0))? else {
            return Ok(call.limit());
        };
        if !pattern.afford(call.text(1)) {
            return Ok(call.limit());
        }
        let pattern = pattern.regex;
        let shape = Shape::of(&pattern)?;
        let found = pattern.captures_iter(call.text(1)).take(MAX_MEMBERS + 1);
        let items = found
            .map(|found| result(call, &pattern, &shape, &found))
            .collect();
        Ok(call.sequence(items, Collection::Uniform))
    }),
];

/// What a match becomes: the text, a tuple of the groups, or an object of the named groups.
enum Shape {
    Text,
    Tuple,
    Object,
}

impl Shape {
    fn of(pattern: &Regex) -> Result<Self, String> {
        let named = pattern.capture_names().skip(1).flatten().count();
        let all = pattern.captures_len() - 1;
        match (named, all - named) {
            (0, 0) => Ok(Shape::Text),
            (0, _) => Ok(Shape::Tuple),
            (_, 0) => Ok(Shape::Object),
            _ => Err(
                "invalid regexp pattern: cannot mix both named and unnamed capture groups".into(),
            ),
        }
    }
}

fn result(call: &Call<'_>, pattern: &Regex, shape: &Shape, found: &Captures<'_>) -> Value {
    let group = |at: usize| match found.get(at) {
        Some(group) => call.made(group.as_str()),
        None => Value::null(call.span),
    };
    match shape {
        Shape::Text => group(0),
        Shape::Tuple => Value::tuple((1..found.len()).map(group).collect(), call.span),
        Shape::Object => {
            let names = pattern.capture_names().enumerate().skip(1);
            let entries = names.filter_map(|(at, name)| Some(call.entry(name?, group(at))));
            Value::object(entries.collect(), call.span)
        }
    }
}

/// The pattern, or none when it is valid but larger than is computed here.
///
/// # Errors
/// When Go refuses it.
pub(super) fn compile(pattern: &str) -> Result<Option<Pattern>, String> {
    COMPILED.with_borrow_mut(|compiled| {
        if compiled.stack != budget::stack() {
            compiled.stack = budget::stack();
            compiled.others = std::mem::take(&mut compiled.own);
        }
        if let Some(known) = compiled.own.get(pattern) {
            return Ok(known.clone());
        }
        let made = match compiled.others.remove(pattern) {
            Some(known) => known,
            None => compile_anew(pattern)?,
        };
        let size = made.as_ref().map_or(SIZES[3], |made| made.size);
        // 0.2 ms and more.
        budget::work(20_000 + size / 2);
        if compiled.own.len() >= MAX_COMPILED {
            compiled.own.clear();
        }
        compiled.own.insert(pattern.to_owned(), made.clone());
        Ok(made)
    })
}

fn compile_anew(pattern: &str) -> Result<Option<Pattern>, String> {
    let translated = translated(pattern);
    for size in SIZES {
        let built = RegexBuilder::new(&translated)
            .size_limit(size)
            .dfa_size_limit(4 << 20)
            .build();
        match built {
            Ok(regex) => return Ok(Some(Pattern { regex, size })),
            Err(regex::Error::CompiledTooBig(_)) => {}
            Err(why) => {
                let why = why.to_string();
                let last = why.lines().last().unwrap_or_default();
                let last = last.trim_start_matches("error: ");
                return Err(format!("invalid regexp pattern: {last} in {pattern}"));
            }
        }
    }
    Ok(None)
}

/// A pattern of Go in the words of the `regex` crate: `\d`, `\w`, `\s` and `\b` are ASCII, `\z` is the end, `\Q…\E`
/// quotes, an opening bracket in a class is a bracket, and so are the doubled signs that are operators of classes.
fn translated(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut letters = pattern.chars().peekable();
    let mut class = false;
    let mut class_start = false;
    while let Some(letter) = letters.next() {
        let at_start = std::mem::replace(&mut class_start, false);
        match letter {
            '\\' => match letters.next() {
                Some('Q') if !class => quote(&mut letters, &mut out),
                Some(kind @ ('d' | 'w' | 's' | 'D' | 'W' | 'S')) => ascii_class(kind, &mut out),
                Some('b') if !class => out.push_str(r"(?-u:\b)"),
                Some('B') if !class => out.push_str(r"(?-u:\B)"),
                Some('C') if !class => out.push_str("(?s:.)"),
                Some(other) => {
                    out.push('\\');
                    out.push(other);
                }
                None => out.push('\\'),
            },
            '[' if class => match letters.peek() {
                Some(':') => out.push('['),
                _ => out.push_str(r"\["),
            },
            '[' => {
                class = true;
                out.push('[');
                if letters.next_if_eq(&'^').is_some() {
                    out.push('^');
                }
                class_start = true;
            }
            ']' if class && at_start => out.push_str(r"\]"),
            ']' if class => {
                // `[:alpha:]` ends its own bracket first.
                class = out.ends_with(':')
                    && out
                        .rfind("[:")
                        .is_some_and(|open| !out[open..].contains(']'));
                out.push(']');
            }
            '&' | '~' if class => {
                out.push('\\');
                out.push(letter);
            }
            other => out.push(other),
        }
    }
    out
}

fn quote(letters: &mut std::iter::Peekable<std::str::Chars<'_>>, out: &mut String) {
    while let Some(letter) = letters.next() {
        if letter == '\\' && letters.next_if_eq(&'E').is_some() {
            return;
        }
        out.push_str(&regex::escape(letter.encode_utf8(&mut [0; 4])));
    }
}

fn ascii_class(kind: char, out: &mut String) {
    let members = match kind.to_ascii_lowercase() {
        'd' => "0-9",
        'w' => "0-9A-Za-z_",
        _ => r"\t\n\x0C\r ",
    };
    let open = if kind.is_ascii_uppercase() { "[^" } else { "[" };
    // A class may stand in a class in the `regex` crate, so both places are written alike.
    out.push_str(open);
    out.push_str(members);
    out.push(']');
}

/// All matches replaced; `$1`, `${1}` and `${name}` in the replacement are the groups, as in Go.
pub(super) fn replace_all(call: &Call<'_>, pattern: &Pattern, text: &str, with: &str) -> Value {
    if !pattern.afford(text) {
        return call.limit();
    }
    let mut out = String::new();
    let mut last = 0;
    for found in pattern.regex.captures_iter(text) {
        let Some(whole) = found.get(0) else { continue };
        out.push_str(&text[last..whole.start()]);
        found.expand(with, &mut out);
        last = whole.end();
        if out.len() > MAX_TEXT || !budget::room(out.len()) {
            return call.limit();
        }
    }
    out.push_str(&text[last..]);
    call.made(out)
}
