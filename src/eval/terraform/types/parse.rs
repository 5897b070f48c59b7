//! Type constraint expressions: `list(object({ a = optional(number, 3) }))`.

use super::{Field, MAX_DEPTH, Type, convert};
use crate::eval::Value;
use crate::source::{Code, Diagnostic, Span};
use crate::syntax::hcl::{Expr, ExprId, Tree};

/// The type that an expression of a `type` argument says. `default` evaluates the default of an optional attribute.
///
/// The bare and quoted words `list` and `map` mean those of any type, as Terraform 0.12 and later still read them;
/// a quoted type, as JSON syntax has it, is read as the type it quotes.
///
/// # Errors
/// Terraform's reason for refusing it, at the expression at fault.
pub fn parse_type(
    tree: &Tree,
    id: ExprId,
    default: &mut dyn FnMut(ExprId) -> Value,
) -> Result<Type, Diagnostic> {
    let legacy = match tree.expr(id) {
        Expr::Name => tree.slice(tree.ranges[id.0 as usize]),
        Expr::Literal(parts) => match tree.parts(parts) {
            [part] => tree.slice(part.range),
            _ => "",
        },
        _ => "",
    };
    match legacy {
        "list" => Ok(Type::List(Box::new(Type::Any))),
        "map" => Ok(Type::Map(Box::new(Type::Any))),
        _ => Parser { tree, default }.parse(id, 0),
    }
}

struct Parser<'t, 'd> {
    tree: &'t Tree,
    default: &'d mut dyn FnMut(ExprId) -> Value,
}

impl Parser<'_, '_> {
    fn span(&self, id: ExprId) -> Span {
        self.tree.expr_span(id)
    }

    fn refuse<T>(&self, id: ExprId, message: impl Into<String>) -> Result<T, Diagnostic> {
        Err(Diagnostic::new(Code::Evaluation, self.span(id), message))
    }

    fn parse(&mut self, id: ExprId, depth: usize) -> Result<Type, Diagnostic> {
        if depth > MAX_DEPTH {
            return Err(Diagnostic::new(
                Code::Limit,
                self.span(id),
                "this type is nested too deeply",
            ));
        }
        match self.tree.expr(id) {
            Expr::Name => self.keyword(id, self.tree.slice(self.tree.ranges[id.0 as usize])),
            Expr::Literal(parts) => match self.tree.parts(parts) {
                [part] => self.keyword(id, self.tree.slice(part.range)),
                _ => self.refuse(id, "an empty text is not a type"),
            },
            // The parser of JSON syntax reads a quoted type as an interpolation of nothing else.
            Expr::Paren(inner) => self.parse(inner, depth + 1),
            Expr::Call { name, arguments, expand: false } => {
                let (name, arguments) = (self.tree.slice(name), self.tree.list(arguments));
                self.constructor(id, name, arguments, depth)
            }
            _ => self.refuse(
                id,
                "a type is a keyword (bool, number, string, any) or a constructor call like list(string)",
            ),
        }
    }

    fn keyword(&self, id: ExprId, word: &str) -> Result<Type, Diagnostic> {
        match word.trim() {
            "bool" => Ok(Type::Bool),
            "string" => Ok(Type::Text),
            "number" => Ok(Type::Number),
            "any" => Ok(Type::Any),
            "list" | "map" | "set" | "object" | "tuple" => self.refuse(
                id,
                format!("the type constructor {word} requires one argument"),
            ),
            _ => self.refuse(id, format!("{word:?} is not a type")),
        }
    }

    fn constructor(
        &mut self,
        id: ExprId,
        name: &str,
        arguments: &[ExprId],
        depth: usize,
    ) -> Result<Type, Diagnostic> {
        if !matches!(name, "list" | "set" | "map" | "object" | "tuple") {
            return self.refuse(
                id,
                match name {
                    "bool" | "string" | "number" | "any" => {
                        format!("the type {name} takes no arguments")
                    }
                    "optional" => {
                        "optional() stands only around the type of an object attribute".into()
                    }
                    _ => format!("{name:?} is not a type constructor"),
                },
            );
        }
        let [argument] = arguments else {
            return self.refuse(
                id,
                format!("the type constructor {name} requires one argument"),
            );
        };
        match name {
            "list" => Ok(Type::List(Box::new(self.parse(*argument, depth + 1)?))),
            "set" => Ok(Type::Set(Box::new(self.parse(*argument, depth + 1)?))),
            "map" => Ok(Type::Map(Box::new(self.parse(*argument, depth + 1)?))),
            "tuple" => match self.tree.expr(*argument) {
                Expr::Tuple(members) => {
                    let members = self.tree.list(members).iter();
                    let of: Result<_, _> = members
                        .map(|member| self.parse(*member, depth + 1))
                        .collect();
                    Ok(Type::Tuple(of?))
                }
                _ => self.refuse(
                    *argument,
                    "the type constructor tuple requires a list of types",
                ),
            },
            _ => self.object(*argument, depth),
        }
    }

    fn object(&mut self, id: ExprId, depth: usize) -> Result<Type, Diagnostic> {
        let Expr::Object(members) = self.tree.expr(id) else {
            return self.refuse(
                id,
                "the type constructor object requires a map of attribute names and types",
            );
        };
        let mut fields: Vec<Field> = Vec::new();
        for pair in self.tree.list(members).chunks_exact(2) {
            let name = match self.tree.expr(pair[0]) {
                Expr::Name => self.tree.slice(self.tree.ranges[pair[0].0 as usize]),
                Expr::Literal(parts) => match self.tree.parts(parts) {
                    [part] => self.tree.slice(part.range),
                    _ => "",
                },
                _ => "",
            };
            if name.is_empty() {
                return self.refuse(pair[0], "the keys of an object type are attribute names");
            }
            fields.push(self.field(name, pair[1], depth)?);
        }
        fields.sort_by(|a, b| a.name.cmp(&b.name));
        match fields.windows(2).find(|pair| pair[0].name == pair[1].name) {
            Some(pair) => self.refuse(
                id,
                format!("the attribute {:?} is there twice", pair[0].name),
            ),
            None => Ok(Type::Object(fields)),
        }
    }

    fn field(&mut self, name: &str, id: ExprId, depth: usize) -> Result<Field, Diagnostic> {
        let optional = match self.tree.expr(id) {
            Expr::Call {
                name, arguments, ..
            } if self.tree.slice(name) == "optional" => Some(arguments),
            _ => None,
        };
        let Some(arguments) = optional else {
            let of = self.parse(id, depth + 1)?;
            return Ok(Field {
                name: name.into(),
                of,
                optional: false,
                default: None,
            });
        };
        let (of, default) = match self.tree.list(arguments) {
            [of] => (*of, None),
            [of, default] => (*of, Some(*default)),
            _ => {
                return self.refuse(
                    id,
                    "optional() takes the type of the attribute and perhaps a default",
                );
            }
        };
        let of = self.parse(of, depth + 1)?;
        let default = match default {
            None => None,
            Some(default) => {
                let value = convert(&(self.default)(default), &of);
                let value = value.or_else(|why| {
                    self.refuse(
                        default,
                        format!("the default does not fit the type of the attribute: {why}"),
                    )
                })?;
                Some(value).filter(|value| !value.is_null().is_true())
            }
        };
        Ok(Field {
            name: name.into(),
            of,
            optional: true,
            default,
        })
    }
}
