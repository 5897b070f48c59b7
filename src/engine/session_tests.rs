//! What a session says after any edits is what a check says that knows nothing of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::Session;
use crate::engine::{Checked, project};
use crate::eval::terraform;
use crate::source::Memory;

const KEY: &str =
    "resource \"aws_kms_key\" \"k\" {\n  enable_key_rotation = var.on\n}\nvariable \"on\" {}\n";

/// What each file may hold, one after another; nothing where there is no such file.
const TEXTS: [(&str, &[&str]); 7] = [
    (
        "a/main.tf",
        &[
            "module \"m\" {\n  source = \"../m\"\n  on     = false\n}\n",
            "module \"m\" {\n  source = \"../m\"\n  on     = true\n}\n",
            "# nobody is called\n",
            "module \"m\" {\n  source = \"../m\"\n  on     = ",
        ],
    ),
    (
        "b/main.tf",
        &[
            "module \"m\" {\n  source = \"../m\"\n  on     = var.on\n}\nvariable \"on\" {}\n",
            "resource \"aws_sqs_queue\" \"q\" {\n  policy = file(\"policy.json\")\n}\n",
            "resource \"aws_sqs_queue\" \"q\" {\n  # distrust: ignore[aws-kms-rotation] nothing is accepted here\n}\n",
        ],
    ),
    ("b/terraform.tfvars", &["on = false\n", "", "on = true\n"]),
    (
        "b/policy.json",
        &[
            "{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"*\",\"Resource\":\"*\"}]}",
            "",
            "{\"Statement\":[]}",
        ],
    ),
    (
        "m/main.tf",
        &[
            KEY,
            "",
            "resource \"aws_kms_key\" \"k\" {}\nvariable \"on\" {}\n",
            "\u{FEFF}{",
        ],
    ),
    (
        "t.yaml",
        &[
            "Resources:\n  K:\n    Type: AWS::KMS::Key\n",
            "nothing: of ours\n",
            "Resources:\n  N:\n    Type: AWS::CloudFormation::Stack\n    Properties: { TemplateURL: inner.yaml }\n",
        ],
    ),
    (
        "inner.yaml",
        &[
            "Resources:\n  Q:\n    Type: AWS::SQS::Queue\n",
            "",
            "Resources:\n  T:\n    Type: AWS::SNS::Topic\n",
        ],
    ),
];

fn files(state: &[usize]) -> Memory {
    let mut files = Memory::new();
    for ((path, texts), at) in TEXTS.iter().zip(state) {
        if !texts[*at].is_empty() {
            files.insert(Path::new("/w").join(path), texts[*at]);
        }
    }
    files
}

/// All that is said, by places that do not depend on how often was asked.
fn said(checked: &Checked) -> BTreeMap<String, usize> {
    let place = |span: crate::source::Span| format!("{:?}", checked.sources.order(span));
    let report = &checked.report;
    let findings = report.findings.iter().chain(&report.undecided);
    let findings = findings.map(|one| {
        let related: Vec<String> = one.related.iter().map(|own| place(own.span)).collect();
        format!(
            "{} {} {} {:?} {related:?}",
            one.rule,
            place(one.primary.span),
            one.message,
            one.subjects
        )
    });
    let diagnostics = report.diagnostics.iter();
    let diagnostics = diagnostics.map(|one| format!("{} {}", place(one.span), one.message));
    let numbers = format!(
        "{:?}",
        (
            report.statistics.files,
            report.statistics.stacks,
            report.statistics.resources
        )
    );
    let mut all = BTreeMap::new();
    findings
        .chain(diagnostics)
        .chain([numbers])
        .for_each(|own| *all.entry(own).or_default() += 1);
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_session_says_what_a_fresh_check_says(
        edits in prop::collection::vec((0..TEXTS.len(), 0..4_usize), 1..12),
    ) {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).stack_size(terraform::THREAD_STACK_BYTES).build();
        let failed = pool.expect("a thread").install(|| {
            let mut state = [0; TEXTS.len()];
            let mut session = Session::default();
            let folder = Path::new("/w");
            session.check(folder, &files(&state), None);
            for (file, text) in edits {
                let text = text % TEXTS[file].1.len();
                let changed = match text == state[file] {
                    true => BTreeSet::new(),
                    false => BTreeSet::from([folder.join(TEXTS[file].0)]),
                };
                state[file] = text;
                let now = files(&state);
                let again = said(&session.check(folder, &now, Some(&changed)));
                let fresh = said(&project(folder, &now));
                if again != fresh {
                    return Some((state, again, fresh));
                }
            }
            None
        });
        prop_assert_eq!(failed, None);
    }
}

#[test]
fn what_was_not_touched_is_not_asked_again() {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .stack_size(terraform::THREAD_STACK_BYTES)
        .build();
    pool.expect("a thread").install(|| {
        let mut state = [0; TEXTS.len()];
        let mut session = Session::default();
        let folder = Path::new("/w");
        let before = session.check(folder, &files(&state), None);
        state[2] = 2;
        let changed: BTreeSet<PathBuf> = [folder.join(TEXTS[2].0)].into();
        let after = session.check(folder, &files(&state), Some(&changed));
        // The text that changed is a source of its own; all others are those of before.
        assert_eq!(after.sources.len(), before.sources.len() + 1);
        let id = |checked: &Checked| {
            checked
                .sources
                .at(Path::new("/w/t.yaml"))
                .map(|file| file.id)
        };
        assert_eq!(id(&after), id(&before));
    });
}
