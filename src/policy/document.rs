//! A policy document as a list of statements. Lists are normalised: IAM reads a single value as a list of one.

use ecow::EcoString;

use crate::eval::{Value, Why};
use crate::source::{Diagnostic, Span};

/// A policy document.
#[derive(Debug, Clone, Default)]
pub struct Document {
    /// Its statements, in order.
    pub statements: Vec<Statement>,
    /// Why there may be more statements.
    pub rest: Option<Why>,
    /// What AWS would refuse in it. A refused document says nothing for sure: [`Document::rest`] is then set, and what was
    /// refused inside a statement is unknown there.
    pub refused: Vec<Diagnostic>,
}

/// A statement.
#[derive(Debug, Clone)]
pub struct Statement {
    /// `Sid`, where it is a known text.
    pub sid: Option<EcoString>,
    /// `Effect`, perhaps unknown; `None` when it is missing.
    pub effect: Option<Value>,
    /// `Action`.
    pub actions: Members,
    /// `NotAction`.
    pub not_actions: Members,
    /// `Resource`.
    pub resources: Members,
    /// `NotResource`.
    pub not_resources: Members,
    /// `Principal`.
    pub principals: Vec<Principal>,
    /// `NotPrincipal`.
    pub not_principals: Vec<Principal>,
    /// The bytes of the name `NotPrincipal`.
    pub not_principal: Option<Span>,
    /// `Condition`.
    pub conditions: Vec<Condition>,
    /// Why there may be more conditions.
    pub conditions_rest: Option<Why>,
    /// The value it was read from.
    pub span: Span,
}

/// The members of an element that takes one value or a list.
#[derive(Debug, Clone, Default)]
pub struct Members {
    /// Whether the element is there at all.
    pub written: bool,
    /// The bytes of its name, where it is written in this statement.
    pub name: Option<Span>,
    /// Its members, each perhaps unknown.
    pub items: Vec<Value>,
    /// Why there may be more.
    pub rest: Option<Why>,
}

/// Principals of one type.
#[derive(Debug, Clone)]
pub struct Principal {
    /// `AWS`, `Service`, `Federated`, `CanonicalUser`; `*` for the text `"*"`.
    pub kind: EcoString,
    /// Who.
    pub members: Members,
}

/// One condition: any of the values, under an operator.
#[derive(Debug, Clone)]
pub struct Condition {
    /// The operator: `Bool`, `StringEquals`, `ForAllValues:StringLike`.
    pub operator: EcoString,
    /// The condition key, as written.
    pub key: EcoString,
    /// The values.
    pub values: Members,
    /// The bytes of the key.
    pub span: Span,
}
