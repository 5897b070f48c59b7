//! The policy documents that a resource holds.

use super::{Document, Statement};
use crate::catalog::{Catalog, Path, Step, Usage};
use crate::eval::{Data, Language, Mode, Value, Why};
use crate::graph::{Graph, Resource, walk};

/// A policy document that a resource holds.
#[derive(Debug, Clone)]
pub struct Held {
    /// What it is for.
    pub usage: Usage,
    /// Where it is.
    pub path: Path,
    /// The value it was read from.
    pub value: Value,
    /// What it says; one that is not known may have any statement.
    pub document: Document,
}

/// The policy documents of a resource. One that is only described (a data source) and used by another resource is judged
/// there; else it is what its statements say.
pub fn held(resource: &Resource, graph: &Graph, catalog: &Catalog) -> Vec<Held> {
    let described = resource.address.mode == Mode::Data;
    if described && graph.incoming(resource.id).next().is_some() {
        return Vec::new();
    }
    let kind = catalog.kind(&resource.kind);
    let specs = kind
        .map(|kind| kind.documents.as_slice())
        .unwrap_or_default();
    let mut all = Vec::new();
    for spec in specs {
        let (value, start) = resource.start(&spec.path);
        let mut values = Vec::new();
        collect(
            value,
            start.each,
            start.steps,
            resource.language,
            &mut values,
        );
        let made = values.into_iter().map(|value| Held {
            usage: spec.usage,
            path: spec.path.clone(),
            document: read(&value, spec.usage, described),
            value,
        });
        all.extend(made.filter(|held| !described || use_of(&held.document) == held.usage));
    }
    all
}

/// A document, and what AWS refuses in one of its use. One that is only described may be a part of another.
fn read(value: &Value, usage: Usage, described: bool) -> Document {
    let mut document = Document::read(value);
    if usage == Usage::Identity && !described {
        document.require_resources();
    }
    document
}

/// What a document is for, by its statements: only those about others name principals, and trust is about roles.
fn use_of(document: &Document) -> Usage {
    let statements = &document.statements;
    let others = |statement: &&Statement| {
        !statement.principals.is_empty() || !statement.not_principals.is_empty()
    };
    let assume = |item: &Value| item.starts_with("sts:").is_true();
    let trust = |statement: &Statement| statement.actions.items.iter().all(assume);
    match statements.iter().find(others) {
        None => Usage::Identity,
        Some(_) if statements.iter().all(trust) => Usage::Trust,
        Some(_) => Usage::Resource,
    }
}

/// The values at the end of a path, unknown ones too: where it is not known what is there, one stands for all.
fn collect(from: &Value, each: bool, steps: &[Step], language: Language, out: &mut Vec<Value>) {
    let own = from.resolved();
    let unknown = |why: &Why| Value::unknown(why.clone(), own.origin.span);
    match &own.data {
        Data::Null => {}
        Data::List(list) if each || !steps.is_empty() => {
            for item in &list.items {
                collect(item, false, steps, language, out);
            }
            out.extend(list.rest.iter().map(|rest| unknown(&rest.why)));
        }
        _ if steps.is_empty() => out.push(from.clone()),
        Data::Map(map) => match (walk::entry(map, &steps[0].name, language), &map.rest) {
            (Some(next), _) => collect(next, steps[0].each, &steps[1..], language, out),
            (None, Some(rest)) => out.push(unknown(&rest.why)),
            (None, None) => {}
        },
        Data::Unknown(_) | Data::Reference(_) => {
            out.push(unknown(&own.why().unwrap_or(Why::Unclear)))
        }
        _ => {}
    }
}
