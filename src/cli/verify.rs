//! `distrust verify`.

use std::path::{Path, PathBuf};

use super::Exit;
use super::check::{self, Refusal, input, output};
use super::intent::text;
use super::options::{Input, Listing, Verify as Options};
use super::terminal::Terminal;
use crate::catalog::Catalog;
use crate::engine;
use crate::intent::verify::{Answer, Verdict, merge, verify};
use crate::intent::{self, Intent};
use crate::report::{Masks, Statistics, intent as said, triage};
use crate::source::{Diagnostic, Door, EntryKind, SourceMap};

/// Proves an intent on what the options name.
pub(super) fn run(mut options: Options, order: &[bool], terminal: Terminal) -> Exit {
    check::with_threads(options.input.threads, terminal, || {
        let named = options.intent.clone();
        with_intent(
            &mut options.input,
            named.as_deref(),
            order,
            terminal,
            |found| {
                let text = match options.output_format {
                    Listing::Json => said::json(&found.answers, found.sources),
                    Listing::Text => said::text(&found.answers, found.sources, options.all),
                };
                terminal
                    .print_data(|out| out.write_all(text.as_bytes()))
                    .map_err(|error| Refusal::new(format!("standard output: {error}")))?;
                let fails = found.answers.iter().any(|own| own.verdict.fails());
                let open = found
                    .answers
                    .iter()
                    .any(|own| own.verdict == Verdict::Undecided);
                Ok(Exit::Findings
                    .when(fails)
                    .and(Exit::Undecided.when(open && !options.allow_undecided)))
            },
        )
    })
}

/// What was proven.
pub(super) struct Found<'f> {
    /// The intent.
    pub(super) intent: &'f Intent,
    /// The answers.
    pub(super) answers: Vec<Answer>,
    /// The texts.
    pub(super) sources: &'f SourceMap,
}

/// Reads an intent, proves it, and says what was lost on the way.
pub(super) fn with_intent(
    input: &mut Input,
    named: Option<&Path>,
    order: &[bool],
    terminal: Terminal,
    then: impl FnOnce(&Found<'_>) -> Result<Exit, Refusal>,
) -> Result<Exit, Refusal> {
    let working = check::working()?;
    let sources = SourceMap::new();
    let files = input::files(input, &working)?;
    let mut scope = input::scope(input, &*files, &working)?;
    let path = place(input, named, Door::new(&*files, &scope));
    scope.open(&*files, &path);
    let door = Door::new(&*files, &scope);
    let (file, lost) = text(&path, door, &sources)?;
    let read = match lost {
        Some(lost) => Err(vec![lost]),
        None => intent::read(&file),
    };
    let intent = match read {
        Ok(intent) => intent,
        Err(wrong) => {
            output::refused(&wrong, &sources, terminal);
            return Ok(Exit::Usage);
        }
    };
    let (found, world) = check::found(input, order, door, &sources)?;
    let answers = engine::each(found, &world, &|_, graph| {
        verify(&intent, &graph, Catalog::builtin())
    });
    let mut diagnostics = answers.diagnostics;
    let mut all = Vec::new();
    for stack in answers.stacks {
        diagnostics.extend(stack.diagnostics);
        all.push(stack.said);
    }
    let found = Found {
        answers: merge(intent.source, all),
        intent: &intent,
        sources: &sources,
    };
    let exit = then(&found)?;
    Ok(exit.and(lost_input(diagnostics, &sources, terminal)))
}

/// Says what is wrong with the input, and whether some of it was lost.
pub(super) fn lost_input(
    diagnostics: Vec<Diagnostic>,
    sources: &SourceMap,
    terminal: Terminal,
) -> Exit {
    let masks = Masks::new(sources, std::iter::empty(), diagnostics.iter());
    let none = Statistics::default();
    let report = triage(sources, masks, Vec::new(), diagnostics, Vec::new(), none);
    terminal.say(&output::diagnostics(
        &report.diagnostics,
        sources,
        &report.masks,
        terminal,
    ));
    Exit::Input.when(report.lost_input())
}

/// The intent that is named, or the one that lies beside the first path.
fn place(input: &Input, named: Option<&Path>, door: Door<'_>) -> PathBuf {
    if let Some(path) = named {
        return path.to_owned();
    }
    let first = input.paths.first().map_or(Path::new("."), PathBuf::as_path);
    match door.kind(first) {
        Ok(EntryKind::File) => first.with_file_name(intent::FILE),
        _ => first.join(intent::FILE),
    }
}
