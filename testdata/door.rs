//! The door: what is read, what is written, and that nothing else is done. Scanned repositories are not trusted.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use distrust::source::{Closed, Disk, Door, Scope, Search, SourceMap, discover};

use crate::cli::{piped, run, status, text};
use crate::require;

/// Stands in every file outside of the repository, and is never to be seen.
const CANARY: &str = "vrxqzoutside";

/// A resource that rules have something to say about.
fn group(name: &str) -> String {
    format!(
        "resource \"aws_security_group\" \"{name}\" {{\n  description = \"x\"\n  ingress {{\n    from_port = 22\n    \
         to_port = 22\n    protocol = \"tcp\"\n    cidr_blocks = [\"0.0.0.0/0\"]\n  }}\n}}\n"
    )
}

/// A repository, and a folder beside it that is none of its business.
struct World {
    base: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let base = tempfile::tempdir().expect("a folder");
        let world = Self { base };
        world.put("repo/.git/HEAD", "ref: refs/heads/main\n");
        world.put("repo/main.tf", &group("inner"));
        world.put("outside/secret.tf", &group(CANARY));
        world.put("outside/secret.tfvars", &format!("name = \"{CANARY}\"\n"));
        world.put("outside/secret.txt", CANARY);
        let template = format!("Resources:\n  {CANARY}:\n    Type: AWS::S3::Bucket\n");
        world.put("outside/secret.yaml", &template);
        world.put("outside/hide", "*\n");
        world
    }

    fn repo(&self) -> PathBuf {
        self.base.path().join("repo")
    }

    fn put(&self, path: &str, text: &str) {
        let path = self.base.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        std::fs::write(path, text).expect("a file");
    }

    /// A link in the repository.
    fn link(&self, at: &str, to: &str) {
        let at = self.repo().join(at);
        std::fs::create_dir_all(at.parent().expect("a parent")).expect("folders");
        symlink(to, at).expect("a link");
    }

    fn pipe(&self, at: &str) {
        let at = self.repo().join(at);
        std::fs::create_dir_all(at.parent().expect("a parent")).expect("folders");
        let made = Command::new("mkfifo").arg(at).status();
        assert!(
            made.is_ok_and(|made| made.success()),
            "mkfifo is part of POSIX"
        );
    }

    /// A run in two formats, whose second one is given back; nothing from outside is to be seen in either.
    fn shut(&self, arguments: &[&str]) -> Output {
        let mut last = None;
        for format in ["text", "json"] {
            let all = [
                &["check", "--undecided", "--output-format", format],
                arguments,
            ]
            .concat();
            let output = run(&self.repo(), &all);
            for stream in [&output.stdout, &output.stderr] {
                assert!(
                    !text(stream).contains(CANARY),
                    "{arguments:?}: {}",
                    text(stream)
                );
            }
            last = Some(output);
        }
        last.expect("there are formats")
    }
}

/// Whether a report in JSON speaks of a resource.
fn finds(output: &Output, name: &str) -> bool {
    text(&output.stdout).contains(&format!("aws_security_group.{name}\""))
}

/// What a report in JSON says of the input.
fn said(output: &Output) -> String {
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let diagnostics = report["diagnostics"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let lines = diagnostics.iter().map(|it| {
        let path = it["place"]["path"].as_str().unwrap_or_default();
        format!(
            "{} {path}: {}\n",
            it["code"].as_str().unwrap_or_default(),
            it["message"]
        )
    });
    lines.collect()
}

/// A file that is there and is not read may declare what seems to be missing: of a root, of a module that a call names, and
/// of one that no search would have found.
#[test]
fn what_an_unread_file_may_declare_is_not_missing() {
    let rule = "aws-s3-no-public-access-block";
    let bucket = "resource \"aws_s3_bucket\" \"inner\" {\n  bucket = \"b\"\n}\n";
    let call = |folder: &str| format!("module \"m\" {{\n  source = \"./{folder}\"\n}}\n");
    for folder in ["", "called", ".hidden"] {
        for (kind, lost) in [
            ("none", false),
            ("pipe", true),
            ("nowhere", true),
            ("outside", false),
            ("locked", false),
        ] {
            let world = World::new();
            let place = |name: &str| Path::new(folder).join(name).to_string_lossy().into_owned();
            world.put(
                "repo/main.tf",
                &if folder.is_empty() {
                    String::new()
                } else {
                    call(folder)
                },
            );
            world.put(&format!("repo/{}", place("bucket.tf")), bucket);
            let up = if folder.is_empty() {
                "../outside"
            } else {
                "../../outside"
            };
            match kind {
                "pipe" => world.pipe(&place("x.tf")),
                "nowhere" => world.link(&place("x.tf"), "nothing-here"),
                "outside" => world.link(&place("x.tf"), &format!("{up}/secret.tf")),
                "locked" => world.put(&format!("repo/{}", place("x.tf")), "\0GITCRYPT\0abc"),
                _ => {}
            }
            let output = world.shut(&["--select", rule, "--exit-zero", "."]);
            let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
            let is = |what: &str| report[what].as_array().is_some_and(|all| !all.is_empty());
            let whole = ["none", "outside"].contains(&kind);
            assert_eq!(
                (is("findings"), is("undecided")),
                (whole, !whole),
                "{folder} {kind}: {report}"
            );
            let output = world.shut(&["--select", rule, "."]);
            assert_eq!(status(&output) == 3, lost, "{folder} {kind}");
            let mentions = said(&output).matches("x.tf").count();
            assert_eq!(
                mentions,
                usize::from(kind != "none"),
                "{folder} {kind}: {}",
                said(&output)
            );
        }
    }
}

/// Who made a link does not decide what is overwritten, also where the user names it.
#[test]
fn no_verb_writes_through_a_link_out_of_the_repository() {
    let verbs: [&[&str]; 4] = [
        &["check", "--output", "link"],
        &["baseline", "write", "--baseline", "link"],
        &["baseline", "update", "--baseline", "link"],
        &[
            "check",
            "--fix",
            "--unsafe-fixes",
            "--min-severity",
            "info",
            "link.tf",
        ],
    ];
    for verb in verbs {
        let world = World::new();
        world.link("link", "../outside/kept");
        world.put("outside/kept", "");
        world.link("link.tf", "../outside/secret.tf");
        let before = |name: &str| {
            std::fs::read(world.base.path().join("outside").join(name)).expect("it is there")
        };
        let was = (before("kept"), before("secret.tf"));
        let output = run(&world.repo(), verb);
        assert_eq!((before("kept"), before("secret.tf")), was, "{verb:?}");
        assert_ne!(status(&output), 0, "{verb:?}");
    }
}

#[test]
fn a_link_out_of_the_repository_is_said_and_not_followed_whoever_reads() {
    let world = World::new();
    world.link("x.tf", "../outside/secret.tf");
    world.link("x.auto.tfvars", "../outside/secret.tfvars");
    world.link("folder", "../outside");
    world.link("twice", "folder");
    world.link("x.yaml", "twice/secret.yaml");
    world.link(".hidden/y.tf", "../../outside/secret.tf");
    world.put("repo/.hidden/a.tf", &group("hidden"));
    world.put(
        "repo/calls.tf",
        "variable \"name\" {}\nresource \"aws_s3_bucket\" \"b\" {\n  for_each = toset([var.name])\n}\n\
         module \"a\" {\n  source = \"./.hidden\"\n}\nmodule \"b\" {\n  source = \"./folder\"\n}\n\
         module \"c\" {\n  source = \"../outside\"\n}\n",
    );
    for arguments in [&["."][..], &["main.tf"], &["main.tf", "calls.tf"]] {
        let output = world.shut(arguments);
        assert!(
            finds(&output, "inner") && finds(&output, "hidden"),
            "{arguments:?}"
        );
        let said = said(&output);
        for path in ["x.tf", "x.auto.tfvars", ".hidden/y.tf"] {
            assert!(
                said.contains(&format!("outside-root {path}:")),
                "{path}: {said}"
            );
        }
    }
}

#[test]
fn functions_and_nested_stacks_do_not_leave_either() {
    let world = World::new();
    world.link("link", "../outside/secret.txt");
    world.link("folder", "../outside");
    world.put(
        "repo/functions.tf",
        "locals {\n  all = [file(\"link\"), file(\"../outside/secret.txt\"), filebase64(\"folder/secret.txt\"),\n    \
         templatefile(\"link\", {}), fileset(\"folder\", \"*\"), fileset(\".\", \"**\")]\n}\n\
         resource \"aws_s3_bucket\" \"b\" {\n  for_each = toset([file(\"link\"), tostring(fileexists(\"../outside/none\"))])\n  \
         bucket   = jsonencode(local.all)\n}\n",
    );
    world.put(
        "repo/stack.yaml",
        "Resources:\n  A:\n    Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: folder/secret.yaml}\n  \
         B:\n    Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: ../outside/secret.yaml}\n  \
         Fn::Transform: {Name: AWS::Include, Parameters: {Location: folder/secret.yaml}}\n",
    );
    let output = world.shut(&["."]);
    assert!(finds(&output, "inner"));
    let places = said(&output).matches("outside-root stack.yaml:").count();
    assert_eq!(places, 3, "{}", said(&output));
    let graph = run(&world.repo(), &["graph", ".", "--format", "json"]);
    assert!(!text(&graph.stdout).contains(CANARY));
    let there = run(&world.repo(), &["check", "--output-format", "json"]);
    world.put("outside/none", "now it is there");
    let here = run(&world.repo(), &["check", "--output-format", "json"]);
    assert_eq!(
        text(&there.stdout),
        text(&here.stdout),
        "whether a file is there is not told"
    );
}

#[test]
fn settings_name_what_is_inside_and_are_told_where_they_do_not() {
    let settings = "var-file = [\"../outside/secret.tfvars\", \"link.tfvars\"]\n\
        module-dir = [\"/\"]\nparameters = [\"A=b\", \"../outside/secret.txt\"]\n";
    let world = World::new();
    world.link("link.tfvars", "../outside/secret.tfvars");
    world.put("repo/distrust.toml", settings);
    let output = world.shut(&["."]);
    assert_eq!(status(&output), 2);
    let places = text(&output.stderr)
        .matches("leads out of the repository")
        .count();
    assert_eq!(places, 4, "{}", text(&output.stderr));

    std::fs::remove_file(world.repo().join("distrust.toml")).expect("it is there");
    world.link("distrust.toml", "../outside/secret.txt");
    assert_eq!(status(&world.shut(&["."])), 2);

    // Who runs this may name what they like.
    std::fs::remove_file(world.repo().join("distrust.toml")).expect("it is there");
    let output = run(
        &world.repo(),
        &["check", "--var-file", "../outside/secret.tfvars"],
    );
    assert_ne!(status(&output), 2, "{}", text(&output.stderr));
}

#[test]
fn ignore_files_that_are_links_or_lie_above_hide_nothing() {
    let world = World::new();
    world.put(".distrustignore", "*.tf\n");
    world.put(".gitignore", "*.tf\n");
    world.link(".gitignore", "../outside/hide");
    world.link("sub/.distrustignore", "../hidden");
    world.put("repo/hidden", "*.tf\n");
    world.put("repo/sub/a.tf", &group("below"));
    world.pipe("other/.gitignore");
    world.put("repo/other/a.tf", &group("beside"));
    let output = world.shut(&["."]);
    assert_eq!(status(&output), 1, "{}", said(&output));
    for name in ["inner", "below", "beside"] {
        assert!(finds(&output, name), "{name}");
    }
    let said = said(&output);
    for path in [".gitignore", "sub/.distrustignore", "other/.gitignore"] {
        assert!(said.contains(&format!("not-read {path}:")), "{said}");
    }
}

#[test]
fn a_link_that_is_named_opens_its_target_alone() {
    let world = World::new();
    world.put("outside/.git/HEAD", "");
    world.put("outside/target.tf", &group("target"));
    world.put(
        "outside/folder/a.tf",
        "module \"up\" {\n  source = \"../\"\n}\n",
    );
    world.put("outside/folder/b.tf", &group("within"));
    world.link("x.tf", "../outside/target.tf");
    world.link("folder", "../outside/folder");
    assert!(finds(&world.shut(&["x.tf"]), "target"));
    assert!(finds(&world.shut(&["folder"]), "within"));
    // The file that was named is read, the others in its folder are not.
    let output = world.shut(&["folder/b.tf"]);
    assert!(finds(&output, "within"));
    assert!(
        said(&output).contains("outside-root folder:"),
        "{}",
        said(&output)
    );
}

#[test]
fn standard_input_opens_nothing_around_its_name() {
    let world = World::new();
    for name in ["../outside/x.tf", "folder/x.tf"] {
        world.link("folder2", "../outside");
        let name = name.replace("folder/", "folder2/");
        let output = piped(
            &world.repo(),
            &["check", "-", "--stdin-filename", &name],
            &group("given"),
        );
        std::fs::remove_file(world.repo().join("folder2")).expect("it is there");
        assert_eq!(status(&output), 2);
        assert!(
            text(&output.stderr).contains("--root"),
            "{}",
            text(&output.stderr)
        );
        assert!(!text(&output.stderr).contains(CANARY) && output.stdout.is_empty());
    }
    // A link of that name is not followed: the text stands in its place.
    world.link("x.tf", "../outside/secret.tf");
    let arguments = [
        "check",
        "-",
        "--stdin-filename",
        "x.tf",
        "--output-format",
        "json",
    ];
    let output = piped(&world.repo(), &arguments, &group("given"));
    assert!(finds(&output, "given") && finds(&output, "inner"));
    assert!(!text(&output.stdout).contains(CANARY));
}

#[test]
fn output_is_not_written_through_a_link() {
    let world = World::new();
    world.link("report.json", "../outside/secret.txt");
    world.link("folder", "../outside");
    world.link("inner.json", "kept.json");
    world.put("repo/kept.json", "");
    world.pipe("pipe.json");
    let write = |path: &str| status(&run(&world.repo(), &["check", "main.tf", "--output", path]));
    for path in [
        "report.json",
        "folder/secret.txt",
        "folder/new.txt",
        "pipe.json",
        ".",
    ] {
        assert_eq!(write(path), 2, "{path}");
    }
    let kept = std::fs::read_to_string(world.base.path().join("outside/secret.txt"));
    assert_eq!(kept.expect("it is there"), CANARY);
    assert!(!world.base.path().join("outside/new.txt").exists());
    for path in ["inner.json", "new.json", "../elsewhere.json"] {
        assert_eq!(write(path), 1, "{path}");
        let written = std::fs::read_to_string(world.repo().join(path)).expect("it was written");
        assert!(written.contains("inner"), "{path}");
    }
}

#[test]
fn a_file_is_replaced_whole_and_only_as_it_was_read() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new();
    world.link("x.tf", "../outside/secret.tf");
    let repo = world.repo().canonicalize().expect("a real path");
    let scope = Scope::new(&Disk, &repo, None, &[]);
    let door = Door::new(&Disk, &scope);
    let main = repo.join("main.tf");
    std::fs::set_permissions(&main, PermissionsExt::from_mode(0o640)).expect("it is ours");
    let was = group("inner");
    assert_eq!(door.replace(&main, b"other", b"new"), Err(Closed::Changed));
    assert_eq!(door.replace(&main, was.as_bytes(), b"new"), Ok(()));
    let now = std::fs::read_to_string(&main).expect("it is there");
    let mode = std::fs::metadata(&main)
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!((now.as_str(), mode & 0o777), ("new", 0o640));
    let secret = group(CANARY);
    let outside = door.replace(&repo.join("x.tf"), secret.as_bytes(), b"new");
    assert_eq!(outside, Err(Closed::Outside));
    let left = std::fs::read_dir(&repo).expect("a folder").count();
    assert_eq!(left, 3, "nothing is left over: .git, main.tf, x.tf");
}

#[test]
fn what_is_no_regular_file_is_said_and_never_opened() {
    let world = World::new();
    world.pipe("pipe.tf");
    world.link("link.tf", "pipe.tf");
    world.link("zero.tf", "/dev/zero");
    world.pipe(".hidden/pipe.tf");
    world.put("repo/.hidden/a.tf", &group("hidden"));
    world.pipe("p");
    world.put(
        "repo/calls.tf",
        "module \"a\" {\n  source = \"./.hidden\"\n}\noutput \"o\" {\n  value = [file(\"p\"), fileexists(\"p\")]\n}\n",
    );
    let socket = world.repo().join("socket.tf");
    let _socket = std::os::unix::net::UnixListener::bind(socket).expect("a socket");
    let piped = piped(&world.repo(), &["check", "/dev/fd/0"], "");
    assert_eq!(status(&piped), 3, "{}", text(&piped.stderr));
    for arguments in [&["."][..], &["main.tf"], &["pipe.tf"], &["p", "main.tf"]] {
        let output = world.shut(arguments);
        assert_eq!(status(&output), 3, "{arguments:?}");
        let said = said(&output);
        for path in ["pipe.tf", "link.tf", "socket.tf", ".hidden/pipe.tf"] {
            assert!(
                said.contains(&format!("unreadable-file {path}:")),
                "{arguments:?} {path}: {said}"
            );
        }
        assert!(said.contains("zero.tf:"), "{said}");
        assert!(
            finds(&output, "inner") && finds(&output, "hidden"),
            "{arguments:?}"
        );
    }
    world.pipe("distrust.toml");
    assert_eq!(status(&world.shut(&["."])), 2);
}

#[test]
fn names_that_are_no_text_are_names() {
    use std::os::unix::ffi::OsStrExt;
    let world = World::new();
    let at = |bytes: &[u8]| world.repo().join(std::ffi::OsStr::from_bytes(bytes));
    if std::fs::create_dir(at(b"d\xff")).is_err() {
        // This file system has text for names.
        return;
    }
    std::fs::create_dir(at(b"d\xfe")).expect("a folder");
    std::fs::write(at(b"d\xff/main.tf"), group("one")).expect("a file");
    std::fs::write(at(b"d\xfe/main.tf"), group("two")).expect("a file");
    std::fs::write(at(b"bad\xff.tf"), group("three")).expect("a file");
    let template = "Resources:\n  G:\n    Type: AWS::EC2::SecurityGroup\n    Properties:\n      \
        SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0}]\n";
    std::fs::write(at(b"stack\xff.yaml"), template).expect("a file");
    let output = world.shut(&["."]);
    for name in ["inner", "one", "two", "three"] {
        assert!(finds(&output, name), "{name}");
    }
    let shown = text(&output.stdout);
    assert!(
        shown.contains(r"d\\xFF/main.tf") && shown.contains(r"d\\xFE/main.tf"),
        "{shown}"
    );
    assert!(shown.contains(r"stack\\xFF.yaml"), "{shown}");
}

#[test]
fn what_is_named_and_is_nothing_is_said_and_what_nobody_asked_for_is_a_note() {
    let world = World::new();
    world.put("repo/notes.txt", "hello\n");
    world.put("repo/tfplan", "PK\u{3}\u{4}rest");
    world.put("repo/empty.json", "");
    world.put("repo/.hidden.tf", &group("hidden"));
    world.put("repo/values/a.tfvars", "x = 1\n");
    for name in [
        "notes.txt",
        "tfplan",
        "empty.json",
        ".hidden.tf",
        "values/a.tfvars",
    ] {
        let output = world.shut(&[name, "main.tf"]);
        assert_eq!(status(&output), 3, "{name}");
        assert!(
            said(&output).contains(&format!("invalid-structure {name}:")),
            "{}",
            said(&output)
        );
        assert!(finds(&output, "inner"));
    }
    for name in ["a.tf", "b.tf", "c.tfvars", "d.yaml"] {
        world.put(&format!("repo/kept/{name}"), "\0GITCRYPT\0rest");
    }
    let data = std::fs::File::create(world.repo().join("data.json")).expect("a file");
    data.set_len(70 << 20).expect("a hole");
    let output = world.shut(&["."]);
    assert_eq!(status(&output), 1, "{}", said(&output));
    let said = said(&output);
    assert!(
        said.contains("not-read kept/a.tf:") && said.contains("4 files"),
        "{said}"
    );
    assert!(said.contains("not-read data.json:"), "{said}");
    for arguments in [
        ["--root", "none"],
        ["--root", "main.tf"],
        ["--module-dir", "main.tf"],
    ] {
        let output = world.shut(&arguments);
        assert_eq!(status(&output), 2, "{arguments:?}");
        assert!(text(&output.stderr).contains("there is no folder"));
    }
    let input = "x".repeat((64 << 20) + 1);
    let output = piped(
        &world.repo(),
        &["check", "-", "--stdin-filename", "s.yaml"],
        &input,
    );
    assert_eq!(status(&output), 3);
    assert!(
        text(&output.stderr).contains("64 MiB"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn values_that_were_not_read_are_unknown_and_not_the_defaults() {
    let world = World::new();
    let open = group("s").replace("[\"0.0.0.0/0\"]", "var.from");
    let variable =
        "variable \"from\" {\n  type    = list(string)\n  default = [\"0.0.0.0/0\"]\n}\n";
    world.put("repo/main.tf", &format!("{variable}{open}"));
    let proven = |arguments: &[&str]| {
        let all = [
            &[
                "check",
                "--output-format",
                "json",
                "--select",
                "aws-sg-ingress-ssh-rdp",
            ],
            arguments,
        ]
        .concat();
        finds(&run(&world.repo(), &all), "s")
    };
    assert!(proven(&[]));
    for lost in ["\0GITCRYPT\0rest", "from = [\n"] {
        world.put("repo/x.auto.tfvars", lost);
        assert!(!proven(&[]), "{lost}");
        assert!(proven(&["--var", "from=[\"0.0.0.0/0\"]"]), "{lost}");
    }
    std::fs::remove_file(world.repo().join("x.auto.tfvars")).expect("it is there");
    world.link("x.auto.tfvars", "../outside/secret.tfvars");
    assert!(!proven(&[]));
}

#[test]
fn what_a_called_module_holds_and_cannot_be_read_is_said() {
    for folder in [".hidden", "ignored/m"] {
        let world = World::new();
        world.put("repo/.gitignore", "ignored/\n");
        world.put(
            "repo/calls.tf",
            &format!("module \"m\" {{\n  source = \"./{folder}\"\n}}\n"),
        );
        world.put(&format!("repo/{folder}/a.tf"), &group("within"));
        world.put(&format!("repo/{folder}/broken.tf"), "}{");
        world.link(&format!("{folder}/gone.tf"), "nowhere");
        let latin = world.repo().join(folder).join("latin.tf");
        std::fs::write(latin, b"# caf\xe9\n").expect("a file");
        let output = world.shut(&["main.tf"]);
        assert_eq!(status(&output), 3);
        assert!(finds(&output, "inner") && finds(&output, "within"));
        let said = said(&output);
        for name in ["broken.tf", "gone.tf", "latin.tf"] {
            assert!(said.contains(&format!(" {folder}/{name}:")), "{said}");
        }
    }
    let world = World::new();
    world.put(
        "repo/calls.tf",
        "module \"m\" {\n  source = \"./none\"\n}\n",
    );
    assert_eq!(status(&world.shut(&["."])), 3, "Terraform refuses this too");
    world.put(
        "repo/calls.tf",
        "module \"m\" {\n  source = \"a/none/aws\"\n}\n",
    );
    assert_eq!(status(&world.shut(&["."])), 1, "what is elsewhere is named");
}

#[test]
fn a_file_that_is_exchanged_for_a_link_never_shows_another() {
    let world = World::new();
    let repo = world.repo().canonicalize().expect("a real path");
    world.put("repo/folder/a.tf", "# inside\n");
    let swap =
        |from: &str, to: &str| std::fs::rename(repo.join(from), repo.join(to)).expect("a new name");
    let stop = std::sync::atomic::AtomicBool::new(false);
    let ended = || stop.load(std::sync::atomic::Ordering::Relaxed);
    let mut runs = 0;
    std::thread::scope(|threads| {
        threads.spawn(|| {
            while !ended() {
                symlink("../outside/secret.tf", repo.join("spare")).expect("a link");
                swap("spare", "x.tf");
                std::fs::write(repo.join("spare"), "# inside\n").expect("a file");
                swap("spare", "x.tf");
            }
        });
        threads.spawn(|| {
            symlink("../outside", repo.join("other")).expect("a link");
            while !ended() {
                swap("folder", "aside");
                swap("other", "folder");
                swap("folder", "other");
                swap("aside", "folder");
            }
        });
        let paths: [&[PathBuf]; 2] = [&[".".into()], &["main.tf".into(), "folder/a.tf".into()]];
        for round in 0..1500 {
            let scope = Scope::new(&Disk, &repo, None, &[]);
            let sources = SourceMap::new();
            let search = Search {
                paths: paths[round % 2],
                exclude: &[],
                listed: false,
                everything: false,
                is_template: |_| true,
            };
            discover(Door::new(&Disk, &scope), &sources, search);
            let seen = sources.all();
            runs += usize::from(!seen.is_empty());
            let leaked = seen.iter().find(|file| file.text.contains(CANARY));
            if leaked.is_some() {
                stop.store(true, std::sync::atomic::Ordering::Relaxed);
            }
            assert!(leaked.is_none(), "{leaked:?}");
        }
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    assert_eq!(runs, 1500);
}

#[test]
fn no_socket_no_process_and_no_file_outside_is_opened() {
    if !require::program("strace", &["-V"]) {
        return;
    }
    let world = World::new();
    world.link("x.tf", "../outside/secret.tf");
    world.link("folder", "../outside");
    world.link(".gitignore", "../outside/hide");
    world.put(
        "repo/calls.tf",
        "module \"remote\" {\n  source = \"git::https://example.com/vpc.git\"\n}\n\
         output \"o\" {\n  value = [file(\"x.tf\"), file(\"../outside/secret.txt\")]\n}\n",
    );
    world.put(
        "repo/stack.yaml",
        "Resources:\n  B:\n    Type: AWS::S3::Bucket\n",
    );
    let log = world.base.path().join("log");
    let traced = Command::new("strace")
        .args([
            "-f",
            "-qq",
            "-s",
            "4096",
            "-e",
            "trace=%network,%process,open,openat,openat2,creat",
            "-o",
        ])
        .arg(&log)
        .arg(env!("CARGO_BIN_EXE_distrust"))
        .args(["check", ".", "--threads", "2"])
        .current_dir(world.repo())
        .output()
        .expect("strace starts");
    let log = std::fs::read_to_string(&log).unwrap_or_default();
    if !log.contains("execve(") {
        return require::missing("strace", text(&traced.stderr));
    }
    assert!(
        text(&traced.stdout).contains("inner"),
        "{}",
        text(&traced.stderr)
    );
    assert!(
        log.contains("main.tf"),
        "the log tells what is opened: {log}"
    );
    let outside = world.base.path().join("outside");
    let wrong = |line: &&str| {
        let call = line
            .split_once(' ')
            .map_or(*line, |(_, call)| call.trim_start());
        let name = call.split('(').next().unwrap_or_default();
        match name {
            "execve" => !line.contains(env!("CARGO_BIN_EXE_distrust")),
            "fork" | "vfork" => true,
            "clone" | "clone3" => !line.contains("CLONE_THREAD"),
            "open" | "openat" | "openat2" | "creat" => opens_outside(line, &outside),
            name => NETWORK.contains(&name),
        }
    };
    let wrong: Vec<&str> = log.lines().filter(wrong).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Calls that a program without a network has no use for.
const NETWORK: [&str; 10] = [
    "socket",
    "socketpair",
    "connect",
    "bind",
    "listen",
    "accept",
    "accept4",
    "sendto",
    "recvfrom",
    "sendmsg",
];

fn opens_outside(line: &str, outside: &Path) -> bool {
    line.contains(&*outside.to_string_lossy()) || line.contains("secret") || line.contains("../")
}
