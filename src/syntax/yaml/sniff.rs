//! Whether a text is a CloudFormation template, told from its bytes without reading it.

use memchr::memmem;

/// Whether the text is meant as a CloudFormation template: it has `AWSTemplateFormatVersion` or an `AWS::` transform
/// among its sections, or `Resources` with a member whose `Type` has a `::`. Cheap: linear, nothing is built, and most
/// other files are refused after one search.
///
/// Manifests of other systems, plans of Terraform in JSON and templates of templates (a line at the left margin that
/// begins with `{{` or `{%`) are none.
pub fn looks_like_template(text: &str) -> bool {
    let bytes = text.as_bytes();
    let has = |needle: &[u8]| memmem::find(bytes, needle).is_some();
    let named = has(b"AWSTemplateFormatVersion") || has(b"AWS::");
    let typed = || has(b"Resources") && has(b"::");
    if !(named || typed()) {
        return false;
    }
    let text = text.trim_start_matches('\u{FEFF}').trim_start();
    if text.starts_with('{') && !text.starts_with("{{") && !text.starts_with("{%") {
        return Flow::new(text).finds_template();
    }
    block(text)
}

/// A template in block style: keys at the left margin.
fn block(text: &str) -> bool {
    let mut found = false;
    let mut inside = false;
    let mut transform = false;
    let mut member = None;
    for line in text.lines() {
        let rest = line.trim_start_matches(' ');
        let indent = line.len() - rest.len();
        if rest.is_empty() || rest.starts_with('#') {
            continue;
        }
        if indent == 0 && (rest.starts_with("{{") || rest.starts_with("{%")) {
            return false;
        }
        if found {
            continue;
        }
        let (key, value) = split(rest);
        if indent == 0 && !rest.starts_with('-') {
            found = key == "AWSTemplateFormatVersion"
                || (key == "Transform" && value.contains("AWS::"));
            inside = key == "Resources";
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
            let own = indent > first && key == "Type" && is_type(value);
            let flow = indent == first && value.starts_with('{') && flow_type(value);
            found |= own || flow;
        }
    }
    found
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

/// Whether a flow mapping begins with a `Type` that has a `::`.
fn flow_type(value: &str) -> bool {
    let (key, value) = split(value.trim_start_matches(['{', ' ']));
    key == "Type" && is_type(value)
}

/// Walks over the keys of a flow mapping.
struct Flow<'t> {
    bytes: &'t [u8],
    text: &'t str,
    at: usize,
}

impl<'t> Flow<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            bytes: text.as_bytes(),
            text,
            at: 0,
        }
    }

    fn finds_template(mut self) -> bool {
        let mut depth = 0usize;
        let mut resources = false;
        let mut found = false;
        while let Some(len) = self.bytes[self.at..]
            .iter()
            .position(|b| matches!(b, b'{' | b'}' | b'[' | b']' | b'"'))
        {
            self.at += len;
            match self.bytes[self.at] {
                b'{' | b'[' => depth += 1,
                b'"' => {
                    let Some((key, value)) = self.string() else {
                        return found;
                    };
                    let Some(value) = value else { continue };
                    match (depth, key) {
                        (1, "format_version" | "planned_values" | "terraform_version") => {
                            return false;
                        }
                        (1, "AWSTemplateFormatVersion") => found = true,
                        (1, "Transform")
                            if value
                                .trim_start_matches(['[', ' ', '"', '\n'])
                                .starts_with("AWS::") =>
                        {
                            found = true;
                        }
                        (1, key) => resources = key == "Resources",
                        (3, "Type") if resources && is_type(value) => found = true,
                        _ => {}
                    }
                    continue;
                }
                _ => depth = depth.saturating_sub(1),
            }
            self.at += 1;
        }
        found
    }

    /// Steps over a text in double quotes; gives it, and what follows if it is a key.
    fn string(&mut self) -> Option<(&'t str, Option<&'t str>)> {
        let start = self.at + 1;
        let mut at = start;
        loop {
            at += self
                .bytes
                .get(at..)?
                .iter()
                .position(|b| matches!(b, b'"' | b'\\'))?;
            if self.bytes[at] == b'"' {
                break;
            }
            at += 2;
        }
        self.at = at + 1;
        let rest = self.text[self.at..].trim_start();
        Some((
            self.text.get(start..at)?,
            rest.strip_prefix(':').map(str::trim_start),
        ))
    }
}
