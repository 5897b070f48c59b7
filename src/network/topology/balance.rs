//! Load balancers: each begins a new connection to its targets.

use super::Topology;
use super::filter::{TCP, UDP};
use super::read::Reader;
use crate::eval::{Origin, Truth, Value, Why};
use crate::graph::{Resource, ResourceId};
use crate::network::words::number;

const CLASSIC: &str = "aws.elasticloadbalancing.load_balancer";
const TARGETS: &str = "aws.elasticloadbalancingv2.target_group";

/// A way through a load balancer.
#[derive(Debug, Clone)]
pub struct Balance {
    /// The balancer.
    pub balancer: u32,
    /// The protocol and port that it listens on.
    pub protocol: u8,
    /// See `protocol`; `None`: it is not known.
    pub port: Option<u16>,
    /// What it connects to.
    pub target: u32,
    /// At which port; `None`: it is not known.
    pub target_port: Option<u16>,
    /// Whether the target sees the address of the client.
    pub keeps: Truth,
    /// Why this may not be so.
    pub unsure: Option<Why>,
    /// The listener.
    pub listener: ResourceId,
    /// What makes it a target.
    pub origin: Origin,
}

/// A port that a balancer listens on, and the groups of targets behind it.
struct Listener {
    balancer: u32,
    resource: ResourceId,
    protocol: u8,
    port: Option<u16>,
    groups: Vec<(ResourceId, Option<Why>)>,
}

/// Adds the ways through the load balancers.
pub(super) fn build(reader: &Reader<'_>, topology: &mut Topology) {
    let listeners = listeners(reader, topology);
    for listener in &listeners {
        let balancer = &mut topology.endpoints[listener.balancer as usize];
        let port = listener.port.map_or((0, u16::MAX), |port| (port, port));
        let listens = balancer.listens.get_or_insert_default();
        listens.push((listener.protocol, port.0, port.1));
        // TCP_UDP is both.
        if listener.protocol == 0 {
            listens.pop();
            listens.extend([(TCP, port.0, port.1), (UDP, port.0, port.1)]);
        }
    }
    for listener in listeners {
        for (group, unsure) in &listener.groups {
            ways(reader, topology, &listener, *group, unsure.as_ref());
        }
    }
    classic(reader, topology);
}

fn port_of(values: &[Value]) -> Option<u16> {
    values
        .first()
        .and_then(number)
        .and_then(|port| u16::try_from(port).ok())
}

fn protocol_of(values: &[Value]) -> u8 {
    match values
        .first()
        .and_then(Value::as_text)
        .map(str::to_ascii_uppercase)
        .as_deref()
    {
        Some("UDP" | "QUIC") => UDP,
        Some("TCP_UDP" | "TCP_QUIC") => 0,
        _ => TCP,
    }
}

fn listeners(reader: &Reader<'_>, topology: &Topology) -> Vec<Listener> {
    let mut found: Vec<Listener> = Vec::new();
    for resource in reader.of_kind("aws.elasticloadbalancingv2.listener") {
        let groups = targets_of(reader, resource, &["default_actions[]"]);
        for end in reader.ends(&reader.at(resource, "load_balancer_arn")) {
            let Some(balancer) = end.to.ok().and_then(|id| topology.endpoint(id)) else {
                continue;
            };
            found.push(Listener {
                balancer,
                resource: resource.id,
                protocol: protocol_of(&reader.at(resource, "protocol")),
                port: port_of(&reader.at(resource, "port")),
                groups: groups.clone(),
            });
        }
    }
    let rules = [
        "aws.elasticloadbalancingv2.listener_rule",
        "aws_lb_listener_rule",
        "aws_alb_listener_rule",
    ];
    for rule in rules.iter().flat_map(|kind| reader.of_kind(kind)) {
        let groups = targets_of(reader, rule, &["actions[]", "action[]"]);
        for end in reader.ends(&reader.at(rule, "listener_arn")) {
            let own = found.iter_mut().filter(|own| Ok(own.resource) == end.to);
            own.for_each(|own| own.groups.extend(groups.iter().cloned()));
        }
    }
    found
}

/// The groups that actions forward to.
fn targets_of(
    reader: &Reader<'_>,
    resource: &Resource,
    lists: &[&str],
) -> Vec<(ResourceId, Option<Why>)> {
    const PATHS: [&str; 4] = [
        "target_group_arn",
        "forward.target_group[].arn",
        "forward_config.target_groups[].target_group_arn",
        "forward.target_groups[].target_group_arn",
    ];
    let mut found = Vec::new();
    for (list, path) in lists.iter().flat_map(|list| PATHS.map(|path| (list, path))) {
        let ends = reader.ends(&reader.at(resource, &format!("{list}.{path}")));
        found.extend(
            ends.into_iter()
                .filter_map(|end| Some((end.to.ok()?, end.unsure))),
        );
    }
    found
}

/// Whether the targets of a group see the address of the client: of network balancers, unless they say otherwise, those
/// that are named by instance, or get UDP. (Elastic Load Balancing, "Edit target group attributes".)
fn keeps(reader: &Reader<'_>, balancer: &Resource, group: &Resource) -> Truth {
    let kind = reader.at(balancer, "type");
    match kind.first().and_then(Value::as_text) {
        Some("application") => return Truth::False,
        Some(_) => {}
        None => return Truth::Unknown,
    }
    let said = reader.switch(&reader.at(group, "preserve_client_ip"));
    if let Some((truth, ..)) = said {
        return truth;
    }
    let attributes = reader.at(group, "target_group_attributes[]");
    for attribute in attributes {
        let path = |name: &str| reader.values(group, Some(&attribute), &super::rules::inner(name));
        if path("key")
            .iter()
            .any(|key| key.as_text() == Some("preserve_client_ip.enabled"))
        {
            return reader
                .switch(&path("value"))
                .map_or(Truth::Unknown, |(truth, ..)| truth);
        }
    }
    let by_address = reader
        .at(group, "target_type")
        .iter()
        .any(|value| value.as_text() == Some("ip"));
    Truth::from(!by_address || protocol_of(&reader.at(group, "protocol")) != TCP)
}

/// The ways of a listener to the targets of a group.
fn ways(
    reader: &Reader<'_>,
    topology: &mut Topology,
    listener: &Listener,
    group: ResourceId,
    unsure: Option<&Why>,
) {
    let resource = reader.graph.resource(group);
    if resource.kind != TARGETS {
        return;
    }
    let balancer = topology.endpoints[listener.balancer as usize].resource;
    let keeps = keeps(reader, reader.graph.resource(balancer), resource);
    let usual = port_of(&reader.at(resource, "port"));
    let mut found = Vec::new();
    let mut add = |values: Vec<Value>, port: Option<u16>| {
        for end in reader.ends(&values) {
            if let Some(target) = end.to.as_ref().ok().and_then(|id| topology.endpoint(*id)) {
                found.push((target, port, end.unsure.clone(), end.origin));
            }
        }
    };
    let attachments = [
        "aws_lb_target_group_attachment",
        "aws_alb_target_group_attachment",
    ];
    for own in attachments.iter().flat_map(|kind| reader.of_kind(kind)) {
        if names(reader, own, "target_group_arn", group) {
            add(
                reader.at(own, "target_id"),
                port_of(&reader.at(own, "port")).or(usual),
            );
        }
    }
    for item in reader.at(resource, "targets[]") {
        let path = |name: &str| reader.values(resource, Some(&item), &super::rules::inner(name));
        add(path("id"), port_of(&path("port")).or(usual));
    }
    for (kind, path) in [
        ("aws.autoscaling.auto_scaling_group", "target_group_arns[]"),
        ("aws.ecs.service", "load_balancer[].target_group_arn"),
        ("aws.ecs.service", "load_balancers[].target_group_arn"),
    ] {
        for own in reader.of_kind(kind) {
            let service = kind == "aws.ecs.service";
            let container = [
                "load_balancer[].container_port",
                "load_balancers[].container_port",
            ];
            let container = container
                .iter()
                .find_map(|path| port_of(&reader.at(own, path)));
            let port = if service { container } else { usual };
            if names(reader, own, path, group)
                && let Some(target) = topology.endpoint(own.id)
            {
                found.push((target, port, None, Origin::at(own.header)));
            }
        }
    }
    for (target, target_port, doubt, origin) in found {
        let protocols = match listener.protocol {
            0 => vec![TCP, UDP],
            one => vec![one],
        };
        topology
            .balances
            .extend(protocols.into_iter().map(|protocol| Balance {
                balancer: listener.balancer,
                protocol,
                port: listener.port,
                target,
                target_port,
                keeps,
                unsure: doubt.clone().or(unsure.cloned()),
                listener: listener.resource,
                origin: origin.clone(),
            }));
    }
}

fn names(reader: &Reader<'_>, resource: &Resource, path: &str, wanted: ResourceId) -> bool {
    reader
        .ends(&reader.at(resource, path))
        .iter()
        .any(|end| end.to == Ok(wanted))
}

/// The first generation: listeners and instances stand in the balancer itself.
fn classic(reader: &Reader<'_>, topology: &mut Topology) {
    for resource in reader.of_kind(CLASSIC) {
        let Some(balancer) = topology.endpoint(resource.id) else {
            continue;
        };
        let mut targets = Vec::new();
        let mut values = reader.at(resource, "instances[]");
        for own in reader.of_kind("aws_elb_attachment") {
            if names(reader, own, "elb", resource.id) {
                values.extend(reader.at(own, "instance"));
            }
        }
        for end in reader.ends(&values) {
            if let Some(target) = end.to.ok().and_then(|id| topology.endpoint(id)) {
                targets.push((target, end.unsure, end.origin));
            }
        }
        for own in reader.of_kind("aws.autoscaling.auto_scaling_group") {
            if names(reader, own, "load_balancer_names[]", resource.id)
                && let Some(target) = topology.endpoint(own.id)
            {
                targets.push((target, None, Origin::at(own.header)));
            }
        }
        for item in reader.at(resource, "listeners[]") {
            let path =
                |name: &str| reader.values(resource, Some(&item), &super::rules::inner(name));
            let port = port_of(&path("load_balancer_port"));
            let listens = topology.endpoints[balancer as usize]
                .listens
                .get_or_insert_default();
            listens.push((TCP, port.unwrap_or(0), port.unwrap_or(u16::MAX)));
            for (target, unsure, origin) in &targets {
                topology.balances.push(Balance {
                    balancer,
                    protocol: TCP,
                    port,
                    target: *target,
                    target_port: port_of(&path("instance_port")),
                    keeps: Truth::False,
                    unsure: unsure.clone(),
                    listener: resource.id,
                    origin: origin.clone(),
                });
            }
        }
    }
}
