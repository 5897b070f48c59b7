//! The default format: for each finding its place in the source, the places it came through, and what to do.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::sync::Arc;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Padding, Renderer, Snippet, Title};
use anstyle::{AnsiColor, Style};

use super::excerpt::{Excerpt, Mark, excerpts};
use super::suppress::By;
use super::{Dress, Masks, Report, View, printable};
use crate::eval::Address;
use crate::findings::{Certainty, Finding, Severity};
use crate::source::{Diagnostic, SourceMap};

/// Columns before and after the name of a remark: the numbers of lines, the marks, the colon.
const MARGIN: usize = 12;
/// Subjects that are named in full; of the others, the number is said.
const NAMED: usize = 4;

/// Writes every finding, and every undecided result where they are asked for. Findings of one place share its excerpt.
///
/// # Errors
/// Those of the output.
pub fn write(report: &Report, view: View<'_>, dress: Dress, out: &mut dyn Write) -> io::Result<()> {
    let proven = view.leading(report).map(|(at, finding)| Said {
        finding,
        notes: view.notes(report, at).collect(),
        by: None,
    });
    let mut said: Vec<Said<'_>> = proven.collect();
    if view.undecided {
        let open = view.shown(&report.undecided);
        said.extend(open.map(|finding| Said {
            finding,
            notes: Vec::new(),
            by: None,
        }));
    }
    if view.suppressed {
        said.extend(report.suppressed.iter().map(|one| Said {
            finding: &one.finding,
            notes: Vec::new(),
            by: Some(&one.by),
        }));
    }
    for of_place in
        said.chunk_by(|a, b| a.by.is_none() && b.by.is_none() && together(a.finding, b.finding))
    {
        writeln!(out, "{}\n", finding_block(of_place, view, dress))?;
    }
    Ok(())
}

/// A finding with what it explains.
struct Said<'r> {
    finding: &'r Finding,
    notes: Vec<&'r Finding>,
    by: Option<&'r By>,
}

/// Whether two findings share an excerpt.
fn together(one: &Finding, other: &Finding) -> bool {
    let proven = |finding: &Finding| finding.certainty == Certainty::Proven;
    one.primary.span.is_somewhere()
        && one.primary.span == other.primary.span
        && proven(one) == proven(other)
}

/// Writes what is wrong with the input, in the same style.
///
/// # Errors
/// Those of the output.
pub fn write_diagnostics(
    diagnostics: &[Diagnostic],
    sources: &SourceMap,
    masks: &Masks,
    dress: Dress,
    out: &mut dyn Write,
) -> io::Result<()> {
    for diagnostic in diagnostics {
        let block = diagnostic_block(diagnostic, sources, masks, dress);
        writeln!(out, "{block}\n")?;
    }
    Ok(())
}

/// How a severity is coloured, here and in the summary.
pub(super) fn severity_style(severity: Severity) -> Style {
    match severity {
        Severity::Critical => AnsiColor::BrightMagenta.on_default().bold(),
        Severity::High => AnsiColor::BrightRed.on_default().bold(),
        Severity::Medium => AnsiColor::Yellow.on_default().bold(),
        Severity::Low => AnsiColor::BrightCyan.on_default().bold(),
        Severity::Info => AnsiColor::BrightBlue.on_default().bold(),
    }
}

fn renderer(dress: Dress, style: Style) -> Renderer {
    let renderer = if dress.color {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let renderer = renderer
        .term_width(dress.width)
        .hyperlink(dress.links)
        .decor_style(DecorStyle::Ascii);
    if dress.color {
        renderer.error(style)
    } else {
        renderer
    }
}

/// The findings of one place as a block of lines, without a line break at its end: their titles, the worst first, the
/// places they have, and their remarks.
fn finding_block(said: &[Said<'_>], view: View<'_>, dress: Dress) -> String {
    let mut said: Vec<&Said<'_>> = said.iter().collect();
    said.sort_by_key(|one| std::cmp::Reverse(one.finding.severity));
    let mut remarks = Vec::new();
    for one in &said {
        remarks.extend(remarks_of(one));
    }
    // Resources are named before what is said of them; what two findings say is said once.
    remarks.sort_by_key(|(name, _)| REMARKS.iter().position(|known| known == name));
    let mut seen = BTreeSet::new();
    remarks.retain(|remark| seen.insert(remark.clone()));
    let worst = said[0].finding;
    let style = severity_style(worst.severity);
    let marks = marks(&said);
    let places = excerpts(view.sources, view.masks, marks);
    let block = block(title(said[0], view, dress), places, remarks, dress, style);
    let (first, rest) = block.split_once('\n').unwrap_or((&block, ""));
    let mut out = first.to_owned();
    for one in &said[1..] {
        let style = severity_style(one.finding.severity);
        let group = Group::with_title(title(one, view, dress));
        out.push('\n');
        out += renderer(dress, style).render(&[group]).trim_end();
    }
    if !rest.is_empty() {
        out.push('\n');
        out += rest;
    }
    out
}

/// The names of remarks in the order in which they are said.
const REMARKS: [&str; 6] = [
    "resource",
    "resources",
    "suppressed",
    "because",
    "also",
    "help",
];

/// The resources of a finding, why it is undecided, what it explains, and what to do.
fn remarks_of(said: &Said<'_>) -> Vec<(&'static str, String)> {
    let finding = said.finding;
    let mut remarks = Vec::new();
    remarks.extend(subjects(finding));
    if let Certainty::Undecided(why) = &finding.certainty {
        remarks.push(("because", why.to_string()));
    }
    if let Some(by) = said.by {
        remarks.push(("suppressed", by.words()));
    }
    for note in said.notes.iter().take(NAMED) {
        remarks.push(("also", format!("{} [{}]", note.message, note.rule)));
    }
    if said.notes.len() > NAMED {
        let more = said.notes.len() - NAMED;
        remarks.push(("also", format!("{more} more; --no-yield lists them")));
    }
    if let Some(exposure) = finding
        .exposure
        .as_ref()
        .filter(|it| !it.reached.is_unknown())
    {
        remarks.push(("exposure", exposure.sentence()));
    }
    if !finding.advice.is_empty() {
        remarks.push(("help", finding.advice.to_string()));
    }
    remarks
}

/// `severity[rule]: message`.
fn title<'t>(said: &Said<'_>, view: View<'_>, dress: Dress) -> Title<'t> {
    let finding = said.finding;
    let name = match &finding.certainty {
        _ if said.by.is_some() => format!("suppressed {}", finding.severity),
        Certainty::Proven => finding.severity.name().to_owned(),
        Certainty::Undecided(_) => format!("undecided {}", finding.severity),
    };
    let title = Level::ERROR
        .with_name(name)
        .primary_title(printable(&finding.message).into_owned())
        .id(printable(&finding.rule).into_owned());
    let rule = view.rule(&finding.rule);
    match rule.and_then(|rule| rule.url.as_deref()) {
        Some(url) if dress.links => title.id_url(printable(url).into_owned()),
        _ => title,
    }
}

/// The places of findings that share the first of them, each once.
fn marks<'r>(said: &[&Said<'r>]) -> Vec<Mark<'r>> {
    let mut marks: Vec<Mark<'r>> = Vec::new();
    for one in said {
        let finding = one.finding;
        let own = std::iter::once((&finding.primary, true));
        let labels = own.chain(finding.related.iter().map(|label| (label, false)));
        for (label, primary) in labels {
            let known = marks.iter().any(|mark| {
                mark.span == label.span && (mark.text == label.text || label.text.is_empty())
            });
            if !known {
                marks.push(Mark {
                    span: label.span,
                    text: &label.text,
                    primary,
                });
            }
        }
    }
    marks
}

/// One diagnostic as a block of lines.
fn diagnostic_block(
    diagnostic: &Diagnostic,
    sources: &SourceMap,
    masks: &Masks,
    dress: Dress,
) -> String {
    let (name, style) = if diagnostic.code.loses_input() {
        ("error", AnsiColor::BrightRed.on_default().bold())
    } else {
        ("warning", AnsiColor::Yellow.on_default().bold())
    };
    let title = Level::ERROR
        .with_name(name)
        .primary_title(printable(&diagnostic.message).into_owned())
        .id(diagnostic.code.id());
    let mut marks = vec![Mark {
        span: diagnostic.span,
        text: "",
        primary: true,
    }];
    marks.extend(diagnostic.related.iter().map(|(span, text)| Mark {
        span: *span,
        text,
        primary: false,
    }));
    let remarks = diagnostic.help.iter().map(|help| ("help", help.clone()));
    let places = excerpts(sources, masks, marks);
    block(title, places, remarks.collect(), dress, style)
}

/// A title, excerpts with marks, and remarks below.
fn block(
    title: Title<'_>,
    places: Vec<Excerpt<'_>>,
    remarks: Vec<(&'static str, String)>,
    dress: Dress,
    style: Style,
) -> String {
    let mut group = Group::with_title(title);
    for (nth, excerpt) in places.into_iter().enumerate() {
        group = push_excerpt(group, excerpt, nth == 0);
    }
    for (name, text) in remarks {
        let level = Level::NOTE.with_name(name);
        let text = wrapped(
            &printable(&text),
            dress.width.saturating_sub(MARGIN + name.len()),
        );
        group = group.element(level.message(text));
    }
    tidy(&renderer(dress, style).render(&[group]))
}

/// A text in lines of so many letters at most, where its words allow it.
fn wrapped(text: &str, width: usize) -> String {
    let mut out = String::with_capacity(text.len());
    let mut column = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > width {
            out.push('\n');
            column = 0;
        } else if column > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
    }
    out
}

/// Mends two marks in the margin: above an excerpt whose place stands apart from it the renderer writes `:::` as if
/// another file began, and it does not indent the arrow of a place without lines.
fn tidy(block: &str) -> String {
    let mut out = String::with_capacity(block.len());
    for line in block.lines() {
        let bare = anstream::adapter::strip_str(line).to_string();
        if bare.trim() == ":::" {
            continue;
        }
        if !out.is_empty() {
            out.push('\n');
        }
        if bare.starts_with("-->") {
            out.push(' ');
        }
        out.push_str(line.trim_end());
    }
    out
}

/// Adds an excerpt below its place. The place is written apart from the text, because a cut line has other columns.
fn push_excerpt<'a>(mut group: Group<'a>, excerpt: Excerpt<'a>, first: bool) -> Group<'a> {
    if !first {
        group = group.element(Padding);
    }
    let blank = excerpt.text.trim().is_empty();
    let origin = Origin::path(excerpt.path);
    // A file without text has no lines to name: what is said is about the file.
    if blank && excerpt.line == 1 {
        return group.element(origin);
    }
    group = group.element(origin.line(excerpt.line).char_column(excerpt.column));
    if blank {
        return group;
    }
    let marks = excerpt.marks.into_iter().map(|(range, text, primary)| {
        let kind = if primary {
            AnnotationKind::Primary
        } else {
            AnnotationKind::Context
        };
        let words = (!text.is_empty()).then(|| printable(text).into_owned());
        kind.span(range).label(words)
    });
    group.element(
        Snippet::source(excerpt.text)
            .line_start(excerpt.first_line)
            .annotations(marks),
    )
}

/// The resources by their full addresses, unless the message has said all there is.
fn subjects(finding: &Finding) -> Option<(&'static str, String)> {
    if let [only] = &finding.subjects[..]
        && finding.message.contains(&only.to_string())
    {
        return None;
    }
    let one_stack = finding
        .subjects
        .windows(2)
        .all(|pair| pair[0].stack == pair[1].stack);
    let name = |address: &Arc<Address>| match one_stack {
        true => address.to_string(),
        false => format!("{address} in {}", address.stack),
    };
    let mut text: String = finding
        .subjects
        .iter()
        .take(NAMED)
        .map(name)
        .collect::<Vec<_>>()
        .join(", ");
    if finding.subjects.len() > NAMED {
        text += &format!(" and {} more", finding.subjects.len() - NAMED);
    }
    let name = if finding.subjects.len() == 1 {
        "resource"
    } else {
        "resources"
    };
    Some((name, text))
}

#[cfg(test)]
mod tests {
    use super::{write, write_diagnostics};
    use crate::report::{Dress, sample};

    fn dress(color: bool, width: usize) -> Dress {
        Dress {
            color,
            links: color,
            width,
        }
    }

    fn rendered(dress: Dress) -> String {
        let sample = sample::Sample::new();
        let mut out = Vec::new();
        write(&sample.report, sample.view(), dress, &mut out).expect("memory takes all");
        let (report, sources) = (&sample.report, &sample.sources);
        write_diagnostics(&report.diagnostics, sources, &report.masks, dress, &mut out)
            .expect("memory takes all");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn at_80_columns() {
        insta::assert_snapshot!(rendered(dress(false, 80)));
    }

    #[test]
    fn wide() {
        insta::assert_snapshot!(rendered(dress(false, 200)));
    }

    #[test]
    fn in_colour() {
        insta::assert_snapshot!(rendered(dress(true, 80)).replace('\u{1b}', "␛"));
    }

    #[test]
    fn findings_of_one_place_share_its_excerpt_and_notes_are_lines_of_what_explains_them() {
        let sample = sample::Sample::one_place();
        let mut out = Vec::new();
        write(&sample.report, sample.view(), dress(false, 80), &mut out).expect("memory takes all");
        insta::assert_snapshot!(String::from_utf8(out).expect("text"));
    }

    #[test]
    fn five_hundred_findings_are_five_hundred_blocks_and_no_terminal_is_commanded() {
        let sample = sample::Sample::many(500);
        let mut out = Vec::new();
        write(&sample.report, sample.view(), dress(false, 80), &mut out).expect("memory takes all");
        let text = String::from_utf8(out).expect("text");
        assert_eq!(text.matches("--> ").count(), 500);
        assert!(text.lines().all(|line| !line.chars().any(char::is_control)));
        insta::assert_snapshot!(text.lines().take(24).collect::<Vec<_>>().join("\n"));
    }
}
