//! The methods and routes of an API that is declared by an OpenAPI definition: one resource for each operation, with the
//! authorization that its `security` asks for.
//!
//! Sources: Amazon API Gateway Developer Guide, "Working with API Gateway extensions to OpenAPI"
//! (`x-amazon-apigateway-authtype`, `-authorizer`, `-auth`, `-any-method`), "Amazon API Gateway important notes for REST
//! APIs" (security at the root of a definition is not used), "Working with OpenAPI definitions for HTTP APIs".

use std::sync::Arc;

use ecow::{EcoString, eco_format};

use super::decode::raw;
use crate::eval::{
    Address, Data, Declared, Entry, Key, Language, Map, Mode, Reference, Stack, Value, Why,
};
use crate::source::Span;

/// A type of API that takes a definition, and the words for what is made of it.
struct Words {
    api: &'static str,
    body: &'static str,
    operation: &'static str,
    of: &'static str,
    /// The attribute for the method; none: method and path are one route.
    method: Option<&'static str>,
    path: &'static str,
    authorization: &'static str,
    key: &'static str,
    validator: &'static str,
}

const APIS: [Words; 4] = [
    Words {
        api: "AWS::ApiGateway::RestApi",
        body: "Body",
        operation: "AWS::ApiGateway::Method",
        of: "RestApiId",
        method: Some("HttpMethod"),
        path: "ResourceId",
        authorization: "AuthorizationType",
        key: "ApiKeyRequired",
        validator: "RequestValidatorId",
    },
    Words {
        api: "aws_api_gateway_rest_api",
        body: "body",
        operation: "aws_api_gateway_method",
        of: "rest_api_id",
        method: Some("http_method"),
        path: "resource_id",
        authorization: "authorization",
        key: "api_key_required",
        validator: "request_validator_id",
    },
    Words {
        api: "AWS::ApiGatewayV2::Api",
        body: "Body",
        operation: "AWS::ApiGatewayV2::Route",
        of: "ApiId",
        method: None,
        path: "RouteKey",
        authorization: "AuthorizationType",
        key: "ApiKeyRequired",
        validator: "RequestValidatorId",
    },
    Words {
        api: "aws_apigatewayv2_api",
        body: "body",
        operation: "aws_apigatewayv2_route",
        of: "api_id",
        method: None,
        path: "route_key",
        authorization: "authorization_type",
        key: "api_key_required",
        validator: "request_validator_id",
    },
];

const ANY: &str = "x-amazon-apigateway-any-method";
const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", ANY,
];

/// The stack with the operations of its APIs; nothing where none is declared by a definition.
pub(super) fn with_operations(stack: &Stack) -> Option<Stack> {
    let mut made = Vec::new();
    for declared in &stack.resources {
        let own = |words: &&Words| {
            declared.address.mode == Mode::Managed && declared.address.type_name == words.api
        };
        let Some(words) = APIS.iter().find(own) else {
            continue;
        };
        let body = declared.body.as_map().and_then(|map| map.value(words.body));
        if let Some(definition) = body.and_then(raw) {
            let api = Api {
                words,
                declared,
                language: stack.language,
                definition: &definition,
            };
            api.operations(&mut made);
        }
    }
    (!made.is_empty()).then(|| {
        let mut stack = stack.clone();
        stack.resources.extend(made);
        stack
    })
}

struct Api<'a> {
    words: &'a Words,
    declared: &'a Declared,
    language: Language,
    definition: &'a Value,
}

/// Who may call an operation: the type of authorization, perhaps unknown, and whether a key is asked for.
struct Security {
    authorization: Value,
    key: bool,
}

impl Api<'_> {
    fn operations(&self, made: &mut Vec<Declared>) {
        let paths = self.definition.as_map().and_then(|map| map.value("paths"));
        for path in paths
            .and_then(Value::as_map)
            .into_iter()
            .flat_map(|map| &map.entries)
        {
            let methods = path.value.as_map().into_iter().flat_map(|map| &map.entries);
            for method in methods.filter(|own| METHODS.contains(&own.key.as_str())) {
                made.push(self.operation(path, method));
            }
        }
    }

    fn operation(&self, path: &Entry, method: &Entry) -> Declared {
        let words = self.words;
        let name = match method.key.as_str() {
            ANY => EcoString::from("ANY"),
            name => name.to_uppercase().into(),
        };
        let place = self.place(method);
        let route = match path.key.as_str() {
            "/$default" if words.method.is_none() => "$default".into(),
            path => eco_format!("{name} {path}"),
        };
        let security = self.security(&method.value, place);
        let mut entries = vec![
            entry(words.of, self.reference(place)),
            entry(words.authorization, security.authorization),
            entry(words.key, Value::bool(security.key, place)),
        ];
        match words.method {
            Some(method) => {
                entries.push(entry(method, Value::text(name, place)));
                entries.push(entry(words.path, Value::text(path.key.clone(), place)));
            }
            None => entries.push(entry(words.path, Value::text(route.clone(), place))),
        }
        if let Some(validator) = self.said(&method.value, "x-amazon-apigateway-request-validator") {
            entries.push(entry(words.validator, validator));
        }
        let own = self.declared;
        Declared {
            address: self.address(&route).into(),
            body: Value::object(entries, place),
            meta: Value::null(place),
            header: place,
            span: place.to(method.value.origin.span),
            exists: own.exists,
            calls: own.calls.clone(),
            provider: own.provider.clone(),
        }
    }

    /// The place of an operation: the name of its method where that is written; what a transform made is where it was
    /// asked for.
    fn place(&self, method: &Entry) -> Span {
        let spans = [method.span, method.value.origin.span];
        let found = spans.into_iter().find(|span| span.is_somewhere());
        found.unwrap_or(self.declared.header)
    }

    fn address(&self, route: &EcoString) -> Address {
        let own = &self.declared.address;
        let (name, key) = match self.language {
            Language::Terraform => (
                own.name.clone(),
                Key::Text(eco_format!("{}{route}", prefix(&own.key))),
            ),
            Language::CloudFormation => (eco_format!("{} {route}", own.name), Key::None),
        };
        Address {
            type_name: self.words.operation.into(),
            name,
            key,
            ..own.as_ref().clone()
        }
    }

    fn reference(&self, place: Span) -> Value {
        let path = match self.language {
            Language::Terraform => vec!["id".into()],
            Language::CloudFormation => Vec::new(),
        };
        let target = self.declared.address.as_ref().clone();
        let value = None;
        Value::new(
            Data::Reference(Arc::new(Reference {
                target,
                path,
                value,
            })),
            place,
        )
    }

    /// What the operation says under a name, else the definition.
    fn said(&self, operation: &Value, name: &str) -> Option<Value> {
        let get = |value: &Value| value.as_map()?.value(name).cloned();
        get(operation).or_else(|| get(self.definition))
    }

    fn security(&self, operation: &Value, place: Span) -> Security {
        let none = |place| Security {
            authorization: Value::text("NONE", place),
            key: false,
        };
        let open = |why| Security {
            authorization: Value::unknown(why, place),
            key: false,
        };
        let Some(map) = operation.as_map() else {
            return open(operation.first_why().unwrap_or(Why::Invalid));
        };
        let Some(security) = map.value("security") else {
            let auth = map
                .value("x-amazon-apigateway-auth")
                .and_then(Value::as_map);
            if let Some(own) = auth.and_then(|auth| auth.value("type")) {
                return Security {
                    authorization: own.clone(),
                    key: false,
                };
            }
            if let Some(rest) = &map.rest {
                return open(rest.why.clone());
            }
            let root = self
                .definition
                .as_map()
                .and_then(|map| map.value("security"));
            return match root.filter(|_| self.words.method.is_none()) {
                Some(_) => open(Why::Unclear),
                None => none(place),
            };
        };
        let Some(list) = security.as_list().filter(|list| list.rest.is_none()) else {
            return open(security.first_why().unwrap_or(Why::Invalid));
        };
        let mut found = none(security.origin.span);
        for item in &list.items {
            let Some(names) = item.as_map() else {
                return open(item.first_why().unwrap_or(Why::Invalid));
            };
            for name in &names.entries {
                match self.scheme(&name.key) {
                    Scheme::Type(own) => {
                        found.authorization = Value::text(own, name.span);
                        return found;
                    }
                    Scheme::Key => found.key = true,
                    Scheme::None => {}
                    Scheme::Unknown(why) => return open(why),
                }
            }
        }
        found
    }

    /// What a name in `security` stands for.
    fn scheme(&self, name: &str) -> Scheme {
        let definition = self.definition.as_map();
        let get = |from: Option<&Map>, name: &str| from.and_then(|map| map.value(name)).cloned();
        let old = get(definition, "securityDefinitions");
        let new = get(definition, "components");
        let new = get(new.as_ref().and_then(Value::as_map), "securitySchemes");
        let all = old.or(new);
        let scheme = get(all.as_ref().and_then(Value::as_map), name);
        let Some(scheme) = scheme else {
            let why = all.as_ref().and_then(Value::first_why);
            return why.map_or(Scheme::None, Scheme::Unknown);
        };
        let text = |name: &str| {
            let value = get(scheme.as_map(), name);
            value.and_then(|value| value.as_text().map(str::to_ascii_lowercase))
        };
        let authorizer = get(scheme.as_map(), "x-amazon-apigateway-authorizer");
        let kind = get(authorizer.as_ref().and_then(Value::as_map), "type");
        let is_jwt = kind.is_some_and(|kind| kind.equals_text("jwt").is_true());
        match text("x-amazon-apigateway-authtype").as_deref() {
            Some("awssigv4") => Scheme::Type("AWS_IAM"),
            Some("cognito_user_pools") => Scheme::Type("COGNITO_USER_POOLS"),
            Some(_) => Scheme::Type("CUSTOM"),
            None if is_jwt => Scheme::Type("JWT"),
            None if authorizer.is_some() => Scheme::Type("CUSTOM"),
            None if text("name").as_deref() == Some("x-api-key") => Scheme::Key,
            None => match scheme.first_why() {
                Some(why) => Scheme::Unknown(why),
                None => Scheme::None,
            },
        }
    }
}

enum Scheme {
    Type(&'static str),
    Key,
    /// API Gateway asks for nothing because of it.
    None,
    Unknown(Why),
}

fn entry(key: &str, value: Value) -> Entry {
    Entry {
        key: key.into(),
        span: value.origin.span,
        value,
    }
}

/// The key of a repeated API before the operation's.
fn prefix(key: &Key) -> EcoString {
    match key {
        Key::None => EcoString::new(),
        Key::Index(index) => eco_format!("{index} "),
        Key::Text(text) => eco_format!("{text} "),
        Key::Placeholder => "? ".into(),
    }
}
