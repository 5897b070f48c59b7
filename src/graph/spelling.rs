//! What one spelling of an attribute says in one body: a value, or the items of a list in the vocabulary's words.

use std::sync::Arc;

use super::decode::decoded;
use super::default::literal_value;
use super::said::{filtered, otherwise, perhaps, translated};
use super::walk;
use crate::catalog::case::is_snake_of;
use crate::catalog::{Source, Step};
use crate::eval::{Collection, Data, Entry, Language, List, Map, Unknown, Value, Why};
use crate::source::Span;

/// The most members that a list keeps apart as "perhaps"; more are plainly unknown.
pub(super) const MAX_PERHAPS: usize = 16;

/// Reads bodies of one language.
#[derive(Clone, Copy)]
pub(super) struct Reader {
    pub(super) language: Language,
}

impl Reader {
    /// What a source says in one body.
    pub(super) fn of_one(&self, body: &Value, source: &Source) -> Option<Value> {
        let chosen = filtered(body, source, self.language);
        if chosen.is_false() {
            return None;
        }
        let value = match &source.constant {
            Some(literal) => Some(literal_value(literal, body.origin.span)),
            None => self.found(body, source),
        };
        let value = match &source.pairs {
            Some(_) => self.paired(&value?, source),
            None => value?,
        };
        let value = translated(value, source)?;
        Some(if chosen.is_true() {
            value
        } else {
            perhaps(value, Why::Condition)
        })
    }

    /// What is written at the path of a source, decoded where it is a text that holds a value.
    fn found(&self, body: &Value, source: &Source) -> Option<Value> {
        let value = walk::value(body, &source.path.0, self.language)?;
        match source.text {
            Some(encoding) => {
                let held = decoded(value, encoding)?;
                walk::value(&held, &source.inside.0, self.language)
            }
            None => Some(value),
        }
    }

    /// A list of names and values as a map. Of two items with one name the first counts.
    fn paired(&self, found: &Value, source: &Source) -> Value {
        let Some((name, content)) = &source.pairs else {
            return found.clone();
        };
        let own = found.resolved();
        let items = match &own.data {
            Data::List(list) => (list.items.as_slice(), list.rest.clone()),
            Data::Map(_) => (std::slice::from_ref(own), None),
            Data::Null => return found.clone(),
            _ => {
                let why = own.first_why().unwrap_or(Why::Unclear);
                return Value::unknown(why, own.origin.span);
            }
        };
        let (items, mut rest) = items;
        let mut entries: Vec<Entry> = Vec::with_capacity(items.len());
        for item in items {
            let key = walk::value(item, &name.0, self.language);
            let Some(key) = key.as_ref().and_then(Value::as_text) else {
                let why = item.first_why().unwrap_or(Why::Unclear);
                let among = Vec::new();
                rest.get_or_insert_with(|| Arc::new(Unknown { why, among }));
                continue;
            };
            let key: String = key
                .chars()
                .map(|c| match c {
                    'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | '-' => c,
                    _ => '_',
                })
                .collect();
            let value = walk::value(item, &content.0, self.language);
            if let Some(value) = value
                && !entries.iter().any(|known| known.key == key)
            {
                entries.push(Entry {
                    key: key.into(),
                    span: value.origin.span,
                    value,
                });
            }
        }
        let map = Map::new(entries, rest, Collection::Structural);
        Value {
            data: Data::Map(Arc::new(map)),
            origin: own.origin.clone(),
            sensitive: own.sensitive,
        }
    }

    /// Adds what a source says in one body to a list.
    pub(super) fn collect(
        &self,
        body: &Value,
        source: &Source,
        unsure: Option<Why>,
        items: &mut Items,
    ) {
        let chosen = filtered(body, source, self.language);
        if chosen.is_false() {
            return;
        }
        let unsure = unsure.or((!chosen.is_true()).then_some(Why::Condition));
        if source.path.is_empty() {
            let item = self.item(body, source);
            items.add(item, unsure);
            return;
        }
        let Some(found) = self.found(body, source) else {
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
                let list = |one: &Value| match &one.resolved().data {
                    Data::List(list) if list.rest.is_none() => Some(
                        list.items
                            .iter()
                            .map(|item| self.item(item, source))
                            .collect(),
                    ),
                    Data::Null => Some(Vec::new()),
                    _ => None,
                };
                let lists: Option<Vec<Vec<Value>>> = unknown.among.iter().map(list).collect();
                let lists = lists.filter(|lists| !lists.is_empty());
                match lists {
                    Some(lists) => items.one_of(lists, unknown.why.clone()),
                    None => items.more_or_none(Vec::new(), unknown.why.clone(), false),
                }
            }
            // What is named in the singular is one item, whatever it is.
            Data::Reference(_) if !source.path.0.last().is_some_and(|step| step.each) => {
                if let Some(item) = translated(self.item(found, source), source) {
                    items.add(item, unsure);
                }
            }
            Data::Reference(_) => items.more(Vec::new(), found.why().unwrap_or(Why::Unclear)),
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
        key == name || self.language == Language::CloudFormation && is_snake_of(key, name)
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

/// A list in the making.
#[derive(Default)]
pub(super) struct Items {
    items: Vec<Value>,
    perhaps: Vec<Value>,
    why: Option<Why>,
    anything: bool,
    /// Where all that may be there besides is one of several lists: those.
    lists: Option<Vec<Vec<Value>>>,
    /// How many sources wrote something, be it an empty list.
    pub(super) written: usize,
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
    pub(super) fn more(&mut self, among: Vec<Value>, why: Why) {
        let known = !among.is_empty();
        self.more_or_none(among, why, known);
    }

    /// One of several lists.
    fn one_of(&mut self, lists: Vec<Vec<Value>>, why: Why) {
        let first = self.why.is_none();
        self.more_or_none(lists.concat(), why, true);
        self.lists = first.then_some(lists);
    }

    fn more_or_none(&mut self, among: Vec<Value>, why: Why, known: bool) {
        self.lists = None;
        self.written += 1;
        self.anything |= !known || self.perhaps.len() + among.len() > MAX_PERHAPS;
        self.perhaps.extend(among);
        self.why.get_or_insert(why);
    }

    pub(super) fn into_value(self, span: Span) -> Value {
        let span = self.items.first().map_or(span, |item| item.origin.span);
        if let (Some(lists), Some(why), false) = (self.lists, &self.why, self.anything) {
            let whole = |list: Vec<Value>| {
                let items = self.items.iter().cloned().chain(list);
                Value::tuple(items.collect(), span)
            };
            return Value::among(why.clone(), lists.into_iter().map(whole), span);
        }
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
