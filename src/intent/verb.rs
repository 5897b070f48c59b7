//! The verbs: what a workload or an identity may do, as the fewest actions on exact resources.
//!
//! One table. What grants come to in identity policies, resource policies, key policies and endpoints is read from here
//! by the generator and by the proof alike.

/// What a verb is done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// A bucket of S3.
    Bucket,
    /// A table of DynamoDB.
    Table,
    /// A database of RDS or Aurora.
    Database,
    /// A queue of SQS.
    Queue,
    /// A topic of SNS.
    Topic,
    /// A secret.
    Secret,
    /// A key of KMS.
    Key,
    /// A Lambda function.
    Function,
    /// An API.
    Api,
}

/// Which resource the actions are on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    /// The thing itself.
    Itself,
    /// What lies in it: `ARN/*`, narrowed by `under`.
    Content,
    /// The thing and its indexes: `ARN` and `ARN/index/*`.
    Indexes,
    /// The user of a database, named like the workload: `dbuser:ID/NAME`.
    User,
}

/// What a verb comes to on one kind of thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meaning {
    /// The kind of thing.
    pub target: Target,
    /// The actions.
    pub actions: &'static [&'static str],
    /// What they are on.
    pub on: On,
    /// The actions on the key of the thing, which its service asks for the caller.
    pub key: &'static [&'static str],
    /// The service that asks (the first part of its host), as `kms:ViaService` has it.
    pub via: &'static str,
    /// The endpoints that the caller needs in its network.
    pub endpoints: &'static [&'static str],
}

/// A verb.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verb {
    /// The word.
    pub word: &'static str,
    /// What it says.
    pub about: &'static str,
    /// What it comes to.
    pub meanings: &'static [Meaning],
}

/// Use of the key of what is read, and of what is written (uploads in parts are joined, which reads).
const DECRYPT: &[&str] = &["kms:Decrypt"];
const ENCRYPT: &[&str] = &["kms:Decrypt", "kms:GenerateDataKey"];

const fn meaning(
    target: Target,
    on: On,
    actions: &'static [&'static str],
    key: &'static [&'static str],
    via: &'static str,
) -> Meaning {
    let endpoints = match target {
        Target::Bucket => &["s3"],
        Target::Table => &["dynamodb"],
        Target::Queue => &["sqs"],
        Target::Topic => &["sns"],
        Target::Secret => &["secretsmanager"],
        Target::Key => &["kms"],
        Target::Function => &["lambda"],
        Target::Api => &["execute-api"],
        Target::Database => &[] as &[&str],
    };
    Meaning {
        target,
        actions,
        on,
        key,
        via,
        endpoints,
    }
}

/// All verbs, in the order in which an intent is written.
pub const VERBS: &[Verb] = &[
    Verb {
        word: "reads",
        about: "takes out what is kept: objects, items by key, the value of a secret",
        meanings: &[
            meaning(
                Target::Bucket,
                On::Content,
                &["s3:GetObject"],
                DECRYPT,
                "s3",
            ),
            meaning(
                Target::Table,
                On::Indexes,
                &[
                    "dynamodb:BatchGetItem",
                    "dynamodb:GetItem",
                    "dynamodb:Query",
                ],
                DECRYPT,
                "dynamodb",
            ),
            meaning(
                Target::Secret,
                On::Itself,
                &["secretsmanager:GetSecretValue"],
                DECRYPT,
                "secretsmanager",
            ),
        ],
    },
    Verb {
        word: "lists",
        about: "sees what there is: names of objects, all items",
        meanings: &[
            meaning(Target::Bucket, On::Itself, &["s3:ListBucket"], &[], "s3"),
            meaning(
                Target::Table,
                On::Indexes,
                &["dynamodb:Scan"],
                DECRYPT,
                "dynamodb",
            ),
        ],
    },
    Verb {
        word: "writes",
        about: "puts something in, or changes it",
        meanings: &[
            meaning(
                Target::Bucket,
                On::Content,
                &["s3:PutObject"],
                ENCRYPT,
                "s3",
            ),
            meaning(
                Target::Table,
                On::Itself,
                &["dynamodb:PutItem", "dynamodb:UpdateItem"],
                DECRYPT,
                "dynamodb",
            ),
            meaning(
                Target::Secret,
                On::Itself,
                &["secretsmanager:PutSecretValue"],
                ENCRYPT,
                "secretsmanager",
            ),
        ],
    },
    Verb {
        word: "deletes",
        about: "takes something away for good",
        meanings: &[
            meaning(Target::Bucket, On::Content, &["s3:DeleteObject"], &[], "s3"),
            meaning(
                Target::Table,
                On::Itself,
                &["dynamodb:DeleteItem"],
                DECRYPT,
                "dynamodb",
            ),
        ],
    },
    Verb {
        word: "connects",
        about: "opens a session with a database, as the user named like the workload, by IAM; needs a flow",
        meanings: &[meaning(
            Target::Database,
            On::User,
            &["rds-db:connect"],
            &[],
            "rds",
        )],
    },
    Verb {
        word: "publishes",
        about: "sends a message to a topic or a queue",
        meanings: &[
            meaning(Target::Topic, On::Itself, &["sns:Publish"], ENCRYPT, "sns"),
            meaning(
                Target::Queue,
                On::Itself,
                &["sqs:SendMessage"],
                ENCRYPT,
                "sqs",
            ),
        ],
    },
    Verb {
        word: "consumes",
        about: "takes messages from a queue",
        meanings: &[meaning(
            Target::Queue,
            On::Itself,
            &[
                "sqs:ChangeMessageVisibility",
                "sqs:DeleteMessage",
                "sqs:GetQueueAttributes",
                "sqs:ReceiveMessage",
            ],
            DECRYPT,
            "sqs",
        )],
    },
    Verb {
        word: "invokes",
        about: "runs a function, or calls an API",
        meanings: &[
            meaning(
                Target::Function,
                On::Itself,
                &["lambda:InvokeFunction"],
                &[],
                "lambda",
            ),
            meaning(
                Target::Api,
                On::Content,
                &["execute-api:Invoke"],
                &[],
                "execute-api",
            ),
        ],
    },
    Verb {
        word: "decrypts",
        about: "opens with a key what carries the context that is named",
        meanings: &[meaning(Target::Key, On::Itself, DECRYPT, &[], "kms")],
    },
    Verb {
        word: "seals",
        about: "closes and opens with a key what carries the context that is named",
        meanings: &[meaning(Target::Key, On::Itself, ENCRYPT, &[], "kms")],
    },
    Verb {
        word: "rotates",
        about: "makes a new version of a secret",
        meanings: &[meaning(
            Target::Secret,
            On::Itself,
            &[
                "secretsmanager:DescribeSecret",
                "secretsmanager:GetSecretValue",
                "secretsmanager:PutSecretValue",
                "secretsmanager:UpdateSecretVersionStage",
            ],
            ENCRYPT,
            "secretsmanager",
        )],
    },
    Verb {
        word: "administers",
        about: "changes a key and its policy, and cannot use it",
        meanings: &[meaning(
            Target::Key,
            On::Itself,
            &[
                "kms:CancelKeyDeletion",
                "kms:CreateAlias",
                "kms:DeleteAlias",
                "kms:DescribeKey",
                "kms:DisableKey",
                "kms:DisableKeyRotation",
                "kms:EnableKey",
                "kms:EnableKeyRotation",
                "kms:GetKeyPolicy",
                "kms:GetKeyRotationStatus",
                "kms:ListGrants",
                "kms:ListKeyPolicies",
                "kms:ListResourceTags",
                "kms:PutKeyPolicy",
                "kms:RevokeGrant",
                "kms:ScheduleKeyDeletion",
                "kms:TagResource",
                "kms:UntagResource",
                "kms:UpdateAlias",
                "kms:UpdateKeyDescription",
            ],
            &[],
            "kms",
        )],
    },
];

/// The verb of a word.
pub fn named(word: &str) -> Option<&'static Verb> {
    VERBS.iter().find(|verb| verb.word == word)
}

impl Verb {
    /// What it comes to on a kind of thing.
    pub fn on(&self, target: Target) -> Option<&'static Meaning> {
        self.meanings
            .iter()
            .find(|meaning| meaning.target == target)
    }
}

impl Target {
    /// What it is called.
    pub fn word(self) -> &'static str {
        match self {
            Target::Bucket => "bucket",
            Target::Table => "table",
            Target::Database => "database",
            Target::Queue => "queue",
            Target::Topic => "topic",
            Target::Secret => "secret",
            Target::Key => "key",
            Target::Function => "function",
            Target::Api => "API",
        }
    }
}
