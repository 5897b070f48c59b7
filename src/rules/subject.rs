//! A resource with what surrounds it, and what several rules ask of it.

use std::cell::OnceCell;

use crate::catalog::{Catalog, Path, Relation, Step, Usage};
use crate::eval::{Data, Language, Mode, Value, Why};
use crate::graph::{Graph, Resource, ResourceId, walk};
use crate::policy::{Document, Statement};

/// A resource that rules are asked of. What is costly to make is made once for all of them.
pub struct Subject<'a> {
    /// The resource.
    pub resource: &'a Resource,
    /// What it is part of.
    pub graph: &'a Graph,
    /// The vocabulary.
    pub catalog: &'a Catalog,
    documents: OnceCell<Vec<Held>>,
    effective: OnceCell<Vec<Held>>,
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
            effective: OnceCell::new(),
        }
    }

    /// Its policy documents of one use, in the order of the vocabulary and of the file.
    pub fn documents(&self, usage: Usage) -> impl Iterator<Item = &Held> {
        let all = self
            .documents
            .get_or_init(|| held(self.resource, self.graph, self.catalog));
        all.iter().filter(move |held| held.usage == usage)
    }

    /// What an identity may do: its own documents, those of the policies that are attached to it, and all of the groups
    /// that it is in.
    pub fn effective(&self) -> &[Held] {
        self.effective.get_or_init(|| {
            let own = self.resource.id;
            let groups = self.graph.outgoing(own).iter();
            let groups = groups.filter(|edge| edge.relation == Relation::Within);
            let mut all: Vec<Held> = Vec::new();
            let mut seen: Vec<ResourceId> = Vec::new();
            for identity in std::iter::once(own).chain(groups.map(|edge| edge.to)) {
                let attached = self.graph.incoming(identity);
                let attached = attached.filter(|edge| edge.relation == Relation::Attached);
                for id in std::iter::once(identity).chain(attached.map(|edge| edge.from)) {
                    if seen.contains(&id) {
                        continue;
                    }
                    seen.push(id);
                    // One of its alternatives may stand for the resource itself.
                    let resource = match id == own {
                        true => self.resource,
                        false => self.graph.resource(id),
                    };
                    let held = held(resource, self.graph, self.catalog);
                    all.extend(
                        held.into_iter()
                            .filter(|held| held.usage == Usage::Identity),
                    );
                }
                all.extend(self.perhaps_attached(identity));
            }
            all
        })
    }
}

impl Subject<'_> {
    /// A document of which nothing is known, where something unknown is attached to an identity, or something to nobody
    /// knows which.
    fn perhaps_attached(&self, identity: ResourceId) -> Option<Held> {
        let graph = self.graph;
        let to_it = graph
            .incoming(identity)
            .flat_map(|edge| graph.open(edge.from));
        let towards = graph.open_towards(graph.resource(identity));
        let mut open = to_it.chain(towards);
        let open = open.find(|open| open.relation == Relation::Attached)?;
        Some(Held {
            usage: Usage::Identity,
            path: Path::default(),
            value: Value {
                origin: open.origin.clone(),
                ..Value::unknown(open.why.clone(), open.origin.span)
            },
            document: Document {
                rest: Some(open.why.clone()),
                ..Document::default()
            },
        })
    }
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
            document: Document::read(&value),
            value,
        });
        all.extend(made.filter(|held| !described || use_of(&held.document) == held.usage));
    }
    all
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
            out.push(unknown(&own.why().unwrap_or(Why::Limit)))
        }
        _ => {}
    }
}
