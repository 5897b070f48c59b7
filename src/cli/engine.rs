//! From what was found to what is said: evaluates the stacks and asks the rules.
//!
//! The only file that knows all layers. A fault of this program in one stack is a diagnostic about that stack.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use ecow::EcoString;
use rayon::prelude::*;

use crate::catalog::Catalog;
use crate::eval::{Language, Stack, cloudformation, terraform};
use crate::findings::{Finding, RuleInfo};
use crate::graph::{self, Graph};
use crate::report::Report;
use crate::rules::{self, RuleSet};
use crate::source::{
    Diagnostic, Discovered, Files, Folder, Scope, SourceFile, SourceMap, Span, guarded,
    internal_error,
};
use crate::syntax::yaml::{self, Document};

/// What the stacks are evaluated with.
pub(super) struct World<'w> {
    pub(super) files: &'w dyn Files,
    pub(super) sources: &'w SourceMap,
    pub(super) scope: &'w Scope,
    /// Terraform's variables and the folders with copies of remote modules.
    pub(super) settings: terraform::Settings,
    /// CloudFormation's parameters, in rising precedence.
    pub(super) parameters: Vec<Document>,
}

/// What evaluation and rules gave.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) stacks: Vec<Stack>,
    pub(super) findings: Vec<Finding>,
    /// What is wrong with inputs that gave no stack.
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// What is known of the rules that a report speaks of, sorted by id.
pub(super) fn rules_of(rules: &RuleSet, report: &Report) -> Vec<RuleInfo> {
    let said: BTreeSet<&str> = report.all().map(|finding| finding.rule.as_str()).collect();
    said.into_iter().filter_map(|id| rules.info(id)).collect()
}

/// Whether these bytes look like a CloudFormation template.
pub(super) fn is_template(bytes: &[u8]) -> bool {
    // A letter in another encoding, in a comment perhaps, makes it no less a template.
    yaml::looks_like_template(&String::from_utf8_lossy(bytes))
}

/// The graph of the stacks.
pub(super) fn graph(stacks: &[Stack]) -> Graph {
    graph::build(stacks, Catalog::builtin())
}

/// Asks the rules that are selected, by their ids.
pub(super) fn ask(
    outcome: &mut Outcome,
    rules: &RuleSet,
    selected: &(dyn Fn(&str) -> bool + Sync),
) {
    let asked = guarded(|| {
        let graph = graph(&outcome.stacks);
        rules::check(&graph, Catalog::builtin(), rules, selected)
    });
    match asked {
        Ok(findings) => outcome.findings = findings,
        Err(fault) => {
            let first = outcome
                .stacks
                .iter()
                .flat_map(|stack| &stack.resources)
                .next();
            let span = first.map_or(Span::nowhere(), |resource| resource.header);
            outcome.diagnostics.push(internal_error(span, &fault));
        }
    }
}

/// Evaluates everything that was found.
///
/// Call it on a thread with [`terraform::THREAD_STACK_BYTES`] of stack, in a pool of such threads.
pub(super) fn evaluate(found: Discovered, world: &World<'_>) -> Outcome {
    let mut out = Outcome::default();
    let first = found.folders.first().and_then(first_byte);
    match guarded(|| terraform_stacks(found.folders, world)) {
        Ok(stacks) => out.stacks.extend(stacks),
        Err(fault) => out
            .diagnostics
            .push(internal_error(first.unwrap_or(Span::nowhere()), &fault)),
    }
    let of_templates: Vec<_> = found
        .templates
        .par_iter()
        .map(|file| {
            guarded(|| template_stack(file, world))
                .map_err(|fault| internal_error(start(file), &fault))
        })
        .collect();
    let mut of_plans = Vec::new();
    for file in &found.plans {
        let read = guarded(|| terraform::plan::read(file, &out.stacks));
        of_plans.push(read.map_err(|fault| internal_error(start(file), &fault)));
    }
    // The plans now stand for the stacks that they are plans of.
    let replaced: BTreeSet<EcoString> = of_plans
        .iter()
        .flatten()
        .filter_map(|(_, name)| name.clone())
        .collect();
    out.stacks.retain(|stack| !replaced.contains(&stack.name));
    for read in of_plans {
        out.push(read.map(|(stack, _)| stack));
    }
    for made in of_templates {
        out.push(made);
    }
    out.judge_nested_through_callers(world.sources);
    out
}

impl Outcome {
    /// Leaves out the templates that another template nests: they are part of that stack, with the parameters it passes.
    /// Templates that nest each other stay.
    fn judge_nested_through_callers(&mut self, sources: &SourceMap) {
        let templates = self
            .stacks
            .iter()
            .filter(|stack| stack.language == Language::CloudFormation);
        let nests: BTreeMap<EcoString, BTreeSet<EcoString>> = templates
            .map(|stack| {
                let inner = stack
                    .resources
                    .iter()
                    .filter(|resource| !resource.address.module.is_empty());
                let paths =
                    inner.map(|resource| sources.get(resource.span.source).path.as_ref().into());
                (stack.name.clone(), paths.collect())
            })
            .collect();
        let nested: BTreeSet<&EcoString> = nests
            .iter()
            .flat_map(|(outer, inner)| inner.iter().map(move |name| (outer, name)))
            .filter(|(outer, name)| {
                outer != name && !nests.get(*name).is_some_and(|back| back.contains(*outer))
            })
            .map(|(_, name)| name)
            .collect();
        self.stacks.retain(|stack| !nested.contains(&stack.name));
    }

    fn push(&mut self, made: Result<Stack, Diagnostic>) {
        match made {
            Ok(stack) => self.stacks.push(stack),
            Err(diagnostic) => self.diagnostics.push(diagnostic),
        }
    }
}

fn template_stack(file: &Arc<SourceFile>, world: &World<'_>) -> Stack {
    let document = yaml::parse(file);
    cloudformation::evaluate(&cloudformation::Request {
        file,
        document: &document,
        path: &world.scope.absolute(Path::new(&*file.path)),
        roots: world.scope.readable(),
        files: world.files,
        sources: world.sources,
        parameters: &world.parameters,
    })
}

fn terraform_stacks(folders: Vec<Folder>, world: &World<'_>) -> Vec<Stack> {
    let of = terraform::World {
        sources: world.sources,
        files: world.files,
        scope: world.scope,
        settings: world.settings.clone(),
    };
    terraform::evaluate(folders, &of)
}

/// The first byte of the first file of a folder.
fn first_byte(folder: &Folder) -> Option<Span> {
    let (_, file) = folder.files.first()?;
    Some(start(file))
}

fn start(file: &SourceFile) -> Span {
    Span::new(file.id, 0, 0)
}
