//! A resource of which one of several alternatives holds: each of them is one world.

use std::sync::Arc;

use super::{Resource, Spelled};
use crate::eval::{Data, List, Map, Reference, Template, Unknown, Value, Why};

/// How deep choices are looked for.
const MAX_DEPTH: usize = 32;

/// One of a few values, of which it is not known which: the same wherever it is written once.
#[derive(Debug, Clone)]
pub struct Choice {
    unknown: Arc<Unknown>,
    at: crate::source::Span,
}

impl Choice {
    /// How many alternatives there are.
    pub fn count(&self) -> usize {
        self.unknown.among.len()
    }

    fn is(&self, unknown: &Arc<Unknown>, at: crate::source::Span) -> bool {
        self.at == at && (Arc::ptr_eq(&self.unknown, unknown) || self.unknown == *unknown)
    }
}

impl Resource {
    /// The first choice in what is written of it for one of these reasons.
    pub fn choice(&self, because: &[Why]) -> Option<Choice> {
        let spelled = self.spelled.values.iter().map(|(_, value)| value);
        spelled
            .chain([&self.body])
            .find_map(|value| find(value, because, 0))
    }

    /// The same where one alternative of a choice holds.
    #[must_use]
    pub fn chosen(&self, choice: &Choice, alternative: usize) -> Resource {
        let take = |value: &Value| with(value, choice, alternative, 0);
        let values = self.spelled.values.iter();
        let values = values.map(|(at, value)| (*at, take(value).unwrap_or_else(|| value.clone())));
        Resource {
            body: take(&self.body).unwrap_or_else(|| self.body.clone()),
            spelled: Spelled {
                paths: self.spelled.paths.clone(),
                values: values.collect(),
            },
            ..self.clone()
        }
    }
}

fn find(value: &Value, because: &[Why], depth: usize) -> Option<Choice> {
    if depth > MAX_DEPTH {
        return None;
    }
    let inside = |value: &Value| find(value, because, depth + 1);
    match &value.data {
        Data::Unknown(unknown) if unknown.among.len() > 1 && because.contains(&unknown.why) => {
            Some(Choice {
                unknown: unknown.clone(),
                at: value.origin.span,
            })
        }
        Data::List(list) => list.items.iter().find_map(inside),
        Data::Map(map) => map.entries.iter().find_map(|entry| inside(&entry.value)),
        Data::Reference(reference) => reference.value.as_ref().and_then(inside),
        Data::Template(template) => template.decoded.as_ref().and_then(inside),
        _ => None,
    }
}

/// The value where one alternative of a choice holds; nothing where the choice is not in it.
fn with(value: &Value, choice: &Choice, alternative: usize, depth: usize) -> Option<Value> {
    if depth > MAX_DEPTH {
        return None;
    }
    let inside = |value: &Value| with(value, choice, alternative, depth + 1);
    let data = match &value.data {
        Data::Unknown(unknown) if choice.is(unknown, value.origin.span) => {
            let chosen = choice.unknown.among.get(alternative)?;
            return Some(chosen.clone().sensitive_if(value.sensitive));
        }
        Data::List(list) => {
            let changed: Vec<Option<Value>> = list.items.iter().map(inside).collect();
            if changed.iter().all(Option::is_none) {
                return None;
            }
            let pairs = list.items.iter().zip(changed);
            // A member that turns out to be nothing is none.
            let items = pairs.filter_map(|(old, new)| match new {
                Some(new) if matches!(new.data, Data::Null) => None,
                Some(new) => Some(new),
                None => Some(old.clone()),
            });
            Data::List(Arc::new(List {
                items: items.collect(),
                rest: list.rest.clone(),
                kind: list.kind,
            }))
        }
        Data::Map(map) => {
            let changed: Vec<Option<Value>> = map
                .entries
                .iter()
                .map(|entry| inside(&entry.value))
                .collect();
            if changed.iter().all(Option::is_none) {
                return None;
            }
            let mut entries = map.entries.clone();
            for (entry, new) in entries.iter_mut().zip(changed) {
                if let Some(new) = new {
                    entry.value = new;
                }
            }
            Data::Map(Arc::new(Map {
                entries,
                ..Map::clone(map)
            }))
        }
        Data::Reference(reference) => Data::Reference(Arc::new(Reference {
            value: Some(inside(reference.value.as_ref()?)?),
            ..Reference::clone(reference)
        })),
        Data::Template(template) => Data::Template(Arc::new(Template {
            decoded: Some(inside(template.decoded.as_ref()?)?),
            ..Template::clone(template)
        })),
        _ => return None,
    };
    Some(Value {
        data,
        ..value.clone()
    })
}
