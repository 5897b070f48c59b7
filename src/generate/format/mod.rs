//! HCL as `terraform fmt` writes it: the indent of lines, the spaces between tokens, and columns of `=` and of comments.
//!
//! Only spaces change. Lines stay what they are: a template decides where they break.

mod lex;

use lex::{Kind, Token};

/// A line: what stands first, what is assigned there, and the comment at its end. Each begins at a token.
struct Line {
    start: usize,
    assign: Option<usize>,
    comment: Option<usize>,
    end: usize,
}

/// A text with the spaces of `terraform fmt`. What is no HCL comes out as some text; nobody but templates asks.
pub fn hcl(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let mut tokens = unwrapped(lex::tokens(&text));
    let lines = lines(&tokens);
    indent(&lines, &mut tokens);
    for line in &lines {
        let cells = [line.start, line.assign.unwrap_or(line.start)];
        let end = line.comment.unwrap_or(line.end);
        space(&mut tokens[cells[0]..line.assign.unwrap_or(end)]);
        if let Some(assign) = line.assign {
            space(&mut tokens[assign..end]);
        }
    }
    align(&lines, &mut tokens, |line| line.assign);
    align(&lines, &mut tokens, |line| line.comment);
    let mut out = String::with_capacity(text.len());
    for token in tokens {
        out.extend(std::iter::repeat_n(' ', token.spaces));
        out.push_str(token.text);
    }
    out
}

/// The same without empty lines that say nothing: more than one, behind an opening brace, before a closing one, at the
/// ends of the text. Templates with conditions leave them behind; `terraform fmt` does not mind them.
pub fn tidy(text: &str) -> String {
    let mut out: Vec<&str> = Vec::new();
    let mut heredoc: Option<&str> = None;
    for line in text.lines() {
        let own = line.trim_end();
        if let Some(name) = heredoc {
            out.push(line);
            heredoc = Some(name).filter(|name| own.trim() != *name);
            continue;
        }
        let opened = out
            .last()
            .is_none_or(|last| last.is_empty() || last.ends_with(['{', '[', '(']));
        if own.is_empty() && opened {
            continue;
        }
        let closes = own.trim_start().starts_with(['}', ']', ')']);
        if closes && out.last().is_some_and(|last| last.is_empty()) {
            out.pop();
        }
        out.push(own);
        heredoc = own
            .split_once("<<")
            .map(|(_, rest)| rest.trim_start_matches('-'))
            .filter(|name| {
                !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_')
            });
    }
    while out.last().is_some_and(|last| last.is_empty()) {
        out.pop();
    }
    out.push("");
    out.join("\n")
}

/// A YAML text without the empty lines that templates leave behind: they stand between parts of the whole, and in texts
/// over several lines, nowhere else.
pub fn tidy_yaml(text: &str) -> String {
    let mut out: Vec<&str> = Vec::new();
    let mut block: Option<usize> = None;
    let mut empty = 0;
    for line in text.lines().map(str::trim_end) {
        if line.is_empty() {
            empty += 1;
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        block = block.filter(|begun| indent > *begun);
        let kept = match block {
            Some(_) => empty,
            None if indent == 0 && !out.is_empty() => empty.min(1),
            None => 0,
        };
        out.extend(std::iter::repeat_n("", kept));
        empty = 0;
        let opens = ["|", "|-", "|+", ">", ">-", ">+"];
        let last = line.rsplit(' ').next().unwrap_or_default();
        if block.is_none() && opens.contains(&last) && !line.trim_start().starts_with('#') {
            block = Some(indent);
        }
        out.push(line);
    }
    out.push("");
    out.join("\n")
}

/// An argument that is nothing but one interpolation in quotation marks is that expression.
fn unwrapped(tokens: Vec<Token<'_>>) -> Vec<Token<'_>> {
    let mut out: Vec<Token<'_>> = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        let assigned = out.last().is_some_and(|last| last.kind == Kind::Equal)
            && at >= 2
            && tokens[at - 2].kind == Kind::Name
            && (at < 3 || tokens[at - 3].ends_line());
        match assigned.then(|| wrapped(&tokens[at..])).flatten() {
            Some(length) if in_block(&tokens[..at]) => {
                out.extend_from_slice(&tokens[at + 2..at + length - 2]);
                at += length;
            }
            _ => {
                out.push(tokens[at].clone());
                at += 1;
            }
        }
    }
    out
}

/// Whether the innermost bracket that is open is that of a block: in an object a key is no argument.
fn in_block(before: &[Token<'_>]) -> bool {
    let mut open: Vec<usize> = Vec::new();
    for (at, token) in before.iter().enumerate() {
        match token.opens() {
            1 => open.push(at),
            -1 => drop(open.pop()),
            _ => {}
        }
    }
    let is_header = |at: usize| {
        let header = before[..at].iter().rev();
        let mut header = header.take_while(|token| !token.ends_line());
        before[at].kind == Kind::OpenBrace
            && header.all(|token| {
                matches!(
                    token.kind,
                    Kind::Name | Kind::Quote | Kind::Text | Kind::Unquote
                )
            })
    };
    open.iter().all(|at| is_header(*at))
}

/// The length of `"${…}"` if that is all there is in the line.
fn wrapped(tokens: &[Token<'_>]) -> Option<usize> {
    let kinds = |at: usize| tokens.get(at).map(|token| token.kind);
    if (kinds(0), kinds(1)) != (Some(Kind::Quote), Some(Kind::Interpolation)) {
        return None;
    }
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate().skip(1) {
        depth += token.opens();
        if token.ends_line() || tokens[1].text != "${" {
            return None;
        }
        if depth == 0 {
            let last = token.text == "}" && kinds(at + 1) == Some(Kind::Unquote);
            let ends = tokens.get(at + 2).is_none_or(Token::ends_line);
            return (last && ends && at > 2).then_some(at + 2);
        }
    }
    None
}

fn lines(tokens: &[Token<'_>]) -> Vec<Line> {
    let (mut lines, mut start) = (Vec::new(), 0);
    for (at, token) in tokens.iter().enumerate() {
        if token.ends_line() || at + 1 == tokens.len() {
            lines.push(line(tokens, start, at + 1));
            start = at + 1;
        }
    }
    lines
}

fn line(tokens: &[Token<'_>], start: usize, end: usize) -> Line {
    let comment = (end - start > 1 && tokens[end - 1].kind == Kind::Comment).then_some(end - 1);
    let last = comment.unwrap_or(end);
    let equal = (start + 1..last).find(|at| tokens[*at].kind == Kind::Equal);
    // What goes on below is not lined up with what stands above it.
    let whole = |at: &usize| tokens[*at..last].iter().map(Token::opens).sum::<isize>() == 0;
    Line {
        start,
        assign: equal.filter(whole),
        comment,
        end,
    }
}

/// Each line that opens more than it closes moves those below it two columns to the right, however much it opens.
fn indent(lines: &[Line], tokens: &mut [Token<'_>]) {
    let mut open: Vec<isize> = Vec::new();
    for line in lines {
        if tokens[line.start].kind == Kind::Newline {
            tokens[line.start].spaces = 0;
            continue;
        }
        let end = line.comment.unwrap_or(line.end);
        let net: isize = tokens[line.start..end].iter().map(Token::opens).sum();
        let mut closed = -net;
        while closed > 0 {
            match open.last_mut() {
                Some(last) if *last > closed => {
                    *last -= closed;
                    closed = 0;
                }
                Some(last) => {
                    closed -= *last;
                    open.pop();
                }
                None => break,
            }
        }
        tokens[line.start].spaces = 2 * open.len();
        if net > 0 {
            open.push(net);
        }
    }
}

/// The spaces within a cell; those before its first token are decided elsewhere.
fn space(cell: &mut [Token<'_>]) {
    for at in 1..cell.len() {
        let before = at.checked_sub(2).map(|at| cell[at].kind);
        let apart = apart(before, &cell[at - 1], &cell[at]);
        cell[at].spaces = usize::from(apart);
    }
}

/// Whether a space stands between two tokens; `before` is what stands before the first.
fn apart(before: Option<Kind>, first: &Token<'_>, second: &Token<'_>) -> bool {
    use Kind::{
        Bang, CloseBrace, Colons, Comma, Dot, Heredoc, HeredocEnd, Interpolation, InterpolationEnd,
        Minus, Name, Newline, Number, Open, OpenBrace, OpenBracket, Quote, Text, Unquote,
    };
    match (first.kind, second.kind) {
        (_, Newline) | (Name, Open) => false,
        (Dot | Colons, _) | (_, Dot | Colons | Comma) => false,
        (Comma, _) => first.text == "," || second.opens() >= 0,
        (Text | Quote | Heredoc, _) | (_, Text | Unquote | HeredocEnd) => false,
        _ if first.text == "in" && before == Some(Name) => true,
        (Name | Number, OpenBracket) => false,
        (_, OpenBracket) if first.opens() < 0 => false,
        (Bang, _) => false,
        (Minus, _) => subtracts(before),
        (OpenBrace, CloseBrace) => false,
        (OpenBrace, _) | (_, CloseBrace) => true,
        (Interpolation, OpenBrace) | (CloseBrace, InterpolationEnd) => true,
        (InterpolationEnd, Interpolation) => false,
        _ => first.opens() <= 0 && second.opens() >= 0,
    }
}

/// Whether a minus behind this is between two numbers, or belongs to the one that follows.
fn subtracts(before: Option<Kind>) -> bool {
    !matches!(
        before,
        None | Some(
            Kind::Open
                | Kind::OpenBrace
                | Kind::OpenBracket
                | Kind::Equal
                | Kind::Comma
                | Kind::Operator
                | Kind::Minus
                | Kind::Bang
        )
    )
}

/// Lines that follow each other and have a cell are lined up at the longest.
fn align(lines: &[Line], tokens: &mut [Token<'_>], cell: impl Fn(&Line) -> Option<usize>) {
    let columns = |line: &Line, at: usize, tokens: &[Token<'_>]| -> usize {
        let before = tokens[line.start..at].iter();
        before
            .map(|token| token.spaces + token.text.chars().count())
            .sum()
    };
    let mut from = 0;
    while from < lines.len() {
        let chain = lines[from..].iter().take_while(|line| cell(line).is_some());
        let to = from + chain.count();
        let cells: Vec<(usize, usize)> = lines[from..to]
            .iter()
            .filter_map(|line| cell(line).map(|at| (at, columns(line, at, tokens))))
            .collect();
        let most = cells.iter().map(|(_, columns)| *columns).max();
        for (at, columns) in &cells {
            tokens[*at].spaces = most.unwrap_or_default() - columns + 1;
        }
        from = to + 1;
    }
}

#[cfg(test)]
mod tests;
