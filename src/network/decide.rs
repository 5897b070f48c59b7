//! From openings to an answer: what is known for sure first, what may be besides second.

use crate::eval::{Truth, Value, Why};

use super::address::Addresses;
use super::question::{Answer, Opening, Question, Side};

/// The most steps of the search for a port that several rules open together.
const MAX_WORK: usize = 1 << 20;

/// What openings say together.
pub(super) fn decide(openings: &[Opening], question: &Question) -> Answer {
    let wide = |addresses: &Addresses| match &question.from {
        Side::World => addresses.is_world(),
        Side::Public => addresses.is_some_public(),
        Side::Private => addresses.is_wide_private(),
        Side::Anyone => true,
        Side::Networks(from) => addresses.meets(from),
    };
    let asked = if question.ports.is_empty() {
        vec![(0, u16::MAX)]
    } else {
        question.ports.clone()
    };
    let meets = |opening: &Opening| {
        opening.counts
            && opening
                .ports
                .iter()
                .any(|(from, to)| asked.iter().any(|(low, high)| from <= high && low <= to))
    };
    let alone: Vec<&Opening> = openings
        .iter()
        .filter(|one| meets(one) && wide(&one.addresses))
        .collect();
    let sure = alone.iter().filter(|one| one.unsure.is_none());
    let sure: Vec<Vec<Value>> = sure.map(|one| vec![one.value.clone()]).collect();
    if !sure.is_empty() {
        return Answer {
            truth: Truth::True,
            witnesses: sure,
            why: None,
        };
    }
    let together = |sure: bool| {
        // Only a world can be made of pieces.
        if question.from != Side::World {
            return Ok(Vec::new());
        }
        let considered: Vec<&Opening> = openings
            .iter()
            .filter(|one| meets(one) && (!sure || one.unsure.is_none()))
            .collect();
        together(&considered, &asked, &wide)
    };
    match together(true) {
        Err(()) => {
            return Answer {
                truth: Truth::Unknown,
                witnesses: Vec::new(),
                why: Some(Why::Limit),
            };
        }
        Ok(found) if !found.is_empty() => {
            return Answer {
                truth: Truth::True,
                witnesses: vec![found],
                why: None,
            };
        }
        Ok(_) => {}
    }
    let unsure = alone.first().and_then(|one| one.unsure.clone());
    let (witnesses, why) = match unsure {
        Some(why) => (
            alone.iter().map(|one| vec![one.value.clone()]).collect(),
            Some(why),
        ),
        None => match together(false) {
            Ok(found) if found.is_empty() => {
                return Answer {
                    truth: Truth::False,
                    witnesses: Vec::new(),
                    why: None,
                };
            }
            Ok(found) => (
                vec![found],
                openings.iter().find_map(|one| one.unsure.clone()),
            ),
            Err(()) => (Vec::new(), Some(Why::Limit)),
        },
    };
    Answer {
        truth: Truth::Unknown,
        witnesses,
        why,
    }
}

/// The values that open one of the ports only together; nothing when there is no such port.
fn together(
    openings: &[&Opening],
    asked: &[(u16, u16)],
    wide: &dyn Fn(&Addresses) -> bool,
) -> Result<Vec<Value>, ()> {
    // The set of open rules changes only where a range begins.
    let begins = openings
        .iter()
        .flat_map(|one| one.ports.iter().map(|(from, _)| *from));
    let mut candidates: Vec<u16> = begins
        .chain(asked.iter().map(|(from, _)| *from))
        .filter(|port| asked.iter().any(|(from, to)| from <= port && port <= to))
        .collect();
    candidates.sort_unstable();
    candidates.dedup();
    if candidates.len().saturating_mul(openings.len()) > MAX_WORK {
        return Err(());
    }
    for port in candidates {
        let open = openings.iter().filter(|one| {
            one.ports
                .iter()
                .any(|(from, to)| *from <= port && port <= *to)
        });
        let open: Vec<&&Opening> = open.collect();
        if wide(&Addresses::union(open.iter().map(|one| &one.addresses))) {
            return Ok(open.iter().map(|one| one.value.clone()).collect());
        }
    }
    Ok(Vec::new())
}
