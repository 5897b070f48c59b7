//! Small inputs that ask for much: none ends the run, all are said, and what stands beside them is judged all the same.
//!
//! Budgets are a fraction of their usual size in these tests (`eval::budget`).

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::catalog::Catalog;
use crate::engine::{self, World};
use crate::eval::{Data, Piece, Value, terraform};
use crate::rules::RuleSet;
use crate::source::{Code, Door, Memory, Scope, Search, SourceMap, discover};

/// Bytes of values that a stack may hold in the end. The budget, and what is made before it is asked again.
const MOST: usize = 16 << 20;

type Files = Vec<(String, String)>;

fn main(text: impl Into<String>) -> Files {
    vec![("main.tf".into(), text.into())]
}

fn template(text: impl Into<String>) -> Files {
    vec![("stack.json".into(), text.into())]
}

/// A policy whose resources are `local.last`.
fn locals(body: &str) -> Files {
    let policy = r#"jsonencode({ Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = local.last }] })"#;
    main(format!(
        "locals {{\n{body}\n}}\nresource \"aws_iam_policy\" \"p\" {{\n  policy = {policy}\n}}\n"
    ))
}

/// Locals of which each is made from the one before it.
fn chain(first: &str, step: &str) -> Files {
    let mut body = format!("  v0 = {first}\n");
    for at in 1..70 {
        let before = format!("local.v{}", at - 1);
        let _ = writeln!(body, "  v{at} = {}", step.replace('@', &before));
    }
    locals(&(body + "  last = local.v69"))
}

/// One expression in loops of 800 each.
fn nested(levels: usize, inner: &str) -> String {
    (0..levels).fold(inner.to_owned(), |inner, level| {
        format!("[for v{level} in range(800) : {inner}]")
    })
}

fn loops(levels: usize, body: &str) -> String {
    let lists: Vec<String> = (0..60).map(|at| format!("\"v{at}\"")).collect();
    (0..levels).fold(body.to_owned(), |inner, level| {
        let list = lists.join(",");
        format!(r#"{{"Fn::ForEach::L{level}": ["V{level}", [{list}], {inner}]}}"#)
    })
}

fn bombs() -> Vec<(&'static str, Files)> {
    let rule = "from_port = 22\nto_port = 22\nprotocol = \"tcp\"\ncidr_blocks = [\"10.0.0.0/8\"]\n";
    let dynamic = |levels: usize| {
        let open = format!("dynamic \"ingress\" {{\nfor_each = range(900)\ncontent {{\n{rule}");
        open.repeat(levels) + &"}\n}\n".repeat(levels)
    };
    let resources = |text: &str| {
        template(format!(
            r#"{{"AWSTemplateFormatVersion": "2010-09-09", "Transform": "AWS::LanguageExtensions", "Resources": {text}}}"#
        ))
    };
    let property = |value: &str| {
        resources(&format!(
            r#"{{"Q": {{"Type": "AWS::SQS::Queue", "Properties": {{"QueueName": {value}}}}}}}"#
        ))
    };
    let document = |at: usize| {
        let before = format!("data.aws_iam_policy_document.d{}.json", at - 1);
        format!(
            "data \"aws_iam_policy_document\" \"d{at}\" {{\n  source_policy_documents = [{before}, {before}, {before}]\n}}\n"
        )
    };
    let mut documents = "data \"aws_iam_policy_document\" \"d0\" {\n  statement {\n    actions = [\"s3:*\"]\n    resources = [\"*\"]\n  }\n}\n".to_owned();
    documents.extend((1..30).map(document));
    let module = |at: usize| {
        let call = format!("  source = \"../m{}\"\n  count = 9\n", at + 1);
        (
            format!("m{at}/main.tf"),
            format!("module \"m\" {{\n{call}}}\nresource \"aws_sqs_queue\" \"q\" {{}}\n"),
        )
    };
    let mut modules: Files = (0..20).map(module).collect();
    modules.extend(main("module \"m\" {\n  source = \"./m0\"\n}\n"));
    modules.push((
        "m20/main.tf".into(),
        "resource \"aws_sqs_queue\" \"q\" {}\n".into(),
    ));
    let sub = |inner: &str, times: usize| {
        format!(
            r#"{{"Fn::Sub": ["{}", {{"A": {inner}}}]}}"#,
            "${A}${A}".repeat(times)
        )
    };
    vec![
        (
            "blocks in blocks",
            main(format!(
                "resource \"aws_security_group\" \"g\" {{\n{}}}\n",
                dynamic(3)
            )),
        ),
        (
            "blocks of each instance",
            main(format!(
                "resource \"aws_security_group\" \"g\" {{\ncount = 9000\n{}}}\n",
                dynamic(1)
            )),
        ),
        (
            "loops in loops",
            locals(&format!("last = {}", nested(3, "\"${v0}-${v1}-${v2}\""))),
        ),
        (
            "texts of texts",
            chain("\"arn:aws:s3:::bucket\"", "\"${@}${@}\""),
        ),
        (
            "a text in many places",
            locals(
                "a = join(\",\", range(1000))\nlast = [for v in range(900) : \"${v}${local.a}\"]",
            ),
        ),
        (
            "format",
            chain("\"arn:aws:s3:::bucket\"", "format(\"%[1]s/%[1]s\", @)"),
        ),
        (
            "format of lists",
            chain("[\"arn:aws:s3:::bucket\"]", "formatlist(\"%[1]s%[1]s\", @)"),
        ),
        (
            "join",
            chain("\"arn:aws:s3:::bucket\"", "join(@, [\"a\", \"b\", \"c\"])"),
        ),
        ("replace", chain("\"aaaa\"", "replace(@, \"a\", \"aaa\")")),
        (
            "replace by pattern",
            chain("\"aaaa\"", "replace(@, \"/(a)/\", \"$1$1$1\")"),
        ),
        ("indent", chain("\"a\\nb\"", "indent(900, \"${@}${@}\")")),
        (
            "base64",
            chain("\"arn:aws:s3:::bucket\"", "base64encode(base64encode(@))"),
        ),
        ("json", chain("\"\\\"\\\\\"", "jsonencode(@)")),
        ("yaml", chain("\"\\\"\\\\\"", "yamlencode([@, @])")),
        ("lists of lists", chain("[\"a\"]", "concat(@, @, @)")),
        ("flatten", chain("[\"a\"]", "flatten([@, [@, @]])")),
        ("shared lists in json", chain("[\"a\"]", "[@, @, @]")),
        (
            "products",
            locals("last = flatten([for v in range(900) : setproduct(range(200), range(200))])"),
        ),
        (
            "chunks",
            locals("last = [for v in range(900) : chunklist(range(1000), 1)]"),
        ),
        (
            "maps",
            locals(
                "m = { for v in range(1000) : \"key ${v}\" => v }\nlast = [for v in range(900) : merge(local.m, { v = v })]",
            ),
        ),
        (
            "subnets",
            locals(
                "last = [for v in range(1000) : [for w in range(900) : cidrsubnets(\"10.0.0.0/8\", 4, 4, 8, 8)]]",
            ),
        ),
        (
            "patterns",
            locals(
                "last = [for v in range(1000) : regexall(\"[0-9]+x{${v}}|[0-9]\", join(\",\", range(1000)))]",
            ),
        ),
        (
            "templates",
            [
                main(
                    "resource \"aws_sqs_queue\" \"q\" {\n  name = templatefile(\"t.tpl\", {})\n}\n",
                ),
                vec![(
                    "t.tpl".into(),
                    "%{for v in range(800)}".repeat(4) + "xxxx" + &"%{endfor}".repeat(4),
                )],
            ]
            .concat(),
        ),
        (
            "policy documents",
            main(
                documents
                    + "resource \"aws_iam_policy\" \"p\" {\n  policy = data.aws_iam_policy_document.d29.json\n}\n",
            ),
        ),
        ("modules in modules", modules),
        (
            "instances of instances",
            vec![
                (
                    "main.tf".into(),
                    "module \"m\" {\n  source = \"./m\"\n  count = 900\n}\n".into(),
                ),
                (
                    "m/main.tf".into(),
                    "resource \"aws_sqs_queue\" \"q\" {\n  count = 900\n}\n".into(),
                ),
            ],
        ),
        (
            "Sub in Sub",
            property(&sub(&sub(&sub("\"xxxxxxxx\"", 300), 300), 300)),
        ),
        (
            "ToJsonString",
            property(&(0..30).fold("\"\\\"\\\\\"".to_owned(), |value, _| {
                format!(r#"{{"Fn::ToJsonString": [{value}, "\"\\"]}}"#)
            })),
        ),
        (
            "resources of ForEach",
            resources(&loops(
                5,
                r#"{"Q${V0}${V1}${V2}${V3}${V4}": {"Type": "AWS::SQS::Queue"}}"#,
            )),
        ),
        (
            "properties of ForEach",
            resources(&format!(
                r#"{{"Q": {{"Type": "AWS::SQS::Queue", "Properties": {}}}}}"#,
                loops(5, r#"{"Q${V0}${V1}${V2}${V3}${V4}": "x"}"#)
            )),
        ),
    ]
}

/// What a value takes, parts that several others share once.
fn weight(value: &Value, seen: &mut rustc_hash::FxHashSet<usize>) -> usize {
    let first = |at: usize, seen: &mut rustc_hash::FxHashSet<usize>| seen.insert(at);
    match &value.data {
        Data::List(list) if first(std::sync::Arc::as_ptr(list) as usize, seen) => {
            let inner: usize = list.items.iter().map(|item| weight(item, seen)).sum();
            inner + size_of_val(&*list.items)
        }
        Data::Map(map) if first(std::sync::Arc::as_ptr(map) as usize, seen) => {
            let entries = map.entries.iter();
            let inner: usize = entries.map(|entry| weight(&entry.value, seen)).sum();
            inner + size_of_val(&*map.entries)
        }
        Data::Template(template) if first(std::sync::Arc::as_ptr(template) as usize, seen) => {
            let pieces = template.pieces.iter().map(|piece| match piece {
                Piece::Text(text, _) => text.len(),
                Piece::Value(_) => 0,
            });
            template.text.as_ref().map_or(0, |text| text.len()) + pieces.sum::<usize>()
        }
        Data::Text(text) if text.len() > 15 && first(text.as_ptr() as usize, seen) => text.len(),
        _ => 0,
    }
}

#[test]
fn what_asks_for_too_much_is_said_and_the_rest_is_judged() {
    let beside = "resource \"aws_security_group\" \"beside\" {\n  ingress {\n    from_port = 22\n    to_port = 22\n    protocol = \"tcp\"\n    cidr_blocks = [\"0.0.0.0/0\"]\n  }\n}\n";
    for (name, files) in bombs() {
        let mut memory = Memory::new();
        for (path, text) in &files {
            memory.insert(Path::new("/w/bomb").join(path), text.as_str());
        }
        memory.insert("/w/other/main.tf", beside);
        let sources = SourceMap::new();
        let paths = [PathBuf::from("/w")];
        let scope = Scope::new(&memory, Path::new("/w"), None, &paths);
        let find = || {
            let search = Search {
                paths: &paths,
                exclude: &[],
                listed: false,
                everything: false,
                is_template: engine::is_template,
            };
            discover(Door::new(&memory, &scope), &sources, search)
        };
        let world = World {
            door: Door::new(&memory, &scope),
            sources: &sources,
            settings: terraform::Settings::default(),
            parameters: Vec::new(),
        };
        let answers = engine::each(find(), &world, &|stack, graph| {
            let mut seen = rustc_hash::FxHashSet::default();
            let bodies = stack.resources.iter();
            let held: usize = bodies.map(|own| weight(&own.body, &mut seen) + 500).sum();
            let rules = RuleSet::builtin();
            let selected =
                |id: &str| id.contains("ssh") || id.contains("admin") || id.contains("open");
            let found = crate::rules::check(&graph, Catalog::builtin(), rules, &selected);
            (held, found)
        });
        for stack in &answers.stacks {
            let limits = stack
                .diagnostics
                .iter()
                .filter(|said| said.code == Code::Limit);
            if stack.name.contains("other") {
                assert_eq!(limits.count(), 0, "{name}: the stack beside it is spared");
                assert!(!stack.said.1.is_empty(), "{name}: a finding is lost");
            } else {
                assert_ne!(limits.count(), 0, "{name}: nothing is said");
                assert!(stack.said.0 < MOST, "{name}: {} bytes", stack.said.0);
            }
        }
        assert!(
            answers.stacks.len() >= 2,
            "{name}: {:?}",
            answers.diagnostics
        );
    }
}
