//! The first rules over stacks built by hand: what the layers below promise, without an evaluator.

mod open;
mod stack;

use super::{RuleSet, check};
use crate::catalog::Catalog;
use crate::eval::{Data, Declared, Key, Language, Origin, Role, Stack, Value, Why};
use crate::findings::{Certainty, Finding};
use crate::graph::build;
use crate::source::Span;
use stack::{Maker, findings};

const VERSIONING: &str = "aws-s3-bucket-versioning-disabled";
const SSH: &str = "aws-sg-ingress-ssh-rdp";

fn bucket(make: &mut Maker) -> Declared {
    make.resource("aws_s3_bucket", "b", |make| {
        vec![("bucket", make.text("logs"))]
    })
}

fn versioning(make: &mut Maker, bucket: Value, status: Value) -> Declared {
    make.resource("aws_s3_bucket_versioning", "v", |make| {
        let span = make.span();
        let status = if status.origin.via.is_none() {
            Value {
                origin: Origin::at(span),
                ..status
            }
        } else {
            status
        };
        vec![
            ("bucket", bucket),
            (
                "versioning_configuration",
                make.block(vec![("status", status)]),
            ),
        ]
    })
}

/// Where the status of a versioning resource is written.
fn status_span(versioning: &Declared) -> Span {
    let map = versioning.body.as_map().unwrap();
    let block = &map
        .value("versioning_configuration")
        .unwrap()
        .as_list()
        .unwrap()
        .items[0];
    block.as_map().unwrap().value("status").unwrap().origin.span
}

#[test]
fn absence_points_at_the_header() {
    let make = &mut Maker::default();
    let b = bucket(make);
    let header = b.header;
    let found = findings(Language::Terraform, vec![b], VERSIONING);
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].primary.span, &found[0].certainty),
        (header, &Certainty::Proven)
    );
    assert_eq!(
        found[0].message,
        "aws_s3_bucket.b does not keep earlier versions of its objects"
    );
}

#[test]
fn a_data_source_is_no_resource() {
    let make = &mut Maker::default();
    let mut data = bucket(make);
    std::sync::Arc::make_mut(&mut data.address).mode = crate::eval::Mode::Data;
    assert!(findings(Language::Terraform, vec![data.clone()], VERSIONING).is_empty());

    // What a satellite says of the bucket that it reads is checked all the same.
    let name = make.text("logs");
    let suspended = make.text("Suspended");
    let satellite = versioning(make, name, suspended);
    let found = findings(Language::Terraform, vec![data, satellite], VERSIONING);
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].subjects[0].to_string(),
        "aws_s3_bucket_versioning.v"
    );
}

#[test]
fn a_satellite_speaks_for_its_bucket() {
    let make = &mut Maker::default();
    let b = bucket(make);
    let refer = make.refer(&b.address, "id");
    let enabled = make.text("Enabled");
    let good = versioning(make, refer.clone(), enabled);
    assert!(findings(Language::Terraform, vec![b.clone(), good], VERSIONING).is_empty());

    let suspended = make.text("Suspended");
    let bad = versioning(make, refer, suspended.clone());
    let at = status_span(&bad);
    let satellite = bad.header;
    let found = findings(Language::Terraform, vec![b.clone(), bad], VERSIONING);
    assert_eq!((found.len(), found[0].primary.span), (1, at));
    let related: Vec<Span> = found[0].related.iter().map(|label| label.span).collect();
    assert_eq!(related, [satellite, b.header]);

    let name = make.text("logs");
    let by_name = versioning(make, name, suspended);
    let at = status_span(&by_name);
    assert_eq!(
        findings(Language::Terraform, vec![b, by_name], VERSIONING)[0]
            .primary
            .span,
        at
    );
}

#[test]
fn who_a_satellite_belongs_to_may_be_unknown() {
    let make = &mut Maker::default();
    let b = bucket(make);
    let span = make.span();
    let anyone = Value::unknown(Why::Variable("var.bucket".into()), span);
    let enabled = make.text("Enabled");
    let good = versioning(make, anyone.clone(), enabled);
    let found = findings(Language::Terraform, vec![b.clone(), good], VERSIONING);
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].certainty,
        Certainty::Undecided(Why::Variable("var.bucket".into()))
    );

    // What it says is proven whoever it belongs to; and no status but Enabled can come of it.
    let suspended = make.text("Suspended");
    let bad = versioning(make, anyone, suspended);
    let at = status_span(&bad);
    let found = findings(Language::Terraform, vec![b, bad], VERSIONING);
    assert!(found.iter().all(|one| one.certainty == Certainty::Proven));
    assert!(found.iter().any(|one| one.primary.span == at));
}

#[test]
fn a_status_through_a_module_call() {
    let make = &mut Maker::default();
    let b = bucket(make);
    let refer = make.refer(&b.address, "id");
    let (argument, variable) = (make.span(), make.span());
    let status = make.text("Suspended");
    let at = status.origin.span;
    let status = status
        .through(argument, Role::Argument)
        .through(variable, Role::Variable);
    let bad = versioning(make, refer, status);
    let found = findings(Language::Terraform, vec![b, bad], VERSIONING);
    assert_eq!(found[0].primary.span, at);
    let related: Vec<Span> = found[0]
        .related
        .iter()
        .map(|label| label.span)
        .take(2)
        .collect();
    assert_eq!(related, [variable, argument]);
}

#[test]
fn an_inline_block_of_older_providers() {
    let make = &mut Maker::default();
    let on = |make: &mut Maker, value: Data| {
        make.resource("aws_s3_bucket", "b", |make| {
            let span = make.span();
            let enabled = Value::new(value, span);
            vec![("versioning", make.block(vec![("enabled", enabled)]))]
        })
    };
    let good = on(make, Data::Bool(true));
    assert!(findings(Language::Terraform, vec![good], VERSIONING).is_empty());
    let bad = on(make, Data::Bool(false));
    assert_eq!(
        findings(Language::Terraform, vec![bad], VERSIONING).len(),
        1
    );
    let unset = Value::unknown(Why::Variable("var.on".into()), Span::nowhere());
    let unknown = on(make, unset.data);
    let found = findings(Language::Terraform, vec![unknown], VERSIONING);
    assert_eq!(
        found[0].certainty,
        Certainty::Undecided(Why::Variable("var.on".into()))
    );
}

#[test]
fn cloudformation_needs_no_spelling() {
    let make = &mut Maker::default();
    for (status, count) in [("Enabled", 0), ("Suspended", 1)] {
        let bucket = make.resource("AWS::S3::Bucket", "B", |make| {
            let status = make.text(status);
            vec![(
                "VersioningConfiguration",
                make.map(vec![("Status", status)]),
            )]
        });
        assert_eq!(
            findings(Language::CloudFormation, vec![bucket], VERSIONING).len(),
            count
        );
    }
}

fn ports(
    make: &mut Maker,
    names: [&'static str; 2],
    low: i64,
    high: i64,
) -> Vec<(&'static str, Value)> {
    let mut number = |value: i64| {
        let span = make.span();
        Value::new(Data::Number(value.into()), span)
    };
    vec![(names[0], number(low)), (names[1], number(high))]
}

#[test]
fn every_spelling_of_a_security_group() {
    let make = &mut Maker::default();
    let group = make.resource("aws_security_group", "g", |_| vec![]);
    let cidr = make.text("0.0.0.0/0");
    let at = cidr.origin.span;
    let list = |make: &mut Maker, cidr: &Value| {
        let private = make.text("10.0.0.0/8");
        let span = make.span();
        Value::tuple(vec![private, cidr.clone()], span)
    };
    let tcp = make.text("tcp");

    let inline = make.resource("aws_security_group", "g", |make| {
        let mut block = ports(make, ["from_port", "to_port"], 0, 1024);
        block.extend([
            ("protocol", tcp.clone()),
            ("cidr_blocks", list(make, &cidr)),
        ]);
        vec![("ingress", make.block(block))]
    });
    let refer = make.refer(&group.address, "id");
    let rule = make.resource("aws_security_group_rule", "r", |make| {
        let mut body = ports(make, ["from_port", "to_port"], 22, 22);
        let kind = make.text("ingress");
        body.extend([
            ("protocol", tcp.clone()),
            ("cidr_blocks", list(make, &cidr)),
            ("type", kind),
        ]);
        body.push(("security_group_id", refer.clone()));
        body
    });
    let alone = make.resource("aws_vpc_security_group_ingress_rule", "r", |make| {
        let mut body = ports(make, ["from_port", "to_port"], 3389, 3389);
        body.extend([
            ("ip_protocol", tcp.clone()),
            ("cidr_ipv4", cidr.clone()),
            ("security_group_id", refer.clone()),
        ]);
        body
    });
    for stack in [
        vec![inline],
        vec![group.clone(), rule.clone()],
        vec![group, alone],
        vec![rule],
    ] {
        let found = findings(Language::Terraform, stack, SSH);
        assert_eq!(found.len(), 1, "{found:#?}");
        assert_eq!(
            (found[0].primary.span, &found[0].certainty),
            (at, &Certainty::Proven)
        );
    }
}

#[test]
fn every_spelling_in_cloudformation() {
    let make = &mut Maker::default();
    let cidr = make.text("0.0.0.0/0");
    let at = cidr.origin.span;
    let tcp = make.text("tcp");
    let inline = make.resource("AWS::EC2::SecurityGroup", "G", |make| {
        let mut item = ports(make, ["FromPort", "ToPort"], 22, 22);
        item.extend([("IpProtocol", tcp.clone()), ("CidrIp", cidr.clone())]);
        vec![("SecurityGroupIngress", make.block(item))]
    });
    let group = make.resource("AWS::EC2::SecurityGroup", "G", |_| vec![]);
    let refer = make.refer(&group.address, "GroupId");
    let rule = make.resource("AWS::EC2::SecurityGroupIngress", "R", |make| {
        let mut item = ports(make, ["FromPort", "ToPort"], 22, 22);
        item.extend([
            ("IpProtocol", tcp.clone()),
            ("CidrIp", cidr.clone()),
            ("GroupId", refer),
        ]);
        item
    });
    for stack in [vec![inline], vec![group, rule]] {
        let found = findings(Language::CloudFormation, stack, SSH);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].primary.span, at);
    }
}

#[test]
fn a_group_that_cannot_be_known() {
    let make = &mut Maker::default();
    let why = Why::Variable("var.cidrs".into());
    let group = make.resource("aws_security_group", "g", |make| {
        let mut block = ports(make, ["from_port", "to_port"], 22, 22);
        let (tcp, span) = (make.text("tcp"), make.span());
        block.extend([
            ("protocol", tcp),
            ("cidr_blocks", Value::unknown(why.clone(), span)),
        ]);
        vec![("ingress", make.block(block))]
    });
    let found = findings(Language::Terraform, vec![group], SSH);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].certainty, Certainty::Undecided(why));
}

#[test]
fn the_world_in_pieces() {
    // Half of the world is too much already; two neighbours are it only together.
    assert_eq!(open_to(["0.0.0.0/1", "128.0.0.0/1"]).len(), 2);
    let found = open_to(["8.0.0.0/8", "9.0.0.0/8"]);
    assert_eq!((found.len(), found[0].related.len()), (1, 2));
    assert!(open_to(["8.0.0.0/8", "10.0.0.0/8"]).is_empty());
}

fn open_to(cidrs: [&str; 2]) -> Vec<Finding> {
    let make = &mut Maker::default();
    let group = make.resource("aws_security_group", "g", |make| {
        let half = |make: &mut Maker, text: &str| {
            let mut block = ports(make, ["from_port", "to_port"], 0, 0);
            let (all, cidr, span) = (make.text("-1"), make.text(text), make.span());
            block.extend([
                ("protocol", all),
                ("cidr_blocks", Value::tuple(vec![cidr], span)),
            ]);
            make.map(block)
        };
        let (low, high) = (half(make, cidrs[0]), half(make, cidrs[1]));
        let span = make.span();
        vec![("ingress", Value::tuple(vec![low, high], span))]
    });
    findings(Language::Terraform, vec![group], SSH)
}

#[test]
fn instances_that_share_a_place_share_a_finding() {
    let make = &mut Maker::default();
    let first = bucket(make);
    let mut second = first.clone();
    std::sync::Arc::make_mut(&mut second.address).key = Key::Index(1);
    let found = findings(Language::Terraform, vec![second, first], VERSIONING);
    assert_eq!((found.len(), found[0].subjects.len()), (1, 2));
    assert!(found[0].subjects.is_sorted());
}

#[test]
fn edges_connect_what_a_rule_may_ask_for() {
    let text = "---\nid: x\nseverity: low\npillar: data\nkind: aws.kms.key\nmessage: m\n\
        assert: { related: aws.logs.log_group, by: encrypted-with, direction: incoming }\n---\n# X\n\n## What to do\n\nMend it. Then rest.\n";
    let rules = RuleSet::new(vec![super::declared::read::rule(text).unwrap()]);
    let make = &mut Maker::default();
    let used = make.resource("aws_kms_key", "used", |_| vec![]);
    let unused = make.resource("aws_kms_key", "unused", |_| vec![]);
    let arn = make.refer(&used.address, "arn");
    let logs = make.resource("aws_cloudwatch_log_group", "l", |_| {
        vec![("kms_key_id", arn)]
    });
    let header = unused.header;
    let stack = Stack {
        name: "root".into(),
        language: Language::Terraform,
        resources: vec![logs, used, unused],
        inputs: Vec::new(),
        outputs: Value::null(Span::nowhere()),
        missing: Vec::new(),
        diagnostics: Vec::new(),
        unread_files: false,
    };
    let catalog = Catalog::builtin();
    let graph = build(&stack, catalog);
    let edges: Vec<_> = graph
        .edges
        .iter()
        .map(|edge| {
            (
                graph.resource(edge.from).kind.as_str(),
                edge.relation.word(),
            )
        })
        .collect();
    assert_eq!(edges, [("aws.logs.log_group", "encrypted-with")]);
    let found = check(&graph, catalog, &rules, &|_| true);
    assert_eq!((found.len(), found[0].primary.span), (1, header));
    assert_eq!(found[0].advice, "Mend it");
}

#[test]
fn what_is_wrong_with_a_rule_file_has_a_line() {
    let front = |line: &str| {
        format!("---\nid: x\nseverity: low\npillar: data\nkind: k\nmessage: m\n{line}\n---\n# X\n")
    };
    for (line, part) in [
        ("assert: { path: a, equal: b }", "`equal` is not expected"),
        ("assert: { path: a }", "nothing is asked"),
        ("assert: { pth: a }", "`pth` is not expected"),
        (
            "assert: { reachable: f, from: world, ports: [70000] }",
            "no port",
        ),
        ("assert: { path: 'a b', exists: true }", "is not a path"),
    ] {
        let wrong = super::declared::read::rule(&front(line)).unwrap_err();
        assert!(wrong.message.contains(part), "{}", wrong.message);
        assert_eq!(wrong.line, 7, "{line}");
    }
}

#[test]
fn a_crowd_of_satellites_is_plainly_unknown() {
    let make = &mut Maker::default();
    let b = bucket(make);
    let mut stack = vec![b];
    for n in 0..40 {
        let span = make.span();
        let anyone = Value::unknown(Why::Variable("var.bucket".into()), span);
        let status = make.text(if n == 39 { "Suspended" } else { "Enabled" });
        let mut one = versioning(make, anyone, status);
        std::sync::Arc::make_mut(&mut one.address).name = format!("v{n}").into();
        stack.push(one);
    }
    let found = findings(Language::Terraform, stack, VERSIONING);
    let undecided = found
        .iter()
        .filter(|one| one.certainty != Certainty::Proven);
    assert_eq!((found.len(), undecided.count()), (2, 1));
}
