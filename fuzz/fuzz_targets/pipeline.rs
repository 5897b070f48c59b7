//! Any files give findings whose places lie in their texts, and the same ones again.
//!
//! The input is cut at lines that begin with `=== ` and go on with a name; what stands before the first is `main.tf`.
#![no_main]

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use distrust::catalog::Catalog;
use distrust::eval::{cloudformation, terraform};
use distrust::graph;
use distrust::rules::{self, RuleSet};
use distrust::source::{Door, Memory, Scope, Search, SourceMap, discover};
use distrust::syntax::yaml;

static POOL: LazyLock<rayon::ThreadPool> = LazyLock::new(|| {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).stack_size(terraform::THREAD_STACK_BYTES);
    pool.build().expect("a pool of one thread")
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes).into_owned();
    POOL.install(|| {
        let first = run(&text);
        assert_eq!(first, run(&text), "the same input gives the same findings");
    });
});

fn run(text: &str) -> Vec<String> {
    let mut files = Memory::new();
    let mut name = "main.tf".to_owned();
    let mut body = String::new();
    for line in text.split_inclusive('\n') {
        match line.strip_prefix("=== ") {
            Some(next) => {
                files.insert(Path::new("/in").join(&name), std::mem::take(&mut body));
                name = next.trim().chars().filter(|c| c.is_ascii_alphanumeric() || "._-/".contains(*c)).collect();
            }
            None => body.push_str(line),
        }
    }
    files.insert(Path::new("/in").join(&name), body);
    let sources = SourceMap::new();
    let root = PathBuf::from("/in");
    let scope = Scope::new(&files, &root, Some(&root), &[root.clone()]);
    let is_template: fn(&[u8]) -> bool = |bytes| yaml::looks_like_template(&String::from_utf8_lossy(bytes));
    let search = Search { paths: &[root.clone()], exclude: &[], listed: false, everything: false, is_template };
    let door = Door::new(&files, &scope);
    let found = discover(door, &sources, search);
    let world = terraform::World { sources: &sources, door, settings: Default::default() };
    let mut stacks = terraform::evaluate(found.folders, &world);
    for plan in &found.plans {
        if let Ok(plan) = terraform::plan::read(&plan.file, &stacks, plan.named) {
            stacks.push(plan.stack);
        }
    }
    for file in &found.templates {
        let document = yaml::parse(file);
        stacks.push(cloudformation::evaluate(&cloudformation::Request {
            file,
            document: &document,
            door,
            sources: &sources,
            parameters: &[],
        }));
    }
    let catalog = Catalog::builtin();
    let findings: Vec<_> = stacks
        .iter()
        .flat_map(|stack| rules::check(&graph::build(stack, &catalog), &catalog, RuleSet::builtin(), &|_| true))
        .collect();
    let said = findings.iter().map(|finding| {
        let (path, start, end) = sources.order(finding.primary.span);
        format!("{} {path}:{start}-{end} {} {}", finding.rule, finding.message, sources.slice(finding.primary.span).len())
    });
    let mut said: Vec<String> = said.collect();
    for diagnostic in stacks.iter().flat_map(|stack| &stack.diagnostics) {
        let (path, start, end) = sources.order(diagnostic.span);
        said.push(format!("{path}:{start}-{end} {}", diagnostic.message));
    }
    said
}
