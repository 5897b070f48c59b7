//! What a pattern asks before it can be written, and what is an answer.

use regex::Regex;
use serde_json::{Map, Value};

use super::data;
use crate::source::nearest;

/// A question.
#[derive(Debug, Clone)]
pub struct Question {
    /// The name: `--set name=…`, and what templates call it.
    pub name: String,
    /// What is asked.
    pub ask: String,
    /// The answer where none is given; its type is the type of all answers.
    pub default: Value,
    /// What each text must match.
    matches: Option<Regex>,
    /// How many there must be in a list, where that is fixed.
    many: Option<u64>,
    /// That in words.
    says: String,
    /// The only answers there are, where they can be counted.
    pub among: Vec<Value>,
}

impl Question {
    /// A question as a pattern describes it.
    ///
    /// # Errors
    /// What is wrong with the description.
    pub(super) fn described(description: &Value) -> Result<Self, String> {
        let text = |key: &str| description[key].as_str().map(str::to_owned);
        let name = text("name").ok_or("a question has no `name`")?;
        let matches = text("matches").map(|pattern| Regex::new(&format!("^(?:{pattern})$")));
        let question = Self {
            ask: text("ask").ok_or_else(|| format!("the question `{name}` has no `ask`"))?,
            default: description["default"].clone(),
            matches: matches
                .transpose()
                .map_err(|error| format!("the question `{name}`: {error}"))?,
            name,
            many: description["many"].as_u64(),
            says: text("says").unwrap_or_default(),
            among: description["among"].as_array().cloned().unwrap_or_default(),
        };
        match question.default {
            Value::Null | Value::Object(_) => {
                Err(format!("the question `{}` has no default", question.name))
            }
            _ => Ok(question),
        }
    }

    /// The answer that a text on the command line or at a prompt is.
    ///
    /// # Errors
    /// Why it is none.
    pub fn read(&self, text: &str) -> Result<Value, String> {
        let value = match &self.default {
            Value::String(_) => Value::from(text),
            Value::Array(_) => {
                let text = text.trim().trim_start_matches('[').trim_end_matches(']');
                let items = text
                    .split(',')
                    .map(str::trim)
                    .filter(|item| !item.is_empty());
                items.map(Value::from).collect()
            }
            _ => data::plain(text),
        };
        self.accept(value)
    }

    /// The answer, if it is one.
    ///
    /// # Errors
    /// Why it is none.
    pub fn accept(&self, value: Value) -> Result<Value, String> {
        let wrong = |what: &str| format!("{} = {}: {what}", self.name, data::written(&value));
        if !self.among.is_empty() && !self.among.contains(&value) {
            let among: Vec<String> = self.among.iter().map(data::written).collect();
            return Err(wrong(&format!("one of {} is expected", among.join(", "))));
        }
        let fits = |text: &Value| match text {
            Value::String(text) => self.matches.as_ref().is_none_or(|own| own.is_match(text)),
            _ => false,
        };
        let right = match (&self.default, &value) {
            (Value::String(_), Value::String(_)) => fits(&value),
            (Value::Array(_), Value::Array(items)) => {
                let many = self.many.is_none_or(|many| many == items.len() as u64);
                many && items.iter().all(fits)
            }
            (Value::Bool(_), Value::Bool(_)) => true,
            (Value::Number(_), Value::Number(number)) => match &self.matches {
                Some(matches) => matches.is_match(&number.to_string()),
                None => true,
            },
            _ => false,
        };
        match right {
            true => Ok(value),
            false => Err(wrong(match (self.says.as_str(), &self.default) {
                ("", Value::Bool(_)) => "true or false is expected",
                ("", Value::Number(_)) => "a number is expected",
                ("", Value::Array(_)) => "a list is expected",
                ("", _) => "a text is expected",
                (says, _) => says,
            })),
        }
    }
}

/// The answers to all questions: those that are given, and defaults for the rest.
///
/// # Errors
/// Everything that is no answer, or answers no question.
pub fn answered(
    questions: &[Question],
    given: &Map<String, Value>,
) -> Result<Map<String, Value>, Vec<String>> {
    let (mut answers, mut wrong) = (Map::new(), Vec::new());
    for name in given.keys() {
        if questions.iter().any(|question| question.name == *name) {
            continue;
        }
        let names = questions.iter().map(|question| question.name.as_str());
        wrong.push(match nearest(name, names.clone()) {
            Some(near) => format!("nothing asks for `{name}`; did you mean `{near}`?"),
            None => {
                let names: Vec<&str> = names.collect();
                format!(
                    "nothing asks for `{name}`; the questions are {}",
                    names.join(", ")
                )
            }
        });
    }
    for question in questions {
        let own = given.get(&question.name).unwrap_or(&question.default);
        match question.accept(own.clone()) {
            Ok(value) => drop(answers.insert(question.name.clone(), value)),
            Err(message) => wrong.push(message),
        }
    }
    match wrong.is_empty() {
        true => Ok(answers),
        false => Err(wrong),
    }
}
