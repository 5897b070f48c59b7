//! Opening without following links: by one call where the system has it, part by part elsewhere.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Write;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path};

use rustix::fs::{
    AtFlags, CWD, Dir, FileType, Mode, OFlags, linkat, mkdirat, openat, renameat, unlinkat,
};
use rustix::io::Errno;

use crate::source::{Closed, Entry, EntryKind};

/// A named pipe that came into the place of the file must not stop us, nor a terminal become ours.
const READ: OFlags = OFlags::RDONLY.union(OFlags::NONBLOCK).union(OFlags::NOCTTY);
/// As `std::fs::File::create`, but it waits for nobody.
const WRITE: OFlags = OFlags::WRONLY
    .union(OFlags::CREATE)
    .union(OFlags::TRUNC)
    .union(OFlags::NONBLOCK)
    .union(OFlags::NOCTTY);

/// A step on the way: to know the folder is enough where the system can tell that from reading it.
#[cfg(target_os = "linux")]
const STEP: OFlags = OFlags::PATH;
#[cfg(not(target_os = "linux"))]
const STEP: OFlags = OFlags::RDONLY;

/// Opens what is to be read.
pub(super) fn open(real: &Path) -> Result<File, Closed> {
    Ok(reach(real, READ, Mode::empty())?.into())
}

/// Opens what is to be written.
pub(super) fn create(real: &Path) -> Result<File, Closed> {
    Ok(reach(real, WRITE, Mode::from_raw_mode(0o666))?.into())
}

/// Writes a text under another name of a folder, and then renames it. The folder is held meanwhile, so that it cannot be
/// exchanged.
pub(super) fn replace(
    folder: &Path,
    name: &OsStr,
    beside: &OsStr,
    text: &[u8],
) -> Result<(), Closed> {
    let folder = reach(folder, READ | OFlags::DIRECTORY, Mode::empty())?;
    let old = READ | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let old: File = openat(&folder, name, old, Mode::empty())
        .map_err(closed)?
        .into();
    let permissions = old.metadata()?.permissions();
    let new = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let file = openat(&folder, beside, new, Mode::from_raw_mode(0o600)).map_err(closed)?;
    let write = || {
        let mut file = File::from(file);
        file.write_all(text)?;
        file.set_permissions(permissions)?;
        file.sync_all()?;
        renameat(&folder, beside, &folder, name).map_err(std::io::Error::from)
    };
    write().map_err(|error| {
        // What is left of the attempt is of no use to anybody.
        let _ = unlinkat(&folder, beside, AtFlags::empty());
        error.into()
    })
}

/// Writes a text under another name of a folder, and then renames it to one that is not taken.
pub(super) fn make(folder: &Path, name: &OsStr, beside: &OsStr, text: &[u8]) -> Result<(), Closed> {
    let folder = reach(folder, READ | OFlags::DIRECTORY, Mode::empty())?;
    let new = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let file = openat(&folder, beside, new, Mode::from_raw_mode(0o666)).map_err(closed)?;
    let write = || {
        let mut file = File::from(file);
        file.write_all(text)?;
        file.sync_all()?;
        // A link to the name fails where the name is taken; renaming would not.
        linkat(&folder, beside, &folder, name, AtFlags::empty())
            .or_else(|error| match error {
                Errno::EXIST => Err(error),
                // Not every file system has links.
                _ => renameat(&folder, beside, &folder, name),
            })
            .map_err(std::io::Error::from)
    };
    let written = write();
    let _ = unlinkat(&folder, beside, AtFlags::empty());
    Ok(written?)
}

/// Makes a folder in a folder; that it is there by now is no error.
pub(super) fn make_folder(above: &Path, name: &OsStr) -> Result<(), Closed> {
    let above = reach(above, READ | OFlags::DIRECTORY, Mode::empty())?;
    match mkdirat(&above, name, Mode::from_raw_mode(0o777)) {
        Ok(()) | Err(Errno::EXIST) => Ok(()),
        Err(error) => Err(closed(error)),
    }
}

/// Takes a file out of a folder.
pub(super) fn remove(folder: &Path, name: &OsStr) -> Result<(), Closed> {
    let folder = reach(folder, READ | OFlags::DIRECTORY, Mode::empty())?;
    unlinkat(&folder, name, AtFlags::empty()).map_err(closed)
}

/// The names in a folder.
pub(super) fn list(real: &Path) -> Result<Vec<Entry>, Closed> {
    let folder = reach(real, READ | OFlags::DIRECTORY, Mode::empty())?;
    let mut entries = Vec::new();
    for entry in Dir::new(folder).map_err(closed)? {
        let entry = entry.map_err(closed)?;
        let name = OsStr::from_bytes(entry.file_name().to_bytes());
        if name == "." || name == ".." {
            continue;
        }
        let kind = match entry.file_type() {
            FileType::RegularFile => EntryKind::File,
            FileType::Directory => EntryKind::Folder,
            FileType::Symlink => EntryKind::Link,
            // Some file systems keep it elsewhere. What it was is asked again when it is opened.
            FileType::Unknown => match crate::source::Files::kind(&super::Disk, &real.join(name)) {
                Some(kind) => kind,
                None => continue,
            },
            _ => EntryKind::Other,
        };
        let name = name.to_owned();
        entries.push(Entry { name, kind });
    }
    Ok(entries)
}

#[cfg(target_os = "linux")]
fn reach(real: &Path, flags: OFlags, mode: Mode) -> Result<OwnedFd, Closed> {
    use rustix::fs::{ResolveFlags, openat2};
    let flags = flags | OFlags::CLOEXEC;
    match openat2(CWD, real, flags, mode, ResolveFlags::NO_SYMLINKS) {
        // An old kernel, or a container that does not know the call.
        Err(Errno::NOSYS | Errno::PERM) => step_by_step(real, flags, mode),
        reached => reached.map_err(closed),
    }
}

#[cfg(not(target_os = "linux"))]
fn reach(real: &Path, flags: OFlags, mode: Mode) -> Result<OwnedFd, Closed> {
    step_by_step(real, flags | OFlags::CLOEXEC, mode)
}

/// Holds each folder on the way while the next one is opened, so that none can be exchanged.
fn step_by_step(real: &Path, flags: OFlags, mode: Mode) -> Result<OwnedFd, Closed> {
    let step = STEP | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut parts = real.components().peekable();
    let start = match parts.next_if(|part| *part == Component::RootDir) {
        Some(_) => "/",
        None => ".",
    };
    let mut folder = openat(CWD, start, step, Mode::empty()).map_err(closed)?;
    while let Some(part) = parts.next() {
        let Component::Normal(name) = part else {
            return Err(Closed::Changed);
        };
        if parts.peek().is_none() {
            return openat(&folder, name, flags | OFlags::NOFOLLOW, mode).map_err(closed);
        }
        folder = openat(&folder, name, step, Mode::empty()).map_err(closed)?;
    }
    openat(&folder, ".", flags, mode).map_err(closed)
}

/// What an error says about a path that was without links a moment ago.
fn closed(error: Errno) -> Closed {
    match error {
        Errno::LOOP | Errno::NOTDIR => Closed::Changed,
        // A pipe that nobody reads, a socket.
        Errno::NXIO => Closed::Special,
        error => std::io::Error::from(error).into(),
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Read;
    use std::os::unix::fs::symlink;
    use std::path::Path;

    use super::{READ, reach, step_by_step};
    use crate::source::Closed;
    use rustix::fs::{Mode, OFlags};

    #[test]
    fn both_ways_follow_no_link_on_any_part_of_a_path() {
        let base = tempfile::tempdir().expect("a folder");
        let base = base.path().canonicalize().expect("a real path");
        std::fs::create_dir(base.join("real")).expect("a folder");
        std::fs::write(base.join("real/file"), "text").expect("a file");
        symlink("real", base.join("folder")).expect("a link");
        symlink("file", base.join("real/link")).expect("a link");
        let ways: [fn(&Path, OFlags, Mode) -> _; 2] = [reach, step_by_step];
        for way in ways {
            let open = |path: &str| way(&base.join(path), READ | OFlags::CLOEXEC, Mode::empty());
            let mut text = String::new();
            let mut file = File::from(open("real/file").expect("it can be opened"));
            file.read_to_string(&mut text).expect("it can be read");
            assert_eq!(text, "text");
            for path in ["folder/file", "real/link", "folder"] {
                assert_eq!(open(path).err(), Some(Closed::Changed), "{path}");
            }
            assert_eq!(open("real/none").err(), Some(Closed::Missing));
        }
    }
}
