//! Which settings count: files from the checked paths up to the root of the repository, what they extend, and what the
//! command line says.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{FILE, Name, Settings, beside, read};
use crate::source::{Closed, Code, Diagnostic, Door, SourceFile, SourceMap, Span};

/// How deep settings may extend others.
const MAX_EXTENDS: usize = 16;

/// What the command line says about settings.
#[derive(Debug, Clone, Copy, Default)]
pub struct Given<'a> {
    /// Files in place of those that would be found, and `key=value`.
    pub config: &'a [String],
    /// No file is looked for.
    pub isolated: bool,
}

/// The settings of a run.
#[derive(Debug, Clone, Default)]
pub struct Used {
    /// What is set.
    pub settings: Settings,
    /// What is wrong with it.
    pub wrong: Vec<Diagnostic>,
    /// Whether no other files are looked for.
    pub alone: bool,
    /// The files that were read, as shown, in the order in which they count, the first before the others.
    pub files: Vec<String>,
}

/// Reads the settings that count for some paths.
///
/// Without any file, the settings are empty. With one that is wrong, what is right in it still counts.
pub fn load(door: Door<'_>, sources: &SourceMap, paths: &[PathBuf], given: Given<'_>) -> Used {
    let mut loader = Loader {
        door,
        sources,
        used: Used::default(),
        trusted: false,
        seen: BTreeSet::new(),
    };
    let is_value = |text: &&String| text.contains('=') && door.kind(Path::new(*text)).is_err();
    let values = given.config.iter().filter(is_value);
    for (nth, text) in values.enumerate() {
        let (file, _) = sources.add(&format!("<config {}>", nth + 1), toml_of(text).into_bytes());
        let working = door.scope().working().to_owned();
        loader.add(&file, &working, 0);
    }
    let files: Vec<&String> = given.config.iter().filter(|text| !is_value(text)).collect();
    loader.trusted = true;
    for path in &files {
        loader.file(&door.scope().absolute(Path::new(path)), 0);
    }
    loader.trusted = false;
    loader.used.alone = given.isolated || !files.is_empty();
    if !loader.used.alone {
        for folder in above(door, paths) {
            loader.folder(&folder);
        }
    }
    loader.used
}

/// `key=value` as TOML: a bare word is a text.
fn toml_of(text: &str) -> String {
    let Some((key, value)) = text.split_once('=') else {
        return text.to_owned();
    };
    let is_toml = format!("x = {}", value.trim())
        .parse::<toml::Table>()
        .is_ok();
    match is_toml {
        true => format!("{key} = {value}\n"),
        false => format!("{key} = {}\n", toml::Value::from(value.trim())),
    }
}

/// The folders whose settings count for all of these paths, the nearest first.
fn above(door: Door<'_>, paths: &[PathBuf]) -> Vec<PathBuf> {
    let scope = door.scope();
    let folder = |path: &PathBuf| {
        let path = door.resolve(path).unwrap_or_else(|_| scope.absolute(path));
        match door.kind(&path) {
            Ok(crate::source::EntryKind::Folder) => path,
            _ => path.parent().map(Path::to_owned).unwrap_or(path),
        }
    };
    let mut common: Option<PathBuf> = None;
    for own in paths.iter().map(folder) {
        common = Some(match common {
            None => own,
            Some(known) => {
                let mut ancestors = known.ancestors();
                let both = ancestors.find(|folder| own.starts_with(folder));
                both.map_or(known.clone(), Path::to_owned)
            }
        });
    }
    let common = common.unwrap_or_else(|| scope.working().to_owned());
    let mut out = Vec::new();
    for folder in common.ancestors().take_while(|folder| scope.allows(folder)) {
        out.push(folder.to_owned());
        if folder == scope.root() || door.kind(&folder.join(".git")).is_ok() {
            break;
        }
    }
    out
}

struct Loader<'a> {
    door: Door<'a>,
    sources: &'a SourceMap,
    used: Used,
    /// Whether the user named the file, and not the repository.
    trusted: bool,
    seen: BTreeSet<PathBuf>,
}

impl Loader<'_> {
    /// The settings of a folder, if it has any.
    fn folder(&mut self, folder: &Path) {
        let path = folder.join(FILE);
        match self.door.kind(&path) {
            Err(Closed::Missing) => {}
            _ => self.file(&path, 0),
        }
    }

    fn file(&mut self, path: &Path, depth: usize) {
        let shown = self.door.scope().shown(path);
        match self.door.read(path) {
            Ok(bytes) => {
                if !self.seen.insert(path.to_owned()) {
                    return;
                }
                let (file, problem) = self.sources.add_file(path, &shown, bytes);
                self.used.wrong.extend(problem);
                self.used.files.push(shown);
                self.add(&file, path.parent().unwrap_or(path), depth);
            }
            Err(closed) => {
                let (file, _) = self.sources.add_file(path, &shown, Vec::new());
                let span = Span::new(file.id, 0, 0);
                let said = Diagnostic::new(Code::Unreadable, span, closed.to_string());
                self.used.wrong.push(said);
            }
        }
    }

    /// Adds what a file says below what is known already, and then what it extends.
    fn add(&mut self, file: &SourceFile, folder: &Path, depth: usize) {
        let (settings, wrong) = read(file, folder);
        self.used.wrong.extend(wrong);
        if !self.trusted {
            self.used.wrong.extend(outside(self.door, &settings));
        }
        let extends = settings.extends.clone();
        self.used.settings.over(settings);
        for Name { text, span } in extends {
            let path = beside(folder, &text);
            if depth >= MAX_EXTENDS {
                let message = "settings extend others deeper than 16 times";
                self.used
                    .wrong
                    .push(Diagnostic::new(Code::Structure, span, message));
                return;
            }
            match self.door.kind(&path) {
                Ok(_) => self.file(&path, depth + 1),
                // That it leads out of the repository is said with the other paths.
                Err(Closed::Outside) => {}
                Err(closed) => {
                    let message = format!("`{text}`: {closed}");
                    self.used
                        .wrong
                        .push(Diagnostic::new(Code::Structure, span, message));
                }
            }
        }
    }
}

/// The paths of the file that lead out of the repository. Who runs this may read what they like; who wrote the settings
/// may be somebody else, and decides about the repository alone.
fn outside(door: Door<'_>, settings: &Settings) -> Vec<Diagnostic> {
    let root = door.scope().root();
    let is_outside = |path: &Path| match door.resolve(path) {
        Ok(real) => !real.starts_with(root),
        Err(closed) => closed == Closed::Outside,
    };
    let paths = settings.paths.iter();
    let paths = paths.filter(|(path, _)| is_outside(path));
    let said = paths.map(|(_, span)| {
        let message = "this leads out of the repository: settings may name only what is inside";
        Diagnostic::new(Code::Structure, *span, message).help("name it on the command line")
    });
    said.collect()
}

/// The settings of folders below those that count for all: what they say of rules holds in them.
pub fn below(door: Door<'_>, sources: &SourceMap, folders: &[PathBuf], used: &mut Used) {
    let known: BTreeSet<&PathBuf> = folders.iter().collect();
    let mut nested: BTreeSet<PathBuf> = BTreeSet::new();
    for folder in known {
        let above = folder
            .ancestors()
            .take_while(|own| door.scope().allows(own));
        for own in above {
            if !nested.insert(own.to_owned()) {
                break;
            }
        }
    }
    let shown: BTreeSet<String> = used.files.iter().cloned().collect();
    for folder in nested {
        let path = folder.join(FILE);
        if shown.contains(&door.scope().shown(&path)) || door.kind(&path) == Err(Closed::Missing) {
            continue;
        }
        let mut loader = Loader {
            door,
            sources,
            used: Used::default(),
            trusted: false,
            seen: BTreeSet::new(),
        };
        loader.file(&path, 0);
        let within = door.scope().from_root(&door.scope().shown(&folder));
        used.files.append(&mut loader.used.files);
        used.wrong.append(&mut loader.used.wrong);
        if let Some(within) = within {
            used.settings.within(&within, loader.used.settings);
        }
    }
}
