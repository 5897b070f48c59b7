//! The questions: rules declared in files below `rules/`, asked of every resource of their kinds.

pub mod declared;
mod finding;
pub mod native;
pub mod secret;
mod subject;
#[cfg(test)]
mod tests;

use std::sync::OnceLock;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::catalog::Catalog;
use crate::findings::{Control, Finding, Pillar, RuleInfo, Severity};
use crate::graph::Graph;
use declared::model::Amount;
pub use declared::model::Rule;
pub use subject::{Held, Subject, held};

/// A set of rules, dispatched by kind.
#[derive(Debug, Default, Clone)]
pub struct RuleSet {
    rules: Vec<Rule>,
    by_kind: FxHashMap<String, Vec<usize>>,
}

impl RuleSet {
    /// The rules that are built in, in order of their ids.
    pub fn builtin() -> &'static RuleSet {
        static BUILTIN: OnceLock<RuleSet> = OnceLock::new();
        BUILTIN.get_or_init(|| {
            let bytes = include_bytes!(concat!(env!("OUT_DIR"), "/rules.bin"));
            RuleSet::new(postcard::from_bytes(bytes).expect("the build script wrote it"))
        })
    }

    /// A set of these rules.
    pub fn new(mut rules: Vec<Rule>) -> Self {
        rules.sort_by(|a, b| a.id.cmp(&b.id));
        let mut by_kind: FxHashMap<String, Vec<usize>> = FxHashMap::default();
        for (at, rule) in rules.iter().enumerate() {
            for kind in &rule.kinds {
                by_kind.entry(kind.clone()).or_default().push(at);
            }
        }
        Self { rules, by_kind }
    }

    /// Sets a parameter of the rule with an id or alias.
    ///
    /// # Errors
    /// When there is no such rule or parameter, or the value is not of its sort; nothing is changed then.
    pub fn set(&mut self, rule: &str, name: &str, value: &str) -> Result<(), Unset> {
        let own = self.rules.iter_mut().find(|own| own.is_called(rule));
        let own = own.ok_or(Unset::Rule)?;
        let known = own.parameters.iter_mut().find(|(known, _)| known == name);
        let Some((_, amount)) = known else {
            let known = own.parameters.iter().map(|(known, _)| known.clone());
            return Err(Unset::Parameter(known.collect()));
        };
        let set = Amount::parse(value).filter(|set| set.time == amount.time);
        let set = set.ok_or_else(|| Unset::Value(amount.to_string()))?;
        amount.number = set.number;
        own.check.amounts(&mut |used| {
            if used.parameter.as_deref() == Some(name) {
                used.number = set.number;
            }
        });
        Ok(())
    }

    /// All of them, in order of their ids.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule with an id or alias.
    pub fn find(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.is_called(id))
    }
}

/// Why a parameter was not set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unset {
    /// There is no such rule.
    Rule,
    /// The rule has other parameters: these.
    Parameter(Vec<String>),
    /// The value is of another sort than this.
    Value(String),
}

impl Rule {
    /// Whether this is its id or one of its aliases.
    pub fn is_called(&self, name: &str) -> bool {
        self.id == name || self.aliases.iter().any(|alias| alias == name)
    }

    /// How bad a finding of it is.
    pub fn severity_of_findings(&self) -> Severity {
        let name = declared::model::SEVERITIES.get(usize::from(self.severity));
        name.and_then(|name| Severity::named(name))
            .unwrap_or(Severity::Medium)
    }

    /// What formats and pages need to know of it; `page` is its page.
    pub fn info(&self, page: &str) -> RuleInfo {
        let mut controls: Vec<Control> = Vec::new();
        for (framework, ids) in &self.controls {
            controls.extend(ids.iter().map(|id| Control {
                framework: framework.as_str().into(),
                id: id.as_str().into(),
            }));
        }
        controls.sort();
        let mut aliases: Vec<_> = self
            .aliases
            .iter()
            .map(|alias| alias.as_str().into())
            .collect();
        aliases.sort();
        RuleInfo {
            id: self.id.as_str().into(),
            title: self.title.clone(),
            severity: self.severity_of_findings(),
            pillar: Pillar::named(&self.pillar).unwrap_or(Pillar::Governance),
            help_markdown: page.to_owned(),
            controls,
            aliases,
            parameters: self
                .parameters
                .iter()
                .map(|(name, amount)| (name.as_str().into(), amount.to_string()))
                .collect(),
            url: None,
        }
    }
}

/// The pages of the built-in rules, in the order of [`RuleSet::rules`]: Markdown.
pub fn pages() -> &'static [&'static str] {
    static PAGES: OnceLock<Vec<&'static str>> = OnceLock::new();
    PAGES.get_or_init(|| {
        let bytes: &'static [u8] = include_bytes!(concat!(env!("OUT_DIR"), "/pages.bin"));
        postcard::from_bytes(bytes).expect("the build script wrote it")
    })
}

/// Asks the selected rules of every resource. The findings are in a stable order: by rule, then by subject.
pub fn check(
    graph: &Graph,
    catalog: &Catalog,
    rules: &RuleSet,
    selected: &(dyn Fn(&Rule) -> bool + Sync),
) -> Vec<Finding> {
    let chosen: Vec<bool> = rules.rules.iter().map(selected).collect();
    let said: Vec<(usize, Finding)> = graph
        .resources
        .par_iter()
        .flat_map_iter(|resource| {
            let subject = Subject::new(resource, graph, catalog);
            let asked = rules
                .by_kind
                .get(resource.kind.as_str())
                .into_iter()
                .flatten();
            let asked = asked.filter(|at| chosen[**at]);
            asked
                .flat_map(|at| ask(&rules.rules[*at], *at, &subject))
                .collect::<Vec<_>>()
        })
        .collect();
    #[cfg(debug_assertions)]
    agree(&said, graph, catalog, rules, &chosen);
    finding::merge(said)
}

fn ask(rule: &Rule, at: usize, subject: &Subject<'_>) -> Vec<(usize, Finding)> {
    let outcome = declared::evaluate(&rule.check, subject);
    finding::of(rule, subject.resource, outcome)
        .into_iter()
        .map(|finding| (at, finding))
        .collect()
}

/// The naive loop says the same as the dispatch by kind.
#[cfg(debug_assertions)]
fn agree(
    said: &[(usize, Finding)],
    graph: &Graph,
    catalog: &Catalog,
    rules: &RuleSet,
    chosen: &[bool],
) {
    let mut count = 0;
    for resource in &graph.resources {
        for (at, rule) in rules.rules.iter().enumerate().filter(|(at, _)| chosen[*at]) {
            if rule
                .kinds
                .iter()
                .any(|kind| *kind == resource.kind.as_str())
            {
                let subject = Subject::new(resource, graph, catalog);
                count += ask(rule, at, &subject).len();
            }
        }
    }
    debug_assert_eq!(
        count,
        said.len(),
        "dispatch by kind lost or added a finding"
    );
}
