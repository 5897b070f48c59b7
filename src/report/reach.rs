//! Who reaches whom: the answers of a topology, for people and for programs.

use std::fmt::Write;

use serde::Serialize;

use super::printable;
use crate::eval::Truth;
use crate::graph::Graph;
use crate::network::address::{Addresses, internet, parse};
use crate::network::topology::{Cell, Exposure, ICMP, Range, TCP, Topology, UDP, protocol_word};
use crate::source::{SourceMap, Span};

/// What is asked.
#[derive(Debug, Clone)]
pub struct Asked {
    from: Party,
    to: Party,
    /// Protocols and ports; empty: any.
    ports: Vec<(Option<u8>, u16, u16)>,
}

/// One end of a question.
#[derive(Debug, Clone)]
enum Party {
    Internet,
    Any,
    Network(Addresses),
    Resource(String),
}

/// One pair and what is known of it.
#[derive(Debug)]
pub struct Answer {
    from: String,
    to: String,
    verdict: Truth,
    ports: Vec<String>,
    /// Ports that are perhaps open besides.
    perhaps: Vec<String>,
    packet: Option<String>,
    path: Vec<(String, Span, String)>,
    because: Option<String>,
    change: Option<&'static str>,
}

impl Party {
    fn read(text: &str) -> Self {
        match text {
            "internet" => Party::Internet,
            "any" => Party::Any,
            _ => match parse(text) {
                Some(addresses) => Party::Network(addresses),
                None => Party::Resource(text.to_owned()),
            },
        }
    }
}

impl Asked {
    /// Reads what the command line says.
    ///
    /// # Errors
    /// What is wrong with it, as a sentence.
    pub fn read(from: &str, to: &str, ports: &[String]) -> Result<Self, String> {
        let ports = ports.iter().map(|text| port(text));
        let asked = Self {
            from: Party::read(from),
            to: Party::read(to),
            ports: ports.collect::<Result<_, _>>()?,
        };
        if let Party::Network(_) = asked.to {
            return Err("--to takes the address of a resource, `internet` or `any`".into());
        }
        Ok(asked)
    }

    /// Whether a name is no resource.
    pub fn is_word(&self, name: &str) -> bool {
        !matches!(Party::read(name), Party::Resource(_))
    }

    fn about(&self, protocol: u8, from: u16, to: u16) -> bool {
        let meets = |(own, low, high): &(Option<u8>, u16, u16)| {
            own.is_none_or(|own| own == protocol) && *low <= to && from <= *high
        };
        self.ports.is_empty() || self.ports.iter().any(meets)
    }

    fn ranges(&self) -> (Vec<(u16, u16)>, Vec<u8>) {
        let ranges = self
            .ports
            .iter()
            .map(|(_, from, to)| (*from, *to))
            .collect();
        let protocols = self.ports.iter().filter_map(|(protocol, ..)| *protocol);
        (ranges, protocols.collect())
    }
}

/// `22`, `22/tcp`, `8000-9000/udp`, `icmp`.
fn port(text: &str) -> Result<(Option<u8>, u16, u16), String> {
    let wrong = || format!("`{text}` is no port: 22, 22/tcp, 8000-9000/udp and icmp are");
    let (ports, protocol) = text
        .split_once('/')
        .map_or((text, None), |(ports, name)| (ports, Some(name)));
    let named = |name: &str| match name {
        "tcp" => Ok(TCP),
        "udp" => Ok(UDP),
        "icmp" => Ok(ICMP),
        _ => Err(wrong()),
    };
    if let Ok(protocol) = named(ports) {
        return Ok((Some(protocol), 0, u16::MAX));
    }
    let protocol = protocol.map(named).transpose()?;
    let (from, to) = ports.split_once('-').unwrap_or((ports, ports));
    match (from.parse::<u16>(), to.parse::<u16>()) {
        (Ok(from), Ok(to)) if from <= to => Ok((protocol, from, to)),
        _ => Err(wrong()),
    }
}

/// The answers about one graph, each pair of ends once.
pub fn answers(graph: &Graph, topology: &Topology, asked: &Asked) -> Vec<Answer> {
    let name = |at: u32| {
        graph
            .resource(topology.endpoints[at as usize].resource)
            .address
            .to_string()
    };
    let all = 0..topology.endpoints.len() as u32;
    let named = |party: &Party| -> Vec<u32> {
        match party {
            Party::Any => all.clone().collect(),
            Party::Resource(text) => all.clone().filter(|at| name(*at) == *text).collect(),
            Party::Internet | Party::Network(_) => Vec::new(),
        }
    };
    let mut found = Vec::new();
    let outside = match &asked.from {
        Party::Internet => Some(("internet".to_owned(), internet().clone())),
        Party::Network(own) => Some((shown(own), own.clone())),
        Party::Any | Party::Resource(_) => None,
    };
    for to in named(&asked.to) {
        if let Some((who, addresses)) = &outside {
            found.push(from_outside(
                graph,
                topology,
                asked,
                (who, addresses),
                (to, name(to)),
            ));
        }
        for from in named(&asked.from).into_iter().filter(|from| *from != to) {
            found.push(between(topology, asked, (from, name(from)), (to, name(to))));
        }
    }
    if matches!(asked.to, Party::Internet) {
        for from in named(&asked.from) {
            found.push(outward(topology, asked, from, name(from)));
        }
    }
    found
}

fn shown(addresses: &Addresses) -> String {
    addresses
        .host()
        .map_or_else(|| "?".into(), |host| host.to_string())
}

fn from_outside(
    graph: &Graph,
    topology: &Topology,
    asked: &Asked,
    (who, addresses): (&str, &Addresses),
    (to, name): (u32, String),
) -> Answer {
    let about = |cell: &&Cell| asked.about(cell.protocol, cell.from, cell.to);
    let cells: Vec<&Cell> = topology.cells(to).iter().filter(about).collect();
    let ports = |truth: Truth| {
        let cells = cells
            .iter()
            .filter(|cell| cell.extent.meets(addresses) == truth);
        words(cells.map(|cell| (cell.protocol, cell.from, cell.to)))
    };
    let (ranges, protocols) = asked.ranges();
    let exposure = topology.exposure(to, &ranges, &protocols);
    let inside = !addresses.meets(internet());
    let (sure, perhaps) = (ports(Truth::True), ports(Truth::Unknown));
    let verdict = match (sure.is_empty(), perhaps.is_empty()) {
        _ if inside => Truth::Unknown,
        (false, _) => Truth::True,
        (true, false) => Truth::Unknown,
        (true, true) => Truth::False,
    };
    let because = match (verdict, exposure.truth) {
        (Truth::True, _) => None,
        _ if inside => Some("where packets from this network come in is not known".to_owned()),
        (_, Truth::True) => Some("the filters on the way are open to others only".to_owned()),
        _ => Some(exposure.because.clone()),
    };
    let shown = verdict.is_true() && exposure.truth.is_true();
    Answer {
        from: who.to_owned(),
        to: name,
        verdict,
        ports: sure,
        perhaps,
        packet: exposure.packet.clone().filter(|_| shown),
        path: if shown {
            path(graph, &exposure)
        } else {
            Vec::new()
        },
        change: because
            .as_deref()
            .filter(|_| verdict.is_false())
            .and_then(change),
        because,
    }
}

/// The smallest change that would open the way, by what closes it.
fn change(because: &str) -> Option<&'static str> {
    match because {
        text if text.starts_with("it has no public") => {
            Some("a public address would be the next step of a way")
        }
        text if text.starts_with("no route") => {
            Some("a route to an internet gateway would open it")
        }
        text if text.starts_with("no filter") => {
            Some("a rule for this port in one of its groups would open it")
        }
        text if text.starts_with("the filters") => Some("a rule for this sender would open it"),
        _ => None,
    }
}

fn path(graph: &Graph, exposure: &Exposure) -> Vec<(String, Span, String)> {
    let hops = exposure.path.iter().map(|hop| {
        let resource = graph.resource(hop.resource);
        let span = hop
            .origin
            .as_ref()
            .map(|origin| origin.span)
            .filter(|span| span.is_somewhere());
        (
            resource.address.to_string(),
            span.unwrap_or(resource.header),
            hop.text.clone(),
        )
    });
    hops.collect()
}

fn between(
    topology: &Topology,
    asked: &Asked,
    (from, a): (u32, String),
    (to, b): (u32, String),
) -> Answer {
    let ranges = topology.between(from, to);
    let about = |range: &&Range| asked.about(range.protocol, range.from, range.to);
    let ports = |truth: Truth| {
        let own = ranges
            .iter()
            .filter(about)
            .filter(|range| range.open == truth);
        words(own.map(|range| (range.protocol, range.from, range.to)))
    };
    let (sure, perhaps) = (ports(Truth::True), ports(Truth::Unknown));
    let verdict = match (sure.is_empty(), perhaps.is_empty()) {
        (false, _) => Truth::True,
        (true, false) => Truth::Unknown,
        (true, true) => Truth::False,
    };
    let because = match verdict {
        Truth::True => None,
        Truth::Unknown => Some("something on the way is not in this configuration".to_owned()),
        Truth::False => Some("no route or no filter on the way lets it through".to_owned()),
    };
    Answer {
        from: a,
        to: b,
        verdict,
        ports: sure,
        perhaps,
        packet: None,
        path: Vec::new(),
        because,
        change: None,
    }
}

fn outward(topology: &Topology, asked: &Asked, from: u32, name: String) -> Answer {
    let cells = topology.outward(from);
    let ports = |truth: Truth| {
        let own = cells
            .iter()
            .filter(|cell| asked.about(cell.protocol, cell.from, cell.to));
        let own = own.filter(|cell| cell.extent.meets(internet()) == truth);
        words(own.map(|cell| (cell.protocol, cell.from, cell.to)))
    };
    let (sure, perhaps) = (ports(Truth::True), ports(Truth::Unknown));
    let verdict = match (sure.is_empty(), perhaps.is_empty()) {
        (false, _) => Truth::True,
        (true, false) => Truth::Unknown,
        (true, true) => Truth::False,
    };
    let because = match verdict {
        Truth::True => None,
        Truth::Unknown => Some("something on the way is not in this configuration".to_owned()),
        Truth::False => Some("no route or no filter on the way lets it out".to_owned()),
    };
    Answer {
        from: name,
        to: "internet".into(),
        verdict,
        ports: sure,
        perhaps,
        packet: None,
        path: Vec::new(),
        because,
        change: None,
    }
}

/// `22/tcp`, `1024-65535/udp`, `icmp`; ranges that touch are one.
fn words(ranges: impl Iterator<Item = (u8, u16, u16)>) -> Vec<String> {
    let mut all: Vec<(u8, u16, u16)> = ranges.collect();
    all.sort_unstable();
    let mut merged: Vec<(u8, u16, u16)> = Vec::new();
    for (protocol, from, to) in all {
        match merged.last_mut() {
            Some(last) if last.0 == protocol && u32::from(from) <= u32::from(last.2) + 1 => {
                last.2 = last.2.max(to);
            }
            _ => merged.push((protocol, from, to)),
        }
    }
    let word = |(protocol, from, to): (u8, u16, u16)| match protocol_word(protocol) {
        name if protocol == ICMP => name,
        name if from == to => format!("{from}/{name}"),
        name => format!("{from}-{to}/{name}"),
    };
    merged.into_iter().map(word).collect()
}

#[derive(Serialize)]
struct Pair<'a> {
    from: &'a str,
    to: &'a str,
    verdict: &'static str,
    ports: &'a [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    perhaps: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    packet: Option<&'a str>,
    path: Vec<Step<'a>>,
    because: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<&'static str>,
}

#[derive(Serialize)]
struct Step<'a> {
    resource: &'a str,
    path: Option<String>,
    line: Option<u32>,
    text: &'a str,
}

fn verdict(truth: Truth) -> &'static str {
    match truth {
        Truth::True => "reachable",
        Truth::False => "blocked",
        Truth::Unknown => "unknown",
    }
}

fn place(span: Span, sources: &SourceMap) -> Option<(String, u32)> {
    if !span.is_somewhere() {
        return None;
    }
    let file = sources.get(span.source);
    Some((file.path.to_string(), file.position(span.start).line))
}

/// For programs: a list of pairs.
pub fn json(answers: &[Answer], sources: &SourceMap) -> String {
    let pairs = answers.iter().map(|answer| Pair {
        from: &answer.from,
        to: &answer.to,
        verdict: verdict(answer.verdict),
        ports: &answer.ports,
        perhaps: &answer.perhaps,
        packet: answer.packet.as_deref(),
        path: answer
            .path
            .iter()
            .map(|(resource, span, text)| {
                let place = place(*span, sources);
                Step {
                    resource,
                    line: place.as_ref().map(|(_, line)| *line),
                    path: place.map(|(path, _)| path),
                    text,
                }
            })
            .collect(),
        because: answer.because.as_deref(),
        change: answer.change,
    });
    let pairs: Vec<Pair<'_>> = pairs.collect();
    // Numbers, texts and lists are always JSON.
    let mut text = serde_json::to_string_pretty(&pairs).unwrap_or_default();
    text.push('\n');
    text
}

/// For people: what is reached first, then what is not known, then the rest.
pub fn text(answers: &[Answer], sources: &SourceMap) -> String {
    let mut out = String::new();
    for wanted in [Truth::True, Truth::Unknown, Truth::False] {
        for answer in answers.iter().filter(|answer| answer.verdict == wanted) {
            let (from, to) = (printable(&answer.from), printable(&answer.to));
            let _ = write!(out, "{}: {from} -> {to}", verdict(wanted));
            let ports = if wanted.is_true() {
                &answer.ports
            } else {
                &answer.perhaps
            };
            if !ports.is_empty() {
                let _ = write!(out, " [{}]", ports.join(", "));
            }
            out.push('\n');
            if let Some(packet) = &answer.packet {
                let _ = writeln!(out, "  {packet}");
            }
            for (resource, span, step) in &answer.path {
                let at = place(*span, sources).map(|(path, line)| format!(" ({path}:{line})"));
                let at = at.unwrap_or_default();
                let _ = writeln!(
                    out,
                    "  {}{}: {}",
                    printable(resource),
                    printable(&at),
                    printable(step)
                );
            }
            for because in answer
                .because
                .iter()
                .map(String::as_str)
                .chain(answer.change)
            {
                let _ = writeln!(out, "  {}", printable(because));
            }
        }
    }
    if out.is_empty() {
        out.push_str("nothing here sends or receives on a network that is known\n");
    }
    out
}
