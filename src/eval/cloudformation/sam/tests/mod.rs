//! The transform against what the translator makes of the same templates, and what only evaluated values have: origins,
//! unknowns, existence.
//!
//! `cases/*.expected.json` were recorded from the translator (aws/serverless-application-model, PyPI `aws-sam-translator`
//! 1.115.0) in the notation of [`reader::show`], with `*` for the digits of hashes.

mod reader;

use reader::{read, show, show_all};
use serde_json::{Map, Value as Json, json};

use super::{Expansion, shape};
use crate::eval::{Declared, Key, Truth, Value, Why};
use crate::source::Span;

const PARTITION: &[(&str, &str)] = &[("AWS::Partition", "aws")];

/// Ids with `*` for the digits of a hash, and lists in one order: the translator's own order depends on its dictionaries.
fn normal(value: &Json) -> Json {
    let starred = |id: &str| match id.len().checked_sub(10) {
        Some(at)
            if id.is_char_boundary(at)
                && id[at..]
                    .bytes()
                    .all(|byte| byte.is_ascii_hexdigit() && !byte.is_ascii_uppercase()) =>
        {
            format!("{}*", &id[..at])
        }
        _ => id.to_owned(),
    };
    match value {
        Json::Object(map) => {
            let entries = map.iter().map(|(key, value)| match (key.as_str(), value) {
                ("$ref", Json::String(id)) => (key.clone(), json!(starred(id))),
                ("$getatt", Json::Array(path)) => {
                    let id = path[0].as_str().unwrap_or_default();
                    (key.clone(), json!([starred(id), path[1]]))
                }
                ("$text", _) => {
                    let pieces = value.as_array().map_or(&[][..], Vec::as_slice);
                    (key.clone(), pieces.iter().map(normal).collect())
                }
                ("Description", Json::String(text))
                    if text.starts_with("RestApi deployment id") =>
                {
                    (key.clone(), json!("RestApi deployment id"))
                }
                _ => (starred(key), normal(value)),
            });
            Json::Object(entries.collect::<Map<_, _>>())
        }
        Json::Array(items) => {
            let mut items: Vec<Json> = items.iter().map(normal).collect();
            items.sort_by_key(Json::to_string);
            Json::Array(items)
        }
        other => other.clone(),
    }
}

fn agrees(name: &str, template: &str, expected: &str) {
    let template: Json = serde_json::from_str(template).expect("the case is JSON");
    let expected: Json = serde_json::from_str(expected).expect("the record is JSON");
    let expansion = read(&template, PARTITION).expand();
    assert_eq!(expansion.diagnostics, [], "{name}");
    let (made, expected) = (normal(&show_all(&expansion.resources)), normal(&expected));
    let (made, expected) = (
        made.as_object().expect("a map"),
        expected.as_object().expect("a map"),
    );
    let ids = |map: &Map<String, Json>| map.keys().cloned().collect::<Vec<_>>();
    assert_eq!(ids(made), ids(expected), "{name}");
    for (id, own) in made {
        assert_eq!(own, &expected[id], "{name}: {id}");
    }
}

macro_rules! cases {
    ($($test:ident: $file:literal,)*) => {$(
        #[test]
        fn $test() {
            agrees(
                $file,
                include_str!(concat!("cases/", $file, ".json")),
                include_str!(concat!("cases/", $file, ".expected.json")),
            );
        }
    )*};
}

cases! {
    policies_and_globals: "policies",
    versions_aliases_urls_and_deployments: "published",
    events_of_every_kind: "events",
    rest_apis: "rest-api",
    http_apis: "http-api",
    state_machines: "state-machine",
    connectors_and_tables: "connectors",
    layers_graphs_sockets_and_capacity: "others",
}

fn expand(template: &Json) -> Expansion {
    read(template, &[]).expand()
}

fn find<'e>(expansion: &'e Expansion, id: &str) -> &'e Declared {
    let found = expansion
        .resources
        .iter()
        .find(|resource| resource.address.name == id);
    found.unwrap_or_else(|| panic!("{id} is made"))
}

fn function(properties: Json) -> Json {
    let mut all = json!({"Handler": "a.b", "Runtime": "python3.12", "CodeUri": "./src"});
    for (key, value) in properties.as_object().expect("properties") {
        all[key] = value.clone();
    }
    json!({"Type": "AWS::Serverless::Function", "Properties": all})
}

#[test]
fn properties_keep_their_origin_and_additions_point_at_the_header() {
    let template = json!({"Resources": {"Work": function(json!({
        "KmsKeyArn": "arn:aws:kms:eu-west-1:111122223333:key/k",
        "Policies": [{"S3ReadPolicy": {"BucketName": "b"}}],
    }))}});
    let source = read(&template, &[]);
    let header = source.resources[0].header;
    let given = |path: &[&str]| -> Span {
        let value = shape::at(&source.resources[0].body, path).expect("given");
        value.origin.span
    };
    let (key, policies) = (given(&["KmsKeyArn"]), given(&["Policies"]));
    let expansion = read(&template, &[]).expand();
    let (made, role) = (find(&expansion, "Work"), find(&expansion, "WorkRole"));
    let at = |resource: &Declared, path: &[&str]| {
        let value = shape::at(&resource.body, path).expect("made");
        value.origin.span
    };
    assert_eq!(at(made, &["KmsKeyArn"]), key);
    assert_eq!(at(made, &["Role"]), header);
    assert_eq!((made.header, role.header), (header, header));
    assert_eq!(at(role, &["ManagedPolicyArns"]), header);
    let entry = &shape::get(&role.body, "Policies")
        .and_then(Value::as_list)
        .expect("a list")
        .items[0];
    let statement = shape::at(entry, &["PolicyDocument", "Statement"]).expect("statements");
    assert!(
        statement.origin.span.start > policies.start,
        "it points into the policy template"
    );
    assert_ne!(statement.origin.span, header);
}

#[test]
fn a_local_folder_of_code_is_unknown_not_absent() {
    let expansion = expand(&json!({"Resources": {"Work": function(json!({}))}}));
    let made = find(&expansion, "Work");
    let bucket = shape::at(&made.body, &["Code", "S3Bucket"]).expect("a bucket");
    assert_eq!(bucket.why(), Some(Why::Environment("CodeUri".into())));
}

#[test]
fn what_may_exist_is_made_as_what_may_exist() {
    let mut perhaps = function(json!({"Events": {
        "Get": {"Type": "Api", "Properties": {"Path": "/a", "Method": "get"}},
    }}));
    perhaps["Condition"] = json!("Live");
    let expansion =
        expand(&json!({"Resources": {"Perhaps": perhaps, "Sure": function(json!({}))}}));
    for resource in &expansion.resources {
        let sure = resource.address.name.starts_with("Sure");
        assert_eq!(resource.exists.is_true(), sure, "{}", resource.address);
    }
    let api = find(&expansion, "ServerlessRestApi");
    let paths = shape::at(&api.body, &["Body", "paths"])
        .and_then(Value::as_map)
        .expect("paths");
    assert_eq!(paths.has("/a"), Truth::Unknown);
}

#[test]
fn policies_that_are_not_known_leave_the_role_open() {
    let expansion = expand(&json!({
        "Parameters": {"Extra": {"Type": "CommaDelimitedList"}, "One": {"Type": "String"}},
        "Resources": {
            "Work": function(json!({"Policies": {"Ref": "Extra"}})),
            "Other": function(json!({"Policies": [
                {"Ref": "One"},
                {"Fn::If": ["C", {"Statement": []}, {"Ref": "AWS::NoValue"}]},
                {"NoSuchPolicy": {}},
            ]})),
        },
    }));
    let arns = |id: &str| {
        let role = find(&expansion, id);
        shape::get(&role.body, "ManagedPolicyArns")
            .and_then(Value::as_list)
            .cloned()
            .expect("a list")
    };
    let open = arns("WorkRole");
    assert_eq!(
        open.rest.map(|rest| rest.why.clone()),
        Some(Why::Variable("Extra".into()))
    );
    let admin = |value: &Value| value.ends_with(":policy/AdministratorAccess");
    assert_eq!(arns("WorkRole").any(admin), Truth::Unknown);
    assert_eq!(
        arns("OtherRole").items.len(),
        2,
        "its own and the parameter's"
    );
    let policies = shape::get(&find(&expansion, "OtherRole").body, "Policies").expect("policies");
    let [inline] = policies.as_list().expect("a list").items.as_slice() else {
        panic!(
            "one inline policy, which may be absent: {:?}",
            show(policies)
        );
    };
    assert_eq!(inline.is_null(), Truth::Unknown);
    let [complaint] = expansion.diagnostics.as_slice() else {
        panic!("{:?}", expansion.diagnostics);
    };
    assert!(
        complaint.message.contains("member 2"),
        "{}",
        complaint.message
    );
}

#[test]
fn references_lead_to_what_was_made() {
    let expansion = expand(&json!({"Resources": {
        "Work": function(json!({"AutoPublishAlias": "live"})),
        "Layer": {"Type": "AWS::Serverless::LayerVersion", "Properties": {"ContentUri": "s3://a/b"}},
        "Plain": {"Type": "AWS::SSM::Parameter", "Properties": {
            "A": {"Ref": "Work"}, "B": {"Ref": "Work.Version"}, "C": {"Fn::GetAtt": "Work.Alias.Name"},
            "D": {"Ref": "Layer"}, "E": {"Fn::GetAtt": "WorkRole.Arn"}, "F": {"Ref": "Nowhere"},
            "G": {"Fn::Sub": "${Work.Arn}:x"},
        }},
    }}));
    let plain = find(&expansion, "Plain");
    let shown = normal(&show(&plain.body));
    assert_eq!(
        shown,
        json!({
            "A": {"$ref": "Work"}, "B": {"$ref": "WorkVersion*"}, "C": {"$getatt": ["WorkAliaslive", "Name"]},
            "D": {"$ref": "Layer*"}, "E": {"$getatt": ["WorkRole", "Arn"]}, "F": {"$unknown": "invalid"},
            "G": {"$text": [{"$getatt": ["Work", "Arn"]}, ":x"]},
        })
    );
    let work = find(&expansion, "Work");
    let sam = crate::eval::Address {
        type_name: "AWS::Serverless::Function".into(),
        key: Key::None,
        ..work.address.as_ref().clone()
    };
    let (target, path) = expansion
        .aliases
        .alias_of(&sam, &["Arn".into()])
        .expect("an alias");
    assert_eq!(
        (target, path),
        (work.address.as_ref().clone(), vec!["Arn".into()])
    );
    assert_eq!(expansion.aliases.alias_of(&plain.address, &[]), None);
}

#[test]
fn hashes_of_literals_are_the_translators() {
    // Recorded from the translator: CodeUri s3://artifacts/app.zip?versionId=7, MemorySize 256.
    let recorded = include_str!("cases/hashes.txt");
    let template: Json = serde_json::from_str(include_str!("cases/published.json")).expect("JSON");
    let expansion = read(&template, PARTITION).expand();
    let version = expansion
        .resources
        .iter()
        .find(|resource| resource.address.type_name == "AWS::Lambda::Version");
    let version = version.map(|version| version.address.name.to_string());
    assert_eq!(version.as_deref(), Some(recorded.trim()));
}

#[test]
fn globals_that_nothing_takes_are_reported() {
    let expansion = expand(&json!({
        "Globals": {"Function": {"Runtime": "python3.12", "Policies": []}, "Bucket": {}},
        "Resources": {"Work": function(json!({}))},
    }));
    let messages: Vec<&str> = expansion
        .diagnostics
        .iter()
        .map(|diagnostic| diagnostic.message.as_str())
        .collect();
    assert_eq!(
        messages,
        [
            "Globals has no section 'Bucket'",
            "Globals.Function takes no property 'Policies'"
        ]
    );
}

#[test]
fn hostile_shapes_are_survived() {
    const TYPES: &str = "Function Api HttpApi StateMachine SimpleTable LayerVersion Application Connector GraphQLApi \
                         WebSocketApi CapacityProvider Unheard";
    const KEYS: &str = "Events Policies Auth Domain Definition DefinitionBody Tags Environment Source Destination \
                        DeploymentPreference AutoPublishAlias EventInvokeConfig FunctionUrlConfig Routes DataSources \
                        Cors CorsConfiguration GatewayResponses Models Role CodeUri";
    let shapes = [
        json!(null),
        json!(1),
        json!("x"),
        json!([1, null]),
        json!({"a": {"b": []}}),
        json!({"Ref": "Nowhere"}),
    ];
    for kind in TYPES.split_whitespace() {
        for shape in &shapes {
            let properties = KEYS
                .split_whitespace()
                .map(|key| (key.to_owned(), shape.clone()));
            let properties: Map<String, Json> = properties.collect();
            let resource =
                json!({"Type": format!("AWS::Serverless::{kind}"), "Properties": properties});
            let expansion = expand(&json!({"Resources": {"Thing": resource}, "Globals": shape}));
            assert!(
                !expansion.resources.is_empty() || kind == "Connector",
                "{kind} {shape}"
            );
        }
    }
}

#[test]
fn attributes_beside_the_properties_go_with_what_is_made() {
    let mut work = function(json!({"AutoPublishAlias": "live"}));
    work["DeletionPolicy"] = json!("Delete");
    work["Metadata"] = json!({"BuildMethod": "esbuild"});
    work["Connectors"] = json!({"ToTopic": {"Properties": {
        "Destination": {"Id": "News"}, "Permissions": ["Write"],
    }}});
    let expansion = expand(&json!({"Resources": {
        "Work": work,
        "News": {"Type": "AWS::SNS::Topic"},
        "Plain": function(json!({"AutoPublishAlias": "live", "CodeUri": "s3://a/b"})),
    }}));
    let meta = |id: &str| show(&find(&expansion, id).meta);
    assert_eq!(
        meta("Work"),
        json!({"DeletionPolicy": "Delete", "Metadata": {"BuildMethod": "esbuild"}})
    );
    assert_eq!(meta("WorkRole"), json!({"DeletionPolicy": "Delete"}));
    assert_eq!(meta("PlainRole"), json!({}));
    let versions = expansion.resources.iter().filter(|resource| {
        resource.address.type_name == "AWS::Lambda::Version"
            && resource.address.name.starts_with("Plain")
    });
    let kept: Vec<Json> = versions.map(|version| show(&version.meta)).collect();
    assert_eq!(kept, [json!({"DeletionPolicy": "Retain"})]);
    assert_eq!(
        find(&expansion, "WorkToTopicPolicy").address.type_name,
        "AWS::IAM::ManagedPolicy"
    );
}
