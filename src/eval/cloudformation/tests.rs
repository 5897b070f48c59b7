//! Origins, limits and laws of the evaluation; what templates evaluate to is told in `testdata/cloudformation`.

use std::path::Path;

use proptest::prelude::*;

use super::{Request, evaluate};
use crate::eval::{Data, Declared, Piece, Role, Stack, Truth, Value};
use crate::source::{Code, Door, Memory, Scope, SourceMap, Span};
use crate::syntax::yaml;

/// Evaluates the first of these files, with the file `parameters.json` if there is one.
fn run(files: &[(&str, &str)]) -> (SourceMap, Stack) {
    let sources = SourceMap::new();
    let mut memory = Memory::new();
    for (path, text) in files {
        memory.insert(Path::new("/in").join(path), *text);
    }
    let add = |path: &str, text: &str| {
        let at = Path::new("/in").join(path);
        sources.add_file(&at, path, text.into()).0
    };
    let root = Path::new("/in/t");
    let scope = Scope::new(&memory, Path::new("/in"), Some(root), &[]);
    let file = add(files[0].0, files[0].1);
    let document = yaml::parse(&file);
    let parameters = files.iter().filter(|(path, _)| *path == "parameters.json");
    let parameters: Vec<_> = parameters
        .map(|(path, text)| yaml::parse(&add(path, text)))
        .collect();
    let stack = evaluate(&Request {
        file: &file,
        document: &document,
        door: Door::new(&memory, &scope),
        sources: &sources,
        parameters: &parameters,
    });
    (sources, stack)
}

fn resource<'s>(stack: &'s Stack, id: &str) -> &'s Declared {
    let found = stack
        .resources
        .iter()
        .find(|resource| resource.address.to_string() == id);
    found.unwrap_or_else(|| panic!("there is no {id}"))
}

/// The text at the origin of a property, and what stands at the places that it came through, the latest first.
fn way(
    sources: &SourceMap,
    stack: &Stack,
    id: &str,
    property: &str,
) -> (String, Vec<(Role, String)>) {
    let body = &resource(stack, id).body;
    let value = body
        .as_map()
        .and_then(|map| map.value(property))
        .expect("the property is there");
    let path = value
        .origin
        .path()
        .map(|via| (via.role, sources.slice(via.span)));
    (sources.slice(value.origin.span), path.collect())
}

#[test]
fn origins_lead_from_the_use_to_what_is_written() {
    let template = "
Parameters:
  A: {Type: String, Default: one}
  B: {Type: String}
Mappings: {M: {k: {v: mapped}}}
Resources:
  R:
    Type: X::Y::Z
    Properties:
      A: !Ref A
      B: !Ref B
      M: !FindInMap [M, k, v]
      S: !Sub '${A}'
";
    let file = r#"[{"ParameterKey": "B", "ParameterValue": "given"}]"#;
    let (sources, stack) = run(&[("t/a.yaml", template), ("parameters.json", file)]);
    let of = |property| way(&sources, &stack, "R", property);
    let chain = |origin: &str, path: &[(Role, &str)]| {
        let path = path.iter().map(|(role, text)| (*role, (*text).to_owned()));
        (origin.to_owned(), path.collect::<Vec<_>>())
    };
    assert_eq!(
        of("A"),
        chain("one", &[(Role::Reference, "!Ref A"), (Role::Variable, "A")])
    );
    assert_eq!(
        of("B"),
        chain(
            "\"given\"",
            &[(Role::Reference, "!Ref B"), (Role::Variable, "B")]
        )
    );
    assert_eq!(
        of("M"),
        chain("mapped", &[(Role::Mapping, "!FindInMap [M, k, v]")])
    );
    let whole = (Role::Expression, "!Sub '${A}'");
    assert_eq!(
        of("S"),
        chain(
            "one",
            &[whole, (Role::Reference, "${A}"), (Role::Variable, "A")]
        )
    );
}

#[test]
fn origins_lead_through_nested_stacks() {
    let outer = "
Resources:
  Child:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: ./b.yaml
      Parameters:
        P: passed
";
    let inner = "Parameters: {P: {Type: String}}\nResources: {R: {Type: X::Y::Z, Properties: {V: !Ref P}}}\n";
    let (sources, stack) = run(&[("t/a.yaml", outer), ("t/b.yaml", inner)]);
    let (origin, path) = way(&sources, &stack, "Child/R", "V");
    assert_eq!(origin, "passed");
    let roles: Vec<Role> = path.iter().map(|(role, _)| *role).collect();
    assert_eq!(roles, [Role::Reference, Role::Variable, Role::Argument]);
    let call = resource(&stack, "Child/R")
        .calls
        .clone()
        .expect("a call made it");
    assert_eq!(
        (call.role, sources.slice(call.span)),
        (Role::Call, "Child".into())
    );
}

#[test]
fn sam_without_its_transform_is_said_and_read() {
    let text = "Resources: {F: {Type: AWS::Serverless::Function, Properties: {Handler: a.b}}}\n";
    let (_, stack) = run(&[("t/a.yaml", text)]);
    let types: Vec<&str> = stack
        .resources
        .iter()
        .map(|own| own.address.type_name.as_str())
        .collect();
    assert!(types.contains(&"AWS::Lambda::Function"), "{types:?}");
    assert_eq!(stack.diagnostics.len(), 1);
}

#[test]
fn pieces_of_sub_are_the_bytes_written() {
    let text = "Resources:\n  R:\n    Type: X::Y::Z\n    Properties:\n      V: !Sub |\n        one ${AWS::Region}\n          two é\n";
    let (sources, stack) = run(&[("t/a.yaml", text)]);
    let body = resource(&stack, "R")
        .body
        .as_map()
        .and_then(|map| map.value("V"))
        .cloned();
    let Some(Value {
        data: Data::Template(template),
        ..
    }) = body
    else {
        panic!("a text of pieces");
    };
    let spans: Vec<String> = template
        .pieces
        .iter()
        .map(|piece| match piece {
            Piece::Text(_, span) => sources.slice(*span),
            Piece::Value(value) => sources.slice(value.origin.span),
        })
        .collect();
    assert_eq!(spans[..2], ["one ", "${AWS::Region}"]);
}

#[test]
fn nothing_outside_the_roots_is_read() {
    let template = "Resources: {C: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: ../secret.yaml}}}";
    let (_, stack) = run(&[("t/a.yaml", template), ("secret.yaml", "Resources: {}")]);
    assert_eq!(stack.diagnostics.len(), 1);
    assert_eq!(stack.diagnostics[0].code, Code::Outside);
    assert_eq!(stack.missing.len(), 1);
}

#[test]
fn hostile_templates_meet_a_limit() {
    let mut bomb = "Metadata:\n  a0: &a0 [x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..20 {
        bomb += &format!(
            "  a{level}: &a{level} [{}]\n",
            vec![format!("*a{}", level - 1); 8].join(", ")
        );
    }
    bomb += "Resources:\n  A: {Type: X::Y::Z, Properties: {V: *a19}}\n  B: {Type: X::Y::Z}\n";
    let mut chain =
        "Parameters: {P: {Type: String}}\nConditions:\n  C0: !Equals [!Ref P, a]\n".to_owned();
    for at in 1..2_000 {
        chain += &format!("  C{at}: !And [!Condition C{0}, !Condition C{0}]\n", at - 1);
    }
    chain += "Resources: {A: {Type: X::Y::Z, Condition: C1999}, B: {Type: X::Y::Z}}\n";
    let hundred: Vec<String> = (0..100).map(|at| at.to_string()).collect();
    let hundred = hundred.join(", ");
    let mut loops = "Transform: AWS::LanguageExtensions\nResources:\n  A: {Type: X::Y::Z}\n  B: {Type: X::Y::Z}\n".to_owned();
    for level in 0..4 {
        let indent = "  ".repeat(level + 1);
        loops += &format!(
            "{indent}Fn::ForEach::L{level}:\n{indent}- V{level}\n{indent}- [{hundred}]\n{indent}-\n"
        );
    }
    loops += "          'R${V0}x${V1}x${V2}x${V3}': {Type: X::Y::Z}\n";
    for text in [&bomb, &chain, &loops] {
        let (_, stack) = run(&[("t/a.yaml", text)]);
        let limits = stack
            .diagnostics
            .iter()
            .filter(|found| found.code == Code::Limit)
            .count();
        assert_eq!(limits, 1, "{:?}", stack.diagnostics.first());
        assert!(stack.resources.len() >= 2);
    }
}

/// Everything that a span of a value points at, and that of its parts.
fn spans(value: &Value, into: &mut Vec<Span>) {
    into.push(value.origin.span);
    into.extend(value.origin.path().map(|via| via.span));
    match &value.data {
        Data::List(list) => list.items.iter().for_each(|item| spans(item, into)),
        Data::Map(map) => map.entries.iter().for_each(|entry| {
            into.push(entry.span);
            spans(&entry.value, into);
        }),
        Data::Unknown(unknown) => unknown.among.iter().for_each(|one| spans(one, into)),
        Data::Template(template) => template.pieces.iter().for_each(|piece| match piece {
            Piece::Text(_, span) => into.push(*span),
            Piece::Value(value) => spans(value, into),
        }),
        _ => {}
    }
}

/// An expression in flow style.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        "[a-c]{1,2}",
        Just("true".to_owned()),
        Just("7".to_owned()),
        (0..3usize).prop_map(|at| format!("!Ref P{at}")),
        (0..3usize).prop_map(|at| format!("!Ref R{at}")),
        (0..3usize).prop_map(|at| format!("!GetAtt R{at}.Arn")),
        (0..3usize).prop_map(|at| format!("!Sub 'a-${{P{at}}}-${{AWS::Region}}'")),
        (0..3usize).prop_map(|at| format!("!Sub '${{P{at}}}${{R0}}'")),
        (0..3usize).prop_map(|at| format!("!FindInMap [M, !Ref P{at}, k]")),
        Just("!Ref AWS::NoValue".to_owned()),
        Just("!Ref AWS::Partition".to_owned()),
        Just("'{{resolve:ssm:x}}'".to_owned()),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3)
                .prop_map(|all| format!("[{}]", all.join(", "))),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{{x: {a}, y: {b}}}")),
            (0..3usize, inner.clone(), inner.clone())
                .prop_map(|(c, a, b)| format!("!If [C{c}, {a}, {b}]")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("!Join ['-', [{a}, {b}]]")),
            (0..3usize, inner.clone(), inner.clone())
                .prop_map(|(at, a, b)| format!("!Select [{at}, [{a}, {b}, c]]")),
            inner
                .clone()
                .prop_map(|a| format!("!Select [0, !Split ['-', {a}]]")),
            inner.clone().prop_map(|a| format!("!Split ['-', {a}]")),
            inner
                .clone()
                .prop_map(|a| format!("!Base64 {{'Fn::Join': ['', [{a}]]}}")),
            inner.prop_map(|a| format!("!ToJsonString {{j: {a}}}")),
        ]
    })
}

/// A template with three parameters, conditions and resources. `defaults` says which parameters have one.
fn template(defaults: [bool; 3], properties: &[String], order: [usize; 3]) -> String {
    let mut text = "Transform: AWS::LanguageExtensions\nParameters:\n".to_owned();
    for (at, with) in defaults.iter().enumerate() {
        let default = if *with {
            ["Default: a", "Default: b", "Default: a-b"][at]
        } else {
            "Description: x"
        };
        let allowed = if at == 1 {
            ", AllowedValues: [a, b]"
        } else {
            ""
        };
        text += &format!("  P{at}: {{Type: String, {default}{allowed}}}\n");
    }
    text += "Mappings: {M: {a: {k: one}, b: {k: two}, 'a-b': {k: one}}}\nConditions:\n";
    text += "  C0: !Equals [!Ref P0, a]\n  C1: !And [!Condition C0, !Equals [!Ref P1, a]]\n";
    text += "  C2: !Or [!Not [!Condition C1], !Equals [!Ref P2, !Ref P2]]\nResources:\n";
    for at in order {
        let condition = if at == 2 { "Condition: C1, " } else { "" };
        text += &format!(
            "  R{at}: {{Type: AWS::S3::Bucket, {condition}Properties: {{V: {}}}}}\n",
            properties[at]
        );
    }
    text + "Outputs: {O: {Value: !GetAtt R0.Arn}}\n"
}

fn properties() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(expression(), 3)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_text_panics_and_spans_stay_inside(parts in prop::collection::vec(prop_oneof![
        Just("Resources:\n"), Just("  A:\n"), Just("    Type: X::Y\n"), Just("    Properties:\n"), Just("      V: "),
        Just("!Sub '"), Just("${A}"), Just("!Ref "), Just("AWS::Region"), Just("["), Just("]"), Just("{"), Just("}"), Just(": "),
        Just(", "), Just("\n"), Just("- "), Just("&a "), Just("*a"), Just("<<: "), Just("\""), Just("'"), Just("|\n"), Just("é"),
        Just("\t"), Just("#"), Just("Fn::ForEach::X"), Just("Fn::If"), Just("{{resolve:"), Just("}}"), Just("\u{FEFF}"), Just("---\n"),
    ], 0..60)) {
        let text = parts.concat();
        yaml::looks_like_template(&text);
        let (sources, stack) = run(&[("t/a.yaml", &text)]);
        let mut all: Vec<Span> = stack.diagnostics.iter().map(|found| found.span).collect();
        for resource in &stack.resources {
            all.extend([resource.header, resource.span]);
            spans(&resource.body, &mut all);
        }
        for span in all.into_iter().filter(|span| span.is_somewhere()) {
            let file = sources.get(span.source);
            prop_assert!(file.text.get(span.start as usize..span.end as usize).is_some(), "{span:?}");
        }
    }

    #[test]
    fn the_order_of_resources_changes_nothing(properties in properties(), order in Just([0, 1, 2]).prop_shuffle()) {
        let show = |order| {
            let text = template([false, true, false], &properties, order);
            let (_, stack) = run(&[("t/a.yaml", &text)]);
            let mut said: Vec<String> = stack.diagnostics.iter().map(|found| found.message.clone()).collect();
            said.sort();
            (stack.resources.iter().map(|one| (one.address.clone(), one.exists, one.body.clone())).collect::<Vec<_>>(), said)
        };
        let (a, b) = (show([0, 1, 2]), show(order));
        prop_assert_eq!(a.1, b.1);
        prop_assert_eq!(a.0.len(), b.0.len());
        for (x, y) in a.0.iter().zip(&b.0) {
            prop_assert_eq!((&x.0, x.1), (&y.0, y.1));
            prop_assert!(!x.2.same(&y.2).is_false());
        }
    }

    #[test]
    fn less_knowledge_contradicts_nothing(properties in properties(), more in any::<[bool; 3]>(), fewer in any::<[bool; 3]>()) {
        let fewer = [0, 1, 2].map(|at| more[at] && fewer[at]);
        let (_, known) = run(&[("t/a.yaml", &template(more, &properties, [0, 1, 2]))]);
        let (_, open) = run(&[("t/a.yaml", &template(fewer, &properties, [0, 1, 2]))]);
        for resource in &known.resources {
            let other = open.resources.iter().find(|other| other.address == resource.address);
            prop_assert!(other.is_some(), "{} vanished", resource.address);
            let other = other.expect("just looked");
            prop_assert!(other.exists == Truth::Unknown || other.exists == resource.exists);
            let same = resource.body.same(&other.body);
            prop_assert!(!same.is_false(), "{:?}\n{:?}", resource.body, other.body);
        }
        for other in open.resources.iter().filter(|other| other.exists == Truth::True) {
            prop_assert!(known.resources.iter().any(|resource| resource.address == other.address));
        }
    }
}
