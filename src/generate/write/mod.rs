//! Bringing a folder to hold what was generated, without harm to what somebody wrote there.
//!
//! First everything is decided ([`Plan::of`]), then it is done ([`Plan::carry_out`]). What is about to be written is put
//! down first, each file is written beside and renamed, the file of answers comes last: a run that is interrupted is
//! noticed by the next one, which knows what is its own and finishes.

mod merge;
mod record;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use flate2::{Compression, GzBuilder};

use super::Files;
use crate::source::{Closed, Door};
pub use merge::{Merged, has_markers, merge};
pub use record::{ANSWERS, Record, hash};
use record::{BASE, PENDING};

/// How careful to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Care {
    /// What somebody else wrote or edited is not touched.
    Refuse,
    /// What somebody edited is merged with what is generated now.
    Merge,
    /// It is overwritten.
    Force,
}

/// What is done with one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// It is not there, and is made.
    Make(String),
    /// It is there as it was generated, and is written anew.
    Renew(String),
    /// It was edited or is not ours, and is overwritten as asked.
    Overwrite(String),
    /// Edits and what is new fit together.
    Merge(String),
    /// They do not: the text has markers.
    Conflict(String),
    /// It holds already what it is to hold.
    Keep,
    /// It is not generated any more, nobody edited it, and it goes.
    Remove,
    /// It is not generated any more, but was edited: it stays.
    Leave,
    /// It stands in the way.
    Refuse(Refused),
}

/// Why a file is not written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// It is not ours.
    Foreign,
    /// It was edited.
    Edited,
    /// It was edited, and what it was made from is lost.
    NoBase,
    /// It holds a conflict that nobody has settled.
    Markers,
    /// It is no text, or cannot be read.
    Unreadable(String),
}

impl Step {
    /// The word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Make(_) => "new",
            Self::Renew(_) => "changed",
            Self::Overwrite(_) => "overwritten",
            Self::Merge(_) => "merged",
            Self::Conflict(_) => "conflict",
            Self::Keep => "unchanged",
            Self::Remove => "removed",
            Self::Leave => "left",
            Self::Refuse(_) => "refused",
        }
    }

    /// The text that is written.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Make(text)
            | Self::Renew(text)
            | Self::Overwrite(text)
            | Self::Merge(text)
            | Self::Conflict(text) => Some(text),
            _ => None,
        }
    }
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Foreign => "is not a file of this pattern; --force overwrites it",
            Self::Edited => "was edited; --update merges, --force overwrites it",
            Self::NoBase => "was edited, and there is no .distrust/base of it to merge with; --force overwrites it",
            Self::Markers => "holds a conflict that is not settled yet",
            Self::Unreadable(why) => return write!(f, "cannot be read: {why}"),
        })
    }
}

/// What a folder is and what it is to become.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The folder.
    folder: PathBuf,
    /// What is done with each file, sorted by path.
    pub steps: BTreeMap<String, Step>,
    /// What each file holds now.
    pub current: BTreeMap<String, String>,
    /// What the folder will say of itself.
    record: Record,
    /// What was generated, for the next merge.
    generated: Files,
    /// Whether an earlier run was interrupted.
    pub interrupted: bool,
    /// Whether the record itself changes.
    pub outdated: bool,
}

/// The record of a folder, if it has one.
///
/// # Errors
/// What is wrong with it.
pub fn record_of(door: Door<'_>, folder: &Path) -> Result<Option<Record>, String> {
    read_record(door, &folder.join(ANSWERS))
}

fn read_record(door: Door<'_>, path: &Path) -> Result<Option<Record>, String> {
    let shown = door.scope().shown(path);
    match door.read(path) {
        Ok(bytes) => Record::read(&shown, bytes).map(Some),
        Err(Closed::Missing) => Ok(None),
        Err(closed) => Err(format!("{shown}: {closed}")),
    }
}

impl Plan {
    /// Decides what to do with each file. `record` has no hashes yet.
    ///
    /// # Errors
    /// What is wrong with what the folder says of itself.
    pub fn of(
        door: Door<'_>,
        folder: &Path,
        generated: Files,
        mut record: Record,
        care: Care,
    ) -> Result<Self, String> {
        let before = record_of(door, folder)?;
        let pending = read_record(door, &folder.join(PENDING))?;
        record.files = generated
            .iter()
            .map(|(path, text)| (path.clone(), hash(text.as_bytes())))
            .collect();
        let records = [before.as_ref(), pending.as_ref()];
        let known: Vec<&Record> = records.into_iter().flatten().collect();
        let mut plan = Self {
            folder: folder.to_owned(),
            steps: BTreeMap::new(),
            current: BTreeMap::new(),
            interrupted: pending.is_some(),
            outdated: before.as_ref() != Some(&record),
            record,
            generated,
        };
        let was = known.iter().flat_map(|record| record.files.keys());
        let paths: BTreeSet<String> = was.chain(plan.generated.keys()).cloned().collect();
        for path in paths {
            if !is_below(&path) {
                return Err(format!("{path} leads out of the folder"));
            }
            let hashes: Vec<&str> = known
                .iter()
                .filter_map(|record| record.files.get(&path).map(String::as_str))
                .collect();
            let step = plan.step(door, &path, &hashes, care);
            plan.steps.insert(path, step);
        }
        Ok(plan)
    }

    fn step(&mut self, door: Door<'_>, path: &str, hashes: &[&str], care: Care) -> Step {
        let generated = self.generated.get(path);
        let current = match door.read(&self.folder.join(path)) {
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(text) => text,
                Err(_) => return Step::Refuse(Refused::Unreadable("it is no text".into())),
            },
            Err(Closed::Missing) => {
                return generated.map_or(Step::Keep, |text| Step::Make(text.clone()));
            }
            Err(closed) => return Step::Refuse(Refused::Unreadable(closed.to_string())),
        };
        self.current.insert(path.to_owned(), current.clone());
        let unedited = hashes.contains(&hash(current.as_bytes()).as_str());
        match generated {
            None if unedited => Step::Remove,
            None => Step::Leave,
            Some(text) if *text == current => Step::Keep,
            Some(text) if unedited => Step::Renew(text.clone()),
            Some(text) => match care {
                Care::Force => Step::Overwrite(text.clone()),
                _ if hashes.is_empty() => Step::Refuse(Refused::Foreign),
                Care::Refuse => Step::Refuse(Refused::Edited),
                Care::Merge if has_markers(&current) => Step::Refuse(Refused::Markers),
                Care::Merge => match self.base(door, path) {
                    None => Step::Refuse(Refused::NoBase),
                    // Only the edit is new: it stays as it is.
                    Some(base) if base == *text => Step::Keep,
                    Some(base) => match merge(&base, &current, text) {
                        Merged::Clean(text) => Step::Merge(text),
                        Merged::Conflict(text) => Step::Conflict(text),
                    },
                },
            },
        }
    }

    /// A file as it was generated last.
    fn base(&self, door: Door<'_>, path: &str) -> Option<String> {
        let bytes = door.read(&self.base_path(path)).ok()?;
        let mut text = String::new();
        GzDecoder::new(&*bytes).read_to_string(&mut text).ok()?;
        Some(text)
    }

    fn base_path(&self, path: &str) -> PathBuf {
        self.folder.join(format!("{BASE}/{path}.gz"))
    }

    /// The files that stand in the way.
    pub fn refused(&self) -> impl Iterator<Item = (&str, &Refused)> {
        self.steps.iter().filter_map(|(path, step)| match step {
            Step::Refuse(why) => Some((path.as_str(), why)),
            _ => None,
        })
    }

    /// What was generated for a path.
    pub fn generated(&self, path: &str) -> Option<&str> {
        self.generated.get(path).map(String::as_str)
    }

    /// Whether the folder is what the answers give.
    pub fn is_done(&self) -> bool {
        let kept = |step: &Step| matches!(step, Step::Keep);
        self.steps.values().all(kept) && !self.outdated && !self.interrupted
    }

    /// Writes everything. Nothing is written where a file stands in the way.
    ///
    /// # Errors
    /// The first file that could not be written, and why.
    pub fn carry_out(&self, door: Door<'_>) -> Result<(), String> {
        if let Some((path, why)) = self.refused().next() {
            return Err(format!("{path} {why}"));
        }
        let put = |path: &Path, text: &[u8]| {
            let shown = door.scope().shown(path);
            let written = door.put(path, text);
            written.map_err(|closed| format!("{shown} was not written: {closed}"))
        };
        let text = self.record.text();
        put(&self.folder.join(PENDING), text.as_bytes())?;
        for (path, step) in &self.steps {
            if let Some(text) = step.text() {
                put(&self.folder.join(path), text.as_bytes())?;
            }
        }
        for (path, text) in &self.generated {
            put(&self.base_path(path), &compressed(text))?;
        }
        for (path, step) in &self.steps {
            let gone = |path: &Path| match door.remove(path) {
                Ok(()) | Err(Closed::Missing) => Ok(()),
                Err(closed) => Err(format!("{} stays: {closed}", door.scope().shown(path))),
            };
            if *step == Step::Remove {
                gone(&self.folder.join(path))?;
            }
            if !self.generated.contains_key(path) {
                gone(&self.base_path(path))?;
            }
        }
        put(&self.folder.join(ANSWERS), text.as_bytes())?;
        door.remove(&self.folder.join(PENDING))
            .map_err(|closed| format!("{PENDING} stays: {closed}"))
    }
}

/// Whether a path leads to something below the folder it is relative to.
fn is_below(path: &str) -> bool {
    let mut parts = Path::new(path).components();
    !path.is_empty() && parts.all(|part| matches!(part, std::path::Component::Normal(_)))
}

/// The same bytes for the same text, on every day.
fn compressed(text: &str) -> Vec<u8> {
    let mut encoder = GzBuilder::new()
        .mtime(0)
        .write(Vec::new(), Compression::best());
    // Memory takes all that is written to it.
    let _ = encoder.write_all(text.as_bytes());
    encoder.finish().unwrap_or_default()
}

#[cfg(test)]
mod tests;
