//! Rules that are asked in the order of their numbers, of which the first that fits decides: what each still opens.

use crate::eval::{Truth, Value, Why};

use super::Intervals;
use super::address::{Addresses, parse};
use super::question::{Answer, Opening};

/// The most rules of one resource; providers admit far fewer.
const MAX_RULES: usize = 256;

/// What rules have decided so far at one port.
#[derive(Default)]
struct Decided {
    opened: Addresses,
    closed: Addresses,
}

impl Decided {
    fn add(&mut self, rule: &Opening) {
        let (own, other) = if rule.closes {
            (&mut self.closed, &self.opened)
        } else {
            (&mut self.opened, &self.closed)
        };
        *own = Addresses::union([&*own, &rule.addresses.without(other)]);
    }
}

/// The openings of ordered rules of one protocol without what rules before them close; `None` when there are too many.
pub(super) fn effective(rules: &[Opening]) -> Option<Vec<Opening>> {
    if rules.len() > MAX_RULES {
        return None;
    }
    if !rules.iter().any(|rule| rule.closes) {
        return Some(rules.to_vec());
    }
    let mut found = Vec::new();
    for (at, rule) in rules.iter().enumerate().filter(|(_, rule)| !rule.closes) {
        // What is not sure anyway is open unless something sure closes it.
        for (addresses, ports) in pieces(rules, at, rule.unsure.is_none()) {
            found.push(Opening {
                addresses,
                ports,
                ..rule.clone()
            });
        }
        // What is open only if rules that are not sure close nothing.
        let perhaps = |other: &&Opening| {
            let weighs = weight(other, rule);
            other.closes && weighs != Truth::False && !(is_sure(other) && weighs.is_true())
        };
        let perhaps = rules.iter().any(|other| perhaps(&other));
        if perhaps && rule.unsure.is_none() {
            let closing = || rules.iter().filter(|other| other.closes);
            let limits = || closing().flat_map(|other| other.limits.iter().flatten());
            let why = closing()
                .find_map(|other| other.unsure.clone())
                .or_else(|| limits().find_map(Value::first_why));
            for (addresses, ports) in pieces(rules, at, false) {
                found.push(Opening {
                    addresses,
                    ports,
                    unsure: why.clone().or(Some(Why::Condition)),
                    ..rule.clone()
                });
            }
        }
    }
    Some(found)
}

fn is_sure(rule: &Opening) -> bool {
    rule.unsure.is_none() && rule.number.is_some()
}

/// What one rule opens: sets of addresses with their ports. `sure`: whatever may be closed before it is closed.
fn pieces(rules: &[Opening], at: usize, sure: bool) -> Vec<(Addresses, Vec<(u16, u16)>)> {
    let rule = &rules[at];
    let mut pieces: Vec<(Addresses, Vec<(u16, u16)>)> = Vec::new();
    for (from, to) in segments(rules, &rule.ports) {
        let mut before: Vec<&Opening> = rules
            .iter()
            .filter(|other| covers(other, from) && precedes(other, rule, sure))
            .filter(|other| match weight(other, rule) {
                Truth::True => is_sure(other) || other.closes == sure,
                Truth::Unknown => other.closes == sure,
                Truth::False => !other.closes && !sure,
            })
            .collect();
        before.sort_by_key(|other| other.number);
        let mut decided = Decided::default();
        before.into_iter().for_each(|other| decided.add(other));
        let left = rule.addresses.without(&decided.closed);
        if left.is_empty() {
            continue;
        }
        match pieces.iter_mut().find(|(addresses, _)| *addresses == left) {
            Some((_, ports)) => ports.push((from, to)),
            None => pieces.push((left, vec![(from, to)])),
        }
    }
    pieces
}

/// Whether one rule is asked before another; what is not known is taken as the question needs it.
fn precedes(other: &Opening, rule: &Opening, sure: bool) -> bool {
    match (other.number, rule.number) {
        (Some(other), Some(rule)) => other < rule,
        _ => other.closes == sure,
    }
}

/// Whether a rule is about all that another one is about, apart from addresses and ports: where it is limited, the other
/// must be limited in the same way.
fn weight(other: &Opening, rule: &Opening) -> Truth {
    let limits = other.limits.iter().enumerate();
    Truth::all(limits.map(|(at, own)| {
        let theirs = rule.limits.get(at).map_or(&[][..], Vec::as_slice);
        if own.is_empty() || own.iter().any(is_everything) || same(own, theirs) {
            Truth::True
        } else if own.iter().any(|value| value.first_why().is_some()) {
            Truth::Unknown
        } else {
            Truth::False
        }
    }))
}

fn is_everything(value: &Value) -> bool {
    value
        .as_text()
        .is_some_and(|text| parse(text.trim()).is_some_and(|addresses| addresses.is_world_whole()))
}

/// Whether two lists have the same known texts.
fn same(a: &[Value], b: &[Value]) -> bool {
    let texts = |values: &[Value]| -> Option<Vec<String>> {
        let texts = values
            .iter()
            .map(|value| value.as_text().map(str::to_ascii_lowercase));
        let mut texts = texts.collect::<Option<Vec<_>>>()?;
        texts.sort_unstable();
        Some(texts)
    };
    texts(a).is_some_and(|a| texts(b) == Some(a))
}

/// Ranges of ports as a set.
pub(super) fn intervals(ports: &[(u16, u16)]) -> Intervals {
    Intervals::of(ports.iter().map(|&(from, to)| (from.into(), to.into())))
}

fn covers(rule: &Opening, port: u16) -> bool {
    rule.ports
        .iter()
        .any(|(from, to)| *from <= port && port <= *to)
}

/// The ranges of ports cut where some rule begins or ends.
fn segments(rules: &[Opening], ports: &[(u16, u16)]) -> Vec<(u16, u16)> {
    let ends = rules.iter().flat_map(|rule| &rule.ports);
    let mut cuts: Vec<u32> = ends
        .chain(ports)
        .flat_map(|(from, to)| [u32::from(*from), u32::from(*to) + 1])
        .collect();
    cuts.sort_unstable();
    cuts.dedup();
    let inside = |from: u32| {
        ports
            .iter()
            .any(|(low, high)| u32::from(*low) <= from && from <= u32::from(*high))
    };
    let port = |number: u32| u16::try_from(number).unwrap_or(u16::MAX);
    cuts.windows(2)
        .filter(|pair| inside(pair[0]))
        .map(|pair| (port(pair[0]), port(pair[1] - 1)))
        .collect()
}

/// A rule and its number.
pub(super) struct Numbered {
    /// Whether it is one of the flow.
    pub(super) belongs: Truth,
    /// The number, when it is known.
    pub(super) number: Option<i64>,
    /// Where it is written.
    pub(super) value: Option<Value>,
}

/// Whether two rules have the same number.
pub(super) fn repeated(rules: &[Numbered]) -> Answer {
    let rules: Vec<&Numbered> = rules
        .iter()
        .filter(|rule| !rule.belongs.is_false())
        .collect();
    if rules.len() > MAX_RULES {
        return Answer::unknown(Why::Limit);
    }
    let twice = |rule: &Numbered| {
        let same = |other: &&&Numbered| other.belongs.is_true() && other.number == rule.number;
        rule.belongs.is_true() && rule.number.is_some() && rules.iter().filter(same).count() > 1
    };
    let found = rules.iter().filter(|rule| twice(rule));
    let witnesses: Vec<Vec<Value>> = found
        .filter_map(|rule| rule.value.clone().map(|value| vec![value]))
        .collect();
    let unsure = rules
        .iter()
        .find(|rule| rule.belongs.is_unknown() || rule.number.is_none() && rule.value.is_some());
    match (witnesses.is_empty(), unsure) {
        (false, _) => Answer {
            truth: Truth::True,
            witnesses,
            why: None,
        },
        (true, Some(rule)) if rules.len() > 1 => Answer {
            witnesses: rule
                .value
                .clone()
                .map(|value| vec![value])
                .into_iter()
                .collect(),
            ..Answer::unknown(
                rule.value
                    .as_ref()
                    .and_then(Value::first_why)
                    .unwrap_or(Why::Condition),
            )
        },
        _ => Answer {
            truth: Truth::False,
            witnesses: Vec::new(),
            why: None,
        },
    }
}

/// Whether some closing rule closes nothing in any of the protocols that it is about.
pub(super) fn shadowed(by_protocol: &[Vec<Opening>]) -> Answer {
    if by_protocol.iter().any(|rules| rules.len() > MAX_RULES) {
        return Answer::unknown(Why::Limit);
    }
    let closing = by_protocol.iter().flatten().filter(|rule| rule.closes);
    let (mut sure, mut perhaps) = (Vec::new(), Vec::new());
    for rule in closing {
        let same = |other: &&Opening| other.value.origin == rule.value.origin && other.closes;
        let dead = |all: bool| {
            by_protocol.iter().all(|rules| {
                rules
                    .iter()
                    .filter(same)
                    .all(|own| is_dead(rules, own, all))
            })
        };
        if dead(false) && is_sure(rule) {
            sure.push(vec![rule.value.clone()]);
        } else if dead(true) {
            perhaps.push(rule);
        }
    }
    let why = perhaps
        .iter()
        .find_map(|rule| rule.unsure.clone())
        .or_else(|| {
            let unsure = by_protocol.iter().flatten();
            unsure.into_iter().find_map(|rule| rule.unsure.clone())
        });
    let truth = match (sure.is_empty(), perhaps.is_empty()) {
        (false, _) => Truth::True,
        (true, false) => Truth::Unknown,
        (true, true) => Truth::False,
    };
    let witnesses = if sure.is_empty() {
        perhaps
            .iter()
            .map(|rule| vec![rule.value.clone()])
            .collect()
    } else {
        sure
    };
    Answer {
        truth,
        witnesses,
        why: if truth.is_unknown() {
            why.or(Some(Why::Condition))
        } else {
            None
        },
    }
}

/// Whether rules before one open all that it is about; with `perhaps` those count, too, that are not sure, and of one
/// that is not known itself it is enough that something was opened before.
fn is_dead(rules: &[Opening], rule: &Opening, perhaps: bool) -> bool {
    segments(rules, &rule.ports).iter().all(|(from, _)| {
        let opened = rules.iter().filter(|other| {
            !other.closes
                && covers(other, *from)
                && (is_sure(other) || perhaps)
                && precedes(other, rule, !perhaps)
        });
        let opened = Addresses::union(opened.map(|other| &other.addresses));
        if perhaps && !is_sure(rule) {
            !opened.is_empty()
        } else {
            opened.covers(&rule.addresses)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{Opening, effective, shadowed};
    use crate::eval::{Data, Origin, Value, Why};
    use crate::network::address::parse;
    use crate::source::{SourceId, Span};

    /// A rule; each has an origin of its own.
    fn rule(number: i64, closes: bool, addresses: &str, ports: (u16, u16)) -> Opening {
        let at = u32::try_from(number).unwrap();
        Opening {
            addresses: parse(addresses).unwrap(),
            ports: vec![ports],
            value: Value {
                data: Data::Text(addresses.into()),
                origin: Origin::at(Span::new(SourceId(0), at, at)),
                sensitive: false,
            },
            unsure: None,
            counts: true,
            closes,
            number: Some(number),
            limits: std::rc::Rc::default(),
        }
    }

    fn world_at(rules: &[Opening], port: u16, sure: bool) -> bool {
        effective(rules).unwrap().iter().any(|one| {
            one.addresses.is_world()
                && one.unsure.is_none() == sure
                && one
                    .ports
                    .iter()
                    .any(|(from, to)| (*from..=*to).contains(&port))
        })
    }

    #[test]
    fn the_smallest_number_decides() {
        let allow = rule(200, false, "0.0.0.0/0", (0, 65535));
        let before = rule(100, true, "0.0.0.0/0", (22, 22));
        let after = rule(300, true, "0.0.0.0/0", (22, 22));
        let rules = [allow.clone(), before];
        assert!(!world_at(&rules, 22, true) && world_at(&rules, 21, true));
        assert!(world_at(&[allow.clone(), after], 22, true));
        // Half of the world is the world; what a permission before it let in, a denial cannot take back.
        let half = rule(100, true, "0.0.0.0/1", (22, 22));
        assert!(world_at(&[allow.clone(), half], 22, true));
        let early = rule(50, false, "0.0.0.0/0", (22, 22));
        let denied = rule(100, true, "0.0.0.0/0", (22, 22));
        assert!(world_at(&[early, denied, allow], 22, true));
    }

    #[test]
    fn what_may_close_makes_unsure() {
        let allow = rule(200, false, "0.0.0.0/0", (0, 65535));
        let mut deny = rule(100, true, "0.0.0.0/0", (22, 22));
        deny.unsure = Some(Why::Condition);
        let rules = [allow, deny];
        assert!(!world_at(&rules, 22, true) && world_at(&rules, 22, false));
        assert!(world_at(&rules, 80, true));
    }

    #[test]
    fn a_denial_behind_its_permission_is_dead() {
        let allow = rule(100, false, "10.0.0.0/8", (0, 65535));
        let dead = rule(200, true, "10.1.0.0/16", (22, 22));
        let alive = rule(200, true, "0.0.0.0/0", (22, 22));
        assert!(
            shadowed(&[vec![allow.clone(), dead.clone()]])
                .truth
                .is_true()
        );
        assert!(shadowed(&[vec![allow.clone(), alive]]).truth.is_false());
        // In another protocol it still closes.
        assert!(
            shadowed(&[vec![allow, dead.clone()], vec![dead]])
                .truth
                .is_false()
        );
    }
}
