//! What is cut off, or lacks one token, is never clean: for any such text that a strict reader of its format refuses, it is
//! said in that very file, nothing is proven that was not proven of the whole text (a lost rest may hold what seems to be
//! missing), and other stacks keep their findings. One thing is not asked: a module whose call is lost is a root by itself,
//! and judged as one.
//!
//! The judges are readers that are not ours and give up at the first mistake: `hcl-edit` for HCL, `serde_json` for JSON,
//! and `serde_norway` for YAML, which is libyaml, the reader of the tools that deploy templates. A text that its judge
//! refuses whole already is not asked. More cases: `PROPTEST_CASES=20000`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use distrust::engine::{self, World};
use distrust::findings::Finding;
use distrust::report::Report;
use distrust::rules::RuleSet;
use distrust::source::{Code, Door, Memory, Scope, Search, SourceMap, discover};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::examples::{Dialect, examples, to_json};

/// A stack of few files, one of which is to be damaged.
#[derive(Debug, Clone)]
struct Input {
    /// The file that is damaged, first.
    files: Vec<(String, String)>,
}

impl Input {
    fn new(files: &[(&str, &str)]) -> Self {
        let own = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
        Self {
            files: files.iter().map(own).collect(),
        }
    }

    fn with(&self, text: String) -> Self {
        let mut other = self.clone();
        other.files[0].1 = text;
        other
    }

    fn text(&self) -> &str {
        &self.files[0].1
    }

    /// Whether the strict reader of its format takes the text.
    fn is_valid(&self) -> bool {
        let (name, text) = &self.files[0];
        match name.rsplit('.').next() {
            Some("tf" | "tfvars") => hcl_edit::parser::parse_body(text).is_ok(),
            Some("json") => serde_json::from_str::<serde_json::Value>(text).is_ok(),
            _ => serde_norway::from_str::<serde_norway::Value>(text).is_ok(),
        }
    }
}

const POLICY: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {"Effect": "Allow", "Principal": "*", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::b/*",
     "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}},
    {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"],
     "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
  ]
}
"#;

const POLICY_USER: &str = r#"resource "aws_s3_bucket" "b" {
  bucket = "b"
}

resource "aws_s3_bucket_policy" "b" {
  bucket = aws_s3_bucket.b.id
  policy = file("${path.module}/policy.json")
}
"#;

const VALUES: &str = r#"region    = "eu-west-1"
networks  = ["10.0.0.0/8", "192.168.0.0/16"]
encrypted = true
public    = false
tags = {
  owner = "us"
  "a b" = "c"
}
"#;

const VALUES_USER: &str = r#"variable "region" {}
variable "networks" { default = [] }
variable "encrypted" { default = false }
variable "public" { default = true }
variable "tags" { default = {} }

resource "aws_ebs_volume" "v" {
  availability_zone = var.region
  encrypted         = var.encrypted
  size              = 1
  tags              = var.tags
}

resource "aws_security_group" "s" {
  description = "s"
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = var.networks
  }
}

resource "aws_db_instance" "d" {
  publicly_accessible = var.public
  storage_encrypted   = var.encrypted
}
"#;

const CALLER: &str = "module \"inner\" {\n  source = \"./inner\"\n  public = false\n}\n";

const CALLED: &str = r#"variable "public" {
  default = true
}

resource "aws_s3_bucket" "b" {
  bucket = "b"
}

resource "aws_s3_bucket_public_access_block" "b" {
  bucket                  = aws_s3_bucket.b.id
  block_public_acls       = !var.public
  block_public_policy     = !var.public
  ignore_public_acls      = !var.public
  restrict_public_buckets = !var.public
}

output "id" {
  value = aws_s3_bucket.b.id
}
"#;

/// The inputs: our own stacks, and the examples of the rules as they are and as JSON.
static INPUTS: LazyLock<Vec<Input>> = LazyLock::new(|| {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let read = |path: &str| std::fs::read_to_string(data.join(path)).expect("a file of ours");
    let plan = read("plan/plan.json");
    let minified = serde_json::from_str::<serde_json::Value>(&plan).expect("JSON");
    let mut inputs = vec![
        Input::new(&[("policy.json", POLICY), ("main.tf", POLICY_USER)]),
        Input::new(&[("terraform.tfvars", VALUES), ("main.tf", VALUES_USER)]),
        Input::new(&[("main.tf", VALUES_USER), ("terraform.tfvars", VALUES)]),
        Input::new(&[("inner/main.tf", CALLED), ("main.tf", CALLER)]),
        Input::new(&[("plan.json", &plan), ("main.tf", &read("plan/main.tf"))]),
        Input::new(&[("plan.json", &plan)]),
        Input::new(&[("plan.json", &minified.to_string())]),
        Input::new(&[("mail.yaml", &read("sample/mail.yaml"))]),
    ];
    let fixed = inputs.clone();
    for example in examples() {
        inputs.push(match example.dialect {
            Dialect::Hcl => Input::new(&[("main.tf", &example.text)]),
            Dialect::Yaml => Input::new(&[("template.yaml", &example.text)]),
            Dialect::Json => Input::new(&[("template.json", &example.text)]),
        });
        if example.dialect == Dialect::Yaml {
            inputs.push(Input::new(&[("template.json", &to_json(&example.text))]));
        }
        // As often as many examples of one language.
        if inputs.len().is_multiple_of(40) {
            inputs.extend(fixed.iter().cloned());
        }
    }
    inputs
});

/// What stands beside it and must not suffer.
const OTHER: &str = r#"resource "aws_security_group" "other" {
  description = "other"
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
"#;

struct Said {
    report: Report,
    sources: SourceMap,
}

impl Said {
    /// What is proven in this folder, by rule and subject.
    fn proven(&self, folder: &str) -> BTreeSet<String> {
        let all = self.report.findings.iter();
        let own = all.filter(|finding| {
            self.sources
                .order(finding.primary.span)
                .0
                .starts_with(folder)
        });
        let name = |finding: &Finding| {
            let subjects = finding.subjects.iter();
            let named = subjects.map(|subject| format!("{} {subject}", finding.rule));
            named.collect::<Vec<_>>()
        };
        own.flat_map(name).collect()
    }

    /// Whether it is said of a file that part of it was lost.
    fn is_lost(&self, path: &str) -> bool {
        let mut lost = self.report.diagnostics.iter();
        lost.any(|said| said.code.loses_input() && &*self.sources.order(said.span).0 == path)
    }
}

fn check(input: &Input) -> Said {
    let root = PathBuf::from("/in");
    let mut files = Memory::new();
    for (name, text) in &input.files {
        files.insert(root.join("own").join(name), text.as_str());
    }
    files.insert(root.join("other/main.tf"), OTHER);
    let sources = SourceMap::new();
    let scope = Scope::new(&files, &root, Some(&root), &[]);
    let door = Door::new(&files, &scope);
    let paths = [root.clone()];
    let search = Search {
        paths: &paths,
        exclude: &[],
        listed: false,
        everything: false,
        is_template: engine::is_template,
    };
    let found = discover(door, &sources, search);
    let world = World {
        door,
        sources: &sources,
        settings: Default::default(),
        parameters: Vec::new(),
    };
    let report = engine::check(found, &world, RuleSet::builtin(), &|_| true);
    Said { report, sources }
}

/// The text without its end, or without one token of it.
fn damaged(text: &str, cut: bool, at: usize) -> String {
    if cut {
        let at = text.floor_char_boundary(1 + at % text.len());
        return text[..at].to_owned();
    }
    let mut tokens: Vec<(usize, usize)> = Vec::new();
    for (start, letter) in text.char_indices() {
        let end = start + letter.len_utf8();
        let word = |letter: char| letter.is_alphanumeric() || letter == '_';
        match tokens.last_mut() {
            Some(last)
                if last.1 == start && word(letter) && text[last.0..start].chars().all(word) =>
            {
                last.1 = end
            }
            _ if letter.is_whitespace() => {}
            _ => tokens.push((start, end)),
        }
    }
    let (start, end) = tokens[at % tokens.len()];
    format!("{}{}", &text[..start], &text[end..])
}

/// The same cases in every run, but where more of them are asked for.
fn cases() -> ProptestConfig {
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    match std::env::var_os("PROPTEST_CASES") {
        Some(_) => config,
        None => ProptestConfig {
            cases: 160,
            rng_seed: RngSeed::Fixed(1),
            ..config
        },
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn is_never_clean(which in any::<prop::sample::Index>(), cut in any::<bool>(), at in any::<usize>()) {
        let whole = which.get(&INPUTS[..]);
        let broken = whole.with(damaged(whole.text(), cut, at));
        if !whole.is_valid() || broken.is_valid() {
            return Ok(());
        }
        let (before, after) = (check(whole), check(&broken));
        let path = format!("own/{}", broken.files[0].0);
        let text = broken.text();
        prop_assert!(after.report.lost_input() && after.is_lost(&path), "nothing is said of\n{text}");
        let more: Vec<String> = after.proven("own").difference(&before.proven("own")).cloned().collect();
        prop_assert!(more.is_empty(), "{more:?} is proven of\n{text}");
        prop_assert_eq!(before.proven("other"), after.proven("other"));
        let internal = after.report.diagnostics.iter().any(|said| said.code == Code::Internal);
        prop_assert!(!internal, "a fault of this program:\n{}", text);
    }
}
