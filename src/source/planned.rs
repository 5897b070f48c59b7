//! Whether a text is a plan in JSON, told from its bytes without reading it.

use memchr::memmem;

/// The members of a plan (Terraform documentation, "JSON Output Format"; the type `Plan` of its source).
const MEMBERS: [&str; 19] = [
    "action_invocations",
    "applyable",
    "checks",
    "complete",
    "configuration",
    "deferred_action_invocations",
    "deferred_changes",
    "errored",
    "format_version",
    "output_changes",
    "planned_values",
    "prior_state",
    "proposed_unknown",
    "relevant_attributes",
    "resource_changes",
    "resource_drift",
    "terraform_version",
    "timestamp",
    "variables",
];

/// Words of which a plan has one soon, and hardly anything else.
const TELLING: [&str; 10] = [
    "\"applyable\"",
    "\"format_version\"",
    "\"planned_values\"",
    "\"prior_state\"",
    "\"provider_config\"",
    "\"relevant_attributes\"",
    "\"resource_changes\"",
    "\"resource_drift\"",
    "\"root_module\"",
    "\"terraform_version\"",
];

/// Whether this is what `terraform show -json` prints of a plan, or was before something happened to it: a JSON object
/// with `format_version` and `planned_values` or `resource_changes`, or a damaged one whose members are those of a plan.
/// Lines of a log may stand before it.
pub(super) fn looks_like_plan(text: &[u8]) -> bool {
    let has = |name: &str| memmem::find(text, name.as_bytes()).is_some();
    let Some(start) = beginning(text) else {
        return false;
    };
    if has("\"format_version\"") && (has("\"planned_values\"") || has("\"resource_changes\"")) {
        return true;
    }
    let telling = TELLING.iter().any(|word| has(word));
    // A text without any of the words is looked at where it ends within the first of them.
    let short = || text.trim_ascii().len() - start <= "{\"terraform_version".len();
    (telling || short()) && Members::of(&text[start..]).are_of_a_damaged_plan()
}

/// Where the object opens that a line begins with.
fn beginning(text: &[u8]) -> Option<usize> {
    memchr::memchr_iter(b'{', text).find(|at| {
        let before = text[..*at]
            .iter()
            .rfind(|byte| !matches!(byte, b' ' | b'\t'));
        let after = text[at + 1..]
            .iter()
            .find(|byte| !byte.is_ascii_whitespace());
        let key = |byte: &u8| *byte == b'"' || byte.is_ascii_alphabetic();
        before.is_none_or(|byte| *byte == b'\n') && after.is_some_and(key)
    })
}

/// Whether a plan may begin like this, whatever the order of its keys.
pub(super) fn may_be_plan(head: &[u8]) -> bool {
    let first = head.iter().find(|byte| !byte.is_ascii_whitespace());
    let has = |word: &&str| memmem::find(head, word.as_bytes()).is_some();
    first == Some(&b'{') && TELLING.iter().any(has)
}

/// The members of a JSON object as far as they can be told.
#[derive(Default)]
struct Members<'t> {
    names: Vec<&'t [u8]>,
    /// The name in which the text ends.
    begun: Option<&'t [u8]>,
    /// Something is missing in the text.
    damaged: bool,
}

impl<'t> Members<'t> {
    fn of(text: &'t [u8]) -> Self {
        let mut found = Self::default();
        let (mut at, mut depth) = (0, 0usize);
        while let Some(&byte) = text.get(at) {
            at += 1;
            match byte {
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.saturating_sub(1),
                b'"' => {
                    let (end, closed) = end_of_text(text, at);
                    let inside = &text[at..end];
                    found.damaged |= !closed;
                    let rest = text.get(end + 1..).unwrap_or_default();
                    match depth {
                        1 if closed && rest.trim_ascii_start().starts_with(b":") => {
                            found.names.push(inside);
                        }
                        1 if rest.trim_ascii().is_empty() => found.begun = Some(inside),
                        _ => {}
                    }
                    at = end + 1;
                }
                _ => {}
            }
            if depth == 0 {
                found.damaged |= !text[at.min(text.len())..].trim_ascii().is_empty();
                return found;
            }
        }
        found.damaged = true;
        found
    }

    fn are_of_a_damaged_plan(&self) -> bool {
        let known = |name: &&[u8]| MEMBERS.iter().any(|own| own.as_bytes() == *name);
        let begins = |begun: &[u8]| {
            let of = |own: &&str| own.as_bytes().starts_with(begun);
            !begun.is_empty() && MEMBERS.iter().any(of)
        };
        self.damaged
            && self.names.iter().all(known)
            && (!self.names.is_empty() || self.begun.is_some())
            && self
                .begun
                .is_none_or(|begun| begins(begun) || !self.names.is_empty())
    }
}

/// Where a text in quotes ends, and whether with a quote: JSON has no line break in a text.
fn end_of_text(text: &[u8], from: usize) -> (usize, bool) {
    let mut at = from;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'"' => return (at, true),
            b'\n' => return (at, false),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    (text.len(), false)
}

#[cfg(test)]
mod tests {
    use super::looks_like_plan;

    const PLAN: &str = r#"{"applyable": true, "configuration": {"root_module": {"resources": [{"address": "a.b"}]}},
 "format_version": "1.2", "planned_values": {"root_module": {}}, "resource_changes": [{"address": "a.b"}],
 "terraform_version": "1.11.4", "variables": {"x": {"value": "y"}}}"#;

    #[test]
    fn a_plan_is_one_wherever_it_is_cut_off() {
        for text in [PLAN.to_owned(), PLAN.replace('\n', "")] {
            for len in "{\"a".len()..=text.len() {
                let text = &text[..len];
                assert!(looks_like_plan(text.as_bytes()), "{text}");
            }
        }
    }

    #[test]
    fn a_plan_is_one_whatever_sign_it_lacks() {
        for at in 1..PLAN.len() {
            let mut text = PLAN.to_owned();
            if "\"{}[],:".contains(text.remove(at)) {
                assert!(looks_like_plan(text.as_bytes()), "{text}");
            }
        }
    }

    #[test]
    fn other_documents_are_none() {
        for text in [
            "",
            "{",
            "{\"",
            r#"{"format_version": "1.0", "values": {"root_module": {"resources": ["#,
            r#"{"format_version": "1.0", "terraform_version": "1.11.4", "values": {}}"#,
            r#"{"format_version": "1.0", "provider_schemas": {"x": "#,
            r#"{"format_version": "1.0", "valid": true,"#,
            r#"{"version": 3, "terraform_version": "1.11.4", "resources": ["#,
            r#"{"configuration": {"x": 1"#,
            r#"{"variables": {"x": 1}"#,
        ] {
            assert!(!looks_like_plan(text.as_bytes()), "{text}");
        }
    }
}
