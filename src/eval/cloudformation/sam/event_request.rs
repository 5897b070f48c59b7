//! What a method of a REST API takes: models, validators and parameters of its event.

use super::event::Event;
use super::make::Maker;
use super::{shape, swagger};
use crate::eval::Value;

/// Models, validators and parameters of a method.
pub(super) fn describe(definition: &mut Value, event: &Event<'_, '_>, spot: (&str, &str)) {
    let make = event.make;
    if let Some(model) = shape::something(&event.properties, "RequestModel") {
        request_model(definition, make, model, spot);
    }
    let Some(parameters) = shape::something(&event.properties, "RequestParameters") else {
        return;
    };
    for parameter in shape::members(parameters) {
        let (name, settings) = match parameter.as_map().and_then(|map| map.entries.first()) {
            Some(entry) => (entry.key.clone(), Some(entry.value.clone())),
            None => (parameter.as_text().unwrap_or_default().into(), None),
        };
        let setting = |key: &str| {
            let own = settings
                .as_ref()
                .and_then(|own| shape::get(own, key))
                .cloned();
            own.unwrap_or_else(|| make.bool(false))
        };
        let Some((place, short)) = name
            .strip_prefix("method.request.")
            .and_then(|rest| rest.split_once('.'))
        else {
            continue;
        };
        let place = if place == "querystring" {
            "query"
        } else {
            place
        };
        let made = make.map([
            ("in", make.text(place)),
            ("name", make.text(short)),
            ("required", setting("Required")),
            ("type", make.text("string")),
        ]);
        let cached = setting("Caching").is_true().is_true();
        swagger::at_method(definition, spot, &mut |method| {
            shape::push(method, "parameters", made.clone());
            if cached
                && let Some(integration) = shape::child(method, swagger::INTEGRATION, make.header)
            {
                shape::push(integration, "cacheKeyParameters", make.text(name.clone()));
            }
        });
    }
}

fn request_model(definition: &mut Value, make: &Maker<'_>, model: &Value, spot: (&str, &str)) {
    let Some(name) = shape::text(model, "Model").map(str::to_lowercase) else {
        return;
    };
    let required = shape::get(model, "Required");
    let openapi = swagger::is_openapi3(definition);
    swagger::at_method(definition, spot, &mut |method| {
        let pointer = if openapi {
            "components/schemas"
        } else {
            "definitions"
        };
        let schema = make.map([("$ref", make.text(format!("#/{pointer}/{name}")))]);
        let schema = ("schema", schema);
        let mut made = if openapi {
            let content = make.map([("application/json", make.map([schema]))]);
            make.map([("content", content)])
        } else {
            make.map([
                ("in", make.text("body")),
                ("name", make.text(name.as_str())),
                schema,
            ])
        };
        if let Some(required) = required {
            shape::set(&mut made, "required", required.clone());
        }
        if openapi {
            shape::set(method, "requestBody", made);
        } else {
            shape::push(method, "parameters", made);
        }
    });
    let (body, parameters) = ("ValidateBody", "ValidateParameters");
    if shape::get(model, body).is_none() && shape::get(model, parameters).is_none() {
        return;
    }
    let setting = |key: &str| {
        shape::get(model, key)
            .cloned()
            .unwrap_or_else(|| make.bool(false))
    };
    let (body, parameters) = (setting(body), setting(parameters));
    let validator = match (body.is_true().is_true(), parameters.is_true().is_true()) {
        (true, true) => "body-and-params",
        (true, false) => "body-only",
        (false, true) => "params-only",
        (false, false) => "no-validation",
    };
    let all = "x-amazon-apigateway-request-validators";
    if let Some(validators) = shape::child(definition, all, make.header) {
        let settings = make.map([
            ("validateRequestBody", body),
            ("validateRequestParameters", parameters),
        ]);
        shape::set(validators, validator, settings);
    }
    swagger::at_method(definition, spot, &mut |method| {
        let key = "x-amazon-apigateway-request-validator";
        shape::set(method, key, make.text(validator));
    });
}
