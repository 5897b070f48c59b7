//! The matrix of an intent: for each pair of segments what is declared, what is possible, and both.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::intent::Intent;
use crate::intent::language::Thing;
use crate::intent::verify::{Answer, Kind, Verdict};
use crate::report::printable;

/// Up to so many rows a table is drawn in text; with more, each pair that has something is a line.
const TABLE: usize = 12;

/// What is known of one pair.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    /// Declared and possible.
    pub both: Vec<String>,
    /// Declared and not possible.
    pub declared: Vec<String>,
    /// Possible and not declared.
    pub possible: Vec<String>,
    /// Not known.
    pub open: Vec<String>,
}

/// The whole matrix.
#[derive(Debug)]
pub struct Matrix {
    name: String,
    ends: Vec<String>,
    cells: BTreeMap<(usize, usize), Cell>,
}

impl Cell {
    /// What counts most in it.
    fn class(&self) -> &'static str {
        match self {
            own if !own.possible.is_empty() => "possible",
            own if !own.declared.is_empty() => "declared",
            own if !own.open.is_empty() => "open",
            own if !own.both.is_empty() => "both",
            _ => "none",
        }
    }

    /// All of it in words: `443/tcp, !22/tcp, -80/tcp, ?53/udp`.
    fn words(&self) -> String {
        let own = self.both.iter().cloned();
        let own = own.chain(self.possible.iter().map(|text| format!("!{text}")));
        let own = own.chain(self.declared.iter().map(|text| format!("-{text}")));
        let own = own.chain(self.open.iter().map(|text| format!("?{text}")));
        own.collect::<Vec<_>>().join(", ")
    }
}

const LEGEND: &str = "443/tcp declared and possible, !443/tcp possible and not declared, \
                      -443/tcp declared and not possible, ?443/tcp not known";

impl Matrix {
    /// What the answers about an intent say of each pair.
    pub fn new(intent: &Intent, answers: &[Answer]) -> Self {
        let mut ends = vec!["internet".to_owned()];
        ends.extend(intent.segments.iter().map(|own| own.name.value.to_string()));
        ends.push(intent.name_of(Thing::Cloud).to_owned());
        let mut matrix = Self {
            name: intent.name.value.to_string(),
            ends,
            cells: BTreeMap::new(),
        };
        let place = |matrix: &Self, name: &str| {
            let segment = |name: &str| {
                let workloads = intent.workloads.iter().map(|own| (&own.name, &own.segment));
                let stores = intent.stores.iter().map(|own| (&own.name, &own.segment));
                let mut all = workloads.chain(stores);
                all.find(|(own, _)| own.value == name)
                    .map(|(_, at)| at.value + 1)
            };
            let name = name.split(':').next().unwrap_or(name);
            matrix
                .ends
                .iter()
                .position(|own| own == name)
                .or_else(|| segment(name))
        };
        for own in answers
            .iter()
            .filter(|own| matches!(own.kind, Kind::Flow | Kind::Prohibition))
        {
            let ends = (place(&matrix, &own.from), place(&matrix, &own.to));
            let (Some(from), Some(to)) = ends else {
                continue;
            };
            if own.kind == Kind::Prohibition && own.verdict == Verdict::Proven {
                continue;
            }
            let service = own
                .to
                .split_once(':')
                .map(|(_, service)| service.to_owned());
            let words: Vec<String> = match service {
                Some(service) => vec![service],
                None => own.ports.iter().map(ToString::to_string).collect(),
            };
            let cell = matrix.cells.entry((from, to)).or_default();
            match (own.kind, own.verdict) {
                (_, Verdict::Undecided) => cell.open.extend(words),
                (Kind::Flow, Verdict::Proven) => cell.both.extend(words),
                (Kind::Flow, _) => cell.declared.extend(words),
                _ => cell.possible.extend(words),
            }
        }
        matrix
    }

    fn lines(&self) -> impl Iterator<Item = (&str, &str, &Cell)> {
        self.cells
            .iter()
            .map(|((from, to), cell)| (self.ends[*from].as_str(), self.ends[*to].as_str(), cell))
    }

    /// The rows, the head first, for few ends.
    fn rows(&self) -> Vec<Vec<String>> {
        let mut head = vec!["from \\ to".to_owned()];
        head.extend(self.ends.iter().cloned());
        let mut rows = vec![head];
        for (at, end) in self.ends.iter().enumerate() {
            let mut row = vec![end.clone()];
            row.extend(
                (0..self.ends.len()).map(|to| match self.cells.get(&(at, to)) {
                    Some(cell) => cell.words(),
                    None if at == to => "\u{b7}".into(),
                    None => String::new(),
                }),
            );
            rows.push(row);
        }
        rows
    }

    /// For the terminal.
    pub fn text(&self) -> String {
        let mut out = String::new();
        if self.ends.len() > TABLE {
            for (from, to, cell) in self.lines() {
                let _ = writeln!(
                    out,
                    "{} -> {}: {}",
                    printable(from),
                    printable(to),
                    cell.words()
                );
            }
        } else {
            let rows = self.rows();
            let width = |at: usize| {
                rows.iter()
                    .map(|row| row[at].chars().count())
                    .max()
                    .unwrap_or(0)
            };
            let widths: Vec<usize> = (0..rows[0].len()).map(width).collect();
            for row in &rows {
                let cells = row
                    .iter()
                    .zip(&widths)
                    .map(|(cell, width)| format!("{cell:width$}"));
                let line = cells.collect::<Vec<_>>().join("  ");
                let _ = writeln!(out, "{}", printable(line.trim_end()));
            }
        }
        let _ = writeln!(out, "\n{LEGEND}");
        out
    }

    /// For pages on code hosts.
    pub fn markdown(&self) -> String {
        let safe = |text: &str| text.replace('|', "\\|").replace('<', "&lt;");
        let mut out = format!("## Who reaches whom: {}\n\n", safe(&self.name));
        let mut table = |rows: Vec<Vec<String>>| {
            for (at, row) in rows.iter().enumerate() {
                let cells: Vec<String> = row.iter().map(|cell| safe(cell)).collect();
                let _ = writeln!(out, "| {} |", cells.join(" | "));
                if at == 0 {
                    let _ = writeln!(out, "|{}", "---|".repeat(row.len()));
                }
            }
        };
        if self.ends.len() > TABLE {
            let mut rows = vec![["from", "to", "ports"].map(str::to_owned).to_vec()];
            rows.extend(
                self.lines()
                    .map(|(from, to, cell)| vec![from.to_owned(), to.to_owned(), cell.words()]),
            );
            table(rows);
        } else {
            table(self.rows());
        }
        let _ = writeln!(out, "\n{LEGEND}");
        out
    }

    /// One drawing.
    pub fn svg(&self) -> String {
        let count = self.ends.len();
        let side = if count > 30 { 14 } else { 34 };
        let longest = self
            .ends
            .iter()
            .map(|end| end.chars().count())
            .max()
            .unwrap_or(0);
        let left = longest * 8 + 24;
        let (width, height) = (left + count * side + 16, left + count * side + 40);
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"12\" role=\"img\" aria-label=\"who reaches whom\">\n\
             <style>.none{{fill:#f3f4f6}}.same{{fill:#e5e7eb}}.both{{fill:#15803d}}.possible{{fill:#dc2626}}.declared{{fill:#f59e0b}}.open{{fill:#9ca3af}}text{{fill:#111827}}</style>\n"
        );
        for (at, end) in self.ends.iter().enumerate() {
            let middle = left + at * side + side / 2 + 4;
            let end = escaped(end);
            let _ = writeln!(
                out,
                "<text x=\"{}\" y=\"{middle}\" text-anchor=\"end\">{end}</text>",
                left - 8
            );
            let _ = writeln!(
                out,
                "<text transform=\"translate({middle} {}) rotate(-90)\">{end}</text>",
                left - 8
            );
        }
        for from in 0..count {
            for to in 0..count {
                let cell = self.cells.get(&(from, to));
                let class = cell.map_or(if from == to { "same" } else { "none" }, Cell::class);
                // A ground under all stands for the cells with nothing in them.
                if cell.is_none() && count > 60 && from != to {
                    continue;
                }
                let (x, y) = (left + to * side, left + from * side);
                let _ = writeln!(
                    out,
                    "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"{}\"><title>{} -&gt; {}: {}</title></rect>",
                    side - 2,
                    side - 2,
                    escaped(&self.ends[from]),
                    escaped(&self.ends[to]),
                    escaped(&cell.map_or_else(|| "nothing".into(), Cell::words))
                );
            }
        }
        let _ = writeln!(
            out,
            "<text x=\"8\" y=\"{}\">green: declared and possible; red: possible and not declared; amber: declared and not possible; grey: not known</text>\n</svg>",
            height - 12
        );
        out
    }

    /// One page that needs nothing else.
    pub fn html(&self) -> String {
        let mut out = format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{name}: who reaches whom</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<h1>{name}: who reaches whom</h1>\n\
             <p><span class=\"both\">declared and possible</span> <span class=\"possible\">possible and not declared</span> <span class=\"declared\">declared and not possible</span> <span class=\"open\">not known</span></p>\n",
            name = escaped(&self.name)
        );
        let red: Vec<_> = self
            .lines()
            .filter(|(_, _, cell)| !cell.possible.is_empty())
            .collect();
        if !red.is_empty() {
            out.push_str("<h2>Possible and not declared</h2>\n<ul>\n");
            for (from, to, cell) in red {
                let ports = cell.possible.join(", ");
                let _ = writeln!(
                    out,
                    "<li>{} &rarr; {}: {}</li>",
                    escaped(from),
                    escaped(to),
                    escaped(&ports)
                );
            }
            out.push_str("</ul>\n");
        }
        out.push_str("<div class=\"scroll\"><table>\n<thead><tr><th>from \\ to</th>");
        for end in &self.ends {
            let _ = write!(out, "<th scope=\"col\"><span>{}</span></th>", escaped(end));
        }
        out.push_str("</tr></thead>\n<tbody>\n");
        for (from, end) in self.ends.iter().enumerate() {
            let _ = write!(out, "<tr><th scope=\"row\">{}</th>", escaped(end));
            for to in 0..self.ends.len() {
                match self.cells.get(&(from, to)) {
                    Some(cell) => {
                        let words = escaped(&cell.words());
                        let title = format!("{} -&gt; {}", escaped(end), escaped(&self.ends[to]));
                        let _ = write!(
                            out,
                            "<td class=\"{}\" title=\"{title}: {words}\">{words}</td>",
                            cell.class()
                        );
                    }
                    None if from == to => out.push_str("<td class=\"same\"></td>"),
                    None => out.push_str("<td></td>"),
                }
            }
            out.push_str("</tr>\n");
        }
        out.push_str("</tbody>\n</table></div>\n</body>\n</html>\n");
        out
    }
}

const STYLE: &str = "body{font:14px/1.4 sans-serif;margin:1rem;color:#111827;background:#fff}\n\
.scroll{overflow:auto;max-height:85vh;border:1px solid #d1d5db}\n\
table{border-collapse:separate;border-spacing:0}\n\
th,td{border:1px solid #e5e7eb;padding:.2rem .4rem;max-width:12rem;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;font-size:12px}\n\
thead th{position:sticky;top:0;background:#f9fafb;vertical-align:bottom;z-index:1}\n\
thead th span{writing-mode:vertical-rl;transform:rotate(180deg)}\n\
tbody th{position:sticky;left:0;background:#f9fafb;text-align:right}\n\
.both{background:#dcfce7}.possible{background:#dc2626;color:#fff}.declared{background:#fde68a}.open{background:#e5e7eb}.same{background:#f3f4f6}\n\
p span{padding:.1rem .4rem;border-radius:.2rem}\n";

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in printable(text).chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
    out
}
