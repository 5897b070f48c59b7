//! The policies that AWS manages: what they say.
//!
//! The documents stand in `table.txt` (source and date in its head); the build script packs them, and one is read when it is
//! asked for.

use std::io::Read;

use ecow::EcoString;

use super::Document;
use crate::eval::{Data, Piece, Value};
use crate::source::Span;

/// The table as `pack.rs` wrote it.
static BYTES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/managed.bin"));

/// A policy that AWS manages.
#[derive(Debug, Clone)]
pub struct Managed {
    /// Its name.
    pub name: EcoString,
    /// The version and its day: `v1, 2015-02-06`.
    pub version: String,
    /// What it says.
    pub document: Document,
}

/// The policy with this name, where it is known.
pub fn find(name: &str) -> Option<Managed> {
    let mut at = 0;
    for _ in 0..number(&mut at) {
        let own = text(&mut at);
        let place = [number(&mut at), number(&mut at), number(&mut at)];
        if own == name {
            return Some(read(name, place));
        }
    }
    None
}

fn read(name: &str, [group, from, len]: [usize; 3]) -> Managed {
    let text = inflated(group);
    let text = text.get(from..from + len).unwrap_or_default();
    let mut lines = text.lines();
    let head = lines.next().unwrap_or_default();
    let (_, version) = head.split_once(' ').unwrap_or_default();
    let statements: Vec<String> = lines.map(statement).collect();
    let json = format!(r#"{{"Statement":[{}]}}"#, statements.join(","));
    let value = Value::text(json.as_str(), Span::nowhere());
    Managed {
        name: name.into(),
        version: version.to_owned(),
        document: Document::read(&value),
    }
}

/// A line of the table as a statement in JSON.
fn statement(line: &str) -> String {
    let mut parts = line.splitn(3, " | ");
    let front = parts.next().unwrap_or_default();
    let (effect, actions) = front.split_once(' ').unwrap_or_default();
    let (no_actions, actions) = all_but(actions);
    let (no_resources, resources) = all_but(parts.next().unwrap_or_default());
    let mut written: Vec<String> = Vec::new();
    for service in actions.split(' ') {
        match service.split_once(':') {
            Some((prefix, names)) => {
                let each = names.split(',');
                written.extend(each.map(|name| quoted(&format!("{prefix}:{name}"))));
            }
            None => written.push(quoted(service)),
        }
    }
    let resources: Vec<String> = resources.split(' ').map(quoted).collect();
    let effect = if effect == "+" { "Allow" } else { "Deny" };
    let conditions = parts.next().map(|own| format!(r#","Condition":{own}"#));
    format!(
        r#"{{"Effect":"{effect}","{no_actions}Action":[{}],"{no_resources}Resource":[{}]{}}}"#,
        written.join(","),
        resources.join(","),
        conditions.unwrap_or_default(),
    )
}

fn all_but(list: &str) -> (&'static str, &str) {
    match list.strip_prefix('!') {
        Some(rest) => ("Not", rest),
        None => ("", list),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

fn inflated(group: usize) -> String {
    let mut at = 0;
    for _ in 0..number(&mut at) {
        text(&mut at);
        at += 12;
    }
    at += 4 + 4 * group;
    let (from, to) = (number(&mut at), number(&mut at));
    let bytes = BYTES.get(from..to).unwrap_or_default();
    let mut text = String::new();
    // What the build script wrote can be read.
    let _ = flate2::read::DeflateDecoder::new(bytes).read_to_string(&mut text);
    text
}

fn number(at: &mut usize) -> usize {
    let bytes = BYTES
        .get(*at..*at + 4)
        .and_then(|bytes| bytes.try_into().ok());
    *at += 4;
    u32::from_le_bytes(bytes.unwrap_or_default()) as usize
}

fn text(at: &mut usize) -> &'static str {
    let len = number(at);
    let bytes = BYTES.get(*at..*at + len).unwrap_or_default();
    *at += len;
    std::str::from_utf8(bytes).unwrap_or_default()
}

/// The name of the policy that an ARN of AWS names: `arn:aws:iam::aws:policy/job-function/ViewOnlyAccess`. What is not known
/// of the ARN before its account, the partition say, does not matter. `None`: it is no such ARN, as far as is known.
pub fn name_in(arn: &Value) -> Option<EcoString> {
    let own = arn.resolved();
    if let Some(text) = own.as_text() {
        return name_of(text).map(Into::into);
    }
    let Data::Template(template) = &own.data else {
        return None;
    };
    let tail = template.pieces.iter().rev().map_while(|piece| match piece {
        Piece::Text(text, _) => Some(text.as_str()),
        Piece::Value(value) => value.as_text(),
    });
    let mut tail: Vec<&str> = tail.collect();
    tail.reverse();
    name_of(&tail.concat()).map(Into::into)
}

fn name_of(arn: &str) -> Option<&str> {
    let (front, rest) = arn.split_once(":policy/")?;
    front
        .ends_with(":iam::aws")
        .then(|| rest.rsplit('/').next())?
}

#[cfg(test)]
mod tests {
    use super::{find, name_of};
    use crate::policy::{On, grants};

    #[test]
    fn every_policy_is_read() {
        let table = include_str!("table.txt");
        let mut names = 0;
        for line in table.lines().filter(|line| line.starts_with('[')) {
            names += 1;
            // Of all a part: reading is what takes time.
            if names % 7 != 0 {
                continue;
            }
            let name = &line[1..line.find(']').unwrap()];
            let managed = find(name).unwrap();
            assert_eq!(managed.document.refused, [], "{name}");
            assert!(!managed.document.statements.is_empty(), "{name}");
            assert!(managed.version.starts_with('v'), "{name}");
        }
        assert!(names > 1_000);
        assert!(find("NoSuchPolicy").is_none());
    }

    #[test]
    fn what_some_policies_say() {
        for (name, action, expected) in [
            ("AdministratorAccess", "*", true),
            ("PowerUserAccess", "lambda:CreateFunction", true),
            ("PowerUserAccess", "iam:AttachUserPolicy", false),
            ("IAMFullAccess", "iam:AttachUserPolicy", true),
            ("AmazonS3ReadOnlyAccess", "s3:GetObject", true),
            ("AmazonS3ReadOnlyAccess", "s3:PutObject", false),
        ] {
            let own = find(name).unwrap();
            let found = grants(&[&own.document], action, On::Every);
            let sure = found.iter().any(|grant| grant.truth.is_true());
            assert_eq!(sure, expected, "{name} {action}");
        }
    }

    #[test]
    fn names_in_arns() {
        for (arn, expected) in [
            (
                "arn:aws:iam::aws:policy/AdministratorAccess",
                Some("AdministratorAccess"),
            ),
            ("arn:aws-cn:iam::aws:policy/service-role/X", Some("X")),
            ("arn:aws:iam::111122223333:policy/AdministratorAccess", None),
            ("AdministratorAccess", None),
        ] {
            assert_eq!(name_of(arn), expected, "{arn}");
        }
    }
}
