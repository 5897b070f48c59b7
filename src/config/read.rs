//! Reading `distrust.toml`: every key by hand, so that every problem has a place.

use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::{self, Sort};
use super::{Name, RuleParameter, Settings, beside};
use crate::findings::Severity;
use crate::report::Format;
use crate::source::{Code, Diagnostic, SourceFile, Span};

/// The settings in a file that lies in `folder`, and everything that is wrong with it.
pub fn read(file: &SourceFile, folder: &Path) -> (Settings, Vec<Diagnostic>) {
    let mut reader = Reader::new(file);
    let (table, errors) = DeTable::parse_recoverable(&file.text);
    for error in errors {
        let range = error.span().unwrap_or_default();
        reader.say(range, error.message().trim().to_owned());
    }
    let mut settings = Settings::default();
    for (key, value) in table.get_ref() {
        reader.key(&mut settings, folder, key, value);
    }
    let Reader { diagnostics, .. } = reader;
    (settings, diagnostics)
}

pub(super) struct Reader<'f> {
    file: &'f SourceFile,
    diagnostics: Vec<Diagnostic>,
}

impl<'f> Reader<'f> {
    pub(super) fn new(file: &'f SourceFile) -> Self {
        Self {
            file,
            diagnostics: Vec::new(),
        }
    }

    /// What was wrong.
    pub(super) fn said(self) -> Vec<Diagnostic> {
        self.diagnostics
    }
}

impl Reader<'_> {
    pub(super) fn span(&self, range: std::ops::Range<usize>) -> Span {
        let end = self.file.text.len();
        let (start, end) = (range.start.min(end), range.end.min(end));
        Span::new(self.file.id, start as u32, end.max(start) as u32)
    }

    pub(super) fn say(
        &mut self,
        range: std::ops::Range<usize>,
        message: impl Into<String>,
    ) -> &mut Diagnostic {
        let span = self.span(range);
        self.diagnostics
            .push(Diagnostic::new(Code::Structure, span, message));
        let last = self.diagnostics.len() - 1;
        &mut self.diagnostics[last]
    }

    fn key(
        &mut self,
        settings: &mut Settings,
        folder: &Path,
        key: &Spanned<impl AsRef<str>>,
        value: &Spanned<DeValue<'_>>,
    ) {
        if let Some(known) = keys::find(key.get_ref().as_ref()) {
            settings.places.insert(known.name, self.span(key.span()));
        }
        let texts = |names: Vec<Name>| names.into_iter().map(|name| name.text).collect();
        match key.get_ref().as_ref() {
            "select" => settings.select = self.names(value),
            "ignore" => settings.ignore = self.names(value),
            "exclude" => settings.exclude = self.names(value).map(texts),
            "parameters" => {
                let names = self.names(value);
                let is_path = |name: &&Name| !name.text.contains('=');
                for name in names.iter().flatten().filter(is_path) {
                    settings.paths.push((beside(folder, &name.text), name.span));
                }
                settings.parameters = names.map(|names| {
                    let names = names.into_iter();
                    names.map(|name| parameter(folder, name.text)).collect()
                });
            }
            "rules" => settings.rules = self.rules(value),
            "module-dir" => settings.module_dir = self.paths(settings, folder, value),
            "var-file" => settings.var_file = self.paths(settings, folder, value),
            "fix" => settings.fix = self.flag(value),
            "unsafe-fixes" => settings.unsafe_fixes = self.flag(value),
            "baseline" => {
                let place = self.span(value.span());
                settings.baseline = self.text(value).map(|path| beside(folder, &path));
                let paths = settings.baseline.iter().cloned();
                settings.paths.extend(paths.map(|path| (path, place)));
            }
            "templates" => {
                let place = self.span(value.span());
                settings.templates = self.text(value).map(|path| beside(folder, &path));
                let paths = settings.templates.iter().cloned();
                settings.paths.extend(paths.map(|path| (path, place)));
            }
            "severity" => self.severities(value, None, settings),
            "paths" => self.levels(value, settings),
            "suppress" => settings.policy.entries = self.entries(value),
            "suppression" => self.policy(value, settings),
            "fail-on" => {
                let names = Severity::ALL.map(Severity::name);
                settings.fail_on = self.one_of(value, &names).and_then(Severity::named);
            }
            "fail-on-undecided" => settings.fail_on_undecided = self.boolean(value),
            "min-severity" => {
                let names = Severity::ALL.map(Severity::name);
                settings.min_severity = self.one_of(value, &names).and_then(Severity::named);
            }
            "output-format" => {
                let names = Format::ALL.map(Format::name);
                settings.output_format = self.one_of(value, &names).and_then(Format::named);
            }
            "extends" => {
                let names = match value.get_ref() {
                    DeValue::String(text) => Some(vec![Name {
                        text: text.to_string(),
                        span: self.span(value.span()),
                    }]),
                    _ => self.names(value),
                };
                let names = names.unwrap_or_default();
                let paths = names.iter();
                let paths = paths.map(|name| (beside(folder, &name.text), name.span));
                settings.paths.extend(paths);
                settings.extends = names;
            }
            "rule-dir" => settings.rule_dir = self.paths(settings, folder, value),
            "workspace" => settings.workspace = self.text(value),
            "var" => settings.var = self.values(value),
            other => match keys::find(other) {
                Some(known) if known.sort == Sort::Flag => {
                    let flag = self.flag(value);
                    settings.flags.extend(flag.map(|flag| (known.name, flag)));
                }
                _ => {
                    let message = format!("there is no setting `{other}`");
                    self.say(key.span(), message).help = Some(keys::meant(other));
                }
            },
        }
    }

    /// Names with their values.
    fn values(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Vec<(String, String)>> {
        let table = self.table(value)?;
        let mut out = Vec::new();
        for (name, value) in table {
            let text = match value.get_ref() {
                DeValue::String(text) => text.to_string(),
                DeValue::Integer(number) => number.as_str().to_owned(),
                DeValue::Boolean(flag) => flag.to_string(),
                _ => {
                    let message = "a text is expected here, as --var takes it";
                    self.say(value.span(), message);
                    continue;
                }
            };
            out.push((name.get_ref().to_string(), text));
        }
        Some(out)
    }

    fn flag(&mut self, value: &Spanned<DeValue<'_>>) -> Option<bool> {
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            self.say(value.span(), "true or false is expected here");
        }
        flag
    }

    /// `[rules.<id>]` tables of parameters.
    fn rules(&mut self, value: &Spanned<DeValue<'_>>) -> Vec<RuleParameter> {
        let mut all = Vec::new();
        let DeValue::Table(rules) = value.get_ref() else {
            self.say(value.span(), "tables `[rules.<id>]` are expected here");
            return all;
        };
        for (rule, parameters) in rules {
            let DeValue::Table(parameters) = parameters.get_ref() else {
                self.say(parameters.span(), "a table of parameters is expected here");
                continue;
            };
            for (name, value) in parameters {
                let text = match value.get_ref() {
                    DeValue::String(text) => text.to_string(),
                    DeValue::Integer(number) => number.as_str().to_owned(),
                    _ => {
                        self.say(
                            value.span(),
                            "a number or a length of time is expected here",
                        );
                        continue;
                    }
                };
                let word = |text: String, range| Name {
                    text,
                    span: self.span(range),
                };
                all.push(RuleParameter {
                    rule: word(rule.get_ref().to_string(), rule.span()),
                    name: word(name.get_ref().to_string(), name.span()),
                    value: word(text, value.span()),
                });
            }
        }
        all.sort_by_key(|own| own.value.span.start);
        all
    }

    /// A list of paths, from the folder of the file.
    fn paths(
        &mut self,
        settings: &mut Settings,
        folder: &Path,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<Vec<PathBuf>> {
        let names = self.names(value)?;
        let placed = names.iter();
        let placed: Vec<(PathBuf, Span)> = placed
            .map(|name| (beside(folder, &name.text), name.span))
            .collect();
        settings.paths.extend(placed.iter().cloned());
        Some(placed.into_iter().map(|(path, _)| path).collect())
    }

    /// A list of texts.
    pub(super) fn names(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Vec<Name>> {
        let DeValue::Array(items) = value.get_ref() else {
            self.say(value.span(), "a list of texts is expected here");
            return None;
        };
        let mut names = Vec::with_capacity(items.len());
        for item in items.iter() {
            match item.get_ref() {
                DeValue::String(text) => names.push(Name {
                    text: text.to_string(),
                    span: self.span(item.span()),
                }),
                _ => {
                    self.say(item.span(), "a text is expected here");
                }
            }
        }
        Some(names)
    }

    /// Yes or no.
    pub(super) fn boolean(&mut self, value: &Spanned<DeValue<'_>>) -> Option<bool> {
        match value.get_ref() {
            DeValue::Boolean(yes) => Some(*yes),
            _ => {
                self.say(value.span(), "true or false is expected here");
                None
            }
        }
    }

    /// One of some words.
    pub(super) fn one_of<'v>(
        &mut self,
        value: &'v Spanned<DeValue<'_>>,
        words: &[&str],
    ) -> Option<&'v str> {
        match value.get_ref() {
            DeValue::String(text) if words.contains(&text.as_ref()) => Some(text),
            _ => {
                let message = format!("one of {} is expected here", words.join(", "));
                self.say(value.span(), message);
                None
            }
        }
    }
}

/// `Name=value` as it stands; a path from the folder of the file.
fn parameter(folder: &Path, text: String) -> String {
    if text.contains('=') {
        text
    } else {
        beside(folder, &text).to_string_lossy().into_owned()
    }
}
