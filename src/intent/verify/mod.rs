//! Whether infrastructure has the shape of an intent: for everything that the intent says, and everything that is
//! possible and that it does not say, an answer with its proof.

mod class;
mod fact;
mod network;
mod never;
mod permission;
mod place;
mod point;
mod ports;
mod possible;
mod service;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::language::{Intent, Said, Segment, Thing};
use super::word::Ports;
use crate::catalog::Catalog;
use crate::graph::Graph;
use crate::network::topology::{Hop, Topology};
use crate::source::{SourceId, Span};

use place::Placed;

/// What an answer is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A flow that is declared.
    Flow,
    /// A flow that is not: it must not be possible.
    Prohibition,
    /// What may be done, and what may be done besides.
    Permission,
    /// What nobody may do but those who are named.
    Never,
    /// What every path passes.
    Enforcement,
    /// Whether a flow is encrypted.
    Encryption,
    /// How a store keeps its data.
    Store,
    /// What is logged.
    Logs,
}

impl Kind {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Flow => "flow",
            Kind::Prohibition => "prohibition",
            Kind::Permission => "permission",
            Kind::Never => "never",
            Kind::Enforcement => "enforcement",
            Kind::Encryption => "encryption",
            Kind::Store => "store",
            Kind::Logs => "logs",
        }
    }
}

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It is as the intent says.
    Proven,
    /// The intent speaks of what is not here.
    Stale,
    /// It cannot be decided from what is here.
    Undecided,
    /// It is declared and cannot happen.
    Blocked,
    /// It can happen and must not, or must hold and does not.
    Violated,
}

impl Verdict {
    /// All of them, the gravest first.
    pub const ALL: [Verdict; 5] = [
        Verdict::Violated,
        Verdict::Blocked,
        Verdict::Stale,
        Verdict::Undecided,
        Verdict::Proven,
    ];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Proven => "proven",
            Verdict::Stale => "stale",
            Verdict::Undecided => "undecided",
            Verdict::Blocked => "blocked",
            Verdict::Violated => "violated",
        }
    }

    /// Whether the intent does not hold.
    pub fn fails(self) -> bool {
        matches!(self, Verdict::Violated | Verdict::Blocked | Verdict::Stale)
    }
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The resource, as people call it.
    pub resource: String,
    /// What wrote the step.
    pub span: Span,
    /// What happens there.
    pub text: String,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// What it is about.
    pub kind: Kind,
    /// One end, or who.
    pub from: String,
    /// The other end, or what is done to what.
    pub to: String,
    /// The ports it is about.
    pub ports: Vec<Ports>,
    /// What was found.
    pub verdict: Verdict,
    /// Why, as a sentence without a final stop; empty where it is proven.
    pub because: String,
    /// The path that proves it, or up to what stops it.
    pub path: Vec<Step>,
    /// A packet or a request that gets through.
    pub witness: Option<String>,
    /// The smallest change that would make it hold.
    pub change: Option<String>,
    /// The line of the intent.
    pub span: Span,
    /// Which ends are not here.
    missing: (bool, bool),
}

impl Answer {
    fn new(kind: Kind, from: impl Into<String>, to: impl Into<String>, span: Span) -> Self {
        Self {
            kind,
            from: from.into(),
            to: to.into(),
            ports: Vec::new(),
            verdict: Verdict::Proven,
            because: String::new(),
            path: Vec::new(),
            witness: None,
            change: None,
            span,
            missing: (false, false),
        }
    }

    /// The same with a verdict and its reason.
    fn with(mut self, verdict: Verdict, because: impl Into<String>) -> Self {
        self.verdict = verdict;
        self.because = because.into();
        self
    }

    /// The same about something that is not here, at one end, the other or both.
    fn stale(mut self, from: bool, to: bool) -> Self {
        self.missing = (from, to);
        self.verdict = Verdict::Stale;
        // Behind a verb or before what is said of it stands its name.
        let last = |text: &str| match self.kind {
            Kind::Permission | Kind::Never => text.rsplit(' ').next().unwrap_or(text).to_owned(),
            _ => text.split(' ').next().unwrap_or(text).to_owned(),
        };
        let ends = match (from, to) {
            (true, true) => format!("{} and {}", self.from, last(&self.to)),
            (true, false) => self.from.clone(),
            _ => last(&self.to),
        };
        self.because = format!("nothing here is {ends}");
        self
    }
}

/// What one graph says of an intent.
pub fn verify(intent: &Intent, graph: &Graph, catalog: &Catalog) -> Vec<Answer> {
    let topology = Topology::new(graph, catalog);
    let placed = Placed::new(intent, graph, catalog, &topology);
    let mut answers = network::answers(&placed);
    answers.extend(service::answers(&placed));
    answers.extend(permission::answers(&placed));
    answers.extend(never::answers(&placed));
    answers.extend(point::answers(&placed));
    answers.extend(fact::answers(&placed));
    if is_bare(intent) {
        let stale = |own: &Answer| own.verdict == Verdict::Stale;
        for own in answers.iter_mut().filter(|own| stale(own)) {
            own.verdict = Verdict::Undecided;
        }
    }
    answers
}

/// Whether an intent says where things are to stand, and neither what they are nor what picks them: a network that is
/// there before what will stand in it is no slip.
fn is_bare(intent: &Intent) -> bool {
    let picked = |own: &Segment| own.matches.iter().any(|own| own.said == Said::Written);
    intent.workloads.is_empty() && intent.stores.is_empty() && !intent.segments.iter().any(picked)
}

/// One answer to each question, of those of several graphs: what is not in one may be in another, and of what is in
/// several the gravest counts.
pub fn merge(source: SourceId, all: impl IntoIterator<Item = Vec<Answer>>) -> Vec<Answer> {
    let mut by_question: BTreeMap<(Kind, u32, String, String), Answer> = BTreeMap::new();
    for answer in all.into_iter().flatten() {
        let at = match answer.span.source == source {
            true => answer.span.start,
            false => u32::MAX,
        };
        let key = (answer.kind, at, answer.from.clone(), answer.to.clone());
        match by_question.entry(key) {
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(answer);
            }
            std::collections::btree_map::Entry::Occupied(mut place) => {
                let known = place.get_mut();
                *known = joined(known.clone(), answer);
            }
        }
    }
    by_question.into_values().collect()
}

fn joined(one: Answer, other: Answer) -> Answer {
    match (one.verdict, other.verdict) {
        (Verdict::Stale, Verdict::Stale) => {
            let missing = (
                one.missing.0 && other.missing.0,
                one.missing.1 && other.missing.1,
            );
            match missing {
                (false, false) => {
                    one.with(Verdict::Undecided, "its ends stand in different stacks")
                }
                (from, to) => one.stale(from, to),
            }
        }
        (Verdict::Stale, _) => other,
        (_, Verdict::Stale) => one,
        (a, b) if b > a => other,
        _ => one,
    }
}

/// A thing as people read it.
fn name(intent: &Intent, thing: Thing) -> String {
    intent.name_of(thing).to_owned()
}

/// The hops of a way as steps.
fn steps(graph: &Graph, hops: &[Hop]) -> Vec<Step> {
    let step = |hop: &Hop| {
        let resource = graph.resource(hop.resource);
        let span = hop.origin.as_ref().map(|origin| origin.span);
        Step {
            resource: resource.address.to_string(),
            span: span
                .filter(|span| span.is_somewhere())
                .unwrap_or(resource.header),
            text: hop.text.clone(),
        }
    };
    hops.iter().map(step).collect()
}

/// A resource as a step.
fn step(graph: &Graph, id: crate::graph::ResourceId, text: impl Into<String>) -> Step {
    let resource = graph.resource(id);
    Step {
        resource: resource.address.to_string(),
        span: resource.header,
        text: text.into(),
    }
}
