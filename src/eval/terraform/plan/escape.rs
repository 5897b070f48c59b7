//! The escapes of JSON.

/// What is between the quotes of a JSON text with escapes; half of a pair becomes U+FFFD.
pub(super) fn unescaped(inside: &str) -> Option<String> {
    let mut out = String::with_capacity(inside.len());
    let mut rest = inside;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let (letter, len) = escape(&rest[at + 1..])?;
        out.push(letter);
        rest = &rest[at + 1 + len..];
    }
    out.push_str(rest);
    Some(out)
}

/// The letter of an escape without its backslash, and how long that is.
fn escape(text: &str) -> Option<(char, usize)> {
    let unit = |at: usize| {
        let digits = text.get(at..at + 4)?;
        let plain = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        plain.then(|| u16::from_str_radix(digits, 16).ok())?
    };
    let letter = match text.as_bytes().first()? {
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        plain @ (b'"' | b'\\' | b'/') => char::from(*plain),
        b'u' => {
            let first = unit(1)?;
            let second = (text.get(5..7) == Some("\\u")).then(|| unit(7)).flatten();
            let pair = second.and_then(|second| char::decode_utf16([first, second]).next()?.ok());
            return Some(match pair {
                Some(letter) if letter.len_utf16() == 2 => (letter, 11),
                _ => (char::from_u32(first.into()).unwrap_or('\u{fffd}'), 5),
            });
        }
        _ => return None,
    };
    Some((letter, 1))
}

#[cfg(test)]
mod tests {
    use super::unescaped;

    #[test]
    fn escapes() {
        for (inside, text) in [
            (r#"a\nb\"\\"#, Some("a\nb\"\\")),
            (r"\u00e9\ud83e\udd80", Some("é🦀")),
            (r"\ud83e!\udd80", Some("\u{fffd}!\u{fffd}")),
            (r"\u00g0", None),
            (r"\x", None),
            (r"\", None),
        ] {
            assert_eq!(unescaped(inside).as_deref(), text, "{inside}");
        }
    }
}
