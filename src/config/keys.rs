//! The keys there are: what each is, what it is for, and how it is written. Reading, pages and the schema use this table.

use std::fmt::Write as _;

use crate::source::nearest;

/// What is written behind a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// `true` or `false`.
    Flag,
    /// A severity.
    Severity,
    /// A format of output.
    Format,
    /// A text.
    Text,
    /// A list of texts.
    Texts,
    /// A path, from the folder of the file.
    Path,
    /// A list of such paths.
    Paths,
    /// A table of names with their values.
    Values,
    /// `[severity]`.
    Severities,
    /// `[[paths]]`.
    OnPaths,
    /// `[[suppress]]`.
    Suppress,
    /// `[suppression]`.
    Suppression,
    /// `[rules.<id>]`.
    Rules,
}

/// A key of the settings.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Its name; that of the option it stands for, if there is one.
    pub name: &'static str,
    /// What is written behind it.
    pub sort: Sort,
    /// What it is for, one sentence without a final stop.
    pub about: &'static str,
    /// How it may be written.
    pub example: &'static str,
}

const fn key(name: &'static str, sort: Sort, about: &'static str, example: &'static str) -> Key {
    Key {
        name,
        sort,
        about,
        example,
    }
}

/// All keys, sorted; tables last, as TOML wants it.
pub const KEYS: [Key; 36] = [
    key(
        "baseline",
        Sort::Path,
        "What was found before: only what is new counts",
        "'distrust.baseline'",
    ),
    key(
        "env-vars",
        Sort::Flag,
        "Read Terraform variables from TF_VAR_… in the environment",
        "true",
    ),
    key(
        "exclude",
        Sort::Texts,
        "Leave these out, in the syntax of .gitignore",
        "['examples/']",
    ),
    key(
        "exit-non-zero-on-fix",
        Sort::Flag,
        "Exit with 1 where something was fixed",
        "true",
    ),
    key(
        "exit-zero",
        Sort::Flag,
        "Exit with 0 whatever is found, undecided or could not be read",
        "true",
    ),
    key(
        "extends",
        Sort::Paths,
        "Settings that these add to; what is said here counts before what is said there",
        "['../distrust.toml']",
    ),
    key(
        "fail-on",
        Sort::Severity,
        "The least severity that makes the exit status 1",
        "'high'",
    ),
    key(
        "fail-on-undecided",
        Sort::Flag,
        "Exit with 4 where something as severe as that is undecided",
        "true",
    ),
    key(
        "fix",
        Sort::Flag,
        "Mend what can be mended without side effects",
        "false",
    ),
    key(
        "ignore",
        Sort::Texts,
        "Do not ask these rules: ids, aliases, patterns, severities, pillars, controls",
        "['aws-s3-kms', 'info']",
    ),
    key(
        "min-severity",
        Sort::Severity,
        "The least severity that is shown",
        "'medium'",
    ),
    key(
        "module-dir",
        Sort::Paths,
        "Look for copies of remote modules here",
        "['vendor/modules']",
    ),
    key(
        "no-foreign-suppressions",
        Sort::Flag,
        "Take no notice of suppressions in the form of other tools",
        "true",
    ),
    key(
        "no-inline-suppressions",
        Sort::Flag,
        "Take no notice of comments and metadata that suppress",
        "true",
    ),
    key(
        "no-yield",
        Sort::Flag,
        "List also the findings that stronger ones at the same place explain",
        "true",
    ),
    key(
        "output-format",
        Sort::Format,
        "How findings are written",
        "'concise'",
    ),
    key(
        "parameters",
        Sort::Texts,
        "Set CloudFormation parameters, from a file or one by one",
        "['envs/production.json', 'Stage=production']",
    ),
    key(
        "quiet",
        Sort::Flag,
        "Say nothing but findings and errors",
        "true",
    ),
    key(
        "rule-dir",
        Sort::Paths,
        "Folders with rules of one's own",
        "['policies']",
    ),
    key(
        "select",
        Sort::Texts,
        "Ask these rules only: ids, aliases, patterns, severities, pillars, controls",
        "['aws-*', 'nist-800-53-r5:AC-6']",
    ),
    key(
        "show-suppressed",
        Sort::Flag,
        "Show what comments, settings and the baseline accept, too",
        "true",
    ),
    key(
        "skip-unrelated",
        Sort::Flag,
        "Pass over named files that hold no infrastructure",
        "true",
    ),
    key(
        "statistics",
        Sort::Flag,
        "Count findings and undecided checks by rule",
        "true",
    ),
    key(
        "strict",
        Sort::Flag,
        "Exit with 4 where something is undecided or a module is not here",
        "true",
    ),
    key(
        "templates",
        Sort::Path,
        "The folder with patterns of one's own for `distrust new`",
        "'patterns'",
    ),
    key(
        "undecided",
        Sort::Flag,
        "Show what could neither be proven nor refuted, too",
        "true",
    ),
    key(
        "unsafe-fixes",
        Sort::Flag,
        "Also make fixes that are right but change how things behave",
        "false",
    ),
    key(
        "verbose",
        Sort::Flag,
        "Say which settings were used",
        "true",
    ),
    key(
        "workspace",
        Sort::Text,
        "The Terraform workspace",
        "'production'",
    ),
    key(
        "var-file",
        Sort::Paths,
        "Read values of Terraform variables from these files",
        "['envs/production.tfvars']",
    ),
    key(
        "paths",
        Sort::OnPaths,
        "What holds on some paths only: rules that are not asked, and how severe others are",
        "[[paths]]\npath = 'examples/**'\nignore = ['aws-s3-*']\nseverity = { aws-log-retention = 'low' }",
    ),
    key(
        "rules",
        Sort::Rules,
        "The parameters of rules; `distrust explain RULE` lists them",
        "[rules.aws-log-retention]\nminimum-days = 180",
    ),
    key(
        "severity",
        Sort::Severities,
        "How severe rules are here, or that they are `off`",
        "[severity]\naws-s3-kms = 'info'",
    ),
    key(
        "suppress",
        Sort::Suppress,
        "Findings that are right and accepted, with the reason",
        "[[suppress]]\nrule = 'aws-s3-kms'\npath = 'legacy/**'\naddress = 'module.archive*'\nreason = 'moved by June'\nowner = 'storage team'\nuntil = '2027-06-30'",
    ),
    key(
        "suppression",
        Sort::Suppression,
        "What is demanded of suppressions",
        "[suppression]\nrequire-reason = true\nrequire-expiry = true\nforbid = ['aws-iam-full-admin']\ninline = true\nforeign = true",
    ),
    key(
        "var",
        Sort::Values,
        "Values of Terraform variables",
        "[var]\nenvironment = 'production'",
    ),
];

/// Keys of other verbs.
pub const OF_OTHERS: [&str; 1] = ["templates"];

/// Options of `check` that say what one run is about, and have no key.
pub const ONLY_OPTIONS: [&str; 14] = [
    "PATH",
    "config",
    "diff",
    "isolated",
    "no-merge-base",
    "output",
    "policy",
    "root",
    "since",
    "staged",
    "stdin-filename",
    "threads",
    "today",
    "watch",
];

/// The keys of each sort of table.
pub(super) fn members(sort: Sort) -> &'static [&'static str] {
    match sort {
        Sort::OnPaths => &["path", "ignore", "severity"],
        Sort::Suppress => &[
            "rule", "rules", "path", "address", "reason", "owner", "until",
        ],
        Sort::Suppression => &[
            "require-reason",
            "require-expiry",
            "inline",
            "foreign",
            "forbid",
        ],
        _ => &[],
    }
}

/// The key of a name.
pub fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

/// What to do about a name that is no key.
pub fn meant(name: &str) -> String {
    match nearest(name, KEYS.iter().map(|key| key.name)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => {
            let names: Vec<&str> = KEYS.iter().map(|key| key.name).collect();
            format!("the keys are {}", names.join(", "))
        }
    }
}

impl Key {
    /// The key as it may stand in a file.
    pub fn line(&self) -> String {
        match self.example.starts_with('[') && self.example.contains('\n') {
            true => self.example.to_owned(),
            false => format!("{} = {}", self.name, self.example),
        }
    }

    /// Its page.
    pub fn page(&self) -> String {
        format!(
            "{}\n\n{}.\n\n{}\n",
            self.name,
            self.about,
            indented(&self.line())
        )
    }
}

fn indented(text: &str) -> String {
    let lines = text.lines().map(|line| format!("    {line}"));
    lines.collect::<Vec<_>>().join("\n")
}

/// A file in which every key is explained and none is set.
pub fn commented() -> String {
    let mut out = String::from(
        "# The settings of distrust. `distrust config explain KEY` says more; every key but tables is an option of\n\
         # `distrust check` too, and the option counts before it.\n",
    );
    for key in &KEYS {
        let _ = write!(out, "\n# {}.\n", key.about);
        for line in key.line().lines() {
            let _ = writeln!(out, "# {line}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{KEYS, commented};
    use crate::config::schema::schema;
    use crate::source::SourceMap;

    #[test]
    fn the_schema_is_kept() {
        let kept = include_str!("../../docs/distrust.schema.json");
        assert_eq!(
            schema(),
            kept,
            "distrust config schema > docs/distrust.schema.json"
        );
    }

    #[test]
    fn every_key_can_be_read_as_its_example_says_and_agrees_with_the_schema() {
        let read: serde_json::Value = serde_json::from_str(&schema()).expect("JSON");
        let validator = jsonschema::draft202012::new(&read).expect("a schema");
        for key in &KEYS {
            let sources = SourceMap::new();
            let text = key.line();
            let (file, _) = sources.add("distrust.toml", text.clone().into_bytes());
            let (_, wrong) = super::super::read(&file, std::path::Path::new("/w"));
            assert_eq!(wrong, [], "{text}");
            let toml: toml::Table = text.parse().expect("TOML");
            let value = serde_json::to_value(toml).expect("JSON");
            assert!(validator.is_valid(&value), "{text}");
        }
        assert!(!validator.is_valid(&serde_json::json!({ "fail-on": "dire" })));
    }

    #[test]
    fn what_is_commented_out_can_be_taken_in() {
        let text = commented();
        let lines = text.lines().filter_map(|line| line.strip_prefix("# "));
        let values = lines.filter(|line| line.contains(" = ") || line.starts_with('['));
        let text: Vec<&str> = values.collect();
        let table: toml::Table = text.join("\n").parse().expect("TOML");
        assert_eq!(table.len(), KEYS.len());
    }
}
