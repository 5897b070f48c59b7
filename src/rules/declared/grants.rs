//! Whether the policy documents of a resource grant actions.

use super::model::Grants;
use super::outcome::{Outcome, Witness};
use crate::catalog::Usage;
use crate::eval::{Truth, Why};
use crate::policy::{self, Grant, On};
use crate::rules::{Held, Subject};

/// True because of the statements that grant them.
pub(super) fn ask(wanted: &Grants, subject: &Subject<'_>) -> Outcome {
    let held: Vec<&Held> = if wanted.effective {
        subject.effective().iter().collect()
    } else {
        subject.documents(Usage::Identity).collect()
    };
    let on = if wanted.every { On::Every } else { On::Some };
    let all = wanted.actions.iter().any(|action| action == "*");
    if !all && !wanted.administrators && is_administrator(&held, wanted.effective) {
        // Who may do everything gains nothing by a detour; another rule says so.
        return Outcome {
            truth: Truth::False,
            causes: Vec::new(),
        };
    }
    let each = wanted
        .actions
        .iter()
        .map(|action| granted(&held, action, on));
    let mut outcome = if wanted.one {
        Outcome::any(each)
    } else {
        Outcome::all(each)
    };
    if wanted.effective && outcome.truth.is_true() {
        outcome.causes = vec![by_identity(outcome.causes, subject)];
    }
    outcome
}

/// One cause: what grants it. What stands in another resource is told beside the header of this one.
fn by_identity(causes: Vec<Vec<Witness>>, subject: &Subject<'_>) -> Vec<Witness> {
    let mut witnesses: Vec<Witness> = causes.into_iter().flatten().collect();
    let own = subject.resource.span;
    let inside = witnesses
        .first()
        .and_then(Witness::span)
        .is_some_and(|span| {
            span.source == own.source && own.start <= span.start && span.end <= own.end
        });
    if !inside {
        witnesses.insert(0, Witness::absent(None));
    }
    witnesses
}

/// Whether everything is granted anyway; to an identity also where it can grant itself everything.
fn is_administrator(held: &[&Held], identity: bool) -> bool {
    let documents: Vec<_> = held.iter().map(|held| &held.document).collect();
    let everything: &[&str] = if identity { &["*", "iam:*"] } else { &["*"] };
    everything.iter().any(|all| {
        let found = policy::grants(&documents, all, On::Every);
        found.first().is_some_and(|grant| grant.truth.is_true())
    })
}

fn granted(held: &[&Held], action: &str, on: On) -> Outcome {
    let documents: Vec<_> = held.iter().map(|held| &held.document).collect();
    let found = policy::grants(&documents, action, on);
    let sure: Vec<_> = found.iter().filter(|grant| grant.truth.is_true()).collect();
    if !sure.is_empty() {
        let causes = sure.iter().map(|grant| vec![witness(grant, action)]);
        return Outcome {
            truth: Truth::True,
            causes: causes.collect(),
        };
    }
    if let Some(grant) = found.first() {
        return Outcome::new(Truth::Unknown, witness(grant, action));
    }
    let unsure = held
        .iter()
        .find_map(|held| Some((held, held.document.rest.clone()?)));
    match unsure {
        Some((held, why)) => Outcome::unknown(&held.value, why),
        None => Outcome {
            truth: Truth::False,
            causes: Vec::new(),
        },
    }
}

fn witness(grant: &Grant<'_>, action: &str) -> Witness {
    let witness = match &grant.member {
        Some(member) => Witness::of(member),
        None => Witness::absent(Some(grant.statement.span)),
    };
    let why = grant
        .truth
        .is_unknown()
        .then(|| grant.why.clone().unwrap_or(Why::Condition));
    Witness { why, ..witness }.saying(action)
}
