//! The program: what the command line asks for, done, and told to the shell.

mod check;
mod graph;
mod options;
mod rules;
mod terminal;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

use crate::source::{guarded, silence_panics};
use options::{Command, Options};
use terminal::Terminal;

/// How a run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Nothing at or above the threshold.
    Clean = 0,
    /// Findings.
    Findings = 1,
    /// Wrong usage or settings: nothing was checked.
    Usage = 2,
    /// Some input could not be read; the rest was checked.
    Input = 3,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    silence_panics();
    let matches = match Options::command().try_get_matches() {
        Ok(matches) => matches,
        Err(error) => {
            // Help goes to standard output, complaints to standard error; whether anybody reads it is all the same.
            let _ = error.print();
            let exit = if error.use_stderr() {
                Exit::Usage
            } else {
                Exit::Clean
            };
            return exit.into();
        }
    };
    let options = match Options::from_arg_matches(&matches) {
        Ok(options) => options,
        Err(error) => {
            let _ = error.print();
            return Exit::Usage.into();
        }
    };
    let terminal = Terminal::new(options.color);
    let run = guarded(|| match options.command {
        Command::Check(check) => {
            let order = check::input::order_of_variables(&matches);
            check::run(*check, &order, terminal)
        }
        Command::Graph(options) => {
            let order = check::input::order_of_variables(&matches);
            graph::run(*options, &order, terminal)
        }
        Command::Rules(rules) => rules::list(&rules, terminal),
        Command::Explain { rule } => rules::explain(&rule, terminal),
        Command::Completions { shell } => completions(shell, terminal),
        Command::Man => man(terminal),
        Command::Version => {
            let text = concat!("distrust ", env!("CARGO_PKG_VERSION"), "\n");
            print(terminal, text)
        }
    });
    match run {
        Ok(exit) => exit.into(),
        Err(fault) => {
            let help = concat!(
                "this is a fault of distrust; please report it: ",
                env!("CARGO_PKG_REPOSITORY"),
                "/issues"
            );
            terminal.error(&format!("internal error: {fault}"), Some(help));
            Exit::Input.into()
        }
    }
}

/// Writes a text to standard output.
fn print(terminal: Terminal, text: &str) -> Exit {
    match terminal.print(|out| out.write_all(text.as_bytes())) {
        Ok(()) => Exit::Clean,
        Err(error) => {
            terminal.error(&format!("standard output: {error}"), None);
            Exit::Usage
        }
    }
}

fn completions(shell: clap_complete::Shell, terminal: Terminal) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Options::command(), "distrust", &mut script);
    print(terminal, &String::from_utf8_lossy(&script))
}

fn man(terminal: Terminal) -> Exit {
    let mut page = Vec::new();
    // Memory takes all that is written to it.
    let _ = clap_mangen::Man::new(Options::command()).render(&mut page);
    print(terminal, &String::from_utf8_lossy(&page))
}

#[cfg(test)]
mod tests {
    use super::options::Options;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Options::command().debug_assert();
    }
}
