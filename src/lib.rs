//! `distrust`: never trust, always verify.

pub mod eval;
pub mod findings;
pub mod source;
pub mod syntax;
