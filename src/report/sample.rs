//! Findings by hand, for the tests of the renderers: several files, wide letters, tabs, a minified file, hostile names.

use std::path::Path;
use std::time::Duration;

use super::{Fingerprints, Folded, Masks, Places, Report, Statistics, View, triage};
use crate::eval::{Address, Key, MissingModule, Mode, Why};
use crate::findings::{
    Applicability, Certainty, Control, Finding, Label, Pillar, Remedy, RuleInfo, Severity,
};
use crate::source::{Code, Diagnostic, Memory, Scope, SourceMap, Span};

/// The texts that the sample findings are about.
const FILES: &[(&str, &str)] = &[
    (
        "main.tf",
        "module \"logs\" {\n  source = \"./modules/bucket\"\n  acl    = \"public-read\"\n}\n\nmodule \"vpc\" {\n  source = \"terraform-aws-modules/vpc/aws\"\n}\n",
    ),
    (
        "modules/bucket/main.tf",
        "variable \"acl\" {\n  type    = string\n  default = \"private\"\n}\n\nresource \"aws_s3_bucket\" \"this\" {\n  bucket = \"日本語のログ\" # wide\n}\n\nresource \"aws_s3_bucket_acl\" \"this\" {\n  bucket = aws_s3_bucket.this.id\n\tacl    = var.acl\n}\n",
    ),
    (
        "a folder/100%.yaml",
        "Resources:\n  Group:\n    Type: AWS::EC2::SecurityGroup\n    Properties:\n      SecurityGroupIngress:\n        - CidrIp: 0.0.0.0/0\n",
    ),
];

fn address(stack: &str, module: &str, type_name: &str, name: &str) -> Address {
    Address {
        stack: stack.into(),
        module: module.into(),
        mode: Mode::Managed,
        type_name: type_name.into(),
        name: name.into(),
        key: Key::None,
    }
}

/// Where a text stands in a file of the map.
fn find(sources: &SourceMap, path: &str, text: &str) -> Span {
    let file = sources.find(path).expect("the file is in the sample");
    let at = file.text.find(text).expect("the text is in the file") as u32;
    Span::new(file.id, at, at + text.len() as u32)
}

fn label(span: Span, text: &str) -> Label {
    Label {
        span,
        text: text.to_owned().into(),
    }
}

fn remedy(title: &str) -> Option<Remedy> {
    Some(Remedy {
        title: title.into(),
        applicability: Applicability::Unsafe,
        change: None,
    })
}

/// The sources and findings about them, in no order.
pub(super) fn findings() -> (SourceMap, Vec<Finding>) {
    let sources = SourceMap::new();
    for (path, text) in FILES {
        sources.add(path, text.as_bytes().to_vec());
    }
    let minified = format!(
        "{{\"Resources\":{{\"B\":{{\"Type\":\"AWS::S3::Bucket\",\"Metadata\":\"{}\",\"Properties\":{{\"AccessControl\":\"PublicRead\"}}}}}}}}",
        "x".repeat(3000)
    );
    sources.add("min.json", minified.into_bytes());
    let at = |path, text| find(&sources, path, text);
    let module = "modules/bucket/main.tf";
    let acl = Finding {
        rule: "aws-s3-bucket-acl-public".into(),
        severity: Severity::High,
        certainty: Certainty::Proven,
        subjects: vec![address(".", "module.logs", "aws_s3_bucket_acl", "this").into()],
        message: "module.logs.aws_s3_bucket_acl.this lets everyone read the objects".into(),
        primary: label(at("main.tf", "\"public-read\""), "grants READ to AllUsers"),
        related: vec![
            label(
                at(module, "resource \"aws_s3_bucket_acl\" \"this\""),
                "this resource",
            ),
            label(at(module, "var.acl"), "arrives here"),
        ],
        secret: false,
        advice: "set `acl` to `private`, and name the readers in a bucket policy".into(),
        remedy: remedy("set `acl` to `private`, and name the readers in a bucket policy"),
        fingerprint: ecow::EcoString::new(),
        exposure: None,
    };
    let wide = Finding {
        rule: "aws-s3-bucket-versioning-disabled".into(),
        severity: Severity::Medium,
        subjects: vec![
            address(".", "module.logs", "aws_s3_bucket", "this").into(),
            address("envs/dev", "module.logs[\"a\"]", "aws_s3_bucket", "this").into(),
        ],
        message: "the bucket keeps no earlier versions of its objects".into(),
        primary: label(at(module, "\"日本語のログ\""), "this bucket"),
        related: Vec::new(),
        ..acl.clone()
    };
    let open = Finding {
        rule: "aws-security-group-open-ingress".into(),
        severity: Severity::Critical,
        subjects: vec![
            address("a folder/100%.yaml", "", "AWS::EC2::SecurityGroup", "Group").into(),
        ],
        message: "Group accepts connections from every address".into(),
        primary: label(at("a folder/100%.yaml", "0.0.0.0/0"), ""),
        related: vec![label(at("a folder/100%.yaml", "Group"), "this resource")],
        advice: ecow::EcoString::new(),
        remedy: None,
        exposure: None,
        ..acl.clone()
    };
    let json = Finding {
        subjects: vec![address("min.json", "", "AWS::S3::Bucket", "B").into()],
        message: "B lets everyone \u{1b}[31mread\u{1b}[0m the objects".into(),
        primary: label(at("min.json", "\"PublicRead\""), "grants READ to AllUsers"),
        related: vec![label(at("min.json", "\"B\""), "this resource")],
        severity: Severity::Low,
        ..acl.clone()
    };
    let undecided = Finding {
        certainty: Certainty::Undecided(Why::Variable("var.acl".into())),
        severity: Severity::Info,
        message: "whether everyone can read the objects is not known".into(),
        primary: label(at(module, "var.acl"), ""),
        related: Vec::new(),
        advice: ecow::EcoString::new(),
        remedy: None,
        exposure: None,
        ..acl.clone()
    };
    (sources, vec![wide, json, undecided, acl, open])
}

fn rules() -> Vec<RuleInfo> {
    let rule = |id: &str, title: &str, severity, pillar| RuleInfo {
        id: id.into(),
        title: title.into(),
        severity,
        pillar,
        help_markdown: format!("# {title}\n\nWhy it matters."),
        controls: vec![Control {
            framework: "nist-800-53-r5".into(),
            id: "AC-3".into(),
        }],
        aliases: vec!["CKV_AWS_20".into()],
        yields_to: match id {
            "aws-s3-bucket-versioning-disabled" => vec!["aws-security-group-open-ingress".into()],
            _ => Vec::new(),
        },
        parameters: Vec::new(),
        url: Some(format!("https://example.org/rules/{id}")),
    };
    vec![
        rule(
            "aws-s3-bucket-acl-public",
            "S3 bucket is public by its ACL",
            Severity::High,
            Pillar::Data,
        ),
        rule(
            "aws-s3-bucket-versioning-disabled",
            "S3 bucket keeps no earlier versions",
            Severity::Medium,
            Pillar::Data,
        ),
        rule(
            "aws-security-group-open-ingress",
            "Security group is open to every address",
            Severity::Critical,
            Pillar::Networks,
        ),
    ]
}

/// A working folder below the root of a repository.
pub(super) fn scope() -> Scope {
    let (working, root) = (Path::new("/work/infra"), Path::new("/work"));
    Scope::new(&Memory::new(), working, Some(root), &[])
}

/// A report with all that can be in one.
pub(super) struct Sample {
    pub(super) sources: SourceMap,
    pub(super) report: Report,
    pub(super) folded: Folded,
    rules: Vec<RuleInfo>,
    scope: Scope,
}

impl Sample {
    pub(super) fn new() -> Self {
        let (sources, findings) = findings();
        let (bad, _) = sources.add("broken.tf", b"resource \"a\" {\n  x = = 1\n}\n".to_vec());
        let (gone, _) = sources.add("gone.yaml", Vec::new());
        let diagnostics = vec![
            Diagnostic::new(
                Code::Unreadable,
                Span::new(gone.id, 0, 0),
                "permission denied",
            ),
            Diagnostic::new(
                Code::Syntax,
                Span::new(bad.id, 21, 22),
                "an expression was expected",
            )
            .help("remove the second `=`")
            .related(Span::new(bad.id, 0, 12), "in this block"),
            Diagnostic::new(
                Code::Outside,
                Span::new(gone.id, 0, 0),
                "this link was not followed",
            ),
        ];
        let missing = vec![MissingModule {
            source: "terraform-aws-modules/vpc/aws".into(),
            span: find(&sources, "main.tf", "module \"vpc\""),
        }];
        Self::of(sources, findings, diagnostics, missing)
    }

    /// Four findings at one place: two of them are notes of the second.
    pub(super) fn one_place() -> Self {
        let (sources, findings) = findings();
        let base = &findings[0];
        let of = |rule: &str, severity: Severity, advice: &str| Finding {
            rule: rule.into(),
            severity,
            message: ecow::eco_format!("the bucket is wrong after {rule}"),
            advice: advice.into(),
            ..base.clone()
        };
        let all = vec![
            of("aws-s3-a", Severity::Low, "mend a"),
            of("aws-s3-b", Severity::High, "mend b"),
            of("aws-s3-c", Severity::Low, "mend c"),
            of("aws-s3-d", Severity::Critical, "mend b"),
        ];
        let mut sample = Self::of(sources, all, Vec::new(), Vec::new());
        let strong: [crate::findings::RuleId; 1] = ["aws-s3-b".into()];
        sample.folded = Folded::new(&sample.report.findings, |rule| match rule {
            "aws-s3-a" | "aws-s3-c" => &strong,
            _ => &[],
        });
        sample
    }

    /// The same finding at as many places.
    pub(super) fn many(count: usize) -> Self {
        let (sources, findings) = findings();
        let lines: String = (0..count)
            .map(|nth| format!("  bucket = \"b{nth}\"\n"))
            .collect();
        let (file, _) = sources.add("many.tf", lines.into_bytes());
        let copy = |nth: usize| {
            let start = file.line_starts()[nth] + 11;
            Finding {
                primary: label(Span::new(file.id, start, start + 4), "this bucket"),
                ..findings[0].clone()
            }
        };
        let findings = (0..count).map(copy).collect();
        Self::of(sources, findings, Vec::new(), Vec::new())
    }

    fn of(
        sources: SourceMap,
        mut findings: Vec<Finding>,
        diagnostics: Vec<Diagnostic>,
        missing: Vec<MissingModule>,
    ) -> Self {
        let scope = scope();
        Fingerprints::new(&Places::new(&sources), &scope).give(&mut findings);
        let statistics = Statistics {
            files: 5,
            stacks: 3,
            resources: 1204,
            rules: 3,
            elapsed: Duration::from_micros(12_345),
        };
        let masks = Masks::new(&sources, findings.iter(), diagnostics.iter());
        let report = triage(&sources, masks, findings, diagnostics, missing, statistics);
        Self {
            folded: Folded::default(),
            report,
            sources,
            rules: rules(),
            scope,
        }
    }

    pub(super) fn view(&self) -> View<'_> {
        View {
            sources: &self.sources,
            masks: &self.report.masks,
            folded: &self.folded,
            rules: &self.rules,
            scope: &self.scope,
            undecided: true,
            suppressed: true,
            least: Severity::Info,
        }
    }
}
