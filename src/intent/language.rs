//! What an intent is, with all that it leaves unsaid written out, and the place of every part.

mod ask;

use ecow::EcoString;

use super::verb::Verb;
use super::word::{Length, Ports, Selector};
use crate::source::{SourceId, Span};

/// A part with its place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct At<T> {
    /// What it is.
    pub value: T,
    /// Its bytes; of what is not written, those of what it follows from.
    pub span: Span,
    /// Whether it is written.
    pub said: Said,
}

/// Whether a part is written in the intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// It is.
    Written,
    /// It is a default.
    Default,
    /// It follows from something that is.
    Derived,
}

/// A value that the deployer may supply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Supply {
    /// `input`: a variable of Terraform, a parameter of CloudFormation; unknown to a proof.
    Input,
    /// What is written.
    Is(EcoString),
}

impl Supply {
    /// The text, where it is written.
    pub fn text(&self) -> Option<&str> {
        match self {
            Supply::Input => None,
            Supply::Is(text) => Some(text),
        }
    }
}

/// A cloud.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cloud {
    /// Amazon Web Services.
    Aws,
    /// Microsoft Azure.
    Azure,
    /// Google Cloud.
    Google,
}

/// Something that has a name, by its number in its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Thing {
    /// Everybody.
    Internet,
    /// The services of the cloud.
    Cloud,
    /// Whatever is logged.
    Logs,
    /// A segment: everything in it.
    Segment(usize),
    /// A workload.
    Workload(usize),
    /// A store.
    Store(usize),
    /// A key.
    Key(usize),
    /// An identity.
    Identity(usize),
}

/// A whole intent.
#[derive(Debug, Clone)]
pub struct Intent {
    /// The text it was read from.
    pub source: SourceId,
    /// The service: prefix of names, value of the tag `service`.
    pub name: At<EcoString>,
    /// The cloud.
    pub cloud: At<Cloud>,
    /// The regions it may stand in; `input`: the provider's own.
    pub regions: Vec<At<Supply>>,
    /// The zones, by letter; `None` where their number alone is said.
    pub zones: At<Zones>,
    /// The addresses of the network.
    pub network: At<ipnet::IpNet>,
    /// The part of the network for endpoints, where there are segments.
    pub endpoint_part: Option<ipnet::IpNet>,
    /// How buckets and tables are reached from inside.
    pub endpoints: At<Gateways>,
    /// The organisation outside of which nobody is let in.
    pub organization: Option<At<Supply>>,
    /// Tags of everything.
    pub tags: Vec<(At<EcoString>, At<EcoString>)>,
    /// The places.
    pub segments: Vec<Segment>,
    /// The workloads.
    pub workloads: Vec<Workload>,
    /// The stores.
    pub stores: Vec<Store>,
    /// The keys.
    pub keys: Vec<Key>,
    /// People and pipelines.
    pub identities: Vec<Identity>,
    /// Who may begin conversations with whom.
    pub flows: Vec<Flow>,
    /// What nobody may but those who are named.
    pub never: Vec<Never>,
    /// What every path must pass.
    pub enforce: Vec<Enforcement>,
    /// What is logged.
    pub logs: Logs,
    /// What holds for the account as a whole, where the intent is about that.
    pub account: Option<Account>,
}

/// Availability zones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Zones {
    /// So many.
    Count(u32),
    /// These, by letter.
    Letters(Vec<EcoString>),
}

impl Zones {
    /// How many there are.
    pub fn count(&self) -> u32 {
        match self {
            Zones::Count(count) => *count,
            Zones::Letters(letters) => letters.len() as u32,
        }
    }
}

/// The kind of endpoint of S3 and DynamoDB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gateways {
    /// In the route table: free, and no filter of a subnet can name it.
    Gateway,
    /// In a subnet: costs, and filters can be exact.
    Interface,
}

/// A place.
#[derive(Debug, Clone)]
pub struct Segment {
    /// Its name.
    pub name: At<EcoString>,
    /// Whether the Internet may begin conversations with it.
    pub public: At<bool>,
    /// Whether there is no route to or from the Internet.
    pub sensitive: At<bool>,
    /// What picks it in code.
    pub matches: Vec<At<Selector>>,
    /// Its part of the network.
    pub cidr: At<ipnet::IpNet>,
}

/// What runs a workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runtime {
    /// A container.
    Fargate,
    /// A function.
    Lambda,
    /// Virtual machines.
    Autoscaling,
    /// A load balancer for HTTP.
    LoadBalancer,
    /// An API gateway.
    Api,
}

/// How much of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// Little.
    Small,
    /// Some.
    Medium,
    /// Much.
    Large,
}

/// Something that runs.
#[derive(Debug, Clone)]
pub struct Workload {
    /// Its name.
    pub name: At<EcoString>,
    /// What runs it.
    pub runtime: At<Runtime>,
    /// Its segment, by number.
    pub segment: At<usize>,
    /// What a load balancer or an API hands on to, workloads by number.
    pub to: Vec<At<usize>>,
    /// The name under which people know it.
    pub domain: Option<At<Supply>>,
    /// The ARN of its certificate.
    pub certificate: Option<At<Supply>>,
    /// The image, code or machine image.
    pub image: Option<At<Supply>>,
    /// The language and version of a function's code.
    pub language: Option<At<EcoString>>,
    /// What a function's code begins with.
    pub handler: Option<At<EcoString>>,
    /// The path that says whether it is well.
    pub health: At<EcoString>,
    /// How much of it.
    pub size: At<Size>,
    /// Who proves callers of an API to be who they are: the issuer of their tokens.
    pub issuer: Option<At<Supply>>,
    /// For whom these tokens are made.
    pub audience: Option<At<Supply>>,
    /// What it may do.
    pub grants: Vec<Grant>,
    /// What picks it in code.
    pub matches: Vec<At<Selector>>,
}

/// A permission.
#[derive(Debug, Clone)]
pub struct Grant {
    /// To do this
    pub verb: &'static Verb,
    /// to that.
    pub on: At<Thing>,
    /// Only below this prefix.
    pub under: Option<At<EcoString>>,
    /// Only with this context of encryption.
    pub context: Vec<(At<EcoString>, At<EcoString>)>,
    /// Its bytes.
    pub span: Span,
}

/// What keeps data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreKind {
    /// PostgreSQL of RDS.
    Postgres,
    /// MySQL of RDS.
    Mysql,
    /// PostgreSQL of Aurora.
    AuroraPostgres,
    /// MySQL of Aurora.
    AuroraMysql,
    /// A bucket of S3.
    Bucket,
    /// A table of DynamoDB.
    Table,
    /// A queue of SQS.
    Queue,
    /// A topic of SNS.
    Topic,
    /// A secret.
    Secret,
}

/// A store.
#[derive(Debug, Clone)]
pub struct Store {
    /// Its name.
    pub name: At<EcoString>,
    /// What it is.
    pub kind: At<StoreKind>,
    /// Its segment, by number.
    pub segment: At<usize>,
    /// How long backups, old versions, messages or deleted things are kept.
    pub keep: At<Length>,
    /// How a secret is renewed.
    pub rotate: Option<Rotate>,
    /// How much of a database.
    pub size: At<Size>,
    /// The attributes of a table's key, with their types: `id`, `at`.
    pub keyed: Vec<At<EcoString>>,
    /// The key that encrypts it, by number.
    pub key: At<usize>,
    /// What picks it in code.
    pub matches: Vec<At<Selector>>,
}

/// How a secret is renewed.
#[derive(Debug, Clone)]
pub enum Rotate {
    /// Every so often, by an identity or a workload.
    Every {
        /// How often.
        every: At<Length>,
        /// By whom.
        by: At<Thing>,
    },
    /// Never, for a reason.
    Never {
        /// The reason.
        because: At<EcoString>,
    },
}

/// A key.
#[derive(Debug, Clone)]
pub struct Key {
    /// Its name.
    pub name: At<EcoString>,
    /// What it encrypts: stores, or logs.
    pub of: Vec<At<Thing>>,
    /// How often it is renewed.
    pub rotate: At<Length>,
    /// What picks it in code.
    pub matches: Vec<At<Selector>>,
}

/// Where an identity comes from.
#[derive(Debug, Clone)]
pub enum Origin {
    /// A role that exists.
    Role(At<Supply>),
    /// A pipeline of GitHub.
    Github {
        /// `owner/repository`.
        repository: At<Supply>,
        /// What may become it: the exact subject.
        subject: At<Subject>,
        /// Whether pull requests may look, and change nothing.
        plan: At<bool>,
    },
    /// People who come through a provider of identities (its ARN).
    Federated {
        /// The provider.
        provider: At<Supply>,
        /// Whether a second factor is demanded.
        mfa: At<bool>,
    },
}

/// The subject of a pipeline's token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A branch.
    Branch(EcoString),
    /// An environment.
    Environment(EcoString),
}

/// A person or a pipeline.
#[derive(Debug, Clone)]
pub struct Identity {
    /// Its name.
    pub name: At<EcoString>,
    /// Where it comes from.
    pub origin: Origin,
    /// How long a session may last.
    pub session: At<Length>,
    /// Whether a boundary stands around it.
    pub boundary: At<bool>,
    /// Whether it deploys this.
    pub deploys: At<bool>,
    /// The function that does its work.
    pub function: Option<At<Supply>>,
    /// Why it may be weaker.
    pub because: Option<At<EcoString>>,
    /// What it may do.
    pub grants: Vec<Grant>,
    /// What picks it in code.
    pub matches: Vec<At<Selector>>,
}

/// Who may begin conversations with whom.
#[derive(Debug, Clone)]
pub struct Flow {
    /// From here.
    pub from: At<Thing>,
    /// To there.
    pub to: At<Thing>,
    /// At these ports.
    pub ports: Vec<At<Ports>>,
    /// Whether it is encrypted.
    pub encrypted: At<bool>,
    /// Whether the caller proves who it is.
    pub authenticated: At<bool>,
    /// To these hosts alone, of the Internet.
    pub names: Vec<At<EcoString>>,
    /// To these services alone, of the cloud.
    pub services: Vec<At<EcoString>>,
    /// Why it may be weaker.
    pub because: Option<At<EcoString>>,
    /// Its bytes.
    pub span: Span,
    /// Whether it is written.
    pub said: Said,
}

/// What nobody may.
#[derive(Debug, Clone)]
pub struct Never {
    /// To do this
    pub verb: &'static Verb,
    /// to that,
    pub on: At<Thing>,
    /// but these.
    pub except: Vec<At<Thing>>,
    /// Its bytes.
    pub span: Span,
}

/// What paths pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Point {
    /// A firewall for web requests.
    Waf,
    /// What proves callers of an API to be who they are.
    Authorizer,
    /// An endpoint of a network firewall.
    Firewall,
    /// A proxy that asks who somebody is.
    IdentityAwareProxy,
}

/// What every path from here to there must pass.
#[derive(Debug, Clone)]
pub struct Enforcement {
    /// From here.
    pub from: At<Thing>,
    /// To there.
    pub to: At<Thing>,
    /// By this.
    pub by: At<Point>,
    /// Its bytes.
    pub span: Span,
    /// Whether it is written.
    pub said: Said,
}

/// What is logged.
#[derive(Debug, Clone)]
pub struct Logs {
    /// How long.
    pub keep: At<Length>,
    /// The ARN of a central bucket, in another account; `None`: one of its own.
    pub bucket: Option<At<Supply>>,
    /// Whether nobody can take logs away before their time.
    pub immutable: At<bool>,
    /// Whether the traffic of networks is logged.
    pub traffic: At<bool>,
    /// Why it may be weaker.
    pub because: Option<At<EcoString>>,
    /// The key that encrypts them, by number.
    pub key: At<usize>,
}

/// What holds for the account as a whole.
#[derive(Debug, Clone)]
pub struct Account {
    /// What is on, by the words of the grammar.
    pub guards: Vec<(&'static str, At<bool>)>,
    /// Whom alarms tell: an address of mail.
    pub alarms_to: Option<At<Supply>>,
}
