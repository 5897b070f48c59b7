//! Three-way merges with the markers of git, and finding markers that are left over.

/// What a merge came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Merged {
    /// Both sides fit together.
    Clean(String),
    /// They do not: the text with markers.
    Conflict(String),
}

/// Merges what somebody edited and what is generated now; `base` is what was generated when it was edited.
pub fn merge(base: &str, edited: &str, generated: &str) -> Merged {
    let mut options = diffy::MergeOptions::new();
    options.set_conflict_style(diffy::ConflictStyle::Merge);
    match options.merge(base, edited, generated) {
        Ok(text) => Merged::Clean(text),
        Err(text) => {
            let named = text.lines().map(|line| match line {
                "<<<<<<< ours" => "<<<<<<< edited",
                ">>>>>>> theirs" => ">>>>>>> generated",
                line => line,
            });
            let mut out: String = named.collect::<Vec<_>>().join("\n");
            if text.ends_with('\n') {
                out.push('\n');
            }
            Merged::Conflict(out)
        }
    }
}

/// Whether a text holds a conflict that nobody has settled: its markers, in their order.
pub fn has_markers(text: &str) -> bool {
    let mut open = 0;
    for line in text.lines() {
        open = match (open, line) {
            (0, line) if line.starts_with("<<<<<<< ") => 1,
            (1, "=======") => 2,
            (2, line) if line.starts_with(">>>>>>> ") => return true,
            (open, _) => open,
        };
    }
    false
}

#[cfg(test)]
mod tests {
    use super::{Merged, has_markers, merge};

    #[test]
    fn changes_apart_fit_together() {
        let base = "a\nb\nc\nd\ne\n";
        let merged = merge(base, "A\nb\nc\nd\ne\n", "a\nb\nc\nd\nE\n");
        assert_eq!(merged, Merged::Clean("A\nb\nc\nd\nE\n".into()));
    }

    #[test]
    fn changes_of_one_line_are_marked_as_git_does() {
        let merged = merge("a\nb\nc\n", "a\nx\nc\n", "a\ny\nc\n");
        let text = "a\n<<<<<<< edited\nx\n=======\ny\n>>>>>>> generated\nc\n";
        assert_eq!(merged, Merged::Conflict(text.into()));
        assert!(has_markers(text));
        assert!(!has_markers("Title\n=======\n"));
    }
}
