//! Words and lines of a text: the ids of rules that it names in comments, settings and intents.

use crate::findings::RuleInfo;
use crate::rules::RuleSet;

/// What a word of an id is made of.
fn is_part(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'
}

/// The word around a byte, if it may be an id.
pub(super) fn at(text: &str, at: usize) -> Option<&str> {
    let bytes = text.as_bytes();
    let start = bytes[..at].iter().rposition(|byte| !is_part(*byte));
    let start = start.map_or(0, |before| before + 1);
    let end = bytes[at..].iter().position(|byte| !is_part(*byte));
    let word = &text[start..end.map_or(text.len(), |len| at + len)];
    word.contains('-').then_some(word)
}

/// The line around a byte; the byte alone where a line is no line for people (a minified template).
pub(super) fn line(text: &str, at: usize) -> (usize, usize) {
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[at..].find('\n').map_or(text.len(), |len| at + len);
    match end - start {
        0..=LINE => (start, end),
        _ => (at, at),
    }
}

/// The longest line that people write, in bytes.
const LINE: usize = 1_000;

/// The page of a rule: Markdown.
pub(super) fn page(id: &str) -> Option<String> {
    known(id).map(|rule| rule.help_markdown)
}

fn known(id: &str) -> Option<RuleInfo> {
    RuleSet::builtin().info(id)
}

/// Where ids stand in a text, and the addresses of their pages.
pub(super) fn all(text: &str) -> impl Iterator<Item = (usize, usize, String)> {
    let words = text.split(|letter: char| !(letter.is_ascii() && is_part(letter as u8)));
    // A letter that parts words may have several bytes: a word is placed by where it lies in the text.
    let placed = words.map(|word| (word.as_ptr() as usize - text.as_ptr() as usize, word));
    let ids = placed.filter(|(_, word)| word.contains('-'));
    ids.filter_map(|(start, word)| Some((start, start + word.len(), known(word)?.url?)))
}

#[cfg(test)]
mod tests {
    use super::{all, at, page};

    #[test]
    fn ids_are_found_where_they_stand() {
        let text = "# größer: distrust: ignore[aws-kms-rotation] not-a-rule\n";
        let here = text.find("kms").unwrap();
        assert_eq!(at(text, here), Some("aws-kms-rotation"));
        assert_eq!(at(text, 0), None);
        assert!(page("aws-kms-rotation").is_some());
        let found: Vec<&str> = all(text).map(|(start, end, _)| &text[start..end]).collect();
        assert_eq!(found, ["aws-kms-rotation"]);
    }
}
