//! The vocabulary: kinds and attributes of resources, whatever the language they are written in.
//!
//! It is read from `rules/**/_kinds.yaml` when the tool is built. For AWS a kind is `aws.s3.bucket` and attributes have
//! CloudFormation's names in snake case; CloudFormation needs no entry, Terraform one where it differs. Azure and Google
//! have one language here: their kinds and attributes are the provider's own.

pub mod case;
pub mod model;
pub mod read;
mod schema;
pub mod spell;
pub mod tree;

use std::sync::{Arc, OnceLock};

use ecow::EcoString;
use rustc_hash::FxHashMap;

pub use model::{
    Attribute, EdgeSpec, Encoding, EndpointSpec, Flow, InterfaceSpec, Join, Kind, Literal, Path,
    Ports, Relation, RouteSpec, Source, Step, Usage,
};
pub use schema::Schema;

/// The kinds that the tool knows more about than their name.
#[derive(Debug, Default)]
pub struct Catalog {
    kinds: Vec<Kind>,
    /// The paths of the attributes of each kind, once somebody asks.
    paths: Vec<OnceLock<Arc<[Path]>>>,
    by_name: FxHashMap<EcoString, usize>,
    by_type: FxHashMap<EcoString, usize>,
    /// Satellite type to the kinds it belongs to and the argument that says to which resource.
    satellites: FxHashMap<EcoString, Vec<(usize, Join)>>,
}

impl Catalog {
    /// The vocabulary that is built in.
    pub fn builtin() -> &'static Catalog {
        static BUILTIN: OnceLock<Catalog> = OnceLock::new();
        BUILTIN.get_or_init(|| {
            let bytes = include_bytes!(concat!(env!("OUT_DIR"), "/kinds.bin"));
            Catalog::new(postcard::from_bytes(bytes).expect("the build script wrote it"))
        })
    }

    /// A vocabulary of these kinds.
    pub fn new(kinds: Vec<Kind>) -> Self {
        let mut catalog = Catalog::default();
        for (at, kind) in kinds.iter().enumerate() {
            catalog.by_name.insert(kind.name.as_str().into(), at);
            for type_name in kind.terraform.iter().chain(&kind.cloudformation) {
                catalog.by_type.insert(type_name.as_str().into(), at);
            }
            let sources = kind
                .attributes
                .iter()
                .flat_map(|a| a.terraform.iter().chain(&a.cloudformation));
            for join in sources.filter_map(|source| source.join.as_ref()) {
                let owners = catalog
                    .satellites
                    .entry(join.type_name.as_str().into())
                    .or_default();
                if !owners
                    .iter()
                    .any(|(kind, known)| *kind == at && known == join)
                {
                    owners.push((at, join.clone()));
                }
            }
        }
        catalog.paths.resize_with(kinds.len(), OnceLock::new);
        catalog.kinds = kinds;
        catalog
    }

    /// The kind of a dialect's type: the vocabulary's, for CloudFormation the automatic one, else the type as it stands.
    pub fn kind_of(&self, type_name: &str) -> EcoString {
        if let Some(&at) = self.by_type.get(type_name) {
            return self.kinds[at].name.as_str().into();
        }
        case::kind_of_cloudformation(type_name).map_or_else(|| type_name.into(), Into::into)
    }

    /// What is known about the kind of a dialect's type.
    pub fn kind_by_type(&self, type_name: &str) -> Option<&Kind> {
        if let Some(&at) = self.by_type.get(type_name) {
            return Some(&self.kinds[at]);
        }
        self.kind(&case::kind_of_cloudformation(type_name)?)
    }

    /// What is known about a kind.
    pub fn kind(&self, name: &str) -> Option<&Kind> {
        self.by_name.get(name).map(|&at| &self.kinds[at])
    }

    /// The paths of the attributes of a kind of this catalog, in their order.
    pub fn paths(&self, kind: &Kind) -> Arc<[Path]> {
        let Some(&at) = self.by_name.get(kind.name.as_str()) else {
            return Arc::default();
        };
        let all = || kind.attributes.iter().map(|own| own.path.clone()).collect();
        self.paths[at].get_or_init(all).clone()
    }

    /// All of them, by name.
    pub fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    /// The kinds that resources of this type say something about, and the argument that says about which resource.
    pub fn owners(&self, type_name: &str) -> impl Iterator<Item = (&Kind, &Join)> {
        let owners = self
            .satellites
            .get(type_name)
            .map(Vec::as_slice)
            .unwrap_or_default();
        owners.iter().map(|(at, join)| (&self.kinds[*at], join))
    }
}
