//! Settings: where they are found, what counts first, what they cannot do, and what a change of them gives up.

use std::path::Path;
use std::process::Output;

use crate::cli::{run, status, text};
use crate::revision::{Repo, found, group, put};

const RULE: &str = "aws-sg-ingress-ssh-rdp";

fn said(output: &Output) -> &str {
    text(&output.stderr)
}

fn check(folder: &Path, arguments: &[&str]) -> Output {
    run(folder, &[&["check"], arguments].concat())
}

#[test]
fn the_nearest_file_counts_before_those_above_and_the_command_line_before_all() {
    let repo = Repo::new();
    repo.put("live/main.tf", &group("web", 22));
    repo.put(
        "distrust.toml",
        "output-format = 'concise'\nfail-on = 'critical'\n",
    );
    repo.put("live/distrust.toml", "fail-on = 'high'\n");
    let output = check(&repo.path(), &["live", "--verbose", "--select", RULE]);
    assert_eq!(status(&output), 1, "{}", said(&output));
    assert!(
        said(&output).contains("Settings: live/distrust.toml, distrust.toml"),
        "{}",
        said(&output)
    );
    assert_eq!(
        text(&output.stdout).lines().count(),
        1,
        "concise, as the file above says"
    );
    let output = check(&repo.path(), &["--select", RULE]);
    assert_eq!(
        status(&output),
        0,
        "the run is about both folders, so the file above counts"
    );
    for (arguments, wanted) in [
        (&["live", "--fail-on", "critical"][..], 0),
        (&["live", "--config", "fail-on=critical"], 0),
        (&["live", "--config", "fail-on = 'critical'"], 0),
        (&["live", "--isolated"], 1),
        (&["live", "--config", "distrust.toml"], 0),
        (
            &[
                "live",
                "--config",
                "distrust.toml",
                "--config",
                "fail-on=low",
            ],
            1,
        ),
    ] {
        let output = check(&repo.path(), &[arguments, &["--select", RULE]].concat());
        assert_eq!(status(&output), wanted, "{arguments:?}: {}", said(&output));
    }
}

#[test]
fn what_a_folder_below_says_of_rules_holds_there() {
    let repo = Repo::new();
    repo.put("a/main.tf", &group("a", 22))
        .put("b/main.tf", &group("b", 22));
    repo.put("a/distrust.toml", &format!("ignore = ['{RULE}']\n"));
    assert_eq!(repo.found(&[]), ["aws_security_group.b"]);
    repo.put(
        "a/distrust.toml",
        &format!("[[suppress]]\nrule = '{RULE}'\nreason = 'a jump host'\n"),
    );
    assert_eq!(repo.found(&[]), ["aws_security_group.b"]);
    assert_eq!(repo.found(&["--isolated"]).len(), 2);
    repo.put("a/distrust.toml", "ignoer = []\n");
    let output = check(&repo.path(), &[]);
    assert!(said(&output).contains("did you mean `ignore`?") && status(&output) == 3);
}

#[test]
fn settings_extend_others_inside_the_repository() {
    let repo = Repo::new();
    repo.put("main.tf", &group("web", 22)).put(
        "shared/base.toml",
        "fail-on = 'critical'\nextends = 'more.toml'\n",
    );
    repo.put(
        "shared/more.toml",
        "fail-on = 'low'\noutput-format = 'concise'\nextends = ['base.toml']\n",
    );
    repo.put("distrust.toml", "extends = 'shared/base.toml'\n");
    let output = check(&repo.path(), &["--select", RULE, "-v"]);
    assert_eq!(status(&output), 0, "{}", said(&output));
    assert!(said(&output).contains("Settings: distrust.toml, shared/base.toml, shared/more.toml"));
    std::fs::create_dir(repo.beside("outside")).expect("a folder");
    put(&repo.beside("outside"), "base.toml", "vrxqzoutside = 1\n");
    repo.put("distrust.toml", "extends = '../outside/base.toml'\n");
    let output = check(&repo.path(), &[]);
    assert_eq!(status(&output), 2);
    assert!(said(&output).contains("out of the repository") && !said(&output).contains("vrxqz"));
    repo.put("distrust.toml", "extends = 'none.toml'\n");
    let output = check(&repo.path(), &[]);
    assert!(said(&output).contains("no such file") && status(&output) == 2);
    // Who runs it may name any file.
    let outside = repo
        .beside("outside")
        .join("base.toml")
        .display()
        .to_string();
    put(
        &repo.beside("outside"),
        "base.toml",
        "fail-on = 'critical'\n",
    );
    assert_eq!(
        status(&check(
            &repo.path(),
            &["--select", RULE, "--config", &outside]
        )),
        0
    );
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let repo = Repo::new();
    repo.put("main.tf", &group("web", 22));
    repo.put(
        "distrust.toml",
        "fail-onn = 'high'\nselect = ['aws-sg-ingress-ssh-rpd']\n[severity]\naws-s3-kmz = 'low'\n[[suppress]]\nrules = []\n\
         rason = 'x'\n[suppression]\nforbit = []\n",
    );
    let output = check(&repo.path(), &[]);
    assert_eq!((status(&output), output.stdout.len()), (2, 0));
    for near in ["fail-on", RULE, "aws-s3-kms", "reason", "forbid"] {
        assert!(
            said(&output).contains(&format!("did you mean `{near}`?")),
            "{near}: {}",
            said(&output)
        );
    }
}

#[test]
fn the_environment_counts_before_settings_and_after_the_command_line() {
    let repo = Repo::new();
    repo.put("main.tf", &group("web", 22))
        .put("distrust.toml", "fail-on = 'low'\n");
    let with = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_distrust"));
        command
            .arg("check")
            .args(arguments)
            .current_dir(repo.path());
        command
            .env("DISTRUST_FAIL_ON", "critical")
            .env("DISTRUST_QUIET", "1")
            .env("DISTRUST_SELECT", RULE);
        command.output().expect("it starts")
    };
    let output = with(&[]);
    assert_eq!((status(&output), said(&output)), (0, ""));
    assert_eq!(status(&with(&["--fail-on", "high"])), 1);
}

#[test]
fn the_verb_shows_explains_and_begins() {
    let repo = Repo::new();
    repo.put("distrust.toml", "fail-on = 'low'\n");
    let verb = |arguments: &[&str]| run(&repo.path(), &[&["config"], arguments].concat());
    assert!(text(&verb(&["show"]).stdout).contains("# fail-on counts as distrust.toml:1 says"));
    assert!(text(&verb(&["explain", "fail-on"]).stdout).contains("fail-on = 'high'"));
    let output = verb(&["explain", "fail-onn"]);
    assert!(status(&output) == 2 && said(&output).contains("did you mean `fail-on`?"));
    assert_eq!(
        text(&verb(&["schema"]).stdout),
        include_str!("../docs/distrust.schema.json")
    );
    assert_eq!(status(&verb(&["init"])), 2, "there is one");
    std::fs::remove_file(repo.path().join("distrust.toml")).expect("gone");
    assert_eq!(status(&verb(&["init"])), 0);
    assert_eq!(
        status(&check(&repo.path(), &[])),
        0,
        "what was written sets nothing"
    );
}

#[test]
fn a_floor_from_outside_is_not_lowered_from_inside() {
    let repo = Repo::new();
    let open = format!("# distrust: ignore[{RULE}] trust me\n{}", group("web", 22));
    repo.put("main.tf", &open);
    let ways = [
        ("ignore = ['aws-*', 'azure-*', 'gcp-*']\n", ""),
        ("select = ['aws-s3-kms']\n", ""),
        ("fail-on = 'critical'\n", ""),
        ("min-severity = 'critical'\n", ""),
        ("exit-zero = true\n", ""),
        ("exclude = ['**']\n", ""),
        ("[severity]\naws-sg-ingress-ssh-rdp = 'off'\n", ""),
        ("[severity]\naws-sg-ingress-ssh-rdp = 'info'\n", ""),
        ("[[paths]]\npath = '**'\nignore = ['aws-*']\n", ""),
        ("[[suppress]]\nrule = 'aws-*'\nreason = 'trust me'\n", ""),
        ("", "*\n"),
    ];
    put(&repo.beside(""), "policy.toml", "");
    let policy = repo.beside("policy.toml");
    std::fs::write(
        &policy,
        format!("select = ['{RULE}']\nforbid = ['{RULE}']\nfail-on = 'high'\nexclude = false\n"),
    )
    .expect("a policy");
    let policy = policy.display().to_string();
    for (settings, ignored) in ways {
        repo.put("distrust.toml", settings)
            .put(".distrustignore", ignored);
        let output = check(&repo.path(), &[]);
        assert_ne!(status(&output), 2, "{settings}: {}", said(&output));
        let output = check(&repo.path(), &["--policy", &policy]);
        assert_eq!(status(&output), 1, "{settings}{ignored}: {}", said(&output));
        assert!(text(&output.stdout).contains(RULE), "{settings}");
    }
    repo.put("distrust.toml", "").put(".distrustignore", "");
    repo.put("main.tf", &group("web", 22));
    assert_eq!(status(&run(&repo.path(), &["baseline", "write"])), 0);
    let with = ["--baseline", "distrust.baseline"];
    assert_eq!(found(&repo.path(), &with), [""; 0]);
    assert_eq!(
        found(&repo.path(), &[&with[..], &["--policy", &policy]].concat()).len(),
        1
    );
    let output = check(&repo.path(), &["--policy", "none.toml"]);
    assert!(status(&output) == 2 && said(&output).contains("the policy none.toml"));
}

#[test]
fn what_a_change_accepts_is_said() {
    let repo = Repo::new();
    repo.put("main.tf", &group("web", 22)).put(
        "distrust.toml",
        "fail-on = 'low'\n[suppression]\nrequire-reason = true\n",
    );
    repo.commit("first");
    let rules = |arguments: &[&str]| {
        let all = [
            &["check", "--since", "HEAD", "--output-format", "json"],
            arguments,
        ]
        .concat();
        let output = run(&repo.path(), &all);
        let report: serde_json::Value =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
        let all = report["findings"].as_array().cloned().unwrap_or_default();
        let rules = all
            .iter()
            .map(|one| one["rule"].as_str().unwrap_or_default().to_owned());
        rules
            .filter(|rule| rule.starts_with("distrust-"))
            .collect::<Vec<_>>()
    };
    assert_eq!(rules(&[]), [""; 0]);
    repo.put(
        "main.tf",
        &format!(
            "# distrust: ignore[{RULE}] a jump host\n{}",
            group("web", 22)
        ),
    );
    assert_eq!(rules(&[]), ["distrust-suppression-new"]);
    repo.commit("accepted");
    assert_eq!(rules(&[]), [""; 0]);
    for (settings, wanted) in [
        (
            "fail-on = 'high'\n[suppression]\nrequire-reason = true\n",
            "distrust-settings-weakened",
        ),
        ("fail-on = 'low'\n", "distrust-settings-weakened"),
        (
            "fail-on = 'low'\nignore = ['aws-s3-kms']\n[suppression]\nrequire-reason = true\n",
            "distrust-settings-weakened",
        ),
        (
            "fail-on = 'low'\nexclude = ['a']\n[suppression]\nrequire-reason = true\n",
            "distrust-settings-weakened",
        ),
        (
            "fail-on = 'low'\n[suppression]\nrequire-reason = true\n[severity]\naws-s3-kms = 'off'\n",
            "distrust-suppression-new",
        ),
    ] {
        repo.put("distrust.toml", settings);
        assert_eq!(rules(&[]), [wanted], "{settings}");
    }
    repo.put(
        "distrust.toml",
        "fail-on = 'low'\nbaseline = 'b'\n[suppression]\nrequire-reason = true\n",
    )
    .put("b", "");
    repo.commit("a baseline");
    assert_eq!(
        status(&run(&repo.path(), &["baseline", "update", "--allow-new"])),
        0
    );
    let output = check(&repo.path(), &["--since", "HEAD"]);
    assert!(
        said(&output).contains("This change accepts more:\n  b:1:1: the baseline accepts"),
        "{}",
        said(&output)
    );
}
