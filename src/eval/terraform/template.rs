//! Templates: quoted strings, heredocs and template files.

use std::sync::Arc;

use ecow::EcoString;

use super::evaluator::{Evaluated, Evaluator, Failure};
use super::expression::{fail, truth, unknown_from};
use super::operator::{self, Rendered};
use super::scope::{Frame, Scope};
use crate::eval::{Collection, Data, Piece, Template, Truth, Value, Why, budget};
use crate::source::Span;
use crate::syntax::hcl::{List, PartKind, Tree};

/// The value of a template of literal parts only. A text of one part is placed at its very bytes.
pub(crate) fn literal(tree: &Tree, parts: List, span: Span) -> Value {
    let text_of = |part| normal(&tree.literal(part));
    match tree.parts(parts) {
        [] => Value::text("", span),
        [part] => Value::text(text_of(part), tree.span(part.range)),
        parts => {
            let pieces: Vec<Piece> = parts
                .iter()
                .map(|part| Piece::Text(text_of(part), tree.span(part.range)))
                .collect();
            let text = parts
                .iter()
                .map(text_of)
                .fold(EcoString::new(), |mut all, part| {
                    all.push_str(&part);
                    all
                });
            Value::new(
                Data::Template(Arc::new(Template {
                    text: Some(text),
                    pieces,
                    decoded: None,
                })),
                span,
            )
        }
    }
}

impl Evaluator<'_> {
    /// The value of a template with interpolations or directives.
    pub(crate) fn template(&self, scope: Scope<'_>, parts: List, span: Span) -> Evaluated {
        let tree = scope.tree;
        // A lone interpolation is its expression, whatever type that has.
        if let [part] = tree.parts(parts)
            && let PartKind::Interpolation(inner) = part.kind
        {
            return self.evaluate(scope, inner);
        }
        let mut pieces = Vec::new();
        self.render_parts(scope, parts, &mut pieces)?;
        operator::join(pieces, span).map_err(|message| fail(message, span))
    }

    fn render_parts(
        &self,
        scope: Scope<'_>,
        parts: List,
        out: &mut Vec<Rendered>,
    ) -> Result<(), Failure> {
        let tree = scope.tree;
        for part in tree.parts(parts) {
            let span = tree.span(part.range);
            budget::work(budget::EXPRESSION);
            if !budget::has(size_of::<Rendered>() + tree.span(part.range).len() as usize) {
                // The expression around it is given up.
                return Ok(());
            }
            match part.kind {
                PartKind::Quoted | PartKind::Raw | PartKind::Plain => {
                    out.push(Rendered::Text(tree.literal(part).as_ref().into(), span))
                }
                PartKind::Interpolation(id) => out.push(Rendered::Value(self.evaluate(scope, id)?)),
                PartKind::If {
                    condition,
                    then,
                    otherwise,
                } => {
                    let at = tree.expr_span(condition);
                    let test = self.evaluate(scope, condition)?;
                    match truth(&test, at)? {
                        Truth::True => self.render_parts(scope, then, out)?,
                        Truth::False => self.render_parts(scope, otherwise, out)?,
                        Truth::Unknown => {
                            let arms = [
                                self.rendered(scope, then, span)?,
                                self.rendered(scope, otherwise, span)?,
                            ];
                            out.push(Rendered::Value(Value::among(
                                test.why().unwrap_or(Why::Condition),
                                arms,
                                span,
                            )));
                        }
                    }
                }
                PartKind::For {
                    key,
                    value,
                    collection,
                    body,
                } => {
                    let walked = self.evaluate(scope, collection)?;
                    self.render_loop(
                        scope,
                        (key.map(|name| tree.slice(name)), tree.slice(value)),
                        &walked,
                        body,
                        span,
                        out,
                    )?;
                }
            }
        }
        Ok(())
    }

    fn rendered(&self, scope: Scope<'_>, parts: List, span: Span) -> Evaluated {
        let mut pieces = Vec::new();
        self.render_parts(scope, parts, &mut pieces)?;
        operator::join(pieces, span).map_err(|message| fail(message, span))
    }

    fn render_loop(
        &self,
        scope: Scope<'_>,
        (key_name, value_name): (Option<&str>, &str),
        walked: &Value,
        body: List,
        span: Span,
        out: &mut Vec<Rendered>,
    ) -> Result<(), Failure> {
        let once = |key: Value, value: Value, out: &mut Vec<Rendered>| -> Result<(), Failure> {
            let inner = Frame {
                name: value_name,
                value,
                outer: scope.frames,
            };
            match key_name {
                Some(name) => {
                    let outer = Frame {
                        name,
                        value: key,
                        outer: Some(&inner),
                    };
                    self.render_parts(
                        Scope {
                            frames: Some(&outer),
                            ..scope
                        },
                        body,
                        out,
                    )
                }
                None => self.render_parts(
                    Scope {
                        frames: Some(&inner),
                        ..scope
                    },
                    body,
                    out,
                ),
            }
        };
        let known = &operator::walked(walked, span);
        let rest = match &known.data {
            Data::List(list) => {
                for (index, item) in list.items.iter().enumerate() {
                    if budget::is_spent() {
                        break;
                    }
                    let key = match list.kind {
                        Collection::Set => item.clone(),
                        _ => Value::new(Data::Number((index as i64).into()), span),
                    };
                    once(key, item.clone(), out)?;
                }
                list.rest.as_ref()
            }
            Data::Map(map) => {
                for entry in &map.entries {
                    once(
                        Value::text(entry.key.clone(), entry.span),
                        entry.value.clone(),
                        out,
                    )?;
                }
                map.rest.as_ref()
            }
            Data::Unknown(_) | Data::Reference(_) => {
                out.push(Rendered::Value(unknown_from(known, span)));
                None
            }
            _ => {
                return Err(fail(
                    "only lists, sets, maps and objects can be iterated over",
                    span,
                ));
            }
        };
        if let Some(rest) = rest {
            out.push(Rendered::Value(Value::unknown(
                operator::member_of(rest, span)
                    .why()
                    .unwrap_or(rest.why.clone()),
                span,
            )));
        }
        Ok(())
    }
}

/// Text in Unicode normalisation form C, which is how Terraform keeps every string
/// (<https://developer.hashicorp.com/terraform/language/expressions/strings>).
pub(crate) fn normal(text: &str) -> EcoString {
    use unicode_normalization::{UnicodeNormalization, is_nfc};
    if text.is_ascii() || is_nfc(text) {
        text.into()
    } else {
        text.nfc().collect::<String>().into()
    }
}
