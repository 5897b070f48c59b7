//! From what was named to what is said: the one place that knows the order of the steps.
//!
//! Discovery finds folders, templates and plans; each root and template becomes a stack, each stack a graph, and a graph
//! is asked. Nothing crosses stacks, so each goes all the way alone and is dropped: at its peak a run holds as many
//! stacks as it has threads. The command line asks once; whoever asks again (an editor) does so through the same door.
//!
//! A fault of this program in one stack is a diagnostic about that stack.

mod ask;
mod each;
#[cfg(test)]
mod growth;
mod intent;
mod project;
mod session;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use ecow::EcoString;
use rayon::prelude::*;

use self::ask::Asking;
use crate::catalog::Catalog;
use crate::eval::{Language, MissingModule, Stack, cloudformation, terraform};
use crate::findings::{Finding, RuleInfo};
use crate::graph::Graph;
use crate::report::suppress;
use crate::report::{Known, Places, Report};
use crate::rules::RuleSet;
use crate::source::{
    Diagnostic, Discovered, Door, Folder, Plan, SourceFile, SourceMap, Span, each_in_turn, guarded,
    internal_error,
};
use crate::syntax::yaml::{self, Document};

pub use each::each;
pub use project::{Checked, project};
pub use session::Session;

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
#[derive(Debug, Clone)]
pub struct Answers<T> {
    /// One for each stack that is judged by itself: Terraform's roots by their paths, plans, then templates.
    pub stacks: Vec<Answer<T>>,
    /// What is wrong with inputs that gave no stack.
    pub diagnostics: Vec<Diagnostic>,
}

/// What was asked of one stack, and what a report says of the stack itself.
#[derive(Debug, Clone)]
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
    /// The folders that it is made of, if it is Terraform's: its own, and those that local calls lead to.
    folders: BTreeSet<PathBuf>,
}

/// Whether these bytes look like a CloudFormation template.
pub fn is_template(bytes: &[u8]) -> bool {
    // A letter in another encoding, in a comment perhaps, makes it no less a template.
    yaml::looks_like_template(&String::from_utf8_lossy(bytes))
}

/// What is known of the rules that a report speaks of, sorted by id.
pub fn rules_of(rules: &RuleSet, report: &Report) -> Vec<RuleInfo> {
    let said: BTreeSet<&str> = report.all().map(|finding| finding.rule.as_str()).collect();
    let mut own = suppress::hygiene::infos();
    own.extend(crate::report::intent::infos());
    let of_suppressions = |id: &str| own.iter().find(|rule| rule.id == id).cloned();
    said.into_iter()
        .filter_map(|id| rules.info(id).or_else(|| of_suppressions(id)))
        .collect()
}

/// Evaluates everything that was found, asks the rules that are selected, by their ids, and reports.
///
/// Call it in a pool of threads with stacks of [`terraform::THREAD_STACK_BYTES`] or so: deep recursion takes more where it
/// is needed ([`source::deep`](crate::source::deep)).
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
    let files = found.files();
    let places = Places::new(world.sources);
    let asking = Asking::new(&places, world, rules, selected, accepting);
    let answers = each(found, world, &|_, graph| asking.ask(&graph));
    asking.join(answers, files)
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
    /// What else there is to say of a change.
    pub said: Vec<Finding>,
    /// What was found before: what is still like that is no part of the report.
    pub before: Option<Known>,
}
