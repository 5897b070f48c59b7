//! Sets of addresses of which some members are not sure.

use crate::eval::Truth;
use crate::network::address::{Addresses, everything};

/// What is in a set for sure, and what may be in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extent {
    /// For sure.
    pub sure: Addresses,
    /// Perhaps; what is sure is in it too.
    pub perhaps: Addresses,
}

impl Extent {
    /// Exactly these.
    pub fn exactly(addresses: Addresses) -> Self {
        Self {
            perhaps: addresses.clone(),
            sure: addresses,
        }
    }

    /// Nobody knows.
    pub fn open() -> Self {
        Self {
            sure: Addresses::default(),
            perhaps: everything(),
        }
    }

    /// Every address.
    pub fn all() -> Self {
        Self::exactly(everything())
    }

    /// No address.
    pub fn none() -> Self {
        Self::default()
    }

    /// Everything, nothing or nobody knows.
    pub fn of(truth: Truth) -> Self {
        match truth {
            Truth::True => Self::all(),
            Truth::False => Self::none(),
            Truth::Unknown => Self::open(),
        }
    }

    /// What is in both.
    #[must_use]
    pub fn and(&self, other: &Extent) -> Extent {
        Extent {
            sure: self.sure.intersection(&other.sure),
            perhaps: self.perhaps.intersection(&other.perhaps),
        }
    }

    /// What is in one of them.
    #[must_use]
    pub fn or(&self, other: &Extent) -> Extent {
        Extent {
            sure: Addresses::union([&self.sure, &other.sure]),
            perhaps: Addresses::union([&self.perhaps, &other.perhaps]),
        }
    }

    /// What is in one of several. Joined one by one, a list of thousands would be copied for each of its members.
    pub fn union(all: &[Extent]) -> Extent {
        Extent {
            sure: Addresses::union(all.iter().map(|one| &one.sure)),
            perhaps: Addresses::union(all.iter().map(|one| &one.perhaps)),
        }
    }

    /// One of the two holds, and nobody knows which.
    #[must_use]
    pub fn either(&self, other: &Extent) -> Extent {
        Extent {
            sure: self.sure.intersection(&other.sure),
            perhaps: Addresses::union([&self.perhaps, &other.perhaps]),
        }
    }

    /// The same where a condition holds.
    #[must_use]
    pub fn given(&self, truth: Truth) -> Extent {
        match truth {
            Truth::True => self.clone(),
            Truth::False => Extent::none(),
            Truth::Unknown => Extent {
                sure: Addresses::default(),
                perhaps: self.perhaps.clone(),
            },
        }
    }

    /// Only IPv4, or only IPv6.
    #[must_use]
    pub fn version(&self, six: bool) -> Extent {
        let cut = |own: &Addresses| match six {
            true => Addresses {
                v6: own.v6.clone(),
                ..Addresses::default()
            },
            false => Addresses {
                v4: own.v4.clone(),
                ..Addresses::default()
            },
        };
        Extent {
            sure: cut(&self.sure),
            perhaps: cut(&self.perhaps),
        }
    }

    /// Whether some of these is in it.
    pub fn meets(&self, these: &Addresses) -> Truth {
        if self.sure.meets(these) {
            Truth::True
        } else if self.perhaps.meets(these) {
            Truth::Unknown
        } else {
            Truth::False
        }
    }

    /// Whether one is in it, of which is only known that it is one of these.
    pub fn has_one_of(&self, these: &Addresses) -> Truth {
        if these.is_empty() || !self.perhaps.meets(these) {
            Truth::False
        } else if self.sure.covers(these) {
            Truth::True
        } else {
            Truth::Unknown
        }
    }

    /// When a rule decides `verdict` about those in `matched` and this about the others.
    #[must_use]
    pub fn after(&self, matched: &Extent, verdict: &Extent) -> Extent {
        let agreed = self.sure.intersection(&verdict.sure);
        Extent {
            sure: Addresses::union([
                &matched.sure.intersection(&verdict.sure),
                &self.sure.without(&matched.perhaps),
                &agreed.intersection(&matched.perhaps),
            ]),
            perhaps: Addresses::union([
                &matched.perhaps.intersection(&verdict.perhaps),
                &self.perhaps.without(&matched.sure),
            ]),
        }
    }
}
