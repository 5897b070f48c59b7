//! Dates and times (RFC 3339), with the durations and format verbs of Terraform.

use jiff::civil;

use super::Parameter::Text as T;
use super::hash::changing;
use super::{Call, Function};
use crate::eval::{Number, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::whole("formatdate", &[T, T], format),
    Function::whole("timeadd", &[T, T], add),
    Function::whole("timecmp", &[T, T], |call| {
        let (a, b) = (
            parse(call.text(0))?.instant(),
            parse(call.text(1))?.instant(),
        );
        Ok(call.numeric(Some(Number::Int(a.cmp(&b) as i64))))
    }),
    Function::parts("timestamp", &[], |call| changing(call, "timestamp")),
    Function::parts("plantimestamp", &[], |call| changing(call, "plantimestamp")),
];

/// A point in time as it is written: local date and time, and the offset from UTC in seconds.
struct Time {
    local: civil::DateTime,
    offset: i64,
}

impl Time {
    /// Nanoseconds on the clock of UTC since year 0.
    fn instant(&self) -> i128 {
        let days = i128::from(
            self.local
                .date()
                .since(civil::date(0, 1, 1))
                .map_or(0, |span| span.get_days()),
        );
        let time = self.local.time();
        let seconds = i128::from(time.hour()) * 3600
            + i128::from(time.minute()) * 60
            + i128::from(time.second());
        (days * 86_400 + seconds - i128::from(self.offset)) * 1_000_000_000
            + i128::from(time.subsec_nanosecond())
    }

    /// RFC 3339 without fractions of a second.
    fn text(&self) -> String {
        format!(
            "{}{}",
            self.local.strftime("%Y-%m-%dT%H:%M:%S"),
            self.zone(":", "Z")
        )
    }

    /// The offset as `+hh:mm` with this between; zero as `zero` where that is not empty.
    fn zone(&self, between: &str, zero: &str) -> String {
        if self.offset == 0 && !zero.is_empty() {
            return zero.to_owned();
        }
        let sign = if self.offset < 0 { '-' } else { '+' };
        let minutes = self.offset.abs() / 60;
        format!("{sign}{:02}{between}{:02}", minutes / 60, minutes % 60)
    }
}

/// Digits at the front of the text, exactly so many.
fn digits<'t>(text: &'t str, count: usize, what: &str) -> Result<(i16, &'t str), String> {
    let refusal = || format!("not a valid RFC3339 timestamp: cannot use {text:?} as {what}");
    let front = text
        .get(..count)
        .filter(|front| front.bytes().all(|byte| byte.is_ascii_digit()));
    let number = front
        .and_then(|front| front.parse().ok())
        .ok_or_else(refusal)?;
    Ok((number, &text[count..]))
}

fn expect<'t>(text: &'t str, token: &str) -> Result<&'t str, String> {
    text.strip_prefix(token).ok_or_else(|| match token {
        "T" => "not a valid RFC3339 timestamp: missing required time introducer 'T'".to_owned(),
        _ => format!("not a valid RFC3339 timestamp: found {text:?} where {token:?} is expected"),
    })
}

fn parse(text: &str) -> Result<Time, String> {
    let range = |what: &str| format!("not a valid RFC3339 timestamp: {what} out of range");
    let (year, rest) = digits(text, 4, "year")?;
    let (month, rest) = digits(expect(rest, "-")?, 2, "month")?;
    let (day, rest) = digits(expect(rest, "-")?, 2, "day of month")?;
    let (hour, rest) = digits(expect(rest, "T")?, 2, "hour")?;
    let (minute, rest) = digits(expect(rest, ":")?, 2, "minute")?;
    let (second, rest) = digits(expect(rest, ":")?, 2, "second")?;
    let (nanos, rest) = fraction(rest)?;
    let offset = offset(rest)?;
    let small = |number: i16| i8::try_from(number).unwrap_or(i8::MAX);
    let date = civil::Date::new(year, small(month), small(day)).map_err(|_| range("day"))?;
    let time = civil::Time::new(small(hour), small(minute), small(second), nanos)
        .map_err(|_| range("time"))?;
    Ok(Time {
        local: date.to_datetime(time),
        offset,
    })
}

fn fraction(text: &str) -> Result<(i32, &str), String> {
    let Some(rest) = text.strip_prefix('.') else {
        return Ok((0, text));
    };
    let len = rest.bytes().take_while(u8::is_ascii_digit).count();
    if len == 0 {
        return Err("not a valid RFC3339 timestamp: a fraction of a second has digits".into());
    }
    let nine: String = rest[..len]
        .chars()
        .chain("000000000".chars())
        .take(9)
        .collect();
    Ok((nine.parse().unwrap_or(0), &rest[len..]))
}

fn offset(text: &str) -> Result<i64, String> {
    if text == "Z" {
        return Ok(0);
    }
    let sign = match text.as_bytes().first() {
        Some(b'+') => 1,
        Some(b'-') => -1,
        _ => return Err("not a valid RFC3339 timestamp: end of string before UTC offset".into()),
    };
    let (hours, rest) = digits(&text[1..], 2, "UTC offset")?;
    let (minutes, rest) = digits(expect(rest, ":")?, 2, "UTC offset")?;
    if hours > 23 || minutes > 59 || !rest.is_empty() {
        return Err("not a valid RFC3339 timestamp: UTC offset out of range".into());
    }
    Ok(sign * (i64::from(hours) * 3600 + i64::from(minutes) * 60))
}

fn add(call: &Call<'_>) -> Result<Value, String> {
    let time = parse(call.text(0))?;
    let nanos = duration(call.text(1))?;
    let span = jiff::SignedDuration::from_nanos(nanos);
    match time.local.checked_add(span) {
        Ok(local) => Ok(call.made(Time { local, ..time }.text())),
        Err(_) => Ok(call.limit()),
    }
}

/// A duration as Go writes it: `-1.5h30m`, in nanoseconds.
fn duration(text: &str) -> Result<i64, String> {
    let refusal = || format!("time: invalid duration {text:?}");
    let (negative, mut rest) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(refusal());
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let len = rest
            .bytes()
            .take_while(|byte| byte.is_ascii_digit() || *byte == b'.')
            .count();
        let (number, behind) = rest.split_at(len);
        let (whole, part) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() && part.is_empty() || part.contains('.') || whole.len() > 19 {
            return Err(refusal());
        }
        let end = behind
            .find(|letter: char| letter.is_ascii_digit() || letter == '.')
            .unwrap_or(behind.len());
        let unit: i128 = match &behind[..end] {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            "" => return Err(format!("time: missing unit in duration {text:?}")),
            other => return Err(format!("time: unknown unit {other:?} in duration {text:?}")),
        };
        let nine: String = part
            .chars()
            .chain("0".repeat(18).chars())
            .take(18)
            .collect();
        let whole: i128 = if whole.is_empty() {
            0
        } else {
            whole.parse().map_err(|_| refusal())?
        };
        let part: i128 = nine.parse().map_err(|_| refusal())?;
        total += whole * unit + part * unit / 1_000_000_000_000_000_000;
        if total > i128::from(i64::MAX) {
            return Err(refusal());
        }
        rest = &behind[end..];
    }
    let total = if negative { -total } else { total };
    i64::try_from(total).map_err(|_| refusal())
}

fn format(call: &Call<'_>) -> Result<Value, String> {
    let time = parse(call.text(1))?;
    let mut rest = call.text(0);
    let mut out = String::new();
    while let Some(letter) = rest.chars().next() {
        if letter == '\'' {
            rest = quoted(&rest[1..], &mut out)?;
        } else if letter.is_ascii_alphabetic() {
            let count = rest.chars().take_while(|other| *other == letter).count();
            out.push_str(&verb(&time, letter, count)?);
            rest = &rest[count..];
        } else {
            out.push(letter);
            rest = &rest[letter.len_utf8()..];
        }
        if out.len() > super::MAX_TEXT {
            return Ok(call.limit());
        }
    }
    Ok(call.made(out))
}

/// What stands between quotes, where two quotes are one; nothing between is a quote.
fn quoted<'t>(text: &'t str, out: &mut String) -> Result<&'t str, String> {
    if let Some(rest) = text.strip_prefix('\'') {
        out.push('\'');
        return Ok(rest);
    }
    let mut rest = text;
    loop {
        let Some(at) = rest.find('\'') else {
            return Err("unterminated literal '".into());
        };
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        match rest.strip_prefix('\'') {
            Some(more) => {
                out.push('\'');
                rest = more;
            }
            None => return Ok(rest),
        }
    }
}

fn verb(time: &Time, letter: char, count: usize) -> Result<String, String> {
    let local = time.local;
    let number = |number: i8| match count {
        1 => Some(number.to_string()),
        2 => Some(format!("{number:02}")),
        _ => None,
    };
    let half = if local.hour() < 12 { "am" } else { "pm" };
    let written = match (letter, count) {
        ('Y', 2) => Some(format!("{:02}", local.year() % 100)),
        ('Y', 4) => Some(format!("{:04}", local.year())),
        ('M', 3) => Some(local.strftime("%b").to_string()),
        ('M', 4) => Some(local.strftime("%B").to_string()),
        ('M', _) => number(local.month()),
        ('D', _) => number(local.day()),
        ('E', 3) => Some(local.strftime("%a").to_string()),
        ('E', 4) => Some(local.strftime("%A").to_string()),
        ('h', _) => number(local.hour()),
        ('H', _) => number(if local.hour() % 12 == 0 {
            12
        } else {
            local.hour() % 12
        }),
        ('A', 2) => Some(half.to_uppercase()),
        ('a', 2) => Some(half.to_owned()),
        ('m', _) => number(local.minute()),
        ('s', _) => number(local.second()),
        ('Z', 1) => Some(time.zone(":", "Z")),
        ('Z', 3) => Some(time.zone("", "UTC")),
        ('Z', 4) => Some(time.zone("", "")),
        ('Z', 5) => Some(time.zone(":", "")),
        _ => None,
    };
    let verb: String = std::iter::repeat_n(letter, count.min(16)).collect();
    written.ok_or_else(|| format!("invalid date format verb {verb:?}"))
}

/// A timestamp of YAML as RFC 3339, or none: `2020-1-2`, `2020-1-2T3:4:5Z`, `2020-1-2 3:4:5`.
pub(super) fn yaml_timestamp(text: &str) -> Option<String> {
    let (date, clock) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], Some((&text[at..=at], &text[at + 1..]))),
        None => (text, None),
    };
    let number = |text: &str, most: usize| -> Option<i8> {
        let digits =
            (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse().ok()).flatten()
    };
    let mut parts = date.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let four =
        year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit()) && parts.next().is_none();
    let date = four
        .then(|| civil::Date::new(year.parse().ok()?, number(month, 2)?, number(day, 2)?).ok())
        .flatten()?;
    let Some((introducer, clock)) = clock else {
        return Some(
            Time {
                local: date.to_datetime(civil::Time::midnight()),
                offset: 0,
            }
            .text(),
        );
    };
    let (clock, offset) = if introducer == " " {
        (clock, 0)
    } else {
        let at = clock.find(['Z', '+', '-'])?;
        (&clock[..at], offset(&clock[at..]).ok()?)
    };
    let mut parts = clock.split(':');
    let (hour, minute, second) = (parts.next()?, parts.next()?, parts.next()?);
    let (second, fraction) = second.split_once('.').unwrap_or((second, "0"));
    if parts.next().is_some() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let time =
        civil::Time::new(number(hour, 2)?, number(minute, 2)?, number(second, 2)?, 0).ok()?;
    Some(
        Time {
            local: date.to_datetime(time),
            offset,
        }
        .text(),
    )
}
