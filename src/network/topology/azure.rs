//! The networks of Azure: groups on the subnet and on the interface, asked by priority, the rules that every group has.

mod route;

use rustc_hash::FxHashMap;

use super::extent::Extent;
use super::filter::{Filter, Gate, Mark, Marks, Rule, Side, Verdict};
use super::read::Reader;
use super::rules::{self, Dialect, everywhere, inner, networks};
use super::{Endpoint, Fact, Interface, Net, Subnet, Topology};
use crate::eval::{Truth, Value, Why};
use crate::graph::{Resource, ResourceId};
use crate::network::address::{everything, parse};

const GROUP: &str = "azurerm_network_security_group";
const SUBNET: &str = "azurerm_subnet";
const INTERFACE: &str = "azurerm_network_interface";
/// What may be an endpoint.
pub(super) const ENDPOINTS: [&str; 5] = [INTERFACE, SETS[0], SETS[1], SETS[2], SETS[3]];
/// Machines that are made by number, with their interfaces.
const SETS: [&str; 4] = [
    "azurerm_linux_virtual_machine_scale_set",
    "azurerm_windows_virtual_machine_scale_set",
    "azurerm_orchestrated_virtual_machine_scale_set",
    "azurerm_virtual_machine_scale_set",
];
/// What leads connections to an interface that has no public address.
const FRONTS: [&str; 3] = [
    "azurerm_network_interface_backend_address_pool_association",
    "azurerm_network_interface_nat_rule_association",
    "azurerm_network_interface_application_gateway_backend_address_pool_association",
];
/// What decides before or beside the groups.
const ABOVE: [&str; 4] = [
    "azurerm_network_manager_admin_rule",
    "azurerm_firewall_nat_rule_collection",
    "azurerm_firewall_policy_rule_collection_group",
    "azurerm_network_manager_deployment",
];
/// What stands at a subnet and receives nothing for itself.
const AROUND: [&str; 12] = [
    "azurerm_network_security_group",
    "azurerm_subnet_network_security_group_association",
    "azurerm_network_interface_security_group_association",
    "azurerm_network_interface_application_security_group_association",
    "azurerm_network_security_rule",
    "azurerm_subnet_route_table_association",
    "azurerm_subnet_nat_gateway_association",
    "azurerm_network_watcher_flow_log",
    "azurerm_monitor_diagnostic_setting",
    "azurerm_private_endpoint",
    "azurerm_virtual_network",
    "azurerm_route_table",
];

struct Cloud {
    groups: FxHashMap<ResourceId, [u32; 2]>,
    subnets: FxHashMap<ResourceId, u32>,
}

/// Adds the networks of Azure.
pub(super) fn build(reader: &Reader<'_>, topology: &mut Topology) {
    let mut cloud = Cloud {
        groups: FxHashMap::default(),
        subnets: FxHashMap::default(),
    };
    let first = topology.filters.len();
    groups(reader, topology, &mut cloud);
    subnets(reader, topology, &mut cloud);
    let above = ABOVE.iter().flat_map(|kind| reader.of_kind(kind)).next();
    let above = above.map(|own| format!("{} may decide before its groups", own.address));
    let from = topology.endpoints.len();
    for resource in reader.of_kind(INTERFACE) {
        let endpoint = interface(reader, topology, &cloud, resource, above.clone());
        topology.push(endpoint);
    }
    for resource in SETS.iter().flat_map(|kind| reader.of_kind(kind)) {
        let endpoint = set(reader, topology, &cloud, resource, above.clone());
        topology.push(endpoint);
    }
    topology.use_filters(from, first, &|topology, filter| {
        others(reader, topology, &cloud, filter)
    });
}

/// The addresses of a service tag. Those of services of Azure are public and change; anybody may rent some of them.
fn word(text: &str) -> Option<Side> {
    let known = ["virtualnetwork", "azureloadbalancer"];
    let lower = text.to_ascii_lowercase();
    let named = text
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    match known.iter().position(|own| *own == lower) {
        Some(0) => Some(Side {
            unnamed: Some(Why::Elsewhere(text.into())),
            ..Side::default()
        }),
        // The probes of load balancers come from one address that nobody else has.
        Some(_) => parse("168.63.129.16").map(|own| Side {
            addresses: Extent::exactly(own),
            ..Side::default()
        }),
        None => named.then(|| Side {
            open: Some(Why::Elsewhere(text.into())),
            ..Side::default()
        }),
    }
}

fn groups(reader: &Reader<'_>, topology: &mut Topology, cloud: &mut Cloud) {
    let list = |resource: &Resource| rules::named(reader, resource);
    for group in reader.of_kind(GROUP).collect::<Vec<_>>() {
        let Some(kind) = reader.catalog.kind(&group.kind) else {
            continue;
        };
        let pair = ["ingress", "egress"].map(|name| {
            let inward = name == "ingress";
            let (own, peer) = match inward {
                true => ("destination", "source"),
                false => ("source", "destination"),
            };
            let own = [
                inner(&format!("{own}_address_prefix")),
                inner(&format!("{own}_address_prefixes")),
                inner(&format!("{own}_application_security_group_ids")),
            ];
            let marks = [inner(&format!("{peer}_application_security_group_ids"))];
            let source_ports = [inner("source_port_range"), inner("source_port_ranges")];
            let dialect = Dialect {
                lists: &[],
                groups: &marks,
                own: &own,
                source_ports: &source_ports,
                nobody_is_everybody: false,
                word: &word,
                list: &list,
                mark: &|_| None,
            };
            let flow = kind.flows.iter().find(|flow| flow.name == name);
            let read = flow.map(|flow| rules::read(reader, group, flow, &dialect));
            let (mut rules, more) = read.map_or((Vec::new(), None), |read| (read.rules, read.more));
            rules.extend(usual(group, inward));
            topology.filter(Filter::new(group.id, rules, more))
        });
        cloud.groups.insert(group.id, pair);
    }
}

/// The rules that every group has. (Azure documentation, "Network security groups", default security rules.)
fn usual(group: &Resource, inward: bool) -> Vec<Rule> {
    let rule = |number: i64, verdict: Verdict, peer: Side| Rule {
        verdict,
        number: Some(number),
        peer,
        ..everywhere(group)
    };
    let network = || word("VirtualNetwork").unwrap_or_default();
    let second = match inward {
        true => word("AzureLoadBalancer").unwrap_or_default(),
        false => Side {
            addresses: Extent::exactly(everything()),
            ..Side::default()
        },
    };
    vec![
        rule(65000, Verdict::Allow, network()),
        rule(65001, Verdict::Allow, second),
        rule(65500, Verdict::Deny, Side::everybody()),
    ]
}

fn subnets(reader: &Reader<'_>, topology: &mut Topology, cloud: &mut Cloud) {
    let mut nets: FxHashMap<ResourceId, u32> = FxHashMap::default();
    for net in reader.of_kind("azurerm_virtual_network") {
        let (addresses, more) = networks(&reader.at(net, "address_space[]"));
        nets.insert(net.id, topology.nets.len() as u32);
        topology.nets.push(Net {
            resource: net.id,
            addresses,
            more,
        });
    }
    for subnet in reader.of_kind(SUBNET) {
        let name = reader
            .ends(&reader.at(subnet, "virtual_network_name"))
            .into_iter()
            .next();
        let net = match name.map(|end| end.to) {
            Some(Ok(id)) => nets.get(&id).copied().ok_or(Why::Condition),
            Some(Err(why)) => Err(why),
            None => Err(Why::Condition),
        };
        let mut values = reader.at(subnet, "address_prefixes[]");
        values.extend(reader.at(subnet, "address_prefix"));
        let group = reader.at(subnet, "network_security_group_id");
        let gates = [0, 1].map(|direction| gates(reader, cloud, &group, direction));
        let table = route::table(reader, topology, subnet);
        let through = || Gate {
            otherwise: true,
            ..Gate::default()
        };
        cloud
            .subnets
            .insert(subnet.id, topology.subnets.len() as u32);
        topology.subnets.push(Subnet {
            resource: subnet.id,
            net,
            addresses: networks(&values).0,
            gives_public: (Truth::False, None),
            v6: Truth::False,
            table: Ok(table),
            stateless: [through(), through()],
            gates,
        });
    }
}

/// The gate of what values name; none where they name nothing.
fn gates(reader: &Reader<'_>, cloud: &Cloud, group: &[Value], direction: usize) -> Vec<Gate> {
    let ends = reader.ends(group);
    let gate = |end: &super::read::End| match (&end.to, &end.unsure) {
        (Ok(id), None) if cloud.groups.contains_key(id) => Gate {
            filters: vec![cloud.groups[id][direction]],
            ..Gate::default()
        },
        (Ok(_), None) => Gate {
            more: Some(Why::Condition),
            ..Gate::default()
        },
        (Err(why), _) | (Ok(_), Some(why)) => Gate {
            otherwise: true,
            more: Some(why.clone()),
            ..Gate::default()
        },
    };
    ends.iter().map(gate).collect()
}

/// What a public address says of who has no group: of the standard sort nobody gets through, of the basic everybody.
fn without_group(reader: &Reader<'_>, address: Option<&Resource>) -> Vec<Gate> {
    let sort = address.map(|own| reader.at(own, "sku"));
    let sort = sort.as_ref().and_then(|values| values.first()?.as_text());
    let gate = match sort {
        Some(text) if text.eq_ignore_ascii_case("standard") => Gate::default(),
        Some(text) if text.eq_ignore_ascii_case("basic") => Gate {
            otherwise: true,
            ..Gate::default()
        },
        _ => Gate {
            more: Some(Why::Elsewhere("the sort of its public address".into())),
            otherwise: true,
            ..Gate::default()
        },
    };
    vec![gate]
}

fn public(reader: &Reader<'_>, values: &[Value]) -> (Fact, Option<ResourceId>) {
    let Some(value) = values.first() else {
        return (Fact::known(false), None);
    };
    let said = reader.switch(values);
    let (truth, why, origin) = said.unwrap_or((Truth::False, None, None));
    let id = reader
        .ends(std::slice::from_ref(value))
        .into_iter()
        .find_map(|end| end.to.ok());
    (Fact { truth, why, origin }, id)
}

fn interface(
    reader: &Reader<'_>,
    topology: &Topology,
    cloud: &Cloud,
    resource: &Resource,
    above: Option<String>,
) -> Endpoint {
    let mut marks = Marks::default();
    for association in
        reader.of_kind("azurerm_network_interface_application_security_group_association")
    {
        let ends = reader.ends(&reader.at(association, "network_interface_id"));
        if ends.iter().any(|end| end.to == Ok(resource.id)) {
            for end in reader.ends(&reader.at(association, "application_security_group_id")) {
                match end.to {
                    Ok(id) => marks.known.push((Mark::Resource(id), end.unsure)),
                    Err(why) => marks.more = Some(why),
                }
            }
        }
    }
    let group = reader.at(resource, "network_security_group_id");
    let mut interfaces = Vec::new();
    for item in reader.at(resource, "ip_configuration[]") {
        interfaces.push(configuration(
            reader, topology, cloud, resource, &item, &group, &marks,
        ));
    }
    let incoming = reader
        .graph
        .incoming(resource.id)
        .map(|edge| reader.graph.resource(edge.from));
    let front = incoming
        .into_iter()
        .find(|from| FRONTS.contains(&from.kind.as_str()));
    let front = front.map(|front| format!("{} leads to it", front.address));
    Endpoint {
        resource: resource.id,
        is: "interface".into(),
        data: false,
        deaf: false,
        exists: resource.exists,
        interfaces,
        open: front.or(above),
        listens: None,
    }
}

fn configuration(
    reader: &Reader<'_>,
    topology: &Topology,
    cloud: &Cloud,
    resource: &Resource,
    item: &Value,
    group: &[Value],
    marks: &Marks,
) -> Interface {
    let read = |name: &str| reader.values(resource, Some(item), &inner(name));
    let ends = reader.ends(&read("subnet_id"));
    let mut subnets: Vec<Result<u32, Why>> = ends
        .into_iter()
        .map(|end| match end.to {
            Ok(id) => cloud.subnets.get(&id).copied().ok_or(Why::Condition),
            Err(why) => Err(why),
        })
        .collect();
    if subnets.is_empty() {
        subnets.push(Err(Why::Elsewhere("its subnet".into())));
    }
    let mut addresses = read("public_ip_address_id");
    addresses.extend(read("public_ip_address"));
    let (public, address) = public(reader, &addresses);
    let mut inward = gates(reader, cloud, group, 0);
    let guarded = subnets
        .iter()
        .flatten()
        .any(|at| !topology.subnets[*at as usize].gates[0].is_empty());
    if inward.is_empty() && !guarded && subnets.iter().all(Result::is_ok) {
        inward = without_group(reader, address.map(|id| reader.graph.resource(id)));
    }
    let private = read("private_ip_address");
    Interface {
        subnets,
        spread: false,
        public: Some(public),
        v6: Some(Truth::False),
        addresses: private.first().and_then(Value::as_text).and_then(parse),
        marks: marks.clone(),
        gates: [inward, gates(reader, cloud, group, 1)],
    }
}

/// A set of machines: each of its interfaces as it is written there.
fn set(
    reader: &Reader<'_>,
    topology: &Topology,
    cloud: &Cloud,
    resource: &Resource,
    above: Option<String>,
) -> Endpoint {
    let mut interfaces = Vec::new();
    let mut behind = false;
    for item in reader.at(resource, "network_interface[]") {
        let group = reader.values(resource, Some(&item), &inner("network_security_group_id"));
        for inner_item in reader.values(resource, Some(&item), &inner("ip_configuration")) {
            let pools = [
                "load_balancer_backend_address_pool_ids",
                "load_balancer_inbound_nat_rules_ids",
            ];
            behind |= pools.iter().any(|name| {
                !reader
                    .values(resource, Some(&inner_item), &inner(name))
                    .is_empty()
            });
            let marks = Marks::default();
            interfaces.push(configuration(
                reader,
                topology,
                cloud,
                resource,
                &inner_item,
                &group,
                &marks,
            ));
        }
    }
    let front = behind.then(|| "a load balancer leads to it".to_owned());
    Endpoint {
        resource: resource.id,
        is: "machines".into(),
        data: false,
        deaf: false,
        exists: resource.exists,
        interfaces,
        open: front.or(above),
        listens: None,
    }
}

/// Why something else may stand behind a group than what is known.
fn others(
    reader: &Reader<'_>,
    topology: &Topology,
    cloud: &Cloud,
    id: ResourceId,
) -> Option<String> {
    let graph = reader.graph;
    let mut around: Vec<ResourceId> = vec![id];
    let behind = cloud.subnets.iter().filter(|(_, at)| {
        let gates = topology.subnets[**at as usize].gates[0].iter();
        gates
            .flat_map(|gate| &gate.filters)
            .any(|own| topology.filters[*own as usize].resource == id)
    });
    around.extend(behind.map(|(subnet, _)| *subnet));
    around.sort_unstable();
    let users = around
        .iter()
        .flat_map(|id| graph.incoming(*id))
        .map(|edge| graph.resource(edge.from));
    users.into_iter().find_map(|from| {
        let known = topology.endpoint(from.id).is_some()
            || cloud.subnets.contains_key(&from.id)
            || AROUND.contains(&from.kind.as_str())
            || !matches!(from.address.mode, crate::eval::Mode::Managed);
        (!known).then(|| {
            format!(
                "{} stands behind it, and how that is reached is not known",
                from.address
            )
        })
    })
}
