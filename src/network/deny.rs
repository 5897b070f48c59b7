//! Rules that deny, where rules are asked in turn: what an earlier one denies, a later one does not open.

use crate::eval::{Value, Why};

use super::Intervals;
use super::address::{Addresses, parse};
use super::reach::{Opening, Terms};

/// Into how many pieces denials may cut one opening before the rest is "perhaps".
const MAX_PIECES: usize = 64;

/// A rule that denies.
pub(super) struct Denial {
    pub(super) addresses: Addresses,
    pub(super) ports: Vec<(u16, u16)>,
    /// Why it may not be so, or not deny all of this.
    pub(super) unsure: Option<Why>,
    pub(super) terms: Terms,
}

/// How sure it is that a denial comes before an opening and is about all that it opens, apart from addresses and ports.
enum Weight {
    No,
    Perhaps(Why),
    Sure,
}

/// What the denials leave of the openings.
pub(super) fn refute(openings: Vec<Opening>, denials: &[Denial]) -> Vec<Opening> {
    openings
        .into_iter()
        .flat_map(|opening| cut(opening, denials))
        .collect()
}

fn cut(opening: Opening, denials: &[Denial]) -> Vec<Opening> {
    let mut pieces = vec![opening];
    for denial in denials {
        let weight = denial.weight(&pieces[0].terms);
        if let Weight::No = weight {
            continue;
        }
        let denied = intervals(&denial.ports);
        let mut left = Vec::with_capacity(pieces.len());
        for mut piece in pieces {
            let ports = intervals(&piece.ports);
            let both = ports.intersection(&denied);
            if both.is_empty() || !piece.addresses.meets(&denial.addresses) {
                left.push(piece);
                continue;
            }
            match &weight {
                Weight::Sure if left.len() < MAX_PIECES => {
                    let rest = piece.addresses.without(&denial.addresses);
                    if !rest.is_empty() {
                        left.push(Opening {
                            addresses: rest,
                            ports: ranges(&both),
                            ..piece.clone()
                        });
                    }
                    let others = ports.without(&denied);
                    if !others.is_empty() {
                        piece.ports = ranges(&others);
                        left.push(piece);
                    }
                }
                Weight::Perhaps(why) => {
                    piece.unsure.get_or_insert_with(|| why.clone());
                    left.push(piece);
                }
                _ => {
                    piece.unsure.get_or_insert(Why::Limit);
                    left.push(piece);
                }
            }
        }
        pieces = left;
        if pieces.is_empty() {
            break;
        }
    }
    pieces
}

impl Denial {
    fn weight(&self, opening: &Terms) -> Weight {
        let covers = self.terms.protocols.is_empty()
            || (!opening.protocols.is_empty()
                && opening
                    .protocols
                    .iter()
                    .all(|own| self.terms.protocols.contains(own)));
        if !covers {
            return Weight::No;
        }
        let mut perhaps = self.unsure.clone();
        match (self.terms.turn, opening.turn) {
            (Some(own), Some(other)) if own >= other => return Weight::No,
            (Some(_), Some(_)) => {}
            _ => {
                perhaps.get_or_insert(Why::Condition);
            }
        }
        for (at, own) in self.terms.narrows.iter().enumerate() {
            let other = opening.narrows.get(at).map_or(&[][..], Vec::as_slice);
            if own.is_empty() || own.iter().any(is_everything) || same(own, other) {
                continue;
            }
            match own.iter().find_map(Value::first_why) {
                Some(why) => {
                    perhaps.get_or_insert(why);
                }
                None => return Weight::No,
            }
        }
        perhaps.map_or(Weight::Sure, Weight::Perhaps)
    }
}

fn is_everything(value: &Value) -> bool {
    value
        .as_text()
        .is_some_and(|text| parse(text.trim()).is_some_and(|addresses| addresses.is_world_whole()))
}

/// Whether two lists have the same known texts.
fn same(a: &[Value], b: &[Value]) -> bool {
    let texts = |values: &[Value]| -> Option<Vec<String>> {
        let mut texts = values
            .iter()
            .map(|value| value.as_text().map(str::to_ascii_lowercase))
            .collect::<Option<Vec<_>>>()?;
        texts.sort_unstable();
        Some(texts)
    };
    texts(a).is_some_and(|a| texts(b) == Some(a))
}

fn intervals(ports: &[(u16, u16)]) -> Intervals {
    Intervals::of(ports.iter().map(|&(from, to)| (from.into(), to.into())))
}

fn ranges(ports: &Intervals) -> Vec<(u16, u16)> {
    let port = |number: u128| u16::try_from(number).unwrap_or(u16::MAX);
    ports
        .iter()
        .map(|(from, to)| (port(from), port(to)))
        .collect()
}
