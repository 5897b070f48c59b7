//! HCL in JSON syntax, mapped into the tree of native syntax.
//!
//! JSON does not say what is a block: Terraform's schemas do. The blocks of the language itself are known here by
//! name and place; every other property is an attribute, whose value the evaluator may still read as blocks.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use self::syntax::{Json, Node, Shape};
use super::parser::{Failed, Parser};
use super::tree::{
    Attribute, Block, Body, Comment, Expr, ExprId, Item, Label, List, Part, PartKind, Range, Tree,
};
use crate::source::{Code, Diagnostic, SourceId};

mod place;
mod syntax;

use place::Place;

/// Parses a file in JSON syntax (`.tf.json`, `.tofu.json`).
///
/// Ranges are as in native syntax with these differences: the name of a block and its labels may stand outside of
/// its range (several resources lie under one `"resource"`), and its header is the key that stands before its body.
pub fn parse_json(source: SourceId, text: &Arc<str>) -> Tree {
    let json = syntax::read(text);
    let whole: Arc<str> = if json.unescaped.is_empty() && json.synthetic.is_empty() {
        text.clone()
    } else {
        format!("{text}{}", json.unescaped).into()
    };
    let mut tree = Tree::new(source, whole.clone());
    tree.synthetic.clone_from(&json.synthetic);
    let mut mapper = Mapper {
        parser: Parser::new(tree, &whole, 0..0),
        text: &whole,
        json,
    };
    mapper.problems();
    mapper.file(text.len() as u32);
    mapper
        .parser
        .lexer
        .comments
        .sort_by_key(|comment| comment.range.start);
    mapper.parser.finish()
}

struct Mapper<'t> {
    parser: Parser<'t>,
    /// The source and the unescaped strings behind it.
    text: &'t str,
    json: Json,
}

/// What a block is made of before its body: its type name, the labels so far and the key in front of the body.
#[derive(Clone, Copy)]
struct Header<'l> {
    name: Range,
    labels: &'l [Range],
    key: Range,
}

impl Mapper<'_> {
    fn problems(&mut self) {
        for problem in std::mem::take(&mut self.json.problems) {
            let code = if problem.limit {
                Code::Limit
            } else {
                Code::Syntax
            };
            let span = self.parser.tree.span(problem.range);
            self.parser
                .say(Diagnostic::new(code, span, problem.message).help(problem.help));
        }
    }

    fn say(&mut self, range: Range, message: impl Into<String>, help: &str) {
        let span = self.parser.tree.span(range);
        self.parser
            .say(Diagnostic::new(Code::Structure, span, message).help(help));
    }

    fn node(&self, index: usize) -> Node {
        self.json.nodes[index]
    }

    /// The indexes of the values in a container.
    fn children(&self, index: usize) -> Vec<usize> {
        let end = self.node(index).next as usize;
        let mut children = Vec::new();
        let mut child = index + 1;
        while child < end {
            children.push(child);
            child = self.node(child).next as usize;
        }
        children
    }

    /// The keys and values of an object.
    fn entries(&self, index: usize) -> Vec<(usize, usize)> {
        self.children(index)
            .chunks_exact(2)
            .map(|pair| (pair[0], pair[1]))
            .collect()
    }

    /// The keys and values of an object, or of all objects of an array, as HCL allows for bodies and labels.
    fn deep_entries(&mut self, index: usize) -> Vec<(usize, usize)> {
        match self.node(index).shape {
            Shape::Object => self.entries(index),
            Shape::Array => {
                let mut all = Vec::new();
                for child in self.children(index) {
                    match self.node(child).shape {
                        Shape::Object => all.extend(self.entries(child)),
                        Shape::Broken => {}
                        _ => self.say(
                            self.node(child).range,
                            "an object was expected here",
                            "write an object",
                        ),
                    }
                }
                all
            }
            Shape::Null | Shape::Broken => Vec::new(),
            _ => {
                let help = "write an object, or an array of objects";
                self.say(self.node(index).range, "an object was expected here", help);
                Vec::new()
            }
        }
    }

    /// The bytes of a string, without its quotes.
    fn string(&self, index: usize) -> Option<Range> {
        match self.node(index).shape {
            Shape::String(range) => Some(range),
            _ => None,
        }
    }

    fn slice(&self, range: Range) -> &'_ str {
        &self.text[range.start as usize..range.end as usize]
    }

    fn file(&mut self, end: u32) {
        self.parser.tree.root.range = Range { start: 0, end };
        if self.json.nodes.is_empty() {
            return;
        }
        if self.node(0).shape == Shape::Null {
            self.say(
                self.node(0).range,
                "an object was expected here",
                "write an object",
            );
        }
        let base = self.parser.items.len();
        let entries = self.deep_entries(0);
        self.entries_of_body(&entries, Place::Top);
        self.parser.tree.root.items = self.parser.item_list(base);
    }

    /// Attributes and blocks of a body.
    fn entries_of_body(&mut self, entries: &[(usize, usize)], place: Place) {
        let mut names = FxHashSet::default();
        for &(key, value) in entries {
            let Some(name) = self.string(key) else {
                continue;
            };
            let text = &self.text[name.start as usize..name.end as usize];
            if text == "//" {
                self.comment(name, value);
            } else if let Some((labels, inner)) = place.block(text, || self.has_dynamic(value)) {
                let header = Header {
                    name,
                    labels: &[],
                    key: self.node(key).range,
                };
                self.unpack(header, value, labels, inner);
            } else if names.insert(text) {
                let value = self.value(value, place.is_literal());
                let index = self.parser.tree.attributes.len() as u32;
                self.parser.tree.attributes.push(Attribute { name, value });
                self.parser.items.push(Item::Attribute(index));
            } else {
                self.say(
                    name,
                    format!("the argument {text} is given twice"),
                    "remove one of the two",
                );
            }
        }
    }

    /// A property named `//`: a comment from the slashes on.
    fn comment(&mut self, name: Range, value: usize) {
        let end = self.node(value).range.end;
        self.parser.lexer.comments.push(Comment {
            range: Range {
                start: name.start,
                end,
            },
        });
    }

    /// Whether a value is an object, or an array of objects, with a `dynamic` property: then it must be a body.
    fn has_dynamic(&self, index: usize) -> bool {
        match self.node(index).shape {
            Shape::Object => self.entries(index).iter().any(|&(key, _)| {
                self.string(key)
                    .is_some_and(|key| self.slice(key) == "dynamic")
            }),
            Shape::Array => self
                .children(index)
                .into_iter()
                .any(|child| self.node(child).shape == Shape::Object && self.has_dynamic(child)),
            _ => false,
        }
    }

    /// The blocks under a key: one level of objects for each label, then one body or an array of them.
    fn unpack(&mut self, header: Header, index: usize, labels: usize, place: Place) {
        if labels > 0 {
            let entries = self.deep_entries(index);
            let mut any = matches!(self.node(index).shape, Shape::Broken);
            for (key, value) in entries {
                let Some(label) = self.string(key) else {
                    continue;
                };
                any = true;
                if self.slice(label) == "//" && self.string(value).is_some() {
                    self.comment(label, value);
                    continue;
                }
                let all = [header.labels, &[label]].concat();
                let header = Header {
                    name: header.name,
                    labels: &all,
                    key: self.node(key).range,
                };
                self.unpack(header, value, labels - 1, place);
            }
            if !any {
                let message = "a block has no label here";
                self.say(
                    self.node(index).range,
                    message,
                    "write an object whose keys are the labels",
                );
            }
            return;
        }
        match self.node(index).shape {
            Shape::Object => self.block(header, index, header.key.start, place),
            Shape::Array => {
                for child in self.children(index) {
                    let start = self.node(child).range.start;
                    match self.node(child).shape {
                        Shape::Object | Shape::Array => self.block(header, child, start, place),
                        Shape::Broken => {}
                        _ => self.say(
                            self.node(child).range,
                            "the body of a block must be an object",
                            "write an object",
                        ),
                    }
                }
            }
            Shape::Null | Shape::Broken => {}
            _ => {
                let help = "write an object, or an array of objects for several blocks";
                self.say(
                    self.node(index).range,
                    "the body of a block must be an object",
                    help,
                );
            }
        }
    }

    fn block(&mut self, header: Header, index: usize, start: u32, place: Place) {
        let base = self.parser.items.len();
        let entries = self.deep_entries(index);
        self.entries_of_body(&entries, place);
        let items = self.parser.item_list(base);
        let Range { start: open, end } = self.node(index).range;
        let inner = Range {
            start: open + 1,
            end: end.saturating_sub(1).max(open + 1),
        };
        let first = self.parser.tree.labels.len() as u32;
        let labels = header.labels.iter().map(|&text| Label {
            text,
            quoted: false,
        });
        self.parser.tree.labels.extend(labels);
        let labels = List {
            start: first,
            len: header.labels.len() as u32,
        };
        let body = Body {
            items,
            range: inner,
        };
        let block = Block {
            name: header.name,
            labels,
            header: header.key,
            range: Range { start, end },
            body,
        };
        let index = self.parser.tree.blocks.len() as u32;
        self.parser.tree.blocks.push(block);
        self.parser.items.push(Item::Block(index));
    }

    /// A value as an expression; strings are templates, unless `literal`.
    fn value(&mut self, index: usize, literal: bool) -> ExprId {
        let Node { shape, range, .. } = self.node(index);
        let expr = match shape {
            Shape::Null => Expr::Null,
            Shape::Bool(value) => Expr::Bool(value),
            // A sign is part of the number here, an operator in native syntax.
            Shape::Number => return self.number(range),
            Shape::String(text) => return self.template(text, range, literal),
            Shape::Array | Shape::Object => {
                return self.container(index, shape == Shape::Object, literal);
            }
            Shape::Broken => Expr::Error,
        };
        self.parser.leaf(expr, range)
    }

    fn number(&mut self, range: Range) -> ExprId {
        use super::tree::Unary;
        if !self.slice(range).starts_with('-') {
            return self.parser.leaf(Expr::Number, range);
        }
        let of = self.parser.leaf(
            Expr::Number,
            Range {
                start: range.start + 1,
                end: range.end,
            },
        );
        self.checked(
            |parser| {
                parser.push(
                    Expr::Unary {
                        op: Unary::Negate,
                        of,
                    },
                    range,
                    1,
                )
            },
            range,
        )
    }

    fn container(&mut self, index: usize, object: bool, literal: bool) -> ExprId {
        let range = self.node(index).range;
        let base = self.parser.members.len();
        let mut names = FxHashSet::default();
        for (position, child) in self.children(index).into_iter().enumerate() {
            if object
                && position % 2 == 0
                && let Some(key) = self.string(child)
            {
                let text = &self.text[key.start as usize..key.end as usize];
                if !names.insert(text) {
                    self.say(
                        key,
                        format!("the key {text} is given twice"),
                        "remove one of the two",
                    );
                }
            }
            let member = self.value(child, literal);
            self.parser.members.push(member);
        }
        let (list, height) = self.parser.list(base);
        let expr = if object {
            Expr::Object(list)
        } else {
            Expr::Tuple(list)
        };
        self.checked(|parser| parser.push(expr, range, height), range)
    }

    /// A string: its text parsed as a template, with the range of the string in the source; or as it stands.
    fn template(&mut self, text: Range, range: Range, literal: bool) -> ExprId {
        if literal || memchr::memchr2(b'$', b'%', self.slice(text).as_bytes()).is_none() {
            return self.plain(text, range);
        }
        let mark = self.parser.mark();
        self.parser.lexer.text = &self.text[..text.end as usize];
        self.parser.lexer.at = text.start as usize;
        let Ok(id) = self.parser.template_file() else {
            self.parser.forget(mark);
            return self.parser.leaf(Expr::Error, range);
        };
        self.parser.tree.ranges[id.0 as usize] = range;
        id
    }

    fn plain(&mut self, text: Range, range: Range) -> ExprId {
        let start = self.parser.tree.parts.len() as u32;
        let len = u32::from(text.start < text.end);
        if len == 1 {
            self.parser.tree.parts.push(Part {
                kind: PartKind::Plain,
                range: text,
            });
        }
        self.parser.leaf(Expr::Literal(List { start, len }), range)
    }

    fn checked(
        &mut self,
        make: impl FnOnce(&mut Parser) -> Result<ExprId, Failed>,
        range: Range,
    ) -> ExprId {
        make(&mut self.parser).unwrap_or_else(|Failed| self.parser.leaf(Expr::Error, range))
    }
}
