//! The real file system.
//!
//! A path is resolved once, the scope is asked about what came out, and that is what is opened: on no part of it a link
//! is followed any more. Whoever exchanges a folder or a file for a link in between gets nothing but a diagnostic.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::map::MAX_SOURCE_BYTES;
use super::{Closed, Entry, EntryKind, Files};

#[cfg(not(unix))]
#[path = "disk/plain.rs"]
mod system;
#[cfg(unix)]
#[path = "disk/unix.rs"]
mod system;

/// Folders whose files are made up by the system when they are asked for: they are endless, wait, or say what this
/// process is told in confidence.
const MADE_UP: [&str; 2] = ["/proc", "/sys"];

/// The real file system.
#[derive(Debug, Clone, Copy, Default)]
pub struct Disk;

impl Files for Disk {
    fn canonical(&self, path: &Path) -> Result<PathBuf, Closed> {
        Ok(std::fs::canonicalize(path)?)
    }

    fn kind(&self, real: &Path) -> Option<EntryKind> {
        let kind = std::fs::symlink_metadata(real).ok()?.file_type();
        Some(match () {
            () if kind.is_dir() => EntryKind::Folder,
            () if kind.is_symlink() => EntryKind::Link,
            () if kind.is_file() && !made_up(real) => EntryKind::File,
            () => EntryKind::Other,
        })
    }

    fn read(&self, real: &Path) -> Result<Vec<u8>, Closed> {
        let (mut file, size) = opened(real)?;
        if size > MAX_SOURCE_BYTES {
            return Err(Closed::TooLarge);
        }
        // Most files are tiny, and each call to the system costs more than parsing one: a file that gives as many
        // bytes as it promised is not asked for more. Some file systems promise none.
        let mut bytes = first(&mut file, size as usize)?;
        if size == 0 {
            file.take(MAX_SOURCE_BYTES + 1).read_to_end(&mut bytes)?;
        }
        match bytes.len() as u64 > MAX_SOURCE_BYTES {
            true => Err(Closed::TooLarge),
            false => Ok(bytes),
        }
    }

    fn head(&self, real: &Path, most: usize) -> Result<Vec<u8>, Closed> {
        let (mut file, _) = opened(real)?;
        first(&mut file, most)
    }

    fn list(&self, real: &Path) -> Result<Vec<Entry>, Closed> {
        let mut entries = system::list(real)?;
        entries.sort_unstable();
        Ok(entries)
    }
}

/// A regular file and its size.
fn opened(real: &Path) -> Result<(File, u64), Closed> {
    if made_up(real) {
        return Err(Closed::Special);
    }
    let file = system::open(real)?;
    let meta = file.metadata()?;
    match meta.is_file() {
        true => Ok((file, meta.len())),
        false => Err(Closed::Special),
    }
}

fn made_up(real: &Path) -> bool {
    MADE_UP.iter().any(|folder| real.starts_with(folder))
}

/// The first bytes of a file: `most`, or all it has.
fn first(file: &mut File, most: usize) -> Result<Vec<u8>, Closed> {
    let mut bytes = vec![0; most];
    let mut got = 0;
    while got < most {
        match file.read(&mut bytes[got..]) {
            Ok(0) => break,
            Ok(count) => got += count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    bytes.truncate(got);
    Ok(bytes)
}

/// The way that a link says.
pub(super) fn target(link: &Path) -> Result<PathBuf, Closed> {
    Ok(std::fs::read_link(link)?)
}

/// Opens a file to write all of it anew, or makes it; on no part of the path a link is followed.
pub(super) fn create(real: &Path) -> Result<File, Closed> {
    system::create(real)
}

/// Writes a text in place of that of a file: all of it or nothing.
pub(super) fn replace(real: &Path, text: &[u8]) -> Result<(), Closed> {
    let (folder, name) = parts(real)?;
    system::replace(folder, name, &beside(name), text)
}

/// Writes a file that is not there yet: all of it or nothing.
pub(super) fn make(real: &Path, text: &[u8]) -> Result<(), Closed> {
    let (folder, name) = parts(real)?;
    system::make(folder, name, &beside(name), text)
}

/// Makes a folder in a folder.
pub(super) fn make_folder(above: &Path, name: &OsStr) -> Result<(), Closed> {
    system::make_folder(above, name)
}

/// Takes a file away.
pub(super) fn remove(real: &Path) -> Result<(), Closed> {
    let (folder, name) = parts(real)?;
    system::remove(folder, name)
}

fn parts(real: &Path) -> Result<(&Path, &OsStr), Closed> {
    real.parent().zip(real.file_name()).ok_or(Closed::Special)
}

/// The name under which a file is written before it gets its own.
fn beside(name: &OsStr) -> OsString {
    // In the same folder, so that it can be renamed, and hidden from whoever looks.
    let mut beside = OsString::from(".");
    beside.push(name);
    beside.push(format!(".distrust-{}", std::process::id()));
    beside
}
