//! Bytes to text: UTF-8, and what Windows writes.
//!
//! PowerShell's `>` writes UTF-16, often of what a program printed as UTF-8, so plans and templates come that way, with a
//! byte order mark or without one. Such a text is converted, and from then on *offsets are those of the converted text*:
//! lines and columns, which are what people and protocols see, are the same in both. Whoever wants to edit the file in
//! place must not where [`Decoded::converted`] says so.

use std::borrow::Cow;

/// How many units at the beginning of a text without a mark tell that it is UTF-16: all must be plain letters.
const TELLING: usize = 8;

/// A text made of bytes.
pub(super) struct Decoded {
    /// The text. A byte order mark of UTF-8 is kept (the parsers step over it), one of UTF-16 is not.
    pub(super) text: String,
    /// Whether it was UTF-16.
    pub(super) converted: bool,
    /// The offset in the text and the value of the first byte, or unit, that stands for nothing.
    pub(super) wrong: Option<(usize, u32)>,
}

/// The text of bytes. What is no text is replaced: a byte by `?`, so that the offsets of the rest stay those of the file,
/// and half of a pair of UTF-16 by U+FFFD.
pub(super) fn decode(bytes: Vec<u8>) -> Decoded {
    match Utf16::of(&bytes) {
        Some(form) => form.decode(&bytes),
        None => utf8(bytes),
    }
}

/// The bytes as UTF-8, for a look at what they hold.
pub(super) fn view(bytes: &[u8]) -> Cow<'_, [u8]> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    match Utf16::of(bytes) {
        Some(form) => Cow::Owned(form.decode(bytes).text.into_bytes()),
        None => Cow::Borrowed(bytes),
    }
}

/// How UTF-16 is written.
struct Utf16 {
    big: bool,
    mark: usize,
}

impl Utf16 {
    /// The form in which bytes are UTF-16: by their mark, else where the first of them are plain letters with a zero
    /// beside each. No text in UTF-8 begins like that.
    fn of(bytes: &[u8]) -> Option<Utf16> {
        match bytes {
            [0xFF, 0xFE, ..] => Some(Utf16 {
                big: false,
                mark: 2,
            }),
            [0xFE, 0xFF, ..] => Some(Utf16 { big: true, mark: 2 }),
            _ => [false, true]
                .into_iter()
                .map(|big| Utf16 { big, mark: 0 })
                .find(|form| form.fits(bytes)),
        }
    }

    fn fits(&self, bytes: &[u8]) -> bool {
        let plain = |unit: u16| matches!(unit, 0x09 | 0x0A | 0x0D | 0x20..=0x7E);
        let mut units = self.units(bytes).take(TELLING);
        bytes.len() >= 4 && units.all(plain)
    }

    fn units<'b>(&self, bytes: &'b [u8]) -> impl Iterator<Item = u16> + use<'b> {
        let big = self.big;
        let pairs = bytes[self.mark..].chunks_exact(2);
        pairs.map(move |pair| match big {
            true => u16::from_be_bytes([pair[0], pair[1]]),
            false => u16::from_le_bytes([pair[0], pair[1]]),
        })
    }

    fn decode(&self, bytes: &[u8]) -> Decoded {
        let mut text = String::with_capacity(bytes.len() / 2);
        let mut wrong = None;
        for unit in char::decode_utf16(self.units(bytes)) {
            match unit {
                // The mark of a text in UTF-8 that was converted with it.
                Ok('\u{FEFF}') if text.is_empty() => {}
                Ok(letter) => text.push(letter),
                Err(half) => {
                    wrong.get_or_insert((text.len(), half.unpaired_surrogate().into()));
                    text.push('\u{FFFD}');
                }
            }
        }
        if (bytes.len() - self.mark) % 2 == 1 {
            wrong.get_or_insert((text.len(), bytes.last().copied().unwrap_or_default().into()));
        }
        Decoded {
            text,
            converted: true,
            wrong,
        }
    }
}

fn utf8(bytes: Vec<u8>) -> Decoded {
    let plain = |text, wrong| Decoded {
        text,
        converted: false,
        wrong,
    };
    let error = match String::from_utf8(bytes) {
        Ok(text) => return plain(text, None),
        Err(error) => error,
    };
    let at = error.utf8_error().valid_up_to();
    let mut bytes = error.into_bytes();
    let byte = bytes[at];
    let mut from = 0;
    while let Err(error) = std::str::from_utf8(&bytes[from..]) {
        let bad = from + error.valid_up_to();
        let len = error.error_len().unwrap_or(bytes.len() - bad);
        bytes[bad..bad + len].fill(b'?');
        from = bad + len;
    }
    let text = String::from_utf8(bytes).expect("every invalid byte was replaced");
    plain(text, Some((at, byte.into())))
}

#[cfg(test)]
mod tests {
    use super::{decode, view};

    fn utf16(text: &str, big: bool, mark: bool) -> Vec<u8> {
        let units = mark
            .then_some(0xFEFF)
            .into_iter()
            .chain(text.encode_utf16());
        let bytes = units.flat_map(|unit| match big {
            true => unit.to_be_bytes(),
            false => unit.to_le_bytes(),
        });
        bytes.collect()
    }

    #[test]
    fn utf_16_in_every_form() {
        let text = "Resources:\r\n  Å🦀: {}\n";
        for big in [false, true] {
            for mark in [false, true] {
                let bytes = utf16(text, big, mark);
                let decoded = decode(bytes.clone());
                assert_eq!(decoded.text, text, "big {big}, mark {mark}");
                assert!(decoded.converted && decoded.wrong.is_none());
                assert_eq!(&*view(&bytes), text.as_bytes());
            }
        }
        let twice = utf16("\u{FEFF}{}  ", false, true);
        assert_eq!(
            decode(twice).text,
            "{}  ",
            "the mark of the text that was converted"
        );
    }

    #[test]
    fn half_of_a_pair_and_half_of_a_unit_are_said() {
        let mut bytes = utf16("ab", false, true);
        bytes.extend([0x00, 0xD8]);
        let decoded = decode(bytes);
        assert_eq!(decoded.text, "ab\u{FFFD}");
        assert_eq!(decoded.wrong, Some((2, 0xD800)));
        let mut bytes = utf16("ab", true, true);
        bytes.push(b'c');
        assert_eq!(decode(bytes).wrong, Some((2, u32::from(b'c'))));
    }

    #[test]
    fn utf_8_keeps_its_offsets() {
        let decoded = decode(b"caf\xE9 = \xFF1".to_vec());
        assert_eq!(decoded.text, "caf? = ?1");
        assert_eq!(decoded.wrong, Some((3, 0xE9)));
        let marked = decode("\u{FEFF}a".into());
        assert_eq!(marked.text, "\u{FEFF}a");
        for short in ["", "a", "ab", "abc", "a\0b\0"] {
            // Two letters with zeros between them are too little to tell by, and no infrastructure either way.
            assert!(!decode(short.into()).text.is_empty() || short.is_empty());
        }
    }
}
