//! What functions may ask of the world: files inside the boundary, and templates.

use std::path::PathBuf;
use std::sync::Arc;

use super::evaluator::Evaluator;
use super::function::{Environment, Template};
use super::program::{MAX_FILES, Unread};
use super::scope::{Frame, Scope};
use super::world::absolute;
use crate::eval::{Map, Value};
use crate::source::{EntryKind, SourceFile, SourceId};
use crate::syntax::hcl;

/// The world as an expression sees it.
pub(crate) struct World<'e, 'w, 's> {
    pub(crate) evaluator: &'e Evaluator<'w>,
    pub(crate) scope: Scope<'s>,
}

impl World<'_, '_, '_> {
    /// The path that a function names: relative to the root module.
    fn absolute(&self, path: &str) -> PathBuf {
        absolute(&self.scope.instance.root().module.folder, path.as_ref())
    }

    /// The same, inside the boundary.
    fn path(&self, path: &str) -> Result<PathBuf, String> {
        let full = self.absolute(path);
        if path.starts_with('~') || !self.evaluator.program.world.inside(&full) {
            return Err(outside(path));
        }
        Ok(full)
    }
}

fn outside(path: &str) -> String {
    format!("{path:?} lies outside the scanned folders and is not read")
}

impl Environment for World<'_, '_, '_> {
    fn read(&self, path: &str) -> Result<Arc<SourceFile>, String> {
        let full = self.absolute(path);
        let text = match path.starts_with('~') {
            true => Err(Unread::Outside),
            false => self.evaluator.program.text(&full),
        };
        text.map_err(|why| match why {
            Unread::Outside => outside(path),
            Unread::Failed(error) => format!("cannot read {path:?}: {error}"),
            Unread::NotText => format!("{path:?} is not UTF-8 text"),
        })
    }

    fn read_bytes(&self, path: &str) -> Result<Vec<u8>, String> {
        let full = self.path(path)?;
        self.evaluator
            .program
            .world
            .files
            .read(&full)
            .map_err(|error| format!("cannot read {path:?}: {error}"))
    }

    fn exists(&self, path: &str) -> Result<bool, String> {
        let full = self.path(path)?;
        match self.evaluator.program.world.files.kind(&full) {
            Some(EntryKind::Folder) => Err(format!("{path:?} is a folder, not a file")),
            Some(EntryKind::File) => Ok(true),
            None => Ok(false),
        }
    }

    fn files(&self, folder: &str) -> Result<Arc<[String]>, String> {
        let full = self.path(folder)?;
        let found = self.evaluator.program.files_below(&full);
        found.ok_or_else(|| format!("{folder:?} holds more than {MAX_FILES} files"))
    }

    fn render(&self, template: &Template, variables: &Map) -> Result<Value, String> {
        let (tree, id) = match template {
            Template::File(file) => hcl::parse_template(file.id, &file.text),
            Template::Text(value) => {
                let Some(text) = value.as_text() else {
                    return Ok(super::expression::unknown_from(value, value.origin.span));
                };
                // A text that `file` read is the file, byte for byte, and what is in it has its place there.
                let span = value.origin.span;
                let exact = span.is_somewhere() && span.len() as usize == text.len();
                let source = match exact && span.start == 0 {
                    true => span.source,
                    false => SourceId(u32::MAX),
                };
                hcl::parse_template(source, &text.into())
            }
        };
        if let Some(error) = tree.errors.first() {
            return Err(format!("the template is not valid: {}", error.message));
        }
        let frames: Vec<(&str, &Value)> = variables
            .entries
            .iter()
            .map(|entry| (entry.key.as_str(), &entry.value))
            .collect();
        let scope = Scope {
            tree: &tree,
            sealed: true,
            frames: None,
            item: None,
            repetition: None,
            ..self.scope
        };
        let evaluate = |scope: Scope<'_>| {
            self.evaluator
                .evaluate(scope, id)
                .map_err(|failure| failure.message)
        };
        with_frames(&frames, None, &|frames| evaluate(Scope { frames, ..scope }))
    }
}

/// Runs `work` with one frame per variable. Frames lie on the stack, so they are made in a loop of calls.
fn with_frames<R>(
    variables: &[(&str, &Value)],
    outer: Option<&Frame<'_>>,
    work: &dyn Fn(Option<&Frame<'_>>) -> R,
) -> R {
    match variables {
        [] => work(outer),
        [(name, value), rest @ ..] => {
            let frame = Frame {
                name,
                value: (*value).clone(),
                outer,
            };
            with_frames(rest, Some(&frame), work)
        }
    }
}
