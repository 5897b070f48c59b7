//! `distrust init`: settings for a repository, made from what it holds and from what other tools were told in it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::Exit;
use super::check::{self, Refusal};
use super::config::write;
use super::terminal::Terminal;
use crate::config::import::{FILES, Skip, Told, told};
use crate::config::{FILE, keys};
use crate::engine;
use crate::report::counted;
use crate::rules::RuleSet;
use crate::source::{Discovered, Disk, Door, Files, Scope, Search, SourceMap, discover};

/// What comes next.
const NEXT: &str = "\nNext:\n  distrust check                     # what is found\n  distrust baseline write            # leave what is there for later; set `baseline` in distrust.toml\n  \
    distrust check --since origin/main # only what a branch brings\n\nFor pre-commit, in .pre-commit-config.yaml:\n  - repo: https://github.com/distrust-dev/distrust\n    rev: v0.1.0\n    \
    hooks: [{ id: distrust-staged }]\n\nFor CI, after a checkout with all history:\n  distrust check --since origin/main --output-format sarif --output distrust.sarif\n";

/// Writes settings, and says what comes next.
pub(super) fn run(terminal: Terminal) -> Exit {
    check::with_threads(None, terminal, || {
        let working = check::working()?;
        let path = working.join(FILE);
        if Disk.kind(&path).is_some() {
            let help = "`distrust config show` shows what it sets".to_owned();
            return Err(Refusal::new(format!("there is a {FILE} already")).help(Some(help)));
        }
        let scope = Scope::new(&Disk, &working, None, &[]);
        let (door, sources) = (Door::new(&Disk, &scope), SourceMap::new());
        let search = Search {
            paths: std::slice::from_ref(&working),
            exclude: &[],
            listed: false,
            everything: false,
            is_template: engine::is_template,
        };
        let found = discover(door, &sources, search);
        let mut imports = Vec::new();
        for (name, form) in FILES {
            let at = working.join(name);
            if let Ok(bytes) = door.read(&at) {
                let (file, _) = sources.add_file(&at, name, bytes);
                imports.push((name, told(&file, form)));
            }
        }
        let (text, said) = settings(&found, &imports);
        write(door, &path, &text)?;
        terminal.say(&format!("Wrote {FILE}\n{said}{NEXT}"));
        Ok(Exit::Clean)
    })
}

/// The settings, and what is said of them.
fn settings(found: &Discovered, imports: &[(&str, Told)]) -> (String, String) {
    let mut said = format!(
        "{}, {}, {}\n",
        counted(found.folders.len(), "Terraform folder", "Terraform folders"),
        counted(found.templates.len(), "template", "templates"),
        counted(found.plans.len(), "plan", "plans"),
    );
    let mut out = String::from(
        "# The settings of distrust: `distrust config explain KEY` says more of each.\n\n# What makes a run fail.\nfail-on = \"medium\"\n",
    );
    let exclude: BTreeSet<&str> = imports
        .iter()
        .flat_map(|(_, told)| told.exclude.iter().map(String::as_str))
        .collect();
    if !exclude.is_empty() {
        let _ = writeln!(
            out,
            "\n# What other tools leave out.\nexclude = {}",
            list(exclude.into_iter())
        );
    }
    let mut ignore = String::new();
    let mut entries = String::new();
    let mut done = BTreeSet::new();
    for (name, told) in imports {
        let (mut taken, mut unknown) = (0, Vec::new());
        for skip in &told.skips {
            let rules = rules_of(&skip.id);
            match rules.is_empty() {
                true => unknown.push(skip.id.as_str()),
                false => taken += 1,
            }
            if skip.paths.is_empty() && skip.until.is_none() {
                for rule in rules.into_iter().filter(|rule| done.insert(rule.clone())) {
                    let why = if skip.reason.is_empty() {
                        String::new()
                    } else {
                        format!(": {}", skip.reason)
                    };
                    let _ = writeln!(
                        ignore,
                        "  {}, # {} in {name}{why}",
                        toml::Value::from(rule),
                        skip.id
                    );
                }
            } else {
                entries += &entry(skip, &rules, name);
            }
        }
        let _ = write!(
            said,
            "{name}: {} taken over",
            counted(taken, "check", "checks")
        );
        match unknown.is_empty() {
            true => said.push('\n'),
            false => {
                let _ = writeln!(said, "; no rule here is called {}", unknown.join(", "));
            }
        }
    }
    if !ignore.is_empty() {
        let _ = write!(
            out,
            "\n# What other tools were told not to ask.\nignore = [\n{ignore}]\n"
        );
    }
    if let Some(key) = keys::find("baseline") {
        let _ = writeln!(out, "\n# {}.\n# {}", key.about, key.line());
    }
    if !entries.is_empty() {
        let _ = write!(out, "\n# What other tools were told to accept.\n{entries}");
    }
    (out, said)
}

fn entry(skip: &Skip, rules: &[String], name: &str) -> String {
    if rules.is_empty() {
        return String::new();
    }
    let mut out = String::new();
    let everywhere = [String::from("**")];
    let paths = if skip.paths.is_empty() {
        &everywhere[..]
    } else {
        &skip.paths
    };
    for path in paths {
        let reason = match skip.reason.is_empty() {
            true => format!("{} was accepted in {name}", skip.id),
            false => skip.reason.clone(),
        };
        let rules = list(rules.iter().map(String::as_str));
        let (path, reason) = (toml::Value::from(path.as_str()), toml::Value::from(reason));
        let _ = writeln!(
            out,
            "[[suppress]]\nrules = {rules}\npath = {path}\nreason = {reason}"
        );
        // A time of the day is no part of an end.
        if let Some(until) = skip.until.as_deref().and_then(|until| until.get(..10)) {
            let _ = writeln!(out, "until = {}", toml::Value::from(until));
        }
        out.push('\n');
    }
    out
}

fn list<'t>(words: impl Iterator<Item = &'t str>) -> String {
    let words: Vec<String> = words
        .map(|word| toml::Value::from(word).to_string())
        .collect();
    format!("[{}]", words.join(", "))
}

/// The rules that ask what a check of another tool does.
fn rules_of(id: &str) -> Vec<String> {
    let longer = format!("AVD-{id}");
    let is_called =
        |alias: &String| alias.eq_ignore_ascii_case(id) || alias.eq_ignore_ascii_case(&longer);
    let rules = RuleSet::builtin().rules();
    rules
        .filter(|rule| rule.aliases.iter().any(is_called))
        .map(|rule| rule.id.clone())
        .collect()
}
