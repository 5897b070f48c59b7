//! Edits of native syntax.

use std::sync::Arc;

use crate::catalog::spell::Writing;
use crate::catalog::{Literal, Step};
use crate::findings::Change;
use crate::source::Span;
use crate::syntax::hcl::{self, Attribute, Block, Body, Expr, ExprId, Item, Tree};

use super::layout::{aligned, end_of, end_of_line, indent_at, is_flat, line_end, step};
use super::{Edit, Refused, Texts, literal, uses};

/// Where a value goes.
enum Place<'t> {
    /// It is written here.
    Attribute(&'t Attribute),
    /// It is a member of an object that is written here.
    Member(ExprId),
    /// This object has no such member.
    Object(ExprId),
    /// This body lacks the first of the names that are left.
    Body(&'t Body, usize),
}

/// The edits that write a change one way.
pub(super) fn edits(
    change: &Change,
    writing: &Writing,
    texts: &Texts<'_>,
) -> Result<Vec<Edit>, Refused> {
    let header = match &writing.join {
        None => change.header,
        Some(join) => match change.satellite(join) {
            Some(satellite) => satellite.header,
            None => return satellite(change, writing, texts),
        },
    };
    if writing.join.is_none() && change.partial {
        return Err(Refused::NotFound);
    }
    let (tree, at) = block(header, texts)?;
    let block = &tree.blocks[at];
    if writing.names.is_empty() {
        return Err(Refused::NotWritten);
    }
    let witness = change
        .origin
        .as_ref()
        .map(|origin| origin.span)
        .or(change.place);
    let witness = witness.and_then(|span| texts.now(span));
    let witness = witness.filter(|span| span.source == tree.source);
    let found = place(&tree, &block.body, writing, witness)?;
    let edit = match (&writing.value, found) {
        (Some(value), Place::Attribute(own)) => replaced(&tree, own.value, value, change, texts)?,
        (Some(value), Place::Member(own)) => replaced(&tree, own, value, change, texts)?,
        (Some(value), Place::Object(object)) => {
            let name = &writing.names[writing.names.len() - 1].name;
            member(&tree, object, name, value)
        }
        (Some(value), Place::Body(body, from)) => inserted(&tree, body, writing, from, value),
        (None, Place::Attribute(own)) => removed(&tree, own)?,
        (None, _) => return Err(Refused::NotFound),
    };
    Ok(with_columns(&tree, edit))
}

/// Whether the block already has what the writing begins with.
pub(super) fn is_there(change: &Change, writing: &Writing, texts: &Texts<'_>) -> bool {
    let Some(first) = writing.names.first() else {
        return false;
    };
    let Ok((tree, at)) = block(change.header, texts) else {
        return false;
    };
    let body = &tree.blocks[at].body;
    tree.attribute(body, &first.name).is_some()
        || tree
            .blocks(body)
            .any(|inner| name_of(&tree, inner) == first.name)
}

/// The block whose header this is.
fn block(header: Span, texts: &Texts<'_>) -> Result<(Arc<Tree>, usize), Refused> {
    if !header.is_somewhere() {
        return Err(Refused::NotFound);
    }
    let header = texts.now(header).ok_or(Refused::Changed)?;
    let tree = texts.tree(header.source);
    let at = tree
        .blocks
        .iter()
        .position(|block| block.header.start == header.start);
    let at = at.ok_or(Refused::NotFound)?;
    let range = tree.blocks[at].range;
    let broken = |error: &crate::source::Diagnostic| {
        error.span.start <= range.end && range.start <= error.span.end
    };
    if tree.errors.iter().any(broken) {
        return Err(Refused::NotFound);
    }
    Ok((tree, at))
}

/// The name that a nested block stands for: of a `dynamic` block its label.
fn name_of<'t>(tree: &'t Tree, block: &'t Block) -> std::borrow::Cow<'t, str> {
    match (tree.block_name(block), tree.labels(block)) {
        ("dynamic", [label]) => tree.label(label),
        (name, _) => name.into(),
    }
}

/// The body that a nested block gives: of a `dynamic` block that of its `content`.
fn body_of<'t>(tree: &'t Tree, block: &'t Block) -> Option<&'t Body> {
    if tree.block_name(block) != "dynamic" {
        return Some(&block.body);
    }
    let mut inner = tree.blocks(&block.body);
    inner
        .find(|inner| tree.block_name(inner) == "content")
        .map(|inner| &inner.body)
}

fn place<'t>(
    tree: &'t Tree,
    body: &'t Body,
    writing: &Writing,
    witness: Option<Span>,
) -> Result<Place<'t>, Refused> {
    let mut body = body;
    let last = writing.names.len() - 1;
    for (at, Step { name, .. }) in writing.names.iter().enumerate() {
        if let Some(attribute) = tree.attribute(body, name) {
            return match at == last {
                true => Ok(Place::Attribute(attribute)),
                false => inside(tree, attribute.value, &writing.names[at + 1..]),
            };
        }
        let named: Vec<&Block> = tree
            .blocks(body)
            .filter(|own| name_of(tree, own) == *name)
            .collect();
        let holds = |own: &&&Block| {
            let range = own.range;
            witness.is_some_and(|span| range.start <= span.start && span.end <= range.end)
        };
        let next = match named.as_slice() {
            [] => return Ok(Place::Body(body, at)),
            _ if at == last => return Err(Refused::Several),
            [one] => one,
            several => several.iter().find(holds).ok_or(Refused::Several)?,
        };
        body = body_of(tree, next).ok_or(Refused::NotFound)?;
    }
    Err(Refused::NotFound)
}

/// A member of an object that an attribute holds.
fn inside<'t>(tree: &'t Tree, value: ExprId, names: &[Step]) -> Result<Place<'t>, Refused> {
    let mut value = value;
    for (at, step) in names.iter().enumerate() {
        let object = match tree.expr(value) {
            Expr::Object(list) => list,
            Expr::Tuple(list) => match tree.list(list) {
                [one] if matches!(tree.expr(*one), Expr::Object(_)) => {
                    value = *one;
                    let Expr::Object(list) = tree.expr(value) else {
                        return Err(Refused::Shared);
                    };
                    list
                }
                _ => return Err(Refused::Several),
            },
            _ => return Err(Refused::Shared),
        };
        let key = |id: ExprId| match tree.string(id) {
            Some(text) => text,
            None => tree.slice(tree.ranges[id.0 as usize]).into(),
        };
        let found = tree.entries(object).find(|(own, _)| key(*own) == step.name);
        match found {
            Some((_, inner)) if at + 1 == names.len() => return Ok(Place::Member(inner)),
            Some((_, inner)) => value = inner,
            None if at + 1 == names.len() => return Ok(Place::Object(value)),
            None => return Err(Refused::NotFound),
        }
    }
    Err(Refused::NotFound)
}

/// A value in place of another one: here, or where it is written for this place alone.
fn replaced(
    tree: &Tree,
    own: ExprId,
    value: &Literal,
    change: &Change,
    texts: &Texts<'_>,
) -> Result<Edit, Refused> {
    let span = match is_written_out(tree, own) {
        true => tree.expr_span(own),
        false => uses::alone(tree, own, change.origin.as_ref(), texts)?,
    };
    Ok(Edit {
        span,
        text: literal::hcl(value),
    })
}

/// Whether an expression stands for itself.
fn is_written_out(tree: &Tree, id: ExprId) -> bool {
    match tree.expr(id) {
        Expr::Null | Expr::Bool(_) | Expr::Number | Expr::Literal(_) => true,
        Expr::Unary { of, .. } | Expr::Paren(of) => is_written_out(tree, of),
        Expr::Tuple(list) => tree.list(list).iter().all(|own| is_written_out(tree, *own)),
        _ => false,
    }
}

/// A further member of an object.
fn member(tree: &Tree, object: ExprId, name: &str, value: &Literal) -> Edit {
    let range = tree.ranges[object.0 as usize];
    let (start, close) = (range.start as usize, range.end as usize - 1);
    let text = &*tree.text;
    let entry = format!("{} = {}", literal::key_of(name), literal::hcl(value));
    let inner = text[start + 1..close].trim_end();
    let at = start + 1 + inner.len();
    let lines = inner.contains('\n') || text[start..close].contains('\n');
    let text = match (inner.trim().is_empty(), lines) {
        (true, false) => format!(" {entry} "),
        (false, false) if inner.ends_with(',') => format!(" {entry}"),
        (false, false) => format!(", {entry}"),
        (_, true) => {
            let first = start + 1 + (inner.len() - inner.trim_start().len());
            let indent = match inner.trim().is_empty() {
                true => format!("{}{}", indent_at(text, start), step(text)),
                false => indent_at(text, first).to_owned(),
            };
            let at = end_of_line(text, at);
            return Edit {
                span: Span::new(tree.source, at as u32, at as u32),
                text: format!("{}{indent}{entry}", line_end(text)),
            };
        }
    };
    Edit {
        span: Span::new(tree.source, at as u32, at as u32),
        text,
    }
}

/// An attribute, or the blocks that lead to it, where a body has neither.
fn inserted(tree: &Tree, body: &Body, writing: &Writing, from: usize, value: &Literal) -> Edit {
    let text = &*tree.text;
    let nl = line_end(text);
    let items = tree.items(body);
    let base = indent_at(text, body.range.start as usize);
    let indent = match items.first() {
        Some(first) if !is_flat(tree, body) => indent_at(text, end_of(tree, *first) - 1).to_owned(),
        _ => format!("{base}{}", step(text)),
    };
    let indent = match is_flat(tree, body) || indent.len() > base.len() {
        true => indent,
        false => format!("{base}{}", step(text)),
    };
    let names = &writing.names[from..];
    let lines = nested(
        names,
        writing.declared.saturating_sub(from),
        value,
        &indent,
        step(text),
        nl,
    );
    let is_block = names.len() > 1;
    if is_flat(tree, body) {
        let inner = tree.slice(body.range).trim();
        let kept = if inner.is_empty() {
            String::new()
        } else {
            format!("{nl}{indent}{inner}")
        };
        let gap = if is_block && !kept.is_empty() { nl } else { "" };
        return Edit {
            span: tree.span(body.range),
            text: format!("{kept}{gap}{nl}{lines}{nl}{base}"),
        };
    }
    let attributes = items
        .iter()
        .take_while(|item| matches!(item, Item::Attribute(_)));
    let after = match is_block {
        true => items.last(),
        false => attributes.last(),
    };
    let (at, text) = match after {
        Some(item) => {
            let gap = if is_block { nl } else { "" };
            (
                end_of_line(text, end_of(tree, *item)),
                format!("{nl}{gap}{lines}"),
            )
        }
        None => {
            // Blocks come first here: the attribute goes before them, apart.
            let gap = if items.is_empty() { "" } else { nl };
            (
                end_of_line(text, body.range.start as usize),
                format!("{nl}{lines}{gap}"),
            )
        }
    };
    Edit {
        span: Span::new(tree.source, at as u32, at as u32),
        text,
    }
}

/// `a = value`, inside the blocks that lead to it; `declared` of the names are no keys of a map.
fn nested(
    names: &[Step],
    declared: usize,
    value: &Literal,
    indent: &str,
    step: &str,
    nl: &str,
) -> String {
    let Some((first, rest)) = names.split_first() else {
        return String::new();
    };
    if rest.is_empty() {
        return format!(
            "{indent}{} = {}",
            literal::key_of(&first.name),
            literal::hcl(value)
        );
    }
    let inner = nested(
        rest,
        declared.saturating_sub(1),
        value,
        &format!("{indent}{step}"),
        step,
        nl,
    );
    let is_map = declared <= 1;
    let equals = if is_map { "= " } else { "" };
    format!("{indent}{} {equals}{{{nl}{inner}{nl}{indent}}}", first.name)
}

/// Takes an attribute away with its line.
fn removed(tree: &Tree, own: &Attribute) -> Result<Edit, Refused> {
    let text = &*tree.text;
    let (start, end) = (
        own.name.start as usize,
        tree.ranges[own.value.0 as usize].end as usize,
    );
    let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let until = end_of_line(text, end);
    let alone = text[line..start].trim().is_empty() && text[end..until].trim().is_empty();
    if !alone {
        return Err(Refused::Shared);
    }
    let until = text[until..]
        .find('\n')
        .map_or(text.len(), |at| until + at + 1);
    Ok(Edit {
        span: Span::new(tree.source, line as u32, until as u32),
        text: String::new(),
    })
}

/// A resource of its own beside the one that it is about.
fn satellite(change: &Change, writing: &Writing, texts: &Texts<'_>) -> Result<Vec<Edit>, Refused> {
    let (Some(join), Some(value)) = (&writing.join, &writing.value) else {
        return Err(Refused::NotWritten);
    };
    if change.partial || writing.names.is_empty() {
        return Err(Refused::NotFound);
    }
    let (tree, at) = block(change.header, texts)?;
    let owner = &tree.blocks[at];
    let counted = ["count", "for_each"]
        .iter()
        .any(|name| tree.attribute(&owner.body, name).is_some());
    let [kind, name] = tree.labels(owner) else {
        return Err(Refused::NotFound);
    };
    let (kind, name) = (tree.label(kind).into_owned(), tree.label(name).into_owned());
    let taken = texts
        .folder(tree.source)
        .iter()
        .any(|tree| declares(tree, &join.type_name, &name));
    if counted || taken {
        return Err(Refused::Several);
    }
    let text = &*tree.text;
    let (nl, step) = (line_end(text), step(text));
    let reference = match join.argument.as_str() {
        own if own == "arn" || own.ends_with("_arn") => "arn",
        own if own == "name" || own.ends_with("_name") => "name",
        _ => "id",
    };
    let inner = nested(&writing.names, writing.declared, value, step, step, nl);
    let (lead, gap) = match writing.names.len() {
        1 => (join.argument.len().max(writing.names[0].name.len()), ""),
        _ => (join.argument.len(), nl),
    };
    let inner = match writing.names.as_slice() {
        [only] => format!("{step}{:lead$} = {}", only.name, literal::hcl(value)),
        _ => inner,
    };
    let end = end_of_line(text, owner.range.end as usize);
    let text = format!(
        "{nl}{nl}resource \"{}\" \"{name}\" {{{nl}{step}{:lead$} = {kind}.{name}.{reference}{nl}{gap}{inner}{nl}}}",
        join.type_name, join.argument
    );
    Ok(vec![Edit {
        span: Span::new(tree.source, end as u32, end as u32),
        text,
    }])
}

fn declares(tree: &Tree, kind: &str, name: &str) -> bool {
    tree.blocks(&tree.root).any(|block| {
        let labels: Vec<_> = tree
            .labels(block)
            .iter()
            .map(|label| tree.label(label))
            .collect();
        tree.block_name(block) == "resource" && labels == [kind, name]
    })
}

/// The edit, and the edits of the columns around it once it is made, in bytes of the text as it is now.
fn with_columns(tree: &Tree, edit: Edit) -> Vec<Edit> {
    if edit.span.source != tree.source {
        return vec![edit];
    }
    let (start, end) = (edit.span.start as usize, edit.span.end as usize);
    let mut text = tree.text.to_string();
    text.replace_range(start..end, &edit.text);
    let new = hcl::parse(tree.source, &text.as_str().into());
    let trimmed = edit.text.len() - edit.text.trim_start().len();
    let around = Span::new(
        tree.source,
        (start + trimmed) as u32,
        (start + edit.text.trim_end().len()) as u32,
    );
    let added = edit.text.len();
    let mut edits = Vec::new();
    let mut own = edit;
    let mut inside = Vec::new();
    for column in aligned(&new, around) {
        let (from, to) = (column.span.start as usize, column.span.end as usize);
        if to <= start {
            edits.push(column);
        } else if from >= start + added {
            let back = |at: usize| (at - added + (end - start)) as u32;
            edits.push(Edit {
                span: Span::new(tree.source, back(from), back(to)),
                ..column
            });
        } else {
            inside.push((from - start, to - start, column.text));
        }
    }
    inside.sort_by_key(|(from, ..)| std::cmp::Reverse(*from));
    for (from, to, text) in inside {
        own.text.replace_range(from..to, &text);
    }
    edits.insert(0, own);
    edits
}
