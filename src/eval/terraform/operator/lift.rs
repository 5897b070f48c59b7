//! Operations on values that are one of a few: done on each, and the results gathered.

use crate::eval::{Data, Value, Why};
use crate::source::Span;

/// The most combinations of alternatives that are tried.
const MAX_COMBINATIONS: usize = 16;

/// Calls `operation` with the arguments; an argument that is one of a few known alternatives is each of them in turn,
/// and the results are the alternatives of the result. Alternatives that are refused are left out, because a
/// configuration that takes them is never deployed; when all are, so is the whole. With more than 16 combinations
/// the arguments are plain unknowns.
///
/// # Errors
/// Those of `operation`.
pub(in crate::eval::terraform) fn lift(
    arguments: &[Value],
    span: Span,
    operation: &mut dyn FnMut(&[Value]) -> Result<Value, String>,
) -> Result<Value, String> {
    let choices = arguments
        .iter()
        .map(|argument| alternatives(argument).len().max(1));
    let count = choices.fold(1_usize, usize::saturating_mul);
    if count == 1 {
        return operation(arguments);
    }
    if count > MAX_COMBINATIONS {
        let plain: Vec<Value> = arguments.iter().map(plain).collect();
        return operation(&plain);
    }
    let why = arguments
        .iter()
        .filter(|argument| !alternatives(argument).is_empty())
        .find_map(Value::why)
        .unwrap_or(Why::Condition);
    let mut results = Vec::new();
    let mut refusal = None;
    for number in 0..count {
        match operation(&combination(arguments, number)) {
            Ok(result) => results.push(result),
            Err(why) => refusal = refusal.or(Some(why)),
        }
    }
    match refusal {
        Some(why) if results.is_empty() => Err(why),
        _ => {
            let sensitive = results.iter().any(|result| result.sensitive);
            Ok(Value::among(why, results, span).sensitive_if(sensitive))
        }
    }
}

/// What an unknown could be; nothing for everything else.
pub(in crate::eval::terraform) fn alternatives(value: &Value) -> &[Value] {
    match &value.resolved().data {
        Data::Unknown(unknown) => &unknown.among,
        _ => &[],
    }
}

/// The arguments with one alternative chosen for each, by the digits of a number.
fn combination(arguments: &[Value], mut number: usize) -> Vec<Value> {
    let choose = |argument: &Value| {
        let among = alternatives(argument);
        if among.is_empty() {
            return argument.clone();
        }
        let chosen = among[number % among.len()].clone();
        number /= among.len();
        chosen.sensitive_if(argument.sensitive)
    };
    arguments.iter().map(choose).collect()
}

/// The same argument; one that has alternatives could be anything.
fn plain(argument: &Value) -> Value {
    if alternatives(argument).is_empty() {
        return argument.clone();
    }
    let why = argument.why().unwrap_or(Why::Condition);
    Value {
        data: Value::unknown(why, argument.origin.span).data,
        origin: argument.origin.clone(),
        sensitive: argument.sensitive,
    }
}
