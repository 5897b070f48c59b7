//! What is kept of the schemas, and what is not.

use super::{Deployed, MOST, needs, source};

fn one(kind: &str, written: &str, arguments: &[&str]) -> Deployed {
    Deployed {
        address: format!("{written}.x"),
        kind: Some(kind.to_owned()),
        written: written.to_owned(),
        arguments: arguments.iter().map(|name| (*name).to_owned()).collect(),
        role: None,
    }
}

#[test]
fn an_action_is_kept_where_something_is_set_that_it_is_about() {
    let plain = needs(&[one("AWS::S3::Bucket", "AWS::S3::Bucket", &["BucketName"])]);
    let names = |needs: &super::Needs| needs.apply.keys().cloned().collect::<Vec<_>>();
    assert!(
        names(&plain).contains(&"s3:CreateBucket".to_owned()),
        "{:?}",
        names(&plain)
    );
    assert!(!names(&plain).contains(&"s3:PutBucketVersioning".to_owned()));
    assert!(!names(&plain).contains(&"iam:PassRole".to_owned()));
    let set = ["BucketName", "VersioningConfiguration", "Status", "Tags"];
    let more = needs(&[one("AWS::S3::Bucket", "AWS::S3::Bucket", &set)]);
    assert!(names(&more).contains(&"s3:PutBucketVersioning".to_owned()));
    assert!(
        names(&more).contains(&"s3:PutBucketTagging".to_owned())
            || more.apply.len() > plain.apply.len()
    );
}

#[test]
fn a_plan_reads_and_sees_no_secret() {
    let needs = needs(&[
        one(
            "AWS::SecretsManager::Secret",
            "aws_secretsmanager_secret",
            &["name", "kms_key_id"],
        ),
        one(
            "AWS::WAFv2::WebACLAssociation",
            "aws_wafv2_web_acl_association",
            &["resource_arn"],
        ),
    ]);
    assert!(
        needs.plan.contains_key("secretsmanager:DescribeSecret"),
        "{:?}",
        needs.plan
    );
    assert!(!needs.plan.contains_key("secretsmanager:GetSecretValue"));
    assert!(
        !needs.plan.keys().any(|name| name.contains("Associate")),
        "{:?}",
        needs.plan
    );
}

#[test]
fn what_has_no_facts_is_named() {
    let needs = needs(&[one("AWS::No::Such", "aws_no_such", &[])]);
    assert_eq!(needs.missing["aws_no_such.x"], "aws_no_such");
    assert!(source().contains("cfn-lint"));
}

#[test]
fn every_policy_fits_and_roles_are_pinned() {
    let kinds = [
        "AWS::EC2::VPC",
        "AWS::EC2::Instance",
        "AWS::RDS::DBInstance",
        "AWS::ECS::Service",
        "AWS::Lambda::Function",
    ];
    let mut all: Vec<Deployed> = kinds
        .iter()
        .map(|kind| one(kind, kind, &["Role", "Tags", "KmsKeyId", "VpcConfig"]))
        .collect();
    let mut role = one(
        "AWS::IAM::Role",
        "AWS::IAM::Role",
        &["AssumeRolePolicyDocument"],
    );
    role.role = Some("worker".into());
    all.push(role);
    let needs = needs(&all);
    for policy in needs
        .policies(false)
        .into_iter()
        .chain(needs.policies(true))
    {
        let text = policy.to_string();
        assert!(text.len() <= MOST, "{}", text.len());
        for statement in policy["Statement"].as_array().expect("statements") {
            let actions = statement["Action"].to_string();
            assert!(!actions.contains('*'), "{actions}");
            if actions.contains("iam:PassRole") {
                assert_eq!(
                    statement["Resource"].to_string(),
                    "[\"arn:aws:iam::ACCOUNT-ID:role/worker\"]"
                );
            }
        }
    }
}
