//! CORS of a REST API: an `options` method for every path that has none.

use super::make::Maker;
use super::{shape, swagger};
use crate::eval::Value;

/// Adds the answers to preflight requests.
pub(super) fn add(definition: &mut Value, make: &Maker<'_>, cors: &Value) {
    let of = |key: &str| {
        cors.as_map()
            .and_then(|_| shape::something(cors, key))
            .cloned()
    };
    let origin = if cors.as_map().is_some() {
        of("AllowOrigin").unwrap_or_else(|| make.text("'*'"))
    } else {
        cors.clone()
    };
    swagger::each_path(definition, &mut |_, item| {
        if shape::get(item, "options").is_some() {
            return;
        }
        let methods = of("AllowMethods").unwrap_or_else(|| allowed(make, item));
        let mut headers = vec![("Origin", origin.clone(), "string")];
        headers.extend(of("AllowHeaders").map(|value| ("Headers", value, "string")));
        headers.push(("Methods", methods, "string"));
        let mut named: Vec<(String, Value, &str)> = headers
            .into_iter()
            .map(|(name, value, kind)| (format!("Access-Control-Allow-{name}"), value, kind))
            .collect();
        if let Some(age) = cors.as_map().and_then(|_| shape::get(cors, "MaxAge")) {
            named.push(("Access-Control-Max-Age".to_owned(), age.clone(), "integer"));
        }
        if shape::is_true(cors, "AllowCredentials").is_true() {
            let name = "Access-Control-Allow-Credentials".to_owned();
            named.push((name, make.text("'true'"), "string"));
        }
        shape::set(item, "options", answer(make, named));
    });
}

/// The methods of the path itself, or all where it takes any.
fn allowed(make: &Maker<'_>, item: &Value) -> Value {
    let mut methods: Vec<String> = swagger::methods_of(item)
        .iter()
        .map(|method| method.to_uppercase().to_string())
        .collect();
    if methods.contains(&swagger::ANY.to_uppercase()) {
        let all = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];
        methods = all.map(str::to_owned).to_vec();
    } else {
        methods.push("OPTIONS".to_owned());
    }
    methods.sort();
    methods.dedup();
    make.text(format!("'{}'", methods.join(",")))
}

/// The method that answers with the headers.
fn answer(make: &Maker<'_>, headers: Vec<(String, Value, &str)>) -> Value {
    let json = |text: &str| make.map([("application/json", make.text(text))]);
    let types = headers.iter().map(|(name, _, kind)| {
        let kind = make.map([("type", make.text(*kind))]);
        (name.as_str().into(), kind)
    });
    let types = make.map_of(types);
    let parameters = headers
        .into_iter()
        .map(|(name, value, _)| (format!("method.response.header.{name}").into(), value));
    let response = make.map([
        ("responseParameters", make.map_of(parameters)),
        ("responseTemplates", json("{}\n")),
        ("statusCode", make.text("200")),
    ]);
    let integration = make.map([
        ("type", make.text("mock")),
        ("requestTemplates", json("{\n  \"statusCode\" : 200\n}\n")),
        ("responses", make.map([("default", response)])),
    ]);
    let ok = make.map([
        ("description", make.text("Default response for CORS method")),
        ("headers", types),
    ]);
    make.map([
        ("summary", make.text("CORS support")),
        ("consumes", make.texts(&["application/json"])),
        ("produces", make.texts(&["application/json"])),
        (swagger::INTEGRATION, integration),
        ("responses", make.map([("200", ok)])),
    ])
}
