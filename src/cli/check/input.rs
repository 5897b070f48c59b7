//! What is to be checked, and with what: options, settings of the project, standard input.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ArgMatches;

use super::super::options::Input;
use super::Refusal;
use crate::engine;
use crate::eval::terraform::{self, Setting};
use crate::source::{
    Closed, Disk, Door, EntryKind, Files, MAX_SOURCE_BYTES, Memory, Overlay, Scope, SourceFile,
    SourceMap,
};
use crate::syntax::yaml::{self, Document};

/// The path that stands for standard input.
const STANDARD_INPUT: &str = "-";

/// The variables on the command line in their order: whether each is a file.
pub(crate) fn order_of_variables(matches: &ArgMatches) -> Vec<bool> {
    let check = match matches.subcommand() {
        Some(("check" | "graph" | "matrix" | "verify", check)) => Some(check),
        Some(("baseline" | "intent" | "suppress", verb)) => {
            verb.subcommand().map(|(_, check)| check)
        }
        _ => None,
    };
    let Some(check) = check.filter(|check| check.try_contains_id("var").is_ok()) else {
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
        options.stdin_filename = None;
        return Ok(Arc::new(Disk));
    }
    let mut bytes = Vec::new();
    // One byte more than a source may have: it is then refused like a file.
    std::io::stdin()
        .lock()
        .take(MAX_SOURCE_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Refusal::new(format!("standard input: {error}")))?;
    let path = match options.stdin_filename.take() {
        Some(name) => name,
        // Without a name it is a module of its own, in a folder that does not exist.
        None if terraform_text(&bytes) => PathBuf::from("<stdin>/stdin.tf"),
        None => PathBuf::from("<stdin>"),
    };
    let mut upper = Memory::new();
    upper.insert(real(&working.join(&path)), bytes);
    for given in &mut options.paths {
        if is_input(given) {
            given.clone_from(&path);
        }
    }
    options.stdin_filename = Some(path);
    Ok(Arc::new(Overlay::new(upper, Arc::new(Disk))))
}

/// The path of a file that need not be there, links to its folder followed: it then takes the place of one that is.
fn real(path: &Path) -> PathBuf {
    let folder = path.parent().map(|folder| Disk.canonical(folder));
    match (folder, path.file_name()) {
        (Some(Ok(folder)), Some(name)) => folder.join(name),
        _ => path.to_owned(),
    }
}

/// What may be read: what the user names. A name for standard input opens nothing, it must lie inside.
pub(crate) fn scope(options: &Input, files: &dyn Files, working: &Path) -> Result<Scope, Refusal> {
    let input = options.stdin_filename.as_ref();
    let paths = options.paths.iter().filter(|path| Some(*path) != input);
    let paths: Vec<PathBuf> = paths.cloned().collect();
    let mut scope = Scope::new(files, working, options.root.as_deref(), &paths);
    let folders = options.module_dir.iter().flatten();
    for path in options
        .var_file
        .iter()
        .chain(folders)
        .chain(&options.own_rules)
    {
        scope.open(files, path);
    }
    let parameters = options.parameters.iter().flatten();
    for path in parameters.filter(|given| is_path(given)) {
        scope.open(files, Path::new(path));
    }
    if let Some(path) = input
        && Door::new(files, &scope).resolve(path) == Err(Closed::Outside)
    {
        let message = format!(
            "{} is to be the name of standard input, and lies outside of {}; set --root to a folder that holds it",
            scope.shown(path),
            scope.shown(scope.root()),
        );
        return Err(Refusal::new(message));
    }
    Ok(scope)
}

/// Whether a parameter on the command line is a file, not `Name=value`.
fn is_path(parameter: &str) -> bool {
    !parameter.contains('=')
}

/// Whether a text without a name is Terraform: neither nothing, nor a template, nor JSON.
fn terraform_text(bytes: &[u8]) -> bool {
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    first.is_some_and(|first| *first != b'{') && !engine::is_template(bytes)
}

/// Refuses paths where nothing is: a typing error must not look like a clean run.
pub(super) fn existing(options: &Input, door: Door<'_>) -> Result<(), Refusal> {
    for path in &options.paths {
        if door.kind(path) == Err(Closed::Missing) {
            let path = door.scope().shown(path);
            return Err(Refusal::new(format!("there is no file or folder `{path}`")));
        }
    }
    let folders = options.module_dir.iter().flatten();
    for path in folders.chain(&options.root) {
        if let Ok(EntryKind::File) | Err(Closed::Missing | Closed::Special) = door.kind(path) {
            let path = door.scope().shown(path);
            return Err(Refusal::new(format!("there is no folder `{path}`")));
        }
    }
    Ok(())
}

/// Terraform's variables and module folders. Files of the project come first: the command line replaces their values.
pub(super) fn settings(
    options: &Input,
    order: &[bool],
    door: Door<'_>,
    sources: &SourceMap,
) -> Result<terraform::Settings, Refusal> {
    let mut settings = match options.env_vars {
        // Variables that are no text cannot be values.
        true => terraform::from_environment(std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        })),
        false => terraform::Settings::default(),
    };
    let load = |path: &PathBuf| -> Result<Setting, Refusal> {
        Ok(Setting::File(read(path, "variable", door, sources)?))
    };
    for path in &options.project_var_files {
        settings.variables.push(load(path)?);
    }
    let own = options.project_variables.iter();
    let own = own.map(|(name, value)| Setting::Value(name.clone(), value.clone()));
    settings.variables.extend(own);
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
    settings.module_folders = folders.map(|path| door.scope().absolute(path)).collect();
    Ok(settings)
}

/// CloudFormation's parameters: files as they stand, and `Name=value` in the short form of such a file.
pub(super) fn parameters(
    options: &Input,
    door: Door<'_>,
    sources: &SourceMap,
) -> Result<Vec<Document>, Refusal> {
    let mut documents = Vec::new();
    for (nth, given) in options.parameters.iter().flatten().enumerate() {
        let file = if is_path(given) {
            read(Path::new(given), "parameter", door, sources)?
        } else {
            let text = serde_json::Value::from(vec![given.as_str()]).to_string();
            let name = format!("<parameter {}>", nth + 1);
            sources.add(&name, text.into_bytes()).0
        };
        documents.push(yaml::parse(&file));
    }
    Ok(documents)
}

/// A file with values that somebody named.
fn read(
    path: &Path,
    what: &str,
    door: Door<'_>,
    sources: &SourceMap,
) -> Result<Arc<SourceFile>, Refusal> {
    let at = door.scope().absolute(path);
    let shown = door.scope().shown(&at);
    let bytes = door
        .read(&at)
        .map_err(|closed| Refusal::new(format!("the {what} file {shown}: {closed}")))?;
    Ok(sources.add_file(&at, &shown, bytes).0)
}
