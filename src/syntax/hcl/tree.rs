//! The tree of an HCL file: flat arrays, children before parents, byte ranges everywhere.

use std::borrow::Cow;
use std::sync::Arc;

use super::literal;
use crate::source::{Diagnostic, SourceId, Span};

/// A byte range in the text of a [`Tree`] (see [`Tree::span`] for the place in the source).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Range {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// An expression, by its index in [`Tree::exprs`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ExprId(pub u32);

/// A run of members in one of the list arrays of a [`Tree`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct List {
    /// Index of the first member.
    pub start: u32,
    /// Number of members.
    pub len: u32,
}

/// What an expression is. Lists of expressions lie in [`Tree::lists`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[allow(missing_docs)] // a variant's line names its fields
pub enum Expr {
    /// An expression that could not be parsed; a diagnostic stands beside it.
    Error,
    /// `null`.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// A number; its digits are the bytes of the node.
    Number,
    /// A quoted template or heredoc without interpolation or directives: one literal part or none.
    /// The list lies in [`Tree::parts`]. Kept apart from [`Expr::Template`] because most strings are this.
    Literal(List),
    /// A quoted template or a heredoc with at least one interpolation or directive; parts in [`Tree::parts`].
    Template(List),
    /// A name by itself: `var`, `local`, `each`, `aws_instance`, a `for` variable, an object key.
    Name,
    /// `of.name`; the range is that of the name after the dot. A legacy index `of.0` has digits there.
    Attribute { of: ExprId, name: Range },
    /// `of[key]`.
    Index { of: ExprId, key: ExprId },
    /// `of.*…` (`full: false`) or `of[*]…` (`full: true`). `each` is the expression applied to every member,
    /// in which [`Expr::SplatItem`] stands for the member.
    Splat {
        of: ExprId,
        each: ExprId,
        full: bool,
    },
    /// The member inside a splat.
    SplatItem,
    /// `name(arguments)`, `expand` where the last argument is followed by `...`. The name may hold `::`.
    Call {
        name: Range,
        arguments: List,
        expand: bool,
    },
    /// `[a, b]`.
    Tuple(List),
    /// `{ a = b }`: keys and values in turn. A key that is a bare [`Expr::Name`] is literal; one in
    /// [`Expr::Paren`] (or any other expression) is evaluated.
    Object(List),
    /// `[for …]` or `{for …}`, by index in [`Tree::fors`].
    For(u32),
    /// `!a`, `-a`.
    Unary { op: Unary, of: ExprId },
    /// `a + b`.
    Binary {
        op: Binary,
        left: ExprId,
        right: ExprId,
    },
    /// `a ? b : c`: three members.
    Conditional(List),
    /// `(a)`.
    Paren(ExprId),
}

/// Prefix operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Unary {
    Not,
    Negate,
}

/// Infix operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Binary {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

/// `[for key, value in collection : result if condition]` and `{for … : key_result => result... if condition}`.
#[derive(Debug, Clone, Copy)]
pub struct For {
    /// The first name, where there are two.
    pub key: Option<Range>,
    /// The last name.
    pub value: Range,
    /// What is walked.
    pub collection: ExprId,
    /// The key of each result; `None` makes a list.
    pub key_result: Option<ExprId>,
    /// Each result.
    pub result: ExprId,
    /// `...`: results of one key are gathered in a list.
    pub group: bool,
    /// The `if` clause.
    pub condition: Option<ExprId>,
}

/// A piece of a template, with its bytes.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// What it is.
    pub kind: PartKind,
    /// Its bytes; for a literal those before unescaping, but after what `~` markers and `<<-` take away at its ends.
    pub range: Range,
}

/// What a piece of a template is. Directives are nested by the ranges of [`Tree::parts`] they name.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)]
pub enum PartKind {
    /// Text of a quoted template: backslash escapes and `$${`, `%%{` still to be undone ([`Tree::literal`]).
    Quoted,
    /// Text of a heredoc or template file: only `$${` and `%%{` still to be undone.
    Raw,
    /// Text as it stands (strings of JSON syntax that are no templates).
    Plain,
    /// `${ expression }`.
    Interpolation(ExprId),
    /// `%{ if condition }then%{ else }otherwise%{ endif }`.
    If {
        condition: ExprId,
        then: List,
        otherwise: List,
    },
    /// `%{ for key, value in collection }body%{ endfor }`.
    For {
        key: Option<Range>,
        value: Range,
        collection: ExprId,
        body: List,
    },
}

/// A name and its expression.
#[derive(Debug, Clone, Copy)]
pub struct Attribute {
    /// The name (in JSON syntax: the bytes between the quotes).
    pub name: Range,
    /// The expression.
    pub value: ExprId,
}

/// A label of a block.
#[derive(Debug, Clone, Copy)]
pub struct Label {
    /// The bytes between the quotes, or the bare name.
    pub text: Range,
    /// Whether escapes may have to be undone ([`Tree::label`]).
    pub quoted: bool,
}

/// A block: type, labels and body.
#[derive(Debug, Clone, Copy)]
pub struct Block {
    /// The type name.
    pub name: Range,
    /// Its labels, in [`Tree::labels`].
    pub labels: List,
    /// Type and labels, up to before the opening brace.
    pub header: Range,
    /// Header and body with both braces.
    pub range: Range,
    /// What is inside.
    pub body: Body,
}

/// The items of a body, in source order, in [`Tree::items`].
#[derive(Debug, Clone, Copy)]
pub struct Body {
    /// The items.
    pub items: List,
    /// The bytes between the braces, or the whole file.
    pub range: Range,
}

/// An attribute or a block, by index in [`Tree::attributes`] or [`Tree::blocks`].
#[derive(Debug, Clone, Copy)]
pub enum Item {
    /// An attribute.
    Attribute(u32),
    /// A block.
    Block(u32),
}

/// A comment: `#`, `//` to the end of the line without the line end, or `/* */`.
#[derive(Debug, Clone, Copy)]
pub struct Comment {
    /// Its bytes, markers included.
    pub range: Range,
}

/// A parsed HCL text. `exprs[i]` and `ranges[i]` belong together.
#[derive(Debug, Clone)]
pub struct Tree {
    /// The source it came from.
    pub source: SourceId,
    /// The text that ranges are about: the source, and behind it texts that had to be unescaped before they
    /// could be parsed (template strings with escapes in JSON syntax).
    pub text: Arc<str>,
    /// Expressions, children before parents.
    pub exprs: Vec<Expr>,
    /// The bytes of each expression.
    pub ranges: Vec<Range>,
    /// Members of expression lists.
    pub lists: Vec<ExprId>,
    /// Parts of templates.
    pub parts: Vec<Part>,
    /// `for` expressions.
    pub fors: Vec<For>,
    /// Attributes.
    pub attributes: Vec<Attribute>,
    /// Blocks.
    pub blocks: Vec<Block>,
    /// Labels of blocks.
    pub labels: Vec<Label>,
    /// Items of bodies.
    pub items: Vec<Item>,
    /// The body of the file.
    pub root: Body,
    /// Comments in source order.
    pub comments: Vec<Comment>,
    /// What was wrong.
    pub errors: Vec<Diagnostic>,
    /// Where the unescaped texts behind the source came from: (first byte in `text`, range in the source), sorted.
    pub synthetic: Vec<(u32, Range)>,
}

impl Tree {
    /// A tree of nothing over `text`.
    pub(super) fn new(source: SourceId, text: Arc<str>) -> Self {
        let range = Range {
            start: 0,
            end: text.len() as u32,
        };
        Self {
            source,
            text,
            exprs: Vec::new(),
            ranges: Vec::new(),
            lists: Vec::new(),
            parts: Vec::new(),
            fors: Vec::new(),
            attributes: Vec::new(),
            blocks: Vec::new(),
            labels: Vec::new(),
            items: Vec::new(),
            root: Body {
                items: List { start: 0, len: 0 },
                range,
            },
            comments: Vec::new(),
            errors: Vec::new(),
            synthetic: Vec::new(),
        }
    }

    /// Gives back the room that the arrays do not use.
    pub(super) fn shrink(&mut self) {
        self.exprs.shrink_to_fit();
        self.ranges.shrink_to_fit();
        self.lists.shrink_to_fit();
        self.parts.shrink_to_fit();
        self.fors.shrink_to_fit();
        self.attributes.shrink_to_fit();
        self.blocks.shrink_to_fit();
        self.labels.shrink_to_fit();
        self.items.shrink_to_fit();
        self.comments.shrink_to_fit();
    }

    /// The expression and its bytes.
    pub fn expr(&self, id: ExprId) -> Expr {
        self.exprs[id.0 as usize]
    }

    /// The place of an expression in the source.
    pub fn expr_span(&self, id: ExprId) -> Span {
        self.span(self.ranges[id.0 as usize])
    }

    /// The place in the source of a range of the tree's text.
    pub fn span(&self, range: Range) -> Span {
        let behind = self
            .synthetic
            .partition_point(|&(start, _)| start <= range.start);
        match behind.checked_sub(1) {
            Some(at) => {
                let source = self.synthetic[at].1;
                Span::new(self.source, source.start, source.end)
            }
            None => Span::new(self.source, range.start, range.end),
        }
    }

    /// The bytes of a range.
    pub fn slice(&self, range: Range) -> &str {
        &self.text[range.start as usize..range.end as usize]
    }

    /// The expressions of a list.
    pub fn list(&self, list: List) -> &[ExprId] {
        &self.lists[list.start as usize..(list.start + list.len) as usize]
    }

    /// The parts of a template.
    pub fn parts(&self, list: List) -> &[Part] {
        &self.parts[list.start as usize..(list.start + list.len) as usize]
    }

    /// The labels of a block.
    pub fn labels(&self, block: &Block) -> &[Label] {
        &self.labels[block.labels.start as usize..(block.labels.start + block.labels.len) as usize]
    }

    /// The attributes and blocks of a body, in source order.
    pub fn items(&self, body: &Body) -> &[Item] {
        &self.items[body.items.start as usize..(body.items.start + body.items.len) as usize]
    }

    /// The text that a literal part stands for; nothing for other parts.
    ///
    /// Line ends stay as they are written (`\r\n` in a heredoc of a file with such line ends), as in Terraform.
    pub fn literal(&self, part: &Part) -> Cow<'_, str> {
        match part.kind {
            PartKind::Quoted => literal::quoted(self.slice(part.range)),
            PartKind::Raw => literal::unquoted(self.slice(part.range)),
            PartKind::Plain => self.slice(part.range).into(),
            _ => Cow::Borrowed(""),
        }
    }

    /// The text of the parts of an [`Expr::Literal`].
    pub fn literal_text(&self, parts: List) -> Cow<'_, str> {
        match self.parts(parts) {
            [] => Cow::Borrowed(""),
            [part] => self.literal(part),
            parts => parts
                .iter()
                .map(|part| self.literal(part))
                .collect::<String>()
                .into(),
        }
    }

    /// The text of an expression that is a string without interpolations; `None` for others.
    pub fn string(&self, id: ExprId) -> Option<Cow<'_, str>> {
        match self.expr(id) {
            Expr::Literal(parts) => Some(self.literal_text(parts)),
            _ => None,
        }
    }

    /// The text of a label.
    pub fn label(&self, label: &Label) -> Cow<'_, str> {
        let raw = self.slice(label.text);
        if label.quoted {
            literal::quoted(raw)
        } else {
            Cow::Borrowed(raw)
        }
    }

    /// The type name of a block.
    pub fn block_name(&self, block: &Block) -> &str {
        self.slice(block.name)
    }

    /// The name of an attribute.
    pub fn attribute_name(&self, attribute: &Attribute) -> &str {
        self.slice(attribute.name)
    }

    /// The attributes of a body, in source order.
    pub fn attributes<'t>(&'t self, body: &Body) -> impl Iterator<Item = &'t Attribute> {
        self.items(body).iter().filter_map(|item| match item {
            Item::Attribute(index) => Some(&self.attributes[*index as usize]),
            Item::Block(_) => None,
        })
    }

    /// The blocks of a body, in source order.
    pub fn blocks<'t>(&'t self, body: &Body) -> impl Iterator<Item = &'t Block> {
        self.items(body).iter().filter_map(|item| match item {
            Item::Block(index) => Some(&self.blocks[*index as usize]),
            Item::Attribute(_) => None,
        })
    }

    /// The attribute of a body with this name.
    pub fn attribute<'t>(&'t self, body: &Body, name: &str) -> Option<&'t Attribute> {
        self.attributes(body)
            .find(|attribute| self.slice(attribute.name) == name)
    }

    /// The keys and values of an [`Expr::Object`].
    pub fn entries(&self, object: List) -> impl Iterator<Item = (ExprId, ExprId)> {
        self.list(object)
            .chunks_exact(2)
            .map(|pair| (pair[0], pair[1]))
    }
}
