//! Where the parts of a text stand that is read as JSON or YAML.

use crate::eval::terraform::operator::text_pieces;
use crate::eval::{Piece, Value};
use crate::source::Span;

/// Where the parts of a text stand in the sources.
pub(super) struct Places {
    /// First byte in the text, length, place.
    pieces: Vec<(usize, usize, Span)>,
    otherwise: Span,
}

impl Places {
    pub(super) fn of(value: &Value, otherwise: Span) -> Self {
        let mut pieces = Vec::new();
        let mut at = 0;
        for piece in text_pieces(value) {
            if let Piece::Text(text, span) = piece {
                pieces.push((at, text.len(), span));
                at += text.len();
            }
        }
        Self { pieces, otherwise }
    }

    /// The place of a range: its very bytes where the piece is verbatim, else the whole piece.
    pub(super) fn at(&self, start: usize, end: usize) -> Span {
        let piece = self.pieces.partition_point(|(first, ..)| *first <= start);
        let Some((first, len, span)) = piece.checked_sub(1).and_then(|at| self.pieces.get(at))
        else {
            return self.otherwise;
        };
        if end > first + len || !span.is_somewhere() {
            return self.otherwise;
        }
        if span.len() as usize != *len {
            return *span;
        }
        let offset = |at: usize| span.start + (at - first) as u32;
        Span {
            start: offset(start),
            end: offset(end),
            ..*span
        }
    }
}
