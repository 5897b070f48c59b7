//! Fixes over every example of every rule: what is fixed parses, its finding is gone, comments are still there, every byte
//! outside the edits is what it was, and fixing again changes nothing.

use serde_json::Value as Json;
use std::collections::BTreeMap;

use distrust::engine;
use distrust::eval::terraform::Settings;
use distrust::findings::{Applicability, Finding};
use distrust::fix::{self, Fixed, Texts};
use distrust::rules::RuleSet;
use distrust::source::{Door, Memory, Scope, Search, SourceMap, discover};

use super::examples::{Dialect, examples, run};

/// What became of the examples of one grade of remedy.
#[derive(Default)]
struct Count {
    findings: usize,
    made: usize,
}

#[test]
fn every_fix_mends_its_finding_and_nothing_else() {
    let mut wrong = Vec::new();
    let mut counts: BTreeMap<(&str, &str), Count> = BTreeMap::new();
    for example in examples().into_iter().filter(|example| example.bad) {
        let said = run(example.rule, example.dialect, &example.text);
        let findings: Vec<&Finding> = said.findings.iter().collect();
        let mut texts = Texts::new(&said.sources);
        let outcome = fix::apply(&findings, Applicability::Unsafe, &mut texts, &|_| true);
        let grade = grade(findings.first().copied());
        let count = counts
            .entry((language(example.dialect), grade))
            .or_default();
        count.findings += 1;
        if !outcome.iter().any(|fixed| matches!(fixed, Fixed::Made(_))) {
            continue;
        }
        count.made += 1;
        let who = format!("{} {}", example.rule.id, example.number);
        let Some((_, after)) = texts.changed().next() else {
            wrong.push(format!("{who}: nothing changed"));
            continue;
        };
        let mut say = |what: &str| wrong.push(format!("{who}: {what}\n{after}"));
        let again = run(example.rule, example.dialect, after);
        if again.broken.len() > said.broken.len() {
            say(&format!("does not read: {:?}", again.broken));
        }
        let made = outcome
            .iter()
            .filter(|fixed| matches!(fixed, Fixed::Made(_)));
        if again.findings.len() + made.count() > said.findings.len() {
            say("the finding is still there");
        }
        if comments(after) < comments(&example.text) {
            say("a comment is lost");
        }
        if !keeps(&example.text, after) {
            say("lines that no edit is about have changed");
        }
    }
    for ((language, grade), count) in &counts {
        println!(
            "{language}, {grade}: {} of {} bad examples are fixed",
            count.made, count.findings
        );
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

fn language(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Hcl => "Terraform",
        Dialect::Yaml | Dialect::Json => "CloudFormation",
    }
}

fn grade(finding: Option<&Finding>) -> &'static str {
    match finding
        .and_then(|finding| finding.remedy.as_ref())
        .map(|remedy| remedy.applicability)
    {
        None => "no remedy",
        Some(Applicability::DisplayOnly) => "display-only",
        Some(Applicability::Unsafe) => "unsafe",
        Some(Applicability::Safe) => "safe",
    }
}

fn comments(text: &str) -> usize {
    text.lines().filter(|line| line.contains('#')).count()
}

/// Whether the lines of a text are still there in their order, but for those that an edit replaces: white space counts
/// for nothing, since columns may move, and at most a third may go.
fn keeps(before: &str, after: &str) -> bool {
    let squeezed = |text: &str| -> Vec<String> {
        let lines = text
            .lines()
            .map(|line| line.split_whitespace().collect::<String>());
        lines.filter(|line| !line.is_empty()).collect()
    };
    let (before, after) = (squeezed(before), squeezed(after));
    let mut rest = after.iter();
    let kept = before.iter().filter(|line| {
        let mut ahead = rest.clone();
        let found = ahead.any(|own| own == *line);
        if found {
            rest = ahead;
        }
        found
    });
    let kept = kept.count();
    kept + 1 + before.len() / 3 >= before.len()
}

#[test]
fn most_assertions_on_an_attribute_have_a_remedy() {
    let (mut pairs, mut with) = (0, BTreeMap::<u8, usize>::new());
    for rule in RuleSet::builtin().rules() {
        if !asks_for_a_value(&rule.check) {
            continue;
        }
        pairs += rule.kinds.len();
        if let Some(remedy) = &rule.remedy {
            *with.entry(remedy.applicability).or_default() += rule.kinds.len();
        }
    }
    let all: usize = with.values().sum();
    println!(
        "{all} of {pairs} pairs of rule and kind that ask for a value have a remedy: {with:?} (0 display-only, 1 unsafe, 2 safe)"
    );
    assert!(all * 3 >= pairs * 2, "{all} of {pairs}");
}

/// Whether an assertion is about the value of an attribute, so that some value would do.
fn asks_for_a_value(check: &distrust::rules::declared::model::Check) -> bool {
    use distrust::rules::declared::model::{Check, Test};
    match check {
        Check::Value(_, tests) => tests.iter().any(|test| {
            matches!(
                test,
                Test::Equals(_) | Test::OneOf(_) | Test::AtLeast(_) | Test::AtMost(_)
            )
        }),
        Check::All(checks) | Check::Any(checks) => checks.iter().any(asks_for_a_value),
        _ => false,
    }
}

/// A text, and the same once everything is fixed that these rules find in it.
struct Case {
    about: &'static str,
    file: &'static str,
    rules: &'static [&'static str],
    before: &'static str,
    after: &'static str,
}

const CASES: &[Case] = &[
    Case {
        about: "an attribute joins the columns of its run, comments too",
        file: "main.tf",
        rules: &["aws-kms-rotation"],
        before: "resource \"aws_kms_key\" \"k\" {\n  description = \"k\" # what for\n  is_enabled  = true # on\n\n  tags = { a = \"b\" }\n}\n",
        after: "resource \"aws_kms_key\" \"k\" {\n  description = \"k\" # what for\n  is_enabled  = true # on\n\n  tags                = { a = \"b\" }\n  enable_key_rotation = true\n}\n",
    },
    Case {
        about: "an empty block",
        file: "main.tf",
        rules: &["aws-kms-rotation"],
        before: "resource \"aws_kms_key\" \"k\" {}\n",
        after: "resource \"aws_kms_key\" \"k\" {\n  enable_key_rotation = true\n}\n",
    },
    Case {
        about: "a block of one line",
        file: "main.tf",
        rules: &["aws-kms-rotation"],
        before: "resource \"aws_kms_key\" \"k\" { description = \"k\" }\n",
        after: "resource \"aws_kms_key\" \"k\" {\n  description         = \"k\"\n  enable_key_rotation = true\n}\n",
    },
    Case {
        about: "a value with a comment behind it",
        file: "main.tf",
        rules: &["aws-kms-rotation"],
        before: "resource \"aws_kms_key\" \"k\" {\n  enable_key_rotation = false # later\n  description         = \"k\"   # what for\n}\n",
        after: "resource \"aws_kms_key\" \"k\" {\n  enable_key_rotation = true # later\n  description         = \"k\"  # what for\n}\n",
    },
    Case {
        about: "a nested block that is not there",
        file: "main.tf",
        rules: &["aws-ec2-imdsv2"],
        before: "resource \"aws_instance\" \"w\" {\n  ami = \"ami-1\"\n}\n",
        after: "resource \"aws_instance\" \"w\" {\n  ami = \"ami-1\"\n\n  metadata_options {\n    http_tokens = \"required\"\n  }\n}\n",
    },
    Case {
        about: "a nested block that is there",
        file: "main.tf",
        rules: &["aws-ec2-imdsv2"],
        before: "resource \"aws_instance\" \"w\" {\n  ami = \"ami-1\"\n\n  metadata_options {\n    http_endpoint = \"enabled\"\n  }\n}\n",
        after: "resource \"aws_instance\" \"w\" {\n  ami = \"ami-1\"\n\n  metadata_options {\n    http_endpoint = \"enabled\"\n    http_tokens   = \"required\"\n  }\n}\n",
    },
    Case {
        about: "a satellite beside its owner",
        file: "main.tf",
        rules: &["aws-s3-bucket-versioning-disabled"],
        before: "resource \"aws_s3_bucket\" \"b\" {\n  bucket = \"b\"\n}\n\noutput \"x\" {\n  value = 1\n}\n",
        after: "resource \"aws_s3_bucket\" \"b\" {\n  bucket = \"b\"\n}\n\nresource \"aws_s3_bucket_versioning\" \"b\" {\n  bucket = aws_s3_bucket.b.id\n\n  versioning_configuration {\n    status = \"Enabled\"\n  }\n}\n\noutput \"x\" {\n  value = 1\n}\n",
    },
    Case {
        about: "a value that comes through a variable that nothing else uses",
        file: "main.tf",
        rules: &["aws-kms-rotation"],
        before: "variable \"on\" {\n  default = false\n}\n\nresource \"aws_kms_key\" \"k\" {\n  enable_key_rotation = var.on\n}\n",
        after: "variable \"on\" {\n  default = true\n}\n\nresource \"aws_kms_key\" \"k\" {\n  enable_key_rotation = var.on\n}\n",
    },
    Case {
        about: "a value that others use too is left alone",
        file: "main.tf",
        rules: &["aws-kms-rotation"],
        before: "variable \"on\" {\n  default = false\n}\n\nresource \"aws_kms_key\" \"k\" {\n  enable_key_rotation = var.on\n  multi_region        = var.on\n}\n",
        after: "variable \"on\" {\n  default = false\n}\n\nresource \"aws_kms_key\" \"k\" {\n  enable_key_rotation = var.on\n  multi_region        = var.on\n}\n",
    },
    Case {
        about: "block style",
        file: "t.yaml",
        rules: &["aws-kms-rotation"],
        before: "Resources:\n  # the key\n  K:\n    Type: AWS::KMS::Key\n    Properties:\n        Description: k # what for\n\n  Q:\n    Type: AWS::SQS::Queue\n",
        after: "Resources:\n  # the key\n  K:\n    Type: AWS::KMS::Key\n    Properties:\n        Description: k # what for\n        EnableKeyRotation: true\n\n  Q:\n    Type: AWS::SQS::Queue\n",
    },
    Case {
        about: "no properties yet",
        file: "t.yaml",
        rules: &["aws-kms-rotation"],
        before: "Resources:\n  K:\n    Type: AWS::KMS::Key\n",
        after: "Resources:\n  K:\n    Type: AWS::KMS::Key\n    Properties:\n      EnableKeyRotation: true\n",
    },
    Case {
        about: "flow style, with a comma at the end",
        file: "t.yaml",
        rules: &["aws-kms-rotation"],
        before: "Resources:\n  K:\n    Type: AWS::KMS::Key\n    Properties: { Description: k, }\n",
        after: "Resources:\n  K:\n    Type: AWS::KMS::Key\n    Properties: { Description: k, EnableKeyRotation: true }\n",
    },
    Case {
        about: "properties of an anchor that others use are left alone",
        file: "t.yaml",
        rules: &["aws-kms-rotation"],
        before: "Resources:\n  K:\n    Type: AWS::KMS::Key\n    Properties: &p\n      Description: k\n      EnableKeyRotation: true\n  L:\n    Type: AWS::KMS::Key\n    Properties:\n      <<: *p\n      EnableKeyRotation: false\n",
        after: "Resources:\n  K:\n    Type: AWS::KMS::Key\n    Properties: &p\n      Description: k\n      EnableKeyRotation: true\n  L:\n    Type: AWS::KMS::Key\n    Properties:\n      <<: *p\n      EnableKeyRotation: true\n",
    },
    Case {
        about: "JSON, line by line",
        file: "t.json",
        rules: &["aws-kms-rotation"],
        before: "{\n  \"Resources\": {\n    \"K\": {\n      \"Type\": \"AWS::KMS::Key\",\n      \"Properties\": {\n        \"Description\": \"k\"\n      }\n    }\n  }\n}\n",
        after: "{\n  \"Resources\": {\n    \"K\": {\n      \"Type\": \"AWS::KMS::Key\",\n      \"Properties\": {\n        \"Description\": \"k\",\n        \"EnableKeyRotation\": true\n      }\n    }\n  }\n}\n",
    },
    Case {
        about: "Terraform in JSON",
        file: "main.tf.json",
        rules: &["aws-kms-rotation"],
        before: "{\n  \"resource\": {\n    \"aws_kms_key\": {\n      \"k\": {\n        \"description\": \"k\"\n      }\n    }\n  }\n}\n",
        after: "{\n  \"resource\": {\n    \"aws_kms_key\": {\n      \"k\": {\n        \"description\": \"k\",\n        \"enable_key_rotation\": true\n      }\n    }\n  }\n}\n",
    },
];

/// A text with everything fixed that these rules find, whatever the grade.
fn mended(file: &str, rules: &[&str], text: &str) -> String {
    let root = std::path::PathBuf::from("/stack");
    let mut files = Memory::new();
    files.insert(root.join(file), text);
    let paths = [root.clone()];
    let scope = Scope::new(&files, &root, Some(&root), &paths);
    let door = Door::new(&files, &scope);
    let sources = SourceMap::new();
    let search = Search {
        paths: &paths,
        exclude: &[],
        listed: false,
        everything: false,
        is_template: engine::is_template,
    };
    let found = discover(door, &sources, search);
    let world = engine::World {
        door,
        sources: &sources,
        settings: Settings::default(),
        parameters: Vec::new(),
    };
    let report = engine::check(found, &world, RuleSet::builtin(), &|id| rules.contains(&id));
    assert!(!report.findings.is_empty(), "nothing is found in\n{text}");
    let findings: Vec<&Finding> = report.findings.iter().collect();
    let mut texts = Texts::new(&sources);
    fix::apply(&findings, Applicability::Unsafe, &mut texts, &|_| true);
    let changed = texts.changed().next();
    changed.map_or_else(|| text.to_owned(), |(_, after)| after.to_owned())
}

/// Every edit in every dress of a text.
#[test]
fn edits_keep_the_dress_of_a_text() {
    type Dress = (&'static str, fn(&str, &str) -> Option<String>);
    const DRESSES: &[Dress] = &[
        ("as it is", |_, text| Some(text.to_owned())),
        ("CRLF", |_, text| Some(text.replace('\n', "\r\n"))),
        ("byte order mark", |_, text| Some(format!("\u{feff}{text}"))),
        ("no final line end", |_, text| {
            Some(text.trim_end().to_owned())
        }),
        ("wide letters before it", |file, text| {
            (!file.ends_with("json")).then(|| format!("# größer \u{1F600} 例\n{text}"))
        }),
    ];
    let mut wrong = Vec::new();
    for case in CASES {
        for (name, dress) in DRESSES {
            let (Some(before), Some(after)) =
                (dress(case.file, case.before), dress(case.file, case.after))
            else {
                continue;
            };
            let got = mended(case.file, case.rules, &before);
            if got != after {
                wrong.push(format!(
                    "{}, {name}:\n{got}\ninstead of\n{after}",
                    case.about
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The program writes what it has proved, and says how much more it could.
#[test]
fn the_program_writes_safe_fixes_and_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("main.tf");
    std::fs::write(
        &file,
        "resource \"aws_s3_bucket\" \"b\" {\n  bucket = \"b\"\n}\n",
    )
    .unwrap();
    let run = |arguments: &[&str]| {
        let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_distrust"));
        program
            .arg("check")
            .arg(".")
            .args(arguments)
            .current_dir(folder.path());
        let done = program.output().unwrap();
        (done.status.code(), String::from_utf8(done.stdout).unwrap())
    };
    let (status, diff) = run(&["--diff"]);
    assert_eq!(status, Some(1));
    assert!(
        diff.contains("+resource \"aws_s3_bucket_versioning\" \"b\" {"),
        "{diff}"
    );
    assert!(
        !std::fs::read_to_string(&file)
            .unwrap()
            .contains("versioning"),
        "--diff writes nothing"
    );
    run(&["--fix"]);
    let fixed = std::fs::read_to_string(&file).unwrap();
    assert!(fixed.contains("status = \"Enabled\""), "{fixed}");
    assert_eq!(
        run(&["--diff"]),
        (Some(0), String::new()),
        "nothing is left to fix"
    );
    run(&["--fix"]);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), fixed);
}

/// Who reads SARIF can make the same edits.
#[test]
fn the_fixes_of_a_log_mend_what_they_stand_at() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("größe.tf");
    let text = "# größer 😀\nresource \"aws_kms_key\" \"k\" {\n  description = \"k\"\n}\n";
    std::fs::write(&file, text).unwrap();
    let log = || -> Json {
        let arguments = ["check", ".", "--output-format", "sarif", "--exit-zero"];
        let output = crate::cli::run(folder.path(), &arguments);
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let of_rotation = |log: &Json| -> Option<Json> {
        let results = log["runs"][0]["results"].as_array().unwrap().iter();
        let mut found = results.filter(|own| own["ruleId"] == "aws-kms-rotation");
        found.next().cloned()
    };
    let result = of_rotation(&log()).expect("the finding");
    let fix = &result["fixes"][0];
    assert!(fix["description"]["text"].is_string());
    let change = &fix["artifactChanges"][0];
    let place = &result["locations"][0]["physicalLocation"]["artifactLocation"];
    assert_eq!(&change["artifactLocation"], place);
    let mut mended = text.to_owned();
    for one in change["replacements"].as_array().unwrap().iter().rev() {
        let number = |name: &str| one["deletedRegion"][name].as_u64().unwrap() as usize;
        let gone = number("byteOffset")..number("byteOffset") + number("byteLength");
        mended.replace_range(gone, one["insertedContent"]["text"].as_str().unwrap());
    }
    std::fs::write(&file, &mended).unwrap();
    assert!(of_rotation(&log()).is_none(), "{mended}");
}
