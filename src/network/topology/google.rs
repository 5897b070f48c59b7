//! The networks of Google: rules of a network by priority, aimed at machines by tag or account.

use rustc_hash::FxHashMap;

use super::extent::Extent;
use super::filter::{Filter, Gate, Mark, Marks, Party, Rule};
use super::read::{End, Reader};
use super::route::{Route, Table, Target};
use super::rules::{self, Dialect, inner, networks};
use super::{Endpoint, Fact, Interface, Net, Subnet, Topology};
use crate::eval::{Truth, Value, Why};
use crate::graph::{Resource, ResourceId};
use crate::network::address::{Addresses, parse};

const NETWORK: &str = "google_compute_network";
const FIREWALL: &str = "google_compute_firewall";
/// What may be an endpoint.
pub(super) const ENDPOINTS: [&str; 3] = [
    "google_compute_instance",
    "google_compute_instance_group_manager",
    "google_compute_region_instance_group_manager",
];
/// Filters that stand before or behind the rules of a network.
const POLICIES: [&str; 5] = [
    "google_compute_firewall_policy_association",
    "google_compute_network_firewall_policy_association",
    "google_compute_region_network_firewall_policy_association",
    "google_compute_organization_security_policy_association",
    "google_compute_network_firewall_policy_with_rules",
];
/// What stands at a network and receives nothing there.
const AROUND: [&str; 13] = [
    FIREWALL,
    NETWORK,
    "google_compute_subnetwork",
    "google_compute_route",
    "google_compute_router",
    "google_compute_router_nat",
    "google_compute_address",
    "google_compute_global_address",
    "google_service_networking_connection",
    "google_compute_network_peering",
    "google_vpc_access_connector",
    "google_dns_managed_zone",
    "google_dns_policy",
];
/// What leads connections to machines without a public address.
const FRONTS: [&str; 6] = [
    "google_compute_target_instance",
    "google_compute_target_pool",
    "google_compute_instance_group",
    "google_compute_backend_service",
    "google_compute_region_backend_service",
    "google_compute_network_endpoint",
];

struct Cloud {
    nets: FxHashMap<ResourceId, u32>,
    subnets: FxHashMap<ResourceId, u32>,
    /// Inward and outward, by network.
    gates: Vec<[Gate; 2]>,
    /// The subnet that stands for a network where a machine names no other.
    whole: Vec<u32>,
}

/// Adds the networks of Google.
pub(super) fn build(reader: &Reader<'_>, topology: &mut Topology) {
    let mut cloud = Cloud {
        nets: FxHashMap::default(),
        subnets: FxHashMap::default(),
        gates: Vec::new(),
        whole: Vec::new(),
    };
    let first_net = topology.nets.len() as u32;
    for net in reader.of_kind(NETWORK) {
        cloud
            .nets
            .insert(net.id, topology.nets.len() as u32 - first_net);
        topology.nets.push(Net {
            resource: net.id,
            addresses: Addresses::default(),
            more: Some(Why::Condition),
        });
    }
    let policies = policies(reader);
    for net in reader.of_kind(NETWORK).collect::<Vec<_>>() {
        let gates = [0, 1].map(|direction| Gate {
            filters: vec![filter(reader, topology, net, direction)],
            // What no rule is about comes in nowhere, and gets out everywhere.
            otherwise: direction == 1,
            more: policies.clone(),
        });
        cloud.gates.push(gates);
        let table = table(reader, topology, net);
        cloud.whole.push(topology.subnets.len() as u32);
        let at = cloud.nets[&net.id] + first_net;
        topology
            .subnets
            .push(subnet(net.id, at, Addresses::default(), table));
        for part in reader.of_kind("google_compute_subnetwork") {
            let named = first(&reader.ends(&reader.at(part, "network")));
            if named == Some(Ok(net.id)) {
                let addresses = networks(&reader.at(part, "ip_cidr_range")).0;
                cloud.subnets.insert(part.id, topology.subnets.len() as u32);
                topology.subnets.push(subnet(part.id, at, addresses, table));
            }
        }
    }
    let from = topology.endpoints.len();
    for machine in reader
        .of_kind("google_compute_instance")
        .collect::<Vec<_>>()
    {
        let endpoint = machine_of(
            reader, topology, &cloud, machine, machine, "machine", first_net,
        );
        topology.push(endpoint);
    }
    for kind in [
        "google_compute_instance_group_manager",
        "google_compute_region_instance_group_manager",
    ] {
        for group in reader.of_kind(kind).collect::<Vec<_>>() {
            let named = first(&reader.ends(&reader.at(group, "version[].instance_template")));
            let Some(Ok(template)) = named else { continue };
            let template = reader.graph.resource(template);
            let endpoint = machine_of(
                reader, topology, &cloud, group, template, "machines", first_net,
            );
            topology.push(endpoint);
        }
    }
    users(reader, topology, &cloud, from);
}

fn first(ends: &[End]) -> Option<Result<ResourceId, Why>> {
    ends.first().map(|end| match (&end.to, &end.unsure) {
        (Ok(_), Some(why)) => Err(why.clone()),
        (to, _) => to.clone(),
    })
}

fn subnet(resource: ResourceId, net: u32, addresses: Addresses, table: u32) -> Subnet {
    let through = || Gate {
        otherwise: true,
        ..Gate::default()
    };
    Subnet {
        resource,
        net: Ok(net),
        addresses,
        gives_public: (Truth::False, None),
        v6: Truth::False,
        table: Ok(table),
        stateless: [through(), through()],
        gates: [Vec::new(), Vec::new()],
    }
}

/// Why policies may decide otherwise than the rules of a network.
fn policies(reader: &Reader<'_>) -> Option<Why> {
    let found = POLICIES.iter().flat_map(|kind| reader.of_kind(kind)).next();
    found.map(|own| Why::Elsewhere(own.address.to_string().into()))
}

/// The words by which machines are aimed at.
fn tag(text: &str) -> Option<Mark> {
    Some(Mark::Word(text.into()))
}

/// All rules of a network in one direction. Of two of the same priority the one that denies comes first.
fn filter(reader: &Reader<'_>, topology: &mut Topology, net: &Resource, direction: usize) -> u32 {
    let list = |resource: &Resource| rules::named(reader, resource);
    let rooted = |name: &str| (true, inner(name).1);
    let targets = [rooted("target_tags"), rooted("target_service_accounts")];
    let sources = [rooted("source_tags"), rooted("source_service_accounts")];
    let nobody: [(bool, crate::catalog::Path); 0] = [];
    let dialect = Dialect {
        lists: &[],
        groups: if direction == 0 { &sources } else { &nobody },
        own: &targets,
        source_ports: &[],
        nobody_is_everybody: true,
        word: &|_| None,
        list: &list,
        mark: &tag,
    };
    let names = match direction {
        0 => ["ingress", "ingress-denied"],
        _ => ["egress", "egress-denied"],
    };
    let mut rules: Vec<Rule> = Vec::new();
    let mut more = None;
    for firewall in reader.of_kind(FIREWALL) {
        match first(&reader.ends(&reader.at(firewall, "network"))) {
            Some(Ok(id)) if id == net.id => {}
            // It may be about this network.
            Some(Err(why)) if !matches!(why, Why::Elsewhere(_)) => {
                more = Some(why);
                continue;
            }
            _ => continue,
        }
        let Some(kind) = reader.catalog.kind(&firewall.kind) else {
            continue;
        };
        for (at, name) in names.iter().enumerate() {
            let Some(flow) = kind.flows.iter().find(|flow| flow.name == *name) else {
                continue;
            };
            let read = rules::read(reader, firewall, flow, &dialect);
            more = more.or(read.more);
            rules.extend(read.rules.into_iter().map(|mut rule| {
                let after = i64::from(at == 0);
                rule.number = rule
                    .number
                    .map(|number| number.saturating_mul(2).saturating_add(after));
                if !firewall.exists.is_true() {
                    rule.why.get_or_insert(Why::Condition);
                }
                rule
            }));
        }
    }
    topology.filter(Filter::new(net.id, rules, more))
}

/// A network is made with a route to the Internet, unless it says otherwise.
fn table(reader: &Reader<'_>, topology: &mut Topology, net: &Resource) -> u32 {
    let deleted = reader.switch(&reader.at(net, "delete_default_routes_on_create"));
    let route = |destination, length, target, why| Route {
        destination,
        length,
        target,
        why,
        origin: None,
    };
    let mut routes = Vec::new();
    match deleted {
        Some((Truth::True, ..)) => {}
        Some((Truth::Unknown, why, _)) => {
            routes.push(route(
                Extent::all(),
                0,
                Target::Internet,
                why.or(Some(Why::Condition)),
            ));
        }
        _ => routes.push(route(Extent::all(), 0, Target::Internet, None)),
    }
    for own in reader.of_kind("google_compute_route") {
        if first(&reader.ends(&reader.at(own, "network"))) != Some(Ok(net.id)) {
            continue;
        }
        let range = reader.at(own, "dest_range");
        let text = range.first().and_then(Value::as_text);
        let length = text
            .and_then(|text| text.rsplit_once('/')?.1.parse().ok())
            .unwrap_or(32u8);
        let destination = text
            .and_then(parse)
            .map_or_else(Extent::open, Extent::exactly);
        let hop = reader.at(own, "next_hop_gateway");
        let target = match hop.first().and_then(Value::as_text) {
            Some(text) if text.ends_with("default-internet-gateway") => Target::Internet,
            _ => Target::Unknown(Why::Elsewhere(own.address.to_string().into())),
        };
        let tagged = !reader.at(own, "tags[]").is_empty();
        let why = (tagged || !own.exists.is_true()).then_some(Why::Condition);
        let mut made = route(destination, length, target, why);
        made.origin = Some(crate::eval::Origin::at(own.header));
        routes.push(made);
    }
    topology.tables.push(Table::new(None, routes, None));
    topology.tables.len() as u32 - 1
}

fn marks_of(reader: &Reader<'_>, template: &Resource) -> Marks {
    let mut marks = Marks::default();
    for path in ["tags[]", "service_account[].email"] {
        for value in reader.at(template, path) {
            match (
                value.as_text(),
                reader.ends(std::slice::from_ref(&value)).into_iter().next(),
            ) {
                (Some(text), _) => marks.known.push((Mark::Word(text.into()), None)),
                (None, Some(end)) => match end.to {
                    Ok(id) => marks.known.push((Mark::Resource(id), end.unsure)),
                    Err(why) => marks.more = Some(why),
                },
                (None, None) => marks.more = Some(value.first_why().unwrap_or(Why::Condition)),
            }
        }
    }
    marks
}

/// A machine, or machines made after a template.
fn machine_of(
    reader: &Reader<'_>,
    topology: &Topology,
    cloud: &Cloud,
    resource: &Resource,
    template: &Resource,
    is: &str,
    first_net: u32,
) -> Endpoint {
    let marks = marks_of(reader, template);
    let mut interfaces = Vec::new();
    for item in reader.at(template, "network_interface[]") {
        let read = |name: &str| reader.values(template, Some(&item), &inner(name));
        let external = [read("access_config"), read("ipv6_access_config")];
        let said = reader.switch(&external[0]);
        let public = match said {
            Some((truth, why, origin)) => Fact { truth, why, origin },
            None => Fact::known(false),
        };
        let part = first(&reader.ends(&read("subnetwork")));
        let whole = first(&reader.ends(&read("network")));
        let at = match (part, whole) {
            (Some(Ok(id)), _) => cloud.subnets.get(&id).copied().ok_or(Why::Condition),
            (Some(Err(why)), _) | (None, Some(Err(why))) => Err(why),
            (None, Some(Ok(id))) => match cloud.nets.get(&id) {
                Some(net) => Ok(cloud.whole[*net as usize]),
                None => Err(Why::Condition),
            },
            (None, None) => Err(Why::Elsewhere("the default network".into())),
        };
        let net = at
            .as_ref()
            .ok()
            .and_then(|at| topology.subnets[*at as usize].net.clone().ok());
        let gates = match net {
            Some(net) => cloud.gates[(net - first_net) as usize]
                .clone()
                .map(|gate| vec![gate]),
            None => [0, 1].map(|_| {
                vec![Gate {
                    more: Some(at.clone().err().unwrap_or(Why::Condition)),
                    ..Gate::default()
                }]
            }),
        };
        let v6 = match external[1].is_empty() {
            true => Truth::False,
            false => Truth::Unknown,
        };
        let private = read("network_ip");
        interfaces.push(Interface {
            subnets: vec![at],
            spread: false,
            public: Some(public),
            v6: Some(v6),
            addresses: private.first().and_then(Value::as_text).and_then(parse),
            marks: marks.clone(),
            gates,
        });
    }
    let incoming = reader
        .graph
        .incoming(resource.id)
        .map(|edge| reader.graph.resource(edge.from));
    let front = incoming
        .into_iter()
        .find(|from| FRONTS.contains(&from.kind.as_str()));
    Endpoint {
        resource: resource.id,
        is: is.to_owned(),
        data: false,
        deaf: false,
        exists: resource.exists,
        interfaces,
        open: front.map(|front| format!("{} leads to it", front.address)),
        listens: None,
    }
}

/// The machines that each rule is aimed at.
fn users(reader: &Reader<'_>, topology: &mut Topology, cloud: &Cloud, from: usize) {
    let mut found: Vec<(ResourceId, u32, Option<Why>)> = Vec::new();
    let mut nets: Vec<(ResourceId, ResourceId, bool)> = Vec::new();
    for filters in cloud.gates.iter().flatten().flat_map(|gate| &gate.filters) {
        let filter = &topology.filters[*filters as usize];
        for rule in &filter.rules {
            nets.push((rule.resource, filter.resource, rule.own.any));
        }
    }
    let nowhere = Addresses::default();
    for at in from..topology.endpoints.len() {
        for interface in &topology.endpoints[at].interfaces {
            for number in interface
                .gates
                .iter()
                .flatten()
                .flat_map(|gate| &gate.filters)
            {
                for rule in &topology.filters[*number as usize].rules {
                    let party = Party {
                        addresses: &nowhere,
                        marks: &interface.marks,
                        inside: true,
                    };
                    match rule.own.about(party) {
                        Truth::True => found.push((rule.resource, at as u32, None)),
                        Truth::Unknown => {
                            found.push((rule.resource, at as u32, Some(Why::Condition)))
                        }
                        Truth::False => {}
                    }
                }
            }
        }
    }
    for (firewall, endpoint, why) in found {
        let users = topology.users.entry(firewall).or_default();
        match users
            .endpoints
            .iter_mut()
            .find(|(known, _)| *known == endpoint)
        {
            Some((_, known)) => *known = known.take().and(why),
            None => users.endpoints.push((endpoint, why)),
        }
    }
    nets.sort_unstable();
    nets.dedup();
    for (firewall, net, _) in nets {
        let more = others(reader, topology, cloud, net);
        let users = topology.users.entry(firewall).or_default();
        users.more = users.more.take().or(more);
    }
}

/// What else stands on a network.
fn others(
    reader: &Reader<'_>,
    topology: &Topology,
    cloud: &Cloud,
    net: ResourceId,
) -> Option<String> {
    let graph = reader.graph;
    let at = *cloud.nets.get(&net)?;
    let whole = topology.subnets[cloud.whole[at as usize] as usize]
        .net
        .clone();
    let parts = cloud
        .subnets
        .iter()
        .filter(|(_, at)| topology.subnets[**at as usize].net == whole);
    let mut around: Vec<ResourceId> = parts.map(|(id, _)| *id).chain([net]).collect();
    around.sort_unstable();
    let users = around
        .iter()
        .flat_map(|id| graph.incoming(*id))
        .map(|edge| graph.resource(edge.from));
    users.into_iter().find_map(|from| {
        let template = from.kind.ends_with("instance_template");
        let used = || {
            graph
                .incoming(from.id)
                .any(|edge| topology.endpoint(edge.from).is_some())
        };
        let known = topology.endpoint(from.id).is_some()
            || AROUND.contains(&from.kind.as_str())
            || POLICIES.contains(&from.kind.as_str())
            || (template && used())
            || !matches!(from.address.mode, crate::eval::Mode::Managed);
        (!known).then(|| {
            format!(
                "{} stands on the network, and how it is reached is not known",
                from.address
            )
        })
    })
}
