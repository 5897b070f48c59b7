//! `distrust check --watch`: checked again whenever something that was read has changed.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustc_hash::FxHasher;

use super::super::Exit;
use super::super::options::Check;
use super::super::terminal::Terminal;
use super::{done, show, with_threads};
use crate::source::{Disk, Files, SourceMap};

/// How long nothing is looked at.
const PAUSE: Duration = Duration::from_millis(400);

/// What was read: files with a sum of their bytes, and the names in their folders.
#[derive(Debug, Default, PartialEq, Eq)]
struct Seen(BTreeMap<PathBuf, Option<u64>>);

impl Seen {
    /// The files that a run has read, and the folders they are in.
    fn paths(sources: &SourceMap) -> BTreeSet<PathBuf> {
        let files = sources.all();
        let mut paths = BTreeSet::new();
        for file in files.iter().filter(|file| file.at.is_absolute()) {
            paths.insert(file.at.to_path_buf());
            paths.extend(file.at.parent().map(Path::to_owned));
        }
        paths
    }

    fn now(paths: &BTreeSet<PathBuf>) -> Self {
        let sum = |path: &PathBuf| {
            let mut hash = FxHasher::default();
            match Disk.list(path) {
                Ok(names) => names.iter().for_each(|one| one.name.hash(&mut hash)),
                Err(_) => Disk.read(path).ok()?.hash(&mut hash),
            }
            Some(hash.finish())
        };
        Self(paths.iter().map(|path| (path.clone(), sum(path))).collect())
    }
}

/// Checks again and again, until somebody ends it.
pub(super) fn run(options: &Check, order: &[bool], terminal: Terminal) -> Exit {
    loop {
        let (mut paths, mut seen) = (BTreeSet::new(), Seen::default());
        let started = Instant::now();
        let exit = with_threads(options.input.threads, terminal, || {
            let mut own = options.clone();
            done(&mut own, order, terminal, started, false, |done| {
                paths = Seen::paths(done.sources);
                // What changes after it is said is a change.
                seen = Seen::now(&paths);
                show(&done, terminal)
            })
        });
        if exit == Exit::Usage && paths.is_empty() {
            return exit;
        }
        terminal.say("Watching for changes\n");
        while Seen::now(&paths) == seen {
            std::thread::sleep(PAUSE);
        }
    }
}
