//! Secrets in plain text: known forms of credentials, and texts under a name that says they are one.
//!
//! A form is certain (a prefix that its issuer publishes). A name is not, so what is under it must not look like
//! a reference, a path, a word of documentation or an example, and must look as if somebody had made it up at random.

mod form;
mod generated;
mod name;
mod script;

pub use generated::generated;

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::eval::{Data, Piece, Value, Why};

/// The deepest nesting that is searched.
const MAX_DEPTH: usize = 32;
/// The longest text that is read line by line.
const MAX_TEXT: usize = 1 << 20;

/// A text that is, or holds, a secret.
#[derive(Debug, Clone)]
pub struct Secret {
    /// The text, with its place.
    pub value: Value,
    /// What it is, with its article.
    pub what: Cow<'static, str>,
}

/// What a search found.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// Each once, in order.
    pub secrets: Vec<Secret>,
    /// Why there may be more.
    pub unknown: Option<Why>,
}

/// The secrets in a value: in its texts, in texts under a name (a key, or a `name` beside a `value`), in the lines of
/// scripts and in Base64.
pub fn find(value: &Value) -> Found {
    let mut found = Found::default();
    search(value, None, 0, &mut found);
    found
}

/// A text that is taken for a password and for a key alike.
const SAMPLE: &str = "kX9vQ2mL7pR4tW8z";

/// Whether a name says that what is under it is a secret.
pub fn is_named(name: &str) -> bool {
    name::says(name, SAMPLE).is_some()
}

/// The part of a word that has the form of a credential: of an address, the password in it.
pub fn in_word(word: &str) -> Option<std::ops::Range<usize>> {
    if let Some((scheme, rest)) = word.split_once("://")
        && let Some(at) = rest.rfind('@')
    {
        let colon = rest[..at].find([':', '/']);
        let colon = colon.filter(|colon| rest[*colon..].starts_with(':'))?;
        let start = scheme.len() + "://".len();
        return Some(start + colon + 1..start + at);
    }
    form::known(word, false)?;
    // `AWS_ACCESS_KEY_ID=…`: the name may be seen.
    let value = word.find('=').map_or(0, |at| at + 1);
    match form::known(&word[value..], false) {
        Some(_) => Some(value..word.len()),
        None => Some(0..word.len()),
    }
}

fn search(value: &Value, name: Option<&str>, depth: usize, found: &mut Found) {
    if depth > MAX_DEPTH {
        found.unknown.get_or_insert(Why::Limit);
        return;
    }
    let own = value.resolved();
    match &own.data {
        Data::Text(text) => found.text(value, name, text),
        Data::Template(template) => match &template.text {
            Some(text) => found.text(value, name, text),
            // What is not known of it stands elsewhere; what is known may hold a secret by itself.
            None => {
                for piece in &template.pieces {
                    if let Piece::Text(text, _) = piece {
                        found.text(value, None, text);
                    }
                }
            }
        },
        Data::List(list) => {
            for item in &list.items {
                search(item, name, depth + 1, found);
            }
            found.rest(list.rest.as_ref().map(|rest| &rest.why));
        }
        Data::Map(map) => {
            let named = |wanted: &str| {
                let mut entries = map.entries.iter();
                entries.find(|entry| entry.key.eq_ignore_ascii_case(wanted))
            };
            let pair = named("name").or_else(|| named("key")).zip(named("value"));
            // An environment variable of CodeBuild whose value says where the secret is kept.
            let kept = named("type").and_then(|entry| entry.value.as_text());
            if matches!(kept, Some("SECRETS_MANAGER" | "PARAMETER_STORE")) {
                return;
            }
            if let Some((pair_name, pair_value)) = pair {
                let name = pair_name.value.as_text();
                search(&pair_value.value, name, depth + 1, found);
            } else {
                for entry in &map.entries {
                    search(&entry.value, Some(&entry.key), depth + 1, found);
                }
            }
            found.rest(map.rest.as_ref().map(|rest| &rest.why));
        }
        Data::Unknown(unknown) => {
            for one in &unknown.among {
                search(one, name, depth + 1, found);
            }
            if unknown.among.is_empty() && !is_elsewhere(&unknown.why) {
                found.rest(Some(&unknown.why));
            }
        }
        // What another resource has when it is made is not written here.
        Data::Reference(_) | Data::Null | Data::Bool(_) | Data::Number(_) => {}
    }
}

/// Whether such a value stands somewhere else than in the configuration: it is no secret in plain text here.
fn is_elsewhere(why: &Why) -> bool {
    matches!(
        why,
        Why::Variable(_)
            | Why::Computed(_)
            | Why::Data(_)
            | Why::Environment(_)
            | Why::Pseudo(_)
            | Why::Import(_)
            | Why::Dynamic
    )
}

impl Found {
    fn rest(&mut self, why: Option<&Why>) {
        if let (None, Some(why)) = (&self.unknown, why) {
            self.unknown = Some(why.clone());
        }
    }

    fn text(&mut self, value: &Value, name: Option<&str>, text: &str) {
        // A stand-in is no secret, whatever its name; a credential of a known form is one wherever it stands.
        if value.origin.is_stand_in() || value.resolved().origin.is_stand_in() {
            return self.add(value, form::known(text, false));
        }
        let what = in_text(name, text).or_else(|| {
            let bytes = STANDARD
                .decode(text.trim())
                .ok()
                .filter(|bytes| bytes.len() >= 16)?;
            in_text(None, &String::from_utf8(bytes).ok()?)
        });
        self.add(value, what);
    }

    fn add(&mut self, value: &Value, what: Option<&'static str>) {
        let known = |own: &Secret| own.value.origin.span == value.origin.span;
        if let Some(what) = what
            && !self.secrets.iter().any(known)
        {
            self.secrets.push(Secret {
                value: value.clone(),
                what: what.into(),
            });
        }
    }
}

/// What secret a text is or holds.
fn in_text(name: Option<&str>, text: &str) -> Option<&'static str> {
    let text = text.get(..MAX_TEXT).unwrap_or(text);
    let public = name.is_some_and(name::is_for_browsers);
    if public && form::is_of_google(text) {
        return None;
    }
    form::known(text, public)
        .or_else(|| name::says(name?, text))
        .or_else(|| script::assigned(text))
}

#[cfg(test)]
mod tests;
