//! `distrust intent`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::check::{self, Refusal, input, output};
use super::options::{Input, Intent as Options};
use super::terminal::Terminal;
use super::{Exit, print, print_data, verify};
use crate::catalog::Catalog;
use crate::engine;
use crate::intent::{self, Intent, draft, schema, show};
use crate::source::{Diagnostic, Disk, Door, Scope, SourceFile, SourceMap};

/// Does what is asked of an intent.
pub(super) fn run(options: Options, order: &[bool], terminal: Terminal) -> Exit {
    let result = match &options {
        Options::Schema => return print_data(terminal, &schema::schema()),
        Options::Show { file } => asked(file, terminal, Exit::Usage, |intent| {
            print(terminal, &show(intent))
        }),
        Options::Init { .. } => {
            let Options::Init { mut input, name } = options else {
                return Exit::Usage;
            };
            return check::with_threads(input.threads, terminal, || {
                drafted(&mut input, name.as_deref(), order, terminal)
            });
        }
        Options::Check { file } => asked(file, terminal, Exit::Findings, |_| Exit::Clean),
    };
    result.unwrap_or_else(|refusal| {
        refusal.tell(terminal);
        Exit::Usage
    })
}

/// How often a draft is proved until it says what is there: what is possible, then how.
const ROUNDS: usize = 2;

/// Prints a draft.
fn drafted(
    input: &mut Input,
    name: Option<&str>,
    order: &[bool],
    terminal: Terminal,
) -> Result<Exit, Refusal> {
    let working = check::working()?;
    let sources = SourceMap::new();
    let files = input::files(input, &working)?;
    let scope = input::scope(input, &*files, &working)?;
    let door = Door::new(&*files, &scope);
    let (found, world) = check::found(input, order, door, &sources)?;
    let catalog = Catalog::builtin();
    let all = engine::each(found, &world, &|_, graph| draft::places(&graph, catalog));
    let lost = verify::lost_input(all.diagnostics, &sources, terminal);
    let places: Vec<draft::Place> = all.stacks.into_iter().flat_map(|own| own.said).collect();
    if places.is_empty() {
        return Err(Refusal::new(
            "nothing here sends or receives on a network that is known",
        ));
    }
    let first = input
        .paths
        .first()
        .map_or(working.clone(), |path| scope.absolute(path));
    let folder = first
        .file_stem()
        .map(|name| name.to_string_lossy().to_lowercase());
    let name = name.map(str::to_owned).or(folder).unwrap_or_default();
    let kept: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    let name = match intent::word::name(kept.trim_matches('-')) {
        Ok(()) => kept.trim_matches('-').to_owned(),
        Err(_) => "drafted".to_owned(),
    };
    let mut answers = Vec::new();
    for round in 0..ROUNDS {
        let text = draft::text(&name, &places, &answers);
        let (file, _) = sources.add(&format!("<draft {}>", round + 1), text.into_bytes());
        let own = match intent::read(&file) {
            Ok(own) => own,
            Err(wrong) => {
                output::refused(&wrong, &sources, terminal);
                return Ok(Exit::Usage);
            }
        };
        let (found, world) = check::found(input, order, door, &sources)?;
        let all = engine::each(found, &world, &|_, graph| {
            intent::verify::verify(&own, &graph, catalog)
        });
        let stacks = all.stacks.into_iter().map(|own| own.said);
        answers.extend(intent::verify::merge(own.source, stacks));
    }
    let text = draft::text(&name, &places, &answers);
    print(terminal, &text);
    Ok(lost)
}

/// Reads an intent; what is wrong with it is said, and the run ends as `otherwise`.
fn asked(
    file: &Path,
    terminal: Terminal,
    otherwise: Exit,
    then: impl FnOnce(&Intent) -> Exit,
) -> Result<Exit, Refusal> {
    let working = check::working()?;
    let paths = [file.to_owned()];
    let scope = Scope::new(&Disk, &working, None, &paths);
    let sources = SourceMap::new();
    let (file, lost) = text(file, Door::new(&Disk, &scope), &sources)?;
    let read = match lost {
        Some(lost) => Err(vec![lost]),
        None => intent::read(&file),
    };
    match read {
        Ok(intent) => Ok(then(&intent)),
        Err(wrong) => {
            output::refused(&wrong, &sources, terminal);
            Ok(otherwise)
        }
    }
}

/// The text of an intent; of a folder, that of the file of the usual name in it.
pub(super) fn text(
    path: &Path,
    door: Door<'_>,
    sources: &SourceMap,
) -> Result<(Arc<SourceFile>, Option<Diagnostic>), Refusal> {
    let path = match door.kind(path) {
        Ok(crate::source::EntryKind::Folder) => path.join(intent::FILE),
        _ => PathBuf::from(path),
    };
    let at = door.scope().absolute(&path);
    let shown = door.scope().shown(&at);
    let bytes = door
        .read(&at)
        .map_err(|closed| Refusal::new(format!("the intent {shown}: {closed}")))?;
    Ok(sources.add_file(&at, &shown, bytes))
}
