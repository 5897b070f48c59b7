//! What a folder says of itself: by which pattern and answers it was made, and what each file was.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::generate::{Language, data};
use crate::source::SourceMap;

/// The file of answers, and beside it the folder of what was generated last.
pub const ANSWERS: &str = ".distrust-answers.yaml";

/// What is to be written, while it is being written: a run that was interrupted leaves it behind.
pub(super) const PENDING: &str = ".distrust/pending.yaml";

/// The folder of each file as it was generated last, compressed.
pub(super) const BASE: &str = ".distrust/base";

/// By what a folder was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The version of this program.
    pub version: String,
    /// The pattern, or `intent` where it was made from one.
    pub pattern: String,
    /// The language.
    pub language: Language,
    /// The answers.
    pub answers: Map<String, Value>,
    /// The hash of each file as it was generated.
    pub files: BTreeMap<String, String>,
}

impl Record {
    /// The text of the file.
    pub fn text(&self) -> String {
        let mut out = String::from(
            "# Written by distrust. `distrust new --update` reads it; change answers with --set, not here.\n",
        );
        let line =
            |key: &str, value: &str| format!("{key}: {}\n", data::written(&Value::from(value)));
        out += &line("version", &self.version);
        out += &line("pattern", &self.pattern);
        out += &line("to", self.language.name());
        out += "answers:\n";
        for (name, value) in &self.answers {
            out += &format!("  {name}: {}\n", data::written(value));
        }
        out += "files:\n";
        for (path, hash) in &self.files {
            let path = data::written(&Value::from(path.as_str()));
            out += &format!("  {path}: {hash}\n");
        }
        out
    }

    /// Reads the text of the file.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(shown: &str, bytes: Vec<u8>) -> Result<Self, String> {
        let sources = SourceMap::new();
        let (file, problem) = sources.add(shown, bytes);
        let wrong = |message: &str| format!("{shown}: {message}");
        if let Some(problem) = problem {
            return Err(wrong(&problem.message));
        }
        let value = data::read(&file).map_err(|errors| {
            let first = errors.first().map(|one| one.message.as_str());
            wrong(first.unwrap_or("this cannot be read"))
        })?;
        let text = |key: &str| {
            let own = value[key].as_str().map(str::to_owned);
            own.ok_or_else(|| wrong(&format!("there is no `{key}`")))
        };
        let language = Language::named(&text("to")?);
        let files = value["files"].as_object().into_iter().flatten();
        let files = files.map(|(path, hash)| match hash.as_str() {
            Some(hash) => Ok((path.clone(), hash.to_owned())),
            None => Err(wrong(&format!("the hash of {path} is no text"))),
        });
        Ok(Self {
            version: text("version")?,
            pattern: text("pattern")?,
            language: language.ok_or_else(|| wrong("`to` is terraform or cloudformation"))?,
            answers: value["answers"].as_object().cloned().unwrap_or_default(),
            files: files.collect::<Result<_, _>>()?,
        })
    }
}

/// The hash of a text, as records hold it.
pub fn hash(text: &[u8]) -> String {
    let digest = Sha256::digest(text);
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256-{hex}")
}
