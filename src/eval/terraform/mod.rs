//! Terraform and OpenTofu: folders to modules, modules to instances, expressions to values.
//!
//! Everything is evaluated on demand and once per module instance. An expression that Terraform would refuse is an
//! unknown value and a diagnostic; the rest of the stack still counts.

mod blocks;
mod body;
mod comprehension;
mod damage;
mod derive;
mod environment;
mod evaluator;
mod expand;
mod expression;
pub mod function;
mod iam_policy;
mod input;
mod layers;
mod lifecycle;
mod looked_up;
mod module;
mod named;
pub mod operator;
mod outline;
pub mod plan;
mod policy_document;
mod policy_json;
mod program;
mod provider;
mod scope;
mod template;
mod traversal;
pub mod types;
mod variable;
mod world;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

pub use variable::{Setting, from_environment};
pub use world::{Settings, World};

use self::evaluator::Evaluator;
use self::module::Module;
use self::program::Program;
use self::scope::Instance;
use crate::eval::{Data, Declared, Entry, Language, Map, Stack, Truth, Value, budget};
use crate::source::{Code, Diagnostic, Folder, Span, each_in_turn, guarded, internal_error};

pub use crate::source::THREAD_STACK_BYTES;

/// Evaluates every root among the folders, in the order of their paths.
///
/// rayon's threads of the current pool do the work; they begin with stacks of [`THREAD_STACK_BYTES`] or so, and deep
/// recursion takes more where it is needed.
pub fn evaluate(folders: Vec<Folder>, world: &World<'_>) -> Vec<Stack> {
    each_root(folders, world, &|stack, _| stack)
}

/// Evaluates every root among the folders and hands each stack on as soon as it is there, so that nobody needs to hold
/// all of them; what was made of them, in the order of their paths. Beside a stack stand the folders that it is made of:
/// its own, and those that local calls lead to.
///
/// Call it as [`evaluate`].
pub fn each_root<T: Send>(
    folders: Vec<Folder>,
    world: &World<'_>,
    then: &(dyn Fn(Stack, BTreeSet<PathBuf>) -> T + Sync),
) -> Vec<T> {
    let program = Program::load(folders, world);
    let roots = program.roots();
    each_in_turn(&roots, |(root, folders)| {
        let stack = guarded(|| stack(&program, root.clone())).unwrap_or_else(|fault| {
            let first = root.files.first().map(|tree| tree.source);
            let span = first.map_or(Span::nowhere(), |source| Span::new(source, 0, 0));
            failed(root.shown.clone(), span, &fault)
        });
        then(stack, folders.clone())
    })
}

/// What is left of a root on which this program failed: the others must not suffer from it.
fn failed(name: ecow::EcoString, span: Span, fault: &str) -> Stack {
    Stack {
        name,
        language: Language::Terraform,
        resources: Vec::new(),
        inputs: Vec::new(),
        outputs: Value::object(Vec::new(), span),
        missing: Vec::new(),
        diagnostics: vec![internal_error(span, fault)],
        unread_files: false,
    }
}

fn stack(program: &Program<'_>, root: Arc<Module>) -> Stack {
    let assigned = program.tfvars.get(&root.folder).into_iter().flatten();
    let assigned = assigned.filter_map(|(_, file)| file.as_ref());
    let input = root.bytes() + assigned.map(|file| file.text.len()).sum::<usize>();
    budget::within(input, || stack_within(program, root))
}

fn stack_within(program: &Program<'_>, root: Arc<Module>) -> Stack {
    let mut evaluator = Evaluator::new(program, root.shown.clone());
    let tfvars = program
        .tfvars
        .get(&root.folder)
        .cloned()
        .unwrap_or_default();
    let header = root
        .files
        .first()
        .map_or(Span::nowhere(), |tree| Span::new(tree.source, 0, 0));
    let instance = Rc::new(Instance::new(root, "".into(), "".into(), None, None));
    let assigned = variable::assigned(program, &evaluator, &instance, &tfvars);
    evaluator.assigned = assigned;
    // Reading the values may have asked for variables' types, but for no variable's value: nothing is memoised yet.
    let outputs = root_outputs(&evaluator, &instance, header);
    let mut made = Made::default();
    declare(&evaluator, &instance, Truth::True, &mut made);
    let mut diagnostics = evaluator.diagnostics.take();
    diagnostics.extend(instance.module.diagnostics.iter().cloned());
    let mut unique = rustc_hash::FxHashSet::default();
    diagnostics.retain(|found| unique.insert((found.span, found.message.clone())));
    let mut missing = evaluator.missing.take();
    let mut known = rustc_hash::FxHashSet::default();
    missing.retain(|module| known.insert((module.source.clone(), module.span)));
    Stack {
        name: evaluator.stack.clone(),
        language: Language::Terraform,
        resources: made.resources,
        inputs: made.inputs,
        outputs,
        missing,
        diagnostics,
        unread_files: evaluator.unread_files.get(),
    }
}

/// What the modules of a root declare.
#[derive(Default)]
struct Made {
    resources: Vec<Declared>,
    inputs: Vec<Declared>,
    /// The modules that were called already.
    seen: rustc_hash::FxHashSet<std::path::PathBuf>,
}

/// The outputs of the root as a map.
fn root_outputs(evaluator: &Evaluator<'_>, instance: &Rc<Instance>, header: Span) -> Value {
    let outputs = instance.module.outputs.rows.iter().map(|output| {
        let at = output.layers.header(&instance.module);
        let value = evaluator.settle(evaluator.output(instance, &output.name, at), at);
        if value.sensitive && !evaluator.flag(instance, &output.layers, "sensitive") {
            let message = format!("output `{}` gives away a sensitive value", output.name);
            let found = Diagnostic::new(Code::Evaluation, at, message);
            let found = found.help("add `sensitive = true` to the output, or leave the value out");
            evaluator.diagnostics.borrow_mut().push(found);
        }
        Entry {
            key: output.name.clone(),
            span: at,
            value,
        }
    });
    Value::object(outputs.collect(), header)
}

/// Declares the resources of a module instance and of all it calls, in the order of the files.
fn declare(evaluator: &Evaluator<'_>, instance: &Rc<Instance>, exists: Truth, out: &mut Made) {
    let module = &instance.module;
    if out.seen.insert(module.folder.clone()) {
        if module.unread {
            evaluator.unread_files.set(true);
        }
        out.inputs.extend(evaluator.inputs(instance));
        if instance.call.is_some() {
            evaluator
                .diagnostics
                .borrow_mut()
                .extend(module.diagnostics.iter().cloned());
        }
    }
    budget::work(10 * budget::EXPRESSION);
    evaluator.if_it_exists(exists, || evaluator.validate(instance));
    // First what is sure to exist: a failure that both it and a mere possibility lead to is then said.
    for certain in [true, false] {
        for row in 0..module.resources.len() as u32 {
            let expansion = evaluator.expansion(instance, row);
            for (at, member) in expansion.members.iter().enumerate() {
                if evaluator.is_spent(module.resources[row as usize].layers.header(module)) {
                    break;
                }
                let exists = exists & member.exists;
                if exists.is_true() == certain {
                    let body = || evaluator.body(instance, row, at as u32, member);
                    evaluator.if_it_exists(exists, body);
                }
            }
        }
    }
    for row in 0..module.resources.len() as u32 {
        let block = &module.resources[row as usize];
        let expansion = evaluator.expansion(instance, row);
        let provider = evaluator.provider(instance, row);
        let meta = evaluator.meta(instance, row);
        for (at, member) in expansion.members.iter().enumerate() {
            // Each finding has the way to its resource beside it.
            budget::take(budget::RESOURCE + 8 * instance.path.len());
            if evaluator.is_spent(block.layers.header(module)) {
                break;
            }
            let body = evaluator.body(instance, row, at as u32, member);
            let body = match &body.data {
                Data::Map(_) => body,
                _ => Value::new(
                    Data::Map(Arc::new(Map::new(
                        vec![],
                        None,
                        crate::eval::Collection::Structural,
                    ))),
                    body.origin.span,
                ),
            };
            out.resources.push(Declared {
                meta: meta.clone(),
                address: evaluator.address(instance, row, member.key.clone()).into(),
                body,
                header: block.layers.header(module),
                span: block.layers.span(module),
                exists: exists & member.exists,
                calls: instance.calls.clone(),
                provider: provider.clone(),
            });
        }
    }
    for row in 0..module.calls.rows.len() as u32 {
        let children = evaluator.children(instance, row);
        let Some(instances) = &children.instances else {
            let known = outline::of_call(evaluator, instance, row, &children, exists);
            out.resources.extend(known);
            continue;
        };
        for (child, member) in instances.iter().zip(&children.expansion.members) {
            if evaluator.is_spent(module.calls.rows[row as usize].layers.header(module)) {
                return;
            }
            declare(evaluator, child, exists & member.exists, out);
        }
    }
}
