//! What can be done about a place: quick fixes, and all safe fixes of a file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gen_lsp_types::{
    CodeAction, CodeActionKind, DocumentChange, Edit as AnyEdit,
    OptionalVersionedTextDocumentIdentifier, TextDocumentEdit, TextDocumentIdentifier, TextEdit,
    WorkspaceEdit,
};

use super::document::{Encoding, range};
use super::place::uri;
use super::say::{self, NAME, path};
use crate::engine::Checked;
use crate::findings::{Applicability, Finding};
use crate::fix::{self, Edit, Texts};
use crate::source::Span;

/// All that an action needs to know of the buffers.
pub(super) struct Open<'o> {
    /// The versions that the check is about.
    pub(super) versions: &'o BTreeMap<PathBuf, i32>,
    pub(super) encoding: Encoding,
}

/// The findings at a place of a file.
pub(super) fn at<'c>(
    checked: &'c Checked,
    file: &Path,
    from: usize,
    to: usize,
) -> impl Iterator<Item = &'c Finding> {
    let touches = move |span: Span| span.start as usize <= to && from <= span.end as usize;
    checked.report.findings.iter().filter(move |finding| {
        let span = finding.primary.span;
        span.is_somewhere() && touches(span) && path(&checked.sources.get(span.source)) == file
    })
}

/// The fix of a finding, if there is one.
pub(super) fn quick_fix(
    checked: &Checked,
    finding: &Finding,
    open: &Open<'_>,
) -> Option<CodeAction> {
    let (edits, applicability) = fix::propose(finding, &Texts::new(&checked.sources)).ok()?;
    let remedy = finding.remedy.as_ref()?;
    let (_, diagnostic) = say::of_finding(checked, finding, open.encoding)?;
    let title = match applicability {
        Applicability::Safe => format!("{NAME}: {}", remedy.title),
        _ => format!("{NAME}: {} (changes how things behave)", remedy.title),
    };
    Some(CodeAction {
        title,
        kind: Some(CodeActionKind::QuickFix),
        diagnostics: Some(vec![diagnostic]),
        is_preferred: Some(applicability == Applicability::Safe),
        edit: Some(workspace_edit(checked, &edits, open)),
        ..CodeAction::default()
    })
}

/// All safe fixes of a file in one.
pub(super) fn fix_all(checked: &Checked, file: &Path, open: &Open<'_>) -> Option<CodeAction> {
    let mut texts = Texts::new(&checked.sources);
    let findings: Vec<&Finding> = at(checked, file, 0, usize::MAX).collect();
    let here = |finding: &Finding| {
        let change = finding
            .remedy
            .as_ref()
            .and_then(|remedy| remedy.change.as_deref());
        let spans = change.into_iter().flat_map(|change| {
            change
                .origin
                .iter()
                .map(|origin| origin.span)
                .chain([change.header])
        });
        spans
            .into_iter()
            .all(|span| !span.is_somewhere() || path(&checked.sources.get(span.source)) == file)
    };
    fix::apply(&findings, Applicability::Safe, &mut texts, &here);
    let (source, after) = texts.changed().find(|(source, _)| path(source) == file)?;
    // One edit from the first to the last byte that differs: the others stay as they are.
    let (old, new) = (&*source.text, after);
    let mut start = old
        .bytes()
        .zip(new.bytes())
        .take_while(|(a, b)| a == b)
        .count();
    while !old.is_char_boundary(start) || !new.is_char_boundary(start) {
        start -= 1;
    }
    let tail = old[start..].bytes().rev().zip(new[start..].bytes().rev());
    let mut same = tail.take_while(|(a, b)| a == b).count();
    while !old.is_char_boundary(old.len() - same) || !new.is_char_boundary(new.len() - same) {
        same -= 1;
    }
    let edit = Edit {
        span: Span::new(source.id, start as u32, (old.len() - same) as u32),
        text: new[start..new.len() - same].to_owned(),
    };
    Some(CodeAction {
        title: format!("{NAME}: make all safe fixes in this file"),
        kind: Some(CodeActionKind::from(format!("source.fixAll.{NAME}"))),
        edit: Some(workspace_edit(checked, &[edit], open)),
        ..CodeAction::default()
    })
}

/// Edits by file, each of the version that was checked.
fn workspace_edit(checked: &Checked, edits: &[Edit], open: &Open<'_>) -> WorkspaceEdit {
    let mut by_file: BTreeMap<PathBuf, Vec<AnyEdit>> = BTreeMap::new();
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort_by_key(|edit| (edit.span.start, edit.span.end));
    for edit in sorted {
        let file = checked.sources.get(edit.span.source);
        let range = range(&file, edit.span.start, edit.span.end, open.encoding);
        let edit = TextEdit {
            range,
            new_text: edit.text.clone(),
        };
        by_file
            .entry(path(&file))
            .or_default()
            .push(AnyEdit::TextEdit(edit));
    }
    let changes = by_file.into_iter().map(|(path, edits)| {
        DocumentChange::TextDocumentEdit(TextDocumentEdit {
            text_document: OptionalVersionedTextDocumentIdentifier {
                version: open.versions.get(&path).copied(),
                text_document_identifier: TextDocumentIdentifier { uri: uri(&path) },
            },
            edits,
        })
    });
    WorkspaceEdit {
        document_changes: Some(changes.collect()),
        ..WorkspaceEdit::default()
    }
}
