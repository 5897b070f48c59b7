//! Resources and edges: what a stack declares, in one vocabulary, and how it hangs together.
//!
//! A resource keeps its dialect's own body and is *asked* for attributes by their path in the vocabulary
//! ([`Resource::start`]): nothing is copied or renamed that nobody asks for, free-form maps (tags, policy documents) are
//! never mistaken for attributes, and origins stay what they were.

mod decode;
mod default;
mod join;
mod kept;
mod link;
mod lower;
mod misspelt;
mod operations;
mod said;
mod spelling;
mod unread;
pub mod walk;
mod world;

pub use kept::Kept;

use std::any::Any;
use std::sync::{Arc, LazyLock, OnceLock};

use ecow::EcoString;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::catalog::{Catalog, Path, Relation, Step};
use crate::eval::{
    Address, Data, Language, Origin, Provider, Stack, Truth, Value, Via, Why, budget,
};
use crate::source::Span;
pub use misspelt::misspelt;
pub use unread::unread_texts;
pub use world::Choice;

/// The number of a resource in its graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ResourceId(pub u32);

/// A resource in the vocabulary.
#[derive(Debug, Clone)]
pub struct Resource {
    /// Its number: its place in [`Graph::resources`].
    pub id: ResourceId,
    /// Its full name.
    pub address: Arc<Address>,
    /// Its kind.
    pub kind: EcoString,
    /// What is written in it, in the dialect's words.
    pub body: Value,
    /// The attributes that the vocabulary spells for it, satellites and defaults included.
    pub spelled: Spelled,
    /// The bytes that name it.
    pub header: Span,
    /// All its bytes.
    pub span: Span,
    /// Whether it exists; never false.
    pub exists: Truth,
    /// The module calls that made it, the innermost first.
    pub calls: Option<Arc<Via>>,
    /// Its language.
    pub language: Language,
    /// The provider it belongs to (Terraform).
    pub provider: Option<Arc<Provider>>,
    /// The resources that say something about this one.
    pub satellites: Arc<[Satellite]>,
    /// Only what a satellite says of a resource that is not here: absence means nothing, address and places are the
    /// satellite's.
    pub partial: bool,
}

/// The attributes that the vocabulary spells for a resource. Most are absent: only the others are kept.
#[derive(Debug, Clone, Default)]
pub struct Spelled {
    /// Where they are; the same for all resources of the kind.
    paths: Arc<[Path]>,
    /// The places in `paths` of those that are there, rising, with their values.
    values: Box<[(u32, Value)]>,
}

impl Spelled {
    /// The value of the longest of the paths that this one begins with, and that path. Null: absent.
    fn longest(&self, path: &Path) -> Option<(&Path, &Value)> {
        static ABSENT: LazyLock<Value> = LazyLock::new(|| Value::null(Span::nowhere()));
        let own = self.paths.iter().enumerate();
        let (at, own) = own
            .filter(|(_, own)| begins(path, own))
            .max_by_key(|(_, own)| own.0.len())?;
        let found = self
            .values
            .binary_search_by_key(&(at as u32), |(at, _)| *at);
        let value = found.map_or(&*ABSENT, |at| &self.values[at].1);
        Some((own, value))
    }
}

/// A resource that says something about another one.
#[derive(Debug, Clone)]
pub struct Satellite {
    /// Its name.
    pub address: Arc<Address>,
    /// The bytes that name it.
    pub header: Span,
    /// All its bytes.
    pub span: Span,
}

/// A connection between two resources.
#[derive(Debug, Clone, PartialEq)]
pub struct Edge {
    /// Where it starts.
    pub from: ResourceId,
    /// Where it ends.
    pub to: ResourceId,
    /// What it means.
    pub relation: Relation,
    /// What wrote it.
    pub origin: Origin,
    /// The attribute it is written in, as written there.
    pub attribute: EcoString,
}

/// An edge that may be there: what is written names something that is not known.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenEdge {
    /// The resource that writes it.
    pub from: ResourceId,
    /// The kinds of what is not known; empty: any.
    pub kinds: Vec<EcoString>,
    /// What it would mean.
    pub relation: Relation,
    /// What wrote it.
    pub origin: Origin,
    /// Why it is not known where it ends.
    pub why: Why,
}

/// What is known of others who may use what is here.
#[derive(Debug, Clone, Default)]
pub struct Around {
    /// The resources that the stack gives to others as outputs.
    pub exported: FxHashSet<ResourceId>,
    /// Whether the stack calls modules or templates that are not here.
    pub incomplete: bool,
}

/// All resources of all stacks and what connects them.
#[derive(Debug, Default)]
pub struct Graph {
    /// Sorted by address (the stack first).
    pub resources: Vec<Resource>,
    /// Sorted by start, end, relation and attribute.
    pub edges: Vec<Edge>,
    /// Sorted by start.
    pub open: Vec<OpenEdge>,
    /// Why there may be resources and edges that were not read.
    pub unread: Option<Why>,
    /// The edges to what is surely not here, sorted by start.
    pub outside: Vec<OpenEdge>,
    /// What is known of the world around.
    pub around: Around,
    by_kind: FxHashMap<EcoString, Vec<ResourceId>>,
    /// What rules made of the whole graph.
    pub kept: Kept,
    incoming: Vec<Vec<u32>>,
    /// The places in `open` of those that may end at a kind; under no kind those that may end at any.
    open_by_end: FxHashMap<EcoString, Vec<u32>>,
    /// What a layer above worked out of the whole graph.
    remembered: Remembered,
}

/// Something that is costly to work out and is kept where it belongs, by whoever asks first. It has a budget of its own:
/// what is left to the first to ask must not depend on which thread that is.
#[derive(Debug, Default)]
pub struct Remembered(OnceLock<(Box<dyn Any + Send + Sync>, bool)>);

impl Remembered {
    /// What is kept, or made now. Of one type only: the first to ask decides.
    pub fn get<T: Any + Send + Sync>(&self, make: impl FnOnce() -> T) -> &T {
        let (kept, enough) = self.0.get_or_init(|| {
            let (made, enough) = budget::apart(make);
            (Box::new(made), enough)
        });
        // What was not made to the end decides nothing.
        if !enough {
            budget::exhaust();
        }
        kept.downcast_ref().expect("one type is remembered")
    }
}

impl Graph {
    /// What is costly to work out of the whole graph, made at the first question. Of one type only.
    pub fn remembered<T: Any + Send + Sync>(&self, make: impl FnOnce() -> T) -> &T {
        self.remembered.get(make)
    }

    /// The resource with this number. Panics on a number of another graph.
    pub fn resource(&self, id: ResourceId) -> &Resource {
        &self.resources[id.0 as usize]
    }

    /// The resources of a kind, in order.
    pub fn of_kind(&self, kind: &str) -> &[ResourceId] {
        self.by_kind
            .get(kind)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    /// The instances of the block that an address names, and what they say as satellites of others.
    pub fn instances(&self, block: &Address) -> &[Resource] {
        let order = |own: &Resource| {
            let own = &own.address;
            let places = own
                .stack
                .cmp(&block.stack)
                .then_with(|| own.module.cmp(&block.module));
            let types = places.then_with(|| own.mode.cmp(&block.mode));
            let types = types.then_with(|| own.type_name.cmp(&block.type_name));
            types.then_with(|| own.name.cmp(&block.name))
        };
        let from = self.resources.partition_point(|own| order(own).is_lt());
        let to = self.resources.partition_point(|own| order(own).is_le());
        &self.resources[from..to]
    }

    /// The edges that start at a resource.
    pub fn outgoing(&self, id: ResourceId) -> &[Edge] {
        let from = self.edges.partition_point(|edge| edge.from < id);
        let to = self.edges.partition_point(|edge| edge.from <= id);
        &self.edges[from..to]
    }

    /// The edges that may start at a resource.
    pub fn open(&self, id: ResourceId) -> &[OpenEdge] {
        let from = self.open.partition_point(|edge| edge.from < id);
        let to = self.open.partition_point(|edge| edge.from <= id);
        &self.open[from..to]
    }

    /// The edges of a resource to what is surely not here.
    pub fn outside(&self, id: ResourceId) -> &[OpenEdge] {
        let from = self.outside.partition_point(|edge| edge.from < id);
        let to = self.outside.partition_point(|edge| edge.from <= id);
        &self.outside[from..to]
    }

    /// The edges that may end at a resource.
    pub fn open_towards(&self, resource: &Resource) -> impl Iterator<Item = &OpenEdge> {
        let of = |kind: &str| self.open_by_end.get(kind).into_iter().flatten();
        let (named, all) = (of(&resource.kind), of(""));
        named.chain(all).map(|&at| &self.open[at as usize])
    }

    /// The edges that end at a resource.
    pub fn incoming(&self, id: ResourceId) -> impl Iterator<Item = &Edge> {
        let incoming = self
            .incoming
            .get(id.0 as usize)
            .map(Vec::as_slice)
            .unwrap_or_default();
        incoming.iter().map(|&at| &self.edges[at as usize])
    }
}

impl Resource {
    /// Whether absence means nothing: only what others say of it is here, a satellite or the call of a module.
    pub fn is_in_part(&self) -> bool {
        let outline = match &self.body.data {
            Data::Map(map) => map.rest.as_ref().map(|rest| &rest.why),
            _ => None,
        };
        let outline = outline.filter(|why| matches!(why, Why::Elsewhere(_)));
        self.partial || outline.is_some() && !self.address.module.is_empty()
    }

    /// Where a path into this resource begins: a value, and the steps that are left to walk from it. The value is one of
    /// [`Resource::spelled`] if the vocabulary spells the path or the beginning of it.
    pub fn start<'a>(&'a self, path: &'a Path) -> (&'a Value, Start<'a>) {
        match self.spelled.longest(path) {
            Some((own, value)) => {
                let last = &path.0[own.0.len() - 1];
                (
                    value,
                    Start {
                        each: last.each,
                        steps: &path.0[own.0.len()..],
                    },
                )
            }
            None => (
                &self.body,
                Start {
                    each: false,
                    steps: &path.0,
                },
            ),
        }
    }

    /// The value at a path without `[]`; `None` where nothing is.
    pub fn get(&self, path: &Path) -> Option<Value> {
        let (value, start) = self.start(path);
        walk::value(value, start.steps, self.language)
    }

    /// The newest major version of its provider that the configuration admits; `None` where it names no upper bound.
    pub fn major(&self) -> Option<u32> {
        let provider = self.provider.as_ref()?;
        default::newest_major(provider.version.as_deref()?)
    }

    /// What is written in it and what the vocabulary spells for it.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        let spelled = self.spelled.values.iter().map(|(_, value)| value);
        spelled.chain(std::iter::once(&self.body))
    }

    /// The satellite that holds these bytes.
    pub fn satellite_at(&self, span: Span) -> Option<&Satellite> {
        self.satellites.iter().find(|own| {
            own.span.source == span.source
                && own.span.start <= span.start
                && span.end <= own.span.end
        })
    }
}

/// The rest of a path after [`Resource::start`].
#[derive(Debug, Clone, Copy)]
pub struct Start<'a> {
    /// Whether the step that led here said `[]`.
    pub each: bool,
    /// The steps that are left.
    pub steps: &'a [Step],
}

fn begins(path: &Path, own: &Path) -> bool {
    own.0.len() <= path.0.len()
        && own
            .0
            .iter()
            .zip(&path.0)
            .all(|(own, step)| own.name == step.name)
}

/// A literal of a rule file or vocabulary as a value that no text wrote.
pub fn literal_value(literal: &crate::catalog::Literal) -> Value {
    default::literal_value(literal, Span::nowhere())
}

/// The graph of a stack. Edges never leave it.
pub fn build(stack: &Stack, catalog: &Catalog) -> Graph {
    let whole = operations::with_operations(stack);
    let stack = whole.as_ref().unwrap_or(stack);
    let mut resources: Vec<Resource> = lower::lower(stack, catalog);
    // A satellite that belongs to nobody here stands twice under its address: as itself and as what it says of another.
    resources
        .sort_by(|a, b| (&a.address, a.partial, &a.kind).cmp(&(&b.address, b.partial, &b.kind)));
    let mut by_kind: FxHashMap<EcoString, Vec<ResourceId>> = FxHashMap::default();
    for (at, resource) in resources.iter_mut().enumerate() {
        resource.id = ResourceId(at as u32);
        by_kind
            .entry(resource.kind.clone())
            .or_default()
            .push(resource.id);
    }
    let link::Links {
        edges,
        open,
        outside,
    } = link::link(&resources, catalog);
    let around = Around {
        exported: link::exported(&resources, catalog, &stack.outputs),
        incomplete: !stack.missing.is_empty(),
    };
    let mut incoming = vec![Vec::new(); resources.len()];
    for (at, edge) in edges.iter().enumerate() {
        incoming[edge.to.0 as usize].push(at as u32);
    }
    let mut open_by_end: FxHashMap<EcoString, Vec<u32>> = FxHashMap::default();
    for (at, edge) in open.iter().enumerate() {
        let any = [EcoString::new()];
        let kinds = if edge.kinds.is_empty() {
            &any[..]
        } else {
            &edge.kinds[..]
        };
        for kind in kinds {
            open_by_end.entry(kind.clone()).or_default().push(at as u32);
        }
    }
    Graph {
        resources,
        edges,
        open,
        unread: stack.unread(),
        outside,
        around,
        by_kind,
        incoming,
        open_by_end,
        remembered: Remembered::default(),
        kept: Kept::default(),
    }
}
