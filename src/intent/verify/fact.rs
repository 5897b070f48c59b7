//! Facts that the intent states of what keeps data, of the wire and of logs.

use super::place::{Placed, Standing};
use super::{Answer, Kind, Verdict, name, step};
use crate::catalog::Path;
use crate::eval::{Truth, Value, Why};
use crate::graph::{Resource, ResourceId};
use crate::intent::language::{Cloud, Flow, Thing};

/// The kind of keys.
const KEY: &str = "aws.kms.key";

/// The answers about stores, encryption on the wire and logs.
pub(super) fn answers(placed: &Placed<'_>) -> Vec<Answer> {
    if placed.intent.cloud.value != Cloud::Aws {
        return Vec::new();
    }
    let intent = placed.intent;
    let mut answers: Vec<Answer> = (0..intent.stores.len())
        .map(|at| store(placed, at))
        .collect();
    let flows = intent.flows.iter();
    let flows = flows.filter(|flow| flow.encrypted.value && flow.to.value != Thing::Cloud);
    answers.extend(flows.filter_map(|flow| wire(placed, flow)));
    answers.extend(logs(placed));
    answers
}

/// A store is encrypted with the key that the intent gives it.
fn store(placed: &Placed<'_>, at: usize) -> Answer {
    let intent = placed.intent;
    let own = &intent.stores[at];
    let key = Thing::Key(own.key.value);
    let to = format!("encrypted with {}", name(intent, key));
    let mut answer = Answer::new(Kind::Store, own.name.value.as_str(), to, own.name.span);
    let Some(ids) = placed.things.get(&Thing::Store(at)) else {
        return answer.stale(true, false);
    };
    for id in ids {
        let meant = placed.things.get(&key).cloned().unwrap_or_default();
        match keys_of(placed, *id) {
            (keys, _) if keys.iter().any(|own| meant.contains(own)) => {
                answer
                    .path
                    .push(step(placed.graph, *id, "it names the key"));
            }
            // A key that nobody named may be called anything.
            (keys, _) if !keys.is_empty() && meant.is_empty() => {
                answer.path.push(step(placed.graph, *id, "it names a key"));
            }
            (keys, None) if keys.is_empty() => {
                answer.path = vec![step(placed.graph, *id, "it names no key of this code")];
                answer.change = Some("name the key in its encryption".into());
                return answer.with(
                    Verdict::Violated,
                    "it is not encrypted with a key of its own",
                );
            }
            (keys, None) => {
                answer.path = vec![step(placed.graph, *id, "it names another key")];
                answer.change = keys.first().map(|_| format!("name {}", name(intent, key)));
                return answer.with(Verdict::Violated, "it is encrypted with another key");
            }
            (_, Some(why)) => return answer.with(Verdict::Undecided, why.to_string()),
        }
    }
    answer
}

/// The keys that a resource or what belongs to it names, and why there may be another.
fn keys_of(placed: &Placed<'_>, id: ResourceId) -> (Vec<ResourceId>, Option<Why>) {
    let graph = placed.graph;
    let own = graph.outgoing(id).iter().map(|edge| edge.to);
    let parts = graph.incoming(id).map(|edge| edge.from);
    let parts = parts.filter(|from| graph.resource(*from).kind.contains("encryption"));
    let parts = parts.flat_map(|from| graph.outgoing(from).iter().map(|edge| edge.to));
    // An alias stands for its key.
    let through = |to: ResourceId| match graph.resource(to).kind.as_str() {
        "aws.kms.alias" => graph
            .outgoing(to)
            .iter()
            .map(|edge| edge.to)
            .find(|to| graph.resource(*to).kind == KEY),
        KEY => Some(to),
        _ => None,
    };
    let mut keys: Vec<ResourceId> = own.chain(parts).filter_map(through).collect();
    keys.sort_unstable();
    keys.dedup();
    let open = graph.open(id).iter().chain(graph.outside(id));
    let mut open = open.filter(|edge| edge.kinds.iter().any(|kind| kind.contains("kms")));
    let why = open.next().map(|edge| edge.why.clone());
    (keys, why)
}

/// What decides what is spoken on a flow: listeners and groups of targets.
fn wire(placed: &Placed<'_>, flow: &Flow) -> Option<Answer> {
    let intent = placed.intent;
    let (from, to) = (name(intent, flow.from.value), name(intent, flow.to.value));
    let mut answer = Answer::new(Kind::Encryption, from, to, flow.span);
    answer.ports = flow.ports.iter().map(|own| own.value).collect();
    let topology = placed.topology;
    let receivers = placed.endpoints(flow.to.value);
    let senders = placed.endpoints(flow.from.value);
    let about = |port: Option<u16>| {
        port.is_none_or(|port| {
            flow.ports
                .iter()
                .any(|own| (own.value.from..=own.value.to).contains(&port))
        })
    };
    let mut asked: Vec<ResourceId> = Vec::new();
    for way in &topology.balances {
        if receivers.contains(&way.balancer) && about(way.port) {
            asked.push(way.listener);
        }
        if receivers.contains(&way.target)
            && senders.contains(&way.balancer)
            && about(way.target_port)
        {
            asked.extend(groups_of(placed, way.listener));
        }
    }
    asked.sort_unstable();
    asked.dedup();
    if asked.is_empty() {
        return None;
    }
    for id in asked {
        let resource = placed.graph.resource(id);
        match encrypts(resource) {
            Truth::True => answer.path.push(step(placed.graph, id, "it speaks TLS")),
            Truth::False => {
                answer.path = vec![step(placed.graph, id, "it speaks in the clear")];
                answer.change = Some(format!(
                    "HTTPS or TLS as the protocol of {}",
                    resource.address
                ));
                return Some(answer.with(Verdict::Violated, "it is not encrypted on the wire"));
            }
            Truth::Unknown => {
                let why = protocol(resource).and_then(|value| value.first_why());
                let why = why.unwrap_or(Why::Condition);
                return Some(answer.with(Verdict::Undecided, why.to_string()));
            }
        }
    }
    Some(answer)
}

fn groups_of(placed: &Placed<'_>, listener: ResourceId) -> Vec<ResourceId> {
    let graph = placed.graph;
    let to = graph.outgoing(listener).iter().map(|edge| edge.to);
    to.filter(|to| graph.resource(*to).kind == "aws.elasticloadbalancingv2.target_group")
        .collect()
}

fn protocol(resource: &Resource) -> Option<Value> {
    resource.get(&Path::parse("protocol").unwrap_or_default())
}

fn encrypts(resource: &Resource) -> Truth {
    let secret = |text: &str| matches!(text.to_ascii_uppercase().as_str(), "HTTPS" | "TLS");
    match protocol(resource) {
        Some(value) => value.test_text(secret),
        // The protocol of a listener is HTTP where nothing is said.
        None => Truth::False,
    }
}

/// Groups of logs are kept as long as the intent says, and traffic is logged.
fn logs(placed: &Placed<'_>) -> Vec<Answer> {
    let (graph, intent) = (placed.graph, placed.intent);
    let keep = intent.logs.keep;
    let mut answers = Vec::new();
    let mut kept = Answer::new(
        Kind::Logs,
        "logs",
        format!("kept {}", keep.value),
        keep.span,
    );
    let groups = graph.of_kind("aws.logs.log_group").iter();
    let mut groups = groups.filter(|id| !graph.resource(**id).partial).peekable();
    let any = groups.peek().is_some();
    for id in groups {
        let value = graph
            .resource(*id)
            .get(&Path::parse("retention_in_days").unwrap_or_default());
        // Without a number, or with zero, they are kept for ever.
        let days = value
            .as_ref()
            .map_or(Some(0), |value| match value.is_null().is_true() {
                true => Some(0),
                false => number(value),
            });
        match days {
            Some(0) => {}
            Some(days) if days >= keep.value.in_days() => {}
            Some(days) => {
                kept.path.push(step(graph, *id, format!("kept {days}d")));
                kept.verdict = Verdict::Violated;
                kept.because = "some logs are kept for less".into();
                kept.change = Some(format!("a retention of {}", keep.value));
            }
            None if kept.verdict == Verdict::Proven => {
                kept.verdict = Verdict::Undecided;
                kept.because = value
                    .and_then(|value| value.first_why())
                    .unwrap_or(Why::Condition)
                    .to_string();
            }
            None => {}
        }
    }
    if any {
        answers.push(kept);
    }
    // Other networks of the stack are none of its business.
    let stands = |net: u32| {
        let all = 0..placed.standing.len() as u32;
        let mut own = all.filter(|at| matches!(placed.standing[*at as usize], Standing::In(_)));
        own.any(|at| placed.topology.nets_of(at).contains(&net))
    };
    for (at, net) in placed.topology.nets.iter().enumerate() {
        if !intent.logs.traffic.value || !stands(at as u32) {
            continue;
        }
        let logged = graph
            .incoming(net.resource)
            .filter(|edge| graph.resource(edge.from).kind == "aws.ec2.flow_log");
        let logged = Truth::any(logged.map(|edge| graph.resource(edge.from).exists));
        let address = graph.resource(net.resource).address.to_string();
        let mut answer = Answer::new(Kind::Logs, address, "traffic is logged", keep.span);
        answer.path = vec![step(graph, net.resource, "this network")];
        answers.push(match logged {
            Truth::True => answer,
            Truth::Unknown => answer.with(Verdict::Undecided, Why::Condition.to_string()),
            Truth::False => {
                answer.change = Some("a flow log of the network".into());
                answer.with(Verdict::Violated, "no flow log is kept of this network")
            }
        });
    }
    answers
}

fn number(value: &Value) -> Option<u64> {
    match &value.resolved().data {
        crate::eval::Data::Number(number) => {
            number.as_i64().and_then(|own| u64::try_from(own).ok())
        }
        _ => value.as_text()?.trim().parse().ok(),
    }
}
