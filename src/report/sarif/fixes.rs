//! Fixes: the edits that `distrust check --fix` would make.

use super::document::{ArtifactChange, Fix, Message, Replacement};
use super::{Writer, sentence};
use crate::findings::{Applicability, Finding};
use crate::fix;
use crate::source::SourceId;

impl Writer<'_> {
    /// The edits that mend it, file by file; whoever applies them is told what they do to a running system.
    pub(super) fn fixes(&self, finding: &Finding) -> Vec<Fix> {
        let (Ok((mut edits, applicability)), Some(remedy)) =
            (fix::propose(finding, &self.texts), &finding.remedy)
        else {
            return Vec::new();
        };
        // An edit may carry what stands around it, and a secret with that.
        if edits
            .iter()
            .any(|edit| self.view.masks.text(&edit.text) != edit.text.as_str())
        {
            return Vec::new();
        }
        edits.sort_by_key(|edit| (edit.span.source, edit.span.start, edit.span.end));
        let mut changes: Vec<(SourceId, ArtifactChange)> = Vec::new();
        for edit in edits {
            let Some(physical) = self.physical(edit.span) else {
                return Vec::new();
            };
            let replacement = Replacement {
                deleted_region: physical.region,
                inserted_content: Message { text: edit.text },
            };
            match changes
                .last_mut()
                .filter(|(source, _)| *source == edit.span.source)
            {
                Some((_, change)) => change.replacements.push(replacement),
                None => changes.push((
                    edit.span.source,
                    ArtifactChange {
                        artifact_location: physical.artifact_location,
                        replacements: vec![replacement],
                    },
                )),
            }
        }
        let text = match applicability {
            Applicability::Safe => sentence(&remedy.title),
            _ => format!("{} It changes how things behave.", sentence(&remedy.title)),
        };
        vec![Fix {
            description: Message { text },
            artifact_changes: changes.into_iter().map(|(_, change)| change).collect(),
        }]
    }
}
