//! Edges: every reference, and what the vocabulary says some attributes mean.

use ecow::EcoString;
use rustc_hash::{FxHashMap, FxHashSet};

use super::join::key_of;
use super::{Edge, OpenEdge, Resource, ResourceId, walk};
use crate::catalog::{Catalog, EdgeSpec, Kind, Path, Relation, Step};
use crate::eval::{Address, Data, Key, Language, Mode, Origin, Piece, Value, Why};

/// How deep references are looked for in a value.
const MAX_DEPTH: usize = 64;

/// What connects the resources of a stack.
pub(super) struct Links {
    /// Sorted.
    pub(super) edges: Vec<Edge>,
    /// Edges that may be there.
    pub(super) open: Vec<OpenEdge>,
    /// Edges to what is surely not here.
    pub(super) outside: Vec<OpenEdge>,
}

/// All edges.
pub(super) fn link(resources: &[Resource], catalog: &Catalog) -> Links {
    let index = Index::new(resources, catalog);
    let mut edges = Vec::new();
    let (mut open, mut outside) = (Vec::new(), Vec::new());
    for resource in resources.iter().filter(|resource| !resource.partial) {
        index.references(resource, &mut edges);
        index.declared(resource, catalog, &mut edges);
        open_ends(resource, catalog, &mut open);
        index.outside_ends(resource, catalog, &mut outside);
        index.parts(resource, &mut edges);
    }
    edges.sort_by(|a, b| {
        let key = |edge: &Edge| (edge.from, edge.to, edge.relation, edge.attribute.clone());
        key(a).cmp(&key(b))
    });
    edges.dedup_by(|a, b| {
        (a.from, a.to, a.relation, &a.attribute) == (b.from, b.to, b.relation, &b.attribute)
    });
    Links {
        edges: drop_plain(edges),
        open,
        outside,
    }
}

/// The resources that outputs name.
pub(super) fn exported(
    resources: &[Resource],
    catalog: &Catalog,
    outputs: &Value,
) -> FxHashSet<ResourceId> {
    let mut found = Vec::new();
    collect(outputs, &outputs.origin, &mut found, 0);
    if found.is_empty() {
        return FxHashSet::default();
    }
    let index = Index::new(resources, catalog);
    let targets = found.into_iter().map(|(target, _)| index.targets(target));
    targets.flatten().copied().collect()
}

/// The edges of a resource that end, or start, nobody knows where, because a variable, a module that is not here or a
/// condition decides. What refers to something that is simply not managed here ends outside.
fn open_ends(resource: &Resource, catalog: &Catalog, open: &mut Vec<OpenEdge>) {
    let Some(kind) = catalog.kind(&resource.kind) else {
        return;
    };
    for spec in &kind.edges {
        // Where an edge starts may be of any kind.
        let starts = (!spec.from.is_empty()).then_some((&spec.from, &[][..]));
        let ends = (!names_itself(kind, spec)).then_some((&spec.to, spec.kinds.as_slice()));
        for (path, kinds) in starts.into_iter().chain(ends) {
            let (value, start) = resource.start(path);
            let (value, steps) = (value.resolved(), start.steps);
            let end = unknown_end(value, start.each, steps, resource.language, 0);
            open.extend(end.map(|(origin, why)| OpenEdge {
                from: resource.id,
                kinds: kinds.iter().map(|kind| kind.as_str().into()).collect(),
                relation: spec.relation,
                origin,
                why,
            }));
        }
    }
}

/// Whether an edge ends at the resource that tells of it, whatever its name is.
fn names_itself(kind: &Kind, spec: &EdgeSpec) -> bool {
    let own = kind.identity.as_deref();
    matches!(spec.to.0.as_slice(), [step] if !spec.from.is_empty() && own == Some(step.name.as_str()))
}

/// The first thing along a path that is not known and could name a resource.
fn unknown_end(
    value: &Value,
    each: bool,
    steps: &[Step],
    language: Language,
    depth: usize,
) -> Option<(Origin, Why)> {
    let found = |why: &Why| {
        let decides = matches!(
            why,
            Why::Variable(_)
                | Why::Module(_)
                | Why::Condition
                | Why::Instance(_)
                | Why::Unclear
                | Why::Limit
        );
        decides.then(|| (value.origin.clone(), why.clone()))
    };
    if depth > MAX_DEPTH {
        return found(&Why::Limit);
    }
    match &value.data {
        Data::Unknown(unknown) if unknown.among.is_empty() => found(&unknown.why),
        Data::List(list) if each || !steps.is_empty() => {
            let mut items = list.items.iter();
            let inside = items
                .find_map(|item| unknown_end(item.resolved(), false, steps, language, depth + 1));
            let rest = || list.rest.as_ref().filter(|rest| rest.among.is_empty());
            inside.or_else(|| found(&rest()?.why))
        }
        Data::Map(map) => {
            let (step, rest) = steps.split_first()?;
            match (walk::entry(map, &step.name, language), &map.rest) {
                (Some(next), _) => {
                    unknown_end(next.resolved(), step.each, rest, language, depth + 1)
                }
                (None, Some(unknown)) => found(&unknown.why),
                (None, None) => None,
            }
        }
        Data::Template(template) if template.text.is_none() => {
            let whys = template.pieces.iter().filter_map(|piece| match piece {
                Piece::Value(value) => value.first_why(),
                Piece::Text(..) => None,
            });
            whys.into_iter().find_map(|why| found(&why))
        }
        _ => None,
    }
}

/// A plain mention says nothing where a relation is known for the same two resources.
fn drop_plain(edges: Vec<Edge>) -> Vec<Edge> {
    let mut kept: Vec<Edge> = Vec::with_capacity(edges.len());
    let mut run = 0;
    for at in 0..edges.len() {
        let edge = &edges[at];
        if at == 0 || (edges[at - 1].from, edges[at - 1].to) != (edge.from, edge.to) {
            run = at;
        }
        let end = edges[run..]
            .partition_point(|other| (other.from, other.to) <= (edge.from, edge.to))
            + run;
        let related = edges[end - 1].relation != Relation::Refers;
        if edge.relation != Relation::Refers || !related {
            kept.push(edge.clone());
        }
    }
    kept
}

struct Index<'a> {
    blocks: FxHashMap<Address, Vec<ResourceId>>,
    names: FxHashMap<(&'a str, EcoString), Vec<ResourceId>>,
    resources: &'a [Resource],
}

impl<'a> Index<'a> {
    fn new(resources: &'a [Resource], catalog: &Catalog) -> Self {
        let mut index = Self {
            blocks: FxHashMap::default(),
            names: FxHashMap::default(),
            resources,
        };
        for resource in resources.iter().filter(|resource| !resource.partial) {
            index
                .blocks
                .entry(resource.address.block())
                .or_default()
                .push(resource.id);
            let identity = catalog
                .kind(&resource.kind)
                .and_then(|kind| kind.identity.as_ref());
            let name = identity.and_then(|name| {
                resource.get(&Path(vec![crate::catalog::Step {
                    name: name.clone(),
                    each: false,
                }]))
            });
            if let Some(key) = name.and_then(|name| key_of(&name, &resource.address.module)) {
                let key = (resource.kind.as_str(), key.text);
                index.names.entry(key).or_default().push(resource.id);
            }
        }
        index
    }

    /// The resources that a reference means: the instance, the placeholder for it, or all instances of the block.
    fn targets(&self, target: &Address) -> &[ResourceId] {
        let Some(all) = self.blocks.get(&target.block()) else {
            return &[];
        };
        let key = |id: &ResourceId| &self.resources[id.0 as usize].address.key;
        match all.iter().position(|id| *key(id) == target.key) {
            Some(at) => &all[at..=at],
            None if target.key == Key::None
                || all.iter().any(|id| *key(id) == Key::Placeholder) =>
            {
                all
            }
            None => &[],
        }
    }

    /// An edge for every reference anywhere in the body.
    fn references(&self, resource: &Resource, edges: &mut Vec<Edge>) {
        let Some(map) = resource.body.as_map() else {
            return;
        };
        for entry in &map.entries {
            let mut found = Vec::new();
            collect(&entry.value, &entry.value.origin, &mut found, 0);
            for (target, origin) in found {
                for &to in self.targets(target) {
                    if to != resource.id {
                        edges.push(Edge {
                            from: resource.id,
                            to,
                            relation: Relation::Refers,
                            origin: origin.clone(),
                            attribute: entry.key.clone(),
                        });
                    }
                }
            }
        }
    }

    /// The edges that the vocabulary declares for the kind.
    fn declared(&self, resource: &Resource, catalog: &Catalog, edges: &mut Vec<Edge>) {
        let Some(kind) = catalog.kind(&resource.kind) else {
            return;
        };
        for spec in &kind.edges {
            if names_itself(kind, spec) {
                let starts = self.ends(resource, &spec.from, &[]).into_iter();
                edges.extend(starts.filter(|(from, _)| *from != resource.id).map(
                    |(from, origin)| Edge {
                        from,
                        to: resource.id,
                        relation: spec.relation,
                        origin,
                        attribute: spec.from.to_string().into(),
                    },
                ));
                continue;
            }
            let starts: Vec<ResourceId> = if spec.from.is_empty() {
                vec![resource.id]
            } else {
                self.ends(resource, &spec.from, &[])
                    .into_iter()
                    .map(|(id, _)| id)
                    .collect()
            };
            for (to, origin) in self.ends(resource, &spec.to, &spec.kinds) {
                for &from in starts.iter().filter(|from| **from != to) {
                    edges.push(Edge {
                        from,
                        to,
                        relation: spec.relation,
                        origin: origin.clone(),
                        attribute: spec.to.to_string().into(),
                    });
                }
            }
        }
    }

    /// The resources that an attribute names, by reference or by known text.
    fn ends(
        &self,
        resource: &Resource,
        path: &Path,
        kinds: &[String],
    ) -> Vec<(ResourceId, Origin)> {
        let mut values = Vec::new();
        let (value, start) = resource.start(path);
        walk::every(
            value,
            start.each,
            start.steps,
            resource.language,
            &mut values,
        );
        let values = values.iter();
        values
            .flat_map(|value| self.ends_of(resource, value, kinds))
            .collect()
    }

    /// The resources that one value names.
    fn ends_of(
        &self,
        resource: &Resource,
        value: &Value,
        kinds: &[String],
    ) -> Vec<(ResourceId, Origin)> {
        let mut ends = Vec::new();
        let mut found = Vec::new();
        collect(value, &value.origin, &mut found, 0);
        for (target, origin) in &found {
            let targets = self.targets(target).iter();
            ends.extend(targets.map(|id| (*id, (*origin).clone())));
        }
        if !found.is_empty() {
            return ends;
        }
        let Some(key) = key_of(value, &resource.address.module) else {
            return ends;
        };
        for kind in kinds {
            let by = |text: &str| self.names.get(&(kind.as_str(), text.into()));
            // Google's long names end in the name: `storage.googleapis.com/logs`, `projects/…/networks/main`.
            let last = || by(key.text.rsplit_once('/')?.1);
            let named = by(&key.text).or_else(last).into_iter().flatten();
            ends.extend(named.map(|id| (*id, value.origin.clone())));
        }
        ends
    }

    /// The edges of a resource that end at something that another stack, another module or nobody at all manages: a data
    /// source reads it, an import or a plain name tells of it. What it is like is not known here.
    fn outside_ends(&self, resource: &Resource, catalog: &Catalog, outside: &mut Vec<OpenEdge>) {
        let specs = catalog
            .kind(&resource.kind)
            .map(|kind| kind.edges.as_slice());
        let specs = specs.unwrap_or_default().iter();
        for spec in specs.filter(|spec| spec.from.is_empty() && !spec.kinds.is_empty()) {
            let mut values = Vec::new();
            let (value, start) = resource.start(&spec.to);
            let (each, steps) = (start.each, start.steps);
            walk::every(value, each, steps, resource.language, &mut values);
            for value in values {
                let Some(why) = self.outside(resource, &value, spec) else {
                    continue;
                };
                outside.push(OpenEdge {
                    from: resource.id,
                    kinds: spec.kinds.iter().map(|kind| kind.as_str().into()).collect(),
                    relation: spec.relation,
                    origin: value.origin.clone(),
                    why,
                });
            }
        }
    }

    /// Why what a value names is not here.
    fn outside(&self, resource: &Resource, value: &Value, spec: &EdgeSpec) -> Option<Why> {
        let here = self.ends_of(resource, value, &spec.kinds);
        if here
            .iter()
            .any(|(id, _)| self.resources[id.0 as usize].address.mode != Mode::Data)
        {
            return None;
        }
        match &value.data {
            Data::Reference(reference) if reference.target.mode == Mode::Data => {
                Some(Why::Data(reference.to_string().into()))
            }
            Data::Unknown(unknown) if matches!(unknown.why, Why::Data(_) | Why::Import(_)) => {
                Some(unknown.why.clone())
            }
            _ => {
                let text = value.as_text().filter(|text| !text.is_empty())?;
                Some(Why::Elsewhere(text.into()))
            }
        }
    }

    /// An edge from every satellite to its owner.
    fn parts(&self, resource: &Resource, edges: &mut Vec<Edge>) {
        for satellite in &*resource.satellites {
            for &from in self.targets(&satellite.address) {
                edges.push(Edge {
                    from,
                    to: resource.id,
                    relation: Relation::Part,
                    origin: Origin::at(satellite.header),
                    attribute: EcoString::new(),
                });
            }
        }
    }
}

/// Every reference in a value, and where it is written.
fn collect<'v>(
    value: &'v Value,
    origin: &'v Origin,
    found: &mut Vec<(&'v Address, &'v Origin)>,
    depth: usize,
) {
    if depth > MAX_DEPTH {
        return;
    }
    match &value.data {
        Data::Reference(reference) => found.push((&reference.target, origin)),
        Data::Template(template) => {
            for piece in &template.pieces {
                if let Piece::Value(value) = piece {
                    collect(value, &value.origin, found, depth + 1);
                }
            }
            if let Some(decoded) = &template.decoded {
                collect(decoded, &decoded.origin, found, depth + 1);
            }
        }
        Data::List(list) => list
            .items
            .iter()
            .for_each(|item| collect(item, &item.origin, found, depth + 1)),
        Data::Map(map) => {
            map.entries
                .iter()
                .for_each(|entry| collect(&entry.value, &entry.value.origin, found, depth + 1));
        }
        Data::Unknown(unknown) => {
            unknown
                .among
                .iter()
                .for_each(|one| collect(one, &one.origin, found, depth + 1));
        }
        _ => {}
    }
}
