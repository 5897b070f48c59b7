//! What changes a fingerprint and what does not.

use std::path::Path;

use super::Fingerprints;
use crate::eval::{Address, Key, Mode};
use crate::findings::{Finding, Label};
use crate::report::{Places, sample};
use crate::source::{SourceMap, Span};

const GROUPS: &str = "resource \"aws_security_group\" \"web\" {\n  ingress {\n    from_port = 22\n    cidr_blocks = [\"@\"]\n  }\n\n  \
                      ingress { # wide\n    from_port = 80\n    cidr_blocks = [\"@\"]\n  }\n}\n";

fn subject(module: &str, key: Key) -> Address {
    Address {
        stack: "live".into(),
        module: module.into(),
        mode: Mode::Managed,
        type_name: "aws_security_group".into(),
        name: "web".into(),
        key,
    }
}

/// The fingerprints of findings at each `@` of a file, in order.
fn prints(path: &str, text: &str, subject: &Address) -> Vec<String> {
    let sources = SourceMap::new();
    let (file, _) = sources.add(path, text.into());
    let (_, samples) = sample::findings();
    let at = text.match_indices('@').map(|(at, _)| at as u32);
    let mut findings: Vec<Finding> = at
        .map(|at| Finding {
            primary: Label {
                span: Span::new(file.id, at, at + 1),
                text: "".into(),
            },
            related: Vec::new(),
            subjects: vec![subject.clone().into()],
            ..samples[0].clone()
        })
        .collect();
    let scope = sample::scope();
    assert!(Path::new(path).is_relative());
    Fingerprints::new(&Places::new(&sources), &scope).give(&mut findings);
    let prints = findings.iter().map(|one| one.fingerprint.to_string());
    prints.collect()
}

#[test]
fn form_order_file_name_and_callers_change_nothing() {
    let own = subject("", Key::None);
    let first = prints("net/main.tf", GROUPS, &own);
    assert_eq!(first.len(), 2);
    assert_ne!(first[0], first[1], "two rules of a group are two findings");
    let spaced = GROUPS
        .replace("    ", " ")
        .replace("{ # wide", "{\n\n# narrow\n");
    assert_eq!(prints("net/main.tf", &spaced, &own), first);
    let renamed = format!("variable \"a\" {{}}\n\n{GROUPS}");
    assert_eq!(prints("net/groups.tf", &renamed, &own), first);
    let call = subject("module.old[\"a\"].module.net", Key::Index(3));
    assert_eq!(prints("net/main.tf", GROUPS, &call), first);
    let (ssh, web) = GROUPS.split_once("\n\n").expect("two blocks");
    let (head, ssh) = ssh.split_once('\n').expect("a head");
    let swapped = format!(
        "{head}\n{}{ssh}\n}}\n",
        web.strip_suffix("}\n").expect("the end of the block")
    );
    let mut turned = prints("net/main.tf", &swapped, &own);
    turned.reverse();
    assert_eq!(turned, first);
}

#[test]
fn another_folder_rule_or_attribute_is_another() {
    let own = subject("", Key::None);
    let first = prints("net/main.tf", GROUPS, &own);
    let copied = prints("copy/main.tf", GROUPS, &own);
    assert!(copied.iter().all(|one| !first.contains(one)));
    let other = GROUPS.replace("cidr_blocks", "ipv6_cidr_blocks");
    let other = prints("net/main.tf", &other, &own);
    assert!(other.iter().all(|one| !first.contains(one)));
}

#[test]
fn a_block_that_moved_keeps_its_fingerprint() {
    let first = prints("net/main.tf", GROUPS, &subject("", Key::None));
    let moved = GROUPS.replace("\"web\"", "\"edge\"")
        + "moved {\n  from = aws_security_group.web\n  to   = aws_security_group.edge\n}\n";
    let address = Address {
        name: "edge".into(),
        ..subject("", Key::None)
    };
    assert_eq!(prints("net/main.tf", &moved, &address), first);
}

#[test]
fn what_cannot_be_told_apart_is_numbered() {
    let twice = "resource \"aws_security_group\" \"web\" {\n  cidr = [\"@\", \"@\"]\n}\n";
    let [one, two] = &prints("m.tf", twice, &subject("", Key::None))[..] else {
        panic!("two")
    };
    assert_eq!(
        one.split_once(':').expect("a number").0,
        two.split_once(':').expect("a number").0
    );
    assert!(one.ends_with(":1") && two.ends_with(":2"));
}
