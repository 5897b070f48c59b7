//! The integration tests: one binary, the data beside it.

mod cloudformation;
mod examples;
mod json;
mod schemas;
mod terraform;
