//! Files and paths, through the environment.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::Parameter::{Any, Text as T};
use super::{Call, Function, MAX_TEXT, Template};
use crate::eval::{Collection, Data, Truth, Value, Why};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::whole("abspath", &[T], |call| {
        let path = call.text(0);
        if path.starts_with('/') {
            return Ok(call.made(clean(path)));
        }
        Ok(Value::unknown(
            Why::Environment("path.cwd".into()),
            call.span,
        ))
    }),
    Function::whole("pathexpand", &[T], |call| {
        if call.text(0).starts_with('~') {
            return Ok(Value::unknown(
                Why::Environment("the home folder".into()),
                call.span,
            ));
        }
        Ok(call.made(call.text(0)))
    }),
    Function::whole("basename", &[T], |call| Ok(call.made(base(call.text(0))))),
    Function::whole("dirname", &[T], |call| Ok(call.made(folder(call.text(0))))),
    Function::whole("file", &[T], |call| {
        let file = call.environment.read(call.text(0))?;
        if file.text.len() > MAX_TEXT {
            return Ok(call.limit());
        }
        Ok(Value::text(&*file.text, file.span()))
    }),
    Function::whole("filebase64", &[T], |call| {
        let bytes = call.environment.read_bytes(call.text(0))?;
        Ok(call.made(STANDARD.encode(bytes)))
    }),
    Function::whole("fileexists", &[T], |call| {
        Ok(call.truth(Truth::from(call.environment.exists(call.text(0))?)))
    }),
    Function::whole("fileset", &[T, T], file_set),
    Function::parts("templatefile", &[T, Any], |call| {
        let Some(path) = call.arguments[0].as_text() else {
            return Ok(call.unknown());
        };
        let file = call.environment.read(path)?;
        render(call, &Template::File(file))
    }),
    Function::parts("templatestring", &[T, Any], |call| {
        if call.arguments[0].as_text().is_none() {
            return Ok(call.unknown());
        }
        render(call, &Template::Text(call.arguments[0].clone()))
    }),
];

fn render(call: &Call<'_>, template: &Template) -> Result<Value, String> {
    match &call.argument(1).data {
        // Which names are in scope is then not known, nor whether the template is refused for one.
        Data::Unknown(_) | Data::Reference(_) => Ok(call.unknown()),
        Data::Map(map) => {
            let odd = map.entries.iter().find(|entry| !is_name(&entry.key));
            match odd {
                Some(entry) => Err(format!(
                    "invalid template variable name {:?}: must start with a letter, followed by zero or \
                     more letters, digits, and underscores",
                    entry.key
                )),
                None => call.environment.render(template, map),
            }
        }
        _ => Err("invalid vars value: must be a map".into()),
    }
}

fn is_name(text: &str) -> bool {
    let mut letters = text.chars();
    letters
        .next()
        .is_some_and(|first| first.is_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-'))
}

/// The path without `.`, `..` and doubled slashes, by text only; `.` for nothing.
fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            part => parts.push(part),
        }
    }
    match (rooted, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => parts.join("/"),
    }
}

fn base(path: &str) -> &str {
    let trimmed = path.trim_end_matches('/');
    match (path.is_empty(), trimmed.is_empty()) {
        (true, _) => ".",
        (false, true) => "/",
        _ => trimmed.rsplit('/').next().unwrap_or(trimmed),
    }
}

fn folder(path: &str) -> String {
    clean(path.rfind('/').map_or("", |at| &path[..=at]))
}

fn file_set(call: &Call<'_>) -> Result<Value, String> {
    // The pattern is joined to the folder before it is matched, so `..` in it may lead elsewhere.
    let pattern = clean(call.text(1));
    if pattern == ".." || pattern.starts_with("../") {
        return Ok(Value::unknown(Why::Limit, call.span));
    }
    let mut alternatives = Vec::new();
    if !braces(pattern.trim_start_matches('/'), &mut alternatives) {
        return Ok(call.limit());
    }
    if alternatives.iter().any(|pattern| is_malformed(pattern)) {
        return Err(format!(
            "failed to glob pattern {pattern}: syntax error in pattern"
        ));
    }
    let files = call.environment.files(call.text(0))?;
    let mut items = Vec::new();
    for file in files {
        let parts: Vec<&str> = file.split('/').collect();
        for pattern in &alternatives {
            let pattern: Vec<&str> = pattern.split('/').collect();
            if matches(&pattern, &parts) {
                items.push(call.made(file.as_str()));
                break;
            }
        }
    }
    items.sort_by(|a, b| a.as_text().cmp(&b.as_text()));
    Ok(call.sequence(items, Collection::Set))
}

/// Whether a class is not closed or the last backslash escapes nothing.
fn is_malformed(pattern: &str) -> bool {
    pattern.split('/').any(|part| {
        let letters: Vec<char> = part.chars().collect();
        let mut at = 0;
        while at < letters.len() {
            match letters[at] {
                '\\' if at + 1 == letters.len() => return true,
                '\\' => at += 2,
                '[' => match class(&letters, at, 'x') {
                    Some((_, end)) => at = end,
                    None => return true,
                },
                _ => at += 1,
            }
        }
        false
    })
}

/// The pattern with one alternative of every `{a,b}` chosen, all ways; `false` when there are too many.
fn braces(pattern: &str, out: &mut Vec<String>) -> bool {
    let mut work = vec![pattern.to_owned()];
    while let Some(pattern) = work.pop() {
        if work.len() + out.len() > 256 {
            return false;
        }
        let range = pattern
            .rfind('{')
            .and_then(|open| Some((open, open + pattern[open..].find('}')?)));
        match range {
            Some((open, close)) => {
                for choice in pattern[open + 1..close].split(',') {
                    work.push(format!(
                        "{}{choice}{}",
                        &pattern[..open],
                        &pattern[close + 1..]
                    ));
                }
            }
            None => out.push(pattern),
        }
    }
    true
}

/// Whether the parts of a path match those of a pattern; `**` is any number of folders.
fn matches(pattern: &[&str], path: &[&str]) -> bool {
    // The set of patterns' positions that are reached after each part of the path.
    let mut reached = vec![false; pattern.len() + 1];
    reached[0] = true;
    let skip = |reached: &mut Vec<bool>| {
        for at in 0..pattern.len() {
            if reached[at] && pattern[at] == "**" {
                reached[at + 1] = true;
            }
        }
    };
    skip(&mut reached);
    for part in path {
        let mut next = vec![false; pattern.len() + 1];
        for at in 0..pattern.len() {
            if reached[at] && pattern[at] == "**" {
                next[at] = true;
            } else if reached[at] && matches_part(pattern[at], part) {
                next[at + 1] = true;
            }
        }
        reached = next;
        skip(&mut reached);
    }
    reached[pattern.len()]
}

/// Whether a name matches `*`, `?`, `[a-z]`, `[^a-z]` and escaped letters.
fn matches_part(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let mut reached = vec![false; pattern.len() + 1];
    reached[0] = true;
    let skip = |reached: &mut Vec<bool>| {
        for at in 0..pattern.len() {
            if reached[at] && pattern[at] == '*' {
                reached[at + 1] = true;
            }
        }
    };
    skip(&mut reached);
    for letter in name.chars() {
        let mut next = vec![false; pattern.len() + 1];
        for at in (0..pattern.len()).filter(|at| reached[*at]) {
            match pattern[at] {
                '*' => next[at] = true,
                '?' => next[at + 1] = true,
                '\\' if at + 1 < pattern.len() => next[at + 2] = pattern[at + 1] == letter,
                '[' => {
                    if let Some((found, end)) = class(&pattern, at, letter) {
                        next[end] |= found;
                    }
                }
                other => next[at + 1] |= other == letter,
            }
        }
        reached = next;
        skip(&mut reached);
    }
    reached[pattern.len()]
}

/// Whether a letter is in the class that begins there, and where the class ends.
fn class(pattern: &[char], start: usize, letter: char) -> Option<(bool, usize)> {
    let negated = matches!(pattern.get(start + 1), Some('^' | '!'));
    let mut at = start + 1 + usize::from(negated);
    let mut found = false;
    let first = at;
    loop {
        let low = *pattern.get(at)?;
        if low == ']' && at > first {
            return Some((found != negated, at + 1));
        }
        let range = pattern.get(at + 1) == Some(&'-')
            && pattern.get(at + 2).is_some_and(|high| *high != ']');
        let high = if range { pattern[at + 2] } else { low };
        found |= (low..=high).contains(&letter);
        at += if range { 3 } else { 1 };
    }
}
