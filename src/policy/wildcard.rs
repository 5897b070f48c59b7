//! Patterns of actions and resources: `*` is any text, `?` any one character.
//!
//! Actions are compared without case, resources with it
//! (IAM User Guide, "IAM JSON policy elements: Action" and "Resource").

/// Whether a pattern matches a text.
pub fn matches(pattern: &str, text: &str, ignore_case: bool) -> bool {
    contains(
        &symbols(pattern, ignore_case, true),
        &symbols(text, ignore_case, false),
    )
}

/// Whether every text that `inner` matches is matched by `outer` too.
pub fn covers(outer: &str, inner: &str, ignore_case: bool) -> bool {
    contains(
        &symbols(outer, ignore_case, true),
        &symbols(inner, ignore_case, true),
    )
}

#[derive(Clone, Copy, PartialEq)]
enum Symbol {
    /// This character.
    Char(char),
    /// `?`
    One,
    /// `*`
    Any,
}

/// The symbols of a pattern; in a run of wildcards `?` goes first and `*` stands once, so that equal runs look equal.
fn symbols(text: &str, ignore_case: bool, wild: bool) -> Vec<Symbol> {
    let mut symbols = Vec::with_capacity(text.len());
    let mut any = false;
    for c in text.chars() {
        match c {
            '*' if wild => any = true,
            '?' if wild => symbols.push(Symbol::One),
            c => {
                if std::mem::take(&mut any) {
                    symbols.push(Symbol::Any);
                }
                symbols.push(Symbol::Char(if ignore_case {
                    c.to_ascii_lowercase()
                } else {
                    c
                }));
            }
        }
    }
    if any {
        symbols.push(Symbol::Any);
    }
    symbols
}

/// Greedy matching with one point of return: a `*` of the inner pattern can only be taken by a `*` of the outer one.
fn contains(outer: &[Symbol], inner: &[Symbol]) -> bool {
    let (mut o, mut i) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while i < inner.len() {
        match (outer.get(o), inner[i]) {
            (Some(Symbol::Any), _) => {
                retry = Some((o, i));
                o += 1;
                continue;
            }
            (Some(Symbol::One), Symbol::Char(_) | Symbol::One) => {
                o += 1;
                i += 1;
                continue;
            }
            (Some(Symbol::Char(a)), Symbol::Char(b)) if *a == b => {
                o += 1;
                i += 1;
                continue;
            }
            _ => {}
        }
        let Some((star, at)) = retry else {
            return false;
        };
        retry = Some((star, at + 1));
        o = star + 1;
        i = at + 1;
    }
    outer[o..].iter().all(|symbol| *symbol == Symbol::Any)
}

#[cfg(test)]
mod tests {
    use super::{covers, matches};

    #[test]
    fn wildcards() {
        assert!(matches("s3:Get*", "s3:getobject", true));
        assert!(!matches("arn:aws:s3:::A", "arn:aws:s3:::a", false));
        for (outer, inner, expected) in [
            ("*", "s3:*", true),
            ("s3:*", "*", false),
            ("*:*", "*", false),
            ("s3:Get*", "s3:Get?bject", true),
            ("s3:Get?bject", "s3:Get*", false),
            ("*?", "?*", true),
            ("a*c", "a*b*c", true),
            ("a*b*c", "a*c", false),
            ("**", "*", true),
        ] {
            assert_eq!(
                covers(outer, inner, true),
                expected,
                "{outer} covers {inner}"
            );
        }
    }
}
