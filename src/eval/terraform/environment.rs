//! What functions may ask of the world: files inside the boundary, and templates.

use std::path::PathBuf;
use std::sync::Arc;

use super::evaluator::Evaluator;
use super::function::{Below, Environment, Template};
use super::program::{MAX_FILES, Unread};
use super::scope::{Frame, Scope};
use super::world::absolute;
use crate::eval::{Map, Value, budget};
use crate::source::{Closed, Door, EntryKind, SourceFile, SourceId, deep};
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

    /// The same, where it is none of the user's own folder.
    fn path(&self, path: &str) -> Result<PathBuf, String> {
        match path.starts_with('~') {
            true => Err(closed(path, &Closed::Outside)),
            false => Ok(self.absolute(path)),
        }
    }

    fn door(&self) -> Door<'_> {
        self.evaluator.program.world.door
    }
}

fn closed(path: &str, why: &Closed) -> String {
    match why {
        Closed::Outside => format!("{path:?} lies outside the scanned folders and is not read"),
        why => format!("cannot read {path:?}: {why}"),
    }
}

impl Environment for World<'_, '_, '_> {
    fn read(&self, path: &str) -> Result<Arc<SourceFile>, String> {
        let full = self.path(path)?;
        let text = self.evaluator.program.text(&full);
        if let Ok(file) = &text {
            self.evaluator.grant(&full, || file.text.len());
        }
        text.map_err(|why| match why {
            Unread::Closed(why) => closed(path, &why),
            _ => format!("{path:?} is not UTF-8 text"),
        })
    }

    fn read_bytes(&self, path: &str) -> Result<Vec<u8>, String> {
        let full = self.path(path)?;
        let bytes = self.door().read(&full).map_err(|why| closed(path, &why))?;
        // Bytes that are not text are read anew by each call.
        self.evaluator.grant(&full, || bytes.len());
        budget::work(bytes.len());
        Ok(bytes)
    }

    fn exists(&self, path: &str) -> Result<bool, String> {
        let full = self.path(path)?;
        match self.door().kind(&full) {
            Ok(EntryKind::File) => Ok(true),
            Ok(_) => Err(format!("{path:?} is a folder, not a file")),
            Err(Closed::Missing) => Ok(false),
            Err(why) => Err(closed(path, &why)),
        }
    }

    fn files(&self, folder: &str) -> Result<Arc<Below>, String> {
        let full = self.path(folder)?;
        let found = self.evaluator.program.below(&full);
        found.map_err(|why| match why {
            Unread::Closed(why) => closed(folder, &why),
            _ => format!("{folder:?} holds more than {MAX_FILES} files"),
        })
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
        budget::work(10 * tree.text.len());
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
            deep(|| with_frames(rest, Some(&frame), work))
        }
    }
}
