//! Functions on lists and tuples.

use std::sync::Arc;

use super::Parameter::{Any, List as L, Number as N, Texts};
use super::call::{both_rests, rest_of};
use super::collection::is_counted;
use super::{Call, Function, MAX_MEMBERS};
use crate::eval::terraform::operator::{equal, index, splat};
use crate::eval::terraform::types::{MAX_DEPTH, Type, convert, kind_name, type_of, unify};
use crate::eval::{Collection, Data, Key, List, Number, Truth, Unknown, Value, Why, budget};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::members("chunklist", &[L, N], chunk),
    Function::members("compact", &[Texts], compact),
    Function::members("concat", &[], concat).variadic(Any),
    Function::members("distinct", &[L], distinct),
    Function::members("element", &[Any, N], element),
    Function::members("flatten", &[Any], flatten),
    Function::members("reverse", &[Any], reverse),
    Function::members("setproduct", &[], product).variadic(Any),
    Function::members("slice", &[Any, N, N], slice),
    Function::members("sort", &[Texts], sort),
];

/// Members of which it is not known whether they are there: a short list where each is more than a plain unknown.
pub(super) fn perhaps(items: Vec<Value>, why: Why) -> Arc<Unknown> {
    let mut among: Vec<Value> = Vec::new();
    for item in items {
        match &item.data {
            Data::Unknown(unknown) if unknown.among.is_empty() => {
                return Arc::new(Unknown {
                    why,
                    among: Vec::new(),
                });
            }
            Data::Unknown(unknown) => among.extend(unknown.among.iter().cloned()),
            _ => among.push(item),
        }
    }
    if among.len() > 16 {
        among.clear();
    }
    Arc::new(Unknown { why, among })
}

fn chunk(call: &Call<'_>) -> Result<Value, String> {
    let Some(list) = call.list(0) else {
        return Ok(call.unknown());
    };
    if list.rest.is_some() || !call.arguments[1].is_wholly_known() {
        return Ok(call.unknown());
    }
    let size = usize::try_from(call.int(1)?).map_err(|_| "the size argument must be positive")?;
    let chunks = match (size, list.items.len()) {
        (_, 0) => Vec::new(),
        (0, _) => vec![call.sequence(list.items.clone(), Collection::Uniform)],
        _ => list
            .items
            .chunks(size)
            .map(|chunk| call.sequence(chunk.to_vec(), Collection::Uniform))
            .collect(),
    };
    Ok(call.sequence(chunks, Collection::Uniform))
}

fn compact(call: &Call<'_>) -> Result<Value, String> {
    let Some(list) = call.list(0) else {
        return Ok(call.arguments[0].clone());
    };
    let (mut items, mut unsure) = (Vec::new(), Vec::new());
    for item in &list.items {
        match item.is_null() | item.is_empty() {
            Truth::True => {}
            Truth::False => items.push(item.clone()),
            Truth::Unknown => unsure.push(item.clone()),
        }
    }
    let why = unsure.iter().find_map(Value::first_why);
    let unsure = why.map(|why| perhaps(unsure, why));
    Ok(call.sequence_with(
        items,
        both_rests(list.rest.clone(), unsure),
        Collection::Uniform,
    ))
}

fn concat(call: &Call<'_>) -> Result<Value, String> {
    if call.arguments.is_empty() {
        return Err("at least one argument is required".into());
    }
    let (mut items, mut rest) = (Vec::new(), None);
    let mut uniform = true;
    for argument in call.arguments {
        match &argument.resolved().data {
            Data::List(list) if list.kind != Collection::Set => {
                uniform &= list.kind == Collection::Uniform;
                items.extend(list.items.iter().cloned());
                rest = both_rests(rest, list.rest.clone());
            }
            Data::Unknown(_) => rest = both_rests(rest, Some(rest_of(argument))),
            Data::Reference(_) => match splat(argument, call.span)?.as_list() {
                Some(list) if list.rest.is_some() => rest = both_rests(rest, list.rest.clone()),
                _ => rest = both_rests(rest, Some(rest_of(argument))),
            },
            _ => {
                return Err(format!(
                    "all arguments must be lists or tuples; got {}",
                    kind_name(argument)
                ));
            }
        }
        if items.len() > MAX_MEMBERS {
            return Ok(call.limit());
        }
    }
    let types: Vec<Type> = call.arguments.iter().map(type_of).collect();
    match unify(&types) {
        Some(of @ Type::List(_))
            if uniform && types.iter().all(|of| matches!(of, Type::List(_))) =>
        {
            let whole = call.sequence_with(items, rest, Collection::Uniform);
            convert(&whole, &of)
        }
        _ => Ok(call.sequence_with(items, rest, Collection::Structural)),
    }
}

fn distinct(call: &Call<'_>) -> Result<Value, String> {
    let Some(list) = call.list(0) else {
        return Ok(call.arguments[0].clone());
    };
    if list.items.len() > 4096 {
        return Ok(call.limit());
    }
    budget::work(list.items.len() * list.items.len() / 2);
    let (mut items, mut unsure): (Vec<Value>, Vec<Value>) = (Vec::new(), Vec::new());
    for item in &list.items {
        match Truth::any(items.iter().map(|other| equal(other, item))) {
            Truth::True => {}
            // Of members that may be equal the first is there for certain.
            Truth::Unknown => unsure.push(item.clone()),
            Truth::False => items.push(item.clone()),
        }
    }
    let why = unsure
        .iter()
        .chain(&items)
        .find_map(Value::first_why)
        .unwrap_or(Why::Unclear);
    let unsure = (!unsure.is_empty()).then(|| perhaps(unsure, why));
    Ok(call.sequence_with(
        items,
        both_rests(list.rest.clone(), unsure),
        Collection::Uniform,
    ))
}

fn element(call: &Call<'_>) -> Result<Value, String> {
    let of = &call.arguments[0];
    let list = match &of.resolved().data {
        Data::List(list) if list.kind != Collection::Set => list,
        Data::Unknown(_) => return Ok(call.unknown()),
        Data::Reference(_) => {
            // Beyond the first, how often the index goes round the unknown length is not known.
            let first = call.arguments[1].is_wholly_known() && call.number(1).is_zero();
            let key = if first {
                call.arguments[1].clone()
            } else {
                call.unknown()
            };
            return index(of, &key, call.span);
        }
        _ => return Err(format!("cannot read elements from {}", kind_name(of))),
    };
    if list.rest.is_none() && list.items.is_empty() {
        return Err("cannot use element function with an empty list".into());
    }
    if !call.arguments[1].is_wholly_known() || list.rest.is_some() {
        let key = call.unknown();
        return index(of, &key, call.span);
    }
    let at = call.int(1)?.rem_euclid(list.items.len() as i64);
    index(
        of,
        &Value::new(Data::Number(Number::Int(at)), call.span),
        call.span,
    )
}

fn flatten(call: &Call<'_>) -> Result<Value, String> {
    let mut flat = Flat::default();
    match &call.argument(0).data {
        Data::List(list) => flat.list(list, 0, call),
        Data::Unknown(_) => return Ok(call.unknown()),
        Data::Reference(_) => match splat(&call.arguments[0], call.span)?.as_list() {
            Some(list) => flat.list(list, 0, call),
            None => return Ok(call.unknown()),
        },
        _ => return Err("can only flatten lists, sets and tuples".into()),
    }
    Ok(call.sequence_with(flat.items, flat.rest, Collection::Structural))
}

/// What `flatten` has found so far.
#[derive(Default)]
struct Flat {
    items: Vec<Value>,
    rest: Option<Arc<Unknown>>,
}

impl Flat {
    fn list(&mut self, list: &List, depth: usize, call: &Call<'_>) {
        for item in &list.items {
            self.item(item, depth + 1, call);
        }
        if let Some(rest) = &list.rest {
            self.perhaps(&rest.among, rest.why.clone(), depth, call);
        }
        if !is_counted(list) && list.rest.is_none() {
            let why = list
                .items
                .iter()
                .find_map(Value::first_why)
                .unwrap_or(Why::Unclear);
            self.add_rest(Arc::new(Unknown {
                why,
                among: Vec::new(),
            }));
        }
    }

    fn item(&mut self, item: &Value, depth: usize, call: &Call<'_>) {
        if depth > MAX_DEPTH || self.items.len() > MAX_MEMBERS {
            budget::refuse();
            return self.add_rest(Arc::new(Unknown {
                why: Why::Limit,
                among: Vec::new(),
            }));
        }
        match &item.resolved().data {
            Data::List(list) => self.list(list, depth, call),
            Data::Unknown(unknown) => {
                self.perhaps(&unknown.among, unknown.why.clone(), depth, call)
            }
            // What another resource gives may be one value or a list of them.
            Data::Reference(reference) => {
                let why = item.why().unwrap_or(Why::Unclear);
                let mut among = vec![item.clone()];
                if reference.path.is_empty() && reference.target.key != Key::None {
                    self.items.push(item.clone());
                    return;
                }
                if let Ok(members) = splat(item, call.span) {
                    let rest = members.as_list().and_then(|list| list.rest.clone());
                    among.extend(rest.into_iter().flat_map(|rest| rest.among.clone()));
                }
                among.dedup();
                self.add_rest(Arc::new(Unknown { why, among }));
            }
            _ => self.items.push(item.clone()),
        }
    }

    /// Alternatives of which one may be there: whatever is in any of them may be.
    fn perhaps(&mut self, among: &[Value], why: Why, depth: usize, call: &Call<'_>) {
        let mut inner = Flat::default();
        for member in among {
            inner.item(member, depth + 1, call);
        }
        let open = among.is_empty()
            || inner
                .rest
                .as_ref()
                .is_some_and(|rest| rest.among.is_empty());
        let mut members = inner.items;
        members.extend(
            inner
                .rest
                .iter()
                .flat_map(|rest| rest.among.iter().cloned()),
        );
        if !open && members.is_empty() {
            return;
        }
        let rest = if open {
            Arc::new(Unknown {
                why,
                among: Vec::new(),
            })
        } else {
            perhaps(members, why)
        };
        self.add_rest(rest);
    }

    fn add_rest(&mut self, rest: Arc<Unknown>) {
        self.rest = both_rests(self.rest.take(), Some(rest));
    }
}

fn reverse(call: &Call<'_>) -> Result<Value, String> {
    let of = match &call.argument(0).data {
        Data::List(list) if list.kind == Collection::Set => {
            convert(&call.arguments[0], &Type::List(Box::new(Type::Any)))?
        }
        Data::List(_) => call.arguments[0].clone(),
        Data::Unknown(_) | Data::Reference(_) => return Ok(call.unknown()),
        _ => {
            return Err(format!(
                "can only reverse list or tuple values, not {}",
                kind_name(&call.arguments[0])
            ));
        }
    };
    let Some(list) = of.as_list() else {
        return Ok(call.unknown());
    };
    let items = list.items.iter().rev().cloned().collect();
    Ok(call.sequence_with(items, list.rest.clone(), list.kind))
}

fn product(call: &Call<'_>) -> Result<Value, String> {
    if call.arguments.len() < 2 {
        return Err("at least two arguments are required".into());
    }
    let mut lists: Vec<List> = Vec::new();
    let (mut set, mut unknown) = (false, false);
    for argument in call.arguments {
        let kind = match &argument.resolved().data {
            Data::List(list) => list.kind,
            Data::Unknown(_) | Data::Reference(_) => {
                unknown = true;
                continue;
            }
            _ => return Err("a set or a list is required".into()),
        };
        set |= kind == Collection::Set;
        let to = Type::List(Box::new(Type::Any));
        let list = convert(argument, &to).map_err(|_| "all elements must be of the same type")?;
        match list.as_list() {
            Some(list) if list.rest.is_none() => lists.push(list.clone()),
            _ => unknown = true,
        }
    }
    let count = lists
        .iter()
        .map(|list| list.items.len())
        .fold(1, usize::saturating_mul);
    if unknown && count > 0 {
        return Ok(call.unknown());
    }
    if count.saturating_mul(lists.len().max(1)) > MAX_MEMBERS {
        return Ok(call.limit());
    }
    let combination = |mut number: usize| {
        let mut members = Vec::with_capacity(lists.len());
        for list in lists.iter().rev() {
            members.push(list.items[number % list.items.len()].clone());
            number /= list.items.len();
        }
        members.reverse();
        Value::tuple(members, call.span)
    };
    let items = (0..count).map(combination).collect();
    let list = call.sequence(items, Collection::Uniform);
    if set {
        convert(&list, &Type::Set(Box::new(Type::Any)))
    } else {
        Ok(list)
    }
}

fn slice(call: &Call<'_>) -> Result<Value, String> {
    let list = match &call.argument(0).data {
        Data::List(list) if list.kind == Collection::Set => {
            return Err("cannot slice a set, because its elements do not have indices; explicitly convert to \
                        a list if the ordering of the result is not important"
                .into());
        }
        Data::List(list) => list,
        Data::Unknown(_) | Data::Reference(_) => return Ok(call.unknown()),
        _ => return Err("must be a list or tuple value".into()),
    };
    let len = if list.rest.is_none() {
        list.items.len()
    } else {
        usize::MAX
    };
    let bound = |at: usize, name: &str| -> Result<Option<usize>, String> {
        if !call.arguments[at].is_wholly_known() {
            return Ok(None);
        }
        let bound = call
            .int(at)
            .map_err(|why| format!("invalid {name} index: {why}"))?;
        match usize::try_from(bound) {
            Err(_) => Err(format!("{name} index must not be less than zero")),
            Ok(bound) if bound > len => Err(format!(
                "{name} index must not be greater than the length of the list"
            )),
            Ok(bound) => Ok(Some(bound)),
        }
    };
    match (bound(1, "start")?, bound(2, "end")?) {
        (Some(start), Some(end)) if start > end => {
            Err("start index must not be greater than end index".into())
        }
        (Some(start), Some(end)) if start == end => Ok(call.sequence(Vec::new(), list.kind)),
        (Some(start), Some(end)) if list.rest.is_none() => {
            Ok(call.sequence(list.items[start..end].to_vec(), list.kind))
        }
        _ => Ok(call.unknown()),
    }
}

fn sort(call: &Call<'_>) -> Result<Value, String> {
    let Some(list) = call.list(0) else {
        return Ok(call.arguments[0].clone());
    };
    let null = list
        .items
        .iter()
        .position(|item| matches!(item.resolved().data, Data::Null));
    if let Some(at) = null {
        return Err(format!(
            "given list element {at} is null; a null string cannot be sorted"
        ));
    }
    let (mut known, open): (Vec<Value>, Vec<Value>) = list
        .items
        .iter()
        .cloned()
        .partition(|item| item.as_text().is_some());
    known.sort_by(|a, b| a.as_text().cmp(&b.as_text()));
    if open.is_empty() && list.rest.is_none() {
        return Ok(call.sequence(known, Collection::Uniform));
    }
    // Where the unknown ones come is not known, so no position is.
    let why = open
        .iter()
        .find_map(Value::first_why)
        .or_else(|| list.rest.as_ref().map(|rest| rest.why.clone()));
    known.extend(open);
    let rest = Arc::new(Unknown {
        why: why.unwrap_or(Why::Unclear),
        among: Vec::new(),
    });
    Ok(call.sequence_with(known, Some(rest), Collection::Uniform))
}
