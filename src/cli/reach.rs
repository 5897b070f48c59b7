//! `distrust reach`.

use super::Exit;
use super::check::{self, Refusal, input, output};
use super::options::Reach as Options;
use super::terminal::Terminal;
use crate::catalog::Catalog;
use crate::engine;
use crate::network::topology::Topology;
use crate::report::reach::{self, Answer, Asked};
use crate::report::{Masks, Statistics, triage};
use crate::rules;
use crate::source::{Door, SourceMap};

/// Says who reaches whom in what the options name.
pub(super) fn run(mut options: Options, order: &[bool], terminal: Terminal) -> Exit {
    check::with_threads(options.input.threads, terminal, || {
        said(&mut options, order, terminal)
    })
}

fn said(options: &mut Options, order: &[bool], terminal: Terminal) -> Result<Exit, Refusal> {
    let working = check::working()?;
    let sources = SourceMap::new();
    let files = input::files(&mut options.input, &working)?;
    let scope = input::scope(&options.input, &*files, &working)?;
    let door = Door::new(&*files, &scope);
    let asked = Asked::read(&options.from, &options.to, &options.port).map_err(Refusal::new)?;
    let (found, world) = check::found(&options.input, order, door, &sources)?;
    let answers = engine::each(found, &world, &|_, graph| {
        let topology = Topology::new(&graph, Catalog::builtin());
        let unread = rules::unread(&graph, Catalog::builtin());
        (reach::answers(&graph, &topology, &asked), unread)
    });
    let mut said: Vec<Answer> = Vec::new();
    let mut diagnostics = answers.diagnostics;
    for mut stack in answers.stacks {
        said.append(&mut stack.said.0);
        diagnostics.extend(stack.diagnostics.into_iter().chain(stack.said.1));
    }
    if said.is_empty() {
        let missing = [&options.from, &options.to];
        let named = missing.into_iter().find(|name| !asked.is_word(name));
        if let Some(name) = named {
            let message = format!("no endpoint here is called {name}");
            return Err(Refusal::new(message));
        }
    }
    let text = match options.output_format {
        super::options::Listing::Json => reach::json(&said, &sources),
        super::options::Listing::Text => reach::text(&said, &sources),
    };
    terminal
        .print_data(|out| out.write_all(text.as_bytes()))
        .map_err(|error| Refusal::new(format!("standard output: {error}")))?;
    let masks = Masks::new(&sources, std::iter::empty(), diagnostics.iter());
    let none = Statistics::default();
    let report = triage(&sources, masks, Vec::new(), diagnostics, Vec::new(), none);
    terminal.say(&output::diagnostics(
        &report.diagnostics,
        &sources,
        &report.masks,
        terminal,
    ));
    Ok(Exit::Input.when(report.lost_input()))
}
