//! Adopting it: the walk on the page is taken, and fingerprints stay what they are whatever else changes.

use std::collections::BTreeMap;
use std::process::Command;

use proptest::prelude::*;

use crate::cli::{run, status, text};
use crate::revision::{Repo, group};

#[test]
fn the_walk_on_the_page_goes_as_it_says() {
    let page = include_str!("../docs/adopting.md");
    let (_, walk) = page.split_once("```console\n").expect("the walk");
    let (walk, _) = walk.split_once("```").expect("its end");
    let repo = Repo::new();
    repo.put("main.tf", &group("jump", 22));
    repo.put(".checkov.yaml", "skip-check:\n  - CKV_AWS_23\n");
    for step in walk.split("$ ").skip(1) {
        let (command, wanted) = step.split_once('\n').expect("a line");
        if command == "git add new.tf" {
            repo.put("new.tf", &group("admin", 22));
        }
        let mut said = String::new();
        for part in command.split(" && ") {
            let words: Vec<&str> = part.split(' ').collect();
            said += &match words[..] {
                ["git", "commit", ..] => repo.git(&["commit", "-q", "-m", "Adopt distrust"]),
                ["git", ref rest @ ..] => repo.git(rest),
                [_, ref rest @ ..] => {
                    let output = run(&repo.path(), rest);
                    format!("{}{}", text(&output.stdout), text(&output.stderr))
                }
                [] => String::new(),
            };
        }
        for line in wanted.lines().filter(|line| !line.is_empty()) {
            assert!(said.contains(line), "{command}: {line:?} is not in\n{said}");
        }
    }
}

#[test]
fn what_other_tools_were_told_is_taken_over_and_means_the_same() {
    let repo = Repo::new();
    repo.put("main.tf", &group("jump", 22));
    repo.put(
        ".trivyignore.yaml",
        "misconfigurations:\n  - id: AVD-AWS-0107\n    paths: [main.tf]\n    statement: a \"jump\" host\n    expired_at: 2099-01-01\n",
    );
    repo.put(".trivyignore", "# no rule\nAVD-XYZ-9999\n")
        .put(".checkov.yaml", "skip-path:\n  - examples\n");
    assert_eq!(repo.found(&[]).len(), 1);
    let output = run(&repo.path(), &["init"]);
    assert_eq!(status(&output), 0, "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("no rule here is called AVD-XYZ-9999"));
    assert_eq!(repo.found(&[]), [""; 0]);
    let settings =
        std::fs::read_to_string(repo.path().join("distrust.toml")).expect("it was written");
    assert!(
        settings.contains("exclude = [\"examples\"]")
            && settings.contains("until = \"2099-01-01\""),
        "{settings}"
    );
    assert_eq!(
        status(&run(&repo.path(), &["init"])),
        2,
        "it is not written twice"
    );
}

/// The fingerprints of what a check finds, by address.
fn prints(repo: &Repo) -> BTreeMap<String, String> {
    let arguments = [
        "check",
        "--select",
        "aws-sg-ingress-ssh-rdp",
        "--output-format",
        "json",
    ];
    let output = run(&repo.path(), &arguments);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let mut out = BTreeMap::new();
    for one in report["findings"].as_array().into_iter().flatten() {
        for subject in one["subjects"].as_array().into_iter().flatten() {
            let address = subject["address"].as_str().unwrap_or_default().to_owned();
            let print = one["fingerprint"].as_str().unwrap_or_default().to_owned();
            out.insert(
                format!(
                    "{} {address}",
                    subject["stack"].as_str().unwrap_or_default()
                ),
                print,
            );
        }
    }
    out
}

const NAMES: [&str; 4] = ["a", "b", "c", "d"];

fn call(name: &str) -> String {
    format!("module \"{name}\" {{\n  source = \"./net\"\n}}\n")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn form_order_files_callers_copies_and_twins_change_no_fingerprint(
        order in Just(NAMES.to_vec()).prop_shuffle(),
        cut in 0..=4_usize,
        blanks in 0..3_usize,
        accepted in proptest::option::of(0..4_usize),
        callers in 0..3_usize,
        copied in any::<bool>(),
    ) {
        let base = Repo::new();
        let all: Vec<String> = NAMES.iter().map(|name| group(name, 22)).collect();
        base.put("net/main.tf", &all.concat()).put("main.tf", &call("one"));
        let before = prints(&base);
        prop_assert_eq!(before.len(), 4);
        let repo = Repo::new();
        let shaped = |name: &&str| {
            let text = group(name, 22).replace(" = ", &format!("{} = ", " ".repeat(blanks)));
            let text = text.replace('\n', &"\n".repeat(blanks + 1));
            match accepted.is_some_and(|at| NAMES[at] == *name) {
                true => format!("# distrust: ignore[aws-sg-ingress-ssh-rdp] meant so\n{text}"),
                false => format!("# {name}\n{text}"),
            }
        };
        let shaped: Vec<String> = order.iter().map(shaped).collect();
        repo.put("net/first.tf", &shaped[..cut].concat()).put("net/second.tf", &shaped[cut..].concat());
        let calls: String = (0..callers).map(|nth| call(&format!("more{nth}"))).collect();
        repo.put("main.tf", &format!("{calls}{}", call("one")));
        if copied {
            repo.put("copy/main.tf", &all.concat());
        }
        let after = prints(&repo);
        for (address, print) in &before {
            let is_accepted = accepted.is_some_and(|at| address.ends_with(&format!(".{}", NAMES[at])));
            match after.get(address) {
                Some(same) => prop_assert_eq!(same, print),
                None => prop_assert!(is_accepted, "{} is gone", address),
            }
        }
        let copies = after.iter().filter(|(address, _)| address.starts_with("copy "));
        for (_, print) in copies {
            prop_assert!(!before.values().any(|own| own == print), "a copy is another");
        }
    }
}

#[test]
fn what_is_watched_is_checked_again_when_it_changes() {
    use std::io::{BufRead, BufReader};
    let repo = Repo::new();
    repo.put("main.tf", &group("first", 22));
    let arguments = [
        "check",
        "--watch",
        "--select",
        "aws-sg-ingress-ssh-rdp",
        "--output-format",
        "concise",
    ];
    let mut child = Command::new(env!("CARGO_BIN_EXE_distrust"))
        .args(arguments)
        .current_dir(repo.path())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("it starts");
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let mut next = || lines.next().expect("a line").expect("text");
    assert!(next().contains("aws_security_group.first"));
    repo.put("other.tf", &group("second", 22));
    let both = [next(), next()];
    assert!(
        both.iter()
            .any(|line| line.contains("aws_security_group.second")),
        "{both:?}"
    );
    child.kill().expect("it runs until somebody ends it");
    let _ = child.wait();
}
