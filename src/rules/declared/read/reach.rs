//! Questions about traffic. Compiled into the build script too.

use super::super::model::Reach;
use super::{boolean, unexpected};
use crate::catalog::tree::{Node, Wrong};

/// A question about the flow of this name.
pub(super) fn reach(node: &Node, flow: &str) -> Result<Reach, Wrong> {
    let mut reach = Reach {
        flow: flow.to_owned(),
        from: Vec::new(),
        ports: Vec::new(),
        protocols: Vec::new(),
        every_port: None,
        all_protocols: None,
        more_ports_than: 0,
    };
    let mut except = Vec::new();
    for (key, line, value) in node.map()?.iter().skip(1) {
        match key.as_str() {
            "from" => reach.from = value.texts()?,
            "ports" => reach.ports = ports(value)?,
            "except" => except = ports(value)?,
            "protocols" => reach.protocols = value.texts()?,
            "every-port" => reach.every_port = Some(boolean(value)?),
            "all-protocols" => reach.all_protocols = Some(boolean(value)?),
            "more-ports-than" => {
                let text = value.text()?;
                let number = text.parse::<u32>();
                reach.more_ports_than = number
                    .map_err(|_| Wrong::at(*line, format!("`{text}` is not a number of ports")))?;
            }
            other => {
                return Err(unexpected(
                    *line,
                    other,
                    "from, ports, except, protocols, every-port, all-protocols, more-ports-than",
                ));
            }
        }
    }
    if reach.from.is_empty() {
        return Err(Wrong::at(node.line, "`from` is missing"));
    }
    if !except.is_empty() {
        reach.ports = others(&except);
    }
    Ok(reach)
}

/// Ports and ranges of ports.
fn ports(node: &Node) -> Result<Vec<(u16, u16)>, Wrong> {
    let mut ports = Vec::new();
    for text in node.texts()? {
        let (from, to) = text.split_once('-').unwrap_or((&text, &text));
        match (from.parse(), to.parse()) {
            (Ok(from), Ok(to)) if from <= to => ports.push((from, to)),
            _ => {
                let message = format!("`{text}` is no port and no range of ports");
                return Err(Wrong::at(node.line, message));
            }
        }
    }
    Ok(ports)
}

/// All ports but these.
fn others(ports: &[(u16, u16)]) -> Vec<(u16, u16)> {
    let mut sorted = ports.to_vec();
    sorted.sort_unstable();
    let mut others = Vec::new();
    let mut next = 0_u32;
    for (from, to) in sorted {
        if next < u32::from(from) {
            others.push((next as u16, from - 1));
        }
        next = next.max(u32::from(to) + 1);
    }
    if next <= u32::from(u16::MAX) {
        others.push((next as u16, u16::MAX));
    }
    others
}
