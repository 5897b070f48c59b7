//! Endpoints that nothing tells apart are one class: each pair of classes is decided once, and only where some rule may
//! let one reach the other at all.

use rustc_hash::{FxHashMap, FxHashSet};

use super::place::{Placed, Standing};
use crate::intent::language::Thing;
use crate::network::address::Addresses;
use crate::network::topology::{Gate, Interface, Mark, Side, Topology, Verdict};

/// Endpoints that nothing tells apart.
#[derive(Debug)]
pub(super) struct Class {
    /// One of them.
    pub(super) one: u32,
    /// Where they stand.
    pub(super) standing: Standing,
    /// What they are called.
    pub(super) things: Vec<Thing>,
}

/// The classes of all endpoints.
pub(super) fn classes(placed: &Placed<'_>) -> Vec<Class> {
    let topology = placed.topology;
    let asked = asked_for(topology);
    let filters = alike(topology);
    let mut known: FxHashMap<String, ()> = FxHashMap::default();
    let mut found = Vec::new();
    let named: FxHashSet<_> = placed.things.values().flatten().copied().collect();
    for at in 0..topology.endpoints.len() as u32 {
        let endpoint = &topology.endpoints[at as usize];
        let standing = placed.standing[at as usize].clone();
        let things = match named.contains(&endpoint.resource) {
            true => placed.things_of(at),
            false => match standing {
                Standing::In(segment) => vec![Thing::Segment(segment)],
                _ => Vec::new(),
            },
        };
        let interfaces: Vec<String> = endpoint
            .interfaces
            .iter()
            .map(|own| signature(own, &asked, &filters))
            .collect();
        let balanced = topology.balances.iter().any(|way| way.target == at);
        let key = format!(
            "{standing:?} {things:?} {} {:?} {:?} {:?} {balanced} {interfaces:?}",
            endpoint.deaf, endpoint.exists, endpoint.open, endpoint.listens
        );
        // What is in no segment is named each by itself.
        let apart = matches!(
            standing,
            Standing::Nowhere | Standing::Perhaps(_) | Standing::Service
        );
        if apart || known.insert(key, ()).is_none() {
            found.push(Class {
                one: at,
                standing,
                things,
            });
        }
    }
    found
}

/// The marks that some rule is about.
fn asked_for(topology: &Topology) -> FxHashSet<&Mark> {
    let rules = topology.filters.iter().flat_map(|filter| &filter.rules);
    rules
        .flat_map(|rule| rule.peer.marks.iter().chain(&rule.own.marks))
        .collect()
}

/// For each filter the first one with the same rules.
fn alike(topology: &Topology) -> Vec<u32> {
    let mut first: FxHashMap<String, u32> = FxHashMap::default();
    let filters = topology.filters.iter().enumerate();
    filters
        .map(|(at, filter)| {
            let rules: Vec<_> = filter
                .rules
                .iter()
                .map(|own| {
                    (
                        own.verdict,
                        own.protocol,
                        &own.ports,
                        &own.peer,
                        &own.own,
                        own.number,
                        &own.why,
                    )
                })
                .collect();
            let key = format!("{rules:?} {:?}", filter.more);
            *first.entry(key).or_insert(at as u32)
        })
        .collect()
}

fn signature(own: &Interface, asked: &FxHashSet<&Mark>, filters: &[u32]) -> String {
    let mut marks: Vec<String> = own
        .marks
        .known
        .iter()
        .filter(|(mark, _)| asked.contains(mark))
        .map(|known| format!("{known:?}"))
        .collect();
    marks.sort_unstable();
    let gates = own.gates.iter().map(|gates| {
        let gates = gates.iter().map(|gate| {
            let mut filters: Vec<u32> = gate
                .filters
                .iter()
                .map(|at| filters[*at as usize])
                .collect();
            filters.dedup();
            format!("{filters:?} {} {:?}", gate.otherwise, gate.more)
        });
        gates.collect::<Vec<_>>()
    });
    let gates: Vec<_> = gates.collect();
    format!(
        "{:?} {} {:?} {:?} {:?} {marks:?} {:?} {gates:?}",
        own.subnets, own.spread, own.public, own.v6, own.addresses, own.marks.more
    )
}

/// Which classes the rules of a class may be about, by what they are known by.
pub(super) struct Peers<'a> {
    topology: &'a Topology,
    by_mark: FxHashMap<&'a Mark, Vec<usize>>,
    /// Those whose marks are not all known.
    unsure: Vec<usize>,
    addresses: Vec<Addresses>,
}

impl<'a> Peers<'a> {
    pub(super) fn new(topology: &'a Topology, classes: &[Class]) -> Self {
        let mut peers = Self {
            topology,
            by_mark: FxHashMap::default(),
            unsure: Vec::new(),
            addresses: Vec::new(),
        };
        for (at, class) in classes.iter().enumerate() {
            let endpoint = &topology.endpoints[class.one as usize];
            for own in &endpoint.interfaces {
                for (mark, _) in &own.marks.known {
                    peers.by_mark.entry(mark).or_default().push(at);
                }
                if own.marks.more.is_some() {
                    peers.unsure.push(at);
                }
            }
            peers.addresses.push(topology.addresses_of(class.one));
        }
        peers
    }

    /// The classes that the gates of an endpoint in one direction may be about; `None`: perhaps all.
    pub(super) fn of(&self, one: u32, direction: usize) -> Option<FxHashSet<usize>> {
        let endpoint = &self.topology.endpoints[one as usize];
        let mut found = FxHashSet::default();
        if endpoint.interfaces.is_empty() || endpoint.open.is_some() {
            return None;
        }
        for gate in endpoint
            .interfaces
            .iter()
            .flat_map(|own| &own.gates[direction])
        {
            self.gate(gate, &mut found)?;
        }
        Some(found)
    }

    fn gate(&self, gate: &Gate, found: &mut FxHashSet<usize>) -> Option<()> {
        let filters = gate
            .filters
            .iter()
            .map(|at| &self.topology.filters[*at as usize]);
        let open = gate.otherwise || gate.more.is_some();
        if open || filters.clone().any(|filter| filter.more.is_some()) {
            return None;
        }
        let rules = filters.flat_map(|filter| &filter.rules);
        for rule in rules.filter(|rule| rule.verdict != Verdict::Deny) {
            self.side(&rule.peer, found)?;
        }
        Some(())
    }

    fn side(&self, side: &Side, found: &mut FxHashSet<usize>) -> Option<()> {
        if side.any || side.open.is_some() || side.unnamed.is_some() {
            return None;
        }
        if !side.addresses.perhaps.is_empty() {
            let meets = |(_, own): &(usize, &Addresses)| side.addresses.perhaps.meets(own);
            let own = self.addresses.iter().enumerate();
            found.extend(own.filter(meets).map(|(at, _)| at));
        }
        for mark in &side.marks {
            found.extend(self.by_mark.get(mark).into_iter().flatten());
        }
        if !side.marks.is_empty() {
            found.extend(&self.unsure);
        }
        Some(())
    }
}
