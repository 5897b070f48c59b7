//! The way between two endpoints, hop by hop: what lets a packet through, what stops every packet, what leaves it open.

use super::{Range, Stand};
use crate::eval::{Truth, Why};
use crate::graph::ResourceId;
use crate::network::address::{Addresses, internet};
use crate::network::topology::exposure::witness;
use crate::network::topology::filter::{Ask, Gate, Marks, Party, Rule, Verdict};
use crate::network::topology::{Hop, Topology, protocol_word};

/// What stops a packet, and where.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// The resource that does.
    pub resource: ResourceId,
    /// What it does, as a sentence without its subject.
    pub text: String,
    /// The smallest change that would let it through.
    pub change: String,
}

/// The two interfaces of a way, and what is asked of it.
#[derive(Clone, Copy)]
struct Way<'a> {
    x: Stand<'a>,
    y: Stand<'a>,
    protocol: u8,
    port: u16,
}

impl Way<'_> {
    /// The gates in the order in which a packet meets them, with whether each lets it through.
    fn gates<'t>(&'t self, topology: &'t Topology) -> Vec<(&'t Gate, Ask<'t>, bool)> {
        let ask = |own, peer| Ask {
            protocol: self.protocol,
            port: self.port,
            own,
            peer,
        };
        let out = ask(self.x.party(), self.y.party());
        let back = ask(self.y.party(), self.x.party());
        let apart = self.x.at != self.y.at || self.x.at.is_none();
        let mut all: Vec<(&Gate, Ask<'_>, bool)> = Vec::new();
        all.extend(
            self.x.interface.gates[1]
                .iter()
                .map(|gate| (gate, out, true)),
        );
        if let Some(subnet) = self.x.subnet {
            all.extend(subnet.gates[1].iter().map(|gate| (gate, out, true)));
            all.extend(apart.then_some((&subnet.stateless[1], out, true)));
        }
        if let Some(subnet) = self.y.subnet {
            all.extend(apart.then_some((&subnet.stateless[0], back, false)));
            all.extend(subnet.gates[0].iter().map(|gate| (gate, back, false)));
        }
        all.extend(
            self.y.interface.gates[0]
                .iter()
                .map(|gate| (gate, back, false)),
        );
        debug_assert!(topology.filters.len() < u32::MAX as usize);
        all
    }
}

impl Topology {
    /// The interfaces of two endpoints between which a packet is as likely to pass as anywhere.
    fn best_way(&self, from: u32, to: u32, protocol: u8, port: u16) -> Option<(Way<'_>, Truth)> {
        let (a, b) = (&self.endpoints[from as usize], &self.endpoints[to as usize]);
        let mut best: Option<(Way<'_>, Truth)> = None;
        for i in &a.interfaces {
            for j in &b.interfaces {
                for x in self.stands(i) {
                    for y in self.stands(j) {
                        let truth = self.open_at(x, y, protocol, port);
                        let better = match &best {
                            None => true,
                            Some((_, known)) => {
                                truth.is_true() || known.is_false() && truth.is_unknown()
                            }
                        };
                        if better {
                            best = Some((
                                Way {
                                    x,
                                    y,
                                    protocol,
                                    port,
                                },
                                truth,
                            ));
                        }
                        if truth.is_true() {
                            return best;
                        }
                    }
                }
            }
        }
        best
    }

    /// The way of a packet between two endpoints, and that packet.
    pub fn trace(&self, from: u32, to: u32, protocol: u8, port: u16) -> (Vec<Hop>, Option<String>) {
        let Some((way, truth)) = self.best_way(from, to, protocol, port) else {
            return (Vec::new(), None);
        };
        let mut path = vec![Hop {
            resource: self.endpoints[from as usize].resource,
            origin: None,
            text: "it begins the conversation".into(),
        }];
        for (gate, ask, _) in way.gates(self) {
            path.extend(self.admits(gate, &ask));
        }
        path.push(Hop {
            resource: self.endpoints[to as usize].resource,
            origin: None,
            text: format!("it is reached on {}", word(protocol, port)),
        });
        let host = |stand: &Stand<'_>| stand.addresses().host().map(|host| host.to_string());
        let packet = match (truth.is_true(), host(&way.x), host(&way.y)) {
            (true, Some(x), Some(y)) => {
                let protocol = protocol_word(protocol);
                Some(format!("{protocol} {x}:50000 -> {y}:{port}"))
            }
            _ => None,
        };
        (path, packet)
    }

    /// The rule of a gate that lets a packet through, or may.
    fn admits(&self, gate: &Gate, ask: &Ask<'_>) -> Option<Hop> {
        let filters = gate.filters.iter().map(|at| &self.filters[*at as usize]);
        let about = |rule: &&Rule| {
            rule.verdict == Verdict::Allow
                && rule.is_about(ask.protocol, ask.port)
                && !rule.peer.about(ask.peer).is_false()
        };
        let found = filters.flat_map(|filter| &filter.rules).find(about)?;
        Some(Hop {
            resource: found.resource,
            origin: Some(found.origin.clone()),
            text: "this rule lets it through".into(),
        })
    }

    /// What stops every packet between two endpoints.
    pub fn refusal_between(&self, from: u32, to: u32, protocol: u8, port: u16) -> Option<Refusal> {
        let (a, b) = (&self.endpoints[from as usize], &self.endpoints[to as usize]);
        let heard = |ports: &Vec<(u8, u16, u16)>| {
            let mut ports = ports.iter();
            ports.any(|(own, low, high)| *own == protocol && (*low..=*high).contains(&port))
        };
        if b.deaf || b.listens.as_ref().is_some_and(|ports| !heard(ports)) {
            return Some(Refusal {
                resource: b.resource,
                text: "does not listen there".into(),
                change: format!("a listener on {} would", word(protocol, port)),
            });
        }
        let (way, _) = self.best_way(from, to, protocol, port)?;
        for (gate, ask, outward) in way.gates(self) {
            if !gate
                .through(&self.filters, &ask)
                .has_one_of(ask.peer.addresses)
                .is_false()
            {
                continue;
            }
            let endpoint = if outward { a } else { b };
            let filter = gate
                .filters
                .first()
                .map(|at| self.filters[*at as usize].resource);
            let direction = if outward { "out" } else { "in" };
            return Some(Refusal {
                resource: filter.unwrap_or(endpoint.resource),
                text: format!("lets nothing of it {direction} on {}", word(protocol, port)),
                change: format!(
                    "a rule for {} {direction}ward there would let it through",
                    word(protocol, port)
                ),
            });
        }
        let subnet = way.x.subnet.map_or(a.resource, |subnet| subnet.resource);
        let text = match self.way(way.x, way.y).0.is_false() {
            true => "has no route there and back",
            false => "gets no answer through the filters of the subnets",
        };
        Some(Refusal {
            resource: subnet,
            text: text.into(),
            change: "a route, or a rule for the answer, would let it through".into(),
        })
    }

    /// Why it is not known whether one endpoint reaches another.
    pub fn doubt_between(&self, from: u32, to: u32, range: &Range) -> Why {
        let (a, b) = (&self.endpoints[from as usize], &self.endpoints[to as usize]);
        if !(a.exists & b.exists).is_true() {
            return Why::Condition;
        }
        let Some((way, _)) = self.best_way(from, to, range.protocol, range.from) else {
            return Why::Condition;
        };
        let outside = |interface: &crate::network::topology::Interface| {
            let mut subnets = interface.subnets.iter();
            subnets.find_map(|subnet| subnet.clone().err())
        };
        let standing = || outside(way.x.interface).or_else(|| outside(way.y.interface));
        let subnets = || {
            let own = [way.x.subnet, way.y.subnet].into_iter().flatten();
            own.clone()
                .find_map(|subnet| subnet.net.clone().err().or(subnet.table.clone().err()))
        };
        let gates = || {
            let mut gates = way.gates(self).into_iter();
            gates.find_map(|(gate, ask, _)| gate.doubt(&self.filters, &ask))
        };
        standing()
            .or_else(subnets)
            .or_else(gates)
            .unwrap_or(Why::Condition)
    }

    /// What stops every packet from an endpoint to the Internet, or leaves that open.
    pub fn refusal_outward(&self, from: u32, protocol: u8, port: u16) -> String {
        let a = &self.endpoints[from as usize];
        let strangers = Marks::default();
        for interface in &a.interfaces {
            for stand in self.stands(interface) {
                let ask = Ask {
                    protocol,
                    port,
                    own: stand.party(),
                    peer: Party {
                        addresses: internet(),
                        marks: &strangers,
                        inside: false,
                    },
                };
                let lets = |gate: &Gate| !gate.through(&self.filters, &ask).perhaps.is_empty();
                if interface.gates[1].iter().all(lets) {
                    return "no route of its subnet leads to the Internet".into();
                }
            }
        }
        "its filters let nothing out there".into()
    }

    /// The way of a packet from an endpoint to the Internet, and that packet.
    pub fn trace_outward(&self, from: u32, protocol: u8, port: u16) -> (Vec<Hop>, Option<String>) {
        let endpoint = &self.endpoints[from as usize];
        let stands = endpoint.interfaces.iter().flat_map(|own| self.stands(own));
        let open = |stand: &Stand<'_>| self.out_of(*stand, protocol, port).sure.meets(internet());
        let Some(stand) = stands.into_iter().find(open) else {
            return (Vec::new(), None);
        };
        let strangers = Marks::default();
        let reached = witness(&self.out_of(stand, protocol, port).sure);
        let ask = Ask {
            protocol,
            port,
            own: stand.party(),
            peer: Party {
                addresses: &reached,
                marks: &strangers,
                inside: false,
            },
        };
        let mut path = vec![Hop {
            resource: endpoint.resource,
            origin: None,
            text: "it begins the conversation".into(),
        }];
        let subnet = stand.subnet.into_iter();
        let edges = subnet.flat_map(|own| own.gates[1].iter().chain([&own.stateless[1]]));
        for gate in stand.interface.gates[1].iter().chain(edges) {
            path.extend(self.admits(gate, &ask));
        }
        if let Some((subnet, Ok(table))) = stand.subnet.map(|own| (own, &own.table)) {
            let table = &self.tables[*table as usize];
            path.extend(table.route(&reached).map(|route| Hop {
                resource: table.resource.unwrap_or(subnet.resource),
                origin: route.origin.clone(),
                text: "this route leads to the Internet".into(),
            }));
        }
        let host = stand.addresses().host();
        let packet = host
            .zip(reached.host())
            .map(|(from, to)| format!("{} {from}:50000 -> {to}:{port}", protocol_word(protocol)));
        (path, packet)
    }

    /// Why it is not known whether an endpoint reaches the Internet.
    pub fn doubt_outward(&self, from: u32) -> Why {
        let endpoint = &self.endpoints[from as usize];
        let interfaces = endpoint.interfaces.iter();
        let outside = interfaces.clone().flat_map(|own| &own.subnets);
        let outside = outside.filter_map(|subnet| subnet.clone().err()).next();
        let gates = || {
            let gates = interfaces.clone().flat_map(|own| &own.gates[1]);
            gates.filter_map(|gate| gate.more.clone()).next()
        };
        let stands = interfaces.clone().flat_map(|own| self.stands(own));
        let tables = || {
            let subnets = stands.filter_map(|stand| stand.subnet);
            let mut doubts = subnets.filter_map(|subnet| match &subnet.table {
                Err(why) => Some(why.clone()),
                Ok(at) => self.tables[*at as usize].doubt(),
            });
            doubts.next()
        };
        outside
            .or_else(gates)
            .or_else(tables)
            .unwrap_or(Why::Condition)
    }

    /// Whether an endpoint may send something at a port at all, as far as its own gates say.
    pub fn sends(&self, from: u32, protocol: u8, port: u16) -> Truth {
        let rules = |gate: &Gate| {
            let filters = gate.filters.iter().map(|at| &self.filters[*at as usize]);
            let allows = |rule: &Rule| {
                let there = rule.verdict != Verdict::Deny && rule.is_about(protocol, port);
                match (there, rule.why.is_some()) {
                    (false, _) => Truth::False,
                    (true, true) => Truth::Unknown,
                    (true, false) => Truth::True,
                }
            };
            let open = filters.clone().any(|filter| filter.more.is_some()) || gate.more.is_some();
            let found = Truth::any(filters.flat_map(|filter| &filter.rules).map(allows));
            let found = found | Truth::from(gate.otherwise);
            if open { found | Truth::Unknown } else { found }
        };
        let interfaces = self.endpoints[from as usize].interfaces.iter();
        Truth::any(interfaces.map(|own| Truth::all(own.gates[1].iter().map(rules))))
    }

    /// The addresses that an interface of an endpoint may have.
    pub fn addresses_of(&self, at: u32) -> Addresses {
        let interfaces = self.endpoints[at as usize].interfaces.iter();
        let stands = interfaces.flat_map(|own| self.stands(own));
        let all: Vec<&Addresses> = stands.map(|stand| stand.addresses()).collect();
        Addresses::union(all)
    }
}

fn word(protocol: u8, port: u16) -> String {
    crate::network::topology::port_word(protocol, port, port)
}
