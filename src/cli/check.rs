//! `distrust check`.

pub(super) mod fix;
pub(super) mod input;
pub(super) mod output;
pub(super) mod settings;
mod since;
mod verdict;
mod watch;

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use super::options::{Check, Input};
use super::terminal::Terminal;
use super::{Exit, threads};
use crate::engine;
use crate::findings::{RuleId, RuleInfo};
use crate::report::{Folded, Report, View, summary};
use crate::rules::RuleSet;
use crate::source::{Discovered, Door, Files, Search, SourceMap, discover};

/// Why nothing was checked.
pub(super) struct Refusal {
    message: String,
    help: Option<String>,
}

impl Refusal {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: None,
        }
    }

    /// The same with what to do.
    pub(super) fn help(self, help: Option<String>) -> Self {
        Self { help, ..self }
    }

    /// Says it.
    pub(super) fn tell(&self, terminal: Terminal) {
        terminal.error(&self.message, self.help.as_deref());
    }
}

/// Checks what the options say and reports.
pub(super) fn run(mut options: Check, order: &[bool], terminal: Terminal) -> Exit {
    if options.watch {
        return watch::run(&options, order, terminal);
    }
    let started = Instant::now();
    with_threads(options.input.threads, terminal, || {
        checked(&mut options, order, terminal, started)
    })
}

/// Runs in a pool of threads. What is done does not depend on how many there are.
pub(super) fn with_threads(
    threads: Option<u16>,
    terminal: Terminal,
    work: impl FnOnce() -> Result<Exit, Refusal> + Send,
) -> Exit {
    let result = match threads::pool(threads) {
        Ok(pool) => pool.install(work),
        Err(error) => Err(Refusal::new(format!("no threads: {error}"))),
    };
    result.unwrap_or_else(|refusal| {
        refusal.tell(terminal);
        Exit::Usage
    })
}

/// The working folder, without links.
pub(super) fn working() -> Result<PathBuf, Refusal> {
    std::env::current_dir()
        .and_then(|path| path.canonicalize())
        .map_err(|error| Refusal::new(format!("the working folder: {error}")))
}

/// What the options name, and what it is evaluated with.
pub(super) fn found<'w>(
    input: &Input,
    order: &[bool],
    door: Door<'w>,
    sources: &'w SourceMap,
) -> Result<(Discovered, engine::World<'w>), Refusal> {
    input::existing(input, door)?;
    let search = Search {
        paths: &input.paths,
        exclude: input.exclude.as_deref().unwrap_or_default(),
        listed: input.skip_unrelated,
        everything: input.everything,
        is_template: engine::is_template,
    };
    let world = engine::World {
        door,
        sources,
        settings: input::settings(input, order, door, sources)?,
        parameters: input::parameters(input, door, sources)?,
    };
    Ok((discover(door, sources, search), world))
}

/// A check that is done.
pub(super) struct Done<'d> {
    /// What was found.
    pub(super) report: &'d Report,
    /// In these sources.
    pub(super) sources: &'d SourceMap,
    /// Through this door.
    pub(super) door: Door<'d>,
    /// After these rules.
    pub(super) rules: &'d RuleSet,
    /// With the settings of the project.
    pub(super) options: &'d Check,
    /// How many findings fixes have mended, and how many more could be.
    fixes: Option<(usize, usize)>,
}

/// Everything between the options and the exit status.
fn checked(
    options: &mut Check,
    order: &[bool],
    terminal: Terminal,
    started: Instant,
) -> Result<Exit, Refusal> {
    done(options, order, terminal, started, false, |done| {
        show(&done, terminal)
    })
}

/// Checks what the options say, and hands on what was found. `anew`: nothing is taken for known.
pub(super) fn done(
    options: &mut Check,
    order: &[bool],
    terminal: Terminal,
    started: Instant,
    anew: bool,
    then: impl FnOnce(Done<'_>) -> Result<Exit, Refusal>,
) -> Result<Exit, Refusal> {
    let working = working()?;
    let sources = SourceMap::new();
    let disk = input::files(&mut options.input, &working)?;
    let sides = match anew {
        true => None,
        false => since::sides(options, &working)?,
    };
    let staged = sides.as_ref().and_then(|sides| sides.now.clone());
    let files: Arc<dyn Files> = match staged.clone() {
        Some(staged) => staged,
        None => disk,
    };
    options.input.own_rules = options.rule_dir.iter().flatten().cloned().collect();
    let scope = since::scope(options, &*files, &working)?;
    let door = Door::new(&*files, &scope);
    let mut rules = Cow::Borrowed(RuleSet::builtin());
    let used = settings::load(options, door, &sources);
    let wrong = settings::configure(options, &mut rules, &used, door, &sources);
    let (floor, unread) = settings::floor(options, &rules, door, &sources)?;
    let wrong = [wrong, unread].concat();
    if let Some(floor) = &floor {
        settings::raise(options, floor);
    }
    let selection = match settings::selection(options, floor.as_ref(), &rules) {
        Ok(selection) if wrong.is_empty() => selection,
        other => {
            let errors = other.err().unwrap_or_default();
            output::refused(&[wrong, errors].concat(), &sources, terminal);
            return Ok(Exit::Usage);
        }
    };
    let selected = |id: &str| selection.has(id);
    let known = options.baseline.as_deref().filter(|_| !anew);
    let policy = settings::policy(options, known, door)?;
    options.policy.today = policy.today;
    let before = match &sides {
        Some(sides) => {
            let asked = (&*rules, &selection);
            Some(since::known(
                options,
                order,
                &sides.before,
                &working,
                asked,
            )?)
        }
        None => None,
    };
    let said = before.as_ref().map(|before| {
        let place = (&*rules, &sources, door);
        before.weaker(&used.settings, options, &policy, place)
    });
    let before = before.map(|before| before.known);
    let accepting = engine::Accepting {
        policy,
        said: said.unwrap_or_default(),
        fingerprints: anew
            || before.is_some()
            || known.is_some()
            || verdict::is_for_programs(options),
        known: anew,
        before,
    };
    let read = std::cell::RefCell::new(Vec::new());
    let ask = |door: Door<'_>, sources: &SourceMap| {
        let (found, world) = found(&options.input, order, door, sources)?;
        let nested = settings::nested(&found, &used, door, sources);
        let mut policy = accepting.policy.clone().with(nested.settings.policy);
        if let Some(floor) = &floor {
            settings::raise_policy(&mut policy, floor);
        }
        let accepting = engine::Accepting {
            policy,
            ..accepting.clone()
        };
        let report = engine::check_accepting(found, &world, &rules, &selected, &accepting);
        read.replace(nested.files);
        let diagnostics = nested.wrong.into_iter().chain(report.diagnostics);
        Ok(Report {
            diagnostics: diagnostics.collect(),
            ..report
        })
    };
    let report = ask(door, &sources)?;
    if let Some(sides) = &sides {
        let mut both = staged.iter().chain([&sides.before]);
        both.try_for_each(|side| side.whole())?;
    }
    let (sources, mut report, fixes) = match (options.fix || options.diff) && !anew {
        false => (sources, report, None),
        true => {
            let mended = fix::all(options, &files, (sources, report), &scope, &ask)?;
            if options.diff {
                return fix::differences(&mended, terminal);
            }
            mended.files.iter().try_for_each(|file| file.write(door))?;
            (
                mended.sources,
                mended.report,
                Some((mended.made, mended.could)),
            )
        }
    };
    report.statistics.elapsed = started.elapsed();
    if options.verbose {
        let files = read.take();
        let files = if files.is_empty() {
            vec!["none".to_owned()]
        } else {
            files
        };
        terminal.say(&format!("Settings: {}\n", files.join(", ")));
    }
    then(Done {
        report: &report,
        sources: &sources,
        door,
        rules: &rules,
        options,
        fixes,
    })
}

/// Writes a report and says what there is to say.
fn show(done: &Done<'_>, terminal: Terminal) -> Result<Exit, Refusal> {
    let Done {
        report,
        sources,
        door,
        rules,
        options,
        fixes,
    } = done;
    let said = engine::rules_of(rules, report);
    let folded = match options.no_yield {
        true => Folded::default(),
        false => Folded::new(&report.findings, |id| stronger(&said, id)),
    };
    let view = View {
        sources,
        masks: &report.masks,
        folded: &folded,
        rules: &said,
        scope: door.scope(),
        undecided: options.undecided,
        suppressed: options.show_suppressed,
        least: verdict::Thresholds::of(options).least,
    };
    let fixed = fixes.map_or(0, |(made, _)| made);
    let verdict = verdict::judge(report, view, options, fixed);
    output::write(report, view, options, *door, terminal)?;
    if let Some((made, could)) = fixes.filter(|_| !options.quiet) {
        terminal.say(&summary::fixes(made, could));
    }
    output::tell(report, view, options, verdict.why.as_deref(), terminal);
    Ok(verdict.exit)
}

/// The rules that the rule of this id yields to; `rules` are sorted by id.
fn stronger<'r>(rules: &'r [RuleInfo], id: &str) -> &'r [RuleId] {
    let at = rules.binary_search_by(|rule| rule.id.as_str().cmp(id));
    at.map_or(&[], |at| &rules[at].yields_to)
}
