//! Routes: the longest prefix decides where a packet goes.

use super::extent::Extent;
use crate::eval::{Origin, Truth, Why};
use crate::graph::ResourceId;
use crate::network::address::Addresses;

/// Where a route leads.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// Within the network.
    Local,
    /// To the Internet and back, for who has a public address.
    Internet,
    /// To the Internet, for connections that begin here.
    Outward(ResourceId),
    /// To another network, over a resource that joins them.
    Join(ResourceId),
    /// To a service, over an endpoint.
    Service(ResourceId),
    /// Nowhere.
    Nowhere,
    /// Nobody knows.
    Unknown(Why),
}

/// One route.
#[derive(Debug, Clone)]
pub struct Route {
    /// Where to.
    pub destination: Extent,
    /// How many bits of the destination it fixes, per version of the protocol; the larger is asked first.
    pub length: u8,
    /// Where it leads.
    pub target: Target,
    /// Why it may not be there.
    pub why: Option<Why>,
    /// What wrote it.
    pub origin: Option<Origin>,
}

/// The routes of a subnet.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// The resource; `None`: the one that a network is made with.
    pub resource: Option<ResourceId>,
    /// The routes, the longest first.
    pub routes: Vec<Route>,
    /// Why there may be more.
    pub more: Option<Why>,
}

impl Table {
    /// Routes in any order.
    pub fn new(resource: Option<ResourceId>, mut routes: Vec<Route>, more: Option<Why>) -> Self {
        routes.sort_by_key(|route| std::cmp::Reverse(route.length));
        Self {
            resource,
            routes,
            more,
        }
    }

    /// The destinations that go to targets that are asked for.
    pub fn towards(&self, asked: &dyn Fn(&Target) -> bool) -> Extent {
        // One more route may be longer than all of these.
        if self.more.is_some() {
            return Extent::open();
        }
        let mut found = Extent::none();
        for route in self.routes.iter().rev() {
            let matched = match route.why {
                None => route.destination.clone(),
                Some(_) => route.destination.given(Truth::Unknown),
            };
            let verdict = match &route.target {
                Target::Unknown(_) => Extent::open(),
                target => Extent::of(Truth::from(asked(target))),
            };
            found = found.after(&matched, &verdict);
        }
        found
    }

    /// Why it is not known where some destinations go.
    pub fn doubt(&self) -> Option<Why> {
        let own = self
            .routes
            .iter()
            .find_map(|route| match (&route.target, &route.why) {
                (_, Some(why)) | (Target::Unknown(why), None) => Some(why.clone()),
                _ => route.destination.sure.is_empty().then_some(Why::Condition),
            });
        self.more.clone().or(own)
    }

    /// The route that a destination takes for sure.
    pub fn route(&self, destination: &Addresses) -> Option<&Route> {
        self.routes
            .iter()
            .find(|route| route.destination.perhaps.meets(destination))
    }
}
