//! Who is let in: the principals of a statement.

use std::sync::LazyLock;

use super::pattern::any_of;
use super::{Principal, Statement};
use crate::eval::{Data, Texts, Truth, Value};

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

/// What IAM takes for a principal of AWS ("AWS JSON policy elements: Principal"): a number that is not known here is one
/// of twelve digits all the same.
static PRINCIPAL: LazyLock<Texts> = LazyLock::new(|| {
    Texts::matching(
        r"\*|[0-9]{12}|[A-Z0-9]{16,}|arn:[^:]*:iam::([0-9]{12}:[^:]+|cloudfront:user/[^:]+)|arn:[^:]*:sts::[0-9]{12}:[^:]+(:.*)?",
    )
});

/// Whole accounts.
static ACCOUNT: LazyLock<Texts> =
    LazyLock::new(|| Texts::matching("[0-9]{12}|arn:[^:]*:iam::[0-9]{12}:root"));

/// Everyone.
static EVERYONE: LazyLock<Texts> =
    LazyLock::new(|| Texts::matching(r"\*|arn:[^:]*:[^:]*:[^:]*:\*(:.*)?"));

/// Whether a principal is `*`. Inside an ARN a wildcard for the account is asked for by mistake; IAM refuses it, and who
/// writes it means everyone.
fn is_everyone(value: &Value) -> Truth {
    value.ask(|own| match &own.data {
        Data::Reference(_) => Truth::False,
        // An ARN of which a piece is not known names one account: IAM takes no wildcard inside it.
        Data::Template(template) if template.text.is_none() => own.equals_text("*"),
        _ => own.fits(&EVERYONE),
    })
}

/// Whether a principal is a whole account: its number, or the ARN of its root (IAM User Guide, "AWS account principals").
pub fn is_account(value: &Value) -> Truth {
    value.fits_among(&ACCOUNT, Some(&PRINCIPAL))
}
