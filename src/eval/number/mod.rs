//! Numbers as Terraform has them: whole numbers fast, everything else as a binary fraction of 512 bits.

mod decimal;

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use dashu_float::round::mode::HalfEven;
use dashu_float::{Context, FBig};

pub(crate) use decimal::Decimal;

/// The precision of Terraform's numbers in bits (`cty`'s `big.Float`).
pub(crate) const PRECISION: usize = 512;

/// A binary fraction rounded half to even, as Go's `big.Float`.
pub(crate) type Big = FBig<HalfEven, 2>;

/// The largest binary exponent of a result, either way; beyond it a number is not computed.
pub(crate) const MAX_EXPONENT: isize = 40_000;

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

    /// As [`Number::parse`], and with what Go's `big.ParseFloat` reads beside it: a plus sign, `.5`, `5.`.
    /// Infinities are not represented.
    pub fn parse_loose(text: &str) -> Option<Self> {
        let (sign, digits) = match text.strip_prefix('-') {
            Some(digits) => ("-", digits),
            None => ("", text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = digits
            .find(['e', 'E'])
            .map_or((digits, ""), |at| digits.split_at(at));
        let mantissa = match (mantissa.starts_with('.'), mantissa.ends_with('.')) {
            (true, true) => return None,
            (true, false) => format!("0{mantissa}"),
            (false, true) => mantissa.trim_end_matches('.').to_owned(),
            (false, false) => mantissa.to_owned(),
        };
        Self::parse(&format!("{sign}{mantissa}{exponent}"))
    }

    /// The number of a binary fraction.
    pub fn from_big(big: Big) -> Self {
        // A whole number wider than its precision is shown with fewer digits than it has.
        let exact = big.precision() == 0
            || big.precision() as isize >= big.repr().digits() as isize + big.repr().exponent();
        if exact
            && big.repr().is_finite()
            && big.repr().exponent() >= -64
            && big.repr().exponent() <= 64
            && big.fract() == Big::ZERO
            && let Ok(int) = i64::try_from(big.to_int().value())
        {
            return Number::Int(int);
        }
        Number::Big(Arc::new(big))
    }

    /// The number of a 64-bit float, which must be finite. It is shown with the digits that tell it from other 64-bit floats.
    pub fn from_f64(float: f64) -> Option<Self> {
        let big = FBig::<dashu_float::round::mode::Zero, 2>::try_from(float).ok()?;
        float
            .is_finite()
            .then(|| Self::from_big(big.with_rounding().with_precision(53).value()))
    }

    /// As a binary fraction of 512 bits.
    pub fn to_big(&self) -> Big {
        match self {
            Number::Int(int) => Context::<HalfEven>::new(PRECISION)
                .convert_int((*int).into())
                .value(),
            Number::Big(big) => (**big).clone(),
        }
    }

    /// The bits that its digits are shown for: those of the wider operand, as Go's `big.Float` has it.
    fn precision(&self) -> usize {
        match self {
            Number::Int(_) => PRECISION,
            Number::Big(big) => match big.precision() {
                0 => PRECISION,
                bits => bits.min(PRECISION),
            },
        }
    }

    /// The sum; `None` beyond ±2^40,000.
    pub fn add(&self, other: &Self) -> Option<Self> {
        if let (Number::Int(a), Number::Int(b)) = (self, other)
            && let Some(sum) = a.checked_add(*b)
        {
            return Some(Number::Int(sum));
        }
        let context = Context::<HalfEven>::new(self.precision().max(other.precision()));
        bounded(context.add(self.to_big().repr(), other.to_big().repr()))
    }

    /// The difference; `None` beyond ±2^40,000.
    pub fn sub(&self, other: &Self) -> Option<Self> {
        self.add(&other.neg())
    }

    /// The product; `None` beyond ±2^40,000.
    pub fn mul(&self, other: &Self) -> Option<Self> {
        if let (Number::Int(a), Number::Int(b)) = (self, other)
            && let Some(product) = a.checked_mul(*b)
        {
            return Some(Number::Int(product));
        }
        // `cty` multiplies with all bits and keeps those that are needed.
        let product = bounded(
            Context::<HalfEven>::new(PRECISION).mul(self.to_big().repr(), other.to_big().repr()),
        )?;
        let Number::Big(big) = &product else {
            return Some(product);
        };
        let bits = self.precision().max(other.precision()).max(big.digits());
        Some(Number::Big(Arc::new(
            (**big).clone().with_precision(bits).value(),
        )))
    }

    /// The quotient; `None` when `other` is zero and beyond ±2^40,000.
    pub fn div(&self, other: &Self) -> Option<Self> {
        if other.is_zero() {
            return None;
        }
        if let (Number::Int(a), Number::Int(b)) = (self, other)
            && a.checked_rem(*b) == Some(0)
        {
            return a.checked_div(*b).map(Number::Int);
        }
        let context = Context::<HalfEven>::new(self.precision().max(other.precision()));
        bounded(context.div(self.to_big().repr(), other.to_big().repr()))
    }

    /// `self − other · trunc(self / other)`, and `self` when `other` is zero, as `cty` has it.
    pub fn rem(&self, other: &Self) -> Option<Self> {
        if other.is_zero() {
            return Some(self.clone());
        }
        if let (Number::Int(a), Number::Int(b)) = (self, other) {
            return Some(Number::Int(a.checked_rem(*b).unwrap_or(0)));
        }
        self.sub(&other.mul(&self.div(other)?.trunc())?)
    }

    /// The number with the other sign.
    #[must_use]
    pub fn neg(&self) -> Self {
        match self {
            Number::Int(int) => match int.checked_neg() {
                Some(int) => Number::Int(int),
                None => Self::from_big(-self.to_big()),
            },
            Number::Big(big) => Self::from_big(-(**big).clone()),
        }
    }

    /// The whole number next to it in the direction of zero.
    #[must_use]
    pub fn trunc(&self) -> Self {
        match self {
            Number::Int(_) => self.clone(),
            Number::Big(big) => Self::from_big(big.trunc().with_precision(PRECISION).value()),
        }
    }

    /// The greatest whole number that is not greater.
    #[must_use]
    pub fn floor(&self) -> Self {
        match self {
            Number::Int(_) => self.clone(),
            Number::Big(big) => Self::from_big(big.floor().with_precision(PRECISION).value()),
        }
    }

    /// The smallest whole number that is not smaller.
    #[must_use]
    pub fn ceil(&self) -> Self {
        self.neg().floor().neg()
    }

    /// Whether it is zero.
    pub fn is_zero(&self) -> bool {
        self.sign() == Ordering::Equal
    }

    /// How it compares with zero.
    pub fn sign(&self) -> Ordering {
        self.cmp(&Number::Int(0))
    }

    /// Whether it has no fraction.
    pub fn is_whole(&self) -> bool {
        match self {
            Number::Int(_) => true,
            Number::Big(big) => big.fract() == Big::ZERO,
        }
    }

    /// Its decimal with at most ten significant digits, in scientific notation where that is shorter: Go's `%.10g`.
    pub(crate) fn to_ten_digits(&self) -> String {
        let decimal = Decimal::exact(self).rounded(10);
        // `%g` with a precision counts the digits there are, up to that precision.
        let limit = if decimal.point > decimal.digits.len() as isize {
            10
        } else {
            decimal.digits.len() as isize
        };
        decimal.general(limit.max(1), 'e')
    }

    /// As a whole number, when it is one and fits.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Number::Int(int) => Some(*int),
            Number::Big(big) if big.repr().exponent() >= 0 && big.repr().exponent() <= 64 => {
                i64::try_from(big.to_int().value()).ok()
            }
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
            Number::Big(_) => f.write_str(&Decimal::shortest(self).plain(0)),
        }
    }
}

/// A result within the bounds.
fn bounded(result: dashu_float::FpResult<Big>) -> Option<Number> {
    let big = result.ok()?.value();
    let repr = big.repr();
    let top = repr
        .exponent()
        .checked_add(isize::try_from(repr.digits()).ok()?)?;
    let within = repr.is_finite()
        && (-MAX_EXPONENT..=MAX_EXPONENT).contains(&top)
        && repr.exponent() >= -2 * MAX_EXPONENT;
    within.then(|| Number::from_big(big))
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
