//! Sets of texts: what a text that is known in part can be, and what is asked of it.
//!
//! A question about a text is a set of texts too, written as a regular expression over the whole text. The answer is true
//! where all that the text can be lies in the set, false where nothing does, and unknown between. A closure over a known
//! text could not do that: with one piece unknown it never runs.

use std::collections::VecDeque;
use std::hash::Hash;

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Truth, budget};

/// The most states of one set: a text longer than this is not asked piece by piece.
const MAX_STATES: usize = 1 << 16;
/// The most pairs of a place in one set and the places in others that are visited for one answer.
const MAX_VISITS: usize = 1 << 18;

/// What a visit takes, in steps of the budget.
const VISIT: usize = 100;

/// A regular set of texts, as a nondeterministic automaton.
#[derive(Debug, Clone, PartialEq)]
pub struct Texts {
    states: Vec<State>,
    start: u32,
}

#[derive(Debug, Clone, PartialEq)]
enum State {
    /// The text ends here.
    End,
    /// Goes on at any of these without reading.
    Any(Vec<u32>),
    /// Reads one character of these ranges, both ends included.
    One(Vec<(u32, u32)>, u32),
}

/// Every character there is.
const EVERY: (u32, u32) = (0, char::MAX as u32);

impl Texts {
    /// The texts that a regular expression matches as a whole. One that does not parse, or with assertions inside, matches
    /// nothing: expressions stand in this program or are made by it, and a test reads them all.
    pub fn matching(pattern: &str) -> Texts {
        let parsed = ParserBuilder::new()
            .dot_matches_new_line(true)
            .build()
            .parse(pattern);
        let mut made = Texts::end();
        made.start = match parsed {
            Ok(hir) => made.read(&hir, 0),
            Err(_) => made.none(),
        };
        made
    }

    /// The texts that a glob matches: `*` is any text, `?` any one character.
    pub fn glob(glob: &str) -> Texts {
        let mut made = Texts::end();
        for c in glob.chars().rev() {
            made.start = match c {
                '*' => made.any(made.start),
                '?' => made.push(State::One(vec![EVERY], made.start)),
                c => made.push(State::One(vec![(c.into(), c.into())], made.start)),
            };
        }
        made
    }

    /// The one text.
    pub fn only(text: &str) -> Texts {
        let mut made = Texts::end();
        made.start = made.text(text, 0);
        made
    }

    /// Any text at all.
    pub fn all() -> Texts {
        let mut made = Texts::end();
        made.start = made.any(0);
        made
    }

    /// The texts of one of these sets.
    pub fn either<'t>(sets: impl IntoIterator<Item = &'t Texts>) -> Texts {
        let mut made = Texts::end();
        let starts = sets.into_iter().map(|set| made.before(set, 0)).collect();
        made.start = made.push(State::Any(starts));
        made
    }

    /// A text of each of these sets, one behind the other.
    pub fn joined<'t>(sets: impl DoubleEndedIterator<Item = &'t Texts>) -> Texts {
        let mut made = Texts::end();
        for set in sets.rev() {
            made.start = made.before(set, made.start);
        }
        made
    }

    /// Whether a text is one of these.
    pub fn has(&self, text: &str) -> bool {
        // Two lists and the round in which a state was last reached: nothing is made for a letter.
        let mut seen: Vec<u32> = vec![0; self.states.len()];
        let (mut here, mut next) = (Vec::new(), vec![self.start]);
        let mut steps = self.states.len() / 8;
        for (round, c) in (1..).zip(text.chars().map(Some).chain([None])) {
            here.clear();
            while let Some(at) = next.pop() {
                let last = &mut seen[at as usize];
                if std::mem::replace(last, round) == round {
                    continue;
                }
                match &self.states[at as usize] {
                    State::Any(to) => next.extend(to),
                    State::End | State::One(..) => here.push(at),
                }
            }
            steps += 1 + 2 * here.len();
            let Some(c) = c else { break };
            let c = u32::from(c);
            next.extend(here.iter().filter_map(|at| self.beyond(*at, c)));
            if next.is_empty() {
                here.clear();
                break;
            }
        }
        budget::work(steps);
        here.contains(&0)
    }

    /// Whether a text of this set is one of the asked ones: true of all, false of none. Only the texts count that are
    /// among the `valid` ones too.
    pub fn within(&self, asked: &Texts, valid: Option<&Texts>) -> Truth {
        if self.states.len() > MAX_STATES {
            return Truth::Unknown;
        }
        Search::new(self, asked, valid).answer()
    }

    /// The set of the empty text; state 0 is the end of every set.
    fn end() -> Texts {
        Texts {
            states: vec![State::End],
            start: 0,
        }
    }

    fn push(&mut self, state: State) -> u32 {
        self.states.push(state);
        (self.states.len() - 1) as u32
    }

    /// A state from which nothing leads to the end.
    fn none(&mut self) -> u32 {
        self.push(State::Any(Vec::new()))
    }

    fn any(&mut self, next: u32) -> u32 {
        self.repeated(next, |made, again| {
            made.push(State::One(vec![EVERY], again))
        })
    }

    fn text(&mut self, text: &str, next: u32) -> u32 {
        text.chars().rev().fold(next, |next, c| {
            self.push(State::One(vec![(c.into(), c.into())], next))
        })
    }

    /// Any number of repetitions of what `once` makes.
    fn repeated(&mut self, next: u32, once: impl FnOnce(&mut Self, u32) -> u32) -> u32 {
        let again = self.push(State::Any(Vec::new()));
        let body = once(self, again);
        self.states[again as usize] = State::Any(vec![body, next]);
        again
    }

    /// Another set in front of a state of this one.
    fn before(&mut self, set: &Texts, next: u32) -> u32 {
        let offset = self.states.len() as u32;
        let moved = |state: &u32| state + offset;
        for state in &set.states {
            self.states.push(match state {
                State::End => State::Any(vec![next]),
                State::Any(to) => State::Any(to.iter().map(moved).collect()),
                State::One(ranges, to) => State::One(ranges.clone(), moved(to)),
            });
        }
        set.start + offset
    }

    fn read(&mut self, hir: &Hir, next: u32) -> u32 {
        if self.states.len() > MAX_STATES {
            return self.none();
        }
        match hir.kind() {
            HirKind::Empty => next,
            HirKind::Literal(literal) => match std::str::from_utf8(&literal.0) {
                Ok(text) => self.text(text, next),
                Err(_) => self.none(),
            },
            HirKind::Class(Class::Unicode(class)) => {
                let ranges = class
                    .iter()
                    .map(|own| (own.start().into(), own.end().into()));
                let ranges = ranges.collect();
                self.push(State::One(ranges, next))
            }
            HirKind::Class(Class::Bytes(_)) | HirKind::Look(_) => self.none(),
            HirKind::Repetition(own) => {
                let mut next = match own.max {
                    None => self.repeated(next, |made, again| made.read(&own.sub, again)),
                    Some(max) => (own.min..max).fold(next, |inner, _| {
                        let body = self.read(&own.sub, inner);
                        self.push(State::Any(vec![body, next]))
                    }),
                };
                for _ in 0..own.min {
                    next = self.read(&own.sub, next);
                }
                next
            }
            HirKind::Capture(own) => self.read(&own.sub, next),
            HirKind::Concat(parts) => {
                let parts = parts.iter().rev();
                parts.fold(next, |next, part| self.read(part, next))
            }
            HirKind::Alternation(arms) => {
                let arms = arms.iter().map(|arm| self.read(arm, next)).collect();
                self.push(State::Any(arms))
            }
        }
    }

    /// The states that these lead to without reading, in order.
    fn closed(&self, from: &[u32]) -> Vec<u32> {
        let mut found: Vec<u32> = Vec::new();
        let mut seen: FxHashSet<u32> = FxHashSet::default();
        let mut open: Vec<u32> = from.to_vec();
        while let Some(at) = open.pop() {
            if !seen.insert(at) {
                continue;
            }
            match &self.states[at as usize] {
                State::Any(to) => open.extend(to),
                State::End | State::One(..) => found.push(at),
            }
        }
        found.sort_unstable();
        found
    }

    /// The states behind these after one character.
    fn after(&self, from: &[u32], c: u32) -> Vec<u32> {
        from.iter().filter_map(|at| self.beyond(*at, c)).collect()
    }

    /// The state behind one after one character.
    fn beyond(&self, at: u32, c: u32) -> Option<u32> {
        match &self.states[at as usize] {
            State::One(ranges, to) => {
                let holds = ranges.iter().any(|(low, high)| (*low..=*high).contains(&c));
                holds.then_some(*to)
            }
            _ => None,
        }
    }

    /// Where ranges that begin at these states begin and where they have ended.
    fn cuts(&self, from: &[u32], cuts: &mut Vec<u32>) {
        for at in from {
            if let State::One(ranges, _) = &self.states[*at as usize] {
                cuts.extend(ranges.iter().flat_map(|(low, high)| [*low, high + 1]));
            }
        }
    }
}

/// Numbers for sets of states, so that a place in a search is small.
#[derive(Default)]
struct Sets {
    numbers: FxHashMap<Vec<u32>, u32>,
    sets: Vec<Vec<u32>>,
}

impl Sets {
    fn number(&mut self, set: Vec<u32>) -> u32 {
        let next = self.sets.len() as u32;
        let number = *self.numbers.entry(set.clone()).or_insert(next);
        if number == next {
            self.sets.push(set);
        }
        number
    }
}

/// A place in the own set beside the places in the two others.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Place {
    own: u32,
    asked: u32,
    valid: u32,
}

/// Walks through all the texts of a set at once, beside what they are asked.
struct Search<'t> {
    own: &'t Texts,
    asked: &'t Texts,
    valid: Option<&'t Texts>,
    sets: Sets,
    seen: FxHashSet<Place>,
    open: VecDeque<Place>,
}

impl<'t> Search<'t> {
    fn new(own: &'t Texts, asked: &'t Texts, valid: Option<&'t Texts>) -> Self {
        let mut search = Self {
            own,
            asked,
            valid,
            sets: Sets::default(),
            seen: FxHashSet::default(),
            open: VecDeque::new(),
        };
        let first = Place {
            own: own.start,
            asked: search.sets.number(asked.closed(&[asked.start])),
            valid: search
                .sets
                .number(valid.map_or_else(Vec::new, |set| set.closed(&[set.start]))),
        };
        search.visit(first);
        search
    }

    fn visit(&mut self, place: Place) {
        if self.seen.insert(place) {
            self.open.push_back(place);
        }
    }

    fn answer(mut self) -> Truth {
        let (mut inside, mut outside) = (false, false);
        while let Some(place) = self.open.pop_front() {
            budget::work(VISIT);
            if self.seen.len() > MAX_VISITS || budget::is_spent() {
                return Truth::Unknown;
            }
            match &self.own.states[place.own as usize] {
                State::End if self.ends(self.valid.is_none(), place.valid) => {
                    match self.ends(false, place.asked) {
                        true => inside = true,
                        false => outside = true,
                    }
                }
                State::End => {}
                State::Any(to) => to
                    .iter()
                    .for_each(|own| self.visit(Place { own: *own, ..place })),
                State::One(ranges, to) => self.read(place, ranges, *to),
            }
            if inside && outside {
                return Truth::Unknown;
            }
        }
        match (inside, outside) {
            (true, false) => Truth::True,
            (false, true) => Truth::False,
            // No text at all can stand here: nothing is known of what does.
            _ => Truth::Unknown,
        }
    }

    /// Whether a text may end at a set of states.
    fn ends(&self, always: bool, set: u32) -> bool {
        always || self.sets.sets[set as usize].contains(&0)
    }

    /// One character of each class that the other sets tell apart.
    fn read(&mut self, place: Place, ranges: &[(u32, u32)], to: u32) {
        let asked = self.sets.sets[place.asked as usize].clone();
        let valid = self.sets.sets[place.valid as usize].clone();
        let mut cuts = Vec::new();
        self.asked.cuts(&asked, &mut cuts);
        if let Some(set) = self.valid {
            set.cuts(&valid, &mut cuts);
        }
        cuts.sort_unstable();
        cuts.dedup();
        for (low, high) in ranges {
            let inside = cuts.iter().copied().filter(|cut| low < cut && cut <= high);
            for c in std::iter::once(*low).chain(inside) {
                let next = self
                    .valid
                    .map_or_else(Vec::new, |set| set.closed(&set.after(&valid, c)));
                if self.valid.is_some() && next.is_empty() {
                    continue;
                }
                let place = Place {
                    own: to,
                    asked: self
                        .sets
                        .number(self.asked.closed(&self.asked.after(&asked, c))),
                    valid: self.sets.number(next),
                };
                self.visit(place);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Texts;
    use crate::eval::Truth::{False, True, Unknown};

    fn of(pattern: &str) -> Texts {
        Texts::matching(pattern)
    }

    #[test]
    fn what_a_text_can_be_decides() {
        for (own, asked, answer) in [
            ("arn:[a-z-]+:iam::aws:policy/Admin", "arn:.*/Admin", True),
            ("arn:[a-z-]+:iam::aws:policy/Admin", ".*/Reader", False),
            (".*", ".*/Reader", Unknown),
            ("[0-9]{12}", r"\*", False),
            ("[0-9]{12}", "[0-9]{10,}", True),
            ("a.*c", "b.*|.*d", False),
            ("a.*b.*c", "ac", False),
            ("x|y", "[xy]", True),
            ("x|z", "[xy]", Unknown),
            ("", "", True),
            ("é.", "é?", False),
            ("(?i)AdMin", "(?i)admin", True),
        ] {
            assert_eq!(of(own).within(&of(asked), None), answer, "{own} in {asked}");
        }
    }

    #[test]
    fn only_valid_texts_count() {
        let own = of("arn:aws:iam::.*:root");
        let asked = of("arn:aws:iam::[0-9]{12}:root");
        assert_eq!(own.within(&asked, None), Unknown);
        let valid = of(r"\*|arn:aws:iam::[0-9]{12}:(root|role/[^:]+)");
        assert_eq!(own.within(&asked, Some(&valid)), True);
        assert_eq!(of("x").within(&asked, Some(&valid)), Unknown);
    }

    #[test]
    fn sets_are_put_together() {
        let front = [of("a"), Texts::all(), Texts::only("z")];
        let joined = Texts::joined(front.iter());
        assert!(joined.has("az") && joined.has("abcz") && !joined.has("ab"));
        let either = Texts::either(&front[..2]);
        assert!(either.has("") && either.has("a"));
        assert!(Texts::glob("a*c?").has("abcd") && !Texts::glob("a*c?").has("abc"));
        assert!(!of("a(?").has("a"), "what does not parse matches nothing");
    }

    proptest! {
        /// A hole may be filled with anything: the answer for the whole is never against that for one filling.
        #[test]
        fn answers_hold_for_every_filling(glob in "[ab*?]{0,6}", parts in prop::collection::vec("[ab]{0,3}", 1..4), filling in "[ab]{0,4}") {
            let hole = Texts::all();
            let known: Vec<Texts> = parts.iter().map(|part| Texts::only(part)).collect();
            let mut pieces: Vec<&Texts> = Vec::new();
            for part in &known {
                if !pieces.is_empty() {
                    pieces.push(&hole);
                }
                pieces.push(part);
            }
            let filled = parts.join(&filling);
            let asked = Texts::glob(&glob);
            let answer = Texts::joined(pieces.into_iter()).within(&asked, None);
            let one = asked.has(&filled);
            prop_assert!(answer != True || one);
            prop_assert!(answer != False || !one);
            prop_assert_eq!(parts.len() > 1 || answer != Unknown, true);
        }
    }
}
