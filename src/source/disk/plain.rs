//! Opening where the system has no call that follows no link: what was opened is compared with what was resolved.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Write;
use std::path::Path;

use crate::source::{Closed, Entry, EntryKind};

/// Opens what is to be read.
pub(super) fn open(real: &Path) -> Result<File, Closed> {
    let file = File::open(real)?;
    unchanged(real)?;
    Ok(file)
}

/// Opens what is to be written.
pub(super) fn create(real: &Path) -> Result<File, Closed> {
    match std::fs::symlink_metadata(real) {
        Ok(meta) if !meta.is_file() => return Err(Closed::Special),
        _ => {}
    }
    Ok(File::create(real)?)
}

/// Writes a text under another name of a folder, and then renames it.
pub(super) fn replace(
    folder: &Path,
    name: &OsStr,
    beside: &OsStr,
    text: &[u8],
) -> Result<(), Closed> {
    unchanged(folder)?;
    let (path, beside) = (folder.join(name), folder.join(beside));
    let write = || {
        let permissions = std::fs::symlink_metadata(&path)?.permissions();
        let new = std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&beside);
        let mut file = new?;
        file.write_all(text)?;
        file.set_permissions(permissions)?;
        file.sync_all()?;
        std::fs::rename(&beside, &path)
    };
    write().map_err(|error: std::io::Error| {
        // What is left of the attempt is of no use to anybody.
        let _ = std::fs::remove_file(&beside);
        error.into()
    })
}

/// Writes a text under another name of a folder, and then renames it to one that is not taken.
pub(super) fn make(folder: &Path, name: &OsStr, beside: &OsStr, text: &[u8]) -> Result<(), Closed> {
    unchanged(folder)?;
    let (path, beside) = (folder.join(name), folder.join(beside));
    let write = || {
        let new = std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&beside);
        let mut file = new?;
        file.write_all(text)?;
        file.sync_all()?;
        std::fs::rename(&beside, &path)
    };
    write().map_err(|error: std::io::Error| {
        // What is left of the attempt is of no use to anybody.
        let _ = std::fs::remove_file(&beside);
        error.into()
    })
}

/// Makes a folder in a folder; that it is there by now is no error.
pub(super) fn make_folder(above: &Path, name: &OsStr) -> Result<(), Closed> {
    unchanged(above)?;
    match std::fs::create_dir(above.join(name)) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error.into()),
        _ => Ok(()),
    }
}

/// Takes a file out of a folder.
pub(super) fn remove(folder: &Path, name: &OsStr) -> Result<(), Closed> {
    unchanged(folder)?;
    Ok(std::fs::remove_file(folder.join(name))?)
}

/// The names in a folder.
pub(super) fn list(real: &Path) -> Result<Vec<Entry>, Closed> {
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(real)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        let kind = match () {
            () if kind.is_dir() => EntryKind::Folder,
            () if kind.is_symlink() => EntryKind::Link,
            () if kind.is_file() => EntryKind::File,
            () => EntryKind::Other,
        };
        let name = entry.file_name();
        entries.push(Entry { name, kind });
    }
    unchanged(real)?;
    Ok(entries)
}

fn unchanged(real: &Path) -> Result<(), Closed> {
    match std::fs::canonicalize(real)? == real {
        true => Ok(()),
        false => Err(Closed::Changed),
    }
}
