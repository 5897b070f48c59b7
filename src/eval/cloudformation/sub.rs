//! `Fn::Sub`.

use std::collections::BTreeMap;

use ecow::EcoString;

use super::evaluator::Evaluator;
use super::foreach::Scope;
use super::intrinsic::Call;
use super::text::{alone, finish, pieces_of, weight};
use crate::eval::{Data, Piece, Value, Why, budget};
use crate::source::Span;
use crate::syntax::yaml::NodeId;

/// A piece of the text of `Fn::Sub`, as a range of bytes in it.
#[derive(Debug, PartialEq)]
enum Part<'t> {
    Text(&'t str),
    /// `${!text}`: gives `${text}`.
    Literal(&'t str),
    /// `${name}`.
    Name(&'t str),
}

/// Cuts the text of `Fn::Sub` into pieces, each with the offset of its first byte and its length.
fn parts(text: &str) -> Vec<(usize, usize, Part<'_>)> {
    let mut parts = Vec::new();
    let mut from = 0;
    let mut at = 0;
    while let Some(start) = text[at..].find("${").map(|len| at + len) {
        let Some(end) = text[start..].find('}').map(|len| start + len) else {
            break;
        };
        let inside = &text[start + 2..end];
        at = end + 1;
        if inside.is_empty() {
            continue;
        }
        if from < start {
            parts.push((from, start - from, Part::Text(&text[from..start])));
        }
        let part = match inside.strip_prefix('!') {
            Some(literal) => Part::Literal(literal),
            None => Part::Name(inside.trim()),
        };
        parts.push((start, at - start, part));
        from = at;
    }
    if from < text.len() {
        parts.push((from, text.len() - from, Part::Text(&text[from..])));
    }
    parts
}

impl Evaluator<'_, '_> {
    pub(super) fn sub(&mut self, call: &Call, scope: &Scope) -> Value {
        let document = self.document;
        let (text, map) = match (document.text(call.argument), document.items(call.argument)) {
            (Some(_), _) => (call.argument, None),
            (None, &[text, map]) if document.text(text).is_some() => (text, Some(map)),
            _ => {
                let value = self.argument(call, scope);
                return self.unusable(
                    call,
                    &value,
                    "a text, or a list of a text and a mapping of variables",
                );
            }
        };
        let variables = match self.variables(call, map, scope) {
            Ok(variables) => variables,
            Err(value) => return value,
        };
        let written = document.text(text).cloned().unwrap_or_default();
        let replaced = scope.replace(&written);
        let exact = (replaced == written).then(|| document.locator(text, self.source));
        let mut pieces = Vec::new();
        let (mut secret, mut bytes) = (false, 0);
        for (at, len, part) in parts(&replaced) {
            let span = match &exact {
                Some(locator) => locator.locate(at, at + len),
                None => document.span(text),
            };
            let value = match part {
                Part::Text(text) => {
                    pieces.push(Piece::Text(text.into(), span));
                    continue;
                }
                Part::Literal(text) => {
                    pieces.push(Piece::Text(ecow::eco_format!("${{{text}}}"), span));
                    continue;
                }
                Part::Name(name) => match variables.get(name) {
                    Some(value) => value.clone(),
                    None => self.variable(&name.into(), span, scope),
                },
            };
            if len == replaced.len()
                && let Some(value) = alone(&value, call.span)
            {
                return value;
            }
            secret |= value.sensitive;
            match pieces_of(&value) {
                Some(own) => {
                    bytes += weight(&own);
                    if !budget::room(bytes) {
                        return Value::unknown(Why::Limit, call.span);
                    }
                    pieces.extend(own);
                }
                None => {
                    let value = self.invalid(span, "Fn::Sub: this variable is not a text");
                    pieces.push(Piece::Value(value));
                }
            }
        }
        finish(pieces, call.span).sensitive_if(secret)
    }

    /// The variables that the second member of the argument declares.
    fn variables(
        &mut self,
        call: &Call,
        map: Option<NodeId>,
        scope: &Scope,
    ) -> Result<BTreeMap<EcoString, Value>, Value> {
        let Some(map) = map else {
            return Ok(BTreeMap::new());
        };
        let value = self.value(map, scope);
        let Data::Map(map) = &value.data else {
            return Err(self.unusable(call, &value, "a mapping of variables as its second member"));
        };
        let entries = map.entries.iter();
        Ok(entries
            .map(|entry| (entry.key.clone(), entry.value.clone()))
            .collect())
    }

    /// The value of `${name}`: that of `Ref name`, or of `Fn::GetAtt` where there is a dot.
    fn variable(&mut self, name: &EcoString, span: Span, scope: &Scope) -> Value {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | ':');
        if !name.chars().all(allowed) {
            let message = format!(
                "Fn::Sub: `{name}` is no name; write `${{!{name}}}` for the text `${{{name}}}`"
            );
            return self.invalid(span, message);
        }
        match name.split_once('.') {
            Some((id, attribute)) => self.get(&id.into(), attribute.into(), span),
            None => self.named(name, span, scope),
        }
    }

    /// A scalar that holds a dynamic reference.
    pub(super) fn dynamic(&mut self, node: NodeId, text: &EcoString) -> Value {
        let span = self.document.span(node);
        finish(vec![Piece::Text(text.clone(), span)], span)
    }
}

/// The unknown that a dynamic reference is.
pub(super) fn dynamic(span: Span) -> Value {
    Value::unknown(Why::Dynamic, span)
}

#[cfg(test)]
mod tests {
    use super::{Part, parts};

    #[test]
    fn texts_of_sub_fall_into_parts() {
        use Part::{Literal, Name, Text};
        let only = |text| {
            parts(text)
                .into_iter()
                .map(|(_, _, part)| part)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            only("a${B}c${!D}"),
            [Text("a"), Name("B"), Text("c"), Literal("D")]
        );
        assert_eq!(only("$a ${ ${}"), [Text("$a "), Name("${")]);
        assert_eq!(only("${}${ A.B }$"), [Text("${}"), Name("A.B"), Text("$")]);
        assert_eq!(only("${A"), [Text("${A")]);
    }
}
