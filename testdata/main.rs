//! The integration tests: one binary, the data beside it.

mod adopting;
mod cli;
mod cloudformation;
mod damage;
#[cfg(unix)]
mod door;
#[cfg(unix)]
mod editors;
mod examples;
mod fixes;
mod generate;
mod house;
mod intent;
mod json;
mod lsp;
mod plan;
mod reach;
mod reading;
mod require;
mod revision;
mod schemas;
mod settings;
mod siblings;
mod terraform;
mod typing;
