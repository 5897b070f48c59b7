//! What the HCL reader is held to. Trees are compared as short texts, in the manner of Lisp.

use std::sync::Arc;

use super::*;
use crate::source::SourceId;

mod json;
mod language;
mod limits;
mod properties;
mod recovery;
mod templates;

/// A file in native syntax.
fn file(text: &str) -> Tree {
    parse(SourceId(0), &Arc::from(text))
}

/// A file without errors.
fn good(text: &str) -> Tree {
    let tree = file(text);
    assert!(tree.errors.is_empty(), "{text:?}: {:?}", tree.errors);
    tree
}

/// The messages about a file.
fn errors(text: &str) -> Vec<String> {
    file(text)
        .errors
        .iter()
        .map(|error| error.message.clone())
        .collect()
}

/// An expression as text.
fn expr(text: &str) -> String {
    let (tree, id) = parse_expression(SourceId(0), &Arc::from(text));
    if let Some(error) = tree.errors.first() {
        return format!("error: {}", error.message);
    }
    show(&tree, id)
}

/// A template file as text.
fn template(text: &str) -> String {
    let (tree, id) = parse_template(SourceId(0), &Arc::from(text));
    if let Some(error) = tree.errors.first() {
        return format!("error: {}", error.message);
    }
    show(&tree, id)
}

/// The value of attribute `a` of a file, as text.
fn value(text: &str) -> String {
    let tree = good(text);
    show(
        &tree,
        tree.attribute(&tree.root, "a")
            .expect("an attribute a")
            .value,
    )
}

/// The names of attributes and blocks with what is in them.
fn outline(tree: &Tree, body: &Body) -> String {
    let mut words = Vec::new();
    for item in tree.items(body) {
        words.push(match item {
            Item::Attribute(index) => {
                let attribute = tree.attributes[*index as usize];
                let broken = matches!(tree.expr(attribute.value), Expr::Error);
                format!(
                    "{}{}",
                    tree.attribute_name(&attribute),
                    if broken { "!" } else { "" }
                )
            }
            Item::Block(index) => {
                let block = tree.blocks[*index as usize];
                let labels: String = tree
                    .labels(&block)
                    .iter()
                    .map(|label| format!(".{}", tree.label(label)))
                    .collect();
                format!(
                    "{}{labels}{{{}}}",
                    tree.block_name(&block),
                    outline(tree, &block.body)
                )
            }
        });
    }
    words.join(" ")
}

/// The outline of a file, errors or not.
fn shape(text: &str) -> String {
    let tree = file(text);
    outline(&tree, &tree.root)
}

fn show(tree: &Tree, id: ExprId) -> String {
    let all = |list: List| {
        tree.list(list)
            .iter()
            .map(|&id| show(tree, id))
            .collect::<Vec<_>>()
            .join(" ")
    };
    match tree.expr(id) {
        Expr::Error => "error".into(),
        Expr::Null => "null".into(),
        Expr::Bool(value) => value.to_string(),
        Expr::Number | Expr::Name => tree.slice(tree.ranges[id.0 as usize]).into(),
        Expr::Literal(parts) => format!("{:?}", tree.literal_text(parts)),
        Expr::Template(parts) => format!("(template {})", show_parts(tree, parts)),
        Expr::Attribute { of, name } => format!("(. {} {})", show(tree, of), tree.slice(name)),
        Expr::Index { of, key } => format!("([] {} {})", show(tree, of), show(tree, key)),
        Expr::Splat { of, each, full } => {
            format!(
                "({} {} {})",
                if full { "[*]" } else { ".*" },
                show(tree, of),
                show(tree, each)
            )
        }
        Expr::SplatItem => "@".into(),
        Expr::Call {
            name,
            arguments,
            expand,
        } => {
            format!(
                "({} {}{})",
                tree.slice(name),
                all(arguments),
                if expand { "..." } else { "" }
            )
        }
        Expr::Tuple(list) => format!("[{}]", all(list)),
        Expr::Object(list) => format!("{{{}}}", all(list)),
        Expr::For(index) => show_for(tree, &tree.fors[index as usize]),
        Expr::Unary { op, of } => format!("({op:?} {})", show(tree, of)),
        Expr::Binary { op, left, right } => {
            format!("({op:?} {} {})", show(tree, left), show(tree, right))
        }
        Expr::Conditional(list) => format!("(? {})", all(list)),
        Expr::Paren(inner) => format!("(paren {})", show(tree, inner)),
    }
}

fn show_for(tree: &Tree, walk: &For) -> String {
    let mut text = "(for".to_owned();
    for name in walk.key.iter().chain([&walk.value]) {
        text += &format!(" {}", tree.slice(*name));
    }
    for id in [
        Some(walk.collection),
        walk.key_result,
        Some(walk.result),
        walk.condition,
    ]
    .into_iter()
    .flatten()
    {
        text += &format!(" {}", show(tree, id));
    }
    text + if walk.group { "...)" } else { ")" }
}

fn show_parts(tree: &Tree, parts: List) -> String {
    let shown = tree.parts(parts).iter().map(|part| match part.kind {
        PartKind::Quoted | PartKind::Raw | PartKind::Plain => format!("{:?}", tree.literal(part)),
        PartKind::Interpolation(id) => show(tree, id),
        PartKind::If {
            condition,
            then,
            otherwise,
        } => {
            format!(
                "(if {} [{}] [{}])",
                show(tree, condition),
                show_parts(tree, then),
                show_parts(tree, otherwise)
            )
        }
        PartKind::For {
            value,
            collection,
            body,
            ..
        } => {
            format!(
                "(for {} {} [{}])",
                tree.slice(value),
                show(tree, collection),
                show_parts(tree, body)
            )
        }
    });
    shown.collect::<Vec<_>>().join(" ")
}
