//! `distrust baseline`: what is found today is left for later, and what is new is not.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::Exit;
use super::check::{self, Done, Refusal, output};
use super::options::{Baseline as Options, Check};
use super::terminal::Terminal;
use crate::report::{Baseline, counted, printable};
use crate::source::{Disk, Door, Scope};

/// The file, unless another is named.
const FILE: &str = "distrust.baseline";

/// What is done with the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Write,
    Update { allow_new: bool },
    Prune,
}

/// Writes, updates, prunes or merges.
pub(super) fn run(options: Options, order: &[bool], terminal: Terminal) -> Exit {
    match options {
        Options::Write { check } => changed(*check, Change::Write, order, terminal),
        Options::Update { check, allow_new } => {
            changed(*check, Change::Update { allow_new }, order, terminal)
        }
        Options::Prune { check } => changed(*check, Change::Prune, order, terminal),
        Options::Merge { ours, theirs, base } => merge(&ours, &theirs, base.as_deref())
            .unwrap_or_else(|refusal| {
                refusal.tell(terminal);
                Exit::Usage
            }),
    }
}

fn changed(mut options: Check, change: Change, order: &[bool], terminal: Terminal) -> Exit {
    let started = Instant::now();
    check::with_threads(options.input.threads, terminal, || {
        let path = options.baseline.clone();
        let work = |done: Done<'_>| {
            let path = path.unwrap_or_else(|| {
                let set = done.options.baseline.clone();
                set.unwrap_or_else(|| PathBuf::from(FILE))
            });
            let (said, exit) = written(&done, change, &path)?;
            let report = done.report;
            terminal.say(&output::diagnostics(
                &report.diagnostics,
                done.sources,
                &report.masks,
                terminal,
            ));
            terminal.say(&said);
            Ok(exit)
        };
        check::done(&mut options, order, terminal, started, true, work)
    })
}

/// Changes the file; what is said of it.
fn written(done: &Done<'_>, change: Change, path: &Path) -> Result<(String, Exit), Refusal> {
    let now = Baseline::of(&done.report.known);
    let lost = Exit::Input.when(done.report.lost_input());
    let shown = path.display().to_string();
    let shown = printable(&shown);
    if change == Change::Write {
        write(done.door, path, &now)?;
        let count = counted(now.len(), "entry", "entries");
        return Ok((format!("Wrote {count} to {shown}\n"), lost));
    }
    if lost != Exit::Clean {
        let said = format!("Part of the input was lost, so {shown} was left as it is\n");
        return Ok((said, lost));
    }
    let before = read(done.door, path)?;
    let kept = before.kept(&now);
    let new = now.len() - kept.len();
    let gone = counted(before.len() - kept.len(), "entry", "entries");
    let (after, exit, said) = match change {
        Change::Update { allow_new: true } => {
            let new = counted(new, "new one", "new ones");
            (now, Exit::Clean, format!("took out {gone}, added {new}"))
        }
        Change::Update { .. } if new > 0 => {
            let new = counted(new, "new one", "new ones");
            let said = format!("took out {gone}, left out {new}: --allow-new adds them");
            (kept, Exit::Findings, said)
        }
        _ => (kept, Exit::Clean, format!("took out {gone}")),
    };
    write(done.door, path, &after)?;
    Ok((format!("{shown}: {said}\n"), exit))
}

/// What both have, and what either added. Of what was in `base`, what one took out stays out.
fn merge(ours: &Path, theirs: &Path, base: Option<&Path>) -> Result<Exit, Refusal> {
    let working = check::working()?;
    let mut scope = Scope::new(&Disk, &working, None, &[]);
    for path in [Some(ours), Some(theirs), base].into_iter().flatten() {
        scope.open(&Disk, path);
    }
    let door = Door::new(&Disk, &scope);
    let (one, other) = (read(door, ours)?, read(door, theirs)?);
    let merged = match base {
        Some(base) => {
            let base = read(door, base)?;
            let both = one.kept(&other);
            both.joined(&one.without(&base))
                .joined(&other.without(&base))
        }
        None => one.joined(&other),
    };
    write(door, ours, &merged)?;
    Ok(Exit::Clean)
}

fn read(door: Door<'_>, path: &Path) -> Result<Baseline, Refusal> {
    let shown = door.scope().shown(path);
    let bytes = door
        .read(path)
        .map_err(|closed| Refusal::new(format!("the baseline {shown}: {closed}")))?;
    let text = String::from_utf8_lossy(&bytes);
    Baseline::read(&text)
        .map_err(|line| Refusal::new(format!("the baseline {shown}: line {line} is no entry")))
}

fn write(door: Door<'_>, path: &Path, baseline: &Baseline) -> Result<(), Refusal> {
    let refuse = |why: String| Refusal::new(format!("{}: {why}", door.scope().shown(path)));
    let mut file = door
        .create(path)
        .map_err(|closed| refuse(closed.to_string()))?;
    file.write_all(baseline.text().as_bytes())
        .map_err(|error| refuse(error.to_string()))
}
