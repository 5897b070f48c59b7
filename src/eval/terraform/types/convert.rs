//! Conversion of values to types, as `cty`'s `convert.Convert` with the defaults of optional attributes.

use std::fmt::Write;
use std::sync::Arc;

use super::{Field, MAX_DEPTH, Type, type_of, unify_values};
use crate::eval::terraform::operator::{equal, holds_sensitive};
use crate::eval::{
    Collection, Data, Entry, List, Map, Number, Reference, Truth, Unknown, Value, Why,
};

/// The value as one of this type, as Terraform converts the value of a variable; unknown parts stay unknown.
/// Converted values keep their origin: a number made of a text still points at the text.
///
/// # Errors
/// Why it is not one, as a sentence with the path inside the value.
pub fn convert(value: &Value, to: &Type) -> Result<Value, String> {
    Conversion {
        path: String::new(),
    }
    .value(value, to, 0)
}

/// A conversion under way: the path into the value so far.
struct Conversion {
    path: String,
}

impl Conversion {
    fn refuse<T>(&self, text: &str) -> Result<T, String> {
        if self.path.is_empty() {
            return Err(text.to_owned());
        }
        Err(format!("{}: {text}", self.path))
    }

    /// Runs `inner` with one more step on the path.
    fn step<T>(
        &mut self,
        step: std::fmt::Arguments<'_>,
        inner: impl FnOnce(&mut Self) -> Result<T, String>,
    ) -> Result<T, String> {
        let len = self.path.len();
        let _ = self.path.write_fmt(step);
        let out = inner(self);
        self.path.truncate(len);
        out
    }

    fn value(&mut self, value: &Value, to: &Type, depth: usize) -> Result<Value, String> {
        if depth > MAX_DEPTH {
            return Ok(alike(
                value,
                Value::unknown(Why::Limit, value.origin.span).data,
            ));
        }
        match &value.data {
            Data::Reference(reference) => {
                let Some(inner) = &reference.value else {
                    return Ok(value.clone());
                };
                let inner = self.value(inner, to, depth + 1)?;
                if matches!(inner.data, Data::Unknown(_)) {
                    return Ok(inner.sensitive_if(value.sensitive));
                }
                let same = Reference {
                    value: Some(inner),
                    ..(**reference).clone()
                };
                Ok(alike(value, Data::Reference(Arc::new(same))))
            }
            Data::Unknown(unknown) => self.unknown(value, unknown, to, depth),
            Data::Null => Ok(value.clone()),
            _ => match to {
                Type::Any => Ok(value.clone()),
                Type::Bool | Type::Number | Type::Text => self.primitive(value, to),
                Type::List(of) => self.sequence(value, of, Collection::Uniform, depth),
                Type::Set(of) => self.sequence(value, of, Collection::Set, depth),
                Type::Map(of) => self.map(value, of, depth),
                Type::Tuple(of) => self.tuple(value, of, depth),
                Type::Object(fields) => self.object(value, fields, depth),
            },
        }
    }

    /// Each alternative is converted; those that cannot be are not possible in a valid configuration.
    fn unknown(
        &mut self,
        value: &Value,
        unknown: &Unknown,
        to: &Type,
        depth: usize,
    ) -> Result<Value, String> {
        if unknown.among.is_empty() {
            return Ok(value.clone());
        }
        let mut refusal = None;
        let mut among = Vec::new();
        for member in &unknown.among {
            match self.value(member, to, depth + 1) {
                Ok(member) => among.push(member),
                Err(why) => refusal = refusal.or(Some(why)),
            }
        }
        match refusal {
            Some(why) if among.is_empty() => Err(why),
            _ => {
                let mut out = Value::among(unknown.why.clone(), among, value.origin.span);
                if matches!(out.data, Data::Unknown(_)) {
                    out.origin = value.origin.clone();
                }
                Ok(out.sensitive_if(value.sensitive))
            }
        }
    }

    fn primitive(&self, value: &Value, to: &Type) -> Result<Value, String> {
        let text = match &value.data {
            Data::Bool(_) if *to == Type::Bool => return Ok(value.clone()),
            Data::Number(_) if *to == Type::Number => return Ok(value.clone()),
            Data::Text(_) | Data::Template(_) if *to == Type::Text => return Ok(value.clone()),
            Data::Bool(own) if *to == Type::Text => {
                return Ok(alike(
                    value,
                    Data::Text(if *own { "true" } else { "false" }.into()),
                ));
            }
            Data::Number(own) if *to == Type::Text => {
                return Ok(alike(value, Data::Text(own.to_string().into())));
            }
            Data::Text(text) => text,
            Data::Template(template) => match &template.text {
                Some(text) => text,
                None => {
                    let why = value.first_why().unwrap_or(Why::Unclear);
                    return Ok(alike(value, Value::unknown(why, value.origin.span).data));
                }
            },
            _ => return self.refuse(&mismatch(to, value)),
        };
        if *to == Type::Number {
            return match Number::parse_loose(text) {
                Some(number) => Ok(alike(value, Data::Number(number))),
                None => self.refuse("a number is required"),
            };
        }
        match text.as_str() {
            "true" | "1" => Ok(alike(value, Data::Bool(true))),
            "false" | "0" => Ok(alike(value, Data::Bool(false))),
            other if other.eq_ignore_ascii_case("true") => {
                self.refuse("a bool is required; to convert from string, use lowercase \"true\"")
            }
            other if other.eq_ignore_ascii_case("false") => {
                self.refuse("a bool is required; to convert from string, use lowercase \"false\"")
            }
            _ => self.refuse("a bool is required"),
        }
    }

    fn sequence(
        &mut self,
        value: &Value,
        of: &Type,
        kind: Collection,
        depth: usize,
    ) -> Result<Value, String> {
        let Data::List(list) = &value.data else {
            return self.refuse(&format!(
                "{} required",
                if kind == Collection::Set {
                    "set"
                } else {
                    "list"
                }
            ));
        };
        let noun = if kind == Collection::Set {
            "set"
        } else {
            "list"
        };
        let of = match of {
            Type::Any => &self.common(list.items.iter(), noun)?,
            of => of,
        };
        let mut items = Vec::with_capacity(list.items.len());
        for (at, item) in list.items.iter().enumerate() {
            items.push(self.step(format_args!("[{at}]"), |inner| {
                inner.value(item, of, depth + 1)
            })?);
        }
        let mut rest = self.rest(list.rest.as_ref(), of, depth);
        if kind == Collection::Set {
            items = sorted_set(items);
        } else if list.kind == Collection::Set && rest.is_none() && items.len() > 1 {
            // Where the unknown members of a set come in its order is not known, nor whether they double others.
            let why = items.iter().find_map(Value::first_why);
            rest = why.map(|why| {
                Arc::new(Unknown {
                    why,
                    among: Vec::new(),
                })
            });
        }
        // The members of a set cannot be marked one by one: all of it is.
        let sensitive = kind == Collection::Set && items.iter().any(holds_sensitive);
        let data = Data::List(Arc::new(List { items, rest, kind }));
        Ok(alike(value, data).sensitive_if(sensitive))
    }

    fn map(&mut self, value: &Value, of: &Type, depth: usize) -> Result<Value, String> {
        let Data::Map(map) = &value.data else {
            return self.refuse("map required");
        };
        let of = match of {
            Type::Any => &self.common(map.entries.iter().map(|entry| &entry.value), "map")?,
            of => of,
        };
        let mut entries = Vec::with_capacity(map.entries.len());
        for entry in &map.entries {
            let value = self.step(format_args!("[{:?}]", entry.key), |inner| {
                inner.value(&entry.value, of, depth + 1)
            })?;
            entries.push(Entry {
                value,
                ..entry.clone()
            });
        }
        let rest = self.rest(map.rest.as_ref(), of, depth);
        let map = Map {
            entries,
            rest,
            maybe: map.maybe.clone(),
            kind: Collection::Uniform,
        };
        Ok(alike(value, Data::Map(Arc::new(map))))
    }

    fn tuple(&mut self, value: &Value, of: &[Type], depth: usize) -> Result<Value, String> {
        let Data::List(list) = &value.data else {
            return self.refuse("tuple required");
        };
        if list.kind != Collection::Structural
            || list.rest.is_none() && list.items.len() != of.len()
        {
            return self.refuse("tuple required");
        }
        let mut items = Vec::with_capacity(of.len());
        match &list.rest {
            None => {
                for (at, (item, of)) in list.items.iter().zip(of).enumerate() {
                    items.push(self.step(format_args!("[{at}]"), |inner| {
                        inner.value(item, of, depth + 1)
                    })?);
                }
            }
            // The type says how many there are, not which of them those known ones are.
            Some(rest) => items.resize_with(of.len(), || {
                Value::unknown(rest.why.clone(), value.origin.span)
            }),
        }
        let list = List {
            items,
            rest: None,
            kind: Collection::Structural,
        };
        Ok(alike(value, Data::List(Arc::new(list))))
    }

    fn object(&mut self, value: &Value, fields: &[Field], depth: usize) -> Result<Value, String> {
        let Data::Map(map) = &value.data else {
            return self.refuse("object required");
        };
        let missing: Vec<&Field> = fields
            .iter()
            .filter(|field| !field.optional && map.rest.is_none() && map.get(&field.name).is_none())
            .collect();
        match missing[..] {
            [] => {}
            [one] => return self.refuse(&format!("attribute {:?} is required", one.name)),
            [ref others @ .., last] => {
                let others: Vec<String> = others
                    .iter()
                    .map(|field| format!("{:?}", field.name))
                    .collect();
                let comma = if others.len() > 1 { "," } else { "" };
                return self.refuse(&format!(
                    "attributes {}{comma} and {:?} are required",
                    others.join(", "),
                    last.name
                ));
            }
        }
        let mut entries = Vec::with_capacity(fields.len());
        for field in fields {
            let (key, given) = match (map.get(&field.name), &map.rest) {
                (Some(entry), _) => (entry.span, entry.value.clone()),
                (None, Some(rest)) => (
                    value.origin.span,
                    Value::unknown(rest.why.clone(), value.origin.span),
                ),
                (None, None) => (value.origin.span, Value::null(value.origin.span)),
            };
            let value = self.step(format_args!(".{}", field.name), |inner| {
                inner.field(&given, field, depth)
            })?;
            entries.push(Entry {
                key: field.name.clone(),
                span: key,
                value,
            });
        }
        let map = Map::new(entries, None, Collection::Structural);
        Ok(alike(value, Data::Map(Arc::new(map))))
    }

    /// An attribute: null, or an alternative that is null, becomes the default.
    fn field(&mut self, given: &Value, field: &Field, depth: usize) -> Result<Value, String> {
        let Some(default) = &field.default else {
            return self.value(given, &field.of, depth + 1);
        };
        match &given.resolved().data {
            Data::Null => self.value(default, &field.of, depth + 1),
            Data::Unknown(unknown) if !unknown.among.is_empty() => {
                let replaced = unknown
                    .among
                    .iter()
                    .map(|member| match member.resolved().data {
                        Data::Null => default.clone(),
                        _ => member.clone(),
                    });
                let value = Value::among(unknown.why.clone(), replaced, given.origin.span);
                self.value(&value.sensitive_if(given.sensitive), &field.of, depth + 1)
            }
            _ => self.value(given, &field.of, depth + 1),
        }
    }

    /// The one type of members of a collection of any type.
    fn common<'v>(
        &self,
        members: impl Iterator<Item = &'v Value> + Clone,
        noun: &str,
    ) -> Result<Type, String> {
        match unify_values(members) {
            Some(of) => Ok(of),
            None => self.refuse(&format!("all {noun} elements must have the same type")),
        }
    }

    /// Members that may be there, converted; those that cannot be are not there.
    fn rest(
        &mut self,
        rest: Option<&Arc<Unknown>>,
        of: &Type,
        depth: usize,
    ) -> Option<Arc<Unknown>> {
        let rest = rest?;
        let convert = |member| self.value(member, of, depth + 1).ok();
        let among: Vec<Value> = rest.among.iter().filter_map(convert).collect();
        if !rest.among.is_empty() && among.is_empty() {
            return None;
        }
        Some(Arc::new(Unknown {
            why: rest.why.clone(),
            among,
        }))
    }
}

fn mismatch(to: &Type, value: &Value) -> String {
    match (to, &value.data) {
        (Type::Bool, Data::Number(_)) | (Type::Number, Data::Bool(_)) => {
            format!("{to} required, but have {}", type_of(value))
        }
        _ => format!("{to} required"),
    }
}

/// Other data of the same origin, as sensitive.
pub(in crate::eval::terraform) fn alike(value: &Value, data: Data) -> Value {
    Value {
        data,
        origin: value.origin.clone(),
        sensitive: value.sensitive,
    }
}

/// The members of a set: without doubles (the first of equals stays), in `cty`'s order, unknown ones last.
pub(in crate::eval::terraform) fn sorted_set(items: Vec<Value>) -> Vec<Value> {
    let mut keyed: Vec<(SetKey, Value)> = items
        .into_iter()
        .map(|item| (SetKey::of(&item), item))
        .collect();
    keyed.sort_by(|(a, _), (b, _)| a.cmp(b));
    let mut out: Vec<(SetKey, Value)> = Vec::with_capacity(keyed.len());
    for (key, item) in keyed {
        // Two unknowns that look alike need not be the same value; two references of one name are.
        let comparable = key != SetKey::Unknown || matches!(item.data, Data::Reference(_));
        let double = comparable
            && out
                .iter()
                .rev()
                .take_while(|(other, _)| *other == key)
                .any(|(_, other)| equal(other, &item) == Truth::True);
        if !double {
            out.push((key, item));
        }
    }
    out.into_iter().map(|(_, item)| item).collect()
}

/// The order of `cty` sets: numbers by size, texts by bytes, others by a printed form; null, then unknown, last.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum SetKey {
    Bool(bool),
    Number(Number),
    Text(ecow::EcoString),
    Printed(String),
    Null,
    Unknown,
}

impl SetKey {
    fn of(value: &Value) -> Self {
        let value = value.resolved();
        match &value.data {
            Data::Bool(own) => SetKey::Bool(*own),
            Data::Number(own) => SetKey::Number(own.clone()),
            Data::Text(text) => SetKey::Text(text.clone()),
            Data::Template(template) => match &template.text {
                Some(text) => SetKey::Text(text.clone()),
                None => SetKey::Unknown,
            },
            Data::Null => SetKey::Null,
            Data::Unknown(_) | Data::Reference(_) => SetKey::Unknown,
            Data::List(_) | Data::Map(_) => {
                let mut printed = String::new();
                print(value, &mut printed, 0);
                SetKey::Printed(printed)
            }
        }
    }
}

/// The printed form that `cty` sorts structures in sets by.
fn print(value: &Value, out: &mut String, depth: usize) {
    let value = value.resolved();
    if depth > MAX_DEPTH {
        return out.push('?');
    }
    let _ = match &value.data {
        Data::Bool(own) => out.write_char(if *own { 'T' } else { 'F' }),
        Data::Number(own) => out.write_str(&own.to_ten_digits()),
        Data::Text(text) => write!(out, "{text:?}"),
        Data::Template(template) => match &template.text {
            Some(text) => write!(out, "{text:?}"),
            None => out.write_char('?'),
        },
        Data::Null => out.write_char('~'),
        Data::Unknown(_) | Data::Reference(_) => out.write_char('?'),
        Data::List(list) => {
            let (open, close) = if list.kind == Collection::Structural {
                ('<', '>')
            } else {
                ('[', ']')
            };
            out.push(open);
            for item in &list.items {
                print(item, out, depth + 1);
                out.push(';');
            }
            out.write_char(close)
        }
        Data::Map(map) => {
            let object = map.kind == Collection::Structural;
            out.push(if object { '<' } else { '{' });
            for entry in &map.entries {
                if !object {
                    let _ = write!(out, "{:?}:", entry.key);
                }
                print(&entry.value, out, depth + 1);
                out.push(';');
            }
            out.write_char(if object { '>' } else { '}' })
        }
    };
}
