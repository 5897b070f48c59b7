//! `--since` and `--staged`: what another revision has, found as this run finds.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::options::{Check, Input};
use super::{Refusal, found, input};
use crate::config::{Selection, Settings};
use crate::engine;
use crate::findings::Finding;
use crate::report::suppress::{Policy, hygiene};
use crate::report::{Baseline, Known, counted};
use crate::rules::RuleSet;
use crate::source::{
    Disk, Door, EntryKind, Files, Repository, Revision, Scope, SourceMap, Span, Unreached,
};

/// The two sides of a comparison.
pub(super) struct Sides {
    /// What is checked: the disk, or what is staged.
    pub(super) now: Option<Arc<Revision>>,
    /// What it is compared with.
    pub(super) before: Arc<Revision>,
}

impl From<Unreached> for Refusal {
    fn from(why: Unreached) -> Self {
        Refusal::new(why.message).help(why.help)
    }
}

/// The sides that the options name, if they compare.
pub(super) fn sides(options: &Check, working: &Path) -> Result<Option<Sides>, Refusal> {
    if options.since.is_none() && !options.staged {
        return Ok(None);
    }
    if options.input.stdin_filename.is_some() {
        let message = "standard input is no part of any revision: name files or folders";
        return Err(Refusal::new(message));
    }
    let repository = repository(&options.input, working)?;
    let before = match &options.since {
        None => repository.head()?,
        Some(word) if options.no_merge_base => repository.revision(&repository.commit(word)?)?,
        Some(word) => repository.revision(&repository.common(word)?)?,
    };
    let now = match options.staged {
        true => Some(Arc::new(repository.staged()?)),
        false => None,
    };
    Ok(Some(Sides {
        now,
        before: Arc::new(before),
    }))
}

/// The one repository that all paths lie in.
fn repository(input: &Input, working: &Path) -> Result<Repository, Refusal> {
    let mut common: Option<Repository> = None;
    for path in &input.paths {
        let path = working.join(path);
        let near = path.ancestors().find_map(|path| {
            let real = Disk.canonical(path).ok()?;
            match Disk.kind(&real) {
                Some(EntryKind::Folder) => Some(real),
                _ => real.parent().map(Path::to_owned),
            }
        });
        let own = Repository::around(&near.unwrap_or_else(|| working.to_owned()))?;
        match &common {
            Some(other) if other.top() != own.top() => {
                let (one, other) = (own.top().display(), other.top().display());
                let message = format!("the paths lie in two repositories, {other} and {one}");
                return Err(Refusal::new(message));
            }
            Some(_) => {}
            None => common = Some(own),
        }
    }
    match common {
        Some(repository) => Ok(repository),
        None => Ok(Repository::around(working)?),
    }
}

/// What is found in the other revision, with its own suppressions and baseline, by the rules and values of this run.
pub(super) fn known(
    options: &Check,
    order: &[bool],
    files: &Revision,
    working: &Path,
    (rules, selection): (&RuleSet, &Selection),
) -> Result<Before, Refusal> {
    let sources = SourceMap::new();
    let scope = scope(options, files, working)?;
    let door = Door::new(files, &scope);
    let (input, order) = there(&options.input, order, door);
    if input.paths.is_empty() {
        return Ok(Before::default());
    }
    let used = super::settings::load(options, door, &sources);
    let settings = used.settings.clone();
    let mut policy = settings.policy.clone();
    policy.no_inline |= options.no_inline_suppressions;
    policy.no_foreign |= options.no_foreign_suppressions;
    policy.today = options.policy.today;
    let baseline = settings
        .baseline
        .clone()
        .or_else(|| options.baseline.clone());
    let baseline = baseline.and_then(|path| door.read(&path).ok());
    let baseline = baseline.and_then(|bytes| Baseline::read(&String::from_utf8_lossy(&bytes)).ok());
    policy.baseline.clone_from(&baseline);
    let (found, world) = found(&input, &order, door, &sources)?;
    let nested = super::settings::nested(&found, &used, door, &sources);
    let accepting = engine::Accepting {
        policy: policy.with(nested.settings.policy),
        fingerprints: true,
        known: true,
        said: Vec::new(),
        before: None,
    };
    let selected = |id: &str| selection.has(id);
    let report = engine::check_accepting(found, &world, rules, &selected, &accepting);
    Ok(Before {
        known: report.known,
        settings,
        baseline,
    })
}

/// What the other revision says.
#[derive(Default)]
pub(super) struct Before {
    /// What is found there.
    pub(super) known: Known,
    settings: Settings,
    baseline: Option<Baseline>,
}

impl Before {
    /// What this run gives up of what that one asks for.
    pub(super) fn weaker(
        &self,
        now: &Settings,
        options: &Check,
        policy: &Policy,
        (rules, sources, door): (&RuleSet, &SourceMap, Door<'_>),
    ) -> Vec<Finding> {
        let known = super::settings::known(rules);
        // A name that was wrong there is nothing to compare with.
        let weaker = now.weaker(&self.settings, &known).unwrap_or_default();
        let weaker = weaker.into_iter();
        let mut out: Vec<Finding> = weaker
            .map(|(span, message)| hygiene::said("distrust-settings-weakened", span, message))
            .collect();
        let nothing = Baseline::default();
        let was = self.baseline.as_ref().unwrap_or(&nothing);
        let new = policy
            .baseline
            .as_ref()
            .map_or(0, |own| own.len() - own.kept(was).len());
        if new > 0 {
            let at = options
                .baseline
                .as_deref()
                .map(|path| door.scope().absolute(path));
            let span = at.map_or(Span::nowhere(), |at| {
                let shown = door.scope().shown(&at);
                let bytes = door.read(&at).unwrap_or_default();
                Span::new(sources.add_file(&at, &shown, bytes).0.id, 0, 0)
            });
            let message = format!(
                "the baseline accepts {}",
                counted(new, "more finding", "more findings")
            );
            out.push(hygiene::said("distrust-baseline-grown", span, message));
        }
        out
    }
}

/// What may be read: as in this run.
pub(super) fn scope(options: &Check, files: &dyn Files, working: &Path) -> Result<Scope, Refusal> {
    let mut scope = input::scope(&options.input, files, working)?;
    let is_value = |text: &&String| text.contains('=') && files.kind(&working.join(text)).is_none();
    let config = options.config.iter().filter(|text| !is_value(text));
    let named = config.map(Path::new).chain(options.baseline.as_deref());
    for path in named.chain(options.floor.as_deref()) {
        scope.open(files, path);
    }
    Ok(scope)
}

/// The input as far as the other revision has it.
fn there(input: &Input, order: &[bool], door: Door<'_>) -> (Input, Vec<bool>) {
    let has = |path: &Path| door.kind(path).is_ok();
    let mut order = order.to_vec();
    let mut files = order.iter_mut().enumerate().filter(|(_, file)| **file);
    let mut gone = Vec::new();
    for path in &input.var_file {
        let at = files.next().map(|(at, _)| at);
        gone.extend(at.filter(|_| !has(path)));
    }
    for at in gone.into_iter().rev() {
        order.remove(at);
    }
    let own = Input {
        paths: input
            .paths
            .iter()
            .filter_map(|path| path_there(path, door))
            .collect(),
        var_file: kept(&input.var_file, has),
        project_var_files: kept(&input.project_var_files, has),
        module_dir: input.module_dir.as_ref().map(|paths| kept(paths, has)),
        parameters: input.parameters.as_ref().map(|all| {
            let all = all.iter();
            all.filter(|given| given.contains('=') || has(Path::new(given)))
                .cloned()
                .collect()
        }),
        ..input.clone()
    };
    (own, order)
}

fn kept(paths: &[PathBuf], has: impl Fn(&Path) -> bool) -> Vec<PathBuf> {
    paths.iter().filter(|path| has(path)).cloned().collect()
}

/// A path, or for a file of a module that is not there another one of that module.
fn path_there(path: &Path, door: Door<'_>) -> Option<PathBuf> {
    if door.kind(path).is_ok() {
        return Some(path.to_owned());
    }
    let ending = path.extension()?;
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let beside = door.list(folder).ok()?;
    let mut files = beside
        .into_iter()
        .filter(|one| one.kind == Ok(EntryKind::File));
    let other = files.find(|one| Path::new(&one.name).extension() == Some(ending))?;
    Some(folder.join(other.name)).filter(|_| ending == "tf" || ending == "tofu")
}
