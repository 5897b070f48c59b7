//! `distrust suppress`: comments that accept findings, written where they count.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use super::Exit;
use super::check::fix::Mended;
use super::check::{self, Done, Refusal};
use super::options::{Check, Suppress as Options};
use super::terminal::Terminal;
use crate::report::suppress::{self, Day, Suppressions};
use crate::report::{Places, counted};
use crate::source::SourceFile;

/// What is put in place of which bytes of a source.
type Edits = BTreeMap<String, Vec<(usize, usize, String)>>;

/// Adds or migrates.
pub(super) fn run(options: Options, order: &[bool], terminal: Terminal) -> Exit {
    match options {
        Options::Add {
            rule,
            reason,
            until,
            check,
        } => with_report(*check, order, terminal, |done| {
            add(done, &rule, &reason, until)
        }),
        Options::Migrate { check } => with_report(*check, order, terminal, migrate),
    }
}

/// Checks, makes edits of what was found, and writes them.
fn with_report(
    mut options: Check,
    order: &[bool],
    terminal: Terminal,
    edits: impl FnOnce(&Done<'_>) -> Result<(Edits, String), Refusal> + Send,
) -> Exit {
    let started = Instant::now();
    check::with_threads(options.input.threads, terminal, || {
        check::done(&mut options, order, terminal, started, true, |done| {
            let (edits, said) = edits(&done)?;
            for (path, edits) in edits {
                write(&done, &path, edits)?;
            }
            terminal.say(&said);
            Ok(Exit::Input.when(done.report.lost_input()))
        })
    })
}

/// A comment above each block in which the rule finds something.
fn add(
    done: &Done<'_>,
    rule: &str,
    reason: &str,
    until: Option<Day>,
) -> Result<(Edits, String), Refusal> {
    let Some(rule) = done.rules.find(rule) else {
        return Err(Refusal::new(format!("there is no rule `{rule}`")));
    };
    if reason.trim().is_empty() || reason.contains(['\n', '\r']) {
        return Err(Refusal::new("a reason is one line that says something"));
    }
    let places = Places::new(done.sources);
    let findings = done.report.findings.iter();
    let (mut lines, mut left) = (BTreeSet::new(), 0);
    for finding in findings.filter(|one| one.rule == rule.id) {
        match suppress::line(&places, finding, reason, until) {
            Some(line) => {
                lines.insert(line);
            }
            None => left += 1,
        }
    }
    let mut edits = Edits::new();
    for line in &lines {
        let path = done.sources.get(line.source).path.to_string();
        let at = line.at as usize;
        let own = edits.entry(path).or_default();
        own.push((at, at, line.text.clone()));
    }
    let mut said = format!("Wrote {}\n", counted(lines.len(), "comment", "comments"));
    if left > 0 {
        said += &format!(
            "{} where no comment can stand; [[suppress]] in distrust.toml can accept them\n",
            counted(left, "finding stands", "findings stand")
        );
    }
    Ok((edits, said))
}

/// The comments of other tools in our words, where all that they name has a rule here.
fn migrate(done: &Done<'_>) -> Result<(Edits, String), Refusal> {
    let places = Places::new(done.sources);
    let policy = suppress::Policy::default();
    let suppressions = Suppressions::new(&places, done.door.scope(), done.rules, &policy);
    let (mut edits, mut count, mut left) = (Edits::new(), 0, 0);
    for file in done.sources.all() {
        for (start, end, text) in suppressions.in_our_words(&file) {
            match text {
                Some(text) => {
                    let own = edits.entry(file.path.to_string()).or_default();
                    own.push((start, end, text));
                    count += 1;
                }
                None => left += 1,
            }
        }
    }
    let mut said = format!("Rewrote {}\n", counted(count, "comment", "comments"));
    if left > 0 {
        said += &format!(
            "{}: no rule here has those ids, or they count elsewhere than ours would\n",
            counted(left, "comment was left", "comments were left")
        );
    }
    Ok((edits, said))
}

/// Writes a source with its edits, if its bytes are still those that were read.
fn write(
    done: &Done<'_>,
    path: &str,
    mut edits: Vec<(usize, usize, String)>,
) -> Result<(), Refusal> {
    let Some(file) = named(done, path) else {
        return Err(Refusal::new(format!("{path} is not there any more")));
    };
    edits.sort();
    edits.dedup();
    let mut out = String::with_capacity(file.text.len());
    let mut from = 0;
    for (start, end, text) in edits {
        out += &file.text[from..start];
        out += &text;
        from = end;
    }
    out += &file.text[from..];
    let path = done.door.scope().absolute(path.as_ref());
    Mended::new(&file, path, out).write(done.door)
}

/// The source that is shown under a path.
fn named(done: &Done<'_>, path: &str) -> Option<Arc<SourceFile>> {
    let mut all = done.sources.all().into_iter();
    all.find(|file| *file.path == *path)
}
