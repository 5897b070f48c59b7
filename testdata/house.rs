//! The order of the house: layers name only what lies below them, every file says what it is, rules know no dialect,
//! and nothing that could open a socket is built in.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The layers from the lowest to the highest; a file may name its own and those before it.
const LAYERS: [&str; 16] = [
    "source", "syntax", "eval", "catalog", "graph", "policy", "network", "intent", "findings",
    "rules", "fix", "report", "config", "engine", "lsp", "cli",
];

/// What the generator may name; it stands beside the layers, and only `cli` may name it.
const GENERATE_NAMES: [&str; 7] = [
    "source", "syntax", "catalog", "policy", "network", "intent", "generate",
];

/// Files that belong to no layer: the list of layers, the entry point, the build script.
const OUTSIDE: [&str; 3] = ["lib.rs", "main.rs", "build.rs"];

/// The most lines a source file may have.
const LINES: usize = 500;

/// Words of one language or provider, which rules and findings must not know.
const DIALECT: [&str; 6] = [
    "aws_",
    "azurerm_",
    "google_",
    "AWS::",
    "terraform",
    "cloudformation",
];

/// Crates that open sockets or carry a client or server of a network protocol.
const SOCKETS: [&str; 20] = [
    "async-std",
    "curl",
    "curl-sys",
    "git2",
    "h2",
    "hyper",
    "isahc",
    "libgit2-sys",
    "mio",
    "native-tls",
    "openssl",
    "openssl-sys",
    "quinn",
    "reqwest",
    "rustls",
    "smol",
    "socket2",
    "tokio",
    "tungstenite",
    "ureq",
];

/// Types of the standard library that are sockets.
const STD_SOCKETS: [&str; 6] = [
    "TcpStream",
    "TcpListener",
    "UdpSocket",
    "UnixStream",
    "UnixListener",
    "UnixDatagram",
];

/// Ways to the file system.
const FILES: [&str; 6] = [
    "std::fs",
    "fs::",
    "File::open",
    "File::create",
    "OpenOptions",
    "read_dir(",
];

struct Source {
    /// Below `src/`, with `/`.
    path: String,
    text: String,
}

impl Source {
    /// The first part of the path: the layer, or the file's own name.
    fn layer(&self) -> &str {
        let first = self.path.split('/').next().unwrap_or_default();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// How many `super` lead from the file's module to the crate.
    fn depth(&self) -> usize {
        let own = !self.path.ends_with("/mod.rs");
        self.path.matches('/').count() + usize::from(own)
    }

    fn is_test(&self) -> bool {
        self.path
            .split('/')
            .any(|part| part == "tests" || part == "tests.rs" || part.ends_with("_tests.rs"))
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> Vec<Source> {
    let top = root().join("src");
    let mut found = Vec::new();
    let mut waiting: Vec<PathBuf> = vec![top.clone()];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the sources can be listed") {
            let path = entry.expect("an entry can be read").path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("a source is UTF-8");
                let below = path.strip_prefix(&top).expect("it lies below src");
                found.push(Source {
                    path: below.to_string_lossy().replace('\\', "/"),
                    text,
                });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(found.len() > 40, "the sources were found");
    found
}

fn none(what: &str, wrong: &[String]) {
    assert!(wrong.is_empty(), "{what}:\n{}", wrong.join("\n"));
}

#[test]
fn layers_name_only_lower_layers() {
    let mut wrong = Vec::new();
    for source in sources()
        .iter()
        .filter(|source| !OUTSIDE.contains(&source.path.as_str()))
    {
        let layer = source.layer();
        if !LAYERS.contains(&layer) && layer != "generate" {
            wrong.push(format!("src/{}: {layer} is no layer", source.path));
        }
        for (line, named) in named_layers(&source.text, source.depth()) {
            if !may_name(layer, &named) {
                wrong.push(format!("src/{}:{line}: {layer} names {named}", source.path));
            }
        }
    }
    none("a layer names a higher one", &wrong);
}

fn may_name(layer: &str, named: &str) -> bool {
    let rank = |layer: &str| LAYERS.iter().position(|name| *name == layer);
    if layer == "generate" {
        return GENERATE_NAMES.contains(&named);
    }
    match (rank(layer), rank(named)) {
        (Some(own), Some(other)) => other <= own,
        _ => named == "generate" && layer == "cli",
    }
}

/// The modules of the crate's root that a text names, with the line: after `crate::`, in `crate::{…}`, and after as
/// many `super::` as lead there. Comments count for nothing.
fn named_layers(text: &str, depth: usize) -> Vec<(usize, String)> {
    let text = code(text);
    let up = "super::".repeat(depth);
    let mut found = Vec::new();
    for prefix in ["crate::", up.as_str()] {
        for (at, _) in text.match_indices(prefix) {
            let before = text[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':' || c == '$') {
                continue;
            }
            let line = text[..at].matches('\n').count() + 1;
            let rest = &text[at + prefix.len()..];
            found.extend(first_names(rest).into_iter().map(|name| (line, name)));
        }
    }
    found.retain(|(_, name)| LAYERS.contains(&name.as_str()) || name == "generate");
    found
}

/// The first name of a path, or of each member of a group.
fn first_names(rest: &str) -> Vec<String> {
    let name = |text: &str| -> String {
        text.trim_start()
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect()
    };
    let Some(group) = rest.strip_prefix('{') else {
        return vec![name(rest)];
    };
    let (mut nested, mut names, mut start) = (0usize, Vec::new(), 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => nested += 1,
            '}' if nested == 0 => {
                names.push(name(&group[start..at]));
                break;
            }
            '}' => nested -= 1,
            ',' if nested == 0 => {
                names.push(name(&group[start..at]));
                start = at + 1;
            }
            _ => {}
        }
    }
    names
}

/// The text with its comments blanked; strings and lines stay where they are.
fn code(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let taken = match c {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            _ => 0,
        };
        if taken > 0 {
            out.extend(rest[..taken].chars().filter(|c| *c == '\n'));
            rest = &rest[taken..];
            continue;
        }
        let kept = if c == '"' || c == 'r' {
            string_length(rest)
        } else {
            char_length(rest)
        };
        out.push_str(&rest[..kept]);
        rest = &rest[kept..];
    }
    out
}

/// The length of the string literal that begins here, or of the one character.
fn string_length(text: &str) -> usize {
    let hashes = text[1..].bytes().take_while(|byte| *byte == b'#').count();
    if text.starts_with('r') && text[1 + hashes..].starts_with('"') {
        let end = format!("\"{}", "#".repeat(hashes));
        let from = 2 + hashes;
        return text[from..]
            .find(&end)
            .map_or(text.len(), |at| from + at + end.len());
    }
    if !text.starts_with('"') {
        return 1;
    }
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '"' if !escaped => return at + 1,
            _ => escaped = c == '\\' && !escaped,
        }
    }
    text.len()
}

/// The length of the character literal that begins here (it may hold a quote or a slash), or of the one character.
fn char_length(text: &str) -> usize {
    for literal in ["'\"'", "'\\\"'", "'/'", "'\\''"] {
        if text.starts_with(literal) {
            return literal.len();
        }
    }
    text.chars().next().map_or(0, char::len_utf8)
}

/// The text without its test modules: from `#[cfg(test)]` before a module to the brace that ends it.
fn without_tests(text: &str) -> String {
    let mut out = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.trim() == "#[cfg(test)]" {
            let indent = line.len() - line.trim_start().len();
            let end = format!("{}}}", " ".repeat(indent));
            if lines
                .next()
                .is_some_and(|header| header.trim_end().ends_with('{'))
            {
                lines.by_ref().find(|line| *line == end);
            }
            continue;
        }
        out.push_str(line);
        out.push('\n');
    }
    out
}

#[test]
fn every_file_says_what_it_is() {
    let silent = |source: &&Source| !source.text.starts_with("//! ");
    let wrong: Vec<String> = sources()
        .iter()
        .filter(silent)
        .map(|source| format!("src/{}", source.path))
        .collect();
    none("a file does not begin with `//! `", &wrong);
}

#[test]
fn no_file_is_long() {
    let long = |source: &Source| {
        let lines = source.text.lines().count();
        (lines > LINES).then(|| format!("src/{}: {lines} lines", source.path))
    };
    let wrong: Vec<String> = sources().iter().filter_map(long).collect();
    none("a file is longer than 500 lines", &wrong);
}

#[test]
fn rules_know_no_dialect() {
    let mut wrong = Vec::new();
    for source in sources()
        .iter()
        .filter(|source| ["rules", "findings"].contains(&source.layer()))
    {
        if source.is_test() {
            continue;
        }
        wrong.extend(
            dialect(&source.text)
                .into_iter()
                .map(|word| format!("src/{}: {word}", source.path)),
        );
    }
    none("a rule or finding names a dialect", &wrong);
}

fn dialect(text: &str) -> Vec<&'static str> {
    let text = code(&without_tests(text));
    let lower = text.to_lowercase();
    let named = |word: &&str| text.contains(*word) || lower.contains(*word);
    DIALECT.iter().copied().filter(named).collect()
}

#[test]
fn files_are_touched_in_one_layer() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| !source.is_test()) {
        if ["build.rs", "generate/pack.rs"].contains(&source.path.as_str())
            || source.layer() == "source"
        {
            continue;
        }
        let text = code(&without_tests(&source.text));
        let named = FILES.iter().filter(|name| text.contains(**name));
        wrong.extend(named.map(|name| format!("src/{}: {name}", source.path)));
    }
    none("a file is touched past the door", &wrong);
}

#[test]
fn no_source_opens_a_socket() {
    let mut wrong = Vec::new();
    for source in sources() {
        let text = code(&source.text);
        let named = STD_SOCKETS.iter().filter(|name| text.contains(**name));
        wrong.extend(named.map(|name| format!("src/{}: {name}", source.path)));
    }
    none("a source names a socket", &wrong);
}

#[test]
fn no_dependency_opens_a_socket() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("the manifest is there");
    let lock = fs::read_to_string(root().join("Cargo.lock")).expect("the lock file is there");
    let built = closure(&direct(&manifest), &locked(&lock));
    assert!(
        built.contains("serde_json") && built.contains("itoa"),
        "the tree was read: {built:?}"
    );
    assert!(
        !built.contains("proptest"),
        "what only tests need is not counted: {built:?}"
    );
    let wrong: Vec<String> = SOCKETS
        .iter()
        .filter(|name| built.contains(**name))
        .map(ToString::to_string)
        .collect();
    none("a crate that opens sockets is built in", &wrong);
}

/// The names under `[dependencies]`, `[build-dependencies]` and those of targets.
fn direct(manifest: &str) -> BTreeSet<String> {
    let (mut within, mut names) = (false, BTreeSet::new());
    for line in manifest.lines().map(str::trim) {
        if let Some(header) = line.strip_prefix('[') {
            let header = header.trim_end_matches(']');
            within = header.ends_with("dependencies") && !header.ends_with("dev-dependencies");
            if let Some((table, name)) = header.rsplit_once('.')
                && table.ends_with("dependencies")
                && !table.ends_with("dev-dependencies")
            {
                names.insert(name.to_owned());
            }
        } else if within && let Some((name, value)) = line.split_once('=') {
            let renamed = value
                .split_once("package = \"")
                .and_then(|(_, rest)| rest.split_once('"'));
            let name = name.trim().split('.').next().unwrap_or_default();
            names.insert(renamed.map_or(name, |(package, _)| package).to_owned());
        }
    }
    names
}

/// Each locked package and the names it depends on; versions of one name are taken together.
fn locked(lock: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut packages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for block in lock.split("[[package]]").skip(1) {
        let quoted = |line: &str| line.split('"').nth(1).unwrap_or_default().to_owned();
        let name = block
            .lines()
            .find(|line| line.starts_with("name = "))
            .map(quoted)
            .unwrap_or_default();
        let needs = block.lines().filter(|line| line.starts_with(" \""));
        let needs = needs.map(|line| {
            quoted(line)
                .split(' ')
                .next()
                .unwrap_or_default()
                .to_owned()
        });
        packages.entry(name).or_default().extend(needs);
    }
    packages
}

fn closure(
    from: &BTreeSet<String>,
    packages: &BTreeMap<String, BTreeSet<String>>,
) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut waiting: Vec<&String> = from.iter().collect();
    while let Some(name) = waiting.pop() {
        if reached.insert(name.clone()) {
            waiting.extend(packages.get(name).into_iter().flatten());
        }
    }
    reached
}

#[test]
fn the_inspection_sees_what_it_should() {
    let text = "//! A.\nuse crate::{eval::{Data, rules}, report::Out};\nuse super::super::cli;\n// crate::lsp\n";
    let named = named_layers(text, 2);
    let wanted = [(2, "eval"), (2, "report"), (3, "cli")];
    assert_eq!(named, wanted.map(|(line, name)| (line, name.to_owned())));
    assert!(
        named_layers("let text = \"//\"; crate::fix::apply()", 1).contains(&(1, "fix".to_owned()))
    );
    assert!(
        may_name("rules", "graph") && may_name("rules", "rules") && !may_name("graph", "rules")
    );
    assert!(
        may_name("cli", "generate")
            && !may_name("lsp", "generate")
            && !may_name("generate", "graph")
    );
    assert_eq!(
        dialect("let kind = \"aws_s3_bucket\"; // AWS::S3::Bucket\n"),
        ["aws_"]
    );
    assert_eq!(
        dialect("match l { Language::Terraform => 1 }\n"),
        ["terraform"]
    );
    assert!(dialect("#[cfg(test)]\nmod tests {\n    use x::terraform;\n}\n").is_empty());
    let manifest = "[dependencies]\na = \"1\"\nb = { package = \"c\" }\n[dev-dependencies]\nd = \"1\"\n[target.'cfg(unix)'.dependencies]\ne.version = \"1\"\n";
    assert_eq!(
        direct(manifest).into_iter().collect::<Vec<_>>(),
        ["a", "c", "e"]
    );
    let lock = "[[package]]\nname = \"a\"\ndependencies = [\n \"tokio 1.0.0\",\n]\n[[package]]\nname = \"tokio\"\n";
    assert!(closure(&direct(manifest), &locked(lock)).contains("tokio"));
}
