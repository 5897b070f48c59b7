//! Standard output and standard error: colours, width, and pipes that nobody reads any more.

use std::io::{self, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};

use super::options::Color;
use crate::report::{Dress, Guarded, printable};

/// Columns where there is no terminal to ask.
const WIDTH: usize = 120;

/// How to write to both streams.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terminal {
    /// Of standard output.
    pub(super) out: Dress,
    /// Of standard error.
    pub(super) err: Dress,
}

impl Terminal {
    /// By the option, then `NO_COLOR`, `CLICOLOR`, `CLICOLOR_FORCE` and `TERM`, then whether it is a terminal.
    pub(super) fn new(color: Color) -> Self {
        let (out, err) = (io::stdout(), io::stderr());
        let choose = |auto: ColorChoice| match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => auto != ColorChoice::Never,
        };
        let width = terminal_size::terminal_size().map_or(WIDTH, |(width, _)| width.0 as usize);
        let dress = |color: bool, terminal: bool| Dress {
            color,
            links: color && terminal,
            width: width.max(40),
        };
        Self {
            out: dress(choose(AutoStream::choice(&out)), out.is_terminal()),
            err: dress(choose(AutoStream::choice(&err)), err.is_terminal()),
        }
    }

    /// Writes a text for people to standard output; nothing in it can command a terminal or a log.
    ///
    /// # Errors
    /// Those of the output.
    pub(super) fn print(
        self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        self.print_data(|out| {
            let mut guarded = Guarded::new(out, self.out.color);
            write(&mut guarded)?;
            guarded.flush()
        })
    }

    /// Writes bytes for programs to standard output, through a buffer. A reader that has gone away is no error: it has seen enough.
    ///
    /// # Errors
    /// Those of the output.
    pub(super) fn print_data(
        self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        let lock = io::stdout().lock();
        // Old consoles of Windows need escapes translated; elsewhere this passes them on.
        let choice = match self.out.color {
            true => ColorChoice::Always,
            false => ColorChoice::Never,
        };
        let result = if self.out.color {
            let mut out = io::BufWriter::with_capacity(1 << 16, AutoStream::new(lock, choice));
            write(&mut out).and_then(|()| out.flush())
        } else {
            let mut out = io::BufWriter::with_capacity(1 << 16, lock);
            write(&mut out).and_then(|()| out.flush())
        };
        match result {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }

    /// Writes to standard error, as guarded. When that is not possible there is nobody left to tell.
    pub(super) fn say(self, text: &str) {
        let mut safe = Vec::with_capacity(text.len());
        let mut guarded = Guarded::new(&mut safe, self.err.color);
        let _ = guarded
            .write_all(text.as_bytes())
            .and_then(|()| guarded.flush());
        drop(guarded);
        let _ = io::stderr().lock().write_all(&safe);
    }

    /// Says that the run cannot go on.
    pub(super) fn error(self, message: &str, help: Option<&str>) {
        let (on, off) = match self.err.color {
            true => ("\u{1b}[1m\u{1b}[91m", "\u{1b}[0m"),
            false => ("", ""),
        };
        let mut text = format!("{on}error{off}: {}\n", printable(message));
        if let Some(help) = help {
            text += &format!("  help: {}\n", printable(help));
        }
        self.say(&text);
    }
}
