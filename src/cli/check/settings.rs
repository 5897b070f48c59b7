//! What the settings of the project add to the options, and what a floor from outside demands of both.

use std::borrow::Cow;
use std::path::Path;

use super::super::options::Check;
use super::Refusal;
use crate::config::{self, Floor, Given, Name, RuleParameter, Selection, Used};
use crate::findings::Severity;
use crate::report::Baseline;
use crate::report::suppress::{Policy, hygiene};
use crate::rules::RuleSet;
use crate::source::{Diagnostic, Discovered, Door, SourceMap};

/// Reads the settings that count for what is checked.
pub(super) fn load(options: &Check, door: Door<'_>, sources: &SourceMap) -> Used {
    let given = Given {
        config: &options.config,
        isolated: options.isolated,
    };
    config::load(door, sources, &options.input.paths, given)
}

/// Fills in what the command line leaves open; what is wrong.
pub(super) fn configure(
    options: &mut Check,
    rules: &mut Cow<'static, RuleSet>,
    used: &Used,
    door: Door<'_>,
    sources: &SourceMap,
) -> Vec<Diagnostic> {
    let settings = used.settings.clone();
    let mut wrong = used.wrong.clone();
    let names = |words: Option<Vec<String>>, set: Option<Vec<Name>>| match words {
        Some(words) => Some(words.iter().map(|word| word.as_str().into()).collect()),
        None => set,
    };
    options.selected = names(options.select.take(), settings.select);
    options.ignored = names(options.ignore.take(), settings.ignore);
    options.policy = settings.policy;
    options.baseline = options.baseline.take().or(settings.baseline);
    options.fail_on = options.fail_on.or(settings.fail_on);
    options.fail_on_undecided |= settings.fail_on_undecided.unwrap_or_default();
    options.min_severity = options.min_severity.or(settings.min_severity);
    options.output_format = options.output_format.or(settings.output_format);
    options.fix |= settings.fix.unwrap_or(false) && !options.staged;
    options.unsafe_fixes |= settings.unsafe_fixes.unwrap_or(false);
    let flag = |name: &str| settings.flags.get(name).copied().unwrap_or_default();
    options.undecided |= flag("undecided");
    options.no_yield |= flag("no-yield");
    options.show_suppressed |= flag("show-suppressed");
    options.statistics |= flag("statistics");
    options.quiet |= flag("quiet");
    options.verbose |= flag("verbose");
    options.strict |= flag("strict");
    options.exit_zero |= flag("exit-zero");
    options.exit_non_zero_on_fix |= flag("exit-non-zero-on-fix");
    options.no_inline_suppressions |= flag("no-inline-suppressions");
    options.no_foreign_suppressions |= flag("no-foreign-suppressions");
    let input = &mut options.input;
    input.skip_unrelated |= flag("skip-unrelated");
    input.env_vars |= flag("env-vars");
    input.workspace = input.workspace.take().or(settings.workspace);
    input.exclude = input.exclude.take().or(settings.exclude);
    input.module_dir = input.module_dir.take().or(settings.module_dir);
    input.parameters = input.parameters.take().or(settings.parameters);
    input.project_var_files = settings.var_file.unwrap_or_default();
    input.project_variables = settings.var.unwrap_or_default();
    let folders = options
        .rule_dir
        .take()
        .or(settings.rule_dir)
        .unwrap_or_default();
    if !folders.is_empty() {
        let mut own = config::Own::default();
        for folder in &folders {
            own.folder(door, sources, folder);
        }
        wrong.append(&mut own.wrong);
        wrong.extend(own.add_to(rules.to_mut()));
    }
    if !settings.rules.is_empty() {
        let set = RuleParameter::set_all(&settings.rules, rules.to_mut());
        wrong.extend(set.err().into_iter().flatten());
    }
    if !settings.names.is_empty() {
        let words = Selection::new(&known(rules), Some(&settings.names), &[]);
        wrong.extend(words.err().into_iter().flatten());
    }
    wrong
}

/// Reads the floor, if one is named.
pub(super) fn floor(
    options: &Check,
    rules: &RuleSet,
    door: Door<'_>,
    sources: &SourceMap,
) -> Result<(Option<Floor>, Vec<Diagnostic>), Refusal> {
    let Some(path) = &options.floor else {
        return Ok((None, Vec::new()));
    };
    let (at, shown) = (door.scope().absolute(path), door.scope().shown(path));
    let bytes = door
        .read(&at)
        .map_err(|closed| Refusal::new(format!("the policy {shown}: {closed}")))?;
    let (file, problem) = sources.add_file(&at, &shown, bytes);
    let (floor, mut wrong) = Floor::read(&file);
    wrong.extend(problem);
    let names = floor.names();
    if !names.is_empty() {
        let words = Selection::new(&known(rules), Some(&names), &[]);
        wrong.extend(words.err().into_iter().flatten());
    }
    Ok((Some(floor), wrong))
}

/// Raises the options to the floor.
pub(super) fn raise(options: &mut Check, floor: &Floor) {
    options.exit_zero = false;
    options.fail_on_undecided |= floor.fail_on_undecided;
    options.no_inline_suppressions |= !floor.inline;
    options.no_foreign_suppressions |= !floor.foreign;
    if let Some(severity) = floor.fail_on {
        options.fail_on = Some(options.fail_on.unwrap_or(Severity::Medium).min(severity));
        options.min_severity = options.min_severity.map(|least| least.min(severity));
    }
    if !floor.baseline {
        options.baseline = None;
    }
    if !floor.exclude {
        options.input.exclude = None;
        options.input.everything = true;
    }
    raise_policy(&mut options.policy, floor);
}

/// Raises what is accepted to the floor.
pub(super) fn raise_policy(policy: &mut Policy, floor: &Floor) {
    let texts = |names: &[Name]| {
        names
            .iter()
            .map(|name| name.text.clone())
            .collect::<Vec<_>>()
    };
    policy.require_reason |= floor.require_reason;
    policy.require_expiry |= floor.require_expiry;
    policy.never = texts(&floor.forbid);
    policy.forbid.extend(texts(&floor.forbid));
    if !floor.settings {
        policy.entries.clear();
        policy.levels.clear();
    }
    let own = floor.select.iter().map(|name| (name, None));
    let least = floor
        .severity
        .iter()
        .map(|(name, severity)| (name, Some(*severity)));
    policy.least = own
        .chain(least)
        .map(|(name, severity)| (name.text.clone(), severity))
        .collect();
}

/// What folders below say of rules, beside what holds for all.
pub(super) fn nested(found: &Discovered, used: &Used, door: Door<'_>, sources: &SourceMap) -> Used {
    let mut nested = Used {
        files: used.files.clone(),
        ..Used::default()
    };
    if used.alone {
        return nested;
    }
    let folders = found.folders.iter().map(|folder| folder.path.clone());
    let templates = found.templates.iter();
    let templates = templates.filter_map(|file| file.at.parent().map(Path::to_owned));
    let mut folders: Vec<_> = folders.chain(templates).collect();
    folders.dedup();
    config::below(door, sources, &folders, &mut nested);
    nested
}

/// What is accepted: by the settings of the project, the options, and the baseline.
pub(super) fn policy(
    options: &Check,
    baseline: Option<&Path>,
    door: Door<'_>,
) -> Result<Policy, Refusal> {
    let mut policy = options.policy.clone();
    policy.no_inline |= options.no_inline_suppressions;
    policy.no_foreign |= options.no_foreign_suppressions;
    policy.today = Some(config::today(options.today).map_err(Refusal::new)?);
    if let Some(path) = baseline {
        let shown = door.scope().shown(path);
        let bytes = door
            .read(path)
            .map_err(|closed| Refusal::new(format!("the baseline {shown}: {closed}")))?;
        let text = String::from_utf8_lossy(&bytes);
        let baseline = Baseline::read(&text).map_err(|line| {
            Refusal::new(format!("the baseline {shown}: line {line} is no entry"))
        })?;
        policy.baseline = Some(baseline);
    }
    Ok(policy)
}

/// The rules that are asked: those of the floor in any case.
pub(super) fn selection(
    options: &Check,
    floor: Option<&Floor>,
    rules: &RuleSet,
) -> Result<Selection, Vec<Diagnostic>> {
    let ignored = options.ignored.as_deref().unwrap_or_default();
    let selected = options.selected.as_deref();
    if selected.is_none() && ignored.is_empty() {
        return Ok(Selection::everything());
    }
    let known = known(rules);
    let own = Selection::new(&known, selected, ignored)?;
    match floor.map(|floor| floor.select.as_slice()) {
        None | Some([]) => Ok(own),
        Some(least) => Ok(own.and(&Selection::new(&known, Some(least), &[])?, &known)),
    }
}

/// What is known of all rules, those about suppressions and settings among them.
pub(super) fn known(rules: &RuleSet) -> Vec<crate::findings::RuleInfo> {
    let mut infos = rules.infos();
    infos.extend(hygiene::infos());
    infos.extend(crate::report::intent::infos());
    infos
}
