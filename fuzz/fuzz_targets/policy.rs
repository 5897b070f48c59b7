//! Any text read as a policy document: what JSON refuses is said, and never a document that grants nothing.
#![no_main]

use std::path::Path;

use distrust::eval::{Value, parse_json, parse_json_loosely};
use distrust::policy::Document;
use distrust::source::SourceMap;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let sources = SourceMap::new();
    let (file, _) = sources.add_file(Path::new("/in/policy.json"), "policy.json", bytes.to_vec());
    let text = Value::text(&*file.text, file.span());
    if let (Ok(strict), Ok((loose, fault))) = (parse_json(&text), parse_json_loosely(&text)) {
        assert!(fault.is_none() && strict == loose, "what is right is read alike");
    }
    let document = Document::read(&text);
    for said in &document.refused {
        let _ = &file.text[said.span.start as usize..said.span.end as usize];
    }
    let text = file.text.trim_start_matches('\u{feff}');
    if let Err(error) = serde_json::from_str::<serde_json::Value>(text)
        && !error.to_string().contains("recursion")
    {
        assert!(!document.refused.is_empty(), "what JSON refuses is said: {error}");
        assert!(document.rest.is_some(), "and grants perhaps more: {error}");
    }
});
