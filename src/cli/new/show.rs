//! What `distrust new` says: the patterns, one of them, what was done.

use std::fmt::Write;
use std::path::Path;

use serde_json::{Value, json};
use similar::TextDiff;

use super::super::check::Refusal;
use super::super::options::Listing;
use super::super::terminal::Terminal;
use super::super::{Exit, print, print_data};
use crate::generate::write::{Plan, Step};
use crate::generate::{Language, Library, Pattern, data};
use crate::source::Door;

/// Lists the patterns.
pub(super) fn list(
    library: &Library,
    format: Listing,
    terminal: Terminal,
) -> Result<Exit, Refusal> {
    let names = library.patterns().into_iter();
    let patterns: Result<Vec<Pattern>, String> =
        names.map(|name| Pattern::find(library, name)).collect();
    let patterns = patterns.map_err(Refusal::new)?;
    if format == Listing::Json {
        let all: Vec<Value> = patterns.iter().map(described).collect();
        return Ok(print_data(
            terminal,
            &pretty(&json!({ "version": 1, "patterns": all })),
        ));
    }
    let width = patterns
        .iter()
        .map(|one| one.name.len())
        .max()
        .unwrap_or_default();
    let mut out = String::new();
    for pattern in &patterns {
        let _ = writeln!(out, "{:width$}  {}", pattern.name, pattern.summary);
    }
    Ok(print(terminal, &out))
}

/// Says what a pattern is and what it asks.
pub(super) fn explain(
    pattern: &Pattern,
    format: Listing,
    terminal: Terminal,
) -> Result<Exit, Refusal> {
    if format == Listing::Json {
        return Ok(print_data(terminal, &pretty(&described(pattern))));
    }
    let languages: Vec<&str> = pattern
        .languages
        .iter()
        .copied()
        .map(Language::name)
        .collect();
    let mut out = format!(
        "{}: {}\nIn {}.\n\n{}\n\nIt asks:\n",
        pattern.name,
        pattern.summary,
        languages.join(" and "),
        pattern.about
    );
    for question in &pattern.questions {
        let default = data::written(&question.default);
        let _ = writeln!(
            out,
            "  --set {}={default}\n      {}",
            question.name, question.ask
        );
    }
    Ok(print(terminal, &out))
}

fn described(pattern: &Pattern) -> Value {
    let languages: Vec<&str> = pattern
        .languages
        .iter()
        .copied()
        .map(Language::name)
        .collect();
    let questions: Vec<Value> = pattern
        .questions
        .iter()
        .map(|question| {
            json!({
                "name": question.name,
                "ask": question.ask,
                "default": question.default,
                "among": question.among,
            })
        })
        .collect();
    json!({
        "name": pattern.name,
        "summary": pattern.summary,
        "about": pattern.about,
        "languages": languages,
        "questions": questions,
    })
}

fn pretty(value: &Value) -> String {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    text + "\n"
}

/// Says what was done with each file, or would be.
pub(super) fn steps(plan: &Plan, door: Door<'_>, folder: &Path, dry: bool, terminal: Terminal) {
    let mut out = String::new();
    for (path, step) in &plan.steps {
        if *step != Step::Keep {
            let shown = door.scope().shown(&folder.join(path));
            let _ = writeln!(out, "{:<11}  {shown}", step.word());
        }
    }
    let changed = plan
        .steps
        .values()
        .filter(|step| **step != Step::Keep)
        .count();
    let conflicts = plan
        .steps
        .values()
        .filter(|step| matches!(step, Step::Conflict(_)));
    let conflicts = conflicts.count();
    let verb = if dry { "would change" } else { "changed" };
    let _ = match changed {
        0 => writeln!(out, "Nothing {verb}."),
        1 => writeln!(out, "1 file {verb}."),
        many => writeln!(out, "{many} files {verb}."),
    };
    if conflicts > 0 {
        let _ = writeln!(
            out,
            "Settle the conflicts ({conflicts}), marked as git marks them."
        );
    }
    terminal.say(&out);
}

/// Says what CloudFormation has no type for.
pub(in crate::cli) fn unsayable(unsayable: Option<&Value>, terminal: Terminal) {
    let settings = unsayable.and_then(|all| all["settings"].as_array());
    let mut out = String::new();
    for setting in settings.into_iter().flatten() {
        let text = |key: &str| setting[key].as_str().unwrap_or_default();
        let _ = writeln!(
            out,
            "CloudFormation cannot say {}: {}.",
            text("name"),
            text("says")
        );
    }
    terminal.say(&out);
}

/// Says which files are not what the answers give.
pub(super) fn drift(plan: &Plan, door: Door<'_>, folder: &Path, terminal: Terminal) {
    let mut out = String::new();
    for (path, step) in &plan.steps {
        let shown = door.scope().shown(&folder.join(path));
        let word = match step {
            Step::Keep => continue,
            Step::Make(_) => "missing",
            Step::Renew(_) => "outdated",
            Step::Remove | Step::Leave => "not generated any more",
            _ => "edited",
        };
        let _ = writeln!(out, "{shown}: {word}");
    }
    if out.is_empty() && plan.outdated {
        out.push_str("the answers of the folder are not those of this version\n");
    }
    terminal.say(&out);
}

/// What would change, as a unified diff.
pub(super) fn differences(
    plan: &Plan,
    door: Door<'_>,
    folder: &Path,
    terminal: Terminal,
) -> Result<Exit, Refusal> {
    let mut out = String::new();
    for (path, step) in &plan.steps {
        let old = plan.current.get(path).map_or("", String::as_str);
        let new = match step {
            Step::Remove => "",
            Step::Refuse(_) => plan.generated(path).unwrap_or(old),
            step => step.text().unwrap_or(old),
        };
        if old == new {
            continue;
        }
        let shown = door.scope().shown(&folder.join(path));
        let before = if old.is_empty() {
            "/dev/null".into()
        } else {
            format!("a/{shown}")
        };
        let after = if new.is_empty() {
            "/dev/null".into()
        } else {
            format!("b/{shown}")
        };
        let diff = TextDiff::from_lines(old, new);
        out += &diff.unified_diff().header(&before, &after).to_string();
    }
    let changed = !out.is_empty();
    match print_data(terminal, &out) {
        Exit::Clean => Ok(Exit::Findings.when(changed)),
        other => Ok(other),
    }
}
