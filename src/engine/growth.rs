//! Work grows with the input and not with its square: what is counted at twice the size, over what is counted at once.
//!
//! Counted are the steps of the budgets, of evaluation, graph and rules together, on one thread. Steps are no time, but
//! whatever compares, expands or joins counts them where it does so. Time itself is measured in `benches/`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::catalog::Catalog;
use crate::engine::{self, World};
use crate::eval::{budget, terraform};
use crate::rules::{self, RuleSet};
use crate::source::{Door, Memory, Scope, Search, SourceMap, discover};

/// How many times the work of half the input is still linear; what does not grow makes it less than two.
const MOST: f64 = 2.5;

fn many(count: usize, one: impl Fn(usize) -> String) -> String {
    (0..count).map(one).collect()
}

fn list(count: usize, one: impl Fn(usize) -> String) -> String {
    let all: Vec<String> = (0..count).map(one).collect();
    all.join(", ")
}

fn cidr(at: usize) -> String {
    format!("\"{}.{}.0.0/{}\"", 1 + at % 200, at / 200, 16 + at % 9)
}

fn group(addresses: &str) -> String {
    format!(
        "resource \"aws_security_group\" \"g\" {{\n  ingress {{\n    from_port = 22\n    to_port = 22\n    protocol = \"tcp\"\n    cidr_blocks = [{addresses}]\n  }}\n}}\n"
    )
}

/// What grows in one direction: a name, the file, how large it is at first, and its text at a size.
type Shape = (&'static str, &'static str, usize, fn(usize) -> String);

fn shapes() -> Vec<Shape> {
    vec![
        ("addresses of one rule", "main.tf", 400, |size| {
            group(&list(size, cidr))
        }),
        ("rules of one group", "main.tf", 100, |size| {
            let rule = |at: usize| {
                format!(
                    "resource \"aws_vpc_security_group_ingress_rule\" \"r{at}\" {{\n  security_group_id = aws_security_group.g.id\n  from_port = {at}\n  to_port = {at}\n  ip_protocol = \"tcp\"\n  cidr_ipv4 = {}\n}}\n",
                    cidr(at)
                )
            };
            group("\"10.0.0.0/8\"") + &many(size, rule)
        }),
        ("inline policies of one role", "main.tf", 100, |size| {
            let policy = |at: usize| {
                format!(
                    "resource \"aws_iam_role_policy\" \"p{at}\" {{\n  role = aws_iam_role.r.id\n  policy = jsonencode({{ Statement = [{{ Effect = \"Allow\", Action = [\"s3:*\", \"ec2:Run*\"], Resource = \"*\" }}] }})\n}}\n"
                )
            };
            "resource \"aws_iam_role\" \"r\" {\n  assume_role_policy = \"{}\"\n}\n".to_owned()
                + &many(size, policy)
        }),
        ("grants on as many buckets", "main.tf", 100, |size| {
            let pair = |at: usize| {
                format!(
                    "resource \"aws_s3_bucket\" \"b{at}\" {{\n  bucket = \"b{at}\"\n}}\nresource \"aws_iam_policy\" \"p{at}\" {{\n  policy = jsonencode({{ Statement = [{{ Effect = \"Allow\", Action = \"s3:GetObject\", Resource = \"${{aws_s3_bucket.b{at}.arn}}/*\" }}] }})\n}}\n"
                )
            };
            many(size, pair)
        }),
        ("members of a project", "main.tf", 100, |size| {
            let member = |at: usize| {
                let role = ["roles/cloudkms.admin", "roles/cloudkms.cryptoKeyDecrypter"][at % 2];
                format!(
                    "resource \"google_project_iam_member\" \"m{at}\" {{\n  project = \"p\"\n  role = \"{role}\"\n  member = \"user:{at}@example.com\"\n}}\n"
                )
            };
            many(size, member)
        }),
        ("patterns of stars", "main.tf", 40, |size| {
            let action = |at: usize| format!("\"s3:*G*e*t*{at}*\"");
            let resource = |at: usize| format!("\"arn:aws:s3:::*b*{at}*\"");
            let (actions, resources) = (list(size, action), list(size, resource));
            format!(
                "resource \"aws_iam_policy\" \"p\" {{\n  policy = jsonencode({{ Statement = [{{ Effect = \"Allow\", Action = [{actions}], Resource = [{resources}] }}] }})\n}}\n"
            )
        }),
        ("regular expressions", "main.tf", 50, |size| {
            format!(
                "locals {{\n  v = [for at in range({size}) : regexall(\"a{{3}}${{at}}\", \"xaaa1\")]\n}}\noutput \"v\" {{\n  value = local.v\n}}\n"
            )
        }),
        ("a mapping with an unknown key", "stack.json", 200, |size| {
            let row = |at: usize| format!("\"k{at}\": {{\"a\": \"{at}\"}}");
            let rows = list(size, row);
            format!(
                r#"{{"AWSTemplateFormatVersion": "2010-09-09", "Parameters": {{"P": {{"Type": "String"}}}}, "Mappings": {{"M": {{{rows}}}}}, "Resources": {{"Q": {{"Type": "AWS::SQS::Queue", "Properties": {{"QueueName": {{"Fn::FindInMap": ["M", {{"Ref": "P"}}, "a"]}}}}}}}}}}"#
            )
        }),
        ("a text of many variables", "stack.json", 200, |size| {
            let text = "${Q}".repeat(size);
            format!(
                r#"{{"AWSTemplateFormatVersion": "2010-09-09", "Resources": {{"Q": {{"Type": "AWS::SQS::Queue"}}, "R": {{"Type": "AWS::SQS::Queue", "Properties": {{"QueueName": {{"Fn::Sub": "{text}"}}}}}}}}}}"#
            )
        }),
        ("groups on one line", "stack.json", 50, |size| {
            let one = |at: usize| {
                format!(
                    r#""G{at}": {{"Type": "AWS::EC2::SecurityGroup", "Properties": {{"GroupDescription": "x", "SecurityGroupIngress": [{{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "0.0.0.0/0"}}]}}}}"#
                )
            };
            let groups = list(size, one);
            format!(r#"{{"AWSTemplateFormatVersion": "2010-09-09", "Resources": {{{groups}}}}}"#)
        }),
        ("a plan on one line", "plan.json", 50, |size| {
            let one = |at: usize| {
                format!(
                    r#"{{"address": "aws_s3_bucket.b{at}", "mode": "managed", "type": "aws_s3_bucket", "name": "b{at}", "provider_name": "registry.terraform.io/hashicorp/aws", "change": {{"actions": ["create"], "before": null, "after": {{"bucket": "b{at}"}}, "after_unknown": {{}}}}}}"#
                )
            };
            let changes = list(size, one);
            format!(
                r#"{{"format_version": "1.2", "terraform_version": "1.11.0", "planned_values": {{}}, "resource_changes": [{changes}], "configuration": {{}}}}"#
            )
        }),
        ("listeners of one balancer", "main.tf", 100, |size| {
            let one = |at: usize| {
                format!(
                    "resource \"aws_lb_listener\" \"l{at}\" {{\n  load_balancer_arn = aws_lb.b.arn\n  port = {at}\n  protocol = \"HTTP\"\n  default_action {{\n    type = \"forward\"\n    target_group_arn = \"x\"\n  }}\n}}\n"
                )
            };
            let mut text = group(&cidr(1));
            let _ = writeln!(
                text,
                "resource \"aws_lb\" \"b\" {{\n  subnets = [\"a\"]\n  security_groups = [aws_security_group.g.id]\n}}"
            );
            text + &many(size, one)
        }),
    ]
}

/// The steps of all that is done with a file.
fn steps(path: &str, text: &str) -> u64 {
    let mut memory = Memory::new();
    memory.insert(Path::new("/w").join(path), text);
    let sources = SourceMap::new();
    let paths = [PathBuf::from("/w")];
    let scope = Scope::new(&memory, Path::new("/w"), None, &paths);
    let search = Search {
        paths: &paths,
        exclude: &[],
        listed: false,
        everything: false,
        is_template: engine::is_template,
    };
    let door = Door::new(&memory, &scope);
    let world = World {
        door,
        sources: &sources,
        settings: terraform::Settings::default(),
        parameters: Vec::new(),
    };
    let found = discover(door, &sources, search);
    let before = budget::counted();
    let answers = engine::each(found, &world, &|_, graph| {
        let selected = |_: &str| true;
        rules::check(&graph, Catalog::builtin(), RuleSet::builtin(), &selected).len()
    });
    assert!(!answers.stacks.is_empty(), "{:?}", answers.diagnostics);
    budget::counted() - before
}

#[test]
fn twice_the_input_is_twice_the_work() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1);
    let pool = pool.stack_size(terraform::THREAD_STACK_BYTES);
    pool.build().expect("one thread").install(|| {
        for (name, path, size, text) in shapes() {
            let once = steps(path, &text(size));
            let twice = steps(path, &text(2 * size));
            assert!(
                twice as f64 <= MOST * once as f64,
                "{name}: {once} steps at {size}, {twice} at twice that"
            );
        }
    });
}
