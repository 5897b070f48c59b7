//! The comments of other tools in our words.

use super::{Suppression, Suppressions, Tool, comment, cover};
use crate::source::SourceFile;

impl Suppressions<'_> {
    /// Every comment that suppresses for another tool: its bytes, and the same in our form. It stays where some id has no
    /// rule here, or where it counts for other bytes than ours would in its place.
    pub fn in_our_words(&self, file: &SourceFile) -> Vec<(usize, usize, Option<String>)> {
        if !comment::may_be_in(&file.text) {
            return Vec::new();
        }
        let outline = self.places.outline(file);
        let all = self.of(file);
        let mut out: Vec<(usize, usize, Option<String>)> = Vec::new();
        for &(start, end) in &outline.comments {
            let of_comment = |one: &&Suppression| {
                one.tool != Tool::Own && start <= one.span.start && one.span.end <= end
            };
            let named: Vec<&Suppression> = all.iter().filter(of_comment).collect();
            // What stands in metadata is no comment.
            if named.is_empty() {
                continue;
            }
            let text = file.text[start as usize..end as usize].trim_end();
            let end = start + text.len() as u32;
            let same = |one: &&Suppression| {
                let ours = match one.covers == (0, file.text.len() as u32 + 1) {
                    true => one.covers,
                    false => cover::line(file, &outline, (start, end)),
                };
                // Within the line or the block, ours reaches from its first byte to the same last one.
                ours.1 == one.covers.1 && ours.0 <= one.covers.0
            };
            let written = match text.contains('\n') || !named.iter().all(same) {
                true => None,
                false => self.written(text, &named),
            };
            out.push((start as usize, end as usize, written));
        }
        out
    }

    fn written(&self, text: &str, named: &[&Suppression]) -> Option<String> {
        let mark = match text {
            text if text.starts_with("//") => "//",
            text if text.starts_with("/*") => "/*",
            _ => "#",
        };
        let mut said = Vec::new();
        for one in named {
            let mut ids: Vec<String> = Vec::new();
            for word in &one.rules {
                let before = ids.len();
                let rules = self.rules.ids().filter(|id| self.names(word, id, one.tool));
                ids.extend(rules.map(str::to_owned));
                if ids.len() == before || word.contains('*') {
                    return None;
                }
            }
            let narrow = one.narrow.iter().map(|narrow| match narrow {
                super::Narrow::Instance(address) => format!("[{address}]"),
                super::Narrow::Value(name, value) => format!("[{name}={value}]"),
            });
            let narrow: String = narrow.collect();
            let until = one.until.map(|day| format!(" until {day}"));
            let file = one.covers.0 == 0 && one.tool == Tool::Tflint;
            let keyword = if file { "ignore-file" } else { "ignore" };
            let reason = match one.reason.is_empty() {
                true => format!("was accepted for {}", one.tool.name()),
                false => one.reason.clone(),
            };
            said.push(format!(
                "{keyword}[{}]{narrow}{} {reason}",
                ids.join(", "),
                until.unwrap_or_default()
            ));
        }
        let end = if mark == "/*" { " */" } else { "" };
        Some(format!("{mark} distrust: {}{end}", said.join(" ")))
    }
}
