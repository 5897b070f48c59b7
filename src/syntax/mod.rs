//! Text to one tree: HCL (native and JSON syntax), YAML and JSON, each with byte spans, comments and recovery.
//!
//! `parse` always gives a tree, perhaps with errors beside it; nothing here knows what the text means.

pub mod hcl;
pub mod outline;
pub mod yaml;
