//! Hostile input: deep, long and repetitive.

use super::*;
use crate::source::Code;

/// The height of the highest expression.
fn height(tree: &Tree) -> usize {
    let mut heights = vec![0usize; tree.exprs.len()];
    for at in 0..tree.exprs.len() {
        let of = |id: ExprId| heights[id.0 as usize];
        let all = |list: List| tree.list(list).iter().map(|&id| of(id)).max().unwrap_or(0);
        heights[at] = 1 + match tree.exprs[at] {
            Expr::Attribute { of: a, .. } | Expr::Unary { of: a, .. } | Expr::Paren(a) => of(a),
            Expr::Index { of: a, key: b } | Expr::Splat { of: a, each: b, .. } => of(a).max(of(b)),
            Expr::Binary { left, right, .. } => of(left).max(of(right)),
            Expr::Call {
                arguments: list, ..
            }
            | Expr::Tuple(list)
            | Expr::Object(list)
            | Expr::Conditional(list) => all(list),
            _ => 0,
        };
    }
    heights.into_iter().max().unwrap_or(0)
}

#[test]
fn nesting_is_limited_not_fatal() {
    let many = 100_000;
    let hostile = [
        "[".repeat(many),
        "(".repeat(many) + "1" + &")".repeat(many),
        "{a=".repeat(many),
        "!".repeat(many) + "a",
        "-".repeat(many) + "1",
        "a ? b : ".repeat(many) + "c",
        "a ? ".repeat(many) + "c",
        vec!["1"; many].join(" + "),
        "a".to_owned() + &".b".repeat(many),
        "a".to_owned() + &"[0]".repeat(many),
        "a".to_owned() + &"[*]".repeat(many),
        "a".to_owned() + &".*".repeat(many),
        "f(".repeat(many),
        "\"${".repeat(many),
        format!(
            "\"{}x{}\"",
            "%{ if a }".repeat(many),
            "%{ endif }".repeat(many)
        ),
        "[for x in ".repeat(many),
    ];
    for text in hostile {
        let (tree, _) = parse_expression(SourceId(0), &Arc::from(text.as_str()));
        assert!(
            tree.errors
                .iter()
                .any(|error| error.code == Code::Limit || error.code == Code::Syntax)
        );
        assert!(height(&tree) <= 256);
        let tree = file(&format!("a = {text}\nb = 1\n"));
        assert!(!tree.errors.is_empty());
        assert!(outline(&tree, &tree.root).contains('b'), "{}", &text[..20]);
    }
}

#[test]
fn what_people_write_is_within_the_limits() {
    good(&format!("a = {}\n", vec!["x"; 250].join(" || ")));
    good(&format!("a = {}1{}\n", "[".repeat(200), "]".repeat(200)));
    good(&("b {\n".repeat(200) + &"}\n".repeat(200)));
}

#[test]
fn deep_blocks_are_limited() {
    let tree = file(&("b {\n".repeat(50_000) + &"}\n".repeat(50_000)));
    assert!(tree.errors.iter().any(|error| error.code == Code::Limit));
    let tree = file(&"b {\n".repeat(50_000));
    assert!(!tree.errors.is_empty() && tree.errors.len() <= 100);
}

/// Each of these made a naive recovery read the rest of the file again for every line.
#[test]
fn broken_lines_by_the_thousand_stay_linear() {
    let many = 20_000;
    for line in [
        "a = {\n",
        "a = <<X\n",
        "a = [\n 1,\n",
        "a = \"${\n",
        "/*\n",
        "b {\n a = (\n",
        "\"\n",
        "a = <<-X${\n",
        "}\n",
        "b \"\n",
    ] {
        let tree = file(&line.repeat(many));
        assert!(!tree.errors.is_empty(), "{line:?}");
        let tree = file(&format!("x = 1\n{}", line.trim_end().repeat(many)));
        assert!(!tree.errors.is_empty() || line == "/*\n", "{line:?}");
    }
}
