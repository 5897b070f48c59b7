//! The word that was meant where another one is written.

/// The word that someone who wrote `text` most likely meant: the most similar one, if it is similar at all.
pub fn nearest<'w>(text: &str, words: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    let text = text.to_lowercase();
    let mut best: Option<(usize, &str)> = None;
    for word in words {
        let distance = strsim::damerau_levenshtein(&text, &word.to_lowercase());
        if best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, word));
        }
    }
    // A third of the letters may be wrong, and one always.
    best.filter(|(distance, word)| *distance <= (word.chars().count() / 3).max(1))
        .map(|(_, word)| word)
}
