//! Functions on texts. Texts with unknown pieces are worked on piece by piece where that is sound.

use unicode_segmentation::UnicodeSegmentation;

use super::Parameter::{Number as N, Text as T, Texts};
use super::call::made_at;
use super::{Call, Function, MAX_TEXT};
use crate::eval::terraform::operator::{rebuild, text_pieces, unknown_of, weight};
use crate::eval::{Collection, Data, Piece, Truth, Value, budget};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::whole("chomp", &[T], |call| {
        Ok(call.made(call.text(0).trim_end_matches(['\n', '\r'])))
    }),
    Function::parts("endswith", &[T, T], |call| Ok(test(call, Value::ends_with))),
    Function::parts("startswith", &[T, T], |call| {
        Ok(test(call, Value::starts_with))
    }),
    Function::parts("strcontains", &[T, T], |call| {
        Ok(test(call, Value::has_text))
    }),
    Function::whole("indent", &[N, T], indent),
    Function::parts("join", &[T], join).variadic(Texts),
    Function::parts("lower", &[T], |call| Ok(piecewise(call, &lower))),
    Function::parts("upper", &[T], |call| Ok(piecewise(call, &upper))),
    Function::parts("replace", &[T, T, T], replace),
    Function::whole("split", &[T, T], split),
    Function::whole("strrev", &[T], |call| {
        Ok(call.made(call.text(0).graphemes(true).rev().collect::<String>()))
    }),
    Function::whole("substr", &[T, N, N], substr),
    Function::whole("title", &[T], |call| Ok(call.made(title(call.text(0))))),
    Function::whole("trim", &[T, T], |call| {
        let cut: Vec<char> = call.text(1).chars().collect();
        Ok(call.made(call.text(0).trim_matches(&cut[..])))
    }),
    Function::parts("trimprefix", &[T, T], |call| Ok(trim_end_of(call, true))),
    Function::parts("trimsuffix", &[T, T], |call| Ok(trim_end_of(call, false))),
    Function::whole("trimspace", &[T], |call| Ok(call.made(call.text(0).trim()))),
];

/// One letter, never more than one: Go's mapping leaves letters alone that need several in the other case.
fn single(letter: char, mut mapped: impl Iterator<Item = char>) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        // The only small letter of several parts is that of İ; Go takes its first.
        (Some(first), Some(_)) if letter == 'İ' => first,
        _ => letter,
    }
}

fn lower(text: &str) -> String {
    text.chars()
        .map(|letter| single(letter, letter.to_lowercase()))
        .collect()
}

fn upper(text: &str) -> String {
    text.chars()
        .map(|letter| single(letter, letter.to_uppercase()))
        .collect()
}

/// The first letter of each word in its title form; a word begins after what is no letter, digit or underscore.
fn title(text: &str) -> String {
    let mut before = ' ';
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        let inside = before.is_alphanumeric()
            || before == '_'
            || !before.is_ascii() && !before.is_whitespace();
        out.push(if !inside {
            single(letter, letter.to_uppercase())
        } else {
            letter
        });
        before = letter;
    }
    out
}

/// A question about a text that may be known in part.
fn test(call: &Call<'_>, question: fn(&Value, &str) -> Truth) -> Value {
    let answer = match call.arguments[1].as_text() {
        Some(part) => question(&call.arguments[0], part),
        None => Truth::Unknown,
    };
    call.truth(answer)
}

/// Maps every letter by itself: known pieces are mapped, unknown ones stay unknown.
fn piecewise(call: &Call<'_>, map: &dyn Fn(&str) -> String) -> Value {
    if let Some(text) = call.arguments[0].as_text() {
        return call.made(map(text));
    }
    if !matches!(call.argument(0).data, Data::Template(_)) {
        return call.unknown();
    }
    let pieces = text_pieces(&call.arguments[0])
        .into_iter()
        .map(|piece| match piece {
            Piece::Text(text, _) => {
                let text = map(&text);
                let span = made_at(&text, call.span);
                Piece::Text(text.into(), span)
            }
            Piece::Value(value) => Piece::Value(unknown_of([&value], call.span)),
        });
    rebuild(pieces.collect(), call.span)
}

fn indent(call: &Call<'_>) -> Result<Value, String> {
    let spaces = call.int(0)?;
    let text = call.text(1);
    let Ok(spaces) = usize::try_from(spaces) else {
        return Err("strings: negative Repeat count".into());
    };
    let breaks = text.matches('\n').count();
    let more = spaces.saturating_mul(breaks.max(1));
    if more > MAX_TEXT || !budget::room(more) {
        return Ok(call.limit());
    }
    Ok(call.made(text.replace('\n', &format!("\n{}", " ".repeat(spaces)))))
}

fn join(call: &Call<'_>) -> Result<Value, String> {
    if call.arguments.len() < 2 {
        return Err("at least one list is required".into());
    }
    let mut lists = Vec::new();
    for argument in &call.arguments[1..] {
        match &argument.resolved().data {
            Data::List(list) => lists.push(list),
            _ => return Ok(call.unknown()),
        }
    }
    let separator = text_pieces(&call.arguments[0]);
    let mut pieces = Vec::new();
    let (mut bytes, mut text, mut first) = (0, 0, true);
    for list in &lists {
        for (at, item) in list.items.iter().enumerate() {
            if matches!(item.resolved().data, Data::Null) {
                return Err(format!(
                    "element {at} is null; cannot concatenate null values"
                ));
            }
            let own = text_pieces(item);
            bytes += weight(&separator) + weight(&own);
            text += call.text(0).len() + item.as_text().map_or(0, str::len);
            if text > MAX_TEXT || !budget::room(bytes) {
                return Ok(call.limit());
            }
            if !first {
                pieces.extend(separator.iter().cloned());
            }
            first = false;
            pieces.extend(own);
        }
    }
    if lists.iter().any(|list| list.rest.is_some()) {
        return Ok(call.unknown());
    }
    Ok(rebuild(pieces, call.span))
}

/// Without the prefix or suffix, when the known pieces decide whether it is there.
fn trim_end_of(call: &Call<'_>, front: bool) -> Value {
    let Some(part) = call.arguments[1].as_text() else {
        return call.unknown();
    };
    if let Some(text) = call.arguments[0].as_text() {
        let cut = if front {
            text.strip_prefix(part)
        } else {
            text.strip_suffix(part)
        };
        return call.made(cut.unwrap_or(text));
    }
    let of = &call.arguments[0];
    match if front {
        of.starts_with(part)
    } else {
        of.ends_with(part)
    } {
        Truth::Unknown => return call.unknown(),
        Truth::False => return of.clone(),
        Truth::True => {}
    }
    let mut pieces = text_pieces(of);
    let piece = if front {
        pieces.first_mut()
    } else {
        pieces.last_mut()
    };
    if let Some(Piece::Text(text, span)) = piece {
        let cut = if front {
            text.strip_prefix(part)
        } else {
            text.strip_suffix(part)
        };
        if let Some(cut) = cut {
            let verbatim = span.len() as usize == text.len() && span.is_somewhere();
            let gone = part.len() as u32;
            *span = match (verbatim, front) {
                (true, true) => crate::source::Span {
                    start: span.start + gone,
                    ..*span
                },
                (true, false) => crate::source::Span {
                    end: span.end - gone,
                    ..*span
                },
                (false, _) => made_at(cut, *span),
            };
            *text = cut.into();
        }
    }
    rebuild(pieces, call.span)
}

fn replace(call: &Call<'_>) -> Result<Value, String> {
    let (Some(search), Some(with)) = (call.arguments[1].as_text(), call.arguments[2].as_text())
    else {
        return Ok(call.unknown());
    };
    let slashes = search.len() > 1 && search.starts_with('/') && search.ends_with('/');
    if slashes {
        let pattern = super::pattern::compile(&search[1..search.len() - 1])?;
        let (Some(text), Some(pattern)) = (call.arguments[0].as_text(), pattern) else {
            return Ok(call.unknown());
        };
        return Ok(super::pattern::replace_all(call, &pattern, text, with));
    }
    if let Some(text) = call.arguments[0].as_text() {
        let found = text.matches(search).count();
        let all = text.len().saturating_add(found.saturating_mul(with.len()));
        if all > MAX_TEXT || !budget::room(all) {
            return Ok(call.limit());
        }
        return Ok(call.made(text.replace(search, with)));
    }
    // What is found must not lie across two pieces.
    if search.chars().count() == 1 && call.arguments[0].why().is_none() && with.len() < 1024 {
        return Ok(piecewise(call, &|text| text.replace(search, with)));
    }
    Ok(call.unknown())
}

fn split(call: &Call<'_>) -> Result<Value, String> {
    let (separator, text) = (call.text(0), call.text(1));
    let parts: Vec<&str> = if separator.is_empty() {
        text.split_inclusive(|_| true).collect()
    } else {
        text.split(separator).collect()
    };
    let items = parts
        .into_iter()
        .take(super::MAX_MEMBERS + 1)
        .map(|part| call.made(part))
        .collect();
    Ok(call.sequence(items, Collection::Uniform))
}

fn substr(call: &Call<'_>) -> Result<Value, String> {
    let text = call.text(0);
    let (mut offset, length) = (call.int(1)?, call.int(2)?);
    if offset < 0 {
        offset += text.graphemes(true).count() as i64;
    } else if length == 0 {
        return Ok(call.made(""));
    }
    let skip = usize::try_from(offset).unwrap_or(0);
    // A length of zero after a negative offset is none to Terraform's loop, which then takes all.
    let take = usize::try_from(length)
        .ok()
        .filter(|take| *take > 0)
        .unwrap_or(usize::MAX);
    Ok(call.made(
        text.graphemes(true)
            .skip(skip)
            .take(take)
            .collect::<String>(),
    ))
}
