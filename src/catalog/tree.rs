//! The YAML of vocabulary and rule files as a tree that knows its lines. Compiled into the build script too.

use std::collections::HashMap;

use granit_parser::{Event, Parser, ScalarStyle};

use super::model::Literal;

/// How deep a file may nest.
const MAX_DEPTH: usize = 32;
/// How many nodes a file may have, aliases counted as what they stand for.
const MAX_NODES: usize = 100_000;

/// A node and the line it begins on.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// 1-based.
    pub line: usize,
    /// What it is.
    pub data: Data,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq)]
pub enum Data {
    /// A scalar; `true` when it was quoted.
    Scalar(String, bool),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping in the order written: key, its line, value.
    Map(Vec<(String, usize, Node)>),
}

/// What is wrong with a file, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// 1-based.
    pub line: usize,
    /// A sentence without a final stop.
    pub message: String,
}

impl Wrong {
    /// Something wrong at a line.
    pub fn at(line: usize, message: impl Into<String>) -> Self {
        Self {
            line,
            message: message.into(),
        }
    }
}

/// What is being read: a list so far, or a mapping so far with the key that waits for its value.
enum Open {
    List(Vec<Node>),
    Map(Vec<(String, usize, Node)>, Option<(String, usize)>),
}

/// The first document of a YAML text; `first_line` is the line of the file that the text begins on.
///
/// # Errors
/// What is wrong with it: syntax, a key that is no scalar or stands twice, too deep, too many nodes.
pub fn parse(text: &str, first_line: usize) -> Result<Node, Wrong> {
    let mut stack: Vec<(Open, usize, usize)> = Vec::new();
    let mut anchors: HashMap<usize, Node> = HashMap::new();
    let mut nodes = 0;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            Wrong::at(
                first_line + error.marker().line().saturating_sub(1),
                error.to_string(),
            )
        })?;
        let line = first_line + span.start.line().saturating_sub(1);
        nodes += 1;
        if stack.len() > MAX_DEPTH || nodes > MAX_NODES {
            return Err(Wrong::at(line, "nested too deeply or too long"));
        }
        let (node, anchor) = match event {
            Event::Scalar(text, style, anchor, _) => {
                let quoted = !matches!(style, ScalarStyle::Plain);
                (
                    Node {
                        line,
                        data: Data::Scalar(text.into_owned(), quoted),
                    },
                    anchor,
                )
            }
            Event::SequenceStart(_, anchor, _) => {
                stack.push((Open::List(Vec::new()), line, anchor));
                continue;
            }
            Event::MappingStart(_, anchor, _) => {
                stack.push((Open::Map(Vec::new(), None), line, anchor));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match stack.pop() {
                Some((Open::List(items), line, anchor)) => (
                    Node {
                        line,
                        data: Data::List(items),
                    },
                    anchor,
                ),
                Some((Open::Map(entries, _), line, anchor)) => (
                    Node {
                        line,
                        data: Data::Map(entries),
                    },
                    anchor,
                ),
                None => continue,
            },
            Event::Alias(anchor) => {
                let node = anchors.get(&anchor).cloned();
                (
                    node.ok_or_else(|| Wrong::at(line, "this alias stands for nothing"))?,
                    0,
                )
            }
            _ => continue,
        };
        if anchor != 0 {
            anchors.insert(anchor, node.clone());
        }
        match stack.last_mut() {
            None => return Ok(node),
            Some((Open::List(items), ..)) => items.push(node),
            Some((Open::Map(entries, key), ..)) => place(entries, key, node)?,
        }
    }
    Err(Wrong::at(first_line, "nothing is written here"))
}

/// Puts a node into a mapping, as the next key or the value of the key before it.
fn place(
    entries: &mut Vec<(String, usize, Node)>,
    waiting: &mut Option<(String, usize)>,
    node: Node,
) -> Result<(), Wrong> {
    if let Some((key, line)) = waiting.take() {
        if entries.iter().any(|(other, ..)| *other == key) {
            return Err(Wrong::at(line, format!("`{key}` stands twice")));
        }
        entries.push((key, line, node));
        return Ok(());
    }
    match node.data {
        Data::Scalar(key, _) => *waiting = Some((key, node.line)),
        _ => return Err(Wrong::at(node.line, "a key must be a plain word")),
    }
    Ok(())
}

impl Node {
    /// The text of a scalar.
    ///
    /// # Errors
    /// When it is a list or a mapping.
    pub fn text(&self) -> Result<&str, Wrong> {
        match &self.data {
            Data::Scalar(text, _) => Ok(text),
            _ => Err(Wrong::at(self.line, "a text is expected here")),
        }
    }

    /// The entries of a mapping.
    ///
    /// # Errors
    /// When it is something else.
    pub fn map(&self) -> Result<&[(String, usize, Node)], Wrong> {
        match &self.data {
            Data::Map(entries) => Ok(entries),
            _ => Err(Wrong::at(self.line, "a mapping is expected here")),
        }
    }

    /// The members of a list; anything else is a list of itself, an empty scalar a list of nothing.
    pub fn items(&self) -> &[Node] {
        match &self.data {
            Data::List(items) => items,
            Data::Scalar(text, false) if text.is_empty() => &[],
            _ => std::slice::from_ref(self),
        }
    }

    /// The texts of a list, or of a single scalar.
    ///
    /// # Errors
    /// When a member is no scalar.
    pub fn texts(&self) -> Result<Vec<String>, Wrong> {
        self.items()
            .iter()
            .map(|item| item.text().map(str::to_owned))
            .collect()
    }

    /// The value under a key of a mapping.
    pub fn get(&self, key: &str) -> Option<&Node> {
        match &self.data {
            Data::Map(entries) => entries
                .iter()
                .find(|(own, ..)| own == key)
                .map(|(.., node)| node),
            _ => None,
        }
    }

    /// It as a value: `true`, `false`, `null` and whole numbers are such unless quoted.
    pub fn literal(&self) -> Literal {
        match &self.data {
            Data::Scalar(text, true) => Literal::Text(text.clone()),
            Data::Scalar(text, false) => match text.as_str() {
                "true" => Literal::Bool(true),
                "false" => Literal::Bool(false),
                "null" | "~" | "" => Literal::Null,
                other => other
                    .parse()
                    .map_or_else(|_| Literal::Text(other.to_owned()), Literal::Int),
            },
            Data::List(items) => Literal::List(items.iter().map(Node::literal).collect()),
            Data::Map(entries) => Literal::Map(
                entries
                    .iter()
                    .map(|(key, _, node)| (key.clone(), node.literal()))
                    .collect(),
            ),
        }
    }
}
