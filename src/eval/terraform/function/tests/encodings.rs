//! Texts that are made and read: formats, JSON, YAML, dates, addresses, patterns, hashes.

use super::{Nowhere, at, number, object, run, show, shown, text, tuple, unknown};
use crate::eval::Value;
use crate::eval::terraform::function::call;

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
fn json_keeps_what_it_was_made_of() {
    let statement = object(&[("Action", text("s3:*")), ("Resource", unknown())]);
    let encoded = run("jsonencode", std::slice::from_ref(&statement));
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
