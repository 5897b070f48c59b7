//! The questions: rules declared in files below `rules/`, asked of every resource of their kinds.

pub mod declared;
mod exposure;
mod finding;
pub mod native;
pub mod secret;
mod sensitive;
mod set;
mod subject;
#[cfg(test)]
mod tests;
mod unread;
mod worlds;

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use crate::catalog::Catalog;
use crate::eval::{Why, budget};
use crate::findings::{Control, Finding, Pillar, RuleInfo, Severity};
use crate::graph::{Graph, Resource, ResourceId};
use crate::network::topology::Topology;
pub use crate::policy::held::{Held, held};
use crate::source::Span;
pub use declared::model::Rule;
pub use finding::merge;
pub use sensitive::{Hidden, sensitive};
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
    check_parts(graph, catalog, rules, selected, &|part| part)
        .into_iter()
        .flatten()
        .collect()
}

/// How many resources are asked before something is made of what was found: ten thousand instances of one block say the
/// same ten thousand times, until it is merged.
const PART: usize = 64;

/// The same with what `take` makes of the findings of some resources at a time, in order. The findings about one address
/// are never parted.
///
/// All resources together may take so many steps. Each gets its share of them first; those few that need more are asked
/// again, and share once more what there is.
pub fn check_parts<T: Send>(
    graph: &Graph,
    catalog: &Catalog,
    rules: &RuleSet,
    selected: &(dyn Fn(&str) -> bool + Sync),
    take: &(dyn Fn(Vec<Finding>) -> T + Sync),
) -> Vec<T> {
    let topology = Lazy::new();
    let judge = exposure::Judge::new(
        graph,
        topology.get_or_init(|| Topology::new(graph, catalog)),
        catalog,
        rules,
    );
    let asking = Asking {
        graph,
        catalog,
        rules,
        chosen: rules.ids().map(selected).collect(),
        topology: &topology,
    };
    let said = |mut findings: Vec<Finding>| {
        judge.judge(&mut findings);
        take(findings)
    };
    let bytes = declared_in(&graph.resources);
    let first = budget::rule_steps(graph.resources.len(), bytes);
    let parts = parts(&graph.resources);
    let made = parts.par_iter().map(|part| {
        let (findings, hungry) = asking.part(part, &|_| first);
        (said(findings), hungry)
    });
    let mut made: Vec<(T, Vec<ResourceId>)> = made.collect();
    let hungry: FxHashSet<ResourceId> = made.iter().flat_map(|(_, own)| own).copied().collect();
    let more = budget::rule_steps(hungry.len(), bytes);
    if !hungry.is_empty() && more > first {
        let steps = |id: ResourceId| if hungry.contains(&id) { more } else { first };
        let again = made.par_iter_mut().zip(&parts);
        again.for_each(|((made, own), part)| {
            if !own.is_empty() {
                *made = said(asking.part(part, &steps).0);
            }
        });
    }
    made.into_iter().map(|(made, _)| made).collect()
}

/// Runs of resources, where none ends between two of one address.
fn parts(resources: &[Resource]) -> Vec<&[Resource]> {
    let mut parts = Vec::new();
    let mut rest = resources;
    while !rest.is_empty() {
        let mut end = PART.min(rest.len());
        while end < rest.len() && rest[end].address == rest[end - 1].address {
            end += 1;
        }
        let (part, more) = rest.split_at(end);
        parts.push(part);
        rest = more;
    }
    parts
}

/// How many bytes declare these resources; a block counts once, however many instances it has.
fn declared_in(resources: &[Resource]) -> usize {
    let spans: FxHashSet<Span> = resources.iter().map(|own| own.span).collect();
    let spans = spans.into_iter().filter(|span| span.is_somewhere());
    spans.map(|span| span.len() as usize).sum()
}

/// The rules that are asked, and of what.
struct Asking<'a> {
    graph: &'a Graph,
    catalog: &'a Catalog,
    rules: &'a RuleSet,
    /// By the places of the rules in their set.
    chosen: Vec<bool>,
    topology: &'a Lazy,
}

impl Asking<'_> {
    /// What all rules say of some resources, and those for which their steps were not enough.
    fn part(
        &self,
        part: &[Resource],
        steps: &dyn Fn(ResourceId) -> i64,
    ) -> (Vec<Finding>, Vec<ResourceId>) {
        let mut findings = Vec::new();
        let mut hungry = Vec::new();
        for resource in part {
            let before = findings.len();
            let subject = Subject::new(resource, self.graph, self.catalog).over(self.topology);
            let asked = self.rules.about(&resource.kind);
            let ask_all = || {
                let asked = asked.filter(|at| self.chosen[*at]);
                asked.for_each(|at| findings.extend(self.ask(at, &subject)));
            };
            let ((), enough) = budget::within_rules(steps(resource.id), ask_all);
            if !enough {
                hungry.push(resource.id);
            }
            #[cfg(debug_assertions)]
            self.agree(resource, steps(resource.id), findings.len() - before);
            let _ = before;
        }
        (findings, hungry)
    }

    fn ask(&self, at: usize, subject: &Subject<'_>) -> Vec<Finding> {
        let rule = self.rules.rule(at);
        let mut outcome = match budget::is_spent() {
            true => declared::Outcome::unknown(&subject.resource.body, Why::Limit),
            false => worlds::ask(&rule.check, subject),
        };
        if budget::is_spent() {
            // What was compared last was not compared to the end.
            outcome = declared::Outcome::unknown(&subject.resource.body, Why::Limit);
        }
        finding::of(rule, self.rules.said(at), subject.resource, outcome)
    }

    /// The naive loop says the same as the dispatch by kind.
    #[cfg(debug_assertions)]
    fn agree(&self, resource: &Resource, steps: i64, said: usize) {
        let mut count = 0;
        budget::within_rules(steps, || {
            for (at, rule) in self.rules.rules().enumerate() {
                let about = rule.kinds.iter().any(|own| *own == resource.kind.as_str());
                if about && self.chosen[at] {
                    let subject =
                        Subject::new(resource, self.graph, self.catalog).over(self.topology);
                    count += self.ask(at, &subject).len();
                }
            }
        });
        debug_assert_eq!(count, said, "dispatch by kind lost or added a finding");
    }
}
