//! Who can reach whom: endpoints, the filters around them, the routes between them, and exact answers.
//!
//! Made from the graph once. An endpoint stands with its interfaces in subnets; a packet to it passes the stateless
//! filter of the subnet, the gates of the subnet and of the interface, and its answer must find a way back. Every fact is
//! three-valued: what is not in this configuration leaves the answer open, with the reason, and *not* needs all of it.

mod aws;
mod azure;
mod balance;
mod between;
mod decide;
mod exposure;
mod extent;
mod filter;
mod google;
mod interface;
mod read;
mod replay;
mod route;
mod rules;

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

pub use between::{Join, Range, Refusal};
pub use decide::Cell;
pub use exposure::{Exposure, Hop, port_word, protocol_word};
pub use extent::Extent;
pub use filter::{Filter, Gate, ICMP, Mark, Marks, Rule, Side, TCP, UDP, Verdict};
pub use replay::Packet;
pub use route::{Route, Table, Target};

use crate::catalog::{Catalog, Kind};
use crate::eval::{Origin, Truth, Why};
use crate::graph::{Graph, ResourceId};
use crate::network::address::Addresses;

/// A network of a cloud.
#[derive(Debug, Clone)]
pub struct Net {
    /// The resource.
    pub resource: ResourceId,
    /// Its addresses, as far as they are known.
    pub addresses: Addresses,
    /// Why there may be more.
    pub more: Option<Why>,
}

/// A part of a network.
#[derive(Debug, Clone)]
pub struct Subnet {
    /// The resource.
    pub resource: ResourceId,
    /// The network.
    pub net: Result<u32, Why>,
    /// Its addresses.
    pub addresses: Addresses,
    /// Whether what stands in it has a public address unless it says otherwise, and why that is not known.
    pub gives_public: (Truth, Option<Why>),
    /// Whether it has addresses of IPv6.
    pub v6: Truth,
    /// Its routes.
    pub table: Result<u32, Why>,
    /// The filters that forget, inward and outward.
    pub stateless: [Gate; 2],
    /// The gates at its edge, inward and outward.
    pub gates: [Vec<Gate>; 2],
}

/// Something that is so, is not so, or is not known, and what says it.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// Whether it is so.
    pub truth: Truth,
    /// Why it is not known.
    pub why: Option<Why>,
    /// What says it.
    pub origin: Option<Origin>,
}

/// An interface, or several of the same kind.
#[derive(Debug, Clone)]
pub struct Interface {
    /// The subnets it may stand in.
    pub subnets: Vec<Result<u32, Why>>,
    /// Whether it stands in all of them.
    pub spread: bool,
    /// Whether it has a public address of IPv4; `None`: its subnet decides.
    pub public: Option<Fact>,
    /// Whether it has an address of IPv6; `None`: its subnet decides.
    pub v6: Option<Truth>,
    /// Its private addresses, where they are known.
    pub addresses: Option<Addresses>,
    /// Its marks.
    pub marks: Marks,
    /// Its gates, inward and outward.
    pub gates: [Vec<Gate>; 2],
}

/// What sends or receives.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// The resource.
    pub resource: ResourceId,
    /// What it is, in one word.
    pub is: String,
    /// Whether it keeps data.
    pub data: bool,
    /// Whether nothing can open a connection to it.
    pub deaf: bool,
    /// Whether it is there.
    pub exists: Truth,
    /// Its interfaces.
    pub interfaces: Vec<Interface>,
    /// Why nothing is known about how it is reached.
    pub open: Option<String>,
    /// The ports it listens on, by protocol; `None`: perhaps all.
    pub listens: Option<Vec<(u8, u16, u16)>>,
}

/// Who uses a group, a list or a firewall.
#[derive(Debug, Clone, Default)]
pub struct Users {
    /// The endpoints, with a reason where that is not sure.
    pub endpoints: Vec<(u32, Option<Why>)>,
    /// Why others may use it.
    pub more: Option<String>,
}

/// Everything that is known of the networks of a graph.
#[derive(Debug, Default)]
pub struct Topology {
    /// The endpoints, in the order of the graph.
    pub endpoints: Vec<Endpoint>,
    /// The networks.
    pub nets: Vec<Net>,
    /// Their parts.
    pub subnets: Vec<Subnet>,
    /// The filters.
    pub filters: Vec<Filter>,
    /// The tables of routes.
    pub tables: Vec<Table>,
    /// The ways through load balancers.
    pub balances: Vec<balance::Balance>,
    /// What joins networks.
    pub joins: Vec<Join>,
    by_resource: FxHashMap<ResourceId, u32>,
    users: FxHashMap<ResourceId, Users>,
    cells: Vec<OnceLock<Vec<Cell>>>,
    /// The numbers of the balances by what they lead to.
    ways: FxHashMap<u32, Vec<u32>>,
}

impl Topology {
    /// What a graph says of networks.
    pub fn new(graph: &Graph, catalog: &Catalog) -> Self {
        let mut topology = Topology::default();
        // Most stacks have nothing of a network.
        let about = |kind: &Kind| kind.endpoint.is_some() || !kind.flows.is_empty();
        let kinds = catalog.kinds().iter().filter(|kind| about(kind));
        let kinds = kinds.map(|kind| kind.name.as_str());
        let mut kinds = kinds.chain(azure::ENDPOINTS).chain(google::ENDPOINTS);
        if kinds.all(|kind| graph.of_kind(kind).is_empty()) {
            return topology;
        }
        let reader = read::Reader::new(graph, catalog);
        aws::build(&reader, &mut topology);
        azure::build(&reader, &mut topology);
        google::build(&reader, &mut topology);
        balance::build(&reader, &mut topology);
        topology
            .cells
            .resize_with(topology.endpoints.len(), OnceLock::new);
        for (number, way) in topology.balances.iter().enumerate() {
            let ways = topology.ways.entry(way.target).or_default();
            ways.push(number as u32);
        }
        topology
    }

    /// The endpoint that a resource is.
    pub fn endpoint(&self, resource: ResourceId) -> Option<u32> {
        self.by_resource.get(&resource).copied()
    }

    /// The networks that an endpoint stands in, as far as they are here.
    pub fn nets_of(&self, endpoint: u32) -> Vec<u32> {
        let interfaces = self.endpoints[endpoint as usize].interfaces.iter();
        let subnets = interfaces.flat_map(|own| own.subnets.iter().flatten());
        let nets = subnets.filter_map(|at| self.subnets[*at as usize].net.clone().ok());
        let mut nets: Vec<u32> = nets.collect();
        nets.sort_unstable();
        nets.dedup();
        nets
    }

    /// Who uses a resource that filters.
    pub fn users(&self, resource: ResourceId) -> Option<&Users> {
        self.users.get(&resource)
    }

    /// Notes which endpoints, from one on, stand behind which filters, from one on; `others` says why there may be more.
    fn use_filters(
        &mut self,
        from: usize,
        first: usize,
        others: &dyn Fn(&Topology, ResourceId) -> Option<String>,
    ) {
        for at in from..self.endpoints.len() {
            let interfaces = self.endpoints[at].interfaces.iter();
            let mut filters: Vec<u32> = Vec::new();
            for interface in interfaces {
                let subnets = interface.subnets.iter().flatten();
                let subnets = subnets.map(|at| &self.subnets[*at as usize]);
                let edges =
                    subnets.flat_map(|own| own.gates.iter().flatten().chain(&own.stateless));
                let gates = interface.gates.iter().flatten().chain(edges);
                filters.extend(gates.flat_map(|gate| &gate.filters));
            }
            for filter in filters {
                let id = self.filters[filter as usize].resource;
                let users = self.users.entry(id).or_default();
                // They come in order.
                if users
                    .endpoints
                    .last()
                    .is_none_or(|(known, _)| *known != at as u32)
                {
                    users.endpoints.push((at as u32, None));
                }
            }
        }
        let mut filters: Vec<ResourceId> = self.filters[first..]
            .iter()
            .map(|own| own.resource)
            .collect();
        filters.sort_unstable();
        filters.dedup();
        for id in filters {
            let more = others(self, id);
            let users = self.users.entry(id).or_default();
            users.more = users.more.take().or(more);
        }
    }

    fn push(&mut self, endpoint: Endpoint) -> u32 {
        let at = self.endpoints.len() as u32;
        self.by_resource.insert(endpoint.resource, at);
        self.endpoints.push(endpoint);
        at
    }

    fn filter(&mut self, filter: Filter) -> u32 {
        self.filters.push(filter);
        self.filters.len() as u32 - 1
    }
}

impl Fact {
    /// Known.
    pub fn known(truth: bool) -> Self {
        Self {
            truth: Truth::from(truth),
            why: None,
            origin: None,
        }
    }

    /// Not known.
    pub fn unknown(why: Why) -> Self {
        Self {
            truth: Truth::Unknown,
            why: Some(why),
            origin: None,
        }
    }
}
