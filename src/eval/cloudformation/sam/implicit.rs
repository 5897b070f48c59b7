//! APIs before their definitions are complete, and those that nobody declares: `ServerlessRestApi` and
//! `ServerlessHttpApi`, made when an event names no API.

use ecow::EcoString;

use super::globals;
use super::make::Maker;
use super::{Expander, is_kind, shape, swagger};
use crate::eval::{Declared, Truth, Value};

/// The ids of the APIs that events without one belong to.
pub(super) const REST: &str = "ServerlessRestApi";
pub(super) const HTTP: &str = "ServerlessHttpApi";

/// An API whose definition events still add to.
pub(super) struct Draft {
    pub(super) source: Declared,
    pub(super) http: bool,
    /// Whether the definition is the transform's own.
    pub(super) managed: bool,
    pub(super) definition: Option<Value>,
    /// Paths and methods that are there only if the function is.
    pub(super) conditional: Vec<(EcoString, EcoString)>,
}

/// Turns the declared APIs into drafts, and adds the implicit ones that events need.
pub(super) fn add(work: &mut Expander<'_>, sources: &[Declared], globals: &Value) {
    for source in sources.iter() {
        for (kind, http) in [("Api", false), ("HttpApi", true)] {
            if is_kind(source, kind) {
                work.apis.push(draft(work, source.clone(), http));
            }
        }
    }
    let events = [
        ("Api", "RestApiId", REST, false),
        ("HttpApi", "ApiId", HTTP, true),
    ];
    for (kind, property, id, http) in events {
        if work.apis.iter().any(|api| api.source.address.name == id) {
            continue;
        }
        if let Some(source) = implicit(work, sources, globals, (kind, property, id)) {
            work.apis.push(draft(work, source, http));
        }
    }
}

fn draft(work: &Expander<'_>, source: Declared, http: bool) -> Draft {
    let make = Maker::of(&source, work.context);
    let given = shape::something(&source.body, "DefinitionBody").cloned();
    let managed = given.is_none() && shape::something(&source.body, "DefinitionUri").is_none();
    let definition = if managed {
        let mut definition = swagger::skeleton(&make, http);
        if !http {
            swagger::set_version(&mut definition, &source.body);
        }
        Some(definition)
    } else {
        given
    };
    Draft {
        source,
        http,
        managed,
        definition,
        conditional: Vec::new(),
    }
}

/// The API for events without one. It stands where the first of them does, and exists where any of them does.
fn implicit(
    work: &Expander<'_>,
    sources: &[Declared],
    globals: &Value,
    (kind, property, id): (&str, &str, &str),
) -> Option<Declared> {
    let mut made: Option<Declared> = None;
    for source in sources {
        if !(is_kind(source, "Function") || is_kind(source, "StateMachine"))
            || !has_event(source, kind, property)
        {
            continue;
        }
        let api = made.get_or_insert_with(|| {
            let make = Maker::of(source, work.context);
            let mut api = make.declare(
                &format!("{}{kind}", globals::PREFIX),
                id,
                super::make::Body::default(),
            );
            api.exists = Truth::False;
            if kind == "Api" {
                shape::set(&mut api.body, "StageName", make.text("Prod"));
            }
            api.body = globals::merged(&api, globals, None);
            api
        });
        api.exists = api.exists | source.exists;
        if let Some(tags) = shape::something(&source.body, "Tags")
            && shape::is_true(&source.body, "PropagateTags").is_true()
        {
            for entry in tags.as_map().map_or(&[][..], |map| &map.entries) {
                if let Some(all) = shape::child(&mut api.body, "Tags", entry.span) {
                    shape::set(all, &entry.key, entry.value.clone());
                }
            }
            let span = source.header;
            shape::set(&mut api.body, "PropagateTags", Value::bool(true, span));
        }
    }
    made
}

fn has_event(source: &Declared, kind: &str, property: &str) -> bool {
    let events = shape::get(&source.body, "Events").and_then(Value::as_map);
    events.is_some_and(|events| {
        events.entries.iter().any(|entry| {
            let properties = shape::get(&entry.value, "Properties");
            // A REST event without properties is none.
            let counts = kind == "HttpApi" || properties.is_some();
            shape::text(&entry.value, "Type") == Some(kind)
                && counts
                && properties.is_none_or(|own| shape::get(own, property).is_none())
        })
    })
}
