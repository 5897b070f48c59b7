//! What was found before and is left for later: only what is new is said.
//!
//! One sorted line for each finding and instance: fingerprint, rule, stack and address, with tabs between. No numbers of
//! lines, no counts, no dates, so that two branches that both change it merge without a conflict more often than not.

use std::collections::BTreeSet;

use super::instance;
use crate::findings::Finding;
use crate::source::Scope;

/// The first line of a baseline.
const HEAD: &str = "# distrust baseline 1: fingerprint, rule, stack, address";

/// A baseline.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    lines: BTreeSet<String>,
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

    /// The baseline of findings: an entry for each instance.
    pub fn of<'f>(findings: impl Iterator<Item = &'f Finding>, scope: &Scope) -> Self {
        let mut out = Self::default();
        for finding in findings {
            for subject in &finding.subjects {
                let (stack, address) = instance(subject, scope);
                let fields = [
                    finding.fingerprint.as_str(),
                    finding.rule.as_str(),
                    &field(&stack),
                    &field(&address),
                ];
                out.insert(fields.join("\t"));
            }
        }
        out
    }

    fn insert(&mut self, line: String) {
        let mut fields = line.splitn(3, '\t');
        if let (Some(print), Some(_), Some(instance)) =
            (fields.next(), fields.next(), fields.next())
        {
            self.keys.insert((print.to_owned(), instance.to_owned()));
        }
        self.lines.insert(line);
    }

    /// Whether a finding, about all its instances, is in it.
    pub fn has(&self, finding: &Finding, scope: &Scope) -> bool {
        finding.subjects.iter().all(|subject| {
            let (stack, address) = instance(subject, scope);
            let instance = format!("{}\t{}", field(&stack), field(&address));
            let key = (finding.fingerprint.to_string(), instance);
            self.keys.contains(&key)
        })
    }

    /// What is in both.
    #[must_use]
    pub fn kept(&self, now: &Self) -> Self {
        let mut out = Self::default();
        let lines = self.lines.iter();
        for line in lines.filter(|line| now.lines.contains(*line)) {
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

/// A text as a field: what would end it is a blank.
fn field(text: &str) -> String {
    super::printable(text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::Baseline;
    use crate::report::{Fingerprints, Places, sample};

    #[test]
    fn what_is_written_is_read_and_a_new_caller_is_new() {
        let (sources, mut findings) = sample::findings();
        let scope = sample::scope();
        Fingerprints::new(&Places::new(&sources), &scope).give(&mut findings);
        let all = Baseline::of(findings.iter(), &scope);
        assert_eq!(Baseline::read(&all.text()), Ok(all.clone()));
        assert!(findings.iter().all(|one| all.has(one, &scope)));
        let mut other = findings[0].clone();
        other.subjects[0].module = "module.another".into();
        assert!(!all.has(&other, &scope));
        let less = Baseline::of(findings[1..].iter(), &scope);
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
