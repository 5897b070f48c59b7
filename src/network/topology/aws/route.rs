//! The tables of routes of AWS.

use rustc_hash::FxHashMap;

use super::{Cloud, TABLE, net_of, one};
use crate::catalog::Path;
use crate::eval::{Data, Value, Why};
use crate::graph::{Resource, ResourceId};
use crate::network::address::{parse, private};
use crate::network::topology::Topology;
use crate::network::topology::extent::Extent;
use crate::network::topology::read::Reader;
use crate::network::topology::route::{Route, Table, Target};

/// The tables of a network: each by its resource, and the one that subnets without another have.
pub(super) struct Tables {
    pub(super) by_resource: FxHashMap<ResourceId, u32>,
    pub(super) main: FxHashMap<u32, Result<u32, Why>>,
}

pub(super) fn tables(reader: &Reader<'_>, topology: &mut Topology, cloud: &Cloud) -> Tables {
    let mut out = Tables {
        by_resource: FxHashMap::default(),
        main: FxHashMap::default(),
    };
    for table in reader.of_kind(TABLE) {
        let Some(spec) = reader
            .catalog
            .kind(&table.kind)
            .and_then(|kind| kind.routes.clone())
        else {
            continue;
        };
        let default = one(reader, table, "default_route_table_id");
        let net = match default.clone() {
            Some(Ok(id)) => cloud.nets.get(&id).copied().ok_or(Why::Condition),
            Some(Err(why)) => Err(why),
            None => net_of(reader, cloud, table, "vpc_id"),
        };
        let mut more = None;
        let mut routes = Vec::new();
        for item in reader.values(table, None, &(true, spec.each.clone())) {
            route(reader, table, &item, &spec, None, &mut routes, &mut more);
        }
        local(topology, &net, &mut routes);
        let gateways = reader.at(table, "propagating_vgws[]");
        more = more.or(gateways
            .first()
            .map(|_| Why::Elsewhere("a propagated route".into())));
        let at = topology.tables.len() as u32;
        topology
            .tables
            .push(Table::new(Some(table.id), routes, more));
        out.by_resource.insert(table.id, at);
        if let (Some(Ok(_)), Ok(net)) = (default, net) {
            out.main.insert(net, Ok(at));
        }
    }
    for association in reader.of_kind("aws_main_route_table_association") {
        let Ok(net) = net_of(reader, cloud, association, "vpc_id") else {
            continue;
        };
        let table = match one(reader, association, "route_table_id") {
            Some(Ok(id)) => out.by_resource.get(&id).copied().ok_or(Why::Condition),
            Some(Err(why)) => Err(why),
            None => Err(Why::Condition),
        };
        out.main.insert(net, table);
    }
    let spec = reader
        .catalog
        .kind(TABLE)
        .and_then(|kind| kind.routes.clone());
    for net in 0..topology.nets.len() as u32 {
        if out.main.contains_key(&net) {
            continue;
        }
        let vpc = topology.nets[net as usize].resource;
        let (mut routes, mut more) = (Vec::new(), None);
        // Routes that name the table of the network by the network.
        for route_resource in reader.of_kind("aws.ec2.route") {
            let to = one(reader, route_resource, "route_table_id");
            if let (Some(Ok(id)), Some(spec)) = (to, &spec)
                && id == vpc
            {
                let body = route_resource.body.clone();
                route(
                    reader,
                    route_resource,
                    &body,
                    spec,
                    None,
                    &mut routes,
                    &mut more,
                );
            }
        }
        local(topology, &Ok(net), &mut routes);
        let at = topology.tables.len() as u32;
        topology.tables.push(Table::new(None, routes, more));
        out.main.insert(net, Ok(at));
    }
    out
}

/// Every table leads to the addresses of its network.
fn local(topology: &Topology, net: &Result<u32, Why>, routes: &mut Vec<Route>) {
    let Ok(net) = net else { return };
    let net = &topology.nets[*net as usize];
    routes.push(Route {
        destination: Extent {
            sure: net.addresses.clone(),
            perhaps: match net.more {
                // What is not known is still private, or of IPv6.
                Some(_) => private().clone(),
                None => net.addresses.clone(),
            },
        },
        length: u8::MAX,
        target: Target::Local,
        why: None,
        origin: None,
    });
}

fn route(
    reader: &Reader<'_>,
    table: &Resource,
    item: &Value,
    spec: &crate::catalog::RouteSpec,
    unsure: Option<&Why>,
    out: &mut Vec<Route>,
    more: &mut Option<Why>,
) {
    let own = item.resolved();
    if let Data::Unknown(unknown) = &own.data {
        if unknown.among.is_empty() {
            *more = Some(unknown.why.clone());
        }
        for one in &unknown.among {
            route(reader, table, one, spec, Some(&unknown.why), out, more);
        }
        return;
    }
    let values = |paths: &[Path]| -> Vec<Value> {
        let paths = paths.iter().map(|path| (false, path.clone()));
        paths
            .flat_map(|path| reader.values(table, Some(item), &path))
            .collect()
    };
    let target = target(reader, &values(&spec.targets));
    for destination in values(&spec.destination) {
        let known = destination.as_text().and_then(parse);
        let length = destination
            .as_text()
            .and_then(|text| text.rsplit_once('/')?.1.parse().ok());
        let text = destination.as_text().unwrap_or_default();
        // A text that is no network is the id of a list of prefixes: those of services, mostly.
        let list = known.is_none()
            && (text.starts_with("pl-")
                || !reader.ends(std::slice::from_ref(&destination)).is_empty()
                    && matches!(destination.data, Data::Reference(_)));
        out.push(Route {
            destination: match known {
                Some(known) => Extent::exactly(known),
                None => Extent::open(),
            },
            length: length.unwrap_or(if list { 32 } else { 33 }),
            target: target.clone(),
            why: unsure.cloned().or(destination.first_why()),
            origin: Some(item.origin.clone()),
        });
    }
}

/// What a route leads to.
fn target(reader: &Reader<'_>, values: &[Value]) -> Target {
    let Some(value) = values.first() else {
        return Target::Nowhere;
    };
    let text = value.as_text().unwrap_or_default();
    let by_id = [
        ("igw-", Target::Internet),
        ("local", Target::Local),
        ("vgw-", Target::Nowhere),
    ];
    if let Some((_, target)) = by_id.iter().find(|(front, _)| text.starts_with(front)) {
        return target.clone();
    }
    let ends = reader.ends(std::slice::from_ref(value));
    let Some(end) = ends.first() else {
        return Target::Nowhere;
    };
    let id = match (&end.to, &end.unsure) {
        (Err(why), _) | (_, Some(why)) => return Target::Unknown(why.clone()),
        (Ok(id), None) => *id,
    };
    match reader.graph.resource(id).kind.as_str() {
        "aws.ec2.internet_gateway" | "aws_internet_gateway_attachment" => Target::Internet,
        "aws.ec2.nat_gateway" | "aws.ec2.egress_only_internet_gateway" => Target::Outward(id),
        "aws.ec2.vpc_peering_connection"
        | "aws.ec2.transit_gateway"
        | "aws_vpc_peering_connection_accepter"
        | "aws.ec2.transit_gateway_attachment"
        | "aws_ec2_transit_gateway_vpc_attachment" => Target::Join(id),
        "aws_vpn_gateway" | "aws.ec2.vpn_gateway" => Target::Nowhere,
        _ => Target::Unknown(Why::Elsewhere(
            reader.graph.resource(id).address.to_string().into(),
        )),
    }
}
