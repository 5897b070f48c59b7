//! Who gets through from the Internet: decided once for each range of ports that nothing tells apart.

use super::balance::Balance;
use super::extent::Extent;
use super::filter::{Ask, Gate, ICMP, Marks, Party, TCP, UDP};
use super::route::Target;
use super::{Endpoint, Interface, Subnet, Topology};
use crate::eval::Truth;
use crate::network::address::{Addresses, internet};

/// How many balancers stand behind each other.
const MAX_BALANCERS: usize = 3;

/// A range of ports of one protocol that every filter treats alike, and who gets through from the Internet.
#[derive(Debug, Clone)]
pub struct Cell {
    /// The protocol.
    pub protocol: u8,
    /// The first port.
    pub from: u16,
    /// The last port.
    pub to: u16,
    /// Who gets through.
    pub extent: Extent,
    /// The balancer they come through; `None`: directly.
    pub over: Option<u32>,
}

impl Topology {
    /// Who reaches an endpoint from the Internet, cell by cell.
    pub fn cells(&self, endpoint: u32) -> &[Cell] {
        self.cells[endpoint as usize].get_or_init(|| self.decide(endpoint, 0))
    }

    fn decide(&self, at: u32, depth: usize) -> Vec<Cell> {
        let endpoint = &self.endpoints[at as usize];
        // A balancer without listeners here may have some elsewhere.
        let listening = endpoint.listens.is_some() || endpoint.is != "load balancer";
        let there = endpoint.exists & (Truth::from(listening) | Truth::Unknown);
        let mut cells = Vec::new();
        for protocol in [TCP, UDP, ICMP] {
            for (from, to) in self.ranges(endpoint, protocol) {
                let extent = self.direct(endpoint, protocol, from).given(there);
                if !extent.perhaps.is_empty() {
                    cells.push(Cell {
                        protocol,
                        from,
                        to,
                        extent,
                        over: None,
                    });
                }
            }
        }
        if depth < MAX_BALANCERS && !endpoint.deaf {
            for number in self.ways.get(&at).into_iter().flatten() {
                let way = &self.balances[*number as usize];
                cells.extend(self.over(endpoint, *number, way, depth));
            }
        }
        cells
    }

    /// The ranges of ports that nothing tells apart.
    pub(super) fn ranges(&self, endpoint: &Endpoint, protocol: u8) -> Vec<(u16, u16)> {
        if protocol == ICMP {
            let listens = endpoint.listens.is_none();
            return if listens { vec![(0, 0)] } else { Vec::new() };
        }
        let mut cuts = vec![0, 1 << 16];
        for interface in &endpoint.interfaces {
            let gates =
                interface.gates[0]
                    .iter()
                    .chain(interface.subnets.iter().flatten().flat_map(|at| {
                        let subnet = &self.subnets[*at as usize];
                        subnet.gates[0].iter().chain([&subnet.stateless[0]])
                    }));
            gates.for_each(|gate| gate.cuts(&self.filters, protocol, &mut cuts));
        }
        let listens = endpoint.listens.as_deref();
        for (own, from, to) in listens.unwrap_or_default() {
            if *own == protocol {
                cuts.extend([u32::from(*from), u32::from(*to) + 1]);
            }
        }
        cuts.sort_unstable();
        cuts.dedup();
        let port = |number: u32| u16::try_from(number).unwrap_or(u16::MAX);
        let ranges = cuts
            .windows(2)
            .map(|pair| (port(pair[0]), port(pair[1] - 1)));
        let heard = |from: u16| match listens {
            None => true,
            Some(ports) => ports
                .iter()
                .any(|(own, low, high)| *own == protocol && (*low..=*high).contains(&from)),
        };
        ranges.filter(|(from, _)| heard(*from)).collect()
    }

    /// Who reaches an endpoint at its own address.
    fn direct(&self, endpoint: &Endpoint, protocol: u8, port: u16) -> Extent {
        if endpoint.deaf {
            return Extent::none();
        }
        if endpoint.open.is_some() {
            return Extent::exactly(internet().clone()).given(Truth::Unknown);
        }
        let mut found = Extent::none();
        for interface in &endpoint.interfaces {
            found = found.or(&self.at_interface(interface, protocol, port));
        }
        found
    }

    fn at_interface(&self, interface: &Interface, protocol: u8, port: u16) -> Extent {
        let mut found: Option<Extent> = None;
        for subnet in &interface.subnets {
            let own = self.in_subnet(interface, subnet.as_ref().ok().copied(), protocol, port);
            found = Some(match found {
                None => own,
                Some(known) if interface.spread => known.or(&own),
                Some(known) => known.either(&own),
            });
        }
        found.unwrap_or_default()
    }

    /// Who reaches an interface if it stands in this subnet; `None`: one that is not here.
    pub(super) fn in_subnet(
        &self,
        interface: &Interface,
        subnet: Option<u32>,
        protocol: u8,
        port: u16,
    ) -> Extent {
        let subnet = subnet.map(|at| &self.subnets[at as usize]);
        let mut found = self.arriving(interface, subnet);
        let gates = |found: Extent, gate: &Gate, marks: &Marks| {
            if found.perhaps.is_empty() {
                return found;
            }
            found.and(&self.passing(
                gate,
                interface,
                marks,
                subnet,
                protocol,
                port,
                &found.perhaps,
            ))
        };
        let strangers = Marks::default();
        if let Some(subnet) = subnet {
            found = gates(found, &subnet.stateless[0], &strangers);
            if !found.perhaps.is_empty() {
                found = found.and(&self.answered(interface, subnet, protocol, &found.perhaps));
            }
            for gate in &subnet.gates[0] {
                found = gates(found, gate, &strangers);
            }
        }
        for gate in &interface.gates[0] {
            found = gates(found, gate, &strangers);
        }
        found
    }

    /// Who has a way to the interface and hears its answers, whatever the filters say.
    pub(super) fn arriving(&self, interface: &Interface, subnet: Option<&Subnet>) -> Extent {
        let strangers = Extent::exactly(internet().clone());
        let public = match (&interface.public, subnet) {
            (Some(fact), _) => fact.truth,
            (None, Some(subnet)) => subnet.gives_public.0,
            (None, None) => Truth::Unknown,
        };
        let v6 = match (interface.v6, subnet) {
            (Some(truth), _) => truth,
            (None, Some(subnet)) => subnet.v6,
            (None, None) => Truth::Unknown,
        };
        let ways = match subnet {
            None => Extent::open(),
            Some(subnet) => match &subnet.table {
                Err(_) => Extent::open(),
                Ok(at) => self.tables[*at as usize].towards(&|target| *target == Target::Internet),
            },
        };
        let ways = ways.and(&strangers);
        let four = ways.version(false).given(public);
        four.or(&ways.version(true).given(v6))
    }

    #[allow(clippy::too_many_arguments)]
    fn passing(
        &self,
        gate: &Gate,
        interface: &Interface,
        peer: &Marks,
        subnet: Option<&Subnet>,
        protocol: u8,
        port: u16,
        from: &Addresses,
    ) -> Extent {
        let unknown = Addresses::default();
        let own = interface
            .addresses
            .as_ref()
            .or(subnet.map(|subnet| &subnet.addresses));
        let ask = Ask {
            protocol,
            port,
            own: Party {
                addresses: own.unwrap_or(&unknown),
                marks: &interface.marks,
                inside: true,
            },
            peer: Party {
                addresses: from,
                marks: peer,
                inside: false,
            },
        };
        gate.through(&self.filters, &ask)
    }

    /// To whom an answer gets out of a filter that forgets, at some port that they may have sent from.
    fn answered(
        &self,
        interface: &Interface,
        subnet: &Subnet,
        protocol: u8,
        from: &Addresses,
    ) -> Extent {
        let gate = &subnet.stateless[1];
        let mut cuts = vec![1];
        gate.cuts(&self.filters, protocol, &mut cuts);
        cuts.sort_unstable();
        cuts.dedup();
        let ports = match protocol {
            ICMP => vec![0],
            _ => cuts
                .into_iter()
                .filter_map(|cut| u16::try_from(cut).ok())
                .filter(|port| *port > 0)
                .collect(),
        };
        let strangers = Marks::default();
        let mut found = Extent::none();
        for port in ports {
            found = found.or(&self.passing(
                gate,
                interface,
                &strangers,
                Some(subnet),
                protocol,
                port,
                from,
            ));
            if found.sure.covers(from) {
                break;
            }
        }
        found
    }

    /// Who reaches a target through a balancer: the balancer's own callers, where it gets through to the target.
    fn over(&self, target: &Endpoint, number: u32, way: &Balance, depth: usize) -> Option<Cell> {
        // A balancer behind another is decided here: what is decided in a circle would wait for itself.
        let callers = match self.ways.contains_key(&way.balancer) {
            false => self.cells(way.balancer).to_vec(),
            true => self.decide(way.balancer, depth + 1),
        };
        let listens = |cell: &&Cell| {
            cell.protocol == way.protocol
                && way
                    .port
                    .is_none_or(|port| (cell.from..=cell.to).contains(&port))
        };
        let callers = callers.iter().filter(listens);
        let mut callers = callers.fold(Extent::none(), |all, cell| all.or(&cell.extent));
        if way.port.is_none() || way.unsure.is_some() {
            callers = callers.given(Truth::Unknown);
        }
        if callers.perhaps.is_empty() {
            return None;
        }
        let balancer = &self.endpoints[way.balancer as usize];
        let port = way.target_port;
        let seen = |keeps: bool| {
            let mut all = Extent::none();
            for interface in &target.interfaces {
                all = all.or(&self.over_balancer(
                    balancer,
                    interface,
                    way.protocol,
                    port,
                    keeps,
                    &callers,
                ));
            }
            all
        };
        let through = match way.keeps {
            Truth::True => seen(true),
            Truth::False => seen(false),
            Truth::Unknown => seen(true).either(&seen(false)),
        };
        let extent = callers.and(&through).given(target.exists);
        (!extent.perhaps.is_empty()).then(|| Cell {
            protocol: way.protocol,
            from: port.unwrap_or(0),
            to: port.unwrap_or(u16::MAX),
            extent,
            over: Some(number),
        })
    }

    /// Whose connections a balancer gets through to an interface.
    fn over_balancer(
        &self,
        balancer: &Endpoint,
        interface: &Interface,
        protocol: u8,
        port: Option<u16>,
        keeps: bool,
        callers: &Extent,
    ) -> Extent {
        let Some(port) = port else {
            return Extent::open();
        };
        let mut all: Option<Extent> = None;
        let own = balancer.interfaces.first();
        let marks = own.map(|own| own.marks.clone()).unwrap_or_default();
        let from: Vec<&Addresses> = own
            .iter()
            .flat_map(|own| own.subnets.iter().flatten())
            .map(|at| &self.subnets[*at as usize].addresses)
            .collect();
        let from = Addresses::union(from);
        for subnet in &interface.subnets {
            let subnet = subnet.as_ref().ok().map(|at| &self.subnets[*at as usize]);
            let peers = if keeps { &callers.perhaps } else { &from };
            let stateless = subnet.map(|subnet| &subnet.stateless[0]);
            let edge = subnet.map(|subnet| &subnet.gates[0]);
            let gates = stateless
                .into_iter()
                .chain(edge.into_iter().flatten())
                .chain(&interface.gates[0]);
            let mut found = Extent::exactly(peers.clone());
            if let Some(subnet) = subnet {
                found = self.answered(interface, subnet, protocol, peers);
            }
            for gate in gates {
                found = found
                    .and(&self.passing(gate, interface, &marks, subnet, protocol, port, peers));
            }
            let found = match keeps {
                true => found,
                false => Extent::of(match from.is_empty() {
                    true => Truth::Unknown,
                    false => found.has_one_of(&from),
                }),
            };
            all = Some(all.map_or(found.clone(), |known| known.either(&found)));
        }
        all.unwrap_or_default()
    }
}
