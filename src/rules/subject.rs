//! A resource with what surrounds it, and what several rules ask of it.

use std::cell::OnceCell;

use crate::catalog::{Catalog, Path, Step, Usage};
use crate::eval::{Data, Language, Value, Why};
use crate::graph::{Graph, Resource, walk};
use crate::policy::Document;

/// A resource that rules are asked of. What is costly to make is made once for all of them.
pub struct Subject<'a> {
    /// The resource.
    pub resource: &'a Resource,
    /// What it is part of.
    pub graph: &'a Graph,
    /// The vocabulary.
    pub catalog: &'a Catalog,
    documents: OnceCell<Vec<Held>>,
}

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

impl<'a> Subject<'a> {
    /// A resource of a graph.
    pub fn new(resource: &'a Resource, graph: &'a Graph, catalog: &'a Catalog) -> Self {
        Self {
            resource,
            graph,
            catalog,
            documents: OnceCell::new(),
        }
    }

    /// Its policy documents of one use, in the order of the vocabulary and of the file.
    pub fn documents(&self, usage: Usage) -> impl Iterator<Item = &Held> {
        let all = self
            .documents
            .get_or_init(|| held(self.resource, self.catalog));
        all.iter().filter(move |held| held.usage == usage)
    }
}

/// The policy documents of a resource.
pub fn held(resource: &Resource, catalog: &Catalog) -> Vec<Held> {
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
        all.extend(values.into_iter().map(|value| Held {
            usage: spec.usage,
            path: spec.path.clone(),
            document: Document::read(&value),
            value,
        }));
    }
    all
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
            out.push(unknown(&own.why().unwrap_or(Why::Limit)))
        }
        _ => {}
    }
}
