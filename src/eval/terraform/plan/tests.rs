//! Plans as they come: whole, damaged, stale.

use super::{call_path, read};
use crate::eval::{Data, Declared, Stack, Truth, Why};
use crate::source::{Code, SourceFile, SourceMap};
use std::sync::Arc;

/// A bucket that is created.
const BUCKET: &str = r#"{"address": "aws_s3_bucket.b", "mode": "managed", "type": "aws_s3_bucket", "name": "b",
 "change": {"actions": ["create"], "before": null, "after": {"bucket": "logs", "tags": null}, "after_unknown": {"arn": true}}}"#;

fn file(text: &str) -> Arc<SourceFile> {
    SourceMap::new().add("plan.json", text.into()).0
}

fn stack(text: &str) -> Stack {
    read(&file(text), &[], false)
        .expect("nothing is beside it")
        .stack
}

fn with(changes: &str) -> String {
    format!(
        r#"{{"format_version": "1.2", "resource_changes": [{changes}], "configuration": {{}}}}"#
    )
}

fn names(stack: &Stack) -> Vec<String> {
    let all = stack.resources.iter();
    all.map(|own| own.address.to_string()).collect()
}

fn codes(stack: &Stack) -> Vec<Code> {
    stack.diagnostics.iter().map(|said| said.code).collect()
}

#[test]
fn what_is_damaged_costs_itself_and_is_said() {
    let second = BUCKET
        .replace("aws_s3_bucket.b", "aws_s3_bucket.c")
        .replace("\"b\"", "\"c\"");
    let broken = BUCKET
        .replace("\"actions\"", "actions\"")
        .replace("bucket.b\"", "bucket.x\"");
    for damaged in [
        with(&format!("{BUCKET}, {broken}, {second}")),
        with(&format!("{BUCKET} {second}")),
        with(&format!("{BUCKET}, 7, {second}")),
        format!("Refreshing...\n{}", with(&format!("{BUCKET}, {second}"))),
        format!(
            "{}\nReleasing the lock",
            with(&format!("{BUCKET}, {second}"))
        ),
        with(&format!("{BUCKET}, {second}")).replace("{}", "{\"a\": NaN}"),
    ] {
        let stack = stack(&damaged);
        assert_eq!(
            names(&stack),
            ["aws_s3_bucket.b", "aws_s3_bucket.c"],
            "{damaged}"
        );
        assert!(
            codes(&stack).iter().all(|code| code.loses_input()),
            "{damaged}"
        );
        assert!(!stack.diagnostics.is_empty(), "{damaged}");
    }
}

/// Whatever is cut off, it is said.
#[test]
fn every_cut_is_said() {
    let whole = with(BUCKET);
    assert!(stack(&whole).diagnostics.is_empty());
    for len in 1..whole.len() {
        assert!(
            !stack(&whole[..len]).diagnostics.is_empty(),
            "{}",
            &whole[..len]
        );
    }
}

#[test]
fn what_lies_too_deep_is_stepped_over() {
    let deep = |n: usize| format!("{}1{}", "{\"a\": ".repeat(n), "}".repeat(n));
    let unused = with(BUCKET).replace(
        "\"configuration\": {}",
        &format!("\"variables\": {}", deep(100_000)),
    );
    let own = stack(&unused);
    assert_eq!(
        (names(&own).len(), own.diagnostics.len()),
        (1, 0),
        "nothing is asked of it"
    );
    let used = with(BUCKET).replace(
        "\"configuration\": {}",
        &format!("\"configuration\": {}", deep(100_000)),
    );
    let own = stack(&used);
    assert_eq!((names(&own).len(), codes(&own)), (1, vec![Code::Limit]));
}

#[test]
fn what_lets_go_of_a_resource_is_not_judged() {
    for (actions, judged) in [
        (r#"["create"]"#, true),
        (r#"["delete", "create"]"#, true),
        (r#"["create", "forget"]"#, true),
        (r#"["no-op"]"#, true),
        (r#"["delete"]"#, false),
        (r#"["forget"]"#, false),
        (r#"["open"]"#, false),
    ] {
        let stack = stack(&with(&BUCKET.replace(r#"["create"]"#, actions)));
        assert_eq!(!names(&stack).is_empty(), judged, "{actions}");
        assert!(stack.diagnostics.is_empty(), "{actions}");
    }
    let unsaid = stack(&with(&BUCKET.replace(r#"["create"]"#, "[]")));
    assert_eq!(
        (names(&unsaid).len(), codes(&unsaid)),
        (1, vec![Code::Structure])
    );
}

#[test]
fn the_planned_values_alone_say_what_is_known() {
    let resource = r#"{"mode": "managed", "type": "aws_s3_bucket", "name": "b", "values": {"bucket": "logs"}}"#;
    let module = format!(r#"{{"address": "module.m", "resources": [{resource}]}}"#);
    let text = format!(
        r#"{{"format_version": "1.2", "planned_values": {{"root_module": {{"resources": [{resource}], "child_modules": [{module}]}}}}, "resource_changes": null}}"#
    );
    let stack = stack(&text);
    assert_eq!(
        names(&stack),
        ["aws_s3_bucket.b", "module.m.aws_s3_bucket.b"]
    );
    assert!(stack.diagnostics.is_empty());
    let body = stack.resources[0].body.as_map().unwrap();
    assert_eq!(body.value("bucket").unwrap().as_text(), Some("logs"));
    let rest = body.rest.as_ref().map(|rest| rest.why.clone());
    assert!(
        matches!(rest, Some(Why::Computed(_))),
        "what is not there may be computed"
    );
}

#[test]
fn a_name_may_be_missing_where_the_address_has_it() {
    let nameless = BUCKET.replace("\"name\": \"b\",", "");
    assert_eq!(names(&stack(&with(&nameless))), ["aws_s3_bucket.b"]);
    let neither = nameless.replace("aws_s3_bucket.b", "?");
    assert_eq!(codes(&stack(&with(&neither))), [Code::Structure]);
    let mute = BUCKET.replace(r#"{"bucket": "logs", "tags": null}"#, "null");
    let stack = stack(&with(&mute));
    assert_eq!(codes(&stack), [Code::Structure]);
    assert!(stack.resources[0].body.as_map().unwrap().rest.is_some());
}

/// The sources of [`BUCKET`], with a change.
fn beside(change: impl Fn(&mut Declared)) -> Result<Option<String>, String> {
    let text = with(BUCKET);
    let mut own = stack(&text);
    own.name = "folder".into();
    for declared in &mut own.resources {
        Arc::make_mut(&mut declared.address).stack = "folder".into();
        change(declared);
    }
    match read(&file(&text), &[own], false) {
        Ok(plan) => Ok(plan.replaces.map(Into::into)),
        Err(said) => Err(said[0].message.clone()),
    }
}

/// What is cut off has no resource behind the cut: that is no sign of an older configuration.
#[test]
fn a_damaged_plan_that_was_met_is_lost_and_not_stale() {
    let text = with(BUCKET);
    let mut own = stack(&text);
    own.name = "folder".into();
    for len in [
        text.find("aws_s3_bucket.b").unwrap(),
        text.find("\"after\"").unwrap(),
    ] {
        let said = match read(&file(&text[..len]), &[own.clone()], false) {
            Ok(plan) => {
                assert_eq!(plan.replaces, None);
                plan.stack.diagnostics
            }
            Err(said) => said,
        };
        assert!(
            said.iter().any(|said| said.code == Code::Syntax),
            "{said:?}"
        );
    }
}

#[test]
fn a_plan_that_was_met_stands_only_for_what_it_was_made_from() {
    assert_eq!(beside(|_| {}), Ok(Some("folder".to_owned())));
    let other = |declared: &mut Declared| {
        let mut map = (**match &declared.body.data {
            Data::Map(map) => map,
            _ => unreachable!("a body is a map"),
        })
        .clone();
        for entry in &mut map.entries {
            entry.value.data = Data::Text("other".into());
        }
        declared.body.data = Data::Map(Arc::new(map));
    };
    let said = beside(other).unwrap_err();
    assert!(
        said.ends_with("`aws_s3_bucket.b` has another value in it"),
        "{said}"
    );
    let unsure = beside(|declared| {
        other(declared);
        declared.exists = Truth::Unknown;
    });
    assert!(
        unsure.is_err(),
        "a literal is one whether it is made or not"
    );
    let renamed = beside(|declared| Arc::make_mut(&mut declared.address).name = "c".into());
    assert_eq!(
        renamed,
        Ok(None),
        "nothing in common: another configuration's"
    );
}

#[test]
fn module_addresses_without_keys() {
    assert_eq!(call_path(""), "");
    assert_eq!(call_path("module.a"), "a");
    assert_eq!(call_path(r#"module.a["x.y\"]"].module.b[0]"#), "a.b");
}

/// Found by fuzzing: the place of what is wrong is whole letters.
#[test]
fn a_letter_of_several_bytes_is_no_json_and_is_said_whole() {
    for text in [
        with("\u{7a5}"),
        format!("{}\u{7a5}", with(BUCKET)),
        with(&BUCKET.replace("null", "\u{7a5}")),
    ] {
        let stack = stack(&text);
        assert!(!stack.diagnostics.is_empty(), "{text}");
        for said in &stack.diagnostics {
            let range = said.span.start as usize..said.span.end as usize;
            assert!(text.get(range).is_some(), "{text}");
        }
    }
}
