//! Heredocs: where they end, and the indentation that `<<-` takes away.

use super::super::tree::{ExprId, Range};
use super::template::{Marker, Piece, Reading, What};
use super::{Parsed, Parser};

impl Parser<'_> {
    /// `<<NAME` to the line that holds only `NAME`.
    pub(super) fn heredoc(&mut self) -> Parsed<ExprId> {
        let open = self.token;
        let intro = self.text(open.range()).trim_end();
        let (flush, marker) = match intro.strip_prefix("<<-") {
            Some(marker) => (true, marker),
            None => (false, &intro[2..]),
        };
        let mut reading = self.reading(false);
        let mut from = open.end as usize;
        let stop = if self.recovering {
            self.heredoc_stop(open, marker)?
        } else {
            None
        };
        let mut at = from;
        let mut line_start = true;
        let end = loop {
            if let Some(stop) = stop.filter(|&(content, _)| at >= content) {
                break (stop.0.max(from), stop.1.max(at));
            }
            let Some(len) = memchr::memchr(b'\n', &self.lexer.bytes()[at..]) else {
                return self.heredoc_unclosed(open, marker);
            };
            let line = at + len;
            if line_start && len >= marker.len() && self.lexer.text[at..line].trim() == marker {
                break (at, line - usize::from(self.lexer.byte(line - 1) == b'\r'));
            }
            let sequence = self.line_text(at, line)?;
            line_start = sequence.is_none();
            at = line + 1;
            if let Some(sequence) = sequence {
                self.add_text(&mut reading, from, sequence);
                at = self.sequence(&mut reading, sequence)?;
                from = at;
            }
        };
        self.add_text(&mut reading, from, end.0);
        if flush {
            self.flush(&reading);
        }
        let id = self.template(
            &reading,
            Range {
                start: open.start,
                end: end.1 as u32,
            },
        )?;
        self.resume(end.1);
        Ok(id)
    }

    /// The first sequence in the line from `at` to the line end at `line`.
    fn line_text(&mut self, mut at: usize, line: usize) -> Parsed<Option<usize>> {
        while let Some(found) = memchr::memchr3(b'$', b'%', b'\r', &self.lexer.bytes()[at..line]) {
            at += found;
            if self.lexer.byte(at) == b'\r' {
                if at + 1 == line {
                    break;
                }
                let help = "end lines with \\n or \\r\\n";
                return self.fail(
                    Range {
                        start: at as u32,
                        end: at as u32 + 1,
                    },
                    "a lone carriage return",
                    help,
                );
            }
            match self.marker(at) {
                Marker::Sequence => return Ok(Some(at)),
                Marker::Escaped => at += 3,
                Marker::Text => at += 1,
            }
        }
        Ok(None)
    }

    /// Takes the smallest indentation of all lines away from each, in the way of `<<-`.
    ///
    /// Exactly as HashiCorp's parser does: a line that is blank does not count and keeps its space; one that begins
    /// with an interpolation counts as not indented.
    pub(super) fn flush(&mut self, reading: &Reading) {
        let pieces = self.pieces.split_off(reading.base);
        let mut least = usize::MAX;
        let mut new_line = true;
        for piece in &pieces {
            if !matches!(piece.what, What::Text) || piece.range.start == piece.range.end {
                if std::mem::take(&mut new_line) {
                    least = 0;
                }
                continue;
            }
            for line in self.text(piece.range).split_inclusive('\n') {
                if std::mem::replace(&mut new_line, line.ends_with('\n')) && !is_blank(line) {
                    least = least.min(line.chars().take_while(|char| char.is_whitespace()).count());
                }
            }
        }
        let mut new_line = true;
        for piece in pieces {
            if !matches!(piece.what, What::Text) || matches!(least, 0 | usize::MAX) {
                new_line = false;
                self.pieces.push(piece);
                continue;
            }
            let Range { mut start, end } = piece.range;
            // A run of bytes that stay together is one piece.
            let mut at = start;
            for line in self.text(piece.range).split_inclusive('\n') {
                if std::mem::replace(&mut new_line, line.ends_with('\n')) && !is_blank(line) {
                    if start < at {
                        self.pieces.push(Piece {
                            what: What::Text,
                            range: Range { start, end: at },
                        });
                    }
                    start = at + line.chars().take(least).map(char::len_utf8).sum::<usize>() as u32;
                }
                at += line.len() as u32;
            }
            self.pieces.push(Piece {
                what: What::Text,
                range: Range { start, end },
            });
        }
    }
}

/// Whether a line is white space and has an end.
fn is_blank(line: &str) -> bool {
    line.ends_with('\n') && line.trim_start().is_empty()
}
