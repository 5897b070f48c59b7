//! A first intent for infrastructure that exists: the places as its subnets make them, and the flows that are possible,
//! each marked as found.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::verify::{Answer, Kind, Verdict};
use super::word;
use crate::catalog::Catalog;
use crate::graph::{Graph, ResourceId};
use crate::network::topology::Topology;

/// A place that was found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// What it may be called.
    name: String,
    /// The addresses of what makes it.
    addresses: Vec<String>,
    /// The cloud, as resources are called there.
    cloud: &'static str,
}

/// Names that the language keeps for itself.
const RESERVED: [&str; 7] = [
    "aws",
    "azure",
    "endpoints",
    "google",
    "input",
    "internet",
    "logs",
];

/// The places of a graph: subnets that some endpoint uses together are one, and what stands in no subnet that is here is
/// one by itself.
pub fn places(graph: &Graph, catalog: &Catalog) -> Vec<Place> {
    let topology = Topology::new(graph, catalog);
    let block = |id: ResourceId| graph.resource(id).address.block().to_string();
    let mut joined: BTreeMap<String, String> = BTreeMap::new();
    let mut alone: Vec<String> = Vec::new();
    for endpoint in &topology.endpoints {
        let resource = graph.resource(endpoint.resource);
        if resource.kind == "aws.ec2.vpc_endpoint" {
            continue;
        }
        let subnets = endpoint
            .interfaces
            .iter()
            .flat_map(|own| own.subnets.iter().flatten());
        let mut blocks: Vec<String> = subnets
            .map(|at| block(topology.subnets[*at as usize].resource))
            .collect();
        blocks.sort_unstable();
        blocks.dedup();
        match blocks.first() {
            None => alone.push(block(endpoint.resource)),
            Some(first) => {
                for own in &blocks {
                    join(&mut joined, first, own);
                }
            }
        }
    }
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for own in joined.keys() {
        found
            .entry(root(&joined, own))
            .or_default()
            .push(own.clone());
    }
    alone.sort_unstable();
    alone.dedup();
    found.extend(alone.into_iter().map(|own| (own.clone(), vec![own])));
    let places = found.into_values().map(|addresses| Place {
        name: called(&addresses),
        cloud: cloud_of(graph),
        addresses,
    });
    places.collect()
}

fn root(joined: &BTreeMap<String, String>, own: &str) -> String {
    let mut at = own;
    while let Some(next) = joined.get(at).filter(|next| *next != at) {
        at = next;
    }
    at.to_owned()
}

fn join(joined: &mut BTreeMap<String, String>, one: &str, other: &str) {
    for own in [one, other] {
        joined
            .entry(own.to_owned())
            .or_insert_with(|| own.to_owned());
    }
    let (one, other) = (root(joined, one), root(joined, other));
    let (low, high) = if one < other {
        (one, other)
    } else {
        (other, one)
    };
    joined.insert(high, low);
}

fn cloud_of(graph: &Graph) -> &'static str {
    let count = |front: &str| {
        let kinds = graph.resources.iter();
        kinds
            .filter(|own| own.address.type_name.starts_with(front))
            .count()
    };
    match (count("azurerm_"), count("google_")) {
        (0, 0) => "aws",
        (azure, google) if azure >= google => "azure",
        _ => "google",
    }
}

/// A name for what several resources make: what their own names have in common, else the first.
fn called(addresses: &[String]) -> String {
    let last = |address: &String| {
        let name = address.rsplit(['.', '/']).next().unwrap_or(address);
        let name = name.split('[').next().unwrap_or(name);
        let kept = name.chars().map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        });
        kept.collect::<String>()
    };
    let names: Vec<String> = addresses.iter().map(last).collect();
    let first = names.first().cloned().unwrap_or_default();
    let common = (0..=first.len())
        .rev()
        .find(|len| names.iter().all(|name| name.starts_with(&first[..*len])))
        .unwrap_or(0);
    let common = first[..common].trim_matches('-');
    let name = if common.len() >= 3 {
        common
    } else {
        first.trim_matches('-')
    };
    let name: String = name.chars().take(24).collect();
    let name = name.trim_matches('-');
    match word::name(name) {
        Ok(()) if !RESERVED.contains(&name) => name.to_owned(),
        _ => format!("place-{name}").trim_end_matches('-').to_owned(),
    }
}

/// The text of a draft. `answers` are those about an earlier draft of the same places: what is possible becomes a flow,
/// and what does not hold is written as it is.
pub fn text(name: &str, places: &[Place], answers: &[Answer]) -> String {
    let mut places = places.to_vec();
    places.sort();
    places.dedup();
    let found: Vec<&Answer> = answers
        .iter()
        .filter(|own| own.kind == Kind::Prohibition && own.verdict == Verdict::Violated)
        .filter(|own| !own.from.contains(' ') && !own.to.contains(' '))
        .collect();
    let mut out = String::from(
        "# A draft, from what is there: not what should be. Take out what nobody needs, name what stands where,\n\
         # and say what workloads do (`workloads`, `stores`, `never`, `enforce`).\n",
    );
    let cloud = places.first().map_or("aws", |place| place.cloud);
    let _ = writeln!(out, "intent: 1\nname: {name}\ncloud: {cloud}");
    // Room for whatever was found: the plan of addresses is for what is generated.
    let _ = writeln!(out, "network: 10.0.0.0/8\nsegments:");
    let names = unique(&places);
    for (place, name) in places.iter().zip(&names) {
        let public = found
            .iter()
            .any(|own| own.from == "internet" && own.to == *name);
        let addresses: Vec<String> = place
            .addresses
            .iter()
            .map(|own| serde_json::to_string(&own).unwrap_or_default())
            .collect();
        let _ = writeln!(
            out,
            "  {name}: {{ public: {public}, match: [{}] }}",
            addresses.join(", ")
        );
    }
    if !found.is_empty() {
        out.push_str("flows:\n");
    }
    for own in &found {
        let ports: Vec<String> = own.ports.iter().map(ToString::to_string).collect();
        let clear = answers.iter().any(|other| {
            other.kind == Kind::Encryption
                && other.verdict != Verdict::Proven
                && (&other.from, &other.to) == (&own.from, &own.to)
        });
        let mut more = String::new();
        if clear {
            more.push_str(", encrypted: false");
        }
        if clear || own.to == "internet" {
            more.push_str(", because: found as it is");
        }
        let _ = writeln!(
            out,
            "  - {{ from: {}, to: {}, ports: [{}]{more} }} # found",
            own.from,
            own.to,
            ports.join(", ")
        );
    }
    logs(&mut out, answers);
    out
}

/// Names of which no two are the same.
fn unique(places: &[Place]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for place in places {
        let numbered = (2..).map(|number| format!("{}-{number}", place.name));
        let mut all = std::iter::once(place.name.clone()).chain(numbered);
        names.extend(all.find(|name| !names.contains(name)));
    }
    names
}

/// What is recorded, as it is.
fn logs(out: &mut String, answers: &[Answer]) {
    let own = answers
        .iter()
        .filter(|own| own.kind == Kind::Logs && own.verdict == Verdict::Violated);
    let days = own.clone().flat_map(|own| &own.path).filter_map(|step| {
        step.text
            .strip_prefix("kept ")?
            .strip_suffix('d')?
            .parse::<u32>()
            .ok()
    });
    let least = days.min();
    let silent = own.clone().any(|own| own.to == "traffic is logged");
    if least.is_none() && !silent {
        return;
    }
    let mut parts = Vec::new();
    parts.extend(least.map(|days| format!("keep: {days}d")));
    if silent {
        parts.push("traffic: false".into());
        parts.push("because: found as it is".into());
    }
    let _ = writeln!(out, "logs: {{ {} }}", parts.join(", "));
}
