//! `test ? yes : no`.

use super::{is_sensitive, lift};
use crate::eval::terraform::types::{Type, convert, convert_with, type_of, unify_values};
use crate::eval::{Data, Value, Why};
use crate::source::Span;

/// `test ? yes : no` with both arms evaluated (an arm that failed is `Err`): unified as Terraform does; an unknown test
/// gives one of both. An arm that failed cannot be the one that is taken in a configuration that is deployed.
///
/// # Errors
/// Terraform's reason for refusing it.
pub fn conditional(
    test: &Value,
    yes: Result<Value, String>,
    no: Result<Value, String>,
    span: Span,
) -> Result<Value, String> {
    let of = match (&yes, &no) {
        (Ok(yes), Ok(no)) => common(yes, no)?,
        _ => Type::Any,
    };
    let sensitive = is_sensitive(test)
        || yes.as_ref().is_ok_and(is_sensitive)
        || no.as_ref().is_ok_and(is_sensitive);
    let arm = |arm: &Result<Value, String>| {
        let value = arm.clone()?;
        let both = [&yes, &no];
        let others = both.into_iter().filter_map(|arm| arm.as_ref().ok());
        match convert_with(&value, &of, others.filter(|_| value.is_wholly_known())) {
            Ok(value) => Ok(value),
            // What is not known in it may turn out to have the type of the other arm.
            Err(_) if !value.is_wholly_known() => Ok(value),
            Err(why) => Err(format!("The result value has the wrong type: {why}.")),
        }
    };
    let result = lift(std::slice::from_ref(test), span, &mut |tests| {
        let test = convert(&tests[0], &Type::Bool)
            .map_err(|_| "The condition expression must be of type bool.".to_owned())?;
        match test.resolved().data {
            Data::Bool(true) => arm(&yes),
            Data::Bool(false) => arm(&no),
            Data::Null => {
                Err("The condition value is null. Conditions must either be true or false.".into())
            }
            _ => either(&test, arm(&yes), arm(&no), span),
        }
    });
    result.map(|value| value.sensitive_if(sensitive))
}

fn either(
    test: &Value,
    yes: Result<Value, String>,
    no: Result<Value, String>,
    span: Span,
) -> Result<Value, String> {
    let why = test.first_why().unwrap_or(Why::Condition);
    match (yes, no) {
        (Ok(yes), Ok(no)) => Ok(Value::among(why, [yes, no], span)),
        (Ok(one), Err(_)) | (Err(_), Ok(one)) => Ok(one),
        (Err(refusal), Err(_)) => Err(refusal),
    }
}

/// The type of both arms.
fn common(yes: &Value, no: &Value) -> Result<Type, String> {
    if type_of(yes) == type_of(no) {
        return Ok(Type::Any);
    }
    unify_values([yes, no].into_iter()).ok_or_else(|| {
        let (yes, no) = (type_of(yes), type_of(no));
        format!(
            "The true and false result expressions must have consistent types. \
             The 'true' value is {yes}, but the 'false' value is {no}."
        )
    })
}
