//! Who may do what: documents of AWS Identity and Access Management.

mod document;
mod json;
mod wildcard;

pub use document::{Condition, Document, Members, Principal, Statement};
pub use json::parse as parse_json;
pub use wildcard::{covers, matches};
