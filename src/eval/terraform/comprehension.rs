//! `for` expressions.

use std::sync::Arc;

use ecow::EcoString;

use super::evaluator::{Evaluated, Evaluator, Failure};
use super::expression::{fail, key_text, truth, unknown_from};
use super::operator;
use super::scope::{Frame, Scope};
use crate::eval::{Collection, Data, Entry, List, Map, Truth, Unknown, Value, Why, budget};
use crate::source::Span;
use crate::syntax::hcl::For;

impl Evaluator<'_> {
    /// The value of a `for` expression.
    pub(super) fn for_each(&self, scope: Scope<'_>, node: &For, span: Span) -> Evaluated {
        let collection = self.evaluate(scope, node.collection)?;
        let mut results = ForResults::default();
        let known = &operator::walked(&collection, span);
        match &known.data {
            Data::List(list) => {
                for (index, item) in list.items.iter().enumerate() {
                    let key = match list.kind {
                        Collection::Set => item.clone(),
                        _ => Value::new(Data::Number((index as i64).into()), span),
                    };
                    self.for_member(scope, node, key, item.clone(), Truth::True, &mut results)?;
                }
                for (why, value) in list.rest.iter().flat_map(|rest| members_of(rest, span)) {
                    let key = Value::unknown(why.clone(), span);
                    self.for_rest(scope, node, key, value, &why, &mut results);
                }
            }
            Data::Map(map) => {
                for entry in &map.entries {
                    let key = Value::text(entry.key.clone(), entry.span);
                    self.for_member(
                        scope,
                        node,
                        key,
                        entry.value.clone(),
                        Truth::True,
                        &mut results,
                    )?;
                }
                match (map.possible(), &map.rest) {
                    (Some(possible), Some(rest)) => possible.for_each(|(key, value)| {
                        let key = Value::text(key.clone(), span);
                        self.for_rest(scope, node, key, value.clone(), &rest.why, &mut results);
                    }),
                    (_, rest) => {
                        for (why, value) in rest.iter().flat_map(|rest| members_of(rest, span)) {
                            let key = Value::unknown(why.clone(), span);
                            self.for_rest(scope, node, key, value, &why, &mut results);
                        }
                    }
                }
            }
            Data::Unknown(_) | Data::Reference(_) => return Ok(unknown_from(known, span)),
            Data::Null => return Err(fail("a null value cannot be iterated over", span)),
            _ => {
                return Err(fail(
                    "only lists, sets, maps and objects can be iterated over",
                    span,
                ));
            }
        }
        Ok(results.finish(node, span)?.sensitive_if(known.sensitive))
    }

    fn for_rest(
        &self,
        scope: Scope<'_>,
        node: &For,
        key: Value,
        value: Value,
        why: &Why,
        results: &mut ForResults,
    ) {
        // A member that is not known to exist: what it would give is only a possibility, and its failure is no failure.
        if self
            .for_member(scope, node, key, value, Truth::Unknown, results)
            .is_err()
        {
            results.anything(why.clone());
        }
    }

    fn for_member(
        &self,
        scope: Scope<'_>,
        node: &For,
        key: Value,
        value: Value,
        exists: Truth,
        results: &mut ForResults,
    ) -> Result<(), Failure> {
        // What was made so far is given up, so nothing more is worth making.
        if !budget::has(size_of::<(Option<MadeKey>, Value)>()) {
            return Ok(());
        }
        let tree = scope.tree;
        let why = key.why().or_else(|| value.why()).unwrap_or(Why::Condition);
        let inner = Frame {
            name: tree.slice(node.value),
            value,
            outer: scope.frames,
        };
        let outer;
        let frames = match node.key {
            Some(name) => {
                outer = Frame {
                    name: tree.slice(name),
                    value: key,
                    outer: Some(&inner),
                };
                &outer
            }
            None => &inner,
        };
        let scope = Scope {
            frames: Some(frames),
            ..scope
        };
        let mut exists = exists;
        let mut why = why;
        if let Some(condition) = node.condition {
            let span = tree.expr_span(condition);
            let test = self.evaluate(scope, condition)?;
            exists = exists & truth(&test, span)?;
            why = test.why().unwrap_or(why);
        }
        if exists.is_false() {
            return Ok(());
        }
        let key = match node.key_result {
            Some(id) => {
                let own = self.evaluate(scope, id)?;
                match key_text(&own, tree.expr_span(id))? {
                    Ok(text) => Some(MadeKey {
                        text,
                        written: written(&own, tree.expr_span(id)),
                        made: tree.expr_span(id),
                    }),
                    Err(reason) => {
                        why = reason;
                        exists = Truth::Unknown;
                        None
                    }
                }
            }
            None => None,
        };
        let result = self.evaluate(scope, node.result)?;
        match (exists, key) {
            (Truth::True, key) => results.items.push((key, result)),
            (_, key) => results.possible(why, key.map(|key| key.text), result),
        }
        Ok(())
    }
}

/// A key that a `for` expression made.
struct MadeKey {
    text: EcoString,
    /// The bytes that wrote it, such as a key of the map that was gone through.
    written: Span,
    /// The expression that made it.
    made: Span,
}

/// The bytes that wrote a key; what nobody wrote stands where it was made.
fn written(key: &Value, made: Span) -> Span {
    let span = key.origin.span;
    if span.is_somewhere() { span } else { made }
}

/// The results of a `for` expression while they are gathered.
#[derive(Default)]
struct ForResults {
    items: Vec<(Option<MadeKey>, Value)>,
    rest: Option<Unknown>,
    /// The keys of what may be there; less than that where some are not known.
    maybe: Vec<EcoString>,
}

/// The most results that may be there of which each is kept.
const MAX_POSSIBLE: usize = 16;

impl ForResults {
    fn possible(&mut self, why: Why, key: Option<EcoString>, value: Value) {
        match &mut self.rest {
            // An empty list of alternatives means "anything" already.
            Some(rest) if rest.among.is_empty() || rest.among.len() >= MAX_POSSIBLE => {
                rest.among.clear();
            }
            Some(rest) => rest.among.push(value),
            None => {
                self.rest = Some(Unknown {
                    why,
                    among: vec![value],
                });
            }
        }
        self.maybe.extend(key);
    }

    fn anything(&mut self, why: Why) {
        self.rest = Some(Unknown {
            why,
            among: Vec::new(),
        });
    }

    fn finish(self, node: &For, span: Span) -> Evaluated {
        let rest = self.rest.map(Arc::new);
        if node.key_result.is_none() {
            let items = self.items.into_iter().map(|(_, value)| value).collect();
            return Ok(Value::new(
                Data::List(Arc::new(List {
                    items,
                    rest,
                    kind: Collection::Structural,
                })),
                span,
            ));
        }
        let mut entries: Vec<Entry> = Vec::with_capacity(self.items.len());
        let mut index: rustc_hash::FxHashMap<EcoString, usize> = rustc_hash::FxHashMap::default();
        let mut groups: Vec<Vec<Value>> = Vec::new();
        for (key, value) in self.items {
            let Some(key) = key else { continue };
            match index.get(&key.text) {
                Some(&group) if node.group => groups[group].push(value),
                Some(_) => {
                    let message = format!(
                        "two different items have the key \"{}\" in this `for` expression",
                        key.text
                    );
                    return Err(fail(message, key.made));
                }
                None => {
                    index.insert(key.text.clone(), entries.len());
                    groups.push(vec![value.clone()]);
                    entries.push(Entry {
                        key: key.text,
                        span: key.written,
                        value,
                    });
                }
            }
        }
        if node.group {
            for (entry, group) in entries.iter_mut().zip(groups) {
                let list = List {
                    items: group,
                    rest: rest.clone(),
                    kind: Collection::Structural,
                };
                entry.value = Value::new(Data::List(Arc::new(list)), span);
            }
        }
        let mut map = Map::new(entries, rest, Collection::Structural);
        // What may be in a group is no entry, and of two that may have one key one is.
        let known = !node.group
            && map
                .rest
                .as_ref()
                .is_some_and(|rest| rest.among.len() == self.maybe.len());
        let mut keys: Vec<&EcoString> = self
            .maybe
            .iter()
            .chain(map.entries.iter().map(|entry| &entry.key))
            .collect();
        let all = keys.len();
        keys.sort_unstable();
        keys.dedup();
        if known && keys.len() == all {
            map.maybe = self.maybe;
        }
        Ok(Value::new(Data::Map(Arc::new(map)), span))
    }
}

/// The members that may be there, each by itself where they are few.
fn members_of(rest: &Unknown, span: Span) -> Vec<(Why, Value)> {
    let each = |value: &Value| (rest.why.clone(), value.clone());
    match rest.among.as_slice() {
        [] => vec![(rest.why.clone(), operator::member_of(rest, span))],
        among => among.iter().map(each).collect(),
    }
}
