//! The intents of stacks: the one that lies in the folder of a stack is proved on it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::World;
use crate::catalog::Catalog;
use crate::graph::Graph;
use crate::intent::verify::{Answer, merge, verify};
use crate::intent::{self, Intent};
use crate::source::{Diagnostic, EntryKind, SourceId};

/// An intent, or what is wrong with it.
type Read = Result<Intent, Vec<Diagnostic>>;

/// What was proved of one intent on one stack.
pub(super) type Proof = (SourceId, Vec<Answer>);

/// The intents that were looked for, by their paths.
#[derive(Default)]
pub(super) struct Intents {
    known: Mutex<BTreeMap<PathBuf, Option<Arc<Read>>>>,
}

impl Intents {
    /// Proves the intent of a stack, if it has one; what is wrong with it.
    pub(super) fn prove(
        &self,
        world: &World<'_>,
        graph: &Graph,
    ) -> (Option<Proof>, Vec<Diagnostic>) {
        let Some(first) = graph.resources.first() else {
            return (None, Vec::new());
        };
        let read = self.of(world, &first.address.stack);
        match read.as_deref() {
            None => (None, Vec::new()),
            Some(Err(wrong)) => (None, wrong.clone()),
            Some(Ok(intent)) => {
                let answers = verify(intent, graph, Catalog::builtin());
                (Some((intent.source, answers)), Vec::new())
            }
        }
    }

    fn of(&self, world: &World<'_>, stack: &str) -> Option<Arc<Read>> {
        let door = world.door;
        let at = door.scope().absolute(Path::new(stack));
        let folder = match door.kind(&at) {
            Ok(EntryKind::Folder) => at,
            _ => at.parent()?.to_owned(),
        };
        let path = folder.join(intent::FILE);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let read = || {
            // That there is none is the rule.
            let bytes = door.read(&path).ok()?;
            let shown = door.scope().shown(&path);
            let (file, lost) = world.sources.add_file(&path, &shown, bytes);
            Some(Arc::new(match lost {
                Some(lost) => Err(vec![lost]),
                None => intent::read(&file),
            }))
        };
        known.entry(path.clone()).or_insert_with(read).clone()
    }
}

/// One answer to each question of each intent.
pub(super) fn joined(proofs: Vec<Proof>) -> Vec<Answer> {
    let mut by_intent: BTreeMap<SourceId, Vec<Vec<Answer>>> = BTreeMap::new();
    for (source, answers) in proofs {
        by_intent.entry(source).or_default().push(answers);
    }
    let all = by_intent.into_iter();
    all.flat_map(|(source, answers)| merge(source, answers))
        .collect()
}
