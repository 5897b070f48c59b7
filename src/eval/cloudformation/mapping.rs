//! `Fn::FindInMap`: a lookup whose keys may be unknown gives one of the values that could be found.

use super::evaluator::{Evaluator, literal, one_of, truth};
use super::foreach::Scope;
use super::intrinsic::Call;
use super::text::known;
use crate::eval::{Data, Role, Value, Why};
use crate::syntax::yaml::{Kind, NodeId, Pair};

/// Which members of a mapping a key could name.
enum Hits {
    /// This one, which is not there.
    Missing(String),
    /// These.
    Nodes(Vec<NodeId>),
}

impl Evaluator<'_, '_> {
    pub(super) fn find_in_map(&mut self, call: &Call, scope: &Scope) -> Value {
        let members = self.document.items(call.argument);
        let (&[map, first, second], default) = (match members {
            [path @ .., default] if path.len() == 3 => (path, Some(*default)),
            path => (path, None),
        }) else {
            return self.invalid(
                call.span,
                "Fn::FindInMap needs the name of a mapping and two keys",
            );
        };
        let keys = [map, first, second].map(|node| self.value(node, scope));
        let default = default.and_then(|node| self.document.get(node, "DefaultValue"));
        let default = default.map(|pair| self.arms(pair.value, scope));
        let why = keys
            .iter()
            .find_map(Value::first_why)
            .unwrap_or(Why::Condition);
        let mut nodes: Vec<NodeId> = self.section("Mappings").into_iter().collect();
        let mut open = false;
        for (level, key) in keys.iter().enumerate() {
            let hits = self.hits(&nodes, key);
            if let Hits::Missing(missing) = &hits {
                if let Some(default) = default {
                    return one_of(why, default, call.span);
                }
                if level == 0 && self.open_mappings() || key.first_why().is_some() {
                    return Value::unknown(why, call.span);
                }
                let what = ["mapping", "top-level key", "second-level key"][level];
                return self.invalid(
                    call.span,
                    format!("Fn::FindInMap: there is no {what} `{missing}`"),
                );
            }
            if let Hits::Nodes(found) = hits {
                open |= key.first_why().is_some();
                nodes = found;
            }
        }
        let found = nodes
            .iter()
            .map(|&node| self.mapped(node).through(call.span, Role::Mapping))
            .collect::<Vec<_>>();
        // A key that is not known may be none of those there are.
        let default = default.filter(|_| open).unwrap_or_default();
        one_of(why, found.into_iter().chain(default), call.span)
    }

    /// Whether a macro may add mappings.
    fn open_mappings(&self) -> bool {
        let include = |section| self.document.get(section, "Fn::Transform").is_some();
        self.has_macro() || self.section("Mappings").is_some_and(include)
    }

    fn hits(&self, within: &[NodeId], key: &Value) -> Hits {
        let texts: Option<Vec<_>> = match &key.resolved().data {
            Data::Unknown(unknown) if !unknown.among.is_empty() => {
                unknown.among.iter().map(known).collect()
            }
            _ => known(key).map(|text| vec![text]),
        };
        let found: Vec<NodeId> = match &texts {
            Some(texts) => within
                .iter()
                .flat_map(|&node| {
                    texts
                        .iter()
                        .filter_map(move |text| self.mapping_member(node, text))
                })
                .map(|pair| pair.value)
                .collect(),
            None => {
                let pairs = within.iter().flat_map(|&node| self.document.pairs(node));
                pairs.map(|pair| pair.value).collect()
            }
        };
        if found.is_empty() {
            return Hits::Missing(texts.unwrap_or_default().join("`, `"));
        }
        Hits::Nodes(found)
    }

    /// The member of this name; a truth value names the member that is the same word or another one for it.
    fn mapping_member(&self, node: NodeId, name: &str) -> Option<Pair> {
        let exact = self.document.get(node, name);
        exact.or_else(|| {
            let wanted = truth(name)?;
            let pairs = self.document.pairs(node).iter().copied();
            pairs
                .into_iter()
                .find(|pair| matches!(&self.document.node(pair.key).kind, Kind::Scalar { text, plain: true } if truth(text) == Some(wanted)))
        })
    }

    /// A value of a mapping: text or a list of texts; functions are not allowed there.
    fn mapped(&mut self, node: NodeId) -> Value {
        match self.document.node(node).kind {
            Kind::Sequence(_) => {
                let items = self
                    .document
                    .items(node)
                    .iter()
                    .map(|&item| literal(self.document, item))
                    .collect();
                Value::tuple(items, self.document.span(node))
            }
            _ => literal(self.document, node),
        }
    }
}
