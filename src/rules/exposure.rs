//! Whether the Internet reaches what a finding is about, and how bad the finding is then.

use rustc_hash::FxHashMap;

use super::RuleSet;
use super::declared::model::{Check, Reach, Rule};
use super::declared::read::paths;
use crate::catalog::{Catalog, Path};
use crate::eval::{Address, Mode};
use crate::findings::{Exposure, Finding, Label, Severity};
use crate::graph::{Graph, Resource, ResourceId};
use crate::network::topology::{self, ICMP, TCP, Topology, UDP};

/// What nobody reaches from outside is a weakness that needs others to matter.
const UNREACHED: Severity = Severity::Low;

/// What a finding asks about the Internet.
struct Asked<'a> {
    ports: &'a [(u16, u16)],
    protocols: Vec<u8>,
    /// Whether the rule is about nothing but being reached.
    decides: bool,
}

/// Knows whether the Internet reaches what findings are about.
pub(super) struct Judge<'g> {
    graph: &'g Graph,
    topology: &'g Topology,
    catalog: &'g Catalog,
    rules: &'g RuleSet,
    by_address: FxHashMap<&'g Address, ResourceId>,
}

impl<'g> Judge<'g> {
    pub(super) fn new(
        graph: &'g Graph,
        topology: &'g Topology,
        catalog: &'g Catalog,
        rules: &'g RuleSet,
    ) -> Self {
        let nothing = topology.endpoints.is_empty() && topology.filters.is_empty();
        let managed = graph
            .resources
            .iter()
            .filter(|own| !nothing && !own.partial && own.address.mode == Mode::Managed);
        Self {
            graph,
            topology,
            catalog,
            rules,
            by_address: managed.map(|own| (&*own.address, own.id)).collect(),
        }
    }

    /// Says of each finding whether the Internet reaches what it is about. Of rules that are about that alone, the
    /// findings are less severe where it is proven that it does not.
    pub(super) fn judge(&self, findings: &mut [Finding]) {
        if self.by_address.is_empty() {
            return;
        }
        findings.iter_mut().for_each(|finding| self.one(finding));
    }

    fn one(&self, finding: &mut Finding) {
        let Some(rule) = self.rules.find(&finding.rule) else {
            return;
        };
        let mut worst: Option<Box<Exposure>> = None;
        let mut decides = true;
        for address in &finding.subjects {
            let Some(id) = self.by_address.get(&**address) else {
                // What is said about something that is not here stands as it is.
                decides = false;
                continue;
            };
            let resource = self.graph.resource(*id);
            let asked = asked(rule, resource, self.catalog);
            decides &= asked.decides;
            let Some(found) = found(self.topology, *id, &asked) else {
                decides = false;
                continue;
            };
            let found = Box::new(shown(&found, self.graph));
            worst = Some(match worst {
                Some(known) => known.worse(found),
                None => found,
            });
        }
        if let Some(exposure) = &mut worst
            && decides
            && exposure.reached.is_false()
            && finding.severity > UNREACHED
        {
            exposure.lowered_from = Some(finding.severity);
            finding.severity = UNREACHED;
        }
        finding.exposure = worst;
    }
}

/// What a rule asks of a kind: the ports that a flow opens to strangers, or whether something has a public address.
fn asked<'r>(rule: &'r Rule, resource: &Resource, catalog: &Catalog) -> Asked<'r> {
    if let Some(reach) = to_strangers(&rule.check) {
        return Asked {
            ports: &reach.ports,
            protocols: reach
                .protocols
                .iter()
                .filter_map(|name| number(name))
                .collect(),
            decides: true,
        };
    }
    let kind = catalog
        .kind(&resource.kind)
        .and_then(|kind| kind.endpoint.as_ref());
    let ways = kind
        .map(|endpoint| endpoint.interfaces.as_slice())
        .unwrap_or_default();
    let public: Vec<&Path> = ways
        .iter()
        .flat_map(|way| &way.public)
        .map(|(_, path)| path)
        .collect();
    let mut about = Vec::new();
    paths(&rule.check, &Path::default(), &mut about);
    Asked {
        ports: &[],
        protocols: Vec::new(),
        decides: !about.is_empty() && about.iter().all(|path| public.contains(&path)),
    }
}

/// The question about strangers that a check asks of its own resource, when it asks nothing else.
fn to_strangers(check: &Check) -> Option<&Reach> {
    match check {
        Check::Not(inner) => to_strangers(inner),
        Check::Reachable(reach) => {
            let strangers = reach
                .from
                .iter()
                .all(|from| from == "world" || from == "public");
            (strangers && reach.flow.starts_with("ingress")).then_some(reach)
        }
        _ => None,
    }
}

fn number(protocol: &str) -> Option<u8> {
    match protocol {
        "tcp" => Some(TCP),
        "udp" => Some(UDP),
        "icmp" => Some(ICMP),
        _ => None,
    }
}

/// Whether the Internet reaches a resource, or what uses it as a filter. `None`: that is no question.
fn found(topology: &Topology, id: ResourceId, asked: &Asked<'_>) -> Option<topology::Exposure> {
    if let Some(endpoint) = topology.endpoint(id) {
        return Some(topology.exposure(endpoint, asked.ports, &asked.protocols));
    }
    let users = topology.users(id)?;
    Some(topology.exposure_of_users(users, asked.ports, &asked.protocols))
}

/// The same with places in place of resources.
fn shown(found: &topology::Exposure, graph: &Graph) -> Exposure {
    let hops = found.path.iter().map(|hop| {
        let resource = graph.resource(hop.resource);
        let origin = hop.origin.as_ref().map(|origin| origin.span);
        Label {
            span: origin
                .filter(|span| span.is_somewhere())
                .unwrap_or(resource.header),
            text: format!("{}: {}", resource.address, hop.text).into(),
        }
    });
    Exposure {
        reached: found.truth,
        because: found.because.clone(),
        packet: found.packet.clone(),
        path: hops.filter(|label| label.span.is_somewhere()).collect(),
        lowered_from: None,
    }
}
