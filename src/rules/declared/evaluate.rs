//! Asks a check of a resource.

use super::model::{Check, Reach, Test};
use super::outcome::{Outcome, Witness};
use super::{grants, policy, value};
use crate::catalog::{Flow, Path, Relation, Step};
use crate::eval::{Data, Language, Truth, Value, Why};
use crate::graph::{Edge, Resource, walk};
use crate::network::Sets;
use crate::network::address::{Addresses, parse};
use crate::network::reach::{self, Answer, Question, Side};
use crate::rules::{Subject, native, secret};
use crate::source::Span;

/// The most resources beside one whose rules are weighed against its own.
const MAX_BESIDE: usize = 1000;

/// What surrounds a check.
#[derive(Clone, Copy)]
pub(super) struct Scope<'s, 'a> {
    pub(super) subject: &'s Subject<'a>,
    /// Whether only resources that are here count: what is asked of a guard.
    pub(super) here: bool,
}

/// Where paths of a check begin: at the resource, or at a member of one of its lists.
#[derive(Clone, Copy)]
enum Base<'a> {
    Resource,
    Member(&'a Value),
}

/// How the members of a list count.
#[derive(Clone, Copy, PartialEq)]
enum Quantifier {
    Every,
    Some,
}

/// Whether a check holds of a resource.
pub fn evaluate(check: &Check, subject: &Subject<'_>) -> Outcome {
    let scope = Scope {
        subject,
        here: false,
    };
    scope.check(check, Base::Resource)
}

impl Scope<'_, '_> {
    fn check(&self, check: &Check, base: Base<'_>) -> Outcome {
        match check {
            Check::All(checks) => Outcome::all(checks.iter().map(|check| self.check(check, base))),
            Check::Any(checks) => Outcome::any(checks.iter().map(|check| self.check(check, base))),
            Check::Not(check) => self.check(check, base).negated(),
            Check::Unless(guard, check) => self.unless(guard, check, base),
            Check::Each(path, check) => self.quantified(path, check, base, Quantifier::Every),
            Check::Some(path, check) => self.quantified(path, check, base, Quantifier::Some),
            Check::Value(path, tests) => self.value(path, tests, base),
            Check::Policy(path, like) => {
                self.along(path, base, Quantifier::Some, &|found, place| match found {
                    Some(found) => policy::some_statement(found, like),
                    None => Outcome::new(Truth::False, Witness::absent(place)),
                })
            }
            Check::Reachable(reach) => self.reachable(reach),
            Check::Repeated(flow) => match self.flow(flow) {
                Some(flow) => answered(reach::repeated(self.subject.resource, flow)),
                None => Outcome::unknown(&self.subject.resource.body, Why::Unclear),
            },
            Check::Shadowed(flow) => match self.flow(flow) {
                Some(flow) => answered(reach::shadowed(self.subject.resource, flow)),
                None => Outcome::unknown(&self.subject.resource.body, Why::Unclear),
            },
            Check::Related(related) => self.related(related),
            Check::Beside(kinds, check) => self.made_beside(kinds, check),
            Check::Same(a, b) => self.along(a, base, Quantifier::Every, &|first, place| {
                let Some(first) = first else {
                    return Outcome::new(Truth::False, Witness::absent(place));
                };
                self.along(b, base, Quantifier::Every, &|second, _| {
                    let same = second.map_or(Truth::False, |second| value::same(first, second));
                    Outcome::new(same, Witness::of(first))
                })
            }),
            Check::Secret(path) => {
                self.along(path, base, Quantifier::Some, &|found, place| match found {
                    Some(found) => secrets(found, secret::find(found)),
                    None => Outcome::new(Truth::False, Witness::absent(place)),
                })
            }
            Check::Generated(path) => {
                self.along(path, base, Quantifier::Some, &|found, place| match found {
                    Some(found) => secrets(found, secret::generated(found, self.subject.catalog)),
                    None => Outcome::new(Truth::False, Witness::absent(place)),
                })
            }
            Check::Grants(wanted) => grants::ask(wanted, self.subject),
            Check::Native(name) => match native::find(name) {
                Some(ask) => ask(self.subject),
                None => Outcome::unknown(&self.subject.resource.body, Why::Unclear),
            },
        }
    }

    /// Whether every value that a path leads to passes the tests. That there is something is asked of the members of a list
    /// together: one is enough, none is not, and a list that may have some is no proof.
    fn value(&self, path: &Path, tests: &[Test], base: Base<'_>) -> Outcome {
        let listed = path.0.last().is_some_and(|step| step.each);
        let presence = |test: &&Test| listed && matches!(test, Test::Exists(_));
        let there = tests.iter().filter(presence).map(|test| {
            let found = self.along(path, base, Quantifier::Some, &|found, place| {
                self.test(&Test::Exists(true), found, place)
            });
            match test {
                Test::Exists(false) => found.negated(),
                _ => found,
            }
        });
        let others: Vec<&Test> = tests.iter().filter(|test| !presence(test)).collect();
        let every = (!others.is_empty()).then(|| {
            self.along(path, base, Quantifier::Every, &|found, place| {
                Outcome::all(others.iter().map(|test| self.test(test, found, place)))
            })
        });
        Outcome::all(there.chain(every))
    }

    /// What a check says where no guard takes it away. A guard whose settings are not known leaves open what it may take
    /// away. One that nobody sees takes nothing away, though it may stand elsewhere: what is written here is as bad there.
    fn unless(&self, guard: &Check, check: &Check, base: Base<'_>) -> Outcome {
        let outcome = self.check(check, base);
        if outcome.truth.is_true() {
            return outcome;
        }
        let here = Self {
            here: true,
            ..*self
        };
        let guard = here.check(guard, base);
        match guard.truth {
            Truth::True => guard,
            Truth::Unknown if outcome.truth.is_false() && !self.subject.resource.partial => guard,
            Truth::Unknown | Truth::False => outcome,
        }
    }

    fn test(&self, test: &Test, found: Option<&Value>, place: Option<Span>) -> Outcome {
        match found {
            Some(found) => {
                let truth = value::holds(test, Some(found));
                let mut witness = Witness::of(found);
                if truth.is_unknown() {
                    // All of it is known, and what it means is not.
                    witness.why.get_or_insert(Why::Invalid);
                }
                Outcome::new(truth, witness)
            }
            None => Outcome::new(value::holds(test, None), Witness::absent(place)),
        }
    }

    fn quantified(
        &self,
        path: &Path,
        check: &Check,
        base: Base<'_>,
        quantifier: Quantifier,
    ) -> Outcome {
        self.along(path, base, quantifier, &|found, place| match found {
            Some(found) => self.check(check, Base::Member(found)),
            // An absent list has no members.
            None => Outcome::new(
                Truth::from(quantifier == Quantifier::Every),
                Witness::absent(place),
            ),
        })
    }

    /// Walks a path and asks `leaf` at its end: of a value, or of its absence.
    fn along(
        &self,
        path: &Path,
        base: Base<'_>,
        quantifier: Quantifier,
        leaf: &Leaf<'_>,
    ) -> Outcome {
        let walk = Walk {
            language: self.subject.resource.language,
            quantifier,
            leaf,
        };
        match base {
            Base::Resource => {
                let (value, start) = self.subject.resource.start(path);
                walk.at(value, start.each, start.steps, None)
            }
            Base::Member(value) => walk.at(value, false, &path.0, Some(value.origin.span)),
        }
    }

    fn flow(&self, name: &str) -> Option<&Flow> {
        let kind = self.subject.catalog.kind(&self.subject.resource.kind)?;
        kind.flows.iter().find(|flow| flow.name == name)
    }

    fn reachable(&self, reach: &Reach) -> Outcome {
        let Some(flow) = self.flow(&reach.flow) else {
            return Outcome::unknown(&self.subject.resource.body, Why::Unclear);
        };
        let question = Question {
            from: side(&reach.from),
            ports: reach.ports.clone(),
            protocols: reach.protocols.clone(),
            every_port: reach.every_port,
            all_protocols: reach.all_protocols,
            more_ports_than: reach.more_ports_than,
        };
        let own = self.subject.resource;
        let sets = Sets {
            graph: self.subject.graph,
            catalog: self.subject.catalog,
        };
        let answer = reach::ask(own, flow, &question, &[], sets);
        let denying = flow.beside.as_ref().filter(|_| !answer.truth.is_false());
        let Some(denying) = denying.and_then(|name| self.flow(name)) else {
            return answered(answer);
        };
        let Some(beside) = self.beside() else {
            return Outcome::unknown(&own.body, Why::Limit);
        };
        let beside: Vec<_> = beside.into_iter().map(|other| (other, denying)).collect();
        answered(reach::ask(own, flow, &question, &beside, sets))
    }

    /// The other resources of the same kind within the same one; `None` when they are too many.
    fn beside(&self) -> Option<Vec<&Resource>> {
        let (graph, own) = (self.subject.graph, self.subject.resource);
        let within = |edge: &&Edge| edge.relation == Relation::Within;
        let mut found = Vec::new();
        for edge in graph.outgoing(own.id).iter().filter(within) {
            for other in graph.incoming(edge.to).filter(within) {
                let other = graph.resource(other.from);
                if other.id != own.id && other.kind == own.kind {
                    found.push(other);
                }
            }
        }
        (found.len() <= MAX_BESIDE).then_some(found)
    }
}

/// True because of every text below a value that is a secret.
fn secrets(value: &Value, found: secret::Found) -> Outcome {
    let causes = found.secrets.iter().map(|secret| {
        let witness = Witness {
            why: None,
            detail: Some(secret.what.as_ref().into()),
            ..Witness::of(&secret.value)
        };
        Outcome::new(Truth::True, witness)
    });
    // A secret that is here is one, whatever else may be there.
    match (found.secrets.is_empty(), found.unknown) {
        (false, _) => Outcome::any(causes),
        (true, Some(why)) => Outcome::unknown(value, why),
        (true, None) => Outcome::new(Truth::False, Witness::of(value)),
    }
}

/// Who is on the other side, in the words of rule files.
fn side(from: &[String]) -> Side {
    match from.first().map(String::as_str) {
        Some("world") => Side::World,
        Some("public") => Side::Public,
        Some("private") => Side::Private,
        Some("anyone") => Side::Anyone,
        _ => {
            let networks: Vec<Addresses> = from.iter().filter_map(|text| parse(text)).collect();
            Side::Networks(Addresses::union(&networks))
        }
    }
}

fn answered(answer: Answer) -> Outcome {
    let mut causes: Vec<Vec<Witness>> = answer
        .witnesses
        .iter()
        .map(|group| {
            let witness = |value| Witness {
                why: answer.why.clone(),
                ..Witness::of(value)
            };
            group.iter().map(witness).collect()
        })
        .collect();
    causes.dedup();
    if causes.is_empty() {
        causes.push(vec![Witness {
            why: answer.why,
            ..Witness::absent(None)
        }]);
    }
    Outcome {
        truth: answer.truth,
        causes,
    }
}

/// What is asked at the end of a path.
type Leaf<'l> = dyn Fn(Option<&Value>, Option<Span>) -> Outcome + 'l;

struct Walk<'w> {
    language: Language,
    quantifier: Quantifier,
    leaf: &'w Leaf<'w>,
}

impl Walk<'_> {
    fn at(&self, value: &Value, each: bool, steps: &[Step], place: Option<Span>) -> Outcome {
        let own = value.resolved();
        match &own.data {
            Data::Null => (self.leaf)(None, place),
            Data::Unknown(unknown) if unknown.among.is_empty() && (each || !steps.is_empty()) => {
                Outcome::unknown(value, unknown.why.clone())
            }
            Data::Unknown(unknown) if !unknown.among.is_empty() => {
                self.among(value, &unknown.among, &unknown.why, each, steps, place)
            }
            Data::List(list) if each || !steps.is_empty() => {
                let items = list
                    .items
                    .iter()
                    .map(|item| self.at(item, false, steps, place));
                let known = self.quantify(items);
                match &list.rest {
                    None if list.items.is_empty() && !each => (self.leaf)(None, place),
                    None => known,
                    Some(rest) => self.with_rest(known, &rest.among, &rest.why, own, steps, place),
                }
            }
            Data::Reference(_) if each || !steps.is_empty() => {
                Outcome::unknown(value, own.why().unwrap_or(Why::Unclear))
            }
            _ => self.step(value, own, steps, place),
        }
    }

    fn step(&self, value: &Value, own: &Value, steps: &[Step], place: Option<Span>) -> Outcome {
        let Some((step, rest)) = steps.split_first() else {
            return (self.leaf)(Some(value), place);
        };
        let Data::Map(map) = &own.data else {
            return (self.leaf)(None, place);
        };
        match (walk::entry(map, &step.name, self.language), &map.rest) {
            (Some(next), _) => self.at(next, step.each, rest, place),
            (None, None) => (self.leaf)(None, place),
            (None, Some(unknown)) => Outcome::unknown(own, unknown.why.clone()),
        }
    }

    /// Of several values that it may be: what they agree on.
    fn among(
        &self,
        value: &Value,
        among: &[Value],
        why: &Why,
        each: bool,
        steps: &[Step],
        place: Option<Span>,
    ) -> Outcome {
        let mut outcomes = among.iter().map(|one| self.at(one, each, steps, place));
        let Some(first) = outcomes.next() else {
            return Outcome::unknown(value, why.clone());
        };
        let mut agreed = first;
        for next in outcomes {
            if next.truth != agreed.truth || agreed.truth.is_unknown() {
                return Outcome::unknown(value, why.clone());
            }
            agreed.causes.extend(next.causes);
        }
        agreed
    }

    fn quantify(&self, members: impl Iterator<Item = Outcome>) -> Outcome {
        match self.quantifier {
            Quantifier::Every => Outcome::all(members),
            Quantifier::Some => Outcome::any(members),
        }
    }

    /// Members that may be there besides: they can only make a sure answer unsure, and not if all would answer the same.
    fn with_rest(
        &self,
        known: Outcome,
        among: &[Value],
        why: &Why,
        list: &Value,
        steps: &[Step],
        place: Option<Span>,
    ) -> Outcome {
        let settled = Truth::from(self.quantifier == Quantifier::Some);
        if known.truth == settled {
            return known;
        }
        let harmless = !among.is_empty()
            && among
                .iter()
                .all(|one| self.at(one, false, steps, place).truth == !settled);
        if harmless {
            return known;
        }
        let perhaps = Outcome::unknown(list, why.clone());
        self.quantify([known, perhaps].into_iter())
    }
}
