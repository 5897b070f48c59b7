//! Sets of ports.

use crate::intent::word::Ports;

/// Whether both have a port.
pub(super) fn meets(one: Ports, other: Ports) -> bool {
    one.protocol == other.protocol && one.from <= other.to && other.from <= one.to
}

/// Ports without others.
pub(super) fn without(ports: Ports, others: Ports) -> Vec<Ports> {
    if !meets(ports, others) {
        return vec![ports];
    }
    let mut left = Vec::new();
    if ports.from < others.from {
        left.push(Ports {
            to: others.from - 1,
            ..ports
        });
    }
    if others.to < ports.to {
        left.push(Ports {
            from: others.to + 1,
            ..ports
        });
    }
    left
}

/// Ports that touch are one.
pub(super) fn together(mut all: Vec<Ports>) -> Vec<Ports> {
    all.sort_unstable();
    let mut merged: Vec<Ports> = Vec::new();
    for ports in all {
        match merged.last_mut() {
            Some(last)
                if last.protocol == ports.protocol
                    && u32::from(ports.from) <= u32::from(last.to) + 1 =>
            {
                last.to = last.to.max(ports.to);
            }
            _ => merged.push(ports),
        }
    }
    merged
}
