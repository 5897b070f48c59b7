//! What other tools were told in their settings: checks that are skipped, and paths that are left out.

use crate::source::SourceFile;
use crate::syntax::outline::Outline;
use crate::syntax::yaml::{self, Document, NodeId};

/// Files that other tools read, and how.
pub const FILES: [(&str, Form); 20] = [
    (".checkov.yaml", Form::Checkov),
    (".checkov.yml", Form::Checkov),
    (".trivyignore", Form::Lines),
    (".trivyignore.yaml", Form::TrivyIgnore),
    ("trivy.yaml", Form::Trivy),
    (".tfsec/config.yml", Form::Tfsec),
    (".tfsec/config.yaml", Form::Tfsec),
    (".tfsec/config.json", Form::Tfsec),
    ("tfsec.yml", Form::Tfsec),
    ("kics.config", Form::Kics),
    ("kics.yaml", Form::Kics),
    ("kics.yml", Form::Kics),
    ("kics.json", Form::Kics),
    (".tflint.hcl", Form::Tflint),
    (".cfnlintrc", Form::CfnLint),
    (".cfnlintrc.yaml", Form::CfnLint),
    (".cfnlintrc.yml", Form::CfnLint),
    (".cfn_nag.yml", Form::CfnNag),
    (".cfn_nag.yaml", Form::CfnNag),
    ("cfn_nag_blacklist.yml", Form::CfnNag),
];

/// How a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Checkov's.
    Checkov,
    /// Trivy's list, one id a line.
    Lines,
    /// Trivy's list with reasons and ends.
    TrivyIgnore,
    /// Trivy's own.
    Trivy,
    /// tfsec's.
    Tfsec,
    /// KICS'.
    Kics,
    /// TFLint's.
    Tflint,
    /// cfn-lint's.
    CfnLint,
    /// cfn_nag's.
    CfnNag,
}

/// A check that is skipped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Skip {
    /// Its id in the words of the tool.
    pub id: String,
    /// Where; everywhere without any.
    pub paths: Vec<String>,
    /// Why.
    pub reason: String,
    /// Until when.
    pub until: Option<String>,
}

/// What a file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// The checks that are skipped.
    pub skips: Vec<Skip>,
    /// The paths that are left out.
    pub exclude: Vec<String>,
    /// The least severity that counts.
    pub severity: Option<String>,
}

/// Reads a file of another tool; what is not understood is passed over.
pub fn told(file: &SourceFile, form: Form) -> Told {
    match form {
        Form::Lines => lines(&file.text),
        Form::Tflint => tflint(file),
        _ => Map::of(&yaml::parse(file), form),
    }
}

/// Ids, one a line, with `exp:` behind and a comment above that may be the reason.
fn lines(text: &str) -> Told {
    let mut out = Told::default();
    let mut reason = String::new();
    for line in text.lines().map(str::trim) {
        if let Some(comment) = line.strip_prefix('#') {
            reason = comment.trim().to_owned();
            continue;
        }
        let (id, behind) = line.split_once('#').unwrap_or((line, ""));
        let mut words = id.split_whitespace();
        let Some(id) = words.next() else {
            reason.clear();
            continue;
        };
        let until = words.find_map(|word| word.strip_prefix("exp:"));
        let own = if behind.trim().is_empty() {
            reason.clone()
        } else {
            behind.trim().to_owned()
        };
        out.skips.push(Skip {
            id: id.to_owned(),
            reason: own,
            until: until.map(str::to_owned),
            ..Skip::default()
        });
    }
    out
}

/// Rules that are not enabled.
fn tflint(file: &SourceFile) -> Told {
    let outline = Outline::of(file);
    let mut out = Told::default();
    for part in &outline.parts {
        let Some(id) = part.name.strip_prefix("rule.") else {
            continue;
        };
        let mut members = outline.below(part).filter(|own| own.name == "enabled");
        let text = members
            .next()
            .and_then(|own| file.text.get(own.start as usize..own.end as usize));
        if text.is_some_and(|text| {
            text.split_once('=')
                .is_some_and(|(_, value)| value.trim() == "false")
        }) {
            out.skips.push(skip(id));
        }
    }
    out
}

fn skip(id: &str) -> Skip {
    Skip {
        id: id.trim().to_owned(),
        ..Skip::default()
    }
}

/// A mapping of YAML or JSON.
struct Map<'d> {
    document: &'d Document,
    node: NodeId,
}

impl Map<'_> {
    fn of(document: &Document, form: Form) -> Told {
        let Some(node) = document.root else {
            return Told::default();
        };
        let map = Map { document, node };
        let ids = |keys: &[&str]| map.texts(keys).iter().map(|id| skip(id)).collect();
        match form {
            Form::Checkov => Told {
                skips: ids(&["skip-check"]),
                exclude: map.texts(&["skip-path"]),
                severity: None,
            },
            Form::Tfsec => Told {
                skips: ids(&["exclude"]),
                exclude: map.texts(&["exclude_path"]),
                severity: map.text("minimum_severity"),
            },
            Form::Kics => Told {
                skips: ids(&["exclude-queries"]),
                exclude: map.texts(&["exclude-paths"]),
                severity: None,
            },
            Form::CfnLint => Told {
                skips: ids(&["ignore_checks"]),
                exclude: map.texts(&["ignore_templates"]),
                severity: None,
            },
            Form::CfnNag => Told {
                skips: map.entries("RulesToSuppress", "reason", "", ""),
                ..Told::default()
            },
            Form::TrivyIgnore => Told {
                skips: map.entries("misconfigurations", "statement", "expired_at", "paths"),
                ..Told::default()
            },
            Form::Trivy => {
                let scan = map.at("scan");
                let below = |key: &str| {
                    scan.as_ref()
                        .map(|scan| scan.texts(&[key]))
                        .unwrap_or_default()
                };
                Told {
                    exclude: [below("skip-dirs"), below("skip-files")].concat(),
                    ..Told::default()
                }
            }
            Form::Lines | Form::Tflint => Told::default(),
        }
    }

    fn at(&self, key: &str) -> Option<Map<'_>> {
        let document = self.document;
        let mut pairs = document.pairs(self.node).iter();
        let pair = pairs.find(|pair| document.text(pair.key).is_some_and(|own| own == key))?;
        Some(Map {
            document,
            node: pair.value,
        })
    }

    fn text(&self, key: &str) -> Option<String> {
        let at = self.at(key)?;
        self.document.text(at.node).map(ToString::to_string)
    }

    /// A list of texts, or one with commas between.
    fn texts(&self, keys: &[&str]) -> Vec<String> {
        let mut out = Vec::new();
        for at in keys.iter().filter_map(|key| self.at(key)) {
            let items = self.document.items(at.node).iter();
            out.extend(
                items
                    .filter_map(|item| self.document.text(*item))
                    .map(ToString::to_string),
            );
            if let Some(text) = self.document.text(at.node) {
                let words = text.split(',').map(|word| word.trim().to_owned());
                out.extend(words.filter(|word| !word.is_empty()));
            }
        }
        out
    }

    fn entries(&self, list: &str, reason: &str, until: &str, paths: &str) -> Vec<Skip> {
        let Some(at) = self.at(list) else {
            return Vec::new();
        };
        let items = self.document.items(at.node).iter();
        let entries = items.filter_map(|item| {
            let entry = Map {
                document: self.document,
                node: *item,
            };
            Some(Skip {
                id: entry.text("id")?,
                paths: entry.texts(&[paths]),
                reason: entry.text(reason).unwrap_or_default(),
                until: entry.text(until),
            })
        });
        entries.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{FILES, told};
    use crate::source::SourceMap;

    #[test]
    fn each_form_says_what_it_skips() {
        for (name, text, ids, exclude) in [
            (
                ".checkov.yaml",
                "skip-check:\n  - CKV_AWS_18\n  - CKV_AWS_21 # why\nskip-path: [a, b]\n",
                "CKV_AWS_18 CKV_AWS_21",
                "a b",
            ),
            (
                ".checkov.yml",
                "skip-check: CKV_AWS_18, CKV_AWS_21\n",
                "CKV_AWS_18 CKV_AWS_21",
                "",
            ),
            (
                ".trivyignore",
                "# jump\nAVD-AWS-0107 exp:2027-01-01\n\nAWS-0086 # b\n",
                "AVD-AWS-0107 AWS-0086",
                "",
            ),
            (
                ".trivyignore.yaml",
                "misconfigurations:\n  - id: AVD-AWS-0107\n    paths: [a.tf]\n    statement: jump\n",
                "AVD-AWS-0107",
                "",
            ),
            ("trivy.yaml", "scan:\n  skip-dirs: [x]\n", "", "x"),
            (
                ".tfsec/config.yml",
                "exclude:\n  - aws-s3-enable-versioning\n",
                "aws-s3-enable-versioning",
                "",
            ),
            (".tfsec/config.json", "{\"exclude\": [\"a\"]}", "a", ""),
            (
                "kics.yaml",
                "exclude-queries: [x-y]\nexclude-paths: z\n",
                "x-y",
                "z",
            ),
            (
                ".tflint.hcl",
                "rule \"aws_a\" {\n  enabled = false\n}\nrule \"aws_b\" {\n  enabled = true\n}\n",
                "aws_a",
                "",
            ),
            (".cfnlintrc", "ignore_checks: [E1, W2]\n", "E1 W2", ""),
            (
                ".cfn_nag.yml",
                "RulesToSuppress:\n  - id: W9\n    reason: x\n",
                "W9",
                "",
            ),
        ] {
            let (_, form) = FILES
                .iter()
                .find(|(own, _)| *own == name)
                .expect("a known file");
            let sources = SourceMap::new();
            let (file, _) = sources.add(name, text.into());
            let told = told(&file, *form);
            let said: Vec<&str> = told.skips.iter().map(|one| one.id.as_str()).collect();
            assert_eq!(
                (said.join(" ").as_str(), told.exclude.join(" ").as_str()),
                (ids, exclude),
                "{name}"
            );
        }
    }
}
