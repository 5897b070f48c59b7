//! The resource graph for other programs: DOT (Graphviz), Mermaid and JSON. Each has its own escaping.

use std::fmt::Write as _;

use serde::Serialize;

use super::{json_text, printable};
use crate::eval::Mode;
use crate::graph::{Graph, Resource};

/// The version of the JSON format. It grows when a field changes its meaning or goes; new fields leave it.
pub const VERSION: u32 = 1;

/// The graphs in the language of Graphviz. Resources are named by their place among all of them.
pub fn dot(graphs: &[Graph]) -> String {
    let mut out = String::from("digraph resources {\n  rankdir=LR;\n  node [shape=box];\n");
    for (first, graph) in numbered(graphs) {
        for resource in shown(graph) {
            let address = quoted(&resource.address.to_string());
            let kind = quoted(&resource.kind);
            let id = first + resource.id.0;
            let _ = writeln!(out, "  r{id} [label=\"{address}\\n{kind}\"];");
        }
        for edge in &graph.edges {
            let (from, to, label) = (edge.from.0, edge.to.0, edge.relation.word());
            let _ = writeln!(
                out,
                "  r{} -> r{} [label=\"{label}\"];",
                first + from,
                first + to
            );
        }
    }
    out.push_str("}\n");
    out
}

/// The graphs as a Mermaid flowchart.
pub fn mermaid(graphs: &[Graph]) -> String {
    let mut out = String::from("flowchart LR\n");
    for (first, graph) in numbered(graphs) {
        for resource in shown(graph) {
            let label = entities(&resource.address.to_string());
            let _ = writeln!(out, "  r{}[\"{label}\"]", first + resource.id.0);
        }
        for edge in &graph.edges {
            let (from, to, label) = (edge.from.0, edge.to.0, edge.relation.word());
            let _ = writeln!(out, "  r{} -->|{label}| r{}", first + from, first + to);
        }
    }
    out
}

/// The graphs as JSON: `version`, `resources`, `edges`. Values are not shown: they may be secret.
pub fn json(graphs: &[Graph]) -> String {
    let name = |resource: &Resource| Name {
        stack: resource.address.stack.to_string(),
        address: resource.address.to_string(),
    };
    let document = Document {
        version: VERSION,
        resources: graphs
            .iter()
            .flat_map(shown)
            .map(|resource| Node {
                name: name(resource),
                kind: resource.kind.to_string(),
                certain: resource.exists.is_true(),
            })
            .collect(),
        edges: graphs
            .iter()
            .flat_map(|graph| graph.edges.iter().map(move |edge| (graph, edge)))
            .map(|(graph, edge)| Link {
                from: name(graph.resource(edge.from)),
                to: name(graph.resource(edge.to)),
                relation: edge.relation.word(),
                attribute: edge.attribute.to_string(),
            })
            .collect(),
    };
    json_text(&document)
}

/// The graphs, each with the number of resources in those before it.
fn numbered(graphs: &[Graph]) -> impl Iterator<Item = (u32, &Graph)> {
    graphs.iter().scan(0, |next, graph| {
        let first = *next;
        *next += graph.resources.len() as u32;
        Some((first, graph))
    })
}

/// The resources and data sources, without what satellites say of others that are not here.
fn shown(graph: &Graph) -> impl Iterator<Item = &Resource> {
    let all = graph.resources.iter();
    all.filter(|own| !own.partial && matches!(own.address.mode, Mode::Managed | Mode::Data))
}

/// A text inside the quotes of DOT.
fn quoted(text: &str) -> String {
    printable(text).replace('\\', "\\\\").replace('"', "\\\"")
}

/// A text inside the quotes of Mermaid, which reads entities.
fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in printable(text).chars() {
        match c {
            '"' => out.push_str("#quot;"),
            '#' => out.push_str("#35;"),
            '<' => out.push_str("#lt;"),
            '>' => out.push_str("#gt;"),
            c => out.push(c),
        }
    }
    out
}

#[derive(Serialize)]
struct Document {
    version: u32,
    resources: Vec<Node>,
    edges: Vec<Link>,
}

#[derive(Serialize)]
struct Name {
    stack: String,
    address: String,
}

#[derive(Serialize)]
struct Node {
    #[serde(flatten)]
    name: Name,
    kind: String,
    /// Whether it exists in any case; else a condition or a count that is not known decides.
    certain: bool,
}

#[derive(Serialize)]
struct Link {
    from: Name,
    to: Name,
    relation: &'static str,
    attribute: String,
}

#[cfg(test)]
mod tests {
    use super::{entities, quoted};

    #[test]
    fn names_cannot_break_out() {
        assert_eq!(quoted("a[\"x\\\"]"), "a[\\\"x\\\\\\\"]");
        assert_eq!(entities("a[\"#<b>\"]"), "a[#quot;#35;#lt;b#gt;#quot;]");
        let hostile = "a\r\n::b\u{1b}[0m\u{202e}";
        let shown = "a  \u{FFFD}:b\u{FFFD}[0m\u{FFFD}";
        assert_eq!(
            (quoted(hostile), entities(hostile)),
            (shown.into(), shown.into())
        );
    }
}
