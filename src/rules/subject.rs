//! A resource with what surrounds it, and what several rules ask of it.

use std::cell::OnceCell;
use std::sync::OnceLock;

use crate::catalog::{Catalog, Usage};
use crate::eval::Truth;
use crate::graph::{Graph, Resource};
use crate::network::topology::Topology;
use crate::policy::held::{Held, held};
use crate::policy::identity::{Identities, Identity};
use crate::policy::reach::{Reach, Step};

/// The networks of a graph, made when somebody asks.
pub type Lazy = OnceLock<Topology>;

/// A resource that rules are asked of. What is costly to make is made once for all of them.
pub struct Subject<'a> {
    /// The resource.
    pub resource: &'a Resource,
    /// What it is part of.
    pub graph: &'a Graph,
    /// The vocabulary.
    pub catalog: &'a Catalog,
    topology: Option<&'a Lazy>,
    documents: OnceCell<Vec<Held>>,
    /// The identity that it is, where it stands for one of the alternatives of a resource.
    alternative: OnceCell<Option<Identity>>,
}

impl<'a> Subject<'a> {
    /// A resource of a graph.
    pub fn new(resource: &'a Resource, graph: &'a Graph, catalog: &'a Catalog) -> Self {
        Self {
            resource,
            graph,
            catalog,
            topology: None,
            documents: OnceCell::new(),
            alternative: OnceCell::new(),
        }
    }

    /// The same with what is known of the networks around it.
    #[must_use]
    pub fn over(self, topology: &'a Lazy) -> Self {
        Self {
            topology: Some(topology),
            ..self
        }
    }

    /// What is known of the networks around it.
    pub fn topology(&self) -> Option<&'a Topology> {
        let made = || Topology::new(self.graph, self.catalog);
        self.topology.map(|topology| topology.get_or_init(made))
    }

    /// Its policy documents of one use, in the order of the vocabulary and of the file.
    pub fn documents(&self, usage: Usage) -> impl Iterator<Item = &Held> {
        let all = self.documents.get_or_init(|| {
            let mut all = held(self.resource, self.graph, self.catalog);
            // A boundary grants nothing.
            if self.identities().is_only_boundary(self.resource.id) {
                all.retain(|held| held.usage != Usage::Identity);
            }
            all
        });
        all.iter().filter(move |held| held.usage == usage)
    }

    /// The identity that it is, with all that it has.
    pub fn identity(&self) -> Option<&Identity> {
        let known = self.identities().get(self.resource.id)?;
        if std::ptr::eq(self.resource, self.graph.resource(self.resource.id)) {
            return Some(known);
        }
        let made = || Some(Identity::of(self.resource, self.graph, self.catalog));
        self.alternative.get_or_init(made).as_ref()
    }

    /// The identities of the graph.
    pub fn identities(&self) -> &'a Identities {
        Identities::of(self.graph, self.catalog)
    }

    /// The steps by which the identity that it is gains more.
    pub fn steps(&self) -> &[Step] {
        let reach = Reach::new(self.graph, self.catalog);
        self.identity().map_or(&[], |own| reach.steps(own))
    }

    /// Whether the boundaries of all identities that its documents are for leave an action.
    pub fn is_left_by_boundaries(&self, wanted: &str) -> Truth {
        self.identities().leave(self.resource, self.graph, wanted)
    }
}
