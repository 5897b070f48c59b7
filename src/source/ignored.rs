//! What the ignore files of a tree leave out: their patterns, read through the door.
//!
//! The rules are those of Git, with `.distrustignore` before `.gitignore`. A file above the repository hides nothing, the
//! user's own ignore files and `.git/info/exclude` are not read: a run gives the same result on every machine.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::{Door, Entry, EntryKind};

/// The ignore file of Git.
const GIT: &str = ".gitignore";
/// The project's own ignore file, in the same syntax.
const OWN: &str = ".distrustignore";
/// What tells that a folder is a repository.
pub(super) const REPOSITORY: &str = ".git";

/// The patterns of a folder, and those of the folders above it that count in it.
#[derive(Debug, Default)]
pub(super) struct Ignored {
    above: Option<Arc<Ignored>>,
    repository: bool,
    git: Option<Gitignore>,
    own: Option<Gitignore>,
}

/// Something that is wrong with an ignore file: its path, and a sentence.
pub(super) type Wrong = (PathBuf, String);

impl Ignored {
    /// What counts in a folder with these entries, given what counts in the folder above.
    pub(super) fn below(
        above: Option<Arc<Ignored>>,
        door: Door<'_>,
        folder: &Path,
        entries: &[Entry],
    ) -> (Option<Arc<Ignored>>, Vec<Wrong>) {
        let kind = |name: &str| {
            let at = entries.binary_search_by(|entry| entry.name.as_os_str().cmp(name.as_ref()));
            Some(entries[at.ok()?].kind)
        };
        Self::with(above, door, folder, &kind)
    }

    /// What counts in a folder from above: the ignore files up to the root of its repository, as far as they may be read.
    pub(super) fn above(door: Door<'_>, folder: &Path) -> (Option<Arc<Ignored>>, Vec<Wrong>) {
        let is_repository = |folder: &Path| door.files().kind(&folder.join(REPOSITORY)).is_some();
        let mut folders = Vec::new();
        let mut below = folder;
        while let Some(next) = below.parent() {
            if is_repository(below) || !door.scope().allows(next) {
                break;
            }
            folders.push(next);
            below = next;
        }
        let (mut found, mut wrong) = (None, Vec::new());
        for folder in folders.into_iter().rev() {
            let kind = |name: &str| door.files().kind(&folder.join(name));
            let (next, more) = Self::with(found, door, folder, &kind);
            found = next;
            wrong.extend(more);
        }
        (found, wrong)
    }

    fn with(
        above: Option<Arc<Ignored>>,
        door: Door<'_>,
        folder: &Path,
        kind: &dyn Fn(&str) -> Option<EntryKind>,
    ) -> (Option<Arc<Ignored>>, Vec<Wrong>) {
        let mut wrong = Vec::new();
        let mut read = |name| patterns(door, folder, name, kind(name)?, &mut wrong);
        let (git, own) = (read(GIT), read(OWN));
        let repository = kind(REPOSITORY).is_some();
        if git.is_none() && own.is_none() && !repository {
            return (above, wrong);
        }
        let here = Self {
            above,
            repository,
            git,
            own,
        };
        (Some(Arc::new(here)), wrong)
    }

    /// Whether a path is left out (`Some(true)`) or expressly not (`Some(false)`).
    pub(super) fn says(&self, path: &Path, folder: bool) -> Option<bool> {
        let levels = || std::iter::successors(Some(self), |level| level.above.as_deref());
        let ask = |patterns: &Gitignore| match patterns.matched(path, folder) {
            Match::None => None,
            Match::Ignore(_) => Some(true),
            Match::Whitelist(_) => Some(false),
        };
        let own = levels().find_map(|level| ask(level.own.as_ref()?));
        own.or_else(|| {
            // Without a repository, Git's files are nobody's; those of an outer repository do not count in an inner one.
            levels().find(|level| level.repository)?;
            let mut passed = false;
            let inner =
                levels().take_while(|level| !std::mem::replace(&mut passed, level.repository));
            inner.filter_map(|level| level.git.as_ref()).find_map(ask)
        })
    }
}

/// The patterns in an ignore file. As with Git, a link is none.
fn patterns(
    door: Door<'_>,
    folder: &Path,
    name: &'static str,
    kind: EntryKind,
    wrong: &mut Vec<Wrong>,
) -> Option<Gitignore> {
    let bytes = match kind {
        EntryKind::Folder => return None,
        EntryKind::File => door
            .read_met(&folder.join(name))
            .map_err(|closed| closed.to_string()),
        EntryKind::Link => {
            Err("an ignore file that is a link is not followed, and hides nothing".into())
        }
        EntryKind::Other => {
            Err("this is no regular file: it was not opened, and hides nothing".into())
        }
    };
    let bytes = match bytes {
        Ok(bytes) => bytes,
        Err(why) => {
            wrong.push((folder.join(name), why));
            return None;
        }
    };
    let text = String::from_utf8_lossy(&bytes);
    let mut builder = GitignoreBuilder::new(folder);
    for line in text.trim_start_matches('\u{feff}').lines() {
        if let Err(error) = builder.add_line(None, line) {
            wrong.push((folder.join(name), error.to_string()));
        }
    }
    match builder.build() {
        Ok(patterns) => Some(patterns).filter(|patterns| !patterns.is_empty()),
        Err(error) => {
            wrong.push((folder.join(name), error.to_string()));
            None
        }
    }
}
