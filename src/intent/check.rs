//! Whether a tree has the shape of the grammar: everything that is wrong with it, each at its place.

use super::grammar::{Keys, Shape};
use super::word::{self, Length, Ports, Selector};
use crate::source::{Code, Diagnostic, Span, nearest};
use crate::syntax::yaml::{Document, Kind, NodeId};

/// What is wrong with a tree.
pub(super) fn check(document: &Document, keys: Keys) -> Vec<Diagnostic> {
    let mut checker = Checker {
        document,
        found: Vec::new(),
    };
    match document.root {
        Some(root) => checker.map(root, keys),
        None if document.errors.is_empty() => {
            let place = Span::new(document.source, 0, 0);
            let missing = Diagnostic::new(Code::Structure, place, "an intent is expected here")
                .help("it begins with `intent: 1` and `name: …`");
            checker.found.push(missing);
        }
        None => {}
    }
    checker.found
}

struct Checker<'d> {
    document: &'d Document,
    found: Vec<Diagnostic>,
}

impl Checker<'_> {
    fn say(&mut self, node: NodeId, message: impl Into<String>) -> &mut Diagnostic {
        let span = self.document.span(node);
        self.found
            .push(Diagnostic::new(Code::Structure, span, message));
        let last = self.found.len() - 1;
        &mut self.found[last]
    }

    fn node(&mut self, node: NodeId, shape: Shape) {
        if matches!(self.document.node(node).kind, Kind::Broken) {
            return;
        }
        match shape {
            Shape::List(of) => match self.document.node(node).kind {
                Kind::Sequence(_) => {
                    for item in self.document.items(node) {
                        self.node(*item, *of);
                    }
                }
                _ => self.node(node, *of),
            },
            Shape::Map(keys) => self.map(node, keys),
            Shape::Each(keys) => self.each(node, keys),
            Shape::Texts => self.texts(node),
            Shape::Or(word, more) => match self.document.text(node) {
                Some(_) => self.node(node, *word),
                None => self.node(node, *more),
            },
            _ => self.scalar(node, shape),
        }
    }

    fn scalar(&mut self, node: NodeId, shape: Shape) {
        let text = self.document.text(node);
        let Some(text) = text.filter(|_| !self.document.is_null(node)) else {
            self.say(node, format!("{} is expected here", expected(shape)));
            return;
        };
        let wrong = match shape {
            Shape::Flag if !matches!(text.as_str(), "true" | "false") => {
                Some("`true` or `false` is expected here".into())
            }
            Shape::Whole(least, most) => {
                let number = text.parse::<u32>().ok();
                let good = number.is_some_and(|number| (least..=most).contains(&number));
                (!good).then(|| format!("{} is expected here", expected(shape)))
            }
            Shape::Length => Length::read(text).err(),
            Shape::Block => word::block(text).err(),
            Shape::Ports => Ports::read(text).err(),
            Shape::Selector => Selector::read(text).err(),
            Shape::Word(words) => return self.word(node, text, &words()),
            _ => None,
        };
        if let Some(wrong) = wrong {
            self.say(node, wrong);
        }
    }

    fn word(&mut self, node: NodeId, text: &str, words: &[&'static str]) {
        if words.contains(&text) {
            return;
        }
        let message = format!("one of {} is expected here", words.join(", "));
        let near = nearest(text, words.iter().copied());
        self.say(node, message).help = near.map(|near| format!("did you mean `{near}`?"));
    }

    fn is_map(&mut self, node: NodeId, what: &str) -> bool {
        let is = matches!(self.document.node(node).kind, Kind::Mapping(_));
        if !is {
            self.say(node, format!("{what} expected here"));
        }
        is
    }

    fn map(&mut self, node: NodeId, keys: Keys) {
        if !self.is_map(node, "a mapping is") {
            return;
        }
        for pair in self.document.pairs(node) {
            let Some(key) = self.document.text(pair.key) else {
                continue;
            };
            match keys.shape(key) {
                Some(shape) => self.node(pair.value, shape),
                None => self.unknown(pair.key, key, keys),
            }
        }
        for field in keys.fields.iter().filter(|field| field.default.is_none()) {
            if self.document.get(node, field.key).is_none() {
                let place = self.first(node);
                self.found.push(
                    Diagnostic::new(
                        Code::Structure,
                        place,
                        format!("`{}` is missing", field.key),
                    )
                    .help(format!("`{}` says {}", field.key, field.about)),
                );
            }
        }
    }

    /// Where a mapping begins: its first key, not the whole of it.
    fn first(&self, node: NodeId) -> Span {
        let first = self.document.pairs(node).first();
        self.document.span(first.map_or(node, |pair| pair.key))
    }

    fn unknown(&mut self, node: NodeId, key: &str, keys: Keys) {
        let words = keys.words();
        let help = match (key, nearest(key, words.iter().copied())) {
            ("people-and-pipelines", _) => "people and pipelines are `identities`".into(),
            (_, Some(near)) => format!("did you mean `{near}`?"),
            (_, None) => format!("the keys here are {}", words.join(", ")),
        };
        self.say(node, format!("there is no key `{key}` here")).help = Some(help);
    }

    fn each(&mut self, node: NodeId, keys: Keys) {
        if !self.is_map(node, "names with what they are, each a mapping, are") {
            return;
        }
        for pair in self.document.pairs(node) {
            let name = self.document.text(pair.key);
            if let Some(Err(wrong)) = name.map(|name| word::name(name)) {
                self.say(pair.key, wrong);
            }
            self.map(pair.value, keys);
        }
    }

    fn texts(&mut self, node: NodeId) {
        if !self.is_map(node, "a mapping of texts is") {
            return;
        }
        for pair in self.document.pairs(node) {
            self.scalar(pair.value, Shape::Text);
        }
    }
}

/// What a shape expects, in words.
fn expected(shape: Shape) -> String {
    match shape {
        Shape::Name => "a name".into(),
        Shape::Flag => "`true` or `false`".into(),
        Shape::Whole(least, most) if least == most => format!("{least}"),
        Shape::Whole(least, most) => format!("a number from {least} to {most}"),
        Shape::Length => "a length of time such as 30d".into(),
        Shape::Block => "a block of addresses such as 10.20.0.0/20".into(),
        Shape::Ports => "a port such as 443 or 443/udp".into(),
        Shape::Selector => "an address, tag:key=value, type:… or name:…".into(),
        Shape::Supply => "a text or `input`".into(),
        _ => "a text".into(),
    }
}
