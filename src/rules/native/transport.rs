//! Whether the policy of a store of objects refuses requests that are not encrypted on their way.

use super::statements::reason;
use crate::catalog::{Path, Step, Usage};
use crate::eval::{Data, Piece, Reference, Truth, Value, Why};
use crate::graph::Graph;
use crate::policy::weigh::{Weight, has_number, has_truth, holds_of};
use crate::policy::{Statement, any_of, covers, has_action, party};
use crate::rules::Subject;
use crate::rules::declared::{Outcome, Witness};

/// Everyone is denied every action on the bucket and on its objects where the request is plain, or its TLS is old.
pub(super) fn refuses_plain(subject: &Subject<'_>) -> Outcome {
    let name = Path(vec![Step {
        name: "bucket".into(),
        each: false,
    }]);
    let bucket = subject.resource.get(&name);
    let bucket = bucket
        .as_ref()
        .and_then(|bucket| text_of(bucket, subject.graph));
    let mut outcomes = Vec::new();
    for held in subject.documents(Usage::Resource) {
        let mut open: Option<Why> = held.document.rest.clone();
        let each = ["", "/*"].map(|part| {
            let statements = held.document.statements.iter();
            Truth::any(statements.map(|statement| {
                let named = names(statement, bucket.as_deref(), part, subject.graph);
                let denied = named & denies_plain(statement, &mut open);
                if denied.is_unknown() && open.is_none() {
                    open = reason(statement);
                }
                denied
            }))
        });
        let truth = Truth::all(each);
        outcomes.push(match (truth, &open) {
            (Truth::True, _) => Outcome::new(Truth::True, Witness::of(&held.value)),
            (Truth::False, _) => match &held.document.rest {
                Some(why) => Outcome::unknown(&held.value, why.clone()),
                None => Outcome::new(Truth::False, Witness::of(&held.value)),
            },
            (_, why) => Outcome::unknown(&held.value, why.clone().unwrap_or(Why::Condition)),
        });
    }
    Outcome::any(outcomes)
}

/// Whether a statement denies everyone everything, wherever a request is plain, or its TLS is old.
fn denies_plain(statement: &Statement, open: &mut Option<Why>) -> Truth {
    let everyone = match statement.not_principals.is_empty() {
        true => party::everyone(statement).0,
        false => Truth::False,
    };
    let plain = holds_of(statement, &[has_truth("aws:securetransport", "false")]);
    let old = holds_of(statement, &[has_number("s3:tlsversion", 1.0)]);
    let Weight { truth, key } = match plain.truth {
        Truth::False => old,
        _ => plain,
    };
    if truth.is_unknown() && open.is_none() {
        *open = key.map(Why::Context);
    }
    statement.denies() & everyone & has_action(statement, "s3:*").0 & truth
}

/// Whether a statement names the bucket, or what a pattern such as `/*` means behind it.
fn names(statement: &Statement, bucket: Option<&str>, part: &str, graph: &Graph) -> Truth {
    if statement.not_resources.written {
        return Truth::Unknown;
    }
    any_of(&statement.resources, |item| {
        item.ask(|own| {
            let Some(text) = text_of(own, graph) else {
                return Truth::Unknown;
            };
            let text = text.strip_prefix("arn:").map_or(text.as_str(), |rest| {
                rest.splitn(5, ':').nth(4).unwrap_or_default()
            });
            match bucket {
                Some(bucket) => Truth::from(covers(text, &format!("{bucket}{part}"), false)),
                None if covers(text, &format!("*{part}"), false) => Truth::True,
                None => Truth::Unknown,
            }
        })
    })
    .0
}

/// A text in which what refers to a bucket is its name, where that is known, else the resource itself: its ARN and its name
/// are the same here.
fn text_of(value: &Value, graph: &Graph) -> Option<String> {
    match &value.data {
        Data::Reference(reference) => match value.resolved().as_text() {
            Some(text) => Some(text.to_owned()),
            None => Some(named(reference, graph)),
        },
        Data::Template(template) => match &template.text {
            Some(text) => Some(text.to_string()),
            None => template
                .pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Text(text, _) => Some(text.to_string()),
                    Piece::Value(value) => text_of(value, graph),
                })
                .collect(),
        },
        _ => value.as_text().map(str::to_owned),
    }
}

fn named(reference: &Reference, graph: &Graph) -> String {
    let target = &reference.target;
    let found = graph
        .resources
        .binary_search_by(|own| (*own.address).cmp(target));
    let name = Path(vec![Step {
        name: "bucket_name".into(),
        each: false,
    }]);
    let name = found.ok().and_then(|at| graph.resources[at].get(&name));
    match name.as_ref().and_then(Value::as_text) {
        Some(text) => text.to_owned(),
        None => format!("<{target}>"),
    }
}
