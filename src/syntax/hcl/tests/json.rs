//! HCL in JSON syntax.

use super::*;

fn json(text: &str) -> Tree {
    parse_json(SourceId(0), &Arc::from(text))
}

fn json_shape(text: &str) -> String {
    let tree = json(text);
    outline(&tree, &tree.root)
}

fn json_value(text: &str) -> String {
    let tree = json(&format!(r#"{{"locals": {{"a": {text}}}}}"#));
    assert!(tree.errors.is_empty(), "{text}: {:?}", tree.errors);
    show(&tree, tree.attributes[0].value)
}

#[test]
fn blocks_of_the_language() {
    let text = r#"{
        "//": "a comment",
        "terraform": {"required_version": ">= 1.6", "backend": {"s3": {"key": "k"}},
                      "required_providers": {"aws": {"source": "hashicorp/aws"}}},
        "provider": {"aws": [{"region": "eu-west-1"}, {"alias": "us", "region": "us-east-1"}]},
        "variable": {"v": {"type": "string", "validation": [{"condition": "${true}"}]}},
        "resource": {"aws_x": {"a": {"n": 1, "lifecycle": {"ignore_changes": ["n"]},
                                     "provisioner": [{"local-exec": {"command": "x"}}],
                                     "tags": {"k": "v"}}},
                     "aws_y": [{"b": {"m": 2}}, {"c": [{"m": 3}]}]},
        "moved": [{"from": "a.b", "to": "a.c"}],
        "output": {"o": {"value": "${v}", "precondition": {"condition": true}}}
    }"#;
    assert_eq!(json(text).errors, []);
    assert_eq!(
        json_shape(text),
        "terraform{required_version backend.s3{key} required_providers{aws}} \
         provider.aws{region} provider.aws{alias region} variable.v{type validation{condition}} \
         resource.aws_x.a{n lifecycle{ignore_changes} provisioner.local-exec{command} tags} \
         resource.aws_y.b{m} resource.aws_y.c{m} moved{from to} output.o{value precondition{condition}}"
    );
    assert_eq!(json(text).comments.len(), 1);
}

#[test]
fn arrays_stand_for_objects_at_every_level() {
    let text = r#"[{"resource": [{"t": [{"n": [{"a": 1}, {"b": 2}]}]}]}, {"locals": [{"x": 1}]}]"#;
    assert_eq!(
        json_shape(text),
        "resource.t.n{a} resource.t.n{b} locals{x}"
    );
}

#[test]
fn dynamic_blocks_make_blocks_of_what_holds_them() {
    let text = r#"{"resource": {"t": {"n": {"s": {"o": 1, "dynamic": {"d": {"for_each": "${x}", "content": {"p": 1}}}}}}}}"#;
    assert_eq!(
        json_shape(text),
        "resource.t.n{s{o dynamic.d{for_each content{p}}}}"
    );
}

#[test]
fn values() {
    assert_eq!(json_value(r#""a ${b.c}""#), r#"(template "a " (. b c))"#);
    assert_eq!(
        json_value(r#"{"${k}": [1, -2.5e3, true, null, ""]}"#),
        r#"{(template k) [1 (Negate 2.5e3) true null ""]}"#
    );
    assert_eq!(
        json_value(r#""x\n\t\u00e9\ud83d\ude00 ${f(\"q\")} $${z}""#),
        r#"(template "x\n\té😀 " (f "q") " ${z}")"#
    );
}

#[test]
fn places_of_unescaped_strings_are_those_of_the_source() {
    let text = r#"{"locals": {"a": "\t${b}", "c": "${d}"}}"#;
    let tree = json(text);
    assert_eq!(tree.errors, []);
    assert!(tree.text.len() > text.len() && tree.text.starts_with(text));
    let names: Vec<_> = (0..tree.exprs.len())
        .filter(|&at| tree.exprs[at] == Expr::Name)
        .collect();
    let spans: Vec<_> = names
        .iter()
        .map(|&at| tree.expr_span(ExprId(at as u32)))
        .collect();
    assert_eq!(
        &text[spans[0].start as usize..spans[0].end as usize],
        r"\t${b}"
    );
    assert_eq!(&text[spans[1].start as usize..spans[1].end as usize], "d");
}

#[test]
fn strictly_json() {
    for wrong in [
        "",
        "null",
        "1",
        "{",
        "[1",
        r#"{"a": 1,}"#,
        r#"{"a" 1}"#,
        r#"{a: 1}"#,
        r#"{"a": 01}"#,
        r#"{"a": .5}"#,
        r#"{"a": 1.}"#,
        r#"{"a": True}"#,
        r#"{"a": 'x'}"#,
        "{\"a\": \"x\ny\"}",
        r#"{"a": "\q"}"#,
        r#"{} {}"#,
        "{ // c\n}",
        r#"{"a": 1 "b": 2}"#,
        r#"{"a": [1, ]}"#,
        r#"{"a": [1}}"#,
        "\u{FEFF}{}",
    ] {
        assert!(!json(wrong).errors.is_empty(), "{wrong}");
    }
}

#[test]
fn given_twice() {
    assert_eq!(json(r#"{"locals": {"a": 1, "a": 2}}"#).errors.len(), 1);
    assert_eq!(
        json(r#"{"locals": {"a": {"k": 1, "k": 2}}}"#).errors.len(),
        1
    );
    assert_eq!(
        json(r#"{"locals": {"a": 1}, "locals": {"a": 1}}"#)
            .errors
            .len(),
        0
    );
}

#[test]
fn an_error_keeps_what_is_around_it() {
    assert_eq!(
        json_shape(r#"{"locals": {"a": 1, "b": }, "output": {"o": {"value": 1}}"#),
        "locals{a b!} output.o{value}"
    );
    assert_eq!(
        json_shape(r#"{"locals": {"a": 1 "b": 2}, "module": {"m": {"source": "x"}}, "#),
        "locals{a b} module.m{source}"
    );
    assert_eq!(json_shape(r#"{"locals": {"a": "x}"#), "locals{a}");
    assert_eq!(
        json_shape(r#"{"locals": {"a": "${x y}", "b": 1}}"#),
        "locals{a! b}"
    );
    assert!(!json(&"[".repeat(100_000)).errors.is_empty());
    assert!(!json(&"{\"a\":".repeat(100_000)).errors.is_empty());
}
