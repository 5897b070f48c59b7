//! Walking a folder: on disk with the ignore files honoured, and in memory.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use ignore::overrides::{Override, OverrideBuilder};
use ignore::{DirEntry, WalkBuilder, WalkState};

use super::{Met, Walk};

/// The project's own ignore file, in the syntax of `.gitignore`.
const IGNORE_FILE: &str = ".distrustignore";

/// A folder of installed packages: never the author's own text, and often larger than the rest of the tree.
const PACKAGES: &str = "node_modules";

/// What lies below a folder on disk, sorted.
///
/// The user's global ignore file and `.git/info/exclude` are not read: a run gives the same result on every machine.
pub(super) fn disk(folder: &Path, walk: Walk<'_>) -> Vec<Met> {
    let met = Mutex::new(Vec::new());
    let push = |one: Met| {
        met.lock().unwrap_or_else(PoisonError::into_inner).push(one);
    };
    let exclude = excluded(folder, walk.exclude, &push);
    let walker = WalkBuilder::new(folder)
        .ignore(false)
        .git_global(false)
        .git_exclude(false)
        .add_custom_ignore_filename(IGNORE_FILE)
        .follow_links(false)
        .overrides(exclude)
        .threads(rayon::current_num_threads())
        .filter_entry(|entry| entry.depth() == 0 || entry.file_name() != PACKAGES)
        .build_parallel();
    walker.run(|| {
        Box::new(|entry| {
            match entry {
                Ok(entry) => {
                    if let Some(error) = entry.error() {
                        push(failed(folder, error));
                    }
                    if let Some(one) = meet(entry, walk.wanted) {
                        push(one);
                    }
                }
                Err(error) => push(failed(folder, &error)),
            }
            WalkState::Continue
        })
    });
    let mut met = met.into_inner().unwrap_or_else(PoisonError::into_inner);
    met.sort();
    met
}

/// What an entry of the walk is to us; `None` for folders, devices, pipes and names that nobody wants.
fn meet(entry: DirEntry, wanted: &(dyn Fn(&str) -> bool + Sync)) -> Option<Met> {
    let kind = entry.file_type()?;
    let wanted = || entry.file_name().to_str().is_some_and(wanted);
    if kind.is_file() {
        return wanted().then(|| Met::File(entry.into_path()));
    }
    if !kind.is_symlink() {
        return None;
    }
    // A link that leads nowhere has no kind; it is mentioned when its name says that a source was meant.
    let to_folder = std::fs::metadata(entry.path()).is_ok_and(|meta| meta.is_dir());
    (to_folder || wanted()).then(|| Met::Link(entry.into_path()))
}

/// The patterns as something to leave out; invalid ones are reported and have no effect.
fn excluded(folder: &Path, patterns: &[String], push: &impl Fn(Met)) -> Override {
    if patterns.is_empty() {
        return Override::empty();
    }
    let mut builder = OverrideBuilder::new(folder);
    for pattern in patterns {
        // In an override, `!` is what leaves out.
        if let Err(error) = builder.add(&format!("!{pattern}")) {
            push(Met::Failed(folder.to_owned(), error.to_string()));
        }
    }
    builder.build().unwrap_or_else(|error| {
        push(Met::Failed(folder.to_owned(), error.to_string()));
        Override::empty()
    })
}

/// The path and the reason in an error of the walk.
fn failed(folder: &Path, error: &ignore::Error) -> Met {
    let mut path = folder;
    let mut inner = error;
    loop {
        match inner {
            ignore::Error::WithPath { path: at, err } => {
                path = at;
                inner = err;
            }
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
                inner = err;
            }
            ignore::Error::Partial(errors) if errors.len() == 1 => inner = &errors[0],
            _ => break,
        }
    }
    let reason = inner
        .io_error()
        .map_or_else(|| inner.to_string(), super::discover::reason);
    Met::Failed(path.to_owned(), reason)
}

/// What lies below a folder in memory, sorted: hidden names and packages left out, no ignore files.
pub(super) fn memory<'p>(
    folder: &Path,
    paths: impl Iterator<Item = &'p Path>,
    walk: Walk<'_>,
) -> Vec<Met> {
    let mut met: Vec<Met> = paths
        .filter(|path| {
            let Ok(below) = path.strip_prefix(folder) else {
                return false;
            };
            let mut parts = below.iter().map(|part| part.to_str());
            parts.all(|part| part.is_some_and(|part| !part.starts_with('.') && part != PACKAGES))
                && path
                    .file_name()
                    .and_then(|name| name.to_str())
                    .is_some_and(walk.wanted)
        })
        .map(|path| Met::File(path.to_owned()))
        .collect();
    met.sort();
    met
}
