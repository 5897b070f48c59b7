//! The texts of a run as they become, edit by edit.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use rustc_hash::FxHashMap;

use crate::source::{SourceFile, SourceId, SourceMap, Span};
use crate::syntax::hcl;
use crate::syntax::yaml::{self, Document};

/// Bytes to replace in one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The bytes that go; may be none.
    pub span: Span,
    /// What comes in their place.
    pub text: String,
}

/// The texts of a source map with edits applied.
pub struct Texts<'s> {
    sources: &'s SourceMap,
    changed: BTreeMap<SourceId, Changed>,
    /// What the texts say as they are now: many findings are about one file.
    trees: Mutex<FxHashMap<SourceId, Read>>,
    /// The configuration files of each folder.
    folders: OnceLock<FxHashMap<PathBuf, Vec<SourceId>>>,
}

/// A text that was read.
#[derive(Clone)]
enum Read {
    Native(Arc<hcl::Tree>),
    Nodes(Arc<(Arc<SourceFile>, Document)>),
}

struct Changed {
    text: Arc<str>,
    /// First byte, bytes removed and bytes added of each edit, in the order in which they were made.
    moves: Vec<(u32, u32, u32)>,
}

impl<'s> Texts<'s> {
    /// The texts as they were read.
    pub fn new(sources: &'s SourceMap) -> Self {
        Self {
            sources,
            changed: BTreeMap::new(),
            trees: Mutex::default(),
            folders: OnceLock::new(),
        }
    }

    /// The text of a source as it is now.
    pub fn text(&self, source: SourceId) -> Arc<str> {
        match self.changed.get(&source) {
            Some(changed) => changed.text.clone(),
            None => self.sources.get(source).text.clone(),
        }
    }

    /// The sources that changed, with their texts.
    pub fn changed(&self) -> impl Iterator<Item = (Arc<SourceFile>, &str)> {
        let all = self.changed.iter();
        all.map(|(id, changed)| (self.sources.get(*id), &*changed.text))
    }

    /// Where bytes of the text as it was read are now; `None` where an edit has changed them.
    pub(super) fn now(&self, span: Span) -> Option<Span> {
        let Some(changed) = self.changed.get(&span.source) else {
            return Some(span);
        };
        let (mut start, mut end) = (span.start, span.end);
        for &(at, removed, added) in &changed.moves {
            let until = at + removed;
            if end <= at && !(start == end && end == at) {
                continue;
            }
            if start >= until {
                start = start - removed + added;
                end = end - removed + added;
            } else if start <= at && until <= end {
                end = end - removed + added;
            } else {
                return None;
            }
        }
        Some(Span::new(span.source, start, end))
    }

    /// Makes edits that do not overlap.
    pub(super) fn make(&mut self, edits: &[Edit]) {
        let mut edits: Vec<&Edit> = edits.iter().collect();
        // From the end of each text, so that the places of the others stay true.
        edits.sort_by_key(|edit| std::cmp::Reverse((edit.span.start, edit.span.end)));
        for edit in edits {
            self.trees().remove(&edit.span.source);
            let (start, end) = (edit.span.start, edit.span.end);
            let mut text = self.text(edit.span.source).to_string();
            text.replace_range(start as usize..end as usize, &edit.text);
            let changed = self.changed.entry(edit.span.source);
            let changed = changed.or_insert_with(|| Changed {
                text: Arc::from(""),
                moves: Vec::new(),
            });
            changed.text = text.into();
            changed
                .moves
                .push((start, end - start, edit.text.len() as u32));
        }
    }

    /// Whether the text that a span lies in is JSON, by its name.
    pub(super) fn is_json(&self, span: Span) -> bool {
        span.is_somewhere() && self.sources.get(span.source).path.ends_with(".json")
    }

    /// Whether the text already says what an edit would make it say.
    pub(super) fn says(&self, edit: &Edit) -> bool {
        let text = self.text(edit.span.source);
        text[edit.span.start as usize..edit.span.end as usize] == edit.text
    }

    /// Whether an edit takes a comment away.
    pub(super) fn has_comment(&self, edit: &Edit) -> bool {
        if edit.span.start == edit.span.end || self.is_json(edit.span) {
            return false;
        }
        let text = self.text(edit.span.source);
        let gone = &text[edit.span.start as usize..edit.span.end as usize];
        // A sign inside a string is taken for a comment too: the edit is then trusted less, never more.
        (gone.contains('#') || gone.contains("//") || gone.contains("/*"))
            && !edit.text.contains(gone)
    }

    fn trees(&self) -> MutexGuard<'_, FxHashMap<SourceId, Read>> {
        self.trees.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A text in YAML or JSON as it is now, as a source of its own, and its tree.
    pub(super) fn nodes(&self, source: SourceId) -> Arc<(Arc<SourceFile>, Document)> {
        if let Some(Read::Nodes(known)) = self.trees().get(&source) {
            return known.clone();
        }
        let shown = self.sources.get(source).path.clone();
        let text = self.text(source);
        let file = SourceMap::new().add(&shown, text.as_bytes().to_vec()).0;
        let document = yaml::parse(&file);
        let read = Arc::new((file, document));
        self.trees().insert(source, Read::Nodes(read.clone()));
        read
    }

    /// A text in Terraform's syntaxes as it is now.
    pub(super) fn tree(&self, source: SourceId) -> Arc<hcl::Tree> {
        if let Some(Read::Native(known)) = self.trees().get(&source) {
            return known.clone();
        }
        let text = self.text(source);
        let tree = Arc::new(match self.sources.get(source).path.ends_with(".json") {
            true => hcl::parse_json(source, &text),
            false => hcl::parse(source, &text),
        });
        self.trees().insert(source, Read::Native(tree.clone()));
        tree
    }

    /// The configuration files of the folder that a source lies in, as trees of the texts as they are now.
    pub(super) fn folder(&self, source: SourceId) -> Vec<Arc<hcl::Tree>> {
        let folders = self.folders.get_or_init(|| {
            let mut folders: FxHashMap<PathBuf, Vec<SourceId>> = FxHashMap::default();
            for file in self.sources.all() {
                let endings = [".tf", ".tofu", ".tf.json", ".tofu.json"];
                if endings.iter().any(|ending| file.path.ends_with(ending)) {
                    folders.entry(folder_of(&file)).or_default().push(file.id);
                }
            }
            folders
        });
        let beside = folders.get(&folder_of(&self.sources.get(source)));
        let beside = beside.into_iter().flatten();
        beside.map(|source| self.tree(*source)).collect()
    }
}

fn folder_of(file: &SourceFile) -> PathBuf {
    Path::new(&*file.path)
        .parent()
        .unwrap_or(Path::new(""))
        .to_owned()
}
