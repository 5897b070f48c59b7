//! What is not known, and why.

use std::fmt;

use ecow::EcoString;

use super::Value;

/// A value that cannot be known from the sources alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Unknown {
    /// Why it is not known.
    pub why: Why,
    /// What it could be, where that is a short list and the list is complete; empty when it could be anything.
    /// [`Data::Null`](super::Data::Null) in the list stands for "absent".
    pub among: Vec<Value>,
}

/// The reason why a value is not known.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Why {
    /// A variable or parameter that nothing sets.
    Variable(EcoString),
    /// What the provider decides when the resource is made: the reference as written.
    Computed(EcoString),
    /// What a data source would read from the cloud.
    Data(EcoString),
    /// A module or nested template that is not here: its source.
    Module(EcoString),
    /// What depends on where it is deployed: `path.cwd`, the name of a workspace, what is computed from a CloudFormation
    /// pseudo parameter.
    Environment(EcoString),
    /// A CloudFormation pseudo parameter itself. Nothing else has this reason: what [`Value::why`] gives for whatever is
    /// computed from it is [`Why::Environment`].
    Pseudo(EcoString),
    /// A function whose result changes from run to run (`timestamp`, `uuid`), or that nobody here can compute.
    Function(EcoString),
    /// Which branch is taken is not known.
    Condition,
    /// Whether requests meet a condition of a policy: its key.
    Context(EcoString),
    /// The key, index or member of an instance of a collection that is not known.
    Instance(EcoString),
    /// Another stack's export or state.
    Import(EcoString),
    /// It belongs to a resource that is declared elsewhere: what names it here.
    Elsewhere(EcoString),
    /// A reference that is resolved when the stack is deployed (`{{resolve:…}}`).
    Dynamic,
    /// The definition refers to itself: its name.
    Cycle(EcoString),
    /// What is written is invalid: an expression, a policy, an address; mostly a diagnostic says so too.
    Invalid,
    /// What it is cannot be told from what is written; nothing is wrong with it.
    Unclear,
    /// A bound of this tool was reached: something that was written was not looked at.
    Limit,
}

impl Why {
    /// A short word for the cause, for statistics.
    pub fn cause(&self) -> &'static str {
        match self {
            Why::Variable(_) => "variable",
            Why::Computed(_) => "computed",
            Why::Data(_) => "data",
            Why::Module(_) => "module",
            Why::Environment(_) | Why::Pseudo(_) => "environment",
            Why::Function(_) => "function",
            Why::Condition => "condition",
            Why::Context(_) => "condition-key",
            Why::Instance(_) => "instance",
            Why::Import(_) => "import",
            Why::Elsewhere(_) => "elsewhere",
            Why::Dynamic => "dynamic",
            Why::Cycle(_) => "cycle",
            Why::Invalid => "invalid",
            Why::Unclear => "unclear",
            Why::Limit => "limit",
        }
    }
}

impl Why {
    /// The words in it that come from the input, if there are any.
    pub fn words_mut(&mut self) -> Option<&mut EcoString> {
        match self {
            Why::Variable(words)
            | Why::Computed(words)
            | Why::Data(words)
            | Why::Module(words)
            | Why::Environment(words)
            | Why::Pseudo(words)
            | Why::Function(words)
            | Why::Context(words)
            | Why::Instance(words)
            | Why::Import(words)
            | Why::Elsewhere(words)
            | Why::Cycle(words) => Some(words),
            Why::Condition | Why::Dynamic | Why::Invalid | Why::Unclear | Why::Limit => None,
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::Variable(name) => write!(f, "nothing sets {name}"),
            Why::Computed(reference) => write!(f, "{reference} is known only after it is deployed"),
            Why::Data(reference) => write!(f, "{reference} is read from the cloud"),
            Why::Module(source) => write!(f, "module {source} is not here"),
            Why::Environment(name) | Why::Pseudo(name) => {
                write!(f, "{name} depends on where it is deployed")
            }
            Why::Function(name) => write!(f, "{name}() is not the same from run to run"),
            Why::Condition => f.write_str("a condition that is not known decides"),
            Why::Context(key) => write!(f, "the condition on {key} may hold or not"),
            Why::Instance(name) => write!(f, "{name} belongs to a collection that is not known"),
            Why::Import(name) => write!(f, "{name} comes from another stack"),
            Why::Elsewhere(name) => {
                write!(f, "{name} belongs to a resource that is declared elsewhere")
            }
            Why::Dynamic => f.write_str("it is resolved when the stack is deployed"),
            Why::Cycle(name) => write!(f, "{name} is defined in terms of itself"),
            Why::Invalid => f.write_str("what is written is not valid"),
            Why::Unclear => f.write_str("it cannot be told from what is written"),
            Why::Limit => f.write_str("a limit was reached"),
        }
    }
}
