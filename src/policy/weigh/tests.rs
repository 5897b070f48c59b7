//! What conditions leave, one table per question.

use super::narrows;
use crate::eval::Truth::{False, True, Unknown};
use crate::policy::tests::{document, statements};

#[test]
fn conditions_that_narrow_everything() {
    for (condition, expected) in [
        // What every request has.
        (r#""Bool":{"aws:SecureTransport":"true"}"#, False),
        (
            r#""DateGreaterThan":{"aws:CurrentTime":"2015-03-01T00:00:00Z"}"#,
            False,
        ),
        (
            r#""DateGreaterThanEquals":{"aws:CurrentTime":"2015-03-01"}"#,
            False,
        ),
        (r#""NumericGreaterThan":{"aws:EpochTime":"1"}"#, False),
        (
            r#""DateLessThan":{"aws:CurrentTime":"2099-01-01T00:00:00Z"}"#,
            False,
        ),
        (
            r#""DateLessThan":{"aws:CurrentTime":"2028-01-01T00:00:00Z"}"#,
            Unknown,
        ),
        (
            r#""DateLessThan":{"aws:CurrentTime":"2019-01-01T00:00:00Z"}"#,
            True,
        ),
        (
            r#""DateGreaterThan":{"aws:CurrentTime":"2026-01-01T00:00:00Z"},"DateLessThan":{"aws:CurrentTime":"2026-02-01T00:00:00Z"}"#,
            True,
        ),
        (r#""StringLike":{"aws:PrincipalArn":"*"}"#, False),
        (r#""StringLike":{"aws:userid":"?*"}"#, False),
        (r#""ArnLike":{"aws:PrincipalArn":"arn:*:*:*:*:*"}"#, False),
        (
            r#""ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:*"}"#,
            False,
        ),
        (r#""Null":{"aws:PrincipalArn":"false"}"#, False),
        (r#""Bool":{"aws:ViaAWSService":"false"}"#, False),
        (
            r#""IpAddress":{"aws:SourceIp":["0.0.0.0/1","128.0.0.0/1"]}"#,
            False,
        ),
        (r#""NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}"#, False),
        // Everyone but a few.
        (r#""StringNotEquals":{"aws:username":"visitor"}"#, False),
        (
            r#""StringNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/temp-*"}"#,
            False,
        ),
        (
            r#""StringNotEqualsIfExists":{"aws:ResourceTag/stage":"live"}"#,
            False,
        ),
        // What the holder writes, or leaves away.
        (r#""StringEquals":{"aws:UserAgent":"console"}"#, False),
        (
            r#""ForAllValues:StringEquals":{"aws:TagKeys":["owner"]}"#,
            False,
        ),
        (
            r#""ForAllValues:StringLike":{"aws:PrincipalOrgPaths":"o-x/*"}"#,
            False,
        ),
        (
            r#""StringEqualsIfExists":{"aws:SourceVpce":"vpce-1"}"#,
            False,
        ),
        (r#""StringNotEquals":{"aws:SourceVpc":"vpc-1"}"#, False),
        // Long-term keys carry no such key.
        (
            r#""BoolIfExists":{"aws:MultiFactorAuthPresent":"true"}"#,
            False,
        ),
        (r#""Bool":{"aws:MultiFactorAuthPresent":"false"}"#, False),
        (r#""Null":{"aws:MultiFactorAuthAge":"true"}"#, False),
        // One's own account is all of it.
        (
            r#""StringEquals":{"aws:ResourceAccount":"111122223333"}"#,
            False,
        ),
        (
            r#""StringEquals":{"aws:RequestedRegion":["us-east-1","eu-west-1"]}"#,
            False,
        ),
        // What narrows.
        (
            r#""StringEquals":{"aws:RequestedRegion":"eu-west-1"}"#,
            True,
        ),
        (r#""Bool":{"aws:MultiFactorAuthPresent":"true"}"#, True),
        (
            r#""NumericLessThan":{"aws:MultiFactorAuthAge":"3600"}"#,
            True,
        ),
        (r#""IpAddress":{"aws:SourceIp":"203.0.113.0/24"}"#, True),
        (r#""StringEquals":{"aws:SourceVpce":"<<?>>"}"#, True),
        (r#""StringEquals":{"aws:username":"one"}"#, True),
        (r#""StringLike":{"aws:ResourceTag/app":"x"}"#, True),
        (
            r#""StringEquals":{"aws:ResourceTag/team":"${aws:PrincipalTag/team}"}"#,
            True,
        ),
        (r#""NumericLessThan":{"s3:max-keys":"100"}"#, True),
        (
            r#""StringEquals":{"iam:PassedToService":"ec2.amazonaws.com"}"#,
            True,
        ),
        (
            r#""ForAnyValue:StringEquals":{"aws:CalledVia":"cloudformation.amazonaws.com"}"#,
            True,
        ),
        (
            r#""ForAllValues:StringEquals":{"s3:RequestObjectTagKeys":"a"},"Null":{"s3:RequestObjectTagKeys":"false"}"#,
            True,
        ),
        // One of several is enough.
        (
            r#""StringNotEquals":{"aws:username":"visitor"},"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}"#,
            True,
        ),
        // Keys of a service are absent from the requests of all others.
        (
            r#""StringEqualsIfExists":{"iam:PassedToService":"ec2.amazonaws.com"}"#,
            False,
        ),
        (
            r#""StringNotEquals":{"ec2:InstanceType":"p5.48xlarge"}"#,
            False,
        ),
        // What nobody knows here.
        (r#""StringEquals":{"aws:PrincipalTag/team":"a"}"#, Unknown),
        (r#""StringEquals":{"aws:SomethingNew":"a"}"#, Unknown),
        (r#""StringLike":{"aws:PrincipalArn":"<<?>>"}"#, Unknown),
        (r#""IpAddress":{"aws:SourceIp":"<<?>>"}"#, Unknown),
    ] {
        let read = statements(&format!(
            r#"{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{{{condition}}}}}"#
        ));
        let weight = narrows(&read.statements[0], "*", &[&read]);
        assert_eq!(weight.truth, expected, "{condition}");
        assert_eq!(weight.key.is_some(), expected.is_unknown(), "{condition}");
    }
    // An operator that there is not is refused, and may stand for one that narrows.
    let text = r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Strings":{"aws:username":"one"}}}}"#;
    let read = document(text);
    assert_eq!(read.refused.len(), 1);
    assert_eq!(narrows(&read.statements[0], "*", &[&read]).truth, Unknown);
}

#[test]
fn conditions_that_narrow_one_action() {
    for (action, condition, expected) in [
        (
            "iam:PassRole",
            r#""StringEquals":{"iam:PassedToService":"ec2.amazonaws.com"}"#,
            True,
        ),
        (
            "iam:PassRole",
            r#""StringEqualsIfExists":{"iam:PassedToService":"ec2.amazonaws.com"}"#,
            True,
        ),
        (
            "iam:PassRole",
            r#""StringLike":{"iam:PassedToService":"*"}"#,
            False,
        ),
        (
            "iam:PassRole",
            r#""StringNotEquals":{"iam:PassedToService":"ec2.amazonaws.com"}"#,
            False,
        ),
        (
            "iam:CreateUser",
            r#""StringEqualsIfExists":{"iam:PassedToService":"x"}"#,
            False,
        ),
        // The key never comes with this action: it is allowed to nobody.
        (
            "iam:CreateUser",
            r#""StringEquals":{"iam:PassedToService":"x"}"#,
            True,
        ),
        (
            "ec2:RunInstances",
            r#""StringEquals":{"aws:RequestTag/team":"a"}"#,
            False,
        ),
        (
            "kms:Decrypt",
            r#""ForAnyValue:StringEquals":{"kms:ResourceAliases":"alias/a"}"#,
            True,
        ),
    ] {
        let read = statements(&format!(
            r#"{{"Effect":"Allow","Action":"{action}","Resource":"*","Condition":{{{condition}}}}}"#
        ));
        let weight = narrows(&read.statements[0], action, &[&read]);
        assert_eq!(weight.truth, expected, "{action} {condition}");
    }
}

#[test]
fn a_tag_that_the_holder_may_write_narrows_nothing() {
    let own = r#"{"Effect":"Allow","Action":"ec2:TerminateInstances","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"a"}}}"#;
    for (other, expected) in [
        (r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#, True),
        (
            r#"{"Effect":"Allow","Action":"ec2:CreateTags","Resource":"*"}"#,
            False,
        ),
        (
            r#"{"Effect":"Allow","Action":"ec2:CreateTags","Resource":"*","Condition":{"StringEquals":{"ec2:CreateAction":"RunInstances"}}}"#,
            True,
        ),
    ] {
        let both = statements(&format!("{own},{other}"));
        let weight = narrows(&both.statements[0], "ec2:TerminateInstances", &[&both]);
        assert_eq!(weight.truth, expected, "{other}");
    }
}
