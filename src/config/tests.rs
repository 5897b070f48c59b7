//! Settings and selections.

use std::path::Path;

use super::{Name, Selection, Settings, find, read};
use crate::findings::{Pillar, RuleInfo, Severity};
use crate::report::Format;
use crate::source::{Diagnostic, Door, Memory, Scope, SourceMap};

fn settings(text: &str) -> (SourceMap, Settings, Vec<Diagnostic>) {
    let sources = SourceMap::new();
    let (file, _) = sources.add("distrust.toml", text.into());
    let (settings, diagnostics) = read(&file, Path::new("/w"));
    (sources, settings, diagnostics)
}

#[test]
fn every_key() {
    let (_, settings, diagnostics) = settings(
        "select = ['aws-*']\nignore = ['CKV_AWS_21']\nfail-on = 'high'\noutput-format = 'sarif'\n\
         exclude = ['examples/']\nmodule-dir = ['vendor']\nvar-file = ['a.tfvars', '/b.tfvars']\nparameters = ['p.json', 'A=b']\n",
    );
    assert_eq!(diagnostics, []);
    assert_eq!(settings.fail_on, Some(Severity::High));
    assert_eq!(settings.output_format, Some(Format::Sarif));
    assert_eq!(settings.exclude, Some(vec!["examples/".into()]));
    assert_eq!(settings.module_dir, Some(vec!["/w/vendor".into()]));
    assert_eq!(
        settings.var_file,
        Some(vec!["/w/a.tfvars".into(), "/b.tfvars".into()])
    );
    assert_eq!(
        settings.parameters,
        Some(vec!["/w/p.json".into(), "A=b".into()])
    );
    assert_eq!(
        settings.select.map(|names| names[0].text.clone()),
        Some("aws-*".into())
    );
}

#[test]
fn parameters_of_rules() {
    let rule = "---\nid: a-b-c\nseverity: low\npillar: data\nkind: x\nparameters: { least: 90, span: 30d }\n\
        assert: { all: [ { path: a, at-least: $least }, { path: b, at-most: $span } ] }\nmessage: m\n---\n# T\n\n## What to do\n\nMend it.\n";
    let rule = crate::rules::declared::read::rule(rule).unwrap();
    let (sources, settings, diagnostics) = settings(
        "[rules.a-b-c]\nleast = 365\nspan = '7d'\nmost = 1\n[rules.zzz]\nx = 1\n[rules.'a-b-c'.y]\n",
    );
    assert_eq!(diagnostics.len(), 1, "a table is no value");
    let mut set = crate::rules::RuleSet::new(vec![rule]);
    let errors = super::RuleParameter::set_all(&settings.rules, &mut set).unwrap_err();
    let said: Vec<String> = errors
        .iter()
        .map(|it| format!("{} | {}", sources.slice(it.span), it.message))
        .collect();
    assert_eq!(
        said,
        [
            "most | the parameters of this rule are least, span",
            "zzz | there is no rule `zzz`"
        ]
    );
    let shown = format!("{:?}", set.rule(0).check);
    assert!(
        shown.contains("number: 365,") && shown.contains("number: 604800,"),
        "{shown}"
    );
    assert!(
        set.set("a-b-c", "span", "7").is_err(),
        "a number is no length of time"
    );
}

#[test]
fn everything_wrong_is_said_at_its_place_and_the_rest_counts() {
    let (sources, settings, diagnostics) = settings(
        "selekt = []\nfail-on = 'dire'\nignore = [1, 'a']\nexclude = 'x'\noutput-format = 'json'\nbroken = = 1\nzzz = 2\n",
    );
    let said: Vec<String> = diagnostics
        .iter()
        .map(|it| {
            let help = it.help.as_deref().unwrap_or("");
            format!("{} | {} | {help}", sources.slice(it.span), it.message)
        })
        .collect();
    insta::assert_snapshot!(said.join("\n"));
    assert_eq!(settings.output_format, Some(Format::Json));
}

#[test]
fn the_nearest_file_up_to_the_root_of_the_repository() {
    let look = |at: &str| {
        let mut files = Memory::new();
        files.insert("/w/distrust.toml", "fail-on = 'low'");
        files.insert("/w/repo/.git/HEAD", "");
        files.insert("/w/repo/a/b/x.tf", "");
        files.insert("/w/repo/a/distrust.toml", "fail-on = 'high'");
        files.insert("/w/repo/c/x.tf", "");
        let scope = Scope::new(&files, Path::new(at), None, &[]);
        find(Door::new(&files, &scope), &SourceMap::new()).0.fail_on
    };
    assert_eq!(look("/w/repo/a/b"), Some(Severity::High));
    assert_eq!(
        look("/w/repo/c"),
        None,
        "what lies above the repository is not the project's"
    );
}

fn rule(id: &str, severity: Severity, pillar: Pillar, alias: &str) -> RuleInfo {
    RuleInfo {
        id: id.into(),
        title: String::new(),
        severity,
        pillar,
        help_markdown: String::new(),
        controls: Vec::new(),
        aliases: vec![alias.into()],
        yields_to: Vec::new(),
        parameters: Vec::new(),
        url: None,
    }
}

#[test]
fn rules_by_id_alias_pattern_severity_and_pillar() {
    let rules = [
        rule(
            "aws-s3-bucket-public",
            Severity::High,
            Pillar::Data,
            "CKV_AWS_20",
        ),
        rule(
            "aws-s3-bucket-versioning",
            Severity::Medium,
            Pillar::Data,
            "CKV_AWS_21",
        ),
        rule(
            "aws-iam-policy-star",
            Severity::High,
            Pillar::Identity,
            "CKV_AWS_1",
        ),
    ];
    let chosen = |select: Option<&[&str]>, ignore: &[&str]| {
        let names = |words: &[&str]| {
            words
                .iter()
                .map(|word| Name::from(*word))
                .collect::<Vec<_>>()
        };
        let select = select.map(names);
        match Selection::new(&rules, select.as_deref(), &names(ignore)) {
            Ok(selection) => {
                let ids: Vec<&str> = selection.of(&rules).map(|rule| rule.id.as_str()).collect();
                ids.join(" ")
            }
            Err(errors) => {
                let said = errors
                    .into_iter()
                    .map(|it| format!("{}: {}", it.message, it.help.unwrap_or_default()));
                said.collect::<Vec<_>>().join("\n")
            }
        }
    };
    assert_eq!(chosen(None, &["data"]), "aws-iam-policy-star");
    assert_eq!(
        chosen(Some(&["high"]), &["aws-s3-*"]),
        "aws-iam-policy-star"
    );
    assert_eq!(
        chosen(Some(&["ckv_aws_21"]), &[]),
        "aws-s3-bucket-versioning"
    );
    assert_eq!(chosen(Some(&["critical"]), &[]), "");
    assert_eq!(
        chosen(Some(&["aws-s3-bucket-pubic", "azure-*"]), &["identy"]),
        "no rule, severity or pillar is called `aws-s3-bucket-pubic`: did you mean `aws-s3-bucket-public`?\n\
         no rule, severity or pillar is called `azure-*`: `distrust rules` lists all rules; a severity, a pillar or a pattern like `aws-s3-*` will do too\n\
         no rule, severity or pillar is called `identy`: did you mean `identity`?"
    );
}
