//! What the settings accept: `[severity]`, `[[paths]]`, `[[suppress]]` and `[suppression]`.

use globset::{GlobBuilder, GlobMatcher};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::{self, Sort};
use super::read::Reader;
use super::{Name, Settings};
use crate::findings::Severity;
use crate::report::suppress::{Day, Entry, Level};
use crate::source::nearest;

impl Reader<'_> {
    /// `[severity]`: rules with what they count for, `off` among them.
    pub(super) fn severities(
        &mut self,
        value: &Spanned<DeValue<'_>>,
        path: Option<&GlobMatcher>,
        settings: &mut Settings,
    ) {
        let Some(table) = self.table(value) else {
            return;
        };
        let mut words: Vec<&str> = Severity::ALL.map(Severity::name).to_vec();
        words.push("off");
        for (rule, value) in table {
            let Some(word) = self.one_of(value, &words) else {
                continue;
            };
            settings.names.push(Name {
                text: rule.get_ref().to_string(),
                span: self.span(rule.span()),
            });
            settings.policy.levels.push(Level {
                rules: vec![rule.get_ref().to_string()],
                path: path.cloned(),
                within: String::new(),
                severity: Severity::named(word),
            });
        }
    }

    /// `[[paths]]`: what holds on some paths. They count before what holds everywhere.
    pub(super) fn levels(&mut self, value: &Spanned<DeValue<'_>>, settings: &mut Settings) {
        let everywhere = std::mem::take(&mut settings.policy.levels);
        for table in self.tables(value) {
            let mut path = None;
            for (key, value) in table {
                if key.get_ref() == "path" {
                    path = self.glob(value);
                }
            }
            for (key, value) in table {
                match &**key.get_ref() {
                    "path" => {}
                    "ignore" => {
                        let rules = self.names(value).unwrap_or_default();
                        settings.names.extend(rules.iter().cloned());
                        settings.policy.levels.push(Level {
                            rules: rules.into_iter().map(|name| name.text).collect(),
                            path: path.clone(),
                            within: String::new(),
                            severity: None,
                        });
                    }
                    "severity" => self.severities(value, path.as_ref(), settings),
                    unknown => self.unknown(key.span(), unknown, Sort::OnPaths),
                }
            }
            if path.is_none() {
                self.say(value.span(), "a `path` is missing");
            }
        }
        settings.policy.levels.extend(everywhere);
    }

    /// `[[suppress]]`.
    pub(super) fn entries(&mut self, value: &Spanned<DeValue<'_>>) -> Vec<Entry> {
        let mut entries = Vec::new();
        for table in self.tables(value) {
            let first = table
                .iter()
                .map(|(key, _)| key.span())
                .min_by_key(|span| span.start);
            let mut entry = Entry {
                rules: Vec::new(),
                path: None,
                within: String::new(),
                address: None,
                reason: String::new(),
                owner: String::new(),
                until: None,
                span: self.span(first.unwrap_or(value.span())),
            };
            for (key, value) in table {
                match &**key.get_ref() {
                    "rule" => entry.rules.extend(self.text(value)),
                    "rules" => {
                        let names = self.names(value).unwrap_or_default();
                        entry.rules.extend(names.into_iter().map(|name| name.text));
                    }
                    "path" => entry.path = self.glob(value),
                    "address" => entry.address = self.glob(value),
                    "reason" => entry.reason = self.text(value).unwrap_or_default(),
                    "owner" => entry.owner = self.text(value).unwrap_or_default(),
                    "until" => entry.until = self.day(value),
                    unknown => self.unknown(key.span(), unknown, Sort::Suppress),
                }
            }
            if entry.rules.is_empty() {
                self.say(value.span(), "a `rule` is missing");
            }
            entries.push(entry);
        }
        entries
    }

    /// `[suppression]`: what the project demands of suppressions.
    pub(super) fn policy(&mut self, value: &Spanned<DeValue<'_>>, settings: &mut Settings) {
        let out = &mut settings.policy;
        let Some(table) = self.table(value) else {
            return;
        };
        for (key, value) in table {
            match &**key.get_ref() {
                "require-reason" => out.require_reason = self.boolean(value).unwrap_or_default(),
                "require-expiry" => out.require_expiry = self.boolean(value).unwrap_or_default(),
                "inline" => out.no_inline = self.boolean(value) == Some(false),
                "foreign" => out.no_foreign = self.boolean(value) == Some(false),
                "forbid" => {
                    let names = self.names(value).unwrap_or_default();
                    settings.names.extend(names.iter().cloned());
                    out.forbid = names.into_iter().map(|name| name.text).collect();
                }
                unknown => self.unknown(key.span(), unknown, Sort::Suppression),
            }
        }
    }

    /// Says that a table has no such key.
    fn unknown(&mut self, at: std::ops::Range<usize>, name: &str, sort: Sort) {
        let known = keys::members(sort);
        let help = match nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the keys are {}", known.join(", ")),
        };
        let message = format!("there is no key `{name}` in this table");
        self.say(at, message).help = Some(help);
    }

    /// A text.
    pub(super) fn text(&mut self, value: &Spanned<DeValue<'_>>) -> Option<String> {
        match value.get_ref() {
            DeValue::String(text) => Some(text.to_string()),
            _ => {
                self.say(value.span(), "a text is expected here");
                None
            }
        }
    }

    pub(super) fn table<'v, 'd>(
        &mut self,
        value: &'v Spanned<DeValue<'d>>,
    ) -> Option<&'v DeTable<'d>> {
        match value.get_ref() {
            DeValue::Table(table) => Some(table),
            _ => {
                self.say(value.span(), "a table is expected here");
                None
            }
        }
    }

    fn tables<'v, 'd>(&mut self, value: &'v Spanned<DeValue<'d>>) -> Vec<&'v DeTable<'d>> {
        let DeValue::Array(items) = value.get_ref() else {
            self.say(value.span(), "a list of tables is expected here");
            return Vec::new();
        };
        let tables = items.iter().map(|item| self.table(item));
        tables.collect::<Vec<_>>().into_iter().flatten().collect()
    }

    fn glob(&mut self, value: &Spanned<DeValue<'_>>) -> Option<GlobMatcher> {
        let text = self.text(value)?;
        match GlobBuilder::new(&text).build() {
            Ok(glob) => Some(glob.compile_matcher()),
            Err(error) => {
                self.say(value.span(), format!("no pattern: {}", error.kind()));
                None
            }
        }
    }

    fn day(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Day> {
        let text = match value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Datetime(day) => day.to_string(),
            _ => String::new(),
        };
        let day = text.parse().ok();
        if day.is_none() {
            self.say(value.span(), "a day such as 2027-03-31 is expected here");
        }
        day
    }
}
