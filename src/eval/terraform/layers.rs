//! A block with what override files lay over it.

use ecow::EcoString;

use super::module::{At, Module, attribute_of, blocks_of, nested_type};
use crate::source::Span;
use crate::syntax::hcl::{Attribute, Block, Item};

/// A block and the blocks of override files that are laid over it, in the order of their files
/// (<https://developer.hashicorp.com/terraform/language/files/override>).
#[derive(Debug, Clone)]
pub(crate) struct Layers {
    pub(crate) base: At<Block>,
    pub(crate) over: Vec<At<Block>>,
}

impl Layers {
    /// The bytes that name the block.
    pub(crate) fn header(&self, module: &Module) -> Span {
        module.tree(&self.base).span(self.base.node.header)
    }

    /// All bytes of the block (of the base layer).
    pub(crate) fn span(&self, module: &Module) -> Span {
        module.tree(&self.base).span(self.base.node.range)
    }

    /// The argument of this name: that of the last layer which has one.
    pub(crate) fn attribute(&self, module: &Module, name: &str) -> Option<At<Attribute>> {
        self.last_first().find_map(|layer| {
            let node = attribute_of(module.tree(&layer), &layer.node.body, name)?;
            Some(At {
                file: layer.file,
                node,
            })
        })
    }

    /// The nested blocks of this type: those of the last layer which has any.
    pub(crate) fn blocks(&self, module: &Module, name: &str) -> Vec<At<Block>> {
        let of_layer = |layer: At<Block>| -> Vec<At<Block>> {
            let tree = module.tree(&layer);
            blocks_of(tree, &layer.node.body)
                .filter(|block| nested_type(tree, block) == name)
                .map(|node| At {
                    file: layer.file,
                    node,
                })
                .collect()
        };
        self.last_first()
            .map(of_layer)
            .find(|found| !found.is_empty())
            .unwrap_or_default()
    }

    /// Every argument and nested block after merging: an argument of a later layer replaces that of an earlier one, and
    /// blocks of one type in a later layer replace all of that type.
    pub(crate) fn items(&self, module: &Module) -> Vec<At<Item>> {
        let mut merged: Vec<(At<Item>, EcoString)> = Vec::new();
        for layer in std::iter::once(&self.base).chain(&self.over) {
            let tree = module.tree(layer);
            let named = |item: Item| -> EcoString {
                match item {
                    Item::Attribute(at) => tree.slice(tree.attributes[at as usize].name).into(),
                    Item::Block(at) => nested_type(tree, &tree.blocks[at as usize]).into(),
                }
            };
            let own: Vec<(At<Item>, EcoString)> = tree
                .items(&layer.node.body)
                .iter()
                .map(|&node| {
                    (
                        At {
                            file: layer.file,
                            node,
                        },
                        named(node),
                    )
                })
                .collect();
            if !merged.is_empty() {
                merged.retain(|(_, name)| !own.iter().any(|(_, other)| other == name));
            }
            merged.extend(own);
        }
        merged.into_iter().map(|(item, _)| item).collect()
    }

    fn last_first(&self) -> impl Iterator<Item = At<Block>> + '_ {
        self.over
            .iter()
            .rev()
            .chain(std::iter::once(&self.base))
            .copied()
    }
}
