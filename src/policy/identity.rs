//! Identities of a graph: what each has of its own, through its groups and attached, and the boundary around it.
//!
//! Source: IAM User Guide, "Policy evaluation logic", "Permissions boundaries for IAM entities": what an identity may do is
//! what its policies allow, within its boundary, less what any of them denies; a boundary grants nothing.

use std::sync::Arc;

use ecow::EcoString;
use rustc_hash::FxHashMap;

use super::held::{Held, held};
use super::mention::Mentions;
use super::region::Term;
use super::{Document, Grant, On, grants_given, managed};
use crate::catalog::{Catalog, Path, Relation, Step, Usage};
use crate::eval::{Data, Mode, Truth, Value, Why};
use crate::graph::{Graph, Remembered, Resource, ResourceId, walk};

/// The kinds that are identities.
pub const ROLE: &str = "aws.iam.role";
/// Users.
pub const USER: &str = "aws.iam.user";
/// Groups: identities only through their members, but asked like one.
pub const GROUP: &str = "aws.iam.group";

/// Where the vocabulary keeps the ARNs of attached policies.
const ATTACHED: [&str; 4] = [
    "managed_policy_arns",
    "managed_policies",
    "policy_arn",
    "managed_policy_arn",
];

/// A role, user or group.
#[derive(Debug)]
pub struct Identity {
    /// Which.
    pub id: ResourceId,
    /// Its groups.
    pub groups: Vec<ResourceId>,
    /// The documents that say what it may do.
    pub held: Vec<Arc<Held>>,
    /// The policies of the stack that are attached to it or to its groups.
    pub policies: Vec<ResourceId>,
    /// Its boundary.
    pub boundary: Option<Boundary>,
    /// What is worked out of it elsewhere.
    pub remembered: Remembered,
    mentions: Mentions,
}

/// A permissions boundary.
#[derive(Debug)]
pub struct Boundary {
    /// The value that names it.
    pub value: Value,
    /// What it says.
    pub documents: Vec<Arc<Held>>,
    /// Why it is not known what it says.
    pub why: Option<Why>,
}

/// All identities of a graph.
#[derive(Debug, Default)]
pub struct Identities {
    all: FxHashMap<ResourceId, Identity>,
    /// Policies that are the boundary of somebody, and attached to nobody.
    only_bounds: Vec<ResourceId>,
}

/// What an identity may do, and because of what.
#[derive(Debug, Clone)]
pub struct May {
    /// Whether it may.
    pub truth: Truth,
    /// The values that say so.
    pub values: Vec<Value>,
    /// Why it is not known.
    pub why: Option<Why>,
}

impl Identities {
    /// Those of a graph. They are worked out once.
    pub fn of<'g>(graph: &'g Graph, catalog: &Catalog) -> &'g Identities {
        graph.remembered(|| Identities::collect(graph, catalog))
    }

    fn collect(graph: &Graph, catalog: &Catalog) -> Identities {
        let mut own = Identities::default();
        let mut known: FxHashMap<ResourceId, Vec<Arc<Held>>> = FxHashMap::default();
        let ids = [ROLE, USER, GROUP]
            .iter()
            .flat_map(|kind| graph.of_kind(kind));
        for id in ids {
            let identity = identity(graph.resource(*id), graph, catalog, &mut known);
            own.all.insert(*id, identity);
        }
        let bounds = own.all.values().filter_map(|own| own.boundary.as_ref());
        let mut bounds: Vec<ResourceId> = bounds
            .filter_map(|own| named_policy(&own.value, graph))
            .collect();
        bounds.sort_unstable();
        bounds.dedup();
        bounds.retain(|policy| {
            let attached = graph.outgoing(*policy).iter();
            let attached = attached.filter(|edge| edge.relation == Relation::Attached);
            let open = graph.open(*policy).iter();
            attached.count() == 0 && !open.clone().any(|edge| edge.relation == Relation::Attached)
        });
        own.only_bounds = bounds;
        own
    }

    /// The identity that a resource is.
    pub fn get(&self, id: ResourceId) -> Option<&Identity> {
        self.all.get(&id)
    }

    /// All, in the order of the graph.
    pub fn iter(&self) -> impl Iterator<Item = &Identity> {
        let mut all: Vec<&Identity> = self.all.values().collect();
        all.sort_by_key(|own| own.id);
        all.into_iter()
    }

    /// Whether a policy is a boundary and nothing else: it grants nothing.
    pub fn is_only_boundary(&self, policy: ResourceId) -> bool {
        self.only_bounds.binary_search(&policy).is_ok()
    }

    /// Whether what a resource says about identities is for bounded ones only, and whether some of their boundaries leaves an
    /// action (or all that a pattern means). True where somebody has no boundary.
    pub fn leave(&self, resource: &Resource, graph: &Graph, wanted: &str) -> Truth {
        let mut holders: Vec<ResourceId> = vec![resource.id];
        if !self.all.contains_key(&resource.id) {
            let edges = graph.outgoing(resource.id).iter();
            let attached = edges.filter(|edge| edge.relation == Relation::Attached);
            holders = attached.map(|edge| edge.to).collect();
        }
        let holders: Vec<&Identity> = holders.iter().filter_map(|id| self.all.get(id)).collect();
        if holders.is_empty() {
            return Truth::True;
        }
        Truth::any(holders.iter().map(|own| match &own.boundary {
            None => Truth::True,
            Some(boundary) => boundary.leaves(wanted, On::Every, &[]),
        }))
    }
}

impl Boundary {
    fn documents(&self) -> Vec<&Document> {
        self.documents.iter().map(|held| &held.document).collect()
    }

    /// Whether it leaves an action.
    fn leaves(&self, wanted: &str, on: On<'_>, given: &[Term]) -> Truth {
        let found = grants_given(&self.documents(), wanted, on, given);
        let sure = Truth::any(found.iter().map(|grant| grant.truth));
        let open =
            self.why.is_some() || self.documents.iter().any(|own| own.document.rest.is_some());
        if open { sure | Truth::Unknown } else { sure }
    }
}

impl Identity {
    /// The identity that a resource is; it may stand for one of the alternatives of a resource of the graph.
    pub fn of(resource: &Resource, graph: &Graph, catalog: &Catalog) -> Identity {
        identity(resource, graph, catalog, &mut FxHashMap::default())
    }

    /// The documents that say what it may do.
    pub fn documents(&self) -> Vec<&Document> {
        self.held.iter().map(|held| &held.document).collect()
    }

    /// Whether it may do something, given what requests surely have.
    pub fn may(&self, wanted: &str, on: On<'_>, given: &[Term]) -> May {
        if !self.mentions.has(wanted) {
            return May {
                truth: Truth::False,
                values: Vec::new(),
                why: None,
            };
        }
        let documents = self.documents();
        let found = grants_given(&documents, wanted, on, given);
        let bounded = || match &self.boundary {
            Some(boundary) => boundary.leaves(wanted, on, given),
            None => Truth::True,
        };
        let open = self
            .held
            .iter()
            .find_map(|held| Some((held.value.clone(), held.document.rest.clone()?)));
        if found.is_empty() && open.is_none() {
            return May {
                truth: Truth::False,
                values: Vec::new(),
                why: None,
            };
        }
        let bounded = bounded();
        let truth = Truth::any(found.iter().map(|grant| grant.truth));
        let truth = if open.is_some() {
            truth | Truth::Unknown
        } else {
            truth
        };
        let truth = truth & bounded;
        let mut values: Vec<Value> = found.first().map(value_of).into_iter().collect();
        let why = match found.first() {
            _ if !truth.is_unknown() => None,
            Some(grant) => grant.why.clone(),
            None => open.as_ref().map(|(_, why)| why.clone()),
        };
        if values.is_empty() {
            values.extend(open.map(|(value, _)| value));
        }
        let bound = || {
            let boundary = self.boundary.as_ref()?;
            let inside = boundary
                .documents
                .iter()
                .find_map(|own| own.document.rest.clone());
            boundary.why.clone().or(inside)
        };
        let why = why.or_else(|| truth.is_unknown().then(bound).flatten());
        May {
            truth,
            values,
            why: why.or_else(|| truth.is_unknown().then_some(Why::Condition)),
        }
    }

    /// Whether it may do everything, or give itself everything: all of IAM, on every resource.
    pub fn is_administrator(&self) -> May {
        self.may("iam:*", On::Every, &[])
    }
}

fn value_of(grant: &Grant<'_>) -> Value {
    let place = || Value::null(grant.statement.span);
    grant.member.clone().unwrap_or_else(place)
}

fn path(name: &str, each: bool) -> Path {
    let steps = name.split('.').map(|name| Step {
        name: name.into(),
        each,
    });
    Path(steps.collect())
}

/// The values at a path, and one that is not known where there may be more.
fn values(resource: &Resource, name: &str) -> Vec<Value> {
    let each = path(name, true);
    let (value, start) = resource.start(&each);
    let mut found = Vec::new();
    walk::every(
        value,
        start.each,
        start.steps,
        resource.language,
        &mut found,
    );
    let whole = resource.get(&path(name, false));
    let why = whole.as_ref().and_then(|whole| match whole.as_list() {
        Some(list) => list.rest.as_ref().map(|rest| rest.why.clone()),
        None => whole
            .why()
            .filter(|_| matches!(whole.resolved().data, Data::Unknown(_))),
    });
    if let (Some(why), Some(whole)) = (why, whole) {
        found.push(Value::unknown(why, whole.origin.span));
    }
    found
}

/// The ARNs of policies that a resource attaches.
pub fn attached(resource: &Resource) -> Vec<Value> {
    ATTACHED
        .iter()
        .flat_map(|name| values(resource, name))
        .collect()
}

fn identity(
    resource: &Resource,
    graph: &Graph,
    catalog: &Catalog,
    known: &mut FxHashMap<ResourceId, Vec<Arc<Held>>>,
) -> Identity {
    let id = resource.id;
    let groups: Vec<ResourceId> = members_of(id, graph);
    let mut all: Vec<Arc<Held>> = Vec::new();
    let mut policies: Vec<ResourceId> = Vec::new();
    for own in std::iter::once(id).chain(groups.iter().copied()) {
        let edges = graph.incoming(own);
        let edges = edges.filter(|edge| edge.relation == Relation::Attached);
        let mut sources: Vec<ResourceId> = std::iter::once(own)
            .chain(edges.map(|edge| edge.from))
            .collect();
        sources.sort_unstable();
        sources.dedup();
        for source in sources {
            if policies.contains(&source) {
                continue;
            }
            if source == id {
                all.extend(documents(resource, graph, catalog));
                continue;
            }
            let held = known
                .entry(source)
                .or_insert_with(|| documents(graph.resource(source), graph, catalog));
            all.extend(held.iter().cloned());
            if source != own {
                policies.push(source);
            }
        }
        all.extend(perhaps_attached(own, graph).map(Arc::new));
    }
    let boundary = values(resource, "permissions_boundary").into_iter().next();
    Identity {
        id,
        groups,
        remembered: Remembered::default(),
        mentions: Mentions::of(&all),
        held: all,
        policies,
        boundary: boundary
            .filter(|value| !value.is_null().is_true())
            .map(|value| boundary_of(value, graph, catalog)),
    }
}

/// The groups that an identity is in.
fn members_of(id: ResourceId, graph: &Graph) -> Vec<ResourceId> {
    let own = graph.outgoing(id).iter();
    let own = own
        .filter(|edge| edge.relation == Relation::Within)
        .map(|edge| edge.to);
    // A membership is a resource of its own: it names the user and its groups.
    let through = graph.incoming(id).filter(|edge| {
        matches!(
            graph.resource(edge.from).kind.as_str(),
            "aws.iam.user_group_membership" | "aws.iam.user_to_group_addition"
        )
    });
    let through = through.flat_map(|edge| {
        let all = graph.outgoing(edge.from).iter().map(|edge| edge.to);
        all.chain(graph.incoming(edge.from).map(|edge| edge.to))
    });
    let mut groups: Vec<ResourceId> = own.chain(through).collect();
    groups.retain(|to| graph.resource(*to).kind == GROUP && *to != id);
    groups.sort_unstable();
    groups.dedup();
    groups
}

/// The documents about identities that a resource holds, and those of AWS that it attaches.
fn documents(resource: &Resource, graph: &Graph, catalog: &Catalog) -> Vec<Arc<Held>> {
    let own = held(resource, graph, catalog);
    let own = own.into_iter().filter(|held| held.usage == Usage::Identity);
    let attached = attached(resource).into_iter().filter_map(|arn| {
        let document = managed_document(&arn).or_else(|| elsewhere(&arn, graph))?;
        Some(Held {
            usage: Usage::Identity,
            path: Path::default(),
            value: arn,
            document,
        })
    });
    own.chain(attached).map(Arc::new).collect()
}

/// A document of which nothing is known, where a policy is attached that is neither here nor AWS's: what the identity may do
/// besides is not less.
fn elsewhere(arn: &Value, graph: &Graph) -> Option<Document> {
    let here = match &arn.data {
        Data::Null => true,
        // Which of several it is the edges say.
        Data::Reference(reference) => reference.target.mode == Mode::Managed,
        _ => named_policy(arn, graph).is_some(),
    };
    if here {
        return None;
    }
    let named = || arn.as_text().map(|text| Why::Elsewhere(text.into()));
    Some(Document {
        rest: Some(arn.first_why().or_else(named)?),
        ..Document::default()
    })
}

/// What a policy that AWS manages says; its members are written where it is attached.
fn managed_document(arn: &Value) -> Option<Document> {
    let name = managed::name_in(arn)?;
    let Some(managed) = managed::find(&name) else {
        return Some(Document {
            rest: Some(Why::Elsewhere(name)),
            ..Document::default()
        });
    };
    let mut document = managed.document;
    let here = |value: &mut Value| value.origin = arn.origin.clone();
    for statement in &mut document.statements {
        statement.span = arn.origin.span;
        for members in [&mut statement.actions, &mut statement.not_actions] {
            members.items.iter_mut().for_each(here);
        }
    }
    Some(document)
}

fn boundary_of(value: Value, graph: &Graph, catalog: &Catalog) -> Boundary {
    let managed = managed_document(&value).map(|document| Held {
        usage: Usage::Identity,
        path: Path::default(),
        value: value.clone(),
        document,
    });
    let documents: Vec<Arc<Held>> = match (managed, named_policy(&value, graph)) {
        (Some(held), _) => vec![Arc::new(held)],
        (None, Some(policy)) => documents(graph.resource(policy), graph, catalog),
        (None, None) => Vec::new(),
    };
    let elsewhere = || value.as_text().map(|text| Why::Elsewhere(text.into()));
    let why = documents
        .is_empty()
        .then(|| value.first_why().or_else(elsewhere));
    Boundary {
        why: why.map(|why| why.unwrap_or(Why::Condition)),
        value,
        documents,
    }
}

/// The policy of the graph that an ARN names: what it refers to, or the one with its name.
fn named_policy(arn: &Value, graph: &Graph) -> Option<ResourceId> {
    let kind = "aws.iam.managed_policy";
    if let Data::Reference(reference) = &arn.data {
        let at = graph
            .resources
            .binary_search_by(|own| (*own.address).cmp(&reference.target));
        return at
            .ok()
            .map(|at| graph.resources[at].id)
            .filter(|id| graph.resource(*id).kind == kind);
    }
    let text = match &arn.data {
        Data::Template(template) => match template.pieces.last() {
            Some(crate::eval::Piece::Text(text, _)) => Some(text.as_str()),
            _ => arn.as_text(),
        },
        _ => arn.as_text(),
    }?;
    let (front, name) = text.rsplit_once('/')?;
    if front.contains("::aws:") {
        return None;
    }
    graph.of_kind(kind).iter().copied().find(|id| {
        let own = graph.resource(*id).get(&path("managed_policy_name", false));
        own.is_some_and(|own| own.as_text() == Some(name))
    })
}

/// A document of which nothing is known, where something unknown is attached to an identity, or something to nobody knows
/// which.
pub fn perhaps_attached(identity: ResourceId, graph: &Graph) -> Option<Held> {
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

/// The name of an identity or policy, where it is known.
pub fn name_of(resource: &Resource, catalog: &Catalog) -> Option<EcoString> {
    let identity = catalog.kind(&resource.kind)?.identity.clone()?;
    let name = resource.get(&path(&identity, false))?;
    name.as_text().map(Into::into)
}
