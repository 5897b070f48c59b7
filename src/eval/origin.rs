//! Where a value was written, and the way it came.

use std::sync::Arc;

use crate::source::Span;

/// A chain: the bytes that wrote a value, and the places it came through on its way to where it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The bytes that wrote the value.
    pub span: Span,
    /// The places it came through, the latest first.
    pub via: Option<Arc<Via>>,
}

/// One place that a value came through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Via {
    /// The bytes of that place.
    pub span: Span,
    /// What happened there.
    pub role: Role,
    /// The place before this one.
    pub previous: Option<Arc<Via>>,
}

/// What a place did to a value on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// A variable or parameter declaration holds it.
    Variable,
    /// A local value holds it.
    Local,
    /// A module call or nested stack passes it as an argument.
    Argument,
    /// An output gives it.
    Output,
    /// A reference uses it (`var.x`, `!Ref X`).
    Reference,
    /// A mapping table holds it.
    Mapping,
    /// A function call, template or expression computed it from what is written there.
    Expression,
    /// A module call or nested stack made the resource it belongs to.
    Call,
    /// Changes of it are ignored there: it is a stand-in for what somebody sets later (`ignore_changes`).
    StandIn,
}

impl Origin {
    /// Written here, used here.
    pub fn at(span: Span) -> Self {
        Self { span, via: None }
    }

    /// Written by nobody: a built-in fact or the command line.
    pub fn nowhere() -> Self {
        Self::at(Span::nowhere())
    }

    /// The same after one more place.
    #[must_use]
    pub fn through(&self, span: Span, role: Role) -> Self {
        if span == self.span {
            return self.clone();
        }
        Self {
            span: self.span,
            via: Some(Arc::new(Via {
                span,
                role,
                previous: self.via.clone(),
            })),
        }
    }

    /// Whether the value is a stand-in: what is in force is what somebody sets later.
    pub fn is_stand_in(&self) -> bool {
        self.path().any(|via| via.role == Role::StandIn)
    }

    /// The places from the latest back to the earliest.
    pub fn path(&self) -> impl Iterator<Item = &Via> {
        std::iter::successors(self.via.as_deref(), |via| via.previous.as_deref())
    }
}

impl Drop for Via {
    /// Long chains are taken apart in a loop: the default would recurse.
    fn drop(&mut self) {
        let mut next = self.previous.take();
        while let Some(via) = next {
            match Arc::try_unwrap(via) {
                Ok(mut via) => next = via.previous.take(),
                Err(_) => break,
            }
        }
    }
}
