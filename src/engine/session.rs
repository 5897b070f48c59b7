//! A folder that is checked again and again while its files change: what was not touched is not asked again.
//!
//! A stack is asked again when a file of one of its folders has changed, or its template. Whatever else changes (a file
//! that comes or goes, settings, a text that functions or includes read, which folder calls which, a plan, an encoding
//! that is wrong) has everything asked again: that is slower, and never wrong.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::ask::Said;
use super::project::Settled;
use super::{Answer, Answers, Checked, each, is_template};
use crate::config;
use crate::source::{Closed, Discovered, Door, Entry, EntryKind, Files, Renewed, SourceMap, plain};

/// How many texts may have changed until everything is asked again: of each, a number is left.
const MOST_CHANGES: usize = 4_096;

/// A folder, and what was said of it when it was checked last.
#[derive(Default)]
pub struct Session {
    kept: Option<Kept>,
}

/// The last check.
struct Kept {
    folder: PathBuf,
    settled: Settled,
    sources: Arc<SourceMap>,
    found: Discovered,
    answers: Answers<Said>,
    /// What evaluation has read besides.
    read: BTreeSet<PathBuf>,
    changes: usize,
}

impl Session {
    /// Whether this is the text that a file had in the last check.
    pub fn knows(&self, path: &Path, text: &str) -> bool {
        let file = self.kept.as_ref().and_then(|kept| kept.sources.at(path));
        file.is_some_and(|file| *file.text == *text)
    }

    /// Checks a folder as [`super::project`] does. `changed` are the files that have other texts than in the last check of
    /// this session, if that is known; they are absolute and without links.
    pub fn check(
        &mut self,
        folder: &Path,
        files: &dyn Files,
        changed: Option<&BTreeSet<PathBuf>>,
    ) -> Checked {
        let before = self.kept.take().filter(|kept| kept.folder == folder);
        let again = before
            .zip(changed)
            .and_then(|(kept, changed)| kept.again(files, changed));
        let (kept, checked) = again.unwrap_or_else(|| whole(folder, files));
        self.kept = Some(kept);
        checked
    }
}

/// Checks everything.
fn whole(folder: &Path, files: &dyn Files) -> (Kept, Checked) {
    let sources = SourceMap::new();
    let settled = Settled::of(folder, files, &sources);
    let found = settled.discover(files, &sources);
    let recorded = Recorded::new(files);
    let answers = settled.asking(&recorded, &sources, |asking, world| {
        each::all(found.clone(), world, &|_, graph| asking.ask(&graph))
    });
    let kept = Kept {
        folder: folder.to_owned(),
        settled,
        sources: Arc::new(sources),
        found,
        answers,
        read: recorded.read(),
        changes: 0,
    };
    let checked = kept.checked(files);
    (kept, checked)
}

impl Kept {
    /// What is said of all stacks.
    fn checked(&self, files: &dyn Files) -> Checked {
        let mut answers = self.answers.clone();
        let nested = answers.nested();
        answers.stacks.retain(|stack| !nested.contains(&stack.name));
        let report = self.settled.asking(files, &self.sources, |asking, _| {
            asking.join(answers, self.found.files())
        });
        self.settled.checked(report, self.sources.clone())
    }

    /// Asks those stacks again whose files have changed; `None` where that is not enough.
    fn again(mut self, files: &dyn Files, changed: &BTreeSet<PathBuf>) -> Option<(Self, Checked)> {
        self.changes += changed.len();
        if self.changes > MOST_CHANGES || !self.found.plans.is_empty() {
            return None;
        }
        let sources = self.sources.without(&|path| changed.contains(path));
        let door = Door::new(files, &self.settled.scope);
        let (mut folders, mut templates) = (BTreeSet::new(), BTreeSet::new());
        for path in changed {
            let is_read = self.read.contains(path) || self.sources.at(path).is_some();
            if !is_read && !path.starts_with(&self.folder) && !config::is_settings(path) {
                continue;
            }
            if self.read.contains(path) {
                return None;
            }
            let file = self.found.renew(path, door, &sources, is_template)?;
            match file {
                Renewed::Module(folder) => drop(folders.insert(folder)),
                Renewed::Template(shown) => drop(templates.insert(shown)),
                Renewed::Nothing => {}
            }
        }
        let is_touched = |stack: &Answer<Said>| {
            templates.contains(stack.name.as_str()) || !stack.folders.is_disjoint(&folders)
        };
        let made_of = self.answers.stacks.iter().filter(|stack| is_touched(stack));
        let made_of: BTreeSet<&PathBuf> = made_of.flat_map(|stack| &stack.folders).collect();
        let part = Discovered {
            folders: self
                .found
                .folders
                .iter()
                .filter(|own| made_of.contains(&own.path))
                .cloned()
                .collect(),
            templates: self
                .found
                .templates
                .iter()
                .filter(|own| templates.contains(&*own.path))
                .cloned()
                .collect(),
            ..Discovered::default()
        };
        let recorded = Recorded::new(files);
        let mut anew = self.settled.asking(&recorded, &sources, |asking, world| {
            each::all(part, world, &|_, graph| asking.ask(&graph))
        });
        self.read.extend(recorded.read());
        // The same stacks, made of the same folders: else other roots may have come or gone.
        for stack in self
            .answers
            .stacks
            .iter_mut()
            .filter(|stack| is_touched(stack))
        {
            let at = anew.stacks.iter().position(|new| new.is_of(stack))?;
            *stack = anew.stacks.swap_remove(at);
        }
        if !anew.stacks.is_empty() || !anew.diagnostics.is_empty() {
            return None;
        }
        self.sources = Arc::new(sources);
        let checked = self.checked(files);
        Some((self, checked))
    }
}

impl Answer<Said> {
    /// Whether this is about the same stack, made of the same files.
    fn is_of(&self, other: &Self) -> bool {
        self.name == other.name
            && self.language == other.language
            && self.folders == other.folders
            && self.nests == other.nests
    }
}

/// Files, and which of them were read.
struct Recorded<'f> {
    files: &'f dyn Files,
    read: Mutex<BTreeSet<PathBuf>>,
}

impl<'f> Recorded<'f> {
    fn new(files: &'f dyn Files) -> Self {
        let read = Mutex::default();
        Self { files, read }
    }

    fn note(&self, path: &Path) {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        read.insert(path.to_owned());
    }

    fn read(self) -> BTreeSet<PathBuf> {
        self.read
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Files for Recorded<'_> {
    fn canonical(&self, path: &Path) -> Result<PathBuf, Closed> {
        let real = self.files.canonical(path);
        // What is not there may come.
        if real.is_err() {
            self.note(&plain(path));
        }
        real
    }

    fn kind(&self, real: &Path) -> Option<EntryKind> {
        self.files.kind(real)
    }

    fn read(&self, real: &Path) -> Result<Vec<u8>, Closed> {
        self.note(real);
        self.files.read(real)
    }

    fn head(&self, real: &Path, most: usize) -> Result<Vec<u8>, Closed> {
        self.note(real);
        self.files.head(real, most)
    }

    // Whatever comes or goes has everything asked again.
    fn list(&self, real: &Path) -> Result<Vec<Entry>, Closed> {
        self.files.list(real)
    }
}

#[cfg(test)]
#[path = "session_tests.rs"]
mod tests;
