//! Equality with the types of `cty`: values of different types are not equal.

use super::access::SOME_INDEX;
use crate::eval::terraform::types::MAX_DEPTH;
use crate::eval::{Collection, Data, Key, List, Map, Piece, Reference, Template, Truth, Value};

/// Whether Terraform's `==` holds. Values of different types differ (`1 == "1"` and `[] == tolist([])` are false),
/// nulls of all types are equal, and one proven difference decides although other parts are unknown.
pub fn equal(left: &Value, right: &Value) -> Truth {
    at_depth(left, right, 0)
}

fn at_depth(left: &Value, right: &Value, depth: usize) -> Truth {
    if depth > MAX_DEPTH {
        return Truth::Unknown;
    }
    let (a, b) = (left.resolved(), right.resolved());
    match (&a.data, &b.data) {
        (Data::Reference(a), Data::Reference(b)) => {
            Truth::from(a == b && is_one(a)) | Truth::Unknown
        }
        (Data::Unknown(unknown), _) => Truth::agreed(
            unknown
                .among
                .iter()
                .map(|member| at_depth(member, b, depth + 1)),
        ),
        (_, Data::Unknown(unknown)) => Truth::agreed(
            unknown
                .among
                .iter()
                .map(|member| at_depth(a, member, depth + 1)),
        ),
        // A whole resource is an object or a list of them: never null, and none of the primitives.
        (Data::Reference(whole), Data::Null | Data::Bool(_) | Data::Number(_) | Data::Text(_))
        | (Data::Null | Data::Bool(_) | Data::Number(_) | Data::Text(_), Data::Reference(whole))
            if whole.path.is_empty() =>
        {
            Truth::False
        }
        (Data::Reference(one), Data::Null) | (Data::Null, Data::Reference(one))
            if one.is_never_null() =>
        {
            Truth::False
        }
        (Data::Reference(_), _) | (_, Data::Reference(_)) => Truth::Unknown,
        (Data::Null, Data::Null) => Truth::True,
        (Data::Null, _) | (_, Data::Null) => Truth::False,
        (Data::Bool(a), Data::Bool(b)) => Truth::from(a == b),
        (Data::Number(a), Data::Number(b)) => Truth::from(a == b),
        (Data::Text(a), Data::Text(b)) => Truth::from(a == b),
        (Data::Template(one), Data::Template(other)) if one == other && is_one_value(one) => {
            Truth::True
        }
        (Data::Text(_) | Data::Template(_), Data::Text(_) | Data::Template(_)) => a.same(b),
        (Data::List(a), Data::List(b)) if a.kind == b.kind => match a.kind {
            Collection::Set => sets(a, b, depth),
            _ => lists(a, b, depth),
        },
        (Data::Map(a), Data::Map(b)) if a.kind == b.kind => maps(a, b, depth),
        _ => Truth::False,
    }
}

/// Whether all unknown pieces of a text are references, which are the same value wherever they stand.
fn is_one_value(template: &Template) -> bool {
    template.pieces.iter().all(|piece| match piece {
        Piece::Text(..) => true,
        Piece::Value(value) => {
            matches!(&value.data, Data::Reference(reference) if is_one(reference))
        }
    })
}

/// Whether a reference says which instance and member it means.
fn is_one(reference: &Reference) -> bool {
    reference.target.key != Key::Placeholder && reference.path.iter().all(|step| step != SOME_INDEX)
}

fn lists(a: &List, b: &List, depth: usize) -> Truth {
    let shorter = |a: &List, b: &List| a.rest.is_none() && a.items.len() < b.items.len();
    if shorter(a, b) || shorter(b, a) {
        return Truth::False;
    }
    if a.rest.is_some() || b.rest.is_some() {
        return Truth::Unknown;
    }
    Truth::all(
        a.items
            .iter()
            .zip(&b.items)
            .map(|(a, b)| at_depth(a, b, depth + 1)),
    )
}

/// Sets are equal when each has all the members of the other.
fn sets(a: &List, b: &List, depth: usize) -> Truth {
    let known = |set: &List| set.rest.is_none() && set.items.iter().all(Value::is_wholly_known);
    if known(a) && known(b) {
        // Both are sorted the same way and have no doubles.
        return lists(a, b, depth);
    }
    let within = |a: &List, b: &List| {
        Truth::all(a.items.iter().map(|item| {
            let found = Truth::any(b.items.iter().map(|other| at_depth(item, other, depth + 1)));
            if b.rest.is_some() {
                found | Truth::Unknown
            } else {
                found
            }
        }))
    };
    // "Every member is found" proves nothing while there may be more, or unknown ones that are the same.
    (within(a, b) & within(b, a)) & Truth::Unknown
}

fn maps(a: &Map, b: &Map, depth: usize) -> Truth {
    let lacks = |a: &Map, b: &Map| {
        b.rest.is_none() && a.entries.iter().any(|entry| b.get(&entry.key).is_none())
    };
    if lacks(a, b) || lacks(b, a) {
        return Truth::False;
    }
    let shared = a.entries.iter().filter_map(|entry| {
        let other = b.value(&entry.key)?;
        Some(at_depth(&entry.value, other, depth + 1))
    });
    let shared = Truth::all(shared);
    if a.rest.is_some() || b.rest.is_some() {
        return shared & Truth::Unknown;
    }
    shared
}
