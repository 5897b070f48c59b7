//! The transform `AWS::Serverless-2016-10-31`: the resources of SAM become those of CloudFormation.
//!
//! It works on evaluated values, so what is unknown stays unknown in the resources made, and each property keeps the
//! origin of the SAM property it came from. What the transform itself adds carries the span of the SAM resource's
//! logical id. The facts are those of the translator, aws/serverless-application-model (Apache-2.0), version 1.115.
//!
//! Logical ids with a hash in them (deployments, versions, layers, custom domains) keep the documented prefix; the
//! ten digits are those of the translator where it hashes what was written literally, and stable elsewhere (see
//! `make::hash`).

mod api;
mod api_auth;
mod api_cors;
mod api_policy;
mod application;
mod capacity;
mod connector;
mod connector_profiles;
mod deployment;
mod domain;
mod event;
mod event_api;
mod event_pull;
mod event_request;
mod event_rule;
mod function;
mod function_version;
mod globals;
mod graphql;
mod http_api;
mod http_auth;
mod implicit;
mod invoke;
mod layer;
mod make;
mod managed_policies;
mod policy_template_table;
mod policy_templates;
mod reference;
mod role;
mod shape;
mod state_machine;
mod state_machine_event;
mod swagger;
mod table;
#[cfg(test)]
mod tests;
mod usage_plan;
mod websocket;

use std::collections::BTreeMap;

use ecow::EcoString;

use super::super::{Address, Declared, Truth, Value};
use crate::source::{Code, Diagnostic};
use globals::PREFIX;
use make::Maker;
pub use reference::{Aliases, UNDECLARED};

/// What the transform asks the evaluator of the template.
#[derive(Clone, Copy)]
pub struct Context<'c> {
    /// `Ref` to a pseudo parameter, by its name (`AWS::Region`); its origin is not used.
    pub pseudo: &'c dyn Fn(&str) -> Value,
    /// An attribute beside `Properties` of a declared resource, by logical id and name: `Connectors`, `IgnoreGlobals`.
    pub attribute: &'c dyn Fn(&str, &str) -> Option<Value>,
}

/// What the transform makes of the resources of a template.
pub struct Expansion {
    /// Every resource after the transform, in the order of logical ids.
    pub resources: Vec<Declared>,
    /// Where references to resources of SAM lead now: for values outside resources, such as outputs. References in
    /// `resources` are retargeted already.
    pub aliases: Aliases,
    /// What the transform would refuse.
    pub diagnostics: Vec<Diagnostic>,
}

/// Expands the resources of one template whose `Transform` names `AWS::Serverless-2016-10-31`.
///
/// `resources` are all resources of the template, those of SAM and others; `globals` is the section of that name,
/// null without one. Resources of other types pass, but for the buckets and user pools that events write to.
pub fn expand(resources: Vec<Declared>, globals: &Value, context: &Context<'_>) -> Expansion {
    let mut work = Expander::new(context);
    work.diagnostics = globals::check(globals);
    let (sam, plain): (Vec<_>, Vec<_>) = resources
        .into_iter()
        .partition(|resource| resource.address.type_name.starts_with(PREFIX));
    work.plain = plain;
    let mut sources = Vec::with_capacity(sam.len());
    for mut resource in sam {
        let ignore = (context.attribute)(&resource.address.name, "IgnoreGlobals");
        resource.body = globals::merged(&resource, globals, ignore.as_ref());
        sources.push(resource);
    }
    let embedded = work.embedded_connectors(&sources);
    implicit::add(&mut work, &sources, globals);
    work.run(sources, embedded);
    work.finish()
}

/// The transform at work.
struct Expander<'c> {
    context: &'c Context<'c>,
    /// The resources that are not SAM's.
    plain: Vec<Declared>,
    /// The resources made so far.
    made: Vec<Declared>,
    /// REST and HTTP APIs, whose definitions events add to.
    apis: Vec<implicit::Draft>,
    /// The deployments of functions through CodeDeploy.
    deployments: Vec<deployment::Preference>,
    aliases: Aliases,
    diagnostics: Vec<Diagnostic>,
}

impl<'c> Expander<'c> {
    fn new(context: &'c Context<'c>) -> Self {
        Self {
            context,
            plain: Vec::new(),
            made: Vec::new(),
            apis: Vec::new(),
            deployments: Vec::new(),
            aliases: Aliases::default(),
            diagnostics: Vec::new(),
        }
    }

    /// In the translator's order: functions and state machines add to the APIs, connectors look at what was made.
    fn run(&mut self, sources: Vec<Declared>, embedded: Vec<Declared>) {
        for kind in ["Function", "StateMachine"] {
            for source in sources.iter().filter(|source| is_kind(source, kind)) {
                match kind {
                    "Function" => function::expand(self, source),
                    _ => state_machine::expand(self, source),
                }
            }
        }
        for draft in std::mem::take(&mut self.apis) {
            if draft.http {
                http_api::expand(self, draft);
            } else {
                api::expand(self, draft);
            }
        }
        for source in &sources {
            self.other(source);
        }
        for source in sources
            .iter()
            .filter(|source| is_kind(source, "Connector"))
            .chain(&embedded)
        {
            connector::expand(self, source);
        }
        deployment::finish(self);
    }

    fn other(&mut self, source: &Declared) {
        let kind = source.address.type_name.strip_prefix(PREFIX);
        match kind.unwrap_or_default() {
            "SimpleTable" => table::expand(self, source),
            "LayerVersion" => layer::expand(self, source),
            "Application" => application::expand(self, source),
            "GraphQLApi" => graphql::expand(self, source),
            "WebSocketApi" => websocket::expand(self, source),
            "CapacityProvider" => capacity::expand(self, source),
            "Function" | "StateMachine" | "Api" | "HttpApi" | "Connector" => {}
            kind => {
                let message = format!(
                    "what the transform makes of AWS::Serverless::{kind} is not known here"
                );
                self.report(source, message);
                self.made.push(source.clone());
            }
        }
    }

    /// The connectors written in the attribute `Connectors` of other resources.
    fn embedded_connectors(&self, sources: &[Declared]) -> Vec<Declared> {
        let mut found = Vec::new();
        for resource in self.plain.iter().chain(sources) {
            let id = &resource.address.name;
            let Some(connectors) = (self.context.attribute)(id, "Connectors") else {
                continue;
            };
            let make = Maker::of(resource, self.context);
            for entry in connectors.as_map().map_or(&[][..], |map| &map.entries) {
                let Some(properties) = shape::get(&entry.value, "Properties") else {
                    continue;
                };
                let mut body = properties.clone();
                let mut from =
                    shape::remove(&mut body, "SourceReference").unwrap_or_else(|| make.map([]));
                shape::set(&mut from, "Id", Value::text(id.clone(), entry.span));
                shape::set(&mut body, "Source", from);
                let mut connector = make.declare(
                    "AWS::Serverless::Connector",
                    &make.id(&entry.key),
                    make::Body::default(),
                );
                connector.body = body;
                if entry
                    .value
                    .as_map()
                    .is_some_and(|map| map.get("Condition").is_some())
                {
                    connector.exists = connector.exists & Truth::Unknown;
                }
                connector.header = entry.span;
                connector.span = entry.span.to(entry.value.origin.span);
                found.push(connector);
            }
        }
        found
    }

    /// Adds the resource that a SAM resource mainly becomes: references to the one lead to the other.
    ///
    /// It keeps every attribute beside the properties but those that only the transform reads.
    fn main(&mut self, source: &Declared, mut made: Declared) {
        let mut meta = source.meta.clone();
        for key in ["Connectors", "IgnoreGlobals"] {
            shape::remove(&mut meta, key);
        }
        for key in shape::keys(&made.meta) {
            if let Some(value) = shape::get(&made.meta, &key) {
                shape::set(&mut meta, &key, value.clone());
            }
        }
        if meta.as_map().is_some() {
            made.meta = meta;
        }
        self.aliases
            .add(&source.address, made.address.as_ref().clone());
        self.made.push(made);
    }

    /// Makes `Ref Id.Property` lead to a generated resource.
    fn referable(&mut self, source: &Declared, property: &str, target: &Address) {
        self.aliases
            .add_property(&source.address.name, property, target.clone());
    }

    fn report(&mut self, source: &Declared, message: impl Into<String>) {
        self.diagnostics
            .push(Diagnostic::new(Code::Evaluation, source.header, message));
    }

    /// Adds to a generated resource that several of SAM's share, or makes it.
    fn share(&mut self, fresh: Declared, add: impl FnOnce(&mut Value)) {
        let known = self.made.iter().position(|made| {
            made.address.name == fresh.address.name
                && made.address.type_name == fresh.address.type_name
        });
        let at = known.unwrap_or_else(|| {
            self.made.push(fresh.clone());
            self.made.len() - 1
        });
        self.made[at].exists = self.made[at].exists | fresh.exists;
        add(&mut self.made[at].body);
    }

    /// A declared resource by its id, of those that are there now.
    fn find(&self, id: &str) -> Option<&Declared> {
        self.plain
            .iter()
            .chain(&self.made)
            .find(|resource| resource.address.name == id)
    }

    fn finish(mut self) -> Expansion {
        let mut resources = self.plain;
        let mut taken: BTreeMap<EcoString, usize> = BTreeMap::new();
        for (at, resource) in resources.iter().enumerate() {
            taken.insert(resource.address.name.clone(), at);
        }
        for resource in self.made {
            match taken.get(&resource.address.name) {
                // Events with one trigger on one pool name one permission several times.
                Some(&at) if resources[at].address.type_name == resource.address.type_name => {
                    resources[at].exists = resources[at].exists | resource.exists;
                }
                Some(_) => {
                    let message = format!(
                        "the transform makes a {} with the logical id '{}', which the template uses already",
                        resource.address.type_name, resource.address.name
                    );
                    self.diagnostics.push(Diagnostic::new(
                        Code::Evaluation,
                        resource.header,
                        message,
                    ));
                    resources.push(resource);
                }
                None => {
                    taken.insert(resource.address.name.clone(), resources.len());
                    resources.push(resource);
                }
            }
        }
        self.aliases.know(&resources);
        for resource in &mut resources {
            resource.body = self.aliases.retarget(&resource.body);
            resource.meta = self.aliases.retarget(&resource.meta);
        }
        resources.sort_by(|a, b| a.address.cmp(&b.address));
        resources.sort_by(|a, b| a.address.name.cmp(&b.address.name));
        Expansion {
            resources,
            aliases: self.aliases,
            diagnostics: self.diagnostics,
        }
    }
}

fn is_kind(resource: &Declared, kind: &str) -> bool {
    resource.address.type_name.strip_prefix(PREFIX) == Some(kind)
}
