//! Sets of whole numbers as sorted intervals.

use crate::eval::budget;

/// A set of numbers: sorted, disjoint, not touching, both ends included.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Intervals(Vec<(u128, u128)>);

impl Intervals {
    /// The union of intervals in any order; those that end before they begin are empty.
    pub fn of(intervals: impl IntoIterator<Item = (u128, u128)>) -> Self {
        let mut all: Vec<(u128, u128)> = intervals
            .into_iter()
            .filter(|(from, to)| from <= to)
            .collect();
        budget::work(4 * all.len());
        if !all.is_sorted() {
            all.sort_unstable();
        }
        let mut merged: Vec<(u128, u128)> = Vec::with_capacity(all.len());
        for (from, to) in all {
            match merged.last_mut() {
                Some((_, end)) if from <= end.saturating_add(1) => *end = (*end).max(to),
                _ => merged.push((from, to)),
            }
        }
        Self(merged)
    }

    /// The numbers that are in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let (mut a, mut b) = (0, 0);
        let mut both = Vec::new();
        while let (Some(&(a_from, a_to)), Some(&(b_from, b_to))) = (self.0.get(a), other.0.get(b)) {
            let (from, to) = (a_from.max(b_from), a_to.min(b_to));
            if from <= to {
                both.push((from, to));
            }
            if a_to < b_to { a += 1 } else { b += 1 }
        }
        Self(both)
    }

    /// The numbers of this one that are not in the other.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        let mut left = Vec::new();
        let mut at = 0;
        for &(from, to) in &self.0 {
            let mut from = from;
            let mut done = false;
            while let Some(&(cut_from, cut_to)) = other.0.get(at) {
                if cut_to < from {
                    at += 1;
                    continue;
                }
                if cut_from > to {
                    break;
                }
                if cut_from > from {
                    left.push((from, cut_from - 1));
                }
                if cut_to >= to {
                    done = true;
                    break;
                }
                from = cut_to + 1;
                at += 1;
            }
            if !done {
                left.push((from, to));
            }
        }
        Self(left)
    }

    /// The intervals in order.
    pub fn iter(&self) -> impl Iterator<Item = (u128, u128)> + '_ {
        self.0.iter().copied()
    }

    /// How many numbers it has, at most `u128::MAX`.
    pub fn len(&self) -> u128 {
        self.0.iter().fold(0, |sum: u128, (from, to)| {
            sum.saturating_add((to - from).saturating_add(1))
        })
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the number is in it.
    pub fn contains(&self, number: u128) -> bool {
        let at = self.0.partition_point(|(_, to)| *to < number);
        self.0.get(at).is_some_and(|(from, _)| *from <= number)
    }

    /// Whether every number of the other is in this one.
    pub fn covers(&self, other: &Self) -> bool {
        other.without(self).is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::Intervals;

    #[test]
    fn algebra() {
        let halves = Intervals::of([(8, 15), (0, 7)]);
        assert_eq!(halves, Intervals::of([(0, 15)]));
        let cut = halves.without(&Intervals::of([(2, 3), (10, 20)]));
        assert_eq!(cut, Intervals::of([(0, 1), (4, 9)]));
        assert_eq!(cut.len(), 8);
        assert!(halves.covers(&cut) && !cut.covers(&halves));
        assert_eq!(
            cut.intersection(&Intervals::of([(1, 4), (9, 99)])),
            Intervals::of([(1, 1), (4, 4), (9, 9)])
        );
        assert!(cut.contains(9) && !cut.contains(10));
        assert_eq!(Intervals::of([(0, u128::MAX)]).len(), u128::MAX);
    }
}
