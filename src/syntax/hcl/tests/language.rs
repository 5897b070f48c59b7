//! Bodies and expressions in native syntax.

use super::*;

#[test]
fn operators_bind_as_in_the_specification() {
    assert_eq!(
        expr("a || b && c == d < e + f * -g"),
        "(Or a (And b (Equal c (Less d (Add e (Multiply f (Negate g)))))))"
    );
    assert_eq!(expr("a - b - c"), "(Subtract (Subtract a b) c)");
    assert_eq!(
        expr("!a.b[0] ? 1 : c ? 2 : 3"),
        "(? (Not ([] (. a b) 0)) 1 (? c 2 3))"
    );
    assert_eq!(expr("-1 + 2"), "(Add (Negate 1) 2)");
    assert_eq!(
        expr("(a + b) % 2 / 3"),
        "(Divide (Remainder (paren (Add a b)) 2) 3)"
    );
    assert_eq!(
        expr("a >= b != c <= d > e"),
        "(NotEqual (GreaterEqual a b) (Greater (LessEqual c d) e))"
    );
}

#[test]
fn traversals_and_splats() {
    assert_eq!(expr("a.b.0.c[\"k\"]"), "([] (. (. (. a b) 0) c) \"k\")");
    assert_eq!(expr("a.*.b.c[0]"), "([] (.* a (. (. @ b) c)) 0)");
    assert_eq!(expr("a[*].b[0].c"), "([*] a (. ([] (. @ b) 0) c))");
    assert_eq!(expr("a[*].b[*].c"), "([*] a ([*] (. @ b) (. @ c)))");
    assert_eq!(expr("a.*"), "(.* a @)");
    assert_eq!(expr("[1, 2][0]"), "([] [1 2] 0)");
    assert!(expr("a.0.1").contains("two indexes"));
    assert!(expr("a.*.b.*.c").starts_with("error"));
    assert!(expr("a.").starts_with("error"));
    assert!(expr("a[*").starts_with("error"));
}

#[test]
fn calls() {
    assert_eq!(expr("f()"), "(f )");
    assert_eq!(expr("f(a, b...)"), "(f a b...)");
    assert_eq!(expr("f(\n a,\n b,\n)"), "(f a b)");
    assert_eq!(
        expr("provider::aws::arn_parse(x)"),
        "(provider::aws::arn_parse x)"
    );
    assert_eq!(expr("a-b"), "a-b");
    for wrong in [
        "f(a b)",
        "f(a..., b)",
        "f(a...,)",
        "f(,)",
        "a::b",
        "a::(x)",
        "f(a",
    ] {
        assert!(expr(wrong).starts_with("error"), "{wrong}");
    }
}

#[test]
fn collections() {
    assert_eq!(expr("[1, \"a\", [],]"), "[1 \"a\" []]");
    assert_eq!(
        expr("{ a = 1, \"b\" : 2\n (c) = 3\n\n 4 = 5 }"),
        "{a 1 \"b\" 2 (paren c) 3 4 5}"
    );
    assert_eq!(
        expr("[for x in y : x.z if x.ok]"),
        "(for x y (. x z) (. x ok))"
    );
    assert_eq!(
        expr("{ for k, v in m : k => v... if v }"),
        "(for k v m k v v...)"
    );
    assert_eq!(
        expr("{\n for k, v in m\n : k\n => v\n ? 1\n : 2\n}"),
        "(for k v m k (? v 1 2))"
    );
    for wrong in [
        "[1 2]",
        "{a = 1 b = 2}",
        "{a}",
        "[for x in y : k => v]",
        "{for x in y : x}",
        "[for x y : x]",
    ] {
        assert!(expr(wrong).starts_with("error"), "{wrong}");
    }
    assert!(expr("[for x in y : x...]").starts_with("error"));
    assert!(
        expr("{ for = 1 }").starts_with("error"),
        "for is a word of the language at this place"
    );
}

#[test]
fn line_ends_count_outside_of_brackets_only() {
    good("a = (1\n+\n2)\n");
    good("a = [\n1\n,\n2\n]\n");
    good("a = f(x\n? 1\n: 2)\n");
    good("a = x[\n0\n]\n");
    good("a = {\n  b = [\n 1 ]\n\n  c = 2,\n  d = 3 }\n");
    for wrong in [
        "a = 1 +\n2\n",
        "a =\n1\n",
        "a = { b = x ?\n1 : 2 }\n",
        "a = x\n[0]\n",
        "b\n{\n}\n",
        "a = 1 b = 2\n",
    ] {
        assert!(!errors(wrong).is_empty(), "{wrong:?}");
    }
}

#[test]
fn bodies_and_blocks() {
    assert_eq!(
        shape("a = 1\nb x \"y\" {\n c = 1\n d {}\n}\n"),
        "a b.x.y{c d{}}"
    );
    assert_eq!(shape("b { c = 1 }\nd {}"), "b{c} d{}");
    assert_eq!(shape("b { c = [\n1\n] }\n"), "b{c}");
    assert_eq!(shape("b \"a\\tb $${x}\" {}\n"), "b.a\tb ${x}{}");
    for wrong in [
        "b { c = 1, d = 2 }\n",
        "b { c = 1\n}\n",
        "b { c {} }\n",
        "b {} c {}\n",
        "\"a\" = 1\n",
        "b \"${x}\" {}\n",
        "b = 1 {\n}\n",
        "1 = 2\n",
        "a\n",
        "b {\n",
        "}\n",
    ] {
        assert!(!errors(wrong).is_empty(), "{wrong:?}");
    }
}

#[test]
fn an_argument_is_given_once_in_a_body() {
    assert_eq!(
        errors("a = 1\na = 2\nb {\n a = 1\n}\n"),
        ["the argument a is given twice"]
    );
    let tree = file("a = 1\na = 2\n");
    assert_eq!(tree.errors[0].related.len(), 1);
    assert_eq!(tree.errors[0].code, crate::source::Code::Structure);
    let many: String = (0..40)
        .map(|n| format!("a{n} = 1\nb {{ a{n} = 1 }}\n"))
        .collect();
    good(&many);
    assert_eq!(errors(&format!("{many}a7 = 2\na39 = 1\n")).len(), 2);
}

#[test]
fn comments_are_kept_and_count_as_line_ends() {
    let tree = good("# one\na = 1 # two\n/* three\n */ b = [ // four\n 1 ]\n// five");
    let texts: Vec<&str> = tree
        .comments
        .iter()
        .map(|comment| tree.slice(comment.range))
        .collect();
    assert_eq!(
        texts,
        ["# one", "# two", "/* three\n */", "// four", "// five"]
    );
    assert!(!errors("a = 1 /* not closed\n").is_empty());
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_are_fine() {
    let tree = good("\u{FEFF}a = 1 # x\r\nb {\r\n  c = 2\r\n}\r\n");
    assert_eq!(outline(&tree, &tree.root), "a b{c}");
    assert_eq!(tree.slice(tree.comments[0].range), "# x");
    assert_eq!(tree.attributes[0].name.start, 3);
    assert!(!errors("a = 1\rb = 2\r").is_empty());
}

#[test]
fn names_and_numbers() {
    for right in ["größe-1", "_a", "数", "a-"] {
        assert_eq!(expr(right), right);
    }
    for right in ["0", "1.5", "1e5", "1.5E-3", "007"] {
        assert_eq!(expr(right), right);
    }
    for wrong in ["1.2.3", "1e5.2", "1.", "1x", "-", "0x1F", "1e99999999999"] {
        assert!(expr(wrong).starts_with("error"), "{wrong}");
    }
}

#[test]
fn foreign_characters_are_explained() {
    assert_eq!(expr("'a'"), "error: single quotes do not mark strings");
    assert_eq!(expr("“a”"), "error: curly quotes do not mark strings");
    assert_eq!(
        expr("a & b"),
        "error: the expression ends before this"
            .replace("the expression ends before this", "there is no operator &")
    );
    assert_eq!(
        errors("a = 1; b = 2\n"),
        ["a semicolon separates nothing here"]
    );
    assert_eq!(errors("a = `x`\n"), ["backticks do not mark strings"]);
}

#[test]
fn ranges_are_those_of_the_text() {
    let tree = good("resource \"a\" b {\n  x = (1 + y.z)\n}\n");
    let block = &tree.blocks[0];
    assert_eq!(tree.slice(block.header), "resource \"a\" b");
    assert_eq!(
        tree.slice(block.range),
        "resource \"a\" b {\n  x = (1 + y.z)\n}"
    );
    assert_eq!(tree.slice(block.body.range), "\n  x = (1 + y.z)\n");
    let value = tree.attributes[0].value;
    assert_eq!(tree.slice(tree.ranges[value.0 as usize]), "(1 + y.z)");
    assert_eq!(tree.expr_span(value).start, 23);
}
