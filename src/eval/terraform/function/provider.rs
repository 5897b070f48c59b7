//! Functions of providers that need nothing but their arguments: those of `hashicorp/aws`, and that of
//! `terraform.io/builtin/terraform` which writes values as expressions.

use std::fmt::Write;
use std::sync::LazyLock;

use ecow::EcoString;

use super::Parameter::{Nullable, Text as T};
use super::{Call, Function, MAX_TEXT};
use crate::eval::terraform::operator::{rebuild, text_pieces};
use crate::eval::terraform::types::MAX_DEPTH;
use crate::eval::{Data, Piece, Texts, Value, Why};
use crate::source::Span;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::parts("provider::aws::arn_parse", &[T], arn_parse),
    Function::parts("provider::aws::arn_build", &[T, T, T, T, T], arn_build),
    Function::parts("provider::aws::trim_iam_role_path", &[T], trim_role_path),
    Function::whole("provider::terraform::encode_expr", &[Nullable], |call| {
        let mut out = String::new();
        match expression(&call.arguments[0], 0, &mut out) {
            true => Ok(call.made(out)),
            false => Ok(call.limit()),
        }
    }),
    Function::whole("provider::terraform::encode_tfvars", &[Nullable], tfvars),
];

/// `arn:partition:service:region:account:resource` of its five parts, each perhaps known in part.
fn arn_build(call: &Call<'_>) -> Result<Value, String> {
    let colon = || Piece::Text(":".into(), Span::nowhere());
    let mut pieces = vec![Piece::Text("arn".into(), Span::nowhere())];
    for part in call.arguments {
        pieces.push(colon());
        pieces.extend(text_pieces(part));
    }
    match pieces.iter().all(|piece| matches!(piece, Piece::Text(..))) {
        true => Ok(call.made(flat(&pieces))),
        false => Ok(rebuild(pieces, call.span)),
    }
}

/// The text of known pieces.
fn flat(pieces: &[Piece]) -> String {
    let text = |piece: &Piece| match piece {
        Piece::Text(text, _) => text.to_string(),
        Piece::Value(value) => value.as_text().unwrap_or_default().to_owned(),
    };
    pieces.iter().map(text).collect()
}

/// The five parts of an ARN behind `arn`. A piece that is not known may hold colons, unless it is known to hold none: then
/// nothing is known of the parts from there on, and they are `None`.
fn arn_parts(value: &Value) -> Result<[Option<Vec<Piece>>; 5], String> {
    static NO_COLON: LazyLock<Texts> = LazyLock::new(|| Texts::matching("[^:]*"));
    let mut parts: Vec<Option<Vec<Piece>>> = vec![Some(Vec::new())];
    let mut clear = true;
    for piece in text_pieces(value) {
        match piece {
            Piece::Text(mut text, span) if clear => {
                while parts.len() < 6
                    && let Some((front, rest)) = text.split_once(':')
                {
                    let (front, rest) = (EcoString::from(front), EcoString::from(rest));
                    add(&mut parts, Piece::Text(front, Span::nowhere()));
                    parts.push(Some(Vec::new()));
                    text = rest;
                }
                add(&mut parts, Piece::Text(text, span));
            }
            Piece::Value(value) if parts.len() == 6 || value.fits(&NO_COLON).is_true() => {
                add(&mut parts, Piece::Value(value));
            }
            Piece::Value(_) => {
                clear = false;
                if let Some(part) = parts.last_mut() {
                    *part = None;
                }
            }
            Piece::Text(..) => {}
        }
    }
    let front = parts[0].as_ref().filter(|_| clear || parts.len() > 1);
    match front {
        Some(front) if flat(front) != "arn" => return Err("arn: invalid prefix".into()),
        _ if clear && parts.len() < 6 => return Err("arn: not enough sections".into()),
        _ => {}
    }
    parts.resize(6, None);
    let mut parts = parts.into_iter().skip(1);
    Ok(std::array::from_fn(|_| parts.next().flatten()))
}

/// Adds a piece to the last part; texts become one.
fn add(parts: &mut [Option<Vec<Piece>>], piece: Piece) {
    let Some(Some(part)) = parts.last_mut() else {
        return;
    };
    match (&piece, part.last_mut()) {
        (Piece::Text(text, _), _) if text.is_empty() => {}
        (Piece::Text(text, _), Some(Piece::Text(before, span))) => {
            before.push_str(text);
            *span = Span::nowhere();
        }
        _ => part.push(piece),
    }
}

/// A text of pieces that a function made; nothing is known of what has none.
fn made(call: &Call<'_>, pieces: Option<Vec<Piece>>) -> Value {
    match pieces {
        Some(pieces) if pieces.iter().all(|piece| matches!(piece, Piece::Text(..))) => {
            call.made(flat(&pieces))
        }
        Some(pieces) => rebuild(pieces, call.span),
        None => call.unknown(),
    }
}

fn arn_parse(call: &Call<'_>) -> Result<Value, String> {
    let parts = arn_parts(&call.arguments[0])?;
    let names = ["partition", "service", "region", "account_id", "resource"];
    let entries = names
        .iter()
        .zip(parts)
        .map(|(name, part)| call.entry(*name, made(call, part)));
    Ok(Value::object(entries.collect(), call.span))
}

/// `arn:aws:iam::1:role/path/name` without the path.
fn trim_role_path(call: &Call<'_>) -> Result<Value, String> {
    let wrong = || {
        Err(format!(
            "{:?} is not the ARN of an IAM role",
            call.arguments[0].known_front()
        ))
    };
    let [partition, service, region, account, resource] = arn_parts(&call.arguments[0])?;
    let is = |part: &Option<Vec<Piece>>, wanted: &str| {
        part.as_ref().is_none_or(|own| {
            flat(own) == wanted || own.iter().any(|own| matches!(own, Piece::Value(_)))
        })
    };
    if !is(&service, "iam") || !is(&region, "") {
        return wrong();
    }
    let (Some(partition), Some(account), Some(resource)) = (partition, account, resource) else {
        return Ok(call.unknown());
    };
    match resource.first() {
        Some(Piece::Text(text, _)) if text.starts_with("role/") => {}
        Some(Piece::Text(text, _)) if resource.len() > 1 && "role/".starts_with(text.as_str()) => {
            return Ok(call.unknown());
        }
        Some(Piece::Value(_)) => return Ok(call.unknown()),
        _ => return wrong(),
    }
    let fixed = |text: &str| Piece::Text(text.into(), Span::nowhere());
    let mut pieces = vec![fixed("arn:")];
    pieces.extend(partition);
    pieces.push(fixed(":iam::"));
    pieces.extend(account);
    pieces.push(fixed(":role/"));
    pieces.extend(name(resource, call));
    Ok(made(call, Some(pieces)))
}

/// What stands behind the last slash. A piece that is not known may hold one: of what stands before it nothing is kept.
fn name(resource: Vec<Piece>, call: &Call<'_>) -> Vec<Piece> {
    static NO_SLASH: LazyLock<Texts> = LazyLock::new(|| Texts::matching("[^/]*"));
    let mut name = Vec::new();
    for piece in resource {
        match piece {
            Piece::Text(text, span) => match text.rsplit_once('/') {
                Some((_, rest)) => name = vec![Piece::Text(rest.into(), Span::nowhere())],
                None => name.push(Piece::Text(text, span)),
            },
            Piece::Value(value) if value.fits(&NO_SLASH).is_true() => {
                name.push(Piece::Value(value))
            }
            Piece::Value(value) => {
                let why = value.first_why().unwrap_or(Why::Unclear);
                name = vec![Piece::Value(Value::unknown(why, call.span))];
            }
        }
    }
    name
}

/// The value as an expression in Terraform's canonical layout; `false` beyond the bounds.
fn expression(value: &Value, depth: usize, out: &mut String) -> bool {
    if depth > MAX_DEPTH || out.len() > MAX_TEXT {
        return false;
    }
    let value = value.resolved();
    match &value.data {
        Data::Null => out.push_str("null"),
        Data::Bool(own) => out.push_str(if *own { "true" } else { "false" }),
        Data::Number(own) => out.push_str(&own.to_string()),
        Data::List(list) => {
            out.push('[');
            for (at, item) in list.items.iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                if !expression(item, depth + 1, out) {
                    return false;
                }
            }
            out.push(']');
        }
        Data::Map(map) if map.entries.is_empty() => out.push_str("{}"),
        Data::Map(map) => {
            out.push_str("{\n");
            let keys: Vec<String> = map.entries.iter().map(|entry| key(&entry.key)).collect();
            let widths = aligned(&keys, &map.entries);
            for ((entry, key), width) in map.entries.iter().zip(keys).zip(widths) {
                let _ = write!(out, "{}{key:width$} = ", "  ".repeat(depth + 1));
                if !expression(&entry.value, depth + 1, out) {
                    return false;
                }
                out.push('\n');
            }
            out.push_str(&"  ".repeat(depth));
            out.push('}');
        }
        _ => out.push_str(&quoted(value.as_text().unwrap_or_default())),
    }
    true
}

/// A key as it is written: bare where it is a name.
fn key(text: &str) -> String {
    let mut letters = text.chars();
    let bare = letters
        .next()
        .is_some_and(|first| first.is_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-'));
    if bare { text.to_owned() } else { quoted(text) }
}

/// The width of the keys of each run of lines: a value of several lines ends a run.
fn aligned(keys: &[String], entries: &[crate::eval::Entry]) -> Vec<usize> {
    let mut widths = vec![0; keys.len()];
    let mut start = 0;
    for at in 0..keys.len() {
        let long =
            matches!(&entries[at].value.resolved().data, Data::Map(map) if !map.entries.is_empty());
        if long || at + 1 == keys.len() {
            let end = at + usize::from(!long);
            let width = keys[start..end]
                .iter()
                .map(|key| key.chars().count())
                .max()
                .unwrap_or(0);
            widths[start..end].fill(width);
            if long {
                widths[at] = keys[at].chars().count();
            }
            start = at + 1;
        }
    }
    widths
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '$' | '%' if letters.peek() == Some(&'{') => {
                out.push(letter);
                out.push(letter);
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

fn tfvars(call: &Call<'_>) -> Result<Value, String> {
    let Some(map) = call.map(0) else {
        return Err("the value to encode must be an object".into());
    };
    let keys: Vec<String> = map
        .entries
        .iter()
        .map(|entry| entry.key.to_string())
        .collect();
    if let Some(odd) = keys.iter().find(|name| key(name) != **name) {
        return Err(format!("{odd:?} is not a valid variable name"));
    }
    let widths = aligned(&keys, &map.entries);
    let mut out = String::new();
    for ((entry, key), width) in map.entries.iter().zip(&keys).zip(widths) {
        let _ = write!(out, "{key:width$} = ");
        if !expression(&entry.value, 0, &mut out) {
            return Ok(call.limit());
        }
        out.push('\n');
    }
    Ok(call.made(out))
}
