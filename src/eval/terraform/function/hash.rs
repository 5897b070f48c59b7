//! Hashes and identifiers.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::Digest;

use super::Parameter::{Number as N, Text as T};
use super::{Call, Function};
use crate::eval::{Value, Why};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::whole("md5", &[T], |call| {
        Ok(call.made(hex(&md5::Md5::digest(call.text(0)))))
    }),
    Function::whole("sha1", &[T], |call| {
        Ok(call.made(hex(&sha1::Sha1::digest(call.text(0)))))
    }),
    Function::whole("sha256", &[T], |call| {
        Ok(call.made(hex(&sha2::Sha256::digest(call.text(0)))))
    }),
    Function::whole("sha512", &[T], |call| {
        Ok(call.made(hex(&sha2::Sha512::digest(call.text(0)))))
    }),
    Function::whole("base64sha256", &[T], |call| {
        Ok(call.made(STANDARD.encode(sha2::Sha256::digest(call.text(0)))))
    }),
    Function::whole("base64sha512", &[T], |call| {
        Ok(call.made(STANDARD.encode(sha2::Sha512::digest(call.text(0)))))
    }),
    Function::whole("filemd5", &[T], |call| {
        of_file(call, |bytes| hex(&md5::Md5::digest(bytes)))
    }),
    Function::whole("filesha1", &[T], |call| {
        of_file(call, |bytes| hex(&sha1::Sha1::digest(bytes)))
    }),
    Function::whole("filesha256", &[T], |call| {
        of_file(call, |bytes| hex(&sha2::Sha256::digest(bytes)))
    }),
    Function::whole("filesha512", &[T], |call| {
        of_file(call, |bytes| hex(&sha2::Sha512::digest(bytes)))
    }),
    Function::whole("filebase64sha256", &[T], |call| {
        of_file(call, |bytes| STANDARD.encode(sha2::Sha256::digest(bytes)))
    }),
    Function::whole("filebase64sha512", &[T], |call| {
        of_file(call, |bytes| STANDARD.encode(sha2::Sha512::digest(bytes)))
    }),
    Function::whole("uuidv5", &[T, T], uuid),
    Function::parts("bcrypt", &[T], |call| changing(call, "bcrypt")).variadic(N),
    Function::parts("uuid", &[], |call| changing(call, "uuid")),
    // Needs a private key, which no configuration should hold; what it gives is a secret anyway.
    Function::parts("rsadecrypt", &[T, T], |call| {
        let cipher = call.arguments[0].as_text();
        if cipher.is_some_and(|cipher| super::encoding::decode(cipher).is_none()) {
            return Err("failed to decode input: cipher text must be base64-encoded".into());
        }
        let key = call.arguments[1].as_text();
        if key.is_some_and(|key| !key.contains("-----BEGIN ")) {
            return Err("invalid private key: ssh: no key found".into());
        }
        changing(call, "rsadecrypt")
    }),
];

/// A function that is not computed here or gives something else on each run.
pub(super) fn changing(call: &Call<'_>, name: &str) -> Result<Value, String> {
    Ok(Value::unknown(Why::Function(name.into()), call.span))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
            let _ = write!(out, "{byte:02x}");
            out
        })
}

fn of_file(call: &Call<'_>, hash: impl Fn(&[u8]) -> String) -> Result<Value, String> {
    let bytes = call.environment.read_bytes(call.text(0))?;
    Ok(call.made(hash(&bytes)))
}

/// A name-based UUID with SHA-1 (RFC 9562, section 5.5).
fn uuid(call: &Call<'_>) -> Result<Value, String> {
    let predefined = |last: u8| {
        let text = format!("6ba7b81{last}9dad11d180b400c04fd430c8");
        parse_hex(&text)
    };
    let namespace = match call.text(0) {
        "dns" => predefined(0),
        "url" => predefined(1),
        "oid" => predefined(2),
        "x500" => predefined(4),
        other => parse_uuid(other),
    };
    let Some(namespace) = namespace else {
        return Err(format!(
            "uuidv5() doesn't support namespace {}",
            call.text(0)
        ));
    };
    let mut bytes = namespace.to_be_bytes().to_vec();
    bytes.extend_from_slice(call.text(1).as_bytes());
    let digest = sha1::Sha1::digest(&bytes);
    let mut id = [0_u8; 16];
    id.copy_from_slice(&digest[..16]);
    id[6] = id[6] & 0x0f | 0x50;
    id[8] = id[8] & 0x3f | 0x80;
    let text = hex(&id);
    let parts = [
        &text[..8],
        &text[8..12],
        &text[12..16],
        &text[16..20],
        &text[20..],
    ];
    Ok(call.made(parts.join("-")))
}

fn parse_hex(text: &str) -> Option<u128> {
    let digits = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    digits
        .then(|| u128::from_str_radix(text, 16).ok())
        .flatten()
}

/// The forms that are usual: with hyphens, also as a URN or in braces, and bare.
fn parse_uuid(text: &str) -> Option<u128> {
    let lower = text.to_ascii_lowercase();
    let text = lower.strip_prefix("urn:uuid:").unwrap_or(&lower);
    let text = text
        .strip_prefix('{')
        .and_then(|text| text.strip_suffix('}'))
        .unwrap_or(text);
    if text.len() == 32 {
        return parse_hex(text);
    }
    let hyphens = text.len() == 36
        && [8, 13, 18, 23]
            .iter()
            .all(|at| text.as_bytes()[*at] == b'-');
    hyphens.then(|| parse_hex(&text.replace('-', ""))).flatten()
}
