//! `data "google_iam_policy"`: the JSON that the Google provider renders from its bindings.
//!
//! Source: the documentation of the data source `google_iam_policy` of the Google provider, and the type `Policy` of
//! the Cloud Resource Manager API, whose JSON it gives.

use std::sync::Arc;

use super::policy_json::encoded;
use crate::eval::{Collection, Data, Entry, List, Map, Unknown, Value};
use crate::source::Span;

/// What the data source gives for this body: `policy_data`.
pub(crate) fn render(body: &Value, span: Span) -> Vec<(&'static str, Value)> {
    let Some(map) = body.as_map() else {
        return vec![];
    };
    let mut entries = Vec::new();
    if let Some(configs) = map.value("audit_config") {
        entries.push(entry("auditConfigs", every(configs, &audit_config)));
    }
    if let Some(bindings) = map.value("binding") {
        entries.push(entry("bindings", every(bindings, &binding)));
    }
    let document = Map::new(entries, map.rest.clone(), Collection::Structural);
    let document = Value::new(Data::Map(Arc::new(document)), span);
    vec![("policy_data", encoded(&document, span, false))]
}

fn entry(key: &str, value: Value) -> Entry {
    Entry {
        key: key.into(),
        span: value.origin.span,
        value,
    }
}

/// The blocks of one type, each as JSON has it; those that may be there besides likewise.
fn every(blocks: &Value, one: &dyn Fn(&Value) -> Value) -> Value {
    let own = blocks.resolved();
    let (items, rest) = match &own.data {
        Data::List(list) => (list.items.iter().map(one).collect(), list.rest.clone()),
        Data::Map(_) => (vec![one(own)], None),
        _ => return blocks.clone(),
    };
    let rest = rest.map(|rest| {
        let among = rest.among.iter().map(one).collect();
        Arc::new(Unknown {
            why: rest.why.clone(),
            among,
        })
    });
    let list = List {
        items,
        rest,
        kind: Collection::Structural,
    };
    Value::new(Data::List(Arc::new(list)), own.origin.span)
}

fn binding(block: &Value) -> Value {
    renamed(
        block,
        &[
            ("condition", "condition"),
            ("members", "members"),
            ("role", "role"),
        ],
    )
}

fn audit_config(block: &Value) -> Value {
    let named = renamed(
        block,
        &[
            ("audit_log_configs", "auditLogConfigs"),
            ("service", "service"),
        ],
    );
    let Some(map) = named.as_map() else {
        return named;
    };
    let mut entries = map.entries.clone();
    for own in &mut entries {
        if own.key == "auditLogConfigs" {
            own.value = every(&own.value, &|log| {
                renamed(
                    log,
                    &[
                        ("exempted_members", "exemptedMembers"),
                        ("log_type", "logType"),
                    ],
                )
            });
        }
    }
    let map = Map::new(entries, map.rest.clone(), map.kind);
    Value {
        data: Data::Map(Arc::new(map)),
        ..named
    }
}

/// The named arguments of a block under the names that JSON has for them, in its order.
fn renamed(block: &Value, names: &[(&str, &str)]) -> Value {
    let own = block.resolved();
    let Data::Map(map) = &own.data else {
        return block.clone();
    };
    let entries = names.iter().filter_map(|(name, json)| {
        let value = map.value(name)?;
        (!matches!(value.data, Data::Null)).then(|| entry(json, value.clone()))
    });
    let map = Map::new(entries.collect(), map.rest.clone(), map.kind);
    Value {
        data: Data::Map(Arc::new(map)),
        origin: own.origin.clone(),
        sensitive: own.sensitive,
    }
}
