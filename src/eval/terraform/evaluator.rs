//! The evaluator of one stack: names to values, on demand and once.

use std::cell::{Cell, RefCell};
use std::hash::Hash;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use ecow::EcoString;
use rustc_hash::FxHashSet;

use super::layers::Layers;
use super::module::At;
use super::program::Program;
use super::scope::{Instance, Memo, Scope, Slot};
use crate::eval::{Data, MissingModule, Role, Truth, Value, Why, budget};
use crate::source::{Code, Diagnostic, Span, deep};
use crate::syntax::hcl::ExprId;

/// Why an expression has no value.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    pub(crate) code: Code,
    pub(crate) message: String,
    pub(crate) span: Span,
}

/// A value, or why there is none.
pub(crate) type Evaluated = Result<Value, Failure>;

/// Nested expressions and references, all told; every level takes some stack of the thread.
const MAX_DEPTH: u32 = 1_500;
/// Parts of one named value; shared parts count each time, as every reader would walk them.
const MAX_PARTS: usize = 1 << 18;

/// What is said where the budget is spent.
pub(crate) const SPENT: &str = "this asks for more values, text or work than distrust spends on one stack; what it gives is not known";

/// Evaluates one stack.
pub(crate) struct Evaluator<'w> {
    pub(crate) program: &'w Program<'w>,
    pub(crate) stack: EcoString,
    pub(crate) diagnostics: RefCell<Vec<Diagnostic>>,
    pub(crate) missing: RefCell<Vec<MissingModule>>,
    /// Whether one of its modules has files that were not read.
    pub(crate) unread_files: Cell<bool>,
    /// Values of the root's variables, in rising precedence: from the environment, `.tfvars` files and the command line.
    pub(crate) assigned: Vec<(EcoString, Value)>,
    pub(crate) instances: Cell<usize>,
    /// The folders and files that the budget was raised for.
    granted: RefCell<FxHashSet<PathBuf>>,
    /// Above zero while something is evaluated that may not exist: its failures are no mistakes.
    speculating: Cell<u32>,
    depth: Cell<u32>,
}

impl<'w> Evaluator<'w> {
    pub(crate) fn new(program: &'w Program<'w>, stack: EcoString) -> Self {
        Self {
            program,
            stack,
            diagnostics: RefCell::default(),
            missing: RefCell::default(),
            unread_files: Cell::new(false),
            assigned: Vec::new(),
            instances: Cell::new(0),
            granted: RefCell::default(),
            speculating: Cell::new(0),
            depth: Cell::new(0),
        }
    }

    /// Runs one level deeper, unless that is too deep or the stack's budget is spent: then the value is unknown. What
    /// was made by the time the budget was spent is given up, too.
    pub(crate) fn deeper(&self, span: Span, work: impl FnOnce() -> Evaluated) -> Evaluated {
        budget::work(budget::EXPRESSION);
        if self.depth.get() >= MAX_DEPTH {
            self.limit(
                span,
                "this expression is nested deeper than distrust follows",
            );
            return Ok(Value::unknown(Why::Limit, span));
        }
        if self.is_spent(span) {
            return Ok(Value::unknown(Why::Limit, span));
        }
        self.depth.set(self.depth.get() + 1);
        let result = deep(work);
        self.depth.set(self.depth.get() - 1);
        match self.is_spent(span) {
            true => Ok(Value::unknown(Why::Limit, span)),
            false => result,
        }
    }

    /// Whether the budget is spent; the first place where it is, is said.
    pub(crate) fn is_spent(&self, span: Span) -> bool {
        let spent = budget::is_spent();
        if spent {
            self.limit(span, SPENT);
        }
        spent
    }

    /// A value that has a name, such as an argument: it may take a share of the stack's budget.
    pub(crate) fn share(&self, span: Span, work: impl FnOnce() -> Value) -> Value {
        match budget::share(4, work) {
            (value, true) => value,
            (_, false) => Value::unknown(Why::Limit, span),
        }
    }

    /// Raises the budget for something that this stack reads for the first time.
    pub(crate) fn grant(&self, path: &Path, bytes: impl FnOnce() -> usize) {
        let mut granted = self.granted.borrow_mut();
        if !granted.contains(path) {
            granted.insert(path.to_owned());
            budget::grant(bytes());
        }
    }

    /// Evaluates something that is there only if `exists` says so.
    pub(crate) fn if_it_exists<R>(&self, exists: Truth, work: impl FnOnce() -> R) -> R {
        let more = u32::from(!exists.is_true());
        self.speculating.set(self.speculating.get() + more);
        let result = work();
        self.speculating.set(self.speculating.get() - more);
        result
    }

    /// Says once that a bound was reached.
    pub(crate) fn limit(&self, span: Span, message: &str) {
        let mut diagnostics = self.diagnostics.borrow_mut();
        if !diagnostics
            .iter()
            .any(|known| known.code == Code::Limit && known.message == message)
        {
            diagnostics.push(Diagnostic::new(Code::Limit, span, message));
        }
    }

    /// The value, or an unknown and a diagnostic in place of a failure.
    pub(crate) fn settle(&self, result: Evaluated, span: Span) -> Value {
        match result {
            Ok(value) if is_bounded(&value) => value,
            Ok(value) => {
                self.limit(
                    span,
                    "this value has more parts than distrust follows; it is taken as not known",
                );
                Value::unknown(Why::Limit, value.origin.span)
            }
            Err(failure) => {
                let span = if failure.span.is_somewhere() {
                    failure.span
                } else {
                    span
                };
                if self.speculating.get() == 0 || failure.code != Code::Evaluation {
                    let found = Diagnostic::new(failure.code, span, failure.message);
                    self.diagnostics.borrow_mut().push(found);
                }
                Value::unknown(Why::Invalid, span)
            }
        }
    }

    /// The memoised value under a key, computed at most once; a cycle is unknown.
    pub(crate) fn memo<K: Hash + Eq + Clone>(
        &self,
        memo: &Memo<K>,
        key: K,
        cycle: impl FnOnce() -> Value,
        compute: impl FnOnce() -> Value,
    ) -> Value {
        match memo.borrow().get(&key) {
            Some(Slot::Done(value)) => return value.clone(),
            Some(Slot::Running) => return cycle(),
            None => {}
        }
        memo.borrow_mut().insert(key.clone(), Slot::Running);
        let value = compute();
        memo.borrow_mut().insert(key, Slot::Done(value.clone()));
        value
    }

    /// `local.name`.
    pub(crate) fn local(&self, instance: &Rc<Instance>, name: &str, span: Span) -> Evaluated {
        let Some(&at) = instance.module.locals.get(name) else {
            let message = format!("there is no local value named `{name}` in this module");
            return Err(Failure {
                code: Code::Evaluation,
                message,
                span,
            });
        };
        let tree = instance.module.tree(&at);
        let written = tree.span(at.node.name);
        Ok(self.memo(
            &instance.locals,
            name.into(),
            || self.cycle(&ecow::eco_format!("local.{name}"), written),
            || {
                let value = || {
                    let value = self.evaluate(Scope::of(instance, tree), at.node.value);
                    self.settle(value, written)
                };
                self.share(written, value).through(written, Role::Local)
            },
        ))
    }

    /// The value of an output.
    pub(crate) fn output(&self, instance: &Rc<Instance>, name: &str, span: Span) -> Evaluated {
        let Some(output) = instance.module.outputs.get(name) else {
            let message = format!(
                "module `{}` has no output named `{name}`",
                instance.call_path
            );
            return Err(Failure {
                code: Code::Evaluation,
                message,
                span,
            });
        };
        let header = output.layers.header(&instance.module);
        Ok(self.memo(
            &instance.outputs,
            name.into(),
            || self.cycle(&ecow::eco_format!("output.{name}"), header),
            || match output.layers.attribute(&instance.module, "value") {
                Some(at) => {
                    let at = At {
                        file: at.file,
                        node: at.node.value,
                    };
                    let sensitive = self.flag(instance, &output.layers, "sensitive");
                    self.share(header, || self.settle(self.of(instance, at), header))
                        .through(header, Role::Output)
                        .sensitive_if(sensitive)
                }
                None => Value::null(header),
            },
        ))
    }

    /// An expression of a module instance, outside any repeated block.
    pub(crate) fn of(&self, instance: &Rc<Instance>, at: At<ExprId>) -> Evaluated {
        self.evaluate(Scope::of(instance, instance.module.tree(&at)), at.node)
    }

    /// Whether a boolean argument of a block is written as `true`.
    pub(crate) fn flag(&self, instance: &Rc<Instance>, layers: &Layers, name: &str) -> bool {
        layers.attribute(&instance.module, name).is_some_and(|at| {
            let value = self.of(
                instance,
                At {
                    file: at.file,
                    node: at.node.value,
                },
            );
            matches!(
                value,
                Ok(Value {
                    data: Data::Bool(true),
                    ..
                })
            )
        })
    }

    /// What a name that leads back to itself is.
    pub(crate) fn cycle(&self, name: &EcoString, span: Span) -> Value {
        let message = format!("`{name}` is defined in terms of itself");
        let known = Diagnostic::new(Code::Cycle, span, message)
            .help("break the cycle: one of its members must not refer to the others");
        let mut diagnostics = self.diagnostics.borrow_mut();
        if !diagnostics.contains(&known) {
            diagnostics.push(known);
        }
        Value::unknown(Why::Cycle(name.clone()), span)
    }
}

/// Whether a value has no more parts than anybody should walk. The walk itself is work.
pub(crate) fn is_bounded(value: &Value) -> bool {
    fn count(value: &Value, left: &mut usize, depth: usize) -> bool {
        if *left == 0 || depth > 512 {
            return false;
        }
        *left -= 1;
        match &value.data {
            Data::List(list) => list.items.iter().all(|item| count(item, left, depth + 1)),
            Data::Map(map) => map
                .entries
                .iter()
                .all(|entry| count(&entry.value, left, depth + 1)),
            Data::Reference(reference) => reference
                .value
                .as_ref()
                .is_none_or(|value| count(value, left, depth + 1)),
            Data::Unknown(unknown) => unknown
                .among
                .iter()
                .all(|member| count(member, left, depth + 1)),
            _ => true,
        }
    }
    let mut left = MAX_PARTS;
    let bounded = count(value, &mut left, 0);
    budget::work(MAX_PARTS - left);
    bounded
}
