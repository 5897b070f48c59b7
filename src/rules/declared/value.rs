//! Questions about one value.

use std::cmp::Ordering;

use super::model::{Amount, Test};
use super::time::seconds;
use crate::catalog::Literal;
use crate::eval::{Data, Number, Texts, Truth, Value};
use crate::network::address::{Addresses, is_name, parse};

/// Whether a value passes a test. What is absent passes only `exists: false`, `equals: null` and `plaintext: false`.
pub(super) fn holds(test: &Test, found: Option<&Value>) -> Truth {
    if let Test::Exists(wanted) = test {
        // An empty text is what providers take for an absent one, and no name of a key, a network or a role.
        let there = found.map_or(Truth::False, |value| match value.equals_text("") {
            Truth::True => Truth::False,
            _ => !value.is_null() & !has_no_members(value),
        });
        return if *wanted { there } else { !there };
    }
    let Some(value) = found else {
        let null = match test {
            Test::Equals(literal) => *literal == Literal::Null,
            Test::OneOf(literals) => literals.contains(&Literal::Null),
            Test::Plaintext(wanted) => !wanted,
            _ => false,
        };
        return Truth::from(null);
    };
    match test {
        Test::Equals(literal) => equals(value, literal),
        Test::OneOf(literals) => {
            value.ask(|one| Truth::any(literals.iter().map(|literal| equals(one, literal))))
        }
        Test::Matches(glob) => match value.as_text() {
            Some(text) => Truth::from(matches(glob, text)),
            None => value.fits(&Texts::glob(glob)),
        },
        Test::StartsWith(text) => value.starts_with(text),
        Test::EndsWith(text) => value.ends_with(text),
        Test::Contains(literal) => contains(value, literal),
        Test::AtLeast(amount) => compare(value, amount, Ordering::is_ge),
        Test::AtMost(amount) => compare(value, amount, Ordering::is_le),
        Test::Plaintext(wanted) => {
            let plain = plaintext(value);
            if *wanted { plain } else { !plain }
        }
        Test::SpanAtMost(most) => {
            value.test_text(|text| span(text).is_none_or(|span| span <= *most))
        }
        Test::Within(networks) => within(value, networks),
        Test::Network(sort) => network(value, sort),
        Test::Exists(_) => Truth::Unknown,
    }
}

/// Whether it is a list without members. One that may have some may be empty, too.
fn has_no_members(value: &Value) -> Truth {
    if let Data::Unknown(unknown) = &value.resolved().data
        && unknown.among.is_empty()
    {
        return Truth::False;
    }
    value.ask(|one| match &one.data {
        Data::List(list) if list.items.is_empty() => match list.rest {
            None => Truth::True,
            Some(_) => Truth::Unknown,
        },
        _ => Truth::False,
    })
}

/// How many numbers a range `a-b` has, both ends included.
fn span(text: &str) -> Option<i64> {
    let (from, to) = text.split_once('-')?;
    let (from, to): (i64, i64) = (from.trim().parse().ok()?, to.trim().parse().ok()?);
    Some(to.saturating_sub(from).saturating_add(1))
}

fn compare(value: &Value, amount: &Amount, fits: impl Fn(Ordering) -> bool) -> Truth {
    if amount.time {
        return value.test_text(|text| {
            seconds(text).is_some_and(|seconds| fits(seconds.cmp(&amount.number)))
        });
    }
    value.compare_number(fits, &Number::Int(amount.number))
}

/// Whether a text stands in the configuration. What is read or made when it is deployed does not, whatever it is, nor
/// does what is to be filled in later: nothing, JSON that holds nothing, or what changes are ignored of.
fn plaintext(value: &Value) -> Truth {
    if value.origin.is_stand_in() || value.resolved().origin.is_stand_in() {
        return Truth::False;
    }
    let here = |text: &str| Truth::from(!is_blank(text) && !is_filled_in(text));
    match &value.resolved().data {
        Data::Text(text) => here(text),
        Data::Number(_) => Truth::True,
        Data::Template(template) => template.text.as_deref().map_or(Truth::False, here),
        Data::Unknown(unknown) if !unknown.among.is_empty() => {
            Truth::agreed(unknown.among.iter().map(plaintext))
        }
        _ => Truth::False,
    }
}

/// Whether something is put into a text before or while it is deployed: a dynamic reference of CloudFormation, or what a
/// generator of configurations leaves for its values, `{{ .secret }}` or `%%SECRET%%`.
fn is_filled_in(text: &str) -> bool {
    let between = |open: &str, close: &str| {
        let rest = text.split_once(open).map(|(_, rest)| rest);
        rest.is_some_and(|rest| rest.contains(close))
    };
    between("{{", "}}") || between("%%", "%%")
}

/// Whether a text is empty, or JSON in which every value is.
fn is_blank(text: &str) -> bool {
    fn holds_nothing(value: &serde_json::Value) -> bool {
        match value {
            serde_json::Value::Null => true,
            serde_json::Value::String(text) => text.is_empty(),
            serde_json::Value::Array(items) => items.iter().all(holds_nothing),
            serde_json::Value::Object(entries) => entries.values().all(holds_nothing),
            serde_json::Value::Bool(_) | serde_json::Value::Number(_) => false,
        }
    }
    // The parser refuses what is nested more than 128 deep.
    let structured = text.trim_start().starts_with(['{', '[']);
    text.is_empty() || structured && serde_json::from_str(text).is_ok_and(|own| holds_nothing(&own))
}

fn equals(value: &Value, literal: &Literal) -> Truth {
    match literal {
        Literal::Null => value.is_null(),
        Literal::List(_) | Literal::Map(_) => value.same(&crate::graph::literal_value(literal)),
        scalar => value.equals_text(&scalar.to_string()),
    }
}

fn contains(value: &Value, literal: &Literal) -> Truth {
    value.ask(|one| match &one.data {
        Data::List(list) => list.any(|item| equals(item, literal)),
        Data::Map(map) => map.has(&literal.to_string()),
        _ => one.has_text(&literal.to_string()),
    })
}

/// Whether a network, or the networks of a list together, are of a sort. What is not known of a list may be any network.
fn network(value: &Value, sort: &str) -> Truth {
    let is = |addresses: &Addresses| match sort {
        "world" => addresses.is_world(),
        "public" => addresses.is_some_public(),
        _ => addresses.is_wide_private(),
    };
    value.ask(|one| match &one.data {
        Data::List(list) => {
            let texts = || list.items.iter().filter_map(Value::as_text);
            let known: Vec<Addresses> = texts().filter_map(parse).collect();
            let meant = texts().all(|text| parse(text).is_some() || is_name(text));
            let whole =
                meant && list.rest.is_none() && list.items.iter().all(Value::is_wholly_known);
            // More networks make a list no less the world, but they may make what is no world one.
            match (is(&Addresses::union(&known)), whole) {
                (true, _) if sort == "world" => Truth::True,
                (found, true) => Truth::from(found),
                (_, false) => Truth::Unknown,
            }
        }
        _ => addresses(one, is),
    })
}

fn within(value: &Value, networks: &[String]) -> Truth {
    let known: Vec<Addresses> = networks.iter().filter_map(|text| parse(text)).collect();
    let outer = Addresses::union(&known);
    addresses(value, |inner| outer.covers(inner))
}

/// Tests the addresses that a text names. A text that was meant as an address and is none may be any.
fn addresses(value: &Value, test: impl Fn(&Addresses) -> bool) -> Truth {
    value.ask(|own| match own.as_text() {
        Some(text) => match parse(text) {
            Some(addresses) => Truth::from(test(&addresses)),
            None if is_name(text) => Truth::False,
            None => Truth::Unknown,
        },
        None => own.test_text(|_| false),
    })
}

/// Whether two values are equal. What names two resources is not: no two have one name.
pub(super) fn same(a: &Value, b: &Value) -> Truth {
    match (&a.resolved().data, &b.resolved().data) {
        (Data::Reference(a), Data::Reference(b)) if a.target != b.target => Truth::False,
        _ => a.same(b),
    }
}

/// Whether a glob matches the whole text: `*` is any text, `?` any one character. Time is the product of both lengths.
pub fn matches(glob: &str, text: &str) -> bool {
    let (glob, text): (Vec<char>, Vec<char>) = (glob.chars().collect(), text.chars().collect());
    let (mut g, mut t) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while t < text.len() {
        match glob.get(g) {
            Some('*') => {
                retry = Some((g, t));
                g += 1;
            }
            Some(c) if *c == '?' || *c == text[t] => {
                g += 1;
                t += 1;
            }
            _ => match retry {
                Some((star, at)) => {
                    retry = Some((star, at + 1));
                    g = star + 1;
                    t = at + 1;
                }
                None => return false,
            },
        }
    }
    glob[g..].iter().all(|c| *c == '*')
}
