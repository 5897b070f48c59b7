//! One decision: whether a request is allowed, as AWS decides it.
//!
//! A request is concrete: who asks for which action on which resource, under which circumstances. Circumstances may be not
//! known; then the answer may be not known, because of their condition keys by name.
//!
//! Source: IAM User Guide, "Policy evaluation logic" and its parts about requests within an account, across accounts, session
//! policies, permissions boundaries, service and resource control policies; AWS KMS Developer Guide, "Key policies";
//! Amazon S3 User Guide, "Blocking public access".

mod caller;
mod context;
#[cfg(test)]
mod tests;

use ecow::EcoString;

use super::condition::narrows_callers;
use super::party::everyone;
use super::region::{Test, resource_pattern};
use super::{Document, Statement, any_of, has_action};
use crate::eval::{Truth, Value};
use crate::source::Span;

pub use caller::{Caller, CallerKind};
pub use context::Context;

use caller::Naming;

/// The policies that a request meets. What is not there does not take part.
#[derive(Debug, Clone, Default)]
pub struct Layers<'d> {
    /// The policies of the identity: its own, attached, of its groups.
    pub identity: Vec<&'d Document>,
    /// The policy of the resource.
    pub resource: Option<&'d Document>,
    /// The permissions boundary.
    pub boundary: Option<Vec<&'d Document>>,
    /// The session policies.
    pub session: Option<Vec<&'d Document>>,
    /// Service control policies, those of each level from the root to the account.
    pub scp: Vec<Vec<&'d Document>>,
    /// Resource control policies, likewise.
    pub rcp: Vec<Vec<&'d Document>>,
    /// The policy of the endpoint that the request goes through.
    pub endpoint: Option<&'d Document>,
    /// Whether S3 restricts a bucket with a public policy to its account.
    pub restrict_public: bool,
}

/// A request.
#[derive(Debug, Clone)]
pub struct Request {
    /// Who asks.
    pub caller: Caller,
    /// The action: `s3:GetObject`.
    pub action: EcoString,
    /// The ARN of the resource; `*` for actions that take none.
    pub resource: EcoString,
    /// The account of the resource.
    pub account: EcoString,
    /// The circumstances.
    pub context: Context,
}

/// A layer of the decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    /// The policies of the identity.
    Identity,
    /// The policy of the resource.
    Resource,
    /// The permissions boundary.
    Boundary,
    /// The session policies.
    Session,
    /// Service control policies.
    Scp,
    /// Resource control policies.
    Rcp,
    /// The policy of the endpoint.
    Endpoint,
}

/// What was decided.
#[derive(Debug, Clone)]
pub struct Decision {
    /// Whether it is allowed.
    pub truth: Truth,
    /// The statements that decide, with their layers: those that deny where it is denied, else those that allow.
    pub because: Vec<(Layer, Span)>,
    /// The condition keys that leave it open.
    pub residual: Vec<EcoString>,
}

/// What one layer says.
#[derive(Debug, Clone)]
struct Said {
    allows: Truth,
    denies: Truth,
    /// How a resource's policy names the caller where it allows.
    naming: Naming,
    allowing: Vec<Span>,
    denying: Vec<Span>,
    open: Vec<EcoString>,
}

/// Decides a request.
pub fn decide(layers: &Layers<'_>, request: &Request) -> Decision {
    let ask = |documents: &[&Document], principal: bool| said(documents, request, principal);
    let identity = ask(&layers.identity, false);
    let resource = layers.resource.map(|document| ask(&[document], true));
    let boundary = layers.boundary.as_ref().map(|own| ask(own, false));
    let session = layers.session.as_ref().map(|own| ask(own, false));
    let endpoint = layers.endpoint.map(|document| ask(&[document], true));
    let governed = request.caller.is_governed();
    let scp: Vec<Said> = match governed {
        true => layers.scp.iter().map(|level| ask(level, false)).collect(),
        false => Vec::new(),
    };
    let rcp: Vec<Said> = match request.caller.kind {
        CallerKind::ServiceLinkedRole => Vec::new(),
        _ => layers.rcp.iter().map(|level| ask(level, true)).collect(),
    };
    let mut all: Vec<(Layer, &Said)> = Vec::new();
    if request.caller.has_identity() {
        all.push((Layer::Identity, &identity));
        all.extend(boundary.iter().map(|own| (Layer::Boundary, own)));
        all.extend(session.iter().map(|own| (Layer::Session, own)));
    }
    all.extend(resource.iter().map(|own| (Layer::Resource, own)));
    all.extend(endpoint.iter().map(|own| (Layer::Endpoint, own)));
    all.extend(scp.iter().map(|own| (Layer::Scp, own)));
    all.extend(rcp.iter().map(|own| (Layer::Rcp, own)));
    let denied = Truth::any(all.iter().map(|(_, own)| own.denies));
    let above = Truth::all(
        scp.iter()
            .chain(&rcp)
            .chain(&endpoint)
            .map(|own| own.allows),
    );
    let granted = granted(
        layers,
        request,
        &identity,
        resource.as_ref(),
        boundary.as_ref(),
        session.as_ref(),
    );
    let truth = !denied & above & granted;
    let because = all.iter().flat_map(|(layer, own)| {
        let spans = if denied.is_true() {
            &own.denying
        } else {
            &own.allowing
        };
        spans.iter().map(|span| (*layer, *span))
    });
    let mut residual: Vec<EcoString> = match truth {
        Truth::Unknown => all
            .iter()
            .flat_map(|(_, own)| own.open.iter().cloned())
            .collect(),
        _ => Vec::new(),
    };
    residual.sort();
    residual.dedup();
    Decision {
        truth,
        because: because.collect(),
        residual,
    }
}

/// Whether the identity's and the resource's policies allow it together.
fn granted(
    layers: &Layers<'_>,
    request: &Request,
    identity: &Said,
    resource: Option<&Said>,
    boundary: Option<&Said>,
    session: Option<&Said>,
) -> Truth {
    let caller = &request.caller;
    let same = caller.account == request.account;
    let allows = |own: Option<&Said>| own.map_or(Truth::True, |own| own.allows);
    let (bounded, in_session) = (allows(boundary), allows(session));
    let by_resource = match resource {
        Some(own) if is_shut(layers, request, same) => own.allows & Truth::False,
        Some(own) => own.allows,
        None => Truth::False,
    };
    if !caller.has_identity() {
        return match caller.kind {
            // The root user may do everything in its account, but on a key or role whose policy does not say so.
            CallerKind::Root if same && !needs_resource(request) => Truth::True,
            CallerKind::Root if same => by_resource,
            CallerKind::Root => by_resource,
            _ => by_resource,
        };
    }
    let by_identity = identity.allows & bounded & in_session;
    if !same {
        return by_identity & by_resource;
    }
    // Who is named by itself needs nothing else; how it is named decides what limits it all the same.
    let named = match resource.map(|own| own.naming) {
        Some(Naming::Session) => by_resource,
        Some(Naming::User) => by_resource & in_session,
        Some(Naming::Role) => by_resource & bounded & in_session,
        Some(Naming::Account | Naming::Nobody) | None => Truth::False,
    };
    let delegated = match needs_resource(request) {
        // Without a word in the policy of a key, or in the trust policy of a role, no identity may.
        true => by_identity & by_resource,
        false => by_identity,
    };
    named | delegated
}

/// Whether the resource's own policy must let the caller in, whatever the identity's says.
fn needs_resource(request: &Request) -> bool {
    let action = request.action.to_ascii_lowercase();
    let key = action.starts_with("kms:") && request.resource.contains(":key/");
    key || action.starts_with("sts:assumerole")
}

/// Whether S3 shuts a public policy out: for everyone but the account's own and services.
fn is_shut(layers: &Layers<'_>, request: &Request, same: bool) -> bool {
    let service = matches!(request.caller.kind, CallerKind::Service);
    let public = layers.resource.is_some_and(|document| {
        document
            .statements
            .iter()
            .any(|own| (own.allows() & everyone(own).0 & !narrows_callers(own)).is_true())
    });
    layers.restrict_public && public && !same && !service
}

fn said(documents: &[&Document], request: &Request, principal: bool) -> Said {
    let mut said = Said {
        allows: Truth::False,
        denies: Truth::False,
        naming: Naming::Nobody,
        allowing: Vec::new(),
        denying: Vec::new(),
        open: Vec::new(),
    };
    for document in documents {
        for statement in &document.statements {
            let (named, naming) = match principal {
                true => caller::named(statement, &request.caller),
                false => (Truth::True, Naming::Nobody),
            };
            let about = named
                & has_action(statement, &request.action).0
                & is_about(statement, &request.resource, request);
            if about.is_false() {
                continue;
            }
            let (met, open) = context::met(statement, request);
            let holds = about & met;
            if holds.is_false() {
                continue;
            }
            said.open.extend(open);
            let (allows, denies) = (statement.allows() & holds, statement.denies() & holds);
            if !allows.is_false() {
                said.allowing.push(statement.span);
                if allows.is_true() {
                    said.naming = said.naming.max(naming);
                }
            }
            if !denies.is_false() {
                said.denying.push(statement.span);
            }
            said.allows = said.allows | allows;
            said.denies = said.denies | denies;
        }
        if document.rest.is_some() {
            said.allows = said.allows | Truth::Unknown;
            said.denies = said.denies | Truth::Unknown;
        }
    }
    said
}

/// Whether a statement is about a resource.
fn is_about(statement: &Statement, resource: &str, request: &Request) -> Truth {
    let means = |item: &Value| match item.as_text() {
        Some(text) => match context::filled(text, &request.context, &request.caller) {
            Ok(Some(text)) => Truth::from(resource_pattern(&text).matches(resource)),
            Ok(None) => Truth::False,
            Err(_) => Truth::Unknown,
        },
        None => super::value_covers(item, resource, false),
    };
    if statement.not_resources.written {
        return !any_of(&statement.not_resources, means).0;
    }
    if !statement.resources.written {
        // A trust policy is about its own role.
        return Truth::True;
    }
    any_of(&statement.resources, means).0
}

/// Whether a value passes a test, as text.
fn passes(test: &Test, value: &str) -> bool {
    match test {
        Test::Text(pattern) => pattern.matches(value),
        Test::Range(range) => super::region::time(value).is_some_and(|own| range.has(own)),
        Test::Network(network) => {
            super::region::network(value).is_some_and(|own| network.contains(&own.addr()))
        }
    }
}
