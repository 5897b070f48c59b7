//! `distrust`: never trust, always verify.

pub mod catalog;
pub mod cli;
pub mod config;
pub mod eval;
pub mod findings;
pub mod graph;
pub mod network;
pub mod policy;
pub mod report;
pub mod rules;
pub mod source;
pub mod syntax;
