//! The subnets of AWS with their ACLs.

use rustc_hash::FxHashMap;

use super::route::Tables;
use super::{ACL, Cloud, SUBNET, net_of, one};
use crate::eval::{Truth, Why};
use crate::graph::{Resource, ResourceId};
use crate::network::address::Addresses;
use crate::network::topology::filter::{Filter, Gate};
use crate::network::topology::read::Reader;
use crate::network::topology::rules::{self, Dialect, networks};
use crate::network::topology::{Subnet, Topology};

fn acl_gates(reader: &Reader<'_>, topology: &mut Topology, acl: &Resource) -> Option<[u32; 2]> {
    let list = |_: &Resource| (Addresses::default(), Some(Why::Condition));
    let dialect = Dialect {
        lists: &[],
        groups: &[],
        own: &[],
        source_ports: &[],
        nobody_is_everybody: false,
        word: &|_| None,
        list: &list,
        mark: &|_| None,
    };
    let kind = reader.catalog.kind(&acl.kind)?;
    let flow = |name: &str| kind.flows.iter().find(|flow| flow.name == name);
    let inward = rules::read(reader, acl, flow("ingress")?, &dialect);
    let outward = rules::read(reader, acl, flow("egress")?, &dialect);
    Some([
        topology.filter(Filter::new(acl.id, inward.rules, inward.more)),
        topology.filter(Filter::new(acl.id, outward.rules, outward.more)),
    ])
}

/// What the ACLs of networks are attached to.
#[derive(Default)]
struct Acls {
    filters: FxHashMap<ResourceId, [u32; 2]>,
    by_subnet: FxHashMap<ResourceId, ResourceId>,
    /// Why subnets of a network that no ACL names may have one.
    perhaps: FxHashMap<u32, Why>,
    defaults: FxHashMap<u32, ResourceId>,
}

fn acls(reader: &Reader<'_>, topology: &mut Topology, cloud: &Cloud) -> Acls {
    let mut out = Acls::default();
    for acl in reader.of_kind(ACL) {
        if let Some(pair) = acl_gates(reader, topology, acl) {
            out.filters.insert(acl.id, pair);
        }
        let default = one(reader, acl, "default_network_acl_id");
        let net = match &default {
            Some(Ok(id)) => cloud.nets.get(id).copied().ok_or(Why::Condition),
            Some(Err(why)) => Err(why.clone()),
            None => net_of(reader, cloud, acl, "vpc_id"),
        };
        if let (Some(_), Ok(net)) = (&default, &net) {
            out.defaults.insert(*net, acl.id);
        }
        for end in reader.ends(&reader.at(acl, "subnet_ids[]")) {
            match (end.to, end.unsure) {
                (Ok(id), None) => {
                    out.by_subnet.insert(id, acl.id);
                }
                (Err(why), _) | (Ok(_), Some(why)) => {
                    if let Ok(net) = net {
                        out.perhaps.insert(net, why);
                    }
                }
            }
        }
    }
    out
}

pub(super) fn subnets(
    reader: &Reader<'_>,
    topology: &mut Topology,
    cloud: &mut Cloud,
    tables: &Tables,
) {
    let acls = acls(reader, topology, cloud);
    for subnet in reader.of_kind(SUBNET) {
        let net = net_of(reader, cloud, subnet, "vpc_id");
        let (addresses, unknown) = networks(&reader.at(subnet, "cidr_block"));
        // Where its own addresses are not known, they are some of its network's.
        let addresses = match (&net, unknown) {
            (Ok(net), Some(_)) => topology.nets[*net as usize].addresses.clone(),
            _ => addresses,
        };
        let table = match one(reader, subnet, "route_tables[]") {
            Some(Ok(id)) => tables.by_resource.get(&id).copied().ok_or(Why::Condition),
            Some(Err(why)) => Err(why),
            None => match &net {
                Ok(net) => tables.main.get(net).cloned().unwrap_or(Err(Why::Condition)),
                Err(why) => Err(why.clone()),
            },
        };
        let public = reader.switch(&reader.at(subnet, "map_public_ip_on_launch"));
        let public = public.map_or((Truth::False, None), |(truth, why, _)| (truth, why));
        let block = !reader.at(subnet, "ipv6_cidr_block").is_empty()
            || !reader.at(subnet, "ipv6_native").is_empty();
        let assigned = reader.switch(&reader.at(subnet, "assign_ipv6_address_on_creation"));
        let v6 = match assigned {
            _ if !block => Truth::False,
            Some((truth, ..)) => truth,
            None => Truth::False,
        };
        let stateless = stateless(reader, subnet, &net, &acls);
        let at = topology.subnets.len() as u32;
        cloud.subnets.insert(subnet.id, at);
        topology.subnets.push(Subnet {
            resource: subnet.id,
            net,
            addresses,
            gives_public: public,
            v6,
            table,
            stateless,
            gates: [Vec::new(), Vec::new()],
        });
    }
}

fn stateless(
    reader: &Reader<'_>,
    subnet: &Resource,
    net: &Result<u32, Why>,
    acls: &Acls,
) -> [Gate; 2] {
    let named = one(reader, subnet, "network_acls[]");
    let listed = acls.by_subnet.get(&subnet.id).copied().map(Ok);
    let own = named.or(listed);
    let default = net
        .as_ref()
        .ok()
        .and_then(|net| acls.defaults.get(net))
        .copied()
        .map(Ok);
    let more = match (&own, net) {
        (None, Ok(net)) => acls.perhaps.get(net).cloned(),
        (None, Err(why)) => Some(why.clone()),
        _ => None,
    };
    let gate = |direction: usize| match own.clone().or(default.clone()) {
        // The ACL that every network has lets everything through.
        None => Gate {
            filters: Vec::new(),
            otherwise: true,
            more: more.clone(),
        },
        Some(Err(why)) => Gate {
            more: Some(why),
            otherwise: true,
            ..Gate::default()
        },
        Some(Ok(id)) => Gate {
            filters: acls
                .filters
                .get(&id)
                .map(|pair| pair[direction])
                .into_iter()
                .collect(),
            otherwise: false,
            more: more
                .clone()
                .or((!acls.filters.contains_key(&id)).then_some(Why::Condition)),
        },
    };
    [gate(0), gate(1)]
}
