//! From the flows of the vocabulary to rules.

use super::extent::Extent;
use super::filter::{ICMP, Mark, Rule, Side, TCP, UDP, Verdict};
use super::read::{Reader, Rooted};
use crate::catalog::{Flow, Literal, Path, Ports};
use crate::eval::{Data, Origin, Truth, Value, Why};
use crate::graph::{Resource, ResourceId, walk};
use crate::network::address::{Addresses, internet, parse};
use crate::network::words::{clamp, is_narrow, number, protocol_name, ranges};

/// The rules of a flow, and why there may be more.
pub(super) struct Read {
    pub(super) rules: Vec<Rule>,
    pub(super) more: Option<Why>,
}

/// The kind of what leads to services.
const ENDPOINT: &str = "aws.ec2.vpc_endpoint";

/// How to read a flow of one cloud.
pub(super) struct Dialect<'a> {
    /// What names sets of addresses, in a rule.
    pub(super) lists: &'a [Rooted],
    /// What names the other side by its marks, besides the groups of the flow.
    pub(super) groups: &'a [Rooted],
    /// What names the own side: by address or mark. Where nothing is written it is everybody.
    pub(super) own: &'a [Rooted],
    /// The ports that the other side sends from: who sends chooses them.
    pub(super) source_ports: &'a [Rooted],
    /// Whether a rule that names nobody is about everybody.
    pub(super) nobody_is_everybody: bool,
    /// The addresses of a word that is none (a service tag).
    pub(super) word: &'a dyn Fn(&str) -> Option<Side>,
    /// The addresses of a set that is a resource here.
    pub(super) list: &'a dyn Fn(&Resource) -> (Addresses, Option<Why>),
    /// The mark of a word that names a group.
    pub(super) mark: &'a dyn Fn(&str) -> Option<Mark>,
}

/// Reads the rules of a flow of a resource.
pub(super) fn read(
    reader: &Reader<'_>,
    resource: &Resource,
    flow: &Flow,
    dialect: &Dialect<'_>,
) -> Read {
    let mut reading = Reading {
        reader,
        resource,
        flow,
        dialect,
        out: Read {
            rules: Vec::new(),
            more: None,
        },
    };
    reading.all();
    reading.out
}

struct Reading<'a> {
    reader: &'a Reader<'a>,
    resource: &'a Resource,
    flow: &'a Flow,
    dialect: &'a Dialect<'a>,
    out: Read,
}

impl Reading<'_> {
    fn all(&mut self) {
        if self.flow.each.is_empty() {
            return self.rule(&self.resource.body, None);
        }
        let (value, start) = self.resource.start(&self.flow.each);
        let mut steps = start.steps.to_vec();
        steps.iter_mut().for_each(|step| step.each = false);
        let found = match steps.is_empty() {
            true => Some(value.clone()),
            false => walk::value(value, &steps, self.resource.language),
        };
        if let Some(found) = found {
            self.item(&found, None);
        }
    }

    /// One rule, or what stands for several.
    fn item(&mut self, value: &Value, why: Option<&Why>) {
        let own = value.resolved();
        match &own.data {
            Data::Null => {}
            Data::List(list) => {
                list.items.iter().for_each(|item| self.item(item, why));
                if let Some(rest) = &list.rest {
                    self.perhaps(&rest.among, &rest.why);
                }
            }
            Data::Unknown(unknown) => self.perhaps(&unknown.among, &unknown.why),
            Data::Map(_) => self.rule(own, why),
            _ => self.out.more = Some(own.why().unwrap_or(Why::Unclear)),
        }
    }

    fn perhaps(&mut self, among: &[Value], why: &Why) {
        if among.is_empty() {
            self.out.more = Some(why.clone());
        }
        among.iter().for_each(|one| self.item(one, Some(why)));
    }

    fn rule(&mut self, item: &Value, why: Option<&Why>) {
        let mut why = why.cloned();
        for (path, literal) in &self.flow.only {
            match self.is(item, path, literal) {
                (Truth::False, _) => return,
                (Truth::True, _) => {}
                (Truth::Unknown, doubt) => {
                    why.get_or_insert(doubt);
                }
            }
        }
        let verdict = match &self.flow.denies {
            None => Verdict::Allow,
            Some((path, literal)) => match self.is(item, path, literal) {
                (Truth::True, _) => Verdict::Deny,
                (Truth::False, _) => Verdict::Allow,
                (Truth::Unknown, doubt) => {
                    why.get_or_insert(doubt);
                    Verdict::Unknown
                }
            },
        };
        let peer = self.peer(item);
        let (ports, doubt) = self.ports(item);
        why = why.or(doubt);
        // Who sends chooses the port it sends from: a rule about some of them admits whoever knows, and refuses nobody.
        let sources = self
            .dialect
            .source_ports
            .iter()
            .flat_map(|path| self.values(item, path));
        let limited = sources
            .into_iter()
            .any(|value| value.as_text().is_none_or(|text| text != "*"));
        if limited && verdict == Verdict::Deny {
            return;
        }
        let own = self.own(item);
        let number = self.flow.first.as_ref();
        let number = number.and_then(|path| self.values(item, path).first().and_then(number_of));
        for protocol in self.protocols(item, &mut why) {
            self.out.rules.push(Rule {
                verdict,
                protocol,
                ports: ports.clone(),
                peer: peer.clone(),
                own: own.clone(),
                number,
                why: why.clone(),
                origin: item.origin.clone(),
                resource: self.resource.id,
            });
        }
    }

    fn values(&self, item: &Value, path: &Rooted) -> Vec<Value> {
        self.reader.values(self.resource, Some(item), path)
    }

    fn is(&self, item: &Value, path: &Rooted, literal: &Literal) -> (Truth, Why) {
        let wanted = literal.to_string();
        match self.values(item, path).first() {
            Some(value) => {
                let truth = value.test_text(|text| text.eq_ignore_ascii_case(&wanted));
                (truth, value.first_why().unwrap_or(Why::Condition))
            }
            // A switch that is not there is off.
            None => {
                let off = matches!(literal, Literal::Null | Literal::Bool(false));
                (Truth::from(off), Why::Condition)
            }
        }
    }

    /// The protocols: one, or every one.
    fn protocols(&self, item: &Value, why: &mut Option<Why>) -> Vec<Option<u8>> {
        if self.flow.protocol.1.is_empty() {
            return vec![None];
        }
        let values = self.values(item, &self.flow.protocol);
        let Some(value) = values.first() else {
            return vec![None];
        };
        let own = value.resolved();
        let text = match &own.data {
            Data::Number(number) => number.to_string(),
            _ => match own.as_text() {
                Some(text) => text.to_owned(),
                None => {
                    why.get_or_insert(own.first_why().unwrap_or(Why::Condition));
                    return vec![None];
                }
            },
        };
        match protocol_name(&text).as_str() {
            "all" => vec![None],
            "tcp" => vec![Some(TCP)],
            "udp" => vec![Some(UDP)],
            "icmp" => vec![Some(ICMP)],
            "tcp_udp" => vec![Some(TCP), Some(UDP)],
            "icmpv6" => vec![Some(58)],
            "esp" => vec![Some(50)],
            "ah" => vec![Some(51)],
            other => other
                .parse()
                .map_or(Vec::new(), |number| vec![Some(number)]),
        }
    }

    fn ports(&self, item: &Value) -> (Vec<(u16, u16)>, Option<Why>) {
        let every = vec![(0, u16::MAX)];
        match &self.flow.ports {
            Ports::Pair(from, to) => {
                let (from, to) = (self.values(item, from), self.values(item, to));
                if let Some(why) = from.iter().chain(&to).find_map(Value::first_why) {
                    return (every, Some(why));
                }
                // "All protocols" is about every port, whatever is written beside it.
                let protocol = self.values(item, &self.flow.protocol);
                let all = |value: &Value| {
                    value
                        .test_text(|text| protocol_name(text) == "all")
                        .is_true()
                };
                if protocol.first().is_some_and(all) {
                    return (every, None);
                }
                match (
                    from.first().and_then(number_of),
                    to.first().and_then(number_of),
                ) {
                    (None, None) | (Some(-1), _) => (every, None),
                    (Some(from), to) => (clamp(from, to.unwrap_or(from)), None),
                    (None, Some(to)) => (clamp(to, to), None),
                }
            }
            Ports::Ranges(paths) => {
                let values = paths.iter().flat_map(|path| self.values(item, path));
                let values: Vec<Value> = values.collect();
                if let Some(why) = values.iter().find_map(Value::first_why) {
                    return (every, Some(why));
                }
                match values.is_empty() {
                    true => (every, None),
                    false => (values.iter().flat_map(ranges).collect(), None),
                }
            }
        }
    }

    fn peer(&self, item: &Value) -> Side {
        let mut side = Side::default();
        let mut named = false;
        let mut extents = Vec::new();
        for path in &self.flow.addresses {
            for value in self.values(item, path) {
                named = true;
                self.address(&value, &mut side, &mut extents);
            }
        }
        for path in self.flow.groups.iter().chain(self.dialect.groups) {
            let values = self.values(item, path);
            named |= !values.is_empty();
            self.marks(&values, &mut side);
        }
        for path in self.flow.named.iter().chain(self.dialect.lists) {
            let values = self.values(item, path);
            named |= !values.is_empty();
            self.lists(&values, &mut side, &mut extents);
        }
        side.addresses = Extent::union(&extents);
        side.any |= !named && self.dialect.nobody_is_everybody;
        side
    }

    /// Whom on the own side it is about.
    fn own(&self, item: &Value) -> Side {
        let mut side = Side::default();
        let mut named = false;
        let mut extents = Vec::new();
        for path in self.dialect.own {
            for value in self.values(item, path) {
                named = true;
                let text = value.as_text();
                match text {
                    // The own side stands in its network, whatever that is called.
                    Some("*" | "VirtualNetwork") => side.any = true,
                    Some(text) if parse(text).is_some() => {
                        self.address(&value, &mut side, &mut extents);
                    }
                    _ => self.marks(std::slice::from_ref(&value), &mut side),
                }
            }
        }
        side.addresses = Extent::union(&extents);
        side.any |= !named;
        side
    }

    /// The addresses go to `extents`, all else to the side.
    fn address(&self, value: &Value, side: &mut Side, extents: &mut Vec<Extent>) {
        let own = value.resolved();
        let mut text = |text: &str, sure: bool, side: &mut Side| match parse(text) {
            Some(known) => {
                let mut extent = Extent::exactly(known);
                if !sure {
                    extent.sure = Addresses::default();
                }
                extents.push(extent);
            }
            None => match (self.dialect.word)(text) {
                Some(word) => {
                    side.any |= word.any && sure;
                    extents.push(word.addresses);
                    side.open = side.open.take().or(word.open);
                }
                None => side.open = Some(Why::Elsewhere(text.into())),
            },
        };
        if let Some(known) = own.as_text() {
            return known
                .split(',')
                .for_each(|part| text(part.trim(), true, side));
        }
        match &own.data {
            Data::Unknown(unknown) if !unknown.among.is_empty() => {
                for one in &unknown.among {
                    match (one.as_text(), &one.data) {
                        (Some(known), _) => text(known, false, side),
                        (None, Data::Null) => {}
                        _ => side.open = Some(unknown.why.clone()),
                    }
                }
            }
            // The own address of something: never the world.
            _ if is_narrow(own) => side.open = side.open.take().or(own.first_why()),
            _ => side.open = Some(own.first_why().unwrap_or(Why::Condition)),
        }
    }

    fn marks(&self, values: &[Value], side: &mut Side) {
        for value in values {
            match value.as_text() {
                Some("self") => side.marks.push(Mark::Resource(self.resource.id)),
                Some(word) if (self.dialect.mark)(word).is_some() => {
                    side.marks.extend((self.dialect.mark)(word));
                }
                _ => {
                    for end in self.reader.ends(std::slice::from_ref(value)) {
                        match end.to {
                            Ok(id) if end.unsure.is_none() => side.marks.push(Mark::Resource(id)),
                            Ok(_) => side.unnamed = side.unnamed.take().or(end.unsure),
                            Err(why) => side.unnamed = side.unnamed.take().or(Some(why)),
                        }
                    }
                }
            }
        }
    }

    fn lists(&self, values: &[Value], side: &mut Side, extents: &mut Vec<Extent>) {
        for end in self.reader.ends(values) {
            // The list of an endpoint is that of its service: public addresses, whichever.
            let of_service = |id: &ResourceId| self.reader.graph.resource(*id).kind == ENDPOINT;
            if end.to.as_ref().is_ok_and(of_service) {
                let addresses = Extent::exactly(internet().clone()).given(Truth::Unknown);
                side.addresses = side.addresses.or(&addresses);
                continue;
            }
            let Ok(id) = end.to else {
                side.open = side.open.take().or(end.to.err());
                continue;
            };
            let (addresses, more) = (self.dialect.list)(self.reader.graph.resource(id));
            let mut extent = Extent::exactly(addresses);
            if end.unsure.is_some() {
                extent.sure = Addresses::default();
            }
            extents.push(extent);
            side.open = side.open.take().or(more);
        }
    }
}

fn number_of(value: &Value) -> Option<i64> {
    number(value)
}

/// A path that begins at an item.
pub(super) fn inner(path: &str) -> Rooted {
    (false, Path::parse(path).unwrap_or_default())
}

/// The known networks among values, and why there may be more.
pub(super) fn networks(values: &[Value]) -> (Addresses, Option<Why>) {
    let (mut known, mut more) = (Vec::new(), None);
    for value in values {
        match value.as_text().and_then(parse) {
            Some(addresses) => known.push(addresses),
            None => more = more.or(value.first_why()),
        }
    }
    (Addresses::union(&known), more)
}

/// The rule that lets everything through.
pub(super) fn everywhere(resource: &Resource) -> Rule {
    Rule {
        verdict: Verdict::Allow,
        protocol: None,
        ports: vec![(0, u16::MAX)],
        peer: Side::everybody(),
        own: Side::everybody(),
        number: None,
        why: None,
        origin: Origin::at(resource.header),
        resource: resource.id,
    }
}

/// The addresses that a resource is a name for, and why there may be more.
pub(super) fn named(reader: &Reader<'_>, list: &Resource) -> (Addresses, Option<Why>) {
    let path = reader
        .catalog
        .kind(&list.kind)
        .and_then(|kind| kind.addresses.clone());
    match path {
        Some(path) => networks(&reader.values(list, None, &(true, path))),
        None => {
            let name = list.address.to_string();
            (Addresses::default(), Some(Why::Elsewhere(name.into())))
        }
    }
}
