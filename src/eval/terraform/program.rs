//! All modules of a run: folders to modules, sources of calls to folders, and which folders are roots.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ecow::EcoString;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::module::{Module, constant_text};
use super::world::{World, absolute};
use crate::source::{Code, EntryKind, Folder, SourceFile};
use crate::syntax::hcl::{self, Tree};

/// The modules of a run.
pub(crate) struct Program<'w> {
    pub(crate) world: &'w World<'w>,
    /// Folders that discovery found.
    found: FxHashMap<PathBuf, Arc<Module>>,
    /// `.tfvars` files of the folders found.
    pub(crate) tfvars: FxHashMap<PathBuf, Vec<(String, Arc<SourceFile>)>>,
    /// Folders read because a call names them.
    called: Mutex<FxHashMap<PathBuf, Option<Arc<Module>>>>,
    /// `.terraform/modules/modules.json` of each root, read when first needed: call path to folder.
    manifests: Mutex<FxHashMap<PathBuf, Arc<FxHashMap<EcoString, PathBuf>>>>,
    /// What lies below the folders that `fileset()` was asked about; nothing where it is too much.
    below: Mutex<FxHashMap<PathBuf, Option<Arc<[String]>>>>,
    /// Texts that functions read, by the path they named.
    texts: Mutex<FxHashMap<PathBuf, Result<Arc<SourceFile>, Unread>>>,
}

/// Why a file is not there as text.
#[derive(Debug, Clone)]
pub(crate) enum Unread {
    Outside,
    Failed(String),
    NotText,
}

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
            let files = folder
                .files
                .iter()
                .filter(|(name, _)| name.contains(".tfvars"))
                .cloned()
                .collect();
            (folder.path.clone(), files)
        });
        let tfvars = tfvars.collect();
        let modules: Vec<(PathBuf, Arc<Module>)> = folders
            .into_par_iter()
            .filter_map(|folder| {
                let module = read_module(world, folder.path.clone(), &folder.files)?;
                Some((folder.path, Arc::new(module)))
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

    /// The folders that no call in another folder names, sorted; of folders that only call each other, the first.
    pub(crate) fn roots(&self) -> Vec<Arc<Module>> {
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
            .map(|folder| self.found[folder].clone())
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
                Some(module) => Ok(Some(module)),
                None if !self.world.inside(&folder) => {
                    let message = format!(
                        "module {source:?} lies outside the scanned folders and was not read; scan a folder that holds both, or name one with --root"
                    );
                    Err((Code::Outside, message))
                }
                None => Err((
                    Code::Structure,
                    format!(
                        "module {source:?} leads to {}, where there are no Terraform files",
                        self.world.scope.shown(&folder)
                    ),
                )),
            };
        }
        if let Some(folder) = self.manifest(root).get(call_path)
            && let Some(module) = self.module(folder)
        {
            return Ok(Some(module));
        }
        let copies = self
            .world
            .settings
            .module_folders
            .iter()
            .flat_map(|cache| cached(cache, source));
        Ok(copies.into_iter().find_map(|folder| self.module(&folder)))
    }

    /// All regular files below a folder, as paths relative to it, sorted; nothing when there are too many. Modules ask
    /// about one folder again and again, each instance with many patterns: it is walked once.
    pub(crate) fn files_below(&self, folder: &Path) -> Option<Arc<[String]>> {
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
        if !self.world.inside(path) {
            return Err(Unread::Outside);
        }
        let bytes = self.world.files.read(path);
        let bytes = bytes.map_err(|error| Unread::Failed(error.to_string()))?;
        let sources = self.world.sources;
        match sources.add(&self.world.scope.shown(path), bytes) {
            (file, None) => Ok(file),
            _ => Err(Unread::NotText),
        }
    }

    fn walk(&self, folder: &Path) -> Option<Arc<[String]>> {
        let mut found = Vec::new();
        let mut waiting = vec![(folder.to_owned(), String::new(), 0)];
        while let Some((folder, prefix, depth)) = waiting.pop() {
            for entry in self.world.files.list(&folder).unwrap_or_default() {
                let name = format!("{prefix}{}", entry.name);
                match entry.kind {
                    EntryKind::File => found.push(name),
                    EntryKind::Folder => {
                        let path = folder.join(&entry.name);
                        if depth < MAX_FOLDERS_DEEP && self.world.inside(&path) {
                            waiting.push((path, format!("{name}/"), depth + 1));
                        }
                    }
                }
            }
            if found.len() + waiting.len() > MAX_FILES {
                return None;
            }
        }
        found.sort();
        Some(found.into())
    }

    /// The module in a folder, read now if discovery did not find it.
    fn module(&self, folder: &Path) -> Option<Arc<Module>> {
        if let Some(module) = self.found.get(folder) {
            return Some(module.clone());
        }
        let mut called = self.called.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = called.get(folder) {
            return known.clone();
        }
        let module = self.read_folder(folder).map(Arc::new);
        called.insert(folder.to_owned(), module.clone());
        module
    }

    fn read_folder(&self, folder: &Path) -> Option<Module> {
        if !self.world.inside(folder) {
            return None;
        }
        let mut files = Vec::new();
        for entry in self.world.files.list(folder).ok()? {
            if entry.kind == EntryKind::File && configuration(&entry.name) {
                let path = folder.join(&entry.name);
                let Ok(bytes) = self.world.files.read(&path) else {
                    continue;
                };
                files.push((
                    entry.name,
                    self.world
                        .sources
                        .add(&self.world.scope.shown(&path), bytes)
                        .0,
                ));
            }
        }
        read_module(self.world, folder.to_owned(), &files)
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
        let read = self
            .world
            .inside(&path)
            .then(|| self.world.files.read(&path).ok())
            .flatten();
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

/// Whether a file name is that of Terraform or OpenTofu configuration.
pub(crate) fn configuration(name: &str) -> bool {
    [".tf", ".tofu", ".tf.json", ".tofu.json"]
        .iter()
        .any(|ending| name.ends_with(ending) && name.len() > ending.len())
        && !name.starts_with('.')
        && !name.ends_with('~')
}

/// Reads the configuration files of a folder; `None` when there are none.
fn read_module(
    world: &World<'_>,
    path: PathBuf,
    files: &[(String, Arc<SourceFile>)],
) -> Option<Module> {
    let chosen: Vec<&(String, Arc<SourceFile>)> = files
        .iter()
        .filter(|(name, _)| configuration(name) && !shadowed(name, files))
        .collect();
    if chosen.is_empty() {
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
    let shown = world.scope.shown(&path).into();
    Some(Module::collect(path, shown, trees(normal), trees(over)))
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
