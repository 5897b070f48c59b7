//! Paths and the addresses of files that editors use (RFC 8089).

use std::path::{Path, PathBuf};

use gen_lsp_types::Uri;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};

/// What stands for itself in the path of an address (RFC 3986, `pchar`, less what clients escape).
const KEPT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The address of a file.
pub(super) fn uri(path: &Path) -> Uri {
    let bytes = path.as_os_str().as_encoded_bytes();
    let path = percent_encode(bytes, KEPT).to_string();
    let slash = if path.starts_with('/') { "" } else { "/" };
    Uri(format!("file://{slash}{path}"))
}

/// The path of an address; `None` for what is no file.
pub(super) fn path(uri: &Uri) -> Option<PathBuf> {
    let rest = uri.0.strip_prefix("file://")?;
    let at = rest.find('/')?;
    let text = percent_decode_str(&rest[at..])
        .decode_utf8()
        .ok()?
        .into_owned();
    let bytes = text.as_bytes();
    // `/c:/x` is `c:/x` on Windows.
    let drive = cfg!(windows) && bytes.len() > 2 && bytes[2] == b':';
    Some(PathBuf::from(if drive { &text[1..] } else { &text[..] }))
}

/// The path of a file as the engine knows it: links followed.
pub(super) fn real(uri: &Uri) -> Option<PathBuf> {
    let path = path(uri)?;
    let folder = path.parent().and_then(|folder| folder.canonicalize().ok());
    Some(match (folder, path.file_name()) {
        (Some(folder), Some(name)) => folder.join(name),
        _ => path,
    })
}

#[cfg(test)]
mod tests {
    use super::{path, uri};
    use std::path::Path;

    #[test]
    fn there_and_back() {
        for text in ["/a/b c/größe%.tf", "/x/[y]#1.yaml"] {
            assert_eq!(
                path(&uri(Path::new(text))).as_deref(),
                Some(Path::new(text))
            );
        }
        assert_eq!(path(&"untitled:Untitled-1".into()), None);
    }
}
