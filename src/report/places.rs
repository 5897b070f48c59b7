//! The outlines of the sources that are spoken of: each is read once, and only if somebody asks.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::source::{SourceFile, SourceId, SourceMap};
use crate::syntax::outline::Outline;

/// Sources with their outlines.
#[derive(Debug)]
pub struct Places<'s> {
    /// The sources.
    pub sources: &'s SourceMap,
    outlines: Mutex<BTreeMap<SourceId, Arc<Outline>>>,
}

impl<'s> Places<'s> {
    /// Of these sources.
    pub fn new(sources: &'s SourceMap) -> Self {
        Self {
            sources,
            outlines: Mutex::default(),
        }
    }

    /// The outline of a source.
    pub fn outline(&self, file: &SourceFile) -> Arc<Outline> {
        let known = self.lock().get(&file.id).cloned();
        known.unwrap_or_else(|| {
            // Read without the lock: two threads may both do it, and give the same.
            let outline = Arc::new(Outline::of(file));
            self.lock().insert(file.id, outline.clone());
            outline
        })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<SourceId, Arc<Outline>>> {
        self.outlines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
