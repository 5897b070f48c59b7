//! Values: data that may be unknown in part, and where each part was written.

use std::sync::Arc;

use ecow::EcoString;

use super::shape;
use super::{Address, Mode, Number, Origin, Role, Unknown, Why, budget};
use crate::source::Span;

/// A value and its origin. Cloning is cheap.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    /// What it is.
    pub data: Data,
    /// Where it was written and what it came through.
    pub origin: Origin,
    /// Marked sensitive by its author: never printed.
    pub sensitive: bool,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub enum Data {
    /// Nothing: `null`, `AWS::NoValue`. An attribute that is null counts as absent.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text, all known, from one place.
    Text(EcoString),
    /// A text made of pieces, or one whose structure is remembered.
    Template(Arc<Template>),
    /// An ordered collection or a set.
    List(Arc<List>),
    /// A map or object.
    Map(Arc<Map>),
    /// Something of another resource.
    Reference(Arc<Reference>),
    /// Not known.
    Unknown(Arc<Unknown>),
}

/// A text of pieces, some of which may be unknown.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    /// The whole text, where all pieces are known.
    pub text: Option<EcoString>,
    /// The pieces in order; the known ones joined give `text`.
    pub pieces: Vec<Piece>,
    /// The value that this text is the JSON encoding of (`jsonencode`, a rendered policy document):
    /// its members keep their own origins.
    pub decoded: Option<Value>,
}

/// A piece of a text.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    /// Known text and the bytes that wrote it. When the span is as long as the text, the text is those very
    /// bytes, and an offset in it is an offset in the source.
    Text(EcoString, Span),
    /// An unknown or a reference; a reference may have a known value, which then is a part of the whole text.
    Value(Value),
}

/// How Terraform sees a collection: it decides equality and conversions. CloudFormation only has the structural ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Collection {
    /// Tuple or object: members may differ in type.
    Structural,
    /// `list(…)` or `map(…)`: members of one type.
    Uniform,
    /// `set(…)`: members sorted, without duplicates.
    Set,
}

/// A list, tuple or set.
#[derive(Debug, Clone, PartialEq)]
pub struct List {
    /// The members that are known to be there, each perhaps unknown itself.
    pub items: Vec<Value>,
    /// Present when there may be more members, at any position: why, and among what kinds of members.
    pub rest: Option<Arc<Unknown>>,
    /// Tuple, list or set.
    pub kind: Collection,
}

/// A map or object. Keys are sorted and unique.
#[derive(Debug, Clone, PartialEq)]
pub struct Map {
    /// The entries, sorted by key.
    pub entries: Vec<Entry>,
    /// Present when there may be more entries, under other keys.
    pub rest: Option<Arc<Unknown>>,
    /// The keys of the entries that may be there, beside the alternatives of `rest` and in their order, where all are known;
    /// else nothing.
    pub maybe: Vec<EcoString>,
    /// Object or map.
    pub kind: Collection,
}

/// An entry of a map.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: EcoString,
    /// The bytes of the key.
    pub span: Span,
    /// The value.
    pub value: Value,
}

/// Something of another resource: the resource itself or what a path of attributes leads to.
#[derive(Debug, Clone, PartialEq)]
pub struct Reference {
    /// The resource; with [`Key::None`](super::Key::None) perhaps every instance of the block.
    pub target: Address,
    /// The attributes that lead from it, e.g. `["arn"]`; indices in decimal.
    pub path: Vec<EcoString>,
    /// What that is, where it is known from the configuration; never itself a bare [`Data::Unknown`].
    pub value: Option<Value>,
}

/// The most alternatives that are told apart.
const MAX_AMONG: usize = 16;

impl Value {
    /// Data written at a place. What it holds is charged to the stack under way ([`budget`]).
    pub fn new(data: Data, span: Span) -> Self {
        budget::take(data.weight());
        Self {
            data,
            origin: Origin::at(span),
            sensitive: false,
        }
    }

    /// Null at a place.
    pub fn null(span: Span) -> Self {
        Self::new(Data::Null, span)
    }

    /// A truth value at a place.
    pub fn bool(value: bool, span: Span) -> Self {
        Self::new(Data::Bool(value), span)
    }

    /// A known text at a place.
    pub fn text(text: impl Into<EcoString>, span: Span) -> Self {
        Self::new(Data::Text(text.into()), span)
    }

    /// An unknown at a place, which could be anything.
    pub fn unknown(why: Why, span: Span) -> Self {
        Self::new(
            Data::Unknown(Arc::new(Unknown {
                why,
                among: Vec::new(),
            })),
            span,
        )
    }

    /// One of several values, where which one is not known. Equal alternatives are one; a single one is itself;
    /// nested alternatives are flattened. More than 16 alternatives, or one that could be anything, are a plain unknown.
    pub fn among(why: Why, alternatives: impl IntoIterator<Item = Value>, span: Span) -> Self {
        let mut among: Vec<Value> = Vec::new();
        for alternative in alternatives {
            let members = match &alternative.data {
                Data::Unknown(unknown) if unknown.among.is_empty() => {
                    return Self::unknown(why, span);
                }
                Data::Unknown(unknown) => unknown.among.clone(),
                _ => vec![alternative],
            };
            for member in members {
                if !among.iter().any(|known| known.data == member.data) {
                    among.push(member);
                }
                if among.len() > MAX_AMONG {
                    return Self::unknown(why, span);
                }
            }
        }
        match among.len() {
            0 => Self::unknown(why, span),
            1 => among.swap_remove(0),
            _ => Self::new(Data::Unknown(Arc::new(Unknown { why, among })), span),
        }
    }

    /// A tuple of members.
    pub fn tuple(items: Vec<Value>, span: Span) -> Self {
        Self::new(
            Data::List(Arc::new(List {
                items,
                rest: None,
                kind: Collection::Structural,
            })),
            span,
        )
    }

    /// An object of entries; sorted here, and of equal keys the last one wins.
    pub fn object(entries: Vec<Entry>, span: Span) -> Self {
        Self::new(
            Data::Map(Arc::new(Map::new(entries, None, Collection::Structural))),
            span,
        )
    }

    /// The same value after one more place on its way.
    #[must_use]
    pub fn through(mut self, span: Span, role: Role) -> Self {
        self.origin = self.origin.through(span, role);
        self
    }

    /// The same value marked sensitive if `also` is.
    #[must_use]
    pub fn sensitive_if(mut self, also: bool) -> Self {
        self.sensitive |= also;
        self
    }

    /// The value behind a reference whose value is known, else itself.
    pub fn resolved(&self) -> &Value {
        let mut value = self;
        while let Data::Reference(reference) = &value.data {
            match &reference.value {
                Some(inner) => value = inner,
                None => break,
            }
        }
        value
    }

    /// The known text, looking through references; `None` for everything else, numbers too.
    pub fn as_text(&self) -> Option<&str> {
        match &self.resolved().data {
            Data::Text(text) => Some(text),
            Data::Template(template) => template.text.as_deref(),
            _ => None,
        }
    }

    /// The list, looking through references.
    pub fn as_list(&self) -> Option<&List> {
        match &self.resolved().data {
            Data::List(list) => Some(list),
            _ => None,
        }
    }

    /// The map, looking through references.
    pub fn as_map(&self) -> Option<&Map> {
        match &self.resolved().data {
            Data::Map(map) => Some(map),
            _ => None,
        }
    }

    /// Why this value is not known, when it is not known at all.
    pub fn why(&self) -> Option<Why> {
        match &self.resolved().data {
            Data::Unknown(unknown) => Some(match &unknown.why {
                Why::Pseudo(name) => Why::Environment(name.clone()),
                why => why.clone(),
            }),
            Data::Reference(reference) => {
                let name = reference.to_string().into();
                Some(match reference.target.mode {
                    Mode::Data => Why::Data(name),
                    _ => Why::Computed(name),
                })
            }
            _ => None,
        }
    }

    /// Whether every part of it, however deep, is known.
    pub fn is_wholly_known(&self) -> bool {
        match &self.resolved().data {
            Data::Unknown(_) | Data::Reference(_) => false,
            Data::Template(template) => template.text.is_some(),
            Data::List(list) => {
                list.rest.is_none() && list.items.iter().all(Value::is_wholly_known)
            }
            Data::Map(map) => {
                map.rest.is_none()
                    && map
                        .entries
                        .iter()
                        .all(|entry| entry.value.is_wholly_known())
            }
            _ => true,
        }
    }

    /// The first reason why some part of it is not known.
    pub fn first_why(&self) -> Option<Why> {
        match &self.resolved().data {
            // A piece of which nothing is known decides before one that must look like an account or a partition.
            Data::Template(template) => {
                let values = || template.pieces.iter().filter_map(Piece::value);
                let open = values().filter(|value| !shape::is_known_in_part(value));
                let mut open = open.filter_map(Value::first_why);
                open.next().or_else(|| values().find_map(Value::first_why))
            }
            Data::List(list) => {
                let inside = list.items.iter().find_map(Value::first_why);
                inside.or_else(|| list.rest.as_ref().map(|rest| rest.why.clone()))
            }
            Data::Map(map) => {
                let inside = map.entries.iter().find_map(|entry| entry.value.first_why());
                inside.or_else(|| map.rest.as_ref().map(|rest| rest.why.clone()))
            }
            _ => self.why(),
        }
    }
}

impl Piece {
    /// The value, where it is one.
    fn value(&self) -> Option<&Value> {
        match self {
            Piece::Value(value) => Some(value),
            Piece::Text(..) => None,
        }
    }
}

impl Map {
    /// A map of entries; sorted here, and of equal keys the last one wins.
    pub fn new(mut entries: Vec<Entry>, rest: Option<Arc<Unknown>>, kind: Collection) -> Self {
        if !entries.is_sorted_by(|a, b| a.key < b.key) {
            entries.sort_by(|a, b| a.key.cmp(&b.key));
            // `dedup_by` keeps the first of a run: swap so that it is the last one written.
            entries.dedup_by(|later, kept| {
                let same = later.key == kept.key;
                if same {
                    std::mem::swap(later, kept);
                }
                same
            });
        }
        Self {
            entries,
            rest,
            maybe: Vec::new(),
            kind,
        }
    }

    /// The entries that may be there, each with its key; nothing where some may be there that nobody knows.
    pub fn possible(&self) -> Option<impl Iterator<Item = (&EcoString, &Value)>> {
        let rest = self.rest.as_ref()?;
        let all = !self.maybe.is_empty() && self.maybe.len() == rest.among.len();
        all.then(|| self.maybe.iter().zip(&rest.among))
    }

    /// The entry under a key.
    pub fn get(&self, key: &str) -> Option<&Entry> {
        let at = self
            .entries
            .binary_search_by(|entry| entry.key.as_str().cmp(key))
            .ok()?;
        Some(&self.entries[at])
    }

    /// The value under a key.
    pub fn value(&self, key: &str) -> Option<&Value> {
        self.get(key).map(|entry| &entry.value)
    }
}

impl Reference {
    /// Whether what it refers to is surely there once the stack is deployed: a resource as a whole, its identity
    /// (`id`, `arn`, names, endpoints that Terraform's providers compute), and everything that CloudFormation lets one
    /// refer to. Other attributes may be optional ones that nobody set.
    pub fn is_never_null(&self) -> bool {
        const IDENTITY: [&str; 8] = [
            "id",
            "arn",
            "name",
            "key_id",
            "self_link",
            "email",
            "endpoint",
            "unique_id",
        ];
        let Some(last) = self.path.last() else {
            return true;
        };
        self.target.type_name.contains("::")
            || IDENTITY.contains(&last.as_str())
            || last.ends_with("_id")
            || last.ends_with("_arn")
    }
}

impl std::fmt::Display for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.target)?;
        self.path.iter().try_for_each(|step| write!(f, ".{step}"))
    }
}
