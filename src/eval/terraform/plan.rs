//! Plan JSON (`terraform show -json`): what will be, laid over what the configuration says.
//!
//! Format: <https://developer.hashicorp.com/terraform/internals/json-format>. A plan has real addresses and values but no
//! places and, for what is known only after apply, no links. Both come from the configuration: from the sources when
//! they were read too, else from the expressions that the plan itself carries.

mod belongs;
mod entry;
mod escape;
mod merge;
#[cfg(test)]
mod tests;
mod text;

use std::sync::Arc;

use ecow::EcoString;
use rustc_hash::FxHashMap;

use self::belongs::Compared;
use self::entry::{Entry, Judged};
use self::merge::Merge;
use crate::eval::{
    Address, Collection, Data, Declared, Language, Map, Mode, Stack, Truth, Unknown, Value, Why,
};
use crate::source::{Code, Diagnostic, SourceFile, Span};

/// A plan that was read.
pub struct Plan {
    /// The stack that it describes.
    pub stack: Stack,
    /// The name of the stack of the sources that it stands for; without one it is judged beside them.
    pub replaces: Option<EcoString>,
}

/// The stack that a plan describes. Of `sources`, the stack whose blocks are those of the plan gives the places and
/// the links; the plan stands for it.
///
/// A plan that was only met on the way stands for sources that provably say the same. They may have been changed since,
/// and then it says nothing about them; where only variables were others, both are judged.
///
/// # Errors
/// It was met, and was not made from the sources as they are; where it differs is said. A damaged one may differ because
/// of that alone: then its damage is said.
pub fn read(file: &SourceFile, sources: &[Stack], named: bool) -> Result<Plan, Vec<Diagnostic>> {
    let name: EcoString = (&*file.path).into();
    let parts = text::read(file);
    let mut diagnostics = parts.diagnostics;
    let configuration = Configuration::read(parts.configuration.as_ref());
    let entries = match (&parts.changes, &parts.planned) {
        (Some(changes), _) => entry::of_changes(changes, &name, &mut diagnostics),
        (None, Some(planned)) => entry::of_planned(planned, &name, &mut diagnostics),
        (None, None) => {
            if diagnostics.is_empty() {
                let message = "this plan has neither `resource_changes` nor `planned_values`";
                diagnostics.push(Diagnostic::new(Code::Structure, start(file), message));
            }
            Vec::new()
        }
    };
    let (source, shared) = closest(sources, &configuration, &entries);
    let source = match named {
        true => source.filter(|stack| shared * 2 > stack.resources.len()),
        false => source.filter(|_| shared > 0),
    };
    let mut replaces = source.map(|stack| stack.name.clone());
    if let (false, Some(source)) = (named, source) {
        let differs = |how| belongs::difference(source, &entries, &configuration, how);
        if let Some(difference) = differs(Compared::Literals) {
            return Err(
                match diagnostics.iter().any(|said| said.code.loses_input()) {
                    true => diagnostics,
                    false => vec![difference.said_of(start(file))],
                },
            );
        }
        // Made with other variables: the configuration is judged with those that are set now, the plan beside it.
        replaces = replaces.filter(|_| differs(Compared::Everything).is_none());
    }
    let mut stack = Stack {
        name,
        language: Language::Terraform,
        resources: Vec::new(),
        inputs: source.map_or_else(Vec::new, |stack| stack.inputs.clone()),
        outputs: Value::object(vec![], file.span()),
        missing: source.map_or_else(Vec::new, |stack| stack.missing.clone()),
        diagnostics: source.map_or_else(Vec::new, |stack| stack.diagnostics.clone()),
        unread_files: source.is_some_and(|stack| stack.unread_files),
    };
    stack.diagnostics.append(&mut diagnostics);
    let known = Known::of(source);
    // The plan has no text for a block, only one for each of its instances: the first of them stands for the block, so
    // that what all instances lack is missing once.
    let mut headers: FxHashMap<Block, Span> = FxHashMap::default();
    for entry in &entries {
        if let Judged::Yes(values) = &entry.judged {
            let header = headers.entry(block_of(&entry.address));
            let header = *header.or_insert(entry.span);
            let known = known.of_address(&entry.address);
            let declared = configuration.declare(entry, values, known, header);
            stack.resources.push(declared);
        }
    }
    Ok(Plan { stack, replaces })
}

fn start(file: &SourceFile) -> Span {
    Span::new(file.id, 0, 0)
}

/// The stack of the sources that has most blocks of the plan, and how many of its resources come from those.
fn closest<'s>(
    sources: &'s [Stack],
    configuration: &Configuration,
    entries: &[Entry<'_>],
) -> (Option<&'s Stack>, usize) {
    let mut blocks: FxHashMap<Block, ()> = FxHashMap::default();
    if configuration.blocks.is_empty() {
        blocks.extend(entries.iter().map(|entry| (block_of(&entry.address), ())));
    }
    let planned = |known: &&Declared| {
        let block = block_of(&known.address);
        configuration.blocks.contains_key(&block) || blocks.contains_key(&block)
    };
    let shared = |stack: &&Stack| stack.resources.iter().filter(planned).count();
    let source = sources
        .iter()
        .filter(|stack| stack.language == Language::Terraform)
        .max_by_key(|stack| (shared(stack), std::cmp::Reverse(stack.name.clone())));
    (source, source.as_ref().map_or(0, shared))
}

/// The resources of the sources by their full names, and one of each block.
struct Known<'s> {
    exact: FxHashMap<String, &'s Declared>,
    blocks: FxHashMap<Block, &'s Declared>,
}

impl<'s> Known<'s> {
    fn of(source: Option<&'s Stack>) -> Self {
        let all = source.map_or(&[][..], |stack| &stack.resources);
        let named = all.iter().map(|known| (known.address.to_string(), known));
        let blocks = all.iter().rev();
        Self {
            exact: named.collect(),
            blocks: blocks
                .map(|known| (block_of(&known.address), known))
                .collect(),
        }
    }

    fn of_address(&self, address: &Address) -> Option<&'s Declared> {
        let exact = self.exact.get(&address.to_string());
        exact
            .or_else(|| self.blocks.get(&block_of(address)))
            .copied()
    }
}

/// A block of the configuration: module calls joined by dots, mode, type, name.
type Block = (String, Mode, EcoString, EcoString);

/// The block that an instance comes from.
fn block_of(address: &Address) -> Block {
    (
        call_path(&address.module),
        address.mode,
        address.type_name.clone(),
        address.name.clone(),
    )
}

/// `module.a["x.y"].module.b[0]` to `a.b`.
fn call_path(module: &str) -> String {
    let mut plain = String::new();
    let (mut depth, mut quoted, mut escaped) = (0, false, false);
    for char in module.chars() {
        match char {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted => depth -= 1,
            _ if depth == 0 => plain.push(char),
            _ => {}
        }
    }
    plain
        .split('.')
        .skip(1)
        .step_by(2)
        .collect::<Vec<_>>()
        .join(".")
}

/// The blocks of the configuration that the plan carries.
struct Configuration {
    blocks: FxHashMap<Block, Value>,
}

impl Configuration {
    fn read(section: Option<&Value>) -> Self {
        let mut blocks = FxHashMap::default();
        let mut waiting: Vec<(String, Value)> = Vec::new();
        waiting.extend(
            section
                .and_then(|section| path(section, &["root_module"]))
                .map(|module| (String::new(), module.clone())),
        );
        while let Some((calls, module)) = waiting.pop() {
            for resource in list(path(&module, &["resources"])) {
                if let Some((mode, kind, name)) = identity(resource) {
                    blocks.insert((calls.clone(), mode, kind, name), resource.clone());
                }
            }
            let Some(children) = path(&module, &["module_calls"]).and_then(Value::as_map) else {
                continue;
            };
            for child in &children.entries {
                let calls = if calls.is_empty() {
                    child.key.to_string()
                } else {
                    format!("{calls}.{}", child.key)
                };
                waiting
                    .extend(path(&child.value, &["module"]).map(|module| (calls, module.clone())));
            }
        }
        Self { blocks }
    }

    fn declare(
        &self,
        entry: &Entry<'_>,
        values: &entry::Values<'_>,
        known: Option<&Declared>,
        header: Span,
    ) -> Declared {
        let written = entry.span;
        let address = &entry.address;
        let empty = Value::object(vec![], written);
        let block = self.blocks.get(&block_of(address));
        let expressions = block.and_then(|block| path(block, &["expressions"]));
        let mut merge = Merge {
            address,
            each: None,
            source_stack: known.map(|known| known.address.stack.clone()),
        };
        let each = block.and_then(|block| path(block, &["for_each_expression", "references"]));
        merge.each = list(each)
            .iter()
            .find_map(|text| merge.reference(text.as_text()?));
        let body = merge.value(
            values.after.unwrap_or(&empty),
            values.unknown,
            values.sensitive,
            expressions,
            known.map(|known| &known.body),
            None,
        );
        let data = match &values.open {
            Some(why) => open(body.data, why),
            None => body.data,
        };
        Declared {
            body: Value {
                data,
                ..Value::null(known.map_or(written, |known| known.body.origin.span))
            },
            header: known.map_or(header, |known| known.header),
            span: known.map_or(written, |known| known.span),
            meta: known.map_or_else(|| Value::null(written), |known| known.meta.clone()),
            exists: Truth::True,
            calls: known.and_then(|known| known.calls.clone()),
            provider: known.and_then(|known| known.provider.clone()),
            address: address.clone().into(),
        }
    }
}

/// Arguments of which some are not said: what is absent is not known.
fn open(data: Data, why: &Why) -> Data {
    let rest = Some(Arc::new(Unknown {
        why: why.clone(),
        among: Vec::new(),
    }));
    match data {
        Data::Map(map) => Data::Map(Arc::new(Map::new(map.entries.clone(), rest, map.kind))),
        _ => Data::Map(Arc::new(Map::new(Vec::new(), rest, Collection::Structural))),
    }
}

fn path<'v>(value: &'v Value, steps: &[&str]) -> Option<&'v Value> {
    steps
        .iter()
        .try_fold(value, |value, step| value.as_map()?.value(step))
}

fn list(value: Option<&Value>) -> &[Value] {
    value
        .and_then(Value::as_list)
        .map(|list| list.items.as_slice())
        .unwrap_or_default()
}

fn identity(resource: &Value) -> Option<(Mode, EcoString, EcoString)> {
    let text = |name: &str| {
        path(resource, &[name])
            .and_then(Value::as_text)
            .map(EcoString::from)
    };
    let mode = match text("mode")?.as_str() {
        "data" => Mode::Data,
        _ => Mode::Managed,
    };
    Some((mode, text("type")?, text("name")?))
}
