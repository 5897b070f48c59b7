//! The one way to files: every read and every listing goes through it.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};

use super::{Closed, EntryKind, Files, Scope};

/// The way to the files of a run: what may be read of a tree, and nothing else of it.
#[derive(Clone, Copy)]
pub struct Door<'a> {
    files: &'a dyn Files,
    scope: &'a Scope,
}

/// A name in a folder, and what it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The name alone; it need not be text.
    pub name: OsString,
    /// A file or a folder, links followed; or why it is neither.
    pub kind: Result<EntryKind, Closed>,
}

impl<'a> Door<'a> {
    /// The door to what a scope allows of a tree.
    pub fn new(files: &'a dyn Files, scope: &'a Scope) -> Self {
        Self { files, scope }
    }

    /// What may be read, and how paths are shown.
    pub fn scope(self) -> &'a Scope {
        self.scope
    }

    /// The bytes of a file.
    ///
    /// # Errors
    /// Why it is not read.
    pub fn read(self, path: &Path) -> Result<Vec<u8>, Closed> {
        let real = self.resolve(path)?;
        self.files.read(&self.regular(real)?)
    }

    /// The names in a folder, sorted.
    ///
    /// # Errors
    /// Why it is not listed.
    pub fn list(self, folder: &Path) -> Result<Vec<Listed>, Closed> {
        let real = self.resolve(folder)?;
        let entries = self.files.list(&real)?.into_iter();
        let listed = entries.map(|entry| {
            let kind = match entry.kind {
                EntryKind::Link => self.kind(&real.join(&entry.name)),
                EntryKind::Other => Err(Closed::Special),
                kind => Ok(kind),
            };
            let name = entry.name;
            Listed { name, kind }
        });
        Ok(listed.collect())
    }

    /// What is at a path: a file or a folder, links followed.
    ///
    /// # Errors
    /// Why it is neither.
    pub fn kind(self, path: &Path) -> Result<EntryKind, Closed> {
        let real = self.resolve(path)?;
        match self.files.kind(&real) {
            Some(kind @ (EntryKind::File | EntryKind::Folder)) => Ok(kind),
            Some(EntryKind::Other) => Err(Closed::Special),
            Some(EntryKind::Link) => Err(Closed::Changed),
            None => Err(Closed::Missing),
        }
    }

    /// A file to write, made anew. What lies in a folder that may be read is not left through a link: a scanned
    /// repository must not decide what is overwritten. Elsewhere, a path is what the user makes of it.
    ///
    /// # Errors
    /// Why it is not written.
    pub fn create(self, path: &Path) -> Result<File, Closed> {
        let path = self.scope.absolute(path);
        if !self.scope.allows(&path) {
            return Ok(File::create(path)?);
        }
        let (folder, name) = match (path.parent(), path.file_name()) {
            (Some(folder), Some(name)) => (folder, name),
            _ => return Err(Closed::Special),
        };
        let named = self.resolve(folder)?.join(name);
        let real = match self.files.kind(&named) {
            None => named,
            Some(_) => match (self.resolve(&path)?, self.kind(&path)?) {
                (real, EntryKind::File) => real,
                _ => return Err(Closed::Special),
            },
        };
        self.stays(&path, &real)?;
        super::disk::create(&real)
    }

    /// Whether a path of the repository leads to a place in it. A link that the user named opens what it leads to for
    /// reading; who made it does not decide what is overwritten.
    fn stays(self, path: &Path, real: &Path) -> Result<(), Closed> {
        let root = self.scope.root();
        match self.scope.absolute(path).starts_with(root) && !real.starts_with(root) {
            true => Err(Closed::Outside),
            false => Ok(()),
        }
    }

    /// Writes a text in place of the one that was read from a file: all of it or nothing.
    ///
    /// # Errors
    /// [`Closed::Changed`] where the file does not hold what was read; why it is not written.
    pub fn replace(self, path: &Path, was: &[u8], now: &[u8]) -> Result<(), Closed> {
        let real = self.resolve(path)?;
        self.stays(path, &real)?;
        match self.files.read(&self.regular(real.clone())?)? == was {
            true => super::disk::replace(&real, now),
            false => Err(Closed::Changed),
        }
    }

    /// Writes a file that is there or is not, and the folders on the way to it: all of it or nothing. What is at the
    /// path already must be a regular file; a link is not followed and not replaced.
    ///
    /// # Errors
    /// [`Closed::Outside`]; why it is not written.
    pub fn put(self, path: &Path, text: &[u8]) -> Result<(), Closed> {
        let path = self.scope.absolute(path);
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(Closed::Special);
        };
        let missing = |folder: &&Path| self.files.kind(folder).is_none();
        let missing: Vec<&Path> = folder.ancestors().take_while(missing).collect();
        for folder in missing.into_iter().rev() {
            let (Some(above), Some(name)) = (folder.parent(), folder.file_name()) else {
                return Err(Closed::Special);
            };
            // The folder that is named itself may have to be made, in one that may not be read.
            let above = match self.scope.allows(above) {
                true => self.resolve(above)?,
                false => self.files.canonical(above)?,
            };
            match self.scope.allows(&above.join(name)) {
                true => super::disk::make_folder(&above, name)?,
                false => return Err(Closed::Outside),
            }
        }
        let real = self.resolve(folder)?.join(name);
        match self.files.kind(&real) {
            Some(EntryKind::File) => super::disk::replace(&real, text),
            None => super::disk::make(&real, text),
            Some(_) => Err(Closed::Special),
        }
    }

    /// Takes a regular file away.
    ///
    /// # Errors
    /// Why it stays.
    pub fn remove(self, path: &Path) -> Result<(), Closed> {
        let path = self.scope.absolute(path);
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(Closed::Special);
        };
        let real = self.resolve(folder)?.join(name);
        super::disk::remove(&self.regular(real)?)
    }

    /// Where a path leads: without links, and inside.
    ///
    /// # Errors
    /// [`Closed::Outside`]; why it leads nowhere.
    pub fn resolve(self, path: &Path) -> Result<PathBuf, Closed> {
        let path = self.scope.absolute(path);
        let closed = match self.files.canonical(&path) {
            Ok(real) if self.scope.allows(&real) => return Ok(real),
            Ok(_) => return Err(Closed::Outside),
            Err(closed) => closed,
        };
        // Whether there is something outside is not told either: the nearest folder there is must be inside, or lie on
        // the way to what may be read.
        let mut above = path.ancestors().skip(1);
        let nearest = above.find_map(|folder| self.files.canonical(folder).ok());
        let inside = |folder: PathBuf| self.scope.allows(&folder) || path.starts_with(&folder);
        match self.scope.allows(&path) && nearest.is_none_or(inside) {
            true => Err(closed),
            false => Err(Closed::Outside),
        }
    }

    /// The bytes of a file that a listing has just met, by its path without links.
    pub(super) fn read_met(self, real: &Path) -> Result<Vec<u8>, Closed> {
        self.files.read(real)
    }

    /// The first bytes of a file.
    pub(super) fn head(self, path: &Path, most: usize) -> Result<Vec<u8>, Closed> {
        let real = self.resolve(path)?;
        self.files.head(&self.regular(real)?, most)
    }

    /// The tree, for those who resolve first.
    pub(super) fn files(self) -> &'a dyn Files {
        self.files
    }

    /// A path without links where a regular file is. This is asked before opening: a pipe would answer to it.
    fn regular(self, real: PathBuf) -> Result<PathBuf, Closed> {
        match self.files.kind(&real) {
            Some(EntryKind::File) => Ok(real),
            Some(EntryKind::Folder) => Err(Closed::Failed("this is a folder".into())),
            Some(EntryKind::Other) => Err(Closed::Special),
            Some(EntryKind::Link) => Err(Closed::Changed),
            None => Err(Closed::Missing),
        }
    }
}
