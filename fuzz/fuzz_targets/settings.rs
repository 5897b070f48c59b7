//! Any settings, ignore file and baseline: what is wrong is said at its place, and what is written is read again.
//!
//! The input is cut at lines that are `===`: settings, baseline, ignore file.
#![no_main]

use std::path::{Path, PathBuf};

use distrust::config;
use distrust::engine;
use distrust::report::Baseline;
use distrust::source::{Door, Memory, Scope, Search, SourceMap, discover};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let mut parts = text.split("\n===\n");
    let mut next = || parts.next().unwrap_or_default();
    let mut files = Memory::new();
    files.insert("/in/distrust.toml", next());
    let baseline = next();
    files.insert("/in/.gitignore", next());
    files.insert("/in/a/main.tf", "resource \"aws_vpc\" \"v\" {}\n");
    let root = PathBuf::from("/in");
    let scope = Scope::new(&files, Path::new("/in"), Some(&root), &[]);
    let door = Door::new(&files, &scope);
    let sources = SourceMap::new();
    let (settings, wrong) = config::find(door, &sources);
    for said in wrong {
        sources.slice(said.span);
    }
    for path in settings.var_file.iter().flatten().chain(settings.module_dir.iter().flatten()) {
        let inside = door.scope().allows(&door.scope().absolute(path));
        assert!(inside, "settings name what is inside: {}", path.display());
    }
    if let Ok(known) = Baseline::read(baseline) {
        let again = Baseline::read(&known.text()).expect("what is written is read");
        assert_eq!(known.len(), again.len());
    }
    let exclude = settings.exclude.unwrap_or_default();
    discover(
        door,
        &sources,
        Search { paths: &[root], exclude: &exclude, listed: false, everything: false, is_template: engine::is_template },
    );
});
