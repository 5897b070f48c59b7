//! The built-in functions of Terraform 1.11 and of OpenTofu.
//!
//! Each function stands in the table of its file with the types of its parameters and how much it can do with values
//! that are not wholly known (`Mode`). Conversion of the arguments, refusal of nulls, alternatives, unknowns and
//! sensitivity are the same for all and are done here, once.
//!
//! Bounds: a result of more than 65,536 members or 16 MiB of text, and a number beyond ±2^40,000, is an unknown with
//! [`Why::Limit`].

mod assume;
mod call;
mod collection;
mod conversion;
mod date;
mod encoding;
mod file;
mod format;
mod glob;
mod hash;
mod json;
mod json_text;
mod map;
mod network;
mod number;
mod pattern;
mod place;
mod provider;
mod sequence;
mod set;
mod text;
mod yaml;
mod yaml_words;

#[cfg(test)]
mod tests;

use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;

use super::operator::{holds_sensitive, is_sensitive, lift};
use super::types::{Type, convert};
use crate::eval::{Data, Map, Piece, Value, Why, budget};
use crate::source::{SourceFile, Span};
use call::Call;

/// The most members of a result.
const MAX_MEMBERS: usize = 65_536;

/// The most bytes of a text.
const MAX_TEXT: usize = 16 << 20;

/// What lies below a folder, as paths relative to it with `/` between the parts, each list sorted.
#[derive(Debug, Default)]
pub struct Below {
    /// Regular files.
    pub files: Vec<String>,
    /// What may be a file or a folder of files: links that are not followed, names that are no text.
    pub doubtful: Vec<String>,
}

/// What a function may ask of the world around the expression.
pub trait Environment {
    /// The file at a path, relative to the root module as Terraform reads it.
    ///
    /// # Errors
    /// Why it could not be read, as a sentence: it does not exist, it lies outside the scanned folders.
    fn read(&self, path: &str) -> Result<Arc<SourceFile>, String>;
    /// The raw bytes of a file (for hashes and base64 of files that are not text).
    ///
    /// # Errors
    /// As [`Environment::read`].
    fn read_bytes(&self, path: &str) -> Result<Vec<u8>, String>;
    /// Whether a regular file is there.
    ///
    /// # Errors
    /// When the path lies outside the scanned folders.
    fn exists(&self, path: &str) -> Result<bool, String>;
    /// What lies below a folder.
    ///
    /// # Errors
    /// As [`Environment::read`]; also when there is too much.
    fn files(&self, folder: &str) -> Result<Arc<Below>, String>;
    /// The template text rendered with these variables (and no others) in scope.
    ///
    /// # Errors
    /// What is wrong with the template.
    fn render(&self, template: &Template, variables: &Map) -> Result<Value, String>;
}

/// What [`Environment::render`] renders.
#[derive(Debug, Clone)]
pub enum Template {
    /// A template file (`templatefile`).
    File(Arc<SourceFile>),
    /// A text that became a template at run time (`templatestring`).
    Text(Value),
}

/// The type of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Parameter {
    /// Anything but null.
    Any,
    /// Anything.
    Nullable,
    /// `string`.
    Text,
    /// `number`.
    Number,
    /// `list(any)`.
    List,
    /// `list(string)`.
    Texts,
    /// `list(bool)`.
    Bools,
    /// `set(any)`.
    Set,
    /// `map(list(string))`.
    TextLists,
}

impl Parameter {
    fn of(self) -> Type {
        match self {
            Parameter::Any | Parameter::Nullable => Type::Any,
            Parameter::Text => Type::Text,
            Parameter::Number => Type::Number,
            Parameter::List => Type::List(Box::new(Type::Any)),
            Parameter::Texts => Type::List(Box::new(Type::Text)),
            Parameter::Bools => Type::List(Box::new(Type::Bool)),
            Parameter::Set => Type::Set(Box::new(Type::Any)),
            Parameter::TextLists => Type::Map(Box::new(Type::List(Box::new(Type::Text)))),
        }
    }
}

/// How much a function can do with values that are not wholly known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Nothing: it is called only when all is known.
    Whole,
    /// It looks at what is known itself. Its result is made from its arguments: as sensitive as any part of them.
    Parts,
    /// The same, and it passes members on: each stays as sensitive as it is.
    Members,
}

/// A function: its name and parameters, and what it does.
struct Function {
    name: &'static str,
    parameters: &'static [Parameter],
    more: Option<Parameter>,
    mode: Mode,
    run: fn(&Call<'_>) -> Result<Value, String>,
}

impl Function {
    /// A function that is called only when all its arguments are known.
    const fn whole(
        name: &'static str,
        parameters: &'static [Parameter],
        run: fn(&Call<'_>) -> Result<Value, String>,
    ) -> Self {
        Self {
            name,
            parameters,
            more: None,
            mode: Mode::Whole,
            run,
        }
    }

    /// A function that looks at what is known of its arguments itself.
    const fn parts(
        name: &'static str,
        parameters: &'static [Parameter],
        run: fn(&Call<'_>) -> Result<Value, String>,
    ) -> Self {
        Self {
            mode: Mode::Parts,
            ..Self::whole(name, parameters, run)
        }
    }

    /// A function that passes members on.
    const fn members(
        name: &'static str,
        parameters: &'static [Parameter],
        run: fn(&Call<'_>) -> Result<Value, String>,
    ) -> Self {
        Self {
            mode: Mode::Members,
            ..Self::whole(name, parameters, run)
        }
    }

    /// The same with any number of further arguments.
    const fn variadic(self, more: Parameter) -> Self {
        Self {
            more: Some(more),
            ..self
        }
    }
}

fn table() -> &'static FxHashMap<&'static str, &'static Function> {
    static TABLE: OnceLock<FxHashMap<&'static str, &'static Function>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let tables = [
            assume::FUNCTIONS,
            collection::FUNCTIONS,
            conversion::FUNCTIONS,
            date::FUNCTIONS,
            encoding::FUNCTIONS,
            file::FUNCTIONS,
            format::FUNCTIONS,
            hash::FUNCTIONS,
            json::FUNCTIONS,
            map::FUNCTIONS,
            network::FUNCTIONS,
            number::FUNCTIONS,
            pattern::FUNCTIONS,
            provider::FUNCTIONS,
            sequence::FUNCTIONS,
            set::FUNCTIONS,
            text::FUNCTIONS,
            yaml::FUNCTIONS,
        ];
        tables
            .into_iter()
            .flatten()
            .map(|function| (function.name, function))
            .collect()
    })
}

/// Calls a built-in function. The name may have the prefix `core::`.
///
/// A result that is made is written at `span`, the call; a member that is merely passed on keeps its origin. Functions
/// whose result changes from run to run, and those of providers that are not known here, give an unknown.
///
/// # Errors
/// Terraform's reason for refusing the call, as a sentence.
pub fn call(
    name: &str,
    arguments: &[Value],
    environment: &dyn Environment,
    span: Span,
) -> Result<Value, String> {
    let plain = name.strip_prefix("core::").unwrap_or(name);
    let Some(function) = table().get(plain) else {
        if plain.starts_with("provider::") {
            return Ok(Value::unknown(Why::Function(plain.into()), span));
        }
        return Err(format!("There is no function named {name:?}."));
    };
    check_count(function, arguments.len())?;
    if !look_at(arguments) {
        return Ok(Value::unknown(Why::Limit, span));
    }
    let sensitive = match function.mode {
        Mode::Members => arguments.iter().any(is_sensitive),
        Mode::Whole | Mode::Parts => arguments.iter().any(holds_sensitive),
    };
    let result = lift(arguments, span, &mut |arguments| {
        run(function, arguments, environment, span)
    });
    let about_marks = matches!(plain, "nonsensitive" | "issensitive");
    result.map(|value| value.sensitive_if(sensitive && !about_marks))
}

/// Charges what it takes to look at the arguments once: every function does, to convert them and to ask what is known of
/// them, however little it then needs. False where there is no room for a copy of what it looks at. A function that does
/// more than that work charges it itself; one that makes texts or lists larger than its arguments asks for room first.
fn look_at(arguments: &[Value]) -> bool {
    /// Bytes of text that are gone through in one step.
    const BYTES: usize = 32;
    /// Members that are looked at before the work is charged.
    const TOGETHER: usize = 1 << 12;
    let (mut steps, mut members, mut bytes) = (0, 0, 0);
    let mut waiting: Vec<&Value> = arguments.iter().collect();
    while let Some(value) = waiting.pop() {
        members += 1;
        steps += 1;
        if steps >= TOGETHER {
            budget::work(std::mem::take(&mut steps));
            if budget::is_spent() {
                return false;
            }
        }
        match &value.data {
            Data::Text(text) => {
                steps += text.len() / BYTES;
                bytes += text.len();
            }
            Data::Template(template) => {
                let len = template.text.as_ref().map_or(0, |text| text.len());
                steps += len / BYTES + template.pieces.len();
                bytes += len;
                members += template.pieces.len();
                waiting.extend(template.pieces.iter().filter_map(|piece| match piece {
                    Piece::Value(value) => Some(value),
                    Piece::Text(..) => None,
                }));
            }
            Data::List(list) => waiting.extend(&list.items),
            Data::Map(map) => waiting.extend(map.entries.iter().map(|entry| &entry.value)),
            Data::Reference(reference) => waiting.extend(&reference.value),
            Data::Unknown(unknown) => waiting.extend(&unknown.among),
            _ => {}
        }
    }
    budget::work(steps);
    budget::room(members * size_of::<Value>() + bytes)
}

/// Whether there is a function of this name, without the prefix `core::`.
pub fn exists(name: &str) -> bool {
    table().contains_key(name)
}

fn check_count(function: &Function, count: usize) -> Result<(), String> {
    let (name, wanted) = (function.name, function.parameters.len());
    if count < wanted {
        return Err(format!(
            "Function {name:?} expects {wanted} argument(s), but was given {count}."
        ));
    }
    if count > wanted && function.more.is_none() {
        return Err(format!(
            "Function {name:?} expects only {wanted} argument(s), but was given {count}."
        ));
    }
    Ok(())
}

fn run(
    function: &Function,
    arguments: &[Value],
    environment: &dyn Environment,
    span: Span,
) -> Result<Value, String> {
    let parameters = function.parameters.iter().copied();
    let more = std::iter::repeat(function.more.unwrap_or(Parameter::Any));
    let mut converted = Vec::with_capacity(arguments.len());
    for (argument, parameter) in arguments.iter().zip(parameters.chain(more)) {
        let argument = convert(argument, &parameter.of()).map_err(|why| {
            format!(
                "Invalid value for an argument of {:?}: {why}.",
                function.name
            )
        })?;
        if parameter != Parameter::Nullable && matches!(argument.resolved().data, Data::Null) {
            return Err(format!(
                "Invalid value for an argument of {:?}: argument must not be null.",
                function.name
            ));
        }
        converted.push(argument);
    }
    let call = Call {
        arguments: &converted,
        environment,
        span,
    };
    if function.mode == Mode::Whole && !converted.iter().all(Value::is_wholly_known) {
        return Ok(call.unknown());
    }
    (function.run)(&call)
}

/// The value that a JSON text encodes (`jsondecode`): places point into the text where its bytes are the source's.
///
/// # Errors
/// What is wrong with the text.
pub fn decode_json(text: &Value, span: Span) -> Result<Value, String> {
    json::decode_value(text.resolved(), span, usize::MAX)
}
