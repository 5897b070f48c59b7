//! Questions about the resources around one.

use super::evaluate::{Scope, evaluate};
use super::model::{Check, Related};
use super::outcome::{Outcome, Witness};
use crate::eval::{Origin, Truth, Why};
use crate::graph::{OpenEdge, Resource};
use crate::rules::Subject;

impl Scope<'_, '_> {
    /// Whether some resource that an edge connects is of the kind and satisfies the check.
    pub(super) fn related(&self, related: &Related) -> Outcome {
        let (graph, own) = (self.subject.graph, self.subject.resource.id);
        let edges: Vec<_> = if related.outgoing {
            graph
                .outgoing(own)
                .iter()
                .map(|edge| (edge, edge.to))
                .collect()
        } else {
            graph.incoming(own).map(|edge| (edge, edge.from)).collect()
        };
        let others = edges.into_iter().filter_map(|(edge, id)| {
            let other = graph.resource(id);
            let fits = related
                .relation
                .as_ref()
                .is_none_or(|word| edge.relation.word() == word);
            (fits
                && related
                    .kinds
                    .iter()
                    .any(|kind| kind == "*" || *kind == other.kind.as_str()))
            .then_some((edge, other))
        });
        let outcomes = others.map(|(edge, other)| match &related.check {
            None => Outcome::new(
                other.exists,
                Witness {
                    origin: Some(edge.origin.clone()),
                    ..Witness::absent(None)
                },
            ),
            // The finding belongs to this resource; what is wrong with the other one is shown beside it.
            Some(check) => {
                let mut of_other =
                    evaluate(check, &Subject::new(other, graph, self.subject.catalog));
                for cause in &mut of_other.causes {
                    cause.insert(0, Witness::absent(None));
                }
                of_other
            }
        });
        let open = if self.here {
            Vec::new()
        } else {
            self.open_edges(related)
        };
        let open = open.into_iter().map(|open| {
            let witness = Witness {
                origin: Some(open.origin.clone()),
                why: Some(open.why.clone()),
                ..Witness::absent(None)
            };
            Outcome::new(Truth::Unknown, witness)
        });
        // A satellite speaks for an owner that is not here, and neither are the neighbours of that owner; others may stand
        // in what could not be read.
        let own = self.subject.resource;
        let elsewhere = own
            .is_in_part()
            .then(|| Why::Elsewhere(own.address.to_string().into()));
        let elsewhere = elsewhere.or_else(|| graph.unread.clone());
        let elsewhere = elsewhere.filter(|_| !self.here).map(|why| {
            let witness = Witness {
                why: Some(why),
                ..Witness::absent(None)
            };
            Outcome::new(Truth::Unknown, witness)
        });
        let outcome = Outcome::any(outcomes.chain(open).chain(elsewhere));
        if outcome.causes.is_empty() {
            return Outcome::new(outcome.truth, Witness::absent(None));
        }
        outcome
    }

    /// The edges of that sort that may be there.
    fn open_edges(&self, related: &Related) -> Vec<&OpenEdge> {
        let (graph, own) = (self.subject.graph, self.subject.resource);
        let by = |open: &&OpenEdge| {
            let relation = related.relation.as_deref();
            relation.is_none_or(|word| open.relation.word() == word)
        };
        let asked = |kind: &str| related.kinds.iter().any(|own| own == "*" || own == kind);
        if related.outgoing {
            let open = graph.open(own.id).iter().filter(by);
            let any =
                |open: &&OpenEdge| open.kinds.is_empty() || open.kinds.iter().any(|own| asked(own));
            let open = open.filter(any);
            // That it is related is known of what is not here, what that is like is not. What is asked of a data source
            // is asked of what stands here.
            let ask = related.check.is_some() && !related.kinds.iter().all(|kind| is_data(kind));
            let outside = graph.outside(own.id).iter().filter(by).filter(any);
            return open.chain(outside.filter(|_| ask)).collect();
        }
        let open = graph.open_towards(own).filter(by);
        let mut open = open.filter(|open| asked(&graph.resource(open.from).kind));
        open.next().into_iter().collect()
    }

    /// Whether some resource of these kinds that the same provider makes satisfies a check: what holds for a whole
    /// account, project or subscription.
    pub(super) fn made_beside(&self, kinds: &[String], check: &Check) -> Outcome {
        let (graph, own) = (self.subject.graph, self.subject.resource);
        let provider = |one: &Resource| one.provider.as_ref().map(|own| own.name.clone());
        let same = |other: &&Resource| {
            !other.partial
                && other.id != own.id
                && other.address.stack == own.address.stack
                && provider(other) == provider(own)
        };
        let all = kinds.iter().flat_map(|kind| graph.of_kind(kind));
        let others = all.map(|id| graph.resource(*id)).filter(same);
        let outcomes = others.map(|other| {
            let holds = evaluate(check, &Subject::new(other, graph, self.subject.catalog));
            let there = Witness {
                origin: Some(Origin::at(other.header)),
                why: (!other.exists.is_true()).then_some(Why::Condition),
                ..Witness::absent(None)
            };
            Outcome::all([holds, Outcome::new(other.exists, there)])
        });
        let outcome = Outcome::any(outcomes);
        if outcome.causes.is_empty() {
            return Outcome::new(outcome.truth, Witness::absent(None));
        }
        outcome
    }
}

fn is_data(kind: &str) -> bool {
    kind.starts_with("data.")
}
