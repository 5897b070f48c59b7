//! Whether a value that is written elsewhere is used by one place alone, so that it may be changed where it is written.

use crate::eval::{Origin, Role};
use crate::source::Span;
use crate::syntax::hcl::{Expr, ExprId, Tree};

use super::{Refused, Texts};

/// The place where a value may be changed that `leaf` uses by a variable or a local value.
///
/// # Errors
/// It is computed, or others use it too.
pub(super) fn alone(
    tree: &Tree,
    leaf: ExprId,
    origin: Option<&Origin>,
    texts: &Texts<'_>,
) -> Result<Span, Refused> {
    let origin = origin.ok_or(Refused::Shared)?;
    let (kind, name) = named(tree, leaf).ok_or(Refused::Shared)?;
    let trees = texts.folder(tree.source);
    let uses: usize = trees.iter().map(|tree| count(tree, kind, name)).sum();
    let calls = origin
        .path()
        .filter(|via| via.role == Role::Argument)
        .count();
    let computed = origin
        .path()
        .any(|via| matches!(via.role, Role::Expression | Role::Output | Role::Mapping));
    let place = texts
        .now(origin.span)
        .filter(|span| span.is_somewhere())
        .ok_or(Refused::Changed)?;
    let text = texts.text(place.source);
    let written = &text[place.start as usize..place.end as usize];
    if uses != 1 || calls > 1 || computed || !is_literal(written) {
        return Err(Refused::Shared);
    }
    Ok(place)
}

/// `var.x` and `local.x`: which of the two, and the name.
fn named(tree: &Tree, id: ExprId) -> Option<(&str, &str)> {
    let Expr::Attribute { of, name } = tree.expr(id) else {
        return None;
    };
    let kind = tree.slice(tree.ranges[of.0 as usize]);
    (tree.expr(of) == Expr::Name && matches!(kind, "var" | "local"))
        .then(|| (kind, tree.slice(name)))
}

fn count(tree: &Tree, kind: &str, name: &str) -> usize {
    let all = (0..tree.exprs.len() as u32).map(ExprId);
    all.filter(|id| named(tree, *id) == Some((kind, name)))
        .count()
}

/// Whether a text is one scalar as it stands.
pub(super) fn is_literal(text: &str) -> bool {
    let quoted = text.len() >= 2 && text.starts_with('"') && text.ends_with('"');
    matches!(text, "true" | "false" | "null")
        || text.parse::<f64>().is_ok()
        || quoted && !text[1..text.len() - 1].contains(['"', '$', '%', '\\'])
}
