//! Flows: those that are declared must be possible, and nothing else.

use std::collections::BTreeMap;

use super::class::{Class, Peers, classes};
use super::place::{Placed, Standing};
use super::ports::{meets, together, without};
use super::{Answer, Kind, Verdict, name, steps};
use crate::eval::{Truth, Why};
use crate::intent::language::{Flow, Thing};
use crate::intent::word::Ports;
use crate::network::address::internet;
use crate::network::topology::{ICMP, Range};
use crate::source::Span;

/// One end as the network sees it: the Internet, or a class by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Internet,
    Class(usize),
}

/// What is possible between two ends.
#[derive(Debug)]
struct Possible {
    from: End,
    to: End,
    ports: Ports,
    open: Truth,
}

/// The segments and what is outside of all, as rows and columns of the matrix.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Thing(Thing),
    /// A resource in no segment, by its number among the classes.
    Nowhere(usize),
}

struct Network<'p, 'a> {
    placed: &'p Placed<'a>,
    classes: Vec<Class>,
    possible: Vec<Possible>,
}

/// The answers about flows, and about what is none.
pub(super) fn answers(placed: &Placed<'_>) -> Vec<Answer> {
    let mut network = Network {
        placed,
        classes: classes(placed),
        possible: Vec::new(),
    };
    if placed.intent.segments.is_empty() {
        return Vec::new();
    }
    network.inside();
    network.outside();
    let flows = placed.intent.flows.iter();
    let flows = flows.filter(|flow| flow.to.value != Thing::Cloud);
    let mut answers: Vec<Answer> = flows.map(|flow| network.declared(flow)).collect();
    answers.extend(network.undeclared());
    answers
}

fn ports(range: &Range) -> Ports {
    Ports {
        protocol: range.protocol,
        from: range.from,
        to: if range.protocol == ICMP {
            u16::MAX
        } else {
            range.to
        },
    }
}

impl Network<'_, '_> {
    /// What is possible between classes that stand apart.
    fn inside(&mut self) {
        let topology = self.placed.topology;
        let peers = Peers::new(topology, &self.classes);
        let senders: Vec<_> = self
            .classes
            .iter()
            .map(|own| peers.of(own.one, 0))
            .collect();
        let receivers: Vec<_> = self
            .classes
            .iter()
            .map(|own| peers.of(own.one, 1))
            .collect();
        for (to, class) in self.classes.iter().enumerate() {
            if class.standing == Standing::Service {
                continue;
            }
            let candidates: Vec<usize> = match &senders[to] {
                Some(known) => {
                    let mut known: Vec<usize> = known.iter().copied().collect();
                    known.sort_unstable();
                    known
                }
                None => (0..self.classes.len()).collect(),
            };
            for from in candidates {
                let other = &self.classes[from];
                let apart =
                    from != to && other.standing != Standing::Service && !self.same(from, to);
                let may = receivers[from]
                    .as_ref()
                    .is_none_or(|known| known.contains(&to));
                if !apart || !may {
                    continue;
                }
                for range in topology.between(other.one, class.one) {
                    self.possible.push(Possible {
                        from: End::Class(from),
                        to: End::Class(to),
                        ports: ports(&range),
                        open: range.open,
                    });
                }
            }
        }
    }

    /// Whether two classes stand in one segment, or in none both.
    fn same(&self, one: usize, other: usize) -> bool {
        match (&self.classes[one].standing, &self.classes[other].standing) {
            (Standing::In(one), Standing::In(other)) => {
                // What has a name of its own may be the end of a flow inside a segment.
                one == other
                    && !self.placed.intent.flows.iter().any(|flow| {
                        let ends = [flow.from.value, flow.to.value]
                            .map(|end| self.placed.intent.segment_of(end));
                        ends == [Some(*one); 2]
                    })
            }
            (Standing::In(_), _) | (_, Standing::In(_)) => false,
            _ => true,
        }
    }

    /// What is possible from the Internet, and to it.
    fn outside(&mut self) {
        let topology = self.placed.topology;
        for (at, class) in self.classes.iter().enumerate() {
            if !matches!(class.standing, Standing::In(_)) {
                continue;
            }
            // What comes through a load balancer begins anew there.
            let direct = topology
                .cells(class.one)
                .iter()
                .filter(|cell| cell.over.is_none());
            let direct = direct.map(|cell| (cell, End::Internet, End::Class(at)));
            let out = topology.outward(class.one);
            let out = out.iter().map(|cell| (cell, End::Class(at), End::Internet));
            let found: Vec<Possible> = direct
                .chain(out)
                .map(|(cell, from, to)| Possible {
                    from,
                    to,
                    ports: ports(&Range {
                        protocol: cell.protocol,
                        from: cell.from,
                        to: cell.to,
                        open: Truth::True,
                    }),
                    open: cell.extent.meets(internet()),
                })
                .filter(|own| !own.open.is_false())
                .collect();
            self.possible.extend(found);
        }
    }

    /// Whether an end is what a flow names.
    fn is(&self, end: End, thing: Thing) -> bool {
        match end {
            End::Internet => thing == Thing::Internet,
            End::Class(at) => self.classes[at].things.contains(&thing),
        }
    }

    fn declared(&self, flow: &Flow) -> Answer {
        let intent = self.placed.intent;
        let ends = [flow.from.value, flow.to.value];
        let [from, to] = ends.map(|thing| name(intent, thing));
        let mut answer = Answer::new(Kind::Flow, from, to, flow.span);
        answer.ports = flow.ports.iter().map(|own| own.value).collect();
        let missing = ends.map(|thing| {
            thing != Thing::Internet && self.classes.iter().all(|own| !own.things.contains(&thing))
        });
        if missing != [false, false] {
            return match self.handed_by_service(flow) {
                true => answer,
                false => answer.stale(missing[0], missing[1]),
            };
        }
        if self.handed_by_service(flow) {
            return answer;
        }
        let mut proof: Option<&Possible> = None;
        for ports in &flow.ports {
            let own = self.possible.iter().filter(|own| {
                self.is(own.from, ends[0])
                    && self.is(own.to, ends[1])
                    && meets(own.ports, ports.value)
            });
            let best = own.max_by_key(|own| own.open.is_true());
            match best {
                Some(best) if best.open.is_true() => proof = proof.or(Some(best)),
                Some(best) => {
                    let why = self.doubt(best);
                    return answer.with(Verdict::Undecided, why);
                }
                None => return self.blocked(answer, flow, ports.value),
            }
        }
        if let Some(proof) = proof {
            let port = flow
                .ports
                .first()
                .map_or(proof.ports.from, |own| own.value.from);
            let port = port.max(proof.ports.from);
            (answer.path, answer.witness) =
                self.path(proof.from, proof.to, proof.ports.protocol, port);
        }
        answer
    }

    /// An API and a function have no address: who calls them comes by the service.
    fn handed_by_service(&self, flow: &Flow) -> bool {
        let intent = self.placed.intent;
        let Some(segment) = intent.segment_of(flow.to.value) else {
            return false;
        };
        let to_api = |at: usize| {
            let own = &intent.workloads[at];
            let there = intent.is_within(Thing::Workload(at), flow.to.value)
                && own.segment.value == segment;
            there
                && own.runtime.value == crate::intent::language::Runtime::Api
                && self.placed.things.contains_key(&Thing::Workload(at))
        };
        flow.from.value == Thing::Internet && (0..intent.workloads.len()).any(to_api)
    }

    fn blocked(&self, answer: Answer, flow: &Flow, port: Ports) -> Answer {
        let topology = self.placed.topology;
        let first = |thing: Thing| self.classes.iter().find(|own| own.things.contains(&thing));
        match (first(flow.from.value), first(flow.to.value)) {
            (Some(from), Some(to)) => {
                let refusal = topology.refusal_between(from.one, to.one, port.protocol, port.from);
                let Some(refusal) = refusal else {
                    return answer.with(Verdict::Blocked, format!("nothing leads there on {port}"));
                };
                let resource = self.placed.graph.resource(refusal.resource);
                let mut answer = answer.with(
                    Verdict::Blocked,
                    format!("{} {}", resource.address, refusal.text),
                );
                answer.path = vec![super::step(
                    self.placed.graph,
                    refusal.resource,
                    refusal.text,
                )];
                answer.change = Some(refusal.change);
                answer
            }
            (None, Some(to)) => {
                let exposure = topology.exposure(to.one, &[(port.from, port.to)], &[port.protocol]);
                answer.with(Verdict::Blocked, exposure.because)
            }
            (Some(from), None) => {
                let because = topology.refusal_outward(from.one, port.protocol, port.from);
                answer.with(Verdict::Blocked, because)
            }
            (None, None) => answer,
        }
    }

    fn path(
        &self,
        from: End,
        to: End,
        protocol: u8,
        port: u16,
    ) -> (Vec<super::Step>, Option<String>) {
        let (graph, topology) = (self.placed.graph, self.placed.topology);
        match (from, to) {
            (End::Class(from), End::Class(to)) => {
                let (from, to) = (self.classes[from].one, self.classes[to].one);
                let (path, packet) = topology.trace(from, to, protocol, port);
                (steps(graph, &path), packet)
            }
            (End::Internet, End::Class(to)) => {
                let exposure =
                    topology.exposure(self.classes[to].one, &[(port, port)], &[protocol]);
                (steps(graph, &exposure.path), exposure.packet)
            }
            (End::Class(from), End::Internet) => {
                let id = topology.endpoints[self.classes[from].one as usize].resource;
                let (path, packet) = topology.trace_outward(self.classes[from].one, protocol, port);
                let mut path = steps(graph, &path);
                if path.is_empty() {
                    path.push(super::step(graph, id, "it reaches the Internet"));
                }
                (path, packet)
            }
            (End::Internet, End::Internet) => (Vec::new(), None),
        }
    }

    /// Why it is not known whether something is possible.
    fn doubt(&self, own: &Possible) -> String {
        let topology = self.placed.topology;
        match (own.from, own.to) {
            (End::Class(from), End::Class(to)) => {
                let range = Range {
                    protocol: own.ports.protocol,
                    from: own.ports.from,
                    to: own.ports.to,
                    open: own.open,
                };
                let (from, to) = (self.classes[from].one, self.classes[to].one);
                topology.doubt_between(from, to, &range).to_string()
            }
            (End::Internet, End::Class(to)) => {
                let port = (own.ports.from, own.ports.to);
                let exposure =
                    topology.exposure(self.classes[to].one, &[port], &[own.ports.protocol]);
                exposure.because
            }
            (End::Class(from), _) => topology.doubt_outward(self.classes[from].one).to_string(),
            (End::Internet, End::Internet) => Why::Condition.to_string(),
        }
    }

    fn side(&self, end: End) -> Side {
        match end {
            End::Internet => Side::Thing(Thing::Internet),
            End::Class(at) => match self.classes[at].standing {
                Standing::In(segment) => Side::Thing(Thing::Segment(segment)),
                _ => Side::Nowhere(at),
            },
        }
    }

    /// What is possible and not declared, and between all other segments that nothing is.
    fn undeclared(&self) -> Vec<Answer> {
        let intent = self.placed.intent;
        let mut found: BTreeMap<(Side, Side), Vec<(&Possible, Ports)>> = BTreeMap::new();
        for own in &self.possible {
            let left = self.left(own);
            if !left.is_empty() {
                let key = (self.side(own.from), self.side(own.to));
                let all = found.entry(key).or_default();
                all.extend(left.into_iter().map(|ports| (own, ports)));
            }
        }
        let present: Vec<Thing> = (0..intent.segments.len())
            .map(Thing::Segment)
            .filter(|thing| self.classes.iter().any(|own| own.things.contains(thing)))
            .collect();
        let mut answers = Vec::new();
        let ends: Vec<Thing> = std::iter::once(Thing::Internet).chain(present).collect();
        for from in &ends {
            for to in ends.iter().filter(|to| *to != from) {
                let key = (Side::Thing(*from), Side::Thing(*to));
                let own = found.remove(&key).unwrap_or_default();
                answers.push(self.prohibition(
                    (name(intent, *from), name(intent, *to)),
                    self.place(*from, *to),
                    &own,
                ));
            }
        }
        for ((from, to), own) in found {
            let own: Vec<_> = own
                .into_iter()
                .filter(|(own, _)| own.open.is_true())
                .collect();
            if own.is_empty() || from == to {
                continue;
            }
            let [(from, one), (to, other)] = [&from, &to].map(|side| self.named(side));
            answers.push(self.prohibition((from, to), self.place(one, other), &own));
        }
        answers
    }

    /// A side as people read it, and what of the intent it is.
    fn named(&self, side: &Side) -> (String, Thing) {
        match side {
            Side::Thing(thing) => (name(self.placed.intent, *thing), *thing),
            Side::Nowhere(at) => {
                let one = self.classes[*at].one as usize;
                let id = self.placed.topology.endpoints[one].resource;
                let address = &self.placed.graph.resource(id).address;
                (format!("{address} (in no segment)"), Thing::Internet)
            }
        }
    }

    /// The line of the intent that a prohibition is about: the segment that must not be reached, else that must not reach.
    fn place(&self, from: Thing, to: Thing) -> Span {
        let segment = |thing: Thing| match thing {
            Thing::Segment(at) => Some(self.placed.intent.segments[at].name.span),
            _ => None,
        };
        segment(to)
            .or(segment(from))
            .unwrap_or(self.placed.intent.name.span)
    }

    fn prohibition(
        &self,
        (from, to): (String, String),
        span: Span,
        found: &[(&Possible, Ports)],
    ) -> Answer {
        let mut answer = Answer::new(Kind::Prohibition, from, to, span);
        let sure = found.iter().find(|(own, _)| own.open.is_true());
        if let Some((own, ports)) = sure {
            let all = found.iter().filter(|(own, _)| own.open.is_true());
            answer.ports = together(all.map(|(_, ports)| *ports).collect());
            (answer.path, answer.witness) = self.path(own.from, own.to, ports.protocol, ports.from);
            return answer.with(
                Verdict::Violated,
                "this is possible, and no flow declares it",
            );
        }
        match found.first() {
            Some((own, _)) => {
                answer.ports = together(found.iter().map(|(_, ports)| *ports).collect());
                answer.with(Verdict::Undecided, self.doubt(own))
            }
            None => answer,
        }
    }

    /// What of something possible no flow declares.
    fn left(&self, own: &Possible) -> Vec<Ports> {
        let mut left = vec![own.ports];
        for flow in &self.placed.intent.flows {
            if !self.is(own.from, flow.from.value) || !self.is(own.to, flow.to.value) {
                continue;
            }
            for declared in &flow.ports {
                left = left
                    .into_iter()
                    .flat_map(|ports| without(ports, declared.value))
                    .collect();
            }
        }
        left
    }
}
