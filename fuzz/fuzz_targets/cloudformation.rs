//! Any text gives a tree whose ranges can be read, and evaluates to values.
#![no_main]

use std::path::Path;

use distrust::eval::cloudformation::{Request, evaluate};
use distrust::source::{Door, Memory, Scope, SourceMap};
use distrust::syntax::yaml::{self, NodeId};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let sources = SourceMap::new();
    let (file, _) = sources.add_file(Path::new("/in/template.yaml"), "template.yaml", bytes.to_vec());
    let document = yaml::parse(&file);
    for (at, node) in document.nodes.iter().enumerate() {
        let _ = &file.text[node.range.start as usize..node.range.end as usize];
        let id = NodeId(at as u32);
        if let Some(text) = document.text(id) {
            for (from, _) in text.char_indices().take(4) {
                let span = document.locate(id, &file.text, from, text.len());
                let _ = &file.text[span.start as usize..span.end as usize];
            }
        }
    }
    yaml::looks_like_template(&file.text);
    let mut files = Memory::new();
    files.insert("/in/template.yaml", bytes);
    let root = Path::new("/in");
    let scope = Scope::new(&files, root, Some(root), &[]);
    let stack = evaluate(&Request {
        file: &file,
        document: &document,
        door: Door::new(&files, &scope),
        sources: &sources,
        parameters: &[],
    });
    for resource in &stack.resources {
        sources.slice(resource.span);
    }
});
