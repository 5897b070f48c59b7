//! Events that Lambda polls for: event source mappings, and what the function's role needs for them.

use super::event::Event;
use super::make::{Body, Maker};
use super::role::Role;
use super::{Expander, invoke, shape};
use crate::eval::{Data, Piece, Value, Why};

/// Properties of an event source mapping that pass under their own names.
const SAME: &[&str] = &[
    "BatchSize",
    "BisectBatchOnFunctionError",
    "Enabled",
    "FilterCriteria",
    "FunctionResponseTypes",
    "KmsKeyArn",
    "LoggingConfig",
    "MaximumBatchingWindowInSeconds",
    "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",
    "MetricsConfig",
    "ParallelizationFactor",
    "ProvisionedPollerConfig",
    "Queues",
    "ScalingConfig",
    "SourceAccessConfigurations",
    "StartingPosition",
    "StartingPositionTimestamp",
    "Topics",
    "TumblingWindowInSeconds",
];

/// The types of events, the property that holds the ARN of the source, and the managed policy for it.
const KINDS: &[(&str, &str, &str)] = &[
    ("Kinesis", "Stream", "AWSLambdaKinesisExecutionRole"),
    ("DynamoDB", "Stream", "AWSLambdaDynamoDBExecutionRole"),
    ("SQS", "Queue", "AWSLambdaSQSQueueExecutionRole"),
    ("MSK", "Stream", "AWSLambdaMSKExecutionRole"),
    ("MQ", "Broker", ""),
    ("SelfManagedKafka", "", ""),
    ("DocumentDB", "Cluster", ""),
];

/// What a function in a VPC needs to reach a cluster there.
const NETWORK: &[&str] = &[
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeVpcs",
    "ec2:DescribeSubnets",
    "ec2:DescribeSecurityGroups",
];

pub(super) fn is_kind(kind: &str) -> bool {
    KINDS.iter().any(|(name, ..)| *name == kind)
}

pub(super) fn expand(work: &mut Expander<'_>, event: &Event<'_, '_>, kind: &str, role: &mut Role) {
    let Some((_, source, policy)) = KINDS.iter().find(|(name, ..)| *name == kind) else {
        return;
    };
    let make = event.make;
    let properties = &event.properties;
    let mut body = Body::from(properties);
    body.copy(properties, SAME);
    body.set("FunctionName", event.target.name.clone());
    if !source.is_empty() {
        body.copy_as(properties, source, "EventSourceArn");
    }
    if let Some(servers) = shape::something(properties, "KafkaBootstrapServers") {
        let endpoints = make.map([("KafkaBootstrapServers", servers.clone())]);
        body.set(
            "SelfManagedEventSource",
            make.map([("Endpoints", endpoints)]),
        );
    }
    kafka(&mut body, make, properties, kind);
    if kind == "DocumentDB" {
        let mut config = Body::from(properties);
        config.copy(
            properties,
            &["CollectionName", "DatabaseName", "FullDocument"],
        );
        body.set("DocumentDBEventSourceConfig", config.finish(make.header));
    }
    if !policy.is_empty() {
        role.add_managed(make.managed_policy(&format!("service-role/{policy}")));
    }
    if let Some(policy) = inline_policy(event, kind) {
        role.add_inline(policy);
    }
    body.set_some("DestinationConfig", destination(event, role));
    work.made
        .push(make.declare("AWS::Lambda::EventSourceMapping", &event.id, body));
}

fn kafka(body: &mut Body, make: &Maker<'_>, properties: &Value, kind: &str) {
    let name = match kind {
        "MSK" => "AmazonManagedKafkaEventSourceConfig",
        "SelfManagedKafka" => "SelfManagedKafkaEventSourceConfig",
        _ => return,
    };
    let mut config = Body::default();
    config.copy(properties, &["ConsumerGroupId", "SchemaRegistryConfig"]);
    let config = config.finish(make.header);
    if !config.is_empty().is_true() {
        body.set(name, config);
    }
}

/// Where failed batches go: as given without its `Type`, which says what the role may write to.
fn destination(event: &Event<'_, '_>, role: &mut Role) -> Option<Value> {
    let mut config = shape::something(&event.properties, "DestinationConfig")?.clone();
    let failure = shape::get(&config, "OnFailure").cloned();
    if let Some(failure) = failure
        && let Some(kind) = shape::text(&failure, "Type")
    {
        if let Some(arn) = shape::get(&failure, "Destination") {
            let id = &event.id;
            if let Some(policy) = invoke::write_policy(kind, event.make, id, arn.clone()) {
                role.add_inline(policy);
            }
        }
        let place = failure.origin.span;
        if let Some(slot) = shape::child(&mut config, "OnFailure", place) {
            shape::remove(slot, "Type");
        }
    }
    Some(config)
}

/// The inline policy of the role for the kinds that need secrets or the network.
fn inline_policy(event: &Event<'_, '_>, kind: &str) -> Option<Value> {
    let make = event.make;
    let properties = &event.properties;
    let source = |key: &str| {
        let value = shape::get(properties, key).cloned();
        value.unwrap_or_else(|| Value::unknown(Why::Invalid, make.header))
    };
    match kind {
        "MSK" => {
            let mut statements = registry(make, properties);
            statements.extend(secrets(make, properties, &["CLIENT_CERTIFICATE_TLS_AUTH"]));
            (!statements.is_empty())
                .then(|| make.inline_policy("MSKExecutionRolePolicy", statements))
        }
        "MQ" => {
            let mut statements = secrets(make, properties, &["BASIC_AUTH"]);
            statements.push(make.allow(make.texts(&["mq:DescribeBroker"]), source("Broker")));
            statements.extend(decrypt(make, properties, make.text("kms:Decrypt")));
            let name = if shape::is_true(properties, "DynamicPolicyName").is_true() {
                format!("{}AMQPolicy", event.id)
            } else {
                "SamAutoGeneratedAMQPolicy".to_owned()
            };
            Some(make.inline_policy(&name, statements))
        }
        "SelfManagedKafka" => self_managed(make, properties),
        "DocumentDB" => {
            let mut statements = secrets(make, properties, &["BASIC_AUTH"]);
            let own = |name: &str| {
                let pattern = "arn:${AWS::Partition}:rds:${AWS::Region}:${AWS::AccountId}:";
                make.sub(&format!("{pattern}{name}:*"), &[])
            };
            let describe = |action: &str, resource: Value| {
                make.allow(make.texts(&[&format!("rds:Describe{action}")]), resource)
            };
            statements.push(describe("DBClusterParameters", own("cluster-pg")));
            statements.push(describe("DBSubnetGroups", own("subgrp")));
            statements.push(describe("DBClusters", source("Cluster")));
            statements.push(make.allow(make.texts(NETWORK), make.text("*")));
            statements.extend(decrypt(make, properties, make.texts(&["kms:Decrypt"])));
            Some(make.inline_policy("SamAutoGeneratedDocumentDBPolicy", statements))
        }
        _ => None,
    }
}

fn self_managed(make: &Maker<'_>, properties: &Value) -> Option<Value> {
    const WITH_SECRET: &[&str] = &[
        "SASL_SCRAM_256_AUTH",
        "SASL_SCRAM_512_AUTH",
        "BASIC_AUTH",
        "CLIENT_CERTIFICATE_TLS_AUTH",
        "OAUTHBEARER_AUTH",
    ];
    let mut statements = secrets(make, properties, WITH_SECRET);
    statements.extend(secrets(make, properties, &["SERVER_ROOT_CA_CERTIFICATE"]));
    if has_access(properties, "VPC_SUBNET") && has_access(properties, "VPC_SECURITY_GROUP") {
        statements.push(make.allow(make.texts(NETWORK), make.text("*")));
    }
    statements.extend(decrypt(make, properties, make.texts(&["kms:Decrypt"])));
    statements.extend(registry(make, properties));
    (!statements.is_empty()).then(|| {
        make.map([
            (
                "PolicyName",
                make.text("SelfManagedKafkaExecutionRolePolicy"),
            ),
            ("PolicyDocument", make.document(statements)),
        ])
    })
}

fn has_access(properties: &Value, kind: &str) -> bool {
    let configurations = shape::get(properties, "SourceAccessConfigurations").map(shape::members);
    configurations
        .unwrap_or_default()
        .iter()
        .any(|configuration| shape::text(configuration, "Type") == Some(kind))
}

/// Leave to read the secrets that access configurations of these types name.
fn secrets(make: &Maker<'_>, properties: &Value, kinds: &[&str]) -> Vec<Value> {
    let configurations = shape::get(properties, "SourceAccessConfigurations").map(shape::members);
    let mut statements = Vec::new();
    for configuration in configurations.unwrap_or_default() {
        let kind = shape::text(&configuration, "Type").unwrap_or_default();
        if let Some(uri) = shape::get(&configuration, "URI")
            && kinds.contains(&kind)
        {
            let action = make.texts(&["secretsmanager:GetSecretValue"]);
            statements.push(make.allow(action, uri.clone()));
        }
    }
    statements
}

/// Leave to decrypt with the key of the secrets.
fn decrypt(make: &Maker<'_>, properties: &Value, action: Value) -> Option<Value> {
    let key = shape::something(properties, "SecretsManagerKmsKeyId")?;
    let arn = make.sub(
        "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/${key}",
        &[("key", key.clone())],
    );
    Some(make.allow(action, arn))
}

/// Leave to read a schema registry.
fn registry(make: &Maker<'_>, properties: &Value) -> Vec<Value> {
    let Some(config) = shape::something(properties, "SchemaRegistryConfig") else {
        return Vec::new();
    };
    let mut statements = Vec::new();
    let accesses = shape::get(config, "AccessConfigs").map(shape::members);
    for access in accesses.unwrap_or_default() {
        if let Some(uri) = shape::get(&access, "URI") {
            let action = make.texts(&["secretsmanager:GetSecretValue"]);
            statements.push(make.allow(action, uri.clone()));
        }
    }
    let Some(uri) = shape::get(config, "SchemaRegistryURI") else {
        return statements;
    };
    if let Some(name) = registry_name(uri) {
        statements.push(make.allow(make.texts(&["glue:GetRegistry"]), uri.clone()));
        let schemas = make.sub(
            "arn:${AWS::Partition}:glue:${AWS::Region}:${AWS::AccountId}:schema/${name}/*",
            &[("name", Value::text(name, uri.origin.span))],
        );
        let action = make.texts(&["glue:GetSchemaVersion"]);
        statements.push(make.allow(action, make.list(vec![schemas])));
    }
    statements
}

/// The name at the end of the ARN of a registry. The transform finds it only where the account is written out.
fn registry_name(uri: &Value) -> Option<String> {
    let known = match &uri.data {
        Data::Template(template) => match template.pieces.last()? {
            Piece::Text(text, _) => text.as_str(),
            Piece::Value(_) => return None,
        },
        _ => uri.as_text()?,
    };
    let (before, name) = known.rsplit_once(":registry/")?;
    let account = before.rsplit(':').next()?;
    (!account.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::registry_name;
    use crate::eval::Value;
    use crate::source::Span;

    #[test]
    fn registries_are_named_by_their_arn() {
        let name = |uri: &str| registry_name(&Value::text(uri, Span::nowhere()));
        let arn = "arn:aws:glue:eu-west-1:111122223333:registry/own";
        assert_eq!(name(arn).as_deref(), Some("own"));
        assert_eq!(name("arn:aws:glue:eu-west-1::registry/own"), None);
        assert_eq!(name("https://registry.example"), None);
    }
}
