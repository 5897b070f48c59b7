//! References: `var.x`, `module.a["k"].out`, `aws_instance.b[0].id`, and steps into any value.

use std::rc::Rc;

use super::evaluator::{Evaluated, Evaluator, Failure};
use super::expression::{fail, key_text};
use super::named::gather;
use super::operator;
use super::scope::{Children, Expansion, Item, Repetition, Scope, Shape};
use crate::eval::{Key, Mode, Role, Value, Why};
use crate::source::Span;
use crate::syntax::hcl::{Expr, ExprId};

/// What a reference names before it is turned into a value: naming all instances of a block costs nothing.
pub(crate) enum Target {
    Value(Value),
    Resource { row: u32, expansion: Rc<Expansion> },
    Module(Rc<Children>),
}

/// One step of a traversal.
#[derive(Clone, Copy)]
pub(super) enum Step<'t> {
    Name(&'t str, Span),
    Key(ExprId, Span),
}

impl Step<'_> {
    pub(super) fn span(&self) -> Span {
        match self {
            Step::Name(_, span) | Step::Key(_, span) => *span,
        }
    }
}

impl Evaluator<'_> {
    /// The value of a reference.
    pub(crate) fn traversal(&self, scope: Scope<'_>, id: ExprId, span: Span) -> Evaluated {
        let target = self.target(scope, id)?;
        let value = self.value_of(scope, target, span)?;
        Ok(value.through(span, Role::Reference))
    }

    /// What a reference, or any other expression, names.
    pub(crate) fn target(&self, scope: Scope<'_>, id: ExprId) -> Result<Target, Failure> {
        let tree = scope.tree;
        let mut steps = Vec::new();
        let mut base = id;
        loop {
            let here = tree.expr_span(base);
            match tree.expr(base) {
                Expr::Attribute { of, name } => {
                    steps.push(Step::Name(tree.slice(name), here));
                    base = of;
                }
                Expr::Index { of, key } => {
                    steps.push(Step::Key(key, here));
                    base = of;
                }
                _ => break,
            }
        }
        steps.reverse();
        let span = tree.expr_span(base);
        match tree.expr(base) {
            Expr::Name => self.named(
                scope,
                tree.slice(tree.ranges[base.0 as usize]),
                &steps,
                span,
            ),
            Expr::SplatItem => match scope.item {
                Some(Item::Value(value)) => self.steps(scope, value.clone(), &steps),
                Some(Item::Module(instance)) => {
                    self.module_output(scope, &instance.clone(), &steps, span)
                }
                Some(&Item::Resource { row, member }) => {
                    self.resource_member(scope, row, member, &steps)
                }
                None => Err(fail("`*` has no meaning here", span)),
            },
            _ => {
                let value = self.evaluate(scope, base)?;
                self.steps(scope, value, &steps)
            }
        }
    }

    /// The target as a value: all instances of a block are a list or a map of references to them.
    pub(crate) fn value_of(&self, scope: Scope<'_>, target: Target, span: Span) -> Evaluated {
        match target {
            Target::Value(value) => Ok(value),
            Target::Resource { row, expansion } => {
                let member = |at: usize| {
                    self.resource_value(
                        scope.instance,
                        row,
                        at as u32,
                        &expansion.members[at],
                        span,
                    )
                };
                Ok(gather(&expansion, span, member))
            }
            Target::Module(children) => {
                let Some(instances) = &children.instances else {
                    return Ok(Value::unknown(Why::Module(children.source.clone()), span));
                };
                Ok(gather(&children.expansion, span, |at| {
                    self.module_value(&instances[at], span)
                }))
            }
        }
    }

    fn named(
        &self,
        scope: Scope<'_>,
        name: &str,
        steps: &[Step<'_>],
        span: Span,
    ) -> Result<Target, Failure> {
        if let Some(value) = scope.bound(name) {
            return self.steps(scope, value.clone(), steps);
        }
        if scope.sealed {
            let message =
                format!("the template uses `{name}`, which is not among the variables given to it");
            return Err(fail(message, span));
        }
        let instance = scope.instance;
        let value = match (name, steps) {
            ("var", [Step::Name(name, at), rest @ ..]) => {
                return self.steps(scope, self.variable(instance, name, *at)?, rest);
            }
            ("local", [Step::Name(name, at), rest @ ..]) => {
                return self.steps(scope, self.local(instance, name, *at)?, rest);
            }
            ("each", [Step::Name(part, at), rest @ ..]) => {
                return self.steps(scope, each(scope.repetition, part, *at)?, rest);
            }
            ("count", [Step::Name("index", at)]) => match scope.repetition {
                Some(Repetition::Count(index)) => index.clone(),
                _ => {
                    return Err(fail(
                        "`count.index` can only be used in a block with `count`",
                        *at,
                    ));
                }
            },
            ("path", [Step::Name(part, at)]) => self.path(instance, part, *at)?,
            ("terraform" | "tofu", [Step::Name("workspace", at)]) => {
                match &self.program.world.settings.workspace {
                    Some(workspace) => Value::text(workspace.as_str(), *at),
                    None => {
                        Value::unknown(Why::Environment(ecow::eco_format!("{name}.workspace")), *at)
                    }
                }
            }
            ("terraform" | "tofu", [Step::Name("applying", at)]) => {
                Value::unknown(Why::Environment(ecow::eco_format!("{name}.applying")), *at)
            }
            ("self", _) => {
                return Err(fail(
                    "`self` has a meaning in provisioners and postconditions only",
                    span,
                ));
            }
            ("module", [Step::Name(call, at), rest @ ..]) => {
                return self.module(scope, call, *at, rest);
            }
            ("data", [Step::Name(kind, _), Step::Name(name, at), rest @ ..]) => {
                return self.resource(scope, Mode::Data, kind, name, *at, rest);
            }
            ("resource", [Step::Name(kind, _), Step::Name(name, at), rest @ ..]) => {
                return self.resource(scope, Mode::Managed, kind, name, *at, rest);
            }
            ("ephemeral", rest) => {
                let at = rest.last().map_or(span, Step::span);
                return Ok(Target::Value(
                    Value::unknown(Why::Computed("an ephemeral resource".into()), at)
                        .sensitive_if(true),
                ));
            }
            (kind, [Step::Name(name, at), rest @ ..]) => {
                return self.resource(scope, Mode::Managed, kind, name, *at, rest);
            }
            (name, _) => {
                let message = format!(
                    "`{name}` is not a value; a reference to a resource needs a type and a name"
                );
                return Err(fail(message, span));
            }
        };
        Ok(Target::Value(value))
    }

    /// Steps into a value.
    pub(super) fn steps(
        &self,
        scope: Scope<'_>,
        value: Value,
        steps: &[Step<'_>],
    ) -> Result<Target, Failure> {
        if steps.is_empty() {
            return Ok(Target::Value(value));
        }
        let via = value.origin.via.clone();
        let mut value = value;
        for step in steps {
            value = match *step {
                Step::Name(name, span) => operator::attribute(&value, name, span)
                    .map_err(|message| fail(message, span))?,
                Step::Key(key, span) => {
                    let key = self.evaluate(scope, key)?;
                    operator::index(&value, &key, span).map_err(|message| fail(message, span))?
                }
            };
        }
        // A member came the way of the collection it was taken from.
        if value.origin.via.is_none() {
            value.origin.via = via;
        }
        Ok(Target::Value(value))
    }

    fn path(&self, instance: &Rc<super::scope::Instance>, part: &str, span: Span) -> Evaluated {
        let root = instance.root();
        match part {
            "module" => Ok(Value::text(
                self.program
                    .relative(&root.module.folder, &instance.module.folder),
                span,
            )),
            "root" => Ok(Value::text(".", span)),
            "cwd" => Ok(Value::unknown(Why::Environment("path.cwd".into()), span)),
            _ => Err(fail(
                format!("`path.{part}` does not exist; there are `module`, `root` and `cwd`"),
                span,
            )),
        }
    }

    /// Which instances of a repeated block the first step names.
    pub(super) fn select<'s, 't>(
        &self,
        scope: Scope<'_>,
        expansion: &Expansion,
        steps: &'s [Step<'t>],
    ) -> Result<Selected<'s, 't>, Failure> {
        if expansion.shape == Shape::Single {
            return Ok(Selected::One(0, steps));
        }
        let (key, span, rest) = match steps {
            [] => return Ok(Selected::All),
            [Step::Key(key, span), rest @ ..] => (self.evaluate(scope, *key)?, *span, rest),
            [Step::Name(digits, span), rest @ ..]
                if digits.bytes().all(|byte| byte.is_ascii_digit()) =>
            {
                (Value::text(*digits, *span), *span, rest)
            }
            [Step::Name(name, span), ..] => {
                let meta = if expansion.shape == Shape::Count {
                    "count"
                } else {
                    "for_each"
                };
                let message = format!(
                    "the block has `{meta}`, so an instance must be chosen with [ ] before `.{name}`"
                );
                return Err(fail(message, *span));
            }
        };
        let text = match key_text(&key, span)? {
            Ok(text) => text,
            Err(why) => return Ok(Selected::Unclear(why)),
        };
        let wanted = match expansion.shape {
            Shape::Count => text
                .parse()
                .map(Key::Index)
                .unwrap_or(Key::Text(text.clone())),
            _ => Key::Text(text.clone()),
        };
        match expansion
            .members
            .iter()
            .position(|member| member.key == wanted)
        {
            Some(at) => Ok(Selected::One(at, rest)),
            None if expansion.open.is_some() => {
                Ok(Selected::One(expansion.members.len() - 1, rest))
            }
            None => Err(fail(
                format!("there is no instance with the key {text:?}"),
                span,
            )),
        }
    }
}

pub(super) enum Selected<'s, 't> {
    One(usize, &'s [Step<'t>]),
    All,
    Unclear(Why),
}

fn each(repetition: Option<&Repetition>, part: &str, span: Span) -> Evaluated {
    match (repetition, part) {
        (Some(Repetition::Each { key, .. }), "key") => Ok(key.clone()),
        (Some(Repetition::Each { value, .. }), "value") => Ok(value.clone()),
        (Some(Repetition::Each { .. }), _) => Err(fail(
            format!("`each.{part}` does not exist; there are `key` and `value`"),
            span,
        )),
        _ => Err(fail(
            format!("`each.{part}` can only be used in a block with `for_each`"),
            span,
        )),
    }
}

/// ` (did you mean …?)` when one of the known names is near.
pub(crate) fn did_you_mean<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> String {
    let best = known
        .map(|other| (strsim::damerau_levenshtein(name, other), other))
        .min();
    match best {
        Some((distance, other)) if distance <= 2.max(name.len() / 4) => {
            format!("; did you mean `{other}`?")
        }
        _ => String::new(),
    }
}
