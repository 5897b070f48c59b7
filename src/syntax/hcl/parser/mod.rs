//! Tokens to a tree: recursive descent over flat arrays.
//!
//! A file is parsed as if it were right. Only when it is not is it parsed again with `recovering` set: then
//! indentation counts as evidence of where things were meant to end, which it must not for a valid file.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::lexer::{Kind, Lexer, Token};
use super::tree::{Body, Expr, ExprId, Item, List, Part, Range, Tree};
use crate::source::{Code, Diagnostic, SourceId};

mod body;
mod collection;
mod expression;
mod heredoc;
mod recovery;
mod template;

/// How deep blocks, expressions and templates may be nested in each other, and how high an expression may be
/// (`a + b + c …` is as high as it has operators), so that whoever walks the tree may recurse.
pub(super) const MAX_DEPTH: u32 = 256;

/// How many things are said about one file.
const MAX_ERRORS: usize = 100;

/// What was being parsed cannot be finished; a diagnostic was made.
#[derive(Debug)]
pub(super) struct Failed;

pub(super) type Parsed<T> = Result<T, Failed>;

/// The state of a parse.
#[derive(Debug)]
pub(super) struct Parser<'t> {
    pub(super) tree: Tree,
    pub(super) lexer: Lexer<'t>,
    /// The token to be read next.
    pub(super) token: Token,
    /// Where the token before it ended.
    pub(super) before: u32,
    /// Inside brackets line ends mean nothing.
    pub(super) skip_newlines: bool,
    pub(super) depth: u32,
    /// The height of each expression.
    pub(super) heights: Vec<u16>,
    /// Members of lists that are not complete yet.
    pub(super) members: Vec<ExprId>,
    /// Items of bodies that are not complete yet.
    pub(super) items: Vec<Item>,
    /// Pieces of templates that are not complete yet.
    pub(super) pieces: Vec<template::Piece>,
    /// Parts of templates and directives that are not complete yet.
    pub(super) parts: Vec<Part>,
    /// Whether this is the second parse of a text that has errors.
    pub(super) recovering: bool,
    /// How far the block around the current item is indented.
    pub(super) enclosing: Option<usize>,
    /// How many bytes were read more than once while recovering.
    pub(super) reread: usize,
    /// The attribute names of large bodies, each with the number of its body, to find one given twice.
    names: FxHashSet<(u32, &'t str)>,
    /// How many bodies were begun.
    bodies: u32,
}

/// How far the arrays had got when something was begun, to forget what a failure leaves behind.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    exprs: usize,
    lists: usize,
    tree_parts: usize,
    fors: usize,
    members: usize,
    pieces: usize,
    parts: usize,
    attributes: usize,
    blocks: usize,
    labels: usize,
    tree_items: usize,
    items: usize,
    depth: u32,
    skip_newlines: bool,
}

impl<'t> Parser<'t> {
    /// A parser over the bytes `range` of `text`, the text of `tree`.
    pub(super) fn new(tree: Tree, text: &'t str, range: std::ops::Range<usize>) -> Self {
        let token = Token {
            kind: Kind::End,
            start: range.start as u32,
            end: range.start as u32,
        };
        Self {
            tree,
            lexer: Lexer::new(&text[..range.end], range.start),
            token,
            before: range.start as u32,
            skip_newlines: false,
            depth: 0,
            heights: Vec::new(),
            members: Vec::new(),
            items: Vec::new(),
            pieces: Vec::new(),
            parts: Vec::new(),
            recovering: false,
            enclosing: None,
            reread: 0,
            names: FxHashSet::default(),
            bodies: 0,
        }
    }

    pub(super) fn advance(&mut self) {
        self.before = self.token.end;
        self.token = self.lexer.next(self.skip_newlines);
    }

    /// Goes on at `at`, as if a token had ended there.
    pub(super) fn resume(&mut self, at: usize) {
        self.before = self.lexer.go_to(at) as u32;
        self.token = self.lexer.next(self.skip_newlines);
    }

    pub(super) fn is(&self, kind: Kind) -> bool {
        self.token.kind == kind
    }

    /// Whether the token is the word `word`.
    pub(super) fn is_word(&self, word: &str) -> bool {
        self.is(Kind::Name) && self.text(self.token.range()) == word
    }

    pub(super) fn text(&self, range: Range) -> &'t str {
        &self.lexer.text[range.start as usize..range.end as usize]
    }

    /// Adds an expression whose highest child has `height` (0: no child).
    pub(super) fn push(&mut self, expr: Expr, range: Range, height: u16) -> Parsed<ExprId> {
        if u32::from(height) >= MAX_DEPTH {
            return self.too_deep(range);
        }
        let id = ExprId(self.tree.exprs.len() as u32);
        self.tree.exprs.push(expr);
        self.tree.ranges.push(range);
        self.heights.push(height + 1);
        Ok(id)
    }

    /// Adds an expression without children.
    pub(super) fn leaf(&mut self, expr: Expr, range: Range) -> ExprId {
        let id = ExprId(self.tree.exprs.len() as u32);
        self.tree.exprs.push(expr);
        self.tree.ranges.push(range);
        self.heights.push(1);
        id
    }

    pub(super) fn height(&self, id: ExprId) -> u16 {
        self.heights[id.0 as usize]
    }

    pub(super) fn range(&self, id: ExprId) -> Range {
        self.tree.ranges[id.0 as usize]
    }

    /// Makes a list of the members since `base`; with the height of the highest.
    pub(super) fn list(&mut self, base: usize) -> (List, u16) {
        let start = self.tree.lists.len();
        let height = self.members[base..]
            .iter()
            .map(|&id| self.height(id))
            .max()
            .unwrap_or(0);
        self.tree.lists.extend_from_slice(&self.members[base..]);
        self.members.truncate(base);
        (
            List {
                start: start as u32,
                len: (self.tree.lists.len() - start) as u32,
            },
            height,
        )
    }

    /// Makes a body's list of the items since `base`.
    pub(super) fn item_list(&mut self, base: usize) -> List {
        let start = self.tree.items.len();
        self.tree.items.extend_from_slice(&self.items[base..]);
        self.items.truncate(base);
        List {
            start: start as u32,
            len: (self.tree.items.len() - start) as u32,
        }
    }

    /// Goes one level deeper; whoever succeeds takes it back, a failure is taken back by [`Parser::forget`].
    pub(super) fn enter(&mut self) -> Parsed<()> {
        if self.depth >= MAX_DEPTH {
            return self.too_deep(self.token.range());
        }
        self.depth += 1;
        Ok(())
    }

    fn too_deep<T>(&mut self, range: Range) -> Parsed<T> {
        let message = format!("this is nested more than {MAX_DEPTH} levels deep");
        let help = "move inner parts into local values, or operators into lists";
        let problem = Diagnostic::new(Code::Limit, self.tree.span(range), message).help(help);
        self.say(problem);
        Err(Failed)
    }

    /// Says what is wrong at `range` and gives up what is being parsed.
    pub(super) fn fail<T>(
        &mut self,
        range: Range,
        message: impl Into<String>,
        help: &str,
    ) -> Parsed<T> {
        self.report(range, message, help);
        Err(Failed)
    }

    /// Says what is wrong at `range`; `help` may be empty.
    pub(super) fn report(&mut self, range: Range, message: impl Into<String>, help: &str) {
        let mut problem = Diagnostic::new(Code::Syntax, self.tree.span(range), message);
        if !help.is_empty() {
            problem = problem.help(help);
        }
        self.say(problem);
    }

    /// Adds a diagnostic, unless there are too many to be of use. Of what is wrong with the syntax of one line only the
    /// first is said: the rest follows from it more often than not.
    pub(super) fn say(&mut self, problem: Diagnostic) {
        let again = self.tree.errors.last().is_some_and(|last| {
            let (start, end) = (last.span.start as usize, problem.span.start as usize);
            let line = |at: usize| self.lexer.line(at).start;
            last.code == problem.code
                && (start == end || problem.code == Code::Syntax)
                && start.max(end) <= self.lexer.text.len()
                && line(start) == line(end)
        });
        if !again && self.tree.errors.len() < MAX_ERRORS {
            self.tree.errors.push(problem);
        }
    }

    pub(super) fn mark(&self) -> Mark {
        Mark {
            exprs: self.tree.exprs.len(),
            lists: self.tree.lists.len(),
            tree_parts: self.tree.parts.len(),
            fors: self.tree.fors.len(),
            members: self.members.len(),
            pieces: self.pieces.len(),
            parts: self.parts.len(),
            attributes: self.tree.attributes.len(),
            blocks: self.tree.blocks.len(),
            labels: self.tree.labels.len(),
            tree_items: self.tree.items.len(),
            items: self.items.len(),
            depth: self.depth,
            skip_newlines: self.skip_newlines,
        }
    }

    /// Takes back everything since `mark` but diagnostics and comments.
    pub(super) fn forget(&mut self, mark: Mark) {
        self.tree.exprs.truncate(mark.exprs);
        self.tree.ranges.truncate(mark.exprs);
        self.heights.truncate(mark.exprs);
        self.tree.lists.truncate(mark.lists);
        self.tree.parts.truncate(mark.tree_parts);
        self.tree.fors.truncate(mark.fors);
        self.members.truncate(mark.members);
        self.pieces.truncate(mark.pieces);
        self.parts.truncate(mark.parts);
        self.tree.attributes.truncate(mark.attributes);
        self.tree.blocks.truncate(mark.blocks);
        self.tree.labels.truncate(mark.labels);
        self.tree.items.truncate(mark.tree_items);
        self.items.truncate(mark.items);
        self.depth = mark.depth;
        self.skip_newlines = mark.skip_newlines;
    }

    /// The tree, with its comments, without spare room.
    pub(super) fn finish(mut self) -> Tree {
        self.tree.comments = self.lexer.comments;
        self.tree.shrink();
        self.tree
    }
}

/// The first byte after a byte order mark.
fn after_mark(text: &str) -> usize {
    if text.starts_with('\u{FEFF}') { 3 } else { 0 }
}

/// Parses an HCL file in native syntax.
pub fn parse(source: SourceId, text: &Arc<str>) -> Tree {
    let whole = after_mark(text)..text.len();
    let mut parser = Parser::new(Tree::new(source, text.clone()), text, whole.clone());
    if parser.file().is_ok() {
        return parser.finish();
    }
    let first = parser.tree.errors;
    let mut parser = Parser::new(Tree::new(source, text.clone()), text, whole);
    parser.recovering = true;
    // Cannot fail: while recovering every failure ends with its item.
    let _ = parser.file();
    if parser.tree.errors.is_empty() {
        parser.tree.errors = first;
    }
    parser.finish()
}

/// Parses a template file: text with interpolations and directives.
pub fn parse_template(source: SourceId, text: &Arc<str>) -> (Tree, ExprId) {
    let whole = after_mark(text)..text.len();
    let mut parser = Parser::new(Tree::new(source, text.clone()), text, whole.clone());
    let root = parser.template_file();
    let id = parser.or_error(root, whole);
    (parser.finish(), id)
}

/// Parses a text that is one expression.
pub fn parse_expression(source: SourceId, text: &Arc<str>) -> (Tree, ExprId) {
    let whole = after_mark(text)..text.len();
    let mut parser = Parser::new(Tree::new(source, text.clone()), text, whole.clone());
    let root = parser.only_expression();
    let id = parser.or_error(root, whole);
    (parser.finish(), id)
}

impl Parser<'_> {
    /// What was parsed, or an error expression in its place.
    fn or_error(&mut self, parsed: Parsed<ExprId>, whole: std::ops::Range<usize>) -> ExprId {
        parsed.unwrap_or_else(|Failed| {
            self.leaf(
                Expr::Error,
                Range {
                    start: whole.start as u32,
                    end: whole.end as u32,
                },
            )
        })
    }

    /// The whole text as a body.
    fn file(&mut self) -> Parsed<()> {
        self.advance();
        let (start, end) = (self.before, self.lexer.text.len() as u32);
        let mut scope = self.scope();
        self.body(&mut scope, None)?;
        let items = self.item_list(scope.base);
        self.tree.root = Body {
            items,
            range: Range {
                start: start.min(end),
                end,
            },
        };
        Ok(())
    }

    fn only_expression(&mut self) -> Parsed<ExprId> {
        self.skip_newlines = true;
        self.advance();
        let id = self.expression()?;
        if !self.is(Kind::End) {
            let help = "write one expression; inside another, put it in parentheses";
            return self.unexpected("the expression ends before this", help);
        }
        Ok(id)
    }
}
