//! Flows to the services of the cloud: over endpoints in the network, or over the Internet.

use super::place::{Placed, Standing};
use super::{Answer, Kind, Verdict, name, step};
use crate::catalog::Path;
use crate::eval::{Truth, Value, Why};
use crate::graph::ResourceId;
use crate::intent::language::{Cloud, Flow, Thing};
use crate::network::address::internet;
use crate::network::topology::{TCP, Target};

/// The port of services.
const PORT: u16 = 443;

/// The answers about flows to services, one for each service.
pub(super) fn answers(placed: &Placed<'_>) -> Vec<Answer> {
    if placed.intent.cloud.value != Cloud::Aws {
        return Vec::new();
    }
    let flows = placed.intent.flows.iter();
    let flows = flows.filter(|flow| flow.to.value == Thing::Cloud);
    flows.flat_map(|flow| of_flow(placed, flow)).collect()
}

fn of_flow(placed: &Placed<'_>, flow: &Flow) -> Vec<Answer> {
    let from = placed.endpoints(flow.from.value);
    let services = flow.services.iter();
    services
        .map(|service| {
            let to = format!("{}:{}", name(placed.intent, Thing::Cloud), service.value);
            let mut answer = Answer::new(
                Kind::Flow,
                name(placed.intent, flow.from.value),
                to,
                flow.span,
            );
            answer.ports = flow.ports.iter().map(|own| own.value).collect();
            match from.first() {
                Some(one) => one_service(placed, *one, &service.value, answer),
                None => answer.stale(true, false),
            }
        })
        .collect()
}

fn one_service(placed: &Placed<'_>, from: u32, service: &str, mut answer: Answer) -> Answer {
    let topology = placed.topology;
    let endpoint = &topology.endpoints[from as usize];
    if endpoint.interfaces.is_empty() && endpoint.open.is_none() {
        // A function without a VPC runs in a network of AWS's, with access to its services (AWS Lambda Developer Guide,
        // "Giving Lambda functions access to resources in an Amazon VPC"). Of nothing else does silence say that.
        let kind = placed.graph.resource(endpoint.resource).kind.as_str();
        return match kind {
            "aws.lambda.function" => answer,
            _ => answer.with(
                Verdict::Undecided,
                "nothing says which network it stands in",
            ),
        };
    }
    let (ways, unsure) = ways(placed, service);
    for way in &ways {
        let own = placed.graph.resource(*way);
        let open = through(placed, from, *way);
        if (open & own.exists).is_true() {
            answer.path = vec![step(
                placed.graph,
                *way,
                format!("this endpoint leads to {service}"),
            )];
            return answer;
        }
    }
    let out = topology.outward(from);
    let mut out = out
        .iter()
        .filter(|cell| (cell.from..=cell.to).contains(&PORT) && cell.protocol == TCP);
    let over_internet = out
        .next()
        .map_or(Truth::False, |cell| cell.extent.meets(internet()));
    if over_internet.is_true() {
        return answer;
    }
    let open = ways.iter().map(|way| through(placed, from, *way));
    if Truth::any(open).is_unknown() || over_internet.is_unknown() || unsure.is_some() {
        let why = unsure.unwrap_or_else(|| topology.doubt_outward(from));
        return answer.with(Verdict::Undecided, why.to_string());
    }
    match ways.first() {
        Some(way) => {
            answer.path = vec![step(
                placed.graph,
                *way,
                "this endpoint is not reached on 443/tcp",
            )];
            answer.change =
                Some("a rule for 443/tcp in its group, or a route, would let it through".into());
            answer.with(
                Verdict::Blocked,
                "the endpoint of the service is not reached",
            )
        }
        None => {
            answer.change = Some(format!("an endpoint for {service} would let it through"));
            answer.with(
                Verdict::Blocked,
                "there is no endpoint for it, and no way out",
            )
        }
    }
}

/// The endpoints of a service, and why there may be more.
fn ways(placed: &Placed<'_>, service: &str) -> (Vec<ResourceId>, Option<Why>) {
    let (mut found, mut unsure) = (Vec::new(), None);
    for (at, standing) in placed.standing.iter().enumerate() {
        if *standing != Standing::Service {
            continue;
        }
        let id = placed.topology.endpoints[at].resource;
        let path = Path::parse("service_name").unwrap_or_default();
        let value = placed.graph.resource(id).get(&path);
        match value
            .as_ref()
            .map(|value| value.ends_with(&format!(".{service}")))
        {
            Some(Truth::True) => found.push(id),
            Some(Truth::Unknown) => unsure = unsure.or(value.as_ref().and_then(Value::first_why)),
            _ => {}
        }
    }
    (found, unsure)
}

/// Whether an endpoint reaches a service over an endpoint of the network.
fn through(placed: &Placed<'_>, from: u32, way: ResourceId) -> Truth {
    let topology = placed.topology;
    let own = &topology.endpoints[from as usize];
    let Some(at) = topology.endpoint(way) else {
        return Truth::Unknown;
    };
    // Of a gateway the routes decide, and the sender's own filters.
    let subnets = own.interfaces.iter().flat_map(|own| &own.subnets);
    let routed = subnets.map(|subnet| match subnet {
        Err(_) => Truth::Unknown,
        Ok(subnet) => match &topology.subnets[*subnet as usize].table {
            Err(_) => Truth::Unknown,
            Ok(table) => {
                let table = &topology.tables[*table as usize];
                let leads = table
                    .routes
                    .iter()
                    .any(|route| route.target == Target::Service(way));
                let listed = listed(placed, way, table.resource);
                match table.more {
                    Some(_) => Truth::from(leads || listed) | Truth::Unknown,
                    None => Truth::from(leads || listed),
                }
            }
        },
    });
    let gateway = Truth::any(routed) & topology.sends(from, TCP, PORT);
    if gateway.is_true() {
        return gateway;
    }
    let mut ranges = topology.between(from, at).into_iter();
    let interface = ranges.find(|own| own.protocol == TCP && (own.from..=own.to).contains(&PORT));
    gateway | interface.map_or(Truth::False, |own| own.open)
}

/// Whether an endpoint names a table of routes.
fn listed(placed: &Placed<'_>, way: ResourceId, table: Option<ResourceId>) -> bool {
    let edges = placed.graph.outgoing(way).iter();
    let to = edges.filter(|edge| edge.attribute.to_ascii_lowercase().contains("route"));
    let mut to = to.map(|edge| edge.to);
    table.is_some_and(|table| to.any(|own| own == table))
}
