//! Questions at a terminal.

use std::io::{BufRead, IsTerminal};

use serde_json::{Map, Value};

use super::super::check::Refusal;
use super::super::terminal::Terminal;
use super::Options;
use crate::generate::{Pattern, data};

/// Whether somebody is to be asked: on a terminal, for a new folder, unless answers came another way.
pub(super) fn is_wanted(options: &Options, made: bool) -> bool {
    let said = options.non_interactive || options.answers.is_some();
    let writes = !options.writing.check && !options.writing.diff && !options.writing.dry_run;
    !said && !made && writes && std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks what is not answered yet. An empty line takes the default.
pub(super) fn all(
    pattern: &Pattern,
    mut given: Map<String, Value>,
    terminal: Terminal,
) -> Result<Map<String, Value>, Refusal> {
    let input = std::io::stdin();
    let mut lines = input.lock().lines();
    for question in &pattern.questions {
        while !given.contains_key(&question.name) {
            let default = data::written(&question.default);
            terminal.say(&format!(
                "{} ({}) [{default}]: ",
                question.ask, question.name
            ));
            let line = match lines.next() {
                Some(Ok(line)) => line,
                Some(Err(error)) => return Err(Refusal::new(format!("standard input: {error}"))),
                None => {
                    return Err(Refusal::new(
                        "nobody answers; --non-interactive asks nothing",
                    ));
                }
            };
            let answer = match line.trim() {
                "" => Ok(question.default.clone()),
                text => question.read(text),
            };
            match answer {
                Ok(value) => drop(given.insert(question.name.clone(), value)),
                Err(message) => terminal.say(&format!("  {message}\n")),
            }
        }
    }
    Ok(given)
}
