//! Walking a folder through the door, with the ignore files honoured.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ignore::overrides::{Override, OverrideBuilder};

use super::ignored::{Ignored, REPOSITORY};
use super::{Closed, Door, Entry, EntryKind};

/// A folder of installed packages: never the author's own text, and often larger than the rest of the tree.
const PACKAGES: &str = "node_modules";

/// What a walk is about.
#[derive(Clone, Copy)]
pub(super) struct Walk<'a> {
    /// Whether a file of this name is wanted.
    pub(super) wanted: &'a (dyn Fn(&OsStr) -> bool + Sync),
    /// What to leave out besides the ignore files, in their syntax, relative to the folder that is walked.
    pub(super) exclude: &'a [String],
    /// Whether no ignore file counts.
    pub(super) everything: bool,
}

/// What a walk met.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Met {
    /// A regular file of a wanted name, and its path without links.
    File(PathBuf, PathBuf),
    /// A link to a folder, or of a wanted name. Walks do not follow links.
    Link(PathBuf),
    /// A path of a wanted name that is neither, or the folder that was to be walked; why it is not read.
    Closed(PathBuf, Closed),
    /// A folder on the way or an ignore file that could not be read, and why.
    Unread(PathBuf, String),
    /// A pattern that is none, and why.
    Failed(PathBuf, String),
}

/// What lies below a folder, at any depth, sorted. Hidden names and packages are left out everywhere.
pub(super) fn walk(door: Door<'_>, folder: &Path, walk: Walk<'_>) -> Vec<Met> {
    let real = match door.resolve(folder) {
        Ok(real) => real,
        Err(closed) => return vec![Met::Closed(folder.to_owned(), closed)],
    };
    let mut met = Vec::new();
    let exclude = excluded(&real, walk.exclude, |why| {
        met.push(Met::Failed(folder.to_owned(), why));
    });
    let (ignored, wrong) = match walk.everything {
        true => (None, Vec::new()),
        false => Ignored::above(door, &real),
    };
    met.extend(wrong.into_iter().map(|(path, why)| Met::Unread(path, why)));
    let crew = Crew {
        door,
        walk,
        exclude,
        met: Mutex::new(met),
    };
    let spot = Spot {
        path: folder.to_owned(),
        real,
        above: ignored,
        named: true,
    };
    rayon::scope(|threads| crew.visit(threads, spot));
    let mut met = crew
        .met
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    met.sort();
    met
}

/// All that the threads of a walk share.
struct Crew<'a> {
    door: Door<'a>,
    walk: Walk<'a>,
    exclude: Override,
    met: Mutex<Vec<Met>>,
}

/// A folder on the way.
struct Spot {
    /// As it was named.
    path: PathBuf,
    /// Without links.
    real: PathBuf,
    /// What is left out in the folder above.
    above: Option<Arc<Ignored>>,
    /// Whether it is the folder that was to be walked.
    named: bool,
}

impl Crew<'_> {
    /// Looks at a folder; those in it are for whoever is free.
    fn visit<'s>(&'s self, threads: &rayon::Scope<'s>, spot: Spot) {
        let entries = match self.door.files().list(&spot.real) {
            Ok(entries) => entries,
            Err(closed) if spot.named => return self.push([Met::Closed(spot.path, closed)]),
            Err(closed) => return self.push([Met::Unread(spot.path, closed.to_string())]),
        };
        let above = spot.above.clone();
        let (ignored, wrong) = match self.walk.everything {
            true => (None, Vec::new()),
            false => Ignored::below(above, self.door, &spot.real, &entries),
        };
        let mut met: Vec<Met> = wrong
            .into_iter()
            .map(|(path, why)| Met::Unread(path, why))
            .collect();
        for entry in entries {
            let real = spot.real.join(&entry.name);
            if self.leaves_out(&entry, &real, ignored.as_deref()) {
                continue;
            }
            if entry.kind != EntryKind::Folder {
                met.extend(self.meet(&entry, &spot, real));
                continue;
            }
            let next = Spot {
                path: spot.path.join(&entry.name),
                real,
                above: ignored.clone(),
                named: false,
            };
            threads.spawn(move |threads| self.visit(threads, next));
        }
        self.push(met);
    }

    fn push(&self, met: impl IntoIterator<Item = Met>) {
        let mut all = self.met.lock().unwrap_or_else(PoisonError::into_inner);
        all.extend(met);
    }

    fn leaves_out(&self, entry: &Entry, real: &Path, ignored: Option<&Ignored>) -> bool {
        let folder = entry.kind == EntryKind::Folder;
        if entry.name == PACKAGES
            || entry.name == REPOSITORY
            || self.exclude.matched(real, folder).is_ignore()
        {
            return true;
        }
        let said = ignored.and_then(|ignored| ignored.says(real, folder));
        said.unwrap_or_else(|| entry.name.as_encoded_bytes().starts_with(b"."))
    }

    /// What an entry that is no folder is to us.
    fn meet(&self, entry: &Entry, spot: &Spot, real: PathBuf) -> Option<Met> {
        let wanted = (self.walk.wanted)(&entry.name);
        let path = || spot.path.join(&entry.name);
        match entry.kind {
            EntryKind::File if wanted => Some(Met::File(path(), real)),
            EntryKind::Other if wanted => Some(Met::Closed(path(), Closed::Special)),
            // A link that leads nowhere is mentioned when its name says that a source was meant.
            EntryKind::Link if wanted || self.leads_to_folder(&real) => Some(Met::Link(path())),
            _ => None,
        }
    }

    /// Whether a link leads to a folder, here or elsewhere: that is asked, nothing is opened.
    fn leads_to_folder(&self, link: &Path) -> bool {
        let files = self.door.files();
        let target = files.canonical(link).ok();
        target.and_then(|target| files.kind(&target)) == Some(EntryKind::Folder)
    }
}

/// The patterns as something to leave out; invalid ones are reported and have no effect.
fn excluded(folder: &Path, patterns: &[String], mut say: impl FnMut(String)) -> Override {
    if patterns.is_empty() {
        return Override::empty();
    }
    let mut builder = OverrideBuilder::new(folder);
    for pattern in patterns {
        // In an override, `!` is what leaves out.
        if let Err(error) = builder.add(&format!("!{pattern}")) {
            say(error.to_string());
        }
    }
    builder.build().unwrap_or_else(|error| {
        say(error.to_string());
        Override::empty()
    })
}
