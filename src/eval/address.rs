//! The name of a resource.

use std::fmt;

use ecow::EcoString;

/// Which instance of a block a resource is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// The only one: no `count`, no `for_each`.
    None,
    /// By `count`.
    Index(u64),
    /// By `for_each`.
    Text(EcoString),
    /// Stands for instances that cannot be counted.
    Placeholder,
}

/// What a block makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mode {
    /// A resource.
    Managed,
    /// A data source.
    Data,
    /// A variable or parameter.
    Input,
    /// The configuration of a provider.
    Provider,
}

/// The full name of a resource: its stack, the module instances that lead to it, type, name and instance.
///
/// Displayed as the language itself writes it: `module.a["x"].aws_s3_bucket.b[0]`, `Child/Bucket`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address {
    /// The stack: the folder of the root module or the path of the template, as shown to people.
    pub stack: EcoString,
    /// The path of module instances in Terraform's notation, `module.a["x"].module.b`, or of nested stacks,
    /// `Child/Grandchild`; empty for the root.
    pub module: EcoString,
    /// Resource, data source, input or provider.
    pub mode: Mode,
    /// The dialect's type: `aws_s3_bucket`, `AWS::S3::Bucket`.
    pub type_name: EcoString,
    /// The name of the block or the logical id.
    pub name: EcoString,
    /// Which instance.
    pub key: Key,
}

/// The type of CloudFormation's parameters.
pub const PARAMETER: &str = "parameter";

impl Address {
    /// The same without the instance: what a reference to the whole block names.
    #[must_use]
    pub fn block(&self) -> Address {
        Address {
            key: Key::None,
            ..self.clone()
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Key::None => Ok(()),
            Key::Index(index) => write!(f, "[{index}]"),
            Key::Text(text) => {
                f.write_str("[\"")?;
                write_escaped(text, f)?;
                f.write_str("\"]")
            }
            Key::Placeholder => f.write_str("[?]"),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.type_name.contains("::") || self.type_name == PARAMETER {
            if !self.module.is_empty() {
                write!(f, "{}/", self.module)?;
            }
            return f.write_str(&self.name);
        }
        if !self.module.is_empty() {
            write!(f, "{}.", self.module)?;
        }
        match self.mode {
            Mode::Managed => write!(f, "{}.{}{}", self.type_name, self.name, self.key),
            Mode::Data => write!(f, "data.{}.{}{}", self.type_name, self.name, self.key),
            Mode::Input => write!(f, "var.{}", self.name),
            Mode::Provider => write!(f, "provider.{}", self.name),
        }
    }
}

/// Text as it stands between the quotes of an HCL string, as Terraform writes the keys of instances.
fn write_escaped(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            '$' | '%' if chars.peek() == Some(&'{') => write!(f, "{char}{char}")?,
            other => write!(f, "{other}")?,
        }
    }
    Ok(())
}
