//! What evaluation gives: stacks and the resources declared in them.

use std::sync::Arc;

use ecow::EcoString;

use super::{Address, Data, Truth, Value, Via, Why};
use crate::source::{Code, Diagnostic, Span};

/// The language a stack is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Language {
    /// Terraform or OpenTofu.
    Terraform,
    /// CloudFormation, with SAM.
    CloudFormation,
}

/// A Terraform root with the modules it calls, or a template with the stacks nested in it.
#[derive(Debug, Clone)]
pub struct Stack {
    /// The folder of the root module or the path of the template, as shown to people.
    pub name: EcoString,
    /// Its language.
    pub language: Language,
    /// What it declares: every instance that exists or may exist, in a stable order.
    pub resources: Vec<Declared>,
    /// The variables or parameters and the provider configurations of its modules and templates, each module once.
    pub inputs: Vec<Declared>,
    /// The outputs of the root, by name: a map.
    pub outputs: Value,
    /// Modules and templates that are not here.
    pub missing: Vec<MissingModule>,
    /// What was wrong with the input.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether files that belong to it were not read: what they declare is not known. Why is said where they were met.
    pub unread_files: bool,
}

impl Stack {
    /// Why it may declare more than was read of it: part of its text, or a whole file, could not be read.
    pub fn unread(&self) -> Option<Why> {
        let lost = |code: Code| {
            use Code::{Internal, Limit, Syntax, Unreadable};
            matches!(code, Internal | Limit | Syntax | Unreadable)
        };
        let any = self.diagnostics.iter().any(|said| lost(said.code));
        (any || self.unread_files).then_some(Why::Invalid)
    }
}

/// A resource as declared, in the dialect's own words.
#[derive(Debug, Clone)]
pub struct Declared {
    /// Its full name. The graph and all findings about it share it.
    pub address: Arc<Address>,
    /// Its arguments or properties: a [`Data::Map`](super::Data::Map). A nested block is a list of maps under the name
    /// of its type. Arguments that are null are left out.
    pub body: Value,
    /// What is written beside the properties (CloudFormation): a map with `DeletionPolicy`, `UpdateReplacePolicy`,
    /// `DependsOn`, `Metadata`, `Condition` (its name) and the like; null for Terraform, where all is in the body.
    pub meta: Value,
    /// The bytes that name it: `resource "type" "name"`, the logical id.
    pub header: Span,
    /// All its bytes.
    pub span: Span,
    /// False never stands here; unknown: a condition, or a count that is not known, decides.
    pub exists: Truth,
    /// The module calls that made it, the innermost first.
    pub calls: Option<Arc<Via>>,
    /// The provider it belongs to (Terraform).
    pub provider: Option<Arc<Provider>>,
}

impl Declared {
    /// Why it is only an outline: a module that is not here makes it, and what the call does not say is not known.
    pub fn outline(&self) -> Option<&Why> {
        match &self.body.data {
            Data::Map(map) => map.rest.as_ref().map(|rest| &rest.why),
            _ => None,
        }
        .filter(|why| matches!(why, Why::Elsewhere(_)) && !self.address.module.is_empty())
    }

    /// Whether an argument is told, be it that there is none.
    pub fn tells(&self, name: &str) -> bool {
        match &self.body.data {
            Data::Map(map) => map.entries.iter().any(|entry| entry.key == name),
            _ => false,
        }
    }
}

/// What the configuration of a provider says about the resources made with it.
#[derive(Debug, Clone)]
pub struct Provider {
    /// The local name, with the alias: `aws`, `aws.west`.
    pub name: EcoString,
    /// The arguments of the `provider` block (region, default tags, …).
    pub body: Value,
    /// The version constraint of `required_providers`, as written.
    pub version: Option<EcoString>,
}

/// A module or template that is called but is not here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingModule {
    /// Its source as written.
    pub source: EcoString,
    /// The call.
    pub span: Span,
}
