//! Enforcement points: every way from here to there passes one.

use std::collections::{BTreeMap, BTreeSet};

use super::place::{Placed, Standing};
use super::{Answer, Kind, Verdict, name, step, steps};
use crate::catalog::Path;
use crate::eval::{Truth, Value};
use crate::graph::{Resource, ResourceId};
use crate::intent::language::{Enforcement, Point, Runtime, Thing};
use crate::intent::things::Worded as _;
use crate::network::address::internet;

/// The answers about what every path must pass.
pub(super) fn answers(placed: &Placed<'_>) -> Vec<Answer> {
    let all = placed.intent.enforce.iter();
    all.map(|own| enforced(placed, own)).collect()
}

fn enforced(placed: &Placed<'_>, own: &Enforcement) -> Answer {
    let intent = placed.intent;
    let to = format!("{} by {}", name(intent, own.to.value), own.by.value.word());
    let answer = Answer::new(
        Kind::Enforcement,
        name(intent, own.from.value),
        to,
        own.span,
    );
    match own.by.value {
        Point::Authorizer => authorizer(placed, own, answer),
        _ if own.from.value != Thing::Internet => answer.with(
            Verdict::Undecided,
            "only ways from the Internet can be followed to such a point",
        ),
        point => doors(placed, own, point, answer),
    }
}

/// Every endpoint that the Internet reaches by itself and from which a way leads there has the point before it.
fn doors(placed: &Placed<'_>, own: &Enforcement, point: Point, mut answer: Answer) -> Answer {
    let topology = placed.topology;
    let there: BTreeSet<u32> = placed.endpoints(own.to.value).into_iter().collect();
    if there.is_empty() {
        return answer.stale(false, true);
    }
    let mut open = None;
    let behind = behind(placed, &there);
    for at in 0..topology.endpoints.len() as u32 {
        let direct = topology.cells(at).iter().filter(|cell| cell.over.is_none());
        let reached = Truth::any(direct.map(|cell| cell.extent.meets(internet())));
        if reached.is_false() || !behind.contains(&at) {
            continue;
        }
        let resource = placed
            .graph
            .resource(topology.endpoints[at as usize].resource);
        match (has(placed, resource, point), reached) {
            (Truth::True, _) => {
                let text = format!("behind {}", point.word());
                answer.path.push(step(placed.graph, resource.id, text));
            }
            (Truth::False, Truth::True) => {
                let exposure = topology.exposure(at, &[], &[]);
                answer.path = steps(placed.graph, &exposure.path);
                answer.witness = exposure.packet;
                let because = format!("no {} stands before {}", point.word(), resource.address);
                answer.change = Some(format!("one before {} would", resource.address));
                return answer.with(Verdict::Violated, because);
            }
            _ => {
                open = open.or(Some(format!(
                    "whether a {} stands before {}",
                    point.word(),
                    resource.address
                )))
            }
        }
    }
    match open {
        Some(open) => answer.with(Verdict::Undecided, open),
        None => answer,
    }
}

/// The endpoints from which some way leads to these, and these.
fn behind(placed: &Placed<'_>, there: &BTreeSet<u32>) -> BTreeSet<u32> {
    let intent = placed.intent;
    // By segment: who may talk to whom is said by the flows, and what is possible besides is a violation of its own.
    let mut leads: BTreeMap<Thing, Vec<Thing>> = BTreeMap::new();
    for flow in &intent.flows {
        let segments = [flow.from.value, flow.to.value].map(|end| intent.segment_of(end));
        if let [Some(from), Some(to)] = segments {
            leads
                .entry(Thing::Segment(to))
                .or_default()
                .push(Thing::Segment(from));
        }
    }
    let mut segments: BTreeSet<Thing> = BTreeSet::new();
    let mut waiting: Vec<Thing> = there
        .iter()
        .filter_map(|at| match placed.standing[*at as usize] {
            Standing::In(segment) => Some(Thing::Segment(segment)),
            _ => None,
        })
        .collect();
    let first = waiting.clone();
    while let Some(segment) = waiting.pop() {
        for from in leads.get(&segment).into_iter().flatten() {
            if segments.insert(*from) {
                waiting.push(*from);
            }
        }
    }
    segments.retain(|segment| !first.contains(segment));
    let mut all = there.clone();
    all.extend(
        segments
            .into_iter()
            .flat_map(|segment| placed.endpoints(segment)),
    );
    all
}

/// Whether a point stands before an endpoint.
fn has(placed: &Placed<'_>, resource: &Resource, point: Point) -> Truth {
    let balancer = resource.kind.contains("load_balancer");
    match point {
        Point::Waf => associated(placed, resource.id, "web_acl_association"),
        Point::IdentityAwareProxy if balancer => logs_in(placed, resource.id),
        Point::Firewall => Truth::Unknown,
        Point::IdentityAwareProxy | Point::Authorizer => Truth::False,
    }
}

/// Whether something of a kind names a resource.
fn associated(placed: &Placed<'_>, id: ResourceId, kind: &str) -> Truth {
    let graph = placed.graph;
    let is = |from: ResourceId| {
        let from = graph.resource(from);
        from.kind.contains(kind) || from.address.type_name.contains(kind)
    };
    let there = graph.incoming(id).filter(|edge| is(edge.from));
    let there = Truth::any(there.map(|edge| graph.resource(edge.from).exists));
    let resource = graph.resource(id);
    let mut open = graph.open_towards(resource).filter(|edge| is(edge.from));
    match open.next() {
        Some(_) => there | Truth::Unknown,
        None => there,
    }
}

/// Whether every listener of a load balancer makes people log in first.
fn logs_in(placed: &Placed<'_>, balancer: ResourceId) -> Truth {
    let graph = placed.graph;
    let listeners = graph
        .incoming(balancer)
        .map(|edge| graph.resource(edge.from));
    let listeners = listeners.filter(|own| own.kind == "aws.elasticloadbalancingv2.listener");
    let asks = |listener: &Resource| {
        let path = Path::parse("default_actions").unwrap_or_default();
        let actions = listener.get(&path);
        let login = |action: &Value| {
            let kind = action
                .as_map()
                .and_then(|map| map.value("type").or(map.value("Type")));
            kind.map_or(Truth::Unknown, |kind| {
                kind.starts_with("authenticate-") | kind.equals_text("redirect")
            })
        };
        match actions.as_ref().and_then(Value::as_list) {
            Some(list) => Truth::any(list.items.iter().map(login)),
            None => actions.as_ref().map_or(Truth::Unknown, login),
        }
    };
    Truth::all(listeners.map(asks))
}

/// Every route of an API has an authoriser.
fn authorizer(placed: &Placed<'_>, own: &Enforcement, mut answer: Answer) -> Answer {
    let intent = placed.intent;
    let apis = (0..intent.workloads.len()).filter(|at| {
        intent.workloads[*at].runtime.value == Runtime::Api
            && (intent.is_within(Thing::Workload(*at), own.to.value)
                || intent.workloads[*at]
                    .to
                    .iter()
                    .any(|to| intent.is_within(Thing::Workload(to.value), own.to.value)))
    });
    let ids: Vec<ResourceId> = apis
        .flat_map(|at| {
            placed
                .things
                .get(&Thing::Workload(at))
                .cloned()
                .unwrap_or_default()
        })
        .collect();
    if ids.is_empty() {
        return answer.stale(false, true);
    }
    let graph = placed.graph;
    let mut open = None;
    for id in ids {
        let routes = graph.incoming(id).map(|edge| graph.resource(edge.from));
        let routes = routes.filter(|own| {
            matches!(
                own.kind.as_str(),
                "aws.apigatewayv2.route" | "aws.apigateway.method"
            )
        });
        for route in routes {
            let path = Path::parse("authorization_type").unwrap_or_default();
            let value = route.get(&path);
            let none = value.as_ref().map_or(Truth::True, |value| {
                value.is_null() | value.test_text(|text| text.eq_ignore_ascii_case("NONE"))
            });
            match none {
                Truth::True => {
                    answer.path = vec![step(graph, route.id, "nobody asks who calls here")];
                    answer.change = Some(format!("an authorizer of {} would", route.address));
                    return answer.with(
                        Verdict::Violated,
                        format!("{} has no authorizer", route.address),
                    );
                }
                Truth::Unknown => {
                    open = open.or(Some(format!("whether {} has an authorizer", route.address)))
                }
                Truth::False => {
                    answer
                        .path
                        .push(step(graph, route.id, "an authorizer asks who calls"))
                }
            }
        }
    }
    match open {
        Some(open) => answer.with(Verdict::Undecided, open),
        None => answer,
    }
}
