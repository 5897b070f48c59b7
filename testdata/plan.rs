//! A plan beside the configuration it was made from, and alone.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::require;

fn concise(path: &str) -> Vec<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_distrust"))
        .args([
            "check",
            path,
            "--output-format",
            "concise",
            "--select",
            "aws-s3-bucket-versioning-disabled",
        ])
        .args(["--select", "aws-sg-ingress-ssh-rdp"])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .output()
        .expect("the program starts");
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(str::to_owned)
        .collect()
}

/// The range that only `-var` set is found where it is used, since no file wrote it; versioning that `for_each` gives to
/// the buckets of another block is linked to them.
#[test]
fn a_plan_beside_its_configuration_points_into_it() {
    let found = concise("testdata/plan");
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(
        found[0].starts_with("testdata/plan/main.tf:35:19: high aws-sg-ingress-ssh-rdp"),
        "{found:#?}"
    );
}

#[test]
fn a_plan_alone_points_into_itself() {
    let found = concise("testdata/plan/plan.json");
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(
        found[0].starts_with("testdata/plan/plan.json:468:"),
        "{found:#?}"
    );
}

/// What every block of the real configuration is about; `{i}` is its number.
const BLOCKS: &str = r##"
resource "aws_subnet" "s{i}" {
  vpc_id                  = aws_vpc.main.id
  cidr_block              = cidrsubnet(aws_vpc.main.cidr_block, 8, {i})
  map_public_ip_on_launch = {even}
}

resource "aws_security_group" "g{i}" {
  name   = "g{i}"
  vpc_id = aws_vpc.main.id
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = {even} ? ["0.0.0.0/0"] : ["10.0.0.0/8"]
  }
  dynamic "egress" {
    for_each = [443, 53]
    content {
      from_port   = egress.value
      to_port     = egress.value
      protocol    = "tcp"
      cidr_blocks = ["0.0.0.0/0"]
    }
  }
}

resource "aws_s3_bucket" "b{i}" {
  bucket = "b-{i}"
}

resource "aws_s3_bucket_public_access_block" "b{i}" {
  count                   = {even} ? 1 : 0
  bucket                  = aws_s3_bucket.b{i}.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_policy" "b{i}" {
  bucket = aws_s3_bucket.b{i}.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = {even} ? "*" : "arn:aws:iam::123456789012:root"
      Action    = "s3:GetObject"
      Resource  = "${aws_s3_bucket.b{i}.arn}/*"
    }]
  })
}

resource "aws_kms_key" "k{i}" {
  enable_key_rotation = {even}
}

resource "aws_ebs_volume" "v{i}" {
  availability_zone = "eu-central-1a"
  size              = 10
  encrypted         = {even}
  kms_key_id        = {even} ? aws_kms_key.k{i}.arn : null
}

resource "aws_iam_role" "r{i}" {
  name               = "r{i}"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy" "r{i}" {
  role   = aws_iam_role.r{i}.id
  policy = <<EOT
{
  "Version": "2012-10-17",
  "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
}
EOT
}

resource "aws_sqs_queue" "q{i}" {
  name                    = "q{i}"
  sqs_managed_sse_enabled = {even}
}

resource "aws_instance" "i{i}" {
  ami                    = "ami-12345678"
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.s{i}.id
  vpc_security_group_ids = [aws_security_group.g{i}.id]
  user_data              = "#!/bin/sh\nexport DB_PASSWORD=Kx9vQ2mL7pR4tW8z{i}\n"
  root_block_device {
    encrypted = {even}
  }
}

resource "aws_db_instance" "d{i}" {
  engine              = "postgres"
  instance_class      = "db.t3.micro"
  allocated_storage   = 10
  username            = "root"
  password            = {even} ? var.password : "Hx7tR2vQ9mL4pW8z{i}"
  publicly_accessible = {even}
  skip_final_snapshot = true
}

resource "aws_lambda_function" "f{i}" {
  function_name = "f{i}"
  role          = aws_iam_role.r{i}.arn
  handler       = "index.handler"
  runtime       = "nodejs20.x"
  s3_bucket     = aws_s3_bucket.b{i}.id
  s3_key        = "code.zip"
}
"##;

const HEAD: &str = r#"terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
}

provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "mock"
  secret_key                  = "mock"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
  skip_region_validation      = true
}

variable "password" {
  type      = string
  sensitive = true
  default   = "Zp3vQ8nL5rT1wY6k"
}

variable "names" {
  type    = set(string)
  default = ["a", "b", "c"]
}

resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_s3_bucket" "each" {
  for_each = var.names
  bucket   = "bucket-${each.key}"
}

resource "aws_s3_bucket_versioning" "each" {
  for_each = aws_s3_bucket.each
  bucket   = each.value.id
  versioning_configuration {
    status = "Enabled"
  }
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}
"#;

/// A plan of Terraform in JSON on one line, for a configuration of 300 resources; nothing where a program is missing.
fn made(folder: &Path) -> Option<String> {
    let plugins = std::env::var("DISTRUST_TERRAFORM_PLUGINS").ok();
    let Some(plugins) = plugins.filter(|path| Path::new(path).is_dir()) else {
        require::missing(
            "terraform-plugins",
            "DISTRUST_TERRAFORM_PLUGINS names no folder",
        );
        return None;
    };
    if !require::program("terraform", &["version"]) {
        return None;
    }
    let mut main = HEAD.to_owned();
    for at in 0..23 {
        let own = BLOCKS.replace("{i}", &at.to_string());
        let even = (at % 2 == 0).to_string();
        let _ = writeln!(main, "{}", own.replace("{even}", &even));
    }
    std::fs::write(folder.join("main.tf"), main).expect("a file");
    let terraform = |arguments: &[&str]| {
        let output = Command::new("terraform")
            .args(arguments)
            .current_dir(folder)
            .env("CHECKPOINT_DISABLE", "1")
            .output()
            .expect("terraform starts");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{arguments:?}: {said}");
        String::from_utf8(output.stdout).expect("text")
    };
    let plugins = format!("-plugin-dir={plugins}");
    terraform(&["init", "-input=false", "-backend=false", &plugins]);
    terraform(&["plan", "-input=false", "-out=plan.bin"]);
    Some(terraform(&["show", "-json", "plan.bin"]))
}

/// Rule and resource of all that is said, and the whole report.
fn said(folder: &Path, path: &str) -> (BTreeMap<String, &'static str>, Value) {
    let output = Command::new(env!("CARGO_BIN_EXE_distrust"))
        .args(["check", path, "--output-format", "json", "--undecided"])
        .args(["--min-severity", "info"])
        .current_dir(folder)
        .output()
        .expect("the program starts");
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    let mut all = BTreeMap::new();
    for what in ["undecided", "findings"] {
        for one in report[what].as_array().expect("a list") {
            for own in one["subjects"].as_array().expect("a list") {
                all.insert(format!("{} {}", one["rule"], own["address"]), what);
            }
        }
    }
    (all, report)
}

/// What Terraform itself says of 300 resources, beside their source, is what the source says. Alone it lacks what only a
/// source has: the texts that hold an ARN of a resource to come are unknown whole, and with them the policies of buckets;
/// what the provider computes is nobody's default; and variables are no part of what is planned.
#[test]
fn a_real_plan_says_what_its_source_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(plan) = made(folder.path()) else {
        return;
    };
    assert_eq!(plan.trim_end().lines().count(), 1);
    let (of_source, _) = said(folder.path(), ".");
    std::fs::create_dir(folder.path().join("alone")).expect("a folder");
    std::fs::write(folder.path().join("alone/plan.json"), &plan).expect("a file");
    let (alone, report) = said(folder.path(), "alone/plan.json");
    assert_eq!(report["diagnostics"], serde_json::json!([]));
    let proven = |said: &BTreeMap<String, &str>, rule: &str| said.get(rule) == Some(&"findings");
    let more: Vec<&String> = alone
        .keys()
        .filter(|one| proven(&alone, one) && !proven(&of_source, one))
        .collect();
    assert_eq!(
        more,
        Vec::<&String>::new(),
        "a plan proves nothing that its source does not"
    );
    let undecided = |one: &&String| alone.get(*one) != Some(&"undecided");
    let lost: Vec<&String> = of_source
        .keys()
        .filter(|one| proven(&of_source, one) && !proven(&alone, one))
        .filter(undecided)
        .filter(|one| !one.contains("var.password"))
        .collect();
    assert_eq!(
        lost,
        Vec::<&String>::new(),
        "what a plan does not prove it leaves open"
    );

    std::fs::rename(
        folder.path().join("alone/plan.json"),
        folder.path().join("plan.json"),
    )
    .expect("a file");
    let (beside, report) = said(folder.path(), ".");
    assert_eq!(
        report["diagnostics"],
        serde_json::json!([]),
        "it is no older than its source"
    );
    assert_eq!(beside, of_source);
    let text = report.to_string();
    for secret in ["Zp3vQ8nL5rT1wY6k", "Hx7tR2vQ9mL4pW8z", "Kx9vQ2mL7pR4tW8z"] {
        assert!(!text.contains(secret), "{secret} is shown");
    }
}
