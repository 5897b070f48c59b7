//! Identity providers of many customers: how their tokens say whose they are.
//!
//! Sources: GitHub Docs, "Configuring OpenID Connect in Amazon Web Services"; GitLab Docs, "Configure OpenID Connect in AWS";
//! HCP Terraform documentation, "Dynamic credentials with the AWS provider"; Amazon EKS User Guide, "IAM roles for service
//! accounts".

use super::Condition;
use super::operator::{Compare, Operator};
use crate::eval::{Data, Piece, Truth, Value};

/// An identity provider of many customers, and how its tokens say whose they are.
pub struct Provider {
    /// A part of its address.
    pub host: &'static str,
    /// The claims that name the owner.
    pub claims: &'static [&'static str],
    /// What stands before the name of the owner in `sub`.
    pub lead: &'static str,
}

/// GitHub Actions.
pub const GITHUB: Provider = Provider {
    host: "token.actions.githubusercontent.com",
    claims: &[
        "sub",
        "repository",
        "repository_owner",
        "repository_id",
        "repository_owner_id",
        "job_workflow_ref",
    ],
    lead: "repo:",
};
/// GitLab pipelines.
pub const GITLAB: Provider = Provider {
    host: "gitlab.com",
    claims: &[
        "sub",
        "namespace_path",
        "namespace_id",
        "project_path",
        "project_id",
    ],
    lead: "project_path:",
};
/// Workspaces of HCP Terraform.
pub const HCP: Provider = Provider {
    host: "app.terraform.io",
    claims: &["sub"],
    lead: "organization:",
};
/// Service accounts of EKS clusters.
pub const EKS: Provider = Provider {
    host: "oidc.eks.",
    claims: &["sub"],
    lead: "system:serviceaccount:",
};

impl Provider {
    /// Whether a principal that is not known in full is this provider.
    pub fn may_be(&self, value: &Value) -> Truth {
        match &value.data {
            Data::Template(template) => Truth::from(
                template
                    .pieces
                    .iter()
                    .any(|piece| matches!(piece, Piece::Text(text, _) if text.contains(self.host))),
            ),
            _ => Truth::False,
        }
    }

    /// Whether a condition names the owner of the tokens: the claim, and no wildcard where the owner stands.
    pub fn is_fixed_by(&self, condition: &Condition) -> Truth {
        let operator = Operator::read(&condition.operator);
        let key = condition.key.to_ascii_lowercase();
        let Some((host, claim)) = key.rsplit_once(':') else {
            return Truth::False;
        };
        let about = host.contains(self.host.trim_end_matches('.'))
            || (self.host == EKS.host && claim == "sub");
        if !about || !self.claims.contains(&claim) {
            return Truth::False;
        }
        if operator.negated || operator.if_exists || operator.for_all {
            return Truth::False;
        }
        let named = |text: &str| {
            let rest = text.strip_prefix(self.lead).unwrap_or(text);
            let owner = rest.split(['/', ':']).next().unwrap_or_default();
            !owner.is_empty() && !owner.contains(['*', '?'])
        };
        match operator.compare {
            // Whatever the text is, it is one.
            Compare::Exact(_) => Truth::all(condition.values.items.iter().map(|value| {
                value.ask(|own| {
                    own.as_text()
                        .map_or(Truth::True, |text| Truth::from(named(text)))
                })
            })),
            Compare::Pattern => Truth::all(
                condition
                    .values
                    .items
                    .iter()
                    .map(|value| head(value, &named)),
            ),
            _ => Truth::False,
        }
    }
}

/// Asks of the known front of a text.
fn head(value: &Value, named: &dyn Fn(&str) -> bool) -> Truth {
    value.ask(|own| match &own.data {
        Data::Template(template) if template.text.is_none() => match template.pieces.first() {
            Some(Piece::Text(text, _)) if text.contains('/') => Truth::from(named(text)),
            _ => Truth::Unknown,
        },
        _ => own.test_text(named),
    })
}
