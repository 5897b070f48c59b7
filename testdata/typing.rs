//! Broken text: what is typed or cut off costs itself, and nothing is concluded from what may stand in it.

use std::collections::BTreeSet;
use std::path::PathBuf;

use distrust::engine;
use distrust::eval::terraform;
use distrust::rules::RuleSet;
use distrust::source::{Door, Memory, Scope, Search, SourceMap, discover};

/// What a run says of one file.
struct Said {
    /// Rule and resource of every finding.
    findings: BTreeSet<(String, String)>,
    /// Whether some of the file was lost.
    lost: bool,
}

/// Only some rules are asked: what is tested is what they are asked of.
fn selected(id: &str) -> bool {
    ["aws-sg-ingress", "aws-rds", "aws-s3-bucket"]
        .iter()
        .any(|front| id.starts_with(front))
}

fn said(name: &str, text: &str) -> Said {
    let mut files = Memory::new();
    files.insert(PathBuf::from("/in").join(name), text);
    let sources = SourceMap::new();
    let root = PathBuf::from("/in");
    let scope = Scope::new(&files, &root, Some(&root), std::slice::from_ref(&root));
    let door = Door::new(&files, &scope);
    let search = Search {
        paths: std::slice::from_ref(&root),
        exclude: &[],
        listed: false,
        everything: false,
        is_template: engine::is_template,
    };
    let found = discover(door, &sources, search);
    let world = engine::World {
        door,
        sources: &sources,
        settings: terraform::Settings::default(),
        parameters: Vec::new(),
    };
    let report = engine::check(found, &world, RuleSet::builtin(), &selected);
    let findings = report.findings.iter().flat_map(|finding| {
        let subjects = finding.subjects.iter();
        subjects.map(|own| (finding.rule.to_string(), own.to_string()))
    });
    Said {
        findings: findings.collect(),
        lost: report.lost_input(),
    }
}

/// Runs on a thread that evaluation can use.
fn deep(work: impl FnOnce() + Send) {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .stack_size(terraform::THREAD_STACK_BYTES)
        .build();
    pool.expect("a thread").install(work);
}

/// Types a block between two others, letter by letter; what is said of those stays the same at every step.
fn typed(name: &str, before: &str, block: &str, after: &str, others: [&str; 2]) {
    let about = |said: &Said| -> BTreeSet<(String, String)> {
        let own = said
            .findings
            .iter()
            .filter(|(_, own)| others.iter().any(|name| own.ends_with(name)));
        own.cloned().collect()
    };
    let whole = said(name, &format!("{before}{after}"));
    let wanted = about(&whole);
    assert!(!whole.lost, "{name}");
    for other in others {
        assert!(
            wanted.iter().any(|(_, own)| own.ends_with(other)),
            "{name}: nothing about {other}"
        );
    }
    for len in 0..=block.len() {
        // The line that is typed on has an end already.
        let end = if len > 0 && !block[..len].ends_with('\n') {
            "\n"
        } else {
            ""
        };
        let text = format!("{before}{}{end}{after}", &block[..len]);
        let now = said(name, &text);
        assert_eq!(about(&now), wanted, "{name}, after {:?}", &block[..len]);
    }
}

const GROUP: &str = "resource \"aws_security_group\" \"a\" {\n  ingress {\n    from_port = 22\n    to_port = 22\n    protocol = \"tcp\"\n    cidr_blocks = [\"0.0.0.0/0\"]\n  }\n}\n";
const DATABASE: &str = "resource \"aws_db_instance\" \"b\" {\n  publicly_accessible = true\n}\n";

#[test]
fn typing_into_terraform() {
    let block = "resource \"aws_s3_bucket\" \"n\" {\n  bucket = \"x-${var.y}\"\n}\n";
    deep(|| typed("main.tf", GROUP, block, DATABASE, ["group.a", "instance.b"]));
}

const JSON_HEAD: &str = "{\n  \"Resources\": {\n    \"A\": {\n      \"Type\": \"AWS::EC2::SecurityGroup\",\n      \"Properties\": {\n        \"GroupDescription\": \"x\",\n        \"SecurityGroupIngress\": [\n          { \"IpProtocol\": \"tcp\", \"FromPort\": 22, \"ToPort\": 22, \"CidrIp\": \"0.0.0.0/0\" }\n        ]\n      }\n    },\n";
const JSON_TAIL: &str = "    \"B\": {\n      \"Type\": \"AWS::RDS::DBInstance\",\n      \"Properties\": {\n        \"PubliclyAccessible\": true\n      }\n    }\n  },\n  \"Outputs\": {}\n}\n";

#[test]
fn typing_into_json() {
    let block = "    \"N\": {\n      \"Type\": \"AWS::S3::Bucket\",\n      \"Properties\": { \"BucketName\": \"x\" }\n    },\n";
    deep(|| typed("t.json", JSON_HEAD, block, JSON_TAIL, ["A", "B"]));
}

const YAML_HEAD: &str = "Resources:\n  A:\n    Type: AWS::EC2::SecurityGroup\n    Properties:\n      GroupDescription: x\n      SecurityGroupIngress:\n        - {IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0}\n";
const YAML_TAIL: &str = "  B:\n    Type: AWS::RDS::DBInstance\n    Properties:\n      PubliclyAccessible: yes\nOutputs:\n  O:\n    Value: \"1\"\n";

#[test]
fn typing_into_yaml() {
    let block = "  N:\n    Type: AWS::S3::Bucket\n    Properties:\n      BucketName: \"x\"\n";
    deep(|| typed("t.yaml", YAML_HEAD, block, YAML_TAIL, ["A", "B"]));
}

/// Of a text that was cut off nothing is said that is not said of the whole: what seems to be missing may have been in the
/// rest. And it is said that something was lost.
fn cut(name: &str, whole: &str, refused: impl Fn(&str) -> bool) {
    let all = said(name, whole).findings;
    for len in (1..whole.len()).step_by(3) {
        let now = said(name, &whole[..len]);
        if !now.lost {
            assert!(
                !refused(&whole[..len]),
                "{name} of {len} bytes: nothing is said"
            );
            continue;
        }
        let more: Vec<_> = now.findings.difference(&all).collect();
        assert!(more.is_empty(), "{name} of {len} bytes: {more:?}");
    }
}

#[test]
fn what_was_cut_off_may_hold_what_is_missing() {
    let bucket = "resource \"aws_s3_bucket\" \"c\" {\n  bucket = \"c\"\n}\n";
    let versions = "resource \"aws_s3_bucket_versioning\" \"c\" {\n  bucket = aws_s3_bucket.c.id\n  versioning_configuration {\n    status = \"Enabled\"\n  }\n}\n";
    let module = format!("{bucket}{GROUP}{versions}");
    deep(move || {
        cut("main.tf", &module, |_| false);
        let json = format!("{JSON_HEAD}{JSON_TAIL}");
        cut("t.json", &json, |text| {
            text.len() > 20 && serde_json::from_str::<serde_json::Value>(text).is_err()
        });
        cut("t.yaml", &format!("{YAML_HEAD}{YAML_TAIL}"), |_| false);
    });
}
