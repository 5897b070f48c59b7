//! What holds for every text.

use proptest::prelude::*;

use super::*;

/// Every list is within its array, every range within the text and its parent, every child before its parent.
fn check(tree: &Tree) {
    let inside = |inner: Range, outer: Range| {
        // Unescaped strings lie behind the source and are no part of it.
        let synthetic = tree
            .synthetic
            .first()
            .is_some_and(|&(start, _)| inner.start >= start);
        assert!(
            synthetic || (outer.start <= inner.start && inner.end <= outer.end),
            "{inner:?} in {outer:?}"
        );
    };
    let all = Range {
        start: 0,
        end: tree.text.len() as u32,
    };
    assert_eq!(tree.exprs.len(), tree.ranges.len());
    for at in 0..tree.exprs.len() {
        let range = tree.ranges[at];
        inside(range, all);
        assert!(range.start <= range.end);
        let _ = tree.slice(range);
        for child in children(tree, tree.exprs[at]) {
            assert!((child.0 as usize) < at);
            inside(tree.ranges[child.0 as usize], range);
        }
        if let Expr::Literal(parts) | Expr::Template(parts) = tree.exprs[at] {
            for part in tree.parts(parts) {
                inside(part.range, range);
                let _ = (tree.slice(part.range), tree.literal(part));
            }
        }
        let _ = show(tree, ExprId(at as u32));
        let _ = tree.expr_span(ExprId(at as u32));
    }
    let native = tree.synthetic.is_empty();
    check_body(tree, &tree.root, native);
    for pair in tree.comments.windows(2) {
        assert!(pair[0].range.end <= pair[1].range.start || !native);
    }
    for error in &tree.errors {
        assert!(error.span.end as usize <= tree.text.len());
    }
}

fn check_body(tree: &Tree, body: &Body, native: bool) {
    let mut before = body.range.start;
    for item in tree.items(body) {
        let range = match item {
            Item::Attribute(index) => {
                let attribute = tree.attributes[*index as usize];
                Range {
                    start: attribute.name.start,
                    end: tree.ranges[attribute.value.0 as usize].end,
                }
            }
            Item::Block(index) => {
                let block = tree.blocks[*index as usize];
                assert!(
                    block.body.range.start <= block.body.range.end
                        && block.body.range.end <= block.range.end
                );
                for label in tree.labels(&block) {
                    let _ = tree.label(label);
                }
                check_body(tree, &block.body, native);
                block.range
            }
        };
        if native {
            assert!(
                before <= range.start && range.start <= range.end && range.end <= body.range.end,
                "{range:?} in {body:?}"
            );
            before = range.end;
        }
    }
}

fn children(tree: &Tree, expr: Expr) -> Vec<ExprId> {
    match expr {
        Expr::Attribute { of, .. } | Expr::Unary { of, .. } | Expr::Paren(of) => vec![of],
        Expr::Index { of, key: b } | Expr::Splat { of, each: b, .. } => vec![of, b],
        Expr::Binary { left, right, .. } => vec![left, right],
        Expr::Call {
            arguments: list, ..
        }
        | Expr::Tuple(list)
        | Expr::Object(list)
        | Expr::Conditional(list) => tree.list(list).to_vec(),
        Expr::For(index) => {
            let walk = tree.fors[index as usize];
            [
                Some(walk.collection),
                walk.key_result,
                Some(walk.result),
                walk.condition,
            ]
            .into_iter()
            .flatten()
            .collect()
        }
        _ => Vec::new(),
    }
}

fn check_all(text: &str) {
    let text: Arc<str> = text.into();
    check(&parse(SourceId(0), &text));
    check(&parse_template(SourceId(0), &text).0);
    check(&parse_expression(SourceId(0), &text).0);
    check(&parse_json(SourceId(0), &text));
}

const MODULE: &str = include_str!("module.tf");

/// Pieces that meet each other in bad ways.
fn pieces() -> impl Strategy<Value = String> {
    let words = [
        "a",
        "for",
        "in",
        "if",
        "é",
        "1",
        "1.2.3",
        "\"",
        "\"s\"",
        "${",
        "%{",
        "~}",
        "}",
        "{",
        "[",
        "]",
        "(",
        ")",
        "=",
        ":",
        "::",
        ",",
        ".",
        "...",
        "=>",
        "?",
        "*",
        "!",
        "-",
        "<<E\n",
        "<<-E\n",
        "E\n",
        "\n",
        "\r\n",
        "\r",
        "#",
        "//",
        "/*",
        "*/",
        "\\",
        "$$",
        "%%{",
        " ",
        "  ",
        "\t",
        "'",
        "\u{FEFF}",
        "😀",
        "endif",
        "%{ if a }",
        "%{ endif ~}",
        "b {\n",
        "}\n",
        "a = 1\n",
        "null",
        "-1",
        "\"a\":",
        "\\u00e9",
        "\\ud83d",
        "true",
        "resource \"a\" \"b\" {\n",
        "\u{2028}",
    ];
    proptest::collection::vec(proptest::sample::select(words.to_vec()), 0..40)
        .prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_gives_a_sound_tree(text in any::<String>()) {
        check_all(&text);
    }

    #[test]
    fn any_pieces_give_a_sound_tree(text in pieces()) {
        check_all(&text);
        check_all(&format!("a = {text}\n"));
        check_all(&format!("a = <<-E\n  {text}\n E\n"));
    }

    #[test]
    fn a_truncated_file_keeps_what_was_before(end in 0..MODULE.len()) {
        let cut = &MODULE[..end];
        check_all(cut);
        let whole = good(MODULE);
        let tree = file(cut);
        let complete = whole.blocks.iter().filter(|block| block.range.end < end as u32).count();
        prop_assert!(tree.blocks.iter().filter(|block| block.range.end < end as u32).count() >= complete);
    }

    #[test]
    fn a_damaged_file_goes_on(start in 0..MODULE.len(), len in 0..40usize, text in pieces()) {
        let end = (start + len).min(MODULE.len());
        let damaged = format!("{}{text}{}", &MODULE[..start], &MODULE[end..]);
        check_all(&damaged);
    }
}
