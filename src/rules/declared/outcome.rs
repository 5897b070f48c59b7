//! What a check says of a resource, and because of which values.

use ecow::{EcoString, eco_format};
use rustc_hash::FxHashSet;

use crate::eval::{Origin, Truth, Value, Why};
use crate::source::Span;

/// A value, or the absence of one, that an answer rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct Witness {
    /// Where the value comes from; `None`: it is absent.
    pub origin: Option<Origin>,
    /// Where it is absent, when that is some place better than the header of the resource.
    pub place: Option<Span>,
    /// Why it is not known, when it is not.
    pub why: Option<Why>,
    /// What the message says of it in place of `{detail}`.
    pub detail: Option<EcoString>,
}

/// An answer and its independent causes. Each cause alone is enough for the answer; within one all witnesses count.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The answer.
    pub truth: Truth,
    /// At least one cause, but for answers about nothing (every member of an empty list).
    pub causes: Vec<Vec<Witness>>,
}

/// How many places are shown that are wrong together.
const MAX_TOGETHER: usize = 6;
/// How many of them are named.
const MAX_NAMED: usize = 3;

/// `a`, `a and b`, `a, b, c and 4 others`.
fn enumerated(said: &[EcoString]) -> Option<EcoString> {
    let named = &said[..said.len().min(MAX_NAMED)];
    let others = said.len() - named.len();
    Some(match (named, others) {
        ([], _) => return None,
        ([one], _) => one.clone(),
        ([firsts @ .., last], 0) => eco_format!("{} and {last}", firsts.join(", ")),
        (_, 1) => eco_format!("{} and one other", named.join(", ")),
        (_, others) => eco_format!("{} and {others} others", named.join(", ")),
    })
}

impl Witness {
    /// A value that is there.
    pub fn of(value: &Value) -> Self {
        Self {
            origin: Some(value.origin.clone()),
            place: None,
            why: value.first_why(),
            detail: None,
        }
    }

    /// With the words for `{detail}`.
    #[must_use]
    pub fn saying(self, detail: impl Into<EcoString>) -> Self {
        Self {
            detail: Some(detail.into()),
            ..self
        }
    }

    /// Where it is, when that is some place better than the header of the resource.
    pub fn span(&self) -> Option<Span> {
        let origin = self.origin.as_ref().map(|origin| origin.span);
        origin.or(self.place).filter(|span| span.is_somewhere())
    }

    /// An absence.
    pub fn absent(place: Option<Span>) -> Self {
        Self {
            origin: None,
            place,
            why: None,
            detail: None,
        }
    }
}

impl Outcome {
    /// An answer that rests on one thing.
    pub fn new(truth: Truth, witness: Witness) -> Self {
        Self {
            truth,
            causes: vec![vec![witness]],
        }
    }

    /// Not known, for this reason.
    pub fn unknown(value: &Value, why: Why) -> Self {
        let witness = Witness {
            why: Some(why),
            ..Witness::of(value)
        };
        Self::new(Truth::Unknown, witness)
    }

    /// True when all are; false because of each one that is false.
    pub fn all(members: impl IntoIterator<Item = Outcome>) -> Self {
        Self::fold(members, Truth::False)
    }

    /// True because of each one that is true; false when all are.
    pub fn any(members: impl IntoIterator<Item = Outcome>) -> Self {
        Self::fold(members, Truth::True)
    }

    /// True for one cause: all that make it true together, with the first of them to blame and what each says of itself
    /// in one list. Of what is not known the first.
    pub fn any_as_one(members: impl IntoIterator<Item = Outcome>) -> Self {
        let outcome = Self::any(members);
        let mut causes = outcome.causes.into_iter();
        let Some(mut cause) = causes.next().filter(|_| !outcome.truth.is_false()) else {
            return Self {
                truth: outcome.truth,
                causes: Vec::new(),
            };
        };
        if outcome.truth.is_true() {
            let mut said: Vec<EcoString> = Vec::new();
            let mut known: FxHashSet<EcoString> = FxHashSet::default();
            let mut others = 0;
            for witness in cause.drain(..).chain(causes.flatten()).collect::<Vec<_>>() {
                others += usize::from(cause.len() >= MAX_TOGETHER);
                if let Some(detail) = &witness.detail
                    && !detail.is_empty()
                    && known.insert(detail.clone())
                {
                    said.push(detail.clone());
                }
                if others == 0 {
                    cause.push(witness);
                }
            }
            if let Some(first) = cause.first_mut() {
                first.detail = enumerated(&said);
            }
        }
        Self {
            truth: outcome.truth,
            causes: vec![cause],
        }
    }

    /// The opposite, for the same causes.
    #[must_use]
    pub fn negated(self) -> Self {
        Self {
            truth: !self.truth,
            causes: self.causes,
        }
    }

    /// `decisive` wins wherever it occurs, each occurrence a cause of its own; without it every member counts together.
    fn fold(members: impl IntoIterator<Item = Outcome>, decisive: Truth) -> Self {
        let members: Vec<Outcome> = members.into_iter().collect();
        let truth = if members.iter().any(|one| one.truth == decisive) {
            decisive
        } else if members.iter().any(|one| one.truth.is_unknown()) {
            Truth::Unknown
        } else {
            !decisive
        };
        let causes = members
            .into_iter()
            .filter(|one| one.truth == truth)
            .flat_map(|one| one.causes);
        let causes: Vec<Vec<Witness>> = if truth == !decisive {
            let together: Vec<Witness> = causes.flatten().collect();
            if together.is_empty() {
                Vec::new()
            } else {
                vec![together]
            }
        } else {
            causes.collect()
        };
        Self { truth, causes }
    }
}
