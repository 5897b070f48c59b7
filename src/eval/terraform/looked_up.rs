//! What data sources give that the name they look up decides already.
//!
//! Sources: AWS KMS Developer Guide, "Aliases in AWS KMS" (aliases that begin with `alias/aws/` are those of AWS managed
//! keys; where a key is asked for its alias names it as well as its ARN); documentation of the provider `aws`,
//! `aws_kms_alias`, `aws_kms_key`, `aws_iam_policy`; AWS Managed Policy Reference.

use std::sync::Arc;

use crate::eval::{Data, Piece, Role, Template, Value, Why};
use crate::source::Span;

/// The types of data sources of which something is decided.
pub(super) const TYPES: [&str; 3] = ["aws_kms_alias", "aws_kms_key", "aws_iam_policy"];

/// Policies of AWS that are looked up by name. One's own policy of such a name makes the look-up fail.
const POLICIES: [(&str, &str); 6] = [
    ("AdministratorAccess", "AdministratorAccess"),
    ("IAMFullAccess", "IAMFullAccess"),
    ("PowerUserAccess", "PowerUserAccess"),
    ("ReadOnlyAccess", "ReadOnlyAccess"),
    ("SecurityAudit", "SecurityAudit"),
    ("ViewOnlyAccess", "job-function/ViewOnlyAccess"),
];

/// The attributes that the arguments decide.
pub(super) fn derived(type_name: &str, body: &Value, at: Span) -> Vec<(&'static str, Value)> {
    let argument = |name: &str| {
        let value = body.as_map()?.value(name)?;
        value.as_text().map(|text| (text.to_owned(), value.clone()))
    };
    let through = |value: Value| value.through(at, Role::Reference);
    match type_name {
        "aws_kms_alias" => {
            let Some((_, name)) = argument("name").filter(|(name, _)| is_alias(name)) else {
                return Vec::new();
            };
            ["arn", "target_key_arn", "target_key_id"]
                .map(|own| (own, through(name.clone())))
                .to_vec()
        }
        "aws_kms_key" => {
            let Some((_, name)) = argument("key_id").filter(|(name, _)| is_alias(name)) else {
                return Vec::new();
            };
            ["arn", "id"]
                .map(|own| (own, through(name.clone())))
                .to_vec()
        }
        _ => {
            let Some((name, value)) = argument("name") else {
                return Vec::new();
            };
            let Some((_, path)) = POLICIES.iter().find(|(own, _)| *own == name) else {
                return vec![("arn", through(policy(&name, &value, at)))];
            };
            let arn = Value {
                data: Data::Text(ecow::eco_format!("arn:aws:iam::aws:policy/{path}")),
                ..value
            };
            vec![("arn", through(arn))]
        }
    }
}

/// The ARN of a policy of this name, of AWS or of one's own, perhaps with a path before the name.
fn policy(name: &str, value: &Value, at: Span) -> Value {
    let why = Why::Data("data.aws_iam_policy".into());
    let open = || Piece::Value(Value::unknown(why.clone(), at));
    let text = |text: &str| Piece::Text(text.into(), Span::nowhere());
    let arn = |end: Vec<Piece>| {
        let front = vec![
            text("arn:aws"),
            open(),
            text(":iam::"),
            open(),
            text(":policy/"),
        ];
        let template = Template {
            text: None,
            pieces: front.into_iter().chain(end).collect(),
            decoded: None,
        };
        Value {
            data: Data::Template(Arc::new(template)),
            ..value.clone()
        }
    };
    let plain = arn(vec![text(name)]);
    let below = arn(vec![open(), text(&format!("/{name}"))]);
    Value::among(why.clone(), [plain, below], at)
}

fn is_alias(name: &str) -> bool {
    name.starts_with("alias/")
}
