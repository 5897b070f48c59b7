//! Who is let in: the principals of a statement.

use super::pattern::any_of;
use super::{Principal, Statement};
use crate::eval::{Data, Truth, Value};

/// Whether a statement is about everyone: `*`, the principal `*` of AWS, or all but some with `NotPrincipal`; and the
/// member that says so (IAM User Guide, "AWS JSON policy elements: Principal").
pub fn everyone(statement: &Statement) -> (Truth, Option<Value>) {
    if !statement.not_principals.is_empty() {
        let first = statement
            .not_principals
            .iter()
            .find_map(|own| own.members.items.first().cloned());
        return (Truth::True, first);
    }
    let all = |own: &&Principal| matches!(own.kind.as_str(), "*" | "AWS");
    any_principal(statement, all, is_everyone)
}

/// Whether a question holds of some principal of these types, and of which.
pub fn any_principal(
    statement: &Statement,
    fits: impl Fn(&&Principal) -> bool,
    ask: impl Fn(&Value) -> Truth,
) -> (Truth, Option<Value>) {
    let mut best: (Truth, Option<Value>) = (Truth::False, None);
    for principal in statement.principals.iter().filter(|own| fits(own)) {
        let (truth, value) = any_of(&principal.members, &ask);
        if truth.is_true() {
            return (truth, value);
        }
        if truth.is_unknown() || best.1.is_none() {
            best = (truth | best.0, value);
        }
    }
    best
}

/// Whether a principal is `*`. Inside an ARN a wildcard for the account is asked for by mistake; IAM refuses it, and who
/// writes it means everyone.
fn is_everyone(value: &Value) -> Truth {
    value.ask(|own| match &own.data {
        Data::Reference(_) => Truth::False,
        // An ARN of which a piece is not known names one account: IAM takes no wildcard inside it.
        Data::Template(template) if template.text.is_none() => own.equals_text("*"),
        _ => own.test_text(|text| {
            text == "*" || text.starts_with("arn:") && text.split(':').nth(4) == Some("*")
        }),
    })
}

/// Whether a principal is a whole account: its number, or the ARN of its root (IAM User Guide, "AWS account principals").
pub fn is_account(value: &Value) -> Truth {
    value.ask(|own| match &own.data {
        // The number of an account that is not known here is one all the same.
        Data::Template(template) if template.text.is_none() => {
            let text = super::pattern::flat(&template.pieces, "000000000000");
            Truth::from(is_account_text(&text))
        }
        Data::Reference(_) | Data::Unknown(_) => Truth::Unknown,
        _ => own.test_text(is_account_text),
    })
}

fn is_account_text(text: &str) -> bool {
    let number = |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    number(text)
        || text
            .strip_prefix("arn:")
            .and_then(|rest| rest.split_once(":iam::"))
            .and_then(|(_, rest)| rest.strip_suffix(":root"))
            .is_some_and(number)
}
