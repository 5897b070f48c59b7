//! What a tree of files must give: the disk, memory, memory laid over another tree, later a revision.
//!
//! Nothing above `source` holds one of these to read from: it asks a [`Door`](super::Door), which asks the scope first.

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::Code;
use super::map::MAX_SOURCE_BYTES;

/// What a name in a folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryKind {
    /// A regular file. Whatever other names the file has elsewhere (hard links), this one counts.
    File,
    /// A folder.
    Folder,
    /// A symbolic link, whatever it leads to.
    Link,
    /// A pipe, a socket, a device, or a text that the system makes up when it is asked.
    Other,
}

/// A name in a folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// The name alone; it need not be text.
    pub name: OsString,
    /// What it is, links not followed.
    pub kind: EntryKind,
}

/// Why something is not read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Closed {
    /// Nothing is there.
    Missing,
    /// It lies outside of what may be read.
    Outside,
    /// It is neither a regular file nor a folder.
    Special,
    /// It is larger than any source may be.
    TooLarge,
    /// It became a link, or something else, after it was looked at.
    Changed,
    /// The file system says no.
    Failed(String),
}

impl Closed {
    /// What kind of trouble this is.
    pub fn code(&self) -> Code {
        match self {
            Closed::Outside => Code::Outside,
            Closed::TooLarge => Code::Limit,
            _ => Code::Unreadable,
        }
    }
}

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Closed::Missing => f.write_str("no such file or directory"),
            Closed::Outside => {
                f.write_str("this leads out of the folders that may be read, and was not followed")
            }
            Closed::Special => f.write_str("this is no regular file, and was not opened"),
            Closed::TooLarge => {
                write!(f, "larger than the limit of {} MiB", MAX_SOURCE_BYTES >> 20)
            }
            Closed::Changed => f.write_str("this has changed since it was looked at"),
            Closed::Failed(reason) => f.write_str(reason),
        }
    }
}

impl From<io::Error> for Closed {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Closed::Missing,
            io::ErrorKind::FileTooLarge => Closed::TooLarge,
            _ => Closed::Failed(reason(&error)),
        }
    }
}

/// A tree of files.
///
/// All but [`Files::canonical`] take paths as that gives them: a link on such a path was put there since, and is not
/// followed.
pub trait Files: Send + Sync {
    /// The path without `.`, `..` and links. It is absolute, or relative to the working folder.
    ///
    /// # Errors
    /// [`Closed::Missing`] where nothing is; what the file system says.
    fn canonical(&self, path: &Path) -> Result<PathBuf, Closed>;
    /// What is there, no link followed; `None` where nothing is.
    fn kind(&self, real: &Path) -> Option<EntryKind>;
    /// The bytes of a regular file.
    ///
    /// # Errors
    /// [`Closed::TooLarge`] above the limit of this tool; [`Closed::Special`], [`Closed::Changed`]; what the file
    /// system says.
    fn read(&self, real: &Path) -> Result<Vec<u8>, Closed>;
    /// The first bytes of a regular file, however large it is: as many as it has, `most` at the most.
    ///
    /// # Errors
    /// As [`Files::read`].
    fn head(&self, real: &Path, most: usize) -> Result<Vec<u8>, Closed>;
    /// The names in a folder, sorted.
    ///
    /// # Errors
    /// As [`Files::read`].
    fn list(&self, real: &Path) -> Result<Vec<Entry>, Closed>;
}

/// The path with `.` and `..` resolved by text.
pub fn plain(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                if !out.pop() {
                    out.push("..");
                }
            }
            other => out.push(other),
        }
    }
    out
}

/// An error of the file system as a sentence, without the number that the operating system gives it.
pub(super) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => "it could not be read".into(),
    }
}
