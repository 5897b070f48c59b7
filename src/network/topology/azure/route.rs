//! The routes of Azure.

use crate::eval::{Value, Why};
use crate::graph::Resource;
use crate::network::address::parse;
use crate::network::topology::Topology;
use crate::network::topology::extent::Extent;
use crate::network::topology::read::Reader;
use crate::network::topology::route::{Route, Table, Target};
use crate::network::topology::rules::inner;

/// The routes of a subnet: those of its table before those that every subnet has.
pub(super) fn table(reader: &Reader<'_>, topology: &mut Topology, subnet: &Resource) -> u32 {
    let mut routes = vec![Route {
        destination: Extent::all(),
        length: 0,
        target: Target::Internet,
        why: None,
        origin: None,
    }];
    let mut more = None;
    let associations = reader.of_kind("azurerm_subnet_route_table_association");
    for association in associations {
        let ends = reader.ends(&reader.at(association, "subnet_id"));
        if !ends.iter().any(|end| end.to == Ok(subnet.id)) {
            continue;
        }
        for end in reader.ends(&reader.at(association, "route_table_id")) {
            match end.to {
                Ok(id) => own_routes(reader, reader.graph.resource(id), &mut routes),
                Err(why) => more = Some(why),
            }
        }
    }
    topology.tables.push(Table::new(None, routes, more));
    topology.tables.len() as u32 - 1
}

fn own_routes(reader: &Reader<'_>, table: &Resource, out: &mut Vec<Route>) {
    let mut add = |resource: &Resource, item: Option<&Value>| {
        let text = |name: &str| {
            let values = reader.values(resource, item, &(item.is_none(), inner(name).1));
            values.into_iter().next()
        };
        let Some(prefix) = text("address_prefix") else {
            return;
        };
        let known = prefix.as_text().and_then(parse);
        let length = prefix
            .as_text()
            .and_then(|text| text.rsplit_once('/')?.1.parse().ok());
        let hop = text("next_hop_type");
        let target = match hop.as_ref().and_then(Value::as_text) {
            Some("Internet") => Target::Internet,
            Some("VnetLocal") => Target::Local,
            Some("None") => Target::Nowhere,
            Some(other) => Target::Unknown(Why::Elsewhere(other.into())),
            None => Target::Unknown(Why::Condition),
        };
        out.push(Route {
            destination: known.map_or_else(Extent::open, Extent::exactly),
            // At the same length a route of the table comes before those that every subnet has.
            length: length.unwrap_or(0u8).saturating_add(1),
            target,
            why: None,
            origin: Some(prefix.origin.clone()),
        });
    };
    for item in reader.at(table, "route[]") {
        add(table, Some(&item));
    }
    for route in reader.of_kind("azurerm_route") {
        let named = reader.ends(&reader.at(route, "route_table_name"));
        if named.iter().any(|end| end.to == Ok(table.id)) {
            add(route, None);
        }
    }
}
