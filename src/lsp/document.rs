//! An open buffer, and places in texts as the protocol counts them.

use gen_lsp_types::{Position, Range, TextDocumentContentChangeEvent};

use crate::source::SourceFile;

/// What a column counts (LSP 3.17, `PositionEncodingKind`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    /// Bytes.
    Utf8,
    /// Code units of UTF-16, which every client knows.
    Utf16,
}

/// A text that is open in the editor.
#[derive(Debug, Clone)]
pub(super) struct Document {
    pub(super) version: i32,
    pub(super) text: String,
}

impl Document {
    /// The places of bytes.
    pub(super) fn range(&self, start: usize, end: usize, encoding: Encoding) -> Range {
        Range {
            start: place(&self.text, start, encoding),
            end: place(&self.text, end, encoding),
        }
    }

    /// Applies changes in their order.
    pub(super) fn change(
        &mut self,
        changes: Vec<TextDocumentContentChangeEvent>,
        encoding: Encoding,
    ) {
        for change in changes {
            match change {
                TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(whole) => {
                    self.text = whole.text;
                }
                TextDocumentContentChangeEvent::TextDocumentContentChangePartial(part) => {
                    let start = offset(&self.text, part.range.start, encoding);
                    let end = offset(&self.text, part.range.end, encoding).max(start);
                    self.text.replace_range(start..end, &part.text);
                }
            }
        }
    }
}

/// The place of a byte in a text.
fn place(text: &str, at: usize, encoding: Encoding) -> Position {
    let before = &text[..at];
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let units = match encoding {
        Encoding::Utf8 => at - start,
        Encoding::Utf16 => before[start..].encode_utf16().count(),
    };
    Position {
        line: memchr::memchr_iter(b'\n', before.as_bytes()).count() as u32,
        character: units as u32,
    }
}

/// The byte at a position. What lies behind the end of a line is that end, behind the last line the end of the text.
pub(super) fn offset(text: &str, position: Position, encoding: Encoding) -> usize {
    let mut start = 0;
    for _ in 0..position.line {
        match text[start..].find('\n') {
            Some(at) => start += at + 1,
            None => return text.len(),
        }
    }
    let line = text[start..].split('\n').next().unwrap_or_default();
    let line = line.strip_suffix('\r').unwrap_or(line);
    let wanted = position.character as usize;
    let mut units = 0;
    for (at, letter) in line.char_indices() {
        if units >= wanted {
            return start + at;
        }
        units += match encoding {
            Encoding::Utf8 => letter.len_utf8(),
            Encoding::Utf16 => letter.len_utf16(),
        };
    }
    start + line.len()
}

/// The place of a byte.
pub(super) fn position(file: &SourceFile, at: u32, encoding: Encoding) -> Position {
    let place = file.position(at);
    let line = place.line - 1;
    let character = match encoding {
        Encoding::Utf16 => place.utf16,
        Encoding::Utf8 => {
            let start = file
                .line_starts()
                .get(line as usize)
                .copied()
                .unwrap_or_default();
            at.min(file.text.len() as u32).saturating_sub(start)
        }
    };
    Position { line, character }
}

/// The places of bytes.
pub(super) fn range(file: &SourceFile, start: u32, end: u32, encoding: Encoding) -> Range {
    Range {
        start: position(file, start, encoding),
        end: position(file, end.max(start), encoding),
    }
}

#[cfg(test)]
mod tests {
    use super::{Encoding, offset};
    use gen_lsp_types::Position;

    #[test]
    fn columns_count_what_was_agreed_on() {
        let text = "aé😀b\r\nx";
        let at = |line, character, encoding| offset(text, Position { line, character }, encoding);
        assert_eq!(at(0, 4, Encoding::Utf16), 7);
        assert_eq!(at(0, 7, Encoding::Utf8), 7);
        assert_eq!(at(0, 99, Encoding::Utf16), 8);
        assert_eq!(at(1, 1, Encoding::Utf16), 11);
        assert_eq!(at(9, 0, Encoding::Utf16), text.len());
    }
}
