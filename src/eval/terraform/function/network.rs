//! Addresses and prefixes, of both IP versions.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::Parameter::{Number as N, Text as T};
use super::{Call, Function};
use crate::eval::{Collection, Number, Truth, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::whole("cidrhost", &[T, N], host),
    Function::whole("cidrnetmask", &[T], |call| {
        let prefix = Prefix::parse(call.text(0))?;
        if prefix.width == 128 {
            return Err(format!(
                "IPv6 addresses cannot have a netmask: {}",
                call.text(0)
            ));
        }
        Ok(call.made(shown(32, prefix.mask())))
    }),
    Function::whole("cidrsubnet", &[T, N, N], subnet),
    Function::whole("cidrsubnets", &[T], subnets).variadic(N),
    Function::whole("cidrcontains", &[T, T], contains),
];

/// A prefix: the bits of an address of 32 or 128 bits, without those behind the length.
#[derive(Clone, Copy)]
struct Prefix {
    width: u32,
    bits: u128,
    len: u32,
}

impl Prefix {
    fn parse(text: &str) -> Result<Self, String> {
        let refusal = || format!("invalid CIDR expression: invalid CIDR address: {text}");
        let (address, len) = text.split_once('/').ok_or_else(refusal)?;
        let (width, bits) = address_bits(address).ok_or_else(refusal)?;
        let digits = (1..=3).contains(&len.len()) && len.bytes().all(|byte| byte.is_ascii_digit());
        let len = digits
            .then(|| len.parse().ok())
            .flatten()
            .filter(|len| *len <= width);
        let prefix = Self {
            width,
            bits,
            len: len.ok_or_else(refusal)?,
        };
        Ok(Self {
            bits: bits & prefix.mask(),
            ..prefix
        })
    }

    /// Ones in the first bits, in the low bits of the integer.
    fn mask(self) -> u128 {
        all(self.width) & !self.hosts()
    }

    /// Ones in the bits behind the prefix.
    fn hosts(self) -> u128 {
        all(self.width - self.len)
    }

    fn shown(self) -> String {
        format!("{}/{}", shown(self.width, self.bits), self.len)
    }
}

/// So many ones.
fn all(count: u32) -> u128 {
    if count >= 128 {
        u128::MAX
    } else {
        (1 << count) - 1
    }
}

fn shown(width: u32, bits: u128) -> String {
    match u32::try_from(bits) {
        Ok(bits) if width == 32 => Ipv4Addr::from(bits).to_string(),
        _ => Ipv6Addr::from(bits).to_string(),
    }
}

/// An address; decimal parts may have leading zeros, as Terraform has always read them.
fn address_bits(text: &str) -> Option<(u32, u128)> {
    if text.contains(':') {
        return text
            .parse::<Ipv6Addr>()
            .ok()
            .map(|address| (128, address.to_bits()));
    }
    let mut bits: u128 = 0;
    let mut count = 0;
    for part in text.split('.') {
        let digits =
            !part.is_empty() && part.len() <= 32 && part.bytes().all(|byte| byte.is_ascii_digit());
        let part: u8 = digits
            .then(|| part.trim_start_matches('0'))
            .map(|part| if part.is_empty() { "0" } else { part })?
            .parse()
            .ok()?;
        bits = bits << 8 | u128::from(part);
        count += 1;
    }
    (count == 4).then_some((32, bits))
}

/// A whole number of any size as its sign and its magnitude, as far as 128 bits.
fn magnitude(number: &Number) -> Result<(bool, u128), String> {
    if !number.is_whole() {
        return Err("value must be a whole number".into());
    }
    let negative = number.sign().is_lt();
    let text = number.to_string();
    Ok((
        negative,
        text.trim_start_matches('-').parse().unwrap_or(u128::MAX),
    ))
}

fn host(call: &Call<'_>) -> Result<Value, String> {
    let (negative, number) = magnitude(&call.number(1))?;
    let prefix = Prefix::parse(call.text(0))?;
    let hosts = prefix.hosts();
    let number = if negative { number - 1 } else { number };
    if number > hosts {
        return Err(format!(
            "prefix of {} does not accommodate a host numbered {}",
            prefix.len,
            call.number(1)
        ));
    }
    let number = if negative { hosts - number } else { number };
    Ok(call.made(shown(prefix.width, prefix.bits | number)))
}

fn subnet(call: &Call<'_>) -> Result<Value, String> {
    let more = call.int(1)?;
    let (negative, number) = magnitude(&call.number(2))?;
    let prefix = Prefix::parse(call.text(0))?;
    let len = u32::try_from(i64::from(prefix.len).saturating_add(more))
        .ok()
        .filter(|len| *len <= prefix.width);
    let Some(len) = len else {
        return Err(format!(
            "insufficient address space to extend prefix of {} by {more}",
            prefix.len
        ));
    };
    let most = all(u32::try_from(more).unwrap_or(0));
    if number > most {
        return Err(format!(
            "prefix extension of {more} does not accommodate a subnet numbered {}",
            call.number(2)
        ));
    }
    if negative {
        return Ok(negative_subnet(call, prefix, len, number));
    }
    let wider = Prefix { len, ..prefix };
    let shift = prefix.width - len;
    let number = if shift >= 128 { 0 } else { number << shift };
    Ok(call.made(
        Prefix {
            bits: (prefix.bits | number) & wider.mask(),
            ..wider
        }
        .shown(),
    ))
}

/// A negative number is joined to the address as two's complement of no end, and the magnitude of that is taken.
fn negative_subnet(call: &Call<'_>, prefix: Prefix, len: u32, number: u128) -> Value {
    let shifted = i128::try_from(number)
        .ok()
        .and_then(|number| number.checked_shl(prefix.width - len));
    match (i128::try_from(prefix.bits), shifted) {
        (Ok(bits), Some(shifted)) if prefix.width == 32 => {
            let bits = (bits | -shifted).unsigned_abs() & all(32);
            call.made(
                Prefix {
                    width: 32,
                    bits,
                    len,
                }
                .shown(),
            )
        }
        _ => call.limit(),
    }
}

fn subnets(call: &Call<'_>) -> Result<Value, String> {
    let prefix = Prefix::parse(call.text(0))?;
    let mut items = Vec::new();
    // The first free address; none when the space is full to its end.
    let mut free = Some(prefix.bits);
    for at in 1..call.arguments.len() {
        let more = call.int(at)?;
        if more < 1 {
            return Err("must extend prefix by at least one bit".into());
        }
        if more > 32 {
            return Err("may not extend prefix by more than 32 bits".into());
        }
        let len = prefix.len + u32::try_from(more).unwrap_or(32);
        if len > prefix.width {
            let version = if prefix.width == 32 { "IPv4" } else { "IPv6" };
            return Err(format!(
                "would extend prefix to {len} bits, which is too long for an {version} address"
            ));
        }
        let next = Prefix { len, ..prefix };
        let start = free
            .and_then(|free| free.checked_add(next.hosts()))
            .map(|end| end & next.mask());
        let Some(start) = start
            .filter(|start| start & prefix.mask() == prefix.bits && *start <= all(prefix.width))
        else {
            return Err(format!(
                "not enough remaining address space for a subnet with a prefix of {len} bits"
            ));
        };
        items.push(
            call.made(
                Prefix {
                    bits: start,
                    ..next
                }
                .shown(),
            ),
        );
        free = (start | next.hosts())
            .checked_add(1)
            .filter(|free| *free <= all(prefix.width));
    }
    Ok(call.sequence(items, Collection::Uniform))
}

/// OpenTofu's test whether an address or prefix lies in a prefix.
fn contains(call: &Call<'_>) -> Result<Value, String> {
    let outer = Prefix::parse(call.text(0))?;
    let inner = match address_bits(call.text(1)) {
        Some((width, bits)) => Prefix {
            width,
            bits,
            len: width,
        },
        None => Prefix::parse(call.text(1))
            .map_err(|_| format!("invalid IP address or prefix: {}", call.text(1)))?,
    };
    if outer.width != inner.width {
        return Err(format!(
            "address family mismatch: {} vs. {}",
            call.text(0),
            call.text(1)
        ));
    }
    let inside = inner.len >= outer.len && inner.bits & outer.mask() == outer.bits;
    Ok(call.truth(Truth::from(inside)))
}
