//! Any text gives a tree in which every range can be read.
#![no_main]

use std::sync::Arc;

use distrust::source::SourceId;
use distrust::syntax::hcl::{self, ExprId, Tree};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let text: Arc<str> = String::from_utf8_lossy(bytes).into();
    let source = SourceId(0);
    read(&hcl::parse(source, &text));
    read(&hcl::parse_json(source, &text));
    read(&hcl::parse_template(source, &text).0);
    read(&hcl::parse_expression(source, &text).0);
});

fn read(tree: &Tree) {
    for at in 0..tree.exprs.len() {
        let _ = (tree.slice(tree.ranges[at]), tree.expr_span(ExprId(at as u32)));
    }
    for part in &tree.parts {
        let _ = tree.literal(part);
    }
    for block in &tree.blocks {
        let _ = (tree.slice(block.header), tree.slice(block.body.range), tree.slice(block.range));
        for label in tree.labels(block) {
            let _ = tree.label(label);
        }
    }
    for attribute in &tree.attributes {
        let _ = tree.slice(attribute.name);
    }
    for comment in &tree.comments {
        let _ = tree.slice(comment.range);
    }
}
