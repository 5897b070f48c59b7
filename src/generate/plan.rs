//! What follows from an intent: names, addresses, who reaches whom at which ports. A value; templates read it.

use serde_json::{Value, json};

use crate::intent::Intent;
use crate::intent::language::{Flow, Said, Supply, Thing, Zones};
use crate::intent::things::Worded;
use crate::intent::word::Ports;

/// The plan of an intent.
pub fn of(intent: &Intent) -> Value {
    let zones = zones(&intent.zones.value);
    let network = intent.network.value;
    let once = once(intent);
    let segments = (0..intent.segments.len()).map(|nth| segment(intent, nth, &zones, &once));
    let endpoints = intent.endpoint_part.map(|part| {
        json!({
            "cidr": part.to_string(),
            "nth": nth(network, part),
            "subnets": subnets(&zones, &intent.endpoint_subnets(), network),
        })
    });
    let flows: Vec<Value> = once.iter().map(|own| flow(intent, own)).collect();
    let organization = intent.organization.as_ref().map(|own| supplied(&own.value));
    json!({
        "name": intent.name.value.as_str(),
        "cloud": intent.cloud.value.word(),
        "zones": zones,
        "network": network.to_string(),
        "bits": network.prefix_len(),
        "organization": organization,
        "segments": segments.collect::<Vec<_>>(),
        "endpoints": endpoints,
        "flows": flows,
        "logs": {
            "days": intent.logs.keep.value.in_days(),
            "immutable": intent.logs.immutable.value,
        },
    })
}

/// The letters of the zones.
fn zones(zones: &Zones) -> Vec<String> {
    match zones {
        Zones::Letters(letters) => letters.iter().map(ToString::to_string).collect(),
        Zones::Count(count) => ('a'..='f')
            .take(*count as usize)
            .map(String::from)
            .collect(),
    }
}

/// Which of the equal parts of a network a block is, and how many bits count them.
fn nth(network: ipnet::IpNet, part: ipnet::IpNet) -> Value {
    let bits = part.prefix_len() - network.prefix_len();
    let number = |address: std::net::IpAddr| match address {
        std::net::IpAddr::V4(own) => u128::from(u32::from(own)),
        std::net::IpAddr::V6(own) => u128::from(own),
    };
    let below = number(part.network()) - number(network.network());
    let size = u32::from(part.max_prefix_len() - part.prefix_len());
    json!({ "bits": bits, "index": (below >> size) as u64, "host_bits": size })
}

fn subnets(zones: &[String], blocks: &[ipnet::IpNet], network: ipnet::IpNet) -> Vec<Value> {
    let both = zones.iter().zip(blocks);
    both.map(|(zone, block)| {
        json!({ "zone": zone, "cidr": block.to_string(), "nth": nth(network, *block) })
    })
    .collect()
}

/// A flow, and those of its ports that no flow before it has between the same two.
type Once<'i> = (&'i Flow, Vec<Ports>);

/// Each flow with what it adds: twice the same is written once.
fn once(intent: &Intent) -> Vec<Once<'_>> {
    let mut seen: Vec<(Thing, Thing, Ports)> = Vec::new();
    let mut all = Vec::new();
    for flow in &intent.flows {
        let mut own = Vec::new();
        for ports in flow.ports.iter().map(|ports| ports.value) {
            let key = (flow.from.value, flow.to.value, ports);
            if !seen.contains(&key) {
                seen.push(key);
                own.push(ports);
            }
        }
        if !own.is_empty() {
            all.push((flow, own));
        }
    }
    all
}

fn segment(intent: &Intent, at: usize, zones: &[String], flows: &[Once<'_>]) -> Value {
    let own = &intent.segments[at];
    let network = intent.network.value;
    // What others begin with it, and it with others: the groups and filters follow from these.
    let end = |thing: Thing| intent.segment_of(thing) == Some(at);
    let all = |of: &dyn Fn(&Flow) -> bool| -> Vec<Value> {
        let flows = flows.iter().filter(|(flow, _)| of(flow));
        flows.map(|own| flow(intent, own)).collect()
    };
    json!({
        "name": own.name.value.as_str(),
        "public": own.public.value,
        "sensitive": own.sensitive.value,
        "cidr": own.cidr.value.to_string(),
        "nth": nth(network, own.cidr.value),
        "subnets": subnets(zones, &intent.subnets_of(at), network),
        "incoming": all(&|flow| end(flow.to.value)),
        "outgoing": all(&|flow| end(flow.from.value)),
    })
}

fn flow(intent: &Intent, (own, ports_of): &Once<'_>) -> Value {
    let end = |thing: Thing| {
        let segment = intent.segment_of(thing).map(|at| &intent.segments[at]);
        json!({
            "name": intent.name_of(thing),
            "segment": segment.map(|own| own.name.value.as_str()),
            "cidr": segment.map(|own| own.cidr.value.to_string()),
            "internet": thing == Thing::Internet,
            "cloud": thing == Thing::Cloud,
        })
    };
    let ports: Vec<Value> = ports_of.iter().map(|own| ports(*own)).collect();
    let names: Vec<&str> = own.names.iter().map(|own| own.value.as_str()).collect();
    let services: Vec<&str> = own.services.iter().map(|own| own.value.as_str()).collect();
    json!({
        "from": end(own.from.value),
        "to": end(own.to.value),
        "ports": ports,
        "names": names,
        "services": services,
        "because": own.because.as_ref().map(|own| own.value.as_str()),
        "derived": own.said == Said::Derived,
    })
}

fn ports(ports: Ports) -> Value {
    let (name, number) = match ports.protocol {
        6 => ("tcp", 6),
        17 => ("udp", 17),
        1 => ("icmp", 1),
        other => ("-1", i32::from(other)),
    };
    let said = match ports.from == ports.to {
        true => format!("{}", ports.from),
        false => format!("{}-{}", ports.from, ports.to),
    };
    let id = match name {
        "tcp" => snake(&said),
        name => format!("{}_{name}", snake(&said)),
    };
    json!({
        "protocol": name,
        "number": number,
        "from": ports.from,
        "to": ports.to,
        "said": said,
        "id": id,
    })
}

fn supplied(supply: &Supply) -> Value {
    match supply {
        Supply::Input => json!({ "input": true, "text": null }),
        Supply::Is(text) => json!({ "input": false, "text": text.as_str() }),
    }
}

/// `order-notes` as `OrderNotes`: a logical id.
pub(super) fn pascal(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric());
    let capital = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    words.map(capital).collect()
}

/// `order-notes` as `order_notes`: a name of Terraform.
pub(super) fn snake(name: &str) -> String {
    name.replace(|c: char| !c.is_ascii_alphanumeric(), "_")
}
