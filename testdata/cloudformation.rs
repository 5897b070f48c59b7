//! Evaluation of templates against what they must evaluate to (see `cloudformation/README.md`).

use std::net::Ipv6Addr;
use std::path::{Path, PathBuf};

use distrust::eval::cloudformation::{Request, evaluate};
use distrust::eval::{Address, Data, Piece, Stack, Truth, Value, Why};
use distrust::source::{Code, Disk, Door, Files, Scope, SourceMap};
use distrust::syntax::yaml;
use serde_json::{Map, Value as Json, json};

/// A template and what is expected of it.
struct Case {
    name: String,
    template: PathBuf,
    expected: Json,
    parameters: Option<PathBuf>,
}

fn read_json(path: &Path) -> Json {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/cloudformation/cases");
    let mut cases = Vec::new();
    for entry in Disk.list(&folder).expect("the cases can be listed") {
        let path = folder.join(&entry.name);
        let name = entry.name.into_string().expect("names are text");
        let (template, expected) = if path.is_dir() {
            let template = ["template.yaml", "template.json"].map(|name| path.join(name));
            let template = template.into_iter().find(|path| path.exists());
            (template, path.join("expected.json"))
        } else if name.ends_with(".expected.json") {
            continue;
        } else {
            (Some(path.clone()), path.with_extension("expected.json"))
        };
        let expected = read_json(&expected);
        let parameters = expected["parameters"].as_str().map(|name| path.join(name));
        let template = template.unwrap_or_else(|| panic!("{name} has no template"));
        cases.push(Case {
            name,
            template,
            expected,
            parameters,
        });
    }
    cases
}

fn run(case: &Case) -> Stack {
    let sources = SourceMap::new();
    let add = |path: &Path| {
        let bytes = Disk
            .read(path)
            .expect("a file of the test data can be read");
        sources.add(&path.to_string_lossy(), bytes).0
    };
    let file = add(&case.template);
    let document = yaml::parse(&file);
    let parameters: Vec<_> = case
        .parameters
        .iter()
        .map(|path| yaml::parse(&add(path)))
        .collect();
    let root = case
        .template
        .parent()
        .expect("a file is in a folder")
        .to_owned();
    let scope = Scope::new(&Disk, &root, Some(&root), &[]);
    evaluate(&Request {
        file: &file,
        document: &document,
        door: Door::new(&Disk, &scope),
        sources: &sources,
        parameters: &parameters,
    })
}

#[test]
fn every_case_agrees() {
    let cases = cases();
    assert!(cases.len() >= 150, "only {} cases are here", cases.len());
    let mut wrong = Vec::new();
    for case in &cases {
        let found = check(&case.expected, &run(case));
        wrong.extend(
            found
                .into_iter()
                .map(|problem| format!("{}: {problem}", case.name)),
        );
    }
    assert!(
        wrong.is_empty(),
        "{} of {} cases:\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
}

/// Everything that is not as expected.
fn check(expected: &Json, stack: &Stack) -> Vec<String> {
    let mut wrong = Vec::new();
    let empty = Map::new();
    let wanted = expected["resources"].as_object().unwrap_or(&empty);
    for resource in &stack.resources {
        let id = resource.address.to_string();
        let Some((_, want)) = wanted.iter().find(|(name, _)| same_id(name, &id)) else {
            wrong.push(format!("{id} is not expected"));
            continue;
        };
        if want["type"] != json!(resource.address.type_name.as_str()) {
            wrong.push(format!("{id} is {}", resource.address.type_name));
        }
        let exists = match resource.exists {
            Truth::True => json!(true),
            Truth::False => json!(false),
            Truth::Unknown => json!("unknown"),
        };
        if want["exists"] != exists {
            wrong.push(format!("{id} exists: {exists}"));
        }
        if let Err(problem) = same(&want["properties"], &resource.body) {
            wrong.push(format!("{id}{problem}"));
        }
    }
    for name in wanted.keys() {
        if !stack
            .resources
            .iter()
            .any(|resource| same_id(name, &resource.address.to_string()))
        {
            wrong.push(format!("{name} is not there"));
        }
    }
    if let Some(outputs) = expected.get("outputs")
        && let Err(problem) = same(outputs, &stack.outputs)
    {
        wrong.push(format!("outputs{problem}"));
    }
    check_diagnostics(expected, stack, &mut wrong);
    wrong
}

fn check_diagnostics(expected: &Json, stack: &Stack, wrong: &mut Vec<String>) {
    let said: Vec<String> = stack
        .diagnostics
        .iter()
        .map(|found| found.message.to_lowercase())
        .collect();
    match expected["errors"].as_array() {
        None if !said.is_empty() => wrong.push(format!("unexpected: {said:?}")),
        None => {}
        Some(errors) => {
            for error in errors.iter().filter_map(Json::as_str) {
                if !said.iter().any(|text| text.contains(&error.to_lowercase())) {
                    wrong.push(format!("no error has {error:?}: {said:?}"));
                }
            }
        }
    }
    let lost = stack
        .diagnostics
        .iter()
        .any(|found| found.code == Code::Structure);
    match expected["open"] == json!(true) {
        true if stack.missing.is_empty() && !lost => {
            wrong.push("open, but nothing is missing".into())
        }
        false if !stack.missing.is_empty() => wrong.push(format!("missing: {:?}", stack.missing)),
        _ => {}
    }
}

/// A `*` at the end of the expected id stands for ten hexadecimal digits.
fn same_id(expected: &str, id: &str) -> bool {
    match expected.strip_suffix('*') {
        Some(front) => id.strip_prefix(front).is_some_and(|rest| {
            rest.len() == 10 && rest.bytes().all(|byte| byte.is_ascii_hexdigit())
        }),
        None => expected == id,
    }
}

type Check = Result<(), String>;

fn fail(expected: &Json, value: &Value) -> Check {
    Err(format!(": {expected} is expected, it is {}", show(value)))
}

fn only<'j>(expected: &'j Json, key: &str) -> Option<&'j Json> {
    let map = expected.as_object().filter(|map| map.len() == 1)?;
    map.get(key)
}

fn same(expected: &Json, value: &Value) -> Check {
    if let Some(id) = only(expected, "$ref") {
        return reference(id, None, value)
            .then_some(())
            .ok_or(())
            .or_else(|()| fail(expected, value));
    }
    if let Some(path) = only(expected, "$getatt") {
        let good = reference(&path[0], path[1].as_str(), value);
        return if good { Ok(()) } else { fail(expected, value) };
    }
    if only(expected, "$any").is_some() {
        return Ok(());
    }
    if let Some(reason) = only(expected, "$unknown") {
        let good = (reason == "*" && !value.is_wholly_known())
            || unknown_reason(value) == reason.as_str().map(String::from);
        return if good { Ok(()) } else { fail(expected, value) };
    }
    if let Some(pieces) = only(expected, "$text") {
        return text(pieces.as_array().expect("$text is a list"), value)
            .or_else(|()| fail(expected, value));
    }
    if let Some(among) = only(expected, "$among") {
        let Data::Unknown(unknown) = &value.resolved().data else {
            return fail(expected, value);
        };
        let good = same_set(among.as_array().expect("$among is a list"), &unknown.among);
        return if good { Ok(()) } else { fail(expected, value) };
    }
    let value = value.resolved();
    match (expected, &value.data) {
        (Json::Array(items), Data::List(_)) => same_list(items, value),
        (Json::Object(entries), Data::Map(_)) => same_map(entries, value),
        (Json::Null, Data::Null) => Ok(()),
        _ => same_scalar(expected, value),
    }
}

fn same_scalar(expected: &Json, value: &Value) -> Check {
    let wanted = match expected {
        Json::String(text) => text.clone(),
        Json::Number(_) | Json::Bool(_) => expected.to_string(),
        _ => return fail(expected, value),
    };
    if value.equals_text(&wanted) == Truth::True {
        return Ok(());
    }
    let six = |text: &str| {
        let (address, bits) = text.split_once('/').unwrap_or((text, ""));
        address
            .parse::<Ipv6Addr>()
            .ok()
            .map(|address| (address, bits.to_owned()))
    };
    let both = (six(&wanted), value.as_text().and_then(six));
    match both {
        (Some(a), Some(b)) if a == b => Ok(()),
        _ => fail(expected, value),
    }
}

fn reference(id: &Json, attribute: Option<&str>, value: &Value) -> bool {
    let Data::Reference(found) = &value.data else {
        return false;
    };
    let path: Vec<&str> = found.path.iter().map(|part| part.as_str()).collect();
    let named = |target: &Address| same_id(id.as_str().unwrap_or(""), &target.to_string());
    named(&found.target) && path.join(".") == attribute.unwrap_or("")
}

fn unknown_reason(value: &Value) -> Option<String> {
    let Data::Unknown(unknown) = &value.resolved().data else {
        return None;
    };
    Some(match &unknown.why {
        Why::Variable(name) => format!("parameter {name}"),
        Why::Environment(name) | Why::Pseudo(name) => name.to_string(),
        Why::Import(name) => format!("import {name}"),
        Why::Dynamic => "dynamic reference".into(),
        Why::Module(url) => format!("template {url}"),
        other => other.to_string(),
    })
}

/// Pieces: adjacent known ones count as one.
fn text(expected: &[Json], value: &Value) -> Result<(), ()> {
    let Data::Template(template) = &value.resolved().data else {
        return Err(());
    };
    let mut expected = expected.iter();
    let mut known = String::new();
    for piece in &template.pieces {
        match piece {
            Piece::Text(text, _) => known.push_str(text),
            Piece::Value(value) => {
                next_text(&mut expected, &mut known)?;
                same(expected.next().ok_or(())?, value).map_err(|_| ())?;
            }
        }
    }
    next_text(&mut expected, &mut known)?;
    expected.next().map_or(Ok(()), |_| Err(()))
}

/// Whether the next piece is this text, if there is any.
fn next_text<'j>(
    expected: &mut impl Iterator<Item = &'j Json>,
    known: &mut String,
) -> Result<(), ()> {
    let known = std::mem::take(known);
    let same = known.is_empty() || expected.next().and_then(Json::as_str) == Some(&known);
    if same { Ok(()) } else { Err(()) }
}

/// Whether alternatives are the same, whatever their order; `$absent` is null.
fn same_set(expected: &[Json], found: &[Value]) -> bool {
    let matches = |want: &Json, value: &Value| match only(want, "$absent") {
        Some(_) => matches!(value.data, Data::Null),
        None => same(want, value).is_ok(),
    };
    expected.len() == found.len()
        && expected
            .iter()
            .all(|want| found.iter().any(|value| matches(want, value)))
}

/// Members that may be missing have no place: they are the alternatives of the rest of a list.
fn same_list(expected: &[Json], value: &Value) -> Check {
    let list = value.as_list().expect("the caller looked");
    let wanted = Json::Array(expected.to_vec());
    let mut sure = Vec::new();
    let mut perhaps = Vec::new();
    let mut open = false;
    for item in expected {
        let absent = |one: &Json| only(one, "$absent").is_some();
        match only(item, "$among").and_then(Json::as_array) {
            Some(among) if among.iter().any(absent) => {
                perhaps.extend(among.iter().filter(|one| !absent(one)).cloned());
            }
            _ if only(item, "$rest").is_some() => open = true,
            _ => sure.push(item),
        }
    }
    if sure.len() != list.items.len() || (open || !perhaps.is_empty()) != list.rest.is_some() {
        return fail(&wanted, value);
    }
    for (at, (item, found)) in sure.iter().zip(&list.items).enumerate() {
        same(item, found).map_err(|problem| format!("[{at}]{problem}"))?;
    }
    match &list.rest {
        Some(rest) if !same_set(&perhaps, &rest.among) => fail(&wanted, value),
        _ => Ok(()),
    }
}

/// Whether the members of two lists are the same in whatever order.
fn same_tags(expected: &[Json], value: &Value) -> bool {
    let list = value.as_list().filter(|list| list.rest.is_none());
    list.is_some_and(|list| same_set(expected, &list.items))
}

fn same_map(expected: &Map<String, Json>, value: &Value) -> Check {
    let map = value.as_map().expect("the caller looked");
    for entry in &map.entries {
        match expected.get(entry.key.as_str()) {
            // Tags have no order (`insertionOrder: false` in the schemas); SAM makes them of a mapping, which has none either.
            Some(Json::Array(want))
                if entry.key.eq_ignore_ascii_case("tags") && same_tags(want, &entry.value) => {}
            Some(want) => {
                same(want, &entry.value).map_err(|problem| format!(".{}{problem}", entry.key))?
            }
            None => {
                return Err(format!(
                    ".{} is not expected: {}",
                    entry.key,
                    show(&entry.value)
                ));
            }
        }
    }
    for (key, want) in expected {
        if key == "$rest" {
            continue;
        }
        if map.get(key).is_none() && !want.is_null() {
            return Err(format!(".{key} is not there"));
        }
    }
    if expected.contains_key("$rest") != map.rest.is_some() {
        return fail(&Json::Object(expected.clone()), value);
    }
    Ok(())
}

/// A value for people.
fn show(value: &Value) -> String {
    let all = |values: &[Value]| values.iter().map(show).collect::<Vec<_>>().join(", ");
    match &value.data {
        Data::Null => "null".into(),
        Data::Bool(own) => own.to_string(),
        Data::Number(own) => own.to_string(),
        Data::Text(own) => format!("{own:?}"),
        Data::Reference(own) => match &own.value {
            Some(value) => format!("<{own} = {}>", show(value)),
            None => format!("<{own}>"),
        },
        Data::Unknown(own) => format!("?{:?}[{}]", own.why, all(&own.among)),
        Data::Template(own) => {
            let piece = |piece: &Piece| match piece {
                Piece::Text(text, _) => format!("{text:?}"),
                Piece::Value(value) => show(value),
            };
            own.pieces.iter().map(piece).collect::<Vec<_>>().join(" + ")
        }
        Data::List(own) => match &own.rest {
            Some(rest) => format!(
                "[{} … {:?} {}]",
                all(&own.items),
                rest.why,
                all(&rest.among)
            ),
            None => format!("[{}]", all(&own.items)),
        },
        Data::Map(own) => {
            let entries = own
                .entries
                .iter()
                .map(|entry| format!("{}: {}", entry.key, show(&entry.value)));
            let rest = if own.rest.is_some() { " …" } else { "" };
            format!("{{{}{rest}}}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}
