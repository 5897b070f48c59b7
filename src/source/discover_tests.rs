//! Discovery in memory and on disk.

use std::path::{Path, PathBuf};

use super::{Discovered, Search, discover};
use crate::source::{Code, Disk, Door, Files, Memory, Scope, SourceMap};

fn sniff(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, b"Resources").is_some()
}

fn run(
    files: &dyn Files,
    working: &Path,
    paths: &[&str],
    exclude: &[&str],
) -> (SourceMap, Discovered) {
    let sources = SourceMap::new();
    let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
    let exclude: Vec<String> = exclude.iter().map(ToString::to_string).collect();
    let scope = Scope::new(files, working, None, &paths);
    let search = Search {
        paths: &paths,
        exclude: &exclude,
        listed: false,
        everything: false,
        is_template: sniff,
    };
    let found = discover(Door::new(files, &scope), &sources, search);
    (sources, found)
}

/// Everything that was found, as one text.
fn summary(sources: &SourceMap, found: &Discovered) -> String {
    let mut out = String::new();
    for folder in &found.folders {
        let names: Vec<&str> = folder.files.iter().map(|(name, _)| name.as_str()).collect();
        out += &format!("folder {}: {}\n", folder.shown, names.join(" "));
    }
    for file in &found.templates {
        out += &format!("template {}\n", file.path);
    }
    for plan in &found.plans {
        let named = if plan.named { "named " } else { "" };
        out += &format!("{named}plan {}\n", plan.file.path);
    }
    for diagnostic in &found.diagnostics {
        let path = sources.get(diagnostic.span.source).path.clone();
        out += &format!("{} {path}: {}\n", diagnostic.code.id(), diagnostic.message);
    }
    out
}

#[test]
fn names_and_content_decide() {
    let mut files = Memory::new();
    files.insert("/w/main.tf", "");
    files.insert("/w/prod.tfvars", "");
    files.insert("/w/a/x.tf.json", "{}");
    files.insert("/w/a/y.tofu", "");
    files.insert("/w/a/z.auto.tfvars.json", "{}");
    files.insert("/w/t/stack.template", "Resources: {}");
    files.insert("/w/t/values.yaml", "replicas: 3");
    files.insert(
        "/w/t/plan.json",
        "\n{\"format_version\":\"1.2\",\"planned_values\":{}}",
    );
    files.insert("/w/only/x.tfvars", "");
    files.insert("/w/.terraform/modules/m/main.tf", "");
    files.insert("/w/node_modules/m/main.tf", "");
    files.insert("/w/readme.txt", "Resources");
    let (sources, found) = run(&files, Path::new("/w"), &["."], &[]);
    assert_eq!(
        summary(&sources, &found),
        "folder .: main.tf prod.tfvars\n\
         folder a: x.tf.json y.tofu z.auto.tfvars.json\n\
         template t/stack.template\nplan t/plan.json\n"
    );
}

#[test]
fn a_file_stands_for_its_module_and_is_read_whatever_its_ending() {
    let mut files = Memory::new();
    files.insert("/w/a/main.tf", "");
    files.insert("/w/a/other.tf", "");
    files.insert("/w/a/b/c.tf", "");
    files.insert("/w/notes.txt", "Resources");
    let (sources, found) = run(
        &files,
        Path::new("/w"),
        &["a/main.tf", "notes.txt", "a"],
        &[],
    );
    assert_eq!(
        summary(&sources, &found),
        "folder a: main.tf other.tf\nfolder a/b: c.tf\ntemplate notes.txt\n"
    );
}

#[cfg(unix)]
#[test]
fn on_disk_ignore_files_links_pipes_and_permissions() {
    use std::os::unix::fs::symlink;
    let base = tempfile::tempdir().expect("a folder");
    let base = base.path().canonicalize().expect("a real path");
    let work = base.join("work");
    let write = |path: &str, text: &str| {
        let path = base.join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        std::fs::write(path, text).expect("a file");
    };
    write("work/.git/HEAD", "");
    write("work/.gitignore", "generated/\n");
    write("work/.distrustignore", "vendor\n");
    for path in [
        "main.tf",
        "generated/g.tf",
        "vendor/v.tf",
        "ex/e.tf",
        "shared/s.tf",
        ".hidden/h.tf",
    ] {
        write(&format!("work/{path}"), "");
    }
    write("work/latin.tf", "");
    std::fs::write(work.join("latin.tf"), b"# caf\xe9\n").expect("a file");
    write("away/secret.tf", "");
    write("away/template.yaml", "Resources");
    let link = |to: &str, at: &str| symlink(to, work.join(at)).expect("a link");
    link("../away", "out");
    link("../away/template.yaml", "out.yaml");
    link("..", "up");
    link(".", "loop");
    link("shared/s.tf", "linked.tf");
    link("shared", "again");
    link("nowhere", "dangling.tf");
    link("nowhere", "dangling.txt");
    let made = std::process::Command::new("mkfifo")
        .arg(work.join("pipe.tf"))
        .status();
    assert!(
        made.is_ok_and(|status| status.success()),
        "mkfifo is part of POSIX"
    );
    let (sources, found) = run(&Disk, &work, &["."], &["ex/**"]);
    assert_eq!(
        summary(&sources, &found),
        "folder .: latin.tf linked.tf main.tf\n\
         folder shared: s.tf\n\
         unreadable-file dangling.tf: this link leads nowhere: no such file or directory\n\
         outside-root out: this leads out of the folders that may be read, and was not followed\n\
         outside-root out.yaml: this leads out of the folders that may be read, and was not followed\n\
         unreadable-file pipe.tf: this is no regular file, and was not opened\n\
         outside-root up: this leads out of the folders that may be read, and was not followed\n\
         invalid-encoding latin.tf: byte 0xE9 is not UTF-8 text\n"
    );
}

#[test]
fn a_file_that_vanished_is_said() {
    let base = tempfile::tempdir().expect("a folder");
    let (sources, found) = run(&Disk, base.path(), &["gone.yaml"], &[]);
    assert_eq!(
        summary(&sources, &found),
        "unreadable-file gone.yaml: no such file or directory\n"
    );
    assert_eq!(found.diagnostics[0].code, Code::Unreadable);
}

fn utf16(text: &str) -> Vec<u8> {
    let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
    units.flat_map(u16::to_le_bytes).collect()
}

/// What the shell of Windows writes is read; Terraform's own files are read too, and said.
#[test]
fn texts_in_utf_16() {
    let plan = r#"{"format_version": "1.2", "resource_changes": []}"#;
    let mut files = Memory::new();
    files.insert("/w/plan.json", utf16(plan));
    files.insert("/w/marked.json", format!("\u{FEFF}{plan}"));
    files.insert("/w/T.YAML", utf16("Resources: {}"));
    files.insert("/w/main.tf", utf16("locals {}"));
    let (sources, found) = run(&files, Path::new("/w"), &["."], &[]);
    assert_eq!(
        summary(&sources, &found),
        "folder .: main.tf\n\
         template T.YAML\n\
         plan marked.json\n\
         plan plan.json\n\
         invalid-encoding main.tf: this file is UTF-16, which Terraform does not read\n"
    );
    assert_eq!(&*found.templates[0].text, "Resources: {}");
    assert_eq!(&*found.folders[0].files[0].1.text, "locals {}");
}

/// A plan that something happened to is one all the same; what looks a little like one is none.
#[test]
fn plans_as_they_come() {
    let mut files = Memory::new();
    let head = r#"{"format_version": "1.2", "terraform_version": "1.11.0""#;
    for (name, text) in [
        (
            "log",
            format!("Refreshing state...\n{head}, \"planned_values\": {{}}}}"),
        ),
        ("cut", format!("{head}, \"planned_val")),
        ("state", format!("{head}, \"values\": {{}}}}")),
        ("other", format!("{head}}}")),
        (
            "words",
            "see \"format_version\" and {\"planned_values\"".to_owned(),
        ),
    ] {
        files.insert(format!("/w/{name}.json"), text);
    }
    let (_, found) = run(&files, Path::new("/w"), &["."], &[]);
    let plans: Vec<&str> = found.plans.iter().map(|plan| &*plan.file.path).collect();
    assert_eq!(plans, ["cut.json", "log.json"]);
}
