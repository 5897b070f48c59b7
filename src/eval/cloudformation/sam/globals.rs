//! The `Globals` section: which properties it may hold for which type, and how they are merged into a resource.
//!
//! Source: `docs/globals.rst` and `samtranslator/plugins/globals/globals.py` of aws/serverless-application-model.

use std::sync::Arc;

use super::shape;
use crate::eval::{Collection, Data, Declared, Entry, List, Map, Value};
use crate::source::{Code, Diagnostic};

/// The prefix of the types of SAM.
pub(super) const PREFIX: &str = "AWS::Serverless::";

/// Nesting beyond this depth is not merged: the resource's own value stands.
const MAX_DEPTH: usize = 64;

/// What the section may hold for each type.
const SUPPORTED: &[(&str, &[&str])] = &[
    (
        "Function",
        &[
            "Architectures",
            "AssumeRolePolicyDocument",
            "AutoPublishAlias",
            "AutoPublishAliasAllProperties",
            "CapacityProviderConfig",
            "CodeSigningConfigArn",
            "CodeUri",
            "DeadLetterQueue",
            "DeploymentPreference",
            "Description",
            "DurableConfig",
            "Environment",
            "EphemeralStorage",
            "EventInvokeConfig",
            "FileSystemConfigs",
            "FunctionScalingConfig",
            "FunctionUrlConfig",
            "Handler",
            "KmsKeyArn",
            "Layers",
            "LoggingConfig",
            "MemorySize",
            "PermissionsBoundary",
            "PropagateTags",
            "ProvisionedConcurrencyConfig",
            "PublishToLatestPublished",
            "RecursiveLoop",
            "ReservedConcurrentExecutions",
            "RolePath",
            "Runtime",
            "RuntimeManagementConfig",
            "SnapStart",
            "SourceKMSKeyArn",
            "Tags",
            "TenancyConfig",
            "Timeout",
            "Tracing",
            "VersionDeletionPolicy",
            "VpcConfig",
        ],
    ),
    (
        "Api",
        &[
            "AccessLogSetting",
            "AlwaysDeploy",
            "Auth",
            "BinaryMediaTypes",
            "CacheClusterEnabled",
            "CacheClusterSize",
            "CanarySetting",
            "Cors",
            "DefinitionUri",
            "Domain",
            "EndpointAccessMode",
            "EndpointConfiguration",
            "GatewayResponses",
            "MergeDefinitions",
            "MethodSettings",
            "MinimumCompressionSize",
            "Name",
            "OpenApiVersion",
            "PropagateTags",
            "SecurityPolicy",
            "TracingEnabled",
            "Variables",
        ],
    ),
    (
        "HttpApi",
        &[
            "AccessLogSettings",
            "Auth",
            "CorsConfiguration",
            "DefaultRouteSettings",
            "Domain",
            "FailOnWarnings",
            "PropagateTags",
            "RouteSettings",
            "StageVariables",
            "Tags",
        ],
    ),
    ("SimpleTable", &["SSESpecification"]),
    ("StateMachine", &["PropagateTags"]),
    ("LayerVersion", &["PublishLambdaVersion"]),
    (
        "CapacityProvider",
        &[
            "InstanceRequirements",
            "KmsKeyArn",
            "LoggingConfig",
            "ManagedResourceTags",
            "OperatorRole",
            "PropagateTags",
            "ScalingConfig",
            "Tags",
            "VpcConfig",
        ],
    ),
    (
        "MicrovmImage",
        &[
            "AdditionalOsCapabilities",
            "BaseImageArn",
            "BaseImageVersion",
            "BuildRoleArn",
            "CpuConfigurations",
            "EgressNetworkConnectors",
            "EnvironmentVariables",
            "Hooks",
            "Logging",
            "PropagateTags",
            "Resources",
            "Tags",
        ],
    ),
    (
        "NetworkConnector",
        &["OperatorRole", "PropagateTags", "Tags"],
    ),
    (
        "WebSocketApi",
        &[
            "AccessLogSettings",
            "ApiKeySelectionExpression",
            "DefaultRouteSettings",
            "DisableExecuteApiEndpoint",
            "DisableSchemaValidation",
            "Domain",
            "FailOnWarnings",
            "IpAddressType",
            "PropagateTags",
            "RouteSelectionExpression",
            "RouteSettings",
            "StageVariables",
            "Tags",
        ],
    ),
];

/// Says what in the section no resource can take.
pub(super) fn check(globals: &Value) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let Some(sections) = globals.as_map() else {
        return found;
    };
    for section in &sections.entries {
        let Some((_, properties)) = SUPPORTED.iter().find(|(name, _)| *name == section.key) else {
            let message = format!("Globals has no section '{}'", section.key);
            let names: Vec<&str> = SUPPORTED.iter().map(|(name, _)| *name).collect();
            found.push(
                Diagnostic::new(Code::Evaluation, section.span, message)
                    .help(format!("Use one of {}.", names.join(", "))),
            );
            continue;
        };
        for entry in section.value.as_map().map_or(&[][..], |map| &map.entries) {
            if !properties.contains(&entry.key.as_str()) {
                let message = format!("Globals.{} takes no property '{}'", section.key, entry.key);
                found.push(Diagnostic::new(Code::Evaluation, entry.span, message));
            }
        }
    }
    found
}

/// The properties of a resource with those of the section for its type; `ignore` is its attribute `IgnoreGlobals`.
pub(super) fn merged(resource: &Declared, globals: &Value, ignore: Option<&Value>) -> Value {
    let own = &resource.body;
    let name = resource
        .address
        .type_name
        .strip_prefix(PREFIX)
        .unwrap_or_default();
    let Some(section) = shape::get(globals, name) else {
        return without_nothing(own, 0);
    };
    let mut section = section.clone();
    match ignore {
        Some(all) if all.as_text() == Some("*") => return without_nothing(own, 0),
        Some(names) => {
            for name in shape::members(names) {
                shape::remove(&mut section, name.as_text().unwrap_or_default());
            }
        }
        None => {}
    }
    without_nothing(&merge(&section, own, name, 0), 0)
}

/// The value without the members that are nothing.
fn without_nothing(value: &Value, depth: usize) -> Value {
    if depth > MAX_DEPTH {
        return value.clone();
    }
    let data = match &value.data {
        Data::Map(map) => {
            let there = map.entries.iter();
            let there = there.filter(|entry| !matches!(entry.value.data, Data::Null));
            let entries = there.map(|entry| Entry {
                value: without_nothing(&entry.value, depth + 1),
                ..entry.clone()
            });
            Data::Map(Arc::new(Map {
                entries: entries.collect(),
                ..Map::clone(map)
            }))
        }
        Data::List(list) => Data::List(Arc::new(List {
            items: list
                .items
                .iter()
                .map(|item| without_nothing(item, depth + 1))
                .collect(),
            ..List::clone(list)
        })),
        _ => return value.clone(),
    };
    Value {
        data,
        ..value.clone()
    }
}

/// Maps are merged, lists are joined with the global members first, everything else is the resource's own.
fn merge(global: &Value, own: &Value, path: &str, depth: usize) -> Value {
    // `Architectures` holds one member: two lists joined would name two.
    if depth > MAX_DEPTH || path.ends_with(".Architectures") {
        return own.clone();
    }
    match (&global.resolved().data, &own.resolved().data) {
        (Data::Map(global), Data::Map(map)) => {
            let mut entries = global.entries.clone();
            // Only the tags that the resource names itself are taken from the section.
            if path == "CapacityProvider.ManagedResourceTags" {
                entries.retain(|entry| map.get(&entry.key).is_some());
            }
            for entry in &map.entries {
                match entries.iter_mut().find(|known| known.key == entry.key) {
                    Some(known) => {
                        let path = format!("{path}.{}", entry.key);
                        known.value = merge(&known.value, &entry.value, &path, depth + 1);
                        known.span = entry.span;
                    }
                    None => entries.push(entry.clone()),
                }
            }
            let rest = map.rest.clone().or_else(|| global.rest.clone());
            let merged = Map::new(entries, rest, Collection::Structural);
            Value {
                data: Data::Map(Arc::new(merged)),
                ..own.clone()
            }
        }
        (Data::List(global), Data::List(list)) => {
            let joined = List {
                items: global.items.iter().chain(&list.items).cloned().collect(),
                rest: list.rest.clone().or_else(|| global.rest.clone()),
                kind: Collection::Structural,
            };
            Value {
                data: Data::List(Arc::new(joined)),
                ..own.clone()
            }
        }
        // `AWS::NoValue` too is a value of the resource's own (`globals.py`: a call is a primitive, and of different
        // types the local one is preferred).
        _ => own.clone(),
    }
}
