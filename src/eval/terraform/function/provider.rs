//! Functions of providers that need nothing but their arguments: those of `hashicorp/aws`, and that of
//! `terraform.io/builtin/terraform` which writes values as expressions.

use std::fmt::Write;

use super::Parameter::{Nullable, Text as T};
use super::{Call, Function, MAX_TEXT};
use crate::eval::terraform::types::MAX_DEPTH;
use crate::eval::{Data, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::whole("provider::aws::arn_parse", &[T], arn_parse),
    Function::whole("provider::aws::arn_build", &[T, T, T, T, T], |call| {
        let parts: Vec<&str> = (0..5).map(|at| call.text(at)).collect();
        Ok(call.made(format!("arn:{}", parts.join(":"))))
    }),
    Function::whole("provider::aws::trim_iam_role_path", &[T], trim_role_path),
    Function::whole("provider::terraform::encode_expr", &[Nullable], |call| {
        let mut out = String::new();
        match expression(&call.arguments[0], 0, &mut out) {
            true => Ok(call.made(out)),
            false => Ok(call.limit()),
        }
    }),
    Function::whole("provider::terraform::encode_tfvars", &[Nullable], tfvars),
];

/// The parts of an ARN: `arn:partition:service:region:account:resource`.
fn arn_parts(text: &str) -> Result<[&str; 5], String> {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    match parts[..] {
        ["arn", partition, service, region, account, resource] => {
            Ok([partition, service, region, account, resource])
        }
        _ if text.starts_with("arn:") => Err("arn: not enough sections".into()),
        _ => Err("arn: invalid prefix".into()),
    }
}

fn arn_parse(call: &Call<'_>) -> Result<Value, String> {
    let parts = arn_parts(call.text(0))?;
    let names = ["partition", "service", "region", "account_id", "resource"];
    let entries = names
        .iter()
        .zip(parts)
        .map(|(name, part)| call.entry(*name, call.made(part)));
    Ok(Value::object(entries.collect(), call.span))
}

/// `arn:aws:iam::1:role/path/name` without the path.
fn trim_role_path(call: &Call<'_>) -> Result<Value, String> {
    let [partition, service, region, account, resource] = arn_parts(call.text(0))?;
    if service != "iam" || !region.is_empty() {
        return Err(format!("{:?} is not the ARN of an IAM role", call.text(0)));
    }
    let Some(role) = resource.strip_prefix("role/") else {
        return Err(format!("{:?} is not the ARN of an IAM role", call.text(0)));
    };
    let name = role.rsplit('/').next().unwrap_or(role);
    Ok(call.made(format!(
        "arn:{partition}:{service}:{region}:{account}:role/{name}"
    )))
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
