//! What statements allow and deny, as sets: a statement is a product of sets, one per dimension (who, what, of what, and
//! each condition key, with a point for its absence).
//!
//! Joint automata over all patterns give [atoms](atom): the requests that no statement tells apart. Sets are bits of
//! atoms, negation is exact, and the difference of products answers whether one policy allows what another does not, or
//! whether a Deny leaves something open, with a request as witness that a concrete evaluation replays.

pub mod atom;
mod range;
mod space;
mod term;
#[cfg(test)]
mod tests;

use ecow::EcoString;

pub use range::{Range, network, number, share, time};
pub use space::{Cell, Space, Undecided, Witness};
pub use term::{Axis, Clause, Reading, Spec, Term, Test, resource_pattern};

use crate::policy::Document;
use atom::Bits;

/// The most steps of one difference.
const MAX_STEPS: usize = 200_000;

/// The statements of documents as sets, under a reading of what is not known.
pub fn clauses(documents: &[&Document], reading: Reading) -> Result<Vec<Clause>, Undecided> {
    let mut clauses = Vec::new();
    for document in documents {
        for statement in &document.statements {
            clauses.extend(Clause::of(statement, reading).map_err(Undecided::Key)?);
        }
        if document.rest.is_some() && reading == Reading::Most {
            clauses.push(Clause {
                denies: false,
                principal: Spec::all(),
                action: Spec::all(),
                resource: Spec::all(),
                terms: Vec::new(),
            });
        }
    }
    Ok(clauses)
}

/// The numbers or times that a comparison leaves.
pub fn range_of(order: crate::policy::operator::Order, with: f64) -> Range {
    Range { order, with }
}

/// A request that the first clauses allow and the second do not; `None` where there is none.
pub fn exceeds(first: &[Clause], second: &[Clause]) -> Result<Option<Witness>, Undecided> {
    let space = Space::of(first.iter().chain(second))?;
    let cells = |clauses: &[Clause], denies: bool| -> Vec<Cell> {
        let own = clauses.iter().filter(|clause| clause.denies == denies);
        own.flat_map(|clause| space.cells(clause)).collect()
    };
    let (allows, denies) = (cells(first, false), cells(first, true));
    let (other_allows, other_denies) = (cells(second, false), cells(second, true));
    let mut left = MAX_STEPS;
    let shut: Vec<&Cell> = denies.iter().chain(&other_allows).collect();
    for cell in &allows {
        // Allowed here, and there not even by an Allow.
        if let Some(found) = outside(cell.clone(), &shut, &mut left)? {
            return Ok(Some(space.witness(&found)));
        }
        // Allowed here, and there taken back.
        for denied in &other_denies {
            let both = meet(cell, denied);
            if both.0.iter().any(Bits::is_empty) {
                continue;
            }
            let shut: Vec<&Cell> = denies.iter().collect();
            if let Some(found) = outside(both, &shut, &mut left)? {
                return Ok(Some(space.witness(&found)));
            }
        }
    }
    Ok(None)
}

/// A request of a clause that none of the others is about; `None` where they are about all of them.
pub fn escapes(asked: &Clause, others: &[Clause]) -> Result<Option<Witness>, Undecided> {
    let space = Space::of(std::iter::once(asked).chain(others))?;
    let shut: Vec<Cell> = others
        .iter()
        .flat_map(|clause| space.cells(clause))
        .collect();
    let shut: Vec<&Cell> = shut.iter().collect();
    let mut left = MAX_STEPS;
    for cell in space.cells(asked) {
        if let Some(found) = outside(cell, &shut, &mut left)? {
            return Ok(Some(space.witness(&found)));
        }
    }
    Ok(None)
}

fn meet(a: &Cell, b: &Cell) -> Cell {
    Cell(a.0.iter().zip(&b.0).map(|(a, b)| a.and(b)).collect())
}

/// A part of a cell that lies in none of the others.
fn outside(cell: Cell, others: &[&Cell], left: &mut usize) -> Result<Option<Cell>, Undecided> {
    let meets = |other: &&&Cell| !meet(&cell, other).0.iter().any(Bits::is_empty);
    let Some(at) = others.iter().position(|other| meets(&other)) else {
        return Ok(Some(cell));
    };
    *left = left.checked_sub(1).ok_or(Undecided::Limit)?;
    let other = others[at];
    let mut rest = cell;
    for dimension in 0..rest.0.len() {
        let beside = rest.0[dimension].less(&other.0[dimension]);
        if !beside.is_empty() {
            let mut part = rest.clone();
            part.0[dimension] = beside;
            if let Some(found) = outside(part, &others[at + 1..], left)? {
                return Ok(Some(found));
            }
        }
        rest.0[dimension] = rest.0[dimension].and(&other.0[dimension]);
    }
    Ok(None)
}

/// The set of points of one key that conditions on it leave, and what may be asked of it.
#[derive(Debug)]
pub struct Left {
    space: Space,
    cells: Vec<Cell>,
    key: EcoString,
}

impl Left {
    /// What terms on one key leave of all its values; `more` are patterns to be told apart besides.
    pub fn of(key: &str, terms: &[Term], more: &[Term]) -> Result<Left, Undecided> {
        let clause = |terms: &[Term]| Clause {
            denies: false,
            principal: Spec::all(),
            action: Spec::all(),
            resource: Spec::all(),
            terms: terms.to_vec(),
        };
        let (own, other) = (clause(terms), clause(more));
        let space = Space::of([&own, &other])?;
        let cells = space.cells(&own);
        Ok(Left {
            space,
            cells,
            key: key.into(),
        })
    }

    /// Whether something of these terms is left.
    pub fn meets(&self, terms: &[Term]) -> bool {
        let other = self.cells_of(terms);
        let pairs = self
            .cells
            .iter()
            .flat_map(|a| other.iter().map(move |b| meet(a, b)));
        pairs
            .into_iter()
            .any(|cell| !cell.0.iter().any(Bits::is_empty))
    }

    /// Whether all of these terms is left.
    pub fn covers(&self, terms: &[Term]) -> bool {
        let shut: Vec<&Cell> = self.cells.iter().collect();
        let mut left = MAX_STEPS;
        self.cells_of(terms)
            .into_iter()
            .all(|cell| matches!(outside(cell, &shut, &mut left), Ok(None)))
    }

    /// The key.
    pub fn key(&self) -> &EcoString {
        &self.key
    }

    fn cells_of(&self, terms: &[Term]) -> Vec<Cell> {
        self.space.cells(&Clause {
            denies: false,
            principal: Spec::all(),
            action: Spec::all(),
            resource: Spec::all(),
            terms: terms.to_vec(),
        })
    }
}
