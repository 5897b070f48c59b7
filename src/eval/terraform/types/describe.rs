//! The type of a value, as far as it can be told, and the names of types in messages.

use std::fmt;

use super::{Field, MAX_DEPTH, Type, unify};
use crate::eval::{Collection, Data, Value};

/// The type of a value. What is unknown or null is [`Type::Any`]; so is what lies too deep.
pub(in crate::eval::terraform) fn type_of(value: &Value) -> Type {
    type_at(value, 0)
}

fn type_at(value: &Value, depth: usize) -> Type {
    if depth > MAX_DEPTH {
        return Type::Any;
    }
    match &value.resolved().data {
        Data::Null | Data::Reference(_) => Type::Any,
        Data::Unknown(unknown) => {
            let among: Vec<Type> = unknown
                .among
                .iter()
                .map(|member| type_at(member, depth + 1))
                .collect();
            match among.split_first() {
                Some((first, others)) if others.iter().all(|other| other == first) => first.clone(),
                _ => Type::Any,
            }
        }
        Data::Bool(_) => Type::Bool,
        Data::Number(_) => Type::Number,
        Data::Text(_) | Data::Template(_) => Type::Text,
        Data::List(list) => {
            let members = list.items.iter().map(|item| type_at(item, depth + 1));
            match list.kind {
                Collection::Structural if list.rest.is_some() => Type::Any,
                Collection::Structural => Type::Tuple(members.collect()),
                Collection::Uniform => Type::List(Box::new(common(members))),
                Collection::Set => Type::Set(Box::new(common(members))),
            }
        }
        Data::Map(map) => {
            let members = map
                .entries
                .iter()
                .map(|entry| type_at(&entry.value, depth + 1));
            if map.kind != Collection::Structural {
                return Type::Map(Box::new(common(members)));
            }
            if map.rest.is_some() {
                return Type::Any;
            }
            let names = map.entries.iter().map(|entry| entry.key.clone());
            Type::Object(
                names
                    .zip(members)
                    .map(|(name, of)| Field {
                        name,
                        of,
                        optional: false,
                        default: None,
                    })
                    .collect(),
            )
        }
    }
}

/// The type of the members of a collection whose members have one type already.
fn common(members: impl Iterator<Item = Type>) -> Type {
    let mut distinct: Vec<Type> = Vec::new();
    for member in members {
        if !distinct.contains(&member) {
            distinct.push(member);
        }
    }
    unify(&distinct).unwrap_or(Type::Any)
}

/// What a value is, in the words of Terraform's messages: `list of string`, `object`.
pub(in crate::eval::terraform) fn kind_name(value: &Value) -> String {
    type_of(value).to_string()
}

impl fmt::Display for Type {
    /// The friendly name of Terraform's messages.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Any => f.write_str("any type"),
            Type::Bool => f.write_str("bool"),
            Type::Number => f.write_str("number"),
            Type::Text => f.write_str("string"),
            Type::List(of) => collection(f, "list", of),
            Type::Set(of) => collection(f, "set", of),
            Type::Map(of) => collection(f, "map", of),
            Type::Tuple(_) => f.write_str("tuple"),
            Type::Object(_) => f.write_str("object"),
        }
    }
}

fn collection(f: &mut fmt::Formatter<'_>, name: &str, of: &Type) -> fmt::Result {
    match of {
        Type::Any => f.write_str(name),
        of => write!(f, "{name} of {of}"),
    }
}
