//! What a text of the language may say: one table, of which the checks, the JSON Schema and the documentation are made.

mod account;
mod table;

use super::verb::VERBS;

pub use account::GUARDS;
pub use table::TEXT;

/// What may stand at a place.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// Any text.
    Text,
    /// The name of something that is declared.
    Name,
    /// `true` or `false`.
    Flag,
    /// A whole number between two.
    Whole(u32, u32),
    /// A length of time.
    Length,
    /// A block of addresses.
    Block,
    /// Ports of a protocol.
    Ports,
    /// What picks resources.
    Selector,
    /// One of some words.
    Word(fn() -> Vec<&'static str>),
    /// A text, or `input`.
    Supply,
    /// Several; one alone stands for a list of one.
    List(&'static Shape),
    /// A mapping with these keys only.
    Map(Keys),
    /// Names, each with a mapping.
    Each(Keys),
    /// Any keys, each with a text.
    Texts,
    /// The one where a word is written, the other where more is.
    Or(&'static Shape, &'static Shape),
}

/// The keys of a mapping.
#[derive(Debug, Clone, Copy)]
pub struct Keys {
    /// The keys.
    pub fields: &'static [Field],
    /// The verbs that are keys besides, and what each is done to.
    pub verbs: Option<&'static Shape>,
}

/// One key.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// The key.
    pub key: &'static str,
    /// What may stand there.
    pub shape: Shape,
    /// What it means.
    pub about: &'static str,
    /// What holds where it is absent, in words; `None`: it must be there.
    pub default: Option<&'static str>,
}

const fn must(key: &'static str, shape: Shape, about: &'static str) -> Field {
    Field {
        key,
        shape,
        about,
        default: None,
    }
}

const fn may(key: &'static str, shape: Shape, about: &'static str, default: &'static str) -> Field {
    Field {
        key,
        shape,
        about,
        default: Some(default),
    }
}

const fn keys(fields: &'static [Field]) -> Keys {
    Keys {
        fields,
        verbs: None,
    }
}

impl Keys {
    /// What may stand behind a key.
    pub fn shape(&self, key: &str) -> Option<Shape> {
        let field = self.fields.iter().find(|field| field.key == key);
        let verb = || self.verbs.filter(|_| super::verb::named(key).is_some());
        field.map(|field| field.shape).or_else(|| verb().copied())
    }

    /// All keys.
    pub fn words(&self) -> Vec<&'static str> {
        let fields = self.fields.iter().map(|field| field.key);
        let verbs = VERBS.iter().filter(|_| self.verbs.is_some());
        fields.chain(verbs.map(|verb| verb.word)).collect()
    }
}
