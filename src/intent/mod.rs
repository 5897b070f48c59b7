//! The intent: one file that says which places exist, what stands in them, and who may reach and do what.
//!
//! [`read`] makes one resolved value of a text: [`Intent`], in which every default and every flow that follows from what
//! workloads do is written out, each part with its place. What a text may say stands once, in [`grammar`]: the reader's
//! checks, the JSON Schema ([`schema`]) and the tables of the documentation come from there. [`show`] writes an intent in
//! full; that form is valid input and means the same.

mod check;
mod derive;
pub mod draft;
pub mod grammar;
pub mod language;
mod read;
pub mod schema;
mod show;
#[cfg(test)]
mod tests;
pub mod things;
pub mod verb;
pub mod verify;
pub mod word;

pub use language::Intent;
pub use read::read;
pub use show::show;

/// The name of the file that is looked for.
pub const FILE: &str = "distrust.intent.yaml";
