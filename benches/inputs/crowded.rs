//! Inputs that are crowded in one place: one line, one rule, one role, one text. A step that begins anew for each of
//! what is there shows at once.

use std::fmt::Write;

use super::File;

macro_rules! put {
    ($text:expr, $($part:tt)*) => { writeln!($text, $($part)*).expect("a string takes any text") };
}

fn repeat(count: usize, mut one: impl FnMut(&mut String, usize)) -> String {
    let mut text = String::new();
    (0..count).for_each(|at| one(&mut text, at));
    text
}

fn main(text: String) -> Vec<File> {
    vec![("main.tf".to_owned(), text)]
}

fn template(text: String) -> Vec<File> {
    vec![("template.yaml".to_owned(), text)]
}

/// A plan of as many buckets on one line.
pub(crate) fn plan_line(size: usize) -> Vec<File> {
    let change = |at| {
        format!(
            "{{\"address\":\"aws_s3_bucket.b{at}\",\"mode\":\"managed\",\"type\":\"aws_s3_bucket\",\"name\":\"b{at}\",\
             \"provider_name\":\"registry.terraform.io/hashicorp/aws\",\"change\":{{\"actions\":[\"create\"],\
             \"before\":null,\"after\":{{\"bucket\":\"b{at}\"}},\"after_unknown\":{{}}}}}}"
        )
    };
    let changes: Vec<String> = (0..size).map(change).collect();
    let text = format!(
        "{{\"format_version\":\"1.2\",\"terraform_version\":\"1.11.0\",\"resource_changes\":[{}]}}\n",
        changes.join(",")
    );
    vec![("plan.json".to_owned(), text)]
}

/// As many characters on one line that mean nothing.
pub(crate) fn junk(size: usize) -> Vec<File> {
    main("\0".repeat(size))
}

/// As many comments that open and never close.
pub(crate) fn comments(size: usize) -> Vec<File> {
    main(format!("locals {{\n}}\n{}", "/*".repeat(size)))
}

/// One rule with as many networks.
pub(crate) fn networks(size: usize) -> Vec<File> {
    let networks = repeat(size, |text, at| {
        put!(text, "      \"{}.{}.0.0/17\",", 20 + at % 60, at / 60 % 256);
    });
    main(format!(
        "resource \"aws_security_group\" \"g\" {{\n  ingress {{\n    from_port   = 22\n    to_port     = 22\n    \
         protocol    = \"tcp\"\n    cidr_blocks = [\n{networks}    ]\n  }}\n}}\n"
    ))
}

/// One role with as many policies of its own.
pub(crate) fn inline_policies(size: usize) -> Vec<File> {
    let policies = repeat(size, |text, at| {
        put!(
            text,
            "resource \"aws_iam_role_policy\" \"p{at}\" {{\n  role   = aws_iam_role.r.id\n  policy = jsonencode({{ \
             Statement = [{{ Effect = \"Allow\", Action = [\"s3:*\", \"ec2:*\"], Resource = \"*\" }}] }})\n}}\n"
        );
    });
    main(format!(
        "resource \"aws_iam_role\" \"r\" {{\n  assume_role_policy = \"{{}}\"\n}}\n\n{policies}"
    ))
}

/// One role with as many policies attached.
pub(crate) fn attachments(size: usize) -> Vec<File> {
    let policies = repeat(size, |text, at| {
        put!(
            text,
            "resource \"aws_iam_policy\" \"p{at}\" {{\n  policy = jsonencode({{ Statement = [{{ Effect = \"Allow\", \
             Action = \"s3:*\", Resource = \"*\" }}] }})\n}}\n\nresource \"aws_iam_role_policy_attachment\" \
             \"a{at}\" {{\n  role       = aws_iam_role.r.id\n  policy_arn = aws_iam_policy.p{at}.arn\n}}\n"
        );
    });
    main(format!(
        "resource \"aws_iam_role\" \"r\" {{\n  assume_role_policy = \"{{}}\"\n}}\n\n{policies}"
    ))
}

/// As many grants on as many buckets.
pub(crate) fn grants(size: usize) -> Vec<File> {
    main(repeat(size, |text, at| {
        put!(
            text,
            "resource \"aws_s3_bucket\" \"b{at}\" {{\n  bucket = \"bucket-{at}\"\n}}\n\nresource \"aws_iam_policy\" \
             \"p{at}\" {{\n  policy = jsonencode({{ Statement = [{{ Effect = \"Allow\", Action = \"s3:GetObject\", \
             Resource = \"${{aws_s3_bucket.b{at}.arn}}/*\" }}] }})\n}}\n"
        );
    }))
}

/// As many members of one project, half of whom administer what the others use.
pub(crate) fn members(size: usize) -> Vec<File> {
    main(repeat(size, |text, at| {
        let role = ["roles/cloudkms.admin", "roles/cloudkms.cryptoKeyDecrypter"][at % 2];
        put!(
            text,
            "resource \"google_project_iam_member\" \"m{at}\" {{\n  project = \"p\"\n  role    = \"{role}\"\n  \
             member  = \"user:{at}@example.com\"\n}}\n"
        );
    }))
}

/// A mapping of as many keys, looked up under one that is not known.
pub(crate) fn unknown_key(size: usize) -> Vec<File> {
    let keys = repeat(size, |text, at| {
        put!(text, "    Key{at}: {{ Name: queue-{at} }}")
    });
    template(format!(
        "AWSTemplateFormatVersion: \"2010-09-09\"\nParameters:\n  Key: {{ Type: String }}\nMappings:\n  Names:\n{keys}\
         Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n    Properties:\n      QueueName: !FindInMap [Names, !Ref Key, Name]\n"
    ))
}

/// One text with as many variables.
pub(crate) fn variables(size: usize) -> Vec<File> {
    template(format!(
        "AWSTemplateFormatVersion: \"2010-09-09\"\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\n  Queue:\n    \
         Type: AWS::SQS::Queue\n    Properties:\n      QueueName: !Sub \"{}\"\n",
        "${Topic}-".repeat(size)
    ))
}

/// As many patterns of many stars in one policy.
pub(crate) fn stars(size: usize) -> Vec<File> {
    let patterns = repeat(size, |text, at| {
        put!(
            text,
            "        \"s3:*G*e*t*O*b*{}\",",
            "*j*e*c*t".repeat(1 + at % 7)
        );
    });
    main(format!(
        "resource \"aws_iam_policy\" \"p\" {{\n  policy = jsonencode({{\n    Statement = [{{\n      Effect = \"Allow\"\n      \
         Resource = \"*\"\n      Action = [\n{patterns}      ]\n    }}]\n  }})\n}}\n"
    ))
}

/// As many regular expressions.
pub(crate) fn expressions(size: usize) -> Vec<File> {
    let locals = repeat(size, |text, at| {
        put!(
            text,
            "  v{at} = regexall(\"^[a-z]+-{at}-[0-9]{{1,4}}$\", \"queue-{at}-17\")"
        );
    });
    main(format!(
        "locals {{\n{locals}}}\n\noutput \"all\" {{\n  value = [{}]\n}}\n",
        (0..size)
            .map(|at| format!("local.v{at}"))
            .collect::<Vec<_>>()
            .join(", ")
    ))
}
