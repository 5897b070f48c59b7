//! What can be done about a place: quick fixes, and all safe fixes of a file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gen_lsp_types::{
    CodeAction, CodeActionKind, Command, DocumentChange, Edit as AnyEdit,
    OptionalVersionedTextDocumentIdentifier, TextDocumentEdit, TextDocumentIdentifier, TextEdit,
    WorkspaceEdit,
};

use super::document::{Encoding, range};
use super::place::uri;
use super::say::{self, NAME, path};
use crate::engine::Checked;
use crate::findings::{Applicability, Finding};
use crate::fix::{self, Edit, Texts};
use crate::report::Places;
use crate::report::suppress;
use crate::source::Span;

/// The kind of the action that makes all safe fixes of a file.
pub(super) const FIX_ALL: &str = "source.fixAll.distrust";

/// The command that gives the page of a rule.
pub(super) const EXPLAIN: &str = "distrust.explain";

/// The reason that stands in a new comment until somebody writes a better one: it accepts the finding, and is itself
/// found to be none.
const REASON: &str = "TODO";

/// A check, and all that an action needs to know of the buffers that it is about.
#[derive(Clone, Copy)]
pub(super) struct Open<'o> {
    pub(super) checked: &'o Checked,
    /// The versions that the check is about.
    pub(super) versions: &'o BTreeMap<PathBuf, i32>,
    pub(super) encoding: Encoding,
}

/// Whether a kind of action is one of those that a client names: itself, or one above it.
pub(super) fn is_below(kind: &str, wanted: &str) -> bool {
    let rest = kind.strip_prefix(wanted);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || wanted.is_empty())
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

impl<'o> Open<'o> {
    /// What can be done at a place of a file: the fixes of its findings, accepting them, reading about them; and all
    /// safe fixes of the file.
    pub(super) fn actions(
        self,
        file: &'o Path,
        from: usize,
        to: usize,
        wanted: &dyn Fn(&str) -> bool,
        explains: bool,
    ) -> impl Iterator<Item = CodeAction> {
        let mut all = Vec::new();
        if wanted("quickfix") {
            let here: Vec<&Finding> = at(self.checked, file, from, to).collect();
            all.extend(here.iter().filter_map(|one| self.quick_fix(one)));
            all.extend(here.iter().filter_map(|one| self.accept(one)));
            all.extend(
                here.iter()
                    .filter(|_| explains)
                    .map(|one| self.explain(one)),
            );
        }
        if wanted(FIX_ALL) {
            all.extend(self.fix_all(file));
        }
        all.into_iter()
    }

    /// The fix of a finding, if there is one.
    fn quick_fix(self, finding: &Finding) -> Option<CodeAction> {
        let texts = Texts::new(&self.checked.sources);
        let (edits, applicability) = fix::propose(finding, &texts).ok()?;
        let remedy = finding.remedy.as_ref()?;
        let title = match applicability {
            Applicability::Safe => format!("{NAME}: {}", remedy.title),
            _ => format!("{NAME}: {} (changes how things behave)", remedy.title),
        };
        Some(CodeAction {
            is_preferred: Some(applicability == Applicability::Safe),
            edit: Some(self.workspace_edit(&edits)),
            ..self.about(finding, title)
        })
    }

    /// A comment that accepts a finding, where one can stand.
    fn accept(self, finding: &Finding) -> Option<CodeAction> {
        let places = Places::new(&self.checked.sources);
        let line = suppress::line(&places, finding, REASON, None)?;
        let edit = Edit {
            span: Span::new(line.source, line.at, line.at),
            text: line.text,
        };
        Some(CodeAction {
            is_preferred: Some(false),
            edit: Some(self.workspace_edit(&[edit])),
            ..self.about(finding, format!("{NAME}: accept {} here", finding.rule))
        })
    }

    /// The page of the rule.
    fn explain(self, finding: &Finding) -> CodeAction {
        let title = format!("{NAME}: explain {}", finding.rule);
        CodeAction {
            command: Some(Command {
                title: title.clone(),
                tooltip: None,
                command: EXPLAIN.to_owned(),
                arguments: Some(vec![serde_json::json!(finding.rule.as_str())]),
            }),
            ..self.about(finding, title)
        }
    }

    fn about(self, finding: &Finding, title: String) -> CodeAction {
        let shown = say::of_finding(self.checked, finding, self.encoding);
        CodeAction {
            title,
            kind: Some(CodeActionKind::QuickFix),
            diagnostics: shown.map(|(_, diagnostic)| vec![diagnostic]),
            ..CodeAction::default()
        }
    }

    /// All safe fixes of a file in one.
    fn fix_all(self, file: &Path) -> Option<CodeAction> {
        let checked = self.checked;
        let mut texts = Texts::new(&checked.sources);
        let findings: Vec<&Finding> = at(checked, file, 0, usize::MAX).collect();
        let here = |finding: &Finding| {
            let change = finding
                .remedy
                .as_ref()
                .and_then(|remedy| remedy.change.as_deref());
            let spans = change.into_iter().flat_map(|change| {
                let written = change.origin.iter().map(|origin| origin.span);
                written.chain([change.header])
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
            kind: Some(CodeActionKind::from(FIX_ALL.to_owned())),
            edit: Some(self.workspace_edit(&[edit])),
            ..CodeAction::default()
        })
    }

    /// Edits by file, each of the version that was checked.
    fn workspace_edit(self, edits: &[Edit]) -> WorkspaceEdit {
        let mut by_file: BTreeMap<PathBuf, Vec<AnyEdit>> = BTreeMap::new();
        let mut sorted: Vec<&Edit> = edits.iter().collect();
        sorted.sort_by_key(|edit| (edit.span.start, edit.span.end));
        for edit in sorted {
            let file = self.checked.sources.get(edit.span.source);
            let range = range(&file, edit.span.start, edit.span.end, self.encoding);
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
                    version: self.versions.get(&path).copied(),
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
}
