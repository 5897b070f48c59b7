//! What the rules of one resource let through: a sure answer from what is known for sure, "perhaps" from the rest.

use std::rc::Rc;

use crate::catalog::{Flow, Literal, Path, Ports};
use crate::eval::{Data, Truth, Value, Why};
use crate::graph::{Resource, walk};

use super::Intervals;
use super::address::{Addresses, everything, parse};
use super::decide::decide;
use super::deny::{Denial, refute};
use super::rule::{clamp, is_narrow, number, protocol_name, ranges};

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
#[derive(Clone)]
pub(super) struct Opening {
    pub(super) addresses: Addresses,
    pub(super) ports: Vec<(u16, u16)>,
    pub(super) value: Value,
    /// Why it may not be so.
    pub(super) unsure: Option<Why>,
    pub(super) terms: Rc<Terms>,
}

/// What all addresses of a rule share, where rules are asked in turn.
#[derive(Clone, Default)]
pub(super) struct Terms {
    /// When it is asked: a lower number earlier. `None`: not known, or rules have no order.
    pub(super) turn: Option<i64>,
    /// The protocols that are asked for and that it is about; empty: all.
    pub(super) protocols: Vec<String>,
    /// What else limits it, in the order of the vocabulary's `narrows`; empty: nothing.
    pub(super) narrows: Vec<Vec<Value>>,
}

/// Asks a flow of a resource.
pub fn ask(resource: &Resource, flow: &Flow, question: &Question) -> Answer {
    let mut gather = Gather {
        resource,
        flow,
        question,
        openings: Vec::new(),
        denials: Vec::new(),
        terms: Rc::default(),
    };
    gather.all();
    let Gather {
        mut openings,
        denials,
        ..
    } = gather;
    if !denials.is_empty() {
        openings = refute(openings, &denials);
        if question.every_port {
            let every = |one: &Opening| {
                Intervals::of(one.ports.iter().map(|&(from, to)| (from.into(), to.into())))
            };
            openings.retain(|one| every(one).covers(&Intervals::of([(1, u16::MAX.into())])));
        }
    }
    decide(&openings, question)
}

struct Gather<'a> {
    resource: &'a Resource,
    flow: &'a Flow,
    question: &'a Question,
    openings: Vec<Opening>,
    denials: Vec<Denial>,
    /// Of the rule that is read.
    terms: Rc<Terms>,
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
                terms: Rc::default(),
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
        let mut denies = Truth::False;
        if let Some((path, literal)) = &self.flow.denies {
            denies = self.only(item, path, literal);
            if denies.is_unknown() {
                let why = self.values(item, path).iter().find_map(Value::first_why);
                unsure.get_or_insert(why.unwrap_or(Why::Condition));
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
        self.terms = Rc::new(self.terms(item, all_ports));
        // Who writes a pair of numbers writes nothing useful there beside "all protocols"; ranges keep their meaning.
        let (ports, port_why) = if all_ports && matches!(self.flow.ports, Ports::Pair(..)) {
            (vec![(0, u16::MAX)], None)
        } else {
            self.ports(item)
        };
        let unsure = unsure.or(port_why);
        if denies.is_true() {
            return self.denial(item, ports, unsure);
        }
        if self.question.every_port
            && !ports.contains(&(0, u16::MAX))
            && !ports.contains(&(1, u16::MAX))
        {
            return;
        }
        for path in &self.flow.addresses {
            for value in self.values(item, path) {
                self.address(&value, &ports, unsure.clone());
            }
        }
    }

    fn terms(&self, item: &Value, all_protocols: bool) -> Terms {
        if self.flow.denies.is_none() {
            return Terms::default();
        }
        let first = self.flow.first.as_ref();
        let turn = first.and_then(|path| self.values(item, path).first().and_then(number));
        let named = self.values(item, &self.flow.protocol);
        let named = named.first().and_then(Value::as_text);
        let protocols = match named {
            Some(text) if !all_protocols => vec![protocol_name(text)],
            _ if self.question.protocols.is_empty() => vec!["tcp".into(), "udp".into()],
            _ => self.question.protocols.clone(),
        };
        let narrows = &self.flow.narrows;
        let narrows = narrows.iter().map(|path| self.values(item, path));
        Terms {
            turn,
            protocols,
            narrows: narrows.collect(),
        }
    }

    /// A rule that denies. One about an address or a port that is not known may deny any.
    fn denial(&mut self, item: &Value, ports: Vec<(u16, u16)>, unsure: Option<Why>) {
        let mut unsure = unsure;
        let mut all = Vec::new();
        for path in &self.flow.addresses {
            for value in self.values(item, path) {
                let own = value.resolved();
                match (own.as_text(), own.first_why()) {
                    (Some(text), _) => all.extend(parse(text)),
                    (None, Some(why)) => {
                        all.push(everything());
                        unsure.get_or_insert(why);
                    }
                    (None, None) => {}
                }
            }
        }
        let terms = Rc::unwrap_or_clone(std::mem::take(&mut self.terms));
        self.denials.push(Denial {
            addresses: Addresses::union(&all),
            ports,
            unsure,
            terms,
        });
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
                (values.iter().flat_map(ranges).collect(), None)
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
                terms: Rc::clone(&self.terms),
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
