//! Build script: reads `rules/`, checks every file, and writes what the library includes.
//!
//! `kinds.bin` is the vocabulary, `rules.bin` the rules one after the other, `pages.txt` their pages, `index.bin` where
//! each begins and which kinds it is about: [postcard], so that nothing is parsed at start-up. `actions.bin` is the table
//! of the actions of AWS. What is wrong with a file fails the build with its path and line.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path as FilePath, PathBuf};

#[allow(dead_code, missing_docs, unreachable_pub)]
mod catalog {
    pub mod case;
    pub mod model;
    pub mod read;
    pub mod spell;
    pub mod tree;
}
#[allow(dead_code, missing_docs, unreachable_pub)]
mod rules {
    pub mod declared {
        pub mod model;
        pub mod read;
        pub mod time;
    }
}

#[allow(missing_docs, unreachable_pub)]
mod policy {
    pub mod action {
        pub mod pack;
    }
    pub mod managed {
        pub mod pack;
    }
}
#[allow(missing_docs, unreachable_pub)]
mod generate {
    pub mod pack;
}

use catalog::model::{Kind, Path};
use catalog::spell::{Schemas, Writing, writings};
use catalog::tree::Wrong;
use rules::declared::model::{Check, RemedySpec, Rule};

fn main() {
    println!("cargo::rerun-if-changed=rules");
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets it"));
    let mut files = Vec::new();
    walk(&root.join("rules"), &mut files);
    files.sort();
    let mut wrongs = Vec::new();
    let kinds = read_kinds(&root, &files, &mut wrongs);
    let (rules, pages) = read_rules(&root, &files, &kinds, &mut wrongs);
    let table = (&*root, "src/policy/action/table.txt");
    let actions = packed(table, policy::action::pack::pack, &mut wrongs);
    let table = (&*root, "src/policy/managed/table.txt");
    let managed = packed(table, policy::managed::pack::pack, &mut wrongs);
    if !wrongs.is_empty() {
        for wrong in wrongs {
            println!("cargo::error={wrong}");
        }
        return;
    }
    let kinds: Vec<Kind> = kinds.into_values().collect();
    let write = |name: &str, bytes: &[u8]| {
        fs::write(out.join(name), bytes).expect("the output folder is writable");
    };
    write("actions.bin", &actions);
    write("managed.bin", &managed);
    generate::pack::write(&root, &out).expect("templates and facts are there");
    write(
        "kinds.bin",
        &postcard::to_allocvec(&kinds).expect("plain data"),
    );
    let (mut bytes, mut index) = (Vec::new(), Vec::new());
    let mut by_kind: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    let mut text = String::new();
    for (at, (rule, page)) in rules.iter().zip(&pages).enumerate() {
        bytes.extend(postcard::to_allocvec(rule).expect("plain data"));
        text.push_str(page);
        index.push((rule.id.as_str(), bytes.len() as u32, text.len() as u32));
        for kind in &rule.kinds {
            by_kind.entry(kind).or_default().push(at as u32);
        }
    }
    let by_kind: Vec<_> = by_kind.into_iter().collect();
    write("rules.bin", &bytes);
    write("pages.txt", text.as_bytes());
    write(
        "index.bin",
        &postcard::to_allocvec(&(index, by_kind)).expect("plain data"),
    );
}

/// All files below a folder. Each folder is watched too, so that a new file is noticed.
fn walk(folder: &FilePath, files: &mut Vec<PathBuf>) {
    println!("cargo::rerun-if-changed={}", folder.display());
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            walk(&path, files);
        } else {
            files.push(path);
        }
    }
}

fn read(path: &FilePath) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn shown(root: &FilePath, path: &FilePath, wrong: &Wrong) -> String {
    let path = path.strip_prefix(root).unwrap_or(path).display();
    format!("{path}:{}: {}", wrong.line, wrong.message)
}

/// A packed table, or the line that is wrong and why.
type Packed = Result<Vec<u8>, (usize, String)>;

/// A recorded table, packed.
fn packed(
    (root, path): (&FilePath, &str),
    pack: fn(&str) -> Packed,
    wrongs: &mut Vec<String>,
) -> Vec<u8> {
    let file = root.join(path);
    println!("cargo::rerun-if-changed={}", file.display());
    pack(&read(&file)).unwrap_or_else(|(line, message)| {
        wrongs.push(shown(root, &file, &Wrong::at(line, message)));
        Vec::new()
    })
}

fn read_kinds(
    root: &FilePath,
    files: &[PathBuf],
    wrongs: &mut Vec<String>,
) -> BTreeMap<String, Kind> {
    let mut kinds = BTreeMap::new();
    let mut types: BTreeMap<String, String> = BTreeMap::new();
    for file in files.iter().filter(|file| file.ends_with("_kinds.yaml")) {
        let found = match catalog::read::kinds(&read(file)) {
            Ok(found) => found,
            Err(wrong) => {
                wrongs.push(shown(root, file, &wrong));
                continue;
            }
        };
        for (line, kind) in found {
            // Another file may add to a kind what it is about: the documents that it holds, say.
            if let Some(known) = kinds.get_mut(&kind.name) {
                if let Err(message) = add(known, kind) {
                    wrongs.push(shown(root, file, &Wrong::at(line, message)));
                }
                continue;
            }
            for type_name in kind.terraform.iter().chain(&kind.cloudformation) {
                if let Some(other) = types.insert(type_name.clone(), kind.name.clone()) {
                    let message = format!("`{type_name}` is of kind `{other}` already");
                    wrongs.push(shown(root, file, &Wrong::at(line, message)));
                }
            }
            kinds.insert(kind.name.clone(), kind);
        }
    }
    kinds
}

/// Adds to a kind what another file says of it. The two must not speak of the same thing.
fn add(kind: &mut Kind, other: Kind) -> Result<(), String> {
    if kind.terraform != other.terraform || kind.cloudformation != other.cloudformation {
        return Err("another file says otherwise which types this kind is".to_owned());
    }
    for attribute in other.attributes {
        if kind.attributes.iter().any(|own| own.path == attribute.path) {
            return Err(format!(
                "another file describes `{}` of this kind",
                attribute.path
            ));
        }
        kind.attributes.push(attribute);
    }
    for flow in other.flows {
        if kind.flows.iter().any(|own| own.name == flow.name) {
            return Err(format!("another file describes the flow `{}`", flow.name));
        }
        kind.flows.push(flow);
    }
    let twice = kind.identity.is_some() && other.identity.is_some();
    if twice || kind.addresses.is_some() && other.addresses.is_some() {
        return Err("another file says what identifies this kind, or what it names".to_owned());
    }
    kind.identity = kind.identity.take().or(other.identity);
    kind.addresses = kind.addresses.take().or(other.addresses);
    kind.endpoint = kind.endpoint.take().or(other.endpoint);
    kind.routes = kind.routes.take().or(other.routes);
    kind.secrets.extend(other.secrets);
    kind.edges.extend(other.edges);
    kind.documents.extend(other.documents);
    Ok(())
}

fn read_rules(
    root: &FilePath,
    files: &[PathBuf],
    kinds: &BTreeMap<String, Kind>,
    wrongs: &mut Vec<String>,
) -> (Vec<Rule>, Vec<String>) {
    let mut found: BTreeMap<String, (Rule, String)> = BTreeMap::new();
    let published = Published::read(root);
    for file in files
        .iter()
        .filter(|file| file.extension().is_some_and(|ext| ext == "md"))
    {
        let text = read(file);
        let rule = rules::declared::read::rule(&text).and_then(|mut rule| {
            check_rule(&rule, root, file, kinds)?;
            add_kinds(&mut rule, kinds);
            published.remedy(&mut rule, kinds)?;
            let below = file.strip_prefix(root.join("rules")).unwrap_or(file);
            let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
            rule.file = parts.join("/");
            Ok(rule)
        });
        match rule {
            Ok(rule) => {
                let page = rules::declared::read::split(&text).map(|(_, page, _)| page.to_owned());
                found.insert(rule.id.clone(), (rule, page.unwrap_or_default()));
            }
            Err(wrong) => wrongs.push(shown(root, file, &wrong)),
        }
    }
    check_yielding(&found, root, wrongs);
    found.into_values().unzip()
}

/// A rule yields to rules that there are, that are not less severe, and that do not yield to it in turn.
fn check_yielding(
    found: &BTreeMap<String, (Rule, String)>,
    root: &FilePath,
    wrongs: &mut Vec<String>,
) {
    for (rule, _) in found.values() {
        let mut say = |message: String| {
            let file = root.join("rules").join(&rule.file);
            wrongs.push(shown(root, &file, &Wrong::at(2, message)));
        };
        for stronger in &rule.yields_to {
            match found.get(stronger) {
                None => say(format!("it yields to `{stronger}`, which is no rule")),
                Some((other, _)) if other.severity < rule.severity => {
                    say(format!("it yields to `{stronger}`, which is less severe"));
                }
                Some(_) if yields(found, stronger, &rule.id) => {
                    say(format!("it yields to `{stronger}`, which yields to it"));
                }
                Some(_) => {}
            }
        }
    }
}

/// Whether a rule yields to another, by some way.
fn yields(found: &BTreeMap<String, (Rule, String)>, from: &str, to: &str) -> bool {
    let mut open = vec![from];
    let mut seen = BTreeSet::new();
    while let Some(next) = open.pop() {
        if next == to {
            return true;
        }
        if seen.insert(next)
            && let Some((rule, _)) = found.get(next)
        {
            open.extend(rule.yields_to.iter().map(String::as_str));
        }
    }
    false
}

/// What the providers publish of their types.
struct Published {
    terraform: Schemas,
    cloudformation: Schemas,
    /// CloudFormation's properties that cannot change without replacing the resource.
    create_only: Schemas,
}

impl Published {
    fn read(root: &FilePath) -> Self {
        let schemas = |name: &str| {
            let file = root.join("testdata/schemas").join(name);
            println!("cargo::rerun-if-changed={}", file.display());
            Schemas::read(&read(&file))
        };
        Self {
            terraform: schemas("terraform.txt"),
            cloudformation: schemas("cloudformation.txt"),
            create_only: schemas("create_only.txt"),
        }
    }

    /// Fills in how the remedy of a rule is written for each type it is about; one that the page does not state and that
    /// no schema knows is none. A remedy that the page states must be written somehow, and one that replaces a resource is
    /// not safe.
    fn remedy(&self, rule: &mut Rule, kinds: &BTreeMap<String, Kind>) -> Result<(), Wrong> {
        let stated = rule.remedy.is_some();
        let Some(mut remedy) = rule.remedy.take().or_else(|| RemedySpec::of(&rule.check)) else {
            return Ok(());
        };
        for name in &rule.kinds {
            let kind = kinds.get(name);
            for type_name in self.types(name, kind) {
                let written = self.written(kind, &type_name, &remedy);
                let fixed = |own: &Writing| {
                    own.join.is_none() && self.create_only.has(&type_name, &own.path())
                };
                if remedy.applicability == 2 && written.iter().any(fixed) {
                    let message = format!(
                        "setting `{}` may replace a {type_name}: it is not safe",
                        remedy.path
                    );
                    return Err(Wrong::at(2, message));
                }
                if !written.is_empty() {
                    remedy.writings.push((type_name, written.into()));
                }
            }
        }
        if remedy.writings.is_empty() && stated && remedy.applicability > 0 {
            return Err(Wrong::at(
                2,
                format!(
                    "no type of these kinds has `{}`: it cannot be set",
                    remedy.path
                ),
            ));
        }
        rule.remedy = (stated || !remedy.writings.is_empty()).then_some(remedy);
        Ok(())
    }

    fn types(&self, name: &str, kind: Option<&Kind>) -> Vec<String> {
        let mut types: Vec<String> = match kind {
            Some(kind) => kind
                .terraform
                .iter()
                .chain(&kind.cloudformation)
                .cloned()
                .collect(),
            None if self.terraform.knows(name) => vec![name.to_owned()],
            None => Vec::new(),
        };
        if !types.iter().any(|own| own.contains("::")) {
            let automatic = self.cloudformation.types();
            let of =
                |own: &&String| catalog::case::kind_of_cloudformation(own).as_deref() == Some(name);
            types.extend(automatic.filter(of).cloned());
        }
        types
    }

    fn written(&self, kind: Option<&Kind>, type_name: &str, remedy: &RemedySpec) -> Vec<Writing> {
        let terraform = !type_name.contains("::");
        let schemas = if terraform {
            &self.terraform
        } else {
            &self.cloudformation
        };
        let all = writings(kind, &remedy.path, remedy.to.as_ref(), terraform).into_iter();
        all.filter_map(|own| schemas.resolve(type_name, own))
            .collect()
    }
}

/// The kinds that hold the documents a rule is about, beside those it names.
fn add_kinds(rule: &mut Rule, kinds: &BTreeMap<String, Kind>) {
    for kind in kinds.values() {
        let mut usages = kind.documents.iter().map(|document| document.usage);
        if usages.any(|usage| rule.documents.contains(&usage)) && !rule.kinds.contains(&kind.name) {
            rule.kinds.push(kind.name.clone());
        }
    }
}

/// What a single file cannot know: its id is its path, its flows and paths are those of the vocabulary.
fn check_rule(
    rule: &Rule,
    root: &FilePath,
    file: &FilePath,
    kinds: &BTreeMap<String, Kind>,
) -> Result<(), Wrong> {
    let relative = file
        .strip_prefix(root.join("rules"))
        .unwrap_or(file)
        .with_extension("");
    let expected: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
    if rule.id != expected.join("-") {
        return Err(Wrong::at(
            2,
            format!(
                "the id of this file is `{}`, after its path",
                expected.join("-")
            ),
        ));
    }
    let check = &rule.check;
    for usage in &rule.documents {
        let mut documents = kinds.values().flat_map(|kind| &kind.documents);
        if !documents.any(|document| document.usage == *usage) {
            let message = format!("no kind has documents for `{}`", usage.word());
            return Err(Wrong::at(2, message));
        }
    }
    rules::declared::read::relations::declared(check, &rule.kinds, kinds)?;
    for name in &rule.kinds {
        let kind = kinds.get(name);
        let mut flows = Vec::new();
        flows_of(check, &mut flows);
        for flow in flows {
            if !kind.is_some_and(|kind| kind.flows.iter().any(|known| known.name == flow)) {
                return Err(Wrong::at(2, format!("kind `{name}` has no flow `{flow}`")));
            }
        }
        let mut paths = Vec::new();
        rules::declared::read::paths(check, &Path::default(), &mut paths);
        if let Some(kind) = kind {
            paths.iter().try_for_each(|path| check_path(path, kind))?;
        }
    }
    Ok(())
}

fn flows_of(check: &Check, out: &mut Vec<String>) {
    match check {
        Check::All(checks) | Check::Any(checks) => {
            checks.iter().for_each(|check| flows_of(check, out))
        }
        Check::Not(check) | Check::Each(_, check) | Check::Some(_, check) => flows_of(check, out),
        Check::Unless(guard, check) => {
            flows_of(guard, out);
            flows_of(check, out);
        }
        Check::Reachable(reach) => out.push(reach.flow.clone()),
        Check::Shadowed(flow) | Check::Repeated(flow) => out.push(flow.clone()),
        Check::Value(..)
        | Check::Policy(..)
        | Check::Grants(_)
        | Check::Related(_)
        | Check::Beside(..)
        | Check::Same(..)
        | Check::Secret(_)
        | Check::Generated(_)
        | Check::Native(_) => {}
    }
}

/// A path must say `[]` where the vocabulary does, and must not stop above an attribute that is spread over sources:
/// what is there in one language would be absent in the other.
fn check_path(path: &Path, kind: &Kind) -> Result<(), Wrong> {
    for attribute in &kind.attributes {
        let declared = &attribute.path.0;
        let common = declared
            .iter()
            .zip(&path.0)
            .take_while(|(a, b)| a.name == b.name)
            .count();
        if common == declared.len()
            && declared[common - 1].each
            && !path.0[common - 1].each
            && path.0.len() > common
        {
            return Err(Wrong::at(
                2,
                format!("`{path}`: `{}` is a list, say `[]`", attribute.path),
            ));
        }
        let whole = kind
            .attributes
            .iter()
            .any(|other| other.path.0.len() == path.0.len() && names_equal(&other.path, path));
        if common == path.0.len() && declared.len() > common && !whole {
            return Err(Wrong::at(
                2,
                format!("`{path}` stops above `{}`; ask for that", attribute.path),
            ));
        }
    }
    Ok(())
}

fn names_equal(a: &Path, b: &Path) -> bool {
    a.0.iter().zip(&b.0).all(|(a, b)| a.name == b.name)
}
