//! What does not hold of an intent, as findings: every format and the editor show them.

use std::sync::Arc;

use crate::eval::{Address, Key, Mode, Why};
use crate::findings::{Certainty, Finding, Label, Pillar, RuleInfo, Severity};
use crate::intent::verify::{Answer, Kind, Step, Verdict};

/// A rule: its kind of answer, id, severity, pillar, title, why it matters, what to do.
struct Rule {
    kind: Kind,
    id: &'static str,
    severity: Severity,
    pillar: Pillar,
    title: &'static str,
    matters: &'static str,
    advice: &'static str,
}

/// All of them, sorted by id.
const RULES: [Rule; 8] = [
    Rule {
        kind: Kind::Encryption,
        id: "intent-encryption",
        severity: Severity::Medium,
        pillar: Pillar::Networks,
        title: "A flow is not encrypted",
        matters: "Whoever is on the way reads what flows and changes it.",
        advice: "Let what is on the way speak TLS, or write `encrypted: false` with the reason into the flow",
    },
    Rule {
        kind: Kind::Enforcement,
        id: "intent-enforcement",
        severity: Severity::High,
        pillar: Pillar::Networks,
        title: "A way leads past an enforcement point",
        matters: "What every request must pass protects nothing once one way leads around it.",
        advice: "Put the point before what is reached, or close the way",
    },
    Rule {
        kind: Kind::Flow,
        id: "intent-flow",
        severity: Severity::Medium,
        pillar: Pillar::Networks,
        title: "A declared flow is not possible",
        matters: "Intent and infrastructure have drifted apart: the service does not work as it is described, or the description is out of date.",
        advice: "Make the smallest change that lets it through, or take the flow out of the intent",
    },
    Rule {
        kind: Kind::Logs,
        id: "intent-logs",
        severity: Severity::Low,
        pillar: Pillar::Visibility,
        title: "Logs are not kept as the intent says",
        matters: "What is not recorded, or is thrown away too soon, cannot be looked into afterwards.",
        advice: "Record it, and keep it as long as the intent says",
    },
    Rule {
        kind: Kind::Never,
        id: "intent-never",
        severity: Severity::High,
        pillar: Pillar::Identity,
        title: "Somebody can do what the intent denies to all but a few",
        matters: "A permission that is granted elsewhere is enough as long as the resource itself denies nothing.",
        advice: "Deny it in the policy of the resource to all but those who are named",
    },
    Rule {
        kind: Kind::Permission,
        id: "intent-permission",
        severity: Severity::High,
        pillar: Pillar::Identity,
        title: "Permissions are not those that the intent grants",
        matters: "What a workload can do beyond its work, whoever takes it over can do too.",
        advice: "Grant what the verbs of the intent say and nothing else",
    },
    Rule {
        kind: Kind::Store,
        id: "intent-store",
        severity: Severity::Medium,
        pillar: Pillar::Data,
        title: "A store is not encrypted with the key that the intent gives it",
        matters: "One's own key decides who reads the data, whatever else is granted.",
        advice: "Name the key in the encryption of the store",
    },
    Rule {
        kind: Kind::Prohibition,
        id: "intent-undeclared",
        severity: Severity::High,
        pillar: Pillar::Networks,
        title: "Something reaches what no flow of the intent declares",
        matters: "What the intent does not say must not exist: each way more is one that an intruder can take.",
        advice: "Close the way, or declare the flow in the intent",
    },
];

/// What formats and selections need to know of these rules, sorted by id.
pub fn infos() -> Vec<RuleInfo> {
    RULES
        .iter()
        .map(|rule| RuleInfo {
            id: rule.id.into(),
            title: rule.title.to_owned(),
            severity: rule.severity,
            pillar: rule.pillar,
            help_markdown: format!(
                "# {}\n\n## Why it matters\n\n{}\n\n## What to do\n\n{}.\n\n\
                 The intent (`distrust.intent.yaml`) is described in `docs/intent.md`; `distrust verify` shows the whole proof.\n",
                rule.title, rule.matters, rule.advice
            ),
            controls: Vec::new(),
            aliases: Vec::new(),
            yields_to: Vec::new(),
            parameters: Vec::new(),
            url: None,
        })
        .collect()
}

/// The answers that do not hold, as findings.
pub fn findings(answers: &[Answer]) -> Vec<Finding> {
    let open = answers.iter().filter(|own| own.verdict != Verdict::Proven);
    open.filter_map(finding).collect()
}

fn finding(own: &Answer) -> Option<Finding> {
    let rule = RULES.iter().find(|rule| rule.kind == own.kind)?;
    let in_code = |step: &&Step| step.span.is_somewhere() && step.span.source != own.span.source;
    // The rule that lets something through is to blame more than the ends of the way.
    let blamed = own.path.iter().filter(in_code);
    let blamed = blamed.max_by_key(|step| step.text.starts_with("this "));
    let blamed = blamed.filter(|_| own.verdict != Verdict::Stale);
    let ports: Vec<String> = own.ports.iter().map(ToString::to_string).collect();
    let ports = match ports.is_empty() {
        true => String::new(),
        false => format!(" [{}]", ports.join(", ")),
    };
    let mut related: Vec<Label> = Vec::new();
    if blamed.is_some() && own.span.is_somewhere() {
        related.push(Label {
            span: own.span,
            text: "the intent says otherwise here".into(),
        });
    }
    related.extend(
        own.path
            .iter()
            .filter(in_code)
            .filter(|step| Some(*step) != blamed)
            .map(|step| Label {
                span: step.span,
                text: format!("{}: {}", step.resource, step.text).into(),
            }),
    );
    let advice = match &own.change {
        Some(change) => format!("{}: {change}", rule.advice),
        None => rule.advice.to_owned(),
    };
    Some(Finding {
        rule: rule.id.into(),
        severity: rule.severity,
        certainty: match own.verdict {
            Verdict::Undecided => Certainty::Undecided(Why::Condition),
            _ => Certainty::Proven,
        },
        subjects: vec![Arc::new(Address {
            stack: ".".into(),
            module: "".into(),
            mode: Mode::Managed,
            type_name: "intent".into(),
            name: format!("{} -> {}", own.from, own.to).into(),
            key: Key::None,
        })],
        message: ecow::eco_format!("{} -> {}{ports}: {}", own.from, own.to, own.because),
        primary: Label {
            span: blamed.map_or(own.span, |step| step.span),
            text: "".into(),
        },
        related,
        secret: false,
        advice: advice.into(),
        remedy: None,
        fingerprint: "".into(),
        exposure: None,
    })
}

#[cfg(test)]
mod tests {
    use super::RULES;

    #[test]
    fn rules_are_sorted_and_each_kind_has_one() {
        assert!(RULES.is_sorted_by(|a, b| a.id < b.id));
        let mut kinds: Vec<_> = RULES.iter().map(|rule| rule.kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        assert_eq!(kinds.len(), RULES.len());
    }
}
