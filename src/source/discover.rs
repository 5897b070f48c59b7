//! What there is to read: Terraform folders, templates and plans among the files of the given paths.
//!
//! Names decide what is looked at, content decides what it is. Every file is read once, in parallel; the texts that
//! matter go into the [`SourceMap`] in the order of their paths, the others are dropped at once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use super::named::{Class, Names, Wanted};
use super::planned::{looks_like_plan, may_be_plan};
use super::scope::name_text;
use super::{Closed, Code, Diagnostic, Door, EntryKind, SourceFile, SourceMap, Span, encoding};

/// How much of a file that is larger than any source is looked at, to say whether it was meant as one.
const HEAD_BYTES: usize = 1 << 20;

/// How a file begins that git-crypt has encrypted.
const ENCRYPTED: &[u8] = b"\0GITCRYPT\0";

/// What to look for, and where.
#[derive(Clone, Copy)]
pub struct Search<'a> {
    /// Files and folders; they exist. A Terraform file stands for the module it belongs to, that is, its folder.
    pub paths: &'a [PathBuf],
    /// What to leave out besides the ignore files, in their syntax. Paths named above are read in any case.
    pub exclude: &'a [String],
    /// Whether a program listed the paths (a hook names whatever has changed): a file among them that is no
    /// infrastructure is then passed over, else it is lost input.
    pub listed: bool,
    /// Whether no ignore file counts: what is not hidden is looked at.
    pub everything: bool,
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
    /// Names of such files that are there and were not read.
    pub unread: Vec<String>,
}

impl Folder {
    fn new(door: Door<'_>, path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            shown: door.scope().shown(path),
            files: Vec::new(),
            unread: Vec::new(),
        }
    }

    /// Whether there is configuration in it; a folder with nothing but values for variables is no module.
    fn is_module(&self) -> bool {
        let mut names = self.files.iter().map(|(name, _)| Class::of(name.as_ref()));
        names.any(|class| class == Some(Class::Module))
    }
}

/// A plan as `terraform show -json` prints it.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Its text.
    pub file: Arc<SourceFile>,
    /// Whether the user named the file, and did not only name a folder that it is in.
    pub named: bool,
}

/// What was found, each list sorted by path.
#[derive(Debug, Clone, Default)]
pub struct Discovered {
    /// Folders with Terraform files.
    pub folders: Vec<Folder>,
    /// CloudFormation templates.
    pub templates: Vec<Arc<SourceFile>>,
    /// Plans as `terraform show -json` prints them.
    pub plans: Vec<Plan>,
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

/// What a file is part of that was found before and has another text now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Renewed {
    /// The module in this folder.
    Module(PathBuf),
    /// The template of this name.
    Template(Arc<str>),
    /// It is none of our business, and was none before.
    Nothing,
}

impl Discovered {
    /// Puts the new text of a file in place of the one that was found; `None` where more may have changed than that: it
    /// was not found, is no longer what it was, or something is or was wrong with it.
    pub fn renew(
        &mut self,
        path: &Path,
        door: Door<'_>,
        sources: &SourceMap,
        is_template: fn(&[u8]) -> bool,
    ) -> Option<Renewed> {
        let class = Class::of(path.file_name()?)?;
        let wanted = Wanted {
            class,
            real: None,
            named: false,
        };
        let (bytes, is_module) = match read(door, path, &wanted, is_template) {
            Read::Terraform(bytes) => (bytes, true),
            Read::Template(bytes) => (bytes, false),
            Read::Other(_) if sources.at(path).is_none() && !self.has_template(path) => {
                return Some(Renewed::Nothing);
            }
            _ => return None,
        };
        let place = match is_module {
            true => {
                let folder = path.parent()?;
                let at = self.folders.binary_search_by(|own| (*own.path).cmp(folder));
                let mut files = self.folders[at.ok()?].files.iter_mut();
                let place = files.find(|(_, file)| *file.at == *path);
                place.map(|(_, file)| file)
            }
            false => self.templates.iter_mut().find(|file| *file.at == *path),
        }?;
        let mut said = self.diagnostics.iter();
        let (old, shown) = (place.id, place.path.clone());
        let (file, problem) = sources.add_file(path, &shown, bytes);
        let wrong = said.any(|one| one.span.source == old) || problem.is_some() || file.converted;
        *place = file;
        (!wrong).then(|| match is_module {
            true => Renewed::Module(path.parent().unwrap_or(path).to_owned()),
            false => Renewed::Template(shown),
        })
    }

    fn has_template(&self, path: &Path) -> bool {
        self.templates.iter().any(|file| *file.at == *path)
    }
}

/// A file that was read.
enum Read {
    Terraform(Vec<u8>),
    Template(Vec<u8>),
    Plan(Vec<u8>),
    /// Nobody here can read it, and that is how its author wants it.
    Encrypted,
    /// Too large, and nothing at its beginning says that it was meant for us.
    Large,
    /// Read, and none of our business.
    Other(Vec<u8>),
    Failed(Closed),
}

/// Finds and reads what the paths hold.
pub fn discover(door: Door<'_>, sources: &SourceMap, search: Search<'_>) -> Discovered {
    let names = Names::of(door, &search);
    let wanted: Vec<(PathBuf, Wanted)> = names.wanted.into_iter().collect();
    let read: Vec<Read> = wanted
        .par_iter()
        .map(|(path, wanted)| read(door, path, wanted, search.is_template))
        .collect();
    let mut found = Gathered::new(door, sources);
    for (path, code, why) in names.said {
        found.say(&path, code, &why);
    }
    for ((path, wanted), read) in wanted.iter().zip(read) {
        found.file(path, wanted, read);
    }
    for (path, wanted) in &wanted {
        found.check_named(path, wanted);
    }
    found.finish()
}

/// The configuration of one folder: what a call names may lie where no search looks. With what is wrong with it.
///
/// # Errors
/// Why the folder is not listed.
pub fn module(
    door: Door<'_>,
    sources: &SourceMap,
    path: &Path,
) -> Result<(Folder, Vec<Diagnostic>), Closed> {
    let mut found = Gathered::new(door, sources);
    for entry in door.list(path)? {
        if Class::of_terraform(&entry.name) != Some(Class::Module) {
            continue;
        }
        let path = path.join(entry.name);
        let wanted = Wanted {
            class: Class::Module,
            real: None,
            named: false,
        };
        match entry.kind {
            Ok(EntryKind::File) => {
                let read = read(door, &path, &wanted, |_| false);
                found.file(&path, &wanted, read);
            }
            Ok(_) => {}
            Err(closed) => found.say(&path, closed.code(), &closed.to_string()),
        }
    }
    found.say_encrypted();
    let folder = found.folders.remove(path);
    let folder = folder.unwrap_or_else(|| Folder::new(door, path));
    Ok((folder, found.found.diagnostics))
}

/// Reads a file and looks at what it is.
fn read(door: Door<'_>, path: &Path, wanted: &Wanted, is_template: fn(&[u8]) -> bool) -> Read {
    let bytes = match &wanted.real {
        Some(real) => door.read_met(real),
        None => door.read(path),
    };
    match bytes {
        Err(Closed::TooLarge) if wanted.class == Class::Content && !wanted.named => {
            large(door, path, is_template)
        }
        Err(closed) => Read::Failed(closed),
        Ok(bytes) if bytes.starts_with(ENCRYPTED) => Read::Encrypted,
        Ok(bytes) if wanted.class != Class::Content => Read::Terraform(bytes),
        Ok(bytes) => {
            let text = encoding::view(&bytes);
            let (plan, template) = (looks_like_plan(&text), is_template(&text));
            drop(text);
            match (plan, template) {
                (true, _) => Read::Plan(bytes),
                (_, true) => Read::Template(bytes),
                _ => Read::Other(bytes),
            }
        }
    }
}

/// A file too large to be read, in which anything may lie: whether it was meant for us is seen at its beginning.
fn large(door: Door<'_>, path: &Path, is_template: fn(&[u8]) -> bool) -> Read {
    match door.head(path, HEAD_BYTES) {
        Ok(head) if may_be_plan(&encoding::view(&head)) || is_template(&encoding::view(&head)) => {
            Read::Failed(Closed::TooLarge)
        }
        Ok(_) => Read::Large,
        Err(closed) => Read::Failed(closed),
    }
}

/// What was read, on its way to [`Discovered`].
struct Gathered<'a> {
    door: Door<'a>,
    sources: &'a SourceMap,
    folders: BTreeMap<PathBuf, Folder>,
    encrypted: Vec<PathBuf>,
    found: Discovered,
}

impl<'a> Gathered<'a> {
    fn new(door: Door<'a>, sources: &'a SourceMap) -> Self {
        Self {
            door,
            sources,
            folders: BTreeMap::new(),
            encrypted: Vec::new(),
            found: Discovered::default(),
        }
    }

    /// Puts a file where it belongs.
    fn file(&mut self, path: &Path, wanted: &Wanted, read: Read) {
        match read {
            Read::Terraform(bytes) => {
                let file = self.add(path, bytes);
                self.found.diagnostics.extend(file.not_for_terraform());
                self.of(path, |folder, name| folder.files.push((name, file)));
            }
            Read::Template(bytes) => {
                let file = self.add(path, bytes);
                self.found.templates.push(file);
            }
            Read::Plan(bytes) => {
                let file = self.add(path, bytes);
                let named = wanted.named;
                self.found.plans.push(Plan { file, named });
            }
            Read::Encrypted if wanted.named => {
                self.say(
                    path,
                    Code::Unreadable,
                    "this file is encrypted by git-crypt",
                );
            }
            Read::Encrypted => {
                self.encrypted.push(path.to_owned());
                self.unread(path);
            }
            Read::Large => {
                let why = format!("{}, and no infrastructure as it seems", Closed::TooLarge);
                self.say(path, Code::Unread, &why);
            }
            Read::Other(bytes) if wanted.named => self.say_nothing(path, &bytes),
            Read::Other(_) => {}
            Read::Failed(closed) if wanted.named && closed == Closed::Outside => {
                self.say(path, Code::Unreadable, &closed.to_string());
            }
            Read::Failed(closed) => self.say(path, closed.code(), &closed.to_string()),
        }
    }

    /// Notes that a file of a module was not read, if it is one.
    fn unread(&mut self, path: &Path) {
        if path.file_name().and_then(Class::of_terraform).is_some() {
            self.of(path, |folder, name| folder.unread.push(name));
        }
    }

    /// Does something with the folder that a file belongs to, and its name.
    fn of(&mut self, path: &Path, then: impl FnOnce(&mut Folder, String)) {
        let name = name_text(path.file_name().unwrap_or_default());
        let folder = path.parent().unwrap_or(path);
        let new = || Folder::new(self.door, folder);
        then(
            self.folders.entry(folder.to_owned()).or_insert_with(new),
            name,
        );
    }

    fn add(&mut self, path: &Path, bytes: Vec<u8>) -> Arc<SourceFile> {
        let shown = self.door.scope().shown(path);
        let (file, problem) = self.sources.add_file(path, &shown, bytes);
        self.found.diagnostics.extend(problem);
        file
    }

    /// Says that a path was not read.
    fn say(&mut self, path: &Path, code: Code, why: &str) {
        let help = "name the folder it leads to on the command line, or set --root";
        self.say_with(
            path,
            code,
            why,
            Some(help).filter(|_| code == Code::Outside),
        );
    }

    fn say_with(&mut self, path: &Path, code: Code, why: &str, help: Option<&str>) {
        // Configuration that lies outside is no part of what is judged; values that lie there are still not the defaults.
        let class = path.file_name().and_then(Class::of_terraform);
        if code != Code::Outside || class == Some(Class::Variables) {
            self.unread(path);
        }
        let shown = self.door.scope().shown(path);
        let (file, _) = self.sources.add_file(path, &shown, Vec::new());
        let span = Span::new(file.id, 0, 0);
        let help = help.map(ToOwned::to_owned);
        self.found.diagnostics.push(Diagnostic {
            help,
            ..Diagnostic::new(code, span, why)
        });
    }

    /// Says that a file the user named is nothing to us.
    fn say_nothing(&mut self, path: &Path, bytes: &[u8]) {
        let why = match bytes.is_empty() {
            true => "this file is empty",
            false => "this is neither Terraform nor a CloudFormation template nor a plan in JSON",
        };
        // What `terraform plan -out` writes is an archive.
        let help = "give what `terraform show -json` prints of the plan";
        let help = Some(help).filter(|_| bytes.starts_with(b"PK"));
        self.say_with(path, Code::Structure, why, help);
    }

    /// Says that a file with values which the user named belongs to no module.
    fn check_named(&mut self, path: &Path, wanted: &Wanted) {
        let folder = path.parent().and_then(|folder| self.folders.get(folder));
        let (named, class) = (wanted.named, wanted.class);
        if named && class == Class::Variables && folder.is_some_and(|it| !it.is_module()) {
            let why = "there is no Terraform configuration beside these values";
            let help = "name the module, and this file with --var-file";
            self.say_with(path, Code::Structure, why, Some(help));
        }
    }

    /// Says once that there are files which their author keeps from us.
    fn say_encrypted(&mut self) {
        let encrypted = std::mem::take(&mut self.encrypted);
        let Some(first) = encrypted.first() else {
            return;
        };
        let why = match encrypted.len() {
            1 => "this file is encrypted by git-crypt, and was not read".to_owned(),
            more => format!(
                "{more} files, of which this is the first, are encrypted by git-crypt and were not read"
            ),
        };
        let help = "run `git-crypt unlock` before";
        self.say_with(first, Code::Unread, &why, Some(help));
    }

    fn finish(mut self) -> Discovered {
        self.say_encrypted();
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

#[cfg(test)]
#[path = "discover_tests.rs"]
mod tests;
