//! How rules of traffic write protocols and ports.

use crate::eval::{Data, Piece, Value};

/// The name of a protocol: numbers of IANA's registry that providers accept, and their words for all.
pub(in crate::network) fn protocol_name(text: &str) -> String {
    match text.to_ascii_lowercase().as_str() {
        "-1" | "all" | "*" | "any" | "" => "all".into(),
        "6" => "tcp".into(),
        "17" => "udp".into(),
        "1" => "icmp".into(),
        "58" => "icmpv6".into(),
        other => other.into(),
    }
}

/// A number, or a text that is one.
pub(in crate::network) fn number(value: &Value) -> Option<i64> {
    match &value.resolved().data {
        Data::Number(number) => number.as_i64(),
        _ => value.as_text()?.trim().parse().ok(),
    }
}

/// The ports from one number to another; none when they are in no order.
pub(in crate::network) fn clamp(from: i64, to: i64) -> Vec<(u16, u16)> {
    if from > to || to < 0 || from > i64::from(u16::MAX) {
        return Vec::new();
    }
    let port = |number: i64| number.clamp(0, i64::from(u16::MAX)) as u16;
    vec![(port(from), port(to))]
}

/// `22`, `8000-9000`, `*`, and several of them with commas between.
pub(in crate::network) fn ranges(value: &Value) -> Vec<(u16, u16)> {
    if let Some(number) = number(value) {
        return clamp(number, number);
    }
    let parts = value.as_text().into_iter().flat_map(|text| text.split(','));
    parts.filter_map(|part| range(part.trim())).collect()
}

fn range(text: &str) -> Option<(u16, u16)> {
    if text == "*" {
        return Some((0, u16::MAX));
    }
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    clamp(from.trim().parse().ok()?, to.trim().parse().ok()?).pop()
}

/// Whether a text that is not known as a whole ends in the length of a prefix that is no world: `${var.office}/32`.
pub(in crate::network) fn is_narrow(value: &Value) -> bool {
    let Data::Template(template) = &value.data else {
        return false;
    };
    let Some(Piece::Text(tail, _)) = template.pieces.last() else {
        return false;
    };
    let length = tail
        .rsplit_once('/')
        .map(|(_, length)| length.parse::<u8>());
    matches!(length, Some(Ok(24..=128)))
}
