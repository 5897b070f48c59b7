//! Edits of YAML and JSON: templates, and Terraform in JSON.

use std::sync::Arc;

use crate::catalog::spell::Writing;
use crate::catalog::{Literal, Step};
use crate::eval::{Language, Role};
use crate::findings::Change;
use crate::source::{SourceFile, Span};
use crate::syntax::yaml::{Document, Kind, NodeId, Pair};

use super::layout::{end_of_line, indent_at, line_end};
use super::{Edit, Refused, Texts, literal, uses};

/// Where a value goes.
enum Place {
    /// It is written here.
    Scalar(NodeId),
    /// This mapping lacks the first of the names that are left.
    Mapping(NodeId, usize),
    /// This pair has no value yet.
    Empty(Pair, usize),
}

/// The edits that write a change one way.
pub(super) fn edits(
    change: &Change,
    writing: &Writing,
    texts: &Texts<'_>,
) -> Result<Vec<Edit>, Refused> {
    if writing.join.is_some() || change.partial || !change.header.is_somewhere() {
        return Err(Refused::NotWritten);
    }
    let source = change.header.source;
    let read = texts.nodes(source);
    let (file, document) = (&read.0, &read.1);
    if !document.errors.is_empty() {
        return Err(Refused::NotFound);
    }
    let body = body(document, change)?;
    let mut names = writing.names.clone();
    if change.language == Language::CloudFormation {
        names.insert(
            0,
            Step {
                name: "Properties".into(),
                each: false,
            },
        );
    }
    let witness = change
        .origin
        .as_ref()
        .map(|origin| origin.span)
        .or(change.place);
    let witness = witness
        .and_then(|span| texts.now(span))
        .filter(|span| span.source == source);
    let found = place(document, body, &names, witness)?;
    let writer = Writer {
        text: &file.text,
        document,
        json: is_json(file),
    };
    let edit = match (&writing.value, found) {
        (Some(value), Place::Scalar(own)) => writer.replaced(own, value, change, texts, source)?,
        (Some(value), Place::Mapping(own, from)) => writer.inserted(own, &names[from..], value)?,
        (Some(value), Place::Empty(pair, from)) => writer.filled(pair, &names[from..], value),
        (None, _) => return Err(Refused::NotWritten),
    };
    Ok(vec![Edit {
        span: Span {
            source: if edit.span.source == document.source {
                source
            } else {
                edit.span.source
            },
            ..edit.span
        },
        ..edit
    }])
}

fn is_json(file: &Arc<SourceFile>) -> bool {
    file.text
        .trim_start_matches('\u{feff}')
        .trim_start()
        .starts_with('{')
}

fn child(document: &Document, of: NodeId, name: &str) -> Option<NodeId> {
    let mut pairs = document.pairs(of).iter();
    let found = pairs.find(|pair| document.text(pair.key).is_some_and(|key| key == name));
    found.map(|pair| pair.value)
}

/// The mapping that declares the resource.
fn body(document: &Document, change: &Change) -> Result<NodeId, Refused> {
    let root = document.root.ok_or(Refused::NotFound)?;
    let address = &change.address;
    let (name, kind) = (address.name.as_str(), address.type_name.as_str());
    let steps: &[&str] = match change.language {
        Language::CloudFormation => &["Resources", name],
        Language::Terraform => &["resource", kind, name],
    };
    let found = steps
        .iter()
        .try_fold(root, |own, step| child(document, own, step));
    let found = found.ok_or(Refused::Several)?;
    if change.language == Language::CloudFormation {
        // What SAM makes stands under the id of what it was made from.
        let own = child(document, found, "Type").and_then(|node| document.text(node));
        if own.is_none_or(|own| own != kind) {
            return Err(Refused::Several);
        }
    }
    Ok(found)
}

fn place(
    document: &Document,
    body: NodeId,
    names: &[Step],
    witness: Option<Span>,
) -> Result<Place, Refused> {
    let mut own = body;
    for (at, step) in names.iter().enumerate() {
        own = member(document, own, witness)?;
        let inside = |inner: NodeId| {
            let (outer, inner) = (document.node(own).range, document.node(inner).range);
            outer.start <= inner.start && inner.end <= outer.end
        };
        let mut pairs = document.pairs(own).iter();
        let pair = pairs.find(|pair| document.text(pair.key).is_some_and(|key| *key == step.name));
        let Some(pair) = pair else {
            return match document.node(own).kind {
                Kind::Mapping(_) => Ok(Place::Mapping(own, at)),
                _ => Err(Refused::Shared),
            };
        };
        // An alias is the node of its anchor, a merged key that of another mapping: others use it too.
        if !inside(pair.key) || !inside(pair.value) && !document.is_null(pair.value) {
            return Err(Refused::Shared);
        }
        if at + 1 == names.len() {
            return Ok(Place::Scalar(pair.value));
        }
        if document.is_null(pair.value) {
            return Ok(Place::Empty(*pair, at + 1));
        }
        own = pair.value;
    }
    Err(Refused::NotFound)
}

/// The mapping that a value is about: itself, or the member of a list that the witness lies in or that stands alone.
fn member(document: &Document, own: NodeId, witness: Option<Span>) -> Result<NodeId, Refused> {
    let node = document.node(own);
    let holds = |id: &&NodeId| {
        let range = document.node(**id).range;
        witness.is_some_and(|span| range.start <= span.start && span.end <= range.end)
    };
    match &node.kind {
        Kind::Mapping(_) if node.tag.is_empty() => Ok(own),
        Kind::Sequence(_) => {
            let items = document.items(own);
            // The arms of a condition, of which the witness tells which.
            let arms = match node.tag.as_str() {
                "" => items,
                "!If" if items.len() == 3 => &items[1..],
                _ => return Err(Refused::Shared),
            };
            let found = match arms {
                [one] if node.tag.is_empty() => one,
                several => several.iter().find(holds).ok_or(Refused::Several)?,
            };
            member(document, *found, witness)
        }
        _ => Err(Refused::Shared),
    }
}

/// Writes into one text.
struct Writer<'t> {
    text: &'t str,
    document: &'t Document,
    json: bool,
}

impl Writer<'_> {
    fn value(&self, value: &Literal) -> String {
        if self.json {
            literal::json(value)
        } else {
            literal::yaml(value)
        }
    }

    fn key(&self, name: &str) -> String {
        let plain = name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_-./".contains(c));
        match self.json || !plain {
            true => literal::json(&Literal::Text(name.to_owned())),
            false => name.to_owned(),
        }
    }

    fn edit(&self, at: usize, text: String) -> Edit {
        Edit {
            span: Span::new(self.document.source, at as u32, at as u32),
            text,
        }
    }

    /// A value in place of another one: here, or where a parameter that nothing else uses has it.
    fn replaced(
        &self,
        own: NodeId,
        value: &Literal,
        change: &Change,
        texts: &Texts<'_>,
        source: crate::source::SourceId,
    ) -> Result<Edit, Refused> {
        let node = self.document.node(own);
        let terraform = |text: &str| change.language == Language::Terraform && text.contains("${");
        match &node.kind {
            Kind::Scalar { text, .. } if node.tag.is_empty() && !terraform(text) => {
                let range = node.range;
                if self.document.is_null(own) && range.start == range.end {
                    return Ok(self.edit(range.start as usize, format!(" {}", self.value(value))));
                }
                let written = self.value(value);
                let block = self.text[..range.start as usize]
                    .trim_end()
                    .ends_with(['|', '>']);
                if block {
                    return Err(Refused::Shared);
                }
                Ok(Edit {
                    span: Span::new(self.document.source, range.start, range.end),
                    text: written,
                })
            }
            Kind::Sequence(_) if node.tag.is_empty() && matches!(value, Literal::List(_)) => {
                let plain = |id: &NodeId| {
                    let item = self.document.node(*id);
                    matches!(item.kind, Kind::Scalar { .. }) && item.tag.is_empty()
                };
                let flow = self.text[node.range.start as usize..].starts_with('[');
                match flow && self.document.items(own).iter().all(plain) {
                    true => Ok(Edit {
                        span: Span::new(self.document.source, node.range.start, node.range.end),
                        text: self.value(value),
                    }),
                    false => Err(Refused::Shared),
                }
            }
            _ => self.of_parameter(own, value, change, texts, source),
        }
    }

    /// The default of a parameter that only this place refers to.
    fn of_parameter(
        &self,
        own: NodeId,
        value: &Literal,
        change: &Change,
        texts: &Texts<'_>,
        source: crate::source::SourceId,
    ) -> Result<Edit, Refused> {
        let name = referred(self.document, own).ok_or(Refused::Shared)?;
        let origin = change.origin.as_ref().ok_or(Refused::Shared)?;
        let computed = origin
            .path()
            .any(|via| !matches!(via.role, Role::Variable | Role::Reference));
        let here = texts.now(origin.span).filter(|span| span.source == source);
        let place = here.ok_or(Refused::Shared)?;
        let written = &self.text[place.start as usize..place.end as usize];
        let uses = self.text.matches(name).count();
        // The declaration and this use; a use inside a text counts too, since every occurrence does.
        if computed
            || uses != 2
            || !uses::is_literal(written) && written.contains(['\n', '{', '[', '!', '&', '*'])
        {
            return Err(Refused::Shared);
        }
        Ok(Edit {
            span: place,
            text: self.value(value),
        })
    }

    /// A further pair of a mapping.
    fn inserted(&self, own: NodeId, names: &[Step], value: &Literal) -> Result<Edit, Refused> {
        let range = self.document.node(own).range;
        let (start, end) = (range.start as usize, range.end as usize);
        let inside = |pair: &&Pair| {
            let (key, value) = (
                self.document.node(pair.key).range,
                self.document.node(pair.value).range,
            );
            start <= key.start as usize && key.end as usize <= end && value.end as usize <= end
        };
        let last = self
            .document
            .pairs(own)
            .iter()
            .filter(inside)
            .max_by_key(|pair| self.document.node(pair.key).range.start);
        if self.text[start..].starts_with('{') {
            return Ok(self.in_flow(start, end, last, names, value));
        }
        let first = self
            .document
            .pairs(own)
            .iter()
            .filter(inside)
            .map(|pair| self.document.node(pair.key).range.start)
            .min();
        let (Some(last), Some(first)) = (last, first) else {
            return Err(Refused::NotFound);
        };
        let first = first as usize;
        let line = self.text[..first].rfind('\n').map_or(0, |at| at + 1);
        // The first key of a list's item stands behind its dash: the others stand in its column.
        let indent: String = self.text[line..first]
            .chars()
            .map(|c| if c == '\t' { '\t' } else { ' ' })
            .collect();
        let end = self.end_of_pair(last);
        let nl = line_end(self.text);
        let lines = self.lines(names, value, &indent, nl);
        Ok(self.edit(end_of_line(self.text, end), format!("{nl}{lines}")))
    }

    /// One past the last byte that belongs to a pair: of a value that is written at its end, what is deepest.
    fn end_of_pair(&self, pair: &Pair) -> usize {
        let (key, value) = (
            self.document.node(pair.key).range,
            self.document.node(pair.value).range,
        );
        let until = (value.end as usize).max(key.end as usize);
        let written = &self.text[..until];
        written
            .trim_end_matches(['\n', '\r', ' ', '\t'])
            .len()
            .max(key.end as usize)
    }

    fn lines(&self, names: &[Step], value: &Literal, indent: &str, nl: &str) -> String {
        let Some((first, rest)) = names.split_first() else {
            return String::new();
        };
        let key = self.key(&first.name);
        if rest.is_empty() {
            return format!("{indent}{key}: {}", self.value(value));
        }
        let item = if first.each { "- " } else { "" };
        let deeper = format!("{indent}  ");
        let inner = self.lines(
            rest,
            value,
            &format!("{deeper}{}", " ".repeat(item.len())),
            nl,
        );
        let inner = match item {
            "" => inner,
            item => format!("{deeper}{item}{}", inner.trim_start()),
        };
        format!("{indent}{key}:{nl}{inner}")
    }

    /// A further pair of a mapping between braces.
    fn in_flow(
        &self,
        start: usize,
        end: usize,
        last: Option<&Pair>,
        names: &[Step],
        value: &Literal,
    ) -> Edit {
        let nl = line_end(self.text);
        let Some(last) = last else {
            let close = end - 1;
            let lines = self.text[start..close].contains('\n');
            let indent = indent_at(self.text, start);
            let pair = self.flow(names, value, lines.then_some(indent), nl);
            let text = match lines {
                true => format!("{nl}{indent}  {pair}{nl}{indent}"),
                false => format!(" {pair} "),
            };
            return Edit {
                span: Span::new(self.document.source, start as u32 + 1, close as u32),
                text,
            };
        };
        let key = self.document.node(last.key).range.start as usize;
        let line = self.text[..key].rfind('\n').map_or(0, |at| at + 1);
        let own_line = self.text[line..key].trim().is_empty() && line > start;
        let mut at = self.end_of_pair(last);
        // YAML lets a comma stand behind the last pair.
        let behind = self.text[at..end].trim_start();
        let comma = behind.starts_with(',');
        if comma {
            at = end - behind.len() + 1;
        }
        let comma = if comma { "" } else { "," };
        let indent = indent_at(self.text, key);
        match own_line {
            true => {
                let pair = self.flow(names, value, Some(indent), nl);
                self.edit(at, format!("{comma}{nl}{indent}{pair}"))
            }
            false => self.edit(at, format!("{comma} {}", self.flow(names, value, None, nl))),
        }
    }

    fn flow(&self, names: &[Step], value: &Literal, indent: Option<&str>, nl: &str) -> String {
        let Some((first, rest)) = names.split_first() else {
            return String::new();
        };
        let key = self.key(&first.name);
        if rest.is_empty() {
            return format!("{key}: {}", self.value(value));
        }
        let (open, close) = if first.each { ("[{", "}]") } else { ("{", "}") };
        match indent {
            Some(indent) => {
                let deeper = format!("{indent}  ");
                let inner = self.flow(rest, value, Some(&deeper), nl);
                format!("{key}: {open}{nl}{deeper}{inner}{nl}{indent}{close}")
            }
            None => format!("{key}: {open} {} {close}", self.flow(rest, value, None, nl)),
        }
    }

    /// The value of a key that has none.
    fn filled(&self, pair: Pair, names: &[Step], value: &Literal) -> Edit {
        let key = self.document.node(pair.key).range;
        let value_of = self.document.node(pair.value).range;
        let nl = line_end(self.text);
        if self.json {
            return Edit {
                span: Span::new(self.document.source, value_of.start, value_of.end),
                text: format!("{{ {} }}", self.flow(names, value, None, nl)),
            };
        }
        let indent = format!("{}  ", indent_at(self.text, key.start as usize));
        let at = end_of_line(self.text, key.end as usize);
        self.edit(at, format!("{nl}{}", self.lines(names, value, &indent, nl)))
    }
}

/// The name that `!Ref` or `Ref` names.
fn referred(document: &Document, own: NodeId) -> Option<&str> {
    let node = document.node(own);
    match &node.kind {
        Kind::Scalar { text, .. } if node.tag == "!Ref" => Some(text),
        Kind::Mapping(_) => match document.pairs(own) {
            [pair] if document.text(pair.key)? == "Ref" => {
                document.text(pair.value).map(|text| text.as_str())
            }
            _ => None,
        },
        _ => None,
    }
}
