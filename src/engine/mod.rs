//! From what was named to what is said: the one place that knows the order of the steps.
//!
//! Discovery finds folders, templates and plans; each root and template becomes a stack, each stack a graph, and a graph
//! is asked. Nothing crosses stacks, so each goes all the way alone and is dropped: at its peak a run holds as many
//! stacks as it has threads. The command line asks once; whoever asks again (an editor) does so through the same door.
//!
//! A fault of this program in one stack is a diagnostic about that stack.

mod each;
mod project;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use ecow::EcoString;
use rayon::prelude::*;

use crate::catalog::Catalog;
use crate::eval::{Language, MissingModule, Stack, Why, cloudformation, terraform};
use crate::findings::{Certainty, Finding, RuleInfo};
use crate::graph::Graph;
use crate::report::suppress::{self, Suppressions};
use crate::report::{Fingerprints, Known, Masks, Places, Report, Statistics, is_among, triage};
use crate::rules::{self, RuleSet, secret};
use crate::source::{
    Code, Diagnostic, Discovered, Door, Folder, Plan, SourceFile, SourceMap, Span, each_in_turn,
    guarded, internal_error,
};
use crate::syntax::yaml::{self, Document};

pub use each::each;
pub use project::{Checked, project};

/// What the stacks are evaluated with.
pub struct World<'w> {
    /// The way to the files that may be read.
    pub door: Door<'w>,
    /// The texts that were read.
    pub sources: &'w SourceMap,
    /// Terraform's variables and the folders with copies of remote modules.
    pub settings: terraform::Settings,
    /// CloudFormation's parameters, in rising precedence.
    pub parameters: Vec<Document>,
}

/// What was asked of each stack, and what is wrong with inputs that gave none.
#[derive(Debug)]
pub struct Answers<T> {
    /// One for each stack that is judged by itself: Terraform's roots by their paths, plans, then templates.
    pub stacks: Vec<Answer<T>>,
    /// What is wrong with inputs that gave no stack.
    pub diagnostics: Vec<Diagnostic>,
}

/// What was asked of one stack, and what a report says of the stack itself.
#[derive(Debug)]
pub struct Answer<T> {
    /// The name of the stack.
    pub name: EcoString,
    /// Its language.
    pub language: Language,
    /// How many resources it declares.
    pub resources: usize,
    /// Modules and templates that it calls and that are not here.
    pub missing: Vec<MissingModule>,
    /// What is wrong with its input.
    pub diagnostics: Vec<Diagnostic>,
    /// The answer.
    pub said: T,
    /// The templates that are part of it.
    nests: BTreeSet<EcoString>,
}

/// Whether these bytes look like a CloudFormation template.
pub fn is_template(bytes: &[u8]) -> bool {
    // A letter in another encoding, in a comment perhaps, makes it no less a template.
    yaml::looks_like_template(&String::from_utf8_lossy(bytes))
}

/// What is known of the rules that a report speaks of, sorted by id.
pub fn rules_of(rules: &RuleSet, report: &Report) -> Vec<RuleInfo> {
    let said: BTreeSet<&str> = report.all().map(|finding| finding.rule.as_str()).collect();
    let own = suppress::hygiene::infos();
    let of_suppressions = |id: &str| own.iter().find(|rule| rule.id == id).cloned();
    said.into_iter()
        .filter_map(|id| rules.info(id).or_else(|| of_suppressions(id)))
        .collect()
}

/// Evaluates everything that was found, asks the rules that are selected, by their ids, and reports.
///
/// Call it on a thread with [`terraform::THREAD_STACK_BYTES`] of stack, in a pool of such threads.
pub fn check(
    found: Discovered,
    world: &World<'_>,
    rules: &RuleSet,
    selected: &(dyn Fn(&str) -> bool + Sync),
) -> Report {
    check_accepting(found, world, rules, selected, &Accepting::default())
}

/// The same with what a project accepts besides its comments.
///
/// Call it where [`check`] may be called.
pub fn check_accepting(
    found: Discovered,
    world: &World<'_>,
    rules: &RuleSet,
    selected: &(dyn Fn(&str) -> bool + Sync),
    accepting: &Accepting,
) -> Report {
    let scope = world.door.scope();
    let places = Places::new(world.sources);
    let prints = Fingerprints::new(&places, scope);
    let suppressions = Suppressions::new(&places, scope, rules, &accepting.policy);
    let mut statistics = Statistics {
        files: found.files(),
        rules: rules.ids().filter(|id| selected(id)).count(),
        ..Statistics::default()
    };
    // What is secret is hidden also where the rules that find it are not selected.
    let asked = |id: &str| selected(id) || rules.finds_secrets(id);
    // Fingerprints and suppressions are about one instance each; only then findings of one place are merged.
    let answers = each(found, world, &|_, graph| {
        let catalog = Catalog::builtin();
        let mut findings = rules::check_each(&graph, catalog, rules, &asked);
        if accepting.fingerprints {
            prints.give(&mut findings);
        }
        let (kept, suppressed) = suppressions.divide(findings);
        let unread = rules::unread(&graph, catalog);
        let known = match accepting.known || accepting.before.is_some() {
            true => Known::of(&kept, &prints, scope),
            false => Known::default(),
        };
        // What is new is known when all stacks are.
        let kept = match accepting.before {
            Some(_) => kept,
            None => rules::merge(kept),
        };
        (kept, suppress::merge(suppressed), unread, known)
    });
    statistics.stacks = answers.stacks.len();
    let mut diagnostics = answers.diagnostics;
    let (mut findings, mut missing): (Vec<Finding>, Vec<MissingModule>) = Default::default();
    let mut suppressed = Vec::new();
    let mut known = Known::default();
    for mut stack in answers.stacks {
        statistics.resources += stack.resources;
        say_limits(&mut stack.diagnostics, &stack.said.0);
        diagnostics.append(&mut stack.diagnostics);
        missing.append(&mut stack.missing);
        let (mut kept, mut accepted, mut unread, one_by_one) = stack.said;
        known.append(one_by_one);
        findings.append(&mut kept);
        suppressed.append(&mut accepted);
        diagnostics.append(&mut unread);
    }
    let accepted = suppressed.iter().map(|one| &one.finding);
    let masks = Masks::new(
        world.sources,
        findings.iter().chain(accepted),
        diagnostics.iter(),
    );
    let masks = masks.with(given_secrets(&world.settings));
    findings.retain(|finding| selected(&finding.rule));
    suppressed.retain(|one| selected(&one.finding.rule));
    let whole = !diagnostics.iter().any(|one| one.code.loses_input());
    let mut hygiene = suppressions.hygiene(selected, whole);
    if accepting.fingerprints {
        prints.give(&mut hygiene.findings);
    }
    if accepting.known || accepting.before.is_some() {
        known.append(Known::of(&hygiene.findings, &prints, scope));
    }
    findings.append(&mut hygiene.findings);
    known.retain(selected);
    let mut old = None;
    if let Some(before) = &accepting.before {
        let new = known.new_since(before);
        old = Some(known.len() - new.len());
        findings.retain(|finding| is_among(finding, &new, scope));
        findings = rules::merge(findings);
    }
    let report = triage(
        world.sources,
        masks,
        findings,
        diagnostics,
        missing,
        statistics,
    );
    Report {
        suppressed: suppress::sorted(world.sources, &report.masks, suppressed),
        over: hygiene.over,
        ending: hygiene.ending,
        known,
        before: old,
        ..report
    }
}

/// What a project accepts, and whether findings are to be known again.
#[derive(Debug, Clone, Default)]
pub struct Accepting {
    /// What is suppressed, and how severe rules are.
    pub policy: suppress::Policy,
    /// Whether findings get fingerprints; a baseline and formats for programs need them.
    pub fingerprints: bool,
    /// Whether the report has them one by one.
    pub known: bool,
    /// What was found before: what is still like that is no part of the report.
    pub before: Option<Known>,
}

/// The values of the command line and the environment whose variables are named like secrets.
fn given_secrets(settings: &terraform::Settings) -> impl Iterator<Item = &str> {
    let given = settings.variables.iter();
    given.filter_map(|setting| match setting {
        terraform::Setting::Value(name, value) => secret::is_named(name).then_some(value.as_str()),
        terraform::Setting::File(_) => None,
    })
}

/// Says where a rule gave up, unless evaluation has said that the stack asks for too much.
fn say_limits(diagnostics: &mut Vec<Diagnostic>, findings: &[Finding]) {
    let limit = Certainty::Undecided(Why::Limit);
    let said = diagnostics.iter().any(|said| said.code == Code::Limit);
    let first = findings.iter().find(|found| found.certainty == limit);
    if let Some(found) = first.filter(|_| !said) {
        let message =
            "rules need more work here than distrust spends on one resource; they are undecided";
        diagnostics.push(Diagnostic::new(Code::Limit, found.primary.span, message));
    }
}
