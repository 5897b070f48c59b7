//! `format` and `formatlist`: Go's `fmt` verbs over values that may be unknown.

use std::sync::Arc;

use unicode_segmentation::UnicodeSegmentation;

use super::Parameter::{Nullable, Text as T};
use super::call::made_at;
use super::{Call, Function, MAX_MEMBERS, MAX_TEXT, json};
use crate::eval::terraform::operator::{self, rebuild, text_pieces, unknown_of};
use crate::eval::terraform::types::{Type, convert};
use crate::eval::{Collection, Data, Decimal, Number, Piece, Value, Why, budget};
use crate::source::Span;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::parts("format", &[T], |call| {
        if call.arguments[0].as_text().is_none() {
            return Ok(call.unknown());
        }
        if has_null(call) {
            return Ok(Value::unknown(Why::Invalid, call.span));
        }
        format(call, &call.arguments[1..])
    })
    .variadic(Nullable),
    Function::parts("formatlist", &[T], format_list).variadic(Nullable),
];

/// Whether a null is formatted: Terraform 1.11 does not know what one of no type becomes, and refuses one of a type.
fn has_null(call: &Call<'_>) -> bool {
    let null = |argument: &Value| matches!(argument.resolved().data, Data::Null);
    call.arguments[1..].iter().any(null)
}

/// The widest field and the most digits that are written.
const MAX_WIDTH: usize = 65_536;

/// A verb: `%`, flags, width, precision, which argument, and the letter.
#[derive(Default)]
struct Verb<'f> {
    raw: &'f str,
    offset: usize,
    argument: usize,
    mode: char,
    zero: bool,
    sharp: bool,
    plus: bool,
    minus: bool,
    space: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

fn format(call: &Call<'_>, arguments: &[Value]) -> Result<Value, String> {
    let text = call.text(0);
    let place = call.argument(0).origin.span;
    let mut pieces: Vec<Piece> = Vec::new();
    let (mut at, mut next, mut highest) = (0, 1, 0);
    let (mut bytes, mut weight) = (0, 0);
    while at < text.len() {
        let until = text[at..].find('%').map_or(text.len(), |found| at + found);
        if until > at {
            pieces.push(literal(&text[at..until], at, text, place, call.span));
        }
        at = until;
        if at == text.len() {
            break;
        }
        if text[at..].starts_with("%%") {
            pieces.push(Piece::Text("%".into(), made_at("%", call.span)));
            at += 2;
            continue;
        }
        let (verb, end) = parse(text, at, next)?;
        at = end;
        highest = highest.max(verb.argument);
        next = verb.argument + 1;
        if verb.width.is_some_and(|width| width > MAX_WIDTH)
            || verb.precision.is_some_and(|digits| digits > MAX_WIDTH)
        {
            return Ok(call.limit());
        }
        let formatted = append(&verb, arguments, call)?;
        let len = |piece: &Piece| {
            if let Piece::Text(text, _) = piece {
                text.len()
            } else {
                0
            }
        };
        bytes += formatted.iter().map(len).sum::<usize>();
        weight += operator::weight(&formatted);
        if bytes > MAX_TEXT || !budget::room(weight) {
            return Ok(call.limit());
        }
        pieces.extend(formatted);
    }
    if highest < arguments.len() {
        return Err(match highest {
            0 => "too many arguments; no verbs in format string".into(),
            used => format!("too many arguments; only {used} used by format string"),
        });
    }
    Ok(rebuild(pieces, call.span))
}

/// A stretch of the format that stands for itself: a part of the source where the format is the very bytes there.
fn literal(part: &str, at: usize, text: &str, place: Span, made: Span) -> Piece {
    if place.is_somewhere() && place.len() as usize == text.len() {
        let start = place.start + at as u32;
        return Piece::Text(
            part.into(),
            Span {
                start,
                end: start + part.len() as u32,
                ..place
            },
        );
    }
    Piece::Text(part.into(), made_at(part, made))
}

/// The verb that begins at a `%`, and where it ends.
fn parse(text: &str, start: usize, next: usize) -> Result<(Verb<'_>, usize), String> {
    let bytes = text.as_bytes();
    let mut at = start + 1;
    let mut verb = Verb {
        offset: start,
        argument: next,
        ..Verb::default()
    };
    loop {
        match bytes.get(at) {
            Some(b'0') => verb.zero = true,
            Some(b'#') => verb.sharp = true,
            Some(b'-') => verb.minus = true,
            Some(b'+') => verb.plus = true,
            Some(b' ') => verb.space = true,
            _ => break,
        }
        at += 1;
    }
    let number = |at: &mut usize| {
        let from = *at;
        while bytes.get(*at).is_some_and(u8::is_ascii_digit) {
            *at += 1;
        }
        text[from..*at]
            .parse()
            .unwrap_or(if *at > from { usize::MAX } else { 0 })
    };
    if bytes.get(at).is_some_and(u8::is_ascii_digit) {
        verb.width = Some(number(&mut at));
    }
    if bytes.get(at) == Some(&b'.') {
        at += 1;
        verb.precision = Some(number(&mut at));
    }
    if bytes.get(at) == Some(&b'[') && matches!(bytes.get(at + 1), Some(b'1'..=b'9')) {
        at += 1;
        verb.argument = number(&mut at);
        if bytes.get(at) != Some(&b']') {
            return Err(unrecognized(text, at));
        }
        at += 1;
    }
    match bytes.get(at) {
        Some(letter) if letter.is_ascii_alphabetic() => {
            verb.mode = char::from(*letter);
            verb.raw = &text[start..=at];
            Ok((verb, at + 1))
        }
        _ => Err(unrecognized(text, at)),
    }
}

fn unrecognized(text: &str, at: usize) -> String {
    match text[at..].chars().next() {
        Some(letter) => format!("unrecognized format character {letter:?} at offset {at}"),
        None => format!("invalid format string starting at offset {at}"),
    }
}

/// What a verb writes. An unknown argument is a piece by itself; with a width it is no part of anything.
fn append(verb: &Verb<'_>, arguments: &[Value], call: &Call<'_>) -> Result<Vec<Piece>, String> {
    let Verb { raw, offset, .. } = verb;
    let index = verb.argument.checked_sub(1);
    let Some(argument) = index.and_then(|index| arguments.get(index)) else {
        return Err(format!(
            "not enough arguments for {raw:?} at {offset}: need index {} but have {} total.",
            verb.argument,
            arguments.len()
        ));
    };
    let bad = |why: &str| format!("unsupported value for {raw:?} at {offset}: {why}");
    if verb.mode != 'v' && matches!(argument.resolved().data, Data::Null) {
        return Err(bad("null value cannot be formatted"));
    }
    let to = match verb.mode {
        'v' => Type::Any,
        't' => Type::Bool,
        'b' | 'd' | 'o' | 'x' | 'X' | 'e' | 'E' | 'f' | 'g' | 'G' => Type::Number,
        's' | 'q' => Type::Text,
        mode => {
            return Err(format!(
                "unsupported format verb {mode:?} in {raw:?} at offset {offset}"
            ));
        }
    };
    let argument = convert(argument, &to).map_err(|why| bad(&why))?;
    let value = argument.resolved();
    let plain = verb.width.is_none() && verb.precision.is_none() && !verb.sharp;
    if plain
        && matches!(verb.mode, 's' | 'v')
        && matches!(value.data, Data::Text(_) | Data::Template(_))
    {
        return Ok(text_pieces(&argument));
    }
    if !argument.is_wholly_known() {
        // Formatted as it stands, the reference itself is the piece; else something made of it.
        let same = plain && matches!(verb.mode, 's' | 'v') && argument.why().is_some();
        let piece = if same {
            argument.clone()
        } else {
            unknown_of([&argument], call.span)
        };
        return Ok(vec![Piece::Value(piece)]);
    }
    let text = match (&value.data, verb.mode) {
        (Data::Bool(own), 't') => own.to_string(),
        (Data::Number(own), 'v') if !verb.sharp => {
            pad(verb, Decimal::shortest(own).general(GENERAL, 'e'))
        }
        (Data::Number(own), 'b' | 'd' | 'o' | 'x' | 'X') => {
            integer(verb, own).ok_or_else(|| bad("an integer is required"))?
        }
        (Data::Number(own), _) if verb.mode != 'v' => float(verb, own),
        _ => match (value.as_text(), verb.mode) {
            (Some(text), 's' | 'v') if !(verb.sharp && verb.mode == 'v') => {
                pad(verb, shortened(verb, text))
            }
            (Some(text), 'q') => pad(verb, json::quoted(shortened(verb, text))),
            _ => match json::encode(value) {
                Some(text) => pad(verb, text),
                None => return Ok(vec![Piece::Value(call.limit())]),
            },
        },
    };
    let span = made_at(&text, call.span);
    Ok(vec![Piece::Text(text.into(), span)])
}

/// From which power of ten on the shortest form of a number has an exponent.
const GENERAL: isize = 6;

/// No more grapheme clusters than the precision.
fn shortened<'t>(verb: &Verb<'_>, text: &'t str) -> &'t str {
    match verb.precision {
        Some(count) if count > 0 && verb.mode != 'v' => {
            let end = text
                .grapheme_indices(true)
                .nth(count)
                .map_or(text.len(), |(at, _)| at);
            &text[..end]
        }
        _ => text,
    }
}

/// Filled up to the width in grapheme clusters.
fn pad(verb: &Verb<'_>, text: impl Into<String>) -> String {
    let text = text.into();
    let missing = verb
        .width
        .unwrap_or(0)
        .saturating_sub(text.graphemes(true).count());
    let fill = if verb.zero { "0" } else { " " }.repeat(missing);
    if verb.minus {
        text + &fill
    } else {
        fill + &text
    }
}

/// A number with its sign, filled up to the width: with zeros between the sign and the digits, or with blanks.
fn signed(verb: &Verb<'_>, negative: bool, digits: &str, zeros: bool) -> String {
    let sign = match (negative, verb.plus, verb.space) {
        (true, ..) => "-",
        (false, true, _) => "+",
        (false, false, true) => " ",
        _ => "",
    };
    let missing = verb
        .width
        .unwrap_or(0)
        .saturating_sub(sign.len() + digits.len());
    match (verb.minus, zeros) {
        (true, _) => format!("{sign}{digits}{}", " ".repeat(missing)),
        (false, true) => format!("{sign}{}{digits}", "0".repeat(missing)),
        (false, false) => format!("{}{sign}{digits}", " ".repeat(missing)),
    }
}

fn integer(verb: &Verb<'_>, number: &Number) -> Option<String> {
    if !number.is_whole() {
        return None;
    }
    let whole = number.to_big().to_int().value();
    let negative = whole < dashu_int::IBig::ZERO;
    let (_, magnitude) = whole.into_parts();
    let radix = match verb.mode {
        'b' => 2,
        'o' => 8,
        'x' | 'X' => 16,
        _ => 10,
    };
    let mut digits = magnitude.in_radix(radix).to_string();
    if verb.precision == Some(0) && digits == "0" {
        digits.clear();
    }
    let missing = verb.precision.unwrap_or(0).saturating_sub(digits.len());
    digits = "0".repeat(missing) + &digits;
    if verb.mode == 'X' {
        digits.make_ascii_uppercase();
    }
    let prefix = match (verb.sharp, verb.mode) {
        (true, 'b') => "0b",
        (true, 'o') => "0",
        (true, 'x') => "0x",
        (true, 'X') => "0X",
        _ => "",
    };
    if verb.zero && !verb.minus && verb.precision.is_none() {
        let signs = usize::from(negative || verb.plus || verb.space);
        let missing = verb
            .width
            .unwrap_or(0)
            .saturating_sub(signs + prefix.len() + digits.len());
        digits = "0".repeat(missing) + &digits;
    }
    Some(signed(
        verb,
        negative,
        &(prefix.to_owned() + &digits),
        false,
    ))
}

fn float(verb: &Verb<'_>, number: &Number) -> String {
    let negative = number.sign().is_lt();
    let number = if negative {
        number.neg()
    } else {
        number.clone()
    };
    let letter = if verb.mode.is_ascii_uppercase() {
        'E'
    } else {
        'e'
    };
    let text = match (verb.mode, verb.precision) {
        ('f', digits) => {
            let digits = digits.unwrap_or(6);
            let exact = Decimal::exact(&number);
            exact.rounded(exact.point + digits as isize).plain(digits)
        }
        ('e' | 'E', digits) => {
            let digits = digits.unwrap_or(6);
            Decimal::exact(&number)
                .rounded(digits as isize + 1)
                .scientific(digits, letter)
        }
        (_, None) => Decimal::shortest(&number).general(GENERAL, letter),
        (_, Some(digits)) => {
            let digits = digits.max(1) as isize;
            let decimal = Decimal::exact(&number).rounded(digits);
            let len = decimal.digits.len() as isize;
            let limit = if digits > len && len >= decimal.point {
                len
            } else {
                digits
            };
            decimal.general(limit, letter)
        }
    };
    signed(verb, negative, &text, verb.zero && !verb.minus)
}

fn format_list(call: &Call<'_>) -> Result<Value, String> {
    if call.arguments[0].as_text().is_none() {
        return Ok(call.unknown());
    }
    if has_null(call) {
        return Ok(Value::unknown(Why::Invalid, call.span));
    }
    let arguments = &call.arguments[1..];
    let mut count: Option<(usize, usize)> = None;
    for (at, argument) in arguments.iter().enumerate() {
        match &argument.resolved().data {
            Data::List(list) if uncertain(list) => return Ok(call.unknown()),
            Data::List(list) => {
                let len = list.items.len();
                match count {
                    Some((chooser, other)) if other != len => {
                        return Err(format!(
                            "argument {} has length {len}, which is inconsistent with argument {} of length {other}",
                            at + 1,
                            chooser + 1
                        ));
                    }
                    _ => count = count.or(Some((at, len))),
                }
            }
            Data::Unknown(_) | Data::Reference(_) => return Ok(call.unknown()),
            _ => {}
        }
    }
    let count = count.map_or(1, |(_, count)| count);
    if count > MAX_MEMBERS {
        return Ok(call.limit());
    }
    let mut items = Vec::with_capacity(count);
    let mut bytes = 0;
    for round in 0..count {
        let chosen: Vec<Value> = arguments
            .iter()
            .map(|argument| match &argument.resolved().data {
                Data::List(list) => list.items[round].clone(),
                _ => argument.clone(),
            })
            .collect();
        let item = format(call, &chosen)
            .map_err(|why| format!("error on format iteration {round}: {why}"))?;
        bytes += item.as_text().map_or(0, str::len);
        if bytes > MAX_TEXT || budget::is_spent() {
            return Ok(call.limit());
        }
        items.push(item);
    }
    Ok(call.sequence(items, Collection::Uniform))
}

/// Whether the number or the order of the members is not known.
fn uncertain(list: &Arc<crate::eval::List>) -> bool {
    list.rest.is_some()
        || list.kind == Collection::Set
            && list.items.len() > 1
            && !list.items.iter().all(Value::is_wholly_known)
}
