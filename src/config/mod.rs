//! `distrust.toml`: the settings of a project, and the names that select rules.
//!
//! The file is looked for in the working folder and upwards to the root of the repository, and nowhere else. Its keys
//! mirror the options of `distrust check`; an option on the command line replaces the key of the same name. Whatever
//! is wrong with the file is said at once, each thing at its place.

mod accept;
mod clock;
mod floor;
pub mod import;
pub mod keys;
mod load;
mod merge;
mod own;
mod read;
pub mod schema;
mod select;
mod weaker;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::findings::Severity;
use crate::report::Format;
use crate::report::suppress::Policy;
use crate::rules::{RuleSet, Unset};
use crate::source::{Code, Diagnostic, Door, SourceMap, Span};

pub use clock::today;
pub use floor::Floor;
pub use load::{Given, Used, below, load};
pub use own::Own;
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
    /// Folders with rules of one's own.
    pub rule_dir: Option<Vec<PathBuf>>,
    /// Values of Terraform's variables.
    pub var: Option<Vec<(String, String)>>,
    /// The Terraform workspace.
    pub workspace: Option<String>,
    /// The other switches, by their keys.
    pub flags: BTreeMap<&'static str, bool>,
    /// Other settings that these add to.
    pub extends: Vec<Name>,
    /// Where each key is written.
    pub places: BTreeMap<&'static str, Span>,
    /// Words that should name rules.
    pub names: Vec<Name>,
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

/// The settings of the working folder: [`load`] without a command line.
pub fn find(door: Door<'_>, sources: &SourceMap) -> (Settings, Vec<Diagnostic>) {
    let used = load(door, sources, &[], Given::default());
    (used.settings, used.wrong)
}

/// A path of the file as an absolute one: it is relative to the folder of the file.
fn beside(folder: &Path, path: &str) -> PathBuf {
    folder.join(path)
}

#[cfg(test)]
mod tests;
