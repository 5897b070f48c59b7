//! The only way to a file system: disk, memory, or memory laid over another.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::map::MAX_SOURCE_BYTES;
use super::walk;

/// What a name in a folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file, or a link to one.
    File,
    /// A folder, or a link to one.
    Folder,
}

/// A name in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The name alone.
    pub name: String,
    /// What it is, links followed.
    pub kind: EntryKind,
}

/// What a walk is about.
#[derive(Clone, Copy)]
pub struct Walk<'a> {
    /// Whether a file of this name is wanted.
    pub wanted: &'a (dyn Fn(&str) -> bool + Sync),
    /// What to leave out besides the ignore files, in their syntax, relative to the folder that is walked.
    pub exclude: &'a [String],
}

/// What a walk met.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Met {
    /// A regular file of a wanted name.
    File(PathBuf),
    /// A link to a folder, or to a file where the link has a wanted name. Walks do not follow links.
    Link(PathBuf),
    /// A folder or an ignore file that could not be read, and why.
    Failed(PathBuf, String),
}

/// A tree of files to read. Paths are absolute or relative to the working folder.
pub trait Files: Send + Sync {
    /// The bytes of a file.
    ///
    /// # Errors
    /// Those of the file system; [`io::ErrorKind::FileTooLarge`] for a source above the limit of this tool.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
    /// The names in a folder, sorted.
    ///
    /// # Errors
    /// Those of the file system.
    fn list(&self, folder: &Path) -> io::Result<Vec<Entry>>;
    /// What is at a path, links followed; `None` where nothing is.
    fn kind(&self, path: &Path) -> Option<EntryKind>;
    /// The path without `.`, `..` and links.
    ///
    /// # Errors
    /// Those of the file system; not found where nothing is.
    fn canonical(&self, path: &Path) -> io::Result<PathBuf>;
    /// What lies below a folder, at any depth, sorted. Hidden names and `node_modules` are left out everywhere;
    /// the disk also honours `.gitignore` (inside a repository) and `.distrustignore`.
    fn walk(&self, folder: &Path, walk: Walk<'_>) -> Vec<Met>;
    /// The bytes of a file that a walk has just met: spares asking what it is before opening it.
    ///
    /// # Errors
    /// As [`Files::read`].
    fn read_met(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.read(path)
    }
}

/// The real file system.
#[derive(Debug, Clone, Copy, Default)]
pub struct Disk;

impl Files for Disk {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        // Before opening: a named pipe would block.
        if !std::fs::metadata(path)?.is_file() {
            return Err(not_regular());
        }
        self.read_met(path)
    }

    fn read_met(&self, path: &Path) -> io::Result<Vec<u8>> {
        let mut file = std::fs::File::open(path)?;
        let meta = file.metadata()?;
        if !meta.is_file() {
            return Err(not_regular());
        }
        let size = meta.len();
        if size > MAX_SOURCE_BYTES {
            return Err(too_large());
        }
        // Most files are tiny, and each call to the system costs more than parsing one: a file that gives as many
        // bytes as it promised is not asked for more. Files without a size (in /proc) promise none.
        let mut bytes = vec![0; size as usize];
        let got = read_up_to(&mut file, &mut bytes)?;
        bytes.truncate(got);
        if size == 0 {
            file.take(MAX_SOURCE_BYTES + 1).read_to_end(&mut bytes)?;
        }
        if bytes.len() as u64 > MAX_SOURCE_BYTES {
            return Err(too_large());
        }
        Ok(bytes)
    }

    fn walk(&self, folder: &Path, walk: Walk<'_>) -> Vec<Met> {
        walk::disk(folder, walk)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            let Ok(meta) = std::fs::metadata(entry.path()) else {
                continue;
            };
            let kind = if meta.is_dir() {
                EntryKind::Folder
            } else {
                EntryKind::File
            };
            entries.push(Entry { name, kind });
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    fn kind(&self, path: &Path) -> Option<EntryKind> {
        let meta = std::fs::metadata(path).ok()?;
        Some(if meta.is_dir() {
            EntryKind::Folder
        } else {
            EntryKind::File
        })
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        std::fs::canonicalize(path)
    }
}

/// Files in memory, for tests, editors and standard input. Paths are compared after `.` and `..` are resolved by text.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    files: BTreeMap<PathBuf, Vec<u8>>,
}

impl Memory {
    /// No files.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds or replaces a file.
    pub fn insert(&mut self, path: impl AsRef<Path>, bytes: impl Into<Vec<u8>>) {
        self.files.insert(plain(path.as_ref()), bytes.into());
    }

    /// The paths there are, sorted.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.files.keys().map(PathBuf::as_path)
    }
}

impl Files for Memory {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.files
            .get(&plain(path))
            .cloned()
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        let folder = plain(folder);
        let mut names = BTreeMap::new();
        for path in self.files.keys() {
            let Ok(rest) = path.strip_prefix(&folder) else {
                continue;
            };
            let mut parts = rest.components();
            let Some(Component::Normal(first)) = parts.next() else {
                continue;
            };
            let kind = if parts.next().is_some() {
                EntryKind::Folder
            } else {
                EntryKind::File
            };
            names.insert(first.to_string_lossy().into_owned(), kind);
        }
        if names.is_empty() {
            return Err(io::ErrorKind::NotFound.into());
        }
        Ok(names
            .into_iter()
            .map(|(name, kind)| Entry { name, kind })
            .collect())
    }

    fn kind(&self, path: &Path) -> Option<EntryKind> {
        let path = plain(path);
        if self.files.contains_key(&path) {
            return Some(EntryKind::File);
        }
        self.files
            .keys()
            .any(|file| file.starts_with(&path))
            .then_some(EntryKind::Folder)
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        let path = plain(path);
        if self.kind(&path).is_some() {
            Ok(path)
        } else {
            Err(io::ErrorKind::NotFound.into())
        }
    }

    fn walk(&self, folder: &Path, walk: Walk<'_>) -> Vec<Met> {
        walk::memory(&plain(folder), self.paths(), walk)
    }
}

/// Files in memory (an editor's open buffers, standard input) laid over another tree.
#[derive(Clone)]
pub struct Overlay {
    upper: Memory,
    lower: Arc<dyn Files>,
}

impl Overlay {
    /// `upper` where it has a file, `lower` elsewhere.
    pub fn new(upper: Memory, lower: Arc<dyn Files>) -> Self {
        Self { upper, lower }
    }
}

impl Files for Overlay {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.upper.read(path).or_else(|_| self.lower.read(path))
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        let mut entries = match (self.upper.list(folder), self.lower.list(folder)) {
            (Ok(mut upper), Ok(lower)) => {
                upper.extend(lower);
                upper
            }
            (Ok(upper), Err(_)) => upper,
            (Err(_), lower) => lower?,
        };
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        entries.dedup_by(|a, b| a.name == b.name);
        Ok(entries)
    }

    fn kind(&self, path: &Path) -> Option<EntryKind> {
        self.upper.kind(path).or_else(|| self.lower.kind(path))
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        self.lower
            .canonical(path)
            .or_else(|_| self.upper.canonical(path))
    }

    fn walk(&self, folder: &Path, walk: Walk<'_>) -> Vec<Met> {
        let mut met = self.upper.walk(folder, walk);
        met.extend(self.lower.walk(folder, walk));
        met.sort();
        met.dedup();
        met
    }

    fn read_met(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.upper.read(path).or_else(|_| self.lower.read_met(path))
    }
}

fn not_regular() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "not a regular file")
}

fn too_large() -> io::Error {
    let message = format!("larger than the limit of {} MiB", MAX_SOURCE_BYTES >> 20);
    io::Error::new(io::ErrorKind::FileTooLarge, message)
}

/// Fills as much of the buffer as the file has; the number of bytes.
fn read_up_to(file: &mut std::fs::File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut got = 0;
    while got < buffer.len() {
        match file.read(&mut buffer[got..]) {
            Ok(0) => break,
            Ok(count) => got += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(got)
}

/// The path with `.` and `..` resolved by text.
pub(super) fn plain(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                if !out.pop() {
                    out.push("..");
                }
            }
            other => out.push(other),
        }
    }
    out
}
