//! What the evaluation of a template shares with that of the stacks nested in it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ecow::EcoString;
use rustc_hash::FxHashMap;

use super::Request;
use crate::eval::{Declared, MissingModule, Truth, Via, budget};
use crate::source::{Closed, Code, Diagnostic, Door, SourceFile, SourceMap, Span};
use crate::syntax::yaml::Document;

/// How deep evaluation may go: nodes in nodes, conditions in conditions, names of resources in names.
pub(super) const MAX_DEPTH: usize = 160;

/// How deep stacks may lie in each other, and how many there may be in all.
pub(super) const MAX_NESTED: usize = 12;
const MAX_STACKS: usize = 2_000;

/// How many nodes may be visited beyond four times those there are: what aliases and loops can multiply.
const MAX_VISITS: usize = 400_000;

/// The most diagnostics about one stack.
const MAX_DIAGNOSTICS: usize = 1_000;

/// A template that was read.
pub(super) type Template = Arc<(Arc<SourceFile>, Document)>;

/// Shared by all templates of one stack.
pub(super) struct Context<'r> {
    pub(super) door: Door<'r>,
    pub(super) sources: &'r SourceMap,
    pub(super) stack: EcoString,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) missing: Vec<MissingModule>,
    /// The parameters of all templates.
    pub(super) inputs: Vec<Declared>,
    /// Templates by their paths, or why they are not read.
    pub(super) templates: FxHashMap<PathBuf, Result<Template, Closed>>,
    pub(super) depth: usize,
    stacks: usize,
    visits: usize,
    limit_said: bool,
}

/// Where a template stands: the file, and the nested stacks that lead to it.
#[derive(Clone)]
pub(super) struct Place {
    /// The path of the file.
    pub(super) path: Arc<Path>,
    /// The logical ids that lead to it, joined by `/`.
    pub(super) module: EcoString,
    /// The calls that lead to it.
    pub(super) calls: Option<Arc<Via>>,
    /// Whether the stack is made at all.
    pub(super) exists: Truth,
    /// The templates that are being evaluated, outermost first.
    pub(super) above: Vec<Arc<Path>>,
}

impl Place {
    pub(super) fn root(request: &Request<'_>) -> Self {
        let path = request.file.at.clone();
        Self {
            module: EcoString::new(),
            calls: None,
            exists: Truth::True,
            above: vec![path.clone()],
            path,
        }
    }

    /// The folder of the template.
    pub(super) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }
}

impl<'r> Context<'r> {
    pub(super) fn new(request: &Request<'r>) -> Self {
        Self {
            door: request.door,
            sources: request.sources,
            stack: request.file.path.as_ref().into(),
            diagnostics: Vec::new(),
            missing: Vec::new(),
            inputs: Vec::new(),
            templates: FxHashMap::default(),
            depth: 0,
            stacks: 0,
            visits: MAX_VISITS + 4 * request.document.nodes.len(),
            limit_said: false,
        }
    }

    pub(super) fn error(&mut self, diagnostic: Diagnostic) {
        if self.diagnostics.len() < MAX_DIAGNOSTICS && !self.diagnostics.contains(&diagnostic) {
            self.diagnostics.push(diagnostic);
        }
    }

    pub(super) fn missing(&mut self, source: impl Into<EcoString>, span: Span) {
        let source = source.into();
        self.missing.push(MissingModule { source, span });
    }

    /// Takes one step deeper; false, with a diagnostic, where a limit is reached. Every call that gave true is
    /// followed by one of [`Context::leave`].
    pub(super) fn enter(&mut self, span: Span) -> bool {
        budget::work(2 * budget::EXPRESSION);
        if self.is_spent(span) {
            return false;
        }
        if self.depth >= MAX_DEPTH {
            self.limit(span, "expressions lie too deep in each other");
            return false;
        }
        self.visits -= 1;
        self.depth += 1;
        true
    }

    /// Whether nothing more may be made; the first place where that is so is said.
    pub(super) fn is_spent(&mut self, span: Span) -> bool {
        let message = if budget::is_spent() {
            "this asks for more values, text or work than distrust spends on one stack; what it gives is not known"
        } else if self.visits == 0 {
            "aliases and loops make more of this template than is evaluated"
        } else {
            return false;
        };
        self.limit(span, message);
        true
    }

    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    /// Counts one more stack; false where there are too many.
    pub(super) fn nested(&mut self, span: Span) -> bool {
        self.stacks += 1;
        if self.stacks > MAX_STACKS {
            self.limit(span, "too many nested stacks");
        }
        self.stacks <= MAX_STACKS
    }

    /// A nested template may be visited as often as its size allows, too.
    pub(super) fn grant(&mut self, nodes: usize) {
        self.visits += 4 * nodes;
    }

    fn limit(&mut self, span: Span, message: &str) {
        if !self.limit_said {
            self.limit_said = true;
            self.diagnostics
                .push(Diagnostic::new(Code::Limit, span, message));
        }
    }
}
