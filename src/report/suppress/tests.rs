//! What each form accepts, and what it leaves.

use super::{Policy, Suppressions, Tool};
use crate::eval::{Address, Key, Mode};
use crate::findings::{Finding, Label};
use crate::report::{Places, sample};
use crate::rules::RuleSet;
use crate::source::{SourceMap, Span};

const RULE: &str = "aws-sg-ingress-ssh-rdp";

/// The rule by which the finding at `@` of a text is accepted, and what is said of suppressions; `~` marks further
/// places of the finding.
fn asked(path: &str, text: &str, policy: Policy) -> (Option<Tool>, Vec<String>) {
    asked_of(path, text, policy, "")
}

fn asked_of(path: &str, text: &str, policy: Policy, module: &str) -> (Option<Tool>, Vec<String>) {
    let policy = Policy {
        today: Some("2027-01-15".parse().expect("a day")),
        ..policy
    };
    let sources = SourceMap::new();
    let (file, _) = sources.add(path, text.into());
    let (_, samples) = sample::findings();
    let place = |at: usize| Span::new(file.id, at as u32, at as u32 + 1);
    let related = text.match_indices('~').map(|(at, _)| Label {
        span: place(at),
        text: "called from here".into(),
    });
    let finding = Finding {
        rule: RULE.into(),
        primary: Label {
            span: place(text.find('@').expect("a place")),
            text: "".into(),
        },
        related: related.collect(),
        subjects: vec![std::sync::Arc::new(Address {
            stack: ".".into(),
            module: module.into(),
            mode: Mode::Managed,
            type_name: match path.ends_with(".tf") {
                true => "aws_security_group".into(),
                false => "AWS::EC2::SecurityGroup".into(),
            },
            name: match path.ends_with(".tf") {
                true => "web".into(),
                false => "Web".into(),
            },
            key: Key::None,
        })],
        ..samples[0].clone()
    };
    let places = Places::new(&sources);
    let scope = sample::scope();
    let rules = RuleSet::builtin();
    let suppressions = Suppressions::new(&places, &scope, rules, &policy);
    let (_, suppressed) = suppressions.divide(vec![finding]);
    let used = suppressed.iter().map(|one| one.by.span).collect();
    let said = suppressions.hygiene(&|_| true, Some(&used)).findings;
    let mut said: Vec<String> = said
        .iter()
        .map(|one| one.rule["distrust-suppression-".len()..].to_owned())
        .collect();
    said.sort();
    (suppressed.first().map(|one| one.by.tool), said)
}

fn accepted(path: &str, text: &str) -> Option<Tool> {
    asked(path, text, Policy::default()).0
}

/// A group with a comment above, at the head, on a line inside, and above that line.
fn group(above: &str, head: &str, inside: &str, line: &str) -> String {
    format!(
        "{above}\nresource \"aws_security_group\" \"web\" {{\n  {head}\n  name = \"web\"\n  ingress {{\n    from_port = 22\n    \
         {inside}\n    cidr_blocks = [\"@\"] {line}\n  }}\n  tags = {{ a = \"b\" }}\n}}\n"
    )
}

#[test]
fn ours_counts_on_the_line_above_it_at_the_head_and_for_the_file() {
    let ours = format!("# distrust: ignore[{RULE}] jump host");
    for text in [
        group(&ours, "", "", ""),
        group("", &ours, "", ""),
        group("", "", &ours, ""),
        group("", "", "", &ours),
        group(&ours.replace('#', "//"), "", "", ""),
        group("", "", "", &format!("/* {} */", &ours[2..])),
        group(
            &format!("# distrust: ignore[aws-s3-kms, {RULE}] jump host"),
            "",
            "",
            "",
        ),
        group(
            &format!("# distrust: ignore[aws-s3-kms] a ignore[{RULE}] jump host"),
            "",
            "",
            "",
        ),
        group("# distrust: ignore[aws-sg-*] jump host", "", "", ""),
        group(
            &format!("# distrust: ignore[{RULE}][from_port=22] jump host"),
            "",
            "",
            "",
        ),
        group(
            &format!("# distrust: ignore[{RULE}] until 2027-01-15 jump host"),
            "",
            "",
            "",
        ),
        group("", "", "", "").replace("web\" {", &format!("web\" {{ {ours}")),
        group("", "", "", "") + &format!("# distrust: ignore-file[{RULE}] jump host"),
    ] {
        let (tool, said) = asked("m.tf", &text, Policy::default());
        assert_eq!(tool, Some(Tool::Own), "{text}");
        let said: Vec<&String> = said.iter().filter(|one| *one != "unused").collect();
        assert!(said.is_empty(), "{text}{said:?}");
    }
}

#[test]
fn ours_leaves_what_it_is_not_about() {
    let ours = |what: &str| format!("# distrust: ignore[{what}] jump host");
    for text in [
        group(&ours("aws-s3-kms"), "", "", ""),
        group("", "", "", "") + &ours(RULE),
        group("", "", "", "").replace("tags", &format!("{}\n  tags", ours(RULE))),
        group(
            &format!("# distrust: ignore[{RULE}][from_port=80] x y"),
            "",
            "",
            "",
        ),
        group(
            &format!("# distrust: ignore[{RULE}][module.a] x y"),
            "",
            "",
            "",
        ),
        group(
            &format!("# distrust: ignore[{RULE}] until 2027-01-14 over"),
            "",
            "",
            "",
        ),
        group(&format!("# ignore[{RULE}] no mark"), "", "", ""),
        group("", "", "", "").replace("name = \"web\"", &format!("name = \"{}\"", ours(RULE))),
    ] {
        assert_eq!(accepted("m.tf", &text), None, "{text}");
    }
}

#[test]
fn a_comment_at_a_call_accepts_what_the_call_makes_and_narrowed_one_instance() {
    let call = |comment: &str| {
        format!(
            "{comment}\nmodule \"a\" ~{{\n  source = \"./m\"\n}}\n\nresource \"x\" \"y\" {{\n  a = \"@\"\n}}\n"
        )
    };
    let ours = format!("# distrust: ignore[{RULE}][module.a[\"x\"]] jump host");
    let of = |text: &str, module: &str| asked_of("m.tf", text, Policy::default(), module).0;
    assert_eq!(
        of(
            &call(&format!("# distrust: ignore[{RULE}] jump host")),
            "module.a[\"y\"]"
        ),
        Some(Tool::Own)
    );
    assert_eq!(
        of(&call(&ours), "module.a[\"x\"].module.b"),
        Some(Tool::Own)
    );
    assert_eq!(of(&call(&ours), "module.a[\"y\"]"), None);
}

#[test]
fn other_tools_are_honoured_where_they_would_be_silent() {
    for (text, tool) in [
        (
            group("", "#checkov:skip=CKV_AWS_24:jump host", "", ""),
            Some(Tool::Checkov),
        ),
        (
            group("", "", "# bridgecrew:skip=CKV_AWS_24: jump host", ""),
            Some(Tool::Checkov),
        ),
        (
            group("", "#checkov:skip=CKV_AWS_1,CKV_AWS_24:jump host", "", ""),
            Some(Tool::Checkov),
        ),
        (
            group("#checkov:skip=CKV_AWS_24:above the block", "", "", ""),
            None,
        ),
        (group("", "#checkov:skip=CKV_AWS_1:another", "", ""), None),
        (
            group("#trivy:ignore:AVD-AWS-0107", "", "", ""),
            Some(Tool::Trivy),
        ),
        (
            group("#trivy:ignore:AWS-0107", "", "", ""),
            Some(Tool::Trivy),
        ),
        (
            group("", "", "", "#tfsec:ignore:AVD-AWS-0107"),
            Some(Tool::Trivy),
        ),
        (
            group("", "", "# trivy:ignore:AVD-AWS-01*", ""),
            Some(Tool::Trivy),
        ),
        (group("#tfsec:ignore:*", "", "", ""), Some(Tool::Trivy)),
        (
            group("#trivy:ignore:AVD-AWS-0107:exp:2027-01-14", "", "", ""),
            None,
        ),
        (
            group("#trivy:ignore:AVD-AWS-0107:exp:2027-02-01", "", "", ""),
            Some(Tool::Trivy),
        ),
        (group("#trivy:ignore:AVD-AWS-0107:ws:dev", "", "", ""), None),
        (
            group("#trivy:ignore:AVD-AWS-0107[from_port=22]", "", "", ""),
            Some(Tool::Trivy),
        ),
        (
            group("#trivy:ignore:AVD-AWS-0107[from_port=80]", "", "", ""),
            None,
        ),
        (group("# kics-scan ignore-block", "", "", ""), None),
        (group("#ts:skip=AC_AWS_0000 x", "", "", ""), None),
        (group("# nosemgrep", "", "", ""), None),
    ] {
        assert_eq!(accepted("m.tf", &text), tool, "{text}");
        let off = Policy {
            no_foreign: true,
            ..Policy::default()
        };
        assert_eq!(asked("m.tf", &text, off).0, None, "{text}");
    }
}

#[test]
fn where_another_tool_asks_the_document_of_a_policy_its_word_counts_there() {
    let text = |at: &str, header: &str| {
        format!(
            "data \"aws_iam_policy_document\" \"d\" {{\n  # checkov:skip=CKV_AWS_24: x\n  statement {{\n    resources = [\"{at}\"]\n  }}\n}}\n\
             resource \"aws_security_group\" \"web\" {{{header}\n}}\n"
        )
    };
    assert_eq!(accepted("m.tf", &text("@", "~")), Some(Tool::Checkov));
    assert_eq!(
        accepted("m.tf", &text("~", "@")),
        None,
        "the value stands elsewhere"
    );
}

#[test]
fn templates_have_comments_and_metadata() {
    let template = |comment: &str, metadata: &str| {
        format!(
            "Resources:\n  A:\n    Type: AWS::SNS::Topic\n  {comment}\n  Web:\n    Type: AWS::EC2::SecurityGroup\n    Metadata:\n      \
             a: b\n{metadata}    Properties:\n      SecurityGroupIngress:\n        - CidrIp: '@'\n  B:\n    Type: AWS::SNS::Topic\n"
        )
    };
    let ours = format!("# distrust: ignore[{RULE}] jump host");
    for (text, tool) in [
        (template(&ours, ""), Some(Tool::Own)),
        (
            template(
                "",
                &format!("      distrust:\n        ignore:\n          - {RULE} jump host\n"),
            ),
            Some(Tool::Own),
        ),
        (
            template(
                "",
                &format!(
                    "      distrust:\n        ignore:\n          - {{rule: {RULE}, reason: jump host}}\n"
                ),
            ),
            Some(Tool::Own),
        ),
        (
            template(
                "",
                &format!("      distrust:\n        ignore:\n          {RULE}: jump host\n"),
            ),
            Some(Tool::Own),
        ),
        (
            template(
                "",
                "      checkov:\n        skip:\n          - id: CKV_AWS_24\n            comment: x\n",
            ),
            Some(Tool::Checkov),
        ),
        (
            template(
                "",
                "      checkov:\n        skip:\n          - id: CKV_AWS_1\n            comment: x\n",
            ),
            None,
        ),
        (
            template(
                "",
                "      cfn_nag:\n        rules_to_suppress:\n          - id: F1000\n",
            ),
            None,
        ),
    ] {
        assert_eq!(accepted("t.yaml", &text), tool, "{text}");
    }
    let json = format!(
        "{{\"Resources\": {{\"Web\": {{\"Type\": \"AWS::EC2::SecurityGroup\", \"Metadata\": {{\"distrust\": {{\"ignore\": [\"{RULE} jump \
         host\"]}}}}, \"Properties\": {{\"x\": \"@\"}}}}}}}}"
    );
    assert_eq!(accepted("t.json", &json), Some(Tool::Own));
    assert_eq!(accepted("t.json", &json.replace(RULE, "aws-s3-kms")), None);
}

#[test]
fn suppressions_that_are_wrong_are_findings() {
    let ours = |what: &str| asked("m.tf", &group(what, "", "", ""), Policy::default()).1;
    assert_eq!(ours(&format!("# distrust: ignore[{RULE}]")), ["no-reason"]);
    assert_eq!(
        ours(&format!("# distrust: ignore[{RULE}] TODO")),
        ["no-reason"]
    );
    assert_eq!(ours("# distrust: ignore[aws-s3-kms] because"), ["unused"]);
    assert_eq!(
        ours("# distrust: ignore[no-such-rule] because"),
        ["malformed"]
    );
    assert_eq!(ours("# distrust: skip this"), ["malformed"]);
    assert_eq!(ours(&format!("# distrust: ignore {RULE}")), ["malformed"]);
    assert_eq!(
        ours(&format!("# distrust: ignore[{RULE}] until soon x")),
        ["malformed"]
    );
    assert_eq!(
        ours(&format!("# distrust: ignore[{RULE}] until 2026-01-01 x")),
        ["expired"]
    );
    assert!(ours(&format!("# distrust: ignore[{RULE}] because")).is_empty());
    let strict = Policy {
        require_expiry: true,
        forbid: vec![RULE.into()],
        ..Policy::default()
    };
    let text = group(&format!("# distrust: ignore[{RULE}] because"), "", "", "");
    let (tool, said) = asked("m.tf", &text, strict);
    assert_eq!(
        (tool, said),
        (
            None,
            vec!["forbidden".into(), "no-end".into(), "unused".into()]
        )
    );
}
