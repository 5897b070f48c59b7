//! The sources of a run: their texts, and lines and columns on demand.

use std::path::Path;
use std::sync::{Arc, OnceLock, RwLock};

use rustc_hash::FxHashMap;

use super::{Code, Diagnostic, SourceId, Span, encoding};

/// The largest source that is read, in bytes; larger ones get a diagnostic and are left out.
pub const MAX_SOURCE_BYTES: u64 = 64 << 20;

/// A line and a column in a source, for people and for protocols.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// 1-based line.
    pub line: u32,
    /// 1-based column in Unicode scalar values.
    pub column: u32,
    /// 0-based offset in the line in UTF-16 code units (what LSP counts).
    pub utf16: u32,
}

/// One text: its path as shown to people, and its bytes as UTF-8.
#[derive(Debug)]
pub struct SourceFile {
    /// Its number in the map.
    pub id: SourceId,
    /// The path as shown, `/` between the parts, relative to the working folder where it lies below it.
    pub path: Arc<str>,
    /// The path of the file from the root of the file system; a name for what is no file.
    pub at: Arc<Path>,
    /// The text. Bytes that were not UTF-8 are replaced one for one, so that offsets stay those of the file.
    pub text: Arc<str>,
    /// Whether the file is UTF-16: offsets are then those of the text that was made of it, not of the file.
    pub converted: bool,
    lines: OnceLock<Vec<u32>>,
    letters: OnceLock<Vec<Letters>>,
}

/// How many bytes lie between two checkpoints of a text.
const CHECKPOINT: usize = 512;

/// How many letters begin in a stretch of text: a file of one line may have megabytes, and thousands of places in it.
#[derive(Debug, Clone, Copy, Default)]
struct Letters {
    all: u32,
    /// Those beyond the basic plane: four bytes of UTF-8, the first from 0xF0, and two units of UTF-16.
    beyond: u32,
}

impl Letters {
    fn of(bytes: &[u8]) -> Self {
        let continues = |byte: &&u8| **byte & 0xC0 == 0x80;
        Self {
            all: (bytes.len() - bytes.iter().filter(continues).count()) as u32,
            beyond: bytes.iter().filter(|byte| **byte >= 0xF0).count() as u32,
        }
    }

    fn and(self, more: Self) -> Self {
        Self {
            all: self.all + more.all,
            beyond: self.beyond + more.beyond,
        }
    }
}

impl SourceFile {
    /// The same file where nothing stands but at one place: every byte there keeps its offset, and every line its number.
    pub fn only(&self, span: Span) -> SourceFile {
        let range = span.start as usize..span.end as usize;
        let blank = |(at, byte): (usize, u8)| match byte {
            b'\n' | b'\r' => byte,
            _ if range.contains(&at) => byte,
            _ => b' ',
        };
        let bytes: Vec<u8> = self.text.bytes().enumerate().map(blank).collect();
        self.replaced(&String::from_utf8_lossy(&bytes))
    }

    /// The same file with another text.
    pub fn replaced(&self, text: &str) -> SourceFile {
        SourceFile {
            id: self.id,
            path: self.path.clone(),
            at: self.at.clone(),
            text: text.into(),
            converted: self.converted,
            lines: OnceLock::new(),
            letters: OnceLock::new(),
        }
    }

    /// The place of a byte offset; one past the end is allowed, farther is clamped.
    pub fn position(&self, offset: u32) -> Position {
        let offset = self
            .text
            .floor_char_boundary((offset as usize).min(self.text.len()));
        let starts = self.line_starts();
        let line = starts.partition_point(|&start| start as usize <= offset) - 1;
        let start = starts[line] as usize;
        let before = match offset - start {
            0..=CHECKPOINT => Letters::of(&self.text.as_bytes()[start..offset]),
            _ => {
                let (to, from) = (self.letters_before(offset), self.letters_before(start));
                Letters {
                    all: to.all - from.all,
                    beyond: to.beyond - from.beyond,
                }
            }
        };
        Position {
            line: line as u32 + 1,
            column: before.all + 1,
            utf16: before.all + before.beyond,
        }
    }

    /// The letters before an offset.
    fn letters_before(&self, offset: usize) -> Letters {
        let bytes = self.text.as_bytes();
        let checkpoints = self.letters.get_or_init(|| {
            let mut sum = Letters::default();
            let stretches = bytes.chunks(CHECKPOINT).map(|stretch| {
                let before = sum;
                sum = sum.and(Letters::of(stretch));
                before
            });
            stretches.chain([Letters::default()]).collect()
        });
        let at = (offset / CHECKPOINT).min(bytes.len().saturating_sub(1) / CHECKPOINT);
        checkpoints[at].and(Letters::of(&bytes[at * CHECKPOINT..offset]))
    }

    /// Byte offsets of the first byte of each line.
    pub fn line_starts(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let mut starts = vec![0];
            starts.extend(memchr::memchr_iter(b'\n', self.text.as_bytes()).map(|at| at as u32 + 1));
            starts
        })
    }

    /// What Terraform has against the encoding of the file, though its text is read here.
    pub fn not_for_terraform(&self) -> Option<Diagnostic> {
        let message = "this file is UTF-16, which Terraform does not read";
        let said = Diagnostic::new(Code::Encoding, Span::new(self.id, 0, 0), message);
        self.converted.then(|| said.help("save it as UTF-8"))
    }

    /// The span of the whole text.
    pub fn span(&self) -> Span {
        Span::new(self.id, 0, self.text.len() as u32)
    }
}

/// All sources of a run. Sources are added, never changed or removed; threads share one map. Who asks again about other
/// texts asks with a map in which they are new ([`SourceMap::without`]).
#[derive(Debug, Default)]
pub struct SourceMap {
    inner: RwLock<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    files: Vec<Arc<SourceFile>>,
    /// By the path of the file: what is shown is made for people, and names need not be text.
    by_path: FxHashMap<Arc<Path>, SourceId>,
}

impl SourceMap {
    /// An empty map.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same sources, but for files that have changed since: their next texts are sources of their own, and nothing is
    /// left of the former ones. What was said of the others keeps its places.
    #[must_use]
    pub fn without(&self, changed: &dyn Fn(&Path) -> bool) -> Self {
        let inner = self
            .inner
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let (mut files, mut by_path) = (inner.files.clone(), FxHashMap::default());
        for (path, id) in &inner.by_path {
            match changed(path) {
                true => {
                    let place = &mut files[id.0 as usize];
                    *place = Arc::new(place.replaced(""));
                }
                false => drop(by_path.insert(path.clone(), *id)),
            }
        }
        let inner = RwLock::new(Inner { files, by_path });
        Self { inner }
    }

    /// How many sources were ever added, those that have changed since among them.
    pub fn len(&self) -> usize {
        let inner = self
            .inner
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        inner.files.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds a text that is no file under a name; as [`SourceMap::add_file`].
    pub fn add(&self, name: &str, bytes: Vec<u8>) -> (Arc<SourceFile>, Option<Diagnostic>) {
        self.add_file(Path::new(name), name, bytes)
    }

    /// Adds the text of the file `at` this path, or gives the one already there; with what is wrong with its encoding,
    /// if anything.
    pub fn add_file(
        &self,
        at: &Path,
        shown: &str,
        bytes: Vec<u8>,
    ) -> (Arc<SourceFile>, Option<Diagnostic>) {
        let mut inner = self
            .inner
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(&id) = inner.by_path.get(at) {
            return (inner.files[id.0 as usize].clone(), None);
        }
        let id = SourceId(inner.files.len() as u32);
        let (text, converted, problem) = decode(id, bytes);
        let at: Arc<Path> = at.into();
        let file = Arc::new(SourceFile {
            id,
            path: shown.into(),
            at: at.clone(),
            text,
            converted,
            lines: OnceLock::new(),
            letters: OnceLock::new(),
        });
        inner.files.push(file.clone());
        inner.by_path.insert(at, id);
        (file, problem)
    }

    /// The source that was read from this file, if it was.
    pub fn at(&self, path: &Path) -> Option<Arc<SourceFile>> {
        let inner = self
            .inner
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let id = *inner.by_path.get(path)?;
        Some(inner.files[id.0 as usize].clone())
    }

    /// The source under this name, if it was added.
    pub fn find(&self, name: &str) -> Option<Arc<SourceFile>> {
        self.at(Path::new(name))
    }

    /// All sources as they are now, sorted by path.
    pub fn all(&self) -> Vec<Arc<SourceFile>> {
        let inner = self
            .inner
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let now = inner.by_path.values();
        let mut files: Vec<_> = now.map(|id| inner.files[id.0 as usize].clone()).collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files
    }

    /// The source with this id. Panics on an id of another map.
    pub fn get(&self, id: SourceId) -> Arc<SourceFile> {
        let inner = self
            .inner
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        inner.files[id.0 as usize].clone()
    }

    /// The bytes of a span.
    pub fn slice(&self, span: Span) -> String {
        if !span.is_somewhere() {
            return String::new();
        }
        let file = self.get(span.source);
        file.text
            .get(span.start as usize..span.end as usize)
            .unwrap_or_default()
            .to_owned()
    }

    /// How a span sorts: by path, then by offset. Ids never decide an order.
    pub fn order(&self, span: Span) -> (Arc<str>, u32, u32) {
        if span.is_somewhere() {
            (self.get(span.source).path.clone(), span.start, span.end)
        } else {
            ("".into(), 0, 0)
        }
    }
}

/// The text of the bytes, whether they were UTF-16, and what is wrong with that.
fn decode(id: SourceId, bytes: Vec<u8>) -> (Arc<str>, bool, Option<Diagnostic>) {
    let decoded = encoding::decode(bytes);
    let at = |from: usize| {
        let len = decoded.text[from..]
            .chars()
            .next()
            .map_or(0, char::len_utf8);
        Span::new(id, from as u32, (from + len) as u32)
    };
    let said = match decoded.wrong {
        Some((from, unit)) if decoded.converted => {
            Some((at(from), format!("0x{unit:04X} is not UTF-16 text")))
        }
        Some((from, byte)) => Some((at(from), format!("byte 0x{byte:02X} is not UTF-8 text"))),
        None => None,
    };
    let problem = said.map(|(span, message)| {
        Diagnostic::new(Code::Encoding, span, message).help("save the file as UTF-8")
    });
    (decoded.text.into(), decoded.converted, problem)
}

#[cfg(test)]
mod tests {
    use super::{CHECKPOINT, Position, SourceMap};

    #[test]
    fn places_on_a_long_line_are_those_of_a_count_from_its_start() {
        let line = "aé\u{1F600}\u{301}x".repeat(2 * CHECKPOINT);
        let text = format!("first\n{line}\nlast");
        let (file, _) = SourceMap::new().add("x.json", text.clone().into_bytes());
        for offset in (0..text.len()).step_by(97).chain([6, text.len()]) {
            let offset = text.floor_char_boundary(offset);
            let start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
            let before = &text[start..offset];
            let expected = Position {
                line: text[..offset].matches('\n').count() as u32 + 1,
                column: before.chars().count() as u32 + 1,
                utf16: before.encode_utf16().count() as u32,
            };
            assert_eq!(file.position(offset as u32), expected, "at {offset}");
        }
    }
}
