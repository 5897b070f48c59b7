//! Endpoints: their interfaces, as the vocabulary says where they are written, and who uses what filters.

use super::aws::{Cloud, default_marks, unfiltered};
use super::filter::{Gate, Mark, Marks};
use super::read::{End, Reader, Rooted};
use super::{Endpoint, Fact, Interface, Topology};
use crate::catalog::{EndpointSpec, InterfaceSpec};
use crate::eval::{Data, Truth, Value, Why};
use crate::graph::{Resource, ResourceId};
use crate::network::address::{Addresses, parse};

/// How many templates stand behind each other.
const MAX_TEMPLATES: usize = 4;
/// What leads connections from outside to what it names, without a public address of that.
const FRONTS: [&str; 4] = [
    "aws.globalaccelerator.endpoint_group",
    "aws_globalaccelerator_endpoint_group",
    "aws.cloudfront.vpc_origin",
    "aws_cloudfront_vpc_origin",
];

/// Adds the endpoints of one provider.
pub(super) fn endpoints(
    reader: &Reader<'_>,
    topology: &mut Topology,
    cloud: &mut Cloud,
    front: &str,
) {
    for kind in reader
        .catalog
        .kinds()
        .iter()
        .filter(|kind| kind.name.starts_with(front))
    {
        let Some(spec) = kind.endpoint.as_ref().filter(|spec| !spec.template) else {
            continue;
        };
        for resource in reader.of_kind(&kind.name).collect::<Vec<_>>() {
            let endpoint = endpoint(reader, topology, cloud, resource, spec);
            topology.push(endpoint);
        }
    }
}

fn endpoint(
    reader: &Reader<'_>,
    topology: &Topology,
    cloud: &mut Cloud,
    resource: &Resource,
    spec: &EndpointSpec,
) -> Endpoint {
    let mut open = None;
    let mut interfaces = Vec::new();
    for (way, item) in ways(reader, resource, spec, &mut open) {
        let mut read = Reading {
            reader,
            topology,
            cloud,
            resource,
            way,
            item: item.as_ref(),
            depth: 0,
        };
        interfaces.extend(read.interfaces());
    }
    let incoming = reader.graph.incoming(resource.id);
    let mut fronts = incoming.map(|edge| reader.graph.resource(edge.from));
    let front = fronts.find(|from| FRONTS.contains(&from.kind.as_str()));
    let open = open.map(|why: Why| why.to_string());
    Endpoint {
        resource: resource.id,
        is: spec.is.clone(),
        data: spec.data,
        deaf: spec.deaf,
        exists: resource.exists,
        interfaces,
        open: front
            .map(|front| format!("{} leads to it from outside", front.address))
            .or(open),
        listens: None,
    }
}

/// The ways in which a resource says what interfaces it has: the first that says something.
fn ways<'s>(
    reader: &Reader<'_>,
    resource: &Resource,
    spec: &'s EndpointSpec,
    open: &mut Option<Why>,
) -> Vec<(&'s InterfaceSpec, Option<Value>)> {
    for way in &spec.interfaces {
        if way.each.is_empty() {
            return vec![(way, None)];
        }
        let items = reader.values(resource, None, &(true, way.each.clone()));
        let mut found = Vec::new();
        for item in items {
            match &item.resolved().data {
                Data::Map(_) => found.push((way, Some(item))),
                Data::Null => {}
                _ => *open = Some(item.first_why().unwrap_or(Why::Condition)),
            }
        }
        if !found.is_empty() || open.is_some() {
            return found;
        }
    }
    Vec::new()
}

struct Reading<'a, 'c> {
    reader: &'a Reader<'a>,
    topology: &'a Topology,
    cloud: &'c mut Cloud,
    resource: &'a Resource,
    way: &'a InterfaceSpec,
    item: Option<&'a Value>,
    depth: usize,
}

/// What was written about an interface, before what holds when nothing is.
#[derive(Default)]
struct Written {
    groups: Vec<End>,
    subnets: Vec<End>,
    public: Option<Fact>,
    by_subnet: bool,
    addresses: Vec<Value>,
    v6: Vec<Value>,
}

impl Reading<'_, '_> {
    fn values(&self, paths: &[Rooted]) -> Vec<Value> {
        let paths = paths.iter();
        paths
            .flat_map(|path| self.reader.values(self.resource, self.item, path))
            .collect()
    }

    /// The interfaces: those that are resources of their own, or the one that is written here.
    fn interfaces(&mut self) -> Vec<Interface> {
        let by = self.reader.ends(&self.values(&self.way.by));
        if !by.is_empty() && self.depth < MAX_TEMPLATES {
            return by.into_iter().flat_map(|end| self.named(end)).collect();
        }
        let written = self.written();
        vec![self.made(written)]
    }

    /// An interface that is a resource of its own.
    fn named(&mut self, end: End) -> Vec<Interface> {
        let id = match end.to {
            Ok(id) if end.unsure.is_none() => id,
            to => {
                let why = to.err().or(end.unsure).unwrap_or(Why::Condition);
                return vec![nowhere(why)];
            }
        };
        let resource = self.reader.graph.resource(id);
        let kind = self.reader.catalog.kind(&resource.kind);
        let Some(spec) = kind.and_then(|kind| kind.endpoint.as_ref()) else {
            return vec![nowhere(Why::Elsewhere(resource.address.to_string().into()))];
        };
        let Some(way) = spec.interfaces.first() else {
            return Vec::new();
        };
        let mut inner = Reading {
            reader: self.reader,
            topology: self.topology,
            cloud: self.cloud,
            resource,
            way,
            item: None,
            depth: self.depth + 1,
        };
        inner.interfaces()
    }

    fn written(&mut self) -> Written {
        let public = self.reader.switch(&self.values(&self.way.public));
        let mut written = Written {
            groups: self.reader.ends(&self.values(&self.way.groups)),
            subnets: self.reader.ends(&self.values(&self.way.subnets)),
            public: public.map(|(truth, why, origin)| Fact { truth, why, origin }),
            by_subnet: self.way.public_by_subnet,
            addresses: self.values(&self.way.addresses),
            v6: self.reader.at(self.resource, "ipv6_addresses[]"),
        };
        written
            .v6
            .extend(self.reader.at(self.resource, "ipv6_address_count"));
        if self.depth < MAX_TEMPLATES {
            for end in self.reader.ends(&self.values(&self.way.template)) {
                self.template(end, &mut written);
            }
        }
        if written.public.is_none() && self.way.public_by_service {
            written.public = Some(Fact::unknown(Why::Elsewhere(
                "the default of the service".into(),
            )));
        }
        written
    }

    /// Adds what a template says where nothing else does.
    fn template(&mut self, end: End, written: &mut Written) {
        let open = |why: Why| End {
            to: Err(why),
            unsure: None,
            origin: end.origin.clone(),
        };
        let id = match (&end.to, &end.unsure) {
            (Ok(id), None) => *id,
            (Err(why), _) | (Ok(_), Some(why)) => {
                if written.groups.is_empty() {
                    written.groups.push(open(why.clone()));
                }
                written.public.get_or_insert(Fact::unknown(why.clone()));
                return;
            }
        };
        self.cloud.used.insert(id);
        let resource = self.reader.graph.resource(id);
        let kind = self.reader.catalog.kind(&resource.kind);
        let Some(spec) = kind.and_then(|kind| kind.endpoint.as_ref()) else {
            return;
        };
        let mut unknown = None;
        for (way, item) in ways(self.reader, resource, spec, &mut unknown) {
            let mut inner = Reading {
                reader: self.reader,
                topology: self.topology,
                cloud: self.cloud,
                resource,
                way,
                item: item.as_ref(),
                depth: self.depth + 1,
            };
            let theirs = inner.written();
            if written.groups.is_empty() {
                written.groups = theirs.groups;
            }
            if written.subnets.is_empty() {
                written.subnets = theirs.subnets;
            }
            if written.public.is_none() {
                written.public = theirs.public;
            }
        }
        if let Some(why) = unknown {
            written.groups.push(open(why));
        }
    }

    fn made(&mut self, written: Written) -> Interface {
        let mut subnets = Vec::new();
        for end in &written.subnets {
            self.subnets(end, &mut subnets, 0);
        }
        if subnets.is_empty() {
            subnets.push(Err(Why::Elsewhere("the default network".into())));
        }
        let network = self.reader.at(self.resource, "type");
        let balancer = self.resource.kind.contains("load_balancer");
        let bare = balancer
            && network
                .iter()
                .any(|value| value.as_text().is_some_and(|text| text != "application"));
        let marks = match written.groups.is_empty() {
            true if bare => Marks::default(),
            true => default_marks(self.topology, self.cloud, &subnets),
            false => self.marks(&written.groups),
        };
        let gates = match bare && written.groups.is_empty() {
            true => [vec![unfiltered()], vec![unfiltered()]],
            false => [0, 1].map(|direction| vec![self.gate(&marks, direction)]),
        };
        let public = written
            .public
            .or((!written.by_subnet).then(|| Fact::known(false)));
        let dual = self.reader.at(self.resource, "ip_address_type");
        let dual = dual.iter().any(|value| {
            value
                .as_text()
                .is_some_and(|text| text.contains("dualstack"))
        });
        let v6 = match (balancer, written.by_subnet) {
            (true, _) => {
                Some(public.as_ref().map_or(Truth::False, |fact| fact.truth) & Truth::from(dual))
            }
            (false, true) if !written.v6.is_empty() => Some(Truth::True),
            (false, true) => None,
            // Tasks get an address of IPv6 where their subnet has some and the account says so; databases never a
            // public one.
            (false, false) if self.resource.kind == "aws.ecs.service" => {
                let own = subnets.iter().flatten();
                let six = own.map(|at| self.topology.subnets[*at as usize].v6);
                Some(Truth::any(six) & Truth::Unknown)
            }
            (false, false) => Some(Truth::False),
        };
        Interface {
            spread: self.way.spread && subnets.iter().all(Result::is_ok),
            subnets,
            public,
            v6,
            addresses: addresses(&written.addresses),
            marks,
            gates,
        }
    }

    /// The subnets that something names: itself, or what it lists.
    fn subnets(&self, end: &End, out: &mut Vec<Result<u32, Why>>, depth: usize) {
        let id = match (&end.to, &end.unsure) {
            (Ok(id), None) => *id,
            (Err(why), _) | (Ok(_), Some(why)) => return out.push(Err(why.clone())),
        };
        if let Some(at) = self.cloud.subnets.get(&id) {
            if !out.contains(&Ok(*at)) {
                out.push(Ok(*at));
            }
            return;
        }
        let resource = self.reader.graph.resource(id);
        let listed = self.reader.ends(&self.reader.at(resource, "subnet_ids[]"));
        if listed.is_empty() || depth > 2 {
            return out.push(Err(Why::Elsewhere(resource.address.to_string().into())));
        }
        listed
            .iter()
            .for_each(|end| self.subnets(end, out, depth + 1));
    }

    fn marks(&self, groups: &[End]) -> Marks {
        let mut marks = Marks::default();
        for end in groups {
            match &end.to {
                Ok(id) if self.cloud.groups.contains_key(id) => {
                    marks.known.push((Mark::Resource(*id), end.unsure.clone()));
                }
                Ok(id) => {
                    let name = self.reader.graph.resource(*id).address.to_string();
                    marks.more = Some(Why::Elsewhere(name.into()));
                }
                Err(why) => marks.more = Some(why.clone()),
            }
        }
        marks
    }

    /// What the groups of an interface let through together.
    fn gate(&self, marks: &Marks, direction: usize) -> Gate {
        let mut gate = Gate {
            more: marks.more.clone(),
            ..Gate::default()
        };
        for (mark, unsure) in &marks.known {
            let Mark::Resource(id) = mark else { continue };
            match (self.cloud.groups.get(id), unsure) {
                (Some(pair), None) if !gate.filters.contains(&pair[direction]) => {
                    gate.filters.push(pair[direction]);
                }
                (Some(_), None) => {}
                (_, Some(why)) => gate.more = Some(why.clone()),
                (None, None) => gate.more = Some(Why::Condition),
            }
        }
        gate
    }
}

/// An interface of which nothing is known.
fn nowhere(why: Why) -> Interface {
    let gate = Gate {
        more: Some(why.clone()),
        ..Gate::default()
    };
    Interface {
        subnets: vec![Err(why.clone())],
        spread: false,
        public: Some(Fact::unknown(why.clone())),
        v6: Some(Truth::Unknown),
        addresses: None,
        marks: Marks {
            known: Vec::new(),
            more: Some(why),
        },
        gates: [vec![gate.clone()], vec![gate]],
    }
}

fn addresses(values: &[Value]) -> Option<Addresses> {
    let known: Option<Vec<Addresses>> =
        values.iter().map(|value| parse(value.as_text()?)).collect();
    known
        .filter(|known| !known.is_empty())
        .map(|known| Addresses::union(&known))
}

/// Who uses the groups and ACLs of a provider.
pub(super) fn users(reader: &Reader<'_>, topology: &mut Topology, cloud: &Cloud) {
    // That an interface is perhaps in a group is no gate of its own.
    for at in 0..topology.endpoints.len() {
        let interfaces = topology.endpoints[at].interfaces.iter();
        let marks = interfaces.flat_map(|interface| &interface.marks.known);
        let perhaps: Vec<(Mark, Why)> = marks
            .filter_map(|(mark, why)| Some((mark.clone(), why.clone()?)))
            .collect();
        for (mark, why) in perhaps {
            if let Mark::Resource(id) = mark {
                let users = topology.users.entry(id).or_default();
                users.endpoints.push((at as u32, Some(why)));
            }
        }
    }
    topology.use_filters(0, 0, &|topology, id| others(reader, topology, cloud, id));
}

/// Why something else may use a filter than the endpoints that are known.
fn others(
    reader: &Reader<'_>,
    topology: &Topology,
    cloud: &Cloud,
    id: ResourceId,
) -> Option<String> {
    let graph = reader.graph;
    let own = graph.resource(id);
    if graph.around.exported.contains(&id) {
        return Some(format!("{} is given to others as an output", own.address));
    }
    if graph.around.incomplete {
        return Some("a module that is not here may use it".to_owned());
    }
    graph
        .incoming(id)
        .map(|edge| graph.resource(edge.from))
        .find_map(|from| {
            let known = topology.endpoint(from.id).is_some()
                || cloud.groups.contains_key(&from.id)
                || cloud.subnets.contains_key(&from.id)
                || cloud.used.contains(&from.id)
                || !matches!(from.address.mode, crate::eval::Mode::Managed)
                || is_rule(from);
            (!known).then(|| {
                format!(
                    "{} uses it, and where that stands is not known",
                    from.address
                )
            })
        })
}

/// Whether a resource is a part of a filter, or joins one to something.
fn is_rule(resource: &Resource) -> bool {
    const PARTS: [&str; 12] = [
        "security_group_rule",
        "security_group_ingress",
        "security_group_egress",
        "securitygroupingress",
        "securitygroupegress",
        "sg_attachment",
        "network_acl_rule",
        "network_acl_entry",
        "network_acl_association",
        "networkaclentry",
        "security_group_association",
        "security_rule",
    ];
    let name = resource.address.type_name.to_ascii_lowercase();
    PARTS.iter().any(|part| name.contains(part))
}
