//! The networks of AWS.

mod join;
mod route;
mod subnet;

use rustc_hash::{FxHashMap, FxHashSet};

use super::filter::{Filter, Gate, Mark, Marks, Rule, Side};
use super::read::Reader;
use super::rules::{self, Dialect, everywhere, networks};
use super::{Net, Topology, interface};
use crate::eval::{Language, Why};
use crate::graph::{Resource, ResourceId};

const VPC: &str = "aws.ec2.vpc";
const SUBNET: &str = "aws.ec2.subnet";
const GROUP: &str = "aws.ec2.security_group";
const DEFAULT_GROUP: &str = "aws_default_security_group";
const ACL: &str = "aws.ec2.network_acl";
const TABLE: &str = "aws.ec2.route_table";

/// What is known of one cloud while its endpoints are read.
pub(super) struct Cloud {
    /// The filters of groups, inward and outward.
    pub(super) groups: FxHashMap<ResourceId, [u32; 2]>,
    /// The group that a network gives to what names none.
    pub(super) default_groups: FxHashMap<u32, Mark>,
    /// The places of networks and of subnets.
    pub(super) nets: FxHashMap<ResourceId, u32>,
    pub(super) subnets: FxHashMap<ResourceId, u32>,
    /// What is used as a template by something.
    pub(super) used: FxHashSet<ResourceId>,
}

/// Adds the networks of AWS.
pub(super) fn build(reader: &Reader<'_>, topology: &mut Topology) {
    let mut cloud = Cloud {
        groups: FxHashMap::default(),
        default_groups: FxHashMap::default(),
        nets: FxHashMap::default(),
        subnets: FxHashMap::default(),
        used: FxHashSet::default(),
    };
    nets(reader, topology, &mut cloud);
    groups(reader, topology, &mut cloud);
    let mains = route::tables(reader, topology, &cloud);
    subnet::subnets(reader, topology, &mut cloud, &mains);
    join::joins(reader, topology, &cloud);
    interface::endpoints(reader, topology, &mut cloud, "aws");
    interface::users(reader, topology, &cloud);
}

fn nets(reader: &Reader<'_>, topology: &mut Topology, cloud: &mut Cloud) {
    for vpc in reader.of_kind(VPC) {
        let mut values = reader.at(vpc, "cidr_block");
        values.extend(reader.at(vpc, "cidr_blocks[]"));
        let (addresses, more) = networks(&values);
        let at = topology.nets.len() as u32;
        cloud.nets.insert(vpc.id, at);
        cloud.default_groups.insert(at, Mark::Resource(vpc.id));
        topology.nets.push(Net {
            resource: vpc.id,
            addresses,
            more,
        });
    }
}

/// The first resource of some kinds that a path names, or why it is not here.
fn one(reader: &Reader<'_>, resource: &Resource, path: &str) -> Option<Result<ResourceId, Why>> {
    let ends = reader.ends(&reader.at(resource, path));
    let first = ends.into_iter().next()?;
    Some(match (first.to, first.unsure) {
        (Ok(_), Some(why)) => Err(why),
        (to, _) => to,
    })
}

fn net_of(reader: &Reader<'_>, cloud: &Cloud, resource: &Resource, path: &str) -> Result<u32, Why> {
    match one(reader, resource, path) {
        Some(Ok(id)) => cloud
            .nets
            .get(&id)
            .copied()
            .ok_or(Why::Elsewhere(path.into())),
        Some(Err(why)) => Err(why),
        None => Err(Why::Elsewhere(path.into())),
    }
}

fn groups(reader: &Reader<'_>, topology: &mut Topology, cloud: &mut Cloud) {
    let list = |resource: &Resource| rules::named(reader, resource);
    let word = |_: &str| None;
    let mark = |_: &str| None;
    let dialect = Dialect {
        lists: &[],
        groups: &[],
        own: &[],
        source_ports: &[],
        nobody_is_everybody: false,
        word: &word,
        list: &list,
        mark: &mark,
    };
    let all = reader.of_kind(GROUP).chain(reader.of_kind(DEFAULT_GROUP));
    for group in all.collect::<Vec<_>>() {
        let Some(kind) = reader.catalog.kind(&group.kind) else {
            continue;
        };
        let flow = |name: &str| kind.flows.iter().find(|flow| flow.name == name);
        let (Some(ingress), Some(egress)) = (flow("ingress"), flow("egress")) else {
            continue;
        };
        let inward = rules::read(reader, group, ingress, &dialect);
        let mut outward = rules::read(reader, group, egress, &dialect);
        // The service lets a new group out everywhere. Terraform takes that away; CloudFormation leaves it where the
        // group itself says nothing.
        let written = !reader.at(group, "security_group_egress[]").is_empty();
        if group.language == Language::CloudFormation && !written {
            outward.rules.push(everywhere(group));
        }
        let pair = [
            topology.filter(Filter::new(group.id, inward.rules, inward.more)),
            topology.filter(Filter::new(group.id, outward.rules, outward.more)),
        ];
        cloud.groups.insert(group.id, pair);
        if group.kind == DEFAULT_GROUP
            && let Ok(net) = net_of(reader, cloud, group, "vpc_id")
        {
            cloud.default_groups.insert(net, Mark::Resource(group.id));
            // It is called by its network, too.
            let vpc = topology.nets[net as usize].resource;
            cloud.groups.insert(vpc, pair);
        }
    }
    for vpc in cloud.nets.keys().copied().collect::<Vec<_>>() {
        if cloud.groups.contains_key(&vpc) {
            continue;
        }
        let resource = reader.graph.resource(vpc);
        let inside = Rule {
            peer: Side {
                marks: vec![Mark::Resource(vpc)],
                ..Side::default()
            },
            ..everywhere(resource)
        };
        let more = default_group_more(reader, vpc);
        let pair = [
            topology.filter(Filter::new(vpc, vec![inside], more.clone())),
            topology.filter(Filter::new(vpc, vec![everywhere(resource)], more)),
        ];
        cloud.groups.insert(vpc, pair);
    }
}

/// Rules that something adds to the default group of a network.
fn default_group_more(reader: &Reader<'_>, vpc: ResourceId) -> Option<Why> {
    let groups = reader
        .graph
        .incoming(vpc)
        .map(|edge| (edge, reader.graph.resource(edge.from)));
    let mut adding = groups.filter(|(edge, from)| {
        let rule = from.address.type_name.contains("security_group_")
            || from.kind.contains("security_group_");
        rule && edge.attribute.to_lowercase().contains("group") && from.kind != GROUP
    });
    adding
        .next()
        .map(|(_, from)| Why::Elsewhere(from.address.to_string().into()))
}

/// The gate of an interface that can have no group.
pub(super) fn unfiltered() -> Gate {
    Gate {
        filters: Vec::new(),
        otherwise: true,
        more: None,
    }
}

/// The marks of an interface that names no group: the group of its network.
pub(super) fn default_marks(
    topology: &Topology,
    cloud: &Cloud,
    subnets: &[Result<u32, Why>],
) -> Marks {
    let first = subnets
        .first()
        .cloned()
        .unwrap_or(Err(Why::Elsewhere("the default network".into())));
    let net = first.and_then(|at| topology.subnets[at as usize].net.clone());
    match net {
        Ok(net) => {
            let mut known: Vec<(Mark, Option<Why>)> =
                vec![(Mark::Resource(topology.nets[net as usize].resource), None)];
            if let Some(mark) = cloud.default_groups.get(&net)
                && known[0].0 != *mark
            {
                known.push((mark.clone(), None));
            }
            Marks { known, more: None }
        }
        Err(why) => Marks {
            known: Vec::new(),
            more: Some(why),
        },
    }
}
