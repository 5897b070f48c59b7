//! Laws: no argument makes a function panic or give more than the bounds, and what is not known never becomes
//! something else that is known.

use std::sync::Arc;

use proptest::prelude::*;

use super::super::{MAX_TEXT, table};
use super::{Nowhere, at, text};
use crate::eval::terraform::function::call;
use crate::eval::{
    Collection, Data, Entry, List, Map, Number, Piece, Template, Truth, Unknown, Value, Why,
};

fn scalar() -> impl Strategy<Value = Value> {
    let texts = prop::sample::select(vec![
        "",
        "a",
        "b",
        "abc",
        "10.0.0.0/16",
        "%s",
        "%d-%s",
        "true",
        "1",
        "12",
        "2020-01-02T03:04:05Z",
        "1h",
        "[1,2]",
        "{\"a\":1}",
        "YWJj",
        "a,b\n1,2",
        "/a(b)?/",
        "(a|b)+",
        "é\n x ",
        "UTF-16",
        "x: [1, &a b, *a]",
        "*.txt",
        "dns",
    ]);
    let numbers = prop::sample::select(vec![
        "0",
        "1",
        "2",
        "-1",
        "3",
        "1.5",
        "-0.25",
        "1e30",
        "70000",
        "9223372036854775807",
        "1e9999",
    ]);
    prop_oneof![
        6 => texts.prop_map(text),
        3 => numbers.prop_map(|number| Value::new(Data::Number(Number::parse(number).unwrap()), at())),
        1 => any::<bool>().prop_map(|own| Value::bool(own, at())),
        1 => Just(Value::null(at())),
    ]
}

fn known() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(3, 12, 4, |inner| {
        let kinds = prop::sample::select(vec![Collection::Structural, Collection::Uniform, Collection::Set]);
        let keys = prop::sample::select(vec!["a", "b", "c", "x"]);
        prop_oneof![
            3 => (prop::collection::vec(inner.clone(), 0..4), kinds.clone()).prop_filter_map("of one type", collected),
            2 => (prop::collection::vec((keys, inner), 0..3), any::<bool>()).prop_map(|(entries, _)| {
                let entry = |(key, value): (&str, Value)| Entry { key: key.into(), span: at(), value };
                Value::object(entries.into_iter().map(entry).collect(), at())
            }),
        ]
    })
}

/// A collection of a kind, made as Terraform makes it.
fn collected((items, kind): (Vec<Value>, Collection)) -> Option<Value> {
    let tuple = Value::tuple(items, at());
    match kind {
        Collection::Structural => Some(tuple),
        Collection::Uniform => call("tolist", &[tuple], &Nowhere, at()).ok(),
        Collection::Set => call("toset", &[tuple], &Nowhere, at()).ok(),
    }
}

fn partly_known() -> impl Strategy<Value = Value> {
    let rest = || {
        Some(Arc::new(Unknown {
            why: Why::Limit,
            among: Vec::new(),
        }))
    };
    prop_oneof![
        4 => known(),
        1 => Just(nothing()),
        1 => (known(), known()).prop_map(|(a, b)| Value::among(Why::Condition, [a, b], at())),
        1 => prop::collection::vec(known(), 0..3).prop_map(move |items| {
            Value::new(Data::List(Arc::new(List { items, rest: rest(), kind: Collection::Uniform })), at())
        }),
        1 => known().prop_map(move |value| {
            let entries = vec![Entry { key: "a".into(), span: at(), value }];
            Value::new(Data::Map(Arc::new(Map::new(entries, rest(), Collection::Uniform))), at())
        }),
        1 => Just(half_known()),
    ]
}

fn nothing() -> Value {
    Value::unknown(Why::Variable("var.x".into()), at())
}

fn half_known() -> Value {
    let pieces = vec![Piece::Text("abc".into(), at()), Piece::Value(nothing())];
    Value::new(
        Data::Template(Arc::new(Template {
            text: None,
            pieces,
            decoded: None,
        })),
        at(),
    )
}

/// Every name with so many arguments as it takes.
fn calls(
    argument: impl Strategy<Value = Value>,
) -> impl Strategy<Value = (&'static str, Vec<Value>)> {
    let mut names: Vec<(&'static str, usize, bool)> = table()
        .values()
        .map(|function| {
            (
                function.name,
                function.parameters.len(),
                function.more.is_some(),
            )
        })
        .collect();
    names.sort_unstable();
    (
        prop::sample::select(names),
        prop::collection::vec(argument, 8),
        0..3_usize,
    )
        .prop_map(|((name, count, more), arguments, extra)| {
            let count = count + if more { extra } else { 0 };
            (name, arguments.into_iter().take(count).collect())
        })
}

/// Whether a value could turn out to be the known one. Kinds of collections are not compared, nor are a number and
/// its text told apart: what type the members of a list get depends on all of them.
fn could_be(value: &Value, known: &Value) -> bool {
    let (value, known) = (value.resolved(), known.resolved());
    match (&value.data, &known.data) {
        (Data::Unknown(unknown), _) => {
            unknown.among.is_empty() || unknown.among.iter().any(|member| could_be(member, known))
        }
        (Data::Reference(_), _) => true,
        (Data::List(a), Data::List(b)) => {
            let sorted = b.kind == Collection::Set || a.kind == Collection::Set || a.rest.is_some();
            if sorted {
                let open = a.rest.is_some() || a.items.iter().any(|item| !item.is_wholly_known());
                return a
                    .items
                    .iter()
                    .all(|item| b.items.iter().any(|other| could_be(item, other)))
                    && (open
                        || b.items
                            .iter()
                            .all(|item| a.items.iter().any(|other| could_be(other, item))));
            }
            a.items.len() == b.items.len()
                && a.items.iter().zip(&b.items).all(|(a, b)| could_be(a, b))
        }
        (Data::Map(a), Data::Map(b)) => {
            a.entries.iter().all(|entry| {
                b.value(&entry.key)
                    .is_some_and(|other| could_be(&entry.value, other))
            }) && (a.rest.is_some() || a.entries.len() == b.entries.len())
        }
        _ => value.same(known) != Truth::False,
    }
}

/// The value with one part of it replaced by an unknown: all of it, or a member.
fn blurred(value: &Value, choice: usize) -> Value {
    match &value.data {
        Data::List(list) if !list.items.is_empty() && choice > 0 => {
            let mut items = list.items.clone();
            let at = choice % items.len();
            items[at] = blurred(&items[at], choice / 2);
            // An unknown member of a set stands last.
            if list.kind == Collection::Set {
                let last = items.remove(at);
                items.push(last);
            }
            Value {
                data: Data::List(Arc::new(List {
                    items,
                    ..(**list).clone()
                })),
                ..value.clone()
            }
        }
        Data::Map(map) if !map.entries.is_empty() && choice > 0 => {
            let mut entries = map.entries.clone();
            let at = choice % entries.len();
            entries[at].value = blurred(&entries[at].value, choice / 2);
            Value {
                data: Data::Map(Arc::new(Map {
                    entries,
                    ..(**map).clone()
                })),
                ..value.clone()
            }
        }
        _ => nothing(),
    }
}

fn has_null(value: &Value) -> bool {
    match &value.data {
        Data::Null => true,
        Data::List(list) => list.items.iter().any(has_null),
        Data::Map(map) => map.entries.iter().any(|entry| has_null(&entry.value)),
        _ => false,
    }
}

fn size(value: &Value) -> usize {
    match &value.data {
        Data::Text(text) => text.len(),
        Data::List(list) => list.items.len(),
        Data::Map(map) => map.entries.len(),
        _ => 0,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { max_global_rejects: 1_000_000, max_local_rejects: 1_000_000, cases: 5000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_panics_and_nothing_is_too_large((name, arguments) in calls(partly_known())) {
        if let Ok(value) = call(name, &arguments, &Nowhere, at()) {
            prop_assert!(size(&value) <= MAX_TEXT);
        }
    }

    #[test]
    fn the_unknown_never_becomes_another_known((name, arguments) in calls(known()), which in 0..8_usize, choice in 0..12_usize) {
        // What asks about marks, or was evaluated before, is not about the value.
        prop_assume!(!matches!(name, "can" | "issensitive") && !arguments.is_empty());
        let Ok(result) = call(name, &arguments, &Nowhere, at()) else { return Ok(()) };
        prop_assume!(result.is_wholly_known());
        let mut asked = arguments.clone();
        let which = which % asked.len();
        asked[which] = blurred(&asked[which], choice);
        let blurred = call(name, &asked, &Nowhere, at());
        let blurred = match blurred {
            Ok(blurred) => blurred,
            // A null has a type that the value does not carry: with one, more is taken than Terraform takes.
            Err(_) if arguments.iter().any(has_null) => return Ok(()),
            Err(why) => return Err(TestCaseError::fail(format!("{name}{asked:?} is refused: {why}"))),
        };
        prop_assert!(could_be(&blurred, &result), "{}({:?}) = {:?}, but with all known {:?}", name, asked, blurred, result);
    }
}

/// What `terraform metadata functions` lists for 1.11, and what OpenTofu has beside it.
const NAMES: &str = "abs abspath alltrue anytrue base64decode base64encode base64gunzip base64gzip base64sha256 \
        base64sha512 basename bcrypt can ceil chomp chunklist cidrcontains cidrhost cidrnetmask cidrsubnet \
        cidrsubnets coalesce coalescelist compact concat contains csvdecode dirname distinct element \
        endswith ephemeralasnull file filebase64 filebase64sha256 filebase64sha512 fileexists filemd5 \
        fileset filesha1 filesha256 filesha512 flatten floor format formatdate formatlist indent index \
        issensitive join jsondecode jsonencode keys length log lookup lower matchkeys max md5 merge min \
        nonsensitive one parseint pathexpand plantimestamp pow range regex regexall replace reverse \
        rsadecrypt sensitive setintersection setproduct setsubtract setunion sha1 sha256 sha512 signum slice \
        sort split startswith strcontains strrev substr sum templatefile templatestring textdecodebase64 \
        textencodebase64 timeadd timecmp timestamp title tobool tolist tomap tonumber toset tostring \
        transpose trim trimprefix trimspace trimsuffix try upper urldecode urlencode uuid uuidv5 values \
        yamldecode yamlencode zipmap";

#[test]
fn every_function_of_the_binaries_is_there() {
    let missing: Vec<&str> = NAMES
        .split_whitespace()
        .filter(|name| !table().contains_key(name))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
