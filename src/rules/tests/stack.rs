//! Stacks built by hand.

use std::sync::Arc;

use crate::catalog::Catalog;
use crate::eval::{
    Address, Data, Declared, Entry, Key, Language, Mode, Reference, Stack, Truth, Value,
};
use crate::findings::Finding;
use crate::graph::build;
use crate::rules::{RuleSet, check};
use crate::source::{SourceId, Span};

/// Gives out places, so that every value has its own.
#[derive(Default)]
pub(super) struct Maker {
    at: u32,
}

impl Maker {
    pub(super) fn span(&mut self) -> Span {
        self.at += 10;
        Span::new(SourceId(0), self.at, self.at + 5)
    }

    pub(super) fn text(&mut self, text: &str) -> Value {
        let span = self.span();
        Value::text(text, span)
    }

    pub(super) fn map(&mut self, entries: Vec<(&str, Value)>) -> Value {
        let entry = |(key, value): (&str, Value)| Entry {
            key: key.into(),
            span: value.origin.span,
            value,
        };
        let entries = entries.into_iter().map(entry).collect();
        let span = self.span();
        Value::object(entries, span)
    }

    pub(super) fn block(&mut self, entries: Vec<(&str, Value)>) -> Value {
        let map = self.map(entries);
        let span = map.origin.span;
        Value::tuple(vec![map], span)
    }

    pub(super) fn refer(&mut self, target: &Address, path: &str) -> Value {
        let path = if path.is_empty() {
            Vec::new()
        } else {
            vec![path.into()]
        };
        let reference = Reference {
            target: target.clone(),
            path,
            value: None,
        };
        let span = self.span();
        Value::new(Data::Reference(Arc::new(reference)), span)
    }

    /// A resource whose header comes before its body and whose span has both.
    pub(super) fn resource(
        &mut self,
        type_name: &str,
        name: &str,
        body: impl FnOnce(&mut Self) -> Vec<(&'static str, Value)>,
    ) -> Declared {
        let header = self.span();
        let entries = body(self);
        let body = self.map(entries);
        let span = header.to(body.origin.span);
        let address = address(type_name, name).into();
        Declared {
            address,
            body,
            header,
            span,
            exists: Truth::True,
            calls: None,
            provider: None,
            meta: Value::null(header),
        }
    }
}

pub(super) fn address(type_name: &str, name: &str) -> Address {
    Address {
        stack: "root".into(),
        module: "".into(),
        mode: Mode::Managed,
        type_name: type_name.into(),
        name: name.into(),
        key: Key::None,
    }
}

pub(super) fn findings(language: Language, resources: Vec<Declared>, rule: &str) -> Vec<Finding> {
    let stack = Stack {
        name: "root".into(),
        language,
        resources,
        inputs: Vec::new(),
        outputs: Value::null(Span::nowhere()),
        missing: Vec::new(),
        diagnostics: Vec::new(),
        unread_files: false,
    };
    let catalog = Catalog::builtin();
    let graph = build(&stack, catalog);
    check(&graph, catalog, RuleSet::builtin(), &|own| own == rule)
}
