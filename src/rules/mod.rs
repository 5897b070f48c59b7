//! The questions: rules declared in files below `rules/`, asked of every resource of their kinds.

pub mod declared;
mod finding;
#[cfg(test)]
mod tests;

use std::sync::OnceLock;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::catalog::Catalog;
use crate::findings::{Control, Finding, Pillar, RuleInfo, Severity};
use crate::graph::{Graph, Resource};
pub use declared::model::Rule;

/// A set of rules, dispatched by kind.
#[derive(Debug, Default)]
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

    /// All of them, in order of their ids.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule with an id or alias.
    pub fn find(&self, id: &str) -> Option<&Rule> {
        self.rules
            .iter()
            .find(|rule| rule.id == id || rule.aliases.iter().any(|alias| alias == id))
    }
}

impl Rule {
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
            let asked = rules
                .by_kind
                .get(resource.kind.as_str())
                .into_iter()
                .flatten();
            let asked = asked.filter(|at| chosen[**at]);
            asked
                .flat_map(|at| ask(&rules.rules[*at], *at, resource, graph, catalog))
                .collect::<Vec<_>>()
        })
        .collect();
    #[cfg(debug_assertions)]
    agree(&said, graph, catalog, rules, &chosen);
    finding::merge(said)
}

fn ask(
    rule: &Rule,
    at: usize,
    resource: &Resource,
    graph: &Graph,
    catalog: &Catalog,
) -> Vec<(usize, Finding)> {
    let outcome = declared::evaluate(&rule.check, resource, graph, catalog);
    finding::of(rule, resource, outcome)
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
                count += ask(rule, at, resource, graph, catalog).len();
            }
        }
    }
    debug_assert_eq!(
        count,
        said.len(),
        "dispatch by kind lost or added a finding"
    );
}
