//! What no part by itself can say: whether the parts of an intent agree.

use std::collections::BTreeSet;

use super::who::misfit;
use super::wrong;
use crate::intent::language::{Cloud, Flow, Grant, Intent, Rotate, Runtime, Thing};
use crate::intent::things::Worded;
use crate::intent::verb::Target;
use crate::intent::word::Ports;
use crate::source::Diagnostic;

/// Says where parts contradict each other.
pub(super) fn check(intent: &Intent, found: &mut Vec<Diagnostic>) {
    clouds(intent, found);
    segments(intent, found);
    sensitive(intent, found);
    for (who, grant) in intent.grants() {
        grants(intent, who, grant, found);
    }
    for never in &intent.never {
        let name = intent.name_of(never.on.value);
        if let Some((message, help)) = misfit(never.verb, name, intent.target_of(never.on.value)) {
            found.push(wrong(never.on.span, message, help));
        }
    }
    doors(intent, found);
    rotation(intent, found);
}

/// What only one cloud has.
fn clouds(intent: &Intent, found: &mut Vec<Diagnostic>) {
    if intent.cloud.value == Cloud::Aws {
        return;
    }
    let names = intent.workloads.iter().map(|own| &own.name);
    let names = names.chain(intent.stores.iter().map(|own| &own.name));
    let names = names.chain(intent.identities.iter().map(|own| &own.name));
    for name in names {
        let message = format!(
            "for {} segments and flows can be said, and nothing else yet",
            intent.cloud.value.word()
        );
        found.push(wrong(
            name.span,
            message,
            "take it out, or say `cloud: aws`",
        ));
    }
}

fn segments(intent: &Intent, found: &mut Vec<Diagnostic>) {
    for (at, segment) in intent.segments.iter().enumerate() {
        let about = |flow: &&Flow| {
            flow.from.value == Thing::Internet && intent.segment_of(flow.to.value) == Some(at)
        };
        let first = intent.flows.iter().find(about);
        match first {
            None if segment.public.value => {
                let message = format!(
                    "`{}` is public, and nothing flows to it from the Internet",
                    segment.name.value
                );
                let help = "declare it: `{ from: internet, to: SEGMENT, ports: 443 }`, or take `public` out";
                found.push(wrong(segment.public.span, message, help));
            }
            Some(flow) if !segment.public.value => {
                let message = format!("`{}` is not public", segment.name.value);
                let help = "let the Internet talk to a public segment, and that to this one; or say `public: true`";
                let own = wrong(flow.to.span, message, help);
                found.push(own.related(segment.name.span, "declared here"));
            }
            _ => {}
        }
        let out = |flow: &&Flow| {
            flow.to.value == Thing::Internet && intent.segment_of(flow.from.value) == Some(at)
        };
        if let Some(flow) = intent
            .flows
            .iter()
            .find(out)
            .filter(|_| segment.sensitive.value)
        {
            let message = format!(
                "`{}` is sensitive: no way leads from it to the Internet",
                segment.name.value
            );
            let own = wrong(flow.span, message, "let another segment make the call");
            found.push(own.related(segment.sensitive.span, "said here"));
        }
    }
}

/// The segments that conversations from the Internet reach, through others, without an enforcement point.
fn unguarded(intent: &Intent) -> BTreeSet<usize> {
    let guarded = |at: usize| {
        intent.enforce.iter().any(|own| {
            own.from.value == Thing::Internet && intent.segment_of(own.to.value) == Some(at)
        })
    };
    let mut reached = BTreeSet::new();
    let mut waiting = vec![None];
    while let Some(from) = waiting.pop() {
        for flow in &intent.flows {
            let begins = match from {
                None => flow.from.value == Thing::Internet,
                Some(at) => intent.segment_of(flow.from.value) == Some(at),
            };
            let to = intent.segment_of(flow.to.value).filter(|_| begins);
            if let Some(to) = to.filter(|to| !guarded(*to))
                && reached.insert(to)
            {
                waiting.push(Some(to));
            }
        }
    }
    reached
}

fn sensitive(intent: &Intent, found: &mut Vec<Diagnostic>) {
    for at in unguarded(intent) {
        let segment = &intent.segments[at];
        if segment.sensitive.value {
            let message = format!(
                "the Internet reaches `{}` through others, and nothing stands between",
                segment.name.value
            );
            let help = "add `enforce: [{ from: internet, to: SEGMENT, by: waf }]` for a segment on the way";
            found.push(wrong(segment.sensitive.span, message, help));
        }
    }
}

fn grants(intent: &Intent, who: Thing, grant: &Grant, found: &mut Vec<Diagnostic>) {
    let name = intent.name_of(grant.on.value);
    let target = intent.target_of(grant.on.value);
    if let Some((message, help)) = misfit(grant.verb, name, target) {
        found.push(wrong(grant.on.span, message, help));
    }
    if let Some(under) = grant
        .under
        .as_ref()
        .filter(|_| target != Some(Target::Bucket))
    {
        found.push(wrong(under.span, "`under` is for buckets", "take it out"));
    }
    if let Some((key, _)) = grant
        .context
        .first()
        .filter(|_| target != Some(Target::Key))
    {
        found.push(wrong(key.span, "`context` is for keys", "take it out"));
    }
    let Thing::Workload(at) = who else {
        if target == Some(Target::Database) {
            let message = "people and pipelines open no sessions with a database";
            found.push(wrong(grant.on.span, message, "give it to a workload"));
        }
        return;
    };
    let workload = &intent.workloads[at];
    if !workload.runtime.value.has_role() {
        let message = format!("`{}` runs no code and has no role", workload.name.value);
        found.push(wrong(
            grant.span,
            message,
            "give it to the workload that it hands on to",
        ));
    }
    if let (Thing::Store(store), Some(Target::Database)) = (grant.on.value, target) {
        let port = intent.stores[store].kind.value.port();
        let flows = flows_between(intent, who, grant.on.value);
        let port = port.map(Ports::tcp).filter(|port| {
            let mut ports = flows.iter().flat_map(|flow| &flow.ports);
            !ports.any(|own| own.value.covers(*port))
        });
        if let Some(port) = port {
            let message = format!("no flow leads from `{}` to `{name}`", workload.name.value);
            let segments = [who, grant.on.value].map(|thing| intent.segment_of(thing));
            let [from, to] = segments.map(|at| intent.name_of(Thing::Segment(at.unwrap_or(0))));
            let help = format!("add `{{ from: {from}, to: {to}, ports: {port} }}` to the flows");
            found.push(wrong(grant.on.span, message, help));
        }
    }
}

/// The flows that let one thing talk to another.
fn flows_between(intent: &Intent, from: Thing, to: Thing) -> Vec<&Flow> {
    let flows = intent.flows.iter();
    let leads = |flow: &&Flow| {
        intent.is_within(from, flow.from.value) && intent.is_within(to, flow.to.value)
    };
    flows.filter(leads).collect()
}

/// A load balancer talks to what it hands on to.
fn doors(intent: &Intent, found: &mut Vec<Diagnostic>) {
    for (at, door) in intent.workloads.iter().enumerate() {
        for to in &door.to {
            let target = &intent.workloads[to.value];
            if to.value == at {
                found.push(wrong(
                    to.span,
                    "it hands on to itself",
                    "name what stands behind it",
                ));
                continue;
            }
            if door.runtime.value == Runtime::Api || target.runtime.value == Runtime::Lambda {
                continue;
            }
            if flows_between(intent, Thing::Workload(at), Thing::Workload(to.value)).is_empty() {
                let [from, into] =
                    [door, target].map(|own| &intent.segments[own.segment.value].name.value);
                let message = format!(
                    "no flow leads from `{}` to `{}`",
                    door.name.value, target.name.value
                );
                let help =
                    format!("add `{{ from: {from}, to: {into}, ports: 8080 }}` to the flows");
                found.push(wrong(to.span, message, help));
            }
        }
    }
}

/// Who renews a secret may do so.
fn rotation(intent: &Intent, found: &mut Vec<Diagnostic>) {
    for (at, store) in intent.stores.iter().enumerate() {
        let Some(Rotate::Every { by, .. }) = &store.rotate else {
            continue;
        };
        let may = |(who, grant): (Thing, &Grant)| {
            who == by.value && grant.on.value == Thing::Store(at) && grant.verb.word == "rotates"
        };
        if !intent.grants().any(may) {
            let name = intent.name_of(by.value);
            let message = format!("`{name}` does not rotate `{}`", store.name.value);
            let help = format!("say `rotates: [{}]` of `{name}`", store.name.value);
            found.push(wrong(by.span, message, help));
        }
    }
}
