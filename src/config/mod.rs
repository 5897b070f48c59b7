//! `distrust.toml`: the settings of a project, and the names that select rules.
//!
//! The file is looked for in the working folder and upwards to the root of the repository, and nowhere else. Its keys
//! mirror the options of `distrust check`; an option on the command line replaces the key of the same name. Whatever
//! is wrong with the file is said at once, each thing at its place.

mod accept;
mod clock;
mod read;
mod select;

use std::path::{Path, PathBuf};

use crate::findings::Severity;
use crate::report::Format;
use crate::report::suppress::Policy;
use crate::rules::{RuleSet, Unset};
use crate::source::{Closed, Code, Diagnostic, Door, SourceMap, Span};

pub use clock::today;
pub use read::read;
pub use select::{Name, Selection};

/// The name of the file.
pub const FILE: &str = "distrust.toml";

/// Whether a file decides what is checked, and how: settings, and what is left out.
pub fn is_settings(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| [FILE, ".gitignore", ".distrustignore"].contains(&name))
}

/// What a project has set. Paths are absolute.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Which rules are asked; all where it is not set.
    pub select: Option<Vec<Name>>,
    /// Which rules are not asked.
    pub ignore: Option<Vec<Name>>,
    /// The least severity that makes a run fail.
    pub fail_on: Option<Severity>,
    /// Whether a run fails where something is undecided.
    pub fail_on_undecided: Option<bool>,
    /// The least severity that is shown.
    pub min_severity: Option<Severity>,
    /// How findings are written.
    pub output_format: Option<Format>,
    /// What is not looked at, in the syntax of `.gitignore`, relative to each path that is checked.
    pub exclude: Option<Vec<String>>,
    /// Folders that hold copies of remote modules.
    pub module_dir: Option<Vec<PathBuf>>,
    /// Files with values for Terraform's variables, in their order.
    pub var_file: Option<Vec<PathBuf>>,
    /// Files with values for CloudFormation's parameters, or `Name=value`, in their order.
    pub parameters: Option<Vec<String>>,
    /// Whether safe fixes are made.
    pub fix: Option<bool>,
    /// Whether fixes that are not safe are made too.
    pub unsafe_fixes: Option<bool>,
    /// A folder of templates over those of this program, for `distrust new`.
    pub templates: Option<PathBuf>,
    /// What was found before.
    pub baseline: Option<PathBuf>,
    /// What is suppressed, and how severe rules are.
    pub policy: Policy,
    /// The parameters of rules: `[rules.<id>]` and what stands below.
    pub rules: Vec<RuleParameter>,
    /// Every path among these, and where it is written.
    pub paths: Vec<(PathBuf, Span)>,
}

/// A parameter of a rule as somebody set it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleParameter {
    /// The id or an alias of the rule.
    pub rule: Name,
    /// The parameter.
    pub name: Name,
    /// Its value: a number or a length of time.
    pub value: Name,
}

impl RuleParameter {
    /// Sets parameters in a set of rules.
    ///
    /// # Errors
    /// Everything that no rule has, or that is no value for it, at its place.
    pub fn set_all(all: &[Self], rules: &mut RuleSet) -> Result<(), Vec<Diagnostic>> {
        let mut errors = Vec::new();
        for own in all {
            let (rule, name, value) = (&own.rule, &own.name, &own.value);
            let (at, message) = match rules.set(&rule.text, &name.text, &value.text) {
                Ok(()) => continue,
                Err(Unset::Rule) => (rule, format!("there is no rule `{}`", rule.text)),
                Err(Unset::Parameter(known)) => {
                    let message = match known.is_empty() {
                        true => format!("the rule `{}` has no parameters", rule.text),
                        false => format!("the parameters of this rule are {}", known.join(", ")),
                    };
                    (name, message)
                }
                Err(Unset::Value(like)) => {
                    (value, format!("a value such as {like} is expected here"))
                }
            };
            errors.push(Diagnostic::new(Code::Structure, at.span, message));
        }
        if errors.is_empty() {
            Ok(())
        } else {
            Err(errors)
        }
    }
}

/// Reads the nearest `distrust.toml` from the working folder up to the root of the repository.
///
/// Without a file, the settings are empty. With one that is wrong, what is right in it still counts.
pub fn find(door: Door<'_>, sources: &SourceMap) -> (Settings, Vec<Diagnostic>) {
    let scope = door.scope();
    let folders = scope.working().ancestors();
    for folder in folders.take_while(|folder| scope.allows(folder)) {
        let path = folder.join(FILE);
        let shown = scope.shown(&path);
        match door.read(&path) {
            Ok(bytes) => {
                let (file, problem) = sources.add_file(&path, &shown, bytes);
                let (settings, mut diagnostics) = read(&file, folder);
                diagnostics.extend(problem);
                diagnostics.extend(outside(door, &settings));
                return (settings, diagnostics);
            }
            Err(Closed::Missing) => {}
            Err(closed) => {
                let (file, _) = sources.add_file(&path, &shown, Vec::new());
                let span = Span::new(file.id, 0, 0);
                let diagnostic = Diagnostic::new(Code::Unreadable, span, closed.to_string());
                return (Settings::default(), vec![diagnostic]);
            }
        }
        if folder == scope.root() {
            break;
        }
    }
    (Settings::default(), Vec::new())
}

/// The paths of the file that lead out of the repository. Who runs this may read what they like; who wrote the settings
/// may be somebody else, and decides about the repository alone.
fn outside(door: Door<'_>, settings: &Settings) -> Vec<Diagnostic> {
    let root = door.scope().root();
    let is_outside = |path: &Path| match door.resolve(path) {
        Ok(real) => !real.starts_with(root),
        Err(closed) => closed == Closed::Outside,
    };
    let paths = settings.paths.iter();
    let paths = paths.filter(|(path, _)| is_outside(path));
    let said = paths.map(|(_, span)| {
        let message = "this leads out of the repository: settings may name only what is inside";
        Diagnostic::new(Code::Structure, *span, message).help("name it on the command line")
    });
    said.collect()
}

/// A path of the file as an absolute one: it is relative to the folder of the file.
fn beside(folder: &Path, path: &str) -> PathBuf {
    folder.join(path)
}

#[cfg(test)]
mod tests;
