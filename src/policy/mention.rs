//! Which actions documents mention at all.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::held::Held;
use super::pattern::covers;

/// The actions that the documents of an identity mention, by service: most identities have nothing to do with most actions,
/// and the longest policies have thousands.
#[derive(Debug, Default)]
pub(super) struct Mentions {
    by_service: FxHashMap<String, Vec<String>>,
    /// Whether something may mention any action.
    any: bool,
}

impl Mentions {
    /// Of documents.
    pub(super) fn of(held: &[Arc<Held>]) -> Mentions {
        let mut own = Mentions::default();
        for held in held {
            own.any |= held.document.rest.is_some();
            for statement in &held.document.statements {
                own.any |= statement.not_actions.written || statement.actions.rest.is_some();
                for item in &statement.actions.items {
                    own.add(item.as_text());
                }
            }
        }
        own
    }

    fn add(&mut self, text: Option<&str>) {
        match text.and_then(|text| text.split_once(':')) {
            Some((service, _)) if !service.contains(['*', '?']) => {
                let all = self
                    .by_service
                    .entry(service.to_ascii_lowercase())
                    .or_default();
                all.extend(text.map(str::to_owned));
            }
            _ => self.any = true,
        }
    }

    /// Whether some statement may be about an action, or about all that a pattern means.
    pub(super) fn has(&self, wanted: &str) -> bool {
        let service = wanted
            .split(':')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        self.any
            || service.contains(['*', '?'])
            || self
                .by_service
                .get(&service)
                .is_some_and(|all| all.iter().any(|own| covers(own, wanted, true)))
    }
}
