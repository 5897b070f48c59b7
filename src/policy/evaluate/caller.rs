//! Who asks, and how the policy of a resource names it.

use ecow::EcoString;

use crate::eval::{Truth, Value};
use crate::policy::any_of;
use crate::policy::{Principal, Statement};

/// What kind of principal asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallerKind {
    /// A user.
    User,
    /// A session of a role.
    Role,
    /// A session of a role that a service made for itself.
    ServiceLinkedRole,
    /// The root user of an account.
    Root,
    /// A service, by its own name.
    Service,
    /// A federated principal that asks for a role.
    Federated,
    /// Nobody known.
    Anonymous,
}

/// Who asks.
#[derive(Debug, Clone)]
pub struct Caller {
    /// What kind.
    pub kind: CallerKind,
    /// Its ARN: of a session that of the role. The name of a service, or the provider of a federated one.
    pub arn: EcoString,
    /// The ARN of the session, where it is one.
    pub session: Option<EcoString>,
    /// Its account; empty where it has none.
    pub account: EcoString,
    /// Whether its account manages the organization, which no policy of it limits.
    pub manages: bool,
}

/// How a policy names a caller, the weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Naming {
    /// Not at all.
    Nobody,
    /// By its account, which decides itself who may.
    Account,
    /// By the role of a session.
    Role,
    /// As a user.
    User,
    /// As this very session, or as anyone.
    Session,
}

impl Caller {
    /// One of an account, by its ARN.
    pub fn of(kind: CallerKind, arn: &str) -> Caller {
        let account = arn.split(':').nth(4).unwrap_or_default();
        Caller {
            kind,
            arn: arn.into(),
            session: None,
            account: account.into(),
            manages: false,
        }
    }

    /// Whether it has policies of its own.
    pub(super) fn has_identity(&self) -> bool {
        matches!(
            self.kind,
            CallerKind::User | CallerKind::Role | CallerKind::ServiceLinkedRole
        )
    }

    /// Whether service control policies limit it.
    pub(super) fn is_governed(&self) -> bool {
        matches!(
            self.kind,
            CallerKind::User | CallerKind::Role | CallerKind::Root
        ) && !self.manages
    }

    /// The name of a user.
    pub(super) fn user_name(&self) -> Option<&str> {
        (self.kind == CallerKind::User).then(|| self.arn.rsplit('/').next())?
    }
}

/// Whether a statement is about a caller, and how it names it.
pub(super) fn named(statement: &Statement, caller: &Caller) -> (Truth, Naming) {
    if !statement.not_principals.is_empty() {
        let (named, _) = of_all(&statement.not_principals, caller);
        return (!named, Naming::Account);
    }
    // A policy of an endpoint may leave it out.
    if statement.principals.is_empty() {
        return (Truth::False, Naming::Nobody);
    }
    of_all(&statement.principals, caller)
}

fn of_all(principals: &[Principal], caller: &Caller) -> (Truth, Naming) {
    let mut best = (Truth::False, Naming::Nobody);
    for principal in principals {
        for (wanted, naming) in names(principal, caller) {
            let truth = any_of(&principal.members, |item: &Value| item.equals_text(&wanted)).0;
            if truth.is_true() {
                best = (Truth::True, best.1.max(naming));
            } else if truth.is_unknown() && best.0.is_false() {
                best = (Truth::Unknown, naming);
            }
        }
    }
    best
}

/// The texts that name a caller in principals of a type.
fn names(principal: &Principal, caller: &Caller) -> Vec<(String, Naming)> {
    let mut names: Vec<(String, Naming)> = Vec::new();
    let kind = principal.kind.as_str();
    let aws = matches!(kind, "AWS" | "*");
    if aws && !matches!(caller.kind, CallerKind::Federated) {
        // Anyone, the account's own too, each by itself.
        let anyone = match caller.kind {
            CallerKind::Role => Naming::Role,
            CallerKind::User => Naming::User,
            _ => Naming::Session,
        };
        names.push(("*".to_owned(), anyone));
    }
    let own = match caller.kind {
        CallerKind::User => Some(Naming::User),
        CallerKind::Role | CallerKind::ServiceLinkedRole => Some(Naming::Role),
        CallerKind::Root => Some(Naming::Account),
        _ => None,
    };
    if kind == "AWS"
        && let Some(naming) = own
    {
        names.push((caller.arn.to_string(), naming));
        names.extend(
            caller
                .session
                .iter()
                .map(|arn| (arn.to_string(), Naming::Session)),
        );
        names.push((caller.account.to_string(), Naming::Account));
        let partition = caller.arn.split(':').nth(1).unwrap_or("aws");
        names.push((
            format!("arn:{partition}:iam::{}:root", caller.account),
            Naming::Account,
        ));
    }
    let by_type = match caller.kind {
        CallerKind::Service => kind == "Service",
        CallerKind::Federated => kind == "Federated",
        _ => false,
    };
    if by_type {
        names.push((caller.arn.to_string(), Naming::Session));
    }
    names
}
