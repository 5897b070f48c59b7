//! `count` and `for_each`: one block to its instances, for resources and module calls alike.

use std::rc::Rc;
use std::sync::Arc;

use ecow::EcoString;

use super::evaluator::Evaluator;
use super::expression::fail;
use super::layers::Layers;
use super::module::At;
use super::operator;
use super::scope::{Call, Children, Expansion, Instance, Member, Repetition, Shape};
use crate::eval::{
    Collection, Data, Key, MissingModule, Number, Role, Truth, Unknown, Value, Via, Why, budget,
};
use crate::source::{Code, Diagnostic, Span};

/// Instances of one block that are told apart; more are one placeholder.
const MAX_INSTANCES: i64 = 10_000;
/// Module instances in one stack.
const MAX_MODULES: usize = 50_000;
/// Calls that lead to a module instance.
const MAX_CALL_DEPTH: usize = 64;

impl Evaluator<'_> {
    /// The instances of a resource block.
    pub(crate) fn expansion(&self, instance: &Rc<Instance>, row: u32) -> Rc<Expansion> {
        if let Some(known) = instance.expansions.borrow().get(&row) {
            return known.clone();
        }
        let block = &instance.module.resources[row as usize];
        let name = ecow::eco_format!("{}.{}", block.type_name, block.name);
        // While its own `count` is evaluated, a block has instances that are not known.
        let running = Rc::new(placeholder(
            Why::Cycle(name),
            Shape::Count,
            block.layers.header(&instance.module),
        ));
        instance.expansions.borrow_mut().insert(row, running);
        let expansion = Rc::new(self.expand(instance, &block.layers));
        instance
            .expansions
            .borrow_mut()
            .insert(row, expansion.clone());
        expansion
    }

    /// The module instances of a call.
    pub(crate) fn children(&self, instance: &Rc<Instance>, row: u32) -> Rc<Children> {
        if let Some(known) = instance.children.borrow().get(&row) {
            return known.clone();
        }
        let call = &instance.module.calls.rows[row as usize];
        let header = call.layers.header(&instance.module);
        let source = call
            .layers
            .attribute(&instance.module, "source")
            .and_then(|at| super::module::constant_text(instance.module.tree(&at), at.node.value))
            .unwrap_or_default();
        let running = placeholder(
            Why::Cycle(ecow::eco_format!("module.{}", call.name)),
            Shape::Count,
            header,
        );
        let running = Children {
            expansion: Rc::new(running),
            instances: None,
            source: source.clone(),
        };
        instance.children.borrow_mut().insert(row, Rc::new(running));
        let expansion = Rc::new(self.expand(instance, &call.layers));
        let instances = self.call_instances(instance, row, &expansion, &source, header);
        let children = Rc::new(Children {
            expansion,
            instances,
            source,
        });
        instance.children.borrow_mut().insert(row, children.clone());
        children
    }

    fn call_instances(
        &self,
        parent: &Rc<Instance>,
        row: u32,
        expansion: &Expansion,
        source: &EcoString,
        header: Span,
    ) -> Option<Vec<Rc<Instance>>> {
        let call = &parent.module.calls.rows[row as usize];
        let call_path = match parent.call_path.as_str() {
            "" => call.name.clone(),
            path => ecow::eco_format!("{path}.{}", call.name),
        };
        let module = match self.program.resolve(
            &parent.root().module.folder,
            &parent.module.folder,
            source,
            &call_path,
        ) {
            Ok(Some(module)) => module,
            Ok(None) => {
                self.missing.borrow_mut().push(MissingModule {
                    source: source.clone(),
                    span: header,
                });
                return None;
            }
            Err(problem) => {
                self.diagnostics
                    .borrow_mut()
                    .push(Diagnostic::new(problem.0, header, problem.1));
                self.missing.borrow_mut().push(MissingModule {
                    source: source.clone(),
                    span: header,
                });
                return None;
            }
        };
        let mut ancestor = Some(parent.clone());
        while let Some(here) = ancestor {
            if here.module.folder == module.folder {
                let message = format!("module `{call_path}` calls itself through {source}");
                self.diagnostics
                    .borrow_mut()
                    .push(Diagnostic::new(Code::Cycle, header, message));
                return None;
            }
            ancestor = here.call.as_ref().map(|call| call.parent.clone());
        }
        self.instances
            .set(self.instances.get() + expansion.members.len());
        budget::take(expansion.members.len() * budget::INSTANCE);
        budget::work(expansion.members.len() * 10 * budget::EXPRESSION);
        if self.is_spent(header) {
            return None;
        }
        self.grant(&module.folder, || module.bytes());
        if parent.depth() >= MAX_CALL_DEPTH || self.instances.get() > MAX_MODULES {
            self.limit(header, "this stack has more module instances, or a longer chain of calls, than distrust follows");
            return None;
        }
        let calls = Some(Arc::new(Via {
            span: header,
            role: Role::Call,
            previous: parent.calls.clone(),
        }));
        let make = |member: &Member| {
            let prefix = if parent.path.is_empty() {
                String::new()
            } else {
                format!("{}.", parent.path)
            };
            let path = ecow::eco_format!("{prefix}module.{}{}", call.name, member.key);
            // Forty calls deep, the names are most of what an instance takes.
            budget::take(path.len() + call_path.len());
            let call = Call {
                parent: parent.clone(),
                row,
                repetition: member.repetition.clone(),
            };
            Rc::new(Instance::new(
                module.clone(),
                path,
                call_path.clone(),
                Some(call),
                calls.clone(),
            ))
        };
        Some(expansion.members.iter().map(make).collect())
    }

    fn expand(&self, instance: &Rc<Instance>, layers: &Layers) -> Expansion {
        let module = &instance.module;
        if let Some(at) = layers.attribute(module, "count") {
            let tree = module.tree(&at);
            let value = self.of(
                instance,
                At {
                    file: at.file,
                    node: at.node.value,
                },
            );
            return self.count(
                &self.settle(value, tree.expr_span(at.node.value)),
                tree.expr_span(at.node.value),
            );
        }
        if let Some(at) = layers.attribute(module, "for_each") {
            let span = module.tree(&at).expr_span(at.node.value);
            let value = self.of(
                instance,
                At {
                    file: at.file,
                    node: at.node.value,
                },
            );
            return self.for_each_of(&self.settle(value, span), span);
        }
        Expansion {
            shape: Shape::Single,
            members: vec![Member {
                key: Key::None,
                repetition: None,
                exists: Truth::True,
            }],
            open: None,
        }
    }

    fn count(&self, value: &Value, span: Span) -> Expansion {
        let known = value.resolved();
        let counts: Option<Vec<i64>> = match &known.data {
            Data::Unknown(unknown) if !unknown.among.is_empty() => {
                unknown.among.iter().map(whole).collect()
            }
            Data::Unknown(_) | Data::Reference(_) => None,
            _ => match whole(known) {
                Some(count) if count >= 0 => Some(vec![count]),
                _ => {
                    let failure = fail("`count` must be a whole number that is not negative", span);
                    return placeholder(
                        self.settle(Err(failure), span)
                            .why()
                            .unwrap_or(Why::Invalid),
                        Shape::Count,
                        span,
                    );
                }
            },
        };
        let why = || value.first_why().unwrap_or(Why::Unclear);
        let Some(counts) = counts else {
            return placeholder(why(), Shape::Count, span);
        };
        let (least, most) = counts.iter().fold((i64::MAX, 0), |(low, high), &count| {
            (low.min(count), high.max(count))
        });
        if most > MAX_INSTANCES {
            self.limit(
                span,
                &format!(
                    "`count` asks for more than {MAX_INSTANCES} instances; they are taken as one"
                ),
            );
            return placeholder(Why::Limit, Shape::Count, span);
        }
        let member = |index: i64| Member {
            key: Key::Index(index as u64),
            repetition: Some(Repetition::Count(Value::new(
                Data::Number(Number::Int(index)),
                span,
            ))),
            exists: if index < least {
                Truth::True
            } else {
                Truth::Unknown
            },
        };
        Expansion {
            shape: Shape::Count,
            members: (0..most).map(member).collect(),
            open: None,
        }
    }

    fn for_each_of(&self, value: &Value, span: Span) -> Expansion {
        let known = value.resolved();
        if value.sensitive || known.sensitive || has_sensitive_members(known) {
            let message = "`for_each` must not be sensitive: its keys would be shown as names";
            self.settle(Err(fail(message, span)), span);
            return placeholder(Why::Invalid, Shape::ForEach, span);
        }
        let (mut members, open) = match &known.data {
            Data::Map(_) | Data::List(_) => self.each_member(known, Truth::True, span),
            Data::Unknown(unknown) if !unknown.among.is_empty() => {
                let mut members: Vec<Member> = Vec::new();
                let mut open = None;
                for alternative in &unknown.among {
                    let (more, rest) =
                        self.each_member(alternative.resolved(), Truth::Unknown, span);
                    merge_members(&mut members, more, span);
                    open = open.or(rest);
                }
                (members, open)
            }
            Data::Unknown(_) | Data::Reference(_) => {
                return placeholder(
                    value.first_why().unwrap_or(Why::Invalid),
                    Shape::ForEach,
                    span,
                );
            }
            _ => {
                let failure = fail("`for_each` must be a map or a set of strings", span);
                return placeholder(
                    self.settle(Err(failure), span)
                        .why()
                        .unwrap_or(Why::Invalid),
                    Shape::ForEach,
                    span,
                );
            }
        };
        if members.len() as i64 > MAX_INSTANCES {
            self.limit(
                span,
                &format!(
                    "`for_each` asks for more than {MAX_INSTANCES} instances; they are taken as one"
                ),
            );
            return placeholder(Why::Limit, Shape::ForEach, span);
        }
        if let Some(open) = &open {
            let unknown = Value::unknown(open.why.clone(), span);
            let repetition = Repetition::Each {
                key: unknown,
                value: operator::member_of(open, span),
            };
            members.push(Member {
                key: Key::Placeholder,
                repetition: Some(repetition),
                exists: Truth::Unknown,
            });
        }
        Expansion {
            shape: Shape::ForEach,
            members,
            open,
        }
    }

    /// The members of a known collection, and why there may be more.
    fn each_member(
        &self,
        value: &Value,
        exists: Truth,
        span: Span,
    ) -> (Vec<Member>, Option<Arc<Unknown>>) {
        let member = |key: EcoString, key_value: Value, value: Value| Member {
            key: Key::Text(key),
            repetition: Some(Repetition::Each {
                key: key_value,
                value,
            }),
            exists,
        };
        match &value.data {
            Data::Map(map) => {
                let members = map.entries.iter().map(|entry| {
                    member(
                        entry.key.clone(),
                        Value::text(entry.key.clone(), entry.span),
                        entry.value.clone(),
                    )
                });
                let mut members: Vec<Member> = members.collect();
                let Some(possible) = map.possible() else {
                    return (members, map.rest.clone());
                };
                members.extend(possible.map(|(key, value)| Member {
                    exists: Truth::Unknown,
                    ..member(key.clone(), Value::text(key.clone(), span), value.clone())
                }));
                members.sort_by(|a, b| a.key.cmp(&b.key));
                (members, None)
            }
            Data::List(list) => {
                if list.kind != Collection::Set && !(list.items.is_empty() && list.rest.is_none()) {
                    let failure = fail(
                        "`for_each` takes a map or a set of strings, not a list; toset() makes one",
                        span,
                    );
                    self.settle(Err(failure), span);
                }
                let mut open = list.rest.clone();
                let mut members: Vec<Member> = Vec::new();
                for item in &list.items {
                    match (item.as_text(), item.first_why()) {
                        (Some(text), _) => {
                            members.push(member(text.into(), item.clone(), item.clone()))
                        }
                        (None, Some(why)) => open = Some(Arc::new(Unknown { why, among: vec![] })),
                        (None, None) => {
                            self.settle(
                                Err(fail("a set for `for_each` must hold strings only", span)),
                                span,
                            );
                        }
                    }
                }
                members.sort_by(|a, b| a.key.cmp(&b.key));
                members.dedup_by(|a, b| a.key == b.key);
                (members, open)
            }
            Data::Null => (Vec::new(), None),
            _ => (
                Vec::new(),
                Some(Arc::new(Unknown {
                    why: value.first_why().unwrap_or(Why::Invalid),
                    among: vec![],
                })),
            ),
        }
    }
}

/// Adds the members of another alternative; one that stands in both has one of both values.
fn merge_members(members: &mut Vec<Member>, more: Vec<Member>, span: Span) {
    for new in more {
        match members.iter_mut().find(|known| known.key == new.key) {
            Some(known) => {
                let (
                    Some(Repetition::Each { key, value }),
                    Some(Repetition::Each { value: other, .. }),
                ) = (&known.repetition, &new.repetition)
                else {
                    continue;
                };
                let value = Value::among(Why::Condition, [value.clone(), other.clone()], span);
                known.repetition = Some(Repetition::Each {
                    key: key.clone(),
                    value,
                });
            }
            None => members.push(new),
        }
    }
    members.sort_by(|a, b| a.key.cmp(&b.key));
}

/// Whether a set has members that are sensitive: Terraform then takes all of it for sensitive.
fn has_sensitive_members(value: &Value) -> bool {
    let list = value.as_list();
    list.is_some_and(|list| list.items.iter().any(|item| item.sensitive))
}

/// One member that stands for instances which cannot be counted.
fn placeholder(why: Why, shape: Shape, span: Span) -> Expansion {
    let part = |name: &str| Value::unknown(Why::Instance(name.into()), span);
    let repetition = match shape {
        Shape::ForEach => Repetition::Each {
            key: part("each.key"),
            value: part("each.value"),
        },
        _ => Repetition::Count(part("count.index")),
    };
    Expansion {
        shape,
        members: vec![Member {
            key: Key::Placeholder,
            repetition: Some(repetition),
            exists: Truth::Unknown,
        }],
        open: Some(Arc::new(Unknown { why, among: vec![] })),
    }
}

fn whole(value: &Value) -> Option<i64> {
    match &value.resolved().data {
        Data::Number(number) => number.as_i64(),
        Data::Text(text) => Number::parse(text)?.as_i64(),
        _ => None,
    }
}
