//! Another revision: what git has, read and compared, whatever the repository is like.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use distrust::source::{Closed, Disk, Door, EntryKind, Files, Repository, Scope};

use crate::cli::{run, status, text};

/// A group that is open to the world, at one port.
pub(crate) fn group(name: &str, port: u16) -> String {
    format!(
        "resource \"aws_security_group\" \"{name}\" {{\n  description = \"x\"\n  ingress {{\n    from_port   = {port}\n    \
         to_port     = {port}\n    protocol    = \"tcp\"\n    cidr_blocks = [\"0.0.0.0/0\"]\n  }}\n}}\n"
    )
}

/// A repository in a folder of its own.
pub(crate) struct Repo {
    base: tempfile::TempDir,
    name: &'static str,
}

impl Repo {
    pub(crate) fn new() -> Self {
        let base = tempfile::tempdir().expect("a folder");
        let repo = Self { base, name: "repo" };
        std::fs::create_dir(repo.path()).expect("a folder");
        repo.git(&["init", "-q", "-b", "main"]);
        repo
    }

    pub(crate) fn path(&self) -> PathBuf {
        let base = self.base.path().canonicalize().expect("a real path");
        base.join(self.name)
    }

    /// Another folder beside the repository.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.path().with_file_name(name)
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        git(&self.path(), arguments)
    }

    pub(crate) fn put(&self, path: &str, text: &str) -> &Self {
        put(&self.path(), path, text);
        self
    }

    pub(crate) fn commit(&self, message: &str) -> String {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// The addresses that a check finds something about, with its options.
    pub(crate) fn found(&self, arguments: &[&str]) -> Vec<String> {
        found(&self.path(), arguments)
    }
}

pub(crate) fn put(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
    std::fs::write(path, text).expect("a file");
}

/// Git as a user calls it, whatever the settings of the machine.
pub(crate) fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args([
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@b",
            "-c",
            "protocol.file.allow=always",
        ])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .output()
        .expect("git starts");
    assert!(
        output.status.success(),
        "git {arguments:?}: {}",
        text(&output.stderr)
    );
    text(&output.stdout).trim().to_owned()
}

pub(crate) fn found(folder: &Path, arguments: &[&str]) -> Vec<String> {
    let all = [
        &[
            "check",
            "--select",
            "aws-sg-ingress-ssh-rdp",
            "--output-format",
            "json",
        ],
        arguments,
    ]
    .concat();
    let output = run(folder, &all);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{arguments:?}: {}", text(&output.stderr)));
    let findings = report["findings"].as_array().cloned().unwrap_or_default();
    let subjects = findings.iter().flat_map(|one| {
        let all = one["subjects"].as_array().cloned().unwrap_or_default();
        all.into_iter()
            .map(|own| own["address"].as_str().unwrap_or_default().to_owned())
    });
    subjects.collect()
}

fn refused(folder: &Path, arguments: &[&str]) -> String {
    let output: Output = run(folder, &[&["check"], arguments].concat());
    assert_eq!(status(&output), 2, "{}", text(&output.stderr));
    assert!(output.stdout.is_empty());
    text(&output.stderr).to_owned()
}

#[cfg(unix)]
#[test]
fn the_files_of_a_revision_are_those_that_were_committed() {
    use std::os::unix::fs::symlink;
    let repo = Repo::new();
    repo.put("a/b/c.tf", "one")
        .put("a/b.tf", "two")
        .put("z.tf", "old");
    repo.put(".gitignore", ".terraform/\n");
    symlink("a/b", repo.path().join("linked")).expect("a link");
    symlink("../outside", repo.path().join("out")).expect("a link");
    symlink("again", repo.path().join("again")).expect("a link");
    let commit = repo.commit("first");
    repo.put("z.tf", "new").put("untracked.tf", "x");
    repo.put(".terraform/modules/m/main.tf", "from the disk");
    let files = Repository::around(&repo.path())
        .and_then(|git| git.revision(&commit))
        .expect("it is there");
    let at = |path: &str| repo.path().join(path);
    let read = |path: &str| {
        files
            .canonical(&at(path))
            .and_then(|real| files.read(&real))
    };
    assert_eq!(read("a/b/c.tf").as_deref(), Ok(&b"one"[..]));
    assert_eq!(read("linked/c.tf").as_deref(), Ok(&b"one"[..]));
    assert_eq!(read("linked/../b.tf").as_deref(), Ok(&b"two"[..]));
    assert_eq!(read("z.tf").as_deref(), Ok(&b"old"[..]));
    assert_eq!(read("untracked.tf"), Err(Closed::Missing));
    assert_eq!(
        read(".terraform/modules/m/main.tf").as_deref(),
        Ok(&b"from the disk"[..])
    );
    assert_eq!(read("out"), Err(Closed::Missing));
    assert!(matches!(read("again"), Err(Closed::Failed(_))));
    assert_eq!(files.head(&at("a/b/c.tf"), 2).as_deref(), Ok(&b"on"[..]));
    assert_eq!(files.kind(&at("linked")), Some(EntryKind::Link));
    let names: Vec<_> = files
        .list(&repo.path())
        .expect("a folder")
        .into_iter()
        .map(|one| one.name)
        .collect();
    assert_eq!(
        names,
        [
            ".git",
            ".gitignore",
            ".terraform",
            "a",
            "again",
            "linked",
            "out",
            "z.tf"
        ]
    );
    let names: Vec<_> = files
        .list(&at("a"))
        .expect("a folder")
        .into_iter()
        .map(|one| one.name)
        .collect();
    assert_eq!(names, ["b", "b.tf"]);
    // The door says of a link out of the repository what it says of one on the disk.
    let scope = Scope::new(&files, &repo.path(), None, &[]);
    let door = Door::new(&files, &scope);
    std::fs::create_dir(repo.beside("outside")).expect("a folder");
    assert_eq!(door.kind(Path::new("out")), Err(Closed::Outside));
    assert_eq!(
        Door::new(&Disk, &scope).kind(Path::new("out")),
        Err(Closed::Outside)
    );
}

#[test]
fn only_what_is_new_or_changed_is_said() {
    let repo = Repo::new();
    repo.put("main.tf", &group("old", 22)).commit("first");
    repo.git(&["switch", "-q", "-c", "topic"]);
    assert_eq!(repo.found(&["--since", "main"]), [""; 0]);
    // Form, order, file and comments are no change.
    let spaced = group("old", 22)
        .replace(" = ", "   =  ")
        .replace("ingress {", "ingress { # hm\n\n");
    repo.put("main.tf", "").put(
        "other.tf",
        &format!("# head\nvariable \"a\" {{}}\n{spaced}"),
    );
    assert_eq!(repo.found(&["--since", "main"]), [""; 0]);
    // Another value at the same place is.
    repo.put("other.tf", &group("old", 3389));
    assert_eq!(repo.found(&["--since", "main"]), ["aws_security_group.old"]);
    repo.put(
        "other.tf",
        &format!("{}{}", group("old", 22), group("new", 22)),
    );
    repo.commit("second");
    assert_eq!(repo.found(&["--since", "main"]), ["aws_security_group.new"]);
    assert_eq!(repo.found(&["--since", "HEAD"]), [""; 0]);
    // What main got since is not ours: the last common commit counts.
    repo.git(&["switch", "-q", "main"]);
    repo.put("main.tf", "# mended\n").commit("mended");
    repo.git(&["switch", "-q", "topic"]);
    assert_eq!(repo.found(&["--since", "main"]), ["aws_security_group.new"]);
    let mut both = repo.found(&["--since", "main", "--no-merge-base"]);
    both.sort();
    assert_eq!(both, ["aws_security_group.new", "aws_security_group.old"]);
    // A merge commit, a detached head.
    repo.git(&["merge", "-q", "-X", "ours", "-m", "merge", "main"]);
    repo.git(&["switch", "-q", "--detach"]);
    assert_eq!(
        repo.found(&["--since", "main"]).len(),
        2,
        "main has mended the old one"
    );
    assert_eq!(repo.found(&["--since", "HEAD^1"]), [""; 0]);
}

#[test]
fn a_new_caller_and_a_copy_are_new_and_a_folder_that_moved_is_not() {
    let repo = Repo::new();
    repo.put("modules/a/main.tf", &group("web", 22));
    let call = |name: &str| format!("module \"{name}\" {{\n  source = \"./modules/a\"\n}}\n");
    repo.put("main.tf", &call("one")).commit("first");
    repo.put("main.tf", &format!("{}{}", call("one"), call("two")));
    assert_eq!(
        repo.found(&["--since", "HEAD"]),
        ["module.two.aws_security_group.web"]
    );
    repo.put("main.tf", &call("one"))
        .put("copy/main.tf", &group("web", 22));
    assert_eq!(repo.found(&["--since", "HEAD"]), ["aws_security_group.web"]);
    std::fs::remove_dir_all(repo.path().join("copy")).expect("gone");
    repo.git(&["mv", "modules/a", "modules/b"]);
    repo.put("main.tf", &call("one").replace("modules/a", "modules/b"));
    assert_eq!(repo.found(&["--since", "HEAD"]), [""; 0]);
}

#[test]
fn a_value_of_elsewhere_that_changed_is_said_where_it_does_harm() {
    let repo = Repo::new();
    let module = group("web", 22).replace("[\"0.0.0.0/0\"]", "var.from");
    repo.put(
        "modules/a/main.tf",
        &format!("variable \"from\" {{}}\n{module}"),
    );
    let call = |from: &str| {
        format!("module \"a\" {{\n  source = \"./modules/a\"\n  from   = [\"{from}\"]\n}}\n")
    };
    repo.put("main.tf", &call("10.0.0.0/8")).commit("first");
    repo.put("main.tf", &call("0.0.0.0/0"));
    assert_eq!(
        repo.found(&["--since", "HEAD"]),
        ["module.a.aws_security_group.web"]
    );
    repo.commit("open");
    repo.put("main.tf", &call("::/0"));
    assert_eq!(repo.found(&["--since", "HEAD", "modules"]).len(), 0);
}

#[test]
fn what_is_staged_is_checked_and_nothing_else() {
    let repo = Repo::new();
    repo.put("main.tf", &group("first", 22));
    repo.git(&["add", "-A"]);
    assert_eq!(
        repo.found(&["--staged"]),
        ["aws_security_group.first"],
        "before the first commit"
    );
    repo.commit("first");
    repo.put("staged.tf", &group("staged", 22));
    repo.git(&["add", "staged.tf"]);
    repo.put("unstaged.tf", &group("unstaged", 22))
        .put("staged.tf", "");
    assert_eq!(repo.found(&["--staged"]), ["aws_security_group.staged"]);
    let output = run(&repo.path(), &["check", "--staged", "--fix"]);
    assert_eq!(status(&output), 2);
    // A merge that is not finished has no next commit.
    repo.git(&["stash", "-q", "-u"]);
    repo.git(&["switch", "-q", "-c", "other"]);
    repo.put("main.tf", "# other\n").commit("other");
    repo.git(&["switch", "-q", "main"]);
    repo.put("main.tf", "# main\n").commit("main");
    let merge = Command::new("git")
        .args(["merge", "-q", "other"])
        .current_dir(repo.path())
        .output();
    assert!(
        merge.is_ok_and(|merge| !merge.status.success()),
        "they are in conflict"
    );
    assert!(refused(&repo.path(), &["--staged"]).contains("git status"));
}

#[test]
fn what_is_not_here_is_said_with_the_command_that_gets_it() {
    let repo = Repo::new();
    assert!(
        refused(&repo.path(), &["--since", "HEAD"]).contains("there is no revision `HEAD` here")
    );
    repo.put("main.tf", &group("old", 22)).commit("first");
    assert!(refused(&repo.path(), &["--since", "mian"]).contains("git branch --all"));
    assert!(refused(&repo.path(), &["--since=--output=x"]).contains("there is no revision"));
    repo.put("main.tf", "").commit("second");
    repo.put("other.tf", &group("new", 22)).commit("third");
    repo.git(&["switch", "-q", "-c", "topic", "HEAD~1"]);
    repo.put("topic.tf", &group("topic", 22)).commit("topic");
    let from = format!("file://{}", repo.path().display());
    let shallow = repo.beside("shallow");
    let (at, branch) = (shallow.display().to_string(), "--branch=topic");
    repo.git(&["clone", "-q", "--depth=1", branch, &from, &at]);
    // As a checkout of CI does it: the base is not there; then it is, without what lies between.
    let mend = |why: &str| {
        let (_, command) = why.split_once("help: git ").expect("a command");
        let command: Vec<&str> = command
            .lines()
            .next()
            .expect("a line")
            .split_whitespace()
            .collect();
        git(&shallow, &command);
    };
    let why = refused(&shallow, &["--since", "origin/main"]);
    assert!(
        why.contains("--unshallow origin +refs/heads/main:refs/remotes/origin/main"),
        "{why}"
    );
    git(
        &shallow,
        &[
            "fetch",
            "-q",
            "--depth=1",
            "origin",
            "+refs/heads/main:refs/remotes/origin/main",
        ],
    );
    let why = refused(&shallow, &["--since", "origin/main"]);
    assert!(why.contains("no commit in common"), "{why}");
    mend(&why);
    assert_eq!(
        found(&shallow, &["--since", "origin/main"]),
        ["aws_security_group.topic"]
    );
    assert!(refused(&shallow, &["--since", "main"]).contains("--since origin/main"));
    // Outside of any repository.
    std::fs::create_dir(repo.beside("bare")).expect("a folder");
    put(&repo.beside("bare"), "main.tf", "");
    assert!(refused(&repo.beside("bare"), &["--since", "main"]).contains("no repository"));
    let both = ["--since", "main", ".", &at];
    assert!(refused(&repo.path(), &both).contains("two repositories"));
}

#[test]
fn a_partial_clone_fetches_nothing_and_says_what_is_left_out() {
    let repo = Repo::new();
    repo.put("main.tf", &group("old", 22)).commit("first");
    repo.put("main.tf", &group("new", 22)).commit("second");
    repo.git(&["config", "uploadpack.allowFilter", "true"]);
    let from = format!("file://{}", repo.path().display());
    let partial = repo.beside("partial");
    let at = partial.display().to_string();
    repo.git(&["clone", "-q", "--filter=blob:none", &from, &at]);
    let why = refused(&partial, &["--since", "HEAD~1"]);
    assert!(
        why.contains("1 of the files are not here") && why.contains("main.tf"),
        "{why}"
    );
    let (_, command) = why.split_once("help: git ").expect("a command");
    let command: Vec<&str> = command.split_whitespace().collect();
    git(&partial, &command);
    assert_eq!(
        found(&partial, &["--since", "HEAD~1"]),
        ["aws_security_group.new"]
    );
}

#[test]
fn worktrees_and_submodules_are_read_like_the_rest() {
    let inner = Repo::new();
    inner.put("main.tf", &group("inner", 22)).commit("inner");
    let repo = Repo::new();
    repo.put("main.tf", &group("old", 22)).commit("first");
    let from = inner.path().display().to_string();
    repo.git(&["submodule", "--quiet", "add", &from, "sub"]);
    assert_eq!(
        repo.found(&["--since", "HEAD"]),
        ["aws_security_group.inner"],
        "it is new"
    );
    repo.commit("with a submodule");
    assert_eq!(repo.found(&["--since", "HEAD"]), [""; 0]);
    let sub = repo.path().join("sub");
    put(&sub, "more.tf", &group("more", 22));
    assert_eq!(
        repo.found(&["--since", "HEAD"]),
        ["aws_security_group.more"]
    );
    assert_eq!(
        found(&sub, &["--since", "HEAD"]),
        ["aws_security_group.more"]
    );
    git(&sub, &["add", "-A"]);
    git(&sub, &["commit", "-q", "-m", "more"]);
    repo.commit("newer");
    assert_eq!(
        repo.found(&["--since", "HEAD~1"]),
        ["aws_security_group.more"]
    );
    let tree = repo.beside("tree");
    repo.git(&[
        "worktree",
        "add",
        "-q",
        "--detach",
        &tree.display().to_string(),
    ]);
    put(&tree, "new.tf", &group("new", 22));
    assert_eq!(
        found(&tree, &["--since", "HEAD"]),
        ["aws_security_group.new"]
    );
    // A submodule that is not checked out is an empty folder on both sides; a commit that it lacks is said.
    git(&tree, &["checkout", "-q", "--detach", "HEAD~1"]);
    git(&tree, &["submodule", "--quiet", "update", "--init"]);
    let new = ["aws_security_group.new"];
    assert_eq!(found(&tree, &["--since", "HEAD"]), new);
    let why = refused(&tree, &["--since", "main", "--no-merge-base"]);
    assert!(why.contains("git -C sub fetch origin"), "{why}");
}

#[cfg(unix)]
#[test]
fn no_setting_of_a_repository_runs_anything() {
    use std::os::unix::fs::PermissionsExt;
    let repo = Repo::new();
    repo.put("main.tf", &group("old", 22));
    repo.put(".gitattributes", "*.tf filter=evil diff=evil merge=evil\n")
        .commit("first");
    repo.put(
        "main.tf",
        &format!("{}{}", group("old", 22), group("new", 22)),
    );
    repo.git(&["add", "-A"]);
    let ran = repo.beside("ran");
    let evil = repo.beside("evil.sh");
    let script = format!("#!/bin/sh\necho \"$0 $*\" >> {}\ncat\n", ran.display());
    std::fs::write(&evil, script).expect("a script");
    std::fs::set_permissions(&evil, std::fs::Permissions::from_mode(0o755)).expect("it can be run");
    let hooks = repo.path().join(".git/hooks");
    std::fs::create_dir_all(&hooks).expect("a folder");
    for hook in [
        "post-index-change",
        "fsmonitor-watchman",
        "reference-transaction",
        "post-checkout",
    ] {
        std::fs::copy(&evil, hooks.join(hook)).expect("a hook");
    }
    let evil = evil.display().to_string();
    for (name, value) in [
        ("core.fsmonitor", evil.as_str()),
        ("core.sshCommand", &evil),
        ("core.pager", &evil),
        ("core.editor", &evil),
        ("core.askPass", &evil),
        ("core.gitProxy", &evil),
        ("core.alternateRefsCommand", &evil),
        ("core.hooksPath", &hooks.display().to_string()),
        ("filter.evil.clean", &evil),
        ("filter.evil.smudge", &evil),
        ("filter.evil.process", &evil),
        ("filter.evil.required", "true"),
        ("diff.evil.textconv", &evil),
        ("diff.external", &evil),
        ("merge.evil.driver", &evil),
        ("alias.ls-tree", &format!("!{evil}")),
        ("alias.rev-parse", &format!("!{evil}")),
        ("credential.helper", &evil),
        ("gpg.program", &evil),
        ("pager.ls-files", &evil),
        ("extensions.partialClone", "origin"),
        ("remote.origin.url", &format!("ext::{evil}")),
        ("remote.origin.uploadpack", &evil),
        ("remote.origin.promisor", "true"),
        ("protocol.ext.allow", "always"),
        ("uploadpack.packObjectsHook", &evil),
    ] {
        repo.git(&["-c", "core.fsmonitor=false", "config", name, value]);
    }
    std::fs::remove_file(&ran).ok();
    for arguments in [&["--since", "HEAD"][..], &["--staged"]] {
        assert_eq!(repo.found(arguments), ["aws_security_group.new"]);
    }
    // What the object store lacks is promised by the remote of the settings: nobody is asked.
    let blob = repo.git(&["-c", "core.fsmonitor=false", "rev-parse", "HEAD:main.tf"]);
    std::fs::remove_file(&ran).ok();
    std::fs::remove_file(
        repo.path()
            .join(".git/objects")
            .join(&blob[..2])
            .join(&blob[2..]),
    )
    .expect("it was there");
    let why = refused(&repo.path(), &["--since", "HEAD"]);
    assert!(why.contains("git fetch --refetch"), "{why}");
    let ran = std::fs::read_to_string(&ran).unwrap_or_default();
    assert_eq!(ran, "", "something was run");
}

#[cfg(unix)]
#[test]
fn a_working_tree_elsewhere_is_not_believed() {
    let repo = Repo::new();
    repo.put("main.tf", &group("old", 22)).commit("first");
    std::fs::create_dir(repo.beside("elsewhere")).expect("a folder");
    let elsewhere = repo.beside("elsewhere").display().to_string();
    repo.git(&["config", "core.worktree", &elsewhere]);
    let why = refused(&repo.path(), &["--since", "HEAD"]);
    assert!(why.contains("elsewhere"), "{why}");
}
