//! The integration tests: one binary, the data beside it.

mod cli;
mod cloudformation;
mod examples;
mod fixes;
mod house;
mod json;
mod plan;
mod schemas;
mod terraform;
