//! Which files matter by their names: those that paths name, and what lies below the folders among them.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::walk::{Met, Walk, walk};
use super::{Closed, Code, Door, EntryKind, Search};

/// Endings of Terraform and OpenTofu files, without those of variable files.
const MODULE: &[&str] = &[".tf", ".tf.json", ".tofu", ".tofu.json"];
/// Endings of files with values for variables.
const VARIABLES: &[&str] = &[".tfvars", ".tfvars.json"];
/// Endings of files whose content decides whether they are templates or plans.
const TEMPLATE: &[&str] = &[".yaml", ".yml", ".json", ".template", ".cfn", ".cform"];

/// What the name of a file says about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    /// Part of a Terraform module.
    Module,
    /// Values for variables.
    Variables,
    /// Its content decides.
    Content,
}

impl Class {
    pub(super) fn of(name: &OsStr) -> Option<Self> {
        // The bytes of a name are those of its text where it is text, and endings are ASCII.
        let name = name.as_encoded_bytes();
        let ends = |endings: &[&str]| endings.iter().any(|end| name.ends_with(end.as_bytes()));
        if ends(MODULE) {
            Some(Class::Module)
        } else if ends(VARIABLES) {
            Some(Class::Variables)
        } else if TEMPLATE.iter().any(|end| {
            // Terraform takes its endings letter by letter, CloudFormation takes any name.
            let from = name.len().checked_sub(end.len());
            from.is_some_and(|from| name[from..].eq_ignore_ascii_case(end.as_bytes()))
        }) {
            Some(Class::Content)
        } else {
            None
        }
    }

    fn of_path(path: &Path) -> Option<Self> {
        Class::of(path.file_name()?)
    }

    /// What a name in a folder of Terraform is; hidden ones are nothing to Terraform.
    pub(super) fn of_terraform(name: &OsStr) -> Option<Self> {
        let hidden = name.as_encoded_bytes().starts_with(b".");
        Class::of(name).filter(|class| *class != Class::Content && !hidden)
    }
}

/// A file to be read.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub(super) class: Class,
    /// Its path without links, where a walk has just met it.
    pub(super) real: Option<PathBuf>,
    /// Whether the user named it.
    pub(super) named: bool,
}

/// The paths that matter by name, and what there is to say about others.
#[derive(Default)]
pub(super) struct Names {
    pub(super) wanted: BTreeMap<PathBuf, Wanted>,
    pub(super) said: BTreeSet<(PathBuf, Code, String)>,
    /// Links to files whose content decides: they count where their targets do not.
    links: BTreeSet<PathBuf>,
}

impl Names {
    /// What the paths of a search stand for.
    pub(super) fn of(door: Door<'_>, search: &Search<'_>) -> Self {
        let mut names = Self::default();
        for path in search.paths {
            names.add(door, search, &door.scope().absolute(path));
        }
        names.add_links(door);
        // What was asked for and is closed is lost, wherever it leads.
        let asked: BTreeSet<PathBuf> = search
            .paths
            .iter()
            .map(|path| door.scope().absolute(path))
            .collect();
        let said = std::mem::take(&mut names.said).into_iter();
        let said = said.map(|(path, code, why)| match code {
            Code::Outside if asked.contains(&path) => (path, Code::Unreadable, why),
            code => (path, code, why),
        });
        names.said = said.collect();
        names
    }

    fn say(&mut self, path: PathBuf, closed: &Closed) {
        self.said.insert((path, closed.code(), closed.to_string()));
    }

    /// What a path given by the user stands for.
    fn add(&mut self, door: Door<'_>, search: &Search<'_>, path: &Path) {
        match (door.kind(path), Class::of_path(path)) {
            (Ok(EntryKind::Folder), _) => self.folder(door, search, path),
            (_, Some(class @ (Class::Module | Class::Variables))) => {
                self.module(door, path.parent().unwrap_or(path));
                self.name(door, path, class);
            }
            (Ok(EntryKind::File), Some(class)) if search.listed => {
                self.want(path.to_owned(), class, None);
            }
            // Named by the user: looked at whatever its ending.
            _ => {
                let wanted = Wanted {
                    class: Class::Content,
                    real: None,
                    named: true,
                };
                self.wanted.insert(path.to_owned(), wanted);
            }
        }
    }

    /// The user named a file of a module that is being read.
    fn name(&mut self, door: Door<'_>, path: &Path, class: Class) {
        let is_said = self.said.iter().any(|(said, ..)| said == path);
        let is_hidden = path.file_name().and_then(Class::of_terraform).is_none();
        if !self.wanted.contains_key(path) && is_hidden {
            let message = "Terraform does not read a file whose name begins with a dot";
            let said = (path.to_owned(), Code::Structure, message.to_owned());
            self.said.insert(said);
        } else if !self.wanted.contains_key(path) && !is_said {
            // What lies beside it is closed; the file is not.
            match door.kind(path) {
                Ok(_) => self.want(path.to_owned(), class, None),
                Err(closed) => self.say(path.to_owned(), &closed),
            }
        }
        if let Some(wanted) = self.wanted.get_mut(path) {
            wanted.named = true;
        }
    }

    /// The Terraform files of one folder.
    fn module(&mut self, door: Door<'_>, folder: &Path) {
        let entries = match door.list(folder) {
            Ok(entries) => entries,
            Err(closed) => return self.say(folder.to_owned(), &closed),
        };
        for entry in entries {
            let Some(class) = Class::of_terraform(&entry.name) else {
                continue;
            };
            let path = folder.join(entry.name);
            match entry.kind {
                Ok(EntryKind::File) => self.want(path, class, None),
                Ok(_) => {}
                Err(closed) => self.say(path, &closed),
            }
        }
    }

    fn want(&mut self, path: PathBuf, class: Class, real: Option<PathBuf>) {
        let named = false;
        self.wanted
            .entry(path)
            .or_insert(Wanted { class, real, named });
    }

    /// Everything below a folder.
    fn folder(&mut self, door: Door<'_>, search: &Search<'_>, folder: &Path) {
        let about = Walk {
            wanted: &|name| Class::of(name).is_some(),
            exclude: search.exclude,
            everything: search.everything,
        };
        for met in walk(door, folder, about) {
            match met {
                Met::File(path, real) => {
                    if let Some(class) = Class::of_path(&path) {
                        self.want(path, class, Some(real));
                    }
                }
                Met::Link(path) => self.link(door, path),
                Met::Closed(path, closed) => self.say(path, &closed),
                Met::Unread(path, why) => {
                    self.said.insert((path, Code::Unread, why));
                }
                Met::Failed(path, why) => {
                    self.said.insert((path, Code::Unreadable, why));
                }
            }
        }
    }

    /// A link on the way. Linked folders are found at their real place; a linked Terraform file is part of the module it
    /// is linked into.
    fn link(&mut self, door: Door<'_>, path: PathBuf) {
        let class = Class::of_path(&path);
        match (door.kind(&path), class) {
            (Ok(EntryKind::File), Some(Class::Content)) => {
                self.links.insert(path);
            }
            (Ok(EntryKind::File), Some(class)) => self.want(path, class, None),
            (Ok(_), _) => {}
            (Err(closed @ (Closed::Missing | Closed::Failed(_))), _) => {
                let why = format!("this link leads nowhere: {closed}");
                self.said.insert((path, closed.code(), why));
            }
            (Err(closed), _) => self.say(path, &closed),
        }
    }

    /// Links to files whose content decides: a file is looked at once, at its real place if that is among what was found.
    fn add_links(&mut self, door: Door<'_>) {
        if self.links.is_empty() {
            return;
        }
        let real = |(path, wanted): (&PathBuf, &Wanted)| match &wanted.real {
            Some(real) => Some(real.clone()),
            None => door.resolve(path).ok(),
        };
        let mut known: BTreeSet<PathBuf> = self.wanted.iter().filter_map(real).collect();
        for path in std::mem::take(&mut self.links) {
            let is_new = |real| known.insert(real);
            if door.resolve(&path).is_ok_and(is_new) {
                self.want(path, Class::Content, None);
            }
        }
    }
}
