//! Evaluation against what a real Terraform answered (see `terraform/README.md`).

use std::path::{Path, PathBuf};

use distrust::eval::terraform::{Setting, Settings, World, evaluate};
use distrust::eval::{Data, Stack, Value};
use distrust::source::{Disk, Door, EntryKind, Files, Folder, Scope, SourceMap};
use serde_json::Value as Json;

use crate::json;

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/terraform")
}

/// The folder and all folders below it that hold Terraform files.
fn folders(sources: &SourceMap, root: &Path) -> Vec<Folder> {
    let mut found = Vec::new();
    let mut waiting = vec![root.to_owned()];
    while let Some(path) = waiting.pop() {
        let mut files = Vec::new();
        for entry in Disk
            .list(&path)
            .expect("a folder of the test data can be listed")
        {
            let full = path.join(&entry.name);
            let name = entry.name.into_string().expect("names are text");
            match entry.kind {
                EntryKind::Folder => waiting.push(full),
                EntryKind::File if name.contains(".tf") => {
                    let bytes = Disk
                        .read(&full)
                        .expect("a file of the test data can be read");
                    files.push((name, sources.add(&full.to_string_lossy(), bytes).0));
                }
                _ => {}
            }
        }
        files.sort_by(|a, b| a.0.cmp(&b.0));
        let shown = scope(root).shown(&path);
        let unread = Vec::new();
        found.push(Folder {
            path,
            shown,
            files,
            unread,
        });
    }
    found.retain(|folder| !folder.files.is_empty());
    found
}

fn scope(root: &Path) -> Scope {
    Scope::new(&Disk, root, Some(root), &[root.to_owned()])
}

/// Runs on a thread with the stack that evaluation asks for.
fn with_stack<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    let pool = rayon::ThreadPoolBuilder::new()
        .stack_size(distrust::eval::terraform::THREAD_STACK_BYTES)
        .build();
    pool.expect("a thread pool can be made").install(work)
}

#[test]
fn expressions() {
    let text =
        std::fs::read_to_string(data().join("expressions.jsonl")).expect("the table is there");
    let rows: Vec<Json> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("a row is JSON"))
        .collect();
    assert!(rows.len() > 2_000, "the table is whole");
    let wrong: Vec<String> = with_stack(|| rows.iter().filter_map(disagreement).collect());
    assert!(
        wrong.is_empty(),
        "{} of {} expressions disagree:\n{}",
        wrong.len(),
        rows.len(),
        wrong.join("\n")
    );
}

fn disagreement(row: &Json) -> Option<String> {
    let expression = row["expression"].as_str().expect("a row has an expression");
    let group = row["group"].as_str().unwrap_or_default();
    let caught = std::panic::catch_unwind(|| answer(expression));
    let Ok(result) = caught else {
        return Some(format!("{group}: {expression:?}: panicked"));
    };
    let wanted = match (&row["error"], &row["unknown"]) {
        (Json::Bool(true), _) => "an error".to_owned(),
        (_, Json::Bool(true)) => "unknown".to_owned(),
        _ => row["value"].to_string(),
    };
    let got = match &result {
        Err(problem) => format!("the error {problem:?}"),
        Ok(value) => json::of(value).to_string(),
    };
    let right = match &result {
        Err(_) => row["error"] == true,
        Ok(value) if row["error"] == true => row["infinite"] == true && value.why().is_some(),
        Ok(value) if row["unknown"] == true => !value.is_wholly_known(),
        Ok(value) => {
            let ours = json::of(value);
            json::same(&ours, &row["value"])
                || has_unknown(&row["value"])
                    && !value.is_wholly_known()
                    && agrees(&ours, &row["value"])
        }
    };
    let known = differences()
        .lines()
        .any(|line| line == expression.replace('\n', "\\n"));
    match (right, known) {
        (true, true) => Some(format!(
            "{group}: {expression:?}: agrees, but is listed as a difference"
        )),
        (false, false) => Some(format!(
            "{group}: {expression:?}: wanted {wanted}, got {got}"
        )),
        _ => None,
    }
}

/// Expressions on which we differ from Terraform on purpose, with the reasons.
fn differences() -> &'static str {
    include_str!("terraform/differences.txt")
}

/// What an expression is as a local value of the module `scope`.
fn answer(expression: &str) -> Result<Value, String> {
    let sources = SourceMap::new();
    let root = data().join("scope");
    let settings = Settings {
        workspace: Some("default".into()),
        ..Settings::default()
    };
    let scope = scope(&root);
    let world = World {
        sources: &sources,
        door: Door::new(&Disk, &scope),
        settings,
    };
    let mut all = folders(&sources, &root);
    let text = format!(
        "locals {{\n  it = {expression}\n}}\noutput \"it\" {{\n  value     = local.it\n  sensitive = true\n}}\n"
    );
    let (file, _) = sources.add("expression.tf", text.into_bytes());
    let folder = all
        .iter_mut()
        .find(|folder| folder.path == root)
        .expect("the scope is there");
    folder.files.push(("zz.tf".into(), file.clone()));
    let stacks = evaluate(all, &world);
    let stack = stacks
        .into_iter()
        .find(|stack| stack.name == ".")
        .expect("the scope is a root");
    match stack
        .diagnostics
        .iter()
        .find(|found| found.span.source == file.id)
    {
        Some(problem) => Err(problem.message.clone()),
        None => Ok(stack
            .outputs
            .as_map()
            .and_then(|map| map.value("it"))
            .expect("the output is there")
            .clone()),
    }
}

fn has_unknown(json: &Json) -> bool {
    match json {
        Json::Object(map) => map.contains_key("$unknown") || map.values().any(has_unknown),
        Json::Array(items) => items.iter().any(has_unknown),
        _ => false,
    }
}

/// Whether ours is the same where both are known.
fn agrees(ours: &Json, theirs: &Json) -> bool {
    let open = |json: &Json| json.get("$unknown").is_some();
    match (ours, theirs) {
        _ if open(ours) && has_unknown(theirs) => true,
        _ if open(theirs) => true,
        (Json::Array(a), Json::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| agrees(a, b))
        }
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, a)| b.get(key).is_some_and(|b| agrees(a, b)))
        }
        _ => json::same(ours, theirs),
    }
}

#[test]
fn modules() {
    let mut cases: Vec<String> = Disk
        .list(&data().join("modules"))
        .expect("the cases are there")
        .into_iter()
        .map(|entry| entry.name.into_string().expect("names are text"))
        .collect();
    cases.sort();
    assert!(cases.len() > 70, "all cases are there");
    let wrong: Vec<String> = with_stack(|| {
        cases
            .iter()
            .flat_map(|case| case_disagreements(case))
            .collect()
    });
    assert!(
        wrong.is_empty(),
        "{} disagreements:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

fn read_json(path: &Path) -> Option<Json> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}

fn case_settings(sources: &SourceMap, root: &Path) -> Settings {
    let case = read_json(&root.join("case.json")).unwrap_or_default();
    let workspace = case["workspace"].as_str().unwrap_or("default").to_owned();
    let mut settings = Settings {
        workspace: Some(workspace),
        ..Settings::default()
    };
    let mut arguments = case["args"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Json::as_str);
    while let (Some(flag), Some(value)) = (arguments.next(), arguments.next()) {
        settings.variables.push(match flag {
            "-var" => {
                let (name, text) = value.split_once('=').expect("-var takes name=value");
                Setting::Value(name.to_owned(), text.to_owned())
            }
            _ => {
                let path = root.join(value);
                let bytes = std::fs::read(&path).expect("the file of -var-file is there");
                Setting::File(sources.add(&path.to_string_lossy(), bytes).0)
            }
        });
    }
    for (name, value) in case["env"].as_object().into_iter().flatten() {
        let name = name
            .strip_prefix("TF_VAR_")
            .expect("the environment of a case sets variables");
        settings.environment.push((
            name.to_owned(),
            value.as_str().unwrap_or_default().to_owned(),
        ));
    }
    settings
}

fn case_disagreements(case: &str) -> Vec<String> {
    let sources = SourceMap::new();
    let root = data().join("modules").join(case);
    let settings = case_settings(&sources, &root);
    let scope = scope(&root);
    let world = World {
        sources: &sources,
        door: Door::new(&Disk, &scope),
        settings,
    };
    let stacks = evaluate(folders(&sources, &root), &world);
    let expected = read_json(&root.join("expected.json")).expect("a case has expected.json");
    let Some(stack) = stacks.iter().find(|stack| stack.name == ".") else {
        return vec![format!("{case}: no root")];
    };
    let mut wrong = Vec::new();
    if expected["error"] == true {
        if stack.diagnostics.is_empty() {
            let says = &expected["message_contains"];
            wrong.push(format!("{case}: no diagnostic; Terraform says {says}"));
        }
        return known_differences(wrong);
    }
    wrong.extend(
        stack
            .diagnostics
            .iter()
            .map(|found| format!("{} at {}", found.message, sources.slice(found.span))),
    );
    compare_resources(stack, &expected, &mut wrong);
    for (name, output) in expected["outputs"].as_object().into_iter().flatten() {
        let ours = stack.outputs.as_map().and_then(|map| map.value(name));
        let Some(ours) = ours else {
            wrong.push(format!("output {name} is missing"));
            continue;
        };
        if output["unknown"] == true {
            continue;
        }
        let (got, wanted) = (json::of(ours), output["value"].clone());
        let right = json::same(&got, &wanted)
            || same_json_text(&got, &wanted)
            || has_unknown(&wanted) && agrees(&got, &wanted);
        if !right {
            wrong.push(format!("output {name}: wanted {wanted}, got {got}"));
        }
        if output["sensitive"] == true && !ours.sensitive {
            wrong.push(format!("output {name} is not sensitive"));
        }
    }
    let wrong = wrong.into_iter().map(|text| format!("{case}: {text}"));
    known_differences(wrong.collect())
}

/// What is left when the listed differences are taken out; a line of the list is the beginning of a disagreement.
fn known_differences(wrong: Vec<String>) -> Vec<String> {
    let listed = |text: &String| {
        let mut lines = differences().lines();
        lines.any(|line| !line.is_empty() && text.starts_with(line))
    };
    wrong.into_iter().filter(|text| !listed(text)).collect()
}

fn compare_resources(stack: &Stack, expected: &Json, wrong: &mut Vec<String>) {
    let empty = serde_json::Map::new();
    let mut wanted: Vec<(&String, &Json)> = expected["resources"]
        .as_object()
        .unwrap_or(&empty)
        .iter()
        .collect();
    wanted.extend(expected["data"].as_object().unwrap_or(&empty));
    for (address, wanted) in &wanted {
        let Some(ours) = stack
            .resources
            .iter()
            .find(|known| known.address.to_string() == **address)
        else {
            wrong.push(format!("{address} is missing"));
            continue;
        };
        let body = ours.body.as_map().expect("a body is a map");
        for (name, value) in wanted["values"].as_object().into_iter().flatten() {
            let Some(found) = body.value(name) else {
                if !provider_made(name, value) {
                    wrong.push(format!("{address}.{name} is missing, wanted {value}"));
                }
                continue;
            };
            let got = json::of(found);
            if !json::same(&got, value)
                && !same_json_text(&got, value)
                && !blocks_agree(found, value)
                && !rewritten(name, &got, value)
            {
                wrong.push(format!("{address}.{name}: wanted {value}, got {got}"));
            }
        }
    }
    let managed = stack
        .resources
        .iter()
        .filter(|known| known.address.mode == distrust::eval::Mode::Managed);
    for known in managed {
        let address = known.address.to_string();
        if !wanted.iter().any(|(name, _)| **name == address) {
            wrong.push(format!("{address} is not in the plan"));
        }
    }
}

/// JSON texts are compared as JSON.
fn same_json_text(ours: &Json, theirs: &Json) -> bool {
    let parse = |json: &Json| serde_json::from_str::<Json>(json.as_str()?).ok();
    matches!((parse(ours), parse(theirs)), (Some(a), Some(b)) if covers(&a, &b) && covers(&b, &a))
}

/// Blocks: every one of ours stands in the plan, in any order, where the provider adds arguments of its own.
fn blocks_agree(ours: &Value, theirs: &Json) -> bool {
    let (Data::List(list), Json::Array(blocks)) = (&ours.resolved().data, theirs) else {
        return false;
    };
    if list.rest.is_some() {
        return list
            .items
            .iter()
            .all(|block| blocks.iter().any(|wanted| covers(wanted, &json::of(block))));
    }
    list.items.len() == blocks.len()
        && list.items.iter().all(|block| {
            let got = json::of(block);
            blocks.iter().any(|wanted| covers(wanted, &got))
        })
}

/// Whether `wide` has all of `narrow`, perhaps with more members in its objects; lists as sets, scalars by their text,
/// since the provider converts them.
fn covers(wide: &Json, narrow: &Json) -> bool {
    match (wide, narrow) {
        (_, narrow) if narrow.get("$unknown").is_some() => true,
        (Json::Object(wide), Json::Object(narrow)) => narrow
            .iter()
            .filter(|(_, value)| !value.is_null())
            .all(|(key, value)| wide.get(key).is_some_and(|wide| covers(wide, value))),
        (Json::Array(wide), Json::Array(narrow)) => {
            narrow
                .iter()
                .all(|value| wide.iter().any(|wide| covers(wide, value)))
                && wide
                    .iter()
                    .all(|wide| narrow.iter().any(|value| covers(wide, value)))
        }
        // A block that stands once may be written as an object (JSON syntax).
        (Json::Array(wide), Json::Object(_)) => wide.len() == 1 && covers(&wide[0], narrow),
        (Json::Object(_), Json::Array(narrow)) => narrow.len() == 1 && covers(wide, &narrow[0]),
        _ => json::alike(wide, narrow) || same_json_text(wide, narrow),
    }
}

/// What the AWS provider writes in place of what the configuration says.
fn rewritten(name: &str, ours: &Json, theirs: &Json) -> bool {
    match name {
        "user_data" => true,
        "ingress" | "egress" => covers(&lower(theirs), &lower(ours)),
        _ => covers(theirs, ours),
    }
}

fn lower(json: &Json) -> Json {
    serde_json::from_str(&json.to_string().to_lowercase()).expect("letters do not make it invalid")
}

/// Arguments that the provider fills in.
fn provider_made(name: &str, value: &Json) -> bool {
    matches!(name, "tags_all" | "id") || value == "" || *value == Json::Bool(false)
}
