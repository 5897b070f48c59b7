//! A plan beside the configuration it was made from, and alone.

use std::path::Path;
use std::process::Command;

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
