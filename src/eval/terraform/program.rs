//! All modules of a run: folders to modules, sources of calls to folders, and which folders are roots.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ecow::EcoString;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::function::Below;
use super::module::{Module, constant_text};
use super::world::{World, absolute};
use crate::source::{self, Closed, Code, EntryKind, Folder, SourceFile};
use crate::syntax::hcl::{self, Tree};

/// The modules of a run.
pub(crate) struct Program<'w> {
    pub(crate) world: &'w World<'w>,
    /// Folders that discovery found.
    found: FxHashMap<PathBuf, Arc<Module>>,
    /// `.tfvars` files of the folders found; without a text where they were not read.
    pub(crate) tfvars: FxHashMap<PathBuf, Vec<Values>>,
    /// Folders read because a call names them.
    called: Mutex<FxHashMap<PathBuf, Result<Arc<Module>, Unread>>>,
    /// `.terraform/modules/modules.json` of each root, read when first needed: call path to folder.
    manifests: Mutex<FxHashMap<PathBuf, Arc<FxHashMap<EcoString, PathBuf>>>>,
    /// What lies below the folders that `fileset()` was asked about; nothing where it is too much.
    below: Mutex<FxHashMap<PathBuf, Result<Arc<Below>, Unread>>>,
    /// Texts that functions read, by the path they named.
    texts: Mutex<FxHashMap<PathBuf, Result<Arc<SourceFile>, Unread>>>,
}

/// Why something is not there as it is needed.
#[derive(Debug, Clone)]
pub(crate) enum Unread {
    Closed(Closed),
    NotText,
    /// There is more of it than is looked at.
    TooMuch,
    /// There is nothing in it.
    Empty,
}

impl From<Closed> for Unread {
    fn from(closed: Closed) -> Self {
        Unread::Closed(closed)
    }
}

/// A file with values for variables; nothing where it was not read.
pub(crate) type Values = (String, Option<Arc<SourceFile>>);

/// Files that `fileset()` looks at, at the most.
pub(crate) const MAX_FILES: usize = 20_000;

/// How deep `fileset()` looks.
const MAX_FOLDERS_DEEP: usize = 32;

/// Why a call was not followed.
pub(crate) type Refusal = (Code, String);

impl<'w> Program<'w> {
    /// Parses the folders, in parallel.
    pub(crate) fn load(folders: Vec<Folder>, world: &'w World<'w>) -> Self {
        let tfvars = folders.iter().map(|folder| {
            let read = folder.files.iter().cloned();
            let read = read.map(|(name, file)| (name, Some(file)));
            let unread = folder.unread.iter().map(|name| (name.clone(), None));
            let all = read.chain(unread);
            let files = all.filter(|(name, _)| name.contains(".tfvars")).collect();
            (folder.path.clone(), files)
        });
        let tfvars = tfvars.collect();
        let modules: Vec<(PathBuf, Arc<Module>)> = folders
            .into_par_iter()
            .filter_map(|folder| {
                let path = folder.path.clone();
                Some((path, Arc::new(read_module(&folder)?)))
            })
            .collect();
        Self {
            world,
            found: modules.into_iter().collect(),
            tfvars,
            called: Mutex::default(),
            manifests: Mutex::default(),
            below: Mutex::default(),
            texts: Mutex::default(),
        }
    }

    /// The folders that no call in another folder names, sorted, each with all that local calls lead to from it; of
    /// folders that only call each other, the first.
    pub(crate) fn roots(&self) -> Vec<(Arc<Module>, BTreeSet<PathBuf>)> {
        let mut folders: Vec<&PathBuf> = self.found.keys().collect();
        folders.sort();
        let calls: FxHashMap<&PathBuf, Vec<PathBuf>> = folders
            .iter()
            .map(|&folder| (folder, self.local_calls(&self.found[folder])))
            .collect();
        let called: BTreeSet<&PathBuf> = calls
            .iter()
            .flat_map(|(from, to)| to.iter().filter(move |to| to != from))
            .collect();
        let mut roots: Vec<&PathBuf> = folders
            .iter()
            .copied()
            .filter(|folder| !called.contains(folder))
            .collect();
        let mut reached = BTreeSet::new();
        roots
            .iter()
            .for_each(|root| reach(root, &calls, &mut reached));
        for folder in folders {
            if !reached.contains(folder) {
                roots.push(folder);
                reach(folder, &calls, &mut reached);
            }
        }
        roots.sort();
        roots
            .into_iter()
            .map(|folder| (self.found[folder].clone(), led_to(folder, &calls)))
            .collect()
    }

    /// The folders that a module's calls name by a local path.
    fn local_calls(&self, module: &Module) -> Vec<PathBuf> {
        let source = |call: &super::module::NamedBlock| {
            let at = call.layers.attribute(module, "source")?;
            let source = constant_text(module.tree(&at), at.node.value)?;
            is_local(&source).then(|| absolute(&module.folder, source.as_str().as_ref()))
        };
        module.calls.rows.iter().filter_map(source).collect()
    }

    /// The module that a call names; `None` when it is remote and there is no copy of it.
    ///
    /// # Errors
    /// When a local path leads nowhere or out of the boundary.
    pub(crate) fn resolve(
        &self,
        root: &Path,
        caller: &Path,
        source: &str,
        call_path: &str,
    ) -> Result<Option<Arc<Module>>, Refusal> {
        if source.is_empty() {
            return Err((
                Code::Structure,
                "a module call needs a `source` that is a plain string".into(),
            ));
        }
        if is_local(source) {
            let folder = absolute(caller, source.as_ref());
            return match self.module(&folder) {
                Ok(module) => Ok(Some(module)),
                Err(why) => Err(self.not_read(source, &folder, &why)),
            };
        }
        if let Some(folder) = self.manifest(root).get(call_path)
            && let Ok(module) = self.module(folder)
        {
            return Ok(Some(module));
        }
        let copies = self
            .world
            .settings
            .module_folders
            .iter()
            .flat_map(|cache| cached(cache, source));
        Ok(copies
            .into_iter()
            .find_map(|folder| self.module(&folder).ok()))
    }

    /// Why a call that names a local folder is not followed.
    fn not_read(&self, source: &str, folder: &Path, why: &Unread) -> Refusal {
        let there = self.world.door.scope().shown(folder);
        match why {
            Unread::Closed(Closed::Outside) => (
                Code::Outside,
                format!(
                    "module {source:?} lies outside the scanned folders and was not read; scan a folder that holds both, or name one with --root"
                ),
            ),
            Unread::Closed(Closed::Missing) | Unread::Empty => (
                Code::Structure,
                format!("module {source:?} leads to {there}, where there are no Terraform files"),
            ),
            Unread::Closed(closed) => (
                closed.code(),
                format!("module {source:?} leads to {there}: {closed}"),
            ),
            Unread::NotText | Unread::TooMuch => (
                Code::Unreadable,
                format!("module {source:?} leads to {there}, which could not be read"),
            ),
        }
    }

    /// What lies below a folder. Modules ask about one folder again and again, each instance with many patterns: it is
    /// walked once.
    pub(crate) fn below(&self, folder: &Path) -> Result<Arc<Below>, Unread> {
        let known = self.below.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get(folder) {
            return known.clone();
        }
        drop(known);
        let found = self.walk(folder);
        let mut known = self.below.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(folder.to_owned(), found.clone());
        found
    }

    /// The text at an absolute path, read once however many instances of a module ask for it.
    pub(crate) fn text(&self, path: &Path) -> Result<Arc<SourceFile>, Unread> {
        let known = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get(path) {
            return known.clone();
        }
        drop(known);
        let text = self.read_text(path);
        let mut known = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(path.to_owned(), text.clone());
        text
    }

    fn read_text(&self, path: &Path) -> Result<Arc<SourceFile>, Unread> {
        let bytes = self.world.door.read(path)?;
        let shown = self.world.door.scope().shown(path);
        match self.world.sources.add_file(path, &shown, bytes) {
            (file, None) if !file.converted => Ok(file),
            _ => Err(Unread::NotText),
        }
    }

    fn walk(&self, folder: &Path) -> Result<Arc<Below>, Unread> {
        let mut found = Below::default();
        let mut waiting = vec![(folder.to_owned(), String::new(), 0)];
        while let Some((folder, prefix, depth)) = waiting.pop() {
            let entries = match self.world.door.list(&folder) {
                Ok(entries) => entries,
                Err(_) if depth > 0 => {
                    found.doubtful.push(prefix.trim_end_matches('/').to_owned());
                    continue;
                }
                Err(Closed::Missing) => continue,
                Err(closed) => return Err(closed.into()),
            };
            for entry in entries {
                let name = format!("{prefix}{}", entry.name.to_string_lossy());
                match entry.kind {
                    _ if entry.name.to_str().is_none() => found.doubtful.push(name),
                    Ok(EntryKind::File) => found.files.push(name),
                    Ok(EntryKind::Folder) if depth < MAX_FOLDERS_DEEP => {
                        waiting.push((folder.join(&entry.name), format!("{name}/"), depth + 1));
                    }
                    Err(Closed::Special) => {}
                    Ok(_) | Err(_) => found.doubtful.push(name),
                }
            }
            if found.files.len() + found.doubtful.len() + waiting.len() > MAX_FILES {
                return Err(Unread::TooMuch);
            }
        }
        found.files.sort();
        found.doubtful.sort();
        Ok(Arc::new(found))
    }

    /// The module in a folder, read now if discovery did not find it.
    fn module(&self, folder: &Path) -> Result<Arc<Module>, Unread> {
        if let Some(module) = self.found.get(folder) {
            return Ok(module.clone());
        }
        let mut called = self.called.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = called.get(folder) {
            return known.clone();
        }
        let module = self.read_folder(folder).map(Arc::new);
        called.insert(folder.to_owned(), module.clone());
        module
    }

    fn read_folder(&self, folder: &Path) -> Result<Module, Unread> {
        let (found, said) = source::module(self.world.door, self.world.sources, folder)?;
        let module = read_module(&found);
        let mut module = module.ok_or(Unread::Empty)?;
        module.diagnostics.extend(said);
        Ok(module)
    }

    /// The folders of remote modules that `terraform init` noted for this root.
    fn manifest(&self, root: &Path) -> Arc<FxHashMap<EcoString, PathBuf>> {
        let mut manifests = self
            .manifests
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = manifests.get(root) {
            return known.clone();
        }
        let path = root.join(".terraform/modules/modules.json");
        let read = self.world.door.read(&path).ok();
        let manifest = Arc::new(
            read.map(|bytes| read_manifest(root, &bytes))
                .unwrap_or_default(),
        );
        manifests.insert(root.to_owned(), manifest.clone());
        manifest
    }

    /// A folder relative to another, as Terraform writes `path.module`.
    pub(crate) fn relative(&self, from: &Path, to: &Path) -> String {
        let (from, to): (Vec<_>, Vec<_>) = (from.components().collect(), to.components().collect());
        let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
        let up = std::iter::repeat_n("..".to_owned(), from.len() - common);
        let down = to[common..]
            .iter()
            .map(|part| part.as_os_str().to_string_lossy().into_owned());
        let parts: Vec<String> = up.chain(down).collect();
        if parts.is_empty() {
            ".".to_owned()
        } else {
            parts.join("/")
        }
    }
}

/// Adds a folder and all that its calls lead to.
fn reach<'p>(
    from: &'p PathBuf,
    calls: &'p FxHashMap<&'p PathBuf, Vec<PathBuf>>,
    reached: &mut BTreeSet<&'p PathBuf>,
) {
    let mut waiting = vec![from];
    while let Some(folder) = waiting.pop() {
        if let Some(to) = calls.get(folder)
            && reached.insert(folder)
        {
            waiting.extend(to);
        }
    }
}

/// A folder, and all that calls lead to from it.
fn led_to(from: &PathBuf, calls: &FxHashMap<&PathBuf, Vec<PathBuf>>) -> BTreeSet<PathBuf> {
    let mut all = BTreeSet::new();
    let mut waiting = vec![from];
    while let Some(folder) = waiting.pop() {
        if all.insert(folder.clone()) {
            waiting.extend(calls.get(folder).into_iter().flatten());
        }
    }
    all
}

/// Whether a file name is that of Terraform or OpenTofu configuration.
pub(crate) fn configuration(name: &str) -> bool {
    [".tf", ".tofu", ".tf.json", ".tofu.json"]
        .iter()
        .any(|ending| name.ends_with(ending) && name.len() > ending.len())
        && !name.starts_with('.')
        && !name.ends_with('~')
}

/// Reads the configuration files of a folder; `None` when there are none. Of a file that is there and was not read, nobody
/// knows what it declares.
fn read_module(folder: &Folder) -> Option<Module> {
    let files = &folder.files;
    let unread = folder.unread.iter().any(|name| configuration(name));
    let chosen: Vec<&(String, Arc<SourceFile>)> = files
        .iter()
        .filter(|(name, _)| configuration(name) && !shadowed(name, files))
        .collect();
    if chosen.is_empty() && !unread {
        return None;
    }
    let parse = |(name, file): &&(String, Arc<SourceFile>)| -> Arc<Tree> {
        let json = name.ends_with(".json");
        Arc::new(if json {
            hcl::parse_json(file.id, &file.text)
        } else {
            hcl::parse(file.id, &file.text)
        })
    };
    let (over, normal): (Vec<_>, Vec<_>) =
        chosen.into_iter().partition(|(name, _)| is_override(name));
    let trees = |files: Vec<&(String, Arc<SourceFile>)>| files.iter().map(parse).collect();
    let shown = folder.shown.as_str().into();
    let module = Module::collect(folder.path.clone(), shown, trees(normal), trees(over));
    Some(Module { unread, ..module })
}

/// Whether OpenTofu ignores this `.tf` file because a `.tofu` file of the same name stands beside it.
fn shadowed(name: &str, files: &[(String, Arc<SourceFile>)]) -> bool {
    let twin = match (name.strip_suffix(".tf.json"), name.strip_suffix(".tf")) {
        (Some(stem), _) => format!("{stem}.tofu.json"),
        (None, Some(stem)) => format!("{stem}.tofu"),
        (None, None) => return false,
    };
    files
        .binary_search_by(|(other, _)| other.as_str().cmp(&twin))
        .is_ok()
}

fn is_override(name: &str) -> bool {
    let stem = name.strip_suffix(".json").unwrap_or(name);
    let stem = stem
        .strip_suffix(".tf")
        .or_else(|| stem.strip_suffix(".tofu"))
        .unwrap_or(stem);
    stem == "override" || stem.ends_with("_override")
}

fn is_local(source: &str) -> bool {
    ["./", "../", ".\\", "..\\"]
        .iter()
        .any(|prefix| source.starts_with(prefix))
        || source == "."
        || source == ".."
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Manifest {
    #[serde(default)]
    modules: Vec<ManifestRow>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ManifestRow {
    key: String,
    dir: String,
}

fn read_manifest(root: &Path, bytes: &[u8]) -> FxHashMap<EcoString, PathBuf> {
    let manifest: Manifest = serde_json::from_slice(bytes).unwrap_or(Manifest { modules: vec![] });
    manifest
        .modules
        .into_iter()
        .map(|row| (row.key.into(), absolute(root, row.dir.as_ref())))
        .collect()
}

/// Where a copy of a remote module may lie in a cache folder: its source as a path, without scheme, query and `.git`,
/// then the part behind `//`.
fn cached(cache: &Path, source: &str) -> Vec<PathBuf> {
    let source = source.split('?').next().unwrap_or(source);
    let source = source.rsplit_once("::").map_or(source, |(_, rest)| rest);
    let source = source.split_once("://").map_or(source, |(_, rest)| rest);
    let source = source
        .strip_prefix("git@")
        .map_or_else(|| source.to_owned(), |rest| rest.replacen(':', "/", 1));
    let (package, inner) = source.split_once("//").unwrap_or((&source, ""));
    let package = package.strip_suffix(".git").unwrap_or(package);
    let whole = absolute(cache, package.as_ref()).join(inner);
    let short = package
        .rsplit('/')
        .next()
        .map(|name| cache.join(name).join(inner));
    [Some(whole), short]
        .into_iter()
        .flatten()
        .filter(|path| path.starts_with(cache))
        .collect()
}
