//! What a resource says of its own life: its `lifecycle` block.

use std::rc::Rc;

use super::evaluator::Evaluator;
use super::scope::Instance;
use crate::eval::{Entry, Value, Why};
use crate::syntax::hcl::{Expr, ExprId};

impl Evaluator<'_> {
    /// The arguments of the `lifecycle` block; of `ignore_changes` the names as texts.
    pub(crate) fn meta(&self, instance: &Rc<Instance>, row: u32) -> Value {
        let layers = &instance.module.resources[row as usize].layers;
        let header = layers.header(&instance.module);
        let mut entries = Vec::new();
        for block in layers.blocks(&instance.module, "lifecycle") {
            let tree = instance.module.tree(&block);
            for attribute in tree.attributes(&block.node.body) {
                let name = tree.slice(attribute.name);
                let written = tree.expr_span(attribute.value);
                let value = match tree.expr(attribute.value) {
                    Expr::Bool(value) => Value::bool(value, written),
                    // Names of arguments, or `all`.
                    Expr::Tuple(names) if name == "ignore_changes" => {
                        let text = |id: &ExprId| {
                            let range = tree.ranges[id.0 as usize];
                            Value::text(tree.slice(range).trim_matches('"'), tree.expr_span(*id))
                        };
                        Value::tuple(tree.list(names).iter().map(text).collect(), written)
                    }
                    _ if name == "ignore_changes" => {
                        Value::tuple(vec![Value::text("all", written)], written)
                    }
                    _ if name == "replace_triggered_by" => continue,
                    // Terraform admits only `true` and `false` here.
                    _ => Value::unknown(Why::Invalid, written),
                };
                entries.push(Entry {
                    key: name.into(),
                    span: tree.span(attribute.name),
                    value,
                });
            }
        }
        if entries.is_empty() {
            Value::null(header)
        } else {
            Value::object(entries, header)
        }
    }
}
