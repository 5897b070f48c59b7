//! Bytes and places: files, spans, lines and columns, and what is said about a file that could not be read whole.
//!
//! Nothing above this layer touches the file system except through [`Files`], and nothing holds a place
//! in any form but [`Span`] (a source and a byte range).

mod diagnostic;
mod discover;
mod files;
mod guard;
mod map;
mod scope;
mod span;
mod walk;

pub use diagnostic::{Code, Diagnostic};
pub use discover::{Discovered, Folder, Search, discover};
pub use files::{Disk, Entry, EntryKind, Files, Memory, Met, Overlay, Walk};
pub use guard::{guarded, internal_error, silence_panics};
pub use map::{Position, SourceFile, SourceMap};
pub use scope::{Scope, shown};
pub use span::{SourceId, Span};
