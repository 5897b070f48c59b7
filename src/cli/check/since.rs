//! `--since` and `--staged`: what another revision has, found as this run finds.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::options::{Check, Input};
use super::{Refusal, found, input};
use crate::config::{self, Selection};
use crate::engine;
use crate::report::{Baseline, Known};
use crate::rules::RuleSet;
use crate::source::{
    Disk, Door, EntryKind, Files, Repository, Revision, Scope, SourceMap, Unreached,
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
) -> Result<Known, Refusal> {
    let sources = SourceMap::new();
    let scope = scope(options, files, working)?;
    let door = Door::new(files, &scope);
    let (input, order) = there(&options.input, order, door);
    if input.paths.is_empty() {
        return Ok(Known::default());
    }
    let (settings, _) = config::find(door, &sources);
    let mut policy = settings.policy;
    policy.no_inline |= options.no_inline_suppressions;
    policy.no_foreign |= options.no_foreign_suppressions;
    policy.today = options.policy.today;
    let baseline = options.baseline.clone().or(settings.baseline);
    let baseline = baseline.and_then(|path| door.read(&path).ok());
    policy.baseline =
        baseline.and_then(|bytes| Baseline::read(&String::from_utf8_lossy(&bytes)).ok());
    let accepting = engine::Accepting {
        policy,
        fingerprints: true,
        known: true,
        before: None,
    };
    let (found, world) = found(&input, &order, door, &sources)?;
    let selected = |id: &str| selection.has(id);
    let report = engine::check_accepting(found, &world, rules, &selected, &accepting);
    Ok(report.known)
}

/// What may be read: as in this run.
pub(super) fn scope(options: &Check, files: &dyn Files, working: &Path) -> Result<Scope, Refusal> {
    let mut scope = input::scope(&options.input, files, working)?;
    if let Some(path) = &options.baseline {
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
