//! What stands under the name of a secret, by its looks alone: in HCL, YAML, JSON, settings files and scripts, whole or
//! damaged. Too much is hidden rather than too little: whoever needs the text has the file.

use std::ops::Range;

use crate::rules::secret;

/// How far the name of a `value` or `default` is looked for, in bytes.
const NEAR: usize = 400;
/// Keys that hold the value of what stands beside or around them under another name.
const HOLDERS: [&str; 6] = [
    "value",
    "default",
    "parametervalue",
    "stringvalue",
    "secretstring",
    "plaintext",
];
/// Keys that hold a name.
const NAMERS: [&str; 4] = ["name", "key", "parameterkey", "variable"];
/// The letters that end a value without quotes.
const ENDS: [char; 9] = [',', ';', '}', ']', ')', '"', '\'', '`', '&'];

/// The places of what may be secret, sorted by their starts.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    for at in memchr::memchr2_iter(b'=', b':', text.as_bytes()) {
        // What lies inside a value that is hidden already adds nothing.
        if out.last().is_some_and(|last| at < last.end) {
            continue;
        }
        if let Some(range) = assigned(text, at)
            && !range.is_empty()
        {
            out.push(range);
        }
    }
    out.extend(keys(text));
    out.extend(called_sensitive(text));
    out.sort_by_key(|range| range.start);
    out
}

/// Whether a word is the name of something in a text: of a parameter, a variable, a member. What was meant to refer to it
/// and only repeats it gives no secret away, and messages that name it are of use.
pub(super) fn is_name(text: &str, word: &str) -> bool {
    let letter = |c: char| c.is_alphanumeric() || "_-.".contains(c);
    if word.is_empty() || !word.chars().all(letter) {
        return false;
    }
    let mut found = text.match_indices(word);
    found.any(|(at, _)| {
        let line = text[..at].rfind('\n').map_or(0, |at| at + 1);
        let before = text[line..at].trim_end_matches(['"', '\'']).trim();
        let opens = before.is_empty() || before == "-" || before.ends_with(['{', ',']);
        let labels = ["variable", "output", "parameter", "module", "local"];
        let after = text[at + word.len()..].trim_start_matches(['"', '\'']);
        let after = after.trim_start_matches([' ', '\t']);
        let named = after.starts_with(':') || after.starts_with('=') && !after.starts_with("==");
        opens && named || labels.contains(&before) && after.starts_with('{')
    })
}

/// Texts that Terraform's `sensitive` is called with.
fn called_sensitive(text: &str) -> impl Iterator<Item = Range<usize>> {
    const CALL: &str = "sensitive(\"";
    let calls = text.match_indices(CALL).map(|(at, _)| at);
    let calls =
        calls.filter(|at| !text[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_'));
    calls.filter_map(|at| {
        let from = at + CALL.len();
        let range = from..from + closed(&text[from..], '"', false);
        (!range.is_empty()).then_some(range)
    })
}

/// Private keys, from their first line to their last.
fn keys(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find("-----BEGIN ") {
        let start = from + at;
        from = start + 1;
        let head = &text[start..text.floor_char_boundary(text.len().min(start + 60))];
        if !head.contains("PRIVATE KEY") {
            continue;
        }
        // A key that is cut off is hidden to the end.
        let end = text[start..].find("-----END ").map_or(text.len(), |at| {
            let tail = &text[start + at..];
            start
                + at
                + tail[9..]
                    .find("-----")
                    .map_or(tail.len(), |len| 9 + len + 5)
        });
        out.push(start..end);
        from = end;
    }
    out
}

/// The value that an `=` or `:` gives to the name of a secret.
fn assigned(text: &str, at: usize) -> Option<Range<usize>> {
    let sign = text.as_bytes()[at];
    let name = name_before(text, at)?;
    let held = HOLDERS.contains(&flat(name).as_str()) && near_a_name(text, at);
    if !held && !secret::is_named(name) {
        return None;
    }
    let after = text.get(at + 1..)?;
    // `==`, `=>`, `::`, `:=`: `=>` alone gives a value, in older HCL and in Ruby.
    let after = match after.as_bytes().first()? {
        b'=' | b':' => return None,
        b'>' => &after[1..],
        _ => after,
    };
    let blanks = after.len() - after.trim_start_matches([' ', '\t']).len();
    let start = text.len() - after.len() + blanks;
    value(text, start, blanks > 0, sign)
}

/// The name before a sign: a word, perhaps in quotes, which may be escaped.
fn name_before(text: &str, at: usize) -> Option<&str> {
    let before = text[..at].trim_end_matches([' ', '\t']);
    let before = before.trim_end_matches(['"', '\'', '\\']);
    let letter = |c: char| c.is_alphanumeric() || "_-.".contains(c);
    let name = &before[before.trim_end_matches(letter).len()..];
    (!name.is_empty()).then_some(name)
}

/// A name without what divides its words.
fn flat(name: &str) -> String {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    letters.map(|c| c.to_ascii_lowercase()).collect()
}

/// Whether the `value` or `default` at this place belongs to something whose name is that of a secret: the block or
/// mapping around it, or the `name` beside it.
fn near_a_name(text: &str, at: usize) -> bool {
    let from = text.ceil_char_boundary(at.saturating_sub(NEAR));
    let to = text.floor_char_boundary((at + NEAR).min(text.len()));
    in_braces(text, from, at, to) || in_lines(text, from, at, to)
}

/// The same where braces are around it.
fn in_braces(text: &str, from: usize, at: usize, to: usize) -> bool {
    let mut depth = 0;
    let open = text[from..at].char_indices().rev().find(|(_, letter)| {
        match letter {
            '}' => depth += 1,
            '{' if depth == 0 => return true,
            '{' => depth -= 1,
            _ => {}
        }
        false
    });
    let Some((open, _)) = open else {
        return false;
    };
    let open = from + open;
    let head = text[from..open].trim_end_matches([' ', '\t', ':', '=', '>']);
    let around = name_before(text, from + head.len());
    let end = text[at..to].find('}').map_or(to, |len| at + len);
    around.is_some_and(secret::is_named) || named_beside(&text[open + 1..end])
}

/// The same where lines that stand less deep are around it.
fn in_lines(text: &str, from: usize, at: usize, to: usize) -> bool {
    let line = text[..at].rfind('\n').map_or(0, |at| at + 1);
    let depth = indent(&text[line..]);
    let before = text[from..line.max(from)].lines().rev();
    let mut beside = before.filter(|line| !line.trim().is_empty());
    let around = beside.find(|line| indent(line) < depth);
    if around
        .and_then(|line| name_before(line, line.find(':')?))
        .is_some_and(secret::is_named)
    {
        return true;
    }
    // A list item begins with a dash, which counts as depth; what stands before it is another's.
    let is_item = |line: &str| line.trim_start().starts_with("- ");
    let before = text[from..at].lines().rev();
    let mut begun = false;
    let before = before.take_while(|line| {
        let outside = begun || !line.trim().is_empty() && indent(line) < depth;
        begun = is_item(line);
        !outside
    });
    let after = text[at..to].lines().skip(1);
    let after = after.take_while(|line| indent(line) >= depth && !is_item(line));
    before.chain(after).any(named_beside)
}

/// Whether a `name` in a piece of text is that of a secret.
fn named_beside(text: &str) -> bool {
    text.match_indices([':', '=']).any(|(at, _)| {
        name_before(text, at).is_some_and(|key| NAMERS.contains(&flat(key).as_str())) && {
            let value = text[at + 1..].trim_start_matches([' ', '\t', '"', '\'', '\\']);
            let end = value.find(|c: char| !(c.is_alphanumeric() || "_-.".contains(c)));
            secret::is_named(&value[..end.unwrap_or(value.len())])
        }
    })
}

/// The extent of a value that begins here.
fn value(text: &str, start: usize, apart: bool, sign: u8) -> Option<Range<usize>> {
    let rest = &text[start..];
    let escaped = rest.starts_with('\\');
    let quoted = rest.strip_prefix('\\').unwrap_or(rest);
    match quoted.chars().next()? {
        quote @ ('"' | '\'') => {
            let from = start + usize::from(escaped) + 1;
            let range = from..from + closed(&text[from..], quote, escaped);
            literal(&text[range.clone()]).then_some(range)
        }
        '<' if rest.starts_with("<<") => heredoc(text, start),
        '|' | '>' if sign == b':' => indented(text, start),
        // Below the name there may be a list or a mapping: its members have names of their own.
        '\n' | '\r' | '{' | '[' | '!' | '*' | '&' | '#' | '$' | '(' | '<' | '`' => None,
        _ => {
            let len = rest
                .find(|c: char| c.is_whitespace() || ENDS.contains(&c))
                .unwrap_or(rest.len());
            let word = &rest[..len];
            // Behind `=` and blanks stands an expression, whose texts have quotes; behind `:` without, a part of a name.
            let bare = apart == (sign == b':');
            (bare && literal(word) && !refers(word)).then_some(start..start + len)
        }
    }
}

/// The length of a text up to its closing quote, or to the end of the line where that is missing.
fn closed(text: &str, quote: char, escaped: bool) -> usize {
    let mut before = ' ';
    for (at, letter) in text.char_indices() {
        match letter {
            '\n' | '\r' => return at,
            '\\' if before == '\\' => before = ' ',
            letter if letter == quote && escaped && before == '\\' => return at - 1,
            letter if letter == quote && (before != '\\' || quote == '\'') => return at,
            letter => before = letter,
        }
    }
    text.len()
}

/// The lines of a heredoc.
fn heredoc(text: &str, start: usize) -> Option<Range<usize>> {
    let (head, rest) = text[start..].split_once('\n')?;
    let word = head.trim_start_matches(['<', '-', '~']).trim();
    let from = text.len() - rest.len();
    let mut end = from;
    for line in rest.split_inclusive('\n') {
        if line.trim() == word {
            break;
        }
        end += line.len();
    }
    Some(from..end)
}

/// The lines of a block of text in YAML: those that stand deeper than the line of its key.
fn indented(text: &str, start: usize) -> Option<Range<usize>> {
    let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let depth = indent(&text[line..]);
    let (_, rest) = text[start..].split_once('\n')?;
    let from = text.len() - rest.len();
    let lines = rest.split_inclusive('\n');
    let inside = lines.take_while(|line| line.trim().is_empty() || indent(line) > depth);
    Some(from..from + inside.map(str::len).sum::<usize>())
}

/// The blanks at the start of a line; the dash of a list item counts as one.
fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '-']).len()
}

/// Whether a text could be a secret: no reference to where it is kept, no switch.
fn literal(text: &str) -> bool {
    const ELSEWHERE: [&str; 8] = [
        "{{resolve:",
        "arn:",
        "ssm:",
        "vault:",
        "secretsmanager:",
        "projects/",
        "file://",
        "AWS::",
    ];
    const SWITCHES: [&str; 10] = [
        "true", "false", "yes", "no", "null", "none", "enabled", "disabled", "required", "optional",
    ];
    let text = text.trim();
    let whole = (text.starts_with("${") || text.starts_with("$(")) && text.ends_with(['}', ')']);
    !text.is_empty()
        && !whole
        && !ELSEWHERE.iter().any(|start| text.starts_with(start))
        && !SWITCHES.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Whether a word without quotes is a reference, a call or the name of a type, or a number.
fn refers(word: &str) -> bool {
    const ROOTS: [&str; 9] = [
        "var.", "local.", "data.", "module.", "each.", "aws_", "azurerm_", "google_", "random_",
    ];
    const TYPES: [&str; 8] = [
        "String",
        "Number",
        "string",
        "number",
        "bool",
        "any",
        "SecureString",
        "NoEcho",
    ];
    ROOTS.iter().any(|root| word.starts_with(root))
        || TYPES.contains(&word)
        || word.contains('(')
        || word.parse::<f64>().is_ok() && word.len() < 6
}
