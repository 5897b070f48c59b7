//! The words of a policy document (IAM User Guide, "Grammar of the IAM JSON policy language", "IAM JSON policy elements:
//! Condition operators").

use crate::eval::Data;
use crate::source::nearest;

/// The elements of a document.
pub(super) const DOCUMENT: [&str; 3] = ["Version", "Id", "Statement"];

/// The elements of a statement.
pub(super) const STATEMENT: [&str; 9] = [
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

/// The effects there are; AWS compares them letter by letter.
pub(super) const EFFECTS: [&str; 2] = ["Allow", "Deny"];

/// The types of principals. `*` is what Terraform calls everyone.
pub(super) const PRINCIPALS: [&str; 5] = ["AWS", "Service", "Federated", "CanonicalUser", "*"];

/// The operators of conditions without `IfExists` and the words in front, in small letters.
const OPERATORS: [&str; 27] = [
    "arnequals",
    "arnlike",
    "arnnotequals",
    "arnnotlike",
    "binaryequals",
    "bool",
    "dateequals",
    "dategreaterthan",
    "dategreaterthanequals",
    "datelessthan",
    "datelessthanequals",
    "datenotequals",
    "ipaddress",
    "notipaddress",
    "null",
    "numericequals",
    "numericgreaterthan",
    "numericgreaterthanequals",
    "numericlessthan",
    "numericlessthanequals",
    "numericnotequals",
    "stringequals",
    "stringequalsignorecase",
    "stringlike",
    "stringnotequals",
    "stringnotequalsignorecase",
    "stringnotlike",
];

/// What to do about a word that is none of these; `None` if it is one.
pub(super) fn unknown(word: &str, known: &[&str]) -> Option<String> {
    if known.contains(&word) {
        return None;
    }
    let near = nearest(word, known.iter().copied());
    Some(match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => String::new(),
    })
}

/// Whether this is an operator, in any case, perhaps of a set and perhaps `…IfExists`.
pub(super) fn is_operator(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let one = text
        .strip_prefix("forallvalues:")
        .or_else(|| text.strip_prefix("foranyvalue:"))
        .unwrap_or(&text);
    let bare = one.strip_suffix("ifexists").unwrap_or(one);
    OPERATORS.binary_search(&bare).is_ok()
}

/// Whether a value is a text, or may be one. An account is often written as a number.
pub(super) fn may_be_text(data: &Data) -> bool {
    !matches!(
        data,
        Data::Null | Data::Bool(_) | Data::List(_) | Data::Map(_)
    )
}

/// What a value is, in a sentence.
pub(super) fn noun(data: &Data) -> &'static str {
    match data {
        Data::Null => "null",
        Data::Bool(_) => "true or false",
        Data::Number(_) => "a number",
        Data::List(_) => "a list",
        Data::Map(_) => "an object",
        _ => "a text",
    }
}

#[cfg(test)]
mod tests {
    use super::{OPERATORS, is_operator, unknown};

    #[test]
    fn operators_in_any_case_and_with_their_words() {
        assert!(OPERATORS.is_sorted(), "they are looked up by bisection");
        for known in [
            "StringEquals",
            "stringlikeIfExists",
            "ForAnyValue:ArnLike",
            "ForAllValues:StringNotEqualsIfExists",
        ] {
            assert!(is_operator(known), "{known}");
        }
        for none in ["StringEqual", "", "ForSome:StringLike", "Equals"] {
            assert!(!is_operator(none), "{none}");
        }
    }

    #[test]
    fn a_word_nearby_is_offered() {
        let known = ["Action", "Resource"];
        assert_eq!(unknown("Action", &known), None);
        assert_eq!(
            unknown("actions", &known).as_deref(),
            Some("did you mean `Action`?")
        );
        assert_eq!(unknown("Zone", &known).as_deref(), Some(""));
    }
}
