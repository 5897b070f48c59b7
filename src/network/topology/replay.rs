//! The second opinion: one packet, walked rule by rule, without sets. A way that is said to be open is walked here before
//! it is said, and what cannot be walked is not said.

use super::balance::Balance;
use super::filter::{Filter, Gate, ICMP, Rule, Side, Verdict};
use super::route::{Table, Target};
use super::{Endpoint, Interface, Subnet, Topology};
use crate::network::address::Addresses;

/// A packet from outside.
#[derive(Debug, Clone)]
pub struct Packet {
    /// The protocol.
    pub protocol: u8,
    /// The one address that it comes from.
    pub from: Addresses,
    /// The port of the destination.
    pub port: u16,
}

/// The ports that a client may send from, the usual ones first.
const SENDING: [u16; 6] = [50000, 1024, 65535, 443, 80, 1];

impl Topology {
    /// Whether a packet gets to an endpoint and its answer back, as far as that is sure.
    pub fn replay(&self, at: u32, packet: &Packet, over: Option<u32>) -> bool {
        let endpoint = &self.endpoints[at as usize];
        match over.map(|number| &self.balances[number as usize]) {
            None => self.arrives(endpoint, packet),
            Some(way) => self.arrives_over(endpoint, packet, way),
        }
    }

    fn arrives(&self, endpoint: &Endpoint, packet: &Packet) -> bool {
        let listening = match &endpoint.listens {
            None => true,
            Some(ports) => ports.iter().any(|(own, low, high)| {
                *own == packet.protocol && *low <= packet.port && packet.port <= *high
            }),
        };
        let ready =
            listening && !endpoint.deaf && endpoint.open.is_none() && endpoint.exists.is_true();
        ready
            && endpoint
                .interfaces
                .iter()
                .any(|interface| self.at_one(interface, packet))
    }

    /// In one of its subnets where it stands in all, else in whichever it stands.
    fn at_one(&self, interface: &Interface, packet: &Packet) -> bool {
        let mut subnets = interface.subnets.iter().map(|subnet| match subnet {
            Ok(at) => self.in_one(interface, &self.subnets[*at as usize], packet),
            Err(_) => false,
        });
        match interface.spread {
            true => subnets.any(|arrives| arrives),
            false => !interface.subnets.is_empty() && subnets.all(|arrives| arrives),
        }
    }

    fn in_one(&self, interface: &Interface, subnet: &Subnet, packet: &Packet) -> bool {
        let six = packet.from.v4.is_empty();
        let addressed = match six {
            true => interface.v6.unwrap_or(subnet.v6).is_true(),
            false => match &interface.public {
                Some(fact) => fact.truth.is_true(),
                None => subnet.gives_public.0.is_true(),
            },
        };
        let Ok(table) = &subnet.table else {
            return false;
        };
        let routed = leads_out(&self.tables[*table as usize], packet);
        let answered = SENDING.iter().any(|port| {
            let answer = Packet {
                port: if packet.protocol == ICMP { 0 } else { *port },
                ..packet.clone()
            };
            self.passes(&subnet.stateless[1], interface, &answer)
        }) || self.answered_somewhere(&subnet.stateless[1], interface, packet);
        let gates = subnet.gates[0].iter().chain(&interface.gates[0]);
        addressed
            && routed
            && answered
            && self.passes(&subnet.stateless[0], interface, packet)
            && gates
                .into_iter()
                .all(|gate| self.passes(gate, interface, packet))
    }

    /// Where rules begin there may be other ports to send from.
    fn answered_somewhere(&self, gate: &Gate, interface: &Interface, packet: &Packet) -> bool {
        let rules = gate
            .filters
            .iter()
            .flat_map(|at| &self.filters[*at as usize].rules);
        let ports = rules
            .flat_map(|rule| &rule.ports)
            .flat_map(|(from, to)| [*from, *to]);
        ports.filter(|port| *port > 0).any(|port| {
            let answer = Packet {
                port,
                ..packet.clone()
            };
            self.passes(gate, interface, &answer)
        })
    }

    /// Whether the first rule that is about a packet lets it through. What may refuse it does.
    fn passes(&self, gate: &Gate, interface: &Interface, packet: &Packet) -> bool {
        let filters: Vec<&Filter> = gate
            .filters
            .iter()
            .map(|at| &self.filters[*at as usize])
            .collect();
        let admits = |rule: &Rule| rule.verdict == Verdict::Allow && rule.why.is_none();
        let only_admits = filters
            .iter()
            .all(|own| own.rules.iter().all(|rule| rule.verdict == Verdict::Allow));
        if only_admits {
            let mut rules = filters.iter().flat_map(|own| &own.rules);
            return rules.any(|rule| admits(rule) && surely(rule, interface, packet))
                || (gate.otherwise && gate.more.is_none());
        }
        if gate.more.is_some() {
            return false;
        }
        for filter in filters {
            if filter.more.is_some() {
                return false;
            }
            for rule in &filter.rules {
                if admits(rule) && surely(rule, interface, packet) {
                    return true;
                }
                if rule.verdict == Verdict::Next
                    && rule.why.is_none()
                    && surely(rule, interface, packet)
                {
                    break;
                }
                if rule.verdict != Verdict::Allow && perhaps(rule, interface, packet) {
                    return false;
                }
            }
        }
        gate.otherwise
    }

    /// Over a balancer: to the balancer, and from it.
    fn arrives_over(&self, endpoint: &Endpoint, packet: &Packet, way: &Balance) -> bool {
        let balancer = &self.endpoints[way.balancer as usize];
        let Some(port) = way.port.filter(|_| way.unsure.is_none()) else {
            return false;
        };
        let first = Packet {
            port,
            ..packet.clone()
        };
        let to_balancer = self.arrives(balancer, &first)
            || self.balances.iter().any(|before| {
                before.target == way.balancer
                    && before.target_port == Some(port)
                    && !std::ptr::eq(before, way)
                    && self.arrives_over(balancer, &first, before)
            });
        to_balancer && endpoint.exists.is_true() && way.target_port == Some(packet.port)
    }
}

/// Whether the longest route of a table about the sender leads back to it over the Internet.
fn leads_out(table: &Table, packet: &Packet) -> bool {
    if table.more.is_some() {
        return false;
    }
    let about = table
        .routes
        .iter()
        .filter(|route| route.destination.perhaps.meets(&packet.from));
    let longest = about.clone().map(|route| route.length).max();
    let mut longest = about.filter(|route| Some(route.length) == longest);
    longest.all(|route| route.target == Target::Internet && route.why.is_none())
        && !table.routes.is_empty()
        && table_has(table, packet)
}

fn table_has(table: &Table, packet: &Packet) -> bool {
    table
        .routes
        .iter()
        .any(|route| route.destination.sure.meets(&packet.from))
}

fn surely(rule: &Rule, interface: &Interface, packet: &Packet) -> bool {
    let peer = rule.peer.any || rule.peer.addresses.sure.meets(&packet.from);
    rule.is_about(packet.protocol, packet.port) && peer && own(&rule.own, interface, true)
}

fn perhaps(rule: &Rule, interface: &Interface, packet: &Packet) -> bool {
    let peer = rule.peer.any
        || rule.peer.open.is_some()
        || rule.peer.addresses.perhaps.meets(&packet.from);
    rule.is_about(packet.protocol, packet.port) && peer && own(&rule.own, interface, false)
}

/// Whether a rule is about the own side: surely, or perhaps.
fn own(side: &Side, interface: &Interface, sure: bool) -> bool {
    let marked = side.marks.iter().any(|mark| {
        let has = interface.marks.has(mark);
        if sure { has.is_true() } else { !has.is_false() }
    });
    let addressed = match &interface.addresses {
        Some(own) => side.addresses.sure.covers(own) && !own.is_empty(),
        None => false,
    };
    let doubtful = !sure
        && (side.open.is_some() || side.unnamed.is_some() || !side.addresses.perhaps.is_empty());
    side.any || marked || addressed || doubtful
}
