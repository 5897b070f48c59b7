//! Atoms: the texts that no pattern of a question tells apart, each with a shortest one of them.
//!
//! All patterns are walked together, as one deterministic automaton that is built as far as it is reached: a state is the
//! set of places that the patterns may have come to. Two texts that end with the same patterns satisfied are of one atom,
//! so a set of texts that the patterns can express is a set of atoms, and its complement is exact.

use std::collections::VecDeque;

use rustc_hash::{FxHashMap, FxHashSet};

/// The most states that are visited, and the most atoms that are told apart.
const MAX_STATES: usize = 60_000;
const MAX_ATOMS: usize = 4_096;

/// A character or a wildcard of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Symbol {
    /// This character.
    Char(char),
    /// A letter in either case; the small one.
    Letter(char),
    /// Any one character.
    One,
    /// Any text.
    Any,
    /// Any one character but a colon.
    OneOfField,
    /// Any text without a colon.
    AnyOfField,
}

/// A pattern of texts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pattern(Vec<Symbol>);

/// What wildcards mean in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wild {
    /// Nothing: the very text.
    Not,
    /// `*` and `?` over all characters.
    Free,
    /// As in an ARN: not across the colons of its first five fields.
    Fields,
}

impl Pattern {
    /// The pattern that a text is. In a text with wildcards `${*}`, `${?}` and `${$}` are the characters themselves (IAM
    /// User Guide, "IAM policy elements: Variables and tags", "Where you can use policy variables").
    pub fn new(text: &str, wild: Wild, ignore_case: bool) -> Pattern {
        let mut symbols = Vec::with_capacity(text.len());
        let mut colons = 0;
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            if let Some(plain) = ["${*}", "${?}", "${$}"]
                .iter()
                .find(|own| rest.starts_with(**own))
            {
                symbols.extend(plain.chars().nth(2).map(Symbol::Char));
                rest = &rest[plain.len()..];
                continue;
            }
            if rest.starts_with("${")
                && let Some(end) = rest.find('}')
            {
                // A policy variable is a text of its own, the same wherever it stands.
                let name = rest[1..=end].to_ascii_lowercase().replace(':', "\u{e001}");
                symbols.push(Symbol::Char('\u{e002}'));
                symbols.extend(name.chars().map(Symbol::Char));
                rest = &rest[end + 1..];
                continue;
            }
            rest = &rest[c.len_utf8()..];
            colons += usize::from(c == ':');
            let in_field = wild == Wild::Fields && colons < 5;
            symbols.push(match c {
                '*' if wild != Wild::Not && in_field => Symbol::AnyOfField,
                '*' if wild != Wild::Not => Symbol::Any,
                '?' if wild != Wild::Not && in_field => Symbol::OneOfField,
                '?' if wild != Wild::Not => Symbol::One,
                c if ignore_case && c.is_ascii_alphabetic() => {
                    Symbol::Letter(c.to_ascii_lowercase())
                }
                c => Symbol::Char(c),
            });
        }
        // A run of wildcards for any text is one.
        symbols.dedup_by(|a, b| a == b && matches!(a, Symbol::Any | Symbol::AnyOfField));
        Pattern(symbols)
    }

    /// Whether any text may stand at its front.
    pub fn begins_open(&self) -> bool {
        matches!(self.0.first(), Some(Symbol::Any | Symbol::AnyOfField))
    }

    /// Whether a text fits it.
    pub fn matches(&self, text: &str) -> bool {
        let mut here = vec![0];
        close(&self.0, &mut here);
        for c in text.chars() {
            here = step(&self.0, &here, c);
            if here.is_empty() {
                return false;
            }
        }
        here.last() == Some(&self.0.len())
    }
}

/// A set of atoms, as bits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Bits(Vec<u64>);

impl Bits {
    /// None of so many.
    pub fn none(len: usize) -> Bits {
        Bits(vec![0; len.div_ceil(64)])
    }

    /// All of so many.
    pub fn all(len: usize) -> Bits {
        let mut all = Bits::none(len);
        (0..len).for_each(|at| all.add(at));
        all
    }

    /// With this one.
    pub fn add(&mut self, at: usize) {
        self.0[at / 64] |= 1 << (at % 64);
    }

    /// Whether this one is in it.
    pub fn has(&self, at: usize) -> bool {
        self.0[at / 64] & (1 << (at % 64)) != 0
    }

    /// Those in both.
    #[must_use]
    pub fn and(&self, other: &Bits) -> Bits {
        Bits(self.0.iter().zip(&other.0).map(|(a, b)| a & b).collect())
    }

    /// Those in either.
    #[must_use]
    pub fn or(&self, other: &Bits) -> Bits {
        Bits(self.0.iter().zip(&other.0).map(|(a, b)| a | b).collect())
    }

    /// Those that are not in the other.
    #[must_use]
    pub fn less(&self, other: &Bits) -> Bits {
        Bits(self.0.iter().zip(&other.0).map(|(a, b)| a & !b).collect())
    }

    /// Whether none is in it.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// The first in it.
    pub fn first(&self) -> Option<usize> {
        let word = self.0.iter().position(|word| *word != 0)?;
        Some(word * 64 + self.0[word].trailing_zeros() as usize)
    }

    /// Those in it, rising.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.0.len() * 64).filter(|at| self.has(*at))
    }
}

/// The atoms of some patterns: which patterns each satisfies, and one of its texts.
#[derive(Debug, Clone)]
pub struct Atoms {
    accepted: Vec<Bits>,
    /// A shortest text of each.
    pub witnesses: Vec<String>,
}

impl Atoms {
    /// The atoms of all texts under these patterns; `None` where there are too many.
    pub fn of(patterns: &[Pattern]) -> Option<Atoms> {
        Automaton::new(patterns).explore()
    }

    /// The atoms of which these texts are samples, each with the patterns that it satisfies.
    pub fn sampled(samples: impl IntoIterator<Item = (String, Bits)>) -> Atoms {
        let mut atoms = Atoms {
            accepted: Vec::new(),
            witnesses: Vec::new(),
        };
        for (text, accepted) in samples {
            if !atoms.accepted.contains(&accepted) {
                atoms.accepted.push(accepted);
                atoms.witnesses.push(text);
            }
        }
        atoms
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.witnesses.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.witnesses.is_empty()
    }

    /// Those that satisfy a pattern, by its number; with room for more behind them.
    pub fn satisfying(&self, pattern: usize, room: usize) -> Bits {
        let mut bits = Bits::none(self.len() + room);
        for (at, accepted) in self.accepted.iter().enumerate() {
            if accepted.has(pattern) {
                bits.add(at);
            }
        }
        bits
    }
}

/// All patterns side by side; a place is counted through all of them.
struct Automaton {
    symbols: Vec<Option<Symbol>>,
    starts: Vec<u32>,
    ends: FxHashMap<u32, usize>,
    patterns: usize,
}

impl Automaton {
    fn new(patterns: &[Pattern]) -> Self {
        let mut own = Self {
            symbols: Vec::new(),
            starts: Vec::new(),
            ends: FxHashMap::default(),
            patterns: patterns.len(),
        };
        for (at, pattern) in patterns.iter().enumerate() {
            own.starts.push(own.symbols.len() as u32);
            own.symbols.extend(pattern.0.iter().copied().map(Some));
            own.ends.insert(own.symbols.len() as u32, at);
            own.symbols.push(None);
        }
        own
    }

    fn explore(&self) -> Option<Atoms> {
        let mut atoms = Atoms {
            accepted: Vec::new(),
            witnesses: Vec::new(),
        };
        let mut known: FxHashSet<Bits> = FxHashSet::default();
        let mut seen: FxHashSet<Vec<u32>> = FxHashSet::default();
        let mut waiting: VecDeque<(Vec<u32>, String)> = VecDeque::new();
        let start = self.closed(self.starts.clone());
        seen.insert(start.clone());
        waiting.push_back((start, String::new()));
        while let Some((state, text)) = waiting.pop_front() {
            let mut accepted = Bits::none(self.patterns);
            let ends = state.iter().filter_map(|place| self.ends.get(place));
            ends.for_each(|pattern| accepted.add(*pattern));
            if known.insert(accepted.clone()) {
                atoms.accepted.push(accepted);
                atoms.witnesses.push(text.clone());
            }
            if atoms.len() > MAX_ATOMS || seen.len() > MAX_STATES {
                return None;
            }
            for c in self.alphabet(&state) {
                let next = self.next(&state, c);
                if seen.insert(next.clone()) {
                    let mut text = text.clone();
                    text.push(c);
                    waiting.push_back((next, text));
                }
            }
        }
        Some(atoms)
    }

    /// The characters that lead somewhere of their own, and one that stands for all others.
    fn alphabet(&self, state: &[u32]) -> Vec<char> {
        let mut own: Vec<char> = Vec::new();
        for place in state {
            match self.symbols[*place as usize] {
                Some(Symbol::Char(c)) => own.push(c),
                Some(Symbol::Letter(c)) => own.extend([c, c.to_ascii_uppercase()]),
                Some(Symbol::OneOfField | Symbol::AnyOfField) => own.push(':'),
                Some(Symbol::One | Symbol::Any) | None => {}
            }
        }
        own.sort_unstable();
        own.dedup();
        let other = ('a'..='z')
            .rev()
            .chain('0'..='9')
            .chain('\u{a1}'..='\u{ffff}');
        let mut other = other.filter(|c| own.binary_search(c).is_err() && *c != ':');
        let other = other.next();
        // Last, so that texts which mean something are found before those that do not.
        own.extend(other);
        own
    }

    fn next(&self, state: &[u32], c: char) -> Vec<u32> {
        let mut next = Vec::with_capacity(state.len());
        for place in state {
            if let Some(symbol) = self.symbols[*place as usize] {
                let (stays, goes) = moves(symbol, c);
                if stays {
                    next.push(*place);
                }
                if goes {
                    next.push(place + 1);
                }
            }
        }
        self.closed(next)
    }

    /// With the places behind wildcards that may stand for nothing.
    fn closed(&self, mut state: Vec<u32>) -> Vec<u32> {
        let mut at = 0;
        while at < state.len() {
            let place = state[at];
            if matches!(
                self.symbols[place as usize],
                Some(Symbol::Any | Symbol::AnyOfField)
            ) {
                state.push(place + 1);
            }
            at += 1;
        }
        state.sort_unstable();
        state.dedup();
        state
    }
}

/// Whether a symbol stays where it is, and goes on, over a character.
fn moves(symbol: Symbol, c: char) -> (bool, bool) {
    match symbol {
        Symbol::Char(own) => (false, own == c),
        Symbol::Letter(own) => (false, own == c.to_ascii_lowercase()),
        Symbol::One => (false, true),
        Symbol::Any => (true, false),
        Symbol::OneOfField => (false, c != ':'),
        Symbol::AnyOfField => (c != ':', false),
    }
}

fn step(symbols: &[Symbol], here: &[usize], c: char) -> Vec<usize> {
    let mut next = Vec::with_capacity(here.len());
    for place in here.iter().filter(|place| **place < symbols.len()) {
        let (stays, goes) = moves(symbols[*place], c);
        next.extend(stays.then_some(*place));
        next.extend(goes.then_some(place + 1));
    }
    close(symbols, &mut next);
    next
}

fn close(symbols: &[Symbol], here: &mut Vec<usize>) {
    let mut at = 0;
    while at < here.len() {
        let place = here[at];
        if matches!(symbols.get(place), Some(Symbol::Any | Symbol::AnyOfField)) {
            here.push(place + 1);
        }
        at += 1;
    }
    here.sort_unstable();
    here.dedup();
}
