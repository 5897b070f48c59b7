//! The built-in functions.

use std::sync::Arc;

use crate::eval::{Map, Value};
use crate::source::{SourceFile, Span};

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
    /// All regular files below a folder, as paths relative to it with `/` between the parts, sorted.
    ///
    /// # Errors
    /// As [`Environment::read`]; also when there are too many.
    fn files(&self, folder: &str) -> Result<Vec<String>, String>;
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

/// Calls a built-in function.
///
/// # Errors
/// Terraform's reason for refusing the call, as a sentence.
pub fn call(
    _name: &str,
    _arguments: &[Value],
    _environment: &dyn Environment,
    _span: Span,
) -> Result<Value, String> {
    Err("not there yet".into())
}

/// The value that a JSON text encodes (`jsondecode`): places point into the text where its bytes are the source's.
///
/// # Errors
/// What is wrong with the text.
pub fn decode_json(_text: &Value, _span: Span) -> Result<Value, String> {
    Err("not there yet".into())
}
