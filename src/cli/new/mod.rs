//! `distrust new`.

mod ask;
pub(super) mod prove;
pub(super) mod show;

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::Exit;
use super::check::{self, Refusal, output};
use super::options::{New as Options, Writing};
use super::terminal::Terminal;
use crate::config;
use crate::generate::write::{self, Care, Plan, Record, Step};
use crate::generate::{Files, Language, Library, Pattern, answered, data};
use crate::source::{Disk, Door, Scope, SourceMap};

/// Writes a module from a pattern, or says what there is.
pub(super) fn run(options: Options, terminal: Terminal) -> Exit {
    check::with_threads(None, terminal, || done(options, terminal))
}

fn done(mut options: Options, terminal: Terminal) -> Result<Exit, Refusal> {
    let writing = options.writing;
    // `new --update DIR`: the folder knows its pattern.
    if (writing.update || writing.check) && options.folder.is_none() {
        options.folder = Some(options.pattern.take().map_or(".".into(), PathBuf::from));
    }
    let working = check::working()?;
    let folder = options.folder.clone();
    let scope = scope(&working, folder.as_deref());
    let door = Door::new(&Disk, &scope);
    let sources = SourceMap::new();
    let (settings, wrong) = config::find(door, &sources);
    if !wrong.is_empty() {
        output::refused(&wrong, &sources, terminal);
        return Ok(Exit::Usage);
    }
    let mut library = Library::builtin();
    if let Some(templates) = &settings.templates {
        library
            .overlay(door, templates)
            .map_err(|(path, closed)| Refusal::new(format!("the template {path}: {closed}")))?;
    }
    if options.list {
        return show::list(&library, options.output_format, terminal);
    }
    let before = folder
        .as_deref()
        .map(|folder| write::record_of(door, folder));
    let before = before.transpose().map_err(Refusal::new)?.flatten();
    let name = match (&options.pattern, &before) {
        (Some(name), _) => name.clone(),
        (None, Some(record)) => record.pattern.clone(),
        (None, None) => {
            let shown = scope.shown(folder.as_deref().unwrap_or(&working));
            let message = format!(
                "{shown} was not made by distrust: there is no {}",
                write::ANSWERS
            );
            return Err(Refusal::new(message));
        }
    };
    let pattern = Pattern::find(&library, &name).map_err(Refusal::new)?;
    if options.explain {
        return show::explain(&pattern, options.output_format, terminal);
    }
    let Some(folder) = folder else {
        return Err(Refusal::new(
            "the folder that is to hold the module is not named",
        ));
    };
    let language = language(&options, &pattern, before.as_ref())?;
    let given = given(&options, &pattern, before.as_ref(), door, &sources)?;
    let given = match ask::is_wanted(&options, before.is_some()) {
        true => ask::all(&pattern, given, terminal)?,
        false => given,
    };
    let answers =
        answered(&pattern.questions, &given).map_err(|wrong| Refusal::new(wrong.join("\n")))?;
    let files = pattern
        .render(&library, language, &answers)
        .map_err(Refusal::new)?;
    if !prove::holds(&files, terminal)? {
        let message = "what was generated does not pass its own check, and nothing was written";
        return Err(Refusal::new(message));
    }
    let record = Record {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        pattern: name,
        language,
        answers,
        files: Default::default(),
    };
    let unsayable = match language {
        Language::CloudFormation => Some(pattern.unsayable(&library).map_err(Refusal::new)?),
        Language::Terraform => None,
    };
    let exit = written(door, &folder, (files, record), writing, terminal)?;
    show::unsayable(unsayable.as_ref(), terminal);
    Ok(exit)
}

/// What may be read and written: the repository, and the folder even if it is not there yet.
pub(super) fn scope(working: &Path, folder: Option<&Path>) -> Scope {
    let folder: Vec<PathBuf> = folder
        .map(|folder| working.join(folder))
        .into_iter()
        .collect();
    let root = folder.first().map(PathBuf::as_path);
    let mut scope = Scope::new(&Disk, working, None, &[]);
    if let Some(folder) = root {
        // A folder that is not there yet is named by its own path below the nearest one that is.
        scope.open_folder(&Disk, folder);
    }
    scope
}

/// The language that is asked for, that the folder holds, or that the pattern has first.
fn language(
    options: &Options,
    pattern: &Pattern,
    before: Option<&Record>,
) -> Result<Language, Refusal> {
    let own = before.map(|record| record.language);
    let language = options.to.or(own).or(pattern.languages.first().copied());
    let Some(language) = language.filter(|own| pattern.languages.contains(own)) else {
        let names: Vec<&str> = pattern.languages.iter().map(|own| own.name()).collect();
        let message = format!(
            "{} is written in {} only",
            pattern.name,
            names.join(" and ")
        );
        return Err(Refusal::new(message));
    };
    match own.filter(|own| *own != language) {
        Some(own) => Err(Refusal::new(format!(
            "the folder holds {}; another language needs another folder",
            own.name()
        ))),
        None => Ok(language),
    }
}

/// Answers in rising precedence: those of the folder, of a file, of the command line.
fn given(
    options: &Options,
    pattern: &Pattern,
    before: Option<&Record>,
    door: Door<'_>,
    sources: &SourceMap,
) -> Result<Map<String, Value>, Refusal> {
    let mut given = before.map_or_else(Map::new, |record| record.answers.clone());
    // A question that a new version does not ask any more is no error of the user.
    given.retain(|name, _| pattern.questions.iter().any(|own| own.name == *name));
    if let Some(path) = &options.answers {
        let shown = door.scope().shown(path);
        let working = door.scope().working();
        let mut scope = Scope::new(&Disk, working, None, &[]);
        scope.open(&Disk, path);
        let bytes = Door::new(&Disk, &scope)
            .read(path)
            .map_err(|closed| Refusal::new(format!("the answers {shown}: {closed}")))?;
        let (file, _) = sources.add(&shown, bytes);
        let value = data::read(&file).map_err(|wrong| {
            let first = wrong.first().map(|one| one.message.as_str());
            Refusal::new(format!(
                "the answers {shown}: {}",
                first.unwrap_or_default()
            ))
        })?;
        // What distrust itself has written holds answers in one of its keys.
        let own = match value.get("pattern") {
            Some(_) => value.get("answers").and_then(Value::as_object),
            None => value.as_object(),
        };
        let own = own.ok_or_else(|| {
            Refusal::new(format!(
                "the answers {shown}: `question: answer` is expected"
            ))
        })?;
        given.extend(own.clone());
    }
    for (name, text) in &options.set {
        let question = pattern.questions.iter().find(|own| own.name == *name);
        let value = match question {
            Some(question) => question.read(text).map_err(Refusal::new)?,
            // Said with all the others.
            None => Value::from(text.as_str()),
        };
        given.insert(name.clone(), value);
    }
    Ok(given)
}

/// Brings the folder to hold the files, or says what would be done.
pub(super) fn written(
    door: Door<'_>,
    folder: &Path,
    (files, record): (Files, Record),
    writing: Writing,
    terminal: Terminal,
) -> Result<Exit, Refusal> {
    let care = match (writing.force, writing.update) {
        (true, _) => Care::Force,
        (false, true) => Care::Merge,
        (false, false) => Care::Refuse,
    };
    let plan = Plan::of(door, folder, files, record, care).map_err(Refusal::new)?;
    if plan.interrupted {
        terminal.say("An earlier run was interrupted.\n");
    }
    if writing.check {
        let drifted = !plan.is_done();
        show::drift(&plan, door, folder, terminal);
        return Ok(Exit::Findings.when(drifted));
    }
    if writing.diff {
        return show::differences(&plan, door, folder, terminal);
    }
    let refused: Vec<String> = plan
        .refused()
        .map(|(path, why)| format!("{} {why}", door.scope().shown(&folder.join(path))))
        .collect();
    if !refused.is_empty() {
        let message = format!("nothing was written\n{}", refused.join("\n"));
        return Err(Refusal::new(message));
    }
    if !writing.dry_run {
        plan.carry_out(door).map_err(Refusal::new)?;
    }
    show::steps(&plan, door, folder, writing.dry_run, terminal);
    let conflict = |step: &Step| matches!(step, Step::Conflict(_));
    Ok(Exit::Findings.when(plan.steps.values().any(conflict)))
}
