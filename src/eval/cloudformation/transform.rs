//! The transforms of a template: which it asks for, and the one that makes other resources of those written (SAM).

use std::collections::BTreeMap;

use ecow::EcoString;

use super::evaluator::{Evaluator, Made};
use super::foreach::Scope;
use super::parameter::pseudo;
use super::sam;
use crate::eval::{Declared, Value};
use crate::source::{Code, Span};
use crate::syntax::yaml::Kind;

/// What `Transform` says for SAM.
const SERVERLESS: &str = "AWS::Serverless-2016-10-31";

impl Evaluator<'_, '_> {
    /// Whether the template asks for a macro of its own, which may change anything.
    pub(super) fn has_macro(&self) -> bool {
        let own = |name: &EcoString| !name.starts_with("AWS::");
        self.transforms.iter().any(own)
    }

    /// Whether SAM may make resources that are not written.
    pub(super) fn is_serverless(&self) -> bool {
        self.transforms.iter().any(|name| name == SERVERLESS)
    }

    /// Reads the section `Transform`.
    pub(super) fn read_transforms(&mut self) {
        self.read_section();
        // CloudFormation would refuse the template; what it means is plain all the same.
        if self.transforms.is_empty()
            && let Some(span) = self.first_of_sam()
        {
            let message = format!("types of SAM need `Transform: {SERVERLESS}`");
            self.error(Code::Evaluation, span, message);
            self.transforms.push(SERVERLESS.into());
        }
    }

    /// The place of the first type of SAM.
    fn first_of_sam(&self) -> Option<Span> {
        let resources = self.section("Resources")?;
        let mut types = self.document.pairs(resources).iter();
        types.find_map(|pair| {
            let node = self.document.get(pair.value, "Type")?.value;
            let name = self.document.text(node)?;
            name.starts_with("AWS::Serverless::")
                .then(|| self.document.span(node))
        })
    }

    fn read_section(&mut self) {
        let Some(section) = self.section("Transform") else {
            return;
        };
        let nodes = match self.document.node(section).kind {
            Kind::Sequence(_) => self.document.items(section).to_vec(),
            _ => vec![section],
        };
        for node in nodes {
            let named = self
                .document
                .get(node, "Name")
                .map_or(node, |pair| pair.value);
            let Some(name) = self.document.text(named).cloned() else {
                continue;
            };
            // The transforms that leave the resources as they are, or that are done here.
            let harmless = [
                "AWS::LanguageExtensions",
                SERVERLESS,
                "AWS::CodeDeployBlueGreen",
            ];
            if !harmless.contains(&name.as_str()) {
                self.context.missing(name.clone(), self.document.span(node));
            }
            self.transforms.push(name);
        }
    }

    /// Does the transform of SAM, if the template asks for it. `nested` are the resources of nested stacks: what
    /// was passed to them may refer to resources of SAM.
    pub(super) fn transform(&mut self, made: Made, mut nested: Vec<Declared>) -> Made {
        let Made { resources, outputs } = made;
        if !self.is_serverless() {
            let resources = resources.into_iter().chain(nested).collect();
            return Made { resources, outputs };
        }
        let globals = match self.section("Globals") {
            Some(section) => self.value(section, &Scope::default()),
            None => Value::null(Span::nowhere()),
        };
        let beside: BTreeMap<EcoString, Value> = resources
            .iter()
            .map(|resource| (resource.address.name.clone(), resource.meta.clone()))
            .collect();
        let attribute = |id: &str, name: &str| beside.get(id)?.as_map()?.value(name).cloned();
        let pseudo = |name: &str| {
            pseudo(name, Span::nowhere()).unwrap_or_else(|| Value::null(Span::nowhere()))
        };
        let expansion = sam::expand(
            resources,
            &globals,
            &sam::Context {
                pseudo: &pseudo,
                attribute: &attribute,
            },
        );
        for diagnostic in expansion.diagnostics {
            self.context.error(diagnostic);
        }
        for (target, path, span) in std::mem::take(&mut self.undeclared) {
            if expansion.aliases.alias_of(&target, &path).is_none() {
                let message = format!("there is no parameter or resource `{}`", target.name);
                self.error(Code::Evaluation, span, message);
            }
        }
        for resource in &mut nested {
            resource.body = expansion.aliases.retarget(&resource.body);
        }
        let outputs = expansion.aliases.retarget(&outputs);
        let mut resources = expansion.resources;
        for resource in &mut resources {
            // What is made under the id of a resource of SAM keeps what is written beside its properties.
            if let Some(meta) = beside.get(&resource.address.name) {
                resource.meta = expansion.aliases.retarget(meta);
            }
        }
        resources.extend(nested);
        Made { resources, outputs }
    }
}
