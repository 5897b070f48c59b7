//! Sets of requests: what atoms tell apart, and what differences find.

use super::atom::{Atoms, Pattern, Wild};
use super::{Reading, clauses, exceeds};
use crate::eval::Value;
use crate::policy::Document;
use crate::source::Span;

fn document(statements: &str) -> Document {
    let json = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
    let document = Document::read(&Value::text(json.as_str(), Span::nowhere()));
    assert_eq!(document.refused, [], "{statements}");
    document
}

/// Whether the second allows something that the first does not.
fn grows(first: &str, second: &str) -> bool {
    let read = |own: &str| clauses(&[&document(own)], Reading::Most).unwrap();
    exceeds(&read(second), &read(first)).unwrap().is_some()
}

#[test]
fn patterns_match_as_texts_and_as_arns() {
    for (pattern, wild, text, expected) in [
        ("a*c", Wild::Free, "abbc", true),
        ("a*c", Wild::Free, "abb", false),
        ("a?c", Wild::Free, "ac", false),
        ("a*", Wild::Not, "ab", false),
        (
            "arn:aws:iam::*:role/x",
            Wild::Fields,
            "arn:aws:iam::1:role/x",
            true,
        ),
        (
            "arn:aws:iam::*:role/x",
            Wild::Fields,
            "arn:aws:iam::1:2:role/x",
            false,
        ),
        ("arn:aws:sns:*:*", Wild::Free, "arn:aws:sns:r:1:t", true),
        ("arn:aws:s3:::b/*", Wild::Fields, "arn:aws:s3:::b/x:y", true),
        ("a${*}b", Wild::Free, "a*b", true),
        ("a${*}b", Wild::Free, "axb", false),
    ] {
        let own = Pattern::new(pattern, wild, false);
        assert_eq!(own.matches(text), expected, "{pattern} {text}");
    }
    assert!(Pattern::new("S3:get*", Wild::Free, true).matches("s3:GetObject"));
}

#[test]
fn atoms_are_the_combinations_that_exist() {
    let patterns = ["a*", "*b", "ab"].map(|own| Pattern::new(own, Wild::Free, false));
    // None, the first, the second, both, all three.
    assert_eq!(Atoms::of(&patterns).unwrap().len(), 5);
    let many: Vec<_> = ('a'..='z')
        .map(|c| Pattern::new(&format!("*{c}*"), Wild::Free, false))
        .collect();
    assert!(Atoms::of(&many).is_none(), "more than can be told apart");
}

#[test]
fn what_a_change_adds_is_found() {
    let allow = |action: &str, resource: &str, more: &str| {
        format!(r#"{{"Effect":"Allow","Action":{action},"Resource":{resource}{more}}}"#)
    };
    let deny = |action: &str, resource: &str, more: &str| {
        format!(r#"{{"Effect":"Deny","Action":{action},"Resource":{resource}{more}}}"#)
    };
    let get = allow(r#""s3:GetObject""#, r#""arn:aws:s3:::b/*""#, "");
    let ip = |net: &str| format!(r#","Condition":{{"IpAddress":{{"aws:SourceIp":"{net}"}}}}"#);
    for (before, after, expected) in [
        (get.clone(), get.clone(), false),
        (
            get.clone(),
            allow(r#""S3:getobject""#, r#""arn:aws:s3:::b/*""#, ""),
            false,
        ),
        (
            get.clone(),
            allow(r#""s3:Get*""#, r#""arn:aws:s3:::b/*""#, ""),
            true,
        ),
        (
            get.clone(),
            allow(r#""s3:GetObject""#, r#""arn:aws:s3:::*/*""#, ""),
            true,
        ),
        (allow(r#""s3:*""#, r#""*""#, ""), get.clone(), false),
        (
            get.clone(),
            allow(
                r#""s3:GetObject""#,
                r#""arn:aws:s3:::b/*""#,
                &ip("10.0.0.0/8"),
            ),
            false,
        ),
        (
            allow(r#""s3:GetObject""#, r#""*""#, &ip("10.0.0.0/8")),
            allow(r#""s3:GetObject""#, r#""*""#, &ip("10.1.0.0/16")),
            false,
        ),
        (
            allow(r#""s3:GetObject""#, r#""*""#, &ip("10.1.0.0/16")),
            allow(r#""s3:GetObject""#, r#""*""#, &ip("10.0.0.0/8")),
            true,
        ),
        (
            format!(
                "{},{}",
                allow(r#""*""#, r#""*""#, ""),
                deny(r#""iam:*""#, r#""*""#, "")
            ),
            allow(r#""*""#, r#""*""#, ""),
            true,
        ),
        // What a Deny takes away is not added by another Allow.
        (
            format!(
                "{},{}",
                allow(r#""*""#, r#""*""#, ""),
                deny(r#""iam:*""#, r#""*""#, "")
            ),
            format!(
                r#"{{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}},{}"#,
                deny(r#""sts:*""#, r#""*""#, "")
            ),
            false,
        ),
        (
            allow(
                r#""s3:*""#,
                r#""*""#,
                r#","Condition":{"StringEquals":{"aws:username":["a","b"]}}"#,
            ),
            allow(
                r#""s3:*""#,
                r#""*""#,
                r#","Condition":{"StringEquals":{"aws:username":"${aws:userid}"}}"#,
            ),
            true,
        ),
        (
            allow(r#""s3:*""#, r#""arn:aws:s3:::b/${aws:username}/*""#, ""),
            allow(r#""s3:*""#, r#""arn:aws:s3:::b/${aws:username}/a/*""#, ""),
            false,
        ),
        (
            allow(
                r#""s3:*""#,
                r#""*""#,
                r#","Condition":{"ForAnyValue:StringEquals":{"aws:TagKeys":"a"}}"#,
            ),
            allow(
                r#""s3:*""#,
                r#""*""#,
                r#","Condition":{"ForAllValues:StringEquals":{"aws:TagKeys":"a"}}"#,
            ),
            true,
        ),
        (
            allow(
                r#""s3:*""#,
                r#""*""#,
                r#","Condition":{"ForAllValues:StringEquals":{"aws:TagKeys":["a","b"]}}"#,
            ),
            allow(
                r#""s3:*""#,
                r#""*""#,
                r#","Condition":{"ForAllValues:StringEquals":{"aws:TagKeys":"a"},"Null":{"aws:TagKeys":"false"}}"#,
            ),
            false,
        ),
    ] {
        assert_eq!(grows(&before, &after), expected, "{before}\n{after}");
    }
}
