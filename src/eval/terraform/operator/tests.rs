//! Decisive cases, checked against Terraform 1.11.

use std::sync::Arc;

use super::{Rendered, attribute, binary, conditional, equal, index, join, splat, unary};
use crate::eval::terraform::types::{Type, convert};
use crate::eval::{
    Address, Collection, Data, Entry, Key, List, Map, Mode, Number, Reference, Truth, Unknown,
    Value, Why,
};
use crate::source::{SourceId, Span};
use crate::syntax::hcl::{Binary, Unary};

fn at() -> Span {
    Span::new(SourceId(0), 0, 0)
}

fn number(text: &str) -> Value {
    Value::new(Data::Number(Number::parse(text).unwrap()), at())
}

fn text(text: &str) -> Value {
    Value::text(text, at())
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

fn shown(op: Binary, a: &str, b: &str) -> String {
    match binary(op, &number(a), &number(b), at()).unwrap().data {
        Data::Number(number) => number.to_string(),
        other => format!("{other:?}"),
    }
}

#[test]
fn numbers_have_512_bits() {
    let third = format!("0.{}5", "3".repeat(152));
    assert_eq!(shown(Binary::Divide, "1", "3").len(), third.len() + 2);
    assert!(shown(Binary::Divide, "1", "3").ends_with("335"));
    assert_eq!(shown(Binary::Add, "0.1", "0.2"), "0.3");
    assert_eq!(shown(Binary::Remainder, "-7", "3"), "-1");
    assert_eq!(shown(Binary::Remainder, "7.5", "2"), "1.5");
    assert_eq!(shown(Binary::Remainder, "5", "0"), "5");
    assert_eq!(
        shown(Binary::Multiply, "9223372036854775807", "10"),
        "92233720368547758070"
    );
    assert!(binary(Binary::Divide, &number("0"), &number("0"), at()).is_err());
    let log = Number::from_f64(3.321_928_094_887_362_6).unwrap();
    assert_eq!(log.to_string(), "3.3219280948873626");
    let times = log.mul(&Number::Int(1)).unwrap();
    assert_eq!(
        times.to_string(),
        "3.32192809488736262579777758219279348850250244140625"
    );
}

#[test]
fn one_known_operand_can_decide() {
    let (yes, no) = (Value::bool(true, at()), Value::bool(false, at()));
    let both = |op, a: &Value, b: &Value| binary(op, a, b, at()).unwrap().data;
    assert_eq!(both(Binary::And, &no, &unknown()), Data::Bool(false));
    assert_eq!(both(Binary::And, &unknown(), &no), Data::Bool(false));
    assert_eq!(both(Binary::Or, &unknown(), &yes), Data::Bool(true));
    assert!(matches!(
        both(Binary::And, &yes, &unknown()),
        Data::Unknown(_)
    ));
    assert!(binary(Binary::And, &yes, &Value::null(at()), at()).is_err());
    assert_eq!(
        unary(Unary::Not, &text("true"), at()).unwrap().data,
        Data::Bool(false)
    );
}

#[test]
fn equality_knows_types() {
    assert_eq!(equal(&number("1"), &text("1")), Truth::False);
    let list = convert(&tuple(&[number("1")]), &Type::List(Box::new(Type::Any))).unwrap();
    assert_eq!(equal(&tuple(&[number("1")]), &list), Truth::False);
    assert_eq!(
        equal(
            &tuple(&[unknown(), number("1")]),
            &tuple(&[number("2"), number("1")])
        ),
        Truth::Unknown
    );
    assert_eq!(
        equal(
            &tuple(&[unknown(), number("1")]),
            &tuple(&[number("2"), number("3")])
        ),
        Truth::False
    );
    assert_eq!(
        equal(&object(&[("a", unknown())]), &object(&[("b", unknown())])),
        Truth::False
    );
    assert_eq!(equal(&unknown(), &unknown()), Truth::Unknown);
}

#[test]
fn conditional_arms_get_one_type() {
    let yes = Value::bool(true, at());
    let chosen =
        |yes_arm, no_arm| conditional(&yes, Ok(yes_arm), Ok(no_arm), at()).map(|value| value.data);
    assert_eq!(
        chosen(number("1"), text("a")).unwrap(),
        Data::Text("1".into())
    );
    let list = chosen(tuple(&[number("1")]), tuple(&[text("a"), text("b")])).unwrap();
    assert!(matches!(list, Data::List(list) if list.kind == Collection::Uniform));
    assert!(chosen(object(&[]), tuple(&[])).is_err());
    assert_eq!(chosen(Value::null(at()), text("a")).unwrap(), Data::Null);
    let either = conditional(&unknown(), Ok(number("1")), Ok(number("2")), at()).unwrap();
    assert!(matches!(either.data, Data::Unknown(unknown) if unknown.among.len() == 2));
}

#[test]
fn alternatives_are_tried_one_by_one() {
    let few = Value::among(Why::Condition, [number("1"), number("2")], at());
    let sum = binary(Binary::Add, &few, &few, at()).unwrap();
    let Data::Unknown(unknown) = &sum.data else {
        panic!("{sum:?}")
    };
    assert_eq!(unknown.among.len(), 3);
    let member = index(&tuple(&[text("a"), text("b"), text("c")]), &few, at()).unwrap();
    assert_eq!(member.equals_text("a"), Truth::False);
    assert_eq!(
        index(&tuple(&[text("a"), text("b")]), &few, at())
            .unwrap()
            .data,
        Data::Text("b".into())
    );
}

fn bucket(path: &[&str], value: Option<Value>) -> Value {
    let target = Address {
        stack: "s".into(),
        module: "".into(),
        mode: Mode::Managed,
        type_name: "aws_s3_bucket".into(),
        name: "b".into(),
        key: Key::None,
    };
    let path = path.iter().map(|step| (*step).into()).collect();
    Value::new(
        Data::Reference(Arc::new(Reference {
            target,
            path,
            value,
        })),
        at(),
    )
}

#[test]
fn references_grow_and_keep_their_link() {
    let arn = attribute(&bucket(&[], None), "arn", at()).unwrap();
    assert_eq!(arn, bucket(&["arn"], None));
    let known = bucket(&[], Some(object(&[("bucket", text("logs"))])));
    let name = attribute(&known, "bucket", at()).unwrap();
    assert_eq!(name, bucket(&["bucket"], Some(text("logs"))));
    assert_eq!(attribute(&known, "arn", at()).unwrap(), arn);
    assert_eq!(equal(&arn, &arn), Truth::True);
    let some = index(&bucket(&["names"], None), &unknown(), at()).unwrap();
    assert_eq!(equal(&some, &some), Truth::Unknown);
    assert_eq!(equal(&bucket(&[], None), &Value::null(at())), Truth::False);
    let each = splat(&bucket(&["names"], None), at()).unwrap();
    assert!(matches!(&each.data, Data::List(list) if list.rest.is_some()));
}

#[test]
fn templates_keep_known_pieces() {
    let literal = |text: &str, start| {
        Rendered::Text(
            text.into(),
            Span::new(SourceId(0), start, start + text.len() as u32),
        )
    };
    let rendered = join(
        vec![
            literal("arn:", 10),
            Rendered::Value(unknown()),
            literal("/*", 20),
        ],
        at(),
    )
    .unwrap();
    assert_eq!(rendered.ends_with("/*"), Truth::True);
    assert_eq!(rendered.starts_with("arn:"), Truth::True);
    let literal_only = join(vec![literal("ab", 10), literal("cd", 12)], at()).unwrap();
    assert_eq!(literal_only.data, Data::Text("abcd".into()));
    assert_eq!(literal_only.origin.span, Span::new(SourceId(0), 10, 14));
    assert_eq!(
        join(vec![literal("n", 0), Rendered::Value(number("5"))], at())
            .unwrap()
            .as_text(),
        Some("n5")
    );
    assert!(join(vec![Rendered::Value(tuple(&[]))], at()).is_err());
    assert!(join(vec![Rendered::Value(Value::null(at()))], at()).is_err());
}

#[test]
fn members_that_may_be_there_make_others_uncertain() {
    let rest = Some(Arc::new(Unknown {
        why: Why::Variable("var.x".into()),
        among: Vec::new(),
    }));
    let list = List {
        items: vec![text("a")],
        rest: rest.clone(),
        kind: Collection::Uniform,
    };
    let list = Value::new(Data::List(Arc::new(list)), at());
    assert!(matches!(
        index(&list, &number("0"), at()).unwrap().data,
        Data::Unknown(_)
    ));
    let map = Map::new(Vec::new(), rest, Collection::Uniform);
    let map = Value::new(Data::Map(Arc::new(map)), at());
    assert!(matches!(
        attribute(&map, "a", at()).unwrap().data,
        Data::Unknown(_)
    ));
    assert!(attribute(&object(&[]), "a", at()).is_err());
    assert!(attribute(&Value::null(at()), "a", at()).is_err());
}

#[test]
fn sets_are_sorted_and_without_doubles() {
    let set = |items: &[Value]| {
        let set = convert(&tuple(items), &Type::Set(Box::new(Type::Any))).unwrap();
        let items = set
            .as_list()
            .unwrap()
            .items
            .iter()
            .map(|item| match &item.data {
                Data::Number(number) => number.to_string(),
                _ => item.as_text().unwrap_or("?").to_owned(),
            });
        items.collect::<Vec<_>>()
    };
    assert_eq!(set(&[number("10"), number("9"), number("9")]), ["9", "10"]);
    assert_eq!(
        set(&[number("3"), number("10"), number("2"), text("x")]),
        ["10", "2", "3", "x"]
    );
    assert_eq!(
        set(&[unknown(), text("b"), unknown(), text("a")]),
        ["a", "b", "?", "?"]
    );
}
