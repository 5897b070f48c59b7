//! Who may do what: documents of AWS Identity and Access Management.
//!
//! [`action`] knows the actions there are; [`Document`] is what is written; [`grants`] says what it allows, less what it
//! denies; [`party`] and [`condition`] say who is let in.

pub mod action;
pub mod condition;
mod document;
pub mod federation;
mod grant;
pub mod level;
pub mod operator;
pub mod party;
mod pattern;
pub mod region;
#[cfg(test)]
mod tests;
pub mod weigh;

pub use document::{Condition, Document, Members, Principal, Statement};
pub use grant::{Grant, On, closed_to_strangers, grants, has_action, on_every};
pub use pattern::{any_covers, any_of, covers, matches, value_covers};
