//! Decisive cases, checked against Terraform 1.11, and what must hold for every function and any argument.

mod laws;

use std::sync::Arc;

use super::{Environment, Template, call};
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
    fn files(&self, _folder: &str) -> Result<Vec<String>, String> {
        Ok(["a.txt", "b/c.json", "b/d/e.json", ".x"]
            .map(String::from)
            .to_vec())
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
fn formats_numbers_and_texts_as_go_does() {
    let format = |spec: &str, arguments: &[Value]| {
        let all: Vec<Value> = [text(spec)]
            .into_iter()
            .chain(arguments.iter().cloned())
            .collect();
        run("format", &all).as_text().unwrap().to_owned()
    };
    let cases = [
        ("%v", "1000000", "1e+06"),
        ("%v", "123456", "123456"),
        ("%v", "0.00001", "1e-05"),
        ("%f", "1.5", "1.500000"),
        ("%.2f", "2.675", "2.67"),
        ("%.0f", "2.5", "2"),
        ("%e", "12345.678", "1.234568e+04"),
        ("%g", "12345678", "1.2345678e+07"),
        ("%.3g", "1234.5", "1.23e+03"),
        ("%6.2f|", "1", "  1.00|"),
        ("%08.3f", "3.14159", "0003.142"),
        ("%-8.2f|", "2.5", "2.50    |"),
        ("%+.1e", "12345.0", "+1.2e+04"),
        ("%5d|", "42", "   42|"),
        ("%-5d|", "42", "42   |"),
        ("%05d", "42", "00042"),
        ("%-05d|", "5", "5    |"),
        ("%+d", "42", "+42"),
        ("% d", "42", " 42"),
        ("%.3d", "5", "005"),
        ("%#x", "255", "0xff"),
        ("%#o", "8", "010"),
        ("%#b", "5", "0b101"),
        ("%X", "255", "FF"),
        ("%G", "1e100", "1E+100"),
        ("%v", "1.5e300", "1.5e+300"),
        ("%q", "5", "\"5\""),
    ];
    for (spec, argument, wanted) in cases {
        assert_eq!(
            format(spec, &[number(argument)]),
            wanted,
            "{spec} {argument}"
        );
    }
    assert_eq!(
        format("%010s|%.2s", &[text("y"), text("héllo")]),
        "000000000y|hé"
    );
    assert_eq!(format("%[2]s %[1]s%%", &[text("a"), text("b")]), "b a%");
    assert_eq!(
        format("%v", &[tuple(&[number("1"), text("x")])]),
        "[1,\"x\"]"
    );
    for bad in [
        vec![text("%d"), number("1.5")],
        vec![text("%s")],
        vec![text("%s"), text("a"), text("b")],
    ] {
        assert!(call("format", &bad, &Nowhere, at()).is_err());
    }
    for spec in ["%z", "%*d", "%", "%5"] {
        assert!(
            call("format", &[text(spec), number("1")], &Nowhere, at()).is_err(),
            "{spec}"
        );
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
    assert_eq!(shown("lower", &[template.clone()]), "\"arn:?/x\"");
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
fn json_keeps_what_it_was_made_of() {
    let statement = object(&[("Action", text("s3:*")), ("Resource", unknown())]);
    let encoded = run("jsonencode", &[statement.clone()]);
    assert_eq!(
        show(&encoded),
        format!("{:?}", "{\"Action\":\"s3:*\",\"Resource\":?}")
    );
    let decoded = run("jsondecode", &[encoded]);
    assert_eq!(decoded, statement);
    let source = "{\"a\": [1, \"x\\n\", \"yz\"]}";
    let decoded = run("jsondecode", &[text(source)]);
    let items = &decoded
        .as_map()
        .unwrap()
        .value("a")
        .unwrap()
        .as_list()
        .unwrap()
        .items;
    let place = items[2].origin.span;
    assert_eq!(
        &source[place.start as usize - 10..place.end as usize - 10],
        "yz"
    );
    assert_eq!(items[1].as_text(), Some("x\n"));
    for bad in [
        "",
        "[1,]",
        "{\"a\"}",
        "01",
        "1.",
        "\"\u{1}\"",
        "[1] x",
        "nul",
        "\"\\x\"",
    ] {
        assert!(
            call("jsondecode", &[text(bad)], &Nowhere, at()).is_err(),
            "{bad}"
        );
    }
    assert_eq!(
        shown("jsondecode", &[text("\"\\ud83d\\ude00\\ud800\"")]),
        "\"😀\u{fffd}\""
    );
    let escapes = text("<>&\u{2028}\u{1}\"\\/é\u{8}\u{c}\t");
    let wanted = "\"\\u003c\\u003e\\u0026\\u2028\\u0001\\\"\\\\/é\\b\\f\\t\"";
    assert_eq!(run("jsonencode", &[escapes]).as_text(), Some(wanted));
}

#[test]
fn yaml_out_and_in() {
    let value = object(&[
        ("a", number("1")),
        (
            "b",
            tuple(&[
                text("x"),
                object(&[("c", Value::bool(true, at())), ("d", tuple(&[text("e")]))]),
            ]),
        ),
        ("e", text("multi\nline\n")),
        (
            "f",
            tuple(&[
                tuple(&[text("g")]),
                tuple(&[]),
                text("a \nb"),
                text(" x\ny"),
            ]),
        ),
        ("h", object(&[("i", Value::null(at()))])),
    ]);
    let wanted = "\"a\": 1\n\"b\":\n- \"x\"\n- \"c\": true\n  \"d\":\n  - \"e\"\n\"e\": |\n  multi\n  line\n\"f\":\n- - \"g\"\n- []\n- \"a \\nb\"\n- |2-\n   x\n  y\n\"h\":\n  \"i\": null\n";
    let encoded = run("yamlencode", &[value]);
    assert_eq!(encoded.as_text(), Some(wanted));
    let source = "a: 1\nb: yes\nc: 0x1F\nd: 2020-01-02\ne: ~\nf: 1_000\ng: .5\nh: 012\ni: '1'\nj: 0o17\nk: 1.0e3";
    let wanted = "{a=1,b=true,c=31,d=\"2020-01-02T00:00:00Z\",e=null,f=\"1_000\",g=0.5,h=12,i=\"1\",j=15,k=1000}";
    assert_eq!(shown("yamldecode", &[text(source)]), wanted);
    let anchors = "- &x {a: 1}\n- *x\n- <<: *x\n  b: 2";
    assert_eq!(
        shown("yamldecode", &[text(anchors)]),
        "[{a=1},{a=1},{a=1,b=2}]"
    );
    for bad in ["", "a\n---\nb", "[", "- *y", "? [a]\n: b"] {
        assert!(
            call("yamldecode", &[text(bad)], &Nowhere, at()).is_err(),
            "{bad}"
        );
    }
}

#[test]
fn dates() {
    let format = |spec: &str, time: &str| shown("formatdate", &[text(spec), text(time)]);
    assert_eq!(
        format("DD MMM YYYY hh:mm ZZZ", "2018-01-02T23:12:01Z"),
        "\"02 Jan 2018 23:12 UTC\""
    );
    let long = format(
        "EEEE, DD-MMM-YY hh:mm:ss ZZZ 'o''clock' AA aa H",
        "2018-01-02T03:12:01-08:00",
    );
    assert_eq!(
        long,
        "\"Tuesday, 02-Jan-18 03:12:01 -0800 o'clock AM am 3\""
    );
    let add = |time: &str, more: &str| shown("timeadd", &[text(time), text(more)]);
    assert_eq!(
        add("2017-11-22T00:00:00Z", "10m"),
        "\"2017-11-22T00:10:00Z\""
    );
    assert_eq!(
        add("2017-11-22T00:00:00+02:00", "-1.5h30s"),
        "\"2017-11-21T22:29:30+02:00\""
    );
    let compared = shown(
        "timecmp",
        &[
            text("2017-11-22T00:00:00Z"),
            text("2017-11-22T01:00:00+01:00"),
        ],
    );
    assert_eq!(compared, "0");
    for bad in [
        "2018-02-30T23:12:01Z",
        "2018-02-03 23:12:01Z",
        "2018-2-3T23:12:01Z",
        "2018-02-03T23:12:01",
    ] {
        assert!(
            call("timeadd", &[text(bad), text("1s")], &Nowhere, at()).is_err(),
            "{bad}"
        );
    }
    for bad in ["1d", "", "h", "1", "1.2.3s"] {
        assert!(
            call(
                "timeadd",
                &[text("2017-11-22T00:00:00Z"), text(bad)],
                &Nowhere,
                at()
            )
            .is_err(),
            "{bad}"
        );
    }
}

#[test]
fn networks() {
    let host = |prefix: &str, at: &str| shown("cidrhost", &[text(prefix), number(at)]);
    assert_eq!(host("10.0.0.0/8", "-1"), "\"10.255.255.255\"");
    assert_eq!(host("2001:db8::/32", "300"), "\"2001:db8::12c\"");
    assert_eq!(host("010.0.0.0/8", "1"), "\"10.0.0.1\"");
    let subnet = shown(
        "cidrsubnet",
        &[text("10.1.2.3/16"), number("4"), number("2")],
    );
    assert_eq!(subnet, "\"10.1.32.0/20\"");
    let four = [
        text("10.1.0.0/16"),
        number("4"),
        number("4"),
        number("8"),
        number("4"),
    ];
    let wanted = "[\"10.1.0.0/20\",\"10.1.16.0/20\",\"10.1.32.0/24\",\"10.1.48.0/20\"]";
    assert_eq!(shown("cidrsubnets", &four), wanted);
    assert_eq!(
        shown("cidrnetmask", &[text("172.16.0.0/12")]),
        "\"255.240.0.0\""
    );
    assert_eq!(
        shown("cidrcontains", &[text("10.0.0.0/8"), text("10.9.0.0/16")]),
        "true"
    );
    assert_eq!(
        shown("cidrcontains", &[text("10.0.0.0/8"), text("11.0.0.1")]),
        "false"
    );
    let refused = [
        ("cidrhost", vec![text("10.0.0.1/30"), number("4")]),
        (
            "cidrsubnet",
            vec![text("10.0.0.0/8"), number("8"), number("300")],
        ),
        (
            "cidrsubnet",
            vec![text("10.0.0.0/30"), number("4"), number("2")],
        ),
        ("cidrnetmask", vec![text("fd00::/8")]),
        (
            "cidrsubnets",
            vec![text("10.0.0.0/31"), number("1"), number("1"), number("1")],
        ),
    ];
    for (name, arguments) in refused {
        assert!(call(name, &arguments, &Nowhere, at()).is_err(), "{name}");
    }
}

#[test]
fn patterns_speak_go() {
    let regex = |pattern: &str, of: &str| shown("regex", &[text(pattern), text(of)]);
    assert_eq!(regex("(\\d+)(x)?", "abc123"), "[\"123\",null]");
    assert_eq!(regex("(?P<a>\\d+)", "abc123"), "{a=\"123\"}");
    assert_eq!(regex("[[:alpha:]]+[[]", "1ab["), "\"ab[\"");
    assert_eq!(regex("\\Qa.b\\E", "xa.b"), "\"a.b\"");
    assert_eq!(
        shown("regexall", &[text("\\w+"), text("é ab c")]),
        "[\"ab\",\"c\"]"
    );
    assert_eq!(
        shown(
            "replace",
            &[text("hello world"), text("/w(.)/"), text("<$1>")]
        ),
        "\"hello <o>rld\""
    );
    assert!(call("regex", &[text("("), text("x")], &Nowhere, at()).is_err());
    assert!(call("regex", &[text("(a)(?P<b>c)"), text("ac")], &Nowhere, at()).is_err());
    assert!(call("regex", &[text("a"), text("b")], &Nowhere, at()).is_err());
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
    assert!(run("upper", &[secret.clone()]).sensitive);
    assert!(run("join", &[text(","), tuple(&[secret.clone()])]).sensitive);
    let merged = run(
        "merge",
        &[
            object(&[("a", secret.clone())]),
            object(&[("b", text("c"))]),
        ],
    );
    assert!(!merged.sensitive);
    assert!(merged.as_map().unwrap().value("a").unwrap().sensitive);
    assert!(!run("nonsensitive", &[secret.clone()]).sensitive);
    assert_eq!(shown("issensitive", &[secret]), "true");
}

#[test]
fn members_keep_their_origins() {
    let member = text("abc");
    let merged = run("merge", &[object(&[("a", member.clone())])]);
    assert_eq!(merged.as_map().unwrap().value("a"), Some(&member));
    let flat = run("flatten", &[tuple(&[tuple(&[member.clone()])])]);
    assert_eq!(flat.as_list().unwrap().items[0], member);
    assert_eq!(
        run("element", &[tuple(&[member.clone()]), number("3")]),
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
fn hashes_and_encodings() {
    assert_eq!(
        shown("md5", &[text("a")]),
        "\"0cc175b9c0f1b6a831c399e269772661\""
    );
    let id = shown("uuidv5", &[text("dns"), text("www.terraform.io")]);
    assert_eq!(id, "\"a5008fae-b28c-5ba5-96cd-82b4c53552d6\"");
    assert_eq!(shown("base64decode", &[text("YQ==\n")]), "\"a\"");
    assert!(call("base64decode", &[text("YQ")], &Nowhere, at()).is_err());
    assert_eq!(
        shown("urlencode", &[text("a b&c=d/é~*'()")]),
        "\"a+b%26c%3Dd%2F%C3%A9~%2A%27%28%29\""
    );
    assert_eq!(shown("urldecode", &[text("a+b%26")]), "\"a b&\"");
    assert_eq!(
        shown("textencodebase64", &[text("Hello"), text("UTF-16")]),
        "\"/v8ASABlAGwAbABv\""
    );
    assert_eq!(
        shown(
            "textdecodebase64",
            &[text("SABlAGwAbABvAA=="), text("UTF-16LE")]
        ),
        "\"Hello\""
    );
    let csv = shown("csvdecode", &[text("a,b\r\n1,2\n\n\"x\"\"y\",\"z\n\"")]);
    assert_eq!(csv, "[{a=\"1\",b=\"2\"},{a=\"x\\\"y\",b=\"z\\n\"}]");
    for bad in ["a,b\n1\n", "a,b\n1,x\"y\n", "", "a,a\n"] {
        assert!(
            call("csvdecode", &[text(bad)], &Nowhere, at()).is_err(),
            "{bad}"
        );
    }
    let set = |pattern: &str| shown("fileset", &[text("."), text(pattern)]);
    assert_eq!(set("**/*.json"), "[\"b/c.json\",\"b/d/e.json\"]");
    assert_eq!(set("*.{txt,md}"), "[\"a.txt\"]");
    assert_eq!(set("b/[a-c].json"), "[\"b/c.json\"]");
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
    let result = run("upper", &[few.clone()]);
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
