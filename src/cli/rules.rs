//! `distrust rules` and `distrust explain`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Serialize;

use super::options::{Listing, Rules};
use super::terminal::Terminal;
use super::{Exit, print, print_data};
use crate::config::{Name, Selection};
use crate::findings::RuleInfo;
use crate::report::json_text;
use crate::report::suppress::hygiene;
use crate::rules::RuleSet;
use crate::source::{Diagnostic, nearest};

/// A rule as listed for programs.
#[derive(Serialize)]
struct Listed<'a> {
    id: &'a str,
    title: &'a str,
    severity: &'static str,
    pillar: &'static str,
    controls: Vec<Control<'a>>,
    aliases: Vec<&'a str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    parameters: BTreeMap<&'a str, &'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

#[derive(Serialize)]
struct Control<'a> {
    framework: &'a str,
    id: &'a str,
}

/// Lists the rules, or those that the names select.
pub(super) fn list(options: &Rules, terminal: Terminal) -> Exit {
    let mut rules = RuleSet::builtin().infos();
    rules.extend(hygiene::infos());
    let chosen = match chosen(&rules, &options.names) {
        Ok(chosen) => chosen,
        Err(errors) => {
            for error in errors {
                terminal.error(&error.message, error.help.as_deref());
            }
            return Exit::Usage;
        }
    };
    match options.output_format {
        Listing::Text => print(terminal, &table(&chosen)),
        Listing::Json => {
            let listed: Vec<Listed<'_>> = chosen.into_iter().map(listed).collect();
            print_data(terminal, &json_text(&listed))
        }
    }
}

/// The rules that have one of the ids and patterns among some words, if there are any, and all of the rest: severities,
/// pillars, controls, and words of their pages.
fn chosen<'r>(
    rules: &'r [RuleInfo],
    words: &[String],
) -> Result<Vec<&'r RuleInfo>, Vec<Diagnostic>> {
    let mut named: Option<BTreeSet<&str>> = None;
    let mut chosen: Vec<&RuleInfo> = rules.iter().collect();
    let mut wrong = Vec::new();
    for word in words {
        let selection = Selection::new(rules, Some(&[Name::from(word.as_str())]), &[]);
        let is_name = word.contains(['*', '?']) || rules.iter().any(|rule| is_called(rule, word));
        match selection {
            Ok(selection) if is_name => {
                let ids = selection.of(rules).map(|rule| rule.id.as_str());
                named.get_or_insert_default().extend(ids);
            }
            Ok(selection) => chosen.retain(|rule| selection.has(&rule.id)),
            Err(errors) => match rules.iter().any(|rule| speaks_of(rule, word)) {
                true => chosen.retain(|rule| speaks_of(rule, word)),
                false => wrong.extend(errors),
            },
        }
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    if let Some(named) = named {
        chosen.retain(|rule| named.contains(rule.id.as_str()));
    }
    Ok(chosen)
}

fn is_called(rule: &RuleInfo, name: &str) -> bool {
    let mut aliases = rule.aliases.iter();
    rule.id == name || aliases.any(|alias| alias.eq_ignore_ascii_case(name))
}

/// Whether the id or the page of a rule has a word.
fn speaks_of(rule: &RuleInfo, word: &str) -> bool {
    let word = word.to_lowercase();
    rule.id.contains(&word) || rule.help_markdown.to_lowercase().contains(&word)
}

fn listed(rule: &RuleInfo) -> Listed<'_> {
    let controls = rule.controls.iter().map(|control| Control {
        framework: &control.framework,
        id: &control.id,
    });
    Listed {
        id: &rule.id,
        title: &rule.title,
        severity: rule.severity.name(),
        pillar: rule.pillar.name(),
        controls: controls.collect(),
        aliases: rule.aliases.iter().map(|alias| alias.as_str()).collect(),
        parameters: rule
            .parameters
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect(),
        url: rule.url.as_deref(),
    }
}

/// One line for each rule, in columns.
fn table(rules: &[&RuleInfo]) -> String {
    let width = rules.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    let mut out = String::new();
    for rule in rules {
        let (id, severity, pillar) = (rule.id.as_str(), rule.severity, rule.pillar);
        let _ = writeln!(
            out,
            "{id:width$}  {severity:8}  {pillar:12}  {}",
            rule.title
        );
    }
    out
}

/// Shows the page of a rule.
pub(super) fn explain(name: &str, terminal: Terminal) -> Exit {
    let mut rules = RuleSet::builtin().infos();
    rules.extend(hygiene::infos());
    let named = |rule: &&RuleInfo| is_called(rule, name);
    let Some(rule) = rules.iter().find(named) else {
        let words = rules
            .iter()
            .flat_map(|rule| std::iter::once(&rule.id).chain(&rule.aliases));
        let near = nearest(name, words.map(|word| word.as_str()));
        let help = near.map(|near| format!("did you mean `{near}`?"));
        terminal.error(
            &format!("there is no rule `{name}`"),
            Some(
                help.as_deref()
                    .unwrap_or("`distrust rules` lists all rules"),
            ),
        );
        return Exit::Usage;
    };
    print(terminal, &page(rule))
}

/// What is known about a rule, then its page.
fn page(rule: &RuleInfo) -> String {
    let mut out = format!(
        "{}\nseverity: {}, pillar: {}\n",
        rule.id, rule.severity, rule.pillar
    );
    if !rule.aliases.is_empty() {
        let _ = writeln!(out, "also known as: {}", rule.aliases.join(", "));
    }
    let controls: Vec<String> = rule
        .controls
        .iter()
        .map(|control| format!("{} {}", control.framework, control.id))
        .collect();
    if !controls.is_empty() {
        let _ = writeln!(out, "controls: {}", controls.join(", "));
    }
    for (name, value) in &rule.parameters {
        let _ = writeln!(out, "parameter: {name} = {value}");
    }
    let _ = writeln!(out, "\n{}", rule.help_markdown.trim());
    out
}

#[cfg(test)]
mod tests {
    use super::{page, table};
    use crate::findings::{Control, Pillar, RuleInfo, Severity};

    #[test]
    fn a_line_and_a_page() {
        let rule = RuleInfo {
            id: "aws-s3-bucket-public".into(),
            title: "S3 bucket is public".into(),
            severity: Severity::High,
            pillar: Pillar::Data,
            help_markdown: "# S3 bucket is public\n\nAnyone can read it.\n".into(),
            controls: vec![Control {
                framework: "nist-800-53-r5".into(),
                id: "AC-3".into(),
            }],
            aliases: vec!["CKV_AWS_20".into(), "AVD-AWS-0092".into()],
            yields_to: Vec::new(),
            parameters: Vec::new(),
            url: None,
        };
        insta::assert_snapshot!(format!("{}\n{}", table(&[&rule]), page(&rule)));
    }
}
