//! From an intent that somebody wrote to what is rendered: which of the patterns says it, with which answers; and what of
//! it no pattern says yet.

use serde_json::{Map, Value, json};

use crate::intent::Intent;
use crate::intent::language::{Cloud, Gateways, Thing};
use crate::intent::things::Worded;
use crate::source::{Code, Diagnostic, Span};

/// The pattern that says segments and flows.
pub const NETWORK: &str = "segmented-vpc";

/// Days that CloudWatch Logs takes, of a year and more.
const KEPT: [u64; 11] = [365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

/// The answers that stand for an intent.
///
/// # Errors
/// Each part of it that cannot be written yet, at its place. Nothing is left out in silence.
pub fn answers_of(intent: &Intent) -> Result<Map<String, Value>, Vec<Diagnostic>> {
    let wrong = unwritten(intent);
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let cloud = |segment: usize| {
        let flows = intent.flows.iter();
        let mut own = flows.filter(|flow| intent.segment_of(flow.from.value) == Some(segment));
        own.any(|flow| flow.to.value == Thing::Cloud)
    };
    let name = |segment: usize| intent.segments[segment].name.value.as_str();
    let all = 0..intent.segments.len();
    let segments: Vec<&str> = all.clone().map(name).collect();
    let services: Vec<&str> = all.clone().filter(|own| cloud(*own)).map(name).collect();
    let sensitive = all.filter(|own| intent.segments[*own].sensitive.value);
    let organization = intent.organization.as_ref();
    let organization = organization.and_then(|own| own.value.text());
    let region = intent.regions.iter().find_map(|own| own.value.text());
    let plan = super::plan::of(intent);
    let answers = json!({
        "name": intent.name.value.as_str(),
        "region": region.unwrap_or("eu-west-1"),
        "network": intent.network.value.to_string(),
        "zones": plan["zones"],
        "segments": segments,
        "sensitive": sensitive.map(name).collect::<Vec<_>>(),
        "flows": [],
        "services": services,
        "organization": organization.unwrap_or_default(),
        "retention": plan["logs"]["days"],
    });
    Ok(answers.as_object().cloned().unwrap_or_default())
}

/// What no pattern writes from an intent, each with what to do.
fn unwritten(intent: &Intent) -> Vec<Diagnostic> {
    let mut wrong = Vec::new();
    let mut say = |span: Span, what: String, help: &str| {
        let message = format!("{what} is not written from an intent yet");
        wrong.push(Diagnostic::new(Code::Structure, span, message).help(help));
    };
    const READY: &str = "`distrust new --list` names the modules that are ready-made";
    if intent.cloud.value != Cloud::Aws {
        say(
            intent.cloud.span,
            format!("the cloud {}", intent.cloud.value.word()),
            READY,
        );
    }
    if intent.segments.is_empty() {
        say(intent.name.span, "an intent without segments".into(), READY);
    }
    // The segments' resources are called by their names; one is taken.
    for own in intent
        .segments
        .iter()
        .filter(|own| own.name.value == "endpoints")
    {
        say(
            own.name.span,
            "a segment called `endpoints`".into(),
            "call it otherwise",
        );
    }
    let days = intent.logs.keep.value.in_days();
    if !KEPT.contains(&days) {
        let help = "CloudWatch Logs keeps 365d, 400d, 545d, 731d, 1096d, 1827d, 2192d, 2557d, 2922d, 3288d, 3653d";
        say(
            intent.logs.keep.span,
            format!("keeping logs for {days}d"),
            help,
        );
    }
    if intent.logs.immutable.value {
        say(
            intent.logs.immutable.span,
            "`immutable: true`".into(),
            "`log-archive` is such a module",
        );
    }
    for own in &intent.workloads {
        say(
            own.name.span,
            format!("the workload `{}`", own.name.value),
            READY,
        );
    }
    for own in &intent.stores {
        say(
            own.name.span,
            format!("the store `{}`", own.name.value),
            READY,
        );
    }
    for own in &intent.identities {
        say(
            own.name.span,
            format!("the identity `{}`", own.name.value),
            READY,
        );
    }
    if let Some((_, first)) = intent.account.as_ref().and_then(|own| own.guards.first()) {
        say(first.span, "an account".into(), READY);
    }
    if let Some(bucket) = &intent.logs.bucket {
        say(bucket.span, "a central bucket of logs".into(), READY);
    }
    if intent.endpoints.value == Gateways::Interface {
        say(
            intent.endpoints.span,
            "`endpoints: interface`".into(),
            "leave it out: gateways are free",
        );
    }
    for flow in &intent.flows {
        if flow.to.value == Thing::Internet {
            let help = "only segments that the Internet reaches have a way there";
            say(flow.span, "a way out to the Internet".into(), help);
        }
        if flow.to.value == Thing::Cloud && flow.from.value == Thing::Internet {
            say(
                flow.span,
                "a flow from the Internet to the cloud".into(),
                READY,
            );
        }
        for ports in flow
            .ports
            .iter()
            .filter(|own| ![6, 17].contains(&own.value.protocol))
        {
            let help = "flows of tcp and udp are";
            say(
                ports.span,
                "a flow of another protocol than tcp and udp".into(),
                help,
            );
        }
    }
    for own in &intent.enforce {
        say(own.span, "an enforcement point".into(), READY);
    }
    wrong
}
