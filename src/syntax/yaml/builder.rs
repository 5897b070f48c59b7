//! Trees out of the events of a reader: collections, duplicate keys, merge keys.

use ecow::EcoString;
use rustc_hash::FxHashMap;

use super::tree::{Document, Kind, Node, NodeId, Pair, Range, Run};
use crate::source::{Code, Diagnostic};

/// The most pairs that merge keys may add to one document: copies of pairs are the only thing here that can grow
/// faster than the text.
const MAX_MERGED: usize = 1 << 20;

/// Above this many members a mapping is searched for duplicates by hash.
const SMALL: usize = 12;

/// Puts a document together from the events of a reader.
pub(super) struct Builder {
    pub(super) document: Document,
    frames: Vec<Frame>,
    pending: Vec<NodeId>,
    merged: usize,
}

/// A collection that is still open.
struct Frame {
    mapping: bool,
    first: usize,
    tag: EcoString,
    start: u32,
    content: u32,
}

impl Builder {
    pub(super) fn new(document: Document) -> Self {
        Self {
            document,
            frames: Vec::new(),
            pending: Vec::new(),
            merged: 0,
        }
    }

    /// The number of open collections.
    pub(super) fn depth(&self) -> usize {
        self.frames.len()
    }

    /// How many of the open collections, from the outermost on, are mappings.
    pub(super) fn mappings(&self) -> usize {
        self.frames.iter().take_while(|frame| frame.mapping).count()
    }

    /// How many nodes the innermost collection has so far; keys count.
    pub(super) fn members(&self) -> usize {
        self.pending.len() - self.frames.last().map_or(0, |frame| frame.first)
    }

    /// Adds a node to the innermost collection; outside of all, it is the root.
    pub(super) fn push(&mut self, id: NodeId) {
        if self.frames.is_empty() {
            self.document.root = Some(id);
        } else {
            self.pending.push(id);
        }
    }

    /// Adds a node to the arena.
    pub(super) fn node(
        &mut self,
        kind: Kind,
        tag: EcoString,
        range: Range,
        content: u32,
    ) -> NodeId {
        self.document.nodes.push(Node {
            kind,
            tag,
            range,
            content,
        });
        NodeId(self.document.nodes.len() as u32 - 1)
    }

    /// Adds a scalar to the innermost collection.
    pub(super) fn scalar(
        &mut self,
        text: &str,
        plain: bool,
        tag: EcoString,
        range: Range,
        content: u32,
    ) -> NodeId {
        let text = text.into();
        let id = self.node(Kind::Scalar { text, plain }, tag, range, content);
        self.push(id);
        id
    }

    /// Adds something that could not be read to the innermost collection.
    pub(super) fn broken(&mut self, range: Range) {
        let id = self.node(Kind::Broken, EcoString::new(), range, range.start);
        self.push(id);
    }

    /// Opens a collection.
    pub(super) fn open(&mut self, mapping: bool, tag: EcoString, start: u32, content: u32) {
        self.frames.push(Frame {
            mapping,
            first: self.pending.len(),
            tag,
            start,
            content,
        });
    }

    /// Whether the innermost collection is a mapping.
    pub(super) fn in_mapping(&self) -> bool {
        self.frames.last().is_some_and(|frame| frame.mapping)
    }

    /// Closes the innermost collection; without `end` it ends where its last member ends.
    pub(super) fn close(&mut self, end: Option<u32>) -> Option<NodeId> {
        let frame = self.frames.pop()?;
        let members = self.pending.split_off(frame.first);
        let last = members
            .last()
            .map_or(frame.content, |&id| self.document.node(id).range.end);
        let end = end.unwrap_or(last).max(frame.content);
        let kind = if frame.mapping {
            Kind::Mapping(self.mapping(&members))
        } else {
            let start = self.document.items.len() as u32;
            let len = members.len() as u32;
            self.document.items.extend(members);
            Kind::Sequence(Run { start, len })
        };
        let start = frame.start;
        let id = self.node(kind, frame.tag, Range { start, end }, frame.content);
        self.push(id);
        Some(id)
    }

    /// How many members the collection at `depth` (1 is the outermost) has, without those of the ones inside it.
    pub(super) fn kept_members(&self, depth: usize) -> usize {
        let end = self
            .frames
            .get(depth)
            .map_or(self.pending.len(), |inner| inner.first);
        end - self.frames[depth - 1].first
    }

    /// Where the node ends that was added last to the innermost collection.
    pub(super) fn last_end(&self) -> Option<u32> {
        let last = (self.members() > 0)
            .then(|| self.pending.last())
            .flatten()?;
        Some(self.document.node(*last).range.end)
    }

    /// Takes back the node added last to the innermost collection.
    pub(super) fn pop(&mut self) -> Option<NodeId> {
        (self.members() > 0).then(|| self.pending.pop()).flatten()
    }

    /// Throws the innermost collections away until `depth` are open, and of that one the members beyond `members`.
    pub(super) fn unwind(&mut self, depth: usize, members: usize) {
        self.frames.truncate(depth);
        let first = self.frames.last().map_or(0, |frame| frame.first);
        self.pending.truncate(first + members);
    }

    /// The pairs of a mapping: keys that are no scalars and earlier duplicates are left out and reported,
    /// merge keys replaced by what they merge.
    fn mapping(&mut self, members: &[NodeId]) -> Run {
        let mut pairs: Vec<Pair> = Vec::with_capacity(members.len() / 2);
        let mut index: FxHashMap<EcoString, usize> = FxHashMap::default();
        let mut merges = Vec::new();
        for chunk in members.chunks_exact(2) {
            let pair = Pair {
                key: chunk[0],
                value: chunk[1],
            };
            let Some(text) = self.document.text(pair.key).cloned() else {
                let message = "a key must be a text";
                self.error(Diagnostic::new(
                    Code::Structure,
                    self.document.span(pair.key),
                    message,
                ));
                continue;
            };
            if self.document.is_null(pair.key) {
                let span = self.document.span(pair.key);
                self.error(Diagnostic::new(
                    Code::Structure,
                    span,
                    "a key must not be null",
                ));
                continue;
            }
            let node = self.document.node(pair.key);
            if text == "<<"
                && node.tag.is_empty()
                && matches!(node.kind, Kind::Scalar { plain: true, .. })
            {
                merges.push(pair);
                continue;
            }
            match find(&self.document, &pairs, &mut index, &text) {
                Some(earlier) => {
                    self.duplicate(&text, pairs[earlier].key, pair.key);
                    // A name that is being typed takes nothing from the one that is there.
                    if !self.says_nothing(pair.value) || self.says_nothing(pairs[earlier].value) {
                        pairs[earlier] = pair;
                    }
                }
                None => {
                    if !index.is_empty() {
                        index.insert(text, pairs.len());
                    }
                    pairs.push(pair);
                }
            }
        }
        for merge in merges {
            self.merge(&mut pairs, &mut index, merge);
        }
        let start = self.document.pairs.len() as u32;
        let len = pairs.len() as u32;
        self.document.pairs.extend(pairs);
        Run { start, len }
    }

    fn says_nothing(&self, value: NodeId) -> bool {
        let broken = matches!(self.document.node(value).kind, Kind::Broken);
        broken || self.document.is_null(value)
    }

    fn duplicate(&mut self, text: &str, first: NodeId, second: NodeId) {
        let message = format!("duplicate key `{text}`: only the last one counts");
        let diagnostic = Diagnostic::new(Code::Structure, self.document.span(second), message)
            .help("remove one of them; CloudFormation refuses the template or keeps only one")
            .related(self.document.span(first), "first written here");
        self.error(diagnostic);
    }

    /// Adds what a merge key brings: the pairs of a mapping, or of a sequence of mappings of which the first wins
    /// (<https://yaml.org/type/merge.html>). CloudFormation itself refuses aliases; `aws cloudformation package` and
    /// SAM resolve them so before they upload.
    fn merge(
        &mut self,
        pairs: &mut Vec<Pair>,
        index: &mut FxHashMap<EcoString, usize>,
        merge: Pair,
    ) {
        let sources: Vec<NodeId> = match self.document.node(merge.value).kind {
            Kind::Mapping(_) => vec![merge.value],
            Kind::Sequence(_) => self.document.items(merge.value).to_vec(),
            _ => Vec::new(),
        };
        let is_mapping = |id: &NodeId| matches!(self.document.node(*id).kind, Kind::Mapping(_));
        if sources.is_empty() || !sources.iter().all(is_mapping) {
            let message = "a merge key `<<` needs a mapping or a sequence of mappings";
            self.error(Diagnostic::new(
                Code::Structure,
                self.document.span(merge.value),
                message,
            ));
            return;
        }
        for source in sources {
            for pair in self.document.pairs(source).to_vec() {
                self.merged += 1;
                if self.merged > MAX_MERGED {
                    let message = "merge keys add more than a million members";
                    self.error(Diagnostic::new(
                        Code::Limit,
                        self.document.span(merge.key),
                        message,
                    ));
                    return;
                }
                let text = self.document.text(pair.key).cloned().unwrap_or_default();
                if find(&self.document, pairs, index, &text).is_none() {
                    if !index.is_empty() {
                        index.insert(text, pairs.len());
                    }
                    pairs.push(pair);
                }
            }
        }
    }

    /// Makes one root of several mappings; members of the same name that are mappings become one.
    pub(super) fn join(&mut self, roots: &[NodeId]) {
        let is_mapping =
            |document: &Document, id: NodeId| matches!(document.node(id).kind, Kind::Mapping(_));
        if !roots.iter().all(|&root| is_mapping(&self.document, root)) {
            self.document.root = roots.first().copied();
            return;
        }
        let mut order: Vec<Vec<Pair>> = Vec::new();
        let mut places: FxHashMap<EcoString, usize> = FxHashMap::default();
        for pair in roots.iter().flat_map(|&root| self.document.pairs(root)) {
            let text = self.document.text(pair.key).cloned().unwrap_or_default();
            let at = *places.entry(text).or_insert(order.len());
            match order.get_mut(at) {
                Some(same) => same.push(*pair),
                None => order.push(vec![*pair]),
            }
        }
        let start = roots
            .first()
            .map_or(0, |&root| self.document.node(root).range.start);
        self.open(true, EcoString::new(), start, start);
        for same in order {
            let first = same[0];
            self.push(first.key);
            if same.len() == 1
                || !same
                    .iter()
                    .all(|pair| is_mapping(&self.document, pair.value))
            {
                self.push(first.value);
                continue;
            }
            let start = self.document.node(first.value).range.start;
            self.open(true, EcoString::new(), start, start);
            let members = same.iter().flat_map(|pair| self.document.pairs(pair.value));
            for pair in members.copied().collect::<Vec<_>>() {
                self.push(pair.key);
                self.push(pair.value);
            }
            self.close(None);
        }
        self.close(None);
    }

    pub(super) fn error(&mut self, diagnostic: Diagnostic) {
        let limit_said =
            |known: &Diagnostic| known.code == Code::Limit && diagnostic.code == Code::Limit;
        if !self.document.errors.iter().rev().take(4).any(limit_said) {
            self.document.errors.push(diagnostic);
        }
    }
}

/// The index of the pair under a key. Large mappings get an index on the way.
fn find(
    document: &Document,
    pairs: &[Pair],
    index: &mut FxHashMap<EcoString, usize>,
    key: &str,
) -> Option<usize> {
    if pairs.len() < SMALL {
        return pairs
            .iter()
            .position(|pair| document.text(pair.key).is_some_and(|text| text == key));
    }
    if index.is_empty() {
        let text = |pair: &Pair| document.text(pair.key).cloned().unwrap_or_default();
        index.extend(pairs.iter().enumerate().map(|(at, pair)| (text(pair), at)));
    }
    index.get(key).copied()
}
