//! Numbers, comparison and logic.

use std::cmp::Ordering;

use super::{equal, is_sensitive, lift, unknown_of};
use crate::eval::terraform::types::{Type, convert};
use crate::eval::{Data, Number, Truth, Value, Why};
use crate::source::Span;
use crate::syntax::hcl::{Binary, Unary};

/// `left op right`. A logical operator is decided by one known operand where that is enough.
///
/// # Errors
/// Terraform's reason for refusing it.
pub fn binary(op: Binary, left: &Value, right: &Value, span: Span) -> Result<Value, String> {
    let sensitive = is_sensitive(left) || is_sensitive(right);
    let operands = [left.clone(), right.clone()];
    let result = match op {
        Binary::Equal | Binary::NotEqual => {
            let same = equal(left, right);
            let truth = if op == Binary::Equal { same } else { !same };
            Ok(of_truth(truth, &operands, span))
        }
        _ => lift(&operands, span, &mut |operands| {
            known(op, &operands[0], &operands[1], span)
        }),
    };
    result.map(|value| value.sensitive_if(sensitive))
}

/// `op of`.
///
/// # Errors
/// Terraform's reason for refusing it.
pub fn unary(op: Unary, of: &Value, span: Span) -> Result<Value, String> {
    let sensitive = is_sensitive(of);
    let result = lift(std::slice::from_ref(of), span, &mut |operands| {
        let wanted = match op {
            Unary::Not => Type::Bool,
            Unary::Negate => Type::Number,
        };
        let operand = operand(&operands[0], &wanted, "unary")?;
        match &operand.resolved().data {
            Data::Bool(own) => Ok(Value::bool(!own, span)),
            Data::Number(own) => Ok(Value::new(Data::Number(own.neg()), span)),
            _ => Ok(unknown_of([&operand], span)),
        }
    });
    result.map(|value| value.sensitive_if(sensitive))
}

/// An answer as a value; an unknown one for the reason of the operands.
pub(super) fn of_truth(truth: Truth, operands: &[Value], span: Span) -> Value {
    match truth {
        Truth::True => Value::bool(true, span),
        Truth::False => Value::bool(false, span),
        Truth::Unknown => {
            let why = operands
                .iter()
                .find_map(Value::first_why)
                .unwrap_or(Why::Unclear);
            let both = [Value::bool(true, span), Value::bool(false, span)];
            Value::among(why, both, span)
        }
    }
}

/// An operand as the type that the operator wants; never null.
fn operand(value: &Value, to: &Type, side: &str) -> Result<Value, String> {
    let value =
        convert(value, to).map_err(|why| format!("Unsuitable value for {side} operand: {why}."))?;
    match value.resolved().data {
        Data::Null => Err("Error during operation: argument must not be null.".into()),
        _ => Ok(value),
    }
}

fn known(op: Binary, left: &Value, right: &Value, span: Span) -> Result<Value, String> {
    let wanted = match op {
        Binary::And | Binary::Or => Type::Bool,
        _ => Type::Number,
    };
    let left = operand(left, &wanted, "left")?;
    let right = operand(right, &wanted, "right")?;
    let (a, b) = (left.resolved(), right.resolved());
    match (&a.data, &b.data) {
        (Data::Number(a), Data::Number(b)) => of_numbers(op, a, b, span),
        _ if wanted == Type::Bool => {
            let (a, b) = (truth_of(a), truth_of(b));
            let truth = if op == Binary::And { a & b } else { a | b };
            Ok(of_truth(truth, &[left, right], span))
        }
        _ => Ok(unknown_of([&left, &right], span)),
    }
}

fn truth_of(value: &Value) -> Truth {
    match value.data {
        Data::Bool(own) => own.into(),
        _ => Truth::Unknown,
    }
}

fn of_numbers(op: Binary, a: &Number, b: &Number, span: Span) -> Result<Value, String> {
    let ordering = |test: fn(Ordering) -> bool| Ok(Value::bool(test(a.cmp(b)), span));
    let number = match op {
        Binary::Less => return ordering(Ordering::is_lt),
        Binary::LessEqual => return ordering(Ordering::is_le),
        Binary::Greater => return ordering(Ordering::is_gt),
        Binary::GreaterEqual => return ordering(Ordering::is_ge),
        Binary::Add => a.add(b),
        Binary::Subtract => a.sub(b),
        Binary::Multiply => a.mul(b),
        Binary::Divide if a.is_zero() && b.is_zero() => {
            return Err(
                "Error during operation: can't divide zero by zero or infinity by infinity.".into(),
            );
        }
        Binary::Divide => a.div(b),
        _ => a.rem(b),
    };
    // An infinity (a division by zero) and numbers beyond the bound are not represented.
    Ok(match number {
        Some(number) => Value::new(Data::Number(number), span),
        None => Value::unknown(Why::Unclear, span),
    })
}
