//! Three-valued truth with Kleene's tables.

use std::ops::{BitAnd, BitOr, Not};

/// True, false or not known. There is no way to a `bool` but by naming the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Truth {
    /// Proven.
    True,
    /// Refuted.
    False,
    /// Neither.
    Unknown,
}

impl Truth {
    /// True when every member is true, false when one is false; true of nothing.
    pub fn all(members: impl IntoIterator<Item = Truth>) -> Truth {
        let mut all = Truth::True;
        for member in members {
            all = all & member;
            if all == Truth::False {
                break;
            }
        }
        all
    }

    /// True when one member is true, false when every one is false; false of nothing.
    pub fn any(members: impl IntoIterator<Item = Truth>) -> Truth {
        !Truth::all(members.into_iter().map(Not::not))
    }

    /// The common answer of alternatives of which exactly one holds; unknown where they differ or there is none.
    pub fn agreed(alternatives: impl IntoIterator<Item = Truth>) -> Truth {
        let mut alternatives = alternatives.into_iter();
        let Some(first) = alternatives.next() else {
            return Truth::Unknown;
        };
        if alternatives.all(|other| other == first) {
            first
        } else {
            Truth::Unknown
        }
    }

    /// Whether this is [`Truth::True`].
    pub fn is_true(self) -> bool {
        self == Truth::True
    }

    /// Whether this is [`Truth::False`].
    pub fn is_false(self) -> bool {
        self == Truth::False
    }

    /// Whether this is [`Truth::Unknown`].
    pub fn is_unknown(self) -> bool {
        self == Truth::Unknown
    }
}

impl From<bool> for Truth {
    fn from(value: bool) -> Self {
        if value { Truth::True } else { Truth::False }
    }
}

impl Not for Truth {
    type Output = Truth;
    fn not(self) -> Truth {
        match self {
            Truth::True => Truth::False,
            Truth::False => Truth::True,
            Truth::Unknown => Truth::Unknown,
        }
    }
}

impl BitAnd for Truth {
    type Output = Truth;
    fn bitand(self, other: Truth) -> Truth {
        match (self, other) {
            (Truth::False, _) | (_, Truth::False) => Truth::False,
            (Truth::True, Truth::True) => Truth::True,
            _ => Truth::Unknown,
        }
    }
}

impl BitOr for Truth {
    type Output = Truth;
    fn bitor(self, other: Truth) -> Truth {
        !(!self & !other)
    }
}

#[cfg(test)]
mod tests {
    use super::Truth::{self, False, True, Unknown};

    #[test]
    fn kleene_tables() {
        assert_eq!(
            [True & Unknown, False & Unknown, Unknown & Unknown],
            [Unknown, False, Unknown]
        );
        assert_eq!(
            [True | Unknown, False | Unknown, Unknown | Unknown],
            [True, Unknown, Unknown]
        );
        assert_eq!([!True, !False, !Unknown], [False, True, Unknown]);
        assert_eq!(
            [Truth::all([]), Truth::any([]), Truth::agreed([])],
            [True, False, Unknown]
        );
        assert_eq!(
            [Truth::agreed([True, True]), Truth::agreed([True, False])],
            [True, Unknown]
        );
    }
}
