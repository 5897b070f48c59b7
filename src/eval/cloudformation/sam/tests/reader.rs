//! A small reader of templates in JSON for these tests: intrinsic functions become values without an evaluator, and every
//! value has a span of its own, numbered in the order of the document.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::eval::cloudformation::sam::{self, Context, Expansion, UNDECLARED};
use crate::eval::{
    Address, Collection, Data, Declared, Entry, Key, List, Map, Mode, Number, Piece, Reference,
    Role, Template, Truth, Unknown, Value, Why,
};
use crate::source::{SourceId, Span};
use serde_json::{Map as Object, Value as Json, json};

/// A template that was read.
pub(super) struct Read {
    pub(super) resources: Vec<Declared>,
    pub(super) globals: Value,
    attributes: BTreeMap<(String, String), Value>,
    pseudo: BTreeMap<String, String>,
}

struct Reader<'j> {
    document: &'j Json,
    pseudo: &'j BTreeMap<String, String>,
    next: u32,
}

/// Reads a template; `pseudo` are pseudo parameters with known values.
pub(super) fn read(document: &Json, pseudo: &[(&str, &str)]) -> Read {
    let pseudo: BTreeMap<String, String> = pseudo
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let mut reader = Reader {
        document,
        pseudo: &pseudo,
        next: 0,
    };
    let mut resources = Vec::new();
    let mut attributes = BTreeMap::new();
    let empty = Object::new();
    for (id, resource) in document["Resources"].as_object().unwrap_or(&empty) {
        let header = reader.span();
        let exists = match resource.get("Condition") {
            Some(_) => Truth::Unknown,
            None => Truth::True,
        };
        let body = match resource.get("Properties") {
            Some(properties) => reader.value(properties),
            None => Value::object(Vec::new(), header),
        };
        for name in ["Connectors", "IgnoreGlobals"] {
            if let Some(value) = resource.get(name) {
                let value = reader.value(value);
                attributes.insert((id.clone(), name.to_owned()), value);
            }
        }
        let mut meta = resource.clone();
        if let Some(meta) = meta.as_object_mut() {
            meta.retain(|key, _| key != "Type" && key != "Properties");
        }
        let meta = reader.value(&meta);
        resources.push(Declared {
            address: reader.address(id).into(),
            span: header.to(body.origin.span),
            body,
            meta,
            header,
            exists,
            calls: None,
            provider: None,
        });
    }
    let globals = reader.value(&document["Globals"]);
    Read {
        resources,
        globals,
        attributes,
        pseudo,
    }
}

impl Read {
    /// Expands the template.
    pub(super) fn expand(self) -> Expansion {
        let pseudo = |name: &str| pseudo(&self.pseudo, name, Span::nowhere());
        let attribute = |id: &str, name: &str| {
            let key = (id.to_owned(), name.to_owned());
            self.attributes.get(&key).cloned()
        };
        let context = Context {
            pseudo: &pseudo,
            attribute: &attribute,
        };
        sam::expand(self.resources.clone(), &self.globals, &context)
    }
}

fn pseudo(known: &BTreeMap<String, String>, name: &str, span: Span) -> Value {
    match known.get(name) {
        Some(value) => Value::text(value.as_str(), span),
        None => Value::unknown(Why::Environment(name.into()), span),
    }
}

impl Reader<'_> {
    fn span(&mut self) -> Span {
        self.next += 1;
        Span::new(SourceId(0), self.next, self.next + 1)
    }

    fn address(&self, id: &str) -> Address {
        let declared = &self.document["Resources"][id]["Type"];
        Address {
            stack: "test.json".into(),
            module: "".into(),
            mode: Mode::Managed,
            type_name: declared.as_str().unwrap_or(UNDECLARED).into(),
            name: id.into(),
            key: Key::None,
        }
    }

    fn value(&mut self, json: &Json) -> Value {
        let span = self.span();
        match json {
            Json::Null => Value::null(span),
            Json::Bool(own) => Value::bool(*own, span),
            Json::Number(number) => {
                let number = Number::parse(&number.to_string()).unwrap_or(Number::Int(0));
                Value::new(Data::Number(number), span)
            }
            Json::String(text) => Value::text(text.as_str(), span),
            Json::Array(items) => {
                let items = items.iter().map(|item| self.value(item));
                let items = items.filter(|item| item.data != Data::Null).collect();
                Value::tuple(items, span)
            }
            Json::Object(map) => self.object(map, span),
        }
    }

    fn object(&mut self, map: &Object<String, Json>, span: Span) -> Value {
        if map.len() == 1
            && let Some((name, argument)) = map.iter().next()
            && (name == "Ref" || name.starts_with("Fn::"))
        {
            return self.intrinsic(name, argument, span);
        }
        let mut entries = Vec::new();
        for (key, value) in map {
            let at = self.span();
            let value = self.value(value);
            if value.data != Data::Null {
                entries.push(Entry {
                    key: key.as_str().into(),
                    span: at,
                    value,
                });
            }
        }
        Value::object(entries, span)
    }

    fn intrinsic(&mut self, name: &str, argument: &Json, span: Span) -> Value {
        let arguments = argument.as_array().cloned().unwrap_or_default();
        match name {
            "Ref" => self.refer(argument.as_str().unwrap_or_default(), span),
            "Fn::GetAtt" => {
                let parts = arguments.iter().filter_map(Json::as_str);
                let whole = match argument.as_str() {
                    Some(text) => text.to_owned(),
                    None => parts.collect::<Vec<_>>().join("."),
                };
                let (id, path) = whole.split_once('.').unwrap_or((whole.as_str(), ""));
                self.reference(id, path, span)
            }
            "Fn::Sub" => {
                let (pattern, given) = match argument.as_str() {
                    Some(pattern) => (pattern.to_owned(), Json::Null),
                    None => (
                        arguments[0].as_str().unwrap_or_default().to_owned(),
                        arguments[1].clone(),
                    ),
                };
                self.sub(&pattern, &given, span)
            }
            "Fn::Join" => {
                let glue = arguments[0].as_str().unwrap_or_default();
                let parts = arguments[1].as_array().cloned().unwrap_or_default();
                let mut pieces = Vec::new();
                for (at, part) in parts.iter().enumerate() {
                    if at > 0 {
                        pieces.push(Value::text(glue, span));
                    }
                    pieces.push(self.value(part));
                }
                join(pieces, span)
            }
            "Fn::If" => {
                let alternatives = [self.value(&arguments[1]), self.value(&arguments[2])];
                Value::among(Why::Condition, alternatives, span)
            }
            _ => Value::unknown(Why::Function(name.into()), span),
        }
    }

    fn refer(&mut self, name: &str, span: Span) -> Value {
        if name == "AWS::NoValue" {
            return Value::null(span);
        }
        if name.starts_with("AWS::") {
            return pseudo(self.pseudo, name, span);
        }
        if let Some(parameter) = self.document["Parameters"].get(name) {
            let declared = self.span();
            return match parameter.get("Default") {
                Some(Json::String(text)) => {
                    Value::text(text.as_str(), declared).through(span, Role::Variable)
                }
                _ => Value::unknown(Why::Variable(name.into()), span),
            };
        }
        let (id, path) = name.split_once('.').unwrap_or((name, ""));
        self.reference(id, path, span)
    }

    fn reference(&self, id: &str, path: &str, span: Span) -> Value {
        let path = path.split('.').filter(|step| !step.is_empty());
        let reference = Reference {
            target: self.address(id),
            path: path.map(Into::into).collect(),
            value: None,
        };
        Value::new(Data::Reference(Arc::new(reference)), span)
    }

    fn sub(&mut self, pattern: &str, given: &Json, span: Span) -> Value {
        let mut pieces = Vec::new();
        let mut rest = pattern;
        while let Some((before, after)) = rest.split_once("${") {
            pieces.push(Value::text(before, span));
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            pieces.push(match given.get(name) {
                Some(value) => self.value(value),
                None if name.starts_with('!') => Value::text(format!("${{{}}}", &name[1..]), span),
                None => self.refer(name, span),
            });
            rest = after;
        }
        pieces.push(Value::text(rest, span));
        join(pieces, span)
    }
}

fn join(values: Vec<Value>, span: Span) -> Value {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut add = |piece: Piece| match (pieces.last_mut(), &piece) {
        (Some(Piece::Text(last, _)), Piece::Text(text, _)) => last.push_str(text),
        (_, Piece::Text(text, _)) if text.is_empty() => {}
        _ => pieces.push(piece),
    };
    for value in values {
        match &value.data {
            Data::Text(text) => add(Piece::Text(text.clone(), span)),
            Data::Number(number) => add(Piece::Text(number.to_string().into(), span)),
            Data::Template(template) => template.pieces.iter().cloned().for_each(&mut add),
            _ => add(Piece::Value(value)),
        }
    }
    match pieces.as_slice() {
        [] => Value::text("", span),
        [Piece::Text(text, _)] => Value::text(text.clone(), span),
        [Piece::Value(value)] => value.clone(),
        _ => {
            let template = Template {
                text: None,
                pieces,
                decoded: None,
            };
            Value::new(Data::Template(Arc::new(template)), span)
        }
    }
}

/// A value as JSON: `$ref`, `$getatt`, `$text` for a text with pieces that are not known, `$among`, `$unknown`.
pub(super) fn show(value: &Value) -> Json {
    match &value.data {
        Data::Null => Json::Null,
        Data::Bool(own) => json!(own),
        Data::Number(number) => {
            serde_json::from_str(&number.to_string()).unwrap_or_else(|_| json!(number.to_string()))
        }
        Data::Text(text) => json!(text.as_str()),
        Data::Template(template) => show_template(template),
        Data::List(list) => show_list(list),
        Data::Map(map) => show_map(map),
        Data::Reference(reference) => {
            let id = reference.target.name.as_str();
            match reference.path.join(".") {
                path if path.is_empty() => json!({ "$ref": id }),
                path => json!({ "$getatt": [id, path] }),
            }
        }
        Data::Unknown(unknown) => show_unknown(unknown),
    }
}

fn show_template(template: &Template) -> Json {
    if let Some(text) = &template.text {
        return json!(text.as_str());
    }
    let mut shown: Vec<Json> = Vec::new();
    for piece in &template.pieces {
        match (piece, shown.last_mut()) {
            (Piece::Text(text, _), Some(Json::String(last))) => last.push_str(text),
            (Piece::Text(text, _), _) => shown.push(json!(text.as_str())),
            (Piece::Value(value), _) => shown.push(show(value)),
        }
    }
    json!({ "$text": shown })
}

fn show_list(list: &List) -> Json {
    let mut items: Vec<Json> = list.items.iter().map(show).collect();
    if list.rest.is_some() {
        items.push(json!("$rest"));
    }
    json!(items)
}

fn show_map(map: &Map) -> Json {
    assert_eq!(
        map.kind,
        Collection::Structural,
        "CloudFormation has no other"
    );
    let mut shown = Object::new();
    for entry in &map.entries {
        shown.insert(entry.key.to_string(), show(&entry.value));
    }
    if map.rest.is_some() {
        shown.insert("$rest".to_owned(), json!(true));
    }
    Json::Object(shown)
}

fn show_unknown(unknown: &Unknown) -> Json {
    if !unknown.among.is_empty() {
        return json!({ "$among": unknown.among.iter().map(show).collect::<Vec<_>>() });
    }
    match &unknown.why {
        Why::Environment(name) | Why::Pseudo(name) | Why::Variable(name) | Why::Function(name) => {
            json!({ "$unknown": name.as_str() })
        }
        why => json!({ "$unknown": why.cause() }),
    }
}

/// Resources as JSON, by their ids: type, whether they exist, properties.
pub(super) fn show_all(resources: &[Declared]) -> Json {
    let shown = resources.iter().map(|resource| {
        let own = json!({
            "type": resource.address.type_name.as_str(),
            "exists": match resource.exists {
                Truth::True => "yes",
                Truth::False => "no",
                Truth::Unknown => "perhaps",
            },
            "properties": show(&resource.body),
        });
        (resource.address.name.to_string(), own)
    });
    Json::Object(shown.collect())
}
