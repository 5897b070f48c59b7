//! What documents mean, one table per question.

use super::condition::{asks_for, narrows_callers};
use super::level::{of_level, wide};
use super::party::{any_principal, everyone, is_account};
use super::{Document, On, action::Level, closed_to_strangers, grants};
use crate::eval::Truth::{self, False, True, Unknown};
use crate::eval::{Piece, Template, Value, Why};
use crate::source::Span;

/// A document from JSON; `?` in double angle brackets stands for what is not known.
pub(super) fn document(json: &str) -> Document {
    if !json.contains("<<?>>") {
        return Document::read(&Value::text(json, Span::nowhere()));
    }
    let mut pieces = Vec::new();
    for (at, text) in json.split("<<?>>").enumerate() {
        if at > 0 {
            let hole = Value::unknown(Why::Variable("var.x".into()), Span::nowhere());
            pieces.push(Piece::Value(hole));
        }
        pieces.push(Piece::Text(text.into(), Span::nowhere()));
    }
    let template = Template {
        text: None,
        pieces,
        decoded: None,
    };
    Document::read(&Value::new(
        crate::eval::Data::Template(std::sync::Arc::new(template)),
        Span::nowhere(),
    ))
}

pub(super) fn statements(inner: &str) -> Document {
    let read = document(&format!(r#"{{"Statement":[{inner}]}}"#));
    assert_eq!(read.refused, [], "{inner}");
    read
}

fn granted(document: &Document, action: &str) -> Truth {
    Truth::any(
        grants(&[document], action, On::Every)
            .iter()
            .map(|grant| grant.truth),
    )
}

#[test]
fn an_action_on_every_resource() {
    let allow = |action: &str, resource: &str| {
        format!(r#"{{"Effect":"Allow","Action":"{action}","Resource":"{resource}"}}"#)
    };
    for (inner, action, expected) in [
        (allow("iam:PassRole", "*"), "iam:PassRole", True),
        (allow("IAM:pass*", "*"), "iam:PassRole", True),
        (allow("*", "*"), "iam:PassRole", True),
        (allow("iam:*", "*"), "*", False),
        (allow("*:*", "*"), "*", True),
        (allow("iam:<<?>>", "*"), "iam:PassRole", Unknown),
        (allow("s3:<<?>>", "*"), "iam:PassRole", False),
        (allow("iam:PassRole", "<<?>>"), "iam:PassRole", Unknown),
        (
            allow("iam:PassRole", "arn:aws:iam::<<?>>:role/app"),
            "iam:PassRole",
            False,
        ),
        (
            allow("iam:PassRole", "arn:aws:iam::<<?>>:role/*"),
            "iam:PassRole",
            True,
        ),
        (
            allow("iam:PassRole", "arn:aws:iam::111122223333:role/*"),
            "iam:PassRole",
            True,
        ),
        (
            allow("iam:PassRole", "arn:aws:iam::111122223333:role/app-*"),
            "iam:PassRole",
            False,
        ),
        (
            allow("iam:PassRole", "arn:aws:s3:::*"),
            "iam:PassRole",
            False,
        ),
        (
            allow("s3:GetObject", "arn:aws:s3:::*"),
            "s3:GetObject",
            True,
        ),
        (
            allow("s3:GetObject", "arn:aws:s3:::reports/*"),
            "s3:GetObject",
            False,
        ),
    ] {
        assert_eq!(
            granted(&statements(&inner), action),
            expected,
            "{inner} {action}"
        );
    }
}

#[test]
fn what_is_taken_back_or_narrowed_is_not_granted() {
    let allow = r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#;
    for (other, expected) in [
        (
            r#"{"Effect":"Deny","Action":"iam:*","Resource":"*"}"#,
            False,
        ),
        (
            r#"{"Effect":"Deny","NotAction":"s3:*","Resource":"*"}"#,
            False,
        ),
        (
            r#"{"Effect":"Deny","NotAction":"iam:PassRole","Resource":"*"}"#,
            True,
        ),
        (
            r#"{"Effect":"Deny","Action":"iam:*","Resource":"arn:aws:iam::1:role/x"}"#,
            True,
        ),
        (
            r#"{"Effect":"Deny","Action":"iam:*","Resource":"<<?>>"}"#,
            Unknown,
        ),
        (
            r#"{"Effect":"<<?>>","Action":"iam:*","Resource":"*"}"#,
            Unknown,
        ),
        // A circumstance that need not hold takes nothing back for good.
        (
            r#"{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}}"#,
            True,
        ),
    ] {
        let both = statements(&format!("{allow},{other}"));
        assert_eq!(granted(&both, "iam:PassRole"), expected, "{other}");
    }
    let narrowed = r#"{"Effect":"Allow","Action":"iam:PassRole","Resource":"*","Condition":{"StringEquals":{"iam:PassedToService":"ec2.amazonaws.com"}}}"#;
    assert_eq!(granted(&statements(narrowed), "iam:PassRole"), False);
}

#[test]
fn everything_but_some() {
    let but = r#"{"Effect":"Allow","NotAction":["iam:*","sts:*"],"Resource":"*"}"#;
    let but = statements(but);
    for (action, expected) in [
        ("s3:GetObject", True),
        ("iam:PassRole", False),
        ("s3:*", True),
        ("iam:*", False),
        ("*", False),
    ] {
        assert_eq!(granted(&but, action), expected, "{action}");
    }
    let elsewhere = r#"{"Effect":"Allow","Action":"s3:*","NotResource":"arn:aws:s3:::x"}"#;
    assert_eq!(granted(&statements(elsewhere), "s3:GetObject"), False);
}

#[test]
fn conditions_that_leave_chosen_callers() {
    for (condition, expected) in [
        (r#""StringEquals":{"aws:PrincipalOrgID":"o-example"}"#, True),
        (r#""StringEquals":{"aws:PrincipalOrgID":"<<?>>"}"#, True),
        (r#""StringLike":{"aws:PrincipalOrgID":"<<?>>"}"#, Unknown),
        (r#""StringLike":{"aws:PrincipalOrgID":"*"}"#, False),
        (r#""StringLike":{"aws:PrincipalOrgID":"o-*"}"#, False),
        (
            r#""StringEqualsIfExists":{"aws:PrincipalOrgID":"o-example"}"#,
            False,
        ),
        (
            r#""ForAllValues:StringEquals":{"aws:PrincipalOrgID":"o-example"}"#,
            False,
        ),
        (
            r#""ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-example/*"}"#,
            True,
        ),
        (
            r#""StringNotEquals":{"aws:PrincipalOrgID":"o-example"}"#,
            False,
        ),
        (r#""StringEquals":{"aws:SourceVpce":"vpce-1"}"#, True),
        (
            r#""StringEqualsIfExists":{"aws:SourceVpce":"vpce-1"}"#,
            False,
        ),
        (r#""IpAddress":{"aws:SourceIp":"203.0.113.0/24"}"#, True),
        (
            r#""IpAddress":{"aws:SourceIp":["203.0.113.0/24","0.0.0.0/0"]}"#,
            False,
        ),
        (r#""IpAddress":{"aws:SourceIp":"::/0"}"#, False),
        (
            r#""ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/x"}"#,
            True,
        ),
        (
            r#""ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/x"}"#,
            False,
        ),
        (
            r#""ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::*"}"#,
            False,
        ),
        (
            r#""ArnLike":{"aws:SourceArn":"arn:aws:s3:::reports"}"#,
            True,
        ),
        (r#""ArnLike":{"aws:SourceArn":"arn:aws:s3:::*"}"#, False),
        (
            r#""ArnLike":{"aws:SourceArn":"arn:aws:sns:*:111122223333:*"}"#,
            True,
        ),
        (
            r#""ArnLike":{"aws:SourceArn":"arn:aws:sns:*:*:orders"}"#,
            False,
        ),
        (r#""Bool":{"aws:SecureTransport":"true"}"#, False),
        (r#""Bool":{"aws:PrincipalIsAWSService":"true"}"#, True),
        (r#""Null":{"aws:PrincipalOrgID":"false"}"#, False),
        (r#""StringEquals":{"aws:PrincipalTag/team":"a"}"#, False),
        (r#""StringEquals":{"sts:ExternalId":"a"}"#, False),
        (r#""StringLike":{"aws:userid":"AROAEXAMPLE:*"}"#, True),
        (r#""StringLike":{"aws:userid":"*:session"}"#, False),
        (
            r#""Bool":{"aws:SecureTransport":"true"},"StringEquals":{"aws:SourceAccount":"111122223333"}"#,
            True,
        ),
    ] {
        let inner = format!(
            r#"{{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*","Condition":{{{condition}}}}}"#
        );
        let read = statements(&inner);
        assert_eq!(
            narrows_callers(&read.statements[0]),
            expected,
            "{condition}"
        );
    }
}

#[test]
fn a_deny_of_strangers_closes_a_resource() {
    let allow = r#"{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}"#;
    for (deny, expected) in [
        (
            r#""Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-example"}}"#,
            True,
        ),
        (
            r#""Condition":{"StringNotEqualsIfExists":{"aws:SourceVpce":"vpce-1"}}"#,
            True,
        ),
        (
            r#""Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-example"},"BoolIfExists":{"aws:PrincipalIsAWSService":"false"}}"#,
            True,
        ),
        (
            r#""Condition":{"Bool":{"aws:SecureTransport":"false"}}"#,
            False,
        ),
        (
            r#""Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-example","s3:prefix":"x"}}"#,
            False,
        ),
        (
            r#""Condition":{"NotIpAddress":{"aws:SourceIp":"0.0.0.0/0"}}"#,
            False,
        ),
    ] {
        let both = statements(&format!(
            r#"{allow},{{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::b","arn:aws:s3:::b/*"],{deny}}}"#
        ));
        let closed = closed_to_strangers(&both, &both.statements[0], "s3:GetObject");
        assert_eq!(closed, expected, "{deny}");
    }
}

#[test]
fn who_is_meant() {
    for (principal, all, account) in [
        (r#""Principal":"*""#, True, False),
        (r#""Principal":{"AWS":"*"}"#, True, False),
        (r#""Principal":{"AWS":["111122223333","*"]}"#, True, True),
        (r#""NotPrincipal":{"AWS":"111122223333"}"#, True, False),
        (
            r#""Principal":{"AWS":"arn:aws:iam::111122223333:root"}"#,
            False,
            True,
        ),
        (
            r#""Principal":{"AWS":"arn:aws-cn:iam::111122223333:root"}"#,
            False,
            True,
        ),
        (
            r#""Principal":{"AWS":"arn:aws:iam::<<?>>:root"}"#,
            False,
            True,
        ),
        (
            r#""Principal":{"AWS":"arn:aws:iam::111122223333:role/x"}"#,
            False,
            False,
        ),
        (r#""Principal":{"AWS":"<<?>>"}"#, Unknown, Unknown),
        (
            r#""Principal":{"Service":"ec2.amazonaws.com"}"#,
            False,
            False,
        ),
    ] {
        let read = statements(&format!(
            r#"{{"Effect":"Allow",{principal},"Action":"sts:AssumeRole"}}"#
        ));
        let own = &read.statements[0];
        assert_eq!(everyone(own).0, all, "{principal}");
        let aws = any_principal(own, |own| own.kind == "AWS", is_account);
        assert_eq!(aws.0, account, "{principal}");
    }
}

#[test]
fn conditions_that_ask() {
    for (condition, mfa) in [
        (r#""Bool":{"aws:MultiFactorAuthPresent":"true"}"#, True),
        (
            r#""BoolIfExists":{"aws:MultiFactorAuthPresent":"true"}"#,
            False,
        ),
        (r#""Bool":{"aws:MultiFactorAuthPresent":"false"}"#, False),
        (r#""Null":{"aws:MultiFactorAuthPresent":"false"}"#, True),
        (r#""Bool":{"aws:SecureTransport":"true"}"#, False),
    ] {
        let read = statements(&format!(
            r#"{{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{{{condition}}}}}"#
        ));
        let own = &read.statements[0];
        assert_eq!(
            asks_for(own, &["aws:multifactorauthpresent"]),
            mfa,
            "{condition}"
        );
    }
}

#[test]
fn of_all_that_a_wildcard_takes_along_the_telling_action_is_named() {
    let read = statements(
        r#"{"Effect":"Allow","Action":["s3:*","iot:*","ec2:*","s3:GetObject"],"Resource":"*"},
           {"Effect":"Deny","Action":"iot:AttachPolicy","Resource":"*"}"#,
    );
    let named: Vec<_> = wide(&read, &of_level(Level::Permissions))
        .into_iter()
        .map(|found| found.action.unwrap().to_string())
        .collect();
    assert_eq!(
        named,
        [
            "s3:PutBucketPolicy",
            "iot:AttachPrincipalPolicy",
            "ec2:PutResourcePolicy"
        ]
    );
}

#[test]
fn levels_on_every_resource_leave_out_what_cannot_be_narrowed() {
    let read = statements(
        r#"{"Effect":"Allow","Action":["s3:ListAllMyBuckets","s3:PutObject","ec2:Describe*","iam:*","*"],"Resource":"*"},
           {"Effect":"Deny","Action":"iam:*","Resource":"*"}"#,
    );
    let write: Vec<_> = wide(&read, &of_level(Level::Write))
        .into_iter()
        .map(|found| found.action.unwrap().to_string())
        .collect();
    assert_eq!(write, ["s3:PutObject"]);
    assert!(wide(&read, &of_level(Level::Permissions)).is_empty());
}

#[test]
fn of_the_actions_of_a_statement_those_that_take_away_come_last() {
    let read = statements(
        r#"{"Effect":"Allow","Action":["iam:DetachRolePolicy","iam:DeleteRole","iam:AttachRolePolicy"],"Resource":"*"}"#,
    );
    let named: Vec<_> = wide(&read, &of_level(Level::Permissions))
        .into_iter()
        .map(|found| found.action.unwrap().to_string())
        .collect();
    assert_eq!(
        named,
        [
            "iam:AttachRolePolicy",
            "iam:DetachRolePolicy",
            "iam:DeleteRole"
        ]
    );
}
