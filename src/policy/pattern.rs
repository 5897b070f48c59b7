//! Patterns of actions and resources: `*` is any text, `?` any one character.
//!
//! Actions are compared without case, resources with it
//! (IAM User Guide, "IAM JSON policy elements: Action" and "Resource").

use std::sync::LazyLock;

use super::Members;
use crate::eval::{Data, Piece, Reference, Texts, Truth, Value, Why, budget};
use crate::source::Span;

/// Whether a pattern matches a text.
pub fn matches(pattern: &str, text: &str, ignore_case: bool) -> bool {
    if let Some(known) = at_once(pattern, text, ignore_case) {
        return known;
    }
    match fits_plain(pattern, text, ignore_case) {
        Some(known) => known,
        None => contains(
            &symbols(pattern, ignore_case, true),
            &symbols(text, ignore_case, false),
        ),
    }
}

/// Whether every text that `inner` matches is matched by `outer` too.
pub fn covers(outer: &str, inner: &str, ignore_case: bool) -> bool {
    // The answer of one who has spent all is given up.
    if budget::is_spent() {
        return false;
    }
    let plain = !inner.contains(['*', '?']);
    let at_once =
        || at_once(outer, inner, ignore_case).or_else(|| fits_plain(outer, inner, ignore_case));
    if let Some(known) = plain.then(at_once).flatten() {
        return known;
    }
    contains(
        &symbols(outer, ignore_case, true),
        &symbols(inner, ignore_case, true),
    )
}

/// The answer for the patterns that are most of all: a text, or the front of one and `*`; and where the front differs.
fn at_once(pattern: &str, text: &str, ignore_case: bool) -> Option<bool> {
    let same = |a: &[u8], b: &[u8]| {
        if ignore_case {
            a.eq_ignore_ascii_case(b)
        } else {
            a == b
        }
    };
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let Some(front) = pattern.iter().position(|byte| matches!(byte, b'*' | b'?')) else {
        return Some(same(pattern, text));
    };
    let begins = text.len() >= front && same(&pattern[..front], &text[..front]);
    match (begins, &pattern[front..]) {
        (false, _) => Some(false),
        (true, b"*") => Some(true),
        (true, _) => None,
    }
}

/// The patterns of every text.
static STARS: LazyLock<Texts> = LazyLock::new(|| Texts::matching(r"\*+"));

/// Whether a pattern fits a text without wildcards of its own, where both are of single bytes: most are.
fn fits_plain(pattern: &str, text: &str, ignore_case: bool) -> Option<bool> {
    if !pattern.is_ascii() || !text.is_ascii() {
        return None;
    }
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let same = |a: u8, b: u8| a == b || ignore_case && a.eq_ignore_ascii_case(&b);
    let (mut p, mut t, mut steps) = (0, 0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while t < text.len() {
        steps += 1;
        match pattern.get(p) {
            Some(b'*') => {
                retry = Some((p, t));
                p += 1;
                continue;
            }
            Some(&own) if own == b'?' || same(own, text[t]) => {
                (p, t) = (p + 1, t + 1);
                continue;
            }
            _ => {}
        }
        let Some((star, at)) = retry else {
            budget::work(steps);
            return Some(false);
        };
        retry = Some((star, at + 1));
        (p, t) = (star + 1, at + 1);
    }
    budget::work(steps);
    Some(pattern[p..].iter().all(|byte| *byte == b'*'))
}

/// Whether one pattern, perhaps with pieces that are not known, covers another. Such a piece is at most `*`.
pub fn value_covers(item: &Value, wanted: &str, ignore_case: bool) -> Truth {
    item.ask(|own| match &own.data {
        Data::Template(template) if template.text.is_none() => {
            // A piece that is the name of one resource is not that of all.
            match covers(&flat(&template.pieces, "*"), wanted, ignore_case) {
                true if wanted == "*" => own.fits(&STARS),
                true => Truth::Unknown,
                false => Truth::False,
            }
        }
        Data::Reference(reference) if wanted == "*" && names_one(reference) => Truth::False,
        Data::Reference(_) if wanted == "*" => own.fits(&STARS),
        _ => own.test_text(|text| covers(text, wanted, ignore_case)),
    })
}

/// Whether one of the members covers a pattern, and the member that does or may.
pub fn any_covers(members: &Members, wanted: &str, ignore_case: bool) -> (Truth, Option<Value>) {
    // Every action has a colon: `*:*` is all of them.
    let wanted = if ignore_case && wanted == "*" {
        "*:*"
    } else {
        wanted
    };
    any_of(members, |item| value_covers(item, wanted, ignore_case))
}

/// Whether a question holds of one of the members, and the member of which it does or may.
pub fn any_of(members: &Members, ask: impl Fn(&Value) -> Truth) -> (Truth, Option<Value>) {
    let mut best = (Truth::False, members.items.first().cloned());
    for item in &members.items {
        budget::work(8);
        if budget::is_spent() {
            return (Truth::Unknown, Some(item.clone()));
        }
        let truth = ask(item);
        if truth.is_true() {
            return (truth, Some(item.clone()));
        }
        if truth.is_unknown() && best.0.is_false() {
            best = (truth, Some(item.clone()));
        }
    }
    if let (Truth::False, Some(why)) = (best.0, &members.rest) {
        return (Truth::Unknown, Some(unknown_member(members, why)));
    }
    best
}

/// Stands for the members that are not known.
fn unknown_member(members: &Members, why: &Why) -> Value {
    let place = members
        .items
        .first()
        .map_or_else(Span::nowhere, |item| item.origin.span);
    Value::unknown(why.clone(), place)
}

/// The text of pieces, with something else for those that are not known.
pub(super) fn flat(pieces: &[Piece], hole: &str) -> String {
    let text = |piece: &Piece| match piece {
        Piece::Text(text, _) => text.to_string(),
        Piece::Value(value) => value.as_text().unwrap_or(hole).to_owned(),
    };
    pieces.iter().map(text).collect()
}

/// The text of pieces at its widest: a piece that may be a wildcard is one, any other stands for itself.
pub(super) fn widest(pieces: &[Piece]) -> String {
    static PLAIN: LazyLock<Texts> = LazyLock::new(|| Texts::matching("[^*?]*"));
    let text = |piece: &Piece| match piece {
        Piece::Text(text, _) => text.to_string(),
        Piece::Value(value) => match (value.as_text(), &value.resolved().data) {
            (Some(text), _) => text.to_owned(),
            (None, Data::Reference(reference)) if names_one(reference) => "x".into(),
            (None, _) if value.fits(&PLAIN).is_true() => "x".into(),
            (None, _) => "*".into(),
        },
    };
    pieces.iter().map(text).collect()
}

/// Whether what is referred to is the name of one resource: what `Ref` and `Fn::GetAtt` give, and ARNs.
fn names_one(reference: &Reference) -> bool {
    let last = reference.path.last();
    last.is_some_and(|last| last.eq_ignore_ascii_case("arn"))
        || reference.target.type_name.contains("::")
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
    // To make the symbols took more.
    budget::work(4 * (outer.len() + inner.len()));
    // The answer of one who has spent all is given up.
    while i < inner.len() && !budget::is_spent() {
        budget::work(1);
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
    use proptest::prelude::*;

    use super::{contains, covers, fits_plain, matches, symbols};

    proptest! {
        #[test]
        fn the_quick_way_says_the_same(pattern in "[abA*?]{0,8}", text in "[abA]{0,8}", ignore_case: bool) {
            let slow = contains(&symbols(&pattern, ignore_case, true), &symbols(&text, ignore_case, false));
            prop_assert_eq!(fits_plain(&pattern, &text, ignore_case), Some(slow));
        }
    }

    #[test]
    fn wildcards() {
        assert!(matches("s3:Get*", "s3:getobject", true));
        assert!(!matches("arn:aws:s3:::A", "arn:aws:s3:::a", false));
        assert!(!matches("a*", "*a", false));
        assert!(matches("*a", "*a", false));
        assert!(matches("é*", "éa", true) && !matches("é?", "é", true));
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
