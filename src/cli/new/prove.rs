//! What was generated is checked before it is written.

use std::fmt::Write;
use std::path::Path;

use super::super::check::{Refusal, output};
use super::super::terminal::Terminal;
use crate::engine;
use crate::eval::terraform;
use crate::findings::{Certainty, Severity};
use crate::generate::Files;
use crate::report::printable;
use crate::rules::RuleSet;
use crate::source::{Door, Memory, Scope, Search, SourceMap, discover};

/// The folder that the files lie in while nobody has written them.
const FOLDER: &str = "/generated";

/// Whether the rules have nothing to say of low severity or above; says what they have.
pub(in crate::cli) fn holds(files: &Files, terminal: Terminal) -> Result<bool, Refusal> {
    let mut memory = Memory::new();
    let folder = Path::new(FOLDER);
    for (path, text) in files {
        memory.insert(folder.join(path), text.clone());
    }
    let scope = Scope::new(&memory, folder, Some(folder), &[]);
    let door = Door::new(&memory, &scope);
    let sources = SourceMap::new();
    let paths = [folder.to_owned()];
    let search = Search {
        paths: &paths,
        exclude: &[],
        listed: false,
        everything: false,
        is_template: engine::is_template,
    };
    let world = engine::World {
        door,
        sources: &sources,
        settings: terraform::Settings::default(),
        parameters: Vec::new(),
    };
    let found = discover(door, &sources, search);
    let report = engine::check(found, &world, RuleSet::builtin(), &|_| true);
    if report.lost_input() {
        output::refused(&report.diagnostics, &sources, terminal);
        return Err(Refusal::new(
            "what was generated cannot be read back, and nothing was written",
        ));
    }
    let mut said = String::new();
    for finding in &report.findings {
        let proven = finding.certainty == Certainty::Proven;
        if proven && finding.severity >= Severity::Low {
            let file = sources.get(finding.primary.span.source);
            let line = file.position(finding.primary.span.start).line;
            let _ = writeln!(
                said,
                "{}:{line}: {} {}: {}",
                file.path,
                finding.severity.name(),
                finding.rule,
                printable(&finding.message)
            );
        }
    }
    terminal.say(&said);
    Ok(said.is_empty())
}
