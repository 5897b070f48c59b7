//! What was given and not read is said, and never counts as clean.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// A policy that allows everything.
const ALL: &str = r#"{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}"#;

struct Ran {
    status: i32,
    report: Value,
}

impl Ran {
    /// The codes of the diagnostics, each with the file and line it is about.
    fn diagnostics(&self) -> Vec<String> {
        let all = self.report["diagnostics"]
            .as_array()
            .expect("a list")
            .iter();
        all.map(|said| {
            let place = &said["place"];
            let line = &place["start"]["line"];
            format!(
                "{} {}:{line}",
                said["code"].as_str().unwrap_or_default(),
                place["path"].as_str().unwrap_or_default()
            )
        })
        .collect()
    }

    /// The rules that say something of this kind about a resource.
    fn about(&self, what: &str, name: &str) -> Vec<&str> {
        let all = self.report[what].as_array().expect("a list").iter();
        let own = all.filter(|said| {
            let subjects = said["subjects"].as_array().expect("a list");
            subjects.iter().any(|own| {
                own["address"]
                    .as_str()
                    .is_some_and(|own| own.ends_with(name))
            })
        });
        own.filter_map(|said| said["rule"].as_str()).collect()
    }
}

fn check(files: &[(&str, &[u8])], arguments: &[&str]) -> Ran {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, bytes) in files {
        std::fs::write(folder.path().join(path), bytes).expect("a file");
    }
    run(folder.path(), arguments)
}

fn run(folder: &Path, arguments: &[&str]) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_distrust"))
        .args([
            "check",
            "--output-format",
            "json",
            "--undecided",
            "--min-severity",
            "info",
        ])
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("the program starts");
    Ran {
        status: output.status.code().expect("it was not killed"),
        report: serde_json::from_slice(&output.stdout).expect("a report"),
    }
}

fn policy(text: &str) -> String {
    format!("resource \"aws_iam_policy\" \"p\" {{\n  policy = <<EOT\n{text}\nEOT\n}}\n")
}

/// Whatever is wrong with a policy, its statements are not counted as harmless.
#[test]
fn a_policy_that_aws_refuses_is_not_clean() {
    let texts = [
        ALL[..ALL.len() - 1].to_owned(),
        format!("{ALL} # all"),
        format!("// all\n{ALL}"),
        ALL.replace("\"Action\"", "\"Actions\""),
        ALL.replace("Statement", "Statements"),
        ALL.replace("Allow", "allow"),
        ALL.replace("Allow", "Permit"),
        ALL.replace("Effect", "effect"),
        ALL.replace("\"Action\": \"*\"", "\"Action\": {}"),
        ALL.replace(", \"Resource\": \"*\"", ""),
        ALL.replace("\"Resource\"", "\"Resouce\""),
        ALL.replace("[{", "[\"x\", {"),
        format!("[{ALL}]"),
        format!("{ALL:?}"),
        "\"x\"".to_owned(),
        "{}".to_owned(),
        String::new(),
    ];
    for text in texts {
        let ran = check(&[("main.tf", policy(&text).as_bytes())], &["."]);
        let said = ran.diagnostics();
        assert_eq!(
            (ran.status, !said.is_empty()),
            (3, true),
            "{text}: {said:?}"
        );
        let unsure = ran.about("undecided", "p").contains(&"aws-iam-full-admin");
        let found = ran.about("findings", "p").contains(&"aws-iam-full-admin");
        assert!(unsure || found, "{text}");
    }
}

/// A misspelt condition may be what keeps strangers out, so that neither is proven.
#[test]
fn a_misspelt_condition_proves_nothing() {
    let text = r#"{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*",
        "Conditions": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}}"#;
    for text in [
        text.to_owned(),
        text.replace("Conditions", "Condition")
            .replace("StringEquals", "StringEqual"),
    ] {
        let main = format!(
            "resource \"aws_s3_bucket_policy\" \"p\" {{\n  bucket = \"b\"\n  policy = <<EOT\n{text}\nEOT\n}}\n"
        );
        let ran = check(&[("main.tf", main.as_bytes())], &["."]);
        assert_eq!(ran.status, 3);
        assert!(
            ran.about("undecided", "p")
                .contains(&"aws-s3-policy-public"),
            "{text}"
        );
        assert!(
            !ran.about("findings", "p").contains(&"aws-s3-policy-public"),
            "{text}"
        );
    }
}

/// The place of what is wrong is in the file that holds it.
#[test]
fn the_place_is_that_of_the_policy() {
    let main = "resource \"aws_iam_policy\" \"p\" {\n  policy = file(\"p.json\")\n}\n";
    let broken =
        "{\"Statement\": [\n  {\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\" \"*\"}\n]}\n";
    let ran = check(
        &[("main.tf", main.as_bytes()), ("p.json", broken.as_bytes())],
        &["."],
    );
    assert_eq!(ran.diagnostics(), ["syntax-error p.json:2"]);
    let template = "Resources:\n  R:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument:\n        - Effect: Allow\n";
    let ran = check(&[("t.yaml", template.as_bytes())], &["."]);
    assert_eq!(
        (ran.status, ran.diagnostics()),
        (3, vec!["invalid-structure t.yaml:6".to_owned()])
    );
}

/// Text that is to be the JSON of something else is treated alike.
#[test]
fn containers_that_are_no_json_are_not_clean() {
    let main = "resource \"aws_ecs_task_definition\" \"t\" {\n  family = \"t\"\n  container_definitions = <<EOT\n[{\"name\": \"a\", \"privileged\": true]\nEOT\n}\n";
    let ran = check(&[("main.tf", main.as_bytes())], &["."]);
    assert_eq!(
        (ran.status, ran.diagnostics()),
        (3, vec!["syntax-error main.tf:4".to_owned()])
    );
    assert!(!ran.about("undecided", "t").is_empty());
}

const GROUP: &str = "resource \"aws_security_group\" \"g\" {\n  description = \"x\"\n  ingress {\n    from_port = 22\n    to_port = 22\n    protocol = \"tcp\"\n    cidr_blocks = [\"10.0.0.0/8\"]\n  }\n}\n";

fn plan(range: &str) -> String {
    format!(
        r#"{{"format_version": "1.2", "resource_changes": [{{"address": "aws_security_group.g", "mode": "managed", "type": "aws_security_group", "name": "g",
        "change": {{"actions": ["create"], "after": {{"description": "x", "ingress": [{{"from_port": 22, "to_port": 22, "protocol": "tcp", "cidr_blocks": ["{range}"], "self": false}}]}}}}}}]}}"#
    )
}

/// A plan in the folder does not hide what was opened since; one that is named is what the user asks about.
#[test]
fn a_plan_of_yesterday_says_nothing_about_today() {
    let open = GROUP.replace("10.0.0.0/8", "0.0.0.0/0");
    let old = plan("10.0.0.0/8");
    let files: [(&str, &[u8]); 2] = [("main.tf", open.as_bytes()), ("plan.json", old.as_bytes())];
    let ran = check(&files, &["."]);
    assert_eq!(
        (ran.status, ran.diagnostics()),
        (1, vec!["stale-plan plan.json:1".to_owned()])
    );
    assert!(
        ran.about("findings", "g")
            .contains(&"aws-sg-ingress-ssh-rdp")
    );
    let named = check(&files, &["plan.json"]);
    assert!(
        !named
            .about("findings", "g")
            .contains(&"aws-sg-ingress-ssh-rdp")
    );
    assert!(named.diagnostics().is_empty());
    let fresh = plan("0.0.0.0/0");
    let files: [(&str, &[u8]); 2] = [
        ("main.tf", open.as_bytes()),
        ("plan.json", fresh.as_bytes()),
    ];
    let ran = check(&files, &["."]);
    assert!(ran.diagnostics().is_empty());
    assert!(
        ran.about("findings", "g")
            .contains(&"aws-sg-ingress-ssh-rdp")
    );
}

/// What the shell of Windows makes of a plan.
#[test]
fn a_plan_in_utf_16_is_read() {
    let units = std::iter::once(0xFEFF).chain(plan("0.0.0.0/0").encode_utf16().collect::<Vec<_>>());
    let bytes: Vec<u8> = units.flat_map(u16::to_le_bytes).collect();
    let ran = check(&[("plan.json", &bytes)], &["."]);
    assert!(
        ran.about("findings", "g")
            .contains(&"aws-sg-ingress-ssh-rdp")
    );
    assert!(ran.diagnostics().is_empty());
}

/// What a misspelt name holds was not checked.
#[test]
fn misspelt_names_are_said() {
    let main = GROUP.replace("ingress {", "ingres {");
    let ran = check(&[("main.tf", main.as_bytes())], &["."]);
    assert_eq!(
        (ran.status, ran.diagnostics()),
        (3, vec!["invalid-structure main.tf:3".to_owned()])
    );
    let main = GROUP.replace("cidr_blocks", "cidr_block");
    let ran = check(&[("main.tf", main.as_bytes())], &["."]);
    assert_eq!(ran.diagnostics(), ["invalid-structure main.tf:7"]);
    let template = "Resources:\n  S:\n    Type: AWS::EC2::SecurityGroup\n    Propertys:\n      GroupDescription: s\n";
    let ran = check(&[("t.yaml", template.as_bytes())], &["."]);
    assert_eq!(
        (ran.status, ran.diagnostics()),
        (3, vec!["invalid-structure t.yaml:4".to_owned()])
    );
    let template = template
        .replace("Propertys", "Properties")
        .replace("GroupDescription", "GroupDescripton");
    let ran = check(&[("t.yaml", template.as_bytes())], &["."]);
    assert_eq!(ran.diagnostics(), ["invalid-structure t.yaml:5"]);
    let right = GROUP.replace("description", "tags = { ingres = 1 }\n  description");
    assert!(
        check(&[("main.tf", right.as_bytes())], &["."])
            .diagnostics()
            .is_empty()
    );
}

/// A text that was meant as an address and is none may open the way to everyone, or to nobody.
#[test]
fn what_is_no_address_is_not_clean() {
    for range in ["0.0.0.0/0 ", "\u{ff10}.0.0.0/0", "0.0.0.0/33", "0.0.0.0/O"] {
        let main = GROUP.replace("10.0.0.0/8", range);
        let ran = check(&[("main.tf", main.as_bytes())], &["."]);
        assert!(
            ran.about("undecided", "g")
                .contains(&"aws-sg-ingress-ssh-rdp"),
            "{range}"
        );
    }
    let main =
        "resource \"aws_security_group\" \"g\" {\n  description = \"x\"\n  ingress = \"x\"\n}\n";
    let ran = check(&[("main.tf", main.as_bytes())], &["."]);
    assert!(
        ran.about("undecided", "g")
            .contains(&"aws-sg-ingress-ssh-rdp")
    );
}

/// What CloudFormation and SAM take is no mistake.
#[test]
fn references_into_modules_and_nulls_in_definitions() {
    let template = "Transform: AWS::Serverless-2016-10-31\nResources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      Handler: a.b\n      Runtime: python3.13\n      InlineCode: x\n      Environment: {Variables: {API: !Sub 'https://${A}'}}\n      Events:\n        E: {Type: Api, Properties: {RestApiId: !Ref A, Path: /, Method: get}}\n  A:\n    Type: AWS::Serverless::Api\n    Properties:\n      StageName: p\n      DefinitionBody:\n        openapi: 3.0.1\n        paths:\n          /:\n            get:\n              x-example: null\n              x-amazon-apigateway-integration: {uri: !Sub '${F.Arn}'}\n";
    let ran = check(&[("t.yaml", template.as_bytes())], &["."]);
    assert_eq!(ran.diagnostics(), Vec::<String>::new());
    let template = "Resources:\n  M:\n    Type: Ours::Net::Base::MODULE\n  P:\n    Type: AWS::S3::BucketPolicy\n    Properties:\n      Bucket: !Ref MStore\n      PolicyDocument: {Statement: [{Effect: Deny, Principal: '*', Action: 's3:*', Resource: !GetAtt M.Store.Arn}]}\n";
    let ran = check(&[("t.yaml", template.as_bytes())], &["."]);
    assert_eq!(ran.diagnostics(), Vec::<String>::new());
}

/// Every verb that reads what the check reads says what it lost of it.
#[test]
fn no_verb_answers_from_what_was_lost_without_a_word() {
    let folder = tempfile::tempdir().expect("a folder");
    let put =
        |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("a file");
    let lost: [(&str, &str, String); 3] = [
        (
            "policy.json",
            &ALL[..ALL.len() - 1],
            "resource \"aws_iam_policy\" \"p\" {\n  policy = file(\"policy.json\")\n}\n".into(),
        ),
        (
            "x.tf",
            "resource \"aws_vpc\" \"v\" {\n  cidr_block = [\n",
            GROUP.to_owned(),
        ),
        (
            "t.yaml",
            "Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties: {\n",
            GROUP.to_owned(),
        ),
    ];
    let verbs: [&[&str]; 8] = [
        &["check", "--fix"],
        &["check", "--diff"],
        &["who-can", "s3:GetObject", "arn:aws:s3:::b/x"],
        &[
            "can",
            "arn:aws:iam::123456789012:role/r",
            "s3:GetObject",
            "arn:aws:s3:::b/x",
        ],
        &["reach"],
        &["graph"],
        &["suppress", "migrate"],
        &["baseline", "write", "--baseline", "kept"],
    ];
    for (name, text, main) in lost {
        for other in ["policy.json", "x.tf", "t.yaml"] {
            let _ = std::fs::remove_file(folder.path().join(other));
        }
        put("main.tf", &main);
        put(name, text);
        for verb in verbs {
            let output = Command::new(env!("CARGO_BIN_EXE_distrust"))
                .args(verb)
                .current_dir(folder.path())
                .output()
                .expect("the program starts");
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(3), "{name} {verb:?}: {said}");
        }
    }
}

/// What a plan calls sensitive is shown nowhere, whatever its name; neither is what only repeats a secret, and no diff
/// shows one.
#[test]
fn what_is_secret_is_hidden_wherever_it_stands() {
    const SECRET: &str = "Hx7tR2vQ9mL4pW8z";
    let plan = r#"{"format_version": "1.2", "planned_values": {}, "resource_changes": [{"address": "aws_db_instance.d",
 "mode": "managed", "type": "aws_db_instance", "name": "d", "change": {"actions": ["create"], "before": null,
 "after": {"publicly_accessible": true, "tags": {"x": "SECRET"}}, "after_sensitive": {"tags": {"x": true}}, "after_unknown": {}}}],
 "configuration": {}}"#;
    let database = "resource \"aws_db_instance\" \"d\" {\n  password            = \"SECRET\"\n  publicly_accessible = true\n}\n";
    let key = "resource \"aws_s3_bucket\" \"b\" {\n  for_each = toset([sensitive(\"SECRET\")])\n  bucket   = each.key\n}\n";
    let repeated = "variable \"db_password\" {}\nresource \"aws_db_instance\" \"d\" {\n  password = var.db_password\n}\n";
    let values = "db_password = \"SECRET\"\nx = = \"SECRET\"\n";
    let inputs: [&[(&str, &str)]; 4] = [
        &[("plan.json", plan)],
        &[("main.tf", database)],
        &[("main.tf", key)],
        &[("main.tf", repeated), ("terraform.tfvars", values)],
    ];
    for files in inputs {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            let text = text.replace("SECRET", SECRET);
            std::fs::write(folder.path().join(name), text).expect("a file");
        }
        for verb in [
            &["check", "--min-severity", "info", "--undecided"][..],
            &[
                "check",
                "--min-severity",
                "info",
                "--output-format",
                "json",
                "--undecided",
            ],
            &[
                "check",
                "--min-severity",
                "info",
                "--output-format",
                "sarif",
            ],
            &[
                "check",
                "--min-severity",
                "info",
                "--output-format",
                "concise",
            ],
            &[
                "check",
                "--min-severity",
                "info",
                "--diff",
                "--unsafe-fixes",
            ],
            &["graph"],
            &["who-can", "s3:GetObject", "arn:aws:s3:::b/x"],
        ] {
            let output = Command::new(env!("CARGO_BIN_EXE_distrust"))
                .args(verb)
                .current_dir(folder.path())
                .output()
                .expect("the program starts");
            for stream in [&output.stdout, &output.stderr] {
                let said = String::from_utf8_lossy(stream);
                assert!(!said.contains(SECRET), "{verb:?} {files:?}\n{said}");
            }
        }
    }
}
