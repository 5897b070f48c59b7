//! What was found before and is left for later: only what is new is said.
//!
//! One sorted line for each finding and instance: fingerprint, rule, stack and address, with tabs between. No numbers of
//! lines, no counts, no dates, so that two branches that both change it merge without a conflict more often than not.

use std::collections::BTreeSet;

use super::known::calls_and_index;
use super::{Known, instance};
use crate::findings::Finding;
use crate::source::Scope;

/// The first line of a baseline.
const HEAD: &str = "# distrust baseline 1: fingerprint, rule, stack, address";

/// A baseline.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    lines: BTreeSet<String>,
    /// Fingerprints with their instances.
    keys: BTreeSet<(String, String)>,
}

impl Baseline {
    /// Reads a baseline.
    ///
    /// # Errors
    /// The number of the first line that is no entry.
    pub fn read(text: &str) -> Result<Self, usize> {
        let mut out = Self::default();
        for (nth, line) in text.lines().enumerate() {
            // Marks of a merge that was not finished are no entries.
            let line = line.trim_end();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let fields: Vec<&str> = line.split('\t').collect();
            let [print, _, _, _] = fields[..] else {
                return Err(nth + 1);
            };
            if print.len() < 34 || print.contains(' ') {
                return Err(nth + 1);
            }
            out.insert(line.to_owned());
        }
        Ok(out)
    }

    /// The baseline of a run: an entry for each instance.
    pub fn of(known: &Known) -> Self {
        let mut out = Self::default();
        for fields in known.proven() {
            out.insert(fields.map(field).join("\t"));
        }
        out
    }

    fn insert(&mut self, line: String) {
        self.keys.extend(key(&line));
        self.lines.insert(line);
    }

    /// Whether a finding, about all its instances, is in it.
    pub fn has(&self, finding: &Finding, scope: &Scope) -> bool {
        finding.subjects.iter().all(|subject| {
            let (stack, address) = instance(subject, scope);
            let instance = format!("{}\t{}", field(&stack), calls_and_index(&field(&address)));
            let key = (finding.fingerprint.to_string(), instance);
            self.keys.contains(&key)
        })
    }

    /// What is in both.
    #[must_use]
    pub fn kept(&self, now: &Self) -> Self {
        let mut out = Self::default();
        let lines = self.lines.iter();
        for line in lines.filter(|line| key(line).is_some_and(|key| now.keys.contains(&key))) {
            out.insert(line.clone());
        }
        out
    }

    /// What is here and not there.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        let mut out = Self::default();
        for line in self.lines.difference(&other.lines) {
            out.insert(line.clone());
        }
        out
    }

    /// What is in either.
    #[must_use]
    pub fn joined(mut self, other: &Self) -> Self {
        for line in &other.lines {
            self.insert(line.clone());
        }
        self
    }

    /// How many entries it has.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// As it is written.
    pub fn text(&self) -> String {
        let mut out = format!("{HEAD}\n");
        for line in &self.lines {
            out += line;
            out.push('\n');
        }
        out
    }
}

/// What an entry is known by: a block may have got another name.
fn key(line: &str) -> Option<(String, String)> {
    let fields: Vec<&str> = line.split('\t').collect();
    let [print, _, stack, address] = fields[..] else {
        return None;
    };
    let instance = format!("{stack}\t{}", calls_and_index(address));
    Some((print.to_owned(), instance))
}

/// A text as a field: what would end it is a blank.
fn field(text: &str) -> String {
    super::printable(text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::Baseline;
    use crate::findings::Certainty;
    use crate::report::{Fingerprints, Known, Places, sample};

    #[test]
    fn what_is_written_is_read_and_a_new_caller_is_new() {
        let (sources, mut findings) = sample::findings();
        let scope = sample::scope();
        Fingerprints::new(&Places::new(&sources), &scope).give(&mut findings);
        let places = Places::new(&sources);
        let prints = Fingerprints::new(&places, &scope);
        let all = Baseline::of(&Known::of(&findings, &prints, &scope));
        assert_eq!(Baseline::read(&all.text()), Ok(all.clone()));
        let mut proven = findings
            .iter()
            .filter(|one| one.certainty == Certainty::Proven);
        assert!(proven.all(|one| all.has(one, &scope)));
        let mut other = findings[0].clone();
        std::sync::Arc::make_mut(&mut other.subjects[0]).module = "module.another".into();
        assert!(!all.has(&other, &scope));
        let less = Baseline::of(&Known::of(&findings[1..], &prints, &scope));
        assert!(!less.has(&findings[0], &scope));
        assert_eq!(less.clone().joined(&all), all);
        assert_eq!(all.kept(&less), less);
    }

    #[test]
    fn what_is_no_entry_is_said_with_its_line() {
        for (text, line) in [("# x\n<<<<<<< ours\n", 2), ("a\tb\tc\td\n", 1)] {
            assert_eq!(Baseline::read(text), Err(line));
        }
        assert_eq!(Baseline::read(""), Ok(Baseline::default()));
    }
}
