//! The integration tests: one binary, the data beside it.

mod house;
mod json;
mod terraform;
