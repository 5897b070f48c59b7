//! Going on behind damage.
//!
//! Brackets alone do not tell where a damaged member ends: the missing one may be any. What people and programs write on
//! lines is indented, and that tells it; what stands on one line is told by how resources begin.

use super::{Problem, Reader, Step};

/// How deep the members lie that can be lost by themselves: the sections of a template and their members.
const MEMBERS: usize = 2;

const UNCLOSED: &str = "a closing bracket is missing before this";

impl Reader<'_> {
    /// Closes what a closing bracket at the beginning of a line must have closed: all whose members stand deeper than it.
    /// False where nothing is to be closed: the bracket, which is then stepped over, is one too many.
    pub(super) fn close_by_indentation(&mut self) -> bool {
        let Some(column) = self.column(self.at) else {
            return true;
        };
        let mut deeper = 0;
        for (nth, open) in self.open.iter().rev().enumerate() {
            match open.column {
                Some(own) if own > column => deeper = nth + 1,
                Some(_) => break,
                None => {}
            }
        }
        let innermost = self.open.last().and_then(|open| open.column);
        if deeper == 0 && innermost.is_some() {
            self.report(&self.problem("this bracket closes nothing"));
            self.at += 1;
            return false;
        }
        self.close_inner(deeper.max(1) - 1);
        true
    }

    /// Where a line begins here in the column of the members of a collection farther out, it is a member of that one:
    /// those inside are closed.
    pub(super) fn close_what_lies_deeper(&mut self) {
        let Some(column) = self.column(self.at) else {
            return;
        };
        // Where nothing is indented, nothing is told by it.
        let indented = self.open.first().and_then(|open| open.column);
        if indented.is_none_or(|column| column == 0) {
            return;
        }
        // Members stand deeper than what they are members of.
        let mut deeper = self.builder.members() == 0;
        for (nth, open) in self.open.iter().rev().enumerate() {
            match open.column {
                Some(own) if own > column => deeper = true,
                Some(own) if own == column && deeper => return self.close_inner(nth),
                Some(_) => return,
                None => {}
            }
        }
    }

    /// Closes collections whose closing bracket is missing.
    fn close_inner(&mut self, count: usize) {
        for _ in 0..count {
            self.report(&self.problem(UNCLOSED));
            self.open.pop();
            self.builder.close(Some(self.at as u32));
        }
    }

    /// Reports a problem, goes on where the next member of a section or of the template begins, and gives what came of
    /// that. Nothing when there is no such place; everything that was open is then closed.
    pub(super) fn resume(&mut self, problem: &Problem) -> Option<Step> {
        self.report(problem);
        let damaged = self.at.max(problem.at);
        loop {
            let depth = self.builder.mappings().min(MEMBERS);
            if depth == 0 {
                return None;
            }
            let own = self.open[depth - 1];
            // The damaged member may have taken the beginning of the next one for its own end.
            let next = match own.column {
                Some(column) => self.next_line(own.member, column),
                None => self.next_resource(own.member + 1, depth),
            };
            self.lose_member(depth, damaged, next);
            let Some(at) = next else {
                self.open.pop();
                self.builder.close(Some(damaged as u32));
                continue;
            };
            self.at = at;
            if self.bytes[at] == b'"' {
                self.begin_member();
                return Some(self.key().and_then(|()| self.value()));
            }
            self.close();
            return Some(Ok(()));
        }
    }

    /// Gives the member up that was read last in the collection at `depth`; `next` is where its neighbour begins.
    fn lose_member(&mut self, depth: usize, damaged: usize, next: Option<usize>) {
        let members = self.builder.kept_members(depth);
        self.builder.unwind(depth, members);
        self.open.truncate(depth);
        if !self.builder.in_mapping() {
            return;
        }
        let whole = members > 0 && members.is_multiple_of(2);
        if whole && self.builder.last_end() > next.map(|next| next as u32) && next.is_some() {
            // What was read as its end is the neighbour's.
            self.builder.pop();
        }
        if self.builder.members() % 2 == 1 {
            let range = self.range(self.open[depth - 1].member, damaged);
            self.builder.broken(range);
        }
    }

    /// The next line after `from` that begins with a key in this column, or with a closing brace before it.
    fn next_line(&self, mut from: usize, column: usize) -> Option<usize> {
        loop {
            from += memchr::memchr(b'\n', self.bytes.get(from..)?)? + 1;
            let line = &self.bytes[from..];
            let indent = line.iter().position(|byte| !matches!(byte, b' ' | b'\t'))?;
            match line[indent] {
                b'"' if indent == column => return Some(from + indent),
                b'}' if indent < column => return Some(from + indent),
                _ => {}
            }
        }
    }

    /// Where in a text on one line the next resource begins: a key whose value is an object that begins with a type. Only
    /// sections have resources.
    fn next_resource(&self, from: usize, depth: usize) -> Option<usize> {
        if depth != MEMBERS {
            return None;
        }
        let types = memchr::memmem::find_iter(self.bytes.get(from..)?, b"\"Type\"");
        types.map(|found| from + found).find_map(|found| {
            let value = self.text[found + 6..].trim_start().strip_prefix(':')?;
            let value = value.trim_start().strip_prefix('"')?;
            let name = value.split('"').next()?;
            let before = self.text[from..found].trim_end().strip_suffix('{')?;
            let before = before.trim_end().strip_suffix(':')?.trim_end();
            let key = before.strip_suffix('"')?;
            let quote = key.rfind('"')?;
            let fits =
                name.contains("::") && key[quote + 1..].bytes().all(|b| b.is_ascii_alphanumeric());
            fits.then_some(from + quote)
        })
    }
}
