//! The integration tests: one binary, the data beside it.

mod cloudformation;
mod house;
mod json;
mod terraform;
