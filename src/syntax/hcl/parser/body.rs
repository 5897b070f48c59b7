//! Bodies: attributes and blocks.

use super::super::lexer::{Kind, Token};
use super::super::tree::{Attribute, Block, Body, Expr, ExprId, Item, Label, List, Range};
use super::{Failed, Parsed, Parser};
use crate::source::{Code, Diagnostic};

/// A block whose body is being parsed.
#[derive(Debug)]
pub(super) struct Opened {
    /// The brace, or where it should have been.
    pub(super) brace: Range,
    /// How far the line with its header is indented.
    pub(super) indent: usize,
    /// Whether its first item is indented farther: only then does indentation say where it ends.
    pub(super) indented: Option<bool>,
    /// Whether something in it could not be parsed.
    pub(super) failed: bool,
}

/// A body whose items are being gathered.
#[derive(Debug)]
pub(super) struct Scope {
    /// Where its items begin in [`Parser::items`].
    pub(super) base: usize,
    /// Tells its names from those of other bodies in [`Parser::names`].
    id: u32,
    /// Whether its names are in there.
    large: bool,
}

/// Above this many attributes a body's names go into a set.
const FEW: usize = 12;

impl<'t> Parser<'t> {
    /// A new body.
    pub(super) fn scope(&mut self) -> Scope {
        self.bodies += 1;
        Scope {
            base: self.items.len(),
            id: self.bodies,
            large: false,
        }
    }

    /// Items up to a closing brace, which is left to be read, or the end; they stay in [`Parser::items`].
    ///
    /// Gives whether the body ended where it should. Fails only where the parser is not recovering.
    pub(super) fn body(
        &mut self,
        scope: &mut Scope,
        mut open: Option<&mut Opened>,
    ) -> Parsed<bool> {
        loop {
            if self.is(Kind::Newline) {
                self.advance();
                continue;
            }
            let ends = open.as_deref_mut().is_some_and(|open| self.ends_body(open));
            match open.as_deref_mut() {
                Some(open) if ends => match self.closes(open)? {
                    Some(closed) => return Ok(closed),
                    None => continue,
                },
                None if self.is(Kind::End) => return Ok(true),
                None if self.is(Kind::CloseBrace) => {
                    self.stray_brace()?;
                    continue;
                }
                _ => {}
            }
            let (mark, start, said) = (self.mark(), self.token.start, self.tree.errors.len());
            if let Err(Failed) = self.item(scope) {
                if !self.recovering {
                    return Err(Failed);
                }
                self.forget(mark);
                let end = self.item_end(start as usize);
                self.resume(end);
            }
            if let Some(open) = open.as_deref_mut() {
                open.failed |= self.tree.errors.len() > said;
            }
        }
    }

    /// An attribute or a block.
    fn item(&mut self, scope: &mut Scope) -> Parsed<()> {
        let name = self.token;
        if name.kind == Kind::Quote {
            return self.fail(
                name.range(),
                "the name of an argument is not quoted",
                "remove the quotes",
            );
        }
        if name.kind != Kind::Name {
            let failed = self.unexpected("an argument or a block was expected here", "");
            if self.recovering && self.lexer.line_end(name.start as usize) > name.end as usize {
                // Perhaps only this token is wrong.
                self.advance();
                return Ok(());
            }
            return failed;
        }
        self.advance();
        match self.token.kind {
            Kind::Assign => self.attribute_item(name, scope, false),
            Kind::Quote | Kind::OpenBrace | Kind::Name => self.block(name),
            _ => {
                let help = "write name = value for an argument, or name { … } for a block";
                let failed = match self.token.kind {
                    Kind::Invalid => self.unexpected("", ""),
                    _ => self.fail(
                        name.range(),
                        "this is neither an argument nor a block",
                        help,
                    ),
                };
                let header = self.is(Kind::Newline) || self.ends_with_brace(name.start as usize);
                if self.recovering && header {
                    self.block(name)
                } else {
                    failed
                }
            }
        }
    }

    /// `name = value`, the token being the equals sign. In a block of one line no line end is needed.
    fn attribute_item(&mut self, name: Token, scope: &mut Scope, one_line: bool) -> Parsed<()> {
        let mark = self.mark();
        self.advance();
        let from = self.before;
        let value = match self.attribute_value(one_line) {
            Ok(value) => value,
            Err(Failed) if !self.recovering => return Err(Failed),
            Err(Failed) => {
                // The attribute stays: one that is there but unreadable is not one that is missing.
                self.forget(mark);
                let end = if one_line {
                    self.one_line_end(from as usize)
                } else {
                    // The equals sign may stand on a later line, behind a comment.
                    let line = self.lexer.line_end(from as usize);
                    self.item_end(name.start as usize).max(line)
                };
                let range = self.trimmed(from, end as u32);
                let value = self.leaf(Expr::Error, range);
                self.resume(end);
                value
            }
        };
        self.add_attribute(
            Attribute {
                name: name.range(),
                value,
            },
            scope,
        );
        Ok(())
    }

    fn attribute_value(&mut self, one_line: bool) -> Parsed<ExprId> {
        let value = self.expression()?;
        match self.token.kind {
            Kind::Newline | Kind::End => Ok(value),
            _ if one_line => Ok(value),
            Kind::Comma => {
                let help = "end each argument with a line end, not with a comma";
                let failed = self.fail(
                    self.token.range(),
                    "a comma cannot follow an argument",
                    help,
                );
                if self.recovering
                    && self.lexer.line_end(self.before as usize) == self.token.end as usize
                {
                    self.advance();
                    return Ok(value);
                }
                failed
            }
            _ => {
                let help = "put the rest on a line of its own";
                let failed = self.unexpected("a line end was expected after this argument", help);
                // Where another item or the end of the block follows, only the line end is missing.
                if self.recovering && (self.is(Kind::CloseBrace) || self.assigns()) {
                    Ok(value)
                } else {
                    failed
                }
            }
        }
    }

    /// Whether the token is a name with an equals sign behind it.
    fn assigns(&self) -> bool {
        let rest = self.lexer.text[self.token.end as usize..].trim_start_matches([' ', '\t']);
        self.is(Kind::Name) && rest.starts_with('=') && !rest.starts_with("==")
    }

    /// Adds an attribute to a body, unless its name was there before.
    fn add_attribute(&mut self, attribute: Attribute, scope: &mut Scope) {
        let name = self.text(attribute.name);
        if let Some(first) = self.earlier(name, scope) {
            let message = format!("the argument {name} is given twice");
            let problem = Diagnostic::new(Code::Structure, self.tree.span(attribute.name), message)
                .help("remove one of the two")
                .related(self.tree.span(first), "first given here");
            self.say(problem);
            return;
        }
        let index = self.tree.attributes.len() as u32;
        self.tree.attributes.push(attribute);
        self.items.push(Item::Attribute(index));
    }

    /// The earlier attribute of this name in a body.
    fn earlier(&mut self, name: &'t str, scope: &mut Scope) -> Option<Range> {
        let items = &self.items[scope.base..];
        if items.len() > FEW {
            if !scope.large {
                scope.large = true;
                let names = items.iter().filter_map(|item| self.attribute_name(item));
                let names: Vec<_> = names.map(|range| (scope.id, self.text(range))).collect();
                self.names.extend(names);
            }
            if self.names.insert((scope.id, name)) {
                return None;
            }
        }
        self.items[scope.base..]
            .iter()
            .filter_map(|item| self.attribute_name(item))
            .find(|range| range.end - range.start == name.len() as u32 && self.text(*range) == name)
    }

    fn attribute_name(&self, item: &Item) -> Option<Range> {
        match item {
            Item::Attribute(index) => Some(self.tree.attributes[*index as usize].name),
            Item::Block(_) => None,
        }
    }

    /// A block, the token being the one behind its type name.
    fn block(&mut self, name: Token) -> Parsed<()> {
        let first = self.tree.labels.len();
        let missing = match self.header() {
            Ok(()) => false,
            Err(Failed) if self.recovering => self.find_brace(name.start as usize)?,
            Err(Failed) => return Err(Failed),
        };
        if !missing && !self.is(Kind::OpenBrace) {
            return Err(Failed);
        }
        let labels = List {
            start: first as u32,
            len: (self.tree.labels.len() - first) as u32,
        };
        let header = Range {
            start: name.start,
            end: self.header_end(name, labels),
        };
        self.enter()?;
        let brace = if missing {
            Range {
                start: self.before,
                end: self.before,
            }
        } else {
            self.token.range()
        };
        let mut open = Opened {
            brace,
            indent: self.indent(name.start as usize),
            indented: None,
            failed: missing,
        };
        if !missing {
            self.advance();
        }
        let mut scope = self.scope();
        let outer = self.enclosing.replace(open.indent);
        let closed = self.block_body(&mut scope, &mut open)?;
        self.enclosing = outer;
        self.depth -= 1;
        let items = self.item_list(scope.base);
        let inner = if closed {
            self.token.start
        } else {
            self.before.max(brace.end)
        };
        let end = if closed { self.token.end } else { inner };
        if closed {
            self.advance();
        }
        let body = Body {
            items,
            range: Range {
                start: brace.end,
                end: inner,
            },
        };
        let index = self.tree.blocks.len() as u32;
        let range = Range {
            start: name.start,
            end,
        };
        self.tree.blocks.push(Block {
            name: name.range(),
            labels,
            header,
            range,
            body,
        });
        self.items.push(Item::Block(index));
        if closed && !matches!(self.token.kind, Kind::Newline | Kind::End) {
            let help = "put what follows on a line of its own";
            let failed: Parsed<()> =
                self.unexpected("a line end was expected after this block", help);
            // What follows may still be read.
            return if self.recovering { Ok(()) } else { failed };
        }
        Ok(())
    }

    fn header_end(&self, name: Token, labels: List) -> u32 {
        match self.tree.labels.last() {
            Some(label) if labels.len > 0 => label.text.end + u32::from(label.quoted),
            _ => name.end,
        }
    }

    /// Labels up to the opening brace.
    fn header(&mut self) -> Parsed<()> {
        loop {
            match self.token.kind {
                Kind::OpenBrace => return Ok(()),
                Kind::Name => {
                    self.tree.labels.push(Label {
                        text: self.token.range(),
                        quoted: false,
                    });
                    self.advance();
                }
                Kind::Quote => self.label()?,
                Kind::Assign => {
                    let help = "write name = value for an argument, or name { … } for a block";
                    return self.fail(
                        self.token.range(),
                        "an equals sign cannot stand in a block's header",
                        help,
                    );
                }
                Kind::Newline | Kind::End => {
                    let help = "put { on the same line as the block's type and labels";
                    return self.fail(
                        self.token.range(),
                        "the opening brace of this block is missing",
                        help,
                    );
                }
                _ => {
                    return self.unexpected(
                        "a label or the opening brace of this block was expected here",
                        "",
                    );
                }
            }
        }
    }

    /// A quoted label; it cannot hold interpolations.
    pub(super) fn label(&mut self) -> Parsed<()> {
        let open = self.token;
        let mut at = open.end as usize;
        loop {
            at = self.quoted_text(at, open.start)?;
            match self.lexer.byte(at) {
                b'"' => break,
                b'\\' => at = self.escape(at),
                _ => {
                    let help =
                        "write the label out; for a literal ${ or %{, double its first character";
                    let range = Range {
                        start: at as u32,
                        end: at as u32 + 2,
                    };
                    return self.fail(
                        range,
                        "a label cannot hold an interpolation or directive",
                        help,
                    );
                }
            }
        }
        self.tree.labels.push(Label {
            text: Range {
                start: open.end,
                end: at as u32,
            },
            quoted: true,
        });
        self.resume(at + 1);
        Ok(())
    }

    /// What stands between the braces; whether it was closed.
    fn block_body(&mut self, scope: &mut Scope, open: &mut Opened) -> Parsed<bool> {
        if !matches!(
            self.token.kind,
            Kind::Newline | Kind::End | Kind::CloseBrace
        ) && open.brace.start < open.brace.end
        {
            match self.one_line(scope) {
                Ok(()) => return Ok(true),
                Err(Failed) if !self.recovering => return Err(Failed),
                // Go on as if it were a body of several lines.
                Err(Failed) => {
                    open.failed = true;
                    if self.is(Kind::Comma) {
                        self.advance();
                    }
                }
            }
        }
        self.body(scope, Some(open))
    }

    /// The single attribute of a block that is closed on its own line.
    fn one_line(&mut self, scope: &mut Scope) -> Parsed<()> {
        let name = self.token;
        if name.kind != Kind::Name {
            return self.unexpected("an argument was expected here", "");
        }
        let ahead = self.lexer.at;
        self.advance();
        if !self.is(Kind::Assign) {
            let range = name.range();
            self.lexer.go_to(ahead);
            self.token = name;
            let help =
                "a block on one line holds one argument; put a nested block on a line of its own";
            return self.fail(range, "this is not an argument", help);
        }
        self.attribute_item(name, scope, true)?;
        match self.token.kind {
            Kind::CloseBrace => Ok(()),
            Kind::Comma | Kind::Newline => {
                let help =
                    "close the block on this line, or put each argument on a line of its own";
                self.fail(
                    self.token.range(),
                    "a block on one line holds one argument and is closed there",
                    help,
                )
            }
            _ => self.unexpected("the closing brace of this block was expected here", ""),
        }
    }
}
