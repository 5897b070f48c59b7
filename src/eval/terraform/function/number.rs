//! Numeric functions.

use std::cmp::Ordering;

use super::Parameter::Any;
use super::Parameter::Number as N;
use super::{Call, Function};
use crate::eval::{Data, Number, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::whole("abs", &[N], |call| {
        let number = call.number(0);
        Ok(call.numeric(Some(if number.sign().is_lt() {
            number.neg()
        } else {
            number
        })))
    }),
    Function::whole("ceil", &[N], |call| {
        Ok(call.numeric(Some(call.number(0).ceil())))
    }),
    Function::whole("floor", &[N], |call| {
        Ok(call.numeric(Some(call.number(0).floor())))
    }),
    Function::whole("log", &[N, N], log),
    Function::whole("max", &[], |call| extreme(call, Ordering::Greater)).variadic(N),
    Function::whole("min", &[], |call| extreme(call, Ordering::Less)).variadic(N),
    Function::whole("parseint", &[Any, N], parse_int),
    Function::whole("pow", &[N, N], pow),
    Function::whole("signum", &[N], |call| {
        Ok(call.numeric(Some(Number::Int(call.int(0)?.signum()))))
    }),
    Function::whole("range", &[], range).variadic(N),
];

fn extreme(call: &Call<'_>, wanted: Ordering) -> Result<Value, String> {
    let mut numbers = (0..call.arguments.len()).map(|at| call.number(at));
    let first = numbers.next().ok_or("must pass at least one number")?;
    let best = numbers.fold(first, |best, number| {
        if number.cmp(&best) == wanted {
            number
        } else {
            best
        }
    });
    Ok(call.numeric(Some(best)))
}

fn log(call: &Call<'_>) -> Result<Value, String> {
    let result = call.number(0).to_f64().ln() / call.number(1).to_f64().ln();
    if result.is_nan() {
        return Err("result is not a number".into());
    }
    Ok(call.numeric(Number::from_f64(result)))
}

fn pow(call: &Call<'_>) -> Result<Value, String> {
    let result = call.number(0).to_f64().powf(call.number(1).to_f64());
    if result.is_nan() {
        return Err("result is not a number".into());
    }
    Ok(call.numeric(Number::from_f64(result)))
}

fn parse_int(call: &Call<'_>) -> Result<Value, String> {
    let Some(text) = call.arguments[0].as_text() else {
        return Err("first argument must be a string".into());
    };
    let base = call.int(1)?;
    if !(2..=62).contains(&base) {
        return Err("base must be a whole number between 2 and 62 inclusive".into());
    }
    let refusal = || format!("cannot parse {text:?} as a base {base} integer");
    let (negative, digits) = match text.as_bytes() {
        [b'-', ..] => (true, &text[1..]),
        [b'+', ..] => (false, &text[1..]),
        _ => (false, text),
    };
    if digits.is_empty() {
        return Err(refusal());
    }
    if digits.len() > 10_000 {
        return Ok(call.limit());
    }
    let mut value = dashu_int::IBig::ZERO;
    for byte in digits.bytes() {
        let digit = digit(byte, base).ok_or_else(refusal)?;
        value = value * dashu_int::IBig::from(base) + dashu_int::IBig::from(digit);
    }
    let text = if negative {
        format!("-{value}")
    } else {
        value.to_string()
    };
    Ok(call.numeric(Number::parse(&text)))
}

/// Up to base 36 both cases mean the same; beyond, the small letters come first.
fn digit(byte: u8, base: i64) -> Option<i64> {
    let digit = match byte {
        b'0'..=b'9' => byte - b'0',
        b'a'..=b'z' => byte - b'a' + 10,
        b'A'..=b'Z' if base <= 36 => byte - b'A' + 10,
        b'A'..=b'Z' => byte - b'A' + 36,
        _ => return None,
    };
    Some(i64::from(digit)).filter(|digit| *digit < base)
}

/// Terraform's own bound for the members of a range.
const MAX_RANGE: usize = 1024;

fn range(call: &Call<'_>) -> Result<Value, String> {
    let zero = Number::Int(0);
    let (start, end) = match call.arguments.len() {
        1 => (zero.clone(), call.number(0)),
        2 | 3 => (call.number(0), call.number(1)),
        _ => return Err("must have one, two, or three arguments".into()),
    };
    let step = match call.arguments.len() {
        3 => call.number(2),
        _ if end < start => Number::Int(-1),
        _ => Number::Int(1),
    };
    let down = match step.sign() {
        Ordering::Equal => return Err("step must not be zero".into()),
        sign => sign.is_lt(),
    };
    if down && end > start {
        return Err("end must be less than start when step is negative".into());
    }
    if !down && end < start {
        return Err("end must be greater than start when step is positive".into());
    }
    let mut items = Vec::new();
    let mut number = start;
    while if down { number > end } else { number < end } {
        if items.len() >= MAX_RANGE {
            return Err(
                "more than 1024 values were generated; either decrease the difference between \
                        start and end or use a smaller step"
                    .into(),
            );
        }
        let next = number.add(&step);
        items.push(Value::new(Data::Number(number), call.span));
        number = match next {
            Some(next) => next,
            None => return Ok(call.limit()),
        };
    }
    Ok(call.sequence(items, crate::eval::Collection::Uniform))
}
