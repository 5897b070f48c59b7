//! Bytes and places: files, spans, lines and columns, and what is said about a file that could not be read whole.
//!
//! Nothing above this layer touches the file system except through a [`Door`]: it resolves a path once, asks the
//! [`Scope`] about what came out, and opens that, if it is a regular file. Nothing holds a place in any form but [`Span`]
//! (a source and a byte range).

mod deep;
mod diagnostic;
mod discover;
mod disk;
mod door;
mod encoding;
mod files;
mod guard;
mod ignored;
mod map;
mod memory;
mod named;
mod near;
mod planned;
mod revision;
mod scope;
mod span;
mod turns;
mod walk;

pub use deep::{THREAD_STACK_BYTES, deep};
pub use diagnostic::{Code, Diagnostic};
pub use discover::{Discovered, Folder, Plan, Renewed, Search, discover, module};
pub use disk::Disk;
pub use door::{Door, Listed};
pub use files::{Closed, Entry, EntryKind, Files, plain};
pub use guard::{guarded, internal_error, silence_panics};
pub use map::{MAX_SOURCE_BYTES, Position, SourceFile, SourceMap};
pub use memory::{Memory, Overlay};
pub use near::nearest;
pub use revision::{Repository, Revision, Unreached};
pub use scope::{Scope, shown};
pub use span::{SourceId, Span};
pub use turns::each_in_turn;
