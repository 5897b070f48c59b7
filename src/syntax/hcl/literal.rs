//! The text that a literal part of a template stands for: escapes undone.

use std::borrow::Cow;

/// The text of a piece of a quoted template.
pub(super) fn quoted(raw: &str) -> Cow<'_, str> {
    undo(raw, true)
}

/// The text of a piece of a heredoc or template file, where only `$${` and `%%{` are escapes.
pub(super) fn unquoted(raw: &str) -> Cow<'_, str> {
    undo(raw, false)
}

fn undo(raw: &str, backslashes: bool) -> Cow<'_, str> {
    let bytes = raw.as_bytes();
    let next = |from: usize| {
        let found = if backslashes {
            memchr::memchr3(b'\\', b'$', b'%', &bytes[from..])
        } else {
            memchr::memchr2(b'$', b'%', &bytes[from..])
        };
        found.map(|at| from + at)
    };
    let mut text = String::new();
    let mut copied = 0;
    let mut from = 0;
    while let Some(at) = next(from) {
        if bytes[at] == b'\\' {
            let (len, char) = escape(&raw[at..]);
            text.push_str(&raw[copied..at]);
            text.extend(char);
            copied = at + len;
            from = copied;
        } else if bytes[at..].starts_with(&[bytes[at], bytes[at], b'{']) {
            text.push_str(&raw[copied..=at]);
            copied = at + 2;
            from = at + 3;
        } else {
            from = at + 1;
        }
    }
    if copied == 0 && text.is_empty() {
        return Cow::Borrowed(raw);
    }
    text.push_str(&raw[copied..]);
    Cow::Owned(text)
}

/// The escape at the start of `raw`: its length and what it stands for. One that the language does not have is the
/// backslash alone and stands for nothing.
pub(super) fn escape(raw: &str) -> (usize, Option<char>) {
    let bytes = raw.as_bytes();
    let digits = match bytes.get(1) {
        Some(b'n') => return (2, Some('\n')),
        Some(b'r') => return (2, Some('\r')),
        Some(b't') => return (2, Some('\t')),
        Some(b'"') => return (2, Some('"')),
        Some(b'\\') => return (2, Some('\\')),
        Some(b'u') => 4,
        Some(b'U') => 8,
        _ => return (1, None),
    };
    let code = raw
        .get(2..2 + digits)
        .filter(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
    match code
        .and_then(|hex| u32::from_str_radix(hex, 16).ok())
        .and_then(char::from_u32)
    {
        Some(char) => (2 + digits, Some(char)),
        None => (1, None),
    }
}

/// How many bytes of white space `raw` begins with, written out or, where there are backslashes, as escapes.
pub(super) fn leading_space(raw: &str, backslashes: bool) -> usize {
    let mut at = 0;
    while let Some((len, char)) = unit(&raw[at..], backslashes)
        && char.is_some_and(char::is_whitespace)
    {
        at += len;
    }
    at
}

/// Where the white space begins that `raw` ends with.
pub(super) fn trailing_space(raw: &str, backslashes: bool) -> usize {
    if !backslashes || !raw.contains('\\') {
        return raw.trim_end().len();
    }
    let (mut at, mut end) = (0, 0);
    while let Some((len, char)) = unit(&raw[at..], backslashes) {
        at += len;
        if !char.is_some_and(char::is_whitespace) {
            end = at;
        }
    }
    end
}

/// The first character of `raw` or the escape that stands there.
fn unit(raw: &str, backslashes: bool) -> Option<(usize, Option<char>)> {
    let first = raw.chars().next()?;
    if backslashes && first == '\\' {
        return Some(escape(raw));
    }
    Some((first.len_utf8(), Some(first)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone() {
        assert_eq!(
            quoted(r#"a\n\t\"\\A\U0001F600$${x}%%{y}$$ 5%"#),
            "a\n\t\"\\A😀${x}%{y}$$ 5%"
        );
        assert_eq!(quoted("plain"), "plain");
        assert!(matches!(quoted("plain $ %"), Cow::Borrowed(_)));
    }

    #[test]
    fn heredocs_know_no_backslashes() {
        assert_eq!(unquoted("a\\n$${x}\r\n"), "a\\n${x}\r\n");
    }

    #[test]
    fn space_counts_escapes() {
        assert_eq!(leading_space(r" \n\tx", true), 5);
        assert_eq!(leading_space(r" \n", false), 1);
        assert_eq!(trailing_space(r"x\\n \n", true), 4);
    }
}
