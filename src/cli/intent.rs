//! `distrust intent`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::check::{self, Refusal, output};
use super::options::Intent as Options;
use super::terminal::Terminal;
use super::{Exit, print, print_data};
use crate::intent::{self, Intent, schema, show};
use crate::source::{Diagnostic, Disk, Door, Scope, SourceFile, SourceMap};

/// Does what is asked of an intent.
pub(super) fn run(options: &Options, terminal: Terminal) -> Exit {
    let result = match options {
        Options::Schema => return print_data(terminal, &schema::schema()),
        Options::Show { file } => asked(file, terminal, Exit::Usage, |intent| {
            print(terminal, &show(intent))
        }),
        Options::Check { file } => asked(file, terminal, Exit::Findings, |_| Exit::Clean),
    };
    result.unwrap_or_else(|refusal| {
        refusal.tell(terminal);
        Exit::Usage
    })
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
