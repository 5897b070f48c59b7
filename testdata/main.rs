//! The integration tests: one binary, the data beside it.

mod cli;
mod cloudformation;
mod house;
mod json;
mod terraform;
