//! `distrust who-can` and `distrust can`.

use serde::Serialize;

use super::Exit;
use super::check::{self, Refusal, input, output};
use super::options::{Can, Listing, WhoCan};
use super::terminal::Terminal;
use crate::catalog::Catalog;
use crate::engine;
use crate::eval::Truth;
use crate::graph::Graph;
use crate::policy::ask::{self, Answer, Question};
use crate::report::{Masks, Statistics, printable_lines, triage};
use crate::rules;
use crate::source::{Door, SourceMap, Span};

/// What no configuration shows; it is said with every answer in text.
const OUTSIDE: &str = "Not seen here: service and resource control policies, session policies, policies \
                       of endpoints, and what is attached or granted outside of this code.";

/// One answer, as programs read it.
#[derive(Debug, Serialize)]
struct Row {
    stack: String,
    principal: String,
    /// `yes`, `no`, `undecided`.
    can: &'static str,
    because: Vec<Because>,
    /// What must be met, or is not known.
    open: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Because {
    layer: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
}

/// Everyone who can.
pub(super) fn who_can(mut options: WhoCan, order: &[bool], terminal: Terminal) -> Exit {
    check::with_threads(options.input.threads, terminal, || {
        let (action, resource) = (options.action.clone(), options.resource.clone());
        let ask = |graph: &Graph| {
            let question = Question {
                action: &action,
                resource: &resource,
            };
            ask::who_can(graph, Catalog::builtin(), question)
        };
        let (rows, lost) = asked(&mut options.input, order, terminal, &ask)?;
        let open = rows.iter().any(|row| row.can == "undecided");
        print(
            &rows,
            options.output_format,
            "nobody of this code can",
            terminal,
        )?;
        Ok(Exit::Input.when(lost).and(Exit::Undecided.when(open)))
    })
}

/// Whether somebody can.
pub(super) fn can(mut options: Can, order: &[bool], terminal: Terminal) -> Exit {
    check::with_threads(options.input.threads, terminal, || {
        let own = [&options.principal, &options.action, &options.resource].map(String::clone);
        let ask = |graph: &Graph| {
            let question = Question {
                action: &own[1],
                resource: &own[2],
            };
            ask::can(graph, Catalog::builtin(), &own[0], question)
        };
        let (rows, lost) = asked(&mut options.input, order, terminal, &ask)?;
        print(
            &rows,
            options.output_format,
            "there is no such principal here",
            terminal,
        )?;
        let is = |can: &str| rows.iter().any(|row| row.can == can);
        let exit = match (is("yes"), is("undecided") || rows.is_empty()) {
            (true, _) => Exit::Clean,
            (false, true) => Exit::Undecided,
            (false, false) => Exit::Findings,
        };
        Ok(Exit::Input.when(lost).and(exit))
    })
}

/// The answers of every stack, and whether some input was lost.
fn asked(
    options: &mut super::options::Input,
    order: &[bool],
    terminal: Terminal,
    ask: &(dyn Fn(&Graph) -> Vec<Answer> + Sync),
) -> Result<(Vec<Row>, bool), Refusal> {
    let working = check::working()?;
    let sources = SourceMap::new();
    let files = input::files(options, &working)?;
    let scope = input::scope(options, &*files, &working)?;
    let door = Door::new(&*files, &scope);
    let (found, world) = check::found(options, order, door, &sources)?;
    let answers = engine::each(found, &world, &|_, graph| {
        (ask(&graph), rules::unread(&graph, Catalog::builtin()))
    });
    let mut said = answers.diagnostics;
    let mut rows = Vec::new();
    for stack in answers.stacks {
        let (each, unread) = stack.said;
        let each = each.into_iter();
        rows.extend(each.map(|answer| row(&stack.name, answer, &sources)));
        said.extend(stack.diagnostics.into_iter().chain(unread));
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
    Ok((rows, report.lost_input()))
}

fn row(stack: &str, answer: Answer, sources: &SourceMap) -> Row {
    let because = answer
        .because
        .iter()
        .map(|(layer, span)| because(layer, *span, sources));
    Row {
        stack: stack.to_owned(),
        principal: answer.principal.to_string(),
        can: match answer.truth {
            Truth::True => "yes",
            Truth::False => "no",
            Truth::Unknown => "undecided",
        },
        because: because.collect(),
        open: answer.open.iter().map(ToString::to_string).collect(),
    }
}

fn because(layer: &'static str, span: Span, sources: &SourceMap) -> Because {
    let place = span.is_somewhere().then(|| {
        let file = sources.get(span.source);
        (file.path.to_string(), file.position(span.start).line)
    });
    let (path, line) = place.unzip();
    Because { layer, path, line }
}

fn print(rows: &[Row], format: Listing, nobody: &str, terminal: Terminal) -> Result<(), Refusal> {
    let text = match format {
        Listing::Json => {
            let mut text = serde_json::to_string_pretty(rows).unwrap_or_default();
            text.push('\n');
            text
        }
        Listing::Text => in_words(rows, nobody),
    };
    terminal
        .print_data(|out| out.write_all(text.as_bytes()))
        .map_err(|error| Refusal::new(format!("standard output: {error}")))
}

fn in_words(rows: &[Row], nobody: &str) -> String {
    let mut text = String::new();
    if rows.is_empty() {
        text.push_str(nobody);
        text.push('\n');
    }
    for row in rows {
        text.push_str(&format!("{}: {}\n", row.principal, row.can));
        for because in &row.because {
            let place = match (&because.path, because.line) {
                (Some(path), Some(line)) => format!(" ({path}:{line})"),
                _ => String::new(),
            };
            text.push_str(&format!("  {}{place}\n", because.layer));
        }
        for open in &row.open {
            text.push_str(&format!("  open: {open}\n"));
        }
    }
    text.push_str(OUTSIDE);
    text.push('\n');
    printable_lines(&text)
}
