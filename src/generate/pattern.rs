//! A pattern: what it is, what it asks, and its files.

use std::collections::BTreeMap;

use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde_json::{Map, Value, json};

use super::library::{Library, PARTS};
use super::{Language, Question, data, format, plan};
use crate::intent::{self, Intent};
use crate::source::SourceMap;

/// Files that were rendered, by their paths below the folder that is made.
pub type Files = BTreeMap<String, String>;

/// A pattern of modules.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// Its name: that of its folder.
    pub name: String,
    /// What it is, in one sentence.
    pub summary: String,
    /// What it is, at length: Markdown.
    pub about: String,
    /// What it asks.
    pub questions: Vec<Question>,
    /// The languages it is written in.
    pub languages: Vec<Language>,
    /// What of it CloudFormation has no type for, by name.
    unsayable: Vec<String>,
}

impl Pattern {
    /// Finds a pattern.
    ///
    /// # Errors
    /// That there is none, or what is wrong with its description.
    pub fn find(library: &Library, name: &str) -> Result<Self, String> {
        let path = format!("{name}/pattern.yaml");
        let text = library
            .get(&path)
            .filter(|_| name != PARTS)
            .ok_or_else(|| {
                let names = library.patterns();
                match crate::source::nearest(name, names.iter().copied()) {
                    Some(near) => format!("there is no pattern `{name}`; did you mean `{near}`?"),
                    None => format!(
                        "there is no pattern `{name}`; there are {}",
                        names.join(", ")
                    ),
                }
            })?;
        let described = read_data(&path, text)?;
        let own = |key: &str| described[key].as_str().map(|text| text.trim().to_owned());
        let questions = described["questions"].as_array().into_iter().flatten();
        let questions = questions.map(Question::described);
        let written = |language: &Language| {
            let folder = format!("{name}/{}", language.name());
            library.below(&folder).next().is_some()
        };
        Ok(Self {
            name: name.to_owned(),
            summary: own("summary").ok_or_else(|| format!("{path}: there is no `summary`"))?,
            about: own("about").unwrap_or_default(),
            questions: questions
                .collect::<Result<_, _>>()
                .map_err(|message| format!("{path}: {message}"))?,
            languages: Language::ALL.into_iter().filter(written).collect(),
            unsayable: described["unsayable"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|name| name.as_str().map(str::to_owned))
                .collect(),
        })
    }

    /// What of it CloudFormation has no type for: since when, by what source, and each setting with its reason.
    ///
    /// # Errors
    /// What is wrong with the file that says so.
    pub fn unsayable(&self, library: &Library) -> Result<Value, String> {
        let path = format!("{PARTS}/unsayable.yaml");
        let all = read_data(&path, library.get(&path).unwrap_or_default())?;
        let settings = self
            .unsayable
            .iter()
            .map(|name| match &all["settings"][name] {
                Value::String(says) => Ok(json!({ "name": name, "says": says })),
                _ => Err(format!("{path}: there is no setting `{name}`")),
            });
        let settings = settings.collect::<Result<Vec<Value>, String>>()?;
        Ok(json!({ "date": all["date"], "source": all["source"], "settings": settings }))
    }

    /// The files of this pattern in a language. The same answers give the same bytes.
    ///
    /// # Errors
    /// What is wrong with a template, with its place.
    pub fn render(
        &self,
        library: &Library,
        language: Language,
        answers: &Map<String, Value>,
    ) -> Result<Files, String> {
        self.render_with(library, language, answers, None)
    }

    /// The same from an intent that somebody has written, in place of the pattern's own; `text` is that of its file.
    ///
    /// # Errors
    /// What is wrong with a template, with its place.
    pub fn render_intent(
        &self,
        library: &Library,
        language: Language,
        answers: &Map<String, Value>,
        (intent, text): (&Intent, &str),
    ) -> Result<Files, String> {
        self.render_with(library, language, answers, Some((intent, text)))
    }

    fn render_with(
        &self,
        library: &Library,
        language: Language,
        answers: &Map<String, Value>,
        own: Option<(&Intent, &str)>,
    ) -> Result<Files, String> {
        let mut context = answers.clone();
        context.insert("pattern".into(), Value::from(self.name.as_str()));
        context.insert("language".into(), Value::from(language.name()));
        context.insert("unsayable".into(), self.unsayable(library)?);
        let environment = self.environment(library).map_err(|error| wrong(&error))?;
        let mut files = Files::new();
        // What the pattern intends is rendered first: addresses and flows follow from it.
        let intended = format!("{}/both/{}", self.name, intent::FILE);
        if let Some((intent, _)) = own {
            context.insert("plan".into(), plan::of(intent));
        } else if library.get(&intended).is_some() {
            let text = rendered(&environment, &intended, &context)?;
            context.insert("plan".into(), plan::of(&read_intent(&intended, &text)?));
        }
        for folder in [language.name(), "both"] {
            let folder = format!("{}/{folder}", self.name);
            for (path, below) in library.below(&folder) {
                if let Some((_, text)) = own.filter(|_| below == intent::FILE) {
                    files.insert(below.to_owned(), text.to_owned());
                    continue;
                }
                let text = finished(below, &rendered(&environment, path, &context)?);
                // A file of which nothing is left is not asked for by these answers.
                if !text.trim().is_empty() {
                    files.insert(below.to_owned(), text);
                }
            }
        }
        Ok(files)
    }

    /// Placeholders are `@{ name }`, statements lines that begin with `@@`, comments lines that begin with `@#`: what
    /// neither Terraform nor CloudFormation, nor a workflow, nor a shell uses.
    fn environment<'l>(&self, library: &'l Library) -> Result<Environment<'l>, minijinja::Error> {
        let mut environment = Environment::new();
        let syntax = SyntaxConfig::builder()
            .variable_delimiters("@{", "}")
            .block_delimiters("@[", "]@")
            .comment_delimiters("@(", ")@")
            .line_statement_prefix("@@")
            .line_comment_prefix("@#")
            .keep_trailing_newline(true)
            .build()?;
        environment.set_syntax(syntax);
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| AutoEscape::None);
        for folder in [self.name.as_str(), PARTS] {
            for (path, text) in library.texts(folder) {
                environment.add_template(path, text)?;
            }
        }
        environment.add_filter("pascal", |name: &str| plan::pascal(name));
        environment.add_filter("snake", |name: &str| plan::snake(name));
        environment.add_filter("hcl", |value: minijinja::Value| {
            serde_json::to_value(value)
                .map_or_else(|error| error.to_string(), |own| hcl_value(&own))
        });
        Ok(environment)
    }
}

/// The data of a file of templates.
fn read_data(path: &str, text: &str) -> Result<Value, String> {
    let sources = SourceMap::new();
    let (file, _) = sources.add(path, text.as_bytes().to_vec());
    data::read(&file).map_err(|wrong| {
        let first = wrong.first().map(|one| one.message.as_str());
        format!("{path}: {}", first.unwrap_or_default())
    })
}

fn rendered(
    environment: &Environment<'_>,
    path: &str,
    context: &Map<String, Value>,
) -> Result<String, String> {
    let template = environment.get_template(path);
    template
        .and_then(|template| template.render(given(&Value::Object(context.clone()))))
        .map_err(|error| wrong(&error))
}

/// The intent that a pattern gives with these answers.
fn read_intent(path: &str, text: &str) -> Result<Intent, String> {
    let sources = SourceMap::new();
    let (file, _) = sources.add(path, text.as_bytes().to_vec());
    intent::read(&file).map_err(|wrong| {
        let said = wrong.iter().map(|one| {
            let line = file.position(one.span.start).line;
            format!("{path}:{line}: {}", one.message)
        });
        said.collect::<Vec<_>>().join("\n")
    })
}

/// The last touch: HCL as its own formatter has it, other texts with one line end.
fn finished(path: &str, text: &str) -> String {
    let is_hcl = [".tf", ".hcl", ".tfvars"]
        .iter()
        .any(|end| path.ends_with(end));
    match is_hcl {
        true => format::hcl(&format::tidy(text)),
        false if path.ends_with(".yaml") => format::tidy_yaml(text),
        false if text.ends_with('\n') => text.to_owned(),
        false => format!("{text}\n"),
    }
}

/// Data as templates see it. By hand: how numbers of `serde_json` are serialised depends on how it is built.
fn given(value: &Value) -> minijinja::Value {
    match value {
        Value::Null => minijinja::Value::from(()),
        Value::Bool(own) => minijinja::Value::from(*own),
        Value::Number(own) => match own.as_i64() {
            Some(own) => minijinja::Value::from(own),
            None => minijinja::Value::from(own.as_f64().unwrap_or_default()),
        },
        Value::String(own) => minijinja::Value::from(own.as_str()),
        Value::Array(own) => own.iter().map(given).collect(),
        Value::Object(own) => {
            let own = own.iter();
            let own = own.map(|(key, value)| (key.clone(), given(value)));
            minijinja::Value::from(own.collect::<BTreeMap<String, minijinja::Value>>())
        }
    }
}

/// What was wrong with a template, and where.
fn wrong(error: &minijinja::Error) -> String {
    let place = match (error.name(), error.line()) {
        (Some(name), Some(line)) => format!("{name}:{line}: "),
        _ => String::new(),
    };
    let detail = error.detail().unwrap_or_default();
    format!("the template {place}{} {detail}", error.kind())
}

/// A value as an expression of HCL.
fn hcl_value(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(hcl_value).collect();
            format!("[{}]", items.join(", "))
        }
        Value::String(text) => {
            let text = Value::from(text.as_str()).to_string();
            text.replace("${", "$${").replace("%{", "%%{")
        }
        other => other.to_string(),
    }
}
