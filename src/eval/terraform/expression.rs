//! Expressions to values.

use std::sync::Arc;

use ecow::EcoString;

use super::evaluator::{Evaluated, Evaluator, Failure};
use super::operator;
use super::scope::{Item, Scope};
use super::traversal::Target;
use super::{environment, function};
use crate::eval::{Collection, Data, Entry, List, Map, Number, Truth, Unknown, Value, Why, budget};
use crate::source::{Code, Span};
use crate::syntax::hcl::{Expr, ExprId, List as Members};

impl Evaluator<'_> {
    /// The value of an expression.
    pub(crate) fn evaluate(&self, scope: Scope<'_>, id: ExprId) -> Evaluated {
        let span = scope.tree.expr_span(id);
        self.deeper(span, || self.expression(scope, id, span))
    }

    fn expression(&self, scope: Scope<'_>, id: ExprId, span: Span) -> Evaluated {
        let tree = scope.tree;
        match tree.expr(id) {
            // The parser has said what is wrong.
            Expr::Error => Ok(Value::unknown(Why::Invalid, span)),
            Expr::Null => Ok(Value::null(span)),
            Expr::Bool(value) => Ok(Value::bool(value, span)),
            Expr::Number => {
                let text = tree.slice(tree.ranges[id.0 as usize]);
                match Number::parse(text) {
                    Some(number) => Ok(Value::new(Data::Number(number), span)),
                    None => Err(fail(
                        format!("`{text}` is not a number that can be represented"),
                        span,
                    )),
                }
            }
            Expr::Literal(parts) => Ok(super::template::literal(tree, parts, span)),
            Expr::Template(parts) => self.template(scope, parts, span),
            Expr::Name | Expr::Attribute { .. } | Expr::Index { .. } | Expr::SplatItem => {
                self.traversal(scope, id, span)
            }
            Expr::Splat { of, each, full: _ } => self.splat(scope, of, each, span),
            Expr::Call {
                name,
                arguments,
                expand,
            } => self.call(scope, tree.slice(name), tree.list(arguments), expand, span),
            Expr::Tuple(members) => self.tuple(scope, members, span),
            Expr::Object(members) => self.object(scope, members, span),
            Expr::For(at) => self.for_each(scope, &tree.fors[at as usize], span),
            Expr::Unary { op, of } => {
                let of = self.evaluate(scope, of)?;
                operator::unary(op, &of, span).map_err(|message| fail(message, span))
            }
            Expr::Binary { op, left, right } => {
                let left = self.evaluate(scope, left)?;
                let right = self.evaluate(scope, right)?;
                operator::binary(op, &left, &right, span).map_err(|message| fail(message, span))
            }
            Expr::Conditional(arms) => {
                let &[test, yes, no] = tree.list(arms) else {
                    return Ok(Value::unknown(Why::Invalid, span));
                };
                let test = self.evaluate(scope, test)?;
                let arm = |id| self.evaluate(scope, id).map_err(|failure| failure.message);
                operator::conditional(&test, arm(yes), arm(no), span)
                    .map_err(|message| fail(message, span))
            }
            Expr::Paren(inner) => self.evaluate(scope, inner),
        }
    }

    fn tuple(&self, scope: Scope<'_>, members: Members, span: Span) -> Evaluated {
        let ids = scope.tree.list(members);
        let mut items = Vec::with_capacity(ids.len());
        for &id in ids {
            items.push(self.evaluate(scope, id)?);
        }
        Ok(Value::tuple(items, span))
    }

    fn object(&self, scope: Scope<'_>, members: Members, span: Span) -> Evaluated {
        let ids = scope.tree.list(members);
        let mut entries = Vec::with_capacity(ids.len() / 2);
        let mut rest = None;
        for pair in ids.chunks_exact(2) {
            let key_span = scope.tree.expr_span(pair[0]);
            let key = match scope.tree.expr(pair[0]) {
                // A bare word is a literal key, even one that is a keyword elsewhere.
                Expr::Name | Expr::Null | Expr::Bool(_) => Value::text(
                    scope.tree.slice(scope.tree.ranges[pair[0].0 as usize]),
                    key_span,
                ),
                Expr::Attribute { .. } | Expr::Index { .. } => {
                    let message = "a key that is a reference must stand in parentheses";
                    return Err(fail(message, key_span));
                }
                _ => self.evaluate(scope, pair[0])?,
            };
            let value = self.evaluate(scope, pair[1])?;
            match key_text(&key, key_span)? {
                Ok(key) => entries.push(Entry {
                    key,
                    span: key_span,
                    value,
                }),
                Err(why) => {
                    rest = Some(Arc::new(Unknown {
                        why,
                        among: vec![value],
                    }))
                }
            }
        }
        Ok(Value::new(
            Data::Map(Arc::new(Map::new(entries, rest, Collection::Structural))),
            span,
        ))
    }

    fn call(
        &self,
        scope: Scope<'_>,
        name: &str,
        arguments: &[ExprId],
        expand: bool,
        span: Span,
    ) -> Evaluated {
        match name.strip_prefix("core::").unwrap_or(name) {
            "try" if !expand => return self.first_that_works(scope, arguments, span),
            "can" if !expand => {
                let &[argument] = arguments else {
                    return Err(fail("can() takes one argument", span));
                };
                return Ok(match self.evaluate(scope, argument) {
                    Ok(value) if value.resolved().why().is_some() => unknown_from(&value, span),
                    Ok(_) => Value::bool(true, span),
                    Err(_) => Value::bool(false, span),
                });
            }
            _ => {}
        }
        if matches!(name, "templatefile" | "templatestring") && scope.sealed {
            return Err(fail("a template must not render another template", span));
        }
        if name == "templatestring" && !arguments.first().is_some_and(|&id| is_reference(scope, id))
        {
            let message = "templatestring() takes a reference to a text, not the text itself";
            return Err(fail(message, span));
        }
        let mut values = Vec::with_capacity(arguments.len());
        for &argument in arguments {
            values.push(self.evaluate(scope, argument)?);
        }
        if expand && let Some(last) = values.pop() {
            match &last.resolved().data {
                Data::List(list) if list.rest.is_none() => {
                    values.extend(list.items.iter().cloned())
                }
                Data::List(_) | Data::Unknown(_) | Data::Reference(_) => {
                    return Ok(unknown_from(&last, span));
                }
                _ => {
                    return Err(fail(
                        "the argument before `...` must be a list, tuple or set",
                        span,
                    ));
                }
            }
        }
        let environment = environment::World {
            evaluator: self,
            scope,
        };
        let result = function::call(name, &values, &environment, span);
        if budget::was_refused() {
            self.limit(
                span,
                &format!("{name}() gives more than distrust makes; it is taken as not known"),
            );
        }
        result.map_err(|message| fail(message, span))
    }

    /// `try(…)`: the first argument that has a value. One that is not known at all might turn out to fail.
    fn first_that_works(&self, scope: Scope<'_>, arguments: &[ExprId], span: Span) -> Evaluated {
        let mut last = fail("try() needs at least one argument", span);
        let mut possible: Vec<Value> = Vec::new();
        for &argument in arguments {
            match self.evaluate(scope, argument) {
                Ok(value) if matches!(value.data, Data::Unknown(_)) => possible.push(value),
                Ok(value) if possible.is_empty() => return Ok(value),
                Ok(value) => {
                    possible.push(value);
                    break;
                }
                Err(failure) => last = failure,
            }
        }
        match possible.first() {
            Some(first) => {
                let why = first.why().unwrap_or(Why::Condition);
                Ok(Value::among(why, possible, span))
            }
            None => Err(last),
        }
    }

    fn splat(&self, scope: Scope<'_>, of: ExprId, each: ExprId, span: Span) -> Evaluated {
        let (items, rest, kind) = match self.target(scope, of)? {
            Target::Resource { row, expansion }
                if expansion.shape == super::scope::Shape::Count =>
            {
                let last = expansion.members.len() - usize::from(expansion.open.is_some());
                let item = |member: usize| Item::Resource {
                    row,
                    member: member as u32,
                };
                let rest = expansion
                    .open
                    .as_ref()
                    .map(|open| (open.why.clone(), item(last)));
                (
                    (0..last).map(item).collect::<Vec<_>>(),
                    rest,
                    Collection::Structural,
                )
            }
            Target::Module(children) if children.expansion.shape == super::scope::Shape::Count => {
                let Some(instances) = &children.instances else {
                    return Ok(Value::unknown(Why::Module(children.source.clone()), span));
                };
                let last = instances.len() - usize::from(children.expansion.open.is_some());
                let rest = children
                    .expansion
                    .open
                    .as_ref()
                    .map(|open| (open.why.clone(), Item::Module(instances[last].clone())));
                (
                    instances[..last]
                        .iter()
                        .cloned()
                        .map(Item::Module)
                        .collect(),
                    rest,
                    Collection::Structural,
                )
            }
            target => {
                let value = self.value_of(scope, target, scope.tree.expr_span(of))?;
                let members =
                    operator::splat(&value, span).map_err(|message| fail(message, span))?;
                let Data::List(list) = &members.data else {
                    return Ok(members);
                };
                let rest = list.rest.as_ref().map(|rest| {
                    (
                        rest.why.clone(),
                        Item::Value(operator::member_of(rest, span)),
                    )
                });
                (
                    list.items.iter().cloned().map(Item::Value).collect(),
                    rest,
                    list.kind,
                )
            }
        };
        let map = |item: &Item| {
            self.evaluate(
                Scope {
                    item: Some(item),
                    ..scope
                },
                each,
            )
        };
        let results = items.iter().map(map).collect::<Result<Vec<_>, _>>()?;
        let rest = match rest {
            Some((why, item)) => Some(Arc::new(Unknown {
                why,
                among: alternatives(map(&item)?),
            })),
            None => None,
        };
        let kind = if kind == Collection::Set {
            Collection::Structural
        } else {
            kind
        };
        Ok(Value::new(
            Data::List(Arc::new(List {
                items: results,
                rest,
                kind,
            })),
            span,
        ))
    }
}

/// Whether an expression is a reference and nothing else.
fn is_reference(scope: Scope<'_>, id: ExprId) -> bool {
    matches!(
        scope.tree.expr(id),
        Expr::Name | Expr::Attribute { .. } | Expr::Index { .. } | Expr::Error
    )
}

/// The text of an object key or map index; an inner `Err` says why it is not known.
pub(crate) fn key_text(key: &Value, span: Span) -> Result<Result<EcoString, Why>, Failure> {
    match &key.resolved().data {
        Data::Text(text) => Ok(Ok(text.clone())),
        Data::Number(number) => Ok(Ok(ecow::eco_format!("{number}"))),
        Data::Bool(value) => Ok(Ok(ecow::eco_format!("{value}"))),
        Data::Template(template) => match &template.text {
            Some(text) => Ok(Ok(text.clone())),
            None => Ok(Err(key.first_why().unwrap_or(Why::Invalid))),
        },
        Data::Unknown(_) | Data::Reference(_) => Ok(Err(key.why().unwrap_or(Why::Invalid))),
        Data::Null => Err(fail("a key must not be null", span)),
        Data::List(_) | Data::Map(_) => Err(fail("a key must be a string", span)),
    }
}

/// The truth of a condition.
pub(crate) fn truth(test: &Value, span: Span) -> Result<Truth, Failure> {
    match &test.resolved().data {
        Data::Bool(value) => Ok(Truth::from(*value)),
        Data::Unknown(_) | Data::Reference(_) => Ok(test.is_true()),
        Data::Null => Err(fail(
            "the condition is null; it must be true or false",
            span,
        )),
        _ => match test.as_text() {
            Some("true") => Ok(Truth::True),
            Some("false") => Ok(Truth::False),
            None if matches!(test.resolved().data, Data::Template(_)) => Ok(Truth::Unknown),
            _ => Err(fail("the condition must be true or false", span)),
        },
    }
}

/// A failure of evaluation.
pub(crate) fn fail(message: impl Into<String>, span: Span) -> Failure {
    Failure {
        code: Code::Evaluation,
        message: message.into(),
        span,
    }
}

/// An unknown of the same cause at another place.
pub(crate) fn unknown_from(value: &Value, span: Span) -> Value {
    Value::unknown(value.first_why().unwrap_or(Why::Invalid), span).sensitive_if(value.sensitive)
}

/// What a value could be, for the `among` of a rest; empty when it could be anything.
pub(crate) fn alternatives(value: Value) -> Vec<Value> {
    match &value.data {
        Data::Unknown(unknown) => unknown.among.clone(),
        _ => vec![value],
    }
}
