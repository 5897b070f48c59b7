//! Decisive cases, checked against Terraform 1.11, and what must hold for every function and any argument.

mod encodings;
mod laws;

use std::sync::Arc;

use super::{Below, Environment, Template, call};
use crate::eval::{Collection, Data, Entry, List, Map, Number, Piece, Truth, Unknown, Value, Why};
use crate::source::{SourceFile, SourceId, Span};

/// A world without files.
struct Nowhere;

impl Environment for Nowhere {
    fn read(&self, path: &str) -> Result<Arc<SourceFile>, String> {
        Err(format!("no file exists at {path}"))
    }
    fn read_bytes(&self, path: &str) -> Result<Vec<u8>, String> {
        Err(format!("no file exists at {path}"))
    }
    fn exists(&self, _path: &str) -> Result<bool, String> {
        Ok(false)
    }
    fn files(&self, _folder: &str) -> Result<Arc<Below>, String> {
        let files = ["a.txt", "b/c.json", "b/d/e.json", ".x"];
        Ok(Arc::new(Below {
            files: files.map(String::from).into(),
            doubtful: Vec::new(),
        }))
    }
    fn render(&self, _template: &Template, _variables: &Map) -> Result<Value, String> {
        Err("no templates here".into())
    }
}

fn at() -> Span {
    Span::new(SourceId(1), 100, 140)
}

fn text(text: &str) -> Value {
    Value::text(text, Span::new(SourceId(0), 10, 10 + text.len() as u32))
}

fn number(number: &str) -> Value {
    Value::new(Data::Number(Number::parse(number).unwrap()), at())
}

fn unknown() -> Value {
    Value::unknown(Why::Variable("var.x".into()), at())
}

fn tuple(items: &[Value]) -> Value {
    Value::tuple(items.to_vec(), at())
}

fn object(entries: &[(&str, Value)]) -> Value {
    let entry = |(key, value): &(&str, Value)| Entry {
        key: (*key).into(),
        span: at(),
        value: value.clone(),
    };
    Value::object(entries.iter().map(entry).collect(), at())
}

fn run(name: &str, arguments: &[Value]) -> Value {
    call(name, arguments, &Nowhere, at()).unwrap_or_else(|why| panic!("{name}: {why}"))
}

/// The result as JSON, `?` for what is not known.
fn shown(name: &str, arguments: &[Value]) -> String {
    show(&run(name, arguments))
}

fn show(value: &Value) -> String {
    match &value.resolved().data {
        Data::Null => "null".into(),
        Data::Bool(own) => own.to_string(),
        Data::Number(own) => own.to_string(),
        Data::Text(text) => format!("{text:?}"),
        Data::Template(template) => {
            let piece = |piece: &Piece| match piece {
                Piece::Text(text, _) => text.to_string(),
                Piece::Value(_) => "?".into(),
            };
            format!(
                "{:?}",
                template.pieces.iter().map(piece).collect::<String>()
            )
        }
        Data::List(list) => {
            let mut items: Vec<String> = list.items.iter().map(show).collect();
            items.extend(list.rest.as_ref().map(|_| "...".into()));
            format!("[{}]", items.join(","))
        }
        Data::Map(map) => {
            let entry = |entry: &Entry| format!("{}={}", entry.key, show(&entry.value));
            let mut entries: Vec<String> = map.entries.iter().map(entry).collect();
            entries.extend(map.rest.as_ref().map(|_| "...".into()));
            format!("{{{}}}", entries.join(","))
        }
        Data::Reference(_) | Data::Unknown(_) => "?".into(),
    }
}

#[test]
fn known_pieces_survive() {
    assert_eq!(
        shown("format", &[text("%s-%s"), unknown(), text("x")]),
        "\"?-x\""
    );
    assert_eq!(
        shown("join", &[text(","), tuple(&[text("a"), unknown()])]),
        "\"a,?\""
    );
    let template = run("format", &[text("ARN:%s/X"), unknown()]);
    assert_eq!(
        shown("lower", std::slice::from_ref(&template)),
        "\"arn:?/x\""
    );
    assert_eq!(
        shown("trimprefix", &[template.clone(), text("ARN:")]),
        "\"?/X\""
    );
    assert_eq!(
        shown("trimsuffix", &[template.clone(), text("/X")]),
        "\"ARN:?\""
    );
    assert_eq!(
        shown("startswith", &[template.clone(), text("ARN")]),
        "true"
    );
    assert_eq!(shown("endswith", &[template, text("/Y")]), "false");
    assert_eq!(
        shown("concat", &[tuple(&[text("a")]), unknown()]),
        "[\"a\",...]"
    );
    assert_eq!(
        shown("merge", &[unknown(), object(&[("a", number("1"))])]),
        "{a=1,...}"
    );
    assert_eq!(
        shown("merge", &[object(&[("a", number("1"))]), unknown()]),
        "{a=?,...}"
    );
    assert_eq!(shown("length", &[tuple(&[unknown(), unknown()])]), "2");
    assert_eq!(
        shown("contains", &[tuple(&[unknown(), text("a")]), text("a")]),
        "true"
    );
    assert_eq!(
        shown("contains", &[tuple(&[unknown(), text("b")]), text("a")]),
        "?"
    );
    assert_eq!(
        shown("flatten", &[tuple(&[tuple(&[text("a")]), unknown()])]),
        "[\"a\",...]"
    );
    assert_eq!(
        shown(
            "setunion",
            &[tuple(&[text("b")]), tuple(&[text("a"), unknown()])]
        ),
        "[\"a\",\"b\",?]"
    );
    assert_eq!(
        shown("setsubtract", &[tuple(&[text("b")]), tuple(&[unknown()])]),
        "[...]"
    );
    assert_eq!(shown("coalesce", &[unknown(), text("a")]), "?");
    assert_eq!(shown("coalesce", &[text("a"), unknown()]), "\"a\"");
    assert_eq!(
        shown(
            "lookup",
            &[object(&[("a", number("1"))]), text("a"), unknown()]
        ),
        "1"
    );
    assert_eq!(
        shown("zipmap", &[tuple(&[text("a")]), tuple(&[unknown()])]),
        "{a=?}"
    );
    assert_eq!(shown("keys", &[object(&[("a", unknown())])]), "[\"a\"]");
}

#[test]
fn letters_are_mapped_one_by_one() {
    assert_eq!(shown("upper", &[text("straße ŉ")]), "\"STRAßE ŉ\"");
    assert_eq!(shown("lower", &[text("ΑΣ İ")]), "\"ασ i\"");
    assert_eq!(
        shown("title", &[text("hello wORLD it's a-b_c 3d")]),
        "\"Hello WORLD It'S A-B_c 3d\""
    );
    assert_eq!(shown("length", &[text("👨‍👩‍👧é")]), "2");
    assert_eq!(
        shown("substr", &[text("hello"), number("-3"), number("0")]),
        "\"llo\""
    );
    assert_eq!(
        shown("substr", &[text("hello"), number("10"), number("2")]),
        "\"\""
    );
}

#[test]
fn sensitivity_is_inherited() {
    let secret = text("s").sensitive_if(true);
    assert!(run("upper", std::slice::from_ref(&secret)).sensitive);
    assert!(run("join", &[text(","), tuple(std::slice::from_ref(&secret))]).sensitive);
    let merged = run(
        "merge",
        &[
            object(&[("a", secret.clone())]),
            object(&[("b", text("c"))]),
        ],
    );
    assert!(!merged.sensitive);
    assert!(merged.as_map().unwrap().value("a").unwrap().sensitive);
    assert!(!run("nonsensitive", std::slice::from_ref(&secret)).sensitive);
    assert_eq!(shown("issensitive", &[secret]), "true");
}

#[test]
fn members_keep_their_origins() {
    let member = text("abc");
    let merged = run("merge", &[object(&[("a", member.clone())])]);
    assert_eq!(merged.as_map().unwrap().value("a"), Some(&member));
    let flat = run("flatten", &[tuple(&[tuple(std::slice::from_ref(&member))])]);
    assert_eq!(flat.as_list().unwrap().items[0], member);
    assert_eq!(
        run(
            "element",
            &[tuple(std::slice::from_ref(&member)), number("3")]
        ),
        member
    );
    assert_eq!(
        run("coalesce", &[Value::null(at()), member.clone()]),
        member
    );
    // A text of forty bytes that was computed does not pass for the forty bytes of the call.
    let made = run("upper", &[text(&"a".repeat(40))]);
    assert_ne!(made.origin.span.len(), 40);
}

#[test]
fn numbers_of_64_bits_show_as_such() {
    assert_eq!(
        shown("pow", &[number("3"), number("50")]),
        "717897987691852600000000"
    );
    assert_eq!(
        shown("pow", &[number("2"), number("0.5")]),
        "1.4142135623730951"
    );
    assert_eq!(
        shown("log", &[number("50"), number("10")]),
        "1.6989700043360185"
    );
    assert_eq!(shown("parseint", &[text("zZ"), number("62")]), "2231");
    assert_eq!(shown("ceil", &[number("-1.5")]), "-1");
    assert_eq!(shown("floor", &[number("-1.5")]), "-2");
    assert_eq!(shown("max", &[text("5"), number("10")]), "10");
    assert_eq!(show(&number("1e300")), format!("1{}", "0".repeat(300)));
}

#[test]
fn alternatives_go_through_functions() {
    let few = Value::among(Why::Condition, [text("a"), text("b")], at());
    let result = run("upper", std::slice::from_ref(&few));
    assert_eq!(result.equals_text("C"), Truth::False);
    let Data::Unknown(unknown) = &result.data else {
        panic!("{result:?}")
    };
    assert_eq!(unknown.among.len(), 2);
    let refused = Value::among(Why::Condition, [text("x"), text("12")], at());
    assert_eq!(shown("tonumber", &[refused]), "12");
    let rest = Some(Arc::new(Unknown {
        why: Why::Condition,
        among: vec![text("b")],
    }));
    let list = Value::new(
        Data::List(Arc::new(List {
            items: vec![text("a")],
            rest,
            kind: Collection::Uniform,
        })),
        at(),
    );
    assert_eq!(shown("contains", &[list.clone(), text("c")]), "false");
    assert_eq!(shown("contains", &[list, text("b")]), "?");
}

/// Parts of ARNs that are known stay known beside those that are not.
#[test]
fn arns_are_built_and_taken_apart_in_pieces() {
    let none = text("");
    let build = |account: Value, resource: Value| {
        let parts = [text("aws"), text("iam"), none.clone(), account, resource];
        call("provider::aws::arn_build", &parts, &Nowhere, at()).unwrap()
    };
    let root = build(unknown(), text("root"));
    assert_eq!(root.starts_with("arn:aws:iam::"), Truth::True);
    assert_eq!(root.ends_with(":root"), Truth::True);
    assert_eq!(root.equals_text("*"), Truth::False);
    let whole = build(text("444455556666"), text("role/app"));
    assert_eq!(whole.as_text(), Some("arn:aws:iam::444455556666:role/app"));
    let account = Value::unknown(Why::Pseudo("AWS::AccountId".into()), at());
    let role = build(account, text("role/service/app"));
    let parsed = call(
        "provider::aws::arn_parse",
        std::slice::from_ref(&role),
        &Nowhere,
        at(),
    )
    .unwrap();
    let part = |of: &Value, name: &str| of.as_map().unwrap().value(name).unwrap().clone();
    assert_eq!(part(&parsed, "service").as_text(), Some("iam"));
    assert_eq!(
        part(&parsed, "resource").as_text(),
        Some("role/service/app")
    );
    assert_eq!(part(&parsed, "account_id").equals_text("*"), Truth::False);
    // What is not known may hold colons: nothing is known of what stands behind it.
    let parsed = call("provider::aws::arn_parse", &[root], &Nowhere, at()).unwrap();
    assert_eq!(part(&parsed, "service").as_text(), Some("iam"));
    assert_eq!(part(&parsed, "resource").as_text(), None);
    let trimmed = call("provider::aws::trim_iam_role_path", &[role], &Nowhere, at()).unwrap();
    assert_eq!(trimmed.ends_with(":role/app"), Truth::True, "{trimmed:?}");
    for wrong in ["x:aws", "arn:aws:iam", "arn:aws:s3:::b"] {
        let refused = call(
            "provider::aws::trim_iam_role_path",
            &[text(wrong)],
            &Nowhere,
            at(),
        );
        assert!(refused.is_err(), "{wrong}");
    }
}
