//! The rules asked of each stack, and what they say of all stacks joined to a report.

use rustc_hash::FxHashSet;

use super::intent::{Intents, Proof, joined};
use super::{Accepting, Answers, World};
use crate::catalog::Catalog;
use crate::eval::{MissingModule, Why, terraform};
use crate::findings::{Certainty, Finding};
use crate::graph::Graph;
use crate::report::intent;
use crate::report::suppress::{self, Suppressed, Suppressions};
use crate::report::{Fingerprints, Known, Masks, Places, Report, Statistics, is_among, triage};
use crate::rules::{self, Hidden, RuleSet, secret};
use crate::source::{Code, Diagnostic, Span};

/// What is asked of stacks, and with what.
pub(super) struct Asking<'a> {
    world: &'a World<'a>,
    rules: &'a RuleSet,
    selected: &'a (dyn Fn(&str) -> bool + Sync),
    accepting: &'a Accepting,
    prints: Fingerprints<'a>,
    suppressions: Suppressions<'a>,
    intents: Intents,
}

/// What the rules say of one stack. Fingerprints and suppressions are about one instance each; only then findings of one
/// place are merged.
#[derive(Debug, Clone, Default)]
pub(super) struct Said {
    findings: Vec<Finding>,
    suppressed: Vec<Suppressed>,
    /// Where that stands which accepted something.
    used: FxHashSet<Span>,
    /// What rules could not read.
    unread: Vec<Diagnostic>,
    /// Texts that are sensitive.
    hidden: Vec<Hidden>,
    /// The findings one by one, where somebody compares them.
    known: Known,
    /// What was proved of its intent.
    proof: Option<Proof>,
}

impl<'a> Asking<'a> {
    /// Asks the rules that are selected, by their ids, with what the project accepts. `places` are those of the world.
    pub(super) fn new(
        places: &'a Places<'a>,
        world: &'a World<'a>,
        rules: &'a RuleSet,
        selected: &'a (dyn Fn(&str) -> bool + Sync),
        accepting: &'a Accepting,
    ) -> Self {
        let scope = world.door.scope();
        Self {
            world,
            rules,
            selected,
            accepting,
            prints: Fingerprints::new(places, scope),
            suppressions: Suppressions::new(places, scope, rules, &accepting.policy),
            intents: Intents::default(),
        }
    }

    /// Asks one stack.
    pub(super) fn ask(&self, graph: &Graph) -> Said {
        let catalog = Catalog::builtin();
        // What is secret is hidden also where the rules that find it are not selected.
        let asked = |id: &str| (self.selected)(id) || self.rules.finds_secrets(id);
        // What is new is known when all stacks are.
        let merged = |kept: Vec<Finding>| match self.accepting.before {
            Some(_) => kept,
            None => rules::merge(kept),
        };
        let parts = rules::check_parts(graph, catalog, self.rules, &asked, &|mut findings| {
            if self.accepting.fingerprints {
                self.prints.give(&mut findings);
            }
            let (kept, suppressed) = self.suppressions.divide(findings);
            Said {
                known: self.one_by_one(&kept),
                findings: merged(kept),
                used: suppressed.iter().map(|one| one.by.span).collect(),
                suppressed: suppress::merge(suppressed),
                ..Said::default()
            }
        });
        let (proof, wrong) = self.intents.prove(self.world, graph);
        let mut said = Said {
            proof,
            unread: rules::unread(graph, catalog),
            hidden: rules::sensitive(graph),
            ..Said::default()
        };
        said.unread.extend(wrong);
        for part in parts {
            said.findings.extend(part.findings);
            said.suppressed.extend(part.suppressed);
            said.used.extend(part.used);
            said.known.append(part.known);
        }
        said.findings = merged(said.findings);
        said.suppressed = suppress::merge(said.suppressed);
        said
    }

    /// The findings one by one, where somebody compares them.
    fn one_by_one(&self, findings: &[Finding]) -> Known {
        match self.accepting.known || self.accepting.before.is_some() {
            true => Known::of(findings, &self.prints, self.world.door.scope()),
            false => Known::default(),
        }
    }

    /// What is said of all stacks. `files` is how many files they are made of.
    pub(super) fn join(&self, answers: Answers<Said>, files: usize) -> Report {
        let mut statistics = Statistics {
            files,
            stacks: answers.stacks.len(),
            rules: self.rules.ids().filter(|id| (self.selected)(id)).count(),
            ..Statistics::default()
        };
        let mut diagnostics = answers.diagnostics;
        let (mut findings, mut missing): (Vec<Finding>, Vec<MissingModule>) = Default::default();
        let (mut suppressed, mut used) = (Vec::new(), FxHashSet::default());
        let (mut known, mut hidden) = (Known::default(), Vec::new());
        let mut proofs = Vec::new();
        for mut stack in answers.stacks {
            let mut said = stack.said;
            statistics.resources += stack.resources;
            say_limits(&mut stack.diagnostics, &said.findings);
            diagnostics.append(&mut stack.diagnostics);
            // Stacks of one folder have one intent.
            said.unread.retain(|one| !diagnostics.contains(one));
            diagnostics.append(&mut said.unread);
            proofs.extend(said.proof);
            missing.append(&mut stack.missing);
            hidden.append(&mut said.hidden);
            findings.append(&mut said.findings);
            suppressed.append(&mut said.suppressed);
            used.extend(said.used);
            known.append(said.known);
        }
        if !proofs.is_empty() {
            let infos = intent::infos();
            let asked = infos.iter().filter(|own| (self.selected)(&own.id));
            statistics.rules += asked.count();
        }
        // What is proved of an intent is about all stacks together.
        let mut proved = intent::findings(&joined(proofs));
        if self.accepting.fingerprints {
            self.prints.give(&mut proved);
        }
        let (proved, accepted) = self.suppressions.divide(proved);
        known.append(self.one_by_one(&proved));
        used.extend(accepted.iter().map(|one| one.by.span));
        suppressed.extend(accepted);
        findings.extend(proved);
        let sources = self.world.sources;
        let accepted = suppressed.iter().map(|one| &one.finding);
        let masks = Masks::new(sources, findings.iter().chain(accepted), diagnostics.iter());
        let masks = masks.with(given_secrets(&self.world.settings));
        let masks = masks.hiding(sources, &hidden);
        findings.retain(|finding| (self.selected)(&finding.rule));
        suppressed.retain(|one| (self.selected)(&one.finding.rule));
        let lost = diagnostics.iter().any(|one| one.code.loses_input());
        let used = Some(&used).filter(|_| !lost);
        let mut hygiene = self.suppressions.hygiene(self.selected, used);
        if self.accepting.fingerprints {
            self.prints.give(&mut hygiene.findings);
        }
        known.append(self.one_by_one(&hygiene.findings));
        if self.accepting.known || self.accepting.before.is_some() {
            self.suppressions.note(&mut known);
        }
        findings.append(&mut hygiene.findings);
        known.retain(self.selected);
        let mut old = None;
        if let Some(before) = &self.accepting.before {
            let new = known.new_since(before);
            let scope = self.world.door.scope();
            old = Some(known.len() - new.len());
            findings.retain(|finding| is_among(finding, &new, scope));
            findings = rules::merge(findings);
            let mut said = self.suppressions.new_since(before);
            said.extend(self.accepting.said.iter().cloned());
            said.retain(|one| (self.selected)(&one.rule));
            self.prints.give(&mut said);
            findings.append(&mut said);
        }
        let report = triage(sources, masks, findings, diagnostics, missing, statistics);
        Report {
            suppressed: suppress::sorted(sources, &report.masks, suppressed),
            over: hygiene.over,
            ending: hygiene.ending,
            known,
            before: old,
            ..report
        }
    }
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
