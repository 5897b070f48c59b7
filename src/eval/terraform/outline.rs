//! Outlines of well-known modules that are called but are not here: what is plain of the resources that they make.
//!
//! A call of such a module says most of what matters in its arguments. The outline tells which resource and attribute an
//! argument becomes, and what it is where it is not given. Everything else about the resource is unknown because the module
//! is elsewhere, and the module stays among those that are missing.

use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use ecow::{EcoString, eco_format};

use super::evaluator::Evaluator;
use super::module::NamedBlock;
use super::scope::{Children, Instance, Member, Scope};
use crate::eval::{
    Address, Collection, Data, Declared, Entry, Key, List, Map, Mode, Number, Reference, Role,
    Truth, Unknown, Value, Why,
};
use crate::source::Span;

/// A module, as far as it is told.
struct Outline {
    source: &'static str,
    from: u64,
    below: u64,
    resources: Vec<Sketch>,
}

/// A resource that a module makes.
struct Sketch {
    type_name: &'static str,
    name: &'static str,
    condition: Option<(&'static str, bool)>,
    with: Option<&'static str>,
    attributes: Vec<Line>,
}

/// What becomes of an argument.
enum Line {
    Argument {
        attribute: &'static str,
        block: bool,
        argument: &'static str,
        default: Option<&'static str>,
    },
    Id {
        attribute: &'static str,
        type_name: &'static str,
        name: &'static str,
    },
}

static OUTLINES: LazyLock<Vec<Outline>> = LazyLock::new(|| {
    let mut outlines: Vec<Outline> = Vec::new();
    for line in include_str!("outlines.txt").lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["module", source, versions @ ..] => outlines.push(outline(source, versions)),
            ["resource", type_name, name, rest @ ..] => {
                let sketch = sketch(type_name, name, rest);
                outlines.extend_last(|own| own.resources.push(sketch));
            }
            _ => {
                if let Some(line) = attribute(&words) {
                    outlines.extend_last(|own| {
                        own.resources.extend_last(|own| own.attributes.push(line));
                    });
                }
            }
        }
    }
    outlines
});

/// The last of a list, to add to.
trait Last<T> {
    fn extend_last(&mut self, add: impl FnOnce(&mut T));
}

impl<T> Last<T> for Vec<T> {
    fn extend_last(&mut self, add: impl FnOnce(&mut T)) {
        if let Some(last) = self.last_mut() {
            add(last);
        }
    }
}

fn outline(source: &'static str, versions: &[&'static str]) -> Outline {
    let (from, below) = match versions {
        ["<", major] => (0, major.parse().unwrap_or(0)),
        [">=", major] => (major.parse().unwrap_or(u64::MAX), u64::MAX),
        _ => (0, u64::MAX),
    };
    Outline {
        source,
        from,
        below,
        resources: Vec::new(),
    }
}

fn sketch(type_name: &'static str, name: &'static str, rest: &[&'static str]) -> Sketch {
    let (condition, with) = match rest {
        ["if", argument, ":", default] => (Some((*argument, *default == "true")), None),
        ["with", argument] => (None, Some(*argument)),
        _ => (None, None),
    };
    Sketch {
        type_name,
        name,
        condition,
        with,
        attributes: Vec::new(),
    }
}

fn attribute(words: &[&'static str]) -> Option<Line> {
    let (attribute, argument, default) = match words {
        [attribute, "=", argument] => (*attribute, *argument, None),
        [attribute, "=", argument, ":", default] => (*attribute, *argument, Some(*default)),
        [attribute, "@", target] => {
            let (type_name, name) = target.split_once('.')?;
            return Some(Line::Id {
                attribute,
                type_name,
                name,
            });
        }
        _ => return None,
    };
    Some(Line::Argument {
        attribute: attribute.trim_end_matches("[]"),
        block: attribute.ends_with("[]"),
        argument,
        default,
    })
}

/// The major version that a constraint leads to: the newest one where there is none.
fn major(constraint: Option<&str>) -> Option<u64> {
    let Some(text) = constraint else {
        return Some(u64::MAX - 1);
    };
    let text = text.trim();
    if text.contains(',') {
        return None;
    }
    let open = text.strip_prefix(">=").map(str::trim);
    if open.is_some() {
        return Some(u64::MAX - 1);
    }
    // `~> 3` leaves the major version open, `~> 3.0` does not.
    let pinned = text.strip_prefix("~>").map_or_else(
        || text.trim_start_matches('='),
        |rest| if rest.contains('.') { rest } else { "" },
    );
    pinned.trim().split('.').next()?.parse().ok()
}

/// One call of a module.
struct Made<'a, 'w> {
    evaluator: &'a Evaluator<'w>,
    parent: &'a Rc<Instance>,
    call: &'a NamedBlock,
    member: &'a Member,
    header: Span,
    path: EcoString,
    why: Why,
}

/// The resources that a call of a module that is not here is known to make.
pub(super) fn of_call(
    evaluator: &Evaluator<'_>,
    parent: &Rc<Instance>,
    row: u32,
    children: &Children,
    exists: Truth,
) -> Vec<Declared> {
    let call = &parent.module.calls.rows[row as usize];
    let source = children.source.trim_start_matches("registry.terraform.io/");
    if !OUTLINES.iter().any(|own| own.source == source) {
        return Vec::new();
    }
    let header = call.layers.header(&parent.module);
    let make = |member| Made {
        evaluator,
        parent,
        call,
        member,
        header,
        path: match parent.path.as_str() {
            "" => eco_format!("module.{}{}", call.name, member.key),
            path => eco_format!("{path}.module.{}{}", call.name, member.key),
        },
        why: Why::Elsewhere(children.source.clone()),
    };
    let members = children.expansion.members.iter().map(make);
    members
        .flat_map(|made| {
            let version = made.argument("version");
            let version = match &version {
                None => major(None),
                Some(value) => value.as_text().and_then(|text| major(Some(text))),
            };
            let own = |own: &&Outline| {
                let all = own.from == 0 && own.below == u64::MAX;
                let fits = version.is_some_and(|at| (own.from..own.below).contains(&at));
                own.source == source && (all || fits)
            };
            let sketches = OUTLINES.iter().filter(own).flat_map(|own| &own.resources);
            let declared = sketches.filter_map(|own| made.declared(own, exists));
            declared.collect::<Vec<_>>()
        })
        .collect()
}

impl Made<'_, '_> {
    /// The value of an argument; `None` where it is not given, or null.
    fn argument(&self, name: &str) -> Option<Value> {
        let module = &self.parent.module;
        let at = self.call.layers.attribute(module, name)?;
        let tree = module.tree(&at);
        let scope = Scope::of(self.parent, tree).repeated(self.member.repetition.as_ref());
        let name = tree.span(at.node.name);
        let value = self.evaluator.evaluate(scope, at.node.value);
        let value = self.evaluator.settle(value, name);
        (!value.is_null().is_true()).then(|| value.through(name, Role::Argument))
    }

    fn declared(&self, sketch: &Sketch, exists: Truth) -> Option<Declared> {
        let asked = match (sketch.condition, sketch.with) {
            (Some((argument, default)), _) => match self.argument(argument) {
                Some(value) => value.is_true(),
                None => Truth::from(default),
            },
            (None, Some(argument)) => match self.argument(argument) {
                Some(value) => !value.is_empty(),
                None => Truth::False,
            },
            (None, None) => Truth::True,
        };
        let exists = exists & self.member.exists & asked;
        if exists.is_false() {
            return None;
        }
        let entries = sketch.attributes.iter().filter_map(|line| self.entry(line));
        let rest = Arc::new(Unknown {
            why: self.why.clone(),
            among: Vec::new(),
        });
        let map = Map::new(entries.collect(), Some(rest), Collection::Structural);
        Some(Declared {
            address: self.address(sketch.type_name, sketch.name).into(),
            body: Value::new(Data::Map(Arc::new(map)), self.header),
            meta: Value::null(self.header),
            header: self.header,
            span: self.call.layers.span(&self.parent.module),
            exists,
            calls: self.parent.calls.clone(),
            provider: None,
        })
    }

    fn address(&self, type_name: &str, name: &str) -> Address {
        Address {
            stack: self.evaluator.stack.clone(),
            module: self.path.clone(),
            mode: Mode::Managed,
            type_name: type_name.into(),
            name: name.into(),
            key: Key::None,
        }
    }

    fn entry(&self, line: &Line) -> Option<Entry> {
        let (key, value) = match line {
            Line::Id {
                attribute,
                type_name,
                name,
            } => {
                let target = Reference {
                    target: self.address(type_name, name),
                    path: vec!["id".into()],
                    value: None,
                };
                let data = Data::Reference(Arc::new(target));
                (*attribute, Value::new(data, self.header))
            }
            Line::Argument {
                attribute,
                block,
                argument,
                default,
            } => {
                let given = self.argument(argument);
                let value = given.or_else(|| default.map(|text| literal(text, self.header)))?;
                (*attribute, if *block { blocks(value) } else { value })
            }
        };
        Some(Entry {
            key: key.into(),
            span: value.origin.span,
            value,
        })
    }
}

fn literal(text: &str, span: Span) -> Value {
    match text {
        "null" => Value::null(span),
        "true" | "false" => Value::bool(text == "true", span),
        _ => match text.parse() {
            Ok(number) => Value::new(Data::Number(Number::Int(number)), span),
            Err(_) => Value::text(text, span),
        },
    }
}

/// The blocks that a `dynamic` makes of settings: none of empty ones, one of a map, one for each of a list.
fn blocks(value: Value) -> Value {
    let Data::Map(map) = &value.resolved().data else {
        return value;
    };
    let origin = value.origin.clone();
    let items = match map.entries.is_empty() && map.rest.is_none() {
        true => Vec::new(),
        false => vec![value.clone()],
    };
    let list = List {
        items,
        rest: None,
        kind: Collection::Structural,
    };
    Value {
        origin,
        ..Value::new(Data::List(Arc::new(list)), value.origin.span)
    }
}

#[cfg(test)]
mod tests {
    use super::{OUTLINES, major};

    #[test]
    fn every_line_is_read() {
        let lines = include_str!("outlines.txt").lines();
        let told = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
        let read: usize = OUTLINES
            .iter()
            .map(|own| {
                let resources = own.resources.iter();
                1 + resources.map(|own| 1 + own.attributes.len()).sum::<usize>()
            })
            .sum();
        assert_eq!(told.count(), read);
    }

    #[test]
    fn versions() {
        for (constraint, expected) in [
            ("3.7.0", Some(3)),
            ("= 3.7", Some(3)),
            ("~> 3.0", Some(3)),
            ("~> 3", None),
            (">= 3.0, < 5.0", None),
            ("< 4.0", None),
            (">= 3.0", Some(u64::MAX - 1)),
        ] {
            assert_eq!(major(Some(constraint)), expected, "{constraint}");
        }
        assert_eq!(major(None), Some(u64::MAX - 1));
    }
}
