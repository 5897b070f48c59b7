//! Any text read as a plan gives resources whose places lie in it, and what is no plan to the letter is said.
#![no_main]

use std::path::Path;

use distrust::eval::terraform::plan;
use distrust::source::SourceMap;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let sources = SourceMap::new();
    let (file, _) = sources.add_file(Path::new("/in/plan.json"), "plan.json", bytes.to_vec());
    let Ok(plan) = plan::read(&file, &[], true) else {
        panic!("a plan without sources beside it has nothing to differ from");
    };
    let places = plan.stack.resources.iter().map(|resource| resource.span);
    for span in places.chain(plan.stack.diagnostics.iter().map(|said| said.span)) {
        assert!(span.start <= span.end && span.end as usize <= file.text.len());
        let _ = &file.text[span.start as usize..span.end as usize];
    }
    let strict = serde_json::from_str::<serde::de::IgnoredAny>(file.text.trim_start_matches('\u{feff}'));
    let deep = |error: serde_json::Error| error.to_string().contains("recursion");
    if strict.is_err_and(|error| !deep(error)) {
        assert!(!plan.stack.diagnostics.is_empty(), "what JSON refuses is said");
    }
});
