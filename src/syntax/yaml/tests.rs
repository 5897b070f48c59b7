//! Trees, recovery, hostile input.

use super::*;
use crate::source::SourceMap;

fn read(text: &str) -> Document {
    let map = SourceMap::new();
    let (file, _) = map.add("t.yaml", text.as_bytes().to_vec());
    parse(&file)
}

/// The tree as nested JSON-like text, tags in front.
fn show(document: &Document, id: NodeId) -> String {
    let node = document.node(id);
    let tag = if node.tag.is_empty() {
        String::new()
    } else {
        format!("{} ", node.tag)
    };
    let inner = match &node.kind {
        Kind::Scalar { text, plain: true } => text.to_string(),
        Kind::Scalar { text, .. } => format!("{text:?}"),
        Kind::Sequence(_) => {
            let items: Vec<_> = document
                .items(id)
                .iter()
                .map(|&id| show(document, id))
                .collect();
            format!("[{}]", items.join(", "))
        }
        Kind::Mapping(_) => {
            let pairs = document.pairs(id).iter();
            let pairs: Vec<_> = pairs
                .map(|p| format!("{}: {}", show(document, p.key), show(document, p.value)))
                .collect();
            format!("{{{}}}", pairs.join(", "))
        }
        Kind::Broken => "BROKEN".into(),
    };
    tag + &inner
}

fn shown(text: &str) -> (String, Vec<String>) {
    let document = read(text);
    let tree = document
        .root
        .map(|root| show(&document, root))
        .unwrap_or_default();
    (
        tree,
        document
            .errors
            .iter()
            .map(|error| error.message.clone())
            .collect(),
    )
}

#[test]
fn forms_of_yaml() {
    let text =
        "a: !Ref Foo # c\nb:\nc: !If\n  - x\n  -\n  - |\n    lit\nd: {e: \"f\", g: [1, 'two']}\n";
    let (tree, errors) = shown(text);
    assert_eq!(
        tree,
        r#"{a: !Ref Foo, b: , c: !If [x, , "lit\n"], d: {e: "f", g: [1, "two"]}}"#
    );
    assert!(errors.is_empty());
    assert_eq!(read(text).comments.len(), 1);
}

#[test]
fn ranges_cover_the_bytes_written() {
    let text =
        "\u{FEFF}a: !Sub \"é ${x}\"\nb: |\n  one\n    two ${y}\nc: [1,\n 2]\nd:\n  e: 1\n\nf: 2\n";
    let document = read(text);
    let root = document.root.unwrap();
    let bytes = |key: &str| {
        let range = document.node(document.get(root, key).unwrap().value).range;
        &text[range.start as usize..range.end as usize]
    };
    assert_eq!(bytes("a"), "!Sub \"é ${x}\"");
    assert_eq!(bytes("b"), "one\n    two ${y}");
    assert_eq!(bytes("c"), "[1,\n 2]");
    assert_eq!(bytes("d"), "e: 1");
    for (key, part) in [("a", "${x}"), ("b", "${y}")] {
        let id = document.get(root, key).unwrap().value;
        let at = document.text(id).unwrap().find(part).unwrap();
        let span = document.locate(id, text, at, at + part.len());
        assert_eq!(&text[span.start as usize..span.end as usize], part);
    }
}

#[test]
fn json_to_the_letter_equals_yaml() {
    let text =
        "{\"a\": [1, -2.5e3, true, null, \"x\\n\\u00e9\\ud83d\\ude00\\/\"], \"b\": {}, \"c\": []}";
    let map = SourceMap::new();
    let (file, _) = map.add("t", text.as_bytes().to_vec());
    let direct = json::read(text, 0, file.span(), false).unwrap();
    let mut builder = Builder::new(Document::new(file.id));
    super::read(&mut builder, text, 0..text.len(), false).unwrap();
    let yaml = builder.document;
    assert_eq!(
        show(&direct, direct.root.unwrap()),
        show(&yaml, yaml.root.unwrap())
    );
    let ranges = |d: &Document| {
        d.nodes
            .iter()
            .map(|node| (node.range, node.content))
            .collect::<Vec<_>>()
    };
    assert_eq!(ranges(&direct), ranges(&yaml));
    for bad in [
        "{\"a\":01}",
        "{\"a\" 1}",
        "{\"a\":1,}",
        "{\"a\":\"\n\"}",
        "{'a':1}",
        "{\"a\":1} x",
        "{\"a\":.5}",
    ] {
        assert!(json::read(bad, 0, file.span(), false).is_none(), "{bad}");
    }
}

#[test]
fn duplicates_and_merges() {
    let (tree, errors) =
        shown("x: &x {a: 1, b: 2}\ny:\n  <<: *x\n  b: 3\nz:\n  <<: [{b: 4}, *x]\nx: 9\n");
    assert_eq!(tree, "{x: 9, y: {b: 3, a: 1}, z: {b: 4, a: 1}}");
    assert_eq!(errors, ["duplicate key `x`: only the last one counts"]);
    let many: String = (0..100).map(|i| format!("k{}: {i}\n", i % 60)).collect();
    assert_eq!(shown(&many).1.len(), 40);
    assert_eq!(shown("a: *x\nb: &y [*y]\n").1.len(), 2);
    assert_eq!(shown("a: 1\n: 2\n[b]: 3\n").1.len(), 2);
}

#[test]
fn one_broken_resource_loses_only_itself() {
    let text = "Resources:\n  A:\n    Type: X\n  B:\n    Type: \"unclosed\n    Properties: [1\n  C:\n    Type: Y\nOutputs:\n  O: {Value: 1}\n";
    let (tree, errors) = shown(text);
    assert_eq!(
        tree,
        "{Resources: {A: {Type: X}, B: BROKEN, C: {Type: Y}}, Outputs: {O: {Value: 1}}}"
    );
    assert_eq!(errors, ["this quoted text is never closed"]);
    let (tree, errors) = shown("Resources:\n  A:\n\tType: X\n  B:\n    Type: Y\n");
    assert_eq!(tree, "{Resources: {A: BROKEN, B: {Type: Y}}}");
    assert_eq!(errors, ["a tab stands where the indentation is"]);
}

#[test]
fn one_broken_json_resource_loses_only_itself() {
    let text = "{\n  \"Resources\": {\n    \"A\": { \"Type\": \"X\" },\n    \"B\": {\n      \"Type\": \"Y\" \"P\": {\n      }\n    },\n    \"C\": {\n      \"Type\": \"Z\"\n    }\n    \"D\": {}\n  },\n  \"Outputs\": {}\n}\n";
    let (tree, errors) = shown(text);
    assert_eq!(
        tree,
        r#"{"Resources": {"A": {"Type": "X"}, "B": {"Type": "Y", "P": {}}, "C": {"Type": "Z"}, "D": {}}, "Outputs": {}}"#,
        "where only commas are missing nothing is lost"
    );
    assert_eq!(errors.len(), 2);
    let (tree, errors) = shown(&text.replace("\"Y\" \"P\"", "\"Y\", P"));
    assert_eq!(
        tree,
        r#"{"Resources": {"A": {"Type": "X"}, "B": BROKEN, "C": {"Type": "Z"}, "D": {}}, "Outputs": {}}"#
    );
    assert_eq!(errors.len(), 2);
    let (tree, _) = shown("{\n  \"A\": {\n    \"B\": 1,\n    \"C\": [\n");
    assert_eq!(tree, r#"{"A": {"B": 1, "C": BROKEN}}"#);
}

#[test]
fn damaged_json_always_ends() {
    let text = "{\n  \"A\": {\n    \"B\": [1, 2],\n    \"C\": \"x\"\n  },\n  \"D\": \"y\"\n}\n";
    for at in 0..text.len() {
        read(&text[..at]);
        read(&(text[..at].to_owned() + &text[at + 1..]));
        for extra in ["\"", "{", "]", ",", ":", "\\", "\n", "1"] {
            read(&(text[..at].to_owned() + extra + &text[at..]));
        }
    }
}

#[test]
fn several_documents_are_read_as_one() {
    let (tree, errors) = shown("R:\n  A: 1\nS: 2\n---\nR:\n  B: 3\nT: 4\n");
    assert_eq!(tree, "{R: {A: 1, B: 3}, S: 2, T: 4}");
    assert_eq!(errors, ["a second document: a template is one document"]);
    assert_eq!(shown("a: 1\n---\n- 2\n").0, "{a: 1}");
}

#[test]
fn hostile_nesting_is_refused_in_linear_time() {
    for (text, least) in [
        ("[".repeat(100_000), 1),
        ("{a: ".repeat(100_000), 1),
        ("{\"a\":".repeat(100_000), 1),
        ("- ".repeat(100_000), 1),
        ("? ".repeat(100_000), 1),
        ("&a ".repeat(100_000), 1),
        ("\"".repeat(99_999), 1),
        ("#\n".repeat(100_000), 0),
        ("a:\n".repeat(100_000), 1),
        ("{\"a\": 1\n".repeat(50_000), 1),
    ] {
        let document = read(&text);
        assert!(document.errors.len() >= least, "{}", &text[..10]);
    }
}

#[test]
fn an_alias_bomb_costs_nothing() {
    let mut text = "a0: &a0 [x, x]\n".to_owned();
    for level in 1..100 {
        text += &format!("a{level}: &a{level} [*a{0}, *a{0}]\n", level - 1);
    }
    let document = read(&text);
    assert!(document.errors.is_empty());
    assert!(document.nodes.len() < 500);
}

#[test]
fn what_a_template_looks_like() {
    for yes in [
        "AWSTemplateFormatVersion: '2010-09-09'\n",
        "\u{FEFF}---\n# c\n\"Resources\":\n  A:\n    Type: AWS::S3::Bucket\n",
        "Resources:\n  A: {Type: 'AWS::S3::Bucket'}\n",
        "Transform: AWS::Serverless-2016-10-31\nResources: {}\n",
        "Transform:\n  - AWS::LanguageExtensions\n",
        "{\"Resources\": {\"A\": {\"Properties\": {}, \"Type\": \"Custom::X\"}}}",
        "{{ if .x }}\nAWSTemplateFormatVersion: x\n{{ end }}\n",
        "AWSTemplateFormatVersion: x\n{% if y %}\n",
        "{\"Description\": \"\\\"{\", \"AWSTemplateFormatVersion\": \"2010-09-09\"}",
    ] {
        assert!(looks_like_template(yes), "{yes}");
    }
    for no in [
        "apiVersion: v1\nkind: ConfigMap\ndata:\n  t: |\n    AWSTemplateFormatVersion: x\n",
        "Resources:\n  A:\n    Type: plain\n# AWS::S3\n",
        "Resources:\n  A:\n    Properties:\n      - Type: a\n      - x::y\n",
        "{\"format_version\": \"1\", \"planned_values\": {}, \"AWSTemplateFormatVersion\": 1, \"Resources\": {}}",
        "{\"a\": {\"Resources\": {\"A\": {\"Type\": \"AWS::S3::Bucket\"}}}}",
        "services:\n  web:\n    image: AWS::x\n",
        "",
    ] {
        assert!(!looks_like_template(no), "{no}");
    }
}

/// A tree with what is damaged left out is the same whether or not the damage is there.
#[test]
fn lines_that_no_yaml_has_cost_no_more_than_themselves() {
    let whole = "Resources:\n  A:\n    Type: X\n  B:\n    Type: Y\nOutputs:\n  O: {Value: 1}\n";
    let (tree, _) = shown(whole);
    for (after, line) in [
        ("Type: X\n", "\tZ:\n"),
        ("Type: X\n", "\t\tZ: 1\n"),
        ("Type: X\n", "{% if y %}\n"),
        ("Type: X\n", "{{- end }}\n"),
        ("Type: X\n", "word\n"),
        ("Type: X\n", "\"\n"),
        ("Type: X\n", "-\n"),
        ("Resources:\n", " w\n"),
        ("Resources:\n", "w\n"),
        ("Type: Y\n", "  w\n"),
    ] {
        let (damaged, errors) = shown(&whole.replacen(after, &format!("{after}{line}"), 1));
        assert_eq!(damaged, tree, "{line:?} after {after:?}");
        assert!(!errors.is_empty(), "{line:?} after {after:?}");
    }
    let (nul, errors) = shown(&whole.replace("Type: X", "Type: X\n    D: \"a\u{0}b\""));
    assert!(
        nul.contains("B: {Type: Y}") && nul.contains("A: {Type: X"),
        "{nul} {errors:?}"
    );
    let (bare, errors) = shown(&whole.replacen("Resources:", "Resources", 1));
    assert_eq!((bare, errors.len()), (tree, 1));
}

#[test]
fn a_name_that_is_being_typed_takes_nothing_from_the_one_that_is_there() {
    let (tree, errors) = shown("R:\n  A:\n    Type: X\n  A:\n");
    assert_eq!(tree, "{R: {A: {Type: X}}}");
    assert_eq!(errors.len(), 1);
}

fn json_shown(text: &str) -> (String, usize) {
    let map = SourceMap::new();
    let (file, _) = map.add("t.json", text.as_bytes().to_vec());
    let document = parse(&file);
    let tree = document.root.map(|root| show(&document, root));
    (tree.unwrap_or_default(), document.errors.len())
}

const JSON: &str = "{\n  \"Resources\": {\n    \"A\": {\n      \"Type\": \"X\",\n      \"P\": {\n        \"Q\": [1, 2]\n      }\n    },\n    \"B\": {\n      \"Type\": \"Y\"\n    },\n    \"C\": {\n      \"Type\": \"Z\"\n    }\n  },\n  \"Outputs\": {}\n}\n";

/// What is called JSON is read as JSON, and a token that is missing costs the resource that it is missing in.
#[test]
fn a_token_less_in_json_costs_one_resource() {
    assert_eq!(json_shown(JSON).1, 0);
    let first = JSON.find("\"A\"").unwrap();
    let second = JSON.find("\"B\"").unwrap();
    for at in first..second {
        if !b"\"{}[],:".contains(&JSON.as_bytes()[at]) {
            continue;
        }
        let (tree, errors) = json_shown(&format!("{}{}", &JSON[..at], &JSON[at + 1..]));
        assert!(errors > 0, "{at}: {tree}");
        for part in [
            r#""B": {"Type": "Y"}"#,
            r#""C": {"Type": "Z"}"#,
            r#""Outputs": {}"#,
        ] {
            assert!(tree.contains(part), "without byte {at}: {tree}");
        }
    }
}

/// Words as they are typed in front of a resource take nothing from it.
#[test]
fn words_typed_into_json_cost_nothing_else() {
    let second = JSON.find("\"B\"").unwrap();
    let (whole, _) = json_shown(JSON);
    for typed in [
        "\"",
        "\"fo",
        "\"foo\"",
        "\"foo\":",
        "\"foo\": {",
        "\"foo\": {\"Ty",
        "f",
        ",",
        "{",
        "[",
    ] {
        let text = format!("{}{typed}\n    {}", &JSON[..second], &JSON[second..]);
        let (tree, errors) = json_shown(&text);
        assert!(errors > 0, "{typed}");
        let tree = tree
            .replace("\"foo\": BROKEN, ", "")
            .replace("\"foo\": {}, ", "");
        assert_eq!(tree, whole, "{typed}");
    }
}

/// In a text on one line the next resource is known by its type.
#[test]
fn damage_on_one_line_ends_at_the_next_resource() {
    let text =
        r#"{"Resources": {"A": {"Type": "AWS::X::Y", "P": {"Q: 1}}, "B": {"Type": "AWS::X::Z"}}}"#;
    let (tree, errors) = json_shown(text);
    assert!(
        errors > 0 && tree.contains(r#""B": {"Type": "AWS::X::Z"}"#),
        "{tree}"
    );
    let (tree, errors) = json_shown(&text.replace("\"Q:", "Q\":"));
    assert!(
        errors > 0 && tree.contains(r#""B": {"Type": "AWS::X::Z"}"#),
        "{tree}"
    );
}
