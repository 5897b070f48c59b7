//! Files and paths, through the environment.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::Parameter::{Any, Text as T};
use super::glob::Glob;
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
        return Ok(call.limit());
    }
    let Some(mut globs) = Glob::alternatives(pattern.trim_start_matches('/')) else {
        return Ok(call.limit());
    };
    if globs.iter().any(Glob::is_malformed) {
        return Err(format!(
            "failed to glob pattern {pattern}: syntax error in pattern"
        ));
    }
    let below = call.environment.files(call.text(0))?;
    let mut doubtful = below.doubtful.iter();
    if doubtful.any(|path| globs.iter_mut().any(|glob| glob.reaches(path))) {
        return Ok(Value::unknown(
            Why::Environment("what links lead to".into()),
            call.span,
        ));
    }
    let chosen = below
        .files
        .iter()
        .filter(|file| globs.iter_mut().any(|glob| glob.matches(file)));
    let mut items: Vec<Value> = chosen.map(|file| call.made(file.as_str())).collect();
    items.sort_by(|a, b| a.as_text().cmp(&b.as_text()));
    Ok(call.sequence(items, Collection::Set))
}
