//! Whether the Internet reaches an endpoint or what stands behind a filter, on which way, and why not.

use super::balance::Balance;
use super::decide::Cell;
use super::filter::{Ask, Filter, Gate, ICMP, Marks, Party, Rule, TCP, UDP, Verdict};
use super::replay::Packet;
use super::{Endpoint, Interface, Topology, Users};
use crate::eval::{Origin, Truth, Why};
use crate::graph::ResourceId;
use crate::network::address::{Addresses, internet, parse};

/// Whether the Internet reaches something.
#[derive(Debug, Clone, PartialEq)]
pub struct Exposure {
    /// Whether it does.
    pub truth: Truth,
    /// Why it does not, or why that is not known; empty where it does.
    pub because: String,
    /// A packet that gets there: `tcp 203.0.113.7:50000 -> 10.0.9.4:5432`.
    pub packet: Option<String>,
    /// The way of that packet, or up to what stops every packet.
    pub path: Vec<Hop>,
    /// From whom: what is sure.
    pub from: Addresses,
}

/// One step of a way.
#[derive(Debug, Clone, PartialEq)]
pub struct Hop {
    /// The resource.
    pub resource: ResourceId,
    /// What wrote the step.
    pub origin: Option<Origin>,
    /// What happens there.
    pub text: String,
}

impl Topology {
    /// Whether the Internet reaches an endpoint at one of these ports; none: any.
    pub fn exposure(&self, at: u32, ports: &[(u16, u16)], protocols: &[u8]) -> Exposure {
        let asked = |cell: &&Cell| {
            let port = ports.is_empty()
                || ports
                    .iter()
                    .any(|(from, to)| *from <= cell.to && cell.from <= *to);
            port && (protocols.is_empty() || protocols.contains(&cell.protocol))
        };
        let cells: Vec<&Cell> = self.cells(at).iter().filter(asked).collect();
        if let Some(cell) = cells.iter().find(|cell| !cell.extent.sure.is_empty()) {
            let port = ports
                .iter()
                .find(|(from, to)| *from <= cell.to && cell.from <= *to);
            return self.reached(
                at,
                cell,
                port.map_or(cell.from, |(from, _)| cell.from.max(*from)),
            );
        }
        let endpoint = &self.endpoints[at as usize];
        let (truth, because) = match cells.first() {
            Some(cell) => (Truth::Unknown, self.doubt(endpoint, cell)),
            None => (Truth::False, self.refusal(endpoint, protocols)),
        };
        Exposure {
            truth,
            because,
            packet: None,
            path: Vec::new(),
            from: Addresses::default(),
        }
    }

    /// The same of all that use a filter: the worst of them.
    pub fn exposure_of_users(
        &self,
        users: &Users,
        ports: &[(u16, u16)],
        protocols: &[u8],
    ) -> Exposure {
        let unknown = |because: &str| Exposure {
            truth: Truth::Unknown,
            because: because.to_owned(),
            packet: None,
            path: Vec::new(),
            from: Addresses::default(),
        };
        let mut worst: Option<Exposure> = None;
        for (endpoint, unsure) in &users.endpoints {
            let mut own = self.exposure(*endpoint, ports, protocols);
            if let (Some(why), Truth::True) = (unsure, own.truth) {
                own = unknown(&why.to_string());
            }
            if own.truth.is_true() {
                return own;
            }
            let better = |known: &Exposure| known.truth.is_unknown() || own.truth.is_false();
            if worst.as_ref().is_none_or(|known| !better(known)) {
                worst = Some(own);
            }
        }
        match (worst, &users.more) {
            (Some(own), None) => own,
            (_, Some(more)) => unknown(more),
            (None, None) => unknown("nothing here uses it, something else may"),
        }
    }

    /// The way of a packet that gets there.
    fn reached(&self, at: u32, cell: &Cell, port: u16) -> Exposure {
        let endpoint = &self.endpoints[at as usize];
        let from = witness(&cell.extent.sure);
        let walked = Packet {
            protocol: cell.protocol,
            from: from.clone(),
            port,
        };
        if !self.replay(at, &walked, cell.over) {
            return Exposure {
                truth: Truth::Unknown,
                because: "internal error: a packet that should get through does not".into(),
                packet: None,
                path: Vec::new(),
                from: Addresses::default(),
            };
        }
        let mut path = Vec::new();
        match cell.over {
            None => self.steps(endpoint, cell.protocol, port, &from, &mut path),
            Some(number) => self.steps_over(
                endpoint,
                &self.balances[number as usize],
                port,
                &from,
                &mut path,
            ),
        }
        let to = endpoint
            .interfaces
            .iter()
            .find_map(|interface| interface.addresses.as_ref());
        let subnet = endpoint
            .interfaces
            .iter()
            .flat_map(|own| own.subnets.iter().flatten())
            .next();
        let to = to.or(subnet.map(|at| &self.subnets[*at as usize].addresses));
        let packet = format!(
            "{} {} -> {}",
            protocol_word(cell.protocol),
            with_port(&from, 50000),
            with_port(to.unwrap_or(&Addresses::default()), port)
        );
        Exposure {
            truth: Truth::True,
            because: String::new(),
            packet: Some(packet),
            path,
            from: cell.extent.sure.clone(),
        }
    }

    fn steps(
        &self,
        endpoint: &Endpoint,
        protocol: u8,
        port: u16,
        from: &Addresses,
        path: &mut Vec<Hop>,
    ) {
        for interface in &endpoint.interfaces {
            for subnet in interface.subnets.iter().flatten() {
                let own = self.in_subnet(interface, Some(*subnet), protocol, port);
                if own.sure.meets(from) {
                    return self.along(endpoint, interface, *subnet, protocol, port, from, path);
                }
            }
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn along(
        &self,
        endpoint: &Endpoint,
        interface: &Interface,
        subnet: u32,
        protocol: u8,
        port: u16,
        from: &Addresses,
        path: &mut Vec<Hop>,
    ) {
        let subnet = &self.subnets[subnet as usize];
        if let Ok(table) = &subnet.table {
            let table = &self.tables[*table as usize];
            if let Some(route) = table.route(from) {
                path.push(Hop {
                    resource: table.resource.unwrap_or(subnet.resource),
                    origin: route.origin.clone(),
                    text: "this route leads to the Internet and back".into(),
                });
            }
        }
        path.push(Hop {
            resource: subnet.resource,
            origin: None,
            text: "in this subnet".into(),
        });
        let public = interface
            .public
            .as_ref()
            .and_then(|fact| fact.origin.clone());
        path.push(Hop {
            resource: endpoint.resource,
            origin: public,
            text: "with a public address".into(),
        });
        let stateless = [&subnet.stateless[0]];
        let gates = stateless
            .into_iter()
            .chain(&subnet.gates[0])
            .chain(&interface.gates[0]);
        for gate in gates {
            self.admitting(gate, protocol, port, from, path);
        }
    }

    /// The rule of a gate that lets a packet through.
    fn admitting(
        &self,
        gate: &Gate,
        protocol: u8,
        port: u16,
        from: &Addresses,
        path: &mut Vec<Hop>,
    ) {
        let filters = gate.filters.iter().map(|at| &self.filters[*at as usize]);
        let about = |rule: &&Rule| {
            rule.verdict == Verdict::Allow
                && rule.is_about(protocol, port)
                && (rule.peer.any || rule.peer.addresses.sure.covers(from))
        };
        let found = filters
            .flat_map(|filter: &Filter| &filter.rules)
            .find(about);
        if let Some(rule) = found {
            path.push(Hop {
                resource: rule.resource,
                origin: Some(rule.origin.clone()),
                text: "this rule lets it through".into(),
            });
        }
    }

    fn steps_over(
        &self,
        endpoint: &Endpoint,
        way: &Balance,
        port: u16,
        from: &Addresses,
        path: &mut Vec<Hop>,
    ) {
        let balancer = &self.endpoints[way.balancer as usize];
        let listening = way.port.unwrap_or(port);
        self.steps(balancer, way.protocol, listening, from, path);
        path.push(Hop {
            resource: way.listener,
            origin: None,
            text: format!("the load balancer listens on port {listening}"),
        });
        path.push(Hop {
            resource: endpoint.resource,
            origin: Some(way.origin.clone()),
            text: format!("it opens a connection to port {port} of this target"),
        });
        for interface in &endpoint.interfaces {
            for gate in &interface.gates[0] {
                self.admitting(gate, way.protocol, port, from, path);
            }
        }
    }

    /// Why it is not known whether anybody gets through.
    fn doubt(&self, endpoint: &Endpoint, cell: &Cell) -> String {
        if let Some(open) = &endpoint.open {
            return open.clone();
        }
        if !endpoint.exists.is_true() {
            return Why::Condition.to_string();
        }
        if let Some(over) = cell.over {
            let way = &self.balances[over as usize];
            let balancer = &self.endpoints[way.balancer as usize];
            let inner = self.cells(way.balancer).first();
            return match (&way.unsure, inner) {
                (Some(why), _) => why.to_string(),
                (None, Some(inner)) if inner.extent.sure.is_empty() && inner.over.is_none() => {
                    self.doubt(balancer, inner)
                }
                _ => Why::Condition.to_string(),
            };
        }
        for interface in &endpoint.interfaces {
            if let Some(why) = self.doubt_at(interface, cell) {
                return why.to_string();
            }
        }
        Why::Condition.to_string()
    }

    fn doubt_at(&self, interface: &Interface, cell: &Cell) -> Option<Why> {
        let outside = interface
            .subnets
            .iter()
            .find_map(|subnet| subnet.clone().err());
        let public = interface.public.as_ref().and_then(|fact| fact.why.clone());
        let first = outside.or(public);
        let subnets = || {
            interface
                .subnets
                .iter()
                .flatten()
                .map(|at| &self.subnets[*at as usize])
        };
        let table = || {
            subnets().find_map(|subnet| match &subnet.table {
                Err(why) => Some(why.clone()),
                Ok(at) => self.tables[*at as usize]
                    .doubt()
                    .or(subnet.gives_public.1.clone()),
            })
        };
        let gates = || {
            let edges = subnets().flat_map(|subnet| {
                subnet.gates[0]
                    .iter()
                    .chain([&subnet.stateless[0], &subnet.stateless[1]])
            });
            let mut gates = edges.chain(&interface.gates[0]);
            let strangers = Marks::default();
            let own = Addresses::default();
            let ask = Ask {
                protocol: cell.protocol,
                port: cell.from,
                own: Party {
                    addresses: &own,
                    marks: &interface.marks,
                    inside: true,
                },
                peer: Party {
                    addresses: internet(),
                    marks: &strangers,
                    inside: false,
                },
            };
            gates.find_map(|gate| gate.doubt(&self.filters, &ask))
        };
        first.or_else(gates).or_else(table)
    }

    /// What keeps everybody out.
    fn refusal(&self, endpoint: &Endpoint, protocols: &[u8]) -> String {
        if endpoint.deaf {
            return "nothing can open a connection to it".into();
        }
        let heard = |protocol: &u8| !self.ranges(endpoint, *protocol).is_empty();
        if endpoint.listens.is_some() && !protocols.iter().any(heard) && !protocols.is_empty() {
            return "it does not listen there".into();
        }
        let interfaces = &endpoint.interfaces;
        let subnets = |own: &Interface| -> Vec<Option<u32>> {
            own.subnets
                .iter()
                .map(|at| at.as_ref().ok().copied())
                .collect()
        };
        let mut arriving = interfaces.iter().flat_map(|own| {
            let subnets = subnets(own);
            subnets
                .into_iter()
                .map(move |at| self.arriving(own, at.map(|at| &self.subnets[at as usize])))
        });
        if arriving.any(|extent| !extent.perhaps.is_empty()) {
            return "no filter on the way lets the Internet through there".into();
        }
        let public = interfaces.iter().any(|own| {
            let by_subnet = || {
                own.subnets
                    .iter()
                    .flatten()
                    .any(|at| !self.subnets[*at as usize].gives_public.0.is_false())
            };
            own.public
                .as_ref()
                .map_or_else(by_subnet, |fact| !fact.truth.is_false())
        });
        match public {
            true => "no route of its subnet leads to the Internet and back".into(),
            false => "it has no public address".into(),
        }
    }
}

/// A host for a witness: one of those kept for documentation, where it is among them.
pub(super) fn witness(addresses: &Addresses) -> Addresses {
    let wanted = ["203.0.113.7", "2001:db8::7"]
        .iter()
        .filter_map(|text| parse(text));
    let mut wanted = wanted.filter(|one| addresses.covers(one));
    wanted.next().unwrap_or_else(|| addresses.first())
}

fn with_port(addresses: &Addresses, port: u16) -> String {
    match addresses.host() {
        Some(host) if host.is_ipv6() => format!("[{host}]:{port}"),
        Some(host) => format!("{host}:{port}"),
        None => format!("?:{port}"),
    }
}

/// A protocol as people write it.
pub fn protocol_word(protocol: u8) -> String {
    match protocol {
        TCP => "tcp".into(),
        UDP => "udp".into(),
        ICMP => "icmp".into(),
        other => other.to_string(),
    }
}

/// Ports as people write them: `22/tcp`, `1024-65535/udp`, `icmp`.
pub fn port_word(protocol: u8, from: u16, to: u16) -> String {
    match protocol_word(protocol) {
        name if protocol == ICMP => name,
        name if from == to => format!("{from}/{name}"),
        name => format!("{from}-{to}/{name}"),
    }
}
