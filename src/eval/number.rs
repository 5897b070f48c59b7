//! Numbers as Terraform has them: whole numbers fast, everything else as a binary fraction of 512 bits.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use dashu_float::round::mode::HalfEven;
use dashu_float::{Context, FBig};

/// The precision of Terraform's numbers in bits (`cty`'s `big.Float`).
pub(crate) const PRECISION: usize = 512;

/// A binary fraction rounded half to even, as Go's `big.Float`.
pub(crate) type Big = FBig<HalfEven, 2>;

/// A number. Equal numbers are equal however they were made.
#[derive(Debug, Clone)]
pub enum Number {
    /// A whole number that fits.
    Int(i64),
    /// Any other.
    Big(Arc<Big>),
}

impl Number {
    /// Reads a decimal number: digits, an optional fraction and exponent, an optional sign. Gives nothing for any other text
    /// and for exponents beyond ±10,000.
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(int) = text.parse::<i64>() {
            return (!text.starts_with('+')).then_some(Number::Int(int));
        }
        let (negative, digits) = text
            .strip_prefix('-')
            .map_or((false, text), |rest| (true, rest));
        let (mantissa, exponent) = match digits.find(['e', 'E']) {
            Some(at) => (
                &digits[..at],
                digits[at + 1..]
                    .parse::<i64>()
                    .ok()
                    .filter(|e| e.abs() <= 10_000)?,
            ),
            None => (digits, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let dangling = mantissa.contains('.') && fraction.is_empty();
        if whole.is_empty()
            || dangling
            || !all_digits(whole)
            || !all_digits(fraction)
            || mantissa.len() > 10_000
        {
            return None;
        }
        let significand: dashu_int::IBig = format!("{whole}{fraction}").parse().ok()?;
        let significand = if negative { -significand } else { significand };
        let scale = exponent - fraction.len() as i64;
        let power = dashu_int::IBig::from(10).pow(usize::try_from(scale.unsigned_abs()).ok()?);
        let context = Context::<HalfEven>::new(PRECISION);
        let big = if scale >= 0 {
            context.convert_int(significand * power).value()
        } else {
            let wide = Context::<HalfEven>::new(0);
            let (over, under): (Big, Big) = (
                wide.convert_int(significand).value(),
                wide.convert_int(power).value(),
            );
            context.div(over.repr(), under.repr()).ok()?.value()
        };
        Some(Self::from_big(big))
    }

    /// The number of a binary fraction.
    pub fn from_big(big: Big) -> Self {
        if big.repr().is_finite()
            && big.repr().exponent() >= -64
            && big.repr().exponent() <= 64
            && big.fract() == Big::ZERO
        {
            if let Ok(int) = i64::try_from(big.to_int().value()) {
                return Number::Int(int);
            }
        }
        Number::Big(Arc::new(big))
    }

    /// The number nearest to a 64-bit float, which must be finite.
    pub fn from_f64(float: f64) -> Option<Self> {
        let big = FBig::<dashu_float::round::mode::Zero, 2>::try_from(float).ok()?;
        float
            .is_finite()
            .then(|| Self::from_big(big.with_rounding().with_precision(PRECISION).value()))
    }

    /// As a binary fraction of [`PRECISION`] bits.
    pub fn to_big(&self) -> Big {
        match self {
            Number::Int(int) => Context::<HalfEven>::new(PRECISION)
                .convert_int((*int).into())
                .value(),
            Number::Big(big) => (**big).clone(),
        }
    }

    /// As a whole number, when it is one and fits.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Number::Int(int) => Some(*int),
            Number::Big(_) => None,
        }
    }

    /// As the nearest 64-bit float.
    pub fn to_f64(&self) -> f64 {
        match self {
            Number::Int(int) => *int as f64,
            Number::Big(big) => big.to_f64().value(),
        }
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Number::Int(a), Number::Int(b)) => a.cmp(b),
            _ => self.to_big().cmp(&other.to_big()),
        }
    }
}

impl From<i64> for Number {
    fn from(int: i64) -> Self {
        Number::Int(int)
    }
}

impl fmt::Display for Number {
    /// The shortest decimal that reads back as the same number, without an exponent: how both languages turn a number into text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Number::Int(int) => write!(f, "{int}"),
            Number::Big(big) => f.write_str(&shortest(big)),
        }
    }
}

/// The shortest decimal that reads back as `big`. More digits never read back worse, so the count is found by halving.
fn shortest(big: &Big) -> String {
    if big.fract() == Big::ZERO {
        return big.to_int().value().to_string();
    }
    let decimal = |digits: usize| {
        big.clone()
            .with_base_and_precision::<10>(digits)
            .value()
            .to_string()
    };
    let (mut low, mut high) = (1, PRECISION * 302 / 1000 + 3);
    while low < high {
        let middle = (low + high) / 2;
        match Number::parse(&decimal(middle)) {
            Some(Number::Big(back)) if *back == *big => high = middle,
            _ => low = middle + 1,
        }
    }
    decimal(low)
}

#[cfg(test)]
mod tests {
    use super::Number;

    #[test]
    fn text_and_back() {
        let same = [
            "0",
            "-1",
            "0.1",
            "1.5",
            "9007199254740993",
            "100000000000000000000000",
            "-0.25",
            "3.14159",
        ];
        for text in same {
            assert_eq!(Number::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Number::parse("1e3"), Some(Number::Int(1000)));
        assert_eq!(Number::parse("1.50").unwrap().to_string(), "1.5");
        for text in [
            "",
            "-",
            "1.",
            ".5",
            "0x10",
            "1e99999999",
            "+1",
            "1_000",
            "NaN",
        ] {
            assert_eq!(Number::parse(text), None, "{text}");
        }
    }
}
