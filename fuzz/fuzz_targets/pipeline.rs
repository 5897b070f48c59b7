//! Any files give a report, in every format and within the memory that libFuzzer is told to allow: its places lie in their
//! texts, nothing in it commands a terminal, and it is the same again.
//!
//! The input is cut at lines that begin with `=== ` and go on with a name; what stands before the first is `main.tf`.
#![no_main]

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use distrust::engine::{self, World};
use distrust::eval::terraform;
use distrust::findings::Severity;
use distrust::report::{Dress, Folded, Format, View, obeyed};
use distrust::rules::RuleSet;
use distrust::source::{Code, Door, Memory, Scope, Search, SourceMap, discover};

static POOL: LazyLock<rayon::ThreadPool> = LazyLock::new(|| {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).stack_size(terraform::THREAD_STACK_BYTES);
    pool.build().expect("a pool of one thread")
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes).into_owned();
    POOL.install(|| {
        let first = run(&text);
        assert!(first == run(&text), "the same input gives the same report");
    });
});

fn run(text: &str) -> Vec<Vec<u8>> {
    let files = files(text);
    let sources = SourceMap::new();
    let root = PathBuf::from("/in");
    let scope = Scope::new(&files, &root, Some(&root), &[root.clone()]);
    let paths = [root];
    let search = Search { paths: &paths, exclude: &[], listed: false, everything: false, is_template: engine::is_template };
    let door = Door::new(&files, &scope);
    let found = discover(door, &sources, search);
    let world = World { door, sources: &sources, settings: Default::default(), parameters: Vec::new() };
    let rules = RuleSet::builtin();
    let report = engine::check(found, &world, rules, &|_| true);
    for said in &report.diagnostics {
        assert!(said.code != Code::Internal, "{}", said.message);
        sources.slice(said.span);
    }
    let said = engine::rules_of(rules, &report);
    let view = View {
        sources: &sources,
        masks: &report.masks,
        folded: &Folded::default(),
        rules: &said,
        scope: &scope,
        undecided: true,
        suppressed: true,
        least: Severity::Info,
    };
    let dress = Dress { color: false, links: false, width: 80 };
    let formats = Format::ALL.into_iter().map(|format| {
        let mut out = Vec::new();
        format.write(&report, view, dress, &mut out).expect("memory takes all");
        let text = std::str::from_utf8(&out).expect("what is written is text");
        let shown = |letter: char| !obeyed(letter) || matches!(letter, '\n' | '\t');
        assert!(text.chars().all(shown), "{format:?} has a letter that is obeyed");
        out
    });
    formats.collect()
}

fn files(text: &str) -> Memory {
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
    files
}
