//! Folders on the disk, brought from one state to the next.

use std::fs;
use std::path::Path;

use super::{ANSWERS, BASE, Care, PENDING, Plan, Record, Refused, Step, record_of};
use crate::generate::{Files, Language};
use crate::source::{Disk, Door, Scope};

fn files(all: &[(&str, &str)]) -> Files {
    let all = all.iter();
    all.map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
        .collect()
}

fn record() -> Record {
    Record {
        version: "1".into(),
        pattern: "p".into(),
        language: Language::Terraform,
        answers: serde_json::Map::new(),
        files: std::collections::BTreeMap::new(),
    }
}

/// Decides, and carries out where nothing stands in the way.
fn run(folder: &Path, all: &[(&str, &str)], care: Care) -> Plan {
    let folder = folder.canonicalize().expect("a real path");
    let scope = Scope::new(&Disk, &folder, Some(&folder), &[]);
    let door = Door::new(&Disk, &scope);
    let plan = Plan::of(door, &folder, files(all), record(), care).expect("a plan");
    if plan.refused().next().is_none() {
        plan.carry_out(door).expect("it is written");
    }
    plan
}

fn text(folder: &Path, path: &str) -> String {
    fs::read_to_string(folder.join(path)).expect("a file")
}

#[test]
fn what_was_edited_or_is_not_ours_is_not_touched() {
    let here = tempfile::tempdir().expect("a folder");
    let here = here.path();
    fs::write(here.join("theirs.tf"), "# mine\n").expect("a file");
    let plan = run(
        here,
        &[("a/new.tf", "1\n"), ("theirs.tf", "2\n")],
        Care::Refuse,
    );
    assert_eq!(plan.steps["theirs.tf"], Step::Refuse(Refused::Foreign));
    assert!(!here.join("a").exists(), "nothing at all is written");
    run(
        here,
        &[("a/new.tf", "1\n"), ("theirs.tf", "2\n")],
        Care::Force,
    );
    assert_eq!(
        (text(here, "a/new.tf"), text(here, "theirs.tf")),
        ("1\n".into(), "2\n".into())
    );
    fs::write(here.join("a/new.tf"), "edited\n").expect("a file");
    let plan = run(
        here,
        &[("a/new.tf", "3\n"), ("theirs.tf", "3\n")],
        Care::Refuse,
    );
    assert_eq!(plan.steps["a/new.tf"], Step::Refuse(Refused::Edited));
    assert_eq!(text(here, "theirs.tf"), "2\n");
}

#[test]
fn the_same_answers_give_the_same_bytes() {
    let all = [("x.tf", "1\n"), ("y/z.tf", "2\n")];
    let (one, two) = (
        tempfile::tempdir().expect("a folder"),
        tempfile::tempdir().expect("a folder"),
    );
    run(one.path(), &all, Care::Refuse);
    run(two.path(), &all, Care::Refuse);
    for path in ["x.tf", ANSWERS, ".distrust/base/y/z.tf.gz"] {
        let read = |folder: &Path| fs::read(folder.join(path)).expect("a file");
        assert_eq!(read(one.path()), read(two.path()), "{path}");
    }
    assert!(run(one.path(), &all, Care::Refuse).is_done());
}

#[test]
fn edits_are_merged_and_conflicts_named() {
    let here = tempfile::tempdir().expect("a folder");
    let here = here.path();
    run(
        here,
        &[("a.tf", "1\n2\n3\n4\n5\n"), ("b.tf", "x\n")],
        Care::Refuse,
    );
    fs::write(here.join("a.tf"), "one\n2\n3\n4\n5\n").expect("a file");
    fs::write(here.join("b.tf"), "y\n").expect("a file");
    let new = [("a.tf", "1\n2\n3\n4\nfive\n"), ("b.tf", "z\n")];
    let plan = run(here, &new, Care::Merge);
    assert_eq!(
        plan.steps["a.tf"],
        Step::Merge("one\n2\n3\n4\nfive\n".into())
    );
    assert_eq!(plan.steps["b.tf"].word(), "conflict");
    assert!(text(here, "b.tf").contains("<<<<<<< edited\ny\n=======\nz\n"));
    // Markers that are left are found before anything is written.
    let newer = [("a.tf", "1\n2\n3\n4\n5\n6\n"), ("b.tf", "w\n")];
    let plan = run(here, &newer, Care::Merge);
    assert_eq!(plan.steps["b.tf"], Step::Refuse(Refused::Markers));
    assert_eq!(text(here, "a.tf"), "one\n2\n3\n4\nfive\n");
    // Settled, it goes on; and without what it was made from, it does not.
    fs::write(here.join("b.tf"), "y and z\n").expect("a file");
    fs::remove_file(here.join(BASE).join("b.tf.gz")).expect("a file");
    let plan = run(here, &newer, Care::Merge);
    assert_eq!(plan.steps["b.tf"], Step::Refuse(Refused::NoBase));
}

#[test]
fn what_is_not_generated_any_more_goes_unless_it_was_edited() {
    let here = tempfile::tempdir().expect("a folder");
    let here = here.path();
    run(
        here,
        &[("a.tf", "1\n"), ("b.tf", "1\n"), ("c.tf", "1\n")],
        Care::Refuse,
    );
    fs::write(here.join("b.tf"), "2\n").expect("a file");
    run(here, &[("c.tf", "1\n")], Care::Refuse);
    assert!(!here.join("a.tf").exists());
    assert_eq!(text(here, "b.tf"), "2\n");
}

#[test]
fn an_interrupted_run_is_noticed_and_finished() {
    let here = tempfile::tempdir().expect("a folder");
    let here = here.path();
    run(here, &[("a.tf", "1\n"), ("b.tf", "1\n")], Care::Refuse);
    let old = text(here, ANSWERS);
    run(here, &[("a.tf", "2\n"), ("b.tf", "2\n")], Care::Refuse);
    // As if it had ended between two files.
    let new = text(here, ANSWERS);
    fs::write(here.join(PENDING), new).expect("a file");
    fs::write(here.join(ANSWERS), old).expect("a file");
    fs::write(here.join("b.tf"), "1\n").expect("a file");
    let plan = run(here, &[("a.tf", "3\n"), ("b.tf", "3\n")], Care::Refuse);
    assert!(plan.interrupted);
    assert_eq!(
        (text(here, "a.tf"), text(here, "b.tf")),
        ("3\n".into(), "3\n".into())
    );
    assert!(!here.join(PENDING).exists());
}

#[cfg(unix)]
#[test]
fn no_link_leads_out_of_the_folder() {
    let (here, other) = (
        tempfile::tempdir().expect("a folder"),
        tempfile::tempdir().expect("a folder"),
    );
    std::os::unix::fs::symlink(other.path(), here.path().join("out")).expect("a link");
    std::os::unix::fs::symlink(other.path().join("x"), here.path().join("file.tf"))
        .expect("a link");
    let folder = here.path().canonicalize().expect("a real path");
    let scope = Scope::new(&Disk, &folder, Some(&folder), &[]);
    let door = Door::new(&Disk, &scope);
    for path in ["out/a.tf", "file.tf"] {
        let plan = Plan::of(
            door,
            &folder,
            files(&[(path, "1\n")]),
            record(),
            Care::Force,
        );
        let written = plan.and_then(|plan| plan.carry_out(door));
        assert!(written.is_err(), "{path}");
    }
    assert!(
        Plan::of(
            door,
            &folder,
            files(&[("../a.tf", "1\n")]),
            record(),
            Care::Force
        )
        .is_err()
    );
    assert_eq!(fs::read_dir(other.path()).expect("a folder").count(), 0);
}

#[test]
fn a_record_is_read_as_it_was_written() {
    let here = tempfile::tempdir().expect("a folder");
    run(
        here.path(),
        &[("a.tf", "1\n"), ("odd name: x.tf", "2\n")],
        Care::Refuse,
    );
    let folder = here.path().canonicalize().expect("a real path");
    let scope = Scope::new(&Disk, &folder, Some(&folder), &[]);
    let record = record_of(Door::new(&Disk, &scope), &folder)
        .expect("a record")
        .expect("one");
    assert_eq!(record.text(), text(here.path(), ANSWERS));
}
