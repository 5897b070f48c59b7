//! A stack's resources into the vocabulary: spellings, satellites and defaults.

use std::sync::Arc;

use ecow::eco_format;
use rustc_hash::FxHashMap;

use super::default::default;
use super::join::Joins;
use super::said::{both, otherwise, perhaps, perhaps_absent};
use super::spelling::{Items, MAX_PERHAPS, Reader};
use super::{Resource, ResourceId, Satellite, Spelled};
use crate::catalog::{Attribute, Catalog, Join, Kind, Source};
use crate::eval::{
    Collection, Data, Declared, Entry, Language, Map, Mode, Stack, Unknown, Value, Why,
};
use crate::source::Span;

/// The resources of a stack: one for each that is declared, and one for each satellite whose owner is not here.
pub(super) fn lower(stack: &Stack, catalog: &Catalog) -> Vec<Resource> {
    let joins = Joins::new(&stack.resources, catalog, stack.language);
    let mut lowering = Lowering {
        stack,
        catalog,
        reader: Reader {
            language: stack.language,
        },
        joins: &joins,
        unread: stack.unread(),
    };
    let mut resources: Vec<Resource> = (0..stack.resources.len())
        .map(|at| lowering.resource(at, catalog))
        .collect();
    resources.extend(stack.inputs.iter().map(|input| {
        let kind = match input.address.mode {
            Mode::Provider => eco_format!("provider.{}", input.address.type_name),
            _ => "stack.input".into(),
        };
        plain(input, kind, stack.language)
    }));
    for (at, kind, join, why) in &joins.orphans {
        resources.push(lowering.partial(*at, kind, join, why));
    }
    resources
}

struct Lowering<'a> {
    stack: &'a Stack,
    catalog: &'a Catalog,
    reader: Reader,
    joins: &'a Joins<'a>,
    /// Why there may be satellites that were not read.
    unread: Option<Why>,
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
        let type_name = &declared.address.type_name;
        if declared.address.mode == Mode::Data {
            // It reads what is managed elsewhere: no rule about the resource is asked of it.
            let kind = eco_format!("data.{type_name}");
            return plain(declared, kind, self.stack.language);
        }
        let mut resource = plain(declared, catalog.kind_of(type_name), self.stack.language);
        let Some(kind) = catalog.kind_by_type(type_name) else {
            return resource;
        };
        let mut subject = Subject {
            kind,
            own: Some(at),
            satellites: FxHashMap::default(),
            elsewhere: declared.outline(),
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

    fn spelled(&self, subject: &Subject<'a>) -> Spelled {
        let mut values = Vec::new();
        for (at, attribute) in subject.kind.attributes.iter().enumerate() {
            let list = attribute.path.0.last().is_some_and(|step| step.each);
            let value = if list {
                self.list(subject, attribute)
            } else {
                self.scalar(subject, attribute)
            };
            if !matches!(value.data, Data::Null) {
                values.push((at as u32, value));
            }
        }
        Spelled {
            paths: self.catalog.paths(subject.kind),
            values: values.into(),
        }
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
                (None, Some(own)) => self.reader.of_one(&self.stack.resources[own].body, source),
                (None, None) => None,
            };
            said = otherwise(said, next);
            if said.as_ref().is_some_and(|value| !perhaps_absent(value)) {
                break;
            }
        }
        let hidden = sources.iter().any(|source| source.join.is_some());
        let hidden = self.unread.as_ref().filter(|_| hidden);
        let elsewhere = subject
            .elsewhere
            .filter(|_| !self.is_told(subject, sources));
        let fallback = match (elsewhere.or(hidden), subject.own) {
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
    /// Whether an outline itself tells something, be it that it is absent.
    fn is_told(&self, subject: &Subject<'a>, sources: &[Source]) -> bool {
        subject.own.is_some_and(|own| {
            let inside = sources.iter().filter(|source| source.join.is_none());
            let mut names = inside.filter_map(|source| source.path.0.first());
            names.any(|step| self.stack.resources[own].tells(&step.name))
        })
    }

    /// What satellites say: the sure ones together, else what the others might say.
    fn of_satellites(&self, members: &[(usize, Option<Why>)], source: &Source) -> Option<Value> {
        let mut sure: Option<Value> = None;
        let mut maybe: Vec<Value> = Vec::new();
        let mut why = None;
        for (at, unsure) in members {
            let declared = &self.stack.resources[*at];
            let Some(value) = self.reader.of_one(&declared.body, source) else {
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
        let crowd = members
            .iter()
            .filter(|(_, unsure)| unsure.is_some())
            .count()
            > MAX_PERHAPS;
        let perhaps = why.map(|why| {
            if crowd {
                return Value::unknown(why, Span::nowhere());
            }
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
                        self.reader
                            .collect(&declared.body, source, unsure, &mut items);
                    }
                }
                (None, Some(own)) => {
                    let before = items.written;
                    self.reader
                        .collect(&self.stack.resources[own].body, source, None, &mut items);
                    any |= items.written > before;
                }
                (None, None) => {}
            }
        }
        let span = subject
            .own
            .map_or_else(Span::nowhere, |at| self.stack.resources[at].header);
        let hidden = sources.iter().any(|source| source.join.is_some());
        let hidden = self.unread.as_ref().filter(|_| hidden);
        let elsewhere = subject
            .elsewhere
            .filter(|_| !self.is_told(subject, sources));
        let more = elsewhere.or(hidden);
        if let Some(why) = more {
            items.more(Vec::new(), why.clone());
        }
        if !any && more.is_none() {
            let own = subject.own.map(|own| &self.stack.resources[own].provider);
            let fallback =
                own.and_then(|provider| default(attribute, provider, self.stack.language));
            return fallback.unwrap_or_else(|| Value::null(span));
        }
        items.into_value(span)
    }
}

fn plain(declared: &Declared, kind: ecow::EcoString, language: Language) -> Resource {
    Resource {
        id: ResourceId(0),
        address: declared.address.clone(),
        kind,
        body: with_lifecycle(declared, language),
        spelled: Spelled::default(),
        header: declared.header,
        span: declared.span,
        exists: declared.exists,
        calls: declared.calls.clone(),
        language,
        provider: declared.provider.clone(),
        satellites: Arc::default(),
        partial: false,
    }
}

/// The arguments, in Terraform with `lifecycle` as one of them.
fn with_lifecycle(declared: &Declared, language: Language) -> Value {
    let (Data::Map(map), Data::Map(_), Language::Terraform) =
        (&declared.body.data, &declared.meta.data, language)
    else {
        return declared.body.clone();
    };
    let mut entries = map.entries.clone();
    entries.push(Entry {
        key: "lifecycle".into(),
        span: declared.meta.origin.span,
        value: declared.meta.clone(),
    });
    let map = Map::new(entries, map.rest.clone(), map.kind);
    Value {
        data: Data::Map(Arc::new(map)),
        ..declared.body.clone()
    }
}

fn satellite(declared: &Declared) -> Satellite {
    Satellite {
        address: declared.address.clone(),
        header: declared.header,
        span: declared.span,
    }
}
