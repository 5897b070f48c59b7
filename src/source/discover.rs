//! What there is to read: Terraform folders, templates and plans among the files of the given paths.
//!
//! Names decide what is looked at, content decides what it is. Every file is read once, in parallel; the texts that
//! matter go into the [`SourceMap`] in the order of their paths, the others are dropped at once.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use memchr::memmem;
use rayon::prelude::*;

use super::{Code, Diagnostic, EntryKind, Files, Met, Scope, SourceFile, SourceMap, Span, Walk};

/// Endings of Terraform and OpenTofu files, without those of variable files.
const MODULE: &[&str] = &[".tf", ".tf.json", ".tofu", ".tofu.json"];
/// Endings of files with values for variables.
const VARIABLES: &[&str] = &[".tfvars", ".tfvars.json"];
/// Endings of files whose content decides whether they are templates or plans.
const TEMPLATE: &[&str] = &[".yaml", ".yml", ".json", ".template", ".cfn", ".cform"];

/// What to look for, and where.
#[derive(Clone, Copy)]
pub struct Search<'a> {
    /// Files and folders; they exist. A Terraform file stands for the module it belongs to, that is, its folder.
    pub paths: &'a [PathBuf],
    /// What to leave out besides the ignore files, in their syntax. Paths named above are read in any case.
    pub exclude: &'a [String],
    /// The folders that may be read.
    pub scope: &'a Scope,
    /// Whether these bytes look like a CloudFormation template.
    pub is_template: fn(&[u8]) -> bool,
}

/// A folder with Terraform files: a module, root or called.
#[derive(Debug, Clone)]
pub struct Folder {
    /// Its path from the root of the file system.
    pub path: PathBuf,
    /// The path as shown.
    pub shown: String,
    /// Name and text of its configuration and variable files, sorted by name.
    pub files: Vec<(String, Arc<SourceFile>)>,
}

impl Folder {
    /// Whether there is configuration in it; a folder with nothing but values for variables is no module.
    fn is_module(&self) -> bool {
        let mut names = self.files.iter().map(|(name, _)| Class::of(name));
        names.any(|class| class == Some(Class::Module))
    }
}

/// What was found, each list sorted by path.
#[derive(Debug, Clone, Default)]
pub struct Discovered {
    /// Folders with Terraform files.
    pub folders: Vec<Folder>,
    /// CloudFormation templates.
    pub templates: Vec<Arc<SourceFile>>,
    /// Plans as `terraform show -json` prints them.
    pub plans: Vec<Arc<SourceFile>>,
    /// What could not be read, or was not followed.
    pub diagnostics: Vec<Diagnostic>,
}

impl Discovered {
    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.folders.is_empty() && self.templates.is_empty() && self.plans.is_empty()
    }

    /// The number of files that matter.
    pub fn files(&self) -> usize {
        let folders = self.folders.iter();
        let terraform: usize = folders.map(|it| it.files.len()).sum();
        terraform + self.templates.len() + self.plans.len()
    }
}

/// What the name of a file says about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    /// Part of a Terraform module.
    Module,
    /// Values for variables.
    Variables,
    /// Its content decides.
    Content,
}

impl Class {
    fn of(name: &str) -> Option<Self> {
        let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
        if ends(MODULE) {
            Some(Class::Module)
        } else if ends(VARIABLES) {
            Some(Class::Variables)
        } else if ends(TEMPLATE) {
            Some(Class::Content)
        } else {
            None
        }
    }

    fn of_path(path: &Path) -> Option<Self> {
        path.file_name()?.to_str().and_then(Class::of)
    }
}

/// A file that was read.
enum Read {
    Module(Vec<u8>),
    Variables(Vec<u8>),
    Template(Vec<u8>),
    Plan(Vec<u8>),
    /// Read, and none of our business.
    Other,
    Failed(io::Error),
}

/// Finds and reads what the paths hold.
pub fn discover(files: &dyn Files, sources: &SourceMap, search: Search<'_>) -> Discovered {
    let mut names = Names::default();
    for path in search.paths {
        names.add(files, &search, path);
    }
    let wanted: Vec<(PathBuf, Class)> = names.wanted.into_iter().collect();
    let read: Vec<Read> = wanted
        .par_iter()
        .map(|(path, class)| read(files, path, *class, search.is_template))
        .collect();
    let mut found = Gathered::default();
    for (path, reason) in names.failed {
        found.fail(sources, search.scope, &path, Code::Unreadable, &reason);
    }
    for path in names.outside {
        let message = "this link leads out of the folders that may be read, and was not followed";
        found.fail(sources, search.scope, &path, Code::Outside, message);
    }
    for ((path, _), read) in wanted.iter().zip(read) {
        found.file(sources, search.scope, path, read);
    }
    found.finish()
}

/// The paths that matter by name.
#[derive(Default)]
struct Names {
    wanted: BTreeMap<PathBuf, Class>,
    failed: BTreeMap<PathBuf, String>,
    outside: BTreeSet<PathBuf>,
}

impl Names {
    /// What a path given by the user stands for.
    fn add(&mut self, files: &dyn Files, search: &Search<'_>, path: &Path) {
        let path = search.scope.absolute(path);
        if files.kind(&path) == Some(EntryKind::Folder) {
            self.folder(files, search, &path);
        } else if matches!(
            Class::of_path(&path),
            Some(Class::Module | Class::Variables)
        ) {
            self.module(files, path.parent().unwrap_or(&path));
        } else {
            // Named by the user: looked at whatever its ending.
            self.wanted.insert(path, Class::Content);
        }
    }

    /// The Terraform files of one folder.
    fn module(&mut self, files: &dyn Files, folder: &Path) {
        let entries = match files.list(folder) {
            Ok(entries) => entries,
            Err(error) => {
                self.failed.insert(folder.to_owned(), reason(&error));
                return;
            }
        };
        for entry in entries {
            let class = Class::of(&entry.name).filter(|class| *class != Class::Content);
            if let (EntryKind::File, Some(class), false) =
                (entry.kind, class, entry.name.starts_with('.'))
            {
                self.wanted.insert(folder.join(entry.name), class);
            }
        }
    }

    /// Everything below a folder.
    fn folder(&mut self, files: &dyn Files, search: &Search<'_>, folder: &Path) {
        let walk = Walk {
            wanted: &|name| Class::of(name).is_some(),
            exclude: search.exclude,
        };
        for met in files.walk(folder, walk) {
            match met {
                Met::File(path) => {
                    if let Some(class) = Class::of_path(&path) {
                        self.wanted.insert(path, class);
                    }
                }
                Met::Failed(path, reason) => {
                    self.failed.insert(path, reason);
                }
                Met::Link(path) => self.link(files, search, path),
            }
        }
    }

    /// A link on the way. Linked folders are found at their real place, and so are linked templates; a linked
    /// Terraform file is part of the module it is linked into.
    fn link(&mut self, files: &dyn Files, search: &Search<'_>, path: PathBuf) {
        let target = match files.canonical(&path) {
            Ok(target) => target,
            Err(error) => {
                let reason = format!("this link leads nowhere: {}", reason(&error));
                self.failed.insert(path, reason);
                return;
            }
        };
        if !search.scope.allows(&target) {
            self.outside.insert(path);
            return;
        }
        match Class::of_path(&path) {
            Some(class @ (Class::Module | Class::Variables))
                if files.kind(&target) == Some(EntryKind::File) =>
            {
                self.wanted.insert(path, class);
            }
            _ => {}
        }
    }
}

/// Reads a file and looks at what it is.
fn read(files: &dyn Files, path: &Path, class: Class, is_template: fn(&[u8]) -> bool) -> Read {
    // What the walk has met is a regular file or a link to one; what the user named may be anything.
    let bytes = match class {
        Class::Content if Class::of_path(path) != Some(Class::Content) => files.read(path),
        _ => files.read_met(path),
    };
    match (bytes, class) {
        (Err(error), _) => Read::Failed(error),
        (Ok(bytes), Class::Module) => Read::Module(bytes),
        (Ok(bytes), Class::Variables) => Read::Variables(bytes),
        (Ok(bytes), Class::Content) if is_plan(&bytes) => Read::Plan(bytes),
        (Ok(bytes), Class::Content) if is_template(&bytes) => Read::Template(bytes),
        (Ok(_), Class::Content) => Read::Other,
    }
}

/// Whether this is what `terraform show -json` prints of a plan: a JSON object with `format_version` and
/// `planned_values` or `resource_changes` (Terraform documentation, "JSON Output Format").
fn is_plan(bytes: &[u8]) -> bool {
    let has = |name: &[u8]| memmem::find(bytes, name).is_some();
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    first == Some(&b'{')
        && has(b"\"format_version\"")
        && (has(b"\"planned_values\"") || has(b"\"resource_changes\""))
}

/// What was read, on its way to [`Discovered`].
#[derive(Default)]
struct Gathered {
    folders: BTreeMap<PathBuf, Folder>,
    found: Discovered,
}

impl Gathered {
    /// Puts a file where it belongs.
    fn file(&mut self, sources: &SourceMap, scope: &Scope, path: &Path, read: Read) {
        let (bytes, read) = match read {
            Read::Other => return,
            Read::Failed(error) => {
                let code = match error.kind() {
                    io::ErrorKind::FileTooLarge => Code::Limit,
                    _ => Code::Unreadable,
                };
                return self.fail(sources, scope, path, code, &reason(&error));
            }
            Read::Module(bytes) => (bytes, Read::Module(Vec::new())),
            Read::Variables(bytes) => (bytes, Read::Variables(Vec::new())),
            Read::Template(bytes) => (bytes, Read::Template(Vec::new())),
            Read::Plan(bytes) => (bytes, Read::Plan(Vec::new())),
        };
        let (file, problem) = sources.add(&scope.shown(path), bytes);
        self.found.diagnostics.extend(problem);
        match read {
            Read::Template(_) => self.found.templates.push(file),
            Read::Plan(_) => self.found.plans.push(file),
            _ => {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                let folder = self.of(scope, path);
                folder.files.push((name.into_owned(), file));
            }
        }
    }

    /// The folder that a file belongs to.
    fn of(&mut self, scope: &Scope, path: &Path) -> &mut Folder {
        let folder = path.parent().unwrap_or(path);
        self.folders
            .entry(folder.to_owned())
            .or_insert_with(|| Folder {
                path: folder.to_owned(),
                shown: scope.shown(folder),
                files: Vec::new(),
            })
    }

    /// Says that a path was not read.
    fn fail(&mut self, sources: &SourceMap, scope: &Scope, path: &Path, code: Code, reason: &str) {
        let (file, _) = sources.add(&scope.shown(path), Vec::new());
        let span = Span::new(file.id, 0, 0);
        let diagnostic = Diagnostic::new(code, span, reason);
        self.found.diagnostics.push(match code {
            Code::Outside => {
                diagnostic.help("name the folder it leads to on the command line, or set --root")
            }
            _ => diagnostic,
        });
    }

    fn finish(self) -> Discovered {
        Discovered {
            folders: self
                .folders
                .into_values()
                .filter(Folder::is_module)
                .collect(),
            ..self.found
        }
    }
}

/// An error of the file system as a sentence, without the number that the operating system gives it.
pub(super) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => "it could not be read".into(),
    }
}

#[cfg(test)]
#[path = "discover_tests.rs"]
mod tests;
