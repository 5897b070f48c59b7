//! Reading the packed table: numbers and texts at a place. The form is said in `pack.rs`.

use ecow::EcoString;

/// The table as `pack.rs` wrote it.
static BYTES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/actions.bin"));

/// A place in the table. What is read there is what the build script wrote; beyond the end are zeros.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor(usize);

impl Cursor {
    /// How many services there are.
    pub(super) fn services() -> usize {
        usize::from(u16::from_le_bytes([byte(8), byte(9)]))
    }

    /// The beginning of a service.
    pub(super) fn service(at: usize) -> Cursor {
        Cursor(fixed(10 + 4 * at))
    }

    /// A number of variable length.
    pub(super) fn number(&mut self) -> usize {
        let mut value = 0;
        for shift in (0..28).step_by(7) {
            let own = byte(self.0);
            self.0 += 1;
            value |= usize::from(own & 0x7F) << shift;
            if own < 0x80 {
                break;
            }
        }
        value
    }

    /// A text with its length before it.
    pub(super) fn text(&mut self) -> &'static str {
        let len = self.number();
        let from = self.0;
        self.0 += len;
        text(from, self.0)
    }

    /// Goes over a list of numbers.
    pub(super) fn skip_numbers(&mut self) {
        for _ in 0..self.number() {
            self.number();
        }
    }

    /// The name of an action: a list of numbers of words.
    pub(super) fn name(&mut self) -> EcoString {
        let mut name = EcoString::new();
        for _ in 0..self.number() {
            name.push_str(word(self.number()));
        }
        name
    }
}

fn word(number: usize) -> &'static str {
    in_table(fixed(0), number)
}

/// A condition key.
pub(super) fn key(number: usize) -> &'static str {
    in_table(fixed(4), number)
}

fn in_table(table: usize, number: usize) -> &'static str {
    let texts = table + 4 + 4 * fixed(table);
    let from = if number == 0 {
        0
    } else {
        fixed(table + 4 * number)
    };
    text(texts + from, texts + fixed(table + 4 + 4 * number))
}

fn text(from: usize, to: usize) -> &'static str {
    let bytes = BYTES.get(from..to).unwrap_or_default();
    std::str::from_utf8(bytes).unwrap_or_default()
}

fn fixed(at: usize) -> usize {
    u32::from_le_bytes([byte(at), byte(at + 1), byte(at + 2), byte(at + 3)]) as usize
}

fn byte(at: usize) -> u8 {
    BYTES.get(at).copied().unwrap_or_default()
}
