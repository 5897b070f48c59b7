//! What is to be checked, and with what: options, settings of the project, standard input.

use std::borrow::Cow;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ArgMatches;

use super::super::options::{Check, Input};
use super::Refusal;
use crate::config::{self, Name, RuleParameter, Selection};
use crate::engine;
use crate::eval::terraform::{self, Setting};
use crate::rules::RuleSet;
use crate::source::{Diagnostic, Disk, Files, Memory, Overlay, Scope, SourceMap};
use crate::syntax::yaml::{self, Document};

/// The path that stands for standard input.
const STANDARD_INPUT: &str = "-";

/// The variables on the command line in their order: whether each is a file.
pub(crate) fn order_of_variables(matches: &ArgMatches) -> Vec<bool> {
    let Some(("check" | "graph", check)) = matches.subcommand() else {
        return Vec::new();
    };
    let at = |id: &str, file: bool| {
        let indices = check.indices_of(id).into_iter().flatten();
        indices.map(move |index| (index, file)).collect::<Vec<_>>()
    };
    let mut order = at("var", false);
    order.extend(at("var_file", true));
    order.sort_unstable();
    order.into_iter().map(|(_, file)| file).collect()
}

/// The file system, with standard input laid over it where `-` is among the paths.
pub(crate) fn files(options: &mut Input, working: &Path) -> Result<Arc<dyn Files>, Refusal> {
    let is_input = |path: &PathBuf| path == Path::new(STANDARD_INPUT);
    if !options.paths.iter().any(is_input) {
        return Ok(Arc::new(Disk));
    }
    let mut bytes = Vec::new();
    std::io::stdin()
        .lock()
        .read_to_end(&mut bytes)
        .map_err(|error| Refusal::new(format!("standard input: {error}")))?;
    let path = match &options.stdin_filename {
        Some(name) => name.clone(),
        // Without a name it is a module of its own, in a folder that does not exist.
        None if terraform_text(&bytes) => PathBuf::from("<stdin>/stdin.tf"),
        None => PathBuf::from("<stdin>"),
    };
    let mut upper = Memory::new();
    upper.insert(working.join(&path), bytes);
    for given in &mut options.paths {
        if is_input(given) {
            given.clone_from(&path);
        }
    }
    Ok(Arc::new(Overlay::new(upper, Arc::new(Disk))))
}

/// Whether a text without a name is Terraform: neither a template nor JSON.
fn terraform_text(bytes: &[u8]) -> bool {
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    first != Some(&b'{') && !engine::is_template(bytes)
}

/// Fills in from `distrust.toml` what the command line leaves open; what is wrong with the file.
pub(super) fn configure(
    options: &mut Check,
    rules: &mut Cow<'static, RuleSet>,
    files: &dyn Files,
    sources: &SourceMap,
    scope: &Scope,
) -> Vec<Diagnostic> {
    let (settings, mut wrong) = config::find(files, sources, scope);
    let names = |words: Option<Vec<String>>, set: Option<Vec<Name>>| match words {
        Some(words) => Some(words.iter().map(|word| word.as_str().into()).collect()),
        None => set,
    };
    options.selected = names(options.select.take(), settings.select);
    options.ignored = names(options.ignore.take(), settings.ignore);
    options.fail_on = options.fail_on.or(settings.fail_on);
    options.fail_on_undecided |= settings.fail_on_undecided.unwrap_or_default();
    options.min_severity = options.min_severity.or(settings.min_severity);
    options.output_format = options.output_format.or(settings.output_format);
    let input = &mut options.input;
    input.exclude = input.exclude.take().or(settings.exclude);
    input.module_dir = input.module_dir.take().or(settings.module_dir);
    input.parameters = input.parameters.take().or(settings.parameters);
    input.project_var_files = settings.var_file.unwrap_or_default();
    if !settings.rules.is_empty() {
        let set = RuleParameter::set_all(&settings.rules, rules.to_mut());
        wrong.extend(set.err().into_iter().flatten());
    }
    wrong
}

/// The rules that are asked.
pub(super) fn selection(options: &Check, rules: &RuleSet) -> Result<Selection, Vec<Diagnostic>> {
    let ignored = options.ignored.as_deref().unwrap_or_default();
    match options.selected.as_deref() {
        None if ignored.is_empty() => Ok(Selection::everything()),
        selected => Selection::new(&rules.infos(), selected, ignored),
    }
}

/// Refuses paths where nothing is: a typing error must not look like a clean run.
pub(super) fn existing(options: &Input, files: &dyn Files, scope: &Scope) -> Result<(), Refusal> {
    let folders = options.module_dir.iter().flatten();
    for path in options.paths.iter().chain(folders) {
        if files.kind(&scope.absolute(path)).is_none() {
            let path = path.display();
            return Err(Refusal::new(format!("there is no file or folder `{path}`")));
        }
    }
    Ok(())
}

/// Terraform's variables and module folders. Files of the project come first: the command line replaces their values.
pub(super) fn settings(
    options: &Input,
    order: &[bool],
    files: &dyn Files,
    sources: &SourceMap,
    scope: &Scope,
) -> Result<terraform::Settings, Refusal> {
    let mut settings = match options.env_vars {
        // Variables that are no text cannot be values.
        true => terraform::from_environment(std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        })),
        false => terraform::Settings::default(),
    };
    let load = |path: &PathBuf| {
        let absolute = scope.absolute(path);
        let bytes = files.read(&absolute).map_err(|error| {
            Refusal::new(format!("the variable file {}: {error}", path.display()))
        })?;
        let (file, _) = sources.add(&scope.shown(&absolute), bytes);
        Ok(Setting::File(file))
    };
    for path in &options.project_var_files {
        settings.variables.push(load(path)?);
    }
    let (mut values, mut paths) = (options.var.iter(), options.var_file.iter());
    for file in order {
        let next = if *file {
            paths.next().map(load).transpose()?
        } else {
            let value = values.next();
            value.map(|(name, value)| Setting::Value(name.clone(), value.clone()))
        };
        settings.variables.extend(next);
    }
    let folders = options.module_dir.iter().flatten();
    settings.workspace.clone_from(&options.workspace);
    settings.module_folders = folders.map(|path| scope.absolute(path)).collect();
    Ok(settings)
}

/// CloudFormation's parameters: files as they stand, and `Name=value` in the short form of such a file.
pub(super) fn parameters(
    options: &Input,
    files: &dyn Files,
    sources: &SourceMap,
    scope: &Scope,
) -> Result<Vec<Document>, Refusal> {
    let mut documents = Vec::new();
    for (nth, given) in options.parameters.iter().flatten().enumerate() {
        let (name, bytes) = if given.contains('=') {
            let text = serde_json::Value::from(vec![given.as_str()]).to_string();
            (format!("<parameter {}>", nth + 1), text.into_bytes())
        } else {
            let absolute = scope.absolute(Path::new(given));
            let bytes = files
                .read(&absolute)
                .map_err(|error| Refusal::new(format!("the parameter file {given}: {error}")))?;
            (scope.shown(&absolute), bytes)
        };
        let (file, _) = sources.add(&name, bytes);
        documents.push(yaml::parse(&file));
    }
    Ok(documents)
}
