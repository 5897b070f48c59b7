//! Whether the policy documents of a resource grant actions.

use super::model::Grants;
use super::outcome::{Outcome, Witness};
use crate::catalog::Usage;
use crate::eval::{Truth, Why};
use crate::policy::reach::{self, Does, Gain, Step};
use crate::policy::{self, Grant, On};
use crate::rules::{Held, Subject};

/// True because of the statements that grant them.
pub(super) fn ask(wanted: &Grants, subject: &Subject<'_>) -> Outcome {
    if wanted.effective {
        return escalates(wanted, subject);
    }
    let held: Vec<&Held> = subject.documents(Usage::Identity).collect();
    let on = if wanted.every { On::Every } else { On::Some };
    let all = wanted.actions.iter().any(|action| action == "*");
    if !all && !wanted.administrators && is_administrator(&held) {
        // Who may do everything gains nothing by a detour; another rule says so.
        return Outcome {
            truth: Truth::False,
            causes: Vec::new(),
        };
    }
    let each = wanted.actions.iter().map(|action| {
        let outcome = granted(&held, action, on);
        let left = match outcome.truth {
            Truth::False => Truth::True,
            _ => subject.is_left_by_boundaries(action),
        };
        within(outcome, left)
    });
    if wanted.one {
        Outcome::any(each)
    } else {
        Outcome::all(each)
    }
}

/// What a document grants, as far as a boundary leaves it.
fn within(outcome: Outcome, left: Truth) -> Outcome {
    let truth = outcome.truth & left;
    let mut causes = if truth.is_false() {
        Vec::new()
    } else {
        outcome.causes
    };
    if truth.is_unknown() {
        let open = causes.iter_mut().flatten().filter(|own| own.why.is_none());
        open.for_each(|own| own.why = Some(Why::Condition));
    }
    Outcome { truth, causes }
}

/// True because of a step by which an identity gains everything, or whatever something runs as, with exactly these actions.
fn escalates(wanted: &Grants, subject: &Subject<'_>) -> Outcome {
    let same = |step: &&Step| {
        let needs = reach::all()[step.capability].needs();
        needs.len() == wanted.actions.len()
            && needs
                .iter()
                .all(|need| wanted.actions.iter().any(|own| own == need))
    };
    let steps = subject.steps().iter().filter(same);
    // A page about taking over speaks of whatever there is; an administrator by name is told as a path.
    let steps = steps.filter(|step| match reach::all()[step.capability].does {
        Does::Take(_) => step.gain == Gain::Outside,
        _ => !step.everything.is_false(),
    });
    by_step(steps, subject)
}

/// True because of the first of some steps.
pub(in crate::rules) fn by_step<'s>(
    mut steps: impl Iterator<Item = &'s Step>,
    subject: &Subject<'_>,
) -> Outcome {
    let Some(step) = steps.next() else {
        return Outcome {
            truth: Truth::False,
            causes: Vec::new(),
        };
    };
    let said = step.said(subject.graph);
    let unknown = step.truth.is_unknown();
    let witnesses = step.values.iter().map(|value| {
        let why = unknown.then(|| step.why.clone().unwrap_or(Why::Condition));
        Witness {
            why,
            ..Witness::of(value).saying(said.clone())
        }
    });
    let cause = by_identity(vec![witnesses.collect()], subject);
    Outcome {
        truth: step.truth,
        causes: vec![cause],
    }
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
        let said = witnesses.first().and_then(|own| own.detail.clone());
        let why = witnesses.first().and_then(|own| own.why.clone());
        witnesses.insert(
            0,
            Witness {
                why,
                detail: said,
                ..Witness::absent(None)
            },
        );
    }
    witnesses
}

/// Whether everything is granted anyway.
fn is_administrator(held: &[&Held]) -> bool {
    let documents: Vec<_> = held.iter().map(|held| &held.document).collect();
    let found = policy::grants(&documents, "*", On::Every);
    found.first().is_some_and(|grant| grant.truth.is_true())
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
