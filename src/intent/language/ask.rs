//! Questions to an intent: names, segments, needs.

use super::{Grant, Intent, Thing};
use crate::intent::derive::SMALLEST;
use crate::intent::things::Worded;
use crate::intent::verb::Target;

impl Intent {
    /// The name of a thing.
    pub fn name_of(&self, thing: Thing) -> &str {
        match thing {
            Thing::Internet => "internet",
            Thing::Cloud => self.cloud.value.word(),
            Thing::Logs => "logs",
            Thing::Segment(at) => &self.segments[at].name.value,
            Thing::Workload(at) => &self.workloads[at].name.value,
            Thing::Store(at) => &self.stores[at].name.value,
            Thing::Key(at) => &self.keys[at].name.value,
            Thing::Identity(at) => &self.identities[at].name.value,
        }
    }

    /// The segment that a thing is or stands in.
    pub fn segment_of(&self, thing: Thing) -> Option<usize> {
        match thing {
            Thing::Segment(at) => Some(at),
            Thing::Workload(at) => Some(self.workloads[at].segment.value),
            Thing::Store(at) => Some(self.stores[at].segment.value),
            _ => None,
        }
    }

    /// What verbs can be done to a thing.
    pub fn target_of(&self, thing: Thing) -> Option<Target> {
        match thing {
            Thing::Workload(at) => self.workloads[at].runtime.value.target(),
            Thing::Store(at) => Some(self.stores[at].kind.value.target()),
            Thing::Key(_) => Some(Target::Key),
            _ => None,
        }
    }

    /// The part of a segment in each zone. Room is left for four zones, if there is.
    pub fn subnets_of(&self, segment: usize) -> Vec<ipnet::IpNet> {
        subnets(self.segments[segment].cidr.value, self.zones.value.count())
    }

    /// The part of the endpoints in each zone.
    pub fn endpoint_subnets(&self) -> Vec<ipnet::IpNet> {
        let part = self.endpoint_part;
        part.map(|part| subnets(part, self.zones.value.count()))
            .unwrap_or_default()
    }

    /// The services of the cloud that a workload needs, for itself and for its verbs, in order.
    pub fn services_of(&self, workload: usize) -> Vec<&'static str> {
        let own = &self.workloads[workload];
        let of_verbs = own.grants.iter().filter_map(|grant| {
            let meaning = grant.verb.on(self.target_of(grant.on.value)?)?;
            Some(meaning.endpoints)
        });
        let runtime = own.runtime.value.services();
        let mut all: Vec<&str> = of_verbs.flatten().chain(runtime).copied().collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// What a workload is called as the end of a flow: its segment, where both have one name.
    pub fn end_of(&self, workload: usize) -> Thing {
        let own = &self.workloads[workload];
        let segment = own.segment.value;
        match self.segments[segment].name.value == own.name.value {
            true => Thing::Segment(segment),
            false => Thing::Workload(workload),
        }
    }

    /// Whether a thing is another or stands in it.
    pub fn is_within(&self, thing: Thing, other: Thing) -> bool {
        let within = match other {
            Thing::Segment(at) => self.segment_of(thing) == Some(at),
            _ => false,
        };
        thing == other || within
    }

    /// Every grant, with who has it.
    pub fn grants(&self) -> impl Iterator<Item = (Thing, &Grant)> {
        let workloads = self.workloads.iter().enumerate().flat_map(|(at, own)| {
            let grants = own.grants.iter();
            grants.map(move |grant| (Thing::Workload(at), grant))
        });
        let identities = self.identities.iter().enumerate().flat_map(|(at, own)| {
            let grants = own.grants.iter();
            grants.map(move |grant| (Thing::Identity(at), grant))
        });
        workloads.chain(identities)
    }
}

/// A block in equal parts, one a zone; none where it is too small.
fn subnets(block: ipnet::IpNet, zones: u32) -> Vec<ipnet::IpNet> {
    let enough = zones.next_power_of_two().trailing_zeros() as u8;
    let length = [enough.max(2), enough]
        .into_iter()
        .map(|bits| block.prefix_len() + bits)
        .find(|length| *length <= SMALLEST);
    let parts = length.and_then(|length| block.subnets(length).ok());
    parts.into_iter().flatten().take(zones as usize).collect()
}
