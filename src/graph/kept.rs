//! What is made once for a whole graph, by whoever first asks for it.

use std::any::Any;
use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;

use crate::eval::budget;

/// Something that was made, and whether its budget was enough to make it to the end.
type Made = (Arc<dyn Any + Send + Sync>, bool);

/// Indices over all resources of a graph. Without them a question that looks at the others from each resource takes time
/// with the square of their number.
#[derive(Default)]
pub struct Kept(Mutex<FxHashMap<&'static str, Made>>);

impl Kept {
    /// What is kept under a name; made now if nobody asked before. What is made must depend on the graph alone.
    pub fn get<T: Send + Sync + 'static>(
        &self,
        name: &'static str,
        make: impl FnOnce() -> T,
    ) -> Arc<T> {
        let known = {
            let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            kept.get(name).cloned()
        };
        if let Some((known, enough)) = known
            && let Ok(known) = known.downcast()
        {
            if !enough {
                budget::exhaust();
            }
            return known;
        }
        // Two that ask at once both make it, and both make the same.
        let (made, enough) = budget::apart(make);
        let made = Arc::new(made);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(name, (made.clone(), enough));
        if !enough {
            budget::exhaust();
        }
        made
    }
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Kept")
    }
}

#[cfg(test)]
mod tests {
    use super::Kept;

    #[test]
    fn it_is_made_once() {
        let kept = Kept::default();
        assert_eq!(*kept.get("a", || 1_u32), 1);
        assert_eq!(*kept.get("a", || 2_u32), 1);
        assert_eq!(*kept.get("b", || 3_u32), 3);
    }
}
