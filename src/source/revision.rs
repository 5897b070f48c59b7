//! Another revision of a repository as a tree of files: a commit, or what is staged.
//!
//! What the revision has below the top of the repository is given from git's objects, with its links and its submodules (as
//! far as they are checked out). What no revision has, because it lies outside or because git ignores it (copies of modules
//! in `.terraform`, say), is the same in all revisions, and comes from the disk.

mod cat;
mod git;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rustc_hash::FxHashMap;

use super::ignored::REPOSITORY;
use super::map::MAX_SOURCE_BYTES;
use super::{Closed, Disk, Entry, EntryKind, Files};
use cat::Cat;

pub use git::{Repository, Unreached};

/// Links that are followed on the way to one path.
const MAX_LINKS: usize = 40;

/// A revision.
pub struct Revision {
    top: PathBuf,
    /// What stands at a path: a file, a link.
    objects: FxHashMap<PathBuf, Object>,
    /// The names in each folder, sorted.
    folders: BTreeMap<PathBuf, Vec<Entry>>,
    /// What comes from the disk.
    ignored: BTreeSet<PathBuf>,
    /// The repositories: this one, and those of submodules.
    cats: Vec<Mutex<Cat>>,
    /// What git could not give.
    lost: Mutex<BTreeSet<PathBuf>>,
    mends: String,
}

/// A file or a link, and where its bytes are.
#[derive(Debug, Clone)]
struct Object {
    kind: EntryKind,
    id: String,
    repository: usize,
}

/// Where a path leads.
enum Place<'r> {
    Disk,
    Folder,
    Object(&'r Object),
    Nothing,
}

/// A line of what git lists.
struct Line {
    mode: String,
    id: String,
    path: PathBuf,
}

impl Repository {
    /// The files of a commit.
    ///
    /// # Errors
    /// Why git cannot give them.
    pub fn revision(&self, commit: &str) -> Result<Revision, Unreached> {
        let listed = self.bytes(&[
            "ls-tree",
            "-r",
            "-z",
            "--full-tree",
            "--end-of-options",
            commit,
        ]);
        let listed = listed.map_err(|why| why.help(self.mends_lost()))?;
        self.filled(lines(&listed, |fields| match fields[..] {
            [mode, _, id] => Some((mode, id)),
            _ => None,
        }))
    }

    /// The files that the next commit would have.
    ///
    /// # Errors
    /// Why git cannot give them; a merge that is not finished.
    pub fn staged(&self) -> Result<Revision, Unreached> {
        let listed = self.bytes(&["ls-files", "--stage", "--full-name", "-z"])?;
        let mut unmerged = false;
        let listed = lines(&listed, |fields| match fields[..] {
            [mode, id, stage] => {
                unmerged |= stage != "0";
                Some((mode, id))
            }
            _ => None,
        });
        match unmerged {
            true => Err(
                Unreached::new("the index holds files of a merge that is not finished")
                    .help("git status"),
            ),
            false => self.filled(listed),
        }
    }

    /// What is checked out, as a commit; the empty revision before the first one.
    ///
    /// # Errors
    /// Why git cannot give it.
    pub fn head(&self) -> Result<Revision, Unreached> {
        match self.is_born() {
            true => self.revision(&self.commit("HEAD")?),
            false => self.filled(Vec::new()),
        }
    }

    fn filled(&self, listed: Vec<Line>) -> Result<Revision, Unreached> {
        let mut revision = Revision {
            top: self.top().to_owned(),
            objects: FxHashMap::default(),
            folders: BTreeMap::new(),
            ignored: BTreeSet::new(),
            cats: Vec::new(),
            lost: Mutex::default(),
            mends: self.mends_lost(),
        };
        revision.mount(self, listed)?;
        for names in revision.folders.values_mut() {
            names.sort();
            names.dedup();
        }
        Ok(revision)
    }
}

impl Revision {
    /// What could not be read because git does not have it here, and what mends that.
    ///
    /// # Errors
    /// The first such file.
    pub fn whole(&self) -> Result<(), Unreached> {
        let lost = self.lost.lock().unwrap_or_else(PoisonError::into_inner);
        match lost.first() {
            None => Ok(()),
            Some(first) => {
                let shown = first.strip_prefix(&self.top).unwrap_or(first).display();
                let count = lost.len();
                let message = format!(
                    "{count} of the files are not here in that revision; the first is {shown}"
                );
                Err(Unreached::new(message).help(self.mends.clone()))
            }
        }
    }

    /// Adds the files of a repository, and of its submodules.
    fn mount(&mut self, repository: &Repository, listed: Vec<Line>) -> Result<(), Unreached> {
        let number = self.cats.len();
        self.cats.push(Mutex::new(Cat::new(repository.clone())));
        let top = repository.top().to_owned();
        self.folders.entry(top.clone()).or_default();
        if let Some(kind) = Disk.kind(&top.join(REPOSITORY)) {
            self.add(&top, REPOSITORY.as_ref(), kind);
        }
        for line in listed {
            let path = top.join(&line.path);
            let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
                continue;
            };
            let kind = match line.mode.as_str() {
                "120000" => EntryKind::Link,
                "160000" => EntryKind::Folder,
                _ => EntryKind::File,
            };
            self.enter(&top, folder);
            self.add(folder, name, kind);
            if kind == EntryKind::Folder {
                self.submodule(&path, &line.id)?;
                continue;
            }
            let object = Object {
                kind,
                id: line.id,
                repository: number,
            };
            self.objects.insert(path, object);
        }
        self.ignore(repository)
    }

    /// A folder, and those above it, below the top of a repository.
    fn enter(&mut self, top: &Path, folder: &Path) {
        let above = folder.ancestors().take_while(|folder| *folder != top);
        let new: Vec<&Path> = above
            .take_while(|folder| !self.folders.contains_key(*folder))
            .collect();
        for folder in &new {
            self.folders.insert((*folder).to_owned(), Vec::new());
        }
        for folder in new {
            if let (Some(above), Some(name)) = (folder.parent(), folder.file_name()) {
                self.add(above, name, EntryKind::Folder);
            }
        }
    }

    fn add(&mut self, folder: &Path, name: &OsStr, kind: EntryKind) {
        let names = self.folders.entry(folder.to_owned()).or_default();
        names.push(Entry {
            name: name.to_owned(),
            kind,
        });
    }

    /// What a submodule has in this revision: nothing where it is not checked out, as then its folder is empty.
    fn submodule(&mut self, folder: &Path, commit: &str) -> Result<(), Unreached> {
        self.folders.entry(folder.to_owned()).or_default();
        let is_here = Disk.canonical(folder).is_ok_and(|real| real == folder)
            && Disk.kind(&folder.join(REPOSITORY)).is_some();
        if !is_here {
            return Ok(());
        }
        let inner = Repository::inside(folder)?;
        if inner.commit(commit).is_err() {
            let shown = folder.strip_prefix(&self.top).unwrap_or(folder).display();
            let message = format!("the submodule {shown} does not have its commit {commit} here");
            let help = format!("git -C {shown} fetch origin {commit}");
            return Err(Unreached::new(message).help(help));
        }
        let listed = inner.bytes(&[
            "ls-tree",
            "-r",
            "-z",
            "--full-tree",
            "--end-of-options",
            commit,
        ])?;
        let listed = lines(&listed, |fields| match fields[..] {
            [mode, _, id] => Some((mode, id)),
            _ => None,
        });
        self.mount(&inner, listed)
    }

    /// What git ignores in the working tree.
    fn ignore(&mut self, repository: &Repository) -> Result<(), Unreached> {
        let listed = repository.bytes(&[
            "ls-files",
            "--others",
            "--ignored",
            "--exclude-standard",
            "--directory",
            "--full-name",
            "-z",
        ])?;
        for name in listed
            .split(|byte| *byte == 0)
            .filter(|name| !name.is_empty())
        {
            let Some(path) = tree_path(name) else {
                continue;
            };
            let path = repository.top().join(path);
            if let (Some(folder), Some(name), Some(kind)) =
                (path.parent(), path.file_name(), Disk.kind(&path))
                && self.folders.contains_key(folder)
                && !self.folders.contains_key(&path)
                && !self.objects.contains_key(&path)
            {
                let (folder, name) = (folder.to_owned(), name.to_owned());
                self.add(&folder, &name, kind);
            }
            self.ignored.insert(path);
        }
        Ok(())
    }

    fn place(&self, path: &Path) -> Place<'_> {
        if let Some(object) = self.objects.get(path) {
            return Place::Object(object);
        }
        if self.folders.contains_key(path) {
            return Place::Folder;
        }
        match self.is_of_disk(path) {
            true => Place::Disk,
            false => Place::Nothing,
        }
    }

    fn is_of_disk(&self, path: &Path) -> bool {
        let Ok(below) = path.strip_prefix(&self.top) else {
            return true;
        };
        let kept = below
            .components()
            .any(|part| part.as_os_str() == REPOSITORY);
        kept || path
            .ancestors()
            .take_while(|folder| *folder != self.top)
            .any(|folder| self.ignored.contains(folder))
    }

    /// The bytes of an object: as many as it has, `most` at the most; and how many it has.
    fn bytes(&self, path: &Path, object: &Object, most: u64) -> Result<(Vec<u8>, u64), Closed> {
        let cat = &self.cats[object.repository];
        let mut cat = cat.lock().unwrap_or_else(PoisonError::into_inner);
        let read = cat.read(&object.id, most);
        if read == Err(Closed::Missing) {
            let mut lost = self.lost.lock().unwrap_or_else(PoisonError::into_inner);
            lost.insert(path.to_owned());
            return Err(Closed::Failed("git does not have this file here".into()));
        }
        read
    }

    fn file(&self, path: &Path, most: u64) -> Result<(Vec<u8>, u64), Closed> {
        match self.place(path) {
            Place::Object(object) if object.kind == EntryKind::File => {
                self.bytes(path, object, most)
            }
            Place::Object(_) => Err(Closed::Changed),
            Place::Folder => Err(Closed::Special),
            Place::Disk | Place::Nothing => Err(Closed::Missing),
        }
    }

    /// The way that a link says.
    fn target(&self, path: &Path, object: &Object) -> Result<PathBuf, Closed> {
        let (bytes, _) = self.bytes(path, object, 1 << 16)?;
        Ok(PathBuf::from(name_of(&bytes)))
    }
}

impl Files for Revision {
    fn canonical(&self, path: &Path) -> Result<PathBuf, Closed> {
        if !path.is_absolute() {
            return Disk.canonical(path);
        }
        let mut open: VecDeque<PathBuf> = parts(path);
        let (mut real, mut links) = (PathBuf::new(), 0);
        while let Some(part) = open.pop_front() {
            match part.components().next() {
                Some(Component::CurDir) | None => continue,
                Some(Component::ParentDir) => {
                    real.pop();
                    continue;
                }
                Some(Component::Normal(_)) => {}
                Some(_) => {
                    real.push(&part);
                    continue;
                }
            }
            let next = real.join(&part);
            let target = match self.place(&next) {
                Place::Folder => None,
                Place::Object(object) if object.kind == EntryKind::Link => {
                    Some(self.target(&next, object)?)
                }
                Place::Object(_) => None,
                Place::Disk => match Disk.kind(&next) {
                    Some(EntryKind::Link) => Some(super::disk::target(&next)?),
                    Some(_) => None,
                    None => return Err(Closed::Missing),
                },
                Place::Nothing => return Err(Closed::Missing),
            };
            let Some(target) = target else {
                real = next;
                continue;
            };
            links += 1;
            if links > MAX_LINKS {
                return Err(Closed::Failed("too many levels of symbolic links".into()));
            }
            if target.is_absolute() {
                real = PathBuf::new();
            }
            for part in parts(&target).into_iter().rev() {
                open.push_front(part);
            }
        }
        Ok(real)
    }

    fn kind(&self, real: &Path) -> Option<EntryKind> {
        match self.place(real) {
            Place::Folder => Some(EntryKind::Folder),
            Place::Object(object) => Some(object.kind),
            Place::Disk => Disk.kind(real),
            Place::Nothing => None,
        }
    }

    fn read(&self, real: &Path) -> Result<Vec<u8>, Closed> {
        if let Place::Disk = self.place(real) {
            return Disk.read(real);
        }
        match self.file(real, MAX_SOURCE_BYTES)? {
            (_, size) if size > MAX_SOURCE_BYTES => Err(Closed::TooLarge),
            (bytes, _) => Ok(bytes),
        }
    }

    fn head(&self, real: &Path, most: usize) -> Result<Vec<u8>, Closed> {
        match self.place(real) {
            Place::Disk => Disk.head(real, most),
            _ => self.file(real, most as u64).map(|(bytes, _)| bytes),
        }
    }

    fn list(&self, real: &Path) -> Result<Vec<Entry>, Closed> {
        match self.place(real) {
            Place::Folder => Ok(self.folders.get(real).cloned().unwrap_or_default()),
            Place::Disk => {
                let mut listed = Disk.list(real)?;
                // The folder above the repository names it, whether or not it is there.
                listed
                    .retain(|entry| !matches!(self.place(&real.join(&entry.name)), Place::Nothing));
                Ok(listed)
            }
            Place::Object(_) => Err(Closed::Changed),
            Place::Nothing => Err(Closed::Missing),
        }
    }
}

/// The parts of a path, each as a path.
fn parts(path: &Path) -> VecDeque<PathBuf> {
    let parts = path.components();
    parts.map(|part| PathBuf::from(part.as_os_str())).collect()
}

/// The lines that git lists, NUL between: fields with blanks between, a tab, a path. Paths that no working tree could have
/// are left out.
fn lines<'b>(
    listed: &'b [u8],
    mut fields: impl FnMut(Vec<&'b str>) -> Option<(&'b str, &'b str)>,
) -> Vec<Line> {
    let mut out = Vec::new();
    for line in listed.split(|byte| *byte == 0) {
        let Some(tab) = memchr::memchr(b'\t', line) else {
            continue;
        };
        let Ok(head) = std::str::from_utf8(&line[..tab]) else {
            continue;
        };
        let (Some((mode, id)), Some(path)) = (
            fields(head.split(' ').collect()),
            tree_path(&line[tab + 1..]),
        ) else {
            continue;
        };
        out.push(Line {
            mode: mode.to_owned(),
            id: id.to_owned(),
            path,
        });
    }
    out
}

/// A path in a tree, if it stays in it.
fn tree_path(bytes: &[u8]) -> Option<PathBuf> {
    let path = PathBuf::from(name_of(bytes));
    let inside = |part: Component<'_>| match part {
        Component::Normal(name) => name != REPOSITORY,
        _ => false,
    };
    (path.components().next().is_some() && path.components().all(inside)).then_some(path)
}

#[cfg(unix)]
fn name_of(bytes: &[u8]) -> OsString {
    use std::os::unix::ffi::OsStrExt;
    OsStr::from_bytes(bytes).to_owned()
}

#[cfg(not(unix))]
fn name_of(bytes: &[u8]) -> OsString {
    String::from_utf8_lossy(bytes).into_owned().into()
}
