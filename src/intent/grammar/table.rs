//! The table of the language.

use super::account::ACCOUNT;
use super::{Keys, Shape, keys, may, must};
use crate::intent::language::{Cloud, Gateways, Point, Runtime, Size, StoreKind};
use crate::intent::things::Worded;

fn words<T: Worded>() -> Vec<&'static str> {
    T::WORDS.iter().map(|(word, _)| *word).collect()
}

const NAMES: Shape = Shape::List(&Shape::Name);
const SELECTORS: Shape = Shape::List(&Shape::Selector);
const BECAUSE: &str = "why it may be weaker than the default";
const MATCH: &str = "what picks it in code: an address with `*`, `tag:key=value`, `type:…`, `name:…`; any of several";

/// The whole text.
pub const TEXT: Keys = keys(&[
    must("intent", Shape::Whole(1, 1), "the version of the language"),
    must(
        "name",
        Shape::Text,
        "the service: prefix of names, value of the tag `service`",
    ),
    may(
        "cloud",
        Shape::Word(words::<Cloud>),
        "the cloud it is for",
        "aws",
    ),
    may(
        "regions",
        Shape::List(&Shape::Supply),
        "the only regions it may stand in",
        "input",
    ),
    may(
        "zones",
        Shape::Or(&Shape::Whole(1, 6), &Shape::List(&Shape::Text)),
        "the number of availability zones, or their letters",
        "2",
    ),
    may(
        "network",
        Shape::Block,
        "the addresses; split in equal parts for the segments and the endpoints, each part by zone",
        "10.20.0.0/20",
    ),
    may(
        "endpoints",
        Shape::Word(words::<Gateways>),
        "how buckets and tables are reached from inside; with `interface` filters of subnets are exact",
        "gateway",
    ),
    may(
        "organization",
        Shape::Supply,
        "the organisation outside of which no principal and no resource is used",
        "none",
    ),
    may("tags", Shape::Texts, "tags of everything", "none"),
    may(
        "segments",
        Shape::Each(SEGMENT),
        "the places there are",
        "none",
    ),
    may(
        "flows",
        Shape::List(&Shape::Map(FLOW)),
        "who may begin conversations with whom",
        "none",
    ),
    may(
        "workloads",
        Shape::Each(WORKLOAD),
        "what runs, and what it may do",
        "none",
    ),
    may("stores", Shape::Each(STORE), "what keeps data", "none"),
    may(
        "keys",
        Shape::Each(KEY),
        "keys of encryption",
        "one for each segment with stores, called SEGMENT-key, and logs-key",
    ),
    may(
        "identities",
        Shape::Each(IDENTITY),
        "people and pipelines, and what they may do",
        "none",
    ),
    may(
        "never",
        Shape::List(&Shape::Map(NEVER)),
        "what is denied to all but some",
        "none",
    ),
    may(
        "enforce",
        Shape::List(&Shape::Map(ENFORCE)),
        "what every path must pass",
        "a waf before each load balancer that the Internet reaches",
    ),
    may(
        "logs",
        Shape::Map(LOGS),
        "what is logged",
        "everything, for 365d",
    ),
    may(
        "account",
        Shape::Map(ACCOUNT),
        "what holds for the account as a whole",
        "it is not about that",
    ),
]);

const SEGMENT: Keys = keys(&[
    may(
        "public",
        Shape::Flag,
        "whether the Internet may begin conversations with it",
        "false",
    ),
    may(
        "sensitive",
        Shape::Flag,
        "no route to or from the Internet, and no way from there, even through others, but through `enforce`",
        "false",
    ),
    may("match", SELECTORS, MATCH, "tag:segment=NAME"),
    may(
        "cidr",
        Shape::Block,
        "its part of the network",
        "the next free part",
    ),
]);

const FLOW: Keys = keys(&[
    must(
        "from",
        NAMES,
        "names of segments or of things in them, or `internet`",
    ),
    must("to", NAMES, "the same, or the cloud (`aws`): its services"),
    must(
        "ports",
        Shape::List(&Shape::Ports),
        "443, 443/udp, 8000-8010/tcp, icmp",
    ),
    may(
        "encrypted",
        Shape::Flag,
        "whether it is encrypted on the wire; `false` needs `because`",
        "true",
    ),
    may(
        "authenticated",
        Shape::Flag,
        "whether the caller proves who it is; `false` to a database needs `because`",
        "true to a database and to services, else false",
    ),
    may(
        "names",
        Shape::List(&Shape::Text),
        "to `internet`: these hosts only; without it `because` is needed",
        "any",
    ),
    may(
        "services",
        Shape::List(&Shape::Text),
        "to the cloud: these services besides those that verbs ask for",
        "those of verbs",
    ),
    may("because", Shape::Text, BECAUSE, "none"),
]);

const WORKLOAD: Keys = Keys {
    fields: &[
        must("type", Shape::Word(words::<Runtime>), "what runs it"),
        may(
            "in",
            Shape::Name,
            "its segment",
            "the segment of the same name",
        ),
        may(
            "to",
            NAMES,
            "the workloads that a load balancer or an API hands on to",
            "none",
        ),
        may(
            "domain",
            Shape::Supply,
            "the name under which people know a load balancer or an API",
            "none",
        ),
        may(
            "certificate",
            Shape::Supply,
            "the ARN of the certificate of that name",
            "input for a load balancer",
        ),
        may(
            "image",
            Shape::Supply,
            "the image by digest, the code, or the machine image",
            "input",
        ),
        may(
            "language",
            Shape::Text,
            "the runtime of a function's code",
            "python3.13",
        ),
        may(
            "handler",
            Shape::Text,
            "what a function's code begins with",
            "index.handler",
        ),
        may(
            "health",
            Shape::Text,
            "the path that says whether it is well",
            "/healthz",
        ),
        may(
            "size",
            Shape::Word(words::<Size>),
            "how much of it",
            "small",
        ),
        may(
            "issuer",
            Shape::Supply,
            "of an API: who makes the tokens of its callers",
            "input for an API",
        ),
        may(
            "audience",
            Shape::Supply,
            "of an API: for whom the tokens are made",
            "input for an API",
        ),
        may("match", SELECTORS, MATCH, "tag:workload=NAME and name:NAME"),
    ],
    verbs: Some(&GRANTS),
};

/// What stands behind a verb.
const GRANTS: Shape = Shape::List(&Shape::Or(&Shape::Name, &Shape::Map(GRANT)));

const GRANT: Keys = keys(&[
    must("on", Shape::Name, "what it is done to"),
    may(
        "under",
        Shape::Text,
        "of a bucket: only what begins so",
        "all of it",
    ),
    may(
        "context",
        Shape::Texts,
        "of a key: only with this context of encryption",
        "none",
    ),
]);

const STORE: Keys = keys(&[
    must("type", Shape::Word(words::<StoreKind>), "what it is"),
    may(
        "in",
        Shape::Name,
        "its segment",
        "the sensitive one, if there is one only",
    ),
    may(
        "keep",
        Shape::Length,
        "how long backups, old versions, messages or deleted secrets are kept",
        "35d a database or table, 90d a bucket, 4d a queue, 30d a secret",
    ),
    may(
        "rotate",
        Shape::Or(&Shape::Word(never_word), &Shape::Map(ROTATE)),
        "of a secret, which must say it: how it is renewed; `never` needs `because`",
        "none",
    ),
    may(
        "size",
        Shape::Word(words::<Size>),
        "how much of a database",
        "small",
    ),
    may(
        "keyed",
        Shape::List(&Shape::Text),
        "of a table: the attributes of its key",
        "id",
    ),
    may("because", Shape::Text, BECAUSE, "none"),
    may("match", SELECTORS, MATCH, "tag:store=NAME and name:NAME"),
]);

fn never_word() -> Vec<&'static str> {
    vec!["never"]
}

const ROTATE: Keys = keys(&[
    must("every", Shape::Length, "how often"),
    must(
        "by",
        Shape::Name,
        "the identity or the function that does it",
    ),
]);

const KEY: Keys = keys(&[
    must("for", NAMES, "the stores it encrypts, or `logs`"),
    may(
        "rotate",
        Shape::Length,
        "how often it is renewed, 90d to 2560d",
        "365d",
    ),
    may("match", SELECTORS, MATCH, "tag:key=NAME and name:NAME"),
]);

const IDENTITY: Keys = Keys {
    fields: &[
        may(
            "role",
            Shape::Supply,
            "a role that exists: its ARN",
            "another origin",
        ),
        may(
            "github",
            Shape::Supply,
            "a pipeline of GitHub: owner/repository",
            "another origin",
        ),
        may(
            "branch",
            Shape::Text,
            "of a pipeline: the only branch that may become it",
            "main",
        ),
        may(
            "environment",
            Shape::Text,
            "of a pipeline: the only environment, in place of a branch",
            "none",
        ),
        may(
            "plan",
            Shape::Word(plan_words),
            "whether pull requests may look, and change nothing",
            "never",
        ),
        may(
            "federated",
            Shape::Supply,
            "people: the ARN of the provider of identities they come through",
            "another origin",
        ),
        may(
            "mfa",
            Shape::Flag,
            "of people: whether a second factor is demanded; `false` needs `because`",
            "true",
        ),
        may(
            "session",
            Shape::Length,
            "how long a session lasts, at most 12h",
            "1h",
        ),
        may(
            "boundary",
            Shape::Flag,
            "whether a boundary stands around it; `false` needs `because`",
            "true",
        ),
        may(
            "deploys",
            Shape::Flag,
            "whether it deploys what this intent is about",
            "false",
        ),
        may(
            "function",
            Shape::Supply,
            "of a role: the ARN of the function that does its work",
            "none",
        ),
        may("because", Shape::Text, BECAUSE, "none"),
        may("match", SELECTORS, MATCH, "tag:identity=NAME and name:NAME"),
    ],
    verbs: Some(&GRANTS),
};

fn plan_words() -> Vec<&'static str> {
    vec!["pull-requests", "never"]
}

const NEVER: Keys = Keys {
    fields: &[may("except", NAMES, "who may nevertheless", "nobody")],
    verbs: Some(&NAMES),
};

const ENFORCE: Keys = keys(&[
    must("from", NAMES, "where paths begin"),
    must("to", NAMES, "where they end"),
    must(
        "by",
        Shape::List(&Shape::Word(words::<Point>)),
        "what each of them passes",
    ),
]);

const LOGS: Keys = keys(&[
    may("keep", Shape::Length, "how long", "365d"),
    may(
        "bucket",
        Shape::Supply,
        "the ARN of a central bucket, in another account",
        "one of its own",
    ),
    may(
        "immutable",
        Shape::Flag,
        "whether nobody can take them away before their time",
        "false",
    ),
    may(
        "traffic",
        Shape::Flag,
        "whether the traffic of networks is logged; `false` needs `because`",
        "true",
    ),
    may("because", Shape::Text, BECAUSE, "none"),
]);
