//! What a resource says of its own life: its `lifecycle` block.

use std::rc::Rc;
use std::sync::Arc;

use ecow::EcoString;

use super::evaluator::Evaluator;
use super::scope::Instance;
use crate::eval::{Data, Entry, List, Map, Role, Template, Value, Why};
use crate::source::Span;
use crate::syntax::hcl::{Expr, ExprId};

/// The deepest nesting that is marked.
const MAX_DEPTH: usize = 32;

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

    /// The body of a resource in which every value whose changes are ignored says so of itself, wherever it goes from
    /// there: what is in force is not what is written, but what somebody sets later.
    pub(super) fn stand_ins(&self, instance: &Rc<Instance>, row: u32, body: Value) -> Value {
        let ignored = self.ignored(instance, row);
        ignored.iter().fold(body, |body, (path, span)| {
            at_path(&body, path, *span, 0).unwrap_or(body)
        })
    }

    /// The same of one argument.
    pub(super) fn stand_in(
        &self,
        instance: &Rc<Instance>,
        row: u32,
        name: &str,
        value: Value,
    ) -> Value {
        let ignored = self.ignored(instance, row);
        ignored.iter().fold(value, |value, (path, span)| {
            let rest = match path.split_first() {
                None => path.as_slice(),
                Some((first, rest)) if first == name => rest,
                Some(_) => return value,
            };
            at_path(&value, rest, *span, 0).unwrap_or(value)
        })
    }

    /// What `ignore_changes` names, as paths, each with the bytes that name it; the empty path is all.
    fn ignored(&self, instance: &Rc<Instance>, row: u32) -> Vec<(Vec<EcoString>, Span)> {
        let meta = self.meta(instance, row);
        let names = meta.as_map().and_then(|map| map.value("ignore_changes"));
        let names = names.and_then(Value::as_list).into_iter();
        let names = names.flat_map(|list| &list.items);
        let path = |name: &Value| Some((steps(name.as_text()?), name.origin.span));
        names.filter_map(path).collect()
    }
}

/// `a.b[0].c["d"]` in steps; `all` and `*` are none.
fn steps(name: &str) -> Vec<EcoString> {
    if matches!(name, "all" | "*") {
        return Vec::new();
    }
    let parts = name.split(['.', '[', ']', '"']).map(str::trim);
    parts
        .filter(|part| !part.is_empty())
        .map(EcoString::from)
        .collect()
}

/// The value with what a path leads to marked; nothing where there is nothing to mark.
fn at_path(value: &Value, path: &[EcoString], span: Span, depth: usize) -> Option<Value> {
    if depth > MAX_DEPTH {
        return None;
    }
    let inside = |value: &Value, path: &[EcoString]| {
        at_path(value, path, span, depth + 1).unwrap_or_else(|| value.clone())
    };
    let origin = match path.is_empty() && !value.origin.is_stand_in() {
        true => value.origin.through(span, Role::StandIn),
        false => value.origin.clone(),
    };
    let data = match (&value.data, path) {
        (Data::Map(map), path) => {
            let entry = |entry: &Entry| match path.split_first() {
                None => Entry {
                    value: inside(&entry.value, path),
                    ..entry.clone()
                },
                Some((name, rest)) if *name == entry.key => Entry {
                    value: inside(&entry.value, rest),
                    ..entry.clone()
                },
                Some(_) => entry.clone(),
            };
            Data::Map(Arc::new(Map {
                entries: map.entries.iter().map(entry).collect(),
                ..Map::clone(map)
            }))
        }
        (Data::List(list), path) => {
            let item = |(at, item): (usize, &Value)| match path.split_first() {
                Some((index, rest)) => match index.parse::<usize>() {
                    Ok(index) if index == at => inside(item, rest),
                    Ok(_) => item.clone(),
                    // A list of one block is stepped into as if it were the block.
                    Err(_) => inside(item, path),
                },
                None => inside(item, path),
            };
            Data::List(Arc::new(List {
                items: list.items.iter().enumerate().map(item).collect(),
                ..List::clone(list)
            }))
        }
        (Data::Template(template), []) if template.decoded.is_some() => {
            Data::Template(Arc::new(Template {
                decoded: template.decoded.as_ref().map(|value| inside(value, path)),
                ..Template::clone(template)
            }))
        }
        (data, []) => data.clone(),
        _ => return None,
    };
    Some(Value {
        data,
        origin,
        ..value.clone()
    })
}

#[cfg(test)]
mod tests {
    use super::steps;

    #[test]
    fn names_of_ignored_changes_are_paths() {
        assert_eq!(steps("all"), [""; 0]);
        assert_eq!(steps("secret_string"), ["secret_string"]);
        assert_eq!(
            steps("environment[0].variables[\"TOKEN\"]"),
            ["environment", "0", "variables", "TOKEN"]
        );
    }
}
