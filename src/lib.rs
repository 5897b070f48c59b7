//! `distrust`: never trust, always verify.

pub mod cli;
pub mod config;
pub mod eval;
pub mod findings;
pub mod report;
pub mod source;
pub mod syntax;
