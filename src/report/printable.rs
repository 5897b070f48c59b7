//! What of a text from the input may be written: nothing that commands a terminal, a log of a continuous integration
//! or the eye of a reader.
//!
//! Every renderer passes what comes from scanned files through [`printable`]; [`Guarded`] stands behind all of them, so
//! that what one of them forgot commands nobody either. JSON is written by [`write_json`], which escapes in place of
//! replacing: programs read the very text.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter};

/// What stands for a character that is not shown.
const REPLACED: char = char::REPLACEMENT_CHARACTER;
/// Commands that some system obeys wherever in a line they stand: Azure Pipelines, the first form of GitHub's, TeamCity.
const ANYWHERE: [&str; 3] = ["##vso[", "##[", "##teamcity["];
/// What begins a command of GitHub where only blanks stand before it.
const AT_START: &str = "::";

/// The text on one line, without what a terminal, a log or the eye would obey; line breaks and tabs become spaces.
/// Names and messages come from the scanned files, which nobody trusts here.
pub fn printable(text: &str) -> Cow<'_, str> {
    if is_plain(text) && !commands(text) {
        return text.into();
    }
    let flat: String = text
        .chars()
        .map(|letter| match letter {
            '\n' | '\r' | '\t' => ' ',
            letter if obeyed(letter) => REPLACED,
            letter => letter,
        })
        .collect();
    disarmed(&flat).into_owned().into()
}

/// The same for a text of several lines: each is made printable by itself.
pub fn printable_lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let (line, end) = match line.strip_suffix('\n') {
            Some(line) => (line, "\n"),
            None => (line, ""),
        };
        out.push_str(&printable(line));
        out.push_str(end);
    }
    out
}

/// Whether something obeys this character in place of showing it: C0 and C1 controls, the marks that change the
/// direction of text (Unicode Technical Report 36, bidirectional text spoofing), the separators of lines and
/// paragraphs, and letters that are there and cannot be seen (interlinear annotation, tags).
pub fn obeyed(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{061C}'
                | '\u{200E}'
                | '\u{200F}'
                | '\u{2028}'..='\u{202E}'
                | '\u{2066}'..='\u{2069}'
                | '\u{FFF9}'..='\u{FFFB}'
                | '\u{E0000}'..='\u{E007F}'
        )
}

/// Whether no letter of it is obeyed. Most texts are ASCII, which is decided by bytes.
fn is_plain(text: &str) -> bool {
    let graphic = |byte: &u8| (b' '..=b'~').contains(byte);
    text.as_bytes().iter().all(graphic) || !text.chars().any(obeyed)
}

/// Whether a log would find a command in it. Any word may come to begin a line, where a line is wrapped.
fn commands(text: &str) -> bool {
    (text.contains("##") && ANYWHERE.iter().any(|command| text.contains(command)))
        || text.split(char::is_whitespace).any(begins_line)
}

/// Whether a word is a command where it begins a line. The mark that excerpts put before another file is none: what
/// follows two colons at once is no name of a command.
fn begins_line(text: &str) -> bool {
    let mark = text.strip_prefix(":::");
    let mark = mark.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
    text.starts_with(AT_START) && !mark
}

/// The text with a letter replaced in each command.
fn disarmed(text: &str) -> Cow<'_, str> {
    if !commands(text) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + 8);
    let mut before = ' ';
    for (at, letter) in text.char_indices() {
        let starts = before.is_whitespace() && begins_line(&text[at..]);
        let replaced = starts || begins_command(&text[at..]);
        out.push(if replaced { REPLACED } else { letter });
        before = letter;
    }
    out.into()
}

/// Whether a text begins with a command that is obeyed anywhere in a line.
fn begins_command(text: &str) -> bool {
    text.starts_with("##") && ANYWHERE.iter().any(|command| text.starts_with(command))
}

/// The first letter of a text as it is shown in the middle of a line of source, where tabs are.
pub(super) fn shown_letter(letter: char, text: &str) -> char {
    if obeyed(letter) && letter != '\t' || begins_command(text) {
        REPLACED
    } else {
        letter
    }
}

/// A writer for people behind which nothing is a command: what stands before it is right already, or is made so.
///
/// The escapes for colours and links are its user's own where `styled` says so. Lines are held back until they end.
pub struct Guarded<W: Write> {
    inner: W,
    styled: bool,
    line: Vec<u8>,
}

impl<W: Write> Guarded<W> {
    /// Before a writer.
    pub fn new(inner: W, styled: bool) -> Self {
        Self {
            inner,
            styled,
            line: Vec::new(),
        }
    }

    fn end_line(&mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.line);
        let text = String::from_utf8_lossy(&line);
        let (text, end) = match text.strip_suffix('\n') {
            Some(text) => (text, "\n"),
            None => (&*text, ""),
        };
        let safe = match self.styled {
            true => styled(text),
            false => kept_tabs(text),
        };
        self.inner.write_all(safe.as_bytes())?;
        self.inner.write_all(end.as_bytes())
    }
}

impl<W: Write> Write for Guarded<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(piece);
            if piece.ends_with(b"\n") {
                self.end_line()?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.end_line()?;
        self.inner.flush()
    }
}

/// A line without escapes: tabs do no harm, and completion scripts need them.
fn kept_tabs(line: &str) -> Cow<'_, str> {
    if !line.contains('\t') {
        return printable(line);
    }
    let parts: Vec<Cow<'_, str>> = line.split('\t').map(printable).collect();
    parts.join("\t").into()
}

/// A line with our own escapes in it: `ESC [ … m`, and `ESC ] 8 ; … ESC \` around links. What stands between is made
/// printable; whether a line begins like a command is asked of what can be seen.
fn styled(line: &str) -> Cow<'_, str> {
    if !line.contains('\u{1b}') {
        return kept_tabs(line);
    }
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find('\u{1b}') {
        out.push_str(&kept_tabs(&rest[..at]));
        let len = escape(&rest[at..]);
        match len {
            0 => out.push(REPLACED),
            len => out.push_str(&rest[at..at + len]),
        }
        rest = &rest[at + len.max(1)..];
    }
    out.push_str(&kept_tabs(rest));
    // What our own colours divide is one word to who cannot see them.
    let seen = anstream::adapter::strip_str(&out).to_string();
    match commands(&seen) {
        true => disarmed(&seen).into_owned().into(),
        false => out.into(),
    }
}

/// The length of one of our own escapes at the start of a text; 0 where it is none.
fn escape(text: &str) -> usize {
    if let Some(rest) = text.strip_prefix("\u{1b}[") {
        let len = rest.find(|c: char| !c.is_ascii_digit() && c != ';');
        return match len {
            Some(len) if rest[len..].starts_with('m') => 2 + len + 1,
            _ => 0,
        };
    }
    if let Some(rest) = text.strip_prefix("\u{1b}]8;") {
        let len = rest.find(|c: char| obeyed(c));
        return match len {
            Some(len) if rest[len..].starts_with("\u{1b}\\") => 4 + len + 2,
            _ => 0,
        };
    }
    0
}

/// Writes a value as JSON, indented, with a line break at its end. All that [`obeyed`] names, and every command that is
/// obeyed anywhere in a line, is escaped: the document says the very text and commands nobody who only prints it.
///
/// # Errors
/// Those of the output.
pub fn write_json(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(&mut *out, Escaping::default());
    value.serialize(&mut serializer)?;
    writeln!(out)
}

/// The same as a text.
pub fn json_text(value: &impl Serialize) -> String {
    let mut out = Vec::new();
    // Memory takes all that is written to it, and our own structs have texts for keys.
    let _ = write_json(value, &mut out);
    String::from_utf8_lossy(&out).into_owned()
}

/// serde_json's indented form, with more letters escaped.
#[derive(Default)]
struct Escaping {
    pretty: PrettyFormatter<'static>,
}

impl Formatter for Escaping {
    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.pretty.begin_array(out)
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.pretty.end_array(out)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.pretty.begin_array_value(out, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.pretty.end_array_value(out)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.pretty.begin_object(out)
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.pretty.end_object(out)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.pretty.begin_object_key(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.pretty.begin_object_value(out)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.pretty.end_object_value(out)
    }

    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        text: &str,
    ) -> io::Result<()> {
        let graphic = |byte: &u8| (b' '..=b'~').contains(byte);
        if text.as_bytes().iter().all(graphic)
            && memchr::memmem::find(text.as_bytes(), b"##").is_none()
        {
            return out.write_all(text.as_bytes());
        }
        let mut from = 0;
        for (at, letter) in text.char_indices() {
            if !begins_command(&text[at..]) && !obeyed(letter) {
                continue;
            }
            out.write_all(&text.as_bytes()[from..at])?;
            from = at + letter.len_utf8();
            for unit in letter.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
        }
        out.write_all(&text.as_bytes()[from..])
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use proptest::prelude::*;

    use super::{Guarded, commands, json_text, obeyed, printable, printable_lines};

    fn guarded(text: &str, styled: bool) -> String {
        let mut out = Vec::new();
        let mut writer = Guarded::new(&mut out, styled);
        // In pieces that end anywhere.
        for piece in text.as_bytes().chunks(3) {
            writer.write_all(piece).expect("memory takes all");
        }
        writer.flush().expect("memory takes all");
        drop(writer);
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn the_mark_before_another_file_is_no_command() {
        assert_eq!(super::printable("  ::: main.tf:18:1"), "  ::: main.tf:18:1");
        assert_eq!(super::printable(" :::error::x"), " \u{FFFD}::error::x");
    }

    #[test]
    fn what_is_obeyed_is_replaced_and_the_rest_stays() {
        for plain in [
            "AWS::S3::Bucket",
            "a # b ## c",
            "日本語 é",
            "std::io",
            "[x]",
        ] {
            assert_eq!(printable(plain), plain);
        }
        for (given, shown) in [
            ("a\nb\tc", "a b c"),
            ("\u{1b}[31mx\u{9b}\u{7f}", "\u{FFFD}[31mx\u{FFFD}\u{FFFD}"),
            ("\u{202e}x\u{2028}y\u{61c}", "\u{FFFD}x\u{FFFD}y\u{FFFD}"),
            ("::error::x", "\u{FFFD}:error::x"),
            ("a ::set-output", "a \u{FFFD}:set-output"),
            ("x\n::error::", "x \u{FFFD}:error::"),
            ("say ##vso[task.x]", "say \u{FFFD}#vso[task.x]"),
            ("##[group]", "\u{FFFD}#[group]"),
            ("a##teamcity[x]", "a\u{FFFD}#teamcity[x]"),
            ("###[group]", "#\u{FFFD}#[group]"),
        ] {
            assert_eq!(printable(given), shown, "{given:?}");
        }
        assert_eq!(
            printable_lines("a\n ::b\nc\u{7}"),
            "a\n \u{FFFD}:b\nc\u{FFFD}"
        );
    }

    #[test]
    fn our_own_escapes_pass_and_no_others() {
        let own = "\u{1b}[1m\u{1b}[38;5;9mhigh\u{1b}[0m \u{1b}]8;;https://x\u{1b}\\id\u{1b}]8;;\u{1b}\\\n";
        assert_eq!(guarded(own, true), own);
        assert!(!guarded(own, false).contains('\u{1b}'));
        let title = guarded(
            "\u{1b}]0;T\u{7}\u{1b}[2J\u{1b}[1m ::error::x\u{1b}[0m",
            true,
        );
        assert_eq!(
            title,
            "\u{FFFD}]0;T\u{FFFD}\u{FFFD}[2J\u{1b}[1m \u{FFFD}:error::x\u{1b}[0m"
        );
    }

    #[test]
    fn json_says_the_very_text_and_shows_none_of_it() {
        let text = "a\u{85}\u{9b}\u{202e}\u{2028}\u{7f}\u{E0041}##vso[x] ##[y] # é ##";
        let written = json_text(&[text]);
        assert!(!written.trim_end().chars().any(|c| c != '\n' && obeyed(c)));
        assert!(
            !commands(&written) && written.contains("# é ##"),
            "{written}"
        );
        let read: Vec<String> = serde_json::from_str(&written).expect("it is JSON");
        assert_eq!(read, [text]);
    }

    proptest! {
        /// Whatever is written, nobody is commanded, and what was printable already stays as it is.
        #[test]
        fn nobody_is_commanded(text in "[a#:vso\\[\u{1b}m0\u{202e}\u{2028}\n\r\t \u{9b}é]{0,40}", styled: bool) {
            let shown = printable(&text);
            prop_assert!(!shown.chars().any(obeyed) && !commands(&shown), "{shown:?}");
            prop_assert_eq!(printable(&shown), shown.clone());
            let out = guarded(&text, styled);
            let seen = anstream::adapter::strip_str(&out).to_string();
            for line in seen.lines() {
                prop_assert!(!line.trim_start().starts_with("::"), "{out:?}");
                prop_assert!(!line.contains("##vso[") && !line.contains("##["), "{out:?}");
                prop_assert!(!line.chars().any(|c| c != '\t' && obeyed(c)), "{out:?}");
            }
            let read: String = serde_json::from_str(&json_text(&text)).expect("it is JSON");
            prop_assert_eq!(read, text);
        }
    }
}
