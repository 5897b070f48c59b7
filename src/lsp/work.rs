//! The thread that checks: it takes the newest request, waits until typing pauses, and answers.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, unbounded};

use crate::engine::{Checked, project};
use crate::eval::terraform;
use crate::source::{Disk, Files, Memory, Overlay, guarded};

/// How long nothing must change before a check begins: less than the pause between two words.
const PAUSE: Duration = Duration::from_millis(40);

/// What is to be checked.
pub(super) struct Job {
    /// Rises with every change.
    pub(super) generation: u64,
    /// The folders of the workspace.
    pub(super) folders: Vec<PathBuf>,
    /// The open texts by path, and their versions.
    pub(super) open: BTreeMap<PathBuf, (i32, String)>,
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
        while let Ok(mut job) = inbox.recv() {
            while let Ok(newer) = inbox.recv_timeout(PAUSE) {
                job = newer;
            }
            let answer = pool.install(|| check(&job));
            if outbox.send(answer).is_err() {
                return;
            }
        }
    });
    (jobs, answers)
}

fn check(job: &Job) -> Answer {
    let mut upper = Memory::new();
    for (path, (_, text)) in &job.open {
        upper.insert(path, text.as_bytes());
    }
    let files: Arc<dyn Files> = Arc::new(Overlay::new(upper, Arc::new(Disk)));
    let mut answer = Answer {
        generation: job.generation,
        versions: job
            .open
            .iter()
            .map(|(path, (version, _))| (path.clone(), *version))
            .collect(),
        checked: Vec::new(),
        faults: Vec::new(),
    };
    for folder in &job.folders {
        match guarded(|| project(folder, &*files)) {
            Ok(checked) => answer.checked.push(checked),
            Err(fault) => answer.faults.push(format!("{}: {fault}", folder.display())),
        }
    }
    answer
}
