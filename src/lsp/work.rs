//! The thread that checks: it takes the newest request, waits until typing pauses, and answers.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, unbounded};

use crate::engine::{Checked, Session};
use crate::eval::terraform;
use crate::source::{Disk, Files, Memory, Overlay, guarded};

/// How long nothing must change before a check begins that will take its time: less than the pause between two words.
const PAUSE: Duration = Duration::from_millis(40);

/// A check that is as quick as this is not waited with: it is done before the next letter comes.
const QUICK: Duration = Duration::from_millis(15);

/// What is to be checked.
pub(super) struct Job {
    /// Rises with every change.
    pub(super) generation: u64,
    /// The folders of the workspace.
    pub(super) folders: Vec<PathBuf>,
    /// The open texts by path, and their versions.
    pub(super) open: BTreeMap<PathBuf, (i32, Arc<str>)>,
    /// What has changed on the disk since the last job.
    pub(super) touched: Touched,
}

/// What has changed on the disk.
#[derive(Debug, Clone, Default)]
pub(super) struct Touched {
    /// Files that have another text.
    pub(super) files: BTreeSet<PathBuf>,
    /// Files came or went, or nobody knows what has changed.
    pub(super) all: bool,
}

impl Touched {
    fn and(mut self, earlier: Self) -> Self {
        self.files.extend(earlier.files);
        self.all |= earlier.all;
        self
    }
}

/// What a job came to.
pub(super) struct Answer {
    pub(super) generation: u64,
    /// The versions of the open texts that it is about.
    pub(super) versions: BTreeMap<PathBuf, i32>,
    /// One for each folder.
    pub(super) checked: Vec<Checked>,
    /// What went wrong in this program, for the log.
    pub(super) faults: Vec<String>,
}

/// Starts the thread; jobs go in, answers come out. It ends when nobody sends any more.
pub(super) fn start() -> (Sender<Job>, Receiver<Answer>) {
    let (jobs, inbox) = unbounded::<Job>();
    let (outbox, answers) = unbounded();
    thread::spawn(move || {
        let pool = rayon::ThreadPoolBuilder::new()
            .stack_size(terraform::THREAD_STACK_BYTES)
            .build();
        let Ok(pool) = pool else { return };
        let mut known = Known::default();
        let mut pause = PAUSE;
        while let Ok(mut job) = inbox.recv() {
            while let Ok(mut newer) = inbox.recv_timeout(pause) {
                newer.touched = newer.touched.and(std::mem::take(&mut job.touched));
                job = newer;
            }
            let started = Instant::now();
            let answer = pool.install(|| known.check(job));
            pause = match started.elapsed() <= QUICK {
                true => Duration::ZERO,
                false => PAUSE,
            };
            if outbox.send(answer).is_err() {
                return;
            }
        }
    });
    (jobs, answers)
}

/// What is kept from check to check.
#[derive(Default)]
struct Known {
    sessions: BTreeMap<PathBuf, Session>,
    /// The open texts of the last check.
    open: BTreeMap<PathBuf, (i32, Arc<str>)>,
}

impl Known {
    fn check(&mut self, job: Job) -> Answer {
        let mut upper = Memory::new();
        for (path, (_, text)) in &job.open {
            upper.insert(path, text.as_bytes());
        }
        let files: Arc<dyn Files> = Arc::new(Overlay::new(upper, Arc::new(Disk)));
        let versions = job.open.iter();
        let versions = versions.map(|(path, (version, _))| (path.clone(), *version));
        let mut answer = Answer {
            generation: job.generation,
            versions: versions.collect(),
            checked: Vec::new(),
            faults: Vec::new(),
        };
        let mut sessions = std::mem::take(&mut self.sessions);
        for folder in &job.folders {
            // After a fault nothing that was kept is trusted.
            let mut session = sessions.remove(folder).unwrap_or_default();
            let changed = self.changed(&job, &session);
            let done = guarded(|| {
                let checked = session.check(folder, &*files, changed.as_ref());
                (checked, session)
            });
            match done {
                Ok((checked, session)) => {
                    answer.checked.push(checked);
                    self.sessions.insert(folder.clone(), session);
                }
                Err(fault) => answer.faults.push(format!("{}: {fault}", folder.display())),
            }
        }
        self.open = job.open;
        answer
    }

    /// The files that have another text than in the last check, if that is known.
    fn changed(&self, job: &Job, session: &Session) -> Option<BTreeSet<PathBuf>> {
        let of = |all: &BTreeMap<PathBuf, (i32, Arc<str>)>, path: &PathBuf| {
            all.get(path).map(|(_, text)| text.clone())
        };
        let open = self.open.keys().chain(job.open.keys());
        let other = open.filter(|path| match (of(&self.open, path), of(&job.open, path)) {
            (Some(before), Some(now)) => before != now,
            (None, Some(now)) => !session.knows(path, &now),
            _ => true,
        });
        // What is open hides what is on the disk.
        let disk = job.touched.files.iter();
        let disk = disk.filter(|path| !job.open.contains_key(*path));
        (!job.touched.all).then(|| other.chain(disk).cloned().collect())
    }
}
