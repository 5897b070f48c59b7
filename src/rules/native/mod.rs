//! Questions that the closed list of declared checks cannot say: one file each, named by `native:` in the front matter of
//! a page.

use super::Subject;
use super::declared::Outcome;

/// A question: true when all is well, false because of what its causes point at.
pub type Ask = fn(&Subject<'_>) -> Outcome;

/// The questions by name, sorted.
const QUESTIONS: &[(&str, Ask)] = &[];

/// The question of this name.
pub fn find(name: &str) -> Option<Ask> {
    let at = QUESTIONS
        .binary_search_by(|(own, _)| (*own).cmp(name))
        .ok()?;
    Some(QUESTIONS[at].1)
}

#[cfg(test)]
mod tests {
    use super::{QUESTIONS, find};
    use crate::rules::RuleSet;
    use crate::rules::declared::model::Check;

    #[test]
    fn names_and_pages_agree() {
        assert!(
            QUESTIONS.is_sorted_by(|a, b| a.0 < b.0),
            "sorted, each once"
        );
        let mut asked = Vec::new();
        for rule in RuleSet::builtin().rules() {
            if let Check::Native(name) = &rule.check {
                assert!(find(name).is_some(), "{}: no question `{name}`", rule.id);
                asked.push(name.as_str());
            }
        }
        for (name, _) in QUESTIONS {
            assert!(asked.contains(name), "no page asks `{name}`");
        }
    }
}
