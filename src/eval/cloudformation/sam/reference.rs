//! Where references to the resources of SAM lead after the transform.

use std::collections::BTreeMap;
use std::sync::Arc;

use ecow::EcoString;

use crate::eval::{
    Address, Data, Declared, Entry, List, Map, Piece, Reference, Template, Unknown, Value, Why,
};

/// The type that the evaluator gives to a reference to a logical id that the template does not declare: the transform
/// may make it (`MyFunctionRole`, `ServerlessRestApi`). Retargeting finds its type, or makes the reference invalid.
pub const UNDECLARED: &str = "AWS::Serverless";

/// Nesting beyond this depth is not searched for references.
const MAX_DEPTH: usize = 128;

/// Where references to resources of SAM lead now.
#[derive(Debug, Default, Clone)]
pub struct Aliases {
    /// The main resource made of each SAM resource.
    main: BTreeMap<EcoString, Address>,
    /// `Ref Id.Property`.
    properties: BTreeMap<(EcoString, EcoString), Address>,
    /// The type of every resource after the transform.
    types: BTreeMap<EcoString, EcoString>,
}

impl Aliases {
    pub(super) fn add(&mut self, source: &Address, made: Address) {
        self.main.insert(source.name.clone(), made);
    }

    pub(super) fn add_property(&mut self, id: &str, property: &str, target: Address) {
        self.properties.insert((id.into(), property.into()), target);
    }

    pub(super) fn know(&mut self, resources: &[Declared]) {
        let types = resources.iter().map(|resource| {
            let address = &resource.address;
            (address.name.clone(), address.type_name.clone())
        });
        self.types = types.collect();
    }

    /// Where a reference to a resource of SAM, or to one that only the transform makes, leads now: the resource and
    /// the attributes that lead on from it. Nothing for references to other resources, which stay, and for those
    /// to resources that do not exist.
    ///
    /// `Ref Hello.Version`, `Fn::GetAtt [Hello.Alias, …]` and `${Hello.Version}` are expected as a path that begins
    /// with the property; what the transform makes of it is reached by `Ref` when nothing follows.
    pub fn alias_of(
        &self,
        target: &Address,
        path: &[EcoString],
    ) -> Option<(Address, Vec<EcoString>)> {
        if !target.type_name.starts_with(UNDECLARED) {
            return None;
        }
        if let Some((first, rest)) = path.split_first() {
            let (property, dotted) = first
                .split_once('.')
                .map_or((first.as_str(), None), |(property, rest)| {
                    (property, Some(rest))
                });
            let key = (target.name.clone(), EcoString::from(property));
            if let Some(made) = self.properties.get(&key) {
                let path = dotted.map(EcoString::from).into_iter();
                return Some((made.clone(), path.chain(rest.iter().cloned()).collect()));
            }
        }
        if let Some(made) = self.main.get(&target.name) {
            return Some((made.clone(), path.to_vec()));
        }
        let type_name = self.types.get(&target.name)?;
        let made = Address {
            type_name: type_name.clone(),
            ..target.clone()
        };
        Some((made, path.to_vec()))
    }

    /// The value with its references retargeted, however deep.
    #[must_use]
    pub fn retarget(&self, value: &Value) -> Value {
        self.walk(value, 0)
    }

    fn walk(&self, value: &Value, depth: usize) -> Value {
        if depth > MAX_DEPTH {
            return value.clone();
        }
        let all = |values: &[Value]| -> Vec<Value> {
            values
                .iter()
                .map(|value| self.walk(value, depth + 1))
                .collect()
        };
        let data = match &value.data {
            Data::List(list) => Data::List(Arc::new(List {
                items: all(&list.items),
                ..List::clone(list)
            })),
            Data::Map(map) => {
                let entries = map.entries.iter().map(|entry| Entry {
                    value: self.walk(&entry.value, depth + 1),
                    ..entry.clone()
                });
                Data::Map(Arc::new(Map {
                    entries: entries.collect(),
                    ..Map::clone(map)
                }))
            }
            Data::Template(template) => {
                let pieces = template.pieces.iter().map(|piece| match piece {
                    Piece::Value(value) => Piece::Value(self.walk(value, depth + 1)),
                    text @ Piece::Text(..) => text.clone(),
                });
                Data::Template(Arc::new(Template {
                    text: template.text.clone(),
                    pieces: pieces.collect(),
                    decoded: template
                        .decoded
                        .as_ref()
                        .map(|value| self.walk(value, depth + 1)),
                }))
            }
            Data::Unknown(unknown) if !unknown.among.is_empty() => {
                Data::Unknown(Arc::new(Unknown {
                    why: unknown.why.clone(),
                    among: all(&unknown.among),
                }))
            }
            Data::Reference(reference) => self.reference(reference, depth),
            _ => return value.clone(),
        };
        Value {
            data,
            ..value.clone()
        }
    }

    fn reference(&self, reference: &Arc<Reference>, depth: usize) -> Data {
        let value = reference
            .value
            .as_ref()
            .map(|value| self.walk(value, depth + 1));
        match self.alias_of(&reference.target, &reference.path) {
            Some((target, path)) => Data::Reference(Arc::new(Reference {
                target,
                path,
                value,
            })),
            None if reference.target.type_name == UNDECLARED => Data::Unknown(Arc::new(Unknown {
                why: Why::Invalid,
                among: Vec::new(),
            })),
            None => Data::Reference(Arc::new(Reference {
                value,
                ..Reference::clone(reference)
            })),
        }
    }
}
