//! The one type that several types can all become, as `cty`'s `convert.UnifyUnsafe` finds it.

use ecow::EcoString;

use super::{Field, Type, convert, type_of};
use crate::eval::Value;

/// The type that values of all these types become when they have to be of one type (the elements of a list, the arms
/// of a conditional). `None` when there is none; [`Type::Any`] members (unknown, null) fit whatever the others become.
pub fn unify(types: &[Type]) -> Option<Type> {
    Unification { open: false }.unify(types)
}

/// The type that these values become when they have to be of one type. Where none is found, but some of them is not
/// wholly known, it is [`Type::Any`]: what is not known may be of the type that all the others can become.
pub fn unify_values<'v>(values: impl Iterator<Item = &'v Value> + Clone) -> Option<Type> {
    let types: Vec<Type> = values.clone().map(type_of).collect();
    unify(&types).or_else(|| {
        let mut values = values;
        let known = values.all(Value::is_wholly_known);
        Unification { open: !known }.unify(&types)
    })
}

/// The value as the type that it has in common with others. Where it cannot be converted, but some of the others is not
/// known, that one may make it another type: what comes out is then not known either.
///
/// # Errors
/// Why it cannot be converted, when all is known.
pub fn convert_with<'v>(
    value: &Value,
    of: &Type,
    mut others: impl Iterator<Item = &'v Value>,
) -> Result<Value, String> {
    convert(value, of).or_else(|refusal| match others.find_map(Value::first_why) {
        Some(why) => Ok(Value::unknown(why, value.origin.span).sensitive_if(value.sensitive)),
        None => Err(refusal),
    })
}

/// `open`: a [`Type::Any`] is of a type not known, so that members that do not fit each other may fit it.
struct Unification {
    open: bool,
}

impl Unification {
    fn unify(&self, types: &[Type]) -> Option<Type> {
        let mut known: Vec<&Type> = Vec::new();
        for of in types.iter().filter(|of| **of != Type::Any) {
            if !known.contains(&of) {
                known.push(of);
            }
        }
        match known[..] {
            [] => Some(Type::Any),
            [one] => Some(one.clone()),
            _ if self.open && types.contains(&Type::Any) => {
                Some(self.distinct(&known).unwrap_or(Type::Any))
            }
            _ => self.distinct(&known),
        }
    }

    fn distinct(&self, types: &[&Type]) -> Option<Type> {
        let all = |test: fn(&Type) -> bool| types.iter().all(|of| test(of));
        let some = |test: fn(&Type) -> bool| types.iter().any(|of| test(of));
        let map = |of: &Type| matches!(of, Type::Map(_));
        let object = |of: &Type| matches!(of, Type::Object(_));
        let list = |of: &Type| matches!(of, Type::List(_));
        let tuple = |of: &Type| matches!(of, Type::Tuple(_));
        let set = |of: &Type| matches!(of, Type::Set(_));
        if all(object) {
            return self.objects(types);
        }
        if all(tuple) {
            return self.tuples(types);
        }
        if all(set) {
            return self.elements(types).map(|of| Type::Set(Box::new(of)));
        }
        // Objects whose members have nothing in common make no map, but a map may become such an object.
        if some(map)
            && all(|of| matches!(of, Type::Map(_) | Type::Object(_)))
            && let Some(of) = self.elements(types)
        {
            return Some(Type::Map(Box::new(of)));
        }
        if some(list) && all(|of| matches!(of, Type::List(_) | Type::Tuple(_))) {
            return self.elements(types).map(|of| Type::List(Box::new(of)));
        }
        if some(object) && some(tuple) {
            return None;
        }
        // Text is what every other primitive can become; a list what a set or tuple can; a set what nothing prefers.
        let rank = |of: &Type| match of {
            Type::Text | Type::List(_) | Type::Map(_) => 0,
            Type::Set(_) | Type::Tuple(_) | Type::Object(_) => 2,
            _ => 1,
        };
        let mut ordered = types.to_vec();
        ordered.sort_by_key(|of| rank(of));
        let wanted = ordered.into_iter().find(|wanted| {
            types
                .iter()
                .all(|of| of == wanted || convertible(of, wanted))
        })?;
        Some(wanted.clone())
    }

    /// The common type of all elements of collections and structures.
    fn elements(&self, types: &[&Type]) -> Option<Type> {
        let mut members = Vec::new();
        for of in types {
            match of {
                Type::List(of) | Type::Set(of) | Type::Map(of) => members.push((**of).clone()),
                Type::Tuple(of) => members.extend(of.iter().cloned()),
                Type::Object(fields) => members.extend(fields.iter().map(|field| field.of.clone())),
                _ => return None,
            }
        }
        self.unify(&members)
    }

    fn objects(&self, types: &[&Type]) -> Option<Type> {
        let fields: Vec<&[Field]> = types
            .iter()
            .filter_map(|of| match of {
                Type::Object(fields) => Some(&fields[..]),
                _ => None,
            })
            .collect();
        let names = |fields: &[Field]| -> Vec<EcoString> {
            fields.iter().map(|field| field.name.clone()).collect()
        };
        let first = names(fields.first()?);
        if fields.iter().any(|other| names(other) != first) {
            return self.elements(types).map(|of| Type::Map(Box::new(of)));
        }
        let across = first.into_iter().enumerate().map(|(at, name)| {
            let column: Vec<Type> = fields.iter().map(|row| row[at].of.clone()).collect();
            Some(Field {
                name,
                of: self.unify(&column)?,
                optional: false,
                default: None,
            })
        });
        across.collect::<Option<Vec<Field>>>().map(Type::Object)
    }

    fn tuples(&self, types: &[&Type]) -> Option<Type> {
        let rows: Vec<&[Type]> = types
            .iter()
            .filter_map(|of| match of {
                Type::Tuple(of) => Some(&of[..]),
                _ => None,
            })
            .collect();
        let len = rows.first()?.len();
        if rows.iter().any(|row| row.len() != len) {
            return self.elements(types).map(|of| Type::List(Box::new(of)));
        }
        let across = (0..len).map(|at| {
            let column: Vec<Type> = rows.iter().map(|row| row[at].clone()).collect();
            self.unify(&column)
        });
        across.collect::<Option<Vec<Type>>>().map(Type::Tuple)
    }
}

/// Whether some value of one type can become the other.
pub(super) fn convertible(from: &Type, to: &Type) -> bool {
    match (from, to) {
        (Type::Any, _) | (_, Type::Any) => true,
        (Type::Bool, Type::Number) | (Type::Number, Type::Bool) => false,
        (Type::Bool | Type::Number | Type::Text, Type::Bool | Type::Number | Type::Text) => true,
        (Type::List(from) | Type::Set(from), Type::List(to) | Type::Set(to))
        | (Type::Map(from), Type::Map(to)) => convertible(from, to),
        (Type::Tuple(from), Type::List(to) | Type::Set(to)) => match **to {
            Type::Any => unify(from).is_some(),
            _ => from.iter().all(|from| convertible(from, to)),
        },
        (Type::Object(from), Type::Map(to)) => match **to {
            Type::Any => {
                let members: Vec<Type> = from.iter().map(|field| field.of.clone()).collect();
                unify(&members).is_some()
            }
            _ => from.iter().all(|from| convertible(&from.of, to)),
        },
        (Type::Map(from), Type::Object(to)) => to
            .iter()
            .all(|field| field.optional || convertible(from, &field.of)),
        (Type::Object(from), Type::Object(to)) => {
            to.iter().all(
                |field| match from.iter().find(|other| other.name == field.name) {
                    Some(other) => convertible(&other.of, &field.of),
                    None => field.optional,
                },
            )
        }
        (Type::Tuple(from), Type::Tuple(to)) => {
            from.len() == to.len() && from.iter().zip(to).all(|(from, to)| convertible(from, to))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{convert_with, unify_values};
    use crate::eval::{Data, Entry, Number, Value, Why};
    use crate::source::Span;

    #[test]
    fn what_is_not_known_may_bring_the_common_type() {
        let object = |entries: Vec<(&str, Value)>| {
            let entry = |(key, value): (&str, Value)| Entry {
                key: key.into(),
                span: Span::nowhere(),
                value,
            };
            Value::object(entries.into_iter().map(entry).collect(), Span::nowhere())
        };
        let zero = Value::new(Data::Number(Number::Int(0)), Span::nowhere());
        let known = object(vec![
            ("a", Value::bool(false, Span::nowhere())),
            ("b", zero),
        ]);
        // A text would make all of them texts; nothing else has a type in common with both.
        let unset = Value::unknown(Why::Variable("var.x".into()), Span::nowhere());
        let open = object(vec![("a", unset)]);
        let all = [known.clone(), open];
        let of = unify_values(all.iter()).expect("it may be a map of texts");
        let converted = convert_with(&known, &of, all.iter()).expect("it is not refused");
        assert_eq!(converted.why(), Some(Why::Variable("var.x".into())));
        let alone = [known.clone(), known.clone()];
        assert!(convert_with(&known, &of, alone.iter()).is_err());
    }
}
