//! The words of the grammar for what an intent is made of.

use super::language::{Cloud, Gateways, Point, Runtime, Size, StoreKind};
use super::verb::Target;
use super::word::{Length, Unit};

/// A type whose values are words of the language.
pub trait Worded: Copy + 'static {
    /// All values with their words.
    const WORDS: &'static [(&'static str, Self)];

    /// The value of a word.
    fn named(word: &str) -> Option<Self> {
        let found = Self::WORDS.iter().find(|(own, _)| *own == word);
        found.map(|(_, value)| *value)
    }

    /// The word of a value.
    fn word(self) -> &'static str
    where
        Self: PartialEq,
    {
        let found = Self::WORDS.iter().find(|(_, value)| *value == self);
        found.map_or("", |(word, _)| word)
    }
}

impl Worded for Cloud {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("aws", Cloud::Aws),
        ("azure", Cloud::Azure),
        ("google", Cloud::Google),
    ];
}

impl Worded for Gateways {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("gateway", Gateways::Gateway),
        ("interface", Gateways::Interface),
    ];
}

impl Worded for Runtime {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("fargate", Runtime::Fargate),
        ("lambda", Runtime::Lambda),
        ("autoscaling", Runtime::Autoscaling),
        ("load-balancer", Runtime::LoadBalancer),
        ("api", Runtime::Api),
    ];
}

impl Worded for Size {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("small", Size::Small),
        ("medium", Size::Medium),
        ("large", Size::Large),
    ];
}

impl Worded for StoreKind {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("postgres", StoreKind::Postgres),
        ("mysql", StoreKind::Mysql),
        ("aurora-postgres", StoreKind::AuroraPostgres),
        ("aurora-mysql", StoreKind::AuroraMysql),
        ("bucket", StoreKind::Bucket),
        ("table", StoreKind::Table),
        ("queue", StoreKind::Queue),
        ("topic", StoreKind::Topic),
        ("secret", StoreKind::Secret),
    ];
}

impl Worded for Point {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("waf", Point::Waf),
        ("authorizer", Point::Authorizer),
        ("firewall", Point::Firewall),
        ("identity-aware-proxy", Point::IdentityAwareProxy),
    ];
}

impl Runtime {
    /// What verbs can be done to it.
    pub fn target(self) -> Option<Target> {
        match self {
            Runtime::Lambda => Some(Target::Function),
            Runtime::Api => Some(Target::Api),
            Runtime::Fargate | Runtime::Autoscaling | Runtime::LoadBalancer => None,
        }
    }

    /// Whether it hands on to other workloads.
    pub fn hands_on(self) -> bool {
        matches!(self, Runtime::LoadBalancer | Runtime::Api)
    }

    /// Whether code of its own runs in it, with a role.
    pub fn has_role(self) -> bool {
        !self.hands_on()
    }

    /// The services that it needs itself, before its code runs.
    pub fn services(self) -> &'static [&'static str] {
        match self {
            Runtime::Fargate => &["ecr.api", "ecr.dkr", "logs", "s3"],
            Runtime::Autoscaling => &["logs", "ssm", "ssmmessages", "ec2messages"],
            // A function's logs and code come by the way of the service.
            Runtime::Lambda | Runtime::LoadBalancer | Runtime::Api => &[],
        }
    }
}

impl StoreKind {
    /// What verbs can be done to it.
    pub fn target(self) -> Target {
        match self {
            StoreKind::Bucket => Target::Bucket,
            StoreKind::Table => Target::Table,
            StoreKind::Queue => Target::Queue,
            StoreKind::Topic => Target::Topic,
            StoreKind::Secret => Target::Secret,
            _ => Target::Database,
        }
    }

    /// Whether it stands in a network.
    pub fn is_database(self) -> bool {
        self.target() == Target::Database
    }

    /// The port it listens on, of those that listen.
    pub fn port(self) -> Option<u16> {
        match self {
            StoreKind::Postgres | StoreKind::AuroraPostgres => Some(5432),
            StoreKind::Mysql | StoreKind::AuroraMysql => Some(3306),
            _ => None,
        }
    }

    /// How long it keeps what is kept, unless it says so.
    pub fn keep(self) -> Length {
        match self.target() {
            Target::Bucket => Length::days(90),
            Target::Queue => Length::days(4),
            Target::Secret => Length::days(30),
            Target::Topic => Length {
                count: 1,
                unit: Unit::Days,
            },
            _ => Length::days(35),
        }
    }
}
