//! What an expression can see.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use ecow::EcoString;
use rustc_hash::FxHashMap;

use super::module::Module;
use crate::eval::{Key, Provider, Truth, Unknown, Value, Via};
use crate::syntax::hcl::Tree;

/// One instance of a module in a stack.
pub(crate) struct Instance {
    pub(crate) module: Arc<Module>,
    /// `module.a["x"].module.b`; empty for the root.
    pub(crate) path: EcoString,
    /// The call names that lead here joined by dots, as `modules.json` keys them.
    pub(crate) call_path: EcoString,
    /// The call that made it; none for the root.
    pub(crate) call: Option<Call>,
    /// The chain of calls, the innermost first.
    pub(crate) calls: Option<Arc<Via>>,
    pub(crate) variables: Memo<EcoString>,
    pub(crate) locals: Memo<EcoString>,
    pub(crate) outputs: Memo<EcoString>,
    /// By row of [`Module::resources`], member of its expansion, and argument name.
    pub(crate) arguments: Memo<(u32, u32, EcoString)>,
    /// By row and member.
    pub(crate) bodies: Memo<(u32, u32)>,
    /// By row of [`Module::resources`].
    pub(crate) expansions: RefCell<FxHashMap<u32, Rc<Expansion>>>,
    /// By row of [`Module::calls`].
    pub(crate) children: RefCell<FxHashMap<u32, Rc<Children>>>,
    /// By local name, with the alias.
    pub(crate) providers: RefCell<FxHashMap<EcoString, Option<Arc<Provider>>>>,
}

/// How an instance was called.
pub(crate) struct Call {
    pub(crate) parent: Rc<Instance>,
    /// Row of the parent's [`Module::calls`].
    pub(crate) row: u32,
    pub(crate) repetition: Option<Repetition>,
}

/// Values by name, computed on demand; a name that is asked for while it is computed is a cycle.
pub(crate) type Memo<K> = RefCell<FxHashMap<K, Slot>>;

/// The state of a memoised value.
#[derive(Clone)]
pub(crate) enum Slot {
    Running,
    Done(Value),
}

/// The instances of a block with `count` or `for_each`, or its only one.
#[derive(Debug)]
pub(crate) struct Expansion {
    pub(crate) shape: Shape,
    pub(crate) members: Vec<Member>,
    /// Why there may be other instances than `members` says; then the last member is the placeholder for them.
    pub(crate) open: Option<Arc<Unknown>>,
}

/// Which meta-argument repeats a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Single,
    Count,
    ForEach,
}

/// One instance of a block.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) key: Key,
    pub(crate) repetition: Option<Repetition>,
    pub(crate) exists: Truth,
}

/// `count.index` or `each.key` and `each.value`.
#[derive(Debug, Clone)]
pub(crate) enum Repetition {
    Count(Value),
    Each { key: Value, value: Value },
}

/// The instances of a module call.
pub(crate) struct Children {
    pub(crate) expansion: Rc<Expansion>,
    /// One per member; none when the module is not here.
    pub(crate) instances: Option<Vec<Rc<Instance>>>,
    /// The source of the call, for naming a module that is not here.
    pub(crate) source: EcoString,
}

/// Names bound by `for`, `dynamic` and template files, the innermost first.
pub(crate) struct Frame<'s> {
    pub(crate) name: &'s str,
    pub(crate) value: Value,
    pub(crate) outer: Option<&'s Frame<'s>>,
}

/// What a splat walks over: a value, or an instance whose arguments are evaluated only as far as asked.
pub(crate) enum Item {
    Value(Value),
    Resource { row: u32, member: u32 },
    Module(Rc<Instance>),
}

/// Where an expression is evaluated.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'s> {
    pub(crate) instance: &'s Rc<Instance>,
    pub(crate) tree: &'s Tree,
    pub(crate) repetition: Option<&'s Repetition>,
    pub(crate) frames: Option<&'s Frame<'s>>,
    pub(crate) item: Option<&'s Item>,
    /// Whether only `frames` are visible (template files).
    pub(crate) sealed: bool,
}

impl<'s> Scope<'s> {
    /// The scope of a module instance, outside any block with `count` or `for_each`.
    pub(crate) fn of(instance: &'s Rc<Instance>, tree: &'s Tree) -> Self {
        Self {
            instance,
            tree,
            repetition: None,
            frames: None,
            item: None,
            sealed: false,
        }
    }

    /// The same inside an instance of a repeated block.
    pub(crate) fn repeated(self, repetition: Option<&'s Repetition>) -> Self {
        Self { repetition, ..self }
    }

    /// The same for an expression of another file of the module.
    pub(crate) fn in_tree(self, tree: &'s Tree) -> Self {
        Self { tree, ..self }
    }

    /// The value bound to a name by a frame.
    pub(crate) fn bound(&self, name: &str) -> Option<&'s Value> {
        let mut frame = self.frames;
        while let Some(here) = frame {
            if here.name == name {
                return Some(&here.value);
            }
            frame = here.outer;
        }
        None
    }
}

impl Instance {
    pub(crate) fn new(
        module: Arc<Module>,
        path: EcoString,
        call_path: EcoString,
        call: Option<Call>,
        calls: Option<Arc<Via>>,
    ) -> Self {
        Self {
            module,
            path,
            call_path,
            call,
            calls,
            variables: Memo::default(),
            locals: Memo::default(),
            outputs: Memo::default(),
            arguments: Memo::default(),
            bodies: Memo::default(),
            expansions: RefCell::default(),
            children: RefCell::default(),
            providers: RefCell::default(),
        }
    }

    /// How many calls lead here.
    pub(crate) fn depth(&self) -> usize {
        std::iter::successors(self.call.as_ref(), |call| call.parent.call.as_ref()).count()
    }

    /// The root of the stack.
    pub(crate) fn root(self: &Rc<Self>) -> Rc<Instance> {
        let mut instance = self.clone();
        while let Some(call) = &instance.call {
            let parent = call.parent.clone();
            instance = parent;
        }
        instance
    }
}
