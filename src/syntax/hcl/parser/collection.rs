//! Tuples, objects and `for` expressions.

use super::super::lexer::Kind;
use super::super::tree::{Expr, ExprId, For, Range};
use super::{Parsed, Parser};

/// The names and the collection of a `for` expression or directive.
#[derive(Debug, Clone, Copy)]
pub(super) struct Walk {
    pub(super) key: Option<Range>,
    pub(super) value: Range,
    pub(super) collection: ExprId,
}

impl Parser<'_> {
    /// `[…]`.
    pub(super) fn tuple(&mut self) -> Parsed<ExprId> {
        let start = self.token.start;
        let outer = std::mem::replace(&mut self.skip_newlines, true);
        self.advance();
        if self.is_word("for") {
            return self.for_expression(start, outer, Kind::CloseBracket);
        }
        let base = self.members.len();
        while !self.is(Kind::CloseBracket) {
            let member = self.expression()?;
            self.members.push(member);
            match self.token.kind {
                Kind::Comma => self.advance(),
                Kind::CloseBracket => {}
                Kind::End => return self.unclosed(start, "bracket", "]"),
                _ => return self.unexpected("a comma or a closing bracket was expected here", ""),
            }
        }
        let end = self.close(outer);
        let (list, height) = self.list(base);
        self.push(Expr::Tuple(list), Range { start, end }, height)
    }

    /// `{…}` as an expression.
    pub(super) fn object(&mut self) -> Parsed<ExprId> {
        let start = self.token.start;
        // A `for` may stand on the next line, and line ends before the first key mean nothing.
        let outer = std::mem::replace(&mut self.skip_newlines, true);
        self.advance();
        if self.is_word("for") {
            return self.for_expression(start, outer, Kind::CloseBrace);
        }
        self.skip_newlines = false;
        let base = self.members.len();
        while !self.is(Kind::CloseBrace) {
            if self.is(Kind::Newline) {
                self.advance();
                continue;
            }
            self.entry(start)?;
        }
        let end = self.close(outer);
        let (list, height) = self.list(base);
        self.push(Expr::Object(list), Range { start, end }, height)
    }

    /// `key = value` or `key : value` with the comma or line end behind it.
    fn entry(&mut self, open: u32) -> Parsed<()> {
        if self.is(Kind::End) {
            return self.unclosed(open, "brace", "}");
        }
        let key = self.expression()?;
        self.members.push(key);
        match self.token.kind {
            Kind::Assign | Kind::Colon => self.advance(),
            Kind::End => return self.unclosed(open, "brace", "}"),
            Kind::Name => {
                let help =
                    "put = between key and value; a key with spaces or points in it must be quoted";
                return self.unexpected("an equals sign was expected after the key", help);
            }
            _ => {
                return self.unexpected(
                    "an equals sign was expected after the key",
                    "write key = value",
                );
            }
        }
        let value = self.expression()?;
        self.members.push(value);
        match self.token.kind {
            Kind::Comma | Kind::Newline => self.advance(),
            Kind::CloseBrace => {}
            Kind::End => return self.unclosed(open, "brace", "}"),
            _ => {
                let help = "put each entry on a line of its own, or a comma between two";
                return self
                    .unexpected("a line end or a comma was expected after this entry", help);
            }
        }
        Ok(())
    }

    /// What follows the bracket at `start`, from the word `for` on.
    fn for_expression(&mut self, start: u32, outer: bool, closer: Kind) -> Parsed<ExprId> {
        self.advance();
        let Walk {
            key,
            value,
            collection,
        } = self.walk()?;
        if !self.is(Kind::Colon) {
            return self.unexpected(
                "a colon was expected after the collection of this for expression",
                "",
            );
        }
        self.advance();
        let mut result = self.expression()?;
        let mut key_result = None;
        if self.is(Kind::Arrow) {
            self.advance();
            key_result = Some(result);
            result = self.expression()?;
        }
        let group = self.is(Kind::Ellipsis).then_some(self.token.range());
        if group.is_some() {
            self.advance();
        }
        let mut condition = None;
        if self.is_word("if") {
            self.advance();
            condition = Some(self.expression()?);
        }
        if !self.is(closer) {
            return self.unexpected(
                "this for expression should have ended here",
                "close its bracket",
            );
        }
        self.check_for(closer, key_result, result, group)?;
        let end = self.close(outer);
        let parts = [Some(collection), key_result, Some(result), condition];
        let height = parts
            .iter()
            .flatten()
            .map(|&id| self.height(id))
            .max()
            .unwrap_or(0);
        let index = self.tree.fors.len() as u32;
        self.tree.fors.push(For {
            key,
            value,
            collection,
            key_result,
            result,
            group: group.is_some(),
            condition,
        });
        self.push(Expr::For(index), Range { start, end }, height)
    }

    /// `key, value in collection`, of an expression or a directive.
    pub(super) fn walk(&mut self) -> Parsed<Walk> {
        let mut key = None;
        let mut value = self.for_name()?;
        if self.is(Kind::Comma) {
            self.advance();
            key = Some(value);
            value = self.for_name()?;
        }
        if !self.is_word("in") {
            return self.unexpected("the word in was expected after the names of this for", "");
        }
        self.advance();
        let collection = self.expression()?;
        Ok(Walk {
            key,
            value,
            collection,
        })
    }

    fn for_name(&mut self) -> Parsed<Range> {
        let name = self.token.range();
        if !self.is(Kind::Name) {
            let help = "for is a word of the language; as a key it must be quoted";
            return self.unexpected("a name for the members was expected after for", help);
        }
        self.advance();
        Ok(name)
    }

    /// A list takes no keys and no `...`; an object needs keys.
    fn check_for(
        &mut self,
        closer: Kind,
        key_result: Option<ExprId>,
        result: ExprId,
        group: Option<Range>,
    ) -> Parsed<()> {
        let list = closer == Kind::CloseBracket;
        match (key_result, group) {
            (Some(key), _) if list => self.fail(
                self.range(key),
                "a for expression in brackets takes no key",
                "use braces to make a map",
            ),
            (_, Some(group)) if list => self.fail(
                group,
                "a for expression in brackets cannot group with ...",
                "use braces and a key",
            ),
            (None, _) if !list => {
                let help = "write key => value, or use brackets to make a list";
                self.fail(
                    self.range(result),
                    "a for expression in braces needs a key",
                    help,
                )
            }
            _ => Ok(()),
        }
    }
}
