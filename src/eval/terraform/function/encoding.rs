//! Base64, URLs, character sets and CSV.

use std::io::Read;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::Parameter::Text as T;
use super::hash::changing;
use super::{Call, Function, MAX_MEMBERS, MAX_TEXT};
use crate::eval::{Collection, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::whole("base64encode", &[T], |call| {
        Ok(call.made(ENGINE.encode(call.text(0))))
    }),
    Function::whole("base64decode", &[T], |call| {
        let bytes = decode(call.text(0))
            .ok_or_else(|| format!("failed to decode base64 data {:?}", call.text(0)))?;
        let text = String::from_utf8(bytes)
            .map_err(|_| "the result of decoding the provided string is not valid UTF-8")?;
        Ok(call.made(text))
    }),
    // The bytes depend on the compressor; only that they are some is certain.
    Function::parts("base64gzip", &[T], |call| changing(call, "base64gzip")),
    Function::whole("base64gunzip", &[T], gunzip),
    Function::whole("urlencode", &[T], |call| {
        Ok(call.made(url_encode(call.text(0))))
    }),
    Function::whole("urldecode", &[T], url_decode),
    Function::whole("textencodebase64", &[T, T], text_encode),
    Function::whole("textdecodebase64", &[T, T], text_decode),
    Function::whole("csvdecode", &[T], csv),
];

/// As Go's `base64.StdEncoding`: padding is required, the bits after the last byte may be anything.
const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireCanonical),
);

/// The bytes of a Base64 text; line ends in it do not count.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let plain: String = text
        .chars()
        .filter(|letter| !matches!(letter, '\r' | '\n'))
        .collect();
    ENGINE.decode(plain).ok()
}

fn gunzip(call: &Call<'_>) -> Result<Value, String> {
    let bytes = decode(call.text(0))
        .ok_or_else(|| format!("failed to decode base64 data {:?}", call.text(0)))?;
    let mut out = Vec::new();
    flate2::read::MultiGzDecoder::new(&bytes[..])
        .take(MAX_TEXT as u64 + 1)
        .read_to_end(&mut out)
        .map_err(|why| format!("failed to gunzip bytestream: {why}"))?;
    match String::from_utf8(out) {
        Ok(text) => Ok(call.made(text)),
        Err(_) => changing(call, "base64gunzip"),
    }
}

fn url_encode(text: &str) -> String {
    use std::fmt::Write;
    text.bytes()
        .fold(String::with_capacity(text.len()), |mut out, byte| {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                    out.push(char::from(byte))
                }
                b' ' => out.push('+'),
                _ => {
                    let _ = write!(out, "%{byte:02X}");
                }
            }
            out
        })
}

fn url_decode(call: &Call<'_>) -> Result<Value, String> {
    let text = call.text(0).as_bytes();
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        at += 1;
        match byte {
            b'+' => out.push(b' '),
            b'%' => {
                let hex = text
                    .get(at..at + 2)
                    .and_then(|hex| std::str::from_utf8(hex).ok());
                let hex = hex.filter(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
                let byte = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
                out.push(byte.ok_or("failed to decode URL: invalid URL escape")?);
                at += 2;
            }
            other => out.push(*other),
        }
    }
    Ok(call.made(String::from_utf8_lossy(&out)))
}

/// The character sets that are computed here, by their IANA names and usual aliases.
enum Charset {
    Utf8,
    Utf16 { little: bool, mark: bool },
    Latin1,
    Ascii,
}

fn charset(name: &str) -> Option<Charset> {
    match name.to_ascii_lowercase().as_str() {
        "utf-8" | "utf8" => Some(Charset::Utf8),
        "utf-16le" => Some(Charset::Utf16 {
            little: true,
            mark: false,
        }),
        "utf-16be" => Some(Charset::Utf16 {
            little: false,
            mark: false,
        }),
        "utf-16" => Some(Charset::Utf16 {
            little: false,
            mark: true,
        }),
        "iso-8859-1" | "latin1" | "iso_8859-1" | "l1" => Some(Charset::Latin1),
        "us-ascii" | "ascii" => Some(Charset::Ascii),
        _ => None,
    }
}

fn text_encode(call: &Call<'_>) -> Result<Value, String> {
    let text = call.text(0);
    let unit = |little: bool, unit: u16| {
        if little {
            unit.to_le_bytes()
        } else {
            unit.to_be_bytes()
        }
    };
    let refusal = || {
        format!(
            "the given string contains characters that cannot be represented in {}",
            call.text(1)
        )
    };
    let narrow = |limit: u32| -> Result<Vec<u8>, String> {
        let byte = |letter: char| {
            u8::try_from(u32::from(letter))
                .ok()
                .filter(|_| u32::from(letter) < limit)
        };
        text.chars()
            .map(byte)
            .collect::<Option<_>>()
            .ok_or_else(refusal)
    };
    let bytes = match charset(call.text(1)) {
        Some(Charset::Utf8) => text.as_bytes().to_vec(),
        Some(Charset::Utf16 { little, mark }) => {
            let mark = mark.then_some(0xfeff);
            mark.into_iter()
                .chain(text.encode_utf16())
                .flat_map(|code| unit(little, code))
                .collect()
        }
        Some(Charset::Latin1) => narrow(256)?,
        Some(Charset::Ascii) => narrow(128)?,
        None => return changing(call, "textencodebase64"),
    };
    Ok(call.made(ENGINE.encode(bytes)))
}

fn text_decode(call: &Call<'_>) -> Result<Value, String> {
    let Some(charset) = charset(call.text(1)) else {
        return changing(call, "textdecodebase64");
    };
    let bytes = decode(call.text(0)).ok_or("the given value has an invalid base64 symbol")?;
    let refusal = || {
        format!(
            "the given string contains symbols that are not defined for {}",
            call.text(1)
        )
    };
    let text = match charset {
        Charset::Utf8 => String::from_utf8(bytes).ok(),
        Charset::Latin1 => Some(bytes.into_iter().map(char::from).collect()),
        Charset::Ascii => String::from_utf8(bytes).ok().filter(|text| text.is_ascii()),
        Charset::Utf16 { little, mark } => {
            let marked = mark.then(|| bytes.get(..2)).flatten();
            let (little, skip) = match marked {
                Some([0xff, 0xfe]) => (true, 2),
                Some([0xfe, 0xff]) => (false, 2),
                _ => (little, 0),
            };
            let units = bytes[skip..].chunks(2).map(|pair| match pair {
                [a, b] if little => Some(u16::from_le_bytes([*a, *b])),
                [a, b] => Some(u16::from_be_bytes([*a, *b])),
                _ => None,
            });
            units
                .collect::<Option<Vec<u16>>>()
                .and_then(|units| String::from_utf16(&units).ok())
        }
    };
    let text = text
        .filter(|text| !text.contains('\u{fffd}'))
        .ok_or_else(refusal)?;
    Ok(call.made(text))
}

fn csv(call: &Call<'_>) -> Result<Value, String> {
    let mut rows = Rows {
        text: call.text(0),
        line: 1,
    };
    let header = rows.next().ok_or("missing header line")??;
    for (at, name) in header.iter().enumerate() {
        if header[..at].contains(name) {
            return Err(format!("duplicate column name {name:?}"));
        }
    }
    let mut items = Vec::new();
    while let Some(row) = rows.next() {
        let line = rows.line;
        let row = row?;
        if row.len() != header.len() {
            return Err(format!(
                "CSV parse error on line {}: wrong number of fields",
                line - 1
            ));
        }
        let entries = header
            .iter()
            .zip(row)
            .map(|(name, field)| call.entry(name.as_str(), call.made(field)));
        items.push(Value::object(entries.collect(), call.span));
        if items.len().saturating_mul(header.len()) > MAX_MEMBERS {
            return Ok(call.limit());
        }
    }
    Ok(call.sequence(items, Collection::Uniform))
}

/// The rows of a CSV text as Go's strict reader has them (RFC 4180; empty lines are left out).
struct Rows<'t> {
    text: &'t str,
    line: usize,
}

impl Rows<'_> {
    fn refuse<T>(&self, why: &str) -> Result<T, String> {
        Err(format!("CSV parse error on line {}: {why}", self.line))
    }

    fn row(&mut self) -> Result<Vec<String>, String> {
        let mut fields = Vec::new();
        loop {
            let field = if self.text.starts_with('"') {
                self.quoted()?
            } else {
                self.plain()?
            };
            fields.push(field);
            if let Some(rest) = self.text.strip_prefix(',') {
                self.text = rest;
                continue;
            }
            let rest = self
                .text
                .strip_prefix("\r\n")
                .or_else(|| self.text.strip_prefix('\n'));
            self.text = rest.unwrap_or_default();
            self.line += 1;
            return Ok(fields);
        }
    }

    fn plain(&mut self) -> Result<String, String> {
        let end = self.text.find([',', '\n']).unwrap_or(self.text.len());
        let end = if self.text[..end].ends_with('\r') && !self.text[end..].starts_with(',') {
            end - 1
        } else {
            end
        };
        let (field, rest) = self.text.split_at(end);
        if field.contains('"') {
            return self.refuse("bare \" in non-quoted-field");
        }
        let field = field.to_owned();
        // A carriage return at the very end belongs to the line end.
        self.text = if rest == "\r" { "" } else { rest };
        Ok(field)
    }

    fn quoted(&mut self) -> Result<String, String> {
        let mut field = String::new();
        self.text = &self.text[1..];
        loop {
            let Some(end) = self.text.find('"') else {
                return self.refuse("extraneous or missing \" in quoted-field");
            };
            field.push_str(&self.text[..end].replace("\r\n", "\n"));
            self.line += self.text[..end].matches('\n').count();
            self.text = &self.text[end + 1..];
            if let Some(rest) = self.text.strip_prefix('"') {
                field.push('"');
                self.text = rest;
                continue;
            }
            let ends = self.text.is_empty()
                || self.text.starts_with([',', '\n'])
                || self.text.starts_with("\r\n");
            return if ends {
                Ok(field)
            } else {
                self.refuse("extraneous or missing \" in quoted-field")
            };
        }
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<Vec<String>, String>;

    fn next(&mut self) -> Option<Self::Item> {
        while let Some(rest) = self
            .text
            .strip_prefix("\r\n")
            .or_else(|| self.text.strip_prefix('\n'))
        {
            self.text = rest;
            self.line += 1;
        }
        (!self.text.is_empty()).then(|| self.row())
    }
}
