//! Reading a policy document, and refusing in it what AWS refuses.

use super::document::{Condition, Document, Members, Principal, Statement};
use super::grammar;
use crate::eval::{Data, Map, Value, Why, parse_json_loosely};
use crate::source::{Code, Diagnostic, Span};

/// The most statements of a document that are read. AWS takes documents of at most 32 kB (IAM and AWS STS quotas; AWS KMS
/// quotas), into which fewer fit.
const MAX_STATEMENTS: usize = 1_000;

impl Document {
    /// Reads a document: a map, or the JSON text of one. What is no document at all is refused, what is not known a
    /// document with perhaps more statements.
    pub fn read(value: &Value) -> Document {
        let mut document = Document::default();
        document.add(value);
        document
    }

    /// Refuses statements without a resource, as AWS does in what identities may do.
    pub fn require_resources(&mut self) {
        let mut lacking = Vec::new();
        for statement in &mut self.statements {
            let none = !statement.resources.written && !statement.not_resources.written;
            if none && statement.resources.rest.is_none() {
                statement.resources.rest = Some(Why::Invalid);
                lacking.push(statement.span);
            }
        }
        for span in lacking {
            self.refuse(Code::Structure, span, "this statement has no `Resource`");
        }
    }

    fn add(&mut self, value: &Value) {
        let own = value.resolved();
        let span = own.origin.span;
        match &own.data {
            Data::Map(map) => self.elements(map, span),
            Data::Template(template) if template.decoded.is_some() => {
                if let Some(decoded) = &template.decoded {
                    self.inside(decoded, span);
                }
            }
            Data::Text(_) | Data::Template(_) => self.text(own),
            Data::Unknown(_) | Data::Reference(_) => self.rest = own.why(),
            Data::Null => {}
            other => {
                let message = format!(
                    "a policy document is an object, not {}",
                    grammar::noun(other)
                );
                self.refuse(Code::Structure, span, message);
            }
        }
    }

    /// The JSON text of a document.
    fn text(&mut self, own: &Value) {
        let span = own.origin.span;
        let wrong = match parse_json_loosely(own) {
            Ok((parsed, wrong)) => {
                self.inside(&parsed, span);
                wrong
            }
            Err(wrong) => Some(wrong),
        };
        let Some((at, wrong)) = wrong else { return };
        match own.first_why() {
            // It may be JSON once all of it is known.
            Some(why) => self.rest = Some(why),
            None => {
                let message = format!("this policy document is not JSON: {wrong}");
                self.refuse(Code::Syntax, at, message);
            }
        }
    }

    /// What a text holds; JSON of a text is no document.
    fn inside(&mut self, value: &Value, span: Span) {
        match &value.resolved().data {
            Data::Null | Data::Text(_) | Data::Template(_) => {
                let message = "a policy document is an object, not a text";
                self.refuse(Code::Structure, span, message);
            }
            _ => self.add(value),
        }
    }

    /// Says what AWS refuses; nothing is sure about the document then.
    fn refuse(&mut self, code: Code, span: Span, message: impl Into<String>) {
        self.rest.get_or_insert(Why::Invalid);
        self.refused.push(Diagnostic::new(code, span, message));
    }

    fn elements(&mut self, map: &Map, span: Span) {
        self.unknown_keys(map, &grammar::DOCUMENT, "a policy document");
        match (map.value("Statement"), &map.rest) {
            (Some(statements), _) => self.statements_of(statements),
            (None, Some(rest)) => {
                self.rest.get_or_insert_with(|| rest.why.clone());
            }
            (None, None) if self.refused.is_empty() => {
                let message = "this policy document has no `Statement`";
                self.refuse(Code::Structure, span, message);
            }
            (None, None) => {}
        }
    }

    /// Says which keys AWS does not know. Whether there are any.
    fn unknown_keys(&mut self, map: &Map, known: &[&str], of: &str) -> bool {
        let mut any = false;
        for entry in &map.entries {
            if let Some(help) = grammar::unknown(&entry.key, known) {
                any = true;
                self.refuse(
                    Code::Structure,
                    entry.span,
                    format!("{of} has no element `{}`", entry.key),
                );
                self.advise(help);
            }
        }
        any
    }

    /// Adds what to do to what was refused last.
    fn advise(&mut self, help: String) {
        if let Some(last) = self.refused.last_mut().filter(|_| !help.is_empty()) {
            last.help = Some(help);
        }
    }

    fn statements_of(&mut self, value: &Value) {
        let members = Members::of(Some(value));
        if members.items.len() > MAX_STATEMENTS {
            self.rest = Some(Why::Limit);
        }
        for item in members.items.iter().take(MAX_STATEMENTS) {
            let own = item.resolved();
            match &own.data {
                Data::Map(map) => {
                    let statement = self.statement(map, own.origin.span);
                    self.statements.push(statement);
                }
                Data::Unknown(_) | Data::Reference(_) => self.rest = own.why(),
                other => {
                    let message = format!("a statement is an object, not {}", grammar::noun(other));
                    self.refuse(Code::Structure, own.origin.span, message);
                }
            }
        }
        self.rest = self.rest.take().or(members.rest);
    }

    fn statement(&mut self, map: &Map, own: Span) -> Statement {
        // Which element was meant is not known: it may have been any that is not there, or a condition.
        let misspelt = self.unknown_keys(map, &grammar::STATEMENT, "a statement");
        let more = map.rest.as_ref().map(|rest| rest.why.clone());
        let more = more.or(misspelt.then_some(Why::Invalid));
        let mut members = |keys: [&str; 2]| {
            let mut pair = keys.map(|key| self.members(map, key, own));
            if !pair.iter().any(|members| members.written) {
                pair[0].rest.clone_from(&more);
            }
            pair
        };
        let [actions, not_actions] = members(["Action", "NotAction"]);
        let [resources, not_resources] = members(["Resource", "NotResource"]);
        let not_principal = map.get("NotPrincipal").map(|entry| entry.span);
        let not_principals = self.principals(map.value("NotPrincipal"));
        let mut principals = self.principals(map.value("Principal"));
        if let (true, true, Some(why)) = (
            principals.is_empty(),
            not_principals.is_empty(),
            more.clone(),
        ) {
            principals.push(Principal::unknown(why));
        }
        if !actions.written && !not_actions.written && more.is_none() {
            self.refuse(Code::Structure, own, "this statement has no `Action`");
        }
        let (conditions, conditions_rest) = self.conditions(map.value("Condition"));
        Statement {
            sid: map.value("Sid").and_then(Value::as_text).map(Into::into),
            effect: self.effect(map, own, more.clone()),
            actions,
            not_actions,
            resources,
            not_resources,
            principals,
            not_principals,
            not_principal: not_principal.filter(|span| is_inside(*span, own)),
            conditions,
            conditions_rest: conditions_rest.or(more),
            span: own,
        }
    }

    /// `Effect`; one that is neither of the two, or may be there, is unknown.
    fn effect(&mut self, map: &Map, own: Span, more: Option<Why>) -> Option<Value> {
        let Some(effect) = map.value("Effect") else {
            if more.is_none() {
                self.refuse(Code::Structure, own, "this statement has no `Effect`");
            }
            return more.map(|why| Value::unknown(why, own));
        };
        let neither = grammar::EFFECTS
            .iter()
            .all(|known| effect.equals_text(known).is_false());
        if !neither {
            return Some(effect.clone());
        }
        let span = effect.origin.span;
        let text = effect.as_text().unwrap_or_default();
        self.refuse(
            Code::Structure,
            span,
            format!("`{text}` is no effect: it is `Allow` or `Deny`"),
        );
        if let Some(help) = grammar::unknown(text, &grammar::EFFECTS) {
            self.advise(help);
        }
        Some(Value::unknown(Why::Invalid, span))
    }

    /// An element that takes texts; what is none is unknown.
    fn members(&mut self, map: &Map, key: &str, own: Span) -> Members {
        let entry = map.get(key);
        let name = entry
            .map(|entry| entry.span)
            .filter(|span| is_inside(*span, own));
        let mut members = Members {
            name,
            ..Members::of(entry.map(|entry| &entry.value))
        };
        self.only_texts(&mut members, key);
        members
    }

    fn only_texts(&mut self, members: &mut Members, key: &str) {
        for item in &mut members.items {
            let own = item.resolved();
            if grammar::may_be_text(&own.data) {
                continue;
            }
            let span = own.origin.span;
            let message = format!("`{key}` takes texts, not {}", grammar::noun(&own.data));
            self.refuse(Code::Structure, span, message);
            *item = Value::unknown(Why::Invalid, span);
        }
    }

    fn principals(&mut self, value: Option<&Value>) -> Vec<Principal> {
        let Some(value) = value else {
            return Vec::new();
        };
        let Data::Map(map) = &value.resolved().data else {
            let mut members = Members::of(Some(value));
            if !members.written {
                return Vec::new();
            }
            self.only_texts(&mut members, "Principal");
            let kind = "*".into();
            return vec![Principal { kind, members }];
        };
        let mut principals = Vec::new();
        for entry in &map.entries {
            if let Some(help) = grammar::unknown(&entry.key, &grammar::PRINCIPALS) {
                let message = format!("there are no principals of a type `{}`", entry.key);
                self.refuse(Code::Structure, entry.span, message);
                self.advise(help);
                principals.push(Principal::unknown(Why::Invalid));
                continue;
            }
            let mut members = Members::of(Some(&entry.value));
            self.only_texts(&mut members, &entry.key);
            let kind = entry.key.clone();
            principals.push(Principal { kind, members });
        }
        let rest = map
            .rest
            .iter()
            .map(|rest| Principal::unknown(rest.why.clone()));
        principals.extend(rest);
        principals
    }

    /// The conditions of a `Condition` element; and why there may be more.
    fn conditions(&mut self, value: Option<&Value>) -> (Vec<Condition>, Option<Why>) {
        let mut conditions = Vec::new();
        let Some(own) = value.map(Value::resolved) else {
            return (conditions, None);
        };
        let operators = match &own.data {
            Data::Map(operators) => operators,
            Data::Null => return (conditions, None),
            Data::Unknown(_) | Data::Reference(_) => return (conditions, own.why()),
            other => {
                let message = format!("`Condition` is an object, not {}", grammar::noun(other));
                self.refuse(Code::Structure, own.origin.span, message);
                return (conditions, Some(Why::Invalid));
            }
        };
        let mut rest = operators.rest.as_ref().map(|rest| rest.why.clone());
        for operator in &operators.entries {
            if !grammar::is_operator(&operator.key) {
                let message = format!("there is no condition operator `{}`", operator.key);
                self.refuse(Code::Structure, operator.span, message);
                rest = rest.or(Some(Why::Invalid));
                continue;
            }
            let inner = operator.value.resolved();
            let keys = match &inner.data {
                Data::Map(keys) => keys,
                Data::Unknown(_) | Data::Reference(_) => {
                    rest = rest.or(inner.why());
                    continue;
                }
                other => {
                    let message = format!(
                        "`{}` takes an object of keys, not {}",
                        operator.key,
                        grammar::noun(other)
                    );
                    self.refuse(Code::Structure, inner.origin.span, message);
                    rest = rest.or(Some(Why::Invalid));
                    continue;
                }
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
        (conditions, rest)
    }
}

/// Whether bytes are part of a statement, and not of something that it refers to.
fn is_inside(span: Span, own: Span) -> bool {
    span.source == own.source && own.start <= span.start && span.end <= own.end
}

impl Principal {
    /// Principals of which nothing is known.
    fn unknown(why: Why) -> Principal {
        Principal {
            kind: "*".into(),
            members: Members {
                written: true,
                rest: Some(why),
                ..Members::default()
            },
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

fn is_collection(value: &Value) -> bool {
    matches!(value.resolved().data, Data::List(_) | Data::Map(_))
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
        assert_eq!(document.refused, []);
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
        for wrong in [
            "{",
            "[1]",
            "{\"Statement\": [",
            "nonsense",
            "{}",
            "",
            "\"{}\"",
        ] {
            let document = Document::read(&Value::text(wrong, Span::nowhere()));
            assert!(!document.refused.is_empty(), "{wrong}");
            assert_eq!(document.rest, Some(Why::Invalid), "{wrong}");
        }
    }
}
