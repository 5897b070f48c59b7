//! `distrust config`: the settings that count, and what they can be.

use std::fmt::Write as _;
use std::path::PathBuf;

use super::check::{self, Refusal, output};
use super::options::Config as Options;
use super::terminal::Terminal;
use super::{Exit, print, print_data};
use crate::config::{self, FILE, Given, keys, schema};
use crate::source::{Disk, Door, Files, Scope, SourceMap};

/// Shows, explains or writes.
pub(super) fn run(options: Options, terminal: Terminal) -> Exit {
    let done = match options {
        Options::Schema => return print_data(terminal, &schema::schema()),
        Options::Explain { key: Some(key) } => return explain(&key, terminal),
        Options::Explain { key: None } => return print(terminal, &listed()),
        Options::Init => init(terminal),
        Options::Show {
            paths,
            config,
            isolated,
        } => show(&paths, &config, isolated, terminal),
    };
    done.unwrap_or_else(|refusal| {
        refusal.tell(terminal);
        Exit::Usage
    })
}

fn explain(name: &str, terminal: Terminal) -> Exit {
    match keys::find(name) {
        Some(key) => print(terminal, &key.page()),
        None => {
            let help = keys::meant(name);
            terminal.error(&format!("there is no setting `{name}`"), Some(&help));
            Exit::Usage
        }
    }
}

/// All keys, one line each.
fn listed() -> String {
    let width = keys::KEYS
        .iter()
        .map(|key| key.name.len())
        .max()
        .unwrap_or(0);
    let mut out = String::new();
    for key in &keys::KEYS {
        let _ = writeln!(out, "{:width$}  {}", key.name, key.about);
    }
    out
}

/// The files that count for some paths, and what they set.
fn show(
    paths: &[PathBuf],
    values: &[String],
    isolated: bool,
    terminal: Terminal,
) -> Result<Exit, Refusal> {
    let working = check::working()?;
    let mut scope = Scope::new(&Disk, &working, None, paths);
    for path in values.iter().filter(|text| !text.contains('=')) {
        scope.open(&Disk, path.as_ref());
    }
    let (door, sources) = (Door::new(&Disk, &scope), SourceMap::new());
    let given = Given {
        config: values,
        isolated,
    };
    let used = config::load(door, &sources, paths, given);
    output::refused(&used.wrong, &sources, terminal);
    let mut out = String::new();
    if used.files.is_empty() {
        out += "# no settings were found\n";
    }
    for file in &used.files {
        let _ = writeln!(out, "# {file}");
        if let Some(source) = sources.all().iter().find(|source| *source.path == **file) {
            out += &source.text;
            if !out.ends_with('\n') {
                out.push('\n');
            }
        }
    }
    for key in &keys::KEYS {
        if let Some(span) = used.settings.places.get(key.name) {
            let file = sources.get(span.source);
            let at = file.position(span.start);
            let _ = writeln!(
                out,
                "# {} counts as {}:{} says",
                key.name, file.path, at.line
            );
        }
    }
    print(terminal, &out);
    Ok(Exit::Usage.when(!used.wrong.is_empty()))
}

/// Writes a file in which every key is explained and none is set.
fn init(terminal: Terminal) -> Result<Exit, Refusal> {
    let working = check::working()?;
    let path = working.join(FILE);
    if Disk.kind(&path).is_some() {
        let help = "`distrust config show` shows what it sets".to_owned();
        return Err(Refusal::new(format!("there is a {FILE} already")).help(Some(help)));
    }
    let scope = Scope::new(&Disk, &working, None, &[]);
    write(Door::new(&Disk, &scope), &path, &keys::commented())?;
    terminal.say(&format!("Wrote {FILE}\n"));
    Ok(Exit::Clean)
}

/// Writes a new file.
pub(super) fn write(door: Door<'_>, path: &std::path::Path, text: &str) -> Result<(), Refusal> {
    use std::io::Write as _;
    let refuse = |why: String| Refusal::new(format!("{}: {why}", door.scope().shown(path)));
    let mut file = door
        .create(path)
        .map_err(|closed| refuse(closed.to_string()))?;
    file.write_all(text.as_bytes())
        .map_err(|error| refuse(error.to_string()))
}
