//! Templates: quoted strings, template files and what heredocs share with them; their pieces are read first and nested afterwards.

use super::super::lexer::Kind;
use super::super::literal;
use super::super::tree::{Expr, ExprId, List, Part, PartKind, Range};
use super::collection::Walk;
use super::{Failed, MAX_DEPTH, Parsed, Parser};

/// A piece of a template as it stands in the text, directives not yet nested.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Piece {
    pub(super) what: What,
    pub(super) range: Range,
}

#[derive(Debug, Clone, Copy)]
pub(in super::super) enum What {
    Text,
    Interpolation(ExprId),
    If(ExprId),
    Else,
    EndIf,
    For(Walk),
    EndFor,
}

/// The template being read.
pub(super) struct Reading {
    /// Where its pieces begin in [`Parser::pieces`].
    pub(super) base: usize,
    quoted: bool,
    /// `~}` came last: white space is taken away from the text that follows at once.
    strip: bool,
    /// The height of the highest expression in it.
    height: u16,
}

/// A directive that is still open.
struct Open {
    what: What,
    range: Range,
    /// Where its parts begin in [`Parser::parts`].
    base: usize,
    /// The parts before `%{ else }`, once that came.
    then: Option<List>,
}

impl Parser<'_> {
    pub(super) fn reading(&self, quoted: bool) -> Reading {
        Reading {
            base: self.pieces.len(),
            quoted,
            strip: false,
            height: 0,
        }
    }

    /// `"…"`.
    pub(super) fn quoted(&mut self) -> Parsed<ExprId> {
        let open = self.token;
        let mut reading = self.reading(true);
        let mut from = open.end as usize;
        let mut at = from;
        loop {
            at = self.quoted_text(at, open.start)?;
            match self.lexer.byte(at) {
                b'"' => break,
                b'\\' => at = self.escape(at),
                _ => {
                    self.add_text(&mut reading, from, at);
                    at = self.sequence(&mut reading, at)?;
                    from = at;
                }
            }
        }
        let range = Range {
            start: open.start,
            end: at as u32 + 1,
        };
        if self.pieces.len() == reading.base && from == open.end as usize {
            // Most strings: no sequence at all.
            let start = self.tree.parts.len() as u32;
            let text = Range {
                start: from as u32,
                end: at as u32,
            };
            let len = u32::from(at > from);
            if len == 1 {
                self.tree.parts.push(Part {
                    kind: PartKind::Quoted,
                    range: text,
                });
            }
            self.resume(at + 1);
            return Ok(self.leaf(Expr::Literal(List { start, len }), range));
        }
        self.add_text(&mut reading, from, at);
        let id = self.template(&reading, range)?;
        self.resume(at + 1);
        Ok(id)
    }

    /// The next byte that means something in a quoted template: the closing quote, a backslash, `${` or `%{`.
    pub(super) fn quoted_text(&mut self, mut at: usize, open: u32) -> Parsed<usize> {
        let bytes = self.lexer.bytes();
        loop {
            while at < bytes.len()
                && !matches!(bytes[at], b'"' | b'\\' | b'$' | b'%' | b'\n' | b'\r')
            {
                at += 1;
            }
            match bytes.get(at) {
                Some(b'"' | b'\\') => return Ok(at),
                Some(b'$' | b'%') => match self.marker(at) {
                    Marker::Sequence => return Ok(at),
                    Marker::Escaped => at += 3,
                    Marker::Text => at += 1,
                },
                _ => {
                    let help = "close it with a double quote; for text of several lines use \\n or a heredoc (<<EOT)";
                    return self.fail(
                        Range {
                            start: open,
                            end: at as u32,
                        },
                        "this string is not closed",
                        help,
                    );
                }
            }
        }
    }

    /// What a `$` or `%` is.
    pub(super) fn marker(&self, at: usize) -> Marker {
        let sign = self.lexer.byte(at);
        match (self.lexer.byte(at + 1), self.lexer.byte(at + 2)) {
            (b'{', _) => Marker::Sequence,
            (next, b'{') if next == sign => Marker::Escaped,
            _ => Marker::Text,
        }
    }

    /// Steps over an escape; one that does not exist is reported, and the string goes on.
    pub(super) fn escape(&mut self, at: usize) -> usize {
        let (len, char) = literal::escape(&self.lexer.text[at..]);
        if char.is_some() {
            return at + len;
        }
        let next = self.lexer.text[at + 1..]
            .chars()
            .next()
            .filter(|&next| !matches!(next, '\n' | '\r'));
        let end = at + 1 + next.map_or(0, char::len_utf8);
        let help = r#"the escapes are \n \r \t \" \\ \uNNNN \UNNNNNNNN; write \\ for a backslash and $${ for a literal ${"#;
        self.report(
            Range {
                start: at as u32,
                end: end as u32,
            },
            "this escape does not exist",
            help,
        );
        end
    }

    /// A whole template file.
    pub(in super::super) fn template_file(&mut self) -> Parsed<ExprId> {
        let mut reading = self.reading(false);
        let start = self.lexer.at;
        let end = self.lexer.text.len();
        let (mut from, mut at) = (start, start);
        while let Some(found) = memchr::memchr3(b'$', b'%', b'\r', &self.lexer.bytes()[at..]) {
            at += found;
            if self.lexer.byte(at) == b'\r' {
                if self.lexer.byte(at + 1) != b'\n' {
                    // HashiCorp's scanner gives up here and calls the rest text, sequences included.
                    break;
                }
                at += 2;
                continue;
            }
            match self.marker(at) {
                Marker::Sequence => {
                    self.add_text(&mut reading, from, at);
                    at = self.sequence(&mut reading, at)?;
                    from = at;
                }
                Marker::Escaped => at += 3,
                Marker::Text => at += 1,
            }
        }
        self.add_text(&mut reading, from, end);
        self.template(
            &reading,
            Range {
                start: start as u32,
                end: end as u32,
            },
        )
    }

    /// Adds the text `start..end` as a piece, without what a `~}` before it takes away.
    pub(super) fn add_text(&mut self, reading: &mut Reading, start: usize, end: usize) {
        let strip = std::mem::take(&mut reading.strip);
        if start == end {
            return;
        }
        let mut range = Range {
            start: start as u32,
            end: end as u32,
        };
        if strip {
            // Up to the end of the line at most: HashiCorp's scanner makes a token of each line, and only one is trimmed.
            let line = if reading.quoted {
                end
            } else {
                self.lexer.next_line(start).min(end)
            };
            let text = &self.lexer.text[start..line];
            range.start += literal::leading_space(text, reading.quoted) as u32;
        }
        // One that is empty now still stands: with it the template is not an interpolation alone.
        self.pieces.push(Piece {
            what: What::Text,
            range,
        });
    }

    /// Takes away the white space before `${~` or `%{~`, within the last line of the text before it.
    fn strip_before(&mut self, reading: &Reading) {
        let Some(Piece {
            what: What::Text,
            range,
        }) = self.pieces[reading.base..].last_mut()
        else {
            return;
        };
        let (mut start, end) = (range.start as usize, range.end as usize);
        if !reading.quoted && end > start {
            let text = &self.lexer.bytes()[start..end - 1];
            start += memchr::memrchr(b'\n', text).map_or(0, |at| at + 1);
        }
        let keep = literal::trailing_space(&self.lexer.text[start..end], reading.quoted);
        range.end = (start + keep) as u32;
    }

    /// `${…}` or `%{…}` at `at`; gives where it ends.
    pub(super) fn sequence(&mut self, reading: &mut Reading, at: usize) -> Parsed<usize> {
        let strip = self.lexer.byte(at + 2) == b'~';
        if strip {
            self.strip_before(reading);
        }
        let start = at as u32;
        let outer = std::mem::replace(&mut self.skip_newlines, true);
        self.resume(at + 2 + usize::from(strip));
        let what = if self.lexer.byte(at) == b'$' {
            What::Interpolation(self.expression()?)
        } else {
            self.directive(start)?
        };
        match self.token.kind {
            Kind::CloseBrace | Kind::CloseStrip => {}
            Kind::End => return self.unclosed(start, "template sequence", "}"),
            _ => {
                let help =
                    "close it with }; to write a literal ${ or %{, double its first character";
                return self.unexpected("this template sequence should have ended here", help);
            }
        }
        reading.strip = self.is(Kind::CloseStrip);
        let (Range { end, .. }, height) = (self.token.range(), self.piece_height(&what));
        reading.height = reading.height.max(height);
        self.pieces.push(Piece {
            what,
            range: Range { start, end },
        });
        self.skip_newlines = outer;
        Ok(end as usize)
    }

    fn piece_height(&self, what: &What) -> u16 {
        match what {
            What::Interpolation(id) | What::If(id) => self.height(*id),
            What::For(walk) => self.height(walk.collection),
            _ => 0,
        }
    }

    /// What stands in `%{…}`.
    fn directive(&mut self, start: u32) -> Parsed<What> {
        let word = if self.is(Kind::Name) {
            self.text(self.token.range())
        } else {
            ""
        };
        if !matches!(word, "if" | "else" | "endif" | "for" | "endfor") {
            let help = "use if, else, endif, for or endfor; to write a literal %{, double the percent sign";
            let range = Range {
                start,
                end: self.token.end,
            };
            return self.fail(range, "this is not a template directive", help);
        }
        self.advance();
        Ok(match word {
            "if" => What::If(self.expression()?),
            "else" => What::Else,
            "endif" => What::EndIf,
            "for" => What::For(self.walk()?),
            _ => What::EndFor,
        })
    }

    /// Nests directives and makes the expression.
    pub(super) fn template(&mut self, reading: &Reading, range: Range) -> Parsed<ExprId> {
        let base = self.parts.len();
        let mut open: Vec<Open> = Vec::new();
        let mut deepest = 0;
        let plain = self.pieces[reading.base..]
            .iter()
            .all(|piece| matches!(piece.what, What::Text));
        for index in reading.base..self.pieces.len() {
            let piece = self.pieces[index];
            let kind = match piece.what {
                What::Text if reading.quoted => PartKind::Quoted,
                What::Text => PartKind::Raw,
                What::Interpolation(id) => PartKind::Interpolation(id),
                What::If(_) | What::For(_) => {
                    open.push(Open {
                        what: piece.what,
                        range: piece.range,
                        base: self.parts.len(),
                        then: None,
                    });
                    deepest = deepest.max(open.len());
                    if self.depth as usize + deepest > MAX_DEPTH as usize {
                        return self.too_deep(piece.range);
                    }
                    continue;
                }
                end @ (What::Else | What::EndIf | What::EndFor) => {
                    if let Some(part) = self.end_directive(&mut open, &end, piece.range)? {
                        self.parts.push(part);
                    }
                    continue;
                }
            };
            self.parts.push(Part {
                kind,
                range: piece.range,
            });
        }
        if let Some(open) = open.pop() {
            let (word, end) = if matches!(open.what, What::If(_)) {
                ("if", "endif")
            } else {
                ("for", "endfor")
            };
            let message = format!("this {word} directive is not closed");
            return self.fail(open.range, message, &format!("close it with %{{ {end} }}"));
        }
        self.pieces.truncate(reading.base);
        let list = self.part_list(base);
        let expr = if plain {
            Expr::Literal(list)
        } else {
            Expr::Template(list)
        };
        self.push(expr, range, reading.height.saturating_add(deepest as u16))
    }

    /// What `%{ else }`, `%{ endif }` or `%{ endfor }` makes of the directive it belongs to.
    fn end_directive(
        &mut self,
        open: &mut Vec<Open>,
        end: &What,
        at: Range,
    ) -> Parsed<Option<Part>> {
        let Some(top) = open.last_mut() else {
            self.report(
                at,
                "this directive ends nothing",
                "remove it, or add the %{ if … } or %{ for … } before it",
            );
            return Err(Failed);
        };
        let base = top.base;
        let range = Range {
            start: top.range.start,
            end: at.end,
        };
        let kind = match (&top.what, end, top.then) {
            (What::If(_), What::Else, None) => {
                top.then = Some(self.part_list(base));
                return Ok(None);
            }
            (&What::If(condition), What::EndIf, then) => {
                let last = self.part_list(base);
                let (then, otherwise) = then.map_or((last, Self::nothing()), |then| (then, last));
                PartKind::If {
                    condition,
                    then,
                    otherwise,
                }
            }
            (
                &What::For(Walk {
                    key,
                    value,
                    collection,
                }),
                What::EndFor,
                _,
            ) => PartKind::For {
                key,
                value,
                collection,
                body: self.part_list(base),
            },
            _ => {
                let place = self.tree.span(top.range);
                let message = "this directive does not belong to the one that is open";
                self.report(
                    at,
                    message,
                    "close directives in the reverse order of opening them",
                );
                if let Some(problem) = self.tree.errors.last_mut() {
                    problem.related.push((place, "open since here".into()));
                }
                return Err(Failed);
            }
        };
        open.pop();
        Ok(Some(Part { kind, range }))
    }

    /// Makes a list of the parts since `base`.
    fn part_list(&mut self, base: usize) -> List {
        let start = self.tree.parts.len();
        self.tree.parts.extend_from_slice(&self.parts[base..]);
        self.parts.truncate(base);
        List {
            start: start as u32,
            len: (self.tree.parts.len() - start) as u32,
        }
    }
}

pub(super) enum Marker {
    /// `${`, `%{`
    Sequence,
    /// `$${`, `%%{`
    Escaped,
    /// Anything else.
    Text,
}
