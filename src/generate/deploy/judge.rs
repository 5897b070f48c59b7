//! Whether an action that a schema names is asked for by what is set.

use std::collections::BTreeSet;

use super::{Deployed, looks};
use crate::policy::action::Action;

/// Which policy an action belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Plan,
    Apply,
}

/// What a thing is called, and what is said of it, in words.
pub(super) struct Words {
    service: String,
    /// Words of its type.
    own: BTreeSet<String>,
    /// Words of its arguments.
    set: BTreeSet<String>,
}

impl Words {
    pub(super) fn of(one: &Deployed) -> Self {
        let kind = one.kind.as_deref().unwrap_or_default();
        let mut parts = kind.split("::").skip(1);
        let service = parts.next().unwrap_or_default();
        let own = words(parts.next().unwrap_or_default()).chain(words(service));
        // Terraform says some arguments as resources of their own: `aws_s3_bucket_versioning`.
        let set = one.arguments.iter().flat_map(|name| words(name));
        let set = set.chain(words(&one.written));
        Self {
            service: service.to_ascii_lowercase(),
            own: own.collect(),
            set: set.collect(),
        }
    }
}

/// Reads that show data, not how things are set: a plan must not see them.
const DATA: [&str; 9] = [
    "dynamodb:GetItem",
    "kms:Decrypt",
    "lambda:GetFunction",
    "s3:GetObject",
    "secretsmanager:BatchGetSecretValue",
    "secretsmanager:GetRandomPassword",
    "secretsmanager:GetSecretValue",
    "ssm:GetParameterHistory",
    "ssm:GetParametersByPath",
];

/// Words in the names of actions that say nothing of what they are about.
const VERBS: [&str; 30] = [
    "add",
    "allow",
    "associate",
    "attach",
    "attribute",
    "attributes",
    "authorize",
    "batch",
    "by",
    "configuration",
    "create",
    "delete",
    "deregister",
    "describe",
    "detach",
    "disassociate",
    "for",
    "get",
    "list",
    "modify",
    "of",
    "put",
    "register",
    "remove",
    "revoke",
    "set",
    "start",
    "to",
    "update",
    "replace",
];

/// Where an action belongs, if what is set asks for it.
pub(super) fn place(action: &Action, handler: char, words: &Words) -> Option<Place> {
    let name = format!("{}:{}", action.service().prefix(), action.name());
    if looks(action) {
        // Only the handlers that look say what looking needs; reads of data are no part of it.
        let needed =
            matches!(handler, 'r' | 'l') && is_own(action, words) && !DATA.contains(&name.as_str());
        return needed.then_some(Place::Plan);
    }
    if WEAKENS.contains(&name.as_str()) {
        return None;
    }
    // A handler that only reads needs nothing that changes something, whatever its schema says.
    let asked = !matches!(handler, 'r' | 'l') && is_asked(action, words);
    asked.then_some(Place::Apply)
}

/// Services that actions call otherwise than types.
const CALLED: [(&str, &str); 7] = [
    ("certificatemanager", "acm"),
    ("efs", "elasticfilesystem"),
    ("elasticsearch", "es"),
    ("emr", "elasticmapreduce"),
    ("msk", "kafka"),
    ("opensearchservice", "es"),
    ("stepfunctions", "states"),
];

/// Whether it is an action of the service of the thing: `elasticloadbalancing` of `ElasticLoadBalancingV2`.
fn is_own(action: &Action, words: &Words) -> bool {
    let prefix = action.service().prefix().replace('-', "");
    let called = CALLED.iter().find(|(name, _)| *name == words.service);
    let service = called.map_or(words.service.as_str(), |(_, called)| called);
    service.starts_with(&prefix)
}

/// Actions of handlers that only take protection away: what is deployed never asks for them.
const WEAKENS: [&str; 5] = [
    "iam:DeleteRolePermissionsBoundary",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "logs:DeleteRetentionPolicy",
    "logs:DisassociateKmsKey",
];

fn is_asked(action: &Action, words_of: &Words) -> bool {
    let about: Vec<String> = words(action.name())
        .filter(|word| !VERBS.contains(&word.as_str()))
        .filter(|word| !words_of.own.contains(word))
        .collect();
    let set = |word: &String| {
        let stem = word.trim_end_matches('s');
        words_of
            .set
            .iter()
            .any(|own| own.trim_end_matches('s') == stem)
    };
    if action.name() == "PassRole" {
        return words_of.set.contains("role");
    }
    if is_own(action, words_of) {
        let tagging = ["tag", "untag", "tags"];
        return match about.iter().any(|word| tagging.contains(&word.as_str())) {
            true => words_of.set.contains("tags"),
            // More of the words than not.
            false => about.iter().filter(|word| set(word)).count() * 2 >= about.len(),
        };
    }
    // Of another service: only where an argument speaks of it.
    let prefix = action.service().prefix();
    words_of.set.contains(prefix) || !about.is_empty() && about.iter().all(set)
}

/// The words of a name, small: `PutBucketVersioning`, `server_side_encryption`.
fn words(name: &str) -> impl Iterator<Item = String> {
    let mut out: Vec<String> = Vec::new();
    let mut before = ' ';
    let letters: Vec<char> = name.chars().collect();
    for (at, c) in letters.iter().enumerate() {
        let next = letters.get(at + 1).copied().unwrap_or(' ');
        let begins =
            c.is_ascii_uppercase() && (!before.is_ascii_uppercase() || next.is_ascii_lowercase());
        match c.is_ascii_alphanumeric() {
            true if begins || !before.is_ascii_alphanumeric() => out.push(c.to_string()),
            true => out.last_mut().expect("a word has begun").push(*c),
            false => {}
        }
        before = *c;
    }
    out.into_iter().map(|word| word.to_ascii_lowercase())
}
