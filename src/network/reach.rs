//! What the rules of one resource let through: a sure answer from what is known for sure, "perhaps" from the rest.

use std::rc::Rc;

use crate::catalog::{Flow, Literal, Path, Ports};
use crate::eval::{Data, Truth, Value, Why};
use crate::graph::{Resource, walk};

use super::Intervals;
use super::address::{Addresses, everything, private, some_public};
use super::decide::decide;
use super::named::{self, Sets};
use super::order;
use super::question::Opening;
pub use super::question::{Answer, Question, Side};
use super::words::{clamp, number, protocol_name, ranges};

/// Asks a flow of a resource; what the flows of others beside it close, it does not open.
pub fn ask(
    resource: &Resource,
    flow: &Flow,
    question: &Question,
    beside: &[(&Resource, &Flow)],
    sets: Sets<'_>,
) -> Answer {
    let gathered =
        |resource, flow, question: &Question| gathered(resource, flow, question, Some(sets));
    if flow.first.is_none() {
        return decide(&gathered(resource, flow, question), question);
    }
    let mut openings = Vec::new();
    for question in question.by_protocol() {
        let mut rules = gathered(resource, flow, &question);
        if !beside.is_empty() {
            rules.iter_mut().for_each(|rule| rule.turn(true));
        }
        for (other, flow) in beside {
            let closing = gathered(other, flow, &question).into_iter();
            rules.extend(closing.filter(|rule| rule.closes).map(|mut rule| {
                rule.turn(false);
                if !other.exists.is_true() {
                    rule.unsure.get_or_insert(Why::Condition);
                }
                rule
            }));
        }
        match order::effective(&rules) {
            Some(found) => openings.extend(found),
            None => return Answer::unknown(Why::Limit),
        }
    }
    // What rules before it deny may be some of the ports of a rule that opens all.
    if question.every_port == Some(true) {
        let every = Intervals::of([(1, u16::MAX.into())]);
        openings.retain(|one| order::intervals(&one.ports).covers(&every));
    }
    decide(&openings, question)
}

/// Asks whether a rule of an ordered flow closes nothing, since rules before it decide all that it is about.
pub fn shadowed(resource: &Resource, flow: &Flow) -> Answer {
    let question = Question::anyone();
    let by_protocol: Vec<Vec<Opening>> = question
        .by_protocol()
        .iter()
        .map(|question| gathered(resource, flow, question, None))
        .collect();
    order::shadowed(&by_protocol)
}

/// Asks whether two rules of an ordered flow have the same number.
pub fn repeated(resource: &Resource, flow: &Flow) -> Answer {
    let question = Question::anyone();
    let mut openings = Vec::new();
    let gather = Gather {
        resource,
        flow,
        question: &question,
        openings: &mut openings,
        sets: None,
    };
    let items = gather.items();
    order::repeated(
        &items
            .iter()
            .map(|item| gather.numbered(item))
            .collect::<Vec<_>>(),
    )
}

fn gathered(
    resource: &Resource,
    flow: &Flow,
    question: &Question,
    sets: Option<Sets<'_>>,
) -> Vec<Opening> {
    let mut openings = Vec::new();
    let mut gather = Gather {
        resource,
        flow,
        question,
        openings: &mut openings,
        sets,
    };
    gather.all();
    openings
}

/// What all openings of one rule have in common.
#[derive(Clone)]
pub(super) struct Entry {
    ports: Vec<(u16, u16)>,
    pub(super) unsure: Option<Why>,
    counts: bool,
    pub(super) closes: bool,
    number: Option<i64>,
    limits: Rc<Vec<Vec<Value>>>,
}

pub(super) struct Gather<'a> {
    pub(super) resource: &'a Resource,
    pub(super) flow: &'a Flow,
    pub(super) question: &'a Question,
    /// Where named sets of addresses are looked up; without, they are not known.
    pub(super) sets: Option<Sets<'a>>,
    openings: &'a mut Vec<Opening>,
}

impl Gather<'_> {
    /// The rules that are there for sure.
    fn items(&self) -> Vec<Value> {
        self.values(&self.resource.body, &(true, self.flow.each.clone()))
    }

    /// The number of a rule as it is written, and whether the rule is one of the flow.
    fn numbered(&self, item: &Value) -> order::Numbered {
        let among = self
            .flow
            .only
            .iter()
            .map(|(path, literal)| self.only(item, path, literal));
        let value = self
            .flow
            .first
            .as_ref()
            .and_then(|path| self.values(item, path).into_iter().next());
        order::Numbered {
            belongs: Truth::all(among),
            number: value.as_ref().and_then(number),
            value,
        }
    }

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
            Data::Reference(_) => self.perhaps(&[], &found.why().unwrap_or(Why::Unclear), &found),
            Data::Null => {}
            _ => self.rule(&found, None),
        }
    }

    /// Rules of which some may be there.
    fn perhaps(&mut self, among: &[Value], why: &Why, place: &Value) {
        if among.is_empty() {
            let addresses = match &self.question.from {
                Side::Public => some_public().clone(),
                Side::Private => private().clone(),
                _ => everything(),
            };
            let value = place.clone();
            self.openings.push(Opening {
                addresses,
                ports: vec![(0, u16::MAX)],
                value,
                unsure: Some(why.clone()),
                counts: true,
                closes: false,
                number: None,
                limits: Rc::default(),
            });
        }
        among.iter().for_each(|item| self.rule(item, Some(why)));
    }

    /// One rule, or one for each item of its inner list.
    fn rule(&mut self, item: &Value, unsure: Option<&Why>) {
        let item = item.resolved();
        if let Data::Unknown(unknown) = &item.data {
            return self.perhaps(&unknown.among.clone(), &unknown.why, item);
        }
        if !self.is_rule(item) {
            // A text where a list of rules should be.
            return self.perhaps(&[], &Why::Invalid, item);
        }
        if self.flow.inner.is_empty() {
            return self.entry(item, unsure);
        }
        for inner in self.values(item, &(false, self.flow.inner.clone())) {
            match named::merged(item, inner.resolved()) {
                Some(both) => self.entry(&both, unsure),
                None => self.perhaps(&[], &inner.why().unwrap_or(Why::Unclear), &inner),
            }
        }
    }

    /// One rule: an opening for each address.
    fn entry(&mut self, item: &Value, unsure: Option<&Why>) {
        let mut unsure = unsure.cloned();
        if self.is_left_out(item, &mut unsure) {
            return;
        }
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
        let other = self
            .question
            .all_protocols
            .is_some_and(|asked| asked != all_ports);
        if other && matching.is_true() {
            return;
        }
        // Who writes a pair of numbers writes nothing useful there beside "all protocols"; ranges keep their meaning.
        let (ports, port_why) = if all_ports && matches!(self.flow.ports, Ports::Pair(..)) {
            (vec![(0, u16::MAX)], None)
        } else {
            self.ports(item)
        };
        let closes = self.closes(item, &mut unsure);
        let mut entry = Entry {
            counts: port_why.is_some() || self.counts(&ports),
            closes: closes.is_true(),
            number: self.number(item),
            limits: self.limits(item),
            unsure: unsure.or(port_why),
            ports,
        };
        if self.question.from == Side::Anyone && self.flow.first.is_none() {
            let value = self.blamed(item);
            self.push(everything(), &value, &entry, entry.unsure.clone());
            return;
        }
        self.addresses(item, &entry);
        self.everyone(item, &entry);
        // What opens or closes may do either.
        if closes.is_unknown() {
            entry.closes = true;
            self.addresses(item, &entry);
        }
    }

    /// Whether a value can be a rule: an object, or an address by itself where the vocabulary says so.
    fn is_rule(&self, item: &Value) -> bool {
        let alone = |(root, path): &(bool, Path)| !*root && path.0.is_empty();
        let scalar = matches!(
            item.data,
            Data::Bool(_) | Data::Number(_) | Data::Text(_) | Data::Template(_)
        );
        !scalar || self.flow.addresses.iter().any(alone)
    }

    fn addresses(&mut self, item: &Value, entry: &Entry) {
        for path in &self.flow.addresses {
            for value in self.values(item, path) {
                self.address(&value, entry);
            }
        }
        self.between(item, entry);
        for path in &self.flow.named {
            for value in self.values(item, path) {
                self.named(&value, entry);
            }
        }
    }

    /// Whether so many ports count.
    fn counts(&self, ports: &[(u16, u16)]) -> bool {
        let every = ports.contains(&(0, u16::MAX)) || ports.contains(&(1, u16::MAX));
        let many: u32 = ports
            .iter()
            .map(|(from, to)| u32::from(to - from) + 1)
            .sum();
        self.question.every_port.is_none_or(|asked| asked == every)
            && many > self.question.more_ports_than
    }

    /// Whether a rule closes.
    fn closes(&self, item: &Value, unsure: &mut Option<Why>) -> Truth {
        let Some((path, literal)) = &self.flow.denies else {
            return Truth::False;
        };
        let closes = self.only(item, path, literal);
        if closes.is_unknown() {
            let why = self.values(item, path).iter().find_map(Value::first_why);
            unsure.get_or_insert(why.unwrap_or(Why::Condition));
        }
        closes
    }

    /// What else limits a rule, in the order of the vocabulary.
    fn limits(&self, item: &Value) -> Rc<Vec<Vec<Value>>> {
        let limits = self.flow.narrows.iter();
        Rc::new(limits.map(|path| self.values(item, path)).collect())
    }

    fn number(&self, item: &Value) -> Option<i64> {
        let path = self.flow.first.as_ref()?;
        self.values(item, path).first().and_then(number)
    }

    /// What to blame in a rule where the other side does not count: its protocol when it stands for all, else its ports.
    pub(super) fn blamed(&self, item: &Value) -> Value {
        let ports = match &self.flow.ports {
            Ports::Pair(from, to) => vec![to, from],
            Ports::Ranges(paths) => paths.iter().collect(),
        };
        let protocol = self.values(item, &self.flow.protocol).into_iter().next();
        let all = |value: &Value| value.test_text(|text| protocol_name(text) == "all");
        if let Some(protocol) = protocol.filter(|value| !all(value).is_false()) {
            return protocol;
        }
        let found = ports
            .iter()
            .find_map(|path| self.values(item, path).into_iter().next());
        found.unwrap_or_else(|| item.clone())
    }

    pub(super) fn push(
        &mut self,
        addresses: Addresses,
        value: &Value,
        entry: &Entry,
        unsure: Option<Why>,
    ) {
        self.openings.push(Opening {
            addresses,
            ports: entry.ports.clone(),
            value: value.clone(),
            unsure,
            counts: entry.counts,
            closes: entry.closes,
            number: entry.number,
            limits: Rc::clone(&entry.limits),
        });
    }

    fn only(&self, item: &Value, path: &(bool, Path), literal: &Literal) -> Truth {
        let wanted = literal.to_string();
        match self.values(item, path).first() {
            Some(value) => value.test_text(|text| text.eq_ignore_ascii_case(&wanted)),
            // A switch that is not there is off.
            None => Truth::from(matches!(literal, Literal::Null | Literal::Bool(false))),
        }
    }

    /// The values at a path of the rule or of the resource; what may be there besides is an unknown among them.
    pub(super) fn values(&self, item: &Value, (root, path): &(bool, Path)) -> Vec<Value> {
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
        if values.is_empty() {
            return (Truth::True, false);
        }
        let any = |test: &dyn Fn(&str) -> bool| {
            Truth::any(values.iter().map(|value| value.test_text(test)))
        };
        let all = any(&|text| protocol_name(text) == "all");
        let asked = |text: &str| {
            let name = protocol_name(text);
            match self.question.protocols.as_slice() {
                _ if name == "all" => true,
                [] => name == "tcp" || name == "udp",
                protocols => protocols.contains(&name),
            }
        };
        (any(&asked), all.is_true())
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
                    // A range in no order is refused: nothing is deployed of which it could be asked.
                    (Some(from), Some(to)) if from > to && to >= 0 => (every, Some(Why::Invalid)),
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
}
