//! A policy document as a list of statements. Lists are normalised: IAM reads a single value as a list of one.

use ecow::EcoString;

use crate::eval::{Data, Value, Why, parse_json};
use crate::source::Span;

/// The most statements of a document that are read. AWS takes documents of at most 32 kB (IAM and AWS STS quotas; AWS KMS
/// quotas), into which fewer fit.
const MAX_STATEMENTS: usize = 1_000;

/// A policy document.
#[derive(Debug, Clone, Default)]
pub struct Document {
    /// Its statements, in order.
    pub statements: Vec<Statement>,
    /// Why there may be more statements.
    pub rest: Option<Why>,
    /// What is wrong with it.
    pub problems: Vec<(Span, String)>,
}

/// A statement.
#[derive(Debug, Clone)]
pub struct Statement {
    /// `Sid`, where it is a known text.
    pub sid: Option<EcoString>,
    /// `Effect`, perhaps unknown; `None` when it is missing.
    pub effect: Option<Value>,
    /// `Action`.
    pub actions: Members,
    /// `NotAction`.
    pub not_actions: Members,
    /// `Resource`.
    pub resources: Members,
    /// `NotResource`.
    pub not_resources: Members,
    /// `Principal`.
    pub principals: Vec<Principal>,
    /// `NotPrincipal`.
    pub not_principals: Vec<Principal>,
    /// The bytes of the name `NotPrincipal`.
    pub not_principal: Option<Span>,
    /// `Condition`.
    pub conditions: Vec<Condition>,
    /// Why there may be more conditions.
    pub conditions_rest: Option<Why>,
    /// The value it was read from.
    pub span: Span,
}

/// The members of an element that takes one value or a list.
#[derive(Debug, Clone, Default)]
pub struct Members {
    /// Whether the element is there at all.
    pub written: bool,
    /// The bytes of its name, where it is written in this statement.
    pub name: Option<Span>,
    /// Its members, each perhaps unknown.
    pub items: Vec<Value>,
    /// Why there may be more.
    pub rest: Option<Why>,
}

/// Principals of one type.
#[derive(Debug, Clone)]
pub struct Principal {
    /// `AWS`, `Service`, `Federated`, `CanonicalUser`; `*` for the text `"*"`.
    pub kind: EcoString,
    /// Who.
    pub members: Members,
}

/// One condition: any of the values, under an operator.
#[derive(Debug, Clone)]
pub struct Condition {
    /// The operator: `Bool`, `StringEquals`, `ForAllValues:StringLike`.
    pub operator: EcoString,
    /// The condition key, as written.
    pub key: EcoString,
    /// The values.
    pub values: Members,
    /// The bytes of the key.
    pub span: Span,
}

impl Document {
    /// Reads a document: a map, or the JSON text of one. What is no document at all is a problem, what is not known a
    /// document with perhaps more statements.
    pub fn read(value: &Value) -> Document {
        let mut document = Document::default();
        document.add(value);
        document
    }

    fn add(&mut self, value: &Value) {
        let own = value.resolved();
        match &own.data {
            Data::Map(map) => {
                match map.value("Statement") {
                    Some(statements) => self.statements_of(statements),
                    None if map.rest.is_none() => {
                        self.problems
                            .push((own.origin.span, "the document has no `Statement`".into()));
                    }
                    None => {}
                }
                if let (None, Some(rest)) = (map.value("Statement"), &map.rest) {
                    self.rest.get_or_insert_with(|| rest.why.clone());
                }
            }
            Data::Template(template) if template.decoded.is_some() => {
                if let Some(decoded) = &template.decoded
                    && !matches!(decoded.resolved().data, Data::Text(_) | Data::Template(_))
                {
                    self.add(decoded);
                }
            }
            Data::Text(_) | Data::Template(_) => match parse_json(own) {
                Ok(parsed)
                    if !matches!(parsed.resolved().data, Data::Text(_) | Data::Template(_)) =>
                {
                    self.add(&parsed)
                }
                Ok(_) => self
                    .problems
                    .push((own.origin.span, "the document is a text".into())),
                // With pieces that are not known it may be JSON once they are.
                Err(wrong) => match own.first_why() {
                    Some(why) => self.rest = Some(why),
                    None => self.problems.push(wrong),
                },
            },
            Data::Unknown(_) | Data::Reference(_) => self.rest = own.why(),
            Data::Null => {}
            _ => self
                .problems
                .push((own.origin.span, "this is no policy document".into())),
        }
    }

    fn statements_of(&mut self, value: &Value) {
        let members = Members::of(Some(value));
        if members.items.len() > MAX_STATEMENTS {
            self.rest = Some(Why::Limit);
        }
        for item in members.items.iter().take(MAX_STATEMENTS) {
            match &item.resolved().data {
                Data::Map(_) => self.statements.push(Statement::read(item.resolved())),
                _ => match item.first_why() {
                    Some(why) => self.rest = Some(why),
                    None => self
                        .problems
                        .push((item.origin.span, "a statement is a map".into())),
                },
            }
        }
        self.rest = self.rest.take().or(members.rest);
    }
}

impl Statement {
    fn read(value: &Value) -> Statement {
        let map = value.as_map();
        let get = |key: &str| map.and_then(|map| map.value(key));
        let own = value.origin.span;
        let members = |key: &str| {
            let entry = map.and_then(|map| map.get(key));
            let name = entry.map(|entry| entry.span).filter(|span| {
                span.source == own.source && own.start <= span.start && span.end <= own.end
            });
            Members {
                name,
                ..Members::of(entry.map(|entry| &entry.value))
            }
        };
        let mut conditions = Vec::new();
        let mut conditions_rest = map
            .and_then(|map| map.rest.as_ref())
            .map(|rest| rest.why.clone());
        if let Some(value) = get("Condition") {
            conditions_rest = conditions_of(value, &mut conditions).or(conditions_rest);
        }
        Statement {
            sid: get("Sid").and_then(Value::as_text).map(Into::into),
            effect: get("Effect").cloned(),
            actions: members("Action"),
            not_actions: members("NotAction"),
            resources: members("Resource"),
            not_resources: members("NotResource"),
            principals: principals_of(get("Principal")),
            not_principals: principals_of(get("NotPrincipal")),
            not_principal: members("NotPrincipal").name,
            conditions,
            conditions_rest,
            span: value.origin.span,
        }
    }
}

impl Members {
    fn of(value: Option<&Value>) -> Members {
        let Some(value) = value else {
            return Members::default();
        };
        let own = value.resolved();
        let (items, rest) = match &own.data {
            Data::Null => return Members::default(),
            Data::List(list) => (
                list.items.clone(),
                list.rest.as_ref().map(|rest| rest.why.clone()),
            ),
            // One of several lists: which members it has is not known.
            Data::Unknown(unknown) if unknown.among.iter().any(is_collection) => {
                (Vec::new(), Some(unknown.why.clone()))
            }
            _ => (vec![value.clone()], None),
        };
        Members {
            written: true,
            name: None,
            items,
            rest,
        }
    }
}

fn principals_of(value: Option<&Value>) -> Vec<Principal> {
    let Some(value) = value else {
        return Vec::new();
    };
    match &value.resolved().data {
        Data::Null => Vec::new(),
        Data::Map(map) => {
            let known = map.entries.iter().map(|entry| Principal {
                kind: entry.key.clone(),
                members: Members::of(Some(&entry.value)),
            });
            let rest = map.rest.iter().map(|rest| Principal {
                kind: "*".into(),
                members: Members {
                    written: true,
                    name: None,
                    items: Vec::new(),
                    rest: Some(rest.why.clone()),
                },
            });
            known.chain(rest).collect()
        }
        _ => vec![Principal {
            kind: "*".into(),
            members: Members::of(Some(value)),
        }],
    }
}

fn is_collection(value: &Value) -> bool {
    matches!(value.resolved().data, Data::List(_) | Data::Map(_))
}

/// Adds the conditions of a `Condition` element; gives the reason why there may be more.
fn conditions_of(value: &Value, conditions: &mut Vec<Condition>) -> Option<Why> {
    let own = value.resolved();
    let Data::Map(operators) = &own.data else {
        return own.first_why();
    };
    let mut rest = operators.rest.as_ref().map(|rest| rest.why.clone());
    for operator in &operators.entries {
        let inner = operator.value.resolved();
        let Data::Map(keys) = &inner.data else {
            rest = rest.or(inner.first_why());
            continue;
        };
        rest = rest.or(keys.rest.as_ref().map(|rest| rest.why.clone()));
        for key in &keys.entries {
            conditions.push(Condition {
                operator: operator.key.clone(),
                key: key.key.clone(),
                values: Members::of(Some(&key.value)),
                span: key.span,
            });
        }
    }
    rest
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::Document;
    use crate::eval::{Data, Piece, Template, Value, Why};
    use crate::source::{SourceId, Span};

    #[test]
    fn json_with_holes_keeps_its_bytes() {
        let head = r#"{"Statement":{"Effect":"Allow","Action":["s3:*"],"Resource":"arn:aws:s3:::"#;
        let tail = r#"/*"}}"#;
        let at = |from: usize, len: usize| Span::new(SourceId(0), from as u32, (from + len) as u32);
        let hole = Value::unknown(Why::Variable("var.b".into()), at(100 + head.len(), 8));
        let pieces = vec![
            Piece::Text(head.into(), at(100, head.len())),
            Piece::Value(hole),
            Piece::Text(tail.into(), at(108 + head.len(), tail.len())),
        ];
        let template = Template {
            text: None,
            pieces,
            decoded: None,
        };
        let document = Document::read(&Value::new(Data::Template(Arc::new(template)), at(90, 300)));
        assert_eq!(document.problems, []);
        let statement = &document.statements[0];
        let action = &statement.actions.items[0];
        let offset = head.find("\"s3:*\"").unwrap();
        assert_eq!(action.origin.span, at(100 + offset, 6));
        assert!(statement.resources.items[0].ends_with("/*").is_true());
        assert!(
            statement.resources.items[0]
                .starts_with("arn:aws:s3:::")
                .is_true()
        );
        assert!(statement.resources.items[0].equals_text("*").is_false());
    }

    #[test]
    fn what_is_not_known_or_wrong_is_said() {
        let unknown = Value::unknown(Why::Condition, Span::nowhere());
        assert_eq!(Document::read(&unknown).rest, Some(Why::Condition));
        for wrong in ["{", "[1]", "{\"Statement\": [", "nonsense", "{}"] {
            let document = Document::read(&Value::text(wrong, Span::nowhere()));
            assert!(!document.problems.is_empty(), "{wrong}");
        }
    }
}
