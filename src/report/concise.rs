//! One line per finding: `file:line:column: severity rule message`, for editors, `grep` and small terminals.

use std::io::{self, Write};

use super::text::severity_style;
use super::{Dress, Report, View, printable};
use crate::findings::{Certainty, Finding};
use crate::source::{SourceMap, Span};

/// Writes a line for every finding, with the rules whose findings it explains, and for every undecided result where they are asked for.
///
/// # Errors
/// Those of the output.
pub fn write(report: &Report, view: View<'_>, dress: Dress, out: &mut dyn Write) -> io::Result<()> {
    for (at, finding) in view.leading(report) {
        let notes: Vec<&str> = view
            .notes(report, at)
            .map(|note| note.rule.as_str())
            .collect();
        line(finding, &notes, view.sources, dress, out)?;
    }
    if view.undecided {
        for finding in view.shown(&report.undecided) {
            line(finding, &[], view.sources, dress, out)?;
        }
    }
    if view.suppressed {
        for one in &report.suppressed {
            write!(out, "suppressed ")?;
            line(&one.finding, &[], view.sources, dress, out)?;
        }
    }
    Ok(())
}

fn line(
    finding: &Finding,
    notes: &[&str],
    sources: &SourceMap,
    dress: Dress,
    out: &mut dyn Write,
) -> io::Result<()> {
    let place = place(finding).map_or_else(
        || printable(&finding.subjects[0].stack).into_owned(),
        |span| position(sources, span),
    );
    let (on, off) = match dress.color {
        true => {
            let style = severity_style(finding.severity);
            (style.render().to_string(), style.render_reset().to_string())
        }
        false => (String::new(), String::new()),
    };
    let unsure = match finding.certainty {
        Certainty::Proven => "",
        Certainty::Undecided(_) => "undecided ",
    };
    let (severity, rule) = (finding.severity, printable(&finding.rule));
    let message = printable(&finding.message);
    write!(out, "{place}: {on}{unsure}{severity}{off} {rule} {message}")?;
    if let Certainty::Undecided(why) = &finding.certainty {
        write!(out, " ({})", printable(&why.to_string()))?;
    }
    if !notes.is_empty() {
        write!(out, " (also: {})", printable(&notes.join(", ")))?;
    }
    writeln!(out)
}

/// The place to name when there is room for one: the primary one, or the first related one where the value came from
/// the command line.
pub(super) fn place(finding: &Finding) -> Option<Span> {
    std::iter::once(&finding.primary)
        .chain(&finding.related)
        .map(|label| label.span)
        .find(|span| span.is_somewhere())
}

/// `file:line:column`.
pub(super) fn position(sources: &SourceMap, span: Span) -> String {
    let file = sources.get(span.source);
    let at = file.position(span.start);
    format!("{}:{}:{}", printable(&file.path), at.line, at.column)
}

#[cfg(test)]
mod tests {
    use crate::report::{Dress, sample};

    #[test]
    fn one_line_each() {
        let sample = sample::Sample::new();
        let mut out = Vec::new();
        for color in [false, true] {
            let dress = Dress {
                color,
                links: false,
                width: 80,
            };
            super::write(&sample.report, sample.view(), dress, &mut out).expect("memory takes all");
        }
        insta::assert_snapshot!(String::from_utf8(out).expect("text").replace('\u{1b}', "␛"));
    }

    #[test]
    fn notes_are_named_behind_what_explains_them() {
        let sample = sample::Sample::one_place();
        let dress = Dress {
            color: false,
            links: false,
            width: 80,
        };
        let mut out = Vec::new();
        super::write(&sample.report, sample.view(), dress, &mut out).expect("memory takes all");
        let out = String::from_utf8(out).expect("text");
        assert_eq!(out.lines().count(), 2);
        assert!(out.contains("(also: aws-s3-a, aws-s3-c)"), "{out}");
    }
}
