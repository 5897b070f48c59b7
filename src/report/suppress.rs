//! What the authors of a configuration have accepted: in comments, in the metadata of templates, in the settings of the
//! project, and in the comments of other tools.
//!
//! A suppression is matched with every place of a finding (where the value stands, what it came through, the block, the
//! calls of its module), for one instance of a resource at a time and before findings of one place are merged: a comment
//! at the call of a module accepts what that call makes and nothing else. What suppresses nothing, has ended, gives no
//! reason or cannot be read is a finding of its own ([`hygiene`]).

mod change;
mod comment;
mod cover;
pub mod hygiene;
mod level;
mod metadata;
mod migrate;
mod write;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use globset::GlobMatcher;
use rustc_hash::FxHashMap;

use super::Masks;
use super::baseline::Baseline;
use super::fingerprint::own_block;
use super::places::Places;
use crate::findings::{Certainty, Finding, RuleId, SAYS_SO, Severity};
use crate::rules::RuleSet;
use crate::source::{Scope, SourceFile, SourceId, SourceMap, Span};

pub use comment::Tool;
pub use write::{Line, line};

/// A day.
pub type Day = jiff::civil::Date;

/// How many days before its end a suppression is said to end soon.
pub const SOON: i32 = 14;

/// What accepts findings, as written at some place.
#[derive(Debug, Clone)]
pub struct Suppression {
    /// Which tool its form belongs to.
    pub tool: Tool,
    /// The words that name rules: ids, aliases, patterns; `*` names all that the tool has.
    pub rules: Vec<String>,
    /// What else must be so.
    pub narrow: Vec<Narrow>,
    /// Why, as far as it is said.
    pub reason: String,
    /// The last day on which it counts.
    pub until: Option<Day>,
    /// Where it is written.
    pub span: Span,
    /// The bytes of its source that it is about.
    pub covers: (u32, u32),
    /// What is wrong with it, if it cannot be read.
    pub wrong: Option<String>,
}

/// What narrows a suppression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Narrow {
    /// One instance: the address, or the module call it is below.
    Instance(String),
    /// An argument beside the place has this value.
    Value(String, String),
}

/// A suppression in the settings of a project.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The words that name rules.
    pub rules: Vec<String>,
    /// The paths it is about, from the folder of the settings; all without one.
    pub path: Option<GlobMatcher>,
    /// The folder it is about, with a slash at its end; all where it is empty.
    pub within: String,
    /// The addresses it is about; all without one.
    pub address: Option<GlobMatcher>,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day on which it counts.
    pub until: Option<Day>,
    /// Where it is written.
    pub span: Span,
}

/// What the project says about suppressions.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// The entries of the settings.
    pub entries: Vec<Entry>,
    /// Comments and metadata do not count.
    pub no_inline: bool,
    /// Comments and metadata of other tools do not count.
    pub no_foreign: bool,
    /// A suppression without a reason is a finding that counts, not a remark.
    pub require_reason: bool,
    /// So is one without an end.
    pub require_expiry: bool,
    /// Rules that nothing suppresses.
    pub forbid: Vec<String>,
    /// Rules whose findings not even a baseline accepts.
    pub never: Vec<String>,
    /// What rules count for at least; `None`: what they say themselves.
    pub least: Vec<(String, Option<Severity>)>,
    /// What rules count for, the last that says something first.
    pub levels: Vec<Level>,
    /// What was found before.
    pub baseline: Option<Baseline>,
    /// The day of the run.
    pub today: Option<Day>,
}

/// How severe some rules are in a project, or that they are not asked on some paths.
#[derive(Debug, Clone)]
pub struct Level {
    /// The words that name rules.
    pub rules: Vec<String>,
    /// The paths it is about, from the folder of the settings; all without one.
    pub path: Option<GlobMatcher>,
    /// The folder it is about, with a slash at its end; all where it is empty.
    pub within: String,
    /// What they count for; `None`: nothing.
    pub severity: Option<Severity>,
}

/// Why a finding does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    /// The tool whose form it is.
    pub tool: Tool,
    /// Whether it stands in the source itself, not in settings or a baseline.
    pub in_source: bool,
    /// Where it is written.
    pub span: Span,
    /// The reason given.
    pub reason: String,
}

/// A finding that does not count, and why.
#[derive(Debug, Clone)]
pub struct Suppressed {
    /// The finding.
    pub finding: Finding,
    /// What accepts it.
    pub by: By,
}

/// The suppressions of a run.
pub struct Suppressions<'s> {
    places: &'s Places<'s>,
    scope: &'s Scope,
    rules: &'s RuleSet,
    policy: &'s Policy,
    files: Mutex<BTreeMap<SourceId, Arc<[Suppression]>>>,
    globs: Mutex<FxHashMap<String, Option<GlobMatcher>>>,
}

impl<'s> Suppressions<'s> {
    /// Those in these sources and settings.
    pub fn new(
        places: &'s Places<'s>,
        scope: &'s Scope,
        rules: &'s RuleSet,
        policy: &'s Policy,
    ) -> Self {
        Self {
            places,
            scope,
            rules,
            policy,
            files: Mutex::default(),
            globs: Mutex::default(),
        }
    }

    /// Divides findings into those that count and those that are accepted, with what accepts them.
    pub fn divide(&self, findings: Vec<Finding>) -> (Vec<Finding>, Vec<Suppressed>) {
        let (mut kept, mut suppressed) = (Vec::new(), Vec::new());
        for mut finding in findings {
            match self.level(&finding) {
                Some(None) => continue,
                Some(Some(severity)) => finding.severity = severity,
                None => {}
            }
            match self.by(&finding).or_else(|| self.by_baseline(&finding)) {
                Some(by) => suppressed.push(Suppressed { finding, by }),
                None => kept.push(finding),
            }
        }
        (kept, suppressed)
    }

    /// Whether the place of a finding, or else of its resource, is on a path.
    fn lies_in(&self, glob: &GlobMatcher, finding: &Finding) -> bool {
        let header = finding.related.iter().map(|label| label.span);
        let mut spans = std::iter::once(finding.primary.span).chain(header);
        let span = spans.find(|span| span.is_somewhere());
        span.is_some_and(|span| {
            let path = &self.places.sources.get(span.source).path;
            let from_root = self.scope.from_root(path);
            glob.is_match(from_root.as_deref().unwrap_or(path))
        })
    }

    /// What accepts a finding.
    fn by(&self, finding: &Finding) -> Option<By> {
        let is_rule = |word: &String| self.names(word, &finding.rule, Tool::Own);
        if self.policy.forbid.iter().any(is_rule) {
            return None;
        }
        if let Some(entry) = self
            .policy
            .entries
            .iter()
            .find(|entry| self.holds(entry, finding))
        {
            return Some(By {
                tool: Tool::Own,
                in_source: false,
                span: entry.span,
                reason: entry.reason.clone(),
            });
        }
        if self.policy.no_inline {
            return None;
        }
        let labels = std::iter::once(&finding.primary).chain(&finding.related);
        for span in labels.map(|label| label.span) {
            if !span.is_somewhere() {
                continue;
            }
            let file = self.places.sources.get(span.source);
            let all = self.of(&file);
            let found = all
                .iter()
                .find(|one| self.accepts(one, span, finding, &file));
            if let Some(found) = found {
                return Some(By {
                    tool: found.tool,
                    in_source: true,
                    span: found.span,
                    reason: found.reason.clone(),
                });
            }
        }
        None
    }

    fn accepts(&self, one: &Suppression, span: Span, finding: &Finding, file: &SourceFile) -> bool {
        let (start, end) = one.covers;
        one.wrong.is_none()
            && !(self.policy.no_foreign && one.tool != Tool::Own)
            && start <= span.start
            && span.start < end.max(start + 1)
            && !self.is_over(one.until)
            && (one.tool == Tool::Own || self.is_own(span, finding, file))
            && one
                .rules
                .iter()
                .any(|word| self.names(word, &finding.rule, one.tool))
            && one
                .narrow
                .iter()
                .all(|narrow| self.is_so(narrow, span, finding, file))
    }

    /// Whether an entry of the settings accepts a finding.
    fn holds(&self, entry: &Entry, finding: &Finding) -> bool {
        let path = |glob: &GlobMatcher| self.lies_in(glob, finding);
        let address = |glob: &GlobMatcher| {
            let mut subjects = finding.subjects.iter();
            subjects.all(|subject| glob.is_match(subject.to_string()))
        };
        !self.is_over(entry.until)
            && entry
                .rules
                .iter()
                .any(|word| self.names(word, &finding.rule, Tool::Own))
            && self.is_within(&entry.within, finding)
            && entry.path.as_ref().is_none_or(path)
            && entry.address.as_ref().is_none_or(address)
    }

    /// Whether a word names a rule in the words of a tool.
    fn names(&self, word: &str, id: &str, tool: Tool) -> bool {
        if tool == Tool::Own && (word == id || word == "*") {
            return true;
        }
        let Some(rule) = self.rules.find_by_id(id) else {
            return false;
        };
        let mut aliases = rule.aliases.iter().filter(|alias| tool.knows(alias));
        if word == "*" {
            return aliases.next().is_some();
        }
        let glob = word.contains('*').then(|| self.glob(word)).flatten();
        let like = |name: &str| match &glob {
            Some(glob) => glob.is_match(name.to_ascii_lowercase()),
            None => name.eq_ignore_ascii_case(word),
        };
        // Trivy has dropped the first word of its ids.
        let alias = |alias: &String| like(alias) || alias.strip_prefix("AVD-").is_some_and(&like);
        tool == Tool::Own && like(id) || aliases.any(alias)
    }

    /// A pattern of words, in lower case; made once.
    fn glob(&self, word: &str) -> Option<GlobMatcher> {
        let mut globs = lock(&self.globs);
        let known = globs.entry(word.to_owned()).or_insert_with(|| {
            let glob = globset::Glob::new(&word.to_ascii_lowercase()).ok()?;
            Some(glob.compile_matcher())
        });
        known.clone()
    }

    /// Whether a place is in the block of the resource or of one that says something about it, at a call of its module, or
    /// where the value stands in a data source (the document of a policy): other tools know no others.
    fn is_own(&self, span: Span, finding: &Finding, file: &SourceFile) -> bool {
        let outline = self.places.outline(file);
        let parts: Vec<_> = outline.around(span.start, span.end).collect();
        let first = parts.first().map_or("", |part| part.name.as_str());
        let is_document = first == "data" || first.starts_with("data.");
        let mut subjects = finding.subjects.iter();
        let mut related = finding.related.iter();
        first.starts_with("module.")
            || related.any(|label| label.span == span && label.text == SAYS_SO)
            || is_document && span == finding.primary.span
            || subjects.any(|subject| own_block(subject, &parts).is_some())
    }

    /// Whether what narrows a suppression is so.
    fn is_so(&self, narrow: &Narrow, span: Span, finding: &Finding, file: &SourceFile) -> bool {
        match narrow {
            Narrow::Instance(wanted) => finding.subjects.iter().all(|subject| {
                let address = subject.to_string();
                let rest = address.strip_prefix(wanted.as_str());
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '/', '[']))
            }),
            Narrow::Value(name, value) => {
                let outline = self.places.outline(file);
                let labels = std::iter::once(&finding.primary).chain(&finding.related);
                let spans = labels.map(|label| label.span);
                let mut spans =
                    std::iter::once(span).chain(spans.filter(|own| own.source == span.source));
                let (first, rest) = name.split_once('.').unwrap_or(("", name));
                let name = if first.is_empty() {
                    name.as_str()
                } else {
                    rest
                };
                spans.any(|span| {
                    let around: Vec<_> = outline.around(span.start, span.end).collect();
                    around.iter().any(|part| {
                        let mut below = outline.below(part);
                        below.any(|own| own.name == name && cover::value_of(file, own) == *value)
                    })
                })
            }
        }
    }

    fn is_over(&self, until: Option<Day>) -> bool {
        matches!((until, self.policy.today), (Some(until), Some(today)) if until < today)
    }

    /// The suppressions in a source.
    fn of(&self, file: &SourceFile) -> Arc<[Suppression]> {
        let known = lock(&self.files).get(&file.id).cloned();
        known.unwrap_or_else(|| {
            let found: Arc<[Suppression]> = self.read(file).into();
            lock(&self.files).insert(file.id, found.clone());
            found
        })
    }

    fn read(&self, file: &SourceFile) -> Vec<Suppression> {
        // Most files have none, and need no outline.
        if !comment::may_be_in(&file.text) && !metadata::may_be_in(&file.text) {
            return Vec::new();
        }
        let outline = self.places.outline(file);
        let mut found = comment::read(file, &outline);
        found.extend(metadata::read(file, &outline));
        found
    }
}

/// Suppressed findings of one rule and place that one thing accepts are one, about all their subjects.
pub fn merge(all: impl IntoIterator<Item = Suppressed>) -> Vec<Suppressed> {
    let mut order: Vec<(RuleId, Span, Span)> = Vec::new();
    let mut merged: FxHashMap<(RuleId, Span, Span), Suppressed> = FxHashMap::default();
    for one in all {
        let key = (
            one.finding.rule.clone(),
            one.finding.primary.span,
            one.by.span,
        );
        match merged.get_mut(&key) {
            Some(known) => known.finding.subjects.extend(one.finding.subjects),
            None => {
                order.push(key.clone());
                merged.insert(key, one);
            }
        }
    }
    let mut out: Vec<Suppressed> = order
        .into_iter()
        .filter_map(|key| merged.remove(&key))
        .collect();
    for one in &mut out {
        one.finding.subjects.sort();
        one.finding.subjects.dedup();
    }
    out
}

/// The same by place and rule, without secrets in their words. What is undecided was no finding.
pub fn sorted(sources: &SourceMap, masks: &Masks, all: Vec<Suppressed>) -> Vec<Suppressed> {
    let mut all = merge(all);
    all.retain(|one| one.finding.certainty == Certainty::Proven);
    for one in &mut all {
        masks.findings(std::slice::from_mut(&mut one.finding));
        one.by.reason = masks.text(&one.by.reason).into_owned();
    }
    all.sort_by_cached_key(|one| {
        let finding = &one.finding;
        let subject = finding.subjects.first().map(ToString::to_string);
        let place = sources.order(finding.primary.span);
        (
            place,
            finding.rule.clone(),
            subject,
            sources.order(one.by.span),
        )
    });
    all
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
