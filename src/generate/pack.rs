//! The templates of the repository, and what is recorded about deploying, as the program includes them. For the build
//! script.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

use flate2::Compression;
use flate2::write::ZlibEncoder;

/// Writes what the program includes: the templates, and the facts about deploying.
///
/// # Errors
/// Those of the file system.
pub fn write(root: &Path, out: &Path) -> io::Result<()> {
    fs::write(out.join("templates.rs"), pack(&root.join("templates"))?)?;
    let table = root.join("src/generate/deploy/table.txt");
    fs::write(out.join("deploy.bin"), deflated(&table)?)
}

/// The text of a table `(path below templates/, text)`, sorted by path; each folder is watched for new files.
fn pack(templates: &Path) -> io::Result<String> {
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

/// A recorded table, deflated.
fn deflated(table: &Path) -> io::Result<Vec<u8>> {
    println!("cargo::rerun-if-changed={}", table.display());
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&fs::read(table)?)?;
    encoder.finish()
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
