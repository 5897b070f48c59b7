//! Who becomes whom: what an identity gains by what its statements take.
//!
//! A [`Capability`] says which actions, on which resource, lead to whose permissions: something new that runs as a role
//! that is passed to it, something that runs as a role already and is changed or entered, credentials of another identity,
//! or more permissions for oneself. A step leads from an identity to what it gains; where the target has nothing that the
//! source lacks there is none. Steps are edges: paths of several can be walked along them.

mod capability;

use ecow::EcoString;

use super::identity::{GROUP, Identities, Identity, May, ROLE, USER};
use super::party::{any_principal, is_account};
use super::target::Target;
use super::weigh::{self, has_text};
use super::{On, action};
use crate::catalog::{Catalog, Usage};
use crate::eval::{Truth, Value, Why};
use crate::graph::{Graph, ResourceId};
use crate::policy::held::held;

pub use capability::{Capability, Does, all};

/// What a step leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gain {
    /// Any identity of the account that the capability is about, the administrators too.
    Any,
    /// What the account's resources of a kind run as, none of which is here to say that it matters.
    Outside,
    /// Whatever policy it writes for itself.
    Own,
    /// The permissions of an identity that is declared here.
    Of(ResourceId),
}

/// A step from an identity to what it gains.
#[derive(Debug, Clone)]
pub struct Step {
    /// The capability, by its place in [`all`].
    pub capability: usize,
    /// Whether it may be taken.
    pub truth: Truth,
    /// What it leads to.
    pub gain: Gain,
    /// Whether what is gained amounts to everything.
    pub everything: Truth,
    /// The resource that the first action is on.
    pub on: Option<ResourceId>,
    /// The values that allow it.
    pub values: Vec<Value>,
    /// Why it is not known.
    pub why: Option<Why>,
}

/// The graph and its identities, to ask for steps.
pub struct Reach<'g> {
    graph: &'g Graph,
    catalog: &'g Catalog,
    identities: &'g Identities,
}

impl<'g> Reach<'g> {
    /// Of a graph.
    pub fn new(graph: &'g Graph, catalog: &'g Catalog) -> Self {
        Self {
            graph,
            catalog,
            identities: Identities::of(graph, catalog),
        }
    }

    /// The steps of an identity, those of every capability; none of one that may do everything anyway.
    pub fn steps<'s>(&self, source: &'s Identity) -> &'s [Step] {
        let steps: &Vec<Step> = source.remembered.get(|| self.steps_of(source));
        steps
    }

    fn steps_of(&self, source: &Identity) -> Vec<Step> {
        if source.is_administrator().truth.is_true() {
            return Vec::new();
        }
        let each = all().iter().enumerate();
        each.flat_map(|(at, own)| self.by(source, at, own))
            .collect()
    }

    fn by(&self, source: &Identity, at: usize, own: &Capability) -> Vec<Step> {
        // Most identities have nothing to do with most capabilities.
        let given = match own.does {
            Does::New(service) => vec![has_text("iam:passedtoservice", service)],
            _ => Vec::new(),
        };
        let needs = own.needs();
        let some: Vec<May> = needs
            .iter()
            .map(|need| source.may(need, On::Some, &given))
            .collect();
        let possible = Truth::all(some.iter().map(|may| may.truth));
        if possible.is_false() {
            return Vec::new();
        }
        let step =
            |truth: Truth, gain: Gain, everything: Truth, on: Option<ResourceId>, first: May| {
                let others = some.iter().skip(1);
                let why = first
                    .why
                    .or_else(|| others.clone().find_map(|may| may.why.clone()));
                let mut values = first.values;
                values.extend(others.flat_map(|may| may.values.clone()));
                Step {
                    capability: at,
                    truth,
                    gain,
                    everything,
                    on,
                    values,
                    why: truth.is_unknown().then(|| why.unwrap_or(Why::Condition)),
                }
            };
        let rest = Truth::all(some.iter().skip(1).map(|may| may.truth));
        let every = source.may(needs[0], On::EveryOf(own.does.first_on()), &given);
        let mut steps = Vec::new();
        if let Some(gain) = gain_on_every(own) {
            let truth = rest & every.truth;
            let everything = match gain {
                Gain::Outside => Truth::Unknown,
                _ => Truth::True,
            };
            let enough = every.truth.is_true() && gain != Gain::Outside;
            if !truth.is_false() {
                steps.push(step(truth, gain, everything, None, every));
            }
            if enough {
                return steps;
            }
        }
        // What is taken over wherever it is needs no names but those of administrators.
        let anywhere = steps.iter().any(|own| own.truth.is_true());
        for (on, gain, also) in self.targets(source, own) {
            let Some(target) = Target::of(on, self.graph, self.catalog) else {
                continue;
            };
            let target = if on == source.id {
                target.caller()
            } else {
                target
            };
            let first = source.may(needs[0], On::One(&target), &given);
            let truth = first.truth & rest & also;
            if truth.is_false() {
                continue;
            }
            let everything = self.amounts_to_everything(source, &gain);
            let more = match everything.is_false() {
                true => self.is_more(source, &gain),
                false => Truth::True,
            };
            if !more.is_false() {
                let truth = truth & more;
                let asks = own.needs().first() == Some(&"sts:AssumeRole") && !everything.is_true();
                let told = anywhere && !everything.is_true();
                if !asks && !told {
                    steps.push(step(truth, gain, everything, Some(on), first));
                }
            }
        }
        steps.sort_by_key(|own| (own.truth.is_unknown(), !own.everything.is_true()));
        steps
    }

    /// What a capability may be about, what that gains, and what must hold besides.
    fn targets(&self, source: &Identity, own: &Capability) -> Vec<(ResourceId, Gain, Truth)> {
        let of_kind = |kind: &str| self.graph.of_kind(kind).to_vec();
        let own_kind = self.graph.resource(source.id).kind.as_str();
        match own.does {
            Does::New(service) => of_kind(ROLE)
                .into_iter()
                .filter(|role| *role != source.id)
                .map(|role| (role, Gain::Of(role), self.trusts_service(role, service)))
                .filter(|(.., trust)| !trust.is_false())
                .collect(),
            Does::Take(kind) => {
                let all = of_kind(kind).into_iter();
                all.flat_map(|taken| {
                    let roles = self.runs_as(taken);
                    roles
                        .into_iter()
                        .map(move |role| (taken, Gain::Of(role), Truth::True))
                })
                .filter(|(_, gain, _)| *gain != Gain::Of(source.id))
                .collect()
            }
            Does::Become(kind) => of_kind(kind)
                .into_iter()
                .filter(|other| *other != source.id)
                .map(|other| {
                    let also = match own.actions[0] {
                        "sts:AssumeRole" => self.lets_in(other, source).0,
                        _ => Truth::True,
                    };
                    (other, Gain::Of(other), also)
                })
                .filter(|(.., also)| !also.is_false())
                .collect(),
            Does::Raise(kind) if kind == own_kind => {
                let others = if kind == GROUP {
                    Vec::new()
                } else {
                    of_kind(kind)
                };
                let others = others.into_iter().filter(|other| *other != source.id);
                let others = others.map(|other| {
                    let also = match kind == ROLE {
                        true => self.can_assume(source, other),
                        false => self.can_become(source, other),
                    };
                    (other, Gain::Own, also)
                });
                let all = std::iter::once((source.id, Gain::Own, Truth::True)).chain(others);
                all.filter(|(.., also)| !also.is_false()).collect()
            }
            Does::Raise(kind) if kind == ROLE => of_kind(ROLE)
                .into_iter()
                .map(|role| (role, Gain::Own, self.can_assume(source, role)))
                .filter(|(.., also)| !also.is_false())
                .collect(),
            Does::Raise(kind) if kind == USER => of_kind(USER)
                .into_iter()
                .map(|user| (user, Gain::Own, self.can_become(source, user)))
                .filter(|(.., also)| !also.is_false())
                .collect(),
            Does::Raise(kind) if kind == GROUP => source
                .groups
                .iter()
                .map(|group| (*group, Gain::Own, Truth::True))
                .collect(),
            Does::Raise(_) => {
                let own = source
                    .policies
                    .iter()
                    .map(|policy| (*policy, Gain::Own, Truth::True));
                let roles = self.identities.iter().filter(|other| {
                    other.id != source.id && self.graph.resource(other.id).kind == ROLE
                });
                let others = roles
                    .filter(|other| !other.policies.is_empty())
                    .flat_map(|other| {
                        let also = self.can_assume(source, other.id);
                        other
                            .policies
                            .iter()
                            .map(move |policy| (*policy, Gain::Own, also))
                    });
                own.chain(others)
                    .filter(|(.., also)| !also.is_false())
                    .collect()
            }
            Does::Join if own_kind == USER || own_kind == ROLE => of_kind(GROUP)
                .into_iter()
                .filter(|group| !source.groups.contains(group))
                .map(|group| (group, Gain::Of(group), Truth::from(own_kind == USER)))
                .filter(|(.., also)| !also.is_false())
                .collect(),
            Does::Join => Vec::new(),
            Does::Loosen(kind) if kind == own_kind && source.boundary.is_some() => {
                vec![(source.id, Gain::Own, self.unbounded_is_more(source))]
            }
            Does::Loosen(_) => Vec::new(),
        }
    }

    /// Whether it would be an administrator without its boundary.
    fn unbounded_is_more(&self, source: &Identity) -> Truth {
        let documents = source.documents();
        let found = super::grants(&documents, "iam:*", On::Every);
        let open = documents.iter().any(|own| own.rest.is_some());
        let open = if open { Truth::Unknown } else { Truth::False };
        Truth::any(found.iter().map(|grant| grant.truth)) | open
    }

    fn amounts_to_everything(&self, _: &Identity, gain: &Gain) -> Truth {
        match gain {
            Gain::Any | Gain::Own => Truth::True,
            Gain::Outside => Truth::Unknown,
            Gain::Of(other) => self
                .identities
                .get(*other)
                .map_or(Truth::False, |other| other.is_administrator().truth),
        }
    }

    /// Whether what is gained has something that matters and that the source lacks: something that it may write or whose
    /// contents it may read, beyond what every function and machine writes about itself.
    fn is_more(&self, source: &Identity, gain: &Gain) -> Truth {
        let Gain::Of(other) = gain else {
            return Truth::True;
        };
        let Some(other) = self.identities.get(*other) else {
            return Truth::False;
        };
        let statements = other.held.iter().flat_map(|held| &held.document.statements);
        let allowed = statements.filter(|own| own.allows().is_true());
        let actions =
            allowed.flat_map(|own| own.actions.items.iter().filter_map(|own| own.as_text()));
        // What it may do for sure and the source perhaps cannot.
        Truth::any(actions.filter(|text| matters(text)).map(|text| {
            let has = other.may(text, On::Some, &[]).truth.is_true();
            Truth::from(has) & !source.may(text, On::Some, &[]).truth
        }))
    }

    /// The roles that something runs as.
    fn runs_as(&self, id: ResourceId) -> Vec<ResourceId> {
        let mut roles = Vec::new();
        let mut waiting = vec![(id, 0)];
        while let Some((at, depth)) = waiting.pop() {
            for edge in self.graph.outgoing(at) {
                // What takes a role names it, whatever the attribute; an instance names a profile, the profile its role.
                let kind = self.graph.resource(edge.to).kind.as_str();
                if kind == ROLE {
                    roles.push(edge.to);
                } else if depth < 2
                    && kind.ends_with("iam.instance_profile")
                        | kind.ends_with("_iam_instance_profile")
                {
                    waiting.push((edge.to, depth + 1));
                }
            }
        }
        roles.sort_unstable();
        roles.dedup();
        roles
    }

    /// Whether a role trusts a service.
    fn trusts_service(&self, role: ResourceId, service: &str) -> Truth {
        let held = held(self.graph.resource(role), self.graph, self.catalog);
        let trusts = held.iter().filter(|held| held.usage == Usage::Trust);
        Truth::any(trusts.map(|held| {
            let own = held.document.statements.iter().map(|statement| {
                let is_service = |own: &&super::Principal| own.kind == "Service";
                let named = any_principal(statement, is_service, |value| {
                    value.test_text(|text| text.eq_ignore_ascii_case(service))
                });
                statement.allows() & named.0 & super::has_action(statement, "sts:AssumeRole").0
            });
            let sure = Truth::any(own);
            if held.document.rest.is_some() {
                sure | Truth::Unknown
            } else {
                sure
            }
        }))
    }

    /// Whether the trust policy of a role lets an identity in: first by itself or by its account, second by itself, so that
    /// it needs no permission of its own (IAM User Guide, "Policy evaluation logic": a role's trust policy that names a
    /// principal of the same account).
    fn lets_in(&self, role: ResourceId, source: &Identity) -> (Truth, Truth) {
        let Some(caller) = Target::of(source.id, self.graph, self.catalog) else {
            return (Truth::False, Truth::False);
        };
        let held = held(self.graph.resource(role), self.graph, self.catalog);
        let (mut any, mut named) = (Truth::False, Truth::False);
        for statement in held
            .iter()
            .filter(|held| held.usage == Usage::Trust)
            .flat_map(|held| &held.document.statements)
        {
            let aws = |own: &&super::Principal| matches!(own.kind.as_str(), "AWS" | "*");
            let one = any_principal(statement, aws, |value| caller.is_meant_by(value)).0;
            let account = any_principal(statement, aws, |value| {
                let number = |text: &str| {
                    text.split([':', '/'])
                        .any(|own| own.len() == 12 && own.parse::<u64>().is_ok())
                };
                match value.as_text().is_some_and(number) {
                    true => Truth::False,
                    false => is_account(value) | value.equals_text("*"),
                }
            });
            let narrow = weigh::narrows(statement, "sts:AssumeRole", &[]).truth;
            let allows =
                statement.allows() & super::has_action(statement, "sts:AssumeRole").0 & !narrow;
            named = named | (allows & one);
            any = any | (allows & (one | account.0));
        }
        (any, named)
    }

    /// Whether an identity may take a role.
    fn can_assume(&self, source: &Identity, role: ResourceId) -> Truth {
        let (any, named) = self.lets_in(role, source);
        if named.is_true() {
            return named;
        }
        let Some(target) = Target::of(role, self.graph, self.catalog) else {
            return named;
        };
        // Who writes the trust policy lets itself in.
        let may = |action: &str| source.may(action, On::One(&target), &[]).truth;
        named | may("iam:UpdateAssumeRolePolicy") | (any & may("sts:AssumeRole"))
    }

    /// Whether an identity may get the credentials of a user: its own it has.
    fn can_become(&self, source: &Identity, user: ResourceId) -> Truth {
        if user == source.id {
            return Truth::True;
        }
        let Some(target) = Target::of(user, self.graph, self.catalog) else {
            return Truth::False;
        };
        let ways = [
            "iam:CreateAccessKey",
            "iam:CreateLoginProfile",
            "iam:UpdateLoginProfile",
        ];
        Truth::any(ways.map(|way| source.may(way, On::One(&target), &[]).truth))
    }
}

/// What a capability gains whose first action may be on every resource; none where that alone gains nothing. Who may
/// write policies, make credentials or pass roles as it likes has a way to any identity of the account. Who may enter
/// whatever there is of a kind becomes what that runs as, which the account decides and not these policies. A boundary
/// is in the way only of who has one, and a single role that anybody may take is told where the statement stands.
fn gain_on_every(own: &Capability) -> Option<Gain> {
    match own.does {
        Does::Raise(_) => Some(Gain::Own),
        Does::Take(_) => Some(Gain::Outside),
        Does::Loosen(_) => None,
        Does::Become(_) if own.actions[0] == "sts:AssumeRole" => None,
        Does::New(_) | Does::Become(_) | Does::Join => Some(Gain::Any),
    }
}

impl Step {
    /// What a message says of it: the actions, on what, and what is gained.
    pub fn said(&self, graph: &Graph) -> EcoString {
        let own = &all()[self.capability];
        let actions = own.needs().join(", ");
        let on = match self.on {
            Some(id) => format!(" on {}", graph.resource(id).address),
            None => " on every resource".to_owned(),
        };
        let gain = match (&self.gain, self.everything) {
            (Gain::Any, _) => own.does.anybody(),
            (Gain::Outside, _) => "the permissions of whatever role it runs as".to_owned(),
            (Gain::Own, _) => "whatever it grants itself".to_owned(),
            (Gain::Of(id), Truth::True) => {
                format!("everything, as {}", graph.resource(*id).address)
            }
            (Gain::Of(id), _) => format!("the permissions of {}", graph.resource(*id).address),
        };
        format!("{actions}{on} gains {gain}").into()
    }
}

/// Whether a pattern of actions has one that matters to whoever gains it: one that writes, manages permissions or reads what
/// is stored. What functions and machines write about themselves does not.
fn matters(pattern: &str) -> bool {
    const TELEMETRY: [&str; 8] = [
        "logs:",
        "xray:",
        "cloudwatch:",
        "ec2messages:",
        "ssmmessages:",
        "ec2:createnetworkinterface",
        "ec2:deletenetworkinterface",
        "ssm:updateinstanceinformation",
    ];
    const STORED: [&str; 8] = [
        "s3:getobject",
        "secretsmanager:getsecretvalue",
        "ssm:getparameter",
        "dynamodb:getitem",
        "dynamodb:scan",
        "dynamodb:query",
        "kms:decrypt",
        "sts:assumerole",
    ];
    let lower = pattern.to_ascii_lowercase();
    if TELEMETRY.iter().any(|own| lower.starts_with(own)) {
        return false;
    }
    action::expand(pattern).any(|own| {
        let name = own.to_string().to_ascii_lowercase();
        matches!(
            own.level(),
            action::Level::Write | action::Level::Permissions
        ) || STORED.iter().any(|stored| name.starts_with(stored))
    })
}
