//! What is wrong with suppressions themselves: findings like others, with rules of their own.

use std::sync::Arc;

use super::{By, Day, Policy, SOON, Suppression, Suppressions, comment, metadata};
use crate::eval::{Address, Key, Mode};
use crate::findings::{Certainty, Finding, Label, Pillar, RuleInfo, Severity};
use crate::report::Tool;
use crate::source::Span;
use rustc_hash::FxHashSet;

/// Its id, how severe it is, its title, and what to do.
const RULES: [(&str, Severity, &str, &str); 9] = [
    (
        "distrust-baseline-grown",
        Severity::Low,
        "A change accepts more findings in the baseline",
        "Mend what is new; a baseline is for what was there before",
    ),
    (
        "distrust-settings-weakened",
        Severity::Low,
        "A change of the settings asks for less",
        "Say in the change why less is asked for",
    ),
    (
        "distrust-suppression-expired",
        Severity::Medium,
        "A suppression has ended",
        "Mend what it accepted, or decide anew and give it another end",
    ),
    (
        "distrust-suppression-forbidden",
        Severity::Medium,
        "A rule is suppressed that the project lets nobody suppress",
        "Mend what it finds; the suppression does nothing",
    ),
    (
        "distrust-suppression-malformed",
        Severity::Medium,
        "A suppression cannot be read",
        "Write it as `distrust: ignore[rule] reason`",
    ),
    (
        "distrust-suppression-new",
        Severity::Low,
        "A change accepts what was not accepted before",
        "Look at the reason that it gives",
    ),
    (
        "distrust-suppression-no-end",
        Severity::Low,
        "A suppression has no end",
        "Say until when it counts: `until 2027-03-31`",
    ),
    (
        "distrust-suppression-no-reason",
        Severity::Low,
        "A suppression gives no reason",
        "Say behind the brackets why it is right here",
    ),
    (
        "distrust-suppression-unused",
        Severity::Low,
        "A suppression suppresses nothing",
        "Take it away: what it accepted is not found any more",
    ),
];
/// Words that stand where a reason should.
const PLACEHOLDERS: [&str; 8] = [
    "todo", "fixme", "tbd", "xxx", "reason", "none", "n/a", "ignore",
];

/// What formats and selections need to know of these rules, sorted by id.
pub fn infos() -> Vec<RuleInfo> {
    let rules = RULES.iter();
    rules
        .map(|(id, severity, title, advice)| RuleInfo {
            id: (*id).into(),
            title: (*title).to_owned(),
            severity: *severity,
            pillar: Pillar::Governance,
            help_markdown: format!(
                "# {title}\n\n## What to do\n\n{advice}.\n\nSuppressions are described in `docs/suppressing.md`.\n"
            ),
            controls: Vec::new(),
            aliases: Vec::new(),
            yields_to: Vec::new(),
            parameters: Vec::new(),
            url: None,
        })
        .collect()
}

/// What is said of suppressions.
#[derive(Debug, Default)]
pub struct Hygiene {
    /// The findings about them.
    pub findings: Vec<Finding>,
    /// How many have ended.
    pub over: usize,
    /// How many end soon.
    pub ending: usize,
}

impl Suppressions<'_> {
    /// Looks through our own suppressions in all sources and in the settings. `selected` are the rules that were asked;
    /// `used` is where those stand that accepted something, and nothing where input was lost, so that nobody knows what
    /// else would have been found.
    pub fn hygiene(
        &self,
        selected: &dyn Fn(&str) -> bool,
        used: Option<&FxHashSet<Span>>,
    ) -> Hygiene {
        let mut out = Hygiene::default();
        if !self.policy.no_inline {
            for file in self.places.sources.all() {
                let text = &file.text;
                if !text.contains("distrust")
                    || !(comment::may_be_in(text) || metadata::may_be_in(text))
                {
                    continue;
                }
                for own in self.of(&file).iter().filter(|one| one.tool == Tool::Own) {
                    self.judge(own, selected, used, &mut out);
                }
            }
        }
        for entry in &self.policy.entries {
            let own = Suppression {
                tool: Tool::Own,
                rules: entry.rules.clone(),
                narrow: Vec::new(),
                reason: entry.reason.clone(),
                until: entry.until,
                span: entry.span,
                covers: (0, 0),
                wrong: None,
            };
            self.judge(&own, selected, used, &mut out);
        }
        out.findings.retain(|finding| selected(&finding.rule));
        out
    }

    fn judge(
        &self,
        own: &Suppression,
        selected: &dyn Fn(&str) -> bool,
        used: Option<&FxHashSet<Span>>,
        out: &mut Hygiene,
    ) {
        let mut say = |id: &str, message: String| out.findings.push(finding(own, id, message));
        if let Some(wrong) = &own.wrong {
            return say("distrust-suppression-malformed", wrong.clone());
        }
        let known =
            |word: &String| word.contains('*') || self.rules.find(word).is_some() || is_ours(word);
        if let Some(unknown) = own.rules.iter().find(|word| !known(word)) {
            return say(
                "distrust-suppression-malformed",
                format!("there is no rule `{unknown}` to suppress"),
            );
        }
        let named = own.rules.join(", ");
        let forbidden = |word: &String| self.policy.forbid.contains(word);
        if own.rules.iter().any(forbidden) {
            say(
                "distrust-suppression-forbidden",
                format!("nobody may suppress {named} here"),
            );
        }
        if self.is_over(own.until) {
            out.over += 1;
            let day = own.until.map(|day| day.to_string()).unwrap_or_default();
            return out.findings.push(finding(
                own,
                "distrust-suppression-expired",
                format!("the suppression of {named} has ended on {day}"),
            ));
        }
        if ends_soon(own.until, self.policy.today) {
            out.ending += 1;
        }
        let reason = own
            .reason
            .trim_end_matches(['.', '!', '…'])
            .to_ascii_lowercase();
        let mut say = |id: &str, message: String| {
            let severity = match id {
                "distrust-suppression-no-end" => Severity::Medium,
                _ if self.policy.require_reason => Severity::Medium,
                _ => Severity::Low,
            };
            out.findings.push(Finding {
                severity,
                ..finding(own, id, message)
            });
        };
        if reason.is_empty() || PLACEHOLDERS.contains(&reason.as_str()) {
            let message = format!("the suppression of {named} gives no reason");
            say("distrust-suppression-no-reason", message);
        }
        if self.policy.require_expiry && own.until.is_none() {
            let message = format!("the suppression of {named} has no end");
            say("distrust-suppression-no-end", message);
        }
        let asked = |word: &String| match self.rules.find(word) {
            Some(rule) => selected(&rule.id),
            None => self.rules.ids().all(selected),
        };
        let is_unused = used.is_some_and(|used| !used.contains(&own.span));
        if is_unused && own.rules.iter().all(asked) {
            out.findings.push(finding(
                own,
                "distrust-suppression-unused",
                format!("the suppression of {named} suppresses nothing"),
            ));
        }
    }
}

fn is_ours(word: &str) -> bool {
    RULES.iter().any(|(id, ..)| *id == word)
}

fn ends_soon(until: Option<Day>, today: Option<Day>) -> bool {
    let (Some(until), Some(today)) = (until, today) else {
        return false;
    };
    until.since(today).is_ok_and(|span| span.get_days() <= SOON)
}

/// A finding about what a change accepts.
pub fn said(id: &str, span: Span, message: String) -> Finding {
    let own = Suppression {
        tool: Tool::Own,
        rules: vec![id.to_owned()],
        narrow: Vec::new(),
        reason: String::new(),
        until: None,
        span,
        covers: (0, 0),
        wrong: None,
    };
    finding(&own, id, message)
}

fn finding(own: &Suppression, id: &str, message: String) -> Finding {
    let rule = RULES.iter().find(|(known, ..)| *known == id);
    let (severity, advice) = rule.map_or((Severity::Low, ""), |(_, severity, _, advice)| {
        (*severity, *advice)
    });
    Finding {
        rule: id.into(),
        severity,
        certainty: Certainty::Proven,
        subjects: vec![Arc::new(Address {
            stack: ".".into(),
            module: "".into(),
            mode: Mode::Managed,
            type_name: "suppression".into(),
            name: own.rules.first().map_or("?", String::as_str).into(),
            key: Key::None,
        })],
        message: message.into(),
        primary: Label {
            span: own.span,
            text: "".into(),
        },
        related: Vec::new(),
        secret: false,
        advice: advice.into(),
        remedy: None,
        fingerprint: "".into(),
        exposure: None,
    }
}

impl Policy {
    /// The same with what a folder says: it counts before what holds everywhere.
    #[must_use]
    pub fn with(mut self, nested: Policy) -> Self {
        self.levels.splice(0..0, nested.levels);
        self.entries.extend(nested.entries);
        self.forbid.extend(nested.forbid);
        self
    }
}

impl By {
    /// Who accepted it, in a few words.
    pub fn words(&self) -> String {
        let what = match (self.tool, self.in_source) {
            (Tool::Own, true) => "in the source".to_owned(),
            (Tool::Own, false) if self.span.is_somewhere() => "in the settings".to_owned(),
            (Tool::Own, false) => "in the baseline".to_owned(),
            (tool, _) => format!("in the source, for {}", tool.name()),
        };
        match self.reason.is_empty() || self.span == Span::nowhere() {
            true => what,
            false => format!("{what}: {}", self.reason),
        }
    }
}
