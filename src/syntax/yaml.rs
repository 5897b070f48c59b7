//! YAML and JSON: text to one tree with byte ranges, tags, raw scalars and comments.
//!
//! The only file that names the YAML parser. JSON that is JSON to the letter takes a shorter way. Where the text is
//! damaged, what can be told apart by indentation is read all the same (`recover`).

mod builder;
mod index;
mod json;
mod recover;
mod sniff;
#[cfg(test)]
mod tests;
mod tree;

use ecow::EcoString;
use granit_parser::{ErrorKind, Event, Options, Parser, ScalarStyle, StructureStyle};
use rustc_hash::FxHashMap;

pub use json::is_number;
pub use sniff::looks_like_template;
pub use tree::{Document, Kind, Locator, Node, NodeId, Pair, Range};

use crate::source::{Code, Diagnostic, SourceFile, Span};
use builder::Builder;

/// How deep collections may lie in each other. Real templates stay below 40.
pub const MAX_DEPTH: usize = 128;

/// The most errors that are reported for one text.
const MAX_ERRORS: usize = 50;

/// Reads a YAML or JSON text. Always gives a tree, perhaps an incomplete one with errors beside it.
pub fn parse(file: &SourceFile) -> Document {
    let text = &*file.text;
    let start = if text.starts_with('\u{FEFF}') { 3 } else { 0 };
    let span = Span::new(file.id, 0, 0);
    let first = text[start..].trim_start().as_bytes().first().copied();
    if first == Some(b'{')
        && let Some(document) = json::read(text, start, span, false)
    {
        return document;
    }
    // What is called JSON is to be JSON: many a damaged text is YAML by accident, and says something else then.
    if file.path.to_ascii_lowercase().ends_with(".json")
        && json::looks_like(&text[start..])
        && let Some(document) = json::read(text, start, span, true)
    {
        return finish(document);
    }
    let mut builder = Builder::new(Document::new(file.id));
    if read(&mut builder, text, start..text.len(), false).is_ok() {
        return finish(builder.document);
    }
    let document = match first {
        Some(b'{') if json::looks_like(&text[start..]) => json::read(text, start, span, true),
        Some(b'{' | b'[') => None,
        _ => Some(recover::read(file, start)),
    };
    match document {
        Some(document) if !document.errors.is_empty() => finish(document),
        // Every part by itself is right: what is wrong is between them.
        Some(mut document) => {
            document.errors = builder.document.errors;
            finish(document)
        }
        None => finish(builder.document),
    }
}

/// Whether a text is YAML to the letter.
fn is_yaml(text: &str) -> bool {
    Parser::new_from_str_with_options(text, options()).all(|event| event.is_ok())
}

fn finish(mut document: Document) -> Document {
    document
        .errors
        .sort_by_key(|error| (error.span.start, error.span.end));
    document.errors.truncate(MAX_ERRORS);
    document
}

fn options() -> Options {
    granit_parser::options! {
        emit_unresolved_aliases: true,
        bom_inside_document_as_content: true,
        block_scalar_eof_without_line_feed: true,
        max_buffered_comment_events: 1 << 24,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    }
}

/// Reads `text[part]`, which is one YAML document, into `builder`. As a `fragment` of a document it may use anchors of
/// other parts.
///
/// # Errors
/// The text is not YAML; the builder then holds the error and what it held before.
fn read(
    builder: &mut Builder,
    text: &str,
    part: std::ops::Range<usize>,
    fragment: bool,
) -> Result<(), ()> {
    let source = builder.document.source;
    let (depth, members) = (builder.depth(), builder.members());
    let mut reader = Reader {
        base: part.start,
        text,
        fragment,
        anchors: FxHashMap::default(),
        open: Vec::new(),
        roots: Vec::new(),
        documents: 0,
        builder,
    };
    for event in Parser::new_from_str_with_options(&text[part], options()) {
        match event {
            Ok((event, place)) => reader.event(event, &place),
            Err(error) => {
                let at = (reader.base + error.marker().byte_offset().unwrap_or(0)) as u32;
                builder.unwind(depth, members);
                builder.error(describe(
                    error.kind(),
                    &error.info(),
                    text,
                    Span::new(source, at, at),
                ));
                return Err(());
            }
        }
    }
    let mut roots = reader.roots;
    if !roots.is_empty() {
        roots.extend(builder.document.root.take());
        builder.join(&roots);
    }
    Ok(())
}

/// Turns events into nodes.
struct Reader<'b, 't> {
    builder: &'b mut Builder,
    text: &'t str,
    base: usize,
    fragment: bool,
    anchors: FxHashMap<usize, NodeId>,
    /// The anchors of the open collections, and whether those are in flow style.
    open: Vec<(usize, bool)>,
    /// The roots of earlier documents.
    roots: Vec<NodeId>,
    documents: usize,
}

impl Reader<'_, '_> {
    fn event(&mut self, event: Event<'_>, place: &granit_parser::Span) {
        let bytes = place.byte_range().unwrap_or_default();
        let range = Range {
            start: (self.base + bytes.start) as u32,
            end: (self.base + bytes.end) as u32,
        };
        let tag_start = place.tag_start().and_then(|mark| mark.byte_offset());
        let start = tag_start.map_or(range.start, |at| range.start.min((self.base + at) as u32));
        match event {
            Event::DocumentStart(..) => self.document(range),
            Event::Scalar(value, style, anchor, tag) => {
                let absent = style == ScalarStyle::Plain && range.start == range.end;
                let value = if absent { "" } else { &*value };
                let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
                let end = if block {
                    trim_end(self.text, range)
                } else {
                    range.end
                };
                let plain = style == ScalarStyle::Plain;
                let tag = tag_text(tag.as_deref());
                let id = self
                    .builder
                    .scalar(value, plain, tag, Range { start, end }, range.start);
                self.anchors.insert(anchor, id);
            }
            Event::SequenceStart(style, anchor, tag) => {
                self.open.push((anchor, style == StructureStyle::Flow));
                self.builder
                    .open(false, tag_text(tag.as_deref()), start, range.start);
            }
            Event::MappingStart(style, anchor, tag) => {
                self.open.push((anchor, style == StructureStyle::Flow));
                self.builder
                    .open(true, tag_text(tag.as_deref()), start, range.start);
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let (anchor, flow) = self.open.pop().unwrap_or((0, false));
                if let Some(id) = self.builder.close(flow.then_some(range.end)) {
                    self.anchors.insert(anchor, id);
                }
            }
            Event::Alias(anchor) => match self.anchors.get(&anchor) {
                Some(&id) => self.builder.push(id),
                None => self.unknown_alias(
                    "this alias stands inside the value that it stands for",
                    range,
                ),
            },
            Event::UnresolvedAlias(_) if self.fragment => self.builder.broken(range),
            Event::UnresolvedAlias(name) => {
                self.unknown_alias(&format!("nothing is anchored as `&{name}`"), range);
            }
            Event::Comment(..) => self.builder.document.comments.push(range),
            _ => {}
        }
    }

    /// A template is one document. What others hold is read all the same, as if it stood in the first one.
    fn document(&mut self, range: Range) {
        self.documents += 1;
        if self.documents < 2 {
            return;
        }
        let span = Span::new(self.builder.document.source, range.start, range.end);
        let message = "a second document: a template is one document";
        let diagnostic = Diagnostic::new(Code::Structure, span, message);
        self.builder
            .error(diagnostic.help("split the file at `---`"));
        self.roots.extend(self.builder.document.root.take());
    }

    fn unknown_alias(&mut self, message: &str, range: Range) {
        let span = Span::new(self.builder.document.source, range.start, range.end);
        self.builder
            .error(Diagnostic::new(Code::Syntax, span, message));
        self.builder.broken(range);
    }
}

fn tag_text(tag: Option<&granit_parser::Tag>) -> EcoString {
    tag.map(|tag| ecow::eco_format!("{}{}", tag.handle(), tag.suffix()))
        .unwrap_or_default()
}

/// Where a block scalar ends without the white space after it.
fn trim_end(text: &str, range: Range) -> u32 {
    let part = &text[range.start as usize..range.end as usize];
    range.start + part.trim_end().len() as u32
}

/// Says what is wrong in the words of someone who writes templates.
fn describe(kind: &ErrorKind, info: &str, text: &str, at: Span) -> Diagnostic {
    let end = text[at.start as usize..]
        .chars()
        .next()
        .map_or(0, char::len_utf8);
    let at = Span::new(at.source, at.start, at.start + end as u32);
    if *kind == ErrorKind::RecursionLimitExceeded {
        let message = format!("collections lie in each other more than {MAX_DEPTH} deep");
        return Diagnostic::new(Code::Limit, at, message);
    }
    match words(kind) {
        Some((message, help)) => Diagnostic::new(Code::Syntax, at, message).help(help),
        None => Diagnostic::new(Code::Syntax, at, info),
    }
}

/// What is wrong and what to do, for the errors that are made most.
fn words(kind: &ErrorKind) -> Option<(&'static str, &'static str)> {
    use ErrorKind as K;
    Some(match kind {
        K::TabNotAllowed
        | K::TabInBlockIndentation
        | K::TabInIndentation
        | K::TabAtBlockScalarStart => (
            "a tab stands where the indentation is",
            "YAML is indented with blanks: replace the tabs",
        ),
        K::UnclosedQuotedScalar | K::DocumentIndicatorInQuotedScalar => {
            ("this quoted text is never closed", "add the closing quote")
        }
        K::UnclosedFlowCollection { .. }
        | K::UnexpectedEofFlowSequence
        | K::UnexpectedEofFlowMapping => {
            ("a `[` or `{` is never closed", "add the closing bracket")
        }
        K::MappingValueNotAllowed => (
            "a `key:` is not allowed here",
            "put the text in quotes if the colon belongs to it, else check the indentation",
        ),
        K::SimpleKeyExpected => (
            "this line has no `:` where a key is expected",
            "check the indentation; a text over several lines must be indented more than its key",
        ),
        K::InvalidIndentation | K::ExpectedBlockMappingKey | K::ExpectedBlockSequenceEntry => (
            "the indentation does not fit the lines above",
            "members of one mapping or sequence begin in the same column",
        ),
        K::UnexpectedCharacter {
            character: '@' | '`' | '%',
        } => (
            "a text cannot begin with this character",
            "put the text in quotes",
        ),
        _ => return None,
    })
}
