//! `distrust graph`.

use super::Exit;
use super::check::{self, Refusal, input, output};
use super::options::{Graph as Options, Notation};
use super::terminal::Terminal;
use crate::catalog::Catalog;
use crate::engine;
use crate::report::{Masks, Statistics, graph as drawing, triage};
use crate::rules;
use crate::source::{Door, SourceMap};

/// Draws the graph of what the options name.
pub(super) fn run(mut options: Options, order: &[bool], terminal: Terminal) -> Exit {
    check::with_threads(options.input.threads, terminal, || {
        drawn(&mut options, order, terminal)
    })
}

fn drawn(options: &mut Options, order: &[bool], terminal: Terminal) -> Result<Exit, Refusal> {
    let working = check::working()?;
    let sources = SourceMap::new();
    let files = input::files(&mut options.input, &working)?;
    let scope = input::scope(&options.input, &*files, &working)?;
    let door = Door::new(&*files, &scope);
    let (found, world) = check::found(&options.input, order, door, &sources)?;
    let mut answers = engine::each(found, &world, &|_, graph| {
        let unread = rules::unread(&graph, Catalog::builtin());
        (Some(graph), unread)
    });
    let graphs = answers.stacks.iter_mut();
    let graphs: Vec<_> = graphs.filter_map(|stack| stack.said.0.take()).collect();
    let text = match options.format {
        Notation::Dot => drawing::dot(&graphs),
        Notation::Mermaid => drawing::mermaid(&graphs),
        Notation::Json => drawing::json(&graphs),
    };
    terminal
        .print_data(|out| out.write_all(text.as_bytes()))
        .map_err(|error| Refusal::new(format!("standard output: {error}")))?;
    let mut said = answers.diagnostics;
    for stack in answers.stacks {
        said.extend(stack.diagnostics.into_iter().chain(stack.said.1));
    }
    let masks = Masks::new(&sources, std::iter::empty(), said.iter());
    let none = Statistics::default();
    let report = triage(&sources, masks, Vec::new(), said, Vec::new(), none);
    terminal.say(&output::diagnostics(
        &report.diagnostics,
        &sources,
        &report.masks,
        terminal,
    ));
    Ok(Exit::Input.when(report.lost_input()))
}
