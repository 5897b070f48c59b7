//! The templates of the repository as a table of the program. The build script writes it.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// The text of a table `(path below templates/, text)`, sorted by path; each folder is watched for new files.
///
/// # Errors
/// Those of the file system.
pub fn pack(templates: &Path) -> io::Result<String> {
    let mut files = Vec::new();
    walk(templates, &mut files)?;
    files.sort();
    let mut table = String::from("&[\n");
    for path in files {
        let below = path.strip_prefix(templates).unwrap_or(&path);
        let below = below.to_string_lossy().replace('\\', "/");
        let whole = path.to_string_lossy();
        let _ = writeln!(table, "    ({below:?}, include_str!({whole:?})),");
    }
    table.push_str("]\n");
    Ok(table)
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    println!("cargo::rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        match path.is_dir() {
            true => walk(&path, files)?,
            false => files.push(path),
        }
    }
    Ok(())
}
