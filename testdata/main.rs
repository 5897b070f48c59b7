//! The integration tests: one binary, the data beside it.

mod cloudformation;
mod json;
mod terraform;
