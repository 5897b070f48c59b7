//! The policy templates of SAM: the parameters of each, and what it grants.
//!
//! Source of the facts: `samtranslator/policy_templates_data/policy_templates.json` of
//! aws/serverless-application-model (Apache-2.0), version 1.115.

use super::policy_templates::{GRANT, Grant};

/// Name, parameters and grants, sorted by name.
pub(super) const TEMPLATES: &[(&str, &[&str], &[Grant])] = &[
    (
        "AMIDescribePolicy",
        &[],
        &[Grant {
            actions: "ec2:DescribeImages",
            resources: &["*"],
            ..GRANT
        }],
    ),
    (
        "AWSSecretsManagerGetSecretValuePolicy",
        &["SecretArn"],
        &[Grant {
            actions: "secretsmanager:GetSecretValue",
            resources: &["${SecretArn}"],
            ..GRANT
        }],
    ),
    (
        "AWSSecretsManagerRotationPolicy",
        &["FunctionName"],
        &[
            Grant {
                actions: "secretsmanager:DescribeSecret GetSecretValue PutSecretValue UpdateSecretVersionStage",
                resources: &["secretsmanager:secret:*"],
                equals: Some((
                    "secretsmanager:resource/AllowRotationLambdaArn",
                    "lambda:function:${FunctionName}",
                )),
                ..GRANT
            },
            Grant {
                actions: "secretsmanager:GetRandomPassword",
                resources: &["*"],
                ..GRANT
            },
        ],
    ),
    (
        "AcmGetCertificatePolicy",
        &["CertificateArn"],
        &[Grant {
            actions: "acm:GetCertificate",
            resources: &["${CertificateArn}"],
            ..GRANT
        }],
    ),
    (
        "AthenaQueryPolicy",
        &["WorkGroupName"],
        &[
            Grant {
                actions: "athena:ListWorkGroups GetExecutionEngine GetExecutionEngines GetNamespace GetCatalogs GetNamespaces GetTables GetTable",
                resources: &["*"],
                ..GRANT
            },
            Grant {
                actions: "athena:StartQueryExecution GetQueryResults DeleteNamedQuery GetNamedQuery ListQueryExecutions StopQueryExecution GetQueryResultsStream ListNamedQueries CreateNamedQuery GetQueryExecution BatchGetNamedQuery BatchGetQueryExecution GetWorkGroup",
                resources: &["athena:workgroup/${WorkGroupName}"],
                ..GRANT
            },
        ],
    ),
    (
        "CloudFormationDescribeStacksPolicy",
        &[],
        &[Grant {
            actions: "cloudformation:DescribeStacks",
            resources: &["cloudformation:stack/*"],
            ..GRANT
        }],
    ),
    (
        "CloudWatchDashboardPolicy",
        &[],
        &[Grant {
            actions: "cloudwatch:GetDashboard ListDashboards PutDashboard ListMetrics",
            resources: &["*"],
            ..GRANT
        }],
    ),
    (
        "CloudWatchDescribeAlarmHistoryPolicy",
        &[],
        &[Grant {
            actions: "cloudwatch:DescribeAlarmHistory",
            resources: &["*"],
            ..GRANT
        }],
    ),
    (
        "CloudWatchPutMetricPolicy",
        &[],
        &[Grant {
            actions: "cloudwatch:PutMetricData",
            resources: &["*"],
            ..GRANT
        }],
    ),
    (
        "CodeCommitCrudPolicy",
        &["RepositoryName"],
        &[Grant {
            actions: "codecommit:GitPull GitPush CreateBranch DeleteBranch GetBranch ListBranches MergeBranchesByFastForward MergeBranchesBySquash MergeBranchesByThreeWay UpdateDefaultBranch BatchDescribeMergeConflicts CreateUnreferencedMergeCommit DescribeMergeConflicts GetMergeCommit GetMergeOptions BatchGetPullRequests CreatePullRequest DescribePullRequestEvents GetCommentsForPullRequest GetCommitsFromMergeBase GetMergeConflicts GetPullRequest ListPullRequests MergePullRequestByFastForward MergePullRequestBySquash MergePullRequestByThreeWay PostCommentForPullRequest UpdatePullRequestDescription UpdatePullRequestStatus UpdatePullRequestTitle DeleteFile GetBlob GetFile GetFolder PutFile DeleteCommentContent GetComment GetCommentsForComparedCommit PostCommentForComparedCommit PostCommentReply UpdateComment BatchGetCommits CreateCommit GetCommit GetCommitHistory GetDifferences GetObjectIdentifier GetReferences GetTree GetRepository UpdateRepositoryDescription ListTagsForResource TagResource UntagResource GetRepositoryTriggers PutRepositoryTriggers TestRepositoryTriggers GetBranch GetCommit UploadArchive GetUploadArchiveStatus CancelUploadArchive",
            resources: &["codecommit:${RepositoryName}"],
            ..GRANT
        }],
    ),
    (
        "CodeCommitReadPolicy",
        &["RepositoryName"],
        &[Grant {
            actions: "codecommit:GitPull GetBranch ListBranches BatchDescribeMergeConflicts DescribeMergeConflicts GetMergeCommit GetMergeOptions BatchGetPullRequests DescribePullRequestEvents GetCommentsForPullRequest GetCommitsFromMergeBase GetMergeConflicts GetPullRequest ListPullRequests GetBlob GetFile GetFolder GetComment GetCommentsForComparedCommit BatchGetCommits GetCommit GetCommitHistory GetDifferences GetObjectIdentifier GetReferences GetTree GetRepository ListTagsForResource GetRepositoryTriggers TestRepositoryTriggers GetBranch GetCommit GetUploadArchiveStatus",
            resources: &["codecommit:${RepositoryName}"],
            ..GRANT
        }],
    ),
    (
        "CodePipelineLambdaExecutionPolicy",
        &[],
        &[Grant {
            actions: "codepipeline:PutJobSuccessResult PutJobFailureResult",
            resources: &["*"],
            ..GRANT
        }],
    ),
    (
        "CodePipelineReadOnlyPolicy",
        &["PipelineName"],
        &[Grant {
            actions: "codepipeline:ListPipelineExecutions",
            resources: &["codepipeline:${PipelineName}"],
            ..GRANT
        }],
    ),
    (
        "ComprehendBasicAccessPolicy",
        &[],
        &[Grant {
            actions: "comprehend:BatchDetectKeyPhrases DetectDominantLanguage DetectEntities BatchDetectEntities DetectKeyPhrases DetectSentiment BatchDetectDominantLanguage BatchDetectSentiment",
            resources: &["*"],
            ..GRANT
        }],
    ),
    (
        "CostExplorerReadOnlyPolicy",
        &[],
        &[Grant {
            actions: "ce:GetCostAndUsage GetDimensionValues GetReservationCoverage GetReservationPurchaseRecommendation GetReservationUtilization GetTags",
            resources: &["*"],
            ..GRANT
        }],
    ),
    (
        "DynamoDBBackupFullAccessPolicy",
        &["TableName"],
        &[
            Grant {
                actions: "dynamodb:CreateBackup DescribeContinuousBackups",
                resources: &["dynamodb:table/${TableName}"],
                ..GRANT
            },
            Grant {
                actions: "dynamodb:DeleteBackup DescribeBackup ListBackups",
                resources: &["dynamodb:table/${TableName}/backup/*"],
                ..GRANT
            },
        ],
    ),
    (
        "DynamoDBCrudPolicy",
        &["TableName"],
        &[Grant {
            actions: "dynamodb:GetItem DeleteItem PutItem Scan Query UpdateItem BatchWriteItem BatchGetItem DescribeTable ConditionCheckItem",
            resources: &[
                "dynamodb:table/${TableName}",
                "dynamodb:table/${TableName}/index/*",
            ],
            list: true,
            ..GRANT
        }],
    ),
    (
        "DynamoDBReadPolicy",
        &["TableName"],
        &[Grant {
            actions: "dynamodb:GetItem Scan Query BatchGetItem DescribeTable",
            resources: &[
                "dynamodb:table/${TableName}",
                "dynamodb:table/${TableName}/index/*",
            ],
            list: true,
            ..GRANT
        }],
    ),
    (
        "DynamoDBReconfigurePolicy",
        &["TableName"],
        &[Grant {
            actions: "dynamodb:UpdateTable",
            resources: &["dynamodb:table/${TableName}"],
            ..GRANT
        }],
    ),
    (
        "DynamoDBRestoreFromBackupPolicy",
        &["TableName"],
        &[
            Grant {
                actions: "dynamodb:RestoreTableFromBackup",
                resources: &["dynamodb:table/${TableName}/backup/*"],
                ..GRANT
            },
            Grant {
                actions: "dynamodb:PutItem UpdateItem DeleteItem GetItem Query Scan BatchWriteItem",
                resources: &["dynamodb:table/${TableName}"],
                ..GRANT
            },
        ],
    ),
    (
        "DynamoDBStreamReadPolicy",
        &["StreamName", "TableName"],
        &[
            Grant {
                actions: "dynamodb:DescribeStream GetRecords GetShardIterator",
                resources: &["dynamodb:table/${TableName}/stream/${StreamName}"],
                ..GRANT
            },
            Grant {
                actions: "dynamodb:ListStreams",
                resources: &["dynamodb:table/${TableName}/stream/*"],
                ..GRANT
            },
        ],
    ),
    (
        "DynamoDBWritePolicy",
        &["TableName"],
        &[Grant {
            actions: "dynamodb:PutItem UpdateItem BatchWriteItem",
            resources: &[
                "dynamodb:table/${TableName}",
                "dynamodb:table/${TableName}/index/*",
            ],
            list: true,
            ..GRANT
        }],
    ),
    (
        "EC2CopyImagePolicy",
        &["ImageId"],
        &[Grant {
            actions: "ec2:CopyImage",
            resources: &["ec2:image/${ImageId}"],
            ..GRANT
        }],
    ),
    (
        "EC2DescribePolicy",
        &[],
        &[Grant {
            actions: "ec2:DescribeRegions DescribeInstances",
            resources: &["*"],
            ..GRANT
        }],
    ),
    (
        "EFSWriteAccessPolicy",
        &["AccessPoint", "FileSystem"],
        &[Grant {
            actions: "elasticfilesystem:ClientMount ClientWrite",
            resources: &["elasticfilesystem:file-system/${FileSystem}"],
            equals: Some((
                "elasticfilesystem:AccessPointArn",
                "elasticfilesystem:access-point/${AccessPoint}",
            )),
            ..GRANT
        }],
    ),
    (
        "EKSDescribePolicy",
        &[],
        &[Grant {
            actions: "eks:DescribeCluster ListClusters",
            resources: &["*"],
            ..GRANT
        }],
    ),
    (
        "EcsRunTaskPolicy",
        &["TaskDefinition"],
        &[Grant {
            actions: "ecs:RunTask",
            resources: &["ecs:task-definition/${TaskDefinition}"],
            ..GRANT
        }],
    ),
    (
        "ElasticMapReduceAddJobFlowStepsPolicy",
        &["ClusterId"],
        &[Grant {
            actions: "elasticmapreduce:AddJobFlowSteps",
            resources: &["elasticmapreduce:cluster/${ClusterId}"],
            one_action: true,
            ..GRANT
        }],
    ),
    (
        "ElasticMapReduceCancelStepsPolicy",
        &["ClusterId"],
        &[Grant {
            actions: "elasticmapreduce:CancelSteps",
            resources: &["elasticmapreduce:cluster/${ClusterId}"],
            one_action: true,
            ..GRANT
        }],
    ),
    (
        "ElasticMapReduceModifyInstanceFleetPolicy",
        &["ClusterId"],
        &[Grant {
            actions: "elasticmapreduce:ModifyInstanceFleet ListInstanceFleets",
            resources: &["elasticmapreduce:cluster/${ClusterId}"],
            ..GRANT
        }],
    ),
    (
        "ElasticMapReduceModifyInstanceGroupsPolicy",
        &["ClusterId"],
        &[Grant {
            actions: "elasticmapreduce:ModifyInstanceGroups ListInstanceGroups",
            resources: &["elasticmapreduce:cluster/${ClusterId}"],
            ..GRANT
        }],
    ),
    (
        "ElasticMapReduceSetTerminationProtectionPolicy",
        &["ClusterId"],
        &[Grant {
            actions: "elasticmapreduce:SetTerminationProtection",
            resources: &["elasticmapreduce:cluster/${ClusterId}"],
            one_action: true,
            ..GRANT
        }],
    ),
    (
        "ElasticMapReduceTerminateJobFlowsPolicy",
        &["ClusterId"],
        &[Grant {
            actions: "elasticmapreduce:TerminateJobFlows",
            resources: &["elasticmapreduce:cluster/${ClusterId}"],
            one_action: true,
            ..GRANT
        }],
    ),
    (
        "ElasticsearchHttpPostPolicy",
        &["DomainName"],
        &[Grant {
            actions: "es:ESHttpPost ESHttpPut",
            resources: &["es:domain/${DomainName}/*"],
            ..GRANT
        }],
    ),
    (
        "EventBridgePutEventsPolicy",
        &["EventBusName"],
        &[Grant {
            actions: "events:PutEvents",
            resources: &["events:event-bus/${EventBusName}"],
            one_action: true,
            ..GRANT
        }],
    ),
    (
        "FilterLogEventsPolicy",
        &["LogGroupName"],
        &[Grant {
            actions: "logs:FilterLogEvents",
            resources: &["logs:log-group:${LogGroupName}:log-stream:*"],
            ..GRANT
        }],
    ),
    (
        "FirehoseCrudPolicy",
        &["DeliveryStreamName"],
        &[Grant {
            actions: "firehose:CreateDeliveryStream DeleteDeliveryStream DescribeDeliveryStream PutRecord PutRecordBatch UpdateDestination",
            resources: &["firehose:deliverystream/${DeliveryStreamName}"],
            ..GRANT
        }],
    ),
    (
        "FirehoseWritePolicy",
        &["DeliveryStreamName"],
        &[Grant {
            actions: "firehose:PutRecord PutRecordBatch",
            resources: &["firehose:deliverystream/${DeliveryStreamName}"],
            ..GRANT
        }],
    ),
    (
        "KMSDecryptPolicy",
        &["KeyId"],
        &[Grant {
            actions: "kms:Decrypt",
            resources: &["kms:key/${KeyId}"],
            one_action: true,
            ..GRANT
        }],
    ),
    (
        "KMSEncryptPolicy",
        &["KeyId"],
        &[Grant {
            actions: "kms:Encrypt",
            resources: &["kms:key/${KeyId}"],
            one_action: true,
            ..GRANT
        }],
    ),
    (
        "KMSEncryptPolicy_v2",
        &["KeyId"],
        &[Grant {
            actions: "kms:Encrypt GenerateDataKey GenerateDataKeyWithoutPlaintext GenerateDataKeyPair GenerateDataKeyPairWithoutPlaintext",
            resources: &["kms:key/${KeyId}"],
            ..GRANT
        }],
    ),
    (
        "KinesisCrudPolicy",
        &["StreamName"],
        &[Grant {
            actions: "kinesis:AddTagsToStream CreateStream DecreaseStreamRetentionPeriod DeleteStream DescribeStream DescribeStreamSummary GetShardIterator IncreaseStreamRetentionPeriod ListTagsForStream MergeShards PutRecord PutRecords SplitShard RemoveTagsFromStream",
            resources: &["kinesis:stream/${StreamName}"],
            ..GRANT
        }],
    ),
    (
        "KinesisStreamReadPolicy",
        &["StreamName"],
        &[
            Grant {
                actions: "kinesis:ListStreams DescribeLimits",
                resources: &["kinesis:stream/*"],
                ..GRANT
            },
            Grant {
                actions: "kinesis:DescribeStream DescribeStreamSummary GetRecords GetShardIterator",
                resources: &["kinesis:stream/${StreamName}"],
                ..GRANT
            },
        ],
    ),
    (
        "LambdaInvokePolicy",
        &["FunctionName"],
        &[Grant {
            actions: "lambda:InvokeFunction",
            resources: &["lambda:function:${FunctionName}*"],
            ..GRANT
        }],
    ),
    (
        "MobileAnalyticsWriteOnlyAccessPolicy",
        &[],
        &[Grant {
            actions: "mobileanalytics:PutEvents",
            resources: &["*"],
            ..GRANT
        }],
    ),
    (
        "OrganizationsListAccountsPolicy",
        &[],
        &[Grant {
            actions: "organizations:ListAccounts",
            resources: &["*"],
            ..GRANT
        }],
    ),
    (
        "PinpointEndpointAccessPolicy",
        &["PinpointApplicationId"],
        &[Grant {
            actions: "mobiletargeting:GetEndpoint UpdateEndpoint UpdateEndpointsBatch",
            resources: &["mobiletargeting:apps/${PinpointApplicationId}/endpoints/*"],
            ..GRANT
        }],
    ),
    (
        "PollyFullAccessPolicy",
        &["LexiconName"],
        &[
            Grant {
                actions: "polly:GetLexicon DeleteLexicon",
                resources: &["polly:lexicon/${LexiconName}"],
                list: true,
                ..GRANT
            },
            Grant {
                actions: "polly:DescribeVoices ListLexicons PutLexicon SynthesizeSpeech",
                resources: &["polly:lexicon/*"],
                list: true,
                ..GRANT
            },
        ],
    ),
    (
        "RekognitionDetectOnlyPolicy",
        &[],
        &[Grant {
            actions: "rekognition:DetectFaces DetectLabels DetectModerationLabels DetectText",
            resources: &["*"],
            ..GRANT
        }],
    ),
    (
        "RekognitionFacesManagementPolicy",
        &["CollectionId"],
        &[Grant {
            actions: "rekognition:IndexFaces DeleteFaces SearchFaces SearchFacesByImage ListFaces",
            resources: &["rekognition:collection/${CollectionId}"],
            ..GRANT
        }],
    ),
    (
        "RekognitionFacesPolicy",
        &[],
        &[Grant {
            actions: "rekognition:CompareFaces DetectFaces",
            resources: &["*"],
            ..GRANT
        }],
    ),
    (
        "RekognitionLabelsPolicy",
        &[],
        &[Grant {
            actions: "rekognition:DetectLabels DetectModerationLabels",
            resources: &["*"],
            ..GRANT
        }],
    ),
    (
        "RekognitionNoDataAccessPolicy",
        &["CollectionId"],
        &[Grant {
            actions: "rekognition:CompareFaces DetectFaces DetectLabels DetectModerationLabels",
            resources: &["rekognition:collection/${CollectionId}"],
            ..GRANT
        }],
    ),
    (
        "RekognitionReadPolicy",
        &["CollectionId"],
        &[Grant {
            actions: "rekognition:ListCollections ListFaces SearchFaces SearchFacesByImage",
            resources: &["rekognition:collection/${CollectionId}"],
            ..GRANT
        }],
    ),
    (
        "RekognitionWriteOnlyAccessPolicy",
        &["CollectionId"],
        &[Grant {
            actions: "rekognition:CreateCollection IndexFaces",
            resources: &["rekognition:collection/${CollectionId}"],
            ..GRANT
        }],
    ),
    (
        "Route53ChangeResourceRecordSetsPolicy",
        &["HostedZoneId"],
        &[Grant {
            actions: "route53:ChangeResourceRecordSets",
            resources: &["arn:${AWS::Partition}:route53:::hostedzone/${HostedZoneId}"],
            ..GRANT
        }],
    ),
    (
        "S3CrudPolicy",
        &["BucketName"],
        &[Grant {
            actions: "s3:GetObject ListBucket GetBucketLocation GetObjectVersion PutObject PutObjectAcl GetLifecycleConfiguration PutLifecycleConfiguration DeleteObject",
            resources: &[
                "arn:${AWS::Partition}:s3:::${BucketName}",
                "arn:${AWS::Partition}:s3:::${BucketName}/*",
            ],
            list: true,
            ..GRANT
        }],
    ),
    (
        "S3FullAccessPolicy",
        &["BucketName"],
        &[
            Grant {
                actions: "s3:GetObject GetObjectAcl GetObjectVersion PutObject PutObjectAcl DeleteObject DeleteObjectTagging DeleteObjectVersionTagging GetObjectTagging GetObjectVersionTagging PutObjectTagging PutObjectVersionTagging",
                resources: &["arn:${AWS::Partition}:s3:::${BucketName}/*"],
                list: true,
                ..GRANT
            },
            Grant {
                actions: "s3:ListBucket GetBucketLocation GetLifecycleConfiguration PutLifecycleConfiguration",
                resources: &["arn:${AWS::Partition}:s3:::${BucketName}"],
                list: true,
                ..GRANT
            },
        ],
    ),
    (
        "S3ReadPolicy",
        &["BucketName"],
        &[Grant {
            actions: "s3:GetObject ListBucket GetBucketLocation GetObjectVersion GetLifecycleConfiguration",
            resources: &[
                "arn:${AWS::Partition}:s3:::${BucketName}",
                "arn:${AWS::Partition}:s3:::${BucketName}/*",
            ],
            list: true,
            ..GRANT
        }],
    ),
    (
        "S3WritePolicy",
        &["BucketName"],
        &[Grant {
            actions: "s3:PutObject PutObjectAcl PutLifecycleConfiguration",
            resources: &[
                "arn:${AWS::Partition}:s3:::${BucketName}",
                "arn:${AWS::Partition}:s3:::${BucketName}/*",
            ],
            list: true,
            ..GRANT
        }],
    ),
    (
        "SESBulkTemplatedCrudPolicy",
        &["IdentityName"],
        &[Grant {
            actions: "ses:GetIdentityVerificationAttributes SendEmail SendRawEmail SendTemplatedEmail SendBulkTemplatedEmail VerifyEmailIdentity",
            resources: &["ses:identity/${IdentityName}"],
            ..GRANT
        }],
    ),
    (
        "SESBulkTemplatedCrudPolicy_v2",
        &["IdentityName", "TemplateName"],
        &[
            Grant {
                actions: "ses:SendEmail SendRawEmail SendTemplatedEmail SendBulkTemplatedEmail",
                resources: &[
                    "ses:identity/${IdentityName}",
                    "ses:template/${TemplateName}",
                ],
                list: true,
                ..GRANT
            },
            Grant {
                actions: "ses:GetIdentityVerificationAttributes VerifyEmailIdentity",
                resources: &["*"],
                ..GRANT
            },
        ],
    ),
    (
        "SESCrudPolicy",
        &["IdentityName"],
        &[Grant {
            actions: "ses:GetIdentityVerificationAttributes SendEmail SendRawEmail VerifyEmailIdentity",
            resources: &["ses:identity/${IdentityName}"],
            ..GRANT
        }],
    ),
    (
        "SESEmailTemplateCrudPolicy",
        &[],
        &[Grant {
            actions: "ses:CreateTemplate GetTemplate ListTemplates UpdateTemplate DeleteTemplate TestRenderTemplate",
            resources: &["*"],
            ..GRANT
        }],
    ),
    (
        "SESSendBouncePolicy",
        &["IdentityName"],
        &[Grant {
            actions: "ses:SendBounce",
            resources: &["ses:identity/${IdentityName}"],
            ..GRANT
        }],
    ),
    (
        "SNSCrudPolicy",
        &["TopicName"],
        &[Grant {
            actions: "sns:ListSubscriptionsByTopic CreateTopic SetTopicAttributes Subscribe Publish",
            resources: &["sns:${TopicName}*"],
            ..GRANT
        }],
    ),
    (
        "SNSPublishMessagePolicy",
        &["TopicName"],
        &[Grant {
            actions: "sns:Publish",
            resources: &["sns:${TopicName}"],
            ..GRANT
        }],
    ),
    (
        "SQSPollerPolicy",
        &["QueueName"],
        &[Grant {
            actions: "sqs:ChangeMessageVisibility ChangeMessageVisibilityBatch DeleteMessage DeleteMessageBatch GetQueueAttributes ReceiveMessage",
            resources: &["sqs:${QueueName}"],
            ..GRANT
        }],
    ),
    (
        "SQSSendMessagePolicy",
        &["QueueName"],
        &[Grant {
            actions: "sqs:SendMessage*",
            resources: &["sqs:${QueueName}"],
            ..GRANT
        }],
    ),
    (
        "SSMParameterReadPolicy",
        &["ParameterName"],
        &[
            Grant {
                actions: "ssm:DescribeParameters",
                resources: &["*"],
                ..GRANT
            },
            Grant {
                actions: "ssm:GetParameters GetParameter GetParametersByPath",
                resources: &["ssm:parameter/${ParameterName}"],
                ..GRANT
            },
        ],
    ),
    (
        "SSMParameterWithSlashPrefixReadPolicy",
        &["ParameterName"],
        &[
            Grant {
                actions: "ssm:DescribeParameters",
                resources: &["*"],
                ..GRANT
            },
            Grant {
                actions: "ssm:GetParameters GetParameter GetParametersByPath",
                resources: &["ssm:parameter${ParameterName}"],
                ..GRANT
            },
        ],
    ),
    (
        "SageMakerCreateEndpointConfigPolicy",
        &["EndpointConfigName"],
        &[Grant {
            actions: "sagemaker:CreateEndpointConfig",
            resources: &["sagemaker:endpoint-config/${EndpointConfigName}"],
            ..GRANT
        }],
    ),
    (
        "SageMakerCreateEndpointPolicy",
        &["EndpointName"],
        &[Grant {
            actions: "sagemaker:CreateEndpoint",
            resources: &["sagemaker:endpoint/${EndpointName}"],
            ..GRANT
        }],
    ),
    (
        "ServerlessRepoReadWriteAccessPolicy",
        &[],
        &[Grant {
            actions: "serverlessrepo:CreateApplication CreateApplicationVersion UpdateApplication GetApplication ListApplications ListApplicationVersions ListApplicationDependencies",
            resources: &["serverlessrepo:applications/*"],
            list: true,
            ..GRANT
        }],
    ),
    (
        "StepFunctionsCallbackPolicy",
        &["StateMachineName"],
        &[Grant {
            actions: "states:SendTaskFailure SendTaskHeartbeat SendTaskSuccess",
            resources: &["states:stateMachine:${StateMachineName}"],
            ..GRANT
        }],
    ),
    (
        "StepFunctionsExecutionPolicy",
        &["StateMachineName"],
        &[Grant {
            actions: "states:StartExecution",
            resources: &["states:stateMachine:${StateMachineName}"],
            ..GRANT
        }],
    ),
    (
        "StepFunctionsExecutionPolicy_v2",
        &["StateMachineName"],
        &[Grant {
            actions: "states:StartExecution StartSyncExecution",
            resources: &["states:stateMachine:${StateMachineName}"],
            ..GRANT
        }],
    ),
    (
        "TextractDetectAnalyzePolicy",
        &[],
        &[Grant {
            actions: "textract:DetectDocumentText StartDocumentTextDetection StartDocumentAnalysis AnalyzeDocument",
            resources: &["*"],
            ..GRANT
        }],
    ),
    (
        "TextractGetResultPolicy",
        &[],
        &[Grant {
            actions: "textract:GetDocumentTextDetection GetDocumentAnalysis",
            resources: &["*"],
            ..GRANT
        }],
    ),
    (
        "TextractPolicy",
        &[],
        &[Grant {
            actions: "textract:*",
            resources: &["*"],
            ..GRANT
        }],
    ),
    (
        "VPCAccessPolicy",
        &[],
        &[Grant {
            actions: "ec2:CreateNetworkInterface DeleteNetworkInterface DescribeNetworkInterfaces DetachNetworkInterface",
            resources: &["*"],
            ..GRANT
        }],
    ),
];
