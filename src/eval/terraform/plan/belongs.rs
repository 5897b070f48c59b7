//! Whether a plan was made from the sources as they are now.

use rustc_hash::{FxHashMap, FxHashSet};

use super::entry::{Entry, Judged, Values};
use super::{Block, Configuration, block_of, list, path};
use crate::eval::{Data, Declared, Key, List, Mode, Piece, Stack, Truth, Value};
use crate::source::{Code, Diagnostic, Span};

/// Arguments that the plan does not repeat among the values of a resource.
const UNPLANNED: [&str; 7] = [
    "lifecycle",
    "depends_on",
    "provisioner",
    "connection",
    "provider",
    "count",
    "for_each",
];

/// The most members of a list that are compared in any order.
const MAX_MEMBERS: usize = 256;

/// The deepest nesting that is compared.
const MAX_DEPTH: usize = 32;

/// Where plan and sources differ.
pub(super) struct Difference {
    message: String,
    /// The place in the sources.
    place: Option<Span>,
}

impl Difference {
    /// The one warning about a plan that says nothing about the sources beside it.
    pub(super) fn said_of(self, plan: Span) -> Diagnostic {
        let message = format!(
            "this plan was not made from the configuration as it is, and was left out: {}",
            self.message
        );
        let said = Diagnostic::new(Code::Stale, plan, message)
            .help("make it again; a plan that is named on the command line is always judged");
        match self.place {
            Some(place) => said.related(place, "the configuration says this"),
            None => said,
        }
    }
}

/// Which values of the sources are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compared {
    /// Those that are written where they are used: no variable can have made them others.
    Literals,
    /// All that are known, with the variables as they are set now.
    Everything,
}

/// The first difference between a plan and the sources; none where every address and every value that is compared agrees.
pub(super) fn difference(
    source: &Stack,
    entries: &[Entry<'_>],
    configuration: &Configuration,
    compared: Compared,
) -> Option<Difference> {
    let managed = |known: &&Declared| known.address.mode == Mode::Managed;
    let declared: Vec<&Declared> = source.resources.iter().filter(managed).collect();
    let mut planned: FxHashMap<String, &Values<'_>> = FxHashMap::default();
    for entry in entries {
        if let (Judged::Yes(values), Mode::Managed) = (&entry.judged, entry.address.mode) {
            planned.insert(entry.address.to_string(), values);
        }
    }
    not_planned(&declared, &planned)
        .or_else(|| not_declared(&declared, entries))
        .or_else(|| other_value(&declared, &planned, compared))
        .or_else(|| taken_out(&declared, configuration))
}

/// A resource that the plan does not have.
fn not_planned(
    declared: &[&Declared],
    planned: &FxHashMap<String, &Values<'_>>,
) -> Option<Difference> {
    let sure = declared.iter().filter(|known| is_sure(known));
    let mut missing = sure.filter(|known| !planned.contains_key(&known.address.to_string()));
    missing.next().map(|known| Difference {
        message: format!("it has no `{}`", known.address),
        place: Some(known.header),
    })
}

/// Whether it is known that there is such an instance.
fn is_sure(known: &Declared) -> bool {
    known.exists == Truth::True
        && known.address.key != Key::Placeholder
        && !known.address.module.contains("[?]")
}

/// A resource that the sources do not have.
fn not_declared(declared: &[&Declared], entries: &[Entry<'_>]) -> Option<Difference> {
    let names: FxHashSet<String> = declared
        .iter()
        .map(|known| known.address.to_string())
        .collect();
    let open: FxHashSet<Block> = declared
        .iter()
        .filter(|known| !is_sure(known))
        .map(|known| block_of(&known.address))
        .collect();
    let lasting = entries.iter().filter(|entry| {
        matches!(entry.judged, Judged::Yes(_)) && entry.address.mode == Mode::Managed
    });
    let mut others = lasting.filter(|entry| {
        !names.contains(&entry.address.to_string()) && !open.contains(&block_of(&entry.address))
    });
    others.next().map(|entry| Difference {
        message: format!("it has `{}`, which is not configured", entry.address),
        place: None,
    })
}

/// A literal that the plan has another value for.
fn other_value(
    declared: &[&Declared],
    planned: &FxHashMap<String, &Values<'_>>,
    compared: Compared,
) -> Option<Difference> {
    let comparison = Comparison { compared };
    declared.iter().find_map(|known| {
        let values = planned.get(&known.address.to_string())?;
        let after = values.after?;
        let place = comparison.differs(&known.body, Some(after), values.unknown, 0)?;
        Some(Difference {
            message: format!("`{}` has another value in it", known.address),
            place: Some(place),
        })
    })
}

/// Compares what the sources say with what the plan does.
struct Comparison {
    compared: Compared,
}

impl Comparison {
    /// The place of a value that is not what the plan says.
    fn differs(
        &self,
        own: &Value,
        after: Option<&Value>,
        unknown: Option<&Value>,
        depth: usize,
    ) -> Option<Span> {
        let is_unknown = matches!(unknown.map(|unknown| &unknown.data), Some(Data::Bool(true)));
        let known = own.resolved();
        let nothing = matches!(
            known.data,
            Data::Null | Data::Unknown(_) | Data::Reference(_)
        );
        let apart = depth > 0 && self.compared == Compared::Literals && !is_literal(own);
        if is_unknown || nothing || apart || depth > MAX_DEPTH {
            return None;
        }
        let place = own.origin.span;
        let after = after.filter(|after| !matches!(after.data, Data::Null));
        match (&known.data, after.map(|after| &after.data)) {
            (Data::Map(own), Some(Data::Map(map))) => own.entries.iter().find_map(|entry| {
                let key = entry.key.as_str();
                if UNPLANNED.contains(&key) || key.ends_with("_wo") {
                    return None;
                }
                let unknown = unknown.and_then(|unknown| path(unknown, &[key]));
                self.differs(&entry.value, map.value(key), unknown, depth + 1)
            }),
            (Data::Map(_), Some(Data::List(list))) if list.items.len() == 1 => {
                let unknown = self::list(unknown).first();
                self.differs(own, list.items.first(), unknown, depth + 1)
            }
            (Data::List(own), Some(Data::List(after))) => {
                self.lists(own, after, unknown, place, depth)
            }
            // Blocks and collections without members are often left out.
            (Data::List(own), None) => (!own.items.is_empty()).then_some(place),
            (Data::Map(own), None) => (!own.entries.is_empty()).then_some(place),
            (_, Some(_)) => after
                .is_none_or(|after| !says(known, after))
                .then_some(place),
            (_, None) => Some(place),
        }
    }

    /// Members may stand in another order: the plan sorts sets.
    fn lists(
        &self,
        own: &List,
        after: &List,
        unknown: Option<&Value>,
        place: Span,
        depth: usize,
    ) -> Option<Span> {
        let more = own.rest.is_some();
        if own.items.len() > after.items.len() || (!more && own.items.len() != after.items.len()) {
            return Some(place);
        }
        if after.items.len() > MAX_MEMBERS {
            return None;
        }
        let unknown = list(unknown);
        let mut taken = vec![false; after.items.len()];
        own.items.iter().enumerate().find_map(|(at, item)| {
            let fits = |other: &usize| {
                let (after, unknown) = (after.items.get(*other), unknown.get(*other));
                !taken[*other] && self.differs(item, after, unknown, depth + 1).is_none()
            };
            let found = Some(at)
                .filter(fits)
                .or_else(|| (0..after.items.len()).find(fits));
            match found {
                Some(other) => {
                    taken[other] = true;
                    None
                }
                None => Some(item.origin.span),
            }
        })
    }
}

/// Whether a value is written where it is used.
fn is_literal(value: &Value) -> bool {
    let own = value.origin.span;
    let inside =
        |span: &Span| span.source == own.source && own.start <= span.start && span.end <= own.end;
    match &value.data {
        Data::Template(template) => template.pieces.iter().all(|piece| match piece {
            Piece::Text(_, span) => inside(span),
            Piece::Value(_) => false,
        }),
        Data::Reference(_) => false,
        _ => value.origin.via.is_none(),
    }
}

/// Whether a scalar of the sources may be this value: the same, the same text, or the same JSON.
fn says(own: &Value, after: &Value) -> bool {
    if !own.same(after).is_false() {
        return true;
    }
    let Some(after) = text(after) else {
        return false;
    };
    let Some(own) = text(own) else {
        return false;
    };
    own == after
        || own.starts_with(['{', '[']) && super::merge::same_json(&own, &after)
        || super::merge::is_digest_of(&after, &own)
}

fn text(value: &Value) -> Option<String> {
    match &value.resolved().data {
        Data::Bool(own) => Some(own.to_string()),
        Data::Number(own) => Some(own.to_string()),
        _ => value.as_text().map(str::to_owned),
    }
}

/// An argument that was configured when the plan was made, and is no more.
fn taken_out(declared: &[&Declared], configuration: &Configuration) -> Option<Difference> {
    declared.iter().find_map(|known| {
        let block = configuration.blocks.get(&block_of(&known.address))?;
        let expressions = path(block, &["expressions"])?.as_map()?;
        let body = known.body.as_map()?;
        let gone = expressions.entries.iter().find(|entry| {
            let literal = path(&entry.value, &["constant_value"]);
            let set = literal.is_some_and(|literal| !matches!(literal.data, Data::Null))
                || !list(Some(&entry.value)).is_empty();
            set && body.rest.is_none() && body.get(&entry.key).is_none()
        })?;
        Some(Difference {
            message: format!("`{}` has `{}` in it", known.address, gone.key),
            place: Some(known.header),
        })
    })
}
