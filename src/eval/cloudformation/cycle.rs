//! Resources that depend on each other in a circle.

use std::collections::BTreeMap;

use ecow::EcoString;

use super::evaluator::Evaluator;
use super::sam::UNDECLARED as SERVERLESS;
use crate::source::{Code, Diagnostic};

/// How many members of a circle are named.
const SHOWN: usize = 6;

impl Evaluator<'_, '_> {
    /// Reports every group of resources that can only be made after each other. Only references that are surely made
    /// count: those in branches that are perhaps not taken do not. Nor do those in what SAM makes several resources of: which
    /// of them needs the other is not written.
    pub(super) fn report_cycles(&mut self) {
        let mut next: BTreeMap<EcoString, Vec<EcoString>> = BTreeMap::new();
        let made_by_sam = |id: &EcoString| {
            let resource = self.resources.get(id);
            resource.is_some_and(|own| own.type_name.starts_with(SERVERLESS))
        };
        for (from, to) in self.edges.iter().filter(|(from, _)| !made_by_sam(from)) {
            next.entry(from.clone()).or_default().push(to.clone());
        }
        for targets in next.values_mut() {
            targets.sort();
        }
        for group in circles(&next) {
            let Some(first) = self.resources.get(&group[0]) else {
                continue;
            };
            let names: Vec<String> = group
                .iter()
                .take(SHOWN)
                .map(|id| format!("`{id}`"))
                .collect();
            let more = match group.len().checked_sub(SHOWN) {
                Some(more) if more > 0 => format!(" and {more} more"),
                _ => String::new(),
            };
            let names = names.join(", ");
            let message =
                format!("circular dependency: {names}{more} can only be made after each other");
            let mut diagnostic = Diagnostic::new(Code::Cycle, first.item.key, message);
            for id in group.iter().take(SHOWN).skip(1) {
                if let Some(other) = self.resources.get(id) {
                    diagnostic = diagnostic.related(other.item.key, "part of the circle");
                }
            }
            self.context.error(diagnostic);
        }
    }
}

/// The strongly connected components that have an edge inside, sorted (Tarjan's algorithm without recursion).
fn circles(next: &BTreeMap<EcoString, Vec<EcoString>>) -> Vec<Vec<EcoString>> {
    let ids: Vec<&EcoString> = next.keys().collect();
    let number: BTreeMap<&EcoString, usize> =
        ids.iter().enumerate().map(|(at, id)| (*id, at)).collect();
    let edges: Vec<Vec<usize>> = ids
        .iter()
        .map(|id| {
            next[*id]
                .iter()
                .filter_map(|to| number.get(to).copied())
                .collect()
        })
        .collect();
    let mut order = vec![usize::MAX; ids.len()];
    let mut low = vec![0; ids.len()];
    let mut on_stack = vec![false; ids.len()];
    let (mut stack, mut count, mut found) = (Vec::new(), 0, Vec::new());
    for root in 0..ids.len() {
        if order[root] != usize::MAX {
            continue;
        }
        let mut work = vec![(root, 0)];
        while let Some((node, edge)) = work.pop() {
            if edge == 0 {
                order[node] = count;
                low[node] = count;
                count += 1;
                stack.push(node);
                on_stack[node] = true;
            }
            if let Some(&to) = edges[node].get(edge) {
                work.push((node, edge + 1));
                if order[to] == usize::MAX {
                    work.push((to, 0));
                } else if on_stack[to] {
                    low[node] = low[node].min(order[to]);
                }
                continue;
            }
            if let Some(&(parent, _)) = work.last() {
                low[parent] = low[parent].min(low[node]);
            }
            if low[node] == order[node] {
                let at = stack.iter().rposition(|&other| other == node).unwrap_or(0);
                let mut group: Vec<usize> = stack.split_off(at);
                group.iter().for_each(|&member| on_stack[member] = false);
                group.sort_unstable();
                if group.len() > 1 || edges[node].contains(&node) {
                    found.push(
                        group
                            .into_iter()
                            .map(|member| ids[member].clone())
                            .collect(),
                    );
                }
            }
        }
    }
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circles_are_found() {
        let graph = |edges: &[(&str, &str)]| {
            let mut next: BTreeMap<EcoString, Vec<EcoString>> = BTreeMap::new();
            for (from, to) in edges {
                next.entry((*from).into()).or_default().push((*to).into());
            }
            circles(&next)
        };
        assert!(graph(&[("a", "b"), ("b", "c"), ("a", "c")]).is_empty());
        assert_eq!(graph(&[("a", "a"), ("b", "a")]), [["a"]]);
        assert_eq!(
            graph(&[("a", "b"), ("b", "c"), ("c", "a"), ("d", "a"), ("c", "d")]),
            [["a", "b", "c", "d"]]
        );
        assert_eq!(
            graph(&[("a", "b"), ("b", "a"), ("c", "d"), ("d", "c"), ("b", "c")]).len(),
            2
        );
    }
}
