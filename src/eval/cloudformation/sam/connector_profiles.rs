//! What a connector may connect, and what each kind of access grants.
//!
//! Source of the facts: `samtranslator/model/connector_profiles/profiles.json` of aws/serverless-application-model
//! (Apache-2.0), version 1.115.

/// What carries the grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A managed policy of a role.
    Role,
    /// The policy of a queue.
    Queue,
    /// The policy of a topic.
    Topic,
    /// A permission to invoke a function.
    Permission,
}

/// One pair of types.
pub(super) struct Profile {
    /// Types without `AWS::`.
    pub(super) source: &'static str,
    pub(super) destination: &'static str,
    pub(super) kind: Kind,
    /// Whether the grant belongs to the source, else to the destination.
    pub(super) source_role: bool,
    /// By the name of the access, in the order of the statements.
    pub(super) access: &'static [(&'static str, &'static [Access])],
}

/// One statement or permission.
pub(super) struct Access {
    /// `service:Action Action …`.
    pub(super) actions: &'static str,
    /// The service that is let in; empty in the policy of a role.
    pub(super) principal: &'static str,
    /// Patterns with `${Source.Arn}` and the like. `service:rest` stands for an ARN of that service in the region and
    /// account of the stack. For a permission, the source that it holds for.
    pub(super) resources: &'static [&'static str],
    /// Whether a permission holds only for sources in the account of the stack.
    pub(super) account: bool,
}

/// Every pair.
#[rustfmt::skip] // A table: one row for each pair.
pub(super) const PROFILES: &[Profile] = &[
Profile { source: "DynamoDB::Table", destination: "Lambda::Function", kind: Kind::Role, source_role: false, access: &[("Read", &[Access { actions: "dynamodb:DescribeStream GetRecords GetShardIterator ListStreams", principal: "", resources: &["${Source.Arn}/stream/*"], account: false }])] },
Profile { source: "Events::Rule", destination: "SNS::Topic", kind: Kind::Topic, source_role: false, access: &[("Write", &[Access { actions: "sns:Publish", principal: "events.amazonaws.com", resources: &["${Destination.Arn}"], account: false }])] },
Profile { source: "Events::Rule", destination: "Events::EventBus", kind: Kind::Role, source_role: true, access: &[("Write", &[Access { actions: "events:PutEvents", principal: "", resources: &["${Destination.Arn}"], account: false }])] },
Profile { source: "Events::Rule", destination: "StepFunctions::StateMachine", kind: Kind::Role, source_role: true, access: &[("Write", &[Access { actions: "states:StartExecution", principal: "", resources: &["${Destination.Arn}"], account: false }])] },
Profile { source: "Events::Rule", destination: "Lambda::Function", kind: Kind::Permission, source_role: false, access: &[("Write", &[Access { actions: "lambda:InvokeFunction", principal: "events.amazonaws.com", resources: &["${Source.Arn}"], account: false }])] },
Profile { source: "Events::Rule", destination: "SQS::Queue", kind: Kind::Queue, source_role: false, access: &[("Write", &[Access { actions: "sqs:SendMessage", principal: "events.amazonaws.com", resources: &["${Destination.Arn}"], account: false }])] },
Profile { source: "Lambda::Function", destination: "Lambda::Function", kind: Kind::Role, source_role: true, access: &[("Write", &[Access { actions: "lambda:InvokeAsync InvokeFunction", principal: "", resources: &["${Destination.Arn}"], account: false }])] },
Profile { source: "Lambda::Function", destination: "S3::Bucket", kind: Kind::Role, source_role: true, access: &[("Read", &[Access { actions: "s3:GetObject GetObjectAcl GetObjectLegalHold GetObjectRetention GetObjectTorrent GetObjectVersion GetObjectVersionAcl GetObjectVersionForReplication GetObjectVersionTorrent ListBucket ListBucketMultipartUploads ListBucketVersions ListMultipartUploadParts", principal: "", resources: &["${Destination.Arn}", "${Destination.Arn}/*"], account: false }]), ("Write", &[Access { actions: "s3:AbortMultipartUpload DeleteObject DeleteObjectVersion PutObject PutObjectLegalHold PutObjectRetention RestoreObject", principal: "", resources: &["${Destination.Arn}", "${Destination.Arn}/*"], account: false }])] },
Profile { source: "Lambda::Function", destination: "DynamoDB::Table", kind: Kind::Role, source_role: true, access: &[("Read", &[Access { actions: "dynamodb:GetItem Query Scan BatchGetItem ConditionCheckItem PartiQLSelect", principal: "", resources: &["${Destination.Arn}", "${Destination.Arn}/index/*"], account: false }]), ("Write", &[Access { actions: "dynamodb:PutItem UpdateItem DeleteItem BatchWriteItem PartiQLDelete PartiQLInsert PartiQLUpdate", principal: "", resources: &["${Destination.Arn}", "${Destination.Arn}/index/*"], account: false }])] },
Profile { source: "Lambda::Function", destination: "SQS::Queue", kind: Kind::Role, source_role: true, access: &[("Read", &[Access { actions: "sqs:ReceiveMessage GetQueueAttributes", principal: "", resources: &["${Destination.Arn}"], account: false }]), ("Write", &[Access { actions: "sqs:DeleteMessage SendMessage ChangeMessageVisibility PurgeQueue", principal: "", resources: &["${Destination.Arn}"], account: false }])] },
Profile { source: "Lambda::Function", destination: "SNS::Topic", kind: Kind::Role, source_role: true, access: &[("Write", &[Access { actions: "sns:Publish", principal: "", resources: &["${Destination.Arn}"], account: false }])] },
Profile { source: "Lambda::Function", destination: "StepFunctions::StateMachine", kind: Kind::Role, source_role: true, access: &[("Write", &[Access { actions: "states:StartExecution StartSyncExecution", principal: "", resources: &["${Destination.Arn}"], account: false }, Access { actions: "states:StopExecution", principal: "", resources: &["states:execution:${Destination.Name}:*"], account: false }]), ("Read", &[Access { actions: "states:DescribeStateMachine ListExecutions", principal: "", resources: &["${Destination.Arn}"], account: false }, Access { actions: "states:DescribeExecution DescribeStateMachineForExecution GetExecutionHistory", principal: "", resources: &["states:execution:${Destination.Name}:*"], account: false }])] },
Profile { source: "Lambda::Function", destination: "Events::EventBus", kind: Kind::Role, source_role: true, access: &[("Write", &[Access { actions: "events:PutEvents", principal: "", resources: &["${Destination.Arn}"], account: false }])] },
Profile { source: "Lambda::Function", destination: "Location::PlaceIndex", kind: Kind::Role, source_role: true, access: &[("Read", &[Access { actions: "geo:DescribePlaceIndex GetPlace SearchPlaceIndexForPosition SearchPlaceIndexForSuggestions SearchPlaceIndexForText", principal: "", resources: &["${Destination.Arn}"], account: false }])] },
Profile { source: "ApiGatewayV2::Api", destination: "Lambda::Function", kind: Kind::Permission, source_role: false, access: &[("Write", &[Access { actions: "lambda:InvokeFunction", principal: "apigateway.amazonaws.com", resources: &["execute-api:${Source.ResourceId}/${Source.Qualifier}"], account: false }])] },
Profile { source: "ApiGateway::RestApi", destination: "Lambda::Function", kind: Kind::Permission, source_role: false, access: &[("Write", &[Access { actions: "lambda:InvokeFunction", principal: "apigateway.amazonaws.com", resources: &["execute-api:${Source.ResourceId}/${Source.Qualifier}"], account: false }])] },
Profile { source: "SNS::Topic", destination: "SQS::Queue", kind: Kind::Queue, source_role: false, access: &[("Write", &[Access { actions: "sqs:SendMessage", principal: "sns.amazonaws.com", resources: &["${Destination.Arn}"], account: false }])] },
Profile { source: "SNS::Topic", destination: "Lambda::Function", kind: Kind::Permission, source_role: false, access: &[("Write", &[Access { actions: "lambda:InvokeFunction", principal: "sns.amazonaws.com", resources: &["${Source.Arn}"], account: false }])] },
Profile { source: "SQS::Queue", destination: "Lambda::Function", kind: Kind::Role, source_role: false, access: &[("Write", &[Access { actions: "sqs:DeleteMessage", principal: "", resources: &["${Source.Arn}"], account: false }]), ("Read", &[Access { actions: "sqs:ReceiveMessage GetQueueAttributes", principal: "", resources: &["${Source.Arn}"], account: false }])] },
Profile { source: "S3::Bucket", destination: "Lambda::Function", kind: Kind::Permission, source_role: false, access: &[("Write", &[Access { actions: "lambda:InvokeFunction", principal: "s3.amazonaws.com", resources: &["${Source.Arn}"], account: true }])] },
Profile { source: "StepFunctions::StateMachine", destination: "Lambda::Function", kind: Kind::Role, source_role: true, access: &[("Write", &[Access { actions: "lambda:InvokeAsync InvokeFunction", principal: "", resources: &["${Destination.Arn}"], account: false }])] },
Profile { source: "StepFunctions::StateMachine", destination: "SNS::Topic", kind: Kind::Role, source_role: true, access: &[("Write", &[Access { actions: "sns:Publish", principal: "", resources: &["${Destination.Arn}"], account: false }])] },
Profile { source: "StepFunctions::StateMachine", destination: "SQS::Queue", kind: Kind::Role, source_role: true, access: &[("Write", &[Access { actions: "sqs:SendMessage", principal: "", resources: &["${Destination.Arn}"], account: false }])] },
Profile { source: "StepFunctions::StateMachine", destination: "S3::Bucket", kind: Kind::Role, source_role: true, access: &[("Read", &[Access { actions: "s3:GetObject GetObjectAcl GetObjectLegalHold GetObjectRetention GetObjectTorrent GetObjectVersion GetObjectVersionAcl GetObjectVersionForReplication GetObjectVersionTorrent ListBucket ListBucketMultipartUploads ListBucketVersions ListMultipartUploadParts", principal: "", resources: &["${Destination.Arn}", "${Destination.Arn}/*"], account: false }]), ("Write", &[Access { actions: "s3:AbortMultipartUpload DeleteObject DeleteObjectVersion PutObject PutObjectLegalHold PutObjectRetention RestoreObject", principal: "", resources: &["${Destination.Arn}", "${Destination.Arn}/*"], account: false }])] },
Profile { source: "StepFunctions::StateMachine", destination: "DynamoDB::Table", kind: Kind::Role, source_role: true, access: &[("Read", &[Access { actions: "dynamodb:GetItem Query Scan BatchGetItem ConditionCheckItem PartiQLSelect", principal: "", resources: &["${Destination.Arn}", "${Destination.Arn}/index/*"], account: false }]), ("Write", &[Access { actions: "dynamodb:PutItem UpdateItem DeleteItem BatchWriteItem PartiQLDelete PartiQLInsert PartiQLUpdate", principal: "", resources: &["${Destination.Arn}", "${Destination.Arn}/index/*"], account: false }])] },
Profile { source: "StepFunctions::StateMachine", destination: "StepFunctions::StateMachine", kind: Kind::Role, source_role: true, access: &[("Read", &[Access { actions: "states:DescribeExecution", principal: "", resources: &["states:execution:${Destination.Name}:*"], account: false }, Access { actions: "events:DescribeRule", principal: "", resources: &["events:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule"], account: false }]), ("Write", &[Access { actions: "states:StartExecution", principal: "", resources: &["${Destination.Arn}"], account: false }, Access { actions: "states:StopExecution", principal: "", resources: &["states:execution:${Destination.Name}:*"], account: false }, Access { actions: "events:PutTargets PutRule", principal: "", resources: &["events:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule"], account: false }])] },
Profile { source: "StepFunctions::StateMachine", destination: "Events::EventBus", kind: Kind::Role, source_role: true, access: &[("Write", &[Access { actions: "events:PutEvents", principal: "", resources: &["${Destination.Arn}"], account: false }])] },
Profile { source: "AppSync::DataSource", destination: "DynamoDB::Table", kind: Kind::Role, source_role: true, access: &[("Read", &[Access { actions: "dynamodb:GetItem Query Scan BatchGetItem ConditionCheckItem PartiQLSelect", principal: "", resources: &["${Destination.Arn}", "${Destination.Arn}/index/*"], account: false }]), ("Write", &[Access { actions: "dynamodb:PutItem UpdateItem DeleteItem BatchWriteItem PartiQLDelete PartiQLInsert PartiQLUpdate", principal: "", resources: &["${Destination.Arn}", "${Destination.Arn}/index/*"], account: false }])] },
Profile { source: "AppSync::DataSource", destination: "Lambda::Function", kind: Kind::Role, source_role: true, access: &[("Write", &[Access { actions: "lambda:InvokeAsync InvokeFunction", principal: "", resources: &["${Destination.Arn}", "${Destination.Arn}:*"], account: false }])] },
Profile { source: "AppSync::DataSource", destination: "Events::EventBus", kind: Kind::Role, source_role: true, access: &[("Write", &[Access { actions: "events:PutEvents", principal: "", resources: &["${Destination.Arn}"], account: false }])] },
Profile { source: "AppSync::GraphQLApi", destination: "Lambda::Function", kind: Kind::Permission, source_role: false, access: &[("Write", &[Access { actions: "lambda:InvokeFunction", principal: "appsync.amazonaws.com", resources: &["appsync:apis/${Source.ResourceId}"], account: false }])] },
];
