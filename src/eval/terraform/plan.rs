//! Plan JSON (`terraform show -json`): what will be, laid over what the configuration says.
//!
//! Format: <https://developer.hashicorp.com/terraform/internals/json-format>. A plan has real addresses and values but no
//! places and, for what is known only after apply, no links. Both come from the configuration: from the sources when
//! they were read too, else from the expressions that the plan itself carries.

mod merge;

use ecow::EcoString;
use rustc_hash::FxHashMap;

use self::merge::Merge;
use super::function::decode_json;
use crate::eval::{Address, Data, Declared, Key, Language, Mode, Stack, Truth, Value};
use crate::source::{Code, Diagnostic, SourceFile};

/// Whether a text looks like a plan in JSON.
pub fn looks_like_plan(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let head = &text[..text.floor_char_boundary(4_096)];
    head.starts_with('{')
        && head.contains("\"format_version\"")
        && (memchr::memmem::find(text.as_bytes(), b"\"planned_values\"").is_some()
            || memchr::memmem::find(text.as_bytes(), b"\"resource_changes\"").is_some())
}

/// The stack that a plan describes. Of `sources`, the stack whose blocks are those of the plan gives the places and
/// the links; its name is returned beside, since the plan now stands for it.
pub fn read(file: &SourceFile, sources: &[Stack]) -> (Stack, Option<EcoString>) {
    let name: EcoString = (&*file.path).into();
    let mut stack = Stack {
        name: name.clone(),
        language: Language::Terraform,
        resources: vec![],
        inputs: vec![],
        outputs: Value::object(vec![], file.span()),
        missing: vec![],
        diagnostics: vec![],
    };
    let document = match decode_json(
        &Value::text(EcoString::from(&*file.text), file.span()),
        file.span(),
    ) {
        Ok(document) => document,
        Err(message) => {
            stack.diagnostics.push(Diagnostic::new(
                Code::Syntax,
                file.span(),
                format!("this plan is not valid JSON: {message}"),
            ));
            return (stack, None);
        }
    };
    let configuration = Configuration::read(&document);
    let source = sources
        .iter()
        .filter(|stack| stack.language == Language::Terraform)
        .max_by_key(|stack| {
            let shared = stack
                .resources
                .iter()
                .filter(|known| configuration.blocks.contains_key(&block_of(&known.address)))
                .count();
            (shared, std::cmp::Reverse(stack.name.clone()))
        });
    let source = source.filter(|stack| {
        let managed =
            |known: &&Declared| configuration.blocks.contains_key(&block_of(&known.address));
        stack.resources.iter().filter(managed).count() * 2 > stack.resources.len()
    });
    stack.inputs = source.map_or_else(Vec::new, |stack| stack.inputs.clone());
    let declared: FxHashMap<Block, &Declared> = source
        .iter()
        .flat_map(|stack| &stack.resources)
        .rev()
        .map(|known| (block_of(&known.address), known))
        .collect();
    let exact: FxHashMap<String, &Declared> = source
        .iter()
        .flat_map(|stack| &stack.resources)
        .map(|known| (known.address.to_string(), known))
        .collect();
    for change in list(path(&document, &["resource_changes"])) {
        let Some(address) = address_of(change, &name) else {
            continue;
        };
        let actions = list(path(change, &["change", "actions"]));
        if actions
            .iter()
            .any(|action| action.as_text() == Some("delete"))
            && actions.len() == 1
        {
            continue;
        }
        let known = exact
            .get(&address.to_string())
            .or_else(|| declared.get(&block_of(&address)))
            .copied();
        stack
            .resources
            .push(configuration.declare(change, address, known));
    }
    if let Some(source) = source {
        stack.missing = source.missing.clone();
        stack.diagnostics = source.diagnostics.clone();
    }
    (stack, source.map(|stack| stack.name.clone()))
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
    fn read(document: &Value) -> Self {
        let mut blocks = FxHashMap::default();
        let mut waiting: Vec<(String, Value)> = Vec::new();
        waiting.extend(
            path(document, &["configuration", "root_module"])
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

    fn declare(&self, change: &Value, address: Address, known: Option<&Declared>) -> Declared {
        let written = change.origin.span;
        let after = path(change, &["change", "after"]);
        let unknown = path(change, &["change", "after_unknown"]);
        let sensitive = path(change, &["change", "after_sensitive"]);
        let empty = Value::object(vec![], written);
        let expressions = self
            .blocks
            .get(&block_of(&address))
            .and_then(|block| path(block, &["expressions"]));
        let mut merge = Merge {
            address: &address,
            each: None,
            source_stack: known.map(|known| known.address.stack.clone()),
        };
        let block = self.blocks.get(&block_of(&address));
        let each = block.and_then(|block| path(block, &["for_each_expression", "references"]));
        merge.each = list(each)
            .iter()
            .find_map(|text| merge.reference(text.as_text()?));
        let body = merge.value(
            after.unwrap_or(&empty),
            unknown,
            sensitive,
            expressions,
            known.map(|known| &known.body),
            None,
        );
        Declared {
            body: Value {
                data: body.data,
                ..Value::null(known.map_or(written, |known| known.body.origin.span))
            },
            header: known.map_or(written, |known| known.header),
            span: known.map_or(written, |known| known.span),
            meta: known.map_or_else(|| Value::null(written), |known| known.meta.clone()),
            exists: Truth::True,
            calls: known.and_then(|known| known.calls.clone()),
            provider: known.and_then(|known| known.provider.clone()),
            address,
        }
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

fn address_of(change: &Value, stack: &EcoString) -> Option<Address> {
    let (mode, type_name, name) = identity(change)?;
    let module = path(change, &["module_address"])
        .and_then(Value::as_text)
        .unwrap_or_default()
        .into();
    let key = match path(change, &["index"]).map(|index| &index.data) {
        Some(Data::Number(number)) => Key::Index(
            number
                .as_i64()
                .and_then(|index| u64::try_from(index).ok())?,
        ),
        Some(Data::Text(text)) => Key::Text(text.clone()),
        _ => Key::None,
    };
    Some(Address {
        stack: stack.clone(),
        module,
        mode,
        type_name,
        name,
        key,
    })
}

#[cfg(test)]
mod tests {
    use super::call_path;

    #[test]
    fn module_addresses_without_keys() {
        assert_eq!(call_path(""), "");
        assert_eq!(call_path("module.a"), "a");
        assert_eq!(call_path(r#"module.a["x.y\"]"].module.b[0]"#), "a.b");
    }
}
