//! The words of the language that stand for something: ports, lengths of time, selectors, names.

use std::fmt;

use ecow::EcoString;

use crate::network::address;
use crate::network::topology::{ICMP, TCP, UDP};

/// Ports of one protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ports {
    /// The number of the protocol.
    pub protocol: u8,
    /// The first port.
    pub from: u16,
    /// The last port.
    pub to: u16,
}

impl Ports {
    /// Reads `443`, `443/tcp`, `443/udp`, `8000-8010/tcp`, `icmp`.
    ///
    /// # Errors
    /// What is expected instead.
    pub fn read(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no port: 443, 443/udp, 8000-8010/tcp and icmp are");
        if text == "icmp" {
            let (from, to) = (0, u16::MAX);
            return Ok(Self {
                protocol: ICMP,
                from,
                to,
            });
        }
        let (ports, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
        let protocol = match protocol {
            "tcp" => TCP,
            "udp" => UDP,
            _ => return Err(wrong()),
        };
        let (from, to) = ports.split_once('-').unwrap_or((ports, ports));
        match (number(from), number(to)) {
            (Some(from), Some(to)) if from <= to => Ok(Self { protocol, from, to }),
            _ => Err(wrong()),
        }
    }

    /// One port of TCP.
    pub const fn tcp(port: u16) -> Self {
        Self {
            protocol: TCP,
            from: port,
            to: port,
        }
    }

    /// Whether every port of the other one is among these.
    pub fn covers(self, other: Ports) -> bool {
        self.protocol == other.protocol && self.from <= other.from && other.to <= self.to
    }
}

/// A port in digits alone.
fn number(text: &str) -> Option<u16> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

impl fmt::Display for Ports {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let protocol = match self.protocol {
            ICMP => return out.write_str("icmp"),
            UDP => "udp",
            _ => "tcp",
        };
        match self.from == self.to {
            true => write!(out, "{}/{protocol}", self.from),
            false => write!(out, "{}-{}/{protocol}", self.from, self.to),
        }
    }
}

/// A length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length {
    /// How many.
    pub count: u32,
    /// Of these.
    pub unit: Unit,
}

/// A unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// `m`
    Minutes,
    /// `h`
    Hours,
    /// `d`
    Days,
}

impl Length {
    /// So many days.
    pub const fn days(count: u32) -> Self {
        let unit = Unit::Days;
        Self { count, unit }
    }

    /// Reads `30d`, `12h`, `15m`.
    ///
    /// # Errors
    /// What is expected instead.
    pub fn read(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no length of time: 365d, 12h and 15m are");
        let unit = match text.chars().next_back() {
            Some('m') => Unit::Minutes,
            Some('h') => Unit::Hours,
            Some('d') => Unit::Days,
            _ => return Err(wrong()),
        };
        let digits = &text[..text.len() - 1];
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
        match digits.parse::<u32>() {
            Ok(count) if plain && (1..=1_000_000).contains(&count) => Ok(Self { count, unit }),
            _ => Err(wrong()),
        }
    }

    /// In seconds.
    pub fn seconds(self) -> u64 {
        let unit = match self.unit {
            Unit::Minutes => 60,
            Unit::Hours => 3_600,
            Unit::Days => 86_400,
        };
        u64::from(self.count) * unit
    }

    /// In whole days, at least one.
    pub fn in_days(self) -> u64 {
        (self.seconds() / 86_400).max(1)
    }
}

impl fmt::Display for Length {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            Unit::Minutes => 'm',
            Unit::Hours => 'h',
            Unit::Days => 'd',
        };
        write!(out, "{}{unit}", self.count)
    }
}

/// What picks resources of existing code: any of several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selector {
    /// The address of a resource, a pattern with `*`.
    Address(EcoString),
    /// `name:` its own name (the last part of a Terraform address, a logical id), whatever the case and without hyphens
    /// and underscores.
    Name(EcoString),
    /// `tag:key=value`, the value a pattern with `*`.
    Tag(EcoString, EcoString),
    /// `type:` its type in its own language or its kind in the vocabulary, a pattern with `*`.
    Type(EcoString),
}

impl Selector {
    /// Reads a selector.
    ///
    /// # Errors
    /// What is expected instead.
    pub fn read(text: &str) -> Result<Self, String> {
        let wrong = |what: &str| Err(format!("`{text}` {what}"));
        match text.split_once(':') {
            Some(("tag", rest)) => match rest.split_once('=') {
                Some((key, value)) if !key.is_empty() => Ok(Self::Tag(key.into(), value.into())),
                _ => wrong("picks no tag: tag:key=value does"),
            },
            Some(("type", rest)) if !rest.is_empty() => Ok(Self::Type(rest.into())),
            Some(("name", rest)) if !rest.is_empty() => Ok(Self::Name(rest.into())),
            Some(("type" | "name", _)) => {
                wrong("picks nothing: something is missing behind the colon")
            }
            _ if text.is_empty() => {
                wrong("is empty: an address, tag:key=value, type:… or name:… picks resources")
            }
            _ => Ok(Self::Address(text.into())),
        }
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(text) => out.write_str(text),
            Self::Name(text) => write!(out, "name:{text}"),
            Self::Tag(key, value) => write!(out, "tag:{key}={value}"),
            Self::Type(text) => write!(out, "type:{text}"),
        }
    }
}

/// Reads the name of something that an intent declares.
///
/// # Errors
/// What is expected instead.
pub fn name(text: &str) -> Result<(), String> {
    let first = text.starts_with(|letter: char| letter.is_ascii_lowercase());
    let rest = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let good = first && text.bytes().all(rest) && !text.ends_with('-') && text.len() <= 32;
    match good {
        true => Ok(()),
        false => Err(format!(
            "`{text}` is no name: up to 32 small letters, digits and hyphens are, a letter first"
        )),
    }
}

/// Reads a block of addresses, without bits behind its length.
///
/// # Errors
/// What is expected instead.
pub fn block(text: &str) -> Result<ipnet::IpNet, String> {
    let net: ipnet::IpNet = text
        .parse()
        .map_err(|_| format!("`{text}` is no block of addresses: 10.20.0.0/20 is"))?;
    if net.trunc() != net {
        return Err(format!(
            "`{text}` has bits behind its length: {} is meant",
            net.trunc()
        ));
    }
    debug_assert!(address::parse(text).is_some());
    Ok(net)
}
