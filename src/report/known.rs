//! The findings of a run one by one, to be known again: by a baseline, or in comparison with another revision.
//!
//! A finding is the same one if its fingerprint and its instance are: the stack, the calls of its module and its index. It
//! is unchanged if besides what stands at its places is, apart from form. Where a folder was moved, its findings are
//! those that were in the old one.

use std::collections::{BTreeMap, BTreeSet};

use ecow::EcoString;

use super::{Fingerprints, instance};
use crate::findings::{Certainty, Finding, RuleId};
use crate::source::Scope;

/// Which finding it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identity {
    /// The fingerprint.
    pub print: EcoString,
    /// The stack, from the root of the repository.
    pub stack: String,
    /// The calls of the module and the index.
    pub instance: String,
    /// Whether it is proven.
    proven: bool,
}

/// What else is known of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    rule: RuleId,
    address: String,
    /// What stands at its places.
    content: EcoString,
    /// The fingerprint it would have in any folder.
    anywhere: EcoString,
}

/// The findings of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    entries: BTreeMap<Identity, Entry>,
    /// What accepts findings, and how often.
    accepted: BTreeMap<String, usize>,
}

impl Identity {
    /// Of each instance that a finding is about.
    fn of(finding: &Finding, scope: &Scope) -> impl Iterator<Item = (Self, String)> {
        let proven = finding.certainty == Certainty::Proven;
        finding.subjects.iter().map(move |subject| {
            let (stack, address) = instance(subject, scope);
            let own = Self {
                print: finding.fingerprint.clone(),
                stack,
                instance: calls_and_index(&address),
                proven,
            };
            (own, address)
        })
    }
}

impl Known {
    /// Those of a run, before findings of one place are merged; they have their fingerprints.
    pub fn of(findings: &[Finding], prints: &Fingerprints<'_>, scope: &Scope) -> Self {
        let mut out = Self::default();
        for finding in findings {
            let (content, anywhere) = (prints.content(finding), prints.anywhere(finding));
            for (identity, address) in Identity::of(finding, scope) {
                let entry = Entry {
                    rule: finding.rule.clone(),
                    address,
                    content: content.clone(),
                    anywhere: anywhere.clone(),
                };
                out.entries.insert(identity, entry);
            }
        }
        out
    }

    /// Notes what accepts findings.
    pub fn accept(&mut self, accepted: impl Iterator<Item = (String, usize)>) {
        self.accepted.extend(accepted);
    }

    /// How often something accepts findings.
    pub fn accepted(&self, key: &str) -> usize {
        self.accepted.get(key).copied().unwrap_or_default()
    }

    /// Adds those of another part of the run.
    pub fn append(&mut self, mut other: Self) {
        self.entries.append(&mut other.entries);
    }

    /// Leaves out those of rules that were asked for another reason than to be said.
    pub fn retain(&mut self, selected: &dyn Fn(&str) -> bool) {
        self.entries.retain(|_, entry| selected(&entry.rule));
    }

    /// The proven ones: fingerprint, rule, stack and address.
    pub fn proven(&self) -> impl Iterator<Item = [&str; 4]> {
        let proven = self.entries.iter().filter(|(own, _)| own.proven);
        proven.map(|(own, entry)| {
            [
                own.print.as_str(),
                entry.rule.as_str(),
                own.stack.as_str(),
                entry.address.as_str(),
            ]
        })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Those that were not there before, or not like this.
    pub fn new_since(&self, before: &Self) -> BTreeSet<Identity> {
        let was = |own: &Identity, entry: &Entry| match before.entries.get(own) {
            Some(known) => known.content == entry.content,
            None => false,
        };
        // What is gone may have moved with its folder; each counts for one that came.
        let mut gone: BTreeMap<(&str, &str, &str, bool), usize> = BTreeMap::new();
        for (own, entry) in &before.entries {
            if !self.entries.contains_key(own) {
                *gone.entry(anywhere(own, entry)).or_default() += 1;
            }
        }
        let mut new = BTreeSet::new();
        for (own, entry) in &self.entries {
            if was(own, entry) {
                continue;
            }
            let moved = match before.entries.contains_key(own) {
                true => None,
                false => gone.get_mut(&anywhere(own, entry)),
            };
            match moved.filter(|count| **count > 0) {
                Some(count) => *count -= 1,
                None => {
                    new.insert(own.clone());
                }
            }
        }
        new
    }
}

/// Whether a finding, about some of its instances, is among these.
pub fn is_among(finding: &Finding, all: &BTreeSet<Identity>, scope: &Scope) -> bool {
    Identity::of(finding, scope).any(|(own, _)| all.contains(&own))
}

/// A finding apart from the folder it is in.
fn anywhere<'e>(own: &'e Identity, entry: &'e Entry) -> (&'e str, &'e str, &'e str, bool) {
    (&entry.anywhere, &entry.content, &own.instance, own.proven)
}

/// The calls and the index in an address: what stands between says the fingerprint, which knows former names.
pub(super) fn calls_and_index(address: &str) -> String {
    if !address.contains('.') {
        let calls = address.rsplit_once('/').map(|(calls, _)| calls);
        return calls.unwrap_or_default().to_owned();
    }
    let mut rest = address;
    while let Some(call) = rest.strip_prefix("module.") {
        let end = end_of_name(call);
        let after = &call[end..];
        let after = &after[end_of_index(after)..];
        match after.strip_prefix('.') {
            Some(next) => rest = next,
            None => break,
        }
    }
    let calls = &address[..address.len() - rest.len()];
    let index = rest.find('[').map_or("", |at| &rest[at..]);
    format!("{calls}{index}")
}

fn end_of_name(text: &str) -> usize {
    text.find(['.', '[']).unwrap_or(text.len())
}

/// The length of the index that a text begins with.
fn end_of_index(text: &str) -> usize {
    if !text.starts_with('[') {
        return 0;
    }
    let (mut quoted, mut escaped) = (false, false);
    for (at, letter) in text.char_indices() {
        match letter {
            ']' if !quoted => return at + 1,
            '"' if !escaped => quoted = !quoted,
            _ => {}
        }
        escaped = letter == '\\' && !escaped;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::calls_and_index;

    #[test]
    fn calls_and_indices_of_addresses() {
        for (address, wanted) in [
            ("aws_s3_bucket.a", ""),
            ("aws_s3_bucket.a[0]", "[0]"),
            ("module.a.aws_s3_bucket.a[\"x.y\"]", "module.a.[\"x.y\"]"),
            (
                "module.a[\"]\\\".module.x\"].module.b[2].data.aws_x.y",
                "module.a[\"]\\\".module.x\"].module.b[2].",
            ),
            ("module.a.module.b.var.x", "module.a.module.b."),
            ("Bucket", ""),
            ("Outer/Inner/Bucket", "Outer/Inner"),
        ] {
            assert_eq!(calls_and_index(address), wanted, "{address}");
        }
    }
}
