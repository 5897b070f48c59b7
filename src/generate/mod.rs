//! Writes infrastructure: patterns of modules, least privilege and segmented, in Terraform and CloudFormation.
//!
//! A pattern is a folder below `templates/` ([`Library`]). Its questions are answered ([`answered`]), what follows from
//! the answers is planned ([`plan`]), its files are rendered ([`Pattern::render`]), Terraform's are formatted as its own
//! formatter does ([`mod@format`]), and a folder is brought to hold them ([`mod@write`]). Nothing here knows the engine: whoever
//! calls proves what was rendered before it is written.

pub mod data;
pub mod deploy;
pub mod format;
pub mod plan;
pub mod write;

mod from_intent;
mod language;
mod library;
mod pattern;
mod question;

pub use from_intent::{NETWORK, answers_of};
pub use language::Language;
pub use library::Library;
pub use pattern::{Files, Pattern};
pub use question::{Question, answered};
