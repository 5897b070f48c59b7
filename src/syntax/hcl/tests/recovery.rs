//! Texts with errors: what is kept and what is said.

use super::*;

#[test]
fn a_broken_argument_loses_only_itself() {
    assert_eq!(shape("a = \nb = 1\n"), "a! b");
    assert_eq!(
        shape("r \"x\" {\n  a = \"open\n  b = 1\n  c {\n    d = 2\n  }\n}\n"),
        "r.x{a! b c{d}}"
    );
    assert_eq!(shape("a = [\n  1,\n  2\nb = 1\n"), "a! b");
    assert_eq!(
        shape("r {\n  a = {\n    x = 1\n    y = = 2\n  }\n  b = 1\n}\nc = 1\n"),
        "r{a! b} c"
    );
    assert_eq!(shape("r {\n  a = f(1,\n  b = 1\n}\n"), "r{a! b}");
    assert_eq!(shape("a\nb = 1\n"), "b");
    assert_eq!(shape("a = 1, \nb = 2 c = 3\n"), "a! b c");
}

#[test]
fn a_block_left_open_ends_where_the_next_begins() {
    let text = "resource \"a\" \"b\" {\n  x = 1\n\nresource \"c\" \"d\" {\n  y = 2\n}\n";
    assert_eq!(shape(text), "resource.a.b{x} resource.c.d{y}");
    assert_eq!(errors(text), ["this block is not closed"]);
    let nested = "resource \"a\" \"b\" {\n  l {\n    x = 1\n  y = 2\n}\nlocals {\n  z = 1\n}\n";
    assert_eq!(shape(nested), "resource.a.b{l{x} y} locals{z}");
    assert_eq!(errors(nested), ["this block is not closed"]);
}

#[test]
fn a_missing_opening_brace_is_made_up() {
    assert_eq!(
        shape("r \"a\" {\n  l \n    x = 1\n  }\n  y = 2\n}\nz = 1\n"),
        "r.a{l{x} y} z"
    );
    assert_eq!(shape("r \"a\"\n{\n  x = 1\n}\ny = 1\n"), "r.a{x} y");
    assert_eq!(
        shape("r {\n  t = \n    x = 1\n  }\n  y = 2\n}\nz = 1\n"),
        "r{t! y} z"
    );
}

#[test]
fn a_broken_header_keeps_what_can_be_read() {
    assert_eq!(
        shape("resource *\"a\" \"b\" {\n  x = 1\n}\n"),
        "resource.a.b{x}"
    );
    assert_eq!(
        shape("resource \"a \"b\" {\n  x = 1\n}\ny = 1\n"),
        "resource.a .b{x} y"
    );
    assert_eq!(
        shape("-resource \"a\" \"b\" {\n  x = 1\n}\n"),
        "resource.a.b{x}"
    );
    assert_eq!(shape("b \"${x}\" {\n  x = 1\n}\n"), "b{x}");
}

#[test]
fn heredocs_and_strings_do_not_swallow_the_file() {
    let text = "resource \"a\" \"b\" {\n  p = <<EOT\n  x\n  EO\n  q = 1\n}\nlocals {\n  y = 1\n}\n";
    assert_eq!(shape(text), "resource.a.b{p q} locals{y}");
    assert_eq!(errors(text), ["this heredoc has no closing line EOT"]);
    let text = "resource \"a\" \"b\" {\n  p = <<EOT\n  x\n}\nlocals {\n  y = 1\n}\n";
    assert!(shape(text).ends_with("locals{y}"), "{}", shape(text));
    assert_eq!(shape("a = <<E\n${x y}\nE\nb = 1\n"), "a! b");
    assert_eq!(shape("a = \"${x\nb = 1\nc = \"x\"\n"), "a! b c");
}

#[test]
fn every_error_is_told_and_told_once() {
    let text = "a = 'x'\nb = [1\nc = 1\nr {\n  d = ${x}\n  e = 2\n}\nf = f(\n";
    assert_eq!(shape(text), "a! b! c r{d! e} f!");
    assert_eq!(errors(text).len(), 4, "{:?}", errors(text));
    assert_eq!(errors("a = [{(\n").len(), 1);
    assert_eq!(errors("a = }}}}\n").len(), 1);
}

#[test]
fn a_line_too_far_left_ends_nothing() {
    let text = "resource \"a\" \"b\" {\n  l {\n    x = \"a\nb\"\n    y = 1\n  }\n  z = 1\n}\n";
    assert_eq!(shape(text), "resource.a.b{l{x! y} z}");
}

#[test]
fn indentation_is_no_evidence_in_a_valid_file() {
    let text = "resource \"a\" \"b\" {\n    x = 1\nl {\n data = 1\n}\n  }\n";
    good(text);
    assert_eq!(shape(text), "resource.a.b{x l{data}}");
}

/// A module as people write them; no line of it is from anywhere.
const MODULE: &str = include_str!("module.tf");

/// The attributes and blocks of a tree: name and place of the value or braces.
fn places(tree: &Tree) -> Vec<(u32, u32, u32)> {
    fn add(tree: &Tree, body: &Body, all: &mut Vec<(u32, u32, u32)>) {
        for item in tree.items(body) {
            match item {
                Item::Attribute(index) => {
                    let attribute = tree.attributes[*index as usize];
                    let value = tree.ranges[attribute.value.0 as usize];
                    all.push((attribute.name.start, value.start, value.end));
                }
                Item::Block(index) => {
                    let block = tree.blocks[*index as usize];
                    all.push((block.name.start, block.body.range.start, block.range.end));
                    add(tree, &block.body, all);
                }
            }
        }
    }
    let mut all = Vec::new();
    add(tree, &tree.root, &mut all);
    all
}

/// One byte deleted, inserted or replaced: on average nine in ten attributes and blocks stay in their place, even if
/// only the texts are counted that this makes invalid.
#[test]
fn damaged_files_keep_nine_in_ten() {
    let tree = good(MODULE);
    let whole = places(&tree);
    let mut state = 20_251_122_u64;
    let mut random = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let bytes = b"{}[]()\"'\n=,.:$%~<>-#/\\ aZ0_*!?&|;";
    let (mut kept, mut all, mut broken) = (0, 0, 0);
    while broken < 1000 {
        let (at, byte) = (random(MODULE.len()), bytes[random(bytes.len())] as char);
        let kind = random(3);
        let byte = byte.to_string();
        let (end, with, shift) = [
            (at + 1, "", -1),
            (at, byte.as_str(), 1),
            (at + 1, byte.as_str(), 0),
        ][kind];
        let damaged = file(&format!("{}{with}{}", &MODULE[..at], &MODULE[end..]));
        if damaged.errors.is_empty() {
            continue;
        }
        broken += 1;
        let have: std::collections::HashSet<_> = places(&damaged).into_iter().collect();
        let moved = |place: u32, late: bool| match place as usize {
            place if place < at || (place == at && !late) => place as i64,
            place => place as i64 + shift,
        };
        all += whole.len();
        kept += whole
            .iter()
            .filter(|&&(a, b, c)| {
                (0..8).any(|n| {
                    let place = |place, late: bool| moved(place, late) as u32;
                    have.contains(&(
                        place(a, n & 1 > 0),
                        place(b, n & 2 > 0),
                        place(c, n & 4 > 0),
                    ))
                })
            })
            .count();
    }
    assert!(kept * 100 >= all * 95, "{kept} of {all}");
}
