//! Findings to standard output or a file, everything else to standard error.

use std::io::{BufWriter, Write};

use super::super::options::Check;
use super::super::terminal::Terminal;
use super::Refusal;
use crate::report::{Dress, Format, Masks, Report, View, printable, summary, text};
use crate::source::{Diagnostic, Door, SourceMap};

/// Writes the findings in the format that was asked for.
pub(super) fn write(
    report: &Report,
    view: View<'_>,
    options: &Check,
    door: Door<'_>,
    terminal: Terminal,
) -> Result<(), Refusal> {
    let format = options.output_format.unwrap_or(Format::Text);
    let Some(path) = &options.output else {
        return terminal
            .print_data(|out| format.write(report, view, terminal.out, out))
            .map_err(|error| Refusal::new(format!("standard output: {error}")));
    };
    let plain = Dress {
        color: false,
        links: false,
        ..terminal.out
    };
    let shown = door.scope().shown(path);
    let file = door
        .create(path)
        .map_err(|closed| Refusal::new(format!("{shown} was not written: {closed}")))?;
    let mut out = BufWriter::with_capacity(1 << 16, file);
    let written = format.write(report, view, plain, &mut out);
    written
        .and_then(|()| out.flush())
        .map_err(|error| Refusal::new(format!("{shown}: {error}")))
}

/// Says what was wrong with the input, what there is to say at the end, and last why the run fails, if it does.
pub(super) fn tell(
    report: &Report,
    view: View<'_>,
    options: &Check,
    why: Option<&str>,
    terminal: Terminal,
) {
    let mut out = diagnostics(&report.diagnostics, view.sources, view.masks, terminal);
    if options.statistics {
        out += &summary::statistics(report);
    }
    if !options.quiet {
        if report.statistics.files == 0 && !report.lost_input() {
            let paths: Vec<String> = options
                .input
                .paths
                .iter()
                .map(|path| printable(&view.scope.shown(path)).into_owned())
                .collect();
            out += &format!(
                "No Terraform and no CloudFormation in {}\n",
                paths.join(", ")
            );
        } else {
            out += &summary::summary(report, view, terminal.err);
        }
        if let Some(why) = why {
            out += &format!("{why}\n");
        }
    }
    terminal.say(&out);
}

/// Says what is wrong with settings, at its place where it has one.
pub(crate) fn refused(wrong: &[Diagnostic], sources: &SourceMap, terminal: Terminal) {
    let masks = Masks::default();
    for one in wrong {
        if one.span.is_somewhere() {
            let one = std::slice::from_ref(one);
            terminal.say(&diagnostics(one, sources, &masks, terminal));
        } else {
            terminal.error(&one.message, one.help.as_deref());
        }
    }
}

pub(crate) fn diagnostics(
    all: &[Diagnostic],
    sources: &SourceMap,
    masks: &Masks,
    terminal: Terminal,
) -> String {
    let mut out = Vec::new();
    // Memory takes all that is written to it.
    let _ = text::write_diagnostics(all, sources, masks, terminal.err, &mut out);
    String::from_utf8_lossy(&out).into_owned()
}
