//! Keys of large mappings by hash: templates of a thousand members are asked for each of them.

use std::sync::OnceLock;

use ecow::EcoString;
use rustc_hash::FxHashMap;

use super::tree::{Document, Kind, NodeId, Pair};

/// Up to this many members it is as quick to look at each.
const SMALL: usize = 32;

type Members = FxHashMap<EcoString, Pair>;

/// Made when a large mapping is first searched.
#[derive(Debug, Clone, Default)]
pub(super) struct Index(OnceLock<FxHashMap<NodeId, Members>>);

impl Document {
    /// The member of a mapping under a key; of several, the first.
    pub fn get(&self, id: NodeId, key: &str) -> Option<Pair> {
        let pairs = self.pairs(id);
        if pairs.len() > SMALL {
            let index = self.index.0.get_or_init(|| self.members());
            return index.get(&id)?.get(key).copied();
        }
        let found = |pair: &&Pair| self.text(pair.key).is_some_and(|text| text == key);
        pairs.iter().find(found).copied()
    }

    /// The members of all large mappings.
    fn members(&self) -> FxHashMap<NodeId, Members> {
        let large = |id: &NodeId| {
            matches!(self.node(*id).kind, Kind::Mapping(_)) && self.pairs(*id).len() > SMALL
        };
        let ids = (0..self.nodes.len() as u32).map(NodeId).filter(large);
        ids.map(|id| {
            let mut members = Members::default();
            for pair in self.pairs(id) {
                if let Some(text) = self.text(pair.key) {
                    members.entry(text.clone()).or_insert(*pair);
                }
            }
            (id, members)
        })
        .collect()
    }
}
