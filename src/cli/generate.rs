//! `distrust generate`.

use serde_json::Map;

use super::Exit;
use super::check::{self, Refusal, output};
use super::new::{prove, scope, show, written};
use super::options::Generate as Options;
use super::terminal::Terminal;
use crate::generate::write::{self, Record};
use crate::generate::{Language, Library, NETWORK, Pattern, answers_of};
use crate::intent;
use crate::source::{Disk, Door, Scope, SourceMap};

/// What the record of a folder calls its pattern where it was made from an intent.
const FROM_INTENT: &str = "intent";

/// Writes infrastructure from an intent.
pub(super) fn run(options: &Options, terminal: Terminal) -> Exit {
    check::with_threads(None, terminal, || done(options, terminal))
}

fn done(options: &Options, terminal: Terminal) -> Result<Exit, Refusal> {
    let working = check::working()?;
    let sources = SourceMap::new();
    let paths = [options.intent.clone()];
    let readable = Scope::new(&Disk, &working, None, &paths);
    let (file, lost) = super::intent::text(&options.intent, Door::new(&Disk, &readable), &sources)?;
    let read = match lost {
        Some(lost) => Err(vec![lost]),
        None => intent::read(&file),
    };
    let read = read.and_then(|intent| Ok((answers_of(&intent)?, intent)));
    let (answers, intent) = match read {
        Ok(read) => read,
        Err(wrong) => {
            output::refused(&wrong, &sources, terminal);
            return Ok(Exit::Usage);
        }
    };
    let scope = scope(&working, Some(&options.folder));
    let door = Door::new(&Disk, &scope);
    let before = write::record_of(door, &options.folder).map_err(Refusal::new)?;
    if let Some(other) = before.as_ref().filter(|own| own.pattern != FROM_INTENT) {
        let shown = scope.shown(&options.folder);
        let message = format!("{shown} was made from the pattern {}", other.pattern);
        return Err(Refusal::new(message));
    }
    let own = before.map(|record| record.language);
    let language = options.to.or(own).unwrap_or(Language::Terraform);
    let library = Library::builtin();
    let pattern = Pattern::find(&library, NETWORK).map_err(Refusal::new)?;
    let files = pattern
        .render_intent(&library, language, &answers, (&intent, &file.text))
        .map_err(Refusal::new)?;
    if !prove::holds(&files, terminal)? {
        let message = "what was generated does not pass its own check, and nothing was written";
        return Err(Refusal::new(message));
    }
    let record = Record {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        pattern: FROM_INTENT.to_owned(),
        language,
        // All answers stand in the intent.
        answers: Map::new(),
        files: Default::default(),
    };
    let exit = written(
        door,
        &options.folder,
        (files, record),
        options.writing,
        terminal,
    )?;
    let unsayable = match language {
        Language::CloudFormation => Some(pattern.unsayable(&library).map_err(Refusal::new)?),
        Language::Terraform => None,
    };
    show::unsayable(unsayable.as_ref(), terminal);
    Ok(exit)
}
