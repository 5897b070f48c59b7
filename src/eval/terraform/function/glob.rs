//! The patterns of `fileset()`: `*`, `?`, classes, `**` for any number of folders, `{a,b}` for a choice.
//!
//! The pattern language is that of the Go module `bmatcuk/doublestar`, which Terraform uses.

/// One pattern, taken apart once and matched with many paths.
pub(super) struct Glob {
    parts: Vec<Part>,
    /// Which positions of the parts are reached, before and after a part of the path.
    reached: Vec<bool>,
    next: Vec<bool>,
}

enum Part {
    /// `**`.
    Folders,
    /// A name as it stands.
    Name(String),
    /// The letters that a name must begin with, and all of the pattern.
    Wild(String, Vec<char>),
}

impl Glob {
    /// The patterns that a pattern with choices stands for; nothing when there are too many.
    pub(super) fn alternatives(pattern: &str) -> Option<Vec<Glob>> {
        let mut out = Vec::new();
        braces(pattern, &mut out).then(|| out.iter().map(|pattern| Self::new(pattern)).collect())
    }

    fn new(pattern: &str) -> Self {
        let part = |part: &str| match part.find(['*', '?', '[', '\\']) {
            _ if part == "**" => Part::Folders,
            None => Part::Name(part.to_owned()),
            Some(at) => Part::Wild(part[..at].to_owned(), part.chars().collect()),
        };
        let parts: Vec<Part> = pattern.split('/').map(part).collect();
        Self {
            reached: vec![false; parts.len() + 1],
            next: vec![false; parts.len() + 1],
            parts,
        }
    }

    /// Whether a class is not closed or the last backslash escapes nothing.
    pub(super) fn is_malformed(&self) -> bool {
        self.parts.iter().any(|part| match part {
            Part::Wild(_, letters) => is_malformed(letters),
            Part::Folders | Part::Name(_) => false,
        })
    }

    /// Whether the parts of a path match those of the pattern.
    pub(super) fn matches(&mut self, path: &str) -> bool {
        self.reaches(path) && self.reached[self.parts.len()]
    }

    /// Whether a path, or something below it, may match.
    pub(super) fn reaches(&mut self, path: &str) -> bool {
        self.reached.fill(false);
        self.reached[0] = true;
        self.skip();
        for name in path.split('/') {
            self.next.fill(false);
            for (at, part) in self.parts.iter().enumerate() {
                if !self.reached[at] {
                    continue;
                }
                match part {
                    Part::Folders => self.next[at] = true,
                    Part::Name(own) => self.next[at + 1] |= own == name,
                    Part::Wild(head, letters) => {
                        self.next[at + 1] |= name.starts_with(head) && matches_part(letters, name);
                    }
                }
            }
            std::mem::swap(&mut self.reached, &mut self.next);
            self.skip();
            if !self.reached.contains(&true) {
                return false;
            }
        }
        true
    }

    /// `**` is also no folder at all.
    fn skip(&mut self) {
        for (at, part) in self.parts.iter().enumerate() {
            if self.reached[at] && matches!(part, Part::Folders) {
                self.reached[at + 1] = true;
            }
        }
    }
}

/// The pattern with one alternative of every `{a,b}` chosen, all ways; `false` when there are too many.
fn braces(pattern: &str, out: &mut Vec<String>) -> bool {
    let mut work = vec![pattern.to_owned()];
    while let Some(pattern) = work.pop() {
        if work.len() + out.len() > 256 {
            return false;
        }
        let range = pattern
            .rfind('{')
            .and_then(|open| Some((open, open + pattern[open..].find('}')?)));
        match range {
            Some((open, close)) => {
                for choice in pattern[open + 1..close].split(',') {
                    work.push(format!(
                        "{}{choice}{}",
                        &pattern[..open],
                        &pattern[close + 1..]
                    ));
                }
            }
            None => out.push(pattern),
        }
    }
    true
}

fn is_malformed(letters: &[char]) -> bool {
    let mut at = 0;
    while at < letters.len() {
        match letters[at] {
            '\\' if at + 1 == letters.len() => return true,
            '\\' => at += 2,
            '[' => match class(letters, at, 'x') {
                Some((_, end)) => at = end,
                None => return true,
            },
            _ => at += 1,
        }
    }
    false
}

/// Whether a name matches `*`, `?`, `[a-z]`, `[^a-z]` and escaped letters.
fn matches_part(pattern: &[char], name: &str) -> bool {
    let mut reached = vec![false; pattern.len() + 1];
    let mut next = reached.clone();
    reached[0] = true;
    let skip = |reached: &mut [bool]| {
        for at in 0..pattern.len() {
            if reached[at] && pattern[at] == '*' {
                reached[at + 1] = true;
            }
        }
    };
    skip(&mut reached);
    for letter in name.chars() {
        next.fill(false);
        for at in (0..pattern.len()).filter(|at| reached[*at]) {
            match pattern[at] {
                '*' => next[at] = true,
                '?' => next[at + 1] = true,
                '\\' if at + 1 < pattern.len() => next[at + 2] |= pattern[at + 1] == letter,
                '[' => {
                    if let Some((found, end)) = class(pattern, at, letter) {
                        next[end] |= found;
                    }
                }
                other => next[at + 1] |= other == letter,
            }
        }
        std::mem::swap(&mut reached, &mut next);
        skip(&mut reached);
    }
    reached[pattern.len()]
}

/// Whether a letter is in the class that begins there, and where the class ends.
fn class(pattern: &[char], start: usize, letter: char) -> Option<(bool, usize)> {
    let negated = matches!(pattern.get(start + 1), Some('^' | '!'));
    let mut at = start + 1 + usize::from(negated);
    let mut found = false;
    let first = at;
    loop {
        let low = *pattern.get(at)?;
        if low == ']' && at > first {
            return Some((found != negated, at + 1));
        }
        let range = pattern.get(at + 1) == Some(&'-')
            && pattern.get(at + 2).is_some_and(|high| *high != ']');
        let high = if range { pattern[at + 2] } else { low };
        found |= (low..=high).contains(&letter);
        at += if range { 3 } else { 1 };
    }
}
