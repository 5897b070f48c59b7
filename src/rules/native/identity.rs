//! What identity policies allow too widely.

use super::statements::{Bad, judge};
use crate::catalog::Usage;
use crate::eval::{Truth, Value, Why};
use crate::policy::action::{self, Action, Level};
use crate::policy::condition::asks_for;
use crate::policy::level::{Wide, of_level, wide};
use crate::policy::weigh::narrows;
use crate::policy::{Statement, any_covers, any_of, has_action};
use crate::rules::Subject;
use crate::rules::declared::{Outcome, Witness};

/// Actions named by wildcard, unless the statement allows everything on everything, which another rule says.
pub(super) fn wildcard_action(subject: &Subject<'_>) -> Outcome {
    judge(subject, Usage::Identity, |_, statement| {
        let everything = any_covers(&statement.resources, "*", false).0;
        each_action(statement, |text| {
            text.contains(['*', '?']) && !(is_all(text) && everything.is_true())
        })
    })
}

/// All actions of a service on every resource; of IAM, which amounts to all of all, another rule says so.
pub(super) fn whole_service(subject: &Subject<'_>) -> Outcome {
    judge(subject, Usage::Identity, |held, statement| {
        let narrow = |item: &Value| {
            narrows(statement, item.as_text().unwrap_or("*"), &[&held.document]).truth
        };
        let everything = any_covers(&statement.resources, "*", false).0;
        each_action(statement, |text| {
            text.split_once(':').is_some_and(|(service, name)| {
                is_all(name)
                    && !is_all(service)
                    && !service.eq_ignore_ascii_case("iam")
                    && !is_agent_channel(service)
            })
        })
        .into_iter()
        .map(|bad| {
            let narrow = bad.value.as_ref().map_or(Truth::False, narrow);
            bad.and(everything & !narrow)
        })
        .collect()
    })
}

/// Services of messages between an agent and Systems Manager: every action is about the caller's own machine, and none
/// has a resource to name. (Service Authorization Reference, "Amazon Message Delivery Service", "Amazon Message Gateway
/// Service".)
fn is_agent_channel(service: &str) -> bool {
    ["ec2messages", "ssmmessages"]
        .iter()
        .any(|own| service.eq_ignore_ascii_case(own))
}

/// Each member of `Action` of an Allow that is like that.
fn each_action(statement: &Statement, is_like: impl Fn(&str) -> bool) -> Vec<Bad> {
    let bad = |item: &Value| Bad {
        truth: item.test_text(&is_like) & statement.allows(),
        value: Some(item.clone()),
        place: None,
        detail: item.as_text().unwrap_or_default().to_owned(),
    };
    statement.actions.items.iter().map(bad).collect()
}

fn is_all(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| matches!(c, '*' | ':')) && text.contains('*')
}

/// Allow with `NotAction`: everything but some.
pub(super) fn not_action(subject: &Subject<'_>, usage: Usage) -> Outcome {
    judge(subject, usage, |_, statement| {
        let written = Truth::from(statement.not_actions.written);
        vec![Bad::element(
            written & statement.allows(),
            statement.not_actions.name,
            &statement.not_actions.items,
        )]
    })
}

/// Allow with `NotResource`: on everything but some.
pub(super) fn not_resource(subject: &Subject<'_>, usage: Usage) -> Outcome {
    judge(subject, usage, |_, statement| {
        let written = Truth::from(statement.not_resources.written);
        vec![Bad::element(
            written & statement.allows(),
            statement.not_resources.name,
            &statement.not_resources.items,
        )]
    })
}

/// Actions that can be narrowed, on every resource.
pub(super) fn wide_any(subject: &Subject<'_>) -> Outcome {
    wide_actions(subject, &|action| action.can_be_narrowed())
}

/// Actions that write, on every resource.
pub(super) fn wide_write(subject: &Subject<'_>) -> Outcome {
    wide_actions(subject, &of_level(Level::Write))
}

/// Actions that grant permissions, on every resource.
pub(super) fn wide_permissions(subject: &Subject<'_>) -> Outcome {
    wide_actions(subject, &of_level(Level::Permissions))
}

fn wide_actions(subject: &Subject<'_>, fits: &dyn Fn(&Action) -> bool) -> Outcome {
    let mut outcomes = Vec::new();
    for held in subject.documents(Usage::Identity) {
        let found = wide(&held.document, fits);
        let of_statement = found.chunk_by(|a, b| std::ptr::eq(a.statement, b.statement));
        outcomes.extend(of_statement.map(|found| Outcome::any_as_one(found.iter().map(told))));
        if let Some(why) = &held.document.rest {
            outcomes.push(Outcome::unknown(&held.value, why.clone()));
        }
    }
    Outcome::any(outcomes).negated()
}

fn told(found: &Wide<'_>) -> Outcome {
    let detail = found.action.as_ref().map(ToString::to_string);
    let witness = Witness::of(&found.member).saying(detail.unwrap_or_default());
    let unknown = found.truth.is_unknown();
    let why = unknown.then(|| found.why.clone().unwrap_or(Why::Condition));
    Outcome::new(found.truth, Witness { why, ..witness })
}

/// Taking another role without a second factor.
pub(super) fn assume_without_mfa(subject: &Subject<'_>) -> Outcome {
    judge(subject, Usage::Identity, |_, statement| {
        let named =
            |item: &Value| item.test_text(|text| text.eq_ignore_ascii_case("sts:AssumeRole"));
        let assume = any_of(&statement.actions, named);
        let mfa = asks_for(
            statement,
            &["aws:multifactorauthpresent", "aws:multifactorauthage"],
        ) | present_or_absent(statement);
        vec![Bad::new(assume).and(statement.allows() & !mfa)]
    })
}

/// `BoolIfExists` lets requests through that have no such key, but those of a user with a password have it; long-term keys
/// do not. It is what people write who ask for a second factor.
fn present_or_absent(statement: &Statement) -> Truth {
    Truth::any(statement.conditions.iter().map(|condition| {
        let key = condition
            .key
            .eq_ignore_ascii_case("aws:MultiFactorAuthPresent");
        let operator = condition.operator.eq_ignore_ascii_case("BoolIfExists");
        Truth::from(key && operator) & Truth::all(condition.values.items.iter().map(Value::is_true))
    }))
}

/// Invoking functions whose name is left to a wildcard.
pub(super) fn invoke_any(subject: &Subject<'_>) -> Outcome {
    judge(subject, Usage::Identity, |_, statement| {
        let invoke = has_action(statement, "lambda:InvokeFunction").0;
        let any = any_of(&statement.resources, |item| {
            item.test_text(|text| {
                let name = text.splitn(7, ':').nth(6).unwrap_or_default();
                text.contains(":lambda:") && name.starts_with('*')
            })
        });
        vec![Bad::new(any).and(invoke & statement.allows())]
    })
}

/// Actions that no service has: a statement that allows nothing, by a slip of the pen.
pub(super) fn no_such_action(subject: &Subject<'_>) -> Outcome {
    judge(subject, Usage::Identity, |_, statement| {
        each_action(statement, |text| {
            !is_all(text)
                && text
                    .split_once(':')
                    .is_some_and(|(service, _)| action::service(service).is_none())
                && !text.starts_with('*')
        })
    })
}
