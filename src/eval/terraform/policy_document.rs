//! `data "aws_iam_policy_document"`: the JSON that the AWS provider renders from its statements.
//!
//! Source: the documentation of the data source `aws_iam_policy_document` of the AWS provider; order
//! of members and of list values as version 5 of the provider gives them.

use std::sync::Arc;

use ecow::EcoString;

use super::function;
use super::policy_json::encoded;
use crate::eval::{Collection, Data, Entry, List, Map, Piece, Template, Unknown, Value, Why};
use crate::source::Span;

const DEFAULT_VERSION: &str = "2012-10-17";

/// What the data source gives for this body, `json` and `minified_json`, and what the provider refuses in it.
pub(crate) fn render(body: &Value, span: Span) -> (Vec<(&'static str, Value)>, Vec<String>) {
    let Some(map) = body.as_map() else {
        return (vec![], vec![]);
    };
    let mut problems = Vec::new();
    let mut merged = Document::default();
    for source in texts(map, &["source_json", "source_policy_documents"]) {
        let source = Document::read(&source, span, &mut problems);
        merged.refuse_shared_sids(&source, "two source documents", &mut problems);
        merged.merge(source);
    }
    let own = own(map, span);
    let mut alone = Document::default();
    for statement in &own.statements {
        let one = Document {
            statements: vec![statement.clone()],
            ..Document::default()
        };
        alone.refuse_shared_sids(&one, "two statements", &mut problems);
        alone.statements.push(statement.clone());
    }
    merged.merge(own);
    for over in texts(map, &["override_json", "override_policy_documents"]) {
        merged.merge(Document::read(&over, span, &mut problems));
    }
    let document = merged.value(span);
    let json = [
        ("json", encoded(&document, span, true)),
        ("minified_json", encoded(&document, span, false)),
    ];
    (json.into(), problems)
}

/// A policy document while documents are merged into it.
#[derive(Default)]
struct Document {
    version: Option<Value>,
    id: Option<Value>,
    statements: Vec<Value>,
    rest: Option<Arc<Unknown>>,
}

impl Document {
    /// Lays another document over this one: a statement with a known `Sid` replaces that of the same `Sid`.
    fn merge(&mut self, new: Document) {
        if let Some(id) = new.id {
            self.id = Some(id);
        }
        let newer = |new: &Value, old: &Value| {
            new.as_text()
                .zip(old.as_text())
                .is_none_or(|(new, old)| new > old)
        };
        if let Some(version) = new.version
            && self.version.as_ref().is_none_or(|old| newer(&version, old))
        {
            self.version = Some(version);
        }
        for statement in new.statements {
            let own = sid(&statement);
            match self
                .statements
                .iter()
                .position(|known| own.is_some() && sid(known) == own)
            {
                Some(at) => self.statements[at] = statement,
                None => self.statements.push(statement),
            }
        }
        self.rest = self.rest.take().or(new.rest);
    }

    /// Says which `Sid`s stand in both documents, where the provider refuses that.
    fn refuse_shared_sids(&self, other: &Document, what: &str, problems: &mut Vec<String>) {
        for sid in other.statements.iter().filter_map(sid) {
            if self
                .statements
                .iter()
                .any(|known| self::sid(known) == Some(sid))
            {
                problems.push(format!(
                    "{what} have the sid {sid:?}, which the provider refuses"
                ));
            }
        }
    }

    /// A document given as text.
    fn read(text: &Value, span: Span, problems: &mut Vec<String>) -> Document {
        let unknown = |why| Document {
            rest: Some(Arc::new(Unknown { why, among: vec![] })),
            ..Document::default()
        };
        let decoded = match function::decode_json(text, span) {
            Ok(decoded) => decoded,
            Err(message) => {
                problems.push(format!(
                    "a policy document to merge is not valid JSON: {message}"
                ));
                return unknown(Why::Invalid);
            }
        };
        let Some(map) = decoded.as_map() else {
            return unknown(decoded.first_why().unwrap_or(Why::Invalid));
        };
        let mut document = Document {
            version: map.value("Version").cloned(),
            id: map.value("Id").cloned(),
            statements: vec![],
            rest: map.rest.clone(),
        };
        match map.value("Statement").map(Value::resolved) {
            None => {}
            Some(Value {
                data: Data::List(list),
                ..
            }) => {
                document.statements = list.items.clone();
                document.rest = document.rest.or_else(|| list.rest.clone());
            }
            Some(
                one @ Value {
                    data: Data::Map(_), ..
                },
            ) => {
                let message = "the `Statement` of a policy document to merge is one object; the provider wants a list";
                problems.push(message.into());
                document.statements.push(one.clone());
            }
            Some(other) => document.rest = unknown(other.first_why().unwrap_or(Why::Invalid)).rest,
        }
        document
    }

    fn value(self, span: Span) -> Value {
        let mut entries = Vec::new();
        let mut push = |key: &str, value: Option<Value>| {
            entries.extend(value.map(|value| Entry {
                key: key.into(),
                span: value.origin.span,
                value,
            }));
        };
        push("Version", self.version);
        push("Id", self.id);
        if !self.statements.is_empty() || self.rest.is_some() {
            let list = List {
                items: self.statements,
                rest: self.rest,
                kind: Collection::Structural,
            };
            push(
                "Statement",
                Some(Value::new(Data::List(Arc::new(list)), span)),
            );
        }
        Value::object(entries, span)
    }
}

/// The `Sid` of a statement, where it has one that is known.
fn sid(statement: &Value) -> Option<&str> {
    statement
        .as_map()?
        .value("Sid")?
        .as_text()
        .filter(|sid| !sid.is_empty())
}

/// The values of arguments that hold one document or a list of them.
fn texts(map: &Map, names: &[&str]) -> Vec<Value> {
    let mut found = Vec::new();
    for value in names.iter().filter_map(|name| map.value(name)) {
        match &value.resolved().data {
            Data::List(list) => {
                found.extend(
                    list.items
                        .iter()
                        .filter(|item| {
                            !matches!(item.data, Data::Null) && item.as_text() != Some("")
                        })
                        .cloned(),
                );
                found.extend(
                    list.rest
                        .iter()
                        .map(|rest| Value::unknown(rest.why.clone(), value.origin.span)),
                );
            }
            _ if value.as_text() == Some("") => {}
            _ => found.push(value.clone()),
        }
    }
    found
}

/// Nested blocks as a list: one block may be written as an object in JSON syntax.
fn blocks(value: &Value) -> Value {
    let known = value.resolved();
    match &known.data {
        Data::Map(_) => Value::tuple(vec![known.clone()], known.origin.span),
        _ => known.clone(),
    }
}

/// The document of the `statement` blocks.
fn own(map: &Map, span: Span) -> Document {
    let version = map
        .value("version")
        .cloned()
        .unwrap_or_else(|| Value::text(DEFAULT_VERSION, span));
    let (statements, rest) = match map
        .value("statement")
        .map(blocks)
        .as_ref()
        .and_then(Value::as_list)
    {
        Some(list) => {
            let rest = list.rest.as_ref().map(|rest| {
                let among = rest.among.iter().map(statement).collect();
                Arc::new(Unknown {
                    why: rest.why.clone(),
                    among,
                })
            });
            (list.items.iter().map(statement).collect(), rest)
        }
        None => (vec![], None),
    };
    Document {
        version: Some(version),
        id: map.value("policy_id").cloned(),
        statements,
        rest,
    }
}

fn statement(block: &Value) -> Value {
    let Some(map) = block.as_map() else {
        return block.clone();
    };
    let mut entries = Vec::new();
    let mut push = |key: &str, value: Option<Value>| {
        entries.extend(value.map(|value| Entry {
            key: key.into(),
            span: value.origin.span,
            value,
        }));
    };
    push(
        "Sid",
        map.value("sid")
            .filter(|sid| sid.as_text() != Some(""))
            .cloned(),
    );
    let effect = map.value("effect").cloned();
    push(
        "Effect",
        Some(effect.unwrap_or_else(|| Value::text("Allow", block.origin.span))),
    );
    push("Action", map.value("actions").and_then(string_set));
    push("NotAction", map.value("not_actions").and_then(string_set));
    push(
        "Resource",
        map.value("resources")
            .and_then(string_set)
            .map(|value| policy_variables(&value)),
    );
    push(
        "NotResource",
        map.value("not_resources")
            .and_then(string_set)
            .map(|value| policy_variables(&value)),
    );
    push(
        "Principal",
        map.value("principals")
            .and_then(|value| principals(value, block.origin.span)),
    );
    push(
        "NotPrincipal",
        map.value("not_principals")
            .and_then(|value| principals(value, block.origin.span)),
    );
    push(
        "Condition",
        map.value("condition")
            .and_then(|value| conditions(value, block.origin.span)),
    );
    Value::object(entries, block.origin.span)
}

/// A set of strings: one is itself, more are a list, sorted backwards; none is nothing.
fn string_set(value: &Value) -> Option<Value> {
    let Data::List(list) = &value.resolved().data else {
        return Some(value.clone());
    };
    let mut items = list.items.clone();
    items.sort_by(|a, b| b.as_text().cmp(&a.as_text()));
    items.dedup_by(|a, b| a.as_text().is_some() && a.as_text() == b.as_text());
    if list.rest.is_none() && items.len() < 2 {
        return items.pop();
    }
    let list = List {
        items,
        rest: list.rest.clone(),
        kind: Collection::Structural,
    };
    Some(Value {
        data: Data::List(Arc::new(list)),
        ..value.clone()
    })
}

/// `&{aws:username}` is how `${aws:username}` is written in these blocks.
fn policy_variables(value: &Value) -> Value {
    let mapped = |text: &EcoString| EcoString::from(text.as_str().replace("&{", "${"));
    let mut value = value.clone();
    match &mut value.data {
        Data::Text(text) if text.contains("&{") => *text = mapped(text),
        Data::Template(template) => {
            let pieces = template.pieces.iter().map(|piece| match piece {
                Piece::Text(text, span) => Piece::Text(mapped(text), *span),
                Piece::Value(value) => Piece::Value(value.clone()),
            });
            let (pieces, text) = (pieces.collect(), template.text.as_ref().map(mapped));
            value.data = Data::Template(Arc::new(Template {
                text,
                pieces,
                decoded: None,
            }));
        }
        Data::List(list) => {
            let items = list.items.iter().map(policy_variables).collect();
            value.data = Data::List(Arc::new(List {
                items,
                rest: list.rest.clone(),
                kind: list.kind,
            }));
        }
        _ => {}
    }
    value
}

/// `principals` blocks: by type; everyone is `"*"`.
fn principals(blocks: &Value, span: Span) -> Option<Value> {
    let blocks = self::blocks(blocks);
    let Data::List(list) = &blocks.data else {
        return Some(blocks);
    };
    let mut entries: Vec<Entry> = Vec::new();
    let mut rest = list.rest.as_ref().map(|rest| {
        Arc::new(Unknown {
            why: rest.why.clone(),
            among: vec![],
        })
    });
    for block in &list.items {
        let part = |name: &str| block.as_map().and_then(|map| map.value(name)).cloned();
        let (Some(kind), Some(identifiers)) = (
            part("type"),
            part("identifiers").as_ref().and_then(string_set),
        ) else {
            continue;
        };
        let identifiers = policy_variables(&identifiers);
        let Some(kind_text) = kind.as_text() else {
            rest = Some(Arc::new(Unknown {
                why: kind.first_why().unwrap_or(Why::Invalid),
                among: vec![identifiers],
            }));
            continue;
        };
        if list.items.len() == 1
            && kind_text == "*"
            && identifiers.as_text() == Some("*")
            && rest.is_none()
        {
            return Some(identifiers);
        }
        add(&mut entries, kind_text, kind.origin.span, identifiers);
    }
    if entries.is_empty() && rest.is_none() {
        return None;
    }
    Some(Value::new(
        Data::Map(Arc::new(Map::new(entries, rest, Collection::Structural))),
        span,
    ))
}

/// `condition` blocks: by test, then by variable.
fn conditions(blocks: &Value, span: Span) -> Option<Value> {
    let blocks = self::blocks(blocks);
    let Data::List(list) = &blocks.data else {
        return Some(blocks);
    };
    let mut tests: Vec<(EcoString, Vec<Entry>)> = Vec::new();
    let mut rest = list.rest.as_ref().map(|rest| {
        Arc::new(Unknown {
            why: rest.why.clone(),
            among: vec![],
        })
    });
    for block in &list.items {
        let part = |name: &str| block.as_map().and_then(|map| map.value(name)).cloned();
        let (Some(test), Some(variable), Some(values)) =
            (part("test"), part("variable"), part("values"))
        else {
            continue;
        };
        let (Some(test), Some(name)) = (test.as_text(), variable.as_text()) else {
            let why = test
                .first_why()
                .or_else(|| variable.first_why())
                .unwrap_or(Why::Invalid);
            rest = Some(Arc::new(Unknown { why, among: vec![] }));
            continue;
        };
        let values = policy_variables(&values);
        let values = match &values.data {
            Data::List(list) if list.items.len() == 1 && list.rest.is_none() => {
                list.items[0].clone()
            }
            _ => values,
        };
        let at = match tests.iter().position(|(known, _)| known == test) {
            Some(at) => at,
            None => {
                tests.push((test.into(), Vec::new()));
                tests.len() - 1
            }
        };
        add(&mut tests[at].1, name, variable.origin.span, values);
    }
    if tests.is_empty() && rest.is_none() {
        return None;
    }
    let entries = tests.into_iter().map(|(key, entries)| Entry {
        key,
        span,
        value: Value::object(entries, span),
    });
    Some(Value::new(
        Data::Map(Arc::new(Map::new(
            entries.collect(),
            rest,
            Collection::Structural,
        ))),
        span,
    ))
}

/// Adds values under a key; a key that is there gets a list of both.
fn add(entries: &mut Vec<Entry>, key: &str, span: Span, value: Value) {
    let Some(entry) = entries.iter_mut().find(|entry| entry.key == key) else {
        entries.push(Entry {
            key: key.into(),
            span,
            value,
        });
        return;
    };
    let members = |value: &Value| match &value.data {
        Data::List(list) => (list.items.clone(), list.rest.clone()),
        _ => (vec![value.clone()], None),
    };
    let ((mut items, rest), (more, more_rest)) = (members(&entry.value), members(&value));
    items.extend(more);
    let list = List {
        items,
        rest: rest.or(more_rest),
        kind: Collection::Structural,
    };
    entry.value = Value {
        data: Data::List(Arc::new(list)),
        ..entry.value.clone()
    };
}
