//! Whether a text is a CloudFormation template, told from its bytes without reading it.

use memchr::memmem;

/// The sections of a template.
pub(super) const SECTIONS: [&str; 11] = [
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Globals",
    "Hooks",
    "Mappings",
    "Metadata",
    "Outputs",
    "Parameters",
    "Resources",
    "Transform",
];

/// A text that was cut off before this many bytes may not have come to what tells a template.
const EARLY: usize = 4 << 10;

/// Whether the text is meant as a CloudFormation template: it has `AWSTemplateFormatVersion` or an `AWS::` transform
/// among its sections, or `Resources` with a member whose `Type` has a `::`. Cheap: linear, nothing is built, and most
/// other files are refused after one search.
///
/// A damaged template is one too: something deleted or cut off must not make a file disappear. Manifests of other systems
/// and plans of Terraform in JSON are none.
pub fn looks_like_template(text: &str) -> bool {
    let bytes = text.as_bytes();
    let has = |needle: &[u8]| memmem::find(bytes, needle).is_some();
    let named = has(b"AWSTemplateFormatVersion") || has(b"AWS::");
    let typed = || has(b"Resources") && has(b"::");
    let text = text.trim_start_matches('\u{FEFF}');
    let flow = in_flow_style(text);
    match flow {
        // What was cut off before it said more begins with the names of sections, and no other JSON does.
        Some(text) if !(named || typed()) => {
            text.len() < EARLY && Flow::new(text).walk().is_cut_off()
        }
        Some(text) => {
            let seen = Flow::new(text).walk();
            let damaged = seen.damaged && (has(b"AWSTemplateFormatVersion") || typed());
            !seen.other && (seen.template || damaged || seen.is_cut_off())
        }
        None => {
            (named || typed()) && block(text) || has_sections_alone(text) && !super::is_yaml(text)
        }
    }
}

/// Whether every key at the left margin is the name of a section, or the beginning of one where the text ends. A template
/// that was cut off before its resources is that, and no YAML any more.
fn has_sections_alone(text: &str) -> bool {
    let mut any = false;
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let (indent, rest) = begin(line);
        if indent > 0 || rest.is_empty() || rest.starts_with("---") {
            continue;
        }
        let (key, _) = split(rest);
        let last = lines.peek().is_none() && !rest.contains(':');
        let fits = |name: &&str| key == *name || last && name.starts_with(key);
        if !SECTIONS.iter().any(fits) {
            return false;
        }
        any = true;
    }
    any
}

/// A text that is one flow mapping, from its brace on.
fn in_flow_style(text: &str) -> Option<&str> {
    let mut rest = text.trim_start();
    while rest.starts_with(['#', '%']) || rest.starts_with("---") {
        if let Some(after) = rest.strip_prefix("---") {
            rest = after.trim_start();
            continue;
        }
        rest = rest.split_once('\n')?.1.trim_start();
    }
    let tag = rest.starts_with("{{") || rest.starts_with("{%");
    (rest.starts_with('{') && !tag).then_some(rest)
}

/// A template in block style: keys at the left margin.
fn block(text: &str) -> bool {
    let mut found = false;
    let mut inside = false;
    let mut transform = false;
    let mut member = None;
    for line in text.lines() {
        let (indent, rest) = begin(line);
        if found {
            return true;
        }
        // A member whose name was lost.
        let blanks = line.len() - line.trim_start_matches(' ').len();
        if inside && blanks > 0 && line[blanks..].starts_with(':') {
            member.get_or_insert(blanks);
        }
        // Lines of a language of templates around this one are no part of it.
        if rest.is_empty() || rest.starts_with("{{") || rest.starts_with("{%") {
            continue;
        }
        let (key, value) = split(rest);
        if indent == 0 && !rest.starts_with('-') {
            found = key == "AWSTemplateFormatVersion"
                || (key == "Transform" && value.contains("AWS::"))
                || (key == "Resources" && value.starts_with('{') && value.contains("::"));
            // A name that was lost may have been that one.
            inside = key == "Resources" || rest.starts_with(':');
            transform = key == "Transform";
            member = None;
            continue;
        }
        found = transform
            && rest
                .trim_start_matches(['-', ' ', '"', '\''])
                .starts_with("AWS::");
        if inside {
            let first = *member.get_or_insert(indent);
            let bare = rest.trim_start_matches([':', ' ']);
            let own = indent > first
                && (key == "Type" && is_type(value) || has_type(rest) || is_type(bare));
            let flow = indent == first && value.starts_with('{') && has_type(value);
            found |= own || flow;
        }
    }
    found
}

/// The column in which the content of a line begins, and the content; none of a comment. The signs of explicit keys and
/// their values (`? key`, `: value`) are no content, and what follows the second is deeper.
fn begin(line: &str) -> (usize, &str) {
    let mut rest = line.trim_start_matches(' ');
    let mut indent = line.len() - rest.len();
    if let Some(key) = rest.strip_prefix("? ") {
        rest = key.trim_start_matches(' ');
    } else if let Some(value) = rest.strip_prefix(": ") {
        rest = value.trim_start_matches(' ');
        indent += 2;
    }
    match rest.starts_with('#') {
        true => (indent, ""),
        false => (indent, rest),
    }
}

/// The key and the value of a line, without quotes around the key.
fn split(line: &str) -> (&str, &str) {
    let (key, value) = line.split_once(':').unwrap_or((line, ""));
    (key.trim().trim_matches(['"', '\'']), value.trim())
}

fn is_type(value: &str) -> bool {
    let value = value.trim_start_matches(['"', '\'']);
    let word = value.find(|c: char| !c.is_ascii_alphanumeric());
    word.is_some_and(|len| len > 0 && value[len..].starts_with("::"))
}

/// Whether a line says a type somewhere, perhaps without the colon or a quote that belong to it.
fn has_type(line: &str) -> bool {
    let typed = line.split_once("Type").map(|(_, rest)| rest);
    typed.is_some_and(|rest| is_type(rest.trim_start_matches(['"', '\'', ' ', ':'])))
}

/// What a walk over a flow mapping has seen.
#[derive(Default)]
struct Seen {
    /// What only a template has.
    template: bool,
    /// What a plan or another document has.
    other: bool,
    /// The text ends inside something, goes on behind its end, or lacks a sign between two things.
    damaged: bool,
    /// Whether there are keys at the root, and all are names of sections.
    sections: Option<bool>,
}

impl Seen {
    fn root_key(&mut self, is_section: bool) {
        self.sections = Some(self.sections.unwrap_or(true) && is_section);
    }

    fn is_cut_off(&self) -> bool {
        self.damaged && self.sections == Some(true)
    }
}

/// What stands before a place in a flow mapping.
#[derive(Clone, Copy, PartialEq)]
enum Before {
    /// A bracket that opens, a comma, a colon, a tag: a value may follow.
    Sign,
    Close,
    Quoted,
    Plain,
}

/// Walks over the keys of a flow mapping.
struct Flow<'t> {
    bytes: &'t [u8],
    text: &'t str,
    at: usize,
    seen: Seen,
}

impl<'t> Flow<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            bytes: text.as_bytes(),
            text,
            at: 0,
            seen: Seen::default(),
        }
    }

    fn walk(mut self) -> Seen {
        let mut depth = 0usize;
        let mut resources = false;
        let mut before = Before::Sign;
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'{' | b'[' => {
                    self.seen.damaged |= matches!(before, Before::Close | Before::Quoted);
                    before = Before::Sign;
                    depth += 1;
                }
                b'}' | b']' => {
                    before = Before::Close;
                    self.seen.damaged |= depth == 0;
                    depth = depth.saturating_sub(1);
                }
                b',' | b':' => before = Before::Sign,
                b'#' => {
                    self.comment();
                    continue;
                }
                b'/' if self.bytes[self.at..].starts_with(b"//") => {
                    self.comment();
                    continue;
                }
                _ if byte.is_ascii_whitespace() => {}
                _ => {
                    // Behind the end of the mapping nothing may stand.
                    self.seen.damaged |= depth == 0;
                    let Some(key) = self.scalar(byte) else {
                        self.cut_off(depth);
                        return self.seen;
                    };
                    // A quote that belongs to JSON, without the one before it.
                    self.seen.damaged |= !matches!(byte, b'"' | b'\'') && key.contains("\":");
                    before = self.after(before, byte);
                    if let Some(value) = self.value() {
                        self.key(depth, key.trim_matches(['"', '\'']), value, &mut resources);
                    }
                    continue;
                }
            }
            self.at += 1;
        }
        self.seen.damaged |= depth != 0;
        self.seen
    }

    /// What a scalar is to what follows it. Without a sign between them, only the lines of a plain one belong together.
    fn after(&mut self, before: Before, first: u8) -> Before {
        let quoted = matches!(first, b'"' | b'\'');
        self.seen.damaged |= match before {
            Before::Sign => false,
            Before::Close | Before::Quoted => true,
            Before::Plain => quoted,
        };
        match first {
            b'!' | b'&' => Before::Sign,
            _ if quoted => Before::Quoted,
            _ => Before::Plain,
        }
    }

    fn key(&mut self, depth: usize, key: &str, value: &str, resources: &mut bool) {
        match (depth, key) {
            (1, "format_version" | "planned_values" | "terraform_version") => {
                self.seen.other = true;
            }
            (1, key) => {
                let value = value.trim_start_matches(['[', ' ', '"', '\'', '\n']);
                self.seen.template |= key == "AWSTemplateFormatVersion"
                    || key == "Transform" && value.starts_with("AWS::");
                self.seen.root_key(SECTIONS.contains(&key));
                *resources = key == "Resources";
            }
            (3, "Type") if *resources && is_type(value) => self.seen.template = true,
            _ => {}
        }
    }

    /// The text ends inside a quoted text.
    fn cut_off(&mut self, depth: usize) {
        self.seen.damaged = true;
        let begun = self.text[self.at..].trim_start_matches(['"', '\'']);
        if depth == 1 && !begun.is_empty() && !begun.contains('\n') {
            let is_section = SECTIONS.iter().any(|name| name.starts_with(begun));
            self.seen
                .root_key(is_section || self.seen.sections == Some(true));
        }
    }

    /// Steps over a scalar; `None` for a quoted one that does not end.
    fn scalar(&mut self, first: u8) -> Option<&'t str> {
        match first {
            b'"' | b'\'' => self.quoted(first),
            _ => Some(self.plain()),
        }
    }

    fn quoted(&mut self, quote: u8) -> Option<&'t str> {
        let start = self.at + 1;
        let mut at = start;
        loop {
            let rest = self.bytes.get(at..)?;
            at += match quote {
                b'"' => memchr::memchr2(b'"', b'\\', rest)?,
                _ => memchr::memchr(b'\'', rest)?,
            };
            if self.bytes[at] == quote {
                break;
            }
            at += 2;
        }
        self.at = at + 1;
        self.text.get(start..at)
    }

    fn plain(&mut self) -> &'t str {
        let start = self.at;
        let mut at = start;
        while let Some(&byte) = self.bytes.get(at) {
            let next = self.bytes.get(at + 1).copied().unwrap_or(b' ');
            let colon = byte == b':' && (next.is_ascii_whitespace() || b",[]{}".contains(&next));
            if colon || matches!(byte, b',' | b'[' | b']' | b'{' | b'}' | b'\n') {
                break;
            }
            at += 1;
        }
        self.at = at.max(start + 1);
        self.text.get(start..self.at).unwrap_or_default().trim_end()
    }

    /// What follows a key; `None` behind another scalar.
    fn value(&mut self) -> Option<&'t str> {
        let rest = self.text.get(self.at..)?.trim_start();
        rest.strip_prefix(':').map(str::trim_start)
    }

    fn comment(&mut self) {
        let rest = &self.bytes[self.at..];
        self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    }
}

#[cfg(test)]
mod tests {
    use super::looks_like_template;

    #[test]
    fn templates_in_every_style() {
        for text in [
            "AWSTemplateFormatVersion: '2010-09-09'\n",
            "Resources:\n  B:\n    Type: AWS::S3::Bucket\n",
            "Resources:\n  B: {Type: 'AWS::S3::Bucket'}\n",
            "Resources: {B: {Type: 'AWS::S3::Bucket'}}\n",
            "{Resources: {B: {Type: AWS::S3::Bucket}}}",
            "{'Resources': {'B': {'Type': 'AWS::S3::Bucket'}}}",
            "# ours\n---\n{AWSTemplateFormatVersion: 2010-09-09, # a date\n Resources: {}}",
            r#"{"Resources": {"B": {"Type": "Custom::Thing"}}}"#,
            "? Resources\n: B:\n    Type: AWS::S3::Bucket\n",
            "Resources:\n  ? B\n  : Type: AWS::S3::Bucket\n",
            "\u{FEFF}Transform: AWS::Serverless-2016-10-31\n",
            "{% if x %}\nResources:\n  B:\n    Type: AWS::S3::Bucket\n{% endif %}\n",
        ] {
            assert!(looks_like_template(text), "{text}");
        }
    }

    #[test]
    fn damage_hides_no_template() {
        let json = r#"{"AWSTemplateFormatVersion": "2010-09-09", "Description": "x", "Resources": {"B": {"Type": "AWS::S3::Bucket"}}}"#;
        for len in 3..json.len() {
            assert!(looks_like_template(&json[..len]), "{}", &json[..len]);
        }
        for at in 1..json.len() {
            let mut text = json.to_owned();
            if matches!(text.remove(at), '"' | '{' | '}' | ',' | ':') {
                assert!(looks_like_template(&text), "{text}");
            }
        }
        for text in [
            "Resources\n  B:\n    Type: AWS::S3::Bucket\n",
            "Resources:\n  B:\n    Type AWS::S3::Bucket\n",
            "Resources:\n  B:\n    Type: \"AWS::S3::Bucket\n",
            ":\n  B:\n    Type: AWS::S3::Bucket\n",
            "{\"Resources\":{\"B\":{Type\":\"AWS::S3::Bucket\"}}}",
            "Resources:\n  : # ours\n    Type: AWS::S3::Bucket\n",
            "Resources:\n  B:\n    : AWS::S3::Bucket\n",
            "{\n  \"Resources\": \n    \"B\": {\n      \"Type\": \"AWS::S3::Bucket\"\n    }\n  }\n}\n",
            "Parameters:\n  Who: {Type: String}\nResou",
            "Description: a bucket\nParameters:\n  Who: {Type: Stri",
            "Parameters:\n  Image: {Type: 'AWS::SSM::Parameter::Value<String>'",
            "{\n  \"Resources\": {\n    \"B\": {\n      \"Type\" \"AWS::S3::Bucket\"\n    }\n  }\n}\n",
            "{\n  \"Resources\": {\n    \"B\": {\n      Type\": \"AWS::S3::Bucket\"\n    }\n  }\n}\n",
            "{\n  \"Resources\": {\n    \"B: {\n      \"Type\": \"AWS::S3::Bucket\"\n    }\n  }\n}\n",
            "{\n  \"Resources\" {\n    \"B\": {\n      \"Type\": \"AWS::S3::Bucket\"\n    }\n  }\n}\n",
        ] {
            assert!(looks_like_template(text), "{text}");
        }
    }

    #[test]
    fn other_documents_are_none() {
        for text in [
            "",
            "{",
            "replicas: 3\n",
            "apiVersion: v1\nkind: List\n# AWS::S3::Bucket\n",
            "service: x\nresources:\n  Resources:\n    B:\n      Type: AWS::S3::Bucket\n",
            r#"{"format_version": "1.2", "x": "AWS::S3::Bucket", "Resources": {"B": {"Type": "AWS::S3"}}}"#,
            r#"{"compilerOptions": {"a": 1,}"#,
            r#"{"name": "AWS::S3::Bucket", "Resources": []}"#,
            "{{ AWS::S3::Bucket }}\n",
            "Parameters:\n  Who: {Type: String}\n",
            "Outputs: [\nlog: x\n",
            "{\"a\": 1, // Resources\n \"b\": \"x::y\"}",
        ] {
            assert!(!looks_like_template(text), "{text}");
        }
    }
}
