//! Questions about neighbours that nobody knows: never answered as if there were none.

use super::stack::{Maker, findings};
use crate::catalog::Catalog;
use crate::eval::{Declared, Language, Stack, Value, Why};
use crate::findings::Certainty;
use crate::graph::build;
use crate::rules::{RuleSet, check};
use crate::source::Span;

#[test]
fn an_edge_that_may_be_there_leaves_it_open() {
    let text = "---\nid: x\nseverity: low\npillar: data\nkind: aws.kms.key\nmessage: m\n\
        assert: { related: aws.logs.log_group, by: encrypted-with, direction: incoming }\n---\n# X\n\n## What to do\n\nMend it.\n";
    let rules = RuleSet::new(vec![crate::rules::declared::read::rule(text).unwrap()]);
    let make = &mut Maker::default();
    let key = make.resource("aws_kms_key", "k", |_| Vec::new());
    let unset = Value::unknown(Why::Variable("var.key".into()), make.span());
    let logs = make.resource("aws_cloudwatch_log_group", "l", |_| {
        vec![("kms_key_id", unset)]
    });
    let stack = Stack {
        name: "root".into(),
        language: Language::Terraform,
        resources: vec![logs, key],
        inputs: Vec::new(),
        outputs: Value::null(Span::nowhere()),
        missing: Vec::new(),
        diagnostics: Vec::new(),
        unread_files: false,
    };
    let catalog = Catalog::builtin();
    let found = check(&build(&stack, catalog), catalog, &rules, &|_| true);
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].certainty,
        Certainty::Undecided(Why::Variable("var.key".into()))
    );
}

#[test]
fn a_membership_of_nobody_knows_whom_may_be_anybodys() {
    let make = &mut Maker::default();
    let user = make.resource("aws_iam_user", "u", |make| vec![("name", make.text("ann"))]);
    let rule = "aws-iam-user-no-group";
    let alone = findings(Language::Terraform, vec![user.clone()], rule);
    assert_eq!(alone[0].certainty, Certainty::Proven);
    let unset = Value::unknown(Why::Variable("var.user".into()), make.span());
    let membership = make.resource("aws_iam_user_group_membership", "m", |_| {
        vec![
            ("user", unset),
            ("groups", Value::tuple(vec![], Span::nowhere())),
        ]
    });
    let found = findings(Language::Terraform, vec![membership, user], rule);
    let why = Why::Variable("var.user".into());
    assert_eq!(found[0].certainty, Certainty::Undecided(why));
}

#[test]
fn many_neighbours_are_not_asked_and_that_is_said() {
    let make = &mut Maker::default();
    let key = |make: &mut Maker, at: u32, user: &str| {
        let mut key = make.resource("aws_iam_access_key", "k", |make| {
            vec![("user", make.text(user))]
        });
        std::sync::Arc::make_mut(&mut key.address).name = ecow::eco_format!("k{at:03}");
        key
    };
    let rule = "aws-iam-two-access-keys";
    let keys = |make: &mut Maker, count: u32| -> Vec<Declared> {
        (0..count)
            .map(|at| key(make, at, &format!("user{at}")))
            .collect()
    };
    let few = keys(make, 20);
    assert!(findings(Language::Terraform, few, rule).is_empty());
    let many = keys(make, 80);
    let found = findings(Language::Terraform, many, rule);
    assert!(!found.is_empty());
    assert!(
        found
            .iter()
            .all(|own| own.certainty == Certainty::Undecided(Why::Limit))
    );
}

#[test]
fn an_attachment_that_is_not_known_leaves_open_what_a_role_may_do() {
    let make = &mut Maker::default();
    let rule = "aws-iam-escalation-update-function-code";
    let role = make.resource("aws_iam_role", "r", |make| vec![("name", make.text("r"))]);
    assert!(findings(Language::Terraform, vec![role.clone()], rule).is_empty());
    for unknown in ["policy_arn", "role"] {
        let refer = make.refer(&role.address, "name");
        let unset = Value::unknown(Why::Variable("var.x".into()), make.span());
        let known = make.text("arn:aws:iam::aws:policy/ReadOnlyAccess");
        let attachment = make.resource("aws_iam_role_policy_attachment", "a", |_| match unknown {
            "role" => vec![("role", unset), ("policy_arn", known)],
            _ => vec![("role", refer), ("policy_arn", unset)],
        });
        let found = findings(Language::Terraform, vec![attachment, role.clone()], rule);
        assert_eq!(found.len(), 1, "{unknown}");
        let why = Why::Variable("var.x".into());
        assert_eq!(found[0].certainty, Certainty::Undecided(why), "{unknown}");
    }
}
