//! Ways to more than was given that no rule of their own tells, and what identities are in effect.

use std::sync::LazyLock;

use crate::catalog::Relation;
use crate::eval::{Truth, Why};
use crate::graph::ResourceId;
use crate::policy::reach::{self, Does, Gain, Step};
use crate::rules::declared::model::Check;
use crate::rules::declared::{Outcome, Witness, by_step};
use crate::rules::{RuleSet, Subject};

/// The sets of actions that a rule of their own tells, each sorted.
static TOLD: LazyLock<Vec<Vec<String>>> = LazyLock::new(|| {
    let mut told = Vec::new();
    for rule in RuleSet::builtin().rules() {
        collect(&rule.check, &mut told);
    }
    told
});

fn collect(check: &Check, told: &mut Vec<Vec<String>>) {
    match check {
        Check::Not(inner) => collect(inner, told),
        Check::Grants(grants) if grants.effective => {
            let mut actions = grants.actions.clone();
            actions.sort();
            told.push(actions);
        }
        _ => {}
    }
}

fn is_told(step: &Step) -> bool {
    let capability = &reach::all()[step.capability];
    // Those about what is taken over speak of whatever there is, not of an administrator by name.
    if matches!((capability.does, &step.gain), (Does::Take(_), Gain::Of(_))) {
        return false;
    }
    let mut needs = capability.needs();
    needs.sort_unstable();
    TOLD.iter().any(|own| own.iter().eq(needs.iter().copied()))
}

/// No way to everything but those that other rules tell.
pub(super) fn no_path(subject: &Subject<'_>) -> Outcome {
    let steps = subject.steps().iter();
    let steps = steps.filter(|step| step.gain != Gain::Outside && !step.everything.is_false());
    by_step(steps.filter(|step| !is_told(step)), subject).negated()
}

/// No taking over of whatever there is of a kind, but for those that other rules tell.
pub(super) fn no_takeover(subject: &Subject<'_>) -> Outcome {
    let steps = subject.steps().iter();
    let steps = steps.filter(|step| step.gain == Gain::Outside && !is_told(step));
    by_step(steps, subject).negated()
}

/// No way to permissions of another role that it lacks, short of everything.
pub(super) fn no_lateral(subject: &Subject<'_>) -> Outcome {
    let short = subject.steps().iter();
    let short = short.filter(|step| step.gain != Gain::Outside && !step.everything.is_true());
    // Where nobody knows whether it amounts to everything, nobody knows which of the two rules it belongs to.
    let steps: Vec<_> = short
        .map(|step| Step {
            truth: step.truth & !step.everything,
            ..step.clone()
        })
        .collect();
    by_step(steps.iter(), subject).negated()
}

/// A key of a user that may do everything, in effect.
pub(super) fn key_of_administrator(subject: &Subject<'_>) -> Outcome {
    let owners: Vec<ResourceId> = subject
        .graph
        .outgoing(subject.resource.id)
        .iter()
        .filter(|edge| edge.relation == Relation::Assumes)
        .map(|edge| edge.to)
        .collect();
    let each = owners.iter().filter_map(|id| {
        let may = subject.identities().get(*id)?.is_administrator();
        let mut witnesses = vec![Witness::absent(None)];
        witnesses.extend(may.values.iter().map(Witness::of));
        for witness in &mut witnesses {
            let why = may.why.clone().unwrap_or(Why::Condition);
            witness.why = may.truth.is_unknown().then_some(why);
        }
        Some(Outcome {
            truth: may.truth,
            causes: vec![witnesses],
        })
    });
    let found = Outcome::any(each);
    match found.truth {
        Truth::False => Outcome {
            truth: Truth::True,
            causes: Vec::new(),
        },
        _ => found.negated(),
    }
}
