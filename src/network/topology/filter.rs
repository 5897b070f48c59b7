//! Filters: rules of which the first that is about a packet decides, and how several stand behind each other.

use ecow::EcoString;

use super::extent::Extent;
use crate::eval::{Origin, Truth, Why};
use crate::graph::ResourceId;
use crate::network::address::Addresses;

/// The protocols that have ports, and the one for tests of a way, as IANA numbers them.
pub const TCP: u8 = 6;
/// See [`TCP`].
pub const UDP: u8 = 17;
/// See [`TCP`].
pub const ICMP: u8 = 1;

/// What an endpoint is known by besides its address: a group it is in, a tag, an account it acts as.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mark {
    /// A resource.
    Resource(ResourceId),
    /// A word.
    Word(EcoString),
}

/// The marks of an endpoint.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Marks {
    /// Those that are known, with a reason where that is not sure.
    pub known: Vec<(Mark, Option<Why>)>,
    /// Why there may be more.
    pub more: Option<Why>,
}

impl Marks {
    /// Whether a mark is among them.
    pub fn has(&self, mark: &Mark) -> Truth {
        let found = self.known.iter().filter(|(own, _)| own == mark);
        let found = Truth::any(found.map(|(_, why)| match why {
            None => Truth::True,
            Some(_) => Truth::Unknown,
        }));
        match self.more {
            Some(_) => found | Truth::Unknown,
            None => found,
        }
    }
}

/// One side of a packet: the addresses it may have and the marks it has.
#[derive(Debug, Clone, Copy)]
pub struct Party<'a> {
    /// Its address is one of these.
    pub addresses: &'a Addresses,
    /// Its marks.
    pub marks: &'a Marks,
    /// Whether it stands in a network of the cloud: only such have marks.
    pub inside: bool,
}

impl<'a> Party<'a> {
    /// The same for who knows no marks.
    pub(super) fn unmarked(self, none: &'a Marks) -> Self {
        Self {
            marks: none,
            ..self
        }
    }
}

/// Whom a rule is about.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Side {
    /// Everybody.
    pub any: bool,
    /// Those with one of these addresses.
    pub addresses: Extent,
    /// Those with one of these marks.
    pub marks: Vec<Mark>,
    /// Nobody knows whom else, for this reason.
    pub open: Option<Why>,
    /// Those with a mark that nobody knows, for this reason.
    pub unnamed: Option<Why>,
}

impl Side {
    /// Whether a party has a mark that it names.
    fn marked(&self, party: Party<'_>) -> Truth {
        let named = Truth::any(self.marks.iter().map(|mark| party.marks.has(mark)));
        match &self.unnamed {
            Some(_) if party.inside => named | Truth::Unknown,
            _ => named,
        }
    }

    /// About everybody.
    pub fn everybody() -> Self {
        Self {
            any: true,
            ..Self::default()
        }
    }

    /// Which addresses of a party it is about.
    fn of(&self, party: Party<'_>) -> Extent {
        let whole = Extent::exactly(party.addresses.clone());
        if self.any {
            return whole;
        }
        let mut found = self
            .addresses
            .and(&whole)
            .or(&whole.given(self.marked(party)));
        if self.open.is_some() {
            found = found.or(&whole.given(Truth::Unknown));
        }
        found
    }

    /// Whether it is about a party whose address is one of its addresses.
    pub(super) fn about(&self, party: Party<'_>) -> Truth {
        if self.any {
            return Truth::True;
        }
        let open = Truth::any(self.open.iter().map(|_| Truth::Unknown));
        self.marked(party) | open | self.addresses.has_one_of(party.addresses)
    }
}

/// What a rule says of a packet that it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It may pass.
    Allow,
    /// It is dropped.
    Deny,
    /// The filter behind decides.
    Next,
    /// Nobody knows.
    Unknown,
}

/// One rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// What it says.
    pub verdict: Verdict,
    /// The protocol; `None`: every one.
    pub protocol: Option<u8>,
    /// The ports of the destination, both ends included; of protocols without ports it says nothing.
    pub ports: Vec<(u16, u16)>,
    /// The other side.
    pub peer: Side,
    /// The own side.
    pub own: Side,
    /// Its place among the rules of its filter, the lowest first; `None`: it is not known.
    pub number: Option<i64>,
    /// Why it may not be there, or not be about what it seems to be about.
    pub why: Option<Why>,
    /// What wrote it.
    pub origin: Origin,
    /// The resource it belongs to.
    pub resource: ResourceId,
}

/// One protocol and port, and who is on both sides.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// The protocol.
    pub protocol: u8,
    /// The port of the destination.
    pub port: u16,
    /// The side that the filter belongs to.
    pub own: Party<'a>,
    /// The other side.
    pub peer: Party<'a>,
}

impl Rule {
    /// Whether it is about this protocol and port.
    pub fn is_about(&self, protocol: u8, port: u16) -> bool {
        let portless = !matches!(protocol, TCP | UDP);
        self.protocol.is_none_or(|own| own == protocol)
            && (portless
                || self
                    .ports
                    .iter()
                    .any(|(from, to)| (*from..=*to).contains(&port)))
    }

    /// Which addresses of the other side it is about.
    fn matched(&self, ask: &Ask<'_>) -> Extent {
        if !self.is_about(ask.protocol, ask.port) {
            return Extent::none();
        }
        let there = match self.why {
            None => Truth::True,
            Some(_) => Truth::Unknown,
        };
        let sure = self.own.about(ask.own) & there;
        self.peer.of(ask.peer).given(sure)
    }

    /// Why it is not known whom it is about.
    fn doubt(&self, ask: &Ask<'_>) -> Option<Why> {
        let matched = self.matched(ask);
        let doubtful = matched.sure != matched.perhaps || self.verdict == Verdict::Unknown;
        if !doubtful || matched.perhaps.is_empty() {
            return None;
        }
        let marks = || {
            ask.peer
                .marks
                .more
                .clone()
                .or_else(|| ask.own.marks.more.clone())
        };
        let sides = [&self.peer, &self.own];
        let open = sides
            .iter()
            .find_map(|side| side.open.clone().or_else(|| side.unnamed.clone()));
        self.why
            .clone()
            .or(open)
            .or_else(marks)
            .or(Some(Why::Condition))
    }
}

/// The rules of one resource in one direction, in the order in which they are asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// The resource.
    pub resource: ResourceId,
    /// The rules, sorted.
    pub rules: Vec<Rule>,
    /// Why there may be more rules.
    pub more: Option<Why>,
}

impl Filter {
    /// A filter of rules in any order. A rule whose number is not known may stand anywhere: it comes first, as one that
    /// may not be there, which is the same.
    pub fn new(resource: ResourceId, mut rules: Vec<Rule>, more: Option<Why>) -> Self {
        let numbered = rules.iter().any(|rule| rule.number.is_some());
        for rule in rules
            .iter_mut()
            .filter(|rule| numbered && rule.number.is_none())
        {
            rule.why.get_or_insert(Why::Condition);
        }
        rules.sort_by_key(|rule| rule.number);
        Self {
            resource,
            rules,
            more,
        }
    }

    /// What it lets through of the other side, where `behind` decides about what none of its rules is about.
    fn through(&self, ask: &Ask<'_>, behind: &Extent) -> Extent {
        let mut found = behind.clone();
        if self.rules.iter().all(|rule| rule.verdict == Verdict::Allow) {
            let matched: Vec<Extent> = self.rules.iter().map(|rule| rule.matched(ask)).collect();
            let union =
                |part: fn(&Extent) -> &Addresses| Addresses::union(matched.iter().map(part));
            found = found.or(&Extent {
                sure: union(|one| &one.sure),
                perhaps: union(|one| &one.perhaps),
            });
        } else {
            for rule in self.rules.iter().rev() {
                let matched = rule.matched(ask);
                if matched.perhaps.is_empty() {
                    continue;
                }
                let verdict = match rule.verdict {
                    Verdict::Allow => Extent::all(),
                    Verdict::Deny => Extent::none(),
                    Verdict::Next => behind.clone(),
                    Verdict::Unknown => Extent::open(),
                };
                found = found.after(&matched, &verdict);
            }
        }
        if self.more.is_some() {
            let denies = self.rules.iter().any(|rule| rule.verdict != Verdict::Allow);
            let all = Extent::exactly(ask.peer.addresses.clone()).given(Truth::Unknown);
            found = match denies {
                true => all,
                false => found.or(&all),
            };
        }
        found
    }

    /// Why it is not known what it lets through.
    fn doubt(&self, ask: &Ask<'_>) -> Option<Why> {
        let own = || self.rules.iter().find_map(|rule| rule.doubt(ask));
        self.more.clone().or_else(own)
    }
}

/// Filters that stand behind each other as if they were one: the groups of an interface, the policies above a network.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Gate {
    /// The numbers of the filters, the first one first.
    pub filters: Vec<u32>,
    /// What holds where no rule is about a packet.
    pub otherwise: bool,
    /// Why there may be more filters: of groups, which only allow, or of others.
    pub more: Option<Why>,
}

impl Gate {
    /// What it lets through of the other side.
    pub fn through(&self, filters: &[Filter], ask: &Ask<'_>) -> Extent {
        let whole = Extent::exactly(ask.peer.addresses.clone());
        let mut found = whole.given(Truth::from(self.otherwise));
        for at in self.filters.iter().rev() {
            found = filters[*at as usize].through(ask, &found);
        }
        let found = found.and(&whole);
        match (&self.more, self.otherwise) {
            (None, _) => found,
            (Some(_), false) => found.or(&whole.given(Truth::Unknown)),
            (Some(_), true) => whole.given(Truth::Unknown),
        }
    }

    /// Why it is not known what it lets through.
    pub fn doubt(&self, filters: &[Filter], ask: &Ask<'_>) -> Option<Why> {
        let mut own = self.filters.iter();
        let own = || own.find_map(|at| filters[*at as usize].doubt(ask));
        self.more.clone().or_else(own)
    }

    /// The bounds of the ports that its rules tell apart: where each begins, and where it has ended.
    pub fn cuts(&self, filters: &[Filter], protocol: u8, out: &mut Vec<u32>) {
        for at in &self.filters {
            let rules = filters[*at as usize].rules.iter();
            let rules = rules.filter(|rule| rule.protocol.is_none_or(|own| own == protocol));
            for (from, to) in rules.flat_map(|rule| &rule.ports) {
                out.extend([u32::from(*from), u32::from(*to) + 1]);
            }
        }
    }
}
