//! Whether one endpoint reaches another, and whether it gets out: the same filters and routes, seen from inside.

mod trace;

use super::decide::Cell;
use super::extent::Extent;
use super::filter::{Ask, Gate, ICMP, Marks, Party, TCP, UDP};
use super::route::Target;
use super::{Endpoint, Interface, Subnet, Topology};
use crate::eval::Truth;
use crate::graph::ResourceId;
use crate::network::address::{Addresses, internet, private};

pub use trace::Refusal;

/// Something that joins two networks, in one direction.
#[derive(Debug, Clone)]
pub struct Join {
    /// What routes name to use it.
    pub via: Vec<ResourceId>,
    /// The network it leads from.
    pub from: u32,
    /// The network it leads to.
    pub to: u32,
    /// Whether it forwards.
    pub open: Truth,
    /// Only to these addresses; `None`: to all of the network.
    pub destinations: Option<Addresses>,
    /// Whether groups are known across it.
    pub groups: Truth,
    /// The resource.
    pub resource: ResourceId,
}

/// A range of ports of one protocol, and whether it is open between two endpoints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// The protocol.
    pub protocol: u8,
    /// The first port.
    pub from: u16,
    /// The last port.
    pub to: u16,
    /// Whether packets get through; never false.
    pub open: Truth,
}

/// One interface in one subnet.
#[derive(Clone, Copy)]
struct Stand<'a> {
    interface: &'a Interface,
    subnet: Option<&'a Subnet>,
    at: Option<u32>,
}

impl<'a> Stand<'a> {
    /// The addresses it may have.
    fn addresses(&self) -> &'a Addresses {
        let own = self.interface.addresses.as_ref();
        let own = own.or(self.subnet.map(|subnet| &subnet.addresses));
        own.filter(|own| !own.is_empty()).unwrap_or(private())
    }

    fn party(&self) -> Party<'a> {
        Party {
            addresses: self.addresses(),
            marks: &self.interface.marks,
            inside: true,
        }
    }
}

impl Topology {
    /// The ports at which one endpoint reaches another.
    pub fn between(&self, from: u32, to: u32) -> Vec<Range> {
        let (a, b) = (&self.endpoints[from as usize], &self.endpoints[to as usize]);
        if b.deaf || from == to {
            return Vec::new();
        }
        let mut found = Vec::new();
        for protocol in [TCP, UDP, ICMP] {
            for (low, high) in self.common_ranges(a, b, protocol) {
                let open = self.open(a, b, protocol, low) & a.exists & b.exists;
                if !open.is_false() {
                    found.push(Range {
                        protocol,
                        from: low,
                        to: high,
                        open,
                    });
                }
            }
        }
        merged(found)
    }

    /// The ranges that neither the filters of the sender nor those of the receiver tell apart.
    fn common_ranges(&self, a: &Endpoint, b: &Endpoint, protocol: u8) -> Vec<(u16, u16)> {
        let own = self.ranges(b, protocol);
        if protocol == ICMP {
            return own;
        }
        let mut cuts = Vec::new();
        for interface in &a.interfaces {
            let subnets = interface
                .subnets
                .iter()
                .flatten()
                .map(|at| &self.subnets[*at as usize]);
            let edges =
                subnets.flat_map(|subnet| subnet.gates[1].iter().chain([&subnet.stateless[1]]));
            let gates = interface.gates[1].iter().chain(edges);
            gates.for_each(|gate| gate.cuts(&self.filters, protocol, &mut cuts));
        }
        let mut ranges = Vec::new();
        for (low, high) in own {
            let mut ends: Vec<u32> = vec![u32::from(low), u32::from(high) + 1];
            ends.extend(
                cuts.iter()
                    .filter(|cut| (u32::from(low)..=u32::from(high)).contains(*cut)),
            );
            ends.sort_unstable();
            ends.dedup();
            let port = |number: u32| u16::try_from(number).unwrap_or(u16::MAX);
            ranges.extend(
                ends.windows(2)
                    .map(|pair| (port(pair[0]), port(pair[1] - 1))),
            );
        }
        ranges
    }

    fn stands<'a>(&'a self, interface: &'a Interface) -> impl Iterator<Item = Stand<'a>> {
        interface.subnets.iter().map(move |subnet| {
            let at = subnet.as_ref().ok().copied();
            Stand {
                interface,
                subnet: at.map(|at| &self.subnets[at as usize]),
                at,
            }
        })
    }

    fn open(&self, a: &Endpoint, b: &Endpoint, protocol: u8, port: u16) -> Truth {
        let mut any = Truth::False;
        for (i, j) in a
            .interfaces
            .iter()
            .flat_map(|i| b.interfaces.iter().map(move |j| (i, j)))
        {
            let pairs = self
                .stands(i)
                .flat_map(|x| self.stands(j).map(move |y| (x, y)));
            let answers = pairs.map(|(x, y)| self.open_at(x, y, protocol, port));
            let one = match i.spread || j.spread {
                true => Truth::any(answers),
                false => Truth::agreed(answers),
            };
            any = any | one;
        }
        if a.interfaces.is_empty() || b.interfaces.is_empty() {
            return Truth::Unknown;
        }
        any
    }

    fn open_at(&self, x: Stand<'_>, y: Stand<'_>, protocol: u8, port: u16) -> Truth {
        let (way, groups) = self.way(x, y);
        if way.is_false() {
            return Truth::False;
        }
        let strangers = Marks::default();
        // A group says nothing on the other side of what does not know groups.
        let through = |marks: bool| {
            let (own, peer) = match marks {
                true => (x.party(), y.party()),
                false => (
                    x.party().unmarked(&strangers),
                    y.party().unmarked(&strangers),
                ),
            };
            let outward = x
                .subnet
                .map(|subnet| subnet.gates[1].iter())
                .into_iter()
                .flatten();
            let outward = x.interface.gates[1].iter().chain(outward);
            let out =
                Truth::all(outward.map(|gate| self.lets(gate, protocol, port, x.party(), peer)));
            let inward = y
                .subnet
                .map(|subnet| subnet.gates[0].iter())
                .into_iter()
                .flatten();
            let inward = inward.chain(&y.interface.gates[0]);
            out & Truth::all(inward.map(|gate| self.lets(gate, protocol, port, y.party(), own)))
        };
        let stateful = match groups {
            Truth::True => through(true),
            Truth::False => through(false),
            Truth::Unknown => Truth::agreed([through(true), through(false)]),
        };
        way & stateful & self.forgetful(x, y, protocol, port)
    }

    fn lets(&self, gate: &Gate, protocol: u8, port: u16, own: Party<'_>, peer: Party<'_>) -> Truth {
        let ask = Ask {
            protocol,
            port,
            own,
            peer,
        };
        gate.through(&self.filters, &ask).has_one_of(peer.addresses)
    }

    /// The filters that forget, both ways; within a subnet none is asked.
    fn forgetful(&self, x: Stand<'_>, y: Stand<'_>, protocol: u8, port: u16) -> Truth {
        let (Some(a), Some(b)) = (x.subnet, y.subnet) else {
            return Truth::Unknown;
        };
        if x.at == y.at {
            return Truth::True;
        }
        let there = self.lets(&a.stateless[1], protocol, port, x.party(), y.party())
            & self.lets(&b.stateless[0], protocol, port, y.party(), x.party());
        let mut cuts = vec![1];
        b.stateless[1].cuts(&self.filters, protocol, &mut cuts);
        a.stateless[0].cuts(&self.filters, protocol, &mut cuts);
        let ports: Vec<u16> = match protocol {
            ICMP => vec![0],
            _ => cuts
                .into_iter()
                .filter_map(|cut| u16::try_from(cut).ok())
                .filter(|port| *port > 0)
                .collect(),
        };
        let back = ports.into_iter().map(|port| {
            self.lets(&b.stateless[1], protocol, port, y.party(), x.party())
                & self.lets(&a.stateless[0], protocol, port, x.party(), y.party())
        });
        there & Truth::any(back)
    }

    /// Whether routes lead from one to the other and back, and whether groups are known on the way.
    fn way(&self, x: Stand<'_>, y: Stand<'_>) -> (Truth, Truth) {
        let (Some(a), Some(b)) = (x.subnet, y.subnet) else {
            return (Truth::Unknown, Truth::Unknown);
        };
        let (Ok(from), Ok(to)) = (&a.net, &b.net) else {
            return (Truth::Unknown, Truth::Unknown);
        };
        if from == to {
            let local = |subnet: &Subnet, addresses: &Addresses| match &subnet.table {
                Err(_) => Truth::Unknown,
                Ok(at) => {
                    let table = &self.tables[*at as usize];
                    // Where a network does not say its addresses, its parts are local all the same.
                    let listed = table
                        .routes
                        .iter()
                        .any(|route| route.target == Target::Local);
                    match listed {
                        true => table
                            .towards(&|target| *target == Target::Local)
                            .has_one_of(addresses),
                        false => Truth::True,
                    }
                }
            };
            return (
                local(a, y.addresses()) & local(b, x.addresses()),
                Truth::True,
            );
        }
        let mut found = (Truth::False, Truth::True);
        for join in self
            .joins
            .iter()
            .filter(|join| join.from == *from && join.to == *to)
        {
            let back = self.joins.iter().filter(|back| {
                back.from == *to && back.to == *from && back.resource == join.resource
            });
            let back = Truth::any(back.map(|back| self.joined(b, back, x.addresses())));
            let way = self.joined(a, join, y.addresses()) & back;
            found = (found.0 | way, join.groups);
        }
        found
    }

    /// Whether the routes of a subnet lead to addresses over something that joins networks.
    fn joined(&self, subnet: &Subnet, join: &Join, addresses: &Addresses) -> Truth {
        let routed = match &subnet.table {
            Err(_) => Truth::Unknown,
            Ok(at) => {
                let over =
                    |target: &Target| matches!(target, Target::Join(id) if join.via.contains(id));
                self.tables[*at as usize]
                    .towards(&over)
                    .has_one_of(addresses)
            }
        };
        let known = match &join.destinations {
            None => Truth::True,
            Some(known) => Extent::exactly(known.clone()).has_one_of(addresses),
        };
        routed & known & join.open
    }

    /// Whom an endpoint reaches on the Internet, cell by cell.
    pub fn outward(&self, at: u32) -> Vec<Cell> {
        let endpoint = &self.endpoints[at as usize];
        let mut cells = Vec::new();
        for protocol in [TCP, UDP, ICMP] {
            let mut cuts = vec![0, 1 << 16];
            for interface in &endpoint.interfaces {
                let subnets = interface
                    .subnets
                    .iter()
                    .flatten()
                    .map(|at| &self.subnets[*at as usize]);
                let edges = subnets.flat_map(|own| own.gates[1].iter().chain([&own.stateless[1]]));
                let gates = interface.gates[1].iter().chain(edges);
                gates.for_each(|gate| gate.cuts(&self.filters, protocol, &mut cuts));
            }
            if protocol == ICMP {
                cuts = vec![0, 1];
            }
            cuts.sort_unstable();
            cuts.dedup();
            for pair in cuts.windows(2) {
                let port = |number: u32| u16::try_from(number).unwrap_or(u16::MAX);
                let (from, to) = (port(pair[0]), port(pair[1] - 1));
                let extent = self
                    .getting_out(endpoint, protocol, from)
                    .given(endpoint.exists);
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
        cells
    }

    fn getting_out(&self, endpoint: &Endpoint, protocol: u8, port: u16) -> Extent {
        let mut all = Extent::none();
        for interface in &endpoint.interfaces {
            let mut own: Option<Extent> = None;
            for stand in self.stands(interface) {
                let found = self.out_of(stand, protocol, port);
                own = Some(match own {
                    None => found,
                    Some(known) if interface.spread => known.or(&found),
                    Some(known) => known.either(&found),
                });
            }
            all = all.or(&own.unwrap_or_default());
        }
        all
    }

    fn out_of(&self, stand: Stand<'_>, protocol: u8, port: u16) -> Extent {
        let strangers = Marks::default();
        let peer = Party {
            addresses: internet(),
            marks: &strangers,
            inside: false,
        };
        let ask = |port| Ask {
            protocol,
            port,
            own: stand.party(),
            peer,
        };
        let mut found = self.leaving(stand);
        for gate in &stand.interface.gates[1] {
            found = found.and(&gate.through(&self.filters, &ask(port)));
        }
        let Some(subnet) = stand.subnet else {
            return found;
        };
        for gate in subnet.gates[1].iter().chain([&subnet.stateless[1]]) {
            found = found.and(&gate.through(&self.filters, &ask(port)));
        }
        let mut cuts = vec![1];
        subnet.stateless[0].cuts(&self.filters, protocol, &mut cuts);
        let back = cuts.into_iter().filter_map(|cut| u16::try_from(cut).ok());
        let back = back.map(|port| subnet.stateless[0].through(&self.filters, &ask(port)));
        found.and(&back.fold(Extent::none(), |all, one| all.or(&one)))
    }

    /// To whom routes lead out: with an address of its own, or through what lends it one.
    fn leaving(&self, stand: Stand<'_>) -> Extent {
        let Some(subnet) = stand.subnet else {
            return Extent::exactly(internet().clone()).given(Truth::Unknown);
        };
        let Ok(table) = &subnet.table else {
            return Extent::exactly(internet().clone()).given(Truth::Unknown);
        };
        let table = &self.tables[*table as usize];
        let lent = table.towards(&|target| matches!(target, Target::Outward(_)));
        lent.and(&Extent::exactly(internet().clone()))
            .or(&self.arriving(stand.interface, Some(subnet)))
    }
}

/// Ranges that touch and say the same are one.
fn merged(ranges: Vec<Range>) -> Vec<Range> {
    let mut out: Vec<Range> = Vec::new();
    for range in ranges {
        match out.last_mut() {
            Some(last)
                if last.protocol == range.protocol
                    && last.open == range.open
                    && u32::from(last.to) + 1 == u32::from(range.from) =>
            {
                last.to = range.to;
            }
            _ => out.push(range),
        }
    }
    out
}
