//! What the rules of one resource let through: a sure answer from what is known for sure, "perhaps" from the rest.

use crate::catalog::{Flow, Literal, Path, Ports};
use crate::eval::{Data, Piece, Truth, Value, Why};
use crate::graph::{Resource, walk};

use super::address::{Addresses, everything, parse};

/// The most steps of the search for a port that several rules open together.
const MAX_WORK: usize = 1 << 20;

/// A question: may this other side reach one of these ports?
#[derive(Debug)]
pub struct Question {
    /// The other side; `None`: the world.
    pub from: Option<Addresses>,
    /// Port ranges, both ends included; empty: any.
    pub ports: Vec<(u16, u16)>,
    /// Only rules that open every port at once count.
    pub every_port: bool,
    /// Protocols by name in lower case; empty: those that have ports.
    pub protocols: Vec<String>,
}

/// The answer.
#[derive(Debug)]
pub struct Answer {
    /// Whether it may.
    pub truth: Truth,
    /// The values that open the way, or might: each group alone does.
    pub witnesses: Vec<Vec<Value>>,
    /// Why it is not known.
    pub why: Option<Why>,
}

/// One address of one rule.
struct Opening {
    addresses: Addresses,
    ports: Vec<(u16, u16)>,
    value: Value,
    /// Why it may not be so.
    unsure: Option<Why>,
}

/// Asks a flow of a resource.
pub fn ask(resource: &Resource, flow: &Flow, question: &Question) -> Answer {
    let mut openings = Vec::new();
    let mut gather = Gather {
        resource,
        flow,
        question,
        openings: &mut openings,
    };
    gather.all();
    decide(&openings, question)
}

struct Gather<'a> {
    resource: &'a Resource,
    flow: &'a Flow,
    question: &'a Question,
    openings: &'a mut Vec<Opening>,
}

impl Gather<'_> {
    fn all(&mut self) {
        if self.flow.each.is_empty() {
            return self.rule(&self.resource.body, None);
        }
        let (value, start) = self.resource.start(&self.flow.each);
        let found = if start.steps.is_empty() {
            Some(value.clone())
        } else {
            let mut steps = start.steps.to_vec();
            steps.iter_mut().for_each(|step| step.each = false);
            walk::value(value, &steps, self.resource.language)
        };
        let Some(found) = found else { return };
        let found = found.resolved().clone();
        match &found.data {
            Data::List(list) => {
                list.items.iter().for_each(|item| self.rule(item, None));
                if let Some(rest) = &list.rest {
                    self.perhaps(&rest.among, &rest.why, &found);
                }
            }
            Data::Unknown(unknown) => {
                let mut among = Vec::new();
                for one in &unknown.among {
                    match &one.resolved().data {
                        Data::List(list) => among.extend(list.items.iter().cloned()),
                        Data::Null => {}
                        _ => among.push(one.clone()),
                    }
                }
                if unknown.among.is_empty() || !among.is_empty() {
                    self.perhaps(&among, &unknown.why, &found);
                }
            }
            Data::Reference(_) => self.perhaps(&[], &found.why().unwrap_or(Why::Limit), &found),
            Data::Null => {}
            _ => self.rule(&found, None),
        }
    }

    /// Rules of which some may be there.
    fn perhaps(&mut self, among: &[Value], why: &Why, place: &Value) {
        if among.is_empty() {
            let addresses = everything();
            let value = place.clone();
            self.openings.push(Opening {
                addresses,
                ports: vec![(0, u16::MAX)],
                value,
                unsure: Some(why.clone()),
            });
        }
        among.iter().for_each(|item| self.rule(item, Some(why)));
    }

    /// One rule: an opening for each address.
    fn rule(&mut self, item: &Value, unsure: Option<&Why>) {
        let item = item.resolved();
        if let Data::Unknown(unknown) = &item.data {
            return self.perhaps(&unknown.among.clone(), &unknown.why, item);
        }
        let mut unsure = unsure.cloned();
        for (path, literal) in &self.flow.only {
            match self.only(item, path, literal) {
                Truth::False => return,
                Truth::True => {}
                Truth::Unknown => {
                    let why = self.values(item, path).iter().find_map(Value::first_why);
                    unsure.get_or_insert(why.unwrap_or(Why::Condition));
                }
            }
        }
        let (matching, all_ports) = self.protocol(item);
        match matching {
            Truth::False => return,
            Truth::True => {}
            Truth::Unknown => {
                let why = self
                    .values(item, &self.flow.protocol)
                    .iter()
                    .find_map(Value::first_why);
                unsure.get_or_insert(why.unwrap_or(Why::Condition));
            }
        }
        let (ports, port_why) = if all_ports {
            (vec![(0, u16::MAX)], None)
        } else {
            self.ports(item)
        };
        if self.question.every_port
            && !ports.contains(&(0, u16::MAX))
            && !ports.contains(&(1, u16::MAX))
        {
            return;
        }
        let unsure = unsure.or(port_why);
        for path in &self.flow.addresses {
            for value in self.values(item, path) {
                self.address(&value, &ports, unsure.clone());
            }
        }
    }

    fn only(&self, item: &Value, path: &(bool, Path), literal: &Literal) -> Truth {
        let wanted = literal.to_string();
        match self.values(item, path).first() {
            Some(value) => value.test_text(|text| text.eq_ignore_ascii_case(&wanted)),
            None => Truth::from(*literal == Literal::Null),
        }
    }

    /// The values at a path of the rule or of the resource; what may be there besides is an unknown among them.
    fn values(&self, item: &Value, (root, path): &(bool, Path)) -> Vec<Value> {
        let (from, start) = if *root {
            self.resource.start(path)
        } else {
            (
                item,
                crate::graph::Start {
                    each: false,
                    steps: &path.0,
                },
            )
        };
        let mut steps = start.steps.to_vec();
        steps.iter_mut().for_each(|step| step.each = false);
        let Some(value) = walk::value(from, &steps, self.resource.language) else {
            return Vec::new();
        };
        match &value.resolved().data {
            Data::List(list) => {
                let mut values = list.items.clone();
                if let Some(rest) = &list.rest {
                    let unknown = Data::Unknown(rest.clone());
                    values.push(Value {
                        data: unknown,
                        origin: value.origin.clone(),
                        sensitive: false,
                    });
                }
                values
            }
            _ => vec![value],
        }
    }

    /// Whether the protocol of a rule is one that is asked for, and whether it is all of them (then ports do not count).
    fn protocol(&self, item: &Value) -> (Truth, bool) {
        if self.flow.protocol.1.is_empty() {
            return (Truth::True, false);
        }
        let values = self.values(item, &self.flow.protocol);
        let Some(value) = values.first() else {
            return (Truth::True, false);
        };
        let all = value.test_text(|text| protocol_name(text) == "all");
        let asked = |text: &str| {
            let name = protocol_name(text);
            match self.question.protocols.as_slice() {
                _ if name == "all" => true,
                [] => name == "tcp" || name == "udp",
                protocols => protocols.contains(&name),
            }
        };
        (value.test_text(asked), all.is_true())
    }

    /// The ports of a rule; with a reason when they are not known for sure.
    fn ports(&self, item: &Value) -> (Vec<(u16, u16)>, Option<Why>) {
        let every = vec![(0, u16::MAX)];
        match &self.flow.ports {
            Ports::Pair(from, to) => {
                let (from, to) = (self.values(item, from), self.values(item, to));
                if let Some(why) = from.iter().chain(&to).find_map(Value::first_why) {
                    return (every, Some(why));
                }
                let number = |values: &[Value]| values.first().and_then(number);
                match (number(&from), number(&to)) {
                    (None, None) | (Some(-1), _) => (every, None),
                    (Some(from), to) => (clamp(from, to.unwrap_or(from)), None),
                    (None, Some(to)) => (clamp(to, to), None),
                }
            }
            Ports::Ranges(paths) => {
                let values: Vec<Value> = paths
                    .iter()
                    .flat_map(|path| self.values(item, path))
                    .collect();
                if let Some(why) = values.iter().find_map(Value::first_why) {
                    return (every, Some(why));
                }
                if values.is_empty() {
                    return (every, None);
                }
                (values.iter().flat_map(range).collect(), None)
            }
        }
    }

    fn address(&mut self, value: &Value, ports: &[(u16, u16)], unsure: Option<Why>) {
        let own = value.resolved();
        let mut push = |addresses: Addresses, value: &Value, unsure: Option<Why>| {
            self.openings.push(Opening {
                addresses,
                ports: ports.to_vec(),
                value: value.clone(),
                unsure,
            });
        };
        if let Some(text) = own.as_text() {
            if let Some(addresses) = parse(text) {
                push(addresses, value, unsure);
            }
            return;
        }
        let Some(why) = own.first_why() else { return };
        if self.question.from.is_none() && is_narrow(own) {
            return;
        }
        if let Data::Unknown(unknown) = &own.data
            && !unknown.among.is_empty()
        {
            let members = unknown
                .among
                .iter()
                .flat_map(|one| match &one.resolved().data {
                    Data::List(list) => list.items.clone(),
                    _ => vec![one.clone()],
                });
            for member in members {
                match member.as_text() {
                    Some(text) => parse(text)
                        .into_iter()
                        .for_each(|own| push(own, value, Some(why.clone()))),
                    None if matches!(member.data, Data::Null) => {}
                    None => push(everything(), value, Some(why.clone())),
                }
            }
            return;
        }
        push(everything(), value, unsure.or(Some(why)));
    }
}

/// Whether a text that is not known as a whole ends in the length of a prefix that is no world: `${var.office}/32`.
fn is_narrow(value: &Value) -> bool {
    let Data::Template(template) = &value.data else {
        return false;
    };
    let Some(Piece::Text(tail, _)) = template.pieces.last() else {
        return false;
    };
    let length = tail
        .rsplit_once('/')
        .map(|(_, length)| length.parse::<u8>());
    matches!(length, Some(Ok(24..=128)))
}

/// The name of a protocol: numbers of IANA's registry that providers accept, and their words for all.
fn protocol_name(text: &str) -> String {
    match text.to_ascii_lowercase().as_str() {
        "-1" | "all" | "*" | "any" | "" => "all".into(),
        "6" => "tcp".into(),
        "17" => "udp".into(),
        "1" => "icmp".into(),
        "58" => "icmpv6".into(),
        other => other.into(),
    }
}

fn number(value: &Value) -> Option<i64> {
    match &value.resolved().data {
        Data::Number(number) => number.as_i64(),
        _ => value.as_text()?.trim().parse().ok(),
    }
}

fn clamp(from: i64, to: i64) -> Vec<(u16, u16)> {
    if from > to || to < 0 || from > i64::from(u16::MAX) {
        return Vec::new();
    }
    let port = |number: i64| number.clamp(0, i64::from(u16::MAX)) as u16;
    vec![(port(from), port(to))]
}

/// `22`, `8000-9000`, `*`.
fn range(value: &Value) -> Option<(u16, u16)> {
    let text = match number(value) {
        Some(number) => return clamp(number, number).pop(),
        None => value.as_text()?,
    };
    if text.trim() == "*" {
        return Some((0, u16::MAX));
    }
    let (from, to) = text.split_once('-')?;
    clamp(from.trim().parse().ok()?, to.trim().parse().ok()?).pop()
}

fn decide(openings: &[Opening], question: &Question) -> Answer {
    let wide = |addresses: &Addresses| match &question.from {
        None => addresses.is_world(),
        Some(from) => addresses.meets(from),
    };
    let asked = if question.ports.is_empty() {
        vec![(0, u16::MAX)]
    } else {
        question.ports.clone()
    };
    let meets = |opening: &Opening| {
        opening
            .ports
            .iter()
            .any(|(from, to)| asked.iter().any(|(low, high)| from <= high && low <= to))
    };
    let alone: Vec<&Opening> = openings
        .iter()
        .filter(|one| meets(one) && wide(&one.addresses))
        .collect();
    let sure = alone.iter().filter(|one| one.unsure.is_none());
    let sure: Vec<Vec<Value>> = sure.map(|one| vec![one.value.clone()]).collect();
    if !sure.is_empty() {
        return Answer {
            truth: Truth::True,
            witnesses: sure,
            why: None,
        };
    }
    let together = |sure: bool| {
        let considered: Vec<&Opening> = openings
            .iter()
            .filter(|one| meets(one) && (!sure || one.unsure.is_none()))
            .collect();
        together(&considered, &asked, &wide)
    };
    match together(true) {
        Err(()) => {
            return Answer {
                truth: Truth::Unknown,
                witnesses: Vec::new(),
                why: Some(Why::Limit),
            };
        }
        Ok(found) if !found.is_empty() => {
            return Answer {
                truth: Truth::True,
                witnesses: vec![found],
                why: None,
            };
        }
        Ok(_) => {}
    }
    let unsure = alone.first().and_then(|one| one.unsure.clone());
    let (witnesses, why) = match unsure {
        Some(why) => (
            alone.iter().map(|one| vec![one.value.clone()]).collect(),
            Some(why),
        ),
        None => match together(false) {
            Ok(found) if found.is_empty() => {
                return Answer {
                    truth: Truth::False,
                    witnesses: Vec::new(),
                    why: None,
                };
            }
            Ok(found) => (
                vec![found],
                openings.iter().find_map(|one| one.unsure.clone()),
            ),
            Err(()) => (Vec::new(), Some(Why::Limit)),
        },
    };
    Answer {
        truth: Truth::Unknown,
        witnesses,
        why,
    }
}

/// The values that open one of the ports only together; nothing when there is no such port.
fn together(
    openings: &[&Opening],
    asked: &[(u16, u16)],
    wide: &dyn Fn(&Addresses) -> bool,
) -> Result<Vec<Value>, ()> {
    // The set of open rules changes only where a range begins.
    let begins = openings
        .iter()
        .flat_map(|one| one.ports.iter().map(|(from, _)| *from));
    let mut candidates: Vec<u16> = begins
        .chain(asked.iter().map(|(from, _)| *from))
        .filter(|port| asked.iter().any(|(from, to)| from <= port && port <= to))
        .collect();
    candidates.sort_unstable();
    candidates.dedup();
    if candidates.len().saturating_mul(openings.len()) > MAX_WORK {
        return Err(());
    }
    for port in candidates {
        let open = openings.iter().filter(|one| {
            one.ports
                .iter()
                .any(|(from, to)| *from <= port && port <= *to)
        });
        let open: Vec<&&Opening> = open.collect();
        if wide(&Addresses::union(open.iter().map(|one| &one.addresses))) {
            return Ok(open.iter().map(|one| one.value.clone()).collect());
        }
    }
    Ok(Vec::new())
}
