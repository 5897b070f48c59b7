//! The folders a run may read, and how their paths are shown.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use super::files::plain;
use super::{EntryKind, Files};

/// Where a run takes place: the working folder, the root of the repository, and what may be read.
///
/// What lies outside (through links, `../`, `file()`) is refused: a scanned repository must not decide what is read.
#[derive(Debug, Clone)]
pub struct Scope {
    working: PathBuf,
    root: PathBuf,
    readable: Vec<PathBuf>,
    /// Files outside of these folders that were named one by one.
    files: BTreeSet<PathBuf>,
}

impl Scope {
    /// The scope of a run over `paths`: the root, each path, and the repository that a path lies in.
    ///
    /// `root` defaults to the repository of the working folder, or the working folder itself.
    /// `working` is absolute and canonical.
    pub fn new(files: &dyn Files, working: &Path, root: Option<&Path>, paths: &[PathBuf]) -> Self {
        let root = match root {
            Some(root) => {
                let absolute = plain(&working.join(root));
                files.canonical(&absolute).unwrap_or(absolute)
            }
            None => repository(files, working).unwrap_or_else(|| working.to_owned()),
        };
        let mut scope = Self {
            working: working.to_owned(),
            root: root.clone(),
            readable: vec![root],
            files: BTreeSet::new(),
        };
        for path in paths {
            scope.open_around(files, path);
        }
        scope
    }

    /// Opens what a path stands for, and where it is no link, the repository that it lies in.
    ///
    /// A link, or a path of this repository that leads through one, was perhaps made by somebody else than who names it:
    /// it opens its target and nothing beside that.
    fn open_around(&mut self, files: &dyn Files, path: &Path) {
        let absolute = self.absolute(path);
        let Ok(real) = files.canonical(&absolute) else {
            return self.open(files, path);
        };
        let folder = absolute.parent().map(|folder| files.canonical(folder));
        let same = match (folder, absolute.file_name()) {
            (Some(Ok(folder)), Some(name)) => folder.join(name) == real,
            _ => true,
        };
        if self.allows(&real) || !same || absolute.starts_with(&self.root) {
            return self.open(files, path);
        }
        let folder = match files.kind(&real) {
            Some(EntryKind::Folder) => &real,
            _ => real.parent().unwrap_or(&real),
        };
        self.add(repository(files, folder).unwrap_or_else(|| folder.to_owned()));
    }

    /// Opens a file or a folder that the user named, and nothing beside it.
    pub fn open(&mut self, files: &dyn Files, path: &Path) {
        let absolute = self.absolute(path);
        // What is not there is open too: it is then said to be missing, not to be outside.
        let real = files.canonical(&absolute).unwrap_or(absolute);
        if self.allows(&real) {
            return;
        }
        match files.kind(&real) {
            Some(EntryKind::Folder) => self.add(real),
            _ => {
                self.files.insert(real);
            }
        }
    }

    /// Opens a folder that is to be written and need not be there, links on the way to it followed.
    pub fn open_folder(&mut self, files: &dyn Files, path: &Path) {
        let absolute = self.absolute(path);
        let there = |folder: &&Path| files.canonical(folder).is_ok();
        let nearest = absolute.ancestors().find(there).unwrap_or(&absolute);
        let real = files.canonical(nearest).unwrap_or(nearest.to_owned());
        let rest = absolute.strip_prefix(nearest).unwrap_or(Path::new(""));
        let folder = match rest.as_os_str().is_empty() {
            true => real,
            false => real.join(rest),
        };
        if !self.allows(&folder) {
            self.add(folder);
        }
    }

    fn add(&mut self, folder: PathBuf) {
        self.readable.push(folder);
        self.readable.sort();
        // Sorted by parts, a folder comes right before what lies below it.
        self.readable
            .dedup_by(|later, kept| later.starts_with(kept));
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
        let mut folders = self.readable.iter();
        folders.any(|folder| canonical.starts_with(folder)) || self.files.contains(canonical)
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
                out.push_str(&name_text(other.as_os_str()));
            }
        }
    }
    out
}

/// A name as text; no two names have the same one. Bytes that are not UTF-8 are written as `\xFF`.
pub(super) fn name_text(name: &OsStr) -> String {
    if let Some(text) = name.to_str()
        && !text.contains("\\x")
    {
        return text.to_owned();
    }
    let mut out = String::new();
    for chunk in name.as_encoded_bytes().utf8_chunks() {
        out.push_str(&chunk.valid().replace('\\', "\\\\"));
        for byte in chunk.invalid() {
            out.push_str(&format!("\\x{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Scope, name_text};
    use crate::source::Memory;
    use std::ffi::OsStr;
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

    #[test]
    fn within_a_root_that_was_named_nothing_above_it_is_opened() {
        let mut files = Memory::new();
        files.insert("/w/repo/.git/HEAD", "");
        files.insert("/w/repo/a/main.tf", "");
        files.insert("/w/repo/b/main.tf", "");
        let working = Path::new("/w/repo/a");
        let scope = Scope::new(&files, working, Some(working), &["main.tf".into()]);
        assert!(scope.allows(Path::new("/w/repo/a/main.tf")));
        assert!(!scope.allows(Path::new("/w/repo/b/main.tf")));
    }

    #[test]
    fn what_is_named_alone_opens_nothing_beside_it() {
        let mut files = Memory::new();
        files.insert("/w/repo/.git/HEAD", "");
        files.insert("/w/values/a.tfvars", "");
        files.insert("/w/values/b.tfvars", "");
        let mut scope = Scope::new(&files, Path::new("/w/repo"), None, &[]);
        scope.open(&files, Path::new("../values/a.tfvars"));
        scope.open(&files, Path::new("../values/none.tfvars"));
        let allowed = ["a", "b", "none"]
            .map(|name| scope.allows(&PathBuf::from(format!("/w/values/{name}.tfvars"))));
        assert_eq!(allowed, [true, false, true]);
    }

    #[cfg(unix)]
    #[test]
    fn no_two_names_are_shown_alike() {
        use std::os::unix::ffi::OsStrExt;
        let names: [&[u8]; 7] = [
            b"a\xff",
            b"a\xfe",
            b"a\\xFF",
            b"a\\\\xFF",
            b"a\\\\y",
            b"a\\y",
            b"\xff\\y",
        ];
        let shown = names.map(|name| name_text(OsStr::from_bytes(name)));
        assert_eq!(
            shown,
            [
                r"a\xFF",
                r"a\xFE",
                r"a\\xFF",
                r"a\\\\xFF",
                r"a\\y",
                r"a\y",
                r"\xFF\\y"
            ]
        );
    }
}
