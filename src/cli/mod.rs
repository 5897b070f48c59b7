//! The program: what the command line asks for, done, and told to the shell.

mod access;
mod baseline;
mod check;
mod config;
mod environment;
mod exit;
mod generate;
mod graph;
mod init;
mod intent;
mod matrix;
mod new;
mod options;
mod permissions;
mod reach;
mod rules;
mod suppress;
mod terminal;
mod threads;
mod verify;

use std::io::Write as _;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

use crate::report::printable_lines;
use crate::source::{guarded, silence_panics};
pub use exit::Exit;
use options::{Command, Options};
use terminal::Terminal;

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    silence_panics();
    let matches = match command().try_get_matches() {
        Ok(matches) => matches,
        Err(error) => return complaint(&error).into(),
    };
    let options = match Options::from_arg_matches(&matches) {
        Ok(options) => options,
        Err(error) => return complaint(&error).into(),
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
        Command::WhoCan(options) => {
            let order = check::input::order_of_variables(&matches);
            access::who_can(*options, &order, terminal)
        }
        Command::Can(options) => {
            let order = check::input::order_of_variables(&matches);
            access::can(*options, &order, terminal)
        }
        Command::Baseline(options) => {
            let order = check::input::order_of_variables(&matches);
            baseline::run(options, &order, terminal)
        }
        Command::Suppress(options) => {
            let order = check::input::order_of_variables(&matches);
            suppress::run(options, &order, terminal)
        }
        Command::Generate(options) => generate::run(&options, terminal),
        Command::New(options) => new::run(*options, terminal),
        Command::Init => init::run(terminal),
        Command::Config(options) => config::run(options, terminal),
        Command::Permissions(options) => {
            let order = check::input::order_of_variables(&matches);
            permissions::run(*options, &order, terminal)
        }
        Command::Reach(options) => {
            let order = check::input::order_of_variables(&matches);
            reach::run(*options, &order, terminal)
        }
        Command::Verify(options) => {
            let order = check::input::order_of_variables(&matches);
            verify::run(*options, &order, terminal)
        }
        Command::Matrix(options) => {
            let order = check::input::order_of_variables(&matches);
            matrix::run(*options, &order, terminal)
        }
        Command::Intent(options) => {
            let order = check::input::order_of_variables(&matches);
            intent::run(options, &order, terminal)
        }
        Command::Rules(rules) => rules::list(&rules, terminal),
        Command::Explain { rule } => rules::explain(&rule, terminal),
        Command::Completions { shell } => completions(shell, terminal),
        Command::Lsp => match crate::lsp::serve() {
            Ok(()) => Exit::Clean,
            Err(error) => {
                terminal.error(&error, None);
                Exit::Usage
            }
        },
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

/// The command line.
fn command() -> clap::Command {
    environment::with_environment(Options::command())
}

/// Help goes to standard output, complaints to standard error; whether anybody reads it is all the same.
/// A complaint repeats the arguments, which may be the names of scanned files.
fn complaint(error: &clap::Error) -> Exit {
    if !error.use_stderr() {
        let _ = error.print();
        return Exit::Clean;
    }
    let text = printable_lines(&error.render().to_string());
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
    Exit::Usage
}

/// Writes a text for people to standard output.
fn print(terminal: Terminal, text: &str) -> Exit {
    printed(
        terminal,
        terminal.print(|out| out.write_all(text.as_bytes())),
    )
}

/// Writes a text for programs to standard output.
fn print_data(terminal: Terminal, text: &str) -> Exit {
    printed(
        terminal,
        terminal.print_data(|out| out.write_all(text.as_bytes())),
    )
}

fn printed(terminal: Terminal, result: std::io::Result<()>) -> Exit {
    match result {
        Ok(()) => Exit::Clean,
        Err(error) => {
            terminal.error(&format!("standard output: {error}"), None);
            Exit::Usage
        }
    }
}

fn completions(shell: clap_complete::Shell, terminal: Terminal) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command(), "distrust", &mut script);
    print_data(terminal, &String::from_utf8_lossy(&script))
}

fn man(terminal: Terminal) -> Exit {
    let mut page = Vec::new();
    // Memory takes all that is written to it.
    let _ = clap_mangen::Man::new(command()).render(&mut page);
    print_data(terminal, &String::from_utf8_lossy(&page))
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
