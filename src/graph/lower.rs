//! A stack's resources into the vocabulary: spellings, satellites and defaults.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::join::Joins;
use super::{Resource, ResourceId, Satellite, walk};
use crate::catalog::case::is_snake_of;
use crate::catalog::{Attribute, Catalog, Join, Kind, Literal, Path, Source, Step};
use crate::eval::{
    Collection, Data, Declared, Entry, Language, List, Map, Number, Origin, Provider, Stack, Truth,
    Unknown, Value, Why,
};
use crate::source::Span;

/// The most members that a list keeps apart as "perhaps"; more are plainly unknown.
const MAX_PERHAPS: usize = 16;

/// The resources of a stack: one for each that is declared, and one for each satellite whose owner is not here.
pub(super) fn lower(stack: &Stack, catalog: &Catalog) -> Vec<Resource> {
    let joins = Joins::new(&stack.resources, catalog, stack.language);
    let mut lowering = Lowering {
        stack,
        joins: &joins,
    };
    let mut resources: Vec<Resource> = (0..stack.resources.len())
        .map(|at| lowering.resource(at, catalog))
        .collect();
    for (at, kind, join, why) in &joins.orphans {
        resources.push(lowering.partial(*at, kind, join, why));
    }
    resources
}

struct Lowering<'a> {
    stack: &'a Stack,
    joins: &'a Joins<'a>,
}

/// Whose attributes are asked for.
struct Subject<'a> {
    kind: &'a Kind,
    own: Option<usize>,
    /// The satellites by join; for a partial resource the only one.
    satellites: FxHashMap<&'a Join, Vec<(usize, Option<Why>)>>,
    /// Why nothing can be said of what is not written (partial resources).
    elsewhere: Option<&'a Why>,
}

impl<'a> Lowering<'a> {
    fn resource(&mut self, at: usize, catalog: &'a Catalog) -> Resource {
        let declared = &self.stack.resources[at];
        let mut resource = plain(
            declared,
            catalog.kind_of(&declared.address.type_name),
            self.stack.language,
        );
        let Some(kind) = catalog.kind_by_type(&declared.address.type_name) else {
            return resource;
        };
        if declared.address.mode == crate::eval::Mode::Data {
            return resource;
        }
        let mut subject = Subject {
            kind,
            own: Some(at),
            satellites: FxHashMap::default(),
            elsewhere: None,
        };
        for attribute in &kind.attributes {
            for join in self
                .sources(attribute)
                .iter()
                .filter_map(|source| source.join.as_ref())
            {
                let members = || self.joins.of(at, &kind.name, join).cloned().collect();
                subject.satellites.entry(join).or_insert_with(members);
            }
        }
        let mut seen = Vec::new();
        for (member, why) in subject.satellites.values().flatten() {
            if why.is_none() && !seen.contains(member) {
                seen.push(*member);
            }
        }
        seen.sort_unstable();
        resource.satellites = seen
            .into_iter()
            .map(|at| satellite(&self.stack.resources[at]))
            .collect();
        resource.spelled = self.spelled(&subject);
        resource
    }

    /// What a satellite says of an owner that is not here.
    fn partial(&mut self, at: usize, kind: &'a Kind, join: &'a Join, why: &'a Why) -> Resource {
        let declared = &self.stack.resources[at];
        let mut resource = plain(declared, kind.name.as_str().into(), self.stack.language);
        let unknown = Arc::new(Unknown {
            why: why.clone(),
            among: Vec::new(),
        });
        let map = Map::new(Vec::new(), Some(unknown), Collection::Structural);
        resource.body = Value::new(Data::Map(Arc::new(map)), declared.header);
        resource.partial = true;
        let satellites = [(join, vec![(at, None)])].into_iter().collect();
        let subject = Subject {
            kind,
            own: None,
            satellites,
            elsewhere: Some(why),
        };
        resource.spelled = self.spelled(&subject);
        resource
    }

    fn sources(&self, attribute: &'a Attribute) -> &'a [Source] {
        match self.stack.language {
            Language::Terraform => &attribute.terraform,
            Language::CloudFormation => &attribute.cloudformation,
        }
    }

    fn spelled(&self, subject: &Subject<'a>) -> Vec<(Path, Value)> {
        let mut spelled = Vec::new();
        for attribute in &subject.kind.attributes {
            let list = attribute.path.0.last().is_some_and(|step| step.each);
            let value = if list {
                self.list(subject, attribute)
            } else {
                self.scalar(subject, attribute)
            };
            spelled.push((attribute.path.clone(), value));
        }
        spelled
    }

    /// The first source that says something, as far as that is known; then the default.
    fn scalar(&self, subject: &Subject<'a>, attribute: &'a Attribute) -> Value {
        let span = subject
            .own
            .map_or_else(Span::nowhere, |at| self.stack.resources[at].header);
        let sources = self.sources(attribute);
        let mut said: Option<Value> = None;
        let natural;
        let sources = if sources.is_empty() {
            natural = [Source {
                path: attribute.path.clone(),
                ..Source::default()
            }];
            &natural[..]
        } else {
            sources
        };
        for source in sources {
            let joined = source
                .join
                .as_ref()
                .map(|join| subject.satellites.get(join).map_or(&[][..], |all| all));
            let next = match (joined, subject.own) {
                (Some(members), _) => self.of_satellites(members, source),
                (None, Some(own)) => self.of_one(&self.stack.resources[own].body, source),
                (None, None) => None,
            };
            said = otherwise(said, next);
            if said.as_ref().is_some_and(|value| !perhaps_absent(value)) {
                break;
            }
        }
        let fallback = match (subject.elsewhere, subject.own) {
            (Some(why), _) => Some(Value::unknown(why.clone(), Span::nowhere())),
            (None, Some(own)) => default(
                attribute,
                &self.stack.resources[own].provider,
                self.stack.language,
            ),
            (None, None) => None,
        };
        otherwise(said, fallback).unwrap_or_else(|| Value::null(span))
    }

    /// What a source says in one body.
    fn of_one(&self, body: &Value, source: &Source) -> Option<Value> {
        let chosen = filtered(body, source, self.stack.language);
        if chosen.is_false() {
            return None;
        }
        let value = match &source.constant {
            Some(literal) => Some(literal_value(literal, body.origin.span)),
            None => walk::value(body, &source.path.0, self.stack.language),
        };
        let value = translated(value?, source)?;
        Some(if chosen.is_true() {
            value
        } else {
            perhaps(value, Why::Condition)
        })
    }

    /// What satellites say: the sure ones together, else what the others might say.
    fn of_satellites(&self, members: &[(usize, Option<Why>)], source: &Source) -> Option<Value> {
        let mut sure: Option<Value> = None;
        let mut maybe: Vec<Value> = Vec::new();
        let mut why = None;
        for (at, unsure) in members {
            let declared = &self.stack.resources[*at];
            let Some(value) = self.of_one(&declared.body, source) else {
                continue;
            };
            let value = if declared.exists.is_true() {
                value
            } else {
                perhaps(value, Why::Condition)
            };
            match unsure {
                None => sure = Some(sure.map_or(value.clone(), |known| both(known, value))),
                Some(reason) => {
                    why.get_or_insert_with(|| reason.clone());
                    maybe.push(value);
                }
            }
        }
        let perhaps = why.map(|why| {
            let alternatives = maybe.into_iter().chain([Value::null(Span::nowhere())]);
            Value::among(why, alternatives, Span::nowhere())
        });
        otherwise(sure, perhaps)
    }

    /// The members of all sources together.
    fn list(&self, subject: &Subject<'a>, attribute: &'a Attribute) -> Value {
        let mut items = Items::default();
        let mut any = false;
        let sources = self.sources(attribute);
        let natural;
        let sources = if sources.is_empty() {
            natural = [Source {
                path: attribute.path.clone(),
                ..Source::default()
            }];
            &natural[..]
        } else {
            sources
        };
        for source in sources {
            match (&source.join, subject.own) {
                (Some(join), _) => {
                    for (at, unsure) in subject.satellites.get(join).into_iter().flatten() {
                        any = true;
                        let declared = &self.stack.resources[*at];
                        let unsure = unsure
                            .clone()
                            .or((!declared.exists.is_true()).then_some(Why::Condition));
                        self.collect(&declared.body, source, unsure, &mut items);
                    }
                }
                (None, Some(own)) => {
                    let before = items.written;
                    self.collect(&self.stack.resources[own].body, source, None, &mut items);
                    any |= items.written > before;
                }
                (None, None) => {}
            }
        }
        let span = subject
            .own
            .map_or_else(Span::nowhere, |at| self.stack.resources[at].header);
        if let Some(why) = subject.elsewhere {
            items.more(Vec::new(), why.clone());
        }
        if !any && subject.elsewhere.is_none() {
            let own = subject.own.map(|own| &self.stack.resources[own].provider);
            let fallback =
                own.and_then(|provider| default(attribute, provider, self.stack.language));
            return fallback.unwrap_or_else(|| Value::null(span));
        }
        items.into_value(span)
    }

    /// Adds what a source says in one body to a list.
    fn collect(&self, body: &Value, source: &Source, unsure: Option<Why>, items: &mut Items) {
        let chosen = filtered(body, source, self.stack.language);
        if chosen.is_false() {
            return;
        }
        let unsure = unsure.or((!chosen.is_true()).then_some(Why::Condition));
        if source.path.is_empty() {
            let item = self.item(body, source);
            items.add(item, unsure);
            return;
        }
        let Some(found) = walk::value(body, &source.path.0, self.stack.language) else {
            return;
        };
        items.written += 1;
        let found = found.resolved();
        match &found.data {
            Data::List(list) => {
                for item in &list.items {
                    if let Some(item) = translated(self.item(item, source), source) {
                        items.add(item, unsure.clone());
                    }
                }
                if let Some(rest) = &list.rest {
                    let among = rest
                        .among
                        .iter()
                        .map(|item| self.item(item, source))
                        .collect();
                    items.more(among, rest.why.clone());
                }
            }
            Data::Unknown(unknown) => {
                let lists: Option<Vec<&Value>> = unknown
                    .among
                    .iter()
                    .map(|one| match &one.resolved().data {
                        Data::List(list) if list.rest.is_none() => {
                            Some(list.items.iter().collect())
                        }
                        Data::Null => Some(Vec::new()),
                        _ => None,
                    })
                    .collect::<Option<Vec<Vec<&Value>>>>()
                    .filter(|lists| !lists.is_empty())
                    .map(|lists| lists.into_iter().flatten().collect());
                let known = lists.is_some();
                let among = lists
                    .into_iter()
                    .flatten()
                    .map(|item| self.item(item, source))
                    .collect::<Vec<_>>();
                items.more_or_none(among, unknown.why.clone(), known);
            }
            Data::Reference(_) => items.more(Vec::new(), found.why().unwrap_or(Why::Limit)),
            _ => {
                if let Some(item) = translated(self.item(found, source), source) {
                    items.add(item, unsure);
                }
            }
        }
    }

    /// An item of a list in the vocabulary's words. Without members it is as it stands.
    fn item(&self, item: &Value, source: &Source) -> Value {
        if source.members.is_empty() {
            return item.clone();
        }
        let own = item.resolved();
        if let Data::Unknown(unknown) = &own.data {
            let among = unknown.among.iter().map(|one| self.item(one, source));
            return Value::among(unknown.why.clone(), among, own.origin.span);
        }
        let Data::Map(map) = &own.data else {
            return item.clone();
        };
        let mut entries: Vec<Entry> = Vec::with_capacity(map.entries.len());
        for entry in &map.entries {
            let claimed = source.members.iter().any(|member| {
                self.same_name(&entry.key, &member.step.name)
                    || member.sources.iter().any(|own| {
                        own.path
                            .0
                            .first()
                            .is_some_and(|step| self.same_name(&entry.key, &step.name))
                    })
            });
            if !claimed {
                entries.push(entry.clone());
            }
        }
        for member in &source.members {
            if let Some(value) = self.member(own, &member.step, &member.sources) {
                entries.push(Entry {
                    key: member.step.name.as_str().into(),
                    span: value.origin.span,
                    value,
                });
            }
        }
        let map = Map::new(entries, map.rest.clone(), map.kind);
        Value {
            data: Data::Map(Arc::new(map)),
            origin: own.origin.clone(),
            sensitive: own.sensitive,
        }
    }

    fn same_name(&self, key: &str, name: &str) -> bool {
        key == name || self.stack.language == Language::CloudFormation && is_snake_of(key, name)
    }

    fn member(&self, item: &Value, step: &Step, sources: &[Source]) -> Option<Value> {
        if !step.each {
            return sources.iter().fold(None, |said, source| {
                otherwise(said, self.of_one(item, source))
            });
        }
        let mut items = Items::default();
        for source in sources {
            self.collect(item, source, None, &mut items);
        }
        (items.written > 0).then(|| items.into_value(item.origin.span))
    }
}

fn plain(declared: &Declared, kind: ecow::EcoString, language: Language) -> Resource {
    Resource {
        id: ResourceId(0),
        address: declared.address.clone(),
        kind,
        body: declared.body.clone(),
        spelled: Vec::new(),
        header: declared.header,
        span: declared.span,
        exists: declared.exists,
        calls: declared.calls.clone(),
        language,
        provider: declared.provider.clone(),
        satellites: Vec::new(),
        partial: false,
    }
}

fn satellite(declared: &Declared) -> Satellite {
    Satellite {
        address: declared.address.clone(),
        header: declared.header,
        span: declared.span,
    }
}

/// A list in the making.
#[derive(Default)]
struct Items {
    items: Vec<Value>,
    perhaps: Vec<Value>,
    why: Option<Why>,
    anything: bool,
    /// How many sources wrote something, be it an empty list.
    written: usize,
}

impl Items {
    fn add(&mut self, item: Value, unsure: Option<Why>) {
        self.written += 1;
        match unsure {
            None => self.items.push(item),
            Some(why) => self.more(vec![item], why),
        }
    }

    /// There may be more: one of these, or anything when there are none.
    fn more(&mut self, among: Vec<Value>, why: Why) {
        let known = !among.is_empty();
        self.more_or_none(among, why, known);
    }

    fn more_or_none(&mut self, among: Vec<Value>, why: Why, known: bool) {
        self.written += 1;
        self.anything |= !known || self.perhaps.len() + among.len() > MAX_PERHAPS;
        self.perhaps.extend(among);
        self.why.get_or_insert(why);
    }

    fn into_value(self, span: Span) -> Value {
        let span = self.items.first().map_or(span, |item| item.origin.span);
        let among = if self.anything {
            Vec::new()
        } else {
            self.perhaps
        };
        let rest = match self.why {
            Some(why) if self.anything || !among.is_empty() => {
                Some(Arc::new(Unknown { why, among }))
            }
            _ => None,
        };
        Value::new(
            Data::List(Arc::new(List {
                items: self.items,
                rest,
                kind: Collection::Structural,
            })),
            span,
        )
    }
}

/// Whether the filter of a source holds in a body.
fn filtered(body: &Value, source: &Source, language: Language) -> Truth {
    Truth::all(source.filter.iter().map(|(path, literal)| {
        match walk::value(body, &path.0, language) {
            Some(value) => value.equals_text(&literal.to_string()),
            None => Truth::from(*literal == Literal::Null),
        }
    }))
}

/// The value in the vocabulary's words.
fn translated(value: Value, source: &Source) -> Option<Value> {
    if source.when.is_empty() {
        return Some(value);
    }
    let to = |literal: &Literal| Value {
        data: literal_value(literal, Span::nowhere()).data,
        origin: value.origin.clone(),
        sensitive: value.sensitive,
    };
    for (text, literal) in &source.when {
        match value.equals_text(text) {
            Truth::True => return Some(to(literal)),
            Truth::False => {}
            Truth::Unknown => {
                let why = value.first_why().unwrap_or(Why::Condition);
                let possible = source
                    .when
                    .iter()
                    .filter(|(text, _)| !value.equals_text(text).is_false());
                let all = possible
                    .map(|(_, literal)| to(literal))
                    .chain([Value::null(value.origin.span)]);
                let mut among = Value::among(why, all, value.origin.span);
                among.origin = value.origin.clone();
                return Some(among);
            }
        }
    }
    None
}

/// A literal as a value that no text wrote, or written at a span.
pub(super) fn literal_value(literal: &Literal, span: Span) -> Value {
    let data = match literal {
        Literal::Null => Data::Null,
        Literal::Bool(value) => Data::Bool(*value),
        Literal::Int(value) => Data::Number(Number::Int(*value)),
        Literal::Text(value) => Data::Text(value.as_str().into()),
        Literal::List(items) => {
            return Value::tuple(
                items.iter().map(|item| literal_value(item, span)).collect(),
                span,
            );
        }
        Literal::Map(entries) => {
            let entry = |(key, value): &(String, Literal)| Entry {
                key: key.as_str().into(),
                span,
                value: literal_value(value, span),
            };
            return Value::object(entries.iter().map(entry).collect(), span);
        }
    };
    Value {
        data,
        origin: Origin::at(span),
        sensitive: false,
    }
}

/// What holds when nothing is written.
fn default(
    attribute: &Attribute,
    provider: &Option<Arc<Provider>>,
    language: Language,
) -> Option<Value> {
    let version = provider
        .as_ref()
        .and_then(|provider| provider.version.as_deref());
    let mut possible = Vec::new();
    for case in &attribute.defaults {
        let value = literal_value(&case.value, Span::nowhere());
        match case.provider {
            None => {
                possible.push(value);
                break;
            }
            Some(_) if language != Language::Terraform => {}
            Some(range) => match in_majors(version, range) {
                Truth::True => {
                    possible.push(value);
                    break;
                }
                Truth::False => {}
                Truth::Unknown => possible.push(value),
            },
        }
    }
    match possible.len() {
        0 => None,
        1 => possible.pop(),
        _ => Some(Value::among(
            Why::Environment("the version of the provider".into()),
            possible,
            Span::nowhere(),
        )),
    }
}

/// Whether a version constraint admits only (or no) versions whose major number is in a range. Terraform installs the
/// newest version that a constraint allows: without an upper bound that is one after every range that ends.
fn in_majors(constraint: Option<&str>, (low, high): (u32, u32)) -> Truth {
    let mut answer = Truth::from(high == u32::MAX);
    for part in constraint.unwrap_or_default().split(',').map(str::trim) {
        let operator_end = part
            .find(|c: char| c.is_ascii_digit() || c == 'v')
            .unwrap_or(part.len());
        let (operator, version) = part.split_at(operator_end);
        let mut numbers = version.trim_start_matches('v').split('.');
        let Some(major) = numbers.next().and_then(|number| number.parse::<u32>().ok()) else {
            continue;
        };
        match operator.trim() {
            "" | "=" => return Truth::from(low <= major && major <= high),
            "~>" if numbers.next().is_some() => {
                return Truth::from(low <= major && major <= high);
            }
            ">=" | ">" if major > high => return Truth::False,
            "<" | "<=" if major < low => return Truth::False,
            "<" | "<=" => answer = Truth::Unknown,
            _ => {}
        }
    }
    answer
}

/// The first unless it may be absent; then what the second says instead of the absence.
fn otherwise(first: Option<Value>, second: Option<Value>) -> Option<Value> {
    let Some(first) = first else { return second };
    let Data::Unknown(unknown) = &first.data else {
        return Some(first);
    };
    if !perhaps_absent(&first) {
        return Some(first);
    }
    let Some(second) = second else {
        return Some(first);
    };
    let kept = unknown
        .among
        .iter()
        .filter(|one| !matches!(one.data, Data::Null))
        .cloned();
    let mut value = Value::among(unknown.why.clone(), kept.chain([second]), first.origin.span);
    if matches!(value.data, Data::Unknown(_)) {
        value.origin = first.origin.clone();
    }
    Some(value)
}

fn perhaps_absent(value: &Value) -> bool {
    match &value.data {
        Data::Unknown(unknown) => unknown
            .among
            .iter()
            .any(|one| matches!(one.data, Data::Null)),
        _ => false,
    }
}

/// The value, or nothing.
fn perhaps(value: Value, why: Why) -> Value {
    let span = value.origin.span;
    Value::among(why, [value, Value::null(span)], span)
}

/// Two values for one thing: the same, or who knows which wins.
fn both(first: Value, second: Value) -> Value {
    let span = first.origin.span;
    if first.data == second.data {
        return first;
    }
    Value::among(Why::Condition, [first, second], span)
}
