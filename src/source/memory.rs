//! Files in memory, and such files laid over another tree.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::files::plain;
use super::map::MAX_SOURCE_BYTES;
use super::{Closed, Entry, EntryKind, Files};

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

    /// Whether there is a file at this path.
    fn has(&self, path: &Path) -> bool {
        self.files.contains_key(path)
    }
}

impl Files for Memory {
    fn canonical(&self, path: &Path) -> Result<PathBuf, Closed> {
        let path = plain(path);
        match self.kind(&path) {
            Some(_) => Ok(path),
            None => Err(Closed::Missing),
        }
    }

    fn kind(&self, real: &Path) -> Option<EntryKind> {
        if self.has(real) {
            return Some(EntryKind::File);
        }
        // Sorted by parts, what lies below a folder comes right behind its own path.
        let (next, _) = self.files.range(real.to_owned()..).next()?;
        next.starts_with(real).then_some(EntryKind::Folder)
    }

    fn read(&self, real: &Path) -> Result<Vec<u8>, Closed> {
        match self.files.get(real) {
            Some(bytes) if bytes.len() as u64 > MAX_SOURCE_BYTES => Err(Closed::TooLarge),
            Some(bytes) => Ok(bytes.clone()),
            None => Err(Closed::Missing),
        }
    }

    fn head(&self, real: &Path, most: usize) -> Result<Vec<u8>, Closed> {
        let bytes = self.files.get(real).ok_or(Closed::Missing)?;
        Ok(bytes[..bytes.len().min(most)].to_vec())
    }

    fn list(&self, real: &Path) -> Result<Vec<Entry>, Closed> {
        let mut entries = BTreeSet::new();
        for path in self.files.range(real.to_owned()..).map(|(path, _)| path) {
            let Ok(rest) = path.strip_prefix(real) else {
                break;
            };
            let mut parts = rest.components();
            let Some(Component::Normal(first)) = parts.next() else {
                continue;
            };
            let kind = match parts.next() {
                Some(_) => EntryKind::Folder,
                None => EntryKind::File,
            };
            let name = first.to_owned();
            entries.insert(Entry { name, kind });
        }
        match entries.is_empty() {
            true => Err(Closed::Missing),
            false => Ok(entries.into_iter().collect()),
        }
    }
}

/// Files in memory (an editor's open buffers, standard input) laid over another tree, some of whose files may be
/// covered up as if they had been deleted.
#[derive(Clone)]
pub struct Overlay {
    upper: Memory,
    deleted: BTreeSet<PathBuf>,
    lower: Arc<dyn Files>,
}

impl Overlay {
    /// `upper` where it has a file, `lower` elsewhere.
    pub fn new(upper: Memory, lower: Arc<dyn Files>) -> Self {
        Self {
            upper,
            deleted: BTreeSet::new(),
            lower,
        }
    }

    /// The same without a file of the lower tree.
    #[must_use]
    pub fn without(mut self, path: impl AsRef<Path>) -> Self {
        self.deleted.insert(plain(path.as_ref()));
        self
    }

    /// What the lower tree has at a path.
    fn below(&self, real: &Path) -> Result<&dyn Files, Closed> {
        match self.deleted.contains(real) {
            true => Err(Closed::Missing),
            false => Ok(&*self.lower),
        }
    }
}

impl Files for Overlay {
    fn canonical(&self, path: &Path) -> Result<PathBuf, Closed> {
        let path = plain(path);
        if self.upper.has(&path) {
            return Ok(path);
        }
        // A file of the upper tree hides a link of its name in the lower one: folders are resolved, it is not.
        let folder = path
            .parent()
            .and_then(|folder| self.lower.canonical(folder).ok());
        if let (Some(folder), Some(name)) = (folder, path.file_name()) {
            let real = folder.join(name);
            if self.upper.has(&real) {
                return Ok(real);
            }
            if self.deleted.contains(&real) {
                return Err(Closed::Missing);
            }
        }
        match self.lower.canonical(&path) {
            Ok(real) => self.below(&real).map(|_| real),
            Err(closed) => self.upper.canonical(&path).map_err(|_| closed),
        }
    }

    fn kind(&self, real: &Path) -> Option<EntryKind> {
        let upper = self.upper.kind(real);
        upper.or_else(|| self.below(real).ok()?.kind(real))
    }

    fn read(&self, real: &Path) -> Result<Vec<u8>, Closed> {
        match self.upper.has(real) {
            true => self.upper.read(real),
            false => self.below(real)?.read(real),
        }
    }

    fn head(&self, real: &Path, most: usize) -> Result<Vec<u8>, Closed> {
        match self.upper.has(real) {
            true => self.upper.head(real, most),
            false => self.below(real)?.head(real, most),
        }
    }

    fn list(&self, real: &Path) -> Result<Vec<Entry>, Closed> {
        let upper = self.upper.list(real);
        let mut entries = match (self.lower.list(real), &upper) {
            (Ok(entries), _) => entries,
            (Err(_), Ok(_)) => Vec::new(),
            (Err(closed), Err(_)) => return Err(closed),
        };
        entries.retain(|entry| !self.deleted.contains(&real.join(&entry.name)));
        for entry in upper.unwrap_or_default() {
            entries.retain(|below| below.name != entry.name);
            entries.push(entry);
        }
        entries.sort();
        Ok(entries)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use super::{Memory, Overlay};
    use crate::source::{Closed, EntryKind, Files};

    #[test]
    fn an_overlay_hides_replaces_and_adds() {
        let mut lower = Memory::new();
        for name in ["a/kept.tf", "a/replaced.tf", "a/gone.tf"] {
            lower.insert(Path::new("/w").join(name), "lower");
        }
        let mut upper = Memory::new();
        for name in ["a/replaced.tf", "a/b/added.tf"] {
            upper.insert(Path::new("/w").join(name), "upper");
        }
        let files = Overlay::new(upper, Arc::new(lower)).without("/w/a/gone.tf");
        let names = files.list(Path::new("/w/a")).expect("it is a folder");
        let names: Vec<_> = names.iter().map(|entry| entry.name.to_str()).collect();
        assert_eq!(names, [Some("b"), Some("kept.tf"), Some("replaced.tf")]);
        let read = |name: &str| files.read(&Path::new("/w/a").join(name));
        assert_eq!(read("kept.tf").as_deref(), Ok(&b"lower"[..]));
        assert_eq!(read("replaced.tf").as_deref(), Ok(&b"upper"[..]));
        assert_eq!(read("gone.tf"), Err(Closed::Missing));
        assert_eq!(
            files.canonical(Path::new("/w/a/gone.tf")),
            Err(Closed::Missing)
        );
        assert_eq!(files.kind(Path::new("/w/a/gone.tf")), None);
        assert_eq!(files.kind(Path::new("/w/a/b")), Some(EntryKind::Folder));
    }
}
