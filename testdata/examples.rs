//! The examples on the pages of the rules, each of them a test: a bad one is found exactly on its lines marked
//! `# finding`, a good one nowhere; the same as JSON, with its blocks in another order, and with what the rule reads
//! replaced by a variable that nothing sets, which must never be a finding.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use distrust::catalog::Catalog;
use distrust::eval::terraform::{Settings, World, evaluate};
use distrust::eval::{Stack, cloudformation};
use distrust::findings::{Certainty, Finding};
use distrust::graph::build;
use distrust::rules::{Rule, RuleSet, check};
use distrust::source::{Door, Folder, Memory, Scope, SourceMap};
use distrust::syntax::yaml;
use serde_json::{Value as Json, json};

/// A fenced block of a page.
pub(super) struct Example<'p> {
    pub(super) rule: &'p Rule,
    pub(super) dialect: Dialect,
    pub(super) bad: bool,
    pub(super) text: String,
    /// The number of the block in its page, for messages.
    pub(super) number: usize,
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Dialect {
    Hcl,
    Yaml,
    Json,
}

/// What a run over one text said.
pub(super) struct Said {
    pub(super) sources: SourceMap,
    text: String,
    pub(super) findings: Vec<Finding>,
    undecided: Vec<Finding>,
    pub(super) broken: Vec<String>,
}

pub(super) fn examples() -> Vec<Example<'static>> {
    let rules = RuleSet::builtin().rules();
    let mut examples = Vec::new();
    for (rule, page) in rules.zip(RuleSet::builtin().pages()) {
        let mut open: Option<Example<'static>> = None;
        let mut number = 0;
        for line in page.lines() {
            match (&mut open, line.strip_prefix("```")) {
                (None, Some(info)) => {
                    let mut words = info.split_whitespace();
                    let dialect = match words.next() {
                        Some("hcl") => Dialect::Hcl,
                        Some("yaml") => Dialect::Yaml,
                        _ => continue,
                    };
                    number += 1;
                    let bad = match words.next() {
                        Some("bad") => true,
                        Some("good") => false,
                        other => panic!("{}: a block is neither good nor bad: {other:?}", rule.id),
                    };
                    open = Some(Example {
                        rule,
                        dialect,
                        bad,
                        text: String::new(),
                        number,
                    });
                }
                (Some(_), Some(_)) => examples.extend(open.take()),
                (Some(example), None) => {
                    example.text.push_str(line);
                    example.text.push('\n');
                }
                (None, None) => {}
            }
        }
        assert!(open.is_none(), "{}: a block is not closed", rule.id);
    }
    examples
}

pub(super) fn run(rule: &Rule, dialect: Dialect, text: &str) -> Said {
    let sources = SourceMap::new();
    let mut files = Memory::new();
    let root = PathBuf::from("/stack");
    let name = match dialect {
        Dialect::Hcl => "main.tf",
        Dialect::Yaml => "template.yaml",
        Dialect::Json => "template.json",
    };
    files.insert(root.join(name), text);
    let scope = Scope::new(&files, &root, Some(&root), &[]);
    let (file, _) = sources.add_file(&root.join(name), name, text.as_bytes().to_vec());
    let stacks: Vec<Stack> = if dialect == Dialect::Hcl {
        let world = World {
            sources: &sources,
            door: Door::new(&files, &scope),
            settings: Settings::default(),
        };
        let folder = Folder {
            path: root,
            shown: "stack".into(),
            files: vec![(name.into(), file)],
            unread: Vec::new(),
        };
        evaluate(vec![folder], &world)
    } else {
        let document = yaml::parse(&file);
        vec![cloudformation::evaluate(&cloudformation::Request {
            file: &file,
            document: &document,
            door: Door::new(&files, &scope),
            sources: &sources,
            parameters: &[],
        })]
    };
    let broken = stacks
        .iter()
        .flat_map(|stack| &stack.diagnostics)
        .map(|one| one.message.clone())
        .collect();
    let catalog = Catalog::builtin();
    let all = stacks.iter().flat_map(|stack| {
        let graph = build(stack, catalog);
        check(&graph, catalog, RuleSet::builtin(), &|own| own == rule.id)
    });
    let (findings, undecided) = all.partition(|one| one.certainty == Certainty::Proven);
    Said {
        sources,
        text: text.to_owned(),
        findings,
        undecided,
        broken,
    }
}

impl Said {
    /// The lines of the findings, sorted, each once.
    fn lines(&self) -> Vec<usize> {
        let line = |one: &Finding| {
            let span = one.primary.span;
            if span.is_somewhere() {
                self.sources.get(span.source).position(span.start).line as usize
            } else {
                0
            }
        };
        let mut lines: Vec<usize> = self.findings.iter().map(line).collect();
        lines.sort_unstable();
        lines.dedup();
        lines
    }

    /// What was said, whatever the places.
    fn words(&self) -> Vec<String> {
        let mut words: Vec<String> = self
            .findings
            .iter()
            .flat_map(|one| {
                one.subjects
                    .iter()
                    .map(|subject| format!("{} {subject}", one.rule))
            })
            .collect();
        words.sort();
        words.dedup();
        words
    }
}

fn marked(text: &str) -> Vec<usize> {
    let lines = text
        .lines()
        .enumerate()
        .filter(|(_, line)| line.trim_end().ends_with("# finding"));
    lines.map(|(at, _)| at + 1).collect()
}

/// Runs on threads with the stack that evaluation asks for.
fn with_stack<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    let pool = rayon::ThreadPoolBuilder::new()
        .stack_size(distrust::eval::terraform::THREAD_STACK_BYTES)
        .num_threads(2)
        .build();
    pool.expect("a thread pool can be made").install(work)
}

/// Runs `test` on every example and fails with all that it says.
fn every(test: impl Fn(&Example<'_>, &mut String) + Send + Sync) {
    let examples = examples();
    assert!(examples.len() >= 4, "the pages have examples");
    let wrong = with_stack(|| {
        let mut wrong = String::new();
        for example in &examples {
            let mut said = String::new();
            test(example, &mut said);
            if !said.is_empty() {
                let _ = writeln!(
                    wrong,
                    "{} (block {}): {said}",
                    example.rule.id, example.number
                );
            }
        }
        wrong
    });
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn are_found_where_they_are_marked() {
    every(|example, wrong| {
        let said = run(example.rule, example.dialect, &example.text);
        let wanted = marked(&example.text);
        if example.bad == wanted.is_empty() {
            wrong.push_str("a bad example has lines marked `# finding`, a good one has none");
        }
        if said.lines() != wanted {
            let _ = write!(wrong, "found on {:?}, marked on {wanted:?}", said.lines());
        }
        if !said.broken.is_empty() {
            let _ = write!(wrong, " not valid: {:?}", said.broken);
        }
        if !said.undecided.is_empty() {
            let _ = write!(wrong, " undecided: {:?}", said.undecided[0].certainty);
        }
    });
}

/// The dialects that have a type of the kinds that a rule is about.
fn dialects(rule: &Rule) -> Vec<Dialect> {
    let catalog = Catalog::builtin();
    let mut dialects = Vec::new();
    for name in &rule.kinds {
        let kind = catalog.kind(name);
        let of_template = name.starts_with("aws.") || name.contains("::");
        if kind.map_or(!of_template, |kind| !kind.terraform.is_empty()) {
            dialects.push(Dialect::Hcl);
        }
        if kind.map_or(of_template, |kind| !kind.cloudformation.is_empty()) {
            dialects.push(Dialect::Yaml);
        }
    }
    dialects
}

/// Rules about what CloudFormation cannot set, so that no template is wrong.
const NEVER_IN_TEMPLATES: &[&str] = &["aws-vpc-default-group-open"];

#[test]
fn stand_for_every_dialect() {
    let examples = examples();
    let mut wrong = String::new();
    for rule in RuleSet::builtin().rules() {
        let dialects = dialects(rule);
        for dialect in dialects {
            for bad in [true, false] {
                if bad && dialect == Dialect::Yaml && NEVER_IN_TEMPLATES.contains(&&*rule.id) {
                    continue;
                }
                let has = |one: &Example<'_>| {
                    one.rule.id == rule.id && one.dialect == dialect && one.bad == bad
                };
                if !examples.iter().any(has) {
                    let _ = writeln!(
                        wrong,
                        "{}: no {} {dialect:?}",
                        rule.id,
                        if bad { "bad" } else { "good" }
                    );
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn are_the_same_as_json() {
    every(|example, wrong| {
        if example.dialect != Dialect::Yaml {
            return;
        }
        let json = to_json(&example.text);
        let (yaml, json) = (
            run(example.rule, Dialect::Yaml, &example.text),
            run(example.rule, Dialect::Json, &json),
        );
        if yaml.words() != json.words() || !json.undecided.is_empty() {
            let _ = write!(
                wrong,
                "YAML says {:?}, JSON {:?}",
                yaml.words(),
                json.words()
            );
        }
    });
}

#[test]
fn are_the_same_in_another_order() {
    every(|example, wrong| {
        let turned = match example.dialect {
            Dialect::Hcl => reversed_blocks(&example.text),
            _ => reversed_resources(&example.text),
        };
        let (before, after) = (
            run(example.rule, example.dialect, &example.text),
            run(example.rule, example.dialect, &turned),
        );
        if before.words() != after.words() || after.lines() != marked(&turned) {
            let _ = write!(
                wrong,
                "in another order: {:?} on {:?}\n{turned}",
                after.words(),
                after.lines()
            );
        }
    });
}

#[test]
fn are_undecided_with_an_unset_variable() {
    let tried = AtomicUsize::new(0);
    every(|example, wrong| {
        // A value that does not stand in the configuration is no question left open.
        if example.rule.check.asks_for_secrets() {
            return;
        }
        let said = run(example.rule, example.dialect, &example.text);
        for finding in &said.findings {
            let Some(text) = with_unset(&said, finding, example.dialect) else {
                continue;
            };
            tried.fetch_add(1, Ordering::Relaxed);
            let after = run(example.rule, example.dialect, &text);
            let still = after.findings.len() >= said.findings.len();
            if still || after.undecided.is_empty() || !after.broken.is_empty() {
                let _ = write!(
                    wrong,
                    "{} findings became {}, {} undecided {:?}\n{text}",
                    said.findings.len(),
                    after.findings.len(),
                    after.undecided.len(),
                    after.broken
                );
            }
        }
    });
    assert!(
        tried.into_inner() >= RuleSet::builtin().len(),
        "values are replaced"
    );
}

/// The text with the offending value replaced by a variable that nothing sets; nothing when the place is no value.
fn with_unset(said: &Said, finding: &Finding, dialect: Dialect) -> Option<String> {
    let span = finding.primary.span;
    let (mut from, mut to) = (span.start as usize, span.end as usize);
    // The span of a text lies between its quotes.
    if said.text[..from].ends_with('"') && said.text[to..].starts_with('"') {
        (from, to) = (from - 1, to + 1);
    }
    let (before, own, after) = (&said.text[..from], &said.text[from..to], &said.text[to..]);
    let is_value = before
        .trim_end_matches([' ', '\n'])
        .ends_with(['=', ':', '[', ',', '-']);
    if !is_value || own.contains('\n') || own.is_empty() || after.starts_with(':') {
        return None;
    }
    Some(match dialect {
        Dialect::Hcl if own.starts_with('"') => {
            format!("{before}\"${{var.unset}}\"{after}\nvariable \"unset\" {{}}\n")
        }
        Dialect::Hcl => format!("{before}var.unset{after}\nvariable \"unset\" {{}}\n"),
        _ => format!("{before}!Ref Unset{after}\nParameters:\n  Unset:\n    Type: String\n"),
    })
}

/// The top-level blocks of a file, the last one first.
fn reversed_blocks(text: &str) -> String {
    let mut blocks: Vec<String> = Vec::new();
    for line in text.lines() {
        let begins = line.starts_with(|c: char| c.is_ascii_alphabetic());
        if begins && !line.starts_with("EOT") || blocks.is_empty() {
            blocks.push(String::new());
        }
        let block = blocks.last_mut().expect("one was pushed");
        block.push_str(line);
        block.push('\n');
    }
    blocks.reverse();
    blocks.concat()
}

/// The resources of a template, the last one first.
fn reversed_resources(text: &str) -> String {
    let Some((head, resources)) = text.split_once("Resources:\n") else {
        return text.to_owned();
    };
    let mut blocks: Vec<String> = Vec::new();
    for line in resources.lines() {
        if blocks.is_empty() || line.starts_with("  ") && !line[2..].starts_with([' ', '#']) {
            blocks.push(String::new());
        }
        let block = blocks.last_mut().expect("one was pushed");
        block.push_str(line);
        block.push('\n');
    }
    blocks.reverse();
    format!("{head}Resources:\n{}", blocks.concat())
}

/// A template in YAML as JSON, short forms of functions as long ones.
pub(super) fn to_json(text: &str) -> String {
    let sources = SourceMap::new();
    let (file, _) = sources.add("template.yaml", text.as_bytes().to_vec());
    let document = yaml::parse(&file);
    json_of(&document, document.root.expect("an example is not empty")).to_string()
}

fn json_of(document: &yaml::Document, id: yaml::NodeId) -> Json {
    let node = document.node(id);
    let plain = match &node.kind {
        yaml::Kind::Sequence(_) => document
            .items(id)
            .iter()
            .map(|item| json_of(document, *item))
            .collect(),
        yaml::Kind::Mapping(_) => {
            let pair = |pair: &yaml::Pair| {
                let key = document
                    .text(pair.key)
                    .expect("a key is a text")
                    .to_string();
                (key, json_of(document, pair.value))
            };
            Json::Object(document.pairs(id).iter().map(pair).collect())
        }
        yaml::Kind::Scalar { text, plain } => match text.as_str() {
            "true" if *plain => true.into(),
            "false" if *plain => false.into(),
            number if *plain && number.parse::<i64>().is_ok() => {
                number.parse::<i64>().unwrap_or_default().into()
            }
            text => text.into(),
        },
        yaml::Kind::Broken => Json::Null,
    };
    match node.tag.strip_prefix('!') {
        None | Some("") => plain,
        Some("Ref") => json!({ "Ref": plain }),
        Some("GetAtt") => {
            let parts: Vec<&str> = plain.as_str().unwrap_or_default().splitn(2, '.').collect();
            json!({ "Fn::GetAtt": parts })
        }
        Some(function) => json!({ format!("Fn::{function}"): plain }),
    }
}
