//! `distrust matrix`.

use super::Exit;
use super::check::{self, Refusal};
use super::options::{Drawing, Matrix as Options};
use super::terminal::Terminal;
use super::verify::with_intent;
use crate::report::intent::matrix::Matrix;

/// Draws who reaches whom, declared and possible.
pub(super) fn run(mut options: Options, order: &[bool], terminal: Terminal) -> Exit {
    check::with_threads(options.input.threads, terminal, || {
        let named = options.intent.clone();
        with_intent(
            &mut options.input,
            named.as_deref(),
            order,
            terminal,
            |found| {
                let matrix = Matrix::new(found.intent, &found.answers);
                let text = match options.format {
                    Drawing::Text => matrix.text(),
                    Drawing::Markdown => matrix.markdown(),
                    Drawing::Svg => matrix.svg(),
                    Drawing::Html => matrix.html(),
                };
                terminal
                    .print_data(|out| out.write_all(text.as_bytes()))
                    .map_err(|error| Refusal::new(format!("standard output: {error}")))?;
                Ok(Exit::Clean)
            },
        )
    })
}
