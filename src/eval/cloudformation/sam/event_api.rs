//! Events of REST and HTTP APIs: the permission to invoke, and the method in the definition of the API.

use ecow::EcoString;

use super::event::{self, Event};
use super::implicit::{self, Draft};
use super::make::Maker;
use super::{Expander, api_auth, event_request, http_auth, shape, swagger};
use crate::eval::{Data, Piece, Value, Why};

/// The API that an event belongs to: how it is referred to, and its id.
pub(super) fn api_of(
    work: &Expander<'_>,
    make: &Maker<'_>,
    properties: &Value,
    http: bool,
) -> (Value, Option<EcoString>) {
    let (property, id, type_name) = if http {
        ("ApiId", implicit::HTTP, "AWS::ApiGatewayV2::Api")
    } else {
        ("RestApiId", implicit::REST, "AWS::ApiGateway::RestApi")
    };
    match shape::get(properties, property) {
        None => (make.refer(type_name, id), Some(id.into())),
        Some(given) => {
            let id = shape::logical_id(given).filter(|id| {
                work.apis.iter().any(|api| api.source.address.name == *id)
                    || work.find(id).is_some()
            });
            (given.clone(), id)
        }
    }
}

/// The draft of an API by its id.
pub(super) fn draft<'w>(
    work: &'w mut Expander<'_>,
    id: Option<&EcoString>,
) -> Option<&'w mut Draft> {
    let id = id?;
    work.apis
        .iter_mut()
        .find(|api| api.source.address.name == *id)
}

/// The end of the permission's id: the name of the stage where it is written, as the translator reads it.
fn stage_suffix(work: &Expander<'_>, id: Option<&EcoString>) -> EcoString {
    let Some(id) = id else {
        return "AllStages".into();
    };
    let api = work.apis.iter().find(|api| api.source.address.name == *id);
    let stage = api.and_then(|api| shape::get(&api.source.body, "StageName"));
    shape::literal(stage).unwrap_or("Stage").into()
}

pub(super) fn rest(work: &mut Expander<'_>, event: &Event<'_, '_>) {
    let make = event.make;
    let properties = &event.properties;
    if properties.is_empty().is_true() {
        return;
    }
    let (api, id) = api_of(work, make, properties, false);
    let suffix = stage_suffix(work, id.as_ref());
    let path = shape::get(properties, "Path").cloned();
    let method = shape::get(properties, "Method").cloned();
    let source_arn = arn(make, &api, path.as_ref(), method.as_ref(), true);
    let body = event::permission(event, "apigateway.amazonaws.com", Some(source_arn));
    event::declare_permission(work, event, &event.id, &suffix, body, |_| {});
    let (Some(path), Some(method)) = (path, method) else {
        work.report(
            event.source,
            format!("the event '{}' needs Path and Method", event.name),
        );
        return;
    };
    let uri = invocation_uri(event);
    let conditional = make.exists.is_unknown();
    let Some(draft) = draft(work, id.as_ref()) else {
        return;
    };
    let merges = shape::is_true(&draft.source.body, "MergeDefinitions").is_true();
    let (Some(path), Some(method)) = (path.as_text(), method.as_text()) else {
        open(draft, make, &[path, method]);
        return;
    };
    let method = swagger::method_name(method);
    if draft.managed || merges {
        let integration = integration(event, uri, &draft.source.body);
        if let Some(own) = &mut draft.definition {
            let spot = (path, method.as_str());
            // What is merged is made on its own, and then takes the place of the same keys.
            let mut fresh = merges.then(|| swagger::skeleton(make, false));
            let definition = fresh.as_mut().unwrap_or(own);
            swagger::integrate(definition, make, spot, &integration, &make.map([]));
            event_request::describe(definition, event, spot);
            api_auth::method(
                definition,
                make,
                properties,
                &draft.source.body,
                spot,
                &suffix,
            );
            if let Some(fresh) = fresh {
                merge_method(own, &fresh, make, spot);
            }
        }
        if conditional {
            draft.conditional.push((path.into(), method));
        }
    } else if let Some(auth) = shape::get(properties, "Auth")
        && shape::is_true(auth, "OverrideApiAuth").is_true()
        && let Some(definition) = &mut draft.definition
    {
        let spot = (path, method.as_str());
        api_auth::method(
            definition,
            make,
            properties,
            &draft.source.body,
            spot,
            &suffix,
        );
    }
}

/// Sets every key of a method that was made on its own in a definition.
fn merge_method(definition: &mut Value, fresh: &Value, make: &Maker<'_>, spot: (&str, &str)) {
    let (path, method) = spot;
    let made = shape::at(fresh, &["paths", path, method]).and_then(Value::as_map);
    // The translator keeps `any` as the event has it.
    let name = if method == swagger::ANY {
        "any"
    } else {
        method
    };
    let own = ["paths", path, name]
        .into_iter()
        .try_fold(definition, |value, key| {
            shape::child(value, key, make.header)
        });
    if let Some(own) = own {
        for entry in made.map_or(&[][..], |map| &map.entries) {
            shape::set(own, &entry.key, entry.value.clone());
        }
    }
}

/// The definition has a method whose path or name is not known.
fn open(draft: &mut Draft, make: &Maker<'_>, parts: &[Value]) {
    let why = parts.iter().find_map(Value::first_why);
    if let Some(definition) = &mut draft.definition {
        swagger::open_paths(definition, why.unwrap_or(Why::Invalid), make);
    }
}

/// `arn:…:execute-api:…:api/*/METHOD/path`.
fn arn(
    make: &Maker<'_>,
    api: &Value,
    path: Option<&Value>,
    method: Option<&Value>,
    rest: bool,
) -> Value {
    let any = |method: &str| matches!(method.to_lowercase().as_str(), "any" | swagger::ANY);
    let method = method.map_or_else(
        || make.text("*"),
        |method| match method.as_text() {
            Some(known) if any(known) => make.text("*"),
            Some(known) => Value::text(known.to_uppercase(), method.origin.span),
            None => method.clone(),
        },
    );
    let path = path.map_or_else(
        || make.text(""),
        |path| match path.as_text() {
            Some("$default") if !rest => make.text(""),
            Some(known) => {
                let known = match known.strip_suffix('/') {
                    Some(stripped) if !stripped.is_empty() => stripped,
                    _ => known,
                };
                Value::text(swagger::starred(known, rest), path.origin.span)
            }
            None => path.clone(),
        },
    );
    // The route `/$default` takes every method and is named without one.
    let end = if !rest && path.as_text() == Some("/$default") && method.as_text() == Some("*") {
        "${path}"
    } else {
        "/${method}${path}"
    };
    make.sub(
        &format!("arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{api}}/*{end}"),
        &[("api", api.clone()), ("method", method), ("path", path)],
    )
}

/// The URI by which API Gateway invokes the function.
fn invocation_uri(event: &Event<'_, '_>) -> Value {
    let streamed =
        shape::text(&event.properties, "ResponseTransferMode") == Some("RESPONSE_STREAM");
    let (version, path) = if streamed {
        ("2021-11-15", "response-streaming-invocations")
    } else {
        ("2015-03-31", "invocations")
    };
    event.make.sub(
        &format!(
            "arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}:lambda:path/{version}/functions/${{function}}/{path}"
        ),
        &[("function", event.target.shorthand.clone())],
    )
}

fn integration(event: &Event<'_, '_>, uri: Value, api: &Value) -> Value {
    let make = event.make;
    let mut made = make.map([
        ("type", make.text("aws_proxy")),
        ("httpMethod", make.text("POST")),
        ("uri", uri),
    ]);
    if shape::text(&event.properties, "ResponseTransferMode") == Some("RESPONSE_STREAM") {
        shape::set(&mut made, "responseTransferMode", make.text("STREAM"));
    }
    if let Some(credentials) = api_auth::credentials(make, &event.properties, api) {
        shape::set(&mut made, "credentials", credentials);
    }
    if let Some(timeout) = shape::something(&event.properties, "TimeoutInMillis") {
        shape::set(&mut made, "timeoutInMillis", timeout.clone());
    }
    made
}

pub(super) fn http(work: &mut Expander<'_>, event: &Event<'_, '_>) {
    let make = event.make;
    let properties = &event.properties;
    let (api, id) = api_of(work, make, properties, true);
    let given = |key: &str| shape::get(properties, key).cloned();
    let (mut path, mut method) = (given("Path"), given("Method"));
    if path.is_none() && method.is_none() {
        path = Some(make.text("$default"));
        method = Some(make.text(swagger::ANY));
    }
    let (Some(path), Some(method)) = (path, method) else {
        work.report(
            event.source,
            format!(
                "the event '{}' needs both Path and Method, or neither",
                event.name
            ),
        );
        return;
    };
    let behind_default = draft(work, id.as_ref())
        .and_then(|draft| default_function(draft.definition.as_ref()?))
        .is_some_and(|function| function == make.address.name);
    // The permission for the default route covers every route of the function.
    if !behind_default || path.as_text() == Some("$default") {
        let source_arn = arn(make, &api, Some(&path), Some(&method), false);
        let body = event::permission(event, "apigateway.amazonaws.com", Some(source_arn));
        event::declare_permission(work, event, &event.id, "", body, |_| {});
    }
    let uri = invocation_uri(event);
    let Some(draft) = draft(work, id.as_ref()) else {
        return;
    };
    route_settings(draft, event, &path, &method);
    let (Some(path), Some(method)) = (path.as_text(), method.as_text()) else {
        open(draft, make, &[path, method]);
        return;
    };
    let method = swagger::method_name(method);
    http_method(draft, event, uri, (path, &method));
}

fn http_method(draft: &mut Draft, event: &Event<'_, '_>, uri: Value, spot: (&str, &str)) {
    let make = event.make;
    let properties = &event.properties;
    let (path, method) = spot;
    let Some(definition) = &mut draft.definition else {
        return;
    };
    let is_default = path == "$default" && method == swagger::ANY;
    if !swagger::has_integration(definition, path, method) {
        let integration = make.map([
            ("type", make.text("aws_proxy")),
            ("httpMethod", make.text("POST")),
            ("payloadFormatVersion", make.text("2.0")),
            ("uri", uri),
        ]);
        swagger::integrate(definition, make, spot, &integration, &make.map([]));
        if is_default {
            swagger::at_method(definition, spot, &mut |method| {
                shape::set(method, "isDefaultRoute", make.bool(true));
            });
        }
        if make.exists.is_unknown() {
            draft.conditional.push((path.into(), method.into()));
        }
    }
    http_auth::method(definition, make, properties, &draft.source.body, spot);
    let version = shape::something(properties, "PayloadFormatVersion");
    let timeout = shape::something(properties, "TimeoutInMillis");
    swagger::at_method(definition, spot, &mut |method| {
        if let Some(integration) = shape::child(method, swagger::INTEGRATION, make.header) {
            if let Some(timeout) = timeout {
                shape::set(integration, "timeoutInMillis", timeout.clone());
            }
            if let Some(version) = version {
                shape::set(integration, "payloadFormatVersion", version.clone());
            }
        }
        path_parameters(method, make, path);
    });
}

/// The function whose ARN the integration of the default route names.
fn default_function(definition: &Value) -> Option<EcoString> {
    let path = [
        "paths",
        "$default",
        swagger::ANY,
        swagger::INTEGRATION,
        "uri",
    ];
    let Data::Template(uri) = &shape::at(definition, &path)?.data else {
        return None;
    };
    uri.pieces.iter().find_map(|piece| match piece {
        Piece::Value(value) => match &value.data {
            Data::Reference(reference) if reference.path == ["Arn"] => {
                Some(reference.target.name.clone())
            }
            _ => None,
        },
        Piece::Text(..) => None,
    })
}

/// Declares the variables in a path as parameters.
fn path_parameters(method: &mut Value, make: &Maker<'_>, path: &str) {
    for part in path.split('{').skip(1) {
        let Some((name, _)) = part.split_once('}') else {
            continue;
        };
        let known = shape::get(method, "parameters").map(shape::members);
        let known = known.unwrap_or_default();
        if known
            .iter()
            .any(|known| shape::text(known, "name") == Some(name))
        {
            continue;
        }
        let parameter = make.map([
            ("name", make.text(name)),
            ("in", make.text("path")),
            ("required", make.bool(true)),
        ]);
        shape::push(method, "parameters", parameter);
    }
}

/// `RouteSettings` of an event belong to the stage of the API.
fn route_settings(draft: &mut Draft, event: &Event<'_, '_>, path: &Value, method: &Value) {
    let Some(settings) = shape::get(&event.properties, "RouteSettings") else {
        return;
    };
    let (Some(path), Some(method)) = (path.as_text(), method.as_text()) else {
        return;
    };
    let route = if method == swagger::ANY {
        path.to_owned()
    } else {
        format!("{} {path}", method.to_uppercase())
    };
    let place = settings.origin.span;
    let Some(all) = shape::child(&mut draft.source.body, "RouteSettings", place) else {
        return;
    };
    let Some(own) = shape::child(all, &route, place) else {
        return;
    };
    for entry in settings.as_map().map_or(&[][..], |map| &map.entries) {
        let mut value = entry.value.clone();
        if event.make.exists.is_unknown() {
            let absent = Value::null(place);
            value = Value::among(Why::Condition, [value, absent], place);
        }
        shape::set(own, &entry.key, value);
    }
}
