//! The templates there are: those of this program, and over them those of an organisation.

use std::collections::BTreeMap;
use std::path::Path;

use crate::source::{Closed, Door, EntryKind};

/// The templates of this program.
static BUILTIN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/templates.rs"));

/// The folder of parts that patterns include.
pub(super) const PARTS: &str = "_parts";

/// The most files that a folder of templates may hold.
const MOST: usize = 2_000;

/// Templates by their paths: the pattern, the language or `both`, the file.
#[derive(Debug, Clone)]
pub struct Library {
    texts: BTreeMap<String, String>,
}

impl Library {
    /// The templates of this program.
    pub fn builtin() -> Self {
        let texts = BUILTIN.iter();
        let texts = texts.map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
        Self {
            texts: texts.collect(),
        }
    }

    /// Lays a folder over them: a file takes the place of the one with the same path, a new folder is a new pattern.
    ///
    /// # Errors
    /// The path that cannot be read, and why.
    pub fn overlay(&mut self, door: Door<'_>, folder: &Path) -> Result<(), (String, Closed)> {
        let mut waiting = vec![(folder.to_owned(), String::new())];
        let mut read = 0;
        while let Some((path, below)) = waiting.pop() {
            let shown = || door.scope().shown(&path);
            for entry in door.list(&path).map_err(|closed| (shown(), closed))? {
                let Some(name) = entry.name.to_str() else {
                    continue;
                };
                let own = path.join(name);
                let below = match below.is_empty() {
                    true => name.to_owned(),
                    false => format!("{below}/{name}"),
                };
                let wrong = |closed| (door.scope().shown(&own), closed);
                if entry.kind.map_err(wrong)? == EntryKind::Folder {
                    waiting.push((own, below));
                    continue;
                }
                read += 1;
                if read > MOST {
                    return Err((shown(), Closed::TooLarge));
                }
                let bytes = door.read(&own).map_err(wrong)?;
                let text = String::from_utf8_lossy(&bytes).into_owned();
                self.texts.insert(below, text);
            }
        }
        Ok(())
    }

    /// The text at a path.
    pub fn get(&self, path: &str) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }

    /// The paths below a folder, with what follows it.
    pub fn below<'l>(&'l self, folder: &str) -> impl Iterator<Item = (&'l str, &'l str)> {
        let prefix = format!("{folder}/");
        let from = self.texts.range(prefix.clone()..);
        let length = prefix.len();
        from.take_while(move |(path, _)| path.starts_with(&prefix))
            .map(move |(path, _)| (path.as_str(), &path[length..]))
    }

    /// The paths and texts below a folder.
    pub fn texts<'l>(&'l self, folder: &str) -> impl Iterator<Item = (&'l str, &'l str)> {
        let prefix = format!("{folder}/");
        let from = self.texts.range(prefix.clone()..);
        from.take_while(move |(path, _)| path.starts_with(&prefix))
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The names of the patterns.
    pub fn patterns(&self) -> Vec<&str> {
        let described = self.texts.keys();
        let described = described.filter_map(|path| path.strip_suffix("/pattern.yaml"));
        described.filter(|name| !name.contains('/')).collect()
    }
}
