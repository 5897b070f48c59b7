//! From a value along a path: what is there, in either language, known or not.

use crate::catalog::Step;
use crate::catalog::case::is_snake_of;
use crate::eval::{Data, Language, Map, Value, Why};

/// The entry of a map under a name of the vocabulary: in CloudFormation the key whose snake-case form it is. Terraform's
/// `x_wo` is another spelling of `x`: write-only means that the state does not keep it, not that it says something else.
pub fn entry<'v>(map: &'v Map, name: &str, language: Language) -> Option<&'v Value> {
    if let Some(value) = map.value(name) {
        return Some(value);
    }
    if language == Language::Terraform {
        return write_only(map, name);
    }
    map.entries
        .iter()
        .find(|entry| is_snake_of(&entry.key, name))
        .map(|entry| &entry.value)
}

fn write_only<'v>(map: &'v Map, name: &str) -> Option<&'v Value> {
    let wanted = || name.bytes().chain(*b"_wo");
    let at = map
        .entries
        .binary_search_by(|entry| entry.key.bytes().cmp(wanted()));
    at.ok().map(|at| &map.entries[at].value)
}

/// The value at the end of steps without `[]`; `None` where nothing is. What may or may not be there is an unknown with
/// null among its alternatives. A list of one block is stepped into as if it were the block.
pub fn value(from: &Value, steps: &[Step], language: Language) -> Option<Value> {
    let own = from.resolved();
    let Some((step, rest)) = steps.split_first() else {
        return (!matches!(own.data, Data::Null)).then(|| from.clone());
    };
    match &own.data {
        Data::Unknown(unknown) if unknown.among.is_empty() => Some(from.clone()),
        Data::Unknown(unknown) => {
            let among = unknown.among.iter();
            let found = among.map(|one| {
                value(one, steps, language).unwrap_or_else(|| Value::null(one.origin.span))
            });
            present(Value::among(unknown.why.clone(), found, from.origin.span))
        }
        Data::Reference(_) => Some(Value {
            data: Value::unknown(own.why().unwrap_or(Why::Unclear), own.origin.span).data,
            origin: own.origin.clone(),
            sensitive: own.sensitive,
        }),
        Data::Map(map) => match (entry(map, &step.name, language), &map.rest) {
            (Some(next), _) => value(next, rest, language),
            (None, None) => None,
            (None, Some(unknown)) => Some(Value::unknown(unknown.why.clone(), own.origin.span)),
        },
        Data::List(list) => match (list.items.as_slice(), &list.rest) {
            ([], None) => None,
            ([one], _) => value(one, steps, language),
            ([], Some(unknown)) if unknown.among.is_empty() => {
                Some(Value::unknown(unknown.why.clone(), own.origin.span))
            }
            ([], Some(unknown)) => {
                let among = unknown.among.iter();
                let found = among
                    .map(|one| {
                        value(one, steps, language).unwrap_or_else(|| Value::null(one.origin.span))
                    })
                    .chain([Value::null(own.origin.span)]);
                present(Value::among(unknown.why.clone(), found, own.origin.span))
            }
            ([first, ..], _) => {
                let found: Option<Vec<Value>> = list
                    .items
                    .iter()
                    .map(|one| value(one, steps, language))
                    .collect();
                match found {
                    Some(found) if found.iter().all(|one| one.data == found[0].data) => {
                        found.into_iter().next()
                    }
                    _ => Some(Value::unknown(
                        Why::Instance(step.name.as_str().into()),
                        first.origin.span,
                    )),
                }
            }
        },
        _ => None,
    }
}

fn present(value: Value) -> Option<Value> {
    (!matches!(value.data, Data::Null)).then_some(value)
}

/// Every value that a path leads to, as far as it is known: the members of lists where a step says `[]`, and of the
/// alternatives of unknown ones.
pub fn every(from: &Value, each: bool, steps: &[Step], language: Language, out: &mut Vec<Value>) {
    let own = from.resolved();
    match &own.data {
        Data::List(list) if each || !steps.is_empty() => {
            let rest = list.rest.iter().flat_map(|rest| &rest.among);
            list.items
                .iter()
                .chain(rest)
                .for_each(|item| every(item, false, steps, language, out));
        }
        Data::Unknown(unknown) if !steps.is_empty() || each => {
            unknown
                .among
                .iter()
                .for_each(|one| every(one, each, steps, language, out));
        }
        _ => match (steps.split_first(), &own.data) {
            (None, Data::Null) => {}
            (None, _) => out.push(from.clone()),
            (Some((step, rest)), Data::Map(map)) => {
                if let Some(next) = entry(map, &step.name, language) {
                    every(next, step.each, rest, language, out);
                }
            }
            (Some(_), _) => {}
        },
    }
}
