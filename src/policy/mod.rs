//! Who may do what: documents of AWS Identity and Access Management.

mod document;
mod wildcard;

pub use document::{Condition, Document, Members, Principal, Statement};
pub use wildcard::{covers, matches};
