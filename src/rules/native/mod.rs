//! Questions that the closed list of declared checks cannot say: one file each, named by `native:` in the front matter of
//! a page.

mod account;
mod duties;
mod escalation;
mod exposed;
mod exposure;
mod identities;
mod identity;
mod managed;
mod statements;
mod transport;
mod trust;
mod watch;

use super::Subject;
use super::declared::Outcome;
use crate::catalog::Usage;

/// A question: true when all is well, false because of what its causes point at.
pub type Ask = fn(&Subject<'_>) -> Outcome;

/// The questions by name, sorted.
const QUESTIONS: &[(&str, Ask)] = &[
    ("escalation-lateral", escalation::no_lateral),
    ("escalation-path", escalation::no_path),
    ("escalation-takeover", escalation::no_takeover),
    ("exposed-data", exposed::data),
    ("group-asks-for-mfa", account::group_asks_for_mfa),
    ("group-has-user", identities::group_has_user),
    ("identity-assume-without-mfa", identity::assume_without_mfa),
    ("identity-invoke-any", identity::invoke_any),
    ("identity-no-such-action", identity::no_such_action),
    ("identity-not-action", |subject| {
        identity::not_action(subject, Usage::Identity)
    }),
    ("identity-not-resource", |subject| {
        identity::not_resource(subject, Usage::Identity)
    }),
    ("identity-whole-service", identity::whole_service),
    ("identity-wide", identity::wide_any),
    ("identity-wide-permissions", identity::wide_permissions),
    ("identity-wide-write", identity::wide_write),
    ("identity-wildcard-action", identity::wildcard_action),
    ("inline-policy", identities::inline_policy),
    ("key-of-administrator", escalation::key_of_administrator),
    ("lateral-data", exposed::lateral),
    ("login-profile-reset", identities::password_reset),
    ("managed-administrator", |subject| {
        managed::none_like(subject, &managed::ADMINISTRATOR)
    }),
    ("managed-full-access", |subject| {
        managed::none_like(subject, &managed::FULL_ACCESS)
    }),
    ("managed-iam-full", |subject| {
        managed::none_like(subject, &managed::IAM_FULL)
    }),
    ("managed-power-user", |subject| {
        managed::none_like(subject, &managed::POWER_USER)
    }),
    ("only-key", account::only_key),
    ("own-role", identities::own_role),
    ("privileged-role", managed::acts_as_privileged),
    ("resource-confused-deputy", exposure::confused_deputy),
    ("resource-no-principal", exposure::no_principal),
    ("resource-not-action", |subject| {
        identity::not_action(subject, Usage::Resource)
    }),
    ("resource-not-principal", |subject| {
        trust::not_principal(subject, Usage::Resource)
    }),
    ("resource-not-resource", |subject| {
        identity::not_resource(subject, Usage::Resource)
    }),
    ("resource-public", exposure::public),
    ("resource-public-delete", exposure::public_delete),
    ("resource-public-get", exposure::public_get),
    ("resource-public-list", exposure::public_list),
    ("resource-public-put", exposure::public_put),
    ("resource-public-restore", exposure::public_restore),
    ("resource-refuses-plain", transport::refuses_plain),
    ("resource-same-account", account::same_account),
    ("resource-wildcard-action", exposure::wildcard_action),
    ("search-public", exposure::search_public),
    ("separate-accounts", duties::accounts),
    ("separate-keys", duties::keys),
    ("trust-account", trust::account),
    ("trust-audience", trust::audience),
    ("trust-eks", trust::eks),
    ("trust-github", trust::github),
    ("trust-gitlab", trust::gitlab),
    ("trust-hcp", trust::hcp),
    ("trust-not-action", |subject| {
        identity::not_action(subject, Usage::Trust)
    }),
    ("trust-not-principal", |subject| {
        trust::not_principal(subject, Usage::Trust)
    }),
    ("trust-public", trust::public),
    ("trust-wildcard-action", trust::wildcard_action),
    ("user-console", identities::console),
    ("user-created", identities::exists),
    ("user-has-group", identities::user_has_group),
    ("user-policy", identities::user_policy),
    ("watched-bucket-policies", watch::bucket_policies),
    ("watched-failed-sign-in", watch::failed_sign_in),
    ("watched-gateways", watch::gateways),
    ("watched-identity-policies", watch::identity_policies),
    ("watched-keys", watch::keys),
    ("watched-network-acls", watch::network_acls),
    ("watched-networks", watch::networks),
    ("watched-organization", watch::organization),
    ("watched-recorder", watch::recorder),
    ("watched-root-use", watch::root_use),
    ("watched-routes", watch::routes),
    ("watched-security-groups", watch::security_groups),
    ("watched-sign-in-without-mfa", watch::sign_in_without_mfa),
    ("watched-trails", watch::trails),
    ("watched-unauthorized", watch::unauthorized),
];
/// The question of this name.
pub fn find(name: &str) -> Option<Ask> {
    let at = QUESTIONS
        .binary_search_by(|(own, _)| (*own).cmp(name))
        .ok()?;
    Some(QUESTIONS[at].1)
}

#[cfg(test)]
mod tests {
    use super::{QUESTIONS, find};
    use crate::rules::RuleSet;
    use crate::rules::declared::model::Check;

    fn natives<'c>(check: &'c Check, out: &mut Vec<&'c str>) {
        match check {
            Check::Native(name) => out.push(name),
            Check::All(checks) | Check::Any(checks) => {
                checks.iter().for_each(|check| natives(check, out));
            }
            Check::Not(check)
            | Check::Each(_, check)
            | Check::Some(_, check)
            | Check::Unless(_, check) => natives(check, out),
            _ => {}
        }
    }

    #[test]
    fn names_and_pages_agree() {
        assert!(
            QUESTIONS.is_sorted_by(|a, b| a.0 < b.0),
            "sorted, each once"
        );
        let mut asked = Vec::new();
        for rule in RuleSet::builtin().rules() {
            let before = asked.len();
            natives(&rule.check, &mut asked);
            for name in &asked[before..] {
                assert!(find(name).is_some(), "{}: no question `{name}`", rule.id);
            }
        }
        for (name, _) in QUESTIONS {
            assert!(asked.contains(name), "no page asks `{name}`");
        }
    }
}
