//! `distrust check`.

mod input;
mod output;

use std::time::Instant;

use super::options::Check;
use super::terminal::Terminal;
use super::{Exit, engine};
use crate::eval::terraform;
use crate::findings::Severity;
use crate::report::{Report, Statistics, View, triage};
use crate::source::{Scope, Search, SourceMap, discover};

pub(super) use input::order_of_variables;

/// What a finding must reach to make the run fail, unless the user says otherwise.
const FAIL_ON: Severity = Severity::Low;

/// Why nothing was checked.
struct Refusal {
    message: String,
    help: Option<String>,
}

impl Refusal {
    fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: None,
        }
    }
}

/// Checks what the options say and reports.
pub(super) fn run(options: Check, order: Vec<bool>, terminal: Terminal) -> Exit {
    let started = Instant::now();
    // Evaluation needs deep stacks; they are reserved, not used.
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(options.threads.unwrap_or(0).into())
        .stack_size(terraform::THREAD_STACK_BYTES)
        .build();
    let pool = match pool {
        Ok(pool) => pool,
        Err(error) => {
            terminal.error(&format!("no threads: {error}"), None);
            return Exit::Usage;
        }
    };
    let exit_zero = options.exit_zero;
    let exit = pool.install(|| match checked(options, order, terminal, started) {
        Ok(exit) => exit,
        Err(refusal) => {
            terminal.error(&refusal.message, refusal.help.as_deref());
            Exit::Usage
        }
    });
    match exit {
        Exit::Findings | Exit::Input if exit_zero => Exit::Clean,
        exit => exit,
    }
}

/// Everything between the options and the exit status.
fn checked(
    mut options: Check,
    order: Vec<bool>,
    terminal: Terminal,
    started: Instant,
) -> Result<Exit, Refusal> {
    let working = std::env::current_dir()
        .and_then(|path| path.canonicalize())
        .map_err(|error| Refusal::new(format!("the working folder: {error}")))?;
    let sources = SourceMap::new();
    let files = input::files(&mut options, &working)?;
    let scope = Scope::new(&*files, &working, options.root.as_deref(), &options.paths);
    let rules = engine::rules();
    let wrong = input::configure(&mut options, &*files, &sources, &scope);
    let selection = input::selection(&options, &rules);
    let selection = match selection {
        Ok(selection) if wrong.is_empty() => selection,
        other => {
            let errors = other.err().unwrap_or_default();
            output::refused(&[wrong, errors].concat(), &sources, terminal);
            return Ok(Exit::Usage);
        }
    };
    input::existing(&options, &*files, &scope)?;
    let settings = input::settings(&options, &order, &*files, &sources, &scope)?;
    let parameters = input::parameters(&options, &*files, &sources, &scope)?;
    let search = Search {
        paths: &options.paths,
        exclude: options.exclude.as_deref().unwrap_or_default(),
        scope: &scope,
        is_template: engine::is_template,
    };
    let mut found = discover(&*files, &sources, search);
    let nothing = found.is_empty();
    let statistics = Statistics {
        files: found.files(),
        rules: selection.of(&rules).count(),
        ..Statistics::default()
    };
    let diagnostics = std::mem::take(&mut found.diagnostics);
    let world = engine::World {
        files: &*files,
        sources: &sources,
        scope: &scope,
        settings,
        parameters,
    };
    let mut outcome = engine::run(found, &world);
    outcome
        .findings
        .retain(|finding| selection.has(&rules, &finding.rule));
    outcome.diagnostics.extend(diagnostics);
    let mut report = reported(&sources, outcome, statistics);
    report.statistics.elapsed = started.elapsed();
    let view = View {
        sources: &sources,
        rules: &rules,
        scope: &scope,
        undecided: options.undecided,
    };
    output::write(&report, view, &options, terminal)?;
    output::tell(&report, view, &options, nothing, terminal);
    Ok(verdict(&report, options.fail_on.unwrap_or(FAIL_ON)))
}

/// The report on what the engine gave.
fn reported(sources: &SourceMap, outcome: engine::Outcome, mut statistics: Statistics) -> Report {
    let engine::Outcome {
        stacks,
        findings,
        mut diagnostics,
    } = outcome;
    statistics.stacks = stacks.len();
    let mut missing = Vec::new();
    for mut stack in stacks {
        statistics.resources += stack.resources.len();
        diagnostics.append(&mut stack.diagnostics);
        missing.append(&mut stack.missing);
    }
    triage(sources, findings, diagnostics, missing, statistics)
}

/// Lost input is worse than findings: what was not read was not checked.
fn verdict(report: &Report, fail_on: Severity) -> Exit {
    if report.lost_input() {
        Exit::Input
    } else if report.reaches(fail_on) {
        Exit::Findings
    } else {
        Exit::Clean
    }
}
