//! The questions: rules declared in files below `rules/`, asked of every resource of their kinds.

pub mod declared;
mod exposure;
mod finding;
pub mod native;
pub mod secret;
mod set;
mod subject;
#[cfg(test)]
mod tests;
mod unread;
mod worlds;

use rayon::prelude::*;

use crate::catalog::Catalog;
use crate::eval::{Why, budget};
use crate::findings::{Control, Finding, Pillar, RuleInfo, Severity};
use crate::graph::Graph;
use crate::network::topology::Topology;
pub use crate::policy::held::{Held, held};
pub use declared::model::Rule;
pub use finding::merge;
pub use set::{RuleSet, Unset};
pub use subject::{Lazy, Subject};
pub use unread::unread;

/// Where the pages of the built-in rules stand on the web.
const PAGES: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/rules");

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
            yields_to: self
                .yields_to
                .iter()
                .map(|rule| rule.as_str().into())
                .collect(),
            parameters: self
                .parameters
                .iter()
                .map(|(name, amount)| (name.as_str().into(), amount.to_string()))
                .collect(),
            url: (!self.file.is_empty()).then(|| format!("{PAGES}/{}", self.file)),
        }
    }
}

/// Asks the rules whose ids are selected of every resource. The findings are in a stable order: by rule, then by subject.
pub fn check(
    graph: &Graph,
    catalog: &Catalog,
    rules: &RuleSet,
    selected: &(dyn Fn(&str) -> bool + Sync),
) -> Vec<Finding> {
    merge(check_each(graph, catalog, rules, selected))
}

/// The same with a finding of its own for every resource, where several share a place.
pub fn check_each(
    graph: &Graph,
    catalog: &Catalog,
    rules: &RuleSet,
    selected: &(dyn Fn(&str) -> bool + Sync),
) -> Vec<Finding> {
    let chosen: Vec<bool> = rules.ids().map(selected).collect();
    let topology = Lazy::new();
    let said: Vec<(usize, Finding)> = graph
        .resources
        .par_iter()
        .flat_map_iter(|resource| {
            let subject = Subject::new(resource, graph, catalog).over(&topology);
            let asked = rules.about(&resource.kind).filter(|at| chosen[*at]);
            budget::within_rules(graph.resources.len(), || {
                asked
                    .flat_map(|at| ask(rules.rule(at), at, &subject))
                    .collect::<Vec<_>>()
            })
        })
        .collect();
    #[cfg(debug_assertions)]
    agree(&said, &topology, graph, catalog, rules, &chosen);
    let mut findings: Vec<Finding> = said.into_iter().map(|(_, finding)| finding).collect();
    let topology = topology.get_or_init(|| Topology::new(graph, catalog));
    exposure::judge(&mut findings, graph, topology, catalog, rules);
    findings
}

fn ask(rule: &Rule, at: usize, subject: &Subject<'_>) -> Vec<(usize, Finding)> {
    let mut outcome = worlds::ask(&rule.check, subject);
    if budget::is_spent() {
        // What was compared last was not compared to the end.
        outcome = declared::Outcome::unknown(&subject.resource.body, Why::Limit);
    }
    finding::of(rule, subject.resource, outcome)
        .into_iter()
        .map(|finding| (at, finding))
        .collect()
}

/// The naive loop says the same as the dispatch by kind.
#[cfg(debug_assertions)]
fn agree(
    said: &[(usize, Finding)],
    topology: &Lazy,
    graph: &Graph,
    catalog: &Catalog,
    rules: &RuleSet,
    chosen: &[bool],
) {
    let mut count = 0;
    for resource in &graph.resources {
        budget::within_rules(graph.resources.len(), || {
            for (at, rule) in rules.rules().enumerate().filter(|(at, _)| chosen[*at]) {
                let kind = resource.kind.as_str();
                if rule.kinds.iter().any(|own| *own == kind) {
                    let subject = Subject::new(resource, graph, catalog).over(topology);
                    count += ask(rule, at, &subject).len();
                }
            }
        });
    }
    debug_assert_eq!(
        count,
        said.len(),
        "dispatch by kind lost or added a finding"
    );
}
