//! Which satellite belongs to which resource: by reference first, by equal text second, and honest about the rest.
//!
//! Made once per stack and linear in its resources: satellites look their owner up by address or by name; the few whose
//! owner is not known are kept in one list that all possible owners share.

use ecow::EcoString;
use rustc_hash::FxHashMap;

use crate::catalog::{Catalog, Join, Kind};
use crate::eval::{Address, Data, Declared, Key, Mode, Piece, Reference, Value, Why};

use super::spelling::MAX_PERHAPS;
use super::walk;
use crate::eval::Language;

/// How many references are followed from one satellite to its owner.
const MAX_HOPS: usize = 8;

/// A satellite of a resource: its place in the stack, and why that is not sure.
pub(super) type Member = (usize, Option<Why>);

/// All joins of a stack.
pub(super) struct Joins<'a> {
    declared: &'a [Declared],
    catalog: &'a Catalog,
    language: Language,
    /// Instances by the address of their block.
    blocks: FxHashMap<Address, Vec<usize>>,
    /// Resources of a kind by the key of their name.
    names: FxHashMap<(&'a str, EcoString), Vec<usize>>,
    /// Per kind the resources whose name is not known.
    unnamed: FxHashMap<&'a str, Vec<usize>>,
    /// Owner and join to satellites.
    members: FxHashMap<(usize, &'a Join), Vec<Member>>,
    /// Satellites that may belong to any resource of a kind, and those that may belong to any whose name is not known.
    anyone: FxHashMap<(&'a str, &'a Join), Vec<Member>>,
    anyone_unnamed: FxHashMap<(&'a str, &'a Join), Vec<Member>>,
    /// Satellites that belong, or may belong, to a resource that is not here.
    pub(super) orphans: Vec<(usize, &'a Kind, &'a Join, Why)>,
}

/// To whom a satellite belongs.
enum Owner {
    /// One of these; unsure for this reason.
    These(Vec<usize>, Option<Why>),
    /// A resource that is not here; perhaps one whose name is not known.
    Elsewhere,
    /// Who knows.
    Anyone(Why),
}

impl<'a> Joins<'a> {
    /// The joins of the resources of one stack.
    pub(super) fn new(declared: &'a [Declared], catalog: &'a Catalog, language: Language) -> Self {
        let mut joins = Self {
            declared,
            catalog,
            language,
            blocks: FxHashMap::default(),
            names: FxHashMap::default(),
            unnamed: FxHashMap::default(),
            members: FxHashMap::default(),
            anyone: FxHashMap::default(),
            anyone_unnamed: FxHashMap::default(),
            orphans: Vec::new(),
        };
        for (at, resource) in declared.iter().enumerate() {
            joins.index(at, resource);
        }
        for (at, resource) in declared.iter().enumerate() {
            if resource.address.mode == Mode::Managed {
                joins.place_all(at, resource);
            }
        }
        joins
    }

    /// Gives a satellite to its owners. Several kinds may claim it by one argument: whose it surely is tells that it
    /// belongs to no resource of the others.
    fn place_all(&mut self, at: usize, resource: &'a Declared) {
        let claims: Vec<_> = self
            .catalog
            .owners(&resource.address.type_name)
            .map(|(kind, join)| {
                let argument = self.argument(resource, join);
                let owner = match &argument {
                    Some(value) => self.owner(value, &resource.address.module, kind, join, 0),
                    None => Owner::Elsewhere,
                };
                (kind, join, argument, owner)
            })
            .collect();
        let placed: Vec<_> = claims
            .iter()
            .filter(|(_, _, argument, owner)| {
                let by_reference = argument
                    .as_ref()
                    .is_some_and(|value| matches!(value.data, Data::Reference(_)));
                by_reference && matches!(owner, Owner::These(owners, None) if !owners.is_empty())
            })
            .map(|(_, join, ..)| join.argument.clone())
            .collect();
        for (kind, join, argument, owner) in claims {
            if matches!(owner, Owner::These(..)) || !placed.contains(&join.argument) {
                self.place(at, kind, join, argument, owner);
            }
        }
    }

    /// The satellites of an owner through a join, the sure ones first, in order of declaration.
    pub(super) fn of(
        &self,
        owner: usize,
        kind: &'a str,
        join: &'a Join,
    ) -> impl Iterator<Item = &Member> {
        let unnamed = self
            .unnamed
            .get(kind)
            .is_some_and(|unnamed| unnamed.binary_search(&owner).is_ok());
        let sure = self.members.get(&(owner, join)).into_iter().flatten();
        let anyone = self.anyone.get(&(kind, join)).into_iter().flatten();
        let by_name = self
            .anyone_unnamed
            .get(&(kind, join))
            .filter(|_| unnamed)
            .into_iter()
            .flatten();
        // One more than is kept apart says that there are too many; the rest would say no more.
        sure.chain(anyone.chain(by_name).take(MAX_PERHAPS + 1))
    }

    fn index(&mut self, at: usize, resource: &'a Declared) {
        self.blocks
            .entry(resource.address.block())
            .or_default()
            .push(at);
        // What a data source reads is somebody else's: it owns no satellites by its name.
        if resource.address.mode != Mode::Managed {
            return;
        }
        let Some(kind) = self.catalog.kind_by_type(&resource.address.type_name) else {
            return;
        };
        let Some(name) = identity(kind, resource, self.language) else {
            return;
        };
        match key_of(&name, &resource.address.module) {
            Some(key) => self
                .names
                .entry((&kind.name, key.text))
                .or_default()
                .push(at),
            None => self.unnamed.entry(&kind.name).or_default().push(at),
        }
        if !name.is_wholly_known() {
            let unnamed = self.unnamed.entry(&kind.name).or_default();
            if unnamed.last() != Some(&at) {
                unnamed.push(at);
            }
        }
    }

    fn place(
        &mut self,
        at: usize,
        kind: &'a Kind,
        join: &'a Join,
        argument: Option<Value>,
        owner: Owner,
    ) {
        let named = argument
            .as_ref()
            .map_or_else(|| join.argument.as_str().into(), shown);
        match owner {
            Owner::These(owners, why) => {
                for owner in owners {
                    self.members
                        .entry((owner, join))
                        .or_default()
                        .push((at, why.clone()));
                }
            }
            Owner::Elsewhere => {
                let known = argument.is_some_and(|value| value.as_text().is_some());
                if known {
                    let member = (at, Some(Why::Elsewhere(named.clone())));
                    self.anyone_unnamed
                        .entry((&kind.name, join))
                        .or_default()
                        .push(member);
                }
                self.orphans.push((at, kind, join, Why::Elsewhere(named)));
            }
            Owner::Anyone(why) => {
                self.anyone
                    .entry((&kind.name, join))
                    .or_default()
                    .push((at, Some(why)));
                self.orphans.push((at, kind, join, Why::Elsewhere(named)));
            }
        }
    }

    fn argument(&self, resource: &Declared, join: &Join) -> Option<Value> {
        let map = resource.body.as_map()?;
        walk::entry(map, &join.argument, self.language).cloned()
    }

    fn owner(&self, value: &Value, module: &str, kind: &Kind, join: &Join, hops: usize) -> Owner {
        if hops > MAX_HOPS {
            return Owner::Anyone(Why::Limit);
        }
        match &value.data {
            Data::Reference(reference) => {
                self.referenced(reference, value, module, kind, join, hops)
            }
            Data::Unknown(unknown) if !unknown.among.is_empty() => {
                let mut all = Vec::new();
                for one in &unknown.among {
                    match self.owner(one, module, kind, join, hops + 1) {
                        Owner::These(owners, _) => all.extend(owners),
                        Owner::Elsewhere => {}
                        anyone @ Owner::Anyone(_) => return anyone,
                    }
                }
                if all.is_empty() {
                    Owner::Elsewhere
                } else {
                    Owner::These(all, Some(unknown.why.clone()))
                }
            }
            Data::Null => Owner::Elsewhere,
            Data::Template(template) if template.text.is_none() => {
                // An ARN that is put together around the name of the owner.
                let mut pieces = template.pieces.iter().filter_map(|piece| match piece {
                    Piece::Value(own) => match &own.data {
                        Data::Reference(reference) if is_of(kind, reference) => Some(own),
                        _ => None,
                    },
                    Piece::Text(..) => None,
                });
                match (pieces.next(), pieces.next()) {
                    (Some(only), None) => self.owner(only, module, kind, join, hops + 1),
                    _ => self.named(value, module, kind),
                }
            }
            _ => self.named(value, module, kind),
        }
    }

    fn referenced(
        &self,
        reference: &Reference,
        value: &Value,
        module: &str,
        kind: &Kind,
        join: &Join,
        hops: usize,
    ) -> Owner {
        let target = &reference.target;
        let instances = self
            .blocks
            .get(&target.block())
            .map(Vec::as_slice)
            .unwrap_or_default();
        if is_of(kind, reference) {
            return self.instance(target, instances);
        }
        if let Some(inner) = &reference.value {
            return self.owner(inner, module, kind, join, hops + 1);
        }
        // `bucket = aws_s3_bucket_versioning.x.bucket`: another satellite of the same owner.
        let also = self
            .catalog
            .owners(&target.type_name)
            .find(|(other, _)| other.name == kind.name);
        let first = instances.first().map(|&at| &self.declared[at]);
        let argument = also
            .zip(first)
            .and_then(|((_, other), first)| Some((first, self.argument(first, other)?)));
        if let Some((first, argument)) = argument {
            return self.owner(&argument, &first.address.module, kind, join, hops + 1);
        }
        self.named(value, module, kind)
    }

    /// The instance that a reference means among those of its block.
    fn instance(&self, target: &Address, instances: &[usize]) -> Owner {
        let key = |at: usize| &self.declared[at].address.key;
        if let Some(&at) = instances.iter().find(|&&at| *key(at) == target.key) {
            return Owner::These(vec![at], None);
        }
        match (instances, &target.key) {
            ([], _) => Owner::Elsewhere,
            // The whole block, or one instance of a block whose instances cannot be counted.
            ([only], _) if *key(*only) == Key::Placeholder || target.key == Key::None => {
                Owner::These(vec![*only], None)
            }
            (_, Key::None | Key::Placeholder) => Owner::These(
                instances.to_vec(),
                Some(Why::Instance(target.to_string().into())),
            ),
            _ => Owner::Elsewhere,
        }
    }

    /// The owner of that name.
    fn named(&self, value: &Value, module: &str, kind: &Kind) -> Owner {
        let key = key_of(value, module);
        if let Some(owners) = key
            .as_ref()
            .and_then(|key| self.names.get(&(kind.name.as_str(), key.text.clone())))
        {
            let why = (owners.len() > 1).then(|| Why::Instance(shown(value)));
            return Owner::These(owners.clone(), why);
        }
        match value.first_why() {
            None => Owner::Elsewhere,
            // Something of a resource that is no owner and names none: a data source, a random name.
            Some(_) if matches!(value.data, Data::Reference(_)) => Owner::Elsewhere,
            Some(why) => Owner::Anyone(why),
        }
    }
}

/// The name of a resource as written, by which others may call it.
pub(super) fn identity(kind: &Kind, resource: &Declared, language: Language) -> Option<Value> {
    let name = kind.identity.as_ref()?;
    let spelled = kind
        .attributes
        .iter()
        .find(|own| own.path.0.len() == 1 && own.path.0[0].name == *name);
    let source = spelled.and_then(|own| match language {
        Language::CloudFormation => own.cloudformation.first(),
        Language::Terraform => own.terraform.first(),
    });
    match source {
        Some(source) => walk::value(&resource.body, &source.path.0, language),
        None => walk::entry(resource.body.as_map()?, name, language).cloned(),
    }
}

/// Whether a reference is to a resource of a kind.
fn is_of(kind: &Kind, reference: &Reference) -> bool {
    let target = &reference.target;
    let mut types = kind.terraform.iter().chain(&kind.cloudformation);
    target.mode == Mode::Managed && types.any(|own| *own == target.type_name.as_str())
}

/// A text that is equal for values that are equal, known or not.
pub(super) struct NameKey {
    pub(super) text: EcoString,
}

/// The key of a name: its text, with what is not known in it replaced by what would decide it. Two unknown names are
/// equal when the same variables of the same module instance make them.
pub(super) fn key_of(value: &Value, module: &str) -> Option<NameKey> {
    let mut text = EcoString::new();
    push_key(value, module, &mut text, 0)?;
    Some(NameKey { text })
}

fn push_key(value: &Value, module: &str, out: &mut EcoString, depth: usize) -> Option<()> {
    if depth > MAX_HOPS {
        return None;
    }
    match &value.data {
        Data::Text(text) => out.push_str(text),
        Data::Number(number) => out.push_str(&number.to_string()),
        Data::Template(template) => match &template.text {
            Some(text) => out.push_str(text),
            None => {
                for piece in &template.pieces {
                    match piece {
                        Piece::Text(text, _) => out.push_str(text),
                        Piece::Value(value) => push_key(value, module, out, depth + 1)?,
                    }
                }
            }
        },
        Data::Reference(reference) => match &reference.value {
            Some(inner) => push_key(inner, module, out, depth + 1)?,
            None => out.push_str(&format!("\0{reference}\0")),
        },
        Data::Unknown(unknown) if unknown.among.is_empty() => match &unknown.why {
            Why::Variable(_)
            | Why::Data(_)
            | Why::Computed(_)
            | Why::Environment(_)
            | Why::Pseudo(_)
            | Why::Import(_) => {
                let span = value.origin.span;
                out.push_str(&format!("\0{module}\0{:?}\0{:?}\0", unknown.why, span));
            }
            _ => return None,
        },
        _ => return None,
    }
    Some(())
}

/// How a value that names a resource is written in a message.
fn shown(value: &Value) -> EcoString {
    match &value.data {
        Data::Reference(reference) => reference.to_string().into(),
        _ => match (value.as_text(), value.first_why()) {
            (Some(text), _) => text.into(),
            (None, Some(Why::Variable(name) | Why::Computed(name) | Why::Data(name))) => name,
            _ => "it".into(),
        },
    }
}
