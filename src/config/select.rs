//! Which rules are asked: by id, alias, pattern, severity, pillar or control.

use globset::{Glob, GlobMatcher};

use crate::findings::{Control, Pillar, RuleId, RuleInfo, Severity};
use crate::source::{Code, Diagnostic, Span, nearest};

/// A word that selects rules, and where it was written; nowhere for the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The word.
    pub text: String,
    /// Its bytes.
    pub span: Span,
}

impl From<&str> for Name {
    fn from(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            span: Span::nowhere(),
        }
    }
}

/// The rules that are asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// The ids of the rules that are asked, sorted; all where it is `None`.
    asked: Option<Vec<RuleId>>,
}

impl Selection {
    /// All rules.
    pub fn everything() -> Self {
        Self { asked: None }
    }

    /// The rules that one of `select` names (all, where it is `None`) and none of `ignore`.
    ///
    /// # Errors
    /// Every name that no rule answers to, with the nearest name that some rule does.
    pub fn new(
        rules: &[RuleInfo],
        select: Option<&[Name]>,
        ignore: &[Name],
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut errors = Vec::new();
        let mut asked = vec![select.is_none(); rules.len()];
        for (names, ask) in [(select.unwrap_or_default(), true), (ignore, false)] {
            for name in names {
                let word = Word::of(&name.text);
                let mut known = word.is_class();
                for (rule, asked) in rules.iter().zip(&mut asked) {
                    if word.names(rule) {
                        known = true;
                        *asked = ask;
                    }
                }
                if !known {
                    errors.push(unknown(rules, name));
                }
            }
        }
        if errors.is_empty() {
            let chosen = rules.iter().zip(&asked).filter(|(_, asked)| **asked);
            let mut asked: Vec<RuleId> = chosen.map(|(rule, _)| rule.id.clone()).collect();
            asked.sort();
            Ok(Self { asked: Some(asked) })
        } else {
            Err(errors)
        }
    }

    /// What either asks of these rules.
    #[must_use]
    pub fn and(&self, other: &Self, rules: &[RuleInfo]) -> Self {
        let either = rules.iter().map(|rule| &rule.id);
        let either = either.filter(|id| self.has(id) || other.has(id));
        let mut asked: Vec<RuleId> = either.cloned().collect();
        asked.sort();
        Self { asked: Some(asked) }
    }

    /// The rules of a list that are asked.
    pub fn of<'r>(&self, rules: &'r [RuleInfo]) -> impl Iterator<Item = &'r RuleInfo> {
        rules.iter().filter(|rule| self.has(&rule.id))
    }

    /// Whether the rule of this id is asked.
    pub fn has(&self, id: &str) -> bool {
        let Some(asked) = &self.asked else {
            return true;
        };
        asked.binary_search_by(|own| own.as_str().cmp(id)).is_ok()
    }
}

/// What a word means.
enum Word<'t> {
    Severity(Severity),
    Pillar(Pillar),
    Pattern(Box<GlobMatcher>),
    Id(&'t str),
}

impl<'t> Word<'t> {
    fn of(text: &'t str) -> Self {
        if let Some(severity) = Severity::named(text) {
            return Word::Severity(severity);
        }
        if let Some(pillar) = Pillar::named(text) {
            return Word::Pillar(pillar);
        }
        if text.contains(['*', '?', '[', '{'])
            && let Ok(glob) = Glob::new(text)
        {
            return Word::Pattern(Box::new(glob.compile_matcher()));
        }
        Word::Id(text)
    }

    /// Whether the word is right even where no rule answers to it.
    fn is_class(&self) -> bool {
        matches!(self, Word::Severity(_) | Word::Pillar(_))
    }

    fn names(&self, rule: &RuleInfo) -> bool {
        match self {
            Word::Severity(severity) => rule.severity == *severity,
            Word::Pillar(pillar) => rule.pillar == *pillar,
            Word::Pattern(glob) => {
                glob.is_match(rule.id.as_str())
                    || rule
                        .controls
                        .iter()
                        .any(|own| glob.is_match(format!("{}:{}", own.framework, own.id)))
            }
            Word::Id(id) if rule.controls.iter().any(|own| is_control(own, id)) => true,
            Word::Id(id) => {
                rule.id == *id
                    || rule
                        .aliases
                        .iter()
                        .any(|alias| alias.eq_ignore_ascii_case(id))
            }
        }
    }
}

/// Whether a word is a control, or the set of all controls of its framework.
fn is_control(control: &Control, word: &str) -> bool {
    match word.split_once(':') {
        Some((framework, id)) => {
            control.framework == framework && control.id.eq_ignore_ascii_case(id)
        }
        None => control.framework == word,
    }
}

fn unknown(rules: &[RuleInfo], name: &Name) -> Diagnostic {
    let words = rules
        .iter()
        .flat_map(|rule| std::iter::once(&rule.id).chain(&rule.aliases))
        .map(|word| word.as_str())
        .chain(Severity::ALL.map(Severity::name))
        .chain(Pillar::ALL.map(Pillar::name));
    let help = match nearest(&name.text, words) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`distrust rules` lists all rules; a severity, a pillar or a pattern like `aws-s3-*` will do too".into(),
    };
    let message = format!("no rule, severity or pillar is called `{}`", name.text);
    Diagnostic::new(Code::Structure, name.span, message).help(help)
}
