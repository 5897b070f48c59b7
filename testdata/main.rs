//! The integration tests: one binary, the data beside it.

mod json;
mod terraform;
