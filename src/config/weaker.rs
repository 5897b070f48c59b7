//! Settings that ask for less than others did.

use super::{Selection, Settings};
use crate::findings::{RuleInfo, Severity};
use crate::source::{Diagnostic, Span};

/// How many rules are named.
const NAMED: usize = 3;

impl Settings {
    /// What these settings give up of what others asked for: where, and a sentence about it. What they accept is not among
    /// it: that is said of each suppression.
    ///
    /// # Errors
    /// What is wrong with the names of rules in either.
    pub fn weaker(
        &self,
        before: &Settings,
        rules: &[RuleInfo],
    ) -> Result<Vec<(Span, String)>, Vec<Diagnostic>> {
        let mut out = Vec::new();
        let mut say = |key: &str, message: String| out.push((self.place(key), message));
        let asked = |own: &Settings| {
            let ignored = own.ignore.as_deref().unwrap_or_default();
            Selection::new(rules, own.select.as_deref(), ignored)
        };
        let (now, then) = (asked(self)?, asked(before)?);
        let lost: Vec<&str> = then
            .of(rules)
            .filter(|rule| !now.has(&rule.id))
            .map(|rule| rule.id.as_str())
            .collect();
        if !lost.is_empty() {
            let key = if self.ignore.is_some() {
                "ignore"
            } else {
                "select"
            };
            let more = lost.len().saturating_sub(NAMED);
            let mut names = lost[..lost.len().min(NAMED)].join(", ");
            if more > 0 {
                names += &format!(" and {more} more");
            }
            say(key, format!("no longer asked: {names}"));
        }
        let usual = Severity::Medium;
        let (was, is) = (
            before.fail_on.unwrap_or(usual),
            self.fail_on.unwrap_or(usual),
        );
        if is > was {
            say("fail-on", format!("only {is} findings fail, it was {was}"));
        }
        let lowest = Severity::Info;
        let (was, is) = (
            before.min_severity.unwrap_or(lowest),
            self.min_severity.unwrap_or(lowest),
        );
        if is > was {
            say(
                "min-severity",
                format!("only {is} findings are shown, it was {was}"),
            );
        }
        let flag = |own: &Settings, name: &str| own.flags.get(name).copied().unwrap_or_default();
        let undecided = |own: &Settings| own.fail_on_undecided.unwrap_or_default();
        for (key, was, is) in [
            ("fail-on-undecided", undecided(before), undecided(self)),
            ("strict", flag(before, "strict"), flag(self, "strict")),
            (
                "no-inline-suppressions",
                flag(before, "no-inline-suppressions"),
                flag(self, "no-inline-suppressions"),
            ),
            (
                "no-foreign-suppressions",
                flag(before, "no-foreign-suppressions"),
                flag(self, "no-foreign-suppressions"),
            ),
        ] {
            if was && !is {
                say(key, format!("{key} is not set any more"));
            }
        }
        if flag(self, "exit-zero") && !flag(before, "exit-zero") {
            say("exit-zero", "nothing that is found fails any more".into());
        }
        let (old, new) = (&before.policy, &self.policy);
        for (name, was, is) in [
            ("require-reason", old.require_reason, new.require_reason),
            ("require-expiry", old.require_expiry, new.require_expiry),
            ("inline = false", old.no_inline, new.no_inline),
            ("foreign = false", old.no_foreign, new.no_foreign),
        ] {
            if was && !is {
                say("suppression", format!("{name} is not demanded any more"));
            }
        }
        for rule in old.forbid.iter().filter(|rule| !new.forbid.contains(rule)) {
            say("suppression", format!("{rule} may be suppressed again"));
        }
        let known = before.exclude.as_deref().unwrap_or_default();
        for pattern in self
            .exclude
            .iter()
            .flatten()
            .filter(|one| !known.contains(one))
        {
            say("exclude", format!("{pattern} is left out"));
        }
        if self.baseline.is_some() && before.baseline.is_none() {
            say(
                "baseline",
                "a baseline accepts what was there before".into(),
            );
        }
        let set = |own: &Settings, rule: &str, name: &str| {
            let mut all = own.rules.iter().rev();
            let found = all.find(|one| one.rule.text == rule && one.name.text == name);
            found.map(|one| one.value.text.clone())
        };
        for one in &self.rules {
            let (rule, name) = (one.rule.text.as_str(), one.name.text.as_str());
            if set(self, rule, name) != set(before, rule, name) {
                out.push((
                    one.value.span,
                    format!("{name} of {rule} is {} now", one.value.text),
                ));
            }
        }
        Ok(out)
    }

    /// Where a key is written, or the beginning of the settings.
    fn place(&self, key: &str) -> Span {
        let known = self.places.get(key).copied();
        let first = || self.places.values().next();
        known
            .or_else(|| first().map(|span| Span::new(span.source, 0, 0)))
            .unwrap_or(Span::nowhere())
    }
}
