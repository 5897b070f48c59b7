//! The log as such, and as Microsoft's validator judges it where that is installed.

use std::io::Write;
use std::process::Command;

use serde_json::Value;

use crate::report::sample;

fn rendered(undecided: bool) -> String {
    let sample = sample::Sample::new();
    let mut view = sample.view();
    view.undecided = undecided;
    let mut out = Vec::new();
    super::write(&sample.report, view, &mut out).expect("memory takes all");
    String::from_utf8(out).expect("text")
}

#[test]
fn a_log() {
    insta::assert_snapshot!(rendered(true));
}

#[test]
fn undecided_results_are_there_only_when_asked_for_and_are_no_failures() {
    let kinds = |undecided| {
        let log: Value = serde_json::from_str(&rendered(undecided)).expect("it is JSON");
        let results = log["runs"][0]["results"]
            .as_array()
            .expect("a list")
            .clone();
        let of = |kind: &str| results.iter().filter(|it| it["kind"] == kind).count();
        (of("fail"), of("review"))
    };
    assert_eq!((kinds(false), kinds(true)), ((4, 0), (4, 1)));
}

#[test]
fn regions_lead_to_the_very_text() {
    let sample = sample::Sample::new();
    let log: Value = serde_json::from_str(&rendered(true)).expect("it is JSON");
    for result in log["runs"][0]["results"].as_array().expect("a list") {
        let region = &result["locations"][0]["physicalLocation"]["region"];
        let finding = sample
            .report
            .findings
            .iter()
            .chain(&sample.report.undecided)
            .find(|it| {
                result["message"]["text"]
                    .as_str()
                    .is_some_and(|text| text.contains(&it.message[1..]))
            })
            .expect("the finding of this result");
        let file = sample.sources.get(finding.primary.span.source);
        let number = |name: &str| region[name].as_u64().expect(name) as usize;
        let units: Vec<u16> = file.text.encode_utf16().collect();
        let by_units = &units[number("charOffset")..][..number("charLength")];
        let bytes = &file.text.as_bytes()[number("byteOffset")..][..number("byteLength")];
        let line: Vec<u16> = file
            .text
            .lines()
            .nth(number("startLine") - 1)
            .expect("a line")
            .encode_utf16()
            .collect();
        let by_columns = &line[number("startColumn") - 1..number("endColumn") - 1];
        assert_eq!(String::from_utf16_lossy(by_units).as_bytes(), bytes);
        assert_eq!(by_units, by_columns);
        assert_eq!(sample.sources.slice(finding.primary.span).as_bytes(), bytes);
    }
}

#[test]
fn paths_are_relative_to_the_repository_and_encoded() {
    let log = rendered(false);
    assert!(log.contains("\"infra/a%20folder/100%25.yaml\""), "{log}");
}

/// Advice of the validator that is not taken.
const NOT_TAKEN: &[&str] = &[
    // Messages with placeholders in place of text.
    "SARIF2002",
    // The version of the repository: would ask git, and the same input would not give the same bytes.
    "SARIF2003",
    // Links that answer: would ask the network, which a test must not depend on.
    "SARIF2006",
    // Ids like CA2101.
    "SARIF2009",
    // Source text in the log: what some rules find are secrets, which must not travel with a report.
    "SARIF2010",
    "SARIF2011",
];

/// `DISTRUST_SARIF_MULTITOOL` names the executable; without it, the one on the path is taken.
#[test]
fn microsofts_validator_accepts_it() {
    let tool =
        std::env::var_os("DISTRUST_SARIF_MULTITOOL").unwrap_or_else(|| "sarif-multitool".into());
    let folder = tempfile::tempdir().expect("a folder");
    let (log, judged) = (
        folder.path().join("log.sarif"),
        folder.path().join("judged.sarif"),
    );
    std::fs::write(&log, rendered(true)).expect("a file");
    let run = Command::new(&tool)
        .arg("validate")
        .arg(&log)
        .arg("--output")
        .arg(&judged)
        .args([
            "--rule-kind",
            "Sarif;Ghas",
            "--level",
            "Error;Warning;Note",
            "--kind",
            "Fail",
        ])
        // The program is built for .NET, which wants a library for languages that small machines do not have.
        .env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1")
        .output();
    if let Err(error) = &run {
        let named = std::env::var("DISTRUST_REQUIRE").unwrap_or_default();
        let required = std::env::var_os("DISTRUST_REQUIRE_ALL").is_some()
            || named.split(',').any(|name| name == "sarif-multitool");
        assert!(!required, "the SARIF validator is required: {error}");
        // Not captured, as what the macros print is.
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED microsofts_validator_accepts_it: no SARIF validator ({error}); npm's @microsoft/sarif-multitool is one"
        );
        return;
    }
    let run = run.expect("checked above");
    let judged = std::fs::read_to_string(&judged).unwrap_or_else(|error| {
        panic!("{error}: {}", String::from_utf8_lossy(&run.stdout));
    });
    let judged: Value =
        serde_json::from_str(judged.trim_start_matches('\u{FEFF}')).expect("it is JSON");
    let empty = Vec::new();
    let checked = judged["runs"][0]["tool"]["driver"]["rules"]
        .as_array()
        .map_or(0, Vec::len);
    assert!(checked > 5, "the validator has judged: {judged}");
    let said: Vec<String> = judged["runs"][0]["results"]
        .as_array()
        .unwrap_or(&empty)
        .iter()
        .filter(|it| {
            let id = it["ruleId"].as_str();
            !id.is_some_and(|id| NOT_TAKEN.contains(&id))
        })
        .map(|it| {
            format!(
                "{} {} {} {}",
                it["ruleId"],
                it["level"],
                it["message"],
                it["locations"][0]["physicalLocation"]["region"]["startLine"]
            )
        })
        .collect();
    assert!(said.is_empty(), "{said:#?}");
}
