//! `distrust check --fix` and `--diff`: fixes, proved by asking again before anything is written.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use similar::TextDiff;

use super::super::Exit;
use super::super::options::Check;
use super::super::terminal::Terminal;
use super::Refusal;
use crate::findings::{Applicability, Finding, Severity};
use crate::fix::{self, Fixed, Texts};
use crate::report::{Masks, Report, printable, summary};
use crate::source::{Closed, Door, Files, Memory, Overlay, Scope, SourceMap};

/// How often fixes are made on what earlier ones left. Real files need two or three; of fixes that do wrong together each
/// is tried alone.
const ROUNDS: usize = 48;

/// A file that fixes change.
pub(crate) struct Mended {
    /// As shown.
    pub(super) shown: String,
    /// Its path.
    path: PathBuf,
    /// The text that was read.
    before: Arc<str>,
    /// The text as it should be.
    after: String,
}

/// What fixing came to.
pub(super) struct Outcome {
    /// What is still found, and the texts that it speaks of.
    pub(super) report: Report,
    pub(super) sources: SourceMap,
    /// The files that change, by path.
    pub(super) files: Vec<Mended>,
    /// How many findings are gone by it.
    pub(super) made: usize,
    /// How many more would go by edits that are trusted less.
    pub(super) could: usize,
}

/// Whom a fix is about: a finding of a rule about a resource.
type Subject = (String, String);

/// The files that change: as shown, the text that was read, and the text as it should be.
type Changed = BTreeMap<PathBuf, (String, Arc<str>, String)>;

/// What became of the fixes that were tried.
#[derive(Default)]
struct Tried {
    /// They do not do what they should.
    banned: BTreeSet<Subject>,
    /// One of them does something that it should not; each is tried alone.
    suspects: BTreeSet<Subject>,
    /// The one that is tried alone now.
    alone: Option<Subject>,
}

/// What checking again gives: the texts, and what is found in them.
type Again = (SourceMap, Report);

/// What fixing needs of the run.
struct Run<'r> {
    /// How far an edit must be trusted.
    least: Applicability,
    /// The path of a shown one, if edits may change that file.
    place: &'r dyn Fn(&str) -> Option<PathBuf>,
    /// Checks again, with these files in place of those on disk.
    again: &'r dyn Fn(&Memory) -> Result<Again, Refusal>,
}

/// Fixes what a report finds, as the options say; nothing is written yet.
pub(super) fn all(
    options: &Check,
    files: &Arc<dyn Files>,
    (sources, report): (SourceMap, Report),
    scope: &Scope,
    ask: &dyn Fn(Door<'_>, &SourceMap) -> Result<Report, Refusal>,
) -> Result<Outcome, Refusal> {
    let paths = options.input.paths.iter();
    let checked: Vec<PathBuf> = paths.map(|path| scope.absolute(path)).collect();
    let place = |shown: &str| {
        let path = scope.absolute(Path::new(shown));
        let inside = checked.iter().any(|own| path.starts_with(own));
        inside.then_some(path)
    };
    let again = |upper: &Memory| {
        let sources = SourceMap::new();
        let files = Overlay::new(upper.clone(), files.clone());
        let report = ask(Door::new(&files, scope), &sources)?;
        Ok((sources, report))
    };
    let run = Run {
        least: match options.unsafe_fixes {
            true => Applicability::Unsafe,
            false => Applicability::Safe,
        },
        place: &place,
        again: &again,
    };
    mend(sources, report, &run)
}

/// Shows what fixes would change.
pub(super) fn differences(mended: &Outcome, terminal: Terminal) -> Result<Exit, Refusal> {
    let masks = &mended.report.masks;
    let text: String = mended.files.iter().map(|file| file.diff(masks)).collect();
    terminal
        .print(|out| out.write_all(text.as_bytes()))
        .map_err(|error| Refusal::new(format!("standard output: {error}")))?;
    terminal.say(&summary::fixes(mended.made, mended.could));
    let changes = Exit::Findings.when(!text.is_empty());
    Ok(Exit::Input.when(mended.report.lost_input()).and(changes))
}

/// Fixes what a report finds. Nothing is written: a round whose edits leave their finding, or make a new one, is taken back
/// and made without them.
fn mend(sources: SourceMap, report: Report, run: &Run<'_>) -> Result<Outcome, Refusal> {
    let mut state = Outcome {
        report,
        sources,
        files: Vec::new(),
        made: 0,
        could: 0,
    };
    let mut changed = Changed::new();
    let mut tried = Tried::default();
    for _ in 0..ROUNDS {
        let (made, next) = round(&state, &tried, &changed, run);
        if made.is_empty() {
            match tried.suspects.pop_first() {
                Some(suspect) => tried.alone = Some(suspect),
                None => break,
            }
            continue;
        }
        let mut upper = Memory::new();
        for (path, (.., after)) in &next {
            upper.insert(path, after.as_bytes());
        }
        let (sources, report) = (run.again)(&upper)?;
        if tried.accept(&made, &state.report, &report) {
            state.made += made.len();
            (state.sources, state.report, changed) = (sources, report, next);
        }
        tried.alone = None;
    }
    let banned = tried.banned;
    let mut texts = Texts::new(&state.sources);
    let findings: Vec<&Finding> = state.report.findings.iter().collect();
    let all = fix::apply(&findings, Applicability::Unsafe, &mut texts, &|finding| {
        !banned.contains(&subject(finding))
    });
    let more = |fixed: &&Fixed| matches!(fixed, Fixed::Made(own) if *own < run.least);
    state.could = all.iter().filter(more).count();
    drop(texts);
    let files = changed.into_iter();
    state.files = files
        .map(|(path, (shown, before, after))| Mended {
            shown,
            path,
            before,
            after,
        })
        .collect();
    Ok(state)
}

/// The edits of one round: whom they are about, and the files as they would be.
fn round(
    state: &Outcome,
    tried: &Tried,
    changed: &Changed,
    run: &Run<'_>,
) -> (Vec<Subject>, Changed) {
    let mut texts = Texts::new(&state.sources);
    let findings: Vec<&Finding> = state.report.findings.iter().collect();
    let allowed = |finding: &Finding| {
        let spans = finding
            .remedy
            .iter()
            .flat_map(|remedy| remedy.change.as_deref());
        let mut places = spans.flat_map(|change| {
            let origin = change.origin.iter().map(|origin| origin.span);
            origin.chain([change.header])
        });
        tried.may(&subject(finding))
            && places.all(|span| {
                !span.is_somewhere() || (run.place)(&state.sources.get(span.source).path).is_some()
            })
    };
    let outcome = fix::apply(&findings, run.least, &mut texts, &allowed);
    let made = findings.iter().zip(&outcome);
    let made = made.filter(|(_, fixed)| matches!(fixed, Fixed::Made(_)));
    let made = made.map(|(finding, _)| subject(finding)).collect();
    let mut next = changed.clone();
    for (file, after) in texts.changed() {
        let Some(path) = (run.place)(&file.path) else {
            continue;
        };
        let entry = next.entry(path);
        let entry =
            entry.or_insert_with(|| (file.path.to_string(), file.text.clone(), String::new()));
        entry.2 = after.to_owned();
    }
    (made, next)
}

fn subject(finding: &Finding) -> Subject {
    let first = finding.subjects.first();
    let address = first.map_or_else(String::new, |own| format!("{}: {own}", own.stack));
    (finding.rule.to_string(), address)
}

impl Tried {
    fn may(&self, own: &Subject) -> bool {
        match &self.alone {
            Some(alone) => alone == own,
            None => !self.banned.contains(own) && !self.suspects.contains(own),
        }
    }

    /// Whether what was made is right: each finding is gone, and nothing as bad has come in its place. Else whoever is to
    /// blame is not made again, or not together with others.
    fn accept(&mut self, made: &[Subject], before: &Report, after: &Report) -> bool {
        let (old, new) = (counted(before), counted(after));
        let still = |own: &&Subject| match (new.get(*own), old.get(*own)) {
            (Some((left, _)), Some((had, _))) => left >= had,
            (left, _) => left.is_some(),
        };
        let still: Vec<Subject> = made.iter().filter(still).cloned().collect();
        let lost = |report: &Report| {
            let all = report.diagnostics.iter();
            all.filter(|one| one.code.loses_input()).count()
        };
        let broken = lost(after) > lost(before);
        let fresh = new
            .iter()
            .filter(|(own, (count, _))| old.get(*own).is_none_or(|(had, _)| had < count));
        let fresh: Vec<(&String, Severity)> = fresh
            .map(|((_, address), (_, severity))| (address, *severity))
            .collect();
        let worse = |own: &&Subject| {
            let severity = old.get(*own).map(|(_, severity)| *severity);
            let here = |(address, found): &(&String, Severity)| {
                **address == own.1 && severity.is_none_or(|mended| *found >= mended)
            };
            broken || fresh.iter().any(here)
        };
        let mut guilty: Vec<Subject> = made.iter().filter(worse).cloned().collect();
        // What is less bad than all that is mended (that a versioned bucket asks no second factor, say) is no reason.
        let mended = made.iter().filter_map(|own| old.get(own));
        let bar = mended.map(|(_, severity)| *severity).min();
        let elsewhere = |(address, found): &(&String, Severity)| {
            !made.iter().any(|own| own.1 == **address) && bar.is_none_or(|bar| *found >= bar)
        };
        if guilty.is_empty() && fresh.iter().any(elsewhere) {
            // Something elsewhere is new: whoever did it is found by trying each alone.
            guilty = made.to_vec();
        }
        if still.is_empty() && guilty.is_empty() {
            return true;
        }
        match guilty.as_slice() {
            [only] if made.len() == 1 => {
                self.banned.insert(only.clone());
            }
            _ => self.suspects.extend(guilty),
        }
        self.suspects.retain(|own| !still.contains(own));
        self.banned.extend(still);
        false
    }
}

/// How many findings there are of a rule about a resource, and the worst of them.
fn counted(report: &Report) -> BTreeMap<Subject, (usize, Severity)> {
    let mut count: BTreeMap<Subject, (usize, Severity)> = BTreeMap::new();
    for finding in &report.findings {
        let entry = count
            .entry(subject(finding))
            .or_insert((0, finding.severity));
        *entry = (entry.0 + 1, entry.1.max(finding.severity));
    }
    count
}

impl Mended {
    /// A source as it should be.
    pub(crate) fn new(file: &crate::source::SourceFile, path: PathBuf, after: String) -> Self {
        Self {
            shown: file.path.to_string(),
            path,
            before: file.text.clone(),
            after,
        }
    }

    /// The change as a unified diff, secrets masked: lines with one are for reading, not for applying.
    pub(super) fn diff(&self, masks: &Masks) -> String {
        let (before, after) = (masks.whole(&self.before), masks.whole(&self.after));
        let diff = TextDiff::from_lines(&before, &after);
        let (a, b) = (format!("a/{}", self.shown), format!("b/{}", self.shown));
        diff.unified_diff().header(&a, &b).to_string()
    }

    /// Writes the text in place of the one that was read, all of it or nothing.
    ///
    /// # Errors
    /// The file has changed since it was read, or cannot be written.
    pub(crate) fn write(&self, door: Door<'_>) -> Result<(), Refusal> {
        let shown = printable(&self.shown);
        let closed = |why: Closed| Refusal::new(format!("{shown}: {why}"));
        door.replace(&self.path, self.before.as_bytes(), self.after.as_bytes())
            .map_err(closed)
    }
}
