//! A folder checked as its own settings say, for those who are given no command line.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::ask::Asking;
use super::{Accepting, Session, World, is_template, rules_of};
use crate::config::{self, RuleParameter, Selection};
use crate::eval::terraform::{self, Setting};
use crate::findings::{RuleInfo, Severity};
use crate::report::suppress::{Policy, hygiene};
use crate::report::{Baseline, Places, Report};
use crate::rules::RuleSet;
use crate::source::{
    Code, Diagnostic, Discovered, Door, Files, Scope, Search, SourceFile, SourceMap, Span, discover,
};
use crate::syntax::yaml;

/// What checking a folder gave, and all that is needed to speak of it.
pub struct Checked {
    /// What was found; what is wrong with the settings is among the diagnostics.
    pub report: Report,
    /// The texts that it speaks of.
    pub sources: Arc<SourceMap>,
    /// Where it took place.
    pub scope: Scope,
    /// The rules that it speaks of, sorted by id.
    pub rules: Vec<RuleInfo>,
    /// The least severity that the settings show, if they say so.
    pub least: Option<Severity>,
}

/// Checks a folder with the settings of its project. `folder` is absolute and without links.
///
/// Call it as [`super::check`].
pub fn project(folder: &Path, files: &dyn Files) -> Checked {
    Session::default().check(folder, files, None)
}

/// What the settings of a project come to.
pub(super) struct Settled {
    folder: PathBuf,
    pub(super) scope: Scope,
    rules: Cow<'static, RuleSet>,
    selection: Selection,
    accepting: Accepting,
    values: terraform::Settings,
    parameters: Vec<yaml::Document>,
    exclude: Vec<String>,
    least: Option<Severity>,
    /// What is wrong with them.
    wrong: Vec<Diagnostic>,
}

impl Settled {
    /// Reads the settings of a folder.
    pub(super) fn of(folder: &Path, files: &dyn Files, sources: &SourceMap) -> Self {
        let scope = Scope::new(files, folder, None, &[folder.to_owned()]);
        let door = Door::new(files, &scope);
        let (settings, mut wrong) = config::find(door, sources);
        let mut rules = Cow::Borrowed(RuleSet::builtin());
        let mut own = config::Own::default();
        for folder in settings.rule_dir.iter().flatten() {
            own.folder(door, sources, folder);
        }
        wrong.append(&mut own.wrong);
        if !own.rules.is_empty() {
            wrong.extend(own.add_to(rules.to_mut()));
        }
        if !settings.rules.is_empty() {
            let set = RuleParameter::set_all(&settings.rules, rules.to_mut());
            wrong.extend(set.err().into_iter().flatten());
        }
        let ignored = settings.ignore.as_deref().unwrap_or_default();
        let selection = match settings.select.as_deref() {
            None if ignored.is_empty() => Ok(Selection::everything()),
            selected => {
                let mut infos = rules.infos();
                infos.extend(hygiene::infos());
                infos.extend(crate::report::intent::infos());
                Selection::new(&infos, selected, ignored)
            }
        };
        let selection = selection.unwrap_or_else(|errors| {
            wrong.extend(errors);
            Selection::everything()
        });
        let mut values = terraform::Settings::default();
        for path in settings.var_file.iter().flatten() {
            let file = read(path, door, sources, &mut wrong);
            values.variables.extend(file.map(Setting::File));
        }
        let folders = settings.module_dir.iter().flatten();
        values.module_folders = folders.map(|path| scope.absolute(path)).collect();
        let mut parameters = Vec::new();
        for (nth, given) in settings.parameters.iter().flatten().enumerate() {
            let file = match given.contains('=') {
                true => {
                    let text = serde_json::Value::from(vec![given.as_str()]).to_string();
                    let name = format!("<parameter {}>", nth + 1);
                    Some(sources.add(&name, text.into_bytes()).0)
                }
                false => read(Path::new(given), door, sources, &mut wrong),
            };
            parameters.extend(file.map(|file| yaml::parse(&file)));
        }
        let accepting = Accepting {
            // A baseline knows findings by their fingerprints.
            fingerprints: settings.baseline.is_some(),
            policy: policy(&settings, door, &mut wrong),
            ..Accepting::default()
        };
        Self {
            folder: folder.to_owned(),
            rules,
            selection,
            accepting,
            values,
            parameters,
            exclude: settings.exclude.unwrap_or_default(),
            least: settings.min_severity,
            wrong,
            scope,
        }
    }

    /// What there is to read.
    pub(super) fn discover(&self, files: &dyn Files, sources: &SourceMap) -> Discovered {
        let search = Search {
            paths: std::slice::from_ref(&self.folder),
            exclude: &self.exclude,
            listed: false,
            everything: false,
            is_template,
        };
        discover(Door::new(files, &self.scope), sources, search)
    }

    /// Asks as the settings say.
    pub(super) fn asking<T>(
        &self,
        files: &dyn Files,
        sources: &SourceMap,
        then: impl FnOnce(&Asking<'_>, &World<'_>) -> T,
    ) -> T {
        let world = World {
            door: Door::new(files, &self.scope),
            sources,
            settings: self.values.clone(),
            parameters: self.parameters.clone(),
        };
        let places = Places::new(sources);
        let selected = |id: &str| self.selection.has(id);
        let asking = Asking::new(&places, &world, &self.rules, &selected, &self.accepting);
        then(&asking, &world)
    }

    /// A report with all that is needed to speak of it.
    pub(super) fn checked(&self, mut report: Report, sources: Arc<SourceMap>) -> Checked {
        report.diagnostics.extend(self.wrong.iter().cloned());
        Checked {
            rules: rules_of(&self.rules, &report),
            report,
            sources,
            least: self.least,
            scope: self.scope.clone(),
        }
    }
}

/// What the project accepts: by its settings and its baseline.
fn policy(settings: &config::Settings, door: Door<'_>, wrong: &mut Vec<Diagnostic>) -> Policy {
    let mut policy = settings.policy.clone();
    let mut say = |message: String| {
        wrong.push(Diagnostic::new(Code::Unreadable, Span::nowhere(), message));
    };
    policy.today = config::today(None).map_err(&mut say).ok();
    if let Some(path) = &settings.baseline {
        let shown = door.scope().shown(path);
        match door.read(path) {
            Ok(bytes) => match Baseline::read(&String::from_utf8_lossy(&bytes)) {
                Ok(baseline) => policy.baseline = Some(baseline),
                Err(line) => say(format!("the baseline {shown}: line {line} is no entry")),
            },
            Err(closed) => say(format!("the baseline {shown}: {closed}")),
        }
    }
    policy
}

/// A file with values that the settings name; what is wrong with it is said at the settings themselves.
fn read(
    path: &Path,
    door: Door<'_>,
    sources: &SourceMap,
    wrong: &mut Vec<Diagnostic>,
) -> Option<Arc<SourceFile>> {
    match door.read(path) {
        Ok(bytes) => Some(sources.add_file(path, &door.scope().shown(path), bytes).0),
        Err(why) => {
            let message = format!("{}: {why}", door.scope().shown(path));
            wrong.push(Diagnostic::new(Code::Unreadable, Span::nowhere(), message));
            None
        }
    }
}
