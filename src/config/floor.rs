//! A floor from outside the tree: what settings, comments and the baseline of a repository cannot lower.
//!
//! Whoever checks a pull request takes the file from somewhere else than the pull request.

use toml::de::{DeTable, DeValue};

use super::Name;
use super::read::Reader;
use crate::findings::Severity;
use crate::source::{Diagnostic, SourceFile, nearest};

/// The keys of the file.
const KEYS: [&str; 12] = [
    "baseline",
    "exclude",
    "fail-on",
    "fail-on-undecided",
    "forbid",
    "foreign",
    "inline",
    "require-expiry",
    "require-reason",
    "select",
    "settings",
    "severity",
];

/// What nobody in the repository can lower.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Floor {
    /// These rules are asked, and are as severe as they say themselves or more.
    pub select: Vec<Name>,
    /// The least severity of rules.
    pub severity: Vec<(Name, Severity)>,
    /// Nothing accepts what these rules find: no comment, no setting, no baseline.
    pub forbid: Vec<Name>,
    /// A finding of this severity makes the run fail.
    pub fail_on: Option<Severity>,
    /// So does what is undecided.
    pub fail_on_undecided: bool,
    /// A suppression without a reason counts as a finding.
    pub require_reason: bool,
    /// So does one without an end.
    pub require_expiry: bool,
    /// Whether comments and metadata may accept findings.
    pub inline: bool,
    /// Whether those of other tools may.
    pub foreign: bool,
    /// Whether settings of the repository may.
    pub settings: bool,
    /// Whether a baseline may.
    pub baseline: bool,
    /// Whether `exclude` and the ignore files of the repository may leave files out.
    pub exclude: bool,
}

impl Default for Floor {
    fn default() -> Self {
        Self {
            select: Vec::new(),
            severity: Vec::new(),
            forbid: Vec::new(),
            fail_on: None,
            fail_on_undecided: false,
            require_reason: false,
            require_expiry: false,
            inline: true,
            foreign: true,
            settings: true,
            baseline: true,
            exclude: true,
        }
    }
}

impl Floor {
    /// Reads a file, with everything that is wrong with it.
    pub fn read(file: &SourceFile) -> (Self, Vec<Diagnostic>) {
        let mut reader = Reader::new(file);
        let (table, errors) = DeTable::parse_recoverable(&file.text);
        for error in errors {
            let range = error.span().unwrap_or_default();
            reader.say(range, error.message().trim().to_owned());
        }
        let mut out = Self::default();
        for (key, value) in table.get_ref() {
            let flag = |reader: &mut Reader<'_>| reader.boolean(value);
            match &**key.get_ref() {
                "select" => out.select = reader.names(value).unwrap_or_default(),
                "forbid" => out.forbid = reader.names(value).unwrap_or_default(),
                "fail-on" => {
                    let names = Severity::ALL.map(Severity::name);
                    out.fail_on = reader.one_of(value, &names).and_then(Severity::named);
                }
                "fail-on-undecided" => out.fail_on_undecided = flag(&mut reader) == Some(true),
                "require-reason" => out.require_reason = flag(&mut reader) == Some(true),
                "require-expiry" => out.require_expiry = flag(&mut reader) == Some(true),
                "inline" => out.inline = flag(&mut reader) != Some(false),
                "foreign" => out.foreign = flag(&mut reader) != Some(false),
                "settings" => out.settings = flag(&mut reader) != Some(false),
                "baseline" => out.baseline = flag(&mut reader) != Some(false),
                "exclude" => out.exclude = flag(&mut reader) != Some(false),
                "severity" => out.severities(&mut reader, value),
                unknown => {
                    let help = match nearest(unknown, KEYS.into_iter()) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("the keys are {}", KEYS.join(", ")),
                    };
                    let message = format!("a policy has no `{unknown}`");
                    reader.say(key.span(), message).help = Some(help);
                }
            }
        }
        (out, reader.said())
    }

    fn severities(&mut self, reader: &mut Reader<'_>, value: &toml::Spanned<DeValue<'_>>) {
        let Some(table) = reader.table(value) else {
            return;
        };
        let names = Severity::ALL.map(Severity::name);
        for (rule, value) in table {
            let Some(severity) = reader.one_of(value, &names).and_then(Severity::named) else {
                continue;
            };
            let name = Name {
                text: rule.get_ref().to_string(),
                span: reader.span(rule.span()),
            };
            self.severity.push((name, severity));
        }
    }

    /// The words that should name rules.
    pub fn names(&self) -> Vec<Name> {
        let levels = self.severity.iter().map(|(name, _)| name);
        let all = self.select.iter().chain(&self.forbid).chain(levels);
        all.cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Floor, KEYS};
    use crate::source::SourceMap;

    #[test]
    fn what_is_wrong_is_said_and_every_key_is_known() {
        let read = |text: &str| {
            let (file, _) = SourceMap::new().add("policy.toml", text.into());
            Floor::read(&file)
        };
        let (floor, wrong) = read("fail-onn = 'high'\nseverity = { a = 'dire' }\nforbid = ['x']\n");
        assert_eq!(wrong.len(), 2);
        assert_eq!(wrong[0].help.as_deref(), Some("did you mean `fail-on`?"));
        assert_eq!(floor.forbid.len(), 1);
        let all = KEYS.map(|key| match key {
            "select" | "forbid" => format!("{key} = ['aws-*']\n"),
            "fail-on" => format!("{key} = 'low'\n"),
            "severity" => "severity = { aws-s3-kms = 'low' }\n".to_owned(),
            key => format!("{key} = false\n"),
        });
        assert_eq!(read(&all.concat()).1, []);
    }
}
