//! The space of the requests that some statements tell apart: one axis per dimension, cut into atoms.

use std::collections::BTreeMap;

use ecow::EcoString;

use super::atom::{Atoms, Bits, Pattern};
use super::range;
use super::term::{Axis, Clause, Spec, Term, Test};
use crate::policy::operator::Compare;

/// A product of sets, one per dimension of a [`Space`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell(pub Vec<Bits>);

/// An axis: its atoms, and where it stands among the dimensions.
#[derive(Debug)]
struct Cut {
    axis: Axis,
    tests: Vec<Test>,
    atoms: Atoms,
    /// Its first dimension. An axis of several values has one for each atom: whether it is among the values.
    first: usize,
    several: bool,
}

/// All axes.
#[derive(Debug)]
pub struct Space {
    cuts: Vec<Cut>,
    /// How many points each dimension has.
    sizes: Vec<usize>,
}

/// A request as texts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Witness {
    /// `type:name` of who asks; empty where it does not matter.
    pub principal: String,
    /// The action.
    pub action: String,
    /// The resource.
    pub resource: String,
    /// The condition keys that are there, with their values.
    pub context: Vec<(EcoString, Vec<String>)>,
}

/// Why a question has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undecided {
    /// A condition key that no set describes.
    Key(EcoString),
    /// There are too many cases.
    Limit,
}

impl Space {
    /// The space that some clauses tell apart.
    pub fn of<'c>(clauses: impl IntoIterator<Item = &'c Clause>) -> Result<Space, Undecided> {
        let mut tests: BTreeMap<Axis, (Vec<Test>, bool)> = BTreeMap::new();
        for clause in clauses {
            let specs = [
                (Axis::Principal, &clause.principal),
                (Axis::Action, &clause.action),
                (Axis::Resource, &clause.resource),
            ];
            for (axis, spec) in specs {
                add(&mut tests.entry(axis).or_default().0, &spec.tests);
            }
            for term in &clause.terms {
                let own = tests.entry(Axis::Key(term.key.clone())).or_default();
                if term.operator.compare != Compare::Null {
                    add(&mut own.0, &term.tests);
                }
                own.1 |= term.operator.for_all || term.operator.for_any;
            }
        }
        let mut space = Space {
            cuts: Vec::new(),
            sizes: Vec::new(),
        };
        for (axis, (tests, several)) in tests {
            space.cut(axis, tests, several)?;
        }
        Ok(space)
    }

    fn cut(&mut self, axis: Axis, tests: Vec<Test>, several: bool) -> Result<(), Undecided> {
        let atoms = atoms(&axis, &tests)?;
        let first = self.sizes.len();
        if several {
            // Whether each atom is among the values.
            if atoms.len() > 64 {
                return Err(Undecided::Limit);
            }
            self.sizes.extend(std::iter::repeat_n(2, atoms.len()));
        } else {
            // The last point of a key stands for its absence.
            let absent = usize::from(matches!(axis, Axis::Key(_)));
            self.sizes.push(atoms.len() + absent);
        }
        self.cuts.push(Cut {
            axis,
            tests,
            atoms,
            first,
            several,
        });
        Ok(())
    }

    /// Everything.
    pub fn whole(&self) -> Cell {
        Cell(self.sizes.iter().map(|size| Bits::all(*size)).collect())
    }

    /// The cells that a clause is, one or several; none where it is about no request.
    pub fn cells(&self, clause: &Clause) -> Vec<Cell> {
        let mut cells = vec![self.whole()];
        let specs = [
            (Axis::Principal, &clause.principal),
            (Axis::Action, &clause.action),
            (Axis::Resource, &clause.resource),
        ];
        for (axis, spec) in specs {
            if let Some(cut) = self.find(&axis) {
                let set = cut.spec(spec);
                narrow(&mut cells, cut.first, &set);
            }
        }
        for term in &clause.terms {
            if let Some(cut) = self.find(&Axis::Key(term.key.clone())) {
                cells = cut.term(term, cells);
            }
        }
        cells.retain(|cell| !cell.0.iter().any(Bits::is_empty));
        cells
    }

    fn find(&self, axis: &Axis) -> Option<&Cut> {
        let at = self.cuts.binary_search_by(|cut| cut.axis.cmp(axis)).ok()?;
        self.cuts.get(at)
    }

    /// A request in a cell: the first of each dimension.
    pub fn witness(&self, cell: &Cell) -> Witness {
        let mut witness = Witness::default();
        for cut in &self.cuts {
            let values: Vec<String> = if cut.several {
                let there = (0..cut.atoms.len()).filter(|at| !cell.0[cut.first + at].has(0));
                there.map(|at| cut.atoms.witnesses[at].clone()).collect()
            } else {
                let at = cell.0[cut.first].first();
                at.and_then(|at| cut.atoms.witnesses.get(at).cloned())
                    .into_iter()
                    .collect()
            };
            let one = || values.first().cloned().unwrap_or_default();
            match &cut.axis {
                Axis::Principal => witness.principal = one(),
                Axis::Action => witness.action = one(),
                Axis::Resource => witness.resource = one(),
                Axis::Key(_) if values.is_empty() => {}
                Axis::Key(key) => witness.context.push((key.clone(), values)),
            }
        }
        witness
    }
}

impl Cut {
    /// Those that pass a test, by atoms, with room for the point of absence.
    fn test(&self, test: &Test) -> Bits {
        let room = usize::from(matches!(self.axis, Axis::Key(_)) && !self.several);
        match self.tests.iter().position(|own| own == test) {
            Some(at) => self.atoms.satisfying(at, room),
            None => Bits::none(self.atoms.len() + room),
        }
    }

    fn any(&self, tests: &[Test]) -> Bits {
        let room = usize::from(matches!(self.axis, Axis::Key(_)) && !self.several);
        let none = Bits::none(self.atoms.len() + room);
        tests
            .iter()
            .fold(none, |all, test| all.or(&self.test(test)))
    }

    fn spec(&self, spec: &Spec) -> Bits {
        let passed = self.any(&spec.tests);
        if spec.negated {
            Bits::all(self.atoms.len()).less(&passed)
        } else {
            passed
        }
    }

    /// The cells that are left of some under a condition.
    fn term(&self, term: &Term, cells: Vec<Cell>) -> Vec<Cell> {
        if term.operator.compare == Compare::Null {
            return self.null(term, cells);
        }
        let passed = self.any(&term.tests);
        if self.several {
            return self.among(term, &passed, cells);
        }
        let absent = self.atoms.len();
        let mut set = passed;
        if term.operator.negated {
            set = Bits::all(absent + 1).less(&set);
        } else if term.operator.if_exists {
            set.add(absent);
        }
        let mut cells = cells;
        narrow(&mut cells, self.first, &set);
        cells
    }

    /// Of a key with several values: one of them passes, or all do.
    fn among(&self, term: &Term, passed: &Bits, cells: Vec<Cell>) -> Vec<Cell> {
        let operator = term.operator;
        let good = if operator.negated {
            Bits::all(self.atoms.len()).less(passed)
        } else {
            passed.clone()
        };
        // Without a set operator a negated comparison must hold of all values.
        let every = operator.for_all || (operator.negated && !operator.for_any);
        if every {
            let mut cells = cells;
            for at in (0..self.atoms.len()).filter(|at| !good.has(*at)) {
                narrow(&mut cells, self.first + at, &is(false));
            }
            return cells;
        }
        let mut found = Vec::new();
        for at in good.iter() {
            let mut own = cells.clone();
            narrow(&mut own, self.first + at, &is(true));
            found.extend(own);
        }
        if operator.if_exists {
            found.extend(self.absent(cells));
        }
        found
    }

    fn null(&self, term: &Term, cells: Vec<Cell>) -> Vec<Cell> {
        if term.operator.for_all {
            return cells;
        }
        if term.operator.for_any {
            return Vec::new();
        }
        let wants = |text: &str| {
            term.tests
                .iter()
                .any(|test| matches!(test, Test::Text(own) if own.matches(text)))
        };
        let mut found = Vec::new();
        if wants("true") {
            found.extend(self.absent(cells.clone()));
        }
        if wants("false") {
            if self.several {
                for at in 0..self.atoms.len() {
                    let mut own = cells.clone();
                    narrow(&mut own, self.first + at, &is(true));
                    found.extend(own);
                }
            } else {
                let mut own = cells;
                let there = Bits::all(self.atoms.len() + 1);
                let mut absent = Bits::none(self.atoms.len() + 1);
                absent.add(self.atoms.len());
                narrow(&mut own, self.first, &there.less(&absent));
                found.extend(own);
            }
        }
        found
    }

    fn absent(&self, mut cells: Vec<Cell>) -> Vec<Cell> {
        if self.several {
            (0..self.atoms.len()).for_each(|at| narrow(&mut cells, self.first + at, &is(false)));
        } else {
            let mut absent = Bits::none(self.atoms.len() + 1);
            absent.add(self.atoms.len());
            narrow(&mut cells, self.first, &absent);
        }
        cells
    }
}

/// Of the two points of a dimension that says whether a value is there: the second says that it is. The first comes first,
/// so that a witness has as few values as it can.
fn is(there: bool) -> Bits {
    let mut bits = Bits::none(2);
    bits.add(usize::from(there));
    bits
}

fn narrow(cells: &mut [Cell], dimension: usize, set: &Bits) {
    for cell in cells {
        cell.0[dimension] = cell.0[dimension].and(set);
    }
}

fn add(all: &mut Vec<Test>, more: &[Test]) {
    for test in more {
        if !all.contains(test) {
            all.push(test.clone());
        }
    }
}

fn atoms(axis: &Axis, tests: &[Test]) -> Result<Atoms, Undecided> {
    let texts: Vec<Pattern> = tests
        .iter()
        .filter_map(|test| match test {
            Test::Text(pattern) => Some(pattern.clone()),
            _ => None,
        })
        .collect();
    let ranges: Vec<_> = tests
        .iter()
        .filter_map(|test| match test {
            Test::Range(range) => Some(*range),
            _ => None,
        })
        .collect();
    let networks: Vec<_> = tests
        .iter()
        .filter_map(|test| match test {
            Test::Network(network) => Some(*network),
            _ => None,
        })
        .collect();
    let all = tests.len();
    if texts.len() == all {
        return Atoms::of(&texts).ok_or(Undecided::Limit);
    }
    let bits = |passes: &dyn Fn(usize) -> bool| {
        let mut bits = Bits::none(all);
        (0..all)
            .filter(|at| passes(*at))
            .for_each(|at| bits.add(at));
        bits
    };
    if ranges.len() == all {
        return Ok(Atoms::sampled(
            range::samples(&ranges)
                .into_iter()
                .map(|own| (own.to_string(), bits(&|at| ranges[at].has(own)))),
        ));
    }
    if networks.len() == all {
        return Ok(Atoms::sampled(range::addresses(&networks).into_iter().map(
            |own| (own.to_string(), bits(&|at| networks[at].contains(&own))),
        )));
    }
    // A key that is compared in several ways at once.
    match axis {
        Axis::Key(key) => Err(Undecided::Key(key.clone())),
        _ => Err(Undecided::Limit),
    }
}
