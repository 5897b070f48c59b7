//! Reading the graph: what an attribute names, says or lists, and how sure that is.

use rustc_hash::FxHashMap;

use crate::catalog::{Catalog, Path};
use crate::eval::{Address, Data, Key, Mode, Origin, Piece, Truth, Value, Why};
use crate::graph::{Graph, Resource, ResourceId, walk};

/// How deep values are looked into.
const MAX_DEPTH: usize = 32;

/// A path of the vocabulary: from the resource (`true`) or from an item of a list.
pub(super) type Rooted = (bool, Path);

/// What an attribute names.
#[derive(Debug, Clone)]
pub(super) struct End {
    /// The resource, or why it is not here.
    pub(super) to: Result<ResourceId, Why>,
    /// Why it may be another one, or none.
    pub(super) unsure: Option<Why>,
    /// What names it.
    pub(super) origin: Origin,
}

/// The graph with what reading it needs.
pub(super) struct Reader<'a> {
    pub(super) graph: &'a Graph,
    pub(super) catalog: &'a Catalog,
    blocks: FxHashMap<Address, Vec<ResourceId>>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(graph: &'a Graph, catalog: &'a Catalog) -> Self {
        let mut blocks: FxHashMap<Address, Vec<ResourceId>> = FxHashMap::default();
        for resource in graph.resources.iter().filter(|own| !own.partial) {
            let block = blocks.entry(resource.address.block()).or_default();
            block.push(resource.id);
        }
        Self {
            graph,
            catalog,
            blocks,
        }
    }

    /// The resources of a kind that are managed here.
    pub(super) fn of_kind(&self, kind: &str) -> impl Iterator<Item = &'a Resource> + use<'a> {
        let graph = self.graph;
        let all = graph.of_kind(kind).iter().map(|id| graph.resource(*id));
        all.filter(|resource| !resource.partial)
    }

    /// The values at a path, those that are not known among them.
    pub(super) fn values(
        &self,
        resource: &Resource,
        item: Option<&Value>,
        path: &Rooted,
    ) -> Vec<Value> {
        let (from, steps) = match item.filter(|_| !path.0) {
            Some(item) => (item, path.1.0.as_slice()),
            None => {
                let (value, start) = resource.start(&path.1);
                (value, start.steps)
            }
        };
        let mut found = Vec::new();
        collect(from, steps, resource, &mut found, 0);
        found
    }

    /// The same for a path as text, from the resource.
    pub(super) fn at(&self, resource: &Resource, path: &str) -> Vec<Value> {
        match Path::parse(path) {
            Ok(path) => self.values(resource, None, &(true, path)),
            Err(_) => Vec::new(),
        }
    }

    /// What values name.
    pub(super) fn ends(&self, values: &[Value]) -> Vec<End> {
        let mut ends = Vec::new();
        for value in values {
            self.end(value, &value.origin, None, &mut ends, 0);
        }
        ends
    }

    fn end(
        &self,
        value: &Value,
        origin: &Origin,
        unsure: Option<&Why>,
        out: &mut Vec<End>,
        depth: usize,
    ) {
        let mut push = |to| {
            out.push(End {
                to,
                unsure: unsure.cloned(),
                origin: origin.clone(),
            });
        };
        if depth > MAX_DEPTH {
            return push(Err(Why::Limit));
        }
        match &value.data {
            Data::Null | Data::Bool(_) | Data::Map(_) => {}
            Data::Reference(reference) => {
                let here = self.targets(&reference.target);
                match (here, &reference.value) {
                    ([], Some(inner)) => self.end(inner, origin, unsure, out, depth + 1),
                    ([], None) => push(Err(value.why().unwrap_or(Why::Unclear))),
                    ([one], _) => push(self.managed(*one, value)),
                    (all, _) => {
                        let why = Why::Instance(reference.target.to_string().into());
                        for one in all {
                            out.push(End {
                                to: self.managed(*one, value),
                                unsure: Some(unsure.cloned().unwrap_or_else(|| why.clone())),
                                origin: origin.clone(),
                            });
                        }
                    }
                }
            }
            Data::List(list) => {
                for item in &list.items {
                    self.end(item, &item.origin, unsure, out, depth + 1);
                }
                if let Some(rest) = &list.rest {
                    self.unknown(&rest.among, &rest.why, origin, out, depth);
                }
            }
            Data::Unknown(unknown) => {
                self.unknown(&unknown.among, &unknown.why, origin, out, depth)
            }
            Data::Template(template) if template.text.is_none() => {
                // A name made of one reference alone names what it refers to.
                let pieces = template.pieces.iter();
                let mut inner = pieces.filter_map(|piece| match piece {
                    Piece::Value(value) => Some(value),
                    Piece::Text(..) => None,
                });
                match (inner.next(), inner.next()) {
                    (Some(one), None) => self.end(one, origin, unsure, out, depth + 1),
                    _ => push(Err(value.first_why().unwrap_or(Why::Condition))),
                }
            }
            Data::Text(_) | Data::Template(_) | Data::Number(_) => {
                let text = value.as_text().unwrap_or_default();
                if !text.is_empty() {
                    push(Err(Why::Elsewhere(text.into())));
                }
            }
        }
    }

    fn unknown(
        &self,
        among: &[Value],
        why: &Why,
        origin: &Origin,
        out: &mut Vec<End>,
        depth: usize,
    ) {
        if among.is_empty() {
            out.push(End {
                to: Err(why.clone()),
                unsure: None,
                origin: origin.clone(),
            });
        }
        for one in among {
            self.end(one, origin, Some(why), out, depth + 1);
        }
    }

    /// What is only looked up stands for something that is managed elsewhere.
    fn managed(&self, id: ResourceId, value: &Value) -> Result<ResourceId, Why> {
        let resource = self.graph.resource(id);
        match resource.address.mode {
            Mode::Managed => Ok(id),
            _ => Err(value
                .why()
                .unwrap_or_else(|| Why::Data(resource.address.to_string().into()))),
        }
    }

    /// The resources that a reference means: the instance, the placeholder for it, or all instances of the block.
    fn targets(&self, target: &Address) -> &[ResourceId] {
        let Some(all) = self.blocks.get(&target.block()) else {
            return &[];
        };
        let key = |id: &ResourceId| &self.graph.resource(*id).address.key;
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

    /// What values say of a switch; with the reason and the value that decides. `None`: nothing is written.
    pub(super) fn switch(&self, values: &[Value]) -> Option<(Truth, Option<Why>, Option<Origin>)> {
        let mut said: Option<(Truth, Option<Why>, Option<Origin>)> = None;
        for value in values {
            let (truth, why) = switched(value);
            let own = (truth, why, Some(value.origin.clone()));
            said = match (said, truth) {
                (_, Truth::True) => return Some(own),
                (None | Some((Truth::False, ..)), _) => Some(own),
                (known, _) => known,
            };
        }
        said
    }
}

/// What one value says of a switch. What names something else says that it is there.
fn switched(value: &Value) -> (Truth, Option<Why>) {
    let own = value.resolved();
    match &own.data {
        Data::Bool(is) => (Truth::from(*is), None),
        Data::Unknown(unknown) => (Truth::Unknown, Some(unknown.why.clone())),
        // It names an interface or a machine that is known after it is made.
        Data::Reference(_) => (Truth::True, None),
        _ => match own.as_text().map(str::to_ascii_lowercase).as_deref() {
            Some("false" | "disabled" | "internal" | "no" | "") => (Truth::False, None),
            _ => (Truth::True, None),
        },
    }
}

/// Every value that steps lead to, through lists, with an unknown where something on the way is not known.
fn collect(
    from: &Value,
    steps: &[crate::catalog::Step],
    resource: &Resource,
    out: &mut Vec<Value>,
    depth: usize,
) {
    if depth > MAX_DEPTH {
        return out.push(Value::unknown(Why::Limit, from.origin.span));
    }
    let own = from.resolved();
    let unknown = |why: &Why| Value {
        origin: from.origin.clone(),
        ..Value::unknown(why.clone(), own.origin.span)
    };
    match &own.data {
        Data::Null => {}
        Data::List(list) => {
            for item in &list.items {
                collect(item, steps, resource, out, depth + 1);
            }
            if let Some(rest) = &list.rest {
                if rest.among.is_empty() {
                    out.push(unknown(&rest.why));
                } else {
                    perhaps(&rest.among, &rest.why, steps, resource, out, depth);
                }
            }
        }
        _ if steps.is_empty() => out.push(from.clone()),
        Data::Map(map) => match (
            walk::entry(map, &steps[0].name, resource.language),
            &map.rest,
        ) {
            (Some(next), _) => collect(next, &steps[1..], resource, out, depth + 1),
            (None, Some(rest)) => out.push(unknown(&rest.why)),
            (None, None) => {}
        },
        Data::Unknown(one) if !one.among.is_empty() => {
            perhaps(&one.among, &one.why, steps, resource, out, depth);
        }
        Data::Unknown(_) | Data::Reference(_) => {
            out.push(unknown(&own.why().unwrap_or(Why::Unclear)));
        }
        _ => {}
    }
}

/// What may be there: each of the alternatives is one value of which it is not known whether it holds.
fn perhaps(
    among: &[Value],
    why: &Why,
    steps: &[crate::catalog::Step],
    resource: &Resource,
    out: &mut Vec<Value>,
    depth: usize,
) {
    let mut found = Vec::new();
    for one in among {
        collect(one, steps, resource, &mut found, depth + 1);
    }
    let span = among.first().map_or(resource.header, |one| one.origin.span);
    let found = found.into_iter().chain([Value::null(span)]);
    let value = Value::among(why.clone(), found, span);
    if !matches!(value.data, Data::Null) {
        out.push(value);
    }
}
