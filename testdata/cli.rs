//! The program as a whole: exit statuses, streams, standard input, settings.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// A bucket and nothing else.
const BUCKET: &str = "resource \"aws_s3_bucket\" \"logs\" {\n  bucket = \"logs\"\n}\n";
/// Text that is not HCL.
const BROKEN: &str = "resource \"aws_s3_bucket\" \"x\" {\n  bucket = = 1\n}\n";

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        std::fs::write(path, text).expect("a file");
    }
    folder
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_distrust"));
    command.args(arguments).current_dir(folder);
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TF_VAR_x"] {
        command.env_remove(name);
    }
    command
}

pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments)
        .output()
        .expect("the program starts")
}

pub(crate) fn status(output: &Output) -> i32 {
    output.status.code().expect("it was not killed")
}

pub(crate) fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("text")
}

/// The report as JSON.
fn json(folder: &Path, arguments: &[&str]) -> serde_json::Value {
    let all = [&["check", "--output-format", "json"], arguments].concat();
    let output = run(folder, &all);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!("{error}: {} {}", text(&output.stdout), text(&output.stderr))
    })
}

#[test]
fn without_arguments_it_explains_itself() {
    let output = run(Path::new("."), &[]);
    assert_eq!(status(&output), 2);
    assert!(text(&output.stderr).contains("Usage: distrust"));
    let output = run(Path::new("."), &["--help"]);
    assert_eq!((status(&output), output.stderr.len()), (0, 0));
    assert!(text(&output.stdout).contains("check"));
}

#[test]
fn a_typing_error_does_not_look_like_a_clean_run() {
    let here = folder(&[("main.tf", BUCKET)]);
    for (arguments, said) in [
        (&["check", "nope"][..], "there is no file or folder `nope`"),
        (&["check", "--selct", "x"], "'--select'"),
        (
            &["check", "--select", "identty"],
            "did you mean `identity`?",
        ),
        (
            &["check", "--fail-on", "dire"],
            "one of critical, high, medium, low, info",
        ),
        (&["check", "--var", "x"], "NAME=VALUE"),
        (
            &["check", "--var-file", "nope.tfvars"],
            "the variable file nope.tfvars",
        ),
        (
            &["check", "--parameters", "nope.json"],
            "the parameter file nope.json",
        ),
        (
            &["check", "--output", "no/such/folder/x"],
            "no/such/folder/x",
        ),
        (&["explain", "nope"], "there is no rule `nope`"),
    ] {
        let output = run(here.path(), arguments);
        assert_eq!(status(&output), 2, "{arguments:?}");
        assert!(
            text(&output.stderr).contains(said),
            "{arguments:?}: {}",
            text(&output.stderr)
        );
        assert_eq!(text(&output.stdout), "", "{arguments:?}");
    }
}

#[test]
fn input_that_was_lost_decides_the_exit_status_and_the_rest_is_checked() {
    let here = folder(&[("a/main.tf", BROKEN), ("b/main.tf", BUCKET)]);
    let output = run(here.path(), &["check"]);
    assert_eq!(status(&output), 3);
    let said = text(&output.stderr);
    assert!(
        said.contains("[syntax-error]") && said.contains("a/main.tf:2:"),
        "{said}"
    );
    assert!(said.contains("2 stacks"), "{said}");
    assert_eq!(status(&run(here.path(), &["check", "--exit-zero"])), 0);
    assert_ne!(status(&run(here.path(), &["check", "b"])), 3);
}

#[cfg(unix)]
#[test]
fn unreadable_files_are_said() {
    let here = folder(&[("main.tf", BUCKET)]);
    std::os::unix::fs::symlink("nowhere", here.path().join("gone.tf")).expect("a link");
    let output = run(here.path(), &["check"]);
    assert_eq!(status(&output), 3);
    let said = text(&output.stderr);
    assert!(
        said.contains("--> gone.tf") && said.contains("leads nowhere"),
        "{said}"
    );
}

#[test]
fn what_a_template_file_renders_is_found_in_the_file() {
    let policy = "{\"Statement\": [{\"Effect\": \"Allow\", \"Resource\": \"*\",\n  \"Action\": \"athena:*\"},\n\
         {\"Effect\": \"Allow\", \"Action\": \"s3:GetObject\", \"Resource\": \"${bucket}/*\"}]}";
    let main = r#"
data "template_file" "policy" {
  template = file("${path.module}/policy.tpl")
  vars     = { bucket = "arn:aws:s3:::reports" }
}

resource "aws_iam_policy" "reader" {
  policy = data.template_file.policy.rendered
}
"#;
    let here = folder(&[("main.tf", main), ("policy.tpl", policy)]);
    let output = run(here.path(), &["check"]);
    let said = text(&output.stdout);
    let of_rule = said.split("[aws-iam-service-admin]").nth(1);
    let place = of_rule.and_then(|rest| rest.lines().nth(1));
    assert!(
        place.is_some_and(|place| place.ends_with("--> policy.tpl:2:13")),
        "{said}"
    );
}

#[test]
fn nothing_to_check_is_said() {
    let here = folder(&[("readme.txt", "hello")]);
    let output = run(here.path(), &["check"]);
    assert_eq!(status(&output), 0);
    assert_eq!(
        text(&output.stderr),
        "No Terraform and no CloudFormation in .\n"
    );
    assert_eq!(run(here.path(), &["check", "--quiet"]).stderr, b"");
}

pub(crate) fn piped(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut child = command(folder, arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("it was piped");
    stdin.write_all(input.as_bytes()).expect("it reads");
    drop(stdin);
    child.wait_with_output().expect("it ends")
}

#[test]
fn standard_input_is_what_it_is_called_or_what_it_looks_like() {
    let here = folder(&[
        ("m/variables.tf", "variable \"x\" {}\n"),
        ("m/main.tf", BROKEN),
    ]);
    let resources = |arguments: &[&str], input: &str| {
        let all = [&["check", "-", "--output-format", "json"], arguments].concat();
        let output = piped(here.path(), &all, input);
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        (
            report["statistics"]["resources"].clone(),
            report["statistics"]["files"].clone(),
        )
    };
    let template = "Resources:\n  B:\n    Type: AWS::S3::Bucket\n";
    assert_eq!(resources(&[], BUCKET), (1.into(), 1.into()));
    assert_eq!(resources(&[], template), (1.into(), 1.into()));
    // Laid over the file of that name, beside the other files of its module.
    assert_eq!(
        resources(&["--stdin-filename", "m/main.tf"], BUCKET),
        (1.into(), 2.into())
    );
    let broken = piped(here.path(), &["check", "-"], BROKEN);
    assert_eq!(status(&broken), 3);
    assert!(
        text(&broken.stderr).contains("stdin.tf:2:"),
        "{}",
        text(&broken.stderr)
    );
}

#[test]
fn colours_only_where_they_are_wanted() {
    let here = folder(&[("main.tf", BROKEN)]);
    let coloured = |arguments: &[&str], environment: &[(&str, &str)]| {
        let all = [&["check"], arguments].concat();
        let mut command = command(here.path(), &all);
        command.envs(environment.iter().copied());
        command
            .output()
            .expect("the program starts")
            .stderr
            .contains(&0x1B)
    };
    assert!(!coloured(&[], &[]), "no terminal, no colours");
    assert!(coloured(&["--color", "always"], &[]));
    assert!(
        coloured(&["--color", "always"], &[("NO_COLOR", "1")]),
        "an option is stronger"
    );
    assert!(coloured(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(
        &[],
        &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]
    ));
    assert!(!coloured(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_error() {
    let here = folder(&[("main.tf", BUCKET)]);
    for arguments in [
        &["completions", "bash"][..],
        &["check", "--output-format", "json"],
    ] {
        let mut child = command(here.path(), arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        assert!(
            !text(&output.stderr).contains("error"),
            "{}",
            text(&output.stderr)
        );
        assert!(matches!(status(&output), 0 | 1), "{arguments:?}");
    }
}

#[test]
fn every_format_is_what_it_says_and_the_same_in_a_file() {
    let here = folder(&[("main.tf", BUCKET), ("bad.tf", BROKEN)]);
    for format in ["text", "concise", "json", "sarif"] {
        let shown = run(here.path(), &["check", "--output-format", format]);
        let file = run(
            here.path(),
            &["check", "--output-format", format, "--output", "out"],
        );
        assert_eq!((status(&shown), status(&file)), (3, 3), "{format}");
        let written = std::fs::read(here.path().join("out")).expect("it was written");
        assert_eq!(text(&written), text(&shown.stdout), "{format}");
        assert_eq!(text(&file.stdout), "", "{format}");
    }
    let report = json(here.path(), &[]);
    assert_eq!(report["version"], 1);
    assert_eq!(report["diagnostics"][0]["code"], "syntax-error");
    let sarif = run(here.path(), &["check", "--output-format", "sarif"]);
    let sarif: serde_json::Value = serde_json::from_slice(&sarif.stdout).expect("JSON");
    assert_eq!(
        sarif["runs"][0]["invocations"][0]["executionSuccessful"],
        false
    );
}

#[test]
fn the_sample_gives_the_same_bytes_with_any_number_of_threads() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/sample");
    let with = |threads: &str| {
        let all = [
            "check",
            "--undecided",
            "--output-format",
            "json",
            "--threads",
            threads,
        ];
        run(&sample, &all).stdout
    };
    let one = with("1");
    assert!(!one.is_empty());
    for threads in ["2", "7"] {
        assert_eq!(text(&with(threads)), text(&one));
    }
}

#[test]
fn settings_of_the_project_count_and_what_is_wrong_with_them_is_shown() {
    let here = folder(&[
        (
            "distrust.toml",
            "output-format = 'json'\nexclude = ['old']\n",
        ),
        ("main.tf", BUCKET),
        ("old/main.tf", BROKEN),
    ]);
    let output = run(here.path(), &["check"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(report["statistics"]["files"], 1);
    let output = run(here.path(), &["check", "--output-format", "concise"]);
    assert!(
        !text(&output.stdout).starts_with('{'),
        "the command line is stronger"
    );
    std::fs::write(
        here.path().join("distrust.toml"),
        "fail_on = 1\nignore = ['datta']\n",
    )
    .expect("a file");
    let output = run(here.path(), &["check"]);
    assert_eq!(status(&output), 2);
    let said = text(&output.stderr);
    assert!(
        said.contains("distrust.toml:1:1") && said.contains("`fail-on`"),
        "{said}"
    );
    assert!(
        said.contains("distrust.toml:2:11") && said.contains("`data`"),
        "{said}"
    );
}

#[test]
fn what_a_stronger_finding_explains_is_a_note_of_it() {
    let group = "resource \"aws_security_group\" \"open\" {\n  ingress {\n    from_port = 0\n    to_port = 65535\n    \
                 protocol = \"tcp\"\n    cidr_blocks = [\"0.0.0.0/0\"]\n  }\n}\n";
    let here = folder(&[("main.tf", group)]);
    let lines = |arguments: &[&str]| {
        let all = [
            &[
                "check",
                "--output-format",
                "concise",
                "--min-severity",
                "info",
            ],
            arguments,
        ]
        .concat();
        text(&run(here.path(), &all).stdout).to_owned()
    };
    let folded = lines(&[]);
    assert!(folded.contains("(also: "), "{folded}");
    assert!(!folded.contains("info aws-sg-ingress-world"), "{folded}");
    assert!(lines(&["--no-yield"]).contains("info aws-sg-ingress-world"));
    assert!(lines(&["--select", "aws-sg-ingress-world"]).contains("info aws-sg-ingress-world"));
    // Programs see every finding in any case.
    let findings = json(here.path(), &[])["findings"].clone();
    let findings = findings.as_array().expect("a list");
    let world = findings
        .iter()
        .find(|one| one["rule"] == "aws-sg-ingress-world")
        .expect("it is listed");
    assert_eq!(world["explained_by"], "aws-sg-ingress-all");
}

#[test]
fn what_is_accepted_does_not_count_and_is_not_lost() {
    let bucket = |comment: &str| {
        format!(
            "{comment}\nresource \"aws_security_group\" \"jump\" {{\n  ingress {{\n    from_port = 22\n    to_port = 22\n    \
                 protocol = \"tcp\"\n    cidr_blocks = [\"0.0.0.0/0\"]\n  }}\n}}\n"
        )
    };
    let rule = "aws-sg-ingress-ssh-rdp";
    let ours = format!("# distrust: ignore[{rule}] until 2027-03-31 jump host");
    let here = folder(&[("main.tf", &bucket(&ours))]);
    let select = ["--select", "aws-sg-ingress-ssh-rdp,distrust-suppression-*"];
    let on = |day: &str, more: &[&str]| {
        let all = [&["--today", day][..], &select, more].concat();
        json(here.path(), &all)
    };
    let before = on("2027-03-31", &[]);
    assert_eq!(
        before["findings"].as_array().map(Vec::len),
        Some(0),
        "{before}"
    );
    let one = &before["suppressed"][0];
    assert_eq!(
        (&one["rule"], &one["suppression"]["reason"]),
        (&rule.into(), &"jump host".into())
    );
    let after = on("2027-04-01", &[]);
    let rules: Vec<_> = after["findings"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| one["rule"].clone())
        .collect();
    assert_eq!(rules, ["distrust-suppression-expired", rule]);
    let none = on("2027-03-31", &["--no-inline-suppressions"]);
    assert_eq!(none["findings"][0]["rule"], rule);
    let sarif = run(
        here.path(),
        &[
            &["check", "--output-format", "sarif", "--today", "2027-01-01"][..],
            &select,
        ]
        .concat(),
    );
    let sarif: serde_json::Value = serde_json::from_slice(&sarif.stdout).expect("it is JSON");
    let suppression = &sarif["runs"][0]["results"][0]["suppressions"][0];
    assert_eq!(
        (&suppression["kind"], &suppression["justification"]),
        (&"inSource".into(), &"jump host".into())
    );
    let shown = run(
        here.path(),
        &[
            &["check", "--show-suppressed", "--today", "2027-01-01"][..],
            &select,
        ]
        .concat(),
    );
    assert_eq!(status(&shown), 0);
    assert!(
        text(&shown.stdout).contains(&format!("suppressed high[{rule}]")),
        "{}",
        text(&shown.stdout)
    );
    assert!(
        text(&shown.stderr).contains("1 finding suppressed"),
        "{}",
        text(&shown.stderr)
    );
}

#[test]
fn settings_accept_and_say_how_severe_a_rule_is() {
    let group = "resource \"aws_security_group\" \"jump\" {\n  ingress {\n    from_port = 22\n    to_port = 22\n    \
                 protocol = \"tcp\"\n    cidr_blocks = [\"0.0.0.0/0\"]\n  }\n}\n";
    let found = |settings: &str| {
        let here = folder(&[("old/main.tf", group), ("distrust.toml", settings)]);
        let all = [
            "--select",
            "aws-sg-ingress-ssh-rdp,distrust-suppression-*",
            "--today",
            "2027-01-01",
        ];
        let report = json(here.path(), &all);
        let of = |list: &str| {
            let all = report[list].as_array().expect("a list").iter();
            all.map(|one| {
                format!(
                    "{} {}",
                    one["severity"].as_str().unwrap_or(""),
                    one["rule"].as_str().unwrap_or("")
                )
            })
            .collect::<Vec<_>>()
        };
        (of("findings"), of("suppressed"))
    };
    let ssh = |severity: &str| vec![format!("{severity} aws-sg-ingress-ssh-rdp")];
    let none = Vec::<String>::new();
    assert_eq!(found(""), (ssh("high"), none.clone()));
    assert_eq!(
        found("[severity]\naws-sg-ingress-ssh-rdp = \"low\"\n"),
        (ssh("low"), none.clone())
    );
    let paths = "[severity]\naws-sg-ingress-ssh-rdp = \"low\"\n[[paths]]\npath = \"old/**\"\n";
    let by_path = format!("{paths}severity = {{ aws-sg-ingress-ssh-rdp = \"critical\" }}\n");
    assert_eq!(found(&by_path), (ssh("critical"), none.clone()));
    let off = format!("{paths}ignore = [\"aws-sg-*\"]\n");
    assert_eq!(found(&off), (none.clone(), none.clone()));
    let entry = "[[suppress]]\nrule = \"aws-sg-ingress-ssh-rdp\"\nreason = \"jump host\"\n";
    assert_eq!(found(entry), (none.clone(), ssh("high")));
    assert_eq!(
        found(&format!("{entry}path = \"old/*\"\naddress = \"*.jump\"\n")),
        (none, ssh("high"))
    );
    let (other, _) = found(&format!("{entry}path = \"new/*\"\n"));
    assert_eq!(
        other,
        [
            "low distrust-suppression-unused",
            "high aws-sg-ingress-ssh-rdp"
        ]
    );
    let (over, _) = found(&format!("{entry}until = 2026-12-31\n"));
    assert_eq!(
        over,
        [
            "medium distrust-suppression-expired",
            "high aws-sg-ingress-ssh-rdp"
        ]
    );
}

#[test]
fn what_is_for_shells_and_packagers() {
    let here = Path::new(".");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = run(here, &["completions", shell]);
        assert!(text(&output.stdout).contains("distrust"), "{shell}");
    }
    assert!(text(&run(here, &["man"]).stdout).starts_with(".ie"));
    let version = run(here, &["version"]);
    assert_eq!(
        text(&version.stdout),
        concat!("distrust ", env!("CARGO_PKG_VERSION"), "\n")
    );
    assert_eq!(version.stdout, run(here, &["--version"]).stdout);
}

#[test]
fn findings_decide_the_exit_status_by_their_severity() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/sample");
    let rule = [
        "--select",
        "aws-sg-ingress-ssh-rdp",
        "--output-format",
        "concise",
    ];
    let with = |more: &[&str]| {
        let output = run(&sample, &[&["check"], &rule[..], more].concat());
        (status(&output), text(&output.stdout).to_owned())
    };
    let (found, said) = with(&[]);
    assert_eq!(found, 1);
    assert!(
        said.starts_with("variables.tf:9:19: high aws-sg-ingress-ssh-rdp "),
        "{said}"
    );
    assert_eq!(said.lines().count(), 1, "{said}");
    assert_eq!(with(&["--fail-on", "critical"]).0, 0);
    assert_eq!(with(&["--exit-zero"]), (0, said));
    let closed = with(&["--var", "admin_networks=[\"10.0.0.0/8\"]"]);
    assert_eq!(closed, (0, String::new()));
}

#[test]
fn the_graph_can_be_drawn() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/sample");
    let dot = run(&sample, &["graph"]);
    assert_eq!(status(&dot), 0);
    assert!(text(&dot.stdout).starts_with("digraph "));
    assert!(text(&dot.stdout).contains("module.assets.aws_s3_bucket.this"));
    let mermaid = run(&sample, &["graph", "--format", "mermaid"]);
    assert!(text(&mermaid.stdout).starts_with("flowchart LR\n"));
    let json = run(&sample, &["graph", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).expect("JSON");
    assert_eq!(json["version"], 1);
    assert!(
        json["edges"]
            .as_array()
            .is_some_and(|edges| !edges.is_empty())
    );
}

#[test]
fn a_key_that_a_for_expression_hands_on_is_blamed_where_it_is_written() {
    let text = "\
locals {
  roles = {
    \"roles/owner\" = [\"serviceAccount:ci@example.iam.gserviceaccount.com\"]
  }
  grants = { for role in keys(local.roles) : role => local.roles[role] }
}
resource \"google_project_iam_binding\" \"one\" {
  for_each = { for role, members in local.grants : role => members }
  project  = \"example\"
  role     = each.key
  members  = each.value
}
";
    let folder = folder(&[("main.tf", text)]);
    let report = json(
        folder.path(),
        &["--select", "gcp-iam-service-account-admin"],
    );
    let lines: Vec<_> = report["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|one| one["primary"]["start"]["line"].as_u64())
        .collect();
    assert_eq!(lines, [Some(3)]);
}

/// Two groups that are open, in a module of its own.
const OPEN: &str = "resource \"aws_security_group\" \"a\" {\n  ingress {\n    from_port = 22\n    to_port = 22\n    protocol = \"tcp\"\n    \
                    cidr_blocks = [\"0.0.0.0/0\"]\n  }\n}\n";
const SSH: [&str; 2] = ["--select", "aws-sg-ingress-ssh-rdp"];

#[test]
fn a_baseline_leaves_what_was_found_and_nothing_else() {
    let here = folder(&[("net/main.tf", OPEN)]);
    let verb = |arguments: &[&str]| run(here.path(), &[arguments, &SSH].concat());
    let found = || {
        let known = json(
            here.path(),
            &[&SSH[..], &["--baseline", "distrust.baseline"]].concat(),
        );
        let count = |list: &str| known[list].as_array().map_or(0, Vec::len);
        (count("findings"), count("suppressed"))
    };
    assert_eq!(status(&verb(&["baseline", "write"])), 0);
    let written =
        std::fs::read_to_string(here.path().join("distrust.baseline")).expect("it is there");
    assert_eq!(written.lines().count(), 2, "{written}");
    assert_eq!(found(), (0, 1));
    // Another name of the file, other lines: the same finding. Another group, another caller: new ones.
    std::fs::remove_file(here.path().join("net/main.tf")).expect("it was there");
    let more = format!(
        "\n\n{}{}",
        OPEN.replace("    ", "\t"),
        OPEN.replace("\"a\"", "\"b\"")
    );
    std::fs::write(here.path().join("net/groups.tf"), &more).expect("a file");
    assert_eq!(found(), (1, 1));
    let update = verb(&["baseline", "update"]);
    assert_eq!(status(&update), 1);
    assert!(
        text(&update.stderr).contains("left out 1 new one"),
        "{}",
        text(&update.stderr)
    );
    assert_eq!(found(), (1, 1));
    assert_eq!(status(&verb(&["baseline", "update", "--allow-new"])), 0);
    assert_eq!(found(), (0, 2));
    std::fs::write(here.path().join("net/groups.tf"), OPEN).expect("a file");
    assert_eq!(status(&verb(&["baseline", "prune"])), 0);
    let pruned =
        std::fs::read_to_string(here.path().join("distrust.baseline")).expect("it is there");
    assert_eq!(pruned, written);
    std::fs::write(here.path().join("other.baseline"), "# empty\n").expect("a file");
    let merge = ["baseline", "merge", "other.baseline", "distrust.baseline"];
    assert_eq!(status(&run(here.path(), &merge)), 0);
    let merged = std::fs::read_to_string(here.path().join("other.baseline")).expect("it is there");
    assert_eq!(merged, written);
    std::fs::write(here.path().join("net/broken.tf"), BROKEN).expect("a file");
    assert_eq!(status(&verb(&["baseline", "prune"])), 3);
    std::fs::write(here.path().join("distrust.baseline"), "<<<<<<< ours\n").expect("a file");
    assert_eq!(
        status(&run(
            here.path(),
            &["check", "--baseline", "distrust.baseline"]
        )),
        2
    );
}

#[test]
fn a_new_caller_of_an_old_module_is_new() {
    let call = |name: &str| format!("module \"{name}\" {{\n  source = \"./net\"\n}}\n");
    let here = folder(&[("net/main.tf", OPEN), ("main.tf", &call("dev"))]);
    let write = [&["baseline", "write"][..], &SSH].concat();
    assert_eq!(status(&run(here.path(), &write)), 0);
    let all = [&SSH[..], &["--baseline", "distrust.baseline"]].concat();
    let findings = || {
        json(here.path(), &all)["findings"]
            .as_array()
            .cloned()
            .unwrap_or_default()
    };
    assert!(findings().is_empty());
    std::fs::write(here.path().join("main.tf"), call("live") + &call("dev")).expect("a file");
    let new = findings();
    assert_eq!(new.len(), 1, "{new:#?}");
    assert_eq!(
        new[0]["subjects"][0]["address"],
        "module.live.aws_security_group.a"
    );
}

#[test]
fn comments_are_written_and_taken_over_from_other_tools() {
    let trivy = OPEN
        .replace("resource", "#trivy:ignore:AVD-AWS-0107\nresource")
        .replace("\"a\"", "\"b\"");
    let other = OPEN
        .replace(
            "\n  ingress",
            "\n  # checkov:skip=CKV_AWS_24: jump host\n  ingress",
        )
        .replace("\"a\"", "\"c\"");
    let unknown = "# checkov:skip=CKV_AWS_99999: no such id\n";
    let here = folder(&[("main.tf", &format!("{OPEN}\n{trivy}\n{other}\n{unknown}"))]);
    let read = || std::fs::read_to_string(here.path().join("main.tf")).expect("it is there");
    let migrated = run(here.path(), &["suppress", "migrate"]);
    assert_eq!(status(&migrated), 0, "{}", text(&migrated.stderr));
    let now = read();
    assert!(
        !now.contains("trivy:") && now.contains("aws-sg-ingress-ssh-rdp"),
        "{now}"
    );
    assert!(now.contains("jump host") && now.contains(unknown), "{now}");
    let add = [
        "suppress",
        "add",
        "aws-sg-ingress-ssh-rdp",
        "--reason",
        "reviewed",
        "--until",
        "2999-01-01",
    ];
    let added = run(here.path(), &add);
    assert_eq!(status(&added), 0, "{}", text(&added.stderr));
    let line = "# distrust: ignore[aws-sg-ingress-ssh-rdp] until 2999-01-01 reviewed\nresource \"aws_security_group\" \"a\"";
    assert!(read().starts_with(line), "{}", read());
    let report = json(
        here.path(),
        &[&SSH[..], &["--no-foreign-suppressions"]].concat(),
    );
    assert_eq!(
        report["findings"].as_array().map(Vec::len),
        Some(0),
        "{report}"
    );
    assert_eq!(report["suppressed"].as_array().map(Vec::len), Some(3));
}
