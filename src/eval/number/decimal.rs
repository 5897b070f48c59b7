//! The decimal digits of a number: all of them, the shortest that tell it from its neighbours, or rounded half to even.

use dashu_int::UBig;

use super::{Big, Number, PRECISION};

/// `±0.digits · 10^point`; `digits` neither begins nor ends with zeros, and is empty for zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decimal {
    /// Whether it is below zero.
    pub(crate) negative: bool,
    /// The significant digits.
    pub(crate) digits: String,
    /// Where the decimal point stands, counted from the front of the digits.
    pub(crate) point: isize,
}

impl Decimal {
    /// All digits: every binary fraction has finitely many.
    pub(crate) fn exact(number: &Number) -> Self {
        let (significand, exponent) = number.to_big().into_repr().into_parts();
        let (sign, magnitude) = significand.into_parts();
        let negative = sign == dashu_int::Sign::Negative;
        let power = exponent.unsigned_abs();
        if exponent >= 0 {
            return Self::of_digits(negative, (magnitude << power).to_string(), 0);
        }
        let digits = magnitude * UBig::from(5_u8).pow(power);
        Self::of_digits(negative, digits.to_string(), power)
    }

    fn of_digits(negative: bool, digits: String, fraction: usize) -> Self {
        let digits = digits.trim_start_matches('0');
        let point = digits.len() as isize - fraction as isize;
        let digits = digits.trim_end_matches('0');
        Self {
            negative,
            digits: digits.to_owned(),
            point: if digits.is_empty() { 0 } else { point },
        }
    }

    /// Rounded half to even to so many digits; zero digits may round up to one.
    pub(crate) fn rounded(&self, count: isize) -> Self {
        let Ok(keep) = usize::try_from(count) else {
            return Self {
                negative: self.negative,
                digits: String::new(),
                point: 0,
            };
        };
        if keep >= self.digits.len() {
            return self.clone();
        }
        let bytes = self.digits.as_bytes();
        let odd = keep > 0 && bytes[keep - 1] % 2 == 1;
        let up = bytes[keep] > b'5' || bytes[keep] == b'5' && (keep + 1 < bytes.len() || odd);
        let mut kept = bytes[..keep].to_vec();
        let mut point = self.point;
        if up {
            while kept.last() == Some(&b'9') {
                kept.pop();
            }
            match kept.last_mut() {
                Some(last) => *last += 1,
                None => {
                    kept.push(b'1');
                    point += 1;
                }
            }
        }
        while kept.last() == Some(&b'0') {
            kept.pop();
        }
        let digits: String = kept.into_iter().map(char::from).collect();
        if digits.is_empty() {
            point = 0;
        }
        Self {
            negative: self.negative,
            digits,
            point,
        }
    }

    /// The fewest digits that read back as the same number at its precision, as Go's `Text('f', -1)`.
    /// More digits never read back worse, so their count is found by halving.
    pub(crate) fn shortest(number: &Number) -> Self {
        let exact = Self::exact(number);
        let Number::Big(big) = number else {
            return exact;
        };
        let bits = match big.precision() {
            0 => PRECISION,
            bits => bits,
        };
        let (mut low, mut high) = (1, exact.digits.len().min(bits * 302 / 1000 + 3));
        while low < high {
            let middle = (low + high) / 2;
            if exact.rounded(middle as isize).reads_as(big, bits) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        exact.rounded(low as isize)
    }

    fn reads_as(&self, big: &Big, bits: usize) -> bool {
        let text = format!(
            "{}e{}",
            self.digits,
            self.point - self.digits.len() as isize
        );
        let text = if self.negative {
            format!("-{text}")
        } else {
            text
        };
        Number::parse(&text).is_some_and(|back| back.to_big().with_precision(bits).value() == *big)
    }

    /// Without an exponent, with so many digits after the point at least.
    pub(crate) fn plain(&self, fraction: usize) -> String {
        let mut out = String::new();
        if self.negative && !self.digits.is_empty() {
            out.push('-');
        }
        let len = self.digits.len() as isize;
        let whole = self.point.clamp(0, len).unsigned_abs();
        if self.point <= 0 {
            out.push('0');
        } else {
            out.push_str(&self.digits[..whole]);
            out.push_str(&"0".repeat((self.point - len).max(0).unsigned_abs()));
        }
        let zeros = if self.digits.is_empty() {
            0
        } else {
            (-self.point).max(0).unsigned_abs()
        };
        let after = zeros + self.digits.len() - whole;
        if after.max(fraction) > 0 {
            out.push('.');
            out.push_str(&"0".repeat(zeros));
            out.push_str(&self.digits[whole..]);
            out.push_str(&"0".repeat(fraction.saturating_sub(after)));
        }
        out
    }

    /// With an exponent of at least two digits, and so many digits after the point at least.
    pub(crate) fn scientific(&self, fraction: usize, letter: char) -> String {
        let sign = if self.negative && !self.digits.is_empty() {
            "-"
        } else {
            ""
        };
        let (first, others) = match self.digits.is_empty() {
            true => ("0", ""),
            false => self.digits.split_at(1),
        };
        let zeros = "0".repeat(fraction.saturating_sub(others.len()));
        let dot = if others.is_empty() && zeros.is_empty() {
            ""
        } else {
            "."
        };
        let exponent = if self.digits.is_empty() {
            0
        } else {
            self.point - 1
        };
        let direction = if exponent < 0 { '-' } else { '+' };
        format!(
            "{sign}{first}{dot}{others}{zeros}{letter}{direction}{:02}",
            exponent.abs()
        )
    }

    /// Go's `%g`: with an exponent below 10^-4 and from 10^`limit` on.
    pub(crate) fn general(&self, limit: isize, letter: char) -> String {
        let exponent = if self.digits.is_empty() {
            0
        } else {
            self.point - 1
        };
        if exponent < -4 || exponent >= limit {
            self.scientific(0, letter)
        } else {
            self.plain(0)
        }
    }
}
