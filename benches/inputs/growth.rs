//! Valid inputs that are large in one direction only; each has about as many resources, rules or names as asked for.

use std::fmt::Write;

use super::{File, Language, crowded};

/// The shapes there are, by the names used on the command line, with what grows in each.
pub(crate) const SHAPES: &[(&str, Language, Shape)] = &[
    ("one-file", Language::Terraform, one_file),
    ("one-root", Language::Terraform, one_root),
    ("folders", Language::Terraform, folders),
    ("ingress", Language::Terraform, ingress),
    ("block-types", Language::Terraform, block_types),
    ("rules", Language::Terraform, rules),
    ("chain", Language::Terraform, chain),
    ("locals", Language::Terraform, locals),
    ("count", Language::Terraform, count),
    ("dynamic", Language::Terraform, dynamic),
    ("calls", Language::Terraform, calls),
    ("statements", Language::Terraform, statements),
    ("suppressions", Language::Terraform, suppressions),
    ("errors", Language::Terraform, errors),
    ("template", Language::CloudFormation, template),
    ("template-json", Language::CloudFormation, template_json),
    ("templates", Language::CloudFormation, templates),
    ("mapping", Language::CloudFormation, mapping),
    ("template-chain", Language::CloudFormation, template_chain),
    ("plan-line", Language::Terraform, crowded::plan_line),
    ("junk", Language::Terraform, crowded::junk),
    ("comments", Language::Terraform, crowded::comments),
    ("networks", Language::Terraform, crowded::networks),
    (
        "inline-policies",
        Language::Terraform,
        crowded::inline_policies,
    ),
    ("attachments", Language::Terraform, crowded::attachments),
    ("grants", Language::Terraform, crowded::grants),
    ("members", Language::Terraform, crowded::members),
    (
        "unknown-key",
        Language::CloudFormation,
        crowded::unknown_key,
    ),
    ("variables", Language::CloudFormation, crowded::variables),
    ("stars", Language::Terraform, crowded::stars),
    ("expressions", Language::Terraform, crowded::expressions),
];

/// A generator: how many to make, and the files.
pub(crate) type Shape = fn(usize) -> Vec<File>;

fn repeat(count: usize, mut one: impl FnMut(&mut String, usize)) -> String {
    let mut text = String::new();
    (0..count).for_each(|at| one(&mut text, at));
    text
}

fn main(text: String) -> Vec<File> {
    vec![("main.tf".to_owned(), text)]
}

macro_rules! put {
    ($text:expr, $($part:tt)*) => { writeln!($text, $($part)*).expect("a string takes any text") };
}

/// One file, unrelated resources.
fn one_file(size: usize) -> Vec<File> {
    main(repeat(size, |text, at| {
        put!(
            text,
            "resource \"aws_s3_bucket\" \"b{at}\" {{\n  bucket = \"bucket-{at}\"\n}}\n"
        );
    }))
}

/// One root with every application, modules three deep.
fn one_root(size: usize) -> Vec<File> {
    super::terraform(size, usize::MAX)
}

/// As many small folders, each a root of its own.
fn folders(size: usize) -> Vec<File> {
    let one = |at| {
        let text = format!("resource \"aws_sqs_queue\" \"q\" {{\n  name = \"queue-{at}\"\n}}\n");
        (format!("group-{:03}/root-{at}/main.tf", at / 100), text)
    };
    (0..size).map(one).collect()
}

/// One security group, as many ingress blocks.
fn ingress(size: usize) -> Vec<File> {
    let blocks = repeat(size, |text, at| {
        let (a, b, port) = (at / 256 % 256, at % 256, 1024 + at % 60_000);
        put!(
            text,
            "  ingress {{\n    from_port   = {port}\n    to_port     = {port}\n    protocol    = \"tcp\""
        );
        put!(text, "    cidr_blocks = [\"10.{a}.{b}.0/24\"]\n  }}");
    });
    main(format!(
        "resource \"aws_security_group\" \"big\" {{\n  name = \"big\"\n{blocks}}}\n"
    ))
}

/// One resource, as many nested blocks, each of a type of its own.
fn block_types(size: usize) -> Vec<File> {
    let blocks = repeat(size, |text, at| {
        put!(text, "  kind_{at} {{\n    on = true\n  }}")
    });
    main(format!(
        "resource \"example_thing\" \"big\" {{\n{blocks}}}\n"
    ))
}

/// One security group, as many rules that point at it.
fn rules(size: usize) -> Vec<File> {
    let mut text = "resource \"aws_security_group\" \"hub\" {\n  name = \"hub\"\n}\n".to_owned();
    text += &repeat(size, |text, at| {
        put!(
            text,
            "resource \"aws_vpc_security_group_ingress_rule\" \"r{at}\" {{"
        );
        put!(
            text,
            "  security_group_id = aws_security_group.hub.id\n  ip_protocol       = \"tcp\""
        );
        let port = 1024 + at % 60_000;
        put!(
            text,
            "  from_port         = {port}\n  to_port           = {port}"
        );
        put!(
            text,
            "  cidr_ipv4         = \"10.{}.{}.0/24\"\n}}\n",
            at / 256 % 256,
            at % 256
        );
    });
    main(text)
}

/// Security groups, each open to the one before it.
fn chain(size: usize) -> Vec<File> {
    main(repeat(size, |text, at| {
        put!(
            text,
            "resource \"aws_security_group\" \"g{at}\" {{\n  name = \"g{at}\"\n\n  ingress {{"
        );
        put!(
            text,
            "    from_port       = 443\n    to_port         = 443\n    protocol        = \"tcp\""
        );
        match at.checked_sub(1) {
            Some(before) => put!(
                text,
                "    security_groups = [aws_security_group.g{before}.id]"
            ),
            None => put!(text, "    cidr_blocks     = [\"0.0.0.0/0\"]"),
        }
        put!(text, "  }}\n}}\n");
    }))
}

/// Locals, each made from the one before it.
fn locals(size: usize) -> Vec<File> {
    let chain = repeat(size, |text, at| match at.checked_sub(1) {
        Some(before) => put!(text, "  v{at} = local.v{before} + 1"),
        None => put!(text, "  v0 = 0"),
    });
    let last = size.saturating_sub(1);
    let user = format!(
        "resource \"aws_sqs_queue\" \"q\" {{\n  visibility_timeout_seconds = local.v{last}\n}}\n"
    );
    main(format!("locals {{\n{chain}}}\n\n{user}"))
}

/// One block, as many instances.
fn count(size: usize) -> Vec<File> {
    main(format!(
        "resource \"aws_sqs_queue\" \"q\" {{\n  count = {size}\n  name  = \"queue-${{count.index}}\"\n}}\n\n\
         resource \"aws_sqs_queue_policy\" \"p\" {{\n  count     = {size}\n  queue_url = aws_sqs_queue.q[count.index].url\n  \
         policy    = jsonencode({{ Version = \"2012-10-17\", Statement = [] }})\n}}\n"
    ))
}

/// One dynamic block over as many elements.
fn dynamic(size: usize) -> Vec<File> {
    main(format!(
        "resource \"aws_security_group\" \"big\" {{\n  name = \"big\"\n\n  dynamic \"ingress\" {{\n    \
         for_each = range({size} % 1024 + 1)\n\n    content {{\n      from_port   = ingress.value\n      \
         to_port     = ingress.value\n      protocol    = \"tcp\"\n      \
         cidr_blocks = [for n in range({size} / 1024) : cidrsubnet(\"10.0.0.0/8\", 16, n)]\n    }}\n  }}\n}}\n"
    ))
}

/// One module, called as often.
fn calls(size: usize) -> Vec<File> {
    let module = "variable \"name\" {\n  type = string\n}\n\nresource \"aws_sqs_queue\" \"q\" {\n  name = var.name\n}\n";
    let root = repeat(size, |text, at| {
        put!(
            text,
            "module \"m{at}\" {{\n  source = \"./queue\"\n  name   = \"queue-{at}\"\n}}\n"
        );
    });
    vec![
        ("main.tf".to_owned(), root),
        ("queue/main.tf".to_owned(), module.to_owned()),
    ]
}

/// One policy with as many statements.
fn statements(size: usize) -> Vec<File> {
    let statements = repeat(size, |text, at| {
        put!(
            text,
            "      {{ Effect = \"Allow\", Action = \"s3:GetObject\", Resource = \"arn:aws:s3:::bucket-{at}/*\" }},"
        );
    });
    main(format!(
        "resource \"aws_iam_policy\" \"p\" {{\n  policy = jsonencode({{\n    Version = \"2012-10-17\"\n    \
         Statement = [\n{statements}    ]\n  }})\n}}\n"
    ))
}

/// Resources, each under a comment that suppresses a rule.
fn suppressions(size: usize) -> Vec<File> {
    main(repeat(size, |text, at| {
        put!(
            text,
            "# distrust:allow aws-s3-bucket-versioning-disabled: a copy of number {at}"
        );
        put!(
            text,
            "resource \"aws_s3_bucket\" \"b{at}\" {{\n  bucket = \"bucket-{at}\"\n}}\n"
        );
    }))
}

/// Blocks that are damaged, each in its own way.
fn errors(size: usize) -> Vec<File> {
    main(repeat(size, |text, at| {
        let wrong = [
            "bucket = ",
            "bucket = \"${}\"",
            "bucket \"b\"",
            "tags = { a = }",
            "]",
            "x = [1,",
        ][at % 6];
        put!(
            text,
            "resource \"aws_s3_bucket\" \"b{at}\" {{\n  {wrong}\n}}\n"
        );
    }))
}

/// One template in YAML, security groups in pairs.
fn template(size: usize) -> Vec<File> {
    let resources = repeat(size, |text, at| {
        put!(
            text,
            "  Group{at}:\n    Type: AWS::EC2::SecurityGroup\n    Properties:\n      GroupDescription: !Sub \"Group {at} of ${{AWS::StackName}}\""
        );
        if at % 2 == 1 {
            let before = at - 1;
            put!(
                text,
                "      SecurityGroupIngress:\n        - IpProtocol: tcp\n          FromPort: 443\n          ToPort: 443"
            );
            put!(
                text,
                "          SourceSecurityGroupId: !GetAtt Group{before}.GroupId"
            );
        }
    });
    vec![(
        "template.yaml".to_owned(),
        format!("AWSTemplateFormatVersion: \"2010-09-09\"\nResources:\n{resources}"),
    )]
}

/// One template in JSON on one line.
fn template_json(size: usize) -> Vec<File> {
    let resources: Vec<String> = (0..size)
        .map(|at| {
            format!(
                "\"Queue{at}\":{{\"Type\":\"AWS::SQS::Queue\",\"Properties\":{{\"QueueName\":{{\"Fn::Sub\":\"q-{at}-${{AWS::Region}}\"}}}}}}"
            )
        })
        .collect();
    let text = format!(
        "{{\"AWSTemplateFormatVersion\":\"2010-09-09\",\"Resources\":{{{}}}}}\n",
        resources.join(",")
    );
    vec![("template.json".to_owned(), text)]
}

/// As many small templates.
fn templates(size: usize) -> Vec<File> {
    let one = |at| {
        let text = format!(
            "AWSTemplateFormatVersion: \"2010-09-09\"\nResources:\n  Queue:\n    Type: AWS::SQS::Queue\n    Properties:\n      QueueName: queue-{at}\n"
        );
        (format!("group-{:03}/queue-{at}.yaml", at / 100), text)
    };
    (0..size).map(one).collect()
}

/// A mapping with as many keys, each looked up once.
fn mapping(size: usize) -> Vec<File> {
    let keys = repeat(size, |text, at| {
        put!(text, "    Key{at}: {{ Name: queue-{at} }}")
    });
    let resources = repeat(size, |text, at| {
        put!(
            text,
            "  Queue{at}:\n    Type: AWS::SQS::Queue\n    Properties:\n      QueueName: !FindInMap [Names, Key{at}, Name]"
        );
    });
    let text = format!(
        "AWSTemplateFormatVersion: \"2010-09-09\"\nMappings:\n  Names:\n{keys}Resources:\n{resources}"
    );
    vec![("template.yaml".to_owned(), text)]
}

/// Conditions, each made from the one before it.
fn template_chain(size: usize) -> Vec<File> {
    let conditions = repeat(size, |text, at| match at.checked_sub(1) {
        Some(before) => put!(text, "  C{at}: !Not [!Condition C{before}]"),
        None => put!(text, "  C0: !Equals [!Ref Stage, live]"),
    });
    let last = size.saturating_sub(1);
    let text = format!(
        "AWSTemplateFormatVersion: \"2010-09-09\"\nParameters:\n  Stage:\n    Type: String\n    Default: live\n\
         Conditions:\n{conditions}Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n    Condition: C{last}\n"
    );
    vec![("template.yaml".to_owned(), text)]
}
