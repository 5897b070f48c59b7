//! Rules of one's own: files in the form of the built-in ones, from folders of the project.

use std::path::Path;

use crate::catalog::Catalog;
use crate::rules::declared::read;
use crate::rules::{Rule, RuleSet};
use crate::source::{Closed, Code, Diagnostic, Door, EntryKind, SourceFile, SourceMap, Span};

/// How deep folders with rules may nest.
const MAX_DEPTH: usize = 8;

/// Rules that were read, with their pages and where they stand.
#[derive(Debug, Default)]
pub struct Own {
    /// The rules.
    pub rules: Vec<(Rule, String, Span)>,
    /// What is wrong with others.
    pub wrong: Vec<Diagnostic>,
}

impl Own {
    /// Reads the rules in a folder and those below.
    pub fn folder(&mut self, door: Door<'_>, sources: &SourceMap, folder: &Path) {
        self.read(door, sources, folder, 0);
    }

    fn read(&mut self, door: Door<'_>, sources: &SourceMap, folder: &Path, depth: usize) {
        let folder = door.scope().absolute(folder);
        let listed = match door.list(&folder) {
            Ok(listed) => listed,
            Err(closed) => return self.closed(door, sources, &folder, &closed),
        };
        for entry in listed {
            let path = folder.join(&entry.name);
            let hidden = entry.name.as_encoded_bytes().starts_with(b".");
            let is_rule = path.extension().is_some_and(|ending| ending == "md");
            let is_page = entry.name.eq_ignore_ascii_case("readme.md");
            match entry.kind {
                _ if hidden || is_page => {}
                Ok(EntryKind::Folder) if depth < MAX_DEPTH => {
                    self.read(door, sources, &path, depth + 1);
                }
                Ok(EntryKind::File) if is_rule => match door.read(&path) {
                    Ok(bytes) => {
                        let shown = door.scope().shown(&path);
                        let (file, problem) = sources.add_file(&path, &shown, bytes);
                        self.wrong.extend(problem);
                        self.file(&file);
                    }
                    Err(closed) => self.closed(door, sources, &path, &closed),
                },
                _ => {}
            }
        }
    }

    /// Reads a rule.
    pub fn file(&mut self, file: &SourceFile) {
        let text = file.text.replace("\r\n", "\n");
        let rule = read::rule(&text).and_then(|mut rule| {
            let catalog = Catalog::builtin();
            for kind in catalog.kinds() {
                let mut usages = kind.documents.iter().map(|document| document.usage);
                let holds = usages.any(|usage| rule.documents.contains(&usage));
                if holds && !rule.kinds.contains(&kind.name) {
                    rule.kinds.push(kind.name.clone());
                }
            }
            let page = read::split(&text)?.1.to_owned();
            Ok((rule, page))
        });
        match rule {
            Ok((rule, page)) => self.rules.push((rule, page, Span::new(file.id, 0, 3))),
            Err(wrong) => {
                let lines = file.line_starts();
                let at = lines
                    .get(wrong.line.saturating_sub(1))
                    .copied()
                    .unwrap_or(0);
                let end = lines
                    .get(wrong.line)
                    .copied()
                    .unwrap_or(file.text.len() as u32);
                let span = Span::new(file.id, at, end.max(at));
                self.wrong
                    .push(Diagnostic::new(Code::Structure, span, wrong.message));
            }
        }
    }

    /// Adds them to a set; what cannot be added.
    pub fn add_to(self, rules: &mut RuleSet) -> Vec<Diagnostic> {
        let mut wrong = Vec::new();
        for (rule, page, span) in self.rules {
            let id = rule.id.clone();
            if !rules.add(rule, page) {
                let message = format!("there is a rule `{id}` already");
                wrong.push(Diagnostic::new(Code::Structure, span, message));
            }
        }
        wrong
    }

    fn closed(&mut self, door: Door<'_>, sources: &SourceMap, path: &Path, closed: &Closed) {
        let (file, _) = sources.add_file(path, &door.scope().shown(path), Vec::new());
        let span = Span::new(file.id, 0, 0);
        self.wrong
            .push(Diagnostic::new(Code::Unreadable, span, closed.to_string()));
    }
}
