//! A place: a source and a byte range in it.

/// The number of a source in its [`SourceMap`](super::SourceMap).
///
/// Ids are given in the order of arrival; nothing that is shown may depend on them (sort by path instead).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(pub u32);

/// A half-open range of bytes in one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The source that the offsets are about.
    pub source: SourceId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The bytes `start..end` of `source`.
    pub fn new(source: SourceId, start: u32, end: u32) -> Self {
        debug_assert!(start <= end, "a span runs forwards");
        Self { source, start, end }
    }

    /// A place of no bytes, for values that no text wrote (`--var`, built-in facts).
    pub const fn nowhere() -> Self {
        Self {
            source: SourceId(u32::MAX),
            start: 0,
            end: 0,
        }
    }

    /// Whether some text stands behind this span.
    pub fn is_somewhere(self) -> bool {
        self.source.0 != u32::MAX
    }

    /// The number of bytes.
    pub fn len(self) -> u32 {
        self.end - self.start
    }

    /// Whether the range is empty.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The smallest span that covers both; both must be of one source, else `self` is given back.
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        if self.source != other.source {
            return self;
        }
        Span {
            source: self.source,
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }
}
