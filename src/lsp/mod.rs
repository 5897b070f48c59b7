//! The language server: the engine plus a clock, on standard input and output.
//!
//! Everything it says is a rendering of a report; it has no discovery, no rules and no positions of its own. One thread
//! speaks, one checks the workspace with the open buffers laid over the disk. What belongs to an older state of the
//! buffers than the client has is not said.

mod act;
mod client;
mod document;
mod notice;
mod parent;
mod place;
mod publish;
mod request;
mod say;
mod server;
mod wire;
mod word;
mod work;

pub use server::{converse, serve};
