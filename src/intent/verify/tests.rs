//! Sets of ports against counting them one by one.

use proptest::prelude::*;

use super::ports::{meets, together, without};
use crate::intent::word::Ports;
use crate::network::topology::{TCP, UDP};

fn ports() -> impl Strategy<Value = Ports> {
    (any::<bool>(), 0..40_u16, 0..10_u16).prop_map(|(tcp, from, more)| Ports {
        protocol: if tcp { TCP } else { UDP },
        from,
        to: from + more,
    })
}

fn has(all: &[Ports], protocol: u8, port: u16) -> bool {
    let one = Ports {
        protocol,
        from: port,
        to: port,
    };
    all.iter().any(|own| own.covers(one))
}

proptest! {
    #[test]
    fn sets_of_ports_are_what_counting_says(one in ports(), other in ports(), all in prop::collection::vec(ports(), 0..6)) {
        let left = without(one, other);
        let merged = together(all.clone());
        let mut any = false;
        for (protocol, port) in [TCP, UDP].into_iter().flat_map(|protocol| (0..60).map(move |port| (protocol, port))) {
            let (a, b) = (has(&[one], protocol, port), has(&[other], protocol, port));
            any |= a && b;
            prop_assert_eq!(has(&left, protocol, port), a && !b);
            prop_assert_eq!(has(&merged, protocol, port), has(&all, protocol, port));
        }
        prop_assert_eq!(meets(one, other), any);
        for pair in merged.windows(2) {
            prop_assert!(pair[0].protocol != pair[1].protocol || pair[0].to + 1 < pair[1].from);
        }
    }
}
