//! What holds for every intent.

use proptest::prelude::*;

use super::{good, parsed};
use crate::intent::language::Thing;
use crate::intent::show;

/// A random intent that holds: segments in a row, each of which talks to the next, with what may stand in them.
fn texts() -> impl Strategy<Value = String> {
    let segment = (any::<bool>(), 0..5_u8, 0..4_u8, any::<bool>());
    (
        prop::collection::vec(segment, 1..6),
        any::<bool>(),
        any::<bool>(),
        1..4_u8,
        any::<bool>(),
    )
        .prop_map(|(segments, front, weak, zones, key)| {
            let mut out = format!("intent: 1\nname: made\nzones: {zones}\nnetwork: 10.8.0.0/16\n");
            let (mut places, mut flows) = (String::new(), String::new());
            let (mut workloads, mut stores, mut keys) =
                (String::new(), String::new(), String::new());
            for (at, (same, runtime, store, sensitive)) in segments.into_iter().enumerate() {
                let public = at == 0 && front;
                let sensitive = sensitive && !front;
                places += &format!("  s{at}: {{ public: {public}, sensitive: {sensitive} }}\n");
                if public {
                    flows += "  - { from: internet, to: s0, ports: [443, 80] }\n";
                }
                if at > 0 {
                    let because = if weak {
                        ", encrypted: false, because: \"old: it is\""
                    } else {
                        ""
                    };
                    let from = at - 1;
                    flows += &format!(
                        "  - {{ from: s{from}, to: s{at}, ports: 443-8443/tcp{because} }}\n"
                    );
                }
                let name = if same {
                    format!("s{at}")
                } else {
                    format!("w{at}")
                };
                let kinds = ["fargate", "lambda", "autoscaling", "fargate", "lambda"];
                let kind = kinds[usize::from(runtime)];
                let (of, verb) = [
                    ("bucket", "reads"),
                    ("queue", "consumes"),
                    ("table", "writes"),
                    ("topic", "publishes"),
                ][usize::from(store)];
                stores += &format!("  k{at}: {{ type: {of}, in: s{at} }}\n");
                workloads += &format!("  {name}: {{ type: {kind}, in: s{at}, {verb}: k{at} }}\n");
                if key {
                    keys += &format!("  key{at}: {{ for: k{at} }}\n");
                }
            }
            out += &format!("segments:\n{places}stores:\n{stores}workloads:\n{workloads}");
            for (section, text) in [("flows", flows), ("keys", keys)] {
                if !text.is_empty() {
                    out += &format!("{section}:\n{text}");
                }
            }
            out
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_full_form_of_any_intent_means_the_same(text in texts()) {
        let intent = good(&text);
        let full = show(&intent);
        let again = good(&full);
        prop_assert_eq!(&full, &show(&again));
        prop_assert_eq!(intent.flows.len(), again.flows.len());
        prop_assert_eq!(intent.endpoint_part, again.endpoint_part);
    }

    #[test]
    fn segments_have_no_address_in_common(text in texts()) {
        let intent = good(&text);
        let mut all = intent.endpoint_subnets();
        for at in 0..intent.segments.len() {
            all.extend(intent.subnets_of(at));
        }
        for (at, one) in all.iter().enumerate() {
            prop_assert!(intent.network.value.contains(one));
            prop_assert!(all[at + 1..].iter().all(|other| !one.contains(other) && !other.contains(one)));
        }
    }

    #[test]
    fn what_a_workload_needs_of_the_cloud_is_declared(text in texts()) {
        let intent = good(&text);
        for at in 0..intent.workloads.len() {
            for service in intent.services_of(at) {
                let declared = intent.flows.iter().any(|flow| {
                    flow.to.value == Thing::Cloud
                        && intent.is_within(Thing::Workload(at), flow.from.value)
                        && flow.services.iter().any(|own| own.value == service)
                });
                prop_assert!(declared, "{} of {}", service, at);
            }
        }
    }

    #[test]
    fn no_text_makes_it_fail(text in "[ -~\n]{0,200}") {
        let _ = parsed(&text);
        let _ = parsed(&format!("intent: 1\nname: x\n{text}"));
    }
}
