//! Editing the definition of an API: paths, methods, integrations.

use std::sync::Arc;

use ecow::EcoString;

use super::make::Maker;
use super::shape;
use crate::eval::{Data, Unknown, Value, Why};

pub(super) const INTEGRATION: &str = "x-amazon-apigateway-integration";
pub(super) const ANY: &str = "x-amazon-apigateway-any-method";

/// What stands beside the methods in a path.
const NO_METHODS: &[&str] = &["description", "parameters", "summary"];

/// A definition without paths.
pub(super) fn skeleton(make: &Maker<'_>, http: bool) -> Value {
    let info = make.map([
        ("title", make.pseudo("AWS::StackName")),
        ("version", make.text("1.0")),
    ]);
    let (key, version) = if http {
        ("openapi", "3.0.1")
    } else {
        ("swagger", "2.0")
    };
    make.map([
        (key, make.text(version)),
        ("info", info),
        ("paths", make.map([])),
    ])
}

/// `OpenApiVersion: 3…` in place of the version that a skeleton has.
pub(super) fn set_version(definition: &mut Value, properties: &Value) {
    let Some(version) = shape::get(properties, "OpenApiVersion") else {
        return;
    };
    let text = match &version.data {
        // Written without quotes, `3.0` is a number.
        Data::Number(number) if number.as_i64().is_some() => format!("{number}.0"),
        Data::Number(number) => number.to_string(),
        _ => version.as_text().unwrap_or_default().to_owned(),
    };
    if text.starts_with('3') {
        let place = version.origin.span;
        shape::set(definition, "openapi", Value::text(text, place));
        shape::remove(definition, "swagger");
    }
}

/// The name of a method as definitions write it.
pub(super) fn method_name(method: &str) -> EcoString {
    let method = method.to_lowercase();
    if method == "any" {
        ANY.into()
    } else {
        method.into()
    }
}

/// Whether the definition says version 3 of OpenAPI.
pub(super) fn is_openapi3(definition: &Value) -> bool {
    shape::get(definition, "openapi").is_some_and(|version| {
        version
            .test_text(|version| version.starts_with('3'))
            .is_true()
    })
}

pub(super) fn has_integration(definition: &Value, path: &str, method: &str) -> bool {
    shape::at(definition, &["paths", path, method, INTEGRATION]).is_some()
}

/// Adds an integration; the method then has responses.
pub(super) fn integrate(
    definition: &mut Value,
    make: &Maker<'_>,
    (path, method): (&str, &str),
    integration: &Value,
    responses: &Value,
) {
    let place = make.header;
    let Some(paths) = shape::child(definition, "paths", place) else {
        return;
    };
    let Some(item) = shape::child(paths, path, place) else {
        return;
    };
    shape::edit(item, &mut |item| {
        let Some(definition) = shape::child(item, method, place) else {
            return;
        };
        shape::set(definition, INTEGRATION, integration.clone());
        if shape::get(definition, "responses").is_none() {
            shape::set(definition, "responses", responses.clone());
        }
    });
}

/// Says that there are paths or methods whose names are not known.
pub(super) fn open_paths(definition: &mut Value, why: Why, make: &Maker<'_>) {
    if let Some(paths) = shape::child(definition, "paths", make.header)
        && let Some(map) = shape::map_mut(paths)
    {
        map.rest.get_or_insert_with(|| {
            Arc::new(Unknown {
                why,
                among: Vec::new(),
            })
        });
    }
}

/// Edits each method that has an integration, with its path and name.
pub(super) fn each_method(definition: &mut Value, with: &mut dyn FnMut(&str, &str, &mut Value)) {
    each_path(definition, &mut |path, item| {
        let Some(map) = shape::map_mut(item) else {
            return;
        };
        for entry in &mut map.entries {
            if NO_METHODS.contains(&entry.key.as_str()) {
                continue;
            }
            let name = method_name(&entry.key);
            shape::edit(&mut entry.value, &mut |method| {
                if shape::something(method, INTEGRATION).is_some() {
                    with(path, &name, method);
                }
            });
        }
    });
}

/// Edits one method, where it has an integration.
pub(super) fn at_method(
    definition: &mut Value,
    (path, method): (&str, &str),
    with: &mut dyn FnMut(&mut Value),
) {
    each_method(definition, &mut |own_path, own_method, value| {
        if own_path == path && own_method == method {
            with(value);
        }
    });
}

/// Edits each path.
pub(super) fn each_path(definition: &mut Value, with: &mut dyn FnMut(&str, &mut Value)) {
    if shape::get(definition, "paths").is_none() {
        return;
    }
    let place = definition.origin.span;
    let Some(paths) = shape::child(definition, "paths", place).and_then(shape::map_mut) else {
        return;
    };
    for entry in &mut paths.entries {
        let path = entry.key.clone();
        shape::edit(&mut entry.value, &mut |item| with(&path, item));
    }
}

/// The methods of a path as written.
pub(super) fn methods_of(item: &Value) -> Vec<EcoString> {
    match &item.data {
        Data::Unknown(unknown) => unknown.among.iter().flat_map(shape::keys).collect(),
        _ => shape::keys(item),
    }
}

/// The path of an ARN: its variables as `*`. Greedy ones count for REST APIs; for HTTP APIs only `{proxy+}`.
pub(super) fn starred(path: &str, greedy: bool) -> String {
    let mut out = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let variable = after.split_once('}').filter(|(name, _)| {
            let plain = name.strip_suffix('+').unwrap_or(name);
            let named = !plain.is_empty()
                && plain
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
            named && (greedy || plain.len() == name.len() || *name == "proxy+")
        });
        match variable {
            Some((_, after)) => {
                out.push('*');
                rest = after;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

/// Makes the paths and methods of functions that may not exist depend on that.
pub(super) fn make_conditional(definition: &mut Value, conditional: &[(EcoString, EcoString)]) {
    let perhaps = |value: &mut Value| {
        let span = value.origin.span;
        let own = std::mem::replace(value, Value::null(span));
        *value = Value::among(Why::Condition, [own, Value::null(span)], span);
    };
    let place = definition.origin.span;
    let Some(paths) = shape::child(definition, "paths", place).and_then(shape::map_mut) else {
        return;
    };
    for entry in &mut paths.entries {
        let mut all = true;
        let Some(item) = shape::map_mut(&mut entry.value) else {
            continue;
        };
        for method in &mut item.entries {
            let key = (entry.key.clone(), method_name(&method.key));
            if conditional.contains(&key) {
                perhaps(&mut method.value);
            } else if method.key != "options" && !NO_METHODS.contains(&method.key.as_str()) {
                all = false;
            }
        }
        if all && conditional.iter().any(|(path, _)| *path == entry.key) {
            perhaps(&mut entry.value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::starred;

    #[test]
    fn variables_of_paths_become_stars() {
        assert_eq!(starred("/items/{id}/{rest+}", true), "/items/*/*");
        assert_eq!(starred("/items/{id}/{rest+}", false), "/items/*/{rest+}");
        assert_eq!(starred("/{proxy+}", false), "/*");
        assert_eq!(starred("/{a b}/{", true), "/{a b}/{");
    }
}
