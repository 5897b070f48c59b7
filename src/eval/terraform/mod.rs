//! Terraform and OpenTofu: modules, scopes, expressions and functions.

pub mod function;
pub mod operator;
pub mod types;
