//! Internet addresses: the texts that name them, and which of them are public.

use std::net::IpAddr;
use std::sync::OnceLock;

use ipnet::IpNet;

use super::Intervals;

/// A set of addresses, one set per version of the protocol.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Addresses {
    /// IPv4.
    pub v4: Intervals,
    /// IPv6.
    pub v6: Intervals,
}

/// More public IPv4 addresses than this are the world. The largest networks that IANA ever gave to one organisation are
/// of 2^24 addresses (a /8), so a wider one reaches strangers.
const WORLD_V4: u128 = 1 << 24;
/// The same for IPv6: the largest assignment to one organisation is a /16.
const WORLD_V6: u128 = 1 << 112;

/// So many private addresses are a wide network: the largest block of a VPC of AWS, a whole /16.
const WIDE_V4: u128 = 1 << 16;
/// The same for IPv6: a whole site (/48).
const WIDE_V6: u128 = 1 << 80;
/// Private networks (RFC 1918) and unique local addresses (RFC 4193).
const PRIVATE_V4: [&str; 3] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];
const PRIVATE_V6: [&str; 1] = ["fc00::/7"];

/// Addresses that are not reachable from the Internet: IANA's special-purpose registries (RFC 6890), multicast and
/// reserved space.
const SPECIAL_V4: [&str; 15] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
];

/// The first and last address of what a text names: a network, an address, or one of the words for "everyone" that
/// providers accept (`*`, `any`, Azure's service tag `Internet`, whose other tags name no set that is known here), or two addresses `a-b`.
pub fn parse(text: &str) -> Option<Addresses> {
    if matches!(text, "*")
        || text.eq_ignore_ascii_case("any")
        || text.eq_ignore_ascii_case("internet")
    {
        return Some(everything());
    }
    if let Some((from, to)) = text.split_once('-') {
        return range(from.trim().parse().ok()?, to.trim().parse().ok()?);
    }
    let net = match text.parse::<IpNet>() {
        Ok(net) => net,
        Err(_) => IpNet::from(text.parse::<IpAddr>().ok()?),
    };
    let interval = bounds(&net);
    Some(match net {
        IpNet::V4(_) => Addresses {
            v4: Intervals::of([interval]),
            v6: Intervals::default(),
        },
        IpNet::V6(_) => Addresses {
            v4: Intervals::default(),
            v6: Intervals::of([interval]),
        },
    })
}

/// The addresses from one to another; `None` where they are of two versions or in no order.
pub fn range(from: IpAddr, to: IpAddr) -> Option<Addresses> {
    let mut addresses = Addresses::default();
    let (set, from, to): (_, u128, u128) = match (from, to) {
        (IpAddr::V4(from), IpAddr::V4(to)) => (
            &mut addresses.v4,
            u32::from(from).into(),
            u32::from(to).into(),
        ),
        (IpAddr::V6(from), IpAddr::V6(to)) => (&mut addresses.v6, from.into(), to.into()),
        _ => return None,
    };
    *set = Intervals::of([(from, to)]);
    (!set.is_empty()).then_some(addresses)
}

/// Whether a text that is no address is the name of something: Azure's service tags, identifiers of groups and lists. What
/// else is none was meant as an address and is not one: nobody knows what it opens.
pub fn is_name(text: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/".contains(&byte);
    text.is_empty()
        || text.starts_with(['/', '$', '{']) // the path of a resource, a reference, a template
        || text.starts_with(|letter: char| letter.is_ascii_alphabetic()) && text.bytes().all(word)
}

/// Every address.
pub fn everything() -> Addresses {
    Addresses {
        v4: Intervals::of([(0, u128::from(u32::MAX))]),
        v6: Intervals::of([(0, u128::MAX)]),
    }
}

fn bounds(net: &IpNet) -> (u128, u128) {
    match net {
        IpNet::V4(net) => (
            u32::from(net.network()).into(),
            u32::from(net.broadcast()).into(),
        ),
        IpNet::V6(net) => (net.network().into(), net.broadcast().into()),
    }
}

fn intervals(texts: &[&str]) -> Intervals {
    let parsed = texts.iter().filter_map(|text| text.parse::<IpNet>().ok());
    Intervals::of(parsed.map(|net| bounds(&net)))
}

/// The addresses that are reachable from the Internet.
fn public() -> &'static Addresses {
    static PUBLIC: OnceLock<Addresses> = OnceLock::new();
    PUBLIC.get_or_init(|| Addresses {
        v4: everything().v4.without(&intervals(&SPECIAL_V4)),
        // Global unicast (RFC 4291) without the documentation prefix.
        v6: intervals(&["2000::/3"]).without(&intervals(&["2001:db8::/32"])),
    })
}

/// The addresses that packets from outside may come from: all but those that no router of the Internet forwards. The
/// ranges for documentation stand for some of them, as they do in documentation.
pub fn internet() -> &'static Addresses {
    static INTERNET: OnceLock<Addresses> = OnceLock::new();
    const NEVER_V4: [&str; 9] = [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "224.0.0.0/4",
        "240.0.0.0/4",
    ];
    INTERNET.get_or_init(|| Addresses {
        v4: everything().v4.without(&intervals(&NEVER_V4)),
        v6: intervals(&["2000::/3"]),
    })
}

/// The address of one public host, for "some public address".
pub(super) fn some_public() -> &'static Addresses {
    static SOME: OnceLock<Addresses> = OnceLock::new();
    SOME.get_or_init(|| Addresses {
        v4: Intervals::of([(1 << 24, 1 << 24)]),
        v6: Intervals::default(),
    })
}

/// The private addresses.
pub(super) fn private() -> &'static Addresses {
    static PRIVATE: OnceLock<Addresses> = OnceLock::new();
    PRIVATE.get_or_init(|| Addresses {
        v4: intervals(&PRIVATE_V4),
        v6: intervals(&PRIVATE_V6),
    })
}

impl Addresses {
    /// The union of several.
    pub fn union<'a>(all: impl IntoIterator<Item = &'a Addresses>) -> Addresses {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for one in all {
            v4.extend(one.v4.iter());
            v6.extend(one.v6.iter());
        }
        Addresses {
            v4: Intervals::of(v4),
            v6: Intervals::of(v6),
        }
    }

    /// Whether it has more public addresses than any one organisation.
    pub fn is_world(&self) -> bool {
        let public = public();
        self.v4.intersection(&public.v4).len() > WORLD_V4
            || self.v6.intersection(&public.v6).len() > WORLD_V6
    }

    /// The first of its addresses by itself; empty where it has none.
    #[must_use]
    pub fn first(&self) -> Addresses {
        let only = |own: &Intervals| Intervals::of(own.iter().next().map(|(from, _)| (from, from)));
        match self.v4.is_empty() {
            true => Addresses {
                v4: Intervals::default(),
                v6: only(&self.v6),
            },
            false => Addresses {
                v4: only(&self.v4),
                v6: Intervals::default(),
            },
        }
    }

    /// An address that a machine may have: of a network not its first four, which belong to the network itself.
    pub fn host(&self) -> Option<IpAddr> {
        let of = |own: &Intervals| {
            let (from, to) = own.iter().next()?;
            Some(if to - from >= 8 { from + 4 } else { from })
        };
        match of(&self.v4) {
            Some(number) => Some(IpAddr::V4(u32::try_from(number).ok()?.into())),
            None => of(&self.v6).map(|number| IpAddr::V6(number.into())),
        }
    }

    /// Whether it has public addresses, but is not the world.
    pub fn is_some_public(&self) -> bool {
        self.meets(public()) && !self.is_world()
    }

    /// Whether it has as many private addresses as a whole large network, but is not the world.
    pub fn is_wide_private(&self) -> bool {
        let private = private();
        let wide = self.v4.intersection(&private.v4).len() >= WIDE_V4
            || self.v6.intersection(&private.v6).len() >= WIDE_V6;
        wide && !self.is_world()
    }

    /// Those that are not in the other.
    #[must_use]
    pub fn without(&self, other: &Addresses) -> Addresses {
        Addresses {
            v4: self.v4.without(&other.v4),
            v6: self.v6.without(&other.v6),
        }
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.v4.is_empty() && self.v6.is_empty()
    }

    /// Those that are in both.
    #[must_use]
    pub fn intersection(&self, other: &Addresses) -> Addresses {
        Addresses {
            v4: self.v4.intersection(&other.v4),
            v6: self.v6.intersection(&other.v6),
        }
    }

    /// Whether some address is in both.
    pub fn meets(&self, other: &Addresses) -> bool {
        !self.v4.intersection(&other.v4).is_empty() || !self.v6.intersection(&other.v6).is_empty()
    }

    /// Whether it is every address of a version of the protocol.
    pub fn is_world_whole(&self) -> bool {
        let every = everything();
        self.v4 == every.v4 || self.v6 == every.v6
    }

    /// Whether every address of the other is in this one.
    pub fn covers(&self, other: &Addresses) -> bool {
        self.v4.covers(&other.v4) && self.v6.covers(&other.v6)
    }
}

#[cfg(test)]
mod tests {
    use super::{Addresses, is_name, parse};

    #[test]
    fn names_and_what_was_meant_as_an_address() {
        for name in [
            "VirtualNetwork",
            "Storage.WestEurope",
            "sg-0a1b",
            "pl-0a1b/x",
            "",
        ] {
            assert!(parse(name).is_none() && is_name(name), "{name}");
        }
        for broken in [
            "0.0.0.0/0 ",
            "\u{ff10}.0.0.0/0",
            "0.0.0.0/33",
            "0,0,0,0/0",
            "::/0,",
            "fe80::/x",
        ] {
            assert!(parse(broken).is_none() && !is_name(broken), "{broken}");
        }
    }

    #[test]
    fn the_world_in_pieces() {
        let (low, high) = (parse("0.0.0.0/1").unwrap(), parse("128.0.0.0/1").unwrap());
        assert!(Addresses::union([&low, &high]).is_world());
        for open in [
            "0.0.0.0/0",
            "::/0",
            "*",
            "Internet",
            "2000::/3",
            "8.0.0.0/7",
        ] {
            assert!(parse(open).unwrap().is_world(), "{open}");
        }
        for closed in [
            "10.0.0.0/8",
            "8.0.0.0/8",
            "172.16.0.0/12",
            "240.0.0.0/4",
            "1.2.3.4",
            "fc00::/7",
        ] {
            assert!(!parse(closed).unwrap().is_world(), "{closed}");
        }
        assert!(parse("VirtualNetwork").is_none() && parse("0.0.0.0/33").is_none());
    }

    #[test]
    fn from_one_to_another() {
        assert!(parse("1.0.0.0-223.255.255.255").unwrap().is_world());
        assert!(parse("2000:: - 3fff::").unwrap().is_world());
        assert!(parse("8.8.8.8-8.8.8.9").unwrap().is_some_public());
        assert!(parse("8.8.8.9-8.8.8.8").is_none() && parse("8.8.8.8-::1").is_none());
    }

    #[test]
    fn some_but_not_all() {
        for public in ["8.8.8.8", "8.0.0.0/8", "2a00::/32"] {
            assert!(parse(public).unwrap().is_some_public(), "{public}");
        }
        for other in ["10.0.0.0/8", "0.0.0.0/0", "::/0", "fd00::/8"] {
            assert!(!parse(other).unwrap().is_some_public(), "{other}");
        }
        for wide in ["10.0.0.0/16", "10.0.0.0/8", "172.0.0.0/8", "fd00:1:2::/48"] {
            assert!(parse(wide).unwrap().is_wide_private(), "{wide}");
        }
        for other in ["10.0.0.0/17", "8.0.0.0/8", "0.0.0.0/0", "fd00:1:2:3::/64"] {
            assert!(!parse(other).unwrap().is_wide_private(), "{other}");
        }
    }
}
