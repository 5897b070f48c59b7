//! The folders a run may read, and how their paths are shown.

use std::path::{Component, Path, PathBuf};

use super::files::plain;
use super::{EntryKind, Files};

/// Where a run takes place: the working folder, the root of the repository, and the folders that may be read.
///
/// What lies outside (through links, `../`, `file()`) is refused: a scanned repository must not decide what is read.
#[derive(Debug, Clone)]
pub struct Scope {
    working: PathBuf,
    root: PathBuf,
    readable: Vec<PathBuf>,
}

impl Scope {
    /// The scope of a run over `paths`: the root, each path, and the repository that a path lies in.
    ///
    /// `root` defaults to the repository of the working folder, or the working folder itself.
    /// `working` is absolute and canonical.
    pub fn new(files: &dyn Files, working: &Path, root: Option<&Path>, paths: &[PathBuf]) -> Self {
        let canonical = |path: &Path| {
            let absolute = plain(&working.join(path));
            files.canonical(&absolute).unwrap_or(absolute)
        };
        let root = match root {
            Some(root) => canonical(root),
            None => repository(files, working).unwrap_or_else(|| working.to_owned()),
        };
        let mut readable = vec![root.clone()];
        for path in paths {
            let path = canonical(path);
            let folder = match files.kind(&path) {
                Some(EntryKind::File) => path.parent().map_or(path.clone(), Path::to_owned),
                _ => path,
            };
            readable.push(repository(files, &folder).unwrap_or(folder));
        }
        readable.sort();
        // Sorted by parts, a folder comes right before what lies below it.
        readable.dedup_by(|later, kept| later.starts_with(kept));
        Self {
            working: working.to_owned(),
            root,
            readable,
        }
    }

    /// The working folder.
    pub fn working(&self) -> &Path {
        &self.working
    }

    /// The root of the repository, or what the user named as such.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether a canonical path may be read.
    pub fn allows(&self, canonical: &Path) -> bool {
        self.readable
            .iter()
            .any(|folder| canonical.starts_with(folder))
    }

    /// The path from the root of the file system, `.` and `..` resolved by text.
    pub fn absolute(&self, path: &Path) -> PathBuf {
        plain(&self.working.join(path))
    }

    /// The path as shown to people: [`shown`].
    pub fn shown(&self, path: &Path) -> String {
        shown(&self.working, &self.readable, &self.absolute(path))
    }

    /// The folders that may be read, sorted, none inside another.
    pub fn readable(&self) -> &[PathBuf] {
        &self.readable
    }

    /// A path as [`Scope::shown`] gives it, relative to the root of the repository; `None` outside.
    pub fn from_root(&self, shown: &str) -> Option<String> {
        let absolute = self.absolute(Path::new(shown));
        absolute.strip_prefix(&self.root).ok().map(slashes)
    }
}

/// An absolute path as shown to people, `/` between the parts: relative to the working folder where it lies below it or
/// one of the readable folders holds both, else absolute. The working folder itself is `.`.
pub fn shown(working: &Path, readable: &[PathBuf], absolute: &Path) -> String {
    if let Ok(below) = absolute.strip_prefix(working) {
        let text = slashes(below);
        return if text.is_empty() { ".".into() } else { text };
    }
    let both = |folder: &PathBuf| absolute.starts_with(folder) && working.starts_with(folder);
    if !readable.iter().any(both) {
        return slashes(absolute);
    }
    let parts = absolute.components().zip(working.components());
    let common = parts.take_while(|(a, b)| a == b).count();
    let up = working.components().count() - common;
    let mut out = vec![".."; up].join("/");
    let rest: PathBuf = absolute.components().skip(common).collect();
    if !rest.as_os_str().is_empty() {
        out.push('/');
        out.push_str(&slashes(&rest));
    }
    out
}

/// The nearest folder upwards that holds `.git` (a folder, or the file of a worktree).
fn repository(files: &dyn Files, folder: &Path) -> Option<PathBuf> {
    folder
        .ancestors()
        .find(|folder| files.kind(&folder.join(".git")).is_some())
        .map(Path::to_owned)
}

/// A path as text with `/` between the parts.
fn slashes(path: &Path) -> String {
    let mut out = String::new();
    for part in path.components() {
        match part {
            Component::RootDir => out.push('/'),
            other => {
                if !out.is_empty() && !out.ends_with('/') {
                    out.push('/');
                }
                out.push_str(&other.as_os_str().to_string_lossy());
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::Scope;
    use crate::source::Memory;
    use std::path::{Path, PathBuf};

    fn scope(paths: &[&str]) -> Scope {
        let mut files = Memory::new();
        for path in [
            "/w/repo/.git/HEAD",
            "/w/repo/envs/prod/main.tf",
            "/w/free/a/main.tf",
        ] {
            files.insert(path, "");
        }
        let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
        Scope::new(&files, Path::new("/w/repo/envs/prod"), None, &paths)
    }

    #[test]
    fn paths_are_shown_from_the_working_folder() {
        let scope = scope(&["."]);
        let shown = [
            "main.tf",
            "./a/../b.tf",
            "/w/repo/modules/m.tf",
            "/w/other/x.tf",
            "../..",
            ".",
        ]
        .map(|path| scope.shown(Path::new(path)));
        assert_eq!(
            shown,
            [
                "main.tf",
                "b.tf",
                "../../modules/m.tf",
                "/w/other/x.tf",
                "../..",
                "."
            ]
        );
        assert_eq!(
            scope.from_root("main.tf").as_deref(),
            Some("envs/prod/main.tf")
        );
        assert_eq!(scope.from_root("/w/other/x.tf"), None);
    }

    #[test]
    fn a_repository_is_readable_as_a_whole_and_a_bare_folder_alone() {
        let scope = scope(&["/w/free/a"]);
        let allowed = [
            "/w/repo/modules",
            "/w/free/a/b",
            "/w/free",
            "/w/repository",
            "/etc/passwd",
        ]
        .map(|path| scope.allows(Path::new(path)));
        assert_eq!(allowed, [true, true, false, false, false]);
    }
}
