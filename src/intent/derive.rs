//! What follows from what is written: the plan of addresses, keys, flows to services, enforcement points.

use std::net::{IpAddr, Ipv4Addr};

use ecow::{EcoString, eco_format};
use ipnet::IpNet;

use super::language::{At, Enforcement, Flow, Intent, Key, Point, Runtime, Said, Thing};
use super::read::{default, wrong};
use super::word::{self, Length, Ports, Selector};
use crate::source::{Diagnostic, Span};

/// The smallest subnet of AWS is a /28.
pub(super) const SMALLEST: u8 = 28;

/// The addresses where nothing is said.
pub(super) fn network() -> IpNet {
    let first = IpAddr::V4(Ipv4Addr::new(10, 20, 0, 0));
    IpNet::new_assert(first, 20)
}

/// What picks a thing by its tag.
pub(super) fn tag(name: &At<EcoString>, kind: &str) -> At<Selector> {
    default(Selector::Tag(kind.into(), name.value.clone()), name.span)
}

/// What picks a thing where nothing is said: its tag, or its own name.
pub(super) fn selectors(name: &At<EcoString>, kind: &str) -> Vec<At<Selector>> {
    let own = default(Selector::Name(name.value.clone()), name.span);
    vec![tag(name, kind), own]
}

/// Writes out what follows.
pub(super) fn complete(intent: &mut Intent, found: &mut Vec<Diagnostic>) {
    plan(intent, found);
    keys(intent, found);
    services(intent);
    enforcement(intent);
}

fn derived<T>(value: T, span: Span) -> At<T> {
    At {
        value,
        span,
        said: Said::Derived,
    }
}

/// Gives each segment that names none its part of the network, and the endpoints theirs.
fn plan(intent: &mut Intent, found: &mut Vec<Diagnostic>) {
    let count = intent.segments.len();
    if count == 0 {
        return;
    }
    let whole = intent.network.value;
    let mut taken: Vec<IpNet> = Vec::new();
    for segment in intent
        .segments
        .iter()
        .filter(|own| own.cidr.said.is_written())
    {
        let cidr = segment.cidr.value;
        if !whole.contains(&cidr) {
            let message = format!("{cidr} lies outside of the network {whole}");
            found.push(wrong(
                segment.cidr.span,
                message,
                "name a part of the network",
            ));
        }
        if let Some(other) = taken.iter().find(|other| meet(other, &cidr)) {
            let message = format!("{cidr} overlaps {other}, which another segment has");
            found.push(wrong(
                segment.cidr.span,
                message,
                "segments have no address in common",
            ));
        }
        taken.push(cidr);
    }
    // One part more than segments, for the endpoints.
    let bits = (count as u32 + 1).next_power_of_two().trailing_zeros() as u8;
    let zones = intent
        .zones
        .value
        .count()
        .next_power_of_two()
        .trailing_zeros() as u8;
    let length = whole.prefix_len() + bits;
    let parts = whole.subnets(length).ok();
    let fits = parts.filter(|_| length + zones <= SMALLEST);
    let Some(parts) = fits else {
        let message = format!("{whole} is too small for {count} segments");
        let help =
            format!("each zone of a segment has at least a /{SMALLEST}; name a larger `network`");
        found.push(wrong(intent.network.span, message, help));
        return;
    };
    let mut free = parts.filter(|part| !taken.iter().any(|other| meet(other, part)));
    let mut missing = false;
    for segment in intent
        .segments
        .iter_mut()
        .filter(|own| !own.cidr.said.is_written())
    {
        let part = free.next();
        missing |= part.is_none();
        segment.cidr.value = part.unwrap_or(whole);
    }
    intent.endpoint_part = free.next();
    if missing || intent.endpoint_part.is_none() {
        let message = format!("no room is left in {whole} for every segment and the endpoints");
        let help = format!("leave a free /{length} for each, or name a larger `network`");
        found.push(wrong(intent.network.span, message, help));
    }
}

fn meet(one: &IpNet, other: &IpNet) -> bool {
    one.contains(other) || other.contains(one)
}

/// Gives each store its key, and the logs theirs.
fn keys(intent: &mut Intent, found: &mut Vec<Diagnostic>) {
    let mut logs = None;
    for (at, key) in intent.keys.iter().enumerate() {
        for of in &key.of {
            let place = match of.value {
                Thing::Store(store) => &mut intent.stores[store].key,
                _ => logs.get_or_insert(default(usize::MAX, of.span)),
            };
            if place.value != usize::MAX {
                let message = "this has a key already";
                let twice = wrong(of.span, message, "one key encrypts a thing");
                found.push(twice.related(place.span, "here"));
            }
            *place = derived(at, of.span);
        }
    }
    for store in 0..intent.stores.len() {
        if intent.stores[store].key.value != usize::MAX {
            continue;
        }
        let segment = &intent.segments[intent.stores[store].segment.value].name;
        let name = eco_format!("{}-key", segment.value);
        let at = key(intent, name, segment.span, Thing::Store(store));
        intent.stores[store].key.value = at;
    }
    let nothing =
        intent.workloads.is_empty() && intent.segments.is_empty() && intent.account.is_none();
    intent.logs.key = match logs {
        Some(key) => key,
        None if nothing && intent.stores.is_empty() => default(usize::MAX, intent.name.span),
        None => {
            let span = intent.logs.keep.span;
            default(key(intent, "logs-key".into(), span, Thing::Logs), span)
        }
    };
}

/// The key of a name that nobody wrote, made where there is none yet, for one thing more.
fn key(intent: &mut Intent, name: EcoString, span: Span, of: Thing) -> usize {
    // Stores of one segment share a key; logs have one of their own.
    let segment = intent.segment_of(of);
    let known = |key: &Key| {
        let mut others = key.of.iter().map(|other| intent.segment_of(other.value));
        key.name.said == Said::Derived && others.any(|other| other == segment)
    };
    let of = derived(of, span);
    if let Some(at) = intent.keys.iter().position(known) {
        intent.keys[at].of.push(of);
        return at;
    }
    let name = derived(free(intent, name), span);
    intent.keys.push(Key {
        of: vec![of],
        rotate: default(Length::days(365), span),
        matches: selectors(&name, "key"),
        name,
    });
    intent.keys.len() - 1
}

/// A name that nothing else has.
fn free(intent: &Intent, name: EcoString) -> EcoString {
    let taken = |name: &EcoString| {
        let segments = intent.segments.iter().map(|own| &own.name);
        let workloads = intent.workloads.iter().map(|own| &own.name);
        let stores = intent.stores.iter().map(|own| &own.name);
        let keys = intent.keys.iter().map(|own| &own.name);
        let identities = intent.identities.iter().map(|own| &own.name);
        let mut all = segments
            .chain(workloads)
            .chain(stores)
            .chain(keys)
            .chain(identities);
        all.any(|own| own.value == *name)
    };
    let good = |name: &EcoString| !taken(name) && word::name(name).is_ok();
    let numbered = (1..).map(|number| eco_format!("key-{number}"));
    std::iter::once(name.clone())
        .chain(numbered)
        .find(good)
        .unwrap_or(name)
}

/// The flows to services that follow from what workloads do.
fn services(intent: &mut Intent) {
    // Those who name no services mean what verbs ask for.
    for at in 0..intent.flows.len() {
        let flow = &intent.flows[at];
        if flow.to.value == Thing::Cloud && flow.services.is_empty() {
            let from = flow.from.value;
            intent.flows[at].services = needed(intent, from);
        }
    }
    for workload in 0..intent.workloads.len() {
        let end = intent.end_of(workload);
        let missing: Vec<&'static str> = intent
            .services_of(workload)
            .into_iter()
            .filter(|service| !has(intent, Thing::Workload(workload), service))
            .collect();
        if missing.is_empty() {
            continue;
        }
        let span = intent.workloads[workload].name.span;
        let services = missing
            .into_iter()
            .map(|service| derived(service.into(), span));
        intent.flows.push(Flow {
            from: derived(end, span),
            to: derived(Thing::Cloud, span),
            ports: vec![derived(Ports::tcp(443), span)],
            encrypted: derived(true, span),
            authenticated: derived(true, span),
            names: Vec::new(),
            services: services.collect(),
            because: None,
            span,
            said: Said::Derived,
        });
    }
}

/// What all workloads at one end need.
fn needed(intent: &Intent, end: Thing) -> Vec<At<EcoString>> {
    let mut all: Vec<At<EcoString>> = Vec::new();
    for at in (0..intent.workloads.len()).filter(|at| intent.is_within(Thing::Workload(*at), end)) {
        let span = intent.workloads[at].name.span;
        for service in intent.services_of(at) {
            if all.iter().all(|own| own.value != service) {
                all.push(derived(service.into(), span));
            }
        }
    }
    all.sort_by(|one, other| one.value.cmp(&other.value));
    all
}

fn has(intent: &Intent, from: Thing, service: &str) -> bool {
    intent.flows.iter().any(|flow| {
        flow.to.value == Thing::Cloud
            && intent.is_within(from, flow.from.value)
            && flow.services.iter().any(|own| own.value == service)
    })
}

/// What stands before doors that the Internet reaches, unless something is said.
fn enforcement(intent: &mut Intent) {
    for at in 0..intent.workloads.len() {
        let by = match intent.workloads[at].runtime.value {
            Runtime::LoadBalancer => Point::Waf,
            Runtime::Api => Point::Authorizer,
            _ => continue,
        };
        let (door, end) = (Thing::Workload(at), intent.end_of(at));
        let mut from_internet = intent
            .flows
            .iter()
            .filter(|flow| flow.from.value == Thing::Internet);
        let reached = from_internet.any(|flow| intent.is_within(door, flow.to.value));
        let mut behind = intent.workloads[at]
            .to
            .iter()
            .map(|to| Thing::Workload(to.value));
        let mut all = std::iter::once(door).chain(&mut behind);
        let said = |thing: Thing| {
            intent.enforce.iter().any(|own| {
                own.from.value == Thing::Internet
                    && own.by.value == by
                    && intent.is_within(thing, own.to.value)
            })
        };
        if !reached || all.any(said) {
            continue;
        }
        let span = intent.workloads[at].name.span;
        intent.enforce.push(Enforcement {
            from: derived(Thing::Internet, span),
            to: derived(end, span),
            by: derived(by, span),
            span,
            said: Said::Derived,
        });
    }
}
