//! The tree of a YAML or JSON text: a flat arena, children before parents, byte ranges everywhere.

use ecow::EcoString;

use super::index::Index;
use crate::source::{Diagnostic, SourceId, Span};

/// A node, by its index in [`Document::nodes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u32);

/// A byte range in the text of a [`Document`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Range {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// A run of members in one of the member arrays of a [`Document`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    pub(super) start: u32,
    pub(super) len: u32,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// A scalar: its text after unescaping and folding. A plain one (not quoted, not a block) may stand for a number,
    /// a truth value or null; an absent value is the plain empty text.
    Scalar {
        /// The text.
        text: EcoString,
        /// Whether it is written without quotes and not as a block.
        plain: bool,
    },
    /// A sequence; see [`Document::items`].
    Sequence(Run),
    /// A mapping; see [`Document::pairs`].
    Mapping(Run),
    /// What could not be read; a diagnostic stands beside it.
    Broken,
}

/// A node of the tree. Aliases are the very node of their anchor.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// Its explicit tag, resolved: `!Ref`, `tag:yaml.org,2002:str`; empty without one.
    pub tag: EcoString,
    /// Its bytes, with the tag, quotes and brackets; of a block scalar the text without the header.
    pub range: Range,
    /// Where the content begins, after the tag.
    pub content: u32,
}

/// A member of a mapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// The key: always a scalar.
    pub key: NodeId,
    /// The value.
    pub value: NodeId,
}

/// A whole text as a tree, with what was wrong in it.
#[derive(Debug, Clone)]
pub struct Document {
    /// The source of the text.
    pub source: SourceId,
    /// All nodes; children before their parents.
    pub nodes: Vec<Node>,
    /// The root, unless there is nothing or nothing could be read.
    pub root: Option<NodeId>,
    /// Comments in order, from `#` to the end of the line.
    pub comments: Vec<Range>,
    /// What was wrong.
    pub errors: Vec<Diagnostic>,
    pub(super) items: Vec<NodeId>,
    pub(super) pairs: Vec<Pair>,
    pub(super) index: Index,
    /// The first nodes that came from other texts ([`Document::graft`]), and which.
    parts: Vec<(u32, SourceId)>,
}

impl Document {
    pub(super) fn new(source: SourceId) -> Self {
        Self {
            source,
            nodes: Vec::new(),
            root: None,
            comments: Vec::new(),
            errors: Vec::new(),
            items: Vec::new(),
            pairs: Vec::new(),
            index: Index::default(),
            parts: Vec::new(),
        }
    }

    /// The node.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// The place of a node.
    pub fn span(&self, id: NodeId) -> Span {
        let range = self.node(id).range;
        Span::new(self.source_of(id), range.start, range.end)
    }

    /// The text that a node stands in.
    fn source_of(&self, id: NodeId) -> SourceId {
        let at = self.parts.partition_point(|(first, _)| *first <= id.0);
        let part = at.checked_sub(1).map(|at| self.parts[at].1);
        part.unwrap_or(self.source)
    }

    /// Puts the root of another document in the place of a node. Of a mapping that has `instead` among its members only
    /// that member makes place, for those of the root that are not there already; any other node is the root from now on.
    /// Every node keeps its bytes, in the text it came from.
    pub fn graft(&mut self, at: NodeId, instead: &str, other: &Document) {
        let Some(root) = other.root else { return };
        let base = self.nodes.len() as u32;
        let (items, pairs) = (self.items.len() as u32, self.pairs.len() as u32);
        let moved = |id: &NodeId| NodeId(id.0 + base);
        let shifted = |run: &Run, by: u32| Run {
            start: run.start + by,
            len: run.len,
        };
        self.nodes.extend(other.nodes.iter().map(|node| Node {
            kind: match &node.kind {
                Kind::Sequence(run) => Kind::Sequence(shifted(run, items)),
                Kind::Mapping(run) => Kind::Mapping(shifted(run, pairs)),
                kind => kind.clone(),
            },
            ..node.clone()
        }));
        self.items.extend(other.items.iter().map(moved));
        self.pairs.extend(other.pairs.iter().map(|pair| Pair {
            key: moved(&pair.key),
            value: moved(&pair.value),
        }));
        self.parts.push((base, other.source));
        let inner = other.parts.iter();
        self.parts
            .extend(inner.map(|(first, source)| (first + base, *source)));
        let root = moved(&root);
        let is_member = |pair: &&Pair| self.text(pair.key).is_some_and(|key| key == instead);
        let siblings: Vec<Pair> = match self.pairs(at).iter().any(|pair| is_member(&pair)) {
            true => self
                .pairs(at)
                .iter()
                .filter(|pair| !is_member(pair))
                .copied()
                .collect(),
            false => Vec::new(),
        };
        let node = match siblings.as_slice() {
            [] => self.node(root).clone(),
            _ => {
                let start = self.pairs.len() as u32;
                let there = |pair: &Pair| {
                    let key = self.text(pair.key);
                    siblings.iter().any(|own| self.text(own.key) == key)
                };
                let new = self.pairs(root).iter().filter(|pair| !there(pair));
                let all: Vec<Pair> = siblings.iter().chain(new).copied().collect();
                let len = all.len() as u32;
                self.pairs.extend(all);
                Node {
                    kind: Kind::Mapping(Run { start, len }),
                    ..self.node(root).clone()
                }
            }
        };
        let own = &mut self.nodes[at.0 as usize];
        own.kind = node.kind;
        own.tag = node.tag;
        self.index = Index::default();
    }

    /// The same with every node at one place: a text that was made there, or that is written otherwise than it reads.
    #[must_use]
    pub fn placed_at(mut self, span: Span) -> Document {
        self.source = span.source;
        for node in &mut self.nodes {
            node.range = Range {
                start: span.start,
                end: span.end,
            };
            node.content = span.end;
        }
        for error in &mut self.errors {
            error.span = span;
        }
        self
    }

    /// The members of a sequence; none of anything else.
    pub fn items(&self, id: NodeId) -> &[NodeId] {
        match self.node(id).kind {
            Kind::Sequence(run) => &self.items[run.start as usize..][..run.len as usize],
            _ => &[],
        }
    }

    /// Whether something stands in a mapping that is no member: its name was lost, or is no text.
    pub fn lost_a_member(&self, id: NodeId) -> bool {
        let whole = self.span(id);
        let inside = |span: Span, at: u32| span.start <= at && at < span.end.max(span.start + 1);
        let members = self.pairs(id);
        self.errors.iter().map(|error| error.span.start).any(|at| {
            let mut members = members.iter();
            let known = members
                .any(|pair| inside(self.span(pair.key), at) || inside(self.span(pair.value), at));
            inside(whole, at) && !known
        })
    }

    /// The members of a mapping in the order written, merged ones last; none of anything else. Keys are unique.
    pub fn pairs(&self, id: NodeId) -> &[Pair] {
        match self.node(id).kind {
            Kind::Mapping(run) => &self.pairs[run.start as usize..][..run.len as usize],
            _ => &[],
        }
    }

    /// The text of a scalar.
    pub fn text(&self, id: NodeId) -> Option<&EcoString> {
        match &self.node(id).kind {
            Kind::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// Whether a scalar is null: the plain texts ``, `~`, `null`, `Null`, `NULL`.
    pub fn is_null(&self, id: NodeId) -> bool {
        let node = self.node(id);
        matches!(&node.kind, Kind::Scalar { text, plain: true }
            if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
            && node.tag.is_empty()
    }

    /// The place of the bytes `from..to` of a scalar's text, in `source` (the text that this document was read from):
    /// exact where the text is written there as it stands, else the whole scalar.
    pub fn locate(&self, id: NodeId, source: &str, from: usize, to: usize) -> Span {
        self.locator(id, source).locate(from, to)
    }

    /// Finds many places in the text of one scalar.
    pub fn locator<'d>(&'d self, id: NodeId, source: &'d str) -> Locator<'d> {
        let node = self.node(id);
        let text = match &node.kind {
            Kind::Scalar { text, .. } if self.span(id).source == self.source => text.as_str(),
            // What was put in from elsewhere is not written here.
            _ => "",
        };
        let written = source.get(node.content as usize..node.range.end as usize);
        let written = written.unwrap_or_default();
        let quoted = usize::from(written.starts_with(['"', '\'']));
        Locator::new(
            self.span(id),
            text,
            &written[quoted..],
            node.content as usize + quoted,
        )
    }
}

/// Where the text of a scalar is written, line by line.
#[derive(Debug)]
pub struct Locator<'d> {
    /// The whole scalar.
    whole: Span,
    text: &'d str,
    written: &'d str,
    /// Where `written` begins in the source.
    offset: usize,
    /// For each line of the text its first byte, and where that is in `written` if the line is written as it stands,
    /// perhaps indented.
    lines: Vec<(usize, Option<usize>)>,
}

impl<'d> Locator<'d> {
    fn new(whole: Span, text: &'d str, written: &'d str, offset: usize) -> Self {
        let (mut first, mut start) = (0, Some(0));
        let mut lines = Vec::new();
        for line in text.split('\n') {
            let plain = line.strip_suffix('\r').unwrap_or(line);
            let at = start.and_then(|start: usize| {
                let own = written[start..].lines().next().unwrap_or("");
                let indent = match lines.is_empty() {
                    true => 0,
                    false => own.len().checked_sub(plain.len())?,
                };
                own.get(indent..)?
                    .starts_with(plain)
                    .then_some(start + indent)
            });
            lines.push((first, at));
            first += line.len() + 1;
            start = start.and_then(|start| {
                memchr::memchr(b'\n', &written.as_bytes()[start..]).map(|len| start + len + 1)
            });
        }
        Self {
            whole,
            text,
            written,
            offset,
            lines,
        }
    }

    /// The place of the bytes `from..to` of the text: exact where they are written as they stand, else the whole scalar.
    pub fn locate(&self, from: usize, to: usize) -> Span {
        let found = self.find(from, to).map(|at| (self.offset + at) as u32);
        found.map_or(self.whole, |at| {
            Span::new(self.whole.source, at, at + (to - from) as u32)
        })
    }

    fn find(&self, from: usize, to: usize) -> Option<usize> {
        let wanted = self.text.get(from..to)?;
        let line = self.lines.partition_point(|(first, _)| *first <= from);
        let (first, at) = self.lines[line.checked_sub(1)?];
        let at = at? + (from - first);
        let exact = !wanted.contains('\n') && self.written.get(at..)?.starts_with(wanted);
        exact.then_some(at)
    }
}
