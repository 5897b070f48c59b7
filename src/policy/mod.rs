//! Who may do what: documents of AWS Identity and Access Management.
//!
//! [`action`] knows the actions there are; [`Document`] is what is written; [`grants`] says what it allows, less what it
//! denies; [`party`] and [`condition`] say who is let in. [`region`] reads statements as sets of requests, [`weigh`] what a
//! condition leaves of them. [`identity`] joins what an identity has, its boundary and the documents of AWS ([`managed`]);
//! [`reach`] says what it gains by that; [`evaluate`] decides a concrete request; [`ask`] answers people.

pub mod action;
pub mod ask;
pub mod condition;
mod document;
pub mod evaluate;
pub mod federation;
mod grammar;
mod grant;
pub mod held;
pub mod identity;
pub mod level;
pub mod managed;
mod mention;
pub mod operator;
pub mod party;
mod pattern;
pub mod reach;
mod read;
pub mod region;
pub mod target;
#[cfg(test)]
mod tests;
pub mod weigh;

pub use document::{Condition, Document, Members, Principal, Statement};
pub use grant::{Grant, On, closed_to_strangers, grants, grants_given, has_action, on_every};
pub use pattern::{any_covers, any_of, covers, matches, value_covers};
