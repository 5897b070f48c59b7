//! What is generated, before the judges there are.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use distrust::generate::{Library, Pattern, format};

use crate::require;

/// All files below a folder with this ending.
fn below(folder: &Path, end: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder can be listed") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => below(&path, end, found),
            false if path.to_string_lossy().ends_with(end) => found.push(path),
            false => {}
        }
    }
}

/// What `terraform fmt` makes of a text; `None` where it is no text for it.
fn terraform_fmt(text: &str) -> Option<String> {
    let mut child = Command::new("terraform")
        .args(["fmt", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("terraform starts");
    let mut input = child.stdin.take().expect("a pipe");
    input.write_all(text.as_bytes()).expect("it is read");
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    let text = String::from_utf8(output.stdout).expect("text");
    output.status.success().then_some(text)
}

/// The text with all indents and columns gone.
fn crumpled(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let line = line.trim();
        match line.contains("<<") {
            true => line.to_owned(),
            false => line.replace(" = ", "="),
        }
    });
    lines.collect::<Vec<_>>().join("\n") + "\n"
}

#[test]
fn hcl_is_formatted_as_terraform_does() {
    if !require::program("terraform", &["version"]) {
        return;
    }
    let mut files = Vec::new();
    below(Path::new(env!("CARGO_MANIFEST_DIR")), ".tf", &mut files);
    files.retain(|path| !path.components().any(|part| part.as_os_str() == "target"));
    files.sort();
    let (mut read, mut wrong) = (0, Vec::new());
    for path in files.iter().step_by((files.len() / 30).max(1)) {
        // Lines that end as on Windows are no concern of templates.
        let Ok(text) = fs::read_to_string(path) else {
            continue;
        };
        if text.contains('\r') {
            continue;
        }
        for text in [text.clone(), crumpled(&text)] {
            let Some(expected) = terraform_fmt(&text) else {
                continue;
            };
            read += 1;
            if format::hcl(&text) != expected {
                wrong.push(path.display().to_string());
            }
        }
    }
    assert!(read > 20, "{read} texts were compared");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

const PROGRAM: &str = env!("CARGO_BIN_EXE_distrust");

/// Runs the program in a folder; what it says, and its status.
fn distrust(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let mut command = Command::new(PROGRAM);
    let output = command.args(arguments).current_dir(folder).output();
    let output = output.expect("the program runs");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    (output.status.code().unwrap_or(-1), said)
}

/// Every pattern with each language it is written in.
fn patterns() -> Vec<(String, &'static str)> {
    let library = Library::builtin();
    let mut all = Vec::new();
    for name in library.patterns() {
        let pattern = Pattern::find(&library, name).expect("a pattern");
        assert!(
            !pattern.languages.is_empty(),
            "{name} is written in a language"
        );
        let languages = pattern.languages.iter().map(|language| language.name());
        all.extend(languages.map(|language| (name.to_owned(), language)));
    }
    assert!(!all.is_empty(), "there are patterns");
    all
}

/// A pattern with its defaults, in a folder.
fn made(name: &str, language: &str) -> tempfile::TempDir {
    let here = tempfile::tempdir().expect("a folder");
    let arguments = ["new", name, "out", "--to", language, "--non-interactive"];
    let (status, said) = distrust(here.path(), &arguments);
    assert_eq!(status, 0, "{name} {language}: {said}");
    here
}

#[test]
fn every_pattern_passes_its_own_check_and_says_what_it_does_not_mend() {
    for (name, language) in patterns() {
        let here = made(&name, language);
        let (status, said) = distrust(here.path(), &["new", "--check", "out"]);
        assert_eq!(status, 0, "{name} {language}: {said}");
        let arguments = [
            "check",
            "out",
            "--min-severity",
            "info",
            "--output-format",
            "json",
            "--exit-zero",
        ];
        let output = Command::new(PROGRAM)
            .args(arguments)
            .current_dir(here.path())
            .output()
            .expect("the program runs");
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("a report");
        let readme = fs::read_to_string(here.path().join("out/README.md")).expect("a README");
        for finding in report["findings"].as_array().expect("findings") {
            let rule = finding["rule"].as_str().expect("a rule");
            assert_eq!(finding["severity"], "info", "{name} {language}: {rule}");
            assert!(
                readme.contains(&format!("`{rule}`")),
                "{name} {language}: the README has no reason for {rule}"
            );
        }
    }
}

#[test]
fn a_folder_is_kept_up_to_date() {
    let here = made("private-service", "terraform");
    let out = here.path().join("out");
    let run = |arguments: &[&str]| distrust(here.path(), arguments);
    let edited = fs::read_to_string(out.join("outputs.tf")).expect("a file") + "# mine\n";
    fs::write(out.join("outputs.tf"), &edited).expect("a file");
    let again = [
        "new",
        "private-service",
        "out",
        "--set",
        "name=invoices",
        "--non-interactive",
    ];
    let (status, said) = run(&again);
    assert_eq!(status, 2);
    assert!(said.contains("out/outputs.tf was edited"), "{said}");
    assert_eq!(run(&["new", "--check", "out"]).0, 1);
    let (status, said) = run(&[
        "new",
        "private-service",
        "out",
        "--set",
        "name=invoices",
        "--diff",
        "--update",
    ]);
    assert_eq!(status, 1);
    assert!(said.contains("+  default     = \"invoices\""), "{said}");
    let (status, said) = run(&["new", "--update", "out", "--set", "name=invoices"]);
    assert_eq!(status, 0, "{said}");
    assert_eq!(
        fs::read_to_string(out.join("outputs.tf")).expect("a file"),
        edited
    );
    let variables = fs::read_to_string(out.join("variables.tf")).expect("a file");
    assert!(variables.contains("\"invoices\""));
}

#[test]
fn what_is_no_answer_is_said() {
    let here = tempfile::tempdir().expect("a folder");
    let run = |arguments: &[&str]| distrust(here.path(), arguments);
    for (arguments, expected) in [
        (
            &["new", "privat-service", "out"][..],
            "did you mean `private-service`?",
        ),
        (
            &["new", "private-service", "out", "--set", "nmae=x"],
            "did you mean `name`?",
        ),
        (
            &["new", "private-service", "out", "--set", "name=X"],
            "lower case letters",
        ),
        (
            &["new", "private-service", "out", "--to", "pulumi"],
            "terraform, cloudformation",
        ),
        (&["new", "--update", "out"], "was not made by distrust"),
    ] {
        let (status, said) = run(arguments);
        assert_eq!(status, 2, "{arguments:?}: {said}");
        assert!(said.contains(expected), "{arguments:?}: {said}");
    }
    assert!(!here.path().join("out").exists());
}

#[test]
fn an_organisation_has_templates_of_its_own() {
    let here = tempfile::tempdir().expect("a folder");
    let write = |path: &str, text: &str| {
        let path = here.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    };
    write("distrust.toml", "templates = \"own\"\n");
    write(
        "own/bare/pattern.yaml",
        "summary: Bare\nquestions:\n  - { name: word, ask: A word, default: x }\n",
    );
    write(
        "own/bare/terraform/main.tf",
        "locals {\nword=\"@{ word }\" # ${x}\n}\n",
    );
    let (status, said) = distrust(here.path(), &["new", "bare", "out", "--set", "word=hello"]);
    assert_eq!(status, 0, "{said}");
    let text = fs::read_to_string(here.path().join("out/main.tf")).expect("a file");
    assert_eq!(text, "locals {\n  word = \"hello\" # ${x}\n}\n");
    // What does not pass the check is not written, whoever wrote it.
    write(
        "own/bare/terraform/open.tf",
        "resource \"aws_db_instance\" \"x\" {\n  publicly_accessible = true\n}\n",
    );
    let (status, said) = distrust(here.path(), &["new", "bare", "other"]);
    assert_eq!(status, 2, "{said}");
    assert!(!here.path().join("other").exists());
}

#[test]
fn cfn_lint_has_nothing_to_say() {
    if !require::program("cfn-lint", &["--version"]) {
        return;
    }
    for (name, language) in patterns() {
        if language != "cloudformation" {
            continue;
        }
        let here = made(&name, language);
        let mut templates = Vec::new();
        below(&here.path().join("out"), ".yaml", &mut templates);
        templates.retain(|path| {
            !path.components().any(|part| {
                part.as_os_str().to_string_lossy().starts_with("distrust.")
                    || part.as_os_str().to_string_lossy().starts_with(".distrust")
            })
        });
        for path in &templates {
            let size = fs::metadata(path).expect("a file").len();
            assert!(size <= 51_200, "{}: {size} bytes", path.display());
        }
        let output = Command::new("cfn-lint")
            .args(&templates)
            .output()
            .expect("cfn-lint runs");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{name}: {said}");
    }
}

#[test]
fn terraform_finds_every_pattern_formatted() {
    if !require::program("terraform", &["version"]) {
        return;
    }
    for (name, language) in patterns() {
        if language != "terraform" {
            continue;
        }
        let here = made(&name, language);
        let output = Command::new("terraform")
            .args(["fmt", "-check", "-recursive", "-diff"])
            .current_dir(here.path())
            .output()
            .expect("terraform runs");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{name}: {said}");
    }
}

/// An intent made of numbers: segments in a row, flows among them, some to the cloud.
fn intent(seed: usize) -> String {
    let many = 2 + seed % 4;
    let mut text = format!(
        "intent: 1\nname: net-{seed}\nnetwork: 10.{seed}.0.0/20\nzones: {}\n",
        1 + seed % 3
    );
    text += "segments:\n";
    for nth in 0..many {
        let public = if nth == 0 { "public: true" } else { "" };
        text += &format!("  part-{nth}: {{ {public} }}\n");
    }
    text += "flows:\n  - { from: internet, to: part-0, ports: 443 }\n";
    for nth in 1..many {
        let (port, protocol) = (8000 + seed * nth, ["tcp", "udp"][(seed + nth) % 2]);
        let from = (seed * 7 + nth) % nth;
        text += &format!(
            "  - {{ from: part-{from}, to: part-{nth}, ports: [{port}, {}-{}/{protocol}] }}\n",
            port + 10,
            port + 20
        );
    }
    if seed % 2 == 1 {
        text += "  - { from: part-1, to: aws, ports: 443, services: [s3, logs] }\n";
    }
    text
}

#[test]
fn intents_are_written_in_both_languages_and_pass() {
    for seed in 0..6 {
        let here = tempfile::tempdir().expect("a folder");
        fs::write(here.path().join("distrust.intent.yaml"), intent(seed)).expect("a file");
        for language in ["terraform", "cloudformation"] {
            let (status, said) = distrust(here.path(), &["generate", "--to", language, language]);
            assert_eq!(status, 0, "{seed} {language}: {said}\n{}", intent(seed));
            let check = ["generate", "--check", language];
            assert_eq!(distrust(here.path(), &check).0, 0, "{seed} {language}");
        }
    }
}

#[test]
fn what_cannot_be_written_from_an_intent_is_said_at_its_place() {
    let here = tempfile::tempdir().expect("a folder");
    let text = "intent: 1\nname: shop\nsegments: { app: {} }\nstores:\n  files: { type: bucket, in: app }\n";
    fs::write(here.path().join("distrust.intent.yaml"), text).expect("a file");
    let (status, said) = distrust(here.path(), &["generate", "out"]);
    assert_eq!(status, 2, "{said}");
    assert!(
        said.contains("the store `files` is not written from an intent yet"),
        "{said}"
    );
    assert!(said.contains("distrust.intent.yaml:5"), "{said}");
    assert!(!here.path().join("out").exists());
}

#[test]
fn deploying_a_pattern_asks_for_policies_that_fit() {
    for language in ["terraform", "cloudformation"] {
        let here = made("segmented-vpc", language);
        let output = Command::new(PROGRAM)
            .args(["permissions", "out", "--output-format", "json"])
            .current_dir(here.path())
            .output()
            .expect("the program runs");
        let all: serde_json::Value = serde_json::from_slice(&output.stdout).expect("policies");
        let text = all.to_string();
        for action in [
            "ec2:CreateVpc",
            "ec2:DescribeVpcs",
            "iam:PassRole",
            "kms:CreateKey",
        ] {
            assert!(text.contains(action), "{language}: {action}");
        }
        assert!(
            text.contains("role/backbone-flow-log"),
            "{language}: the one role is named"
        );
        let policies =
            ["plan", "apply"].map(|kind| all[kind].as_array().expect("policies").clone());
        for policy in policies.concat() {
            assert!(policy.to_string().len() <= 6_144);
        }
        let (status, said) = distrust(
            here.path(),
            &["permissions", "out", "--explain", "iam:PassRole"],
        );
        assert_eq!(status, 0, "{said}");
    }
}

#[test]
fn the_commands_of_the_readme_run() {
    let readme = include_str!("../README.md");
    let (_, section) = readme
        .split_once("## Writing infrastructure")
        .expect("the section");
    let (_, block) = section.split_once("```sh\n").expect("a block");
    let (block, _) = block.split_once("```").expect("its end");
    let here = tempfile::tempdir().expect("a folder");
    let commands = block
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default());
    for command in commands {
        let arguments: Vec<&str> = command.split_whitespace().skip(1).collect();
        let (status, said) = distrust(here.path(), &arguments);
        assert_eq!(status, 0, "{command}: {said}");
    }
}
