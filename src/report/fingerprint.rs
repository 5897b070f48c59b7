//! What makes a finding the same one in the next run: its rule, its resource and the text of its line.
//!
//! Line numbers, paths and what surrounds the line may change; they are no part of it.

use std::fmt::Write as _;

use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};

use super::concise::place;
use crate::findings::Finding;
use crate::source::SourceMap;

/// Hexadecimal digits of a fingerprint: 128 bits.
const DIGITS: usize = 32;
/// Bytes of a line that count, so that a minified file costs no more than another.
const COUNTED: usize = 512;

/// Gives fingerprints in the order of the report; equal ones are numbered.
#[derive(Default)]
pub(super) struct Fingerprints {
    seen: FxHashMap<String, usize>,
}

impl Fingerprints {
    /// The fingerprint of the next finding.
    pub(super) fn next(&mut self, finding: &Finding, sources: &SourceMap) -> String {
        let mut hash = Sha256::new();
        hash.update(finding.rule.as_bytes());
        hash.update([0]);
        if let Some(subject) = finding.subjects.first() {
            hash.update(subject.to_string());
        }
        hash.update([0]);
        hash.update(normalised(finding, sources));
        let mut text = String::with_capacity(DIGITS + 4);
        for byte in hash.finalize().iter().take(DIGITS / 2) {
            let _ = write!(text, "{byte:02x}");
        }
        let nth = self.seen.entry(text.clone()).or_default();
        *nth += 1;
        let _ = write!(text, ":{nth}");
        text
    }
}

/// The line of the finding from its first word on, with single spaces; of a long line, the part at the place.
fn normalised(finding: &Finding, sources: &SourceMap) -> String {
    let Some(span) = place(finding) else {
        return String::new();
    };
    let file = sources.get(span.source);
    let text = &file.text;
    let at = text.floor_char_boundary((span.start as usize).min(text.len()));
    let start = memchr::memrchr(b'\n', &text.as_bytes()[..at]).map_or(0, |newline| newline + 1);
    let end = memchr::memchr(b'\n', &text.as_bytes()[at..]).map_or(text.len(), |len| at + len);
    let line = if end - start <= COUNTED {
        &text[start..end]
    } else {
        let to = text.floor_char_boundary((span.end as usize).clamp(at, at + COUNTED).min(end));
        &text[at..to]
    };
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::Fingerprints;
    use crate::report::sample;
    use crate::source::{SourceMap, Span};

    #[test]
    fn moved_and_indented_lines_keep_their_fingerprint_and_changed_ones_do_not() {
        let (_, findings) = sample::findings();
        let of = |text: &str| {
            let sources = SourceMap::new();
            let (file, _) = sources.add("x.tf", text.into());
            let mut finding = findings[0].clone();
            let at = text.find("acl").expect("it is there") as u32;
            finding.primary.span = Span::new(file.id, at, at + 3);
            Fingerprints::default().next(&finding, &sources)
        };
        let first = of("acl = true");
        assert_eq!(of("\n\n\t  acl   =  true  \n"), first);
        assert_ne!(of("acl = false"), first);
        assert_eq!(first.len(), 34);
    }

    #[test]
    fn equal_findings_are_numbered() {
        let (sources, findings) = sample::findings();
        let mut prints = Fingerprints::default();
        let [first, second] = [0, 0].map(|at| prints.next(&findings[at], &sources));
        assert!(first.ends_with(":1") && second.ends_with(":2"));
    }
}
