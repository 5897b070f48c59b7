//! One packet at a time through a small cloud: rule by rule and hop by hop, without sets and without the product's code.

/// A network: an address and how many of its bits count.
pub(super) type Net = (u32, u32);

pub(super) fn within(address: u32, (base, bits): Net) -> bool {
    bits == 0 || (address ^ base) >> (32 - bits) == 0
}

/// Who is on the other side of a rule of a group.
#[derive(Debug, Clone)]
pub(super) enum Peer {
    Net(Net),
    Group(usize),
}

/// A rule of a group: protocol (`None`: every one), ports, the other side.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) protocol: Option<u8>,
    pub(super) ports: (u16, u16),
    pub(super) peer: Peer,
}

/// An entry of a list that is asked in order.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) number: u16,
    pub(super) allow: bool,
    pub(super) protocol: Option<u8>,
    pub(super) ports: (u16, u16),
    pub(super) net: Net,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Group {
    pub(super) vpc: usize,
    pub(super) inward: Vec<Rule>,
    pub(super) outward: Vec<Rule>,
}

/// Where a route leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hop {
    Internet,
    Nat,
    Peering,
}

#[derive(Debug, Clone)]
pub(super) struct Subnet {
    pub(super) vpc: usize,
    pub(super) routes: Vec<(Net, Hop)>,
    pub(super) acl: Option<usize>,
    pub(super) gives_public: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Machine {
    pub(super) subnet: usize,
    pub(super) host: u8,
    pub(super) groups: Vec<usize>,
    /// `None`: its subnet decides.
    pub(super) public: Option<bool>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Cloud {
    pub(super) vpcs: usize,
    pub(super) peered: bool,
    pub(super) groups: Vec<Group>,
    pub(super) acls: Vec<[Vec<Entry>; 2]>,
    pub(super) subnets: Vec<Subnet>,
    pub(super) machines: Vec<Machine>,
}

/// A packet on its way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Packet {
    pub(super) protocol: u8,
    pub(super) from: u32,
    pub(super) to: u32,
    pub(super) port: u16,
}

/// The ports that a sender tries; every list below begins and ends at one of them.
pub(super) const PORTS: [u16; 14] = [
    1, 21, 22, 23, 80, 81, 443, 444, 1023, 1024, 5432, 5433, 50000, 65535,
];

pub(super) fn vpc_net(vpc: usize) -> Net {
    (0x0a00_0000 + ((vpc as u32) << 16), 16)
}

impl Cloud {
    pub(super) fn subnet_net(&self, at: usize) -> Net {
        (vpc_net(self.subnets[at].vpc).0 + ((at as u32 + 1) << 8), 24)
    }

    pub(super) fn address(&self, machine: usize) -> u32 {
        let machine = &self.machines[machine];
        self.subnet_net(machine.subnet).0 + u32::from(machine.host)
    }

    fn hop(&self, subnet: usize, to: u32) -> Option<Hop> {
        if within(to, vpc_net(self.subnets[subnet].vpc)) {
            return None;
        }
        let routes = self.subnets[subnet].routes.iter();
        let about = routes.filter(|(net, _)| within(to, *net));
        about
            .max_by_key(|((_, bits), _)| *bits)
            .map(|(_, hop)| *hop)
    }

    fn local(&self, subnet: usize, to: u32) -> bool {
        within(to, vpc_net(self.subnets[subnet].vpc))
    }

    /// The list of a subnet: the entry with the smallest number decides, none refuses; without a list all goes.
    fn listed(&self, subnet: usize, direction: usize, packet: Packet, peer: u32) -> bool {
        let Some(acl) = self.subnets[subnet].acl else {
            return true;
        };
        let about = |entry: &&Entry| {
            entry.protocol.is_none_or(|own| own == packet.protocol)
                && (entry.protocol.is_none()
                    || (entry.ports.0..=entry.ports.1).contains(&packet.port))
                && within(peer, entry.net)
        };
        let entries = self.acls[acl][direction].iter();
        let first = entries.filter(about).min_by_key(|entry| entry.number);
        first.is_some_and(|entry| entry.allow)
    }

    fn grouped(&self, machine: usize, direction: usize, packet: Packet, peer: u32) -> bool {
        let other = (0..self.machines.len()).find(|at| self.address(*at) == peer);
        let carries =
            |group: usize| other.is_some_and(|at| self.machines[at].groups.contains(&group));
        self.machines[machine].groups.iter().any(|group| {
            let group = &self.groups[*group];
            let rules = if direction == 0 {
                &group.inward
            } else {
                &group.outward
            };
            rules.iter().any(|rule| {
                rule.protocol.is_none_or(|own| own == packet.protocol)
                    && (rule.protocol.is_none()
                        || (rule.ports.0..=rule.ports.1).contains(&packet.port))
                    && match &rule.peer {
                        Peer::Net(net) => within(peer, *net),
                        Peer::Group(group) => carries(*group),
                    }
            })
        })
    }

    fn is_public(&self, machine: usize) -> bool {
        let machine = &self.machines[machine];
        machine
            .public
            .unwrap_or(self.subnets[machine.subnet].gives_public)
    }

    /// Whether a packet from the Internet gets to a machine, and some answer back.
    pub(super) fn admits_internet(&self, machine: usize, packet: Packet) -> bool {
        let subnet = self.machines[machine].subnet;
        let answer = |port| Packet { port, ..packet };
        self.is_public(machine)
            && self.hop(subnet, packet.from) == Some(Hop::Internet)
            && self.listed(subnet, 0, packet, packet.from)
            && PORTS
                .iter()
                .any(|port| self.listed(subnet, 1, answer(*port), packet.from))
            && self.grouped(machine, 0, packet, packet.from)
    }

    /// Whether a machine gets out to an address of the Internet.
    pub(super) fn to_internet(&self, machine: usize, packet: Packet) -> bool {
        let subnet = self.machines[machine].subnet;
        let out = match self.hop(subnet, packet.to) {
            Some(Hop::Internet) => self.is_public(machine),
            Some(Hop::Nat) => true,
            _ => false,
        };
        let answer = |port| Packet { port, ..packet };
        out && self.grouped(machine, 1, packet, packet.to)
            && self.listed(subnet, 1, packet, packet.to)
            && PORTS
                .iter()
                .any(|port| self.listed(subnet, 0, answer(*port), packet.to))
    }

    /// Whether one machine reaches another.
    pub(super) fn between(&self, from: usize, to: usize, packet: Packet) -> bool {
        let (a, b) = (self.machines[from].subnet, self.machines[to].subnet);
        let way = match self.subnets[a].vpc == self.subnets[b].vpc {
            true => self.local(a, packet.to) && self.local(b, packet.from),
            false => {
                self.peered
                    && self.hop(a, packet.to) == Some(Hop::Peering)
                    && self.hop(b, packet.from) == Some(Hop::Peering)
            }
        };
        let answer = |port| Packet { port, ..packet };
        let lists = a == b
            || (self.listed(a, 1, packet, packet.to)
                && self.listed(b, 0, packet, packet.from)
                && PORTS.iter().any(|port| {
                    self.listed(b, 1, answer(*port), packet.from)
                        && self.listed(a, 0, answer(*port), packet.to)
                }));
        way && lists
            && self.grouped(from, 1, packet, packet.to)
            && self.grouped(to, 0, packet, packet.from)
    }
}
