//! Rule files to the model: Markdown with YAML front matter. Compiled into the build script too.

mod reach;
pub mod relations;

use super::model::{
    APPLICABILITIES, Amount, Check, Grants, PILLARS, Related, RemedySpec, Rule, SEVERITIES,
    Statement, Test,
};
use crate::catalog::model::Path;
use crate::catalog::read::{path, usage};
use crate::catalog::tree::{self, Node, Wrong};

/// The deepest nesting of checks.
const MAX_DEPTH: usize = 16;
const CHECKS: &str = "all, any, not, when, unless, each, some, path, reachable, shadowed, repeated, policy, grants, \
     escalates, related, beside, same, secret, generated-secret, native";

/// Front matter, and the page below it with the line it begins on.
///
/// # Errors
/// When the file does not begin with `---` or the front matter is not closed.
pub fn split(text: &str) -> Result<(&str, &str, usize), Wrong> {
    let rest = text
        .strip_prefix("---\n")
        .ok_or_else(|| Wrong::at(1, "a rule file begins with `---`"))?;
    let end = rest
        .find("\n---\n")
        .ok_or_else(|| Wrong::at(1, "the front matter is not closed with `---`"))?;
    let front = &rest[..=end];
    Ok((front, &rest[end + 5..], front.lines().count() + 3))
}

/// The rule of a file.
///
/// # Errors
/// The first thing that is wrong, with its line.
pub fn rule(text: &str) -> Result<Rule, Wrong> {
    let (front, page, page_line) = split(text)?;
    let root = tree::parse(front, 2)?;
    let need = |key: &str| {
        root.get(key)
            .ok_or_else(|| Wrong::at(1, format!("`{key}` is missing")))
    };
    for (key, line, _) in root.map()? {
        const KEYS: [&str; 13] = [
            "id",
            "severity",
            "pillar",
            "kind",
            "documents",
            "parameters",
            "assert",
            "native",
            "message",
            "remedy",
            "controls",
            "aliases",
            "yields-to",
        ];
        if !KEYS.contains(&key.as_str()) {
            return Err(unexpected(*line, key, &KEYS.join(", ")));
        }
    }
    let parameters = root.get("parameters").map_or(Ok(Vec::new()), parameters)?;
    let check = match (root.get("native"), root.get("assert")) {
        (Some(name), None) => Check::Native(name.text()?.to_owned()),
        (None, Some(node)) => {
            let mut check = check(node, 0)?;
            settle(&mut check, &parameters).map_err(|message| Wrong::at(node.line, message))?;
            check
        }
        _ => return Err(Wrong::at(1, "one of `assert` and `native` is needed")),
    };
    let kinds = root.get("kind").map_or(Ok(Vec::new()), Node::texts)?;
    let documents = match root.get("documents") {
        Some(node) => node.items().iter().map(usage).collect::<Result<_, _>>()?,
        None => Vec::new(),
    };
    if kinds.is_empty() && documents.is_empty() {
        return Err(Wrong::at(1, "one of `kind` and `documents` is needed"));
    }
    let mut controls = Vec::new();
    if let Some(node) = root.get("controls") {
        for (standard, _, ids) in node.map()? {
            controls.push((standard.clone(), ids.texts()?));
        }
    }
    Ok(Rule {
        id: need("id")?.text()?.to_owned(),
        severity: word(need("severity")?, &SEVERITIES)?,
        pillar: PILLARS[word(need("pillar")?, &PILLARS)? as usize].to_owned(),
        kinds,
        documents,
        parameters,
        check,
        message: need("message")?.text()?.to_owned(),
        remedy: root.get("remedy").map(remedy).transpose()?,
        controls,
        aliases: root.get("aliases").map_or(Ok(Vec::new()), Node::texts)?,
        yields_to: root.get("yields-to").map_or(Ok(Vec::new()), Node::texts)?,
        file: String::new(),
        title: title(page, page_line)?,
        advice: advice(page, page_line)?,
    })
}

/// The parameters of a rule and what they are unless somebody sets them.
fn parameters(node: &Node) -> Result<Vec<(String, Amount)>, Wrong> {
    let mut parameters = Vec::new();
    for (name, line, value) in node.map()? {
        let text = value.text()?;
        let amount = Amount::parse(text)
            .ok_or_else(|| Wrong::at(*line, format!("`{text}` is no number and no time")))?;
        parameters.push((
            name.clone(),
            Amount {
                parameter: Some(name.clone()),
                ..amount
            },
        ));
    }
    Ok(parameters)
}

/// Puts parameters where a check names them, and says when one of them is missing or stands nowhere.
fn settle(check: &mut Check, parameters: &[(String, Amount)]) -> Result<(), String> {
    let mut missing = None;
    let mut used = Vec::new();
    check.amounts(&mut |amount| {
        let Some(name) = amount.parameter.clone() else {
            return;
        };
        match parameters.iter().find(|(own, _)| *own == name) {
            Some((_, set)) => *amount = set.clone(),
            None => missing = Some(name.clone()),
        }
        used.push(name);
    });
    let idle = parameters.iter().find(|(name, _)| !used.contains(name));
    match (missing, idle) {
        (Some(name), _) => Err(format!("there is no parameter `{name}`")),
        (None, Some((name, _))) => Err(format!("nothing is compared with the parameter `{name}`")),
        (None, None) => Ok(()),
    }
}

fn title(page: &str, line: usize) -> Result<String, Wrong> {
    let first = page
        .lines()
        .enumerate()
        .find(|(_, text)| !text.trim().is_empty());
    match first.and_then(|(_, text)| text.strip_prefix("# ")) {
        Some(title) => Ok(title.trim().to_owned()),
        None => Err(Wrong::at(line, "the page begins with a heading `# …`")),
    }
}

/// The first sentence of what to do.
fn advice(page: &str, line: usize) -> Result<String, Wrong> {
    const HEADING: &str = "\n## What to do\n";
    let missing = || {
        Wrong::at(
            line,
            "the page says nothing below a heading `## What to do`",
        )
    };
    let at = page.find(HEADING).ok_or_else(missing)?;
    let below = page[at + HEADING.len()..].trim_start();
    let paragraph = below
        .split("\n\n")
        .next()
        .unwrap_or_default()
        .replace('\n', " ");
    let end = paragraph
        .match_indices(['.', ':', '!'])
        .find(|(at, _)| paragraph[at + 1..].is_empty() || paragraph[at + 1..].starts_with(' '))
        .map_or(paragraph.len(), |(at, _)| at);
    let sentence = paragraph[..end].trim();
    if sentence.is_empty() || sentence.starts_with('#') {
        return Err(missing());
    }
    Ok(sentence.to_owned())
}

pub(super) fn unexpected(line: usize, found: &str, expected: &str) -> Wrong {
    Wrong::at(
        line,
        format!("`{found}` is not expected here; expected: {expected}"),
    )
}

/// The index of a word in a closed list.
fn word(node: &Node, among: &[&str]) -> Result<u8, Wrong> {
    let text = node.text()?;
    let at = among.iter().position(|word| *word == text);
    at.map(|at| at as u8)
        .ok_or_else(|| unexpected(node.line, text, &among.join(", ")))
}

fn remedy(node: &Node) -> Result<RemedySpec, Wrong> {
    let (mut at, mut to, mut applicability) = (None, None, 0);
    for (key, line, value) in node.map()? {
        match key.as_str() {
            "set" | "remove" => at = Some(path(value.text()?, *line)?),
            "to" => to = Some(value.literal()),
            "applicability" => applicability = word(value, &APPLICABILITIES)?,
            other => return Err(unexpected(*line, other, "set, remove, to, applicability")),
        }
    }
    let path = at.ok_or_else(|| Wrong::at(node.line, "`set` or `remove` is missing"))?;
    if to.is_some() != node.get("set").is_some() {
        return Err(Wrong::at(node.line, "`to` belongs to `set`"));
    }
    Ok(RemedySpec {
        path,
        to,
        applicability,
        writings: Vec::new(),
    })
}

fn checks(node: &Node, depth: usize) -> Result<Vec<Check>, Wrong> {
    node.items().iter().map(|item| check(item, depth)).collect()
}

/// `{ grants: [ … ], need: one, on: some, administrators: included }`, `{ escalates: [ … ] }`.
fn grants(node: &Node, actions: &Node, effective: bool) -> Result<Check, Wrong> {
    let choice = |key: &str, words: [&str; 2]| match node.get(key) {
        None => Ok(false),
        Some(value) => Ok(word(value, &words)? == 1),
    };
    Ok(Check::Grants(Grants {
        actions: actions.texts()?,
        one: choice("need", ["all", "one"])?,
        every: !choice("on", ["every", "some"])?,
        administrators: choice("administrators", ["excluded", "included"])?,
        effective,
    }))
}

/// One check of a rule.
fn check(node: &Node, depth: usize) -> Result<Check, Wrong> {
    if depth > MAX_DEPTH {
        return Err(Wrong::at(node.line, "checks are nested too deeply"));
    }
    let depth = depth + 1;
    let entries = node.map()?;
    let Some((form, line, value)) = entries.first() else {
        return Err(Wrong::at(node.line, "a check is expected here"));
    };
    let only = |keys: &[&str]| match entries
        .iter()
        .skip(1)
        .find(|(key, ..)| !keys.contains(&key.as_str()))
    {
        Some((key, line, _)) => Err(unexpected(*line, key, &keys.join(", "))),
        None => Ok(()),
    };
    let inner = |key: &str| {
        let inner = node
            .get(key)
            .ok_or_else(|| Wrong::at(*line, format!("`{key}` is missing")))?;
        check(inner, depth)
    };
    match form.as_str() {
        "all" => only(&[]).and_then(|()| Ok(Check::All(checks(value, depth)?))),
        "any" => only(&[]).and_then(|()| Ok(Check::Any(checks(value, depth)?))),
        "not" => only(&[]).and_then(|()| Ok(Check::Not(Box::new(check(value, depth)?)))),
        "when" => {
            only(&["then"])?;
            // What must hold stands first: it is to blame, not the condition.
            let condition = Check::Not(Box::new(check(value, depth)?));
            Ok(Check::Any(vec![inner("then")?, condition]))
        }
        "unless" => {
            only(&["holds"])?;
            let guard = Box::new(check(value, depth)?);
            Ok(Check::Unless(guard, Box::new(inner("holds")?)))
        }
        "each" => {
            only(&["holds"])?;
            Ok(Check::Each(
                path(value.text()?, *line)?,
                Box::new(inner("holds")?),
            ))
        }
        "some" => {
            only(&["holds"])?;
            Ok(Check::Some(
                path(value.text()?, *line)?,
                Box::new(inner("holds")?),
            ))
        }
        "path" => {
            let tests = entries
                .iter()
                .skip(1)
                .map(test)
                .collect::<Result<Vec<_>, _>>()?;
            if tests.is_empty() {
                return Err(Wrong::at(*line, "nothing is asked of this path"));
            }
            // A point is the member itself.
            let at = match value.text()? {
                "." => Path::default(),
                text => path(text, *line)?,
            };
            Ok(Check::Value(at, tests))
        }
        "reachable" => Ok(Check::Reachable(reach::reach(node, value.text()?)?)),
        "repeated" => only(&[]).and_then(|()| Ok(Check::Repeated(value.text()?.to_owned()))),
        "shadowed" => only(&[]).and_then(|()| Ok(Check::Shadowed(value.text()?.to_owned()))),
        "policy" => Ok(Check::Policy(path(value.text()?, *line)?, statement(node)?)),
        "grants" => {
            only(&["need", "on", "administrators"])?;
            grants(node, value, false)
        }
        "escalates" => {
            only(&[])?;
            grants(node, value, true)
        }
        "beside" => {
            only(&["holds"])?;
            Ok(Check::Beside(value.texts()?, Box::new(inner("holds")?)))
        }
        "native" => only(&[]).and_then(|()| Ok(Check::Native(value.text()?.to_owned()))),
        "related" => Ok(Check::Related(related(node, value, depth)?)),
        "same" => match (value.items(), only(&[])) {
            ([a, b], Ok(())) => Ok(Check::Same(
                path(a.text()?, a.line)?,
                path(b.text()?, b.line)?,
            )),
            (_, Err(wrong)) => Err(wrong),
            _ => Err(Wrong::at(*line, "two paths are expected here")),
        },
        "secret" => only(&[]).and_then(|()| Ok(Check::Secret(path(value.text()?, *line)?))),
        "generated-secret" => {
            only(&[]).and_then(|()| Ok(Check::Generated(path(value.text()?, *line)?)))
        }
        other => Err(unexpected(*line, other, CHECKS)),
    }
}

fn test((name, line, value): &(String, usize, Node)) -> Result<Test, Wrong> {
    let text = || value.text().map(str::to_owned);
    let amount = || {
        let text = value.text()?;
        if let Some(name) = text.strip_prefix('$') {
            return Ok(Amount {
                parameter: Some(name.to_owned()),
                ..Amount::default()
            });
        }
        Amount::parse(text).ok_or_else(|| {
            Wrong::at(
                value.line,
                format!("`{text}` is no whole number and no time"),
            )
        })
    };
    Ok(match name.as_str() {
        "equals" => Test::Equals(value.literal()),
        "one-of" => Test::OneOf(value.items().iter().map(Node::literal).collect()),
        "matches" => Test::Matches(text()?),
        "starts-with" => Test::StartsWith(text()?),
        "ends-with" => Test::EndsWith(text()?),
        "contains" => Test::Contains(value.literal()),
        "exists" => Test::Exists(boolean(value)?),
        "at-least" => Test::AtLeast(amount()?),
        "at-most" => Test::AtMost(amount()?),
        "plaintext" => Test::Plaintext(boolean(value)?),
        "span-at-most" => {
            let number = text()?.parse();
            Test::SpanAtMost(
                number.map_err(|_| Wrong::at(value.line, "a whole number is expected"))?,
            )
        }
        "within" => Test::Within(value.texts()?),
        "network" => {
            let sorts = ["world", "public", "private"];
            Test::Network(sorts[usize::from(word(value, &sorts)?)].to_owned())
        }
        other => {
            let tests = "equals, one-of, matches, starts-with, ends-with, contains, exists, at-least, at-most, span-at-most, within, network, plaintext";
            return Err(unexpected(*line, other, tests));
        }
    })
}

pub(super) fn boolean(node: &Node) -> Result<bool, Wrong> {
    match node.text()? {
        "true" => Ok(true),
        "false" => Ok(false),
        other => Err(unexpected(node.line, other, "true, false")),
    }
}

fn statement(node: &Node) -> Result<Statement, Wrong> {
    let mut statement = None;
    for (key, line, value) in node.map()?.iter().skip(1) {
        let allow = match key.as_str() {
            "allows" => true,
            "denies" => false,
            other => return Err(unexpected(*line, other, "allows, denies")),
        };
        let mut like = Statement {
            allow,
            ..Statement::default()
        };
        for (key, line, value) in value.map()? {
            match key.as_str() {
                "action" => like.action = Some(value.text()?.to_owned()),
                "resource" => like.resource = Some(value.text()?.to_owned()),
                "principal" => like.principal = Some(value.text()?.to_owned()),
                "conditioned" => like.conditioned = Some(boolean(value)?),
                "condition" => like.condition = Some(condition(value)?),
                other => {
                    return Err(unexpected(
                        *line,
                        other,
                        "action, resource, principal, conditioned, condition",
                    ));
                }
            }
        }
        if statement.replace(like).is_some() {
            return Err(Wrong::at(*line, "one of `allows` and `denies`"));
        }
    }
    statement.ok_or_else(|| Wrong::at(node.line, "`allows` or `denies` is missing"))
}

/// `{ operators: […], key: …, value: … }`.
fn condition(node: &Node) -> Result<(Vec<String>, String, String), Wrong> {
    let operators = node.get("operators").map_or(Ok(Vec::new()), Node::texts)?;
    let key = node
        .get("key")
        .ok_or_else(|| Wrong::at(node.line, "`key` is missing"))?
        .text()?;
    let value = node.get("value").map_or(Ok(""), Node::text)?;
    Ok((operators, key.to_owned(), value.to_owned()))
}

fn related(node: &Node, kinds: &Node, depth: usize) -> Result<Related, Wrong> {
    let mut related = Related {
        kinds: kinds.texts()?,
        relation: None,
        outgoing: true,
        check: None,
    };
    for (key, line, value) in node.map()?.iter().skip(1) {
        match key.as_str() {
            "by" => related.relation = Some(value.text()?.to_owned()),
            "direction" => related.outgoing = word(value, &["incoming", "outgoing"])? == 1,
            "holds" => related.check = Some(Box::new(check(value, depth)?)),
            other => return Err(unexpected(*line, other, "by, direction, holds")),
        }
    }
    Ok(related)
}

/// Every path that a check asks about, from the resource.
pub fn paths(check: &Check, base: &Path, out: &mut Vec<Path>) {
    let join = |path: &Path| Path(base.0.iter().chain(&path.0).cloned().collect());
    match check {
        Check::All(checks) | Check::Any(checks) => {
            checks.iter().for_each(|check| paths(check, base, out))
        }
        Check::Not(check) => paths(check, base, out),
        Check::Unless(guard, check) => {
            paths(guard, base, out);
            paths(check, base, out);
        }
        Check::Each(path, check) | Check::Some(path, check) => paths(check, &join(path), out),
        Check::Value(path, _)
        | Check::Policy(path, _)
        | Check::Secret(path)
        | Check::Generated(path) => {
            out.push(join(path));
        }
        Check::Same(a, b) => out.extend([join(a), join(b)]),
        Check::Reachable(_)
        | Check::Shadowed(_)
        | Check::Repeated(_)
        | Check::Related(_)
        | Check::Beside(..)
        | Check::Grants(_)
        | Check::Native(_) => {}
    }
}
