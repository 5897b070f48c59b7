//! What a text is made of, seen from outside: its blocks, attributes, members and comments, in either language.
//!
//! Who asks where a place stands (fingerprints, suppressions) needs names and extents, not values.

use ecow::EcoString;

use super::{hcl, yaml};
use crate::source::SourceFile;

/// The deepest nesting that is looked into; deeper places belong to what is around them.
const MAX_DEPTH: u16 = 64;

/// A part of a text that has a name or is one of several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its bytes.
    pub start: u32,
    /// Their end.
    pub end: u32,
    /// The bytes that name it.
    pub head: (u32, u32),
    /// Its name: of a block its type and labels with dots between, of a member its key; empty for an item of a list.
    pub name: EcoString,
    /// What it is.
    pub sort: Sort,
    /// How deep it is: 0 at the top.
    pub depth: u16,
}

/// What a part of a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// A block of HCL.
    Block,
    /// An argument, or a member of an object or mapping.
    Member,
    /// An item of a list.
    Item,
}

/// The parts of a text in the order in which they begin, those around others first, and its comments.
#[derive(Debug, Clone, Default)]
pub struct Outline {
    /// The parts.
    pub parts: Vec<Part>,
    /// The comments: their bytes, with the marks around them.
    pub comments: Vec<(u32, u32)>,
    /// For each part the one around it.
    outer: Vec<Option<u32>>,
}

impl Outline {
    /// The outline of a source: HCL by its name, else YAML, of which JSON is a part.
    pub fn of(file: &SourceFile) -> Self {
        let name = file.path.to_ascii_lowercase();
        let is_hcl = [".tf", ".tofu", ".tfvars", ".hcl"]
            .iter()
            .any(|end| name.ends_with(end));
        let mut outline = Self::default();
        if is_hcl {
            let tree = hcl::parse(file.id, &file.text);
            outline.hcl(&tree, &tree.root, 0);
            let comments = tree.comments.iter();
            outline.comments = comments
                .map(|comment| (comment.range.start, comment.range.end))
                .collect();
        } else {
            let document = yaml::parse(file);
            if let Some(root) = document.root {
                outline.yaml(&document, root, 0);
            }
            let comments = document.comments.iter();
            outline.comments = comments.map(|range| (range.start, range.end)).collect();
        }
        let around = |part: &Part| (part.start, std::cmp::Reverse(part.end), part.depth);
        outline.parts.sort_by_key(around);
        outline.comments.sort_unstable();
        outline.nest();
        // It is kept for the whole run.
        outline.parts.shrink_to_fit();
        outline.outer.shrink_to_fit();
        outline
    }

    /// Finds what is around each part: those that are open where it begins, the innermost of them.
    fn nest(&mut self) {
        let mut open: Vec<u32> = Vec::new();
        for (at, part) in self.parts.iter().enumerate() {
            while open
                .pop_if(|last| self.parts[*last as usize].end < part.end.max(part.start + 1))
                .is_some()
            {}
            self.outer.push(open.last().copied());
            open.push(at as u32);
        }
    }

    /// Whether a comment holds a place.
    pub fn is_comment(&self, at: u32) -> bool {
        let before = self.comments.partition_point(|(start, _)| *start <= at);
        before > 0 && at < self.comments[before - 1].1
    }

    /// The parts that hold a place, the outermost first.
    pub fn around(&self, start: u32, end: u32) -> impl Iterator<Item = &Part> {
        let last = self.parts.partition_point(|part| part.start <= start);
        let last = last.checked_sub(1).map(|last| last as u32);
        let chain = std::iter::successors(last, |at| self.outer[*at as usize]);
        let parts = chain.map(|at| &self.parts[at as usize]);
        let mut around: Vec<&Part> = parts.filter(|part| end.max(start) <= part.end).collect();
        around.reverse();
        around.into_iter()
    }

    /// The parts directly below one.
    pub fn below<'o>(&'o self, part: &'o Part) -> impl Iterator<Item = &'o Part> {
        let first = self.parts.partition_point(|own| own.start < part.start);
        let inside = self.parts[first..].iter();
        let inside = inside.take_while(|own| own.start < part.end);
        inside.filter(|own| own.depth == part.depth + 1 && own.end <= part.end)
    }

    fn hcl(&mut self, tree: &hcl::Tree, body: &hcl::Body, depth: u16) {
        if depth > MAX_DEPTH {
            return;
        }
        for block in tree.blocks(body) {
            let labels = tree.labels(block).iter();
            let labels = labels.map(|label| tree.label(label).into_owned());
            let name: Vec<String> = std::iter::once(tree.block_name(block).to_owned())
                .chain(labels)
                .collect();
            self.parts.push(Part {
                start: block.range.start,
                end: block.range.end,
                head: (block.header.start, block.header.end),
                name: name.join(".").into(),
                sort: Sort::Block,
                depth,
            });
            self.hcl(tree, &block.body, depth + 1);
        }
        for attribute in tree.attributes(body) {
            let value = tree.expr_span(attribute.value);
            self.parts.push(Part {
                start: attribute.name.start,
                end: value.end.max(attribute.name.end),
                head: (attribute.name.start, attribute.name.end),
                name: tree.attribute_name(attribute).into(),
                sort: Sort::Member,
                depth,
            });
            self.expression(tree, attribute.value, depth + 1);
        }
    }

    /// The members and items in an expression, whatever calls and operators are around them.
    fn expression(&mut self, tree: &hcl::Tree, id: hcl::ExprId, depth: u16) {
        if depth > MAX_DEPTH {
            return;
        }
        match tree.expr(id) {
            hcl::Expr::Object(list) => {
                let entries: Vec<_> = tree.entries(list).collect();
                for (key, value) in entries {
                    let (own, end) = (tree.expr_span(key), tree.expr_span(value).end);
                    let name = match tree.string(key) {
                        Some(text) => text.into_owned().into(),
                        None => slice(tree, own.start, own.end),
                    };
                    self.parts.push(Part {
                        start: own.start,
                        end: end.max(own.end),
                        head: (own.start, own.end),
                        name,
                        sort: Sort::Member,
                        depth,
                    });
                    self.expression(tree, value, depth + 1);
                }
            }
            hcl::Expr::Tuple(list) => {
                for item in tree.list(list) {
                    let own = tree.expr_span(*item);
                    self.parts.push(Part {
                        start: own.start,
                        end: own.end,
                        head: (own.start, own.start),
                        name: EcoString::new(),
                        sort: Sort::Item,
                        depth,
                    });
                    self.expression(tree, *item, depth + 1);
                }
            }
            hcl::Expr::Call {
                arguments: list, ..
            }
            | hcl::Expr::Conditional(list) => {
                for item in tree.list(list) {
                    self.expression(tree, *item, depth);
                }
            }
            hcl::Expr::Paren(inner) => self.expression(tree, inner, depth),
            hcl::Expr::For(at) => self.expression(tree, tree.fors[at as usize].result, depth),
            _ => {}
        }
    }

    fn yaml(&mut self, document: &yaml::Document, id: yaml::NodeId, depth: u16) {
        if depth > MAX_DEPTH {
            return;
        }
        for pair in document.pairs(id) {
            let (key, value) = (document.span(pair.key), document.span(pair.value));
            // What an alias or a merge brings stands elsewhere.
            let end = if value.start >= key.end {
                value.end
            } else {
                key.end
            };
            self.parts.push(Part {
                start: key.start,
                end,
                head: (key.start, key.end),
                name: document.text(pair.key).cloned().unwrap_or_default(),
                sort: Sort::Member,
                depth,
            });
            if value.start >= key.end {
                self.yaml(document, pair.value, depth + 1);
            }
        }
        let mut from = document.span(id).start;
        for item in document.items(id) {
            let own = document.span(*item);
            // What an alias brings stands elsewhere.
            if own.start < from {
                continue;
            }
            from = own.end;
            self.parts.push(Part {
                start: own.start,
                end: own.end,
                head: (own.start, own.start),
                name: EcoString::new(),
                sort: Sort::Item,
                depth,
            });
            self.yaml(document, *item, depth + 1);
        }
    }
}

fn slice(tree: &hcl::Tree, start: u32, end: u32) -> EcoString {
    let text = tree.text.get(start as usize..end as usize);
    text.unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    use super::Outline;
    use crate::source::SourceMap;

    fn path(name: &str, text: &str, at: &str) -> (String, usize) {
        let sources = SourceMap::new();
        let (file, _) = sources.add(name, text.into());
        let outline = Outline::of(&file);
        let at = text.find(at).expect("it is there") as u32;
        let names: Vec<&str> = outline
            .around(at, at + 1)
            .map(|part| part.name.as_str())
            .collect();
        (names.join("/"), outline.comments.len())
    }

    #[test]
    fn a_place_has_the_names_of_what_is_around_it() {
        let hcl = "# one\nresource \"a\" \"b\" {\n  ingress {\n    cidr = [\"x\", \"@\"] // two\n  }\n  \
                   policy = jsonencode({ Statement = [{ \"Action\" = \"+\" }] })\n}\n";
        assert_eq!(
            path("m.tf", hcl, "\"@"),
            ("resource.a.b/ingress/cidr/".into(), 2)
        );
        assert_eq!(
            path("m.tf", hcl, "\"+").0,
            "resource.a.b/policy/Statement//Action"
        );
        let yaml = "Resources:\n  B: # one\n    Type: x\n    List:\n      - Cidr: '@'\n";
        assert_eq!(
            path("t.yaml", yaml, "'@"),
            ("Resources/B/List//Cidr".into(), 1)
        );
        let json = "{\"Resources\": {\"B\": {\"Type\": \"@\"}}}";
        assert_eq!(path("t.json", json, "\"@").0, "Resources/B/Type");
    }
}
