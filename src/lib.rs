//! `distrust`: never trust, always verify.

pub mod source;
pub mod syntax;
