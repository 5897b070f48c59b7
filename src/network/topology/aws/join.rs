//! What joins networks: peering connections, and transit gateways with their tables.

use super::{Cloud, net_of, one};
use crate::eval::{Language, Truth, Value, Why};
use crate::graph::{Resource, ResourceId};
use crate::network::address::{Addresses, parse};
use crate::network::topology::Topology;
use crate::network::topology::between::Join;
use crate::network::topology::read::Reader;

const PEERING: &str = "aws.ec2.vpc_peering_connection";
const ATTACHMENTS: [&str; 3] = [
    "aws_ec2_transit_gateway_vpc_attachment",
    "aws.ec2.transit_gateway_attachment",
    "aws.ec2.transit_gateway_vpc_attachment",
];

/// Adds what joins the networks.
pub(super) fn joins(reader: &Reader<'_>, topology: &mut Topology, cloud: &Cloud) {
    for peering in reader.of_kind(PEERING) {
        peer(reader, topology, cloud, peering);
    }
    transit(reader, topology, cloud);
}

fn peer(reader: &Reader<'_>, topology: &mut Topology, cloud: &Cloud, peering: &Resource) {
    let (Ok(own), Ok(other)) = (
        net_of(reader, cloud, peering, "vpc_id"),
        net_of(reader, cloud, peering, "peer_vpc_id"),
    ) else {
        return;
    };
    let mut via = vec![peering.id];
    let mut open = reader
        .switch(&reader.at(peering, "auto_accept"))
        .map_or(Truth::Unknown, |(truth, ..)| truth);
    // Within an account CloudFormation accepts by itself.
    if peering.language == Language::CloudFormation
        && reader.at(peering, "peer_owner_id").is_empty()
    {
        open = Truth::True;
    }
    for accepter in reader.of_kind("aws_vpc_peering_connection_accepter") {
        if one(reader, accepter, "vpc_peering_connection_id") == Some(Ok(peering.id)) {
            via.push(accepter.id);
            open = reader
                .switch(&reader.at(accepter, "auto_accept"))
                .map_or(Truth::Unknown, |(truth, ..)| truth);
        }
    }
    // Groups are known across the connection within a region.
    let same_region = reader.at(peering, "peer_region").is_empty();
    for (from, to) in [(own, other), (other, own)] {
        topology.joins.push(Join {
            via: via.clone(),
            from,
            to,
            open: open & peering.exists,
            destinations: None,
            groups: Truth::from(same_region) | Truth::Unknown,
            resource: peering.id,
        });
    }
}

/// A network that is attached to a transit gateway.
struct Attachment<'a> {
    resource: &'a Resource,
    gateway: ResourceId,
    net: u32,
    /// The table that decides where its packets go; `Err(None)`: the gateway's default.
    table: Result<ResourceId, Option<Why>>,
    /// The tables that know the way to it.
    known: Vec<ResourceId>,
    known_by_default: Truth,
}

fn transit(reader: &Reader<'_>, topology: &mut Topology, cloud: &Cloud) {
    let all: Vec<Attachment<'_>> = ATTACHMENTS
        .iter()
        .flat_map(|kind| reader.of_kind(kind))
        .filter_map(|resource| attachment(reader, cloud, resource))
        .collect();
    for from in &all {
        for to in all
            .iter()
            .filter(|to| to.net != from.net && to.gateway == from.gateway)
        {
            let (open, destinations) = forwards(reader, from, to);
            let gateway = reader.graph.resource(from.gateway);
            let groups = reader.at(gateway, "security_group_referencing_support");
            let groups = reader
                .switch(&groups)
                .map_or(Truth::False, |(truth, ..)| truth);
            topology.joins.push(Join {
                via: vec![from.gateway, from.resource.id],
                from: from.net,
                to: to.net,
                open: open & from.resource.exists & to.resource.exists,
                destinations,
                groups,
                resource: from.gateway,
            });
        }
    }
}

fn enabled(reader: &Reader<'_>, resource: &Resource, path: &str, usual: bool) -> Truth {
    let said = reader.switch(&reader.at(resource, path));
    said.map_or(Truth::from(usual), |(truth, ..)| truth)
}

fn attachment<'a>(
    reader: &Reader<'a>,
    cloud: &Cloud,
    resource: &'a Resource,
) -> Option<Attachment<'a>> {
    let gateway = one(reader, resource, "transit_gateway_id")?.ok()?;
    let net = net_of(reader, cloud, resource, "vpc_id").ok()?;
    let own = reader.graph.resource(gateway);
    let associated = enabled(reader, own, "default_route_table_association", true)
        & enabled(
            reader,
            resource,
            "transit_gateway_default_route_table_association",
            true,
        );
    let mut table = match associated {
        Truth::True => Err(None),
        _ => Err(Some(Why::Elsewhere("its table".into()))),
    };
    let known_by_default = enabled(reader, own, "default_route_table_propagation", true)
        & enabled(
            reader,
            resource,
            "transit_gateway_default_route_table_propagation",
            true,
        );
    let named = |kinds: [&'static str; 2]| {
        let rows = kinds.into_iter().flat_map(|kind| reader.of_kind(kind));
        let rows = rows.filter(|row| {
            one(reader, row, "transit_gateway_attachment_id") == Some(Ok(resource.id))
        });
        let tables =
            rows.filter_map(|row| one(reader, row, "transit_gateway_route_table_id")?.ok());
        tables.collect::<Vec<_>>()
    };
    if let Some(id) = named([
        "aws_ec2_transit_gateway_route_table_association",
        "aws.ec2.transit_gateway_route_table_association",
    ])
    .first()
    {
        table = Ok(*id);
    }
    let known = named([
        "aws_ec2_transit_gateway_route_table_propagation",
        "aws.ec2.transit_gateway_route_table_propagation",
    ]);
    Some(Attachment {
        resource,
        gateway,
        net,
        table,
        known,
        known_by_default,
    })
}

/// Whether the table of one attachment leads to another, and to which addresses: all of its network unless the table
/// only has routes of its own.
fn forwards(
    reader: &Reader<'_>,
    from: &Attachment<'_>,
    to: &Attachment<'_>,
) -> (Truth, Option<Addresses>) {
    let table = match &from.table {
        Err(None) => return (to.known_by_default, None),
        Err(Some(_)) => return (Truth::Unknown, None),
        Ok(table) => *table,
    };
    if to.known.contains(&table) {
        return (Truth::True, None);
    }
    let kinds = [
        "aws_ec2_transit_gateway_route",
        "aws.ec2.transit_gateway_route",
    ];
    let routes = kinds.iter().flat_map(|kind| reader.of_kind(kind));
    let routes = routes
        .filter(|route| one(reader, route, "transit_gateway_route_table_id") == Some(Ok(table)));
    let routes: Vec<&Resource> = routes.collect();
    let leads = |route: &&&Resource| {
        one(reader, route, "transit_gateway_attachment_id") == Some(Ok(to.resource.id))
    };
    let destinations = routes
        .iter()
        .filter(leads)
        .flat_map(|route| reader.at(route, "destination_cidr_block"));
    let destinations: Vec<Value> = destinations.collect();
    let known: Vec<Addresses> = destinations
        .iter()
        .filter_map(|value| parse(value.as_text()?))
        .collect();
    if known.len() < destinations.len() {
        return (Truth::Unknown, None);
    }
    (
        Truth::from(!known.is_empty()),
        Some(Addresses::union(&known)),
    )
}
