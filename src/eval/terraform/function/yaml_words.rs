//! Plain scalars of YAML that are no texts, as `go-cty-yaml` reads them.

use crate::eval::{Data, Number};

/// The truth values and nulls of YAML 1.1.
pub(super) fn word(text: &str) -> Option<Data> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Some(Data::Bool(true))
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Some(Data::Bool(false))
        }
        "" | "~" | "null" | "Null" | "NULL" => Some(Data::Null),
        _ => None,
    }
}

/// A number: decimal, `0o7`, `0x1F`.
pub(super) fn number(text: &str) -> Option<Number> {
    for (prefix, radix) in [("0o", 8), ("0x", 16)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            let valid = !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix));
            let value = valid
                .then(|| u64::from_str_radix(digits, radix).ok())
                .flatten()?;
            return Number::parse(&value.to_string());
        }
    }
    Number::parse_loose(text)
}
