//! What makes a finding the same one in the next run and in the next commit: its rule, the module it stands in, its block
//! and its attribute. File names, lines, formatting, order, callers, and what else is found or suppressed are no part of it.
//!
//! A fingerprint hashes: a version; the rule; the folder of the module from the root of the repository; the address of the
//! block without module calls and keys, as it was before `moved` blocks; the path of the attribute inside the block; and,
//! where the path leads through one of several equal parts (an `ingress` block, a statement of a policy), the text of that
//! part without blanks and comments. Which of its instances a finding is about, its subjects say: the stack, the chain of
//! calls and the index.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use ecow::EcoString;
use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};

use super::places::Places;
use crate::eval::{Address, Key, Mode};
use crate::findings::Finding;
use crate::source::{Scope, SourceFile, SourceId, Span};
use crate::syntax::outline::{Outline, Part, Sort};

/// The version of what is hashed.
const VERSION: &str = "2";
/// Hexadecimal digits of a fingerprint: 128 bits.
const DIGITS: usize = 32;
/// Renamings that are followed.
const MAX_MOVES: usize = 16;

/// The former name of each block of a folder that has one.
type Moves = Arc<BTreeMap<String, String>>;

/// Gives fingerprints.
pub struct Fingerprints<'s> {
    places: &'s Places<'s>,
    scope: &'s Scope,
    moves: Mutex<BTreeMap<String, Moves>>,
    homes: Mutex<FxHashMap<SourceId, Arc<Home>>>,
    /// The files that speak of moved blocks: few do, and each folder asks.
    movers: OnceLock<Vec<Arc<SourceFile>>>,
}

impl<'s> Fingerprints<'s> {
    /// For findings about these sources.
    pub fn new(places: &'s Places<'s>, scope: &'s Scope) -> Self {
        Self {
            places,
            scope,
            moves: Mutex::default(),
            homes: Mutex::default(),
            movers: OnceLock::new(),
        }
    }

    /// Gives findings their fingerprints. Those of one rule and instance that are alike in all that counts are numbered in
    /// the order of their places.
    pub fn give(&self, findings: &mut [Finding]) {
        let mut blocks = Blocks::default();
        let mut seen: FxHashMap<(EcoString, Option<Arc<Address>>), Vec<Span>> =
            FxHashMap::default();
        let mut order: Vec<usize> = (0..findings.len()).collect();
        let sources = self.places.sources;
        order.sort_by_cached_key(|at| sources.order(findings[*at].primary.span));
        for at in order {
            let finding = &mut findings[at];
            let base = self.base(finding, &mut blocks);
            let subject = finding.subjects.first();
            let alike = seen.entry((base.clone(), subject.cloned())).or_default();
            if !alike.contains(&finding.primary.span) {
                alike.push(finding.primary.span);
            }
            let nth = alike.iter().position(|span| *span == finding.primary.span);
            finding.fingerprint = ecow::eco_format!("{base}:{}", nth.unwrap_or(0) + 1);
        }
    }

    fn base(&self, finding: &Finding, blocks: &mut Blocks) -> EcoString {
        let Where {
            folder,
            block,
            path,
            text,
        } = self.place(finding, blocks);
        hashed([VERSION, &finding.rule, &folder, &block, &path, &text])
    }

    /// The fingerprint that a finding would have in any folder.
    pub(super) fn anywhere(&self, finding: &Finding) -> EcoString {
        let Where {
            block, path, text, ..
        } = self.place(finding, &mut Blocks::default());
        hashed([VERSION, &finding.rule, &block, &path, &text])
    }

    /// What stands at the places of a finding, apart from form, and how bad that is: a value, or all of the nested block or
    /// the item of a list that it is in. The names of blocks are no part of it.
    pub(super) fn content(&self, finding: &Finding) -> EcoString {
        let labels = std::iter::once(&finding.primary).chain(&finding.related);
        let spans = labels.map(|label| label.span);
        let texts = spans.filter(|span| span.is_somewhere()).filter_map(|span| {
            let file = self.places.sources.get(span.source);
            let outline = self.places.outline(&file);
            let parts: Vec<&Part> = outline.around(span.start, span.end).collect();
            let mut names = parts.iter();
            if names.any(|part| part.start <= span.start && span.end <= part.head.1) {
                return None;
            }
            let is_nested = |part: &&&Part| {
                let has_parts = outline.below(part).next().is_some();
                part.depth > 0 && part.sort != Sort::Member && has_parts
            };
            let nested = parts.iter().rev().find(is_nested);
            let (start, end) = nested.map_or((span.start, span.end), |own| (own.start, own.end));
            Some(bare(&file, &outline, start, end))
        });
        let texts: BTreeSet<String> = texts.collect();
        let reached = finding.exposure.as_ref().map_or("", |it| it.word());
        let rest = [finding.severity.name(), reached];
        hashed(rest.into_iter().chain(texts.iter().map(String::as_str)))
    }

    /// Where a finding stands: in the block of its subject if some of its places does, else where the first of them is.
    fn place(&self, finding: &Finding, blocks: &mut Blocks) -> Where {
        let labels = std::iter::once(&finding.primary).chain(&finding.related);
        let spans: Vec<Span> = labels
            .map(|label| label.span)
            .filter(|span| span.is_somewhere())
            .collect();
        let Some(subject) = finding.subjects.first() else {
            return Where::default();
        };
        let mut header = None;
        let mut first = None;
        let written = Written::of(subject);
        let number = blocks.number(&written.text);
        for span in spans {
            // The way through forty calls is the same for all that is found at its end.
            let known = blocks.stands.get(&(number, span));
            match known {
                Some(Stands::Elsewhere) if first.is_some() => continue,
                Some(Stands::AtHead) if header.is_some() => continue,
                _ => {}
            }
            let file = self.places.sources.get(span.source);
            let outline = self.places.outline(&file);
            let parts: Vec<&Part> = outline.around(span.start, span.end).collect();
            let own = written.find(&parts);
            let stands = match own {
                None => Stands::Elsewhere,
                Some(own) if own + 1 == parts.len() => Stands::AtHead,
                Some(_) => Stands::Inside,
            };
            blocks.stands.insert((number, span), stands);
            let Some(own) = own else {
                first = first.or_else(|| Some(self.at(&file, &outline, subject, &parts)));
                continue;
            };
            let inside = &parts[own + 1..];
            if !inside.is_empty() {
                return self.at(&file, &outline, subject, inside);
            }
            header = header.or_else(|| Some(self.at(&file, &outline, subject, &[])));
        }
        match (header, first) {
            // A value from elsewhere, a satellite: its path, in the folder of the block.
            (Some(header), Some(first)) => Where {
                path: first.path,
                text: first.text,
                ..header
            },
            (Some(own), None) | (None, Some(own)) => own,
            (None, None) => Where {
                block: block_name(subject),
                folder: subject.stack.to_string(),
                ..Where::default()
            },
        }
    }

    fn at(
        &self,
        file: &SourceFile,
        outline: &Outline,
        subject: &Address,
        inside: &[&Part],
    ) -> Where {
        let home = self.home(file);
        // In a plan, a resource is an item of a list; what it is follows `after`.
        let after = inside
            .iter()
            .position(|part| part.name == "after" && part.depth <= 4);
        let inside = after.map_or(inside, |at| &inside[at + 1..]);
        let names: Vec<&str> = inside.iter().map(|part| part.name.as_str()).collect();
        let several = inside
            .iter()
            .rev()
            .find(|part| is_one_of_several(outline, part));
        Where {
            block: home.former_name(block_name(subject)),
            folder: home.folder.clone(),
            path: names.join("/"),
            text: several
                .map(|part| bare(file, outline, part.start, part.end))
                .unwrap_or_default(),
        }
    }

    /// The folder of a source and its moves; the source is looked at once.
    fn home(&self, file: &SourceFile) -> Arc<Home> {
        let homes = || self.homes.lock().unwrap_or_else(PoisonError::into_inner);
        let known = homes().get(&file.id).cloned();
        known.unwrap_or_else(|| {
            let shown = self.scope.from_root(&file.path);
            let path = shown.as_deref().unwrap_or(&file.path);
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let known = self.lock().get(folder).cloned();
            let moves = known.unwrap_or_else(|| {
                let moves = Arc::new(self.moves_of(file));
                self.lock().insert(folder.to_owned(), moves.clone());
                moves
            });
            let folder = folder.to_owned();
            let home = Arc::new(Home { folder, moves });
            homes().insert(file.id, home.clone());
            home
        })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Moves>> {
        self.moves.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The files that speak of moved blocks.
    fn movers(&self) -> &[Arc<SourceFile>] {
        self.movers.get_or_init(|| {
            let mut all = self.places.sources.all();
            all.retain(|file| {
                let is_hcl = file.path.ends_with(".tf") || file.path.ends_with(".tofu");
                is_hcl && file.text.contains("moved")
            });
            all
        })
    }

    /// The `moved` blocks in the folder of a source.
    fn moves_of(&self, file: &SourceFile) -> BTreeMap<String, String> {
        let folder = |path: &str| path.rsplit_once('/').map(|(folder, _)| folder.to_owned());
        let own = folder(&file.path);
        let mut moves = BTreeMap::new();
        let beside = self.movers().iter();
        for other in beside.filter(|other| folder(&other.path) == own) {
            let outline = self.places.outline(other);
            let blocks = outline.parts.iter().filter(|part| part.name == "moved");
            for block in blocks {
                let value = |name: &str| {
                    let mut members = outline.below(block);
                    let member = members.find(|member| member.name == name)?;
                    let text = other.text.get(member.start as usize..member.end as usize)?;
                    let (_, value) = text.split_once('=')?;
                    Some(without_keys(value.trim()))
                };
                if let (Some(from), Some(to)) = (value("from"), value("to")) {
                    moves.insert(to, from);
                }
            }
        }
        moves
    }
}

/// Where a source lies.
struct Home {
    /// The folder, from the root of the repository.
    folder: String,
    /// The former names of the blocks in that folder.
    moves: Moves,
}

impl Home {
    /// The first name that a block had, after the `moved` blocks of its folder.
    fn former_name(&self, name: String) -> String {
        let mut name = name;
        for _ in 0..MAX_MOVES {
            match self.moves.get(&name) {
                Some(former) => name.clone_from(former),
                None => break,
            }
        }
        name
    }
}

/// Where a finding stands, apart from its file and line.
#[derive(Debug, Default)]
struct Where {
    folder: String,
    block: String,
    path: String,
    text: String,
}

/// The stack from the root of the repository, and the calls and the index of a resource: which of its instances it is.
pub fn instance(address: &Address, scope: &Scope) -> (String, String) {
    let stack = scope.from_root(&address.stack);
    let stack = stack.unwrap_or_else(|| address.stack.to_string());
    let stack = if stack.is_empty() { ".".into() } else { stack };
    (stack, address.to_string())
}

/// The block as it is named where it stands.
fn block_name(address: &Address) -> String {
    if address.type_name.contains("::") {
        return address.name.to_string();
    }
    let own = Address {
        module: EcoString::new(),
        key: Key::None,
        ..address.clone()
    };
    own.to_string()
}

/// Where a place is, seen from the block of a resource.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stands {
    Elsewhere,
    AtHead,
    Inside,
}

/// Where places are, by the blocks as they are written.
#[derive(Default)]
struct Blocks {
    numbers: FxHashMap<String, u32>,
    stands: FxHashMap<(u32, Span), Stands>,
}

impl Blocks {
    /// A number for a block, in the place of its text.
    fn number(&mut self, text: &str) -> u32 {
        let next = self.numbers.len() as u32;
        match self.numbers.get(text) {
            Some(number) => *number,
            None => *self.numbers.entry(text.to_owned()).or_insert(next),
        }
    }
}

/// The block of a resource as it is written in a file.
struct Written<'a> {
    text: String,
    name: &'a str,
    /// How many keys it takes in JSON.
    chain: usize,
}

/// Which of the parts around a place is the block of a resource.
pub(super) fn own_block(address: &Address, parts: &[&Part]) -> Option<usize> {
    Written::of(address).find(parts)
}

impl<'a> Written<'a> {
    fn of(address: &'a Address) -> Self {
        let (kind, name) = (&address.type_name, &address.name);
        let text = match address.mode {
            Mode::Managed => format!("resource.{kind}.{name}"),
            Mode::Data => format!("data.{kind}.{name}"),
            Mode::Input => format!("variable.{name}"),
            Mode::Provider => format!("provider.{}", name.split('.').next().unwrap_or(name)),
        };
        Self {
            chain: text.split('.').count(),
            text,
            name,
        }
    }

    /// Which of the parts around a place is the block.
    fn find(&self, parts: &[&Part]) -> Option<usize> {
        let Self {
            text: written,
            name,
            chain,
        } = self;
        // In JSON, the labels of a block are the keys of mappings.
        let in_json = |at: usize| {
            let names = parts.get(at + 1 - (*chain).min(at + 1)..=at);
            names.is_some_and(|names| is_joined(written, names))
        };
        let in_template = |at: usize| {
            let section = at.checked_sub(1).map(|before| parts[before].name.as_str());
            parts[at].name == *name && matches!(section, Some("Resources" | "Parameters"))
        };
        let is_own = |at: &usize| parts[*at].name == *written || in_json(*at) || in_template(*at);
        (0..parts.len()).find(is_own)
    }
}

/// Whether a text is the names of parts with dots between.
fn is_joined(text: &str, parts: &[&Part]) -> bool {
    let mut rest = Some(text);
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            rest = rest.and_then(|rest| rest.strip_prefix('.'));
        }
        rest = rest.and_then(|rest| rest.strip_prefix(part.name.as_str()));
    }
    rest == Some("")
}

/// Whether a part has equals beside it that only their content tells apart.
fn is_one_of_several(outline: &Outline, part: &Part) -> bool {
    if part.sort == Sort::Member {
        return false;
    }
    let beside = outline.around(part.start, part.end);
    let around = beside.filter(|own| own.depth + 1 == part.depth).last();
    let Some(around) = around else {
        return false;
    };
    let equals = outline.below(around);
    let mut equals = equals.filter(|own| own.sort == part.sort && own.name == part.name);
    // Two are enough: a plan has thousands.
    equals.nth(1).is_some()
}

/// The first half of the hash of some texts.
fn hashed<'t>(parts: impl IntoIterator<Item = &'t str>) -> EcoString {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let mut out = String::with_capacity(DIGITS);
    for byte in hash.finalize().iter().take(DIGITS / 2) {
        let _ = write!(out, "{byte:02x}");
    }
    out.into()
}

/// A text without blanks and comments.
fn bare(file: &SourceFile, outline: &Outline, start: u32, end: u32) -> String {
    let comments = &outline.comments;
    let first = comments.partition_point(|(first, _)| *first < start);
    let mut comments = comments[first..].iter().peekable();
    let mut out = String::new();
    let own = file.text.get(start as usize..end as usize);
    for (at, letter) in own.unwrap_or_default().char_indices() {
        let at = start + at as u32;
        while comments.next_if(|(_, end)| *end <= at).is_some() {}
        let hidden = comments.peek().is_some_and(|(start, _)| *start <= at);
        if !hidden && !letter.is_whitespace() {
            out.push(letter);
        }
    }
    out
}

/// An address without the keys of instances.
fn without_keys(address: &str) -> String {
    let mut out = String::with_capacity(address.len());
    let mut depth = 0;
    for letter in address.chars() {
        match letter {
            '[' => depth += 1,
            ']' => depth -= 1,
            letter if depth == 0 => out.push(letter),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests;
