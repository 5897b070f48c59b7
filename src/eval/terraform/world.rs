//! What surrounds the evaluation of Terraform: files, bounds and settings.

use std::path::{Path, PathBuf};

use super::variable::Setting;
use crate::source::{Door, SourceMap};

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
    /// How they are read, what may be read, and how paths are shown.
    pub door: Door<'w>,
    /// The user's settings.
    pub settings: Settings,
}

/// A path with `.` and `..` resolved by text; `base` before a relative one.
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
