//! What surrounds the evaluation of Terraform: files, bounds and settings.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::variable::Setting;
use crate::source::{Files, SourceFile, SourceMap};

/// What the user set.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// `TF_VAR_*` without the prefix, sorted; only with the user's consent.
    pub environment: Vec<(String, String)>,
    /// `--var` and `--var-file` in their order.
    pub variables: Vec<Setting>,
    /// The workspace; unknown where the user does not say.
    pub workspace: Option<String>,
    /// Folders that hold copies of remote modules, by source.
    pub module_folders: Vec<PathBuf>,
}

/// The world around a run.
pub struct World<'w> {
    /// Where texts are kept.
    pub sources: &'w SourceMap,
    /// How they are read.
    pub files: &'w dyn Files,
    /// The working folder: absolute, what shown paths are relative to.
    pub base: PathBuf,
    /// Absolute folders (or files) out of which nothing is read.
    pub boundary: Vec<PathBuf>,
    /// The user's settings.
    pub settings: Settings,
}

/// A folder of Terraform files as found by discovery.
#[derive(Debug, Clone)]
pub struct Folder {
    /// Its absolute path without `.` and `..`.
    pub path: PathBuf,
    /// Name and text of its configuration and `.tfvars` files, sorted by name.
    pub files: Vec<(String, Arc<SourceFile>)>,
}

impl World<'_> {
    /// A path as shown to people: relative to the working folder where it lies below it, with `/`.
    pub fn shown(&self, path: &Path) -> String {
        let path = path.strip_prefix(&self.base).unwrap_or(path);
        let shown = path.to_string_lossy().replace('\\', "/");
        if shown.is_empty() {
            ".".to_owned()
        } else {
            shown
        }
    }

    /// Whether a path, links followed, lies inside the boundary; a path where nothing is counts by its text.
    pub fn inside(&self, path: &Path) -> bool {
        let real = self
            .files
            .canonical(path)
            .unwrap_or_else(|_| path.to_owned());
        self.boundary
            .iter()
            .chain(&self.settings.module_folders)
            .any(|bound| {
                path.starts_with(bound)
                    && (real.starts_with(bound)
                        || self
                            .files
                            .canonical(bound)
                            .is_ok_and(|bound| real.starts_with(bound)))
            })
    }
}

/// The path with `.` and `..` resolved by text; `base` before a relative one.
pub(crate) fn absolute(base: &Path, path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in base.join(path).components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}
