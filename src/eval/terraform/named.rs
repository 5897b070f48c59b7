//! What references to modules and resources name: their instances, outputs and arguments.

use std::rc::Rc;
use std::sync::Arc;

use super::evaluator::{Evaluator, Failure};
use super::expression::fail;
use super::scope::{Expansion, Member, Scope, Shape};
use super::traversal::{Selected, Step, Target, did_you_mean};
use crate::eval::{Address, Collection, Data, Entry, Key, List, Map, Mode, Reference, Value, Why};
use crate::source::{Code, Diagnostic, Span};

impl Evaluator<'_> {
    pub(super) fn module(
        &self,
        scope: Scope<'_>,
        call: &str,
        span: Span,
        steps: &[Step<'_>],
    ) -> Result<Target, Failure> {
        let Some(row) = scope.instance.module.calls.position(call) else {
            let known = scope
                .instance
                .module
                .calls
                .rows
                .iter()
                .map(|call| call.name.as_str());
            let message = format!(
                "there is no module call named `{call}` here{}",
                did_you_mean(call, known)
            );
            return Err(fail(message, span));
        };
        let children = self.children(scope.instance, row as u32);
        let Some(instances) = &children.instances else {
            if steps.is_empty() {
                return Ok(Target::Module(children));
            }
            return Ok(Target::Value(Value::unknown(
                Why::Module(children.source.clone()),
                span,
            )));
        };
        match self.select(scope, &children.expansion, steps)? {
            Selected::One(at, rest) => self.module_output(scope, &instances[at], rest, span),
            Selected::All => Ok(Target::Module(children)),
            Selected::Unclear(why) => Ok(Target::Value(Value::unknown(why, span))),
        }
    }

    pub(super) fn module_output(
        &self,
        scope: Scope<'_>,
        instance: &Rc<super::scope::Instance>,
        steps: &[Step<'_>],
        span: Span,
    ) -> Result<Target, Failure> {
        match steps {
            [] => Ok(Target::Value(self.module_value(instance, span))),
            [Step::Name(output, at), rest @ ..] => {
                let value = self.output(instance, output, *at)?;
                self.steps(scope, value, rest)
            }
            [Step::Key(..), ..] => self.steps(scope, self.module_value(instance, span), steps),
        }
    }

    /// All outputs of a module instance.
    pub(crate) fn module_value(&self, instance: &Rc<super::scope::Instance>, span: Span) -> Value {
        let entries = instance.module.outputs.rows.iter().map(|output| {
            let header = output.layers.header(&instance.module);
            let value = self.settle(self.output(instance, &output.name, header), header);
            Entry {
                key: output.name.clone(),
                span: header,
                value,
            }
        });
        let rest = instance.module.is_open().then(|| {
            Arc::new(crate::eval::Unknown {
                why: Why::Invalid,
                among: Vec::new(),
            })
        });
        let map = Map::new(entries.collect(), rest, Collection::Structural);
        Value::new(Data::Map(Arc::new(map)), span)
    }

    pub(super) fn resource(
        &self,
        scope: Scope<'_>,
        mode: Mode,
        kind: &str,
        name: &str,
        span: Span,
        steps: &[Step<'_>],
    ) -> Result<Target, Failure> {
        let module = &scope.instance.module;
        let Some(&row) = module.resource_index.get(&(mode, kind.into(), name.into())) else {
            let what = if mode == Mode::Data {
                "data source"
            } else {
                "resource"
            };
            let known = module
                .resources
                .iter()
                .filter(|known| known.mode == mode && known.type_name == kind);
            let hint = did_you_mean(name, known.map(|known| known.name.as_str()));
            let message = format!("there is no {what} `{kind}.{name}` in this module{hint}");
            self.diagnostics
                .borrow_mut()
                .push(Diagnostic::new(Code::Evaluation, span, message));
            // What was meant is clear: the link is kept.
            let target = Address {
                stack: self.stack.clone(),
                module: scope.instance.path.clone(),
                mode,
                type_name: kind.into(),
                name: name.into(),
                key: Key::None,
            };
            let reference = Reference {
                target,
                path: vec![],
                value: None,
            };
            return self.steps(
                scope,
                Value::new(Data::Reference(Arc::new(reference)), span),
                steps,
            );
        };
        let row = row as u32;
        let expansion = self.expansion(scope.instance, row);
        match self.select(scope, &expansion, steps)? {
            Selected::One(at, rest) => self.resource_member(scope, row, at as u32, rest),
            Selected::All => Ok(Target::Resource { row, expansion }),
            Selected::Unclear(_) => {
                // Which instance is not known, but the block is: the link is kept, its values are not.
                let Some((_, rest)) = steps.split_first() else {
                    return Ok(Target::Resource { row, expansion });
                };
                let target = self.address(scope.instance, row, Key::None);
                let value = Value::new(
                    Data::Reference(Arc::new(Reference {
                        target,
                        path: vec![],
                        value: None,
                    })),
                    span,
                );
                self.steps(scope, value, rest)
            }
        }
    }

    /// An instance of a resource and the steps into it; only the argument asked for is evaluated.
    pub(super) fn resource_member(
        &self,
        scope: Scope<'_>,
        row: u32,
        at: u32,
        steps: &[Step<'_>],
    ) -> Result<Target, Failure> {
        let expansion = self.expansion(scope.instance, row);
        let member = &expansion.members[at as usize];
        let Some((Step::Name(name, span), rest)) = steps.split_first() else {
            let span = steps.first().map_or(Span::nowhere(), Step::span);
            let value = self.resource_value(scope.instance, row, at, member, span);
            return self.steps(scope, value, steps);
        };
        let value = self.argument(scope.instance, row, at, member, name);
        let target = self.address(scope.instance, row, member.key.clone());
        let written = value.as_ref().map_or(*span, |value| value.origin.span);
        let sensitive = value.as_ref().is_some_and(|value| value.sensitive);
        let reference = Reference {
            target,
            path: vec![(*name).into()],
            value,
        };
        let mut value =
            Value::new(Data::Reference(Arc::new(reference)), written).sensitive_if(sensitive);
        if let Data::Reference(reference) = &value.data
            && let Some(inner) = &reference.value
        {
            value.origin = inner.origin.clone();
        }
        self.steps(scope, value, rest)
    }

    /// A reference to an instance with what its block says.
    pub(super) fn resource_value(
        &self,
        instance: &Rc<super::scope::Instance>,
        row: u32,
        at: u32,
        member: &Member,
        span: Span,
    ) -> Value {
        let target = self.address(instance, row, member.key.clone());
        let body = self.body_if_possible(instance, row, at, member);
        Value::new(
            Data::Reference(Arc::new(Reference {
                target,
                path: vec![],
                value: body,
            })),
            span,
        )
    }

    /// The full name of an instance of a resource block.
    pub(crate) fn address(&self, instance: &super::scope::Instance, row: u32, key: Key) -> Address {
        let block = &instance.module.resources[row as usize];
        Address {
            stack: self.stack.clone(),
            module: instance.path.clone(),
            mode: block.mode,
            type_name: block.type_name.clone(),
            name: block.name.clone(),
            key,
        }
    }
}

/// A value per member: itself, a list, or a map by key.
pub(super) fn gather(expansion: &Expansion, span: Span, member: impl Fn(usize) -> Value) -> Value {
    let known = expansion.members.len() - usize::from(expansion.open.is_some());
    let rest = expansion.open.as_ref().map(|open| {
        let among = vec![member(known)];
        Arc::new(crate::eval::Unknown {
            why: open.why.clone(),
            among,
        })
    });
    match expansion.shape {
        Shape::Single => member(0),
        Shape::Count => {
            let items = (0..known).map(member).collect();
            Value::new(
                Data::List(Arc::new(List {
                    items,
                    rest,
                    kind: Collection::Structural,
                })),
                span,
            )
        }
        Shape::ForEach => {
            let entry = |at: usize| {
                let Key::Text(key) = &expansion.members[at].key else {
                    return None;
                };
                Some(Entry {
                    key: key.clone(),
                    span,
                    value: member(at),
                })
            };
            let entries = (0..known).filter_map(entry).collect();
            Value::new(
                Data::Map(Arc::new(Map::new(entries, rest, Collection::Structural))),
                span,
            )
        }
    }
}
