//! Ways over the network that end in data.

use crate::eval::{Origin, Truth, Why};
use crate::graph::ResourceId;
use crate::network::topology::{Exposure, Topology};
use crate::rules::Subject;
use crate::rules::declared::{Outcome, Witness};

/// The ports at which people and their tools take over a machine: SSH, RDP, and the remote management of Windows.
const TAKING_OVER: [(u16, u16); 3] = [(22, 22), (3389, 3389), (5985, 5986)];

/// What keeps data is reached by the whole Internet.
pub(super) fn data(subject: &Subject<'_>) -> Outcome {
    let Some((topology, own)) = found(subject) else {
        return good();
    };
    let exposure = topology.exposure(own, &[], &[]);
    match exposure.truth {
        Truth::True if exposure.from.is_world() => {
            let packet = exposure.packet.clone().unwrap_or_default();
            Outcome {
                truth: Truth::False,
                causes: vec![way(subject, &exposure, packet)],
            }
        }
        Truth::Unknown => unknown(&exposure.because),
        _ => good(),
    }
}

/// What keeps data is reached from a machine that the whole Internet may log in to, or from another network.
pub(super) fn lateral(subject: &Subject<'_>) -> Outcome {
    let Some((topology, own)) = found(subject) else {
        return good();
    };
    let mut causes = Vec::new();
    for (from, said) in candidates(topology, own) {
        let ranges = topology.between(from, own);
        if !ranges.iter().any(|range| range.open.is_true()) {
            continue;
        }
        let from = subject
            .graph
            .resource(topology.endpoints[from as usize].resource);
        let here = Witness::absent(None).saying(format!("{}, {said}", from.address));
        let there = Witness {
            origin: Some(Origin::at(from.header)),
            ..Witness::absent(None)
        };
        causes.push(vec![here, there]);
        // One way is enough to say that there is one.
        break;
    }
    match causes.is_empty() {
        true => good(),
        false => Outcome {
            truth: Truth::False,
            causes,
        },
    }
}

/// The endpoints from which a way to data is worth a word, and why.
fn candidates(topology: &Topology, own: u32) -> Vec<(u32, &'static str)> {
    let nets = topology.nets_of(own);
    let joined = |at: u32| {
        let theirs = topology.nets_of(at);
        let apart = !theirs.is_empty() && !nets.iter().any(|net| theirs.contains(net));
        apart
            && topology
                .joins
                .iter()
                .any(|join| theirs.contains(&join.from) && nets.contains(&join.to))
    };
    let all = 0..topology.endpoints.len() as u32;
    let mut found = Vec::new();
    for at in all.filter(|at| *at != own) {
        let endpoint = &topology.endpoints[at as usize];
        let machine = matches!(endpoint.is.as_str(), "machine" | "machines");
        let entered = || topology.exposure(at, &TAKING_OVER, &[]);
        if machine && entered().truth.is_true() && entered().from.is_world() {
            found.push((at, "which everybody may log in to"));
        } else if joined(at) {
            found.push((at, "which stands in another network"));
        }
    }
    found
}

fn found<'a>(subject: &Subject<'a>) -> Option<(&'a Topology, u32)> {
    let topology = subject.topology()?;
    let own = topology.endpoint(subject.resource.id)?;
    topology.endpoints[own as usize]
        .data
        .then_some((topology, own))
}

fn good() -> Outcome {
    Outcome {
        truth: Truth::True,
        causes: Vec::new(),
    }
}

fn unknown(because: &str) -> Outcome {
    let witness = Witness {
        why: Some(Why::Elsewhere(because.into())),
        ..Witness::absent(None)
    };
    Outcome::new(Truth::Unknown, witness)
}

/// The resource first, then the places of the way.
fn way(subject: &Subject<'_>, exposure: &Exposure, packet: String) -> Vec<Witness> {
    let mut witnesses = vec![Witness::absent(None).saying(packet)];
    for hop in &exposure.path {
        let header = |id: ResourceId| Origin::at(subject.graph.resource(id).header);
        let origin = hop.origin.clone().unwrap_or_else(|| header(hop.resource));
        witnesses.push(Witness {
            origin: Some(origin),
            ..Witness::absent(None)
        });
    }
    witnesses
}
