//! Who may assume a role.

use super::statements::{Bad, judge};
use crate::catalog::Usage;
use crate::eval::{Data, Truth, Value};
use crate::policy::condition::{asks_for, narrows_callers};
use crate::policy::federation::{self, Provider};
use crate::policy::operator::Operator;
use crate::policy::party::{any_principal, everyone, is_account};
use crate::policy::{Principal, Statement, closed_to_strangers, has_action};
use crate::rules::Subject;
use crate::rules::declared::Outcome;

/// Everyone, and nothing narrows it.
pub(super) fn public(subject: &Subject<'_>) -> Outcome {
    judge(subject, Usage::Trust, |held, statement| {
        let closed = closed_to_strangers(&held.document, statement, "sts:AssumeRole");
        vec![Bad::new(everyone(statement)).and(statement.allows() & !closed)]
    })
}

/// Every principal of an account, and nothing narrows it.
pub(super) fn account(subject: &Subject<'_>) -> Outcome {
    judge(subject, Usage::Trust, |_, statement| {
        let aws = |own: &&Principal| own.kind == "AWS";
        let asks = asks_for(
            statement,
            &[
                "sts:externalid",
                "aws:multifactorauthpresent",
                "aws:multifactorauthage",
                "aws:principaltag/*",
                "aws:principaltype",
                "sts:sourceidentity",
            ],
        ) & has_values(statement);
        let narrow = asks | narrows_callers(statement);
        vec![Bad::new(any_principal(statement, aws, is_account)).and(statement.allows() & !narrow)]
    })
}

/// Whether no condition compares with the empty text, which every caller may send.
fn has_values(statement: &Statement) -> Truth {
    let empty = |value: &Value| value.equals_text("");
    !Truth::any(
        statement
            .conditions
            .iter()
            .flat_map(|condition| condition.values.items.iter().map(empty)),
    )
}

/// More actions than taking the role.
pub(super) fn wildcard_action(subject: &Subject<'_>) -> Outcome {
    judge(subject, Usage::Trust, |_, statement| {
        let wild = |item: &Value| Bad {
            truth: item.has_text("*") & statement.allows(),
            own: item.has_text("*"),
            value: Some(item.clone()),
            place: None,
            detail: item.as_text().unwrap_or_default().to_owned(),
        };
        statement.actions.items.iter().map(wild).collect()
    })
}

/// Everyone but some.
pub(super) fn not_principal(subject: &Subject<'_>, usage: Usage) -> Outcome {
    judge(subject, usage, |_, statement| {
        let first = statement.not_principals.first();
        let items = first.map(|own| own.members.items.as_slice());
        let written = Truth::from(first.is_some());
        vec![Bad::element(
            written & statement.allows(),
            statement.not_principal,
            items.unwrap_or_default(),
        )]
    })
}

/// GitHub Actions of every organisation.
pub(super) fn github(subject: &Subject<'_>) -> Outcome {
    federated(subject, &federation::GITHUB)
}

/// GitLab pipelines of every group.
pub(super) fn gitlab(subject: &Subject<'_>) -> Outcome {
    federated(subject, &federation::GITLAB)
}

/// Workspaces of every organisation of HCP.
pub(super) fn hcp(subject: &Subject<'_>) -> Outcome {
    federated(subject, &federation::HCP)
}

/// Every service account of a cluster.
pub(super) fn eks(subject: &Subject<'_>) -> Outcome {
    federated(subject, &federation::EKS)
}

fn federated(subject: &Subject<'_>, provider: &Provider) -> Outcome {
    judge(subject, Usage::Trust, |_, statement| {
        let by_name = any_principal(statement, is_federated, |value| {
            value.ask(|own| match own.as_text() {
                Some(text) => Truth::from(text.contains(provider.host)),
                None => provider.may_be(own),
            })
        });
        // A provider that is declared here has no name yet; its claims name it.
        let claimed = keys(statement).any(|key| key.starts_with(provider.host));
        let referred = any_principal(statement, is_federated, |value| {
            let declared = matches!(value.resolved().data, Data::Reference(_));
            Truth::from(declared && claimed)
        });
        let (is_provider, value) = if referred.0.is_true() {
            referred
        } else {
            by_name
        };
        let fixed = Truth::any(
            statement
                .conditions
                .iter()
                .map(|condition| provider.is_fixed_by(condition)),
        );
        let fixed = match &statement.conditions_rest {
            Some(_) => fixed | Truth::Unknown,
            None => fixed,
        };
        vec![Bad::new((is_provider, value)).and(statement.allows() & !fixed)]
    })
}

fn is_federated(own: &&Principal) -> bool {
    own.kind == "Federated"
}

fn keys(statement: &Statement) -> impl Iterator<Item = String> {
    statement
        .conditions
        .iter()
        .map(|condition| condition.key.to_ascii_lowercase().to_string())
}

/// Whether it is told who is meant: a name, or a resource that is declared here.
pub(super) fn is_known(value: &Value) -> Truth {
    value.ask(|_| Truth::True)
}

/// Tokens of an identity provider, whoever they were made for.
pub(super) fn audience(subject: &Subject<'_>) -> Outcome {
    judge(subject, Usage::Trust, |_, statement| {
        let web = has_action(statement, "sts:AssumeRoleWithWebIdentity").0;
        let (is_oidc, value) = any_principal(statement, is_federated, is_known);
        let asked = Truth::any(statement.conditions.iter().map(|condition| {
            let key = condition.key.to_ascii_lowercase();
            let claim = key.rsplit_once(':').map(|(_, claim)| claim.to_owned());
            let narrow = matches!(
                claim.as_deref(),
                Some("aud" | "sub" | "amr" | "azp" | "app_id" | "user_id")
            );
            let operator = Operator::read(&condition.operator);
            Truth::from(narrow && !operator.negated && !operator.if_exists)
        }));
        let asked = match &statement.conditions_rest {
            Some(_) => asked | Truth::Unknown,
            None => asked,
        };
        vec![Bad::new((is_oidc, value)).and(web & statement.allows() & !asked)]
    })
}
