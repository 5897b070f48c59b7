//! Bodies of resources: arguments, nested blocks and `dynamic` blocks to one map.

use std::rc::Rc;
use std::sync::Arc;

use ecow::EcoString;
use rustc_hash::FxHashMap;

use super::blocks::{BlocksOfType, Made};
use super::damage::damaged;
use super::derive::derives;
use super::evaluator::{Evaluated, Evaluator, Failure};
use super::expression::fail;
use super::module::{At, attribute_of, blocks_of, constant_text};
use super::operator;
use super::scope::{Frame, Instance, Member, Scope, Slot};
use crate::eval::{Collection, Data, Entry, Mode, Unknown, Value, Why, budget};
use crate::source::Span;
use crate::syntax::hcl::{Attribute, Block, Expr, Item};

/// Arguments and blocks that are Terraform's own and no part of the resource
/// (<https://developer.hashicorp.com/terraform/language/meta-arguments>).
const META: [&str; 7] = [
    "count",
    "for_each",
    "provider",
    "depends_on",
    "lifecycle",
    "provisioner",
    "connection",
];

impl Evaluator<'_> {
    /// Everything the block of an instance says, as a map.
    pub(crate) fn body(
        &self,
        instance: &Rc<Instance>,
        row: u32,
        at: u32,
        member: &Member,
    ) -> Value {
        let block = &instance.module.resources[row as usize];
        let header = block.layers.header(&instance.module);
        self.memo(
            &instance.bodies,
            (row, at),
            || {
                self.cycle(
                    &ecow::eco_format!("{}.{}", block.type_name, block.name),
                    header,
                )
            },
            || {
                let items = block.layers.items(&instance.module);
                let tree = instance.module.tree(&block.layers.base);
                let scope = Scope::of(instance, tree).repeated(member.repetition.as_ref());
                let body = self.map_of(scope, &items, header, Some((row, at, member)));
                let mut body = damaged(tree, &block.layers.base.node.body, body);
                self.derive(instance, row, &mut body, header);
                self.stand_ins(instance, row, body)
            },
        )
    }

    /// The body, unless it is being evaluated right now.
    pub(crate) fn body_if_possible(
        &self,
        instance: &Rc<Instance>,
        row: u32,
        at: u32,
        member: &Member,
    ) -> Option<Value> {
        let running = matches!(
            instance.bodies.borrow().get(&(row, at)),
            Some(Slot::Running)
        );
        (!running).then(|| self.body(instance, row, at, member))
    }

    /// One argument of an instance, or the blocks of one type; nothing when the block does not say it.
    pub(crate) fn argument(
        &self,
        instance: &Rc<Instance>,
        row: u32,
        at: u32,
        member: &Member,
        name: &str,
    ) -> Option<Value> {
        if let Some(Slot::Done(body)) = instance.bodies.borrow().get(&(row, at)) {
            return body
                .as_map()?
                .value(name)
                .filter(|value| !matches!(value.data, Data::Unknown(_)))
                .cloned();
        }
        let block = &instance.module.resources[row as usize];
        if block.mode == Mode::Data && derives(&block.type_name) {
            return self
                .body_if_possible(instance, row, at, member)?
                .as_map()?
                .value(name)
                .cloned();
        }
        let found = block.layers.attribute(&instance.module, name);
        if found.is_none() && block.layers.blocks(&instance.module, name).is_empty() {
            return None;
        }
        let header = block.layers.header(&instance.module);
        let value = self.memo(
            &instance.arguments,
            (row, at, name.into()),
            || {
                self.cycle(
                    &ecow::eco_format!("{}.{}.{name}", block.type_name, block.name),
                    header,
                )
            },
            || {
                let scope = Scope::of(instance, instance.module.tree(&block.layers.base))
                    .repeated(member.repetition.as_ref());
                let value = match found {
                    Some(argument) => self.attribute_value(
                        scope.in_tree(instance.module.tree(&argument)),
                        &argument.node,
                    ),
                    None => {
                        let items = block.layers.items(&instance.module);
                        let body =
                            self.map_of(scope, &of_type(instance, &items, name), header, None);
                        body.as_map()
                            .and_then(|map| map.value(name))
                            .cloned()
                            .unwrap_or_else(|| Value::null(header))
                    }
                };
                self.stand_in(instance, row, name, value)
            },
        );
        // What the configuration leaves null or unknown is up to the provider: the reference alone remains.
        (!matches!(value.data, Data::Null | Data::Unknown(_))).then_some(value)
    }

    fn attribute_value(&self, scope: Scope<'_>, attribute: &Attribute) -> Value {
        let span = scope.tree.expr_span(attribute.value);
        self.share(span, || {
            self.settle(self.evaluate(scope, attribute.value), span)
        })
    }

    /// The items of a body as a map. `resource` shares single arguments with [`Evaluator::argument`].
    fn map_of(
        &self,
        scope: Scope<'_>,
        items: &[At<Item>],
        at: Span,
        resource: Option<(u32, u32, &Member)>,
    ) -> Value {
        let module = &scope.instance.module;
        let mut entries: Vec<Entry> = Vec::with_capacity(items.len());
        let mut blocks: Vec<BlocksOfType> = Vec::new();
        // By type: an object of a stranger's making may have as many types as blocks.
        let mut slots: FxHashMap<EcoString, usize> = FxHashMap::default();
        for item in items {
            let tree = module.tree(item);
            let scope = scope.in_tree(tree);
            match item.node {
                Item::Attribute(index) => {
                    let attribute = tree.attributes[index as usize];
                    let name = tree.slice(attribute.name);
                    if META.contains(&name) && resource.is_some() {
                        continue;
                    }
                    let known = resource.and_then(|(row, at, _)| {
                        match scope
                            .instance
                            .arguments
                            .borrow()
                            .get(&(row, at, name.into()))
                        {
                            Some(Slot::Done(value)) => Some(value.clone()),
                            _ => None,
                        }
                    });
                    let value = known.unwrap_or_else(|| self.attribute_value(scope, &attribute));
                    if !matches!(value.data, Data::Null) {
                        entries.push(Entry {
                            key: name.into(),
                            span: tree.span(attribute.name),
                            value,
                        });
                    }
                }
                Item::Block(index) => {
                    let block = tree.blocks[index as usize];
                    let name: EcoString = super::module::nested_type(tree, &block).as_ref().into();
                    if META.contains(&name.as_str()) && resource.is_some() {
                        continue;
                    }
                    let header = tree.span(block.header);
                    let slot = *slots.entry(name).or_insert_with_key(|name| {
                        blocks.push(BlocksOfType::new(name, header));
                        blocks.len() - 1
                    });
                    let same = &mut blocks[slot];
                    let before = same.made.values.len();
                    let (result, enough) =
                        budget::share(4, || self.block(scope, item.file, &block, &mut same.made));
                    if !enough {
                        // Of what one block asks for, nothing or all is kept.
                        same.made.values.truncate(before);
                        same.made.lists = None;
                        same.made.rest = Some(Arc::new(Unknown {
                            why: Why::Limit,
                            among: vec![],
                        }));
                    }
                    if let Err(failure) = result {
                        self.settle(Err(failure), header);
                        same.made.lists = None;
                        same.made.rest = Some(Arc::new(Unknown {
                            why: Why::Invalid,
                            among: vec![],
                        }));
                    }
                }
            }
        }
        entries.extend(blocks.into_iter().filter_map(BlocksOfType::into_entry));
        Value::object(entries, at)
    }

    /// A nested block, or what a `dynamic` block makes, added to the blocks of its type.
    fn block(
        &self,
        scope: Scope<'_>,
        file: u32,
        block: &Block,
        made: &mut Made,
    ) -> Result<(), Failure> {
        let tree = scope.tree;
        if tree.slice(block.name) != "dynamic" {
            made.values
                .push(self.nested(scope, file, block, tree.span(block.header))?);
            return Ok(());
        }
        let header = tree.span(block.header);
        let [label] = tree.labels(block) else {
            return Err(fail(
                "a `dynamic` block takes one label: the type it makes",
                header,
            ));
        };
        let Some(for_each) = attribute_of(tree, &block.body, "for_each") else {
            return Err(fail("a `dynamic` block needs `for_each`", header));
        };
        let Some(content) =
            blocks_of(tree, &block.body).find(|inner| tree.slice(inner.name) == "content")
        else {
            return Err(fail("a `dynamic` block needs a `content` block", header));
        };
        let iterator =
            attribute_of(tree, &block.body, "iterator").map(|found| match tree.expr(found.value) {
                Expr::Name => tree.slice(tree.ranges[found.value.0 as usize]).into(),
                _ => constant_text(tree, found.value).unwrap_or_default(),
            });
        let iterator = iterator.unwrap_or_else(|| tree.label(label).as_ref().into());
        let once = |key: Value, value: Value| -> Evaluated {
            let entry = |key: &str, value: Value| Entry {
                key: key.into(),
                span: header,
                value,
            };
            let bound = Value::object(vec![entry("key", key), entry("value", value)], header);
            let frame = Frame {
                name: &iterator,
                value: bound,
                outer: scope.frames,
            };
            self.nested(
                Scope {
                    frames: Some(&frame),
                    ..scope
                },
                file,
                &content,
                header,
            )
        };
        let collection = self.evaluate(scope, for_each.value)?;
        // What another block of the type leaves open cannot be told apart from this one's lists.
        let before = made.rest.take();
        let done = self.each_of(&collection, tree.expr_span(for_each.value), &once, made);
        made.add_rest(before);
        done
    }

    /// Runs `once` for each member of the collection of a `dynamic` block.
    fn each_of(
        &self,
        collection: &Value,
        span: Span,
        once: &dyn Fn(Value, Value) -> Evaluated,
        made: &mut Made,
    ) -> Result<(), Failure> {
        // A block that may be there; if it cannot be evaluated it could be anything.
        let possible = |why: &Why, key: Value, value: Value| {
            let among = once(key, value)
                .map(|value| vec![value])
                .unwrap_or_default();
            Some(Arc::new(Unknown {
                why: why.clone(),
                among,
            }))
        };
        let known = &operator::walked(collection, span);
        let open = match &known.data {
            Data::List(list) => {
                for (index, item) in list.items.iter().enumerate() {
                    if self.is_spent(span) {
                        break;
                    }
                    let key = match list.kind {
                        Collection::Set => item.clone(),
                        _ => Value::new(Data::Number((index as i64).into()), span),
                    };
                    made.values.push(once(key, item.clone())?);
                }
                list.rest.clone().map(|rest| (rest, Vec::new()))
            }
            Data::Map(map) => {
                for entry in &map.entries {
                    made.values.push(once(
                        Value::text(entry.key.clone(), entry.span),
                        entry.value.clone(),
                    )?);
                }
                map.rest.clone().map(|rest| {
                    let keys = map.possible().into_iter().flatten();
                    let keys = keys.map(|(key, _)| Value::text(key.clone(), span));
                    (rest, keys.collect())
                })
            }
            Data::Unknown(unknown) if !unknown.among.is_empty() => {
                let mut lists = Vec::new();
                for alternative in &unknown.among {
                    let mut of_it = Made::default();
                    self.each_of(alternative, span, once, &mut of_it)?;
                    if let Some(open) = of_it.rest {
                        made.rest = Some(open);
                        return Ok(());
                    }
                    lists.push(of_it.values);
                }
                let among = lists.concat();
                if !among.is_empty() {
                    made.rest = Some(Arc::new(Unknown {
                        why: unknown.why.clone(),
                        among,
                    }));
                    made.lists = Some(lists);
                }
                None
            }
            Data::Unknown(_) | Data::Reference(_) => {
                let why = known.first_why().unwrap_or(Why::Invalid);
                let part = |name: &str| Value::unknown(Why::Instance(name.into()), span);
                made.rest = possible(
                    &why,
                    part("the key of a dynamic block"),
                    part("the value of a dynamic block"),
                );
                None
            }
            Data::Null => None,
            _ => {
                return Err(fail(
                    "`for_each` of a `dynamic` block must be a list, set, map or object",
                    span,
                ));
            }
        };
        if let Some((open, keys)) = open {
            let key = |at: usize| {
                keys.get(at)
                    .cloned()
                    .unwrap_or_else(|| Value::unknown(open.why.clone(), span))
            };
            let each = open.among.iter().enumerate();
            // Each of those that may be there is a block of its own; if one cannot be evaluated it could be anything.
            let each = each.map(|(at, value)| once(key(at), value.clone()).ok());
            made.rest = match each.collect::<Option<Vec<Value>>>() {
                Some(among) if !among.is_empty() => Some(Arc::new(Unknown {
                    why: open.why.clone(),
                    among,
                })),
                _ => possible(&open.why, key(0), operator::member_of(&open, span)),
            };
        }
        Ok(())
    }

    fn nested(&self, scope: Scope<'_>, file: u32, block: &Block, at: Span) -> Evaluated {
        self.deeper(at, || {
            let items: Vec<At<Item>> = scope
                .tree
                .items(&block.body)
                .iter()
                .map(|&node| At { file, node })
                .collect();
            let body = self.map_of(scope, &items, at, None);
            Ok(damaged(scope.tree, &block.body, body))
        })
    }
}

/// The blocks of one type among the items.
fn of_type(instance: &Instance, items: &[At<Item>], name: &str) -> Vec<At<Item>> {
    let of_type = |item: &&At<Item>| match item.node {
        Item::Block(index) => {
            let tree = &instance.module.files[item.file as usize];
            super::module::nested_type(tree, &tree.blocks[index as usize]) == name
        }
        Item::Attribute(_) => false,
    };
    items.iter().filter(of_type).copied().collect()
}
