//! Who is on the other side of a rule: addresses as they are written, named sets of them, everyone where nobody is named.

use std::sync::Arc;

use crate::catalog::{Catalog, Literal, Path};
use crate::eval::{Data, Key, Map, Mode, Piece, Reference, Truth, Value, Why};
use crate::graph::{Graph, Resource, walk};

use super::address::{Addresses, everything, is_name, parse, private, range, some_public};
use super::question::Side;
use super::reach::{Entry, Gather};
use super::words::is_narrow;

/// How many names lead to a set at most.
const MAX_HOPS: usize = 8;

/// Where named sets of addresses are looked up.
#[derive(Clone, Copy)]
pub struct Sets<'a> {
    /// The resources.
    pub graph: &'a Graph,
    /// The vocabulary.
    pub catalog: &'a Catalog,
}

/// What a name stands for.
enum Named<'a> {
    /// One of these; unsure for this reason.
    These(Vec<&'a Resource>, Option<Why>),
    /// A list that AWS keeps of the addresses of one of its services.
    OfProvider,
    /// Nobody knows.
    Unknown(Why),
}

impl<'a> Sets<'a> {
    fn find(&self, value: &'a Value, beside: &Resource, hops: usize) -> Named<'a> {
        if hops > MAX_HOPS {
            return Named::Unknown(Why::Limit);
        }
        match &value.data {
            Data::Reference(reference) => self.referenced(reference, beside, hops),
            Data::Unknown(unknown) => Named::Unknown(unknown.why.clone()),
            _ => match last_part(value) {
                Some(name) => self.called(&name, beside),
                None => Named::Unknown(value.first_why().unwrap_or(Why::Unclear)),
            },
        }
    }

    fn referenced(&self, reference: &'a Reference, beside: &Resource, hops: usize) -> Named<'a> {
        let target = &reference.target;
        let elsewhere = || Named::Unknown(Why::Computed(reference.to_string().into()));
        // The list of a gateway endpoint (`prefix_list_id`) is the service's.
        if target.type_name == "aws_vpc_endpoint" || target.type_name == "aws_prefix_list" {
            return Named::OfProvider;
        }
        let instances = self.graph.instances(target);
        if target.mode == Mode::Data {
            let of_provider = instances.first().is_some_and(is_of_provider);
            return if of_provider {
                Named::OfProvider
            } else {
                Named::Unknown(Why::Data(reference.to_string().into()))
            };
        }
        let holds = |resource: &&Resource| {
            let kind = self.catalog.kind(&resource.kind);
            kind.is_some_and(|kind| kind.addresses.is_some()) && !resource.partial
        };
        let own: Vec<&Resource> = instances.iter().filter(holds).collect();
        let same: Vec<&Resource> = own
            .iter()
            .copied()
            .filter(|one| one.address.key == target.key)
            .collect();
        match (own.as_slice(), same.as_slice(), &reference.value) {
            (_, [_, ..], _) => Named::These(same, None),
            ([only], _, _) if only.address.key == Key::Placeholder => Named::These(own, None),
            ([_, ..], _, _) => Named::These(own, Some(Why::Instance(target.to_string().into()))),
            ([], _, Some(inner)) => self.find(inner, beside, hops + 1),
            ([], _, None) => elsewhere(),
        }
    }

    /// The sets of that name.
    fn called(&self, name: &str, beside: &Resource) -> Named<'a> {
        let graph = self.graph;
        let kinds = self.catalog.kinds().iter();
        let kinds = kinds.filter(|kind| kind.addresses.is_some());
        let mut found = Vec::new();
        for kind in kinds {
            let Some(identity) = &kind.identity else {
                continue;
            };
            let own = graph
                .of_kind(&kind.name)
                .iter()
                .map(|id| graph.resource(*id));
            let own = own.filter(|one| !one.partial && one.address.stack == beside.address.stack);
            found.extend(own.filter(|one| {
                let path = Path::parse(identity).unwrap_or_default();
                one.get(&path)
                    .is_some_and(|own| own.as_text() == Some(name))
            }));
        }
        match found.as_slice() {
            [] => Named::Unknown(Why::Elsewhere(name.into())),
            [_] => Named::These(found, None),
            _ => Named::These(found, Some(Why::Instance(name.into()))),
        }
    }

    /// The members of a set, and why there may be more.
    fn members(&self, set: &Resource) -> (Vec<Value>, Option<Why>) {
        let kind = self.catalog.kind(&set.kind);
        let Some(path) = kind.and_then(|kind| kind.addresses.as_ref()) else {
            return (Vec::new(), Some(Why::Unclear));
        };
        let (value, start) = set.start(path);
        let mut members = Vec::new();
        walk::every(value, start.each, start.steps, set.language, &mut members);
        let own = value.resolved();
        let more = match &own.data {
            Data::List(list) => list.rest.as_ref().map(|rest| rest.why.clone()),
            Data::Null => None,
            _ => own.why(),
        };
        let unsure = (!set.exists.is_true()).then_some(Why::Condition);
        (members, more.or(unsure))
    }
}

/// Whether a data source reads a list that AWS itself keeps.
fn is_of_provider(data: &Resource) -> bool {
    let path = Path::parse("name").unwrap_or_default();
    let name = data.get(&path);
    name.is_some_and(|name| name.starts_with("com.amazonaws.").is_true())
}

/// The name at the end of a text: `projects/p/locations/global/addressGroups/partners`.
fn last_part(value: &Value) -> Option<String> {
    let tail = match &value.data {
        Data::Template(template) if template.text.is_none() => match template.pieces.last()? {
            Piece::Text(text, _) if text.contains('/') => text.to_string(),
            _ => return None,
        },
        _ => value.as_text()?.to_owned(),
    };
    let last = tail.rsplit('/').next()?;
    (!last.is_empty()).then(|| last.to_owned())
}

/// A rule with one item of its inner list: what both say, the item first.
pub(super) fn merged(rule: &Value, item: &Value) -> Option<Value> {
    let (outer, inner) = (rule.as_map()?, item.as_map()?);
    let mut entries = outer.entries.clone();
    entries.extend(inner.entries.iter().cloned());
    let rest = inner.rest.clone().or_else(|| outer.rest.clone());
    Some(Value {
        data: Data::Map(Arc::new(Map::new(entries, rest, inner.kind))),
        origin: item.origin.clone(),
        sensitive: false,
    })
}

impl Gather<'_> {
    /// What a set of addresses that a value names opens. What it holds may be known in part.
    pub(super) fn named(&mut self, value: &Value, entry: &Entry) {
        if let Data::Unknown(unknown) = &value.data
            && !unknown.among.is_empty()
        {
            let perhaps = entry.because(unknown.why.clone());
            for one in &unknown.among {
                match &one.resolved().data {
                    Data::List(list) => {
                        list.items.iter().for_each(|one| self.named(one, &perhaps));
                    }
                    Data::Null => {}
                    _ => self.named(one, &perhaps),
                }
            }
            return;
        }
        let resource = self.resource;
        let named = match self.sets {
            Some(sets) => sets.find(value, resource, 0),
            None => Named::Unknown(value.first_why().unwrap_or(Why::Unclear)),
        };
        let unknown = |gather: &mut Self, why: Why| {
            let unsure = entry.unsure.clone().or(Some(why));
            gather.push(gather.anything(entry), value, entry, unsure);
        };
        match (named, self.sets) {
            (Named::These(found, why), Some(sets)) => {
                for set in found {
                    let (members, more) = sets.members(set);
                    let entry = match &why {
                        Some(why) => entry.because(why.clone()),
                        None => entry.clone(),
                    };
                    for member in members {
                        // The rule is to blame, and what its name stands for is beside it.
                        let member = Value {
                            origin: value.origin.clone(),
                            ..member
                        };
                        self.address(&member, &entry);
                    }
                    if let Some(why) = more {
                        unknown(self, why);
                    }
                }
            }
            (Named::Unknown(why), _) => unknown(self, why),
            (Named::OfProvider | Named::These(..), _) => {}
        }
    }

    /// What the addresses from one to another open.
    pub(super) fn between(&mut self, item: &Value, entry: &Entry) {
        let Some((from, to)) = &self.flow.between else {
            return;
        };
        let ends = [self.values(item, from), self.values(item, to)];
        let [[from], [to]] = [ends[0].as_slice(), ends[1].as_slice()] else {
            return;
        };
        let address = |value: &Value| value.as_text()?.trim().parse().ok();
        if let Some(why) = from.first_why().or_else(|| to.first_why()) {
            let unsure = entry.unsure.clone().or(Some(why));
            let value = if from.first_why().is_some() { from } else { to };
            return self.push(self.anything(entry), value, entry, unsure);
        }
        if let Some(addresses) = address(from)
            .zip(address(to))
            .and_then(|(from, to)| range(from, to))
        {
            self.push(addresses, to, entry, entry.unsure.clone());
        }
    }

    /// Everyone, where a rule says nowhere who the other side is.
    pub(super) fn everyone(&mut self, item: &Value, entry: &Entry) {
        let Some(others) = &self.flow.anyone_without else {
            return;
        };
        let mut unsure = entry.unsure.clone();
        for path in self
            .flow
            .addresses
            .iter()
            .chain(&self.flow.named)
            .chain(others)
        {
            for value in self.values(item, path) {
                match value.is_null() {
                    Truth::True => {}
                    // What is not known of addresses is asked as an address.
                    Truth::Unknown if others.contains(path) => {
                        unsure = unsure.or_else(|| value.first_why());
                    }
                    Truth::Unknown | Truth::False => return,
                }
            }
        }
        let value = self.blamed(item);
        self.push(everything(), &value, entry, unsure);
    }

    /// Whether a rule is none of the flow, or none that matters to who is asked about.
    pub(super) fn is_left_out(&self, item: &Value, unsure: &mut Option<Why>) -> bool {
        let internet = matches!(self.question.from, Side::World | Side::Public);
        let inside = self.flow.not_internet.iter().filter(|_| internet);
        for (path, literals) in self.flow.unless.iter().chain(inside) {
            let values = self.values(item, path);
            match Truth::any(values.iter().map(|value| one_of(value, literals))) {
                Truth::True => return true,
                Truth::False => {}
                Truth::Unknown => {
                    let why = values.iter().find_map(Value::first_why);
                    unsure.get_or_insert(why.unwrap_or(Why::Condition));
                }
            }
        }
        false
    }

    /// What an address opens.
    pub(super) fn address(&mut self, value: &Value, entry: &Entry) {
        let own = value.resolved();
        if let Some(text) = own.as_text() {
            match parse(text) {
                Some(addresses) => self.push(addresses, value, entry, entry.unsure.clone()),
                None if is_name(text) => {}
                None => self.push(self.anything(entry), value, entry, Some(Why::Invalid)),
            }
            return;
        }
        let Some(why) = own.first_why() else { return };
        if self.question.from == Side::World && !entry.closes && is_narrow(own) {
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
                        .for_each(|own| self.push(own, value, entry, Some(why.clone()))),
                    None if matches!(member.data, Data::Null) => {}
                    None => self.push(self.anything(entry), value, entry, Some(why.clone())),
                }
            }
            return;
        }
        let unsure = entry.unsure.clone().or(Some(why));
        self.push(self.anything(entry), value, entry, unsure);
    }

    /// What an address that is not known may be: for a question about fewer than all, what it asks for.
    pub(super) fn anything(&self, entry: &Entry) -> Addresses {
        match &self.question.from {
            Side::Public if !entry.closes => some_public().clone(),
            Side::Private if !entry.closes => private().clone(),
            _ => everything(),
        }
    }
}

impl Entry {
    /// The same, unsure for a reason unless it is so already.
    fn because(&self, why: Why) -> Self {
        let mut entry = self.clone();
        entry.unsure.get_or_insert(why);
        entry
    }
}

fn one_of(value: &Value, literals: &[Literal]) -> Truth {
    let is = |literal: &Literal| {
        let wanted = literal.to_string();
        value.test_text(|text| text.eq_ignore_ascii_case(&wanted))
    };
    Truth::any(literals.iter().map(is))
}
