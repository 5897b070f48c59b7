//! What is said about input that could not be read, parsed or evaluated as written.

use super::Span;

/// What kind of trouble a diagnostic is about; its text is the stable id shown to people and machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    /// The file could not be read at all (permissions, vanished, not a file).
    Unreadable,
    /// The bytes are not UTF-8 text.
    Encoding,
    /// The text is not valid HCL, YAML or JSON.
    Syntax,
    /// The text is valid but not what the language accepts (a duplicate definition, a missing argument).
    Structure,
    /// An expression that Terraform or CloudFormation would refuse to evaluate.
    Evaluation,
    /// Something is defined in terms of itself.
    Cycle,
    /// A bound on size, depth or count was reached; what lies beyond it was not read.
    Limit,
    /// A path leads out of the scanned folders and was not followed.
    Outside,
    /// Something nobody asked for, or that holds no input, was not read.
    Unread,
    /// A plan was not made from the configuration beside it as it is now, and was left out.
    Stale,
    /// This tool failed on this input: a fault of its own. What the input holds was not read.
    Internal,
}

impl Code {
    /// The stable id, e.g. `syntax-error`.
    pub fn id(self) -> &'static str {
        match self {
            Code::Unreadable => "unreadable-file",
            Code::Encoding => "invalid-encoding",
            Code::Syntax => "syntax-error",
            Code::Structure => "invalid-structure",
            Code::Evaluation => "invalid-expression",
            Code::Cycle => "cyclic-definition",
            Code::Limit => "limit-reached",
            Code::Outside => "outside-root",
            Code::Unread => "not-read",
            Code::Stale => "stale-plan",
            Code::Internal => "internal-error",
        }
    }

    /// Whether part of the input was lost: the run then says so with its exit code.
    pub fn loses_input(self) -> bool {
        matches!(
            self,
            Code::Unreadable
                | Code::Encoding
                | Code::Syntax
                | Code::Structure
                | Code::Limit
                | Code::Internal
        )
    }
}

/// One statement about bad input: what, where, why and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The kind of trouble.
    pub code: Code,
    /// What is wrong and why, one sentence without a final stop.
    pub message: String,
    /// The bytes at fault; a file that could not be read is its empty first position.
    pub span: Span,
    /// What to do about it, one sentence, where there is something to say.
    pub help: Option<String>,
    /// Other places that explain this one ("first defined here").
    pub related: Vec<(Span, String)>,
}

impl Diagnostic {
    /// A diagnostic without advice or related places.
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            span,
            help: None,
            related: Vec::new(),
        }
    }

    /// The same with a sentence of advice.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// The same with one more place and its explanation.
    #[must_use]
    pub fn related(mut self, span: Span, text: impl Into<String>) -> Self {
        self.related.push((span, text.into()));
        self
    }
}
