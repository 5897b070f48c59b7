//! What may be a secret, and is therefore written nowhere: logs travel farther than sources.
//!
//! Three ways lead to it. What a rule proves to be a secret is hidden by its bytes, wherever they are shown, also where
//! the rule was not selected. What stands under the name of a secret is hidden by its looks ([`lexical`]), because text
//! that does not parse is shown too. What has the form of a credential is hidden in any text. The mask is as wide for one
//! secret as for another.

mod lexical;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use ecow::EcoString;
use rayon::prelude::*;
use regex::Regex;
use rustc_hash::FxHashMap;

use crate::findings::{Certainty, Finding, Label};
use crate::rules::Hidden;
use crate::rules::secret;
use crate::source::{Diagnostic, SourceFile, SourceId, SourceMap};

/// What stands for a secret.
pub(super) const MASK: &str = "********";
/// A secret of fewer letters is hidden at its place, but not looked for in messages: `root` is a word too.
const LEAST: usize = 5;
/// More texts than this are not looked for in messages.
const MAX_TEXTS: usize = 4096;

/// Places in a source, sorted, none touching another.
type Places = Arc<[Range<usize>]>;

/// The secrets of a run.
#[derive(Debug, Clone, Default)]
pub struct Masks {
    /// What rules hide in each source.
    spans: BTreeMap<SourceId, Vec<Range<usize>>>,
    /// All that is hidden in the sources that were shown until now.
    places: Arc<Mutex<BTreeMap<SourceId, Places>>>,
    /// Texts that are hidden in messages, the longest first: one may hold another.
    texts: Vec<String>,
    /// Any of them: one pass tells that a text has none.
    any: Option<Regex>,
}

impl Masks {
    /// The secrets that these findings are about, and what looks like one in the files that diagnostics and undecided
    /// results are about: their messages may repeat it.
    pub fn new<'f>(
        sources: &SourceMap,
        findings: impl Iterator<Item = &'f Finding>,
        diagnostics: impl Iterator<Item = &'f Diagnostic>,
    ) -> Self {
        let mut masks = Self::default();
        let mut texts = BTreeSet::new();
        let mut doubtful = BTreeSet::new();
        for finding in findings {
            let span = finding.primary.span;
            if finding.secret && span.is_somewhere() {
                let file = sources.get(span.source);
                let hidden = unquoted(&file.text, span.start as usize..span.end as usize);
                let own = file.text.get(hidden.clone());
                let own = own.filter(|own| !lexical::is_name(&file.text, own));
                texts.extend(own.map(str::to_owned));
                masks.spans.entry(span.source).or_default().push(hidden);
            }
            if matches!(finding.certainty, Certainty::Undecided(_)) && span.is_somewhere() {
                doubtful.insert(span.source);
            }
        }
        let spans = diagnostics.map(|one| one.span);
        doubtful.extend(
            spans
                .filter(|span| span.is_somewhere())
                .map(|span| span.source),
        );
        // By its looks each source is searched alone, and there may be thousands.
        let doubtful: Vec<SourceId> = doubtful.into_iter().collect();
        let found = doubtful.par_iter().flat_map_iter(|source| {
            let file = sources.get(*source);
            let found = lexical::find(&file.text).into_iter();
            let found = found.filter_map(|range| file.text.get(range));
            let found = found.filter(|own| is_mixed(own) && !lexical::is_name(&file.text, own));
            let found = found.map(str::to_owned);
            found.collect::<Vec<String>>()
        });
        texts.extend(found.collect::<Vec<String>>());
        masks.seek(texts);
        masks
    }

    /// The same with values that no source holds: what the command line gave.
    #[must_use]
    pub fn with<'t>(mut self, texts: impl Iterator<Item = &'t str>) -> Self {
        let all = std::mem::take(&mut self.texts).into_iter();
        self.seek(all.chain(texts.map(str::to_owned)).collect());
        self
    }

    fn seek(&mut self, texts: BTreeSet<String>) {
        self.texts = sought(texts);
        let all: Vec<String> = self.texts.iter().map(|text| regex::escape(text)).collect();
        // Too many or too long for one pass: each is looked for by itself then.
        self.any = (!all.is_empty())
            .then(|| Regex::new(&all.join("|")).ok())
            .flatten();
    }

    /// What of a part of a source is hidden, sorted, none touching another.
    pub(super) fn within(&self, file: &SourceFile, part: Range<usize>) -> Vec<Range<usize>> {
        let places = self.places(file);
        let first = places.partition_point(|range| range.end <= part.start);
        let known = places[first..].iter();
        let mut all: Vec<Range<usize>> = known
            .take_while(|range| range.start < part.end)
            .cloned()
            .collect();
        let shown = &file.text[part.clone()];
        let others = forms(shown).chain(self.repeated(shown));
        all.extend(others.map(|own| part.start + own.start..part.start + own.end));
        merged(all)
    }

    /// What is hidden in a source but for its forms: a source is read once.
    fn places(&self, file: &SourceFile) -> Places {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let known = places.entry(file.id).or_insert_with(|| {
            let known = self.spans.get(&file.id).into_iter().flatten().cloned();
            merged(known.chain(lexical::find(&file.text)).collect()).into()
        });
        known.clone()
    }

    /// A text of ours with the secrets in it hidden.
    pub fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut hidden: Vec<Range<usize>> = forms(text).collect();
        hidden.retain(|range| stands_alone(text, range));
        hidden.extend(self.repeated(text));
        match hidden.is_empty() {
            true => text.into(),
            false => covered(text, hidden).into(),
        }
    }

    /// Where a text has one of the secrets that are known.
    fn repeated(&self, text: &str) -> Vec<Range<usize>> {
        if self.any.as_ref().is_some_and(|any| !any.is_match(text)) {
            return Vec::new();
        }
        let mut found = Vec::new();
        for secret in &self.texts {
            let all = text.match_indices(secret.as_str());
            let all = all.map(|(at, _)| at..at + secret.len());
            found.extend(all.filter(|range| stands_alone(text, range)));
        }
        found
    }

    /// The text of a file, or what is to be one, with the secrets in it hidden.
    pub fn whole(&self, text: &str) -> String {
        let looks = lexical::find(text).into_iter();
        covered(
            text,
            looks
                .chain(forms(text))
                .chain(self.repeated(text))
                .collect(),
        )
    }

    /// The same with what stands at these places, which their authors call sensitive, hidden too.
    #[must_use]
    pub fn hiding(mut self, sources: &SourceMap, places: &[Hidden]) -> Self {
        let mut texts: BTreeSet<String> = std::mem::take(&mut self.texts).into_iter().collect();
        for Hidden { span, text } in places.iter().filter(|one| one.span.is_somewhere()) {
            let file = sources.get(span.source);
            let hidden = unquoted(&file.text, span.start as usize..span.end as usize);
            let own = &file.text[hidden.clone()];
            if own == text && is_mixed(own) && !lexical::is_name(&file.text, own) {
                texts.insert(own.to_owned());
            }
            // A reference, or a call, gives nothing away.
            if own.contains(text.as_str()) {
                self.spans.entry(span.source).or_default().push(hidden);
            }
        }
        self.seek(texts);
        self
    }

    /// Hides what the words of findings repeat.
    pub(super) fn findings(&self, all: &mut [Finding]) {
        // What findings share is asked once.
        let mut shared: FxHashMap<EcoString, Option<String>> = FxHashMap::default();
        for finding in &*all {
            if !shared.contains_key(&finding.advice) {
                shared.insert(finding.advice.clone(), self.hidden(&finding.advice));
            }
            for label in &finding.related {
                if let Cow::Borrowed(text) = label.text
                    && !shared.contains_key(text)
                {
                    shared.insert(text.into(), self.hidden(text));
                }
            }
        }
        all.par_iter_mut()
            .for_each(|one| self.finding(one, &shared));
    }

    fn finding(&self, finding: &mut Finding, shared: &FxHashMap<EcoString, Option<String>>) {
        self.hide(&mut finding.message);
        if let Some(Some(hidden)) = shared.get(&finding.advice) {
            finding.advice = hidden.as_str().into();
        }
        let Finding {
            primary, related, ..
        } = finding;
        for Label { text, .. } in std::iter::once(primary).chain(related) {
            match shared.get(&**text) {
                Some(Some(hidden)) => *text = hidden.clone().into(),
                Some(None) => {}
                None => self.hide(text),
            }
        }
        if let Certainty::Undecided(why) = &mut finding.certainty
            && let Some(text) = why.words_mut()
            && let Cow::Owned(hidden) = self.text(text)
        {
            *text = hidden.into();
        }
    }

    /// Hides what the words of a diagnostic repeat.
    pub(super) fn diagnostic(&self, diagnostic: &mut Diagnostic) {
        self.hide(&mut diagnostic.message);
        if let Some(help) = &mut diagnostic.help {
            self.hide(help);
        }
        for (_, text) in &mut diagnostic.related {
            self.hide(text);
        }
    }

    fn hide<T: AsRef<str> + From<String>>(&self, text: &mut T) {
        if let Some(hidden) = self.hidden((*text).as_ref()) {
            *text = hidden.into();
        }
    }

    /// The text without its secrets, if it has some.
    fn hidden(&self, text: &str) -> Option<String> {
        match self.text(text) {
            Cow::Owned(hidden) => Some(hidden),
            Cow::Borrowed(_) => None,
        }
    }
}

/// The text with a mask over each of these parts.
fn covered(text: &str, hidden: Vec<Range<usize>>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for range in merged(hidden) {
        out.push_str(&text[from..range.start]);
        out.push_str(MASK);
        from = range.end;
    }
    out.push_str(&text[from..]);
    out
}

/// The texts that are looked for: not the short ones, of many the longest.
fn sought(texts: BTreeSet<String>) -> Vec<String> {
    let long = texts.into_iter().filter(|text| text.len() >= LEAST);
    let mut texts: Vec<String> = long.collect();
    texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
    texts.truncate(MAX_TEXTS);
    texts
}

/// Whether a text that only looks like a secret is no plain word: only then other texts are searched for it.
fn is_mixed(text: &str) -> bool {
    let has = |wanted: fn(char) -> bool| text.chars().any(wanted);
    has(char::is_alphabetic) && (has(char::is_numeric) || text.len() >= 16)
}

/// Whether a part is no part of a longer word: `admin1` in `admin10` is another word.
fn stands_alone(text: &str, range: &Range<usize>) -> bool {
    let inner = text[range.clone()].chars();
    let joins = |inside: Option<char>, outside: Option<char>| {
        inside.is_some_and(char::is_alphanumeric) && outside.is_some_and(char::is_alphanumeric)
    };
    let before = text[..range.start].chars().next_back();
    let after = text[range.end..].chars().next();
    !joins(inner.clone().next(), before) && !joins(inner.clone().next_back(), after)
}

/// Words that have the form of a credential: tokens with known prefixes, passwords in addresses.
fn forms(text: &str) -> impl Iterator<Item = Range<usize>> {
    let ends = |letter: char| letter.is_whitespace() || "\"'`,;<>()[]{}|\\".contains(letter);
    let words = text.split_inclusive(ends).scan(0, |at, word| {
        let start = *at;
        *at += word.len();
        Some((start, word))
    });
    words.filter_map(move |(start, word)| {
        let range = secret::in_word(word.trim_end_matches(ends))?;
        Some(start + range.start..start + range.end)
    })
}

/// Sorted, and what touches made one.
fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut out: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match out.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => out.push(range),
        }
    }
    out
}

/// The part of a text inside its quotes, without the blanks at its ends.
fn unquoted(text: &str, range: Range<usize>) -> Range<usize> {
    let start = text.floor_char_boundary(range.start.min(text.len()));
    let end = text.floor_char_boundary(range.end.min(text.len()));
    let own = &text[start..end.max(start)];
    let inner = own.trim();
    let start = start + (own.len() - own.trim_start().len());
    for quote in ['"', '\''] {
        let inside = inner
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote));
        if let Some(inside) = inside {
            return start + 1..start + 1 + inside.len();
        }
    }
    start..start + inner.len()
}

#[cfg(test)]
mod tests;
