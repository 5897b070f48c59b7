//! Expressions: conditionals, operators, terms, traversals, splats and calls.

use super::super::lexer::{Kind, Token};
use super::super::tree::{Binary, Expr, ExprId, List, Range, Unary};
use super::{Parsed, Parser};

impl Parser<'_> {
    /// An expression of any kind.
    pub(super) fn expression(&mut self) -> Parsed<ExprId> {
        self.enter()?;
        let condition = self.binary(1)?;
        if !self.is(Kind::Question) {
            self.depth -= 1;
            return Ok(condition);
        }
        self.advance();
        let yes = self.expression()?;
        if !self.is(Kind::Colon) {
            let help = "write both results: condition ? result : other result";
            return self.unexpected("a conditional needs a colon and a second result here", help);
        }
        self.advance();
        let no = self.expression()?;
        self.depth -= 1;
        let range = Range {
            start: self.range(condition).start,
            end: self.range(no).end,
        };
        let base = self.members.len();
        self.members.extend([condition, yes, no]);
        let (list, height) = self.list(base);
        self.push(Expr::Conditional(list), range, height)
    }

    /// Operands joined by operators that bind at least as tightly as `least`; all lean to the left.
    fn binary(&mut self, least: u8) -> Parsed<ExprId> {
        let mut left = self.operand()?;
        while let Some((op, strength)) = operator(self.token.kind) {
            if strength < least {
                break;
            }
            self.advance();
            let right = self.binary(strength + 1)?;
            let range = Range {
                start: self.range(left).start,
                end: self.range(right).end,
            };
            let height = self.height(left).max(self.height(right));
            left = self.push(Expr::Binary { op, left, right }, range, height)?;
        }
        Ok(left)
    }

    /// A term with prefix operators before it and traversals behind it.
    fn operand(&mut self) -> Parsed<ExprId> {
        let op = match self.token.kind {
            Kind::Minus => Unary::Negate,
            Kind::Bang => Unary::Not,
            _ => {
                let term = self.term()?;
                return self.traversals(term);
            }
        };
        let start = self.token.start;
        self.enter()?;
        self.advance();
        let of = self.operand()?;
        self.depth -= 1;
        let range = Range {
            start,
            end: self.range(of).end,
        };
        self.push(Expr::Unary { op, of }, range, self.height(of))
    }

    fn term(&mut self) -> Parsed<ExprId> {
        let token = self.token;
        match token.kind {
            Kind::Name => self.name(),
            Kind::Number => {
                self.number(token)?;
                self.advance();
                Ok(self.leaf(Expr::Number, token.range()))
            }
            Kind::Quote => self.quoted(),
            Kind::Heredoc => self.heredoc(),
            Kind::OpenParen => self.paren(),
            Kind::OpenBracket => self.tuple(),
            Kind::OpenBrace => self.object(),
            Kind::Newline | Kind::End => self.fail(
                token.range(),
                "a value is missing here",
                "write a value, or null where there is none",
            ),
            _ => self.unexpected("a value was expected here", ""),
        }
    }

    /// A name by itself, a word of the language, or a call.
    fn name(&mut self) -> Parsed<ExprId> {
        let token = self.token;
        self.advance();
        if matches!(self.token.kind, Kind::OpenParen | Kind::DoubleColon) {
            return self.call(token);
        }
        let expr = match self.text(token.range()) {
            "true" => Expr::Bool(true),
            "false" => Expr::Bool(false),
            "null" => Expr::Null,
            _ => Expr::Name,
        };
        Ok(self.leaf(expr, token.range()))
    }

    fn number(&mut self, token: Token) -> Parsed<()> {
        if is_number(self.text(token.range())) {
            return Ok(());
        }
        let help =
            "write digits with at most one point and one exponent, or quote it to make it a string";
        self.fail(token.range(), "this is not a number", help)
    }

    fn paren(&mut self) -> Parsed<ExprId> {
        let start = self.token.start;
        let outer = std::mem::replace(&mut self.skip_newlines, true);
        self.advance();
        let inner = self.expression()?;
        if !self.is(Kind::CloseParen) {
            return self.unclosed(start, "parenthesis", ")");
        }
        let end = self.close(outer);
        self.push(Expr::Paren(inner), Range { start, end }, self.height(inner))
    }

    /// Steps over a closing token, back in the line end mode outside of it; gives its end.
    pub(super) fn close(&mut self, outer: bool) -> u32 {
        let end = self.token.end;
        self.skip_newlines = outer;
        self.advance();
        end
    }

    /// What follows a function's name: more names after `::`, then arguments.
    fn call(&mut self, first: Token) -> Parsed<ExprId> {
        let mut name = first.range();
        while self.is(Kind::DoubleColon) {
            self.advance();
            if !self.is(Kind::Name) {
                let help = "write the function's name, as in provider::aws::arn_parse(…)";
                return self.unexpected("a function name must follow :: here", help);
            }
            name.end = self.token.end;
            self.advance();
        }
        if !self.is(Kind::OpenParen) {
            return self.unexpected(
                "the arguments of this function are missing",
                "write them in parentheses",
            );
        }
        let outer = std::mem::replace(&mut self.skip_newlines, true);
        let open = self.token.start;
        self.advance();
        let base = self.members.len();
        let expand = self.arguments(open)?;
        let end = self.close(outer);
        let (arguments, height) = self.list(base);
        self.push(
            Expr::Call {
                name,
                arguments,
                expand,
            },
            Range {
                start: first.start,
                end,
            },
            height,
        )
    }

    /// Arguments up to the closing parenthesis; whether the last is expanded.
    fn arguments(&mut self, open: u32) -> Parsed<bool> {
        while !self.is(Kind::CloseParen) {
            let argument = self.expression()?;
            self.members.push(argument);
            match self.token.kind {
                Kind::Comma => self.advance(),
                Kind::Ellipsis => {
                    self.advance();
                    if !self.is(Kind::CloseParen) {
                        return self
                            .unexpected("only a closing parenthesis may follow ... here", "");
                    }
                    return Ok(true);
                }
                Kind::CloseParen => {}
                Kind::End => return self.unclosed(open, "parenthesis", ")"),
                _ => {
                    return self
                        .unexpected("a comma or a closing parenthesis was expected here", "");
                }
            }
        }
        Ok(false)
    }

    /// `.name`, `.0`, `.*`, `[key]` and `[*]` behind a term.
    fn traversals(&mut self, mut of: ExprId) -> Parsed<ExprId> {
        let start = self.range(of).start;
        loop {
            of = match self.token.kind {
                Kind::Dot => {
                    let dot = self.token.start;
                    self.advance();
                    if self.is(Kind::Star) {
                        self.attribute_splat(of, dot)?
                    } else {
                        self.attribute(of, start)?
                    }
                }
                Kind::OpenBracket => self.index(of, start)?,
                _ => return Ok(of),
            };
        }
    }

    /// The name or number after a dot.
    fn attribute(&mut self, of: ExprId, start: u32) -> Parsed<ExprId> {
        let name = self.token.range();
        match self.token.kind {
            Kind::Name => {}
            Kind::Number if self.text(name).contains('.') => {
                let help = "write indexes in brackets, as in list[0][1]";
                return self.fail(name, "two indexes cannot be joined by points", help);
            }
            Kind::Number => self.number(self.token)?,
            _ => return self.unexpected("an attribute name must follow the dot", ""),
        }
        self.advance();
        self.push(
            Expr::Attribute { of, name },
            Range {
                start,
                end: name.end,
            },
            self.height(of),
        )
    }

    /// `.*` and the names behind it, which apply to each member; indexes behind them apply to the result.
    fn attribute_splat(&mut self, of: ExprId, dot: u32) -> Parsed<ExprId> {
        let marker = Range {
            start: dot,
            end: self.token.end,
        };
        self.advance();
        let mut each = self.leaf(Expr::SplatItem, marker);
        while self.is(Kind::Dot) {
            self.advance();
            if self.is(Kind::Star) {
                let help = "use [*] in place of .* for the outer list";
                return self.unexpected(".* cannot stand inside another .*", help);
            }
            each = self.attribute(each, dot)?;
        }
        self.splat(of, each, false)
    }

    fn splat(&mut self, of: ExprId, each: ExprId, full: bool) -> Parsed<ExprId> {
        let range = Range {
            start: self.range(of).start,
            end: self.range(each).end,
        };
        let height = self.height(of).max(self.height(each));
        self.push(Expr::Splat { of, each, full }, range, height)
    }

    /// `[key]`, or `[*]` with everything behind it.
    fn index(&mut self, of: ExprId, start: u32) -> Parsed<ExprId> {
        let open = self.token.start;
        let outer = self.skip_newlines;
        self.advance();
        if self.is(Kind::Star) {
            self.advance();
            if !self.is(Kind::CloseBracket) {
                return self.unclosed(open, "bracket", "]");
            }
            let end = self.close(outer);
            let item = self.leaf(Expr::SplatItem, Range { start: open, end });
            self.enter()?;
            let each = self.traversals(item)?;
            self.depth -= 1;
            return self.splat(of, each, true);
        }
        self.skip_newlines = true;
        if self.is(Kind::Newline) {
            self.advance();
        }
        let key = self.expression()?;
        if !self.is(Kind::CloseBracket) {
            return self.unclosed(open, "bracket", "]");
        }
        let end = self.close(outer);
        let height = self.height(of).max(self.height(key));
        self.push(Expr::Index { of, key }, Range { start, end }, height)
    }

    /// An empty list.
    pub(super) fn nothing() -> List {
        List { start: 0, len: 0 }
    }
}

/// An infix operator and how tightly it binds.
fn operator(kind: Kind) -> Option<(Binary, u8)> {
    Some(match kind {
        Kind::Or => (Binary::Or, 1),
        Kind::And => (Binary::And, 2),
        Kind::Equal => (Binary::Equal, 3),
        Kind::NotEqual => (Binary::NotEqual, 3),
        Kind::Less => (Binary::Less, 4),
        Kind::LessEqual => (Binary::LessEqual, 4),
        Kind::Greater => (Binary::Greater, 4),
        Kind::GreaterEqual => (Binary::GreaterEqual, 4),
        Kind::Plus => (Binary::Add, 5),
        Kind::Minus => (Binary::Subtract, 5),
        Kind::Star => (Binary::Multiply, 6),
        Kind::Slash => (Binary::Divide, 6),
        Kind::Percent => (Binary::Remainder, 6),
        _ => return None,
    })
}

/// Whether a number token is a number: the lexer takes `1.2.3` and `1e5.2` for one token.
fn is_number(text: &str) -> bool {
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let exponent_fits = exponent.is_none_or(|digits| digits.parse::<i32>().is_ok());
    exponent_fits && mantissa.bytes().filter(|&byte| byte == b'.').count() <= 1
}
