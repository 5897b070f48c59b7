//! Numbers, times and networks as tests of a value.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::policy::operator::Order;

/// The numbers or times that a comparison with one of them leaves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// How it is compared.
    pub order: Order,
    /// With what; a time in seconds since 1970.
    pub with: f64,
}

impl Range {
    /// Whether a number is left.
    pub fn has(&self, number: f64) -> bool {
        match self.order {
            Order::Equal => number == self.with,
            Order::Less => number < self.with,
            Order::LessOrEqual => number <= self.with,
            Order::Greater => number > self.with,
            Order::GreaterOrEqual => number >= self.with,
        }
    }
}

/// Numbers of which one lies on every boundary and one between any two, before the first and after the last.
pub(super) fn samples(ranges: &[Range]) -> Vec<f64> {
    let mut at: Vec<f64> = ranges.iter().map(|range| range.with).collect();
    at.sort_by(f64::total_cmp);
    at.dedup();
    let between = at.windows(2).map(|two| f64::midpoint(two[0], two[1]));
    let mut all: Vec<f64> = at.iter().copied().chain(between).collect();
    all.extend(at.first().map(|first| first - 1.0));
    all.extend(at.last().map(|last| last + 1.0));
    all
}

/// A number as it is written.
pub fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|own: &f64| own.is_finite())
}

/// A time as it is written: seconds since 1970, or a date of ISO 8601.
pub fn time(text: &str) -> Option<f64> {
    let text = text.trim();
    if let Some(seconds) = number(text) {
        return Some(seconds);
    }
    let whole: Option<jiff::Timestamp> = text.parse().ok();
    let minutes =
        || -> Option<jiff::Timestamp> { format!("{}:00Z", text.strip_suffix('Z')?).parse().ok() };
    let day = || {
        let day: jiff::civil::Date = text.trim_end_matches('Z').parse().ok()?;
        let zoned = day.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        Some(zoned.timestamp())
    };
    let found = whole.or_else(minutes).or_else(day)?;
    Some(found.as_second() as f64)
}

/// A network as it is written; an address is one of its own.
pub fn network(text: &str) -> Option<IpNet> {
    let text = text.trim();
    let one = || Some(IpNet::from(text.parse::<IpAddr>().ok()?));
    text.parse::<IpNet>()
        .ok()
        .or_else(one)
        .map(|own| own.trunc())
}

/// Addresses of which one lies in every part that the networks cut all addresses into.
pub(super) fn addresses(networks: &[IpNet]) -> Vec<IpAddr> {
    let mut all: Vec<IpAddr> = ["203.0.113.77", "0.0.0.0", "2001:db8::77", "::"]
        .iter()
        .filter_map(|text| text.parse().ok())
        .collect();
    for network in networks {
        match network {
            IpNet::V4(own) => {
                let (first, last) = (u32::from(own.network()), u32::from(own.broadcast()));
                let near = [
                    first.checked_sub(1),
                    Some(first),
                    Some(last),
                    last.checked_add(1),
                ];
                all.extend(
                    near.into_iter()
                        .flatten()
                        .map(|own| IpAddr::from(own.to_be_bytes())),
                );
            }
            IpNet::V6(own) => {
                let (first, last) = (u128::from(own.network()), u128::from(own.broadcast()));
                let near = [
                    first.checked_sub(1),
                    Some(first),
                    Some(last),
                    last.checked_add(1),
                ];
                all.extend(
                    near.into_iter()
                        .flatten()
                        .map(|own| IpAddr::from(own.to_be_bytes())),
                );
            }
        }
    }
    all
}

/// How many addresses some networks of each family have together, as powers of two: the parts of them all.
pub fn share(networks: &[IpNet]) -> (f64, f64) {
    let merged = IpNet::aggregate(&networks.to_vec());
    let mut share = (0.0, 0.0);
    for network in merged {
        let part = 0.5f64.powi(i32::from(network.prefix_len()));
        match network {
            IpNet::V4(_) => share.0 += part,
            IpNet::V6(_) => share.1 += part,
        }
    }
    share
}
